/* SPDX-License-Identifier: Apache-2.0 */
/** What the tests of the code generator share: graphs as text, and running them. */
#ifndef SCC_TEST_TREE_H
#define SCC_TEST_TREE_H

#include <inttypes.h>

#include "dag.h"
#include "strbuf.h"

/** Where tests and ANDs lead from @p ref with @p word in the accumulator; *steps counts them. */
static inline scc_dag_ref tree_follow(const struct scc_dag *dag, scc_dag_ref ref, uint32_t word,
                                      unsigned *steps)
{
    for (*steps = 0;; ++*steps) {
        const struct scc_dag_node *node = &dag->nodes[ref];
        if (node->kind == SCC_DAG_AND)
            word &= node->k;
        else if (node->kind != SCC_DAG_TEST)
            return ref;
        ref = node->kind == SCC_DAG_AND ? node->yes : scc_dag_follow(node, word);
    }
}

/** What a whole graph answers to @p call; words as a little-endian kernel lays them out. */
static inline uint32_t tree_run(const struct scc_dag *dag, scc_dag_ref ref,
                                const struct scc_call *call)
{
    uint32_t a = 0;
    for (;;) {
        const struct scc_dag_node *node = &dag->nodes[ref];
        switch (node->kind) {
        case SCC_DAG_RETURN:
            return node->k;
        case SCC_DAG_TEST:
            ref = scc_dag_follow(node, a);
            continue;
        case SCC_DAG_LOAD:
            if (node->k == SCC_WORD_NR || node->k == SCC_WORD_ARCH)
                a = node->k == SCC_WORD_NR ? call->nr : call->audit;
            else
                a = (uint32_t)(call->args[(node->k - SCC_WORD_ARGS) / 2] >>
                               ((node->k - SCC_WORD_ARGS) % 2 ? 32 : 0));
            break;
        case SCC_DAG_AND:
            a &= node->k;
            break;
        }
        ref = node->yes;
    }
}

/** Writes a graph as a tree: "r1", "(jge 10 YES NO)", "(and 0x6 NEXT)", "(load 0 NEXT)". */
static inline void tree_print(struct scc_strbuf *out, const struct scc_dag *dag, scc_dag_ref ref)
{
    const struct scc_dag_node *node = &dag->nodes[ref];
    const char *op = node->code == BPF_JEQ   ? "jeq"
                     : node->code == BPF_JGE ? "jge"
                     : node->code == BPF_JGT ? "jgt"
                                             : "jset";
    if (node->kind == SCC_DAG_RETURN) {
        scc_strbuf_addf(out, "r%" PRIu32, node->k);
        return;
    }
    if (node->kind == SCC_DAG_TEST)
        scc_strbuf_addf(out, node->code == BPF_JSET ? "(%s 0x%" PRIx32 " " : "(%s %" PRIu32 " ", op,
                        node->k);
    else
        scc_strbuf_addf(
            out, node->kind == SCC_DAG_AND ? "(and 0x%" PRIx32 " " : "(load %" PRIu32 " ", node->k);
    tree_print(out, dag, node->yes);
    if (node->kind == SCC_DAG_TEST) {
        scc_strbuf_add(out, " ");
        tree_print(out, dag, node->no);
    }
    scc_strbuf_add(out, ")");
}

#endif
