/* SPDX-License-Identifier: Apache-2.0 */
/** Which calls the probe of an ABI makes. */
#ifndef SCC_ARCH_CALLS_H
#define SCC_ARCH_CALLS_H

#include "plan.h"
#include "subjects.h"

enum call_list {
    /**
     * Every number of the walk (tests/walk.h) in all policies, at the boundaries of all their
     * comparisons, with garbage in the high words; none of them is carried out.
     */
    CALLS_SHOWN,
    /** Each call that has a name, with arguments that do nothing, as it is. */
    CALLS_MADE,
    /** A few, with all words different. */
    CALLS_WORDS,
    CALL_LIST_COUNT,
    /**
     * What behind them comes: of CALLS_SHOWN and CALLS_MADE what a program that kills is tried
     * with, everything but most of the calls that it kills. A process that is killed is the price
     * of an answer.
     */
};

/** Which lists a subject is tried with. */
struct call_choice {
    uint32_t shown, made;
};

struct calls {
    struct plan_call *items;
    size_t count, cap;
};

struct call_lists {
    const struct scc_arch *kernel, *arch; /* whose calls they are, on which kernel */
    struct calls *lists;
    size_t count, cap;
    struct call_choice *choices; /* one for each subject */
    unsigned left_out;           /* of CALLS_MADE */
};

/** The lists of ABI @p arch; without memory the program ends. */
struct call_lists call_lists_make(const struct scc_arch *arch, const struct subjects *subjects);

void call_lists_clear(struct call_lists *lists);

/** Prints a line for each call that is not carried out, with the reason. */
void call_lists_print_left_out(const struct scc_arch *arch);

/** How many calls with a name @p list has. */
unsigned calls_count_names(const struct calls *list, const struct scc_arch *arch);

#endif
