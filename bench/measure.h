/* SPDX-License-Identifier: Apache-2.0 */
/** What is measured in time, on this machine: medians over rounds. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "calls.h"
#include "figures.h"
#include "subjects.h"

/**
 * Loads each program in a child of its own and times calls there. In every round each subject has
 * its turn, so that a machine that drifts drifts for all. *refusal becomes the errno of a kernel
 * that loads nothing, or 0. Errors: SCC_ERROR_SYSTEM without memory or children.
 */
int bench_measure_loaded(const struct bench_programs *programs, const struct bench_loops *loops,
                         unsigned rounds, struct bench_result *result, int *refusal,
                         scc_error **err);

/** A profile's text and the target that it is compiled for. */
struct bench_source {
    const struct bench_target *target;
    const char *name; /* the file's, without its folder */
    const char *text;
    size_t len_bytes;
};

/**
 * Times what makes each program from a profile's text, in this process, after one round that is not
 * counted. libseccomp's part is its own work alone: from context to program,
 * in this process too; it is left out where @p programs has none of it. Errors: as the steps'.
 */
int bench_measure_compile(const struct bench_source *source, const struct bench_programs *programs,
                          unsigned rounds, struct bench_result *result, scc_error **err);

#endif
