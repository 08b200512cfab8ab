/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc verify [OPTIONS] PROGRAM PROFILE: does the program say what the profile says? */
#include <string.h>

#include "cmd.h"
#include "emit_scmp.h"
#include "enosys.h"
#include "error.h"
#include "json_build.h"
#include "prove.h"
#include "query.h"
#include "strbuf.h"
#include "util.h"

enum enosys_mode {
    ENOSYS_PROFILE,
    ENOSYS_RUNC,
};

struct settings {
    enum enosys_mode enosys;
    bool as_libseccomp;
};

static int apply_enosys(void *settings, const char *value, scc_error **err)
{
    if (strcmp(value, "profile") != 0 && strcmp(value, "runc") != 0)
        return scc_error_set(err, SCC_ERROR_USAGE, "--enosys %s: expected profile or runc", value);
    ((struct settings *)settings)->enosys = *value == 'r' ? ENOSYS_RUNC : ENOSYS_PROFILE;
    return 0;
}

static int apply_as_libseccomp(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->as_libseccomp = true;
    return 0;
}

static const struct scc_option rows[] = {
    {"enosys", 0, "MODE",
     "profile: the program has no stub (default); runc: it begins with runc's, which answers "
     "ENOSYS above the largest number that the profile names",
     apply_enosys},
    {"as-libseccomp", 0, NULL,
     "compare with what the installed libseccomp can say of the profile: names that it does not "
     "know have the default action",
     apply_as_libseccomp},
};

/** What the program is asked to be equal to. */
struct question {
    struct scc_policy *policy;
    struct scc_scmp_view view; /* what `policy` is, with --as-libseccomp */
};

static int make_question(const struct settings *settings, struct scc_policy *policy,
                         struct question *question, scc_error **err)
{
    scc_enosys_knows_fn *knows = settings->as_libseccomp ? scc_scmp_knows : scc_enosys_knows_all;
    question->policy = policy;
    if (settings->enosys == ENOSYS_RUNC && scc_enosys_add_runc_stub(policy, knows, err) < 0)
        return -1;
    if (!settings->as_libseccomp)
        return 0;
    question->policy = &question->view.policy;
    return scc_scmp_view_make(policy, &question->view, err);
}

/** Whether nothing but names that the installed libseccomp does not know makes the difference. */
static bool is_known_gap(const struct settings *settings, const struct question *question,
                         const struct scc_program *program)
{
    SCC_CLEANUP(scc_scmp_view_clear) struct scc_scmp_view view = {0};
    struct scc_proof proof;
    if (settings->as_libseccomp || scc_scmp_view_make(question->policy, &view, NULL) < 0)
        return false;
    return view.lost_count && scc_prove(&view.policy, program, &proof, NULL) == 0 && proof.equal;
}

/** The difference in words; NULL without memory. The caller frees it. */
static char *describe(const struct question *question, const struct scc_proof *proof)
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

static int check_kinds(const struct scc_input *program, const struct scc_input *profile,
                       scc_error **err)
{
    if (program->kind != SCC_INPUT_PROGRAM)
        return scc_error_set(err, SCC_ERROR_INPUT, "%s: a profile, expected a program first",
                             program->name);
    if (profile->kind != SCC_INPUT_PROFILE)
        return scc_error_set(err, SCC_ERROR_INPUT, "%s: a program, expected a profile second",
                             profile->name);
    return 0;
}

static int answer(const struct scc_query *query, const struct settings *settings,
                  const struct scc_input *program, const struct scc_input *profile,
                  const struct question *question, int *status, scc_error **err)
{
    struct scc_proof proof;
    if (scc_prove(question->policy, program->program, &proof, err) < 0)
        return -1;
    *status = proof.equal ? SCC_STATUS_DONE : SCC_STATUS_NO;
    if (query->is_quiet && !query->is_json)
        return 0;
    SCC_AUTOFREE char *difference = proof.equal ? NULL : describe(question, &proof);
    if (!proof.equal && !difference)
        return scc_error_nomem(err);
    bool is_gap = !proof.equal && is_known_gap(settings, question, program->program);
    return query->is_json ? print_json(query, difference, is_gap, err)
                          : print_text(program->name, profile->name, settings->as_libseccomp,
                                       difference, is_gap, err);
}

static int verify(struct scc_query *query, const struct settings *settings, int *status,
                  scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input program = {0}, profile = {0};
    struct question question = {0};
    if (scc_query_read(query, 0, &program, err) < 0 ||
        scc_query_read(query, 1, &profile, err) < 0 || check_kinds(&program, &profile, err) < 0)
        return -1;
    int done = make_question(settings, profile.policy, &question, err);
    if (done == 0)
        done = answer(query, settings, &program, &profile, &question, status, err);
    scc_scmp_view_clear(&question.view);
    return done;
}

int scc_cmd_verify(int argc, char **argv)
{
    struct settings settings = {0};
    struct scc_query query = {0};
    scc_error *err = NULL;
    int status = SCC_STATUS_DONE;
    const struct scc_query_usage usage = {
        .synopsis = "verify [OPTIONS] PROGRAM PROFILE",
        .summary = "Proves that a raw program answers every input as the profile does, or shows an "
                   "input that it answers otherwise. Any program will do: crun's, runc's, a "
                   "hand-written one. Exit status 0: proved; 1: different; 4: not decided.",
        .options = rows,
        .option_count = SCC_COUNT(rows),
        .settings = &settings,
        .operands_min = 2,
        .operands_max = 2,
    };
    int done = scc_query_start(&query, &usage, argc, argv, &err);
    if (done == 0)
        done = verify(&query, &settings, &status, &err);
    return scc_query_finish(&query, done, status, err);
}
