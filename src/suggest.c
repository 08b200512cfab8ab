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

static unsigned most(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

/** Two names of which the edits from one to the other are counted, and the most that count. */
struct pair {
    const char *from, *to;
    unsigned from_len, to_len;
    unsigned limit;
};

/** The edits that make the first i letters of one name the first j of the other, for each j. */
struct row {
    unsigned edits[NAME_MAX_BYTES + 2];
    unsigned fewest;
};

static bool is_same_letter(const struct pair *pair, unsigned i, unsigned j)
{
    return tolower((unsigned char)pair->from[i - 1]) == tolower((unsigned char)pair->to[j - 1]);
}

/**
 * Fills in the row of @p i, as far as it lies within the limit of i; what stands beside that needs
 * more edits than count. @p above and @p above2 are the rows before.
 */
static void fill_row(const struct pair *pair, unsigned i, const struct row *above,
                     const struct row *above2, struct row *now)
{
    unsigned first = i > pair->limit ? i - pair->limit : 1;
    unsigned last = least(pair->to_len, i + pair->limit);
    now->edits[first - 1] = first == 1 ? i : pair->limit + 1;
    now->fewest = now->edits[first - 1];
    for (unsigned j = first; j <= last; j++) {
        unsigned edits = least(least(above->edits[j], now->edits[j - 1]) + 1,
                               above->edits[j - 1] + !is_same_letter(pair, i, j));
        if (i > 1 && j > 1 && is_same_letter(pair, i, j - 1) && is_same_letter(pair, i - 1, j))
            edits = least(edits, above2->edits[j - 2] + 1);
        now->edits[j] = edits;
        now->fewest = least(now->fewest, edits);
    }
    now->edits[last + 1] = pair->limit + 1;
}

/**
 * Edits (insert, delete, replace, swap neighbours) between two names, letters' case ignored. Where
 * they are more than the limit, some number above it; the lengths differ by no more than that.
 */
static unsigned edits_between(const struct pair *pair)
{
    struct row rows[3] = {{.fewest = 0}};
    for (unsigned j = 0; j <= pair->to_len; j++)
        rows[0].edits[j] = j;
    for (unsigned i = 1; i <= pair->from_len; i++) {
        const struct row *above = &rows[(i + 2) % 3];
        fill_row(pair, i, above, &rows[(i + 1) % 3], &rows[i % 3]);
        /* A row follows from the two above it alone, from the upper one with an edit more. */
        if (rows[i % 3].fewest > pair->limit && above->fewest >= pair->limit)
            return pair->limit + 1;
    }
    return rows[pair->from_len % 3].edits[pair->to_len];
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
    if (best->name && best->distance == 0)
        return;
    struct pair pair = {wanted, text, (unsigned)wanted_len, (unsigned)len,
                        best->name ? least(bound, best->distance - 1) : bound};
    if (most(pair.from_len, pair.to_len) - least(pair.from_len, pair.to_len) > pair.limit)
        return;
    unsigned distance = edits_between(&pair);
    if (distance <= pair.limit) {
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
