/* SPDX-License-Identifier: Apache-2.0 */
/** Entries that name a call but were not selected: what the target would have to be. */
#include "explain.h"

#include <string.h>

#include "select.h"
#include "util.h"

enum {
    /** So many entries are told one by one; each takes selecting the profile once more. */
    TOLD_MAX = 50,
};

/** A target that would select an entry, and how it differs, in words. */
struct other_target {
    struct scc_target target;
    struct scc_strbuf needs;
    bool is_other_arch; /* of which only the needs are known */
};

static void add_need(struct scc_strbuf *needs)
{
    scc_strbuf_add(needs, needs->len ? ", " : "");
}

static void need_caps(struct other_target *other, scc_cap_set caps, const char *word)
{
    for (unsigned bit = 0; scc_cap_name(bit); bit++) {
        if (!(caps >> bit & 1))
            continue;
        add_need(&other->needs);
        scc_strbuf_addf(&other->needs, "%s %s", word, scc_cap_name(bit));
    }
}

static void need_arches(struct other_target *other, scc_arch_set arches, const char *word)
{
    add_need(&other->needs);
    scc_strbuf_add(&other->needs, word);
    const char *joint = " ";
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        if (!(arches & scc_arch_bit((enum scc_arch_id)id)))
            continue;
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        scc_strbuf_addf(&other->needs, "%s%s", joint, scc_arch_docker_name(arch));
        joint = " or ";
    }
    other->is_other_arch = true;
}

/** The last kernel before @p kernel, as far as profiles can tell. */
static struct scc_kernel kernel_before(struct scc_kernel kernel)
{
    if (kernel.minor)
        return (struct scc_kernel){kernel.major, (uint16_t)(kernel.minor - 1)};
    return (struct scc_kernel){(uint16_t)(kernel.major - (kernel.major > 0)), UINT8_MAX};
}

static void need_kernel(struct other_target *other, const struct scc_profile_entry *entry)
{
    const struct scc_profile_condition *includes = &entry->includes, *excludes = &entry->excludes;
    struct scc_kernel *kernel = &other->target.kernel;
    if (includes->has_min_kernel && !scc_kernel_at_least(*kernel, includes->min_kernel)) {
        add_need(&other->needs);
        scc_strbuf_addf(&other->needs, "on kernel %u.%u or later", includes->min_kernel.major,
                        includes->min_kernel.minor);
        *kernel = includes->min_kernel;
    }
    if (excludes->has_min_kernel && scc_kernel_at_least(*kernel, excludes->min_kernel)) {
        add_need(&other->needs);
        scc_strbuf_addf(&other->needs, "on a kernel before %u.%u", excludes->min_kernel.major,
                        excludes->min_kernel.minor);
        *kernel = kernel_before(excludes->min_kernel);
    }
}

/** Fills in what @p entry needs and @p target lacks. */
static void find_needs(const struct scc_profile_entry *entry, const struct scc_target *target,
                       struct other_target *other)
{
    const struct scc_profile_condition *includes = &entry->includes, *excludes = &entry->excludes;
    scc_arch_set own = scc_arch_bit(target->arch->id);
    other->target = *target;
    if (includes->arches && !(includes->arches & own))
        need_arches(other, includes->arches, "on");
    else if (excludes->arches & own)
        need_arches(other, own, "on another architecture than");
    need_caps(other, includes->caps & ~target->caps, "with");
    need_caps(other, excludes->caps & target->caps, "without");
    other->target.caps = (target->caps | includes->caps) & ~excludes->caps;
    need_kernel(other, entry);
    if (other->needs.len)
        return;
    /* A runtime config brings its own bounding set, which only the selection has seen. */
    need_caps(other, includes->caps, "with");
    need_caps(other, excludes->caps, "without");
}

static const char *keep_text(struct scc_pool *pool, struct scc_strbuf *text)
{
    SCC_AUTOFREE char *made = scc_strbuf_steal(text);
    pool->failed |= !made;
    return made ? scc_pool_copy(pool, made, strlen(made) + 1, 1) : NULL;
}

static void describe_cmps(struct scc_strbuf *out, const struct scc_rule *rule)
{
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        scc_strbuf_add(out, i ? " and " : "");
        scc_cmp_describe(out, &rule->cmps[i]);
    }
}

/** What the rules of the entry say in the policy of the other target; false where they say nothing.
 */
static bool read_rules(const struct scc_policy *policy, struct scc_left_out_entry *left_out,
                       struct scc_strbuf *condition)
{
    bool is_always = false;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (rule->call != left_out->call || rule->effect != SCC_RULE_HOLDS ||
            rule->origin.entry != left_out->entry->node->position)
            continue;
        scc_strbuf_add(condition, left_out->has_return ? ", or " : "");
        describe_cmps(condition, rule);
        is_always |= !rule->cmp_count;
        left_out->has_return = true;
        left_out->return_value = rule->return_value;
    }
    if (is_always)
        scc_strbuf_free(condition);
    return left_out->has_return;
}

/** Asks what the entry would say; *is_told: it would say something. */
static int ask_other_target(struct scc_explanation *explanation, const struct other_target *other,
                            struct scc_left_out_entry *left_out, bool *is_told, scc_error **err)
{
    struct scc_policy *policy;
    struct scc_strbuf condition = {0};
    *is_told = true;
    if (other->is_other_arch)
        return 0;
    static const struct scc_reading reading = {.on_conflict = SCC_CONFLICT_STRICTEST};
    scc_error *failure = NULL;
    if (scc_policy_select(explanation->input->profile, &other->target, &reading, &policy, NULL,
                          &failure) < 0) {
        bool is_refused = scc_error_get_code(failure) == SCC_ERROR_INPUT;
        scc_error_free(failure);
        return is_refused ? 0 : scc_error_nomem(err);
    }
    *is_told = read_rules(policy, left_out, &condition);
    scc_policy_free(policy);
    if (condition.len || condition.failed)
        left_out->condition_text = keep_text(&explanation->pool, &condition);
    scc_strbuf_free(&condition);
    return explanation->pool.failed ? scc_error_nomem(err) : 0;
}

static int explain_entry(struct scc_explanation *explanation, struct scc_left_out_entry left_out,
                         scc_error **err)
{
    struct other_target other = {0};
    bool is_told;
    find_needs(left_out.entry, explanation->target, &other);
    left_out.needs = keep_text(&explanation->pool, &other.needs);
    if (!left_out.needs)
        return scc_error_nomem(err);
    if (ask_other_target(explanation, &other, &left_out, &is_told, err) < 0 || !is_told)
        return is_told ? -1 : 0;
    if (!SCC_GROW(explanation->left_out, explanation->left_out_cap,
                  explanation->left_out_count + 1))
        return scc_error_nomem(err);
    explanation->left_out[explanation->left_out_count++] = left_out;
    return 0;
}

/** Where an entry names the call; NULL where it does not. */
static const struct scc_json_node *find_name(const struct scc_profile_entry *entry,
                                             const struct scc_syscall *call)
{
    const struct scc_json_node *name = scc_profile_first_name(entry);
    while (name && strcmp(scc_json_string(name), call->name) != 0)
        name = scc_profile_next_name(name);
    return name;
}

int scc_explain_left_out(struct scc_explanation *explanation, const struct scc_syscall *call,
                         scc_error **err)
{
    const struct scc_profile *profile = explanation->input->profile;
    if (!profile) /* LXC's text: every line counts */
        return 0;
    for (size_t i = 0; i < profile->entry_count; i++) {
        const struct scc_profile_entry *entry = &profile->entries[i];
        struct scc_left_out_entry left_out = {
            .call = call, .entry = entry, .name = find_name(entry, call)};
        if (!left_out.name || explanation->input->policy->left_out[i] == SCC_ENTRY_SELECTED)
            continue;
        if (explanation->left_out_count >= TOLD_MAX || scc_work_is_over(profile->work))
            explanation->left_out_more++;
        else if (explain_entry(explanation, left_out, err) < 0)
            return -1;
    }
    return 0;
}
