/* SPDX-License-Identifier: Apache-2.0 */
#include "lint_print.h"

#include "action.h"
#include "json_build.h"
#include "page.h"
#include "util.h"

/*
 * For a person
 */

static void print_finding(struct scc_page *page, const struct scc_lint_finding *finding)
{
    struct scc_place place = scc_json_place(finding->node);
    struct scc_strbuf text = {0}, path = {0};
    scc_strbuf_add_escaped(&text, place.file);
    scc_strbuf_addf(&text, ":%u:%u: ", place.line, place.column);
    scc_strbuf_add_printable(&text, finding->reason);
    scc_json_path(finding->node, &path);
    text.failed |= path.failed;
    scc_strbuf_addf(&text, " (%s%s%s)", path.len ? path.data : "", path.len ? "; " : "",
                    finding->rule->name);
    scc_strbuf_free(&path);
    scc_page_line(page, scc_lint_level_name(finding->rule->level), &text);
    if (finding->shown) {
        scc_strbuf_add_printable(&text, finding->shown);
        scc_page_line(page, "  call", &text);
    }
    scc_strbuf_add(&text, finding->rule->why);
    scc_page_line(page, "  why", &text);
    scc_strbuf_add_printable(&text, finding->fix);
    scc_page_line(page, "  fix", &text);
}

/** Kinds of which only some findings were told. */
static void print_cut(struct scc_page *page, const struct scc_lint *lint)
{
    for (size_t i = 0; i < SCC_LINT_COUNT; i++) {
        const struct scc_lint_rule *rule = &scc_lint_rules[i];
        if (lint->totals[i] <= SCC_LINT_TOLD_MAX || rule->level < lint->options.level)
            continue;
        struct scc_strbuf text = {0};
        scc_strbuf_addf(&text, "%zu further findings of %s", lint->totals[i] - SCC_LINT_TOLD_MAX,
                        rule->name);
        scc_page_line(page, "left out", &text);
    }
}

int scc_lint_print(FILE *out, const struct scc_lint *lint, scc_error **err)
{
    struct scc_page page = {.out = out};
    struct scc_strbuf text = {0};
    const char *separator = "";
    for (size_t i = 0; i < lint->count; i++)
        print_finding(&page, &lint->findings[i]);
    print_cut(&page, lint);
    for (int level = SCC_LINT_LEVEL_COUNT; level-- > 0;) {
        size_t total = scc_lint_total(lint, (enum scc_lint_level)level);
        scc_strbuf_addf(&text, "%s%zu %s%s", separator, total,
                        scc_lint_level_name((enum scc_lint_level)level), total == 1 ? "" : "s");
        if (total && level < (int)lint->options.level)
            scc_strbuf_addf(&text, " (--level %s shows %s)",
                            scc_lint_level_name((enum scc_lint_level)level),
                            total == 1 ? "it" : "them");
        separator = ", ";
    }
    scc_strbuf_add(&text, " for ");
    scc_target_describe(&text, lint->target);
    scc_page_line(&page, "found", &text);
    return scc_page_print(&page, err);
}

/*
 * For a program
 */

static void put_finding(struct scc_json_build *json, cJSON *list,
                        const struct scc_lint_finding *finding)
{
    struct scc_place place = scc_json_place(finding->node);
    struct scc_strbuf path = {0};
    cJSON *object = scc_json_put_object(json, list, NULL);
    scc_json_put_text(json, object, "rule", finding->rule->name);
    scc_json_put_text(json, object, "level", scc_lint_level_name(finding->rule->level));
    scc_json_put_text(json, object, "file", place.file);
    scc_json_put_uint(json, object, "line", place.line);
    scc_json_put_uint(json, object, "column", place.column);
    scc_strbuf_add(&path, "");
    scc_json_path(finding->node, &path);
    scc_json_put_strbuf(json, object, "path", &path);
    scc_json_put_text(json, object, "reason", finding->reason);
    scc_json_put_text(json, object, "call", finding->shown);
    scc_json_put_text(json, object, "why", finding->rule->why);
    scc_json_put_text(json, object, "fix", finding->fix);
}

int scc_lint_print_json(FILE *out, const struct scc_lint *lint, const scc_diags *diags,
                        scc_error **err)
{
    struct scc_json_build json = {0};
    cJSON *root = cJSON_CreateObject();
    struct scc_strbuf target = {0};
    scc_json_put_text(&json, root, "profile", scc_profile_name(lint->profile));
    scc_target_describe(&target, lint->target);
    scc_json_put_strbuf(&json, root, "target", &target);
    cJSON *list = scc_json_put_array(&json, root, "findings");
    for (size_t i = 0; i < lint->count; i++)
        put_finding(&json, list, &lint->findings[i]);
    cJSON *totals = scc_json_put_object(&json, root, "totals");
    for (int level = SCC_LINT_LEVEL_COUNT; level-- > 0;)
        scc_json_put_uint(&json, totals, scc_lint_level_name((enum scc_lint_level)level),
                          scc_lint_total(lint, (enum scc_lint_level)level));
    scc_json_put_bool(&json, root, "complete", !lint->totals[SCC_LINT_UNDECIDED]);
    scc_json_put_diags(&json, root, diags);
    return scc_json_build_print(&json, root, out, err);
}
