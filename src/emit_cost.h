/* SPDX-License-Identifier: Apache-2.0 */
/** What instructions and steps of a program cost, by what it is to be best at. */
#ifndef SCC_EMIT_COST_H
#define SCC_EMIT_COST_H

#include <seccompc/emit.h>

#include "numbers.h"

enum {
    /** A kernel's table of numbers ends about here; its action cache walks each at attach. */
    SCC_TABLE_END = 471,
};

/** Weights of the numbers of one ABI, as scc_search_cost wants them. */
struct scc_number_weights {
    uint32_t cumulative[SCC_TABLE_END + 1];
};

/** The cost of tests of arguments; a static object. */
const struct scc_search_cost *scc_emit_cost_of_args(enum scc_optimize_for optimize_for);

/**
 * The cost of tests of the numbers of @p arch. @p branches are those of its audit arch, over all
 * numbers; for x32 the cost is that of numbers with bit 30 cleared. @p weights must outlive it.
 */
struct scc_search_cost scc_emit_cost_of_numbers(const struct scc_emit_options *options,
                                                const struct scc_arch *arch,
                                                const struct scc_dag *dag,
                                                const struct scc_branches *branches,
                                                struct scc_number_weights *weights);

#endif
