/* SPDX-License-Identifier: Apache-2.0 */
#include "grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct bench_grid bench_grid_make(size_t rows, size_t columns, size_t names)
{
    struct bench_grid grid = {.columns = columns, .names = names};
    grid.cells = calloc(rows * columns, sizeof *grid.cells);
    return grid;
}

/** The columns of a text; a byte that goes on with a character takes none. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

void bench_grid_set(struct bench_grid *grid, size_t row, size_t column, const char *text)
{
    if (!grid->cells)
        return;
    char *cell = grid->cells[row * grid->columns + column];
    snprintf(cell, BENCH_CELL_BYTES, "%s", text);
    /* A bar would begin a new cell. */
    for (char *c = cell; *c; c++)
        *c = *c == '|' || *c == '\n' ? ' ' : *c;
    size_t width = width_of(cell);
    if (grid->widths[column] < width)
        grid->widths[column] = width;
}

void bench_grid_set_number(struct bench_grid *grid, size_t row, size_t column, double value,
                           int decimals)
{
    char text[BENCH_CELL_BYTES] = "–";
    if (!isnan(value))
        snprintf(text, sizeof text, "%.*f", decimals, value);
    bench_grid_set(grid, row, column, text);
}

/** Names stand at the left of their column, numbers at the right. */
static void print_row(struct scc_strbuf *out, const struct bench_grid *grid, size_t row)
{
    for (size_t i = 0; i < grid->columns; i++) {
        const char *cell = grid->cells[row * grid->columns + i];
        int padding = (int)(grid->widths[i] - width_of(cell));
        if (i < grid->names)
            scc_strbuf_addf(out, "| %s%*s ", cell, padding, "");
        else
            scc_strbuf_addf(out, "| %*s%s ", padding, "", cell);
    }
    scc_strbuf_add(out, "|\n");
}

static void print_rule(struct scc_strbuf *out, const struct bench_grid *grid)
{
    for (size_t i = 0; i < grid->columns; i++) {
        scc_strbuf_add(out, "|");
        for (size_t j = 0; j < grid->widths[i] + 1; j++)
            scc_strbuf_add(out, "-");
        scc_strbuf_add(out, i < grid->names ? "-" : ":");
    }
    scc_strbuf_add(out, "|\n");
}

void bench_grid_print(struct scc_strbuf *out, const struct bench_grid *grid, size_t rows)
{
    if (!grid->cells) {
        out->failed = true;
        return;
    }
    print_row(out, grid, 0);
    print_rule(out, grid);
    for (size_t i = 1; i < rows; i++)
        print_row(out, grid, i);
}

void bench_grid_clear(struct bench_grid *grid)
{
    free(grid->cells);
    grid->cells = NULL;
}
