/* SPDX-License-Identifier: Apache-2.0 */
#include "cache_options.h"

#include "diag.h"
#include "util.h"

static int apply_cache_dir(void *settings, const char *value, scc_error **err)
{
    if (!*value)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--cache-dir: an empty name, expected a folder's");
    ((struct scc_cache_settings *)settings)->dir = value;
    return 0;
}

static int apply_no_cache(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct scc_cache_settings *)settings)->is_unused = true;
    return 0;
}

static const struct scc_option rows[] = {
    {"cache-dir", 0, "DIR",
     "keep compiled profiles here (default: /run/seccompc for root, else "
     "$XDG_RUNTIME_DIR/seccompc)",
     apply_cache_dir},
    {"no-cache", 0, NULL, "compile the profile anew", apply_no_cache},
};

struct scc_option_group scc_cache_option_group(struct scc_cache_settings *settings)
{
    return (struct scc_option_group){"Cache:", rows, SCC_COUNT(rows), settings};
}

int scc_cache_settings_open(const struct scc_cache_settings *settings, scc_cache **cache,
                            scc_diags *diags, scc_error **err)
{
    scc_error *why = NULL;
    *cache = NULL;
    if (settings->is_unused || scc_cache_open(settings->dir, cache, &why) == 0)
        return 0;
    int done = scc_diags_add(diags, settings->dir ? SCC_DIAG_WARNING : SCC_DIAG_NOTE,
                             (struct scc_place){0}, NULL, err, "compiled without a cache: %s",
                             scc_error_get_text(why));
    scc_error_free(why);
    return done;
}
