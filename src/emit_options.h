/* SPDX-License-Identifier: Apache-2.0 */
/** The options that say what a program is to be best at, shared by the commands that write some. */
#ifndef SCC_EMIT_OPTIONS_H
#define SCC_EMIT_OPTIONS_H

#include <seccompc/emit.h>

#include "options.h"

struct scc_emit_settings {
    bool has_optimize_for;
    enum scc_optimize_for optimize_for;
    const char *weights_path; /* or NULL */
};

/** The group for a command's table; @p settings must be zeroed and outlive it. */
struct scc_option_group scc_emit_option_group(struct scc_emit_settings *settings);

/** Once all options are read: what they imply, and SCC_ERROR_USAGE where they exclude one another.
 */
int scc_emit_settings_finish(struct scc_emit_settings *settings, scc_error **err);

/** The option that was given, for a message; NULL: none. */
const char *scc_emit_settings_given(const struct scc_emit_settings *settings);

/**
 * Reads the weights file, if there is one. *frequencies (NULL without) is the caller's, and @p
 * options refers to it. Errors as scc_file_read() and scc_frequencies_parse().
 */
int scc_emit_settings_read(const struct scc_emit_settings *settings,
                           struct scc_emit_options *options, scc_frequencies **frequencies,
                           scc_error **err);

#endif
