/* SPDX-License-Identifier: Apache-2.0 */
#include "write.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "svg.h"
#include "util.h"

enum { SUBJECT_FIRST = BENCH_LINEAR, SUBJECTS = BENCH_SUBJECT_COUNT - BENCH_LINEAR };
enum { GROUP_GAP = 10, GROUP = SUBJECTS * SVG_BAR_STEP + GROUP_GAP };

static const struct {
    const char *light, *dark;
} colours[SUBJECTS] = {
    [BENCH_LINEAR - SUBJECT_FIRST] = {"#b0b7c0", "#59636e"},
    [BENCH_TREE - SUBJECT_FIRST] = {"#6f7f92", "#9aa7b5"},
    [BENCH_OWN - SUBJECT_FIRST] = {"#d9480f", "#ff8c42"},
};

/** What a panel shows; of all targets, or of the first that has it. */
static const struct metric {
    const char *title;
    size_t offset; /* in struct bench_figures */
    bool is_of_each_target;
} metrics[] = {
    {"Instructions", offsetof(struct bench_figures, instructions), true},
    {"Attach, µs", offsetof(struct bench_figures, attach_us), false},
    {"Policy to program, µs", offsetof(struct bench_figures, emit_us), false},
    {"A denied call, ns", offsetof(struct bench_figures, call_ns) + BENCH_DENIED * sizeof(double),
     false},
};

struct panel {
    const struct metric *metric;
    const char *target;
    size_t groups; /* profiles that have the figure */
    double largest;
};

enum { PANELS_MAX = 16 };

static double figure_of(const struct bench_result *result, unsigned subject,
                        const struct metric *metric)
{
    return bench_figure(&result->of[subject], bench_column_at(metric->offset));
}

static bool is_in_panel(const struct panel *panel, const struct bench_result *result)
{
    return strcmp(panel->target, result->target) == 0 &&
           !isnan(figure_of(result, BENCH_OWN, panel->metric));
}

static struct panel measure_panel(const struct bench_report *report, const struct metric *metric,
                                  const char *target)
{
    struct panel panel = {.metric = metric, .target = target};
    for (size_t i = 0; i < report->count; i++) {
        if (!is_in_panel(&panel, &report->results[i]))
            continue;
        panel.groups++;
        for (unsigned j = SUBJECT_FIRST; j < BENCH_SUBJECT_COUNT; j++)
            panel.largest = svg_larger(panel.largest, figure_of(&report->results[i], j, metric));
    }
    return panel;
}

static bool has_target(const struct panel *panels, size_t count, const char *target)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(panels[i].target, target) == 0)
            return true;
    }
    return false;
}

/** The panels of a metric, behind those that are there; returns their number. */
static size_t add_panels(struct panel *panels, size_t room, const struct bench_report *report,
                         const struct metric *metric)
{
    size_t count = 0;
    for (size_t i = 0; i < report->count && count < room; i++) {
        const char *target = report->results[i].target;
        if (has_target(panels, count, target) || (count && !metric->is_of_each_target))
            continue;
        panels[count] = measure_panel(report, metric, target);
        count += panels[count].groups != 0;
    }
    return count;
}

static void add_bar(struct scc_strbuf *out, const struct panel *panel,
                    const struct bench_result *result, unsigned subject, unsigned x, unsigned y)
{
    const struct bench_column *column = bench_column_at(panel->metric->offset);
    double value = figure_of(result, subject, panel->metric);
    svg_add_bar(out, bench_subject_key(subject), x, y, value, panel->largest, 0,
                value < 10 ? column->decimals : 0);
}

static void add_panel(struct scc_strbuf *out, const struct bench_report *report,
                      const struct panel *panel, unsigned x, unsigned y)
{
    svg_add_panel_title(out, x, y, panel->metric->title, panel->target);
    y += SVG_PANEL_TITLE;
    for (size_t i = 0; i < report->count; i++) {
        if (!is_in_panel(panel, &report->results[i]))
            continue;
        svg_add_name(out, x + SVG_LABEL_WIDTH - 8, y + SVG_BAR_STEP * SUBJECTS / 2 + 3,
                     report->results[i].profile);
        for (unsigned j = 0; j < SUBJECTS; j++)
            add_bar(out, panel, &report->results[i], SUBJECT_FIRST + j, x + SVG_LABEL_WIDTH,
                    y + j * SVG_BAR_STEP);
        y += GROUP;
    }
}

/** The height of the row of panels that begins at @p first. */
static unsigned row_height(const struct panel *panels, size_t count, size_t first)
{
    size_t groups = 0;
    for (size_t i = first; i < count && i < first + SVG_COLUMNS; i++)
        groups = panels[i].groups > groups ? panels[i].groups : groups;
    return SVG_PANEL_TITLE + (unsigned)groups * GROUP + SVG_PANEL_GAP;
}

static void add_head(struct scc_strbuf *out, const struct bench_report *report, unsigned height)
{
    struct svg_series series[SUBJECTS];
    struct scc_strbuf conditions = {0};
    for (unsigned i = 0; i < SUBJECTS; i++) {
        enum bench_subject subject = SUBJECT_FIRST + i;
        series[i] = (struct svg_series){bench_subject_key(subject), bench_subject_name(subject),
                                        colours[i].light, colours[i].dark};
    }
    bench_write_conditions(&conditions, report);
    svg_open(out, "What programs cost", conditions.data ? conditions.data : "", series, SUBJECTS,
             height);
    out->failed |= conditions.failed;
    scc_strbuf_free(&conditions);
}

void bench_write_svg(struct scc_strbuf *out, const struct bench_report *report)
{
    struct panel panels[PANELS_MAX];
    size_t count = 0;
    unsigned height = SVG_MARGIN + SVG_HEADER, y = SVG_MARGIN + SVG_HEADER;
    for (size_t i = 0; i < SCC_COUNT(metrics); i++)
        count += add_panels(panels + count, PANELS_MAX - count, report, &metrics[i]);
    for (size_t i = 0; i < count; i += SVG_COLUMNS)
        height += row_height(panels, count, i);
    add_head(out, report, height);
    for (size_t i = 0; i < count; i++) {
        unsigned column = i % SVG_COLUMNS;
        add_panel(out, report, &panels[i], SVG_MARGIN + column * (SVG_PANEL_WIDTH + SVG_PANEL_GAP),
                  y);
        if (column == SVG_COLUMNS - 1)
            y += row_height(panels, count, i - column);
    }
    svg_close(out);
}
