/* SPDX-License-Identifier: Apache-2.0 */
/** The explanation for a program. */
#include "explain.h"

#include "describe.h"
#include "json_build.h"
#include "policy.h"
#include "syscall.h"
#include "util.h"

struct writer {
    struct scc_json_build build;
    const struct scc_explanation *explanation;
    const struct scc_arch *errnos;
};

static const char *holds_word(enum scc_holds holds)
{
    static const char *const words[] = {
        [SCC_HOLDS_NO] = "no", [SCC_HOLDS_YES] = "yes", [SCC_HOLDS_DEPENDS] = "depends"};
    return words[holds];
}

static const char *reason_word(enum scc_reason reason)
{
    static const char *const words[] = {
        [SCC_REASON_RULE] = "rule",        [SCC_REASON_DEFAULT] = "default",
        [SCC_REASON_BAD_ARCH] = "badArch", [SCC_REASON_SKIP] = "skip",
        [SCC_REASON_DEPENDS] = "depends",  [SCC_REASON_PROGRAM] = "program",
        [SCC_REASON_ENOSYS] = "enosys",
    };
    return words[reason];
}

static void put_arguments(struct writer *at, cJSON *object, const struct scc_question *question)
{
    cJSON *arguments = scc_json_put_object(&at->build, object, "arguments");
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        char key[] = {'a', (char)('0' + i), '\0'};
        if (question->known_args & 1u << i)
            scc_json_put_uint(&at->build, arguments, key, question->args[i]);
    }
}

static void put_outcomes(struct writer *at, cJSON *object, const struct scc_explained *item)
{
    cJSON *outcomes = scc_json_put_array(&at->build, object, "answers");
    for (size_t i = 0; i < item->outcome_count; i++) {
        cJSON *outcome = scc_json_put_object(&at->build, outcomes, NULL);
        scc_json_put_return(&at->build, outcome, "answer", item->outcomes[i].return_value,
                            at->errnos);
        scc_json_put_condition(&at->build, outcome, &item->outcomes[i].condition);
    }
}

static void put_place(struct writer *at, cJSON *object, const struct scc_rule *rule)
{
    scc_json_put_uint(&at->build, object, "entry", rule->origin.entry);
    scc_json_put_uint(&at->build, object, "line", rule->origin.line);
    scc_json_put_text(&at->build, object, "syscall", rule->call->name);
    scc_json_put_return(&at->build, object, "answer", rule->return_value, at->errnos);
}

static void put_cmp(struct writer *at, cJSON *array, const struct scc_explained *item,
                    const struct scc_explained_rule *rule, unsigned index)
{
    struct scc_question question = scc_explained_question(at->explanation, item);
    const struct scc_cmp *cmp = &rule->cmps[index];
    struct scc_strbuf text = {0};
    uint64_t passing;
    cJSON *object = scc_json_put_object(&at->build, array, NULL);
    scc_cmp_describe(&text, cmp);
    scc_json_put_strbuf(&at->build, object, "text", &text);
    scc_json_put_text(&at->build, object, "holds", holds_word(rule->cmp_holds[index]));
    if (rule->cmp_holds[index] != SCC_HOLDS_NO)
        return;
    if (scc_cmp_passing(cmp, question.args[cmp->arg], item->arch->is_64bit, &passing))
        scc_json_put_uint(&at->build, object, "wouldPass", passing);
    else
        scc_json_put_text(&at->build, object, "wouldPass", NULL);
}

static void put_rules(struct writer *at, cJSON *object, const struct scc_explained *item)
{
    cJSON *rules = scc_json_put_array(&at->build, object, "rules");
    for (size_t i = 0; i < item->rule_count; i++) {
        cJSON *rule = scc_json_put_object(&at->build, rules, NULL);
        put_place(at, rule, item->rules[i].rule);
        scc_json_put_text(&at->build, rule, "holds", holds_word(item->rules[i].holds));
        cJSON *cmps = scc_json_put_array(&at->build, rule, "comparisons");
        for (unsigned j = 0; j < item->rules[i].cmp_count; j++)
            put_cmp(at, cmps, item, &item->rules[i], j);
    }
}

static void put_path(struct writer *at, cJSON *object, const struct scc_explained *item)
{
    cJSON *path = scc_json_put_array(&at->build, object, "path");
    for (size_t i = 0; i < item->path_count; i++) {
        const struct scc_path_step *step = &item->path[i];
        cJSON *row = scc_json_put_object(&at->build, path, NULL);
        scc_json_put_uint(&at->build, row, "index", step->index);
        scc_json_put_text(&at->build, row, "text", step->text);
        scc_json_put_text(&at->build, row, "comment", step->comment);
        if (step->is_conditional)
            scc_json_put_text(&at->build, row, "taken", holds_word(step->taken));
    }
}

static void put_door(struct writer *at, cJSON *object, const struct scc_explained *item)
{
    cJSON *door = scc_json_put_object(&at->build, object, "through");
    scc_json_put_text(&at->build, door, "syscall", item->door->name);
    scc_json_put_uint(&at->build, door, "a0", item->selector);
}

static void put_item(struct writer *at, cJSON *array, const struct scc_explained *item)
{
    cJSON *object = scc_json_put_object(&at->build, array, NULL);
    scc_json_put_text(&at->build, object, "architecture", item->arch->token_name);
    scc_json_put_text(&at->build, object, "syscall", item->call ? item->call->name : NULL);
    scc_json_put_uint(&at->build, object, "nr", item->nr);
    if (item->door)
        put_door(at, object, item);
    put_outcomes(at, object, item);
    scc_json_put_text(&at->build, object, "reason", reason_word(item->reason));
    if (!at->explanation->input->policy) {
        put_path(at, object, item);
        return;
    }
    scc_json_put_bool(&at->build, object, "hardened", item->is_hardened);
    cJSON *cleared = scc_json_put_array(&at->build, object, "clearedArguments");
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (item->cleared_args >> i & 1)
            scc_json_put_uint(&at->build, cleared, NULL, i);
    }
    put_rules(at, object, item);
    scc_json_put_bool(&at->build, object, "isUnknownToLibseccomp", item->is_unknown_to_scmp);
}

static void put_left_out(struct writer *at, cJSON *root)
{
    cJSON *array = scc_json_put_array(&at->build, root, "leftOut");
    for (size_t i = 0; i < at->explanation->left_out_count; i++) {
        const struct scc_left_out_entry *left_out = &at->explanation->left_out[i];
        cJSON *object = scc_json_put_object(&at->build, array, NULL);
        scc_json_put_text(&at->build, object, "syscall", left_out->call->name);
        scc_json_put_uint(&at->build, object, "entry", left_out->entry->node->position);
        scc_json_put_uint(&at->build, object, "line", scc_json_place(left_out->name).line);
        scc_json_put_text(&at->build, object, "needs", left_out->needs);
        if (left_out->has_return)
            scc_json_put_return(&at->build, object, "answer", left_out->return_value, at->errnos);
        scc_json_put_text(&at->build, object, "when", left_out->condition_text);
    }
    if (at->explanation->left_out_more)
        scc_json_put_uint(&at->build, root, "leftOutMore", at->explanation->left_out_more);
}

static void put_without_effect(struct writer *at, cJSON *root)
{
    cJSON *array = scc_json_put_array(&at->build, root, "withoutEffect");
    for (size_t i = 0; i < at->explanation->without_effect_count; i++) {
        const struct scc_rule *rule = at->explanation->without_effect[i];
        cJSON *object = scc_json_put_object(&at->build, array, NULL);
        put_place(at, object, rule);
        scc_json_put_text(&at->build, object, "because",
                          rule->effect == SCC_RULE_IS_DEFAULT ? "default" : "earlierRule");
    }
}

static void put_absent(struct writer *at, cJSON *root)
{
    cJSON *array = scc_json_put_array(&at->build, root, "absentOn");
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        if (at->explanation->absent & scc_arch_bit((enum scc_arch_id)id))
            scc_json_put_text(&at->build, array, NULL,
                              scc_arch_get((enum scc_arch_id)id)->token_name);
    }
}

int scc_explanation_print_json(const struct scc_explanation *explanation, const scc_diags *diags,
                               scc_error **err)
{
    struct writer at = {.explanation = explanation, .errnos = explanation->target->arch};
    const struct scc_question *question = &explanation->question;
    cJSON *root = cJSON_CreateObject();
    scc_json_put_text(&at.build, root, "input", explanation->input->name);
    scc_json_put_text(&at.build, root, "kind", explanation->input->policy ? "profile" : "program");
    if (question->call)
        scc_json_put_text(&at.build, root, "syscall", question->call->name);
    else
        scc_json_put_uint(&at.build, root, "nr", question->nr);
    put_arguments(&at, root, question);
    cJSON *items = scc_json_put_array(&at.build, root, "calls");
    for (size_t i = 0; i < explanation->count; i++)
        put_item(&at, items, &explanation->items[i]);
    put_absent(&at, root);
    if (explanation->input->policy) {
        put_left_out(&at, root);
        put_without_effect(&at, root);
    } else {
        scc_json_put_bool(&at.build, root, "ignoresArchitecture", explanation->ignores_arch);
    }
    scc_json_put_diags(&at.build, root, diags);
    return scc_json_build_print(&at.build, root, stdout, err);
}
