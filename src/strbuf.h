/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A growing string. A failed allocation is remembered, further additions do nothing, and
 * scc_strbuf_steal() answers NULL: one check at the end is enough.
 */
#ifndef SCC_STRBUF_H
#define SCC_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct scc_strbuf {
    char *data; /* NUL-terminated where not NULL */
    size_t len;
    size_t cap;
    bool failed;
};

void scc_strbuf_add(struct scc_strbuf *buf, const char *text);
void scc_strbuf_add_bytes(struct scc_strbuf *buf, const void *bytes, size_t len_bytes);
void scc_strbuf_addf(struct scc_strbuf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void scc_strbuf_addv(struct scc_strbuf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/**
 * Adds @p text with what no terminal shows (scc_utf8_is_visible()) and bytes that are not UTF-8 as
 * \xNN, so that it is seen as it is.
 */
void scc_strbuf_add_printable(struct scc_strbuf *buf, const char *text);

/**
 * As scc_strbuf_add_printable(), for names from inputs: what is longer than 200 bytes is cut with
 * "…".
 */
void scc_strbuf_add_escaped(struct scc_strbuf *buf, const char *text);

/** The string, which the caller frees, or NULL when memory ran out; @p buf is empty afterwards. */
char *scc_strbuf_steal(struct scc_strbuf *buf);

/** Frees the string; usable with SCC_CLEANUP. */
void scc_strbuf_free(struct scc_strbuf *buf);

#endif
