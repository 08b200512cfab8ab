/* SPDX-License-Identifier: Apache-2.0 */
/** What a program costs: at run time, and in the kernel's action cache. */
#ifndef SCC_COST_H
#define SCC_COST_H

#include "program.h"

/** The instructions of the longest path, RET included, whether or not an input takes it. */
unsigned scc_cost_longest_path(const scc_program *program);

/**
 * Whether the kernel caches the call as always allowed: run with number and audit arch alone, the
 * program returns exactly SECCOMP_RET_ALLOW, over instructions that seccomp_is_const_allow()
 * (kernel/seccomp.c, since 5.11) can follow.
 */
bool scc_cost_is_cached(const scc_program *program, uint32_t audit, uint32_t nr);

#endif
