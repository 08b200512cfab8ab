/* SPDX-License-Identifier: Apache-2.0 */
#include "disasm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "arch.h"
#include "asm.h"
#include "syscall.h"
#include "util.h"

enum {
    LABEL_COLUMNS = 8,    /* "L4095: " and a blank */
    MNEMONIC_COLUMNS = 5, /* "jset " */
    COMMENT_COLUMN = 40,
    /** A comment names the call on so many architectures at most. */
    NAMED_MAX = 3,
    AUDIT_BITS = 32,
};

/*
 * Facts: what is certain at an instruction on every path that leads to it. Jumps go forward only,
 * so one pass is enough.
 */

/** (word & mask) + add, modulo 2^32; a constant has mask 0 and word 0. */
struct value {
    bool is_known;
    uint8_t word; /* of seccomp_data */
    uint32_t mask;
    uint32_t add;
};

enum { REG_A = SCC_SCRATCH_COUNT, REG_X, REG_COUNT };

struct facts {
    bool is_reached;
    struct value regs[REG_COUNT]; /* the scratch words, then A and X */
    /**
     * What seccomp_data.arch may be: bit scc_arch_id for the audit arch of that architecture (that
     * of x32 is x86_64's), OTHER_AUDIT for all that are in no table.
     */
    uint32_t audits;
    /* What seccomp_data.nr may be: from min to max, and these bits one or zero. */
    uint32_t nr_min, nr_max, nr_ones, nr_zeros;
};

#define OTHER_AUDIT 0x80000000u
_Static_assert((int)SCC_ARCH_COUNT < AUDIT_BITS, "a bit for each architecture and OTHER_AUDIT");

static struct value constant(uint32_t k)
{
    return (struct value){.is_known = true, .add = k};
}

static bool is_constant(const struct value *value)
{
    return value->is_known && value->mask == 0;
}

/** Whether it is that word, unchanged. */
static bool is_word(const struct value *value, unsigned word)
{
    return value->is_known && value->mask == UINT32_MAX && value->add == 0 && value->word == word;
}

static bool is_same(const struct value *a, const struct value *b)
{
    return a->is_known == b->is_known && a->word == b->word && a->mask == b->mask &&
           a->add == b->add;
}

/** What is certain before the first instruction. */
static struct facts facts_at_start(const struct scc_program *program)
{
    struct facts facts = {.is_reached = true, .audits = OTHER_AUDIT, .nr_max = UINT32_MAX};
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        /* A kernel of the other byte order would read another program. */
        if (i != SCC_ARCH_X32 &&
            scc_arch_get((enum scc_arch_id)i)->is_big_endian == program->is_big_endian)
            facts.audits |= scc_arch_bit((enum scc_arch_id)i);
    }
    facts.regs[REG_A] = constant(0); /* the kernel clears both */
    facts.regs[REG_X] = constant(0);
    return facts;
}

/** Another path leads to @p into: only what holds on both remains. */
static void join(struct facts *into, const struct facts *from)
{
    if (!into->is_reached) {
        *into = *from;
        return;
    }
    for (unsigned i = 0; i < REG_COUNT; i++) {
        if (!is_same(&into->regs[i], &from->regs[i]))
            into->regs[i] = (struct value){0};
    }
    into->audits |= from->audits;
    into->nr_min = into->nr_min < from->nr_min ? into->nr_min : from->nr_min;
    into->nr_max = into->nr_max > from->nr_max ? into->nr_max : from->nr_max;
    into->nr_ones &= from->nr_ones;
    into->nr_zeros &= from->nr_zeros;
}

/** The constant that an instruction computes or compares with, where it is certain. */
static bool operand_of(const struct facts *facts, const struct sock_filter *insn, uint32_t *k)
{
    if (BPF_SRC(insn->code) == BPF_K) {
        *k = insn->k;
        return true;
    }
    *k = facts->regs[REG_X].add;
    return is_constant(&facts->regs[REG_X]);
}

static struct value computed(const struct facts *facts, const struct sock_filter *insn)
{
    struct value a = facts->regs[REG_A];
    uint32_t k;
    if (!a.is_known || !operand_of(facts, insn, &k))
        return (struct value){0};
    switch (BPF_OP(insn->code)) {
    case BPF_ADD:
        a.add += k;
        return a;
    case BPF_SUB:
        a.add -= k;
        return a;
    case BPF_AND:
        if (a.mask == 0)
            return constant(a.add & k);
        a.mask &= k;
        if (a.add != 0)
            break;
        return a.mask ? a : constant(0);
    default: /* NEG as well */
        break;
    }
    return (struct value){0};
}

static struct value loaded(const struct facts *facts, const struct sock_filter *insn)
{
    switch (BPF_MODE(insn->code)) {
    case BPF_ABS:
        return (struct value){true, (uint8_t)(insn->k / 4), UINT32_MAX, 0};
    case BPF_LEN:
        return constant(4 * SCC_WORD_COUNT);
    case BPF_MEM:
        return facts->regs[insn->k];
    default: /* BPF_IMM */
        return constant(insn->k);
    }
}

/** What an instruction that does not jump leaves behind; returns the register written. */
static unsigned execute(struct facts *facts, const struct sock_filter *insn)
{
    unsigned reg;
    struct value value;
    switch (BPF_CLASS(insn->code)) {
    case BPF_LD:
    case BPF_LDX:
        reg = BPF_CLASS(insn->code) == BPF_LD ? REG_A : REG_X;
        value = loaded(facts, insn);
        break;
    case BPF_ST:
    case BPF_STX:
        reg = insn->k;
        value = facts->regs[BPF_CLASS(insn->code) == BPF_ST ? REG_A : REG_X];
        break;
    case BPF_ALU:
        reg = REG_A;
        value = computed(facts, insn);
        break;
    default: /* BPF_MISC */
        reg = BPF_MISCOP(insn->code) == BPF_TAX ? REG_X : REG_A;
        value = facts->regs[reg == REG_X ? REG_A : REG_X];
        break;
    }
    facts->regs[reg] = value;
    return reg;
}

/*
 * What a comparison tells
 */

static bool holds(unsigned op, uint32_t a, uint32_t k)
{
    switch (op) {
    case BPF_JEQ:
        return a == k;
    case BPF_JGT:
        return a > k;
    case BPF_JGE:
        return a >= k;
    default: /* BPF_JSET */
        return a & k;
    }
}

/** The architecture of an audit arch, x86_64 for x32 as well, or NULL. */
static const struct scc_arch *arch_of_audit(uint32_t audit)
{
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)i);
        if (i != SCC_ARCH_X32 && arch->audit == audit)
            return arch;
    }
    return NULL;
}

/** Keeps the audit arches for which the comparison comes out as @p outcome; false: none. */
static bool narrow_audits(struct facts *facts, const struct value *a, unsigned op, uint32_t k,
                          bool outcome)
{
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)i);
        if (holds(op, (arch->audit & a->mask) + a->add, k) != outcome)
            facts->audits &= ~scc_arch_bit((enum scc_arch_id)i);
    }
    if (op == BPF_JEQ && outcome && a->mask == UINT32_MAX && arch_of_audit(k - a->add))
        facts->audits &= ~OTHER_AUDIT;
    return facts->audits != 0;
}

/** nr is from @p first to @p last; false: it cannot be. */
static bool narrow_range(struct facts *facts, int64_t first, int64_t last)
{
    if (first > facts->nr_max || last < facts->nr_min)
        return false;
    if (first > facts->nr_min)
        facts->nr_min = (uint32_t)first;
    if (last < facts->nr_max)
        facts->nr_max = (uint32_t)last;
    return facts->nr_min <= facts->nr_max;
}

/** These bits of nr are one, those zero; false: it cannot be. */
static bool narrow_bits(struct facts *facts, uint32_t ones, uint32_t zeros)
{
    facts->nr_ones |= ones;
    facts->nr_zeros |= zeros;
    return !(facts->nr_ones & facts->nr_zeros);
}

/** nr & @p mask is, or is not, @p k; false: it cannot be. */
static bool narrow_equal(struct facts *facts, uint32_t mask, uint32_t k, bool outcome)
{
    if (outcome && mask == UINT32_MAX)
        return narrow_bits(facts, k, ~k) && narrow_range(facts, k, k);
    if (outcome)
        return !(k & ~mask) && narrow_bits(facts, k, ~k & mask);
    if (mask != UINT32_MAX || (k != facts->nr_min && k != facts->nr_max))
        return true;
    return k == facts->nr_min ? narrow_range(facts, (int64_t)k + 1, UINT32_MAX)
                              : narrow_range(facts, 0, (int64_t)k - 1);
}

static bool narrow_nr(struct facts *facts, const struct value *a, unsigned op, uint32_t k,
                      bool outcome)
{
    if (op == BPF_JEQ)
        return narrow_equal(facts, a->mask, k - a->add, outcome);
    if (a->add != 0)
        return true;
    if (op == BPF_JSET) {
        uint32_t bits = k & a->mask;
        if (!outcome)
            return narrow_bits(facts, 0, bits);
        bool is_one_bit = !(bits & (bits - 1));
        return bits && narrow_bits(facts, is_one_bit ? bits : 0, 0);
    }
    if (a->mask != UINT32_MAX)
        return true;
    int64_t first = (int64_t)k + (op == BPF_JGT); /* the comparison holds from here on */
    return outcome ? narrow_range(facts, first, UINT32_MAX) : narrow_range(facts, 0, first - 1);
}

/** Adds what the outcome of a conditional jump tells; false where it cannot come out like that. */
static bool narrow(struct facts *facts, const struct sock_filter *insn, bool outcome)
{
    const struct value *a = &facts->regs[REG_A];
    unsigned op = BPF_OP(insn->code);
    uint32_t k;
    if (!a->is_known || !operand_of(facts, insn, &k))
        return true;
    if (is_constant(a))
        return holds(op, a->add, k) == outcome;
    if (a->word == SCC_WORD_ARCH)
        return narrow_audits(facts, a, op, k, outcome);
    return a->word != SCC_WORD_NR || narrow_nr(facts, a, op, k, outcome);
}

/** Carries the facts at an instruction to those that may follow. */
static void carry(struct facts *all, size_t at, const struct sock_filter *insn)
{
    if (BPF_CLASS(insn->code) == BPF_RET)
        return;
    if (insn->code == (BPF_JMP | BPF_JA)) {
        join(&all[at + 1 + insn->k], &all[at]);
        return;
    }
    struct facts facts = all[at];
    if (BPF_CLASS(insn->code) != BPF_JMP) {
        execute(&facts, insn);
        join(&all[at + 1], &facts);
        return;
    }
    if (narrow(&facts, insn, true))
        join(&all[at + 1 + insn->jt], &facts);
    facts = all[at];
    if (narrow(&facts, insn, false))
        join(&all[at + 1 + insn->jf], &facts);
}

/*
 * Comments
 */

/** Names the word that a register holds from now on. */
static void comment_word(struct scc_strbuf *out, const struct value *value, bool is_big_endian)
{
    if (!is_word(value, value->word))
        return;
    unsigned arg = (value->word - (unsigned)SCC_WORD_ARGS) / 2;
    switch (value->word) {
    case SCC_WORD_NR:
        scc_strbuf_add(out, "nr");
        break;
    case SCC_WORD_ARCH:
        scc_strbuf_add(out, "arch");
        break;
    case SCC_WORD_IP:
    case SCC_WORD_IP + 1:
        scc_strbuf_addf(out, "instruction pointer, %s word",
                        value->word == SCC_WORD_IP + is_big_endian ? "low" : "high");
        break;
    default:
        scc_strbuf_addf(out, "args[%u], %s word", arg,
                        value->word == scc_word_low(arg, is_big_endian) ? "low" : "high");
        break;
    }
}

/** Whether nr may be that number. */
static bool may_be_nr(const struct facts *facts, uint32_t nr)
{
    return nr >= facts->nr_min && nr <= facts->nr_max && (nr & facts->nr_ones) == facts->nr_ones &&
           !(nr & facts->nr_zeros);
}

/** A number that a comparison with nr speaks of, or two where it leaves the x32 bit open. */
struct numbers {
    uint32_t nrs[2];
    unsigned count;
};

/** The numbers for which @p a, made of nr, is @p k; none where they are more. */
static struct numbers numbers_for(const struct facts *facts, const struct value *a, uint32_t k)
{
    uint32_t nr = k - a->add;
    struct numbers numbers = {0};
    if (nr & ~a->mask)
        return numbers;
    if (a->mask == UINT32_MAX)
        numbers.nrs[numbers.count++] = nr;
    for (int i = 0; i < 2 && a->mask == (uint32_t)~SCC_X32_BIT; i++, nr |= SCC_X32_BIT) {
        if (may_be_nr(facts, nr))
            numbers.nrs[numbers.count++] = nr;
    }
    return numbers;
}

/** The call of a number under an audit arch; *arch becomes the one whose number it is. */
static const struct scc_syscall *call_at(const struct scc_arch **arch, uint32_t nr)
{
    if ((*arch)->id == SCC_ARCH_X86_64 && nr & SCC_X32_BIT)
        *arch = scc_arch_get(SCC_ARCH_X32);
    return scc_syscall_at(*arch, nr);
}

/** The call that all of @p numbers are under one audit arch, or NULL. */
static const struct scc_syscall *call_of(const struct scc_arch **arch,
                                         const struct numbers *numbers)
{
    const struct scc_arch *audit_arch = *arch;
    const struct scc_syscall *call = numbers->count ? call_at(arch, numbers->nrs[0]) : NULL;
    for (unsigned i = 1; i < numbers->count; i++) {
        const struct scc_arch *other = audit_arch;
        if (call_at(&other, numbers->nrs[i]) != call)
            return NULL;
    }
    return call;
}

/**
 * Adds the call's name, behind its architecture's where that is x32 or where the audit arch is open
 * and it matters.
 */
static void comment_calls(struct scc_strbuf *out, const struct facts *facts,
                          const struct numbers *numbers)
{
    const struct scc_syscall *only = NULL;
    bool agree = !(facts->audits & OTHER_AUDIT), has_x32 = false;
    struct scc_strbuf each = {0};
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        if (!(facts->audits & scc_arch_bit((enum scc_arch_id)i)))
            continue;
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)i);
        const struct scc_syscall *call = call_of(&arch, numbers);
        agree = agree && call && (!only || only == call);
        only = call;
        has_x32 |= arch->id == SCC_ARCH_X32;
        if (call)
            scc_strbuf_addf(&each, "%s%s %s", each.len ? ", " : "", arch->name, call->name);
    }
    if (agree && only && !has_x32)
        scc_strbuf_add(out, only->name);
    else if (each.len && __builtin_popcount(facts->audits & ~OTHER_AUDIT) <= NAMED_MAX)
        scc_strbuf_add(out, each.data);
    out->failed |= each.failed;
    scc_strbuf_free(&each);
}

/** Whether the comparison tells x32's numbers from x86_64's. */
static bool tells_x32(const struct facts *facts, const struct sock_filter *insn, uint32_t k)
{
    if (!(facts->audits & scc_arch_bit(SCC_ARCH_X86_64)) ||
        !is_word(&facts->regs[REG_A], SCC_WORD_NR))
        return false;
    unsigned op = BPF_OP(insn->code);
    return op == BPF_JGT ? k == SCC_X32_BIT - 1 : op != BPF_JEQ && k == SCC_X32_BIT;
}

static void comment_jump(struct scc_strbuf *out, const struct facts *facts,
                         const struct sock_filter *insn)
{
    const struct value *a = &facts->regs[REG_A];
    uint32_t k;
    if (BPF_OP(insn->code) == BPF_JA || !a->is_known || is_constant(a) ||
        !operand_of(facts, insn, &k))
        return;
    if (tells_x32(facts, insn, k)) {
        scc_strbuf_add(out, "x32");
    } else if (BPF_OP(insn->code) == BPF_JSET) {
        return;
    } else if (is_word(a, SCC_WORD_ARCH)) {
        const struct scc_arch *arch = arch_of_audit(k);
        scc_strbuf_add(out, arch ? arch->name : "");
    } else if (is_word(a, SCC_WORD_NR) && k == SCC_NR_SKIP) {
        scc_strbuf_add(out, "-1: a tracer skips the call");
    } else if (a->word == SCC_WORD_NR) {
        struct numbers numbers = numbers_for(facts, a, k);
        comment_calls(out, facts, &numbers);
    }
}

/** Whether the errno has one name, or none, wherever the program may be asked. */
static bool is_errno_certain(const struct facts *facts, uint16_t number)
{
    /* An architecture in no table may have any of the known tables of errnos. */
    uint32_t audits = facts->audits & OTHER_AUDIT ? UINT32_MAX : facts->audits;
    const char *first = NULL;
    bool has_first = false;
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        if (!(audits & scc_arch_bit((enum scc_arch_id)i)))
            continue;
        const char *name = scc_errno_name(number, scc_arch_get((enum scc_arch_id)i));
        bool is_equal = name && first ? strcmp(name, first) == 0 : name == first;
        if (has_first && !is_equal)
            return false;
        first = name;
        has_first = true;
    }
    return true;
}

static const struct scc_arch *any_arch(const struct facts *facts)
{
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        if (facts->audits & scc_arch_bit((enum scc_arch_id)i))
            return scc_arch_get((enum scc_arch_id)i);
    }
    return scc_arch_get((enum scc_arch_id)0);
}

static void comment_return(struct scc_strbuf *out, const struct facts *facts,
                           const struct sock_filter *insn)
{
    uint32_t value = insn->k;
    if (BPF_RVAL(insn->code) == BPF_A) {
        if (!is_constant(&facts->regs[REG_A]))
            return;
        value = facts->regs[REG_A].add;
    }
    uint16_t data = (uint16_t)value;
    if (scc_action_of(value) == SCC_ACTION_ERRNO && !is_errno_certain(facts, data))
        scc_strbuf_addf(out, "ERRNO(%u)", data);
    else
        scc_action_describe(out, value, any_arch(facts));
}

static void add_comment(struct scc_strbuf *out, const struct scc_program *program,
                        const struct facts *facts, const struct sock_filter *insn)
{
    if (!facts->is_reached) {
        scc_strbuf_add(out, "never reached");
        return;
    }
    switch (BPF_CLASS(insn->code)) {
    case BPF_JMP:
        comment_jump(out, facts, insn);
        break;
    case BPF_RET:
        comment_return(out, facts, insn);
        break;
    case BPF_LD:
    case BPF_LDX:
    case BPF_MISC: {
        struct facts after = *facts;
        unsigned reg = execute(&after, insn);
        comment_word(out, &after.regs[reg], program->is_big_endian);
        break;
    }
    default: /* computing and storing speak for themselves */
        break;
    }
}

/*
 * Text
 */

/** How the labels of an instruction are written. */
static enum scc_labels labels_of(const struct sock_filter *insn)
{
    if (BPF_CLASS(insn->code) != BPF_JMP)
        return SCC_LABELS_NONE;
    if (BPF_OP(insn->code) == BPF_JA)
        return SCC_LABELS_JUMP;
    bool has_negation = BPF_OP(insn->code) != BPF_JSET;
    return has_negation && !insn->jt && insn->jf ? SCC_LABELS_UNLESS : SCC_LABELS_BRANCH;
}

/** The instructions that the text names: up to two; returns their number. */
static unsigned targets_of(const struct sock_filter *insn, size_t at, size_t targets[2])
{
    unsigned count = 0;
    enum scc_labels labels = labels_of(insn);
    if (labels == SCC_LABELS_JUMP)
        targets[count++] = at + 1 + insn->k;
    if (labels == SCC_LABELS_BRANCH)
        targets[count++] = at + 1 + insn->jt;
    if (labels == SCC_LABELS_UNLESS || (labels == SCC_LABELS_BRANCH && insn->jf))
        targets[count++] = at + 1 + insn->jf;
    return count;
}

/** Numbers of calls are known as decimals; masks and audit arches as hexadecimals. */
static void add_number(struct scc_strbuf *out, const struct sock_filter *insn)
{
    bool is_shift =
        insn->code == (BPF_ALU | BPF_LSH | BPF_K) || insn->code == (BPF_ALU | BPF_RSH | BPF_K);
    bool is_decimal = is_shift || (BPF_CLASS(insn->code) == BPF_JMP && insn->k <= UINT16_MAX);
    scc_strbuf_addf(out, is_decimal ? " #%" PRIu32 : " #0x%" PRIx32, insn->k);
}

static void add_operand(struct scc_strbuf *out, const struct scc_mnemonic *mnemonic,
                        const struct sock_filter *insn)
{
    switch (mnemonic->operand) {
    case SCC_OPERAND_OFFSET:
        scc_strbuf_addf(out, " [%" PRIu32 "]", insn->k);
        break;
    case SCC_OPERAND_SCRATCH:
        scc_strbuf_addf(out, " M[%" PRIu32 "]", insn->k);
        break;
    case SCC_OPERAND_NUMBER:
        add_number(out, insn);
        break;
    case SCC_OPERAND_LEN:
        scc_strbuf_add(out, " len");
        break;
    case SCC_OPERAND_X:
        scc_strbuf_add(out, " x");
        break;
    case SCC_OPERAND_A:
        scc_strbuf_add(out, " a");
        break;
    default: /* none; bare numbers are for those who write by hand */
        break;
    }
}

/** Adds the fields that mean nothing and are not 0: the bytes stay the same. */
static void add_unused(struct scc_strbuf *out, const struct scc_mnemonic *mnemonic,
                       const struct sock_filter *insn)
{
    const char *joint = " {";
    if (!scc_mnemonic_uses_jt_jf(mnemonic) && insn->jt) {
        scc_strbuf_addf(out, "%sjt=%u", joint, insn->jt);
        joint = ", ";
    }
    if (!scc_mnemonic_uses_jt_jf(mnemonic) && insn->jf) {
        scc_strbuf_addf(out, "%sjf=%u", joint, insn->jf);
        joint = ", ";
    }
    if (!scc_mnemonic_uses_k(mnemonic) && insn->k) {
        scc_strbuf_addf(out, "%sk=0x%" PRIx32, joint, insn->k);
        joint = ", ";
    }
    scc_strbuf_add(out, *joint == ',' ? "}" : "");
}

static void add_text(struct scc_strbuf *out, const struct sock_filter *insn, size_t at)
{
    const struct scc_mnemonic *mnemonic = scc_mnemonic_find(insn->code, labels_of(insn));
    size_t targets[2];
    unsigned count = targets_of(insn, at, targets);
    scc_strbuf_add(out, mnemonic->name);
    add_operand(out, mnemonic, insn);
    for (unsigned i = 0; i < count; i++) {
        bool is_first = i == 0 && mnemonic->operand == SCC_OPERAND_NONE;
        scc_strbuf_addf(out, "%s L%zu", is_first ? "" : ",", targets[i]);
    }
    add_unused(out, mnemonic, insn);
}

/*
 * The listing
 */

void scc_listing_clear(struct scc_listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        free(listing->lines[i].text);
        free(listing->lines[i].comment);
    }
    free(listing->lines);
    *listing = (struct scc_listing){0};
}

/** Fills in one line; false without memory. */
static bool make_line(struct scc_listing *listing, const struct scc_program *program,
                      const struct facts *facts, size_t at)
{
    const struct sock_filter *insn = &program->insns[at];
    struct scc_listing_line *line = &listing->lines[at];
    struct scc_strbuf text = {0}, comment = {0};
    size_t targets[2];
    for (unsigned i = targets_of(insn, at, targets); i-- > 0;)
        listing->lines[targets[i]].is_target = true;
    add_text(&text, insn, at);
    add_comment(&comment, program, facts, insn);
    bool has_comment = comment.len > 0 || comment.failed;
    line->text = scc_strbuf_steal(&text);
    line->comment = has_comment ? scc_strbuf_steal(&comment) : NULL;
    scc_strbuf_free(&comment);
    return line->text && (line->comment || !has_comment);
}

int scc_disasm(const struct scc_program *program, struct scc_listing *listing, scc_error **err)
{
    SCC_CLEANUP(scc_listing_clear)
    struct scc_listing made = {.is_big_endian = program->is_big_endian};
    SCC_AUTOFREE struct facts *facts = calloc(program->count, sizeof *facts);
    made.lines = calloc(program->count, sizeof *made.lines);
    if (!facts || !made.lines)
        return scc_error_nomem(err);
    made.count = program->count;
    facts[0] = facts_at_start(program);
    for (size_t at = 0; at < program->count; at++) {
        if (!make_line(&made, program, &facts[at], at))
            return scc_error_nomem(err);
        if (facts[at].is_reached)
            carry(facts, at, &program->insns[at]);
    }
    *listing = made;
    made = (struct scc_listing){0};
    return 0;
}

/** Fills the line that began at @p start with blanks up to @p column; at least one. */
static void pad(struct scc_strbuf *out, size_t start, size_t column)
{
    size_t len = out->len - start;
    scc_strbuf_addf(out, "%*s", (int)(len < column ? column - len : 1), "");
}

void scc_listing_print(struct scc_strbuf *out, const struct scc_listing *listing)
{
    scc_strbuf_addf(out, "; %zu instruction%s, %s-endian\n", listing->count,
                    listing->count == 1 ? "" : "s", listing->is_big_endian ? "big" : "little");
    for (size_t i = 0; i < listing->count; i++) {
        const struct scc_listing_line *line = &listing->lines[i];
        size_t start = out->len, name_len = strcspn(line->text, " ");
        if (line->is_target)
            scc_strbuf_addf(out, "L%zu:", i);
        pad(out, start, LABEL_COLUMNS);
        scc_strbuf_add_bytes(out, line->text, name_len);
        if (line->text[name_len]) {
            pad(out, start, LABEL_COLUMNS + MNEMONIC_COLUMNS);
            scc_strbuf_add(out, line->text + name_len + 1);
        }
        if (line->comment) {
            pad(out, start, COMMENT_COLUMN);
            scc_strbuf_addf(out, "; %s", line->comment);
        }
        scc_strbuf_add(out, "\n");
    }
}
