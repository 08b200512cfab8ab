/* SPDX-License-Identifier: Apache-2.0 */
/** The options that say how to report, shared by the commands that write something. */
#ifndef SCC_REPORT_OPTIONS_H
#define SCC_REPORT_OPTIONS_H

#include "options.h"
#include "report.h"

struct scc_report_settings {
    bool has_style;
    enum scc_report_style style;
};

/** The group for a command's table; @p settings must be zeroed and outlive it. */
struct scc_option_group scc_report_option_group(struct scc_report_settings *settings);

/** The style that was asked for, or the usual one: for a person where standard error is a terminal.
 */
enum scc_report_style scc_report_settings_style(const struct scc_report_settings *settings);

#endif
