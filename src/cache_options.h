/* SPDX-License-Identifier: Apache-2.0 */
/** The options that say where compiled profiles are kept, shared by the commands that take them. */
#ifndef SCC_CACHE_OPTIONS_H
#define SCC_CACHE_OPTIONS_H

#include <seccompc/cache.h>

#include "options.h"

struct scc_cache_settings {
    const char *dir; /* NULL: the usual one */
    bool is_unused;
};

/** The group for a command's table; @p settings must be zeroed and outlive it. */
struct scc_option_group scc_cache_option_group(struct scc_cache_settings *settings);

/**
 * Opens the cache, which stays NULL where none is wanted or none can be had: that is no reason to
 * stop, and told in @p diags, as a warning where the directory was named. Returns 0, or -1 without
 * memory.
 */
int scc_cache_settings_open(const struct scc_cache_settings *settings, scc_cache **cache,
                            scc_diags *diags, scc_error **err);

#endif
