/* SPDX-License-Identifier: Apache-2.0 */
#include "json_build.h"

#include <stdio.h>

#include "describe.h"
#include "error.h"
#include "json_print.h"
#include "util.h"

cJSON *scc_json_put(struct scc_json_build *build, cJSON *container, const char *key, cJSON *item)
{
    bool done =
        item && container &&
        (key ? cJSON_AddItemToObject(container, key, item) : cJSON_AddItemToArray(container, item));
    if (done)
        return item;
    cJSON_Delete(item);
    build->failed = true;
    return NULL;
}

cJSON *scc_json_put_object(struct scc_json_build *build, cJSON *container, const char *key)
{
    return scc_json_put(build, container, key, cJSON_CreateObject());
}

cJSON *scc_json_put_array(struct scc_json_build *build, cJSON *container, const char *key)
{
    return scc_json_put(build, container, key, cJSON_CreateArray());
}

void scc_json_put_bool(struct scc_json_build *build, cJSON *container, const char *key, bool value)
{
    scc_json_put(build, container, key, cJSON_CreateBool(value));
}

void scc_json_put_uint(struct scc_json_build *build, cJSON *container, const char *key,
                       uint64_t value)
{
    scc_json_put(build, container, key, scc_json_new_uint(value));
}

void scc_json_put_text(struct scc_json_build *build, cJSON *container, const char *key,
                       const char *text)
{
    scc_json_put(build, container, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void scc_json_put_strbuf(struct scc_json_build *build, cJSON *container, const char *key,
                         struct scc_strbuf *text)
{
    SCC_AUTOFREE char *shown = scc_strbuf_steal(text);
    build->failed |= !shown;
    scc_json_put_text(build, container, key, shown);
}

void scc_json_put_return(struct scc_json_build *build, cJSON *container, const char *key,
                         uint32_t return_value, const struct scc_arch *arch)
{
    struct scc_strbuf text = {0};
    cJSON *object = scc_json_put_object(build, container, key);
    scc_action_describe(&text, return_value, arch);
    scc_json_put_strbuf(build, object, "action", &text);
    scc_json_put_uint(build, object, "returnValue", return_value);
}

static void put_test(struct scc_json_build *build, cJSON *tests, const struct scc_value_test *test)
{
    cJSON *object = scc_json_put_object(build, tests, NULL);
    scc_json_put_uint(build, object, "mask", test->mask);
    scc_json_put_bool(build, object, "not", test->is_negated);
    cJSON *ranges = scc_json_put_array(build, object, "in");
    for (size_t i = 0; i < test->count; i++) {
        cJSON *range = scc_json_put_object(build, ranges, NULL);
        scc_json_put_uint(build, range, "first", test->ranges[i].first);
        scc_json_put_uint(build, range, "last", test->ranges[i].last);
    }
}

void scc_json_put_value_set(struct scc_json_build *build, cJSON *container, const char *key,
                            const struct scc_value_set *set)
{
    struct scc_strbuf text = {0}, name = {0};
    cJSON *object = scc_json_put_object(build, container, key);
    scc_variable_describe(&name, set->variable);
    scc_json_put_strbuf(build, object, "value", &name);
    scc_value_set_describe(&text, set);
    scc_json_put_strbuf(build, object, "text", &text);
    cJSON *tests =
        scc_json_put_array(build, object, set->needs_all ? "passesAllOf" : "passesOneOf");
    for (size_t i = 0; i < set->test_count; i++)
        put_test(build, tests, &set->tests[i]);
    scc_json_put_uint(build, object, "moreRanges", set->more);
}

void scc_json_put_condition(struct scc_json_build *build, cJSON *object,
                            const struct scc_condition *condition)
{
    struct scc_strbuf text = {0};
    if (scc_condition_is_always(condition)) {
        scc_json_put_text(build, object, "when", NULL);
        return;
    }
    scc_condition_describe(&text, condition);
    scc_json_put_strbuf(build, object, "when", &text);
    cJSON *terms = scc_json_put_array(build, object, "anyOf");
    for (size_t i = 0; i < condition->term_count; i++) {
        cJSON *term = scc_json_put_array(build, terms, NULL);
        for (size_t j = 0; j < condition->terms[i].set_count; j++)
            scc_json_put_value_set(build, term, NULL, &condition->terms[i].sets[j]);
    }
    scc_json_put_uint(build, object, "moreConditions",
                      condition->more + condition->is_more_at_least);
}

void scc_json_put_diags(struct scc_json_build *build, cJSON *object, const scc_diags *diags)
{
    cJSON *notes = scc_json_put_array(build, object, "notes");
    cJSON *warnings = scc_json_put_array(build, object, "warnings");
    enum scc_diag_level level;
    const char *text;
    for (size_t i = 0; (text = scc_diags_at(diags, i, &level)) != NULL; i++)
        scc_json_put_text(build, level == SCC_DIAG_NOTE ? notes : warnings, NULL, text);
}

void scc_json_build_add(struct scc_json_build *build, cJSON *root, struct scc_strbuf *out)
{
    if (build->failed || !root)
        out->failed = true;
    else
        scc_json_print(out, root);
    cJSON_Delete(root);
}

char *scc_json_build_text(struct scc_json_build *build, cJSON *root, scc_error **err)
{
    struct scc_strbuf text = {0};
    scc_json_build_add(build, root, &text);
    char *shown = scc_strbuf_steal(&text);
    if (!shown)
        scc_error_nomem(err);
    return shown;
}

int scc_json_build_print(struct scc_json_build *build, cJSON *root, FILE *out, scc_error **err)
{
    SCC_AUTOFREE char *text = scc_json_build_text(build, root, err);
    if (!text)
        return -1;
    fputs(text, out);
    return 0;
}
