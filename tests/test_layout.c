/* SPDX-License-Identifier: Apache-2.0 */
/** Places: long jumps, shared nodes, the kernel's limit, and one meaning in every order. */
#include <criterion/criterion.h>

#include "decision_support.h"
#include "tree.h"

/* For each order by itself: outside only the best is seen. */
#include "layout.c" /* NOLINT(bugprone-suspicious-include) */

/** A chain of @p count loads in front of @p next. */
static scc_dag_ref add_loads(struct scc_dag *dag, size_t count, scc_dag_ref next)
{
    while (count--)
        next = scc_dag_load(dag, SCC_WORD_NR, next);
    return next;
}

static scc_program *program_of(const struct scc_dag *dag, scc_dag_ref root)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    must(scc_dag_to_program(dag, root, false, &program, &err), err);
    must(scc_program_check(program, &err), err);
    return program;
}

/** How many instructions of @p code are in a program. */
static size_t count_code(const scc_program *program, uint16_t code)
{
    size_t count = 0;
    for (size_t i = 0; i < program->count; i++)
        count += program->insns[i].code == code;
    return count;
}

/** The answers of a program to nr 5 and 6. */
static void assert_answers(const scc_program *program, uint32_t five, uint32_t six)
{
    struct scc_call call = {.nr = 5};
    cr_assert_eq(scc_program_sim(program, &call).return_value, five);
    call.nr = 6;
    cr_assert_eq(scc_program_sim(program, &call).return_value, six);
}

/*
 * Distances
 */

/** A test with @p loads loads behind either way, of which one stands next to it. */
static scc_program *far_apart(size_t loads)
{
    struct scc_dag dag = {0};
    scc_dag_ref yes = add_loads(&dag, loads, scc_dag_return(&dag, 1));
    scc_dag_ref no = add_loads(&dag, loads, scc_dag_return(&dag, 2));
    scc_dag_ref root = scc_dag_load(&dag, SCC_WORD_NR, scc_dag_test(&dag, BPF_JEQ, 5, yes, no));
    scc_program *program = program_of(&dag, root);
    scc_dag_clear(&dag);
    assert_answers(program, 1, 2);
    return program;
}

Test(layout, a_jump_reaches_over_255_instructions)
{
    scc_program *program = far_apart(254); /* and a return */
    cr_assert_eq(program->count, 2 + 2 * 255);
    cr_assert_eq(count_code(program, BPF_JMP | BPF_JA), 0);
    cr_assert_eq(program->insns[1].jt + program->insns[1].jf, 255);
    scc_program_free(program);
}

Test(layout, over_256_a_long_jump_leads)
{
    scc_program *program = far_apart(255);
    cr_assert_eq(program->count, 2 + 2 * 256 + 1);
    cr_assert_eq(count_code(program, BPF_JMP | BPF_JA), 1);
    cr_assert_eq(program->insns[2].code, BPF_JMP | BPF_JA);
    cr_assert_eq(program->insns[2].k, 256);
    scc_program_free(program);
}

/** A return that is too far is copied, not jumped to, also for those in front. */
Test(layout, a_far_return_is_copied)
{
    struct scc_dag dag = {0};
    scc_dag_ref deny = scc_dag_return(&dag, 2);
    scc_dag_ref behind =
        add_loads(&dag, 256, scc_dag_test(&dag, BPF_JEQ, 7, scc_dag_return(&dag, 1), deny));
    scc_dag_ref root = scc_dag_test(&dag, BPF_JEQ, 6, deny, behind);
    root = scc_dag_load(&dag, SCC_WORD_NR, scc_dag_test(&dag, BPF_JEQ, 5, deny, root));
    scc_program *program = program_of(&dag, root);
    cr_assert_eq(count_code(program, BPF_JMP | BPF_JA), 0);
    cr_assert_eq(count_code(program, BPF_RET | BPF_K), 3);
    cr_assert_eq(program->count, 3 + 256 + 1 + 3);
    assert_answers(program, 2, 2);
    scc_program_free(program);
    scc_dag_clear(&dag);
}

/** The stand-in of one target moves the other one out of reach. */
Test(layout, a_stand_in_for_each_way)
{
    for (size_t loads = 250; loads < 260; loads++) {
        struct scc_dag dag = {0};
        scc_dag_ref one = add_loads(&dag, 300, scc_dag_return(&dag, 1));
        scc_dag_ref two = scc_dag_load(&dag, SCC_WORD_ARCH, one);
        two = scc_dag_load(&dag, SCC_WORD_ARCH, scc_dag_test(&dag, BPF_JEQ, 1, two, one));
        scc_dag_ref middle = add_loads(&dag, loads, scc_dag_test(&dag, BPF_JEQ, 9, one, two));
        scc_dag_ref root = scc_dag_test(&dag, BPF_JGE, 6, one, two);
        root = scc_dag_load(&dag, SCC_WORD_NR, scc_dag_test(&dag, BPF_JEQ, 4, middle, root));
        scc_program *program = program_of(&dag, root);
        assert_answers(program, 1, 1);
        scc_program_free(program);
        scc_dag_clear(&dag);
    }
}

/*
 * Sharing, and limits
 */

Test(layout, what_is_shared_is_there_once)
{
    struct scc_dag dag = {0};
    scc_dag_ref shared = add_loads(&dag, 20, scc_dag_return(&dag, 1));
    scc_dag_ref left = scc_dag_test(&dag, BPF_JEQ, 1, shared, scc_dag_return(&dag, 2));
    scc_dag_ref right = scc_dag_test(&dag, BPF_JEQ, 9, shared, scc_dag_return(&dag, 2));
    scc_dag_ref root = scc_dag_load(&dag, SCC_WORD_NR, scc_dag_test(&dag, BPF_JGE, 6, right, left));
    scc_program *program = program_of(&dag, root);
    cr_assert_eq(program->count, 4 + 20 + 2);
    assert_answers(program, 2, 2);
    scc_program_free(program);
    scc_dag_clear(&dag);
}

Test(layout, the_kernels_limit)
{
    struct scc_dag dag = {0};
    scc_dag_ref root = add_loads(&dag, SCC_PROGRAM_MAX - 1, scc_dag_return(&dag, 1));
    scc_program *program = program_of(&dag, root);
    cr_assert_eq(program->count, (size_t)SCC_PROGRAM_MAX);
    scc_program_free(program);
    program = NULL;
    scc_error *err = NULL;
    root = scc_dag_load(&dag, SCC_WORD_NR, root);
    cr_assert_eq(scc_dag_to_program(&dag, root, false, &program, &err), -1);
    cr_assert_null(program);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert_not_null(strstr(scc_error_get_text(err), "4097"), "%s", scc_error_get_text(err));
    scc_error_free(err);
    scc_dag_clear(&dag);
}

Test(layout, a_failed_graph_is_no_program)
{
    struct scc_dag dag = {.failed = true};
    scc_error *err = NULL;
    scc_program *program = NULL;
    cr_assert_eq(scc_dag_to_program(&dag, SCC_DAG_FAILED, false, &program, &err), -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_SYSTEM);
    cr_assert_null(program);
    scc_error_free(err);
}

/*
 * Random graphs
 */

/** A node over those that are there, with long ways and much sharing. */
static scc_dag_ref add_random(struct scc_dag *dag, unsigned *made, uint64_t *seed)
{
    static const uint16_t ops[] = {BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JSET};
    unsigned near = dag->count < 10 ? (unsigned)dag->count : 10;
    scc_dag_ref last = (scc_dag_ref)dag->count - 1;
    scc_dag_ref one = last - random_below(seed, near);
    scc_dag_ref other = random_below(seed, (unsigned)dag->count);
    unsigned kind = random_below(seed, 8);
    ++*made;
    if (kind == 0)
        return scc_dag_load(dag, random_below(seed, 2) ? SCC_WORD_NR : SCC_WORD_ARCH, one);
    if (kind == 1)
        return scc_dag_and(dag, random_below(seed, 64), last);
    if (kind == 2)
        return add_loads(dag, random_below(seed, 90), last);
    if (kind == 3)
        return scc_dag_return(dag, random_below(seed, 1000));
    bool is_turned = random_below(seed, 2);
    return scc_dag_test(dag, ops[random_below(seed, 4)], random_below(seed, 64),
                        is_turned ? one : other, is_turned ? other : one);
}

/** Lays a graph out in one order, and compares its answers with the graph's. */
static size_t check_order(const struct scc_dag *dag, scc_dag_ref root, enum order order,
                          const uint32_t *sizes, uint64_t seed)
{
    uint32_t *places = malloc(dag->count * sizeof *places);
    struct layout layout = {.dag = dag, .sizes = sizes, .places = places};
    cr_assert(lay_out(&layout, root, order));
    scc_program program = {.insns = layout.insns, .count = layout.count};
    size_t long_jumps = count_code(&program, BPF_JMP | BPF_JA);
    if (program.count <= SCC_PROGRAM_MAX) {
        scc_error *err = NULL;
        must(scc_program_check(&program, &err), err);
        for (int i = 0; i < 60; i++) {
            struct scc_call call = {.nr = random_below(&seed, 66),
                                    .audit = random_below(&seed, 66)};
            cr_assert_eq(scc_program_sim(&program, &call).return_value, tree_run(dag, root, &call),
                         "order %u, nr %u, audit %u", order, call.nr, call.audit);
        }
    }
    free(layout.insns);
    free(layout.stack);
    free(places);
    return long_jumps;
}

Test(layout, every_order_means_the_same)
{
    uint64_t seed = 5;
    size_t long_jumps = 0;
    for (unsigned round = 0; round < test_rounds(400); round++) {
        struct scc_dag dag = {0};
        unsigned made = 0, wanted = 1 + random_below(&seed, round % 4 ? 100 : 400);
        scc_dag_ref root = scc_dag_return(&dag, 7);
        while (made < wanted)
            root = add_random(&dag, &made, &seed);
        root = scc_dag_load(&dag, SCC_WORD_NR, root);
        uint32_t *sizes = malloc(dag.count * sizeof *sizes);
        find_sizes(&dag, sizes);
        for (unsigned order = 0; order < ORDER_COUNT; order++)
            long_jumps += check_order(&dag, root, (enum order)order, sizes, seed);
        free(sizes);
        scc_dag_clear(&dag);
    }
    cr_assert_gt(long_jumps, 100);
}

/** Of all orders the one of least work is taken. */
Test(layout, the_least_work_is_taken)
{
    uint64_t seed = 6;
    for (unsigned round = 0; round < 50; round++) {
        struct scc_dag dag = {0};
        unsigned made = 0;
        scc_dag_ref root = scc_dag_return(&dag, 7);
        while (made < 60)
            root = add_random(&dag, &made, &seed);
        scc_error *err = NULL;
        scc_program *program = NULL;
        must(scc_dag_to_program(&dag, root, false, &program, &err), err);
        uint32_t *sizes = malloc(dag.count * sizeof *sizes);
        uint32_t *places = malloc(dag.count * sizeof *places);
        uint64_t work = scc_jit_work(program->insns, program->count);
        find_sizes(&dag, sizes);
        for (unsigned order = 0; order < ORDER_COUNT; order++) {
            struct layout layout = {.dag = &dag, .sizes = sizes, .places = places};
            cr_assert(lay_out(&layout, root, (enum order)order));
            cr_assert_leq(work, scc_jit_work(layout.insns, layout.count), "order %u", order);
            free(layout.insns);
            free(layout.stack);
        }
        free(places);
        free(sizes);
        scc_program_free(program);
        scc_dag_clear(&dag);
    }
}
