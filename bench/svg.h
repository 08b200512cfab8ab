/* SPDX-License-Identifier: Apache-2.0 */
/** What the plots share: panels of bars, for light and dark backgrounds. All in pixels. */
#ifndef BENCH_SVG_H
#define BENCH_SVG_H

#include <stddef.h>

#include "strbuf.h"

enum {
    SVG_COLUMNS = 2, /* panels side by side */
    SVG_MARGIN = 20,
    SVG_HEADER = 62, /* title and legend */
    SVG_PANEL_WIDTH = 500,
    SVG_PANEL_TITLE = 30,
    SVG_PANEL_GAP = 24,
    SVG_WIDTH = 2 * SVG_MARGIN + SVG_COLUMNS * SVG_PANEL_WIDTH + (SVG_COLUMNS - 1) * SVG_PANEL_GAP,
    SVG_LABEL_WIDTH = 170, /* names at the left of bars */
    SVG_VALUE_WIDTH = 62,  /* the number behind a bar */
    SVG_BAR_ROOM = SVG_PANEL_WIDTH - SVG_LABEL_WIDTH - SVG_VALUE_WIDTH,
    SVG_BAR = 10,
    SVG_BAR_STEP = 12,
};

/** What bars of one colour are. */
struct svg_series {
    const char *key; /* the class of its bars */
    const char *name;
    const char *light, *dark; /* colours */
};

/** The beginning of a plot: title, @p conditions at the right, and the legend of the series. */
void svg_open(struct scc_strbuf *out, const char *title, const char *conditions,
              const struct svg_series *series, size_t count, unsigned height);

void svg_close(struct scc_strbuf *out);

void svg_add_panel_title(struct scc_strbuf *out, unsigned x, unsigned y, const char *title,
                         const char *of);

/** A name that ends at @p x, cut where there is no room for it. */
void svg_add_name(struct scc_strbuf *out, unsigned x, unsigned y, const char *name);

/**
 * A bar from (x, y) on for @p value, with the number behind it or at @p label_x, whichever is
 * further right, or a dash for NAN. The bar of @p largest fills the room.
 */
void svg_add_bar(struct scc_strbuf *out, const char *key, unsigned x, unsigned y, double value,
                 double largest, double label_x, int decimals);

/** Where a value's bar ends. */
double svg_bar_end(unsigned x, double value, double largest);

/** The larger of the two; the first where the second is NAN. */
double svg_larger(double a, double b);

#endif
