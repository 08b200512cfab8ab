/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file diag.h
 * Warnings and notes: what did not stop the work, but must not be passed over in silence.
 */
#ifndef SECCOMPC_DIAG_H
#define SECCOMPC_DIAG_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/** A list of warnings and notes, in the order in which they were found. */
typedef struct scc_diags scc_diags;

enum scc_diag_level {
    /** Something that the reader may want to know; nothing is wrong. */
    SCC_DIAG_NOTE,
    /** The result is probably not what the profile's author meant. */
    SCC_DIAG_WARNING,
};

/** A new, empty list, or NULL without memory. */
scc_diags *scc_diags_new(void);

/** Frees the list and what it holds; NULL is allowed. */
void scc_diags_free(scc_diags *diags);

/** How many entries of that level there are. */
size_t scc_diags_count(const scc_diags *diags, enum scc_diag_level level);

/** The text of entry @p index (from 0, of all levels), or NULL past the last; its level in @p
 * level. `FILE:LINE:COL: message (JSON path)`, with the parts that are known. Owned by the list. */
const char *scc_diags_at(const scc_diags *diags, size_t index, enum scc_diag_level *level);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
