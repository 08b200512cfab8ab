/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <linux/seccomp.h>

#include "policies.h"
#include "select.h"
#include "util.h"

#define ALLOW SECCOMP_RET_ALLOW
#define ERRNO(n) (SECCOMP_RET_ERRNO | (n))

/* One entry that allows read, under a default that denies; the rest of the entry is @p more. */
#define READ(more)                                                                                 \
    "{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [\n"                                          \
    "{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', " more "}]}"

static uint64_t caps_of(const char *list)
{
    uint64_t caps = 0;
    char *copy = strdup(list), *rest = copy, *name;
    while ((name = strsep(&rest, " ")) != NULL) {
        if (*name) {
            cr_assert_geq(scc_cap_find(name), 0, "%s", name);
            caps |= (uint64_t)1 << scc_cap_find(name);
        }
    }
    free(copy);
    return caps;
}

/** An entry, a target, and whether the entry applies. */
struct condition_case {
    const char *more, *arch, *caps, *kernel;
    enum scc_left_out left_out;
};

static const struct condition_case conditions[] = {
    {READ("'comment': ''"), "amd64", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {}, 'excludes': {}"), "amd64", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': [], 'caps': []}, 'excludes': {'arches': [], 'caps': []}"),
     "amd64", "CAP_BPF", "6.1", SCC_ENTRY_SELECTED},
    /* includes.arches: one of them */
    {READ("'includes': {'arches': ['amd64']}"), "amd64", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['arm64', 'amd64']}"), "amd64", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['arm64', 's390x']}"), "amd64", "", "6.1",
     SCC_ENTRY_LEFT_OUT_ARCHES},
    /* ... of the target's own, never a sub-architecture */
    {READ("'includes': {'arches': ['x86', 'x32']}"), "amd64", "", "6.1", SCC_ENTRY_LEFT_OUT_ARCHES},
    {READ("'includes': {'arches': ['amd64']}"), "386", "", "6.1", SCC_ENTRY_LEFT_OUT_ARCHES},
    {READ("'includes': {'arches': ['x86']}"), "386", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['386']}"), "386", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['x32']}"), "x32", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['arm']}"), "arm64", "", "6.1", SCC_ENTRY_LEFT_OUT_ARCHES},
    {READ("'includes': {'arches': ['arm']}"), "arm", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['ppc64le']}"), "ppc64le", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['s390']}"), "s390x", "", "6.1", SCC_ENTRY_LEFT_OUT_ARCHES},
    {READ("'includes': {'arches': ['riscv64']}"), "riscv64", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['mips64le']}"), "mipsel64", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['mips64']}"), "mipsel64", "", "6.1", SCC_ENTRY_LEFT_OUT_ARCHES},
    /* LoongArch has two names: containers/common's and moby's */
    {READ("'includes': {'arches': ['loong64']}"), "loong64", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['loongarch64']}"), "loong64", "", "6.1", SCC_ENTRY_SELECTED},
    {READ("'excludes': {'arches': ['loongarch64']}"), "loong64", "", "6.1",
     SCC_ENTRY_LEFT_OUT_ARCHES},
    {READ("'excludes': {'arches': ['loong64']}"), "loong64", "", "6.1", SCC_ENTRY_LEFT_OUT_ARCHES},
    /* excludes.arches: any of them */
    {READ("'excludes': {'arches': ['s390', 'amd64']}"), "amd64", "", "6.1",
     SCC_ENTRY_LEFT_OUT_ARCHES},
    {READ("'excludes': {'arches': ['x86', 'x32']}"), "amd64", "", "6.1", SCC_ENTRY_SELECTED},
    /* includes.caps: all */
    {READ("'includes': {'caps': ['CAP_BPF']}"), "amd64", "CAP_BPF", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'caps': ['CAP_BPF']}"), "amd64", "CAP_SYS_ADMIN", "6.1",
     SCC_ENTRY_LEFT_OUT_CAPS},
    {READ("'includes': {'caps': ['CAP_BPF', 'CAP_PERFMON']}"), "amd64", "CAP_BPF", "6.1",
     SCC_ENTRY_LEFT_OUT_CAPS},
    {READ("'includes': {'caps': ['CAP_BPF', 'CAP_PERFMON']}"), "amd64",
     "CAP_CHOWN CAP_BPF CAP_PERFMON", "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'caps': ['CAP_CHECKPOINT_RESTORE']}"), "amd64", "CAP_CHECKPOINT_RESTORE",
     "6.1", SCC_ENTRY_SELECTED},
    {READ("'includes': {'caps': ['CAP_CHOWN']}"), "amd64", "", "6.1", SCC_ENTRY_LEFT_OUT_CAPS},
    /* excludes.caps: any */
    {READ("'excludes': {'caps': ['CAP_BPF', 'CAP_PERFMON']}"), "amd64", "CAP_PERFMON", "6.1",
     SCC_ENTRY_LEFT_OUT_CAPS},
    {READ("'excludes': {'caps': ['CAP_BPF', 'CAP_PERFMON']}"), "amd64", "CAP_CHOWN", "6.1",
     SCC_ENTRY_SELECTED},
    /* excludes before includes */
    {READ("'includes': {'caps': ['CAP_BPF']}, 'excludes': {'caps': ['CAP_BPF']}"), "amd64",
     "CAP_BPF", "6.1", SCC_ENTRY_LEFT_OUT_CAPS},
    {READ("'includes': {'arches': ['arm64']}, 'excludes': {'caps': ['CAP_BPF']}"), "amd64",
     "CAP_BPF", "6.1", SCC_ENTRY_LEFT_OUT_CAPS},
    {READ("'includes': {'arches': ['amd64']}, 'excludes': {'arches': ['amd64']}"), "amd64", "",
     "6.1", SCC_ENTRY_LEFT_OUT_ARCHES},
    /* minKernel in both: major and minor alone, as numbers */
    {READ("'includes': {'minKernel': '4.8'}"), "amd64", "", "4.8", SCC_ENTRY_SELECTED},
    {READ("'includes': {'minKernel': '4.8'}"), "amd64", "", "4.7", SCC_ENTRY_LEFT_OUT_KERNEL},
    {READ("'includes': {'minKernel': '4.8'}"), "amd64", "", "4.18", SCC_ENTRY_SELECTED},
    {READ("'includes': {'minKernel': '4.8'}"), "amd64", "", "5.0", SCC_ENTRY_SELECTED},
    {READ("'includes': {'minKernel': '5.10'}"), "amd64", "", "5.9", SCC_ENTRY_LEFT_OUT_KERNEL},
    {READ("'excludes': {'minKernel': '4.8'}"), "amd64", "", "4.8", SCC_ENTRY_LEFT_OUT_KERNEL},
    {READ("'excludes': {'minKernel': '4.8'}"), "amd64", "", "4.7", SCC_ENTRY_SELECTED},
    {READ("'includes': {'minKernel': '4.8'}, 'excludes': {'minKernel': '5.8'}"), "amd64", "", "5.7",
     SCC_ENTRY_SELECTED},
    {READ("'includes': {'minKernel': '4.8'}, 'excludes': {'minKernel': '5.8'}"), "amd64", "", "5.8",
     SCC_ENTRY_LEFT_OUT_KERNEL},
    /* all parts of an includes must hold */
    {READ("'includes': {'arches': ['amd64'], 'caps': ['CAP_BPF'], 'minKernel': '5.8'}"), "amd64",
     "CAP_BPF", "5.8", SCC_ENTRY_SELECTED},
    {READ("'includes': {'arches': ['amd64'], 'caps': ['CAP_BPF'], 'minKernel': '5.8'}"), "amd64",
     "CAP_BPF", "5.7", SCC_ENTRY_LEFT_OUT_KERNEL},
    {READ("'includes': {'arches': ['amd64'], 'caps': ['CAP_BPF'], 'minKernel': '5.8'}"), "amd64",
     "CAP_CHOWN", "5.8", SCC_ENTRY_LEFT_OUT_CAPS},
    {READ("'includes': {'arches': ['amd64'], 'caps': ['CAP_BPF'], 'minKernel': '5.8'}"), "arm64",
     "CAP_BPF", "5.8", SCC_ENTRY_LEFT_OUT_ARCHES},
};

Test(select, conditions_decide_entries)
{
    for (size_t i = 0; i < SCC_COUNT(conditions); i++) {
        const struct condition_case *c = &conditions[i];
        struct selected made = select_for(c->more, c->arch, caps_of(c->caps), c->kernel);
        const struct scc_policy *policy = must_hold(&made);
        cr_expect_eq(policy->left_out[0], c->left_out, "%s for %s, %s, %s: %u", c->more, c->arch,
                     c->caps, c->kernel, policy->left_out[0]);
        cr_expect_eq(answer_to(policy, c->arch, "read", 0),
                     c->left_out == SCC_ENTRY_SELECTED ? ALLOW : ERRNO(1), "%s", c->more);
        cr_expect_eq(policy->rule_count, c->left_out == SCC_ENTRY_SELECTED);
        selected_clear(&made);
    }
}

Test(select, an_entry_for_the_target_speaks_of_all_its_architectures)
{
    struct selected made =
        select_for("{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_X86_64', "
                   "'SCMP_ARCH_X86', 'SCMP_ARCH_X32'], 'syscalls': [{'names': ['read'], 'action': "
                   "'SCMP_ACT_ALLOW', 'includes': {'arches': ['x86']}}]}",
                   "386", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    cr_assert_eq(answer_to(policy, "x86", "read", 0), ALLOW);
    cr_assert_eq(answer_to(policy, "x86_64", "read", 0), ALLOW);
    cr_assert_eq(answer_to(policy, "x32", "read", 0), ALLOW);
    selected_clear(&made);
}

Test(select, tells_why_each_entry_is_left_out)
{
    struct selected made = select_for(
        "{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': ["
        "{'names': ['read'], 'action': 'SCMP_ACT_ALLOW'},"
        "{'names': ['write'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'arches': ['arm']}},"
        "{'names': ['open'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'caps': ['CAP_BPF']}},"
        "{'names': ['close'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'minKernel': '6.2'}}]}",
        "amd64", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    cr_assert_eq(policy->entry_count, 4);
    cr_assert_eq(policy->left_out[0], SCC_ENTRY_SELECTED);
    cr_assert_eq(policy->left_out[1], SCC_ENTRY_LEFT_OUT_ARCHES);
    cr_assert_eq(policy->left_out[2], SCC_ENTRY_LEFT_OUT_CAPS);
    cr_assert_eq(policy->left_out[3], SCC_ENTRY_LEFT_OUT_KERNEL);
    selected_clear(&made);
}

/*
 * Architectures
 */

/** The names of the filter's architectures, separated by blanks. */
static void list_arches(const struct scc_policy *policy, char *out, size_t size)
{
    *out = '\0';
    for (size_t i = 0; i < scc_policy_arch_count(policy); i++)
        snprintf(out + strlen(out), size - strlen(out), "%s%s", i ? " " : "",
                 scc_arch_name(scc_policy_arch(policy, i)));
    cr_assert_null(scc_policy_arch(policy, scc_policy_arch_count(policy)));
    cr_assert_eq(scc_policy_target_arch(policy), scc_policy_arch(policy, 0));
}

/* archMap of moby's default profile of 2026 (containers/common's without the last two). */
#define ARCH_MAP                                                                                   \
    "'archMap': [{'architecture': 'SCMP_ARCH_X86_64', 'subArchitectures': ['SCMP_ARCH_X86', "      \
    "'SCMP_ARCH_X32']}, {'architecture': 'SCMP_ARCH_AARCH64', 'subArchitectures': "                \
    "['SCMP_ARCH_ARM']}, {'architecture': 'SCMP_ARCH_MIPS64', 'subArchitectures': "                \
    "['SCMP_ARCH_MIPS', 'SCMP_ARCH_MIPS64N32']}, {'architecture': 'SCMP_ARCH_MIPS64N32', "         \
    "'subArchitectures': ['SCMP_ARCH_MIPS', 'SCMP_ARCH_MIPS64']}, {'architecture': "               \
    "'SCMP_ARCH_MIPSEL64', 'subArchitectures': ['SCMP_ARCH_MIPSEL', 'SCMP_ARCH_MIPSEL64N32']}, "   \
    "{'architecture': 'SCMP_ARCH_MIPSEL64N32', 'subArchitectures': ['SCMP_ARCH_MIPSEL', "          \
    "'SCMP_ARCH_MIPSEL64']}, {'architecture': 'SCMP_ARCH_S390X', 'subArchitectures': "             \
    "['SCMP_ARCH_S390']}, {'architecture': 'SCMP_ARCH_RISCV64', 'subArchitectures': null}, "       \
    "{'architecture': 'SCMP_ARCH_LOONGARCH64', 'subArchitectures': null}]"

/** Architectures in a profile, a target, and the filter's architectures. */
struct arch_case {
    const char *listed, *target, *arches;
    const char *note; /* NULL: none at all */
};

static const struct arch_case arch_cases[] = {
    {ARCH_MAP, "amd64", "x86_64 x86 x32", NULL},
    {ARCH_MAP, "386", "x86 x86_64 x32", NULL},
    {ARCH_MAP, "x32", "x32 x86_64 x86", NULL},
    {ARCH_MAP, "arm64", "aarch64 arm", NULL},
    {ARCH_MAP, "arm", "arm aarch64", NULL},
    {ARCH_MAP, "mips64", "mips64 mips64n32 mips", NULL},
    {ARCH_MAP, "mips64n32", "mips64n32 mips64 mips", NULL},
    {ARCH_MAP, "mips", "mips mips64 mips64n32", NULL},
    {ARCH_MAP, "mips64le", "mipsel64 mipsel64n32 mipsel", NULL},
    {ARCH_MAP, "mipsel64n32", "mipsel64n32 mipsel64 mipsel", NULL},
    {ARCH_MAP, "mipsle", "mipsel mipsel64 mipsel64n32", NULL},
    {ARCH_MAP, "s390x", "s390x s390", NULL},
    {ARCH_MAP, "s390", "s390 s390x", NULL},
    {ARCH_MAP, "riscv64", "riscv64", NULL},
    {ARCH_MAP, "loong64", "loongarch64", NULL},
    {ARCH_MAP, "loongarch64", "loongarch64", NULL},
    {ARCH_MAP, "ppc64le", "ppc64le", "archMap has no row for ppc64le"},
    {ARCH_MAP, "m68k", "m68k", "archMap has no row for m68k"},
    {ARCH_MAP, "parisc", "parisc", "archMap has no row for parisc"},
    /* no archMap: architectures, else the target alone */
    {"'architectures': ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86']", "amd64", "x86_64 x86", NULL},
    {"'architectures': ['SCMP_ARCH_X86']", "amd64", "x86_64 x86", NULL},
    {"'architectures': ['SCMP_ARCH_X32']", "386", "x86 x32", NULL},
    {"'architectures': ['SCMP_ARCH_X86', 'SCMP_ARCH_X86']", "386", "x86", NULL},
    {"'architectures': ['SCMP_ARCH_NATIVE']", "arm64", "aarch64", NULL},
    {"'architectures': ['SCMP_ARCH_NATIVE', 'SCMP_ARCH_ARM']", "arm64", "aarch64 arm", NULL},
    {"'architectures': []", "amd64", "x86_64", "neither archMap nor architectures"},
    {"'architectures': null", "s390x", "s390x", "neither archMap nor architectures"},
    {"'archMap': []", "amd64", "x86_64", "neither archMap nor architectures"},
    {"'archMap': [], 'architectures': ['SCMP_ARCH_X86']", "amd64", "x86_64 x86", NULL},
    {"'flags': []", "riscv64", "riscv64", "neither archMap nor architectures"},
    /* what the target's kernel cannot run is left out */
    {"'architectures': ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_X86']", "amd64", "x86_64 x86",
     "aarch64 is left out: the target's kernel cannot run it"},
    {"'architectures': ['SCMP_ARCH_MIPS64']", "mips64le", "mipsel64",
     "mips64 is left out: the target's kernel cannot run it"},
    {"'architectures': ['SCMP_ARCH_PPC64']", "ppc64le", "ppc64le", "ppc64 is left out"},
    {"'architectures': ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64']", "s390x", "s390x",
     "aarch64 is left out"},
    {"'architectures': ['SCMP_ARCH_RISCV32']", "riscv64", "riscv64",
     "riscv32 is left out: no system-call numbers are known for it"},
    /* a row of the target's own goes before its kernel's, and its architecture comes with it */
    {"'archMap': [{'architecture': 'SCMP_ARCH_X86_64', 'subArchitectures': ['SCMP_ARCH_X32']}, "
     "{'architecture': 'SCMP_ARCH_X86', 'subArchitectures': []}]",
     "386", "x86", NULL},
    {"'archMap': [{'architecture': 'SCMP_ARCH_X86_64', 'subArchitectures': null}]", "386",
     "x86 x86_64", NULL},
    {"'archMap': [{'architecture': 'SCMP_ARCH_X86_64', 'subArchitectures': "
     "['SCMP_ARCH_NATIVE', 'SCMP_ARCH_ARM']}]",
     "amd64", "x86_64", "arm is left out"},
    /* amd64 reads its own row alone */
    {"'archMap': [{'architecture': 'SCMP_ARCH_X86', 'subArchitectures': ['SCMP_ARCH_X32']}]",
     "amd64", "x86_64", "archMap has no row for x86_64"},
};

Test(select, filters_are_for_the_rows_architectures)
{
    for (size_t i = 0; i < SCC_COUNT(arch_cases); i++) {
        const struct arch_case *c = &arch_cases[i];
        char text[2048], arches[256];
        snprintf(text, sizeof text, "{'defaultAction': 'SCMP_ACT_ERRNO', %s}", c->listed);
        struct selected made = select_for(text, c->target, 0, "6.1");
        list_arches(must_hold(&made), arches, sizeof arches);
        cr_expect_str_eq(arches, c->arches);
        size_t notes = scc_diags_count(made.diags, SCC_DIAG_NOTE);
        if (c->note)
            cr_expect_eq(count_told(&made, SCC_DIAG_NOTE, c->note), 1, "%s for %s", c->listed,
                         c->target);
        else
            cr_expect_eq(notes, 0, "%s for %s: %zu notes", c->listed, c->target, notes);
        cr_expect_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), 0);
        selected_clear(&made);
    }
}

Test(select, every_target_of_the_default_profiles_has_its_architectures)
{
    static const struct {
        const char *target, *arches;
    } cases[] = {
        {"amd64", "x86_64 x86 x32"},
        {"386", "x86 x86_64 x32"},
        {"arm64", "aarch64 arm"},
        {"arm", "arm aarch64"},
        {"mips64", "mips64 mips64n32 mips"},
        {"mipsel64", "mipsel64 mipsel64n32 mipsel"},
        {"s390x", "s390x s390"},
        {"ppc64le", "ppc64le"},
        {"riscv64", "riscv64"},
        {"loong64", "loongarch64"},
    };
    static const char *const files[] = {"corpus/moby-2026-06.json",
                                        "corpus/containers-common-2025-08.json"};
    for (size_t i = 0; i < SCC_COUNT(files); i++) {
        for (size_t j = 0; j < SCC_COUNT(cases); j++) {
            char path[512], arches[256];
            struct selected made = {.diags = scc_diags_new()};
            scc_target *target = NULL;
            must(scc_profile_read(shared_path(files[i], path, sizeof path), &made.profile, NULL,
                                  &made.err),
                 made.err);
            must(scc_target_new(scc_arch_find(cases[j].target), scc_cap_docker(), 6, 1, &target,
                                &made.err),
                 made.err);
            must(scc_policy_select(made.profile, target, NULL, &made.policy, made.diags, &made.err),
                 made.err);
            list_arches(made.policy, arches, sizeof arches);
            cr_expect_str_eq(arches, cases[j].arches);
            scc_target_free(target);
            selected_clear(&made);
        }
    }
}

/*
 * Names
 */

Test(select, warns_of_names_that_no_architecture_has)
{
    struct selected made = select_for(
        "{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_NATIVE'], 'syscalls': [\n"
        "{'names': ['read', 'raed',\n 'socketcall', 'no_such_call_at_all', ' read'], 'action': "
        "'SCMP_ACT_ALLOW'},\n"
        "{'name': 'mout', 'action': 'SCMP_ACT_ALLOW'}]}",
        "amd64", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    cr_assert_eq(policy->unknown_names, 4);
    cr_assert_eq(policy->absent_names, 1); /* socketcall: i386 has it */
    cr_assert_eq(policy->rule_count, 1);
    cr_assert_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), 4);
    cr_assert_eq(count_told(&made, SCC_DIAG_WARNING,
                            "p.json:2:20: \"raed\" is no system call of any known architecture and "
                            "has no effect; did you mean \"read\"? (syscalls[0].names[1])"),
                 1);
    cr_assert_eq(count_told(&made, SCC_DIAG_WARNING, "p.json:3:16: \"no_such_call_at_all\""), 1);
    cr_assert_eq(count_told(&made, SCC_DIAG_WARNING, "did you mean \"mount\"? (syscalls[1].name)"),
                 1);
    selected_clear(&made);
}

Test(select, is_silent_about_names_of_entries_that_do_not_apply)
{
    struct selected made =
        select_for(READ("'includes': {'caps': ['CAP_BPF']}},\n{'names': ['raed'], 'action': "
                        "'SCMP_ACT_ALLOW', 'includes': {'arches': ['arm']}"),
                   "amd64", 0, "6.1");
    cr_assert_eq(must_hold(&made)->unknown_names, 0);
    cr_assert_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), 0);
    selected_clear(&made);
}

Test(select, counts_unknown_names_when_there_are_many)
{
    static const struct {
        size_t unknown, warnings;
        const char *last; /* NULL: all are told by name */
    } cases[] = {
        {50, 50, NULL},
        {51, 51, "1 further names of no known system call"},
        {60, 51, "10 further names of no known system call"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct scc_strbuf text = {0};
        scc_strbuf_add(&text, "{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': "
                              "['SCMP_ARCH_NATIVE'], 'syscalls': [{'action': 'SCMP_ACT_ALLOW', "
                              "'names': ['read'");
        for (size_t j = 0; j < cases[i].unknown; j++)
            scc_strbuf_addf(&text, ", 'no_such_call_%zu'", j);
        scc_strbuf_add(&text, "]}]}");
        struct selected made = select_for(text.data, "amd64", 0, "6.1");
        cr_expect_eq(must_hold(&made)->unknown_names, cases[i].unknown);
        cr_expect_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), cases[i].warnings);
        cr_expect_eq(count_told(&made, SCC_DIAG_WARNING, cases[i].last ? cases[i].last : "further"),
                     cases[i].last != NULL);
        selected_clear(&made);
        scc_strbuf_free(&text);
    }
}

Test(select, warns_of_an_entry_without_names)
{
    struct selected made =
        select_for("{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_NATIVE'],\n"
                   "'syscalls': [{'names': [], 'action': 'SCMP_ACT_ALLOW'}]}",
                   "amd64", 0, "6.1");
    must_hold(&made);
    cr_assert_eq(count_told(&made, SCC_DIAG_WARNING,
                            "p.json:2:14: an entry with empty names has no effect (syscalls[0])"),
                 1);
    selected_clear(&made);
}

/* A name may stand on one of the filter's architectures alone; it is skipped on the others. */
Test(select, skips_names_where_they_do_not_exist)
{
    struct selected made =
        select_for("{'defaultAction': 'SCMP_ACT_ERRNO', " ARCH_MAP ", 'syscalls': [{'names': "
                   "['open', 'breakpoint', 'uretprobe'], 'action': 'SCMP_ACT_ALLOW'}]}",
                   "arm64", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    cr_assert_eq(policy->absent_names, 1);
    cr_assert_eq(policy->rule_count, 2);
    cr_assert_eq(answer_to(policy, "arm", "open", 0), ALLOW);
    cr_assert_eq(answer_to(policy, "arm", "breakpoint", 0), ALLOW);
    cr_assert_eq(policy->arches[0].count, 0);
    cr_assert_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), 0);
    selected_clear(&made);
}

/*
 * Errnos
 */

/** A default answer and an entry's, by target. */
struct answer_case {
    const char *defaults, *entry, *target;
    uint32_t wanted_default, wanted;
};

Test(select, errnos_are_the_targets)
{
    static const struct answer_case cases[] = {
        /* absent: EPERM */
        {"'defaultAction': 'SCMP_ACT_ERRNO'", "'action': 'SCMP_ACT_TRACE'", "amd64", ERRNO(1),
         SECCOMP_RET_TRACE | 1},
        {"'defaultAction': 'SCMP_ACT_TRACE'", "'action': 'SCMP_ACT_ERRNO'", "mips64",
         SECCOMP_RET_TRACE | 1, ERRNO(1)},
        {"'defaultAction': 'SCMP_ACT_ALLOW'", "'action': 'SCMP_ACT_ERRNO', 'errnoRet': 0", "amd64",
         ALLOW, ERRNO(0)},
        /* a number is the number, on every architecture */
        {"'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 38",
         "'action': 'SCMP_ACT_ERRNO', 'errnoRet': 89", "mips64", ERRNO(38), ERRNO(89)},
        /* a name is the target's number */
        {"'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'ENOSYS'",
         "'action': 'SCMP_ACT_ERRNO', 'errno': 'EDEADLOCK'", "amd64", ERRNO(38), ERRNO(35)},
        {"'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'ENOSYS'",
         "'action': 'SCMP_ACT_ERRNO', 'errno': 'EDEADLOCK'", "mips64", ERRNO(89), ERRNO(56)},
        {"'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'ENOSYS'",
         "'action': 'SCMP_ACT_ERRNO', 'errno': 'EDEADLOCK'", "ppc64le", ERRNO(38), ERRNO(58)},
        {"'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'ENOSYS'",
         "'action': 'SCMP_ACT_ERRNO', 'errno': 'EDEADLOCK'", "parisc", ERRNO(251), ERRNO(45)},
        {"'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'EPERM'",
         "'action': 'SCMP_ACT_TRACE', 'errno': 'ENOSYS'", "mipsel64", ERRNO(1),
         SECCOMP_RET_TRACE | 89},
        /* the name wins over the number; decimal text is a number */
        {"'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'ENOSYS', 'defaultErrnoRet': 38",
         "'action': 'SCMP_ACT_ERRNO', 'errnoRet': 1, 'errno': 'EINVAL'", "mips64", ERRNO(89),
         ERRNO(22)},
        {"'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': '38', 'defaultErrnoRet': 1",
         "'action': 'SCMP_ACT_ERRNO', 'errno': '89', 'errnoRet': 1", "mips64", ERRNO(38),
         ERRNO(89)},
        {"'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': '', 'defaultErrnoRet': 7",
         "'action': 'SCMP_ACT_ERRNO', 'errno': '', 'errnoRet': 8", "amd64", ERRNO(7), ERRNO(8)},
        {"'defaultAction': 'SCMP_ACT_KILL'", "'action': 'SCMP_ACT_ERRNO', 'errnoRet': 4094",
         "amd64", SECCOMP_RET_KILL_THREAD, ERRNO(4094)},
        {"'defaultAction': 'SCMP_ACT_LOG'", "'action': 'SCMP_ACT_TRACE', 'errnoRet': 65535",
         "amd64", SECCOMP_RET_LOG, SECCOMP_RET_TRACE | 65535},
        {"'defaultAction': 'SCMP_ACT_KILL_PROCESS'", "'action': 'SCMP_ACT_NOTIFY'", "amd64",
         SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_USER_NOTIF},
        {"'defaultAction': 'SCMP_ACT_TRAP'", "'action': 'SCMP_ACT_KILL'", "amd64", SECCOMP_RET_TRAP,
         SECCOMP_RET_KILL_THREAD},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "{%s, 'architectures': ['SCMP_ARCH_NATIVE'], 'syscalls': [{'names': ['read'], "
                 "%s}]}",
                 cases[i].defaults, cases[i].entry);
        struct selected made = select_for(text, cases[i].target, 0, "6.1");
        const struct scc_policy *policy = must_hold(&made);
        cr_expect_eq(scc_policy_default(policy), cases[i].wanted_default, "%s: %x", text,
                     scc_policy_default(policy));
        cr_expect_eq(answer_to(policy, cases[i].target, "read", 0), cases[i].wanted, "%s: %x", text,
                     answer_to(policy, cases[i].target, "read", 0));
        cr_expect_eq(answer_to(policy, cases[i].target, "write", 0), cases[i].wanted_default);
        selected_clear(&made);
    }
}

Test(select, refuses_an_errno_that_the_target_lacks)
{
    static const char entry[] =
        "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [\n{'names': ['read'], 'action': "
        "'SCMP_ACT_ERRNO', 'errno': 'EINIT', 'includes': {'arches': ['amd64', 'mips64']}}]}";
    struct selected made = select_for(entry, "amd64", 0, "6.1");
    cr_assert_null(made.policy);
    cr_assert_eq(scc_error_get_code(made.err), SCC_ERROR_INPUT);
    cr_assert_eq(scc_error_get_line(made.err), 2);
    cr_assert_eq(scc_error_get_column(made.err), 58);
    cr_assert_str_eq(scc_error_get_json_path(made.err), "syscalls[0].errno");
    cr_assert_str_eq(scc_error_get_message(made.err), "x86_64 has no errno of this name");
    selected_clear(&made);
    /* Where it exists, and where the entry does not apply, there is nothing to refuse. */
    made = select_for(entry, "mips64", 0, "6.1");
    cr_assert_eq(answer_to(must_hold(&made), "mips64", "read", 0), ERRNO(141));
    selected_clear(&made);
    made = select_for(entry, "arm64", 0, "6.1");
    must_hold(&made);
    selected_clear(&made);
    made = select_for("{'defaultAction': 'SCMP_ACT_ERRNO',\n 'defaultErrno': 'EINIT'}", "amd64", 0,
                      "6.1");
    cr_assert_null(made.policy);
    cr_assert_str_eq(scc_error_get_json_path(made.err), "defaultErrno");
    cr_assert_eq(scc_error_get_line(made.err), 2);
    selected_clear(&made);
}

/*
 * Rules
 */

#define CMP(index, value) "{'index': " #index ", 'value': " #value ", 'op': 'SCMP_CMP_EQ'}"

Test(select, comparisons_of_one_argument_become_rules_of_their_own)
{
    struct selected made =
        select_for(READ("'args': [" CMP(0, 1) "," CMP(1, 2) "," CMP(0, 3) "]"), "amd64", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    cr_assert_eq(policy->rule_count, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(policy->rules[i].cmp_count, 1);
        cr_assert_eq(policy->rules[i].cmps[0].value, i + 1);
        cr_assert_eq(policy->rules[i].cmps[0].arg, i == 1);
    }
    selected_clear(&made);
    made =
        select_for(READ("'args': [" CMP(0, 1) "," CMP(1, 2) "," CMP(5, 3) "]"), "amd64", 0, "6.1");
    policy = must_hold(&made);
    cr_assert_eq(policy->rule_count, 1);
    cr_assert_eq(policy->rules[0].cmp_count, 3);
    selected_clear(&made);
}

Test(select, warns_of_rules_that_never_answer)
{
    struct selected made = select_for(
        "{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_NATIVE'], 'syscalls': [\n"
        "{'names': ['setns', 'read'], 'action': 'SCMP_ACT_ALLOW'},\n"
        "{'names': ['setns'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 38},\n"
        "{'names': ['read'], 'action': 'SCMP_ACT_LOG', 'args': [" CMP(
            0, 1) "]},\n"
                  "{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': [" CMP(
                      0, 2) "]},\n"
                            "{'names': ['read'], 'action': 'SCMP_ACT_ERRNO'}]}",
        "amd64", 0, "6.1");
    must_hold(&made);
    cr_assert_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), 3);
    /* A deny that is the default has no effect either, wherever it stands. */
    cr_assert_eq(count_told(&made, SCC_DIAG_WARNING,
                            "p.json:6:12: read: ERRNO(EPERM) has no effect, since it is the "
                            "default: line 2"),
                 1);
    cr_assert_eq(count_told(&made, SCC_DIAG_WARNING,
                            "p.json:3:12: setns: ERRNO(ENOSYS) has no effect: line 2 answers ALLOW "
                            "without looking at arguments"),
                 1);
    cr_assert_eq(
        count_told(&made, SCC_DIAG_WARNING, "p.json:4:12: read: LOG has no effect: line 2"), 1);
    selected_clear(&made);
}

Test(select, counts_rules_that_never_answer_when_there_are_many)
{
    static const struct {
        int hidden;
        size_t warnings;
        const char *last; /* NULL: all are told one by one */
    } cases[] = {{50, 50, NULL}, {57, 51, "7 further rules without effect"}};
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct scc_strbuf text = {0};
        scc_strbuf_add(&text, "{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': "
                              "['SCMP_ARCH_NATIVE'], 'syscalls': [{'names': ['read'], 'action': "
                              "'SCMP_ACT_ALLOW'}");
        for (int j = 0; j < cases[i].hidden; j++)
            scc_strbuf_addf(
                &text, ", {'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': %d}", 2 + j);
        scc_strbuf_add(&text, "]}");
        struct selected made = select_for(text.data, "amd64", 0, "6.1");
        must_hold(&made);
        cr_expect_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), cases[i].warnings);
        cr_expect_eq(count_told(&made, SCC_DIAG_WARNING, cases[i].last ? cases[i].last : "further"),
                     cases[i].last != NULL);
        selected_clear(&made);
        scc_strbuf_free(&text);
    }
}

/* accept has no number on x86: it is behind socketcall alone, which line 2 allows whole. */
Test(select, warns_of_rules_that_never_answer_behind_a_door)
{
    struct selected made = select_for(
        "{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_NATIVE'], 'syscalls': [\n"
        "{'names': ['socketcall'], 'action': 'SCMP_ACT_ALLOW'},\n"
        "{'names': ['accept'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 38}]}",
        "386", 0, "6.1");
    must_hold(&made);
    cr_assert_eq(count_told(&made, SCC_DIAG_WARNING, "accept: ERRNO(ENOSYS) has no effect: line 2"),
                 1, "FINDING: a rule is dropped in silence");
    selected_clear(&made);
}

Test(select, takes_flags_and_listener_over)
{
    struct selected made =
        select_for("{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_NATIVE'], "
                   "'flags': ['SECCOMP_FILTER_FLAG_LOG'], 'listenerPath': '/run/l', "
                   "'listenerMetadata': 'm'}",
                   "amd64", 0, "6.1");
    const struct scc_policy *policy = must_hold(&made);
    cr_assert(policy->has_flags);
    cr_assert_eq(policy->flags, SECCOMP_FILTER_FLAG_LOG);
    cr_assert_str_eq(policy->listener_path, "/run/l");
    cr_assert_str_eq(policy->listener_metadata, "m");
    cr_assert_str_eq(policy->profile_name, "p.json");
    cr_assert_eq(scc_diags_count(made.diags, SCC_DIAG_NOTE), 0);
    selected_clear(&made);
}

/* crun 1.8.1 starts such a container, runc does not. */
Test(select, warns_of_a_notification_without_listener)
{
    struct selected made = select_for(
        "{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_NATIVE'], 'syscalls': [\n"
        "{'names': ['mount'], 'action': 'SCMP_ACT_NOTIFY'}]}",
        "amd64", 0, "6.1");
    must_hold(&made);
    cr_assert_eq(count_told(&made, SCC_DIAG_WARNING,
                            "mount: NOTIFY without listenerPath: runc refuses to start, and under "
                            "crun, where nobody listens then, the kernel answers ENOSYS"),
                 1);
    selected_clear(&made);
}

/* What the profiles select for real targets, by names that differ between targets. */
Test(select, selects_dockers_default_as_docker_does)
{
    static const struct {
        const char *caps, *kernel, *name;
        uint32_t wanted;
    } cases[] = {
        {"", "6.1", "read", ALLOW},
        {"", "6.1", "mount", ERRNO(1)},
        {"CAP_SYS_ADMIN", "6.1", "mount", ALLOW},
        {"", "4.7", "ptrace", ERRNO(1)},
        {"", "4.8", "ptrace", ALLOW},
        {"CAP_SYS_PTRACE", "4.7", "ptrace", ALLOW},
        {"", "6.1", "clone3", ERRNO(38)},
        {"CAP_SYS_ADMIN", "6.1", "clone3", ALLOW},
        {"", "6.1", "arch_prctl", ALLOW},
        {"CAP_BPF", "6.1", "bpf", ALLOW},
        {"", "6.1", "bpf", ERRNO(1)},
        {"", "6.1", "syslog", ERRNO(1)},
        {"CAP_SYSLOG", "6.1", "syslog", ALLOW},
        {"", "6.1", "chroot", ERRNO(1)},
        {"CAP_SYS_CHROOT", "6.1", "chroot", ALLOW},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char path[512];
        struct selected made = {0};
        scc_target *target = NULL;
        struct scc_kernel kernel;
        cr_assert(scc_kernel_parse(cases[i].kernel, &kernel));
        must(scc_profile_read(shared_path("corpus/moby-2026-06.json", path, sizeof path),
                              &made.profile, NULL, &made.err),
             made.err);
        must(scc_target_new(scc_arch_find("amd64"), caps_of(cases[i].caps), kernel.major,
                            kernel.minor, &target, &made.err),
             made.err);
        must(scc_policy_select(made.profile, target, NULL, &made.policy, NULL, &made.err),
             made.err);
        cr_expect_eq(answer_to(made.policy, "x86_64", cases[i].name, 0), cases[i].wanted,
                     "%s with %s on %s: %x", cases[i].name, cases[i].caps, cases[i].kernel,
                     answer_to(made.policy, "x86_64", cases[i].name, 0));
        scc_target_free(target);
        selected_clear(&made);
    }
}
