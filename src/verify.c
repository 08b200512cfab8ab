/* SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include "enosys.h"
#include "error.h"
#include "util.h"

int scc_verify_ask(const struct scc_verify_settings *settings, struct scc_policy *policy,
                   struct scc_verify_question *question, scc_error **err)
{
    question->policy = policy;
    if (!settings->as_libseccomp)
        return 0;
    /* runc asks libseccomp for the largest number. */
    if (policy->enosys == SCC_ENOSYS_RUNC &&
        scc_enosys_add_runc_stub(policy, scc_scmp_knows, err) < 0)
        return -1;
    question->policy = &question->view.policy;
    return scc_scmp_view_make(policy, &question->view, err);
}

void scc_verify_question_clear(struct scc_verify_question *question)
{
    scc_scmp_view_clear(&question->view);
}

int scc_verify_find_gap(const struct scc_verify_settings *settings,
                        const struct scc_verify_question *question,
                        const struct scc_program *program, bool *is_gap, scc_error **err)
{
    SCC_CLEANUP(scc_scmp_view_clear) struct scc_scmp_view view = {0};
    struct scc_proof proof;
    scc_error *failure = NULL;
    *is_gap = false;
    if (settings->as_libseccomp)
        return 0;
    if (scc_scmp_view_make(question->policy, &view, err) < 0)
        return -1;
    if (!view.lost_count)
        return 0;
    if (scc_prove(&view.policy, program, &proof, &failure) == 0) {
        *is_gap = proof.equal;
        return 0;
    }
    bool is_undecided = scc_error_get_code(failure) == SCC_ERROR_INPUT;
    scc_error_free(failure);
    return is_undecided ? 0 : scc_error_nomem(err);
}
