/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What containers' starts took, as data: start-bench and bench/containers write samples as lines,
 * these read them, and the writers tell what became of them.
 *
 * A line is some words with tabs between them:
 *
 *     parallel STARTS AT_ONCE ROUNDS     how the runs in parallel are made
 *     missing RUNTIME REASON             it was not measured
 *     runtime RUNTIME VERSION            what follows is of this one
 *     instructions VARIANT COUNT         what the kernel has in such a container
 *     sample MODE VARIANT MILLISECONDS   of one container
 */
#ifndef BENCH_STARTS_H
#define BENCH_STARTS_H

#include <stddef.h>

#include "error.h"

/** What a container is started with. */
enum start_variant {
    START_NONE,    /* no seccomp */
    START_FULL,    /* the whole profile, as an engine hands it to a runtime */
    START_SLIM,    /* the slim profile */
    START_PROGRAM, /* the slim profile, and beside it the program for those who load it */
    START_VARIANT_COUNT,
};

enum start_mode { START_SEQUENTIAL, START_PARALLEL, START_MODE_COUNT };

/** Keys for lines, files and bundles ("full"), and names for people ("full profile"). */
const char *start_variant_key(enum start_variant variant);
const char *start_variant_name(enum start_variant variant);
const char *start_mode_key(enum start_mode mode);
const char *start_mode_name(enum start_mode mode);

/** Of one runtime, mode and variant; milliseconds are those of one container. */
struct start_figures {
    double instructions; /* of the filter that the kernel has */
    double samples;      /* sequential: containers; parallel: rounds */
    double min_ms, median_ms, mean_ms, p95_ms;
    double ratio_to_none, ratio_to_full; /* of the medians */
    double saved_percent;                /* of the total time with the full profile */
};

struct start_samples {
    double *ms;
    size_t count, cap;
};

struct start_runtime {
    char *name, *version;
    size_t instructions[START_VARIANT_COUNT];
    struct start_samples samples[START_MODE_COUNT][START_VARIANT_COUNT];
    struct start_figures figures[START_MODE_COUNT][START_VARIANT_COUNT];
};

struct start_missing {
    char *name, *reason;
};

struct start_report {
    struct start_runtime *runtimes;
    size_t count, cap;
    struct start_missing *missing;
    size_t missing_count, missing_cap;
    unsigned parallel, at_once, rounds;
};

/** A figure as a column of tables and files. */
struct start_column {
    const char *key, *heading;
    size_t offset; /* in struct start_figures */
    int decimals;
};

extern const struct start_column start_columns[];
extern const size_t start_column_count;

double start_figure(const struct start_figures *figures, const struct start_column *column);

/**
 * Reads the lines of @p text, which is changed, and makes figures of the samples. @p name is what
 * errors call the text. Errors: SCC_ERROR_INPUT for a line of another form, and where a variant of
 * a runtime has no samples or another number of them than the others; SCC_ERROR_SYSTEM without
 * memory. @p report is the caller's to clear in every case.
 */
int start_report_read(char *text, const char *name, struct start_report *report, scc_error **err);

void start_report_clear(struct start_report *report);

#endif
