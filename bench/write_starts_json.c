/* SPDX-License-Identifier: Apache-2.0 */
#include "write_starts.h"

#include <stdio.h>

#include "json_build.h"
#include "json_print.h"

static void put_figures(struct scc_json_build *build, cJSON *object,
                        const struct start_figures *figures)
{
    for (size_t i = 0; i < start_column_count; i++) {
        char digits[64];
        snprintf(digits, sizeof digits, "%.*f", start_columns[i].decimals,
                 start_figure(figures, &start_columns[i]));
        scc_json_put(build, object, start_columns[i].key, cJSON_CreateRaw(digits));
    }
}

static void put_runtime(struct scc_json_build *build, cJSON *runtimes,
                        const struct start_runtime *runtime)
{
    cJSON *object = scc_json_put_object(build, runtimes, NULL);
    scc_json_put_text(build, object, "runtime", runtime->name);
    scc_json_put_text(build, object, "version", runtime->version);
    for (enum start_mode mode = 0; mode < START_MODE_COUNT; mode++) {
        cJSON *variants = scc_json_put_object(build, object, start_mode_key(mode));
        for (enum start_variant variant = 0; variant < START_VARIANT_COUNT; variant++)
            put_figures(build, scc_json_put_object(build, variants, start_variant_key(variant)),
                        &runtime->figures[mode][variant]);
    }
}

static void put_missing(struct scc_json_build *build, cJSON *list,
                        const struct start_missing *missing)
{
    cJSON *object = scc_json_put_object(build, list, NULL);
    scc_json_put_text(build, object, "runtime", missing->name);
    scc_json_put_text(build, object, "reason", missing->reason);
}

void start_write_json(struct scc_strbuf *out, const struct start_report *report)
{
    struct scc_json_build build = {0};
    struct scc_strbuf conditions = {0};
    cJSON *root = cJSON_CreateObject();
    start_write_conditions(&conditions, report);
    scc_json_put_strbuf(&build, root, "conditions", &conditions);
    scc_json_put_uint(&build, root, "parallel", report->parallel);
    scc_json_put_uint(&build, root, "at_once", report->at_once);
    scc_json_put_uint(&build, root, "rounds", report->rounds);
    cJSON *missing = scc_json_put_array(&build, root, "not_measured");
    for (size_t i = 0; i < report->missing_count; i++)
        put_missing(&build, missing, &report->missing[i]);
    cJSON *runtimes = scc_json_put_array(&build, root, "results");
    for (size_t i = 0; i < report->count; i++)
        put_runtime(&build, runtimes, &report->runtimes[i]);
    if (root && !build.failed)
        scc_json_print(out, root);
    else
        out->failed = true;
    cJSON_Delete(root);
}
