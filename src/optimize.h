/* SPDX-License-Identifier: Apache-2.0 */
/** Anybody's program → an equal one that is better, proved. */
#ifndef SCC_OPTIMIZE_H
#define SCC_OPTIMIZE_H

#include "emit_cost.h"
#include "work.h"

struct scc_optimized {
    scc_program *program; /* the input's own instructions where nothing better was found */
    bool is_unchanged;
    struct scc_program_cost before, after;
    double ms;          /* of all of it, the proof included */
    double proof_ms;    /* of the proof of `program` */
    size_t proof_nodes; /* of the diagrams of both programs */
};

/** Frees what @p optimized holds; usable with SCC_CLEANUP. */
void scc_optimized_clear(struct scc_optimized *optimized);

/**
 * Makes the best program that answers every input as @p program does, which must have passed
 * scc_program_check(). "Best" is what @p options ask for; counted are the numbers of the
 * architectures that the program tells from others, of @p target where it tells none. A program
 * that is not proved equal, or not better, is not taken. Errors: SCC_ERROR_INPUT with the
 * instruction or the word where the program cannot be followed, or taken apart, within bounds, of
 * which @p work is one;
 * SCC_ERROR_SYSTEM without memory.
 */
int scc_optimize(const scc_program *program, const struct scc_arch *target,
                 const struct scc_emit_options *options, struct scc_work *work,
                 struct scc_optimized *optimized, scc_error **err);

#endif
