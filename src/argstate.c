/* SPDX-License-Identifier: Apache-2.0 */
#include "argstate.h"

#include <stdlib.h>

struct scc_argstate scc_argstate_new(size_t cap)
{
    struct scc_argstate state = {.rules = malloc((cap + 1) * sizeof *state.rules)};
    return state;
}

void scc_argstate_append(struct scc_argstate *state, const struct scc_arg_rule *rules,
                         struct scc_pending pending)
{
    if (state->count && !state->rules[state->count - 1].open)
        return;
    while (!pending.open && state->count &&
           rules[state->rules[state->count - 1].rule].return_value ==
               rules[pending.rule].return_value)
        state->count--;
    state->rules[state->count++] = pending;
}

void scc_argstate_trim(struct scc_argstate *state, const struct scc_arg_rule *rules,
                       uint32_t default_return)
{
    while (state->count &&
           rules[state->rules[state->count - 1].rule].return_value == default_return)
        state->count--;
}

const struct scc_outcomes scc_outcomes_of[SCC_OP_COUNT] = {
    [SCC_OP_NE] = {true, false, true},         [SCC_OP_LT] = {true, false, false},
    [SCC_OP_LE] = {true, true, false},         [SCC_OP_EQ] = {false, true, false},
    [SCC_OP_GE] = {false, true, true},         [SCC_OP_GT] = {false, false, true},
    [SCC_OP_MASKED_EQ] = {false, true, false},
};

enum scc_verdict scc_cmp_judge(const struct scc_cmp *cmp, unsigned stage, uint32_t word)
{
    const struct scc_outcomes *outcomes = &scc_outcomes_of[cmp->op];
    uint32_t value = scc_half_of(cmp->value, stage);
    if (cmp->op == SCC_OP_MASKED_EQ) {
        word &= value;
        value &= scc_half_of(cmp->value2, stage);
    }
    if (word == value && stage % 2 == 0)
        return SCC_VERDICT_OPEN;
    bool holds = word == value ? outcomes->equal : word < value ? outcomes->below : outcomes->above;
    return holds ? SCC_VERDICT_TRUE : SCC_VERDICT_FALSE;
}

bool scc_pending_advance(struct scc_pending *pending, const struct scc_arg_rule *rules,
                         unsigned stage, uint32_t word)
{
    const struct scc_arg_rule *rule = &rules[pending->rule];
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        if (!scc_pending_is_open(pending, rules, i, stage))
            continue;
        enum scc_verdict verdict = scc_cmp_judge(&rule->cmps[i], stage, word);
        if (verdict == SCC_VERDICT_FALSE)
            return false;
        if (verdict == SCC_VERDICT_TRUE)
            pending->open &= (uint8_t) ~(1u << i);
    }
    pending->settled = 0;
    return true;
}
