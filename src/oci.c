/* SPDX-License-Identifier: Apache-2.0 */
#include <seccompc/output.h>

#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "json_print.h"
#include "policy.h"
#include "util.h"

/** Rules that are in the slim profile; see scc_policy_to_oci(). */
static bool is_kept(const struct scc_rule *rule)
{
    return rule->effect == SCC_RULE_HOLDS || rule->effect == SCC_RULE_IS_DEFAULT;
}

static int compare_shape(const struct scc_rule *a, const struct scc_rule *b)
{
    if (a->return_value != b->return_value)
        return a->return_value < b->return_value ? -1 : 1;
    if (a->cmp_count != b->cmp_count)
        return a->cmp_count < b->cmp_count ? -1 : 1;
    for (unsigned i = 0; i < a->cmp_count; i++) {
        int order = scc_cmp_compare(&a->cmps[i], &b->cmps[i]);
        if (order)
            return order;
    }
    return 0;
}

static int compare_by_shape(const void *a, const void *b)
{
    const struct scc_rule *const *first = a, *const *second = b;
    int order = compare_shape(*first, *second);
    return order ? order : strcmp((*first)->call->name, (*second)->call->name);
}

/** A run of rules of one shape. */
struct group {
    const struct scc_rule **rules; /* sorted by name */
    size_t count;
    const struct scc_rule *first; /* in profile order */
};

static int compare_by_first(const void *a, const void *b)
{
    const struct group *one = a, *two = b;
    return (one->first > two->first) - (one->first < two->first);
}

/*
 * Building cJSON items: each function answers false without memory.
 */

/** Adds @p item, which may be NULL for want of memory, under @p key. */
static bool add(cJSON *object, const char *key, cJSON *item)
{
    if (item && cJSON_AddItemToObject(object, key, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static bool append(cJSON *array, cJSON *item)
{
    if (item && cJSON_AddItemToArray(array, item))
        return true;
    cJSON_Delete(item);
    return false;
}

/** Adds an action, and its number where it has one, under the names that the place has for them. */
static bool add_action(cJSON *object, const char *action_key, const char *errno_key,
                       uint32_t return_value)
{
    enum scc_action action = scc_action_of(return_value);
    if (!add(object, action_key, cJSON_CreateString(scc_action_name(action))))
        return false;
    return !scc_action_has_errno(action) ||
           add(object, errno_key, scc_json_new_uint(return_value & SECCOMP_RET_DATA));
}

static bool add_cmp(cJSON *args, const struct scc_cmp *cmp)
{
    cJSON *item = cJSON_CreateObject();
    bool done = append(args, item) && add(item, "index", scc_json_new_uint(cmp->arg)) &&
                add(item, "value", scc_json_new_uint(cmp->value));
    if (done && cmp->op == SCC_OP_MASKED_EQ)
        done = add(item, "valueTwo", scc_json_new_uint(cmp->value2));
    return done && add(item, "op", cJSON_CreateString(scc_op_name((enum scc_op)cmp->op)));
}

static bool add_cmps(cJSON *entry, const struct scc_rule *rule)
{
    if (!rule->cmp_count)
        return true;
    cJSON *args = cJSON_CreateArray();
    if (!add(entry, "args", args))
        return false;
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        if (!add_cmp(args, &rule->cmps[i]))
            return false;
    }
    return true;
}

static bool add_group(cJSON *syscalls, const struct group *group)
{
    cJSON *entry = cJSON_CreateObject(), *names;
    if (!append(syscalls, entry))
        return false;
    names = cJSON_CreateArray();
    if (!add(entry, "names", names))
        return false;
    for (size_t i = 0; i < group->count; i++) {
        const struct scc_syscall *call = group->rules[i]->call;
        if (i && group->rules[i - 1]->call == call)
            continue;
        if (!append(names, cJSON_CreateStringReference(call->name)))
            return false;
    }
    return add_action(entry, "action", "errnoRet", group->first->return_value) &&
           add_cmps(entry, group->first);
}

/** Fills @p groups with the runs in @p sorted; returns their number. */
static size_t find_groups(const struct scc_rule **sorted, size_t count, struct group *groups)
{
    size_t group_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct group *group = group_count ? &groups[group_count - 1] : NULL;
        if (!group || compare_shape(group->rules[0], sorted[i]) != 0) {
            groups[group_count++] = (struct group){&sorted[i], 1, sorted[i]};
            continue;
        }
        group->count++;
        if (sorted[i] < group->first)
            group->first = sorted[i];
    }
    return group_count;
}

/** Groups stand in the order of their first rules, so that a reader finds the profile again. */
static bool add_syscalls(cJSON *root, const struct scc_policy *policy)
{
    SCC_AUTOFREE const struct scc_rule **sorted = calloc(policy->rule_count + 1, sizeof *sorted);
    SCC_AUTOFREE struct group *groups = calloc(policy->rule_count + 1, sizeof *groups);
    cJSON *syscalls = cJSON_CreateArray();
    size_t count = 0;
    if (!add(root, "syscalls", syscalls) || !sorted || !groups)
        return false;
    for (size_t i = 0; i < policy->rule_count; i++) {
        if (is_kept(&policy->rules[i]))
            sorted[count++] = &policy->rules[i];
    }
    /* Where rules may conflict, their order counts: neighbours alone are then merged. */
    if (!policy->takes_strictest)
        qsort(sorted, count, sizeof(const struct scc_rule *), compare_by_shape);
    size_t group_count = find_groups(sorted, count, groups);
    qsort(groups, group_count, sizeof *groups, compare_by_first);
    for (size_t i = 0; i < group_count; i++) {
        if (!add_group(syscalls, &groups[i]))
            return false;
    }
    return true;
}

static bool add_arches(cJSON *root, const struct scc_policy *policy)
{
    /* runc's stub speaks of listed architectures alone, so the list stays what it was. */
    if (policy->arch_count == 1 && !policy->lists_target)
        return true;
    cJSON *arches = cJSON_CreateArray();
    if (!add(root, "architectures", arches))
        return false;
    for (size_t i = policy->lists_target ? 0 : 1; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        if (!append(arches, cJSON_CreateStringReference(arch->token_name)))
            return false;
    }
    return true;
}

static bool add_flags(cJSON *root, const struct scc_policy *policy)
{
    if (!policy->has_flags)
        return true;
    cJSON *flags = cJSON_CreateArray();
    if (!add(root, "flags", flags))
        return false;
    const char *name;
    uint32_t bit;
    for (unsigned i = 0; (name = scc_flag_at(i, &bit)) != NULL; i++) {
        if ((policy->flags & bit) && !append(flags, cJSON_CreateStringReference(name)))
            return false;
    }
    return true;
}

static bool add_text(cJSON *root, const char *key, const char *text)
{
    return !text || add(root, key, cJSON_CreateString(text));
}

static bool add_all(cJSON *root, const struct scc_policy *policy)
{
    return add_action(root, "defaultAction", "defaultErrnoRet", policy->default_return) &&
           add_arches(root, policy) && add_flags(root, policy) &&
           add_text(root, "listenerPath", policy->listener_path) &&
           add_text(root, "listenerMetadata", policy->listener_metadata) &&
           add_syscalls(root, policy);
}

char *scc_policy_to_oci(const scc_policy *policy, size_t *len_bytes)
{
    cJSON *root = cJSON_CreateObject();
    struct scc_strbuf out = {0};
    bool done = root && add_all(root, policy);
    if (done)
        scc_json_print(&out, root);
    cJSON_Delete(root);
    if (!done)
        scc_strbuf_free(&out);
    *len_bytes = out.len;
    return done ? scc_strbuf_steal(&out) : NULL;
}
