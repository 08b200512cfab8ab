/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include "policies.h"
#include "util.h"

#define ALLOW SECCOMP_RET_ALLOW
#define ERRNO(n) (SECCOMP_RET_ERRNO | (n))

/* One to five texts with commas between them. */
#define JOIN(...) JOIN_OF(__VA_ARGS__, JOIN_5, JOIN_4, JOIN_3, JOIN_2, JOIN_1, )(__VA_ARGS__)
#define JOIN_OF(a, b, c, d, e, join, ...) join
#define JOIN_1(a) a
#define JOIN_2(a, b) a "," b
#define JOIN_3(a, b, c) a "," b "," c
#define JOIN_4(a, b, c, d) a "," b "," c "," d
#define JOIN_5(a, b, c, d, e) a "," b "," c "," d "," e

/* A profile of rules, each on a line of its own from the second on. */
#define ON(arches, ...)                                                                            \
    "{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': [" arches                                \
    "], 'syscalls': [" JOIN(__VA_ARGS__) "]}"
#define NATIVE(...) ON("'SCMP_ARCH_NATIVE'", __VA_ARGS__)
#define RULE(name, action, ...)                                                                    \
    "\n{'names': ['" name "'], 'action': 'SCMP_ACT_" action "', 'args': [" JOIN(__VA_ARGS__) "]}"
#define ERRNO_RULE(name, number, ...)                                                              \
    "\n{'names': ['" name "'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': " number                    \
    ", 'args': [" JOIN(__VA_ARGS__) "]}"
#define CMP(index, op, value) "{'index': " #index ", 'value': " #value ", 'op': 'SCMP_CMP_" #op "'}"
#define MASKED(index, mask, value)                                                                 \
    "{'index': " #index ", 'value': " #mask ", 'valueTwo': " #value ", 'op': "                     \
    "'SCMP_CMP_MASKED_EQ'}"

/*
 * Comparisons
 */

#define HIGH(word) ((uint64_t)(word) << 32)

static const struct {
    struct scc_cmp cmp;
    uint64_t arg;
    bool holds_64, holds_32;
} comparisons[] = {
    {{0, SCC_OP_EQ, 5, 0}, 5, true, true},
    {{0, SCC_OP_EQ, 5, 0}, 4, false, false},
    {{0, SCC_OP_EQ, 5, 0}, HIGH(1) | 5, false, true},
    {{0, SCC_OP_EQ, 5, 0}, HIGH(UINT32_MAX) | 5, false, true},
    {{0, SCC_OP_EQ, HIGH(1) | 5, 0}, 5, false, false},
    {{0, SCC_OP_EQ, HIGH(1) | 5, 0}, HIGH(1) | 5, true, false},
    {{0, SCC_OP_EQ, UINT64_MAX, 0}, UINT64_MAX, true, false},
    {{0, SCC_OP_NE, 5, 0}, 5, false, false},
    {{0, SCC_OP_NE, 5, 0}, 6, true, true},
    {{0, SCC_OP_NE, 5, 0}, HIGH(1) | 5, true, false},
    {{0, SCC_OP_NE, HIGH(1) | 5, 0}, HIGH(1) | 5, false, true},
    {{0, SCC_OP_LT, 5, 0}, 4, true, true},
    {{0, SCC_OP_LT, 5, 0}, 5, false, false},
    {{0, SCC_OP_LT, 5, 0}, HIGH(1) | 4, false, true},
    {{0, SCC_OP_LT, 0, 0}, 0, false, false},
    {{0, SCC_OP_LT, HIGH(1), 0}, UINT32_MAX, true, true},
    {{0, SCC_OP_LT, HIGH(1), 0}, HIGH(1), false, true},
    {{0, SCC_OP_LE, 5, 0}, 5, true, true},
    {{0, SCC_OP_LE, 5, 0}, 6, false, false},
    {{0, SCC_OP_LE, 5, 0}, HIGH(7) | 5, false, true},
    {{0, SCC_OP_LE, HIGH(1), 0}, HIGH(1), true, true},
    {{0, SCC_OP_GE, 5, 0}, 5, true, true},
    {{0, SCC_OP_GE, 5, 0}, 4, false, false},
    {{0, SCC_OP_GE, 5, 0}, HIGH(1) | 4, true, false},
    {{0, SCC_OP_GE, HIGH(1), 0}, HIGH(1), true, false},
    {{0, SCC_OP_GE, 0, 0}, 0, true, true},
    {{0, SCC_OP_GT, 5, 0}, 6, true, true},
    {{0, SCC_OP_GT, 5, 0}, 5, false, false},
    {{0, SCC_OP_GT, 5, 0}, HIGH(1), true, false},
    {{0, SCC_OP_GT, UINT32_MAX, 0}, UINT64_MAX, true, false},
    /* unsigned: -1 is the largest */
    {{0, SCC_OP_GT, 5, 0}, UINT64_MAX, true, true},
    {{0, SCC_OP_LT, 5, 0}, UINT64_MAX, false, false},
    /* masked: the value is masked as well */
    {{0, SCC_OP_MASKED_EQ, 0xf0, 0x10}, 0x1f, true, true},
    {{0, SCC_OP_MASKED_EQ, 0xf0, 0x10}, 0x2f, false, false},
    {{0, SCC_OP_MASKED_EQ, 0xf0, 0x13}, 0x10, true, true},
    {{0, SCC_OP_MASKED_EQ, 0xf0, 0x03}, 0x0f, true, true},
    {{0, SCC_OP_MASKED_EQ, 0, 7}, 123, true, true},
    {{0, SCC_OP_MASKED_EQ, HIGH(1), HIGH(1)}, HIGH(1), true, false},
    {{0, SCC_OP_MASKED_EQ, HIGH(1), 0}, HIGH(1), false, true},
    {{0, SCC_OP_MASKED_EQ, HIGH(1) | 1, 1}, HIGH(1) | 1, false, true},
};

Test(policy, comparisons_hold_over_64_bits_or_the_low_word)
{
    for (size_t i = 0; i < SCC_COUNT(comparisons); i++) {
        const struct scc_cmp *cmp = &comparisons[i].cmp;
        uint64_t arg = comparisons[i].arg;
        cr_expect_eq(scc_cmp_holds(cmp, arg, true), comparisons[i].holds_64, "%s %lx %lx of %lx",
                     scc_op_name((enum scc_op)cmp->op), cmp->value, cmp->value2, arg);
        cr_expect_eq(scc_cmp_holds(cmp, arg, false), comparisons[i].holds_32,
                     "%s %lx %lx of %lx in 32 bits", scc_op_name((enum scc_op)cmp->op), cmp->value,
                     cmp->value2, arg);
    }
}

Test(policy, comparisons_have_an_order)
{
    static const struct scc_cmp rising[] = {
        {0, SCC_OP_NE, 0, 0},        {0, SCC_OP_NE, 1, 0},
        {0, SCC_OP_LT, 0, 0},        {0, SCC_OP_MASKED_EQ, 1, 0},
        {0, SCC_OP_MASKED_EQ, 1, 1}, {0, SCC_OP_MASKED_EQ, UINT64_MAX, 0},
        {5, SCC_OP_NE, 0, 0},
    };
    for (size_t i = 0; i < SCC_COUNT(rising); i++) {
        for (size_t j = 0; j < SCC_COUNT(rising); j++) {
            int order = scc_cmp_compare(&rising[i], &rising[j]);
            cr_expect_eq((order > 0) - (order < 0), (i > j) - (i < j), "%zu %zu", i, j);
        }
    }
}

/*
 * What the rules of one name come to
 */

/** Entries, the effect of each of their rules, and answers to read with a0 = 0, 1, 2, 3. */
struct effect_case {
    const char *text;
    size_t count;
    enum scc_rule_effect effects[4];
    uint32_t answers[4];
};

#define HOLDS SCC_RULE_HOLDS
#define IS_DEFAULT SCC_RULE_IS_DEFAULT
#define IS_SHADOWED SCC_RULE_IS_SHADOWED
#define IS_REPEATED SCC_RULE_IS_REPEATED

static const struct effect_case effects[] = {
    /* entries are OR-ed */
    {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1)), RULE("read", "ALLOW", CMP(0, EQ, 2))),
     2,
     {HOLDS, HOLDS},
     {ERRNO(1), ALLOW, ALLOW, ERRNO(1)}},
    /* one without comparisons beats those with, in either order */
    {NATIVE(RULE("read", "ALLOW", ""), RULE("read", "LOG", CMP(0, EQ, 2))),
     2,
     {HOLDS, IS_SHADOWED},
     {ALLOW, ALLOW, ALLOW, ALLOW}},
    {NATIVE(RULE("read", "LOG", CMP(0, EQ, 2)), RULE("read", "ALLOW", "")),
     2,
     {IS_SHADOWED, HOLDS},
     {ALLOW, ALLOW, ALLOW, ALLOW}},
    {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 2)), RULE("read", "ALLOW", "")),
     2,
     {IS_REPEATED, HOLDS},
     {ALLOW, ALLOW, ALLOW, ALLOW}},
    /* of several without, the first wins, whatever the actions */
    {NATIVE(RULE("read", "ALLOW", ""), RULE("read", "KILL", ""), RULE("read", "ALLOW", "")),
     3,
     {HOLDS, IS_SHADOWED, IS_REPEATED},
     {ALLOW, ALLOW, ALLOW, ALLOW}},
    {NATIVE(RULE("read", "KILL", ""), RULE("read", "ALLOW", "")),
     2,
     {HOLDS, IS_SHADOWED},
     {0, 0, 0, 0}},
    /* equal to the default: skipped, so it overrides nothing */
    {NATIVE(RULE("read", "ERRNO", ""), RULE("read", "ALLOW", CMP(0, EQ, 1))),
     2,
     {IS_DEFAULT, HOLDS},
     {ERRNO(1), ALLOW, ERRNO(1), ERRNO(1)}},
    {NATIVE(RULE("read", "ALLOW", ""), ERRNO_RULE("read", "1", CMP(0, EQ, 1))),
     2,
     {HOLDS, IS_DEFAULT},
     {ALLOW, ALLOW, ALLOW, ALLOW}},
    {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1)), RULE("read", "ERRNO", CMP(0, EQ, 1))),
     2,
     {HOLDS, IS_DEFAULT},
     {ERRNO(1), ALLOW, ERRNO(1), ERRNO(1)}},
    /* another errno is another answer */
    {NATIVE(ERRNO_RULE("read", "2", CMP(0, EQ, 1))),
     1,
     {HOLDS},
     {ERRNO(1), ERRNO(2), ERRNO(1), ERRNO(1)}},
    /* the same comparisons again, in any order, say nothing new */
    {NATIVE(RULE("read", "ALLOW", CMP(0, GE, 1), CMP(1, EQ, 0)),
            RULE("read", "ALLOW", CMP(1, EQ, 0), CMP(0, GE, 1))),
     2,
     {HOLDS, IS_REPEATED},
     {ERRNO(1), ALLOW, ALLOW, ALLOW}},
    /* an argument twice: each comparison by itself */
    {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1), CMP(0, EQ, 3))),
     2,
     {HOLDS, HOLDS},
     {ERRNO(1), ALLOW, ERRNO(1), ALLOW}},
    {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1), CMP(0, EQ, 1))),
     2,
     {HOLDS, IS_REPEATED},
     {ERRNO(1), ALLOW, ERRNO(1), ERRNO(1)}},
    /* two arguments: together */
    {NATIVE(RULE("read", "ALLOW", CMP(0, LE, 2), CMP(1, EQ, 9))),
     1,
     {HOLDS},
     {ERRNO(1), ERRNO(1), ERRNO(1), ERRNO(1)}},
};

Test(policy, rules_of_one_name_come_to_this)
{
    for (size_t i = 0; i < SCC_COUNT(effects); i++) {
        const struct effect_case *c = &effects[i];
        struct selected made = select_for(c->text, "amd64", 0, "6.1");
        const struct scc_policy *policy = must_hold(&made);
        cr_assert_eq(policy->rule_count, c->count, "%s", c->text);
        for (size_t j = 0; j < c->count; j++)
            cr_expect_eq(policy->rules[j].effect, c->effects[j], "rule %zu of %s: %d", j, c->text,
                         (int)policy->rules[j].effect);
        for (uint64_t arg = 0; arg < SCC_COUNT(c->answers); arg++)
            cr_expect_eq(answer_to(policy, "x86_64", "read", arg), c->answers[arg],
                         "read(%lu) of %s: %x", arg, c->text,
                         answer_to(policy, "x86_64", "read", arg));
        selected_clear(&made);
    }
}

/* Effects are told over all architectures: a rule that holds on one of them holds. */
Test(policy, rules_hold_where_any_architecture_has_them)
{
    struct selected made =
        select_for(ON("'SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'", RULE("socketcall", "ALLOW", ""),
                      ERRNO_RULE("socket", "38", "")),
                   "amd64", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    cr_assert_eq(policy->rules[0].effect, SCC_RULE_HOLDS);
    cr_assert_eq(policy->rules[1].effect, SCC_RULE_HOLDS);
    cr_assert_eq(answer_to(policy, "x86_64", "socket", 0), ERRNO(38));
    cr_assert_eq(answer_to(policy, "x86", "socketcall", 1), ALLOW);
    selected_clear(&made);
}

Test(policy, refuses_equal_comparisons_with_two_answers)
{
    static const struct {
        const char *text, *arch;
        const char *says; /* NULL: taken */
    } cases[] = {
        {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1)), RULE("read", "LOG", CMP(0, EQ, 1))), "amd64",
         "p.json:3:12: read: LOG for the same arguments that line 2 answers with ALLOW; expected "
         "one action (syscalls[1])"},
        {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1), CMP(2, LT, 5)),
                ERRNO_RULE("read", "38", CMP(2, LT, 5), CMP(0, EQ, 1))),
         "amd64", "read: ERRNO(ENOSYS) for the same arguments that line 2 answers with ALLOW"},
        {NATIVE(ERRNO_RULE("read", "2", CMP(0, EQ, 1)), ERRNO_RULE("read", "3", CMP(0, EQ, 1))),
         "amd64", "ERRNO(ESRCH) for the same arguments that line 2 answers with ERRNO(ENOENT)"},
        /* in between, another rule */
        {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1)), RULE("read", "ALLOW", CMP(0, EQ, 2)),
                RULE("read", "LOG", CMP(0, EQ, 1))),
         "amd64", "p.json:4:12: read: LOG for the same arguments that line 2"},
        /* equal only after an OR was taken apart */
        {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1), CMP(0, EQ, 2)),
                RULE("read", "LOG", CMP(0, EQ, 2))),
         "amd64", "read: LOG for the same arguments"},
        /* behind a door argument 0 is lost, and the two meet */
        {NATIVE(RULE("socket", "ALLOW", CMP(0, EQ, 1)), RULE("socket", "LOG", CMP(0, EQ, 2))),
         "386",
         "socket: LOG for the same arguments that line 2 answers with ALLOW (on x86 the two "
         "meet at socketcall(1, …)); expected one action (syscalls[1])"},
        {NATIVE(RULE("socketcall", "ALLOW", CMP(0, EQ, 1)), RULE("socket", "LOG", "")), "386",
         "on x86 the two meet at socketcall(1, …)"},
        {NATIVE(RULE("socket", "ALLOW", CMP(0, EQ, 1)), RULE("socket", "LOG", CMP(0, EQ, 2))),
         "amd64", NULL},
        /* hidden by one without comparisons: no conflict that anybody could see */
        {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1)), RULE("read", "LOG", CMP(0, EQ, 1)),
                RULE("read", "ALLOW", "")),
         "amd64", NULL},
        /* the default's own answer is skipped before it can conflict */
        {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1)), RULE("read", "ERRNO", CMP(0, EQ, 1))),
         "amd64", NULL},
        /* other comparisons that no input matches together */
        {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1)), RULE("read", "LOG", CMP(0, EQ, 2)),
                ERRNO_RULE("read", "5", CMP(0, GT, 2), CMP(1, EQ, 1))),
         "amd64", NULL},
        /* bits of a value outside its mask are not looked at */
        {NATIVE(RULE("read", "ALLOW", MASKED(0, 240, 16)), RULE("read", "LOG", MASKED(0, 240, 31))),
         "amd64", "read: LOG for the same arguments that line 2 answers with ALLOW"},
        /* ... and those of another operator neither */
        {NATIVE(
             RULE("read", "ALLOW", CMP(0, EQ, 1)),
             RULE("read", "LOG", "{'index': 0, 'value': 1, 'valueTwo': 9, 'op': 'SCMP_CMP_EQ'}")),
         "amd64", "read: LOG for the same arguments that line 2 answers with ALLOW"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct selected made = select_for(cases[i].text, cases[i].arch, 0, "6.1");
        if (!cases[i].says) {
            cr_expect_not_null(made.policy, "%s: %s", cases[i].text,
                               made.err ? scc_error_get_text(made.err) : "");
        } else {
            cr_expect_null(made.policy, "%s", cases[i].text);
            cr_assert_not_null(made.err);
            cr_expect_eq(scc_error_get_code(made.err), SCC_ERROR_INPUT);
            cr_expect_not_null(strstr(scc_error_get_text(made.err), cases[i].says), "%s",
                               scc_error_get_text(made.err));
        }
        selected_clear(&made);
    }
}

/** Two or three rules on read, and the answers to read(0) to read(3) in each way to take them. */
struct overlap_case {
    const char *text;
    const char *refused; /* what is said by default; NULL: they do not overlap */
    uint32_t first[4], strictest[4];
};

static const struct overlap_case overlaps[] = {
    {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1)), RULE("read", "LOG", CMP(0, EQ, 2))),
     NULL,
     {ERRNO(1), ALLOW, SECCOMP_RET_LOG, ERRNO(1)},
     {ERRNO(1), ALLOW, SECCOMP_RET_LOG, ERRNO(1)}},
    {NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1)), RULE("read", "LOG", CMP(0, LT, 3))),
     "p.json:3:12: read(0x1, 0x0, 0x0, 0x0, 0x0, 0x0) on x86_64: LOG here, and line 2 answers the "
     "same call with ALLOW",
     {SECCOMP_RET_LOG, ALLOW, SECCOMP_RET_LOG, ERRNO(1)},
     {SECCOMP_RET_LOG, SECCOMP_RET_LOG, SECCOMP_RET_LOG, ERRNO(1)}},
    /* in the other order */
    {NATIVE(RULE("read", "LOG", CMP(0, LT, 3)), RULE("read", "ALLOW", CMP(0, EQ, 1))),
     "ALLOW here, and line 2 answers the same call with LOG",
     {SECCOMP_RET_LOG, SECCOMP_RET_LOG, SECCOMP_RET_LOG, ERRNO(1)},
     {SECCOMP_RET_LOG, SECCOMP_RET_LOG, SECCOMP_RET_LOG, ERRNO(1)}},
    /* the same action with another errno is another answer; the first of equally strict ones */
    {NATIVE(ERRNO_RULE("read", "2", CMP(0, GE, 1)), ERRNO_RULE("read", "3", CMP(0, LE, 1))),
     "ERRNO(ESRCH) here, and line 2 answers the same call with ERRNO(ENOENT)",
     {ERRNO(3), ERRNO(2), ERRNO(2), ERRNO(2)},
     {ERRNO(3), ERRNO(2), ERRNO(2), ERRNO(2)}},
    /* of different arguments */
    {NATIVE(RULE("read", "ALLOW", CMP(0, GE, 2)), RULE("read", "KILL", CMP(1, EQ, 0))),
     "KILL_THREAD here, and line 2",
     {0, 0, ALLOW, ALLOW},
     {0, 0, 0, 0}},
    /* one answer for all: no conflict */
    {NATIVE(RULE("read", "ALLOW", CMP(0, GE, 2)), RULE("read", "ALLOW", CMP(0, LE, 2))),
     NULL,
     {ALLOW, ALLOW, ALLOW, ALLOW},
     {ALLOW, ALLOW, ALLOW, ALLOW}},
};

Test(policy, rules_that_overlap_are_refused_or_the_strictest_answers)
{
    for (size_t i = 0; i < SCC_COUNT(overlaps); i++) {
        const struct overlap_case *c = &overlaps[i];
        struct selected made = select_for(c->text, "amd64", 0, "6.1");
        cr_expect_eq(made.policy == NULL, c->refused != NULL, "%s", c->text);
        if (made.err && c->refused) {
            cr_expect_eq(scc_error_get_code(made.err), SCC_ERROR_INPUT);
            cr_expect_str_eq(scc_error_get_json_path(made.err), "syscalls[1]");
            cr_expect_not_null(strstr(scc_error_get_text(made.err), c->refused), "%s",
                               scc_error_get_text(made.err));
        }
        selected_clear(&made);
        static const enum scc_on_conflict ways[] = {SCC_CONFLICT_FIRST, SCC_CONFLICT_STRICTEST};
        for (size_t way = 0; way < SCC_COUNT(ways); way++) {
            const uint32_t *wanted = way ? c->strictest : c->first;
            made = select_with(c->text, "amd64", 0, "6.1", ways[way]);
            for (uint64_t arg = 0; arg < 4; arg++)
                cr_expect_eq(answer_to(must_hold(&made), "x86_64", "read", arg), wanted[arg],
                             "read(%lu) of %s, way %zu: %x", arg, c->text, way,
                             answer_to(made.policy, "x86_64", "read", arg));
            selected_clear(&made);
        }
    }
}

/* Equal comparisons with two answers: refused also where the first would answer. */
Test(policy, equal_comparisons_have_a_strictest)
{
    static const char text[] =
        NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1)), RULE("read", "LOG", CMP(0, EQ, 1)),
               ERRNO_RULE("read", "9", CMP(0, EQ, 1)), ERRNO_RULE("read", "8", CMP(0, EQ, 1)));
    struct selected made = select_with(text, "amd64", 0, "6.1", SCC_CONFLICT_FIRST);
    cr_assert_null(made.policy);
    selected_clear(&made);
    made = select_with(text, "amd64", 0, "6.1", SCC_CONFLICT_STRICTEST);
    cr_assert_eq(answer_to(must_hold(&made), "x86_64", "read", 1), ERRNO(9));
    cr_assert_eq(answer_to(made.policy, "x86_64", "read", 2), ERRNO(1));
    selected_clear(&made);
}

/*
 * Tables
 */

Test(policy, tables_are_sorted_and_hold_what_counts)
{
    struct selected made =
        select_for(ON("'SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'", RULE("write", "ALLOW", CMP(0, EQ, 2)),
                      RULE("socket", "ALLOW", CMP(0, EQ, 40), CMP(1, EQ, 3)),
                      RULE("write", "ALLOW", CMP(0, EQ, 1)), RULE("read", "ALLOW", ""),
                      RULE("read", "LOG", CMP(0, EQ, 1))),
                   "amd64", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    cr_assert_eq(policy->arch_count, 2);
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_policy_arch *table = &policy->arches[i];
        for (size_t j = 1; j < table->count; j++)
            cr_expect(table->placed[j - 1].nr < table->placed[j].nr ||
                      (table->placed[j - 1].nr == table->placed[j].nr &&
                       table->placed[j - 1].rule < table->placed[j].rule));
    }
    /* read whole, write twice, socket; on x86 behind socketcall, too */
    cr_assert_eq(policy->arches[0].count, 4);
    cr_assert_eq(policy->arches[1].count, 5);
    size_t count;
    const struct scc_placed_rule *placed = scc_policy_rules_at(&policy->arches[0], 1, &count);
    cr_assert_eq(count, 2);
    cr_assert_eq(placed[0].rule, 0);
    cr_assert_eq(placed[1].rule, 2);
    cr_assert_null(scc_policy_rules_at(&policy->arches[0], 2, &count));
    cr_assert_eq(count, 0);
    cr_assert_null(scc_policy_rules_at(&policy->arches[0], UINT32_MAX, &count));

    struct scc_cmp cmps[SCC_ARG_COUNT];
    placed = scc_policy_rules_at(&policy->arches[1], 102, &count);
    cr_assert_eq(count, 1);
    cr_assert_eq(placed->selector, 1);
    cr_assert_eq(scc_policy_cmps(policy, placed, cmps), 2);
    cr_assert(cmps[0].arg == 0 && cmps[0].op == SCC_OP_EQ && cmps[0].value == 1);
    cr_assert(cmps[1].arg == 1 && cmps[1].value == 3);
    placed = scc_policy_rules_at(&policy->arches[1], 359, &count);
    cr_assert_eq(placed->selector, 0);
    cr_assert_eq(scc_policy_cmps(policy, placed, cmps), 2);
    cr_assert_eq(cmps[0].value, 40);

    struct scc_place place = scc_policy_place_of(policy, &policy->rules[1]);
    cr_assert_str_eq(place.file, "p.json");
    cr_assert_eq(place.line, 3);
    cr_assert_eq(policy->rules[1].origin.entry, 1);
    cr_assert_eq(policy->rules[1].origin.name, 0);
    selected_clear(&made);
}

Test(policy, finds_the_rule_that_answers)
{
    struct selected made =
        select_for(NATIVE(RULE("read", "LOG", CMP(0, EQ, 1)), RULE("read", "ALLOW", CMP(0, GE, 2))),
                   "amd64", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    struct scc_call call = {.audit = AUDIT_ARCH_X86_64, .nr = 0, .args = {1}};
    uint32_t answer;
    cr_assert_eq(scc_policy_match(policy, &call, &answer), &policy->rules[0]);
    cr_assert_eq(answer, SECCOMP_RET_LOG);
    call.args[0] = 2;
    cr_assert_eq(scc_policy_match(policy, &call, &answer), &policy->rules[1]);
    cr_assert_eq(answer, ALLOW);
    call.args[0] = 0;
    cr_assert_null(scc_policy_match(policy, &call, &answer));
    cr_assert_eq(answer, ERRNO(1));
    call.nr = 1;
    cr_assert_null(scc_policy_match(policy, &call, &answer));
    cr_assert_eq(answer, ERRNO(1));
    call.audit = AUDIT_ARCH_AARCH64;
    cr_assert_null(scc_policy_match(policy, &call, &answer));
    cr_assert_eq(answer, SECCOMP_RET_KILL_THREAD);
    selected_clear(&made);
}

Test(policy, shadows_are_found_by_the_rules_own_numbers)
{
    struct selected made = select_for(NATIVE(RULE("read", "ALLOW", ""), RULE("read", "LOG", ""),
                                             RULE("write", "ALLOW", CMP(0, EQ, 1))),
                                      "amd64", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    cr_assert_null(scc_policy_shadow_of(policy, &policy->rules[0]));
    cr_assert_eq(scc_policy_shadow_of(policy, &policy->rules[1]), &policy->rules[0]);
    cr_assert_null(scc_policy_shadow_of(policy, &policy->rules[2]));
    selected_clear(&made);
}

/*
 * Audit arches. Where libseccomp is right, tests/cases tries the same through its programs.
 */

#define X86_64 "'SCMP_ARCH_X86_64'"
#define X86 "'SCMP_ARCH_X86'"
#define X32 "'SCMP_ARCH_X32'"
#define BAD 0u

Test(policy, x86_64_and_x32_share_an_audit_arch)
{
    static const struct {
        const char *arches, *target;
        uint32_t low_ruled, low, high_ruled, high, skip;
    } cases[] = {
        {X86_64, "amd64", ALLOW, ERRNO(1), BAD, BAD, ERRNO(1)},
        {X86_64 "," X32, "amd64", ALLOW, ERRNO(1), ALLOW, ERRNO(1), ERRNO(1)},
        {X86_64 "," X86, "amd64", ALLOW, ERRNO(1), BAD, BAD, ERRNO(1)},
        {X86_64 "," X86 "," X32, "amd64", ALLOW, ERRNO(1), ALLOW, ERRNO(1), ERRNO(1)},
        {X86, "386", BAD, BAD, BAD, BAD, BAD},
        {X32, "x32", BAD, BAD, ALLOW, ERRNO(1), ERRNO(1)},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': [%s], 'syscalls': ["
                 "{'names': ['read', 'getpid'], 'action': 'SCMP_ACT_ALLOW'}]}",
                 cases[i].arches);
        struct selected made = select_for(text, cases[i].target, 0, "6.1");
        const struct scc_policy *policy = must_hold(&made);
        const struct {
            uint32_t nr, wanted;
        } asked[] = {
            {0, cases[i].low_ruled},
            {39, cases[i].low_ruled},
            {1, cases[i].low},
            {0x3fffffff, cases[i].low},
            {SCC_X32_BIT, cases[i].high_ruled},
            {SCC_X32_BIT + 39, cases[i].high_ruled},
            {SCC_X32_BIT + 1, cases[i].high},
            {0x80000000, cases[i].high},
            {0xfffffffe, cases[i].high},
            {0xffffffff, cases[i].skip},
        };
        for (size_t j = 0; j < SCC_COUNT(asked); j++) {
            struct scc_call call = {.audit = AUDIT_ARCH_X86_64, .nr = asked[j].nr};
            cr_expect_eq(scc_policy_answer(policy, &call), asked[j].wanted, "%s, nr %x: %x",
                         cases[i].arches, asked[j].nr, scc_policy_answer(policy, &call));
        }
        selected_clear(&made);
    }
}

Test(policy, an_arch_that_is_not_listed_is_bad)
{
    static const char *const targets[] = {"amd64",  "386",      "arm64",   "arm",  "s390x",
                                          "mips64", "mipsel64", "ppc64le", "m68k", "loong64"};
    for (size_t i = 0; i < SCC_COUNT(targets); i++) {
        struct selected made = select_for(NATIVE(RULE("read", "ALLOW", "")), targets[i], 0, "6.1");
        const struct scc_policy *policy = must_hold(&made);
        for (unsigned id = 0; id < SCC_ARCH_COUNT; id++) {
            const struct scc_arch *arch = scc_arch_at(id), *own = scc_arch_find(targets[i]);
            struct scc_call call = {.audit = arch->audit, .nr = own->nr_offset + 1000};
            cr_expect_eq(scc_policy_answer(policy, &call),
                         arch->audit == own->audit ? ERRNO(1) : BAD, "%s under %s", arch->name,
                         targets[i]);
        }
        struct scc_call none = {.audit = 0, .nr = 0}, all = {.audit = UINT32_MAX, .nr = 0};
        cr_expect_eq(scc_policy_answer(policy, &none), BAD);
        cr_expect_eq(scc_policy_answer(policy, &all), BAD);
        selected_clear(&made);
    }
}

Test(policy, instruction_pointer_and_unused_arguments_change_nothing)
{
    struct selected made =
        select_for(NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 1))), "amd64", 0, "6.1");
    struct scc_call call = {
        .audit = AUDIT_ARCH_X86_64, .args = {1, 2, 3, UINT64_MAX, 5, 6}, .ip = UINT64_MAX};
    cr_assert_eq(scc_policy_answer(must_hold(&made), &call), ALLOW);
    selected_clear(&made);
}

Test(policy, values_keep_their_64_bits)
{
    struct selected made = select_for(
        NATIVE(RULE("read", "ALLOW", CMP(0, EQ, 18446744073709551615)),
               RULE("read", "ALLOW", CMP(0, EQ, 9007199254740993)),
               RULE("write", "ALLOW", MASKED(0, 18446744073709551615, 9007199254740993))),
        "amd64", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    cr_assert_eq(policy->rules[0].cmps[0].value, UINT64_MAX);
    cr_assert_eq(policy->rules[1].cmps[0].value, 9007199254740993u);
    cr_assert_eq(policy->rules[2].cmps[0].value2, 9007199254740993u);
    cr_assert_eq(answer_to(policy, "x86_64", "read", UINT64_MAX), ALLOW);
    cr_assert_eq(answer_to(policy, "x86_64", "read", UINT64_MAX - 1), ERRNO(1));
    cr_assert_eq(answer_to(policy, "x86_64", "read", 9007199254740993u), ALLOW);
    cr_assert_eq(answer_to(policy, "x86_64", "read", 9007199254740992u), ERRNO(1));
    cr_assert_eq(answer_to(policy, "x86_64", "write", 9007199254740993u), ALLOW);
    cr_assert_eq(answer_to(policy, "x86_64", "write", 9007199254740992u), ERRNO(1));
    selected_clear(&made);
}

/* Doors on every architecture that has the multiplexers; by number, as the kernel shows them. */
Test(policy, doors_open_with_what_is_behind_them)
{
    static const struct {
        const char *target;
        uint32_t socketcall, ipc;
    } cases[] = {
        {"386", 102, 117},      {"s390", 102, 117}, {"s390x", 102, 117},   {"mips", 4102, 4117},
        {"mipsel", 4102, 4117}, {"ppc", 102, 117},  {"ppc64le", 102, 117}, {"ppc64", 102, 117},
        {"m68k", 102, 117},     {"sh", 102, 117},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct selected made =
            select_for(NATIVE(RULE("socket", "ALLOW", CMP(0, EQ, 2)),
                              RULE("bind", "LOG", CMP(1, EQ, 3)), ERRNO_RULE("shmctl", "5", ""),
                              RULE("semop", "ALLOW", CMP(0, EQ, 9), CMP(5, EQ, 1))),
                       cases[i].target, 0, "6.1");
        const struct scc_policy *policy = must_hold(&made);
        const struct {
            uint32_t nr;
            uint64_t args[6];
            uint32_t wanted;
        } asked[] = {
            /* argument 0 of the call behind it is lost */
            {cases[i].socketcall, {1, 99}, ALLOW},
            {cases[i].socketcall, {1}, ALLOW},
            /* the others stay and test what the multiplexer's caller passes */
            {cases[i].socketcall, {2, 3}, SECCOMP_RET_LOG},
            {cases[i].socketcall, {2, 4}, ERRNO(1)},
            {cases[i].socketcall, {3, 3}, ERRNO(1)},
            {cases[i].socketcall, {0}, ERRNO(1)},
            {cases[i].ipc, {24}, ERRNO(5)},
            {cases[i].ipc, {23}, ERRNO(1)},
            {cases[i].ipc, {1, 0, 0, 0, 0, 1}, ALLOW},
            {cases[i].ipc, {1, 0, 0, 0, 0, 2}, ERRNO(1)},
        };
        for (size_t j = 0; j < SCC_COUNT(asked); j++) {
            struct scc_call call = {.audit = scc_arch_find(cases[i].target)->audit,
                                    .nr = asked[j].nr};
            memcpy(call.args, asked[j].args, sizeof call.args);
            cr_expect_eq(scc_policy_answer(policy, &call), asked[j].wanted,
                         "%s, nr %u, %lu, %lu: %x", cases[i].target, call.nr, call.args[0],
                         call.args[1], scc_policy_answer(policy, &call));
        }
        selected_clear(&made);
    }
}
