/* SPDX-License-Identifier: Apache-2.0 */
/** System calls: name ↔ number on each architecture, and the calls behind socketcall and ipc. */
#ifndef SCC_SYSCALL_H
#define SCC_SYSCALL_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "kernel.h"

/** The call of that name, or NULL where no architecture has it. */
const struct scc_syscall *scc_syscall_find(const char *name);

/** What `seccomp_data.nr` holds for @p call on @p arch, or SCC_NR_NONE. */
uint32_t scc_syscall_nr(const struct scc_syscall *call, const struct scc_arch *arch);

/**
 * The call of that number (as in `seccomp_data.nr`), or NULL. Where two names share a number, the
 * first in the alphabet.
 */
const struct scc_syscall *scc_syscall_at(const struct scc_arch *arch, uint32_t nr);

/**
 * The first kernel release that has @p call on @p arch under a number of its own, 0.0 where it has
 * none or no source tells: what is unknown counts as old. A port's own first release does not
 * count: calls that were there before it are as old as elsewhere.
 */
struct scc_kernel scc_syscall_since(const struct scc_syscall *call, const struct scc_arch *arch);

/** The first release with @p call on any architecture, 0.0 where no source tells. */
struct scc_kernel scc_syscall_first(const struct scc_syscall *call);

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

/**
 * The type of argument @p arg (0 to 5) of @p call in the 64-bit kernel of @p arch, as
 * src/data/arguments.csv has it; SCC_ARGUMENT_UNKNOWN where it has none, also behind the last
 * argument.
 */
enum scc_argument_type scc_syscall_argument(const struct scc_syscall *call,
                                            const struct scc_arch *arch, unsigned arg);

/** The type's name in src/data/arguments.csv; "unknown" for SCC_ARGUMENT_UNKNOWN. */
const char *scc_argument_type_name(enum scc_argument_type type);

/** Whether a 64-bit kernel looks at the low word of such an argument alone. What is unknown: no. */
bool scc_argument_is_32bit(enum scc_argument_type type);

/**
 * The arguments of @p call, bit i for argument i, of which the kernel of @p arch ignores the high
 * word although a filter sees it: those of 32 bits, on ABIs whose arguments have 64.
 */
uint8_t scc_syscall_loose_args(const struct scc_syscall *call, const struct scc_arch *arch);

/**
 * Which argument of clone holds its flags: 0, or 1 on s390 and s390x, where the stack comes first
 * (kernel/fork.c, CONFIG_CLONE_BACKWARDS2).
 */
unsigned scc_syscall_clone_flags(const struct scc_arch *arch);

/** The known name nearest to @p name, or NULL where none is near. */
const char *scc_syscall_nearest(const char *name);

#endif
