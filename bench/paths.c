/* SPDX-License-Identifier: Apache-2.0 */
#include "paths.h"

#include <math.h>

#include "compile.h"
#include "cost.h"
#include "error.h"
#include "strbuf.h"
#include "syscall.h"
#include "util.h"

/** The ABI of the kernel's second table, which it walks whether or not the policy has it. */
static const struct scc_arch *compat_of(const struct scc_arch *arch)
{
    switch (arch->id) {
    case SCC_ARCH_X86_64:
        return scc_arch_get(SCC_ARCH_X86);
    case SCC_ARCH_AARCH64:
        return scc_arch_get(SCC_ARCH_ARM);
    default:
        return NULL;
    }
}

/** The mean over all numbers of the tables that the kernel walks at attach. */
static double mean_over_tables(const struct scc_arch *native, const scc_program *program)
{
    const struct scc_arch *const tables[] = {native, compat_of(native)};
    double steps = 0;
    size_t count = 0;
    for (; count < SCC_COUNT(tables) && tables[count]; count++) {
        for (uint32_t nr = 0; nr < BENCH_TABLE_END; nr++) {
            struct scc_call call = {.audit = tables[count]->audit, .nr = nr};
            steps += scc_program_sim(program, &call).steps;
        }
    }
    return steps / (double)(count * BENCH_TABLE_END);
}

static double mean_over_calls(const struct bench_call_list *calls, const scc_program *program)
{
    double steps = 0;
    for (size_t i = 0; i < calls->count; i++)
        steps += scc_program_sim(program, &calls->items[i]).steps;
    return calls->count ? steps / (double)calls->count : NAN;
}

static void measure_program(const struct scc_policy *policy, const scc_program *program,
                            const struct bench_uncached *uncached, struct bench_figures *figures)
{
    struct scc_cache_counts cache = scc_count_cached(policy, program);
    figures->instructions = (double)scc_program_count(program);
    figures->worst_path = scc_cost_longest_path(program);
    figures->mean_path = mean_over_tables(policy->arches[0].arch, program);
    figures->denied_path = mean_over_calls(&uncached->denied, program);
    figures->argument_path = mean_over_calls(&uncached->argument, program);
    figures->cacheable = (double)cache.allowed;
    figures->cached = (double)cache.cached;
}

/** The calls for which our program takes more instructions than libseccomp's tree. */
struct longer {
    const scc_program *own, *tree;
    struct scc_strbuf names; /* "x32:mount", by blanks */
    size_t count;
    unsigned most; /* instructions */
};

static void find_longer(struct longer *longer, const struct bench_call_list *calls,
                        const struct scc_arch *arch)
{
    uint32_t last = SCC_NR_NONE;
    for (size_t i = 0; i < calls->count; i++) {
        const struct scc_call *call = &calls->items[i];
        unsigned own = scc_program_sim(longer->own, call).steps;
        unsigned tree = scc_program_sim(longer->tree, call).steps;
        if (own <= tree)
            continue;
        if (longer->most < own - tree)
            longer->most = own - tree;
        if (call->nr == last)
            continue;
        last = call->nr;
        scc_strbuf_addf(&longer->names, "%s%s:%s", longer->count++ ? " " : "", arch->name,
                        scc_syscall_at(arch, last)->name);
    }
}

/** Looks for longer paths on each ABI of the policy. */
static int compare_paths(const struct scc_policy *policy, const struct bench_programs *programs,
                         struct bench_result *result, scc_error **err)
{
    struct longer longer = {.own = programs->of[BENCH_OWN], .tree = programs->of[BENCH_TREE]};
    scc_strbuf_add(&longer.names, "");
    for (size_t i = 0; i < policy->arch_count; i++) {
        SCC_CLEANUP(bench_uncached_clear) struct bench_uncached uncached = {0};
        const struct scc_policy_arch *table = &policy->arches[i];
        if (bench_uncached_find(policy, table, &uncached, err) < 0) {
            scc_strbuf_free(&longer.names);
            return -1;
        }
        find_longer(&longer, &uncached.denied, table->arch);
        find_longer(&longer, &uncached.argument, table->arch);
    }
    result->of[BENCH_OWN].longer_paths = (double)longer.count;
    result->of[BENCH_OWN].longer_by = longer.most;
    result->longer_names = scc_strbuf_steal(&longer.names);
    return result->longer_names ? 0 : scc_error_nomem(err);
}

int bench_measure_paths(const struct scc_policy *policy, const struct bench_programs *programs,
                        const struct bench_uncached *uncached, struct bench_result *result,
                        scc_error **err)
{
    for (enum bench_subject subject = BENCH_LINEAR; subject < BENCH_SUBJECT_COUNT; subject++) {
        if (programs->of[subject])
            measure_program(policy, programs->of[subject], uncached, &result->of[subject]);
    }
    return programs->of[BENCH_TREE] ? compare_paths(policy, programs, result, err) : 0;
}
