/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file output.h
 * The forms in which a policy or a program leaves the compiler. Each function answers a string that
 * the caller frees, or NULL without memory.
 */
#ifndef SECCOMPC_OUTPUT_H
#define SECCOMPC_OUTPUT_H

#include <stddef.h>

#include <seccompc/policy.h>
#include <seccompc/program.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/**
 * The slim OCI `linux.seccomp` object (runtime-spec config-linux.md), which runc and crun turn into
 * the same filter as the whole profile: the target's architectures, the names that exist on one of
 * them, rules merged where action, errno and comparisons are equal, in an order that depends on the
 * policy alone. Rules without effect are left out, except those that are the default: runc's ENOSYS
 * stub counts their numbers. Absent flags stay absent, empty ones empty. It has rules alone: what
 * struct scc_reading makes of them is not in it.
 */
char *scc_policy_to_oci(const scc_policy *policy, size_t *len_bytes);

/**
 * A C header with the program as an array of struct sock_filter named @p symbol, and its length as
 * @p symbol with "_len" behind it. @p symbol must be a C identifier. Each part is a number, so the
 * array has the byte order of the machine that compiles it, which must be the target's.
 */
char *scc_program_to_header(const scc_program *program, const scc_arch *arch, const char *symbol,
                            size_t *len_bytes);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
