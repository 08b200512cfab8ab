/* SPDX-License-Identifier: Apache-2.0 */
/** Profiles and policies from short texts. Include after criterion. */
#ifndef SCC_TEST_POLICIES_H
#define SCC_TEST_POLICIES_H

#include <seccompc/diag.h>

#include "kernel.h"
#include "policy.h"
#include "profile.h"
#include "select.h"
#include "support.h"
#include "target.h"

/** A copy of @p text with quotes for apostrophes, so that JSON in C needs no backslashes. */
static inline char *with_quotes(const char *text)
{
    char *copy = strdup(text);
    cr_assert_not_null(copy);
    for (char *c = copy; *c; c++) {
        if (*c == '\'')
            *c = '"';
    }
    return copy;
}

/** What a profile's text gave for one target; cleared with selected_clear(). */
struct selected {
    scc_profile *profile;
    scc_policy *policy; /* NULL: refused, see err */
    scc_diags *diags;
    scc_error *err;
};

/** Parses @p text, apostrophes being quotes, under the name "p.json". */
static inline struct selected parse_only(const char *text)
{
    struct selected made = {.diags = scc_diags_new()};
    char *json = with_quotes(text);
    if (scc_profile_parse(json, strlen(json), "p.json", &made.profile, made.diags, &made.err) < 0)
        cr_assert_null(made.profile);
    free(json);
    return made;
}

/** Parses and selects @p text for architecture @p arch and a kernel "X.Y". */
static inline struct selected select_with(const char *text, const char *arch, uint64_t caps,
                                          const char *kernel, enum scc_on_conflict on_conflict)
{
    struct selected made = parse_only(text);
    struct scc_kernel release;
    scc_target *target = NULL;
    if (!made.profile)
        return made;
    cr_assert(scc_kernel_parse(kernel, &release), "%s", kernel);
    cr_assert_not_null(scc_arch_find(arch), "%s", arch);
    must(
        scc_target_new(scc_arch_find(arch), caps, release.major, release.minor, &target, &made.err),
        made.err);
    if (scc_policy_select(made.profile, target, &(struct scc_reading){.on_conflict = on_conflict},
                          &made.policy, made.diags, &made.err) < 0)
        cr_assert_null(made.policy);
    scc_target_free(target);
    return made;
}

/** As select_with(), conflicts being refused. */
static inline struct selected select_for(const char *text, const char *arch, uint64_t caps,
                                         const char *kernel)
{
    return select_with(text, arch, caps, kernel, SCC_CONFLICT_REFUSE);
}

static inline void selected_clear(struct selected *made)
{
    scc_policy_free(made->policy);
    scc_profile_free(made->profile);
    scc_diags_free(made->diags);
    scc_error_free(made->err);
    *made = (struct selected){0};
}

/** Fails where @p made holds no policy. */
static inline const struct scc_policy *must_hold(const struct selected *made)
{
    cr_assert_not_null(made->policy, "%s", made->err ? scc_error_get_text(made->err) : "no error");
    return made->policy;
}

/** How many warnings or notes hold @p part. */
static inline size_t count_told(const struct selected *made, enum scc_diag_level level,
                                const char *part)
{
    size_t count = 0;
    enum scc_diag_level found;
    const char *text;
    for (size_t i = 0; (text = scc_diags_at(made->diags, i, &found)) != NULL; i++)
        count += found == level && strstr(text, part) != NULL;
    return count;
}

/** The answer to a call of @p name on @p arch, by that architecture's own number. */
static inline uint32_t answer_to(const struct scc_policy *policy, const char *arch,
                                 const char *name, uint64_t arg0)
{
    const struct scc_arch *abi = scc_arch_find(arch);
    const struct scc_syscall *syscall_row = scc_syscall_find(name);
    cr_assert(abi && syscall_row, "%s, %s", arch, name);
    uint32_t nr = scc_syscall_nr(syscall_row, abi);
    cr_assert_neq(nr, SCC_NR_NONE, "%s has no %s", arch, name);
    struct scc_call call = {.audit = abi->audit, .nr = nr, .args = {arg0}};
    return scc_policy_answer(policy, &call);
}

#endif
