/* SPDX-License-Identifier: Apache-2.0 */
/** What the commands that answer questions share: options, targets, how they end. */
#ifndef SCC_QUERY_H
#define SCC_QUERY_H

#include "diag.h"
#include "input.h"
#include "options.h"
#include "target_options.h"

/** What such a command says of itself. */
struct scc_query_usage {
    const char *synopsis;             /* behind "seccompc ": "diff [OPTIONS] A B" */
    const char *summary;              /* for the help, wrapped there */
    const struct scc_option *options; /* of its own, or NULL */
    size_t option_count;
    void *settings;
    struct scc_option_group more; /* shared with other commands; count 0: none */
    const char *target_heading;   /* above the target's options in the help; NULL: the usual one */
    int operands_min, operands_max;
};

/** The target's heading of commands that take a program alone. */
#define SCC_QUERY_PROGRAM_HEADING                                                                  \
    "Target (--arch: the byte order; --caps, --kernel: which entry of a sealed blob;\n"            \
    "how a profile would be read makes no difference to a program):"

struct scc_query {
    struct scc_target_options target_options;
    struct scc_target_choice choice; /* exactly one target unless the command failed */
    bool wants_help;
    bool is_json;
    bool is_quiet;
    scc_diags *diags;
    char **operands; /* in argv */
    int operand_count;
};

/**
 * Reads the words of a command and makes its target. Returns 1 where the command is done already
 * (--help, --arch help: printed on standard output), 0 where it goes on, -1 on failure. --spec
 * gives the bounding set.
 */
int scc_query_start(struct scc_query *query, const struct scc_query_usage *usage, int argc,
                    char **argv, scc_error **err);

/** Reads operand @p index as a profile, config or program for the query's target. */
int scc_query_read(struct scc_query *query, int index, struct scc_input *input, scc_error **err);

/** As scc_query_read(), but anything else than a program is refused (SCC_ERROR_INPUT). */
int scc_query_read_program(struct scc_query *query, int index, struct scc_input *input,
                           scc_error **err);

/** As scc_query_read(), but a blob stays whole. */
int scc_query_read_whole(struct scc_query *query, int index, struct scc_input *input,
                         scc_error **err);

/**
 * Refuses (SCC_ERROR_USAGE) standard output for the program that @p option names, where that is a
 * terminal or the answer goes there.
 */
int scc_query_check_output(const struct scc_query *query, const char *option, const char *path,
                           scc_error **err);

/**
 * Writes @p program to @p path ("-" is standard output), and @p answer, unless that is NULL, to
 * standard output: both, or neither.
 */
int scc_query_write_program(const struct scc_query *query, const char *path,
                            const struct scc_program *program, const char *answer, scc_error **err);

/**
 * Ends a command: prints warnings and the error, if any, to standard error (as JSON with --json;
 * see scc_report_failure()), flushes standard output, frees what @p query and @p err hold. Returns
 * the exit status: that of the error, or @p status.
 */
int scc_query_finish(struct scc_query *query, int done, int status, scc_error *err);

#endif
