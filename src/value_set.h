/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Sets of the values of one variable, in the shortest of several forms: ranges, ranges of what is
 * left of the value under a mask, or what is not in such ranges.
 */
#ifndef SCC_VALUE_SET_H
#define SCC_VALUE_SET_H

#include "decision_node.h"
#include "pool.h"
#include "strbuf.h"

enum {
    /** A test lists so many ranges; the others are counted. */
    SCC_VALUE_RANGES_MAX = 64,
    /** A set has so many tests at most. */
    SCC_VALUE_TESTS_MAX = 16,
    /** The ranges that are not listed are counted up to here. */
    SCC_VALUE_COUNT_MAX = 1 << 16,
};

/** One word, or the two words of an argument, high word first (enum scc_decision_word). */
struct scc_variable {
    uint8_t word;
    uint8_t word_count;
};

static inline unsigned scc_variable_bits(struct scc_variable variable)
{
    return variable.word_count * (unsigned)SCC_DECISION_WORD_BITS;
}

static inline uint64_t scc_variable_largest(struct scc_variable variable)
{
    return variable.word_count == 2 ? UINT64_MAX : UINT32_MAX;
}

/** The next larger value that has no bit outside @p mask; the smallest behind the largest. */
static inline uint64_t scc_masked_next(uint64_t value, uint64_t mask)
{
    return ((value | ~mask) + 1) & mask;
}

/**
 * The variable that a word belongs to. On a 32-bit ABI the words of an argument are two variables;
 * the low one is "the argument", as far as rules and the kernel see it.
 */
struct scc_variable scc_variable_of(unsigned word, bool is_64bit);

/** The value of the variable in a call. */
uint64_t scc_variable_value(struct scc_variable variable, const struct scc_call *call);

/** Adds "a0", "high word of a0", "instruction pointer", "nr" or "audit arch". */
void scc_variable_describe(struct scc_strbuf *out, struct scc_variable variable);

/** Both ends belong to it. */
struct scc_range {
    uint64_t first, last;
};

/** Whether (value & mask) lies in one of the sorted ranges; or in none of them. */
struct scc_value_test {
    uint64_t mask;
    bool is_negated;
    const struct scc_range *ranges;
    size_t count;
};

/**
 * The values that pass one of the tests, or all of them; where `more` is not 0, one of the tests or
 * others that are not told.
 */
struct scc_value_set {
    struct scc_variable variable;
    bool needs_all;
    const struct scc_value_test *tests;
    size_t test_count;
    size_t more; /* ranges that are not listed; SCC_VALUE_COUNT_MAX: so many at least */
};

/**
 * The set of values of @p variable for which @p where, which depends on nothing else, holds. It
 * must be neither empty nor everything. The parts come from @p pool. Errors: SCC_ERROR_INPUT where
 * the space's bound is reached; SCC_ERROR_SYSTEM without memory.
 */
int scc_value_set_make(struct scc_decision_space *space, struct scc_pool *pool, scc_diagram where,
                       struct scc_variable variable, struct scc_value_set *set, scc_error **err);

/** Whether @p value is in the set. Meaningless where something is not told. */
bool scc_value_set_has(const struct scc_value_set *set, uint64_t value);

/**
 * Adds the set in words: "a0 == 5", "a0 in 38..40", "a0 is 38 or 40", "a0 is neither 38 nor 40",
 * "a0 & 0x7e020000 == 0".
 */
void scc_value_set_describe(struct scc_strbuf *out, const struct scc_value_set *set);

/** Adds a number: decimal where it is small, otherwise 0x…. */
void scc_value_describe(struct scc_strbuf *out, uint64_t value);

/**
 * Adds the ranges of a test as a list: "5", "5 or 6", "1, 5..9 or >= 20". @p last_joint stands
 * before the last one, ", " before the others.
 */
void scc_value_test_list(struct scc_strbuf *out, const struct scc_value_test *test,
                         const char *last_joint);

#endif
