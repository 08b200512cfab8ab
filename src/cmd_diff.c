/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccompc diff [OPTIONS] A B, and the same question in one direction: seccompc within [OPTIONS]
 * BASELINE PROFILE.
 */
#include <stdio.h>

#include "cmd.h"
#include "difference.h"
#include "error.h"
#include "query.h"
#include "util.h"

/** What tells the two commands apart. */
struct question {
    struct scc_query_usage usage;
    enum scc_difference_kind kind;
    struct scc_difference_labels labels; /* without names and diags */
    const char *none;                    /* said where there is no difference */
};

static const struct question diff = {
    .usage =
        {
            .synopsis = "diff [OPTIONS] A B",
            .summary =
                "Tells for which calls B answers otherwise than A. Each is a profile, the "
                "config.json of an OCI container, or a program, raw or in a sealed blob. What B "
                "lets through more "
                "easily comes first (more), then what it restricts (less), then changes between "
                "answers that are equally permissive (other).\n\n"
                "Exit status: 0 they give every input the same answer, 1 they differ, 4 not "
                "decided.",
            .operands_min = 2,
            .operands_max = 2,
        },
    .kind = SCC_DIFFERENCE_ANY,
    .labels = {.answer = "same", .keys = {"a", "b"}},
    .none = "same: every input gets the same answer",
};

static const struct question within = {
    .usage =
        {
            .synopsis = "within [OPTIONS] BASELINE PROFILE",
            .summary =
                "Proves that PROFILE is nowhere more permissive than BASELINE, or tells every "
                "place where it is. Each is a profile, the config.json of an OCI container, or a "
                "program, raw or in a sealed blob. Actions stand in the kernel's order: "
                "KILL_PROCESS, KILL_THREAD, "
                "TRAP, ERRNO, NOTIFY, TRACE, LOG, ALLOW; errnos make no difference.\n\n"
                "Exit status: 0 it is within, 1 it is not, 4 not decided, or crun would load "
                "another program than the one that is.",
            .operands_min = 2,
            .operands_max = 2,
        },
    .kind = SCC_DIFFERENCE_MORE_PERMISSIVE,
    .labels = {.answer = "within", .keys = {"baseline", "profile"}},
    .none = "within: no input gets a more permissive answer",
};

static int print(const struct scc_query *query, const struct question *question,
                 const struct scc_input *first, const struct scc_input *second,
                 const struct scc_difference *difference, scc_error **err)
{
    struct scc_difference_labels labels = question->labels;
    const struct scc_arch *arch = query->choice.targets[0]->arch;
    labels.names[0] = first->name;
    labels.names[1] = second->name;
    labels.diags = query->diags;
    if (query->is_json)
        return scc_difference_print_json(difference, &labels, arch, err);
    if (difference->is_none)
        puts(question->none);
    return scc_difference_print(difference, arch, err);
}

/**
 * Tells where the operands were selected for capability sets that make a difference to one of them:
 * a config comes with its own, and what then differs need not be in the profiles.
 */
static int tell_caps(struct scc_query *query, const struct scc_input *first,
                     const struct scc_input *second, scc_error **err)
{
    const struct scc_input *config = first->is_config ? first : second;
    if (!first->profile || !second->profile)
        return 0;
    const scc_target *usual = query->choice.targets[0];
    scc_target one = scc_input_target(first, usual, &query->target_options);
    scc_target other = scc_input_target(second, usual, &query->target_options);
    scc_cap_set named =
        scc_profile_caps_named(first->profile) | scc_profile_caps_named(second->profile);
    if (!((one.caps ^ other.caps) & named))
        return 0;
    struct scc_strbuf text = {0};
    scc_strbuf_addf(&text, "%s is selected for ", first->name);
    scc_target_describe(&text, &one);
    scc_strbuf_addf(&text, "; %s for ", second->name);
    scc_target_describe(&text, &other);
    SCC_AUTOFREE char *line = scc_strbuf_steal(&text);
    if (!line)
        return scc_error_nomem(err);
    return scc_diags_add(query->diags, SCC_DIAG_WARNING, (struct scc_place){0}, NULL, err,
                         "%s; the bounding sets differ where it matters (a config comes with its "
                         "own), expected --spec %s, or --caps, for one set",
                         line, config->name);
}

/** "Within" would be believed of crun, too, also by a script that reads no warnings. */
static int refuse_other_program(const struct scc_input *input, scc_error **err)
{
    if (!input->is_other_for_crun)
        return 0;
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "%s: within by its linux.seccomp, but crun loads the program of the "
                         "annotation, which is not known to say the same; expected a config in "
                         "which they agree, or the program itself",
                         input->name);
}

/** Answers the question; *status becomes the exit status. */
static int compare(struct scc_query *query, const struct question *question, int *status,
                   scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input first = {0}, second = {0};
    SCC_CLEANUP(scc_difference_clear) struct scc_difference difference = {0};
    if (scc_query_read(query, 0, &first, err) < 0 || scc_query_read(query, 1, &second, err) < 0 ||
        tell_caps(query, &first, &second, err) < 0 ||
        scc_difference_find(&first, &second, question->kind, &difference, err) < 0)
        return -1;
    *status = difference.is_none ? SCC_STATUS_DONE : SCC_STATUS_NO;
    if (difference.is_none && question->kind == SCC_DIFFERENCE_MORE_PERMISSIVE &&
        (refuse_other_program(&first, err) < 0 || refuse_other_program(&second, err) < 0))
        return -1;
    return query->is_quiet ? 0 : print(query, question, &first, &second, &difference, err);
}

static int run(const struct question *question, int argc, char **argv)
{
    struct scc_query query = {0};
    scc_error *err = NULL;
    int status = SCC_STATUS_DONE;
    int done = scc_query_start(&query, &question->usage, argc, argv, &err);
    if (done == 0)
        done = compare(&query, question, &status, &err);
    return scc_query_finish(&query, done, status, err);
}

int scc_cmd_diff(int argc, char **argv)
{
    return run(&diff, argc, argv);
}

int scc_cmd_within(int argc, char **argv)
{
    return run(&within, argc, argv);
}
