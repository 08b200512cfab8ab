/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file compile.h
 * From a policy to a program that is known to say the same. What a container runtime calls in
 * process, in about a millisecond, proof included, for Docker's default profile:
 *
 *     scc_profile_parse(text, len, "config.json", &profile, NULL, &err);
 *     scc_target_new(scc_target_host_arch(), bounding_set, 6, 18, &target, &err);
 *     scc_policy_select(profile, target, NULL, &policy, NULL, &err);
 *     scc_policy_compile(policy, NULL, &program, &err);
 *     bytes = scc_program_to_bytes(program, &len);
 *
 * The text is a profile in any dialect, also the linux.seccomp object of an OCI config. Nothing is
 * written, printed or kept between calls, and libseccomp is not asked; threads may compile at the
 * same time, each with objects of its own. examples/compile.c is a whole program.
 */
#ifndef SECCOMPC_COMPILE_H
#define SECCOMPC_COMPILE_H

#include <stdbool.h>

#include <seccompc/emit.h>
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
 * Writes our own program of @p policy, as scc_emit_bpf() does, and proves that it answers every
 * audit arch, number and argument as the policy does. @p options may be NULL. Errors as
 * scc_emit_bpf(), and SCC_ERROR_INPUT where the program is not proved: it is then not given out.
 */
int scc_policy_compile(const scc_policy *policy, const struct scc_emit_options *options,
                       scc_program **program, scc_error **err);

/**
 * Whether @p program, whoever made it, answers every input as @p policy does; *equal is the answer.
 * Where it is "no", *difference (NULL: not wanted) becomes a sentence that shows an input that they
 * answer differently, which the caller frees; otherwise NULL. The program must have passed
 * scc_program_check(). Errors: SCC_ERROR_INPUT where it is not decided within bounds;
 * SCC_ERROR_SYSTEM without memory.
 */
int scc_policy_prove(const scc_policy *policy, const scc_program *program, bool *equal,
                     char **difference, scc_error **err);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
