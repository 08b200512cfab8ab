/* SPDX-License-Identifier: Apache-2.0 */
#include "cost.h"

#include <linux/seccomp.h>

void scc_cost_longest_paths(const scc_program *program, unsigned longest[SCC_PROGRAM_MAX])
{
    /* Jumps go forward only, so the paths from behind are known when an instruction is reached. */
    for (size_t at = program->count; at-- > 0;) {
        const struct sock_filter *insn = &program->insns[at];
        if (BPF_CLASS(insn->code) == BPF_RET) {
            longest[at] = 1;
        } else if (insn->code == (BPF_JMP | BPF_JA)) {
            longest[at] = 1 + longest[at + 1 + insn->k];
        } else if (BPF_CLASS(insn->code) == BPF_JMP) {
            unsigned yes = longest[at + 1 + insn->jt], no = longest[at + 1 + insn->jf];
            longest[at] = 1 + (yes > no ? yes : no);
        } else {
            longest[at] = 1 + longest[at + 1];
        }
    }
}

unsigned scc_cost_longest_path(const scc_program *program)
{
    unsigned from[SCC_PROGRAM_MAX] = {0};
    scc_cost_longest_paths(program, from);
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

/** Where the kernel's emulator ends: at a return, or where it needs more than the number. */
struct emulated {
    const struct sock_filter *end;
    unsigned steps; /* before the end */
};

/** seccomp_is_const_allow(), kernel/seccomp.c, since 5.11. */
static struct emulated emulate(const scc_program *program, uint32_t audit, uint32_t nr)
{
    uint32_t a = 0;
    unsigned steps = 0;
    for (const struct sock_filter *insn = program->insns;; insn++, steps++) {
        switch (insn->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            if (insn->k != 4 * SCC_WORD_NR && insn->k != 4 * SCC_WORD_ARCH)
                return (struct emulated){insn, steps};
            a = insn->k == 4 * SCC_WORD_NR ? nr : audit;
            break;
        case BPF_JMP | BPF_JA:
            insn += insn->k;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
        case BPF_JMP | BPF_JGE | BPF_K:
        case BPF_JMP | BPF_JGT | BPF_K:
        case BPF_JMP | BPF_JSET | BPF_K:
            insn += skip(a, insn);
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            a &= insn->k;
            break;
        default: /* BPF_RET | BPF_K, and what the emulator does not know */
            return (struct emulated){insn, steps};
        }
    }
}

bool scc_cost_is_cached(const scc_program *program, uint32_t audit, uint32_t nr)
{
    const struct sock_filter *end = emulate(program, audit, nr).end;
    return end->code == (BPF_RET | BPF_K) && end->k == SECCOMP_RET_ALLOW;
}

struct scc_number_cost scc_cost_of_number(const scc_program *program,
                                          const unsigned longest[SCC_PROGRAM_MAX], uint32_t audit,
                                          uint32_t nr)
{
    struct emulated emulated = emulate(program, audit, nr);
    return (struct scc_number_cost){
        .steps_at_worst = emulated.steps + longest[emulated.end - program->insns],
        .is_decided = emulated.end->code == (BPF_RET | BPF_K),
        .return_value = emulated.end->k,
    };
}
