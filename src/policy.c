/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <seccompc/blob.h>

#include "error.h"
#include "load/seal.h"
#include "strbuf.h"
#include "util.h"

void scc_policy_free(scc_policy *policy)
{
    if (!policy)
        return;
    for (size_t i = 0; i < policy->arch_count; i++)
        free(policy->arches[i].placed);
    free(policy->rules);
    free(policy->overrides);
    free(policy->listener_path);
    free(policy->listener_metadata);
    free(policy->profile_name);
    free(policy->left_out);
    free(policy);
}

const scc_arch *scc_policy_target_arch(const scc_policy *policy)
{
    return policy->target;
}

size_t scc_policy_arch_count(const scc_policy *policy)
{
    return policy->arch_count;
}

const scc_arch *scc_policy_arch(const scc_policy *policy, size_t index)
{
    return index < policy->arch_count ? policy->arches[index].arch : NULL;
}

uint32_t scc_policy_default(const scc_policy *policy)
{
    return policy->default_return;
}

static bool notifies(const struct scc_policy *policy)
{
    if (scc_action_of(policy->default_return) == SCC_ACTION_NOTIFY)
        return true;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (rule->effect == SCC_RULE_HOLDS &&
            scc_action_of(rule->return_value) == SCC_ACTION_NOTIFY)
            return true;
    }
    return false;
}

uint32_t scc_policy_filter_flags(const scc_policy *policy)
{
    uint32_t flags = policy->has_flags ? policy->flags : SCC_FLAG_SPEC_ALLOW;
    if (notifies(policy))
        return flags | SCC_FLAG_NEW_LISTENER;
    return flags & ~SCC_FLAG_WAIT_KILLABLE_RECV;
}

struct scc_place scc_policy_place_of(const struct scc_policy *policy, const struct scc_rule *rule)
{
    return (struct scc_place){policy->profile_name, rule->origin.line, rule->origin.column};
}

void scc_policy_add_origin(struct scc_strbuf *out, const struct scc_policy *policy,
                           const struct scc_rule *rule)
{
    scc_strbuf_addf(out, policy->is_from_lxc ? "rule %" PRIu32 : "syscalls[%" PRIu32 "]",
                    rule->origin.entry);
}

unsigned scc_policy_cmps(const struct scc_policy *policy, const struct scc_placed_rule *placed,
                         struct scc_cmp cmps[SCC_ARG_COUNT])
{
    const struct scc_rule *rule = &policy->rules[placed->rule];
    unsigned count = 0;
    if (placed->selector)
        cmps[count++] = (struct scc_cmp){.arg = 0, .op = SCC_OP_EQ, .value = placed->selector};
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        if (!placed->selector || rule->cmps[i].arg != 0)
            cmps[count++] = rule->cmps[i];
    }
    return count;
}

/*
 * Placing
 */

/* NOLINTNEXTLINE(readability-non-const-parameter): SCC_GROW writes to it */
static int add_placed(struct scc_policy_arch *arch, size_t *cap, struct scc_placed_rule placed,
                      scc_error **err)
{
    if (!SCC_GROW(arch->placed, *cap, arch->count + 1))
        return scc_error_nomem(err);
    arch->placed[arch->count++] = placed;
    return 0;
}

/** Adds all rules that have a number on the architecture, in profile order. */
static int place_all(const struct scc_policy *policy, struct scc_policy_arch *arch, scc_error **err)
{
    size_t cap = 0;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (rule->effect == SCC_RULE_IS_DEFAULT)
            continue;
        uint32_t nr = scc_syscall_nr(rule->call, arch->arch);
        struct scc_syscall_door door = scc_syscall_door(rule->call, arch->arch);
        if (policy->is_from_lxc && door.call)
            continue;
        if (nr != SCC_NR_NONE &&
            add_placed(arch, &cap, (struct scc_placed_rule){nr, (uint32_t)i, 0}, err) < 0)
            return -1;
        if (door.call &&
            add_placed(arch, &cap, (struct scc_placed_rule){door.nr, (uint32_t)i, door.selector},
                       err) < 0)
            return -1;
    }
    return 0;
}

enum { BYTE_VALUES = 256 };

/** Moves all rules from @p from to @p to, sorted by one byte of their numbers. */
static void sort_by_byte(const struct scc_placed_rule *from, struct scc_placed_rule *to,
                         size_t count, unsigned shift)
{
    size_t starts[BYTE_VALUES + 1] = {0};
    for (size_t i = 0; i < count; i++)
        starts[(from[i].nr >> shift) % BYTE_VALUES + 1]++;
    for (size_t i = 1; i <= BYTE_VALUES; i++)
        starts[i] += starts[i - 1];
    for (size_t i = 0; i < count; i++)
        to[starts[(from[i].nr >> shift) % BYTE_VALUES]++] = from[i];
}

/** Sorts rules by number; those of one number stay in their order. */
static int sort_placed(struct scc_policy_arch *arch, scc_error **err)
{
    uint32_t differing = 0;
    for (size_t i = 1; i < arch->count; i++)
        differing |= arch->placed[i].nr ^ arch->placed[0].nr;
    if (!differing)
        return 0;
    struct scc_placed_rule *spare = malloc(arch->count * sizeof *spare);
    if (!spare)
        return scc_error_nomem(err);
    for (unsigned shift = 0; shift < 32; shift += 8) {
        if (!((differing >> shift) % BYTE_VALUES))
            continue;
        sort_by_byte(arch->placed, spare, arch->count, shift);
        struct scc_placed_rule *sorted = spare;
        spare = arch->placed;
        arch->placed = sorted;
    }
    free(spare);
    return 0;
}

/** The strictest first; of these the first in the profile. */
static int compare_strictness(const void *a, const void *b, void *context)
{
    const struct scc_policy *policy = context;
    const struct scc_placed_rule *first = a, *second = b;
    enum scc_action one = scc_action_of(policy->rules[first->rule].return_value);
    enum scc_action two = scc_action_of(policy->rules[second->rule].return_value);
    if (one != two)
        return one < two ? -1 : 1;
    return (first->rule > second->rule) - (first->rule < second->rule);
}

/** A placed rule beside its comparisons in an order of their own. */
struct sortable {
    struct scc_placed_rule *placed;
    unsigned count;
    struct scc_cmp cmps[SCC_ARG_COUNT];
};

static int compare_cmps(const struct sortable *a, const struct sortable *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (unsigned i = 0; i < a->count; i++) {
        int order = scc_cmp_compare(&a->cmps[i], &b->cmps[i]);
        if (order)
            return order;
    }
    return 0;
}

static int compare_sortable(const void *a, const void *b)
{
    const struct sortable *first = a, *second = b;
    int order = compare_cmps(first, second);
    return order ? order : (first->placed > second->placed) - (first->placed < second->placed);
}

static int compare_cmp_items(const void *a, const void *b)
{
    return scc_cmp_compare(a, b);
}

static int refuse_conflict(const struct scc_policy *policy, const struct scc_arch *arch,
                           const struct scc_placed_rule *first,
                           const struct scc_placed_rule *second, scc_error **err)
{
    const struct scc_rule *one = &policy->rules[first->rule], *two = &policy->rules[second->rule];
    struct scc_strbuf text = {0}, path = {0};
    scc_strbuf_addf(&text, "%s: ", two->call->name);
    scc_action_describe(&text, two->return_value, policy->target);
    scc_strbuf_addf(&text, " for the same arguments that line %u answers with ", one->origin.line);
    scc_action_describe(&text, one->return_value, policy->target);
    if (second->selector)
        scc_strbuf_addf(&text, " (on %s the two meet at %s(%u, …))", arch->name,
                        scc_syscall_at(arch, second->nr)->name, second->selector);
    scc_strbuf_add(&text, "; expected one action");
    scc_policy_add_origin(&path, policy, two);
    SCC_AUTOFREE char *message = scc_strbuf_steal(&text);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    if (!message || !path_text)
        return scc_error_nomem(err);
    return scc_error_at(err, scc_policy_place_of(policy, two), path_text, "%s", message);
}

/**
 * Of two rules that say the same, lets the one stand at @p first that is sure to stand elsewhere
 * too: behind a door argument 0 is lost, so a rule with fewer comparisons of its own hides the
 * other elsewhere; and a rule for the call behind the door stands at that call's own number, one
 * for the door does not. So what is kept does not depend on which stands first in the profile.
 */
static void prefer_wider(const struct scc_policy *policy, struct scc_placed_rule *first,
                         const struct scc_placed_rule *other)
{
    unsigned count = policy->rules[first->rule].cmp_count;
    unsigned other_count = policy->rules[other->rule].cmp_count;
    if (other_count < count || (other_count == count && other->selector && !first->selector))
        *first = *other;
}

/**
 * Keeps the different ones of @p count rules with comparisons at @p group; *kept becomes their
 * number. Equal comparisons with two answers are refused: libseccomp answers EEXIST, and runc and
 * crun do not start.
 */
static int keep_different(const struct scc_policy *policy, const struct scc_arch *arch,
                          struct scc_placed_rule *group, size_t count, size_t *kept,
                          scc_error **err)
{
    if (policy->takes_strictest)
        qsort_r(group, count, sizeof *group, compare_strictness, (void *)policy);
    SCC_AUTOFREE struct sortable *items = calloc(count, sizeof *items);
    SCC_AUTOFREE bool *is_repeated = calloc(count, sizeof *is_repeated);
    if (!items || !is_repeated)
        return scc_error_nomem(err);
    for (size_t i = 0; i < count; i++) {
        items[i].placed = &group[i];
        items[i].count = scc_policy_cmps(policy, &group[i], items[i].cmps);
        qsort(items[i].cmps, items[i].count, sizeof *items[i].cmps, compare_cmp_items);
    }
    qsort(items, count, sizeof *items, compare_sortable);
    struct scc_placed_rule *first = items[0].placed;
    for (size_t i = 1; i < count; i++) {
        struct scc_placed_rule *placed = items[i].placed;
        if (compare_cmps(&items[i - 1], &items[i]) != 0) {
            first = placed;
            continue;
        }
        if (policy->rules[first->rule].return_value == policy->rules[placed->rule].return_value)
            prefer_wider(policy, first, placed);
        else if (!policy->takes_strictest)
            return refuse_conflict(policy, arch, first, placed, err);
        is_repeated[placed - group] = true;
    }
    *kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_repeated[i])
            group[(*kept)++] = group[i];
    }
    return 0;
}

static bool is_unconditional(const struct scc_policy *policy, const struct scc_placed_rule *placed)
{
    return !placed->selector && policy->rules[placed->rule].cmp_count == 0;
}

/** Reduces the rules of one number to those that count; see struct scc_policy_arch. */
static int reduce_group(const struct scc_policy *policy, const struct scc_arch *arch,
                        struct scc_placed_rule *group, size_t count, size_t *kept, scc_error **err)
{
    for (size_t i = 0; i < count; i++) {
        if (is_unconditional(policy, &group[i])) {
            group[0] = group[i];
            *kept = 1;
            return 0;
        }
    }
    return keep_different(policy, arch, group, count, kept, err);
}

/** Refuses the rules at @p start, of which @p kept count, at the first that is too many. */
static int refuse_many(const struct scc_policy *policy, const struct scc_policy_arch *arch,
                       size_t start, size_t kept, scc_error **err)
{
    const struct scc_rule *rule =
        &policy->rules[arch->placed[start + SCC_POLICY_CALL_RULES_MAX].rule];
    return scc_error_at(err, scc_policy_place_of(policy, rule), NULL,
                        "too large: %s has %zu different rules with comparisons on %s, expected %d "
                        "at most",
                        rule->call->name, kept, arch->arch->name, SCC_POLICY_CALL_RULES_MAX);
}

/** Refuses all rules at the last of the @p count that were kept, which is one too many. */
static int refuse_all(const struct scc_policy *policy, const struct scc_policy_arch *arch,
                      size_t count, scc_error **err)
{
    const struct scc_rule *rule = &policy->rules[arch->placed[count - 1].rule];
    return scc_error_at(err, scc_policy_place_of(policy, rule), NULL,
                        "too large: all calls together have more than %d different rules, each "
                        "architecture counted, expected that many at most",
                        SCC_POLICY_RULES_MAX);
}

/** Reduces the rules of all numbers; @p before is how many the architectures before have. */
static int reduce(const struct scc_policy *policy, struct scc_policy_arch *arch, size_t before,
                  scc_error **err)
{
    size_t out = 0;
    for (size_t start = 0, end; start < arch->count; start = end) {
        for (end = start; end < arch->count && arch->placed[end].nr == arch->placed[start].nr;)
            end++;
        size_t kept = 0;
        if (reduce_group(policy, arch->arch, &arch->placed[start], end - start, &kept, err) < 0)
            return -1;
        if (kept > SCC_POLICY_CALL_RULES_MAX)
            return refuse_many(policy, arch, start, kept, err);
        memmove(&arch->placed[out], &arch->placed[start], kept * sizeof *arch->placed);
        out += kept;
        if (before + out > SCC_POLICY_RULES_MAX)
            return refuse_all(policy, arch, out, err);
    }
    arch->count = out;
    return 0;
}

/** A rule that stands in no table has no effect: is it hidden, or only said again? */
static void note_effects(struct scc_policy *policy)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        if (policy->rules[i].effect != SCC_RULE_IS_DEFAULT)
            policy->rules[i].effect = SCC_RULE_IS_REPEATED;
    }
    for (size_t i = 0; i < policy->arch_count; i++) {
        for (size_t j = 0; j < policy->arches[i].count; j++)
            policy->rules[policy->arches[i].placed[j].rule].effect = SCC_RULE_HOLDS;
    }
    for (size_t i = 0; i < policy->rule_count; i++) {
        struct scc_rule *rule = &policy->rules[i];
        if (rule->effect != SCC_RULE_IS_REPEATED)
            continue;
        const struct scc_rule *shadow = scc_policy_shadow_of(policy, rule);
        if (shadow && shadow->return_value != rule->return_value)
            rule->effect = SCC_RULE_IS_SHADOWED;
    }
}

int scc_policy_place(struct scc_policy *policy, scc_error **err)
{
    size_t count = 0;
    for (size_t i = 0; i < policy->arch_count; i++) {
        struct scc_policy_arch *arch = &policy->arches[i];
        if (place_all(policy, arch, err) < 0 || sort_placed(arch, err) < 0 ||
            reduce(policy, arch, count, err) < 0)
            return -1;
        count += arch->count;
    }
    note_effects(policy);
    return 0;
}

/*
 * Asking
 */

/** The place of the first rule of @p nr, or where it would stand. */
static size_t first_at(const struct scc_policy_arch *arch, uint32_t nr)
{
    size_t low = 0, high = arch->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (arch->placed[middle].nr < nr)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct scc_placed_rule *scc_policy_rules_at(const struct scc_policy_arch *arch, uint32_t nr,
                                                  size_t *count)
{
    size_t first = first_at(arch, nr), end = first;
    while (end < arch->count && arch->placed[end].nr == nr)
        end++;
    *count = end - first;
    return *count ? &arch->placed[first] : NULL;
}

/** The rule without comparisons at @p nr, or NULL. */
static const struct scc_rule *unconditional_at(const struct scc_policy *policy,
                                               const struct scc_policy_arch *arch, uint32_t nr)
{
    size_t at = first_at(arch, nr);
    bool is_there = at < arch->count && arch->placed[at].nr == nr &&
                    is_unconditional(policy, &arch->placed[at]);
    return is_there ? &policy->rules[arch->placed[at].rule] : NULL;
}

const struct scc_rule *scc_policy_shadow_of(const struct scc_policy *policy,
                                            const struct scc_rule *rule)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_policy_arch *arch = &policy->arches[i];
        struct scc_syscall_door door = scc_syscall_door(rule->call, arch->arch);
        uint32_t nr = scc_syscall_nr(rule->call, arch->arch);
        const struct scc_rule *shadow = unconditional_at(policy, arch, nr);
        if (!shadow && nr == SCC_NR_NONE && door.call)
            shadow = unconditional_at(policy, arch, door.nr);
        if (shadow && shadow != rule)
            return shadow;
    }
    return NULL;
}

static const struct scc_policy_arch *find_token(const struct scc_policy *policy,
                                                enum scc_arch_id id)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        if (policy->arches[i].arch->id == id)
            return &policy->arches[i];
    }
    return NULL;
}

const struct scc_policy_arch *scc_policy_find_arch(const struct scc_policy *policy, uint32_t audit,
                                                   uint32_t nr, uint32_t *outside)
{
    *outside = SCC_BAD_ARCH_RETURN;
    if (audit != scc_arch_get(SCC_ARCH_X86_64)->audit) {
        for (size_t i = 0; i < policy->arch_count; i++) {
            if (policy->arches[i].arch->audit == audit)
                return &policy->arches[i];
        }
        return NULL;
    }
    const struct scc_policy_arch *x86_64 = find_token(policy, SCC_ARCH_X86_64);
    const struct scc_policy_arch *x32 = find_token(policy, SCC_ARCH_X32);
    if (nr == SCC_NR_SKIP && (x86_64 || x32)) {
        *outside = policy->default_return;
        return NULL;
    }
    return nr >= SCC_X32_BIT ? x32 : x86_64;
}

bool scc_policy_is_listed(const struct scc_policy *policy, const struct scc_call *call)
{
    uint32_t outside;
    if (call->nr != SCC_NR_SKIP)
        return scc_policy_find_arch(policy, call->audit, call->nr, &outside);
    /* The number of a skipped call belongs to no table, but is answered as the default. */
    for (size_t i = 0; i < policy->arch_count; i++) {
        if (policy->arches[i].arch->audit == call->audit)
            return true;
    }
    return false;
}

static bool rule_matches(const struct scc_policy *policy, const struct scc_placed_rule *placed,
                         const struct scc_call *call, bool is_64bit)
{
    struct scc_cmp cmps[SCC_ARG_COUNT];
    unsigned count = scc_policy_cmps(policy, placed, cmps);
    for (unsigned i = 0; i < count; i++) {
        if (!scc_cmp_holds(&cmps[i], call->args[cmps[i].arg], is_64bit))
            return false;
    }
    return true;
}

const struct scc_override *scc_policy_find_override(const struct scc_policy *policy, uint32_t audit,
                                                    uint32_t nr)
{
    size_t low = 0, high = policy->override_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct scc_override *override = &policy->overrides[middle];
        if (override->audit < audit || (override->audit == audit && override->last < nr))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == policy->override_count)
        return NULL;
    const struct scc_override *found = &policy->overrides[low];
    return found->audit == audit && found->first <= nr ? found : NULL;
}

bool scc_policy_is_before_rules(const struct scc_policy *policy, uint32_t audit, uint32_t nr)
{
    const struct scc_override *override = scc_policy_find_override(policy, audit, nr);
    return override && override->is_before_rules;
}

uint32_t scc_policy_default_at(const struct scc_policy *policy, uint32_t audit, uint32_t nr)
{
    const struct scc_override *override = scc_policy_find_override(policy, audit, nr);
    return override ? override->return_value : policy->default_return;
}

/** As scc_policy_match(), for the arguments as they are. */
static const struct scc_rule *match_as_given(const struct scc_policy *policy,
                                             const struct scc_call *call, uint32_t *return_value)
{
    const struct scc_override *override = scc_policy_find_override(policy, call->audit, call->nr);
    if (override && override->is_before_rules) {
        *return_value = override->return_value;
        return NULL;
    }
    const struct scc_policy_arch *arch =
        scc_policy_find_arch(policy, call->audit, call->nr, return_value);
    if (!arch)
        return NULL;
    size_t count;
    const struct scc_placed_rule *placed = scc_policy_rules_at(arch, call->nr, &count);
    for (size_t i = 0; i < count; i++) {
        if (rule_matches(policy, &placed[i], call, arch->arch->is_64bit)) {
            *return_value = policy->rules[placed[i].rule].return_value;
            return &policy->rules[placed[i].rule];
        }
    }
    *return_value = override ? override->return_value : policy->default_return;
    return NULL;
}

uint8_t scc_policy_loose_args(const struct scc_policy *policy, const struct scc_arch *arch,
                              uint32_t nr)
{
    const struct scc_syscall *call = policy->hardens ? scc_syscall_at(arch, nr) : NULL;
    return call ? scc_syscall_loose_args(call, arch) : 0;
}

/** The call as the kernel reads it, as far as the policy wants to know. */
static struct scc_call clear_loose(const struct scc_policy *policy, const struct scc_call *call)
{
    struct scc_call cleared = *call;
    uint32_t outside;
    const struct scc_policy_arch *arch =
        scc_policy_find_arch(policy, call->audit, call->nr, &outside);
    unsigned loose = arch ? scc_policy_loose_args(policy, arch->arch, call->nr) : 0;
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (loose >> i & 1)
            cleared.args[i] &= UINT32_MAX;
    }
    return cleared;
}

bool scc_policy_is_tightened(const struct scc_policy *policy, const struct scc_call *call,
                             struct scc_call *cleared)
{
    uint32_t given, other;
    if (!policy->hardens)
        return false;
    *cleared = clear_loose(policy, call);
    match_as_given(policy, call, &given);
    match_as_given(policy, cleared, &other);
    return scc_action_of(other) < scc_action_of(given);
}

const struct scc_rule *scc_policy_match(const struct scc_policy *policy,
                                        const struct scc_call *call, uint32_t *return_value)
{
    struct scc_call cleared;
    if (scc_policy_is_tightened(policy, call, &cleared))
        return match_as_given(policy, &cleared, return_value);
    return match_as_given(policy, call, return_value);
}

uint32_t scc_policy_answer(const scc_policy *policy, const struct scc_call *call)
{
    uint32_t return_value;
    scc_policy_match(policy, call, &return_value);
    return return_value;
}

/*
 * Comparing
 */

static bool placed_rules_agree(const struct scc_policy *a, const struct scc_placed_rule *one,
                               const struct scc_policy *b, const struct scc_placed_rule *two)
{
    struct scc_cmp cmps[SCC_ARG_COUNT], others[SCC_ARG_COUNT];
    unsigned count = scc_policy_cmps(a, one, cmps);
    if (count != scc_policy_cmps(b, two, others))
        return false;
    for (unsigned i = 0; i < count; i++) {
        if (scc_cmp_compare(&cmps[i], &others[i]) != 0)
            return false;
    }
    return a->rules[one->rule].return_value == b->rules[two->rule].return_value;
}

/** Whether rule @p one of @p a stands at the same number in @p table of @p b. */
static bool has_placed_rule(const struct scc_policy *a, const struct scc_placed_rule *one,
                            const struct scc_policy *b, const struct scc_policy_arch *table)
{
    size_t count;
    const struct scc_placed_rule *others = scc_policy_rules_at(table, one->nr, &count);
    for (size_t i = 0; i < count; i++) {
        if (placed_rules_agree(a, one, b, &others[i]))
            return true;
    }
    return false;
}

bool scc_policy_agrees(const struct scc_policy *a, const struct scc_policy *b)
{
    if (a->default_return != b->default_return || a->arch_count != b->arch_count)
        return false;
    for (size_t i = 0; i < a->arch_count; i++) {
        const struct scc_policy_arch *one = &a->arches[i], *two = find_token(b, one->arch->id);
        if (!two || one->count != two->count)
            return false;
        for (size_t j = 0; j < one->count; j++) {
            if (!has_placed_rule(a, &one->placed[j], b, two))
                return false;
        }
    }
    return true;
}
