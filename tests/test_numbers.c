/* SPDX-License-Identifier: Apache-2.0 */
/** The upper part of a program, from tables made by hand: walked at every boundary. */
#include <criterion/criterion.h>
#include <linux/audit.h>

#include "arch.h"
#include "decision_support.h"
#include "numbers.h"
#include "tree.h"

static const struct scc_search_cost plain = {.node = 1000, .branch_step = 100};

enum { OTHERWISE = 999 };

static void add(struct scc_numbers *table, uint32_t start, scc_dag_ref target)
{
    cr_assert(scc_branches_add(&table->branches, start, target));
}

static struct scc_numbers new_table(uint32_t audit)
{
    return (struct scc_numbers){.audit = audit, .cost = plain, .x32_cost = plain};
}

static void assert_answer(const struct scc_dag *dag, scc_dag_ref root, uint32_t audit, uint32_t nr,
                          scc_dag_ref target)
{
    struct scc_call call = {.audit = audit, .nr = nr};
    cr_assert_eq(tree_run(dag, root, &call), tree_run(dag, target, &call), "audit %x, nr %x", audit,
                 nr);
}

/** Builds, and asserts what each table says around each of its boundaries, and far from them. */
static scc_dag_ref build_and_walk(struct scc_dag *dag, const struct scc_numbers *tables,
                                  size_t count)
{
    scc_dag_ref otherwise = scc_dag_return(dag, OTHERWISE);
    scc_dag_ref root = scc_numbers_build(dag, tables, count, otherwise);
    cr_assert_neq(root, SCC_DAG_FAILED);
    for (size_t i = 0; i < count; i++) {
        const struct scc_branches *all = &tables[i].branches;
        for (size_t j = 0; j < all->count; j++) {
            uint32_t first = all->items[j].start, last = scc_branch_last(all->items, all->count, j);
            uint32_t values[] = {first,
                                 first + 1,
                                 last - 1,
                                 last,
                                 first ^ SCC_X32_BIT,
                                 first ^ 0x80000000u,
                                 last ^ SCC_X32_BIT,
                                 last ^ 0x80000000u};
            for (size_t k = 0; k < SCC_COUNT(values); k++) {
                size_t at = scc_branch_find(all->items, all->count, values[k]);
                assert_answer(dag, root, tables[i].audit, values[k], all->items[at].target);
            }
        }
    }
    assert_answer(dag, root, AUDIT_ARCH_ALPHA, 0, otherwise);
    assert_answer(dag, root, AUDIT_ARCH_ALPHA, UINT32_MAX, otherwise);
    return root;
}

static void assert_text(const struct scc_dag *dag, scc_dag_ref root, const char *expected)
{
    struct scc_strbuf text = {0};
    tree_print(&text, dag, root);
    cr_assert_str_eq(text.data, expected);
    scc_strbuf_free(&text);
}

Test(numbers, one_answer_does_not_load_the_number)
{
    struct scc_dag dag = {0};
    struct scc_numbers table = new_table(AUDIT_ARCH_AARCH64);
    add(&table, 0, scc_dag_return(&dag, 1));
    assert_text(&dag, build_and_walk(&dag, &table, 1), "(load 1 (jeq 3221225655 r1 r999))");
    scc_numbers_clear(&table, 1);
    scc_dag_clear(&dag);
}

Test(numbers, the_same_answer_for_all_loads_nothing)
{
    struct scc_dag dag = {0};
    struct scc_numbers table = new_table(AUDIT_ARCH_AARCH64);
    add(&table, 0, scc_dag_return(&dag, OTHERWISE));
    assert_text(&dag, build_and_walk(&dag, &table, 1), "r999");
    assert_text(&dag, scc_numbers_build(&dag, NULL, 0, 0), "r999");
    scc_numbers_clear(&table, 1);
    scc_dag_clear(&dag);
}

/** An answer that looks at an argument loads it itself. */
Test(numbers, one_answer_by_an_argument)
{
    struct scc_dag dag = {0};
    struct scc_numbers table = new_table(AUDIT_ARCH_AARCH64);
    scc_dag_ref one = scc_dag_return(&dag, 1), two = scc_dag_return(&dag, 2);
    add(&table, 0, scc_dag_load(&dag, 4, scc_dag_test(&dag, BPF_JEQ, 0, one, two)));
    assert_text(&dag, build_and_walk(&dag, &table, 1),
                "(load 1 (jeq 3221225655 (load 4 (jeq 0 r1 r2)) r999))");
    scc_numbers_clear(&table, 1);
    scc_dag_clear(&dag);
}

Test(numbers, architectures_in_the_tables_order)
{
    struct scc_dag dag = {0};
    struct scc_numbers tables[] = {new_table(AUDIT_ARCH_ARM), new_table(AUDIT_ARCH_AARCH64),
                                   new_table(AUDIT_ARCH_I386)};
    for (uint32_t i = 0; i < 3; i++) {
        add(&tables[i], 0, scc_dag_return(&dag, 10 * i));
        add(&tables[i], 7, scc_dag_return(&dag, 10 * i + 1));
    }
    assert_text(&dag, build_and_walk(&dag, tables, 3),
                "(load 1 (jeq 1073741864 (load 0 (jge 7 r1 r0)) (jeq 3221225655 (load 0 (jge 7 r11 "
                "r10)) (jeq 1073741827 (load 0 (jge 7 r21 r20)) r999))))");
    scc_numbers_clear(tables, 3);
    scc_dag_clear(&dag);
}

/*
 * x32
 */

/** Calls of x86_64 alone: numbers of x32, from bit 30 on, are another architecture's. */
Test(numbers, x32_outside_the_filter_is_a_range)
{
    struct scc_dag dag = {0};
    struct scc_numbers table = new_table(AUDIT_ARCH_X86_64);
    scc_dag_ref deny = scc_dag_return(&dag, 0), kill = scc_dag_return(&dag, 2);
    add(&table, 0, deny);
    add(&table, 60, scc_dag_return(&dag, 1));
    add(&table, 61, deny);
    add(&table, SCC_X32_BIT, kill);
    add(&table, UINT32_MAX, deny);
    assert_text(&dag, build_and_walk(&dag, &table, 1),
                "(load 1 (jeq 3221225534 (load 0 (jge 1073741824 (jeq 4294967295 r0 r2) (jeq 60 r1 "
                "r0))) r999))");
    scc_numbers_clear(&table, 1);
    scc_dag_clear(&dag);
}

/** A table of both ABIs: @p numbers allowed in each, those of x32 with bit 30. */
static struct scc_numbers both_abis(struct scc_dag *dag, const uint32_t *numbers, size_t count)
{
    struct scc_numbers table = new_table(AUDIT_ARCH_X86_64);
    scc_dag_ref deny = scc_dag_return(dag, 0), allow = scc_dag_return(dag, 1);
    for (uint32_t bit = 0; bit <= SCC_X32_BIT; bit += SCC_X32_BIT) {
        add(&table, bit, deny);
        for (size_t i = 0; i < count; i++) {
            add(&table, bit + numbers[i], allow);
            add(&table, bit + numbers[i] + 1, deny);
        }
    }
    return table;
}

/** The same numbers: bit 30 is cleared, and the same tree says the rest. */
Test(numbers, x32_goes_through_the_tree_of_x86_64)
{
    static const uint32_t numbers[] = {3, 10, 17, 40, 41, 90, 200};
    struct scc_dag dag = {0};
    struct scc_numbers table = both_abis(&dag, numbers, SCC_COUNT(numbers));
    struct scc_numbers alone = new_table(AUDIT_ARCH_AARCH64);
    for (size_t i = 0; table.branches.items[i].start < SCC_X32_BIT; i++)
        add(&alone, table.branches.items[i].start, table.branches.items[i].target);
    scc_dag_ref tree =
        scc_search_build(&dag, alone.branches.items, alone.branches.count, &plain, NULL);
    size_t before = dag.count;
    build_and_walk(&dag, &table, 1);
    size_t ands = 0;
    for (size_t i = before; i < dag.count; i++) {
        if (dag.nodes[i].kind != SCC_DAG_AND)
            continue;
        ands++;
        cr_assert_eq(dag.nodes[i].k, ~SCC_X32_BIT);
        cr_assert_eq(dag.nodes[i].yes, tree);
    }
    cr_assert_eq(ands, 1);
    scc_numbers_clear(&alone, 1);
    scc_numbers_clear(&table, 1);
    scc_dag_clear(&dag);
}

/** From 2^31 on, clearing bit 30 would make two numbers one; those with two answers are kept. */
Test(numbers, numbers_above_both_abis)
{
    static const uint32_t numbers[] = {3, 10, 17, 40, 41, 90, 200};
    static const uint32_t high[] = {0x7fffffffu, 0x80000000u, 0x80000001u, 0xc0000003u, UINT32_MAX};
    for (size_t i = 0; i < SCC_COUNT(high); i++) {
        struct scc_dag dag = {0};
        struct scc_numbers table = both_abis(&dag, numbers, SCC_COUNT(numbers));
        add(&table, high[i], scc_dag_return(&dag, 3));
        build_and_walk(&dag, &table, 1);
        scc_numbers_clear(&table, 1);
        scc_dag_clear(&dag);
    }
}

/*
 * Random tables
 */

/** A target: a return, or one of some that look at an argument. */
static scc_dag_ref random_target(struct scc_dag *dag, uint64_t *seed)
{
    scc_dag_ref one = scc_dag_return(dag, random_below(seed, 3));
    if (random_below(seed, 6))
        return one;
    return scc_dag_load(
        dag, SCC_WORD_ARGS,
        scc_dag_test(dag, BPF_JEQ, random_below(seed, 3), one, scc_dag_return(dag, 5)));
}

static struct scc_numbers random_table(struct scc_dag *dag, uint32_t audit, uint64_t *seed)
{
    struct scc_numbers table = new_table(audit);
    scc_dag_ref bad = scc_dag_return(dag, OTHERWISE), deny = scc_dag_return(dag, 0);
    uint32_t offset = audit == AUDIT_ARCH_MIPS64 ? 5000 : 0;
    bool is_x86_64 = audit == AUDIT_ARCH_X86_64;
    unsigned abis = is_x86_64 ? 2 : 1;
    for (unsigned abi = 0; abi < abis; abi++) {
        uint32_t nr = abi * SCC_X32_BIT;
        bool is_in_filter = random_below(seed, 4) > 0;
        add(&table, nr, is_in_filter || !is_x86_64 ? deny : bad);
        nr += offset;
        for (unsigned i = random_below(seed, 200); is_in_filter && i > 0; i--) {
            add(&table, nr, random_target(dag, seed));
            nr += random_below(seed, 2) ? 1 : 1 + random_below(seed, 5);
            add(&table, nr, deny);
        }
    }
    if (is_x86_64 && random_below(seed, 2))
        add(&table, 0x70000000u + random_below(seed, 3) * 0x10000000u, random_target(dag, seed));
    if (random_below(seed, 2))
        add(&table, UINT32_MAX, deny);
    return table;
}

Test(numbers, random_tables)
{
    static const uint32_t audits[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64,
                                      AUDIT_ARCH_MIPS64};
    uint64_t seed = 77;
    for (unsigned round = 0; round < test_rounds(600); round++) {
        struct scc_dag dag = {0};
        struct scc_numbers tables[4];
        unsigned count = 1 + random_below(&seed, 4), first = random_below(&seed, 4);
        uint32_t weights[472];
        weights[0] = 0;
        for (unsigned i = 0; i < 471; i++)
            weights[i + 1] = weights[i] + random_below(&seed, 50) / 40 * random_below(&seed, 9000);
        for (unsigned i = 0; i < count; i++) {
            tables[i] = random_table(&dag, audits[(first + i) % 4], &seed);
            tables[i].cost.cumulative = tables[i].x32_cost.cumulative = weights;
            tables[i].cost.hot_count = tables[i].x32_cost.hot_count = 471;
            tables[i].cost.hot_first = tables[i].audit == AUDIT_ARCH_MIPS64 ? 5000 : 0;
        }
        build_and_walk(&dag, tables, count);
        scc_numbers_clear(tables, count);
        scc_dag_clear(&dag);
    }
}
