/* SPDX-License-Identifier: Apache-2.0 */
#include "select.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <seccompc/blob.h>

#include "conflict.h"
#include "diag.h"
#include "enosys.h"
#include "error.h"
#include "util.h"

enum {
    /** So many warnings of one kind are told one by one; the others are counted. */
    TOLD_MAX = 50,
    /** Rules that are selected in one step of work. */
    RULES_OF_STEP = 2,
};

struct selecting {
    const struct scc_profile *profile;
    const struct scc_target *target;
    struct scc_policy *policy;
    size_t rule_cap;
    const struct scc_reading *reading;
    scc_diags *diags;
    scc_error **err;
};

/*
 * Entries
 */

enum scc_left_out scc_select_entry(const struct scc_profile_entry *entry,
                                   const struct scc_target *target)
{
    const struct scc_profile_condition *excludes = &entry->excludes, *includes = &entry->includes;
    scc_arch_set own = scc_arch_bit(target->arch->id);
    if (excludes->arches & own)
        return SCC_ENTRY_LEFT_OUT_ARCHES;
    if (excludes->caps & target->caps)
        return SCC_ENTRY_LEFT_OUT_CAPS;
    if (excludes->has_min_kernel && scc_kernel_at_least(target->kernel, excludes->min_kernel))
        return SCC_ENTRY_LEFT_OUT_KERNEL;
    if (includes->arches && !(includes->arches & own))
        return SCC_ENTRY_LEFT_OUT_ARCHES;
    if (includes->caps & ~target->caps)
        return SCC_ENTRY_LEFT_OUT_CAPS;
    if (includes->has_min_kernel && !scc_kernel_at_least(target->kernel, includes->min_kernel))
        return SCC_ENTRY_LEFT_OUT_KERNEL;
    return SCC_ENTRY_SELECTED;
}

/*
 * Architectures
 */

static int note(struct selecting *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int note(struct selecting *at, const char *format, ...)
{
    struct scc_strbuf text = {0};
    va_list args;
    va_start(args, format);
    scc_strbuf_addv(&text, format, args);
    va_end(args);
    SCC_AUTOFREE char *message = scc_strbuf_steal(&text);
    if (!message)
        return scc_error_nomem(at->err);
    struct scc_place place = {.file = at->policy->profile_name};
    return scc_diags_add(at->diags, SCC_DIAG_NOTE, place, NULL, at->err, "%s", message);
}

static const struct scc_profile_arch_row *find_row(const struct scc_profile *profile,
                                                   enum scc_arch_id id)
{
    for (size_t i = 0; i < profile->arch_row_count; i++) {
        if (profile->arch_rows[i].arch == id)
            return &profile->arch_rows[i];
    }
    return NULL;
}

/** The row that says what the filter for @p arch covers, or NULL. */
static const struct scc_profile_arch_row *row_for(const struct scc_profile *profile,
                                                  const struct scc_arch *arch)
{
    const struct scc_profile_arch_row *row = find_row(profile, arch->id);
    return row ? row : find_row(profile, arch->kernel); /* 386 reads amd64's row, arm arm64's */
}

scc_arch_set scc_select_listed(const struct scc_profile *profile, const struct scc_arch *arch)
{
    const struct scc_profile_arch_row *row = row_for(profile, arch);
    if (!profile->has_arch_map)
        return profile->arches;
    return row ? row->subs | scc_arch_bit(row->arch) : 0;
}

/** Notes where the profile lists nothing for the target. */
static int note_unlisted(struct selecting *at)
{
    const struct scc_arch *arch = at->target->arch;
    const struct scc_profile *profile = at->profile;
    if (!profile->has_arch_map && !profile->arches && !profile->wants_native_arch)
        return note(at, "neither archMap nor architectures: the filter is for %s alone",
                    arch->name);
    if (profile->has_arch_map && !row_for(profile, arch))
        return note(at, "archMap has no row for %s: the filter is for that alone", arch->name);
    return 0;
}

static int select_arches(struct selecting *at)
{
    struct scc_policy *policy = at->policy;
    const struct scc_arch *own = at->target->arch;
    scc_arch_set set = scc_select_listed(at->profile, own), runnable = scc_arch_runnable(own);
    if (note_unlisted(at) < 0)
        return -1;
    policy->arches[policy->arch_count++].arch = own;
    policy->lists_target = (set & scc_arch_bit(own->id)) || at->profile->wants_native_arch;
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        scc_arch_set bit = scc_arch_bit(arch->id);
        if (arch == own || !(set & bit))
            continue;
        if (runnable & bit)
            policy->arches[policy->arch_count++].arch = arch;
        else if (note(at, "%s is left out: %s", arch->name,
                      arch->column == SCC_COLUMN_NONE ? "no system-call numbers are known for it"
                                                      : "the target's kernel cannot run it") < 0)
            return -1;
    }
    return 0;
}

/*
 * Rules
 */

/** The return value of an action with the number that was written beside it. */
static int find_return_value(struct selecting *at, enum scc_action action,
                             const struct scc_profile_errno *data, uint32_t *return_value)
{
    uint16_t number = EPERM; /* where none is written; runc and crun */
    if (data->text_node && data->text_is_number) {
        number = data->text_number;
    } else if (data->text_node) {
        number = scc_errno_find(scc_json_string(data->text_node), at->target->arch);
        if (number == SCC_ERRNO_NONE)
            return scc_json_error(data->text_node, at->err, "%s has no errno of this name",
                                  at->target->arch->name);
    } else if (data->number_node) {
        number = data->number;
    }
    *return_value = scc_action_return_value(action, number);
    return 0;
}

static int add_rule(struct selecting *at, struct scc_rule rule)
{
    struct scc_policy *policy = at->policy;
    if (!SCC_GROW(policy->rules, at->rule_cap, policy->rule_count + 1))
        return scc_error_nomem(at->err);
    if (rule.return_value == policy->default_return)
        rule.effect = SCC_RULE_IS_DEFAULT;
    policy->rules[policy->rule_count++] = rule;
    return 0;
}

static bool has_arg_twice(const struct scc_profile_entry *entry)
{
    unsigned seen = 0;
    for (unsigned i = 0; i < entry->cmp_count; i++) {
        unsigned bit = 1u << entry->cmps[i].arg;
        if (seen & bit)
            return true;
        seen |= bit;
    }
    return false;
}

/**
 * The rule or rules of one name: comparisons are AND-ed, unless an argument stands twice among
 * them; then each is a rule of its own (runc libcontainer/seccomp, crun src/libcrun/seccomp.c).
 */
static int add_rules(struct selecting *at, const struct scc_profile_entry *entry,
                     const struct scc_rule *shape)
{
    struct scc_rule rule = *shape;
    if (!has_arg_twice(entry)) {
        rule.cmp_count = entry->cmp_count;
        memcpy(rule.cmps, entry->cmps, entry->cmp_count * sizeof *rule.cmps);
        return add_rule(at, rule);
    }
    for (unsigned i = 0; i < entry->cmp_count; i++) {
        rule.cmp_count = 1;
        rule.cmps[0] = entry->cmps[i];
        if (add_rule(at, rule) < 0)
            return -1;
    }
    return 0;
}

static bool exists_on_target(const struct scc_policy *policy, const struct scc_syscall *call)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        if (scc_syscall_exists(call, policy->arches[i].arch))
            return true;
    }
    return false;
}

static int warn_at(struct selecting *at, const struct scc_json_node *node, const char *message)
{
    struct scc_strbuf path = {0};
    scc_json_path(node, &path);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    if (!path_text || !message)
        return scc_error_nomem(at->err);
    return scc_diags_add(at->diags, SCC_DIAG_WARNING, scc_json_place(node), path_text, at->err,
                         "%s", message);
}

static int warn_unknown_name(struct selecting *at, const struct scc_json_node *node)
{
    if (at->policy->unknown_names++ >= TOLD_MAX)
        return 0;
    const char *name = scc_json_string(node);
    const char *nearest = scc_syscall_nearest(name);
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, "\"");
    scc_strbuf_add_escaped(&text, name);
    scc_strbuf_add(&text, "\" is no system call of any known architecture and has no effect");
    if (nearest)
        scc_strbuf_addf(&text, "; did you mean \"%s\"?", nearest);
    SCC_AUTOFREE char *message = scc_strbuf_steal(&text);
    return warn_at(at, node, message);
}

static int select_name(struct selecting *at, const struct scc_profile_entry *entry,
                       const struct scc_json_node *node, uint32_t return_value)
{
    const struct scc_syscall *call = scc_syscall_find(scc_json_string(node));
    if (!call)
        return warn_unknown_name(at, node);
    if (!exists_on_target(at->policy, call)) {
        at->policy->absent_names++;
        return 0;
    }
    struct scc_place place = scc_json_place(node);
    struct scc_rule rule = {
        .call = call,
        .return_value = return_value,
        .origin = {.entry = entry->node->position,
                   .name = node->position,
                   .line = place.line,
                   .column = place.column},
    };
    return add_rules(at, entry, &rule);
}

static int select_entry(struct selecting *at, const struct scc_profile_entry *entry)
{
    uint32_t return_value = 0;
    if (find_return_value(at, entry->action, &entry->data, &return_value) < 0)
        return -1;
    const struct scc_json_node *name = scc_profile_first_name(entry);
    if (!name && warn_at(at, entry->node, "an entry with empty names has no effect") < 0)
        return -1;
    for (; name; name = scc_profile_next_name(name)) {
        if (select_name(at, entry, name, return_value) < 0)
            return -1;
    }
    return 0;
}

static int select_rules(struct selecting *at)
{
    const struct scc_profile *profile = at->profile;
    struct scc_policy *policy = at->policy;
    policy->left_out = calloc(profile->entry_count + 1, 1);
    if (!policy->left_out)
        return scc_error_nomem(at->err);
    policy->entry_count = profile->entry_count;
    if (find_return_value(at, profile->default_action, &profile->default_data,
                          &policy->default_return) < 0)
        return -1;
    for (size_t i = 0; i < profile->entry_count; i++) {
        enum scc_left_out left_out = scc_select_entry(&profile->entries[i], at->target);
        policy->left_out[i] = (uint8_t)left_out;
        if (left_out == SCC_ENTRY_SELECTED && select_entry(at, &profile->entries[i]) < 0)
            return -1;
    }
    if (policy->unknown_names > TOLD_MAX)
        return scc_diags_add(
            at->diags, SCC_DIAG_WARNING, (struct scc_place){.file = policy->profile_name}, NULL,
            at->err, "%zu further names of no known system call", policy->unknown_names - TOLD_MAX);
    return 0;
}

/*
 * Numbers that the author could not know
 */

/** The first release that has every call that the profile names, in whatever entry. */
static struct scc_kernel youngest_named(const struct scc_profile *profile)
{
    struct scc_kernel youngest = {0, 0};
    for (size_t i = 0; i < profile->entry_count; i++) {
        const struct scc_json_node *name = scc_profile_first_name(&profile->entries[i]);
        for (; name; name = scc_profile_next_name(name)) {
            const struct scc_syscall *call = scc_syscall_find(scc_json_string(name));
            if (call && scc_kernel_at_least(scc_syscall_first(call), youngest))
                youngest = scc_syscall_first(call);
        }
    }
    return youngest;
}

static int add_enosys(struct selecting *at)
{
    const struct scc_reading *reading = at->reading;
    struct scc_kernel known = {(uint16_t)reading->profile_major, (uint16_t)reading->profile_minor};
    at->policy->enosys = reading->enosys;
    switch (reading->enosys) {
    case SCC_ENOSYS_RUNC:
        return scc_enosys_add_runc_stub(at->policy, scc_enosys_knows_all, at->err);
    case SCC_ENOSYS_KERNEL:
        if (!known.major && !known.minor)
            known = youngest_named(at->profile);
        return scc_enosys_add_kernel(at->policy, known, at->err);
    case SCC_ENOSYS_PROFILE:
        break;
    }
    return 0;
}

/*
 * What has no effect
 */

/**
 * Rules that never answer although their author wanted another answer than is given: behind one
 * without comparisons, or equal to the default, which overrides nothing.
 */
static int warn_hidden(struct selecting *at)
{
    const struct scc_policy *policy = at->policy;
    size_t told = 0;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (rule->effect != SCC_RULE_IS_SHADOWED && rule->effect != SCC_RULE_IS_DEFAULT)
            continue;
        const struct scc_rule *shadow = scc_policy_shadow_of(policy, rule);
        if (!shadow || told++ >= TOLD_MAX)
            continue;
        struct scc_strbuf wanted = {0}, given = {0};
        scc_action_describe(&wanted, rule->return_value, policy->target);
        scc_action_describe(&given, shadow->return_value, policy->target);
        SCC_AUTOFREE char *wanted_text = scc_strbuf_steal(&wanted);
        SCC_AUTOFREE char *given_text = scc_strbuf_steal(&given);
        if (!wanted_text || !given_text)
            return scc_error_nomem(at->err);
        if (scc_diags_add(at->diags, SCC_DIAG_WARNING, scc_policy_place_of(policy, rule), NULL,
                          at->err,
                          "%s: %s has no effect%s: line %u answers %s without looking at "
                          "arguments",
                          rule->call->name, wanted_text,
                          rule->effect == SCC_RULE_IS_DEFAULT ? ", since it is the default" : "",
                          shadow->origin.line, given_text) < 0)
            return -1;
    }
    if (told <= TOLD_MAX)
        return 0;
    return scc_diags_add(at->diags, SCC_DIAG_WARNING,
                         (struct scc_place){.file = policy->profile_name}, NULL, at->err,
                         "%zu further rules without effect", told - TOLD_MAX);
}

/** What a container engine makes of NOTIFY, beside what the kernel does. */
static int warn_notify(struct selecting *at)
{
    const struct scc_policy *policy = at->policy;
    const struct scc_rule *write_rule = NULL, *any = NULL;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (scc_action_of(rule->return_value) != SCC_ACTION_NOTIFY)
            continue;
        any = any ? any : rule;
        if (strcmp(rule->call->name, "write") == 0)
            write_rule = rule;
    }
    if (any && !policy->listener_path &&
        scc_diags_add(
            at->diags, SCC_DIAG_WARNING, scc_policy_place_of(policy, any), NULL, at->err,
            "%s: NOTIFY without listenerPath: runc refuses to start, and under crun, where "
            "nobody listens then, the kernel answers ENOSYS",
            any->call->name) < 0)
        return -1;
    if (!write_rule)
        return 0;
    return scc_diags_add(
        at->diags, SCC_DIAG_WARNING, scc_policy_place_of(policy, write_rule), NULL, at->err,
        "write: NOTIFY, which runc refuses: it would wait for itself when it sends "
        "the listener");
}

static int copy_text(const char *text, char **copy, scc_error **err)
{
    *copy = text ? strdup(text) : NULL;
    return text && !*copy ? scc_error_nomem(err) : 0;
}

static int select_all(struct selecting *at)
{
    struct scc_policy *policy = at->policy;
    const struct scc_profile *profile = at->profile;
    policy->target = at->target->arch;
    policy->has_flags = profile->has_flags;
    policy->flags = profile->flags;
    if (copy_text(scc_profile_name(profile), &policy->profile_name, at->err) < 0 ||
        copy_text(profile->listener_path, &policy->listener_path, at->err) < 0 ||
        copy_text(profile->listener_metadata, &policy->listener_metadata, at->err) < 0)
        return -1;
    if (select_arches(at) < 0 || select_rules(at) < 0)
        return -1;
    scc_work_take(policy->work, profile->entry_count + policy->rule_count / RULES_OF_STEP);
    if (scc_work_check(policy->work, at->err) < 0 || scc_policy_place(policy, at->err) < 0 ||
        add_enosys(at) < 0)
        return -1;
    if (at->reading->on_conflict == SCC_CONFLICT_REFUSE && scc_conflict_refuse(policy, at->err) < 0)
        return -1;
    return warn_hidden(at) < 0 ? -1 : warn_notify(at);
}

int scc_policy_select(const scc_profile *profile, const scc_target *target,
                      const struct scc_reading *reading, scc_policy **policy, scc_diags *diags,
                      scc_error **err)
{
    static const struct scc_reading as_written = {0};
    struct selecting at = {
        .profile = profile,
        .target = target,
        .policy = calloc(1, sizeof(struct scc_policy)),
        .reading = reading ? reading : &as_written,
        .diags = diags,
        .err = err,
    };
    if (!at.policy)
        return scc_error_nomem(err);
    at.policy->work = profile->work;
    at.policy->hardens = at.reading->hardens;
    at.policy->takes_strictest = at.reading->on_conflict == SCC_CONFLICT_STRICTEST;
    if (select_all(&at) < 0) {
        scc_policy_free(at.policy);
        return -1;
    }
    *policy = at.policy;
    return 0;
}

/*
 * When the same is selected
 */

/** Narrows the interval of kernels so that the boundary of @p part is not inside. */
static void keep_side(struct scc_blob_condition *condition, const struct scc_target *target,
                      const struct scc_profile_condition *part)
{
    struct scc_kernel least = part->min_kernel;
    struct scc_kernel from = {(uint16_t)condition->from_major, (uint16_t)condition->from_minor};
    struct scc_kernel until = {(uint16_t)condition->until_major, (uint16_t)condition->until_minor};
    if (!part->has_min_kernel)
        return;
    if (scc_kernel_at_least(target->kernel, least)) {
        if (scc_kernel_at_least(least, from)) {
            condition->from_major = least.major;
            condition->from_minor = least.minor;
        }
    } else if (!condition->has_until || scc_kernel_at_least(until, least)) {
        condition->has_until = true;
        condition->until_major = least.major;
        condition->until_minor = least.minor;
    }
}

void scc_blob_condition_of(const scc_profile *profile, const scc_target *target,
                           struct scc_blob_condition *condition)
{
    scc_cap_set named = scc_profile_caps_named(profile);
    *condition = (struct scc_blob_condition){
        .caps_mask = named,
        .caps_value = named & target->caps,
    };
    for (size_t i = 0; i < profile->entry_count; i++) {
        keep_side(condition, target, &profile->entries[i].includes);
        keep_side(condition, target, &profile->entries[i].excludes);
    }
}
