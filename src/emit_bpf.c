/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Policy → our own program. A tree over the numbers of each ABI, and behind it the conditions of
 * the calls that depend on arguments; what is the same is there once, across calls and ABIs.
 */
#include <seccompc/emit.h>

#include <stdlib.h>

#include "argtree.h"
#include "dag.h"
#include "error.h"
#include "policy.h"
#include "search.h"
#include "util.h"

enum {
    /** A kernel's table of numbers ends about here; its action cache walks each at attach. */
    TABLE_END = 470,
};

/*
 * Microseconds, on a kernel of 2025: an instruction is converted and compiled, and run for every
 * number of the native and the compat table to fill the action cache. bench/ measures both.
 */
static const struct scc_search_cost attach_cost = {
    .node = 0.26,
    .hot_step = 2.5 / (2 * TABLE_END),
    .hot_end = TABLE_END,
    .span_step = 0.001,
};

static const struct scc_search_cost arg_cost = {.node = 1, .span_step = 0.1};

/** Nothing but instructions counts. */
static const struct scc_search_cost size_cost = {.node = 1};

struct emitter {
    const struct scc_search_cost *nr_cost, *arg_cost;
    const struct scc_policy *policy;
    struct scc_dag dag;
    scc_dag_ref default_ref, bad_arch_ref;
};

/** A growing list of spans; neighbours with one target become one. */
struct spans {
    struct scc_span *items;
    size_t count, cap;
    bool failed;
};

static void add_span(struct spans *spans, uint32_t start, scc_dag_ref target)
{
    if (spans->count && spans->items[spans->count - 1].start == start)
        spans->count--;
    if (spans->count && spans->items[spans->count - 1].target == target)
        return;
    if (!SCC_GROW(spans->items, spans->cap, spans->count + 1)) {
        spans->failed = true;
        return;
    }
    spans->items[spans->count++] = (struct scc_span){start, target};
}

/** The node for the placed rules of one number. */
static scc_dag_ref build_rules(struct emitter *at, const struct scc_policy_arch *table,
                               const struct scc_placed_rule *placed, size_t count)
{
    struct scc_arg_rule *rules = calloc(count, sizeof *rules);
    if (!rules) {
        at->dag.failed = true;
        return SCC_DAG_FAILED;
    }
    for (size_t i = 0; i < count; i++) {
        rules[i].cmp_count = scc_policy_cmps(at->policy, &placed[i], rules[i].cmps);
        rules[i].return_value = at->policy->rules[placed[i].rule].return_value;
    }
    scc_dag_ref ref =
        scc_argtree_build(&at->dag, rules, count, at->policy->default_return, table->arch->is_64bit,
                          table->arch->is_big_endian, at->arg_cost);
    free(rules);
    return ref;
}

/** Adds what the table says of the numbers from its first on, less @p offset, up to @p end. */
static void add_table(struct emitter *at, const struct scc_policy_arch *table, uint32_t offset,
                      struct spans *spans)
{
    for (size_t i = 0, next; i < table->count; i = next) {
        uint32_t nr = table->placed[i].nr;
        for (next = i; next < table->count && table->placed[next].nr == nr;)
            next++;
        add_span(spans, nr - offset, build_rules(at, table, &table->placed[i], next - i));
        if (nr - offset != UINT32_MAX)
            add_span(spans, nr - offset + 1, at->default_ref);
    }
}

static scc_dag_ref search(struct emitter *at, struct spans *spans, scc_dag_ref other)
{
    scc_dag_ref ref = SCC_DAG_FAILED;
    if (spans->failed || at->dag.failed)
        at->dag.failed = true;
    else
        ref = scc_search_build(&at->dag, spans->items, spans->count, at->nr_cost, other);
    free(spans->items);
    return ref;
}

static const struct scc_policy_arch *find_table(const struct scc_policy *policy,
                                                enum scc_arch_id id)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        if (policy->arches[i].arch->id == id)
            return &policy->arches[i];
    }
    return NULL;
}

/** A tree over the numbers of an ABI that has its audit arch for itself. */
static scc_dag_ref build_plain(struct emitter *at, const struct scc_policy_arch *table,
                               scc_dag_ref other)
{
    struct spans spans = {0};
    add_span(&spans, 0, at->default_ref);
    add_table(at, table, 0, &spans);
    return search(at, &spans, other);
}

/**
 * A tree over the numbers of audit arch X86_64. Those of x32 have bit 30: with it cleared they go
 * through a tree of their own, which shares what it can with that of x86_64.
 */
static scc_dag_ref build_x86_64(struct emitter *at, const struct scc_policy_arch *x86_64,
                                const struct scc_policy_arch *x32, scc_dag_ref *shared)
{
    struct spans native = {0};
    scc_dag_ref high = at->bad_arch_ref;
    *shared = SCC_SEARCH_NO_TREE;
    if (x86_64) {
        struct spans alone = {0};
        add_span(&alone, 0, at->default_ref);
        add_table(at, x86_64, 0, &alone);
        *shared = search(at, &alone, SCC_SEARCH_NO_TREE);
    }
    if (x32) {
        struct spans cleared = {0};
        add_span(&cleared, 0, at->default_ref);
        add_table(at, x32, SCC_X32_BIT, &cleared);
        high = scc_dag_and(&at->dag, ~SCC_X32_BIT, search(at, &cleared, *shared));
    }
    add_span(&native, 0, x86_64 ? at->default_ref : at->bad_arch_ref);
    if (x86_64)
        add_table(at, x86_64, 0, &native);
    add_span(&native, SCC_X32_BIT, high);
    if (!x32)
        add_span(&native, SCC_NR_SKIP, at->default_ref);
    return search(at, &native, *shared);
}

/** Loads nr and goes through @p tree, unless it is one answer for all. */
static scc_dag_ref with_nr(struct emitter *at, scc_dag_ref tree)
{
    if (at->dag.failed || at->dag.nodes[tree].kind == SCC_DAG_RETURN)
        return tree;
    return scc_dag_load(&at->dag, SCC_WORD_NR, tree);
}

static scc_dag_ref build_program(struct emitter *at)
{
    const struct scc_policy *policy = at->policy;
    const struct scc_policy_arch *x86_64 = find_table(policy, SCC_ARCH_X86_64);
    const struct scc_policy_arch *x32 = find_table(policy, SCC_ARCH_X32);
    scc_dag_ref shared = SCC_SEARCH_NO_TREE, trees[SCC_ARCH_COUNT];
    scc_dag_ref x86_ref = at->bad_arch_ref;
    if (x86_64 || x32)
        x86_ref = with_nr(at, build_x86_64(at, x86_64, x32, &shared));
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_policy_arch *table = &policy->arches[i];
        if (table == x86_64 || table == x32) {
            trees[i] = x86_ref;
            continue;
        }
        scc_dag_ref tree = build_plain(at, table, shared);
        if (shared == SCC_SEARCH_NO_TREE)
            shared = tree;
        trees[i] = with_nr(at, tree);
    }
    /* The order of tests is that of the architectures: the target's own first. */
    scc_dag_ref ref = at->bad_arch_ref;
    for (size_t i = policy->arch_count; i-- > 0;) {
        if (i && trees[i] == x86_ref &&
            (policy->arches[i].arch->audit == policy->arches[i - 1].arch->audit))
            continue;
        ref = scc_dag_test(&at->dag, BPF_JEQ, policy->arches[i].arch->audit, trees[i], ref);
    }
    return scc_dag_load(&at->dag, SCC_WORD_ARCH, ref);
}

static int emit(const struct scc_policy *policy, const struct scc_search_cost *nr_cost,
                const struct scc_search_cost *arg_cost_used, scc_program **program, scc_error **err)
{
    struct emitter at = {.nr_cost = nr_cost, .arg_cost = arg_cost_used, .policy = policy};
    at.default_ref = scc_dag_return(&at.dag, policy->default_return);
    at.bad_arch_ref = scc_dag_return(&at.dag, SCC_BAD_ARCH_RETURN);
    scc_dag_ref root = build_program(&at);
    int done = scc_dag_to_program(&at.dag, root, policy->target->is_big_endian, program, err);
    scc_dag_clear(&at.dag);
    return done;
}

int scc_emit_bpf(const scc_policy *policy, scc_program **program, scc_error **err)
{
    scc_error *failure = NULL;
    if (emit(policy, &attach_cost, &arg_cost, program, &failure) == 0)
        return 0;
    /* The cheapest program may be too long where the smallest one is not. */
    bool is_too_long = scc_error_get_code(failure) == SCC_ERROR_INPUT;
    scc_error_free(failure);
    return is_too_long ? emit(policy, &size_cost, &size_cost, program, err) : scc_error_nomem(err);
}
