/* SPDX-License-Identifier: Apache-2.0 */
#include "enosys.h"

#include <stdlib.h>

#include "error.h"
#include "util.h"

bool scc_enosys_knows_all(const struct scc_syscall *call, const struct scc_arch *arch)
{
    return scc_syscall_nr(call, arch) != SCC_NR_NONE;
}

/** The largest number that the profile names; 0 where it names none. */
static uint32_t largest_number(const struct scc_policy *policy, const struct scc_arch *arch,
                               scc_enosys_knows_fn *knows)
{
    uint32_t largest = 0;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_syscall *call = policy->rules[i].call;
        uint32_t nr = scc_syscall_nr(call, arch);
        if (nr != SCC_NR_NONE && nr > largest && !scc_syscall_door(call, arch).call &&
            knows(call, arch))
            largest = nr;
    }
    return largest;
}

/** A policy whose overrides are being made anew. */
struct making {
    struct scc_policy *policy;
    size_t cap;
    bool is_before_rules;
    scc_error **err;
};

/** Takes the overrides off; false where the default action is none that ENOSYS could replace. */
static bool start(struct scc_policy *policy)
{
    enum scc_action action = scc_action_of(policy->default_return);
    free(policy->overrides);
    policy->overrides = NULL;
    policy->override_count = 0;
    return action != SCC_ACTION_ALLOW && action != SCC_ACTION_LOG && action != SCC_ACTION_TRACE;
}

static int add(struct making *at, const struct scc_arch *arch, uint32_t first, uint32_t last)
{
    struct scc_policy *policy = at->policy;
    if (!SCC_GROW(policy->overrides, at->cap, policy->override_count + 1))
        return scc_error_nomem(at->err);
    uint32_t answer = scc_action_return_value(SCC_ACTION_ERRNO, scc_errno_find("ENOSYS", arch));
    policy->overrides[policy->override_count++] =
        (struct scc_override){arch->audit, first, last, answer, at->is_before_rules};
    return 0;
}

static int compare_overrides(const void *a, const void *b)
{
    const struct scc_override *one = a, *two = b;
    if (one->audit != two->audit)
        return one->audit < two->audit ? -1 : 1;
    return (one->first > two->first) - (one->first < two->first);
}

static void finish(struct scc_policy *policy)
{
    if (policy->override_count)
        qsort(policy->overrides, policy->override_count, sizeof *policy->overrides,
              compare_overrides);
}

/*
 * runc's stub
 */

/**
 * The numbers above @p largest. The stub tells x86_64 from x32 by bit 30 alone, so each has two
 * ranges: without and with bit 31.
 */
static int add_above(struct making *at, const struct scc_arch *arch, uint32_t largest)
{
    if (arch->audit != scc_arch_get(SCC_ARCH_X86_64)->audit)
        return largest == UINT32_MAX ? 0 : add(at, arch, largest + 1, UINT32_MAX);
    uint32_t bit = arch->nr_offset;
    uint32_t low_end = bit | (SCC_X32_BIT - 1), high_start = bit | 0x80000000u;
    if (largest < low_end && add(at, arch, largest + 1, low_end) < 0)
        return -1;
    return add(at, arch, high_start, high_start | (SCC_X32_BIT - 1));
}

int scc_enosys_add_runc_stub(struct scc_policy *policy, scc_enosys_knows_fn *knows, scc_error **err)
{
    struct making at = {.policy = policy, .is_before_rules = true, .err = err};
    if (!start(policy))
        return 0;
    for (size_t i = policy->lists_target ? 0 : 1; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        uint32_t largest = largest_number(policy, arch, knows);
        if (!largest)
            continue;
        bool has_multiplexer = arch->id == SCC_ARCH_S390 || arch->id == SCC_ARCH_S390X;
        if (has_multiplexer && add(&at, arch, 0, 0) < 0)
            return -1;
        if (add_above(&at, arch, largest) < 0)
            return -1;
    }
    finish(policy);
    return 0;
}

/*
 * By the calls' ages
 */

/** Whether a call's author could not know it; an age of 0.0 is unknown and old. */
static bool is_younger(const struct scc_syscall *call, const struct scc_arch *arch,
                       struct scc_kernel known)
{
    return !scc_kernel_at_least(known, scc_syscall_since(call, arch));
}

/** Adds the numbers between those from @p first to @p last that @p known has. */
static int add_gaps(struct making *at, const struct scc_arch *arch, uint32_t first, uint32_t last,
                    struct scc_kernel known)
{
    const uint16_t *index = scc_syscall_by_nr_index[arch->column];
    for (size_t i = 0; i < scc_syscall_by_nr_count[arch->column]; i++) {
        const struct scc_syscall *call = &scc_syscall_table[index[i]];
        uint32_t nr = scc_syscall_nr(call, arch);
        if (is_younger(call, arch, known) || nr < first) /* below: a second name of a number */
            continue;
        if (nr > first && add(at, arch, first, nr - 1) < 0)
            return -1;
        first = nr + 1;
    }
    return first <= last ? add(at, arch, first, last) : 0;
}

int scc_enosys_add_kernel(struct scc_policy *policy, struct scc_kernel known, scc_error **err)
{
    struct making at = {.policy = policy, .err = err};
    policy->profile_kernel = known;
    if (!start(policy))
        return 0;
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        bool is_x32 = arch->id == SCC_ARCH_X32;
        uint32_t last = arch->id == SCC_ARCH_X86_64 ? SCC_X32_BIT - 1 : SCC_NR_SKIP - 1;
        if (arch->column != SCC_COLUMN_NONE &&
            add_gaps(&at, arch, is_x32 ? SCC_X32_BIT : 0, last, known) < 0)
            return -1;
    }
    finish(policy);
    return 0;
}

const char *scc_enosys_reason(const struct scc_override *override)
{
    return override->is_before_rules ? "--enosys runc, before any rule"
                                     : "--enosys kernel, instead of the default action";
}

const char *scc_enosys_name(enum scc_enosys mode)
{
    static const char *const names[] = {[SCC_ENOSYS_PROFILE] = "profile",
                                        [SCC_ENOSYS_RUNC] = "runc",
                                        [SCC_ENOSYS_KERNEL] = "kernel"};
    return names[mode];
}
