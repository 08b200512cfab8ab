/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_PROGRAM_INTERNAL_H
#define SCC_PROGRAM_INTERNAL_H

#include <seccompc/program.h>

#include <linux/filter.h>

#include "load/rules.h"

struct scc_program {
    struct sock_filter *insns; /* in this machine's byte order */
    size_t count;
    bool is_big_endian; /* the target's: where the words of an argument stand, and the raw form */
};

/** The 16 words of seccomp_data (linux/seccomp.h) as a filter of that byte order loads them. */
enum {
    SCC_WORD_NR = 0,
    SCC_WORD_ARCH = 1,
    SCC_WORD_IP = 2,
    SCC_WORD_ARGS = 4,
    SCC_WORD_COUNT = 16,
};

/** The index of an argument's low or high word. */
static inline unsigned scc_word_low(unsigned arg, bool is_big_endian)
{
    return SCC_WORD_ARGS + 2 * arg + is_big_endian;
}

static inline unsigned scc_word_high(unsigned arg, bool is_big_endian)
{
    return SCC_WORD_ARGS + 2 * arg + !is_big_endian;
}

/** A copy of a program that has instructions; NULL without memory. */
scc_program *scc_program_copy(const scc_program *program);

#endif
