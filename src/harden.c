/* SPDX-License-Identifier: Apache-2.0 */
#include "harden.h"

#include <stdlib.h>

#include "error.h"
#include "strbuf.h"
#include "util.h"

enum {
    /** Nodes that the rules of all numbers may take. */
    HARDENED_NODES = 1 << 20,
};

void scc_hardened_clear(struct scc_hardened_list *list)
{
    free(list->items);
    *list = (struct scc_hardened_list){0};
}

enum scc_hardening scc_hardened_how(const struct scc_hardened_list *list,
                                    const struct scc_placed_rule *placed)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].placed == placed)
            return list->items[i].how;
    }
    return SCC_HARDENS_NOTHING;
}

/** The first of the rules that compares an argument whose high word is not believed, or NULL. */
static const struct scc_rule *find_loose(const struct scc_policy *policy,
                                         const struct scc_hardened *number)
{
    unsigned loose = scc_policy_loose_args(policy, number->table->arch, number->placed->nr);
    for (size_t i = 0; loose && i < number->count; i++) {
        struct scc_cmp cmps[SCC_ARG_COUNT];
        unsigned count = scc_policy_cmps(policy, &number->placed[i], cmps);
        for (unsigned j = 0; j < count; j++) {
            if (loose >> cmps[j].arg & 1)
                return &policy->rules[number->placed[i].rule];
        }
    }
    return NULL;
}

static enum scc_hardening look_at(const struct scc_policy *policy,
                                  const struct scc_hardened *number,
                                  struct scc_decision_space *space)
{
    if (!find_loose(policy, number) ||
        scc_policy_is_before_rules(policy, number->table->arch->audit, number->placed->nr))
        return SCC_HARDENS_NOTHING;
    return scc_decision_hardening(space, policy, number->table->arch, number->placed,
                                  number->count);
}

static int add(struct scc_hardened_list *list, struct scc_hardened number, scc_error **err)
{
    if (number.how == SCC_HARDENS_NOTHING)
        return 0;
    if (!SCC_GROW(list->items, list->cap, list->count + 1))
        return scc_error_nomem(err);
    list->items[list->count++] = number;
    return 0;
}

static int find_in(const struct scc_policy *policy, struct scc_decision_space *space,
                   struct scc_hardened_list *list, scc_error **err)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_policy_arch *table = &policy->arches[i];
        struct scc_hardened number = {.table = table};
        for (size_t at = 0; at < table->count; at += number.count) {
            number.placed = scc_policy_rules_at(table, table->placed[at].nr, &number.count);
            number.how = look_at(policy, &number, space);
            if (add(list, number, err) < 0)
                return -1;
        }
    }
    return 0;
}

int scc_hardened_find(const struct scc_policy *policy, struct scc_hardened_list *list,
                      scc_error **err)
{
    struct scc_decision_space *space = NULL;
    *list = (struct scc_hardened_list){0};
    if (!policy->hardens)
        return 0;
    if (scc_decision_space_new(HARDENED_NODES, SCC_ORDER_BY_WORD, &space, err) < 0)
        return -1;
    scc_decision_space_count_into(space, policy->work);
    int done = find_in(policy, space, list, err);
    scc_decision_space_free(space);
    if (done < 0)
        scc_hardened_clear(list);
    return done;
}

int scc_hardened_refuse(const struct scc_policy *policy, const char *what, const char *remedy,
                        scc_error **err)
{
    SCC_CLEANUP(scc_hardened_clear) struct scc_hardened_list list = {0};
    if (scc_hardened_find(policy, &list, err) < 0)
        return -1;
    if (!list.count)
        return 0;
    const struct scc_rule *rule = find_loose(policy, &list.items[0]);
    struct scc_strbuf path = {0};
    scc_policy_add_origin(&path, policy, rule);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    if (!path_text)
        return scc_error_nomem(err);
    return scc_error_at(err, scc_policy_place_of(policy, rule), path_text,
                        "%s: %s cannot say what --harden makes of this rule; %s", rule->call->name,
                        what, remedy);
}
