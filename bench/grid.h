/* SPDX-License-Identifier: Apache-2.0 */
/** A table in Markdown, padded so that it reads well as it is. */
#ifndef BENCH_GRID_H
#define BENCH_GRID_H

#include <stddef.h>

#include "strbuf.h"

enum { BENCH_GRID_COLUMNS_MAX = 16, BENCH_CELL_BYTES = 64 };

/** The cells as text, the headings in row 0. Cleared by bench_grid_clear(). */
struct bench_grid {
    char (*cells)[BENCH_CELL_BYTES]; /* NULL: no memory */
    size_t columns;
    size_t names; /* columns of names, at the left; the others have numbers */
    size_t widths[BENCH_GRID_COLUMNS_MAX];
};

/** Room for @p rows of @p columns, at most BENCH_GRID_COLUMNS_MAX; all cells are empty. */
struct bench_grid bench_grid_make(size_t rows, size_t columns, size_t names);

/** Does nothing without memory. A text that is too long for a cell is cut. */
void bench_grid_set(struct bench_grid *grid, size_t row, size_t column, const char *text);

/** A number, or a dash for NAN. */
void bench_grid_set_number(struct bench_grid *grid, size_t row, size_t column, double value,
                           int decimals);

/** The first @p rows of them. Without memory, @p out remembers it. */
void bench_grid_print(struct scc_strbuf *out, const struct bench_grid *grid, size_t rows);

void bench_grid_clear(struct bench_grid *grid);

#endif
