/* SPDX-License-Identifier: Apache-2.0 */
/** The search for trees: each way of its own, right at every boundary, near the optimum, quick. */
#include <criterion/criterion.h>
#include <time.h>

#include "bits.h"
#include "decision_support.h"
#include "search.h"
#include "tree.h"

/** Targets that are return values: node i answers i. */
enum { TARGETS = 40 };

static struct scc_dag new_dag(void)
{
    struct scc_dag dag = {0};
    for (uint32_t i = 0; i < TARGETS; i++)
        cr_assert_eq(scc_dag_return(&dag, i), i);
    return dag;
}

static const struct scc_search_cost by_size = {.node = 1};
static const struct scc_search_cost by_branch = {.node = 1, .branch_step = 64};
static const struct scc_search_cost both = {.node = 1000, .branch_step = 100};

/** Asserts the tree of @p branches exactly. */
#define assert_tree(branches, cost, other, expected)                                               \
    check_tree(branches, SCC_COUNT(branches), cost, other, expected)

static void check_tree(const struct scc_branch *branches, size_t count,
                       const struct scc_search_cost *cost, const struct scc_search_tree *other,
                       const char *expected)
{
    struct scc_dag dag = new_dag();
    struct scc_search_tree tree;
    if (other) {
        tree = *other;
        tree.root = scc_search_build(&dag, tree.branches, tree.count, cost, NULL);
    }
    struct scc_strbuf text = {0};
    tree_print(&text, &dag, scc_search_build(&dag, branches, count, cost, other ? &tree : NULL));
    cr_assert_str_eq(text.data, expected);
    scc_strbuf_free(&text);
    scc_dag_clear(&dag);
}

/*
 * One test for each way
 */

Test(search, one_target_needs_no_test)
{
    static const struct scc_branch branches[] = {{0, 3}};
    assert_tree(branches, &both, NULL, "r3");
}

Test(search, single_values_are_taken_out)
{
    static const struct scc_branch branches[] = {{0, 0}, {5, 1}, {6, 0}, {9, 2}, {10, 0}};
    assert_tree(branches, &both, NULL, "(jeq 5 r1 (jeq 9 r2 r0))");
    static const struct scc_branch ends[] = {{0, 1}, {1, 0}, {UINT32_MAX, 2}};
    assert_tree(ends, &by_size, NULL, "(jeq 0 r1 (jeq 4294967295 r2 r0))");
}

/** Docker's rules for personality: 0, 8, 0x20000, 0x20008 and 0xffffffff. */
Test(search, free_bits_are_one_test)
{
    static const struct scc_branch branches[] = {
        {0, 1},       {1, 0},       {8, 1},       {9, 0},          {0x20000, 1},
        {0x20001, 0}, {0x20008, 1}, {0x20009, 0}, {UINT32_MAX, 1},
    };
    assert_tree(branches, &both, NULL, "(jeq 4294967295 r1 (jset 0xfffdfff7 r0 r1))");
}

Test(search, two_targets_by_a_bit)
{
    static const struct scc_branch branches[] = {
        {0, 0}, {0x40000000, 1}, {0x80000000, 0}, {0xc0000000, 1}};
    assert_tree(branches, &both, NULL, "(jset 0x40000000 r1 r0)");
    static const struct scc_branch turned[] = {
        {0, 1}, {0x40000000, 0}, {0x80000000, 1}, {0xc0000000, 0}};
    assert_tree(turned, &both, NULL, "(jset 0x40000000 r0 r1)");
}

Test(search, two_targets_by_some_bits)
{
    static const struct scc_branch branches[] = {
        {0, 0},          {0x10000000, 1}, {0x20000000, 0}, {0x30000000, 1}, {0x40000000, 0},
        {0x90000000, 1}, {0xa0000000, 0}, {0xb0000000, 1}, {0xc0000000, 0},
    };
    assert_tree(branches, &both, NULL, "(and 0x50000000 (jeq 268435456 r1 r0))");
}

Test(search, ranges_are_split_where_the_steps_are_fewest)
{
    static const struct scc_branch branches[] = {{0, 0}, {10, 1}, {20, 2}, {30, 3}};
    assert_tree(branches, &both, NULL, "(jge 20 (jge 30 r3 r2) (jge 10 r1 r0))");
    uint32_t weights[40] = {0}; /* values below 10 count, the others do not */
    for (unsigned i = 1; i < 40; i++)
        weights[i] = weights[i - 1] + (i <= 10 ? 50 : 0);
    const struct scc_search_cost low = {
        .node = 1, .cumulative = weights, .hot_first = 0, .hot_count = 39};
    assert_tree(branches, &low, NULL, "(jge 10 (jge 20 (jge 30 r3 r2) r1) r0)");
}

Test(search, another_tree_answers_but_for_a_value)
{
    static const struct scc_branch first[] = {{0, 0}, {10, 1}, {20, 2}, {30, 3}, {40, 0}};
    static const struct scc_branch branches[] = {{0, 0},  {10, 1}, {15, 4}, {16, 1},
                                                 {20, 2}, {30, 3}, {40, 0}};
    struct scc_search_tree other = {first, SCC_COUNT(first), 0};
    struct scc_dag dag = new_dag();
    other.root = scc_search_build(&dag, first, SCC_COUNT(first), &both, NULL);
    size_t count = dag.count;
    scc_dag_ref ref = scc_search_build(&dag, branches, SCC_COUNT(branches), &both, &other);
    cr_assert_eq(dag.count, count + 1); /* one JEQ, and the tree that was there */
    cr_assert_eq(dag.nodes[ref].code, BPF_JEQ);
    cr_assert_eq(dag.nodes[ref].k, 15);
    cr_assert_eq(dag.nodes[ref].yes, 4);
    cr_assert_eq(dag.nodes[ref].no, other.root);
    scc_dag_clear(&dag);
}

Test(search, a_part_of_another_tree_is_entered_where_it_begins)
{
    static const struct scc_branch first[] = {{0, 0}, {10, 1}, {20, 2}, {30, 3}};
    static const struct scc_branch branches[] = {{0, 5}, {20, 2}, {30, 3}};
    struct scc_search_tree other = {first, SCC_COUNT(first), 0};
    assert_tree(branches, &both, &other, "(jge 20 (jge 30 r3 r2) r5)");
}

/** A value of most of the weight is asked first, wherever it lies. */
Test(search, a_heavy_value_comes_first)
{
    static const struct scc_branch branches[] = {{0, 0},  {10, 1}, {20, 2}, {25, 4},
                                                 {26, 2}, {30, 3}, {40, 5}};
    uint32_t weights[50] = {0};
    for (unsigned i = 1; i < 50; i++)
        weights[i] = weights[i - 1] + (i - 1 == 25 ? 10000 : 1);
    const struct scc_search_cost cost = {
        .node = 1, .cumulative = weights, .hot_first = 0, .hot_count = 49};
    struct scc_dag dag = new_dag();
    scc_dag_ref ref = scc_search_build(&dag, branches, SCC_COUNT(branches), &cost, NULL);
    cr_assert_eq(dag.nodes[ref].code, BPF_JEQ);
    cr_assert_eq(dag.nodes[ref].k, 25);
    cr_assert_eq(dag.nodes[ref].yes, 4);
    scc_dag_clear(&dag);
}

/*
 * Random lists
 */

/** What a list is made of. */
struct shape {
    unsigned targets, gap_max; /* gap_max: of starts; 1 in `single` branches is a single value */
    unsigned single;
    bool to_the_top; /* the list ends with single values at UINT32_MAX */
};

static size_t random_branches(struct scc_branch *branches, size_t wanted, struct shape shape,
                              uint64_t *seed)
{
    uint32_t start = 0;
    size_t count = 0;
    while (count < wanted) {
        scc_dag_ref target = random_below(seed, shape.targets);
        if (count && branches[count - 1].target == target)
            target = (target + 1) % shape.targets;
        branches[count++] = (struct scc_branch){start, target};
        start += random_below(seed, shape.single) ? 1 : 1 + random_below(seed, shape.gap_max);
    }
    if (shape.to_the_top && count > 3) {
        uint32_t below = UINT32_MAX;
        for (size_t i = 1; i <= count / 2; i++, below--)
            branches[count - i].start = below;
    }
    return count;
}

/** Random weights of the values around the list, some of them heavy. */
static void random_weights(uint32_t *weights, uint32_t count, uint64_t *seed)
{
    weights[0] = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t weight = random_below(seed, 20) ? random_below(seed, 30) : 0;
        if (random_below(seed, 200) == 0)
            weight = random_below(seed, 5000);
        weights[i + 1] = weights[i] + weight;
    }
    cr_assert_lt(weights[count], 1u << 20);
}

/** Asserts the answer at each boundary, and one below and above. */
static void walk_branches(const struct scc_dag *dag, scc_dag_ref root,
                          const struct scc_branch *branches, size_t count)
{
    cr_assert_neq(root, SCC_DAG_FAILED);
    for (size_t i = 0; i < count; i++) {
        const uint32_t last = scc_branch_last(branches, count, i);
        const uint32_t values[] = {branches[i].start, branches[i].start + 1, last, last - 1,
                                   last / 2 + branches[i].start / 2};
        for (size_t j = 0; j < SCC_COUNT(values); j++) {
            unsigned steps;
            if (values[j] < branches[i].start || values[j] > last)
                continue;
            cr_assert_eq(tree_follow(dag, root, values[j], &steps), branches[i].target,
                         "%u of branch %zu of %zu", values[j], i, count);
        }
    }
}

/** Sanitizers make everything slower; gcc and clang tell of them in different ways. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SLOW 20
#else
#define SLOW 1
#endif

enum { HOT = 600, BRANCHES_MAX = 4096 };

static const struct shape shapes[] = {
    {2, 40, 2, false}, {2, 6, 1000, false}, {2, 1u << 20, 2, true}, {3, 40, 2, false},
    {3, 8, 3, true},   {30, 50, 2, false},  {30, 2, 2, true},       {5, 1u << 19, 1000, false},
};

/** Any list, any cost, with and without another tree: each value goes where it belongs. */
Test(search, random_lists_are_right)
{
    static struct scc_branch branches[BRANCHES_MAX], changed[BRANCHES_MAX];
    uint32_t weights[HOT + 1];
    uint64_t seed = 99;
    static const size_t sizes[] = {1, 2, 3, 5, 9, 20, 27, 28, 29, 60, 150, 400, 1000, 3000};
    for (unsigned round = 0; round < test_rounds(1500); round++) {
        const struct shape shape = shapes[round % SCC_COUNT(shapes)];
        size_t wanted = sizes[random_below(&seed, round % 50 ? 12 : SCC_COUNT(sizes))];
        size_t count = random_branches(branches, wanted, shape, &seed);
        random_weights(weights, HOT, &seed);
        const struct scc_search_cost hot = {.node = random_below(&seed, 2) ? 1 : 2600,
                                            .branch_step = random_below(&seed, 2) * 10,
                                            .cumulative = weights,
                                            .hot_first = random_below(&seed, 2) * 100,
                                            .hot_count = HOT};
        const struct scc_search_cost *costs[] = {&by_size, &by_branch, &both, &hot};
        const struct scc_search_cost *cost = costs[random_below(&seed, 4)];
        struct scc_dag dag = new_dag();
        scc_dag_ref root = scc_search_build(&dag, branches, count, cost, NULL);
        walk_branches(&dag, root, branches, count);
        struct scc_search_tree other = {branches, count, root};
        memcpy(changed, branches, count * sizeof *changed);
        for (unsigned i = 0; i < 1 + count / 10; i++) { /* neighbours must differ */
            size_t at = random_below(&seed, (unsigned)count);
            changed[at].target = shape.targets + (uint32_t)(at % 3);
        }
        root = scc_search_build(&dag, changed, count, cost, &other);
        walk_branches(&dag, root, changed, count);
        scc_dag_clear(&dag);
    }
}

/** So many ranges that another tree sends elsewhere that a sum of 32 bits comes round to 0. */
Test(search, another_tree_that_is_wrong_everywhere_is_not_used)
{
    static struct scc_branch branches[4096];
    static const struct scc_branch elsewhere[] = {{0, 9}};
    struct scc_dag dag = new_dag();
    struct scc_search_tree other = {elsewhere, 1, 9};
    for (uint32_t i = 0; i < SCC_COUNT(branches); i++)
        branches[i] = (struct scc_branch){10 * i, i % 3};
    scc_dag_ref root = scc_search_build(&dag, branches, SCC_COUNT(branches), &both, &other);
    walk_branches(&dag, root, branches, SCC_COUNT(branches));
    scc_dag_clear(&dag);
}

/*
 * Against the optimum
 */

enum { FEW = 7 };

/** A small list, and what its steps cost. */
struct small {
    struct scc_branch branches[FEW];
    size_t count;
    const struct scc_search_cost *cost;
    uint64_t weights[FEW];
};

static uint32_t weigh_below(const struct scc_search_cost *cost, uint64_t value)
{
    if (!cost->hot_count || value <= cost->hot_first)
        return 0;
    uint64_t count = value - cost->hot_first;
    return cost->cumulative[count < cost->hot_count ? count : cost->hot_count];
}

static void weigh(struct small *small)
{
    for (size_t i = 0; i < small->count; i++) {
        uint64_t last = scc_branch_last(small->branches, small->count, i);
        small->weights[i] = weigh_below(small->cost, last + 1) -
                            weigh_below(small->cost, small->branches[i].start) +
                            small->cost->branch_step;
    }
}

/** What the tests of a tree cost, shared ones counted each time, as the search counts. */
static uint64_t count_tests(const struct scc_dag *dag, scc_dag_ref ref)
{
    const struct scc_dag_node *node = &dag->nodes[ref];
    if (node->kind == SCC_DAG_RETURN)
        return 0;
    return 1 + count_tests(dag, node->yes) +
           (node->kind == SCC_DAG_TEST ? count_tests(dag, node->no) : 0);
}

static uint64_t cost_of_tree(const struct small *small, const struct scc_dag *dag, scc_dag_ref root)
{
    uint64_t cost = small->cost->node * count_tests(dag, root);
    for (size_t i = 0; i < small->count; i++) {
        unsigned steps;
        tree_follow(dag, root, small->branches[i].start, &steps);
        cost += steps * small->weights[i];
    }
    return cost;
}

/** Best costs of intervals of a list, of which some single values are gone. */
struct optimum {
    const struct small *small;
    uint64_t best[FEW][FEW][1 << FEW]; /* 0: not known yet */
};

static uint64_t find_optimum(struct optimum *at, size_t first, size_t last, unsigned gone);

/** The cheapest first test that is a JEQ or a JGE. */
static uint64_t try_tests(struct optimum *at, size_t first, size_t last, unsigned gone)
{
    const struct small *small = at->small;
    uint64_t least = UINT64_MAX;
    for (size_t i = first; i <= last; i++) {
        bool is_single =
            small->branches[i].start == scc_branch_last(small->branches, small->count, i);
        uint64_t cost = UINT64_MAX;
        if (is_single && !(gone >> i & 1))
            cost = find_optimum(at, first, last, gone | 1u << i);
        least = cost < least ? cost : least;
        if (i > first)
            cost = find_optimum(at, first, i - 1, gone) + find_optimum(at, i, last, gone);
        least = cost < least ? cost : least;
    }
    return least;
}

/** The tests that tell the two targets of an interval apart by bits; 0 where none does. */
static unsigned count_bit_tests(const struct small *small, size_t first, size_t last)
{
    struct scc_bits_sets sets = {.branches = small->branches,
                                 .first = first,
                                 .last = last,
                                 .end = scc_branch_last(small->branches, small->count, last),
                                 .one = {0, UINT32_MAX},
                                 .two = {0, UINT32_MAX}};
    scc_dag_ref one = small->branches[first].target, two = one;
    for (size_t i = first; i <= last; i++) {
        scc_dag_ref target = small->branches[i].target;
        if (target != one && two != one && target != two)
            return 0;
        two = target != one ? target : two;
        scc_bits_see(target == one ? &sets.one : &sets.two, small->branches[i].start,
                     scc_branch_last(small->branches, small->count, i));
    }
    struct scc_bits_test test;
    return scc_bits_find(&sets, false, &test) ? 1 + test.is_masked : 0;
}

/**
 * The least that the branches from @p first to @p last cost, those of @p gone told already: by any
 * single value first, any boundary first, or bits of all.
 */
static uint64_t find_optimum(struct optimum *at, size_t first, size_t last, unsigned gone)
{
    const struct small *small = at->small;
    uint64_t weight = 0, *known = &at->best[first][last][gone];
    bool is_one = true;
    scc_dag_ref target = SCC_DAG_FAILED;
    for (size_t i = first; i <= last; i++) {
        if (gone >> i & 1)
            continue;
        weight += small->weights[i];
        is_one = is_one && (target == SCC_DAG_FAILED || target == small->branches[i].target);
        target = small->branches[i].target;
    }
    if (is_one)
        return 0;
    if (!*known) {
        unsigned here = gone >> first & ((2u << (last - first)) - 1);
        unsigned tests = here ? 0 : count_bit_tests(small, first, last);
        uint64_t by_tests = small->cost->node + weight + try_tests(at, first, last, gone);
        uint64_t by_bits = tests ? tests * (small->cost->node + weight) : UINT64_MAX;
        *known = by_tests < by_bits ? by_tests : by_bits;
    }
    return *known;
}

static struct small random_small(const struct scc_search_cost *cost, uint64_t *seed)
{
    struct small small = {.cost = cost};
    struct shape shape = {2 + random_below(seed, 3), 1 + random_below(seed, 12),
                          1 + random_below(seed, 4), random_below(seed, 6) == 0};
    small.count = random_branches(small.branches, 2 + random_below(seed, FEW - 1), shape, seed);
    weigh(&small);
    return small;
}

/** How far the trees of many small lists are from the optimum. */
struct distance {
    uint64_t worst;      /* in thousandths of the optimum */
    uint64_t made, best; /* of all lists together */
};

static void measure(const struct scc_search_cost *cost, unsigned rounds, uint64_t seed,
                    struct distance *distance)
{
    static struct optimum optimum;
    while (rounds--) {
        struct small small = random_small(cost, &seed);
        struct scc_dag dag = new_dag();
        scc_dag_ref root = scc_search_build(&dag, small.branches, small.count, cost, NULL);
        walk_branches(&dag, root, small.branches, small.count);
        memset(&optimum, 0, sizeof optimum);
        optimum.small = &small;
        uint64_t best = find_optimum(&optimum, 0, small.count - 1, 0);
        uint64_t made = cost_of_tree(&small, &dag, root);
        distance->made += made;
        distance->best += best;
        if (best && made * 1000 / best > distance->worst)
            distance->worst = made * 1000 / best;
        scc_dag_clear(&dag);
    }
}

static void assert_near(const char *what, const struct distance *distance, uint64_t worst,
                        uint64_t mean)
{
    uint64_t found = distance->made * 1000 / distance->best;
    cr_log_info("%s: at worst %" PRIu64 "/1000 of the optimum, on average %" PRIu64, what,
                distance->worst, found);
    cr_assert_leq(distance->worst, worst, "%s: %" PRIu64 "/1000", what, distance->worst);
    cr_assert_leq(found, mean, "%s: %" PRIu64 "/1000", what, found);
}

/*
 * The optimum knows one way more: to take out a single value anywhere, and then split. That is what
 * the trees are behind it: one test of four where instructions count, and up to a quarter where one
 * of the values in the middle outweighs the others.
 */
Test(search, small_lists_are_near_the_optimum)
{
    struct distance size = {0}, branch = {0}, mixed = {0}, hot = {0};
    measure(&by_size, 3000, 1, &size);
    assert_near("size", &size, 1250, 1002);
    measure(&by_branch, 3000, 2, &branch);
    assert_near("steps of branches", &branch, 1030, 1001);
    measure(&both, 3000, 3, &mixed);
    assert_near("both", &mixed, 1030, 1001);
    uint32_t weights[61];
    uint64_t seed = 4;
    for (unsigned i = 0; i < 100; i++) {
        random_weights(weights, 60, &seed);
        const struct scc_search_cost cost = {
            .node = 1, .branch_step = 1, .cumulative = weights, .hot_first = 0, .hot_count = 60};
        measure(&cost, 100, seed, &hot);
    }
    assert_near("weights of values", &hot, 1300, 1010);
}

/** All of the values' weight is one value's, and yet the steps of branches count for more. */
Test(search, a_heavy_value_among_heavy_branches)
{
    uint32_t weights[61] = {0};
    struct distance distance = {0};
    for (unsigned value = 0; value < 60; value++) {
        for (unsigned i = 0; i < 60; i++)
            weights[i + 1] = weights[i] + (i == value ? 10 : 0);
        const struct scc_search_cost cost = {
            .node = 1, .branch_step = 64, .cumulative = weights, .hot_count = 60};
        measure(&cost, 50, value, &distance);
    }
    assert_near("steps of branches and a value", &distance, 1200, 1001);
}

/*
 * Time
 */

/** The processor time of one search, in microseconds; the least of some. */
static double time_of(struct shape shape, size_t wanted, const struct scc_search_cost *cost)
{
    static struct scc_branch branches[BRANCHES_MAX];
    uint64_t seed = 11;
    size_t count = random_branches(branches, wanted, shape, &seed);
    double least = 1e9;
    for (size_t i = 0; i < 8000 / count; i++) {
        struct timespec start, end;
        struct scc_dag dag = new_dag();
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
        scc_dag_ref root = scc_search_build(&dag, branches, count, cost, NULL);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
        cr_assert_neq(root, SCC_DAG_FAILED);
        scc_dag_clear(&dag);
        double time =
            (double)(end.tv_sec - start.tv_sec) * 1e6 + (double)(end.tv_nsec - start.tv_nsec) / 1e3;
        least = time < least ? time : least;
    }
    return least;
}

/** 4,000 branches are more than a program can have; a square would take 16 times the time. */
static void check_time(const char *what, const struct scc_search_cost *cost)
{
    for (size_t i = 0; i < SCC_COUNT(shapes); i++) {
        double few = 0, many = 0;
        /* A neighbour who has the caches can make one measurement wrong, not each. */
        for (unsigned attempt = 0; attempt < 5 && (few == 0 || many / few >= 12); attempt++) {
            few = time_of(shapes[i], 1000, cost);
            many = time_of(shapes[i], 4000, cost);
        }
        cr_log_info("%s, shape %zu: %.0f us for 1,000 branches, %.0f us for 4,000", what, i, few,
                    many);
        cr_assert_lt(many, SLOW * 200e3, "%s, shape %zu: %.0f us", what, i, many);
        cr_assert_lt(many / few, 12, "%s, shape %zu: %.0f us, %.0f us for a quarter", what, i, many,
                     few);
    }
}

Test(search, time_grows_with_n_log_n)
{
    check_time("size", &by_size);
    check_time("steps", &both);
}

/** Weights concern numbers, of which there are hundreds: these make halves of unequal length. */
Test(search, uneven_weights_take_no_longer)
{
    static uint32_t falling[6001], heavy[471];
    for (unsigned i = 0; i < 6000; i++) /* half every 300 values */
        falling[i + 1] = falling[i] + (500u >> (i / 300 < 31 ? i / 300 : 31));
    const struct scc_search_cost cost = {
        .node = 1, .branch_step = 1, .cumulative = falling, .hot_count = 6000};
    for (size_t i = 0; i < SCC_COUNT(shapes); i++) {
        double time = time_of(shapes[i], 1000, &cost);
        cr_assert_lt(time, SLOW * 200e3, "shape %zu: %.0f us", i, time);
    }
    for (uint32_t i = 0, left = 1u << 19; i < 470; i++) { /* each a seventh of those behind it */
        heavy[i + 1] = heavy[i] + left / 7;
        left -= left / 7;
    }
    const struct scc_search_cost by_one = {
        .node = 1, .branch_step = 1, .cumulative = heavy, .hot_count = 470};
    double time = time_of((struct shape){30, 1, 1000, false}, 470, &by_one);
    cr_log_info("heavy values: %.0f us", time);
    cr_assert_lt(time, SLOW * 100e3, "heavy values: %.0f us", time);
}
