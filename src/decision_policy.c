/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Policy → diagram. Built from the inside out, each part once: a rule's comparisons, the rules of a
 * number, the numbers of an architecture, the architectures.
 */
#include "decision_node.h"

#include <stdlib.h>

#include "error.h"
#include "util.h"

/** A growing list of segments that cover a word from 0 on. */
struct cover {
    struct scc_segment *segments;
    size_t count, cap;
};

static void free_cover(struct cover *cover)
{
    free(cover->segments);
}

/** From @p start on, which is not below the last segment's, @p diagram holds. */
static void cover_from(struct scc_decision_space *space, struct cover *cover, uint32_t start,
                       scc_diagram diagram)
{
    if (cover->count && cover->segments[cover->count - 1].start == start)
        cover->count--;
    if (cover->count && cover->segments[cover->count - 1].diagram == diagram)
        return;
    if (!SCC_GROW(cover->segments, cover->cap, cover->count + 1)) {
        scc_node_set_nomem(space);
        return;
    }
    cover->segments[cover->count++] = (struct scc_segment){start, diagram};
}

static scc_diagram select_covered(struct scc_decision_space *space, unsigned word,
                                  const struct cover *cover)
{
    if (!scc_node_is_sound(space))
        return SCC_DIAGRAM_FAILED;
    return scc_node_select(space, word, cover->segments, cover->count);
}

/*
 * Comparisons. From an argument's lowest bit to its highest: what is known so far about the bits
 * below is one diagram, and each bit puts itself before it.
 */

struct argument {
    unsigned index;
    bool is_64bit; /* otherwise its high word counts as 0, whatever it holds */
};

/** The bit of the argument put before what follows where it is clear, and where it is set. */
static scc_diagram before(struct scc_decision_space *space, struct argument arg, unsigned bit,
                          scc_diagram clear, scc_diagram set)
{
    if (bit < SCC_DECISION_WORD_BITS)
        return scc_node_branch(space, scc_decision_arg_low(arg.index), bit, clear, set);
    if (!arg.is_64bit)
        return clear;
    return scc_node_branch(space, scc_decision_arg_high(arg.index), bit - SCC_DECISION_WORD_BITS,
                           clear, set);
}

/** @p yes where the argument's bits in @p mask are those of @p value, otherwise @p no. */
static scc_diagram equal(struct scc_decision_space *space, struct argument arg, uint64_t mask,
                         uint64_t value, scc_diagram yes, scc_diagram no)
{
    scc_diagram result = yes;
    for (unsigned bit = 0; bit < 64; bit++) {
        if (!(mask >> bit & 1))
            continue;
        if (value >> bit & 1)
            result = before(space, arg, bit, no, result);
        else
            result = before(space, arg, bit, result, no);
    }
    return result;
}

/** @p yes where the argument is below @p value, otherwise @p no. */
static scc_diagram below(struct scc_decision_space *space, struct argument arg, uint64_t value,
                         scc_diagram yes, scc_diagram no)
{
    scc_diagram result = no;
    for (unsigned bit = 0; bit < 64; bit++) {
        if (value >> bit & 1)
            result = before(space, arg, bit, yes, result);
        else
            result = before(space, arg, bit, result, no);
    }
    return result;
}

static scc_diagram where_cmp_holds(struct scc_decision_space *space, const struct scc_cmp *cmp,
                                   bool is_64bit)
{
    const scc_diagram yes = SCC_DIAGRAM_EVERYWHERE, no = SCC_DIAGRAM_NOWHERE;
    const struct argument arg = {cmp->arg, is_64bit};
    bool is_last = cmp->value == UINT64_MAX; /* nothing is above it */
    switch ((enum scc_op)cmp->op) {
    case SCC_OP_NE:
        return equal(space, arg, UINT64_MAX, cmp->value, no, yes);
    case SCC_OP_LT:
        return below(space, arg, cmp->value, yes, no);
    case SCC_OP_LE:
        return is_last ? yes : below(space, arg, cmp->value + 1, yes, no);
    case SCC_OP_EQ:
        return equal(space, arg, UINT64_MAX, cmp->value, yes, no);
    case SCC_OP_GE:
        return below(space, arg, cmp->value, no, yes);
    case SCC_OP_GT:
        return is_last ? no : below(space, arg, cmp->value + 1, no, yes);
    case SCC_OP_MASKED_EQ:
        return equal(space, arg, cmp->value, cmp->value2, yes, no);
    case SCC_OP_COUNT:
        break;
    }
    return no;
}

/*
 * Rules
 */

static scc_diagram where_rule_matches(struct scc_decision_space *space,
                                      const struct scc_policy *policy, const struct scc_arch *arch,
                                      const struct scc_placed_rule *placed)
{
    struct scc_cmp cmps[SCC_ARG_COUNT];
    unsigned count = scc_policy_cmps(policy, placed, cmps);
    scc_diagram where = SCC_DIAGRAM_EVERYWHERE;
    for (unsigned i = 0; i < count; i++)
        where = scc_node_and(space, where_cmp_holds(space, &cmps[i], arch->is_64bit), where);
    return where;
}

/** What some rules of one number say together. */
struct verdict {
    scc_diagram matches;   /* where one of them matches */
    scc_diagram answer;    /* what the first that matches answers; elsewhere anything */
    scc_diagram conflicts; /* where two of them match with different return values */
};

/**
 * The verdict of @p count rules of one number, put together from both halves: rules on different
 * arguments would otherwise each rebuild all that was there. Recurses log2(count) deep.
 */
static struct verdict judge(struct scc_decision_space *space, const struct scc_policy *policy,
                            const struct scc_arch *arch, const struct scc_placed_rule *placed,
                            size_t count)
{
    if (count == 1)
        return (struct verdict){
            .matches = where_rule_matches(space, policy, arch, placed),
            .answer = scc_node_return(space, policy->rules[placed->rule].return_value),
            .conflicts = SCC_DIAGRAM_NOWHERE,
        };
    struct verdict first = judge(space, policy, arch, placed, count / 2);
    struct verdict second = judge(space, policy, arch, placed + count / 2, count - count / 2);
    scc_diagram differ = scc_node_apply(space, SCC_NODE_DIFFER, first.answer, second.answer);
    scc_diagram both = scc_node_and(space, first.matches, second.matches);
    scc_diagram conflicts = scc_node_or(space, first.conflicts, second.conflicts);
    return (struct verdict){
        .matches = scc_node_or(space, first.matches, second.matches),
        .answer = scc_node_choose(space, first.matches, first.answer, second.answer),
        .conflicts = scc_node_or(space, conflicts, scc_node_and(space, both, differ)),
    };
}

/** Where a comparison's argument stands in the space's order. */
static unsigned place_of_cmp(const struct scc_decision_space *space, const struct scc_cmp *cmp)
{
    return space->levels[scc_decision_arg_high(cmp->arg)][0];
}

static int compare_cmps(const void *a, const void *b, void *context)
{
    const struct scc_decision_space *space = context;
    unsigned first = place_of_cmp(space, a), second = place_of_cmp(space, b);
    return first != second ? (first > second) - (first < second) : scc_cmp_compare(a, b);
}

/** A rule beside its comparisons in the space's order. */
struct sortable {
    struct scc_placed_rule placed;
    unsigned count;
    struct scc_cmp cmps[SCC_ARG_COUNT];
};

static int compare_sortable(const void *a, const void *b, void *context)
{
    const struct sortable *first = a, *second = b;
    for (unsigned i = 0; i < first->count && i < second->count; i++) {
        int order = compare_cmps(&first->cmps[i], &second->cmps[i], context);
        if (order)
            return order;
    }
    return (first->count > second->count) - (first->count < second->count);
}

/**
 * Copies @p count rules so that neighbours of one return value, whose order does not matter, are
 * sorted by their comparisons: what is alike is then put together first, and cheaply.
 */
static bool sort_rules(struct scc_decision_space *space, const struct scc_policy *policy,
                       const struct scc_placed_rule *placed, size_t count,
                       struct scc_placed_rule *sorted)
{
    SCC_AUTOFREE struct sortable *items = calloc(count, sizeof *items);
    if (!items) {
        scc_node_set_nomem(space);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        items[i].placed = placed[i];
        items[i].count = scc_policy_cmps(policy, &placed[i], items[i].cmps);
        qsort_r(items[i].cmps, items[i].count, sizeof *items[i].cmps, compare_cmps, space);
    }
    for (size_t start = 0, end; start < count; start = end) {
        uint32_t answer = policy->rules[placed[start].rule].return_value;
        for (end = start; end < count && policy->rules[placed[end].rule].return_value == answer;)
            end++;
        qsort_r(&items[start], end - start, sizeof *items, compare_sortable, space);
    }
    for (size_t i = 0; i < count; i++)
        sorted[i] = items[i].placed;
    return true;
}

/** The verdict of all rules of one number. */
static struct verdict judge_all(struct scc_decision_space *space, const struct scc_policy *policy,
                                const struct scc_arch *arch, const struct scc_placed_rule *placed,
                                size_t count)
{
    if (count == 1)
        return judge(space, policy, arch, placed, count);
    SCC_AUTOFREE struct scc_placed_rule *sorted = calloc(count, sizeof *sorted);
    if (!sorted || !sort_rules(space, policy, placed, count, sorted)) {
        scc_node_set_nomem(space);
        return (struct verdict){0};
    }
    return judge(space, policy, arch, sorted, count);
}

/** The number of placed rules from @p start on that speak of one number. */
static size_t group_size(const struct scc_policy_arch *arch, size_t start)
{
    size_t end = start;
    while (end < arch->count && arch->placed[end].nr == arch->placed[start].nr)
        end++;
    return end - start;
}

/*
 * What answers where no rule does. The policy's own lookup is not used, so that each checks the
 * other.
 */

static bool stands_in(const struct scc_override *over, uint32_t audit)
{
    return !over->is_before_rules && over->audit == audit;
}

static scc_diagram default_at(struct scc_decision_space *space, const struct scc_policy *policy,
                              uint32_t audit, uint32_t nr)
{
    for (size_t i = 0; i < policy->override_count; i++) {
        const struct scc_override *over = &policy->overrides[i];
        if (stands_in(over, audit) && over->first <= nr && nr <= over->last)
            return scc_node_return(space, over->return_value);
    }
    return scc_node_return(space, policy->default_return);
}

/** What a number's rules answer, with the default where none matches, for the arguments as given.
 */
static scc_diagram answer_as_given(struct scc_decision_space *space,
                                   const struct scc_policy *policy, const struct scc_arch *arch,
                                   const struct scc_placed_rule *placed, size_t count)
{
    struct verdict said = judge_all(space, policy, arch, placed, count);
    return scc_node_choose(space, said.matches, said.answer,
                           default_at(space, policy, arch->audit, placed->nr));
}

/** What a function of the arguments of @p nr answers where the loose ones have no high words. */
static scc_diagram answer_cleared(struct scc_decision_space *space, const struct scc_policy *policy,
                                  const struct scc_arch *arch, uint32_t nr, scc_diagram given)
{
    unsigned loose = scc_policy_loose_args(policy, arch, nr);
    struct scc_given cleared = {0};
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++)
        cleared.known |= (loose >> i & 1) << scc_decision_arg_high(i);
    return cleared.known ? scc_node_given(space, given, &cleared) : given;
}

/** Covers the numbers from @p from to @p last, which no rule speaks of. */
static void cover_defaults(struct scc_decision_space *space, const struct scc_policy *policy,
                           uint32_t audit, uint32_t from, uint32_t last, struct cover *cover)
{
    scc_diagram fallback = scc_node_return(space, policy->default_return);
    cover_from(space, cover, from, fallback);
    for (size_t i = 0; i < policy->override_count; i++) {
        const struct scc_override *over = &policy->overrides[i];
        if (!stands_in(over, audit) || over->last < from || over->first > last)
            continue;
        cover_from(space, cover, over->first > from ? over->first : from,
                   scc_node_return(space, over->return_value));
        if (over->last < last)
            cover_from(space, cover, over->last + 1, fallback);
    }
}

/** Covers the numbers from @p from to @p last: the default, and what the rules of @p arch say. */
static void cover_numbers(struct scc_decision_space *space, const struct scc_policy *policy,
                          const struct scc_policy_arch *arch, uint32_t from, uint32_t last,
                          struct cover *cover)
{
    uint32_t audit = arch->arch->audit;
    for (size_t at = 0, count; at < arch->count; at += count) {
        count = group_size(arch, at);
        uint32_t nr = arch->placed[at].nr;
        scc_diagram given = answer_as_given(space, policy, arch->arch, &arch->placed[at], count);
        scc_diagram cleared = answer_cleared(space, policy, arch->arch, nr, given);
        if (from < nr)
            cover_defaults(space, policy, audit, from, nr - 1, cover);
        cover_from(space, cover, nr, scc_node_apply(space, SCC_NODE_STRICTEST, given, cleared));
        if (nr == last)
            return;
        from = nr + 1;
    }
    cover_defaults(space, policy, audit, from, last, cover);
}

/*
 * Architectures
 */

static const struct scc_policy_arch *find_arch(const struct scc_policy *policy, enum scc_arch_id id)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        if (policy->arches[i].arch->id == id)
            return &policy->arches[i];
    }
    return NULL;
}

/**
 * Audit arch X86_64 stands for two ABIs, told apart by a bit of the number: numbers of the one that
 * is not in the filter are bad arch, the number that skips a call never is (libseccomp gen_bpf.c).
 */
static void cover_x86_64(struct scc_decision_space *space, const struct scc_policy *policy,
                         struct cover *cover)
{
    static const struct {
        enum scc_arch_id id;
        uint32_t from, last;
    } abis[] = {{SCC_ARCH_X86_64, 0, SCC_X32_BIT - 1}, {SCC_ARCH_X32, SCC_X32_BIT, UINT32_MAX}};
    for (size_t i = 0; i < SCC_COUNT(abis); i++) {
        const struct scc_policy_arch *arch = find_arch(policy, abis[i].id);
        if (arch)
            cover_numbers(space, policy, arch, abis[i].from, abis[i].last, cover);
        else
            cover_from(space, cover, abis[i].from, scc_node_return(space, SCC_BAD_ARCH_RETURN));
    }
    cover_from(space, cover, SCC_NR_SKIP, scc_node_return(space, policy->default_return));
}

/** What the policy says to a call of audit arch @p audit, which is one of its own. */
static scc_diagram answer_of_audit(struct scc_decision_space *space,
                                   const struct scc_policy *policy, uint32_t audit)
{
    SCC_CLEANUP(free_cover) struct cover cover = {0};
    if (audit == scc_arch_get(SCC_ARCH_X86_64)->audit) {
        cover_x86_64(space, policy, &cover);
    } else {
        for (size_t i = 0; i < policy->arch_count; i++) {
            if (policy->arches[i].arch->audit == audit)
                cover_numbers(space, policy, &policy->arches[i], 0, UINT32_MAX, &cover);
        }
    }
    return select_covered(space, SCC_DECISION_NR, &cover);
}

static int compare_audits(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return (first > second) - (first < second);
}

/** @p inside from @p first to @p last, @p outside elsewhere. */
static scc_diagram within(struct scc_decision_space *space, unsigned word, uint32_t first,
                          uint32_t last, scc_diagram inside, scc_diagram outside)
{
    SCC_CLEANUP(free_cover) struct cover cover = {0};
    cover_from(space, &cover, 0, outside);
    cover_from(space, &cover, first, inside);
    if (last < UINT32_MAX)
        cover_from(space, &cover, last + 1, outside);
    return select_covered(space, word, &cover);
}

/** @p answer, but for the numbers that are answered before any rule. */
static scc_diagram override(struct scc_decision_space *space, const struct scc_policy *policy,
                            scc_diagram answer)
{
    for (size_t i = 0; i < policy->override_count; i++) {
        const struct scc_override *over = &policy->overrides[i];
        if (!over->is_before_rules)
            continue;
        scc_diagram nrs = within(space, SCC_DECISION_NR, over->first, over->last,
                                 SCC_DIAGRAM_EVERYWHERE, SCC_DIAGRAM_NOWHERE);
        scc_diagram where =
            within(space, SCC_DECISION_AUDIT, over->audit, over->audit, nrs, SCC_DIAGRAM_NOWHERE);
        answer = scc_node_choose(space, where, scc_node_return(space, over->return_value), answer);
    }
    return answer;
}

int scc_decision_from_policy(struct scc_decision_space *space, const struct scc_policy *policy,
                             scc_diagram *diagram, scc_error **err)
{
    uint32_t audits[SCC_ARCH_COUNT];
    for (size_t i = 0; i < policy->arch_count; i++)
        audits[i] = policy->arches[i].arch->audit;
    /* cppcheck-suppress uninitvar; as many as were set */
    qsort(audits, policy->arch_count, sizeof *audits, compare_audits);
    SCC_CLEANUP(free_cover) struct cover cover = {0};
    scc_diagram bad_arch = scc_node_return(space, SCC_BAD_ARCH_RETURN);
    cover_from(space, &cover, 0, bad_arch);
    for (size_t i = 0; i < policy->arch_count; i++) {
        if (i && audits[i] == audits[i - 1])
            continue; /* x86_64 and x32 */
        cover_from(space, &cover, audits[i], answer_of_audit(space, policy, audits[i]));
        if (audits[i] < UINT32_MAX)
            cover_from(space, &cover, audits[i] + 1, bad_arch);
    }
    scc_diagram answer = override(space, policy, select_covered(space, SCC_DECISION_AUDIT, &cover));
    if (scc_node_check(space, err) < 0)
        return -1;
    *diagram = answer;
    return 0;
}

/*
 * Hardening
 */

enum scc_hardening scc_decision_hardening(struct scc_decision_space *space,
                                          const struct scc_policy *policy,
                                          const struct scc_arch *arch,
                                          const struct scc_placed_rule *placed, size_t count)
{
    scc_diagram given = answer_as_given(space, policy, arch, placed, count);
    scc_diagram cleared = answer_cleared(space, policy, arch, placed->nr, given);
    scc_diagram answer = scc_node_apply(space, SCC_NODE_STRICTEST, given, cleared);
    if (!scc_node_is_sound(space))
        return SCC_HARDENS_BOTH;
    if (answer == given)
        return SCC_HARDENS_NOTHING;
    return answer == cleared ? SCC_HARDENS_CLEARED : SCC_HARDENS_BOTH;
}

/*
 * Conflicts
 */

/** Finds two rules of different return values that match the conflict's call. */
static void find_both(const struct scc_policy *policy, const struct scc_placed_rule *placed,
                      size_t count, struct scc_decision_conflict *conflict)
{
    conflict->first = conflict->second = NULL;
    for (size_t i = 0; i < count && !conflict->second; i++) {
        const struct scc_rule *rule = &policy->rules[placed[i].rule];
        struct scc_cmp cmps[SCC_ARG_COUNT];
        unsigned cmp_count = scc_policy_cmps(policy, &placed[i], cmps);
        bool matches = true;
        for (unsigned j = 0; j < cmp_count; j++)
            matches &= scc_cmp_holds(&cmps[j], conflict->call.args[cmps[j].arg],
                                     conflict->arch->arch->is_64bit);
        if (matches && !conflict->first)
            conflict->first = rule;
        else if (matches && rule->return_value != conflict->first->return_value)
            conflict->second = rule;
    }
    if (conflict->first > conflict->second) { /* the strictest stood first */
        const struct scc_rule *first = conflict->second;
        conflict->second = conflict->first;
        conflict->first = first;
    }
}

static bool have_one_answer(const struct scc_policy *policy, const struct scc_placed_rule *placed,
                            size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (policy->rules[placed[i].rule].return_value !=
            policy->rules[placed[0].rule].return_value)
            return false;
    }
    return true;
}

/** Looks for a conflict on one architecture; true where *conflict holds one. */
static bool find_conflict_on(struct scc_decision_space *space, const struct scc_policy *policy,
                             const struct scc_policy_arch *arch,
                             struct scc_decision_conflict *conflict)
{
    for (size_t at = 0, count; at < arch->count; at += count) {
        count = group_size(arch, at);
        const struct scc_placed_rule *placed = &arch->placed[at];
        if (have_one_answer(policy, placed, count) ||
            scc_policy_is_before_rules(policy, arch->arch->audit, placed->nr))
            continue;
        scc_diagram where = judge_all(space, policy, arch->arch, placed, count).conflicts;
        if (!scc_node_is_sound(space))
            return false;
        if (where == SCC_DIAGRAM_NOWHERE)
            continue;
        conflict->arch = arch;
        scc_decision_pick(space, where, policy, &conflict->call);
        conflict->call.audit = arch->arch->audit;
        conflict->call.nr = placed->nr;
        find_both(policy, placed, count, conflict);
        return true;
    }
    return false;
}

int scc_decision_find_conflict(struct scc_decision_space *space, const struct scc_policy *policy,
                               bool *found, struct scc_decision_conflict *conflict, scc_error **err)
{
    struct scc_decision_conflict first;
    bool has_one = false;
    for (size_t i = 0; i < policy->arch_count && !has_one; i++)
        has_one = find_conflict_on(space, policy, &policy->arches[i], &first);
    if (scc_node_check(space, err) < 0)
        return -1;
    *found = has_one;
    if (has_one)
        *conflict = first;
    return 0;
}
