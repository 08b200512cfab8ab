/* SPDX-License-Identifier: Apache-2.0 */
/** The pipeline for one target: profile → policy → program → outputs. */
#ifndef SCC_COMPILE_H
#define SCC_COMPILE_H

#include <seccompc/emit.h>
#include <seccompc/output.h>

#include "policy.h"
#include "profile.h"
#include "target.h"

enum scc_level {
    SCC_LEVEL_LINEAR = 0, /* libseccomp's program as it comes */
    SCC_LEVEL_TREE = 1,   /* libseccomp's binary tree */
};

/** What a compilation gave; owned by the caller, who clears it. */
struct scc_compiled {
    scc_policy *policy;
    scc_program *program;
    char *oci; /* the slim profile */
    size_t oci_bytes;
};

/**
 * Compiles @p profile for @p target. Errors as scc_policy_select() and scc_emit_scmp(); also
 * SCC_ERROR_INPUT where the slim profile would not select what the whole one does, which would be a
 * fault of this program.
 */
int scc_compile(const scc_profile *profile, const scc_target *target, enum scc_level level,
                struct scc_compiled *compiled, scc_diags *diags, scc_error **err);

void scc_compiled_clear(struct scc_compiled *compiled);

/** How many calls of a policy answer how, by name over all of its architectures. */
struct scc_call_counts {
    size_t total;
    size_t by_argument;
    size_t unconditional[SCC_ACTION_COUNT];
};

struct scc_call_counts scc_policy_count_calls(const struct scc_policy *policy);

/** Calls of the native and compat tables that are allowed whatever their arguments. */
struct scc_cache_counts {
    size_t allowed;
    size_t cached; /* of these, in the kernel's action cache; x32's never are */
};

struct scc_cache_counts scc_count_cached(const struct scc_policy *policy,
                                         const scc_program *program);

#endif
