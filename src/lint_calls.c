/* SPDX-License-Identifier: Apache-2.0 */
/* Calls beside other calls that do the same, and what kernels and C libraries make of answers. */
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "capability.h"
#include "error.h"
#include "lint_check.h"
#include "util.h"

/** The number of a call by name on an architecture of the policy; false where it has none. */
static bool number_of(const struct scc_policy_arch *table, const char *name,
                      struct scc_lint_number *number)
{
    const struct scc_syscall *call = scc_syscall_find(name);
    uint32_t nr = call ? scc_syscall_nr(call, table->arch) : SCC_NR_NONE;
    if (nr == SCC_NR_NONE)
        return false;
    *number = scc_lint_number_at(table, nr);
    return true;
}

/** Where the rule that answers @p call stands; the default action where none does. */
static const struct scc_json_node *node_of(const struct scc_lint *lint, const struct scc_call *call)
{
    uint32_t answer;
    const struct scc_rule *rule = scc_policy_match(lint->policy, call, &answer);
    return rule ? scc_lint_name_of(lint, rule) : scc_lint_default_of(lint);
}

static struct scc_call call_at(const struct scc_lint_number *number)
{
    return (struct scc_call){.audit = number->arch->audit, .nr = number->nr};
}

/*
 * ENOSYS
 */

/** Which finding the answer to a call with a fallback is, or SCC_LINT_COUNT. */
static enum scc_lint_id why_no_fallback(const struct scc_lint *lint, uint32_t answer)
{
    switch (scc_action_of(answer)) {
    case SCC_ACTION_ERRNO:
        return (answer & SECCOMP_RET_DATA) == scc_errno_find("ENOSYS", lint->policy->target)
                   ? SCC_LINT_COUNT
                   : SCC_LINT_EPERM_WHERE_ENOSYS;
    case SCC_ACTION_KILL_PROCESS:
    case SCC_ACTION_KILL_THREAD:
    case SCC_ACTION_TRAP:
        return SCC_LINT_KILL_WHERE_ENOSYS;
    default:
        return SCC_LINT_COUNT;
    }
}

/** What became of a row: the kind of finding and its call. */
struct lost_fallback {
    enum scc_lint_id id;
    bool is_default; /* no rule says so */
    struct scc_call call, fallback;
};

/** 1 and *lost where the fallback of the row is never reached; 0, or -1 without memory. */
static int find_lost_fallback(struct scc_lint *lint, const struct scc_lint_fallback *row,
                              struct lost_fallback *lost)
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        struct scc_lint_number first, second;
        const struct scc_policy_arch *table = &lint->policy->arches[i];
        uint32_t answer;
        if (!number_of(table, row->call, &first) || !number_of(table, row->fallback, &second) ||
            !scc_lint_is_constant(lint, &first, &answer))
            continue;
        *lost = (struct lost_fallback){
            .id = why_no_fallback(lint, answer),
            .is_default = !first.count,
            .call = call_at(&first),
        };
        if (lost->id == SCC_LINT_COUNT)
            continue;
        int found = scc_lint_find_call(lint, &second, SCC_LINT_PASSING, &lost->fallback);
        if (found)
            return found;
    }
    return 0;
}

/** Adds "clone3 to clone (glibc since 2.34, for every thread)". */
static void add_fallback(struct scc_strbuf *out, const struct scc_lint_fallback *row)
{
    scc_strbuf_addf(out, "%s%s to %s (%s)", out->len ? ", " : "", row->call, row->fallback,
                    row->user);
}

/** Tells that calls, whose list is taken over, get the answer of @p lost. */
static int tell_lost_fallbacks(struct scc_lint *lint, const struct lost_fallback *lost,
                               struct scc_strbuf *list)
{
    struct scc_lint_words words = {0};
    SCC_AUTOFREE char *calls = scc_strbuf_steal(list);
    if (!scc_lint_count(lint, lost->id))
        return 0;
    scc_action_describe(&words.reason, scc_policy_answer(lint->policy, &lost->call),
                        lint->policy->target);
    scc_strbuf_addf(&words.reason,
                    "%s keeps C libraries from falling back, which they do after "
                    "ENOSYS alone: from %s",
                    lost->is_default ? " by default" : "", calls ? calls : "");
    scc_lint_add_answer(&words.shown, lint, &lost->call, 0);
    scc_strbuf_add(&words.shown, "; ");
    scc_lint_add_answer(&words.shown, lint, &lost->fallback, 0);
    return scc_lint_tell(lint, lost->id, node_of(lint, &lost->call), &words);
}

/** What the default action answers is one finding, each rule another. */
static int check_fallbacks(struct scc_lint *lint)
{
    const char *last = "";
    struct scc_strbuf by_default = {0};
    struct lost_fallback first = {.id = SCC_LINT_COUNT};
    int done = 0;
    for (size_t i = 0; i < SCC_FALLBACK_COUNT && done == 0; i++) {
        const struct scc_lint_fallback *row = &scc_lint_fallbacks[i];
        struct lost_fallback lost;
        struct scc_strbuf list = {0};
        if (strcmp(last, row->call) == 0)
            continue;
        int found = find_lost_fallback(lint, row, &lost);
        done = found < 0 ? -1 : 0;
        if (found != 1)
            continue;
        last = row->call;
        add_fallback(lost.is_default ? &by_default : &list, row);
        if (!lost.is_default)
            done = tell_lost_fallbacks(lint, &lost, &list);
        else if (first.id == SCC_LINT_COUNT)
            first = lost;
    }
    if (done == 0 && first.id != SCC_LINT_COUNT)
        return tell_lost_fallbacks(lint, &first, &by_default);
    scc_strbuf_free(&by_default);
    return done;
}

/*
 * Equivalents
 */

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

/** 1, and calls of both, where the second of the pair passes always and the first does not. */
static int find_equivalent(struct scc_lint *lint, const struct scc_lint_equivalent *pair,
                           struct scc_call calls[2])
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        struct scc_lint_number first, second;
        if (!number_of(&lint->policy->arches[i], pair->call, &first) ||
            !number_of(&lint->policy->arches[i], pair->other, &second))
            continue;
        int found = scc_lint_always_passes(lint, &second);
        if (found == 1)
            found = scc_lint_find_call(lint, &first, SCC_LINT_REFUSED, &calls[0]);
        calls[1] = call_at(&second);
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
static int check_equivalents(struct scc_lint *lint)
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

/*
 * io_uring
 */

/** Whether a call that the operation stands for passes anyway, on any of the architectures: 1, 0,
 * or -1 without memory. */
static int operation_passes(struct scc_lint *lint, const char *operation)
{
    for (size_t i = 0; i < SCC_URING_COUNT; i++) {
        if (strcmp(scc_lint_urings[i].operation, operation) != 0)
            continue;
        for (size_t j = 0; j < lint->policy->arch_count; j++) {
            struct scc_lint_number number;
            int passes = 0;
            if (number_of(&lint->policy->arches[j], scc_lint_urings[i].call, &number))
                passes = scc_lint_always_passes(lint, &number);
            if (passes)
                return passes;
        }
    }
    return 0;
}

/** Adds the refused calls that a ring makes, and an answer to the first: to @p words. */
static int add_bypassed(struct scc_lint *lint, const struct scc_policy_arch *table,
                        struct scc_lint_words *words)
{
    const char *last = "";
    for (size_t i = 0; i < SCC_URING_COUNT; i++) {
        const struct scc_lint_uring *row = &scc_lint_urings[i];
        struct scc_lint_number number;
        struct scc_call call;
        if (!scc_kernel_at_least(lint->target->kernel, row->since) ||
            !number_of(table, row->call, &number))
            continue;
        int found = scc_lint_find_call(lint, &number, SCC_LINT_REFUSED, &call);
        int passes = found == 1 ? operation_passes(lint, row->operation) : 0;
        if (found < 0 || passes < 0)
            return -1;
        if (!found || passes || strcmp(last, row->operation) == 0)
            continue;
        last = row->operation;
        if (!words->shown.len) {
            scc_lint_add_answer(&words->shown, lint, &call, scc_lint_compared_args(lint, &number));
            scc_strbuf_addf(&words->shown, ", but %s passes in a ring", row->operation);
        }
        scc_strbuf_addf(&words->reason, "%s%s", words->reason.len ? ", " : "", row->call);
    }
    return 0;
}

static int check_uring(struct scc_lint *lint)
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        const struct scc_policy_arch *table = &lint->policy->arches[i];
        struct scc_lint_number setup, enter;
        struct scc_call call;
        struct scc_lint_words calls = {0}, words = {0};
        if (!number_of(table, "io_uring_setup", &setup) ||
            !number_of(table, "io_uring_enter", &enter))
            continue;
        int found = scc_lint_find_call(lint, &setup, SCC_LINT_PASSING, &call);
        if (found == 1)
            found = scc_lint_find_call(lint, &enter, SCC_LINT_PASSING, &call);
        if (found == 0)
            continue;
        if (found < 0 || add_bypassed(lint, table, &calls) < 0) {
            scc_strbuf_free(&calls.reason);
            scc_strbuf_free(&calls.shown);
            return -1;
        }
        char *names = calls.reason.len ? scc_strbuf_steal(&calls.reason) : NULL;
        if (!names || !scc_lint_count(lint, SCC_LINT_IO_URING_BYPASS)) {
            free(names);
            scc_strbuf_free(&calls.shown);
            continue;
        }
        scc_strbuf_addf(&words.reason,
                        "io_uring is allowed, which makes calls that are refused: %s", names);
        words.shown = calls.shown;
        free(names);
        return scc_lint_tell(lint, SCC_LINT_IO_URING_BYPASS, node_of(lint, &call), &words);
    }
    return 0;
}

/*
 * Doors
 */

/** 1 where the call is refused for some arguments and its door lets it pass: then calls of both. */
static int find_open_door(struct scc_lint *lint, const struct scc_policy_arch *table,
                          const struct scc_syscall *name, const struct scc_syscall_door *door,
                          struct scc_call calls[2])
{
    uint32_t nr = scc_syscall_nr(name, table->arch);
    calls[1] = (struct scc_call){.audit = table->arch->audit, .nr = door->nr};
    calls[1].args[0] = door->selector;
    if (nr == SCC_NR_NONE || !scc_lint_passes(scc_policy_answer(lint->policy, &calls[1])))
        return 0;
    struct scc_lint_number number = scc_lint_number_at(table, nr);
    return scc_lint_find_call(lint, &number, SCC_LINT_REFUSED, &calls[0]);
}

/** The calls behind one door of an architecture that it lets pass against their own rules. */
static int check_door(struct scc_lint *lint, const struct scc_policy_arch *table,
                      const struct scc_syscall *multiplexer)
{
    struct scc_strbuf names = {0};
    struct scc_lint_words words = {0};
    const struct scc_json_node *node = NULL;
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
        const struct scc_syscall *name = &scc_syscall_table[i];
        struct scc_syscall_door door = scc_syscall_door(name, table->arch);
        struct scc_call calls[2];
        if (door.call != multiplexer)
            continue;
        int found = find_open_door(lint, table, name, &door, calls);
        if (found < 0) {
            scc_strbuf_free(&names);
            scc_strbuf_free(&words.shown);
            return -1;
        }
        if (!found)
            continue;
        scc_strbuf_addf(&names, "%s%s", names.len ? ", " : "", name->name);
        if (!node) {
            struct scc_lint_number own = scc_lint_number_at(table, calls[0].nr);
            node = node_of(lint, &calls[1]);
            scc_lint_add_answer(&words.shown, lint, &calls[0], scc_lint_compared_args(lint, &own));
            scc_strbuf_add(&words.shown, "; ");
            scc_lint_add_answer(&words.shown, lint, &calls[1], 1);
        }
    }
    char *list = names.len ? scc_strbuf_steal(&names) : NULL;
    if (!list || !scc_lint_count(lint, SCC_LINT_MULTIPLEXED_DOOR)) {
        free(list);
        scc_strbuf_free(&words.shown);
        return 0;
    }
    scc_strbuf_addf(&words.reason, "%s on %s makes calls that are refused: %s", multiplexer->name,
                    table->arch->name, list);
    free(list);
    return scc_lint_tell(lint, SCC_LINT_MULTIPLEXED_DOOR, node, &words);
}

static int check_doors(struct scc_lint *lint)
{
    static const char *const multiplexers[] = {"socketcall", "ipc"};
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        for (size_t j = 0; j < SCC_COUNT(multiplexers); j++) {
            if (check_door(lint, &lint->policy->arches[i], scc_syscall_find(multiplexers[j])) < 0)
                return -1;
        }
    }
    return 0;
}

/*
 * Calls that every process needs
 */

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
        if (!number_of(&lint->policy->arches[0], needed[i], &number) || !is_refused(lint, &number))
            continue;
        struct scc_call call = call_at(&number);
        scc_strbuf_addf(&words.reason, "%s%s", node ? " and " : "", needed[i]);
        scc_strbuf_add(&words.shown, node ? "; " : "");
        scc_lint_add_answer(&words.shown, lint, &call, 0);
        node = node ? node : node_of(lint, &call);
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

/*
 * Calls with a reason of their own
 */

/** Whether the entry of the rule that answers a call is tied to a capability. */
static bool is_tied(const struct scc_lint *lint, const struct scc_call *call)
{
    uint32_t answer;
    const struct scc_rule *rule = scc_policy_match(lint->policy, call, &answer);
    return rule && lint->profile->entries[rule->origin.entry].includes.caps;
}

static int check_risky(struct scc_lint *lint, const struct scc_lint_risky *row)
{
    int bit = row->capability ? scc_cap_find(row->capability) : -1;
    if (bit >= 0 && !(lint->target->caps >> bit & 1))
        return 0;
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        struct scc_lint_number number;
        if (!number_of(&lint->policy->arches[i], row->call, &number))
            continue;
        int passes = scc_lint_always_passes(lint, &number);
        struct scc_call call = call_at(&number);
        if (passes < 0)
            return -1;
        if (!passes || is_tied(lint, &call))
            continue;
        if (!scc_lint_count(lint, SCC_LINT_RISKY_CALL))
            return 0;
        struct scc_lint_words words = {0};
        scc_strbuf_addf(&words.reason, "%s is allowed: %s", row->call, row->reason);
        scc_lint_add_answer(&words.shown, lint, &call, 0);
        return scc_lint_tell(lint, SCC_LINT_RISKY_CALL, node_of(lint, &call), &words);
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
        if (!number_of(&lint->policy->arches[i], probe->call, &number))
            continue;
        struct scc_call call = call_at(&number);
        call.args[probe->arg] = probe->value;
        if (!scc_lint_passes(scc_policy_answer(lint->policy, &call)))
            continue;
        if (!scc_lint_count(lint, id))
            return 1;
        struct scc_lint_words words = {0};
        scc_strbuf_addf(&words.reason, "%s %s", probe->call, probe->says);
        scc_lint_add_answer(&words.shown, lint, &call,
                            (uint8_t)(probe->value ? 1u << probe->arg : 0));
        return scc_lint_tell(lint, id, node_of(lint, &call), &words) < 0 ? -1 : 1;
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
    /* CLONE_NEWUSER: linux/sched.h. clone's flags are argument 1 on s390 alone. */
    enum scc_arch_id id = lint->policy->target->id;
    bool is_s390 = id == SCC_ARCH_S390X || id == SCC_ARCH_S390;
    const struct probe probes[] = {
        {"unshare", 0, 0x10000000, "makes user namespaces"},
        {"clone", is_s390, 0x10000000, "makes user namespaces"},
        {"clone3", 0, 0, "makes user namespaces, by flags that no filter sees"},
    };
    int admin = scc_cap_find("CAP_SYS_ADMIN"), found = 0;
    if (lint->target->caps >> admin & 1)
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
    if (check_fallbacks(lint) < 0 || check_equivalents(lint) < 0 || check_uring(lint) < 0 ||
        check_doors(lint) < 0 || check_start(lint) < 0 || check_ptrace(lint) < 0 ||
        check_terminal(lint) < 0 || check_namespaces(lint) < 0 || check_families(lint) < 0)
        return -1;
    for (size_t i = 0; i < SCC_RISKY_COUNT; i++) {
        if (check_risky(lint, &scc_lint_riskies[i]) < 0)
            return -1;
    }
    return 0;
}
