/* SPDX-License-Identifier: Apache-2.0 */
#include "jit.h"

#include <stdbool.h>
#include <stdlib.h>

#include "util.h"

enum {
    FIRST_BYTES = 64, /* of every instruction in front of the first pass */
    PASSES_MAX = 20,  /* MAX_PASSES */
    SHORT_JUMP = 2,
    LONG_CONDITIONAL = 6,
    LONG_JUMP = 5,
    PROLOGUE_INSNS = 3, /* A and X cleared, the context moved */
};

/** An eBPF instruction, as far as its size goes. */
struct insn {
    uint8_t bytes;        /* that do not depend on a distance */
    uint8_t longest_jump; /* further bytes of a jump that is not short; 0: jumps nowhere */
    uint32_t target;      /* the eBPF instruction that the jump leads to */
};

/** The code in the making. */
struct code {
    struct insn *insns;
    uint32_t count;
    uint32_t *starts;  /* of what each classic instruction becomes */
    uint32_t epilogue; /* the instruction that leaves; 0: none yet */
};

/** Whether a constant fits into a byte that is extended by its sign. */
static bool is_byte(uint32_t k)
{
    return k <= INT8_MAX || k >= (uint32_t)INT8_MIN;
}

static bool is_both_ways(const struct sock_filter *insn)
{
    /* Of a test that only falls through where it holds, the opposite is tested: JNE, JLT, JLE. */
    return insn->jf && (insn->jt || BPF_OP(insn->code) == BPF_JSET);
}

/** How many eBPF instructions a classic one becomes. */
static uint32_t count_made(const struct sock_filter *insn)
{
    switch (BPF_CLASS(insn->code)) {
    case BPF_JMP:
        if (BPF_OP(insn->code) == BPF_JA)
            return 1;
        return 1u + (insn->k > INT32_MAX) + is_both_ways(insn);
    case BPF_RET:
        return 2;
    default:
        return 1;
    }
}

static void add(struct code *code, unsigned bytes, unsigned longest_jump, uint32_t target)
{
    code->insns[code->count++] = (struct insn){(uint8_t)bytes, (uint8_t)longest_jump, target};
}

/** The bytes of a comparison with a constant that is not loaded. */
static unsigned count_test_bytes(const struct sock_filter *insn)
{
    if (BPF_OP(insn->code) == BPF_JSET || insn->k > INT8_MAX)
        return 7;
    return insn->k ? 4 : 3; /* with 0 the register is compared with itself */
}

/** A comparison with a constant, and its jump. */
static void add_test(struct code *code, const struct sock_filter *insn, size_t at)
{
    uint32_t yes = code->starts[at + 1 + insn->jt], no = code->starts[at + 1 + insn->jf];
    unsigned bytes = count_test_bytes(insn);
    if (insn->k > INT32_MAX) {
        add(code, 5, 0, 0); /* constants are extended by their sign: this one is loaded */
        bytes = 3;
    }
    bool is_turned = !insn->jt && !is_both_ways(insn);
    add(code, bytes, LONG_CONDITIONAL, is_turned ? no : yes);
    if (is_both_ways(insn))
        add(code, 0, LONG_JUMP, no);
}

static void add_return(struct code *code, const struct sock_filter *insn)
{
    add(code, insn->k ? 5 : 2, 0, 0);
    if (code->epilogue) {
        add(code, 0, LONG_JUMP, code->epilogue);
        return;
    }
    code->epilogue = code->count;
    add(code, 6, 0, 0);
}

static void add_insn(struct code *code, const struct sock_filter *insn, size_t at)
{
    switch (BPF_CLASS(insn->code)) {
    case BPF_JMP:
        if (BPF_OP(insn->code) == BPF_JA)
            add(code, 0, LONG_JUMP, code->starts[at + 1 + insn->k]);
        else
            add_test(code, insn, at);
        break;
    case BPF_RET:
        add_return(code, insn);
        break;
    default:
        add(code, BPF_CLASS(insn->code) == BPF_ALU && !is_byte(insn->k) ? 5 : 3, 0, 0);
        break;
    }
}

/** Makes the code of a program; false without memory. */
static bool convert(struct code *code, const struct sock_filter *insns, size_t count)
{
    uint32_t made = PROLOGUE_INSNS;
    code->starts = malloc((count + 1) * sizeof *code->starts);
    if (!code->starts)
        return false;
    for (size_t i = 0; i < count; i++) {
        code->starts[i] = made;
        made += count_made(&insns[i]);
    }
    code->insns = malloc(made * sizeof *code->insns);
    if (!code->insns)
        return false;
    for (int i = 0; i < PROLOGUE_INSNS; i++)
        add(code, 3, 0, 0);
    for (size_t i = 0; i < count; i++)
        add_insn(code, &insns[i], i);
    return true;
}

/** One pass: where each instruction begins now, from where each began before. */
static void compile_once(const struct code *code, const uint32_t *before, uint32_t *after)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < code->count; i++) {
        const struct insn *insn = &code->insns[i];
        after[i] = at;
        at += insn->bytes;
        if (!insn->longest_jump)
            continue;
        /* A way back is that to the epilogue, whose place in this pass is known. */
        uint32_t target = insn->target <= i ? after[insn->target] : before[insn->target];
        int64_t distance = (int64_t)target - before[i + 1];
        bool is_short = distance >= INT8_MIN && distance <= INT8_MAX;
        if (distance || insn->bytes) /* a jump to what follows is left out */
            at += is_short ? SHORT_JUMP : insn->longest_jump;
    }
    after[code->count] = at;
}

static unsigned count_passes(const struct code *code, uint32_t *before, uint32_t *after)
{
    for (uint32_t i = 0; i <= code->count; i++)
        before[i] = i * FIRST_BYTES;
    for (unsigned passes = 1; passes < PASSES_MAX; passes++) {
        compile_once(code, before, after);
        if (after[code->count] == before[code->count])
            return passes;
        uint32_t *spare = before;
        before = after;
        after = spare;
    }
    return PASSES_MAX;
}

uint64_t scc_jit_work(const struct sock_filter *insns, size_t count)
{
    struct code code = {0};
    uint64_t work = UINT64_MAX;
    uint32_t *places = NULL;
    if (convert(&code, insns, count))
        places = malloc(2 * (code.count + 1) * sizeof *places);
    if (places) /* the last pass writes the code */
        work = (uint64_t)code.count * (1 + count_passes(&code, places, places + code.count + 1));
    free(places);
    free(code.starts);
    free(code.insns);
    return work;
}
