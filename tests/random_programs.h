/* SPDX-License-Identifier: Apache-2.0 */
/** Random valid programs, with inputs that bite. */
#ifndef SCC_TEST_RANDOM_PROGRAMS_H
#define SCC_TEST_RANDOM_PROGRAMS_H

#include "program.h"
#include "random_calls.h"

static const uint16_t straight_codes[] = {
    BPF_LD | BPF_W | BPF_ABS,
    BPF_LD | BPF_W | BPF_ABS,
    BPF_LD | BPF_W | BPF_ABS,
    BPF_LD | BPF_W | BPF_LEN,
    BPF_LDX | BPF_W | BPF_LEN,
    BPF_ALU | BPF_ADD | BPF_K, /* NOLINT(misc-redundant-expression): two names for 0 */
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
    BPF_LD | BPF_IMM,
    BPF_LDX | BPF_IMM,
    BPF_MISC | BPF_TAX,
    BPF_MISC | BPF_TXA,
    BPF_LD | BPF_MEM,
    BPF_LDX | BPF_MEM,
    BPF_ST,
    BPF_STX,
};

static const uint16_t jump_codes[] = {
    BPF_JMP | BPF_JA,          BPF_JMP | BPF_JEQ | BPF_K,  BPF_JMP | BPF_JEQ | BPF_X,
    BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JGE | BPF_X,  BPF_JMP | BPF_JGT | BPF_K,
    BPF_JMP | BPF_JGT | BPF_X, BPF_JMP | BPF_JSET | BPF_K, BPF_JMP | BPF_JSET | BPF_X,
};

/** How the random programs are made. */
struct random_style {
    unsigned scratch; /* words in use */
    unsigned reach;   /* of jumps */
    uint32_t mask;    /* what of a loaded word is kept: few bits make every program decidable */
    unsigned odds;    /* one of so many instructions returns; 0: only the last one does */
    bool is_filter;   /* little but loads and tests, with small constants */
    bool returns_a;
};

/** Small values, and the largest: what filters of `is_filter` compare with, and their inputs. */
static inline uint32_t random_end(uint64_t *seed)
{
    return random_below(seed, 8) ? random_below(seed, 12) : UINT32_MAX - random_below(seed, 2);
}

static inline uint32_t random_k(uint64_t *seed, const struct random_style *style)
{
    if (style->is_filter)
        return random_end(seed);
    switch (random_below(seed, 4)) {
    case 0:
        return random_below(seed, 4);
    case 1:
        return (uint32_t)random_u64(seed) & style->mask;
    case 2:
        return 1u << random_below(seed, 32);
    default:
        return (uint32_t)random_u64(seed) >> random_below(seed, 32);
    }
}

static inline struct sock_filter random_straight(uint64_t *seed, const struct random_style *style)
{
    unsigned choices = SCC_COUNT(straight_codes);
    if (style->is_filter && random_below(seed, 20))
        choices = 3; /* the loads of words */
    struct sock_filter insn = {
        .code = straight_codes[random_below(seed, choices)],
        .k = random_k(seed, style),
    };
    if (insn.code == (BPF_LD | BPF_W | BPF_ABS))
        insn.k = random_below(seed, SCC_WORD_COUNT) * 4;
    else if (BPF_CLASS(insn.code) == BPF_ST || BPF_CLASS(insn.code) == BPF_STX ||
             BPF_MODE(insn.code) == BPF_MEM)
        insn.k = BPF_CLASS(insn.code) == BPF_ALU ? insn.k : random_below(seed, style->scratch);
    if (insn.code == (BPF_ALU | BPF_DIV | BPF_K))
        insn.k |= 1;
    if (insn.code == (BPF_ALU | BPF_LSH | BPF_K) || insn.code == (BPF_ALU | BPF_RSH | BPF_K))
        insn.k %= 32;
    return insn;
}

static inline struct sock_filter random_jump(uint64_t *seed, const struct random_style *style,
                                             size_t left)
{
    struct sock_filter insn = {
        .code = jump_codes[random_below(seed, SCC_COUNT(jump_codes))],
        .k = random_k(seed, style),
    };
    if (style->is_filter && random_below(seed, 20))
        insn.code = jump_codes[1 + 2 * random_below(seed, 3)]; /* JEQ, JGE, JGT with K */
    unsigned reach = left < style->reach ? (unsigned)left : style->reach;
    insn.jt = (uint8_t)random_below(seed, reach);
    insn.jf = (uint8_t)random_below(seed, reach);
    if (insn.code == (BPF_JMP | BPF_JA))
        insn.k = random_below(seed, reach);
    return insn;
}

/** Writes each scratch word, so that reading one is allowed everywhere behind. */
static inline size_t write_scratch(struct sock_filter *insns, const struct random_style *style)
{
    for (unsigned i = 0; i < style->scratch; i++)
        insns[i] = (struct sock_filter){.code = i % 2 ? BPF_STX : BPF_ST, .k = i};
    return style->scratch;
}

static inline void random_program(uint64_t *seed, const struct random_style *style,
                                  struct sock_filter *insns, size_t count)
{
    size_t at = write_scratch(insns, style);
    while (at < count) {
        size_t left = count - at - 1;
        unsigned kind = random_below(seed, 16);
        if (left == 0 || (style->odds && random_below(seed, style->odds) == 0))
            insns[at] = (struct sock_filter){
                .code = BPF_RET | (style->returns_a && random_below(seed, 2) ? BPF_A : BPF_K),
                .k = random_below(seed, 8)};
        else if (kind < (style->is_filter ? 12 : 6))
            insns[at] = random_jump(seed, style, left);
        else
            insns[at] = random_straight(seed, style);
        bool is_load = insns[at++].code == (BPF_LD | BPF_W | BPF_ABS);
        if (is_load && style->mask != UINT32_MAX && at + 1 < count)
            insns[at++] = (struct sock_filter){.code = BPF_ALU | BPF_AND | BPF_K, .k = style->mask};
    }
}

static inline struct scc_call random_small_call(uint64_t *seed)
{
    struct scc_call call = {.audit = random_end(seed), .nr = random_end(seed)};
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++)
        call.args[i] = (uint64_t)random_end(seed) << 32 | random_end(seed);
    call.ip = (uint64_t)random_end(seed) << 32 | random_end(seed);
    return call;
}

static inline struct scc_call random_raw_call(uint64_t *seed)
{
    if (random_below(seed, 2))
        return random_small_call(seed);
    struct scc_call call = {.audit = (uint32_t)random_u64(seed), .nr = random_below(seed, 8)};
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++)
        call.args[i] = random_u64(seed) >> random_below(seed, 64);
    call.ip = random_u64(seed);
    return call;
}

#endif
