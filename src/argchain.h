/* SPDX-License-Identifier: Apache-2.0 */
/** One number's rules tested one behind the other: nothing grows faster than they do. */
#ifndef SCC_ARGCHAIN_H
#define SCC_ARGCHAIN_H

#include "argstate.h"

/**
 * As scc_argtree_build(): the first of @p rules that holds answers, else the default. A rule
 * that fails goes on with the next one, past the tests whose outcome the way here tells already. @p
 * is_last_first: of a rule's arguments the last is tested first.
 */
scc_dag_ref scc_argchain_build(struct scc_dag *dag, const struct scc_arg_rule *rules, size_t count,
                               const struct scc_arg_setting *setting, bool is_last_first);

#endif
