/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Listings: exact ones for small programs, the way back for random ones of all instructions, and
 * whether each comment is true on every path that an input takes.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <seccompc/emit.h>

#include "action.h"
#include "asm.h"
#include "disasm.h"
#include "policy.h"
#include "profile.h"
#include "program.h"
#include "support.h"
#include "syscall.h"
#include "target.h"
#include "util.h"

#define LD(WORD) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4 * (WORD))
#define RET(K) BPF_STMT(BPF_RET | BPF_K, K)
#define JUMP(OP, K, JT, JF) BPF_JUMP(BPF_JMP | (OP) | BPF_K, K, JT, JF)
#define X86_64 0xc000003eu
#define X86 0x40000003u

/** A program over @p insns, which it does not own. */
static struct scc_program program_of(struct sock_filter *insns, size_t count, bool is_big_endian)
{
    return (struct scc_program){insns, count, is_big_endian};
}

static char *list(const struct scc_program *program)
{
    struct scc_listing listing;
    struct scc_strbuf out = {0};
    scc_error *err = NULL;
    must(scc_program_check(program, &err), err);
    must(scc_disasm(program, &listing, &err), err);
    scc_listing_print(&out, &listing);
    scc_listing_clear(&listing);
    char *text = scc_strbuf_steal(&out);
    cr_assert_not_null(text);
    return text;
}

static const struct scc_arch *arch_like(const struct scc_program *program)
{
    return scc_arch_get(program->is_big_endian ? SCC_ARCH_S390X : SCC_ARCH_X86_64);
}

/** Assembles @p text and fails unless it is @p expected, byte for byte. */
static void assemble_to(const char *text, const struct scc_program *expected)
{
    scc_error *err = NULL;
    scc_program *made = NULL;
    size_t len, expected_len;
    must(scc_asm(text, strlen(text), "t", arch_like(expected), &made, &err), err);
    unsigned char *bytes = scc_program_to_bytes(made, &len);
    unsigned char *expected_bytes = scc_program_to_bytes(expected, &expected_len);
    cr_assert_eq(len, expected_len, "%s", text);
    for (size_t i = 0; i < len; i++)
        cr_assert_eq(bytes[i], expected_bytes[i], "byte %zu of instruction %zu in\n%s", i % 8,
                     i / 8, text);
    free(bytes);
    free(expected_bytes);
    scc_program_free(made);
}

static void round_trip(const struct scc_program *program)
{
    char *text = list(program);
    assemble_to(text, program);
    free(text);
}

/** The listing of @p program is exactly @p expected, and leads back. */
static void lists_as(const struct scc_program *program, const char *expected)
{
    char *text = list(program);
    cr_assert_str_eq(text, expected);
    assemble_to(text, program);
    free(text);
}

#define LISTS_AS(BIG, EXPECTED, ...)                                                               \
    do {                                                                                           \
        struct sock_filter insns_[] = {__VA_ARGS__};                                               \
        struct scc_program program_ = program_of(insns_, SCC_COUNT(insns_), BIG);                  \
        lists_as(&program_, EXPECTED);                                                             \
    } while (0)

Test(disasm, small_programs)
{
    LISTS_AS(false,
             "; 1 instruction, little-endian\n"
             "        ret  #0x7fff0000                ; ALLOW\n",
             RET(SECCOMP_RET_ALLOW));
    LISTS_AS(false,
             "; 6 instructions, little-endian\n"
             "        ld   [4]                        ; arch\n"
             "        jne  #0xc000003e, L5            ; x86_64\n"
             "        ld   [0]                        ; nr\n"
             "        jeq  #59, L5                    ; execve\n"
             "        ret  #0x50026                   ; ERRNO(ENOSYS)\n"
             "L5:     ret  #0x7fff0000                ; ALLOW\n",
             LD(SCC_WORD_ARCH), JUMP(BPF_JEQ, X86_64, 0, 3), LD(SCC_WORD_NR),
             JUMP(BPF_JEQ, 59, 1, 0), RET(SECCOMP_RET_ERRNO | 38), RET(SECCOMP_RET_ALLOW));
}

Test(disasm, words_by_byte_order)
{
    LISTS_AS(false,
             "; 6 instructions, little-endian\n"
             "        ld   [8]                        ; instruction pointer, low word\n"
             "        ld   [12]                       ; instruction pointer, high word\n"
             "        ld   [16]                       ; args[0], low word\n"
             "        ld   [20]                       ; args[0], high word\n"
             "        ld   [56]                       ; args[5], low word\n"
             "        ret  a\n",
             LD(2), LD(3), LD(4), LD(5), LD(14), BPF_STMT(BPF_RET | BPF_A, 0));
    LISTS_AS(true,
             "; 6 instructions, big-endian\n"
             "        ld   [8]                        ; instruction pointer, high word\n"
             "        ld   [12]                       ; instruction pointer, low word\n"
             "        ld   [16]                       ; args[0], high word\n"
             "        ld   [20]                       ; args[0], low word\n"
             "        ld   [60]                       ; args[5], low word\n"
             "        ret  a\n",
             LD(2), LD(3), LD(4), LD(5), LD(15), BPF_STMT(BPF_RET | BPF_A, 0));
}

/** What is known of the architecture decides which names there are. */
Test(disasm, names_by_architecture)
{
    LISTS_AS(true,
             "; 7 instructions, big-endian\n"
             "        ld   [4]                        ; arch\n"
             "        jne  #0x80000016, L6            ; s390x\n"
             "        ld   [0]                        ; nr\n"
             "        jgt  #11, L6, L5                ; execve\n"
             "        ret  #0x0                       ; never reached\n"
             "L5:     ret  #0x50059                   ; ERRNO(EDESTADDRREQ)\n"
             "L6:     ret  #0x50059                   ; ERRNO(89)\n",
             LD(SCC_WORD_ARCH), JUMP(BPF_JEQ, 0x80000016, 0, 4), LD(SCC_WORD_NR),
             JUMP(BPF_JGT, 11, 2, 1), RET(0), RET(SECCOMP_RET_ERRNO | 89),
             RET(SECCOMP_RET_ERRNO | 89));
    /* Nothing is known of the audit arch, so a number has no name; errno 1 has everywhere. */
    LISTS_AS(false,
             "; 4 instructions, little-endian\n"
             "        ld   [0]                        ; nr\n"
             "        jeq  #59, L3\n"
             "        ret  #0x50001                   ; ERRNO(EPERM)\n"
             "L3:     ret  #0x50026                   ; ERRNO(38)\n",
             LD(SCC_WORD_NR), JUMP(BPF_JEQ, 59, 1, 0), RET(SECCOMP_RET_ERRNO | 1),
             RET(SECCOMP_RET_ERRNO | 38));
    /* Two architectures meet: each one's name, or the one that both have. */
    LISTS_AS(false,
             "; 8 instructions, little-endian\n"
             "        ld   [4]                        ; arch\n"
             "        jeq  #0xc000003e, L3            ; x86_64\n"
             "        jne  #0x40000003, L6            ; x86\n"
             "L3:     ld   [0]                        ; nr\n"
             "        jeq  #5, L7                     ; x86_64 fstat, x86 open\n"
             "        jeq  #424, L7                   ; pidfd_send_signal\n"
             "L6:     ret  #0x80000000                ; KILL_PROCESS\n"
             "L7:     ret  #0x7fc00000                ; NOTIFY\n",
             LD(SCC_WORD_ARCH), JUMP(BPF_JEQ, X86_64, 1, 0), JUMP(BPF_JEQ, X86, 0, 3),
             LD(SCC_WORD_NR), JUMP(BPF_JEQ, 5, 2, 0), JUMP(BPF_JEQ, 424, 1, 0),
             RET(SECCOMP_RET_KILL_PROCESS), RET(SECCOMP_RET_USER_NOTIF));
}

/** What is no known audit arch may still be another: a name is then that of an architecture. */
Test(disasm, other_architectures)
{
    LISTS_AS(false,
             "; 7 instructions, little-endian\n"
             "        ld   [4]                        ; arch\n"
             "        jge  #0xe0000009, L6\n"
             "        jlt  #0xc00000f3, L5            ; riscv64\n"
             "        ld   [0]                        ; nr\n"
             "        jeq  #435, L6                   ; riscv64 clone3, loongarch64 clone3\n"
             "L5:     ret  #0x7fff0000                ; ALLOW\n"
             "L6:     ret  #0x50026                   ; ERRNO(38)\n",
             LD(SCC_WORD_ARCH), JUMP(BPF_JGE, 0xe0000009, 4, 0), JUMP(BPF_JGE, 0xc00000f3, 0, 2),
             LD(SCC_WORD_NR), JUMP(BPF_JEQ, 435, 1, 0), RET(SECCOMP_RET_ALLOW),
             RET(SECCOMP_RET_ERRNO | 38));
    LISTS_AS(false,
             "; 4 instructions, little-endian\n"
             "        ld   [4]                        ; arch\n"
             "        jge  #0xe0000009, L3\n"
             "        ret  #0x50001                   ; ERRNO(EPERM)\n"
             "L3:     ret  #0x50026                   ; ERRNO(38)\n",
             LD(SCC_WORD_ARCH), JUMP(BPF_JGE, 0xe0000009, 1, 0), RET(SECCOMP_RET_ERRNO | 1),
             RET(SECCOMP_RET_ERRNO | 38));
    /* Bits of the audit arch that are masked away may be those of another. */
    LISTS_AS(false,
             "; 7 instructions, little-endian\n"
             "        ld   [4]                        ; arch\n"
             "        and  #0xffff\n"
             "        jne  #62, L6\n"
             "        ld   [0]                        ; nr\n"
             "        jeq  #59, L6                    ; x86_64 execve\n"
             "        ret  #0x7fff0000                ; ALLOW\n"
             "L6:     ret  #0x50026                   ; ERRNO(38)\n",
             LD(SCC_WORD_ARCH), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xffff),
             JUMP(BPF_JEQ, 62, 0, 3), LD(SCC_WORD_NR), JUMP(BPF_JEQ, 59, 1, 0),
             RET(SECCOMP_RET_ALLOW), RET(SECCOMP_RET_ERRNO | 38));
}

/** x32 shares x86_64's audit arch: the number's bit 30 tells. */
Test(disasm, x32)
{
    LISTS_AS(false,
             "; 11 instructions, little-endian\n"
             "        ld   [4]                        ; arch\n"
             "        jne  #0xc000003e, L9            ; x86_64\n"
             "        ld   [0]                        ; nr\n"
             "        jeq  #0xffffffff, L10           ; -1: a tracer skips the call\n"
             "        jge  #0x40000000, L7            ; x32\n"
             "        and  #0xbfffffff\n"
             "        jeq  #13, L10, L9               ; rt_sigaction\n"
             "L7:     jeq  #0x40000200, L10           ; x32 rt_sigaction\n"
             "        jset #0x40000000, L10           ; x32\n"
             "L9:     ret  #0x30000                   ; TRAP\n"
             "L10:    ret  #0x7ffc0000                ; LOG\n",
             LD(SCC_WORD_ARCH), JUMP(BPF_JEQ, X86_64, 0, 7), LD(SCC_WORD_NR),
             JUMP(BPF_JEQ, 0xffffffff, 6, 0), JUMP(BPF_JGE, 0x40000000, 2, 0),
             BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xbfffffff), JUMP(BPF_JEQ, 13, 3, 2),
             JUMP(BPF_JEQ, 0x40000200, 2, 0), JUMP(BPF_JSET, 0x40000000, 1, 0),
             RET(SECCOMP_RET_TRAP), RET(SECCOMP_RET_LOG));
    /* The bit is masked away before anything is known of it: 1 is write with and without. */
    LISTS_AS(false,
             "; 8 instructions, little-endian\n"
             "        ld   [4]                        ; arch\n"
             "        jne  #0xc000003e, L7            ; x86_64\n"
             "        ld   [0]                        ; nr\n"
             "        and  #0xbfffffff\n"
             "        jeq  #13, L7\n"
             "        sub  #0x1\n"
             "        jeq  #0, L7                     ; write\n"
             "L7:     ret  #0x7ff00009                ; TRACE(9)\n",
             LD(SCC_WORD_ARCH), JUMP(BPF_JEQ, X86_64, 0, 5), LD(SCC_WORD_NR),
             BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xbfffffff), JUMP(BPF_JEQ, 13, 2, 0),
             BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 1), JUMP(BPF_JEQ, 0, 0, 0),
             RET(SECCOMP_RET_TRACE | 9));
    /* That the rest is below 14 says nothing of the bit; a number that has it is never equal. */
    LISTS_AS(false,
             "; 8 instructions, little-endian\n"
             "        ld   [4]                        ; arch\n"
             "        jne  #0xc000003e, L7            ; x86_64\n"
             "        ld   [0]                        ; nr\n"
             "        and  #0xbfffffff\n"
             "        jge  #14, L7                    ; rt_sigprocmask\n"
             "        jeq  #13, L7\n"
             "        jeq  #0x40000001, L7\n"
             "L7:     ret  #0x7fff0000                ; ALLOW\n",
             LD(SCC_WORD_ARCH), JUMP(BPF_JEQ, X86_64, 0, 5), LD(SCC_WORD_NR),
             BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xbfffffff), JUMP(BPF_JGE, 14, 2, 0),
             JUMP(BPF_JEQ, 13, 1, 0), JUMP(BPF_JEQ, 0x40000001, 0, 0), RET(SECCOMP_RET_ALLOW));
}

/** Values are followed through A, X and the scratch words, and forgotten where paths disagree. */
Test(disasm, registers)
{
    LISTS_AS(false,
             "; 13 instructions, little-endian\n"
             "        ld   [0]                        ; nr\n"
             "        st   M[15]\n"
             "        ld   [4]                        ; arch\n"
             "        tax                             ; arch\n"
             "        stx  M[0]\n"
             "        ld   M[15]                      ; nr\n"
             "        jset #1, L8\n"
             "        txa                             ; arch\n"
             "L8:     st   M[15]\n"
             "        ld   M[15]\n"
             "        ldx  M[0]                       ; arch\n"
             "        ld   #0x7fff0000\n"
             "        ret  a                          ; ALLOW\n",
             LD(SCC_WORD_NR), BPF_STMT(BPF_ST, 15), LD(SCC_WORD_ARCH),
             BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_STX, 0), BPF_STMT(BPF_LD | BPF_MEM, 15),
             JUMP(BPF_JSET, 1, 1, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0), BPF_STMT(BPF_ST, 15),
             BPF_STMT(BPF_LD | BPF_MEM, 15), BPF_STMT(BPF_LDX | BPF_MEM, 0),
             BPF_STMT(BPF_LD | BPF_IMM, SECCOMP_RET_ALLOW), BPF_STMT(BPF_RET | BPF_A, 0));
}

/** Fields that mean nothing are kept. */
Test(disasm, unused_fields)
{
    LISTS_AS(false,
             "; 8 instructions, little-endian\n"
             "        ldx  len {jt=255}\n"
             "        ld   [0] {jt=1, jf=2}           ; nr\n"
             "        tax  {jt=1, jf=2, k=0x3}        ; nr\n"
             "        jmp  L4 {jf=9}\n"
             "L4:     jset x, L5, L7 {k=0xffffffff}\n"
             "L5:     jgt  #7, L7, L7\n"
             "        neg  {k=0x80000000}             ; never reached\n"
             "L7:     ret  #0x1 {jt=7, jf=8}          ; KILL_THREAD\n",
             {BPF_LDX | BPF_W | BPF_LEN, 255, 0, 0}, {BPF_LD | BPF_W | BPF_ABS, 1, 2, 0},
             {BPF_MISC | BPF_TAX, 1, 2, 3}, {BPF_JMP | BPF_JA, 0, 9, 0},
             {BPF_JMP | BPF_JSET | BPF_X, 0, 2, 0xffffffff}, {BPF_JMP | BPF_JGT | BPF_K, 1, 1, 7},
             {BPF_ALU | BPF_NEG, 0, 0, 0x80000000}, {BPF_RET | BPF_K, 7, 8, 1});
}

/** All ways to write one comparison, and which of them a listing has. */
Test(disasm, jumps)
{
    LISTS_AS(false,
             "; 10 instructions, little-endian\n"
             "        ldx  #0x1\n"
             "        ld   [16]                       ; args[0], low word\n"
             "        jeq  #65535, L9\n"
             "        jne  #0x10000, L9\n"
             "        jge  x, L9\n"
             "        jlt  x, L9\n"
             "        jle  #3, L9\n"
             "        jset #3, L8, L9\n"
             "L8:     jeq  #3, L9\n"
             "L9:     ret  #0x0                       ; KILL_THREAD\n",
             BPF_STMT(BPF_LDX | BPF_IMM, 1), LD(SCC_WORD_ARGS), JUMP(BPF_JEQ, 65535, 6, 0),
             JUMP(BPF_JEQ, 65536, 0, 5), JUMP(BPF_JGE | BPF_X, 0, 4, 0),
             JUMP(BPF_JGE | BPF_X, 0, 0, 3), JUMP(BPF_JGT, 3, 0, 2), JUMP(BPF_JSET, 3, 0, 1),
             JUMP(BPF_JEQ, 3, 0, 0), RET(0));
}

/*
 * Random programs
 */

struct random {
    uint64_t state;
};

/** The next number (splitmix64). */
static uint64_t next(struct random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint32_t below(struct random *random, uint64_t limit)
{
    return (uint32_t)(next(random) % limit);
}

static const uint16_t codes[] = {
    BPF_LD | BPF_W | BPF_ABS,
    BPF_LD | BPF_W | BPF_LEN,
    BPF_LDX | BPF_W | BPF_LEN,
    BPF_LD | BPF_IMM,
    BPF_LDX | BPF_IMM,
    BPF_LD | BPF_MEM,
    BPF_LDX | BPF_MEM,
    BPF_ST,
    BPF_STX,
    /* NOLINTNEXTLINE(misc-redundant-expression): ADD and K are both 0 */
    BPF_ALU | BPF_ADD | BPF_K,
    BPF_ALU | BPF_ADD | BPF_X,
    BPF_ALU | BPF_SUB | BPF_K,
    BPF_ALU | BPF_SUB | BPF_X,
    BPF_ALU | BPF_MUL | BPF_K,
    BPF_ALU | BPF_MUL | BPF_X,
    BPF_ALU | BPF_DIV | BPF_K,
    BPF_ALU | BPF_DIV | BPF_X,
    BPF_ALU | BPF_AND | BPF_K,
    BPF_ALU | BPF_AND | BPF_X,
    BPF_ALU | BPF_OR | BPF_K,
    BPF_ALU | BPF_OR | BPF_X,
    BPF_ALU | BPF_XOR | BPF_K,
    BPF_ALU | BPF_XOR | BPF_X,
    BPF_ALU | BPF_LSH | BPF_K,
    BPF_ALU | BPF_LSH | BPF_X,
    BPF_ALU | BPF_RSH | BPF_K,
    BPF_ALU | BPF_RSH | BPF_X,
    BPF_ALU | BPF_NEG,
    BPF_MISC | BPF_TAX,
    BPF_MISC | BPF_TXA,
    BPF_JMP | BPF_JA,
    BPF_JMP | BPF_JEQ | BPF_K,
    BPF_JMP | BPF_JEQ | BPF_X,
    BPF_JMP | BPF_JGE | BPF_K,
    BPF_JMP | BPF_JGE | BPF_X,
    BPF_JMP | BPF_JGT | BPF_K,
    BPF_JMP | BPF_JGT | BPF_X,
    BPF_JMP | BPF_JSET | BPF_K,
    BPF_JMP | BPF_JSET | BPF_X,
    BPF_RET | BPF_K,
    BPF_RET | BPF_A,
};

/** Makes the random fields of an instruction such that the kernel could accept it. */
static void fit(struct sock_filter *insn, size_t left)
{
    uint32_t reach = (uint32_t)(left < 256 ? left : 256);
    if (insn->code == (BPF_LD | BPF_W | BPF_ABS))
        insn->k = insn->k % SCC_WORD_COUNT * 4;
    else if (insn->code == (BPF_LD | BPF_MEM) || insn->code == (BPF_LDX | BPF_MEM) ||
             insn->code == BPF_ST || insn->code == BPF_STX)
        insn->k %= SCC_SCRATCH_COUNT;
    else if (insn->code == (BPF_ALU | BPF_DIV | BPF_K))
        insn->k |= 1;
    else if (insn->code == (BPF_ALU | BPF_LSH | BPF_K) || insn->code == (BPF_ALU | BPF_RSH | BPF_K))
        insn->k %= 32;
    else if (insn->code == (BPF_JMP | BPF_JA))
        insn->k %= (uint32_t)left;
    else if (BPF_CLASS(insn->code) == BPF_JMP) {
        insn->jt = (uint8_t)(insn->jt % reach);
        insn->jf = (uint8_t)(insn->jf % reach);
    }
}

/** All instructions and all fields, the unused ones too; scratch words may be unwritten. */
static void fill_with_anything(struct random *random, struct sock_filter *insns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool is_last = i + 1 == count;
        uint64_t chance = next(random);
        size_t kind = is_last ? SCC_COUNT(codes) - 1 - (chance & 1) : chance % SCC_COUNT(codes);
        insns[i] = (struct sock_filter){codes[kind], 0, 0, (uint32_t)next(random)};
        if (chance >> 32 & 1)
            insns[i].k %= 300;
        if (chance >> 33 & 1)
            insns[i].jt = (uint8_t)next(random);
        if (chance >> 34 & 1)
            insns[i].jf = (uint8_t)next(random);
        fit(&insns[i], count - i - 1);
    }
    /* Most programs write the scratch words first, or none would read one. */
    for (size_t i = 0; i < SCC_SCRATCH_COUNT && i + 1 < count && count % 8; i++)
        insns[i] = (struct sock_filter){BPF_ST, 0, 0, (uint32_t)i};
}

Test(disasm, random_programs_lead_back)
{
    struct random random = {1};
    struct sock_filter *insns = calloc(SCC_PROGRAM_MAX, sizeof *insns);
    size_t accepted = 0, seen[SCC_COUNT(codes)] = {0};
    cr_assert_not_null(insns);
    for (unsigned i = 0; i < 6000; i++) {
        size_t count =
            i % 100 == 0 ? SCC_PROGRAM_MAX - below(&random, 100) : 1 + below(&random, 90);
        struct scc_program program = program_of(insns, count, i & 1);
        fill_with_anything(&random, insns, count);
        if (scc_program_check(&program, NULL) < 0)
            continue;
        accepted++;
        round_trip(&program);
        for (size_t at = 0; at < count; at++) {
            for (size_t kind = 0; kind < SCC_COUNT(codes); kind++)
                seen[kind] += insns[at].code == codes[kind];
        }
    }
    free(insns);
    cr_assert_geq(accepted, 3000, "%zu accepted", accepted);
    for (size_t kind = 0; kind < SCC_COUNT(codes); kind++)
        cr_assert_geq(seen[kind], 1000, "code 0x%x", codes[kind]);
}

/*
 * Whether comments are true: an interpreter that looks at each instruction's before it runs it
 */

struct walk {
    const struct scc_program *program;
    const struct scc_listing *listing;
    const struct scc_call *call;
    uint32_t words[SCC_WORD_COUNT];
    uint32_t a, x, scratch[SCC_SCRATCH_COUNT];
    size_t *named; /* comments that name a call, met with that call */
};

static void start_walk(struct walk *walk)
{
    const struct scc_call *call = walk->call;
    bool is_big_endian = walk->program->is_big_endian;
    walk->words[SCC_WORD_NR] = call->nr;
    walk->words[SCC_WORD_ARCH] = call->audit;
    walk->words[SCC_WORD_IP + is_big_endian] = (uint32_t)call->ip;
    walk->words[SCC_WORD_IP + !is_big_endian] = (uint32_t)(call->ip >> 32);
    for (unsigned i = 0; i < 6; i++) {
        walk->words[scc_word_low(i, is_big_endian)] = (uint32_t)call->args[i];
        walk->words[scc_word_high(i, is_big_endian)] = (uint32_t)(call->args[i] >> 32);
    }
}

/** The value that a comment of a load names. */
static uint32_t word_named(const struct scc_call *call, const char *comment)
{
    unsigned arg;
    uint64_t whole;
    if (strcmp(comment, "nr") == 0)
        return call->nr;
    if (strcmp(comment, "arch") == 0)
        return call->audit;
    if (sscanf(comment, "args[%u]", &arg) == 1)
        whole = call->args[arg];
    else
        whole = call->ip;
    return (uint32_t)(strstr(comment, "high word") ? whole >> 32 : whole);
}

static const struct scc_arch *arch_of_call(const struct scc_call *call)
{
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)i);
        bool is_x32 = call->nr & SCC_X32_BIT && call->audit == X86_64;
        if (arch->audit == call->audit && (arch->id == SCC_ARCH_X32) == is_x32)
            return arch;
    }
    return NULL;
}

/** The name that the comment "write", or "x86_64 fstat, x86 open", gives on @p arch, in @p name. */
static bool find_name(const char *comment, const struct scc_arch *arch, char name[64])
{
    if (!strchr(comment, ' ')) {
        snprintf(name, 64, "%s", comment);
        return true;
    }
    for (const char *part = comment; part; part = strstr(part, ", ")) {
        part += strncmp(part, ", ", 2) == 0 ? 2 : 0;
        size_t len = strlen(arch->name);
        if (strncmp(part, arch->name, len) == 0 && part[len] == ' ') {
            snprintf(name, 64, "%.*s", (int)strcspn(part + len + 1, ","), part + len + 1);
            return true;
        }
    }
    return false;
}

static void check_jump_comment(struct walk *walk, const char *comment, uint32_t k)
{
    const struct scc_arch *arch = arch_of_call(walk->call), *named = scc_arch_find(comment);
    char name[64];
    if (strcmp(comment, "x32") == 0) {
        cr_assert_eq(walk->a, walk->call->nr);
    } else if (named) {
        cr_assert_eq(walk->a, walk->call->audit);
        cr_assert_eq(k, named->audit);
    } else if (*comment == '-') {
        cr_assert(walk->a == walk->call->nr && k == SCC_NR_SKIP);
    } else {
        const struct scc_syscall *call = arch ? scc_syscall_at(arch, walk->call->nr) : NULL;
        bool has_name = arch && find_name(comment, arch, name);
        /* "write" is said of every call that comes here, "x86_64 write" of those of x86_64. */
        cr_assert(has_name || strchr(comment, ' '), "%s", comment);
        if (!has_name)
            return;
        bool is_it = call && strcmp(call->name, name) == 0;
        /* Of x86_64's number it may be said before an x32 call, whose own number is another. */
        bool may_be_other = arch->id == SCC_ARCH_X32 && !strchr(comment, ' ');
        cr_assert(is_it == (walk->a == k) || (is_it && may_be_other),
                  "%s is said of nr 0x%x of %s, A 0x%x, k 0x%x", comment, walk->call->nr,
                  arch->name, walk->a, k);
        *walk->named += is_it;
    }
}

static void check_return_comment(const struct walk *walk, const char *comment, uint32_t value)
{
    const struct scc_arch *arch = arch_of_call(walk->call);
    struct scc_strbuf text = {0}, plain = {0};
    scc_action_describe(&text, value, arch ? arch : scc_arch_get(SCC_ARCH_X86_64));
    scc_strbuf_addf(&plain, "ERRNO(%u)", value & 0xffff);
    cr_assert(strcmp(text.data, comment) == 0 || strcmp(plain.data, comment) == 0, "%s, not %s",
              comment, text.data);
    scc_strbuf_free(&text);
    scc_strbuf_free(&plain);
}

/** The value of an arithmetic instruction, by the interpreter of one that returns it. */
static bool compute(struct walk *walk, const struct sock_filter *insn)
{
    struct sock_filter insns[] = {BPF_STMT(BPF_LDX | BPF_IMM, walk->x),
                                  BPF_STMT(BPF_LD | BPF_IMM, walk->a), *insn,
                                  BPF_STMT(BPF_RET | BPF_A, 0)};
    struct scc_program probe = program_of(insns, SCC_COUNT(insns), walk->program->is_big_endian);
    struct scc_sim_result result = scc_program_sim(&probe, walk->call);
    walk->a = result.return_value;
    return result.steps == SCC_COUNT(insns);
}

/** Runs an instruction that is no jump and no return; false where it ends the program. */
static bool execute(struct walk *walk, const struct sock_filter *insn)
{
    uint32_t *into = BPF_CLASS(insn->code) == BPF_LDX ? &walk->x : &walk->a;
    switch (BPF_CLASS(insn->code)) {
    case BPF_ST:
        walk->scratch[insn->k] = walk->a;
        return true;
    case BPF_STX:
        walk->scratch[insn->k] = walk->x;
        return true;
    case BPF_ALU:
        return compute(walk, insn);
    case BPF_MISC:
        *(BPF_MISCOP(insn->code) == BPF_TAX ? &walk->x : &walk->a) =
            BPF_MISCOP(insn->code) == BPF_TAX ? walk->a : walk->x;
        return true;
    default:
        *into = BPF_MODE(insn->code) == BPF_ABS   ? walk->words[insn->k / 4]
                : BPF_MODE(insn->code) == BPF_MEM ? walk->scratch[insn->k]
                : BPF_MODE(insn->code) == BPF_LEN ? 64
                                                  : insn->k;
        return true;
    }
}

static size_t jump(const struct walk *walk, const struct sock_filter *insn, uint32_t k)
{
    bool holds;
    switch (BPF_OP(insn->code)) {
    case BPF_JA:
        return insn->k;
    case BPF_JEQ:
        holds = walk->a == k;
        break;
    case BPF_JGT:
        holds = walk->a > k;
        break;
    case BPF_JGE:
        holds = walk->a >= k;
        break;
    default:
        holds = walk->a & k;
        break;
    }
    return holds ? insn->jt : insn->jf;
}

/** Runs the program on the call and checks the comments that it comes by. */
static void walk_through(struct walk walk)
{
    start_walk(&walk);
    for (size_t at = 0; at < walk.program->count; at++) {
        const struct sock_filter *insn = &walk.program->insns[at];
        const char *comment = walk.listing->lines[at].comment;
        uint32_t k = BPF_SRC(insn->code) == BPF_X ? walk.x : insn->k;
        cr_assert(!comment || strcmp(comment, "never reached") != 0, "%zu is reached", at);
        if (BPF_CLASS(insn->code) == BPF_RET) {
            if (comment)
                check_return_comment(&walk, comment,
                                     BPF_RVAL(insn->code) == BPF_A ? walk.a : insn->k);
            return;
        }
        if (BPF_CLASS(insn->code) == BPF_JMP) {
            if (comment)
                check_jump_comment(&walk, comment, k);
            at += jump(&walk, insn, k);
            continue;
        }
        if (!execute(&walk, insn))
            return;
        bool is_x = BPF_CLASS(insn->code) == BPF_LDX ||
                    (BPF_CLASS(insn->code) == BPF_MISC && BPF_MISCOP(insn->code) == BPF_TAX);
        if (comment)
            cr_assert_eq(is_x ? walk.x : walk.a, word_named(walk.call, comment), "%s", comment);
    }
}

/** A number such as programs compare nr with, or an audit arch. */
static uint32_t telling_number(struct random *random)
{
    uint64_t chance = next(random);
    uint32_t nr = (uint32_t)(chance >> 32) % 24;
    switch (chance % 10) {
    case 0:
    case 1:
        return X86_64;
    case 8:
        return X86_64 & ~SCC_X32_BIT;
    case 9:
        return X86_64 & 0xffff;
    case 2:
        return X86;
    case 3:
        return scc_arch_get((enum scc_arch_id)(nr % SCC_ARCH_COUNT))->audit;
    case 4:
        return nr | SCC_X32_BIT;
    case 5:
        return nr < 2 ? SCC_NR_SKIP : SCC_X32_BIT;
    default:
        return nr;
    }
}

/** Programs that look at arch and nr, change them and keep them, as filters do. */
static void fill_with_tests(struct random *random, struct sock_filter *insns, size_t count)
{
    static const uint16_t kinds[] = {
        BPF_LD | BPF_W | BPF_ABS,
        BPF_LD | BPF_W | BPF_ABS,
        BPF_JMP | BPF_JEQ | BPF_K,
        BPF_JMP | BPF_JEQ | BPF_K,
        BPF_JMP | BPF_JEQ | BPF_K,
        BPF_JMP | BPF_JGE | BPF_K,
        BPF_JMP | BPF_JGT | BPF_K,
        BPF_JMP | BPF_JSET | BPF_K,
        BPF_JMP | BPF_JEQ | BPF_X,
        BPF_ALU | BPF_AND | BPF_K,
        BPF_ALU | BPF_SUB | BPF_K,
        BPF_ALU | BPF_ADD | BPF_X,
        BPF_MISC | BPF_TAX,
        BPF_MISC | BPF_TXA,
        BPF_ST,
        BPF_STX,
        BPF_LD | BPF_MEM,
        BPF_LDX | BPF_MEM,
        BPF_LDX | BPF_IMM,
        BPF_RET | BPF_K,
        BPF_JMP | BPF_JA,
    };
    static const uint32_t masks[] = {~SCC_X32_BIT, 0xffff, UINT32_MAX, SCC_X32_BIT};
    for (size_t i = 0; i < count; i++) {
        uint16_t code = i + 1 == count ? BPF_RET | BPF_K : kinds[below(random, SCC_COUNT(kinds))];
        struct sock_filter insn = {code, (uint8_t)below(random, 5), (uint8_t)below(random, 5),
                                   telling_number(random)};
        if (code == (BPF_LD | BPF_W | BPF_ABS))
            insn.k = below(random, 5);
        else if (code == (BPF_ALU | BPF_AND | BPF_K))
            insn.k = masks[below(random, SCC_COUNT(masks))];
        else if (code == (BPF_RET | BPF_K))
            insn.k = below(random, 4) ? SECCOMP_RET_ERRNO | below(random, 100) : SECCOMP_RET_ALLOW;
        else if (code == (BPF_JMP | BPF_JA))
            insn.k = below(random, 3);
        else if (code == BPF_ST || code == BPF_STX || BPF_MODE(code) == BPF_MEM)
            insn.k &= 1;
        fit(&insn, count - i - 1);
        insns[i] = insn;
    }
}

/** Begins the program as filters do: what is no one of two architectures ends at once. */
static void begin_with_arch(struct random *random, const struct scc_program *program)
{
    const struct scc_arch *first, *second = scc_arch_get(SCC_ARCH_X86_64);
    do
        first = scc_arch_get((enum scc_arch_id)below(random, SCC_ARCH_COUNT));
    while (first->is_big_endian != program->is_big_endian);
    struct sock_filter start[] = {
        LD(SCC_WORD_ARCH),
        JUMP(BPF_JEQ, below(random, 3) ? first->audit : second->audit, 1, 0),
        JUMP(BPF_JEQ, below(random, 3) ? second->audit : first->audit, 0,
             (uint8_t)(program->count - 4)),
        LD(SCC_WORD_NR),
        BPF_STMT(BPF_ST, 0),
        BPF_STMT(BPF_STX, 1),
    };
    memcpy(program->insns, start, sizeof start);
}

/** Calls of the numbers and audit arches in the program, and of others. */
static void walk_calls(struct random *random, const struct scc_program *program, size_t *named)
{
    struct scc_listing listing;
    scc_error *err = NULL;
    must(scc_disasm(program, &listing, &err), err);
    for (unsigned i = 0; i < 40; i++) {
        struct scc_call call = {.ip = next(random)};
        const struct scc_arch *arch;
        do
            arch = scc_arch_get((enum scc_arch_id)below(random, SCC_ARCH_COUNT));
        while (arch->is_big_endian != program->is_big_endian);
        /* An unknown audit arch that differs in one bit comes through tests with a mask. */
        call.audit = i % 8 == 0 ? arch->audit ^ 1u << below(random, 32)
                     : i % 2    ? X86_64
                                : arch->audit;
        if (i % 2 && program->is_big_endian)
            call.audit = arch->audit;
        call.nr = i % 16 == 0 ? (uint32_t)next(random) : telling_number(random);
        for (unsigned arg = 0; arg < 6; arg++)
            call.args[arg] = next(random);
        walk_through(
            (struct walk){.program = program, .listing = &listing, .call = &call, .named = named});
    }
    scc_listing_clear(&listing);
}

Test(disasm, comments_are_true)
{
    struct random random = {2};
    struct sock_filter insns[64];
    size_t accepted = 0, named = 0;
    for (unsigned i = 0; i < 8000; i++) {
        size_t count = 8 + below(&random, SCC_COUNT(insns) - 8);
        struct scc_program program = program_of(insns, count, i % 16 == 0);
        fill_with_tests(&random, insns, count);
        if (i % 8)
            begin_with_arch(&random, &program);
        if (BPF_CLASS(insns[count - 1].code) != BPF_RET || scc_program_check(&program, NULL) < 0)
            continue;
        accepted++;
        walk_calls(&random, &program, &named);
        round_trip(&program);
    }
    cr_assert_geq(accepted, 2000, "%zu accepted", accepted);
    cr_assert_geq(named, 2000, "%zu names met", named);
}

/*
 * The programs of libseccomp
 */

static struct scc_program *compile_builtin(const char *arch, enum scc_scmp_shape shape)
{
    scc_error *err = NULL;
    scc_profile *profile = NULL;
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    scc_program *program = NULL;
    must(scc_profile_builtin(&profile, &err), err);
    must(scc_target_new(scc_arch_find(arch), scc_target_caps_docker(), 6, 18, &target, &err), err);
    must(scc_policy_select(profile, target, NULL, &policy, NULL, &err), err);
    must(scc_emit_scmp(policy, shape, &program, NULL, &err), err);
    scc_policy_free(policy);
    scc_target_free(target);
    scc_profile_free(profile);
    return program;
}

/** How many lines compare with @p text and are said to be @p comment. */
static size_t count_lines(const struct scc_listing *listing, const char *text, const char *comment)
{
    size_t count = 0;
    for (size_t i = 0; i < listing->count; i++) {
        const struct scc_listing_line *line = &listing->lines[i];
        const char *number = strchr(line->text, '#');
        bool is_it = *line->text == 'j' && number && strncmp(number, text, strlen(text)) == 0 &&
                     number[strlen(text)] == ',';
        count += is_it && line->comment && strcmp(line->comment, comment) == 0;
    }
    return count;
}

Test(disasm, default_profile)
{
    static const struct {
        const char *arch;
        const char *text, *comment;
    } rows[] = {
        {"amd64", "#0xc000003e", "x86_64"},
        {"amd64", "#0x40000003", "x86"},
        {"amd64", "#0", "read"},
        {"amd64", "#59", "execve"},
        {"amd64", "#11", "execve"},
        {"amd64", "#11", "munmap"},
        {"amd64", "#0x40000208", "x32 execve"},
        {"amd64", "#435", "clone3"},
        {"arm64", "#0xc00000b7", "aarch64"},
        {"arm64", "#221", "execve"},
        {"arm64", "#63", "read"},
        {"arm64", "#3", "read"},
        {"arm64", "#0xf0005", "set_tls"},
        {"s390x", "#0x80000016", "s390x"},
        {"s390x", "#3", "read"},
        {"mips64le", "#5000", "read"},
        {"mips64le", "#6000", "read"},
        {"mips64le", "#4003", "read"},
    };
    for (size_t i = 0; i < SCC_COUNT(rows); i++) {
        for (int shape = SCC_SCMP_LINEAR; shape <= SCC_SCMP_TREE; shape++) {
            struct scc_program *program = compile_builtin(rows[i].arch, (enum scc_scmp_shape)shape);
            struct scc_listing listing;
            scc_error *err = NULL;
            must(scc_disasm(program, &listing, &err), err);
            cr_assert_geq(count_lines(&listing, rows[i].text, rows[i].comment), 1,
                          "%s: %s is no %s", rows[i].arch, rows[i].text, rows[i].comment);
            scc_listing_clear(&listing);
            round_trip(program);
            scc_program_free(program);
        }
    }
}

/*
 * Sources written by hand
 */

/** Assembles @p source and lists the result. */
static char *relist(const char *source)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    must(scc_asm(source, strlen(source), "t", scc_arch_get(SCC_ARCH_X86_64), &program, &err), err);
    char *text = list(program);
    scc_program_free(program);
    return text;
}

Test(asm, sources_written_by_hand)
{
    /* Documentation/networking/filter.rst shows a filter in this notation. */
    static const char source[] = "/* a filter;\r\n"
                                 "   two lines of comment */ ld [4] /* offsetof(arch) */\r\n"
                                 "# 1 \"filter.c\"\n"
                                 "\tJNE #-1073741762, bad ; AUDIT_ARCH_X86_64\n"
                                 "\n"
                                 "start: again :\n"
                                 "  ld [ 0x0 ]\n"
                                 "  jneq #0xF,bad\n"
                                 "  ldxi 15\n"
                                 "  jlt %x, bad\n"
                                 "  Ldi #7\n"
                                 "  st M[3]\n"
                                 "  jle #0, good\n"
                                 "  ldx m[3]{jf=0x1,jt=2}\n"
                                 "  ld #len\n"
                                 "  ja good\n"
                                 "bad: ret #0 /* SECCOMP_RET_KILL_THREAD */\n"
                                 "good: ret %a";
    char *text = relist(source);
    cr_assert_str_eq(text, "; 14 instructions, little-endian\n"
                           "        ld   [4]                        ; arch\n"
                           "        jne  #0xc000003e, L12           ; x86_64\n"
                           "        ld   [0]                        ; nr\n"
                           "        jne  #15, L12                   ; rt_sigreturn\n"
                           "        ldx  #0xf\n"
                           "        jlt  x, L12                     ; rt_sigreturn\n"
                           "        ld   #0x7\n"
                           "        st   M[3]\n"
                           "        jle  #0, L13\n"
                           "        ldx  M[3] {jt=2, jf=1}\n"
                           "        ld   len\n"
                           "        jmp  L13\n"
                           "L12:    ret  #0x0                       ; KILL_THREAD\n"
                           "L13:    ret  a                          ; KILL_THREAD\n");
    free(text);
}

/** A label that is as far away as a conditional jump reaches, and one that is not. */
static char *far_jump(const char *jump, unsigned skipped)
{
    struct scc_strbuf out = {0};
    scc_strbuf_addf(&out, "ld [0]\n%s\n", jump);
    for (unsigned i = 0; i < skipped; i++)
        scc_strbuf_add(&out, "ret #0\n");
    scc_strbuf_add(&out, "far: ret #1\n");
    return scc_strbuf_steal(&out);
}

Test(asm, far_jumps)
{
    static const char *const jumps[] = {"jeq #1, far", "jeq #1, far, far", "jne x, far"};
    scc_error *err = NULL;
    scc_program *program = NULL;
    const struct scc_arch *arch = scc_arch_get(SCC_ARCH_X86_64);
    for (size_t i = 0; i < SCC_COUNT(jumps); i++) {
        char *reaches = far_jump(jumps[i], 255), *fails = far_jump(jumps[i], 256);
        must(scc_asm(reaches, strlen(reaches), "t", arch, &program, &err), err);
        scc_program_free(program);
        cr_assert_eq(scc_asm(fails, strlen(fails), "t", arch, &program, &err), -1);
        cr_assert_not_null(
            strstr(scc_error_get_text(err),
                   "far: over 256 instructions (to line 259), expected at most 255; jmp"),
            "%s", scc_error_get_text(err));
        scc_error_free(err);
        err = NULL;
        free(reaches);
        free(fails);
    }
    char *farthest = far_jump("jmp far", SCC_PROGRAM_MAX - 3);
    must(scc_asm(farthest, strlen(farthest), "t", arch, &program, &err), err);
    cr_assert_eq(program->insns[1].k, SCC_PROGRAM_MAX - 3);
    round_trip(program);
    scc_program_free(program);
    free(farthest);
}

static const struct {
    const char *source, *error;
} refused[] = {
    {"", "t:1:1: the line ends here: no instruction, expected 1 to 4096"},
    {"; nothing\n\n", "t:3:1: the line ends here: no instruction"},
    {"ret #0\nret", "t:2:4: the line ends here: expected #number or a after ret"},
    {"ld\nret #0", "t:1:3: the line ends here: expected [offset] or M[index] or #number or len"},
    {"  jqe #1, l", "t:1:3: jqe: no such instruction; did you mean jeq?"},
    {"frobnicate #1", "t:1:1: frobnicate: no such instruction, expected ld, jeq, ret"},
    {"ldb [0]", "t:1:1: ldb: seccomp has no such instruction"},
    {"mod #2", "t:1:1: mod: seccomp has no such instruction"},
    {"12: ret #0", "t:1:1: 12: expected a label or an instruction"},
    {": ret #0", "t:1:1: :: expected a label or an instruction"},
    {"ld 4", "t:1:4: 4: expected [offset] or M[index] or #number or len after ld"},
    {"ld x", "t:1:4: x: expected [offset]"},
    {"ldx [4]", "t:1:6: 4: expected M[index] or #number or len after ldx"},
    {"ld [2]", "t:1:5: 2: expected the offset of a word of seccomp_data"},
    {"ld [64]", "t:1:5: 64: expected the offset of a word"},
    {"ld [0", "t:1:6: the line ends here: expected \"]\""},
    {"ld [x + 4]", "t:1:5: x: expected a number"},
    {"ld M[16]", "t:1:6: 16: expected a scratch word from 0 to 15"},
    {"ld M", "t:1:5: the line ends here: expected \"[\""},
    {"st [4]", "t:1:5: 4: expected M[index] after st"},
    {"div #0", "t:1:6: 0: expected a divisor other than 0"},
    {"lsh #32", "t:1:6: 32: expected a shift by less than 32"},
    {"rsh #0x20", "t:1:6: 0x20: expected a shift"},
    {"add 5", "t:1:5: 5: expected #number or x after add"},
    {"add a", "t:1:5: a: expected #number or x after add"},
    {"ret x", "t:1:5: x: expected #number or a after ret"},
    {"ret %y", "t:1:6: y: expected x or a"},
    {"ret #4294967296", "t:1:6: 4294967296: expected a number, decimal"},
    {"ret #99999999999999999999999", "expected a number"},
    {"ret #-2147483649", "t:1:7: 2147483649: expected a number"},
    {"ret #017", "t:1:6: 017: expected a number, decimal (without a leading 0)"},
    {"ret #0x", "t:1:6: 0x: expected a number"},
    {"ret #0xg", "t:1:6: 0xg: expected a number"},
    {"ret #1f", "t:1:6: 1f: expected a number"},
    {"ret #", "t:1:6: the line ends here: expected a number"},
    {"ret #-", "t:1:7: the line ends here: expected a number"},
    {"ret # a", "t:1:7: a: expected a number"},
    {"ret #0 ret #1", "t:1:8: ret: expected the end of the line"},
    {"tax x", "t:1:5: x: expected the end of the line"},
    {"jmp", "t:1:4: the line ends here: expected a label"},
    {"jmp #1", "t:1:5: #: expected a label"},
    {"jmp far\nret #0", "t:1:5: far: no such label"},
    {"jeq #1\nret #0", "t:1:7: the line ends here: expected \",\""},
    {"jeq #1 l\nl: ret #0", "t:1:8: l: expected \",\""},
    {"jeq #1,\nl: ret #0", "t:1:8: the line ends here: expected a label"},
    {"jeq #1, l,\nl: ret #0", "t:1:11: the line ends here: expected a label"},
    {"jne #1, l, l\nl: ret #0", "t:1:10: ,: expected the end of the line"},
    {"jeq #1, l, l, l\nl: ret #0", "t:1:13: ,: expected the end of the line"},
    {"jeq l, l\nl: ret #0", "t:1:5: l: expected #number or x after jeq"},
    {"l: ld [0]\njeq #1, l\nret #0", "t:2:9: l: 1 instructions back (line 1), expected a label"},
    {"l: jmp l\nret #0", "t:1:8: l: 0 instructions back"},
    {"jmp L\nl: ret #0", "t:1:5: L: no such label"},
    {"l: ret #0\nl: ret #1", "t:2:1: l: defined again, first in line 1"},
    {"l: l: ret #0", "t:1:4: l: defined again, first in line 1"},
    {"ret #0\nl:", "t:2:1: l: no instruction follows, expected one"},
    {"ld [0]", "t:1:1: ld: the last instruction, expected ret"},
    {"ret #0\nl: neg ; a", "t:2:4: neg: the last instruction, expected ret"},
    {"ld [0]\nld M[1]\nret a", "t:2:1: ld: M[1] is not written on every path that leads here"},
    {"ld [0]\njeq #1, b\nst M[2]\nst M[3]\nb: ld M[1]\nret #0", "t:5:4: ld: M[1] is not written"},
    {"st M[1]\njeq #1, b\nst M[2]\nb: ldx M[1]\nld M[2]\nret #0", "t:5:1: ld: M[2] is not written"},
    {"ret #0 {jt}", "t:1:11: }: expected \"=\""},
    {"ret #0 {}", "t:1:9: }: expected jt, jf or k"},
    {"ret #0 {k=1}", "t:1:9: k: ret uses this field, expected one that it does not use"},
    {"ret #0 {jt=256}", "t:1:12: 256: expected at most 255"},
    {"ret #0 {jt=-1}", "t:1:13: 1: expected at most 255"},
    {"ret #0 {jt=1, jt=1}", "t:1:15: jt: given twice, expected once"},
    {"ret #0 {jt=1", "t:1:13: the line ends here: expected \",\" or \"}\""},
    {"ret #0 {jt=1 jf=1}", "t:1:14: jf: expected \",\" or \"}\""},
    {"ret #0 {x=1}", "t:1:9: x: expected jt, jf or k"},
    {"jmp l {k=0}\nl: ret #0", "t:1:8: k: jmp uses this field"},
    {"jeq x, l {jf=0}\nl: ret #0", "t:1:11: jf: jeq uses this field"},
    {"ret #0 /* on\nand on", "t:1:8: /*: this comment does not end, expected */"},
    {"ret #0 /", "t:1:8: /: expected the end of the line"},
    {"ret #0\n /*\n\n*/ x\n", "t:4:4: x: no such instruction"},
    {" # no comment\nret #0", "t:1:2: #: expected a label or an instruction"},
    {"ret #0 \xc3\xa9", "t:1:8: \\xc3: expected the end of the line"},
    {"\x1b[31mret #0", "t:1:1: \\x1b: expected a label or an instruction"},
    {"\xef\xbb\xbfret #0", "t:1:1: \\xef: expected a label or an instruction"},
};

Test(asm, refuses_with_place)
{
    const struct scc_arch *arch = scc_arch_get(SCC_ARCH_X86_64);
    for (size_t i = 0; i < SCC_COUNT(refused); i++) {
        scc_error *err = NULL;
        scc_program *program = NULL;
        const char *source = refused[i].source;
        cr_assert_eq(scc_asm(source, strlen(source), "t", arch, &program, &err), -1, "%s", source);
        cr_assert_null(program);
        cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
        cr_assert_not_null(strstr(scc_error_get_text(err), refused[i].error),
                           "%s\nis refused with %s", source, scc_error_get_text(err));
        scc_error_free(err);
        cr_assert_eq(scc_asm(source, strlen(source), NULL, arch, &program, NULL), -1);
    }
}

static void refuse_bytes(const char *text, size_t len, const char *expected)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    cr_assert_eq(scc_asm(text, len, "t", scc_arch_get(SCC_ARCH_X86_64), &program, &err), -1);
    cr_assert_not_null(strstr(scc_error_get_text(err), expected), "%s", scc_error_get_text(err));
    scc_error_free(err);
}

Test(asm, refuses_what_is_large_or_binary)
{
    struct scc_strbuf out = {0};
    refuse_bytes("ret #0\0ret #1", 13, "t:1:7: NUL: expected the end of the line");
    refuse_bytes("\0", 1, "t:1:1: NUL: expected a label");
    for (unsigned i = 0; i < SCC_PROGRAM_MAX + 1; i++)
        scc_strbuf_add(&out, "ret #0\n");
    refuse_bytes(out.data, out.len,
                 "t:4097:1: ret: one instruction too many, expected at most 4096");
    scc_strbuf_free(&out);
    /* As many labels as there is room for: all of one place, and two the same. */
    while (out.len + 16 < SCC_ASM_MAX_BYTES)
        scc_strbuf_addf(&out, "l%zx:", out.len);
    scc_strbuf_add(&out, "l0:ret #0");
    refuse_bytes(out.data, out.len, "l0: defined again, first in line 1");
    scc_strbuf_free(&out);
    while (out.len < SCC_ASM_MAX_BYTES)
        scc_strbuf_add(&out, "long");
    refuse_bytes(out.data, out.len, "…: no such instruction");
    scc_strbuf_add(&out, "x");
    refuse_bytes(out.data, out.len, "t:1:1: 1048577 bytes, expected at most 1048576");
    scc_strbuf_free(&out);
}

/** Damaged listings are refused with a place, or are programs that the kernel accepts. */
Test(asm, damaged_listings)
{
    static const char junk[] = "#[]{}:;,=%/*-xaM\n \t0179fL_\\\"\xff";
    struct random random = {3};
    struct sock_filter insns[24];
    for (unsigned i = 0; i < 20000; i++) {
        struct scc_program program = program_of(insns, 1 + below(&random, SCC_COUNT(insns)), false);
        fill_with_anything(&random, insns, program.count);
        if (scc_program_check(&program, NULL) < 0)
            continue;
        char *text = list(&program);
        size_t len = strlen(text);
        scc_error *err = NULL;
        scc_program *made = NULL;
        for (uint32_t damage = 1 + below(&random, 3); damage-- > 0;)
            text[below(&random, len)] = junk[below(&random, sizeof junk)];
        len -= below(&random, 3) == 0 ? below(&random, len) : 0;
        /* A copy of that length, so that a sanitizer sees what reads behind it. */
        char *copy = malloc(len ? len : 1);
        memcpy(copy, text, len);
        if (scc_asm(copy, len, "t", scc_arch_get(SCC_ARCH_X86_64), &made, &err) == 0)
            must(scc_program_check(made, &err), err);
        else
            cr_assert(scc_error_get_line(err) && scc_error_get_column(err), "%s",
                      scc_error_get_text(err));
        scc_program_free(made);
        scc_error_free(err);
        free(copy);
        free(text);
    }
}
