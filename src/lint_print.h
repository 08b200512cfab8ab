/* SPDX-License-Identifier: Apache-2.0 */
/** Findings for a person, for a program and for code-review tools. */
#ifndef SCC_LINT_PRINT_H
#define SCC_LINT_PRINT_H

#include <stdio.h>

#include "diag.h"
#include "lint.h"

/** Prints the findings in at most 80 columns and ends with their counts. Errors: SCC_ERROR_SYSTEM
 * without memory. */
int scc_lint_print(FILE *out, const struct scc_lint *lint, scc_error **err);

/** Prints the same as JSON. Errors: SCC_ERROR_SYSTEM without memory. */
int scc_lint_print_json(FILE *out, const struct scc_lint *lint, const scc_diags *diags,
                        scc_error **err);

/**
 * Prints the same as a SARIF 2.1.0 log (docs.oasis-open.org/sarif). @p path is the file as it was
 * named on the command line, NULL: standard input, which has no URI; where it lies under the
 * working directory the log has it relative to that.
 */
int scc_lint_print_sarif(FILE *out, const struct scc_lint *lint, const char *path, scc_error **err);

#endif
