/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Bounds of time that are the same on every host: work is counted in steps, never timed. A step is
 * about what one step of a decision diagram takes, less than a microsecond.
 *
 * What a bound decides (which program is the best that was found) must not depend on what else a
 * command compiles. So each compilation has its own part, and where the whole is used up, nothing
 * is written.
 */
#ifndef SCC_WORK_H
#define SCC_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

enum {
    /** What a command may do with all of its inputs and for all of its targets. */
    SCC_WORK_OF_COMMAND = 4 << 20,
};

struct scc_work {
    uint64_t limit, done;   /* steps */
    struct scc_work *whole; /* that this is a part of; or NULL */
    /** CPU time of libseccomp, whose work only time can bound: no part of what is counted. */
    uint64_t scmp_ms;
};

/** Counts @p steps, also in what @p work (or NULL: no bound) is a part of; false past a bound. */
bool scc_work_take(struct scc_work *work, uint64_t steps);

/** Whether a bound was passed. */
bool scc_work_is_over(const struct scc_work *work);

/** Fails with SCC_ERROR_INPUT, "too large", where a bound was passed; else 0. */
int scc_work_check(const struct scc_work *work, scc_error **err);

#endif
