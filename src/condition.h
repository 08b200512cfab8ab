/* SPDX-License-Identifier: Apache-2.0 */
/** Conditions on arguments as a short "this and this, or that": what a diagram says, for a reader.
 */
#ifndef SCC_CONDITION_H
#define SCC_CONDITION_H

#include "value_set.h"

enum {
    /** So many alternatives are told; the others are counted. */
    SCC_CONDITION_TERMS_MAX = 16,
    /** They are counted up to here. */
    SCC_CONDITION_COUNT_MAX = 64,
};

/** One alternative: each of the sets has its variable's value. No sets: always. */
struct scc_term {
    const struct scc_value_set *sets;
    size_t set_count;
};

struct scc_condition {
    bool is_64bit; /* whether an argument is one variable; see scc_variable_of() */
    const struct scc_term *terms;
    size_t term_count;
    size_t more;           /* alternatives that are not told */
    bool is_more_at_least; /* there are even more */
};

/**
 * The condition @p where, which returns 0 or 1 and depends on arguments and the instruction pointer
 * alone; not SCC_DIAGRAM_NOWHERE. No alternative could be left out. The parts come from @p pool.
 * Errors: SCC_ERROR_INPUT where the space's bound is reached; SCC_ERROR_SYSTEM without memory.
 */
int scc_condition_make(struct scc_decision_space *space, struct scc_pool *pool, scc_diagram where,
                       bool is_64bit, struct scc_condition *condition, scc_error **err);

/** Whether it holds for every input. */
bool scc_condition_is_always(const struct scc_condition *condition);

/** Whether a part of it is not told. */
bool scc_condition_is_cut(const struct scc_condition *condition);

/** Whether it holds for a call. Meaningless where it is cut. */
bool scc_condition_holds(const struct scc_condition *condition, const struct scc_call *call);

/** Adds "a0 is 38 or 40 and a1 == 2, or a2 != 0"; nothing where it always holds. */
void scc_condition_describe(struct scc_strbuf *out, const struct scc_condition *condition);

#endif
