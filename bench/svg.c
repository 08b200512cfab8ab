/* SPDX-License-Identifier: Apache-2.0 */
#include "svg.h"

#include <math.h>
#include <string.h>

enum { NAME_CHARS_MAX = 25, LEGEND_STEP = 150 };

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

/** Light is the default; a viewer that prefers dark says so. */
static void add_style(struct scc_strbuf *out, const struct svg_series *series, size_t count)
{
    scc_strbuf_add(out, "<style>\n"
                        "text { font-family: sans-serif; font-size: 11px; fill: #1f2328; }\n"
                        ".title { font-size: 16px; font-weight: bold; }\n"
                        ".panel { font-size: 13px; font-weight: bold; }\n"
                        ".name { text-anchor: end; }\n"
                        ".back { fill: #ffffff; }\n"
                        ".span { stroke: #1f2328; }\n");
    for (size_t i = 0; i < count; i++)
        scc_strbuf_addf(out, ".%s { fill: %s; }\n", series[i].key, series[i].light);
    scc_strbuf_add(out, "@media (prefers-color-scheme: dark) {\n"
                        "text { fill: #e6edf3; }\n"
                        ".back { fill: #0d1117; }\n"
                        ".span { stroke: #e6edf3; }\n");
    for (size_t i = 0; i < count; i++)
        scc_strbuf_addf(out, ".%s { fill: %s; }\n", series[i].key, series[i].dark);
    scc_strbuf_add(out, "}\n</style>\n");
}

static void add_legend(struct scc_strbuf *out, const struct svg_series *series, size_t count)
{
    unsigned x = SVG_MARGIN;
    for (size_t i = 0; i < count; i++) {
        scc_strbuf_addf(out,
                        "<rect class=\"%s\" x=\"%u\" y=\"44\" width=\"%d\" height=\"%d\"/>"
                        "<text class=\"legend\" x=\"%u\" y=\"53\">%s</text>\n",
                        series[i].key, x, SVG_BAR, SVG_BAR, x + SVG_BAR + 6, series[i].name);
        x += LEGEND_STEP;
    }
}

void svg_open(struct scc_strbuf *out, const char *title, const char *conditions,
              const struct svg_series *series, size_t count, unsigned height)
{
    scc_strbuf_addf(out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" "
                    "height=\"%u\" role=\"img\">\n<title>%s</title>\n",
                    SVG_WIDTH, height, SVG_WIDTH, height, title);
    add_style(out, series, count);
    scc_strbuf_addf(out,
                    "<rect class=\"back\" width=\"%u\" height=\"%u\"/>\n"
                    "<text class=\"title\" x=\"%d\" y=\"30\">%s</text>\n"
                    "<text class=\"name\" x=\"%u\" y=\"30\">",
                    SVG_WIDTH, height, SVG_MARGIN, title, SVG_WIDTH - SVG_MARGIN);
    add_escaped(out, conditions);
    scc_strbuf_add(out, "</text>\n");
    add_legend(out, series, count);
}

void svg_close(struct scc_strbuf *out)
{
    scc_strbuf_add(out, "</svg>\n");
}

void svg_add_panel_title(struct scc_strbuf *out, unsigned x, unsigned y, const char *title,
                         const char *of)
{
    scc_strbuf_addf(out, "<text class=\"panel\" x=\"%u\" y=\"%u\">%s, %s</text>\n", x, y + 14,
                    title, of);
}

void svg_add_name(struct scc_strbuf *out, unsigned x, unsigned y, const char *name)
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
    scc_strbuf_addf(out, "<text class=\"name\" x=\"%u\" y=\"%u\">", x, y);
    add_escaped(out, printable.data ? printable.data : "");
    scc_strbuf_add(out, "</text>\n");
    out->failed |= shown.failed || printable.failed;
    scc_strbuf_free(&shown);
    scc_strbuf_free(&printable);
}

double svg_larger(double a, double b)
{
    return b > a ? b : a;
}

double svg_bar_end(unsigned x, double value, double largest)
{
    return x + (largest > 0 ? svg_larger(1, SVG_BAR_ROOM * value / largest) : 1);
}

void svg_add_bar(struct scc_strbuf *out, const char *key, unsigned x, unsigned y, double value,
                 double largest, double label_x, int decimals)
{
    if (isnan(value)) {
        scc_strbuf_addf(out, "<text class=\"value\" x=\"%u\" y=\"%u\">–</text>\n", x + 4,
                        y + SVG_BAR - 1);
        return;
    }
    double end = svg_bar_end(x, value, largest);
    scc_strbuf_addf(out,
                    "<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%.1f\" height=\"%d\"/>"
                    "<text class=\"value\" x=\"%.1f\" y=\"%u\">%.*f</text>\n",
                    key, x, y, end - x, SVG_BAR, svg_larger(end, label_x) + 4, y + SVG_BAR - 1,
                    decimals, value);
}
