/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Dynamic programming over intervals of spans. For an interval, the ways are:
 *   - a single span: go to its target;
 *   - a part of the other tree that answers the same, but for a few single values (JEQ each);
 *   - one target for all but single values: JEQ for each of these, or one JSET for all that differ
 *     from 0 by bits that do not matter, then the target;
 *   - two targets that differ by some bits of the value: JSET, or AND and JEQ;
 *   - JGE at a boundary, and both halves.
 * A JEQ takes out a span with both its boundaries, so single values are the cheap ones.
 */
#include "search.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

enum {
    WINDOW = 160,        /* spans that are planned together; more are halved first */
    ALL_SPLITS_MAX = 12, /* up to so many spans every split is tried, above the middle ones alone */
    MIDDLE_SPLITS = 6,
    EXCEPTIONS_MAX = 8, /* of the other tree */
    PATTERN_BITS = 6,   /* values that 64 bits can stand for */
    PATTERN_VALUES = 1 << PATTERN_BITS,
};

enum way {
    WAY_UNKNOWN,
    WAY_TARGET,
    WAY_REUSE,
    WAY_EXCEPTIONS,
    WAY_BITS,
    WAY_SPLIT,
};

struct plan {
    double cost;
    enum way way;
    uint32_t at;         /* SPLIT: the span that begins the upper half; BITS: the mask */
    uint32_t wanted;     /* BITS: what AND leaves of the values that go to `yes`; 0 with JSET */
    bool is_masked;      /* BITS: AND and JEQ instead of JSET */
    scc_dag_ref yes, no; /* BITS; EXCEPTIONS: `no` is the target of all others; REUSE: `no` */
};

struct search {
    struct scc_dag *dag;
    const struct scc_span *spans;
    size_t count;
    const struct scc_search_cost *cost;
    scc_dag_ref other;
    struct plan *plans; /* of a window: row by first span, column by last */
    size_t window_start, window_count;
};

static uint32_t last_value(const struct search *search, size_t span)
{
    return span + 1 < search->count ? search->spans[span + 1].start - 1 : UINT32_MAX;
}

static bool is_single(const struct search *search, size_t span)
{
    return search->spans[span].start == last_value(search, span);
}

/** What one step costs on the way of the values from @p low to @p high. */
static double weigh_values(const struct search *search, uint32_t low, uint32_t high)
{
    const struct scc_search_cost *cost = search->cost;
    if (low >= cost->hot_end)
        return 0;
    if (high >= cost->hot_end)
        high = cost->hot_end - 1;
    return cost->hot_step * ((double)high - (double)low + 1);
}

static double weigh(const struct search *search, size_t first, size_t last)
{
    return weigh_values(search, search->spans[first].start, last_value(search, last)) +
           search->cost->span_step * (double)(last - first + 1);
}

/*
 * Parts of the other tree
 */

/** Values that the other tree sends elsewhere. */
struct exceptions {
    uint32_t values[EXCEPTIONS_MAX];
    scc_dag_ref targets[EXCEPTIONS_MAX];
    size_t count;
    bool is_too_many;
    double steps; /* weight of the steps in the tree */
};

static size_t span_of(const struct search *search, uint32_t value)
{
    size_t low = 0, high = search->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (search->spans[middle].start <= value)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void add_exceptions(const struct search *search, scc_dag_ref target, uint32_t low,
                           uint32_t high, struct exceptions *found)
{
    for (size_t span = span_of(search, low); span < search->count; span++) {
        uint32_t start = search->spans[span].start < low ? low : search->spans[span].start;
        uint32_t end = last_value(search, span) > high ? high : last_value(search, span);
        if (start > high)
            return;
        if (search->spans[span].target == target)
            continue;
        if (start != end || found->count == EXCEPTIONS_MAX) {
            found->is_too_many = true;
            return;
        }
        found->values[found->count] = start;
        found->targets[found->count++] = search->spans[span].target;
    }
}

/** Compares what the other tree does from @p ref on with the spans, from @p low to @p high. */
static void compare_tree(const struct search *search, scc_dag_ref ref, uint32_t low, uint32_t high,
                         struct exceptions *found)
{
    const struct scc_dag_node *node = &search->dag->nodes[ref];
    if (found->is_too_many)
        return;
    if (node->kind != SCC_DAG_TEST) {
        add_exceptions(search, ref, low, high, found);
        return;
    }
    found->steps += weigh_values(search, low, high);
    if (node->code == BPF_JSET) {
        if (high - low >= PATTERN_VALUES) {
            found->is_too_many = true;
            return;
        }
        for (uint32_t value = low;; value++) {
            compare_tree(search, scc_dag_follow(node, value), value, value, found);
            if (value == high)
                return;
        }
    }
    /* The values below, at and above what the test tells apart. */
    uint32_t first_yes = node->code == BPF_JGT ? node->k + 1 : node->k;
    if (low < first_yes)
        compare_tree(search, node->no, low, high < first_yes ? high : first_yes - 1, found);
    if (high < first_yes)
        return;
    uint32_t from = low < first_yes ? first_yes : low;
    if (node->code != BPF_JEQ) {
        compare_tree(search, node->yes, from, high, found);
        return;
    }
    if (from == node->k)
        compare_tree(search, node->yes, from, from, found);
    if (high > node->k)
        compare_tree(search, node->no, from == node->k ? from + 1 : from, high, found);
}

/** The first node of the other tree that tells values from @p low to @p high apart. */
static scc_dag_ref descend(const struct search *search, uint32_t low, uint32_t high)
{
    scc_dag_ref ref = search->other;
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

/** Returns true where nothing needs to be added, which no other way can beat by much. */
static bool try_reuse(const struct search *search, size_t first, size_t last, struct plan *best)
{
    uint32_t low = search->spans[first].start, high = last_value(search, last);
    struct exceptions found = {0};
    scc_dag_ref ref = descend(search, low, high);
    compare_tree(search, ref, low, high, &found);
    if (found.is_too_many)
        return false;
    double cost = search->cost->node * (double)found.count +
                  weigh_values(search, low, high) * (double)found.count + found.steps;
    if (cost < best->cost)
        *best = (struct plan){.cost = cost, .way = WAY_REUSE, .no = ref};
    return found.count == 0;
}

/*
 * One target for all but single values
 */

/** Whether @p value is a span of its own with that target, among those from @p first to @p last. */
static bool is_single_with(const struct search *search, size_t first, size_t last, uint32_t value,
                           scc_dag_ref target)
{
    size_t span = span_of(search, value);
    return span >= first && span <= last && is_single(search, span) &&
           search->spans[span].target == target;
}

/**
 * The bits that can be set or clear at will in single values of one target, 0 being one of them:
 * all these are told by one JSET of the other bits. 0 where there is no such bit.
 */
static uint32_t find_free_bits(const struct search *search, size_t first, size_t last,
                               scc_dag_ref base)
{
    scc_dag_ref target = search->spans[first].target;
    uint32_t free_bits = 0;
    if (search->spans[first].start || target == base || !is_single(search, first))
        return 0;
    for (unsigned bit = 0; bit < 32; bit++) {
        uint32_t subset = free_bits, with = (uint32_t)1 << bit;
        while (is_single_with(search, first, last, subset | with, target)) {
            if (!subset) {
                free_bits |= with;
                break;
            }
            subset = (subset - 1) & free_bits;
        }
    }
    return free_bits;
}

/** Whether a span needs a JEQ: it does not go to @p base, and is not told by its free bits. */
static bool is_exception(const struct search *search, size_t span, scc_dag_ref base,
                         uint32_t free_bits)
{
    bool is_told =
        free_bits && is_single(search, span) && (search->spans[span].start & ~free_bits) == 0;
    return search->spans[span].target != base && !is_told;
}

/** The target of all spans but single ones; SCC_DAG_FAILED where these have several. */
static scc_dag_ref find_base(const struct search *search, size_t first, size_t last)
{
    scc_dag_ref base = SCC_DAG_FAILED;
    for (size_t span = first; span <= last; span++) {
        if (is_single(search, span))
            continue;
        if (base != SCC_DAG_FAILED && search->spans[span].target != base)
            return SCC_DAG_FAILED;
        base = search->spans[span].target;
    }
    return base != SCC_DAG_FAILED ? base : search->spans[first].target;
}

static void try_exceptions(const struct search *search, size_t first, size_t last,
                           struct plan *best)
{
    scc_dag_ref base = find_base(search, first, last);
    if (base == SCC_DAG_FAILED)
        return;
    uint32_t free_bits = find_free_bits(search, first, last, base);
    size_t tests = 0;
    double steps = 0, rest = 0;
    for (size_t span = first; span <= last; span++) {
        if (is_exception(search, span, base, free_bits))
            steps += weigh(search, span, span) * (double)++tests;
        else
            rest += weigh(search, span, span);
    }
    tests += free_bits != 0;
    double cost = search->cost->node * (double)tests + steps + rest * (double)tests;
    if (cost < best->cost)
        *best = (struct plan){
            .cost = cost,
            .way = WAY_EXCEPTIONS,
            .at = free_bits,
            .yes = search->spans[first].target,
            .no = base,
        };
}

/*
 * Two targets told apart by bits
 */

/** Bit i is set where value (start + i) & (1 << bit) is not 0. */
static uint64_t bit_pattern(unsigned bit, uint32_t start)
{
    static const uint64_t patterns[PATTERN_BITS] = {
        0xaaaaaaaaaaaaaaaau, 0xccccccccccccccccu, 0xf0f0f0f0f0f0f0f0u,
        0xff00ff00ff00ff00u, 0xffff0000ffff0000u, 0xffffffff00000000u,
    };
    unsigned turn = start % PATTERN_VALUES;
    uint64_t pattern = patterns[bit];
    return turn ? pattern >> turn | pattern << (PATTERN_VALUES - turn) : pattern;
}

/** The values that go to @p yes, where the others all go to one other target, *no. */
static bool find_pattern(const struct search *search, size_t first, size_t last, scc_dag_ref *no,
                         uint64_t *pattern)
{
    uint32_t low = search->spans[first].start;
    scc_dag_ref yes = search->spans[first].target;
    *no = SCC_DAG_FAILED;
    *pattern = 0;
    for (size_t span = first; span <= last; span++) {
        scc_dag_ref target = search->spans[span].target;
        if (target != yes && *no == SCC_DAG_FAILED)
            *no = target;
        if (target != yes && target != *no)
            return false;
        for (uint32_t value = search->spans[span].start; target == yes; value++) {
            *pattern |= (uint64_t)1 << (value - low);
            if (value == last_value(search, span))
                break;
        }
    }
    return *no != SCC_DAG_FAILED;
}

static void offer_bits(const struct search *search, double weight, struct plan plan,
                       struct plan *best)
{
    unsigned instructions = plan.is_masked ? 2 : 1;
    plan.way = WAY_BITS;
    plan.cost = (search->cost->node + weight) * instructions;
    if (plan.cost < best->cost)
        *best = plan;
}

static void try_bits(const struct search *search, size_t first, size_t last, struct plan *best)
{
    uint32_t low = search->spans[first].start, high = last_value(search, last);
    uint64_t pattern;
    scc_dag_ref yes = search->spans[first].target, no;
    double weight = weigh(search, first, last);
    if (last - first < 2 || high - low >= PATTERN_VALUES ||
        best->cost <= search->cost->node + weight ||
        !find_pattern(search, first, last, &no, &pattern))
        return;
    uint32_t width = high - low + 1;
    uint64_t all = width == PATTERN_VALUES ? UINT64_MAX : ((uint64_t)1 << width) - 1;
    uint32_t first_no = (uint32_t)__builtin_ctzll(~pattern) + low;
    /* Of each mask: the values that have one of its bits, those that agree with `low` in all of its
     * bits, and with `first_no`. Each mask adds a bit to a smaller one. */
    uint64_t set[PATTERN_VALUES] = {0}, as_low[PATTERN_VALUES] = {all},
             as_no[PATTERN_VALUES] = {all};
    for (uint32_t mask = 1; mask < PATTERN_VALUES; mask++) {
        uint32_t rest = mask & (mask - 1);
        unsigned bit = (unsigned)__builtin_ctz(mask);
        uint64_t has_bit = bit_pattern(bit, low);
        set[mask] = set[rest] | (has_bit & all);
        as_low[mask] = as_low[rest] & (low >> bit & 1 ? has_bit : ~has_bit);
        as_no[mask] = as_no[rest] & (first_no >> bit & 1 ? has_bit : ~has_bit);
        struct plan as_is = {.at = mask, .yes = yes, .no = no};
        struct plan turned = {.at = mask, .yes = no, .no = yes};
        if (set[mask] == pattern) {
            offer_bits(search, weight, as_is, best);
        } else if (set[mask] == (~pattern & all)) {
            offer_bits(search, weight, turned, best);
        } else if (as_low[mask] == pattern) {
            as_is.is_masked = true;
            as_is.wanted = low & mask;
            offer_bits(search, weight, as_is, best);
        } else if (as_no[mask] == (~pattern & all)) {
            turned.is_masked = true;
            turned.wanted = first_no & mask;
            offer_bits(search, weight, turned, best);
        }
    }
}

/*
 * Planning
 */

static const struct plan *plan_for(struct search *search, size_t first, size_t last);

static void try_split(struct search *search, size_t first, size_t last, size_t at,
                      struct plan *best)
{
    double cost = search->cost->node + weigh(search, first, last);
    if (cost >= best->cost)
        return;
    cost += plan_for(search, first, at - 1)->cost;
    if (cost >= best->cost)
        return;
    cost += plan_for(search, at, last)->cost;
    if (cost < best->cost)
        *best = (struct plan){.cost = cost, .way = WAY_SPLIT, .at = (uint32_t)at};
}

/** The boundary that halves the weight. */
static size_t find_middle(const struct search *search, size_t first, size_t last)
{
    double half = weigh(search, first, last) / 2;
    size_t low = first + 1, high = last;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (weigh(search, first, middle - 1) < half)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void try_splits(struct search *search, size_t first, size_t last, struct plan *best)
{
    size_t from = first + 1, to = last;
    if (last - first + 1 > ALL_SPLITS_MAX) {
        size_t middle = find_middle(search, first, last), half = MIDDLE_SPLITS / 2;
        from = middle - first > half ? middle - half : first + 1;
        to = last - middle > half ? middle + half : last;
    }
    for (size_t at = from; at <= to; at++)
        try_split(search, first, last, at, best);
}

static const struct plan *plan_for(struct search *search, size_t first, size_t last)
{
    struct plan *plan = &search->plans[(first - search->window_start) * search->window_count +
                                       (last - search->window_start)];
    if (plan->way != WAY_UNKNOWN)
        return plan;
    if (first == last) {
        *plan = (struct plan){.way = WAY_TARGET};
        return plan;
    }
    struct plan best = {.cost = DBL_MAX};
    bool is_there = search->other != SCC_SEARCH_NO_TREE && try_reuse(search, first, last, &best);
    if (!is_there) {
        try_exceptions(search, first, last, &best);
        try_bits(search, first, last, &best);
        try_splits(search, first, last, &best);
    }
    *plan = best;
    return plan;
}

/*
 * Building
 */

static scc_dag_ref build_reuse(struct search *search, size_t first, size_t last, scc_dag_ref ref)
{
    struct exceptions found = {0};
    compare_tree(search, ref, search->spans[first].start, last_value(search, last), &found);
    for (size_t i = found.count; i-- > 0;)
        ref = scc_dag_test(search->dag, BPF_JEQ, found.values[i], found.targets[i], ref);
    return ref;
}

static scc_dag_ref build_exceptions(struct search *search, size_t first, size_t last,
                                    const struct plan *plan)
{
    scc_dag_ref ref = plan->no;
    if (plan->at)
        ref = scc_dag_test(search->dag, BPF_JSET, ~plan->at, plan->no, plan->yes);
    for (size_t span = last + 1; span-- > first;) {
        if (is_exception(search, span, plan->no, plan->at))
            ref = scc_dag_test(search->dag, BPF_JEQ, search->spans[span].start,
                               search->spans[span].target, ref);
    }
    return ref;
}

static scc_dag_ref build(struct search *search, size_t first, size_t last)
{
    const struct plan plan = *plan_for(search, first, last);
    switch (plan.way) {
    case WAY_TARGET:
        return search->spans[first].target;
    case WAY_REUSE:
        return build_reuse(search, first, last, plan.no);
    case WAY_EXCEPTIONS:
        return build_exceptions(search, first, last, &plan);
    case WAY_BITS:
        if (!plan.is_masked)
            return scc_dag_test(search->dag, BPF_JSET, plan.at, plan.yes, plan.no);
        return scc_dag_and(search->dag, plan.at,
                           scc_dag_test(search->dag, BPF_JEQ, plan.wanted, plan.yes, plan.no));
    case WAY_SPLIT: {
        scc_dag_ref low = build(search, first, plan.at - 1);
        scc_dag_ref high = build(search, plan.at, last);
        return scc_dag_test(search->dag, BPF_JGE, search->spans[plan.at].start, high, low);
    }
    case WAY_UNKNOWN:
        break;
    }
    return SCC_DAG_FAILED;
}

/** Plans and builds spans that fit into a window. */
static scc_dag_ref build_window(struct search *search, size_t first, size_t last)
{
    search->window_start = first;
    search->window_count = last - first + 1;
    search->plans = calloc(search->window_count * search->window_count, sizeof *search->plans);
    if (!search->plans) {
        search->dag->failed = true;
        return SCC_DAG_FAILED;
    }
    scc_dag_ref ref = build(search, first, last);
    free(search->plans);
    return ref;
}

/**
 * Halves until a window fits. Where only instructions count, one target with exceptions is left
 * whole: no split makes it smaller.
 */
static scc_dag_ref build_all(struct search *search, size_t first, size_t last)
{
    if (last - first < WINDOW)
        return build_window(search, first, last);
    if (search->cost->hot_step == 0 && search->cost->span_step == 0) {
        struct plan whole = {.cost = DBL_MAX};
        try_exceptions(search, first, last, &whole);
        if (whole.way == WAY_EXCEPTIONS)
            return build_exceptions(search, first, last, &whole);
    }
    size_t at = first + (last - first + 1) / 2;
    scc_dag_ref low = build_all(search, first, at - 1);
    scc_dag_ref high = build_all(search, at, last);
    return scc_dag_test(search->dag, BPF_JGE, search->spans[at].start, high, low);
}

scc_dag_ref scc_search_build(struct scc_dag *dag, const struct scc_span *spans, size_t count,
                             const struct scc_search_cost *cost, scc_dag_ref other)
{
    struct search search = {
        .dag = dag, .spans = spans, .count = count, .cost = cost, .other = other};
    return build_all(&search, 0, count - 1);
}
