/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel.h"

/* Not isdigit() and isalpha(): the loader does without locales. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/** Reads digits up to SCC_KERNEL_PART_MAX; returns what follows, or NULL. */
static const char *read_part(const char *text, uint16_t *part)
{
    unsigned value = 0;
    if (!is_digit(*text))
        return 0;
    for (; is_digit(*text); text++) {
        value = value * 10 + (unsigned)(*text - '0');
        if (value > SCC_KERNEL_PART_MAX)
            return 0;
    }
    *part = (uint16_t)value;
    return text;
}

/** Reads "X.Y"; returns what follows, or NULL. */
static const char *read_pair(const char *text, struct scc_kernel *kernel)
{
    text = read_part(text, &kernel->major);
    return text && *text == '.' ? read_part(text + 1, &kernel->minor) : 0;
}

bool scc_kernel_parse(const char *text, struct scc_kernel *kernel)
{
    const char *rest = read_pair(text, kernel);
    return rest && !*rest;
}

bool scc_kernel_parse_release(const char *text, struct scc_kernel *kernel)
{
    const char *rest = read_pair(text, kernel);
    return rest && !is_letter(*rest);
}
