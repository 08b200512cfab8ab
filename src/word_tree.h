/* SPDX-License-Identifier: Apache-2.0 */
/** Functions of words, given as diagrams, as tests of these words. */
#ifndef SCC_WORD_TREE_H
#define SCC_WORD_TREE_H

#include "decision.h"
#include "search.h"

struct scc_word_tree;

/**
 * A builder for diagrams of @p space, where a word's bits stand together (not
 * SCC_ORDER_INTERLEAVED), in @p dag; both must outlive it. @p cost is that of tests of arguments.
 * NULL without memory.
 */
struct scc_word_tree *scc_word_tree_new(const struct scc_decision_space *space, struct scc_dag *dag,
                                        bool is_big_endian, const struct scc_search_cost *cost);

/** Frees the builder, not the nodes that it made; NULL is allowed. */
void scc_word_tree_free(struct scc_word_tree *tree);

/**
 * The node that answers as @p diagram does: it returns or loads what it looks at. Equal diagrams
 * are one node. SCC_DAG_FAILED after a failure, which scc_word_tree_check() tells.
 */
scc_dag_ref scc_word_tree_build(struct scc_word_tree *tree, scc_diagram diagram);

/**
 * 0, or -1 and the error of what has failed: SCC_ERROR_INPUT where a bound was reached, with the
 * word that was looked at; SCC_ERROR_SYSTEM without memory.
 */
int scc_word_tree_check(const struct scc_word_tree *tree, scc_error **err);

#endif
