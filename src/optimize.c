/* SPDX-License-Identifier: Apache-2.0 */
#include "optimize.h"

#include <stdlib.h>
#include <string.h>

#include "decision.h"
#include "emit_diagram.h"
#include "error.h"
#include "prove.h"
#include "util.h"

void scc_optimized_clear(struct scc_optimized *optimized)
{
    scc_program_free(optimized->program);
    *optimized = (struct scc_optimized){0};
}

static void free_space(struct scc_decision_space **space)
{
    scc_decision_space_free(*space);
}

/** A program in one order of the words. */
struct attempt {
    const struct scc_arch *target;
    const struct scc_emit_options *options;
    struct scc_work *work;
    struct scc_decision_space *space;
    scc_diagram diagram;
};

static bool has_audit(const struct scc_diagram_tables *tables, uint32_t audit)
{
    for (size_t i = 0; i < tables->count; i++) {
        if (tables->items[i].audit == audit)
            return true;
    }
    return false;
}

/** The architectures that count. */
static int find_arches(const struct attempt *at, struct scc_program_cost *cost, scc_error **err)
{
    struct scc_diagram_tables tables;
    if (scc_diagram_tables_find(at->space, at->diagram, at->target, &tables, err) < 0)
        return -1;
    for (unsigned id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        if (id != SCC_ARCH_X32 && has_audit(&tables, arch->audit))
            cost->arches[cost->arch_count++] = arch;
    }
    if (!cost->arch_count)
        cost->arches[cost->arch_count++] = at->target;
    free(tables.items);
    return 0;
}

/** Whether @p made answers every input as the diagram does: 0, or -1 where that is not shown. */
static int prove(const struct attempt *at, const scc_program *made, scc_error **err)
{
    scc_diagram diagram;
    if (scc_program_check(made, err) < 0 ||
        scc_decision_from_program(at->space, made, &diagram, err) < 0)
        return scc_error_wrap(err, "the optimised program");
    if (diagram != at->diagram)
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "the optimised program differs; this is a fault of seccompc");
    return 0;
}

/** Takes @p made over, if it is proved and better than what there is. */
static int offer(const struct attempt *at, scc_program *made, struct scc_optimized *best,
                 scc_error **err)
{
    struct scc_program_cost cost = best->after;
    double start = scc_now_ms();
    scc_emit_measure(made, &cost);
    int64_t gain = scc_emit_gain(at->options, best->program, &best->after, made, &cost);
    bool is_better = gain > 0;
    int done = gain == SCC_EMIT_GAIN_UNKNOWN ? scc_error_nomem(err)
               : is_better                   ? prove(at, made, err)
                                             : 0;
    if (!is_better || done < 0) {
        scc_program_free(made);
        return done;
    }
    scc_program_free(best->program);
    best->program = made;
    best->after = cost;
    best->is_unchanged = false;
    best->proof_ms = scc_now_ms() - start;
    best->proof_nodes = scc_decision_node_count(at->space);
    return 0;
}

/** Emits for all costs that may lead to what is wanted. */
static int try_costs(const struct attempt *at, struct scc_optimized *best, scc_error **err)
{
    bool wants_size = at->options->optimize_for == SCC_OPTIMIZE_SIZE;
    for (int i = SCC_OPTIMIZE_ATTACH; i <= SCC_OPTIMIZE_SIZE; i++) {
        struct scc_emit_options options = {(enum scc_optimize_for)i, NULL};
        scc_program *made;
        if (!wants_size && at->options->optimize_for != options.optimize_for)
            continue;
        if (!wants_size)
            options = *at->options;
        scc_error *failure = NULL;
        if (scc_emit_diagram(at->space, at->diagram, at->target, &options, &made, &failure) == 0) {
            if (offer(at, made, best, err) < 0)
                return -1;
            continue;
        }
        /* What would be too long is not better. */
        bool is_too_long = scc_error_get_code(failure) == SCC_ERROR_INPUT;
        scc_error_free(failure);
        if (!is_too_long)
            return scc_error_nomem(err);
    }
    return 0;
}

/** Follows the program with the words in @p order, and offers what comes out. */
static int try_order(const scc_program *program, struct attempt at, enum scc_decision_order order,
                     struct scc_optimized *best, scc_error **err)
{
    SCC_CLEANUP(free_space) struct scc_decision_space *space = NULL;
    if (scc_decision_space_new(SCC_PROVE_NODES, order, &space, err) < 0)
        return -1;
    scc_decision_space_count_into(space, at.work);
    at.space = space;
    if (scc_decision_from_program(space, program, &at.diagram, err) < 0)
        return -1;
    if (!best->before.arch_count) {
        if (find_arches(&at, &best->before, err) < 0)
            return -1;
        scc_emit_measure(program, &best->before);
        best->after = best->before;
    }
    return try_costs(&at, best, err);
}

int scc_optimize(const scc_program *program, const struct scc_arch *target,
                 const struct scc_emit_options *options, struct scc_work *work,
                 struct scc_optimized *optimized, scc_error **err)
{
    static const enum scc_decision_order orders[] = {SCC_ORDER_BY_WORD, SCC_ORDER_BY_WORD_REVERSED};
    struct scc_optimized best = {.is_unchanged = true};
    scc_error *first = NULL;
    double start = scc_now_ms();
    bool is_done = false, is_short = false;
    best.program = scc_program_copy(program);
    if (!best.program)
        return scc_error_nomem(err);
    for (size_t i = 0; i < SCC_COUNT(orders) && !is_short; i++) {
        struct attempt at = {.target = target, .options = options, .work = work};
        scc_error *failure = NULL;
        is_done |= try_order(program, at, orders[i], &best, &failure) == 0;
        /* With more memory the other program might come out. */
        is_short = failure && scc_error_get_code(failure) == SCC_ERROR_SYSTEM;
        if (first && !is_short) {
            scc_error_free(failure);
        } else if (failure) {
            scc_error_free(first);
            first = failure;
        }
    }
    best.ms = scc_now_ms() - start;
    if (is_done && !is_short) {
        scc_error_free(first);
        *optimized = best;
        return 0;
    }
    scc_optimized_clear(&best);
    return scc_error_pass(err, first);
}
