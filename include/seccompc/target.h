/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file target.h
 * What a profile is selected for: an architecture, a capability bounding set, a kernel.
 */
#ifndef SECCOMPC_TARGET_H
#define SECCOMPC_TARGET_H

#include <stdint.h>

#include <seccompc/arch.h>
#include <seccompc/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct scc_target scc_target;

/**
 * A target of architecture @p arch with the capabilities in @p caps (bit CAP_* of
 * linux/capability.h; bits that no capability has are refused) and the kernel @p major.@p minor
 * (each up to 255). Errors: SCC_ERROR_USAGE, SCC_ERROR_SYSTEM without memory.
 */
int scc_target_new(const scc_arch *arch, uint64_t caps, unsigned major, unsigned minor,
                   scc_target **target, scc_error **err);

/** Frees @p target; NULL is allowed. */
void scc_target_free(scc_target *target);

/**
 * The architecture of this machine's kernel. A 64-bit program runs on a 64-bit kernel whatever
 * uname(2) says, since setarch(8) changes that; a 32-bit one believes it.
 */
const scc_arch *scc_target_host_arch(void);

/**
 * The release of this machine's kernel: uname(2), or where personality(2) has UNAME26 set,
 * /proc/sys/kernel/osrelease. Errors: SCC_ERROR_SYSTEM.
 */
int scc_target_host_kernel(unsigned *major, unsigned *minor, scc_error **err);

/** Docker's 14 default capabilities, podman's 11, and all that this library knows. */
uint64_t scc_target_caps_docker(void);
uint64_t scc_target_caps_podman(void);
uint64_t scc_target_caps_all(void);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
