/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What hardening changes: the numbers whose answers are not those for the arguments as given. A
 * filter sees all 64 bits of a register, the kernel of an `int` the low word alone; see
 * scc_policy_answer().
 */
#ifndef SCC_HARDEN_H
#define SCC_HARDEN_H

#include "decision.h"

/** A number, and what hardening makes of its rules. */
struct scc_hardened {
    const struct scc_policy_arch *table;
    const struct scc_placed_rule *placed;
    size_t count;
    enum scc_hardening how; /* not SCC_HARDENS_NOTHING */
};

/** Sorted as the policy's tables. */
struct scc_hardened_list {
    struct scc_hardened *items;
    size_t count, cap;
};

/**
 * Finds them; none where the policy does not harden. A number whose rules cannot be followed within
 * bounds is one of them. Errors: SCC_ERROR_SYSTEM without memory.
 */
int scc_hardened_find(const struct scc_policy *policy, struct scc_hardened_list *list,
                      scc_error **err);

/** Frees the list; usable with SCC_CLEANUP. */
void scc_hardened_clear(struct scc_hardened_list *list);

/**
 * For a form that has rules alone, @p what in the message, with @p remedy: refuses
 * (SCC_ERROR_INPUT) the first rule of which hardening changes the answer, if there is one. Errors
 * also as above.
 */
int scc_hardened_refuse(const struct scc_policy *policy, const char *what, const char *remedy,
                        scc_error **err);

/** What hardening makes of the rules that stand at @p placed in a table of the policy. */
enum scc_hardening scc_hardened_how(const struct scc_hardened_list *list,
                                    const struct scc_placed_rule *placed);

#endif
