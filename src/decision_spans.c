/* SPDX-License-Identifier: Apache-2.0 */
#include "decision_spans.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

void scc_spans_free(struct scc_spans *spans)
{
    free(spans->items);
    *spans = (struct scc_spans){0};
}

/** The first span that ends at or above @p value. */
static size_t find(const struct scc_spans *spans, uint32_t value)
{
    size_t low = 0, high = spans->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (spans->items[middle].last < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool reserve(struct scc_decision_space *space, struct scc_spans *spans, size_t count)
{
    if (count == 0 || SCC_GROW(spans->items, spans->cap, count))
        return true;
    scc_node_set_nomem(space);
    return false;
}

static void insert_at(struct scc_decision_space *space, struct scc_spans *spans, size_t at,
                      struct scc_span span)
{
    if (!reserve(space, spans, spans->count + 1))
        return;
    memmove(&spans->items[at + 1], &spans->items[at], (spans->count - at) * sizeof *spans->items);
    spans->items[at] = span;
    spans->count++;
}

static void remove_at(struct scc_spans *spans, size_t at)
{
    spans->count--;
    memmove(&spans->items[at], &spans->items[at + 1], (spans->count - at) * sizeof *spans->items);
}

void scc_spans_fill(struct scc_decision_space *space, struct scc_spans *spans)
{
    insert_at(space, spans, 0, (struct scc_span){0, UINT32_MAX});
}

void scc_spans_take(struct scc_decision_space *space, struct scc_spans *spans, uint32_t value,
                    struct scc_spans *taken)
{
    size_t at = find(spans, value);
    if (at == spans->count || spans->items[at].first > value)
        return;
    insert_at(space, taken, 0, (struct scc_span){value, value});
    struct scc_span *span = &spans->items[at];
    if (span->first == span->last) {
        remove_at(spans, at);
    } else if (span->first == value) {
        span->first++;
    } else if (span->last == value) {
        span->last--;
    } else {
        struct scc_span above = {value + 1, span->last};
        span->last = value - 1;
        insert_at(space, spans, at + 1, above);
    }
}

void scc_spans_split(struct scc_decision_space *space, struct scc_spans *spans, uint32_t from,
                     struct scc_spans *upper)
{
    size_t at = find(spans, from), count = spans->count - at;
    if (count == 0 || !reserve(space, upper, count))
        return;
    memcpy(upper->items, &spans->items[at], count * sizeof *upper->items);
    upper->count = count;
    spans->count = at;
    if (upper->items[0].first < from) { /* one span lies on both sides */
        spans->items[spans->count++].last = from - 1;
        upper->items[0].first = from;
    }
}

/**
 * Adds the values of @p span, some of which may be there already: where a guard depends on the same
 * word, spans say nothing of values that the guard rules out.
 */
static void add(struct scc_decision_space *space, struct scc_spans *spans, struct scc_span span)
{
    size_t at = find(spans, span.first ? span.first - 1 : 0), end = at;
    for (; end < spans->count; end++) {
        const struct scc_span *next = &spans->items[end];
        if (next->first && next->first - 1 > span.last)
            break; /* apart, with a value between */
        span.first = next->first < span.first ? next->first : span.first;
        span.last = next->last > span.last ? next->last : span.last;
    }
    if (end == at) {
        insert_at(space, spans, at, span);
        return;
    }
    spans->items[at] = span;
    memmove(&spans->items[at + 1], &spans->items[end], (spans->count - end) * sizeof *spans->items);
    spans->count -= end - at - 1;
}

void scc_spans_add(struct scc_decision_space *space, struct scc_spans *spans,
                   const struct scc_spans *more)
{
    for (size_t i = 0; i < more->count; i++)
        add(space, spans, more->items[i]);
}
