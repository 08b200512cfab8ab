/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What is left to decide of one number's rules after some words of the arguments; for argtree and
 * argsweep alone.
 *
 * A stage is a word: argument i's high word is stage 2 * i, its low word 2 * i + 1.
 */
#ifndef SCC_ARGSTATE_H
#define SCC_ARGSTATE_H

#include "action.h"
#include "argtree.h"

/**
 * A rule that can still hold. Bit i of `open` is its comparison i; bit i of `settled` says that its
 * mask holds for the word that is being looked at, which leaves the low word to decide.
 */
struct scc_pending {
    uint32_t rule;
    uint8_t open, settled;
    uint16_t zero; /* states are compared as bytes */
};

/** Rules in their order. Behind one that holds for certain there is none. */
struct scc_argstate {
    struct scc_pending *rules;
    size_t count;
};

/** The index in seccomp_data of the stage's word. */
static inline unsigned scc_stage_word(unsigned stage, bool is_big_endian)
{
    return stage % 2 ? scc_word_low(stage / 2, is_big_endian)
                     : scc_word_high(stage / 2, is_big_endian);
}

/** The half of a comparison's value that concerns the stage's word. */
static inline uint32_t scc_half_of(uint64_t value, unsigned stage)
{
    return (uint32_t)(stage % 2 ? value : value >> 32);
}

/** A state with room for @p cap rules; `rules` is NULL without memory. */
struct scc_argstate scc_argstate_new(size_t cap);

/**
 * Adds a rule behind all others, unless one that holds for certain is there. In front of one that
 * does, rules with the same answer say nothing.
 */
void scc_argstate_append(struct scc_argstate *state, const struct scc_arg_rule *rules,
                         struct scc_pending pending);

/** Drops rules at the end that answer what comes anyway. */
void scc_argstate_trim(struct scc_argstate *state, const struct scc_arg_rule *rules,
                       uint32_t default_return);

/** Whether comparison @p cmp of a rule concerns the stage's word and is not decided yet. */
static inline bool scc_pending_is_open(const struct scc_pending *pending,
                                       const struct scc_arg_rule *rules, unsigned cmp,
                                       unsigned stage)
{
    return (pending->open & ~pending->settled) >> cmp & 1 &&
           rules[pending->rule].cmps[cmp].arg == stage / 2;
}

/** What a comparison says of a word's value. */
enum scc_verdict {
    SCC_VERDICT_FALSE,
    SCC_VERDICT_TRUE,
    SCC_VERDICT_OPEN, /* the high words are equal: the low ones decide */
};

/** What an operator says of a word below, equal to and above the value's. */
struct scc_outcomes {
    bool below, equal, above;
};
extern const struct scc_outcomes scc_outcomes_of[SCC_OP_COUNT];

/** @p stage is one of the comparison's argument's. */
enum scc_verdict scc_cmp_judge(const struct scc_cmp *cmp, unsigned stage, uint32_t word);

/** Judges the open comparisons of a rule for a value of the word; false where one is false. */
bool scc_pending_advance(struct scc_pending *pending, const struct scc_arg_rule *rules,
                         unsigned stage, uint32_t word);

#endif
