/* SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include "enosys.h"
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

bool scc_verify_is_known_gap(const struct scc_verify_settings *settings,
                             const struct scc_verify_question *question,
                             const struct scc_program *program)
{
    SCC_CLEANUP(scc_scmp_view_clear) struct scc_scmp_view view = {0};
    struct scc_proof proof;
    if (settings->as_libseccomp || scc_scmp_view_make(question->policy, &view, NULL) < 0)
        return false;
    return view.lost_count && scc_prove(&view.policy, program, &proof, NULL) == 0 && proof.equal;
}
