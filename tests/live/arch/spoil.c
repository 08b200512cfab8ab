/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Makes wrong programs of right ones, as a generator would that misreads an architecture.
 *
 * Usage: spoil KIND ARCH <PROGRAM >WRONG
 *
 * words: the two words of each argument change places. bytes: the instructions are in the other
 * byte order. arch: the audit arch is another one's. offset: numbers lack what the ABI adds to
 * those of its table; where it adds nothing they are one too low.
 */
#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "program.h"

enum { MOST = 2 * SCC_PROGRAM_MAX };

/** That of no architecture in any filter here: AUDIT_ARCH_ALPHA. */
#define STRANGE_AUDIT 0xc0009026u

struct program {
    struct sock_filter insns[MOST];
    size_t count;
};

static uint32_t get(const unsigned char *bytes, unsigned count, bool is_big_endian)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value = value << 8 | bytes[is_big_endian ? i : count - 1 - i];
    return value;
}

static void put(uint32_t value, unsigned count, bool is_big_endian)
{
    for (unsigned i = 0; i < count; i++)
        putchar((int)(value >> 8 * (is_big_endian ? count - 1 - i : i) & 0xff));
}

static void read_program(struct program *program, bool is_big_endian)
{
    unsigned char bytes[SCC_INSTRUCTION_BYTES];
    while (program->count < SCC_PROGRAM_MAX && fread(bytes, sizeof bytes, 1, stdin) == 1)
        program->insns[program->count++] = (struct sock_filter){
            .code = (uint16_t)get(bytes, 2, is_big_endian),
            .jt = bytes[2],
            .jf = bytes[3],
            .k = get(bytes + 4, 4, is_big_endian),
        };
}

static void write_program(const struct program *program, bool is_big_endian)
{
    for (size_t i = 0; i < program->count; i++) {
        const struct sock_filter *insn = &program->insns[i];
        put(insn->code, 2, is_big_endian);
        putchar(insn->jt);
        putchar(insn->jf);
        put(insn->k, 4, is_big_endian);
    }
}

static bool is_load(const struct sock_filter *insn)
{
    return insn->code == (BPF_LD | BPF_W | BPF_ABS);
}

static void swap_words(struct program *program)
{
    for (size_t i = 0; i < program->count; i++) {
        struct sock_filter *insn = &program->insns[i];
        if (is_load(insn) && insn->k >= SCC_WORD_ARGS * 4)
            insn->k ^= 4;
    }
}

static void change_arch(struct program *program, const struct scc_arch *arch)
{
    for (size_t i = 0; i < program->count; i++) {
        struct sock_filter *insn = &program->insns[i];
        if (BPF_CLASS(insn->code) == BPF_JMP && insn->k == arch->audit)
            insn->k = STRANGE_AUDIT;
    }
}

/** Makes room behind instruction @p at; false where a jump does not reach over it. */
static bool insert_behind(struct program *program, size_t at, struct sock_filter added)
{
    for (size_t i = 0; i <= at; i++) {
        struct sock_filter *insn = &program->insns[i];
        if (BPF_CLASS(insn->code) != BPF_JMP)
            continue;
        if (BPF_OP(insn->code) == BPF_JA) {
            insn->k += i + 1 + insn->k > at;
            continue;
        }
        bool moves_jt = i + 1 + insn->jt > at, moves_jf = i + 1 + insn->jf > at;
        if ((moves_jt && insn->jt == UINT8_MAX) || (moves_jf && insn->jf == UINT8_MAX))
            return false;
        insn->jt = (uint8_t)(insn->jt + moves_jt);
        insn->jf = (uint8_t)(insn->jf + moves_jf);
    }
    memmove(&program->insns[at + 2], &program->insns[at + 1],
            (program->count - at - 1) * sizeof *program->insns);
    program->insns[at + 1] = added;
    program->count++;
    return true;
}

/** Moves each number that is loaded, as if all that it is compared with were lower by as much. */
static bool lose_offset(struct program *program, const struct scc_arch *arch)
{
    const uint32_t offset = arch->nr_offset ? arch->nr_offset : 1;
    const struct sock_filter add = BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, offset);
    for (size_t i = 0; i < program->count; i++) {
        if (is_load(&program->insns[i]) && program->insns[i].k == SCC_WORD_NR * 4 &&
            !insert_behind(program, i++, add))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static struct program program;
    const struct scc_arch *arch = argc == 3 ? scc_arch_find(argv[2]) : NULL;
    if (!arch) {
        fputs("Usage: spoil words|bytes|arch|offset ARCH <PROGRAM >WRONG\n", stderr);
        return 2;
    }
    bool is_big_endian = arch->is_big_endian;
    read_program(&program, is_big_endian);
    if (strcmp(argv[1], "words") == 0) {
        swap_words(&program);
    } else if (strcmp(argv[1], "bytes") == 0) {
        is_big_endian = !is_big_endian;
    } else if (strcmp(argv[1], "arch") == 0) {
        change_arch(&program, arch);
    } else if (strcmp(argv[1], "offset") != 0 || !lose_offset(&program, arch)) {
        fputs("spoil: this program cannot be spoilt like that\n", stderr);
        return 3;
    }
    write_program(&program, is_big_endian);
    return fflush(stdout) == 0 ? 0 : 3;
}
