/* SPDX-License-Identifier: Apache-2.0 */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "decision.h"
#include "difference.h"
#include "emit_scmp.h"
#include "harden.h"
#include "program.h"
#include "regions.h"
#include "syscall.h"
#include "util.h"

void scc_explanation_clear(struct scc_explanation *explanation)
{
    free(explanation->items);
    free(explanation->left_out);
    scc_decision_space_free(explanation->space);
    scc_pool_free(&explanation->pool);
    *explanation = (struct scc_explanation){0};
}

/*
 * Comparisons
 */

bool scc_cmp_passing(const struct scc_cmp *cmp, uint64_t value, bool is_64bit, uint64_t *passing)
{
    /* cppcheck-suppress duplicateAssignExpression; two that begin alike */
    uint64_t near = cmp->value, mask = cmp->value;
    switch ((enum scc_op)cmp->op) {
    case SCC_OP_NE:
        near = value ^ 1;
        break;
    case SCC_OP_LT:
        near--;
        break;
    case SCC_OP_GT:
        near++;
        break;
    case SCC_OP_MASKED_EQ:
        near = (value & ~mask) | (cmp->value2 & mask);
        break;
    default:
        break;
    }
    *passing = is_64bit ? near : near & UINT32_MAX;
    return scc_cmp_holds(cmp, *passing, is_64bit);
}

void scc_cmp_describe(struct scc_strbuf *out, const struct scc_cmp *cmp)
{
    static const char *const operators[SCC_OP_COUNT] = {
        [SCC_OP_NE] = "!=", [SCC_OP_LT] = "<", [SCC_OP_LE] = "<=",        [SCC_OP_EQ] = "==",
        [SCC_OP_GE] = ">=", [SCC_OP_GT] = ">", [SCC_OP_MASKED_EQ] = "==",
    };
    bool is_masked = cmp->op == SCC_OP_MASKED_EQ;
    scc_strbuf_addf(out, "a%u ", cmp->arg);
    if (is_masked)
        scc_strbuf_addf(out, "& 0x%llx ", (unsigned long long)cmp->value);
    scc_strbuf_addf(out, "%s ", operators[cmp->op]);
    scc_value_describe(out, is_masked ? cmp->value2 & cmp->value : cmp->value);
}

/*
 * The call on the ABIs
 */

static int add_item(struct scc_explanation *explanation, struct scc_explained item, scc_error **err)
{
    if (!SCC_GROW(explanation->items, explanation->cap, explanation->count + 1))
        return scc_error_nomem(err);
    explanation->items[explanation->count++] = item;
    return 0;
}

/** Adds a call that has a name, under its own number and behind its door. */
static int add_named(struct scc_explanation *explanation, const struct scc_arch *arch,
                     scc_error **err)
{
    const struct scc_syscall *call = explanation->question.call;
    uint32_t nr = scc_syscall_nr(call, arch);
    struct scc_syscall_door door = scc_syscall_door(call, arch);
    struct scc_explained own = {.arch = arch, .call = call, .nr = nr};
    struct scc_explained behind = {
        .arch = arch, .call = call, .nr = door.nr, .door = door.call, .selector = door.selector};
    if (nr == SCC_NR_NONE && !door.call)
        explanation->absent |= scc_arch_bit(arch->id);
    if (nr != SCC_NR_NONE && add_item(explanation, own, err) < 0)
        return -1;
    return door.call ? add_item(explanation, behind, err) : 0;
}

/** Whether a number under the audit arch of @p arch belongs to that ABI. */
static bool is_nr_of(const struct scc_arch *arch, uint32_t nr)
{
    if (arch->audit != scc_arch_get(SCC_ARCH_X86_64)->audit)
        return true;
    bool is_x32 = nr >= SCC_X32_BIT && nr != SCC_NR_SKIP;
    return is_x32 == (arch->id == SCC_ARCH_X32);
}

static int add_numbered(struct scc_explanation *explanation, const struct scc_arch *arch,
                        scc_error **err)
{
    uint32_t nr = explanation->question.nr;
    struct scc_explained item = {.arch = arch, .call = scc_syscall_at(arch, nr), .nr = nr};
    return is_nr_of(arch, nr) ? add_item(explanation, item, err) : 0;
}

static int add_on(struct scc_explanation *explanation, const struct scc_arch *arch, scc_error **err)
{
    return explanation->question.call ? add_named(explanation, arch, err)
                                      : add_numbered(explanation, arch, err);
}

/** Adds the call on each ABI of the policy, the target's own first. */
static int add_items_of_policy(struct scc_explanation *explanation, scc_error **err)
{
    const struct scc_policy *policy = explanation->input->policy;
    scc_arch_set arches = 0;
    for (size_t i = 0; i < policy->arch_count; i++) {
        arches |= scc_arch_bit(policy->arches[i].arch->id);
        if (add_on(explanation, policy->arches[i].arch, err) < 0)
            return -1;
    }
    /* x32's numbers arrive under x86_64's audit arch also where the filter has x86_64 alone. */
    scc_arch_set x86_64 = scc_arch_bit(SCC_ARCH_X86_64), x32 = scc_arch_bit(SCC_ARCH_X32);
    if (explanation->question.call || (arches & (x86_64 | x32)) != x86_64)
        return 0;
    return add_numbered(explanation, scc_arch_get(SCC_ARCH_X32), err);
}

/** Adds the call on each ABI that the program tells apart from an audit arch that nobody has. */
static int add_items_of_program(struct scc_explanation *explanation, scc_arch_set arches,
                                scc_error **err)
{
    explanation->ignores_arch = !arches;
    if (!arches)
        arches = scc_arch_bit(explanation->target->arch->id);
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        if (arches & scc_arch_bit((enum scc_arch_id)id) &&
            add_on(explanation, scc_arch_get((enum scc_arch_id)id), err) < 0)
            return -1;
    }
    return 0;
}

/*
 * Answers
 */

struct scc_question scc_explained_question(const struct scc_explanation *explanation,
                                           const struct scc_explained *item)
{
    struct scc_question question = explanation->question;
    if (item->door)
        return (struct scc_question){.known_args = 1, .args = {item->selector}};
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (item->cleared_args >> i & 1)
            question.args[i] &= UINT32_MAX;
    }
    return question;
}

static struct scc_given given_words(const struct scc_question *question)
{
    struct scc_given given = {0};
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (!(question->known_args & 1u << i))
            continue;
        unsigned high = scc_decision_arg_high(i), low = scc_decision_arg_low(i);
        given.known |= 1u << high | 1u << low;
        given.values[high] = (uint32_t)(question->args[i] >> 32);
        given.values[low] = (uint32_t)question->args[i];
    }
    return given;
}

static int compare_outcomes(const void *a, const void *b)
{
    const struct scc_outcome *first = a, *second = b;
    int order = (int)scc_action_of(second->before) - (int)scc_action_of(first->before);
    return order ? order : (first->before > second->before) - (first->before < second->before);
}

static int word_outcomes(struct scc_explanation *explanation, struct scc_explained *item,
                         struct scc_outcomes *found, scc_error **err)
{
    struct scc_pool *pool = &explanation->pool;
    qsort(found->items, found->count, sizeof *found->items, compare_outcomes);
    item->outcomes = scc_pool_take(pool, found->count, sizeof *item->outcomes);
    if (!item->outcomes)
        return scc_error_nomem(err);
    for (size_t i = 0; i < found->count; i++) {
        struct scc_explained_outcome *outcome = &item->outcomes[item->outcome_count++];
        outcome->return_value = found->items[i].before;
        if (scc_condition_make(explanation->space, pool, found->items[i].where,
                               item->arch->is_64bit, &outcome->condition, err) < 0)
            return -1;
    }
    return 0;
}

/** The possible answers at the item's number, once the known arguments are known. */
static int find_outcomes(struct scc_explanation *explanation, scc_diagram diagram,
                         struct scc_explained *item, scc_error **err)
{
    SCC_CLEANUP(scc_outcomes_free) struct scc_outcomes found = {0};
    struct scc_question question = scc_explained_question(explanation, item);
    struct scc_given given = given_words(&question);
    struct scc_decision_extent extent;
    scc_diagram there =
        scc_decision_at_nr(explanation->space, diagram, item->arch->audit, item->nr);
    there = scc_node_given(explanation->space, there, &given);
    if (scc_node_check(explanation->space, err) < 0 ||
        scc_decision_measure(explanation->space, there, &extent, err) < 0 ||
        scc_outcomes_find(explanation->space, there, there, &found, err) < 0)
        return -1;
    item->needed_args = extent.args;
    item->needs_ip = extent.needs_ip;
    return word_outcomes(explanation, item, &found, err);
}

/** The only answer, where it is known without a diagram. */
static int set_outcome(struct scc_explanation *explanation, struct scc_explained *item,
                       uint32_t return_value, scc_error **err)
{
    static const struct scc_term always;
    const struct scc_explained_outcome outcome = {return_value,
                                                  {.terms = &always, .term_count = 1}};
    item->outcomes = scc_pool_copy(&explanation->pool, &outcome, 1, sizeof outcome);
    item->outcome_count = 1;
    return item->outcomes ? 0 : scc_error_nomem(err);
}

/*
 * Of a profile
 */

static enum scc_holds test_cmp(const struct scc_cmp *cmp, const struct scc_question *question,
                               bool is_64bit)
{
    if (!(question->known_args & 1u << cmp->arg))
        return SCC_HOLDS_DEPENDS;
    return scc_cmp_holds(cmp, question->args[cmp->arg], is_64bit) ? SCC_HOLDS_YES : SCC_HOLDS_NO;
}

static struct scc_explained_rule test_rule(const struct scc_policy *policy,
                                           const struct scc_placed_rule *placed,
                                           const struct scc_question *question, bool is_64bit)
{
    struct scc_explained_rule tested = {.rule = &policy->rules[placed->rule],
                                        .holds = SCC_HOLDS_YES};
    tested.cmp_count = scc_policy_cmps(policy, placed, tested.cmps);
    for (unsigned i = 0; i < tested.cmp_count; i++) {
        tested.cmp_holds[i] = test_cmp(&tested.cmps[i], question, is_64bit);
        if (tested.cmp_holds[i] == SCC_HOLDS_NO)
            tested.holds = SCC_HOLDS_NO;
        else if (tested.cmp_holds[i] == SCC_HOLDS_DEPENDS && tested.holds == SCC_HOLDS_YES)
            tested.holds = SCC_HOLDS_DEPENDS;
    }
    return tested;
}

/** The first rule that does not fail answers, if it is certain that it holds. */
static void find_reason(struct scc_explained *item)
{
    item->reason = SCC_REASON_DEFAULT;
    for (size_t i = 0; i < item->rule_count; i++) {
        if (item->rules[i].holds == SCC_HOLDS_NO)
            continue;
        bool is_certain = item->rules[i].holds == SCC_HOLDS_YES;
        item->reason = is_certain ? SCC_REASON_RULE : SCC_REASON_DEPENDS;
        item->deciding = is_certain ? &item->rules[i] : NULL;
        return;
    }
}

/** Tests the item's rules for its question, and finds what decides. */
static int test_rules(struct scc_explanation *explanation, struct scc_explained *item,
                      const struct scc_placed_rule *placed, scc_error **err)
{
    struct scc_question question = scc_explained_question(explanation, item);
    item->rules = scc_pool_take(&explanation->pool, item->rule_count, sizeof *item->rules);
    if (!item->rules)
        return scc_error_nomem(err);
    for (size_t i = 0; i < item->rule_count; i++)
        item->rules[i] =
            test_rule(explanation->input->policy, &placed[i], &question, item->arch->is_64bit);
    find_reason(item);
    return 0;
}

/** The arguments whose known values have high words that hardening does not believe. */
static uint8_t find_unbelieved(const struct scc_explanation *explanation,
                               const struct scc_explained *item)
{
    struct scc_question question = scc_explained_question(explanation, item);
    unsigned args = question.known_args &
                    scc_policy_loose_args(explanation->input->policy, item->arch, item->nr);
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (!(question.args[i] >> 32))
            args &= ~(1u << i);
    }
    return (uint8_t)args;
}

/** Whether the item's rules, as they were tested, lead to its only answer. */
static bool leads_to_answer(const struct scc_explanation *explanation,
                            const struct scc_explained *item)
{
    if (item->reason == SCC_REASON_DEPENDS || item->outcome_count != 1)
        return false;
    const struct scc_policy *policy = explanation->input->policy;
    uint32_t answer = item->deciding ? item->deciding->rule->return_value
                                     : scc_policy_default_at(policy, item->arch->audit, item->nr);
    return answer == item->outcomes[0].return_value;
}

/**
 * Where hardening does not believe a high word: tells the rules for the call without it, unless
 * they explain the answer as it is.
 */
static int explain_cleared(struct scc_explanation *explanation, struct scc_explained *item,
                           const struct scc_placed_rule *placed, scc_error **err)
{
    uint8_t unbelieved = find_unbelieved(explanation, item);
    if (!unbelieved || leads_to_answer(explanation, item) || item->reason == SCC_REASON_DEPENDS)
        return 0;
    item->cleared_args = unbelieved;
    return test_rules(explanation, item, placed, err);
}

static int explain_rules(struct scc_explanation *explanation, struct scc_explained *item,
                         const struct scc_hardened_list *hardened, scc_error **err)
{
    const struct scc_policy *policy = explanation->input->policy;
    uint32_t outside;
    const struct scc_override *override =
        scc_policy_find_override(policy, item->arch->audit, item->nr);
    const struct scc_policy_arch *arch =
        scc_policy_find_arch(policy, item->arch->audit, item->nr, &outside);
    if (override && override->is_before_rules) {
        item->reason = SCC_REASON_ENOSYS;
        return 0;
    }
    if (!arch) {
        item->reason = item->nr == SCC_NR_SKIP ? SCC_REASON_SKIP : SCC_REASON_BAD_ARCH;
        return 0;
    }
    const struct scc_placed_rule *placed = scc_policy_rules_at(arch, item->nr, &item->rule_count);
    item->is_hardened = scc_hardened_how(hardened, placed) != SCC_HARDENS_NOTHING;
    if (test_rules(explanation, item, placed, err) < 0 ||
        explain_cleared(explanation, item, placed, err) < 0)
        return -1;
    if (override && item->reason == SCC_REASON_DEFAULT)
        item->reason = SCC_REASON_ENOSYS;
    return 0;
}

/** Notes what the installed libseccomp would leave out. */
static int ask_scmp(struct scc_explanation *explanation, scc_error **err)
{
    SCC_CLEANUP(scc_scmp_view_clear) struct scc_scmp_view view = {0};
    if (scc_scmp_view_make(explanation->input->policy, &view, err) < 0)
        return -1;
    for (size_t i = 0; i < explanation->count; i++) {
        struct scc_explained *item = &explanation->items[i];
        uint32_t outside;
        size_t known = 0;
        const struct scc_policy_arch *arch =
            scc_policy_find_arch(&view.policy, item->arch->audit, item->nr, &outside);
        if (arch)
            scc_policy_rules_at(arch, item->nr, &known);
        item->is_unknown_to_scmp = known < item->rule_count;
    }
    return 0;
}

/** Lists the rules for @p call that never answer. */
static void list_without_effect(struct scc_explanation *explanation, const struct scc_syscall *call)
{
    const struct scc_policy *policy = explanation->input->policy;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (rule->call == call &&
            (rule->effect == SCC_RULE_IS_DEFAULT || rule->effect == SCC_RULE_IS_SHADOWED))
            explanation->without_effect[explanation->without_effect_count++] = rule;
    }
}

/** Whether an item before @p index is of the same call. */
static bool is_told_before(const struct scc_explanation *explanation, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (explanation->items[i].call == explanation->items[index].call)
            return true;
    }
    return false;
}

/** Lists what else the profile says of each call that was found. */
static int explain_calls(struct scc_explanation *explanation, scc_error **err)
{
    explanation->without_effect =
        scc_pool_take(&explanation->pool, explanation->input->policy->rule_count,
                      sizeof *explanation->without_effect);
    if (!explanation->without_effect)
        return scc_error_nomem(err);
    for (size_t i = 0; i < explanation->count; i++) {
        const struct scc_syscall *call = explanation->items[i].call;
        if (!call || is_told_before(explanation, i))
            continue;
        list_without_effect(explanation, call);
        if (scc_explain_left_out(explanation, call, err) < 0)
            return -1;
    }
    return 0;
}

static int explain_profile(struct scc_explanation *explanation, scc_error **err)
{
    SCC_CLEANUP(scc_hardened_clear) struct scc_hardened_list hardened = {0};
    const struct scc_policy *policy = explanation->input->policy;
    scc_diagram diagram;
    if (scc_decision_from_policy(explanation->space, policy, &diagram, err) < 0 ||
        scc_hardened_find(policy, &hardened, err) < 0 || add_items_of_policy(explanation, err) < 0)
        return -1;
    for (size_t i = 0; i < explanation->count; i++) {
        struct scc_explained *item = &explanation->items[i];
        if (find_outcomes(explanation, diagram, item, err) < 0 ||
            explain_rules(explanation, item, &hardened, err) < 0)
            return -1;
    }
    return ask_scmp(explanation, err) < 0 ? -1 : explain_calls(explanation, err);
}

/*
 * Of a program
 */

/** What a program means, as far as it can be told. */
struct meaning {
    bool has_diagram; /* of the whole program; otherwise one is made for each item */
    scc_diagram diagram;
};

static int renew_space(struct scc_explanation *explanation, scc_error **err)
{
    scc_decision_space_free(SCC_STEAL(explanation->space));
    if (scc_decision_space_new(SCC_DIFFERENCE_NODES, SCC_ORDER_BY_WORD, &explanation->space, err) <
        0)
        return -1;
    scc_decision_space_count_into(explanation->space, &explanation->work);
    return 0;
}

/** Finds the meaning and the ABIs; a bound that is reached is no error yet. */
static int read_program(struct scc_explanation *explanation, struct meaning *meaning,
                        scc_arch_set *arches, scc_error **err)
{
    scc_error *own = NULL;
    *arches = scc_arch_runnable(explanation->target->arch);
    meaning->has_diagram =
        scc_decision_from_program(explanation->space, explanation->input->program,
                                  &meaning->diagram, &own) == 0;
    if (meaning->has_diagram)
        return scc_regions_arches(explanation->space, meaning->diagram, arches, err);
    bool is_bound = scc_error_get_code(own) == SCC_ERROR_INPUT;
    if (!is_bound && err)
        *err = SCC_STEAL(own);
    scc_error_free(own);
    return is_bound ? 0 : -1;
}

/** The value of a word of seccomp_data, where the item and the known arguments tell it. */
static bool find_word(const struct scc_explanation *explanation, const struct scc_explained *item,
                      uint32_t word, uint32_t *value)
{
    struct scc_question question = scc_explained_question(explanation, item);
    bool is_big_endian = explanation->input->program->is_big_endian;
    unsigned arg = (word - SCC_WORD_ARGS) / 2;
    if (word == SCC_WORD_ARCH || word == SCC_WORD_NR) {
        *value = word == SCC_WORD_NR ? item->nr : item->arch->audit;
        return true;
    }
    if (word < SCC_WORD_ARGS || !(question.known_args & 1u << arg))
        return false;
    bool is_high = word == scc_word_high(arg, is_big_endian);
    *value = (uint32_t)(is_high ? question.args[arg] >> 32 : question.args[arg]);
    return true;
}

/**
 * The program for one item, with constants where it loads what is known. Its diagram is smaller
 * than that of the whole.
 */
static int make_narrow_diagram(struct scc_explanation *explanation,
                               const struct scc_explained *item, scc_diagram *diagram,
                               scc_error **err)
{
    struct scc_program narrow = *explanation->input->program;
    SCC_AUTOFREE struct sock_filter *insns = calloc(narrow.count, sizeof *insns);
    if (!insns)
        return scc_error_nomem(err);
    for (size_t i = 0; i < narrow.count; i++) {
        uint32_t value;
        insns[i] = narrow.insns[i];
        if (insns[i].code == (BPF_LD | BPF_W | BPF_ABS) &&
            find_word(explanation, item, insns[i].k / 4, &value))
            insns[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, value);
    }
    narrow.insns = insns;
    if (renew_space(explanation, err) < 0)
        return -1;
    return scc_decision_from_program(explanation->space, &narrow, diagram, err);
}

/** The answer by the path where that leads to the end, otherwise by a diagram. */
static int answer_by_program(struct scc_explanation *explanation, const struct meaning *meaning,
                             struct scc_explained *item, scc_error **err)
{
    uint32_t return_value;
    bool is_certain;
    scc_diagram diagram = meaning->diagram;
    item->reason = SCC_REASON_PROGRAM;
    if (scc_explain_path(explanation, item, &is_certain, &return_value, err) < 0)
        return -1;
    if (is_certain)
        return set_outcome(explanation, item, return_value, err);
    if (!meaning->has_diagram && make_narrow_diagram(explanation, item, &diagram, err) < 0)
        return -1;
    return find_outcomes(explanation, diagram, item, err);
}

static int explain_program(struct scc_explanation *explanation, scc_error **err)
{
    struct meaning meaning = {0};
    scc_arch_set arches;
    if (read_program(explanation, &meaning, &arches, err) < 0 ||
        add_items_of_program(explanation, arches, err) < 0)
        return -1;
    for (size_t i = 0; i < explanation->count; i++) {
        if (answer_by_program(explanation, &meaning, &explanation->items[i], err) < 0)
            return -1;
    }
    return 0;
}

int scc_explain(const struct scc_input *input, const struct scc_target *target,
                const struct scc_question *question, struct scc_explanation *explanation,
                scc_error **err)
{
    *explanation =
        (struct scc_explanation){.input = input, .target = target, .question = *question};
    explanation->work.limit = SCC_WORK_OF_COMMAND;
    if (renew_space(explanation, err) < 0)
        return -1;
    int done = input->kind == SCC_INPUT_PROFILE ? explain_profile(explanation, err)
                                                : explain_program(explanation, err);
    return done < 0 ? scc_error_wrap(err, "%s", input->name) : 0;
}
