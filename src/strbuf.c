/* SPDX-License-Identifier: Apache-2.0 */
#include "strbuf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"
#include "util.h"

enum { SHOWN_MAX_BYTES = 200 };

static bool reserve(struct scc_strbuf *buf, size_t more)
{
    if (more >= SIZE_MAX - buf->len || !SCC_GROW(buf->data, buf->cap, buf->len + more + 1))
        buf->failed = true;
    return !buf->failed;
}

void scc_strbuf_add_bytes(struct scc_strbuf *buf, const void *bytes, size_t len_bytes)
{
    if (!reserve(buf, len_bytes))
        return;
    if (len_bytes)
        memcpy(buf->data + buf->len, bytes, len_bytes);
    buf->len += len_bytes;
    buf->data[buf->len] = '\0';
}

void scc_strbuf_add(struct scc_strbuf *buf, const char *text)
{
    scc_strbuf_add_bytes(buf, text, strlen(text));
}

void scc_strbuf_addv(struct scc_strbuf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    if (need < 0)
        buf->failed = true;
    else if (reserve(buf, (size_t)need)) {
        vsnprintf(buf->data + buf->len, (size_t)need + 1, format, again);
        buf->len += (size_t)need;
    }
    va_end(again);
}

void scc_strbuf_addf(struct scc_strbuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    scc_strbuf_addv(buf, format, args);
    va_end(args);
}

static void add_printable(struct scc_strbuf *buf, const char *text, size_t max_bytes)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len;) {
        if (i >= max_bytes) {
            scc_strbuf_add(buf, "…");
            return;
        }
        uint32_t point;
        size_t width = scc_utf8_decode(text + i, len - i, &point);
        if (width && scc_utf8_is_visible(point)) {
            scc_strbuf_add_bytes(buf, text + i, width);
            i += width;
        } else {
            for (size_t end = i + (width ? width : 1); i < end; i++)
                scc_strbuf_addf(buf, "\\x%02x", (unsigned char)text[i]);
        }
    }
}

void scc_strbuf_add_printable(struct scc_strbuf *buf, const char *text)
{
    add_printable(buf, text, SIZE_MAX);
}

void scc_strbuf_add_escaped(struct scc_strbuf *buf, const char *text)
{
    add_printable(buf, text, SHOWN_MAX_BYTES);
}

char *scc_strbuf_steal(struct scc_strbuf *buf)
{
    reserve(buf, 0);
    if (buf->failed)
        free(SCC_STEAL(buf->data));
    else
        buf->data[buf->len] = '\0';
    char *data = buf->data;
    *buf = (struct scc_strbuf){0};
    return data;
}

void scc_strbuf_free(struct scc_strbuf *buf)
{
    free(buf->data);
    *buf = (struct scc_strbuf){0};
}
