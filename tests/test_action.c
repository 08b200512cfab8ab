/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include "action.h"
#include "support.h"
#include "tables.h"
#include "util.h"

Test(action, words_are_the_kernels_and_libseccomps)
{
    static const struct {
        const char *name;
        enum scc_action action;
        uint32_t kernel, library;
    } cases[] = {
        {"SCMP_ACT_KILL", SCC_ACTION_KILL_THREAD, SECCOMP_RET_KILL_THREAD, SCMP_ACT_KILL},
        {"SCMP_ACT_KILL_PROCESS", SCC_ACTION_KILL_PROCESS, SECCOMP_RET_KILL_PROCESS,
         SCMP_ACT_KILL_PROCESS},
        {"SCMP_ACT_KILL_THREAD", SCC_ACTION_KILL_THREAD, SECCOMP_RET_KILL_THREAD,
         SCMP_ACT_KILL_THREAD},
        {"SCMP_ACT_TRAP", SCC_ACTION_TRAP, SECCOMP_RET_TRAP, SCMP_ACT_TRAP},
        {"SCMP_ACT_ERRNO", SCC_ACTION_ERRNO, SECCOMP_RET_ERRNO | 7, SCMP_ACT_ERRNO(7)},
        {"SCMP_ACT_NOTIFY", SCC_ACTION_NOTIFY, SECCOMP_RET_USER_NOTIF, SCMP_ACT_NOTIFY},
        {"SCMP_ACT_TRACE", SCC_ACTION_TRACE, SECCOMP_RET_TRACE | 7, SCMP_ACT_TRACE(7)},
        {"SCMP_ACT_LOG", SCC_ACTION_LOG, SECCOMP_RET_LOG, SCMP_ACT_LOG},
        {"SCMP_ACT_ALLOW", SCC_ACTION_ALLOW, SECCOMP_RET_ALLOW, SCMP_ACT_ALLOW},
    };
    unsigned seen = 0;
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        cr_expect_eq(scc_action_find(cases[i].name), (int)cases[i].action, "%s", cases[i].name);
        cr_expect_eq(scc_action_return_value(cases[i].action, 7), cases[i].kernel);
        cr_expect_eq(scc_action_return_value(cases[i].action, 7), cases[i].library);
        cr_expect_eq(scc_action_of(cases[i].kernel), cases[i].action);
        seen |= 1u << cases[i].action;
    }
    cr_assert_eq(seen, (1u << SCC_ACTION_COUNT) - 1);
    cr_assert_str_eq(scc_action_name(SCC_ACTION_KILL_THREAD), "SCMP_ACT_KILL_THREAD");
    static const char *const wrong[] = {"", "ALLOW", "SCMP_ACT_", "scmp_act_allow",
                                        "SCMP_ACT_ALLOW "};
    for (size_t i = 0; i < SCC_COUNT(wrong); i++)
        cr_expect_eq(scc_action_find(wrong[i]), -1, "\"%s\"", wrong[i]);
    cr_assert_str_eq(scc_action_nearest("SCMP_ACT_ALOW"), "SCMP_ACT_ALLOW");
}

/* kernel/seccomp.c compares actions so: lower is stricter. The enum stands in the same order. */
Test(action, stand_in_the_kernels_order)
{
    for (int i = 1; i < SCC_ACTION_COUNT; i++)
        cr_expect_lt((int32_t)scc_action_return_value((enum scc_action)(i - 1), 0),
                     (int32_t)scc_action_return_value((enum scc_action)i, 0));
}

Test(action, numbers_go_with_two_actions_alone)
{
    for (int i = 0; i < SCC_ACTION_COUNT; i++) {
        bool has_errno = i == SCC_ACTION_ERRNO || i == SCC_ACTION_TRACE;
        cr_expect_eq(scc_action_has_errno((enum scc_action)i), has_errno);
        cr_expect_eq(scc_action_return_value((enum scc_action)i, 9) ==
                         scc_action_return_value((enum scc_action)i, 0),
                     !has_errno);
    }
    cr_assert_eq(scc_action_errno_max(SCC_ACTION_ERRNO), 4094);
    cr_assert_eq(scc_action_errno_max(SCC_ACTION_TRACE), 65535);
    /* libseccomp's own bound, src/arch.c of 2.5.4: errnos from MAX_ERRNO on are EINVAL. */
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    cr_assert_eq(seccomp_rule_add(filter, SCMP_ACT_ERRNO(4094), SCMP_SYS(read), 0), 0);
    cr_assert_eq(seccomp_rule_add(filter, SCMP_ACT_ERRNO(4095), SCMP_SYS(write), 0), -EINVAL);
    seccomp_release(filter);
}

Test(action, unknown_words_kill)
{
    cr_assert_eq(scc_action_of(0x12340000u), SCC_ACTION_KILL_PROCESS);
    cr_assert_eq(scc_action_of(0x7fff0001u), SCC_ACTION_ALLOW);
    cr_assert_eq(scc_action_of(0x00000005u), SCC_ACTION_KILL_THREAD);
}

Test(action, shows_a_return_value_to_a_person)
{
    static const struct {
        uint32_t return_value;
        const char *arch, *shown;
    } cases[] = {
        {SECCOMP_RET_ALLOW, "amd64", "ALLOW"},
        {SECCOMP_RET_KILL_THREAD, "amd64", "KILL_THREAD"},
        {SECCOMP_RET_KILL_PROCESS, "amd64", "KILL_PROCESS"},
        {SECCOMP_RET_ERRNO | EPERM, "amd64", "ERRNO(EPERM)"},
        {SECCOMP_RET_ERRNO | 38, "amd64", "ERRNO(ENOSYS)"},
        {SECCOMP_RET_ERRNO | 89, "mips64", "ERRNO(ENOSYS)"},
        {SECCOMP_RET_ERRNO | 89, "amd64", "ERRNO(EDESTADDRREQ)"},
        {SECCOMP_RET_ERRNO | 4000, "amd64", "ERRNO(4000)"},
        {SECCOMP_RET_ERRNO | 0, "amd64", "ERRNO(0)"},
        {SECCOMP_RET_TRACE | 1, "amd64", "TRACE(1)"},
        {SECCOMP_RET_LOG, "amd64", "LOG"},
        {SECCOMP_RET_USER_NOTIF, "amd64", "NOTIFY"},
        {SECCOMP_RET_TRAP, "amd64", "TRAP"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct scc_strbuf out = {0};
        scc_action_describe(&out, cases[i].return_value, scc_arch_find(cases[i].arch));
        cr_expect_str_eq(out.data, cases[i].shown);
        scc_strbuf_free(&out);
    }
}

Test(action, operators_are_libseccomps)
{
    static const char *const names[SCC_OP_COUNT] = {
        [SCC_OP_NE] = "SCMP_CMP_NE",
        [SCC_OP_LT] = "SCMP_CMP_LT",
        [SCC_OP_LE] = "SCMP_CMP_LE",
        [SCC_OP_EQ] = "SCMP_CMP_EQ",
        [SCC_OP_GE] = "SCMP_CMP_GE",
        [SCC_OP_GT] = "SCMP_CMP_GT",
        [SCC_OP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
    };
    for (int i = 0; i < SCC_OP_COUNT; i++) {
        cr_expect_eq(scc_op_find(names[i]), i, "%s", names[i]);
        cr_expect_str_eq(scc_op_name((enum scc_op)i), names[i]);
    }
    cr_assert_eq(scc_op_find("EQ"), -1);
    cr_assert_eq(scc_op_find("SCMP_CMP_eq"), -1);
    cr_assert_str_eq(scc_op_nearest("SCMP_CMP_MASKED_QE"), "SCMP_CMP_MASKED_EQ");
}

Test(action, flags_are_the_kernels)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } cases[] = {
        {"SECCOMP_FILTER_FLAG_TSYNC", 1u << 0},
        {"SECCOMP_FILTER_FLAG_LOG", 1u << 1},
        {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", 1u << 2},
        {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 1u << 5},
    };
    uint32_t all = 0, bit = 0;
    for (size_t i = 0; i < SCC_COUNT(cases); i++)
        cr_expect_eq(scc_flag_find(cases[i].name), cases[i].bit, "%s", cases[i].name);
    unsigned count = 0;
    for (const char *name; (name = scc_flag_at(count, &bit)); count++) {
        cr_expect_eq(scc_flag_find(name), bit);
        all |= bit;
    }
    cr_assert_eq(count, SCC_COUNT(cases));
    cr_assert_eq(all, 0x27);
    /* The runtime makes a listener itself; OCI has no name for these. */
    cr_assert_eq(scc_flag_find("SECCOMP_FILTER_FLAG_NEW_LISTENER"), 0);
    cr_assert_eq(scc_flag_find("SECCOMP_FILTER_FLAG_TSYNC_ESRCH"), 0);
    cr_assert_eq(scc_flag_find(""), 0);
    cr_assert_str_eq(scc_flag_nearest("SECCOMP_FILTER_FLAG_LGO"), "SECCOMP_FILTER_FLAG_LOG");
}

Test(action, errno_names_are_each_architectures_own)
{
    /* arch/{mips,parisc,powerpc}/include/uapi/asm/errno.h, asm-generic/errno.h */
    static const struct {
        const char *arch, *name;
        uint16_t number;
    } cases[] = {
        {"amd64", "EPERM", 1},         {"amd64", "ENOSYS", 38},
        {"arm64", "ENOSYS", 38},       {"s390x", "ENOSYS", 38},
        {"riscv64", "ENOSYS", 38},     {"mips64", "ENOSYS", 89},
        {"mipsel", "ENOSYS", 89},      {"mipsel64n32", "ENOSYS", 89},
        {"parisc", "ENOSYS", 251},     {"ppc64le", "ENOSYS", 38},
        {"ppc64le", "EDEADLOCK", 58},  {"amd64", "EDEADLOCK", 35},
        {"mips", "EDQUOT", 1133},      {"amd64", "EDQUOT", 122},
        {"parisc", "EDQUOT", 69},      {"mips", "EINIT", 141},
        {"amd64", "EINIT", 0},         {"parisc", "ENOSYM", 215},
        {"amd64", "EWOULDBLOCK", 11},  {"amd64", "EAGAIN", 11},
        {"parisc", "EWOULDBLOCK", 11}, {"amd64", "ENOTSUP", 95},
        {"mips", "EOPNOTSUPP", 122},   {"amd64", "ENOEXIST", 0},
        {"amd64", "eperm", 0},         {"amd64", "", 0},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++)
        cr_expect_eq(scc_errno_find(cases[i].name, scc_arch_find(cases[i].arch)), cases[i].number,
                     "%s on %s is %u", cases[i].name, cases[i].arch,
                     scc_errno_find(cases[i].name, scc_arch_find(cases[i].arch)));
    cr_assert(scc_errno_is_known("EINIT"));
    cr_assert_not(scc_errno_is_known("ENOEXIST"));
    cr_assert_str_eq(scc_errno_nearest("ENOSYSS"), "ENOSYS");
    cr_assert_null(scc_errno_name(0, scc_arch_find("amd64")));
    cr_assert_null(scc_errno_name(4000, scc_arch_find("amd64")));
    cr_assert_str_eq(scc_errno_name(11, scc_arch_find("amd64")), "EAGAIN");
    cr_assert_str_eq(scc_errno_name(E2BIG, scc_arch_native()), "E2BIG");
}

/* The C library's names are those of this machine's kernel. */
Test(action, errno_names_agree_with_the_c_library)
{
    unsigned compared = 0;
    for (int number = 1; number < 256; number++) {
        const char *name = strerrorname_np(number);
        if (!name)
            continue;
        compared++;
        cr_expect_eq(scc_errno_find(name, scc_arch_native()), number, "%s", name);
    }
    cr_assert_geq(compared, 130);
}
