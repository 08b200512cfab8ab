/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Policy → our own program. A tree over the numbers of each ABI, and behind it the conditions of
 * the calls that depend on arguments; what is the same is there once, across calls and ABIs.
 */
#include <seccompc/emit.h>

#include <linux/audit.h>
#include <stdlib.h>

#include "argtree.h"
#include "dag.h"
#include "emit_cost.h"
#include "error.h"
#include "layout.h"
#include "numbers.h"
#include "policy.h"
#include "util.h"

struct emitter {
    const struct scc_emit_options *options;
    const struct scc_policy *policy;
    struct scc_dag dag;
    scc_dag_ref default_ref, bad_arch_ref;
    struct scc_numbers tables[SCC_ARCH_COUNT];
    size_t table_count;
    struct scc_number_weights *weights; /* of each architecture */
};

/** The node for the placed rules of one number. */
static scc_dag_ref build_rules(struct emitter *at, const struct scc_policy_arch *table,
                               const struct scc_placed_rule *placed, size_t count)
{
    const struct scc_rule *first = &at->policy->rules[placed->rule];
    if (!placed->selector && !first->cmp_count)
        return scc_dag_return(&at->dag, first->return_value);
    struct scc_arg_rule *rules = calloc(count, sizeof *rules);
    if (!rules) {
        at->dag.failed = true;
        return SCC_DAG_FAILED;
    }
    for (size_t i = 0; i < count; i++) {
        rules[i].cmp_count = scc_policy_cmps(at->policy, &placed[i], rules[i].cmps);
        rules[i].return_value = at->policy->rules[placed[i].rule].return_value;
    }
    scc_dag_ref ref = scc_argtree_build(&at->dag, rules, count, at->policy->default_return,
                                        table->arch->is_64bit, table->arch->is_big_endian,
                                        scc_emit_cost_of_args(at->options->optimize_for));
    free(rules);
    return ref;
}

/** Adds what an architecture's rules say of its numbers. */
static bool add_rules(struct emitter *at, const struct scc_policy_arch *table,
                      struct scc_branches *branches)
{
    for (size_t i = 0, next; i < table->count; i = next) {
        uint32_t nr = table->placed[i].nr;
        for (next = i; next < table->count && table->placed[next].nr == nr;)
            next++;
        scc_dag_ref ref = build_rules(at, table, &table->placed[i], next - i);
        if (!scc_branches_add(branches, nr, ref) ||
            (nr != UINT32_MAX && !scc_branches_add(branches, nr + 1, at->default_ref)))
            return false;
    }
    return true;
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

/** The numbers of audit arch X86_64: those of x32 have bit 30. */
static bool add_x86_64(struct emitter *at, struct scc_branches *branches)
{
    const struct scc_policy_arch *x86_64 = find_table(at->policy, SCC_ARCH_X86_64);
    const struct scc_policy_arch *x32 = find_table(at->policy, SCC_ARCH_X32);
    scc_dag_ref below = x86_64 ? at->default_ref : at->bad_arch_ref;
    scc_dag_ref above = x32 ? at->default_ref : at->bad_arch_ref;
    return scc_branches_add(branches, 0, below) && (!x86_64 || add_rules(at, x86_64, branches)) &&
           scc_branches_add(branches, SCC_X32_BIT, above) &&
           (!x32 || add_rules(at, x32, branches)) &&
           (!branches->count || scc_branches_add(branches, SCC_NR_SKIP, at->default_ref));
}

/** The cost of the numbers of architecture @p id, whose audit arch has @p branches. */
static struct scc_search_cost find_cost(struct emitter *at, enum scc_arch_id id,
                                        const struct scc_branches *branches)
{
    return scc_emit_cost_of_numbers(at->options, scc_arch_get(id), &at->dag, branches,
                                    &at->weights[id]);
}

static bool add_table(struct emitter *at, const struct scc_arch *arch)
{
    struct scc_numbers *table = &at->tables[at->table_count++];
    struct scc_branches *branches = &table->branches;
    bool is_x86_64 = arch->audit == AUDIT_ARCH_X86_64, done;
    table->audit = arch->audit;
    if (is_x86_64)
        done = add_x86_64(at, branches);
    else
        done = scc_branches_add(branches, 0, at->default_ref) &&
               add_rules(at, find_table(at->policy, arch->id), branches);
    if (!done || at->dag.failed)
        return false;
    table->cost = find_cost(at, is_x86_64 ? SCC_ARCH_X86_64 : arch->id, branches);
    if (is_x86_64)
        table->x32_cost = find_cost(at, SCC_ARCH_X32, branches);
    return true;
}

/** One table for each audit arch, the target's own first. */
static bool add_tables(struct emitter *at)
{
    at->weights = malloc(SCC_ARCH_COUNT * sizeof *at->weights);
    if (!at->weights)
        return false;
    for (size_t i = 0; i < at->policy->arch_count; i++) {
        const struct scc_arch *arch = at->policy->arches[i].arch;
        size_t known = 0;
        while (known < at->table_count && at->tables[known].audit != arch->audit)
            known++;
        if (known == at->table_count && !add_table(at, arch))
            return false;
    }
    return true;
}

static int emit(const struct scc_policy *policy, const struct scc_emit_options *options,
                scc_program **program, scc_error **err)
{
    struct emitter at = {.options = options, .policy = policy};
    scc_dag_ref root = SCC_DAG_FAILED;
    at.default_ref = scc_dag_return(&at.dag, policy->default_return);
    at.bad_arch_ref = scc_dag_return(&at.dag, SCC_BAD_ARCH_RETURN);
    if (add_tables(&at))
        root = scc_numbers_build(&at.dag, at.tables, at.table_count, at.bad_arch_ref);
    else
        at.dag.failed = true;
    int done = scc_dag_to_program(&at.dag, root, policy->target->is_big_endian, program, err);
    scc_numbers_clear(at.tables, at.table_count);
    free(at.weights);
    scc_dag_clear(&at.dag);
    return done;
}

/** The smallest of several programs: equal parts, which count once, are not always foreseen. */
static int emit_smallest(const struct scc_policy *policy, scc_program **program, scc_error **err)
{
    scc_program *best = NULL;
    scc_error *failure = NULL;
    for (int i = SCC_OPTIMIZE_ATTACH; i <= SCC_OPTIMIZE_SIZE; i++) {
        const struct scc_emit_options options = {(enum scc_optimize_for)i, NULL};
        scc_program *made = NULL;
        scc_error_free(SCC_STEAL(failure));
        if (emit(policy, &options, &made, &failure) < 0 || (best && best->count <= made->count)) {
            scc_program_free(made);
            continue;
        }
        scc_program_free(best);
        best = made;
    }
    if (!best) {
        if (err)
            *err = failure;
        else
            scc_error_free(failure);
        return -1;
    }
    scc_error_free(failure);
    *program = best;
    return 0;
}

int scc_emit_bpf(const scc_policy *policy, const struct scc_emit_options *options,
                 scc_program **program, scc_error **err)
{
    static const struct scc_emit_options attach = {SCC_OPTIMIZE_ATTACH, NULL};
    scc_error *failure = NULL;
    if (options && options->optimize_for == SCC_OPTIMIZE_SIZE)
        return emit_smallest(policy, program, err);
    if (emit(policy, options ? options : &attach, program, &failure) == 0)
        return 0;
    /* The cheapest program may be too long where the smallest one is not. */
    bool is_too_long = scc_error_get_code(failure) == SCC_ERROR_INPUT;
    scc_error_free(failure);
    return is_too_long ? emit_smallest(policy, program, err) : scc_error_nomem(err);
}
