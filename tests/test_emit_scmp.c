/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The linear program is byte for byte what a runtime would load: the same rules put into libseccomp
 * in the way that runc and crun do it, from the whole profile and from the slim one.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>

#include <seccompc/emit.h>
#include <seccompc/output.h>

#include "diag.h"
#include "policy.h"
#include "profile.h"
#include "program.h"
#include "select.h"
#include "support.h"
#include "target.h"

/** What a runtime does with one entry: skip what is the default, add the rest, OR on a repeated
 * index. */
static void add_like_a_runtime(scmp_filter_ctx filter, const struct scc_profile_entry *entry,
                               uint32_t default_action)
{
    static const enum scmp_compare ops[] = {SCMP_CMP_NE,       SCMP_CMP_LT, SCMP_CMP_LE,
                                            SCMP_CMP_EQ,       SCMP_CMP_GE, SCMP_CMP_GT,
                                            SCMP_CMP_MASKED_EQ};
    uint16_t number = entry->data.number_node ? entry->data.number : EPERM;
    uint32_t action = scc_action_return_value(entry->action, number);
    const struct scc_json_node *name = scc_profile_first_name(entry);
    if (action == default_action)
        return;
    for (; name; name = scc_profile_next_name(name)) {
        int call = seccomp_syscall_resolve_name(scc_json_string(name));
        struct scmp_arg_cmp cmps[SCC_ARG_COUNT];
        if (call == __NR_SCMP_ERROR)
            continue;
        for (unsigned i = 0; i < entry->cmp_count; i++)
            cmps[i] = (struct scmp_arg_cmp){entry->cmps[i].arg, ops[entry->cmps[i].op],
                                            entry->cmps[i].value, entry->cmps[i].value2};
        cr_assert_eq(seccomp_rule_add_array(filter, action, call, entry->cmp_count, cmps), 0, "%s",
                     scc_json_string(name));
    }
}

static void *build_like_a_runtime(const scc_profile *profile, const scc_target *target, size_t *len)
{
    uint32_t default_action = scc_action_return_value(
        profile->default_action,
        profile->default_data.number_node ? profile->default_data.number : EPERM);
    scmp_filter_ctx filter = seccomp_init(default_action);
    seccomp_arch_add(filter, SCMP_ARCH_X86);
    seccomp_arch_add(filter, SCMP_ARCH_X32);
    for (size_t i = 0; i < profile->entry_count; i++) {
        if (scc_select_entry(&profile->entries[i], target) == SCC_ENTRY_SELECTED)
            add_like_a_runtime(filter, &profile->entries[i], default_action);
    }
    int fd = memfd_create("runtime", 0);
    cr_assert_eq(seccomp_export_bpf(filter, fd), 0);
    *len = (size_t)lseek(fd, 0, SEEK_END);
    void *bytes = malloc(*len);
    cr_assert_eq(pread(fd, bytes, *len, 0), (ssize_t)*len);
    close(fd);
    seccomp_release(filter);
    return bytes;
}

static void compare_with_runtime(const char *file, uint64_t caps)
{
    char path[512];
    scc_error *err = NULL;
    scc_profile *profile = NULL, *slim = NULL;
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    scc_program *program = NULL;
    if (!shared_path(file, path, sizeof path))
        return;
    must(scc_profile_read(path, &profile, NULL, &err), err);
    must(scc_target_new(scc_arch_find("amd64"), caps, 6, 18, &target, &err), err);
    must(scc_policy_select(profile, target, NULL, &policy, NULL, &err), err);
    must(scc_emit_scmp(policy, SCC_SCMP_LINEAR, &program, NULL, &err), err);
    size_t len, whole_len, slim_len, oci_len;
    void *bytes = scc_program_to_bytes(program, &len);
    void *whole = build_like_a_runtime(profile, target, &whole_len);
    cr_assert_eq(len, whole_len, "%s, capabilities %lx", file, caps);
    cr_assert_eq(memcmp(bytes, whole, len), 0, "%s, capabilities %lx", file, caps);

    char *oci = scc_policy_to_oci(policy, &oci_len);
    must(scc_profile_parse(oci, oci_len, "slim", &slim, NULL, &err), err);
    void *from_slim = build_like_a_runtime(slim, target, &slim_len);
    cr_assert_eq(slim_len, len, "%s, capabilities %lx", file, caps);
    cr_assert_eq(memcmp(bytes, from_slim, len), 0, "%s, capabilities %lx", file, caps);
    free(bytes);
    free(whole);
    free(from_slim);
    free(oci);
    scc_program_free(program);
    scc_policy_free(policy);
    scc_target_free(target);
    scc_profile_free(slim);
    scc_profile_free(profile);
}

Test(emit_scmp, is_the_runtimes_program)
{
    static const char *const files[] = {
        "corpus/moby-2026-06.json",    "corpus/moby-2021-01.json",
        "corpus/moby-old-format.json", "corpus/containers-common-2025-08.json",
        "corpus/isulad-2026-04.json",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        compare_with_runtime(files[i], 0);
        compare_with_runtime(files[i], scc_target_caps_docker());
        compare_with_runtime(files[i], scc_target_caps_all());
    }
}

static int emit_text(const char *text, const char *arch, scc_program **program, scc_diags *diags,
                     scc_error **err)
{
    scc_profile *profile = NULL;
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    scc_error *unexpected = NULL;
    must(scc_profile_parse(text, strlen(text), "t", &profile, NULL, &unexpected), unexpected);
    must(scc_target_new(scc_arch_find(arch), 0, 6, 18, &target, &unexpected), unexpected);
    must(scc_policy_select(profile, target, NULL, &policy, NULL, &unexpected), unexpected);
    int done = scc_emit_scmp(policy, SCC_SCMP_LINEAR, program, diags, err);
    scc_policy_free(policy);
    scc_target_free(target);
    scc_profile_free(profile);
    return done;
}

Test(emit_scmp, tells_what_libseccomp_does_not_know)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    scc_diags *diags = scc_diags_new();
    if (seccomp_syscall_resolve_name("uretprobe") != __NR_SCMP_ERROR)
        cr_skip_test("the installed libseccomp knows uretprobe");
    must(emit_text("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"uretprobe\","
                   "\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
                   "amd64", &program, diags, &err),
         err);
    enum scc_diag_level level;
    const char *message = scc_diags_at(diags, 0, &level);
    cr_assert_not_null(message);
    cr_assert_eq(level, SCC_DIAG_WARNING);
    cr_assert_not_null(strstr(message, "uretprobe"), "%s", message);
    cr_assert_null(strstr(message, "read "), "%s", message);
    cr_assert_not_null(strstr(message, scc_scmp_version()), "%s", message);
    scc_program_free(program);
    scc_diags_free(diags);
}

/** A deny that libseccomp cannot say would become an allow. */
Test(emit_scmp, never_opens_what_the_profile_closes)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    if (seccomp_syscall_resolve_name("uretprobe") != __NR_SCMP_ERROR)
        cr_skip_test("the installed libseccomp knows uretprobe");
    cr_assert_eq(emit_text("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":["
                           "\"uretprobe\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
                           "amd64", &program, NULL, &err),
                 -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert_null(program);
    scc_error_free(err);
}

/** All returns of a program for the other byte order are answers of its policy. */
Test(emit_scmp, returns_are_in_the_targets_byte_order)
{
    char path[512];
    scc_error *err = NULL;
    scc_profile *profile = NULL;
    if (!shared_path("corpus/moby-2026-06.json", path, sizeof path))
        return;
    must(scc_profile_read(path, &profile, NULL, &err), err);
    static const char *const arches[] = {"s390x", "mips64", "arm64"};
    for (size_t i = 0; i < sizeof arches / sizeof *arches; i++) {
        scc_target *target = NULL;
        scc_policy *policy = NULL;
        scc_program *program = NULL;
        must(scc_target_new(scc_arch_find(arches[i]), 0, 6, 18, &target, &err), err);
        must(scc_policy_select(profile, target, NULL, &policy, NULL, &err), err);
        must(scc_emit_scmp(policy, SCC_SCMP_TREE, &program, NULL, &err), err);
        for (size_t j = 0; j < program->count; j++) {
            const struct sock_filter *insn = &program->insns[j];
            if (insn->code != (BPF_RET | BPF_K))
                continue;
            cr_assert(insn->k == 0 || insn->k == 0x7fff0000u || insn->k == 0x50001u ||
                          insn->k == 0x50026u,
                      "%s: 0x%08x", arches[i], insn->k);
        }
        scc_program_free(program);
        scc_policy_free(policy);
        scc_target_free(target);
    }
    scc_profile_free(profile);
}
