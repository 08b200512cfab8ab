/* SPDX-License-Identifier: Apache-2.0 */
#include "value_set.h"

#include <inttypes.h>

enum {
    /** Below, a value is decimal: flags and addresses read better as 0x…. */
    DECIMAL_END = 4096,
};

/*
 * Variables
 */

struct scc_variable scc_variable_of(unsigned word, bool is_64bit)
{
    if (word < SCC_DECISION_ARGS || (!is_64bit && word < SCC_DECISION_IP))
        return (struct scc_variable){(uint8_t)word, 1};
    return (struct scc_variable){(uint8_t)(word & ~1u), 2}; /* pairs begin at even words */
}

static bool is_high_word(unsigned word)
{
    return word >= SCC_DECISION_ARGS && word % 2 == 0;
}

uint64_t scc_variable_value(struct scc_variable variable, const struct scc_call *call)
{
    if (variable.word == SCC_DECISION_AUDIT)
        return call->audit;
    if (variable.word == SCC_DECISION_NR)
        return call->nr;
    uint64_t pair = variable.word >= SCC_DECISION_IP
                        ? call->ip
                        : call->args[(variable.word - SCC_DECISION_ARGS) / 2];
    if (variable.word_count == 2)
        return pair;
    return is_high_word(variable.word) ? pair >> 32 : pair & UINT32_MAX;
}

void scc_variable_describe(struct scc_strbuf *out, struct scc_variable variable)
{
    if (variable.word == SCC_DECISION_AUDIT)
        scc_strbuf_add(out, "audit arch");
    else if (variable.word == SCC_DECISION_NR)
        scc_strbuf_add(out, "nr");
    else if (variable.word >= SCC_DECISION_IP)
        scc_strbuf_add(out, "instruction pointer");
    else
        scc_strbuf_addf(out, "%sa%u",
                        variable.word_count == 1 && is_high_word(variable.word) ? "high word of "
                                                                                : "",
                        (variable.word - SCC_DECISION_ARGS) / 2u);
}

/*
 * In words
 */

void scc_value_describe(struct scc_strbuf *out, uint64_t value)
{
    if (value < DECIMAL_END)
        scc_strbuf_addf(out, "%" PRIu64, value);
    else
        scc_strbuf_addf(out, "0x%" PRIx64, value);
}

/** Two values are told as two, more as a range; a range that ends at the edge has one end. */
static bool is_pair(struct scc_range range, uint64_t mask)
{
    return range.first != range.last && range.last != mask &&
           scc_masked_next(range.first, mask) == range.last;
}

static void describe_range(struct scc_strbuf *out, struct scc_range range, uint64_t mask,
                           bool is_negated)
{
    bool is_open_below = range.first == 0 && range.last != 0 && !is_negated;
    bool is_open_above = range.last == mask && range.first != mask && !is_negated;
    if (is_open_below)
        scc_strbuf_add(out, "<= ");
    else if (is_open_above)
        scc_strbuf_add(out, ">= ");
    if (!is_open_below)
        scc_value_describe(out, range.first);
    if (!is_open_below && !is_open_above && range.first != range.last)
        scc_strbuf_add(out, "..");
    if (!is_open_above && (is_open_below || range.first != range.last))
        scc_value_describe(out, range.last);
}

/** The test's ranges with pairs as two items. Returns their number; @p items may be NULL. */
static size_t split_pairs(const struct scc_value_test *test, struct scc_range *items)
{
    size_t count = 0;
    for (size_t i = 0; i < test->count; i++) {
        struct scc_range range = test->ranges[i];
        bool is_two = is_pair(range, test->mask);
        struct scc_range first = {range.first, is_two ? range.first : range.last};
        if (items)
            items[count] = first;
        count++;
        if (is_two && items)
            items[count] = (struct scc_range){range.last, range.last};
        count += is_two;
    }
    return count;
}

void scc_value_test_list(struct scc_strbuf *out, const struct scc_value_test *test,
                         const char *last_joint)
{
    struct scc_range items[2 * SCC_VALUE_RANGES_MAX];
    size_t count = split_pairs(test, items);
    for (size_t i = 0; i < count; i++) {
        scc_strbuf_add(out, !i ? "" : i + 1 == count ? last_joint : ", ");
        describe_range(out, items[i], test->mask, test->is_negated);
    }
}

/** The operator before the only item of a list. */
static const char *single_operator(const struct scc_value_test *test)
{
    const struct scc_range *range = &test->ranges[0];
    if (range->first == range->last)
        return test->is_negated ? " != " : " == ";
    if (test->is_negated)
        return " not in ";
    return range->first == 0 || range->last == test->mask ? " " : " in ";
}

static void describe_test(struct scc_strbuf *out, const struct scc_value_test *test,
                          struct scc_variable variable, size_t more)
{
    size_t count = split_pairs(test, NULL);
    scc_variable_describe(out, variable);
    if (test->mask != scc_variable_largest(variable))
        scc_strbuf_addf(out, " & 0x%" PRIx64, test->mask);
    const char *operator= count == 1 && !more ? single_operator(test)
    : !test->is_negated                       ? " is "
    : count == 2                              ? " is neither "
                                              : " is none of ";
    scc_strbuf_add(out, operator);
    const char *last_joint = more ? ", " : test->is_negated && count == 2 ? " nor " : " or ";
    scc_value_test_list(out, test, last_joint);
    if (more)
        scc_strbuf_addf(out, ", … and %s%zu more", more == SCC_VALUE_COUNT_MAX ? "at least " : "",
                        more);
}

void scc_value_set_describe(struct scc_strbuf *out, const struct scc_value_set *set)
{
    for (size_t i = 0; i < set->test_count; i++) {
        scc_strbuf_add(out, !i ? "" : set->needs_all ? " and " : " or ");
        describe_test(out, &set->tests[i], set->variable, set->more);
    }
}

static bool passes(const struct scc_value_test *test, uint64_t value)
{
    for (size_t i = 0; i < test->count; i++) {
        if ((value & test->mask) >= test->ranges[i].first &&
            (value & test->mask) <= test->ranges[i].last)
            return !test->is_negated;
    }
    return test->is_negated;
}

bool scc_value_set_has(const struct scc_value_set *set, uint64_t value)
{
    for (size_t i = 0; i < set->test_count; i++) {
        if (passes(&set->tests[i], value) != set->needs_all)
            return !set->needs_all;
    }
    return set->needs_all;
}
