/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_UTF8_H
#define SCC_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Decodes the first character of @p text. Returns its width in bytes, or 0 where the bytes are not
 * well-formed UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
 */
size_t scc_utf8_decode(const char *text, size_t len_bytes, uint32_t *point);

/**
 * Whether a terminal shows the character, and the others as if it were not there. Not so: control
 * characters, and of Unicode's formatting ones those that turn the direction of text, join or part
 * what stands beside them, or are not to be seen at all.
 */
bool scc_utf8_is_visible(uint32_t point);

#endif
