/* SPDX-License-Identifier: Apache-2.0 */
/** Diagram → our own program: what emit_bpf does for a policy, for any function of the input. */
#ifndef SCC_EMIT_DIAGRAM_H
#define SCC_EMIT_DIAGRAM_H

#include <seccompc/emit.h>

#include "arch.h"
#include "decision.h"

/** The audit arches that a diagram gives answers of their own, and the one for all others. */
struct scc_diagram_tables {
    struct scc_diagram_table {
        uint32_t audit;
        scc_diagram diagram;
    } * items;
    size_t count;
    scc_diagram otherwise;
    /** There are more than SCC_DIAGRAM_TABLES_MAX, or whole ranges of them: `items` has none. */
    bool is_overflown;
};

enum { SCC_DIAGRAM_TABLES_MAX = 64 };

/**
 * Splits @p diagram by audit arch. `otherwise` is what most values of that word get; the others are
 * sorted: @p target first, then what its kernel also runs, then known ones. Free `items`. Errors:
 * SCC_ERROR_SYSTEM without memory.
 */
int scc_diagram_tables_find(const struct scc_decision_space *space, scc_diagram diagram,
                            const struct scc_arch *target, struct scc_diagram_tables *tables,
                            scc_error **err);

/**
 * Writes a program that answers as @p diagram does, of a space where a word's bits stand together
 * (not SCC_ORDER_INTERLEAVED). Its byte order is that of @p target, whose numbers are meant where
 * the diagram does not look at the audit arch. The caller proves it. Errors: SCC_ERROR_INPUT where
 * the program would have more than SCC_PROGRAM_MAX instructions, or a word would have to be told
 * apart into more parts than that; SCC_ERROR_SYSTEM without memory.
 */
int scc_emit_diagram(const struct scc_decision_space *space, scc_diagram diagram,
                     const struct scc_arch *target, const struct scc_emit_options *options,
                     scc_program **program, scc_error **err);

#endif
