/* SPDX-License-Identifier: Apache-2.0 */
/** Hardened answers: exactly the stricter of two, in tables, meaning and programs. */
#include <criterion/criterion.h>
#include <linux/seccomp.h>

#include <seccompc/compile.h>

#include "action.h"
#include "decision_support.h"
#include "diag.h"
#include "harden.h"
#include "random_rules.h"

#define ALLOW SECCOMP_RET_ALLOW
#define EPERM_RETURN (SECCOMP_RET_ERRNO | 1)

/** A profile read twice: as it is written, and hardened. */
struct both {
    scc_profile *profile;
    scc_policy *plain, *hard; /* NULL: the profile is refused, either way */
};

static struct both read_both_as(const char *text, const scc_target *target,
                                const struct scc_reading *plain)
{
    struct both both = {0};
    scc_error *err = NULL, *other = NULL;
    struct scc_reading hard = *plain;
    hard.hardens = true;
    must(scc_profile_parse(text, strlen(text), "p.json", &both.profile, NULL, &err), err);
    int done = scc_policy_select(both.profile, target, plain, &both.plain, NULL, &err);
    cr_assert_eq(scc_policy_select(both.profile, target, &hard, &both.hard, NULL, &other), done);
    scc_error_free(err);
    scc_error_free(other);
    return both;
}

static struct both read_both(const char *text, const scc_target *target,
                             enum scc_on_conflict on_conflict)
{
    const struct scc_reading plain = {.on_conflict = on_conflict};
    return read_both_as(text, target, &plain);
}

/** Readings that differ in what answers to unknown calls: @p round tells which. */
static struct scc_reading reading_of(unsigned round, enum scc_on_conflict on_conflict)
{
    struct scc_reading reading = {.on_conflict = on_conflict,
                                  .enosys = (enum scc_enosys)(round % 3)};
    /* Of an author who knew next to nothing: ENOSYS stands in for most defaults. */
    if (reading.enosys == SCC_ENOSYS_KERNEL && round % 2)
        reading.profile_minor = 1;
    return reading;
}

static void free_both(struct both *both)
{
    scc_policy_free(both->plain);
    scc_policy_free(both->hard);
    scc_profile_free(both->profile);
}

static scc_target *target_of(const char *arch)
{
    scc_target *target = NULL;
    scc_error *err = NULL;
    must(scc_target_new(scc_arch_find(arch), scc_target_caps_docker(), 6, 18, &target, &err), err);
    return target;
}

/*
 * What it means, written once more
 */

/** The calls of random_rules.h and the doors in front of them, by their signatures in the kernel.
 */
static unsigned loose_args(const struct scc_arch *arch, uint32_t nr)
{
    static const struct {
        const char *name;
        unsigned args;
    } calls[] = {{"personality", 1}, {"socket", 7}, {"shmat", 5}, {"ipc", 3}, {"socketcall", 1}};
    for (size_t i = 0; arch->is_64bit && i < SCC_COUNT(calls); i++) {
        if (scc_syscall_nr(scc_syscall_find(calls[i].name), arch) == nr)
            return calls[i].args;
    }
    return 0;
}

static uint32_t expected_answer(const struct both *both, const struct scc_call *call)
{
    struct scc_call cleared = *call;
    bool is_x32 = call->audit == scc_arch_find("x32")->audit && call->nr >= SCC_X32_BIT;
    for (size_t i = 0; i < both->plain->arch_count && !is_x32; i++) {
        const struct scc_arch *arch = both->plain->arches[i].arch;
        for (unsigned arg = 0; arch->audit == call->audit && arg < SCC_ARG_COUNT; arg++) {
            if (loose_args(arch, call->nr) >> arg & 1)
                cleared.args[arg] = (uint32_t)call->args[arg];
        }
    }
    uint32_t given = scc_policy_answer(both->plain, call);
    uint32_t other = scc_policy_answer(both->plain, &cleared);
    return scc_action_of(other) < scc_action_of(given) ? other : given;
}

/** That the hardened meaning is nowhere more permissive, and answers calls as it should. */
static void check_meaning(const struct both *both, uint64_t *seed, const char *what)
{
    scc_error *err = NULL;
    scc_diagram plain, hard, where;
    struct scc_decision_space *space = new_space(1 << 20, SCC_ORDER_BY_WORD);
    must(scc_decision_from_policy(space, both->plain, &plain, &err), err);
    must(scc_decision_from_policy(space, both->hard, &hard, &err), err);
    must(scc_decision_where_more_permissive(space, hard, plain, &where, &err), err);
    cr_assert_eq(where, SCC_DIAGRAM_NOWHERE, "%s", what);
    struct material material = material_of(both->plain);
    for (int i = 0; i < 200; i++) {
        struct scc_call call = random_call(&material, seed), cleared;
        uint32_t expected = expected_answer(both, &call);
        cr_assert_eq(scc_policy_answer(both->hard, &call), expected, "%s", what);
        cr_assert_eq(scc_decision_answer(space, hard, &call), expected, "%s", what);
        if (scc_policy_is_tightened(both->hard, &call, &cleared))
            cr_assert_neq(expected, scc_policy_answer(both->plain, &call), "%s", what);
    }
    free_material(&material);
    scc_decision_space_free(space);
}

/** That there is a program for each aim, proved, and that the interpreter agrees. */
static void check_programs(const struct both *both, uint64_t *seed, const char *what)
{
    struct scc_emit_options options = {
        .optimize_for = (enum scc_optimize_for)random_below(seed, SCC_OPTIMIZE_SIZE + 1)};
    scc_error *err = NULL;
    scc_program *program = NULL;
    must(scc_policy_compile(both->hard, &options, &program, &err), err);
    struct material material = material_of(both->plain);
    for (int i = 0; i < 100; i++) {
        struct scc_call call = random_call(&material, seed);
        cr_assert_eq(scc_program_sim(program, &call).return_value, expected_answer(both, &call),
                     "%s", what);
    }
    free_material(&material);
    scc_program_free(program);
}

/** How many numbers are hardened in which way. */
struct counts {
    size_t of[SCC_HARDENS_BOTH + 1];
};

static void count(const struct scc_policy *policy, struct counts *counts)
{
    struct scc_hardened_list list;
    scc_error *err = NULL;
    must(scc_hardened_find(policy, &list, &err), err);
    for (size_t i = 0; i < list.count; i++)
        counts->of[list.items[i].how]++;
    counts->of[SCC_HARDENS_NOTHING] += !list.count;
    scc_hardened_clear(&list);
}

static void check_random(const char *arch, unsigned rounds)
{
    uint64_t seed = 77;
    struct counts counts = {0};
    scc_target *target = target_of(arch);
    for (unsigned round = 0; round < rounds; round++) {
        struct scc_strbuf text = {0};
        add_random_profile(&text, &seed);
        for (int mode = SCC_CONFLICT_REFUSE; mode <= SCC_CONFLICT_STRICTEST; mode++) {
            struct scc_reading reading = reading_of(round, (enum scc_on_conflict)mode);
            struct both both = read_both_as(text.data, target, &reading);
            if (both.plain) {
                check_meaning(&both, &seed, text.data);
                check_programs(&both, &seed, text.data);
                count(both.hard, &counts);
            }
            free_both(&both);
        }
        scc_strbuf_free(&text);
    }
    scc_target_free(target);
    for (int how = 0; rounds >= 50 && how <= SCC_HARDENS_BOTH; how++)
        cr_assert_geq(counts.of[how], 5, "way %d: %zu", how, counts.of[how]);
}

Test(harden, random_rules_amd64)
{
    check_random("amd64", test_rounds(120));
}

Test(harden, random_rules_arm64)
{
    check_random("arm64", test_rounds(50));
}

Test(harden, random_rules_s390x)
{
    check_random("s390x", test_rounds(80));
}

Test(harden, random_rules_mips64)
{
    check_random("mips64", test_rounds(50));
}

/*
 * Ways
 */

#define PROFILE(rules)                                                                             \
    "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_"   \
    "X86\"],\"syscalls\":[" rules "]}"
#define RULE(name, cmps)                                                                           \
    "{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" cmps "]}"
#define CMP(index, op, value)                                                                      \
    "{\"index\":" #index ",\"op\":\"SCMP_CMP_" op "\",\"value\":" #value "}"
/* 2^32 + 40 */
#define HIGH_40 4294967336

Test(harden, each_way)
{
    static const struct {
        const char *profile;
        enum scc_hardening how;
    } cases[] = {
        {PROFILE(RULE("socket", CMP(0, "EQ", 5))), SCC_HARDENS_NOTHING},
        {PROFILE(RULE("socket", CMP(0, "LT", 5))), SCC_HARDENS_NOTHING},
        {PROFILE(RULE("socket", CMP(0, "NE", 5))), SCC_HARDENS_CLEARED},
        {PROFILE(RULE("socket", CMP(0, "GT", 5))), SCC_HARDENS_CLEARED},
        {PROFILE(RULE("socket", CMP(0, "GE", 0))), SCC_HARDENS_NOTHING},
        {PROFILE(RULE("socket", CMP(0, "EQ", 4294967336))), SCC_HARDENS_CLEARED},
        {PROFILE(RULE("socket", CMP(0, "LT", 4294967336))), SCC_HARDENS_NOTHING},
        {PROFILE(RULE("socket", CMP(0, "LT", 38)) "," RULE("socket", CMP(0, "EQ", 39)) "," RULE(
             "socket", CMP(0, "GT", 40))),
         SCC_HARDENS_CLEARED},
        {PROFILE(RULE("socket", CMP(0, "EQ", 5)) "," RULE("socket",
                                                          CMP(0, "EQ", 6) "," CMP(1, "NE", 3))),
         SCC_HARDENS_BOTH},
        /* 64 bits: nothing to ignore. */
        {PROFILE(RULE("unshare", CMP(0, "NE", 5))), SCC_HARDENS_NOTHING},
        {PROFILE(RULE("mount", CMP(3, "NE", 5))), SCC_HARDENS_NOTHING},
        {PROFILE(RULE("prctl", CMP(1, "NE", 5))), SCC_HARDENS_NOTHING},
        {PROFILE(RULE("prctl", CMP(0, "NE", 5))), SCC_HARDENS_CLEARED},
        {PROFILE(RULE("ioctl", CMP(1, "NE", 21522))), SCC_HARDENS_CLEARED},
    };
    scc_target *target = target_of("amd64");
    uint64_t seed = 1;
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct both both = read_both(cases[i].profile, target, SCC_CONFLICT_REFUSE);
        struct counts counts = {0};
        scc_error *err = NULL;
        cr_assert_not_null(both.hard);
        count(both.hard, &counts);
        cr_expect_eq(counts.of[cases[i].how], 1, "%s", cases[i].profile);
        int done = scc_hardened_refuse(both.hard, "it", "no", &err);
        cr_expect_eq(done, cases[i].how == SCC_HARDENS_NOTHING ? 0 : -1, "%s", cases[i].profile);
        scc_error_free(err);
        if (strstr(cases[i].profile, "socket"))
            check_meaning(&both, &seed, cases[i].profile);
        must(scc_hardened_refuse(both.plain, "it", "no", &err), err);
        free_both(&both);
    }
    scc_target_free(target);
}

/** Of two errnos, which are equally strict, that for the arguments as given stays. */
Test(harden, equal_actions_keep_the_answer_as_given)
{
    const char *text =
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"socket\"],"
        "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":97,\"args\":["
        "{\"index\":0,\"op\":\"SCMP_CMP_NE\",\"value\":40}]}]}";
    scc_target *target = target_of("arm64");
    struct both both = read_both(text, target, SCC_CONFLICT_REFUSE);
    struct scc_call call = {.audit = scc_arch_find("arm64")->audit, .nr = 198};
    struct counts counts = {0};
    call.args[0] = HIGH_40;
    cr_assert_eq(scc_policy_answer(both.plain, &call), SECCOMP_RET_ERRNO | 97);
    cr_assert_eq(scc_policy_answer(both.hard, &call), SECCOMP_RET_ERRNO | 97);
    count(both.hard, &counts);
    cr_assert_eq(counts.of[SCC_HARDENS_NOTHING], 1);
    free_both(&both);
    scc_target_free(target);
}

/** Behind socketcall and ipc the arguments are those of these two. */
Test(harden, doors_have_arguments_of_their_own)
{
    const char *text = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"shmat\"],"
                       "\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
                       "{\"index\":1,\"op\":\"SCMP_CMP_NE\",\"value\":5}]}]}";
    scc_target *target = target_of("s390x");
    struct both both = read_both(text, target, SCC_CONFLICT_REFUSE);
    struct scc_call ipc = {.audit = scc_arch_find("s390x")->audit, .nr = 117, .args = {21}};
    struct scc_call shmat = ipc;
    shmat.nr = scc_syscall_nr(scc_syscall_find("shmat"), scc_arch_find("s390x"));
    ipc.args[1] = shmat.args[1] = 0x100000005;
    /* shmat's argument 1 is a pointer, ipc's an int. */
    cr_assert_eq(scc_policy_answer(both.plain, &ipc), ALLOW);
    cr_assert_eq(scc_policy_answer(both.hard, &ipc), EPERM_RETURN);
    cr_assert_eq(scc_policy_answer(both.hard, &shmat), ALLOW);
    /* And its number is an int as well. */
    ipc.args[0] = 0x100000015;
    ipc.args[1] = 7;
    cr_assert_eq(scc_policy_answer(both.plain, &ipc), EPERM_RETURN);
    cr_assert_eq(scc_policy_answer(both.hard, &ipc), EPERM_RETURN);
    free_both(&both);
    scc_target_free(target);
}

/** On s390x clone's flags are its argument 1, and argument 0 is an address. */
Test(harden, clone_flags_stand_second_on_s390x)
{
    const char *text = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"clone\"],"
                       "\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
                       "{\"index\":0,\"op\":\"SCMP_CMP_NE\",\"value\":268435456},"
                       "{\"index\":1,\"op\":\"SCMP_CMP_NE\",\"value\":268435456}]}]}";
    static const char *const arches[] = {"s390x", "amd64", "ppc64le"};
    for (size_t i = 0; i < SCC_COUNT(arches); i++) {
        const struct scc_arch *arch = scc_arch_find(arches[i]);
        scc_target *target = target_of(arches[i]);
        struct both both = read_both(text, target, SCC_CONFLICT_REFUSE);
        struct scc_call call = {.audit = arch->audit};
        call.nr = scc_syscall_nr(scc_syscall_find("clone"), arch);
        for (unsigned arg = 0; arg < 2; arg++) {
            bool holds_flags = arg == (i == 0 ? 1 : 0);
            call.args[arg] = 0x110000000; /* CLONE_NEWUSER, and a bit that the kernel ignores */
            call.args[!arg] = 0;
            cr_expect_eq(scc_policy_answer(both.plain, &call), ALLOW);
            cr_expect_eq(scc_policy_answer(both.hard, &call), holds_flags ? EPERM_RETURN : ALLOW,
                         "%s, argument %u", arches[i], arg);
        }
        free_both(&both);
        scc_target_free(target);
    }
}

/** What is answered before any rule looks at no argument. */
Test(harden, overrides_stay)
{
    struct scc_override override = {
        .audit = scc_arch_find("amd64")->audit,
        .first = 41,
        .last = 41,
        .return_value = ALLOW,
        .is_before_rules = true,
    };
    scc_target *target = target_of("amd64");
    struct both both =
        read_both(PROFILE(RULE("socket", CMP(0, "NE", 40))), target, SCC_CONFLICT_REFUSE);
    struct counts counts = {0};
    uint64_t seed = 3;
    both.plain->overrides = both.hard->overrides = &override;
    both.plain->override_count = both.hard->override_count = 1;
    struct scc_call call = {.audit = override.audit, .nr = 41, .args = {HIGH_40}};
    cr_assert_eq(scc_policy_answer(both.hard, &call), ALLOW);
    check_meaning(&both, &seed, "an override");
    count(both.hard, &counts);
    cr_assert_eq(counts.of[SCC_HARDENS_NOTHING], 1);
    both.plain->overrides = both.hard->overrides = NULL;
    free_both(&both);
    scc_target_free(target);
}

/*
 * Published profiles
 */

static char *read_file(const char *path)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    cr_assert_geq(getdelim(&text, &len, '\0', file), 1);
    fclose(file);
    return text;
}

Test(harden, published_profiles_change_where_they_compare_the_family)
{
    static const struct {
        const char *file;
        bool changes; /* on ABIs with 64-bit arguments */
    } files[] = {
        {"corpus/moby-2026-06.json", true},
        {"corpus/moby-2021-01.json", false},
        {"corpus/containers-common-2025-08.json", false},
        {"corpus/isulad-2026-04.json", false},
        {"corpus/moby-old-format.json", false},
    };
    static const char *const arches[] = {"amd64", "arm64", "s390x", "mips64", "riscv64", "386"};
    char path[512];
    uint64_t seed = 9;
    for (size_t i = 0; i < SCC_COUNT(files); i++) {
        if (!shared_path(files[i].file, path, sizeof path))
            return;
        char *text = read_file(path);
        for (size_t j = 0; j < 3 * SCC_COUNT(arches); j++) {
            const char *arch = arches[j / 3];
            struct scc_reading reading = reading_of((unsigned)j, SCC_CONFLICT_REFUSE);
            scc_target *target = target_of(arch);
            struct both both = read_both_as(text, target, &reading);
            struct counts counts = {0};
            check_meaning(&both, &seed, path);
            check_programs(&both, &seed, path);
            count(both.hard, &counts);
            bool is_wide = false;
            for (size_t k = 0; k < both.hard->arch_count; k++)
                is_wide |= both.hard->arches[k].arch->is_64bit;
            cr_expect_eq(counts.of[SCC_HARDENS_CLEARED], files[i].changes && is_wide, "%s, %s",
                         files[i].file, arch);
            cr_expect_eq(counts.of[SCC_HARDENS_BOTH], 0, "%s, %s", files[i].file, arch);
            free_both(&both);
            scc_target_free(target);
        }
        free(text);
    }
}

/** Docker's default is smaller with it: one word less to look at. */
Test(harden, sizes)
{
    static const struct {
        const char *arch;
        size_t plain, hard;
    } cases[] = {{"amd64", 179, 176}, {"arm64", 150, 148}, {"s390x", 140, 136}};
    char path[512];
    if (!shared_path("corpus/moby-2026-06.json", path, sizeof path))
        return;
    char *text = read_file(path);
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        scc_target *target = target_of(cases[i].arch);
        struct both both = read_both(text, target, SCC_CONFLICT_REFUSE);
        scc_program *plain = NULL, *hard = NULL;
        scc_error *err = NULL;
        must(scc_policy_compile(both.plain, NULL, &plain, &err), err);
        must(scc_policy_compile(both.hard, NULL, &hard, &err), err);
        cr_expect_leq(plain->count, cases[i].plain, "%s: %zu", cases[i].arch, plain->count);
        cr_expect_leq(hard->count, cases[i].hard, "%s: %zu", cases[i].arch, hard->count);
        scc_program_free(plain);
        scc_program_free(hard);
        free_both(&both);
        scc_target_free(target);
    }
    free(text);
}
