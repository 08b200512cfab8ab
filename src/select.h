/* SPDX-License-Identifier: Apache-2.0 */
/** Profile × target → policy; the public face is scc_policy_select(). */
#ifndef SCC_SELECT_H
#define SCC_SELECT_H

#include "policy.h"
#include "profile.h"
#include "target.h"

/** What to do where one input matches rules with comparisons of different actions. */
enum scc_on_conflict {
    SCC_CONFLICT_REFUSE,
    /** The first in the profile answers; for looking at conflicts. Equal comparisons are refused.
     */
    SCC_CONFLICT_FIRST,
    SCC_CONFLICT_STRICTEST, /* the kernel's order of actions; the first in the profile among equals
                             */
};

/** As scc_policy_select(), which refuses conflicts. */
int scc_select(const scc_profile *profile, const scc_target *target,
               enum scc_on_conflict on_conflict, scc_policy **policy, scc_diags *diags,
               scc_error **err);

/** Why @p entry does not apply to @p target, or SCC_ENTRY_SELECTED. */
enum scc_left_out scc_select_entry(const struct scc_profile_entry *entry,
                                   const struct scc_target *target);

#endif
