/* SPDX-License-Identifier: Apache-2.0 */
#include "write_starts.h"

static void add_line(struct scc_strbuf *out, const struct start_runtime *runtime,
                     enum start_mode mode, enum start_variant variant)
{
    /* Names and keys have nothing that a field would have to be quoted for. */
    scc_strbuf_addf(out, "%s,%s,%s", runtime->name, start_mode_key(mode),
                    start_variant_key(variant));
    for (size_t i = 0; i < start_column_count; i++)
        scc_strbuf_addf(out, ",%.*f", start_columns[i].decimals,
                        start_figure(&runtime->figures[mode][variant], &start_columns[i]));
    scc_strbuf_add(out, "\r\n");
}

void start_write_csv(struct scc_strbuf *out, const struct start_report *report)
{
    scc_strbuf_add(out, "runtime,mode,variant");
    for (size_t i = 0; i < start_column_count; i++)
        scc_strbuf_addf(out, ",%s", start_columns[i].key);
    scc_strbuf_add(out, "\r\n");
    for (size_t i = 0; i < report->count; i++) {
        for (enum start_mode mode = 0; mode < START_MODE_COUNT; mode++) {
            for (enum start_variant variant = 0; variant < START_VARIANT_COUNT; variant++)
                add_line(out, &report->runtimes[i], mode, variant);
        }
    }
}
