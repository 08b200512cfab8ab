/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc lint [OPTIONS] PROFILE|- */
#include <string.h>

#include "annotation.h"
#include "cmd.h"
#include "error.h"
#include "lint.h"
#include "lint_print.h"
#include "query.h"
#include "util.h"

struct settings {
    enum scc_lint_level level;
    bool is_sarif;
    const struct scc_lint_libseccomp *libseccomp; /* or NULL */
};

static int apply_level(void *settings, const char *value, scc_error **err)
{
    int level = scc_lint_level_find(value);
    if (level < 0)
        return scc_error_set(err, SCC_ERROR_USAGE, "--level %s: expected error, warning or note",
                             value);
    ((struct settings *)settings)->level = (enum scc_lint_level)level;
    return 0;
}

static int apply_libseccomp(void *settings, const char *value, scc_error **err)
{
    const struct scc_lint_libseccomp *found = scc_lint_libseccomp_find(value);
    ((struct settings *)settings)->libseccomp = found;
    if (found)
        return 0;
    struct scc_strbuf known = {0};
    for (size_t i = 0; i < SCC_LIBSECCOMP_COUNT; i++)
        scc_strbuf_addf(&known, "%s%s", i ? ", " : "", scc_lint_libseccomps[i].release);
    SCC_AUTOFREE char *list = scc_strbuf_steal(&known);
    return list ? scc_error_set(err, SCC_ERROR_USAGE,
                                "--libseccomp %s: no release whose calls are known, expected one "
                                "of %s",
                                value, list)
                : scc_error_nomem(err);
}

static int apply_sarif(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->is_sarif = true;
    return 0;
}

static const struct scc_option rows[] = {
    {"level", 0, "MODE",
     "the least serious findings that are shown and make the exit status 1: error, warning "
     "(default) or note",
     apply_level},
    {"libseccomp", 0, "RELEASE",
     "also find names that this release does not know, such as 2.5.4, or 2.5.4-1+deb12u1 for "
     "Debian 12's",
     apply_libseccomp},
    {"sarif", 0, NULL, "answer as a SARIF 2.1.0 log, for code-review tools", apply_sarif},
};

static const struct scc_query_usage usage_without_settings = {
    .synopsis = "lint [OPTIONS] PROFILE|-",
    .summary =
        "Finds what is probably wrong with a profile, or with the linux.seccomp of an OCI runtime "
        "config, for one target: names and rules without effect, comparisons that can be walked "
        "around, calls that do what another one is refused, answers that C libraries take badly. "
        "Each finding has its place, a call that shows the consequence, and what to do; "
        "seccompc-lint(7) has the catalogue.\n\n"
        "Exit status 0: no findings at --level or above; 1: findings.",
    .options = rows,
    .option_count = SCC_COUNT(rows),
    .operands_min = 1,
    .operands_max = 1,
};

static int check_styles(const struct scc_query *query, const struct settings *settings,
                        scc_error **err)
{
    if (settings->is_sarif && (query->is_json || query->is_quiet))
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--sarif, --json and -q exclude one another, expected one of them");
    return 0;
}

static int print(const struct scc_query *query, const struct settings *settings,
                 const struct scc_lint *lint, scc_error **err)
{
    bool is_stdin = strcmp(query->operands[0], "-") == 0;
    if (settings->is_sarif)
        return scc_lint_print_sarif(stdout, lint, is_stdin ? NULL : scc_profile_name(lint->profile),
                                    err);
    if (query->is_json)
        return scc_lint_print_json(stdout, lint, query->diags, err);
    return query->is_quiet ? 0 : scc_lint_print(stdout, lint, err);
}

/** Where rules conflict the strictest answers, so that everything else can be looked at too. */
static int select_strictest(const struct scc_query *query, const struct scc_input *input,
                            const scc_target *target, scc_policy **policy, scc_error **err)
{
    struct scc_reading reading = query->target_options.reading;
    reading.on_conflict = SCC_CONFLICT_STRICTEST;
    return scc_policy_select(input->profile, target, &reading, policy, NULL, err);
}

/**
 * Reads the profile. What reading warns of are findings, all of it; where the profile is refused
 * the warnings go with the failure.
 */
static int read_profile(struct scc_query *query, struct scc_input *input, scc_error **err)
{
    scc_diags *warnings = scc_diags_new();
    if (!warnings)
        return scc_error_nomem(err);
    int done = scc_input_read_profile(query->operands[0], input, warnings, err);
    if (done < 0)
        scc_diags_take(query->diags, warnings, NULL);
    scc_diags_free(warnings);
    return done;
}

/** Returns 1 where there are findings at the level, 0 where not, -1 on failure. */
static int lint_profile(struct scc_query *query, const struct settings *settings, scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input input = {0};
    SCC_CLEANUP(scc_lint_clear) struct scc_lint lint = {0};
    if (read_profile(query, &input, err) < 0)
        return -1;
    scc_target target = scc_input_target(&input, query->choice.targets[0], &query->target_options);
    if (select_strictest(query, &input, &target, &input.policy, err) < 0)
        return -1;
    if (scc_annotation_tell(input.annotation, input.policy, NULL, query->diags, err) < 0)
        return -1;
    lint.profile = input.profile;
    lint.policy = input.policy;
    lint.target = &target;
    lint.options = (struct scc_lint_options){
        .level = settings->level,
        .libseccomp = settings->libseccomp,
        .takes_strictest = query->target_options.reading.on_conflict == SCC_CONFLICT_STRICTEST,
    };
    if (scc_lint_run(&lint, err) < 0 || print(query, settings, &lint, err) < 0)
        return -1;
    return lint.count > 0;
}

int scc_cmd_lint(int argc, char **argv)
{
    struct settings settings = {.level = SCC_LINT_WARNING};
    struct scc_query_usage usage = usage_without_settings;
    struct scc_query query = {0};
    scc_error *err = NULL;
    usage.settings = &settings;
    int done = scc_query_start(&query, &usage, argc, argv, &err), found = 0;
    if (done == 0) {
        done = check_styles(&query, &settings, &err);
        if (done == 0)
            done = found = lint_profile(&query, &settings, &err);
    }
    return scc_query_finish(&query, done, found > 0 ? SCC_STATUS_NO : SCC_STATUS_DONE, err);
}
