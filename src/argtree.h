/* SPDX-License-Identifier: Apache-2.0 */
/** From the comparisons of one number's rules to tests of the words of their arguments. */
#ifndef SCC_ARGTREE_H
#define SCC_ARGTREE_H

#include "cmp.h"
#include "dag.h"
#include "search.h"

/** A rule as it stands on one architecture: its comparisons AND-ed. */
struct scc_arg_rule {
    unsigned cmp_count;
    struct scc_cmp cmps[SCC_ARG_COUNT];
    uint32_t return_value;
};

/**
 * The node that answers with the first of @p rules that holds, else with @p default_return. It
 * loads what it tests. On 32-bit ABIs only low words are loaded. @p cost is that of tests of
 * arguments. SCC_DAG_FAILED without memory.
 */
scc_dag_ref scc_argtree_build(struct scc_dag *dag, const struct scc_arg_rule *rules, size_t count,
                              uint32_t default_return, bool is_64bit, bool is_big_endian,
                              const struct scc_search_cost *cost);

#endif
