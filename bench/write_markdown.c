/* SPDX-License-Identifier: Apache-2.0 */
#include "write.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "emit_scmp.h"
#include "grid.h"
#include "target.h"
#include "util.h"

enum { CELLS_MAX = 12, NAME_CELLS = 2 };

/** A column of a table: a figure of a subject. */
struct cell {
    const char *heading;
    enum bench_subject subject;
    size_t offset; /* in struct bench_figures */
};

struct section {
    const char *title;
    const char *text;
    struct cell cells[CELLS_MAX];
};

#define FIGURE(heading, subject, member)                                                           \
    {                                                                                              \
        heading, subject, offsetof(struct bench_figures, member)                                   \
    }
#define THREE(member)                                                                              \
    FIGURE("linear", BENCH_LINEAR, member), FIGURE("tree", BENCH_TREE, member),                    \
        FIGURE("ours", BENCH_OWN, member)
#define CALLS(kind)                                                                                \
    FIGURE("no filter", BENCH_NO_FILTER, call_ns[kind]),                                           \
        FIGURE("ret ALLOW", BENCH_ALLOW_ALL, call_ns[kind]), THREE(call_ns[kind])

static const struct section sections[] = {
    {"Instructions",
     "And calls of the native and compat tables that are allowed whatever their "
     "arguments: how many there are, and how many of them are in the kernel's "
     "action cache.",
     {THREE(instructions), FIGURE("calls", BENCH_OWN, cacheable),
      FIGURE("cached: linear", BENCH_LINEAR, cached), FIGURE("tree", BENCH_TREE, cached),
      FIGURE("ours", BENCH_OWN, cached)}},
    {"Mean and longest path",
     "In instructions: the mean over every number of the native and the compat table, which the "
     "kernel walks at attach; and the longest way through the program.",
     {FIGURE("mean: linear", BENCH_LINEAR, mean_path), FIGURE("tree", BENCH_TREE, mean_path),
      FIGURE("ours", BENCH_OWN, mean_path), FIGURE("longest: linear", BENCH_LINEAR, worst_path),
      FIGURE("tree", BENCH_TREE, worst_path), FIGURE("ours", BENCH_OWN, worst_path)}},
    {"Paths past the cache",
     "In instructions: the mean over denied calls, the mean over inputs around each rule of calls "
     "that arguments decide, both on the target's own ABI; and the number of such calls on all "
     "ABIs "
     "for which our path is longer than the tree's.",
     {FIGURE("denied: linear", BENCH_LINEAR, denied_path), FIGURE("tree", BENCH_TREE, denied_path),
      FIGURE("ours", BENCH_OWN, denied_path),
      FIGURE("by argument: linear", BENCH_LINEAR, argument_path),
      FIGURE("tree", BENCH_TREE, argument_path), FIGURE("ours", BENCH_OWN, argument_path),
      FIGURE("ours longer", BENCH_OWN, longer_paths), FIGURE("by", BENCH_OWN, longer_by)}},
    {"Attach, µs",
     "seccomp(2) alone; the ratios are to libseccomp's linear program.",
     {FIGURE("ret ALLOW", BENCH_ALLOW_ALL, attach_us), THREE(attach_us),
      FIGURE("tree, ratio", BENCH_TREE, attach_ratio),
      FIGURE("ours, ratio", BENCH_OWN, attach_ratio)}},
    {"Compile, µs",
     "In process and warm: JSON text to profile, profile to policy, policy to program in the three "
     "ways, the sum of these steps, and the proof of ours.",
     {FIGURE("parse", BENCH_OWN, parse_us), FIGURE("select", BENCH_OWN, select_us),
      FIGURE("emit: linear", BENCH_LINEAR, emit_us), FIGURE("tree", BENCH_TREE, emit_us),
      FIGURE("ours", BENCH_OWN, emit_us), FIGURE("sum: linear", BENCH_LINEAR, compile_us),
      FIGURE("tree", BENCH_TREE, compile_us), FIGURE("ours", BENCH_OWN, compile_us),
      FIGURE("proof", BENCH_OWN, proof_us)}},
    {"Cached calls, ns",
     "getppid(2), which the kernel's action cache lets pass.",
     {CALLS(BENCH_CACHED)}},
    {"Denied calls, ns",
     "The mean over all calls that the profile refuses with an errno; where nothing filters, a "
     "number of no call.",
     {CALLS(BENCH_DENIED)}},
    {"Calls denied by an argument, ns",
     "The mean over inputs that the profile refuses with an errno for their arguments; where "
     "nothing filters, a number of no call.",
     {CALLS(BENCH_ARGUMENT_DENIED)}},
    {"Calls allowed by an argument, ns",
     "personality(0xffffffff), which asks and changes nothing.",
     {CALLS(BENCH_ARGUMENT_ALLOWED)}},
};

static size_t count_cells(const struct section *section)
{
    size_t count = 0;
    while (count < CELLS_MAX && section->cells[count].heading)
        count++;
    return count;
}

/** Whether a figure of the section was measured, be it one. */
static bool has_figures(const struct section *section, const struct bench_result *result)
{
    for (size_t i = 0; i < count_cells(section); i++) {
        const struct cell *cell = &section->cells[i];
        bool is_filter = cell->subject != BENCH_NO_FILTER && cell->subject != BENCH_ALLOW_ALL;
        if (is_filter &&
            !isnan(bench_figure(&result->of[cell->subject], bench_column_at(cell->offset))))
            return true;
    }
    return false;
}

static void fill_row(struct bench_grid *grid, size_t row, const struct section *section,
                     const struct bench_result *result)
{
    bench_grid_set(grid, row, 0, result->profile);
    bench_grid_set(grid, row, 1, result->target);
    for (size_t i = 0; NAME_CELLS + i < grid->columns; i++) {
        const struct bench_column *column = bench_column_at(section->cells[i].offset);
        bench_grid_set_number(grid, row, NAME_CELLS + i,
                              bench_figure(&result->of[section->cells[i].subject], column),
                              column->decimals);
    }
}

static void write_section(struct scc_strbuf *out, const struct section *section,
                          const struct bench_report *report)
{
    SCC_CLEANUP(bench_grid_clear)
    struct bench_grid grid =
        bench_grid_make(report->count + 1, NAME_CELLS + count_cells(section), NAME_CELLS);
    size_t rows = 1;
    bench_grid_set(&grid, 0, 0, "profile");
    bench_grid_set(&grid, 0, 1, "target");
    for (size_t i = 0; NAME_CELLS + i < grid.columns; i++)
        bench_grid_set(&grid, 0, NAME_CELLS + i, section->cells[i].heading);
    for (size_t i = 0; i < report->count; i++) {
        if (has_figures(section, &report->results[i]))
            fill_row(&grid, rows++, section, &report->results[i]);
    }
    if (rows > 1) {
        scc_strbuf_addf(out, "\n## %s\n\n%s\n\n", section->title, section->text);
        bench_grid_print(out, &grid, rows);
    }
}

void bench_write_conditions(struct scc_strbuf *out, const struct bench_report *report)
{
    unsigned major = 0, minor = 0;
    scc_target_host_kernel(&major, &minor, NULL);
    scc_strbuf_addf(out, "%s, kernel %u.%u, libseccomp %s, medians of %u round%s",
                    scc_arch_docker_name(scc_target_host_arch()), major, minor, scc_scmp_version(),
                    report->rounds, report->rounds == 1 ? "" : "s");
}

void bench_write_markdown(struct scc_strbuf *out, const struct bench_report *report)
{
    scc_strbuf_add(out, "# What programs cost\n\n");
    bench_write_conditions(out, report);
    scc_strbuf_add(out, ". Docker's capabilities; profiles selected for kernel 6.18.\n");
    for (size_t i = 0; i < SCC_COUNT(sections); i++)
        write_section(out, &sections[i], report);
    for (size_t i = 0; i < report->refused_count; i++)
        scc_strbuf_addf(out, "\nLeft out: %s.\n", report->refused[i]);
    if (report->why_not_loaded)
        scc_strbuf_addf(out, "\nNothing was loaded: %s.\n", report->why_not_loaded);
}
