/* SPDX-License-Identifier: Apache-2.0 */
#include "dag.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

enum { FIRST_SLOTS = 1024 };

void scc_dag_clear(struct scc_dag *dag)
{
    free(dag->nodes);
    free(dag->slots);
    *dag = (struct scc_dag){0};
}

static size_t hash_of(const struct scc_dag_node *node)
{
    uint64_t hash = (uint64_t)node->kind << 16 | node->code;
    const uint32_t parts[] = {node->k, node->yes, node->no};
    for (size_t i = 0; i < SCC_COUNT(parts); i++)
        hash = (hash ^ parts[i]) * 0x9e3779b97f4a7c15u;
    return (size_t)(hash >> 20);
}

static bool is_same(const struct scc_dag_node *a, const struct scc_dag_node *b)
{
    return a->kind == b->kind && a->code == b->code && a->k == b->k && a->yes == b->yes &&
           a->no == b->no;
}

static uint32_t *find_slot(const struct scc_dag *dag, const struct scc_dag_node *node)
{
    size_t at = hash_of(node) & (dag->slot_count - 1);
    while (dag->slots[at] && !is_same(&dag->nodes[dag->slots[at] - 1], node))
        at = (at + 1) & (dag->slot_count - 1);
    return &dag->slots[at];
}

/** Keeps half of the slots free. */
static bool grow_slots(struct scc_dag *dag)
{
    if (2 * (dag->count + 1) <= dag->slot_count)
        return true;
    size_t wanted = dag->slot_count ? 2 * dag->slot_count : FIRST_SLOTS;
    uint32_t *slots = calloc(wanted, sizeof *slots);
    if (!slots)
        return false;
    free(dag->slots);
    dag->slots = slots;
    dag->slot_count = wanted;
    for (size_t i = 0; i < dag->count; i++)
        *find_slot(dag, &dag->nodes[i]) = (uint32_t)i + 1;
    return true;
}

/** Whether a part behind the node could not be built: it is then not built either. */
static bool lacks_part(const struct scc_dag_node *node)
{
    return node->kind != SCC_DAG_RETURN &&
           (node->yes == SCC_DAG_FAILED || node->no == SCC_DAG_FAILED);
}

static scc_dag_ref add(struct scc_dag *dag, struct scc_dag_node node)
{
    if (lacks_part(&node))
        return SCC_DAG_FAILED;
    if (dag->failed || !grow_slots(dag)) {
        dag->failed = true;
        return SCC_DAG_FAILED;
    }
    uint32_t *slot = find_slot(dag, &node);
    if (*slot)
        return *slot - 1;
    if (!SCC_GROW(dag->nodes, dag->cap, dag->count + 1)) {
        dag->failed = true;
        return SCC_DAG_FAILED;
    }
    dag->nodes[dag->count++] = node;
    *slot = (uint32_t)dag->count;
    return (scc_dag_ref)(dag->count - 1);
}

scc_dag_ref scc_dag_return(struct scc_dag *dag, uint32_t return_value)
{
    return add(dag, (struct scc_dag_node){.kind = SCC_DAG_RETURN, .k = return_value});
}

scc_dag_ref scc_dag_test(struct scc_dag *dag, uint16_t op, uint32_t k, scc_dag_ref yes,
                         scc_dag_ref no)
{
    if (yes == no)
        return yes;
    return add(dag, (struct scc_dag_node){SCC_DAG_TEST, op, k, yes, no});
}

scc_dag_ref scc_dag_load(struct scc_dag *dag, unsigned word, scc_dag_ref next)
{
    return add(dag, (struct scc_dag_node){.kind = SCC_DAG_LOAD, .k = word, .yes = next});
}

scc_dag_ref scc_dag_and(struct scc_dag *dag, uint32_t mask, scc_dag_ref next)
{
    return add(dag, (struct scc_dag_node){.kind = SCC_DAG_AND, .k = mask, .yes = next});
}
