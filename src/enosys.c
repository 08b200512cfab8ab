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

static int add(struct scc_policy *policy, size_t *cap, const struct scc_arch *arch, uint32_t first,
               uint32_t last, scc_error **err)
{
    if (!SCC_GROW(policy->overrides, *cap, policy->override_count + 1))
        return scc_error_nomem(err);
    uint32_t answer = scc_action_return_value(SCC_ACTION_ERRNO, scc_errno_find("ENOSYS", arch));
    policy->overrides[policy->override_count++] =
        (struct scc_override){arch->audit, first, last, answer};
    return 0;
}

/**
 * The numbers above @p largest. The stub tells x86_64 from x32 by bit 30 alone, so each has two
 * ranges: without and with bit 31.
 */
static int add_above(struct scc_policy *policy, size_t *cap, const struct scc_arch *arch,
                     uint32_t largest, scc_error **err)
{
    if (arch->audit != scc_arch_get(SCC_ARCH_X86_64)->audit)
        return largest == UINT32_MAX ? 0 : add(policy, cap, arch, largest + 1, UINT32_MAX, err);
    uint32_t bit = arch->nr_offset;
    uint32_t low_end = bit | (SCC_X32_BIT - 1), high_start = bit | 0x80000000u;
    if (largest < low_end && add(policy, cap, arch, largest + 1, low_end, err) < 0)
        return -1;
    return add(policy, cap, arch, high_start, high_start | (SCC_X32_BIT - 1), err);
}

int scc_enosys_add_runc_stub(struct scc_policy *policy, scc_enosys_knows_fn *knows, scc_error **err)
{
    enum scc_action action = scc_action_of(policy->default_return);
    size_t cap = 0;
    if (action == SCC_ACTION_ALLOW || action == SCC_ACTION_LOG || action == SCC_ACTION_TRACE)
        return 0;
    for (size_t i = policy->lists_target ? 0 : 1; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        uint32_t largest = largest_number(policy, arch, knows);
        if (!largest)
            continue;
        bool has_multiplexer = arch->id == SCC_ARCH_S390 || arch->id == SCC_ARCH_S390X;
        if (has_multiplexer && add(policy, &cap, arch, 0, 0, err) < 0)
            return -1;
        if (add_above(policy, &cap, arch, largest, err) < 0)
            return -1;
    }
    return 0;
}
