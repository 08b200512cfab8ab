/* SPDX-License-Identifier: Apache-2.0 */
/** The pipeline for one target: profile → policy → program → outputs. */
#ifndef SCC_COMPILE_H
#define SCC_COMPILE_H

#include <seccompc/emit.h>
#include <seccompc/output.h>

#include "policy.h"
#include "profile.h"
#include "select.h"
#include "target.h"

enum scc_level {
    SCC_LEVEL_LINEAR = 0, /* libseccomp's program as it comes */
    SCC_LEVEL_TREE = 1,   /* libseccomp's binary tree */
    SCC_LEVEL_OWN = 2,    /* our own */
};

struct scc_compile_options {
    enum scc_level level;
    struct scc_emit_options emit; /* at level 2 */
    struct scc_reading reading;
    /**
     * At levels 0 and 1: take libseccomp's program where it is wrong, with a warning. At level 2:
     * write LXC's text where it is wrong so that it allows more than the policy.
     */
    bool allows_mismatch;
    /** At level 2: have libseccomp write its program too, and tell where it differs. */
    bool crosschecks;
    /** The slim profile is wanted: what libseccomp makes of it is then worth a warning. */
    bool wants_oci;
    /** LXC's text is wanted: as above, and it is made. */
    bool wants_lxc;
    /** Looks at what was compiled for what its author is to be warned of: scc_lint_warn(), which is
     * the command's alone; or NULL. Returns 0, or -1. */
    int (*warns)(const scc_profile *profile, const struct scc_target *target,
                 const scc_policy *policy, scc_diags *diags, scc_error **err);
};

/** What libseccomp made of the same policy. */
struct scc_crosscheck {
    bool has_program;
    size_t instructions;
    /** It answers every input as the policy does, but for the names that it does not know. */
    bool equal;
};

/** What a compilation gave; owned by the caller, who clears it. */
struct scc_compiled {
    scc_policy *policy;
    scc_program *program;
    bool is_proved;    /* false only with allows_mismatch */
    size_t lost_count; /* names that the program lacks because libseccomp does not know them */
    size_t proof_nodes;
    double proof_ms;
    struct scc_crosscheck crosscheck;
    char *oci; /* the slim profile */
    size_t oci_bytes;
    char *lxc; /* LXC's text; NULL where it is not wanted */
    size_t lxc_bytes;
};

/**
 * Compiles @p profile for @p target, and proves that the program answers every input as the policy
 * does; at levels 0 and 1, as the policy does but for the names that libseccomp does not know,
 * which are warned of. Errors as scc_policy_select(), scc_emit_scmp() and scc_emit_bpf(); also
 * SCC_ERROR_INPUT where the program is not proved, and where the slim profile would not select what
 * the whole one does; as scc_policy_to_lxc() where LXC's text is wanted.
 */
int scc_compile(const scc_profile *profile, const scc_target *target,
                const struct scc_compile_options *options, struct scc_compiled *compiled,
                scc_diags *diags, scc_error **err);

void scc_compiled_clear(struct scc_compiled *compiled);

/**
 * Where @p options want the slim profile: refuses (SCC_ERROR_INPUT) a @p policy that it cannot say.
 * What one runtime alone makes of it is a note. scc_compile() asks this, too.
 */
int scc_compile_check_slim(const struct scc_policy *policy,
                           const struct scc_compile_options *options, scc_diags *diags,
                           scc_error **err);

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
