/* SPDX-License-Identifier: Apache-2.0 */
/** System calls: name ↔ number on each architecture, and the calls behind socketcall and ipc. */
#ifndef SCC_SYSCALL_H
#define SCC_SYSCALL_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"

/** The call of that name, or NULL where no architecture has it. */
const struct scc_syscall *scc_syscall_find(const char *name);

/** What `seccomp_data.nr` holds for @p call on @p arch, or SCC_NR_NONE. */
uint32_t scc_syscall_nr(const struct scc_syscall *call, const struct scc_arch *arch);

/**
 * The call of that number (as in `seccomp_data.nr`), or NULL. Where two names share a number, the
 * first in the alphabet.
 */
const struct scc_syscall *scc_syscall_at(const struct scc_arch *arch, uint32_t nr);

/** A call as the second half of another: `socketcall(1, …)` is socket. */
struct scc_syscall_door {
    const struct scc_syscall *call; /* socketcall or ipc; NULL: none */
    uint32_t nr;                    /* its number */
    uint32_t selector;              /* what its argument 0 holds (linux/net.h, linux/ipc.h) */
};

/**
 * The multiplexer through which @p call can be made on @p arch; `call` is NULL where there is none.
 * An architecture has the door if it has the multiplexing call.
 */
struct scc_syscall_door scc_syscall_door(const struct scc_syscall *call,
                                         const struct scc_arch *arch);

/** Whether @p arch has @p call, under a number of its own or behind a door. */
bool scc_syscall_exists(const struct scc_syscall *call, const struct scc_arch *arch);

/** The known name nearest to @p name, or NULL where none is near. */
const char *scc_syscall_nearest(const char *name);

#endif
