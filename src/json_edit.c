/* SPDX-License-Identifier: Apache-2.0 */
#include "json_edit.h"

#include <string.h>

#include "util.h"

/** A run of white space. */
struct blanks {
    const char *text;
    size_t len;
};

/** How values stand in an object. */
struct form {
    bool has_lines;       /* each member has a line of its own */
    bool has_spaces;      /* on one line: behind ':' and ',' */
    struct scc_strbuf at; /* what the members' lines begin with */
    struct blanks unit;   /* what a further level is indented with */
};

enum {
    PRINTED_UNIT = 2, /* spaces of a level in scc_json_print()'s texts */
    UNIT_MAX = 8,
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/** What stands between an object's bracket and its first member. */
static struct blanks first_gap(const struct scc_json_node *object)
{
    size_t len;
    const char *text = scc_json_text(object->doc, &len);
    struct blanks gap = {text + object->offset + 1, 0};
    while (is_blank(gap.text[gap.len]))
        gap.len++;
    return gap;
}

/** What the line of an object's first member begins with; false: it has no line of its own. */
static bool find_indent(const struct scc_json_node *object, struct blanks *indent)
{
    struct blanks gap = first_gap(object);
    const char *newline = memrchr(gap.text, '\n', gap.len);
    if (!newline || !scc_json_first(object))
        return false;
    *indent = (struct blanks){newline + 1, gap.len - (size_t)(newline + 1 - gap.text)};
    return true;
}

/** How the members of @p object stand, which has members. */
static struct form form_of(const struct scc_json_node *object)
{
    const struct scc_json_node *root = scc_json_root(object->doc);
    const struct scc_json_node *first = scc_json_first(object);
    struct blanks indent;
    size_t len;
    struct form form = {.unit = {"  ", PRINTED_UNIT}};
    form.has_spaces = is_blank(scc_json_text(object->doc, &len)[first->offset - 1]);
    form.has_lines = find_indent(object, &indent);
    if (form.has_lines)
        scc_strbuf_add_bytes(&form.at, indent.text, indent.len);
    if (find_indent(root, &indent) && indent.len && indent.len <= UNIT_MAX)
        form.unit = indent;
    return form;
}

/** Begins a line of @p depth levels below the members' own. */
static void add_line(struct scc_strbuf *out, const struct form *form, size_t depth)
{
    scc_strbuf_add(out, "\n");
    scc_strbuf_add_bytes(out, form->at.data, form->at.len);
    for (size_t i = 0; i < depth; i++)
        scc_strbuf_add_bytes(out, form->unit.text, form->unit.len);
}

/** The length of the string at @p text, its quotes included. */
static size_t string_length(const char *text)
{
    size_t len = 1;
    while (text[len] != '"')
        len += text[len] == '\\' ? 2 : 1;
    return len + 1;
}

/** Adds what @p printed, a text as scc_json_print() gives it, is in this form. */
static void add_value(struct scc_strbuf *out, const struct form *form, const char *printed)
{
    for (const char *c = printed; *c;) {
        size_t len = *c == '"' ? string_length(c) : strcspn(c, "\" \n");
        scc_strbuf_add_bytes(out, c, len);
        c += len;
        if (*c == ' ') {
            if (form->has_lines || form->has_spaces)
                scc_strbuf_add(out, " ");
            c++;
        } else if (*c == '\n') {
            size_t spaces = strspn(c + 1, " ");
            if (form->has_lines)
                add_line(out, form, spaces / PRINTED_UNIT);
            else if (form->has_spaces && c[-1] == ',')
                scc_strbuf_add(out, " ");
            c += 1 + spaces;
        }
    }
    out->failed |= form->at.failed;
}

/** The value of @p path in objects of its own, as scc_json_print() would print them. */
static char *wrap(const char *const *path, size_t count, const char *value)
{
    struct form deeper = {.has_lines = true, .unit = {"  ", PRINTED_UNIT}};
    SCC_AUTOFREE char *inner = strdup(value);
    scc_strbuf_add(&deeper.at, "  ");
    for (size_t i = count; inner && i-- > 0;) {
        struct scc_strbuf out = {0};
        scc_strbuf_addf(&out, "{\n  \"%s\": ", path[i]);
        add_value(&out, &deeper, inner);
        scc_strbuf_add(&out, "\n}");
        free(inner);
        inner = scc_strbuf_steal(&out);
    }
    scc_strbuf_free(&deeper.at);
    return SCC_STEAL(inner);
}

/** Plans a new member behind the last of @p object, in its @p form. */
static void plan_member(const struct scc_json_node *object, const struct form *form,
                        const char *key, const char *value, struct scc_json_edit *edit)
{
    const struct scc_json_node *last = scc_json_first(object);
    while (last->next)
        last = last->next;
    edit->offset = edit->end = last->end;
    scc_strbuf_add(&edit->text, ",");
    if (form->has_lines)
        add_line(&edit->text, form, 0);
    else if (form->has_spaces)
        scc_strbuf_add(&edit->text, " ");
    scc_strbuf_addf(&edit->text, "\"%s\":%s", key, form->has_lines || form->has_spaces ? " " : "");
    add_value(&edit->text, form, value);
}

void scc_json_edit_plan(const struct scc_json_node *root, const char *const *path, size_t count,
                        const char *value, struct scc_json_edit *edit)
{
    const struct scc_json_node *node = root, *member;
    size_t known = 0;
    while (known < count && (member = scc_json_member(node, path[known])) != NULL) {
        node = member;
        known++;
    }
    /* A new member, or a new value in place of the node's: of null, too, and of an empty object. */
    bool is_member = known < count && scc_json_first(node) != NULL;
    size_t first = known + is_member;
    SCC_AUTOFREE char *wrapped = wrap(path + first, count - first, value);
    struct form form = form_of(is_member ? node : node->parent);
    *edit = (struct scc_json_edit){.offset = node->offset, .end = node->end};
    if (!wrapped)
        edit->text.failed = true;
    else if (is_member)
        plan_member(node, &form, path[known], wrapped, edit);
    else
        add_value(&edit->text, &form, wrapped);
    scc_strbuf_free(&form.at);
}

/** Sorts by place; those of one place keep their order. */
static void sort(struct scc_json_edit *edits, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t j = i; j > 0 && edits[j].offset < edits[j - 1].offset; j--) {
            struct scc_json_edit later = edits[j - 1];
            edits[j - 1] = edits[j];
            edits[j] = later;
        }
    }
}

char *scc_json_edit_apply(const struct scc_json *doc, struct scc_json_edit *edits, size_t count,
                          size_t *len_bytes)
{
    struct scc_strbuf out = {0};
    size_t at = 0, len;
    const char *text = scc_json_text(doc, &len);
    sort(edits, count);
    for (size_t i = 0; i < count; i++) {
        scc_strbuf_add_bytes(&out, text + at, edits[i].offset - at);
        scc_strbuf_add_bytes(&out, edits[i].text.data, edits[i].text.len);
        out.failed |= edits[i].text.failed;
        scc_strbuf_free(&edits[i].text);
        at = edits[i].end;
    }
    scc_strbuf_add_bytes(&out, text + at, len - at);
    *len_bytes = out.len;
    return scc_strbuf_steal(&out);
}
