/* SPDX-License-Identifier: Apache-2.0 */
/* What socketcall and ipc do past the rules for their calls. */
#include <stdlib.h>

#include "lint_check.h"
#include "util.h"

/** 1 where the call is refused for some arguments and its door lets it pass: then calls of both. */
static int find_open_door(struct scc_lint *lint, const struct scc_policy_arch *table,
                          const struct scc_syscall *name, const struct scc_syscall_door *door,
                          struct scc_call calls[2])
{
    uint32_t nr = scc_syscall_nr(name, table->arch);
    calls[1] = (struct scc_call){.audit = table->arch->audit, .nr = door->nr};
    calls[1].args[0] = door->selector;
    if (nr == SCC_NR_NONE || !scc_lint_passes(scc_policy_answer(lint->policy, &calls[1])))
        return 0;
    struct scc_lint_number number = scc_lint_number_at(table, nr);
    return scc_lint_find_call(lint, &number, SCC_LINT_REFUSED, &calls[0]);
}

/** The calls behind one door of an architecture that it lets pass against their own rules. */
static int check_door(struct scc_lint *lint, const struct scc_policy_arch *table,
                      const struct scc_syscall *multiplexer)
{
    struct scc_strbuf names = {0};
    struct scc_lint_words words = {0};
    const struct scc_json_node *node = NULL;
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
        const struct scc_syscall *name = &scc_syscall_table[i];
        struct scc_syscall_door door = scc_syscall_door(name, table->arch);
        struct scc_call calls[2];
        if (door.call != multiplexer)
            continue;
        int found = find_open_door(lint, table, name, &door, calls);
        if (found < 0) {
            scc_strbuf_free(&names);
            scc_strbuf_free(&words.shown);
            return -1;
        }
        if (!found)
            continue;
        scc_strbuf_addf(&names, "%s%s", names.len ? ", " : "", name->name);
        if (!node) {
            struct scc_lint_number own = scc_lint_number_at(table, calls[0].nr);
            node = scc_lint_node_of(lint, &calls[1]);
            scc_lint_add_answer(&words.shown, lint, &calls[0], scc_lint_compared_args(lint, &own));
            scc_strbuf_add(&words.shown, "; ");
            scc_lint_add_answer(&words.shown, lint, &calls[1], 1);
        }
    }
    char *list = names.len ? scc_strbuf_steal(&names) : NULL;
    if (!list || !scc_lint_count(lint, SCC_LINT_MULTIPLEXED_DOOR)) {
        free(list);
        scc_strbuf_free(&words.shown);
        return 0;
    }
    scc_strbuf_addf(&words.reason, "%s on %s makes calls that are refused: %s", multiplexer->name,
                    table->arch->name, list);
    free(list);
    return scc_lint_tell(lint, SCC_LINT_MULTIPLEXED_DOOR, node, &words);
}

int scc_lint_check_doors(struct scc_lint *lint)
{
    static const char *const multiplexers[] = {"socketcall", "ipc"};
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        for (size_t j = 0; j < SCC_COUNT(multiplexers); j++) {
            if (check_door(lint, &lint->policy->arches[i], scc_syscall_find(multiplexers[j])) < 0)
                return -1;
        }
    }
    return 0;
}
