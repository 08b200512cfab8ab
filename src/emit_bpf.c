/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Policy → our own program. A tree over the numbers of each ABI, and behind it the conditions of
 * the calls that depend on arguments; what is the same is there once, across calls and ABIs.
 */
#include <seccompc/emit.h>

#include <linux/audit.h>
#include <stdlib.h>

#include "argchain.h"
#include "argtree.h"
#include "dag.h"
#include "emit_cost.h"
#include "error.h"
#include "harden.h"
#include "layout.h"
#include "numbers.h"
#include "optimize.h"
#include "policy.h"
#include "util.h"

enum {
    /** Programs with no more loads of arguments are as good as they get. */
    LIGHT_LOADS = 5,
    /** Steps of work, after which the program is made in the ways that take the least time. */
    EMIT_WORK = 1 << 20,
    /** Rules that are tested one after another in a step of work. */
    CHAINED_OF_STEP = 4,
    /** A graph of more nodes, where a number's rules are tested behind their own answers, is given
     * up: it would not fit into a program. */
    HARDENED_NODES_MAX = 8 * SCC_PROGRAM_MAX,
};

/** How the rules of a number are tested. */
enum arg_way {
    ARG_TREE,           /* word after word */
    ARG_CHAIN,          /* rule after rule */
    ARG_CHAIN_REVERSED, /* the same, the last argument first */
};

struct emitter {
    const struct scc_emit_options *options;
    enum arg_way way;
    const struct scc_policy *policy;
    const struct scc_hardened_list *hardened;
    struct scc_dag dag;
    scc_dag_ref default_ref, bad_arch_ref;
    struct scc_numbers tables[SCC_ARCH_COUNT];
    size_t table_count;
    struct scc_number_weights *weights; /* of each architecture */
    bool is_too_large;
};

/** Rules that are tested, with what they are tested on. */
struct tested {
    struct scc_arg_rule *rules;
    size_t count;
    struct scc_arg_setting setting;
};

static scc_dag_ref build_tested(struct emitter *at, const struct tested *tested)
{
    if (at->way != ARG_TREE)
        scc_work_take(at->dag.work, 1 + tested->count / CHAINED_OF_STEP);
    return at->way == ARG_TREE
               ? scc_argtree_build(&at->dag, tested->rules, tested->count, &tested->setting,
                                   scc_emit_cost_of_args(at->options->optimize_for))
               : scc_argchain_build(&at->dag, tested->rules, tested->count, &tested->setting,
                                    at->way == ARG_CHAIN_REVERSED);
}

static uint32_t strictest(uint32_t given, uint32_t cleared)
{
    return scc_action_of(cleared) < scc_action_of(given) ? cleared : given;
}

/**
 * What stands behind the answer @p given for the arguments as they are: the rules once more, on the
 * arguments without the high words in @p loose, for the case that this gives a stricter answer.
 */
static scc_dag_ref build_behind(struct emitter *at, const struct tested *tested, unsigned loose,
                                uint32_t given)
{
    struct tested again = *tested;
    again.rules = malloc(tested->count * sizeof *again.rules);
    if (!again.rules) {
        at->dag.failed = true;
        return SCC_DAG_FAILED;
    }
    again.setting.wide &= (uint8_t)~loose;
    again.setting.default_return = strictest(given, tested->setting.default_return);
    for (size_t i = 0; i < tested->count; i++) {
        again.rules[i] = tested->rules[i];
        again.rules[i].return_value = strictest(given, tested->rules[i].return_value);
    }
    scc_dag_ref ref = build_tested(at, &again);
    free(again.rules);
    return ref;
}

/** Adds the end of one answer, unless it is there. */
static void add_end(struct emitter *at, struct tested *tested, unsigned loose,
                    struct scc_arg_end *ends, uint32_t given)
{
    struct scc_arg_setting *setting = &tested->setting;
    for (size_t i = 0; i < setting->end_count; i++) {
        if (ends[i].return_value == given)
            return;
    }
    struct tested plain = *tested;
    plain.setting.ends = NULL;
    plain.setting.end_count = 0;
    ends[setting->end_count].return_value = given;
    ends[setting->end_count].ref = build_behind(at, &plain, loose, given);
    setting->end_count++;
}

/** The rules on the arguments as they are, and behind each answer on those without high words. */
static scc_dag_ref build_both(struct emitter *at, struct tested *tested, unsigned loose)
{
    struct scc_arg_end *ends = malloc((tested->count + 1) * sizeof *ends);
    if (!ends) {
        at->dag.failed = true;
        return SCC_DAG_FAILED;
    }
    tested->setting.ends = ends;
    add_end(at, tested, loose, ends, tested->setting.default_return);
    for (size_t i = 0; i < tested->count && !at->dag.failed && !at->is_too_large; i++) {
        add_end(at, tested, loose, ends, tested->rules[i].return_value);
        at->is_too_large = at->dag.count > HARDENED_NODES_MAX;
    }
    scc_dag_ref ref = at->dag.failed ? SCC_DAG_FAILED : build_tested(at, tested);
    free(ends);
    return ref;
}

/** The node for the placed rules of one number, where none of them matches @p default_return. */
static scc_dag_ref build_rules(struct emitter *at, const struct scc_policy_arch *table,
                               const struct scc_placed_rule *placed, size_t count,
                               uint32_t default_return)
{
    const struct scc_rule *first = &at->policy->rules[placed->rule];
    if (!placed->selector && !first->cmp_count)
        return scc_dag_return(&at->dag, first->return_value);
    struct tested tested = {
        .rules = calloc(count, sizeof *tested.rules),
        .count = count,
        .setting = {.default_return = default_return,
                    .wide = table->arch->is_64bit ? SCC_ARGS_WIDE : 0,
                    .is_big_endian = table->arch->is_big_endian},
    };
    if (!tested.rules) {
        at->dag.failed = true;
        return SCC_DAG_FAILED;
    }
    for (size_t i = 0; i < count; i++) {
        tested.rules[i].cmp_count = scc_policy_cmps(at->policy, &placed[i], tested.rules[i].cmps);
        tested.rules[i].return_value = at->policy->rules[placed[i].rule].return_value;
    }
    unsigned loose = scc_policy_loose_args(at->policy, table->arch, placed->nr);
    enum scc_hardening how = scc_hardened_how(at->hardened, placed);
    if (how == SCC_HARDENS_CLEARED)
        tested.setting.wide &= (uint8_t)~loose;
    scc_dag_ref ref =
        how == SCC_HARDENS_BOTH ? build_both(at, &tested, loose) : build_tested(at, &tested);
    free(tested.rules);
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
        scc_dag_ref ref = build_rules(at, table, &table->placed[i], next - i,
                                      scc_policy_default_at(at->policy, table->arch->audit, nr));
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

/** Puts in what answers before the rules, and what stands in for the default. */
static bool add_overrides(struct emitter *at, uint32_t audit, struct scc_branches *branches)
{
    struct scc_branches made = {0};
    bool done = true;
    for (size_t i = 0; i < branches->count && done; i++) {
        const struct scc_branch *branch = &branches->items[i];
        uint32_t last = scc_branch_last(branches->items, branches->count, i);
        done = scc_branches_add(&made, branch->start, branch->target);
        for (size_t j = 0; j < at->policy->override_count && done; j++) {
            const struct scc_override *over = &at->policy->overrides[j];
            bool is_met =
                over->audit == audit && over->first <= last && over->last >= branch->start;
            if (!is_met || !(over->is_before_rules || branch->target == at->default_ref))
                continue;
            done =
                scc_branches_add(&made, over->first > branch->start ? over->first : branch->start,
                                 scc_dag_return(&at->dag, over->return_value));
            if (done && over->last < last)
                done = scc_branches_add(&made, over->last + 1, branch->target);
        }
    }
    scc_branches_clear(branches);
    *branches = made;
    return done;
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
    if (done && at->policy->override_count)
        done = add_overrides(at, arch->audit, branches);
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

/** The best program so far, and why there is none. */
struct contest {
    const struct scc_policy *policy;
    const struct scc_emit_options *options;
    struct scc_hardened_list hardened;
    struct scc_work work; /* of all that compete */
    scc_program *best;
    scc_error *failure; /* of the latest that was too long */
};

static int emit(struct contest *contest, const struct scc_emit_options *options, enum arg_way way,
                scc_program **program, scc_error **err)
{
    const struct scc_policy *policy = contest->policy;
    struct emitter at = {
        .options = options,
        .way = way,
        .policy = policy,
        .hardened = &contest->hardened,
        .dag.work = &contest->work,
    };
    scc_dag_ref root = SCC_DAG_FAILED;
    at.default_ref = scc_dag_return(&at.dag, policy->default_return);
    at.bad_arch_ref = scc_dag_return(&at.dag, SCC_BAD_ARCH_RETURN);
    if (add_tables(&at))
        root = scc_numbers_build(&at.dag, at.tables, at.table_count, at.bad_arch_ref);
    else
        at.dag.failed = true;
    int done = at.is_too_large && !at.dag.failed
                   ? scc_error_set(err, SCC_ERROR_INPUT,
                                   "--harden: the rules of one call have so many answers for the "
                                   "arguments as given and as the kernel reads them that the "
                                   "program would need more than %d instructions",
                                   SCC_PROGRAM_MAX)
                   : scc_dag_to_program(&at.dag, root, policy->target->is_big_endian, program, err);
    scc_numbers_clear(at.tables, at.table_count);
    free(at.weights);
    scc_dag_clear(&at.dag);
    return done;
}

/*
 * Several programs, of which one is taken
 */

static void measure(const struct scc_policy *policy, const scc_program *program,
                    struct scc_program_cost *cost)
{
    *cost = (struct scc_program_cost){0};
    for (size_t i = 0; i < policy->arch_count; i++) {
        if (policy->arches[i].arch->id != SCC_ARCH_X32)
            cost->arches[cost->arch_count++] = policy->arches[i].arch;
    }
    scc_emit_measure(program, cost);
}

/** Keeps the better one; takes @p made over. -1 without memory. */
static int offer(struct contest *contest, scc_program *made)
{
    struct scc_program_cost before, after;
    if (contest->best) {
        measure(contest->policy, contest->best, &before);
        measure(contest->policy, made, &after);
        int64_t gain = scc_emit_gain(contest->options, contest->best, &before, made, &after);
        if (gain <= 0) {
            scc_program_free(made);
            return gain == SCC_EMIT_GAIN_UNKNOWN ? scc_error_nomem(&contest->failure) : 0;
        }
    }
    scc_program_free(contest->best);
    contest->best = made;
    return 0;
}

/** Emits for @p optimize_for and offers it; -1 where it failed for another reason than its length.
 */
static int enter(struct contest *contest, enum scc_optimize_for optimize_for, enum arg_way way)
{
    struct scc_emit_options options = {.optimize_for = optimize_for};
    scc_program *made = NULL;
    if (optimize_for == contest->options->optimize_for)
        options = *contest->options;
    scc_error_free(SCC_STEAL(contest->failure));
    if (emit(contest, &options, way, &made, &contest->failure) == 0)
        return offer(contest, made);
    return scc_error_get_code(contest->failure) == SCC_ERROR_INPUT ? 0 : -1;
}

/** Whether so much is decided by arguments that there may be a better way to do it. */
static bool is_heavy(const scc_program *program)
{
    unsigned loads = 0;
    for (size_t i = 0; i < program->count; i++)
        loads += program->insns[i].code == (BPF_LD | BPF_W | BPF_ABS) &&
                 program->insns[i].k >= 4 * SCC_WORD_ARGS;
    return loads > LIGHT_LOADS;
}

/** Whether rules are tested once more behind their own answers: what was told then is told again.
 */
static bool tests_twice(const struct scc_hardened_list *hardened)
{
    for (size_t i = 0; i < hardened->count; i++) {
        if (hardened->items[i].how == SCC_HARDENS_BOTH)
            return true;
    }
    return false;
}

/** Lets the rules one after another compete, and what the best program's meaning leads to. */
static int enter_others(struct contest *contest)
{
    struct scc_optimized optimized;
    if (enter(contest, contest->options->optimize_for, ARG_CHAIN) < 0 ||
        enter(contest, contest->options->optimize_for, ARG_CHAIN_REVERSED) < 0)
        return -1;
    if (!contest->best || scc_work_is_over(&contest->work))
        return 0;
    scc_error_free(SCC_STEAL(contest->failure));
    if (scc_optimize(contest->best, contest->policy->target, contest->options, &contest->work,
                     &optimized, &contest->failure) < 0)
        return scc_error_get_code(contest->failure) == SCC_ERROR_INPUT ? 0 : -1;
    int done = offer(contest, SCC_STEAL(optimized.program));
    scc_optimized_clear(&optimized);
    return done;
}

static int compete(struct contest *contest)
{
    enum scc_optimize_for wanted = contest->options->optimize_for;
    if (enter(contest, wanted, ARG_TREE) < 0)
        return -1;
    /* Equal parts, which count once, are not always foreseen, so other costs may give less. */
    for (int i = SCC_OPTIMIZE_ATTACH; wanted == SCC_OPTIMIZE_SIZE && i < SCC_OPTIMIZE_SIZE; i++) {
        if (enter(contest, (enum scc_optimize_for)i, ARG_TREE) < 0)
            return -1;
    }
    bool has_others = !contest->best || is_heavy(contest->best) || tests_twice(&contest->hardened);
    if (has_others && enter_others(contest) < 0)
        return -1;
    /* The cheapest program may be too long where the smallest one is not. */
    return contest->best ? 0 : enter(contest, SCC_OPTIMIZE_SIZE, ARG_TREE);
}

int scc_emit_bpf(const scc_policy *policy, const struct scc_emit_options *options,
                 scc_program **program, scc_error **err)
{
    static const struct scc_emit_options attach = {SCC_OPTIMIZE_ATTACH, NULL};
    struct contest contest = {
        .policy = policy,
        .options = options ? options : &attach,
        .work = {.limit = EMIT_WORK, .whole = policy->work},
    };
    int done = scc_hardened_find(policy, &contest.hardened, &contest.failure);
    if (done == 0)
        done = compete(&contest);
    if (done == 0 && scc_work_is_over(policy->work)) {
        scc_error_free(SCC_STEAL(contest.failure));
        done = scc_work_check(policy->work, &contest.failure);
    }
    scc_hardened_clear(&contest.hardened);
    if (done == 0 && contest.best) {
        scc_error_free(contest.failure);
        *program = contest.best;
        return 0;
    }
    scc_program_free(contest.best);
    return scc_error_pass(err, contest.failure);
}
