/* SPDX-License-Identifier: Apache-2.0 */
/** Answers for numbers that a profile's author could not know: scc_policy.overrides. */
#ifndef SCC_ENOSYS_H
#define SCC_ENOSYS_H

#include "policy.h"

/** Whether a call counts on an architecture; see scc_enosys_add_runc_stub(). */
typedef bool scc_enosys_knows_fn(const struct scc_syscall *call, const struct scc_arch *arch);

/**
 * Gives the policy what runc puts in front of libseccomp's program (libcontainer/seccomp/patchbpf,
 * as of 1.1.5 and later), in place of the overrides it has: on each listed architecture a
 * number above the largest that the profile names, whatever the action, answers ENOSYS, unless the
 * default action is ALLOW, LOG or TRACE; on s390 and s390x number 0 does so too. Names count that
 * @p knows tells; those behind doors do not, as libseccomp has no positive number for them. Errors:
 * SCC_ERROR_SYSTEM without memory.
 */
int scc_enosys_add_runc_stub(struct scc_policy *policy, scc_enosys_knows_fn *knows,
                             scc_error **err);

/** Every name counts that the architecture has. */
bool scc_enosys_knows_all(const struct scc_syscall *call, const struct scc_arch *arch);

/**
 * Gives the policy ENOSYS instead of its default action, in place of the overrides it has, for each
 * number of its architectures whose call is younger there than @p known, the kernel that the
 * profile's author knew, and for each that stands in no table of src/data/syscalls.csv: such as no
 * kernel has, numbers below a MIPS ABI's offset, those of x32's own calls without bit 30. Numbers
 * that are only reserved (afs_syscall), or whose call was removed (_sysctl), have names that the
 * author could list, and keep the default. So do 0xffffffff, bad arch, and all where the default
 * action is ALLOW, LOG or TRACE. Errors: SCC_ERROR_SYSTEM without memory.
 */
int scc_enosys_add_kernel(struct scc_policy *policy, struct scc_kernel known, scc_error **err);

/** Why an override answers, in words. */
const char *scc_enosys_reason(const struct scc_override *override);

/** The mode's word: "profile", "runc", "kernel". */
const char *scc_enosys_name(enum scc_enosys mode);

#endif
