/* SPDX-License-Identifier: Apache-2.0 */
/** What the probe of an ABI is to do, and why. */
#ifndef SCC_ARCH_JOBS_H
#define SCC_ARCH_JOBS_H

#include <stdio.h>

#include "calls.h"
#include "subjects.h"

enum job_purpose {
    /** Which calls of a list come as far as a filter. */
    JOB_SEEN,
    /** What the kernel answers without a filter to the calls of a list that are carried out. */
    JOB_UNFILTERED,
    /** Twelve bits of a word that a filter sees, as an errno. */
    JOB_WORD,
    /** A program or blob on calls that are not carried out. */
    JOB_SUBJECT,
    /** A program alone, on calls that are. */
    JOB_ALONE,
    /** A program on calls that a tracer skips. */
    JOB_SKIPPED,
};

struct job {
    struct plan_job plan;
    enum job_purpose purpose;
    const struct subject *subject; /* or NULL */
    unsigned word, shift;          /* of JOB_WORD */
};

struct jobs {
    struct job *items;
    size_t count, cap;
};

/** The jobs for the calls in @p lists; without memory the program ends. */
struct jobs jobs_make(const struct subjects *subjects, const struct call_lists *lists);

/** The place of the one job of a list that is JOB_SEEN or JOB_UNFILTERED. */
size_t jobs_find(const struct jobs *jobs, enum job_purpose purpose, uint32_t list);

void jobs_clear(struct jobs *jobs);

/** Writes the plan, in the byte order of the ABI. */
void jobs_write(FILE *file, const struct jobs *jobs, const struct subjects *subjects,
                const struct call_lists *lists);

/** What the probe tells of a call that the filter answers with @p return_value. */
uint16_t answer_of(uint32_t return_value);

#endif
