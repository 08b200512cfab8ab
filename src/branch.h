/* SPDX-License-Identifier: Apache-2.0 */
/** What a word's values lead to: sorted runs of values, each with the node behind it. */
#ifndef SCC_BRANCH_H
#define SCC_BRANCH_H

#include "dag.h"

/** A run of values with one target, up to where the next one starts. */
struct scc_branch {
    uint32_t start;
    scc_dag_ref target;
};

struct scc_branches {
    struct scc_branch *items;
    size_t count, cap;
};

/** Frees the list; usable with SCC_CLEANUP. */
void scc_branches_clear(struct scc_branches *branches);

/**
 * Leads @p start and everything above it to @p target; @p start must not be below the last one
 * added. Neighbours with one target become one. False without memory.
 */
bool scc_branches_add(struct scc_branches *branches, uint32_t start, scc_dag_ref target);

/** The index of the branch of @p value, in @p count branches that start at 0. */
size_t scc_branch_find(const struct scc_branch *branches, size_t count, uint32_t value);

/** The last value of a branch. */
static inline uint32_t scc_branch_last(const struct scc_branch *branches, size_t count,
                                       size_t index)
{
    return index + 1 < count ? branches[index + 1].start - 1 : UINT32_MAX;
}

#endif
