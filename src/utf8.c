/* SPDX-License-Identifier: Apache-2.0 */
#include "utf8.h"

#include <stdbool.h>

size_t scc_utf8_decode(const char *text, size_t len_bytes, uint32_t *point)
{
    const unsigned char *bytes = (const unsigned char *)text;
    *point = 0;
    if (!len_bytes)
        return 0;
    if (bytes[0] < 0x80) {
        *point = bytes[0];
        return 1;
    }
    size_t width = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || width > len_bytes)
        return 0;
    uint32_t value = bytes[0] & (0x7fu >> width);
    for (size_t i = 1; i < width; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < least[width] || value > 0x10ffff || surrogate)
        return 0;
    *point = value;
    return width;
}
