/* SPDX-License-Identifier: Apache-2.0 */
#include "emit_diagram.h"

#include <linux/audit.h>
#include <stdlib.h>

#include "emit_cost.h"
#include "error.h"
#include "layout.h"
#include "numbers.h"
#include "util.h"
#include "word_runs.h"
#include "word_tree.h"

enum {
    /** Each table is a run of one value, with others between them. */
    AUDIT_RUNS_MAX = 2 * SCC_DIAGRAM_TABLES_MAX + 1,
    /** More numbers could not be told apart by a program, but for their bits. */
    NUMBER_RUNS_MAX = 2 * SCC_PROGRAM_MAX + 1,
};

/*
 * Audit arches
 */

/** The first known architecture with that audit arch, x32 not being one; or NULL. */
static const struct scc_arch *find_arch(uint32_t audit)
{
    for (unsigned id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        if (arch->audit == audit && id != SCC_ARCH_X32)
            return arch;
    }
    return NULL;
}

/** Places in which tables are tested: this kernel's own calls are the frequent ones. */
static unsigned rank_of(uint32_t audit, const struct scc_arch *target)
{
    const struct scc_arch *arch = find_arch(audit);
    if (audit == target->audit)
        return 0;
    if (!arch)
        return 3;
    return arch->kernel == target->kernel ? 1 : 2;
}

/** Adds a table behind those of the same rank. */
static void insert_table(struct scc_diagram_tables *tables, uint32_t audit, scc_diagram diagram,
                         const struct scc_arch *target)
{
    size_t at = tables->count++;
    for (; at && rank_of(tables->items[at - 1].audit, target) > rank_of(audit, target); at--)
        tables->items[at] = tables->items[at - 1];
    tables->items[at] = (struct scc_diagram_table){audit, diagram};
}

/** What most values lead to. */
static scc_diagram find_most(const struct scc_word_runs *runs)
{
    uint64_t most = 0;
    scc_diagram found = runs->items[0].diagram;
    for (size_t i = 0; i < runs->count; i++) {
        uint64_t values = 0;
        for (size_t j = 0; j < runs->count; j++) {
            if (runs->items[j].diagram == runs->items[i].diagram)
                values += (uint64_t)scc_word_run_last(runs, j) - runs->items[j].start + 1;
        }
        if (values > most) {
            most = values;
            found = runs->items[i].diagram;
        }
    }
    return found;
}

int scc_diagram_tables_find(const struct scc_decision_space *space, scc_diagram diagram,
                            const struct scc_arch *target, struct scc_diagram_tables *tables,
                            scc_error **err)
{
    SCC_CLEANUP(scc_word_runs_clear) struct scc_word_runs runs;
    *tables = (struct scc_diagram_tables){.otherwise = diagram};
    scc_word_runs_list(space, diagram, SCC_DECISION_AUDIT, UINT32_MAX, AUDIT_RUNS_MAX, &runs);
    if (runs.failed)
        return scc_error_nomem(err);
    tables->is_overflown = runs.is_overflown;
    if (runs.is_overflown)
        return 0;
    tables->items = malloc((runs.count + 1) * sizeof *tables->items);
    if (!tables->items)
        return scc_error_nomem(err);
    tables->otherwise = find_most(&runs);
    for (size_t i = 0; i < runs.count; i++) {
        if (runs.items[i].diagram == tables->otherwise)
            continue;
        tables->is_overflown |= scc_word_run_last(&runs, i) != runs.items[i].start;
        insert_table(tables, runs.items[i].start, runs.items[i].diagram, target);
    }
    if (tables->is_overflown || tables->count > SCC_DIAGRAM_TABLES_MAX) {
        free(tables->items);
        *tables = (struct scc_diagram_tables){.otherwise = diagram, .is_overflown = true};
    }
    return 0;
}

/*
 * Numbers
 */

/** Of the numbers of one audit arch, and of those of x32 among them. */
struct weights {
    struct scc_number_weights own, x32;
};

struct emitter {
    const struct scc_decision_space *space;
    const struct scc_emit_options *options;
    struct scc_dag dag;
    struct scc_word_tree *tree;
    struct scc_numbers *tables;
    struct weights *weights; /* of each table */
    size_t table_count;
};

/** Numbers to branches; those told apart by bits are left to the tree over words. */
static bool add_branches(struct emitter *at, scc_diagram diagram, struct scc_branches *branches)
{
    SCC_CLEANUP(scc_word_runs_clear) struct scc_word_runs runs;
    scc_word_runs_list(at->space, diagram, SCC_DECISION_NR, UINT32_MAX, NUMBER_RUNS_MAX, &runs);
    if (runs.failed)
        return false;
    if (runs.is_overflown)
        return scc_branches_add(branches, 0, scc_word_tree_build(at->tree, diagram));
    for (size_t i = 0; i < runs.count; i++) {
        scc_dag_ref ref = scc_word_tree_build(at->tree, runs.items[i].diagram);
        if (!scc_branches_add(branches, runs.items[i].start, ref))
            return false;
    }
    return true;
}

static bool add_table(struct emitter *at, uint32_t audit, scc_diagram diagram)
{
    struct weights *weights = &at->weights[at->table_count];
    struct scc_numbers *table = &at->tables[at->table_count++];
    const struct scc_arch *arch = find_arch(audit);
    table->audit = audit;
    if (!add_branches(at, diagram, &table->branches))
        at->dag.failed = true;
    if (at->dag.failed || scc_word_tree_check(at->tree, NULL) < 0)
        return false;
    table->cost = table->x32_cost = *scc_emit_cost_of_args(at->options->optimize_for);
    if (arch)
        table->cost =
            scc_emit_cost_of_numbers(at->options, arch, &at->dag, &table->branches, &weights->own);
    if (audit == AUDIT_ARCH_X86_64)
        table->x32_cost = scc_emit_cost_of_numbers(at->options, scc_arch_get(SCC_ARCH_X32),
                                                   &at->dag, &table->branches, &weights->x32);
    return true;
}

/** The root of the program; SCC_DAG_FAILED where that is told by the tree or the graph. */
static scc_dag_ref build(struct emitter *at, const struct scc_diagram_tables *found,
                         const struct scc_arch *target)
{
    if (found->is_overflown)
        return scc_word_tree_build(at->tree, found->otherwise);
    for (size_t i = 0; i < found->count; i++) {
        if (!add_table(at, found->items[i].audit, found->items[i].diagram))
            return SCC_DAG_FAILED;
    }
    if (!found->count) {
        if (!add_table(at, target->audit, found->otherwise))
            return SCC_DAG_FAILED;
        return scc_numbers_build_one(&at->dag, at->tables);
    }
    scc_dag_ref otherwise = scc_word_tree_build(at->tree, found->otherwise);
    if (scc_word_tree_check(at->tree, NULL) < 0)
        return SCC_DAG_FAILED;
    return scc_numbers_build(&at->dag, at->tables, at->table_count, otherwise);
}

static void free_emitter(struct emitter *at)
{
    if (at->tables)
        scc_numbers_clear(at->tables, at->table_count);
    scc_word_tree_free(at->tree);
    free(at->tables);
    free(at->weights);
    scc_dag_clear(&at->dag);
}

static int emit(struct emitter *at, const struct scc_diagram_tables *found,
                const struct scc_arch *target, scc_program **program, scc_error **err)
{
    at->tables = calloc(found->count + 1, sizeof *at->tables);
    at->weights = malloc((found->count + 1) * sizeof *at->weights);
    at->tree = scc_word_tree_new(at->space, &at->dag, target->is_big_endian,
                                 scc_emit_cost_of_args(at->options->optimize_for));
    if (!at->tables || !at->weights || !at->tree)
        return scc_error_nomem(err);
    scc_dag_ref root = build(at, found, target);
    if (scc_word_tree_check(at->tree, err) < 0)
        return -1;
    return scc_dag_to_program(&at->dag, root, target->is_big_endian, program, err);
}

int scc_emit_diagram(const struct scc_decision_space *space, scc_diagram diagram,
                     const struct scc_arch *target, const struct scc_emit_options *options,
                     scc_program **program, scc_error **err)
{
    struct scc_diagram_tables found;
    struct emitter at = {.space = space, .options = options, .dag.work = space->work};
    if (scc_diagram_tables_find(space, diagram, target, &found, err) < 0)
        return -1;
    int done = emit(&at, &found, target, program, err);
    free_emitter(&at);
    free(found.items);
    return done;
}
