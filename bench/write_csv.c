/* SPDX-License-Identifier: Apache-2.0 */
#include "write.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/** A field, quoted where its text needs it. */
static void add_field(struct scc_strbuf *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        scc_strbuf_add(out, text);
        return;
    }
    scc_strbuf_add(out, "\"");
    for (const char *c = text; *c; c++) {
        scc_strbuf_add(out, *c == '"' ? "\"" : "");
        scc_strbuf_add_bytes(out, c, 1);
    }
    scc_strbuf_add(out, "\"");
}

static void add_line(struct scc_strbuf *out, const struct bench_result *result,
                     enum bench_subject subject)
{
    add_field(out, result->profile);
    scc_strbuf_add(out, ",");
    add_field(out, result->target);
    scc_strbuf_addf(out, ",%s", bench_subject_key(subject));
    for (size_t i = 0; i < bench_column_count; i++) {
        double value = bench_figure(&result->of[subject], &bench_columns[i]);
        scc_strbuf_add(out, ",");
        if (!isnan(value))
            scc_strbuf_addf(out, "%.*f", bench_columns[i].decimals, value);
    }
    scc_strbuf_add(out, "\r\n");
}

void bench_write_csv(struct scc_strbuf *out, const struct bench_report *report)
{
    scc_strbuf_add(out, "profile,target,program");
    for (size_t i = 0; i < bench_column_count; i++)
        scc_strbuf_addf(out, ",%s", bench_columns[i].key);
    scc_strbuf_add(out, "\r\n");
    for (size_t i = 0; i < report->count; i++) {
        for (enum bench_subject subject = 0; subject < BENCH_SUBJECT_COUNT; subject++)
            add_line(out, &report->results[i], subject);
    }
}
