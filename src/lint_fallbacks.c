/* SPDX-License-Identifier: Apache-2.0 */
/* What C libraries make of answers: they fall back after ENOSYS alone. */
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "lint_check.h"
#include "util.h"

/** Which finding the answer to a call with a fallback is, or SCC_LINT_COUNT. */
static enum scc_lint_id why_no_fallback(const struct scc_lint *lint, uint32_t answer)
{
    switch (scc_action_of(answer)) {
    case SCC_ACTION_ERRNO:
        return (answer & SECCOMP_RET_DATA) == scc_errno_find("ENOSYS", lint->policy->target)
                   ? SCC_LINT_COUNT
                   : SCC_LINT_EPERM_WHERE_ENOSYS;
    case SCC_ACTION_KILL_PROCESS:
    case SCC_ACTION_KILL_THREAD:
    case SCC_ACTION_TRAP:
        return SCC_LINT_KILL_WHERE_ENOSYS;
    default:
        return SCC_LINT_COUNT;
    }
}

/** What became of a row: the kind of finding and its call. */
struct lost_fallback {
    enum scc_lint_id id;
    bool is_default; /* no rule says so */
    struct scc_call call, fallback;
};

/** 1 and *lost where the fallback of the row is never reached; 0, or -1 without memory. */
static int find_lost_fallback(struct scc_lint *lint, const struct scc_lint_fallback *row,
                              struct lost_fallback *lost)
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        struct scc_lint_number first, second;
        const struct scc_policy_arch *table = &lint->policy->arches[i];
        uint32_t answer;
        if (!scc_lint_number_of(table, row->call, &first) ||
            !scc_lint_number_of(table, row->fallback, &second) ||
            !scc_lint_is_constant(lint, &first, &answer))
            continue;
        *lost = (struct lost_fallback){
            .id = why_no_fallback(lint, answer),
            .is_default = !first.count,
            .call = scc_lint_call_at(&first),
        };
        if (lost->id == SCC_LINT_COUNT)
            continue;
        int found = scc_lint_find_call(lint, &second, SCC_LINT_PASSING, &lost->fallback);
        if (found)
            return found;
    }
    return 0;
}

/** Adds "clone3 to clone (glibc since 2.34, for every thread)". */
static void add_fallback(struct scc_strbuf *out, const struct scc_lint_fallback *row)
{
    scc_strbuf_addf(out, "%s%s to %s (%s)", out->len ? ", " : "", row->call, row->fallback,
                    row->user);
}

/** Tells that calls, whose list is taken over, get the answer of @p lost. */
static int tell_lost_fallbacks(struct scc_lint *lint, const struct lost_fallback *lost,
                               struct scc_strbuf *list)
{
    struct scc_lint_words words = {0};
    SCC_AUTOFREE char *calls = scc_strbuf_steal(list);
    if (!scc_lint_count(lint, lost->id))
        return 0;
    words.reason.failed = !calls;
    scc_action_describe(&words.reason, scc_policy_answer(lint->policy, &lost->call),
                        lint->policy->target);
    scc_strbuf_addf(&words.reason,
                    "%s keeps C libraries and programs from falling back, which they do after "
                    "ENOSYS alone: from %s",
                    lost->is_default ? " by default" : "", calls ? calls : "");
    scc_lint_add_answer(&words.shown, lint, &lost->call, 0);
    scc_strbuf_add(&words.shown, "; ");
    scc_lint_add_answer(&words.shown, lint, &lost->fallback, 0);
    return scc_lint_tell(lint, lost->id, scc_lint_node_of(lint, &lost->call), &words);
}

/** What the default action answers is one finding, each rule another. */
int scc_lint_check_fallbacks(struct scc_lint *lint)
{
    const char *last = "";
    struct scc_strbuf by_default = {0};
    struct lost_fallback first = {.id = SCC_LINT_COUNT};
    int done = 0;
    for (size_t i = 0; i < SCC_FALLBACK_COUNT && done == 0; i++) {
        const struct scc_lint_fallback *row = &scc_lint_fallbacks[i];
        struct lost_fallback lost;
        struct scc_strbuf list = {0};
        if (strcmp(last, row->call) == 0)
            continue;
        int found = find_lost_fallback(lint, row, &lost);
        done = found < 0 ? -1 : 0;
        if (found != 1)
            continue;
        last = row->call;
        add_fallback(lost.is_default ? &by_default : &list, row);
        if (!lost.is_default)
            done = tell_lost_fallbacks(lint, &lost, &list);
        else if (first.id == SCC_LINT_COUNT)
            first = lost;
    }
    if (done == 0 && first.id != SCC_LINT_COUNT)
        return tell_lost_fallbacks(lint, &first, &by_default);
    scc_strbuf_free(&by_default);
    return done;
}
