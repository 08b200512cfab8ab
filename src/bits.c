/* SPDX-License-Identifier: Apache-2.0 */
#include "bits.h"

/** Whether one of the values from @p low to @p high has @p wanted in the bits of @p mask. */
static bool has_match(uint32_t low, uint32_t high, uint32_t mask, uint32_t wanted)
{
    uint32_t differing = (low ^ wanted) & mask;
    if (!differing)
        return true;
    unsigned top = 31 - (unsigned)__builtin_clz(differing);
    uint32_t below = UINT32_MAX >> (31 - top); /* with the top bit itself */
    uint32_t up = (uint32_t)1 << top;          /* what the next match has and `low` lacks */
    if (low & up) {
        /* A bit above must be set instead: the lowest that is free and clear. */
        uint32_t free_bits = ~mask & ~low & ~below;
        if (!free_bits)
            return false;
        up = free_bits & -free_bits;
        below = up | (up - 1);
    }
    uint32_t next = (low & ~below) | ((mask & up) ? 0 : up) | (wanted & mask & below);
    return next <= high;
}

/** Whether no value of the set (the first target's, or else the other's) matches. */
static bool none_matches(const struct scc_bits_sets *sets, bool of_first, uint32_t mask,
                         uint32_t wanted)
{
    scc_dag_ref target = sets->branches[sets->first].target;
    for (size_t i = sets->first; i <= sets->last; i++) {
        uint32_t end = i < sets->last ? sets->branches[i + 1].start - 1 : sets->end;
        if ((sets->branches[i].target == target) == of_first &&
            has_match(sets->branches[i].start, end, mask, wanted))
            return false;
    }
    return true;
}

bool scc_bits_find(const struct scc_bits_sets *sets, bool only_jset, struct scc_bits_test *test)
{
    const struct scc_bits_seen *sides[2] = {&sets->one, &sets->two};
    /* The most bits that one side never has: if any mask does, this one finds all of the other. */
    for (unsigned turned = 0; turned < 2; turned++) {
        uint32_t mask = sides[turned]->any & ~sides[!turned]->any;
        if (mask && ((sides[turned]->all & mask) || none_matches(sets, !turned, mask, 0))) {
            *test = (struct scc_bits_test){mask, 0, false, turned};
            return true;
        }
    }
    /* The most bits in which one side agrees, but for those in which everything does. */
    uint32_t useful = (sets->one.any | sets->two.any) & ~(sets->one.all & sets->two.all);
    for (unsigned turned = 0; turned < 2 && !only_jset; turned++) {
        uint32_t mask = ~(sides[turned]->any ^ sides[turned]->all) & useful;
        uint32_t wanted = sides[turned]->all & mask;
        if (mask && none_matches(sets, turned, mask, wanted)) {
            *test = (struct scc_bits_test){mask, wanted, true, turned};
            return true;
        }
    }
    return false;
}
