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
 * clone, which makes several things
 */

/** The flags of clone and unshare that make a namespace: include/uapi/linux/sched.h, CLONE_NEW*. */
static const uint64_t namespaces[] = {
    0x10000000, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x20000000, 0x40000000,
};

/** The flags with which clone is one of the calls that make processes alone; 0: another call. */
static uint64_t flags_like(const char *name)
{
    enum { SIGNAL = 17, SHARES_MEMORY = 0x100, WAITS = 0x4000 }; /* SIGCHLD, CLONE_VM, _VFORK */
    if (strcmp(name, "fork") == 0)
        return SIGNAL;
    return strcmp(name, "vfork") == 0 ? SHARES_MEMORY | WAITS | SIGNAL : 0;
}

/** A call of the name with such flags, where it has any in an argument: clone3 and fork do not. */
static struct scc_call call_with(const struct scc_lint_number *number, const char *name,
                                 uint64_t flags)
{
    struct scc_call call = scc_lint_call_at(number);
    if (strcmp(name, "clone") == 0)
        call.args[scc_lint_clone_flags(number->arch)] = flags;
    else if (strcmp(name, "unshare") == 0)
        call.args[0] = flags;
    return call;
}

static bool passes(const struct scc_lint *lint, const struct scc_call *call)
{
    return scc_lint_passes(scc_policy_answer(lint->policy, call));
}

/** The numbers of both calls of a pair on one architecture. */
struct numbers {
    struct scc_lint_number first, second;
};

/** Whether the first call is refused with these flags and the second is not: then calls of both. */
static bool differ(const struct scc_lint *lint, const struct scc_lint_equivalent *pair,
                   const struct numbers *numbers, uint64_t flags, struct scc_call calls[2])
{
    calls[0] = call_with(&numbers->first, pair->call, flags);
    calls[1] = call_with(&numbers->second, pair->other, flags);
    return !passes(lint, &calls[0]) && passes(lint, &calls[1]);
}

/** The same with the flags of one namespace, whatever signal clone is to send. */
static bool find_namespace(const struct scc_lint *lint, const struct scc_lint_equivalent *pair,
                           const struct numbers *numbers, struct scc_call calls[2])
{
    for (size_t i = 0; i < SCC_COUNT(namespaces); i++) {
        if (differ(lint, pair, numbers, namespaces[i] | flags_like("fork"), calls) &&
            differ(lint, pair, numbers, namespaces[i], calls))
            return true;
    }
    return false;
}

/** Whether the call makes namespaces by flags. */
static bool makes_namespaces(const char *name)
{
    return strcmp(name, "clone") == 0 || strcmp(name, "clone3") == 0 ||
           strcmp(name, "unshare") == 0;
}

/** Whether the pair is about what clone's flags make; *found is then whether it is a finding. */
static bool is_about_flags(const struct scc_lint *lint, const struct scc_lint_equivalent *pair,
                           const struct numbers *numbers, struct scc_call calls[2], int *found)
{
    uint64_t flags = flags_like(pair->call) | flags_like(pair->other);
    bool has_clone = strcmp(pair->call, "clone") == 0 || strcmp(pair->other, "clone") == 0;
    if (flags && has_clone)
        *found = differ(lint, pair, numbers, flags, calls);
    else if (makes_namespaces(pair->call) && makes_namespaces(pair->other))
        *found = find_namespace(lint, pair, numbers, calls);
    else
        return false;
    return true;
}

/** 1, and calls of both, where the second of the pair passes always and the first does not. */
static int find_equivalent(struct scc_lint *lint, const struct scc_lint_equivalent *pair,
                           struct scc_call calls[2])
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        struct numbers numbers;
        int found;
        if (!scc_lint_number_of(&lint->policy->arches[i], pair->call, &numbers.first) ||
            !scc_lint_number_of(&lint->policy->arches[i], pair->other, &numbers.second))
            continue;
        if (!is_about_flags(lint, pair, &numbers, calls, &found)) {
            found = scc_lint_always_passes(lint, &numbers.second);
            if (found == 1)
                found = scc_lint_find_call(lint, &numbers.first, SCC_LINT_REFUSED, &calls[0]);
            calls[1] = scc_lint_call_at(&numbers.second);
        }
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
            const struct scc_lint_equivalent *pair = &scc_lint_equivalents[i];
            if (rule && done == 0 && scc_lint_has_cap(lint, pair->capability))
                done = find_equivalent(lint, pair, calls);
            if (done == 1) {
                add_equivalent(lint, &words, pair, calls);
                done = 0;
            }
        }
        if (tell_equivalent(lint, rule, &words) < 0 || done < 0)
            return -1;
    }
    return 0;
}
