/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include <linux/seccomp.h>

#include "decision.h"
#include "error.h"
#include "lint_check.h"
#include "policy.h"
#include "util.h"

enum {
    /** Nodes that one question about a number may take; docker's largest take some hundreds. */
    ASK_NODES = 1 << 16,
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

/** Notes that a bound kept a question open; other failures are the caller's. */
static int give_up(struct scc_lint *lint, scc_error *err)
{
    int done = 0;
    if (scc_error_get_code(err) == SCC_ERROR_INPUT)
        lint->undecided = "some calls have so many argument rules that not everything about them "
                          "could be decided";
    else
        done = scc_error_nomem(lint->err);
    scc_error_free(err);
    return done;
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

/** A call of the number where @p more is more permissive than @p less; as scc_lint_find_call(). */
static int find_between(struct scc_lint *lint, const struct scc_policy *more,
                        const struct scc_policy *less, const struct scc_lint_number *number,
                        struct scc_call *call)
{
    struct scc_decision_space *space = NULL;
    scc_error *err = NULL;
    scc_diagram one, two, where;
    int done = scc_decision_space_new(ASK_NODES, SCC_ORDER_BY_WORD, &space, &err);
    if (done == 0)
        done = scc_decision_from_policy(space, more, &one, &err);
    if (done == 0)
        done = scc_decision_from_policy(space, less, &two, &err);
    if (done == 0)
        done = scc_decision_where_more_permissive(space, one, two, &where, &err);
    done = done == 0 ? pick(space, where, more, number, call) : give_up(lint, err);
    scc_decision_space_free(space);
    return done;
}

int scc_lint_find_call(struct scc_lint *lint, const struct scc_lint_number *number,
                       enum scc_lint_wish wish, struct scc_call *call)
{
    uint32_t answer;
    if (scc_lint_is_constant(lint, number, &answer)) {
        *call = (struct scc_call){.audit = number->arch->audit, .nr = number->nr};
        return scc_lint_passes(answer) == (wish == SCC_LINT_PASSING);
    }
    struct scc_policy view = view_of(lint, number, number->count);
    struct scc_policy constant = view_of(lint, number, 0);
    constant.override_count = 0;
    /* LOG is the least permissive action that lets the call be made, TRACE comes before it. */
    constant.default_return = wish == SCC_LINT_PASSING ? SECCOMP_RET_TRACE : SECCOMP_RET_LOG;
    return wish == SCC_LINT_PASSING ? find_between(lint, &view, &constant, number, call)
                                    : find_between(lint, &constant, &view, number, call);
}

int scc_lint_always_passes(struct scc_lint *lint, const struct scc_lint_number *number)
{
    struct scc_call call;
    const char *undecided = lint->undecided;
    lint->undecided = NULL;
    int refused = scc_lint_find_call(lint, number, SCC_LINT_REFUSED, &call);
    /* What is not decided is not said to pass. */
    int passes = refused < 0 ? -1 : refused == 0 && !lint->undecided;
    lint->undecided = lint->undecided ? lint->undecided : undecided;
    return passes;
}

int scc_lint_find_loose_call(struct scc_lint *lint, const struct scc_lint_number *number,
                             const struct scc_syscall *name, struct scc_call *call,
                             struct scc_call *read)
{
    if (!(scc_syscall_loose_args(name, number->arch) & scc_lint_compared_args(lint, number)))
        return 0;
    struct scc_policy view = view_of(lint, number, number->count);
    struct scc_policy hardened = view;
    hardened.hardens = true;
    int found = find_between(lint, &view, &hardened, number, call);
    return found == 1 ? scc_policy_is_tightened(&hardened, call, read) : found;
}

int scc_lint_find_conflict(struct scc_lint *lint, const struct scc_lint_number *number,
                           struct scc_call *call, const struct scc_rule *rules[2])
{
    struct scc_decision_space *space = NULL;
    struct scc_decision_conflict conflict;
    scc_error *err = NULL;
    bool found = false;
    struct scc_policy view = view_of(lint, number, number->count);
    int done = scc_decision_space_new(ASK_NODES, SCC_ORDER_BY_WORD, &space, &err);
    if (done == 0)
        done = scc_decision_find_conflict(space, &view, &found, &conflict, &err);
    scc_decision_space_free(space);
    if (done < 0)
        return give_up(lint, err);
    if (found) {
        *call = conflict.call;
        rules[0] = conflict.first;
        rules[1] = conflict.second;
    }
    return found;
}

/*
 * Calls in words
 */

/** The ABI that a call of the filter belongs to, or NULL. */
static const struct scc_arch *arch_of(const struct scc_lint *lint, const struct scc_call *call)
{
    uint32_t outside;
    const struct scc_policy_arch *table =
        scc_policy_find_arch(lint->policy, call->audit, call->nr, &outside);
    return table ? table->arch : NULL;
}

void scc_lint_add_bare_call(struct scc_strbuf *out, const struct scc_lint *lint,
                            const struct scc_call *call, uint8_t args)
{
    const struct scc_arch *arch = arch_of(lint, call);
    const struct scc_syscall *name = arch ? scc_syscall_at(arch, call->nr) : NULL;
    unsigned shown = 0;
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (call->args[i] || args >> i & 1)
            shown = i + 1;
    }
    if (name)
        scc_strbuf_addf(out, "%s(", name->name);
    else
        scc_strbuf_addf(out, "call 0x%" PRIx32 "(", call->nr);
    for (unsigned i = 0; i < shown; i++)
        scc_strbuf_addf(out, "%s0x%" PRIx64, i ? ", " : "", call->args[i]);
    scc_strbuf_addf(out, "%s)", shown == SCC_ARG_COUNT ? "" : shown ? ", …" : "…");
}

void scc_lint_add_call(struct scc_strbuf *out, const struct scc_lint *lint,
                       const struct scc_call *call, uint8_t args)
{
    const struct scc_arch *arch = arch_of(lint, call);
    scc_lint_add_bare_call(out, lint, call, args);
    if (arch)
        scc_strbuf_addf(out, " on %s", arch->name);
}

void scc_lint_add_answer(struct scc_strbuf *out, const struct scc_lint *lint,
                         const struct scc_call *call, uint8_t args)
{
    scc_lint_add_call(out, lint, call, args);
    scc_strbuf_add(out, ": ");
    scc_action_describe(out, scc_policy_answer(lint->policy, call), lint->policy->target);
}
