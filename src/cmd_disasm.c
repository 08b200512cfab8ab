/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc disasm [OPTIONS] PROGRAM: a program as a listing; with --assemble the way back. */
#include <stdio.h>
#include <string.h>

#include "asm.h"
#include "cmd.h"
#include "disasm.h"
#include "error.h"
#include "file.h"
#include "json_build.h"
#include "query.h"
#include "util.h"

struct settings {
    const char *output; /* of --assemble, or NULL */
};

static int apply_assemble(void *settings, const char *value, scc_error **err)
{
    return scc_options_set_path(&((struct settings *)settings)->output, "--assemble", value, err);
}

static const struct scc_option rows[] = {
    {"assemble", 0, "FILE",
     "the other way: the operand is a listing, and FILE becomes its program (- is standard output)",
     apply_assemble},
};

/*
 * Program to listing
 */

static int print_json(const struct scc_program *program, const struct scc_listing *listing,
                      scc_error **err)
{
    struct scc_json_build json = {0};
    cJSON *root = cJSON_CreateArray();
    for (size_t i = 0; i < listing->count; i++) {
        const struct sock_filter *insn = &program->insns[i];
        const struct scc_listing_line *line = &listing->lines[i];
        char label[24];
        snprintf(label, sizeof label, "L%zu", i);
        cJSON *object = scc_json_put_object(&json, root, NULL);
        scc_json_put_uint(&json, object, "index", i);
        scc_json_put_text(&json, object, "label", line->is_target ? label : NULL);
        scc_json_put_uint(&json, object, "code", insn->code);
        scc_json_put_uint(&json, object, "jt", insn->jt);
        scc_json_put_uint(&json, object, "jf", insn->jf);
        scc_json_put_uint(&json, object, "k", insn->k);
        scc_json_put_text(&json, object, "text", line->text);
        scc_json_put_text(&json, object, "comment", line->comment);
    }
    return scc_json_build_print(&json, root, stdout, err);
}

static int disassemble(struct scc_query *query, scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input input = {0};
    SCC_CLEANUP(scc_listing_clear) struct scc_listing listing = {0};
    struct scc_strbuf out = {0};
    if (scc_query_read_program(query, 0, &input, err) < 0 ||
        scc_disasm(input.program, &listing, err) < 0)
        return -1;
    if (query->is_json)
        return print_json(input.program, &listing, err);
    scc_listing_print(&out, &listing);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&out);
    if (!text)
        return scc_error_nomem(err);
    if (!query->is_quiet)
        fputs(text, stdout);
    return 0;
}

/*
 * Listing to program
 */

/** What is answered with --json. The caller frees it. */
static char *tell_written(const char *path, const struct scc_program *program, scc_error **err)
{
    struct scc_json_build json = {0};
    cJSON *root = cJSON_CreateObject();
    scc_json_put_text(&json, root, "wrote", path);
    scc_json_put_uint(&json, root, "bytes", scc_program_count(program) * SCC_INSTRUCTION_BYTES);
    scc_json_put_uint(&json, root, "instructions", scc_program_count(program));
    return scc_json_build_text(&json, root, err);
}

static int assemble(struct scc_query *query, const char *path, scc_error **err)
{
    SCC_AUTOFREE char *text = NULL;
    size_t len;
    scc_program *program;
    const char *operand = query->operands[0];
    if (scc_query_check_output(query, "--assemble", path, err) < 0 ||
        scc_file_check_apart(path, operand, err) < 0 ||
        scc_file_read(operand, SCC_ASM_MAX_BYTES, &text, &len, err) < 0 ||
        scc_asm(text, len, scc_file_shown_name(operand), query->choice.targets[0]->arch, &program,
                err) < 0)
        return -1;
    SCC_AUTOFREE char *answer = query->is_json ? tell_written(path, program, err) : NULL;
    int done =
        query->is_json && !answer ? -1 : scc_query_write_program(query, path, program, answer, err);
    scc_program_free(program);
    return done;
}

int scc_cmd_disasm(int argc, char **argv)
{
    struct settings settings = {0};
    const struct scc_query_usage usage = {
        .synopsis = "disasm [OPTIONS] PROGRAM",
        .summary = "Lists a program, raw or in a sealed blob, one instruction a line, with "
                   "comments that say what its "
                   "numbers stand for. --arch gives the byte order. With --assemble a listing, "
                   "edited or written by hand, becomes a program; unedited, the same bytes.",
        .options = rows,
        .option_count = SCC_COUNT(rows),
        .settings = &settings,
        .target_heading = SCC_QUERY_PROGRAM_HEADING,
        .operands_min = 1,
        .operands_max = 1,
    };
    struct scc_query query = {0};
    scc_error *err = NULL;
    int done = scc_query_start(&query, &usage, argc, argv, &err);
    if (done == 0)
        done =
            settings.output ? assemble(&query, settings.output, &err) : disassemble(&query, &err);
    return scc_query_finish(&query, done, SCC_STATUS_DONE, err);
}
