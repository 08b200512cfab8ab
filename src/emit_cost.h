/* SPDX-License-Identifier: Apache-2.0 */
/** What instructions and steps of a program cost, by what it is to be best at. */
#ifndef SCC_EMIT_COST_H
#define SCC_EMIT_COST_H

#include <seccompc/emit.h>

#include "arch.h"
#include "numbers.h"

enum {
    /** A kernel's table of numbers ends about here; its action cache walks each at attach. */
    SCC_TABLE_END = 471,
    /**
     * So many numbers can weigh something, of an architecture's own range: x32's calls of its own
     * are the last (arch/x86/entry/syscalls/syscall_64.tbl). ARM's private ones, from 0xf0001 on,
     * weigh nothing.
     */
    SCC_WEIGHTS_END = 548,
};

/** Weights of the numbers of one ABI, as scc_search_cost wants them. */
struct scc_number_weights {
    uint32_t cumulative[SCC_WEIGHTS_END + 1];
};

/** The cost of tests of arguments; a static object. */
const struct scc_search_cost *scc_emit_cost_of_args(enum scc_optimize_for optimize_for);

/**
 * The cost of tests of the numbers of @p arch. @p branches are those of its audit arch, over all
 * numbers; for x32 the cost is that of numbers with bit 30 cleared. @p weights must outlive it.
 */
struct scc_search_cost scc_emit_cost_of_numbers(const struct scc_emit_options *options,
                                                const struct scc_arch *arch,
                                                const struct scc_dag *dag,
                                                const struct scc_branches *branches,
                                                struct scc_number_weights *weights);

/** Whether the kernel of @p arch keeps an action cache for it: not for x32, nor on MIPS. */
bool scc_emit_has_action_cache(const struct scc_arch *arch);

/** What the calls of some architectures cost in a program, over their tables of numbers. */
struct scc_program_cost {
    const struct scc_arch *arches[SCC_ARCH_COUNT]; /* x32 is none of them */
    size_t arch_count;
    size_t instructions;
    unsigned longest_path;
    uint64_t steps, numbers; /* of all numbers, arguments 0; and how many numbers these are */
    size_t cached;           /* numbers that the kernel's action cache holds */
};

/** Fills in what is behind arch_count. */
void scc_emit_measure(const scc_program *program, struct scc_program_cost *cost);

/**
 * By how much what @p options ask for is cheaper in @p after than in @p before, two programs that
 * answer alike with their measured costs: the sign alone means something. SCC_EMIT_GAIN_UNKNOWN
 * without memory.
 */
#define SCC_EMIT_GAIN_UNKNOWN INT64_MIN
int64_t scc_emit_gain(const struct scc_emit_options *options, const scc_program *before,
                      const struct scc_program_cost *before_cost, const scc_program *after,
                      const struct scc_program_cost *after_cost);

#endif
