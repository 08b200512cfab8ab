/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc verify: what a program is compared with, and how a blob is looked at. */
#ifndef SCC_VERIFY_H
#define SCC_VERIFY_H

#include "emit_scmp.h"
#include "prove.h"
#include "query.h"

struct scc_verify_settings {
    bool as_libseccomp;
};

/** What a program is asked to be equal to. */
struct scc_verify_question {
    struct scc_policy *policy;
    struct scc_scmp_view view; /* what `policy` is, with --as-libseccomp */
};

/**
 * Makes the question from @p policy, which must outlive it. With --as-libseccomp runc's stub in it
 * becomes what the installed libseccomp makes runc write. Errors as scc_enosys_add_runc_stub() and
 * scc_scmp_view_make().
 */
int scc_verify_ask(const struct scc_verify_settings *settings, struct scc_policy *policy,
                   struct scc_verify_question *question, scc_error **err);

/** Frees what it holds; usable with SCC_CLEANUP. */
void scc_verify_question_clear(struct scc_verify_question *question);

/** Finds whether nothing but names that the installed libseccomp does not know makes the
 * difference. Errors: SCC_ERROR_SYSTEM without memory. */
int scc_verify_find_gap(const struct scc_verify_settings *settings,
                        const struct scc_verify_question *question,
                        const struct scc_program *program, bool *is_gap, scc_error **err);

/**
 * Answers for the blob @p subject and prints it: who made it and what its entries are, and where
 * @p profile is not NULL, whether each says what the profile says wherever it applies. Only the
 * entry for the query's target is looked at where an option names one. *status becomes the exit
 * status. Errors: SCC_ERROR_INPUT where that is not decided or there is no such entry.
 */
int scc_verify_blob(const struct scc_query *query, const struct scc_verify_settings *settings,
                    const struct scc_input *subject, const struct scc_input *profile, int *status,
                    scc_error **err);

#endif
