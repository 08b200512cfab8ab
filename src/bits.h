/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Two sets of a word's values told apart by some of their bits: all values of one have one of the
 * mask's bits, and none of the other does (JSET); or all values of one agree in the mask's bits,
 * and each of the other differs there (AND, JEQ).
 */
#ifndef SCC_BITS_H
#define SCC_BITS_H

#include "branch.h"

/** Which bits the values of a set have, and which all of them have. */
struct scc_bits_seen {
    uint32_t any, all;
};

/** Adds the values from @p low to @p high. A set begins as {0, UINT32_MAX}. */
static inline void scc_bits_see(struct scc_bits_seen *seen, uint32_t low, uint32_t high)
{
    /* Below the highest bit in which the ends differ, there is a value with the bit and one
     * without. */
    uint32_t differing = low ^ high;
    uint32_t below = differing ? UINT32_MAX >> __builtin_clz(differing) : 0;
    seen->any |= high | below;
    seen->all &= low & ~below;
}

/** A test that tells two sets apart; to the first set where (value & mask) is not 0, or with
 * is_masked where it is `wanted`; `is_turned`: to the second. */
struct scc_bits_test {
    uint32_t mask, wanted;
    bool is_masked, is_turned;
};

/** Branches that lead to two targets: that of the first one, and another. */
struct scc_bits_sets {
    const struct scc_branch *branches;
    size_t first, last;            /* of the branches, both included */
    uint32_t end;                  /* the last value of the last branch */
    struct scc_bits_seen one, two; /* of the first branch's target, and of the other */
};

/** Finds such a test, JSET where there is one; with @p only_jset only that. */
bool scc_bits_find(const struct scc_bits_sets *sets, bool only_jset, struct scc_bits_test *test);

#endif
