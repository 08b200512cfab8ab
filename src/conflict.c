/* SPDX-License-Identifier: Apache-2.0 */
#include "conflict.h"

#include <inttypes.h>

#include "decision.h"
#include "error.h"
#include "strbuf.h"
#include "util.h"

enum {
    /** Nodes that looking for conflicts may take. */
    CONFLICT_NODES = 1 << 20,
};

/** Whether rules with comparisons of one number have different answers at all. */
static bool has_mixed_answers(const struct scc_policy *policy)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_policy_arch *table = &policy->arches[i];
        for (size_t j = 1; j < table->count; j++) {
            if (table->placed[j - 1].nr == table->placed[j].nr &&
                policy->rules[table->placed[j - 1].rule].return_value !=
                    policy->rules[table->placed[j].rule].return_value)
                return true;
        }
    }
    return false;
}

static int describe(const struct scc_policy *policy, const struct scc_decision_conflict *conflict,
                    scc_error **err)
{
    const struct scc_rule *first = conflict->first, *second = conflict->second;
    struct scc_strbuf text = {0}, path = {0};
    scc_strbuf_addf(&text, "%s(", second->call->name);
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++)
        scc_strbuf_addf(&text, "%s0x%" PRIx64, i ? ", " : "", conflict->call.args[i]);
    scc_strbuf_addf(&text, ") on %s: ", conflict->arch->arch->name);
    scc_action_describe(&text, second->return_value, policy->target);
    scc_strbuf_addf(&text, " here, and line %u answers the same call with ", first->origin.line);
    scc_action_describe(&text, first->return_value, policy->target);
    scc_strbuf_add(&text, "; expected one action");
    if (!policy->takes_strictest)
        scc_strbuf_add(&text,
                       " (--on-conflict strictest chooses one, which a program alone can say)");
    scc_policy_add_origin(&path, policy, second);
    SCC_AUTOFREE char *message = scc_strbuf_steal(&text);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    if (!message || !path_text)
        return scc_error_nomem(err);
    return scc_error_at(err, scc_policy_place_of(policy, second), path_text, "%s", message);
}

int scc_conflict_refuse(const struct scc_policy *policy, scc_error **err)
{
    struct scc_decision_space *space = NULL;
    struct scc_decision_conflict conflict;
    bool found = false;
    if (!has_mixed_answers(policy))
        return 0;
    if (scc_decision_space_new(CONFLICT_NODES, SCC_ORDER_BY_WORD, &space, err) < 0)
        return -1;
    scc_decision_space_count_into(space, policy->work);
    int done = scc_decision_find_conflict(space, policy, &found, &conflict, err);
    if (done < 0)
        scc_error_wrap(err, "%s: rules with comparisons and different answers",
                       policy->profile_name);
    if (done == 0 && found)
        done = describe(policy, &conflict, err);
    scc_decision_space_free(space);
    return done;
}
