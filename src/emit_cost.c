/* SPDX-License-Identifier: Apache-2.0 */
#include "emit_cost.h"

#include <linux/seccomp.h>

#include "arch.h"
#include "cost.h"
#include "frequencies.h"
#include "jit.h"
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

/* SECCOMP_ARCH_NATIVE and _COMPAT in arch/.../include/asm/seccomp.h. */
bool scc_emit_has_action_cache(const struct scc_arch *arch)
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

/** How a number is answered. */
struct answer {
    bool is_decided; /* whatever the arguments, by `return_value` */
    uint32_t return_value;
};

/** How often the filter runs for calls that are answered so, where nobody counted. */
static uint32_t guess_frequency(const struct scc_arch *arch, struct answer answer)
{
    if (!answer.is_decided)
        return BY_ARGUMENT;
    return answer.return_value == SECCOMP_RET_ALLOW && scc_emit_has_action_cache(arch) ? 0 : DENIED;
}

/** What a step on the way of call @p nr weighs, not counting what the kernel walks at attach. */
static uint32_t weigh_call(const struct scc_emit_options *options, const struct scc_arch *arch,
                           uint32_t nr, struct answer answer)
{
    uint32_t guessed = guess_frequency(arch, answer);
    if (!options->frequencies)
        return weights_of[options->optimize_for].call * guessed;
    const struct scc_syscall *call = guessed ? scc_syscall_at(arch, nr) : NULL;
    return call ? scc_frequencies_share(options->frequencies, call) : 0;
}

/** What a step of number @p index of the architecture's own range costs. */
static uint32_t weigh_number(const struct scc_emit_options *options, const struct scc_arch *arch,
                             uint32_t index, const struct scc_dag_node *target)
{
    uint32_t nr = arch->nr_offset + index;
    if (index >= SCC_TABLE_END && !scc_syscall_at(arch, nr))
        return 0;
    /* Nothing walks the numbers of x32. */
    bool is_walked = index < SCC_TABLE_END && arch->id != SCC_ARCH_X32;
    return weigh_call(options, arch, nr,
                      (struct answer){target->kind == SCC_DAG_RETURN, target->k}) +
           (is_walked ? weights_of[options->optimize_for].number : 0);
}

struct scc_search_cost scc_emit_cost_of_numbers(const struct scc_emit_options *options,
                                                const struct scc_arch *arch,
                                                const struct scc_dag *dag,
                                                const struct scc_branches *branches,
                                                struct scc_number_weights *weights)
{
    const struct weights *each = &weights_of[options->optimize_for];
    uint32_t sum = 0;
    size_t at = scc_branch_find(branches->items, branches->count, arch->nr_offset);
    for (uint32_t i = 0; i < SCC_WEIGHTS_END; i++) {
        while (arch->nr_offset + i > scc_branch_last(branches->items, branches->count, at))
            at++;
        weights->cumulative[i] = sum;
        sum += weigh_number(options, arch, i, &dag->nodes[branches->items[at].target]);
    }
    weights->cumulative[SCC_WEIGHTS_END] = sum;
    return (struct scc_search_cost){
        .node = each->node,
        .branch_step = each->branch_step,
        .cumulative = weights->cumulative,
        .hot_first = arch->id == SCC_ARCH_X32 ? 0 : arch->nr_offset,
        .hot_count = sum ? SCC_WEIGHTS_END : 0,
    };
}

/*
 * Whole programs
 */

void scc_emit_measure(const scc_program *program, struct scc_program_cost *cost)
{
    cost->instructions = scc_program_count(program);
    cost->longest_path = scc_cost_longest_path(program);
    cost->steps = cost->numbers = 0;
    cost->cached = 0;
    for (size_t i = 0; i < cost->arch_count; i++) {
        const struct scc_arch *arch = cost->arches[i];
        for (uint32_t j = 0; j < SCC_TABLE_END; j++) {
            struct scc_call call = {.audit = arch->audit, .nr = arch->nr_offset + j};
            cost->steps += scc_program_sim(program, &call).steps;
            cost->numbers++;
            cost->cached +=
                scc_emit_has_action_cache(arch) && scc_cost_is_cached(program, call.audit, call.nr);
        }
    }
}

/** How much longer the ways of calls are in @p before at worst, by their weights. */
static int64_t weigh_calls(const struct scc_emit_options *options, const scc_program *before,
                           const scc_program *after, const struct scc_program_cost *cost)
{
    unsigned longest_before[SCC_PROGRAM_MAX], longest_after[SCC_PROGRAM_MAX];
    int64_t gain = 0;
    scc_cost_longest_paths(before, longest_before);
    scc_cost_longest_paths(after, longest_after);
    for (size_t i = 0; i < cost->arch_count; i++) {
        const struct scc_arch *arch = cost->arches[i];
        for (uint32_t j = 0; j < SCC_TABLE_END; j++) {
            uint32_t nr = arch->nr_offset + j;
            struct scc_number_cost old =
                scc_cost_of_number(before, longest_before, arch->audit, nr);
            struct scc_number_cost new = scc_cost_of_number(after, longest_after, arch->audit, nr);
            uint32_t weight =
                weigh_call(options, arch, nr,
                           (struct answer){old.is_decided || new.is_decided,
                                           old.is_decided ? old.return_value : new.return_value});
            gain += weight * ((int64_t)old.steps_at_worst - (int64_t) new.steps_at_worst);
        }
    }
    return gain;
}

int64_t scc_emit_gain(const struct scc_emit_options *options, const scc_program *before,
                      const struct scc_program_cost *before_cost, const scc_program *after,
                      const struct scc_program_cost *after_cost)
{
    const struct weights *each = &weights_of[options->optimize_for];
    int64_t instructions = (int64_t)before_cost->instructions - (int64_t)after_cost->instructions;
    int64_t steps = (int64_t)before_cost->steps - (int64_t)after_cost->steps;
    int64_t gain = each->node * instructions + each->number * steps;
    if (options->optimize_for == SCC_OPTIMIZE_RUNTIME)
        gain += weigh_calls(options, before, after, after_cost);
    if (!gain && options->optimize_for == SCC_OPTIMIZE_ATTACH) {
        uint64_t old = scc_jit_work(before->insns, before->count);
        uint64_t new = scc_jit_work(after->insns, after->count);
        if (old == UINT64_MAX || new == UINT64_MAX)
            return SCC_EMIT_GAIN_UNKNOWN;
        return (old > new) - (old < new);
    }
    return gain;
}
