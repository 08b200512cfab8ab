/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file arch.h
 * The architectures that a filter can speak of.
 *
 * An architecture here is one system-call ABI: x86_64, x86 and x32 are three, although one kernel
 * runs all of them. Two numbers name it: the *arch token*, libseccomp's SCMP_ARCH_*, unique for
 * each ABI, and the *audit arch*, what the kernel puts into `seccomp_data.arch` (linux/audit.h).
 * They differ for x32 alone, whose calls arrive as AUDIT_ARCH_X86_64 with bit 30 set in the number.
 */
#ifndef SECCOMPC_ARCH_H
#define SECCOMPC_ARCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct scc_arch scc_arch;

/**
 * The architecture of that name, or NULL. Docker's (amd64, 386, arm64, ppc64le …), libseccomp's
 * (x86_64, x86, aarch64 …) and SCMP_ARCH_ names all work; case matters.
 */
const scc_arch *scc_arch_find(const char *name);

/** The architecture at @p index, from 0, in a fixed order; NULL past the last. */
const scc_arch *scc_arch_at(unsigned index);

/** libseccomp's name: "x86_64". */
const char *scc_arch_name(const scc_arch *arch);

/** Docker's name: "amd64". The same as scc_arch_name() where Docker has none of its own. */
const char *scc_arch_docker_name(const scc_arch *arch);

/** The name in a profile: "SCMP_ARCH_X86_64". */
const char *scc_arch_token_name(const scc_arch *arch);

/** libseccomp's SCMP_ARCH_* value. */
uint32_t scc_arch_token(const scc_arch *arch);

/** The value in `seccomp_data.arch`: AUDIT_ARCH_* of linux/audit.h. */
uint32_t scc_arch_audit(const scc_arch *arch);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
