/* SPDX-License-Identifier: Apache-2.0 */
/* What the rings of io_uring do past the filter. */
#include <stdlib.h>
#include <string.h>

#include "lint_check.h"

/** Whether a call that the operation stands for passes anyway, on any of the architectures: 1, 0,
 * or -1 without memory. */
static int operation_passes(struct scc_lint *lint, const char *operation)
{
    for (size_t i = 0; i < SCC_URING_COUNT; i++) {
        if (strcmp(scc_lint_urings[i].operation, operation) != 0)
            continue;
        for (size_t j = 0; j < lint->policy->arch_count; j++) {
            struct scc_lint_number number;
            int passes = 0;
            if (scc_lint_number_of(&lint->policy->arches[j], scc_lint_urings[i].call, &number))
                passes = scc_lint_always_passes(lint, &number);
            if (passes)
                return passes;
        }
    }
    return 0;
}

/** Adds the refused calls that a ring makes, and an answer to the first: to @p words. */
static int add_bypassed(struct scc_lint *lint, const struct scc_policy_arch *table,
                        struct scc_lint_words *words)
{
    const char *last = "";
    for (size_t i = 0; i < SCC_URING_COUNT; i++) {
        const struct scc_lint_uring *row = &scc_lint_urings[i];
        struct scc_lint_number number;
        struct scc_call call;
        if (!scc_kernel_at_least(lint->target->kernel, row->since) ||
            !scc_lint_number_of(table, row->call, &number))
            continue;
        int found = scc_lint_find_call(lint, &number, SCC_LINT_REFUSED, &call);
        int passes = found == 1 ? operation_passes(lint, row->operation) : 0;
        if (found < 0 || passes < 0)
            return -1;
        if (!found || passes || strcmp(last, row->operation) == 0)
            continue;
        last = row->operation;
        if (!words->shown.len) {
            scc_lint_add_answer(&words->shown, lint, &call, scc_lint_compared_args(lint, &number));
            scc_strbuf_addf(&words->shown, ", but %s passes in a ring", row->operation);
        }
        scc_strbuf_addf(&words->reason, "%s%s", words->reason.len ? ", " : "", row->call);
    }
    return 0;
}

/**
 * Whether a process can have requests made on an architecture: 1 and the call that sets a ring up,
 * 0, or -1 without memory.
 */
static int find_ring(struct scc_lint *lint, const struct scc_policy_arch *table,
                     struct scc_call *call)
{
    /* IORING_SETUP_SQPOLL: the kernel looks for requests itself, since 5.11 for everybody. */
    static const struct scc_kernel polls = {5, 11};
    struct scc_lint_number setup, enter;
    struct scc_call entered;
    if (!scc_lint_number_of(table, "io_uring_setup", &setup) ||
        !scc_lint_number_of(table, "io_uring_enter", &enter))
        return 0;
    int found = scc_lint_find_call(lint, &setup, SCC_LINT_PASSING, call);
    if (found != 1 || scc_kernel_at_least(lint->target->kernel, polls))
        return found;
    return scc_lint_find_call(lint, &enter, SCC_LINT_PASSING, &entered);
}

int scc_lint_check_uring(struct scc_lint *lint)
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        const struct scc_policy_arch *table = &lint->policy->arches[i];
        struct scc_call call;
        struct scc_lint_words calls = {0}, words = {0};
        int found = find_ring(lint, table, &call);
        if (found == 0)
            continue;
        if (found < 0 || add_bypassed(lint, table, &calls) < 0) {
            scc_strbuf_free(&calls.reason);
            scc_strbuf_free(&calls.shown);
            return -1;
        }
        char *names = calls.reason.len ? scc_strbuf_steal(&calls.reason) : NULL;
        if (!names || !scc_lint_count(lint, SCC_LINT_IO_URING_BYPASS)) {
            free(names);
            scc_strbuf_free(&calls.shown);
            continue;
        }
        scc_strbuf_addf(&words.reason,
                        "io_uring is allowed, which makes calls that are refused: %s", names);
        words.shown = calls.shown;
        free(names);
        return scc_lint_tell(lint, SCC_LINT_IO_URING_BYPASS, scc_lint_node_of(lint, &call), &words);
    }
    return 0;
}
