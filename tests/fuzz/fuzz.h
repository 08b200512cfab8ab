/* SPDX-License-Identifier: Apache-2.0 */
/** What fuzz targets share. A target ends the process where something does not hold. */
#ifndef SCC_FUZZ_H
#define SCC_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

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

/**
 * Whether a call that may refuse its input did not. A refusal must say why, and is freed; *err is
 * NULL afterwards either way.
 */
static inline int fuzz_accepts(int result, scc_error **err)
{
    fuzz_check((result == 0) == !*err, "answers %d, and %s", result,
               *err ? scc_error_get_text(*err) : "no error");
    if (*err) {
        fuzz_check(scc_error_get_text(*err)[0] != '\0', "an error without a text");
        scc_error_free(*err);
        *err = NULL;
    }
    return result == 0;
}

#endif
