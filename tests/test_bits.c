/* SPDX-License-Identifier: Apache-2.0 */
/** Two sets told apart by bits: against every mask there is, on words of a few bits. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "bits.h"
#include "decision_support.h"

enum { BLOCKS_MAX = 64 };

/** A small word: BLOCKS blocks of values, and where they lie in the 32-bit word. */
struct word {
    const char *name;
    unsigned bits;  /* the small word has so many */
    uint32_t base;  /* of block 0 */
    unsigned shift; /* each block has 2^shift values */
};

static const struct word words[] = {
    {"at the bottom", 6, 0, 0},
    {"at the top", 6, 0xffffffc0u, 0},
    {"in the middle", 6, 0x12345680u, 0},
    {"all of the word", 6, 0, 26},
    {"blocks below the top", 6, 0xffff0000u, 10},
};

static uint32_t first_of(const struct word *word, unsigned block)
{
    return word->base + ((uint32_t)block << word->shift);
}

/** The blocks from `low` to `high`; a bit of `one`: the block leads to the first target. */
struct problem {
    const struct word *word;
    unsigned low, high;
    uint64_t one;
};

/** The blocks of @p problem for which a test holds. */
static uint64_t holds_for(const struct problem *problem, const struct scc_bits_test *test)
{
    uint64_t set = 0;
    for (unsigned block = problem->low; block <= problem->high; block++) {
        uint32_t first = first_of(problem->word, block), last = first;
        last += ((uint32_t)1 << problem->word->shift) - 1;
        bool at_first = test->is_masked ? (first & test->mask) == test->wanted : first & test->mask;
        bool at_last = test->is_masked ? (last & test->mask) == test->wanted : last & test->mask;
        bool is_uniform = problem->word->shift == 0 ||
                          test->mask >> problem->word->shift << problem->word->shift == test->mask;
        cr_assert(is_uniform, "%s: mask %x looks into a block", problem->word->name, test->mask);
        cr_assert_eq(at_first, at_last);
        set |= (uint64_t)at_first << block;
    }
    return set;
}

/** Whether a test that holds for the blocks of @p set tells @p one from the others, either way. */
static bool tells_apart(uint64_t set, uint64_t one, uint64_t all)
{
    return (set & all) == one || (set & all) == (all & ~one);
}

/** By trying everything: whether a JSET, or any test, tells the blocks apart. */
static void try_all(const struct problem *problem, uint64_t all, bool *by_jset, bool *by_any)
{
    unsigned count = 1u << problem->word->bits;
    *by_jset = *by_any = false;
    for (uint32_t mask = 1; mask < count; mask++) {
        uint64_t sets[BLOCKS_MAX] = {0}; /* by what the mask leaves */
        for (unsigned block = problem->low; block <= problem->high; block++)
            sets[block & mask] |= (uint64_t)1 << block;
        *by_jset |= tells_apart(all & ~sets[0], problem->one, all);
        for (uint32_t wanted = mask; !*by_any; wanted = (wanted - 1) & mask) {
            *by_any = tells_apart(sets[wanted], problem->one, all);
            if (!wanted)
                break;
        }
    }
    *by_any |= *by_jset;
}

static struct scc_bits_sets sets_of(const struct problem *problem, struct scc_branch *branches)
{
    struct scc_bits_sets sets = {
        .branches = branches, .one = {0, UINT32_MAX}, .two = {0, UINT32_MAX}};
    scc_dag_ref of_first = problem->one >> problem->low & 1;
    size_t count = 0;
    if (first_of(problem->word, problem->low)) {
        branches[count++] = (struct scc_branch){0, 7}; /* outside, never looked at */
        sets.first = 1;
    }
    for (unsigned block = problem->low; block <= problem->high; block++) {
        uint32_t first = first_of(problem->word, block);
        scc_dag_ref target = problem->one >> block & 1;
        if (count == sets.first || branches[count - 1].target != target)
            branches[count++] = (struct scc_branch){first, target};
        sets.last = count - 1;
        sets.end = first + (((uint32_t)1 << problem->word->shift) - 1);
        scc_bits_see(target == of_first ? &sets.one : &sets.two, first, sets.end);
    }
    if (sets.end != UINT32_MAX)
        branches[count++] = (struct scc_branch){sets.end + 1, 7};
    return sets;
}

/** What was found, in numbers, so that a test can say that it tried both. */
struct tally {
    unsigned jset, masked, none;
};

static void check(const struct problem *problem, struct tally *tally)
{
    struct scc_branch branches[BLOCKS_MAX + 2];
    struct scc_bits_sets sets = sets_of(problem, branches);
    uint64_t all = UINT64_MAX >> (63 - problem->high) >> problem->low << problem->low;
    uint64_t one = problem->one >> problem->low & 1 ? problem->one & all : all & ~problem->one;
    if (one == all)
        return;
    bool by_jset, by_any;
    struct problem of_first = *problem;
    of_first.one = one;
    try_all(&of_first, all, &by_jset, &by_any);
    struct scc_bits_test test = {0}, only = {0};
    bool found = scc_bits_find(&sets, false, &test);
    const char *name = problem->word->name;
    cr_assert_eq(found, by_any, "%s: %u to %u, %" PRIx64, name, problem->low, problem->high, one);
    cr_assert_eq(scc_bits_find(&sets, true, &only), by_jset, "%s: %u to %u, %" PRIx64, name,
                 problem->low, problem->high, one);
    tally->none += !found;
    if (!found)
        return;
    cr_assert_eq(test.is_masked, !by_jset);
    cr_assert_eq(holds_for(problem, &test), test.is_turned ? all & ~one : one, "%s", name);
    if (by_jset)
        cr_assert(test.mask == only.mask && test.wanted == only.wanted &&
                  test.is_turned == only.is_turned);
    tally->jset += by_jset;
    tally->masked += !by_jset;
}

/** Every partition of every interval of 16 values, at each place. */
Test(bits, every_partition_of_four_bits)
{
    struct tally tally = {0};
    for (size_t i = 0; i < SCC_COUNT(words); i++) {
        struct word word = words[i];
        word.bits = 4;
        if (word.shift == 26)
            word.shift = 28;
        for (unsigned low = 0; low < 16; low += i == 0 || low % 5 == 0 ? 1 : 5 - low % 5) {
            for (uint32_t one = 0; one < 1u << 15; one += i ? 7 : 1)
                check(&(struct problem){&word, low, 15, one}, &tally);
        }
    }
    cr_assert_gt(tally.jset, 1000);
    cr_assert_gt(tally.masked, 1000);
    cr_assert_gt(tally.none, 1000);
}

/** Partitions of 64 blocks that bits tell apart, or nearly do. */
Test(bits, random_partitions_of_six_bits)
{
    uint64_t seed = 7;
    struct tally tally = {0};
    for (unsigned round = 0; round < 60000; round++) {
        struct problem problem = {.word = &words[round % SCC_COUNT(words)]};
        uint32_t mask = random_below(&seed, 64), wanted = random_below(&seed, 64) & mask;
        problem.low = random_below(&seed, 4) ? random_below(&seed, 40) : 0;
        problem.high = problem.low + 2 + random_below(&seed, 62 - problem.low);
        for (unsigned block = 0; block < 64; block++) {
            bool holds = round & 1 ? (block & mask) == wanted : (block & mask) != 0;
            problem.one |= (uint64_t)holds << block;
        }
        if (random_below(&seed, 4) == 0)
            problem.one ^= (uint64_t)1 << random_below(&seed, 64);
        check(&problem, &tally);
    }
    cr_assert_gt(tally.jset, 1000);
    cr_assert_gt(tally.masked, 1000);
    cr_assert_gt(tally.none, 1000);
}

/** What a range is seen to have: bits of any value, and of all. */
Test(bits, ranges_are_seen_exactly)
{
    for (uint32_t low = 0; low < 64; low++) {
        struct scc_bits_seen wanted = {0, UINT32_MAX};
        for (uint32_t high = low; high < 64; high++) {
            wanted.any |= high;
            wanted.all &= high;
            struct scc_bits_seen seen = {0, UINT32_MAX};
            scc_bits_see(&seen, low, high);
            cr_assert_eq(seen.any, wanted.any, "%u to %u", low, high);
            cr_assert_eq(seen.all, wanted.all, "%u to %u", low, high);
        }
    }
    struct scc_bits_seen seen = {0, UINT32_MAX};
    scc_bits_see(&seen, 0, UINT32_MAX);
    cr_assert_eq(seen.any, UINT32_MAX);
    cr_assert_eq(seen.all, 0);
    seen = (struct scc_bits_seen){0, UINT32_MAX};
    scc_bits_see(&seen, UINT32_MAX, UINT32_MAX);
    cr_assert_eq(seen.all, UINT32_MAX);
}
