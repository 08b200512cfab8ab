/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A function is taken apart by the first word that it looks at, in the cheapest of these ways:
 *   - runs of the word's values with the same function of the words behind it, told apart by the
 *     search for trees of comparisons;
 *   - the same for the bits that count alone, after AND with a mask, where they repeat otherwise;
 *   - some bits that must have certain values, else one thing happens: one JSET where all must be
 *     clear, AND and JEQ elsewhere;
 *   - one bit by JSET, and what is left for each of its values;
 *   - single values by JEQ, in front of one of these for all others.
 * Those by bits follow the nodes of the diagram, so that a function of masks costs no more than it
 * has nodes there. Where runs have taken too long already, only those are left.
 */
#include "word_tree.h"

#include <stdlib.h>

#include "error.h"
#include "util.h"
#include "word_runs.h"

enum {
    /** A run needs half an instruction at least: more would not fit into a program. */
    RUNS_MAX = 2 * SCC_PROGRAM_MAX + 1,
    /** Of the bits that count: more is left to comparisons of the whole word and to single bits. */
    MASKED_RUNS_MAX = 256,
    /** Single values in front of a function of masks. */
    EXCEPTIONS_MAX = 8,
    /** So few runs cannot be told apart better by bits. */
    RUNS_FEW = 3,
    /** Nodes of one word that are followed bit by bit where runs are another way; where not. */
    BITS_FEW = 64,
    BITS_MAX = SCC_PROGRAM_MAX,
    /* Bounds of time. Runs that are searched altogether, past which bits alone tell values apart,
     */
    SEARCHED_MAX = 1 << 17,
    /* among them those after AND, which other ways can replace, */
    MASKED_SEARCHED_MAX = 1 << 16,
    /* and instructions that are counted to find the cheapest way. */
    MEASURED_MAX = 1 << 24,
    /** Instructions counted, and runs listed, in one step of work. */
    MEASURED_OF_STEP = 64,
    RUNS_OF_STEP = 4,
};

/** A node, and whether it looks at the word in the accumulator. */
struct part {
    scc_dag_ref ref;
    bool needs_word;
};

/** What is known of a diagram. */
struct known {
    scc_dag_ref ref;  /* + 1: answers as it does */
    scc_dag_ref part; /* + 1: the same with the first word in the accumulator, among its bits */
    bool needs_word;  /* the part does */
    uint32_t support; /* bits of the first word that it depends on; 0: not known */
    uint32_t round;   /* in which it was counted */
};

/** A node of the graph that has been measured. */
struct mark {
    uint32_t round;
    uint32_t depth; /* tests and ANDs on the longest way to the next word */
};

struct scc_word_tree {
    const struct scc_decision_space *space;
    struct scc_dag *dag;
    bool is_big_endian;
    const struct scc_search_cost *cost;
    struct known *known; /* of each diagram */
    struct mark *marks;  /* of each node of the graph */
    size_t mark_cap;
    uint32_t round;
    size_t functions, searched, measured;
    bool is_overflown;
    unsigned overflown_word;
};

struct scc_word_tree *scc_word_tree_new(const struct scc_decision_space *space, struct scc_dag *dag,
                                        bool is_big_endian, const struct scc_search_cost *cost)
{
    struct scc_word_tree *tree = calloc(1, sizeof *tree);
    struct known *known = calloc(space->count, sizeof *known);
    if (!tree || !known) {
        free(tree);
        free(known);
        return NULL;
    }
    *tree = (struct scc_word_tree){
        .space = space,
        .dag = dag,
        .is_big_endian = is_big_endian,
        .cost = cost,
        .known = known,
    };
    return tree;
}

void scc_word_tree_free(struct scc_word_tree *tree)
{
    if (!tree)
        return;
    free(tree->known);
    free(tree->marks);
    free(tree);
}

static bool has_failed(const struct scc_word_tree *tree)
{
    return tree->dag->failed || tree->is_overflown;
}

static scc_dag_ref overflow(struct scc_word_tree *tree, unsigned word)
{
    if (!has_failed(tree)) {
        tree->is_overflown = true;
        tree->overflown_word = word;
    }
    return SCC_DAG_FAILED;
}

static scc_dag_ref fail(struct scc_word_tree *tree)
{
    tree->dag->failed = true;
    return SCC_DAG_FAILED;
}

int scc_word_tree_check(const struct scc_word_tree *tree, scc_error **err)
{
    unsigned word = tree->overflown_word;
    if (tree->dag->failed)
        return scc_error_nomem(err);
    if (!tree->is_overflown)
        return 0;
    const char *half = (word - SCC_DECISION_ARGS) % 2 ? "low" : "high";
    if (word < SCC_DECISION_ARGS)
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "the %s is told apart into more parts than %d instructions can tell",
                             word == SCC_DECISION_AUDIT ? "audit arch" : "number", SCC_PROGRAM_MAX);
    if (word >= SCC_DECISION_IP)
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "the instruction pointer's %s word is told apart into more parts than "
                             "%d instructions can tell",
                             half, SCC_PROGRAM_MAX);
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "argument %u's %s word is told apart into more parts than %d instructions "
                         "can tell",
                         (word - SCC_DECISION_ARGS) / 2, half, SCC_PROGRAM_MAX);
}

/** The first word of a diagram that is no return value. */
static unsigned first_word(const struct scc_word_tree *tree, scc_diagram diagram)
{
    return tree->space->words[tree->space->nodes[diagram].level];
}

/** Where a program finds a word of diagrams. */
static unsigned place_of(const struct scc_word_tree *tree, unsigned word)
{
    if (word == SCC_DECISION_AUDIT)
        return SCC_WORD_ARCH;
    if (word == SCC_DECISION_NR)
        return SCC_WORD_NR;
    bool is_low = (word - SCC_DECISION_ARGS) % 2;
    if (word >= SCC_DECISION_IP)
        return SCC_WORD_IP + (is_low == tree->is_big_endian);
    unsigned arg = (word - SCC_DECISION_ARGS) / 2;
    return is_low ? scc_word_low(arg, tree->is_big_endian)
                  : scc_word_high(arg, tree->is_big_endian);
}

static scc_dag_ref with_word(struct scc_word_tree *tree, unsigned word, struct part part)
{
    return part.needs_word ? scc_dag_load(tree->dag, place_of(tree, word), part.ref) : part.ref;
}

/*
 * What a part costs
 */

static bool grow_marks(struct scc_word_tree *tree)
{
    size_t old = tree->mark_cap;
    if (!SCC_GROW(tree->marks, tree->mark_cap, tree->dag->count))
        return false;
    for (size_t i = old; i < tree->mark_cap; i++)
        tree->marks[i] = (struct mark){0};
    return true;
}

/** Measures the nodes from @p ref to those that load words behind @p place; returns the depth. */
static uint32_t measure(struct scc_word_tree *tree, scc_dag_ref ref, unsigned place, size_t *count)
{
    const struct scc_dag_node *node = &tree->dag->nodes[ref];
    struct mark *mark = &tree->marks[ref];
    if (node->kind == SCC_DAG_RETURN || (node->kind == SCC_DAG_LOAD && node->k != place))
        return 0;
    if (mark->round == tree->round)
        return mark->depth;
    uint32_t yes = measure(tree, node->yes, place, count), no = 0;
    if (node->kind == SCC_DAG_TEST)
        no = measure(tree, node->no, place, count);
    *mark = (struct mark){tree->round, 1 + (yes > no ? yes : no)};
    ++*count;
    return mark->depth;
}

static uint64_t cost_of(struct scc_word_tree *tree, struct part part, unsigned word)
{
    size_t count = 0;
    if (tree->measured > MEASURED_MAX)
        return overflow(tree, word);
    if (!grow_marks(tree))
        return fail(tree);
    tree->round++;
    uint32_t depth = measure(tree, part.ref, place_of(tree, word), &count);
    tree->measured += count;
    scc_work_take(tree->dag->work, 1 + count / MEASURED_OF_STEP);
    return (uint64_t)tree->cost->node * count + (uint64_t)tree->cost->branch_step * depth;
}

/** Ways to do the same, of which the cheapest is kept; the first of several. */
struct choice {
    struct part part;
    uint64_t cost;
};

static void offer(struct scc_word_tree *tree, unsigned word, struct choice *best, struct part part)
{
    if (has_failed(tree) || part.ref == SCC_DAG_FAILED)
        return;
    uint64_t cost = cost_of(tree, part, word);
    if (cost < best->cost)
        *best = (struct choice){part, cost};
}

/*
 * Runs of values
 */

/** Tells runs apart. */
static struct part search_runs(struct scc_word_tree *tree, const struct scc_word_runs *runs)
{
    SCC_CLEANUP(scc_branches_clear) struct scc_branches branches = {0};
    struct part failed = {SCC_DAG_FAILED, false};
    tree->searched += runs->count;
    for (size_t i = 0; i < runs->count && !has_failed(tree); i++) {
        scc_dag_ref ref = scc_word_tree_build(tree, runs->items[i].diagram);
        if (!has_failed(tree) && !scc_branches_add(&branches, runs->items[i].start, ref))
            fail(tree);
    }
    if (has_failed(tree))
        return failed;
    scc_dag_ref ref = scc_search_build(tree->dag, branches.items, branches.count, tree->cost, NULL);
    return (struct part){ref, true};
}

/** Tells apart the values that the bits of @p mask have, which all bits that count are in. */
static struct part build_runs(struct scc_word_tree *tree, scc_diagram diagram, uint32_t mask,
                              size_t max, size_t *count)
{
    SCC_CLEANUP(scc_word_runs_clear) struct scc_word_runs runs;
    struct part part = {SCC_DAG_FAILED, false};
    unsigned word = first_word(tree, diagram);
    scc_word_runs_list(tree->space, diagram, word, mask, max, &runs);
    scc_work_take(tree->dag->work, 1 + (runs.is_overflown ? max : runs.count) / RUNS_OF_STEP);
    *count = runs.is_overflown ? SIZE_MAX : runs.count;
    if (runs.failed)
        fail(tree);
    if (runs.failed || runs.is_overflown)
        return part;
    part = search_runs(tree, &runs);
    if (mask != UINT32_MAX && !has_failed(tree))
        part.ref = scc_dag_and(tree->dag, mask, part.ref);
    return part;
}

/*
 * Bits
 */

static struct part build_part(struct scc_word_tree *tree, unsigned word, scc_diagram diagram);

/** The bits of @p word that the diagram depends on. */
static uint32_t find_support(struct scc_word_tree *tree, unsigned word, scc_diagram diagram)
{
    if (!scc_word_is_tested(tree->space, diagram, word))
        return 0;
    struct known *known = &tree->known[diagram];
    const struct scc_node *node = &tree->space->nodes[diagram];
    if (!known->support)
        known->support = (uint32_t)1 << tree->space->bits[node->level] |
                         find_support(tree, word, node->low) | find_support(tree, word, node->high);
    return known->support;
}

/** Some bits of a word: where they are as `wanted`, `rest` answers, elsewhere `side` does. */
struct cube {
    uint32_t mask, wanted;
    scc_diagram rest, side;
};

/**
 * The longest way through the diagram's nodes of the word from which only @p side is left for.
 * @p only_clear: as far as the bits must be clear.
 */
static struct cube find_cube(const struct scc_word_tree *tree, unsigned word, scc_diagram diagram,
                             scc_diagram side, bool only_clear)
{
    struct cube cube = {.rest = diagram, .side = side};
    while (cube.rest != side && scc_word_is_tested(tree->space, cube.rest, word)) {
        const struct scc_node *node = &tree->space->nodes[cube.rest];
        uint32_t bit = (uint32_t)1 << tree->space->bits[node->level];
        if (node->high != side && (node->low != side || only_clear))
            break;
        cube.mask |= bit;
        cube.wanted |= node->high == side ? 0 : bit;
        cube.rest = node->high == side ? node->low : node->high;
    }
    return cube;
}

static struct part build_cube(struct scc_word_tree *tree, unsigned word, struct cube cube)
{
    struct part rest = build_part(tree, word, cube.rest), side = build_part(tree, word, cube.side);
    if (has_failed(tree))
        return (struct part){SCC_DAG_FAILED, false};
    if (!cube.wanted)
        return (struct part){scc_dag_test(tree->dag, BPF_JSET, cube.mask, side.ref, rest.ref),
                             true};
    if ((cube.mask & (cube.mask - 1)) == 0)
        return (struct part){scc_dag_test(tree->dag, BPF_JSET, cube.mask, rest.ref, side.ref),
                             true};
    scc_dag_ref test = scc_dag_test(tree->dag, BPF_JEQ, cube.wanted, with_word(tree, word, rest),
                                    with_word(tree, word, side));
    return (struct part){scc_dag_and(tree->dag, cube.mask, test), true};
}

/** Offers what single nodes of the diagram lead to. */
static void offer_bits(struct scc_word_tree *tree, unsigned word, scc_diagram diagram,
                       struct choice *best)
{
    struct scc_node node = tree->space->nodes[diagram];
    uint32_t bit = (uint32_t)1 << tree->space->bits[node.level];
    const scc_diagram sides[] = {node.high, node.low};
    for (size_t i = 0; i < SCC_COUNT(sides) && !has_failed(tree); i++) {
        struct cube cube = find_cube(tree, word, diagram, sides[i], false);
        offer(tree, word, best, build_cube(tree, word, cube));
    }
    struct cube clear = find_cube(tree, word, diagram, node.high, true);
    if (!has_failed(tree))
        offer(tree, word, best, build_cube(tree, word, clear));
    if (clear.mask != bit && !has_failed(tree))
        offer(tree, word, best, build_cube(tree, word, (struct cube){bit, 0, node.low, node.high}));
}

/** What a diagram means once @p word is in the accumulator, its higher bits being known or not. */
static struct part build_part(struct scc_word_tree *tree, unsigned word, scc_diagram diagram)
{
    if (has_failed(tree))
        return (struct part){SCC_DAG_FAILED, false};
    if (!scc_word_is_tested(tree->space, diagram, word))
        return (struct part){scc_word_tree_build(tree, diagram), false};
    struct known *known = &tree->known[diagram];
    if (known->part)
        return (struct part){known->part - 1, known->needs_word};
    struct choice best = {{SCC_DAG_FAILED, false}, UINT64_MAX};
    uint32_t support = find_support(tree, word, diagram);
    size_t count;
    if (support != UINT32_MAX && tree->searched < MASKED_SEARCHED_MAX)
        offer(tree, word, &best, build_runs(tree, diagram, support, MASKED_RUNS_MAX, &count));
    offer_bits(tree, word, diagram, &best);
    if (!has_failed(tree)) {
        known->part = best.part.ref + 1;
        known->needs_word = best.part.needs_word;
    }
    return best.part;
}

/*
 * Single values
 */

/** Values of a whole word for which another function holds than for all others. */
struct exceptions {
    struct scc_segment items[EXCEPTIONS_MAX];
    size_t count;
    bool is_over; /* there are more, or ranges of them */
};

/**
 * Adds where @p diagram is not @p other, among the values from @p base on that are equal to it in
 * bit @p bits and above. Different functions differ somewhere, so few steps are in vain.
 */
static void find_exceptions(const struct scc_word_tree *tree, unsigned word, scc_diagram diagram,
                            scc_diagram other, unsigned bits, uint32_t base,
                            struct exceptions *found)
{
    if (diagram == other || found->is_over)
        return;
    if (!bits && found->count < EXCEPTIONS_MAX) {
        found->items[found->count++] = (struct scc_segment){base, diagram};
        return;
    }
    found->is_over = !bits || (!scc_word_is_tested(tree->space, diagram, word) &&
                               !scc_word_is_tested(tree->space, other, word));
    for (unsigned high = 0; high < 2 && !found->is_over; high++) {
        uint32_t level = tree->space->levels[word][bits - 1];
        find_exceptions(tree, word, scc_node_half(tree->space, diagram, level, high),
                        scc_node_half(tree->space, other, level, high), bits - 1,
                        base | high << (bits - 1), found);
    }
}

/** Offers JEQ for single values in front of what is left for one half of all others. */
static void offer_exceptions(struct scc_word_tree *tree, unsigned word, scc_diagram diagram,
                             struct choice *best)
{
    const struct scc_node *node = &tree->space->nodes[diagram];
    const scc_diagram others[] = {node->high, node->low};
    for (size_t i = 0; i < SCC_COUNT(others); i++) {
        struct exceptions found = {0};
        find_exceptions(tree, word, diagram, others[i], SCC_DECISION_WORD_BITS, 0, &found);
        if (found.is_over)
            continue;
        struct part part = {build_part(tree, word, others[i]).ref, true};
        for (size_t j = found.count; j-- > 0 && !has_failed(tree);) {
            scc_dag_ref ref = scc_word_tree_build(tree, found.items[j].diagram);
            part.ref = scc_dag_test(tree->dag, BPF_JEQ, found.items[j].start, ref, part.ref);
        }
        offer(tree, word, best, part);
    }
}

/** Counts the diagram's nodes of @p word; more than @p max where there are more. */
static size_t count_nodes(struct scc_word_tree *tree, unsigned word, scc_diagram diagram,
                          size_t max)
{
    struct known *known = &tree->known[diagram];
    if (!scc_word_is_tested(tree->space, diagram, word) || known->round == tree->round)
        return 0;
    known->round = tree->round;
    const struct scc_node *node = &tree->space->nodes[diagram];
    size_t count = 1 + count_nodes(tree, word, node->low, max);
    return count > max ? count : count + count_nodes(tree, word, node->high, max - count);
}

/*
 * Words
 */

static struct part build_word(struct scc_word_tree *tree, unsigned word, scc_diagram diagram)
{
    struct choice best = {{SCC_DAG_FAILED, false}, UINT64_MAX};
    size_t runs = SIZE_MAX, max;
    if (tree->searched <= SEARCHED_MAX && !scc_work_is_over(tree->dag->work))
        offer(tree, word, &best, build_runs(tree, diagram, UINT32_MAX, RUNS_MAX, &runs));
    if (runs <= RUNS_FEW || has_failed(tree))
        return best.part;
    tree->round++;
    max = runs == SIZE_MAX ? BITS_MAX : BITS_FEW;
    if (count_nodes(tree, word, diagram, max) <= max) {
        offer(tree, word, &best, build_part(tree, word, diagram));
        offer_exceptions(tree, word, diagram, &best);
    } else if (runs == SIZE_MAX) {
        overflow(tree, word);
    }
    return best.part;
}

scc_dag_ref scc_word_tree_build(struct scc_word_tree *tree, scc_diagram diagram)
{
    const struct scc_node *node = &tree->space->nodes[diagram];
    if (has_failed(tree))
        return SCC_DAG_FAILED;
    if (node->level == SCC_LEVEL_RETURN)
        return scc_dag_return(tree->dag, node->low);
    if (tree->known[diagram].ref)
        return tree->known[diagram].ref - 1;
    unsigned word = first_word(tree, diagram);
    if (++tree->functions > SCC_PROGRAM_MAX) /* each takes an instruction of its own */
        return overflow(tree, word);
    scc_dag_ref ref = with_word(tree, word, build_word(tree, word, diagram));
    if (has_failed(tree))
        return SCC_DAG_FAILED;
    tree->known[diagram].ref = ref + 1;
    return ref;
}
