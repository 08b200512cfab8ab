/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_JSON_PRINT_H
#define SCC_JSON_PRINT_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "strbuf.h"

/**
 * Adds @p item as JSON, two-space indent, a member or an object a line; arrays of plain values fill
 * their lines to 80 columns. cJSON's own printer indents with tabs.
 */
void scc_json_print(struct scc_strbuf *out, const cJSON *item);

/** A number item that prints all 64 bits, which cJSON's double cannot hold; NULL without memory. */
cJSON *scc_json_new_uint(uint64_t value);

#endif
