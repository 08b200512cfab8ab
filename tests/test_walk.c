/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Each corpus profile for each target: libseccomp's programs say at every number and boundary what
 * the policy says. Where they differ, the installed libseccomp must be known to be behind.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <seccomp.h>

#include <seccompc/emit.h>

#include "program.h"
#include "support.h"
#include "target.h"
#include "walk.h"

static const char *const profiles[] = {
    "corpus/moby-2026-06.json",
    "corpus/moby-2021-01.json",
    "corpus/moby-old-format.json",
    "corpus/moby-conditional-include.json",
    "corpus/containers-common-2025-08.json",
    "corpus/isulad-2026-04.json",
};

static const char *const arches[] = {"amd64", "arm64",   "arm",     "386",    "riscv64",
                                     "s390x", "ppc64le", "loong64", "mips64", "mipsel64"};

struct comparison {
    const struct scc_policy *policy;
    const struct scc_program *program;
    size_t inputs, lost;
    char found[256];
};

/** What an old libseccomp is known to do differently: names that it does not have. */
static bool is_known_gap(const struct scc_policy *policy, const struct scc_call *call)
{
    uint32_t outside;
    const struct scc_policy_arch *table =
        scc_policy_find_arch(policy, call->audit, call->nr, &outside);
    const struct scc_syscall *name = table ? scc_syscall_at(table->arch, call->nr) : NULL;
    if (!name)
        return false;
    int known = seccomp_syscall_resolve_name_arch(table->arch->token, name->name);
    return known == __NR_SCMP_ERROR || (known < 0 && !scc_syscall_door(name, table->arch).call);
}

static int compare(const struct scc_call *call, void *context)
{
    struct comparison *at = context;
    uint32_t wanted = scc_policy_answer(at->policy, call);
    uint32_t given = scc_program_sim(at->program, call).return_value;
    at->inputs++;
    if (wanted == given)
        return 0;
    if (given == scc_policy_default(at->policy) && is_known_gap(at->policy, call)) {
        at->lost++;
        return 0;
    }
    snprintf(at->found, sizeof at->found,
             "audit 0x%08x nr 0x%x args %lx %lx %lx: the policy says 0x%08x, the program 0x%08x",
             call->audit, call->nr, call->args[0], call->args[1], call->args[2], wanted, given);
    return 1;
}

static size_t compare_target(const char *file, const char *arch, uint64_t caps)
{
    char path[512];
    scc_error *err = NULL;
    scc_profile *profile = NULL;
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    size_t inputs = 0;
    if (!shared_path(file, path, sizeof path))
        return 0;
    must(scc_profile_read(path, &profile, NULL, &err), err);
    must(scc_target_new(scc_arch_find(arch), caps, 6, 18, &target, &err), err);
    must(scc_policy_select(profile, target, NULL, &policy, NULL, &err), err);
    for (enum scc_scmp_shape shape = SCC_SCMP_LINEAR; shape <= SCC_SCMP_TREE; shape++) {
        struct comparison at = {.policy = policy};
        scc_program *program = NULL;
        if (!seccomp_arch_resolve_name(scc_arch_find(arch)->name)) {
            cr_assert_eq(scc_emit_scmp(policy, shape, &program, NULL, &err), -1);
            cr_assert_not_null(strstr(scc_error_get_text(err), "does not know"));
            cr_log_info("%s: not compared, the installed libseccomp lacks it", arch);
            scc_error_free(err);
            err = NULL;
            continue;
        }
        must(scc_emit_scmp(policy, shape, &program, NULL, &err), err);
        at.program = program;
        cr_assert_eq(walk_policy(policy, compare, &at), 0, "%s %s caps %lx: %s", file, arch, caps,
                     at.found);
        cr_assert_gt(at.inputs, 3000);
        inputs += at.inputs;
        scc_program_free(program);
    }
    scc_policy_free(policy);
    scc_target_free(target);
    scc_profile_free(profile);
    return inputs;
}

/* Each runs in a process of its own, and pointers do not cross: the parameter is an index. */
ParameterizedTestParameters(walk, profile)
{
    static size_t indices[sizeof profiles / sizeof *profiles];
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, sizeof indices / sizeof *indices);
}

ParameterizedTest(const size_t *index, walk, profile)
{
    const char *file = profiles[*index];
    const uint64_t caps[] = {0, scc_target_caps_docker(), scc_target_caps_all()};
    size_t inputs = 0;
    for (size_t i = 0; i < sizeof arches / sizeof *arches; i++) {
        for (size_t j = 0; j < sizeof caps / sizeof *caps; j++)
            inputs += compare_target(file, arches[i], caps[j]);
    }
    cr_log_info("%s: %zu inputs", file, inputs);
}
