/* SPDX-License-Identifier: Apache-2.0 */
/** What a probe told: its lines, taken out of a console's log. */
#ifndef SCC_ARCH_TOLD_H
#define SCC_ARCH_TOLD_H

#include <stddef.h>
#include <stdint.h>

struct told_job {
    unsigned code, os_error, place; /* how the filter was set: enum plan_code, errno, entry */
    uint16_t *answers;
    size_t count;
};

struct told {
    char release[96];
    unsigned host[4]; /* the loader's: arch, own arch, release */
    int exec_error;   /* not 0: the kernel does not run this probe */
    struct told_job *jobs;
    size_t job_count;
};

/**
 * Reads what probe @p name told in the log at @p path, @p job_count jobs. The program ends where a
 * line is missing or damaged, or the probe did not come to its end.
 */
struct told told_read(const char *path, const char *name, size_t job_count);

void told_clear(struct told *told);

#endif
