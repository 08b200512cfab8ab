/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc within [OPTIONS] BASELINE PROFILE */
#include <stdio.h>

#include "cmd.h"
#include "difference.h"
#include "error.h"
#include "query.h"
#include "util.h"

static const struct scc_query_usage usage = {
    .synopsis = "within [OPTIONS] BASELINE PROFILE",
    .summary =
        "Proves that PROFILE is nowhere more permissive than BASELINE, or tells every place where "
        "it is. Each is a profile, the config.json of an OCI container, or a raw program. Actions "
        "stand in the kernel's order: KILL_PROCESS, KILL_THREAD, TRAP, ERRNO, NOTIFY, TRACE, LOG, "
        "ALLOW; errnos make no difference.\n\n"
        "Exit status: 0 it is within, 1 it is not, 4 not decided.",
    .operands_min = 2,
    .operands_max = 2,
};

static int print(const struct scc_query *query, const struct scc_input *baseline,
                 const struct scc_input *profile, const struct scc_difference *difference,
                 scc_error **err)
{
    const struct scc_difference_labels labels = {
        .answer = "within",
        .keys = {"baseline", "profile"},
        .names = {baseline->name, profile->name},
        .diags = query->diags,
    };
    const struct scc_arch *arch = query->choice.targets[0]->arch;
    if (query->is_json)
        return scc_difference_print_json(difference, &labels, arch, err);
    if (difference->is_none)
        printf("within: no input gets a more permissive answer\n");
    return scc_difference_print(difference, arch, err);
}

/** Answers the question; *status becomes the exit status. */
static int compare(struct scc_query *query, int *status, scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input baseline = {0}, profile = {0};
    SCC_CLEANUP(scc_difference_clear) struct scc_difference difference = {0};
    if (scc_query_read(query, 0, &baseline, err) < 0 ||
        scc_query_read(query, 1, &profile, err) < 0 ||
        scc_difference_find(&baseline, &profile, SCC_DIFFERENCE_MORE_PERMISSIVE, &difference, err) <
            0)
        return -1;
    *status = difference.is_none ? SCC_STATUS_DONE : SCC_STATUS_NO;
    return query->is_quiet ? 0 : print(query, &baseline, &profile, &difference, err);
}

int scc_cmd_within(int argc, char **argv)
{
    struct scc_query query = {0};
    scc_error *err = NULL;
    int status = SCC_STATUS_DONE;
    int done = scc_query_start(&query, &usage, argc, argv, &err);
    if (done == 0)
        done = compare(&query, &status, &err);
    return scc_query_finish(&query, done, status, err);
}
