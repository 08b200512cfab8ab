/* SPDX-License-Identifier: Apache-2.0 */
/** 32-bit arithmetic on diagrams, bit by bit as an adder, a shifter and a divider do it. */
#include "decision_value.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

enum {
    BITS = SCC_DECISION_WORD_BITS,
    /** A count of shifts is taken modulo 32. */
    COUNT_BITS = 5,
    /** A remainder with the next bit behind it can be one bit longer than the divisor. */
    LONG_BITS = BITS + 1,
    FIRST_BUCKETS = 64,
};

#define NEVER SCC_DIAGRAM_NOWHERE
#define ALWAYS SCC_DIAGRAM_EVERYWHERE

/*
 * The table
 */

void scc_values_free(struct scc_values *values)
{
    free(values->bits);
    free(values->buckets);
    values->bits = NULL;
    values->buckets = NULL;
}

static size_t hash_bits(const struct scc_bits *bits)
{
    uint64_t hash = 0;
    for (unsigned i = 0; i < BITS; i++) {
        hash = (hash ^ bits->bit[i]) * 0x9e3779b185ebca87u; /* odd, with well-mixed bits: xxHash */
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

/** The bucket that holds @p bits or, where they are in none, the free one for them. */
static uint32_t *find_bucket(const struct scc_values *values, const struct scc_bits *bits)
{
    size_t mask = values->bucket_count - 1;
    for (size_t i = hash_bits(bits) & mask;; i = (i + 1) & mask) {
        uint32_t *bucket = &values->buckets[i];
        if (!*bucket || memcmp(&values->bits[*bucket - 1], bits, sizeof *bits) == 0)
            return bucket;
    }
}

/** Keeps the buckets at least half free. */
static bool grow_buckets(struct scc_values *values)
{
    if (values->count * 2 < values->bucket_count)
        return true;
    size_t count = values->bucket_count ? values->bucket_count * 2 : FIRST_BUCKETS;
    uint32_t *buckets = calloc(count, sizeof *buckets);
    if (!buckets)
        return false;
    free(values->buckets);
    values->buckets = buckets;
    values->bucket_count = count;
    for (uint32_t i = 0; i < values->count; i++)
        *find_bucket(values, &values->bits[i]) = i + 1;
    return true;
}

static bool is_constant(const struct scc_bits *bits, uint32_t *constant)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < BITS; i++) {
        if (bits->bit[i] != NEVER && bits->bit[i] != ALWAYS)
            return false;
        value |= (uint32_t)bits->bit[i] << i;
    }
    *constant = value;
    return true;
}

static bool is_word(struct scc_decision_space *space, const struct scc_bits *bits, unsigned *word)
{
    uint32_t level = space->nodes[bits->bit[0]].level;
    if (level >= SCC_LEVEL_COUNT)
        return false;
    for (unsigned i = 0; i < BITS; i++) {
        if (bits->bit[i] != scc_node_bit(space, space->words[level], i))
            return false;
    }
    *word = space->words[level];
    return true;
}

static struct scc_value add_bits(struct scc_values *values, const struct scc_bits *bits)
{
    if (!grow_buckets(values) || !SCC_GROW(values->bits, values->cap, values->count + 1)) {
        scc_node_set_nomem(values->space);
        return scc_value_constant(0);
    }
    uint32_t *bucket = find_bucket(values, bits);
    if (!*bucket) {
        values->bits[values->count++] = *bits;
        *bucket = (uint32_t)values->count;
    }
    return (struct scc_value){SCC_VALUE_BITS, *bucket - 1};
}

struct scc_value scc_value_make(struct scc_values *values, const struct scc_bits *bits)
{
    uint32_t constant;
    unsigned word;
    if (!scc_node_is_sound(values->space))
        return scc_value_constant(0);
    if (is_constant(bits, &constant))
        return scc_value_constant(constant);
    if (is_word(values->space, bits, &word))
        return scc_value_word(word);
    return add_bits(values, bits);
}

void scc_value_read(const struct scc_values *values, struct scc_value value, struct scc_bits *bits)
{
    if (value.kind == SCC_VALUE_BITS) {
        *bits = values->bits[value.payload];
        return;
    }
    for (unsigned i = 0; i < BITS; i++)
        bits->bit[i] = value.kind == SCC_VALUE_WORD ? scc_node_bit(values->space, value.payload, i)
                                                    : value.payload >> i & 1;
}

/*
 * Arithmetic. Bits are put together from the lowest up: in both orders of a space a word's high
 * bits come first, so each step only puts a bit before what is there.
 */

static scc_diagram exclusive_or(struct scc_decision_space *space, scc_diagram a, scc_diagram b)
{
    return scc_node_choose(space, a, scc_node_not(space, b), b);
}

static scc_diagram majority(struct scc_decision_space *space, scc_diagram a, scc_diagram b,
                            scc_diagram c)
{
    return scc_node_choose(space, a, scc_node_or(space, b, c), scc_node_and(space, b, c));
}

/** @p sum = a + b + carry in @p count bits; may be one of them. */
static void add(struct scc_decision_space *space, const scc_diagram *a, const scc_diagram *b,
                scc_diagram carry, scc_diagram *sum, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        scc_diagram next = majority(space, a[i], b[i], carry);
        sum[i] = exclusive_or(space, a[i], exclusive_or(space, b[i], carry));
        carry = next;
    }
}

/** @p difference = a - b: a + ~b + 1. */
static void subtract(struct scc_decision_space *space, const scc_diagram *a, const scc_diagram *b,
                     scc_diagram *difference, unsigned count)
{
    scc_diagram inverted[LONG_BITS];
    for (unsigned i = 0; i < count; i++)
        inverted[i] = scc_node_not(space, b[i]);
    add(space, a, inverted, ALWAYS, difference, count);
}

/** Where a > b, or where @p on_equal is ALWAYS, a >= b. */
static scc_diagram where_greater(struct scc_decision_space *space, const scc_diagram *a,
                                 const scc_diagram *b, scc_diagram on_equal, unsigned count)
{
    scc_diagram result = on_equal;
    for (unsigned i = 0; i < count; i++)
        result = scc_node_choose(space, a[i], scc_node_choose(space, b[i], result, ALWAYS),
                                 scc_node_choose(space, b[i], NEVER, result));
    return result;
}

/** a * b: the sum of what a's shifted copies give for the bits of b. */
static void multiply(struct scc_decision_space *space, const struct scc_bits *a,
                     const struct scc_bits *b, struct scc_bits *product)
{
    struct scc_bits sum = {0};
    for (unsigned i = 0; i < BITS && scc_node_is_sound(space); i++) {
        if (b->bit[i] == NEVER)
            continue;
        scc_diagram part[BITS] = {0};
        for (unsigned j = i; j < BITS; j++)
            part[j] = scc_node_and(space, b->bit[i], a->bit[j - i]);
        add(space, sum.bit, part, NEVER, sum.bit, BITS);
    }
    *product = sum;
}

/** a / b as on paper: bit after bit from the highest, subtracting where it goes in. */
static void divide(struct scc_decision_space *space, const struct scc_bits *a,
                   const struct scc_bits *b, struct scc_bits *quotient)
{
    scc_diagram divisor[LONG_BITS] = {0}, remainder[LONG_BITS] = {0};
    memcpy(divisor, b->bit, sizeof b->bit);
    for (unsigned i = BITS; i-- > 0 && scc_node_is_sound(space);) {
        memmove(remainder + 1, remainder, BITS * sizeof *remainder);
        remainder[0] = a->bit[i];
        scc_diagram fits = where_greater(space, remainder, divisor, ALWAYS, LONG_BITS);
        scc_diagram rest[LONG_BITS];
        subtract(space, remainder, divisor, rest, LONG_BITS);
        for (unsigned j = 0; j < LONG_BITS; j++)
            remainder[j] = scc_node_choose(space, fits, rest[j], remainder[j]);
        quotient->bit[i] = fits;
    }
}

/** Shifts by 2^step for each bit of the count that is set. */
static void shift(struct scc_decision_space *space, bool is_left, const struct scc_bits *a,
                  const struct scc_bits *count, struct scc_bits *shifted)
{
    *shifted = *a;
    for (unsigned step = 0; step < COUNT_BITS; step++) {
        unsigned by = 1u << step;
        struct scc_bits from = *shifted;
        for (unsigned i = 0; i < BITS; i++) {
            unsigned source = is_left ? i - by : i + by; /* wraps around where there is none */
            scc_diagram moved = source < BITS ? from.bit[source] : NEVER;
            shifted->bit[i] = scc_node_choose(space, count->bit[step], moved, from.bit[i]);
        }
    }
}

static scc_diagram combine_bit(struct scc_decision_space *space, unsigned operation, scc_diagram a,
                               scc_diagram b)
{
    switch (operation) {
    case BPF_AND:
        return scc_node_and(space, a, b);
    case BPF_OR:
        return scc_node_or(space, a, b);
    default: /* BPF_XOR */
        return exclusive_or(space, a, b);
    }
}

static void compute_bits(struct scc_decision_space *space, unsigned operation,
                         const struct scc_bits *a, const struct scc_bits *b,
                         struct scc_bits *result)
{
    static const struct scc_bits zero;
    switch (operation) {
    case BPF_ADD:
        add(space, a->bit, b->bit, NEVER, result->bit, BITS);
        break;
    case BPF_SUB:
        subtract(space, a->bit, b->bit, result->bit, BITS);
        break;
    case BPF_NEG:
        subtract(space, zero.bit, a->bit, result->bit, BITS);
        break;
    case BPF_MUL:
        multiply(space, a, b, result);
        break;
    case BPF_DIV:
        divide(space, a, b, result);
        break;
    case BPF_LSH:
    case BPF_RSH:
        shift(space, operation == BPF_LSH, a, b, result);
        break;
    default:
        for (unsigned i = 0; i < BITS; i++)
            result->bit[i] = combine_bit(space, operation, a->bit[i], b->bit[i]);
        break;
    }
}

struct scc_value scc_value_compute(struct scc_values *values, unsigned operation,
                                   struct scc_value a, struct scc_value operand)
{
    struct scc_bits first, second, result = {0};
    scc_value_read(values, a, &first);
    scc_value_read(values, operand, &second);
    /* Of two factors the one with fewer unknown bits is added for: a constant, mostly. */
    if (operation == BPF_MUL && a.kind == SCC_VALUE_CONSTANT)
        compute_bits(values->space, operation, &second, &first, &result);
    else
        compute_bits(values->space, operation, &first, &second, &result);
    return scc_value_make(values, &result);
}

scc_diagram scc_value_compare(struct scc_values *values, unsigned operation, struct scc_value a,
                              struct scc_value operand)
{
    struct scc_decision_space *space = values->space;
    struct scc_bits first, second;
    scc_value_read(values, a, &first);
    scc_value_read(values, operand, &second);
    if (operation == BPF_JGT || operation == BPF_JGE)
        return where_greater(space, first.bit, second.bit, operation == BPF_JGE ? ALWAYS : NEVER,
                             BITS);
    scc_diagram result = operation == BPF_JEQ ? ALWAYS : NEVER;
    for (unsigned i = 0; i < BITS; i++) {
        if (operation == BPF_JEQ)
            result = scc_node_choose(space, exclusive_or(space, first.bit[i], second.bit[i]), NEVER,
                                     result);
        else
            result = scc_node_or(space, scc_node_and(space, first.bit[i], second.bit[i]), result);
    }
    return result;
}

scc_diagram scc_value_where_set(const struct scc_values *values, struct scc_value value)
{
    struct scc_bits bits;
    scc_value_read(values, value, &bits);
    scc_diagram result = NEVER;
    for (unsigned i = 0; i < BITS; i++)
        result = scc_node_or(values->space, bits.bit[i], result);
    return result;
}

struct scc_value scc_value_choose(struct scc_values *values, scc_diagram condition,
                                  struct scc_value then, struct scc_value otherwise)
{
    if (scc_value_is_equal(then, otherwise))
        return then;
    struct scc_bits first, second;
    scc_value_read(values, then, &first);
    scc_value_read(values, otherwise, &second);
    for (unsigned i = 0; i < BITS; i++)
        first.bit[i] = scc_node_choose(values->space, condition, first.bit[i], second.bit[i]);
    return scc_value_make(values, &first);
}

scc_diagram scc_value_return(struct scc_values *values, scc_diagram condition,
                             struct scc_value value)
{
    struct scc_decision_space *space = values->space;
    if (value.kind == SCC_VALUE_CONSTANT)
        return scc_node_return(space, value.payload);
    struct scc_bits bits;
    scc_value_read(values, value, &bits);
    scc_diagram result = NEVER; /* which is also return value 0 */
    for (unsigned i = 0; i < BITS; i++) {
        scc_diagram is_set = scc_node_and(space, condition, bits.bit[i]);
        scc_diagram word = scc_node_return(space, (uint32_t)1 << i);
        result = scc_node_apply(space, SCC_NODE_OR, result,
                                scc_node_choose(space, is_set, word, scc_node_return(space, 0)));
    }
    return result;
}

scc_diagram scc_value_where_not_returned(struct scc_values *values, scc_diagram condition,
                                         struct scc_value value, scc_diagram diagram)
{
    struct scc_decision_space *space = values->space;
    if (value.kind == SCC_VALUE_CONSTANT) {
        scc_diagram returned = scc_node_return(space, value.payload);
        return scc_node_and(space, condition,
                            scc_node_apply(space, SCC_NODE_DIFFER, diagram, returned));
    }
    /* Bit by bit: as a diagram of its own, a value may have more ends than there is room for. */
    struct scc_bits bits;
    scc_value_read(values, value, &bits);
    scc_diagram result = NEVER;
    for (unsigned i = 0; i < BITS; i++) {
        scc_diagram word = scc_node_return(space, (uint32_t)1 << i);
        scc_diagram is_set = scc_node_apply(space, SCC_NODE_SHARE_BITS, diagram, word);
        scc_diagram differs = exclusive_or(space, bits.bit[i], is_set);
        result = scc_node_or(space, scc_node_and(space, condition, differs), result);
    }
    return result;
}
