/* SPDX-License-Identifier: Apache-2.0 */
/** From a graph of instructions to a program: each gets its place. */
#ifndef SCC_LAYOUT_H
#define SCC_LAYOUT_H

#include "dag.h"

/**
 * Gives every node that @p root reaches its place, in the order that is the least work for the
 * kernel's compiler (scc_jit_work()). Where a jump is too long, a copy of the return or a long jump
 * stands nearby. Errors: SCC_ERROR_INPUT with the count where the program would have more than
 * SCC_PROGRAM_MAX instructions; SCC_ERROR_SYSTEM without memory.
 */
int scc_dag_to_program(const struct scc_dag *dag, scc_dag_ref root, bool is_big_endian,
                       scc_program **program, scc_error **err);

#endif
