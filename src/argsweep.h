/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A walk over a word's values, from 0 on: which rules can hold at each. A rule is looked at again
 * only where one of its own comparisons begins to say something else, so n rules take n log n.
 */
#ifndef SCC_ARGSWEEP_H
#define SCC_ARGSWEEP_H

#include "argstate.h"

struct scc_argsweep;

/**
 * Begins the walk for a state in front of @p stage; both arguments must outlive it. NULL without
 * memory.
 */
struct scc_argsweep *scc_argsweep_new(const struct scc_argstate *state,
                                      const struct scc_arg_rule *rules, unsigned stage);

/** Frees the walk; NULL is allowed. */
void scc_argsweep_free(struct scc_argsweep *sweep);

/** Goes to the next value where something changes, 0 first; false behind the last. */
bool scc_argsweep_next(struct scc_argsweep *sweep, uint32_t *value);

/** Whether no rule with a comparison of this word can hold here, so that the others are the state.
 */
bool scc_argsweep_is_untouched(const struct scc_argsweep *sweep);

/**
 * Whether the answer is known although other rules are open: all rules of the state have one
 * answer, and one of them holds for certain.
 */
bool scc_argsweep_is_certain(const struct scc_argsweep *sweep, uint32_t *return_value);

/** Adds the rules that can hold here to @p state, which has room for all. */
void scc_argsweep_collect(const struct scc_argsweep *sweep, struct scc_argstate *state);

#endif
