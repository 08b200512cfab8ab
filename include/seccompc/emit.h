/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file emit.h
 * From a policy to a program.
 */
#ifndef SECCOMPC_EMIT_H
#define SECCOMPC_EMIT_H

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

/** libseccomp's two ways to write a program: SCMP_FLTATR_CTL_OPTIMIZE, seccomp_attr_set(3). */
enum scc_scmp_shape {
    /** One test after another: what runc and crun load. */
    SCC_SCMP_LINEAR = 1,
    /** A binary tree over the numbers. */
    SCC_SCMP_TREE = 2,
};

/** The version of the libseccomp that is linked in, such as "2.5.4". A static string. */
const char *scc_scmp_version(void);

/**
 * Lets libseccomp write the program of @p policy. What the installed libseccomp cannot say, because
 * it does not know a name or a number, is a warning in @p diags (may be NULL) that names it and the
 * version: such a call gets the default action.
 *
 * libseccomp works in a child process with bounded CPU time, because some sets of rules make
 * version 2.5.4 loop for ever. The program is libseccomp's and not proved: where it is wrong, it is
 * wrong here too. Errors: SCC_ERROR_INPUT where libseccomp does not know an architecture of the
 * filter, refuses a rule, would leave out a rule that is stricter than the default action, or where
 * the program has more than SCC_PROGRAM_MAX instructions; SCC_ERROR_SYSTEM without memory.
 */
int scc_emit_scmp(const scc_policy *policy, enum scc_scmp_shape shape, scc_program **program,
                  scc_diags *diags, scc_error **err);

/**
 * Writes our own program of @p policy: the same on every host, whatever libseccomp is installed,
 * and made to be attached and run at the least cost. The caller proves it (see the compile
 * command). Errors: SCC_ERROR_INPUT with the count where it has more than SCC_PROGRAM_MAX
 * instructions; SCC_ERROR_SYSTEM without memory.
 */
int scc_emit_bpf(const scc_policy *policy, scc_program **program, scc_error **err);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
