/* SPDX-License-Identifier: Apache-2.0 */
/** What a kernel shows its filters of a call, by the sources of Linux. */
#ifndef SCC_ARCH_SHOWN_H
#define SCC_ARCH_SHOWN_H

#include "arch.h"
#include "plan.h"
#include "policy.h"

/** How wide a register of the ABI is that carries an argument. */
enum { SHOWN_32 = 32, SHOWN_64 = 64 };
unsigned shown_register_bits(const struct scc_arch *arch);

/**
 * The call that a filter sees on a kernel of architecture @p kernel when a process of ABI @p arch
 * makes @p made, whose arguments fit its registers. Bit i of *loose is set where the high word of
 * argument i is nowhere defined.
 */
struct scc_call shown_call(const struct scc_arch *kernel, const struct scc_arch *arch,
                           const struct plan_call *made, uint8_t *loose);

/**
 * The number that a filter sees of a call that filters would see as @p nr, where a tracer has told
 * the kernel to skip it.
 */
uint32_t shown_skipped(const struct scc_arch *arch, uint32_t nr);

/** Why a kernel answers a call itself, before its filters see it. */
struct shown_exception {
    const char *name;   /* for counts */
    const char *reason; /* with its source */
};

/**
 * The reason why a kernel of release @p major.@p minor answers the call of number @p nr by itself;
 * NULL where it should not.
 */
const struct shown_exception *shown_exception_find(const struct scc_arch *arch, uint32_t nr,
                                                   unsigned major, unsigned minor);

/** Each exception once; NULL past the last. */
const struct shown_exception *shown_exception_at(unsigned index);

/** Why no filter can be tried with this call: its process does not live to tell. NULL: it can. */
const char *shown_left_out(const struct scc_arch *arch, uint32_t nr);

#endif
