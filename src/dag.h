/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Programs before they have places: instructions that name their successors. Equal nodes are one
 * node, so sub-programs are shared wherever they are the same. A node says nothing of what the
 * accumulator holds; the code that makes it knows.
 */
#ifndef SCC_DAG_H
#define SCC_DAG_H

#include "program.h"
#include "work.h"

typedef uint32_t scc_dag_ref;

#define SCC_DAG_FAILED UINT32_MAX

enum scc_dag_kind {
    SCC_DAG_RETURN, /* k: the return value */
    SCC_DAG_TEST,   /* code: BPF_JEQ, BPF_JGE, BPF_JGT or BPF_JSET with k; to yes or no */
    SCC_DAG_LOAD,   /* k: a word's index in seccomp_data; then yes */
    SCC_DAG_AND,    /* with k; then yes */
};

struct scc_dag_node {
    enum scc_dag_kind kind;
    uint16_t code;
    uint32_t k;
    scc_dag_ref yes, no;
};

struct scc_dag {
    struct scc_dag_node *nodes;
    size_t count, cap;
    uint32_t *slots; /* open addressing: index + 1 */
    size_t slot_count;
    bool failed; /* memory ran out; every reference since is SCC_DAG_FAILED */
    /** What building it takes counts into this; NULL: without a bound. Once that is over, what
     * builds it takes the way that costs the least time. */
    struct scc_work *work;
};

/** Frees what the graph holds; usable with SCC_CLEANUP. */
void scc_dag_clear(struct scc_dag *dag);

scc_dag_ref scc_dag_return(struct scc_dag *dag, uint32_t return_value);

/** A test of the accumulator; where both outcomes are the same node, that node. Here and below:
 * SCC_DAG_FAILED where a part behind it is that. */
scc_dag_ref scc_dag_test(struct scc_dag *dag, uint16_t op, uint32_t k, scc_dag_ref yes,
                         scc_dag_ref no);

scc_dag_ref scc_dag_load(struct scc_dag *dag, unsigned word, scc_dag_ref next);
scc_dag_ref scc_dag_and(struct scc_dag *dag, uint32_t mask, scc_dag_ref next);

/** Where a test goes when the accumulator holds @p value. */
static inline scc_dag_ref scc_dag_follow(const struct scc_dag_node *node, uint32_t value)
{
    bool holds;
    switch (node->code) {
    case BPF_JEQ:
        holds = value == node->k;
        break;
    case BPF_JGE:
        holds = value >= node->k;
        break;
    case BPF_JGT:
        holds = value > node->k;
        break;
    default: /* BPF_JSET */
        holds = (value & node->k) != 0;
        break;
    }
    return holds ? node->yes : node->no;
}

#endif
