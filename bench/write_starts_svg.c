/* SPDX-License-Identifier: Apache-2.0 */
#include "write_starts.h"

#include "svg.h"

enum { PANEL = SVG_PANEL_TITLE + START_VARIANT_COUNT * SVG_BAR_STEP + SVG_PANEL_GAP };

static const struct {
    const char *light, *dark;
} colours[START_VARIANT_COUNT] = {
    [START_NONE] = {"#dde1e6", "#3d444d"},
    [START_FULL] = {"#b0b7c0", "#59636e"},
    [START_SLIM] = {"#6f7f92", "#9aa7b5"},
    [START_PROGRAM] = {"#d9480f", "#ff8c42"},
};

/** A bar to the median, and over it a line from the least to the 95th percentile. */
static void add_bar(struct scc_strbuf *out, const struct start_figures *figures,
                    enum start_variant variant, double largest, unsigned x, unsigned y)
{
    double from = svg_bar_end(x, figures->min_ms, largest);
    double to = svg_bar_end(x, figures->p95_ms, largest);
    unsigned middle = y + SVG_BAR / 2;
    svg_add_name(out, x - 8, y + SVG_BAR - 1, start_variant_name(variant));
    svg_add_bar(out, start_variant_key(variant), x, y, figures->median_ms, largest, to, 1);
    scc_strbuf_addf(out, "<line class=\"span\" x1=\"%.1f\" y1=\"%u\" x2=\"%.1f\" y2=\"%u\"/>\n",
                    from, middle, to, middle);
}

static void add_panel(struct scc_strbuf *out, const struct start_runtime *runtime,
                      enum start_mode mode, unsigned x, unsigned y)
{
    const struct start_figures *figures = runtime->figures[mode];
    double largest = 0;
    for (enum start_variant variant = 0; variant < START_VARIANT_COUNT; variant++)
        largest = svg_larger(largest, figures[variant].p95_ms);
    svg_add_panel_title(out, x, y, runtime->name, start_mode_name(mode));
    for (enum start_variant variant = 0; variant < START_VARIANT_COUNT; variant++)
        add_bar(out, &figures[variant], variant, largest, x + SVG_LABEL_WIDTH,
                y + SVG_PANEL_TITLE + variant * SVG_BAR_STEP);
}

static void add_head(struct scc_strbuf *out, const struct start_report *report, unsigned height)
{
    struct svg_series series[START_VARIANT_COUNT];
    struct scc_strbuf conditions = {0};
    for (enum start_variant variant = 0; variant < START_VARIANT_COUNT; variant++)
        series[variant] =
            (struct svg_series){start_variant_key(variant), start_variant_name(variant),
                                colours[variant].light, colours[variant].dark};
    start_write_conditions(&conditions, report);
    svg_open(out, "A container's start, ms", conditions.data ? conditions.data : "", series,
             START_VARIANT_COUNT, height);
    out->failed |= conditions.failed;
    scc_strbuf_free(&conditions);
}

void start_write_svg(struct scc_strbuf *out, const struct start_report *report)
{
    unsigned y = SVG_MARGIN + SVG_HEADER;
    add_head(out, report, y + (unsigned)report->count * PANEL);
    for (size_t i = 0; i < report->count; i++) {
        unsigned x = SVG_MARGIN;
        for (enum start_mode mode = 0; mode < START_MODE_COUNT; mode++) {
            add_panel(out, &report->runtimes[i], mode, x, y);
            x += SVG_PANEL_WIDTH + SVG_PANEL_GAP;
        }
        y += PANEL;
    }
    svg_close(out);
}
