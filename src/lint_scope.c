/* SPDX-License-Identifier: Apache-2.0 */
/* Architectures and the default action: what the filter speaks of at all. */
#include "action.h"
#include "error.h"
#include "lint_check.h"
#include "select.h"

/** Where the architectures stand; the profile where it lists none. */
static const struct scc_json_node *arches_node(const struct scc_lint *lint)
{
    const struct scc_json_node *root = lint->profile->root;
    const struct scc_json_node *node = scc_json_member(root, "archMap");
    if (!node || node->kind != SCC_JSON_ARRAY)
        node = scc_json_member(root, "architectures");
    return node && node->kind == SCC_JSON_ARRAY ? node : root;
}

static scc_arch_set arches_of(const struct scc_policy *policy)
{
    scc_arch_set set = 0;
    for (size_t i = 0; i < policy->arch_count; i++)
        set |= scc_arch_bit(policy->arches[i].arch->id);
    return set;
}

/** A call of the table that rules answer and that passes: 1, 0, or -1 without memory. */
static int find_passing(struct scc_lint *lint, const struct scc_policy_arch *table,
                        struct scc_call *call)
{
    int found = 0;
    for (size_t at = 0; at < table->count && !found;) {
        struct scc_lint_number number = scc_lint_number_at(table, table->placed[at].nr);
        found = scc_lint_find_call(lint, &number, SCC_LINT_PASSING, call);
        at += number.count;
    }
    return found;
}

/** The youngest call that no rule speaks of and that passes; false where there is none. */
static bool find_youngest_passing(const struct scc_lint *lint, const struct scc_policy_arch *table,
                                  struct scc_call *call)
{
    struct scc_kernel youngest = {0, 0};
    bool found = false;
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
        const struct scc_syscall *name = &scc_syscall_table[i];
        struct scc_lint_number number;
        struct scc_kernel since = scc_syscall_since(name, table->arch);
        if (!scc_lint_number_of(table, name->name, &number) || number.count ||
            (found && !scc_kernel_at_least(since, youngest)))
            continue;
        struct scc_call unnamed = scc_lint_call_at(&number);
        /* Of one release the highest number, which came last as a rule. */
        if ((found && scc_kernel_at_least(youngest, since) && unnamed.nr < call->nr) ||
            !scc_lint_passes(scc_policy_answer(lint->policy, &unnamed)))
            continue;
        *call = unnamed;
        youngest = since;
        found = true;
    }
    return found;
}

static int check_x32(struct scc_lint *lint)
{
    for (size_t i = 0; i < lint->policy->arch_count; i++) {
        const struct scc_policy_arch *table = &lint->policy->arches[i];
        struct scc_call call;
        if (table->arch->id != SCC_ARCH_X32)
            continue;
        int found = find_passing(lint, table, &call);
        if (found < 0)
            return -1;
        if ((!found && !find_youngest_passing(lint, table, &call)) ||
            !scc_lint_count(lint, SCC_LINT_X32_ALLOWED))
            continue;
        struct scc_lint_words words = {0};
        scc_strbuf_add(&words.reason, "SCMP_ARCH_X32 is listed, and its calls are allowed");
        scc_lint_add_answer(&words.shown, lint, &call, 0);
        return scc_lint_tell(lint, SCC_LINT_X32_ALLOWED, arches_node(lint), &words);
    }
    return 0;
}

/** An ABI that hardly any system has programs for. */
static bool is_rare(const struct scc_arch *arch)
{
    return arch->id == SCC_ARCH_X32;
}

static int check_missing(struct scc_lint *lint)
{
    const struct scc_arch *own = lint->policy->target;
    scc_arch_set missing = scc_arch_runnable(own) & ~arches_of(lint->policy);
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        if (!(missing & scc_arch_bit(arch->id)) || is_rare(arch) ||
            !scc_lint_count(lint, SCC_LINT_MISSING_SUB_ARCHITECTURE))
            continue;
        struct scc_lint_words words = {0};
        struct scc_call call = {.audit = arch->audit,
                                .nr = scc_syscall_nr(scc_syscall_find("read"), arch)};
        scc_strbuf_addf(&words.reason, "%s is not in the filter, and kernels for %s run it",
                        arch->token_name, own->name);
        scc_strbuf_addf(&words.shown, "read(…) on %s: ", arch->name);
        scc_action_describe(&words.shown, scc_policy_answer(lint->policy, &call), own);
        if (scc_lint_tell(lint, SCC_LINT_MISSING_SUB_ARCHITECTURE, arches_node(lint), &words) < 0)
            return -1;
    }
    return 0;
}

static int check_unusable(struct scc_lint *lint)
{
    scc_arch_set unusable =
        scc_select_listed(lint->profile, lint->policy->target) & ~arches_of(lint->policy);
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        /* `architectures` is one list for all; in archMap each architecture has its row. */
        if (!(unusable & scc_arch_bit(arch->id)) || !lint->profile->has_arch_map ||
            arch->column == SCC_COLUMN_NONE ||
            !scc_lint_count(lint, SCC_LINT_UNUSABLE_ARCHITECTURE))
            continue;
        struct scc_lint_words words = {0};
        scc_strbuf_addf(&words.reason, "%s stands in the row for %s, whose kernels cannot run it",
                        arch->token_name, lint->policy->target->name);
        if (scc_lint_tell(lint, SCC_LINT_UNUSABLE_ARCHITECTURE, arches_node(lint), &words) < 0)
            return -1;
    }
    return 0;
}

static int check_default(struct scc_lint *lint)
{
    const struct scc_policy *policy = lint->policy;
    struct scc_lint_words words = {0};
    if (!scc_lint_passes(policy->default_return) || !scc_lint_count(lint, SCC_LINT_DEFAULT_ALLOWS))
        return 0;
    struct scc_call call;
    scc_strbuf_add(&words.reason, "the default action is ");
    scc_action_describe(&words.reason, policy->default_return, policy->target);
    if (find_youngest_passing(lint, &policy->arches[0], &call))
        scc_lint_add_answer(&words.shown, lint, &call, 0);
    return scc_lint_tell(lint, SCC_LINT_DEFAULT_ALLOWS, scc_lint_default_of(lint), &words);
}

int scc_lint_check_scope(struct scc_lint *lint)
{
    if (check_x32(lint) < 0 || check_missing(lint) < 0 || check_unusable(lint) < 0)
        return -1;
    return check_default(lint);
}
