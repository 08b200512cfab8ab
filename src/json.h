/* SPDX-License-Identifier: Apache-2.0 */
/**
 * JSON with places. cJSON parses; it keeps neither places nor number texts and takes more than the
 * standard does. A scan of the same text runs first: it accepts RFC 8259 alone and notes where each
 * value stands. The two agree value by value, so each node has both.
 */
#ifndef SCC_JSON_H
#define SCC_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "strbuf.h"

struct scc_json; /* a document */

enum {
    /** The largest document that is read. */
    SCC_JSON_MAX_BYTES = 16 << 20,
    /** The deepest nesting that is read; an OCI runtime config has 8. */
    SCC_JSON_MAX_DEPTH = 64,
    /** The most values, for each takes memory; a profile of 100,000 names has as many. */
    SCC_JSON_MAX_VALUES = 1 << 20,
};

enum scc_json_kind {
    SCC_JSON_NULL,
    SCC_JSON_BOOL,
    SCC_JSON_NUMBER,
    SCC_JSON_STRING,
    SCC_JSON_ARRAY,
    SCC_JSON_OBJECT,
};

/** One value of a document; nodes live as long as their document. */
struct scc_json_node {
    const struct scc_json *doc;
    const cJSON *item; /* owned by the document; `string` is the key, decoded */
    const struct scc_json_node *parent;
    const struct scc_json_node *next; /* sibling */
    enum scc_json_kind kind;
    uint32_t offset; /* bytes; of an object's member the value's, not the key's */
    uint32_t end;
    uint32_t position; /* among its siblings, from 0 */
};

/** Whether @p text begins as an object does, white space aside: what tells JSON from a program. */
bool scc_json_is_start(const char *text, size_t len_bytes);

/**
 * Parses @p text, which the document takes over on success and on failure (free()d). @p file is the
 * name for messages and is copied. Refused, with line and column: what RFC 8259 refuses, bytes that
 * are not UTF-8, a byte-order mark, NUL bytes and \u0000, halves of surrogate pairs, trailing text,
 * duplicate keys, numbers longer than 63 characters, more than SCC_JSON_MAX_DEPTH levels,
 * SCC_JSON_MAX_VALUES values or SCC_JSON_MAX_BYTES bytes.
 */
int scc_json_parse(char *text, size_t len_bytes, const char *file, struct scc_json **doc,
                   scc_error **err);

void scc_json_free(struct scc_json *doc);

const struct scc_json_node *scc_json_root(const struct scc_json *doc);

/** The document's text as it was read, not terminated. Owned by the document. */
const char *scc_json_text(const struct scc_json *doc, size_t *len_bytes);

/** The first child of an array or object, or NULL. */
const struct scc_json_node *scc_json_first(const struct scc_json_node *node);

#define scc_json_each(child, node)                                                                 \
    for (const struct scc_json_node *child = scc_json_first(node); child; child = child->next)

/** The number of children. */
size_t scc_json_count(const struct scc_json_node *node);

/** The key of an object's member, decoded, or NULL. */
const char *scc_json_key(const struct scc_json_node *node);

/** The text of a string, decoded. */
const char *scc_json_string(const struct scc_json_node *node);

/** The member of an object, or NULL. */
const struct scc_json_node *scc_json_member(const struct scc_json_node *node, const char *key);

/**
 * Whether Go takes @p name for @p key: letters in any case, U+017F for s and U+212A for k
 * (Unicode's simple folding, encoding/json).
 */
bool scc_json_folds_to(const char *name, const char *key);

/** "an object", "a string" …, for messages. */
const char *scc_json_kind_name(enum scc_json_kind kind);

/**
 * The exact value of a number node that is a whole number from 0 to @p max, written with digits
 * alone. Anything else is an error that says what @p node holds and what was expected.
 */
int scc_json_uint(const struct scc_json_node *node, uint64_t max, uint64_t *value, scc_error **err);

/** Where the node stands. `file` lives as long as the document. */
struct scc_place scc_json_place(const struct scc_json_node *node);

/** Adds the path of the node: `syscalls[7].args[0].value`; nothing for the root. */
void scc_json_path(const struct scc_json_node *node, struct scc_strbuf *out);

/** An error at the node, with its path; returns -1. */
int scc_json_error(const struct scc_json_node *node, scc_error **err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
