/* SPDX-License-Identifier: Apache-2.0 */
/** What is probably wrong with a profile, for one target. */
#ifndef SCC_LINT_H
#define SCC_LINT_H

#include "diag.h"
#include "lint_data.h"
#include "policy.h"
#include "profile.h"
#include "strbuf.h"
#include "target.h"

enum {
    /** So many findings of a kind are told; the others are counted. */
    SCC_LINT_TOLD_MAX = 100,
};

struct scc_lint_finding {
    const struct scc_lint_rule *rule;
    const struct scc_json_node *node; /* where; of the profile's document */
    char *reason;                     /* what is wrong here */
    char *shown;                      /* the consequence, as a call and its answer; or NULL */
    char *fix;
};

struct scc_lint_options {
    enum scc_lint_level level; /* what is less serious is counted alone */
    /** Only what a compilation warns of. */
    bool for_compile;
    /** The release whose names are asked for, or NULL. */
    const struct scc_lint_libseccomp *libseccomp;
    /** One call that matches rules of two actions has been decided (--on-conflict strictest). */
    bool takes_strictest;
};

/** The question and what was found. */
struct scc_lint {
    const scc_profile *profile;
    const scc_target *target;
    const scc_policy *policy;
    struct scc_lint_options options;
    struct scc_lint_finding *findings; /* in the order of the document */
    size_t count, cap;
    size_t totals[SCC_LINT_COUNT]; /* of each kind, told or not */
    bool *is_open;                 /* of each rule: the first at a number left undecided */
    scc_error **err;
};

/**
 * Looks for everything. @p lint has profile, target, policy and options, which must outlive it; the
 * policy is the profile selected for the target, the strictest rule answering where several match.
 * Returns 0, or -1 (SCC_ERROR_SYSTEM) without memory. The caller clears it either way.
 */
int scc_lint_run(struct scc_lint *lint, scc_error **err);

/** Frees the findings; usable with SCC_CLEANUP. */
void scc_lint_clear(struct scc_lint *lint);

/**
 * What a compilation warns of, as warnings in @p diags: the kinds that are marked so, of what was
 * selected. Cheap: numbers with comparisons alone are looked at. Errors as above.
 */
int scc_lint_warn(const scc_profile *profile, const scc_target *target, const scc_policy *policy,
                  scc_diags *diags, scc_error **err);

/** The number of findings of one level, told or not. */
size_t scc_lint_total(const struct scc_lint *lint, enum scc_lint_level level);

/** "note", "warning", "error": also SARIF's words. */
const char *scc_lint_level_name(enum scc_lint_level level);

/** The level of that name, or -1. */
int scc_lint_level_find(const char *name);

/** The release of that name, or NULL. */
const struct scc_lint_libseccomp *scc_lint_libseccomp_find(const char *release);

/** Whether that libseccomp has a number for the call on the architecture. */
bool scc_lint_libseccomp_knows(const struct scc_lint_libseccomp *libseccomp,
                               const struct scc_syscall *call, const struct scc_arch *arch);

#endif
