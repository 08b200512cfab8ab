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

/** What the instructions of one audit arch and number cost. */
struct scc_number_cost {
    /** At worst, whatever the arguments: as far as the kernel's emulator follows the number, then
     * the longest way. */
    unsigned steps_at_worst;
    /** Number and audit arch alone lead to `return_value`. */
    bool is_decided;
    uint32_t return_value;
};

/**
 * Fills in @p longest, for each instruction of @p program the instructions of the longest way from
 * there on, itself included.
 */
void scc_cost_longest_paths(const scc_program *program, unsigned longest[SCC_PROGRAM_MAX]);

struct scc_number_cost scc_cost_of_number(const scc_program *program,
                                          const unsigned longest[SCC_PROGRAM_MAX], uint32_t audit,
                                          uint32_t nr);

#endif
