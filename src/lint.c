/* SPDX-License-Identifier: Apache-2.0 */
#include "lint.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "lint_check.h"
#include "util.h"

static const char *const level_names[SCC_LINT_LEVEL_COUNT] = {
    [SCC_LINT_NOTE] = "note",
    [SCC_LINT_WARNING] = "warning",
    [SCC_LINT_ERROR] = "error",
};

const char *scc_lint_level_name(enum scc_lint_level level)
{
    return level_names[level];
}

int scc_lint_level_find(const char *name)
{
    for (int i = 0; i < SCC_LINT_LEVEL_COUNT; i++) {
        if (strcmp(name, level_names[i]) == 0)
            return i;
    }
    return -1;
}

/*
 * Reporting
 */

bool scc_lint_wants(const struct scc_lint *lint, enum scc_lint_id id)
{
    return !lint->options.for_compile || scc_lint_rules[id].in_compile;
}

bool scc_lint_count(struct scc_lint *lint, enum scc_lint_id id)
{
    if (!scc_lint_wants(lint, id))
        return false;
    return ++lint->totals[id] <= SCC_LINT_TOLD_MAX &&
           scc_lint_rules[id].level >= lint->options.level;
}

static void clear_words(struct scc_lint_words *words)
{
    scc_strbuf_free(&words->reason);
    scc_strbuf_free(&words->shown);
    scc_strbuf_free(&words->fix);
}

/** The text, or a copy of @p otherwise where it is empty; NULL without memory. */
static char *text_or(struct scc_strbuf *text, const char *otherwise)
{
    return text->len || text->failed ? scc_strbuf_steal(text) : strdup(otherwise);
}

int scc_lint_tell(struct scc_lint *lint, enum scc_lint_id id, const struct scc_json_node *node,
                  struct scc_lint_words *words)
{
    const struct scc_lint_rule *rule = &scc_lint_rules[id];
    bool is_shown = words->shown.len || words->shown.failed;
    struct scc_lint_finding finding = {.rule = rule, .node = node};
    finding.reason = scc_strbuf_steal(&words->reason);
    finding.shown = is_shown ? scc_strbuf_steal(&words->shown) : NULL;
    finding.fix = text_or(&words->fix, rule->fix);
    clear_words(words);
    if (!finding.reason || (is_shown && !finding.shown) || !finding.fix ||
        !SCC_GROW(lint->findings, lint->cap, lint->count + 1)) {
        free(finding.reason);
        free(finding.shown);
        free(finding.fix);
        return scc_error_nomem(lint->err);
    }
    lint->findings[lint->count++] = finding;
    return 0;
}

const struct scc_json_node *scc_lint_name_of(const struct scc_lint *lint,
                                             const struct scc_rule *rule)
{
    const struct scc_profile_entry *entry = &lint->profile->entries[rule->origin.entry];
    const struct scc_json_node *name = scc_profile_first_name(entry);
    /* In the old format `name` is a member of the entry, at any position. */
    while (name && name->parent->kind == SCC_JSON_ARRAY && name->position != rule->origin.name)
        name = scc_profile_next_name(name);
    return name ? name : entry->node;
}

const struct scc_json_node *scc_lint_cmp_of(const struct scc_profile_entry *entry, unsigned index)
{
    const struct scc_json_node *args = scc_json_member(entry->node, "args");
    if (!args || args->kind != SCC_JSON_ARRAY)
        return entry->node;
    scc_json_each (child, args) {
        if (child->position == index)
            return child;
    }
    return args;
}

const struct scc_json_node *scc_lint_default_of(const struct scc_lint *lint)
{
    const struct scc_json_node *node = scc_json_member(lint->profile->root, "defaultAction");
    return node ? node : lint->profile->root;
}

/*
 * All of it
 */

static int compare_findings(const void *a, const void *b)
{
    const struct scc_lint_finding *one = a, *two = b;
    if (one->node->offset != two->node->offset)
        return one->node->offset < two->node->offset ? -1 : 1;
    if (one->rule != two->rule)
        return one->rule < two->rule ? -1 : 1;
    return strcmp(one->reason, two->reason);
}

int scc_lint_run(struct scc_lint *lint, scc_error **err)
{
    lint->err = err;
    lint->is_open = calloc(lint->policy->rule_count + 1, sizeof *lint->is_open);
    if (!lint->is_open)
        return scc_error_nomem(err);
    if (scc_lint_check_comparisons(lint) < 0)
        return -1;
    if (!lint->options.for_compile &&
        (scc_lint_check_document(lint) < 0 || scc_lint_check_rules(lint) < 0 ||
         scc_lint_check_fallbacks(lint) < 0 || scc_lint_check_equivalents(lint) < 0 ||
         scc_lint_check_uring(lint) < 0 || scc_lint_check_doors(lint) < 0 ||
         scc_lint_check_calls(lint) < 0 || scc_lint_check_scope(lint) < 0))
        return -1;
    if (lint->count)
        qsort(lint->findings, lint->count, sizeof *lint->findings, compare_findings);
    return 0;
}

static int warn(const struct scc_lint_finding *finding, scc_diags *diags, scc_error **err)
{
    struct scc_strbuf path = {0}, text = {0};
    scc_strbuf_add(&path, "");
    scc_json_path(finding->node, &path);
    scc_strbuf_addf(&text, "%s%s%s. %s", finding->reason, finding->shown ? "; " : "",
                    finding->shown ? finding->shown : "", finding->fix);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    SCC_AUTOFREE char *message = scc_strbuf_steal(&text);
    if (!path_text || !message)
        return scc_error_nomem(err);
    return scc_diags_add(diags, SCC_DIAG_WARNING, scc_json_place(finding->node), path_text, err,
                         "%s", message);
}

int scc_lint_warn(const scc_profile *profile, const scc_target *target, const scc_policy *policy,
                  scc_diags *diags, scc_error **err)
{
    SCC_CLEANUP(scc_lint_clear)
    struct scc_lint lint = {
        .profile = profile,
        .target = target,
        .policy = policy,
        .options = {.level = SCC_LINT_NOTE, .for_compile = true},
    };
    if (scc_lint_run(&lint, err) < 0)
        return -1;
    for (size_t i = 0; i < lint.count; i++) {
        if (warn(&lint.findings[i], diags, err) < 0)
            return -1;
    }
    return 0;
}

void scc_lint_clear(struct scc_lint *lint)
{
    for (size_t i = 0; i < lint->count; i++) {
        free(lint->findings[i].reason);
        free(lint->findings[i].shown);
        free(lint->findings[i].fix);
    }
    free(lint->findings);
    free(lint->is_open);
    lint->findings = NULL;
    lint->is_open = NULL;
    lint->count = lint->cap = 0;
}

size_t scc_lint_total(const struct scc_lint *lint, enum scc_lint_level level)
{
    size_t total = 0;
    for (size_t i = 0; i < SCC_LINT_COUNT; i++)
        total += scc_lint_rules[i].level == level ? lint->totals[i] : 0;
    return total;
}
