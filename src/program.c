/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "error.h"
#include "util.h"

void scc_program_free(scc_program *program)
{
    if (!program)
        return;
    free(program->insns);
    free(program);
}

size_t scc_program_count(const scc_program *program)
{
    return program->count;
}

static void put(unsigned char *at, uint32_t value, unsigned bytes, bool is_big_endian)
{
    for (unsigned i = 0; i < bytes; i++) {
        unsigned shift = 8 * (is_big_endian ? bytes - 1 - i : i);
        at[i] = (unsigned char)(value >> shift);
    }
}

static uint32_t get(const unsigned char *at, unsigned bytes, bool is_big_endian)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | at[is_big_endian ? i : bytes - 1 - i];
    return value;
}

void *scc_program_to_bytes(const scc_program *program, size_t *len_bytes)
{
    unsigned char *bytes = malloc(program->count * SCC_INSTRUCTION_BYTES);
    if (!bytes)
        return NULL;
    for (size_t i = 0; i < program->count; i++) {
        const struct sock_filter *insn = &program->insns[i];
        unsigned char *at = bytes + i * SCC_INSTRUCTION_BYTES;
        put(at, insn->code, 2, program->is_big_endian);
        at[2] = insn->jt;
        at[3] = insn->jf;
        put(at + 4, insn->k, 4, program->is_big_endian);
    }
    *len_bytes = program->count * SCC_INSTRUCTION_BYTES;
    return bytes;
}

int scc_program_parse(const void *bytes, size_t len_bytes, const scc_arch *arch,
                      scc_program **program, scc_error **err)
{
    size_t count = len_bytes / SCC_INSTRUCTION_BYTES;
    if (len_bytes % SCC_INSTRUCTION_BYTES || count < 1 || count > SCC_PROGRAM_MAX)
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "%zu bytes, expected 1 to %d instructions of %d bytes", len_bytes,
                             SCC_PROGRAM_MAX, SCC_INSTRUCTION_BYTES);
    scc_program *made = calloc(1, sizeof *made);
    if (made)
        made->insns = calloc(count, sizeof *made->insns);
    if (!made || !made->insns) {
        scc_program_free(made);
        return scc_error_nomem(err);
    }
    made->count = count;
    made->is_big_endian = arch->is_big_endian;
    for (size_t i = 0; i < count; i++) {
        const unsigned char *at = (const unsigned char *)bytes + i * SCC_INSTRUCTION_BYTES;
        made->insns[i] = (struct sock_filter){
            .code = (uint16_t)get(at, 2, made->is_big_endian),
            .jt = at[2],
            .jf = at[3],
            .k = get(at + 4, 4, made->is_big_endian),
        };
    }
    if (scc_program_check(made, err) < 0) {
        scc_program_free(made);
        return -1;
    }
    *program = made;
    return 0;
}

/*
 * The kernel's check
 */

static int refuse(scc_error **err, size_t at, const struct sock_filter *insn, const char *why)
{
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "instruction %zu (code 0x%02x, jt %u, jf %u, k 0x%08x): %s", at,
                         insn->code, insn->jt, insn->jf, insn->k, why);
}

/** The instructions that seccomp_check_filter() (kernel/seccomp.c) lets through. */
static bool is_known_code(uint16_t code)
{
    switch (code) {
    case BPF_LD | BPF_W | BPF_ABS:
    case BPF_LD | BPF_W | BPF_LEN:
    case BPF_LDX | BPF_W | BPF_LEN:
    case BPF_RET | BPF_K:
    case BPF_RET | BPF_A:
    /* NOLINTNEXTLINE(misc-redundant-expression): ADD and K are both 0 */
    case BPF_ALU | BPF_ADD | BPF_K:
    case BPF_ALU | BPF_ADD | BPF_X:
    case BPF_ALU | BPF_SUB | BPF_K:
    case BPF_ALU | BPF_SUB | BPF_X:
    case BPF_ALU | BPF_MUL | BPF_K:
    case BPF_ALU | BPF_MUL | BPF_X:
    case BPF_ALU | BPF_DIV | BPF_K:
    case BPF_ALU | BPF_DIV | BPF_X:
    case BPF_ALU | BPF_AND | BPF_K:
    case BPF_ALU | BPF_AND | BPF_X:
    case BPF_ALU | BPF_OR | BPF_K:
    case BPF_ALU | BPF_OR | BPF_X:
    case BPF_ALU | BPF_XOR | BPF_K:
    case BPF_ALU | BPF_XOR | BPF_X:
    case BPF_ALU | BPF_LSH | BPF_K:
    case BPF_ALU | BPF_LSH | BPF_X:
    case BPF_ALU | BPF_RSH | BPF_K:
    case BPF_ALU | BPF_RSH | BPF_X:
    case BPF_ALU | BPF_NEG:
    case BPF_LD | BPF_IMM:
    case BPF_LDX | BPF_IMM:
    case BPF_MISC | BPF_TAX:
    case BPF_MISC | BPF_TXA:
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX:
    case BPF_JMP | BPF_JA:
    case BPF_JMP | BPF_JEQ | BPF_K:
    case BPF_JMP | BPF_JEQ | BPF_X:
    case BPF_JMP | BPF_JGE | BPF_K:
    case BPF_JMP | BPF_JGE | BPF_X:
    case BPF_JMP | BPF_JGT | BPF_K:
    case BPF_JMP | BPF_JGT | BPF_X:
    case BPF_JMP | BPF_JSET | BPF_K:
    case BPF_JMP | BPF_JSET | BPF_X:
        return true;
    default:
        return false;
    }
}

static bool uses_scratch(uint16_t code)
{
    return code == (BPF_LD | BPF_MEM) || code == (BPF_LDX | BPF_MEM) || code == BPF_ST ||
           code == BPF_STX;
}

/** What is wrong with an instruction by itself, or NULL. */
static const char *find_fault(const struct scc_program *program, size_t at)
{
    const struct sock_filter *insn = &program->insns[at];
    size_t left = program->count - at - 1; /* instructions behind this one */
    if (!is_known_code(insn->code))
        return "no instruction that seccomp knows";
    if (insn->code == (BPF_LD | BPF_W | BPF_ABS) && (insn->k >= 64 || insn->k % 4))
        return "loads outside seccomp_data, expected a multiple of 4 below 64";
    if (insn->code == (BPF_ALU | BPF_DIV | BPF_K) && insn->k == 0)
        return "divides by 0";
    if ((insn->code == (BPF_ALU | BPF_LSH | BPF_K) || insn->code == (BPF_ALU | BPF_RSH | BPF_K)) &&
        insn->k >= 32)
        return "shifts by 32 or more";
    if (uses_scratch(insn->code) && insn->k >= SCC_SCRATCH_COUNT)
        return "scratch index above 15";
    if (insn->code == (BPF_JMP | BPF_JA) && insn->k >= left)
        return "jumps outside the program";
    if (BPF_CLASS(insn->code) == BPF_JMP && insn->code != (BPF_JMP | BPF_JA) &&
        (insn->jt >= left || insn->jf >= left))
        return "jumps outside the program";
    return NULL;
}

/**
 * Whether every scratch word is written on all paths before it is read: check_load_and_stores() in
 * net/core/filter.c. As there, a jump carries what is known at it, and what follows a jump starts
 * from what was carried to it.
 */
static int check_scratch(const struct scc_program *program, scc_error **err)
{
    uint16_t carried[SCC_PROGRAM_MAX];
    memset(carried, 0xff, sizeof carried);
    uint16_t written = 0;
    for (size_t at = 0; at < program->count; at++) {
        const struct sock_filter *insn = &program->insns[at];
        written &= carried[at];
        if (insn->code == BPF_ST || insn->code == BPF_STX) {
            written = (uint16_t)(written | 1u << insn->k);
        } else if (uses_scratch(insn->code)) {
            if (!(written & 1u << insn->k))
                return refuse(err, at, insn, "reads a scratch word that is not written yet");
        } else if (insn->code == (BPF_JMP | BPF_JA)) {
            carried[at + 1 + insn->k] &= written;
            written = UINT16_MAX;
        } else if (BPF_CLASS(insn->code) == BPF_JMP) {
            carried[at + 1 + insn->jt] &= written;
            carried[at + 1 + insn->jf] &= written;
            written = UINT16_MAX;
        }
    }
    return 0;
}

int scc_program_check(const scc_program *program, scc_error **err)
{
    if (program->count < 1 || program->count > SCC_PROGRAM_MAX)
        return scc_error_set(err, SCC_ERROR_INPUT, "%zu instructions, expected 1 to %d",
                             program->count, SCC_PROGRAM_MAX);
    for (size_t at = 0; at < program->count; at++) {
        const char *fault = find_fault(program, at);
        if (fault)
            return refuse(err, at, &program->insns[at], fault);
    }
    const struct sock_filter *last = &program->insns[program->count - 1];
    if (BPF_CLASS(last->code) != BPF_RET)
        return refuse(err, program->count - 1, last, "the last instruction, expected a RET");
    return check_scratch(program, err);
}
