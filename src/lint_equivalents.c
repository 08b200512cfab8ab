/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are refused beside others that do the same. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "lint_check.h"
#include "util.h"

/** The first rule that refuses the call, or filters its arguments; NULL: none. */
static const struct scc_rule *named_to_refuse(const struct scc_rule *const *by_call,
                                              const char *name)
{
    const struct scc_syscall *call = scc_syscall_find(name);
    return call ? by_call[call - scc_syscall_table] : NULL;
}

/** For each call of the table such a rule. The caller frees it; NULL without memory. */
static const struct scc_rule **list_named(const struct scc_policy *policy)
{
    const struct scc_rule **by_call = calloc(SCC_SYSCALL_COUNT, sizeof *by_call);
    for (size_t i = 0; by_call && i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        bool filters = rule->cmp_count && rule->effect == SCC_RULE_HOLDS;
        if (!by_call[rule->call - scc_syscall_table] &&
            (!scc_lint_passes(rule->return_value) || filters))
            by_call[rule->call - scc_syscall_table] = rule;
    }
    return by_call;
}

/*
 * Namespaces
 */

/** The flags of clone and unshare that make one: include/uapi/linux/sched.h, CLONE_NEW*. */
static const uint64_t namespaces[] = {
    0x10000000, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x20000000, 0x40000000,
};

/** Whether the call makes namespaces by flags. */
static bool makes_namespaces(const char *name)
{
    return strcmp(name, "clone") == 0 || strcmp(name, "clone3") == 0 ||
           strcmp(name, "unshare") == 0;
}

/** A call of the name that makes a namespace; clone3's flags stand behind a pointer. */
static struct scc_call namespace_call(const struct scc_lint_number *number, const char *name,
                                      uint64_t flag)
{
    struct scc_call call = scc_lint_call_at(number);
    if (strcmp(name, "clone") == 0)
        call.args[scc_lint_clone_flags(number->arch)] = flag;
    else if (strcmp(name, "unshare") == 0)
        call.args[0] = flag;
    return call;
}

static bool passes(const struct scc_lint *lint, const struct scc_call *call)
{
    return scc_lint_passes(scc_policy_answer(lint->policy, call));
}

/**
 * Whether one of the pair is refused a namespace that the other makes: then calls of both. What
 * clone is refused otherwise (processes that share nothing) unshare does not make.
 */
static bool find_namespace(const struct scc_lint *lint, const struct scc_lint_equivalent *pair,
                           const struct scc_lint_number *first,
                           const struct scc_lint_number *second, struct scc_call calls[2])
{
    enum { SIGNAL = 17 }; /* SIGCHLD, with which clone() makes what fork() does */
    for (size_t i = 0; i < SCC_COUNT(namespaces); i++) {
        struct scc_call signalled = namespace_call(first, pair->call, namespaces[i] | SIGNAL);
        calls[0] = namespace_call(first, pair->call, namespaces[i]);
        calls[1] = namespace_call(second, pair->other, namespaces[i]);
        if (!passes(lint, &calls[0]) && passes(lint, &calls[1]) &&
            (strcmp(pair->call, "clone") != 0 || !passes(lint, &signalled)))
            return true;
    }
    return false;
}

/** 1, and calls of both, where the second of the pair passes always and the first does not. */
static int find_equivalent(struct scc_lint *lint, const struct scc_lint_equivalent *pair,
                           struct scc_call calls[2])
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        struct scc_lint_number first, second;
        if (!scc_lint_number_of(&lint->policy->arches[i], pair->call, &first) ||
            !scc_lint_number_of(&lint->policy->arches[i], pair->other, &second))
            continue;
        if (makes_namespaces(pair->call) && makes_namespaces(pair->other)) {
            if (find_namespace(lint, pair, &first, &second, calls))
                return 1;
            continue;
        }
        int found = scc_lint_always_passes(lint, &second);
        if (found == 1)
            found = scc_lint_find_call(lint, &first, SCC_LINT_REFUSED, &calls[0]);
        calls[1] = scc_lint_call_at(&second);
        if (found)
            return found;
    }
    return 0;
}

/** Adds to the finding of a call another equivalent, or begins it. */
static void add_equivalent(struct scc_lint *lint, struct scc_lint_words *words,
                           const struct scc_lint_equivalent *pair, const struct scc_call calls[2])
{
    if (words->reason.len) {
        scc_strbuf_addf(&words->reason, "; %s as well", pair->other);
        return;
    }
    struct scc_lint_number first;
    uint32_t outside;
    const struct scc_policy_arch *table =
        scc_policy_find_arch(lint->policy, calls[0].audit, calls[0].nr, &outside);
    first = scc_lint_number_at(table, calls[0].nr);
    scc_strbuf_addf(&words->reason, "%s is refused%s, and %s is not: %s", pair->call,
                    first.count && scc_lint_compared_args(lint, &first) ? " by its arguments" : "",
                    pair->other, pair->reason);
    scc_lint_add_answer(&words->shown, lint, &calls[0], scc_lint_compared_args(lint, &first));
    scc_strbuf_add(&words->shown, "; ");
    scc_lint_add_answer(&words->shown, lint, &calls[1], 0);
}

static int tell_equivalent(struct scc_lint *lint, const struct scc_rule *rule,
                           struct scc_lint_words *words)
{
    if ((words->reason.len || words->reason.failed) &&
        scc_lint_count(lint, SCC_LINT_EQUIVALENT_ALLOWED))
        return scc_lint_tell(lint, SCC_LINT_EQUIVALENT_ALLOWED, scc_lint_name_of(lint, rule),
                             words);
    scc_strbuf_free(&words->reason);
    scc_strbuf_free(&words->shown);
    return 0;
}

/** The pairs of one call, which stand together in the table, are one finding. */
int scc_lint_check_equivalents(struct scc_lint *lint)
{
    SCC_AUTOFREE const struct scc_rule **by_call = list_named(lint->policy);
    if (!by_call)
        return scc_error_nomem(lint->err);
    for (size_t i = 0; i < SCC_EQUIVALENT_COUNT;) {
        const char *name = scc_lint_equivalents[i].call;
        const struct scc_rule *rule =
            named_to_refuse((const struct scc_rule *const *)by_call, name);
        struct scc_lint_words words = {0};
        int done = 0;
        for (; i < SCC_EQUIVALENT_COUNT && strcmp(scc_lint_equivalents[i].call, name) == 0; i++) {
            struct scc_call calls[2];
            done =
                rule && done == 0 ? find_equivalent(lint, &scc_lint_equivalents[i], calls) : done;
            if (done == 1) {
                add_equivalent(lint, &words, &scc_lint_equivalents[i], calls);
                done = 0;
            }
        }
        if (tell_equivalent(lint, rule, &words) < 0 || done < 0)
            return -1;
    }
    return 0;
}
