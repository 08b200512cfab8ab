/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccompc verify [OPTIONS] PROGRAM PROFILE: does the program say what the profile says? For a blob
 * also without PROFILE: is it whole, and of this version?
 */
#include <string.h>

#include "cmd.h"
#include "error.h"
#include "json_build.h"
#include "strbuf.h"
#include "util.h"
#include "verify.h"

static int apply_as_libseccomp(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct scc_verify_settings *)settings)->as_libseccomp = true;
    return 0;
}

static const struct scc_option rows[] = {
    {"as-libseccomp", 0, NULL,
     "compare with what the installed libseccomp can say of the profile: names that it does not "
     "know have the default action",
     apply_as_libseccomp},
};

/** The difference in words; NULL without memory. The caller frees it. */
static char *describe(const struct scc_verify_question *question, const struct scc_proof *proof)
{
    struct scc_strbuf text = {0};
    scc_proof_describe(&text, question->policy, proof);
    return scc_strbuf_steal(&text);
}

static int print_text(const char *program, const char *profile, bool as_libseccomp,
                      const char *difference, bool is_gap, scc_error **err)
{
    struct scc_strbuf text = {0};
    if (!difference)
        scc_strbuf_addf(&text, "equal: %s says what %s says%s, for every input", program, profile,
                        as_libseccomp ? " as far as libseccomp can say it" : "");
    else
        scc_strbuf_addf(&text, "different: %s", difference);
    if (is_gap)
        scc_strbuf_addf(&text,
                        "\nNothing else differs than names that libseccomp %s does not know "
                        "(--as-libseccomp leaves them out).",
                        scc_scmp_version());
    SCC_AUTOFREE char *line = scc_strbuf_steal(&text);
    if (!line)
        return scc_error_nomem(err);
    scc_print_wrapped(stdout, line, 0, 0);
    return 0;
}

static int print_json(const struct scc_query *query, const char *difference, bool is_gap,
                      scc_error **err)
{
    struct scc_json_build json = {0};
    cJSON *root = cJSON_CreateObject();
    scc_json_put_bool(&json, root, "equal", !difference);
    if (difference) {
        scc_json_put_text(&json, root, "difference", difference);
        scc_json_put_bool(&json, root, "onlyNamesUnknownToLibseccomp", is_gap);
    }
    scc_json_put_diags(&json, root, query->diags);
    return scc_json_build_print(&json, root, stdout, err);
}

static int answer(const struct scc_query *query, const struct scc_verify_settings *settings,
                  const struct scc_input *program, const struct scc_input *profile,
                  const struct scc_verify_question *question, int *status, scc_error **err)
{
    struct scc_proof proof;
    if (scc_prove(question->policy, program->program, &proof, err) < 0)
        return scc_error_wrap(err, "%s and %s", program->name, profile->name);
    *status = proof.equal ? SCC_STATUS_DONE : SCC_STATUS_NO;
    if (query->is_quiet && !query->is_json)
        return 0;
    SCC_AUTOFREE char *difference = proof.equal ? NULL : describe(question, &proof);
    bool is_gap = false;
    if (!proof.equal && !difference)
        return scc_error_nomem(err);
    if (!proof.equal && scc_verify_find_gap(settings, question, program->program, &is_gap, err) < 0)
        return -1;
    return query->is_json ? print_json(query, difference, is_gap, err)
                          : print_text(program->name, profile->name, settings->as_libseccomp,
                                       difference, is_gap, err);
}

static int verify_program(struct scc_query *query, const struct scc_verify_settings *settings,
                          const struct scc_input *program, int *status, scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input profile = {0};
    SCC_CLEANUP(scc_verify_question_clear) struct scc_verify_question question = {0};
    if (scc_query_read(query, 1, &profile, err) < 0)
        return -1;
    if (profile.kind != SCC_INPUT_PROFILE)
        return scc_error_set(err, SCC_ERROR_INPUT, "%s: %s, expected a profile second",
                             profile.name, scc_input_kind_name(&profile));
    if (scc_verify_ask(settings, profile.policy, &question, err) < 0)
        return -1;
    return answer(query, settings, program, &profile, &question, status, err);
}

/** Without a profile nothing is compared. */
static int check_alone(const struct scc_query *query, const struct scc_verify_settings *settings,
                       scc_error **err)
{
    const char *given =
        settings->as_libseccomp ? "--as-libseccomp" : query->target_options.reading_option;
    if (!given)
        return 0;
    return scc_error_set(err, SCC_ERROR_USAGE, "%s: expected a PROFILE to compare with", given);
}

static int verify_blob(struct scc_query *query, const struct scc_verify_settings *settings,
                       const struct scc_input *blob, int *status, scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input profile = {0};
    if (query->operand_count == 1)
        return check_alone(query, settings, err) < 0
                   ? -1
                   : scc_verify_blob(query, settings, blob, NULL, status, err);
    if (scc_input_read_profile(query->operands[1], &profile, query->diags, err) < 0 ||
        scc_input_tell_annotation(&profile, query->choice.targets[0], &query->target_options,
                                  query->diags, err) < 0)
        return -1;
    return scc_verify_blob(query, settings, blob, &profile, status, err);
}

static int verify(struct scc_query *query, const struct scc_verify_settings *settings, int *status,
                  scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input subject = {0};
    if (scc_query_read_whole(query, 0, &subject, err) < 0)
        return -1;
    if (subject.kind == SCC_INPUT_BLOB)
        return verify_blob(query, settings, &subject, status, err);
    if (query->operand_count == 1)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "an operand is missing: %s is no blob, expected a PROFILE behind it",
                             subject.name);
    if (subject.kind != SCC_INPUT_PROGRAM)
        return scc_error_set(err, SCC_ERROR_INPUT, "%s: %s, expected a program first", subject.name,
                             scc_input_kind_name(&subject));
    return verify_program(query, settings, &subject, status, err);
}

int scc_cmd_verify(int argc, char **argv)
{
    struct scc_verify_settings settings = {0};
    struct scc_query query = {0};
    scc_error *err = NULL;
    int status = SCC_STATUS_DONE;
    const struct scc_query_usage usage = {
        .synopsis = "verify [OPTIONS] PROGRAM PROFILE | BLOB [PROFILE]",
        .summary = "Proves that a raw program answers every input as the profile does, or shows an "
                   "input that it answers otherwise. Any program will do: crun's, runc's, a "
                   "hand-written one. Of a sealed blob every entry is proved, for all targets to "
                   "which it applies; without PROFILE its seal, its programs' form and its maker "
                   "are checked. An option that names a target picks the entry for it.\n\n"
                   "Exit status 0: proved, or whole and of this version; 1: different, or made by "
                   "another version; 4: damaged or not decided.",
        .options = rows,
        .option_count = SCC_COUNT(rows),
        .settings = &settings,
        .operands_min = 1,
        .operands_max = 2,
    };
    int done = scc_query_start(&query, &usage, argc, argv, &err);
    if (done == 0)
        done = verify(&query, &settings, &status, &err);
    return scc_query_finish(&query, done, status, err);
}
