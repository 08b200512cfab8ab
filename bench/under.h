/* SPDX-License-Identifier: Apache-2.0 */
/** A process under a program: what loading took, and what calls take there. */
#ifndef BENCH_UNDER_H
#define BENCH_UNDER_H

#include "calls.h"
#include "figures.h"
#include "program.h"

struct bench_under {
    double load_us;                        /* seccomp(2) alone; NAN: no program, or refused */
    double call_ns[BENCH_CALL_KIND_COUNT]; /* NAN: no such call, or the process came to its end */
    int refusal;                           /* the errno of a load that failed, or 0 */
};

/**
 * In a child, loads @p program (NULL: none) and times the @p calls of each kind (a kind may be
 * empty). Errors: SCC_ERROR_SYSTEM where there is no child.
 */
int bench_run_under(const scc_program *program,
                    const struct bench_call_list *const calls[BENCH_CALL_KIND_COUNT],
                    struct bench_under *under, scc_error **err);

#endif
