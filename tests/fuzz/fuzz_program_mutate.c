/* SPDX-License-Identifier: Apache-2.0 */
/** fuzz_program's mutations: of whole instructions, most of which leave a program that is valid. */
#include <linux/seccomp.h>
#include <string.h>

#include "fuzz.h"
#include "fuzz_program.h"
#include "random_programs.h"

enum {
    MUTATIONS_MAX = 4,
    /** Mutations seldom make a program longer than this. */
    COUNT_USUAL = 64,
};

/** A program that is being changed. */
struct draft {
    struct fuzz_program program;
    size_t count_max;
    uint64_t seed;
};

static unsigned below(struct draft *draft, size_t bound)
{
    return random_below(&draft->seed, (unsigned)bound);
}

/** One of its instructions; it must have some. */
static struct sock_filter *any_insn(struct draft *draft)
{
    return &draft->program.insns[below(draft, draft->program.count)];
}

static uint32_t interesting_k(struct draft *draft)
{
    static const uint32_t values[] = {
        0,
        1,
        2,
        3,
        0x7f,
        0x80,
        0xff,
        0xffff,
        0x10000,
        0x40000000,
        INT32_MAX,
        0x80000000u,
        UINT32_MAX - 1,
        UINT32_MAX,
        SECCOMP_RET_ALLOW,
        SECCOMP_RET_ERRNO | 1,
        SECCOMP_RET_KILL_THREAD,
        SECCOMP_RET_KILL_PROCESS,
        SECCOMP_RET_TRAP,
        SECCOMP_RET_LOG,
        SECCOMP_RET_TRACE,
        SECCOMP_RET_USER_NOTIF,
    };
    switch (below(draft, 6)) {
    case 0:
        return below(draft, SCC_WORD_COUNT) * 4;
    case 1:
        return scc_arch_get((enum scc_arch_id)below(draft, SCC_ARCH_COUNT))->audit;
    case 2:
        return draft->program.count ? any_insn(draft)->k + below(draft, 3) - 1 : 0;
    case 3:
        return below(draft, 600);
    default:
        return values[below(draft, SCC_COUNT(values))];
    }
}

static struct sock_filter new_insn(struct draft *draft, size_t left)
{
    const struct random_style style = {.scratch = SCC_SCRATCH_COUNT,
                                       .reach = 1 + below(draft, 16),
                                       .mask = UINT32_MAX,
                                       .is_filter = below(draft, 2)};
    struct sock_filter insn;
    if (below(draft, 8) == 0)
        insn = (struct sock_filter){.code = BPF_RET | (below(draft, 4) ? BPF_K : BPF_A)};
    else
        insn = below(draft, 2) && left ? random_jump(&draft->seed, &style, left)
                                       : random_straight(&draft->seed, &style);
    if (BPF_CLASS(insn.code) == BPF_RET || below(draft, 4) == 0)
        insn.k = interesting_k(draft);
    return insn;
}

/*
 * Mutations
 */

/** Makes room for @p count instructions at @p at, as far as there is some; how many there are. */
static size_t open_gap(struct draft *draft, size_t at, size_t count)
{
    struct fuzz_program *program = &draft->program;
    size_t room = draft->count_max > program->count ? draft->count_max - program->count : 0;
    if (count > room)
        count = room;
    memmove(&program->insns[at + count], &program->insns[at],
            (program->count - at) * sizeof *program->insns);
    program->count += count;
    return count;
}

static void insert(struct draft *draft)
{
    size_t at = below(draft, draft->program.count + 1);
    size_t count = open_gap(draft, at, 1 + below(draft, 3));
    for (size_t i = 0; i < count; i++)
        draft->program.insns[at + i] = new_insn(draft, draft->program.count - at - i - 1);
}

static void delete (struct draft *draft)
{
    struct fuzz_program *program = &draft->program;
    size_t at = below(draft, program->count), count = 1 + below(draft, 3);
    if (count > program->count - at)
        count = program->count - at;
    program->count -= count;
    memmove(&program->insns[at], &program->insns[at + count],
            (program->count - at) * sizeof *program->insns);
}

static void swap(struct draft *draft)
{
    struct sock_filter *a = any_insn(draft), *b = any_insn(draft), kept = *a;
    *a = *b;
    *b = kept;
}

/** A run of instructions once more, somewhere. */
static void duplicate(struct draft *draft)
{
    struct sock_filter run[8];
    size_t from = below(draft, draft->program.count), count = 1 + below(draft, SCC_COUNT(run));
    if (count > draft->program.count - from)
        count = draft->program.count - from;
    memcpy(run, &draft->program.insns[from], count * sizeof *run);
    size_t at = below(draft, draft->program.count + 1);
    memcpy(&draft->program.insns[at], run, open_gap(draft, at, count) * sizeof *run);
}

static void change_code(struct draft *draft)
{
    struct sock_filter *insn = any_insn(draft);
    struct sock_filter other = new_insn(draft, draft->program.count);
    insn->code = below(draft, 64) ? other.code : (uint16_t)random_u64(&draft->seed);
}

static void change_k(struct draft *draft)
{
    struct sock_filter *insn = any_insn(draft);
    switch (below(draft, 4)) {
    case 0:
        insn->k += below(draft, 3) - 1;
        break;
    case 1:
        insn->k ^= 1u << below(draft, 32);
        break;
    default:
        insn->k = interesting_k(draft);
        break;
    }
}

static void change_jumps(struct draft *draft)
{
    struct sock_filter *insn = any_insn(draft);
    size_t reach = draft->program.count < 255 ? draft->program.count : 255;
    uint8_t *end = below(draft, 2) ? &insn->jt : &insn->jf;
    *end = (uint8_t)below(draft, below(draft, 2) ? reach + 1 : 4);
}

static void change_settings(struct draft *draft)
{
    draft->program.settings ^= (uint8_t)(1u << below(draft, 8));
}

static void mutate(struct draft *draft)
{
    static void (*const mutations[])(struct draft *) = {
        insert,   insert,      delete,       swap,         duplicate,       change_k,
        change_k, change_code, change_jumps, change_jumps, change_settings,
    };
    if (draft->program.count == 0)
        insert(draft);
    else
        mutations[below(draft, SCC_COUNT(mutations))](draft);
}

/*
 * Validity
 */

static void repair_insn(struct sock_filter *insn, size_t left)
{
    if (insn->code == (BPF_LD | BPF_W | BPF_ABS))
        insn->k &= 4 * (SCC_WORD_COUNT - 1);
    else if (insn->code == (BPF_LD | BPF_MEM) || insn->code == (BPF_LDX | BPF_MEM) ||
             insn->code == BPF_ST || insn->code == BPF_STX)
        insn->k %= SCC_SCRATCH_COUNT;
    else if (insn->code == (BPF_ALU | BPF_DIV | BPF_K) && insn->k == 0)
        insn->k = 1;
    else if (insn->code == (BPF_ALU | BPF_LSH | BPF_K) || insn->code == (BPF_ALU | BPF_RSH | BPF_K))
        insn->k %= 32;
    else if (insn->code == (BPF_JMP | BPF_JA) && insn->k >= left)
        insn->k = (uint32_t)(insn->k % left);
    else if (BPF_CLASS(insn->code) == BPF_JMP && (insn->jt >= left || insn->jf >= left)) {
        insn->jt = (uint8_t)(insn->jt % left);
        insn->jf = (uint8_t)(insn->jf % left);
    }
}

/** All but reads of scratch words that are not written. */
static void repair(struct fuzz_program *program)
{
    for (size_t i = 0; i + 1 < program->count; i++)
        repair_insn(&program->insns[i], program->count - i - 1);
    if (program->count == 0)
        return;
    struct sock_filter *last = &program->insns[program->count - 1];
    if (BPF_CLASS(last->code) != BPF_RET)
        *last = (struct sock_filter){.code = BPF_RET | BPF_K, .k = SECCOMP_RET_ALLOW};
}

static size_t encode(const struct fuzz_program *program, uint8_t *data)
{
    for (size_t i = 0; i < program->count; i++) {
        const struct sock_filter *insn = &program->insns[i];
        const uint8_t bytes[] = {
            (uint8_t)insn->code,
            (uint8_t)(insn->code >> 8),
            insn->jt,
            insn->jf,
            (uint8_t)insn->k,
            (uint8_t)(insn->k >> 8),
            (uint8_t)(insn->k >> 16),
            (uint8_t)(insn->k >> 24),
        };
        memcpy(data + i * sizeof bytes, bytes, sizeof bytes);
    }
    size_t size = program->count * SCC_INSTRUCTION_BYTES;
    data[size] = program->settings;
    return size + 1;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct draft draft = {.seed = seed};
    size_t most = (max_size - 1) / SCC_INSTRUCTION_BYTES;
    if (max_size < SCC_INSTRUCTION_BYTES + 1 || below(&draft, 32) == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    fuzz_program_decode(data, size, &draft.program);
    if (draft.program.count > most)
        draft.program.count = most;
    draft.count_max = below(&draft, 64) ? COUNT_USUAL : FUZZ_INSNS_MAX;
    if (draft.count_max > most)
        draft.count_max = most;
    for (unsigned i = 1 + below(&draft, MUTATIONS_MAX); i > 0; i--)
        mutate(&draft);
    if (below(&draft, 16))
        repair(&draft.program);
    return encode(&draft.program, data);
}
