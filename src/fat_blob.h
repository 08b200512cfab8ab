/* SPDX-License-Identifier: Apache-2.0 */
/** One profile's programs for several targets as one blob: compile --export-blob. */
#ifndef SCC_FAT_BLOB_H
#define SCC_FAT_BLOB_H

#include "compile.h"
#include "report.h"
#include "target_options.h"

/**
 * Frees and drops from @p choice each target for which @p profile selects what it selects for one
 * before it, since one entry is for both; a note in @p diags says so. Errors: without memory.
 */
int scc_fat_blob_merge(const scc_profile *profile, struct scc_target_choice *choice,
                       scc_diags *diags, scc_error **err);

/**
 * Seals what was compiled from @p profile with @p options: an entry for each of the @p count
 * targets, no two of which have one condition. The caller frees *bytes. Errors as scc_blob_add().
 */
int scc_fat_blob_seal(const scc_profile *profile, const struct scc_compile_options *options,
                      const struct scc_report_target *targets, size_t count, void **bytes,
                      size_t *len_bytes, scc_error **err);

#endif
