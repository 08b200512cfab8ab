/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/seccomp.h>
#include <stdlib.h>

#include "capability.h"
#include "decision.h"
#include "error.h"
#include "lint_check.h"
#include "policy.h"
#include "util.h"

enum {
    /** Nodes that one question about a number may take; docker's largest take some hundreds. */
    ASK_NODES = 1 << 16,
    /** What a question takes before its first step, in steps. */
    ASK_STEPS = 64,
    /** Comparisons at whose borders a call is tried where that is not enough. */
    GUESSES_MAX = 1 << 10,
};

struct scc_lint_number scc_lint_number_at(const struct scc_policy_arch *table, uint32_t nr)
{
    struct scc_lint_number number = {.arch = table->arch, .nr = nr};
    number.placed = scc_policy_rules_at(table, nr, &number.count);
    return number;
}

bool scc_lint_passes(uint32_t return_value)
{
    enum scc_action action = scc_action_of(return_value);
    return action == SCC_ACTION_ALLOW || action == SCC_ACTION_LOG;
}

bool scc_lint_is_constant(const struct scc_lint *lint, const struct scc_lint_number *number,
                          uint32_t *return_value)
{
    const struct scc_call call = {.audit = number->arch->audit, .nr = number->nr};
    *return_value = scc_policy_answer(lint->policy, &call);
    return !number->count ||
           (!number->placed->selector && !lint->policy->rules[number->placed->rule].cmp_count);
}

uint8_t scc_lint_compared_args(const struct scc_lint *lint, const struct scc_lint_number *number)
{
    unsigned args = 0;
    for (size_t i = 0; i < number->count; i++) {
        struct scc_cmp cmps[SCC_ARG_COUNT];
        unsigned count = scc_policy_cmps(lint->policy, &number->placed[i], cmps);
        for (unsigned j = 0; j < count; j++)
            args |= 1u << cmps[j].arg;
    }
    return (uint8_t)args;
}

/*
 * Numbers and calls by name
 */

bool scc_lint_number_of(const struct scc_policy_arch *table, const char *name,
                        struct scc_lint_number *number)
{
    const struct scc_syscall *call = scc_syscall_find(name);
    uint32_t nr = call ? scc_syscall_nr(call, table->arch) : SCC_NR_NONE;
    if (nr == SCC_NR_NONE)
        return false;
    *number = scc_lint_number_at(table, nr);
    return true;
}

struct scc_call scc_lint_call_at(const struct scc_lint_number *number)
{
    return (struct scc_call){.audit = number->arch->audit, .nr = number->nr};
}

bool scc_lint_call_of(const struct scc_lint *lint, const struct scc_syscall *name,
                      struct scc_call *call)
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        const struct scc_arch *arch = lint->policy->arches[i].arch;
        *call = (struct scc_call){.audit = arch->audit, .nr = scc_syscall_nr(name, arch)};
        if (call->nr != SCC_NR_NONE)
            return true;
    }
    return false;
}

bool scc_lint_has_cap(const struct scc_lint *lint, const char *capability)
{
    int bit = capability ? scc_cap_find(capability) : -1;
    return bit < 0 || lint->target->caps >> bit & 1;
}

const struct scc_json_node *scc_lint_node_of(const struct scc_lint *lint,
                                             const struct scc_call *call)
{
    uint32_t answer;
    const struct scc_rule *rule = scc_policy_match(lint->policy, call, &answer);
    return rule ? scc_lint_name_of(lint, rule) : scc_lint_default_of(lint);
}

unsigned scc_lint_clone_flags(const struct scc_arch *arch)
{
    return arch->id == SCC_ARCH_S390X || arch->id == SCC_ARCH_S390;
}

/*
 * Diagrams of one number
 */

/** The policy as if it spoke of one number alone, with @p count of its rules. */
static struct scc_policy view_of(const struct scc_lint *lint, const struct scc_lint_number *number,
                                 size_t count)
{
    struct scc_policy view = *lint->policy;
    view.arch_count = 1;
    /* Only read, as the policy itself is. */
    view.arches[0] =
        (struct scc_policy_arch){number->arch, (struct scc_placed_rule *)number->placed, count};
    return view;
}

/** What a question comes to: 1 and 0 as in lint_check.h, -1 without memory. */
enum { IS_OPEN = 2 };

/** Tells that a bound kept a question open; other failures are the caller's. */
static int give_up(struct scc_lint *lint, const struct scc_lint_number *number, scc_error *err)
{
    bool is_bound = scc_error_get_code(err) == SCC_ERROR_INPUT;
    scc_error_free(err);
    if (!is_bound)
        return scc_error_nomem(lint->err);
    const struct scc_rule *rule = &lint->policy->rules[number->placed->rule];
    if (lint->is_open[number->placed->rule])
        return IS_OPEN;
    lint->is_open[number->placed->rule] = true;
    if (!scc_lint_count(lint, SCC_LINT_UNDECIDED))
        return IS_OPEN;
    struct scc_lint_words words = {0};
    scc_strbuf_addf(&words.reason,
                    "%s has so many argument rules that not everything about it could be decided",
                    rule->call->name);
    return scc_lint_tell(lint, SCC_LINT_UNDECIDED, scc_lint_name_of(lint, rule), &words) < 0
               ? -1
               : IS_OPEN;
}

/** A space for one question about @p policy. */
static int new_space(const struct scc_policy *policy, struct scc_decision_space **space,
                     scc_error **err)
{
    if (scc_work_check(policy->work, err) < 0 ||
        scc_decision_space_new(ASK_NODES, SCC_ORDER_BY_WORD, space, err) < 0)
        return -1;
    scc_work_take(policy->work, ASK_STEPS);
    scc_decision_space_count_into(*space, policy->work);
    return 0;
}

static int pick(const struct scc_decision_space *space, scc_diagram where,
                const struct scc_policy *view, const struct scc_lint_number *number,
                struct scc_call *call)
{
    where = scc_decision_at_nr(space, where, number->arch->audit, number->nr);
    if (!scc_decision_pick(space, where, view, call))
        return 0;
    call->audit = number->arch->audit;
    call->nr = number->nr;
    return 1;
}

/**
 * A call of the number where @p more is more permissive than @p less: 1, 0, or -1 with *err, which
 * is SCC_ERROR_INPUT where the bound was reached.
 */
static int find_between(const struct scc_policy *more, const struct scc_policy *less,
                        const struct scc_lint_number *number, struct scc_call *call,
                        scc_error **err)
{
    struct scc_decision_space *space = NULL;
    scc_diagram one, two, where;
    int done = new_space(more, &space, err);
    if (done == 0)
        done = scc_decision_from_policy(space, more, &one, err);
    if (done == 0)
        done = scc_decision_from_policy(space, less, &two, err);
    if (done == 0)
        done = scc_decision_where_more_permissive(space, one, two, &where, err);
    if (done == 0)
        done = pick(space, where, more, number, call);
    scc_decision_space_free(space);
    return done;
}

/** As scc_lint_find_call(), IS_OPEN where that is not decided. */
static int ask(struct scc_lint *lint, const struct scc_lint_number *number, enum scc_lint_wish wish,
               struct scc_call *call)
{
    uint32_t answer;
    scc_error *err = NULL;
    if (scc_lint_is_constant(lint, number, &answer)) {
        *call = scc_lint_call_at(number);
        return scc_lint_passes(answer) == (wish == SCC_LINT_PASSING);
    }
    struct scc_policy view = view_of(lint, number, number->count);
    struct scc_policy constant = view_of(lint, number, 0);
    constant.override_count = 0;
    /* LOG is the least permissive action that lets the call be made, TRACE comes before it. */
    constant.default_return = wish == SCC_LINT_PASSING ? SECCOMP_RET_TRACE : SECCOMP_RET_LOG;
    int found = wish == SCC_LINT_PASSING ? find_between(&view, &constant, number, call, &err)
                                         : find_between(&constant, &view, number, call, &err);
    return found < 0 ? give_up(lint, number, err) : found;
}

int scc_lint_find_call(struct scc_lint *lint, const struct scc_lint_number *number,
                       enum scc_lint_wish wish, struct scc_call *call)
{
    int found = ask(lint, number, wish, call);
    return found == IS_OPEN ? 0 : found;
}

int scc_lint_always_passes(struct scc_lint *lint, const struct scc_lint_number *number)
{
    struct scc_call call;
    int refused = ask(lint, number, SCC_LINT_REFUSED, &call);
    /* What is not decided is not said to pass. */
    return refused < 0 ? -1 : refused == 0;
}

/*
 * High words
 */

/** A value that the comparison holds for, where there is one. */
static uint64_t held_by(const struct scc_cmp *cmp)
{
    switch (cmp->op) {
    case SCC_OP_MASKED_EQ:
        return cmp->value2;
    case SCC_OP_NE:
    case SCC_OP_GT:
        return cmp->value + 1;
    case SCC_OP_LT:
        return 0;
    default:
        return cmp->value;
    }
}

/** Whether a call with a bit in the high word of @p arg, its low word @p low, shows it. */
static bool try_loose(const struct scc_policy *hardened, const struct scc_call *like, unsigned arg,
                      uint64_t low, struct scc_call *call, struct scc_call *read)
{
    *call = *like;
    call->args[arg] = (uint32_t)low | UINT64_C(1) << 32;
    return scc_policy_is_tightened(hardened, call, read);
}

/**
 * A loose call without a look at all of them: of each rule a call that it matches, its compared
 * 32-bit arguments in turn at a border of their comparison. Misses some; for what is too large for
 * diagrams.
 */
static bool guess_loose_call(const struct scc_policy *hardened,
                             const struct scc_lint_number *number, uint8_t loose,
                             struct scc_call *call, struct scc_call *read)
{
    size_t tries = 0;
    for (size_t i = 0; i < number->count; i++) {
        struct scc_cmp cmps[SCC_ARG_COUNT];
        struct scc_call like = scc_lint_call_at(number);
        unsigned count = scc_policy_cmps(hardened, &number->placed[i], cmps);
        for (unsigned j = 0; j < count; j++)
            like.args[cmps[j].arg] = held_by(&cmps[j]);
        for (unsigned j = 0; j < count; j++) {
            if (!(loose >> cmps[j].arg & 1))
                continue;
            if (++tries > GUESSES_MAX)
                return false;
            if (try_loose(hardened, &like, cmps[j].arg, cmps[j].value, call, read) ||
                try_loose(hardened, &like, cmps[j].arg, held_by(&cmps[j]), call, read) ||
                try_loose(hardened, &like, cmps[j].arg, 0, call, read))
                return true;
        }
    }
    return false;
}

int scc_lint_find_loose_call(struct scc_lint *lint, const struct scc_lint_number *number,
                             const struct scc_syscall *name, struct scc_call *call,
                             struct scc_call *read)
{
    uint8_t loose = scc_syscall_loose_args(name, number->arch);
    scc_error *err = NULL;
    if (lint->policy->hardens || !(loose & scc_lint_compared_args(lint, number)))
        return 0;
    struct scc_policy view = view_of(lint, number, number->count);
    struct scc_policy hardened = view;
    hardened.hardens = true;
    int found = find_between(&view, &hardened, number, call, &err);
    if (found >= 0)
        return found && scc_policy_is_tightened(&hardened, call, read);
    if (scc_error_get_code(err) == SCC_ERROR_INPUT &&
        guess_loose_call(&hardened, number, loose, call, read)) {
        scc_error_free(err);
        return 1;
    }
    found = give_up(lint, number, err);
    return found == IS_OPEN ? 0 : found;
}

/** Whether two policies answer alike: 1, 0, or -1 with *err as find_between(). */
static int answer_alike(const struct scc_policy *a, const struct scc_policy *b, scc_error **err)
{
    struct scc_decision_space *space = NULL;
    scc_diagram one, two;
    int done = new_space(a, &space, err);
    if (done == 0)
        done = scc_decision_from_policy(space, a, &one, err);
    if (done == 0)
        done = scc_decision_from_policy(space, b, &two, err);
    if (done == 0)
        done = one == two;
    scc_decision_space_free(space);
    return done;
}

int scc_lint_is_covered(struct scc_lint *lint, const struct scc_lint_number *number, size_t index)
{
    scc_error *err = NULL;
    SCC_AUTOFREE struct scc_placed_rule *others = calloc(number->count, sizeof *others);
    if (!others)
        return scc_error_nomem(lint->err);
    for (size_t i = 0, at = 0; i < number->count; i++) {
        if (i != index)
            others[at++] = number->placed[i];
    }
    struct scc_policy view = view_of(lint, number, number->count), without = view;
    without.arches[0].placed = others;
    without.arches[0].count = number->count - 1;
    int alike = answer_alike(&view, &without, &err);
    if (alike >= 0)
        return alike;
    alike = give_up(lint, number, err);
    return alike == IS_OPEN ? 0 : alike;
}

int scc_lint_find_conflict(struct scc_lint *lint, const struct scc_lint_number *number,
                           struct scc_call *call, const struct scc_rule *rules[2])
{
    struct scc_decision_space *space = NULL;
    struct scc_decision_conflict conflict;
    scc_error *err = NULL;
    bool found = false;
    struct scc_policy view = view_of(lint, number, number->count);
    int done = new_space(&view, &space, &err);
    if (done == 0)
        done = scc_decision_find_conflict(space, &view, &found, &conflict, &err);
    scc_decision_space_free(space);
    if (done < 0) {
        done = give_up(lint, number, err);
        return done == IS_OPEN ? 0 : done;
    }
    if (found) {
        *call = conflict.call;
        rules[0] = conflict.first;
        rules[1] = conflict.second;
    }
    return found;
}
