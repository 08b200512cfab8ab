/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 48, EDITS_MAX = 4 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/** Edits (insert, delete, replace, swap neighbours) between two names, letters' case ignored. */
static unsigned edits_between(const char *from, size_t from_len, const char *to, size_t to_len)
{
    unsigned rows[3][NAME_MAX_BYTES + 1];
    for (unsigned j = 0; j <= to_len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= from_len; i++) {
        unsigned *now = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        now[0] = i;
        for (unsigned j = 1; j <= to_len; j++) {
            int a = tolower((unsigned char)from[i - 1]), b = tolower((unsigned char)to[j - 1]);
            now[j] = least(least(above[j], now[j - 1]) + 1, above[j - 1] + (a != b));
            if (i > 1 && j > 1 && a == tolower((unsigned char)to[j - 2]) &&
                b == tolower((unsigned char)from[i - 2]))
                now[j] = least(now[j], above2[j - 2] + 1);
        }
    }
    return rows[from_len % 3][to_len];
}

/** Two edits for five letters: more would guess, not correct. */
static unsigned edits_allowed(size_t letters)
{
    unsigned edits = least((unsigned)letters * 2 / 5, EDITS_MAX);
    return edits ? edits : 1;
}

/** Keeps @p name where @p wanted is nearer to @p text than all before it, within @p bound edits. */
static void compare(struct scc_suggestion *best, const char *wanted, const char *text,
                    unsigned bound, const char *name)
{
    size_t wanted_len = strlen(wanted), len = strlen(text);
    if (wanted_len > NAME_MAX_BYTES || len > NAME_MAX_BYTES)
        return;
    size_t apart = wanted_len > len ? wanted_len - len : len - wanted_len;
    if (apart > bound)
        return;
    unsigned distance = edits_between(wanted, wanted_len, text, len);
    if (distance <= bound && (!best->name || distance < best->distance)) {
        best->name = name;
        best->distance = distance;
    }
}

/** The bound for two words: the longer one decides. */
static unsigned bound_of(const char *one, const char *other)
{
    size_t a = strlen(one), b = strlen(other);
    return edits_allowed(a > b ? a : b);
}

struct scc_suggestion scc_suggestion_for(const char *wanted)
{
    return (struct scc_suggestion){.wanted = wanted};
}

void scc_suggestion_offer(struct scc_suggestion *best, const char *name)
{
    compare(best, best->wanted, name, bound_of(best->wanted, name), name);
}

void scc_suggestion_offer_behind(struct scc_suggestion *best, const char *prefix, const char *name)
{
    size_t len = strlen(prefix);
    bool has_prefix = strncasecmp(best->wanted, prefix, len) == 0;
    const char *wanted = best->wanted + (has_prefix ? len : 0), *rest = name + len;
    compare(best, wanted, rest, bound_of(wanted, rest), name);
    if (!has_prefix)
        compare(best, wanted, name, edits_allowed(strlen(rest)), name);
}
