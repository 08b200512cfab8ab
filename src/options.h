/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Command-line options as tables: getopt_long(3), the help text and the completion read the same
 * rows.
 */
#ifndef SCC_OPTIONS_H
#define SCC_OPTIONS_H

#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "strbuf.h"

struct scc_option {
    const char *name; /* long; NULL: none */
    char letter;      /* short; 0: none */
    const char *arg;  /* the argument's name in the help; NULL: takes none */
    const char *help;
    /** Stores the option in the group's settings; @p value is NULL where it takes none. */
    int (*apply)(void *settings, const char *value, scc_error **err);
};

/** Options that share settings. */
struct scc_option_group {
    const char *heading;
    const struct scc_option *options;
    size_t count;
    void *settings;
};

/**
 * Applies the options in @p argv, from argv[1]. Operands may stand between options; "--" ends them.
 * *first_operand becomes the index of the first operand, which stand at the end of argv afterwards.
 * Abbreviated names are refused: they would change their meaning when an option is added.
 */
int scc_options_parse(const struct scc_option_group *groups, size_t group_count, int argc,
                      char **argv, int *first_operand, scc_error **err);

/** Takes a file's name for an option that stands once; "" and a second one are SCC_ERROR_USAGE. */
int scc_options_set_path(const char **path, const char *option, const char *value, scc_error **err);

/** Prints the groups in at most 80 columns. */
void scc_options_help(FILE *out, const struct scc_option_group *groups, size_t group_count);

/** Prints @p text wrapped to 80 columns, every line but the first indented; ends the line. */
void scc_print_wrapped(FILE *out, const char *text, unsigned column, unsigned indent);

/** Adds what scc_print_wrapped() prints. */
void scc_add_wrapped(struct scc_strbuf *out, const char *text, unsigned column, unsigned indent);

#endif
