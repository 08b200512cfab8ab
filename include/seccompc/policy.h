/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file policy.h
 * A profile selected for one target: which rules hold, and what they answer.
 */
#ifndef SECCOMPC_POLICY_H
#define SECCOMPC_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <seccompc/arch.h>
#include <seccompc/diag.h>
#include <seccompc/error.h>
#include <seccompc/profile.h>
#include <seccompc/target.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct scc_policy scc_policy;

/** What to do where one input matches rules with comparisons of different actions. */
enum scc_on_conflict {
    /** The profile is refused. */
    SCC_CONFLICT_REFUSE,
    /** The first in the profile answers; for looking at conflicts. Equal comparisons are refused.
     */
    SCC_CONFLICT_FIRST,
    /** The kernel's order of actions (seccomp(2)); the first in the profile among equals. */
    SCC_CONFLICT_STRICTEST,
};

/** What answers to numbers of which the profile's author could not know. */
enum scc_enosys {
    /** The default action, as the profile says and crun enforces it. */
    SCC_ENOSYS_PROFILE,
    /**
     * ENOSYS to numbers above the largest that the profile names, before any rule: runc's stub
     * (libcontainer/seccomp/patchbpf).
     */
    SCC_ENOSYS_RUNC,
    /**
     * ENOSYS instead of the default action where that is not ALLOW, LOG or TRACE, to numbers whose
     * call is younger than the kernel that the author knew, and to those that no known kernel has;
     * 0xffffffff keeps the default.
     */
    SCC_ENOSYS_KERNEL,
};

/** How a profile is read where it can be read in several ways; zeroed: as it is written. */
struct scc_reading {
    enum scc_on_conflict on_conflict;
    enum scc_enosys enosys;
    /**
     * With SCC_ENOSYS_KERNEL: the kernel release that the author knew, at most 255.255. 0.0: that
     * of the youngest call that the profile names anywhere.
     */
    unsigned profile_major, profile_minor;
    /**
     * A call gets the stricter of two answers: that for its arguments as given, and that for them
     * as the kernel reads them, the high words of 32-bit arguments cleared. Which arguments these
     * are is known by the kernel's signatures (scc_policy_answer() says more). Never more
     * permissive.
     */
    bool hardens;
};

/** One call as the kernel shows it to a filter, arguments in 64 bits whatever the architecture. */
struct scc_call {
    /** `seccomp_data.arch`: AUDIT_ARCH_*. */
    uint32_t audit;
    /** `seccomp_data.nr`, with the ABI's offset or bit. */
    uint32_t nr;
    uint64_t args[6];
    /** `seccomp_data.instruction_pointer`. */
    uint64_t ip;
};

/**
 * Selects from @p profile what applies to @p target: includes and excludes (moby
 * profiles/seccomp/seccomp_linux.go), the architectures of archMap or `architectures`, the names
 * that exist there. @p reading may be NULL: as it is written. Unknown names, rules that another one
 * hides and architectures that are left out are reported in @p diags (may be NULL). @p profile must
 * outlive the policy.
 *
 * Errors: SCC_ERROR_INPUT where two rules with equal comparisons answer differently, or an errno's
 * name does not exist on the target; SCC_ERROR_SYSTEM without memory.
 */
int scc_policy_select(const scc_profile *profile, const scc_target *target,
                      const struct scc_reading *reading, scc_policy **policy, scc_diags *diags,
                      scc_error **err);

/** Frees @p policy; NULL is allowed. */
void scc_policy_free(scc_policy *policy);

/** The target's own architecture. */
const scc_arch *scc_policy_target_arch(const scc_policy *policy);

/** The number of architectures in the filter, and each of them; the target's own is the first. */
size_t scc_policy_arch_count(const scc_policy *policy);
const scc_arch *scc_policy_arch(const scc_policy *policy, size_t index);

/** The return value (SECCOMP_RET_*) for what no rule matches. */
uint32_t scc_policy_default(const scc_policy *policy);

/**
 * The return value that the policy gives to @p call: the rules' meaning itself, without libseccomp
 * and without a program. Where one input matches comparison rules of several actions, the first in
 * profile order answers.
 *
 * Where the profile was read with `hardens`, a call of an ABI with 64-bit arguments is answered
 * twice, and the answer whose action stands first in the kernel's order (seccomp(2)) counts; the
 * first of the two where they have one action, with different numbers. That other answer is for the
 * call whose 32-bit arguments (int, unsigned int, pid_t …) have no high word. A call that is made
 * through socketcall or ipc has the arguments of these.
 */
uint32_t scc_policy_answer(const scc_policy *policy, const struct scc_call *call);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
