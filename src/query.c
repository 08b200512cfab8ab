/* SPDX-License-Identifier: Apache-2.0 */
#include "query.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "report.h"
#include "util.h"

static int apply_json(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct scc_query *)settings)->is_json = true;
    return 0;
}

static int apply_quiet(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct scc_query *)settings)->is_quiet = true;
    return 0;
}

static int apply_help(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct scc_query *)settings)->wants_help = true;
    return 0;
}

static const struct scc_option rows[] = {
    {"json", 0, NULL, "answer as JSON on standard output", apply_json},
    {"quiet", 'q', NULL, "answer by the exit status alone", apply_quiet},
    {"help", 'h', NULL, "print this and stop", apply_help},
};

static void print_help(const struct scc_query_usage *usage, const struct scc_option_group *groups,
                       size_t group_count)
{
    printf("Usage: seccompc %s\n\n", usage->synopsis);
    scc_print_wrapped(stdout, usage->summary, 0, 0);
    scc_options_help(stdout, groups, group_count);
}

static int check_operands(const struct scc_query_usage *usage, const struct scc_query *query,
                          scc_error **err)
{
    if (query->operand_count < usage->operands_min)
        return scc_error_set(err, SCC_ERROR_USAGE, "an operand is missing, expected seccompc %s",
                             usage->synopsis);
    if (query->operand_count > usage->operands_max)
        return scc_error_set(err, SCC_ERROR_USAGE, "%s: one operand too many, expected seccompc %s",
                             query->operands[usage->operands_max], usage->synopsis);
    int from_stdin = query->target_options.spec && strcmp(query->target_options.spec, "-") == 0;
    for (int i = 0; i < query->operand_count; i++)
        from_stdin += strcmp(query->operands[i], "-") == 0;
    if (from_stdin > 1)
        return scc_error_set(err, SCC_ERROR_USAGE, "standard input is named twice");
    if (query->is_json && query->is_quiet)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--json and -q exclude one another, expected one of them");
    if (query->target_options.arch_count > 1)
        return scc_error_set(err, SCC_ERROR_USAGE, "%zu architectures, expected one",
                             query->target_options.arch_count);
    return 0;
}

static struct scc_option_group target_group(const struct scc_query_usage *usage,
                                            struct scc_query *query)
{
    struct scc_option_group group = scc_target_option_group(&query->target_options);
    if (usage->target_heading)
        group.heading = usage->target_heading;
    return group;
}

int scc_query_start(struct scc_query *query, const struct scc_query_usage *usage, int argc,
                    char **argv, scc_error **err)
{
    const struct scc_option_group groups[] = {
        {"Options:", usage->options, usage->option_count, usage->settings},
        usage->more,
        target_group(usage, query),
        {"Report:", rows, SCC_COUNT(rows), query},
    };
    struct scc_option_group used[SCC_COUNT(groups)];
    size_t used_count = 0;
    int first;
    for (size_t i = 0; i < SCC_COUNT(groups); i++) {
        if (groups[i].count)
            used[used_count++] = groups[i];
    }
    if (!query->diags)
        query->diags = scc_diags_new();
    if (!query->diags)
        return scc_error_nomem(err);
    if (scc_options_parse(used, used_count, argc, argv, &first, err) < 0)
        return -1;
    if (query->wants_help || query->target_options.wants_arch_list) {
        if (query->wants_help)
            print_help(usage, used, used_count);
        else
            scc_target_options_list_arches(stdout);
        return 1;
    }
    query->operands = argv + first;
    query->operand_count = argc - first;
    if (check_operands(usage, query, err) < 0)
        return -1;
    return scc_target_options_choose(&query->target_options, &query->choice, NULL, query->diags,
                                     err);
}

int scc_query_read(struct scc_query *query, int index, struct scc_input *input, scc_error **err)
{
    return scc_input_read(query->operands[index], query->choice.targets[0], &query->target_options,
                          input, query->diags, err);
}

int scc_query_read_program(struct scc_query *query, int index, struct scc_input *input,
                           scc_error **err)
{
    if (scc_query_read(query, index, input, err) < 0)
        return -1;
    if (input->kind == SCC_INPUT_PROGRAM)
        return 0;
    const char *kind = scc_input_kind_name(input);
    if (!input->profile)
        return scc_error_set(err, SCC_ERROR_INPUT, "%s: %s, expected a program", input->name, kind);
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "%s: %s, expected a program; seccompc --export-bpf FILE %s%s makes one",
                         input->name, kind, input->is_config ? "--spec " : "",
                         query->operands[index]);
}

int scc_query_check_output(const struct scc_query *query, const char *option, const char *path,
                           scc_error **err)
{
    if (strcmp(path, "-") != 0)
        return 0;
    if (query->is_json)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s - and --json both write to standard output, expected a file's "
                             "name for one of them",
                             option);
    if (isatty(STDOUT_FILENO))
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s -: standard output is a terminal, expected a file or a pipe",
                             option);
    return 0;
}

int scc_query_write_program(const struct scc_query *query, const char *path,
                            const struct scc_program *program, const char *answer, scc_error **err)
{
    size_t len = 0;
    scc_diags *left = scc_diags_new();
    SCC_AUTOFREE void *bytes = scc_program_to_bytes(program, &len);
    struct scc_output_set *outputs = scc_output_set_new();
    int done = bytes && outputs && left ? 0 : scc_error_nomem(err);
    if (done == 0)
        done = scc_output_set_add(outputs, path, bytes, len, err);
    if (done == 0 && answer)
        done = scc_output_set_add(outputs, "-", answer, strlen(answer), err);
    if (done == 0)
        done = scc_output_set_commit(outputs, left, err);
    if (done == 0 && !query->is_quiet)
        scc_report_warnings(stderr, left);
    scc_output_set_free(outputs);
    scc_diags_free(left);
    return done;
}

int scc_query_read_whole(struct scc_query *query, int index, struct scc_input *input,
                         scc_error **err)
{
    return scc_input_read_whole(query->operands[index], query->choice.targets[0],
                                &query->target_options, input, query->diags, err);
}

int scc_query_finish(struct scc_query *query, int done, int status, scc_error *err)
{
    if (done >= 0 && (fflush(stdout) != 0 || ferror(stdout)))
        done = scc_error_errno(&err, errno, "standard output");
    enum scc_report_style style = query->is_json    ? SCC_REPORT_JSON
                                  : query->is_quiet ? SCC_REPORT_QUIET
                                                    : SCC_REPORT_DIAGNOSTICS;
    if (done < 0) {
        scc_report_failure(stderr, err, query->diags, style);
        status = (int)scc_error_get_code(err);
    } else if (query->diags && style == SCC_REPORT_DIAGNOSTICS) {
        scc_report_warnings(stderr, query->diags);
    }
    scc_error_free(err);
    scc_target_choice_clear(&query->choice);
    scc_diags_free(query->diags);
    return status;
}
