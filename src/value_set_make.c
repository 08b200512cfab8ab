/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The form of a set: candidates are made from its diagram, each complete or too long, and the one
 * that is the shortest to read wins.
 */
#include "value_set.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "util.h"

enum {
    /** A cover of more masks than this would not be short. */
    CUBES_MAX = SCC_VALUE_TESTS_MAX,
    /** A form that costs less is short enough. */
    SHORT_COST = 40,
    /** A mask has to be worth so many characters: a list of values is easier to read. */
    MASK_COST = 16,
};

/*
 * Bits
 */

/** The level that tests bit @p bit, from the lowest, of the variable. */
static uint32_t level_of(const struct scc_decision_space *space, struct scc_variable variable,
                         unsigned bit)
{
    uint32_t top = space->levels[variable.word][SCC_DECISION_WORD_BITS - 1];
    return top + scc_variable_bits(variable) - 1 - bit;
}

/** The bit that level @p level, one of the variable's, tests. */
static unsigned bit_of(const struct scc_decision_space *space, struct scc_variable variable,
                       uint32_t level)
{
    return level_of(space, variable, 0) - level;
}

/** The values of the bits below @p bit, all set. */
static uint64_t bits_below(unsigned bit)
{
    return bit < 64 ? ((uint64_t)1 << bit) - 1 : UINT64_MAX;
}

/*
 * Ranges of a set
 */

/** The values whose bits outside `mask` are clear and for which the diagram returns `wanted`. */
struct listing {
    const struct scc_decision_space *space;
    struct scc_variable variable;
    uint64_t mask;
    scc_diagram wanted;
    size_t limit;                                 /* counting stops behind it */
    struct scc_range items[SCC_VALUE_RANGES_MAX]; /* the first ones */
    size_t count;
    struct scc_range last;
};

static void list_range(struct listing *at, uint64_t first, uint64_t last)
{
    if (at->count && at->last.last != at->mask &&
        scc_masked_next(at->last.last, at->mask) == first) {
        at->last.last = last;
    } else {
        at->last = (struct scc_range){first, last};
        at->count++;
    }
    if (at->count <= SCC_VALUE_RANGES_MAX)
        at->items[at->count - 1] = at->last;
}

/** @p bit is the number of bits that are left, @p base the value of those before. */
static void list_below(struct listing *at, scc_diagram diagram, unsigned bit, uint64_t base)
{
    if (at->count > at->limit)
        return;
    if (diagram <= SCC_DIAGRAM_EVERYWHERE) {
        if (diagram == at->wanted)
            list_range(at, base, base | (at->mask & bits_below(bit)));
        return;
    }
    do
        bit--;
    while (!(at->mask >> bit & 1));
    uint32_t level = level_of(at->space, at->variable, bit);
    for (int i = 0; i < 2; i++)
        list_below(at, scc_node_half(at->space, diagram, level, i), bit, base | (uint64_t)i << bit);
}

static void list_ranges(struct listing *at, scc_diagram where, size_t limit)
{
    at->count = 0;
    at->limit = limit;
    list_below(at, where, scc_variable_bits(at->variable), 0);
}

/*
 * Masks of a set
 */

static void find_support(const struct scc_decision_space *space, scc_diagram where,
                         struct scc_variable variable, uint8_t *seen, uint64_t *support)
{
    if (where <= SCC_DIAGRAM_EVERYWHERE || seen[where / 8] & 1u << where % 8)
        return;
    seen[where / 8] = (uint8_t)(seen[where / 8] | 1u << where % 8);
    const struct scc_node *node = &space->nodes[where];
    *support |= (uint64_t)1 << bit_of(space, variable, node->level);
    find_support(space, node->low, variable, seen, support);
    find_support(space, node->high, variable, seen, support);
}

/** The values with (value & mask) == value. */
struct cube {
    uint64_t mask, value;
};

/** A cover of a set by cubes, none of which could be larger or left out. */
struct cover {
    struct scc_decision_space *space;
    struct scc_variable variable;
    struct cube cubes[CUBES_MAX];
    size_t count;
    bool is_too_long;
};

/**
 * Covers at least @p least and at most @p most; returns what is covered. S. Minato, Fast generation
 * of irredundant sum-of-products forms from binary decision diagrams, SASIMI 1992.
 */
static scc_diagram cover_between(struct cover *cover, scc_diagram least, scc_diagram most,
                                 struct cube cube)
{
    struct scc_decision_space *space = cover->space;
    if (least == SCC_DIAGRAM_NOWHERE || cover->is_too_long || !scc_node_is_sound(space))
        return SCC_DIAGRAM_NOWHERE;
    if (most == SCC_DIAGRAM_EVERYWHERE) {
        if (cover->count == CUBES_MAX)
            cover->is_too_long = true;
        else
            cover->cubes[cover->count++] = cube;
        return most;
    }
    uint32_t level = space->nodes[least].level < space->nodes[most].level
                         ? space->nodes[least].level
                         : space->nodes[most].level;
    unsigned bit = bit_of(space, cover->variable, level);
    scc_diagram covered[2], rest = SCC_DIAGRAM_NOWHERE, both = SCC_DIAGRAM_EVERYWHERE;
    for (int i = 0; i < 2; i++) {
        scc_diagram own = scc_node_half(space, least, level, i);
        scc_diagram other = scc_node_half(space, most, level, !i);
        struct cube half = {cube.mask | (uint64_t)1 << bit, cube.value | (uint64_t)i << bit};
        covered[i] = cover_between(cover, scc_node_and(space, own, scc_node_not(space, other)),
                                   scc_node_half(space, most, level, i), half);
    }
    for (int i = 0; i < 2; i++) {
        scc_diagram own = scc_node_half(space, least, level, i);
        rest = scc_node_or(space, rest, scc_node_and(space, own, scc_node_not(space, covered[i])));
        both = scc_node_and(space, both, scc_node_half(space, most, level, i));
    }
    scc_diagram shared = cover_between(cover, rest, both, cube);
    return scc_node_branch(space, space->words[level], space->bits[level],
                           scc_node_or(space, covered[0], shared),
                           scc_node_or(space, covered[1], shared));
}

/*
 * Candidates
 */

/** A form of the set, or none where it would be too long. */
struct candidate {
    struct scc_value_test tests[SCC_VALUE_TESTS_MAX];
    size_t test_count; /* 0: none */
    bool needs_all;
    size_t more;
};

struct maker {
    struct scc_decision_space *space;
    struct scc_pool *pool;
    scc_diagram where;
    struct scc_variable variable;
    struct candidate best;
    size_t best_cost;
};

static void add_test(struct maker *maker, struct candidate *candidate, struct scc_value_test test)
{
    test.ranges = scc_pool_copy(maker->pool, test.ranges, test.count, sizeof *test.ranges);
    if (test.ranges)
        candidate->tests[candidate->test_count++] = test;
}

static bool is_not_zero(const struct candidate *candidate)
{
    const struct scc_value_test *test = &candidate->tests[0];
    return candidate->test_count == 1 && test->is_negated && test->count == 1 &&
           test->ranges[0].last == 0;
}

/** What a candidate asks of a reader. */
static size_t cost_of(struct maker *maker, const struct candidate *candidate)
{
    struct scc_value_set set = {maker->variable, candidate->needs_all, candidate->tests,
                                candidate->test_count, candidate->more};
    struct scc_strbuf text = {0};
    scc_value_set_describe(&text, &set);
    maker->pool->failed |= text.failed;
    size_t cost = text.len;
    scc_strbuf_free(&text);
    for (size_t i = 0; i < candidate->test_count; i++)
        cost += candidate->tests[i].mask == scc_variable_largest(maker->variable) ? 0 : MASK_COST;
    return is_not_zero(candidate) ? 0 : cost; /* nobody writes ">= 1" of flags */
}

static void offer(struct maker *maker, const struct candidate *candidate)
{
    if (!candidate->test_count)
        return;
    size_t cost = cost_of(maker, candidate);
    if (maker->best.test_count && cost >= maker->best_cost)
        return;
    maker->best = *candidate;
    maker->best_cost = cost;
}

/** Offers the ranges under a mask, or those of all other values. Returns how many there are. */
static size_t offer_ranges(struct maker *maker, uint64_t mask, bool is_negated)
{
    struct listing listing = {
        .space = maker->space,
        .variable = maker->variable,
        .mask = mask,
        .wanted = is_negated ? SCC_DIAGRAM_NOWHERE : SCC_DIAGRAM_EVERYWHERE,
    };
    struct candidate candidate = {0};
    list_ranges(&listing, maker->where, SCC_VALUE_RANGES_MAX);
    if (listing.count <= SCC_VALUE_RANGES_MAX) {
        struct scc_value_test test = {mask, is_negated, listing.items, listing.count};
        add_test(maker, &candidate, test);
        offer(maker, &candidate);
    }
    return listing.count;
}

static int compare_cubes(const void *a, const void *b)
{
    const struct cube *first = a, *second = b;
    if (first->mask != second->mask)
        return first->mask > second->mask ? -1 : 1;
    return (first->value > second->value) - (first->value < second->value);
}

/** Where the value lies in the range. */
static scc_diagram where_in(struct maker *maker, struct scc_range range)
{
    /* From the lowest bit up: at least `first`, and at most `last`, so far. */
    scc_diagram above = SCC_DIAGRAM_EVERYWHERE, below = SCC_DIAGRAM_EVERYWHERE;
    for (unsigned bit = 0; bit < scc_variable_bits(maker->variable); bit++) {
        uint32_t level = level_of(maker->space, maker->variable, bit);
        unsigned word = maker->space->words[level], place = maker->space->bits[level];
        above = range.first >> bit & 1
                    ? scc_node_branch(maker->space, word, place, SCC_DIAGRAM_NOWHERE, above)
                    : scc_node_branch(maker->space, word, place, above, SCC_DIAGRAM_EVERYWHERE);
        below = range.last >> bit & 1
                    ? scc_node_branch(maker->space, word, place, SCC_DIAGRAM_EVERYWHERE, below)
                    : scc_node_branch(maker->space, word, place, below, SCC_DIAGRAM_NOWHERE);
    }
    return scc_node_and(maker->space, above, below);
}

static scc_diagram where_cube(struct maker *maker, struct cube cube)
{
    scc_diagram where = SCC_DIAGRAM_EVERYWHERE;
    for (unsigned bit = 0; bit < scc_variable_bits(maker->variable); bit++) {
        uint32_t level = level_of(maker->space, maker->variable, bit);
        unsigned word = maker->space->words[level], place = maker->space->bits[level];
        if (!(cube.mask >> bit & 1))
            continue;
        where = cube.value >> bit & 1
                    ? scc_node_branch(maker->space, word, place, SCC_DIAGRAM_NOWHERE, where)
                    : scc_node_branch(maker->space, word, place, where, SCC_DIAGRAM_NOWHERE);
    }
    return where;
}

/** Ranges and cubes that cover a set together. */
struct mixed_cover {
    struct scc_range ranges[SCC_VALUE_RANGES_MAX];
    size_t range_count;
    scc_diagram in_ranges;
    struct cube cubes[SCC_VALUE_TESTS_MAX];
    size_t cube_count;
};

/** Whether a cube is needed beside @p range and the ranges and cubes that are marked. */
static bool is_needed(struct maker *maker, const struct mixed_cover *mixed, scc_diagram range,
                      const bool *is_kept, size_t index)
{
    scc_diagram others = scc_node_or(maker->space, mixed->in_ranges, range);
    for (size_t i = 0; i < mixed->cube_count; i++) {
        if (i != index && is_kept[i])
            others = scc_node_or(maker->space, others, where_cube(maker, mixed->cubes[i]));
    }
    return scc_node_and(maker->space, where_cube(maker, mixed->cubes[index]),
                        scc_node_not(maker->space, others)) != SCC_DIAGRAM_NOWHERE;
}

/** Whether a cube lies in the range. */
static bool has_cube_within(const struct maker *maker, const struct mixed_cover *mixed,
                            struct scc_range range)
{
    for (size_t i = 0; i < mixed->cube_count; i++) {
        struct cube cube = mixed->cubes[i];
        uint64_t last = cube.value | (scc_variable_largest(maker->variable) & ~cube.mask);
        if (cube.value >= range.first && last <= range.last)
            return true;
    }
    return false;
}

/**
 * Puts a range of the set in the place of cubes, where it makes several needless, or one that is a
 * range itself.
 */
static void try_range(struct maker *maker, struct mixed_cover *mixed, struct scc_range range)
{
    bool is_kept[SCC_VALUE_TESTS_MAX];
    if (!has_cube_within(maker, mixed, range))
        return;
    scc_diagram where = where_in(maker, range);
    size_t kept = 0, dropped_ranges = 0;
    for (size_t i = 0; i < mixed->cube_count; i++)
        is_kept[i] = true;
    for (size_t i = 0; i < mixed->cube_count; i++) {
        uint64_t free_bits = scc_variable_largest(maker->variable) & ~mixed->cubes[i].mask;
        is_kept[i] = is_needed(maker, mixed, where, is_kept, i);
        kept += is_kept[i];
        dropped_ranges += !is_kept[i] && (free_bits & (free_bits + 1)) == 0;
    }
    if (kept == mixed->cube_count || (kept + 1 == mixed->cube_count && !dropped_ranges))
        return;
    mixed->ranges[mixed->range_count++] = range;
    mixed->in_ranges = scc_node_or(maker->space, mixed->in_ranges, where);
    size_t left = 0;
    for (size_t i = 0; i < mixed->cube_count; i++) {
        if (is_kept[i])
            mixed->cubes[left++] = mixed->cubes[i];
    }
    mixed->cube_count = left;
}

/** Adds a test for the ranges and one for each mask; false where there are too many. */
static bool add_mixed(struct maker *maker, const struct mixed_cover *mixed,
                      struct candidate *candidate)
{
    struct scc_value_test whole = {scc_variable_largest(maker->variable), false, mixed->ranges,
                                   mixed->range_count};
    if (whole.count)
        add_test(maker, candidate, whole);
    for (size_t i = 0, next; i < mixed->cube_count; i = next) {
        struct scc_range values[SCC_VALUE_TESTS_MAX];
        uint64_t mask = mixed->cubes[i].mask;
        for (next = i; next < mixed->cube_count && mixed->cubes[next].mask == mask; next++)
            values[next - i] =
                (struct scc_range){mixed->cubes[next].value, mixed->cubes[next].value};
        if (candidate->test_count == SCC_VALUE_TESTS_MAX)
            return false;
        add_test(maker, candidate, (struct scc_value_test){mask, false, values, next - i});
    }
    return true;
}

/** The ranges between those of a test on the whole value; returns their number. */
static size_t list_gaps(const struct scc_value_test *test, struct scc_range *gaps)
{
    size_t count = 0;
    uint64_t next = 0;
    for (size_t i = 0; i < test->count; i++) {
        if (test->ranges[i].first > next)
            gaps[count++] = (struct scc_range){next, test->ranges[i].first - 1};
        next = test->ranges[i].last + 1;
        if (test->ranges[i].last == test->mask)
            return count;
    }
    gaps[count++] = (struct scc_range){next, test->mask};
    return count;
}

/** Makes of "one of these tests" "none of these". */
static void negate(struct maker *maker, struct candidate *candidate)
{
    candidate->needs_all = true;
    for (size_t i = 0; i < candidate->test_count; i++) {
        struct scc_value_test *test = &candidate->tests[i];
        struct scc_range gaps[SCC_VALUE_RANGES_MAX + 1];
        test->is_negated = true;
        if (test->mask != scc_variable_largest(maker->variable))
            continue;
        size_t count = list_gaps(test, gaps);
        if (count > test->count || count > SCC_VALUE_RANGES_MAX)
            continue;
        const struct scc_range *kept = scc_pool_copy(maker->pool, gaps, count, sizeof *gaps);
        if (kept)
            *test = (struct scc_value_test){test->mask, false, kept, count};
    }
}

/**
 * Offers masks, and for what no mask says briefly, ranges: of the set, or of all other values.
 */
static void offer_cover(struct maker *maker, bool is_negated)
{
    scc_diagram where = is_negated ? scc_node_not(maker->space, maker->where) : maker->where;
    struct cover cover = {.space = maker->space, .variable = maker->variable};
    struct mixed_cover mixed = {.in_ranges = SCC_DIAGRAM_NOWHERE};
    struct candidate candidate = {0};
    struct listing listing = {
        .space = maker->space,
        .variable = maker->variable,
        .mask = scc_variable_largest(maker->variable),
        .wanted = SCC_DIAGRAM_EVERYWHERE,
    };
    cover_between(&cover, where, where, (struct cube){0, 0});
    if (cover.is_too_long || !scc_node_is_sound(maker->space))
        return;
    qsort(cover.cubes, cover.count, sizeof *cover.cubes, compare_cubes);
    if (cover.cubes[0].mask == cover.cubes[cover.count - 1].mask)
        return; /* offered already */
    memcpy(mixed.cubes, cover.cubes, cover.count * sizeof *cover.cubes);
    mixed.cube_count = cover.count;
    list_ranges(&listing, where, SCC_VALUE_TESTS_MAX);
    for (size_t i = 0; i < listing.count && i < SCC_VALUE_TESTS_MAX; i++)
        try_range(maker, &mixed, listing.items[i]);
    if (!add_mixed(maker, &mixed, &candidate))
        return;
    if (is_negated)
        negate(maker, &candidate);
    offer(maker, &candidate);
}

/** The set of one word's values in @p where, in the ranges of the whole value or of all others. */
static void add_word_test(struct maker *maker, scc_diagram where, bool is_high,
                          struct candidate *candidate)
{
    for (int is_negated = 0; is_negated < 2; is_negated++) {
        struct listing listing = {
            .space = maker->space,
            .variable = maker->variable,
            .mask = is_high ? ~(uint64_t)UINT32_MAX : UINT32_MAX,
            .wanted = is_negated ? SCC_DIAGRAM_NOWHERE : SCC_DIAGRAM_EVERYWHERE,
        };
        list_ranges(&listing, where, SCC_VALUE_RANGES_MAX);
        if (listing.count > SCC_VALUE_RANGES_MAX || (listing.count > 1 && is_high && !is_negated))
            continue;
        for (size_t i = 0; is_high && i < listing.count; i++)
            listing.items[i].last |= UINT32_MAX;
        add_test(maker, candidate,
                 (struct scc_value_test){is_high ? UINT64_MAX : UINT32_MAX, is_negated,
                                         listing.items, listing.count});
        return;
    }
}

/** Offers a test of each word, where the set has every low word with every high word of two sets.
 */
static void offer_words(struct maker *maker)
{
    struct listing first = {.space = maker->space,
                            .variable = maker->variable,
                            .mask = scc_variable_largest(maker->variable),
                            .wanted = SCC_DIAGRAM_EVERYWHERE};
    unsigned high = maker->variable.word, low = high + 1;
    struct scc_given given = {0};
    struct candidate candidate = {.needs_all = true};
    if (maker->variable.word_count < 2)
        return;
    list_ranges(&first, maker->where, 1);
    given.values[high] = (uint32_t)(first.items[0].first >> 32);
    given.values[low] = (uint32_t)first.items[0].first;
    given.known = 1u << high;
    scc_diagram low_words = scc_node_given(maker->space, maker->where, &given);
    given.known = 1u << low;
    scc_diagram high_words = scc_node_given(maker->space, maker->where, &given);
    if (!scc_node_is_sound(maker->space) || low_words == SCC_DIAGRAM_EVERYWHERE ||
        high_words == SCC_DIAGRAM_EVERYWHERE ||
        scc_node_and(maker->space, high_words, low_words) != maker->where)
        return;
    add_word_test(maker, low_words, false, &candidate);
    add_word_test(maker, high_words, true, &candidate);
    if (candidate.test_count == 2)
        offer(maker, &candidate);
}

/** Where every form is too long: the first ranges, and how many more there are. */
static void offer_beginning(struct maker *maker)
{
    struct listing listing = {
        .space = maker->space,
        .variable = maker->variable,
        .mask = scc_variable_largest(maker->variable),
        .wanted = SCC_DIAGRAM_EVERYWHERE,
    };
    list_ranges(&listing, maker->where, SCC_VALUE_RANGES_MAX + SCC_VALUE_COUNT_MAX - 1);
    struct candidate candidate = {.more = listing.count - SCC_VALUE_RANGES_MAX};
    struct scc_value_test test = {listing.mask, false, listing.items, SCC_VALUE_RANGES_MAX};
    add_test(maker, &candidate, test);
    offer(maker, &candidate);
}

/** Offers the ranges under a mask that is not the whole value. */
static void offer_mask(struct maker *maker, uint64_t mask)
{
    if (mask == scc_variable_largest(maker->variable))
        return;
    offer_ranges(maker, mask, false);
    offer_ranges(maker, mask, true);
}

static int offer_all(struct maker *maker, scc_error **err)
{
    uint64_t largest = scc_variable_largest(maker->variable), support = 0;
    size_t inside = offer_ranges(maker, largest, false);
    size_t outside = offer_ranges(maker, largest, true);
    if (inside == 1)
        return 0;
    SCC_AUTOFREE uint8_t *seen = calloc(maker->space->count / 8 + 1, 1);
    if (!seen)
        return scc_error_nomem(err);
    find_support(maker->space, maker->where, maker->variable, seen, &support);
    /* With the bits below as well ranges keep their ends: "& 0xffffffff >= 6", not "& 0xfffffffe".
     */
    offer_mask(maker, support | ((support & (0 - support)) - 1));
    offer_mask(maker, support);
    bool is_short = maker->best.test_count && maker->best_cost < SHORT_COST;
    if (inside > 2 && outside > 2 && !is_short) {
        offer_words(maker);
        offer_cover(maker, false);
        offer_cover(maker, true);
    }
    if (!maker->best.test_count)
        offer_beginning(maker);
    return 0;
}

int scc_value_set_make(struct scc_decision_space *space, struct scc_pool *pool, scc_diagram where,
                       struct scc_variable variable, struct scc_value_set *set, scc_error **err)
{
    struct maker maker = {.space = space, .pool = pool, .where = where, .variable = variable};
    if (offer_all(&maker, err) < 0 || scc_node_check(space, err) < 0)
        return -1;
    const struct scc_value_test *tests =
        scc_pool_copy(pool, maker.best.tests, maker.best.test_count, sizeof *tests);
    if (!tests || pool->failed)
        return scc_error_nomem(err);
    *set = (struct scc_value_set){variable, maker.best.needs_all, tests, maker.best.test_count,
                                  maker.best.more};
    return 0;
}
