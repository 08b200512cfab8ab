/* SPDX-License-Identifier: Apache-2.0 */
/** Answers for numbers that a profile's author could not know. */
#ifndef SCC_ENOSYS_H
#define SCC_ENOSYS_H

#include "policy.h"

/** Whether a call counts on an architecture; see scc_enosys_add_runc_stub(). */
typedef bool scc_enosys_knows_fn(const struct scc_syscall *call, const struct scc_arch *arch);

/**
 * Adds what runc puts in front of libseccomp's program (libcontainer/seccomp/patchbpf): on each
 * listed architecture a number above the largest that the profile names, whatever the action,
 * answers ENOSYS, unless the default action is ALLOW, LOG or TRACE; on s390 and s390x number 0 does
 * so too. Names count that @p knows tells; those behind doors do not, as libseccomp has no positive
 * number for them. Errors: SCC_ERROR_SYSTEM without memory.
 */
int scc_enosys_add_runc_stub(struct scc_policy *policy, scc_enosys_knows_fn *knows,
                             scc_error **err);

/** Every name counts that the architecture has. */
bool scc_enosys_knows_all(const struct scc_syscall *call, const struct scc_arch *arch);

#endif
