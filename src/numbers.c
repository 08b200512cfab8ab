/* SPDX-License-Identifier: Apache-2.0 */
#include "numbers.h"

#include <linux/audit.h>

#include "arch.h"

enum {
    /** So many branches of x32 are worth a tree of their own. */
    X32_BRANCHES_MIN = 3,
};

void scc_numbers_clear(struct scc_numbers *tables, size_t count)
{
    for (size_t i = 0; i < count; i++)
        scc_branches_clear(&tables[i].branches);
}

/*
 * The two ABIs of audit arch X86_64. Numbers of x32 have bit 30: with it cleared they go through a
 * tree of their own, which shares what it can with that of x86_64.
 */

/** The branches below @p end, the last then without end, and those from there on, less @p end. */
static bool part_branches(const struct scc_branches *all, uint32_t end, struct scc_branches *below,
                          struct scc_branches *above)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct scc_branch *branch = &all->items[i];
        uint32_t last = scc_branch_last(all->items, all->count, i);
        if (branch->start < end && !scc_branches_add(below, branch->start, branch->target))
            return false;
        uint32_t start = branch->start < end ? 0 : branch->start - end;
        if (last >= end && !scc_branches_add(above, start, branch->target))
            return false;
    }
    return true;
}

/**
 * Takes off the number that skips a call, where it has a branch of its own; returns that branch's
 * target, or that of the numbers in front of it.
 */
static scc_dag_ref take_skip(struct scc_branches *above)
{
    const struct scc_branch *last = &above->items[above->count - 1];
    if (above->count > 1 && last->start == SCC_NR_SKIP - SCC_X32_BIT)
        above->count--;
    return last->target;
}

/**
 * Whether x32 can have its bit cleared: from 2^31 on, where clearing it makes two numbers one, all
 * of them must lead to one target.
 */
static bool is_worth_clearing(const struct scc_branches *above)
{
    const struct scc_branch *last = &above->items[above->count - 1];
    return above->count >= X32_BRANCHES_MIN && last->start <= SCC_X32_BIT;
}

/** A copy of the way of large values through @p ref, which ends in front of @p high. */
static scc_dag_ref with_tail(struct scc_dag *dag, scc_dag_ref ref, uint32_t start, scc_dag_ref high)
{
    if (dag->failed)
        return SCC_DAG_FAILED;
    const struct scc_dag_node node = dag->nodes[ref];
    if (node.kind != SCC_DAG_TEST || node.code == BPF_JSET || node.k >= start)
        return scc_dag_test(dag, BPF_JGE, start, high, ref);
    if (node.code == BPF_JEQ)
        return scc_dag_test(dag, BPF_JEQ, node.k, node.yes, with_tail(dag, node.no, start, high));
    return scc_dag_test(dag, node.code, node.k, with_tail(dag, node.yes, start, high), node.no);
}

static scc_dag_ref build_with_x32(struct scc_dag *dag, const struct scc_numbers *table,
                                  const struct scc_branches *below,
                                  const struct scc_branches *above, scc_dag_ref skip,
                                  struct scc_search_tree *tree)
{
    *tree = (struct scc_search_tree){
        .branches = below->items,
        .count = below->count,
        .root = scc_search_build(dag, below->items, below->count, &table->cost, NULL)};
    if (dag->failed)
        return SCC_DAG_FAILED;
    scc_dag_ref cleared = scc_search_build(dag, above->items, above->count, &table->x32_cost, tree);
    scc_dag_ref high = scc_dag_and(dag, ~SCC_X32_BIT, cleared);
    if (skip != above->items[above->count - 1].target)
        high = scc_dag_test(dag, BPF_JEQ, SCC_NR_SKIP, skip, high);
    return with_tail(dag, tree->root, SCC_X32_BIT, high);
}

/*
 * All audit arches
 */

/** Branches that trees in the making still refer to. */
struct builder {
    struct scc_dag *dag;
    struct scc_branches below, above;
    struct scc_search_tree shared; /* the first tree; others use its parts */
    bool has_shared;
};

static scc_dag_ref build_x86_64(struct builder *builder, const struct scc_numbers *table,
                                bool *is_done)
{
    *is_done = true;
    if (!part_branches(&table->branches, SCC_X32_BIT, &builder->below, &builder->above)) {
        builder->dag->failed = true;
        return SCC_DAG_FAILED;
    }
    scc_dag_ref skip = take_skip(&builder->above);
    *is_done = is_worth_clearing(&builder->above);
    if (!*is_done)
        return SCC_DAG_FAILED;
    struct scc_search_tree tree;
    scc_dag_ref ref =
        build_with_x32(builder->dag, table, &builder->below, &builder->above, skip, &tree);
    if (!builder->has_shared)
        builder->shared = tree;
    builder->has_shared = true;
    return ref;
}

static scc_dag_ref build_table(struct builder *builder, const struct scc_numbers *table)
{
    bool is_done = false;
    scc_dag_ref ref = SCC_DAG_FAILED;
    if (table->audit == AUDIT_ARCH_X86_64)
        ref = build_x86_64(builder, table, &is_done);
    if (is_done)
        return ref;
    ref = scc_search_build(builder->dag, table->branches.items, table->branches.count, &table->cost,
                           builder->has_shared ? &builder->shared : NULL);
    if (!builder->has_shared)
        builder->shared =
            (struct scc_search_tree){table->branches.items, table->branches.count, ref};
    builder->has_shared = true;
    return ref;
}

/** Loads nr and goes through @p tree, unless that looks at nothing of it. */
static scc_dag_ref with_nr(struct scc_dag *dag, scc_dag_ref tree)
{
    if (dag->failed || dag->nodes[tree].kind == SCC_DAG_RETURN ||
        dag->nodes[tree].kind == SCC_DAG_LOAD)
        return tree;
    return scc_dag_load(dag, SCC_WORD_NR, tree);
}

/** Tests the audit arches from table @p index on. */
static scc_dag_ref build_from(struct builder *builder, const struct scc_numbers *tables,
                              size_t count, size_t index, scc_dag_ref otherwise)
{
    if (index == count || builder->dag->failed)
        return otherwise;
    scc_dag_ref tree = with_nr(builder->dag, build_table(builder, &tables[index]));
    scc_dag_ref rest = build_from(builder, tables, count, index + 1, otherwise);
    return scc_dag_test(builder->dag, BPF_JEQ, tables[index].audit, tree, rest);
}

scc_dag_ref scc_numbers_build(struct scc_dag *dag, const struct scc_numbers *tables, size_t count,
                              scc_dag_ref otherwise)
{
    struct builder builder = {.dag = dag};
    scc_dag_ref tests = build_from(&builder, tables, count, 0, otherwise);
    scc_branches_clear(&builder.below);
    scc_branches_clear(&builder.above);
    if (dag->failed)
        return SCC_DAG_FAILED;
    return dag->nodes[tests].kind == SCC_DAG_RETURN ? tests
                                                    : scc_dag_load(dag, SCC_WORD_ARCH, tests);
}

scc_dag_ref scc_numbers_build_one(struct scc_dag *dag, const struct scc_numbers *table)
{
    struct builder builder = {.dag = dag};
    scc_dag_ref ref = with_nr(dag, build_table(&builder, table));
    scc_branches_clear(&builder.below);
    scc_branches_clear(&builder.above);
    return ref;
}
