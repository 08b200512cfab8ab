/* SPDX-License-Identifier: Apache-2.0 */
#include "base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void scc_base64_add(struct scc_strbuf *out, const void *bytes, size_t len_bytes)
{
    const unsigned char *from = bytes;
    for (size_t i = 0; i < len_bytes; i += 3) {
        size_t left = len_bytes - i;
        uint32_t group = (uint32_t)from[i] << 16;
        if (left > 1)
            group |= (uint32_t)from[i + 1] << 8;
        if (left > 2)
            group |= from[i + 2];
        char text[4] = {digits[group >> 18], digits[group >> 12 & 63],
                        left > 1 ? digits[group >> 6 & 63] : '=',
                        left > 2 ? digits[group & 63] : '='};
        scc_strbuf_add_bytes(out, text, sizeof text);
    }
}

/** The 6 bits of each of the first @p count digits, the first one highest; false for no digits. */
static bool read_group(const char *text, size_t count, uint32_t *group)
{
    *group = 0;
    for (size_t i = 0; i < count; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit)
            return false;
        *group |= (uint32_t)(digit - digits) << (18 - 6 * i);
    }
    return true;
}

bool scc_base64_decode(const char *text, size_t text_bytes, void *bytes, size_t *len_bytes)
{
    unsigned char *to = bytes;
    size_t padding = 0, made = 0;
    if (text_bytes % 4)
        return false;
    while (padding < 2 && padding < text_bytes && text[text_bytes - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < text_bytes; i += 4) {
        size_t missing = i + 4 == text_bytes ? padding : 0;
        uint32_t group;
        if (!read_group(text + i, 4 - missing, &group) || group & ((1u << 8 * missing) - 1))
            return false;
        for (size_t j = 0; j < 3 - missing; j++)
            to[made++] = (unsigned char)(group >> (16 - 8 * j));
    }
    *len_bytes = made;
    return true;
}

bool scc_base64_decode_line(const char *text, size_t text_bytes, void *bytes, size_t *len_bytes)
{
    size_t line_bytes = text_bytes - (text_bytes && text[text_bytes - 1] == '\n');
    return line_bytes && scc_base64_decode(text, line_bytes, bytes, len_bytes);
}
