/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What answers to numbers that an author could not know: against the definitions, read anew over
 * the table of calls, and against runc's stub as a program.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <seccompc/compile.h>

#include "compile.h"
#include "enosys.h"
#include "policies.h"
#include "prove.h"
#include "random_rules.h"
#include "walk.h"

#define EPERM_ANSWER (SECCOMP_RET_ERRNO | EPERM)
#define ENOSYS_ANSWER (SECCOMP_RET_ERRNO | ENOSYS)

enum { MIPS_ENOSYS = 89 };

static const char *const arches[] = {"amd64", "arm64", "s390x", "mips64"};

static const char *const profiles[] = {
    "corpus/moby-2026-06.json",
    "corpus/moby-2021-01.json",
    "corpus/containers-common-2025-08.json",
    "corpus/isulad-2026-04.json",
};

static const struct scc_reading plain = {.on_conflict = SCC_CONFLICT_STRICTEST};
static const struct scc_reading as_runc = {.on_conflict = SCC_CONFLICT_STRICTEST,
                                           .enosys = SCC_ENOSYS_RUNC};

static struct scc_reading by_kernel(unsigned major, unsigned minor)
{
    return (struct scc_reading){.on_conflict = SCC_CONFLICT_STRICTEST,
                                .enosys = SCC_ENOSYS_KERNEL,
                                .profile_major = major,
                                .profile_minor = minor};
}

static struct scc_policy *select_as(const scc_profile *profile, const char *arch,
                                    const struct scc_reading *reading)
{
    scc_error *err = NULL;
    scc_target *target;
    struct scc_policy *policy;
    must(scc_target_new(scc_arch_find(arch), scc_target_caps_docker(), 6, 18, &target, &err), err);
    must(scc_policy_select(profile, target, reading, &policy, NULL, &err), err);
    scc_target_free(target);
    return policy;
}

static scc_profile *parse(const char *text)
{
    scc_error *err = NULL;
    scc_profile *profile;
    char *json = with_quotes(text);
    must(scc_profile_parse(json, strlen(json), "p.json", &profile, NULL, &err), err);
    free(json);
    return profile;
}

static uint32_t enosys_on(uint32_t audit)
{
    bool is_mips = (audit & 0xffff) == EM_MIPS;
    return SECCOMP_RET_ERRNO | (is_mips ? MIPS_ENOSYS : ENOSYS);
}

/** The program of a policy, proved. */
static scc_program *compile_policy(const struct scc_policy *policy)
{
    scc_error *err = NULL;
    scc_program *program;
    must(scc_policy_compile(policy, NULL, &program, &err), err);
    return program;
}

/*
 * By cases
 */

#define WITH_ARCHES                                                                                \
    "'architectures':['SCMP_ARCH_X86_64','SCMP_ARCH_X86','SCMP_ARCH_X32',"                         \
    "'SCMP_ARCH_ARM','SCMP_ARCH_AARCH64','SCMP_ARCH_MIPS64','SCMP_ARCH_MIPS64N32',"                \
    "'SCMP_ARCH_MIPS','SCMP_ARCH_S390X','SCMP_ARCH_S390'],"

/** openat2 is of Linux 5.6, with number 437; close_range of 5.9, 436; faccessat2 of 5.8, 439. */
static const char names_openat2[] =
    "{'defaultAction':'SCMP_ACT_ERRNO'," WITH_ARCHES "'syscalls':["
    "{'names':['read','openat2'],'action':'SCMP_ACT_ALLOW'},"
    "{'names':['socket'],'action':'SCMP_ACT_ALLOW','args':[{'index':0,'value':1,"
    "'op':'SCMP_CMP_EQ'}]}]}";

struct expectation {
    const char *arch;
    uint32_t nr;
    uint32_t as_runc, by_kernel;
};

#define ALLOWED SECCOMP_RET_ALLOW
#define E1 EPERM_ANSWER
#define ES ENOSYS_ANSWER
#define EM (SECCOMP_RET_ERRNO | MIPS_ENOSYS)
#define NONE SCC_BAD_ARCH_RETURN

/* The target is the first name's kernel; arguments are all 0. */
static const struct expectation expectations[] = {
    {"x86_64", 0, ALLOWED, ALLOWED},
    {"x86_64", 437, ALLOWED, ALLOWED}, /* openat2 */
    {"x86_64", 436, E1, ES},           /* close_range, younger though its number is smaller */
    {"x86_64", 438, ES, E1},           /* pidfd_getfd, 5.6 */
    {"x86_64", 439, ES, ES},           /* faccessat2 */
    {"x86_64", 434, E1, E1},           /* pidfd_open, 5.3 */
    {"x86_64", 41, E1, E1},            /* socket(0): its rule does not match */
    {"x86_64", 183, E1, E1},           /* afs_syscall: reserved, and has a name */
    {"x86_64", 156, E1, E1},           /* _sysctl: removed */
    {"x86_64", 340, E1, ES},           /* between two parts of the table */
    {"x86_64", 512, ES, ES},           /* x32's rt_sigaction without its bit */
    {"x86_64", 0x3fffffff, ES, ES},
    {"x86_64", 0x80000000, ES, ES},
    {"x86_64", 0xbfffffff, ES, ES},
    {"x32", 0x40000000, ALLOWED, ALLOWED},
    {"x32", 0x40000000 + 436, E1, ES},
    {"x32", 0x40000000 + 512, ES, E1}, /* rt_sigaction, above openat2 */
    {"x32", 0x40000000 + 13, E1, ES},  /* x86_64's rt_sigaction with x32's bit */
    {"x32", 0x7fffffff, ES, ES},
    {"x32", 0xc0000000, ES, ES},
    {"x32", 0xfffffffe, ES, ES},
    {"x32", 0xffffffff, ES, E1},
    {"x86", 436, E1, ES},
    {"x86", 359, E1, E1}, /* socket, since 4.3 here; it matches no rule */
    {"x86", 0xffffffff, ES, E1},
    {"x86", 0x40000000, ES, ES},
    {"aarch64", 436, E1, ES},
    {"aarch64", 295, E1, ES},
    {"aarch64", 0xffffffff, ES, E1},
    {"arm", 0xf0001, ES, E1}, /* breakpoint */
    {"arm", 0xf0000, ES, ES},
    {"arm", 0xf0007, ES, ES},
    {"s390x", 0, ES, ES}, /* by 0 the kernel calls what it does not know */
    {"s390x", 3, ALLOWED, ALLOWED},
    {"s390x", 436, E1, ES},
    {"s390", 0, ES, ES},
    {"mips64", 0, E1, EM}, /* below the ABI's numbers */
    {"mips64", 4999, E1, EM},
    {"mips64", 5000, ALLOWED, ALLOWED},
    {"mips64", 5436, E1, EM},
    {"mips64", 5438, EM, E1},
    {"mips64", 6000, EM, EM},
    {"mips64n32", 6000, ALLOWED, ALLOWED},
    {"mips64n32", 5000, E1, EM},
    {"mips", 4003, ALLOWED, ALLOWED},
    {"mips", 3, E1, EM},
    {"mips", 0xffffffff, EM, E1},
};

Test(enosys, numbers_one_by_one)
{
    const struct scc_reading kernel = by_kernel(0, 0);
    scc_profile *profile = parse(names_openat2);
    for (size_t i = 0; i < SCC_COUNT(expectations); i++) {
        const struct expectation *at = &expectations[i];
        const struct scc_arch *arch = scc_arch_find(at->arch);
        const char *target = scc_arch_get(arch->kernel)->name;
        struct scc_policy *runc = select_as(profile, target, &as_runc);
        struct scc_policy *aged = select_as(profile, target, &kernel);
        struct scc_call call = {.audit = arch->audit, .nr = at->nr};
        cr_expect_eq(scc_policy_answer(runc, &call), at->as_runc, "%s %u: runc, %x", at->arch,
                     at->nr, scc_policy_answer(runc, &call));
        cr_expect_eq(scc_policy_answer(aged, &call), at->by_kernel, "%s %u: kernel, %x", at->arch,
                     at->nr, scc_policy_answer(aged, &call));
        scc_policy_free(runc);
        scc_policy_free(aged);
    }
    scc_profile_free(profile);
}

/**
 * Where rules compare arguments, what is left over is the default's, or of what stands in for it.
 * So is a name that is listed with the default's own answer: with the youngest name's kernel it
 * keeps that, with an older one ENOSYS stands in.
 */
Test(enosys, arguments_that_match_no_rule)
{
    const struct scc_reading kernels[] = {by_kernel(0, 0), by_kernel(5, 9), by_kernel(5, 8),
                                          by_kernel(5, 7)};
    const uint32_t left_over[] = {EPERM_ANSWER, EPERM_ANSWER, ENOSYS_ANSWER, ENOSYS_ANSWER};
    const uint32_t as_default[] = {EPERM_ANSWER, EPERM_ANSWER, EPERM_ANSWER, ENOSYS_ANSWER};
    scc_profile *profile =
        parse("{'defaultAction':'SCMP_ACT_ERRNO','syscalls':["
              "{'names':['close_range'],'action':'SCMP_ACT_ALLOW','args':[{'index':2,'value':4,"
              "'op':'SCMP_CMP_EQ'}]},"
              "{'names':['faccessat2'],'action':'SCMP_ACT_ERRNO','errnoRet':1}]}");
    for (size_t i = 0; i < SCC_COUNT(kernels); i++) {
        struct scc_policy *policy = select_as(profile, "amd64", &kernels[i]);
        struct scc_call call = {.audit = AUDIT_ARCH_X86_64, .nr = 436, .args = {0, 0, 4}};
        scc_program *program = compile_policy(policy);
        cr_expect_eq(scc_policy_answer(policy, &call), SECCOMP_RET_ALLOW);
        call.args[2] = 5;
        cr_expect_eq(scc_policy_answer(policy, &call), left_over[i]);
        cr_expect_eq(scc_program_sim(program, &call).return_value, left_over[i]);
        call.nr = 439; /* its rule is the default, which is no rule; 5.8 */
        cr_expect_eq(scc_policy_answer(policy, &call), as_default[i]);
        cr_expect_eq(scc_program_sim(program, &call).return_value, as_default[i]);
        scc_program_free(program);
        scc_policy_free(policy);
    }
    scc_profile_free(profile);
}

/** The youngest name counts wherever it stands; a name of unknown age does not. */
Test(enosys, the_authors_kernel)
{
    static const struct {
        const char *entries;
        struct scc_kernel known;
    } cases[] = {
        {"", {0, 0}},
        {"{'names':['afs_syscall'],'action':'SCMP_ACT_ALLOW'}", {0, 0}},
        {"{'names':['openat2','close_range','read'],'action':'SCMP_ACT_ALLOW'}", {5, 9}},
        {"{'names':['mseal'],'action':'SCMP_ACT_ALLOW','includes':{'caps':['CAP_SYS_ADMIN']}},"
         "{'names':['read'],'action':'SCMP_ACT_ALLOW'}",
         {6, 10}},
        {"{'names':['riscv_hwprobe'],'action':'SCMP_ACT_ERRNO'}", {6, 4}},
        {"{'names':['semget'],'action':'SCMP_ACT_ALLOW'}", {2, 0}},
    };
    const struct scc_reading kernel = by_kernel(0, 0);
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct scc_strbuf text = {0};
        scc_strbuf_addf(&text, "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[%s]}",
                        cases[i].entries);
        scc_profile *profile = parse(text.data);
        struct scc_policy *policy = select_as(profile, "386", &kernel);
        cr_expect_eq(policy->profile_kernel.major, cases[i].known.major, "%s", cases[i].entries);
        cr_expect_eq(policy->profile_kernel.minor, cases[i].known.minor, "%s", cases[i].entries);
        scc_policy_free(policy);
        scc_profile_free(profile);
        scc_strbuf_free(&text);
    }
}

Test(enosys, permissive_defaults_stay)
{
    static const struct {
        const char *action;
        bool has_overrides;
    } cases[] = {
        {"ALLOW", false}, {"LOG", false},         {"TRACE", false}, {"ERRNO", true},
        {"TRAP", true},   {"KILL_PROCESS", true}, {"KILL", true},
    };
    const struct scc_reading readings[] = {as_runc, by_kernel(0, 0)};
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        for (size_t j = 0; j < SCC_COUNT(readings); j++) {
            struct scc_strbuf text = {0};
            scc_strbuf_addf(&text,
                            "{'defaultAction':'SCMP_ACT_%s','architectures':['SCMP_ARCH_X86_64'],"
                            "'syscalls':[{'names':['read','openat2'],'action':'SCMP_ACT_%s'}]}",
                            cases[i].action, i ? "ALLOW" : "ERRNO");
            scc_profile *profile = parse(text.data);
            struct scc_policy *policy = select_as(profile, "amd64", &readings[j]);
            cr_expect_eq(policy->override_count > 0, cases[i].has_overrides, "%s", cases[i].action);
            scc_program_free(compile_policy(policy));
            scc_policy_free(policy);
            scc_profile_free(profile);
            scc_strbuf_free(&text);
        }
    }
}

/*
 * By the definition
 */

/** A policy read in a mode beside the same as written, and its program. */
struct pair {
    const struct scc_policy *plain, *policy;
    const struct scc_program *program;
    char found[160];
};

/** Whether a call of that number is in the table and no younger than the author's kernel. */
static bool is_known(const struct scc_arch *arch, uint32_t nr, struct scc_kernel known)
{
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
        const struct scc_syscall *call = &scc_syscall_table[i];
        if (scc_syscall_nr(call, arch) == nr &&
            scc_kernel_at_least(known, scc_syscall_since(call, arch)))
            return true;
    }
    return false;
}

static uint32_t answer_by_age(const struct pair *pair, const struct scc_call *call)
{
    uint32_t answer, outside;
    const struct scc_rule *rule = scc_policy_match(pair->plain, call, &answer);
    const struct scc_policy_arch *table =
        scc_policy_find_arch(pair->plain, call->audit, call->nr, &outside);
    if (rule || !table || call->nr == SCC_NR_SKIP ||
        is_known(table->arch, call->nr, pair->policy->profile_kernel))
        return answer;
    return enosys_on(call->audit);
}

static int compare_by_age(const struct scc_call *call, void *context)
{
    struct pair *pair = context;
    uint32_t expected = answer_by_age(pair, call);
    uint32_t answer = scc_policy_answer(pair->policy, call);
    uint32_t given = scc_program_sim(pair->program, call).return_value;
    snprintf(pair->found, sizeof pair->found,
             "audit %x nr %x: %x expected, the policy says %x, the program %x", call->audit,
             call->nr, expected, answer, given);
    return expected != answer || expected != given;
}

/** Numbers that walk_policy() does not reach, and the borders of every call's. */
static void walk_far_numbers(const struct scc_policy *policy, walk_fn *visit, struct pair *pair)
{
    static const uint32_t numbers[] = {0xf0000,    0xf0001,    0xf0006,    0xf0007,
                                       0x3fffffff, 0x7fffffff, 0x80000000, 0x800001b4,
                                       0xbfffffff, 0xc0000000, 0xc00001b4, 0xfffffffe};
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        struct scc_call call = {.audit = arch->audit};
        for (size_t j = 0; j < SCC_COUNT(numbers); j++) {
            call.nr = numbers[j];
            cr_assert_eq(visit(&call, pair), 0, "%s", pair->found);
        }
        for (uint32_t nr = 0; nr < 600; nr++) {
            call.nr = arch->nr_offset + nr;
            cr_assert_eq(visit(&call, pair), 0, "%s", pair->found);
        }
    }
}

static void check_by_age(const scc_profile *profile, const char *arch,
                         const struct scc_reading *reading)
{
    struct scc_policy *as_written = select_as(profile, arch, &plain);
    struct scc_policy *policy = select_as(profile, arch, reading);
    scc_program *program = compile_policy(policy);
    struct pair pair = {as_written, policy, program, ""};
    cr_assert_gt(policy->override_count, 0);
    cr_assert_eq(walk_policy(policy, compare_by_age, &pair), 0, "%s", pair.found);
    walk_far_numbers(policy, compare_by_age, &pair);
    scc_program_free(program);
    scc_policy_free(policy);
    scc_policy_free(as_written);
}

static scc_profile *read_shared(const char *file)
{
    char path[512];
    scc_error *err = NULL;
    scc_profile *profile;
    must(scc_profile_read(shared_path(file, path, sizeof path), &profile, NULL, &err), err);
    return profile;
}

Test(enosys, published_profiles_by_age)
{
    const struct scc_reading readings[] = {by_kernel(0, 0), by_kernel(4, 19), by_kernel(255, 255)};
    for (size_t i = 0; i < SCC_COUNT(profiles); i++) {
        scc_profile *profile = read_shared(profiles[i]);
        for (size_t j = 0; j < SCC_COUNT(arches); j++) {
            for (size_t k = 0; k < SCC_COUNT(readings); k++)
                check_by_age(profile, arches[j], &readings[k]);
        }
        scc_profile_free(profile);
    }
}

/*
 * runc's stub as a program, in front of ours for the profile as written
 */

struct stub {
    struct sock_filter insns[4096];
    size_t count;
    size_t leaving[64]; /* jumps to the filter behind the stub */
    size_t leaving_count;
};

static void put(struct stub *stub, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
    stub->insns[stub->count++] = (struct sock_filter){code, jt, jf, k};
}

/** ENOSYS where the number is above @p largest, else on to the filter. */
static void put_limit(struct stub *stub, uint32_t audit, uint32_t largest)
{
    put(stub, BPF_JMP | BPF_JGT | BPF_K, largest, 1, 0);
    stub->leaving[stub->leaving_count++] = stub->count;
    put(stub, BPF_JMP | BPF_JA, 0, 0, 0);
    put(stub, BPF_RET | BPF_K, enosys_on(audit), 0, 0);
}

/** The largest number of the names that the profile selects; behind a door they have none. */
static uint32_t largest_of(const struct scc_policy *policy, const struct scc_arch *arch)
{
    uint32_t largest = 0;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_syscall *call = policy->rules[i].call;
        uint32_t nr = scc_syscall_nr(call, arch);
        if (nr != SCC_NR_NONE && !scc_syscall_door(call, arch).call && nr > largest)
            largest = nr;
    }
    return largest;
}

/** The part of a stub for one audit arch; @p x32 is 0 but beside x86_64. */
static void put_section(struct stub *stub, const struct scc_arch *arch, uint32_t largest,
                        uint32_t x32)
{
    bool is_s390 = (arch->audit & 0xffff) == EM_S390;
    put(stub, BPF_LD | BPF_W | BPF_ABS, 4, 0, 0);
    size_t skip = stub->count;
    put(stub, BPF_JMP | BPF_JEQ | BPF_K, arch->audit, 0, 0);
    put(stub, BPF_LD | BPF_W | BPF_ABS, 0, 0, 0);
    if (is_s390) {
        put(stub, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
        put(stub, BPF_RET | BPF_K, enosys_on(arch->audit), 0, 0);
    }
    if (arch->audit == AUDIT_ARCH_X86_64) {
        size_t halves = stub->count;
        put(stub, BPF_JMP | BPF_JSET | BPF_K, SCC_X32_BIT, 0, 0);
        put_limit(stub, arch->audit, largest ? largest : UINT32_MAX);
        stub->insns[halves].jt = (uint8_t)(stub->count - halves - 1);
        put_limit(stub, arch->audit, x32 ? x32 : UINT32_MAX);
    } else {
        put_limit(stub, arch->audit, largest);
    }
    stub->insns[skip].jf = (uint8_t)(stub->count - skip - 1);
}

static void put_stub(struct stub *stub, const struct scc_policy *policy)
{
    enum scc_action action = scc_action_of(policy->default_return);
    const struct scc_arch *x32_arch = scc_arch_get(SCC_ARCH_X32);
    uint32_t x86_64 = 0, x32 = 0;
    if (action == SCC_ACTION_ALLOW || action == SCC_ACTION_LOG || action == SCC_ACTION_TRACE)
        return;
    for (size_t i = policy->lists_target ? 0 : 1; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        uint32_t largest = largest_of(policy, arch);
        if (arch == x32_arch)
            x32 = largest;
        else if (arch->audit == x32_arch->audit)
            x86_64 = largest;
        else if (largest)
            put_section(stub, arch, largest, 0);
    }
    if (x86_64 || x32)
        put_section(stub, scc_arch_get(SCC_ARCH_X86_64), x86_64, x32);
}

/** Proves that the policy is what the stub and the program of the policy as written do together. */
static void check_stub(const scc_profile *profile, const char *arch, size_t *proved_stubs)
{
    static struct stub stub;
    scc_error *err = NULL;
    struct scc_proof proof;
    struct scc_policy *as_written = select_as(profile, arch, &plain);
    struct scc_policy *policy = select_as(profile, arch, &as_runc);
    scc_program *behind = compile_policy(as_written), *own = compile_policy(policy);
    struct scc_program whole = *behind;
    stub.count = stub.leaving_count = 0;
    put_stub(&stub, as_written);
    *proved_stubs += stub.count > 0;
    for (size_t i = 0; i < stub.leaving_count; i++)
        stub.insns[stub.leaving[i]].k = (uint32_t)(stub.count - stub.leaving[i] - 1);
    memcpy(&stub.insns[stub.count], behind->insns, behind->count * sizeof *behind->insns);
    whole.insns = stub.insns;
    whole.count = stub.count + behind->count;
    must(scc_program_check(&whole, &err), err);
    must(scc_prove(policy, &whole, &proof, &err), err);
    cr_assert(proof.equal, "%s, audit %x nr %x: %x, the stub %x", arch, proof.call.audit,
              proof.call.nr, proof.expected, proof.actual);
    scc_program_free(behind);
    scc_program_free(own);
    scc_policy_free(policy);
    scc_policy_free(as_written);
}

Test(enosys, published_profiles_under_runcs_stub)
{
    size_t proved = 0;
    for (size_t i = 0; i < SCC_COUNT(profiles); i++) {
        scc_profile *profile = read_shared(profiles[i]);
        for (size_t j = 0; j < SCC_COUNT(arches); j++)
            check_stub(profile, arches[j], &proved);
        scc_profile_free(profile);
    }
    cr_assert_geq(proved, SCC_COUNT(profiles) * SCC_COUNT(arches) - 4, "%zu", proved);
}

/*
 * Random rules
 */

/** A random profile, for the target's own architecture too. */
static scc_profile *random_profile(uint64_t *seed)
{
    struct scc_strbuf text = {0};
    scc_error *err = NULL;
    scc_profile *profile;
    add_random_profile(&text, seed);
    char *first = strstr(text.data, "SCMP_ARCH_X86\"");
    struct scc_strbuf whole = {0};
    scc_strbuf_add_bytes(&whole, text.data, (size_t)(first - text.data));
    scc_strbuf_add(&whole, random_below(seed, 4) ? "SCMP_ARCH_NATIVE\",\"" : "");
    scc_strbuf_add(&whole, random_below(seed, 2) ? "SCMP_ARCH_MIPS\",\"SCMP_ARCH_ARM\",\"" : "");
    scc_strbuf_add(&whole, first);
    must(scc_profile_parse(whole.data, whole.len, "random", &profile, NULL, &err), err);
    scc_strbuf_free(&text);
    scc_strbuf_free(&whole);
    return profile;
}

Test(enosys, random_rules)
{
    uint64_t seed = 20;
    size_t proved = 0;
    const struct scc_reading readings[] = {by_kernel(0, 0), by_kernel(5, 2), by_kernel(3, 17)};
    for (unsigned i = test_rounds(15); i > 0; i--) {
        scc_profile *profile = random_profile(&seed);
        for (size_t j = 0; j < SCC_COUNT(arches); j++) {
            check_stub(profile, arches[j], &proved);
            check_by_age(profile, arches[j], &readings[random_below(&seed, 3)]);
        }
        scc_profile_free(profile);
    }
    cr_assert_gt(proved, 0);
}

/** Each mode with hardening: proved, for published and for random rules. */
Test(enosys, with_hardening)
{
    uint64_t seed = 21;
    struct scc_reading readings[] = {as_runc, by_kernel(0, 0), by_kernel(4, 4)};
    for (size_t i = 0; i < SCC_COUNT(profiles) + test_rounds(8); i++) {
        scc_profile *profile =
            i < SCC_COUNT(profiles) ? read_shared(profiles[i]) : random_profile(&seed);
        for (size_t j = 0; j < SCC_COUNT(arches); j++) {
            struct scc_reading reading = readings[(i + j) % SCC_COUNT(readings)];
            reading.hardens = true;
            struct scc_policy *policy = select_as(profile, arches[j], &reading);
            scc_program_free(compile_policy(policy));
            scc_policy_free(policy);
        }
        scc_profile_free(profile);
    }
}

/** Every mode refuses at least what the profile refuses. */
Test(enosys, never_more_permissive)
{
    scc_error *err = NULL;
    const struct scc_reading readings[] = {as_runc, by_kernel(0, 0), by_kernel(4, 4)};
    scc_profile *profile = read_shared(profiles[0]);
    for (size_t i = 0; i < SCC_COUNT(arches); i++) {
        for (size_t j = 0; j < SCC_COUNT(readings); j++) {
            struct scc_policy *as_written = select_as(profile, arches[i], &plain);
            struct scc_policy *policy = select_as(profile, arches[i], &readings[j]);
            struct scc_decision_space *space = new_space(1 << 20, SCC_ORDER_BY_WORD);
            scc_diagram one, two, where;
            must(scc_decision_from_policy(space, as_written, &one, &err), err);
            must(scc_decision_from_policy(space, policy, &two, &err), err);
            must(scc_decision_where_more_permissive(space, two, one, &where, &err), err);
            cr_expect_eq(where, SCC_DIAGRAM_NOWHERE);
            cr_expect_neq(one, two);
            scc_decision_space_free(space);
            scc_policy_free(policy);
            scc_policy_free(as_written);
        }
    }
    scc_profile_free(profile);
}

/** A number that the stub answers is not one of the allowed ones. */
Test(enosys, counts_leave_out_what_the_stub_answers)
{
    scc_profile *profile = parse("{'defaultAction':'SCMP_ACT_ERRNO','architectures':["
                                 "'SCMP_ARCH_X86'],'syscalls':["
                                 "{'names':['read','socket'],'action':'SCMP_ACT_ALLOW'}]}");
    struct scc_policy *as_written = select_as(profile, "386", &plain);
    struct scc_policy *policy = select_as(profile, "386", &as_runc);
    scc_program *before = compile_policy(as_written), *after = compile_policy(policy);
    /* socket (359) has a door, so read (3) is the largest. */
    cr_expect_eq(scc_count_cached(as_written, before).allowed, 2);
    cr_expect_eq(scc_count_cached(policy, after).allowed, 1);
    cr_expect_eq(scc_count_cached(policy, after).cached, 1);
    scc_program_free(before);
    scc_program_free(after);
    scc_policy_free(policy);
    scc_policy_free(as_written);
    scc_profile_free(profile);
}
