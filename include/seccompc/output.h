/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file output.h
 * The forms in which a policy or a program leaves the compiler. A function that returns a string
 * answers one that the caller frees, or NULL without memory.
 */
#ifndef SECCOMPC_OUTPUT_H
#define SECCOMPC_OUTPUT_H

#include <stddef.h>

#include <seccompc/diag.h>
#include <seccompc/error.h>
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
 * The version 2 text that LXC reads as lxc.seccomp.profile, for LXC 5.0.2 on a host of the policy's
 * target: one line a rule, as rules of all architectures. It is read back, and what it says
 * compared with the policy, before it is given out.
 *
 * Errors: SCC_ERROR_INPUT, naming the rule, where the format has no words for it (LOG, TRACE,
 * KILL_PROCESS), where LXC would leave a rule out that refuses more than the default action, or add
 * an architecture that the policy does not have; for flags that change what is logged or notified,
 * listenerPath, runc's stub and what hardening changes. SCC_ERROR_SYSTEM without memory. What LXC
 * leaves to the default action, or to the kernel's end of the process, is a warning in @p diags
 * (may be NULL): by name it has no rules for calls that socketcall and ipc also make. *text becomes
 * the caller's.
 */
int scc_policy_to_lxc(const scc_policy *policy, char **text, size_t *len_bytes, scc_diags *diags,
                      scc_error **err);

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
