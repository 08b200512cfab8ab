/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The cheapest way to tell apart the values of the word in the accumulator. The values are given as
 * spans, each with the node to go to; the result is a tree of tests over them.
 */
#ifndef SCC_SEARCH_H
#define SCC_SEARCH_H

#include "dag.h"

/** A run of values with one target, up to where the next one starts. */
struct scc_span {
    uint32_t start;
    scc_dag_ref target;
};

/** What instructions and steps cost, in one unit. */
struct scc_search_cost {
    /** One more instruction in the program. */
    double node;
    /** One more step on the way of each value from 0 to hot_end - 1. */
    double hot_step;
    uint32_t hot_end;
    /** The same for each span, whatever its width: 0 where the values above are all that counts. */
    double span_step;
};

/** No tree whose parts could be used again. */
#define SCC_SEARCH_NO_TREE UINT32_MAX

/**
 * A tree of tests that leads each value of the word to its span's target. @p spans are sorted, the
 * first starts at 0. Targets must not be tests. Parts of @p other, the root of an earlier tree over
 * the same word or SCC_SEARCH_NO_TREE, are used again where they answer the same. Time grows with
 * n log n for many spans. SCC_DAG_FAILED without memory.
 */
scc_dag_ref scc_search_build(struct scc_dag *dag, const struct scc_span *spans, size_t count,
                             const struct scc_search_cost *cost, scc_dag_ref other);

#endif
