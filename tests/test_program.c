/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "arch.h"
#include "cost.h"
#include "program.h"
#include "support.h"
#include "util.h"

#include <seccompc/policy.h>

#define ALLOW SECCOMP_RET_ALLOW
#define LD(k) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (k))
#define IMM(k) BPF_STMT(BPF_LD | BPF_IMM, (k))
#define IMMX(k) BPF_STMT(BPF_LDX | BPF_IMM, (k))
#define RET(k) BPF_STMT(BPF_RET | BPF_K, (k))
#define RETA BPF_STMT(BPF_RET | BPF_A, 0)
#define ALU(op, k) BPF_STMT(BPF_ALU | (op) | BPF_K, (k))
#define ALUX(op) BPF_STMT(BPF_ALU | (op) | BPF_X, 0)
#define JA(k) BPF_STMT(BPF_JMP | BPF_JA, (k))
#define J(op, k, jt, jf) BPF_JUMP(BPF_JMP | (op) | BPF_K, (k), (jt), (jf))
#define JX(op, jt, jf) BPF_JUMP(BPF_JMP | (op) | BPF_X, 0, (jt), (jf))
#define LDM(k) BPF_STMT(BPF_LD | BPF_MEM, (k))
#define LDXM(k) BPF_STMT(BPF_LDX | BPF_MEM, (k))
#define ST(k) BPF_STMT(BPF_ST, (k))
#define STX(k) BPF_STMT(BPF_STX, (k))
#define TAX BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define TXA BPF_STMT(BPF_MISC | BPF_TXA, 0)

enum { SHORT_MAX = 24 };

/*
 * The raw form
 */

static const struct sock_filter sample[] = {
    {0x20, 0, 0, 4},
    {0x15, 1, 0, 0xc000003e},
    {0x06, 0, 0, 0x01020304},
    {0x06, 0, 0, 0x7fff0000},
};
static const unsigned char sample_little[] = {
    0x20, 0, 0, 0, 4, 0, 0, 0, 0x15, 0, 1, 0, 0x3e, 0, 0,    0xc0,
    0x06, 0, 0, 0, 4, 3, 2, 1, 0x06, 0, 0, 0, 0,    0, 0xff, 0x7f,
};
static const unsigned char sample_big[] = {
    0, 0x20, 0, 0, 0, 0, 0, 4, 0, 0x15, 1, 0, 0xc0, 0,    0, 0x3e,
    0, 0x06, 0, 0, 1, 2, 3, 4, 0, 0x06, 0, 0, 0x7f, 0xff, 0, 0,
};

Test(program, is_written_and_read_in_the_targets_byte_order)
{
    static const struct {
        const char *arch;
        const unsigned char *bytes;
    } cases[] = {
        {"amd64", sample_little}, {"arm64", sample_little},   {"mipsel64", sample_little},
        {"s390x", sample_big},    {"mips64", sample_big},     {"ppc64le", sample_little},
        {"ppc64", sample_big},    {"riscv64", sample_little},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        scc_program *program = NULL;
        scc_error *err = NULL;
        must(scc_program_parse(cases[i].bytes, sizeof sample_little, scc_arch_find(cases[i].arch),
                               &program, &err),
             err);
        cr_assert_eq(scc_program_count(program), SCC_COUNT(sample));
        for (size_t j = 0; j < SCC_COUNT(sample); j++)
            cr_expect(
                program->insns[j].code == sample[j].code && program->insns[j].jt == sample[j].jt &&
                    program->insns[j].jf == sample[j].jf && program->insns[j].k == sample[j].k,
                "%s, instruction %zu", cases[i].arch, j);
        size_t len = 0;
        void *bytes = scc_program_to_bytes(program, &len);
        cr_assert_eq(len, sizeof sample_little);
        cr_expect_arr_eq(bytes, cases[i].bytes, len, "%s", cases[i].arch);
        free(bytes);
        scc_program_free(program);
    }
    scc_program_free(NULL);
}

Test(program, of_the_other_byte_order_is_refused)
{
    scc_program *program = NULL;
    scc_error *err = NULL;
    cr_assert_eq(
        scc_program_parse(sample_big, sizeof sample_big, scc_arch_find("amd64"), &program, &err),
        -1);
    cr_assert_null(program);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert_not_null(strstr(scc_error_get_message(err), "instruction 0 (code 0x2000"), "%s",
                       scc_error_get_text(err));
    scc_error_free(err);
}

Test(program, has_1_to_4096_whole_instructions)
{
    static const struct {
        size_t len;
        bool is_taken;
    } cases[] = {
        {0, false},        {1, false},         {7, false},
        {8, true},         {9, false},         {15, false},
        {16, true},        {4096 * 8, true},   {4096 * 8 + 1, false},
        {4097 * 8, false}, {65536 * 8, false}, {65537 * 8, false},
    };
    struct sock_filter *insns = calloc(65537, sizeof *insns);
    cr_assert_not_null(insns);
    for (size_t i = 0; i < 65537; i++)
        insns[i] = (struct sock_filter)RET(ALLOW);
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        scc_program *program = NULL;
        scc_error *err = NULL;
        int done = scc_program_parse(insns, cases[i].len, scc_arch_native(), &program, &err);
        cr_expect_eq(done == 0, cases[i].is_taken, "%zu bytes", cases[i].len);
        if (err) {
            cr_expect_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
            cr_expect_not_null(strstr(scc_error_get_message(err), "expected 1 to 4096"));
        }
        scc_error_free(err);
        scc_program_free(program);
    }
    free(insns);
}

/*
 * What the kernel accepts
 */

/** A program, whether the kernel takes it, and a part of what is said where it does not. */
struct check_case {
    struct sock_filter insns[SHORT_MAX];
    size_t count;
    const char *says; /* NULL: taken */
};

#define P(...)                                                                                     \
    {__VA_ARGS__}, sizeof((struct sock_filter[]){__VA_ARGS__}) / sizeof(struct sock_filter)

static const struct check_case checks[] = {
    /* loads: aligned, inside seccomp_data */
    {P(LD(0), RETA), NULL},
    {P(LD(4), RETA), NULL},
    {P(LD(60), RETA), NULL},
    {P(LD(64), RETA), "instruction 0 (code 0x20, jt 0, jf 0, k 0x00000040): loads outside"},
    {P(LD(2), RETA), "loads outside seccomp_data, expected a multiple of 4 below 64"},
    {P(LD(61), RETA), "loads outside"},
    {P(LD(0x80000000), RETA), "loads outside"},
    {P(LD(0xfffff000), RETA), "loads outside"}, /* SKF_AD_OFF: the packet filter's own data */
    {P(LD(0xfffffffc), RETA), "loads outside"},
    {P(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), RETA), "no instruction that seccomp knows"},
    {P(BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), RETA), "no instruction"},
    {P(BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), RETA), "no instruction"},
    {P(BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), RETA), "no instruction"},
    {P(BPF_STMT(BPF_LDX | BPF_W | BPF_ABS, 0), RETA), "no instruction"},
    {P(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RETA), NULL},
    {P(BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), TXA, RETA), NULL},
    {P(IMM(7), RETA), NULL},
    {P(IMMX(7), TXA, RETA), NULL},
    {P(TAX, TXA, RETA), NULL},
    {P(BPF_STMT(BPF_MISC | 0x10, 0), RETA), "no instruction"},
    /* returns */
    {P(RET(0)), NULL},
    {P(RET(0x12345678)), NULL},
    {P(RETA), NULL},
    {P(BPF_STMT(BPF_RET | BPF_X, 0)), "no instruction"},
    {P(LD(0)), "the last instruction, expected a RET"},
    {P(RET(0), LD(0)), "instruction 1 (code 0x20"},
    {P(LD(0), JA(0), RETA), NULL},
    {P(RET(0), RET(1)), NULL},
    /* arithmetic */
    {P(ALU(BPF_ADD, 1), ALUX(BPF_ADD), ALU(BPF_SUB, 1), ALUX(BPF_SUB), RETA), NULL},
    {P(ALU(BPF_MUL, 3), ALUX(BPF_MUL), ALU(BPF_DIV, 3), ALUX(BPF_DIV), RETA), NULL},
    {P(ALU(BPF_AND, 3), ALUX(BPF_AND), ALU(BPF_OR, 3), ALUX(BPF_OR), RETA), NULL},
    {P(ALU(BPF_XOR, 3), ALUX(BPF_XOR), BPF_STMT(BPF_ALU | BPF_NEG, 0), RETA), NULL},
    {P(ALU(BPF_LSH, 31), ALUX(BPF_LSH), ALU(BPF_RSH, 31), ALUX(BPF_RSH), RETA), NULL},
    {P(ALU(BPF_DIV, 0), RETA), "divides by 0"},
    {P(ALU(BPF_MOD, 3), RETA), "no instruction"},
    {P(ALUX(BPF_MOD), RETA), "no instruction"},
    {P(ALU(BPF_LSH, 32), RETA), "shifts by 32 or more"},
    {P(ALU(BPF_RSH, 32), RETA), "shifts by 32 or more"},
    {P(ALU(BPF_LSH, 0xffffffff), RETA), "shifts by 32 or more"},
    {P(BPF_STMT(BPF_ALU | BPF_NEG | BPF_X, 0), RETA), "no instruction"},
    /* scratch words */
    {P(ST(0), LDM(0), RETA), NULL},
    {P(STX(15), LDXM(15), TXA, RETA), NULL},
    {P(ST(16), RETA), "scratch index above 15"},
    {P(STX(16), RETA), "scratch index above 15"},
    {P(ST(0), LDM(16), RETA), "scratch index above 15"},
    {P(ST(0), LDXM(0xffffffff), RETA), "scratch index above 15"},
    {P(LDM(0), RETA), "instruction 0 (code 0x60, jt 0, jf 0, k 0x00000000): reads a scratch word"},
    {P(ST(1), LDM(0), RETA), "instruction 1"},
    {P(ST(1), LDXM(0), RETA), "reads a scratch word that is not written yet"},
    {P(LDM(0), ST(0), RETA), "reads a scratch word"},
    /* written on all paths */
    {P(J(BPF_JEQ, 1, 0, 1), ST(0), LDM(0), RETA), "reads a scratch word"},
    {P(J(BPF_JEQ, 1, 0, 2), ST(0), JA(1), ST(0), LDM(0), RETA), NULL},
    {P(J(BPF_JEQ, 1, 0, 2), ST(0), JA(1), ST(1), LDM(0), RETA), "reads a scratch word"},
    {P(ST(0), J(BPF_JEQ, 1, 0, 1), RET(0), LDM(0), RETA), NULL},
    {P(JA(1), ST(0), LDM(0), RETA), "reads a scratch word"},
    {P(ST(0), JA(1), RET(0), LDM(0), RETA), NULL},
    {P(JX(BPF_JGT, 0, 1), ST(3), RET(0), RETA), NULL},
    /* behind a jump that nothing leads to, all words count as written; behind a RET they do not */
    {P(JA(1), LDM(5), RETA), NULL},
    {P(RET(0), LDM(5), RETA), "instruction 1"},
    {P(ST(5), RET(0), LDM(5), RETA), NULL},
    /* jumps */
    {P(JA(0), RET(0)), NULL},
    {P(JA(1), RET(0)), "jumps outside the program"},
    {P(JA(1), RET(0), RET(1)), NULL},
    {P(JA(2), RET(0), RET(1)), "jumps outside the program"},
    {P(JA(0xffffffff), RET(0)), "jumps outside the program"},
    {P(JA(0xfffffffe), RET(0), RET(0)), "jumps outside the program"},
    {P(J(BPF_JEQ, 1, 1, 0), RET(0), RET(1)), NULL},
    {P(J(BPF_JEQ, 1, 2, 0), RET(0), RET(1)), "jumps outside the program"},
    {P(J(BPF_JEQ, 1, 0, 2), RET(0), RET(1)), "jumps outside the program"},
    {P(J(BPF_JGT, 1, 0, 0), J(BPF_JGE, 1, 0, 0), J(BPF_JSET, 1, 0, 0), RET(0)), NULL},
    {P(JX(BPF_JEQ, 0, 0), JX(BPF_JGT, 0, 0), JX(BPF_JGE, 0, 0), JX(BPF_JSET, 0, 0), RET(0)), NULL},
    {P(J(BPF_JEQ, 1, 255, 0), RET(0)), "jumps outside the program"},
    {P(BPF_STMT(BPF_JMP | BPF_JA | BPF_X, 0), RET(0)), "no instruction"},
    {P(BPF_STMT(BPF_JMP | 0x50, 0), RET(0)), "no instruction"}, /* eBPF's JNE */
    {P(BPF_STMT(0xb7, 0), RET(0)), "no instruction"},           /* eBPF's MOV */
    {P(BPF_STMT(0x120, 0), RET(0)), "no instruction"},
    /* jt, jf and k where nothing uses them are taken as they are */
    {P({BPF_LD | BPF_W | BPF_ABS, 255, 255, 0}, {BPF_RET | BPF_A, 7, 7, 0xffffffff}), NULL},
    {P({BPF_MISC | BPF_TAX, 255, 1, 0xffffffff}, {BPF_ALU | BPF_NEG, 9, 9, 32}, RET(0)), NULL},
    {P({BPF_JMP | BPF_JA, 255, 255, 0}, RET(0)), NULL},
    {P({BPF_ALU | BPF_DIV | BPF_X, 0, 0, 0}, {BPF_ALU | BPF_LSH | BPF_X, 0, 0, 99}, RET(0)), NULL},
    {P({BPF_LD | BPF_W | BPF_LEN, 0, 0, 99}, RET(0)), NULL},
};

/** What our check says about @p insns. */
static bool is_taken_here(const struct sock_filter *insns, size_t count, scc_error **err)
{
    struct scc_program program = {.insns = (struct sock_filter *)insns, .count = count};
    return scc_program_check(&program, err) == 0;
}

Test(program, check_knows_every_clause)
{
    for (size_t i = 0; i < SCC_COUNT(checks); i++) {
        scc_error *err = NULL;
        bool is_taken = is_taken_here(checks[i].insns, checks[i].count, &err);
        cr_expect_eq(is_taken, checks[i].says == NULL, "program %zu: %s", i,
                     err ? scc_error_get_text(err) : "taken");
        if (err && checks[i].says) {
            cr_expect_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
            cr_expect_not_null(strstr(scc_error_get_message(err), checks[i].says),
                               "program %zu, expected \"%s\": %s", i, checks[i].says,
                               scc_error_get_text(err));
        }
        scc_error_free(err);
    }
}

/*
 * The running kernel as a judge. A program that it takes would stay on, so judging happens in
 * children.
 */

static int set_filter(unsigned flags, const struct sock_filter *insns, size_t count)
{
    struct sock_fprog prog = {(unsigned short)count, (struct sock_filter *)insns};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

/** Memory that a child shares with its parent. */
static void *shared_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(memory, MAP_FAILED);
    return memory;
}

/** Skips the test where this process may not set filters: a sandbox, a kernel without them. */
static void need_seccomp(void)
{
    int *error = shared_memory(sizeof *error);
    pid_t child = fork();
    if (child == 0) {
        static const struct sock_filter open[] = {RET(ALLOW)};
        *error =
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || set_filter(0, open, 1) < 0 ? errno : 0;
        _exit(0);
    }
    cr_assert_gt(child, 0);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    if (*error)
        cr_skip_test("seccomp(2): %s", strerror(*error));
    munmap(error, sizeof *error);
}

enum verdict { NOT_TRIED, TAKEN, REFUSED, ODD };

static enum verdict verdict_of(int result, int expected_error)
{
    if (expected_error ? result < 0 && errno == expected_error : result == 0)
        return TAKEN;
    return result < 0 && errno == EINVAL ? REFUSED : ODD;
}

/**
 * What the kernel says about one program, by setting it. The child cannot exit by a system call
 * afterwards, since the filter may refuse it; an illegal instruction needs none.
 */
static enum verdict judge_by_setting(const struct sock_filter *insns, size_t count)
{
    volatile enum verdict *verdict = shared_memory(sizeof *verdict);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* no core file */
        signal(SIGILL, SIG_DFL);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        *verdict = verdict_of(set_filter(0, insns, count), 0);
        __builtin_trap();
    }
    cr_assert_gt(child, 0);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    enum verdict result = *verdict;
    munmap((void *)verdict, sizeof *verdict);
    return result;
}

/** Programs one behind another, to be judged in one child. */
struct batch {
    struct sock_filter *insns; /* SHORT_MAX for each */
    size_t *counts;
    unsigned char *verdicts; /* enum verdict */
    size_t count;
};

static struct batch batch_new(size_t count)
{
    struct batch batch = {
        .insns = calloc(count * SHORT_MAX, sizeof *batch.insns),
        .counts = calloc(count, sizeof *batch.counts),
        .verdicts = shared_memory(count),
        .count = count,
    };
    cr_assert(batch.insns && batch.counts);
    return batch;
}

static void batch_clear(struct batch *batch)
{
    free(batch->insns);
    free(batch->counts);
    munmap(batch->verdicts, batch->count);
}

/**
 * What the kernel says about many programs, without setting one: a process that has a listener may
 * not have a second, and that is looked at (EBUSY) after the program was checked (EINVAL);
 * seccomp_set_mode_filter() in kernel/seccomp.c.
 */
static void judge_batch(struct batch *batch)
{
    pid_t child = fork();
    if (child == 0) {
        static const struct sock_filter open[] = {RET(ALLOW)};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        /* EBUSY: whoever runs this test has a listener already, which serves as well. */
        if (set_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER, open, 1) < 0 && errno != EBUSY)
            _exit(1);
        for (size_t i = 0; i < batch->count; i++)
            batch->verdicts[i] = (unsigned char)verdict_of(
                set_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER, &batch->insns[i * SHORT_MAX],
                           batch->counts[i]),
                EBUSY);
        _exit(0);
    }
    int status;
    cr_assert_gt(child, 0);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "no listener: status %x", status);
}

/** Fails where our check and the kernel's verdicts differ; returns how many were taken. */
static size_t expect_agreement(const struct batch *batch)
{
    size_t taken = 0, shown = 0;
    for (size_t i = 0; i < batch->count && shown < 10; i++) {
        const struct sock_filter *insns = &batch->insns[i * SHORT_MAX];
        scc_error *err = NULL;
        bool is_taken = is_taken_here(insns, batch->counts[i], &err);
        taken += is_taken;
        if (batch->verdicts[i] != (is_taken ? TAKEN : REFUSED)) {
            shown++;
            char text[SHORT_MAX * 32] = "";
            for (size_t j = 0; j < batch->counts[i]; j++)
                snprintf(text + strlen(text), sizeof text - strlen(text), " {0x%02x,%u,%u,0x%x}",
                         insns[j].code, insns[j].jt, insns[j].jf, insns[j].k);
            cr_expect_fail("program %zu:%s: the kernel says %d, we say %s", i, text,
                           batch->verdicts[i], err ? scc_error_get_text(err) : "taken");
        }
        scc_error_free(err);
    }
    return taken;
}

Test(program, check_and_kernel_agree_on_every_clause)
{
    need_seccomp();
    struct batch batch = batch_new(SCC_COUNT(checks));
    for (size_t i = 0; i < batch.count; i++) {
        memcpy(&batch.insns[i * SHORT_MAX], checks[i].insns, sizeof checks[i].insns);
        batch.counts[i] = checks[i].count;
        enum verdict wanted = checks[i].says ? REFUSED : TAKEN;
        cr_expect_eq(judge_by_setting(checks[i].insns, checks[i].count), wanted, "program %zu", i);
    }
    /* Both ways to ask must give the same, or the next tests compare with nothing. */
    judge_batch(&batch);
    expect_agreement(&batch);
    batch_clear(&batch);
}

/* All 65536 codes, and those that are short of 512 with k at every bound that matters. */
Test(program, check_and_kernel_agree_on_every_code)
{
    need_seccomp();
    static const uint32_t bounds[] = {1,  2,  3,  4,  15,   16,         31,         32,
                                      60, 61, 63, 64, 1000, 0x7fffffff, 0xfffff000, 0xffffffff};
    enum { CODES = 65536, LOW_CODES = 512 };
    struct batch batch = batch_new(CODES + LOW_CODES * SCC_COUNT(bounds));
    for (size_t i = 0; i < batch.count; i++) {
        uint32_t k = i < CODES ? 0 : bounds[(i - CODES) / LOW_CODES];
        uint16_t code = (uint16_t)(i < CODES ? i : (i - CODES) % LOW_CODES);
        const struct sock_filter insns[] = {ST(0), {code, 0, 0, k}, RET(0), RET(1)};
        memcpy(&batch.insns[i * SHORT_MAX], insns, sizeof insns);
        batch.counts[i] = SCC_COUNT(insns);
    }
    judge_batch(&batch);
    size_t taken = expect_agreement(&batch);
    cr_assert(taken > 300 && taken < 1000, "%zu are taken", taken);
    batch_clear(&batch);
}

Test(program, check_and_kernel_agree_on_lengths)
{
    need_seccomp();
    static const size_t counts[] = {0, 1, 2, 256, 4095, 4096, 4097, 65535};
    struct sock_filter *insns = calloc(65536, sizeof *insns);
    cr_assert_not_null(insns);
    for (size_t i = 0; i < 65536; i++)
        insns[i] = (struct sock_filter)RET(ALLOW);
    for (size_t i = 0; i < SCC_COUNT(counts); i++)
        cr_expect_eq(judge_by_setting(insns, counts[i]),
                     is_taken_here(insns, counts[i], NULL) ? TAKEN : REFUSED, "%zu instructions",
                     counts[i]);
    free(insns);
}

/*
 * Random programs. The seed is fixed: a failure comes again.
 */

static uint32_t random_below(uint64_t *state, uint32_t bound)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 32) % bound;
}

static const uint16_t codes[] = {
    BPF_LD | BPF_W | BPF_ABS,
    BPF_LD | BPF_W | BPF_ABS,
    BPF_LD | BPF_W | BPF_LEN,
    BPF_LDX | BPF_W | BPF_LEN,
    BPF_RET | BPF_K,
    BPF_RET | BPF_A,
    BPF_LD | BPF_IMM,
    BPF_LDX | BPF_IMM,
    BPF_LD | BPF_MEM,
    BPF_LDX | BPF_MEM,
    BPF_ST,
    BPF_ST,
    BPF_STX,
    BPF_STX,
    BPF_MISC | BPF_TAX,
    BPF_MISC | BPF_TXA,
    BPF_ALU | BPF_NEG,
    BPF_JMP | BPF_JA,
    /* NOLINTNEXTLINE(misc-redundant-expression): two names for 0 */
    BPF_ALU | BPF_ADD | BPF_K,
    BPF_ALU | BPF_SUB | BPF_X,
    BPF_ALU | BPF_MUL | BPF_K,
    BPF_ALU | BPF_DIV | BPF_K,
    BPF_ALU | BPF_DIV | BPF_X,
    BPF_ALU | BPF_AND | BPF_K,
    BPF_ALU | BPF_OR | BPF_X,
    BPF_ALU | BPF_XOR | BPF_K,
    BPF_ALU | BPF_LSH | BPF_K,
    BPF_ALU | BPF_LSH | BPF_X,
    BPF_ALU | BPF_RSH | BPF_K,
    BPF_ALU | BPF_RSH | BPF_X,
    BPF_JMP | BPF_JEQ | BPF_K,
    BPF_JMP | BPF_JEQ | BPF_X,
    BPF_JMP | BPF_JGE | BPF_K,
    BPF_JMP | BPF_JGE | BPF_X,
    BPF_JMP | BPF_JGT | BPF_K,
    BPF_JMP | BPF_JGT | BPF_X,
    BPF_JMP | BPF_JSET | BPF_K,
    BPF_JMP | BPF_JSET | BPF_X,
};

/** An instruction at @p at of @p count, mostly one that can stand there. */
static struct sock_filter random_insn(uint64_t *state, size_t at, size_t count)
{
    struct sock_filter insn = {.code = codes[random_below(state, SCC_COUNT(codes))]};
    uint32_t left = (uint32_t)(count - at); /* one more than a jump may skip */
    bool is_wild = random_below(state, 80) == 0;
    if (is_wild && random_below(state, 2) == 0)
        insn.code = (uint16_t)random_below(state, 256);
    if (at == count - 1 && !is_wild)
        insn.code = random_below(state, 2) ? BPF_RET | BPF_A : BPF_RET | BPF_K;
    bool uses_scratch = BPF_CLASS(insn.code) == BPF_ST || BPF_CLASS(insn.code) == BPF_STX ||
                        BPF_MODE(insn.code) == BPF_MEM;
    if (BPF_CLASS(insn.code) == BPF_JMP) {
        uint32_t reach = is_wild || left < 2 ? left + 1 : left - 1;
        insn.jt = (uint8_t)random_below(state, reach);
        insn.jf = (uint8_t)random_below(state, reach);
        insn.k = insn.code == (BPF_JMP | BPF_JA) ? insn.jt : random_below(state, 4);
    } else if (BPF_CLASS(insn.code) == BPF_ALU) {
        insn.k = is_wild ? random_below(state, 34) : 1 + random_below(state, 31);
    } else if (BPF_CLASS(insn.code) == BPF_RET) {
        insn.k = random_below(state, 2) ? ALLOW : random_below(state, UINT32_MAX);
    } else if (uses_scratch) {
        insn.k = is_wild ? random_below(state, 18) : random_below(state, 3);
    } else {
        insn.k = is_wild ? random_below(state, 70) : 4 * random_below(state, 16);
    }
    return insn;
}

static size_t random_program(uint64_t *state, struct sock_filter *insns)
{
    size_t count = 1 + random_below(state, SHORT_MAX);
    for (size_t i = 0; i < count; i++)
        insns[i] = random_insn(state, i, count);
    return count;
}

Test(program, check_and_kernel_agree_on_random_programs)
{
    need_seccomp();
    uint64_t state = 0x5eedc0de;
    struct batch batch = batch_new(8000);
    for (size_t i = 0; i < batch.count; i++)
        batch.counts[i] = random_program(&state, &batch.insns[i * SHORT_MAX]);
    judge_batch(&batch);
    size_t taken = expect_agreement(&batch);
    /* Neither answer may be rare, or little is compared. */
    cr_assert(taken > 2000 && taken < 6000, "%zu of %zu are taken", taken, batch.count);
    batch_clear(&batch);
}

/*
 * The interpreter
 */

static const struct scc_call call_0 = {
    .audit = AUDIT_ARCH_X86_64,
    .nr = 0x1001,
    .args = {0x1111111100000001, 0x2222222200000002, 0x3333333300000003, 0x4444444400000004,
             0x5555555500000005, 0x6666666600000006},
    .ip = 0x7777777788888888,
};

struct sim_case {
    struct sock_filter insns[SHORT_MAX];
    size_t count;
    uint32_t return_value;
    unsigned steps;
};

static const struct sim_case sims[] = {
    {P(RET(ALLOW)), ALLOW, 1},
    {P(RET(0x12345678)), 0x12345678, 1},
    {P(RETA), 0, 1}, /* registers begin at 0 */
    {P(TXA, RETA), 0, 2},
    {P(IMM(5), RETA), 5, 2},
    {P(IMM(5), RET(7)), 7, 2},
    {P(IMMX(5), TXA, RETA), 5, 3},
    {P(IMM(5), TAX, IMM(9), TXA, RETA), 5, 5},
    {P(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RETA), 64, 2},
    {P(BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), TXA, RETA), 64, 3},
    {P(LD(0), RETA), 0x1001, 2},
    {P(LD(4), RETA), AUDIT_ARCH_X86_64, 2},
    /* arithmetic, modulo 2^32 */
    {P(IMM(5), ALU(BPF_ADD, 7), RETA), 12, 3},
    {P(IMM(0xffffffff), ALU(BPF_ADD, 2), RETA), 1, 3},
    {P(IMM(5), ALU(BPF_SUB, 7), RETA), 0xfffffffe, 3},
    {P(IMM(0x80000001), ALU(BPF_MUL, 2), RETA), 2, 3},
    {P(IMM(0xffffffff), ALU(BPF_DIV, 2), RETA), 0x7fffffff, 3},
    {P(IMM(0xf0f0), ALU(BPF_AND, 0xff00), RETA), 0xf000, 3},
    {P(IMM(0xf0f0), ALU(BPF_OR, 0x0f0f), RETA), 0xffff, 3},
    {P(IMM(0xf0f0), ALU(BPF_XOR, 0xffff), RETA), 0x0f0f, 3},
    {P(IMM(1), ALU(BPF_LSH, 31), RETA), 0x80000000, 3},
    {P(IMM(3), ALU(BPF_LSH, 31), RETA), 0x80000000, 3},
    {P(IMM(0x80000000), ALU(BPF_RSH, 31), RETA), 1, 3},
    {P(IMM(1), BPF_STMT(BPF_ALU | BPF_NEG, 0), RETA), 0xffffffff, 3},
    {P(IMMX(7), IMM(5), ALUX(BPF_ADD), RETA), 12, 4},
    {P(IMMX(7), IMM(5), ALUX(BPF_SUB), RETA), 0xfffffffe, 4},
    {P(IMMX(7), IMM(5), ALUX(BPF_MUL), RETA), 35, 4},
    {P(IMMX(7), IMM(50), ALUX(BPF_DIV), RETA), 7, 4},
    {P(IMMX(6), IMM(5), ALUX(BPF_AND), RETA), 4, 4},
    {P(IMMX(6), IMM(5), ALUX(BPF_OR), RETA), 7, 4},
    {P(IMMX(6), IMM(5), ALUX(BPF_XOR), RETA), 3, 4},
    {P(IMMX(4), IMM(5), ALUX(BPF_LSH), RETA), 0x50, 4},
    {P(IMMX(4), IMM(0x50), ALUX(BPF_RSH), RETA), 5, 4},
    /* a shift by X takes the count modulo 32, as eBPF's 32-bit shift does */
    {P(IMMX(36), IMM(5), ALUX(BPF_LSH), RETA), 0x50, 4},
    {P(IMMX(32), IMM(5), ALUX(BPF_RSH), RETA), 5, 4},
    /* a division by X = 0 ends the program with 0 */
    {P(IMM(5), ALUX(BPF_DIV), RET(ALLOW)), 0, 2},
    {P(IMMX(0), IMM(5), ALUX(BPF_DIV), ALU(BPF_ADD, 1), RETA), 0, 3},
    /* the operand is K where the code says so, whatever X holds */
    {P(IMMX(9), IMM(5), ALU(BPF_ADD, 1), RETA), 6, 4},
    /* scratch words */
    {P(IMM(5), ST(3), IMM(9), LDM(3), RETA), 5, 5},
    {P(IMMX(5), STX(15), IMMX(9), LDXM(15), TXA, RETA), 5, 6},
    {P(IMM(5), ST(0), IMM(6), ST(1), LDM(0), RETA), 5, 6},
    /* jumps: steps count what runs */
    {P(JA(0), RET(1), RET(2)), 1, 2},
    {P(JA(1), RET(1), RET(2)), 2, 2},
    {P(IMM(5), J(BPF_JEQ, 5, 0, 1), RET(1), RET(2)), 1, 3},
    {P(IMM(5), J(BPF_JEQ, 6, 0, 1), RET(1), RET(2)), 2, 3},
    {P(IMM(5), J(BPF_JGT, 4, 0, 1), RET(1), RET(2)), 1, 3},
    {P(IMM(5), J(BPF_JGT, 5, 0, 1), RET(1), RET(2)), 2, 3},
    {P(IMM(5), J(BPF_JGE, 5, 0, 1), RET(1), RET(2)), 1, 3},
    {P(IMM(5), J(BPF_JGE, 6, 0, 1), RET(1), RET(2)), 2, 3},
    {P(IMM(5), J(BPF_JSET, 4, 0, 1), RET(1), RET(2)), 1, 3},
    {P(IMM(5), J(BPF_JSET, 2, 0, 1), RET(1), RET(2)), 2, 3},
    {P(IMM(5), J(BPF_JSET, 0, 0, 1), RET(1), RET(2)), 2, 3},
    /* unsigned */
    {P(IMM(0x80000000), J(BPF_JGT, 1, 0, 1), RET(1), RET(2)), 1, 3},
    {P(IMMX(5), IMM(5), JX(BPF_JEQ, 0, 1), RET(1), RET(2)), 1, 4},
    {P(IMMX(6), IMM(5), JX(BPF_JEQ, 0, 1), RET(1), RET(2)), 2, 4},
    {P(IMMX(4), IMM(5), JX(BPF_JGT, 0, 1), RET(1), RET(2)), 1, 4},
    {P(IMMX(5), IMM(5), JX(BPF_JGT, 0, 1), RET(1), RET(2)), 2, 4},
    {P(IMMX(5), IMM(5), JX(BPF_JGE, 0, 1), RET(1), RET(2)), 1, 4},
    {P(IMMX(6), IMM(5), JX(BPF_JGE, 0, 1), RET(1), RET(2)), 2, 4},
    {P(IMMX(1), IMM(5), JX(BPF_JSET, 0, 1), RET(1), RET(2)), 1, 4},
    {P(IMMX(2), IMM(5), JX(BPF_JSET, 0, 1), RET(1), RET(2)), 2, 4},
};

static struct scc_program program_of(const struct sock_filter *insns, size_t count, bool is_big)
{
    return (struct scc_program){(struct sock_filter *)insns, count, is_big};
}

Test(program, sim_answers_and_counts_steps)
{
    for (size_t i = 0; i < SCC_COUNT(sims); i++) {
        struct scc_program program = program_of(sims[i].insns, sims[i].count, false);
        scc_error *err = NULL;
        must(scc_program_check(&program, &err), err);
        struct scc_sim_result result = scc_program_sim(&program, &call_0);
        cr_expect_eq(result.return_value, sims[i].return_value, "program %zu: 0x%x", i,
                     result.return_value);
        cr_expect_eq(result.steps, sims[i].steps, "program %zu: %u steps", i, result.steps);
    }
}

Test(program, sim_lays_words_out_in_the_targets_byte_order)
{
    /* struct seccomp_data, linux/seccomp.h: nr, arch, instruction_pointer, args */
    static const uint32_t little[16] = {
        0x1001, AUDIT_ARCH_X86_64, 0x88888888, 0x77777777, 1, 0x11111111, 2, 0x22222222,
        3,      0x33333333,        4,          0x44444444, 5, 0x55555555, 6, 0x66666666,
    };
    static const uint32_t big[16] = {
        0x1001,     AUDIT_ARCH_X86_64,
        0x77777777, 0x88888888,
        0x11111111, 1,
        0x22222222, 2,
        0x33333333, 3,
        0x44444444, 4,
        0x55555555, 5,
        0x66666666, 6,
    };
    for (uint32_t i = 0; i < 16; i++) {
        const struct sock_filter insns[] = {LD(4 * i), RETA};
        struct scc_program program = program_of(insns, 2, false);
        cr_expect_eq(scc_program_sim(&program, &call_0).return_value, little[i], "word %u", i);
        program.is_big_endian = true;
        cr_expect_eq(scc_program_sim(&program, &call_0).return_value, big[i], "word %u", i);
    }
    for (unsigned arg = 0; arg < 6; arg++) {
        cr_expect_eq(little[scc_word_low(arg, false)], arg + 1);
        cr_expect_eq(little[scc_word_high(arg, false)], (arg + 1) * 0x11111111);
        cr_expect_eq(big[scc_word_low(arg, true)], arg + 1);
        cr_expect_eq(big[scc_word_high(arg, true)], (arg + 1) * 0x11111111);
    }
}

/*
 * Costs
 */

static const struct {
    struct sock_filter insns[SHORT_MAX];
    size_t count;
    unsigned longest;
} paths[] = {
    {P(RET(0)), 1},
    {P(LD(0), LD(4), RET(0)), 3},
    {P(RET(0), LD(0), RET(0)), 1},
    {P(JA(2), LD(0), LD(0), RET(0)), 2},
    {P(J(BPF_JEQ, 1, 0, 1), RET(1), RET(2)), 2},
    {P(J(BPF_JEQ, 1, 2, 0), LD(0), LD(0), RET(2)), 4},
    {P(J(BPF_JEQ, 1, 0, 2), LD(0), LD(0), RET(2)), 4},
    {P(J(BPF_JEQ, 1, 0, 3), LD(0), LD(0), RET(1), LD(0), RET(2)), 4},
    {P(J(BPF_JEQ, 1, 0, 2), LD(0), RET(1), LD(0), LD(0), LD(0), RET(2)), 5},
    /* a path that no input takes counts as well */
    {P(IMM(1), J(BPF_JEQ, 1, 2, 0), LD(0), LD(0), RET(2)), 5},
};

Test(program, longest_path_is_over_all_branches)
{
    for (size_t i = 0; i < SCC_COUNT(paths); i++) {
        struct scc_program program = program_of(paths[i].insns, paths[i].count, false);
        cr_expect_eq(scc_cost_longest_path(&program), paths[i].longest, "program %zu: %u", i,
                     scc_cost_longest_path(&program));
    }
    struct sock_filter *insns = calloc(SCC_PROGRAM_MAX, sizeof *insns);
    cr_assert_not_null(insns);
    for (size_t i = 0; i < SCC_PROGRAM_MAX - 1; i++)
        insns[i] = (struct sock_filter)LD(0);
    insns[SCC_PROGRAM_MAX - 1] = (struct sock_filter)RETA;
    struct scc_program program = program_of(insns, SCC_PROGRAM_MAX, false);
    cr_assert_eq(scc_cost_longest_path(&program), SCC_PROGRAM_MAX);
    free(insns);
}

/* kernel/seccomp.c, seccomp_is_const_allow() */
static const struct {
    struct sock_filter insns[SHORT_MAX];
    size_t count;
    bool is_cached; /* for nr 7 under audit arch X86_64 */
} caches[] = {
    {P(RET(ALLOW)), true},
    {P(RET(SECCOMP_RET_LOG)), false},
    {P(RET(SECCOMP_RET_ERRNO | 1)), false},
    /* exactly ALLOW: not with data */
    {P(RET(ALLOW | 1)), false},
    {P(LD(0), J(BPF_JEQ, 7, 0, 1), RET(ALLOW), RET(0)), true},
    {P(LD(0), J(BPF_JEQ, 8, 0, 1), RET(ALLOW), RET(0)), false},
    {P(LD(4), J(BPF_JEQ, AUDIT_ARCH_X86_64, 0, 1), RET(ALLOW), RET(0)), true},
    {P(LD(4), J(BPF_JEQ, AUDIT_ARCH_I386, 0, 1), RET(ALLOW), RET(0)), false},
    {P(LD(0), J(BPF_JGE, 7, 0, 1), RET(ALLOW), RET(0)), true},
    {P(LD(0), J(BPF_JGE, 8, 0, 1), RET(ALLOW), RET(0)), false},
    {P(LD(0), J(BPF_JGT, 6, 0, 1), RET(ALLOW), RET(0)), true},
    {P(LD(0), J(BPF_JGT, 7, 0, 1), RET(ALLOW), RET(0)), false},
    {P(LD(0), J(BPF_JSET, 4, 0, 1), RET(ALLOW), RET(0)), true},
    {P(LD(0), J(BPF_JSET, 8, 0, 1), RET(ALLOW), RET(0)), false},
    {P(JA(1), RET(0), RET(ALLOW)), true},
    {P(LD(0), ALU(BPF_AND, 3), J(BPF_JEQ, 3, 0, 1), RET(ALLOW), RET(0)), true},
    {P(LD(0), ALU(BPF_AND, 8), J(BPF_JEQ, 3, 0, 1), RET(ALLOW), RET(0)), false},
    /* an argument on the way, whatever is then done with it */
    {P(LD(16), RET(ALLOW)), false},
    {P(LD(8), RET(ALLOW)), false},
    {P(LD(0), J(BPF_JEQ, 7, 1, 0), LD(16), RET(ALLOW)), true},
    {P(LD(0), J(BPF_JEQ, 8, 1, 0), LD(16), RET(ALLOW)), false},
    /* instructions that the kernel does not follow */
    {P(IMM(7), RET(ALLOW)), false},
    {P(IMMX(7), RET(ALLOW)), false},
    {P(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RET(ALLOW)), false},
    {P(LD(0), TAX, RET(ALLOW)), false},
    {P(LD(0), TXA, RET(ALLOW)), false},
    {P(LD(0), ST(0), RET(ALLOW)), false},
    {P(LD(0), ALU(BPF_OR, 0), RET(ALLOW)), false},
    {P(LD(0), ALU(BPF_SUB, 0), RET(ALLOW)), false},
    {P(LD(0), ALUX(BPF_AND), RET(ALLOW)), false},
    {P(LD(0), JX(BPF_JEQ, 0, 0), RET(ALLOW)), false},
    {P(LD(0), BPF_STMT(BPF_ALU | BPF_NEG, 0), RET(ALLOW)), false},
    {P(RETA), false},
};

Test(program, cache_model_follows_the_kernels)
{
    for (size_t i = 0; i < SCC_COUNT(caches); i++) {
        struct scc_program program = program_of(caches[i].insns, caches[i].count, false);
        scc_error *err = NULL;
        must(scc_program_check(&program, &err), err);
        cr_expect_eq(scc_cost_is_cached(&program, AUDIT_ARCH_X86_64, 7), caches[i].is_cached,
                     "program %zu", i);
        /* nr and arch stand at the same offsets in both byte orders */
        program.is_big_endian = true;
        cr_expect_eq(scc_cost_is_cached(&program, AUDIT_ARCH_X86_64, 7), caches[i].is_cached,
                     "program %zu", i);
    }
}

/** The longest path by trying all of them. */
static unsigned walk_longest(const struct scc_program *program, size_t at)
{
    const struct sock_filter *insn = &program->insns[at];
    if (BPF_CLASS(insn->code) == BPF_RET)
        return 1;
    if (insn->code == (BPF_JMP | BPF_JA))
        return 1 + walk_longest(program, at + 1 + insn->k);
    if (BPF_CLASS(insn->code) != BPF_JMP)
        return 1 + walk_longest(program, at + 1);
    unsigned yes = walk_longest(program, at + 1 + insn->jt);
    unsigned no = walk_longest(program, at + 1 + insn->jf);
    return 1 + (yes > no ? yes : no);
}

Test(program, costs_bound_every_run_of_random_programs)
{
    uint64_t state = 0xc057;
    size_t taken = 0, cached = 0;
    for (int i = 0; i < 8000; i++) {
        struct sock_filter insns[SHORT_MAX];
        size_t count = random_program(&state, insns);
        if (!is_taken_here(insns, count, NULL))
            continue;
        taken++;
        struct scc_program program = program_of(insns, count, i & 1);
        unsigned longest = scc_cost_longest_path(&program);
        cr_assert_eq(longest, walk_longest(&program, 0));
        for (int j = 0; j < 8; j++) {
            struct scc_call call = {.audit = AUDIT_ARCH_X86_64, .nr = random_below(&state, 8)};
            bool is_cached = scc_cost_is_cached(&program, call.audit, call.nr);
            cached += is_cached;
            for (int arg = 0; arg < 6; arg++)
                call.args[arg] =
                    (uint64_t)random_below(&state, UINT32_MAX) << 32 | random_below(&state, 8);
            struct scc_sim_result result = scc_program_sim(&program, &call);
            cr_assert_leq(result.steps, longest);
            cr_assert_geq(result.steps, 1);
            /* What is cached never runs, so it must be the answer for all arguments. */
            if (is_cached)
                cr_assert_eq(result.return_value, ALLOW);
        }
    }
    cr_assert_gt(taken, 2000);
    cr_assert_gt(cached, 500, "%zu", cached);
}
