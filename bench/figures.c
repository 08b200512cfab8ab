/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include <math.h>
#include <stdlib.h>

#include "util.h"

#define COLUMN(member, decimals)                                                                   \
    {                                                                                              \
#member, offsetof(struct bench_figures, member), decimals                                  \
    }
#define CALL_COLUMN(key, kind)                                                                     \
    {                                                                                              \
        key, offsetof(struct bench_figures, call_ns) + (kind) * sizeof(double), 1                  \
    }

const struct bench_column bench_columns[] = {
    COLUMN(instructions, 0),
    COLUMN(worst_path, 0),
    COLUMN(mean_path, 1),
    COLUMN(denied_path, 1),
    COLUMN(argument_path, 1),
    COLUMN(longer_paths, 0),
    COLUMN(longer_by, 0),
    COLUMN(cacheable, 0),
    COLUMN(cached, 0),
    COLUMN(attach_us, 1),
    COLUMN(attach_ratio, 3),
    COLUMN(parse_us, 1),
    COLUMN(select_us, 1),
    COLUMN(emit_us, 1),
    COLUMN(compile_us, 1),
    COLUMN(proof_us, 1),
    CALL_COLUMN("cached_ns", BENCH_CACHED),
    CALL_COLUMN("denied_ns", BENCH_DENIED),
    CALL_COLUMN("argument_denied_ns", BENCH_ARGUMENT_DENIED),
    CALL_COLUMN("argument_allowed_ns", BENCH_ARGUMENT_ALLOWED),
};
const size_t bench_column_count = SCC_COUNT(bench_columns);

static const struct {
    const char *key, *name;
} subjects[BENCH_SUBJECT_COUNT] = {
    [BENCH_NO_FILTER] = {"none", "no filter"},
    [BENCH_ALLOW_ALL] = {"allow", "ret ALLOW"},
    [BENCH_LINEAR] = {"linear", "libseccomp linear"},
    [BENCH_TREE] = {"tree", "libseccomp tree"},
    [BENCH_OWN] = {"ours", "ours"},
};

const struct bench_column *bench_column_at(size_t offset)
{
    const struct bench_column *column = bench_columns;
    while (column->offset != offset)
        column++;
    return column;
}

const char *bench_subject_key(enum bench_subject subject)
{
    return subjects[subject].key;
}

const char *bench_subject_name(enum bench_subject subject)
{
    return subjects[subject].name;
}

double bench_figure(const struct bench_figures *figures, const struct bench_column *column)
{
    double value;
    memcpy(&value, (const char *)figures + column->offset, sizeof value);
    return value;
}

void bench_figures_clear(struct bench_figures *figures)
{
    const double none = NAN;
    for (size_t i = 0; i < bench_column_count; i++)
        memcpy((char *)figures + bench_columns[i].offset, &none, sizeof none);
}

void bench_report_clear(struct bench_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        free(report->results[i].profile);
        free(report->results[i].longer_names);
    }
    free(report->results);
    free(report->why_not_loaded);
    for (size_t i = 0; i < report->refused_count; i++)
        free(report->refused[i]);
    free(report->refused);
    *report = (struct bench_report){0};
}
