/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "json.h"
#include "support.h"

static struct scc_json *parse(const char *text, size_t len, scc_error **err)
{
    struct scc_json *doc = NULL;
    char *copy = malloc(len + 1);
    memcpy(copy, text, len);
    return scc_json_parse(copy, len, "f.json", &doc, err) == 0 ? doc : NULL;
}

Test(json, gives_each_node_its_place_and_path)
{
    static const char text[] = "{\"a\": 1,\n  \"b\": [true, {\"c d\": null,\n\"e\": \"x\"}]}\n";
    scc_error *err = NULL;
    struct scc_json *doc = parse(text, strlen(text), &err);
    cr_assert_not_null(doc, "%s", err ? scc_error_get_text(err) : "");
    const struct scc_json_node *b = scc_json_member(scc_json_root(doc), "b");
    const struct scc_json_node *object = scc_json_first(b)->next;
    const struct scc_json_node *cd = scc_json_first(object), *e = cd->next;
    struct scc_place place = scc_json_place(e);
    cr_assert_eq(place.line, 3);
    cr_assert_eq(place.column, 6);
    struct scc_strbuf path = {0};
    scc_json_path(cd, &path);
    cr_assert_str_eq(path.data, "b[1][\"c d\"]");
    scc_strbuf_free(&path);
    scc_json_path(e, &path);
    cr_assert_str_eq(path.data, "b[1].e");
    scc_strbuf_free(&path);
    cr_assert_eq(scc_json_count(scc_json_root(doc)), 2);
    cr_assert_str_eq(scc_json_string(e), "x");
    cr_assert_null(e->next);
    scc_json_free(doc);
}

Test(json, keeps_all_64_bits)
{
    static const char text[] = "[18446744073709551615, 9007199254740993, 0, 18446744073709551616,"
                               "-1, 1.0, 1e3, -0, \"1\"]";
    scc_error *err = NULL;
    struct scc_json *doc = parse(text, strlen(text), &err);
    cr_assert_not_null(doc);
    const struct scc_json_node *node = scc_json_first(scc_json_root(doc));
    uint64_t value;
    must(scc_json_uint(node, UINT64_MAX, &value, &err), err);
    cr_assert_eq(value, UINT64_MAX);
    node = node->next;
    must(scc_json_uint(node, UINT64_MAX, &value, &err), err);
    cr_assert_eq(value, 9007199254740993u);
    cr_assert_eq(scc_json_uint(node, 9007199254740992u, &value, &err), -1);
    scc_error_free(err);
    node = node->next;
    must(scc_json_uint(node, 0, &value, &err), err);
    cr_assert_eq(value, 0);
    for (node = node->next; node; node = node->next) {
        err = NULL;
        cr_assert_eq(scc_json_uint(node, UINT64_MAX, &value, &err), -1);
        cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
        scc_error_free(err);
    }
    scc_json_free(doc);
}

Test(json, decodes_escapes)
{
    static const char text[] = "{\"n\\u0061me\": \"\\ud83d\\ude00 \\n\\/\"}";
    scc_error *err = NULL;
    struct scc_json *doc = parse(text, strlen(text), &err);
    cr_assert_not_null(doc);
    const struct scc_json_node *name = scc_json_member(scc_json_root(doc), "name");
    cr_assert_not_null(name);
    cr_assert_str_eq(scc_json_string(name), "\xf0\x9f\x98\x80 \n/");
    scc_json_free(doc);
}

/** A text that is refused, where, and a part of what is said. */
struct refusal {
    const char *text;
    size_t len; /* 0: strlen */
    unsigned line, column;
    const char *says;
};

Test(json, refuses_with_a_place)
{
    static const struct refusal cases[] = {
        {"", 0, 1, 1, "empty"},
        {" \n ", 0, 1, 1, "empty"},
        {"{} x", 0, 1, 4, "nothing after"},
        {"{}\0", 3, 1, 3, "NUL"},
        {"{\0}", 3, 1, 2, "NUL"},
        {"\xef\xbb\xbf{}", 0, 1, 1, "byte-order mark"},
        {"{\"a\": 1, \"a\": 2}", 0, 1, 15, "twice"},
        {"{\"a\": 1, \"\\u0061\": 2}", 0, 1, 20, "twice"},
        {"{\"a\": \"\\u0000\"}", 0, 1, 8, "\\u0000"},
        {"{\"a\\u0000b\": 1}", 0, 1, 4, "\\u0000"},
        {"[\"\xff\"]", 0, 1, 3, "UTF-8"},
        {"[\"\xc0\x80\"]", 0, 1, 3, "UTF-8"},
        {"[\"\xed\xa0\x80\"]", 0, 1, 3, "UTF-8"},
        {"[\"\\ud800\"]", 0, 1, 3, "surrogate"},
        {"[\"\\udc00\"]", 0, 1, 3, "surrogate"},
        {"[\"\\ud800\\u0061\"]", 0, 1, 3, "surrogate"},
        {"[\"\\x\"]", 0, 1, 4, "backslash"},
        {"[\"\\u12g4\"]", 0, 1, 7, "hexadecimal"},
        {"[\"a\nb\"]", 0, 1, 4, "control characters"},
        {"[\"abc", 0, 1, 6, "ends here"},
        {"[1,\n2,]", 0, 2, 3, "a value"},
        {"[1 2]", 0, 1, 4, "',' or ']'"},
        {"{\"a\" 1}", 0, 1, 6, "':'"},
        {"{a: 1}", 0, 1, 2, "a key"},
        {"{\"a\": 1,}", 0, 1, 9, "a key"},
        {"[01]", 0, 1, 3, "',' or ']'"},
        {"[+1]", 0, 1, 2, "a value"},
        {"[.5]", 0, 1, 2, "a value"},
        {"[1.]", 0, 1, 4, "a digit"},
        {"[1e]", 0, 1, 4, "a digit"},
        {"[-]", 0, 1, 3, "a digit"},
        {"[NaN]", 0, 1, 2, "a value"},
        {"[tru]", 0, 1, 2, "a value"},
        {"[truex]", 0, 1, 6, "',' or ']'"},
        {"{\"a\":1}}", 0, 1, 8, "nothing after"},
        {"[1111111111111111111111111111111111111111111111111111111111111111]", 0, 1, 2, "64 char"},
        {"// c\n{}", 0, 1, 1, "a value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct refusal *c = &cases[i];
        scc_error *err = NULL;
        cr_assert_null(parse(c->text, c->len ? c->len : strlen(c->text), &err), "%s", c->text);
        cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
        cr_assert_eq(scc_error_get_line(err), c->line, "%s: %s", c->text, scc_error_get_text(err));
        cr_assert_eq(scc_error_get_column(err), c->column, "%s: %s", c->text,
                     scc_error_get_text(err));
        cr_assert_not_null(strstr(scc_error_get_message(err), c->says), "%s: %s", c->text,
                           scc_error_get_text(err));
        scc_error_free(err);
    }
}

Test(json, bounds_the_depth)
{
    for (size_t depth = SCC_JSON_MAX_DEPTH; depth <= 1000; depth += 936) {
        struct scc_strbuf text = {0};
        for (size_t i = 0; i < depth; i++)
            scc_strbuf_add(&text, "[");
        for (size_t i = 0; i < depth; i++)
            scc_strbuf_add(&text, "]");
        scc_error *err = NULL;
        struct scc_json *doc = parse(text.data, text.len, &err);
        cr_assert_eq(doc != NULL, depth <= SCC_JSON_MAX_DEPTH);
        if (err)
            cr_assert_eq(scc_error_get_column(err), SCC_JSON_MAX_DEPTH + 1);
        scc_error_free(err);
        scc_json_free(doc);
        scc_strbuf_free(&text);
    }
}

Test(json, escapes_hostile_text_in_messages)
{
    static const char text[] = "{\"\\u001b[31m\": 1, \"\\u001b[31m\": 2}";
    scc_error *err = NULL;
    cr_assert_null(parse(text, strlen(text), &err));
    cr_assert_null(strchr(scc_error_get_text(err), 0x1b), "%s", scc_error_get_text(err));
    scc_error_free(err);
}
