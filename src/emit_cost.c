/* SPDX-License-Identifier: Apache-2.0 */
#include "emit_cost.h"

#include <linux/seccomp.h>

#include "arch.h"
#include "frequencies.h"
#include "syscall.h"

enum {
    /** A call that is decided by an argument is made by programs that work, a denied one is not. */
    BY_ARGUMENT = 16,
    DENIED = 1,
};

/** What counts, in one unit. */
struct weights {
    uint32_t node;        /* an instruction, which the kernel checks, converts and compiles */
    uint32_t number;      /* a step of a number that the kernel walks to fill its action cache */
    uint32_t call;        /* a step of a call of frequency 1 that the cache cannot hold */
    uint32_t branch_step; /* a step of a branch, where all else is equal */
};

/* For attach in 0.1 ns on a kernel of 2025, with some calls behind it; bench/ measures both. */
static const struct weights weights_of[] = {
    [SCC_OPTIMIZE_ATTACH] = {.node = 2600, .number = 27, .call = 1, .branch_step = 10},
    [SCC_OPTIMIZE_RUNTIME] = {.node = 1, .call = 64, .branch_step = 1},
    [SCC_OPTIMIZE_SIZE] = {.node = 1},
};

const struct scc_search_cost *scc_emit_cost_of_args(enum scc_optimize_for optimize_for)
{
    static const struct scc_search_cost costs[] = {
        [SCC_OPTIMIZE_ATTACH] = {.node = 1000, .branch_step = 100},
        [SCC_OPTIMIZE_RUNTIME] = {.node = 1, .branch_step = 64},
        [SCC_OPTIMIZE_SIZE] = {.node = 1},
    };
    return &costs[optimize_for];
}

/** Whether the kernel caches allowed calls of the ABI: SECCOMP_ARCH_NATIVE and _COMPAT in
 * arch/.../include/asm/seccomp.h. */
static bool has_action_cache(const struct scc_arch *arch)
{
    switch (arch->kernel) {
    case SCC_ARCH_MIPS64:
    case SCC_ARCH_MIPSEL64:
    case SCC_ARCH_MIPS:
    case SCC_ARCH_MIPSEL:
        return false;
    default:
        return arch->id != SCC_ARCH_X32;
    }
}

/** How often the filter runs for calls that lead to @p target, where nobody counted. */
static uint32_t guess_frequency(const struct scc_arch *arch, const struct scc_dag_node *target)
{
    if (target->kind != SCC_DAG_RETURN)
        return BY_ARGUMENT;
    return target->k == SECCOMP_RET_ALLOW && has_action_cache(arch) ? 0 : DENIED;
}

/** How often the filter runs for call @p nr, as counted. */
static uint32_t find_frequency(const struct scc_frequencies *frequencies,
                               const struct scc_arch *arch, uint32_t nr,
                               const struct scc_dag_node *target)
{
    const struct scc_syscall *call = scc_syscall_at(arch, nr);
    if (!call || guess_frequency(arch, target) == 0)
        return 0;
    return scc_frequencies_share(frequencies, call);
}

struct scc_search_cost scc_emit_cost_of_numbers(const struct scc_emit_options *options,
                                                const struct scc_arch *arch,
                                                const struct scc_dag *dag,
                                                const struct scc_branches *branches,
                                                struct scc_number_weights *weights)
{
    const struct weights *each = &weights_of[options->optimize_for];
    /* Nothing walks the numbers of x32. */
    uint32_t number = arch->id == SCC_ARCH_X32 ? 0 : each->number, sum = 0;
    size_t at = scc_branch_find(branches->items, branches->count, arch->nr_offset);
    for (uint32_t i = 0; i < SCC_TABLE_END; i++) {
        uint32_t nr = arch->nr_offset + i;
        while (nr > scc_branch_last(branches->items, branches->count, at))
            at++;
        const struct scc_dag_node *target = &dag->nodes[branches->items[at].target];
        weights->cumulative[i] = sum;
        sum += number;
        if (options->frequencies)
            sum += find_frequency(options->frequencies, arch, nr, target);
        else if (each->call)
            sum += each->call * guess_frequency(arch, target);
    }
    weights->cumulative[SCC_TABLE_END] = sum;
    return (struct scc_search_cost){
        .node = each->node,
        .branch_step = each->branch_step,
        .cumulative = weights->cumulative,
        .hot_first = arch->id == SCC_ARCH_X32 ? 0 : arch->nr_offset,
        .hot_count = sum ? SCC_TABLE_END : 0,
    };
}
