/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_TARGET_INTERNAL_H
#define SCC_TARGET_INTERNAL_H

#include <seccompc/target.h>

#include "arch.h"
#include "capability.h"
#include "kernel.h"
#include "strbuf.h"

struct scc_target {
    const struct scc_arch *arch;
    scc_cap_set caps; /* the bounding set */
    struct scc_kernel kernel;
};

/** Adds "amd64, kernel 6.18, 14 capabilities". */
void scc_target_describe(struct scc_strbuf *out, const struct scc_target *target);

/** The bounding set of this process, as far as its capabilities are known: PR_CAPBSET_READ. */
scc_cap_set scc_target_caps_current(void);

#endif
