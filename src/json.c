/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"
#include "util.h"

enum {
    NUMBER_MAX_BYTES = 63 /* cJSON's buffer for a number */
};

struct scc_json {
    char *text;
    size_t len;
    char *file;
    cJSON *tree;
    struct scc_json_node *nodes; /* in document order: a node's first child follows it */
    size_t count, cap;
    uint32_t *lines; /* offsets of the lines' beginnings */
    size_t line_count, line_cap;
};

static struct scc_place place_at(const struct scc_json *doc, size_t offset)
{
    size_t low = 0, high = doc->line_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (doc->lines[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return (struct scc_place){doc->file, (unsigned)low + 1,
                              (unsigned)(offset - doc->lines[low]) + 1};
}

/*
 * The scan. Nesting is kept on an explicit stack, so that depth is a number and not the machine's.
 */

struct scan {
    struct scc_json *doc;
    size_t at;
    uint32_t stack[SCC_JSON_MAX_DEPTH]; /* the open arrays and objects: indices of nodes */
    uint32_t last[SCC_JSON_MAX_DEPTH];  /* the latest child of each, 0 for none (0 is the root) */
    uint32_t children[SCC_JSON_MAX_DEPTH]; /* begun so far, the latest included */
    size_t key_start[SCC_JSON_MAX_DEPTH]; /* of the latest child: behind its key's quote; 0: none */
    size_t key_end[SCC_JSON_MAX_DEPTH];
    size_t depth;
    scc_error **err;
};

static int refuse(struct scan *scan, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The path of the value that is being scanned, its keys as they are written. */
static void add_scan_path(const struct scan *scan, struct scc_strbuf *path)
{
    for (size_t i = 0; i < scan->depth; i++) {
        bool is_object = scan->doc->nodes[scan->stack[i]].kind == SCC_JSON_OBJECT;
        if (!scan->children[i])
            return;
        if (!is_object) {
            scc_strbuf_addf(path, "[%u]", scan->children[i] - 1);
            continue;
        }
        if (!scan->key_end[i])
            return;
        SCC_AUTOFREE char *key =
            strndup(scan->doc->text + scan->key_start[i], scan->key_end[i] - scan->key_start[i]);
        path->failed |= !key;
        scc_strbuf_add(path, path->len ? "." : "");
        scc_strbuf_add_escaped(path, key ? key : "");
    }
}

static int refuse(struct scan *scan, size_t at, const char *format, ...)
{
    struct scc_strbuf out = {0}, path = {0};
    va_list args;
    va_start(args, format);
    scc_strbuf_addv(&out, format, args);
    va_end(args);
    add_scan_path(scan, &path);
    SCC_AUTOFREE char *message = scc_strbuf_steal(&out);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    if (!message || !path_text)
        return scc_error_nomem(scan->err);
    return scc_error_at(scan->err, place_at(scan->doc, at), *path_text ? path_text : NULL, "%s",
                        message);
}

static int peek(const struct scan *scan)
{
    return scan->at < scan->doc->len ? (unsigned char)scan->doc->text[scan->at] : -1;
}

/** Says what stands where @p expected should. */
static int refuse_here(struct scan *scan, const char *expected)
{
    if (scan->at >= scan->doc->len)
        return refuse(scan, scan->at, "the text ends here, expected %s", expected);
    char shown[8] = {0};
    uint32_t point;
    size_t width = scc_utf8_decode(scan->doc->text + scan->at, scan->doc->len - scan->at, &point);
    if (point == 0 && width)
        return refuse(scan, scan->at, "a NUL byte, expected %s", expected);
    if (point == 0xfeff)
        return refuse(scan, scan->at, "a byte-order mark, expected %s", expected);
    if (!width || point < 0x20 || point == 0x7f)
        return refuse(scan, scan->at, "a byte 0x%02x, expected %s",
                      (unsigned char)scan->doc->text[scan->at], expected);
    memcpy(shown, scan->doc->text + scan->at, width);
    return refuse(scan, scan->at, "'%s', expected %s", shown, expected);
}

static void skip_blanks(struct scan *scan)
{
    while (peek(scan) == ' ' || peek(scan) == '\t' || peek(scan) == '\n' || peek(scan) == '\r')
        scan->at++;
}

static int scan_hex4(struct scan *scan, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        int c = peek(scan);
        if (c < 0 || !isxdigit(c))
            return refuse_here(scan, "four hexadecimal digits after \\u");
        *unit = *unit << 4 | (uint32_t)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
    }
    return 0;
}

/** After "\u". */
static int scan_unicode_escape(struct scan *scan)
{
    size_t start = scan->at - 2;
    uint32_t unit, low;
    if (scan_hex4(scan, &unit) < 0)
        return -1;
    if (unit == 0)
        return refuse(scan, start, "\\u0000 in a string: no value here may hold a NUL");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return refuse(scan, start,
                      "the second half of a surrogate pair, expected the first before it");
    if (unit < 0xd800 || unit > 0xdbff)
        return 0;
    if (scan->doc->len - scan->at < 2 || memcmp(scan->doc->text + scan->at, "\\u", 2) != 0)
        return refuse(scan, start,
                      "the first half of a surrogate pair, expected the second behind it");
    scan->at += 2;
    if (scan_hex4(scan, &low) < 0)
        return -1;
    if (low < 0xdc00 || low > 0xdfff)
        return refuse(scan, start,
                      "the first half of a surrogate pair, expected the second behind it");
    return 0;
}

/** At the opening quote. */
static int scan_string(struct scan *scan)
{
    for (scan->at++; peek(scan) != '"';) {
        int c = peek(scan);
        if (c < 0)
            return refuse_here(scan, "the string's closing '\"'");
        if (c < 0x20)
            return refuse_here(scan, "a string without control characters (write \\u00XX)");
        if (c == '\\') {
            scan->at++;
            int escape = peek(scan);
            if (escape < 0 || escape == 0 || !strchr("\"\\/bfnrtu", escape))
                return refuse_here(scan, "one of \" \\ / b f n r t u after a backslash");
            scan->at++;
            if (escape == 'u' && scan_unicode_escape(scan) < 0)
                return -1;
        } else if (c < 0x80) {
            scan->at++;
        } else {
            uint32_t point;
            size_t width =
                scc_utf8_decode(scan->doc->text + scan->at, scan->doc->len - scan->at, &point);
            if (!width)
                return refuse_here(scan, "UTF-8");
            scan->at += width;
        }
    }
    scan->at++;
    return 0;
}

static int scan_digits(struct scan *scan)
{
    if (!(peek(scan) >= '0' && peek(scan) <= '9'))
        return refuse_here(scan, "a digit");
    while (peek(scan) >= '0' && peek(scan) <= '9')
        scan->at++;
    return 0;
}

static int scan_number(struct scan *scan)
{
    size_t start = scan->at;
    scan->at += peek(scan) == '-';
    if (peek(scan) == '0')
        scan->at++;
    else if (scan_digits(scan) < 0)
        return -1;
    if (peek(scan) == '.') {
        scan->at++;
        if (scan_digits(scan) < 0)
            return -1;
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        scan->at++;
        scan->at += peek(scan) == '+' || peek(scan) == '-';
        if (scan_digits(scan) < 0)
            return -1;
    }
    if (scan->at - start > NUMBER_MAX_BYTES)
        return refuse(scan, start, "a number of %zu characters, expected at most %d",
                      scan->at - start, NUMBER_MAX_BYTES);
    return 0;
}

static bool scan_word(struct scan *scan, const char *word)
{
    size_t len = strlen(word);
    if (scan->doc->len - scan->at < len || memcmp(scan->doc->text + scan->at, word, len) != 0)
        return false;
    scan->at += len;
    return true;
}

/** Adds a node for the value that begins here; its kind is set by the caller. */
static struct scc_json_node *add_node(struct scan *scan)
{
    struct scc_json *doc = scan->doc;
    if (doc->count == SCC_JSON_MAX_VALUES) {
        refuse(scan, scan->at, "more than %d values, expected at most that", SCC_JSON_MAX_VALUES);
        return NULL;
    }
    if (!SCC_GROW(doc->nodes, doc->cap, doc->count + 1)) {
        scc_error_nomem(scan->err);
        return NULL;
    }
    struct scc_json_node *node = &doc->nodes[doc->count++];
    *node = (struct scc_json_node){.offset = (uint32_t)scan->at};
    return node;
}

/**
 * Scans one value. Arrays and objects are only opened: scan_document() goes on inside. Parent and
 * sibling are noted as indices, because the array of nodes moves while it grows; link_nodes() turns
 * them into pointers.
 */
static int scan_value(struct scan *scan)
{
    struct scc_json_node *node = add_node(scan);
    if (!node)
        return -1;
    uint32_t index = (uint32_t)(scan->doc->count - 1);
    int c = peek(scan);
    if (c == '{' || c == '[') {
        node->kind = c == '{' ? SCC_JSON_OBJECT : SCC_JSON_ARRAY;
        if (scan->depth == SCC_JSON_MAX_DEPTH)
            return refuse(scan, scan->at, "nested more than %d deep, expected at most that",
                          SCC_JSON_MAX_DEPTH);
        scan->stack[scan->depth] = index;
        scan->last[scan->depth] = 0;
        scan->children[scan->depth] = 0;
        scan->key_end[scan->depth] = 0;
        scan->depth++;
        scan->at++;
        return 0;
    }
    if (c == '"') {
        node->kind = SCC_JSON_STRING;
        if (scan_string(scan) < 0)
            return -1;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        node->kind = SCC_JSON_NUMBER;
        if (scan_number(scan) < 0)
            return -1;
    } else if (scan_word(scan, "true") || scan_word(scan, "false")) {
        node->kind = SCC_JSON_BOOL;
    } else if (scan_word(scan, "null")) {
        node->kind = SCC_JSON_NULL;
    } else {
        return refuse_here(scan, "a value");
    }
    scan->doc->nodes[index].end = (uint32_t)scan->at;
    return 0;
}

/** The bracket that closes the innermost open value. */
static char closer(const struct scan *scan)
{
    uint32_t open = scan->stack[scan->depth - 1];
    return scan->doc->nodes[open].kind == SCC_JSON_OBJECT ? '}' : ']';
}

/** Scans `"key" :` where the innermost open value is an object. */
static int scan_key(struct scan *scan)
{
    if (closer(scan) != '}')
        return 0;
    if (peek(scan) != '"')
        return refuse_here(scan, "a key in quotes");
    scan->key_start[scan->depth - 1] = scan->at + 1;
    if (scan_string(scan) < 0)
        return -1;
    scan->key_end[scan->depth - 1] = scan->at - 1;
    skip_blanks(scan);
    if (peek(scan) != ':')
        return refuse_here(scan, "':' after the key");
    scan->at++;
    skip_blanks(scan);
    return 0;
}

static void close_value(struct scan *scan)
{
    scan->depth--;
    scan->at++;
    scan->doc->nodes[scan->stack[scan->depth]].end = (uint32_t)scan->at;
}

/** Scans the children of the root, and theirs, until all is closed. */
static int scan_children(struct scan *scan)
{
    while (scan->depth) {
        skip_blanks(scan);
        bool is_first = scan->last[scan->depth - 1] == 0;
        if (peek(scan) == closer(scan)) {
            close_value(scan);
            continue;
        }
        if (!is_first) {
            if (peek(scan) != ',')
                return refuse_here(scan, closer(scan) == '}' ? "',' or '}'" : "',' or ']'");
            scan->at++;
            skip_blanks(scan);
        }
        scan->key_end[scan->depth - 1] = 0;
        scan->children[scan->depth - 1]++;
        if (scan_key(scan) < 0)
            return -1;
        scan->last[scan->depth - 1] = (uint32_t)scan->doc->count;
        if (scan_value(scan) < 0)
            return -1;
    }
    return 0;
}

static int scan_document(struct scan *scan)
{
    skip_blanks(scan);
    if (scan->at == scan->doc->len)
        return refuse(scan, 0, "the file is empty, expected a JSON object");
    if (scan_value(scan) < 0 || scan_children(scan) < 0)
        return -1;
    skip_blanks(scan);
    if (scan->at < scan->doc->len)
        return refuse_here(scan, "nothing after the JSON value");
    return 0;
}

static int note_lines(struct scc_json *doc, scc_error **err)
{
    for (size_t at = 0;; at++) {
        if (!SCC_GROW(doc->lines, doc->line_cap, doc->line_count + 1))
            return scc_error_nomem(err);
        doc->lines[doc->line_count++] = (uint32_t)at;
        const char *end = memchr(doc->text + at, '\n', doc->len - at);
        if (!end)
            return 0;
        at = (size_t)(end - doc->text);
    }
}

/*
 * The pairing of nodes with cJSON's tree: both are in document order.
 */

static bool kinds_agree(enum scc_json_kind kind, const cJSON *item)
{
    switch (kind) {
    case SCC_JSON_NULL:
        return cJSON_IsNull(item);
    case SCC_JSON_BOOL:
        return cJSON_IsBool(item);
    case SCC_JSON_NUMBER:
        return cJSON_IsNumber(item);
    case SCC_JSON_STRING:
        return cJSON_IsString(item);
    case SCC_JSON_ARRAY:
        return cJSON_IsArray(item);
    case SCC_JSON_OBJECT:
        return cJSON_IsObject(item);
    }
    return false;
}

/**
 * Gives node @p index and its siblings their items and links, children first to last; returns the
 * index behind them, or 0 where cJSON's tree has another shape.
 */
static size_t pair_siblings(struct scc_json *doc, size_t index, const cJSON *item,
                            const struct scc_json_node *parent)
{
    for (uint32_t position = 0; item; item = item->next, position++) {
        if (index >= doc->count || !kinds_agree(doc->nodes[index].kind, item))
            return 0;
        struct scc_json_node *node = &doc->nodes[index];
        node->doc = doc;
        node->item = item;
        node->parent = parent;
        node->position = position;
        index++;
        if (item->child && !(index = pair_siblings(doc, index, item->child, node)))
            return 0;
        node->next = item->next ? &doc->nodes[index] : NULL;
    }
    return index;
}

static int compare_keys(const void *a, const void *b)
{
    const struct scc_json_node *const *first = a, *const *second = b;
    int order = strcmp((*first)->item->string, (*second)->item->string);
    return order ? order : (*first)->offset < (*second)->offset ? -1 : 1;
}

static int check_duplicates(const struct scc_json_node *object, scc_error **err)
{
    size_t count = scc_json_count(object);
    if (count < 2)
        return 0;
    SCC_AUTOFREE const struct scc_json_node **members = calloc(count, sizeof *members);
    if (!members)
        return scc_error_nomem(err);
    size_t i = 0;
    scc_json_each (member, object)
        members[i++] = member;
    qsort(members, count, sizeof(const struct scc_json_node *), compare_keys);
    for (i = 1; i < count; i++) {
        if (strcmp(members[i - 1]->item->string, members[i]->item->string) == 0)
            return scc_json_error(members[i], err,
                                  "the key stands twice in this object, first in line %u; expected "
                                  "it once",
                                  scc_json_place(members[i - 1]).line);
    }
    return 0;
}

static int parse_text(struct scc_json *doc, scc_error **err)
{
    if (doc->len > SCC_JSON_MAX_BYTES)
        return scc_error_at(err, (struct scc_place){doc->file, 1, 1}, NULL,
                            "%zu bytes, expected at most %d", doc->len, SCC_JSON_MAX_BYTES);
    if (note_lines(doc, err) < 0)
        return -1;
    struct scan scan = {.doc = doc, .err = err};
    if (scan_document(&scan) < 0)
        return -1;
    const char *end = NULL;
    doc->tree = cJSON_ParseWithLengthOpts(doc->text, doc->len, &end, false);
    if (!doc->tree && errno == ENOMEM)
        return scc_error_nomem(err);
    if (!doc->tree || pair_siblings(doc, 0, doc->tree, NULL) != doc->count)
        return scc_error_at(err, place_at(doc, end ? (size_t)(end - doc->text) : 0), NULL,
                            "cJSON does not read this text");
    for (size_t i = 0; i < doc->count; i++) {
        if (doc->nodes[i].kind == SCC_JSON_OBJECT && check_duplicates(&doc->nodes[i], err) < 0)
            return -1;
    }
    return 0;
}

bool scc_json_is_start(const char *text, size_t len_bytes)
{
    size_t at = 0;
    while (at < len_bytes && text[at] && strchr(" \t\r\n", text[at]))
        at++;
    return at < len_bytes && text[at] == '{';
}

int scc_json_parse(char *text, size_t len_bytes, const char *file, struct scc_json **doc,
                   scc_error **err)
{
    struct scc_json *made = calloc(1, sizeof *made);
    if (!made) {
        free(text);
        return scc_error_nomem(err);
    }
    made->text = text;
    made->len = len_bytes;
    made->file = strdup(file);
    errno = 0;
    if (!made->file) {
        scc_json_free(made);
        return scc_error_nomem(err);
    }
    if (parse_text(made, err) < 0) {
        scc_json_free(made);
        return -1;
    }
    *doc = made;
    return 0;
}

void scc_json_free(struct scc_json *doc)
{
    if (!doc)
        return;
    cJSON_Delete(doc->tree);
    free(doc->text);
    free(doc->file);
    free(doc->nodes);
    free(doc->lines);
    free(doc);
}

const struct scc_json_node *scc_json_root(const struct scc_json *doc)
{
    return &doc->nodes[0];
}

const char *scc_json_text(const struct scc_json *doc, size_t *len_bytes)
{
    *len_bytes = doc->len;
    return doc->text;
}

const struct scc_json_node *scc_json_first(const struct scc_json_node *node)
{
    return node->item->child ? node + 1 : NULL;
}

size_t scc_json_count(const struct scc_json_node *node)
{
    size_t count = 0;
    scc_json_each (child, node)
        count++;
    return count;
}

const char *scc_json_key(const struct scc_json_node *node)
{
    return node->item->string;
}

const char *scc_json_string(const struct scc_json_node *node)
{
    return node->item->valuestring;
}

const struct scc_json_node *scc_json_member(const struct scc_json_node *node, const char *key)
{
    if (node->kind != SCC_JSON_OBJECT)
        return NULL;
    scc_json_each (member, node) {
        if (strcmp(scc_json_key(member), key) == 0)
            return member;
    }
    return NULL;
}

bool scc_json_folds_to(const char *name, const char *key)
{
    for (; *name && *key; key++) {
        if (strncmp(name, "\u017f", 2) == 0 && tolower((unsigned char)*key) == 's')
            name += 2;
        else if (strncmp(name, "\u212a", 3) == 0 && tolower((unsigned char)*key) == 'k')
            name += 3;
        else if (tolower((unsigned char)*name) == tolower((unsigned char)*key))
            name++;
        else
            return false;
    }
    return !*name && !*key;
}

const char *scc_json_kind_name(enum scc_json_kind kind)
{
    static const char *const names[] = {
        [SCC_JSON_NULL] = "null",       [SCC_JSON_BOOL] = "a boolean",
        [SCC_JSON_NUMBER] = "a number", [SCC_JSON_STRING] = "a string",
        [SCC_JSON_ARRAY] = "an array",  [SCC_JSON_OBJECT] = "an object",
    };
    return names[kind];
}

int scc_json_uint(const struct scc_json_node *node, uint64_t max, uint64_t *value, scc_error **err)
{
    if (node->kind != SCC_JSON_NUMBER)
        return scc_json_error(node, err, "%s, expected a whole number from 0 to %" PRIu64,
                              scc_json_kind_name(node->kind), max);
    const char *text = node->doc->text + node->offset;
    int len = (int)(node->end - node->offset);
    uint64_t sum = 0;
    for (int i = 0; i < len; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (!isdigit((unsigned char)text[i]) || sum > (UINT64_MAX - digit) / 10)
            goto refused;
        sum = sum * 10 + digit;
    }
    if (sum > max)
        goto refused;
    *value = sum;
    return 0;
refused:
    return scc_json_error(node, err, "%.*s, expected a whole number from 0 to %" PRIu64, len, text,
                          max);
}

struct scc_place scc_json_place(const struct scc_json_node *node)
{
    return place_at(node->doc, node->offset);
}

/** Whether a key can stand in a path as it is. */
static bool is_plain_key(const char *key)
{
    for (const char *c = key; *c; c++) {
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            return false;
    }
    return *key != '\0';
}

void scc_json_path(const struct scc_json_node *node, struct scc_strbuf *out)
{
    if (!node->parent)
        return;
    scc_json_path(node->parent, out);
    const char *key = scc_json_key(node);
    if (!key) {
        scc_strbuf_addf(out, "[%u]", node->position);
    } else if (is_plain_key(key)) {
        scc_strbuf_addf(out, "%s%s", out->len ? "." : "", key);
    } else {
        scc_strbuf_add(out, "[\"");
        scc_strbuf_add_escaped(out, key);
        scc_strbuf_add(out, "\"]");
    }
}

int scc_json_error(const struct scc_json_node *node, scc_error **err, const char *format, ...)
{
    struct scc_strbuf path = {0}, message = {0};
    scc_json_path(node, &path);
    va_list args;
    va_start(args, format);
    scc_strbuf_addv(&message, format, args);
    va_end(args);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    SCC_AUTOFREE char *message_text = scc_strbuf_steal(&message);
    if (!path_text || !message_text)
        return scc_error_nomem(err);
    return scc_error_at(err, scc_json_place(node), path_text, "%s", message_text);
}
