/* SPDX-License-Identifier: Apache-2.0 */
#include "json_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"
#include "util.h"

enum { LINE_MAX_COLUMNS = 80 };

static void print_item(struct scc_strbuf *out, const cJSON *item, unsigned depth);

static void start_line(struct scc_strbuf *out, unsigned depth)
{
    scc_strbuf_add(out, "\n");
    while (depth-- > 0)
        scc_strbuf_add(out, "  ");
}

/** How many bytes of the string stand in JSON as they are: all of a name, as nearly all are. */
static size_t count_plain(const char *text)
{
    size_t len = 0;
    while (text[len] >= ' ' && text[len] < 0x7f && text[len] != '"' && text[len] != '\\')
        len++;
    return len;
}

static void print_escaped(struct scc_strbuf *out, uint32_t point)
{
    static const char named[] = "\b\f\n\r\t", letters[] = "bfnrt";
    const char *at = point && point < 0x80 ? strchr(named, (int)point) : NULL;
    if (at)
        scc_strbuf_addf(out, "\\%c", letters[at - named]);
    else if (point < 0x10000)
        scc_strbuf_addf(out, "\\u%04x", (unsigned)point);
    else
        scc_strbuf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((point - 0x10000) >> 10)),
                        (unsigned)(0xdc00 + (point & 0x3ff)));
}

/** Prints one character, and returns its bytes. What no terminal shows is escaped; a byte that is
 * not UTF-8, as names of files can have, is no text, and U+FFFD stands for it. */
static size_t print_character(struct scc_strbuf *out, const char *text)
{
    uint32_t point;
    size_t width = scc_utf8_decode(text, strnlen(text, 4), &point);
    if (!width)
        scc_strbuf_add(out, "\\ufffd");
    else if (!scc_utf8_is_visible(point))
        print_escaped(out, point);
    else if (point == '"' || point == '\\')
        scc_strbuf_addf(out, "\\%c", (char)point);
    else
        scc_strbuf_add_bytes(out, text, width);
    return width ? width : 1;
}

static void print_string(struct scc_strbuf *out, const char *text)
{
    scc_strbuf_add(out, "\"");
    while (*text) {
        size_t plain = count_plain(text);
        scc_strbuf_add_bytes(out, text, plain);
        text += plain;
        if (*text)
            text += print_character(out, text);
    }
    scc_strbuf_add(out, "\"");
}

/** Other scalars keep cJSON's spelling. */
static void print_scalar(struct scc_strbuf *out, const cJSON *item)
{
    if (cJSON_IsString(item)) {
        print_string(out, item->valuestring);
        return;
    }
    SCC_AUTOFREE char *text = cJSON_PrintUnformatted(item);
    if (text)
        scc_strbuf_add(out, text);
    else
        out->failed = true;
}

static void print_key(struct scc_strbuf *out, const char *key)
{
    const cJSON text = {.type = cJSON_String, .valuestring = (char *)key};
    print_scalar(out, &text);
    scc_strbuf_add(out, ": ");
}

static bool has_containers(const cJSON *item)
{
    for (const cJSON *child = item->child; child; child = child->next) {
        if (cJSON_IsArray(child) || cJSON_IsObject(child))
            return true;
    }
    return false;
}

static size_t column(const struct scc_strbuf *out)
{
    size_t at = out->len;
    while (at && out->data[at - 1] != '\n')
        at--;
    return out->len - at;
}

static void print_filled(struct scc_strbuf *out, const cJSON *array, unsigned depth)
{
    struct scc_strbuf text = {0};
    start_line(out, depth + 1);
    for (const cJSON *child = array->child; child; child = child->next) {
        text.len = 0;
        print_scalar(&text, child);
        if (child != array->child) {
            bool fits = column(out) + 1 + text.len + 1 <= LINE_MAX_COLUMNS;
            if (fits)
                scc_strbuf_add(out, " ");
            else
                start_line(out, depth + 1);
        }
        scc_strbuf_add_bytes(out, text.data, text.len);
        if (child->next)
            scc_strbuf_add(out, ",");
    }
    out->failed |= text.failed;
    scc_strbuf_free(&text);
    start_line(out, depth);
}

static void print_children(struct scc_strbuf *out, const cJSON *item, unsigned depth)
{
    for (const cJSON *child = item->child; child; child = child->next) {
        start_line(out, depth + 1);
        if (cJSON_IsObject(item))
            print_key(out, child->string);
        print_item(out, child, depth + 1);
        if (child->next)
            scc_strbuf_add(out, ",");
    }
    start_line(out, depth);
}

static void print_item(struct scc_strbuf *out, const cJSON *item, unsigned depth)
{
    bool is_object = cJSON_IsObject(item);
    if (!is_object && !cJSON_IsArray(item)) {
        print_scalar(out, item);
        return;
    }
    scc_strbuf_add(out, is_object ? "{" : "[");
    if (item->child && (is_object || has_containers(item)))
        print_children(out, item, depth);
    else if (item->child)
        print_filled(out, item, depth);
    scc_strbuf_add(out, is_object ? "}" : "]");
}

void scc_json_print(struct scc_strbuf *out, const cJSON *item)
{
    print_item(out, item, 0);
    scc_strbuf_add(out, "\n");
}

cJSON *scc_json_new_uint(uint64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    return cJSON_CreateRaw(digits);
}
