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
 * wrong here too. Errors: SCC_ERROR_INPUT where the policy was read in a mode of enum scc_enosys
 * that libseccomp cannot say, or hardening (struct scc_reading) changes an answer; where libseccomp
 * does not know an architecture of the filter, refuses a rule, would leave out a rule that is
 * stricter than the default action, or where the program has more than SCC_PROGRAM_MAX
 * instructions; SCC_ERROR_SYSTEM without memory.
 */
int scc_emit_scmp(const scc_policy *policy, enum scc_scmp_shape shape, scc_program **program,
                  scc_diags *diags, scc_error **err);

/** What a program is to be best at; size is always the second aim. */
enum scc_optimize_for {
    /** Being attached: instructions, and steps of all numbers that the kernel's action cache walks.
     */
    SCC_OPTIMIZE_ATTACH,
    /** Running: the steps of calls that the action cache cannot hold. */
    SCC_OPTIMIZE_RUNTIME,
    /** The number of instructions alone. */
    SCC_OPTIMIZE_SIZE,
};

/** How often each system call is made. */
typedef struct scc_frequencies scc_frequencies;

/**
 * Reads lines of a system call's name and a count, in either order; `#` begins a comment. A name
 * that stands twice adds up. @p name is the file's, for messages. The caller frees the result.
 * Errors: SCC_ERROR_INPUT with the line for unknown names, counts that are not whole, or 2^40 and
 * more in sum, and where there is none but 0; SCC_ERROR_SYSTEM without memory.
 */
int scc_frequencies_parse(const char *text, size_t len_bytes, const char *name,
                          scc_frequencies **frequencies, scc_error **err);

/** Frees @p frequencies; NULL is allowed. */
void scc_frequencies_free(scc_frequencies *frequencies);

struct scc_emit_options {
    enum scc_optimize_for optimize_for;
    /** For SCC_OPTIMIZE_RUNTIME; NULL: calls decided by an argument are frequent, denied ones rare.
     */
    const scc_frequencies *frequencies;
};

/**
 * Writes our own program of @p policy: the same on every host, whatever libseccomp is installed.
 * @p options may be NULL, for SCC_OPTIMIZE_ATTACH. The caller proves it; scc_policy_compile() does
 * both. Errors: SCC_ERROR_INPUT with the count where it has more than SCC_PROGRAM_MAX instructions;
 * SCC_ERROR_SYSTEM without memory.
 */
int scc_emit_bpf(const scc_policy *policy, const struct scc_emit_options *options,
                 scc_program **program, scc_error **err);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
