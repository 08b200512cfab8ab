/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Diagrams taken apart for a reader: which values of a word lead to which function of the words
 * behind it, and which return values there are at the end.
 *
 * All of it needs a space in SCC_ORDER_BY_WORD, where a word's bits stand together.
 */
#ifndef SCC_DECISION_CELLS_H
#define SCC_DECISION_CELLS_H

#include "decision_node.h"

enum {
    /** So many parts are kept; more are not decided. */
    SCC_CELLS_MAX = 1 << 20,
    /** So many pairs of return values are told apart; more are not decided. */
    SCC_OUTCOMES_MAX = 512,
};

/** Two functions of what comes behind some words, and the words' values that lead to both. */
struct scc_cell {
    scc_diagram a, b;
    scc_diagram where;
};

struct scc_cells {
    struct scc_cell *items;
    size_t count, cap;
};

/** Frees the list; usable with SCC_CLEANUP. */
void scc_cells_free(struct scc_cells *cells);

/**
 * Takes @p a and @p b apart by what they test before level @p end. The cells are the different
 * pairs of functions that are left; their sets are disjoint and cover everything. Errors:
 * SCC_ERROR_INPUT where a bound is reached; SCC_ERROR_SYSTEM without memory.
 */
int scc_cells_split(struct scc_decision_space *space, scc_diagram a, scc_diagram b, uint32_t end,
                    struct scc_cells *cells, scc_error **err);

/** Where one function returns `before` and the other `after`. */
struct scc_outcome {
    uint32_t before, after;
    scc_diagram where;
};

struct scc_outcomes {
    struct scc_outcome *items;
    size_t count, cap;
};

/** Frees the list; usable with SCC_CLEANUP. */
void scc_outcomes_free(struct scc_outcomes *outcomes);

/**
 * The pairs of return values that @p a and @p b give to one input, equal ones included, sorted. The
 * same diagram twice: its return values. Errors as scc_cells_split().
 */
int scc_outcomes_find(struct scc_decision_space *space, scc_diagram a, scc_diagram b,
                      struct scc_outcomes *outcomes, scc_error **err);

#endif
