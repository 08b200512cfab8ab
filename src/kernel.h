/* SPDX-License-Identifier: Apache-2.0 */
/** Kernel releases, as far as profiles compare them: major and minor. */
#ifndef SCC_KERNEL_H
#define SCC_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    /** moby reads each part into eight bits; so does KERNEL_VERSION(). */
    SCC_KERNEL_PART_MAX = 255,
};

struct scc_kernel {
    uint16_t major;
    uint16_t minor;
};

/** Reads exactly "X.Y", each a decimal number up to 255 without sign; false for anything else. */
bool scc_kernel_parse(const char *text, struct scc_kernel *kernel);

/**
 * Reads the beginning of a release string ("6.1.0-18-amd64", "5.15-rc3"); what follows the minor
 * number must not start with a digit or a letter and is ignored. False where there is no X.Y.
 */
bool scc_kernel_parse_release(const char *text, struct scc_kernel *kernel);

static inline bool scc_kernel_at_least(struct scc_kernel kernel, struct scc_kernel least)
{
    return kernel.major > least.major ||
           (kernel.major == least.major && kernel.minor >= least.minor);
}

#endif
