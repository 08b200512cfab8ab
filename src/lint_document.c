/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a profile whatever its target. */
#include "action.h"
#include "lint_check.h"

static int check_unknown_name(struct scc_lint *lint, const struct scc_json_node *node)
{
    const char *name = scc_json_string(node);
    if (scc_syscall_find(name) || !scc_lint_count(lint, SCC_LINT_UNKNOWN_NAME))
        return 0;
    struct scc_lint_words words = {0};
    scc_strbuf_add(&words.reason, "\"");
    scc_strbuf_add_escaped(&words.reason, name);
    scc_strbuf_add(&words.reason, "\" is no system call of any known architecture");
    const char *nearest = scc_syscall_nearest(name);
    if (nearest)
        scc_strbuf_addf(&words.fix, "Write \"%s\", if that is meant.", nearest);
    return scc_lint_tell(lint, SCC_LINT_UNKNOWN_NAME, node, &words);
}

static int check_names(struct scc_lint *lint, const struct scc_profile_entry *entry)
{
    const struct scc_json_node *name = scc_profile_first_name(entry);
    if (!name && scc_lint_count(lint, SCC_LINT_EMPTY_NAMES)) {
        struct scc_lint_words words = {0};
        scc_strbuf_addf(&words.reason, "an entry with %s names no call",
                        scc_action_name(entry->action));
        return scc_lint_tell(lint, SCC_LINT_EMPTY_NAMES, entry->node, &words);
    }
    for (; name; name = scc_profile_next_name(name)) {
        if (check_unknown_name(lint, name) < 0)
            return -1;
    }
    return 0;
}

/** Adds why no target is selected by the entry; nothing where one is. */
static void explain_never(struct scc_strbuf *out, const struct scc_profile_entry *entry)
{
    const struct scc_profile_condition *includes = &entry->includes, *excludes = &entry->excludes;
    scc_cap_set both = includes->caps & excludes->caps;
    if (both)
        scc_strbuf_addf(out, "includes and excludes both name %s",
                        scc_cap_name((unsigned)__builtin_ctzll(both)));
    else if (includes->arches && !(includes->arches & ~excludes->arches))
        scc_strbuf_add(out, "excludes names every architecture of includes");
    else if (excludes->has_min_kernel &&
             scc_kernel_at_least(includes->has_min_kernel ? includes->min_kernel
                                                          : (struct scc_kernel){0, 0},
                                 excludes->min_kernel))
        scc_strbuf_addf(out, "excludes names every kernel from %u.%u on%s",
                        excludes->min_kernel.major, excludes->min_kernel.minor,
                        includes->has_min_kernel ? ", includes no older one" : "");
}

static int check_conditions(struct scc_lint *lint, const struct scc_profile_entry *entry)
{
    struct scc_lint_words words = {0};
    explain_never(&words.reason, entry);
    if ((!words.reason.len && !words.reason.failed) ||
        !scc_lint_count(lint, SCC_LINT_NEVER_SELECTED)) {
        scc_strbuf_free(&words.reason);
        return 0;
    }
    return scc_lint_tell(lint, SCC_LINT_NEVER_SELECTED, entry->node, &words);
}

static int check_unknown_keys(struct scc_lint *lint)
{
    for (size_t i = 0; i < lint->profile->unknown_key_count; i++) {
        const struct scc_profile_unknown_key *key = &lint->profile->unknown_keys[i];
        if (!scc_lint_count(lint, SCC_LINT_UNKNOWN_KEY))
            continue;
        struct scc_lint_words words = {0};
        scc_strbuf_add(&words.reason, "the key \"");
        scc_strbuf_add_escaped(&words.reason, scc_json_key(key->node));
        scc_strbuf_add(&words.reason, "\" is unknown and has no effect");
        if (key->nearest)
            scc_strbuf_addf(&words.fix, "Write \"%s\", if that is meant.", key->nearest);
        if (scc_lint_tell(lint, SCC_LINT_UNKNOWN_KEY, key->node, &words) < 0)
            return -1;
    }
    return 0;
}

int scc_lint_check_document(struct scc_lint *lint)
{
    if (check_unknown_keys(lint) < 0)
        return -1;
    for (size_t i = 0; i < lint->profile->entry_count; i++) {
        const struct scc_profile_entry *entry = &lint->profile->entries[i];
        if (check_names(lint, entry) < 0 || check_conditions(lint, entry) < 0)
            return -1;
    }
    return 0;
}
