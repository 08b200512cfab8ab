/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <sys/personality.h>
#include <sys/utsname.h>

#include "support.h"
#include "target.h"
#include "util.h"

Test(target, holds_what_it_was_made_from)
{
    scc_target *target = NULL;
    scc_error *err = NULL;
    must(scc_target_new(scc_arch_find("s390x"), scc_cap_docker(), 6, 18, &target, &err), err);
    cr_assert_eq(target->arch, scc_arch_find("s390x"));
    cr_assert_eq(target->caps, scc_cap_docker());
    cr_assert(target->kernel.major == 6 && target->kernel.minor == 18);
    scc_target_free(target);
    must(scc_target_new(scc_arch_find("amd64"), scc_cap_all(), 255, 255, &target, &err), err);
    cr_assert_eq(target->caps, scc_cap_all());
    scc_target_free(target);
    must(scc_target_new(scc_arch_find("amd64"), 0, 0, 0, &target, &err), err);
    scc_target_free(target);
    scc_target_free(NULL);
}

Test(target, refuses_what_does_not_exist)
{
    static const struct {
        const char *arch;
        uint64_t caps;
        unsigned major, minor;
        const char *says;
    } cases[] = {
        {"amd64", 1ull << 41, 6, 1, "a capability set with unknown bits"},
        {"amd64", 1ull << 63, 6, 1, "a capability set with unknown bits"},
        {"amd64", 0, 256, 0, "kernel 256.0: expected two numbers up to 255"},
        {"amd64", 0, 6, 256, "kernel 6.256: expected two numbers up to 255"},
        {"amd64", 0, 65542, 1, "kernel 65542.1"},
        {"riscv32", 0, 6, 1, "riscv32: no system-call numbers are known"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        scc_target *target = NULL;
        scc_error *err = NULL;
        cr_assert_eq(scc_target_new(scc_arch_find(cases[i].arch), cases[i].caps, cases[i].major,
                                    cases[i].minor, &target, &err),
                     -1);
        cr_expect_null(target);
        cr_expect_eq(scc_error_get_code(err), SCC_ERROR_USAGE);
        cr_expect_not_null(strstr(scc_error_get_text(err), cases[i].says), "%s",
                           scc_error_get_text(err));
        scc_error_free(err);
    }
}

Test(target, every_architecture_with_numbers_can_be_one)
{
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        scc_target *target = NULL;
        scc_error *err = NULL;
        int done = scc_target_new(arch, 0, 6, 1, &target, &err);
        cr_expect_eq(done == 0, arch->id != SCC_ARCH_RISCV32, "%s", arch->name);
        scc_target_free(target);
        scc_error_free(err);
    }
}

Test(target, public_sets_are_the_tables)
{
    cr_assert_eq(scc_target_caps_docker(), scc_cap_docker());
    cr_assert_eq(scc_target_caps_podman(), scc_cap_podman());
    cr_assert_eq(scc_target_caps_all(), scc_cap_all());
    cr_assert_neq(scc_target_caps_docker(), scc_target_caps_podman());
}

Test(target, knows_this_machine)
{
    const struct scc_arch *host = scc_target_host_arch();
    unsigned major = 0, minor = 0, wanted_major, wanted_minor;
    struct utsname name;
    scc_error *err = NULL;
#ifdef __x86_64__
    cr_assert_eq(host, scc_arch_find("amd64"));
#endif
    cr_assert_eq(host->kernel, scc_arch_native()->kernel);
    must(scc_target_host_kernel(&major, &minor, &err), err);
    cr_assert_eq(uname(&name), 0);
    cr_assert_eq(sscanf(name.release, "%u.%u", &wanted_major, &wanted_minor), 2);
    cr_assert(major == wanted_major && minor == wanted_minor, "%u.%u", major, minor);
}

/* setarch(8) changes what uname(2) says, and not what the kernel is. */
Test(target, is_not_fooled_by_setarch)
{
    const struct scc_arch *host = scc_target_host_arch();
    unsigned major, minor, again_major, again_minor;
    scc_error *err = NULL;
    must(scc_target_host_kernel(&major, &minor, &err), err);
    int persona = personality(0xffffffff);
    if (persona < 0 || personality((unsigned long)persona | PER_LINUX32 | UNAME26) < 0)
        cr_skip_test("personality(2) is not allowed here");
    struct utsname name;
    cr_assert_eq(uname(&name), 0);
    cr_assert_eq(strncmp(name.release, "2.6.", 4), 0, "UNAME26 does nothing: %s", name.release);
#ifdef __x86_64__
    cr_assert_str_eq(name.machine, "i686");
#endif
    cr_assert_eq(scc_target_host_arch(), host);
    must(scc_target_host_kernel(&again_major, &again_minor, &err), err);
    cr_assert(again_major == major && again_minor == minor, "%u.%u", again_major, again_minor);
    personality((unsigned long)persona);
}
