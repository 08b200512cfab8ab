/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MAX_BYTES = 48 };

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

struct scc_suggestion scc_suggestion_for(const char *wanted)
{
    /* One edit for three letters: more would guess, not correct. */
    size_t len = strlen(wanted);
    unsigned bound = len > NAME_MAX_BYTES ? 0 : (unsigned)(len / 3) + 1;
    return (struct scc_suggestion){wanted, NULL, bound > 4 ? 4 : bound};
}

void scc_suggestion_offer(struct scc_suggestion *best, const char *name)
{
    size_t wanted_len = strlen(best->wanted), len = strlen(name);
    if (wanted_len > NAME_MAX_BYTES || len > NAME_MAX_BYTES)
        return;
    size_t apart = wanted_len > len ? wanted_len - len : len - wanted_len;
    if (apart > best->distance)
        return;
    unsigned distance = edits_between(best->wanted, wanted_len, name, len);
    if (distance < best->distance || (!best->name && distance == best->distance)) {
        best->name = name;
        best->distance = distance;
    }
}
