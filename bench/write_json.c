/* SPDX-License-Identifier: Apache-2.0 */
#include "write.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json_build.h"
#include "json_print.h"

/** null where nothing was measured. */
static void put_figure(struct scc_json_build *build, cJSON *object,
                       const struct bench_column *column, double value)
{
    char digits[64];
    snprintf(digits, sizeof digits, "%.*f", column->decimals, value);
    scc_json_put(build, object, column->key,
                 isnan(value) ? cJSON_CreateNull() : cJSON_CreateRaw(digits));
}

/** A list of what stands between the blanks of @p names; null where that is NULL. */
static void put_names(struct scc_json_build *build, cJSON *object, const char *key,
                      const char *names)
{
    if (!names) {
        scc_json_put_text(build, object, key, NULL);
        return;
    }
    cJSON *list = scc_json_put_array(build, object, key);
    while (*names) {
        struct scc_strbuf name = {0};
        size_t len = strcspn(names, " ");
        scc_strbuf_add_bytes(&name, names, len);
        scc_json_put_strbuf(build, list, NULL, &name);
        names += len + (names[len] == ' ');
    }
}

static void put_result(struct scc_json_build *build, cJSON *results,
                       const struct bench_result *result)
{
    cJSON *object = scc_json_put_object(build, results, NULL);
    scc_json_put_text(build, object, "profile", result->profile);
    scc_json_put_text(build, object, "target", result->target);
    scc_json_put_uint(build, object, "libseccomp_lost_names", result->lost_count);
    put_names(build, object, "longer_than_tree", result->longer_names);
    cJSON *programs = scc_json_put_object(build, object, "programs");
    for (enum bench_subject subject = 0; subject < BENCH_SUBJECT_COUNT; subject++) {
        cJSON *program = scc_json_put_object(build, programs, bench_subject_key(subject));
        for (size_t i = 0; i < bench_column_count; i++)
            put_figure(build, program, &bench_columns[i],
                       bench_figure(&result->of[subject], &bench_columns[i]));
    }
}

void bench_write_json(struct scc_strbuf *out, const struct bench_report *report)
{
    struct scc_json_build build = {0};
    struct scc_strbuf conditions = {0};
    cJSON *root = cJSON_CreateObject();
    bench_write_conditions(&conditions, report);
    scc_json_put_strbuf(&build, root, "conditions", &conditions);
    scc_json_put_uint(&build, root, "rounds", report->rounds);
    scc_json_put_text(&build, root, "why_not_loaded", report->why_not_loaded);
    cJSON *refused = scc_json_put_array(&build, root, "refused");
    for (size_t i = 0; i < report->refused_count; i++)
        scc_json_put_text(&build, refused, NULL, report->refused[i]);
    cJSON *results = scc_json_put_array(&build, root, "results");
    for (size_t i = 0; i < report->count; i++)
        put_result(&build, results, &report->results[i]);
    if (root && !build.failed)
        scc_json_print(out, root);
    else
        out->failed = true;
    cJSON_Delete(root);
}
