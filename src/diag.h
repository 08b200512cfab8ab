/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_DIAG_INTERNAL_H
#define SCC_DIAG_INTERNAL_H

#include <seccompc/diag.h>

#include "error.h"

/**
 * Adds an entry. @p place.file and @p json_path may be NULL; all is copied. @p diags may be NULL:
 * the caller then has asked not to be told. Returns 0, or -1 without memory.
 */
int scc_diags_add(scc_diags *diags, enum scc_diag_level level, struct scc_place place,
                  const char *json_path, scc_error **err, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/** Moves the entries of @p from behind those of @p diags. Returns 0, or -1 without memory. */
int scc_diags_take(scc_diags *diags, scc_diags *from, scc_error **err);

/** Drops each entry that has the level and text of one before it. Returns 0, or -1 without memory.
 */
int scc_diags_drop_repeats(scc_diags *diags, scc_error **err);

/**
 * Refuses (SCC_ERROR_INPUT) a list in which there is a warning, as --strict asks for; @p
 * shows_first where they are not told besides.
 */
int scc_diags_refuse_warnings(const scc_diags *diags, bool shows_first, scc_error **err);

#endif
