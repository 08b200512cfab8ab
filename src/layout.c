/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A program is written from its end: a node is placed when all that it reaches stands behind it
 * already.
 */
#include "layout.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "jit.h"
#include "util.h"

enum {
    JUMP_MAX = 255,
    SIZE_MAX_COUNTED = 1 << 20,
};

#define NOT_PLACED UINT32_MAX

/** Which of a test's ways stands right behind it, where neither has a place yet. */
enum order {
    ORDER_NO_NEXT,
    ORDER_YES_NEXT,
    ORDER_SMALL_NEXT,
    ORDER_LARGE_NEXT,
    ORDER_COUNT,
};

/** A node on the way down, and how many of its successors have been looked at. */
struct visit {
    scc_dag_ref ref;
    unsigned done;
};

struct layout {
    const struct scc_dag *dag;
    enum order order;
    const uint32_t *sizes;     /* of each node: instructions behind it, shared ones counted again */
    struct sock_filter *insns; /* reversed: insns[0] is the last */
    size_t count, cap;
    uint32_t *places; /* of each node: its index in insns */
    struct visit *stack;
    size_t stack_count, stack_cap;
    bool failed;
};

static void put(struct layout *layout, struct sock_filter insn)
{
    if (layout->failed || !SCC_GROW(layout->insns, layout->cap, layout->count + 1)) {
        layout->failed = true;
        return;
    }
    layout->insns[layout->count++] = insn;
}

/** How many instructions stand between the next one to be put and @p place. */
static size_t distance(const struct layout *layout, size_t place)
{
    return layout->count - 1 - place;
}

static bool is_near(const struct layout *layout, scc_dag_ref ref)
{
    return distance(layout, layout->places[ref]) <= JUMP_MAX;
}

/** Puts something near that leads to @p ref: a copy of a return, or a long jump. */
static void put_stand_in(struct layout *layout, scc_dag_ref ref)
{
    const struct scc_dag_node *node = &layout->dag->nodes[ref];
    if (node->kind == SCC_DAG_RETURN)
        put(layout, (struct sock_filter){BPF_RET | BPF_K, 0, 0, node->k});
    else
        put(layout, (struct sock_filter){BPF_JMP | BPF_JA, 0, 0,
                                         (uint32_t)distance(layout, layout->places[ref])});
    layout->places[ref] = (uint32_t)layout->count - 1; /* those in front use it as well */
}

static void put_test(struct layout *layout, const struct scc_dag_node *node)
{
    /* A stand-in for one target moves the other one away by one. */
    for (;;) {
        if (!is_near(layout, node->yes))
            put_stand_in(layout, node->yes);
        else if (!is_near(layout, node->no))
            put_stand_in(layout, node->no);
        else
            break;
        if (layout->failed)
            return;
    }
    put(layout, (struct sock_filter){(uint16_t)(BPF_JMP | node->code | BPF_K),
                                     (uint8_t)distance(layout, layout->places[node->yes]),
                                     (uint8_t)distance(layout, layout->places[node->no]), node->k});
}

/**
 * Makes the next instruction to be put fall through to @p ref. Where that stands elsewhere already,
 * a copy of a test costs no more than a jump to it and saves a step.
 */
static void put_next(struct layout *layout, scc_dag_ref ref)
{
    const struct scc_dag_node *node = &layout->dag->nodes[ref];
    if (layout->places[ref] == layout->count - 1)
        return;
    if (node->kind == SCC_DAG_TEST)
        put_test(layout, node);
    else
        put_stand_in(layout, ref);
}

static void put_node(struct layout *layout, scc_dag_ref ref)
{
    const struct scc_dag_node *node = &layout->dag->nodes[ref];
    switch (node->kind) {
    case SCC_DAG_RETURN:
        put(layout, (struct sock_filter){BPF_RET | BPF_K, 0, 0, node->k});
        break;
    case SCC_DAG_TEST:
        put_test(layout, node);
        break;
    case SCC_DAG_LOAD:
        put_next(layout, node->yes);
        put(layout, (struct sock_filter){BPF_LD | BPF_W | BPF_ABS, 0, 0, 4 * node->k});
        break;
    case SCC_DAG_AND:
        put_next(layout, node->yes);
        put(layout, (struct sock_filter){BPF_ALU | BPF_AND | BPF_K, 0, 0, node->k});
        break;
    }
    layout->places[ref] = (uint32_t)layout->count - 1;
}

/** The successors of a node, that which is to stand next to it last; returns their number. */
static unsigned successors(const struct layout *layout, const struct scc_dag_node *node,
                           scc_dag_ref out[2])
{
    if (node->kind == SCC_DAG_RETURN)
        return 0;
    out[0] = node->yes;
    if (node->kind != SCC_DAG_TEST)
        return 1;
    bool is_yes_larger = layout->sizes[node->yes] > layout->sizes[node->no];
    bool is_yes_next = layout->order == ORDER_YES_NEXT ||
                       (layout->order == ORDER_SMALL_NEXT && !is_yes_larger) ||
                       (layout->order == ORDER_LARGE_NEXT && is_yes_larger);
    out[0] = is_yes_next ? node->no : node->yes;
    out[1] = is_yes_next ? node->yes : node->no;
    return 2;
}

static void push(struct layout *layout, scc_dag_ref ref)
{
    if (SCC_GROW(layout->stack, layout->stack_cap, layout->stack_count + 1))
        layout->stack[layout->stack_count++] = (struct visit){ref, 0};
    else
        layout->failed = true;
}

/** Places @p root and all behind it, on a stack of its own: programs can be 4096 deep. */
static void put_all(struct layout *layout, scc_dag_ref root)
{
    layout->stack_count = 0;
    push(layout, root);
    while (layout->stack_count && !layout->failed) {
        struct visit *top = &layout->stack[layout->stack_count - 1];
        scc_dag_ref next[2];
        unsigned next_count = successors(layout, &layout->dag->nodes[top->ref], next);
        if (layout->places[top->ref] != NOT_PLACED) {
            layout->stack_count--;
        } else if (top->done < next_count) {
            push(layout, next[top->done++]);
        } else {
            put_node(layout, top->ref);
            layout->stack_count--;
        }
    }
}

/** Of each node: the instructions behind it, up to a bound. Successors are older than their node.
 */
static void find_sizes(const struct scc_dag *dag, uint32_t *sizes)
{
    for (size_t i = 0; i < dag->count; i++) {
        const struct scc_dag_node *node = &dag->nodes[i];
        uint32_t size = 1;
        if (node->kind != SCC_DAG_RETURN)
            size += sizes[node->yes];
        if (node->kind == SCC_DAG_TEST)
            size += sizes[node->no];
        sizes[i] = size < SIZE_MAX_COUNTED ? size : SIZE_MAX_COUNTED;
    }
}

static void reverse(struct sock_filter *insns, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct sock_filter insn = insns[i];
        insns[i] = insns[count - 1 - i];
        insns[count - 1 - i] = insn;
    }
}

/** Lays the program out in one order; false without memory. */
static bool lay_out(struct layout *layout, scc_dag_ref root, enum order order)
{
    layout->order = order;
    layout->count = 0;
    memset(layout->places, 0xff, layout->dag->count * sizeof *layout->places);
    put_all(layout, root);
    if (!layout->failed)
        reverse(layout->insns, layout->count);
    return !layout->failed;
}

/** The instructions of a layout. */
struct laid_out {
    struct sock_filter *insns;
    size_t count, cap;
};

/** Finds the layout that is the least work, for the caller to free; false without memory. */
static bool find_best(struct layout *layout, scc_dag_ref root, struct laid_out *best)
{
    uint64_t least = UINT64_MAX;
    for (unsigned order = 0; order < ORDER_COUNT; order++) {
        if (!lay_out(layout, root, (enum order)order))
            return false;
        uint64_t work = scc_jit_work(layout->insns, layout->count);
        if (work == UINT64_MAX)
            return false;
        if (best->insns && work >= least)
            continue;
        least = work;
        struct laid_out made = {layout->insns, layout->count, layout->cap};
        layout->insns = best->insns; /* to be written over */
        layout->cap = best->cap;
        *best = made;
    }
    return true;
}

static int take_program(struct laid_out *laid_out, bool is_big_endian, scc_program **program,
                        scc_error **err)
{
    if (laid_out->count > SCC_PROGRAM_MAX)
        return scc_error_set(
            err, SCC_ERROR_INPUT,
            "too large: the smallest program that was found needs %zu instructions, "
            "and the kernel takes %d",
            laid_out->count, SCC_PROGRAM_MAX);
    scc_program *made = calloc(1, sizeof *made);
    if (!made)
        return scc_error_nomem(err);
    made->insns = SCC_STEAL(laid_out->insns);
    made->count = laid_out->count;
    made->is_big_endian = is_big_endian;
    *program = made;
    return 0;
}

int scc_dag_to_program(const struct scc_dag *dag, scc_dag_ref root, bool is_big_endian,
                       scc_program **program, scc_error **err)
{
    if (dag->failed)
        return scc_error_nomem(err);
    SCC_AUTOFREE uint32_t *places = malloc(dag->count * sizeof *places);
    SCC_AUTOFREE uint32_t *sizes = malloc(dag->count * sizeof *sizes);
    if (!places || !sizes)
        return scc_error_nomem(err);
    find_sizes(dag, sizes);
    struct layout layout = {.dag = dag, .sizes = sizes, .places = places};
    struct laid_out best = {0};
    int done = find_best(&layout, root, &best) ? take_program(&best, is_big_endian, program, err)
                                               : scc_error_nomem(err);
    free(layout.insns);
    free(layout.stack);
    free(best.insns);
    return done;
}
