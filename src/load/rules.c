/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

static bool reads_scratch(uint16_t code)
{
    return code == (BPF_LD | BPF_MEM) || code == (BPF_LDX | BPF_MEM);
}

static bool uses_scratch(uint16_t code)
{
    return reads_scratch(code) || code == BPF_ST || code == BPF_STX;
}

/** What is wrong with an instruction by itself, with @p left instructions behind it, or NULL. */
static const char *find_own_fault(const struct sock_filter *insn, size_t left)
{
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
 * from what was carried to it. Not inlined, since few programs need it and it takes 8 KiB of stack.
 */
static __attribute__((noinline)) bool is_scratch_written(const struct sock_filter *insns,
                                                         size_t count, size_t *fault)
{
    uint16_t carried[SCC_RULES_MAX];
    memset(carried, 0xff, count * sizeof *carried);
    uint16_t written = 0;
    for (size_t at = 0; at < count; at++) {
        const struct sock_filter *insn = &insns[at];
        written &= carried[at];
        if (insn->code == BPF_ST || insn->code == BPF_STX) {
            written = (uint16_t)(written | 1u << insn->k);
        } else if (reads_scratch(insn->code)) {
            if (!(written & 1u << insn->k)) {
                *fault = at;
                return false;
            }
        } else if (insn->code == (BPF_JMP | BPF_JA)) {
            carried[at + 1 + insn->k] &= written;
            written = UINT16_MAX;
        } else if (BPF_CLASS(insn->code) == BPF_JMP) {
            carried[at + 1 + insn->jt] &= written;
            carried[at + 1 + insn->jf] &= written;
            written = UINT16_MAX;
        }
    }
    return true;
}

const char *scc_rules_find_fault(const struct sock_filter *insns, size_t count, size_t *at)
{
    bool has_reads = false;
    for (*at = 0; *at < count; (*at)++) {
        const char *fault = find_own_fault(&insns[*at], count - *at - 1);
        if (fault)
            return fault;
        has_reads = has_reads || reads_scratch(insns[*at].code);
    }
    *at = count - 1;
    if (BPF_CLASS(insns[*at].code) != BPF_RET)
        return "the last instruction, expected a RET";
    return !has_reads || is_scratch_written(insns, count, at)
               ? NULL
               : "reads a scratch word that is not written yet";
}
