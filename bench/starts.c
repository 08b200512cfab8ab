/* SPDX-License-Identifier: Apache-2.0 */
#include "starts.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"
#include "util.h"

enum { WORDS_MAX = 4, COUNT_MAX = 1000000 };

static const struct {
    const char *key, *name;
} variants[START_VARIANT_COUNT] = {
    [START_NONE] = {"none", "no seccomp"},
    [START_FULL] = {"full", "full profile"},
    [START_SLIM] = {"slim", "slim profile"},
    [START_PROGRAM] = {"program", "program"},
};

static const struct {
    const char *key, *name;
} modes[START_MODE_COUNT] = {
    [START_SEQUENTIAL] = {"sequential", "one after another"},
    [START_PARALLEL] = {"parallel", "in parallel"},
};

#define COLUMN(member, heading, decimals)                                                          \
    {                                                                                              \
#member, heading, offsetof(struct start_figures, member), decimals                         \
    }

const struct start_column start_columns[] = {
    COLUMN(instructions, "instructions", 0),
    COLUMN(samples, "samples", 0),
    COLUMN(min_ms, "min", 2),
    COLUMN(median_ms, "median", 2),
    COLUMN(mean_ms, "mean", 2),
    COLUMN(p95_ms, "p95", 2),
    COLUMN(ratio_to_none, "to none", 3),
    COLUMN(ratio_to_full, "to full", 3),
    COLUMN(saved_percent, "saved, %", 1),
};
const size_t start_column_count = SCC_COUNT(start_columns);

const char *start_variant_key(enum start_variant variant)
{
    return variants[variant].key;
}

const char *start_variant_name(enum start_variant variant)
{
    return variants[variant].name;
}

const char *start_mode_key(enum start_mode mode)
{
    return modes[mode].key;
}

const char *start_mode_name(enum start_mode mode)
{
    return modes[mode].name;
}

double start_figure(const struct start_figures *figures, const struct start_column *column)
{
    double value;
    memcpy(&value, (const char *)figures + column->offset, sizeof value);
    return value;
}

/*
 * Reading
 */

/** A whole number from 1 (or 0) on; -1 where it is none. */
static int read_count(const char *word, unsigned least, unsigned *count)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(word, &end, 10);
    if (*word < '0' || *word > '9' || *end || errno || value < least || value > COUNT_MAX)
        return -1;
    *count = (unsigned)value;
    return 0;
}

static int read_ms(const char *word, double *ms)
{
    char *end;
    *ms = strtod(word, &end);
    return end != word && !*end && isfinite(*ms) && *ms > 0 ? 0 : -1;
}

static int read_variant(const char *word, enum start_variant *variant)
{
    for (*variant = 0; *variant < START_VARIANT_COUNT; ++*variant) {
        if (strcmp(word, variants[*variant].key) == 0)
            return 0;
    }
    return -1;
}

static int read_mode(const char *word, enum start_mode *mode)
{
    for (*mode = 0; *mode < START_MODE_COUNT; ++*mode) {
        if (strcmp(word, modes[*mode].key) == 0)
            return 0;
    }
    return -1;
}

/** The runtime that lines are about; NULL before the first. */
static struct start_runtime *current(struct start_report *report)
{
    return report->count ? &report->runtimes[report->count - 1] : NULL;
}

/* Each reads the words behind a line's first: 0, or -1 where they are wrong, with an error in err
 * where it is another reason. */

static int read_parallel(struct start_report *report, char **words, scc_error **err)
{
    (void)err;
    return read_count(words[0], 1, &report->parallel) < 0 ||
                   read_count(words[1], 1, &report->at_once) < 0 ||
                   read_count(words[2], 1, &report->rounds) < 0
               ? -1
               : 0;
}

static int read_missing(struct start_report *report, char **words, scc_error **err)
{
    if (!SCC_GROW(report->missing, report->missing_cap, report->missing_count + 1))
        return scc_error_nomem(err);
    struct start_missing *missing = &report->missing[report->missing_count++];
    *missing = (struct start_missing){strdup(words[0]), strdup(words[1])};
    return missing->name && missing->reason ? 0 : scc_error_nomem(err);
}

static int read_runtime(struct start_report *report, char **words, scc_error **err)
{
    if (!SCC_GROW(report->runtimes, report->cap, report->count + 1))
        return scc_error_nomem(err);
    struct start_runtime *runtime = &report->runtimes[report->count++];
    *runtime = (struct start_runtime){.name = strdup(words[0]), .version = strdup(words[1])};
    return runtime->name && runtime->version ? 0 : scc_error_nomem(err);
}

static int read_instructions(struct start_report *report, char **words, scc_error **err)
{
    (void)err;
    enum start_variant variant;
    unsigned count;
    if (!current(report) || read_variant(words[0], &variant) < 0 ||
        read_count(words[1], 0, &count) < 0)
        return -1;
    current(report)->instructions[variant] = count;
    return 0;
}

static int read_sample(struct start_report *report, char **words, scc_error **err)
{
    enum start_mode mode;
    enum start_variant variant;
    double ms;
    if (!current(report) || read_mode(words[0], &mode) < 0 ||
        read_variant(words[1], &variant) < 0 || read_ms(words[2], &ms) < 0)
        return -1;
    struct start_samples *samples = &current(report)->samples[mode][variant];
    if (!SCC_GROW(samples->ms, samples->cap, samples->count + 1))
        return scc_error_nomem(err);
    samples->ms[samples->count++] = ms;
    return 0;
}

static const struct {
    const char *key;
    size_t words; /* behind the key */
    int (*read)(struct start_report *report, char **words, scc_error **err);
} lines[] = {
    {"parallel", 3, read_parallel},         {"missing", 2, read_missing},
    {"runtime", 2, read_runtime},           {"sample", 3, read_sample},
    {"instructions", 2, read_instructions},
};

/** 0, or -1: err then has an error where the line's form is not what is wrong. */
static int read_line(struct start_report *report, char *line, scc_error **err)
{
    char *words[WORDS_MAX + 1];
    size_t count = 0;
    for (char *word; count <= WORDS_MAX && (word = strsep(&line, "\t")) != NULL;)
        words[count++] = word;
    for (size_t i = 0; i < SCC_COUNT(lines); i++) {
        if (strcmp(words[0], lines[i].key) == 0)
            return count == lines[i].words + 1 ? lines[i].read(report, words + 1, err) : -1;
    }
    return -1;
}

static int read_lines(char *text, const char *name, struct start_report *report, scc_error **err)
{
    unsigned number = 1;
    for (char *line; (line = strsep(&text, "\n")) != NULL; number++) {
        if (!*line && !text)
            return 0;
        scc_error *reason = NULL;
        if (read_line(report, line, &reason) == 0)
            continue;
        if (!reason)
            return scc_error_set(err, SCC_ERROR_INPUT, "%s:%u: not a line of start-bench's", name,
                                 number);
        *err = reason;
        return -1;
    }
    return 0;
}

/*
 * Figures
 */

/** Every variant was measured, and as often as the others. */
static int check_samples(const struct start_runtime *runtime, scc_error **err)
{
    for (enum start_mode mode = 0; mode < START_MODE_COUNT; mode++) {
        size_t expected = runtime->samples[mode][START_NONE].count;
        for (enum start_variant variant = 0; variant < START_VARIANT_COUNT; variant++) {
            size_t count = runtime->samples[mode][variant].count;
            if (!count || count != expected)
                return scc_error_set(err, SCC_ERROR_INPUT,
                                     "%s, %s, %s: %zu samples, expected as many as of the others",
                                     runtime->name, modes[mode].name, variants[variant].name,
                                     count);
        }
    }
    return 0;
}

static void make_figures(struct start_runtime *runtime, enum start_mode mode)
{
    struct start_figures *figures = runtime->figures[mode];
    for (enum start_variant variant = 0; variant < START_VARIANT_COUNT; variant++) {
        struct start_samples *samples = &runtime->samples[mode][variant];
        struct bench_summary ms = bench_summarise(samples->ms, samples->count);
        figures[variant] = (struct start_figures){
            .instructions = (double)runtime->instructions[variant],
            .samples = (double)samples->count,
            .min_ms = ms.min,
            .median_ms = ms.median,
            .mean_ms = ms.mean,
            .p95_ms = ms.p95,
        };
    }
    for (enum start_variant variant = 0; variant < START_VARIANT_COUNT; variant++) {
        struct start_figures *one = &figures[variant];
        one->ratio_to_none = one->median_ms / figures[START_NONE].median_ms;
        one->ratio_to_full = one->median_ms / figures[START_FULL].median_ms;
        /* As many samples of each: what holds of the mean holds of the total. */
        one->saved_percent = 100 * (1 - one->mean_ms / figures[START_FULL].mean_ms);
    }
}

int start_report_read(char *text, const char *name, struct start_report *report, scc_error **err)
{
    if (read_lines(text, name, report, err) < 0)
        return -1;
    for (size_t i = 0; i < report->count; i++) {
        if (check_samples(&report->runtimes[i], err) < 0)
            return -1;
        for (enum start_mode mode = 0; mode < START_MODE_COUNT; mode++)
            make_figures(&report->runtimes[i], mode);
    }
    return report->count ? 0
                         : scc_error_set(err, SCC_ERROR_INPUT, "%s: no runtime was measured", name);
}

static void clear_runtime(struct start_runtime *runtime)
{
    free(runtime->name);
    free(runtime->version);
    for (enum start_mode mode = 0; mode < START_MODE_COUNT; mode++) {
        for (enum start_variant variant = 0; variant < START_VARIANT_COUNT; variant++)
            free(runtime->samples[mode][variant].ms);
    }
}

void start_report_clear(struct start_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        clear_runtime(&report->runtimes[i]);
    free(report->runtimes);
    for (size_t i = 0; i < report->missing_count; i++) {
        free(report->missing[i].name);
        free(report->missing[i].reason);
    }
    free(report->missing);
    *report = (struct start_report){0};
}
