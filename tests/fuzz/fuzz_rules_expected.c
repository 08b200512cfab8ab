/* SPDX-License-Identifier: Apache-2.0 */
/** What rules mean, straight from their definition: no tables, and nothing is left out before. */
#include "fuzz_rules.h"
#include "syscall.h"
#include "tables.h"

static uint32_t return_value(const struct fuzz_answer *answer)
{
    return scc_action_return_value(answer->action, answer->data);
}

/** As in C, on the 64 bits of the argument or, of a 32-bit ABI, on its low 32. */
static bool holds(const struct scc_cmp *cmp, const struct scc_call *call, bool is_64bit)
{
    uint64_t arg = is_64bit ? call->args[cmp->arg] : (uint32_t)call->args[cmp->arg];
    switch ((enum scc_op)cmp->op) {
    case SCC_OP_NE:
        return arg != cmp->value;
    case SCC_OP_LT:
        return arg < cmp->value;
    case SCC_OP_LE:
        return arg <= cmp->value;
    case SCC_OP_EQ:
        return arg == cmp->value;
    case SCC_OP_GE:
        return arg >= cmp->value;
    case SCC_OP_GT:
        return arg > cmp->value;
    default:
        return ((arg ^ cmp->value2) & cmp->value) == 0;
    }
}

/** All comparisons of a rule; where two are of one argument, runc makes a rule of each: any. */
static bool matches(const struct fuzz_rule *rule, const struct scc_call *call, bool is_64bit)
{
    unsigned seen = 0, held = 0;
    bool has_twice = false;
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        has_twice = has_twice || (seen & 1u << rule->cmps[i].arg);
        seen |= 1u << rule->cmps[i].arg;
        held += holds(&rule->cmps[i], call, is_64bit);
    }
    return has_twice ? held > 0 : held == rule->cmp_count;
}

/** The architecture that a call is of, if it is one of the policy's, and no door is there. */
static const struct scc_arch *find_arch(const struct scc_policy *policy,
                                        const struct scc_call *call)
{
    const struct scc_arch *found = NULL;
    bool is_x32 = call->audit == scc_arch_get(SCC_ARCH_X32)->audit && call->nr >= SCC_X32_BIT;
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        if (arch->audit == call->audit && (arch->id == SCC_ARCH_X32) == is_x32)
            found = arch;
    }
    for (size_t i = 0; found && i < SCC_SYSCALL_COUNT; i++) {
        struct scc_syscall_door door = scc_syscall_door(&scc_syscall_table[i], found);
        if (door.call && door.nr == call->nr)
            return NULL;
    }
    return found;
}

bool fuzz_rules_expect(const struct fuzz_rules *rules, const struct scc_policy *policy,
                       const struct scc_call *call, struct fuzz_expected *expected)
{
    const struct scc_arch *arch = find_arch(policy, call);
    if (!arch || call->nr == SCC_NR_SKIP || policy->override_count || policy->hardens)
        return false;
    *expected = (struct fuzz_expected){.answer = return_value(&rules->fallback)};
    const struct fuzz_rule *first = NULL;
    for (size_t i = 0; i < rules->count; i++) {
        const struct fuzz_rule *rule = &rules->rules[i];
        uint32_t answer = return_value(&rule->answer);
        if (scc_syscall_nr(&scc_syscall_table[rule->call], arch) != call->nr ||
            answer == return_value(&rules->fallback))
            continue;
        if (rule->cmp_count == 0) {
            *expected = (struct fuzz_expected){.answer = answer};
            return true;
        }
        if (!matches(rule, call, arch->is_64bit))
            continue;
        expected->conflicts = expected->conflicts || (first && answer != expected->answer);
        if (!first || (rules->on_conflict == SCC_CONFLICT_STRICTEST &&
                       rule->answer.action < first->answer.action)) {
            first = rule;
            expected->answer = answer;
        }
    }
    return true;
}
