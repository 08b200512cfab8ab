/* SPDX-License-Identifier: Apache-2.0 */
#include "diag.h"

#include <stdlib.h>
#include <string.h>

#include "strbuf.h"
#include "util.h"

struct entry {
    enum scc_diag_level level;
    char *text;
};

struct scc_diags {
    struct entry *entries;
    size_t count, cap;
};

scc_diags *scc_diags_new(void)
{
    return calloc(1, sizeof(struct scc_diags));
}

void scc_diags_free(scc_diags *diags)
{
    if (!diags)
        return;
    for (size_t i = 0; i < diags->count; i++)
        free(diags->entries[i].text);
    free(diags->entries);
    free(diags);
}

size_t scc_diags_count(const scc_diags *diags, enum scc_diag_level level)
{
    size_t count = 0;
    for (size_t i = 0; i < diags->count; i++)
        count += diags->entries[i].level == level;
    return count;
}

const char *scc_diags_at(const scc_diags *diags, size_t index, enum scc_diag_level *level)
{
    if (index >= diags->count)
        return NULL;
    *level = diags->entries[index].level;
    return diags->entries[index].text;
}

int scc_diags_add(scc_diags *diags, enum scc_diag_level level, struct scc_place place,
                  const char *json_path, scc_error **err, const char *format, ...)
{
    if (!diags)
        return 0;
    struct scc_strbuf raw = {0}, out = {0};
    if (place.file) {
        scc_strbuf_add_escaped(&out, place.file);
        if (place.line)
            scc_strbuf_addf(&out, ":%u:%u", place.line, place.column);
        scc_strbuf_add(&out, ": ");
    }
    va_list args;
    va_start(args, format);
    scc_strbuf_addv(&raw, format, args);
    va_end(args);
    SCC_AUTOFREE char *message = scc_strbuf_steal(&raw);
    scc_strbuf_add_printable(&out, message ? message : "");
    if (json_path)
        scc_strbuf_addf(&out, " (%s)", json_path);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&out);
    if (!message || !text || !SCC_GROW(diags->entries, diags->cap, diags->count + 1))
        return scc_error_nomem(err);
    diags->entries[diags->count++] = (struct entry){level, SCC_STEAL(text)};
    return 0;
}

int scc_diags_take(scc_diags *diags, scc_diags *from, scc_error **err)
{
    if (from->count && !SCC_GROW(diags->entries, diags->cap, diags->count + from->count))
        return scc_error_nomem(err);
    for (size_t i = 0; i < from->count; i++)
        diags->entries[diags->count++] = from->entries[i];
    from->count = 0;
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *one = *(struct entry *const *)a, *other = *(struct entry *const *)b;
    int order = strcmp(one->text, other->text);
    if (!order)
        order = (one->level > other->level) - (one->level < other->level);
    /* The first of equals stays the first. */
    return order ? order : (one > other) - (one < other);
}

int scc_diags_drop_repeats(scc_diags *diags, scc_error **err)
{
    size_t kept = 0;
    SCC_AUTOFREE struct entry **sorted = calloc(diags->count + 1, sizeof *sorted);
    if (!sorted)
        return scc_error_nomem(err);
    for (size_t i = 0; i < diags->count; i++)
        sorted[i] = &diags->entries[i];
    qsort(sorted, diags->count, sizeof(struct entry *), compare_entries);
    for (size_t i = diags->count; i-- > 1;) {
        if (sorted[i]->level != sorted[i - 1]->level ||
            strcmp(sorted[i]->text, sorted[i - 1]->text) != 0)
            continue;
        free(sorted[i]->text);
        sorted[i]->text = NULL;
    }
    for (size_t i = 0; i < diags->count; i++) {
        if (diags->entries[i].text)
            diags->entries[kept++] = diags->entries[i];
    }
    diags->count = kept;
    return 0;
}

int scc_diags_refuse_warnings(const scc_diags *diags, bool shows_first, scc_error **err)
{
    const size_t count = scc_diags_count(diags, SCC_DIAG_WARNING);
    enum scc_diag_level level = SCC_DIAG_NOTE;
    const char *first = "";
    if (!count)
        return 0;
    for (size_t i = 0; level != SCC_DIAG_WARNING; i++)
        first = scc_diags_at(diags, i, &level);
    return scc_error_set(err, SCC_ERROR_INPUT, "%zu warning%s, refused by --strict%s%s", count,
                         count == 1 ? "" : "s", shows_first ? "; the first: " : "",
                         shows_first ? first : "");
}
