/* SPDX-License-Identifier: Apache-2.0 */
/* What comparisons of arguments mean beside what they say. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "error.h"
#include "lint_check.h"
#include "util.h"

enum {
    /** Of so many rules of one number each is asked whether the others cover it. */
    COVERED_MAX = 64,
};

/*
 * Entries as they are written
 */

/** Adds "a1 > 0x3" as a profile's comparison. */
static void add_cmp(struct scc_strbuf *out, const struct scc_cmp *cmp)
{
    static const char *const signs[SCC_OP_COUNT] = {
        [SCC_OP_NE] = "!=", [SCC_OP_LT] = "<",  [SCC_OP_LE] = "<=",
        [SCC_OP_EQ] = "==", [SCC_OP_GE] = ">=", [SCC_OP_GT] = ">",
    };
    if (cmp->op == SCC_OP_MASKED_EQ)
        scc_strbuf_addf(out, "a%u & 0x%" PRIx64 " == 0x%" PRIx64, cmp->arg, cmp->value,
                        cmp->value2);
    else
        scc_strbuf_addf(out, "a%u %s 0x%" PRIx64, cmp->arg, signs[cmp->op], cmp->value);
}

/** Adds the entry's first name. */
static void add_name(struct scc_strbuf *out, const struct scc_profile_entry *entry)
{
    const struct scc_json_node *name = scc_profile_first_name(entry);
    if (name)
        scc_strbuf_add_escaped(out, scc_json_string(name));
}

static bool is_selected(const struct scc_lint *lint, const struct scc_profile_entry *entry)
{
    return lint->policy->left_out[entry->node->position] == SCC_ENTRY_SELECTED;
}

/** A call of the entry's first name that some architecture of the policy has; false: none. */
static bool call_of_entry(const struct scc_lint *lint, const struct scc_profile_entry *entry,
                          struct scc_call *call)
{
    const struct scc_json_node *name = scc_profile_first_name(entry);
    const struct scc_syscall *found = name ? scc_syscall_find(scc_json_string(name)) : NULL;
    if (!found || !is_selected(lint, entry))
        return false;
    return scc_lint_call_of(lint, found, call);
}

/** Adds what the entry's call with one argument set is answered. */
static void add_answer_of(struct scc_strbuf *out, const struct scc_lint *lint,
                          const struct scc_profile_entry *entry, unsigned arg, uint64_t value)
{
    struct scc_call call;
    if (!call_of_entry(lint, entry, &call))
        return;
    call.args[arg] = value;
    scc_lint_add_answer(out, lint, &call, (uint8_t)(1u << arg));
}

static bool never_holds(const struct scc_cmp *cmp)
{
    return (cmp->op == SCC_OP_LT && cmp->value == 0) ||
           (cmp->op == SCC_OP_GT && cmp->value == UINT64_MAX);
}

static bool always_holds(const struct scc_cmp *cmp)
{
    return (cmp->op == SCC_OP_GE && cmp->value == 0) ||
           (cmp->op == SCC_OP_LE && cmp->value == UINT64_MAX) ||
           (cmp->op == SCC_OP_MASKED_EQ && cmp->value == 0);
}

/** A finding about one comparison: "NAME: COMPARISON SAYS". */
static int tell_cmp(struct scc_lint *lint, enum scc_lint_id id,
                    const struct scc_profile_entry *entry, unsigned index, const char *says,
                    uint64_t example)
{
    const struct scc_cmp *cmp = &entry->cmps[index];
    struct scc_lint_words words = {0};
    if (!scc_lint_count(lint, id))
        return 0;
    add_name(&words.reason, entry);
    scc_strbuf_add(&words.reason, ": ");
    add_cmp(&words.reason, cmp);
    scc_strbuf_addf(&words.reason, " %s", says);
    add_answer_of(&words.shown, lint, entry, cmp->arg, example);
    return scc_lint_tell(lint, id, scc_lint_cmp_of(entry, index), &words);
}

/** valueTwo as it is written; a parsed comparison has it without the bits outside the mask. */
static uint64_t value_two_of(const struct scc_profile_entry *entry, unsigned index)
{
    const struct scc_json_node *node = scc_lint_cmp_of(entry, index);
    const struct scc_json_node *member =
        node->kind == SCC_JSON_OBJECT ? scc_json_member(node, "valueTwo") : NULL;
    uint64_t value = 0;
    if (member && member->kind == SCC_JSON_NUMBER)
        scc_json_uint(member, UINT64_MAX, &value, NULL);
    return value;
}

static int check_cmp(struct scc_lint *lint, const struct scc_profile_entry *entry, unsigned index)
{
    const struct scc_cmp *cmp = &entry->cmps[index];
    if (never_holds(cmp))
        return tell_cmp(lint, SCC_LINT_IMPOSSIBLE_COMPARISON, entry, index,
                        "holds for no value: arguments are unsigned", cmp->value);
    if (always_holds(cmp))
        return tell_cmp(lint, SCC_LINT_COMPARISON_ALWAYS_TRUE, entry, index,
                        "holds for every value", UINT32_MAX);
    if (cmp->op == SCC_OP_MASKED_EQ && value_two_of(entry, index) & ~cmp->value)
        return tell_cmp(lint, SCC_LINT_MASK_VALUE_OUTSIDE, entry, index,
                        "is all that is compared: valueTwo has bits outside the mask, value",
                        cmp->value2);
    return 0;
}

/*
 * One argument twice
 */

enum { CANDIDATES_MAX = 4 * SCC_ARG_COUNT };

static bool holds_all(const struct scc_profile_entry *entry, unsigned arg, uint64_t value)
{
    for (unsigned i = 0; i < entry->cmp_count; i++) {
        if (entry->cmps[i].arg == arg && !scc_cmp_holds(&entry->cmps[i], value, true))
            return false;
    }
    return true;
}

static bool holds_one(const struct scc_profile_entry *entry, unsigned arg, uint64_t value)
{
    for (unsigned i = 0; i < entry->cmp_count; i++) {
        if (entry->cmps[i].arg == arg && scc_cmp_holds(&entry->cmps[i], value, true))
            return true;
    }
    return false;
}

/** Values at the borders of the comparisons of an argument. */
static unsigned candidates(const struct scc_profile_entry *entry, unsigned arg,
                           uint64_t values[CANDIDATES_MAX])
{
    unsigned count = 0;
    for (unsigned i = 0; i < entry->cmp_count; i++) {
        const struct scc_cmp *cmp = &entry->cmps[i];
        bool is_masked = cmp->op == SCC_OP_MASKED_EQ;
        uint64_t value = is_masked ? cmp->value2 : cmp->value;
        if (cmp->arg != arg)
            continue;
        values[count++] = value;
        values[count++] = value - 1;
        values[count++] = value + 1;
        values[count++] = is_masked ? value | ~cmp->value : 0;
    }
    return count;
}

/** The argument that stands twice among the entry's comparisons, or SCC_ARG_COUNT. */
static unsigned repeated_arg(const struct scc_profile_entry *entry)
{
    unsigned seen = 0;
    for (unsigned i = 0; i < entry->cmp_count; i++) {
        if (seen >> entry->cmps[i].arg & 1)
            return entry->cmps[i].arg;
        seen |= 1u << entry->cmps[i].arg;
    }
    return SCC_ARG_COUNT;
}

static bool compares_another(const struct scc_profile_entry *entry, unsigned arg)
{
    for (unsigned i = 0; i < entry->cmp_count; i++) {
        if (entry->cmps[i].arg != arg)
            return true;
    }
    return false;
}

/**
 * Alternatives such as == 1 and == 2 can only have been meant as alternatives; nothing is said of
 * them unless another argument is compared beside them.
 */
static int check_repeated_arg(struct scc_lint *lint, const struct scc_profile_entry *entry)
{
    unsigned arg = repeated_arg(entry), count;
    uint64_t values[CANDIDATES_MAX], example = 0;
    bool can_be_meant = false, has_example = false;
    if (arg == SCC_ARG_COUNT)
        return 0;
    count = candidates(entry, arg, values);
    can_be_meant = compares_another(entry, arg);
    for (unsigned i = 0; i < count; i++) {
        can_be_meant |= holds_all(entry, arg, values[i]);
        if (!has_example && holds_one(entry, arg, values[i]) && !holds_all(entry, arg, values[i])) {
            has_example = true;
            example = values[i];
        }
    }
    if (!can_be_meant || !has_example || !scc_lint_count(lint, SCC_LINT_SAME_ARGUMENT_OR))
        return 0;
    struct scc_lint_words words = {0};
    add_name(&words.reason, entry);
    scc_strbuf_addf(&words.reason, ": argument %u is compared twice, so each of ", arg);
    for (unsigned i = 0; i < entry->cmp_count; i++) {
        scc_strbuf_add(&words.reason, i == 0 ? "" : i + 1 < entry->cmp_count ? ", " : " and ");
        add_cmp(&words.reason, &entry->cmps[i]);
    }
    scc_strbuf_add(&words.reason, " is enough alone");
    add_answer_of(&words.shown, lint, entry, arg, example);
    return scc_lint_tell(lint, SCC_LINT_SAME_ARGUMENT_OR, scc_lint_cmp_of(entry, 0)->parent,
                         &words);
}

static int check_entries(struct scc_lint *lint)
{
    for (size_t i = 0; i < lint->profile->entry_count; i++) {
        const struct scc_profile_entry *entry = &lint->profile->entries[i];
        if (lint->options.for_compile && !is_selected(lint, entry))
            continue;
        for (unsigned j = 0; j < entry->cmp_count; j++) {
            if (check_cmp(lint, entry, j) < 0)
                return -1;
        }
        if (check_repeated_arg(lint, entry) < 0)
            return -1;
    }
    return 0;
}

/*
 * Numbers as they were selected
 */

/** How the kernel takes an argument of which it ignores the high word. */
static const char *type_in_words(const struct scc_syscall *call, const struct scc_arch *arch,
                                 unsigned arg)
{
    switch (scc_syscall_argument(call, arch, arg)) {
    case SCC_ARGUMENT_INT:
        return "`int`";
    case SCC_ARGUMENT_UINT:
        return "`unsigned int`";
    case SCC_ARGUMENT_FLAGS:
        return "32-bit flags";
    default:
        return "32-bit";
    }
}

/** The argument of @p call that has a high word and is in @p args. */
static unsigned loose_arg(const struct scc_call *call, uint8_t args)
{
    unsigned arg = 0;
    while (arg + 1 < SCC_ARG_COUNT && !(args >> arg & 1 && call->args[arg] >> 32))
        arg++;
    return arg;
}

/** Where the rule compares argument @p arg; its name where it does not. */
static const struct scc_json_node *cmp_node(const struct scc_lint *lint,
                                            const struct scc_rule *rule, unsigned arg)
{
    const struct scc_profile_entry *entry = &lint->profile->entries[rule->origin.entry];
    for (unsigned i = 0; i < entry->cmp_count; i++) {
        if (entry->cmps[i].arg == arg)
            return scc_lint_cmp_of(entry, i);
    }
    return scc_lint_name_of(lint, rule);
}

/** What a profile can do about argument @p arg of @p rule, which may be NULL. */
static const char *advice_for(const struct scc_lint *lint, const struct scc_rule *rule,
                              unsigned arg)
{
    const struct scc_profile_entry *entry =
        rule ? &lint->profile->entries[rule->origin.entry] : NULL;
    unsigned i = 0;
    while (entry && i < entry->cmp_count && entry->cmps[i].arg != arg)
        i++;
    if (!entry || i == entry->cmp_count)
        return "In a profile only SCMP_CMP_MASKED_EQ, with a mask of 32 bits at most, compares the "
               "low word alone.";
    switch (entry->cmps[i].op) {
    case SCC_OP_EQ:
        return "In a profile, SCMP_CMP_MASKED_EQ with mask 0xffffffff compares the low word alone.";
    case SCC_OP_MASKED_EQ:
        return "In a profile, a mask without high bits compares the low word alone.";
    default:
        return "In a profile no operator says != or a range of the low word alone: runc and "
               "Docker, "
               "which take no program, need an entry for each value, or for each block of 2^N "
               "values, with SCMP_CMP_MASKED_EQ.";
    }
}

/** Adds the door through which a call can be made whatever its own comparisons say. */
static void add_open_door(struct scc_strbuf *out, const struct scc_lint *lint,
                          const struct scc_syscall *name)
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        const struct scc_arch *arch = lint->policy->arches[i].arch;
        struct scc_syscall_door door = scc_syscall_door(name, arch);
        struct scc_call call = {.audit = arch->audit, .nr = door.nr};
        call.args[0] = door.selector;
        if (!door.call || !scc_lint_passes(scc_policy_answer(lint->policy, &call)))
            continue;
        scc_strbuf_addf(out,
                        " Neither closes %s on %s, through which a process can make the call "
                        "unseen (multiplexed-door).",
                        door.call->name, arch->name);
        return;
    }
}

static int check_loose(struct scc_lint *lint, const struct scc_lint_number *number)
{
    struct scc_call call, read;
    const struct scc_syscall *name = scc_syscall_at(number->arch, number->nr);
    if (!name || !scc_lint_wants(lint, SCC_LINT_INT_COMPARED_AS_64_BITS))
        return 0;
    int found = scc_lint_find_loose_call(lint, number, name, &call, &read);
    if (found != 1 || !scc_lint_count(lint, SCC_LINT_INT_COMPARED_AS_64_BITS))
        return found < 0 ? -1 : 0;
    uint32_t answer;
    unsigned arg = loose_arg(&call, scc_syscall_loose_args(name, number->arch));
    const struct scc_rule *rule = scc_policy_match(lint->policy, &call, &answer);
    rule = rule ? rule : scc_policy_match(lint->policy, &read, &answer);
    struct scc_lint_words words = {0};
    scc_strbuf_addf(&words.reason, "%s: %s argument %u is compared as 64 bits", name->name,
                    type_in_words(name, number->arch, arg), arg);
    scc_lint_add_answer(&words.shown, lint, &call, (uint8_t)(1u << arg));
    scc_strbuf_add(&words.shown, ", but the kernel reads ");
    scc_lint_add_bare_call(&words.shown, lint, &read, (uint8_t)(1u << arg));
    scc_strbuf_add(&words.shown, ": ");
    scc_action_describe(&words.shown, scc_policy_answer(lint->policy, &read), lint->policy->target);
    scc_strbuf_addf(&words.fix, "--harden closes it in a program. %s", advice_for(lint, rule, arg));
    add_open_door(&words.fix, lint, name);
    return scc_lint_tell(lint, SCC_LINT_INT_COMPARED_AS_64_BITS,
                         rule ? cmp_node(lint, rule, arg) : scc_lint_default_of(lint), &words);
}

/** Of each pair of rules one finding, whatever number of architectures has it: @p is_told. */
static int check_conflict(struct scc_lint *lint, const struct scc_lint_number *number,
                          unsigned char *is_told)
{
    struct scc_call call;
    const struct scc_rule *rules[2];
    if (lint->options.takes_strictest || !scc_lint_wants(lint, SCC_LINT_CONFLICTING_ACTIONS))
        return 0;
    int found = scc_lint_find_conflict(lint, number, &call, rules);
    if (found != 1 || is_told[rules[1] - lint->policy->rules])
        return found < 0 ? -1 : 0;
    is_told[rules[1] - lint->policy->rules] = 1;
    if (!scc_lint_count(lint, SCC_LINT_CONFLICTING_ACTIONS))
        return 0;
    struct scc_lint_words words = {0};
    scc_strbuf_addf(&words.reason, "%s: ", rules[1]->call->name);
    scc_action_describe(&words.reason, rules[1]->return_value, lint->policy->target);
    scc_strbuf_addf(&words.reason, " for a call that line %u answers with ", rules[0]->origin.line);
    scc_action_describe(&words.reason, rules[0]->return_value, lint->policy->target);
    scc_lint_add_call(&words.shown, lint, &call, scc_lint_compared_args(lint, number));
    scc_strbuf_add(&words.shown, " matches both");
    return scc_lint_tell(lint, SCC_LINT_CONFLICTING_ACTIONS, scc_lint_name_of(lint, rules[1]),
                         &words);
}

/** What comes of a comparison where the argument has 32 bits. */
enum narrow_sense {
    SENSE_KEPT,
    SENSE_NEVER,  /* it holds for no value */
    SENSE_ALWAYS, /* it holds for every value */
};

static enum narrow_sense sense_in_32_bits(const struct scc_cmp *cmp)
{
    bool is_above = cmp->value > UINT32_MAX, is_last = cmp->value == UINT32_MAX;
    switch (cmp->op) {
    case SCC_OP_EQ:
    case SCC_OP_GE:
        return is_above ? SENSE_NEVER : SENSE_KEPT;
    case SCC_OP_GT:
        return is_above || is_last ? SENSE_NEVER : SENSE_KEPT;
    case SCC_OP_NE:
    case SCC_OP_LT:
        return is_above ? SENSE_ALWAYS : SENSE_KEPT;
    case SCC_OP_LE:
        return is_above || is_last ? SENSE_ALWAYS : SENSE_KEPT;
    default:
        if (cmp->value2 > UINT32_MAX)
            return SENSE_NEVER;
        return is_above && !(uint32_t)cmp->value ? SENSE_ALWAYS : SENSE_KEPT;
    }
}

/** Whether the comparison looks past the 32 bits that the number's argument has. */
static bool is_too_wide(const struct scc_lint *lint, const struct scc_lint_number *number,
                        const struct scc_rule *rule, const struct scc_cmp *cmp)
{
    if (sense_in_32_bits(cmp) == SENSE_KEPT)
        return false;
    if (number->arch->is_64bit)
        return scc_syscall_loose_args(rule->call, number->arch) >> cmp->arg & 1;
    /* "At most 0xffffffff" was written for the 64-bit ABI beside it, where it says something. */
    return cmp->value != UINT32_MAX || !lint->policy->target->is_64bit;
}

/** How the comparison behaves there, and the answer to the value that is left of its own. */
static void explain_wide(struct scc_lint *lint, const struct scc_lint_number *number,
                         const struct scc_rule *rule, const struct scc_cmp *cmp,
                         struct scc_lint_words *words)
{
    struct scc_call call = scc_lint_call_at(number);
    uint64_t value = cmp->op == SCC_OP_MASKED_EQ ? cmp->value2 : cmp->value;
    call.args[cmp->arg] = (uint32_t)value;
    scc_strbuf_addf(&words->reason, "%s: ", rule->call->name);
    add_cmp(&words->reason, cmp);
    scc_strbuf_addf(&words->reason, " holds %s: argument %u on %s has 32 bits",
                    sense_in_32_bits(cmp) == SENSE_NEVER ? "never" : "always", cmp->arg,
                    number->arch->name);
    scc_lint_add_answer(&words->shown, lint, &call, (uint8_t)(1u << cmp->arg));
    if (!number->arch->is_64bit && value > UINT32_MAX)
        scc_strbuf_addf(&words->shown, "; libseccomp compares with 0x%" PRIx32, (uint32_t)value);
}

static int check_wide_value(struct scc_lint *lint, const struct scc_lint_number *number,
                            const struct scc_rule *rule, unsigned char *is_told)
{
    size_t index = (size_t)(rule - lint->policy->rules);
    for (unsigned i = 0; i < rule->cmp_count && !is_told[index]; i++) {
        struct scc_lint_words words = {0};
        if (!is_too_wide(lint, number, rule, &rule->cmps[i]))
            continue;
        is_told[index] = 1;
        if (!scc_lint_count(lint, SCC_LINT_VALUE_ABOVE_32_BITS))
            return 0;
        explain_wide(lint, number, rule, &rule->cmps[i], &words);
        return scc_lint_tell(lint, SCC_LINT_VALUE_ABOVE_32_BITS,
                             cmp_node(lint, rule, rule->cmps[i].arg), &words);
    }
    return 0;
}

/** A call with CLONE_NEWUSER that passes, if the rule is about it: it lets it pass or misses it. */
static bool find_free_clone(const struct scc_lint *lint, const struct scc_lint_number *number,
                            const struct scc_rule *rule, const struct scc_cmp *cmp,
                            struct scc_call *call)
{
    enum { NEW_USER_NAMESPACE = 0x10000000 }; /* CLONE_NEWUSER, linux/sched.h */
    const uint64_t stacks[] = {0, cmp->value, cmp->value2, cmp->value + 1, cmp->value - 1, 16};
    *call = scc_lint_call_at(number);
    call->args[scc_lint_clone_flags(number->arch)] = NEW_USER_NAMESPACE;
    for (size_t i = 0; i < SCC_COUNT(stacks); i++) {
        uint32_t answer;
        call->args[cmp->arg] = stacks[i];
        const struct scc_rule *by = scc_policy_match(lint->policy, call, &answer);
        if (scc_lint_passes(answer) && (by == rule || !scc_lint_passes(rule->return_value)))
            return true;
    }
    return false;
}

/** The rule's comparison of argument 0, or NULL. */
static const struct scc_cmp *first_argument_of(const struct scc_rule *rule)
{
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        if (rule->cmps[i].arg == 0)
            return &rule->cmps[i];
    }
    return NULL;
}

static int check_clone(struct scc_lint *lint, const struct scc_lint_number *number,
                       const struct scc_rule *rule, unsigned char *is_told)
{
    struct scc_call call;
    size_t index = (size_t)(rule - lint->policy->rules);
    const struct scc_cmp *cmp = first_argument_of(rule);
    if (!cmp || is_told[index] || strcmp(rule->call->name, "clone") != 0 ||
        scc_lint_clone_flags(number->arch) == 0 || !find_free_clone(lint, number, rule, cmp, &call))
        return 0;
    is_told[index] = 1;
    if (!scc_lint_count(lint, SCC_LINT_CLONE_ARGUMENT_ORDER))
        return 0;
    struct scc_lint_words words = {0};
    scc_strbuf_addf(&words.reason, "clone: argument 0 is compared, which on %s is the stack",
                    number->arch->name);
    scc_lint_add_answer(&words.shown, lint, &call, 2);
    scc_strbuf_add(&words.shown, ", with CLONE_NEWUSER");
    return scc_lint_tell(lint, SCC_LINT_CLONE_ARGUMENT_ORDER, cmp_node(lint, rule, 0), &words);
}

/** How many arguments the call has; SCC_ARG_COUNT where that is not known. */
static unsigned argument_count(const struct scc_syscall *call, const struct scc_arch *arch)
{
    unsigned count = SCC_ARG_COUNT;
    while (count && scc_syscall_argument(call, arch, count - 1) == SCC_ARGUMENT_UNKNOWN)
        count--;
    return count ? count : SCC_ARG_COUNT;
}

static int check_missing_argument(struct scc_lint *lint, const struct scc_lint_number *number,
                                  const struct scc_rule *rule)
{
    unsigned count = argument_count(rule->call, number->arch);
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        const struct scc_cmp *cmp = &rule->cmps[i];
        if (cmp->arg < count)
            continue;
        if (!scc_lint_count(lint, SCC_LINT_NO_SUCH_ARGUMENT))
            return 0;
        struct scc_lint_words words = {0};
        struct scc_call call = scc_lint_call_at(number);
        call.args[cmp->arg] = cmp->op == SCC_OP_MASKED_EQ ? cmp->value2 : cmp->value;
        scc_strbuf_addf(&words.reason, "%s: ", rule->call->name);
        add_cmp(&words.reason, cmp);
        scc_strbuf_addf(&words.reason, ", but the call has %u argument%s", count,
                        count == 1 ? "" : "s");
        scc_lint_add_answer(&words.shown, lint, &call, (uint8_t)(1u << cmp->arg));
        return scc_lint_tell(lint, SCC_LINT_NO_SUCH_ARGUMENT, cmp_node(lint, rule, cmp->arg),
                             &words);
    }
    return 0;
}

/** Tells of a rule without which the number is answered alike: others match what it does. */
static int check_covered(struct scc_lint *lint, const struct scc_lint_number *number, size_t index)
{
    const struct scc_rule *rule = &lint->policy->rules[number->placed[index].rule];
    int covered = number->count > 1 && number->count <= COVERED_MAX
                      ? scc_lint_is_covered(lint, number, index)
                      : 0;
    if (covered != 1 || !scc_lint_count(lint, SCC_LINT_COVERED))
        return covered < 0 ? -1 : 0;
    struct scc_lint_words words = {0};
    scc_strbuf_addf(&words.reason, "%s: ", rule->call->name);
    scc_action_describe(&words.reason, rule->return_value, lint->policy->target);
    scc_strbuf_add(&words.reason, " has no effect: other rules answer all that it matches");
    return scc_lint_tell(lint, SCC_LINT_COVERED, scc_lint_name_of(lint, rule), &words);
}

static int check_number(struct scc_lint *lint, const struct scc_lint_number *number,
                        unsigned char *conflicts, unsigned char *told, unsigned char *seen)
{
    uint32_t answer;
    if (scc_lint_is_constant(lint, number, &answer))
        return 0;
    if (check_loose(lint, number) < 0 || check_conflict(lint, number, conflicts) < 0)
        return -1;
    for (size_t i = 0; i < number->count && !lint->options.for_compile; i++) {
        const struct scc_rule *rule = &lint->policy->rules[number->placed[i].rule];
        if (number->placed[i].selector)
            continue;
        if (check_wide_value(lint, number, rule, told) < 0 ||
            check_clone(lint, number, rule, told) < 0)
            return -1;
        /* The first architecture with the call speaks for the others. */
        if (seen[number->placed[i].rule])
            continue;
        seen[number->placed[i].rule] = 1;
        if (check_missing_argument(lint, number, rule) < 0 || check_covered(lint, number, i) < 0)
            return -1;
    }
    return 0;
}

int scc_lint_check_comparisons(struct scc_lint *lint)
{
    const struct scc_policy *policy = lint->policy;
    SCC_AUTOFREE unsigned char *conflicts = calloc(policy->rule_count + 1, 1);
    SCC_AUTOFREE unsigned char *told = calloc(policy->rule_count + 1, 1);
    SCC_AUTOFREE unsigned char *seen = calloc(policy->rule_count + 1, 1);
    if (!conflicts || !told || !seen)
        return scc_error_nomem(lint->err);
    if (check_entries(lint) < 0)
        return -1;
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_policy_arch *table = &policy->arches[i];
        for (size_t at = 0; at < table->count;) {
            struct scc_lint_number number = scc_lint_number_at(table, table->placed[at].nr);
            if (check_number(lint, &number, conflicts, told, seen) < 0)
                return -1;
            at += number.count;
        }
    }
    return 0;
}
