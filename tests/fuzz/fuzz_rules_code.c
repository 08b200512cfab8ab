/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_rules.h"

#include "tables.h"

/** Bytes that are being read. Behind the last one there are zeros. */
struct source {
    const uint8_t *at, *end;
};

static uint64_t take(struct source *source, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes && source->at < source->end; i++)
        value |= (uint64_t)*source->at++ << 8 * i;
    return value;
}

static void put(uint8_t **at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *(*at)++ = (uint8_t)(value >> 8 * i);
}

static struct fuzz_answer take_answer(struct source *source)
{
    struct fuzz_answer answer = {.action = (enum scc_action)(take(source, 1) % SCC_ACTION_COUNT)};
    uint16_t data = (uint16_t)take(source, 2);
    if (scc_action_has_errno(answer.action))
        answer.data = (uint16_t)(data % (scc_action_errno_max(answer.action) + 1));
    return answer;
}

static void put_answer(uint8_t **at, const struct fuzz_answer *answer)
{
    put(at, answer->action, 1);
    put(at, answer->data, 2);
}

static void take_rule(struct source *source, struct fuzz_rule *rule)
{
    rule->call = (uint16_t)(take(source, 2) % SCC_SYSCALL_COUNT);
    rule->answer = take_answer(source);
    rule->cmp_count = (uint8_t)(take(source, 1) % (SCC_ARG_COUNT + 1));
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        struct scc_cmp *cmp = &rule->cmps[i];
        uint64_t kind = take(source, 1);
        cmp->arg = (uint8_t)(kind % SCC_ARG_COUNT);
        cmp->op = (uint8_t)(kind / SCC_ARG_COUNT % SCC_OP_COUNT);
        cmp->value = take(source, 8);
        cmp->value2 = take(source, 8);
    }
}

static enum scc_arch_id take_target(struct source *source)
{
    enum scc_arch_id id = (enum scc_arch_id)(take(source, 1) % SCC_ARCH_COUNT);
    return scc_arch_get(id)->column == SCC_COLUMN_NONE ? SCC_ARCH_X86_64 : id;
}

void fuzz_rules_decode(const uint8_t *data, size_t size, struct fuzz_rules *rules)
{
    struct source source = {data, data + size};
    *rules = (struct fuzz_rules){.target = take_target(&source)};
    rules->arches = (scc_arch_set)(take(&source, 3) % ((scc_arch_set)1 << SCC_ARCH_COUNT));
    rules->fallback = take_answer(&source);
    unsigned settings = (unsigned)take(&source, 1);
    rules->enosys = (enum scc_enosys)(settings % 3);
    rules->on_conflict = (enum scc_on_conflict)(settings / 3 % 3);
    rules->optimize_for = (enum scc_optimize_for)(settings / 9 % 3);
    rules->hardens = settings / 27 % 2;
    while (source.at < source.end && rules->count < FUZZ_RULES_MAX)
        take_rule(&source, &rules->rules[rules->count++]);
}

size_t fuzz_rules_encode(const struct fuzz_rules *rules, uint8_t *data)
{
    uint8_t *at = data;
    put(&at, rules->target, 1);
    put(&at, rules->arches, 3);
    put_answer(&at, &rules->fallback);
    put(&at,
        rules->enosys + 3 * rules->on_conflict + 9 * rules->optimize_for + 27u * rules->hardens, 1);
    for (size_t i = 0; i < rules->count; i++) {
        const struct fuzz_rule *rule = &rules->rules[i];
        put(&at, rule->call, 2);
        put_answer(&at, &rule->answer);
        put(&at, rule->cmp_count, 1);
        for (unsigned j = 0; j < rule->cmp_count; j++) {
            put(&at, rule->cmps[j].arg + (uint64_t)SCC_ARG_COUNT * rule->cmps[j].op, 1);
            put(&at, rule->cmps[j].value, 8);
            put(&at, rule->cmps[j].value2, 8);
        }
    }
    return (size_t)(at - data);
}
