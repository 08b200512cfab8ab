/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the probe is to do, and how it tells what happened.
 *
 * A plan is a file in the probe's byte order: a plan_header; the lists of calls, each a plan_count
 * and that many plan_call; the programs, each a plan_count and that many instructions of 8 bytes;
 * then the jobs. Everything lies at a multiple of 8.
 *
 * The probe writes lines of text that survive a console on which others write:
 *
 *     SCC ABI SEQUENCE WORDS|CRC
 *
 * SEQUENCE counts the lines of one probe from 0, CRC is that of what stands between "SCC " and "|"
 * (plan_checksum()), numbers are hexadecimal. WORDS are
 *
 *     kernel RELEASE                     first
 *     host ARCH OWN MAJOR MINOR          what the loader makes of this machine
 *     job JOB CODE ERRNO INDEX           how the filter was set: enum plan_code, and for a blob the
 *                                        entry that was chosen
 *     run ANSWER[*COUNT] …               answers in the order of the calls
 *     done JOB COUNT                     after as many answers
 *     no ERRNO                           instead of all: the kernel does not run the probe
 *     end                                last
 */
#ifndef SCC_ARCH_PLAN_H
#define SCC_ARCH_PLAN_H

#include <stddef.h>
#include <stdint.h>

#define PLAN_MAGIC 0x4e4c5041u

enum {
    PLAN_ARG_COUNT = 6,
    /** For plan_job.program: no filter. */
    PLAN_NO_PROGRAM = 0xffffff,
};

struct plan_header {
    uint32_t magic, list_count, program_count, job_count;
};

struct plan_count {
    uint32_t count, reserved;
};

struct plan_call {
    uint64_t args[PLAN_ARG_COUNT];
    uint32_t nr, reserved;
};

/** How a job goes: bits of plan_job.how. */
enum plan_how {
    /**
     * Behind the program stands a filter that refuses with PLAN_ALLOWED whatever the program lets
     * pass, so that no call is made; it sees by the instruction pointer that the probe itself
     * calls. The kernel takes the stricter answer, and of two errnos the younger filter's
     * (seccomp_run_filters(), kernel/seccomp.c).
     */
    PLAN_NEUTRAL = 1,
    /** A tracer writes -1 over each number after the call's entry, before the filter sees it. */
    PLAN_SKIPPED = 2,
    /** plan_job.program is a blob's number: the loader's library sets its filter. */
    PLAN_BLOB = 4,
};

struct plan_job {
    uint32_t program, list, how, reserved;
};

/** What came of a call: an errno, 0 where it succeeded, or one of these. */
enum plan_answer {
    /** No kernel has this errno. */
    PLAN_ALLOWED = 4001,
    PLAN_KILLED = 0x1000, /* by SIGSYS */
    PLAN_TIMEOUT,
    PLAN_LOST,            /* it came back in another process, or not at all */
    PLAN_SIGNAL = 0x1100, /* and the signal's number */
};

/** What came of setting a filter, but for the loader's own codes (seccompc/load.h). */
enum plan_code {
    PLAN_SET = 0,
    PLAN_REFUSED = 1000, /* by the kernel, with errno */
    PLAN_BROKEN,         /* the probe itself failed, with errno */
};

/** The blobs of a boot, as files of the probe's folder: "blob-0" … */
enum plan_blob {
    PLAN_BLOB_ALL,     /* entries of every architecture */
    PLAN_BLOB_OWN,     /* of the kernel's alone */
    PLAN_BLOB_FOREIGN, /* of every architecture that this kernel does not run */
    PLAN_BLOB_COUNT,
};

/** What stands behind a line: crc32 of zlib. */
static inline uint32_t plan_checksum(const char *text, size_t len)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

#endif
