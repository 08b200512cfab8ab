/* SPDX-License-Identifier: Apache-2.0 */
/** The built-in profile selects what Docker's does, for every architecture and capability set. */
#include <criterion/criterion.h>

#include "policy.h"
#include "profile.h"
#include "support.h"
#include "target.h"
#include "util.h"

/** Rules without places, sorted, so that two policies compare whatever their grouping. */
struct row {
    const struct scc_syscall *call;
    uint32_t return_value;
    unsigned cmp_count;
    struct scc_cmp cmps[SCC_ARG_COUNT];
};

static int compare_rows(const void *a, const void *b)
{
    const struct row *one = a, *two = b;
    int order = strcmp(one->call->name, two->call->name);
    if (!order)
        order = (one->return_value > two->return_value) - (one->return_value < two->return_value);
    if (!order)
        order = (int)one->cmp_count - (int)two->cmp_count;
    for (unsigned i = 0; !order && i < one->cmp_count; i++)
        order = scc_cmp_compare(&one->cmps[i], &two->cmps[i]);
    return order;
}

static size_t rows_of(const struct scc_policy *policy, struct row **rows)
{
    size_t count = 0;
    *rows = calloc(policy->rule_count + 1, sizeof **rows);
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (rule->effect != SCC_RULE_HOLDS && rule->effect != SCC_RULE_IS_DEFAULT)
            continue;
        struct row *row = &(*rows)[count++];
        row->call = rule->call;
        row->return_value = rule->return_value;
        row->cmp_count = rule->cmp_count;
        memcpy(row->cmps, rule->cmps, sizeof row->cmps);
    }
    qsort(*rows, count, sizeof **rows, compare_rows);
    return count;
}

static scc_policy *select_for(const scc_profile *profile, const struct scc_arch *arch,
                              uint64_t caps, unsigned minor)
{
    scc_error *err = NULL;
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    must(scc_target_new(arch, caps, 4, minor, &target, &err), err);
    must(scc_policy_select(profile, target, NULL, &policy, NULL, &err), err);
    scc_target_free(target);
    return policy;
}

static void assert_same(const scc_profile *ours, const scc_profile *theirs,
                        const struct scc_arch *arch, uint64_t caps, unsigned minor)
{
    scc_policy *a = select_for(ours, arch, caps, minor), *b = select_for(theirs, arch, caps, minor);
    struct row *rows, *others;
    size_t count = rows_of(a, &rows), other_count = rows_of(b, &others);
    cr_assert_eq(a->default_return, b->default_return);
    cr_assert_eq(a->arch_count, b->arch_count, "%s", arch->name);
    for (size_t i = 0; i < a->arch_count; i++)
        cr_assert_eq(a->arches[i].arch, b->arches[i].arch, "%s", arch->name);
    for (size_t i = 0; i < count && i < other_count; i++)
        cr_assert_eq(compare_rows(&rows[i], &others[i]), 0, "%s, capabilities %lx: %s against %s",
                     arch->name, caps, rows[i].call->name, others[i].call->name);
    cr_assert_eq(count, other_count, "%s, capabilities %lx: %zu rules, expected %zu", arch->name,
                 caps, count, other_count);
    free(rows);
    free(others);
    scc_policy_free(a);
    scc_policy_free(b);
}

/** The capabilities that some entry of the profile names. */
static uint64_t named_caps(const scc_profile *profile)
{
    uint64_t caps = 0;
    for (size_t i = 0; i < profile->entry_count; i++)
        caps |= profile->entries[i].includes.caps | profile->entries[i].excludes.caps;
    return caps;
}

Test(builtin, selects_what_dockers_profile_selects)
{
    char path[512];
    scc_error *err = NULL;
    scc_profile *ours = NULL, *theirs = NULL;
    if (!shared_path("corpus/moby-2026-06.json", path, sizeof path))
        return;
    must(scc_profile_builtin(&ours, &err), err);
    must(scc_profile_read(path, &theirs, NULL, &err), err);
    uint64_t named = named_caps(theirs);
    cr_assert_eq(named, named_caps(ours));
    cr_assert_geq(__builtin_popcountll(named), 14);
    for (unsigned id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_at(id);
        if (arch->column == SCC_COLUMN_NONE)
            continue;
        /* minKernel 4.8 holds on one side of each pair */
        for (unsigned minor = 7; minor <= 8; minor++) {
            assert_same(ours, theirs, arch, 0, minor);
            assert_same(ours, theirs, arch, scc_target_caps_docker(), minor);
            assert_same(ours, theirs, arch, scc_target_caps_all(), minor);
            for (unsigned bit = 0; bit < 64; bit++) {
                if (named >> bit & 1)
                    assert_same(ours, theirs, arch, (uint64_t)1 << bit, minor);
            }
        }
    }
    scc_profile_free(ours);
    scc_profile_free(theirs);
}

Test(builtin, knows_every_name_in_it)
{
    scc_error *err = NULL;
    scc_profile *profile = NULL;
    must(scc_profile_builtin(&profile, &err), err);
    for (size_t i = 0; i < profile->entry_count; i++) {
        const struct scc_json_node *name = scc_profile_first_name(&profile->entries[i]);
        for (; name; name = scc_profile_next_name(name))
            cr_assert_not_null(scc_syscall_find(scc_json_string(name)), "%s",
                               scc_json_string(name));
    }
    scc_profile_free(profile);
}
