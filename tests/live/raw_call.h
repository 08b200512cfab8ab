/* SPDX-License-Identifier: Apache-2.0 */
/** System calls with every register as it is given, on each architecture's own way in. */
#ifndef SCC_LIVE_RAW_CALL_H
#define SCC_LIVE_RAW_CALL_H

#include <stdint.h>

enum { RAW_ARG_COUNT = 6 };

/** A register of the ABI: x32 and MIPS' n32 have pointers of 32 bits in registers of 64. */
#if defined(__LP64__) || defined(__x86_64__) || (defined(__mips__) && _MIPS_SIM == _ABIN32)
typedef uint64_t raw_register;
#else
typedef uint32_t raw_register;
#endif

/** A call's number and its arguments. */
struct raw_registers {
    raw_register nr;
    raw_register args[RAW_ARG_COUNT];
};

/**
 * Enters the kernel. Returns what it answers, an error as -errno on every architecture. Its
 * instruction lies between raw_call and raw_call_end, which a filter can see.
 */
long raw_call(const struct raw_registers *registers);
extern const char raw_call_end[];

#if defined(__x86_64__) && defined(__LP64__)
/**
 * As raw_call(), of x86: int 0x80. All 64 bits of the arguments go along, and the kernel shows them
 * all to the filter.
 */
long raw_call_x86(const struct raw_registers *registers);
#endif

#endif
