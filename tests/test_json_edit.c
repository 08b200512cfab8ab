/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "json_edit.h"
#include "policies.h"
#include "util.h"

/** @p text, apostrophes being quotes, with @p value set at a.b and 'x' at c; must parse again. */
static char *edited(const char *text, const char *value)
{
    static const char *const paths[2][2] = {{"a", "b"}, {"c"}};
    struct scc_json_edit edits[2];
    struct scc_json *doc = NULL, *again = NULL;
    scc_error *err = NULL;
    size_t len = 0;
    char *json = with_quotes(text), *printed = with_quotes(value);
    must(scc_json_parse(json, strlen(json), "c.json", &doc, &err), err);
    scc_json_edit_plan(scc_json_root(doc), paths[0], 2, printed, &edits[0]);
    scc_json_edit_plan(scc_json_root(doc), paths[1], 1, "\"x\"", &edits[1]);
    char *out = scc_json_edit_apply(doc, edits, 2, &len);
    cr_assert_not_null(out);
    cr_assert_eq(len, strlen(out));
    must(scc_json_parse(strdup(out), len, "out.json", &again, &err), err);
    scc_json_free(again);
    scc_json_free(doc);
    free(printed);
    return out;
}

static void expect_edit(const char *text, const char *value, const char *expected)
{
    char *wanted = with_quotes(expected), *out = edited(text, value);
    cr_expect_str_eq(out, wanted, "%s", text);
    /* What was set once stands where it is set again. */
    char *again = edited(out, value);
    cr_expect_str_eq(again, wanted, "%s, again", text);
    free(again);
    free(out);
    free(wanted);
}

#define VALUE "{\n  'l': [\n    1, 2,\n    3\n  ],\n  's': 'p: q, \\\\ \\'}'\n}"

Test(json_edit, keeps_one_line_one_line)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"{'a':{'b':1},'c':2}", "{'a':{'b':$},'c':'x'}"},
        {"{'c':2,'a':{'b':1}}", "{'c':'x','a':{'b':$}}"},
        {"{'a':{'b':[1,[2]],'z':0},'c':{}}\n", "{'a':{'b':$,'z':0},'c':'x'}\n"},
        {"{'a':{'z':0}}", "{'a':{'z':0,'b':$},'c':'x'}"},
        {"{'a':{}}", "{'a':{'b':$},'c':'x'}"},
        {"{'a':null}", "{'a':{'b':$},'c':'x'}"},
        {"{'z':0}", "{'z':0,'a':{'b':$},'c':'x'}"},
        {"{'a':{'b':null},'c':null}", "{'a':{'b':$},'c':'x'}"},
        /* the same keys elsewhere */
        {"{'z':{'a':{'b':1},'c':1},'y':[{'a':{'b':2}}],'b':3}",
         "{'z':{'a':{'b':1},'c':1},'y':[{'a':{'b':2}}],'b':3,'a':{'b':$},'c':'x'}"},
        /* all else as it is written */
        {"{'n':[18446744073709551615,1e400,-0.0,1.10,1E+2],'u':'\\u00e9\\uD83D\\ude00\\/','c' :2 "
         ",\t"
         "'a':{'b':1}} ",
         "{'n':[18446744073709551615,1e400,-0.0,1.10,1E+2],'u':'\\u00e9\\uD83D\\ude00\\/','c' :'x' "
         ","
         "\t'a':{'b':$}} "},
        /* a key that is written with escapes is the same key */
        {"{'\\u0061':{'\\u0062':1},'c':0}", "{'\\u0061':{'\\u0062':$},'c':'x'}"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char expected[400];
        const char *mark = strchr(cases[i].expected, '$');
        snprintf(expected, sizeof expected, "%.*s%s%s", (int)(mark - cases[i].expected),
                 cases[i].expected, "{'l':[1,2,3],'s':'p: q, \\\\ \\'}'}", mark + 1);
        expect_edit(cases[i].text, VALUE, expected);
    }
}

Test(json_edit, keeps_spaces_on_one_line)
{
    expect_edit("{'z': 0}", VALUE,
                "{'z': 0, 'a': {'b': {'l': [1, 2, 3], 's': 'p: q, \\\\ \\'}'}}, 'c': 'x'}");
    expect_edit("{'z': 0, 'a': {'b': 1, 'y': 0}}", VALUE,
                "{'z': 0, 'a': {'b': {'l': [1, 2, 3], 's': 'p: q, \\\\ \\'}'}, 'y': 0}, 'c': 'x'}");
}

Test(json_edit, indents_as_the_document)
{
    expect_edit(
        "{\n\t'z': 0,\n\t'a': {\n\t\t'b': 1\n\t}\n}\n", VALUE,
        "{\n\t'z': 0,\n\t'a': {\n\t\t'b': {\n\t\t\t'l': [\n\t\t\t\t1, 2,\n\t\t\t\t3\n\t\t\t],"
        "\n\t\t\t's': 'p: q, \\\\ \\'}'\n\t\t}\n\t},\n\t'c': 'x'\n}\n");
    expect_edit(
        "{\n    'z': 0\n}", "{\n  'l': 1\n}",
        "{\n    'z': 0,\n    'a': {\n        'b': {\n            'l': 1\n        }\n    },\n"
        "    'c': 'x'\n}");
    /* an object on one line within others */
    expect_edit("{\n  'a': {'z': 0},\n  'c': 1\n}", "{\n  'l': 1\n}",
                "{\n  'a': {'z': 0, 'b': {'l': 1}},\n  'c': 'x'\n}");
    expect_edit("{\n  'a': {},\n  'c': 1\n}", "{\n  'l': 1\n}",
                "{\n  'a': {\n    'b': {\n      'l': 1\n    }\n  },\n  'c': 'x'\n}");
    /* no unit can be told, or one that is too long */
    expect_edit("{\n'z': 0}", "{\n  'l': 1\n}",
                "{\n'z': 0,\n'a': {\n  'b': {\n    'l': 1\n  }\n},\n'c': 'x'}");
    expect_edit("{\r\n            'c': 0\r\n}", "{\n  'l': 1\n}",
                "{\r\n            'c': 'x',\n            'a': {\n              'b': {\n"
                "                'l': 1\n              }\n            }\r\n}");
}
