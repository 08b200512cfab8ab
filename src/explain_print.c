/* SPDX-License-Identifier: Apache-2.0 */
/** The explanation for a person. ABIs with the same text are told together. */
#include "explain.h"

#include <inttypes.h>
#include <seccompc/emit.h>
#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "enosys.h"
#include "page.h"
#include "policy.h"
#include "syscall.h"
#include "util.h"

enum {
    BODY_COLUMNS = 2,
    MORE_COLUMNS = 4, /* a body line that goes on */
    /** So many rules of one kind are told; the others are counted. */
    RULES_MAX = 16,
    /** So many jumps of one kind that are not taken are told one by one. */
    SIMILAR_MAX = 4,
    TEXT_COLUMNS = 26, /* of an instruction */
};

/** What is said of an item: a line of its own for each line feed. */
struct told {
    const struct scc_explanation *explanation;
    const struct scc_explained *item;
    const struct scc_arch *errnos;
    struct scc_strbuf head; /* before the ABIs */
    struct scc_strbuf body;
    struct scc_strbuf path; /* not wrapped */
};

static void free_told(struct told *told)
{
    scc_strbuf_free(&told->head);
    scc_strbuf_free(&told->body);
    scc_strbuf_free(&told->path);
}

/*
 * The first line
 */

/** Adds the ABI, and the number where the call has a name. */
static void add_arch(struct scc_strbuf *out, const struct scc_explained *item)
{
    scc_strbuf_add(out, item->arch->name);
    if (item->call && item->arch->id == SCC_ARCH_X32)
        scc_strbuf_addf(out, " (0x%x+%" PRIu32 ")", SCC_X32_BIT, item->nr - SCC_X32_BIT);
    else if (item->call)
        scc_strbuf_addf(out, " (%" PRIu32 ")", item->nr);
}

static void add_arguments(struct scc_strbuf *out, const struct scc_question *question)
{
    const char *joint = " with ";
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (!(question->known_args & 1u << i))
            continue;
        scc_strbuf_addf(out, "%sa%u = ", joint, i);
        scc_value_describe(out, question->args[i]);
        joint = ", ";
    }
}

static void add_dependence(struct scc_strbuf *out, const struct scc_explained *item)
{
    const char *joint = " depends on ";
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (!(item->needed_args & 1u << i))
            continue;
        scc_strbuf_addf(out, "%sa%u", joint, i);
        joint = ", ";
    }
    if (item->needs_ip)
        scc_strbuf_addf(out, "%sthe instruction pointer", joint);
}

static void tell_head(struct told *told)
{
    const struct scc_explained *item = told->item;
    struct scc_strbuf *out = &told->head;
    scc_strbuf_add(out, item->call ? item->call->name : "nr ");
    if (!item->call)
        scc_value_describe(out, item->nr);
    if (item->door)
        scc_strbuf_addf(out, " as %s(%" PRIu32 ", …)", item->door->name, item->selector);
    else
        add_arguments(out, &told->explanation->question);
    if (item->outcome_count == 1) {
        scc_strbuf_add(out, " → ");
        scc_return_describe(out, item->outcomes[0].return_value, told->errnos);
    } else {
        add_dependence(out, item);
    }
    scc_strbuf_add(out, " on ");
}

/*
 * Rules
 */

/** Adds "syscalls[7] (p.json:9)"; of LXC's text "rule 7 (p.lxc:9)". */
static void add_entry(struct told *told, uint32_t entry, const char *file, uint32_t line)
{
    struct scc_strbuf *out = &told->body;
    bool is_lxc = !told->explanation->input->profile;
    scc_strbuf_addf(out, is_lxc ? "rule %" PRIu32 " (" : "syscalls[%" PRIu32 "] (", entry);
    scc_strbuf_add_escaped(out, file);
    scc_strbuf_addf(out, ":%" PRIu32 ")", line);
}

static void add_rule_name(struct told *told, const struct scc_rule *rule)
{
    struct scc_place place = scc_policy_place_of(told->explanation->input->policy, rule);
    add_entry(told, rule->origin.entry, place.file, place.line);
    bool is_for_other = told->item->call && rule->call != told->item->call;
    if (is_for_other)
        scc_strbuf_addf(&told->body, ", for %s,", rule->call->name);
}

static void add_cmps(struct scc_strbuf *out, const struct scc_explained_rule *rule)
{
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        scc_strbuf_add(out, i ? " and " : "");
        scc_cmp_describe(out, &rule->cmps[i]);
    }
}

/** Adds the comparisons that fail, and what would pass. */
static void add_failures(struct told *told, const struct scc_explained_rule *rule)
{
    struct scc_question question = scc_explained_question(told->explanation, told->item);
    bool is_64bit = told->item->arch->is_64bit;
    const char *joint = ": ";
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        const struct scc_cmp *cmp = &rule->cmps[i];
        uint64_t passing;
        if (rule->cmp_holds[i] != SCC_HOLDS_NO)
            continue;
        scc_strbuf_add(&told->body, joint);
        scc_cmp_describe(&told->body, cmp);
        bool can_pass = scc_cmp_passing(cmp, question.args[cmp->arg], is_64bit, &passing);
        scc_strbuf_add(&told->body, can_pass ? " fails" : " never holds");
        if (can_pass && cmp->op != SCC_OP_EQ) {
            scc_strbuf_addf(&told->body, " (a%u = ", cmp->arg);
            scc_value_describe(&told->body, passing);
            scc_strbuf_add(&told->body, " would pass)");
        } else if (!can_pass && !is_64bit) {
            scc_strbuf_add(&told->body, " (an argument has 32 bits here)");
        }
        joint = ", ";
    }
}

static void add_verb(struct told *told, const char *allow, const char *other, uint32_t return_value)
{
    if (scc_action_of(return_value) == SCC_ACTION_ALLOW) {
        scc_strbuf_add(&told->body, allow);
        return;
    }
    scc_strbuf_add(&told->body, other);
    scc_return_describe(&told->body, return_value, told->errnos);
}

static void tell_rule(struct told *told, const struct scc_explained_rule *rule)
{
    add_rule_name(told, rule->rule);
    if (rule->holds == SCC_HOLDS_NO) {
        add_verb(told, " would allow it", " would answer ", rule->rule->return_value);
        add_failures(told, rule);
    } else {
        add_verb(told, " allows it", " answers ", rule->rule->return_value);
        if (rule->cmp_count)
            scc_strbuf_add(&told->body, " when ");
        add_cmps(&told->body, rule);
    }
    scc_strbuf_add(&told->body, "\n");
}

/** Tells the rules of one kind. */
static void tell_rules(struct told *told, bool is_failing)
{
    size_t count = 0;
    for (size_t i = 0; i < told->item->rule_count; i++) {
        const struct scc_explained_rule *rule = &told->item->rules[i];
        if ((rule->holds == SCC_HOLDS_NO) != is_failing)
            continue;
        if (count++ < RULES_MAX)
            tell_rule(told, rule);
    }
    if (count > RULES_MAX)
        scc_strbuf_addf(&told->body, "… and %zu more rules%s\n", count - RULES_MAX,
                        is_failing ? " that do not match" : "");
}

/*
 * Answers
 */

/** What --enosys puts in the default's place at the item's number, or NULL. */
static const struct scc_override *find_override(const struct told *told)
{
    const struct scc_policy *policy = told->explanation->input->policy;
    return policy ? scc_policy_find_override(policy, told->item->arch->audit, told->item->nr)
                  : NULL;
}

/** Whether the profile answers so where no rule matches. */
static bool is_default(const struct told *told, uint32_t return_value)
{
    const struct scc_policy *policy = told->explanation->input->policy;
    const struct scc_explained *item = told->item;
    return policy && return_value == scc_policy_default_at(policy, item->arch->audit, item->nr);
}

/** The outcome that is told last, as "otherwise": the default's, or the one with most to say. */
static size_t find_otherwise(struct told *told)
{
    const struct scc_explained *item = told->item;
    size_t longest = 0, longest_bytes = 0;
    for (size_t i = 0; i < item->outcome_count; i++) {
        struct scc_strbuf text = {0};
        if (is_default(told, item->outcomes[i].return_value))
            return i;
        scc_condition_describe(&text, &item->outcomes[i].condition);
        if (text.len >= longest_bytes) {
            longest = i;
            longest_bytes = text.len;
        }
        told->body.failed |= text.failed;
        scc_strbuf_free(&text);
    }
    return longest;
}

static void tell_outcomes(struct told *told)
{
    const struct scc_explained *item = told->item;
    size_t otherwise = find_otherwise(told);
    for (size_t i = 0; i < item->outcome_count; i++) {
        if (i == otherwise)
            continue;
        scc_return_describe(&told->body, item->outcomes[i].return_value, told->errnos);
        scc_strbuf_add(&told->body, " when ");
        scc_condition_describe(&told->body, &item->outcomes[i].condition);
        scc_strbuf_add(&told->body, "\n");
    }
    uint32_t return_value = item->outcomes[otherwise].return_value;
    scc_return_describe(&told->body, return_value, told->errnos);
    const struct scc_override *override = find_override(told);
    scc_strbuf_add(&told->body, " otherwise");
    if (is_default(told, return_value))
        scc_strbuf_addf(&told->body, ": %s",
                        override ? scc_enosys_reason(override) : "the default action");
    scc_strbuf_add(&told->body, "\n");
}

/** Why a profile's author could not know the item's number. */
static void tell_enosys(struct told *told)
{
    const struct scc_explained *item = told->item;
    const struct scc_policy *policy = told->explanation->input->policy;
    const struct scc_override *override = find_override(told);
    struct scc_strbuf *out = &told->body;
    if (override->is_before_rules && !item->nr)
        scc_strbuf_add(out, "by 0 the kernel calls numbers that it does not know");
    else if (override->is_before_rules)
        scc_strbuf_add(out, "no number as large as this is named by the profile");
    else if (item->call)
        scc_strbuf_addf(out,
                        "it came with Linux %u.%u, and no rule matches; the profile's author is "
                        "taken to know Linux %u.%u",
                        scc_syscall_since(item->call, item->arch).major,
                        scc_syscall_since(item->call, item->arch).minor,
                        policy->profile_kernel.major, policy->profile_kernel.minor);
    else
        scc_strbuf_add(out, "no known kernel has this number");
    scc_strbuf_addf(out, ": %s\n", scc_enosys_reason(override));
    tell_rules(told, true);
}

/** Why the answer is not that of the rules for the arguments as given. */
static void tell_hardened(struct told *told)
{
    const struct scc_explained *item = told->item;
    struct scc_question question = scc_explained_question(told->explanation, item);
    const char *joint = "--harden: the kernel reads ";
    if (!item->cleared_args && item->is_hardened && item->reason == SCC_REASON_DEPENDS)
        scc_strbuf_add(&told->body, "--harden: of the rules' answers to the arguments as given and "
                                    "as the kernel reads them the stricter one\n");
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (!(item->cleared_args >> i & 1))
            continue;
        scc_strbuf_addf(&told->body, "%sa%u as ", joint, i);
        scc_value_describe(&told->body, question.args[i]);
        joint = ", ";
    }
    if (item->cleared_args)
        scc_strbuf_add(&told->body, ", which gets the stricter answer\n");
}

static void tell_reason(struct told *told)
{
    const struct scc_explained *item = told->item;
    tell_hardened(told);
    switch (item->reason) {
    case SCC_REASON_RULE:
        tell_rule(told, item->deciding);
        break;
    case SCC_REASON_DEFAULT:
        scc_strbuf_add(&told->body, "no rule matches: the default action\n");
        tell_rules(told, true);
        break;
    case SCC_REASON_ENOSYS:
        tell_enosys(told);
        break;
    case SCC_REASON_BAD_ARCH:
        scc_strbuf_addf(&told->body, "%s is no architecture of the filter\n", item->arch->name);
        break;
    case SCC_REASON_SKIP:
        scc_strbuf_add(&told->body,
                       "a tracer skips a call by this number: the default action, always\n");
        break;
    case SCC_REASON_DEPENDS:
        tell_rules(told, false);
        tell_rules(told, true);
        break;
    case SCC_REASON_PROGRAM:
        break;
    }
}

static void tell_scmp(struct told *told)
{
    if (!told->item->is_unknown_to_scmp)
        return;
    scc_strbuf_addf(&told->body, "libseccomp %s, which is installed here, does not know ",
                    scc_scmp_version());
    scc_strbuf_add(&told->body, told->item->call ? told->item->call->name : "this number");
    scc_strbuf_add(&told->body, ": with it, crun and runc answer ");
    scc_return_describe(&told->body, told->explanation->input->policy->default_return,
                        told->errnos);
    scc_strbuf_add(&told->body, "\n");
}

static void tell_without_effect(struct told *told)
{
    const struct scc_policy *policy = told->explanation->input->policy;
    for (size_t i = 0; i < told->explanation->without_effect_count; i++) {
        const struct scc_rule *rule = told->explanation->without_effect[i];
        const struct scc_rule *shadow = scc_policy_shadow_of(policy, rule);
        if (rule->call != told->item->call)
            continue;
        add_rule_name(told, rule);
        scc_strbuf_add(&told->body, " has no effect: ");
        scc_return_describe(&told->body, rule->return_value, told->errnos);
        if (rule->effect == SCC_RULE_IS_DEFAULT || !shadow) {
            scc_strbuf_add(&told->body, " is the default action\n");
            continue;
        }
        scc_strbuf_add(&told->body, " comes after ");
        add_rule_name(told, shadow);
        scc_strbuf_add(&told->body, ", which looks at no argument\n");
    }
}

/** Entries that would give another answer than the one that is certain. */
static void tell_left_out(struct told *told)
{
    const struct scc_explained *item = told->item;
    for (size_t i = 0; i < told->explanation->left_out_count; i++) {
        const struct scc_left_out_entry *left_out = &told->explanation->left_out[i];
        bool is_certain = item->outcome_count == 1 && left_out->has_return &&
                          item->outcomes[0].return_value == left_out->return_value;
        if (left_out->call != item->call || is_certain || item->door)
            continue;
        struct scc_place place = scc_json_place(left_out->name);
        add_entry(told, left_out->entry->node->position, place.file, place.line);
        if (left_out->has_return)
            add_verb(told, " would allow it ", " would answer ", left_out->return_value);
        else
            scc_strbuf_add(&told->body, " holds ");
        bool is_allow =
            left_out->has_return && scc_action_of(left_out->return_value) == SCC_ACTION_ALLOW;
        scc_strbuf_addf(&told->body, "%s%s", left_out->has_return && !is_allow ? " " : "",
                        left_out->needs);
        if (left_out->condition_text)
            scc_strbuf_addf(&told->body, ", when %s", left_out->condition_text);
        scc_strbuf_add(&told->body, "\n");
    }
    if (told->explanation->left_out_more)
        scc_strbuf_addf(&told->body, "… and %zu more entries that name the call are left out\n",
                        told->explanation->left_out_more);
}

/*
 * Paths
 */

static void tell_step(struct told *told, const struct scc_path_step *step)
{
    static const char *const words[] = {
        [SCC_HOLDS_NO] = "no", [SCC_HOLDS_YES] = "yes", [SCC_HOLDS_DEPENDS] = "?"};
    const char *way = step->is_conditional ? words[step->taken] : "";
    struct scc_strbuf *out = &told->path;
    scc_strbuf_addf(out, "  %4" PRIu32 "  ", step->index);
    if (step->comment)
        scc_strbuf_addf(out, "%-*s %-3s  ; %s\n", TEXT_COLUMNS, step->text, way, step->comment);
    else if (*way)
        scc_strbuf_addf(out, "%-*s %s\n", TEXT_COLUMNS, step->text, way);
    else
        scc_strbuf_addf(out, "%s\n", step->text);
}

/** Whether two jumps test in the same way and neither is taken. */
static bool are_similar(const struct scc_path_step *a, const struct scc_path_step *b)
{
    size_t len = strcspn(a->text, " ");
    return a->is_conditional && b->is_conditional && a->taken == SCC_HOLDS_NO &&
           b->taken == SCC_HOLDS_NO && strncmp(a->text, b->text, len + 1) == 0;
}

static void tell_path(struct told *told)
{
    const struct scc_explained *item = told->item;
    for (size_t i = 0, end; i < item->path_count; i = end) {
        const struct scc_path_step *step = &item->path[i];
        for (end = i + 1; end < item->path_count && are_similar(step, &item->path[end]);)
            end++;
        if (end - i <= SIMILAR_MAX) {
            end = i + 1;
            tell_step(told, step);
            continue;
        }
        scc_strbuf_addf(&told->path,
                        "  %4" PRIu32 "  %.*s, and %zu more of its kind to %" PRIu32 ": no\n",
                        step->index, (int)strcspn(step->text, " "), step->text, end - i - 1,
                        item->path[end - 1].index);
    }
}

/*
 * Together
 */

static void tell(struct told *told)
{
    tell_head(told);
    if (told->item->outcome_count > 1)
        tell_outcomes(told);
    tell_reason(told);
    tell_path(told);
    if (!told->explanation->input->policy)
        return;
    tell_scmp(told);
    if (told->item->call && !told->item->door)
        tell_without_effect(told);
    tell_left_out(told);
}

static const char *text_of(const struct scc_strbuf *text)
{
    return text->data ? text->data : "";
}

static bool is_told_alike(const struct told *a, const struct told *b)
{
    return strcmp(text_of(&a->head), text_of(&b->head)) == 0 &&
           strcmp(text_of(&a->body), text_of(&b->body)) == 0 &&
           strcmp(text_of(&a->path), text_of(&b->path)) == 0;
}

/** Prints what is told of the items from @p first on that are told alike, and marks these. */
static void print_group(struct scc_page *page, struct told *told, size_t count, size_t first,
                        bool *is_printed)
{
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, text_of(&told[first].head));
    const char *joint = "";
    for (size_t i = first; i < count; i++) {
        if (is_printed[i] || !is_told_alike(&told[first], &told[i]))
            continue;
        scc_strbuf_add(&text, joint);
        add_arch(&text, told[i].item);
        joint = ", ";
        is_printed[i] = true;
    }
    SCC_AUTOFREE char *head = scc_strbuf_steal(&text);
    page->text.failed |= !head;
    scc_page_wrap(page, head ? head : "", 0, MORE_COLUMNS);
    for (char *line = told[first].body.data, *next; line && *line; line = next) {
        next = line + strcspn(line, "\n");
        *next++ = '\0';
        scc_strbuf_addf(&page->text, "%*s", BODY_COLUMNS, "");
        scc_page_wrap(page, line, BODY_COLUMNS, MORE_COLUMNS);
    }
    scc_strbuf_add(&page->text, text_of(&told[first].path));
}

/** Says on which ABIs the call does not exist, and that a program does not ask for the ABI. */
static void print_remarks(struct scc_page *page, const struct scc_explanation *explanation)
{
    struct scc_strbuf text = {0};
    const char *joint = " does not exist on ";
    if (explanation->absent)
        scc_strbuf_add(&text, explanation->question.call->name);
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        if (!(explanation->absent & scc_arch_bit((enum scc_arch_id)id)))
            continue;
        scc_strbuf_addf(&text, "%s%s", joint, scc_arch_get((enum scc_arch_id)id)->name);
        joint = ", ";
    }
    if (explanation->ignores_arch)
        scc_strbuf_addf(&text, "%sthe program answers every architecture alike",
                        text.len ? "; " : "");
    if (!text.len && !text.failed)
        return;
    SCC_AUTOFREE char *line = scc_strbuf_steal(&text);
    page->text.failed |= !line;
    scc_page_wrap(page, line ? line : "", 0, MORE_COLUMNS);
}

int scc_explanation_print(const struct scc_explanation *explanation, scc_error **err)
{
    SCC_AUTOFREE struct told *told = calloc(explanation->count + 1, sizeof *told);
    SCC_AUTOFREE bool *is_printed = calloc(explanation->count + 1, sizeof *is_printed);
    struct scc_page page = {.out = stdout};
    if (!told || !is_printed)
        return scc_error_nomem(err);
    for (size_t i = 0; i < explanation->count; i++) {
        told[i] = (struct told){.explanation = explanation,
                                .item = &explanation->items[i],
                                .errnos = explanation->target->arch};
        tell(&told[i]);
        page.text.failed |= told[i].head.failed || told[i].body.failed || told[i].path.failed;
    }
    for (size_t i = 0; !page.text.failed && i < explanation->count; i++) {
        if (!is_printed[i])
            print_group(&page, told, explanation->count, i, is_printed);
    }
    for (size_t i = 0; i < explanation->count; i++)
        free_told(&told[i]);
    print_remarks(&page, explanation);
    return scc_page_print(&page, err);
}
