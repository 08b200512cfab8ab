/* SPDX-License-Identifier: Apache-2.0 */
#include "subjects.h"

#include <linux/seccomp.h>
#include <stdio.h>

#include "emit_scmp.h"
#include "error.h"
#include "select.h"
#include "target.h"

enum { KERNEL_MAJOR = 6, KERNEL_MINOR = 18 };

size_t bench_targets(struct bench_target targets[BENCH_TARGET_MAX])
{
    const scc_arch *amd64 = scc_arch_get(SCC_ARCH_X86_64), *arm64 = scc_arch_get(SCC_ARCH_AARCH64);
    const scc_arch *native = scc_arch_native();
    size_t count = 0;
    targets[count++] = (struct bench_target){scc_arch_docker_name(amd64), amd64, false};
    targets[count++] = (struct bench_target){scc_arch_docker_name(arm64), arm64, false};
    targets[count++] = (struct bench_target){"x86_64 alone", amd64, true};
    if (native != amd64 && native != arm64)
        targets[count++] = (struct bench_target){scc_arch_docker_name(native), native, false};
    return count;
}

bool bench_is_loadable(const struct bench_target *target)
{
    return target->arch == scc_arch_native();
}

int bench_parse(const struct bench_target *target, const char *text, size_t len_bytes,
                const char *name, scc_profile **profile, scc_error **err)
{
    if (scc_profile_parse(text, len_bytes, name, profile, NULL, err) < 0)
        return -1;
    if (!target->is_alone)
        return 0;
    for (size_t i = 0; i < (*profile)->arch_row_count; i++)
        (*profile)->arch_rows[i].subs = 0;
    (*profile)->arches &= scc_arch_bit(target->arch->id);
    return 0;
}

int bench_select(const struct bench_target *target, const scc_profile *profile, scc_policy **policy,
                 scc_error **err)
{
    scc_target *wanted = NULL;
    if (scc_target_new(target->arch, scc_target_caps_docker(), KERNEL_MAJOR, KERNEL_MINOR, &wanted,
                       err) < 0)
        return -1;
    int done = scc_policy_select(profile, wanted, NULL, policy, NULL, err);
    scc_target_free(wanted);
    return done;
}

/** libseccomp's program; one that it cannot write is told and left out. */
static scc_program *make_scmp(const struct scc_policy *policy, enum bench_subject subject,
                              const char *target)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    size_t repaired;
    if (scc_scmp_write(policy, subject == BENCH_TREE ? SCC_SCMP_TREE : SCC_SCMP_LINEAR, &program,
                       &repaired, &err) == 0)
        return program;
    fprintf(stderr, "seccompc-bench: %s, %s: left out: %s\n", target, bench_subject_name(subject),
            scc_error_get_text(err));
    scc_error_free(err);
    return NULL;
}

int bench_programs_make(const struct scc_policy *policy, const char *target,
                        struct bench_programs *programs, scc_error **err)
{
    const struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
    *programs = (struct bench_programs){0};
    if (scc_program_parse(&allow, sizeof allow, scc_arch_native(), &programs->of[BENCH_ALLOW_ALL],
                          err) < 0)
        return -1;
    programs->of[BENCH_LINEAR] = make_scmp(policy, BENCH_LINEAR, target);
    programs->of[BENCH_TREE] = make_scmp(policy, BENCH_TREE, target);
    return scc_emit_bpf(policy, NULL, &programs->of[BENCH_OWN], err);
}

void bench_programs_clear(struct bench_programs *programs)
{
    for (size_t i = 0; i < BENCH_SUBJECT_COUNT; i++)
        scc_program_free(programs->of[i]);
    *programs = (struct bench_programs){0};
}
