/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are worth a word wherever they pass. */
#include <string.h>

#include "action.h"
#include "lint_check.h"
#include "util.h"

/** Whether every call of the number is refused, and by nobody who could let it be made. */
static bool is_refused(const struct scc_lint *lint, const struct scc_lint_number *number)
{
    uint32_t answer;
    if (scc_lint_is_constant(lint, number, &answer))
        return scc_action_of(answer) <= SCC_ACTION_ERRNO;
    answer = scc_policy_default_at(lint->policy, number->arch->audit, number->nr);
    bool refuses = scc_action_of(answer) <= SCC_ACTION_ERRNO;
    for (size_t i = 0; i < number->count && refuses; i++)
        refuses = scc_action_of(lint->policy->rules[number->placed[i].rule].return_value) <=
                  SCC_ACTION_ERRNO;
    return refuses;
}

static int check_start(struct scc_lint *lint)
{
    static const char *const needed[] = {"execve", "exit_group"};
    struct scc_lint_words words = {0};
    const struct scc_json_node *node = NULL;
    for (size_t i = 0; i < SCC_COUNT(needed); i++) {
        struct scc_lint_number number;
        if (!scc_lint_number_of(&lint->policy->arches[0], needed[i], &number) ||
            !is_refused(lint, &number))
            continue;
        struct scc_call call = scc_lint_call_at(&number);
        scc_strbuf_addf(&words.reason, "%s%s", node ? " and " : "", needed[i]);
        scc_strbuf_add(&words.shown, node ? "; " : "");
        scc_lint_add_answer(&words.shown, lint, &call, 0);
        node = node ? node : scc_lint_node_of(lint, &call);
    }
    if (!node || !scc_lint_count(lint, SCC_LINT_CANNOT_START)) {
        scc_strbuf_free(&words.reason);
        scc_strbuf_free(&words.shown);
        return 0;
    }
    scc_strbuf_add(&words.reason,
                   ": refused whatever the arguments, so no container can run under it");
    return scc_lint_tell(lint, SCC_LINT_CANNOT_START, node, &words);
}

/** Whether the entry of the rule that answers a call is tied to a capability. */
static bool is_tied(const struct scc_lint *lint, const struct scc_call *call)
{
    uint32_t answer;
    const struct scc_rule *rule = scc_policy_match(lint->policy, call, &answer);
    return rule && lint->profile->entries[rule->origin.entry].includes.caps;
}

static int check_risky(struct scc_lint *lint, const struct scc_lint_risky *row)
{
    if (!scc_lint_has_cap(lint, row->capability))
        return 0;
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        struct scc_lint_number number;
        if (!scc_lint_number_of(&lint->policy->arches[i], row->call, &number))
            continue;
        int passes = scc_lint_always_passes(lint, &number);
        struct scc_call call = scc_lint_call_at(&number);
        if (passes < 0)
            return -1;
        if (!passes || is_tied(lint, &call))
            continue;
        if (!scc_lint_count(lint, SCC_LINT_RISKY_CALL))
            return 0;
        struct scc_lint_words words = {0};
        scc_strbuf_addf(&words.reason, "%s is allowed: %s", row->call, row->reason);
        scc_lint_add_answer(&words.shown, lint, &call, 0);
        return scc_lint_tell(lint, SCC_LINT_RISKY_CALL, scc_lint_node_of(lint, &call), &words);
    }
    return 0;
}

/** A call with fixed arguments that, where it passes, is a finding. */
struct probe {
    const char *call;
    unsigned arg;
    uint64_t value;
    const char *says;
};

/** 1 where the finding was told (or counted) on some architecture. */
static int check_probe(struct scc_lint *lint, enum scc_lint_id id, const struct probe *probe)
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        struct scc_lint_number number;
        if (!scc_lint_number_of(&lint->policy->arches[i], probe->call, &number))
            continue;
        struct scc_call call = scc_lint_call_at(&number);
        call.args[probe->arg] = probe->value;
        if (!scc_lint_passes(scc_policy_answer(lint->policy, &call)))
            continue;
        if (!scc_lint_count(lint, id))
            return 1;
        struct scc_lint_words words = {0};
        scc_strbuf_addf(&words.reason, "%s %s", probe->call, probe->says);
        scc_lint_add_answer(&words.shown, lint, &call,
                            (uint8_t)(probe->value ? 1u << probe->arg : 0));
        return scc_lint_tell(lint, id, scc_lint_node_of(lint, &call), &words) < 0 ? -1 : 1;
    }
    return 0;
}

static int check_ptrace(struct scc_lint *lint)
{
    static const struct probe probe = {"ptrace", 0, 0,
                                       "is allowed, and the kernel is older than 4.8"};
    static const struct scc_kernel repaired = {4, 8};
    if (scc_kernel_at_least(lint->target->kernel, repaired))
        return 0;
    return check_probe(lint, SCC_LINT_PTRACE_CHANGES_CALLS, &probe);
}

static int check_terminal(struct scc_lint *lint)
{
    /* TIOCSTI: asm-generic/ioctls.h, and arch/mips/include/uapi/asm/ioctls.h. */
    static const struct probe usual = {"ioctl", 1, 0x5412, "is allowed with TIOCSTI"};
    static const struct probe mips = {"ioctl", 1, 0x5472, "is allowed with TIOCSTI"};
    return check_probe(lint, SCC_LINT_TERMINAL_INJECTION,
                       lint->policy->target->errnos == SCC_ERRNOS_MIPS ? &mips : &usual);
}

static int check_namespaces(struct scc_lint *lint)
{
    /* CLONE_NEWUSER: linux/sched.h. */
    const struct probe probes[] = {
        {"unshare", 0, 0x10000000, "makes user namespaces"},
        {"clone", scc_lint_clone_flags(lint->policy->target), 0x10000000, "makes user namespaces"},
        {"clone3", 0, 0, "makes user namespaces, by flags that no filter sees"},
    };
    int found = 0;
    if (scc_lint_has_cap(lint, "CAP_SYS_ADMIN"))
        return 0;
    for (size_t i = 0; i < SCC_COUNT(probes) && found == 0; i++)
        found = check_probe(lint, SCC_LINT_USER_NAMESPACES, &probes[i]);
    return found;
}

static int check_families(struct scc_lint *lint)
{
    /* AF_ALG and AF_VSOCK: linux/socket.h. */
    static const struct probe probes[] = {
        {"socket", 0, 38, "is allowed with AF_ALG"},
        {"socket", 0, 40, "is allowed with AF_VSOCK"},
    };
    for (size_t i = 0; i < SCC_COUNT(probes); i++) {
        if (check_probe(lint, SCC_LINT_SOCKET_FAMILY, &probes[i]) < 0)
            return -1;
    }
    return 0;
}

int scc_lint_check_calls(struct scc_lint *lint)
{
    if (check_start(lint) < 0 || check_ptrace(lint) < 0 || check_terminal(lint) < 0 ||
        check_namespaces(lint) < 0 || check_families(lint) < 0)
        return -1;
    for (size_t i = 0; i < SCC_RISKY_COUNT; i++) {
        if (check_risky(lint, &scc_lint_riskies[i]) < 0)
            return -1;
    }
    return 0;
}
