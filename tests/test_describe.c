/* SPDX-License-Identifier: Apache-2.0 */
/** Words for sets, conditions and differences: exact texts, and what they claim at random inputs.
 */
#include "decision_support.h"

#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "condition.h"
#include "decision_cells.h"
#include "describe.h"
#include "policies.h"
#include "regions.h"
#include "select.h"
#include "syscall.h"
#include "walk.h"

enum { NODES = 1 << 20 };

static char *steal_text(struct scc_strbuf *text)
{
    char *made = scc_strbuf_steal(text);
    cr_assert_not_null(made);
    return made;
}

/** Fails where the text in @p text is not @p expected; frees it. */
static void must_say(struct scc_strbuf *text, const char *expected, const char *what)
{
    char *made = steal_text(text);
    cr_expect_str_eq(made, expected, "%s:\n  says     %s\n  expected %s", what, made, expected);
    free(made);
}

/*
 * Two functions of one space
 */

struct pair {
    struct scc_decision_space *space;
    scc_diagram a, b;
};

static struct pair pair_of_policies(const struct scc_policy *a, const struct scc_policy *b)
{
    scc_error *err = NULL;
    struct pair pair = {.space = new_space(NODES, SCC_ORDER_BY_WORD)};
    must(scc_decision_from_policy(pair.space, a, &pair.a, &err), err);
    must(scc_decision_from_policy(pair.space, b, &pair.b, &err), err);
    return pair;
}

static struct pair pair_of_programs(const struct scc_program *a, const struct scc_program *b)
{
    scc_error *err = NULL;
    struct pair pair = {.space = new_space(NODES, SCC_ORDER_BY_WORD)};
    must(scc_program_check(a, &err), err);
    must(scc_program_check(b, &err), err);
    must(scc_decision_from_program(pair.space, a, &pair.a, &err), err);
    must(scc_decision_from_program(pair.space, b, &pair.b, &err), err);
    return pair;
}

struct difference {
    struct scc_regions regions;
    struct scc_changes changes;
};

static struct difference find_difference(const struct pair *pair, scc_region_filter *filter)
{
    scc_error *err = NULL;
    struct difference found;
    must(scc_regions_find(pair->space, pair->a, pair->b, filter, &found.regions, &err), err);
    must(scc_changes_group(pair->space, &found.regions, &found.changes, &err), err);
    return found;
}

static void free_difference(struct difference *difference)
{
    scc_changes_free(&difference->changes);
    scc_regions_free(&difference->regions);
}

/** All lines, each with its direction. */
static void add_lines(struct scc_strbuf *text, const struct scc_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        scc_strbuf_addf(text, "%s ", scc_direction_name(changes->items[i].direction));
        scc_change_describe(text, &changes->items[i], scc_arch_get(SCC_ARCH_X86_64));
        scc_strbuf_add(text, "\n");
    }
}

/*
 * Conditions of rules, word by word
 */

#define X86_64_ALONE "'architectures': ['SCMP_ARCH_X86_64'],"
#define ARG(index, op, value) "{'index': " #index ", 'op': 'SCMP_CMP_" #op "', 'value': " #value "}"
#define MASK(index, mask, value)                                                                   \
    "{'index': " #index ", 'op': 'SCMP_CMP_MASKED_EQ', 'value': " #mask ", 'valueTwo': " #value "}"
#define RULE(args) "{'names': ['ioctl'], 'action': 'SCMP_ACT_ALLOW', 'args': [" args "]}"
#define BOTH(first, second) RULE(first ", " second)

static const struct {
    const char *rules;
    const char *on_64_bits;
    const char *on_32_bits; /* NULL: the same */
} conditions[] = {
    {RULE(ARG(0, EQ, 5)), "a0 == 5", NULL},
    {RULE(ARG(1, NE, 5)), "a1 != 5", NULL},
    {RULE(ARG(0, LT, 6)), "a0 <= 5", NULL},
    {RULE(ARG(0, GT, 4095)), "a0 >= 0x1000", NULL},
    {RULE(ARG(0, GE, 4095)), "a0 >= 4095", NULL},
    {RULE(ARG(0, LT, 2)), "a0 is 0 or 1", NULL},
    {RULE(ARG(0, LT, 1)), "a0 == 0", NULL},
    {RULE(ARG(0, EQ, 5)) "," RULE(ARG(0, EQ, 7)), "a0 is 5 or 7", NULL},
    {RULE(ARG(0, LT, 38)) "," RULE(ARG(0, EQ, 39)) "," RULE(ARG(0, GT, 40)),
     "a0 is neither 38 nor 40", NULL},
    {RULE(ARG(0, LT, 38)) "," RULE(ARG(0, GT, 40)), "a0 not in 38..40", NULL},
    {RULE(ARG(0, EQ, 38)) "," RULE(ARG(0, EQ, 39)) "," RULE(ARG(0, EQ, 40)), "a0 in 38..40", NULL},
    {RULE(ARG(0, EQ, 1)) "," RULE(ARG(0, EQ, 2)) "," RULE(ARG(0, EQ, 9)), "a0 is 1, 2 or 9", NULL},
    {RULE(ARG(0, LT, 3)) "," RULE(ARG(0, EQ, 9)) "," RULE(ARG(0, GE, 20)), "a0 is <= 2, 9 or >= 20",
     NULL},
    {RULE(MASK(0, 2114060288, 0)), "a0 & 0x7e020000 == 0", NULL},
    {RULE(MASK(0, 15, 2)) "," RULE(MASK(0, 15, 5)), "a0 & 0xf is 2 or 5", NULL},
    {RULE(MASK(0, 983040, 196608)) "," RULE(ARG(0, LT, 100)), "a0 <= 99 or a0 & 0xf0000 == 0x30000",
     NULL},
    {RULE(MASK(0, 4294967295, 5)), "a0 & 0xffffffff == 5", "a0 == 5"},
    {RULE(ARG(0, EQ, 4294967301)), "a0 == 0x100000005", ""},
    {RULE(ARG(0, LE, 4294967295)), "a0 <= 0xffffffff", "always"},
    {BOTH(ARG(0, EQ, 5), ARG(1, EQ, 6)), "a0 == 5 and a1 == 6", NULL},
    {RULE(ARG(0, EQ, 5)) "," RULE(ARG(1, EQ, 6)), "a0 == 5, or a1 == 6", NULL},
    {BOTH(ARG(0, LT, 5), ARG(1, EQ, 1)) "," BOTH(ARG(0, LT, 10), ARG(1, EQ, 2)),
     "a0 <= 4 and a1 == 1, or a0 <= 9 and a1 == 2", NULL},
    {BOTH(ARG(0, EQ, 5), ARG(1, EQ, 1)) "," BOTH(ARG(0, EQ, 7), ARG(1, EQ, 1)),
     "a0 is 5 or 7 and a1 == 1", NULL},
    {BOTH(MASK(0, 983040, 196608), ARG(5, NE, 0)) "," BOTH(ARG(0, LT, 100), ARG(5, NE, 0)),
     "(a0 <= 99 or a0 & 0xf0000 == 0x30000) and a5 != 0", NULL},
    /* The middle one says nothing that the others do not. */
    {RULE(ARG(0, LT, 9)) "," BOTH(ARG(0, EQ, 5), ARG(1, EQ, 1)) "," RULE(ARG(2, EQ, 3)),
     "a0 <= 8, or a2 == 3", NULL},
};

/** The condition under which ioctl is allowed; "" never, "always" always. */
static void describe_ioctl(struct scc_strbuf *text, const char *rules, const char *arch)
{
    struct scc_strbuf profile = {0};
    scc_strbuf_addf(&profile,
                    "{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_%s'],"
                    " 'syscalls': [%s]}",
                    strcmp(arch, "x86") == 0 ? "X86" : "X86_64", rules);
    char *json = steal_text(&profile);
    struct selected made = select_for(json, arch, 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    struct pair pair = pair_of_policies(policy, policy);
    struct scc_outcomes outcomes = {0};
    struct scc_condition condition;
    struct scc_pool pool = {0};
    scc_error *err = NULL;
    const struct scc_arch *abi = scc_arch_find(arch);
    scc_diagram there = scc_decision_at_nr(pair.space, pair.a, abi->audit,
                                           scc_syscall_nr(scc_syscall_find("ioctl"), abi));
    must(scc_outcomes_find(pair.space, there, there, &outcomes, &err), err);
    for (size_t i = 0; i < outcomes.count; i++) {
        if (outcomes.items[i].before != SECCOMP_RET_ALLOW)
            continue;
        must(scc_condition_make(pair.space, &pool, outcomes.items[i].where, abi->is_64bit,
                                &condition, &err),
             err);
        cr_expect(!scc_condition_is_cut(&condition));
        scc_condition_describe(text, &condition);
        scc_strbuf_add(text, scc_condition_is_always(&condition) ? "always" : "");
    }
    scc_pool_free(&pool);
    scc_outcomes_free(&outcomes);
    scc_decision_space_free(pair.space);
    selected_clear(&made);
    free(json);
}

Test(describe, conditions)
{
    for (size_t i = 0; i < SCC_COUNT(conditions); i++) {
        struct scc_strbuf text = {0};
        const char *on_32_bits =
            conditions[i].on_32_bits ? conditions[i].on_32_bits : conditions[i].on_64_bits;
        describe_ioctl(&text, conditions[i].rules, "x86_64");
        must_say(&text, conditions[i].on_64_bits, conditions[i].rules);
        describe_ioctl(&text, conditions[i].rules, "x86");
        must_say(&text, on_32_bits, conditions[i].rules);
    }
}

/*
 * Differences of profiles
 */

#define PROFILE(action, arches, syscalls)                                                          \
    "{'defaultAction': 'SCMP_ACT_" action "', 'architectures': [" arches                           \
    "], 'syscalls': [" syscalls "]}"
#define ALLOW(names, args) "{'names': [" names "], 'action': 'SCMP_ACT_ALLOW', 'args': [" args "]}"
#define X86_64 "'SCMP_ARCH_X86_64'"
#define THREE X86_64 ", 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'"

static const struct {
    const char *a, *b;
    const char *lines;
} differences[] = {
    {PROFILE("ERRNO", THREE, ALLOW("'read', 'mseal'", "")),
     PROFILE("ERRNO", THREE, ALLOW("'mseal', 'read'", "")), ""},
    {PROFILE("ERRNO", THREE, ALLOW("'read'", "")),
     PROFILE("ERRNO", THREE, ALLOW("'read', 'write', 'mseal', 'socketcall'", "")),
     "more mseal, socketcall, write: ERRNO(EPERM) → ALLOW\n"},
    {PROFILE("ERRNO", THREE, ALLOW("'bpf'", "")),
     PROFILE("ERRNO", THREE, ALLOW("'bpf'", ARG(0, NE, 5))),
     "less bpf when a0 == 5: ALLOW → ERRNO(EPERM)\n"},
    /* A 64-bit value that no 32-bit ABI can pass. */
    {PROFILE("ERRNO", THREE, ALLOW("'bpf'", "")),
     PROFILE("ERRNO", THREE, ALLOW("'bpf'", ARG(0, NE, 4294967301))),
     "less x86_64: bpf when a0 == 0x100000005: ALLOW → ERRNO(EPERM)\n"},
    /* Behind socketcall the arguments are out of reach. */
    {PROFILE("ERRNO", THREE, ""),
     PROFILE("ERRNO", THREE, ALLOW("'socket'", ARG(0, EQ, 1)) "," ALLOW("'bind'", ARG(1, LT, 9))),
     "more bind when a1 <= 8: ERRNO(EPERM) → ALLOW\n"
     "more socket when a0 == 1: ERRNO(EPERM) → ALLOW\n"
     "more socketcall when a0 == 1, or a0 == 2 and a1 <= 8: ERRNO(EPERM) → ALLOW\n"},
    {PROFILE("ERRNO", X86_64, ALLOW("'read'", "")),
     PROFILE("KILL_PROCESS", X86_64, ALLOW("'read'", "")),
     "less every call but read: ERRNO(EPERM) → KILL_PROCESS\n"},
    {PROFILE("ERRNO", X86_64, ""), PROFILE("LOG", X86_64, ""),
     "more every call: ERRNO(EPERM) → LOG\n"},
    {PROFILE("ERRNO", X86_64, ALLOW("'read'", "")),
     PROFILE("ERRNO", X86_64 ", 'SCMP_ARCH_X86'", ALLOW("'read'", "")),
     "more x86: read: KILL_THREAD → ALLOW\n"
     "more x86: every call but read: KILL_THREAD → ERRNO(EPERM)\n"},
    {PROFILE("ERRNO", X86_64, ""),
     "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 38, 'architectures': [" X86_64 "],"
     " 'syscalls': [" ALLOW("'read'", "") "]}",
     "more read: ERRNO(EPERM) → ALLOW\n"
     "other every call but read: ERRNO(EPERM) → ERRNO(ENOSYS)\n"},
};

Test(describe, profiles)
{
    for (size_t i = 0; i < SCC_COUNT(differences); i++) {
        struct selected a = select_for(differences[i].a, "x86_64", 0, "6.1");
        struct selected b = select_for(differences[i].b, "x86_64", 0, "6.1");
        struct pair pair = pair_of_policies(must_hold(&a), must_hold(&b));
        struct difference found = find_difference(&pair, scc_region_is_change);
        struct scc_strbuf text = {0};
        add_lines(&text, &found.changes);
        must_say(&text, differences[i].lines, differences[i].b);
        free_difference(&found);
        scc_decision_space_free(pair.space);
        selected_clear(&a);
        selected_clear(&b);
    }
}

/*
 * Differences of programs
 */

#define LOAD(word) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4 * (word))
#define RET(value) BPF_STMT(BPF_RET | BPF_K, value)
#define JEQ(k, jt, jf) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, jt, jf)
#define AND(k) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, k)
#define AUDIT_X86 0x40000003u

static struct sock_filter allow_all[] = {RET(SECCOMP_RET_ALLOW)};
static struct sock_filter deny_unless_x86[] = {
    LOAD(SCC_WORD_ARCH),
    JEQ(AUDIT_X86, 1, 0),
    RET(SECCOMP_RET_KILL_PROCESS),
    RET(SECCOMP_RET_ALLOW),
};
static struct sock_filter log_high_word[] = {
    LOAD(SCC_WORD_ARCH), JEQ(AUDIT_X86, 1, 0), RET(SECCOMP_RET_ALLOW),
    LOAD(SCC_WORD_NR),   JEQ(54, 0, 3),        LOAD(5),
    JEQ(1, 0, 1),        RET(SECCOMP_RET_LOG), RET(SECCOMP_RET_ALLOW),
};
static struct sock_filter log_odd_numbers[] = {
    LOAD(SCC_WORD_NR), AND(1), JEQ(1, 0, 1), RET(SECCOMP_RET_LOG), RET(SECCOMP_RET_ALLOW),
};
static struct sock_filter log_pointer[] = {
    LOAD(3),
    JEQ(0, 1, 0),
    RET(SECCOMP_RET_LOG),
    RET(SECCOMP_RET_ALLOW),
};
static struct sock_filter log_x32[] = {
    LOAD(SCC_WORD_ARCH),  JEQ(0xc000003e, 0, 3),
    LOAD(SCC_WORD_NR),    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, SCC_X32_BIT, 0, 1),
    RET(SECCOMP_RET_LOG), RET(SECCOMP_RET_ALLOW),
};
static struct sock_filter with_data[] = {RET(SECCOMP_RET_ALLOW | 7)};

static const struct {
    const char *name;
    struct scc_program a, b;
    const char *lines;
} programs[] = {
    {"one arch", PROGRAM_OF(allow_all), PROGRAM_OF(deny_unless_x86),
     "less any other architecture: every call: ALLOW → KILL_PROCESS\n"},
    {"high word", PROGRAM_OF(allow_all), PROGRAM_OF(log_high_word),
     "less ioctl when high word of a0 == 1: ALLOW → LOG\n"},
    {"odd numbers", PROGRAM_OF(allow_all), PROGRAM_OF(log_odd_numbers),
     "less every architecture: nr & 0x1 != 0: ALLOW → LOG\n"},
    {"pointer", PROGRAM_OF(allow_all), PROGRAM_OF(log_pointer),
     "less every architecture: every call when instruction pointer >= 0x100000000: ALLOW → LOG\n"},
    {"data", PROGRAM_OF(allow_all), PROGRAM_OF(with_data),
     "other every architecture: every call: ALLOW → ALLOW (return value 0x7fff0007)\n"},
    {"x32", PROGRAM_OF(allow_all), PROGRAM_OF(log_x32),
     "less x86_64: nr == 0xffffffff (no name): ALLOW → LOG\n"
     "less x32: every call: ALLOW → LOG\n"},
};

Test(describe, programs)
{
    for (size_t i = 0; i < SCC_COUNT(programs); i++) {
        struct pair pair = pair_of_programs(&programs[i].a, &programs[i].b);
        struct difference found = find_difference(&pair, scc_region_is_change);
        struct scc_strbuf text = {0};
        add_lines(&text, &found.changes);
        must_say(&text, programs[i].lines, programs[i].name);
        free_difference(&found);
        scc_decision_space_free(pair.space);
    }
}

/*
 * Sets at random
 */

/** A set made of a few ranges and masks, so that each form has its turn. */
static scc_diagram random_set(struct scc_decision_space *space, struct scc_variable variable,
                              uint64_t *seed)
{
    uint64_t all = variable.word_count == 2 ? UINT64_MAX : UINT32_MAX;
    scc_diagram set = SCC_DIAGRAM_NOWHERE;
    for (unsigned left = 1 + random_below(seed, 4); left > 0; left--) {
        scc_diagram part = SCC_DIAGRAM_EVERYWHERE;
        uint64_t mask = random_below(seed, 3) ? all & ~(uint64_t)random_below(seed, 8) : all;
        uint64_t value = random_u64(seed) >> random_below(seed, 64);
        if (!random_below(seed, 3))
            mask &= random_u64(seed);
        for (unsigned bit = 0; bit < scc_variable_bits(variable); bit++) {
            unsigned word = variable.word + (variable.word_count == 2 && bit < 32 ? 1u : 0u);
            scc_diagram own = scc_node_bit(space, word, bit % 32);
            if (mask >> bit & 1)
                part = scc_node_and(space, part, value >> bit & 1 ? own : scc_node_not(space, own));
        }
        set = scc_node_or(space, set, part);
    }
    return random_below(seed, 2) ? set : scc_node_not(space, set);
}

static struct scc_call call_with(struct scc_variable variable, uint64_t value)
{
    struct scc_call call = {0};
    bool is_high = variable.word_count == 1 && variable.word % 2 == 0;
    call.args[(variable.word - SCC_DECISION_ARGS) / 2] = is_high ? value << 32 : value;
    return call;
}

/** A value near an edge of the set, as its own text tells it, or any. */
static uint64_t random_value(const struct scc_value_set *set, uint64_t *seed)
{
    const struct scc_value_test *test = &set->tests[random_below(seed, (unsigned)set->test_count)];
    struct scc_range range = test->ranges[random_below(seed, (unsigned)test->count)];
    uint64_t value = random_below(seed, 2) ? range.first : range.last;
    switch (random_below(seed, 5)) {
    case 0:
        return random_u64(seed);
    case 1:
        return value ^ 1ull << random_below(seed, 64);
    case 2:
        return value | (random_u64(seed) & ~test->mask);
    default:
        return value + random_below(seed, 3) - 1;
    }
}

Test(describe, random_sets)
{
    static const struct scc_variable variables[] = {
        {SCC_DECISION_ARGS, 2}, {SCC_DECISION_ARGS + 2, 1}, {SCC_DECISION_ARGS + 5, 1}};
    uint64_t seed = 1;
    size_t told = 0, cut = 0;
    for (unsigned round = 0; round < 2000; round++) {
        struct scc_decision_space *space = new_space(NODES, SCC_ORDER_BY_WORD);
        struct scc_variable variable = variables[random_below(&seed, SCC_COUNT(variables))];
        struct scc_pool pool = {0};
        struct scc_value_set set;
        scc_error *err = NULL;
        scc_diagram where = random_set(space, variable, &seed);
        if (where > SCC_DIAGRAM_EVERYWHERE) {
            must(scc_value_set_make(space, &pool, where, variable, &set, &err), err);
            told += !set.more;
            cut += set.more > 0;
        }
        for (unsigned i = 0; where > SCC_DIAGRAM_EVERYWHERE && !set.more && i < 200; i++) {
            uint64_t value = random_value(&set, &seed);
            value &= variable.word_count == 2 ? UINT64_MAX : UINT32_MAX;
            struct scc_call call = call_with(variable, value);
            cr_assert_eq(scc_value_set_has(&set, value), scc_decision_answer(space, where, &call),
                         "round %u, value 0x%" PRIx64, round, value);
        }
        scc_pool_free(&pool);
        scc_decision_space_free(space);
    }
    cr_log_info("%zu sets told, %zu cut", told, cut);
    cr_assert_gt(told, 1500);
}

/*
 * Profiles at random
 */

/** Calls with and without doors, on some ABIs or all. */
static const char *const call_names[] = {"read",  "ioctl",      "socket", "bind",
                                         "semop", "socketcall", "ipc",    "personality"};
static const char *const action_texts[] = {"'action': 'SCMP_ACT_ALLOW'", "'action': 'SCMP_ACT_LOG'",
                                           "'action': 'SCMP_ACT_ERRNO', 'errnoRet': 38",
                                           "'action': 'SCMP_ACT_KILL_PROCESS'",
                                           "'action': 'SCMP_ACT_ALLOW'"};
static const char *const arch_texts[] = {X86_64, X86_64 ", 'SCMP_ARCH_X86'", THREE,
                                         X86_64 ", 'SCMP_ARCH_X32'"};
static const uint64_t edge_values[] = {0,          1,           2,           5,
                                       6,          0x7fffffff,  0x80000000,  0xfffffffe,
                                       0xffffffff, 0x100000000, 0x100000005, UINT64_MAX - 1,
                                       UINT64_MAX};

static void add_random_args(struct scc_strbuf *text, uint64_t *seed)
{
    unsigned first = random_below(seed, 3);
    for (unsigned i = 0, count = random_below(seed, 3); i < count; i++) {
        enum scc_op op = (enum scc_op)random_below(seed, SCC_OP_COUNT);
        scc_strbuf_addf(
            text, "%s{'index': %u, 'op': '%s', 'value': %" PRIu64 ", 'valueTwo': %" PRIu64 "}",
            i ? ", " : "", (first + i) % 6, scc_op_name(op),
            edge_values[random_below(seed, SCC_COUNT(edge_values))],
            op == SCC_OP_MASKED_EQ ? edge_values[random_below(seed, SCC_COUNT(edge_values))] : 0);
    }
}

static struct selected random_profile(uint64_t *seed)
{
    struct scc_strbuf text = {0};
    scc_strbuf_addf(&text, "{'defaultAction': 'SCMP_ACT_%s', 'architectures': [%s], 'syscalls': [",
                    random_below(seed, 4) ? "ERRNO" : "KILL_THREAD",
                    arch_texts[random_below(seed, SCC_COUNT(arch_texts))]);
    for (unsigned i = 0, count = random_below(seed, 7); i < count; i++) {
        scc_strbuf_addf(&text, "%s{'names': ['%s'], %s, 'args': [", i ? ", " : "",
                        call_names[random_below(seed, SCC_COUNT(call_names))],
                        action_texts[random_below(seed, SCC_COUNT(action_texts))]);
        add_random_args(&text, seed);
        scc_strbuf_add(&text, "]}");
    }
    scc_strbuf_add(&text, "]}");
    char *json = steal_text(&text);
    struct selected made = select_for(json, "x86_64", 0, "6.1");
    free(json);
    return made;
}

/** Two policies or programs, and how they differ. */
struct compared {
    const struct scc_policy *policies[2];
    const struct scc_program *programs[2]; /* where there is no policy */
    struct pair pair;
    struct difference found;
    scc_region_filter *filter;
    bool is_cut; /* a line does not tell all */
};

static bool region_has(const struct compared *compared, const struct scc_region *region,
                       const struct scc_call *call)
{
    const struct scc_region_place *place = region->place;
    const struct scc_decision_space *space = compared->pair.space;
    bool is_there = scc_decision_answer(space, place->audits, call) &&
                    scc_decision_answer(space, region->numbers, call) &&
                    scc_decision_answer(space, region->where, call);
    if (!place->arch && !place->is_all_others && !place->audit_set.more)
        cr_assert_eq(scc_decision_answer(space, place->audits, call),
                     scc_value_set_has(&place->audit_set, call->audit));
    bool holds = scc_condition_holds(region->condition, call);
    if (!scc_condition_is_cut(region->condition) &&
        holds != scc_decision_answer(space, region->where, call)) {
        struct scc_strbuf text = {0};
        scc_condition_describe(&text, region->condition);
        cr_assert_fail("%s is %s for 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64, steal_text(&text),
                       holds ? "true" : "false", call->args[0], call->args[1], call->args[2]);
    }
    return is_there;
}

static uint32_t answer_by(const struct compared *compared, int side, const struct scc_call *call)
{
    return compared->policies[side] ? scc_policy_answer(compared->policies[side], call)
                                    : scc_program_sim(compared->programs[side], call).return_value;
}

/** Whether the words "a0 >= 6" are true, whatever ABI they were made for. */
static bool text_has(const struct scc_value_set *set, const struct scc_arch *arch,
                     const struct scc_call *call)
{
    uint64_t largest = set->variable.word_count == 2 ? UINT64_MAX : UINT32_MAX;
    bool is_low_word = set->variable.word < SCC_DECISION_IP && set->variable.word % 2;
    struct scc_variable variable = set->variable;
    if (variable.word < SCC_DECISION_IP && (is_low_word || variable.word_count == 2))
        variable = scc_variable_of(variable.word | 1u, !arch || arch->is_64bit);
    uint64_t value = scc_variable_value(variable, call);
    for (size_t i = 0; i < set->test_count; i++) {
        const struct scc_value_test *test = &set->tests[i];
        bool is_whole = test->mask == largest, is_in = false;
        uint64_t masked = is_whole ? value : value & test->mask;
        for (size_t j = 0; j < test->count; j++)
            is_in |=
                masked >= test->ranges[j].first &&
                (masked <= test->ranges[j].last || (is_whole && test->ranges[j].last == largest));
        if ((is_in != test->is_negated) != set->needs_all)
            return !set->needs_all;
    }
    return set->needs_all;
}

static bool condition_text_has(const struct scc_condition *condition, const struct scc_arch *arch,
                               const struct scc_call *call)
{
    for (size_t i = 0; i < condition->term_count; i++) {
        bool holds = true;
        for (size_t j = 0; j < condition->terms[i].set_count; j++)
            holds &= text_has(&condition->terms[i].sets[j], arch, call);
        if (holds)
            return true;
    }
    return false;
}

/** The ABI that a call belongs to, of those that the line may speak of; NULL for others. */
static const struct scc_arch *arch_of(const struct scc_regions *regions,
                                      const struct scc_call *call)
{
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        bool is_x32_nr = call->nr >= SCC_X32_BIT && call->nr != SCC_NR_SKIP;
        bool is_x86_64 = arch->audit == scc_arch_get(SCC_ARCH_X86_64)->audit;
        scc_arch_set siblings = is_x86_64
                                    ? scc_arch_bit(SCC_ARCH_X86_64) | scc_arch_bit(SCC_ARCH_X32)
                                    : scc_arch_bit(arch->id);
        if (arch->audit == call->audit && regions->arches & siblings &&
            (!is_x86_64 || is_x32_nr == (arch->id == SCC_ARCH_X32)))
            return arch;
    }
    return NULL;
}

static bool change_has_number(const struct scc_change *change, const struct scc_arch *arch,
                              uint32_t nr)
{
    const struct scc_syscall *call = arch ? scc_syscall_at(arch, nr) : NULL;
    for (size_t i = 0; call && i < change->name_count; i++) {
        if (strcmp(call->name, change->names[i]) == 0)
            return !change->is_every_call;
    }
    bool is_there = change->is_every_call || (!call && change->has_all_unnamed);
    for (size_t i = 0; !call && i < change->number_count; i++)
        is_there |= scc_value_set_has(change->numbers[i], nr);
    return is_there;
}

/** Whether the line says that the answer to the call changes. */
static bool change_has(const struct compared *compared, const struct scc_change *change,
                       const struct scc_call *call)
{
    const struct scc_arch *arch = arch_of(&compared->found.regions, call);
    if (arch ? !(change->arches & scc_arch_bit(arch->id)) : !change->others || compared->is_cut)
        return false;
    return change_has_number(change, arch, call->nr) &&
           condition_text_has(change->condition, arch, call);
}

/** Checks what regions and lines claim of one input against what the policies answer. */
static int check_call(const struct scc_call *call, void *context)
{
    const struct compared *compared = context;
    uint32_t before = answer_by(compared, 0, call), after = answer_by(compared, 1, call);
    size_t regions = 0, lines = 0;
    for (size_t i = 0; i < compared->found.regions.count; i++) {
        const struct scc_region *region = &compared->found.regions.items[i];
        if (!region_has(compared, region, call))
            continue;
        regions++;
        cr_assert_eq(region->before, before);
        cr_assert_eq(region->after, after);
    }
    for (size_t i = 0; i < compared->found.changes.count; i++) {
        const struct scc_change *change = &compared->found.changes.items[i];
        if (!change_has(compared, change, call))
            continue;
        lines++;
        if (change->before != before || change->after != after) {
            struct scc_strbuf text = {0};
            scc_change_describe(&text, change, scc_arch_get(SCC_ARCH_X86_64));
            cr_assert_fail("%s: not audit 0x%x, nr 0x%x, 0x%" PRIx64 ", 0x%" PRIx64,
                           steal_text(&text), call->audit, call->nr, call->args[0], call->args[1]);
        }
    }
    cr_assert(regions == compared->filter(before, after) && (lines == regions || compared->is_cut),
              "audit 0x%x, nr 0x%x, a0 0x%" PRIx64 ", a1 0x%" PRIx64 ", a2 0x%" PRIx64
              ": 0x%x and 0x%x, %zu regions, %zu lines",
              call->audit, call->nr, call->args[0], call->args[1], call->args[2], before, after,
              regions, lines);
    return 0;
}

static void find_all(struct compared *compared)
{
    compared->found = find_difference(&compared->pair, compared->filter);
    for (size_t i = 0; i < compared->found.changes.count; i++) {
        const struct scc_change *change = &compared->found.changes.items[i];
        compared->is_cut |= scc_condition_is_cut(change->condition);
        for (size_t j = 0; j < change->number_count; j++)
            compared->is_cut |= change->numbers[j]->more > 0;
    }
    /* Lines name other audit arches in words alone. */
    for (size_t i = 0; i < compared->found.regions.count; i++) {
        const struct scc_region_place *place = compared->found.regions.items[i].place;
        compared->is_cut |= !place->arch && !place->is_all_others;
    }
}

static struct compared compare(const struct scc_policy *a, const struct scc_policy *b,
                               scc_region_filter *filter)
{
    struct compared compared = {.policies = {a, b}, .filter = filter};
    compared.pair = pair_of_policies(a, b);
    find_all(&compared);
    return compared;
}

static void free_compared(struct compared *compared)
{
    free_difference(&compared->found);
    scc_decision_space_free(compared->pair.space);
}

Test(describe, random_profiles, .timeout = 240)
{
    uint64_t seed = 2;
    size_t pairs = 0, differing = 0, cut = 0;
    for (unsigned round = 0; round < 1000; round++) {
        struct selected a = random_profile(&seed), b = random_profile(&seed);
        if (a.policy && b.policy) {
            scc_region_filter *filter = round % 3 ? scc_region_is_change : scc_region_is_opening;
            struct compared compared = compare(a.policy, b.policy, filter);
            struct material materials[] = {material_of(a.policy), material_of(b.policy)};
            pairs++;
            cut += compared.is_cut;
            differing += compared.found.changes.count > 0;
            for (unsigned i = 0; i < 400; i++) {
                struct scc_call call = random_call(&materials[i % 2], &seed);
                check_call(&call, &compared);
            }
            free_material(&materials[0]);
            free_material(&materials[1]);
            free_compared(&compared);
        }
        selected_clear(&a);
        selected_clear(&b);
    }
    cr_log_info("%zu pairs, %zu of them differ, %zu are cut", pairs, differing, cut);
    cr_assert_gt(pairs, 500);
    cr_assert_lt(cut, pairs / 50);
}

/*
 * Programs at random: tests of any word, masks, and numbers without names
 */

enum { PROGRAM_LENGTH = 16, RETURNS = 3 };

static void make_random_program(struct sock_filter insns[PROGRAM_LENGTH], uint64_t *seed)
{
    static const uint32_t returns[] = {SECCOMP_RET_ALLOW, SECCOMP_RET_LOG, SECCOMP_RET_ERRNO | 1,
                                       SECCOMP_RET_ERRNO | 38, SECCOMP_RET_ALLOW | 3};
    static const uint16_t jumps[] = {BPF_JEQ, BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
    static const uint32_t constants[] = {0xc000003e, 0x40000003, 0,           1,
                                         2,          5,          SCC_X32_BIT, 0x40000005,
                                         0xfffffffe, 0x1000,     0x30,        0x80000000};
    for (unsigned i = 0; i < PROGRAM_LENGTH; i++) {
        unsigned left = PROGRAM_LENGTH - 1 - i;
        uint32_t constant = constants[random_below(seed, SCC_COUNT(constants))];
        unsigned kind = random_below(seed, 8);
        if (left < RETURNS)
            insns[i] = (struct sock_filter)RET(returns[random_below(seed, SCC_COUNT(returns))]);
        else if (i % 2 == 0 || kind == 0)
            insns[i] = (struct sock_filter)LOAD(random_below(seed, 16) % (kind < 5 ? 2 : 16));
        else if (kind == 1)
            insns[i] = (struct sock_filter)AND(constant);
        else
            insns[i] = (struct sock_filter)BPF_JUMP(
                BPF_JMP | BPF_K | jumps[random_below(seed, SCC_COUNT(jumps))], constant,
                (uint8_t)random_below(seed, left), (uint8_t)random_below(seed, left));
    }
}

static struct scc_call random_program_call(uint64_t *seed)
{
    static const uint32_t audits[] = {0xc000003e, 0xc000003e, 0x40000003, 0, 1, 0xc00000b7};
    struct scc_call call = {.audit = audits[random_below(seed, SCC_COUNT(audits))]};
    call.nr = (uint32_t)edge_values[random_below(seed, SCC_COUNT(edge_values))];
    call.nr += random_below(seed, 3) ? random_below(seed, 8) : SCC_X32_BIT;
    call.nr ^= random_below(seed, 8) ? 0 : 1u << random_below(seed, 32);
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++)
        call.args[i] = edge_values[random_below(seed, SCC_COUNT(edge_values))];
    call.args[random_below(seed, SCC_ARG_COUNT)] ^= 1ull << random_below(seed, 64);
    call.ip = edge_values[random_below(seed, SCC_COUNT(edge_values))];
    return call;
}

Test(describe, random_programs, .timeout = 240)
{
    uint64_t seed = 3;
    size_t cut = 0, lines = 0;
    for (unsigned round = 0; round < 600; round++) {
        struct sock_filter insns[2][PROGRAM_LENGTH];
        make_random_program(insns[0], &seed);
        make_random_program(insns[1], &seed);
        struct scc_program a = PROGRAM_OF(insns[0]), b = PROGRAM_OF(insns[1]);
        struct compared compared = {.programs = {&a, &b},
                                    .filter =
                                        round % 3 ? scc_region_is_change : scc_region_is_opening};
        compared.pair = pair_of_programs(&a, &b);
        find_all(&compared);
        cut += compared.is_cut;
        lines += compared.found.changes.count;
        for (unsigned i = 0; i < 300; i++) {
            struct scc_call call = random_program_call(&seed);
            check_call(&call, &compared);
        }
        free_compared(&compared);
    }
    cr_log_info("%zu lines, %zu pairs are not checked line by line", lines, cut);
    cr_assert_lt(cut, 300);
}

/*
 * Published profiles
 */

static struct fixture published(const char *file)
{
    char path[512], name[128];
    snprintf(name, sizeof name, "corpus/%s.json", file);
    return policy_of_file(shared_path(name, path, sizeof path), "amd64");
}

static void check_published(const char *first, const char *second)
{
    struct fixture a = published(first), b = published(second);
    struct compared compared = compare(a.policy, b.policy, scc_region_is_change);
    walk_policy(a.policy, check_call, &compared);
    walk_policy(b.policy, check_call, &compared);
    free_compared(&compared);
    free_fixture(&a);
    free_fixture(&b);
}

Test(describe, moby_then_and_now, .timeout = 240)
{
    check_published("moby-2021-01", "moby-2026-06");
}

Test(describe, docker_and_podman, .timeout = 240)
{
    check_published("moby-2026-06", "containers-common-2025-08");
}

Test(describe, docker_and_isulad, .timeout = 240)
{
    check_published("moby-2026-06", "isulad-2026-04");
}

/*
 * Bounds: what is not told is counted
 */

Test(describe, long_lists_are_counted)
{
    struct scc_strbuf profile = {0}, text = {0};
    for (unsigned i = 0; i < 100; i++)
        scc_strbuf_addf(&profile, "%s" RULE("{'index': 0, 'op': 'SCMP_CMP_EQ', 'value': %u}"),
                        i ? ", " : "", 3 * i);
    char *rules = steal_text(&profile);
    struct scc_strbuf json = {0};
    scc_strbuf_addf(&json, PROFILE("ERRNO", X86_64, "%s"), rules);
    char *many = steal_text(&json);
    struct selected a = select_for(PROFILE("ERRNO", X86_64, ""), "x86_64", 0, "6.1");
    struct selected b = select_for(many, "x86_64", 0, "6.1");
    struct compared compared = compare(must_hold(&a), must_hold(&b), scc_region_is_change);
    cr_assert_eq(compared.found.changes.count, 1);
    cr_assert(scc_condition_is_cut(compared.found.changes.items[0].condition));
    add_lines(&text, &compared.found.changes);
    char *line = steal_text(&text);
    cr_assert(strstr(line, "ioctl when a0 is 0, 3, 6, 9, "), "%s", line);
    cr_assert(strstr(line, ", 189, … and 36 more: ERRNO(EPERM) → ALLOW"), "%s", line);
    free(line);
    free(rules);
    free(many);
    free_compared(&compared);
    selected_clear(&a);
    selected_clear(&b);
}

Test(describe, many_conditions_are_counted)
{
    /* a0 and a1 share a bit among the lowest five: 31 alternatives at least. */
    static struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
        AND(31),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 24),
        AND(31),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
        RET(SECCOMP_RET_LOG),
        RET(SECCOMP_RET_ALLOW),
    };
    struct scc_program a = PROGRAM_OF(allow_all), b = PROGRAM_OF(program);
    struct pair pair = pair_of_programs(&a, &b);
    struct difference found = find_difference(&pair, scc_region_is_change);
    struct scc_strbuf text = {0};
    add_lines(&text, &found.changes);
    char *line = steal_text(&text);
    cr_assert(strstr(line, "a0 & 0x1f == 0 and a1 & 0x1f == 0, or "), "%s", line);
    cr_assert(strstr(line, " … and 16 more conditions: ALLOW → LOG"), "%s", line);
    free(line);
    free_difference(&found);
    scc_decision_space_free(pair.space);
}
