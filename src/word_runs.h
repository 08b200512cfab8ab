/* SPDX-License-Identifier: Apache-2.0 */
/** The values of one word of a diagram, as runs that lead to one function of the words behind it.
 */
#ifndef SCC_WORD_RUNS_H
#define SCC_WORD_RUNS_H

#include "decision_node.h"

/** A run goes up to where the next one starts. */
struct scc_word_runs {
    struct scc_segment *items;
    size_t count, cap;
    bool is_overflown; /* there are more than were asked for */
    bool failed;       /* memory ran out */
};

/** Frees the list; usable with SCC_CLEANUP. */
void scc_word_runs_clear(struct scc_word_runs *runs);

/**
 * Lists the runs of @p word (enum scc_decision_word) in @p diagram, which depends on no word before
 * it; at most @p max of them. Only values within @p mask are meant, which has all bits of the word
 * that the diagram depends on; others go where that gives few runs and many single values. The
 * runs start at 0, and neighbours differ. A space in SCC_ORDER_INTERLEAVED has no such runs.
 */
void scc_word_runs_list(const struct scc_decision_space *space, scc_diagram diagram, unsigned word,
                        uint32_t mask, size_t max, struct scc_word_runs *runs);

/** The last value of a run. */
static inline uint32_t scc_word_run_last(const struct scc_word_runs *runs, size_t index)
{
    return index + 1 < runs->count ? runs->items[index + 1].start - 1 : UINT32_MAX;
}

/** Whether the first bit that @p diagram looks at is one of @p word. */
static inline bool scc_word_is_tested(const struct scc_decision_space *space, scc_diagram diagram,
                                      unsigned word)
{
    uint32_t level = space->nodes[diagram].level;
    return level != SCC_LEVEL_RETURN && space->words[level] == word;
}

#endif
