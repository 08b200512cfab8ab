/* SPDX-License-Identifier: Apache-2.0 */
#include "work.h"

#include <inttypes.h>

bool scc_work_take(struct scc_work *work, uint64_t steps)
{
    bool is_over = false;
    for (; work; work = work->whole) {
        work->done += steps;
        is_over |= work->done > work->limit;
    }
    return !is_over;
}

bool scc_work_is_over(const struct scc_work *work)
{
    for (; work; work = work->whole) {
        if (work->done > work->limit)
            return true;
    }
    return false;
}

int scc_work_check(const struct scc_work *work, scc_error **err)
{
    for (; work; work = work->whole) {
        if (work->done > work->limit)
            return scc_error_set(
                err, SCC_ERROR_INPUT,
                "too large: this takes more than %" PRIu64
                " steps of work; expected less that is decided by arguments, or fewer "
                "targets at once",
                work->limit);
    }
    return 0;
}
