/* SPDX-License-Identifier: Apache-2.0 */
/** One number's rules as tests of words: the first that holds answers, and thousands of them take
 * no more than their share of time. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

#include "action.h"
#include "argchain.h"
#include "argtree.h"
#include "policy.h"
#include "support.h"
#include "tree.h"
#include "util.h"

enum { DEFAULT = 1 };

static const struct scc_search_cost cost = {.node = 1000, .branch_step = 100};

static struct scc_arg_setting setting_of(uint8_t wide)
{
    return (struct scc_arg_setting){.default_return = DEFAULT, .wide = wide};
}

static scc_dag_ref build(struct scc_dag *dag, const struct scc_arg_rule *rules, size_t count,
                         uint8_t wide)
{
    const struct scc_arg_setting setting = setting_of(wide);
    scc_dag_ref ref = scc_argtree_build(dag, rules, count, &setting, &cost);
    cr_assert_not(dag->failed);
    cr_assert_neq(ref, SCC_DAG_FAILED);
    return ref;
}

static bool holds(const struct scc_cmp *cmp, uint8_t wide, const uint64_t *args)
{
    return scc_cmp_holds(cmp, args[cmp->arg], wide >> cmp->arg & 1);
}

static uint32_t expected(const struct scc_arg_rule *rules, size_t count, uint8_t wide,
                         const uint64_t *args)
{
    for (size_t i = 0; i < count; i++) {
        unsigned held = 0;
        while (held < rules[i].cmp_count && holds(&rules[i].cmps[held], wide, args))
            held++;
        if (held == rules[i].cmp_count)
            return rules[i].return_value;
    }
    return DEFAULT;
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/** Few different values, near each other and on both sides of a word's end. */
static uint64_t random_value(uint64_t *seed)
{
    uint64_t low = next_random(seed) % 9;
    switch (next_random(seed) % 6) {
    case 0:
        return UINT32_MAX - low;
    case 1:
        return ((uint64_t)1 << 32) + low;
    case 2:
        return (low << 32) | UINT32_MAX;
    default:
        return low;
    }
}

/** Comparisons of different arguments; masks are few, so that several rules have the same. */
static struct scc_arg_rule random_rule(uint64_t *seed)
{
    static const uint64_t masks[] = {7, 6, 0xff, 0x100000001, 0xffffffff, UINT64_MAX, 0x300000000};
    struct scc_arg_rule rule = {.return_value = 1 + (uint32_t)(next_random(seed) % 3)};
    for (uint8_t arg = 0; arg < 3; arg++) {
        if (next_random(seed) % 2)
            continue;
        struct scc_cmp *cmp = &rule.cmps[rule.cmp_count++];
        *cmp = (struct scc_cmp){.arg = arg, .op = (uint8_t)(next_random(seed) % SCC_OP_COUNT)};
        cmp->value = random_value(seed);
        if (cmp->op == SCC_OP_MASKED_EQ) {
            cmp->value2 = random_value(seed);
            cmp->value = masks[next_random(seed) % SCC_COUNT(masks)];
        }
    }
    return rule;
}

Test(argtree, the_first_rule_that_holds_answers)
{
    uint64_t seed = 7;
    for (unsigned round = 0; round < test_rounds(3000); round++) {
        struct scc_arg_rule rules[24];
        struct scc_dag dag = {0};
        size_t count = 1 + next_random(&seed) % SCC_COUNT(rules);
        uint8_t wide = round % 3 ? SCC_ARGS_WIDE : (uint8_t)next_random(&seed) % 8;
        for (size_t i = 0; i < count; i++) {
            rules[i] = random_rule(&seed);
            if (round % 2) /* of one answer: in any order */
                rules[i].return_value = 2;
        }
        const struct scc_arg_setting setting = setting_of(wide);
        const scc_dag_ref refs[] = {
            build(&dag, rules, count, wide),
            scc_argchain_build(&dag, rules, count, &setting, false),
            scc_argchain_build(&dag, rules, count, &setting, true),
        };
        for (unsigned i = 0; i < 200 * SCC_COUNT(refs); i++) {
            struct scc_call call = {0};
            for (unsigned arg = 0; arg < 3; arg++)
                call.args[arg] = random_value(&seed);
            cr_assert_eq(tree_run(&dag, refs[i % SCC_COUNT(refs)], &call),
                         expected(rules, count, wide, call.args), "round %u, call %u", round, i);
        }
        scc_dag_clear(&dag);
    }
}

/**
 * Each of the bits of one argument decides whether another range of the next one matters: as many
 * states as there are sets of bits. The tree gives up, and what is built tests rule after rule.
 */
Test(argtree, what_explodes_is_tested_rule_after_rule)
{
    enum { BITS = 14 };
    struct scc_arg_rule rules[BITS];
    struct scc_dag dag = {0};
    uint64_t seed = 4;
    for (unsigned i = 0; i < BITS; i++) {
        rules[i] = (struct scc_arg_rule){
            .cmp_count = 2,
            .cmps = {{.arg = 0, .op = SCC_OP_MASKED_EQ, .value = 1u << i, .value2 = 1u << i},
                     {.arg = 1, .op = SCC_OP_GT, .value = 1000 * (i * 5 % BITS)}},
            .return_value = 1 + i,
        };
    }
    scc_dag_ref ref = build(&dag, rules, BITS, SCC_ARGS_WIDE);
    const struct scc_arg_setting setting = setting_of(SCC_ARGS_WIDE);
    struct scc_dag chain = {0};
    scc_argchain_build(&chain, rules, BITS, &setting, false);
    cr_assert_eq(dag.count, chain.count);
    for (unsigned i = 0; i < 2000; i++) {
        struct scc_call call = {.args = {next_random(&seed), next_random(&seed) % 15000}};
        cr_assert_eq(tree_run(&dag, ref, &call), expected(rules, BITS, SCC_ARGS_WIDE, call.args));
    }
    scc_dag_clear(&chain);
    scc_dag_clear(&dag);
}

static struct scc_arg_rule one_cmp(uint8_t arg, enum scc_op op, uint64_t value, uint64_t value2)
{
    return (struct scc_arg_rule){
        .cmp_count = 1,
        .cmps = {{.arg = arg, .op = (uint8_t)op, .value = value, .value2 = value2}},
        .return_value = 2,
    };
}

static void assert_tree(const struct scc_arg_rule *rules, size_t count, const char *text)
{
    struct scc_dag dag = {0};
    struct scc_strbuf out = {0};
    tree_print(&out, &dag, build(&dag, rules, count, 0));
    cr_assert_str_eq(out.data, text);
    scc_strbuf_free(&out);
    scc_dag_clear(&dag);
}

/** Values under one mask: the mask is applied once. */
Test(argtree, one_and_for_all_values)
{
    const struct scc_arg_rule rules[] = {
        one_cmp(0, SCC_OP_MASKED_EQ, 0xff, 3), one_cmp(0, SCC_OP_MASKED_EQ, 0xff, 4),
        one_cmp(0, SCC_OP_MASKED_EQ, 0xff, 5), one_cmp(0, SCC_OP_MASKED_EQ, 0xff, 6)};
    assert_tree(rules, SCC_COUNT(rules), "(load 4 (and 0xff (jge 3 (jge 7 r1 r2) r1)))");
}

/** Behind an answer other rules may be asked, on fewer bits. */
Test(argtree, answers_may_go_on)
{
    uint64_t seed = 11;
    for (unsigned round = 0; round < test_rounds(500); round++) {
        struct scc_arg_rule rules[12], behind[4];
        struct scc_dag dag = {0};
        for (size_t i = 0; i < SCC_COUNT(rules); i++)
            rules[i] = random_rule(&seed);
        for (size_t i = 0; i < SCC_COUNT(behind); i++)
            behind[i] = random_rule(&seed);
        uint8_t wide = (uint8_t)next_random(&seed) % 8;
        struct scc_arg_end end = {2, build(&dag, behind, SCC_COUNT(behind), wide)};
        struct scc_arg_setting setting = setting_of(SCC_ARGS_WIDE);
        setting.ends = &end;
        setting.end_count = 1;
        const scc_dag_ref refs[] = {
            scc_argtree_build(&dag, rules, SCC_COUNT(rules), &setting, &cost),
            scc_argchain_build(&dag, rules, SCC_COUNT(rules), &setting, false),
            scc_argchain_build(&dag, rules, SCC_COUNT(rules), &setting, true),
        };
        for (unsigned i = 0; i < 100 * SCC_COUNT(refs); i++) {
            struct scc_call call = {0};
            for (unsigned arg = 0; arg < 3; arg++)
                call.args[arg] = random_value(&seed);
            uint32_t answer = expected(rules, SCC_COUNT(rules), SCC_ARGS_WIDE, call.args);
            if (answer == end.return_value)
                answer = expected(behind, SCC_COUNT(behind), wide, call.args);
            cr_assert_eq(tree_run(&dag, refs[i % SCC_COUNT(refs)], &call), answer,
                         "round %u, call %u", round, i);
        }
        scc_dag_clear(&dag);
    }
}

/** Rules in front of one that holds for certain say nothing where they answer the same. */
Test(argtree, open_rules_with_the_certain_answer_are_not_looked_at)
{
    struct scc_arg_rule rules[] = {one_cmp(1, SCC_OP_EQ, 9, 0), one_cmp(0, SCC_OP_EQ, 5, 0)};
    assert_tree(rules, SCC_COUNT(rules), "(load 4 (jeq 5 r2 (load 6 (jeq 9 r2 r1))))");
}

static void assert_chain(const struct scc_arg_rule *rules, size_t count, const char *text)
{
    struct scc_dag dag = {0};
    struct scc_strbuf out = {0};
    const struct scc_arg_setting setting = setting_of(SCC_ARGS_WIDE);
    tree_print(&out, &dag, scc_argchain_build(&dag, rules, count, &setting, false));
    cr_assert_str_eq(out.data, text);
    scc_strbuf_free(&out);
    scc_dag_clear(&dag);
}

/** Behind a test that failed nothing is loaded or tested again that is known by then. */
Test(argtree, a_chain_passes_what_it_knows)
{
    const struct scc_arg_rule values[] = {one_cmp(0, SCC_OP_EQ, 5, 0), one_cmp(0, SCC_OP_EQ, 7, 0)};
    assert_chain(values, SCC_COUNT(values),
                 "(load 5 (jeq 0 (load 4 (jeq 5 r2 (jeq 7 r2 r1))) r1))");
    const struct scc_arg_rule masks[] = {one_cmp(0, SCC_OP_MASKED_EQ, 0xff, 3),
                                         one_cmp(0, SCC_OP_MASKED_EQ, 0xff, 4)};
    assert_chain(masks, SCC_COUNT(masks), "(load 4 (and 0xff (jeq 3 r2 (jeq 4 r2 r1))))");
}

/*
 * Time
 */

enum kind {
    VALUES,   /* each another value of one argument */
    LIMITS,   /* each below another value */
    SPREAD,   /* values of all arguments */
    MASKED,   /* values under one mask */
    TWO_ARGS, /* a value of one and a limit of another */
    KIND_COUNT,
};

static struct scc_arg_rule make_rule(enum kind kind, unsigned i, unsigned count)
{
    struct scc_arg_rule rule;
    switch (kind) {
    case LIMITS:
        return one_cmp(0, SCC_OP_LT, 3 * (count - i), 0);
    case SPREAD:
        return one_cmp((uint8_t)(i % SCC_ARG_COUNT), SCC_OP_EQ, 5 * i, 0);
    case MASKED:
        return one_cmp(0, SCC_OP_MASKED_EQ, 0xffff, i);
    case TWO_ARGS:
        rule = one_cmp(0, SCC_OP_EQ, 3 * i + 1, 0);
        rule.cmps[rule.cmp_count++] = (struct scc_cmp){.arg = 1, .op = SCC_OP_GT, .value = 7 * i};
        return rule;
    default:
        return one_cmp(0, SCC_OP_EQ, 3 * i + 1, 0);
    }
}

static double processor_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/** The least of three measurements. */
static double measure(enum kind kind, unsigned count)
{
    struct scc_arg_rule *rules = calloc(count, sizeof *rules);
    double least = 1e9;
    for (unsigned i = 0; i < count; i++)
        rules[i] = make_rule(kind, i, count);
    for (unsigned round = 0; round < 3; round++) {
        struct scc_dag dag = {0};
        double start = processor_ms();
        build(&dag, rules, count, SCC_ARGS_WIDE);
        double took = processor_ms() - start;
        least = took < least ? took : least;
        scc_dag_clear(&dag);
    }
    free(rules);
    return least;
}

/** Four times the rules: n log n is under 5; quadratic would be 16. */
Test(argtree, time_grows_with_n_log_n)
{
    for (enum kind kind = VALUES; kind < KIND_COUNT; kind++) {
        double few = 0, many = 0;
        for (unsigned attempt = 0; attempt < 5 && (few == 0 || many >= 10 * few + 5); attempt++) {
            few = measure(kind, 750);
            many = measure(kind, 3000);
        }
        cr_log_info("kind %d: %.2f ms, %.2f ms", (int)kind, few, many);
        cr_assert_lt(many, 10 * few + 5, "kind %d: %.2f ms for 750, %.2f ms for 3000", (int)kind,
                     few, many);
    }
}
