/* SPDX-License-Identifier: Apache-2.0 */
#include "utf8.h"

#include "util.h"

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

bool scc_utf8_is_visible(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0, 0x1f},          {0x7f, 0x9f}, {0xad, 0xad}, /* soft hyphen */
        {0x61c, 0x61c},                                 /* Arabic letter mark */
        {0x180e, 0x180e},                               /* Mongolian vowel separator */
        {0x200b, 0x200f},                               /* widths of zero, directions */
        {0x2028, 0x202e},                               /* ends of lines, directions */
        {0x2060, 0x206f},                               /* operators that nobody sees, directions */
        {0xfeff, 0xfeff},                               /* byte order mark */
        {0xfff9, 0xfffb},                               /* notes between lines */
        {0xe0000, 0xe007f},                             /* tags */
    };
    for (size_t i = 0; i < SCC_COUNT(hidden); i++) {
        if (point >= hidden[i].first && point <= hidden[i].last)
            return false;
    }
    return true;
}
