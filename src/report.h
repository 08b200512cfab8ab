/* SPDX-License-Identifier: Apache-2.0 */
/** What was read, selected, left out, emitted and written: for a person and for a program. */
#ifndef SCC_REPORT_H
#define SCC_REPORT_H

#include <stdio.h>

#include <seccompc/blob.h>

#include "compile.h"
#include "diag.h"
#include "difference.h"
#include "page.h"

enum scc_report_style {
    SCC_REPORT_DIAGNOSTICS, /* warnings alone */
    SCC_REPORT_PERSON,
    SCC_REPORT_JSON,
    SCC_REPORT_QUIET,
};

/** A file that was written. */
struct scc_report_output {
    const char *kind; /* "bpf", "oci", "header", "blob", "lxc" */
    char *path;
    size_t bytes;
};

struct scc_report_target {
    const struct scc_target *target;
    struct scc_blob_condition condition; /* for what other targets the program is */
    struct scc_compiled compiled;
    /** What --harden changed; only where `tells_hardening`. */
    struct scc_difference hardening;
    bool tells_hardening;
};

struct scc_report {
    const struct scc_profile *profile; /* NULL: the failure came before it was read */
    const scc_diags *diags;
    struct scc_report_target *targets;
    size_t target_count;
    struct scc_report_output *outputs;
    size_t output_count, output_cap;
    bool has_entries; /* each target is an entry of a blob */
    bool is_verbose;
    size_t profile_bytes;
};

/**
 * Finds what hardening changed in the target's answers, where its policy hardens. What is not
 * decided within bounds is a note in @p diags. Errors: SCC_ERROR_SYSTEM without memory.
 */
int scc_report_find_hardening(struct scc_report_target *target, scc_diags *diags, scc_error **err);

/**
 * Puts what a compilation did on @p page, for a person or as JSON; in other styles nothing. Errors:
 * SCC_ERROR_SYSTEM without memory.
 */
int scc_report_compose(struct scc_page *page, const struct scc_report *report,
                       enum scc_report_style style, scc_error **err);

/** Puts notes and warnings for a person on @p page. */
void scc_report_diags(struct scc_page *page, const scc_diags *diags);

/** Prints warnings for a log: each on a line of its own, in the form of an error. It needs no
 * memory. */
void scc_report_warnings(FILE *out, const scc_diags *diags);

/** Prints why nothing was written. */
void scc_report_failure(FILE *out, const scc_error *err, const scc_diags *diags,
                        enum scc_report_style style);

#endif
