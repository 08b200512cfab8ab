/* SPDX-License-Identifier: Apache-2.0 */
#include "condition.h"

#include <stdlib.h>

#include "decision_cells.h"
#include "error.h"
#include "util.h"

enum {
    /** The low and the high words of the arguments, and the instruction pointer. */
    VARIABLES_MAX = 2 * SCC_ARG_COUNT + 1,
    /** Of so many cells or fewer the ones that are contained in most others come first. */
    ORDERED_CELLS_MAX = 64,
};

/** An alternative in the making. */
struct product {
    scc_diagram sets[VARIABLES_MAX]; /* SCC_DIAGRAM_EVERYWHERE: not restricted */
    scc_diagram where;               /* of all of them */
};

struct covering {
    struct scc_decision_space *space;
    bool is_64bit;
    struct product products[SCC_CONDITION_COUNT_MAX];
    size_t count;
    bool is_too_long;
    scc_error **err;
};

/** The place of a variable in a product. */
static unsigned index_of(struct scc_variable variable)
{
    return variable.word - SCC_DECISION_ARGS;
}

/** The levels of a variable, from the first on to before the end. */
static void find_levels(const struct covering *at, struct scc_variable variable, uint32_t *first,
                        uint32_t *end)
{
    *first = at->space->levels[variable.word][SCC_DECISION_WORD_BITS - 1];
    *end = *first + scc_variable_bits(variable);
}

static bool is_within(struct scc_decision_space *space, scc_diagram inner, scc_diagram outer)
{
    return scc_node_and(space, inner, scc_node_not(space, outer)) == SCC_DIAGRAM_NOWHERE;
}

/** A cell's place in the order in which cells are covered. */
struct cell_order {
    size_t cell;
    size_t container_count;
    uint64_t lowest; /* of its values */
};

/** The lowest value of the variable in a set, as the path of clear bits that leads there. */
static uint64_t find_lowest(const struct scc_decision_space *space, scc_diagram set,
                            struct scc_variable variable)
{
    uint64_t lowest = 0;
    while (set > SCC_DIAGRAM_EVERYWHERE) {
        const struct scc_node *node = &space->nodes[set];
        bool is_high = node->low == SCC_DIAGRAM_NOWHERE;
        bool is_high_word = variable.word_count == 2 && space->words[node->level] == variable.word;
        if (is_high)
            lowest |= (uint64_t)1 << (space->bits[node->level] +
                                      (is_high_word ? SCC_DECISION_WORD_BITS : 0));
        set = is_high ? node->high : node->low;
    }
    return lowest;
}

static int compare_orders(const void *a, const void *b)
{
    const struct cell_order *first = a, *second = b;
    if (first->container_count != second->container_count)
        return first->container_count > second->container_count ? -1 : 1;
    return (first->lowest > second->lowest) - (first->lowest < second->lowest);
}

/**
 * What holds in most cells first: the alternatives made for it serve these others too, and less is
 * left to be said of them.
 */
static struct cell_order *order_cells(struct scc_decision_space *space,
                                      const struct scc_cells *cells, struct scc_variable variable)
{
    struct cell_order *order = calloc(cells->count, sizeof *order);
    for (size_t i = 0; order && i < cells->count; i++) {
        order[i].cell = i;
        order[i].lowest = find_lowest(space, cells->items[i].where, variable);
        for (size_t j = 0; cells->count <= ORDERED_CELLS_MAX && j < cells->count; j++)
            order[i].container_count += is_within(space, cells->items[i].b, cells->items[j].b);
    }
    if (order)
        qsort(order, cells->count, sizeof *order, compare_orders);
    return order;
}

/** Gives a product the largest set of the variable's values for which it may stand. */
static void widen(struct covering *at, const struct scc_cells *cells, scc_diagram *covered,
                  unsigned variable, struct product *product)
{
    scc_diagram set = SCC_DIAGRAM_NOWHERE;
    for (size_t i = 0; i < cells->count; i++) {
        if (!is_within(at->space, product->where, cells->items[i].b))
            continue;
        set = scc_node_or(at->space, set, cells->items[i].where);
        covered[i] = scc_node_or(at->space, covered[i], product->where);
    }
    product->sets[variable] = set;
    product->where = scc_node_and(at->space, set, product->where);
}

static int cover_between(struct covering *at, scc_diagram least, scc_diagram most);

/** Covers what the cells of one variable need. In a cell, `a` is the least and `b` the most. */
static int cover_cells(struct covering *at, const struct scc_cells *cells,
                       struct scc_variable variable)
{
    SCC_AUTOFREE scc_diagram *covered = calloc(cells->count, sizeof *covered);
    SCC_AUTOFREE struct cell_order *order = order_cells(at->space, cells, variable);
    if (!covered || !order)
        return scc_error_nomem(at->err);
    for (size_t i = 0; i < cells->count && !at->is_too_long; i++) {
        size_t cell = order[i].cell, first = at->count;
        scc_diagram need =
            scc_node_and(at->space, cells->items[cell].a, scc_node_not(at->space, covered[cell]));
        if (scc_node_check(at->space, at->err) < 0 ||
            cover_between(at, need, cells->items[cell].b) < 0)
            return -1;
        for (size_t j = first; j < at->count; j++)
            widen(at, cells, covered, index_of(variable), &at->products[j]);
    }
    return scc_node_check(at->space, at->err);
}

/**
 * Adds products that cover at least @p least and at most @p most: Minato's way to cover a function
 * of bits (value_set_make.c), a whole variable at a time. Recurses once for each variable.
 */
static int cover_between(struct covering *at, scc_diagram least, scc_diagram most)
{
    if (least == SCC_DIAGRAM_NOWHERE || at->is_too_long)
        return 0;
    if (most == SCC_DIAGRAM_EVERYWHERE) {
        if (at->count == SCC_CONDITION_COUNT_MAX) {
            at->is_too_long = true;
            return 0;
        }
        struct product *product = &at->products[at->count++];
        for (unsigned i = 0; i < VARIABLES_MAX; i++)
            product->sets[i] = SCC_DIAGRAM_EVERYWHERE;
        product->where = SCC_DIAGRAM_EVERYWHERE;
        return 0;
    }
    SCC_CLEANUP(scc_cells_free) struct scc_cells cells = {0};
    const struct scc_node *nodes = at->space->nodes;
    uint32_t level =
        nodes[least].level < nodes[most].level ? nodes[least].level : nodes[most].level;
    struct scc_variable variable = scc_variable_of(at->space->words[level], at->is_64bit);
    uint32_t end =
        at->space->levels[variable.word][SCC_DECISION_WORD_BITS - 1] + scc_variable_bits(variable);
    if (scc_cells_split(at->space, least, most, end, &cells, at->err) < 0)
        return -1;
    return cover_cells(at, &cells, variable);
}

/** What a product covers and no other does. */
static scc_diagram own_part(struct covering *at, size_t index)
{
    scc_diagram others = SCC_DIAGRAM_NOWHERE;
    for (size_t i = 0; i < at->count; i++) {
        if (i != index)
            others = scc_node_or(at->space, others, at->products[i].where);
    }
    return scc_node_and(at->space, at->products[index].where, scc_node_not(at->space, others));
}

/** Drops products that the others cover: widening may have made one needless. */
static void drop_needless(struct covering *at)
{
    for (size_t i = at->count; i-- > 0 && at->count > 1;) {
        if (own_part(at, i) == SCC_DIAGRAM_NOWHERE)
            at->products[i] = at->products[--at->count];
    }
}

/*
 * Narrowing
 */

/** The values of one variable's levels, first to end, that occur in @p where with any others. */
struct projection {
    struct scc_decision_space *space;
    uint32_t first, end;
    scc_diagram *results; /* of each node of before, plus 1; 0 is not known yet */
};

static scc_diagram project(struct projection *at, scc_diagram where)
{
    if (where <= SCC_DIAGRAM_EVERYWHERE)
        return where;
    if (at->results[where])
        return at->results[where] - 1;
    struct scc_node node = at->space->nodes[where]; /* by value: the space grows */
    scc_diagram low = project(at, node.low), high = project(at, node.high), result;
    if (node.level >= at->first && node.level < at->end)
        result = scc_node_branch(at->space, at->space->words[node.level],
                                 at->space->bits[node.level], low, high);
    else
        result = scc_node_or(at->space, low, high);
    if (result != SCC_DIAGRAM_FAILED)
        at->results[where] = result + 1;
    return result;
}

/** The length of a set's text. */
static int measure_text(struct covering *at, scc_diagram set, struct scc_variable variable,
                        size_t *bytes)
{
    SCC_CLEANUP(scc_pool_free) struct scc_pool pool = {0};
    struct scc_value_set made;
    struct scc_strbuf text = {0};
    *bytes = 0;
    if (set == SCC_DIAGRAM_EVERYWHERE)
        return 0;
    if (scc_value_set_make(at->space, &pool, set, variable, &made, at->err) < 0)
        return -1;
    scc_value_set_describe(&text, &made);
    *bytes = text.len;
    int done = text.failed ? scc_error_nomem(at->err) : 0;
    scc_strbuf_free(&text);
    return done;
}

/** Gives a product's variable the values alone that @p need has, where that is shorter to say. */
static int narrow_variable(struct covering *at, struct product *product, unsigned index,
                           scc_diagram need)
{
    struct scc_variable variable = scc_variable_of(SCC_DECISION_ARGS + index, at->is_64bit);
    struct projection projection = {.space = at->space};
    size_t wide, narrow;
    find_levels(at, variable, &projection.first, &projection.end);
    SCC_AUTOFREE scc_diagram *results = calloc(at->space->count, sizeof *results);
    if (!results)
        return scc_error_nomem(at->err);
    projection.results = results;
    scc_diagram set = project(&projection, need);
    if (scc_node_check(at->space, at->err) < 0)
        return -1;
    if (set == product->sets[index])
        return 0;
    if (measure_text(at, product->sets[index], variable, &wide) < 0 ||
        measure_text(at, set, variable, &narrow) < 0)
        return -1;
    if (narrow >= wide)
        return 0;
    product->sets[index] = set;
    product->where = scc_node_and(at->space, product->where, set);
    return 0;
}

/** Takes from the products what others cover too, where less is then to be said. */
static int narrow(struct covering *at)
{
    for (size_t i = 0; i < at->count; i++) {
        for (unsigned variable = 0; variable < VARIABLES_MAX; variable++) {
            if (at->products[i].sets[variable] != SCC_DIAGRAM_EVERYWHERE &&
                narrow_variable(at, &at->products[i], variable, own_part(at, i)) < 0)
                return -1;
        }
    }
    return 0;
}

/*
 * From products to terms
 */

static int make_term(struct covering *at, struct scc_pool *pool, const struct product *product,
                     struct scc_term *term)
{
    struct scc_value_set sets[VARIABLES_MAX];
    size_t count = 0;
    for (unsigned i = 0; i < VARIABLES_MAX; i++) {
        if (product->sets[i] == SCC_DIAGRAM_EVERYWHERE)
            continue;
        struct scc_variable variable = scc_variable_of(SCC_DECISION_ARGS + i, at->is_64bit);
        if (scc_value_set_make(at->space, pool, product->sets[i], variable, &sets[count++],
                               at->err) < 0)
            return -1;
    }
    *term = (struct scc_term){scc_pool_copy(pool, sets, count, sizeof *sets), count};
    return term->sets ? 0 : scc_error_nomem(at->err);
}

/** By the first variable that both restrict differently, by its lowest value. */
static int compare_sets(const struct scc_value_set *a, const struct scc_value_set *b)
{
    if (a->variable.word != b->variable.word)
        return a->variable.word < b->variable.word ? -1 : 1;
    const struct scc_value_test *first = &a->tests[0], *second = &b->tests[0];
    if (first->is_negated != second->is_negated)
        return first->is_negated ? 1 : -1;
    if (first->mask != second->mask)
        return first->mask > second->mask ? -1 : 1;
    return (first->ranges->first > second->ranges->first) -
           (first->ranges->first < second->ranges->first);
}

/** What is said in fewer words comes first. */
static int compare_terms(const void *a, const void *b)
{
    const struct scc_term *first = a, *second = b;
    if (first->set_count != second->set_count)
        return first->set_count < second->set_count ? -1 : 1;
    for (size_t i = 0; i < first->set_count; i++) {
        int order = compare_sets(&first->sets[i], &second->sets[i]);
        if (order)
            return order;
    }
    return 0;
}

static int make_terms(struct covering *at, struct scc_pool *pool, struct scc_condition *condition)
{
    struct scc_term *terms = scc_pool_take(pool, at->count, sizeof *terms);
    if (!terms)
        return scc_error_nomem(at->err);
    for (size_t i = 0; i < at->count; i++) {
        if (make_term(at, pool, &at->products[i], &terms[i]) < 0)
            return -1;
    }
    qsort(terms, at->count, sizeof *terms, compare_terms);
    size_t told = at->count < SCC_CONDITION_TERMS_MAX ? at->count : SCC_CONDITION_TERMS_MAX;
    *condition = (struct scc_condition){
        .is_64bit = at->is_64bit,
        .terms = terms,
        .term_count = told,
        .more = at->count - told,
        .is_more_at_least = at->is_too_long,
    };
    return 0;
}

int scc_condition_make(struct scc_decision_space *space, struct scc_pool *pool, scc_diagram where,
                       bool is_64bit, struct scc_condition *condition, scc_error **err)
{
    struct covering at = {.space = space, .is_64bit = is_64bit, .err = err};
    if (cover_between(&at, where, where) < 0)
        return -1;
    if (!at.is_too_long)
        drop_needless(&at);
    if (scc_node_check(space, err) < 0)
        return -1;
    if (at.count <= SCC_CONDITION_TERMS_MAX && at.count > 1 && narrow(&at) < 0)
        return -1;
    return make_terms(&at, pool, condition);
}

bool scc_condition_is_always(const struct scc_condition *condition)
{
    return condition->term_count == 1 && condition->terms[0].set_count == 0;
}

bool scc_condition_is_cut(const struct scc_condition *condition)
{
    bool is_cut = condition->more || condition->is_more_at_least;
    for (size_t i = 0; i < condition->term_count; i++) {
        for (size_t j = 0; j < condition->terms[i].set_count; j++)
            is_cut |= condition->terms[i].sets[j].more > 0;
    }
    return is_cut;
}

static bool term_holds(const struct scc_term *term, const struct scc_call *call)
{
    for (size_t i = 0; i < term->set_count; i++) {
        const struct scc_value_set *set = &term->sets[i];
        if (!scc_value_set_has(set, scc_variable_value(set->variable, call)))
            return false;
    }
    return true;
}

bool scc_condition_holds(const struct scc_condition *condition, const struct scc_call *call)
{
    for (size_t i = 0; i < condition->term_count; i++) {
        if (term_holds(&condition->terms[i], call))
            return true;
    }
    return false;
}

/*
 * In words
 */

static void describe_term(struct scc_strbuf *out, const struct scc_term *term)
{
    for (size_t i = 0; i < term->set_count; i++) {
        bool needs_brackets =
            term->set_count > 1 && term->sets[i].test_count > 1 && !term->sets[i].needs_all;
        scc_strbuf_add(out, i ? " and " : "");
        scc_strbuf_add(out, needs_brackets ? "(" : "");
        scc_value_set_describe(out, &term->sets[i]);
        scc_strbuf_add(out, needs_brackets ? ")" : "");
    }
}

void scc_condition_describe(struct scc_strbuf *out, const struct scc_condition *condition)
{
    for (size_t i = 0; i < condition->term_count; i++) {
        scc_strbuf_add(out, i ? ", or " : "");
        describe_term(out, &condition->terms[i]);
    }
    if (condition->is_more_at_least)
        scc_strbuf_addf(out, " … and at least %zu more conditions", condition->more + 1);
    else if (condition->more)
        scc_strbuf_addf(out, " … and %zu more condition%s", condition->more,
                        condition->more == 1 ? "" : "s");
}
