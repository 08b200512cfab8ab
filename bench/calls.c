/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "cost.h"
#include "error.h"
#include "paths.h"
#include "syscall.h"
#include "util.h"

/** No kernel has a call of that number. */
enum { NO_CALL_NR = 0x1fff };

/** personality(2) with this value changes nothing and returns the present one. */
#define PERSONALITY_QUERY 0xffffffffu

/** An argument of a call that is denied: should a program let it pass, no address and no size. */
#define BAD_ARG (~(uint64_t)0)

static void add_call(struct bench_call_list *list, const struct scc_call *call)
{
    for (size_t i = list->count; i-- > 0 && list->items[i].nr == call->nr;) {
        if (memcmp(&list->items[i], call, sizeof *call) == 0)
            return;
    }
    if (!SCC_GROW(list->items, list->cap, list->count + 1)) {
        list->failed = true;
        return;
    }
    list->items[list->count++] = *call;
}

static void clear_list(struct bench_call_list *list)
{
    free(list->items);
    *list = (struct bench_call_list){0};
}

/*
 * Past the cache
 */

/**
 * uretprobe (335) and uprobe (336) pass before filters run, and kill who calls them from elsewhere
 * than a probe: seccomp_uprobe_exception(), kernel/seccomp.c.
 */
static bool passes_before_filters(const struct scc_syscall *call)
{
    return strcmp(call->name, "uretprobe") == 0 || strcmp(call->name, "uprobe") == 0;
}

/** A value that passes the comparison, and one next to it that does not. */
static void values_around(const struct scc_cmp *cmp, uint64_t *passes, uint64_t *fails)
{
    switch (cmp->op) {
    case SCC_OP_NE:
        *passes = cmp->value + 1;
        *fails = cmp->value;
        break;
    case SCC_OP_LT:
        *passes = cmp->value - 1;
        *fails = cmp->value;
        break;
    case SCC_OP_GT:
        *passes = cmp->value + 1;
        *fails = cmp->value;
        break;
    case SCC_OP_LE:
        *passes = cmp->value;
        *fails = cmp->value + 1;
        break;
    case SCC_OP_MASKED_EQ:
        *passes = cmp->value2 & cmp->value;
        *fails = *passes ^ (cmp->value & -cmp->value);
        break;
    default: /* EQ, GE */
        *passes = cmp->value;
        *fails = cmp->value - 1;
        break;
    }
}

/** An input that matches the rule, and for each of its comparisons one that fails it alone. */
static void add_inputs(struct bench_call_list *list, const struct scc_policy *policy,
                       const struct scc_placed_rule *placed, struct scc_call call)
{
    struct scc_cmp cmps[SCC_ARG_COUNT];
    unsigned count = scc_policy_cmps(policy, placed, cmps);
    uint64_t passes[SCC_ARG_COUNT], fails[SCC_ARG_COUNT];
    for (unsigned i = 0; i < count; i++) {
        values_around(&cmps[i], &passes[i], &fails[i]);
        call.args[cmps[i].arg] = passes[i];
    }
    add_call(list, &call);
    for (unsigned i = 0; i < count; i++) {
        struct scc_call near = call;
        near.args[cmps[i].arg] = fails[i];
        add_call(list, &near);
    }
}

static void add_uncached(struct bench_uncached *uncached, const struct scc_policy *policy,
                         const struct scc_policy_arch *table, uint32_t nr)
{
    struct scc_call call = {.audit = table->arch->audit, .nr = nr};
    size_t count;
    const struct scc_placed_rule *placed = scc_policy_rules_at(table, nr, &count);
    if (count && policy->rules[placed->rule].cmp_count) {
        for (size_t i = 0; i < count; i++)
            add_inputs(&uncached->argument, policy, &placed[i], call);
        return;
    }
    for (size_t i = 0; i < SCC_ARG_COUNT; i++)
        call.args[i] = BAD_ARG;
    if (table->arch->id == SCC_ARCH_X32 || scc_policy_answer(policy, &call) != SECCOMP_RET_ALLOW)
        add_call(&uncached->denied, &call);
}

int bench_uncached_find(const struct scc_policy *policy, const struct scc_policy_arch *table,
                        struct bench_uncached *uncached, scc_error **err)
{
    const struct scc_arch *arch = table->arch;
    *uncached = (struct bench_uncached){0};
    for (uint32_t nr = arch->nr_offset; nr < arch->nr_offset + BENCH_TABLE_END; nr++) {
        const struct scc_syscall *call = scc_syscall_at(arch, nr);
        if (call && !passes_before_filters(call))
            add_uncached(uncached, policy, table, nr);
    }
    return uncached->denied.failed || uncached->argument.failed ? scc_error_nomem(err) : 0;
}

void bench_uncached_clear(struct bench_uncached *uncached)
{
    clear_list(&uncached->denied);
    clear_list(&uncached->argument);
}

/*
 * Loops
 */

/** Whether all programs that filter answer @p call with that action. */
static bool all_answer(const struct bench_programs *programs, const struct scc_call *call,
                       uint32_t action)
{
    for (enum bench_subject subject = BENCH_LINEAR; subject < BENCH_SUBJECT_COUNT; subject++) {
        const scc_program *program = programs->of[subject];
        if (program &&
            (scc_program_sim(program, call).return_value & SECCOMP_RET_ACTION_FULL) != action)
            return false;
    }
    return true;
}

static void keep_errno(struct bench_call_list *to, const struct bench_call_list *from,
                       const struct bench_programs *programs)
{
    for (size_t i = 0; i < from->count; i++) {
        if (all_answer(programs, &from->items[i], SECCOMP_RET_ERRNO))
            add_call(to, &from->items[i]);
    }
}

/** How many of the programs that filter there are, and how many have the call in the cache. */
static size_t count_filters(const struct bench_programs *programs, const struct scc_call *call,
                            size_t *cached)
{
    size_t count = 0;
    *cached = 0;
    for (enum bench_subject subject = BENCH_LINEAR; subject < BENCH_SUBJECT_COUNT; subject++) {
        const scc_program *program = programs->of[subject];
        count += program != NULL;
        *cached += program && scc_cost_is_cached(program, call->audit, call->nr);
    }
    return count;
}

/** A call by name that every program allows, and that all or none have in the cache. */
static void keep_allowed(struct bench_call_list *to, const struct scc_policy *policy,
                         const struct bench_programs *programs, const char *name, uint64_t arg,
                         bool is_cached)
{
    const struct scc_arch *arch = policy->arches[0].arch;
    uint32_t nr = scc_syscall_nr(scc_syscall_find(name), arch);
    struct scc_call call = {.audit = arch->audit, .nr = nr, .args = {arg}};
    size_t cached, count = count_filters(programs, &call, &cached);
    if (nr != SCC_NR_NONE && all_answer(programs, &call, SECCOMP_RET_ALLOW) &&
        cached == (is_cached ? count : 0))
        add_call(to, &call);
}

int bench_loops_choose(const struct scc_policy *policy, const struct bench_uncached *uncached,
                       const struct bench_programs *programs, struct bench_loops *loops,
                       scc_error **err)
{
    const struct scc_call no_call = {.audit = policy->arches[0].arch->audit, .nr = NO_CALL_NR};
    struct bench_call_list *of = loops->of;
    *loops = (struct bench_loops){0};
    add_call(&loops->no_call, &no_call);
    keep_allowed(&of[BENCH_CACHED], policy, programs, "getppid", 0, true);
    keep_allowed(&of[BENCH_ARGUMENT_ALLOWED], policy, programs, "personality", PERSONALITY_QUERY,
                 false);
    keep_errno(&of[BENCH_DENIED], &uncached->denied, programs);
    keep_errno(&of[BENCH_ARGUMENT_DENIED], &uncached->argument, programs);
    bool failed = loops->no_call.failed;
    for (size_t i = 0; i < BENCH_CALL_KIND_COUNT; i++)
        failed |= of[i].failed;
    return failed ? scc_error_nomem(err) : 0;
}

void bench_loops_clear(struct bench_loops *loops)
{
    for (size_t i = 0; i < BENCH_CALL_KIND_COUNT; i++)
        clear_list(&loops->of[i]);
    clear_list(&loops->no_call);
}
