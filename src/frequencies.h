/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_FREQUENCIES_H
#define SCC_FREQUENCIES_H

#include <seccompc/emit.h>

#include "syscall.h"
#include "tables.h"

enum {
    SCC_SHARE_BITS = 19,
    /** Counts stay below 2^40 each and in sum, so that a share can be computed in 64 bits. */
    SCC_COUNT_BITS = 40,
};

struct scc_frequencies {
    uint64_t counts[SCC_SYSCALL_COUNT];
    uint64_t sum;
};

/** The part that @p call has in all calls counted, in 1/2^19; whole, so that all hosts agree. */
static inline uint32_t scc_frequencies_share(const struct scc_frequencies *frequencies,
                                             const struct scc_syscall *call)
{
    return (uint32_t)((frequencies->counts[call - scc_syscall_table] << SCC_SHARE_BITS) /
                      frequencies->sum);
}

#endif
