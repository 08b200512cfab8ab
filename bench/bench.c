/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccompc-bench [OPTIONS] [PROFILE ...]: what libseccomp's programs and ours cost, counted for
 * several targets and measured on this machine.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "builtin.h"
#include "emit_scmp.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "measure.h"
#include "options.h"
#include "paths.h"
#include "util.h"
#include "write.h"

enum {
    ROUNDS_DEFAULT = 101,
    ROUNDS_MAX = 100000,
};

enum format { MARKDOWN, CSV, JSON, SVG, FORMAT_COUNT };

static const struct {
    const char *option, *suffix;
    void (*write)(struct scc_strbuf *out, const struct bench_report *report);
} formats[FORMAT_COUNT] = {
    [MARKDOWN] = {"markdown", "md", bench_write_markdown},
    [CSV] = {"csv", "csv", bench_write_csv},
    [JSON] = {"json", "json", bench_write_json},
    [SVG] = {"svg", "svg", bench_write_svg},
};

struct settings {
    unsigned rounds;
    char *paths[FORMAT_COUNT]; /* NULL: not wanted */
    bool loads_nothing;
    bool wants_help;
};

/*
 * Options
 */

static int set_rounds(void *settings, const char *value, scc_error **err)
{
    char *end;
    errno = 0;
    unsigned long rounds = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno || rounds < 1 || rounds > ROUNDS_MAX)
        return scc_error_set(err, SCC_ERROR_USAGE, "--rounds %s: expected a number from 1 to %d",
                             value, ROUNDS_MAX);
    ((struct settings *)settings)->rounds = (unsigned)rounds;
    return 0;
}

static int set_path(struct settings *settings, enum format format, const char *value,
                    scc_error **err)
{
    if (strcmp(value, "-") == 0)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--%s -: expected a file; the tables go to standard output",
                             formats[format].option);
    free(settings->paths[format]);
    settings->paths[format] = strdup(value);
    return settings->paths[format] ? 0 : scc_error_nomem(err);
}

static int set_markdown(void *settings, const char *value, scc_error **err)
{
    return set_path(settings, MARKDOWN, value, err);
}

static int set_csv(void *settings, const char *value, scc_error **err)
{
    return set_path(settings, CSV, value, err);
}

static int set_json(void *settings, const char *value, scc_error **err)
{
    return set_path(settings, JSON, value, err);
}

static int set_svg(void *settings, const char *value, scc_error **err)
{
    return set_path(settings, SVG, value, err);
}

static int set_output(void *settings, const char *value, scc_error **err)
{
    if (mkdir(value, 0777) < 0 && errno != EEXIST)
        return scc_error_errno(err, errno, "--output %s", value);
    for (enum format format = 0; format < FORMAT_COUNT; format++) {
        SCC_AUTOFREE char *path = NULL;
        if (asprintf(&path, "%s/benchmarks.%s", value, formats[format].suffix) < 0)
            return scc_error_nomem(err);
        if (set_path(settings, format, path, err) < 0)
            return -1;
    }
    return 0;
}

static int set_no_attach(void *settings, const char *value, scc_error **err)
{
    (void)value;
    (void)err;
    ((struct settings *)settings)->loads_nothing = true;
    return 0;
}

static int set_help(void *settings, const char *value, scc_error **err)
{
    (void)value;
    (void)err;
    ((struct settings *)settings)->wants_help = true;
    return 0;
}

static const struct scc_option options[] = {
    {"rounds", 'n', "N", "measure N times, and take medians (101)", set_rounds},
    {"output", 'o', "DIR",
     "write benchmarks.md, .csv, .json and .svg into the folder DIR, which is made where it is "
     "missing",
     set_output},
    {"markdown", 0, "FILE", "write the tables that are printed", set_markdown},
    {"csv", 0, "FILE", "write a line for each profile, target and program", set_csv},
    {"json", 0, "FILE", "write the same as JSON", set_json},
    {"svg", 0, "FILE", "write a plot", set_svg},
    {"no-attach", 0, NULL, "load no program; attach and calls are then not measured",
     set_no_attach},
    {"help", 'h', NULL, "print this", set_help},
};

static void print_help(struct scc_option_group *group)
{
    puts("usage: seccompc-bench [OPTIONS] [PROFILE ...]\n");
    scc_print_wrapped(stdout,
                      "Compares libseccomp's programs, linear and tree, with ours: instructions, "
                      "paths and cached calls for amd64, arm64 and x86_64 alone, and on this "
                      "machine attach, compile time and time per call. Without PROFILE: the "
                      "built-in one. A profile that is refused is named and left out.\n\n"
                      "Exit status: 0 done, 2 usage, 3 the system said no, 4 every profile was "
                      "refused.",
                      0, 0);
    scc_options_help(stdout, group, 1);
}

/*
 * Measuring
 */

/** The name without ".json"; the caller frees it. */
static char *short_name(const char *name)
{
    size_t len = strlen(name);
    if (len > 5 && strcmp(name + len - 5, ".json") == 0)
        len -= 5;
    return strndup(name, len);
}

static struct bench_result *add_result(struct bench_report *report,
                                       const struct bench_source *source, scc_error **err)
{
    char *name = short_name(source->name);
    if (!name || !SCC_GROW(report->results, report->cap, report->count + 1)) {
        free(name);
        scc_error_nomem(err);
        return NULL;
    }
    struct bench_result *result = &report->results[report->count++];
    *result = (struct bench_result){.profile = name, .target = source->target->name};
    for (enum bench_subject subject = 0; subject < BENCH_SUBJECT_COUNT; subject++)
        bench_figures_clear(&result->of[subject]);
    return result;
}

/** Says once why nothing can be loaded. */
static int note_refusal(struct bench_report *report, int refusal, scc_error **err)
{
    if (asprintf(&report->why_not_loaded, "the kernel refuses seccomp(2): %s", strerror(refusal)) <
        0) {
        report->why_not_loaded = NULL;
        return scc_error_nomem(err);
    }
    fprintf(stderr, "seccompc-bench: nothing is loaded: %s\n", report->why_not_loaded);
    return 0;
}

static int count_lost(const struct scc_policy *policy, struct bench_result *result, scc_error **err)
{
    SCC_CLEANUP(scc_scmp_view_clear) struct scc_scmp_view view = {0};
    if (scc_scmp_view_make(policy, &view, err) < 0)
        return -1;
    result->lost_count = view.lost_count;
    return 0;
}

static int measure_loaded(struct bench_report *report, const struct scc_policy *policy,
                          const struct bench_uncached *uncached,
                          const struct bench_programs *programs, struct bench_result *result,
                          scc_error **err)
{
    SCC_CLEANUP(bench_loops_clear) struct bench_loops loops = {0};
    int refusal = 0;
    if (bench_loops_choose(policy, uncached, programs, &loops, err) < 0 ||
        bench_measure_loaded(programs, &loops, report->rounds, result, &refusal, err) < 0)
        return -1;
    return refusal ? note_refusal(report, refusal, err) : 0;
}

static int measure_policy(struct bench_report *report, const struct bench_source *source,
                          const struct scc_policy *policy, scc_error **err)
{
    SCC_CLEANUP(bench_programs_clear) struct bench_programs programs = {0};
    SCC_CLEANUP(bench_uncached_clear) struct bench_uncached uncached = {0};
    struct bench_result *result = add_result(report, source, err);
    if (!result || count_lost(policy, result, err) < 0 ||
        bench_programs_make(policy, source->target->name, &programs, err) < 0 ||
        bench_uncached_find(policy, &policy->arches[0], &uncached, err) < 0 ||
        bench_measure_paths(policy, &programs, &uncached, result, err) < 0 ||
        bench_measure_compile(source, &programs, report->rounds, result, err) < 0)
        return -1;
    if (report->why_not_loaded || !bench_is_loadable(source->target))
        return 0;
    return measure_loaded(report, policy, &uncached, &programs, result, err);
}

static int prepare(const struct bench_source *source, scc_profile **profile, scc_policy **policy,
                   scc_error **err)
{
    if (bench_parse(source->target, source->text, source->len_bytes, source->name, profile, err) <
        0)
        return -1;
    return bench_select(source->target, *profile, policy, err);
}

/** Leaves a profile that is refused out, telling so once; other errors stay in @p err. */
static int leave_out(struct bench_report *report, scc_error **err)
{
    if (scc_error_get_code(*err) != SCC_ERROR_INPUT)
        return -1;
    char *text = strdup(scc_error_get_text(*err));
    scc_error_free(SCC_STEAL(*err));
    if (!text || !SCC_GROW(report->refused, report->refused_cap, report->refused_count + 1)) {
        free(text);
        return scc_error_nomem(err);
    }
    size_t count = report->refused_count;
    if (count && strcmp(report->refused[count - 1], text) == 0) {
        free(text);
        return 0;
    }
    fprintf(stderr, "seccompc-bench: left out: %s\n", text);
    report->refused[report->refused_count++] = text;
    return 0;
}

static int measure_source(struct bench_report *report, const struct bench_source *source,
                          scc_error **err)
{
    scc_profile *profile = NULL;
    scc_policy *policy = NULL;
    int done = prepare(source, &profile, &policy, err) == 0
                   ? measure_policy(report, source, policy, err)
                   : leave_out(report, err);
    scc_policy_free(policy);
    scc_profile_free(profile);
    return done;
}

static int measure_text(struct bench_report *report, const char *name, const char *text, size_t len,
                        scc_error **err)
{
    struct bench_target targets[BENCH_TARGET_MAX];
    size_t count = bench_targets(targets);
    for (size_t i = 0; i < count; i++) {
        struct bench_source source = {&targets[i], name, text, len};
        if (measure_source(report, &source, err) < 0)
            return -1;
    }
    return 0;
}

/** All profiles, or without any the built-in one. Refuses where none is left. */
static int measure_all(struct bench_report *report, char **paths, scc_error **err)
{
    if (!*paths)
        return measure_text(report, "built-in", scc_builtin_profile, scc_builtin_profile_bytes,
                            err);
    for (; *paths; paths++) {
        SCC_AUTOFREE char *text = NULL;
        size_t len;
        const char *slash = strrchr(*paths, '/');
        if (scc_file_read(*paths, SCC_JSON_MAX_BYTES, &text, &len, err) < 0 ||
            measure_text(report, slash ? slash + 1 : *paths, text, len, err) < 0)
            return -1;
    }
    return report->count ? 0 : scc_error_set(err, SCC_ERROR_INPUT, "every profile was refused");
}

/*
 * Output
 */

static int stage(struct scc_output_set *set, const struct bench_report *report, enum format format,
                 const char *path, scc_error **err)
{
    struct scc_strbuf text = {0};
    formats[format].write(&text, report);
    size_t len = text.len;
    SCC_AUTOFREE char *bytes = scc_strbuf_steal(&text);
    return bytes ? scc_output_set_add(set, path, bytes, len, err) : scc_error_nomem(err);
}

/** The tables to standard output, and the files that are wanted. */
static int write_all(const struct settings *settings, const struct bench_report *report,
                     scc_error **err)
{
    struct scc_output_set *set = scc_output_set_new();
    int done = set ? stage(set, report, MARKDOWN, "-", err) : scc_error_nomem(err);
    for (enum format format = 0; format < FORMAT_COUNT && done == 0; format++) {
        if (settings->paths[format])
            done = stage(set, report, format, settings->paths[format], err);
    }
    if (done == 0)
        done = scc_output_set_commit(set, NULL, err);
    scc_output_set_free(set);
    return done;
}

/** Refuses an output that is one of the profiles, before anything takes time. */
static int check_apart(const struct settings *settings, char **profiles, scc_error **err)
{
    for (enum format format = 0; format < FORMAT_COUNT; format++) {
        for (char **profile = profiles; *profile; profile++) {
            if (scc_file_check_apart(settings->paths[format], *profile, err) < 0)
                return -1;
        }
    }
    return 0;
}

static int run(int argc, char **argv, struct settings *settings, struct bench_report *report,
               scc_error **err)
{
    struct scc_option_group group = {"Options:", options, SCC_COUNT(options), settings};
    int first;
    if (scc_options_parse(&group, 1, argc, argv, &first, err) < 0)
        return -1;
    if (settings->wants_help) {
        print_help(&group);
        return 0;
    }
    report->rounds = settings->rounds;
    if (settings->loads_nothing) {
        report->why_not_loaded = strdup("--no-attach");
        if (!report->why_not_loaded)
            return scc_error_nomem(err);
    }
    if (check_apart(settings, argv + first, err) < 0 || measure_all(report, argv + first, err) < 0)
        return -1;
    return write_all(settings, report, err);
}

int main(int argc, char **argv)
{
    struct settings settings = {.rounds = ROUNDS_DEFAULT};
    struct bench_report report = {0};
    scc_error *err = NULL;
    int status = 0;
    if (run(argc, argv, &settings, &report, &err) < 0) {
        fprintf(stderr, "seccompc-bench: %s\n", scc_error_get_text(err));
        status = (int)scc_error_get_code(err);
    }
    scc_error_free(err);
    bench_report_clear(&report);
    for (enum format format = 0; format < FORMAT_COUNT; format++)
        free(settings.paths[format]);
    return status;
}
