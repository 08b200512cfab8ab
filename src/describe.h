/* SPDX-License-Identifier: Apache-2.0 */
/** Regions as few lines: one for all names and ABIs whose answer changes in the same way. */
#ifndef SCC_DESCRIBE_H
#define SCC_DESCRIBE_H

#include "regions.h"

/** Which of two answers lets more happen, by the kernel's order of actions. */
enum scc_direction {
    SCC_DIRECTION_MORE,
    SCC_DIRECTION_LESS,
    SCC_DIRECTION_OTHER, /* as permissive, but not the same */
    SCC_DIRECTION_COUNT,
};

/** "more", "less" or "other". */
const char *scc_direction_name(enum scc_direction direction);

/** What changes in one way, on the same ABIs, under the same condition. */
struct scc_change {
    enum scc_direction direction;
    uint32_t before, after;
    scc_arch_set arches;
    const char *others; /* in words, audit arches of no ABI in question; NULL: none */
    /** The ABIs are not all that have these calls, so a reader must be told them. */
    bool names_arches;
    bool is_every_call; /* every number; but the names, where there are any */
    const char **names; /* sorted */
    size_t name_count;
    bool has_all_unnamed; /* every number without a name */
    /** Some numbers without a name; the sets may hold numbers with one, which do not count. */
    const struct scc_value_set **numbers;
    size_t number_count;
    /** The same in words for all ABIs; always of one of them. */
    const struct scc_condition *condition;
    const char *condition_text; /* NULL: always */
};

struct scc_changes {
    struct scc_pool pool;
    struct scc_change *items;
    size_t count;
};

/**
 * Groups @p regions of @p space, which must outlive the changes. More permissive ones come first.
 * Errors: SCC_ERROR_INPUT where a bound is reached; SCC_ERROR_SYSTEM without memory.
 */
int scc_changes_group(struct scc_decision_space *space, const struct scc_regions *regions,
                      struct scc_changes *changes, scc_error **err);

/** Frees them; usable with SCC_CLEANUP. */
void scc_changes_free(struct scc_changes *changes);

/** Adds "x86_64 + x32"; of other audit arches what they are called. */
void scc_change_describe_arches(struct scc_strbuf *out, const struct scc_change *change);

/**
 * Adds "x86_64 + x32: socket, bind when a0 is 38 or 40: ALLOW → ERRNO(EPERM)" without a line feed;
 * errnos carry the names of @p arch.
 */
void scc_change_describe(struct scc_strbuf *out, const struct scc_change *change,
                         const struct scc_arch *arch);

#endif
