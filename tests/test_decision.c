/* SPDX-License-Identifier: Apache-2.0 */
#include "decision_support.h"
#include "random_programs.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccompc/emit.h>
#include <time.h>

#include "decision_cells.h"
#include "decision_node.h"
#include "decision_spans.h"
#include "decision_value.h"
#include "enosys.h"

enum {
    /** Variables of the small functions that are compared with tables of all their values. */
    VARS = 6,
    CASES = 1 << VARS,
    NODES = 1 << 20,
};

static const enum scc_decision_order orders[] = {
    SCC_ORDER_BY_WORD,
    SCC_ORDER_BY_WORD_REVERSED,
    SCC_ORDER_INTERLEAVED,
};

/*
 * Nodes against tables
 */

/** A bit of the input. */
struct variable {
    unsigned word, bit;
};

static struct variable random_variable(uint64_t *seed)
{
    return (struct variable){random_below(seed, SCC_DECISION_WORD_COUNT), random_below(seed, 32)};
}

static void pick_variables(uint64_t *seed, struct variable vars[VARS])
{
    for (unsigned i = 0; i < VARS; i++) {
        bool is_new;
        do {
            vars[i] = random_variable(seed);
            is_new = true;
            for (unsigned j = 0; j < i; j++)
                is_new &= vars[j].word != vars[i].word || vars[j].bit != vars[i].bit;
        } while (!is_new);
    }
}

static void set_call_bit(struct scc_call *call, struct variable var)
{
    unsigned pair = (var.word - SCC_DECISION_ARGS) / 2, is_low = (var.word - SCC_DECISION_ARGS) % 2;
    uint64_t in_pair = 1ull << (var.bit + (is_low ? 0 : 32));
    if (var.word == SCC_DECISION_AUDIT)
        call->audit |= 1u << var.bit;
    else if (var.word == SCC_DECISION_NR)
        call->nr |= 1u << var.bit;
    else if (pair == SCC_ARG_COUNT)
        call->ip |= in_pair;
    else
        call->args[pair] |= in_pair;
}

/** The input of one row of a table: bit i of @p row is variable i. */
static struct scc_call call_of_row(const struct variable *vars, unsigned count, unsigned row)
{
    struct scc_call call = {0};
    for (unsigned i = 0; i < count; i++) {
        if (row >> i & 1)
            set_call_bit(&call, vars[i]);
    }
    return call;
}

/** The diagram of a table, made row by row. */
static scc_diagram diagram_of_table(struct scc_decision_space *space, const struct variable *vars,
                                    const uint32_t table[CASES])
{
    scc_diagram result = scc_node_return(space, table[0]);
    for (unsigned row = 1; row < CASES; row++) {
        scc_diagram here = SCC_DIAGRAM_EVERYWHERE;
        for (unsigned i = 0; i < VARS; i++) {
            scc_diagram bit = scc_node_bit(space, vars[i].word, vars[i].bit);
            here = scc_node_and(space, here, row >> i & 1 ? bit : scc_node_not(space, bit));
        }
        result = scc_node_choose(space, here, scc_node_return(space, table[row]), result);
    }
    return result;
}

static const uint32_t some_returns[] = {
    0, 1, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 2, SECCOMP_RET_KILL_PROCESS,
};

static void fill_table(uint64_t *seed, uint32_t table[CASES], unsigned values)
{
    for (unsigned row = 0; row < CASES; row++)
        table[row] = some_returns[random_below(seed, values)];
}

static void check_operations(struct scc_decision_space *space, uint64_t *seed)
{
    struct variable vars[VARS];
    uint32_t f[CASES], g[CASES], h[CASES], chosen[CASES], joined[CASES], differ[CASES], more[CASES];
    pick_variables(seed, vars);
    fill_table(seed, f, 2);
    fill_table(seed, g, 2 + random_below(seed, 5));
    fill_table(seed, h, 2 + random_below(seed, 5));
    for (unsigned row = 0; row < CASES; row++) {
        chosen[row] = f[row] ? g[row] : h[row];
        joined[row] = g[row] | h[row];
        differ[row] = g[row] != h[row];
        more[row] = scc_action_of(g[row]) > scc_action_of(h[row]);
    }
    scc_diagram df = diagram_of_table(space, vars, f), dg = diagram_of_table(space, vars, g),
                dh = diagram_of_table(space, vars, h), where;
    scc_error *err = NULL;
    cr_assert_eq(scc_node_choose(space, df, dg, dh), diagram_of_table(space, vars, chosen));
    cr_assert_eq(scc_node_apply(space, SCC_NODE_OR, dg, dh), diagram_of_table(space, vars, joined));
    must(scc_decision_where_differ(space, dg, dh, &where, &err), err);
    cr_assert_eq(where, diagram_of_table(space, vars, differ));
    must(scc_decision_where_more_permissive(space, dg, dh, &where, &err), err);
    cr_assert_eq(where, diagram_of_table(space, vars, more));
    for (unsigned row = 0; row < CASES; row++) {
        struct scc_call call = call_of_row(vars, VARS, row);
        cr_assert_eq(scc_decision_answer(space, dg, &call), g[row]);
    }
}

Test(decision, operations_agree_with_tables)
{
    uint64_t seed = 1;
    for (size_t i = 0; i < SCC_COUNT(orders); i++) {
        struct scc_decision_space *space = new_space(NODES, orders[i]);
        for (int round = 0; round < 100; round++)
            check_operations(space, &seed);
        must(scc_node_check(space, NULL), (scc_error *)NULL);
        scc_decision_space_free(space);
    }
}

Test(decision, equal_functions_are_one_diagram)
{
    uint64_t seed = 2;
    struct variable vars[VARS];
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
    pick_variables(&seed, vars);
    for (int round = 0; round < 200; round++) {
        uint32_t f[CASES], g[CASES];
        fill_table(&seed, f, 3);
        memcpy(g, f, sizeof g);
        g[random_below(&seed, CASES)] = some_returns[random_below(&seed, 3)];
        bool is_equal = memcmp(f, g, sizeof f) == 0;
        cr_assert_eq(diagram_of_table(space, vars, f) == diagram_of_table(space, vars, g),
                     is_equal);
    }
    scc_decision_space_free(space);
}

Test(decision, measures_what_a_diagram_depends_on)
{
    scc_error *err = NULL;
    struct scc_decision_extent extent;
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_INTERLEAVED);
    scc_diagram a = scc_node_bit(space, scc_decision_arg_low(3), 7);
    scc_diagram b = scc_node_bit(space, scc_decision_arg_high(5), 31);
    scc_diagram ip = scc_node_bit(space, SCC_DECISION_IP + 1, 0);
    must(scc_decision_measure(space, scc_node_and(space, a, scc_node_and(space, b, ip)), &extent,
                              &err),
         err);
    cr_assert_eq(extent.args, 1u << 3 | 1u << 5);
    cr_assert(extent.needs_ip && !extent.needs_audit && !extent.needs_nr);
    cr_assert_eq(extent.nodes, 5); /* three bits and both ends */
    must(scc_decision_measure(space, scc_node_bit(space, SCC_DECISION_NR, 0), &extent, &err), err);
    cr_assert(extent.needs_nr && !extent.needs_audit && !extent.needs_ip && !extent.args);
    must(scc_decision_measure(space, scc_node_bit(space, SCC_DECISION_AUDIT, 31), &extent, &err),
         err);
    cr_assert(extent.needs_audit && !extent.needs_nr && !extent.needs_ip && !extent.args);
    scc_decision_space_free(space);
}

/*
 * Sets of values
 */

enum { SPAN_VALUES = 24 };

/** Small numbers and the largest ones: both ends count. */
static uint32_t span_value(unsigned index)
{
    return index < SPAN_VALUES / 2 ? index : UINT32_MAX - (SPAN_VALUES - 1 - index);
}

static bool is_in_spans(const struct scc_spans *spans, uint32_t value)
{
    for (size_t i = 0; i < spans->count; i++) {
        if (spans->items[i].first <= value && value <= spans->items[i].last)
            return true;
    }
    return false;
}

static void check_spans(const struct scc_spans *spans, const bool expected[SPAN_VALUES])
{
    for (unsigned i = 0; i < SPAN_VALUES; i++) {
        cr_assert_eq(is_in_spans(spans, span_value(i)), expected[i]);
    }
    for (size_t i = 0; i < spans->count; i++) {
        cr_assert_leq(spans->items[i].first, spans->items[i].last);
        cr_assert(i == 0 || spans->items[i].first > spans->items[i - 1].last + 1);
    }
}

/** Moves one value, or all from one on, out of the set; sometimes puts them back. */
static void change_spans(struct scc_decision_space *space, uint64_t *seed, struct scc_spans *spans,
                         bool expected[SPAN_VALUES])
{
    struct scc_spans moved = {0};
    bool expected_moved[SPAN_VALUES] = {0};
    unsigned at = random_below(seed, SPAN_VALUES);
    bool is_split = random_below(seed, 4) == 0;
    if (is_split)
        scc_spans_split(space, spans, span_value(at), &moved);
    else
        scc_spans_take(space, spans, span_value(at), &moved);
    for (unsigned i = at; i < (is_split ? SPAN_VALUES : at + 1); i++) {
        expected_moved[i] = expected[i];
        expected[i] = false;
    }
    check_spans(spans, expected);
    check_spans(&moved, expected_moved);
    if (is_split || random_below(seed, 3) == 0) {
        scc_spans_add(space, spans, &moved);
        for (unsigned i = 0; i < SPAN_VALUES; i++)
            expected[i] |= expected_moved[i];
        check_spans(spans, expected);
    }
    scc_spans_free(&moved);
}

Test(decision, spans_agree_with_sets)
{
    uint64_t seed = 3;
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
    for (int round = 0; round < 200; round++) {
        struct scc_spans spans = {0};
        bool expected[SPAN_VALUES];
        memset(expected, true, sizeof expected);
        scc_spans_fill(space, &spans);
        for (int i = 0; i < 40; i++)
            change_spans(space, &seed, &spans, expected);
        scc_spans_free(&spans);
    }
    must(scc_node_check(space, NULL), (scc_error *)NULL);
    scc_decision_space_free(space);
}

/*
 * Arithmetic against the machine's
 */

/** A value of which some bits are variables, and what it is for each row. */
struct mixed {
    struct scc_value value;
    uint32_t rows[CASES];
};

static struct mixed random_mixed(struct scc_values *values, uint64_t *seed,
                                 const struct variable vars[VARS])
{
    struct mixed mixed = {0};
    struct scc_bits bits;
    uint32_t constant = random_below(seed, 3) ? (uint32_t)random_u64(seed) : random_below(seed, 4);
    unsigned variable_bits = random_below(seed, 12);
    for (unsigned i = 0; i < 32; i++)
        bits.bit[i] = constant >> i & 1;
    for (unsigned row = 0; row < CASES; row++)
        mixed.rows[row] = constant;
    while (variable_bits-- > 0) {
        unsigned at = random_below(seed, 32), var = random_below(seed, VARS);
        bits.bit[at] = scc_node_bit(values->space, vars[var].word, vars[var].bit);
        for (unsigned row = 0; row < CASES; row++)
            mixed.rows[row] = (mixed.rows[row] & ~(1u << at)) | (row >> var & 1) << at;
    }
    mixed.value = scc_value_make(values, &bits);
    return mixed;
}

static uint32_t value_at(const struct scc_values *values, struct scc_value value,
                         const struct scc_call *call)
{
    struct scc_bits bits;
    uint32_t result = 0;
    scc_value_read(values, value, &bits);
    for (unsigned i = 0; i < 32; i++)
        result |= scc_decision_answer(values->space, bits.bit[i], call) << i;
    return result;
}

static uint32_t compute(unsigned operation, uint32_t a, uint32_t b)
{
    switch (operation) {
    case BPF_ADD:
        return a + b;
    case BPF_SUB:
        return a - b;
    case BPF_MUL:
        return a * b;
    case BPF_DIV:
        return a / b;
    case BPF_AND:
        return a & b;
    case BPF_OR:
        return a | b;
    case BPF_XOR:
        return a ^ b;
    case BPF_LSH:
        return a << (b & 31);
    case BPF_RSH:
        return a >> (b & 31);
    default:
        return -a;
    }
}

static bool compare(unsigned operation, uint32_t a, uint32_t b)
{
    switch (operation) {
    case BPF_JEQ:
        return a == b;
    case BPF_JGT:
        return a > b;
    case BPF_JGE:
        return a >= b;
    default:
        return a & b;
    }
}

static void check_arithmetic(struct scc_values *values, const struct variable *vars,
                             const struct mixed *a, const struct mixed *b)
{
    static const unsigned operations[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND,
                                          BPF_OR,  BPF_XOR, BPF_LSH, BPF_RSH, BPF_NEG};
    static const unsigned jumps[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
    for (size_t i = 0; i < SCC_COUNT(operations); i++) {
        struct scc_value value = scc_value_compute(values, operations[i], a->value, b->value);
        for (unsigned row = 0; row < CASES; row++) {
            struct scc_call call = call_of_row(vars, VARS, row);
            if (operations[i] != BPF_DIV || b->rows[row] != 0)
                cr_assert_eq(value_at(values, value, &call),
                             compute(operations[i], a->rows[row], b->rows[row]), "0x%02x: %x, %x",
                             operations[i], a->rows[row], b->rows[row]);
        }
    }
    for (size_t i = 0; i < SCC_COUNT(jumps); i++) {
        scc_diagram where = scc_value_compare(values, jumps[i], a->value, b->value);
        for (unsigned row = 0; row < CASES; row++) {
            struct scc_call call = call_of_row(vars, VARS, row);
            cr_assert_eq(scc_decision_answer(values->space, where, &call),
                         compare(jumps[i], a->rows[row], b->rows[row]));
        }
    }
}

static void check_value_functions(struct scc_values *values, const struct variable *vars,
                                  const struct mixed *a, const struct mixed *b)
{
    scc_diagram condition = scc_node_bit(values->space, vars[0].word, vars[0].bit);
    struct scc_value chosen = scc_value_choose(values, condition, a->value, b->value);
    scc_diagram returned = scc_value_return(values, condition, a->value);
    scc_diagram set = scc_value_where_set(values, a->value);
    for (unsigned row = 0; row < CASES; row++) {
        struct scc_call call = call_of_row(vars, VARS, row);
        cr_assert_eq(value_at(values, a->value, &call), a->rows[row]);
        cr_assert_eq(value_at(values, chosen, &call), row & 1 ? a->rows[row] : b->rows[row]);
        if (row & 1)
            cr_assert_eq(scc_decision_answer(values->space, returned, &call), a->rows[row]);
        cr_assert_eq(scc_decision_answer(values->space, set, &call), a->rows[row] != 0);
    }
}

Test(decision, arithmetic_agrees_with_the_machines)
{
    uint64_t seed = 4;
    for (size_t i = 0; i < SCC_COUNT(orders); i++) {
        for (int round = 0; round < 60; round++) {
            struct scc_values values = {.space = new_space(NODES, orders[i])};
            struct variable vars[VARS];
            pick_variables(&seed, vars);
            struct mixed a = random_mixed(&values, &seed, vars);
            struct mixed b = random_mixed(&values, &seed, vars);
            check_arithmetic(&values, vars, &a, &b);
            check_value_functions(&values, vars, &a, &b);
            must(scc_node_check(values.space, NULL), (scc_error *)NULL);
            scc_decision_space_free(values.space);
            scc_values_free(&values);
        }
    }
}

Test(decision, equal_values_are_one_value)
{
    struct scc_values values = {.space = new_space(NODES, SCC_ORDER_BY_WORD)};
    struct scc_value word = scc_value_word(scc_decision_arg_low(2));
    struct scc_value all = scc_value_constant(UINT32_MAX), none = scc_value_constant(0);
    struct scc_value masked = scc_value_compute(&values, BPF_AND, word, scc_value_constant(0xff));
    cr_assert(scc_value_is_equal(scc_value_compute(&values, BPF_AND, word, all), word));
    cr_assert(scc_value_is_equal(scc_value_compute(&values, BPF_XOR, word, word), none));
    cr_assert_eq(masked.kind, SCC_VALUE_BITS);
    cr_assert(scc_value_is_equal(scc_value_compute(&values, BPF_AND, masked, masked), masked));
    struct scc_value negative = scc_value_compute(&values, BPF_NEG, word, none);
    cr_assert(scc_value_is_equal(scc_value_compute(&values, BPF_NEG, negative, none), word));
    scc_decision_space_free(values.space);
    scc_values_free(&values);
}

/*
 * Policies
 */

/** One comparison on personality (a0) that allows; the default is ERRNO(1). */
static struct fixture policy_of_cmp(enum scc_op op, uint64_t value, uint64_t value2,
                                    const char *arch)
{
    char text[512];
    snprintf(text, sizeof text,
             "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,\"syscalls\":[{"
             "\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,"
             "\"value\":%llu,\"valueTwo\":%llu,\"op\":\"%s\"}]}]}",
             (unsigned long long)value, (unsigned long long)value2, scc_op_name(op));
    struct fixture fixture = policy_of_text(text, arch);
    cr_assert_not_null(fixture.policy);
    return fixture;
}

static bool holds(enum scc_op op, uint64_t arg, uint64_t value, uint64_t value2)
{
    bool is_less = arg < value, is_equal = arg == value;
    switch (op) {
    case SCC_OP_NE:
        return !is_equal;
    case SCC_OP_LT:
        return is_less;
    case SCC_OP_LE:
        return is_less || is_equal;
    case SCC_OP_EQ:
        return is_equal;
    case SCC_OP_GE:
        return !is_less;
    case SCC_OP_GT:
        return !is_less && !is_equal;
    default:
        return ((arg ^ value2) & value) == 0;
    }
}

static const uint64_t boundary_values[] = {
    0,
    1,
    5,
    0x7fffffff,
    0x80000000,
    0xfffffffe,
    0xffffffff,
    0x100000000,
    0x100000001,
    0x100000005,
    0x7fffffffffffffff,
    0x8000000000000000,
    ~1ull,
    ~0ull,
    0xffffffff00000000,
};

static void check_cmp(enum scc_op op, uint64_t value, uint64_t value2, const char *arch)
{
    scc_error *err = NULL;
    scc_diagram diagram;
    struct fixture fixture = policy_of_cmp(op, value, value2, arch);
    const struct scc_arch *own = fixture.policy->target;
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_INTERLEAVED);
    must(scc_decision_from_policy(space, fixture.policy, &diagram, &err), err);
    for (size_t i = 0; i < SCC_COUNT(boundary_values); i++) {
        struct scc_call call = {
            .audit = own->audit,
            .nr = scc_syscall_nr(scc_syscall_find("personality"), own),
            .args = {boundary_values[i], ~0ull, 7},
        };
        uint64_t seen = own->is_64bit ? call.args[0] : (uint32_t)call.args[0];
        uint32_t expected =
            holds(op, seen, value, value2) ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | 1;
        cr_assert_eq(scc_decision_answer(space, diagram, &call), expected, "%s: %llx %s %llx, %llx",
                     arch, (unsigned long long)call.args[0], scc_op_name(op),
                     (unsigned long long)value, (unsigned long long)value2);
    }
    scc_decision_space_free(space);
    free_fixture(&fixture);
}

Test(decision, comparisons_see_all_64_bits_or_the_low_word)
{
    static const char *const arches[] = {"x86_64", "x86", "s390x", "mips64n32"};
    for (size_t arch = 0; arch < SCC_COUNT(arches); arch++) {
        for (int op = 0; op < SCC_OP_COUNT; op++) {
            for (size_t i = 0; i < SCC_COUNT(boundary_values); i++)
                check_cmp((enum scc_op)op, boundary_values[i], boundary_values[i] ^ 0x10000000f,
                          arches[arch]);
        }
    }
}

/** What each architecture's numbers are answered: SEMANTICS, "Under audit arch X86_64". */
struct number_case {
    const char *arches; /* after the target's own in `architectures` */
    uint32_t audit, nr, expected;
};

#define ALLOW SECCOMP_RET_ALLOW
#define DEFAULT (SECCOMP_RET_ERRNO | 1)
#define BAD_ARCH SECCOMP_RET_KILL_THREAD
#define AUDIT_X86_64 0xc000003eu
#define AUDIT_X86 0x40000003u

Test(decision, numbers_under_audit_arch_x86_64)
{
    static const struct number_case cases[] = {
        {"", AUDIT_X86_64, 39, ALLOW},
        {"", AUDIT_X86_64, 40, DEFAULT},
        {"", AUDIT_X86_64, 0x3fffffff, DEFAULT},
        {"", AUDIT_X86_64, 0x40000000, BAD_ARCH},
        {"", AUDIT_X86_64, 0x40000027, BAD_ARCH},
        {"", AUDIT_X86_64, 0xfffffffe, BAD_ARCH},
        {"", AUDIT_X86_64, 0xffffffff, DEFAULT},
        {"", AUDIT_X86, 20, BAD_ARCH},
        {"", AUDIT_X86, 0xffffffff, BAD_ARCH},
        {",\"SCMP_ARCH_X32\"", AUDIT_X86_64, 39, ALLOW},
        {",\"SCMP_ARCH_X32\"", AUDIT_X86_64, 0x40000000, DEFAULT},
        {",\"SCMP_ARCH_X32\"", AUDIT_X86_64, 0x40000027, ALLOW},
        {",\"SCMP_ARCH_X32\"", AUDIT_X86_64, 0xfffffffe, DEFAULT},
        {",\"SCMP_ARCH_X32\"", AUDIT_X86_64, 0xffffffff, DEFAULT},
        {",\"SCMP_ARCH_X86\"", AUDIT_X86, 20, ALLOW},
        {",\"SCMP_ARCH_X86\"", AUDIT_X86, 39, DEFAULT},
        {",\"SCMP_ARCH_X86\"", AUDIT_X86, 0xffffffff, DEFAULT},
        {",\"SCMP_ARCH_X86\"", AUDIT_X86_64, 0x40000027, BAD_ARCH},
        {",\"SCMP_ARCH_X86\"", 0, 39, BAD_ARCH},
        {",\"SCMP_ARCH_X86\"", 0xffffffff, 0xffffffff, BAD_ARCH},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char text[512];
        scc_error *err = NULL;
        scc_diagram diagram;
        snprintf(text, sizeof text,
                 "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"%s],"
                 "\"syscalls\":[{\"names\":[\"getpid\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
                 cases[i].arches);
        struct fixture fixture = policy_of_text(text, "x86_64");
        struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
        must(scc_decision_from_policy(space, fixture.policy, &diagram, &err), err);
        struct scc_call call = {.audit = cases[i].audit, .nr = cases[i].nr, .args = {1, 2, 3}};
        cr_assert_eq(scc_decision_answer(space, diagram, &call), cases[i].expected, "case %zu", i);
        scc_decision_space_free(space);
        free_fixture(&fixture);
    }
}

/** moby-example.json is none of them: its errnoRet 12345 is refused. */
static const char *const corpus[] = {
    "corpus/moby-2026-06.json",    "corpus/moby-2021-01.json",
    "corpus/moby-old-format.json", "corpus/containers-common-2025-08.json",
    "corpus/isulad-2026-04.json",  "corpus/moby-conditional-include.json",
};

/** libseccomp's program for the policy; NULL where the installed library cannot make it. */
static scc_program *program_of(const struct scc_policy *policy, enum scc_scmp_shape shape)
{
    scc_program *program = NULL;
    if (scc_emit_scmp(policy, shape, &program, NULL, NULL) < 0)
        return NULL;
    return program;
}

/**
 * Both diagrams against the tables' answer and the interpreter's on random calls. libseccomp's
 * linear program takes so long to interpret that the tree stands for it in all but some of them.
 */
static void check_corpus(const char *path, const char *arch, unsigned rounds)
{
    scc_error *err = NULL;
    struct fixture fixture = policy_of_file(path, arch);
    struct material material = material_of(fixture.policy);
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
    scc_program *programs[2] = {program_of(fixture.policy, SCC_SCMP_TREE),
                                program_of(fixture.policy, SCC_SCMP_LINEAR)};
    scc_diagram of_policy, of_programs[2] = {0};
    must(scc_decision_from_policy(space, fixture.policy, &of_policy, &err), err);
    for (int i = 0; i < 2; i++) {
        if (programs[i])
            must(scc_decision_from_program(space, programs[i], &of_programs[i], &err), err);
    }
    uint64_t seed = 5;
    for (unsigned round = 0; round < rounds; round++) {
        struct scc_call call = random_call(&material, &seed);
        cr_assert_eq(scc_decision_answer(space, of_policy, &call),
                     scc_policy_answer(fixture.policy, &call), "%s: %x %u", path, call.audit,
                     call.nr);
        int i = round % 16 == 0;
        if (programs[i])
            cr_assert_eq(scc_decision_answer(space, of_programs[i], &call),
                         scc_program_sim(programs[i], &call).return_value, "%s: %x %u", path,
                         call.audit, call.nr);
    }
    scc_program_free(programs[0]);
    scc_program_free(programs[1]);
    scc_decision_space_free(space);
    free_material(&material);
    free_fixture(&fixture);
}

Test(decision, agrees_with_tables_and_interpreter_on_the_corpus)
{
    /* A sanitizer's build is ten times slower. */
    const char *rounds = getenv("SCC_TEST_ROUNDS");
    for (size_t i = 0; i < SCC_COUNT(corpus); i++) {
        char path[4096];
        shared_path(corpus[i], path, sizeof path);
        check_corpus(path, "amd64", rounds ? (unsigned)atoi(rounds) : 1000000);
    }
}

Test(decision, agrees_on_other_architectures)
{
    static const char *const arches[] = {"386",     "arm64", "mips", "mips64", "mipsel64",
                                         "ppc64le", "s390x", "s390", "riscv64"};
    for (size_t i = 0; i < SCC_COUNT(arches); i++) {
        char path[4096];
        shared_path(corpus[0], path, sizeof path);
        check_corpus(path, arches[i], 20000);
    }
}

/** Compares a policy's diagram with its tables on random calls. */
static void check_policy(const struct scc_policy *policy, uint64_t *seed)
{
    scc_error *err = NULL;
    scc_diagram diagram;
    struct material material = material_of(policy);
    struct scc_decision_space *space = new_space(NODES, orders[random_below(seed, 3)]);
    must(scc_decision_from_policy(space, policy, &diagram, &err), err);
    for (int i = 0; i < 2000; i++) {
        struct scc_call call = random_call(&material, seed);
        cr_assert_eq(scc_decision_answer(space, diagram, &call), scc_policy_answer(policy, &call),
                     "%x %x", call.audit, call.nr);
    }
    scc_decision_space_free(space);
    free_material(&material);
}

/** runc's stub: numbers above the largest that the profile names. */
Test(decision, overrides_answer_before_rules)
{
    static const char *const arches[] = {"amd64", "386", "arm64", "s390x", "mips64"};
    uint64_t seed = 13;
    for (size_t i = 0; i < SCC_COUNT(arches); i++) {
        char path[4096];
        scc_error *err = NULL;
        shared_path("corpus/moby-2021-01.json", path, sizeof path);
        struct fixture fixture = policy_of_file(path, arches[i]);
        must(scc_enosys_add_runc_stub(fixture.policy, scc_enosys_knows_all, &err), err);
        cr_assert_gt(fixture.policy->override_count, 0);
        check_policy(fixture.policy, &seed);
        free_fixture(&fixture);
    }
}

/*
 * Conflicts
 */

Test(decision, finds_the_input_that_two_rules_answer)
{
    static const char text[] =
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
        "{\"names\":[\"getpid\"],\"action\":\"SCMP_ACT_LOG\"},"
        "{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
        "{\"index\":0,\"value\":8,\"op\":\"SCMP_CMP_LT\"},"
        "{\"index\":1,\"value\":4294967301,\"op\":\"SCMP_CMP_EQ\"}]},"
        "{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":7,\"args\":["
        "{\"index\":0,\"value\":9,\"op\":\"SCMP_CMP_EQ\"}]},"
        "{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_LOG\",\"args\":["
        "{\"index\":0,\"value\":6,\"op\":\"SCMP_CMP_GT\"},"
        "{\"index\":2,\"value\":3,\"valueTwo\":2,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}";
    scc_error *err = NULL;
    struct fixture fixture = policy_of_text(text, "x86_64");
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
    struct scc_decision_conflict conflict;
    bool found;
    must(scc_decision_find_conflict(space, fixture.policy, &found, &conflict, &err), err);
    cr_assert(found);
    cr_assert_eq(conflict.call.audit, AUDIT_X86_64);
    cr_assert_eq(conflict.call.nr, 135);
    /* Two inputs conflict, a0 = 7 in one and 9 in the other; the lower is picked. */
    cr_assert_eq(conflict.call.args[0], 7);
    cr_assert_eq(conflict.call.args[1], 0x100000005);
    cr_assert_eq(conflict.call.args[2], 2);
    cr_assert_eq(conflict.first->origin.entry, 1);
    cr_assert_eq(conflict.second->origin.entry, 3);
    scc_decision_space_free(space);
    free_fixture(&fixture);
}

enum {
    /** The constants of the small rule sets are below this. */
    SMALL = 6
};

/** Adds one to four random rules on personality with one or two small comparisons each. */
static struct fixture random_small_policy(uint64_t *seed, enum scc_on_conflict on_conflict)
{
    static const char *const actions[] = {"SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRAP"};
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
    unsigned rules = 1 + random_below(seed, 4);
    for (unsigned i = 0; i < rules; i++) {
        scc_strbuf_addf(&text, "%s{\"names\":[\"personality\"],\"action\":\"%s\",\"args\":[",
                        i ? "," : "", actions[random_below(seed, 3)]);
        unsigned cmps = 1 + random_below(seed, 2);
        for (unsigned j = 0; j < cmps; j++)
            scc_strbuf_addf(&text, "%s{\"index\":%u,\"value\":%u,\"valueTwo\":%u,\"op\":\"%s\"}",
                            j ? "," : "", j, random_below(seed, SMALL), random_below(seed, SMALL),
                            scc_op_name((enum scc_op)random_below(seed, SCC_OP_COUNT)));
        scc_strbuf_add(&text, "]}");
    }
    scc_strbuf_add(&text, "]}");
    char *whole = scc_strbuf_steal(&text);
    struct fixture fixture = policy_of_text_with(whole, "x86_64", on_conflict);
    free(whole);
    return fixture;
}

/** Of rules that conflict the strictest answers, or the first: the diagram follows the tables. */
Test(decision, conflicting_rules_answer_in_the_policys_order)
{
    uint64_t seed = 14;
    for (int round = 0; round < 300; round++) {
        enum scc_on_conflict mode = round % 2 ? SCC_CONFLICT_STRICTEST : SCC_CONFLICT_FIRST;
        struct fixture fixture = random_small_policy(&seed, mode);
        if (fixture.policy)
            check_policy(fixture.policy, &seed);
        free_fixture(&fixture);
    }
}

static bool rule_holds(const struct scc_rule *rule, const uint64_t *args)
{
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        const struct scc_cmp *cmp = &rule->cmps[i];
        if (!holds((enum scc_op)cmp->op, args[cmp->arg], cmp->value, cmp->value2))
            return false;
    }
    return true;
}

/** Whether two rules that differ in their answers match the two arguments. */
static bool has_conflict_at(const struct scc_policy *policy, const uint64_t *args)
{
    const struct scc_rule *first = NULL;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (!rule_holds(rule, args))
            continue;
        if (first && first->return_value != rule->return_value)
            return true;
        first = rule;
    }
    return false;
}

Test(decision, conflicts_agree_with_trying_everything)
{
    uint64_t seed = 6;
    unsigned counts[2] = {0};
    for (int round = 0; round < 2000; round++) {
        struct fixture fixture = random_small_policy(&seed, SCC_CONFLICT_FIRST);
        scc_error *err = NULL;
        struct scc_decision_conflict conflict;
        bool found, expected = false;
        /* Values beyond the constants are all alike, but for the bits of masks. */
        for (uint64_t i = 0; i < 16 * 16 && fixture.policy; i++)
            expected |= has_conflict_at(fixture.policy, (uint64_t[]){i % 16, i / 16});
        if (fixture.policy) {
            struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
            must(scc_decision_find_conflict(space, fixture.policy, &found, &conflict, &err), err);
            cr_assert_eq(found, expected);
            counts[found]++;
            if (found) {
                cr_assert(rule_holds(conflict.first, conflict.call.args));
                cr_assert(rule_holds(conflict.second, conflict.call.args));
                cr_assert_lt(conflict.first, conflict.second);
                cr_assert_neq(conflict.first->return_value, conflict.second->return_value);
            }
            scc_decision_space_free(space);
        }
        free_fixture(&fixture);
    }
    cr_assert(counts[0] > 100 && counts[1] > 100);
}

/*
 * Programs
 */

static scc_diagram diagram_of(struct scc_decision_space *space, const struct scc_program *program)
{
    scc_error *err = NULL;
    scc_diagram diagram = 0;
    must(scc_program_check(program, &err), err);
    must(scc_decision_from_program(space, program, &diagram, &err), err);
    return diagram;
}

Test(decision, byte_order_says_which_word_a_load_means)
{
    for (unsigned word = 0; word < SCC_WORD_COUNT; word++) {
        struct sock_filter insns[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, word * 4),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x12345678, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, 5),
            BPF_STMT(BPF_RET | BPF_K, 6),
        };
        for (int is_big = 0; is_big < 2; is_big++) {
            struct scc_program program = PROGRAM_OF(insns);
            program.is_big_endian = is_big;
            struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
            scc_diagram diagram = diagram_of(space, &program);
            struct scc_call call;
            unsigned hits = 0;
            for (unsigned at = 0; at < SCC_DECISION_WORD_COUNT; at++) {
                call = (struct scc_call){0};
                for (unsigned bit = 0; bit < 32; bit++) {
                    if (0x12345678u >> bit & 1)
                        set_call_bit(&call, (struct variable){at, bit});
                }
                hits += scc_decision_answer(space, diagram, &call) == 5;
                cr_assert_eq(scc_decision_answer(space, diagram, &call),
                             scc_program_sim(&program, &call).return_value);
            }
            cr_assert_eq(hits, 1);
            scc_decision_space_free(space);
        }
    }
}

Test(decision, division_by_zero_ends_with_0)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 7),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_IMM, 100),
        BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
        BPF_STMT(BPF_RET | BPF_K, 9), /* the quotient does not matter, the division does */
    };
    struct scc_program program = PROGRAM_OF(insns);
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
    scc_diagram diagram = diagram_of(space, &program);
    for (uint64_t a0 = 0; a0 < 16; a0++) {
        struct scc_call call = {.args = {a0}};
        cr_assert_eq(scc_decision_answer(space, diagram, &call), a0 % 8 ? 9 : 0);
    }
    scc_decision_space_free(space);
}

Test(decision, a_loaded_word_can_be_returned_in_part)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x801f),
        BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct scc_program program = PROGRAM_OF(insns);
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
    scc_diagram diagram = diagram_of(space, &program);
    for (uint64_t a0 = 0; a0 < 0x10000; a0 += 7) {
        struct scc_call call = {.args = {a0}};
        cr_assert_eq(scc_decision_answer(space, diagram, &call), SECCOMP_RET_ERRNO | (a0 & 0x801f));
    }
    scc_decision_space_free(space);
}

/** Two ways to ask the same of both words of an argument; the results are one diagram. */
Test(decision, different_programs_of_one_meaning_are_equal)
{
    struct sock_filter straight[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 20),       BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 0, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct sock_filter roundabout[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 20),
        BPF_STMT(BPF_ST, 3),
        BPF_STMT(BPF_LDX | BPF_MEM, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
        BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 12),
        BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 12),
        BPF_STMT(BPF_ALU | BPF_OR | BPF_X, 0),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0xffffffff, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct scc_program first = PROGRAM_OF(straight), second = PROGRAM_OF(roundabout);
    for (size_t i = 0; i < SCC_COUNT(orders); i++) {
        struct scc_decision_space *space = new_space(NODES, orders[i]);
        cr_assert_eq(diagram_of(space, &first), diagram_of(space, &second));
        roundabout[4].k = 13;
        cr_assert_neq(diagram_of(space, &first), diagram_of(space, &second));
        roundabout[4].k = 12;
        scc_decision_space_free(space);
    }
}

/** Whether one argument is another: every bit of the first before any of the second is too much. */
Test(decision, what_one_order_cannot_decide_the_other_may)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 24),
        BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_X, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 5),
        BPF_STMT(BPF_RET | BPF_K, 6),
    };
    struct scc_program program = PROGRAM_OF(insns);
    scc_diagram diagram = 4711;
    scc_error *err = NULL;
    struct scc_decision_space *space = new_space(50000, SCC_ORDER_BY_WORD);
    cr_assert_eq(scc_decision_from_program(space, &program, &diagram, &err), -1);
    cr_assert_eq(diagram, 4711, "a result was given on failure");
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert_str_eq(
        scc_error_get_message(err),
        "instruction 3 (code 0x0c): too large: not decided within 50000 nodes and 200000 steps "
        "of a decision diagram");
    scc_error_free(err);
    cr_assert(scc_decision_is_exhausted(space));
    scc_decision_space_free(space);

    space = new_space(50000, SCC_ORDER_INTERLEAVED);
    diagram = diagram_of(space, &program);
    uint64_t seed = 7;
    for (int i = 0; i < 10000; i++) {
        struct scc_call call = {.args = {random_u64(&seed), random_u64(&seed)}};
        cr_assert_eq(scc_decision_answer(space, diagram, &call),
                     scc_program_sim(&program, &call).return_value);
    }
    scc_decision_space_free(space);
}

/** After the bound nothing is answered any more, not even what is known. */
Test(decision, an_exhausted_space_answers_nothing)
{
    struct fixture fixture = policy_of_cmp(SCC_OP_GT, 77, 0, "x86_64");
    struct scc_decision_space *space = new_space(100, SCC_ORDER_BY_WORD);
    struct scc_decision_conflict conflict;
    scc_error *err = NULL;
    scc_diagram diagram = 4711;
    bool found;
    cr_assert_eq(scc_decision_from_policy(space, fixture.policy, &diagram, &err), -1);
    cr_assert_str_eq(scc_error_get_message(err),
                     "too large: not decided within 100 nodes and 400 steps of a "
                     "decision diagram");
    scc_error_free(err);
    struct sock_filter insns[] = {BPF_STMT(BPF_RET | BPF_K, 1)};
    struct scc_program program = PROGRAM_OF(insns);
    cr_assert_eq(scc_decision_from_program(space, &program, &diagram, NULL), -1);
    cr_assert_eq(scc_decision_where_differ(space, 0, 0, &diagram, NULL), -1);
    cr_assert_eq(scc_decision_where_more_permissive(space, 0, 1, &diagram, NULL), -1);
    cr_assert_eq(scc_decision_find_conflict(space, fixture.policy, &found, &conflict, NULL), -1);
    cr_assert_eq(diagram, 4711);
    scc_decision_space_free(space);
    free_fixture(&fixture);
}

/** A diagram that returns so many bits of the number, from the bit @p first on. */
static scc_diagram returned_bits(struct scc_decision_space *space, unsigned first, unsigned bits)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, first),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (1u << bits) - 1),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct scc_program program = PROGRAM_OF(insns);
    return diagram_of(space, &program);
}

static void expect_undecided(int done, scc_error **err, const char *message)
{
    cr_assert_eq(done, -1);
    cr_assert_eq(scc_error_get_code(*err), SCC_ERROR_INPUT);
    cr_assert_str_eq(scc_error_get_message(*err), message);
    scc_error_free(*err);
    *err = NULL;
}

/** Beyond so many parts a diagram is not taken apart: an error, never a part of the answer. */
Test(decision, what_has_too_many_parts_is_not_told)
{
    struct scc_decision_space *space = new_space(8 * NODES, SCC_ORDER_BY_WORD);
    struct scc_outcomes outcomes = {0};
    struct scc_cells cells = {0};
    scc_error *err = NULL;
    scc_diagram low = returned_bits(space, 0, 9), high = returned_bits(space, 9, 9);
    must(scc_outcomes_find(space, low, low, &outcomes, &err), err);
    cr_assert_eq(outcomes.count, 512);
    scc_outcomes_free(&outcomes);
    expect_undecided(scc_outcomes_find(space, low, high, &outcomes, &err), &err,
                     "more than 512 pairs of return values");
    scc_diagram many = returned_bits(space, 0, 10);
    expect_undecided(scc_outcomes_find(space, many, many, &outcomes, &err), &err,
                     "more than 512 return values");
    expect_undecided(scc_outcomes_find(space, low, many, &outcomes, &err), &err,
                     "more than 512 return values");
    scc_diagram most = returned_bits(space, 0, 17);
    expect_undecided(scc_cells_split(space, most, most, SCC_LEVEL_ARGS, &cells, &err), &err,
                     "more than 1048576 parts of a decision diagram");
    cr_assert(!outcomes.items && !cells.items);
    scc_decision_space_free(space);
}

/*
 * Random programs
 */

/** A program compared with its own diagram, and with another one. */
static void check_comparison(struct scc_decision_space *space, const struct scc_program *program,
                             scc_diagram diagram)
{
    scc_diagram where, expected;
    if (scc_decision_where_program_differs(space, diagram, program, &where, NULL) == 0)
        cr_assert_eq(where, SCC_DIAGRAM_NOWHERE);
    scc_diagram other = scc_node_choose(space, scc_node_bit(space, scc_decision_arg_low(1), 1),
                                        diagram, scc_node_return(space, 5));
    if (scc_decision_where_differ(space, other, diagram, &expected, NULL) == 0 &&
        scc_decision_where_program_differs(space, other, program, &where, NULL) == 0)
        cr_assert_eq(where, expected);
}

/** Compares with the interpreter on random inputs; false where the program is not decided. */
static bool check_program(const struct scc_program *program, enum scc_decision_order order,
                          uint64_t *seed)
{
    scc_error *err = NULL;
    scc_diagram diagram;
    must(scc_program_check(program, &err), err);
    struct scc_decision_space *space = new_space(NODES / 4, order);
    bool is_decided = scc_decision_from_program(space, program, &diagram, &err) == 0;
    if (!is_decided)
        cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    scc_error_free(err);
    for (int i = 0; i < 200 && is_decided; i++) {
        struct scc_call call = random_raw_call(seed);
        cr_assert_eq(scc_decision_answer(space, diagram, &call),
                     scc_program_sim(program, &call).return_value);
    }
    if (is_decided)
        check_comparison(space, program, diagram);
    scc_decision_space_free(space);
    return is_decided;
}

/** The share of random programs of a style that is decided, in percent; all of them are right. */
static unsigned check_random_programs(const struct random_style *style, size_t count,
                                      unsigned rounds)
{
    struct sock_filter insns[SCC_PROGRAM_MAX];
    struct scc_program program = {.insns = insns, .count = count};
    uint64_t seed = 8;
    unsigned decided = 0;
    for (unsigned round = 0; round < rounds; round++) {
        program.is_big_endian = random_below(&seed, 2);
        random_program(&seed, style, insns, count);
        decided += check_program(&program, orders[round % SCC_COUNT(orders)], &seed);
    }
    return decided * 100 / rounds;
}

Test(decision, random_programs_agree_with_the_interpreter)
{
    const struct random_style few_bits = {
        .scratch = 3, .reach = 6, .mask = 0x80000003, .odds = 16, .returns_a = true};
    cr_assert_geq(check_random_programs(&few_bits, 40, 2000), 98);
    /* Jumps lead to the next instruction: every state meets every other. */
    const struct random_style merging = {
        .scratch = 4, .reach = 3, .mask = 0x11, .odds = 60, .returns_a = true};
    cr_assert_geq(check_random_programs(&merging, 60, 500), 95);
}

/** Chains of tests of every shape: words tested again, before others and after. */
Test(decision, random_filters_agree_with_the_interpreter)
{
    static const struct random_style styles[] = {
        {.scratch = 1, .reach = 4, .mask = UINT32_MAX, .odds = 40, .is_filter = true},
        {.scratch = 2, .reach = 30, .mask = UINT32_MAX, .odds = 40, .is_filter = true},
        {.scratch = 3, .reach = 255, .mask = UINT32_MAX, .odds = 60, .is_filter = true},
        {.scratch = 1, .reach = 12, .mask = UINT32_MAX, .odds = 300, .is_filter = true},
    };
    for (size_t i = 0; i < SCC_COUNT(styles); i++) {
        unsigned percent = check_random_programs(&styles[i], 60 + 60 * (unsigned)i, 300);
        cr_log_info("filters of style %zu: %u %% decided", i, percent);
        cr_assert_geq(percent, 80);
    }
}

Test(decision, random_programs_on_whole_words)
{
    const struct random_style whole = {.scratch = 3, .reach = 8, .mask = UINT32_MAX, .odds = 16};
    unsigned percent = check_random_programs(&whole, 16, 500);
    cr_log_info("whole words: %u %% decided", percent);
    cr_assert_gt(percent, 50);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/** 4096 instructions, decided or not: a second is the promise, and a sanitizer takes ten times
 * that. */
Test(decision, the_longest_programs_end_soon)
{
    static const struct random_style styles[] = {
        {.scratch = 16, .reach = 255, .mask = UINT32_MAX, .odds = 16, .returns_a = true},
        {.scratch = 16, .reach = 255, .mask = UINT32_MAX, .odds = 1000, .returns_a = true},
        {.scratch = 16, .reach = 3, .mask = UINT32_MAX, .odds = 2000},
        {.scratch = 2, .reach = 5, .mask = 0xff, .odds = 1000},
        {.scratch = 16, .reach = 2, .mask = 1},
        {.scratch = 16, .reach = 1, .mask = 1},
        {.scratch = 1, .reach = 1, .mask = UINT32_MAX},
    };
    for (size_t i = 0; i < SCC_COUNT(styles); i++) {
        double start = seconds();
        unsigned percent = check_random_programs(&styles[i], SCC_PROGRAM_MAX, 4);
        cr_log_info("style %zu: %.3f s for 4 programs, %u %% decided", i, seconds() - start,
                    percent);
        cr_assert_lt(seconds() - start, 40);
    }
}

/** A test of one number after another, as libseccomp writes them, up to the kernel's limit. */
Test(decision, a_chain_of_tests_costs_little)
{
    struct sock_filter insns[SCC_PROGRAM_MAX];
    struct scc_program program = {.insns = insns, .count = SCC_PROGRAM_MAX};
    insns[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
    for (unsigned i = 1; i + 2 < SCC_PROGRAM_MAX; i += 2) {
        insns[i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, i * 2654435761u, 0, 1);
        insns[i + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, i % 7);
    }
    insns[SCC_PROGRAM_MAX - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 99);
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
    scc_diagram diagram = diagram_of(space, &program);
    cr_assert_lt(scc_decision_node_count(space), 400000);
    for (unsigned i = 1; i + 2 < SCC_PROGRAM_MAX; i += 2) {
        struct scc_call call = {.nr = i * 2654435761u};
        cr_assert_eq(scc_decision_answer(space, diagram, &call), i % 7);
        call.nr++;
        cr_assert_eq(scc_decision_answer(space, diagram, &call),
                     scc_program_sim(&program, &call).return_value);
    }
    scc_decision_space_free(space);
}

/*
 * Picking
 */

/** Whether @p call is in none but the arguments' lowest possible bits: clearing one leaves @p
 * where. */
static bool is_minimal(const struct scc_decision_space *space, scc_diagram where,
                       const struct scc_call *call)
{
    for (unsigned arg = 0; arg < SCC_ARG_COUNT; arg++) {
        for (unsigned bit = 0; bit < 64; bit++) {
            struct scc_call lower = *call;
            lower.args[arg] &= ~(1ull << bit);
            if (lower.args[arg] != call->args[arg] && scc_decision_answer(space, where, &lower))
                return false;
        }
    }
    return true;
}

Test(decision, picks_plain_inputs)
{
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
    struct scc_call call = {.nr = 4711};
    cr_assert_not(scc_decision_pick(space, SCC_DIAGRAM_NOWHERE, NULL, &call));
    cr_assert_eq(call.nr, 4711);
    cr_assert(scc_decision_pick(space, SCC_DIAGRAM_EVERYWHERE, NULL, &call));
    cr_assert_eq(call.audit, AUDIT_X86_64);
    cr_assert_eq(call.nr, 0);

    struct fixture fixture = policy_of_cmp(SCC_OP_EQ, 1, 0, "s390x");
    scc_diagram odd = scc_node_bit(space, SCC_DECISION_NR, 0);
    cr_assert(scc_decision_pick(space, odd, fixture.policy, &call));
    cr_assert_eq(call.audit, fixture.policy->target->audit);
    cr_assert_eq(call.nr, 1);
    scc_diagram unnamed = scc_node_bit(space, SCC_DECISION_NR, 30);
    cr_assert(scc_decision_pick(space, unnamed, fixture.policy, &call));
    cr_assert_eq(call.audit, fixture.policy->target->audit);
    cr_assert_eq(call.nr, 0x40000000);
    scc_diagram elsewhere = scc_node_bit(space, SCC_DECISION_AUDIT, 15); /* no policy's */
    cr_assert(scc_decision_pick(space, elsewhere, fixture.policy, &call));
    cr_assert_eq(call.audit, 0x8000);
    scc_decision_space_free(space);
    free_fixture(&fixture);
}

Test(decision, picks_what_is_there)
{
    uint64_t seed = 9;
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_INTERLEAVED);
    for (int round = 0; round < 300; round++) {
        struct variable vars[VARS];
        uint32_t table[CASES];
        pick_variables(&seed, vars);
        fill_table(&seed, table, 2);
        scc_diagram where = diagram_of_table(space, vars, table);
        struct scc_call call;
        cr_assert_eq(scc_decision_pick(space, where, NULL, &call), where != SCC_DIAGRAM_NOWHERE);
        cr_assert_eq(scc_decision_answer(space, where, &call), 1);
        cr_assert(is_minimal(space, where, &call));
    }
    scc_decision_space_free(space);
}

/** One rule fewer is never more permissive; one more is, exactly where it matches. */
Test(decision, permissiveness_follows_the_kernels_order)
{
    static const char text[] = "{\"defaultAction\":\"%s\",\"syscalls\":[{\"names\":[\"getpid\"],"
                               "\"action\":\"SCMP_ACT_LOG\"}]}";
    static const char *const defaults[] = {
        "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP",
        "SCMP_ACT_ERRNO", /* NOTIFY is refused as the default */
        "SCMP_ACT_TRACE",        "SCMP_ACT_LOG",         "SCMP_ACT_ALLOW",
    };
    struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
    scc_diagram diagrams[SCC_COUNT(defaults)], where;
    scc_error *err = NULL;
    for (size_t i = 0; i < SCC_COUNT(defaults); i++) {
        char whole[512];
        snprintf(whole, sizeof whole, text, defaults[i]);
        struct fixture fixture = policy_of_text(whole, "x86_64");
        must(scc_decision_from_policy(space, fixture.policy, &diagrams[i], &err), err);
        free_fixture(&fixture);
    }
    for (size_t i = 0; i < SCC_COUNT(defaults); i++) {
        for (size_t j = 0; j < SCC_COUNT(defaults); j++) {
            must(scc_decision_where_more_permissive(space, diagrams[i], diagrams[j], &where, &err),
                 err);
            cr_assert_eq(where != SCC_DIAGRAM_NOWHERE, i > j, "%s, %s", defaults[i], defaults[j]);
            struct scc_call call;
            if (!scc_decision_pick(space, where, NULL, &call))
                continue;
            cr_assert_eq(call.audit, AUDIT_X86_64);
            cr_assert_eq(call.nr, 0);
            call.nr = 39; /* getpid: LOG in both */
            cr_assert_eq(scc_decision_answer(space, where, &call), 0);
        }
    }
    scc_decision_space_free(space);
}
