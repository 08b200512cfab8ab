/* SPDX-License-Identifier: Apache-2.0 */
/** An interpreter for programs, with its cost. */
#include "program.h"

#include <seccompc/policy.h>

#include "util.h"

struct machine {
    uint32_t a, x;
    uint32_t scratch[SCC_SCRATCH_COUNT];
    uint32_t words[SCC_WORD_COUNT]; /* of seccomp_data */
};

static void load_call(struct machine *machine, const struct scc_call *call, bool is_big_endian)
{
    machine->words[SCC_WORD_NR] = call->nr;
    machine->words[SCC_WORD_ARCH] = call->audit;
    machine->words[SCC_WORD_IP + is_big_endian] = (uint32_t)call->ip;
    machine->words[SCC_WORD_IP + !is_big_endian] = (uint32_t)(call->ip >> 32);
    for (unsigned arg = 0; arg < SCC_COUNT(call->args); arg++) {
        machine->words[scc_word_low(arg, is_big_endian)] = (uint32_t)call->args[arg];
        machine->words[scc_word_high(arg, is_big_endian)] = (uint32_t)(call->args[arg] >> 32);
    }
}

/** One arithmetic instruction; false where it divides by zero, which ends the program with 0. */
static bool compute(struct machine *machine, const struct sock_filter *insn)
{
    uint32_t operand = BPF_SRC(insn->code) == BPF_X ? machine->x : insn->k;
    switch (BPF_OP(insn->code)) {
    case BPF_ADD:
        machine->a += operand;
        return true;
    case BPF_SUB:
        machine->a -= operand;
        return true;
    case BPF_MUL:
        machine->a *= operand;
        return true;
    case BPF_DIV:
        if (operand == 0)
            return false;
        machine->a /= operand;
        return true;
    case BPF_AND:
        machine->a &= operand;
        return true;
    case BPF_OR:
        machine->a |= operand;
        return true;
    case BPF_XOR:
        machine->a ^= operand;
        return true;
    case BPF_LSH: /* by X, the kernel masks the count: a 32-bit eBPF shift */
        machine->a <<= operand & 31;
        return true;
    case BPF_RSH:
        machine->a >>= operand & 31;
        return true;
    default: /* BPF_NEG */
        machine->a = -machine->a;
        return true;
    }
}

/** How many instructions a jump skips. */
static uint32_t skip(const struct machine *machine, const struct sock_filter *insn)
{
    uint32_t operand = BPF_SRC(insn->code) == BPF_X ? machine->x : insn->k;
    bool holds;
    switch (BPF_OP(insn->code)) {
    case BPF_JA:
        return insn->k;
    case BPF_JEQ:
        holds = machine->a == operand;
        break;
    case BPF_JGT:
        holds = machine->a > operand;
        break;
    case BPF_JGE:
        holds = machine->a >= operand;
        break;
    default: /* BPF_JSET */
        holds = machine->a & operand;
        break;
    }
    return holds ? insn->jt : insn->jf;
}

static void load(struct machine *machine, const struct sock_filter *insn, uint32_t *into)
{
    switch (BPF_MODE(insn->code)) {
    case BPF_ABS:
        *into = machine->words[insn->k / 4];
        break;
    case BPF_LEN:
        *into = sizeof(machine->words);
        break;
    case BPF_MEM:
        *into = machine->scratch[insn->k];
        break;
    default: /* BPF_IMM */
        *into = insn->k;
        break;
    }
}

struct scc_sim_result scc_program_sim(const scc_program *program, const struct scc_call *call)
{
    struct machine machine = {0};
    struct scc_sim_result result = {0};
    load_call(&machine, call, program->is_big_endian);
    for (size_t at = 0; at < program->count; at++) {
        const struct sock_filter *insn = &program->insns[at];
        result.steps++;
        switch (BPF_CLASS(insn->code)) {
        case BPF_LD:
            load(&machine, insn, &machine.a);
            break;
        case BPF_LDX:
            load(&machine, insn, &machine.x);
            break;
        case BPF_ST:
            machine.scratch[insn->k] = machine.a;
            break;
        case BPF_STX:
            machine.scratch[insn->k] = machine.x;
            break;
        case BPF_ALU:
            if (!compute(&machine, insn))
                return result;
            break;
        case BPF_JMP:
            at += skip(&machine, insn);
            break;
        case BPF_RET:
            result.return_value = BPF_RVAL(insn->code) == BPF_A ? machine.a : insn->k;
            return result;
        default: /* BPF_MISC */
            if (BPF_MISCOP(insn->code) == BPF_TAX)
                machine.x = machine.a;
            else
                machine.a = machine.x;
            break;
        }
    }
    return result;
}
