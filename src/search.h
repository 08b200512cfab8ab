/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The cheapest way to tell apart the values of the word in the accumulator. The values are given as
 * branches, each with the node to go to; the result is a tree of tests over them.
 */
#ifndef SCC_SEARCH_H
#define SCC_SEARCH_H

#include "branch.h"
#include "dag.h"

/**
 * What instructions and steps cost, in one unit; whole numbers, so that every host finds the same
 * tree. The weights of all values together stay below 2^20, and `node` too.
 */
struct scc_search_cost {
    /** One more instruction in the program. */
    uint32_t node;
    /** One more step on the way of a branch, whatever its width: 0 where values are what counts. */
    uint32_t branch_step;
    /**
     * One more step on the way of each value from hot_first on: cumulative[i] is the weight of the
     * first i of them, up to cumulative[hot_count]. Other values weigh nothing.
     */
    const uint32_t *cumulative;
    uint32_t hot_first, hot_count;
};

/** An earlier tree over the same word: what it answers, and where it begins. */
struct scc_search_tree {
    const struct scc_branch *branches;
    size_t count;
    scc_dag_ref root;
};

/**
 * A tree of tests that leads each value of the word to its branch's target. @p branches are sorted,
 * the first starts at 0, and neighbours differ. Targets must not be tests. Parts of @p other (NULL:
 * none) are used again where they answer the same. Time grows with n log n. More branches than a
 * program can tell apart, and all of them where the graph's work is over, are halved without a
 * search. SCC_DAG_FAILED without memory.
 */
scc_dag_ref scc_search_build(struct scc_dag *dag, const struct scc_branch *branches, size_t count,
                             const struct scc_search_cost *cost,
                             const struct scc_search_tree *other);

#endif
