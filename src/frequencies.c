/* SPDX-License-Identifier: Apache-2.0 */
#include "frequencies.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "strbuf.h"
#include "util.h"

enum {
    NAME_MAX_BYTES = 63,
    SHOWN_MAX = 80, /* of a line that is refused */
};

/** A line that is read. */
struct line {
    struct scc_place place;
    const char *text, *end;
    scc_error **err;
};

static int refuse(const struct line *line, const char *what)
{
    struct scc_strbuf shown = {0};
    size_t len = (size_t)(line->end - line->text);
    char text[SHOWN_MAX + 1];
    memcpy(text, line->text, len < SHOWN_MAX ? len : SHOWN_MAX);
    text[len < SHOWN_MAX ? len : SHOWN_MAX] = '\0';
    scc_strbuf_add_escaped(&shown, text);
    SCC_AUTOFREE char *escaped = scc_strbuf_steal(&shown);
    if (!escaped)
        return scc_error_nomem(line->err);
    return scc_error_at(line->err, line->place, NULL, "\"%s\": %s", escaped, what);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/** The next word of a line; empty at its end, or in front of a comment. */
static const char *next_word(const char **at, const char *end, size_t *len)
{
    while (*at < end && is_blank(**at))
        ++*at;
    const char *word = *at;
    if (word < end && *word == '#')
        *at = end;
    else
        while (*at < end && !is_blank(**at))
            ++*at;
    *len = word < end && *word == '#' ? 0 : (size_t)(*at - word);
    return word;
}

static bool read_count(const char *word, size_t len, uint64_t *count)
{
    *count = 0;
    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)word[i]))
            return false;
        *count = 10 * *count + (uint64_t)(word[i] - '0');
        if (*count >> SCC_COUNT_BITS)
            return false;
    }
    return len > 0;
}

static int add_count(const struct line *line, const char *word, size_t len, uint64_t count,
                     scc_frequencies *frequencies)
{
    char name[NAME_MAX_BYTES + 1];
    const struct scc_syscall *call = NULL;
    if (len <= NAME_MAX_BYTES) {
        memcpy(name, word, len);
        name[len] = '\0';
        call = memchr(name, '\0', len) ? NULL : scc_syscall_find(name);
    }
    if (!call)
        return refuse(line, "no such system call");
    uint64_t *known = &frequencies->counts[call - scc_syscall_table];
    if ((frequencies->sum + count) >> SCC_COUNT_BITS)
        return refuse(line, "the counts together are 2^40 or more");
    *known += count;
    frequencies->sum += count;
    return 0;
}

/** Reads a name and a count, in either order. */
static int read_line(const struct line *line, scc_frequencies *frequencies)
{
    const char *at = line->text;
    size_t len, second_len, rest_len;
    uint64_t count;
    const char *word = next_word(&at, line->end, &len);
    if (!len)
        return 0;
    const char *second = next_word(&at, line->end, &second_len);
    next_word(&at, line->end, &rest_len);
    if (second_len && !rest_len && read_count(second, second_len, &count))
        return add_count(line, word, len, count, frequencies);
    if (second_len && !rest_len && read_count(word, len, &count))
        return add_count(line, second, second_len, count, frequencies);
    return refuse(line, "expected a system call's name and a count below 2^40");
}

int scc_frequencies_parse(const char *text, size_t len_bytes, const char *name,
                          scc_frequencies **frequencies, scc_error **err)
{
    const char *end = text + len_bytes;
    struct line line = {.place = {.file = name}, .text = text, .err = err};
    scc_frequencies *made = calloc(1, sizeof *made);
    if (!made)
        return scc_error_nomem(err);
    int done = 0;
    while (done == 0 && line.text < end) {
        const char *newline = memchr(line.text, '\n', (size_t)(end - line.text));
        line.end = newline ? newline : end;
        line.place.line++;
        line.place.column = 1;
        done = read_line(&line, made);
        line.text = newline ? newline + 1 : end;
    }
    if (done == 0 && !made->sum)
        done = scc_error_at(err, (struct scc_place){.file = name}, NULL,
                            "no counts, expected lines of a system call's name and a count");
    if (done < 0) {
        free(made);
        return -1;
    }
    *frequencies = made;
    return 0;
}

void scc_frequencies_free(scc_frequencies *frequencies)
{
    free(frequencies);
}
