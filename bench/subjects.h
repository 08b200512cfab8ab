/* SPDX-License-Identifier: Apache-2.0 */
/** What is measured: a profile, selected for a target, and its programs. */
#ifndef BENCH_SUBJECTS_H
#define BENCH_SUBJECTS_H

#include <stdbool.h>

#include "figures.h"
#include "policy.h"
#include "profile.h"
#include "program.h"

/** A target: with docker's capabilities and a kernel 6.18, so that counts compare. */
struct bench_target {
    const char *name;
    const scc_arch *arch;
    bool is_alone; /* without sub-architectures */
};

/** amd64, arm64, x86_64 alone, and this machine's where that is another. Returns their number. */
enum { BENCH_TARGET_MAX = 4 };
size_t bench_targets(struct bench_target targets[BENCH_TARGET_MAX]);

/** Whether this process can run under programs for the target. */
bool bench_is_loadable(const struct bench_target *target);

/** Parses a profile for the target, which may take sub-architectures out of it. */
int bench_parse(const struct bench_target *target, const char *text, size_t len_bytes,
                const char *name, scc_profile **profile, scc_error **err);

int bench_select(const struct bench_target *target, const scc_profile *profile, scc_policy **policy,
                 scc_error **err);

struct bench_programs {
    scc_program *of[BENCH_SUBJECT_COUNT]; /* NULL: no filter, or libseccomp cannot write it */
};

/**
 * Writes the programs of @p policy, and says on standard error what libseccomp refuses. Errors: as
 * scc_emit_bpf().
 */
int bench_programs_make(const struct scc_policy *policy, const char *target,
                        struct bench_programs *programs, scc_error **err);

/** Usable with SCC_CLEANUP. */
void bench_programs_clear(struct bench_programs *programs);

#endif
