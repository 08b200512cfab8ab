/* SPDX-License-Identifier: Apache-2.0 */
/** What the commands say of a blob's entries, in words and as JSON. */
#ifndef SCC_BLOB_WORDS_H
#define SCC_BLOB_WORDS_H

#include <seccompc/blob.h>

#include "json_build.h"
#include "strbuf.h"

/**
 * Adds when an entry applies: "with {CHOWN} and none of {SYS_ADMIN}, kernels from 4.8 on"; "with
 * none of the 14 capabilities that the profile names, every kernel".
 */
void scc_blob_add_condition(struct scc_strbuf *out, const struct scc_blob_condition *condition);

/** Adds a capability set: "{CHOWN, SYS_ADMIN}". */
void scc_blob_add_caps(struct scc_strbuf *out, uint64_t caps);

/** Adds the names of filter flags: "LOG, SPEC_ALLOW", or "none". */
void scc_blob_add_flags(struct scc_strbuf *out, uint32_t flags);

/** Adds an entry's architecture and its condition. */
void scc_blob_add_entry(struct scc_strbuf *out, const struct scc_blob_entry *entry);

/**
 * Members of an object: "capabilityMask" and "capabilityValue", lists of names, "kernelFrom" and
 * "kernelBefore" (null: no end), texts.
 */
void scc_blob_put_condition(struct scc_json_build *json, cJSON *object,
                            const struct scc_blob_condition *condition);

/** A list of the names of filter flags: SECCOMP_FILTER_FLAG_*. */
void scc_blob_put_flags(struct scc_json_build *json, cJSON *object, const char *key,
                        uint32_t flags);

#endif
