/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Dynamic programming over intervals of branches. For an interval, the ways are:
 *   - a single branch: go to its target;
 *   - a part of the other tree that answers the same, but for a few single values (JEQ each);
 *   - one target for all but single values: JEQ for each of these, or one JSET for all that differ
 *     from 0 by bits that do not matter, then the target;
 *   - two targets that differ by some bits of the value: JSET, or AND and JEQ;
 *   - JGE at a boundary, and both halves.
 * A JEQ takes out a branch with both its boundaries, so single values are the cheap ones.
 *
 * Every interval of up to BAND branches is planned; of the longer ones those that halving near the
 * middle leads to.
 */
#include "search.h"

#include <stdlib.h>

#include "bits.h"
#include "util.h"

enum {
    BAND = 28,
    SLACK = 3, /* so far from the best splits of its parts an interval's is looked for, where these
                * are not split themselves */
    MIDDLE_SPLITS = 10,      /* of an interval longer than BAND */
    WIDE = 12 * BAND,        /* Parts of one longer than this come in many variants, of which */
    WIDE_SPLITS = 2,         /* few are better by much: so many splits bound the time. */
    EXCEPTIONS_MAX = 8,      /* of the other tree */
    MANY = 1 << 20,          /* more exceptions than will ever be allowed */
    BITS_BRANCHES = 8,       /* more are not looked at for bits, but for all branches of the word */
    FREE_BITS_MAX = 1 << 10, /* branches among which single values of free bits are looked for */
    FIRST_SLOTS = 64,
    HEAVY_PART = 8,       /* of all weight: a single value of more may take the first test */
    BRANCHES_OF_STEP = 2, /* of work, that are planned; of many, on each level of the tree */
    /* More branches do not fit into a program, unless bits tell them apart. */
    PLANNED_MAX = 2 * SCC_PROGRAM_MAX + 1,
};

enum way {
    WAY_TARGET,
    WAY_REUSE,
    WAY_EXCEPTIONS,
    WAY_FREE_BITS, /* exceptions, those of some bits by one JSET */
    WAY_BITS,
    WAY_SPLIT,
};

struct plan {
    uint32_t cost;
    uint32_t at; /* the best split: the branch that begins the upper half */
    enum way way;
};

/** The plan of an interval longer than BAND. */
struct long_plan {
    uint32_t first, last; /* both 0: a free slot */
    struct plan plan;
};

struct search {
    struct scc_dag *dag;
    const struct scc_branch *branches;
    size_t count;
    const struct scc_search_cost *cost;
    const struct scc_search_tree *other; /* or NULL */
    uint32_t *weights;                   /* of all branches before each */
    uint64_t *exceptions;    /* of the other tree: values before each branch, or MANY for a range */
    struct plan *band;       /* of each branch, BAND intervals that begin there */
    struct long_plan *longs; /* open addressing */
    size_t long_count, long_slots;
    bool failed;
};

static uint32_t weigh_below(const struct scc_search_cost *cost, uint32_t value)
{
    if (value <= cost->hot_first || !cost->hot_count)
        return 0;
    uint32_t count = value - cost->hot_first;
    return cost->cumulative[count < cost->hot_count ? count : cost->hot_count];
}

/** What one step costs on the way of the branches from @p first to @p last. */
static uint32_t weigh(const struct search *search, size_t first, size_t last)
{
    return search->weights[last + 1] - search->weights[first];
}

static uint32_t last_value(const struct search *search, size_t branch)
{
    return scc_branch_last(search->branches, search->count, branch);
}

static bool is_single(const struct search *search, size_t branch)
{
    return search->branches[branch].start == last_value(search, branch);
}

static uint32_t clamp_cost(uint64_t cost)
{
    return cost < UINT32_MAX ? (uint32_t)cost : UINT32_MAX;
}

/*
 * Parts of the other tree
 */

/** The values from @p low to @p high that the other tree sends elsewhere, or MANY. */
static uint32_t count_exceptions(const struct search *search, size_t branch, size_t *at)
{
    const struct scc_search_tree *other = search->other;
    uint32_t low = search->branches[branch].start, high = last_value(search, branch), count = 0;
    for (;; ++*at) {
        uint32_t end = scc_branch_last(other->branches, other->count, *at);
        uint32_t start = other->branches[*at].start;
        if (other->branches[*at].target != search->branches[branch].target) {
            uint32_t from = start < low ? low : start, to = end > high ? high : end;
            count = from == to && count < MANY ? count + 1 : MANY;
        }
        if (end >= high) {
            *at += end == high && *at + 1 < other->count;
            return count;
        }
    }
}

/** Makes the running count of exceptions; false without memory. */
static bool find_exceptions(struct search *search)
{
    size_t at = 0;
    search->exceptions = malloc((search->count + 1) * sizeof *search->exceptions);
    if (!search->exceptions)
        return false;
    search->exceptions[0] = 0;
    for (size_t i = 0; i < search->count; i++) {
        search->exceptions[i + 1] = search->exceptions[i] + count_exceptions(search, i, &at);
    }
    return true;
}

/** The first node of the other tree that tells values from @p low to @p high apart. */
static scc_dag_ref descend(const struct search *search, uint32_t low, uint32_t high)
{
    scc_dag_ref ref = search->other->root;
    for (;;) {
        const struct scc_dag_node *node = &search->dag->nodes[ref];
        if (node->kind != SCC_DAG_TEST || node->code == BPF_JSET)
            return ref;
        scc_dag_ref at_low = scc_dag_follow(node, low);
        if (at_low != scc_dag_follow(node, high) ||
            (node->code == BPF_JEQ && low < node->k && node->k < high))
            return ref;
        ref = at_low;
    }
}

/** The number of tests that tell so many branches apart in a balanced tree. */
static unsigned balanced_depth(size_t branches)
{
    return branches < 2 ? 0 : 64 - (unsigned)__builtin_clzll(branches - 1);
}

/** Returns true where nothing needs to be added, which no other way can beat by much. */
static bool try_reuse(const struct search *search, size_t first, size_t last, struct plan *best)
{
    uint64_t count = search->exceptions[last + 1] - search->exceptions[first];
    if (count > EXCEPTIONS_MAX)
        return false;
    uint64_t weight = weigh(search, first, last);
    uint64_t cost =
        search->cost->node * count + weight * (count + balanced_depth(last - first + 1));
    if (cost < best->cost || count == 0)
        *best = (struct plan){.cost = clamp_cost(cost), .way = WAY_REUSE, .at = best->at};
    return count == 0;
}

static scc_dag_ref build_reuse(const struct search *search, size_t first, size_t last)
{
    const struct scc_search_tree *other = search->other;
    scc_dag_ref ref = descend(search, search->branches[first].start, last_value(search, last));
    for (size_t i = last + 1; i-- > first;) {
        if (search->exceptions[i] == search->exceptions[i + 1])
            continue;
        uint32_t low = search->branches[i].start, high = last_value(search, i);
        size_t at = scc_branch_find(other->branches, other->count, low);
        for (; at < other->count && other->branches[at].start <= high; at++) {
            uint32_t value = other->branches[at].start < low ? low : other->branches[at].start;
            if (other->branches[at].target != search->branches[i].target)
                ref = scc_dag_test(search->dag, BPF_JEQ, value, search->branches[i].target, ref);
        }
    }
    return ref;
}

/*
 * One target for all but single values
 */

/** Branches from one on, those that need a JEQ and the others, as further ones are added. */
struct exceptions {
    scc_dag_ref base; /* the target of all others */
    size_t first;
    bool has_range; /* the base is that of a branch with several values */
    bool is_over;   /* ranges have two targets */
    uint32_t tests;
    uint64_t steps, rest; /* weight of the steps of those with a JEQ; weight of the others */
};

static void classify(const struct search *search, struct exceptions *sets, size_t branch)
{
    uint32_t weight = weigh(search, branch, branch);
    if (search->branches[branch].target == sets->base)
        sets->rest += weight;
    else
        sets->steps += (uint64_t)weight * ++sets->tests;
}

static void add_exception(const struct search *search, struct exceptions *sets, size_t branch)
{
    scc_dag_ref target = search->branches[branch].target;
    if (sets->is_over)
        return;
    if (!is_single(search, branch) && target != sets->base) {
        if (sets->has_range) {
            sets->is_over = true;
            return;
        }
        *sets = (struct exceptions){.base = target, .first = sets->first};
        for (size_t i = sets->first; i < branch; i++)
            classify(search, sets, i);
    }
    sets->has_range |= !is_single(search, branch);
    classify(search, sets, branch);
}

static struct exceptions begin_exceptions(const struct search *search, size_t first)
{
    struct exceptions sets = {.base = search->branches[first].target, .first = first};
    add_exception(search, &sets, first);
    return sets;
}

static void try_exceptions(const struct search *search, const struct exceptions *sets,
                           struct plan *best)
{
    uint64_t cost =
        (uint64_t)search->cost->node * sets->tests + sets->steps + sets->rest * sets->tests;
    if (!sets->is_over && cost < best->cost)
        *best = (struct plan){.cost = (uint32_t)cost, .way = WAY_EXCEPTIONS, .at = best->at};
}

/** The target of all branches but single ones, or where all are single, of the first. */
static scc_dag_ref find_base(const struct search *search, size_t first, size_t last)
{
    for (size_t branch = first; branch <= last; branch++) {
        if (!is_single(search, branch))
            return search->branches[branch].target;
    }
    return search->branches[first].target;
}

/** Whether @p value is a branch of its own with that target, not behind @p last. */
static bool is_single_with(const struct search *search, size_t last, uint32_t value,
                           scc_dag_ref target)
{
    size_t branch = scc_branch_find(search->branches, search->count, value);
    return branch <= last && is_single(search, branch) && search->branches[branch].target == target;
}

/**
 * The bits that can be set or clear at will in single values of one target, 0 being one of them:
 * all these are told by one JSET of the other bits. 0 where there is no such bit.
 */
static uint32_t find_free_bits(const struct search *search, size_t last)
{
    scc_dag_ref target = search->branches[0].target;
    uint32_t free_bits = 0;
    for (unsigned bit = 0; bit < 32; bit++) {
        uint32_t subset = free_bits, with = (uint32_t)1 << bit;
        while (is_single_with(search, last, subset | with, target)) {
            if (!subset) {
                free_bits |= with;
                break;
            }
            subset = (subset - 1) & free_bits;
        }
    }
    return free_bits;
}

/** Whether a branch needs a JEQ: it does not go to @p base, and is not told by free bits. */
static bool is_exception(const struct search *search, size_t branch, scc_dag_ref base,
                         uint32_t free_bits)
{
    bool is_told = free_bits && is_single(search, branch) &&
                   (search->branches[branch].start & ~free_bits) == 0;
    return search->branches[branch].target != base && !is_told;
}

/** As try_exceptions() for branches from the first on, some told by one JSET. */
static void try_free_bits(const struct search *search, const struct exceptions *sets, size_t last,
                          struct plan *best)
{
    if (sets->is_over || last < 2 || last > FREE_BITS_MAX || !is_single(search, 0) ||
        search->branches[0].target == sets->base)
        return;
    uint32_t free_bits = find_free_bits(search, last);
    if (!free_bits)
        return;
    uint64_t tests = 1, steps = 0, rest = 0;
    for (size_t branch = 0; branch <= last; branch++) {
        if (is_exception(search, branch, sets->base, free_bits))
            steps += weigh(search, branch, branch) * tests++;
        else
            rest += weigh(search, branch, branch);
    }
    uint64_t cost = search->cost->node * tests + steps + rest * tests;
    if (cost < best->cost)
        *best = (struct plan){.cost = (uint32_t)cost, .way = WAY_FREE_BITS, .at = best->at};
}

static scc_dag_ref build_exceptions(const struct search *search, size_t first, size_t last,
                                    uint32_t free_bits)
{
    scc_dag_ref base = find_base(search, first, last), ref = base;
    if (free_bits)
        ref = scc_dag_test(search->dag, BPF_JSET, ~free_bits, base, search->branches[0].target);
    for (size_t branch = last + 1; branch-- > first;) {
        if (is_exception(search, branch, base, free_bits))
            ref = scc_dag_test(search->dag, BPF_JEQ, search->branches[branch].start,
                               search->branches[branch].target, ref);
    }
    return ref;
}

/*
 * Two targets told apart by bits
 */

/** Two targets' values, as further branches are added. */
struct two_targets {
    struct scc_bits_sets sets;
    scc_dag_ref other;
    bool is_over; /* there is a third target */
};

static struct two_targets begin_two(const struct search *search, size_t first)
{
    struct two_targets two = {
        .sets = {.branches = search->branches,
                 .first = first,
                 .one = {0, UINT32_MAX},
                 .two = {0, UINT32_MAX}},
        .other = SCC_DAG_FAILED,
    };
    return two;
}

static void add_to_two(const struct search *search, struct two_targets *two, size_t branch)
{
    if (two->is_over)
        return;
    scc_dag_ref target = search->branches[branch].target;
    bool is_one = target == search->branches[two->sets.first].target;
    if (!is_one && two->other == SCC_DAG_FAILED)
        two->other = target;
    if ((!is_one && target != two->other)) {
        two->is_over = true;
        return;
    }
    two->sets.last = branch;
    two->sets.end = last_value(search, branch);
    scc_bits_see(is_one ? &two->sets.one : &two->sets.two, search->branches[branch].start,
                 two->sets.end);
}

static struct two_targets collect_two(const struct search *search, size_t first, size_t last)
{
    struct two_targets two = begin_two(search, first);
    for (size_t branch = first; branch <= last; branch++)
        add_to_two(search, &two, branch);
    return two;
}

static void try_bits(const struct search *search, const struct two_targets *two, struct plan *best)
{
    struct scc_bits_test test;
    if (two->is_over || two->sets.last < two->sets.first + 2)
        return;
    uint64_t one = (uint64_t)search->cost->node + weigh(search, two->sets.first, two->sets.last);
    if (best->cost <= one || !scc_bits_find(&two->sets, best->cost <= 2 * one, &test))
        return;
    uint64_t cost = test.is_masked ? 2 * one : one;
    *best = (struct plan){.cost = (uint32_t)cost, .way = WAY_BITS, .at = best->at};
}

static scc_dag_ref build_bits(const struct search *search, size_t first, size_t last)
{
    struct two_targets two = collect_two(search, first, last);
    struct scc_bits_test test = {0};
    scc_bits_find(&two.sets, false, &test);
    scc_dag_ref one = search->branches[first].target;
    scc_dag_ref yes = test.is_turned ? two.other : one, no = test.is_turned ? one : two.other;
    if (!test.is_masked)
        return scc_dag_test(search->dag, BPF_JSET, test.mask, yes, no);
    return scc_dag_and(search->dag, test.mask,
                       scc_dag_test(search->dag, BPF_JEQ, test.wanted, yes, no));
}

/*
 * Splits
 */

static struct plan plan_for(struct search *search, size_t first, size_t last);

static struct plan *band_plan(const struct search *search, size_t first, size_t last)
{
    return &search->band[first * BAND + (last - first)];
}

static void take_split(uint64_t cost, size_t at, struct plan *best)
{
    best->at = (uint32_t)at;
    if (cost < best->cost) {
        best->cost = (uint32_t)cost;
        best->way = WAY_SPLIT;
    }
}

/** Tries splits of an interval whose parts are all in the band; from the lowest of several best. */
static void try_band_splits(const struct search *search, size_t first, size_t last, size_t from,
                            size_t to, struct plan *best)
{
    const struct plan *low = band_plan(search, first, from - 1);
    const struct plan *high = band_plan(search, from, last);
    uint64_t least = UINT64_MAX;
    size_t best_at = from;
    for (size_t at = from; at <= to; at++, low++, high += BAND - 1) {
        uint64_t cost = (uint64_t)low->cost + high->cost;
        if (cost < least) {
            least = cost;
            best_at = at;
        }
    }
    take_split(least + search->cost->node + weigh(search, first, last), best_at, best);
}

/** As try_band_splits(), for an interval longer than BAND. */
static void try_splits(struct search *search, size_t first, size_t last, size_t from, size_t to,
                       struct plan *best)
{
    uint64_t least = UINT64_MAX;
    size_t best_at = from;
    for (size_t at = from; at <= to; at++) {
        uint64_t cost = plan_for(search, first, at - 1).cost;
        if (cost < least)
            cost += plan_for(search, at, last).cost;
        if (cost < least) {
            least = cost;
            best_at = at;
        }
    }
    take_split(least + search->cost->node + weigh(search, first, last), best_at, best);
}

/** The boundary that halves the weight, or where nothing weighs anything, the number. */
static size_t find_middle(const struct search *search, size_t first, size_t last)
{
    uint32_t all = weigh(search, first, last);
    size_t low = first + 1, high = last;
    if (!all)
        return first + (last - first + 1) / 2;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (weigh(search, first, middle - 1) < all / 2)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/*
 * Planning
 */

/** Plans an interval whose parts up to BAND branches are planned. */
static struct plan plan_band(struct search *search, const struct exceptions *exceptions,
                             const struct two_targets *two, size_t first, size_t last)
{
    /* The best splits of an interval lie between those of the same less its last and its first. */
    struct plan best = {.cost = UINT32_MAX, .way = WAY_SPLIT, .at = (uint32_t)last};
    size_t from = last, to = last, slack = 0;
    if (last - first > 1) {
        const struct plan *low = band_plan(search, first, last - 1);
        const struct plan *high = band_plan(search, first + 1, last);
        from = low->at < high->at ? low->at : high->at;
        to = low->at < high->at ? high->at : low->at;
        slack = low->way == WAY_SPLIT && high->way == WAY_SPLIT ? 1 : SLACK;
        best.at = low->at;
    }
    if (search->other && try_reuse(search, first, last, &best))
        return best;
    try_exceptions(search, exceptions, &best);
    if (last - first + 1 == search->count)
        try_free_bits(search, exceptions, last, &best);
    try_bits(search, two, &best);
    from = from > first + slack ? from - slack : first + 1;
    to = to + slack < last ? to + slack : last;
    try_band_splits(search, first, last, from, to, &best);
    return best;
}

/** Plans the intervals of up to BAND branches that begin with @p first; later ones are planned. */
static void plan_row(struct search *search, size_t first)
{
    struct exceptions exceptions = begin_exceptions(search, first);
    struct two_targets two = begin_two(search, first);
    add_to_two(search, &two, first);
    *band_plan(search, first, first) =
        (struct plan){.way = WAY_TARGET, .at = (uint32_t)(first + 1)};
    size_t bits_branches = first || search->count > BAND ? BITS_BRANCHES : BAND;
    for (size_t last = first + 1; last < search->count && last - first < BAND; last++) {
        add_exception(search, &exceptions, last);
        if (last - first < bits_branches)
            add_to_two(search, &two, last);
        else
            two.is_over = true;
        *band_plan(search, first, last) = plan_band(search, &exceptions, &two, first, last);
    }
}

static struct long_plan *find_long(const struct search *search, size_t first, size_t last)
{
    size_t mask = search->long_slots - 1;
    size_t at = (first * 0x9e3779b1u ^ last * 0x85ebca77u) & mask;
    while (search->longs[at].last &&
           (search->longs[at].first != first || search->longs[at].last != last))
        at = (at + 1) & mask;
    return &search->longs[at];
}

static bool grow_longs(struct search *search)
{
    if (2 * (search->long_count + 1) <= search->long_slots)
        return true;
    struct long_plan *old = search->longs;
    size_t old_slots = search->long_slots, slots = old_slots ? 2 * old_slots : FIRST_SLOTS;
    struct long_plan *made = calloc(slots, sizeof *made);
    if (!made)
        return false;
    search->longs = made;
    search->long_slots = slots;
    for (size_t i = 0; i < old_slots; i++) {
        if (old[i].last)
            *find_long(search, old[i].first, old[i].last) = old[i];
    }
    free(old);
    return true;
}

/** Plans an interval longer than BAND. */
static struct plan plan_long(struct search *search, size_t first, size_t last)
{
    struct plan best = {.cost = UINT32_MAX, .way = WAY_SPLIT};
    if (search->other && try_reuse(search, first, last, &best))
        return best;
    bool is_whole = last - first + 1 == search->count;
    /* So many tests in a row pay where steps cost nothing. */
    if (is_whole || !weigh(search, first, last)) {
        struct exceptions exceptions = begin_exceptions(search, first);
        for (size_t branch = first + 1; branch <= last && !exceptions.is_over; branch++)
            add_exception(search, &exceptions, branch);
        try_exceptions(search, &exceptions, &best);
        if (is_whole)
            try_free_bits(search, &exceptions, last, &best);
    }
    if (is_whole) {
        struct two_targets two = collect_two(search, first, last);
        try_bits(search, &two, &best);
    }
    size_t middle = find_middle(search, first, last);
    size_t half = last - first > WIDE ? WIDE_SPLITS / 2 : MIDDLE_SPLITS / 2;
    size_t from = middle - first > half ? middle - half : first + 1;
    size_t to = last - middle > half ? middle + half : last;
    try_splits(search, first, last, from, to, &best);
    return best;
}

static struct plan plan_for(struct search *search, size_t first, size_t last)
{
    if (last - first < BAND)
        return *band_plan(search, first, last);
    if (!grow_longs(search)) {
        search->failed = true;
        return (struct plan){.way = WAY_TARGET};
    }
    struct long_plan *known = find_long(search, first, last);
    if (known->last)
        return known->plan;
    struct plan plan = plan_long(search, first, last);
    if (grow_longs(search)) {
        *find_long(search, first, last) = (struct long_plan){(uint32_t)first, (uint32_t)last, plan};
        search->long_count++;
    } else {
        search->failed = true;
    }
    return plan;
}

/*
 * Building
 */

static scc_dag_ref build(struct search *search, size_t first, size_t last)
{
    struct plan plan = plan_for(search, first, last);
    switch (plan.way) {
    case WAY_TARGET:
        return search->branches[first].target;
    case WAY_REUSE:
        return build_reuse(search, first, last);
    case WAY_EXCEPTIONS:
        return build_exceptions(search, first, last, 0);
    case WAY_FREE_BITS:
        return build_exceptions(search, first, last, find_free_bits(search, last));
    case WAY_BITS:
        return build_bits(search, first, last);
    case WAY_SPLIT:
        break;
    }
    scc_dag_ref low = build(search, first, plan.at - 1);
    scc_dag_ref high = build(search, plan.at, last);
    return scc_dag_test(search->dag, BPF_JGE, search->branches[plan.at].start, high, low);
}

/** Makes the tables; false without memory. */
static bool prepare(struct search *search)
{
    search->weights = malloc((search->count + 1) * sizeof *search->weights);
    search->band = malloc(search->count * BAND * sizeof *search->band);
    if (!search->weights || !search->band || (search->other && !find_exceptions(search)))
        return false;
    const struct scc_search_cost *cost = search->cost;
    for (size_t i = 0; i < search->count; i++)
        search->weights[i] =
            weigh_below(cost, search->branches[i].start) + (uint32_t)i * cost->branch_step;
    search->weights[search->count] =
        weigh_below(cost, UINT32_MAX) + (uint32_t)search->count * cost->branch_step;
    for (size_t first = search->count; first-- > 0;)
        plan_row(search, first);
    return true;
}

/** A tree and its cost. */
struct found {
    scc_dag_ref ref;
    uint64_t cost;
};

static struct found find_tree(struct scc_dag *dag, const struct scc_branch *branches, size_t count,
                              const struct scc_search_cost *cost,
                              const struct scc_search_tree *other)
{
    struct search search = {
        .dag = dag, .branches = branches, .count = count, .cost = cost, .other = other};
    struct found found = {.ref = SCC_DAG_FAILED};
    scc_work_take(dag->work, 1 + count * balanced_depth(count) / BRANCHES_OF_STEP);
    if (prepare(&search)) {
        found.ref = build(&search, 0, count - 1);
        found.cost = plan_for(&search, 0, count - 1).cost;
    }
    if (search.failed || found.ref == SCC_DAG_FAILED)
        dag->failed = true;
    free(search.weights);
    free(search.exceptions);
    free(search.band);
    free(search.longs);
    return found;
}

/*
 * Without a plan
 */

/** Halves the branches, again and again. */
static scc_dag_ref build_halves(struct scc_dag *dag, const struct scc_branch *branches,
                                size_t first, size_t last)
{
    if (first == last)
        return branches[first].target;
    size_t middle = first + (last - first + 1) / 2;
    scc_dag_ref low = build_halves(dag, branches, first, middle - 1);
    scc_dag_ref high = build_halves(dag, branches, middle, last);
    return scc_dag_test(dag, BPF_JGE, branches[middle].start, high, low);
}

/** What takes time that grows with the branches alone: bits that tell them apart, or halves. */
static scc_dag_ref build_unplanned(struct scc_dag *dag, const struct scc_branch *branches,
                                   size_t count, const struct scc_search_cost *cost)
{
    struct search search = {.dag = dag, .branches = branches, .count = count, .cost = cost};
    struct scc_bits_test test;
    struct two_targets two = collect_two(&search, 0, count - 1);
    if (count > 2 && !two.is_over && scc_bits_find(&two.sets, false, &test))
        return build_bits(&search, 0, count - 1);
    return build_halves(dag, branches, 0, count - 1);
}

/*
 * Single values that outweigh the others
 */

/** The heaviest single value, if a test of its own in front of all others can pay; else `count`. */
static size_t find_heavy(const struct scc_branch *branches, size_t count,
                         const struct scc_search_cost *cost)
{
    uint32_t most = weigh_below(cost, UINT32_MAX) / HEAVY_PART;
    size_t heavy = count;
    if (!most)
        return count;
    for (size_t i = 0; count > 2 && i < count; i++) {
        uint32_t last = scc_branch_last(branches, count, i);
        if (last != branches[i].start || last == UINT32_MAX)
            continue;
        uint32_t weight = weigh_below(cost, last + 1) - weigh_below(cost, last);
        if (weight > most) {
            most = weight;
            heavy = i;
        }
    }
    return heavy;
}

/** The branches without one of them, whose value then goes where its neighbour's do. */
static bool leave_out(const struct scc_branch *branches, size_t count, size_t index,
                      struct scc_branches *rest)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t start = i == index + 1 && !index ? branches[0].start : branches[i].start;
        if (i != index && !scc_branches_add(rest, start, branches[i].target))
            return false;
    }
    return true;
}

/** The cost of all values but one, which weighs nothing any more; false without memory. */
static bool lighten(const struct scc_search_cost *cost, uint32_t value,
                    struct scc_search_cost *rest)
{
    uint32_t weight = weigh_below(cost, value + 1) - weigh_below(cost, value);
    uint32_t *cumulative = malloc((cost->hot_count + 1) * sizeof *cumulative);
    if (!cumulative)
        return false;
    for (uint32_t i = 0; i <= cost->hot_count; i++)
        cumulative[i] = cost->cumulative[i] - (i > value - cost->hot_first ? weight : 0);
    *rest = *cost;
    rest->cumulative = cumulative;
    return true;
}

/** @p found, or where that is cheaper, a test for a heavy value in front of a tree of the others.
 */
static struct found try_heavy(struct scc_dag *dag, const struct scc_branch *branches, size_t count,
                              const struct scc_search_cost *cost,
                              const struct scc_search_tree *other, struct found found)
{
    SCC_CLEANUP(scc_branches_clear) struct scc_branches rest = {0};
    struct scc_search_cost rest_cost;
    size_t heavy = find_heavy(branches, count, cost);
    if (heavy == count)
        return found;
    uint32_t value = branches[heavy].start;
    if (!leave_out(branches, count, heavy, &rest) || !lighten(cost, value, &rest_cost)) {
        dag->failed = true;
        return found;
    }
    struct found without = find_tree(dag, rest.items, rest.count, &rest_cost, other);
    if (!dag->failed)
        without = try_heavy(dag, rest.items, rest.count, &rest_cost, other, without);
    free((void *)rest_cost.cumulative);
    without.cost +=
        cost->node + weigh_below(cost, UINT32_MAX) + (uint64_t)count * cost->branch_step;
    if (dag->failed || without.cost >= found.cost)
        return found;
    without.ref = scc_dag_test(dag, BPF_JEQ, value, branches[heavy].target, without.ref);
    return without;
}

scc_dag_ref scc_search_build(struct scc_dag *dag, const struct scc_branch *branches, size_t count,
                             const struct scc_search_cost *cost,
                             const struct scc_search_tree *other)
{
    if (count > PLANNED_MAX || scc_work_is_over(dag->work)) {
        scc_dag_ref ref = build_unplanned(dag, branches, count, cost);
        return dag->failed ? SCC_DAG_FAILED : ref;
    }
    struct found found = find_tree(dag, branches, count, cost, other);
    if (!dag->failed)
        found = try_heavy(dag, branches, count, cost, other, found);
    return dag->failed ? SCC_DAG_FAILED : found.ref;
}
