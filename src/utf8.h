/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_UTF8_H
#define SCC_UTF8_H

#include <stddef.h>
#include <stdint.h>

/**
 * Decodes the first character of @p text. Returns its width in bytes, or 0 where the bytes are not
 * well-formed UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
 */
size_t scc_utf8_decode(const char *text, size_t len_bytes, uint32_t *point);

#endif
