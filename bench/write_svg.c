/* SPDX-License-Identifier: Apache-2.0 */
#include "write.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "util.h"

/* All in pixels. */
enum {
    COLUMNS = 2, /* panels side by side */
    MARGIN = 20,
    HEADER = 62, /* title and legend */
    PANEL_WIDTH = 500,
    PANEL_TITLE = 30,
    PANEL_GAP = 24,
    LABEL_WIDTH = 170, /* profile names */
    VALUE_WIDTH = 62,  /* the number behind a bar */
    BAR = 10,
    BAR_STEP = 12,
    GROUP_GAP = 10,
    NAME_CHARS_MAX = 25,
};

enum { SUBJECT_FIRST = BENCH_LINEAR, SUBJECTS = BENCH_SUBJECT_COUNT - BENCH_LINEAR };
enum { GROUP = SUBJECTS * BAR_STEP + GROUP_GAP };

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

/** Of the two; the first where the second is NAN. */
static double larger(double a, double b)
{
    return b > a ? b : a;
}

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
            panel.largest = larger(panel.largest, figure_of(&report->results[i], j, metric));
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

static void add_escaped(struct scc_strbuf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            scc_strbuf_add(out, "&amp;");
            break;
        case '<':
            scc_strbuf_add(out, "&lt;");
            break;
        default:
            scc_strbuf_add_bytes(out, text, 1);
            break;
        }
    }
}

/** A profile's name, cut where there is no room for it. */
static void add_name(struct scc_strbuf *out, const char *name)
{
    struct scc_strbuf shown = {0};
    size_t chars = 0, len = 0;
    for (; name[len]; len++) {
        chars += (name[len] & 0xc0) != 0x80;
        if (chars == NAME_CHARS_MAX && strlen(name + len) > 1)
            break;
    }
    scc_strbuf_add_bytes(&shown, name, len);
    scc_strbuf_add(&shown, name[len] ? "…" : "");
    struct scc_strbuf printable = {0};
    scc_strbuf_add_printable(&printable, shown.data ? shown.data : "");
    add_escaped(out, printable.data ? printable.data : "");
    out->failed |= shown.failed || printable.failed;
    scc_strbuf_free(&shown);
    scc_strbuf_free(&printable);
}

static void add_bar(struct scc_strbuf *out, const struct panel *panel,
                    const struct bench_result *result, unsigned subject, unsigned x, unsigned y)
{
    const struct bench_column *column = bench_column_at(panel->metric->offset);
    double value = figure_of(result, subject, panel->metric);
    if (isnan(value)) {
        scc_strbuf_addf(out, "<text class=\"value\" x=\"%u\" y=\"%u\">–</text>\n", x + 4,
                        y + BAR - 1);
        return;
    }
    double room = PANEL_WIDTH - LABEL_WIDTH - VALUE_WIDTH;
    double width = panel->largest > 0 ? larger(1, room * value / panel->largest) : 1;
    scc_strbuf_addf(out,
                    "<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%.1f\" height=\"%d\"/>"
                    "<text class=\"value\" x=\"%.1f\" y=\"%u\">%.*f</text>\n",
                    bench_subject_key(subject), x, y, width, BAR, x + width + 4, y + BAR - 1,
                    value < 10 ? column->decimals : 0, value);
}

static void add_panel(struct scc_strbuf *out, const struct bench_report *report,
                      const struct panel *panel, unsigned x, unsigned y)
{
    scc_strbuf_addf(out, "<text class=\"panel\" x=\"%u\" y=\"%u\">%s, %s</text>\n", x, y + 14,
                    panel->metric->title, panel->target);
    y += PANEL_TITLE;
    for (size_t i = 0; i < report->count; i++) {
        if (!is_in_panel(panel, &report->results[i]))
            continue;
        scc_strbuf_addf(out, "<text class=\"name\" x=\"%u\" y=\"%d\">", x + LABEL_WIDTH - 8,
                        (int)y + BAR_STEP * SUBJECTS / 2 + 3);
        add_name(out, report->results[i].profile);
        scc_strbuf_add(out, "</text>\n");
        for (unsigned j = 0; j < SUBJECTS; j++)
            add_bar(out, panel, &report->results[i], SUBJECT_FIRST + j, x + LABEL_WIDTH,
                    y + j * BAR_STEP);
        y += GROUP;
    }
}

static void add_legend(struct scc_strbuf *out)
{
    unsigned x = MARGIN;
    for (unsigned i = SUBJECT_FIRST; i < BENCH_SUBJECT_COUNT; i++) {
        scc_strbuf_addf(out,
                        "<rect class=\"%s\" x=\"%u\" y=\"44\" width=\"%d\" height=\"%d\"/>"
                        "<text class=\"legend\" x=\"%u\" y=\"53\">%s</text>\n",
                        bench_subject_key(i), x, BAR, BAR, x + BAR + 6, bench_subject_name(i));
        x += 150;
    }
}

/** Light is the default; a viewer that prefers dark says so. */
static void add_style(struct scc_strbuf *out)
{
    scc_strbuf_add(out, "<style>\n"
                        "text { font-family: sans-serif; font-size: 11px; fill: #1f2328; }\n"
                        ".title { font-size: 16px; font-weight: bold; }\n"
                        ".panel { font-size: 13px; font-weight: bold; }\n"
                        ".name { text-anchor: end; }\n"
                        ".back { fill: #ffffff; }\n"
                        ".linear { fill: #b0b7c0; }\n"
                        ".tree { fill: #6f7f92; }\n"
                        ".ours { fill: #d9480f; }\n"
                        "@media (prefers-color-scheme: dark) {\n"
                        "text { fill: #e6edf3; }\n"
                        ".back { fill: #0d1117; }\n"
                        ".linear { fill: #59636e; }\n"
                        ".tree { fill: #9aa7b5; }\n"
                        ".ours { fill: #ff8c42; }\n"
                        "}\n"
                        "</style>\n");
}

/** The height of the row of panels that begins at @p first. */
static unsigned row_height(const struct panel *panels, size_t count, size_t first)
{
    size_t groups = 0;
    for (size_t i = first; i < count && i < first + COLUMNS; i++)
        groups = panels[i].groups > groups ? panels[i].groups : groups;
    return PANEL_TITLE + (unsigned)groups * GROUP + PANEL_GAP;
}

static void add_head(struct scc_strbuf *out, const struct bench_report *report, unsigned width,
                     unsigned height)
{
    scc_strbuf_addf(out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" "
                    "height=\"%u\" role=\"img\">\n<title>What programs cost</title>\n",
                    width, height, width, height);
    add_style(out);
    scc_strbuf_addf(out,
                    "<rect class=\"back\" width=\"%u\" height=\"%u\"/>\n"
                    "<text class=\"title\" x=\"%d\" y=\"30\">What programs cost</text>\n"
                    "<text class=\"name\" x=\"%u\" y=\"30\">",
                    width, height, MARGIN, width - MARGIN);
    bench_write_conditions(out, report);
    scc_strbuf_add(out, "</text>\n");
    add_legend(out);
}

void bench_write_svg(struct scc_strbuf *out, const struct bench_report *report)
{
    struct panel panels[PANELS_MAX];
    size_t count = 0;
    unsigned width = 2 * MARGIN + COLUMNS * PANEL_WIDTH + (COLUMNS - 1) * PANEL_GAP;
    unsigned height = MARGIN + HEADER, y = MARGIN + HEADER;
    for (size_t i = 0; i < SCC_COUNT(metrics); i++)
        count += add_panels(panels + count, PANELS_MAX - count, report, &metrics[i]);
    for (size_t i = 0; i < count; i += COLUMNS)
        height += row_height(panels, count, i);
    add_head(out, report, width, height);
    for (size_t i = 0; i < count; i++) {
        unsigned column = i % COLUMNS;
        add_panel(out, report, &panels[i], MARGIN + column * (PANEL_WIDTH + PANEL_GAP), y);
        if (column == COLUMNS - 1)
            y += row_height(panels, count, i - column);
    }
    scc_strbuf_add(out, "</svg>\n");
}
