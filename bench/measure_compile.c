/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "emit_scmp.h"
#include "error.h"
#include "prove.h"
#include "stats.h"
#include "util.h"

enum step { PARSE, SELECT, EMIT, PROOF, LINEAR, TREE, STEP_COUNT };

struct times {
    double *values[STEP_COUNT]; /* of all rounds, in microseconds */
    unsigned round;
};

/** Keeps the time since *before for a step, and starts the next one. */
static void lap(struct times *times, enum step step, double *before)
{
    double now = bench_now_us();
    times->values[step][times->round] = now - *before;
    *before = bench_now_us();
}

/** libseccomp's own work, into memory. */
static int time_scmp(struct times *times, enum step step, const struct scc_policy *policy,
                     scc_error **err)
{
    SCC_CLEANUP(scc_close_fd) int fd = memfd_create("seccompc-bench", MFD_CLOEXEC);
    if (fd < 0)
        return scc_error_errno(err, errno, "memfd_create");
    double before = bench_now_us();
    if (scc_scmp_write_here(policy, step == TREE ? SCC_SCMP_TREE : SCC_SCMP_LINEAR, fd, err) < 0)
        return -1;
    lap(times, step, &before);
    return 0;
}

static int time_own(struct times *times, const struct scc_policy *policy, scc_error **err)
{
    scc_program *program = NULL;
    struct scc_proof proof;
    double before = bench_now_us();
    if (scc_emit_bpf(policy, NULL, &program, err) < 0)
        return -1;
    lap(times, EMIT, &before);
    int done = scc_prove(policy, program, &proof, err);
    lap(times, PROOF, &before);
    if (done == 0 && !proof.equal)
        done = scc_error_set(err, SCC_ERROR_INPUT, "our program is not the policy");
    scc_program_free(program);
    return done;
}

static int time_round(struct times *times, const struct bench_source *source,
                      const struct bench_programs *programs, scc_error **err)
{
    scc_profile *profile = NULL;
    scc_policy *policy = NULL;
    double before = bench_now_us();
    int done =
        bench_parse(source->target, source->text, source->len_bytes, source->name, &profile, err);
    lap(times, PARSE, &before);
    if (done == 0)
        done = bench_select(source->target, profile, &policy, err);
    lap(times, SELECT, &before);
    if (done == 0)
        done = time_own(times, policy, err);
    if (done == 0 && programs->of[BENCH_LINEAR])
        done = time_scmp(times, LINEAR, policy, err);
    if (done == 0 && programs->of[BENCH_TREE])
        done = time_scmp(times, TREE, policy, err);
    scc_policy_free(policy);
    scc_profile_free(profile);
    return done;
}

static void take_medians(struct times *times, unsigned rounds, struct bench_result *result)
{
    double medians[STEP_COUNT];
    for (enum step step = 0; step < STEP_COUNT; step++)
        medians[step] = bench_median(times->values[step], rounds);
    result->of[BENCH_OWN].emit_us = medians[EMIT];
    result->of[BENCH_OWN].proof_us = medians[PROOF];
    result->of[BENCH_LINEAR].emit_us = medians[LINEAR];
    result->of[BENCH_TREE].emit_us = medians[TREE];
    for (enum bench_subject subject = BENCH_LINEAR; subject < BENCH_SUBJECT_COUNT; subject++) {
        struct bench_figures *figures = &result->of[subject];
        figures->parse_us = medians[PARSE];
        figures->select_us = medians[SELECT];
        figures->compile_us = medians[PARSE] + medians[SELECT] + figures->emit_us;
    }
}

int bench_measure_compile(const struct bench_source *source, const struct bench_programs *programs,
                          unsigned rounds, struct bench_result *result, scc_error **err)
{
    size_t count = (size_t)STEP_COUNT * rounds;
    SCC_AUTOFREE double *values = malloc(count * sizeof *values);
    struct times times = {0};
    if (!values)
        return scc_error_nomem(err);
    for (size_t i = 0; i < count; i++)
        values[i] = NAN;
    for (size_t step = 0; step < STEP_COUNT; step++)
        times.values[step] = values + step * rounds;
    /* The first round, which warms up, is written over by the second. */
    for (unsigned i = 0; i <= rounds; i++) {
        times.round = i ? i - 1 : 0;
        if (time_round(&times, source, programs, err) < 0)
            return -1;
    }
    take_medians(&times, rounds, result);
    return 0;
}
