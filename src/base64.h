/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_BASE64_H
#define SCC_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "strbuf.h"

/** Adds the base64 form of @p bytes (RFC 4648, section 4, with padding) on one line. */
void scc_base64_add(struct scc_strbuf *out, const void *bytes, size_t len_bytes);

/** How many bytes @p text_bytes digits and padding of base64 can stand for at most. */
static inline size_t scc_base64_room_bytes(size_t text_bytes)
{
    return text_bytes / 4 * 3;
}

/**
 * Puts what @p text stands for (RFC 4648, section 4) into @p bytes, which has room for
 * scc_base64_room_bytes(); *len_bytes becomes its length. False for anything but the one form that
 * scc_base64_add() writes: other characters, white space among them, padding that is missing or
 * stands inside, bits behind the last byte that are not 0. @p bytes then holds nothing of use.
 */
bool scc_base64_decode(const char *text, size_t text_bytes, void *bytes, size_t *len_bytes);

/** As scc_base64_decode(), of a file: a line feed may end the text, and no text is false. */
bool scc_base64_decode_line(const char *text, size_t text_bytes, void *bytes, size_t *len_bytes);

#endif
