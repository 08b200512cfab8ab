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

/** The node that stands for an answer. */
struct scc_arg_end {
    uint32_t return_value;
    scc_dag_ref ref; /* returns, or loads what it looks at */
};

/** What rules are tested on, and what comes behind them. */
struct scc_arg_setting {
    uint32_t default_return; /* where none holds */
    /** Bit i: argument i has 64 bits. Of the others only low words are loaded, as on 32-bit ABIs.
     */
    uint8_t wide;
    bool is_big_endian;
    /** Answers that go on elsewhere; the others are returned. */
    const struct scc_arg_end *ends;
    size_t end_count;
};

/** For `wide`: all arguments of a 64-bit ABI. */
enum { SCC_ARGS_WIDE = (1 << SCC_ARG_COUNT) - 1 };

/** The node for an answer. */
scc_dag_ref scc_arg_answer(struct scc_dag *dag, const struct scc_arg_setting *setting,
                           uint32_t return_value);

/**
 * The node that answers with the first of @p rules that holds, else with the default. It loads what
 * it tests. @p cost is that of tests of arguments. SCC_DAG_FAILED without memory.
 */
scc_dag_ref scc_argtree_build(struct scc_dag *dag, const struct scc_arg_rule *rules, size_t count,
                              const struct scc_arg_setting *setting,
                              const struct scc_search_cost *cost);

#endif
