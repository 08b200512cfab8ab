/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <math.h>
#include <stdlib.h>

#include "error.h"
#include "stats.h"
#include "under.h"
#include "util.h"

/** The times of one figure, a row of rounds for each subject. */
enum { LOAD = BENCH_CALL_KIND_COUNT, TIME_COUNT };

struct times {
    double *values;
    unsigned rounds;
};

static double *times_of(const struct times *times, enum bench_subject subject, unsigned kind)
{
    return times->values + ((size_t)subject * TIME_COUNT + kind) * times->rounds;
}

/** The calls that are made under a subject: where nothing filters, none that must be denied. */
static void choose_calls(const struct bench_loops *loops, enum bench_subject subject,
                         const struct bench_call_list *calls[BENCH_CALL_KIND_COUNT])
{
    bool filters = subject != BENCH_NO_FILTER && subject != BENCH_ALLOW_ALL;
    for (size_t i = 0; i < BENCH_CALL_KIND_COUNT; i++) {
        bool is_denied = i == BENCH_DENIED || i == BENCH_ARGUMENT_DENIED;
        calls[i] = is_denied && !filters && loops->of[i].count ? &loops->no_call : &loops->of[i];
    }
}

static int run_round(const struct bench_programs *programs, const struct bench_loops *loops,
                     const struct times *times, unsigned round, int *refusal, scc_error **err)
{
    for (unsigned turn = 0; turn < BENCH_SUBJECT_COUNT; turn++) {
        /* Another one is first in each round, so that none has the better place. */
        enum bench_subject subject = (turn + round) % BENCH_SUBJECT_COUNT;
        const struct bench_call_list *calls[BENCH_CALL_KIND_COUNT];
        struct bench_under under;
        if (subject != BENCH_NO_FILTER && !programs->of[subject])
            continue;
        choose_calls(loops, subject, calls);
        if (bench_run_under(programs->of[subject], calls, &under, err) < 0)
            return -1;
        for (unsigned kind = 0; kind < BENCH_CALL_KIND_COUNT; kind++)
            times_of(times, subject, kind)[round] = under.call_ns[kind];
        times_of(times, subject, LOAD)[round] = under.load_us;
        if (under.refusal)
            *refusal = under.refusal;
    }
    return 0;
}

static void take_medians(const struct times *times, struct bench_result *result)
{
    for (enum bench_subject subject = 0; subject < BENCH_SUBJECT_COUNT; subject++) {
        struct bench_figures *figures = &result->of[subject];
        for (unsigned kind = 0; kind < BENCH_CALL_KIND_COUNT; kind++)
            figures->call_ns[kind] = bench_median(times_of(times, subject, kind), times->rounds);
        figures->attach_us = bench_median(times_of(times, subject, LOAD), times->rounds);
    }
    for (enum bench_subject subject = 0; subject < BENCH_SUBJECT_COUNT; subject++)
        result->of[subject].attach_ratio =
            result->of[subject].attach_us / result->of[BENCH_LINEAR].attach_us;
}

int bench_measure_loaded(const struct bench_programs *programs, const struct bench_loops *loops,
                         unsigned rounds, struct bench_result *result, int *refusal,
                         scc_error **err)
{
    size_t count = (size_t)BENCH_SUBJECT_COUNT * TIME_COUNT * rounds;
    SCC_AUTOFREE double *values = malloc(count * sizeof *values);
    struct times times = {values, rounds};
    *refusal = 0;
    if (!values)
        return scc_error_nomem(err);
    for (size_t i = 0; i < count; i++)
        values[i] = NAN;
    for (unsigned round = 0; round < rounds && !*refusal; round++) {
        if (run_round(programs, loops, &times, round, refusal, err) < 0)
            return -1;
    }
    if (!*refusal)
        take_medians(&times, result);
    return 0;
}
