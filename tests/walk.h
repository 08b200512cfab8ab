/* SPDX-License-Identifier: Apache-2.0 */
/** Walking all numbers and the boundaries of all comparisons of a policy. */
#ifndef SCC_TEST_WALK_H
#define SCC_TEST_WALK_H

#include "policy.h"

/** Called for each input of a walk; a result other than 0 ends it and is its result. */
typedef int walk_fn(const struct scc_call *call, void *context);

/**
 * Every number 0 to 1023, 0xffffffff and 0x40000000 to 0x400003ff, plus the offset of its numbers,
 * for every audit arch of the filter and one that is in no filter. Where rules compare arguments,
 * with each boundary of each compared argument, all others 0 and all ones, and with garbage in the
 * high words.
 */
int walk_policy(const struct scc_policy *policy, walk_fn *visit, void *context);

#endif
