/* SPDX-License-Identifier: Apache-2.0 */
/** libseccomp's program, and what the installed libseccomp can say at all. */
#ifndef SCC_EMIT_SCMP_H
#define SCC_EMIT_SCMP_H

#include <seccompc/emit.h>

#include "policy.h"

/** A policy as far as the installed libseccomp can say it; it never hardens. */
struct scc_scmp_view {
    /** Shares the rules with the policy it was made from, and must not outlive it. */
    struct scc_policy policy;
    char *lost; /* the names that it does not know, or not on all architectures, by blanks */
    size_t lost_count;
    const struct scc_rule *opened; /* a lost rule that denies more than the default; or NULL */
};

/** An architecture of the policy that libseccomp does not know at all, or NULL. */
const struct scc_arch *scc_scmp_unknown_arch(const struct scc_policy *policy);

/** Whether libseccomp has the call's number on the architecture. */
bool scc_scmp_knows(const struct scc_syscall *call, const struct scc_arch *arch);

/** Errors: SCC_ERROR_SYSTEM without memory. */
int scc_scmp_view_make(const struct scc_policy *policy, struct scc_scmp_view *view,
                       scc_error **err);

/** Frees what the view holds; usable with SCC_CLEANUP. */
void scc_scmp_view_clear(struct scc_scmp_view *view);

/**
 * As scc_emit_scmp(), silent about what is lost. *repaired becomes the number of returns that were
 * put right.
 */
int scc_scmp_write(const struct scc_policy *policy, enum scc_scmp_shape shape,
                   scc_program **program, size_t *repaired, scc_error **err);

/**
 * libseccomp's own part of scc_scmp_write(), in this process: context, rules, and the raw program
 * to @p fd. With rules that scc_scmp_write() refuses it may not come to an end. Errors as there.
 */
int scc_scmp_write_here(const struct scc_policy *policy, enum scc_scmp_shape shape, int fd,
                        scc_error **err);

#endif
