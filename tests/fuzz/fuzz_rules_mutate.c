/* SPDX-License-Identifier: Apache-2.0 */
/** fuzz_rules's mutations, and what two sets of rules have as a child. */
#include <string.h>

#include "fuzz.h"
#include "fuzz_rules.h"
#include "lxc.h"
#include "random_calls.h"
#include "syscall.h"
#include "tables.h"

enum {
    MUTATIONS_MAX = 4,
    /** Mutations seldom make more rules than this. */
    COUNT_USUAL = 8,
};

/** Rules that are being changed. */
struct draft {
    struct fuzz_rules rules;
    size_t count_max;
    uint64_t seed;
};

static unsigned below(struct draft *draft, size_t bound)
{
    return random_below(&draft->seed, (unsigned)bound);
}

static struct draft new_draft(unsigned seed)
{
    struct draft draft = {.seed = seed};
    draft.count_max = below(&draft, 32) ? COUNT_USUAL : FUZZ_RULES_MAX;
    return draft;
}

static struct fuzz_rule *any_rule(struct draft *draft)
{
    return &draft->rules.rules[below(draft, draft->rules.count)];
}

/** A comparison of some rule, or NULL where luck has it. */
static struct scc_cmp *any_cmp(struct draft *draft)
{
    struct fuzz_rule *rule = NULL;
    for (unsigned i = 0; i < 4 && !(rule && rule->cmp_count); i++)
        rule = any_rule(draft);
    return rule->cmp_count ? &rule->cmps[below(draft, rule->cmp_count)] : NULL;
}

static uint16_t interesting_call(struct draft *draft)
{
    static const char *const names[] = {
        "personality", "socket",     "connect", "sendto",  "socketcall", "shmat", "semop",
        "msgrcv",      "semtimedop", "ipc",     "clone",   "clone3",     "ioctl", "prctl",
        "mmap",        "openat",     "ptrace",  "fcntl64", "write",
    };
    if (below(draft, 4) == 0)
        return (uint16_t)below(draft, SCC_SYSCALL_COUNT);
    const struct scc_syscall *call = scc_syscall_find(names[below(draft, SCC_COUNT(names))]);
    return (uint16_t)(call ? call - scc_syscall_table : 0);
}

static struct fuzz_answer interesting_answer(struct draft *draft)
{
    struct fuzz_answer answer = {.action = (enum scc_action)below(draft, SCC_ACTION_COUNT)};
    if (below(draft, 2))
        answer.action = below(draft, 2) ? SCC_ACTION_ALLOW : SCC_ACTION_ERRNO;
    if (scc_action_has_errno(answer.action))
        answer.data =
            (uint16_t)(below(draft, 8) ? 1 + below(draft, 3) : scc_action_errno_max(answer.action));
    return answer;
}

/** A value to compare with, often that of another rule or next to it. */
static uint64_t interesting_value(struct draft *draft)
{
    static const uint64_t values[] = {
        0,
        1,
        2,
        3,
        7,
        8,
        0x7f,
        0xff,
        0x100,
        0xffff,
        0x7e020000,
        INT32_MAX,
        1ull << 31,
        UINT32_MAX,
        1ull << 32,
        1ull << 63,
        INT64_MAX,
        UINT64_MAX,
        UINT64_MAX - 1,
        UINT64_MAX << 32,
        0xffffffff80000000u,
    };
    const struct scc_cmp *cmp = draft->rules.count && below(draft, 2) ? any_cmp(draft) : NULL;
    if (cmp)
        return (below(draft, 4) ? cmp->value : cmp->value2) + below(draft, 3) - 1;
    return below(draft, 4) ? values[below(draft, SCC_COUNT(values))] : below(draft, 30);
}

/*
 * Comparisons
 */

static void new_cmp(struct draft *draft, struct fuzz_rule *rule)
{
    if (rule->cmp_count == SCC_ARG_COUNT)
        return;
    unsigned used = 0, arg = below(draft, SCC_ARG_COUNT);
    for (unsigned i = 0; i < rule->cmp_count; i++)
        used |= 1u << rule->cmps[i].arg;
    while (used & 1u << arg && below(draft, 64))
        arg = (arg + 1) % SCC_ARG_COUNT;
    rule->cmps[rule->cmp_count++] = (struct scc_cmp){.arg = (uint8_t)arg,
                                                     .op = (uint8_t)below(draft, SCC_OP_COUNT),
                                                     .value = interesting_value(draft),
                                                     .value2 = interesting_value(draft)};
}

static void add_cmp(struct draft *draft)
{
    new_cmp(draft, any_rule(draft));
}

static void remove_cmp(struct draft *draft)
{
    struct fuzz_rule *rule = any_rule(draft);
    if (!rule->cmp_count)
        return;
    struct scc_cmp *removed = &rule->cmps[below(draft, rule->cmp_count)];
    *removed = rule->cmps[--rule->cmp_count];
}

static void change_op(struct draft *draft)
{
    struct scc_cmp *cmp = any_cmp(draft);
    if (cmp)
        cmp->op = (uint8_t)below(draft, SCC_OP_COUNT);
}

static void change_arg(struct draft *draft)
{
    struct scc_cmp *cmp = any_cmp(draft);
    if (cmp)
        cmp->arg = (uint8_t)below(draft, SCC_ARG_COUNT);
}

static void change_value(struct draft *draft)
{
    struct scc_cmp *cmp = any_cmp(draft);
    if (!cmp)
        return;
    uint64_t *value = below(draft, 3) ? &cmp->value : &cmp->value2;
    switch (below(draft, 6)) {
    case 0:
        *value += below(draft, 3) - 1ull;
        break;
    case 1:
        *value ^= 1ull << below(draft, 64);
        break;
    case 2:
        *value &= UINT32_MAX;
        break;
    case 3:
        *value |= below(draft, 2) ? UINT64_MAX << 32 : 1ull << 32;
        break;
    default:
        *value = interesting_value(draft);
        break;
    }
}

/*
 * Rules
 */

static void add_rule(struct draft *draft)
{
    if (draft->rules.count >= draft->count_max)
        return;
    struct fuzz_rule rule = {.call = interesting_call(draft), .answer = interesting_answer(draft)};
    if (draft->rules.count && below(draft, 2))
        rule.call = any_rule(draft)->call;
    for (unsigned i = below(draft, 4); i > 0; i--)
        new_cmp(draft, &rule);
    draft->rules.rules[draft->rules.count++] = rule;
}

static void remove_rule(struct draft *draft)
{
    struct fuzz_rule *removed = any_rule(draft);
    *removed = draft->rules.rules[--draft->rules.count];
}

/** Once more, and often with one difference. */
static void duplicate_rule(struct draft *draft)
{
    if (draft->rules.count >= draft->count_max)
        return;
    struct fuzz_rule rule = *any_rule(draft);
    if (below(draft, 3) == 0)
        rule.answer = interesting_answer(draft);
    if (below(draft, 3) == 0)
        rule.call = interesting_call(draft);
    if (rule.cmp_count && below(draft, 3) == 0)
        rule.cmps[below(draft, rule.cmp_count)].value = interesting_value(draft);
    draft->rules.rules[draft->rules.count++] = rule;
}

static void swap_rules(struct draft *draft)
{
    struct fuzz_rule *a = any_rule(draft), *b = any_rule(draft), kept = *a;
    *a = *b;
    *b = kept;
}

static void change_call(struct draft *draft)
{
    any_rule(draft)->call = interesting_call(draft);
}

static void change_answer(struct draft *draft)
{
    struct fuzz_answer answer = interesting_answer(draft);
    if (below(draft, 8) == 0)
        draft->rules.fallback = answer;
    else
        any_rule(draft)->answer = answer;
}

/*
 * The rest
 */

static void change_arches(struct draft *draft)
{
    struct fuzz_rules *rules = &draft->rules;
    switch (below(draft, 4)) {
    case 0:
        rules->arches = scc_lxc_arches(scc_arch_get(rules->target));
        break;
    case 1:
        rules->arches ^= scc_arch_bit((enum scc_arch_id)below(draft, SCC_ARCH_COUNT));
        break;
    case 2:
        rules->arches |= scc_arch_runnable(scc_arch_get(rules->target));
        break;
    default:
        do
            rules->target = (enum scc_arch_id)below(draft, SCC_ARCH_COUNT);
        while (scc_arch_get(rules->target)->column == SCC_COLUMN_NONE);
        break;
    }
}

static void change_settings(struct draft *draft)
{
    struct fuzz_rules *rules = &draft->rules;
    rules->enosys = (enum scc_enosys)(below(draft, 2) ? 0 : below(draft, 3));
    rules->on_conflict = (enum scc_on_conflict)below(draft, 3);
    rules->optimize_for = (enum scc_optimize_for)below(draft, 3);
    rules->hardens = below(draft, 4) == 0;
}

static void mutate(struct draft *draft)
{
    static void (*const mutations[])(struct draft *) = {
        add_rule,     add_rule,      remove_rule,  duplicate_rule, duplicate_rule,  swap_rules,
        change_call,  change_answer, add_cmp,      remove_cmp,     change_op,       change_arg,
        change_value, change_value,  change_value, change_arches,  change_settings,
    };
    if (draft->rules.count == 0)
        add_rule(draft);
    else
        mutations[below(draft, SCC_COUNT(mutations))](draft);
}

/** Writes the rules, as many of them as have room. */
static size_t encode(struct fuzz_rules *rules, uint8_t *data, size_t max_size)
{
    uint8_t bytes[FUZZ_RULES_BYTES_MAX];
    size_t size = fuzz_rules_encode(rules, bytes);
    while (size > max_size && rules->count) {
        rules->count--;
        size = fuzz_rules_encode(rules, bytes);
    }
    if (size > max_size)
        size = max_size;
    memcpy(data, bytes, size);
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct draft draft = new_draft(seed);
    if (below(&draft, 32) == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    fuzz_rules_decode(data, size, &draft.rules);
    for (unsigned i = 1 + below(&draft, MUTATIONS_MAX); i > 0; i--)
        mutate(&draft);
    return encode(&draft.rules, data, max_size);
}

/** The first's settings, and rules of both, each in its order. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max_size, unsigned seed)
{
    struct fuzz_rules from[2];
    struct draft draft = new_draft(seed);
    fuzz_rules_decode(a, a_size, &from[0]);
    fuzz_rules_decode(b, b_size, &from[1]);
    draft.rules = from[0];
    draft.rules.count = 0;
    size_t next[2] = {0, 0};
    while (next[0] < from[0].count || next[1] < from[1].count) {
        unsigned which = below(&draft, 2);
        if (next[which] == from[which].count)
            which = !which;
        const struct fuzz_rule *rule = &from[which].rules[next[which]++];
        if (draft.rules.count < draft.count_max && below(&draft, 3))
            draft.rules.rules[draft.rules.count++] = *rule;
    }
    return encode(&draft.rules, out, max_size);
}
