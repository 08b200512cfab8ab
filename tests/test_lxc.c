/* SPDX-License-Identifier: Apache-2.0 */
/** LXC's text: what is written for a policy, what is refused, and how a text is read. */
#include <criterion/criterion.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <seccompc/output.h>

#include "lxc.h"
#include "policies.h"
#include "random_rules.h"
#include "util.h"

#define ON_AMD64 "'architectures': ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']"
#define ERRNO_ON_AMD64 "{'defaultAction': 'SCMP_ACT_ERRNO', " ON_AMD64
#define ALLOW_ON_AMD64 "{'defaultAction': 'SCMP_ACT_ALLOW', " ON_AMD64
#define CMP(index, op, value) "{'index': " #index ", 'value': " #value ", 'op': 'SCMP_CMP_" #op "'}"
#define HEAD_AMD64 "# For hosts of x86_64, with x86 and x32\n[all]\n"

/** The text for a profile, in @p text, or NULL with the error in @p made. */
static struct selected write_for(const char *profile, const char *arch, char **text)
{
    struct selected made = select_for(profile, arch, 0, "6.1");
    size_t len = 0;
    *text = NULL;
    if (scc_policy_to_lxc(must_hold(&made), text, &len, made.diags, &made.err) < 0)
        cr_assert_null(*text);
    else
        cr_assert_eq(len, strlen(*text));
    return made;
}

static void expect_text(const char *profile, const char *arch, const char *wanted)
{
    char *text;
    struct selected made = write_for(profile, arch, &text);
    cr_assert_not_null(text, "%s: %s", profile, scc_error_get_text(made.err));
    cr_expect_str_eq(text, wanted, "%s\ngives\n%s\nexpected\n%s", profile, text, wanted);
    free(text);
    selected_clear(&made);
}

static void expect_refusal(const char *profile, const char *arch, const char *part)
{
    char *text;
    struct selected made = write_for(profile, arch, &text);
    cr_assert_not_null(made.err, "%s\ngives\n%s", profile, text);
    cr_expect_eq(scc_error_get_code(made.err), SCC_ERROR_INPUT);
    cr_expect_not_null(strstr(scc_error_get_text(made.err), part), "expected \"%s\" in: %s", part,
                       scc_error_get_text(made.err));
    selected_clear(&made);
}

/*
 * Writing
 */

Test(lxc, writes_a_line_for_each_rule)
{
    expect_text(ERRNO_ON_AMD64 ", 'defaultErrnoRet': 38, 'syscalls': ["
                               "{'names': ['read', 'write'], 'action': 'SCMP_ACT_ALLOW'},"
                               "{'names': ['open'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 0},"
                               "{'names': ['close'], 'action': 'SCMP_ACT_KILL'},"
                               "{'names': ['stat'], 'action': 'SCMP_ACT_TRAP'},"
                               "{'names': ['fstat'], 'action': 'SCMP_ACT_NOTIFY'},"
                               "{'names': ['lstat'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 38},"
                               "{'names': ['mmap2'], 'action': 'SCMP_ACT_ERRNO', "
                               "'errnoRet': 4094}]}",
                "amd64",
                "2\nallowlist errno 38\n" HEAD_AMD64 "read allow\nwrite allow\nopen errno 0\n"
                "close kill\nstat trap\nfstat notify\nmmap2 errno 4094\n");
}

Test(lxc, writes_comparisons_with_all_their_bits)
{
    expect_text(
        ALLOW_ON_AMD64
        ", 'syscalls': [{'names': ['ioctl'], 'action': 'SCMP_ACT_ERRNO', 'args': ["
        "{'index': 5, 'value': 18446744073709551615, 'valueTwo': 9007199254740993, "
        "'op': 'SCMP_CMP_MASKED_EQ'}, " CMP(
            0, GT, 9223372036854775809) "]},"
                                        "{'names': ['prctl'], 'action': 'SCMP_ACT_KILL_THREAD', "
                                        "'args': [" CMP(1, NE, 0) "]}]}",
        "amd64",
        "2\ndenylist allow\n" HEAD_AMD64
        "ioctl errno 1 [5,9007199254740993,SCMP_CMP_MASKED_EQ,18446744073709551615]"
        "[0,9223372036854775809,SCMP_CMP_GT]\n"
        "prctl kill [1,0,SCMP_CMP_NE]\n");
}

/** Two comparisons of one argument are rules of their own; what a rule hides is not said. */
Test(lxc, writes_what_holds)
{
    expect_text(
        ERRNO_ON_AMD64
        ", 'syscalls': [{'names': ['ioctl'], 'action': 'SCMP_ACT_ALLOW', 'args': [" CMP(
            0, EQ, 1) ", " CMP(0, EQ,
                               2) "]},"
                                  "{'names': ['prctl'], 'action': 'SCMP_ACT_ALLOW', 'args': [" CMP(
                                      0, EQ, 1) "]},"
                                                "{'names': ['prctl'], 'action': 'SCMP_ACT_ALLOW'},"
                                                "{'names': ['prctl'], 'action': 'SCMP_ACT_KILL'}]}",
        "amd64",
        "2\nallowlist errno 1\n" HEAD_AMD64 "ioctl allow [0,1,SCMP_CMP_EQ]\n"
        "ioctl allow [0,2,SCMP_CMP_EQ]\nprctl allow\n");
}

#define SOCKET_RULE(action)                                                                        \
    "{'names': ['socket'], 'action': 'SCMP_ACT_" action                                            \
    "', 'args': [" CMP(0, EQ, 1) ", " CMP(2, LE, 6) "]}"

/** By name there is no rule for socket on x86; by socketcall's number there is. */
Test(lxc, writes_rules_behind_doors_for_the_door)
{
    char *text;
    const char *profile = ERRNO_ON_AMD64 ", 'syscalls': [" SOCKET_RULE("ALLOW") "]}";
    struct selected made = write_for(profile, "amd64", &text);
    cr_assert_str_eq(text, "2\nallowlist errno 1\n" HEAD_AMD64
                           "socket allow [0,1,SCMP_CMP_EQ][2,6,SCMP_CMP_LE]\n"
                           "socketcall allow [0,1,SCMP_CMP_EQ][2,6,SCMP_CMP_LE]\n");
    cr_expect_eq(count_told(&made, SCC_DIAG_WARNING, "by name: x86: socket"), 1);
    free(text);
    selected_clear(&made);
}

Test(lxc, names_the_architectures_of_the_host)
{
    static const struct {
        const char *arch, *arches, *head;
    } cases[] = {
        {"arm64", "'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'", "# For hosts of aarch64, with arm\n"},
        {"arm", "'SCMP_ARCH_ARM'", "# For hosts of arm\n"},
        {"mips64", "'SCMP_ARCH_MIPS64', 'SCMP_ARCH_MIPS', 'SCMP_ARCH_MIPS64N32'",
         "# For hosts of mips64, with mips64n32 and mips\n"},
        {"mipsel64", "'SCMP_ARCH_MIPSEL64', 'SCMP_ARCH_MIPSEL', 'SCMP_ARCH_MIPSEL64N32'",
         "# For hosts of mipsel64, with mipsel64n32 and mipsel\n"},
        {"ppc64", "'SCMP_ARCH_PPC64', 'SCMP_ARCH_PPC'", "# For hosts of ppc64, with ppc\n"},
        {"riscv64", "'SCMP_ARCH_RISCV64'", "# For hosts of riscv64\n"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char profile[256], wanted[256];
        snprintf(profile, sizeof profile,
                 "{'defaultAction': 'SCMP_ACT_TRAP', 'architectures': [%s], 'syscalls': ["
                 "{'names': ['read'], 'action': 'SCMP_ACT_ALLOW'}]}",
                 cases[i].arches);
        snprintf(wanted, sizeof wanted, "2\nallowlist trap\n%s[all]\nread allow\n", cases[i].head);
        expect_text(profile, cases[i].arch, wanted);
    }
}

Test(lxc, tells_architectures_that_lxc_leaves_out)
{
    char *text;
    struct selected made =
        write_for("{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_S390X', "
                  "'SCMP_ARCH_S390'], 'syscalls': [{'names': ['read'], 'action': "
                  "'SCMP_ACT_ALLOW'}]}",
                  "s390x", &text);
    cr_assert_not_null(text);
    cr_expect_eq(count_told(&made, SCC_DIAG_WARNING, "no filter for s390 on s390x"), 1);
    free(text);
    selected_clear(&made);
}

/*
 * Refusing
 */

Test(lxc, refuses_actions_without_words)
{
    static const char *const actions[] = {"LOG", "TRACE", "KILL_PROCESS"};
    for (size_t i = 0; i < SCC_COUNT(actions); i++) {
        char profile[256], part[64];
        snprintf(profile, sizeof profile,
                 ERRNO_ON_AMD64 ", 'syscalls': [{'names': ['read'], 'action': 'SCMP_ACT_ALLOW'}, "
                                "{'names': ['close'], 'action': 'SCMP_ACT_%s'}]}",
                 actions[i]);
        snprintf(part, sizeof part, "close: %s", actions[i]);
        expect_refusal(profile, "amd64", part);
        expect_refusal(profile, "amd64", "syscalls[1]");
        snprintf(profile, sizeof profile, "{'defaultAction': 'SCMP_ACT_%s', " ON_AMD64 "}",
                 actions[i]);
        snprintf(part, sizeof part, "SCMP_ACT_%s: LXC's format has no such default", actions[i]);
        expect_refusal(profile, "amd64", part);
    }
}

Test(lxc, refuses_what_lxc_would_open)
{
    expect_refusal(ALLOW_ON_AMD64 ", 'syscalls': [" SOCKET_RULE("ERRNO") "]}", "amd64",
                   "socket: ERRNO(EPERM), and LXC adds no rule for it on x86");
    expect_refusal("{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_X86_64', "
                   "'SCMP_ARCH_X86']}",
                   "amd64", "expected SCMP_ARCH_X32");
    expect_refusal("{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_AARCH64']}",
                   "arm64", "expected SCMP_ARCH_ARM");
    /* On an architecture without doors there is nothing to lose. */
    expect_text("{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_AARCH64', "
                "'SCMP_ARCH_ARM'], 'syscalls': [" SOCKET_RULE("ERRNO") "]}",
                "arm64",
                "2\ndenylist allow\n# For hosts of aarch64, with arm\n[all]\n"
                "socket errno 1 [0,1,SCMP_CMP_EQ][2,6,SCMP_CMP_LE]\n");
}

Test(lxc, refuses_flags_and_listeners)
{
    expect_refusal(ERRNO_ON_AMD64 ", 'flags': ['SECCOMP_FILTER_FLAG_LOG']}", "amd64",
                   "SECCOMP_FILTER_FLAG_LOG");
    expect_refusal(ERRNO_ON_AMD64 ", 'listenerPath': '/run/x'}", "amd64", "notify.proxy");
    expect_text(ERRNO_ON_AMD64 ", 'flags': ['SECCOMP_FILTER_FLAG_TSYNC', "
                               "'SECCOMP_FILTER_FLAG_SPEC_ALLOW']}",
                "amd64", "2\nallowlist errno 1\n" HEAD_AMD64);
}

Test(lxc, refuses_conflicts_that_the_strictest_would_decide)
{
    char *text = NULL;
    size_t len;
    struct selected made = select_with(
        ERRNO_ON_AMD64 ", 'syscalls': [{'names': ['prctl'], 'action': 'SCMP_ACT_ALLOW', 'args': "
                       "[" CMP(0, GT, 1) "]}, {'names': ['prctl'], 'action': 'SCMP_ACT_KILL', "
                                         "'args': [" CMP(0, EQ, 5) "]}]}",
        "amd64", 0, "6.1", SCC_CONFLICT_STRICTEST);
    cr_assert_lt(scc_policy_to_lxc(must_hold(&made), &text, &len, NULL, &made.err), 0);
    cr_expect_not_null(strstr(scc_error_get_text(made.err), "--on-conflict strictest"));
    selected_clear(&made);
}

/*
 * Reading
 */

static struct selected read_on(const char *text, const char *arch)
{
    struct selected made = {.diags = scc_diags_new()};
    if (scc_lxc_parse(text, strlen(text), "p.lxc", scc_arch_find(arch), &made.policy, made.diags,
                      &made.err) < 0)
        cr_assert_null(made.policy);
    return made;
}

#define ERRNO(number) (SECCOMP_RET_ERRNO | (number))

/** What Debian's lxc-start and libseccomp 2.5.4 installed of the same text on x86_64. */
Test(lxc, reads_as_lxc_does)
{
    struct selected made = read_on("2\n"
                                   "denylist allow\n"
                                   "# a comment\n"
                                   "\n"
                                   "reject_force_umount  # as in LXC's own file\n"
                                   "bind errno 6\n"
                                   "getxattrat   errno 9 \n"
                                   "mmap2 errno 10 # a comment\n"
                                   "[x86]\n"
                                   "getpid errno 11\n"
                                   "kcmp\n"
                                   "[arm64]\n"
                                   "gettid errno 12\n"
                                   "[x32]\n"
                                   "uname errno 13 [0,0x10,==] [1,7,SCMP_CMP_MASKED_EQ,0xf]\n"
                                   "gettimeofday errno 2 [0,010,<=]\n",
                                   "amd64");
    const struct scc_policy *policy = must_hold(&made);
    cr_expect_eq(answer_to(policy, "x86_64", "bind", 0), ERRNO(6));
    cr_expect_eq(answer_to(policy, "x32", "bind", 0), ERRNO(6));
    cr_expect_eq(answer_to(policy, "x86", "bind", 0), SECCOMP_RET_ALLOW);
    cr_expect_eq(answer_to(policy, "x86", "socketcall", 2), SECCOMP_RET_ALLOW);
    cr_expect_eq(answer_to(policy, "x86_64", "getxattrat", 0), ERRNO(9));
    cr_expect_eq(answer_to(policy, "x86", "mmap2", 0), ERRNO(10));
    cr_expect_eq(answer_to(policy, "x86_64", "mmap", 0), SECCOMP_RET_ALLOW);
    cr_expect_eq(answer_to(policy, "x86_64", "getpid", 0), ERRNO(11));
    cr_expect_eq(answer_to(policy, "x32", "kcmp", 0), SECCOMP_RET_KILL_THREAD);
    cr_expect_eq(answer_to(policy, "x86_64", "gettid", 0), SECCOMP_RET_ALLOW);
    cr_expect_eq(answer_to(policy, "x86", "gettimeofday", 8), ERRNO(2));
    cr_expect_eq(answer_to(policy, "x86", "gettimeofday", 9), SECCOMP_RET_ALLOW);
    struct scc_call call = {AUDIT_ARCH_X86_64, 63, {0x10, 0x27}, 0};
    cr_expect_eq(scc_policy_answer(policy, &call), ERRNO(13));
    call.args[1] = 8;
    cr_expect_eq(scc_policy_answer(policy, &call), SECCOMP_RET_ALLOW);
    struct scc_call umount = {AUDIT_ARCH_X86_64, 166, {0, 3}, 0};
    cr_expect_eq(scc_policy_answer(policy, &umount), ERRNO(13));
    umount.args[1] = 2;
    cr_expect_eq(scc_policy_answer(policy, &umount), SECCOMP_RET_ALLOW);
    call.audit = AUDIT_ARCH_AARCH64;
    cr_expect_eq(scc_policy_answer(policy, &call), SECCOMP_RET_KILL_THREAD);
    selected_clear(&made);
}

Test(lxc, reads_defaults_of_the_two_styles)
{
    static const struct {
        const char *text;
        uint32_t read, other;
    } cases[] = {
        {"2\nallowlist\nread\n", SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_THREAD},
        {"2\nwhitelist trap\nread\n", SECCOMP_RET_ALLOW, SECCOMP_RET_TRAP},
        {"2\ndenylist\nread", SECCOMP_RET_KILL_THREAD, SECCOMP_RET_ALLOW},
        {"2\nblacklist errno 5\nread notify\n", SECCOMP_RET_USER_NOTIF, ERRNO(5)},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct selected made = read_on(cases[i].text, "arm64");
        cr_expect_eq(answer_to(must_hold(&made), "arm64", "read", 0), cases[i].read);
        cr_expect_eq(answer_to(must_hold(&made), "arm", "write", 0), cases[i].other);
        selected_clear(&made);
    }
}

/** LXC does not know riscv64: rules count behind [all] alone. */
Test(lxc, reads_nothing_before_all_on_unknown_hosts)
{
    struct selected made = read_on("2\ndenylist\nread kill\n[all]\nwrite kill\n", "riscv64");
    cr_expect_eq(answer_to(must_hold(&made), "riscv64", "read", 0), SECCOMP_RET_ALLOW);
    cr_expect_eq(answer_to(must_hold(&made), "riscv64", "write", 0), SECCOMP_RET_KILL_THREAD);
    selected_clear(&made);
}

Test(lxc, warns_of_names_that_nothing_has)
{
    struct selected made = read_on("2\nallowlist\nraed\n", "amd64");
    must_hold(&made);
    cr_expect_eq(count_told(&made, SCC_DIAG_WARNING, "p.lxc:3:1: \"raed\""), 1);
    cr_expect_eq(count_told(&made, SCC_DIAG_WARNING, "did you mean read"), 1);
    selected_clear(&made);
}

Test(lxc, refuses_what_lxc_takes_otherwise_than_it_looks)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "expected the version"},
        {"1\nallowlist\n0\n", "expected the version"},
        {"2\n", "expected a second line"},
        {"2\n# x\nallowlist\n", "p.lxc:2:"},
        {"2\nallow\n", "expected allowlist or denylist"},
        {"2\nallowlist debug\n", "debug"},
        {"2\nallowlist notify\n", "every call would wait"},
        {"2\nallowlist log\n", "no action"},
        {"2\nallowlist errno\n", "no errno"},
        {"2\nallowlist errno 4095\n", "no errno"},
        {"2\nallowlist errno 1 x\n", "expected the end"},
        {"2\ndenylist\nread log\n", "p.lxc:3:6: \"log\""},
        {"2\ndenylist\n read kill\n", "p.lxc:3:1: \"\": no system call's name"},
        {"2\n denylist\n", "p.lxc:2:1:"},
        {"2\ndenylist\nread errno 1 [0,1,==][1,x,==]\n", "p.lxc:3:25: \"x\""},
        {"2\ndenylist\nread errno -1\n", "no errno"},
        {"2\ndenylist\nread errno 1x\n", "no errno"},
        {"2\ndenylist\nread allow\n", "p.lxc:3:1: \"read\": a rule that is the default"},
        {"2\ndenylist\nread kill kill\n", "expected the end"},
        {"2\ndenylist\nread [0,1,==]\n", "no action"},
        {"2\ndenylist\nread kill [0,1]\n", "three or four parts"},
        {"2\ndenylist\nread kill [0,1,==,2,3]\n", "three or four parts"},
        {"2\ndenylist\nread kill [6,1,==]\n", "no argument's index"},
        {"2\ndenylist\nread kill [0,18446744073709551616,==]\n", "no number of 64 bits"},
        {"2\ndenylist\nread kill [0,-1,==]\n", "no number of 64 bits"},
        {"2\ndenylist\nread kill [0,000000000000000000000001,==]\n", "no number of 64 bits"},
        {"2\ndenylist\nread kill [0,1,=]\n", "no operator"},
        {"2\ndenylist\nread kill [0,1,==\n", "expected ]"},
        {"2\ndenylist\nread kill [0,1,==] \n", "expected the end"},
        {"2\ndenylist\nread kill [0,1,==][0,2,==]\n", "a second comparison"},
        {"2\ndenylist\nread kill # [0,1,==]\n", "expected the end"},
        {"2\ndenylist\nread\tkill\n", "p.lxc:3:5: a control character"},
        {"2\r\ndenylist\r\n", "a control character"},
        {"2\ndenylist\nread[0,1,==] kill\n", "no system call's name"},
        {"2\ndenylist\n[riscv64]\n", "no architecture of LXC"},
        {"2\ndenylist\n[all] \n", "expected ]"},
        {"2\ndenylist\n[]\n", "no architecture of LXC"},
        {"2\ndenylist\nread kill [0,1,==]\nread trap [0,1,==]\n", "expected one action"},
        {"2\ndenylist\nread kill [0,1,>]\nread trap [0,5,==]\n", "p.lxc:4:1: read("},
        {"2\ndenylist\nread kill [0,1,==][1,1,==][2,1,==][3,1,==][4,1,==][5,1,==][0,1,==]\n",
         "a seventh comparison"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct selected made = read_on(cases[i].text, "amd64");
        cr_expect_null(made.policy, "%s", cases[i].text);
        const char *said = made.err ? scc_error_get_text(made.err) : "no error";
        cr_expect_not_null(strstr(said, cases[i].part), "%s: expected \"%s\" in: %s", cases[i].text,
                           cases[i].part, said);
        selected_clear(&made);
    }
    struct selected made = {0};
    cr_expect_lt(scc_lxc_parse("2\ndenylist\nread\0 x\n", 18, "p.lxc", scc_arch_find("arm"),
                               &made.policy, NULL, &made.err),
                 0);
    selected_clear(&made);
}

/** A text with any one byte changed is refused, or says something else, or the same as before. */
Test(lxc, notices_every_change_of_the_text)
{
    static const char changes[] = "0178x[],= \n#a";
    char *text;
    const char *profile = ERRNO_ON_AMD64
        ", 'syscalls': [{'names': ['read'], 'action': 'SCMP_ACT_ALLOW'},"
        "{'names': ['clone'], 'action': 'SCMP_ACT_ALLOW', 'args': [{'index': 0, 'value': "
        "2114060288, 'valueTwo': 0, 'op': 'SCMP_CMP_MASKED_EQ'}]},"
        "{'names': ['clone3'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 38},"
        "{'names': ['prctl'], 'action': 'SCMP_ACT_KILL', 'args': [" CMP(1, GT, 77) "]}]}";
    struct selected made = write_for(profile, "amd64", &text);
    cr_assert_not_null(text);
    /* The comment may say anything. */
    char *rules = strstr(text, "[all]");
    size_t noticed = 0, tried = 0;
    for (char *at = text; *at; at++) {
        for (const char *to = changes; *to && (at < text + 20 || at >= rules); to++) {
            char was = *at;
            if (*to == was)
                continue;
            *at = *to;
            struct selected changed = read_on(text, "amd64");
            tried++;
            noticed += !changed.policy || !scc_policy_agrees(made.policy, changed.policy);
            selected_clear(&changed);
            *at = was;
        }
    }
    /* A blank or an empty line more, "0" before a number: those change nothing. */
    cr_expect_gt(noticed * 100, tried * 95, "%zu of %zu", noticed, tried);
    free(text);
    selected_clear(&made);
}

/** Whatever the rules, the text says them, or a reason is given: what is read back agrees. */
Test(lxc, says_random_policies)
{
    uint64_t seed = 7;
    unsigned written = 0;
    for (unsigned i = test_rounds(400); i > 0; i--) {
        struct scc_strbuf profile = {0};
        size_t len;
        char *text = NULL;
        scc_strbuf_add(&profile, ERRNO_ON_AMD64 ", 'syscalls': [");
        for (unsigned rules = 1 + random_below(&seed, 4); rules > 0; rules--) {
            add_random_rule(&profile, &seed);
            scc_strbuf_add(&profile, rules > 1 ? "," : "]}");
        }
        struct selected made = select_with(profile.data, "amd64", 0, "6.1", SCC_CONFLICT_STRICTEST);
        int done = scc_policy_to_lxc(must_hold(&made), &text, &len, NULL, &made.err);
        written += done == 0;
        cr_expect(done == 0 || !strstr(scc_error_get_text(made.err), "a fault of"), "%s: %s",
                  profile.data, scc_error_get_text(made.err));
        free(text);
        scc_strbuf_free(&profile);
        selected_clear(&made);
    }
    cr_expect_gt(written, 0);
}
