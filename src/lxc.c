/* SPDX-License-Identifier: Apache-2.0 */
/** Policy → LXC's text; lxc.h says what LXC makes of it. */
#include "lxc.h"

#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include <seccompc/output.h>

#include "conflict.h"
#include "diag.h"
#include "error.h"
#include "harden.h"
#include "strbuf.h"
#include "util.h"

scc_arch_set scc_lxc_arches(const struct scc_arch *host)
{
    scc_arch_set own = scc_arch_bit(host->id);
    switch (host->id) {
    case SCC_ARCH_X86_64:
        return own | scc_arch_bit(SCC_ARCH_X86) | scc_arch_bit(SCC_ARCH_X32);
    case SCC_ARCH_AARCH64:
        return own | scc_arch_bit(SCC_ARCH_ARM);
    case SCC_ARCH_PPC64:
        return own | scc_arch_bit(SCC_ARCH_PPC);
    case SCC_ARCH_MIPS64:
        return own | scc_arch_bit(SCC_ARCH_MIPS) | scc_arch_bit(SCC_ARCH_MIPS64N32);
    case SCC_ARCH_MIPSEL64:
        return own | scc_arch_bit(SCC_ARCH_MIPSEL) | scc_arch_bit(SCC_ARCH_MIPSEL64N32);
    default:
        return own;
    }
}

/** A policy as far as LXC can have it. */
struct view {
    /** Shares the rules with the policy it was made from, and must not outlive it. */
    struct scc_policy policy;
    struct scc_strbuf lost;   /* names that LXC leaves to the default, by architecture */
    struct scc_strbuf absent; /* architectures that LXC leaves out */
};

static void view_clear(struct view *view)
{
    for (size_t i = 0; i < view->policy.arch_count; i++)
        free(view->policy.arches[i].placed);
    scc_strbuf_free(&view->lost);
    scc_strbuf_free(&view->absent);
}

/*
 * What cannot be said
 */

/** Adds the action's word; false where LXC has none for it. */
static bool add_action(struct scc_strbuf *out, uint32_t return_value)
{
    switch (scc_action_of(return_value)) {
    case SCC_ACTION_KILL_THREAD:
        scc_strbuf_add(out, "kill");
        return true;
    case SCC_ACTION_TRAP:
        scc_strbuf_add(out, "trap");
        return true;
    case SCC_ACTION_ERRNO:
        scc_strbuf_addf(out, "errno %u", return_value & SECCOMP_RET_DATA);
        return true;
    case SCC_ACTION_NOTIFY:
        scc_strbuf_add(out, "notify");
        return true;
    case SCC_ACTION_ALLOW:
        scc_strbuf_add(out, "allow");
        return true;
    default:
        return false;
    }
}

/** Refuses @p rule: "NAME: ACTION" and @p reason. */
static int refuse_rule(const struct scc_policy *policy, const struct scc_rule *rule,
                       const char *reason, scc_error **err)
{
    struct scc_strbuf text = {0}, path = {0};
    scc_strbuf_addf(&text, "%s: ", rule->call->name);
    scc_action_describe(&text, rule->return_value, policy->target);
    scc_strbuf_add(&text, reason);
    scc_policy_add_origin(&path, policy, rule);
    SCC_AUTOFREE char *message = scc_strbuf_steal(&text);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    if (!message || !path_text)
        return scc_error_nomem(err);
    return scc_error_at(err, scc_policy_place_of(policy, rule), path_text, "%s", message);
}

static int check_actions(const struct scc_policy *policy, scc_error **err)
{
    SCC_CLEANUP(scc_strbuf_free) struct scc_strbuf word = {0};
    if (!add_action(&word, policy->default_return))
        return scc_error_at(err, (struct scc_place){.file = policy->profile_name}, "defaultAction",
                            "%s: LXC's format has no such default action; expected ERRNO, TRAP, "
                            "KILL_THREAD or ALLOW",
                            scc_action_name(scc_action_of(policy->default_return)));
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (rule->effect == SCC_RULE_HOLDS && !add_action(&word, rule->return_value))
            return refuse_rule(policy, rule, ", an action that LXC's format does not have", err);
    }
    return 0;
}

/** What stands beside the rules. */
static int check_rest(const struct scc_policy *policy, scc_error **err)
{
    struct scc_place place = {.file = policy->profile_name};
    const char *name;
    uint32_t bit, harmless = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    for (unsigned i = 0; (name = scc_flag_at(i, &bit)) != NULL; i++) {
        if (policy->has_flags && (policy->flags & bit & ~harmless))
            return scc_error_at(err, place, "flags", "%s: LXC's format has no flags", name);
    }
    if (policy->listener_path || policy->listener_metadata)
        return scc_error_at(err, place, policy->listener_path ? "listenerPath" : "listenerMetadata",
                            "LXC's format names no listener; lxc.seccomp.notify.proxy in the "
                            "container's settings does");
    if (policy->override_count)
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "LXC's format has rules by name alone: it cannot answer ENOSYS to "
                             "numbers without a name");
    if (scc_hardened_refuse(policy, "LXC's format",
                            "expected a program (--export-bpf, --export-blob)", err) < 0)
        return -1;
    return policy->takes_strictest && scc_conflict_refuse(policy, err) < 0
               ? scc_error_wrap(err, "LXC's format cannot say what --on-conflict strictest means")
               : 0;
}

/*
 * What LXC would have of it
 */

static bool has_arch(const struct scc_policy *policy, enum scc_arch_id id)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        if (policy->arches[i].arch->id == id)
            return true;
    }
    return false;
}

/** LXC's further architectures would get the rules where the profile ends the process. */
static int check_arches(const struct scc_policy *policy, scc_error **err)
{
    scc_arch_set arches = scc_lxc_arches(policy->target);
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)i);
        if (!(arches & scc_arch_bit(arch->id)) || has_arch(policy, arch->id))
            continue;
        return scc_error_at(err, (struct scc_place){.file = policy->profile_name}, NULL,
                            "LXC on %s makes its filter for %s too, with the same rules, and the "
                            "profile does not list it: its calls end the process there; expected "
                            "%s among the architectures",
                            policy->target->name, arch->name, arch->token_name);
    }
    return 0;
}

/** Refuses the loss of a rule that denies more than the default action. */
static int check_loss(const struct view *view, const struct scc_arch *arch,
                      const struct scc_rule *rule, scc_error **err)
{
    const struct scc_policy *policy = &view->policy;
    if (scc_action_of(rule->return_value) >= scc_action_of(policy->default_return))
        return 0;
    struct scc_strbuf reason = {0};
    scc_strbuf_addf(&reason,
                    ", and LXC adds no rule for it on %s, where it is also behind %s: "
                    "the call would get the default, ",
                    arch->name, scc_syscall_door(rule->call, arch).call->name);
    scc_action_describe(&reason, policy->default_return, policy->target);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&reason);
    return text ? refuse_rule(policy, rule, text, err) : scc_error_nomem(err);
}

/** Notes that @p call's rules are lost; @p is_first: no other's on this architecture yet. */
static void note_loss(struct view *view, const struct scc_arch *arch,
                      const struct scc_syscall *call, bool is_first)
{
    if (is_first)
        scc_strbuf_addf(&view->lost, "%s%s:", view->lost.len ? "; " : "", arch->name);
    scc_strbuf_addf(&view->lost, " %s", call->name);
}

/** Keeps what LXC adds of one architecture's rules: none by name behind a door. */
static int sift(struct view *view, const struct scc_policy_arch *from, struct scc_policy_arch *to,
                scc_error **err)
{
    const struct scc_syscall *last = NULL;
    *to = (struct scc_policy_arch){from->arch, malloc((from->count + 1) * sizeof *to->placed), 0};
    if (!to->placed)
        return scc_error_nomem(err);
    for (size_t i = 0; i < from->count; i++) {
        const struct scc_placed_rule *placed = &from->placed[i];
        const struct scc_rule *rule = &view->policy.rules[placed->rule];
        if (placed->selector || !scc_syscall_door(rule->call, from->arch).call) {
            to->placed[to->count++] = *placed;
            continue;
        }
        /* Each rule: one that allows can stand before one that denies more than the default. */
        if (check_loss(view, from->arch, rule, err) < 0)
            return -1;
        if (rule->call != last)
            note_loss(view, from->arch, rule->call, !last);
        last = rule->call;
    }
    return 0;
}

static int view_make(const struct scc_policy *policy, struct view *view, scc_error **err)
{
    scc_arch_set arches = scc_lxc_arches(policy->target);
    view->policy = *policy;
    view->policy.arch_count = 0;
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_policy_arch *from = &policy->arches[i];
        if (!(arches & scc_arch_bit(from->arch->id))) {
            scc_strbuf_addf(&view->absent, "%s%s", view->absent.len ? ", " : "", from->arch->name);
            continue;
        }
        if (sift(view, from, &view->policy.arches[view->policy.arch_count++], err) < 0)
            return -1;
    }
    return view->lost.failed || view->absent.failed ? scc_error_nomem(err) : 0;
}

static int tell_lost(const struct view *view, scc_diags *diags, scc_error **err)
{
    struct scc_place place = {.file = view->policy.profile_name};
    if (view->absent.len &&
        scc_diags_add(diags, SCC_DIAG_WARNING, place, NULL, err,
                      "LXC makes no filter for %s on %s: processes of it are ended",
                      view->absent.data, view->policy.target->name) < 0)
        return -1;
    if (!view->lost.len)
        return 0;
    return scc_diags_add(diags, SCC_DIAG_WARNING, place, NULL, err,
                         "LXC leaves calls to the default action where socketcall and ipc make "
                         "them too, since it has no rules for them by name: %s",
                         view->lost.data);
}

/*
 * The text
 */

static void add_cmps(struct scc_strbuf *out, const struct scc_cmp *cmps, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct scc_cmp *cmp = &cmps[i];
        const char *op = scc_op_name((enum scc_op)cmp->op);
        scc_strbuf_add(out, i ? "" : " ");
        if (cmp->op == SCC_OP_MASKED_EQ)
            scc_strbuf_addf(out, "[%u,%" PRIu64 ",%s,%" PRIu64 "]", cmp->arg, cmp->value2, op,
                            cmp->value);
        else
            scc_strbuf_addf(out, "[%u,%" PRIu64 ",%s]", cmp->arg, cmp->value, op);
    }
}

/** One line: the rule as it stands at @p placed of @p arch, under the name of that number. */
static void add_rule(struct scc_strbuf *out, const struct scc_policy *policy,
                     const struct scc_placed_rule *placed, const struct scc_arch *arch)
{
    const struct scc_rule *rule = &policy->rules[placed->rule];
    struct scc_cmp cmps[SCC_ARG_COUNT];
    unsigned count = scc_policy_cmps(policy, placed, cmps);
    scc_strbuf_addf(out, "%s ",
                    placed->selector ? scc_syscall_door(rule->call, arch).call->name
                                     : rule->call->name);
    add_action(out, rule->return_value);
    add_cmps(out, cmps, count);
    scc_strbuf_add(out, "\n");
}

/** Where LXC has a rule first, under its own name and behind a door; NULL: nowhere. */
struct seat {
    const struct scc_placed_rule *by_name, *by_door;
    const struct scc_arch *door_arch;
};

static void find_seats(const struct scc_policy *policy, struct seat *seats)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_policy_arch *table = &policy->arches[i];
        for (size_t j = 0; j < table->count; j++) {
            const struct scc_placed_rule *placed = &table->placed[j];
            struct seat *seat = &seats[placed->rule];
            if (!placed->selector) {
                seat->by_name = placed;
            } else {
                seat->by_door = placed;
                seat->door_arch = table->arch;
            }
        }
    }
}

static void add_head(struct scc_strbuf *out, const struct scc_policy *policy)
{
    bool allows = scc_action_of(policy->default_return) == SCC_ACTION_ALLOW;
    scc_strbuf_addf(out, "2\n%s ", allows ? "denylist" : "allowlist");
    add_action(out, policy->default_return);
    scc_strbuf_add(out, "\n# For hosts of");
    for (size_t i = 0; i < policy->arch_count; i++)
        scc_strbuf_addf(out, "%s %s",
                        i == 1 ? ", with"
                        : i    ? " and"
                               : "",
                        policy->arches[i].arch->name);
    scc_strbuf_add(out, "\n[all]\n");
}

/** The text; NULL without memory. */
static char *write_text(const struct scc_policy *policy, size_t *len_bytes)
{
    struct scc_strbuf out = {0};
    SCC_AUTOFREE struct seat *seats = calloc(policy->rule_count + 1, sizeof *seats);
    if (!seats)
        return NULL;
    find_seats(policy, seats);
    add_head(&out, policy);
    for (size_t i = 0; i < policy->rule_count; i++) {
        if (seats[i].by_name)
            add_rule(&out, policy, seats[i].by_name, policy->target);
        if (seats[i].by_door)
            add_rule(&out, policy, seats[i].by_door, seats[i].door_arch);
    }
    *len_bytes = out.len;
    return scc_strbuf_steal(&out);
}

/** Reads the text as LXC would, and compares what it says with what it should. */
static int check_text(const struct scc_policy *policy, const char *text, size_t len_bytes,
                      scc_error **err)
{
    struct scc_policy *read = NULL;
    if (scc_lxc_parse(text, len_bytes, "LXC's text", policy->target, &read, NULL, err) < 0)
        return -1;
    bool is_same = scc_policy_agrees(policy, read);
    scc_policy_free(read);
    return is_same ? 0
                   : scc_error_set(err, SCC_ERROR_INPUT,
                                   "LXC's text does not say what the profile does; this is a "
                                   "fault of seccompc");
}

int scc_policy_to_lxc(const scc_policy *policy, char **text, size_t *len_bytes, scc_diags *diags,
                      scc_error **err)
{
    SCC_CLEANUP(view_clear) struct view view = {0};
    if (check_actions(policy, err) < 0 || check_rest(policy, err) < 0 ||
        check_arches(policy, err) < 0 || view_make(policy, &view, err) < 0)
        return -1;
    SCC_AUTOFREE char *made = write_text(&view.policy, len_bytes);
    if (!made)
        return scc_error_nomem(err);
    if (check_text(&view.policy, made, *len_bytes, err) < 0 || tell_lost(&view, diags, err) < 0)
        return -1;
    *text = SCC_STEAL(made);
    return 0;
}
