/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Values set in a document's text. All other bytes stay: order, white space, the spelling of
 * numbers and strings. What is new takes the form of what stands around it: members on lines of
 * their own, indented alike, or all on one line.
 */
#ifndef SCC_JSON_EDIT_H
#define SCC_JSON_EDIT_H

#include "json.h"
#include "strbuf.h"

/** The bytes from `offset` to before `end` become `text`. */
struct scc_json_edit {
    size_t offset, end;
    struct scc_strbuf text;
};

/**
 * Plans the edit that makes @p value, a text as scc_json_print() gives it, the value under the keys
 * @p path from @p root, an object with members, on. Where a part of the path is absent or null, it
 * is made; none of the parts may be anything else but an object. The keys need no escapes. Out of
 * memory is remembered in the edit's text, which scc_json_edit_apply() frees.
 */
void scc_json_edit_plan(const struct scc_json_node *root, const char *const *path, size_t count,
                        const char *value, struct scc_json_edit *edit);

/**
 * The text of @p doc with @p edits, which do not overlap; of several at one place the first comes
 * first. They are sorted, and their texts freed. The caller frees the text, which is terminated;
 * NULL without memory.
 */
char *scc_json_edit_apply(const struct scc_json *doc, struct scc_json_edit *edits, size_t count,
                          size_t *len_bytes);

#endif
