/* SPDX-License-Identifier: Apache-2.0 */
/** One call that rules with comparisons answer differently. */
#ifndef SCC_CONFLICT_H
#define SCC_CONFLICT_H

#include "policy.h"

/**
 * Refuses a policy in which one input matches rules with comparisons of different return values:
 * libseccomp's answer to it follows the shape of its tree, so nobody can have meant it. Returns 0
 * where there is none. Errors: SCC_ERROR_INPUT with such an input, or where it is not decided
 * within bounds; SCC_ERROR_SYSTEM without memory.
 */
int scc_conflict_refuse(const struct scc_policy *policy, scc_error **err);

#endif
