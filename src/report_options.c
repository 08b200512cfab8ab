/* SPDX-License-Identifier: Apache-2.0 */
#include "report_options.h"

#include <unistd.h>

#include "error.h"
#include "util.h"

static int set_style(struct scc_report_settings *settings, enum scc_report_style style,
                     scc_error **err)
{
    if (settings->has_style && settings->style != style)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--stats, --json and -q exclude one another, expected one of them");
    settings->has_style = true;
    settings->style = style;
    return 0;
}

static int apply_stats(void *settings, const char *value, scc_error **err)
{
    (void)value;
    return set_style(settings, SCC_REPORT_PERSON, err);
}

static int apply_json(void *settings, const char *value, scc_error **err)
{
    (void)value;
    return set_style(settings, SCC_REPORT_JSON, err);
}

static int apply_quiet(void *settings, const char *value, scc_error **err)
{
    (void)value;
    return set_style(settings, SCC_REPORT_QUIET, err);
}

static const struct scc_option rows[] = {
    {"stats", 0, NULL, "say what was made (default when standard error is a terminal)",
     apply_stats},
    {"json", 0, NULL, "say it as JSON, failures too", apply_json},
    {"quiet", 'q', NULL, "say nothing but why it failed", apply_quiet},
};

struct scc_option_group scc_report_option_group(struct scc_report_settings *settings)
{
    return (struct scc_option_group){"Report, on standard error:", rows, SCC_COUNT(rows), settings};
}

enum scc_report_style scc_report_settings_style(const struct scc_report_settings *settings)
{
    if (settings->has_style)
        return settings->style;
    return isatty(STDERR_FILENO) ? SCC_REPORT_PERSON : SCC_REPORT_DIAGNOSTICS;
}
