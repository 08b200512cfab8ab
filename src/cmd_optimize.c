/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc optimize [OPTIONS] PROGRAM -o FILE: an equal, better program. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "emit_options.h"
#include "error.h"
#include "file.h"
#include "json_build.h"
#include "optimize.h"
#include "query.h"
#include "report.h"
#include "util.h"

struct settings {
    struct scc_emit_settings emit;
    const char *output;
};

static int apply_output(void *settings, const char *value, scc_error **err)
{
    return scc_options_set_path(&((struct settings *)settings)->output, "-o", value, err);
}

static const struct scc_option rows[] = {
    {"output", 'o', "FILE", "the program that is written (- is standard output)", apply_output},
};

/*
 * Report
 */

static double mean_steps(const struct scc_program_cost *cost)
{
    return (double)cost->steps / (double)cost->numbers;
}

static void add_arches(struct scc_strbuf *text, const struct scc_program_cost *cost)
{
    for (size_t i = 0; i < cost->arch_count; i++) {
        const char *joint = !i ? "" : i + 1 < cost->arch_count ? ", " : " and ";
        scc_strbuf_addf(text, "%s%s", joint, cost->arches[i]->name);
    }
}

static void tell_person(struct scc_page *page, const struct scc_optimized *made, const char *path,
                        size_t bytes)
{
    const struct scc_program_cost *before = &made->before, *after = &made->after;
    struct scc_strbuf text = {0};
    const char *noun = after->arch_count == 1 ? "table" : "tables";
    if (made->is_unchanged) {
        scc_strbuf_addf(&text,
                        "nothing better was found: the same %zu instructions; %u steps at worst, "
                        "%.1f on average over the %s of ",
                        before->instructions, before->longest_path, mean_steps(before), noun);
        add_arches(&text, before);
        scc_strbuf_addf(&text, "; %zu calls in the kernel's action cache", before->cached);
    } else {
        scc_strbuf_addf(&text,
                        "%zu → %zu instructions; %u → %u steps at worst, %.1f → %.1f on average "
                        "over the %s of ",
                        before->instructions, after->instructions, before->longest_path,
                        after->longest_path, mean_steps(before), mean_steps(after), noun);
        add_arches(&text, after);
        scc_strbuf_addf(&text, "; %zu → %zu calls in the kernel's action cache", before->cached,
                        after->cached);
    }
    scc_page_line(page, "program", &text);
    if (made->is_unchanged) {
        scc_strbuf_add(&text, "none needed: the input's own instructions");
    } else {
        scc_strbuf_addf(&text, "equal for every input, %.1f ms of %.1f, %zu nodes", made->proof_ms,
                        made->ms, made->proof_nodes);
    }
    scc_page_line(page, "proof", &text);
    scc_strbuf_add_escaped(&text, strcmp(path, "-") == 0 ? "standard output" : path);
    scc_strbuf_addf(&text, " (%zu bytes)", bytes);
    scc_page_line(page, "wrote", &text);
}

static void put_cost(struct scc_json_build *json, cJSON *root, const char *key,
                     const struct scc_program_cost *cost)
{
    cJSON *object = scc_json_put_object(json, root, key);
    scc_json_put_uint(json, object, "instructions", cost->instructions);
    scc_json_put_uint(json, object, "longestPath", cost->longest_path);
    scc_json_put_uint(json, object, "steps", cost->steps);
    scc_json_put_uint(json, object, "cached", cost->cached);
}

/** What is answered with --json. The caller frees it. */
static char *tell_json(const struct scc_optimized *made, const char *path, size_t bytes,
                       scc_error **err)
{
    struct scc_json_build json = {0};
    cJSON *root = cJSON_CreateObject();
    scc_json_put_bool(&json, root, "unchanged", made->is_unchanged);
    put_cost(&json, root, "before", &made->before);
    put_cost(&json, root, "after", &made->after);
    cJSON *arches = scc_json_put_array(&json, root, "architectures");
    for (size_t i = 0; i < made->after.arch_count; i++)
        scc_json_put_text(&json, arches, NULL, made->after.arches[i]->token_name);
    scc_json_put_uint(&json, root, "numbers", made->after.numbers);
    cJSON *proof = scc_json_put_object(&json, root, "proof");
    scc_json_put_bool(&json, proof, "equal", true);
    scc_json_put_uint(&json, proof, "nodes", made->proof_nodes);
    scc_json_put_uint(&json, proof, "microseconds", (uint64_t)(made->proof_ms * 1000));
    scc_json_put_uint(&json, root, "microseconds", (uint64_t)(made->ms * 1000));
    scc_json_put_text(&json, root, "wrote", path);
    scc_json_put_uint(&json, root, "bytes", bytes);
    return scc_json_build_text(&json, root, err);
}

/*
 * The command
 */

static int check_settings(const struct scc_query *query, struct settings *settings, scc_error **err)
{
    const char *weights = settings->emit.weights_path;
    if (!settings->output)
        return scc_error_set(err, SCC_ERROR_USAGE, "-o is missing, expected -o FILE");
    if (weights && strcmp(weights, "-") == 0 && strcmp(query->operands[0], "-") == 0)
        return scc_error_set(err, SCC_ERROR_USAGE, "standard input is named twice");
    if (scc_emit_settings_finish(&settings->emit, err) < 0)
        return -1;
    return scc_query_check_output(query, "-o", settings->output, err);
}

static int optimize(struct scc_query *query, const struct settings *settings, scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input input = {0};
    SCC_CLEANUP(scc_optimized_clear) struct scc_optimized made = {0};
    struct scc_emit_options options;
    scc_frequencies *frequencies = NULL;
    if (scc_file_check_apart(settings->output, query->operands[0], err) < 0 ||
        scc_file_check_apart(settings->output, settings->emit.weights_path, err) < 0 ||
        scc_query_read_program(query, 0, &input, err) < 0 ||
        scc_emit_settings_read(&settings->emit, &options, &frequencies, err) < 0)
        return -1;
    struct scc_work work = {.limit = SCC_WORK_OF_COMMAND};
    int done =
        scc_optimize(input.program, query->choice.targets[0]->arch, &options, &work, &made, err);
    scc_frequencies_free(frequencies);
    if (done < 0)
        return scc_error_wrap(err, "%s", input.name);
    const size_t bytes = scc_program_count(made.program) * SCC_INSTRUCTION_BYTES;
    SCC_AUTOFREE char *answer =
        query->is_json ? tell_json(&made, settings->output, bytes, err) : NULL;
    SCC_CLEANUP(scc_page_clear) struct scc_page page = {.out = stderr};
    if (!query->is_json && !query->is_quiet)
        tell_person(&page, &made, settings->output, bytes);
    if (page.text.failed)
        return scc_error_nomem(err);
    if ((query->is_json && !answer) ||
        scc_query_write_program(query, settings->output, made.program, answer, err) < 0)
        return -1;
    return scc_page_print(&page, err);
}

int scc_cmd_optimize(int argc, char **argv)
{
    struct settings settings = {0};
    const struct scc_query_usage usage = {
        .synopsis = "optimize [OPTIONS] PROGRAM -o FILE",
        .summary = "Makes an equal, better program of any program, whoever wrote it: proved to "
                   "answer every input alike. --arch gives the byte order. Where nothing better is "
                   "found the program is written as it is; one that cannot be followed is refused.",
        .options = rows,
        .option_count = SCC_COUNT(rows),
        .settings = &settings,
        .target_heading = SCC_QUERY_PROGRAM_HEADING,
        .more = scc_emit_option_group(&settings.emit),
        .operands_min = 1,
        .operands_max = 1,
    };
    struct scc_query query = {0};
    scc_error *err = NULL;
    int done = scc_query_start(&query, &usage, argc, argv, &err);
    if (done == 0)
        done = check_settings(&query, &settings, &err);
    if (done == 0)
        done = optimize(&query, &settings, &err);
    return scc_query_finish(&query, done, SCC_STATUS_DONE, err);
}
