/* SPDX-License-Identifier: Apache-2.0 */
#include "decision_cells.h"

#include <stdlib.h>

#include "error.h"
#include "util.h"

enum { FIRST_SLOTS = 256 };

void scc_cells_free(struct scc_cells *cells)
{
    free(cells->items);
    *cells = (struct scc_cells){0};
}

void scc_outcomes_free(struct scc_outcomes *outcomes)
{
    free(outcomes->items);
    *outcomes = (struct scc_outcomes){0};
}

/*
 * Splitting. Each pair of nodes has a list of the cells below it, sorted by their functions; the
 * list of a pair is merged from those of its halves. So a cell costs one step for each node above
 * it, however many values lead there.
 */

/** The list of a pair of nodes that has been seen, as a part of split.cells. */
struct split_list {
    scc_diagram a, b;
    uint32_t start, count; /* count 0: a free slot */
};

struct split {
    struct scc_decision_space *space;
    uint32_t end;
    struct split_list *slots; /* open addressing; slot_count is a power of two */
    size_t slot_count, used;
    struct scc_cells cells; /* of all lists */
    bool is_bound_reached, is_out_of_memory;
};

static struct split_list *find_slot(const struct split *split, scc_diagram a, scc_diagram b)
{
    size_t at = (size_t)((a * 0x9e3779b185ebca87u ^ b * 0xc2b2ae3d27d4eb4fu) >> 20);
    for (;; at++) {
        struct split_list *slot = &split->slots[at & (split->slot_count - 1)];
        if (!slot->count || (slot->a == a && slot->b == b))
            return slot;
    }
}

static bool grow_slots(struct split *split)
{
    struct split_list *old = split->slots;
    size_t old_count = split->slot_count;
    split->slot_count = old_count ? old_count * 2 : FIRST_SLOTS;
    split->slots = calloc(split->slot_count, sizeof *split->slots);
    if (!split->slots) {
        split->slots = old;
        split->slot_count = old_count;
        return false;
    }
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].count)
            *find_slot(split, old[i].a, old[i].b) = old[i];
    }
    free(old);
    return true;
}

static void add_cell(struct split *split, struct scc_cell cell)
{
    struct scc_cells *cells = &split->cells;
    if (cells->count >= SCC_CELLS_MAX) {
        split->is_bound_reached = true;
        return;
    }
    if (!SCC_GROW(cells->items, cells->cap, cells->count + 1)) {
        split->is_out_of_memory = true;
        return;
    }
    cells->items[cells->count++] = cell;
}

static int compare_cells(const struct scc_cell *first, const struct scc_cell *second)
{
    if (first->a != second->a)
        return first->a < second->a ? -1 : 1;
    return (first->b > second->b) - (first->b < second->b);
}

static bool is_sound(const struct split *split)
{
    return !split->is_bound_reached && !split->is_out_of_memory && scc_node_is_sound(split->space);
}

/** Adds the list of a pair whose halves at @p level have those lists. */
static void merge_lists(struct split *split, uint32_t level, struct split_list low,
                        struct split_list high)
{
    struct scc_decision_space *space = split->space;
    unsigned word = space->words[level], bit = space->bits[level];
    for (uint32_t i = 0, j = 0; (i < low.count || j < high.count) && is_sound(split);) {
        /* By value: the list grows and may move. */
        struct scc_cell first = {0}, second = {0};
        int order = i == low.count ? 1 : j == high.count ? -1 : 0;
        if (i < low.count)
            first = split->cells.items[low.start + i];
        if (j < high.count)
            second = split->cells.items[high.start + j];
        if (!order)
            order = compare_cells(&first, &second);
        struct scc_cell merged = order <= 0 ? first : second;
        merged.where =
            scc_node_branch(space, word, bit, order <= 0 ? first.where : SCC_DIAGRAM_NOWHERE,
                            order >= 0 ? second.where : SCC_DIAGRAM_NOWHERE);
        add_cell(split, merged);
        i += order <= 0;
        j += order >= 0;
    }
}

/** The list of a pair. Recurses once for each level before the end. */
static struct split_list split_pair(struct split *split, scc_diagram a, scc_diagram b)
{
    struct split_list *slot = find_slot(split, a, b), list = {a, b, 0, 0};
    if (slot->count || !is_sound(split))
        return *slot;
    const struct scc_node *nodes = split->space->nodes;
    uint32_t level = nodes[a].level < nodes[b].level ? nodes[a].level : nodes[b].level;
    if (level >= split->end) {
        list.start = (uint32_t)split->cells.count;
        add_cell(split, (struct scc_cell){a, b, SCC_DIAGRAM_EVERYWHERE});
    } else {
        struct split_list halves[2];
        for (int i = 0; i < 2; i++)
            halves[i] = split_pair(split, scc_node_half(split->space, a, level, i),
                                   scc_node_half(split->space, b, level, i));
        list.start = (uint32_t)split->cells.count;
        merge_lists(split, level, halves[0], halves[1]);
    }
    list.count = (uint32_t)split->cells.count - list.start;
    if (!is_sound(split))
        return list;
    if (++split->used * 2 > split->slot_count && !grow_slots(split))
        split->is_out_of_memory = true;
    else
        *find_slot(split, a, b) = list;
    return list;
}

static int check_split(const struct split *split, scc_error **err)
{
    if (scc_node_check(split->space, err) < 0)
        return -1;
    if (split->is_out_of_memory)
        return scc_error_nomem(err);
    if (split->is_bound_reached)
        return scc_error_set(err, SCC_ERROR_INPUT, "more than %d parts of a decision diagram",
                             SCC_CELLS_MAX);
    return 0;
}

int scc_cells_split(struct scc_decision_space *space, scc_diagram a, scc_diagram b, uint32_t end,
                    struct scc_cells *cells, scc_error **err)
{
    struct split split = {.space = space, .end = end};
    struct scc_cells made = {0};
    if (!grow_slots(&split))
        return scc_error_nomem(err);
    struct split_list list = split_pair(&split, a, b);
    int done = check_split(&split, err);
    if (done == 0 && !SCC_GROW(made.items, made.cap, list.count))
        done = scc_error_nomem(err);
    for (uint32_t i = 0; done == 0 && i < list.count; i++)
        made.items[made.count++] = split.cells.items[list.start + i];
    free(split.slots);
    scc_cells_free(&split.cells);
    if (done == 0)
        *cells = made;
    return done;
}

/*
 * Return values
 */

struct returns {
    uint32_t values[SCC_OUTCOMES_MAX];
    size_t count;
    bool is_bound_reached;
};

static int compare_values(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return (first > second) - (first < second);
}

static void list_returns(const struct scc_decision_space *space, scc_diagram diagram, uint8_t *seen,
                         struct returns *returns)
{
    if (seen[diagram / 8] & 1u << diagram % 8)
        return;
    seen[diagram / 8] = (uint8_t)(seen[diagram / 8] | 1u << diagram % 8);
    const struct scc_node *node = &space->nodes[diagram];
    if (node->level != SCC_LEVEL_RETURN) {
        list_returns(space, node->low, seen, returns);
        list_returns(space, node->high, seen, returns);
    } else if (returns->count == SCC_OUTCOMES_MAX) {
        returns->is_bound_reached = true;
    } else {
        returns->values[returns->count++] = node->low;
    }
}

static int find_returns(const struct scc_decision_space *space, scc_diagram diagram,
                        struct returns *returns, scc_error **err)
{
    SCC_AUTOFREE uint8_t *seen = calloc(space->count / 8 + 1, 1);
    if (!seen)
        return scc_error_nomem(err);
    list_returns(space, diagram, seen, returns);
    if (returns->is_bound_reached)
        return scc_error_set(err, SCC_ERROR_INPUT, "more than %d return values", SCC_OUTCOMES_MAX);
    qsort(returns->values, returns->count, sizeof *returns->values, compare_values);
    return 0;
}

static scc_diagram where_returns(struct scc_decision_space *space, scc_diagram diagram,
                                 uint32_t return_value)
{
    scc_diagram wanted = scc_node_return(space, return_value);
    return scc_node_not(space, scc_node_apply(space, SCC_NODE_DIFFER, diagram, wanted));
}

static int add_outcome(struct scc_outcomes *outcomes, struct scc_outcome outcome, scc_error **err)
{
    if (outcome.where == SCC_DIAGRAM_NOWHERE || outcome.where == SCC_DIAGRAM_FAILED)
        return 0;
    if (outcomes->count == SCC_OUTCOMES_MAX)
        return scc_error_set(err, SCC_ERROR_INPUT, "more than %d pairs of return values",
                             SCC_OUTCOMES_MAX);
    if (!SCC_GROW(outcomes->items, outcomes->cap, outcomes->count + 1))
        return scc_error_nomem(err);
    outcomes->items[outcomes->count++] = outcome;
    return 0;
}

/** Adds the outcomes in which @p a returns one value. */
static int add_outcomes(struct scc_decision_space *space, scc_diagram a, uint32_t before,
                        scc_diagram b, const struct returns *after, struct scc_outcomes *outcomes,
                        scc_error **err)
{
    scc_diagram where = where_returns(space, a, before);
    if (a == b)
        return add_outcome(outcomes, (struct scc_outcome){before, before, where}, err);
    for (size_t i = 0; i < after->count; i++) {
        struct scc_outcome outcome = {before, after->values[i], 0};
        outcome.where = scc_node_and(space, where, where_returns(space, b, outcome.after));
        if (add_outcome(outcomes, outcome, err) < 0)
            return -1;
    }
    return 0;
}

int scc_outcomes_find(struct scc_decision_space *space, scc_diagram a, scc_diagram b,
                      struct scc_outcomes *outcomes, scc_error **err)
{
    struct returns before = {0}, after = {0};
    struct scc_outcomes made = {0};
    if (find_returns(space, a, &before, err) < 0 || find_returns(space, b, &after, err) < 0)
        return -1;
    int done = 0;
    for (size_t i = 0; done == 0 && i < before.count; i++)
        done = add_outcomes(space, a, before.values[i], b, &after, &made, err);
    if (done == 0)
        done = scc_node_check(space, err);
    if (done < 0)
        scc_outcomes_free(&made);
    else
        *outcomes = made;
    return done;
}
