/* SPDX-License-Identifier: Apache-2.0 */
/** What a program costs, counted in instructions: the same on every machine. */
#ifndef BENCH_PATHS_H
#define BENCH_PATHS_H

#include "calls.h"
#include "figures.h"
#include "subjects.h"

/** The numbers in the native and compat tables of Linux 6.18 end here on x86 and arm alike. */
enum { BENCH_TABLE_END = 470 };

/**
 * Fills in the instructions, paths and cache counts of each program; @p uncached is of the target's
 * own ABI. Errors: SCC_ERROR_SYSTEM
 * without memory.
 */
int bench_measure_paths(const struct scc_policy *policy, const struct bench_programs *programs,
                        const struct bench_uncached *uncached, struct bench_result *result,
                        scc_error **err);

#endif
