/* SPDX-License-Identifier: Apache-2.0 */
/**
 * 32-bit values that a program computes, as functions of its input: a diagram for each bit. What
 * programs mostly hold, constants and words as they were loaded, has a short form. Equal functions
 * are equal values, so that states of a program can be compared.
 *
 * Errors are kept by the space, see decision_node.h.
 */
#ifndef SCC_DECISION_VALUE_H
#define SCC_DECISION_VALUE_H

#include "decision_node.h"

enum scc_value_kind {
    SCC_VALUE_CONSTANT, /* payload: the value */
    SCC_VALUE_WORD,     /* payload: enum scc_decision_word */
    SCC_VALUE_BITS,     /* payload: where the bits stand in the table; neither of the others */
};

/** A value of one table; two are equal where both members are. */
struct scc_value {
    uint32_t kind;
    uint32_t payload;
};

static inline bool scc_value_is_equal(struct scc_value a, struct scc_value b)
{
    return a.kind == b.kind && a.payload == b.payload;
}

static inline struct scc_value scc_value_constant(uint32_t value)
{
    return (struct scc_value){SCC_VALUE_CONSTANT, value};
}

static inline struct scc_value scc_value_word(unsigned word)
{
    return (struct scc_value){SCC_VALUE_WORD, word};
}

/** The bits of values, from the lowest. */
struct scc_bits {
    scc_diagram bit[SCC_DECISION_WORD_BITS];
};

/** The bits of all values of kind SCC_VALUE_BITS, each once. */
struct scc_values {
    struct scc_decision_space *space;
    struct scc_bits *bits;
    size_t count, cap;
    uint32_t *buckets; /* index + 1, 0 is free; open addressing */
    size_t bucket_count;
};

/** Frees what the table holds; its space stays. */
void scc_values_free(struct scc_values *values);

void scc_value_read(const struct scc_values *values, struct scc_value value, struct scc_bits *bits);

/** The value of those bits. */
struct scc_value scc_value_make(struct scc_values *values, const struct scc_bits *bits);

/** Where the value is not 0. */
scc_diagram scc_value_where_set(const struct scc_values *values, struct scc_value value);

/**
 * What an arithmetic instruction makes of A and its operand: @p operation is BPF_ADD … BPF_NEG
 * (linux/filter.h), which ignores the operand. Where BPF_DIV's operand is 0 the result is
 * undefined.
 */
struct scc_value scc_value_compute(struct scc_values *values, unsigned operation,
                                   struct scc_value a, struct scc_value operand);

/** Where a jump's comparison of A with its operand holds: BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET. */
scc_diagram scc_value_compare(struct scc_values *values, unsigned operation, struct scc_value a,
                              struct scc_value operand);

/** @p then where @p condition holds, @p otherwise elsewhere. */
struct scc_value scc_value_choose(struct scc_values *values, scc_diagram condition,
                                  struct scc_value then, struct scc_value otherwise);

/** A diagram that returns the value where @p condition holds; what it returns elsewhere is open. */
scc_diagram scc_value_return(struct scc_values *values, scc_diagram condition,
                             struct scc_value value);

/** Where @p condition holds and the value is not what @p diagram returns. */
scc_diagram scc_value_where_not_returned(struct scc_values *values, scc_diagram condition,
                                         struct scc_value value, scc_diagram diagram);

#endif
