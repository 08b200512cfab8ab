/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Sets of a word's values, as sorted spans. A chain of tests of one word takes such a set apart
 * without making a node; only what comes out of it at the end becomes a diagram.
 */
#ifndef SCC_DECISION_SPANS_H
#define SCC_DECISION_SPANS_H

#include "decision_node.h"

struct scc_span {
    uint32_t first, last;
};

/** Sorted; between two spans at least one value is missing. */
struct scc_spans {
    struct scc_span *items;
    size_t count, cap;
};

void scc_spans_free(struct scc_spans *spans);

/* The functions below note in the space where memory ran out; the sets are then useless. */

/** All values. The set must be empty. */
void scc_spans_fill(struct scc_decision_space *space, struct scc_spans *spans);

/** Moves @p value, where it is there, into the empty set @p taken. */
void scc_spans_take(struct scc_decision_space *space, struct scc_spans *spans, uint32_t value,
                    struct scc_spans *taken);

/** Moves @p from and everything above it into the empty set @p upper. */
void scc_spans_split(struct scc_decision_space *space, struct scc_spans *spans, uint32_t from,
                     struct scc_spans *upper);

/** Adds the values of @p more, of which none is there yet. */
void scc_spans_add(struct scc_decision_space *space, struct scc_spans *spans,
                   const struct scc_spans *more);

#endif
