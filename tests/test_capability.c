/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <linux/capability.h>

#include "capability.h"
#include "util.h"

static scc_cap_set bit(int cap)
{
    return (scc_cap_set)1 << cap;
}

Test(capability, numbers_are_the_kernels)
{
#define CAP(NAME)                                                                                  \
    {                                                                                              \
#NAME, NAME                                                                                \
    }
    static const struct {
        const char *name;
        int number;
    } cases[] = {
        CAP(CAP_CHOWN),
        CAP(CAP_DAC_OVERRIDE),
        CAP(CAP_DAC_READ_SEARCH),
        CAP(CAP_FOWNER),
        CAP(CAP_FSETID),
        CAP(CAP_KILL),
        CAP(CAP_SETGID),
        CAP(CAP_SETUID),
        CAP(CAP_SETPCAP),
        CAP(CAP_LINUX_IMMUTABLE),
        CAP(CAP_NET_BIND_SERVICE),
        CAP(CAP_NET_BROADCAST),
        CAP(CAP_NET_ADMIN),
        CAP(CAP_NET_RAW),
        CAP(CAP_IPC_LOCK),
        CAP(CAP_IPC_OWNER),
        CAP(CAP_SYS_MODULE),
        CAP(CAP_SYS_RAWIO),
        CAP(CAP_SYS_CHROOT),
        CAP(CAP_SYS_PTRACE),
        CAP(CAP_SYS_PACCT),
        CAP(CAP_SYS_ADMIN),
        CAP(CAP_SYS_BOOT),
        CAP(CAP_SYS_NICE),
        CAP(CAP_SYS_RESOURCE),
        CAP(CAP_SYS_TIME),
        CAP(CAP_SYS_TTY_CONFIG),
        CAP(CAP_MKNOD),
        CAP(CAP_LEASE),
        CAP(CAP_AUDIT_WRITE),
        CAP(CAP_AUDIT_CONTROL),
        CAP(CAP_SETFCAP),
        CAP(CAP_MAC_OVERRIDE),
        CAP(CAP_MAC_ADMIN),
        CAP(CAP_SYSLOG),
        CAP(CAP_WAKE_ALARM),
        CAP(CAP_BLOCK_SUSPEND),
        CAP(CAP_AUDIT_READ),
        CAP(CAP_PERFMON),
        CAP(CAP_BPF),
        CAP(CAP_CHECKPOINT_RESTORE),
    };
#undef CAP
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        cr_expect_eq(scc_cap_find(cases[i].name), cases[i].number, "%s", cases[i].name);
        cr_expect_str_eq(scc_cap_name((unsigned)cases[i].number), cases[i].name);
    }
    cr_assert_null(scc_cap_name(SCC_COUNT(cases)));
    cr_assert_eq(scc_cap_all(), bit(SCC_COUNT(cases)) - 1);
    cr_assert_geq(SCC_COUNT(cases), CAP_LAST_CAP + 1, "the kernel's header knows more");
}

Test(capability, profiles_spell_names_exactly)
{
    static const char *const wrong[] = {"",           "CAP_",         "SYS_ADMIN", "cap_sys_admin",
                                        "CAP_CHOWN ", "CAP_SYS_ADMI", "ALL",       "CAP_ALL"};
    for (size_t i = 0; i < SCC_COUNT(wrong); i++)
        cr_expect_eq(scc_cap_find(wrong[i]), -1, "\"%s\"", wrong[i]);
}

Test(capability, options_take_names_in_any_case_and_without_prefix)
{
    static const char *const names[] = {"CAP_SYS_ADMIN", "sys_admin", "SYS_ADMIN", "cap_sys_admin",
                                        "Cap_Sys_Admin"};
    for (size_t i = 0; i < SCC_COUNT(names); i++)
        cr_expect_eq(scc_cap_find_loose(names[i]), CAP_SYS_ADMIN, "%s", names[i]);
    static const char *const wrong[] = {"", "CAP_", "cap", "CAP_CAP_SYS_ADMIN", "sys-admin", "all"};
    for (size_t i = 0; i < SCC_COUNT(wrong); i++)
        cr_expect_eq(scc_cap_find_loose(wrong[i]), -1, "\"%s\"", wrong[i]);
}

Test(capability, suggests_the_nearest)
{
    cr_assert_str_eq(scc_cap_nearest("CAP_SYS_ADMN"), "CAP_SYS_ADMIN");
    cr_assert_str_eq(scc_cap_nearest("sys_amdin"), "CAP_SYS_ADMIN");
    cr_assert_null(scc_cap_nearest("CAP_OF_GOOD_HOPE_AND_STORMS"));
}

/* moby oci/caps/defaults.go, containers-common containers.conf; the numbers are in SPEC.md too. */
Test(capability, engines_give_what_they_give)
{
    scc_cap_set podman = bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER) |
                         bit(CAP_FSETID) | bit(CAP_KILL) | bit(CAP_NET_BIND_SERVICE) |
                         bit(CAP_SETFCAP) | bit(CAP_SETGID) | bit(CAP_SETPCAP) | bit(CAP_SETUID) |
                         bit(CAP_SYS_CHROOT);
    scc_cap_set docker = podman | bit(CAP_MKNOD) | bit(CAP_NET_RAW) | bit(CAP_AUDIT_WRITE);
    cr_assert_eq(scc_cap_podman(), podman);
    cr_assert_eq(scc_cap_docker(), docker);
    cr_assert_eq(__builtin_popcountll(podman), 11);
    cr_assert_eq(__builtin_popcountll(docker), 14);
}
