/* SPDX-License-Identifier: Apache-2.0 */
/** What fuzz targets share. A target ends the process where something does not hold. */
#ifndef SCC_FUZZ_H
#define SCC_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seccompc/diag.h>
#include <seccompc/error.h>

/** libFuzzer's interface (llvm.org, libFuzzer). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max_size, unsigned seed);

/** Ends the process unless @p holds; the rest is printf(3)'s and says what did not. */
#define fuzz_check(holds, ...)                                                                     \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #holds);                            \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/** For calls that must answer 0 whatever the input is. */
#define fuzz_must(call, err)                                                                       \
    fuzz_check((call) == 0, "%s", (err) ? scc_error_get_text(err) : "no error")

/** Checks a text for a terminal: it has no control characters but line feeds, where it may. */
static inline void fuzz_check_printable(const char *text, bool has_lines)
{
    for (const char *c = text; *c; c++)
        fuzz_check(((unsigned char)*c >= ' ' && *c != 0x7f) || (has_lines && *c == '\n'),
                   "a control character %#x at %td: %s", (unsigned char)*c, c - text, text);
}

static inline scc_diags *fuzz_diags(void)
{
    scc_diags *diags = scc_diags_new();
    fuzz_check(diags, "no memory");
    return diags;
}

/** Frees warnings, which must have texts for a terminal. */
static inline void fuzz_take_diags(scc_diags *diags)
{
    enum scc_diag_level level;
    const char *text;
    for (size_t i = 0; (text = scc_diags_at(diags, i, &level)) != NULL; i++)
        fuzz_check_printable(text, false);
    scc_diags_free(diags);
}

/**
 * Whether a refusal says that the fault is our own. Written out, since libFuzzer takes what
 * strstr() is given for words that inputs should have.
 */
static inline bool fuzz_is_our_fault(const char *text)
{
    const char *const says = "fault of seccompc";
    for (; *text; text++) {
        size_t len = 0;
        while (says[len] && text[len] == says[len])
            len++;
        if (!says[len])
            return true;
    }
    return false;
}

/**
 * Whether a call that may refuse its input did not. A refusal must say why, and not that the fault
 * is our own; it is freed, and *err is NULL afterwards either way.
 */
static inline int fuzz_accepts(int result, scc_error **err)
{
    fuzz_check((result == 0) == !*err, "answers %d, and %s", result,
               *err ? scc_error_get_text(*err) : "no error");
    if (*err) {
        const char *text = scc_error_get_text(*err);
        fuzz_check(text[0] != '\0', "an error without a text");
        fuzz_check(!fuzz_is_our_fault(text), "%s", text);
        fuzz_check_printable(text, false);
        scc_error_free(*err);
        *err = NULL;
    }
    return result == 0;
}

/** A number from all bytes of an input (FNV-1a): the same one decides alike each time. */
static inline uint64_t fuzz_hash(const uint8_t *data, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * 0x100000001b3u;
    return hash;
}

/** Whether a reader takes the text of an input. */
typedef bool fuzz_takes(const char *text, size_t len_bytes);

/**
 * For LLVMFuzzerCustomMutator(): mutates, and where @p takes does not take the text before the last
 * @p rest bytes, once more, up to 16 times; one input in 8 is left as it comes. Most mutations of a
 * text are refused by its reader, and what lies behind that would hardly be reached.
 */
static inline size_t fuzz_mutate_taken(uint8_t *data, size_t size, size_t max_size, unsigned seed,
                                       size_t rest, fuzz_takes *takes)
{
    uint8_t *before = malloc(size + 1);
    fuzz_check(before, "no memory");
    memcpy(before, data, size);
    size_t made = LLVMFuzzerMutate(data, size, max_size);
    for (int left = 16; seed % 8 && left > 0; left--) {
        if (takes((const char *)data, made > rest ? made - rest : made))
            break;
        memcpy(data, before, size);
        made = LLVMFuzzerMutate(data, size, max_size);
    }
    free(before);
    return made;
}

#endif
