/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tables of calls, one case a line:
 *
 *     ARCH SYSCALL [ARG…] [= ACTION]        # comment
 *
 * - ARCH: any name that --arch takes; an audit arch as a number; or `*`: a case for each
 *   architecture that has the call, of the profile's, or of those that the program's kernel runs.
 * - SYSCALL: a name, or what seccomp_data.nr holds (on x32 with or without its bit 0x40000000).
 * - ARG: the arguments' values in their order, or aN=VALUE; 64 bits each, 0 where not given.
 * - ACTION: what is expected: ALLOW, ERRNO(EPERM), ERRNO(1), TRACE(7), KILL_PROCESS …, with or
 *   without SCMP_ACT_; or a number, the whole return value.
 *
 * Numbers are decimal or 0x and hexadecimal; -1 is all ones. For a number, also of SYSCALL, a range
 * LOW..HIGH may stand: the case is then every call in it, SCC_CASE_CALLS_MAX at most. The
 * instruction pointer is 0.
 */
#ifndef SCC_CASES_H
#define SCC_CASES_H

#include "action.h"
#include "arch.h"
#include "cmp.h"
#include "error.h"

enum {
    SCC_CASES_MAX_BYTES = 16 << 20,
    SCC_CASE_CALLS_MAX = 65536,
    SCC_CASES_MAX = 1 << 17,     /* one for each architecture where `*` stands */
    SCC_CASE_NR = SCC_ARG_COUNT, /* the number's place among the ranges */
    SCC_CASE_RANGES,
};

struct scc_case_range {
    uint64_t first, last;
};

/** What a case expects. */
struct scc_case_expectation {
    char *text;    /* as it was written; NULL: nothing */
    bool is_whole; /* all 32 bits count */
    uint32_t return_value;
};

struct scc_case {
    unsigned line;
    char *text;                  /* without the expectation */
    const struct scc_arch *arch; /* NULL: of no known architecture */
    uint32_t audit;
    struct scc_case_range ranges[SCC_CASE_RANGES]; /* of the arguments, then of the number */
    struct scc_case_expectation expected;
};

struct scc_cases {
    const char *file; /* as messages show it; the caller's */
    struct scc_case *items;
    size_t count, cap;
};

/**
 * Reads the table at @p text, which needs no NUL at its end and is not kept; @p name stands for it
 * in messages and must outlive @p cases. @p target is the architecture of a program that cases
 * without their own are for, @p all what `*` stands for. Errors: SCC_ERROR_INPUT with the place of
 * a line that cannot be read, and where there is no case; SCC_ERROR_SYSTEM without memory. The
 * caller clears @p cases either way.
 */
int scc_cases_parse(const char *text, size_t len_bytes, const char *name,
                    const struct scc_arch *target, scc_arch_set all, struct scc_cases *cases,
                    scc_error **err);

/**
 * As scc_cases_parse(), of the file at @p path ("-" is standard input), which must outlive
 * @p cases. Errors as there, and SCC_ERROR_SYSTEM where it cannot be read.
 */
int scc_cases_read(const char *path, const struct scc_arch *target, scc_arch_set all,
                   struct scc_cases *cases, scc_error **err);

/** Frees what @p cases holds; usable with SCC_CLEANUP. */
void scc_cases_clear(struct scc_cases *cases);

/** The calls that a case is, or 0 where they are more than 64 bits count. */
uint64_t scc_case_count_calls(const struct scc_case *item);

#endif
