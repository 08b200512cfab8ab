/* SPDX-License-Identifier: Apache-2.0 */
#include "dag.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "util.h"

enum {
    JUMP_MAX = 255,
    FIRST_SLOTS = 1024,
};

void scc_dag_clear(struct scc_dag *dag)
{
    free(dag->nodes);
    free(dag->slots);
    *dag = (struct scc_dag){0};
}

static size_t hash_of(const struct scc_dag_node *node)
{
    uint64_t hash = (uint64_t)node->kind << 16 | node->code;
    const uint32_t parts[] = {node->k, node->yes, node->no};
    for (size_t i = 0; i < SCC_COUNT(parts); i++)
        hash = (hash ^ parts[i]) * 0x9e3779b97f4a7c15u;
    return (size_t)(hash >> 20);
}

static bool is_same(const struct scc_dag_node *a, const struct scc_dag_node *b)
{
    return a->kind == b->kind && a->code == b->code && a->k == b->k && a->yes == b->yes &&
           a->no == b->no;
}

static uint32_t *find_slot(const struct scc_dag *dag, const struct scc_dag_node *node)
{
    size_t at = hash_of(node) & (dag->slot_count - 1);
    while (dag->slots[at] && !is_same(&dag->nodes[dag->slots[at] - 1], node))
        at = (at + 1) & (dag->slot_count - 1);
    return &dag->slots[at];
}

/** Keeps half of the slots free. */
static bool grow_slots(struct scc_dag *dag)
{
    if (2 * (dag->count + 1) <= dag->slot_count)
        return true;
    size_t wanted = dag->slot_count ? 2 * dag->slot_count : FIRST_SLOTS;
    uint32_t *slots = calloc(wanted, sizeof *slots);
    if (!slots)
        return false;
    free(dag->slots);
    dag->slots = slots;
    dag->slot_count = wanted;
    for (size_t i = 0; i < dag->count; i++)
        *find_slot(dag, &dag->nodes[i]) = (uint32_t)i + 1;
    return true;
}

static scc_dag_ref add(struct scc_dag *dag, struct scc_dag_node node)
{
    if (dag->failed || !grow_slots(dag)) {
        dag->failed = true;
        return SCC_DAG_FAILED;
    }
    uint32_t *slot = find_slot(dag, &node);
    if (*slot)
        return *slot - 1;
    if (!SCC_GROW(dag->nodes, dag->cap, dag->count + 1)) {
        dag->failed = true;
        return SCC_DAG_FAILED;
    }
    dag->nodes[dag->count++] = node;
    *slot = (uint32_t)dag->count;
    return (scc_dag_ref)(dag->count - 1);
}

scc_dag_ref scc_dag_return(struct scc_dag *dag, uint32_t return_value)
{
    return add(dag, (struct scc_dag_node){.kind = SCC_DAG_RETURN, .k = return_value});
}

scc_dag_ref scc_dag_test(struct scc_dag *dag, uint16_t op, uint32_t k, scc_dag_ref yes,
                         scc_dag_ref no)
{
    if (yes == no)
        return yes;
    return add(dag, (struct scc_dag_node){SCC_DAG_TEST, op, k, yes, no});
}

scc_dag_ref scc_dag_load(struct scc_dag *dag, unsigned word, scc_dag_ref next)
{
    return add(dag, (struct scc_dag_node){.kind = SCC_DAG_LOAD, .k = word, .yes = next});
}

scc_dag_ref scc_dag_and(struct scc_dag *dag, uint32_t mask, scc_dag_ref next)
{
    return add(dag, (struct scc_dag_node){.kind = SCC_DAG_AND, .k = mask, .yes = next});
}

/*
 * Layout. The program is written from its end: a node is placed when all that it reaches stands
 * behind it already.
 */

#define NOT_PLACED UINT32_MAX

struct layout {
    const struct scc_dag *dag;
    struct sock_filter *insns; /* reversed: insns[0] is the last */
    size_t count, cap;
    uint32_t *places; /* of each node: its index in insns */
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

/** A node on the way down, and how many of its successors have been looked at. */
struct visit {
    scc_dag_ref ref;
    unsigned done;
};

/** The successors of a node: a test's two, a load's one. */
static unsigned successors(const struct scc_dag_node *node, scc_dag_ref out[2])
{
    if (node->kind == SCC_DAG_RETURN)
        return 0;
    out[0] = node->kind == SCC_DAG_TEST ? node->no : node->yes;
    out[1] = node->yes;
    return node->kind == SCC_DAG_TEST ? 2 : 1;
}

/** Places @p root and all behind it, on a stack of its own: programs can be 4096 deep. */
static void put_all(struct layout *layout, scc_dag_ref root)
{
    struct visit *stack = NULL;
    size_t count = 0, cap = 0;
    if (!SCC_GROW(stack, cap, 1)) {
        layout->failed = true;
        return;
    }
    stack[count++] = (struct visit){root, 0};
    while (count && !layout->failed) {
        struct visit *top = &stack[count - 1];
        scc_dag_ref next[2];
        unsigned next_count = successors(&layout->dag->nodes[top->ref], next);
        if (layout->places[top->ref] != NOT_PLACED) {
            count--;
        } else if (top->done < next_count) {
            scc_dag_ref ref = next[top->done++];
            if (!SCC_GROW(stack, cap, count + 1))
                layout->failed = true;
            else
                stack[count++] = (struct visit){ref, 0};
        } else {
            put_node(layout, top->ref);
            count--;
        }
    }
    free(stack);
}

static int take_program(struct layout *layout, bool is_big_endian, scc_program **program,
                        scc_error **err)
{
    if (layout->count > SCC_PROGRAM_MAX)
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "the program needs %zu instructions, and the kernel takes %d",
                             layout->count, SCC_PROGRAM_MAX);
    scc_program *made = calloc(1, sizeof *made);
    if (!made)
        return scc_error_nomem(err);
    for (size_t i = 0; i < layout->count / 2; i++) {
        struct sock_filter insn = layout->insns[i];
        layout->insns[i] = layout->insns[layout->count - 1 - i];
        layout->insns[layout->count - 1 - i] = insn;
    }
    made->insns = SCC_STEAL(layout->insns);
    made->count = layout->count;
    made->is_big_endian = is_big_endian;
    *program = made;
    return 0;
}

int scc_dag_to_program(const struct scc_dag *dag, scc_dag_ref root, bool is_big_endian,
                       scc_program **program, scc_error **err)
{
    if (dag->failed)
        return scc_error_nomem(err);
    struct layout layout = {.dag = dag, .places = malloc(dag->count * sizeof(uint32_t))};
    int done = -1;
    if (layout.places) {
        memset(layout.places, 0xff, dag->count * sizeof(uint32_t));
        put_all(&layout, root);
    }
    if (!layout.places || layout.failed)
        scc_error_nomem(err);
    else
        done = take_program(&layout, is_big_endian, program, err);
    free(layout.places);
    free(layout.insns);
    return done;
}
