/* SPDX-License-Identifier: Apache-2.0 */
/** Profile × target → policy: scc_policy_select(), and why an entry is left out. */
#ifndef SCC_SELECT_H
#define SCC_SELECT_H

#include "policy.h"
#include "profile.h"
#include "target.h"

/** Why @p entry does not apply to @p target, or SCC_ENTRY_SELECTED. */
enum scc_left_out scc_select_entry(const struct scc_profile_entry *entry,
                                   const struct scc_target *target);

/** What the profile lists for a filter on @p arch: its row of archMap, or `architectures`. */
scc_arch_set scc_select_listed(const struct scc_profile *profile, const struct scc_arch *arch);

#endif
