/* SPDX-License-Identifier: Apache-2.0 */
/** What targets share that read or write JSON: documents, and what an edit left as it was. */
#ifndef SCC_FUZZ_JSON_H
#define SCC_FUZZ_JSON_H

#include "fuzz.h"
#include "json.h"

/** A copy for a reader that takes its text over. */
static inline char *fuzz_copy(const void *text, size_t len_bytes)
{
    char *copy = malloc(len_bytes + 1);
    fuzz_check(copy, "no memory");
    memcpy(copy, text, len_bytes);
    copy[len_bytes] = '\0';
    return copy;
}

/** The document of a text of our own, which cJSON itself must take as well. */
static inline struct scc_json *fuzz_json(const char *text, size_t len_bytes)
{
    struct scc_json *doc;
    scc_error *err = NULL;
    cJSON *tree = cJSON_ParseWithLength(text, len_bytes);
    fuzz_check(tree, "cJSON does not take this: %.*s", (int)len_bytes, text);
    cJSON_Delete(tree);
    fuzz_must(scc_json_parse(fuzz_copy(text, len_bytes), len_bytes, "output", &doc, &err), err);
    return doc;
}

/** Bytes of a document. */
struct fuzz_span {
    const char *text;
    size_t len_bytes;
};

static inline struct fuzz_span fuzz_span_of(const struct scc_json_node *node, size_t from,
                                            size_t to)
{
    size_t len;
    const char *text = scc_json_text(node->doc, &len);
    fuzz_check(from <= to && to <= len, "%zu to %zu of %zu", from, to, len);
    return (struct fuzz_span){text + from, to - from};
}

static inline void fuzz_check_span(struct fuzz_span before, struct fuzz_span after)
{
    fuzz_check(before.len_bytes == after.len_bytes &&
                   memcmp(before.text, after.text, before.len_bytes) == 0,
               "\"%.*s\" became \"%.*s\"", (int)before.len_bytes, before.text, (int)after.len_bytes,
               after.text);
}

/** Keys that lead to a value that was set. */
struct fuzz_path {
    const char *const *keys;
    size_t count;
};

/** The paths that go on with @p key, in @p rest, without it; returns their number. */
static inline size_t fuzz_follow(const struct fuzz_path *paths, size_t count, const char *key,
                                 struct fuzz_path *rest)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (paths[i].count && strcmp(paths[i].keys[0], key) == 0)
            rest[found++] = (struct fuzz_path){paths[i].keys + 1, paths[i].count - 1};
    }
    return found;
}

enum { FUZZ_PATHS_MAX = 2 };

/**
 * Checks that @p after is @p before, byte for byte, but for the values of @p paths and what had to
 * be made for them: members behind the last, objects in place of null.
 */
static inline void fuzz_check_kept(const struct scc_json_node *before,
                                   const struct scc_json_node *after, const struct fuzz_path *paths,
                                   size_t count)
{
    struct fuzz_path rest[FUZZ_PATHS_MAX];
    const struct scc_json_node *made = scc_json_first(after);
    size_t before_at = before->offset, after_at = after->offset;
    scc_json_each (member, before) {
        fuzz_check(made, "%s is gone", scc_json_key(member));
        fuzz_check_span(fuzz_span_of(before, before_at, member->offset),
                        fuzz_span_of(after, after_at, made->offset));
        size_t changed = fuzz_follow(paths, count, scc_json_key(member), rest);
        if (!changed)
            fuzz_check_span(fuzz_span_of(member, member->offset, member->end),
                            fuzz_span_of(made, made->offset, made->end));
        else if (scc_json_first(member) && rest[0].count)
            fuzz_check_kept(member, made, rest, changed);
        before_at = member->end;
        after_at = made->end;
        made = made->next;
    }
    for (; made; made = made->next) {
        fuzz_check(fuzz_follow(paths, count, scc_json_key(made), rest), "%s is new",
                   scc_json_key(made));
        after_at = made->end;
    }
    fuzz_check_span(fuzz_span_of(before, before_at, before->end),
                    fuzz_span_of(after, after_at, after->end));
}

/** The same of whole documents, what stands around the outermost values included. */
static inline void fuzz_check_edited(const struct scc_json *before, const struct scc_json *after,
                                     const struct fuzz_path *paths, size_t count)
{
    const struct scc_json_node *old = scc_json_root(before), *made = scc_json_root(after);
    size_t old_len, made_len;
    scc_json_text(before, &old_len);
    scc_json_text(after, &made_len);
    fuzz_check_span(fuzz_span_of(old, 0, old->offset), fuzz_span_of(made, 0, made->offset));
    fuzz_check_span(fuzz_span_of(old, old->end, old_len), fuzz_span_of(made, made->end, made_len));
    fuzz_check_kept(old, made, paths, count);
}

#endif
