/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "fail.h"
#include "shown.h"
#include "syscall.h"
#include "util.h"

#include "../../walk.h"
#include "../cases.h"

enum {
    TABLE_SIZE = 1024,
    /* How many of the calls that a program kills are tried. */
    KILLS_MAX = 12,
    /* Of numbers with x32's bit, where they mean nothing, one in as many is tried. */
    X32_STEP = 16,
};

/* ARM's own calls lie far above its table: arch/arm/include/uapi/asm/unistd.h. */
#define ARM_FIRST 0xf0000u
#define ARM_COUNT 16u

/** Adds a call as the ABI's registers can hold it, unless no filter can be tried with it. */
static void add(struct calls *list, const struct scc_arch *arch, uint32_t nr,
                const uint64_t args[PLAN_ARG_COUNT])
{
    if (shown_left_out(arch, nr))
        return;
    if (!SCC_GROW(list->items, list->cap, list->count + 1))
        fail("no memory");
    struct plan_call *call = &list->items[list->count++];
    *call = (struct plan_call){.nr = nr};
    uint64_t mask = shown_register_bits(arch) == SHOWN_32 ? UINT32_MAX : UINT64_MAX;
    for (unsigned arg = 0; arg < PLAN_ARG_COUNT; arg++)
        call->args[arg] = args[arg] & mask;
}

static int add_walked(const struct scc_call *call, void *context)
{
    struct call_lists *lists = context;
    bool is_x32 = lists->kernel->id != SCC_ARCH_X86_64 && call->nr - SCC_X32_BIT < TABLE_SIZE;
    if (call->audit == lists->arch->audit && (!is_x32 || call->nr % X32_STEP == 0))
        add(&lists->lists[CALLS_SHOWN], lists->arch, call->nr, call->args);
    return 0;
}

static int compare_calls(const void *one, const void *other)
{
    const struct plan_call *a = one, *b = other;
    if (a->nr != b->nr)
        return a->nr < b->nr ? -1 : 1;
    return memcmp(a->args, b->args, sizeof a->args);
}

/** Sorts the list, and leaves each call in it once. */
static void sort(struct calls *list)
{
    size_t count = 0;
    qsort(list->items, list->count, sizeof *list->items, compare_calls);
    for (size_t i = 0; i < list->count; i++) {
        if (count == 0 || compare_calls(&list->items[count - 1], &list->items[i]) != 0)
            list->items[count++] = list->items[i];
    }
    list->count = count;
}

/** Calls visit(nr) for each number that the ABI could have a call of. */
static void each_number(const struct scc_arch *arch, void (*visit)(uint32_t nr, void *),
                        void *context)
{
    for (uint32_t nr = 0; nr < TABLE_SIZE; nr++)
        visit(arch->nr_offset + nr, context);
    for (uint32_t nr = ARM_FIRST; arch->id == SCC_ARCH_ARM && nr < ARM_FIRST + ARM_COUNT; nr++)
        visit(nr, context);
}

static void add_shown(uint32_t nr, void *context)
{
    static const uint64_t zeros[PLAN_ARG_COUNT];
    struct call_lists *lists = context;
    add(&lists->lists[CALLS_SHOWN], lists->arch, nr, zeros);
}

static const struct live_exception *find_exception(const struct scc_arch *arch, uint32_t nr)
{
    for (size_t i = 0; i < live_exception_count; i++) {
        const struct scc_syscall *call = scc_syscall_find(live_exceptions[i].name);
        if (call && scc_syscall_nr(call, arch) == nr)
            return &live_exceptions[i];
    }
    return NULL;
}

static void add_made(uint32_t nr, void *context)
{
    static const uint64_t all_bad[PLAN_ARG_COUNT] = {LIVE_BAD, LIVE_BAD, LIVE_BAD,
                                                     LIVE_BAD, LIVE_BAD, LIVE_BAD};
    struct call_lists *lists = context;
    if (!scc_syscall_at(lists->arch, nr))
        return;
    const struct live_exception *exception = find_exception(lists->arch, nr);
    if (shown_left_out(lists->arch, nr) || (exception && exception->is_left_out))
        lists->left_out++;
    else
        add(&lists->lists[CALLS_MADE], lists->arch, nr, exception ? exception->args : all_bad);
}

static void print_left_out(uint32_t nr, void *context)
{
    const struct scc_arch *arch = ((const struct call_lists *)context)->arch;
    const struct scc_syscall *call = scc_syscall_at(arch, nr);
    const struct live_exception *exception = find_exception(arch, nr);
    if (!call)
        return;
    if (shown_left_out(arch, nr))
        printf("  left out: %s %u, %s\n", arch->name, nr, shown_left_out(arch, nr));
    else if (exception && exception->is_left_out)
        printf("  not carried out: %s %u, %s: %s\n", arch->name, nr, exception->name,
               exception->reason);
}

void call_lists_print_left_out(const struct scc_arch *arch)
{
    struct call_lists lists = {.arch = arch};
    each_number(arch, print_left_out, &lists);
}

/** Calls whose 16 words all differ, with each word's sign in turn. */
static void add_words(struct call_lists *lists)
{
    static const uint64_t args[PLAN_ARG_COUNT] = {0x1b2c3d4e5f607182, 0x2c3d4e5f60718293,
                                                  0x3d4e5f60718293a4, 0x4e5f60718293a4b5,
                                                  0x5f60718293a4b5c6, 0x60718293a4b5c6d7};
    const struct scc_arch *arch = lists->arch;
    struct calls *list = &lists->lists[CALLS_WORDS];
    const uint32_t numbers[] = {
        scc_syscall_nr(scc_syscall_find("getppid"), arch),
        scc_syscall_nr(scc_syscall_find("personality"), arch),
        arch->nr_offset + TABLE_SIZE - 1,
        SCC_NR_SKIP,
    };
    for (size_t i = 0; i < SCC_COUNT(numbers); i++) {
        uint64_t turned[PLAN_ARG_COUNT];
        for (unsigned arg = 0; arg < PLAN_ARG_COUNT; arg++)
            turned[arg] = args[arg];
        add(list, arch, numbers[i], turned);
        for (unsigned arg = 0; arg < PLAN_ARG_COUNT; arg++)
            turned[arg] ^= 0x8000000080000000;
        add(list, arch, numbers[i], turned);
    }
}

static void add_list(struct call_lists *lists, struct calls list)
{
    if (!SCC_GROW(lists->lists, lists->cap, lists->count + 1))
        fail("no memory");
    lists->lists[lists->count++] = list;
}

/** Whether @p subject ends the process that makes @p made. */
static bool kills(const struct subject *subject, const struct call_lists *lists,
                  const struct plan_call *made)
{
    uint8_t loose;
    struct scc_call call = shown_call(lists->kernel, lists->arch, made, &loose);
    enum scc_action action = scc_action_of(scc_program_sim(subject->program, &call).return_value);
    return action <= SCC_ACTION_TRAP;
}

/** The place of the list @p whole or, of a program that kills more than a few calls, of its own. */
static uint32_t choose(struct call_lists *lists, const struct subject *subject,
                       enum call_list whole)
{
    struct calls spared = {0};
    unsigned killed = 0;
    for (size_t i = 0; subject->program && i < lists->lists[whole].count; i++) {
        const struct plan_call *call = &lists->lists[whole].items[i];
        bool is_killed = kills(subject, lists, call);
        killed += is_killed;
        if (!is_killed || killed <= KILLS_MAX)
            add(&spared, lists->arch, call->nr, call->args);
    }
    if (killed <= KILLS_MAX) {
        free(spared.items);
        return whole;
    }
    add_list(lists, spared);
    return (uint32_t)(lists->count - 1);
}

static void choose_all(struct call_lists *lists, const struct subjects *subjects)
{
    lists->choices = calloc(subjects->count + 1, sizeof *lists->choices);
    if (!lists->choices)
        fail("no memory");
    for (size_t i = 0; i < subjects->count; i++) {
        const struct subject *subject = &subjects->items[i];
        struct call_choice *choice = &lists->choices[i];
        choice->shown = choose(lists, subject, CALLS_SHOWN);
        choice->made = CALLS_MADE;
        if (subject->kind == SUBJECT_PROGRAM)
            choice->made = choose(lists, subject, CALLS_MADE);
    }
}

struct call_lists call_lists_make(const struct scc_arch *arch, const struct subjects *subjects)
{
    struct call_lists lists = {.kernel = subjects->target, .arch = arch};
    for (size_t i = 0; i < CALL_LIST_COUNT; i++)
        add_list(&lists, (struct calls){0});
    for (size_t i = 0; i < subjects->count; i++)
        walk_policy(subjects->items[i].policy, add_walked, &lists);
    each_number(arch, add_shown, &lists);
    sort(&lists.lists[CALLS_SHOWN]);
    each_number(arch, add_made, &lists);
    add_words(&lists);
    choose_all(&lists, subjects);
    return lists;
}

void call_lists_clear(struct call_lists *lists)
{
    for (size_t i = 0; i < lists->count; i++)
        free(lists->lists[i].items);
    free(lists->lists);
    free(lists->choices);
}

unsigned calls_count_names(const struct calls *list, const struct scc_arch *arch)
{
    unsigned count = 0;
    for (size_t i = 0; i < list->count; i++) {
        bool is_first = i == 0 || list->items[i].nr != list->items[i - 1].nr;
        count += is_first && scc_syscall_at(arch, list->items[i].nr) != NULL;
    }
    return count;
}
