/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the live tests call, and what the answers must be. The probe makes the calls; the judge,
 * which also asks the simulator, compares. Architectures: x86_64, and x86 on its kernel.
 */
#ifndef SCC_LIVE_CASES_H
#define SCC_LIVE_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /** Bit 30 of an x32 number: __X32_SYSCALL_BIT, asm/unistd.h. */
    LIVE_X32 = 0x40000000,
    LIVE_ARG_COUNT = 6,
};

/** A case that an ABI does not have; no kernel has a call of this number. */
#define LIVE_NONE 0xfffffffeU
/** The number that tracers write to skip a call. */
#define LIVE_SKIPPED 0xffffffffU
/** A pointer to nothing: never mapped, whichever ABI looks at it. */
#define LIVE_BAD UINT64_MAX

/**
 * Where the probe puts what socketcall's second argument points to: 32-bit words, LIVE_BLOCK_WORDS
 * for each block. Below 4 GiB, so that a 64-bit process can name it through int 0x80, and past the
 * heap, which begins at random up to 1 GiB behind the program (arch/x86/kernel/process.c,
 * arch_randomize_brk()).
 */
#define LIVE_BLOCKS 0x60000000U
enum {
    LIVE_BLOCK_WORDS = 4,
    LIVE_BLOCK_COUNT = 3,
};
#define LIVE_BLOCK(index) (LIVE_BLOCKS + (index)*4U * LIVE_BLOCK_WORDS)
extern const uint32_t live_blocks[LIVE_BLOCK_COUNT][LIVE_BLOCK_WORDS];

struct live_case {
    const char *label;
    uint32_t nr_x86_64, nr_x86; /* or LIVE_NONE */
    uint64_t args[LIVE_ARG_COUNT];
    /**
     * What a filter made from which profile answers: "PROFILE:WORD", separated by spaces. PROFILE
     * is moby (Docker's default of 2026 and ours), common (containers/common's), native or doors
     * (the files of that name beside this one), written (moby by our own generator), runc (any
     * profile behind runc's stub), kernel (any under --enosys kernel), hard (what --harden makes of
     * moby where that is something else), lxc-moby or lxc-common (as LXC has them), each with -x86
     * behind it for calls of x86 alone. WORD is an
     * errno's name, "kill", or "allow": the kernel answers as it does without a filter. Three words
     * with commas are for the capabilities docker, none and all.
     */
    const char *answers;
};

extern const struct live_case live_cases[];
extern const size_t live_case_count;

/**
 * What a sweep over all numbers does not call with arguments that are all LIVE_BAD. The probe of
 * this machine goes by the numbers, the table of the other architectures by the name.
 */
struct live_exception {
    const char *name;
    uint32_t nr_x86_64, nr_x86; /* or LIVE_NONE */
    bool is_left_out;           /* it is not called at all */
    const char *reason;         /* for that; or what is called instead */
    uint64_t args[LIVE_ARG_COUNT];
};

extern const struct live_exception live_exceptions[];
extern const size_t live_exception_count;

#endif
