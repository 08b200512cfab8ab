/* SPDX-License-Identifier: Apache-2.0 */
/** What programs are best at: weights by hand, and what they do to the corpus' programs. */
#include <criterion/criterion.h>
#include <linux/seccomp.h>
#include <pthread.h>

#include "decision_support.h"
#include "emit_cost.h"
#include "frequencies.h"

/*
 * Weights
 */

enum { ALLOWED = 5, DENIED = 7 }; /* numbers from the offset: to 4, 5 and 6, and from 7 */

/** Numbers up to 4 are allowed, 5 and 6 depend on an argument, others are denied. */
struct example {
    struct scc_dag dag;
    struct scc_branches branches;
    struct scc_number_weights weights;
};

static void make_example(struct example *example, const struct scc_arch *arch)
{
    struct scc_dag *dag = &example->dag;
    scc_dag_ref allow = scc_dag_return(dag, SECCOMP_RET_ALLOW);
    scc_dag_ref deny = scc_dag_return(dag, SECCOMP_RET_ERRNO | 1);
    scc_dag_ref by_argument =
        scc_dag_load(dag, SCC_WORD_ARGS, scc_dag_test(dag, BPF_JEQ, 1, allow, deny));
    cr_assert(scc_branches_add(&example->branches, 0, deny));
    cr_assert(scc_branches_add(&example->branches, arch->nr_offset, allow));
    cr_assert(scc_branches_add(&example->branches, arch->nr_offset + ALLOWED, by_argument));
    cr_assert(scc_branches_add(&example->branches, arch->nr_offset + DENIED, deny));
}

/** Asserts the weights of an allowed number, one by an argument, and a denied one. */
static void check_weights(enum scc_arch_id id, enum scc_optimize_for optimize_for,
                          const uint32_t expected[3])
{
    struct example example = {0};
    const struct scc_arch *arch = scc_arch_get(id);
    make_example(&example, arch);
    const struct scc_emit_options options = {optimize_for, NULL};
    struct scc_search_cost cost =
        scc_emit_cost_of_numbers(&options, arch, &example.dag, &example.branches, &example.weights);
    const uint32_t *sums = example.weights.cumulative;
    cr_assert_eq(sums[0], 0);
    for (unsigned i = 0; i < SCC_TABLE_END; i++) {
        uint32_t wanted = expected[i < ALLOWED ? 0 : i < DENIED ? 1 : 2];
        cr_assert_eq(sums[i + 1] - sums[i], wanted, "%s, number %u: %u", arch->name, i,
                     sums[i + 1] - sums[i]);
    }
    for (uint32_t i = SCC_TABLE_END; i < SCC_WEIGHTS_END; i++) {
        bool is_known = scc_syscall_at(arch, arch->nr_offset + i) != NULL;
        cr_assert_leq(sums[i + 1] - sums[i], is_known ? 64 : 0, "%s, number %u", arch->name, i);
    }
    cr_assert_lt(sums[SCC_WEIGHTS_END], 1u << 20);
    cr_assert_eq(cost.hot_first, id == SCC_ARCH_X32 ? 0 : arch->nr_offset);
    cr_assert_eq(cost.hot_count, sums[SCC_WEIGHTS_END] ? (uint32_t)SCC_WEIGHTS_END : 0);
    scc_branches_clear(&example.branches);
    scc_dag_clear(&example.dag);
}

Test(emit_cost, the_action_cache_walks_each_number)
{
    check_weights(SCC_ARCH_X86_64, SCC_OPTIMIZE_ATTACH, (const uint32_t[]){27, 27 + 16, 27 + 1});
    check_weights(SCC_ARCH_AARCH64, SCC_OPTIMIZE_ATTACH, (const uint32_t[]){27, 27 + 16, 27 + 1});
}

/** Allowed calls of MIPS and x32 are not cached, and nothing walks the numbers of x32. */
Test(emit_cost, architectures_without_the_action_cache)
{
    check_weights(SCC_ARCH_MIPS64, SCC_OPTIMIZE_ATTACH,
                  (const uint32_t[]){27 + 1, 27 + 16, 27 + 1});
    check_weights(SCC_ARCH_MIPS64, SCC_OPTIMIZE_RUNTIME, (const uint32_t[]){64, 64 * 16, 64});
    check_weights(SCC_ARCH_X32, SCC_OPTIMIZE_ATTACH, (const uint32_t[]){1, 16, 1});
}

Test(emit_cost, what_is_cached_never_runs)
{
    check_weights(SCC_ARCH_X86_64, SCC_OPTIMIZE_RUNTIME, (const uint32_t[]){0, 64 * 16, 64});
    check_weights(SCC_ARCH_X86_64, SCC_OPTIMIZE_SIZE, (const uint32_t[]){0, 0, 0});
}

static scc_frequencies *frequencies_of(const char *text)
{
    scc_error *err = NULL;
    scc_frequencies *frequencies = NULL;
    must(scc_frequencies_parse(text, strlen(text), "test", &frequencies, &err), err);
    return frequencies;
}

/** The numbers of MIPS begin at 5000, and so do the weights: read is the first. */
Test(emit_cost, frequencies_are_of_the_architectures_numbers)
{
    struct example example = {0};
    const struct scc_arch *arch = scc_arch_get(SCC_ARCH_MIPS64);
    scc_frequencies *frequencies = frequencies_of("read 3\nwrite 1\n");
    const struct scc_emit_options options = {SCC_OPTIMIZE_RUNTIME, frequencies};
    make_example(&example, arch);
    struct scc_search_cost cost =
        scc_emit_cost_of_numbers(&options, arch, &example.dag, &example.branches, &example.weights);
    cr_assert_eq(cost.hot_first, 5000);
    cr_assert_eq(cost.cumulative[1], 3u << 17);
    cr_assert_eq(cost.cumulative[2], 1u << 19);
    cr_assert_eq(cost.cumulative[SCC_WEIGHTS_END], 1u << 19);
    scc_branches_clear(&example.branches);
    scc_dag_clear(&example.dag);
    scc_frequencies_free(frequencies);
}

/** Every number that has a name can be counted, but for ARM's private ones. */
Test(emit_cost, no_number_is_left_out)
{
    for (unsigned id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
            uint32_t nr = scc_syscall_nr(&scc_syscall_table[i], arch);
            bool is_private = id == SCC_ARCH_ARM && nr >= 0xf0001;
            if (nr != SCC_NR_NONE && !is_private)
                cr_assert_lt(nr - arch->nr_offset, (uint32_t)SCC_WEIGHTS_END, "%s, %s", arch->name,
                             scc_syscall_table[i].name);
        }
    }
}

/*
 * Programs
 */

static const char *const corpus[] = {
    "corpus/moby-2026-06.json",
    "corpus/moby-2021-01.json",
    "corpus/moby-old-format.json",
    "corpus/moby-conditional-include.json",
    "corpus/containers-common-2025-08.json",
    "corpus/isulad-2026-04.json",
};

static const char *const arches[] = {"amd64", "arm64", "s390x", "386"};

static scc_program *emit(const struct scc_policy *policy, enum scc_optimize_for optimize_for,
                         const scc_frequencies *frequencies)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    const struct scc_emit_options options = {optimize_for, frequencies};
    must(scc_emit_bpf(policy, &options, &program, &err), err);
    return program;
}

Test(emit_cost, the_smallest_is_no_larger_than_the_others)
{
    char path[512];
    for (size_t i = 0; i < SCC_COUNT(corpus); i++) {
        if (!shared_path(corpus[i], path, sizeof path))
            return;
        for (size_t j = 0; j < SCC_COUNT(arches); j++) {
            struct fixture fixture = policy_of_file(path, arches[j]);
            scc_program *programs[3];
            for (int what = 0; what < 3; what++)
                programs[what] = emit(fixture.policy, (enum scc_optimize_for)what, NULL);
            size_t size = programs[SCC_OPTIMIZE_SIZE]->count;
            cr_assert_leq(size, programs[SCC_OPTIMIZE_ATTACH]->count, "%s, %s", corpus[i],
                          arches[j]);
            cr_assert_leq(size, programs[SCC_OPTIMIZE_RUNTIME]->count, "%s, %s", corpus[i],
                          arches[j]);
            for (int what = 0; what < 3; what++)
                scc_program_free(programs[what]);
            free_fixture(&fixture);
        }
    }
}

static unsigned count_steps(const scc_program *program, uint32_t audit, uint32_t nr)
{
    struct scc_call call = {.audit = audit, .nr = nr};
    return scc_program_sim(program, &call).steps;
}

/** Asserts that a call that is all there is gets no longer a path than where nobody counted. */
static void check_heavy(const struct fixture *fixture, const scc_program *uncounted,
                        const struct scc_arch *arch, const struct scc_syscall *call)
{
    char text[80];
    snprintf(text, sizeof text, "%s 1000\n", call->name);
    scc_frequencies *frequencies = frequencies_of(text);
    scc_program *program = emit(fixture->policy, SCC_OPTIMIZE_RUNTIME, frequencies);
    uint32_t nr = scc_syscall_nr(call, arch);
    unsigned with = count_steps(program, arch->audit, nr);
    unsigned without = count_steps(uncounted, arch->audit, nr);
    cr_assert_leq(with, without, "%s, %s: %u steps, and %u where it is not counted", arch->name,
                  call->name, with, without);
    scc_program_free(program);
    scc_frequencies_free(frequencies);
}

Test(emit_cost, a_heavy_call_has_no_longer_a_path)
{
    char path[512];
    if (!shared_path(corpus[0], path, sizeof path))
        return;
    for (size_t i = 0; i < SCC_COUNT(arches); i++) {
        const struct scc_arch *arch = scc_arch_find(arches[i]);
        struct fixture fixture = policy_of_file(path, arches[i]);
        scc_program *uncounted = emit(fixture.policy, SCC_OPTIMIZE_RUNTIME, NULL);
        unsigned checked = 0;
        for (size_t j = 0; j < SCC_SYSCALL_COUNT; j++) {
            const struct scc_syscall *call = &scc_syscall_table[j];
            struct scc_call at = {.audit = arch->audit, .nr = scc_syscall_nr(call, arch)};
            if (at.nr == SCC_NR_NONE || scc_policy_answer(fixture.policy, &at) == SECCOMP_RET_ALLOW)
                continue; /* mostly cached, so that its path does not matter */
            check_heavy(&fixture, uncounted, arch, call);
            checked++;
        }
        cr_assert_gt(checked, 30);
        scc_program_free(uncounted);
        free_fixture(&fixture);
    }
}

/*
 * The same for the same
 */

struct job {
    const struct scc_policy *policy;
    const scc_frequencies *frequencies;
    scc_program *programs[3];
};

static void *run_job(void *context)
{
    struct job *job = context;
    for (int what = 0; what < 3; what++)
        job->programs[what] = emit(job->policy, (enum scc_optimize_for)what,
                                   what == SCC_OPTIMIZE_RUNTIME ? job->frequencies : NULL);
    return NULL;
}

static void assert_equal(const struct job *one, const struct job *other)
{
    for (int what = 0; what < 3; what++) {
        const scc_program *a = one->programs[what], *b = other->programs[what];
        cr_assert_eq(a->count, b->count);
        cr_assert_eq(memcmp(a->insns, b->insns, a->count * sizeof *a->insns), 0);
    }
}

static void free_job(struct job *job)
{
    for (int what = 0; what < 3; what++)
        scc_program_free(job->programs[what]);
}

Test(emit_cost, the_same_program_twice_and_in_two_threads)
{
    char path[512];
    if (!shared_path(corpus[0], path, sizeof path))
        return;
    scc_frequencies *frequencies = frequencies_of("futex 40\nkeyctl 9\nptrace 5\nclone 3\n");
    for (size_t i = 0; i < SCC_COUNT(arches); i++) {
        struct fixture fixture = policy_of_file(path, arches[i]);
        struct job jobs[3];
        pthread_t threads[2];
        for (size_t j = 0; j < 3; j++)
            jobs[j] = (struct job){.policy = fixture.policy, .frequencies = frequencies};
        for (size_t j = 0; j < 2; j++)
            cr_assert_eq(pthread_create(&threads[j], NULL, run_job, &jobs[j]), 0);
        run_job(&jobs[2]);
        for (size_t j = 0; j < 2; j++)
            cr_assert_eq(pthread_join(threads[j], NULL), 0);
        assert_equal(&jobs[0], &jobs[1]);
        assert_equal(&jobs[0], &jobs[2]);
        for (size_t j = 0; j < 3; j++)
            free_job(&jobs[j]);
        free_fixture(&fixture);
    }
    scc_frequencies_free(frequencies);
}
