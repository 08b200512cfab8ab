/* SPDX-License-Identifier: Apache-2.0 */
/** The library as a runtime calls it: compiled in process, by several threads at once, and proved.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include <seccompc/compile.h>

#include "decision_support.h"
#include "program.h"
#include "util.h"

static const char profile_text[] =
    "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\","
    "\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"],\"syscalls\":[{\"names\":[\"read\",\"write\","
    "\"openat\",\"close\",\"exit_group\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"socket\"],"
    "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":40,\"op\":\"SCMP_CMP_NE\"}]}]}";

/** What one thread made; the first of them is what all must be. */
struct work {
    pthread_t thread;
    scc_program *program;
    bool is_same;
};

/** Compiles from text to program, as a runtime would; NULL where something failed. */
static scc_program *compile_text(const struct scc_emit_options *options)
{
    scc_profile *profile = NULL;
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    scc_program *program = NULL;
    if (scc_profile_parse(profile_text, strlen(profile_text), "text", &profile, NULL, NULL) == 0 &&
        scc_target_new(scc_arch_find("amd64"), scc_target_caps_docker(), 6, 18, &target, NULL) ==
            0 &&
        scc_policy_select(profile, target, NULL, &policy, NULL, NULL) == 0)
        scc_policy_compile(policy, options, &program, NULL);
    scc_policy_free(policy);
    scc_target_free(target);
    scc_profile_free(profile);
    return program;
}

static bool is_same_program(const scc_program *a, const scc_program *b)
{
    return a && b && a->count == b->count &&
           memcmp(a->insns, b->insns, a->count * sizeof *a->insns) == 0;
}

static void *compile_often(void *argument)
{
    struct work *work = argument;
    work->program = compile_text(NULL);
    work->is_same = work->program != NULL;
    for (int i = 0; i < 50 && work->is_same; i++) {
        scc_program *again = compile_text(NULL);
        work->is_same = is_same_program(work->program, again);
        scc_program_free(again);
    }
    return NULL;
}

Test(compile, threads_make_the_same_program)
{
    struct work work[4] = {0};
    for (size_t i = 0; i < SCC_COUNT(work); i++)
        cr_assert_eq(pthread_create(&work[i].thread, NULL, compile_often, &work[i]), 0);
    for (size_t i = 0; i < SCC_COUNT(work); i++)
        pthread_join(work[i].thread, NULL);
    for (size_t i = 0; i < SCC_COUNT(work); i++) {
        cr_assert(work[i].is_same);
        cr_assert(is_same_program(work[0].program, work[i].program));
    }
    for (size_t i = 0; i < SCC_COUNT(work); i++)
        scc_program_free(work[i].program);
}

Test(compile, every_aim_is_proved)
{
    struct fixture fixture = policy_of_text(profile_text, "amd64");
    for (int aim = SCC_OPTIMIZE_ATTACH; aim <= SCC_OPTIMIZE_SIZE; aim++) {
        const struct scc_emit_options options = {.optimize_for = (enum scc_optimize_for)aim};
        scc_program *program = NULL;
        scc_error *err = NULL;
        bool equal = false;
        char *difference = (char *)"";
        must(scc_policy_compile(fixture.policy, &options, &program, &err), err);
        must(scc_policy_prove(fixture.policy, program, &equal, &difference, &err), err);
        cr_assert(equal);
        cr_assert_null(difference);
        scc_program_free(program);
    }
    free_fixture(&fixture);
}

Test(compile, a_different_program_is_told_with_an_example)
{
    struct fixture fixture = policy_of_text(profile_text, "amd64");
    scc_program *program = NULL;
    scc_error *err = NULL;
    char *difference = NULL;
    bool equal = true;
    must(scc_policy_compile(fixture.policy, NULL, &program, &err), err);
    for (size_t i = 0; i < program->count; i++) {
        if (program->insns[i].code == (BPF_RET | BPF_K) && program->insns[i].k == 0x50001)
            program->insns[i].k = 0x50002;
    }
    must(scc_policy_prove(fixture.policy, program, &equal, &difference, &err), err);
    cr_assert_not(equal);
    cr_assert_not_null(strstr(difference, "ERRNO"), "%s", difference);
    free(difference);
    must(scc_policy_prove(fixture.policy, program, &equal, NULL, &err), err);
    cr_assert_not(equal);
    scc_program_free(program);
    free_fixture(&fixture);
}
