/* SPDX-License-Identifier: Apache-2.0 */
#include "emit_options.h"

#include <string.h>

#include "error.h"
#include "file.h"
#include "util.h"

enum { WEIGHTS_MAX_BYTES = 1 << 20 };

static int apply_optimize_for(void *settings, const char *value, scc_error **err)
{
    static const char *const names[] = {
        [SCC_OPTIMIZE_ATTACH] = "attach",
        [SCC_OPTIMIZE_RUNTIME] = "runtime",
        [SCC_OPTIMIZE_SIZE] = "size",
    };
    struct scc_emit_settings *all = settings;
    for (size_t i = 0; i < SCC_COUNT(names); i++) {
        if (strcmp(value, names[i]) != 0)
            continue;
        if (all->has_optimize_for && all->optimize_for != (enum scc_optimize_for)i)
            return scc_error_set(err, SCC_ERROR_USAGE,
                                 "--optimize-for: given twice, expected once");
        all->has_optimize_for = true;
        all->optimize_for = (enum scc_optimize_for)i;
        return 0;
    }
    return scc_error_set(err, SCC_ERROR_USAGE,
                         "--optimize-for %s: expected attach, runtime or size", value);
}

static int apply_weights(void *settings, const char *value, scc_error **err)
{
    return scc_options_set_path(&((struct scc_emit_settings *)settings)->weights_path, "--weights",
                                value, err);
}

static const struct scc_option rows[] = {
    {"optimize-for", 0, "MODE",
     "what our own program is to be best at: attach, being loaded (default); runtime, answering "
     "the calls that the kernel's action cache cannot hold; size, having few instructions",
     apply_optimize_for},
    {"weights", 0, "FILE",
     "for --optimize-for runtime, which it implies: how often each call is made, in lines of a "
     "name and a count",
     apply_weights},
};

struct scc_option_group scc_emit_option_group(struct scc_emit_settings *settings)
{
    return (struct scc_option_group){"Best at:", rows, SCC_COUNT(rows), settings};
}

int scc_emit_settings_finish(struct scc_emit_settings *settings, scc_error **err)
{
    if (settings->weights_path && !settings->has_optimize_for)
        settings->optimize_for = SCC_OPTIMIZE_RUNTIME;
    if (settings->weights_path && settings->optimize_for != SCC_OPTIMIZE_RUNTIME)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--weights: expected --optimize-for runtime with it");
    return 0;
}

const char *scc_emit_settings_given(const struct scc_emit_settings *settings)
{
    if (settings->weights_path)
        return "--weights";
    return settings->has_optimize_for ? "--optimize-for" : NULL;
}

int scc_emit_settings_read(const struct scc_emit_settings *settings,
                           struct scc_emit_options *options, scc_frequencies **frequencies,
                           scc_error **err)
{
    SCC_AUTOFREE char *text = NULL;
    size_t len;
    *options = (struct scc_emit_options){settings->optimize_for, NULL};
    *frequencies = NULL;
    if (!settings->weights_path)
        return 0;
    if (scc_file_read(settings->weights_path, WEIGHTS_MAX_BYTES, &text, &len, err) < 0 ||
        scc_frequencies_parse(text, len, scc_file_shown_name(settings->weights_path), frequencies,
                              err) < 0)
        return -1;
    options->frequencies = *frequencies;
    return 0;
}
