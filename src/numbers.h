/* SPDX-License-Identifier: Apache-2.0 */
/** The upper part of a program: audit arch, then nr, then what each number leads to. */
#ifndef SCC_NUMBERS_H
#define SCC_NUMBERS_H

#include "search.h"

/** What the numbers of one audit arch lead to. */
struct scc_numbers {
    uint32_t audit;
    /** As for scc_search_build(), over all 2^32 numbers. */
    struct scc_branches branches;
    /** Of the numbers; and of those of x32, bit 30 cleared. */
    struct scc_search_cost cost, x32_cost;
};

/** Frees the branches of @p count tables, not the array. */
void scc_numbers_clear(struct scc_numbers *tables, size_t count);

/**
 * The root of a program that answers calls of the audit arches of @p tables as their branches say,
 * the first table's soonest, and others by @p otherwise. Targets must not be tests: they load what
 * they look at. SCC_DAG_FAILED without memory.
 */
scc_dag_ref scc_numbers_build(struct scc_dag *dag, const struct scc_numbers *tables, size_t count,
                              scc_dag_ref otherwise);

/** The same where every audit arch is answered as the one of @p table is. */
scc_dag_ref scc_numbers_build_one(struct scc_dag *dag, const struct scc_numbers *table);

#endif
