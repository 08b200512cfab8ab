/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccompc-bench PROFILE: what a compilation for this machine costs, and what its program costs the
 * kernel. Times are medians of interleaved runs, so that a machine that drifts drifts for all.
 */
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <seccompc/seccompc.h>

#include "cost.h"
#include "emit_scmp.h"
#include "policy.h"
#include "program.h"
#include "prove.h"
#include "syscall.h"
#include "util.h"

enum { ROUNDS = 101 };

enum subject {
    ALLOW_ALL, /* one instruction: what every attach costs */
    LINEAR,
    TREE,
    OWN,
    SUBJECT_COUNT,
};

static const char *const names[SUBJECT_COUNT] = {"ret ALLOW", "linear (-O0)", "tree (-O1)",
                                                 "ours (-O2)"};

struct measured {
    scc_program *program;
    double attach_us[ROUNDS];
};

static void check(int done, const scc_error *err)
{
    if (done == 0)
        return;
    fprintf(stderr, "seccompc-bench: %s\n", scc_error_get_text(err));
    exit(3);
}

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/** Loads the program in a child; returns the time of the system call alone. */
static double attach_once(const scc_program *program)
{
    int pipes[2];
    double took = -1;
    if (pipe(pipes) < 0)
        return took;
    pid_t child = fork();
    if (child == 0) {
        struct sock_fprog filter = {(unsigned short)program->count, program->insns};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        double before = now_us();
        long result =
            syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter);
        took = result == 0 ? now_us() - before : -1;
        if (write(pipes[1], &took, sizeof took) != sizeof took)
            _exit(1);
        _exit(0);
    }
    close(pipes[1]);
    if (read(pipes[0], &took, sizeof took) != sizeof took)
        took = -1;
    close(pipes[0]);
    waitpid(child, NULL, 0);
    return took;
}

static int compare_doubles(const void *a, const void *b)
{
    double one = *(const double *)a, two = *(const double *)b;
    return (one > two) - (one < two);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

/** The mean number of instructions over all numbers of the tables that the kernel walks at attach.
 */
static double mean_path(const struct scc_policy *policy, const scc_program *program)
{
    double steps = 0, calls = 0;
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        if (arch->id == SCC_ARCH_X32)
            continue; /* the kernel has no cache for it */
        for (uint32_t nr = 0; nr < 480; nr++, calls++) {
            struct scc_call call = {.audit = arch->audit, .nr = nr};
            steps += scc_program_sim(program, &call).steps;
        }
    }
    return steps / calls;
}

/** Writes the program in one of the three ways. */
static scc_program *emit(const struct scc_policy *policy, enum subject subject)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    size_t repaired;
    int done = subject == OWN
                   ? scc_emit_bpf(policy, NULL, &program, &err)
                   : scc_scmp_write(policy, subject == TREE ? SCC_SCMP_TREE : SCC_SCMP_LINEAR,
                                    &program, &repaired, &err);
    check(done, err);
    return program;
}

static void measure_compile(const char *path)
{
    double select_us[ROUNDS], emit_us[SUBJECT_COUNT][ROUNDS], prove_us[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        scc_error *err = NULL;
        scc_profile *profile = NULL;
        scc_target *target = NULL;
        scc_policy *policy = NULL;
        struct scc_proof proof;
        double before = now_us();
        check(scc_profile_read(path, &profile, NULL, &err), err);
        check(
            scc_target_new(scc_target_host_arch(), scc_target_caps_docker(), 6, 18, &target, &err),
            err);
        check(scc_policy_select(profile, target, &policy, NULL, &err), err);
        select_us[i] = now_us() - before;
        for (enum subject subject = LINEAR; subject < SUBJECT_COUNT; subject++) {
            before = now_us();
            scc_program *program = emit(policy, subject);
            emit_us[subject][i] = now_us() - before;
            if (subject == OWN) {
                before = now_us();
                check(scc_prove(policy, program, &proof, &err), err);
                prove_us[i] = now_us() - before;
            }
            scc_program_free(program);
        }
        scc_policy_free(policy);
        scc_target_free(target);
        scc_profile_free(profile);
    }
    printf("JSON text to policy           %8.0f us\n", median(select_us, ROUNDS));
    for (enum subject subject = LINEAR; subject < SUBJECT_COUNT; subject++)
        printf("policy to program, %-10s %8.0f us\n", names[subject],
               median(emit_us[subject], ROUNDS));
    printf("proof of ours                 %8.0f us\n\n", median(prove_us, ROUNDS));
}

int main(int argc, char **argv)
{
    scc_error *err = NULL;
    scc_profile *profile = NULL;
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    static struct measured measured[SUBJECT_COUNT];
    struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
    struct scc_program allow_all = {&allow, 1, false};
    if (argc != 2) {
        fprintf(stderr, "usage: seccompc-bench PROFILE\n");
        return 2;
    }
    check(scc_profile_read(argv[1], &profile, NULL, &err), err);
    check(scc_target_new(scc_target_host_arch(), scc_target_caps_docker(), 6, 18, &target, &err),
          err);
    check(scc_policy_select(profile, target, &policy, NULL, &err), err);
    measured[ALLOW_ALL].program = &allow_all;
    for (enum subject subject = LINEAR; subject < SUBJECT_COUNT; subject++)
        measured[subject].program = emit(policy, subject);

    printf("%s, %s, libseccomp %s, %d rounds\n\n", argv[1],
           scc_arch_docker_name(scc_policy_target_arch(policy)), scc_scmp_version(), ROUNDS);
    measure_compile(argv[1]);
    for (int i = 0; i < ROUNDS; i++) {
        for (int j = 0; j < SUBJECT_COUNT; j++)
            measured[j].attach_us[i] = attach_once(measured[j].program);
    }
    printf("%-14s %12s %10s %10s %10s %8s\n", "program", "instructions", "worst path", "mean path",
           "attach us", "ratio");
    double linear = median(measured[LINEAR].attach_us, ROUNDS);
    for (int j = 0; j < SUBJECT_COUNT; j++) {
        double attach = median(measured[j].attach_us, ROUNDS);
        printf("%-14s %12zu %10u %10.1f %10.1f %8.2f\n", names[j],
               scc_program_count(measured[j].program), scc_cost_longest_path(measured[j].program),
               mean_path(policy, measured[j].program), attach, attach / linear);
    }
    for (enum subject subject = LINEAR; subject < SUBJECT_COUNT; subject++)
        scc_program_free(measured[subject].program);
    scc_policy_free(policy);
    scc_target_free(target);
    scc_profile_free(profile);
    return 0;
}
