/* SPDX-License-Identifier: Apache-2.0 */
/* Names and rules as they were selected: what has no effect, and what actions do. */
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "error.h"
#include "lint_check.h"
#include "select.h"

/*
 * Names of one entry that have the same thing wrong with them are one finding.
 */

enum {
    /** So many names are listed; the others are counted. */
    NAMES_MAX = 12,
};

struct group {
    enum scc_lint_id id;
    uint32_t entry;
    size_t count;
    struct scc_strbuf names;
    const struct scc_json_node *node; /* the first name's */
    const char *last;
    const struct scc_rule *rule; /* the first name's, or NULL */
    struct scc_strbuf shown;     /* the consequence; may be empty */
};

/** Adds a name; @p node says where it stands, NULL: where the rule's name does. */
static void add_to_group(const struct scc_lint *lint, struct group *group, const char *name,
                         const struct scc_json_node *node, const struct scc_rule *rule)
{
    if (group->last && strcmp(group->last, name) == 0)
        return;
    group->last = name;
    if (!group->count++) {
        group->node = node ? node : scc_lint_name_of(lint, rule);
        group->rule = rule;
    }
    if (group->count <= NAMES_MAX)
        scc_strbuf_addf(&group->names, "%s%s", group->count > 1 ? ", " : "", name);
}

/** Shows the answer to the group's first call. */
static void show_first(const struct scc_lint *lint, struct group *group)
{
    struct scc_call call;
    if (group->rule && scc_lint_call_of(lint, group->rule->call, &call))
        scc_lint_add_answer(&group->shown, lint, &call, 0);
}

/** Tells the group, "NAMES: SAYS", and empties it. */
static int tell_group(struct scc_lint *lint, struct group *group, const char *says)
{
    struct group whole = *group;
    *group = (struct group){.id = whole.id};
    if (!whole.count)
        return 0;
    if (!scc_lint_count(lint, whole.id)) {
        scc_strbuf_free(&whole.names);
        scc_strbuf_free(&whole.shown);
        return 0;
    }
    if (whole.count > NAMES_MAX)
        scc_strbuf_addf(&whole.names, " and %zu more", whole.count - NAMES_MAX);
    scc_strbuf_addf(&whole.names, ": %s", says);
    struct scc_lint_words words = {.reason = whole.names, .shown = whole.shown};
    return scc_lint_tell(lint, whole.id, whole.node, &words);
}

/*
 * Names
 */

static bool is_on_target(const struct scc_policy *policy, const struct scc_syscall *call)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        if (scc_syscall_exists(call, policy->arches[i].arch))
            return true;
    }
    return false;
}

/** An architecture of the policy on which the libseccomp in question lacks the call, or NULL. */
static const struct scc_arch *lost_on(const struct scc_lint *lint, const struct scc_syscall *call)
{
    const struct scc_policy *policy = lint->policy;
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        if (scc_syscall_nr(call, arch) != SCC_NR_NONE &&
            !scc_lint_libseccomp_knows(lint->options.libseccomp, call, arch))
            return arch;
    }
    return NULL;
}

static int check_absent(struct scc_lint *lint, const struct scc_profile_entry *entry)
{
    struct group group = {.id = SCC_LINT_ABSENT_ON_TARGET};
    const struct scc_json_node *node = scc_profile_first_name(entry);
    for (; node; node = scc_profile_next_name(node)) {
        const struct scc_syscall *call = scc_syscall_find(scc_json_string(node));
        if (call && !is_on_target(lint->policy, call))
            add_to_group(lint, &group, call->name, node, NULL);
    }
    return tell_group(lint, &group, "on none of the filter's architectures");
}

/** What the call is answered, and what a filter answers that the libseccomp in question makes. */
static int tell_lost(struct scc_lint *lint, struct group *group)
{
    const struct scc_policy *policy = lint->policy;
    const char *release = lint->options.libseccomp->release;
    const struct scc_syscall *name = group->rule->call;
    const struct scc_arch *arch = lost_on(lint, name);
    struct scc_call call = {.audit = arch->audit, .nr = scc_syscall_nr(name, arch)};
    struct scc_strbuf says = {0};
    scc_strbuf_addf(&says, "unknown to libseccomp %s", release);
    scc_lint_add_answer(&group->shown, lint, &call, 0);
    scc_strbuf_add(&group->shown, "; without the rule ");
    scc_action_describe(&group->shown, scc_policy_default_at(policy, call.audit, call.nr),
                        policy->target);
    char *text = scc_strbuf_steal(&says);
    group->names.failed |= !text;
    int done = tell_group(lint, group, text ? text : "");
    free(text);
    return done;
}

/** Rules that a runtime on such a host passes over. */
static int check_lost(struct scc_lint *lint)
{
    struct group group = {.id = SCC_LINT_UNKNOWN_TO_LIBSECCOMP};
    const struct scc_policy *policy = lint->policy;
    for (size_t i = 0; i <= policy->rule_count && lint->options.libseccomp; i++) {
        const struct scc_rule *rule = i < policy->rule_count ? &policy->rules[i] : NULL;
        if (group.count && (!rule || rule->origin.entry != group.entry) &&
            tell_lost(lint, &group) < 0)
            return -1;
        if (!rule || rule->effect != SCC_RULE_HOLDS || !lost_on(lint, rule->call))
            continue;
        group.entry = rule->origin.entry;
        add_to_group(lint, &group, rule->call->name, NULL, rule);
    }
    return 0;
}

static int check_names(struct scc_lint *lint)
{
    for (size_t i = 0; i < lint->profile->entry_count; i++) {
        if (lint->policy->left_out[i] == SCC_ENTRY_SELECTED &&
            check_absent(lint, &lint->profile->entries[i]) < 0)
            return -1;
    }
    return check_lost(lint);
}

/*
 * Rules
 */

static int order_cmps(const void *a, const void *b)
{
    return scc_cmp_compare(a, b);
}

static bool have_equal_cmps(const struct scc_rule *a, const struct scc_rule *b)
{
    struct scc_cmp one[SCC_ARG_COUNT], two[SCC_ARG_COUNT];
    if (a->cmp_count != b->cmp_count)
        return false;
    memcpy(one, a->cmps, sizeof one);
    memcpy(two, b->cmps, sizeof two);
    qsort(one, a->cmp_count, sizeof *one, order_cmps);
    qsort(two, b->cmp_count, sizeof *two, order_cmps);
    for (unsigned i = 0; i < a->cmp_count; i++) {
        if (scc_cmp_compare(&one[i], &two[i]) != 0)
            return false;
    }
    return true;
}

/** The rule that answers in place of @p rule, whose comparisons it shares; or NULL. */
static const struct scc_rule *twin_of(const struct scc_lint *lint, const struct scc_rule *rule)
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        const struct scc_policy_arch *table = &lint->policy->arches[i];
        size_t count;
        const struct scc_placed_rule *placed =
            scc_policy_rules_at(table, scc_syscall_nr(rule->call, table->arch), &count);
        for (size_t j = 0; j < count; j++) {
            const struct scc_rule *other = &lint->policy->rules[placed[j].rule];
            if (!placed[j].selector && other != rule && have_equal_cmps(rule, other))
                return other;
        }
    }
    return NULL;
}

/** What keeps the rule from having an effect, or SCC_LINT_COUNT. */
static enum scc_lint_id why_without_effect(const struct scc_lint *lint, const struct scc_rule *rule)
{
    const struct scc_rule *twin;
    struct scc_call call;
    switch (rule->effect) {
    case SCC_RULE_HOLDS:
        break;
    case SCC_RULE_IS_DEFAULT:
        return scc_policy_shadow_of(lint->policy, rule) ? SCC_LINT_SHADOWED
                                                        : SCC_LINT_EQUALS_DEFAULT;
    case SCC_RULE_IS_SHADOWED:
        return SCC_LINT_SHADOWED;
    case SCC_RULE_IS_REPEATED:
        /* Behind a door the rule for socketcall or ipc answers; that is no repetition. */
        if (!scc_lint_call_of(lint, rule->call, &call))
            return SCC_LINT_COUNT;
        if (rule->cmp_count && scc_policy_shadow_of(lint->policy, rule))
            return SCC_LINT_COMPARISONS_IGNORED;
        twin = rule->cmp_count ? twin_of(lint, rule) : NULL;
        return twin && twin->return_value != rule->return_value ? SCC_LINT_CONFLICTING_ACTIONS
                                                                : SCC_LINT_REPEATED;
    }
    return SCC_LINT_COUNT;
}

/** Two rules with equal comparisons and different actions. */
static int tell_twins(struct scc_lint *lint, const struct scc_rule *rule)
{
    struct scc_lint_words words = {0};
    const struct scc_rule *twin = twin_of(lint, rule);
    if (lint->options.takes_strictest || !scc_lint_count(lint, SCC_LINT_CONFLICTING_ACTIONS))
        return 0;
    scc_strbuf_addf(&words.reason, "%s: ", rule->call->name);
    scc_action_describe(&words.reason, rule->return_value, lint->policy->target);
    scc_strbuf_addf(&words.reason, " for the same arguments that line %u answers with ",
                    twin->origin.line);
    scc_action_describe(&words.reason, twin->return_value, lint->policy->target);
    return scc_lint_tell(lint, SCC_LINT_CONFLICTING_ACTIONS, scc_lint_name_of(lint, rule), &words);
}

/** What is said of rules of the kind; adds to @p out. */
static void explain(struct scc_strbuf *out, const struct scc_lint *lint, enum scc_lint_id id,
                    const struct scc_rule *rule)
{
    const struct scc_rule *shadow = scc_policy_shadow_of(lint->policy, rule);
    scc_action_describe(out, rule->return_value, lint->policy->target);
    switch (id) {
    case SCC_LINT_EQUALS_DEFAULT:
        scc_strbuf_add(out, " is the default");
        break;
    case SCC_LINT_SHADOWED:
        scc_strbuf_addf(out, " has no effect: line %u answers ", shadow->origin.line);
        scc_action_describe(out, shadow->return_value, lint->policy->target);
        scc_strbuf_add(out, " whatever the arguments are");
        break;
    case SCC_LINT_COMPARISONS_IGNORED:
        scc_strbuf_addf(out, " by comparisons, but line %u answers the same without any",
                        shadow->origin.line);
        break;
    default:
        scc_strbuf_add(out, " is said by an earlier rule as well");
        break;
    }
}

/** Groups the rules of one kind by entry. */
static int check_effects(struct scc_lint *lint, enum scc_lint_id id)
{
    struct group group = {.id = id};
    const struct scc_policy *policy = lint->policy;
    for (size_t i = 0; i <= policy->rule_count; i++) {
        const struct scc_rule *rule = i < policy->rule_count ? &policy->rules[i] : NULL;
        if (group.count && (!rule || rule->origin.entry != group.entry)) {
            struct scc_strbuf says = {0};
            explain(&says, lint, id, group.rule);
            char *text = scc_strbuf_steal(&says);
            if (id != SCC_LINT_REPEATED)
                show_first(lint, &group);
            group.names.failed |= !text;
            int done = tell_group(lint, &group, text ? text : "");
            free(text);
            if (done < 0)
                return -1;
        }
        if (!rule || why_without_effect(lint, rule) != id)
            continue;
        if (id == SCC_LINT_CONFLICTING_ACTIONS) {
            if (tell_twins(lint, rule) < 0)
                return -1;
            continue;
        }
        group.entry = rule->origin.entry;
        add_to_group(lint, &group, rule->call->name, NULL, rule);
    }
    return 0;
}

/*
 * Actions
 */

/** What is questionable about an action that is given, or SCC_LINT_COUNT. */
static enum scc_lint_id why_action(const struct scc_lint *lint, uint32_t return_value)
{
    switch (scc_action_of(return_value)) {
    case SCC_ACTION_LOG:
        return SCC_LINT_LOG_ALLOWS;
    case SCC_ACTION_TRACE:
        return SCC_LINT_TRACE_WITHOUT_TRACER;
    case SCC_ACTION_NOTIFY:
        return lint->policy->listener_path ? SCC_LINT_COUNT : SCC_LINT_NOTIFY_WITHOUT_LISTENER;
    case SCC_ACTION_ERRNO:
        return (return_value & SECCOMP_RET_DATA) ? SCC_LINT_COUNT : SCC_LINT_ERRNO_ZERO;
    default:
        return SCC_LINT_COUNT;
    }
}

/** Groups the rules whose action is questionable for one reason by entry. */
static int check_actions(struct scc_lint *lint, enum scc_lint_id id)
{
    struct group group = {.id = id};
    const struct scc_policy *policy = lint->policy;
    const struct scc_lint_rule *kind = &scc_lint_rules[id];
    if (why_action(lint, policy->default_return) == id && id != SCC_LINT_LOG_ALLOWS) {
        add_to_group(lint, &group, "the default action", scc_lint_default_of(lint), NULL);
        if (tell_group(lint, &group, kind->what) < 0)
            return -1;
    }
    for (size_t i = 0; i <= policy->rule_count; i++) {
        const struct scc_rule *rule = i < policy->rule_count ? &policy->rules[i] : NULL;
        if (group.count && (!rule || rule->origin.entry != group.entry)) {
            show_first(lint, &group);
            if (tell_group(lint, &group, kind->what) < 0)
                return -1;
        }
        if (!rule || rule->effect != SCC_RULE_HOLDS || why_action(lint, rule->return_value) != id)
            continue;
        group.entry = rule->origin.entry;
        add_to_group(lint, &group, rule->call->name, NULL, rule);
    }
    return 0;
}

static int check_notify_write(struct scc_lint *lint)
{
    struct group group = {.id = SCC_LINT_NOTIFY_WRITE};
    const struct scc_policy *policy = lint->policy;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (scc_action_of(rule->return_value) == SCC_ACTION_NOTIFY &&
            strcmp(rule->call->name, "write") == 0)
            add_to_group(lint, &group, "write", NULL, rule);
    }
    show_first(lint, &group);
    return tell_group(lint, &group, "SCMP_ACT_NOTIFY, which runc refuses for this call");
}

int scc_lint_check_rules(struct scc_lint *lint)
{
    static const enum scc_lint_id effects[] = {
        SCC_LINT_EQUALS_DEFAULT,      SCC_LINT_SHADOWED,
        SCC_LINT_COMPARISONS_IGNORED, SCC_LINT_REPEATED,
        SCC_LINT_CONFLICTING_ACTIONS,
    };
    static const enum scc_lint_id actions[] = {
        SCC_LINT_LOG_ALLOWS,
        SCC_LINT_TRACE_WITHOUT_TRACER,
        SCC_LINT_NOTIFY_WITHOUT_LISTENER,
        SCC_LINT_ERRNO_ZERO,
    };
    if (check_names(lint) < 0 || check_notify_write(lint) < 0)
        return -1;
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++) {
        if (check_effects(lint, effects[i]) < 0)
            return -1;
    }
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (check_actions(lint, actions[i]) < 0)
            return -1;
    }
    return 0;
}
