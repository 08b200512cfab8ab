/* SPDX-License-Identifier: Apache-2.0 */
/** Calls of a policy's own architecture that its programs are run or timed with. */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

#include "figures.h"
#include "subjects.h"

struct bench_call_list {
    struct scc_call *items;
    size_t count, cap;
    bool failed; /* without memory */
};

/** What the kernel's action cache cannot hold, of an ABI's known calls in the kernel's table. */
struct bench_uncached {
    /** A call each: not allowed, whatever its arguments; of x32, which is never cached, any. */
    struct bench_call_list denied;
    struct bench_call_list argument; /* of calls that arguments decide, inputs around each rule */
};

/**
 * Finds them for one of the policy's tables, of which the first is the target's own. Errors:
 * SCC_ERROR_SYSTEM without memory. @p uncached is to be cleared either way.
 */
int bench_uncached_find(const struct scc_policy *policy, const struct scc_policy_arch *table,
                        struct bench_uncached *uncached, scc_error **err);

/** Usable with SCC_CLEANUP. */
void bench_uncached_clear(struct bench_uncached *uncached);

/** What a process does to time one kind of calls under each of the subjects. */
struct bench_loops {
    struct bench_call_list of[BENCH_CALL_KIND_COUNT];
    /** Where nothing filters, instead of calls that are to be denied: a number of no call. */
    struct bench_call_list no_call;
};

/**
 * Chooses the calls. All are without effect: the first and the last kind ask a question
 * (getppid(2), personality(2)), and the others are such that each of @p programs, simulated,
 * answers them with ERRNO. A kind is empty where there is no such call. Errors and clearing as
 * bench_uncached_find().
 */
int bench_loops_choose(const struct scc_policy *policy, const struct bench_uncached *uncached,
                       const struct bench_programs *programs, struct bench_loops *loops,
                       scc_error **err);

/** Usable with SCC_CLEANUP. */
void bench_loops_clear(struct bench_loops *loops);

#endif
