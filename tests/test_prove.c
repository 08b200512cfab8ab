/* SPDX-License-Identifier: Apache-2.0 */
#include "decision_support.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <seccompc/emit.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "prove.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/** How often something is repeated: a sanitizer's build is ten times slower and asks for less. */
static unsigned rounds_or(unsigned usual)
{
    const char *rounds = getenv("SCC_TEST_ROUNDS");
    unsigned wanted = rounds ? (unsigned)atoi(rounds) : usual;
    return wanted < usual ? wanted : usual;
}

/** libseccomp's program; NULL where it refuses the policy. */
static scc_program *program_of(const struct scc_policy *policy, enum scc_scmp_shape shape)
{
    scc_program *program = NULL;
    if (scc_emit_scmp(policy, shape, &program, NULL, NULL) < 0)
        return NULL;
    return program;
}

static struct scc_proof proof_of(const struct scc_policy *policy, const scc_program *program)
{
    scc_error *err = NULL;
    struct scc_proof proof;
    must(scc_prove(policy, program, &proof, &err), err);
    return proof;
}

/** A difference must be one, whoever is asked. */
static void check_difference(const struct scc_policy *policy, const scc_program *program,
                             const struct scc_proof *proof)
{
    cr_assert_not(proof->equal);
    cr_assert_neq(proof->expected, proof->actual);
    cr_assert_eq(proof->expected, scc_policy_answer(policy, &proof->call));
    cr_assert_eq(proof->actual, scc_program_sim(program, &proof->call).return_value);
    if (proof->rule)
        cr_assert_eq(proof->expected, proof->rule->return_value);
}

static char *description_of(const struct scc_policy *policy, const struct scc_proof *proof)
{
    struct scc_strbuf text = {0};
    scc_proof_describe(&text, policy, proof);
    return scc_strbuf_steal(&text);
}

/*
 * The corpus
 */

/** Takes out what the installed libseccomp has no number for: only its mistakes are left. */
static void forget_unknown(struct scc_policy *policy)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        struct scc_policy_arch *arch = &policy->arches[i];
        size_t kept = 0;
        for (size_t j = 0; j < arch->count; j++) {
            const struct scc_syscall *call = policy->rules[arch->placed[j].rule].call;
            bool is_known = seccomp_syscall_resolve_name_arch(arch->arch->token, call->name) >= 0 ||
                            scc_syscall_door(call, arch->arch).call;
            if (is_known)
                arch->placed[kept++] = arch->placed[j];
        }
        arch->count = kept;
    }
}

static void check_corpus(const char *file, const char *arch, enum scc_scmp_shape shape)
{
    char path[4096];
    shared_path(file, path, sizeof path);
    struct fixture fixture = policy_of_file(path, arch);
    scc_program *program = program_of(fixture.policy, shape);
    cr_assert_not_null(program, "%s for %s", file, arch);
    struct scc_proof proof = proof_of(fixture.policy, program);
    if (!proof.equal) {
        check_difference(fixture.policy, program, &proof);
        forget_unknown(fixture.policy);
        proof = proof_of(fixture.policy, program);
    }
    char *text = proof.equal ? NULL : description_of(fixture.policy, &proof);
    cr_assert(proof.equal, "%s for %s: %s", file, arch, text);
    scc_program_free(program);
    free_fixture(&fixture);
}

static const char *const corpus[] = {
    "corpus/moby-2026-06.json",    "corpus/moby-2021-01.json",
    "corpus/moby-old-format.json", "corpus/containers-common-2025-08.json",
    "corpus/isulad-2026-04.json",  "corpus/moby-conditional-include.json",
};

Test(prove, libseccomps_programs_of_the_corpus_are_right)
{
    for (size_t i = 0; i < SCC_COUNT(corpus); i++) {
        check_corpus(corpus[i], "amd64", SCC_SCMP_LINEAR);
        check_corpus(corpus[i], "amd64", SCC_SCMP_TREE);
    }
}

Test(prove, programs_of_either_byte_order)
{
    static const char *const arches[] = {"arm64", "s390x", "riscv64", "ppc64le", "mips64", "386"};
    for (size_t i = 0; i < SCC_COUNT(arches); i++)
        check_corpus("corpus/moby-2021-01.json", arches[i], SCC_SCMP_LINEAR);
}

/** The figure is 10 ms for docker's default on all three ABIs; here with room for a loaded host. */
Test(prove, dockers_default_takes_milliseconds)
{
    static const enum scc_scmp_shape shapes[] = {SCC_SCMP_LINEAR, SCC_SCMP_TREE};
    char path[4096];
    shared_path("corpus/moby-2026-06.json", path, sizeof path);
    struct fixture fixture = policy_of_file(path, "amd64");
    for (size_t i = 0; i < SCC_COUNT(shapes); i++) {
        scc_program *program = program_of(fixture.policy, shapes[i]);
        double best = 1e9;
        size_t nodes = 0;
        for (int round = 0; round < 20; round++) {
            double start = seconds();
            nodes = proof_of(fixture.policy, program).nodes;
            double took = seconds() - start;
            best = took < best ? took : best;
        }
        cr_log_info("%zu instructions: %.2f ms, %zu nodes", scc_program_count(program), best * 1e3,
                    nodes);
        cr_assert_lt(best, 0.1);
        cr_assert_lt(nodes, 20000);
        scc_program_free(program);
    }
    free_fixture(&fixture);
}

/*
 * libseccomp's mistakes
 */

/** A profile for x86_64 alone whose default is ERRNO(1), with these elements of `syscalls`. */
static struct fixture policy_of_rules(const char *rules)
{
    struct scc_strbuf text = {0};
    scc_strbuf_addf(&text,
                    "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,\n"
                    "\"syscalls\":[%s]}",
                    rules);
    char *whole = scc_strbuf_steal(&text);
    struct fixture fixture = policy_of_text(whole, "x86_64");
    free(whole);
    return fixture;
}

#define CMP(index, op, value) "{\"index\":" index ",\"value\":" value ",\"op\":\"SCMP_CMP_" op "\"}"
#define RULE(cmps) "{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" cmps "]}"

static const struct known_bug {
    const char *rules;
    uint64_t args[SCC_ARG_COUNT]; /* an input that 2.5.4 gets wrong */
    uint32_t expected;
} known_bugs[] = {
    {RULE(CMP("1", "LT", "4294967297")) "," RULE(CMP("1", "LT", "1")), {0, 1}, SECCOMP_RET_ALLOW},
    {RULE(CMP("0", "GT", "1")) "," RULE(CMP("1", "EQ", "6") "," CMP("0", "LT", "1")) "," RULE(
         CMP("2", "GT", "0") "," CMP("0", "GT", "6")),
     {0, 2},
     SECCOMP_RET_ERRNO | 1},
};

/** GHSA-4q85-33p6-j5g6 and its like: the proof finds them where the installed version has them. */
Test(prove, finds_libseccomps_known_mistakes)
{
    for (size_t i = 0; i < SCC_COUNT(known_bugs); i++) {
        struct fixture fixture = policy_of_rules(known_bugs[i].rules);
        struct scc_call call = {.audit = fixture.policy->target->audit, .nr = 135};
        memcpy(call.args, known_bugs[i].args, sizeof call.args);
        cr_assert_eq(scc_policy_answer(fixture.policy, &call), known_bugs[i].expected);
        for (int shape = SCC_SCMP_LINEAR; shape <= SCC_SCMP_TREE; shape++) {
            scc_program *program = program_of(fixture.policy, (enum scc_scmp_shape)shape);
            struct scc_proof proof = proof_of(fixture.policy, program);
            bool is_wrong = scc_program_sim(program, &call).return_value != known_bugs[i].expected;
            if (strcmp(scc_scmp_version(), "2.5.4") == 0)
                cr_assert(is_wrong);
            if (is_wrong) {
                check_difference(fixture.policy, program, &proof);
                char *text = description_of(fixture.policy, &proof);
                cr_log_info("libseccomp %s: %s", scc_scmp_version(), text);
                free(text);
            }
            scc_program_free(program);
        }
        free_fixture(&fixture);
    }
}

/*
 * Random rule sets
 */

enum {
    /** libseccomp needs a millisecond, or for some rule sets forever (2.5.4). */
    PATIENCE_US = 500 * 1000,
};

/** In a child: writes libseccomp's program to @p fd and exits with 0, or 1 where it is refused. */
static void emit_in_child(const struct scc_policy *policy, int fd)
{
    struct itimerval patience = {.it_value.tv_usec = PATIENCE_US};
    setitimer(ITIMER_REAL, &patience, NULL);
    scc_program *program = program_of(policy, SCC_SCMP_LINEAR);
    if (!program)
        _exit(1);
    size_t len;
    void *bytes = scc_program_to_bytes(program, &len);
    bool is_written = bytes && write(fd, bytes, len) == (ssize_t)len;
    _exit(is_written ? 0 : 2);
}

/** As program_of(), but NULL also, and *hangs, where libseccomp does not end. */
static scc_program *patient_program_of(const struct scc_policy *policy, bool *hangs)
{
    static unsigned char bytes[SCC_PROGRAM_MAX * SCC_INSTRUCTION_BYTES];
    scc_program *program = NULL;
    scc_error *err = NULL;
    int fds[2], status;
    size_t len = 0;
    ssize_t got;
    cr_assert_eq(pipe(fds), 0);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0)
        emit_in_child(policy, fds[1]);
    close(fds[1]);
    while ((got = read(fds[0], bytes + len, sizeof bytes - len)) > 0)
        len += (size_t)got;
    close(fds[0]);
    cr_assert_eq(waitpid(child, &status, 0), child);
    *hangs = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    cr_assert(*hangs || (WIFEXITED(status) && WEXITSTATUS(status) < 2), "status 0x%x", status);
    if (!*hangs && WEXITSTATUS(status) == 0)
        must(scc_program_parse(bytes, len, policy->target, &program, &err), err);
    return program;
}

/** 64-bit values around the boundaries of words. */
static uint64_t random_boundary(uint64_t *seed, bool is_64bit)
{
    uint64_t low =
        random_below(seed, 2) ? random_below(seed, 8) : (uint32_t)(0 - random_below(seed, 3));
    uint64_t high = random_below(seed, 2) || !is_64bit ? 0 : random_below(seed, 3);
    if (is_64bit && random_below(seed, 16) == 0)
        high = UINT32_MAX - random_below(seed, 2);
    return high << 32 | low;
}

static void add_random_rule(struct scc_strbuf *text, uint64_t *seed, bool is_64bit)
{
    static const char *const actions[] = {"SCMP_ACT_LOG", "SCMP_ACT_TRAP", "SCMP_ACT_KILL_PROCESS"};
    /* Mostly ALLOW, as in profiles; the others conflict more often than not. */
    const char *action = random_below(seed, 6) ? "SCMP_ACT_ALLOW" : actions[random_below(seed, 3)];
    scc_strbuf_addf(text, "{\"names\":[\"personality\"],\"action\":\"%s\",\"args\":[", action);
    unsigned cmps = 1 + random_below(seed, 3), first = random_below(seed, 3);
    for (unsigned i = 0; i < cmps; i++)
        scc_strbuf_addf(text, "%s{\"index\":%u,\"value\":%llu,\"valueTwo\":%llu,\"op\":\"%s\"}",
                        i ? "," : "", (first + i) % 3,
                        (unsigned long long)random_boundary(seed, is_64bit),
                        (unsigned long long)random_boundary(seed, is_64bit),
                        scc_op_name((enum scc_op)random_below(seed, SCC_OP_COUNT)));
    scc_strbuf_add(text, "]}");
}

static struct fixture random_rules(uint64_t *seed, const char *arch)
{
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
    unsigned rules = 1 + random_below(seed, 6);
    for (unsigned i = 0; i < rules; i++) {
        scc_strbuf_add(&text, i ? "," : "");
        add_random_rule(&text, seed, scc_arch_find(arch)->is_64bit);
    }
    scc_strbuf_add(&text, "]}");
    char *whole = scc_strbuf_steal(&text);
    struct fixture fixture = policy_of_text(whole, arch);
    free(whole);
    return fixture;
}

/** A call of personality whose first arguments are at or beside the rules' constants. */
static struct scc_call boundary_call(const struct scc_policy *policy,
                                     const struct material *material, uint64_t *seed)
{
    struct scc_call call = random_call(material, seed);
    call.audit = policy->target->audit;
    call.nr = scc_syscall_nr(scc_syscall_find("personality"), policy->target);
    return call;
}

static void check_samples(const struct scc_policy *policy, const scc_program *program,
                          const struct scc_proof *proof, scc_diagram of_policy,
                          const struct scc_decision_space *space, uint64_t *seed)
{
    struct material material = material_of(policy);
    for (int i = 0; i < 500; i++) {
        struct scc_call call = boundary_call(policy, &material, seed);
        uint32_t expected = scc_policy_answer(policy, &call);
        cr_assert_eq(scc_decision_answer(space, of_policy, &call), expected);
        if (proof->equal)
            cr_assert_eq(scc_program_sim(program, &call).return_value, expected);
    }
    free_material(&material);
}

/** What became of random rule sets. */
struct tally {
    unsigned refused, hanging, right, wrong, conflicting, conflicting_wrong;
};

static void check_rule_set(struct fixture *fixture, uint64_t *seed, struct tally *tally)
{
    scc_error *err = NULL;
    struct scc_decision_conflict conflict;
    bool has_conflict;
    scc_diagram diagram;
    bool hangs = false;
    scc_program *program = fixture->policy ? patient_program_of(fixture->policy, &hangs) : NULL;
    if (!program) {
        tally->hanging += hangs;
        tally->refused += !hangs;
        return;
    }
    struct scc_decision_space *space = new_space(1 << 20, SCC_ORDER_BY_WORD);
    must(scc_decision_from_policy(space, fixture->policy, &diagram, &err), err);
    must(scc_decision_find_conflict(space, fixture->policy, &has_conflict, &conflict, &err), err);
    struct scc_proof proof = proof_of(fixture->policy, program);
    if (!proof.equal)
        check_difference(fixture->policy, program, &proof);
    check_samples(fixture->policy, program, &proof, diagram, space, seed);
    tally->conflicting += has_conflict;
    tally->conflicting_wrong += has_conflict && !proof.equal;
    tally->right += !has_conflict && proof.equal;
    tally->wrong += !has_conflict && !proof.equal;
    scc_decision_space_free(space);
    scc_program_free(program);
}

static void check_rule_sets(const char *arch, unsigned rounds)
{
    uint64_t seed = 10;
    struct tally tally = {0};
    for (rounds = rounds_or(rounds); rounds-- > 0;) {
        struct fixture fixture = random_rules(&seed, arch);
        check_rule_set(&fixture, &seed, &tally);
        free_fixture(&fixture);
    }
    cr_log_info("libseccomp %s, %s: %u right, %u wrong; with conflicts %u, of which %u differ; "
                "%u refused, %u without end",
                scc_scmp_version(), arch, tally.right, tally.wrong, tally.conflicting,
                tally.conflicting_wrong, tally.refused, tally.hanging);
    cr_assert_gt(tally.right, tally.wrong);
}

Test(prove, random_rules_on_64_bits)
{
    check_rule_sets("x86_64", 2000);
}

Test(prove, random_rules_on_low_words)
{
    check_rule_sets("x86", 500);
}

Test(prove, random_rules_on_the_other_byte_order)
{
    check_rule_sets("s390x", 500);
}

/*
 * Mutations
 */

/** Whether two programs answer random calls, made from the policy's constants, alike. */
static bool answer_alike(const struct scc_policy *policy, const scc_program *a,
                         const scc_program *b)
{
    struct material material = material_of(policy);
    uint64_t seed = 11;
    bool is_alike = true;
    for (int i = 0; i < 3000 && is_alike; i++) {
        struct scc_call call = random_call(&material, &seed);
        is_alike = scc_program_sim(a, &call).return_value == scc_program_sim(b, &call).return_value;
    }
    free_material(&material);
    return is_alike;
}

/** Flips one of an instruction's 64 bits. */
static void flip(struct sock_filter *insn, unsigned bit)
{
    if (bit < 16)
        insn->code = (uint16_t)(insn->code ^ 1u << bit);
    else if (bit < 24)
        insn->jt = (uint8_t)(insn->jt ^ 1u << (bit - 16));
    else if (bit < 32)
        insn->jf = (uint8_t)(insn->jf ^ 1u << (bit - 24));
    else
        insn->k ^= 1u << (bit - 32);
}

/** Every single-bit change is found, or the interpreter sees no difference either. */
static void check_mutations(const char *rules)
{
    struct fixture fixture = policy_of_rules(rules);
    scc_program *program = program_of(fixture.policy, SCC_SCMP_LINEAR);
    cr_assert(proof_of(fixture.policy, program).equal);
    struct sock_filter insns[SCC_PROGRAM_MAX];
    struct scc_program changed = *program;
    changed.insns = insns;
    unsigned found = 0, refused = 0, without_effect = 0;
    for (unsigned bit = 0; bit < program->count * 64; bit++) {
        memcpy(insns, program->insns, program->count * sizeof *insns);
        flip(&insns[bit / 64], bit % 64);
        if (scc_program_check(&changed, NULL) < 0) {
            refused++;
            continue;
        }
        struct scc_proof proof = proof_of(fixture.policy, &changed);
        if (proof.equal) {
            cr_assert(answer_alike(fixture.policy, program, &changed), "bit %u", bit);
            without_effect++;
        } else {
            check_difference(fixture.policy, &changed, &proof);
            found++;
        }
    }
    cr_log_info("%zu instructions: %u found, %u without effect, %u refused by the kernel",
                program->count, found, without_effect, refused);
    cr_assert_gt(found, without_effect);
    scc_program_free(program);
    free_fixture(&fixture);
}

Test(prove, single_bit_changes_of_small_programs)
{
    check_mutations("{\"names\":[\"getpid\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}");
    check_mutations(
        RULE(CMP("0", "EQ", "4294967303")) ","
                                           "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\"}");
    check_mutations("{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,"
                    "\"value\":2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}," RULE(
                        CMP("1", "GT", "5") "," CMP("2", "NE", "7")));
}

/*
 * In words
 */

static void expect_text(const struct fixture *fixture, const struct scc_program *program,
                        const char *expected)
{
    struct scc_proof proof = proof_of(fixture->policy, program);
    check_difference(fixture->policy, program, &proof);
    char *text = description_of(fixture->policy, &proof);
    cr_assert_str_eq(text, expected);
    free(text);
}

Test(prove, says_how_an_argument_makes_the_difference)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xc000003e, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_THREAD),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xffffffff, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_THREAD),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 135, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 24), /* a1, low */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 7, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 28), /* a1, high */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
    };
    struct scc_program program = PROGRAM_OF(insns);
    struct fixture fixture = policy_of_rules(RULE(CMP("1", "EQ", "8589934599")));
    cr_assert(proof_of(fixture.policy, &program).equal);
    insns[12].k = 3;
    expect_text(&fixture, &program,
                "x86_64 personality (135) with a1 = 0x200000007: the profile answers ALLOW "
                "(test.json:2:23: syscalls[0]), the program ERRNO(EPERM)");
    insns[12] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 0);
    expect_text(&fixture, &program,
                "x86_64 personality (135) with a1 = 0x7: the profile answers ERRNO(EPERM) (the "
                "default action: no rule matches), the program ALLOW");
    insns[12].jf = 1;
    insns[13].k = SECCOMP_RET_ALLOW | 1; /* the kernel's cache wants exactly ALLOW */
    expect_text(&fixture, &program,
                "x86_64 personality (135) with a1 = 0x200000007: the profile answers ALLOW "
                "(test.json:2:23: syscalls[0]), the program ALLOW (return value 0x7fff0001)");
    insns[13].k = SECCOMP_RET_ALLOW;
    insns[6].k = SECCOMP_RET_KILL_PROCESS;
    expect_text(&fixture, &program,
                "x32 read (1073741824): the profile answers KILL_THREAD (no architecture of the "
                "filter), the program KILL_PROCESS");
    insns[6].k = SECCOMP_RET_KILL_THREAD;
    insns[4].jt = 1;
    expect_text(&fixture, &program,
                "x32 nr 4294967295 (0xffffffff): the profile answers ERRNO(EPERM) (the default "
                "action: no rule matches), the program KILL_THREAD");
    insns[4].jt = 3;
    insns[2].k = SECCOMP_RET_ALLOW;
    expect_text(&fixture, &program,
                "audit arch 0x00000000 nr 0 (0x0): the profile answers KILL_THREAD (no "
                "architecture of the filter), the program ALLOW");
    free_fixture(&fixture);
}

Test(prove, says_by_whose_rule_a_door_is_open)
{
    struct sock_filter insns[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1)};
    struct scc_program program = PROGRAM_OF(insns);
    static const char text[] = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\n\"syscalls\":[\n"
                               "{\"names\":[\"getpid\"],\"action\":\"SCMP_ACT_ERRNO\"},\n"
                               "{\"names\":[\"bind\"],\"action\":\"SCMP_ACT_ALLOW\"}]}";
    struct fixture fixture = policy_of_text(text, "x86");
    expect_text(&fixture, &program,
                "x86 socketcall (102) with a0 = 0x2: the profile answers ALLOW (test.json:4:11: "
                "syscalls[1], the rule for bind), the program ERRNO(EPERM)");
    free_fixture(&fixture);
}

/** A program that answers otherwise, but nowhere more permissively, opens nothing. */
Test(prove, tells_wider_from_stricter)
{
    static const char text[] = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\n\"syscalls\":[\n"
                               "{\"names\":[\"getpid\"],\"action\":\"SCMP_ACT_KILL_PROCESS\"}]}";
    static const struct {
        uint32_t otherwise, getpid;
        bool is_wider;
    } cases[] = {
        {SECCOMP_RET_ERRNO | 1, SECCOMP_RET_KILL_PROCESS, false},
        {SECCOMP_RET_ERRNO | 2, SECCOMP_RET_KILL_PROCESS, false},
        {SECCOMP_RET_TRAP, SECCOMP_RET_KILL_PROCESS, false},
        {SECCOMP_RET_TRAP, SECCOMP_RET_KILL_THREAD, true},
        {SECCOMP_RET_USER_NOTIF, SECCOMP_RET_KILL_PROCESS, true},
    };
    struct fixture fixture = policy_of_text(text, "aarch64");
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct sock_filter insns[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, fixture.policy->target->audit, 1, 0),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 172, 1, 0), /* getpid */
            BPF_STMT(BPF_RET | BPF_K, cases[i].otherwise),
            BPF_STMT(BPF_RET | BPF_K, cases[i].getpid),
        };
        struct scc_program program = PROGRAM_OF(insns);
        struct scc_proof proof;
        scc_error *err = NULL;
        must(scc_prove_not_wider(fixture.policy, &program, &proof, &err), err);
        cr_assert_eq(proof.equal, !cases[i].is_wider, "case %zu", i);
        if (cases[i].is_wider)
            check_difference(fixture.policy, &program, &proof);
    }
    free_fixture(&fixture);
}

/*
 * Bounds
 */

Test(prove, what_is_not_decided_is_an_error)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 24),
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_X, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4711, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_THREAD),
    };
    struct scc_program program = PROGRAM_OF(insns);
    struct fixture fixture = policy_of_rules("");
    struct scc_proof proof;
    scc_error *err = NULL;
    double start = seconds();
    cr_assert_eq(scc_prove(fixture.policy, &program, &proof, &err), -1);
    cr_log_info("not decided after %.3f s", seconds() - start);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert(strstr(scc_error_get_message(err),
                     "instruction 3 (code 0x2c): too large: not decided within"),
              "%s", scc_error_get_message(err));
    scc_error_free(err);
    cr_assert_eq(scc_prove(fixture.policy, &program, &proof, NULL), -1);
    free_fixture(&fixture);
}

/** A returned word has 2^32 values; that it is not the profile's answer is plain all the same. */
Test(prove, compares_a_returned_word)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct scc_program program = PROGRAM_OF(insns);
    struct fixture fixture = policy_of_rules("");
    struct scc_proof proof = proof_of(fixture.policy, &program);
    check_difference(fixture.policy, &program, &proof);
    cr_assert_eq(proof.args, 1);
    free_fixture(&fixture);
}

/** The second order of bits decides what the first cannot. */
Test(prove, compares_one_argument_with_another)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 24),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_THREAD),
    };
    struct scc_program program = PROGRAM_OF(insns);
    struct fixture fixture = policy_of_rules("");
    struct scc_proof proof = proof_of(fixture.policy, &program);
    check_difference(fixture.policy, &program, &proof);
    free_fixture(&fixture);
}

/** As many comparisons as make a program of nearly 4096 instructions. */
static struct fixture large_policy(unsigned rules_per_call, unsigned calls)
{
    struct scc_strbuf text = {0};
    uint64_t seed = 12;
    for (unsigned nr = 0; nr < calls; nr++) {
        const struct scc_syscall *call = scc_syscall_at(scc_arch_get(SCC_ARCH_X86_64), nr);
        for (unsigned i = 0; i < rules_per_call; i++)
            scc_strbuf_addf(&text,
                            "%s{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
                            "{\"index\":%u,\"value\":%llu,\"op\":\"SCMP_CMP_EQ\"}]}",
                            nr || i ? "," : "", call->name, random_below(&seed, 6),
                            (unsigned long long)random_u64(&seed));
    }
    char *rules = scc_strbuf_steal(&text);
    struct fixture fixture = policy_of_rules(rules);
    free(rules);
    return fixture;
}

Test(prove, the_largest_programs_take_less_than_a_second)
{
    static const struct {
        unsigned rules, calls;
    } sizes[] = {{2, 300}, {1, 330}, {30, 20}, {700, 1}};
    for (size_t i = 0; i < SCC_COUNT(sizes); i++) {
        struct fixture fixture = large_policy(sizes[i].rules, sizes[i].calls);
        scc_program *program = program_of(fixture.policy, SCC_SCMP_LINEAR);
        cr_assert_not_null(program, "size %zu", i);
        double start = seconds();
        struct scc_proof proof = proof_of(fixture.policy, program);
        double took = seconds() - start;
        cr_log_info("%u rules on each of %u calls, %zu instructions: %.1f ms, %zu nodes, %s",
                    sizes[i].rules, sizes[i].calls, scc_program_count(program), took * 1e3,
                    proof.nodes, proof.equal ? "equal" : "different");
        cr_assert_lt(took, 10); /* the promise is one second, on a host of its own */
        scc_program_free(program);
        free_fixture(&fixture);
    }
}
