/* SPDX-License-Identifier: Apache-2.0 */
#include "write_starts.h"

#include <unistd.h>

#include "emit_scmp.h"
#include "grid.h"
#include "target.h"
#include "util.h"

enum { NAME_CELLS = 2 };

void start_write_conditions(struct scc_strbuf *out, const struct start_report *report)
{
    unsigned major = 0, minor = 0;
    scc_target_host_kernel(&major, &minor, NULL);
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    scc_strbuf_addf(out, "%s, %ld CPU%s, kernel %u.%u",
                    scc_arch_docker_name(scc_target_host_arch()), cpus, cpus == 1 ? "" : "s", major,
                    minor);
    for (size_t i = 0; i < report->count; i++)
        scc_strbuf_addf(out, ", %s", report->runtimes[i].version);
    scc_strbuf_addf(out, ", libseccomp %s", scc_scmp_version());
}

static void write_how(struct scc_strbuf *out, const struct start_report *report,
                      enum start_mode mode)
{
    if (mode == START_SEQUENTIAL) {
        scc_strbuf_addf(out, "%zu containers of each kind, the kinds in turn.",
                        report->runtimes[0].samples[mode][START_NONE].count);
        return;
    }
    scc_strbuf_addf(out, "%u starts of each kind issued at once", report->parallel);
    if (report->at_once < report->parallel)
        scc_strbuf_addf(out, ", at most %u at a time", report->at_once);
    scc_strbuf_addf(out,
                    ", %u round%s of it, the kinds in turn; a sample is a round's time through the "
                    "number of its containers.",
                    report->rounds, report->rounds == 1 ? "" : "s");
}

static void fill_row(struct bench_grid *grid, size_t row, const struct start_runtime *runtime,
                     enum start_mode mode, enum start_variant variant)
{
    bench_grid_set(grid, row, 0, runtime->name);
    bench_grid_set(grid, row, 1, start_variant_name(variant));
    for (size_t i = 0; i < start_column_count; i++)
        bench_grid_set_number(grid, row, NAME_CELLS + i,
                              start_figure(&runtime->figures[mode][variant], &start_columns[i]),
                              start_columns[i].decimals);
}

static void write_table(struct scc_strbuf *out, const struct start_report *report,
                        enum start_mode mode)
{
    size_t rows = 1 + report->count * START_VARIANT_COUNT;
    SCC_CLEANUP(bench_grid_clear)
    struct bench_grid grid = bench_grid_make(rows, NAME_CELLS + start_column_count, NAME_CELLS);
    bench_grid_set(&grid, 0, 0, "runtime");
    bench_grid_set(&grid, 0, 1, "seccomp");
    for (size_t i = 0; i < start_column_count; i++)
        bench_grid_set(&grid, 0, NAME_CELLS + i, start_columns[i].heading);
    for (size_t i = 0; i < rows - 1; i++)
        fill_row(&grid, i + 1, &report->runtimes[i / START_VARIANT_COUNT], mode,
                 (enum start_variant)(i % START_VARIANT_COUNT));
    scc_strbuf_addf(out, "\n## Starts %s, ms\n\n", start_mode_name(mode));
    write_how(out, report, mode);
    scc_strbuf_add(out, "\n\n");
    bench_grid_print(out, &grid, rows);
}

static void write_saved(struct scc_strbuf *out, const struct start_runtime *runtime,
                        enum start_variant variant)
{
    scc_strbuf_addf(out, "- %s, %s: %.2f %% one after another, %.2f %% in parallel.\n",
                    runtime->name, start_variant_name(variant),
                    runtime->figures[START_SEQUENTIAL][variant].saved_percent,
                    runtime->figures[START_PARALLEL][variant].saved_percent);
}

void start_write_markdown(struct scc_strbuf *out, const struct start_report *report)
{
    scc_strbuf_add(out, "# What the start of a container costs\n\n");
    start_write_conditions(out, report);
    scc_strbuf_add(out, ". Docker's default profile and capabilities, /bin/true. The instructions "
                        "are those that the kernel has; ratios are of medians; what is saved is of "
                        "the total time with the full profile.\n");
    for (enum start_mode mode = 0; mode < START_MODE_COUNT; mode++)
        write_table(out, report, mode);
    scc_strbuf_add(out, "\n## Saved of the total time with the full profile\n\n");
    for (size_t i = 0; i < report->count; i++) {
        write_saved(out, &report->runtimes[i], START_SLIM);
        write_saved(out, &report->runtimes[i], START_PROGRAM);
    }
    for (size_t i = 0; i < report->missing_count; i++)
        scc_strbuf_addf(out, "\nNot measured: %s: %s.\n", report->missing[i].name,
                        report->missing[i].reason);
}
