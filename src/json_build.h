/* SPDX-License-Identifier: Apache-2.0 */
/**
 * JSON answers. Failures to allocate are remembered, so that building reads as a list and one check
 * at the end, scc_json_build_print()'s, is enough.
 */
#ifndef SCC_JSON_BUILD_H
#define SCC_JSON_BUILD_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "condition.h"
#include "diag.h"

struct scc_json_build {
    bool failed;
};

/**
 * Puts @p item, which is taken over, into an object, or where @p key is NULL into an array. Returns
 * the item, or NULL where it or the container could not be made; NULL may be passed on.
 */
cJSON *scc_json_put(struct scc_json_build *build, cJSON *container, const char *key, cJSON *item);

cJSON *scc_json_put_object(struct scc_json_build *build, cJSON *container, const char *key);
cJSON *scc_json_put_array(struct scc_json_build *build, cJSON *container, const char *key);
void scc_json_put_bool(struct scc_json_build *build, cJSON *container, const char *key, bool value);
void scc_json_put_uint(struct scc_json_build *build, cJSON *container, const char *key,
                       uint64_t value);

/** NULL becomes null. */
void scc_json_put_text(struct scc_json_build *build, cJSON *container, const char *key,
                       const char *text);

/** The text in @p text, which is emptied. */
void scc_json_put_strbuf(struct scc_json_build *build, cJSON *container, const char *key,
                         struct scc_strbuf *text);

/** {"action": "ERRNO(EPERM)", "returnValue": 327681} */
void scc_json_put_return(struct scc_json_build *build, cJSON *container, const char *key,
                         uint32_t return_value, const struct scc_arch *arch);

/** A set of values: its text, its tests, of which a value must pass one, and what is not told. */
void scc_json_put_value_set(struct scc_json_build *build, cJSON *container, const char *key,
                            const struct scc_value_set *set);

/**
 * Members "when", the text (null: always), and unless it always holds "anyOf", alternatives of sets
 * that must all have their variable's value, and "moreConditions", the number of those not told.
 */
void scc_json_put_condition(struct scc_json_build *build, cJSON *object,
                            const struct scc_condition *condition);

/** Members "notes" and "warnings", lists of texts. */
void scc_json_put_diags(struct scc_json_build *build, cJSON *object, const scc_diags *diags);

/** Adds the text of @p root, which is freed, to @p out, which has failed without memory. */
void scc_json_build_add(struct scc_json_build *build, cJSON *root, struct scc_strbuf *out);

/** The text of @p root, which is freed. The caller frees it; NULL without memory. */
char *scc_json_build_text(struct scc_json_build *build, cJSON *root, scc_error **err);

/** Prints @p root, which is freed; -1 without memory. */
int scc_json_build_print(struct scc_json_build *build, cJSON *root, FILE *out, scc_error **err);

#endif
