/* SPDX-License-Identifier: Apache-2.0 */
#include "cost.h"

#include <linux/seccomp.h>

unsigned scc_cost_longest_path(const scc_program *program)
{
    /* Jumps go forward only, so the paths from behind are known when an instruction is reached. */
    unsigned from[SCC_PROGRAM_MAX] = {0};
    for (size_t at = program->count; at-- > 0;) {
        const struct sock_filter *insn = &program->insns[at];
        if (BPF_CLASS(insn->code) == BPF_RET) {
            from[at] = 1;
        } else if (insn->code == (BPF_JMP | BPF_JA)) {
            from[at] = 1 + from[at + 1 + insn->k];
        } else if (BPF_CLASS(insn->code) == BPF_JMP) {
            unsigned yes = from[at + 1 + insn->jt], no = from[at + 1 + insn->jf];
            from[at] = 1 + (yes > no ? yes : no);
        } else {
            from[at] = 1 + from[at + 1];
        }
    }
    return from[0];
}

/** How many instructions a conditional jump with K skips. */
static size_t skip(uint32_t a, const struct sock_filter *insn)
{
    bool holds;
    switch (BPF_OP(insn->code)) {
    case BPF_JEQ:
        holds = a == insn->k;
        break;
    case BPF_JGE:
        holds = a >= insn->k;
        break;
    case BPF_JGT:
        holds = a > insn->k;
        break;
    default: /* BPF_JSET */
        holds = a & insn->k;
        break;
    }
    return holds ? insn->jt : insn->jf;
}

bool scc_cost_is_cached(const scc_program *program, uint32_t audit, uint32_t nr)
{
    uint32_t a = 0;
    for (size_t at = 0; at < program->count; at++) {
        const struct sock_filter *insn = &program->insns[at];
        switch (insn->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            if (insn->k != 4 * SCC_WORD_NR && insn->k != 4 * SCC_WORD_ARCH)
                return false;
            a = insn->k == 4 * SCC_WORD_NR ? nr : audit;
            break;
        case BPF_RET | BPF_K:
            return insn->k == SECCOMP_RET_ALLOW;
        case BPF_JMP | BPF_JA:
            at += insn->k;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
        case BPF_JMP | BPF_JGE | BPF_K:
        case BPF_JMP | BPF_JGT | BPF_K:
        case BPF_JMP | BPF_JSET | BPF_K:
            at += skip(a, insn);
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            a &= insn->k;
            break;
        default:
            return false;
        }
    }
    return false;
}
