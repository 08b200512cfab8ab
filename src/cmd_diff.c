/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc diff [OPTIONS] A B */
#include <stdio.h>

#include "cmd.h"
#include "difference.h"
#include "error.h"
#include "query.h"
#include "util.h"

static const struct scc_query_usage usage = {
    .synopsis = "diff [OPTIONS] A B",
    .summary =
        "Tells for which calls B answers otherwise than A. Each is a profile, the config.json of "
        "an OCI container, or a raw program. What B lets through more easily comes first (more), "
        "then what it restricts (less), then changes between answers that are equally permissive "
        "(other).\n\n"
        "Exit status: 0 they give every input the same answer, 1 they differ, 4 not decided.",
    .operands_min = 2,
    .operands_max = 2,
};

static int print(const struct scc_query *query, const struct scc_input *a,
                 const struct scc_input *b, const struct scc_difference *difference,
                 scc_error **err)
{
    const struct scc_difference_labels labels = {
        .answer = "same",
        .keys = {"a", "b"},
        .names = {a->name, b->name},
        .diags = query->diags,
    };
    const struct scc_arch *arch = query->choice.targets[0]->arch;
    if (query->is_json)
        return scc_difference_print_json(difference, &labels, arch, err);
    if (difference->is_none)
        printf("same: every input gets the same answer\n");
    return scc_difference_print(difference, arch, err);
}

/** Answers the question; *status becomes the exit status. */
static int compare(struct scc_query *query, int *status, scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input a = {0}, b = {0};
    SCC_CLEANUP(scc_difference_clear) struct scc_difference difference = {0};
    if (scc_query_read(query, 0, &a, err) < 0 || scc_query_read(query, 1, &b, err) < 0 ||
        scc_difference_find(&a, &b, SCC_DIFFERENCE_ANY, &difference, err) < 0)
        return -1;
    *status = difference.is_none ? SCC_STATUS_DONE : SCC_STATUS_NO;
    return query->is_quiet ? 0 : print(query, &a, &b, &difference, err);
}

int scc_cmd_diff(int argc, char **argv)
{
    struct scc_query query = {0};
    scc_error *err = NULL;
    int status = SCC_STATUS_DONE;
    int done = scc_query_start(&query, &usage, argc, argv, &err);
    if (done == 0)
        done = compare(&query, &status, &err);
    return scc_query_finish(&query, done, status, err);
}
