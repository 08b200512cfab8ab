/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Program → diagram, by following all inputs at once, in two passes. Jumps only lead forward.
 *
 * Forward: which states of the registers each instruction can be reached in. A state holds what
 * matters from there on and nothing else, so ways that differ in the past alone meet again. A state
 * at an instruction is a stop.
 *
 * Backward: what the rest of the program answers from each stop, as a function of the whole input,
 * put together from the stops that follow. Tests of one loaded word with constants, which are most
 * of every filter, are taken as one: which values of the word lead out of them to which stop. What
 * is answered to inputs that do not come to a stop is open there. That keeps functions small: words
 * that have one value in all inputs which do come are put in.
 *
 * Nothing here recurses over the program.
 */
#include "decision_node.h"

#include <stdlib.h>
#include <string.h>

#include "decision_spans.h"
#include "decision_value.h"
#include "error.h"
#include "util.h"

enum {
    /** Registers: the scratch words, then A and X. */
    REG_A = SCC_SCRATCH_COUNT,
    REG_X,
    REG_COUNT,
    /** What a new stop, or one more stop in a chain of tests, counts as in steps of the space. */
    STEPS_OF_STOP = 32,
    STEPS_OF_TEST = 4,
    /** So many cases of a chain looked through count as one step. */
    CASES_OF_STEP = 64,
    /** An instruction with more stops is not decided: the states are compared one by one. */
    STOPS_MAX = 256,
    /** A chain of tests is taken apart into parts of so many, so that none is walked too often. */
    CHAIN_MAX = 512,
};

#define NO_STOP UINT32_MAX

struct state {
    struct scc_value regs[REG_COUNT];
};

/** Words that have one value in all inputs that come to a stop. */
struct facts {
    uint16_t known; /* bit i: enum scc_decision_word i */
    uint32_t values[SCC_DECISION_WORD_COUNT];
};

enum stop_kind {
    /** The program ends with `returned`. */
    STOP_RETURNS,
    /** It goes on to the one stop `targets[1]`. */
    STOP_GOES_ON,
    /** The same where `condition` holds; elsewhere it ends with 0: a division by 0. */
    STOP_DIVIDES,
    /** Where `condition` holds it goes on to targets[0], elsewhere to targets[1]. */
    STOP_DECIDES,
    /** The same; the condition is a test of the word in A with a constant. */
    STOP_TESTS,
};

struct stop {
    struct state state;
    struct facts facts;
    uint32_t at;   /* the instruction */
    uint32_t next; /* another stop there, or NO_STOP */
    enum stop_kind kind;
    uint32_t targets[2];
    bool is_needed; /* for the program's answer, other than inside a chain of tests */
    scc_diagram condition;
    uint32_t operand; /* STOP_TESTS: the constant */
    struct scc_value returned;
    struct scc_spans spans; /* while a chain is taken apart: the values that come here */
    uint32_t first_case, case_count;
    scc_diagram result; /* what the program answers from here on */
};

/** From a value of the tested word up to the next case's: the stop that it leads to. */
struct chain_case {
    uint32_t start;
    uint32_t stop;
};

struct run {
    struct scc_decision_space *space;
    const struct scc_program *program;
    struct scc_values values;
    uint32_t *live;   /* for each instruction: a bit for each register that matters there */
    uint32_t *firsts; /* for each instruction: its first stop, or NO_STOP */
    struct stop *stops;
    size_t stop_count, stop_cap;
    struct chain_case *cases; /* of all chains */
    size_t case_count, case_cap;
    struct scc_value *returned; /* what a program returns that is no constant */
    size_t returned_count, returned_cap;
};

/*
 * Liveness
 */

static uint32_t reg_bit(unsigned reg)
{
    return (uint32_t)1 << reg;
}

/** Conditional, and with two targets: otherwise the comparison does not matter. */
static bool is_decision(const struct sock_filter *insn)
{
    return BPF_CLASS(insn->code) == BPF_JMP && BPF_OP(insn->code) != BPF_JA && insn->jt != insn->jf;
}

static bool needs_x(const struct sock_filter *insn)
{
    bool computes = BPF_CLASS(insn->code) == BPF_ALU && BPF_OP(insn->code) != BPF_NEG;
    return (computes || is_decision(insn)) && BPF_SRC(insn->code) == BPF_X;
}

/** Division by X ends the program where X is 0, whether or not the quotient matters. */
static bool may_end(const struct sock_filter *insn)
{
    return insn->code == (BPF_ALU | BPF_DIV | BPF_X);
}

/** The register that an instruction writes, or REG_COUNT. */
static unsigned written_reg(const struct sock_filter *insn)
{
    switch (BPF_CLASS(insn->code)) {
    case BPF_LD:
    case BPF_ALU:
        return REG_A;
    case BPF_LDX:
        return REG_X;
    case BPF_ST:
    case BPF_STX:
        return insn->k;
    case BPF_MISC:
        return BPF_MISCOP(insn->code) == BPF_TAX ? REG_X : REG_A;
    default:
        return REG_COUNT;
    }
}

/** The registers that an instruction which is needed for something reads. */
static uint32_t read_regs(const struct sock_filter *insn)
{
    switch (BPF_CLASS(insn->code)) {
    case BPF_LD:
    case BPF_LDX:
        return BPF_MODE(insn->code) == BPF_MEM ? reg_bit(insn->k) : 0;
    case BPF_ST:
        return reg_bit(REG_A);
    case BPF_STX:
        return reg_bit(REG_X);
    case BPF_MISC:
        return reg_bit(BPF_MISCOP(insn->code) == BPF_TAX ? REG_A : REG_X);
    case BPF_RET:
        return BPF_RVAL(insn->code) == BPF_A ? reg_bit(REG_A) : 0;
    case BPF_JMP:
        return is_decision(insn) ? reg_bit(REG_A) | (needs_x(insn) ? reg_bit(REG_X) : 0) : 0;
    default: /* BPF_ALU */
        return reg_bit(REG_A) | (needs_x(insn) ? reg_bit(REG_X) : 0);
    }
}

/** What matters behind the instruction at @p at. */
static uint32_t live_behind(const struct run *run, size_t at)
{
    const struct sock_filter *insn = &run->program->insns[at];
    if (BPF_CLASS(insn->code) == BPF_RET)
        return 0;
    if (BPF_CLASS(insn->code) != BPF_JMP)
        return run->live[at + 1];
    if (BPF_OP(insn->code) == BPF_JA)
        return run->live[at + 1 + insn->k];
    return run->live[at + 1 + insn->jt] | run->live[at + 1 + insn->jf];
}

/** Whether nothing behind the instruction at @p at reads what it writes. */
static bool is_dead(const struct run *run, size_t at)
{
    unsigned written = written_reg(&run->program->insns[at]);
    return written != REG_COUNT && !(live_behind(run, at) & reg_bit(written));
}

static void find_live(struct run *run)
{
    for (size_t at = run->program->count; at-- > 0;) {
        const struct sock_filter *insn = &run->program->insns[at];
        unsigned written = written_reg(insn);
        uint32_t live = live_behind(run, at);
        if (written != REG_COUNT)
            live &= ~reg_bit(written);
        if (!is_dead(run, at))
            live |= read_regs(insn);
        else if (may_end(insn))
            live |= reg_bit(REG_X);
        run->live[at] = live;
    }
}

/*
 * Facts
 */

static void learn(struct facts *facts, unsigned word, uint32_t value)
{
    facts->known = (uint16_t)(facts->known | 1u << word);
    facts->values[word] = value;
}

/** Keeps what holds in both. */
static void forget_other(struct facts *facts, const struct facts *other)
{
    facts->known &= other->known;
    for (unsigned word = 0; word < SCC_DECISION_WORD_COUNT; word++) {
        if (facts->values[word] != other->values[word])
            facts->known = (uint16_t)(facts->known & ~(1u << word));
    }
}

/** @p value, or the constant that it is known to be. */
static struct scc_value given(const struct facts *facts, struct scc_value value)
{
    if (value.kind == SCC_VALUE_WORD && facts->known & 1u << value.payload)
        return scc_value_constant(facts->values[value.payload]);
    return value;
}

/** @p diagram with what is known put in, as far as it comes first in it: that costs no nodes. */
static scc_diagram diagram_given(const struct run *run, const struct facts *facts,
                                 scc_diagram diagram)
{
    const struct scc_decision_space *space = run->space;
    while (scc_node_is_sound(space)) {
        uint32_t level = space->nodes[diagram].level;
        if (level == SCC_LEVEL_RETURN || !(facts->known & 1u << space->words[level]))
            break;
        uint32_t value = facts->values[space->words[level]];
        diagram = scc_node_half(space, diagram, level, value >> space->bits[level] & 1);
    }
    return diagram;
}

/*
 * Forward: stops
 */

static bool is_same_state(const struct state *a, const struct state *b)
{
    for (unsigned i = 0; i < REG_COUNT; i++) {
        if (!scc_value_is_equal(a->regs[i], b->regs[i]))
            return false;
    }
    return true;
}

static uint32_t add_stop(struct run *run, size_t at, const struct state *state,
                         const struct facts *facts)
{
    if (!scc_node_take_steps(run->space, STEPS_OF_STOP))
        return NO_STOP;
    if (!SCC_GROW(run->stops, run->stop_cap, run->stop_count + 1)) {
        scc_node_set_nomem(run->space);
        return NO_STOP;
    }
    run->stops[run->stop_count] = (struct stop){
        .state = *state,
        .facts = *facts,
        .at = (uint32_t)at,
        .next = run->firsts[at],
    };
    run->firsts[at] = (uint32_t)run->stop_count;
    return (uint32_t)run->stop_count++;
}

/**
 * The stop at an instruction that is reached in @p state by inputs for which @p facts hold; NO_STOP
 * where something has failed.
 */
static uint32_t reach(struct run *run, size_t at, const struct state *state,
                      const struct facts *facts)
{
    struct state kept = *state;
    for (unsigned i = 0; i < REG_COUNT; i++) {
        if (!(run->live[at] & reg_bit(i)))
            kept.regs[i] = scc_value_constant(0); /* so that states meet again */
    }
    unsigned seen = 0;
    for (uint32_t stop = run->firsts[at]; stop != NO_STOP; stop = run->stops[stop].next) {
        if (is_same_state(&run->stops[stop].state, &kept)) {
            forget_other(&run->stops[stop].facts, facts);
            return stop;
        }
        if (++seen >= STOPS_MAX) {
            scc_node_exhaust(run->space);
            return NO_STOP;
        }
    }
    return add_stop(run, at, &kept, facts);
}

/** The word of seccomp_data that a load of index @p index finds. */
static unsigned loaded_word(unsigned index, bool is_big_endian)
{
    if (index == SCC_WORD_NR)
        return SCC_DECISION_NR;
    if (index == SCC_WORD_ARCH)
        return SCC_DECISION_AUDIT;
    bool is_low = (index % 2 != 0) == is_big_endian; /* pairs start at even words */
    unsigned high = index < SCC_WORD_ARGS ? (unsigned)SCC_DECISION_IP
                                          : scc_decision_arg_high((index - SCC_WORD_ARGS) / 2);
    return high + is_low;
}

static struct scc_value operand_of(const struct state *state, const struct sock_filter *insn)
{
    return BPF_SRC(insn->code) == BPF_X ? state->regs[REG_X] : scc_value_constant(insn->k);
}

static struct scc_value load(const struct run *run, const struct state *state,
                             const struct sock_filter *insn)
{
    switch (BPF_MODE(insn->code)) {
    case BPF_ABS:
        return scc_value_word(loaded_word(insn->k / 4, run->program->is_big_endian));
    case BPF_LEN:
        return scc_value_constant(SCC_WORD_COUNT * 4);
    case BPF_MEM:
        return state->regs[insn->k];
    default: /* BPF_IMM */
        return scc_value_constant(insn->k);
    }
}

/** What an instruction that is neither a jump nor a return writes. */
static struct scc_value written_value(struct run *run, const struct state *state,
                                      const struct sock_filter *insn)
{
    switch (BPF_CLASS(insn->code)) {
    case BPF_LD:
    case BPF_LDX:
        return load(run, state, insn);
    case BPF_ST:
        return state->regs[REG_A];
    case BPF_STX:
        return state->regs[REG_X];
    case BPF_MISC:
        return state->regs[BPF_MISCOP(insn->code) == BPF_TAX ? REG_A : REG_X];
    default: /* BPF_ALU */
        return scc_value_compute(&run->values, BPF_OP(insn->code), state->regs[REG_A],
                                 operand_of(state, insn));
    }
}

/** What follows an instruction that is neither a jump nor a return. */
static void expand_straight(struct run *run, struct stop *stop, const struct sock_filter *insn)
{
    struct state state = stop->state;
    stop->kind = STOP_GOES_ON;
    if (may_end(insn)) {
        stop->kind = STOP_DIVIDES;
        stop->condition = scc_value_where_set(&run->values, given(&stop->facts, state.regs[REG_X]));
        if (stop->condition == SCC_DIAGRAM_NOWHERE) {
            stop->kind = STOP_RETURNS; /* 0 */
            return;
        }
    }
    if (!is_dead(run, stop->at))
        state.regs[written_reg(insn)] = written_value(run, &stop->state, insn);
    stop->targets[1] = reach(run, stop->at + 1, &state, &stop->facts);
}

/** A decision with one outcome. */
static void expand_decided(struct run *run, struct stop *stop, const struct sock_filter *insn)
{
    bool holds = stop->condition == SCC_DIAGRAM_EVERYWHERE;
    stop->kind = STOP_GOES_ON;
    stop->targets[1] =
        reach(run, stop->at + 1 + (holds ? insn->jt : insn->jf), &stop->state, &stop->facts);
}

static void expand_decision(struct run *run, struct stop *stop, const struct sock_filter *insn)
{
    unsigned operation = BPF_OP(insn->code);
    struct scc_value a = given(&stop->facts, stop->state.regs[REG_A]);
    struct scc_value operand = given(&stop->facts, operand_of(&stop->state, insn));
    struct facts facts = stop->facts;
    stop->kind = STOP_TESTS;
    if (a.kind != SCC_VALUE_WORD || operand.kind != SCC_VALUE_CONSTANT || operation == BPF_JSET) {
        stop->kind = STOP_DECIDES;
        stop->condition =
            diagram_given(run, &facts, scc_value_compare(&run->values, operation, a, operand));
        if (stop->condition <= SCC_DIAGRAM_EVERYWHERE) {
            expand_decided(run, stop, insn);
            return;
        }
    }
    stop->operand = operand.payload;
    stop->targets[1] = reach(run, stop->at + 1 + insn->jf, &stop->state, &facts);
    if (stop->kind == STOP_TESTS && operation == BPF_JEQ)
        learn(&facts, a.payload, operand.payload);
    stop->targets[0] = reach(run, stop->at + 1 + insn->jt, &stop->state, &facts);
}

/** Finds out what kind of stop it is and where it leads to. */
static void expand(struct run *run, uint32_t index)
{
    struct stop stop = run->stops[index]; /* a copy: reaching others may move them */
    const struct sock_filter *insn = &run->program->insns[stop.at];
    if (BPF_CLASS(insn->code) == BPF_RET) {
        stop.kind = STOP_RETURNS;
        stop.returned =
            BPF_RVAL(insn->code) == BPF_A ? stop.state.regs[REG_A] : scc_value_constant(insn->k);
    } else if (is_decision(insn)) {
        expand_decision(run, &stop, insn);
    } else if (BPF_CLASS(insn->code) == BPF_JMP) {
        stop.kind = STOP_GOES_ON;
        uint32_t skipped = BPF_OP(insn->code) == BPF_JA ? insn->k : insn->jt;
        stop.targets[1] = reach(run, stop.at + 1 + skipped, &stop.state, &stop.facts);
    } else {
        expand_straight(run, &stop, insn);
    }
    run->stops[index] = stop;
}

/*
 * Forward: chains of tests
 */

static void add_cases(struct run *run, uint32_t stop, const struct scc_spans *spans)
{
    for (size_t i = 0; i < spans->count; i++) {
        if (!SCC_GROW(run->cases, run->case_cap, run->case_count + 1)) {
            scc_node_set_nomem(run->space);
            return;
        }
        run->cases[run->case_count++] = (struct chain_case){spans->items[i].first, stop};
    }
}

/** A chain being taken apart. */
struct chain {
    struct scc_value word;
    unsigned waiting; /* stops inside it that have values and have not been passed yet */
    unsigned passed;
};

/** Whether the chain goes on at a stop: it tests the same word, or jumps without a test. */
static bool is_inside(const struct run *run, const struct chain *chain, const struct stop *stop)
{
    if (chain->passed >= CHAIN_MAX || !scc_value_is_equal(stop->state.regs[REG_A], chain->word))
        return false;
    bool is_jump = BPF_CLASS(run->program->insns[stop->at].code) == BPF_JMP;
    return stop->kind == STOP_TESTS || (stop->kind == STOP_GOES_ON && is_jump);
}

/** Hands @p spans, which are empty afterwards, to the stop that they lead to. */
static void pass_on(struct run *run, struct chain *chain, uint32_t index, struct scc_spans *spans)
{
    struct stop *stop = &run->stops[index];
    if (spans->count == 0 || !scc_node_is_sound(run->space)) {
        scc_spans_free(spans);
        return;
    }
    if (!is_inside(run, chain, stop)) {
        stop->is_needed = true;
        add_cases(run, index, spans);
        scc_spans_free(spans);
    } else if (stop->spans.count == 0) {
        chain->waiting++;
        scc_spans_free(&stop->spans);
        stop->spans = *spans;
        *spans = (struct scc_spans){0};
    } else {
        scc_spans_add(run->space, &stop->spans, spans);
        scc_spans_free(spans);
    }
}

/** Divides the values at a stop inside a chain among the stops behind it. */
static void pass_stop(struct run *run, struct chain *chain, uint32_t index)
{
    struct stop *stop = &run->stops[index];
    const struct sock_filter *insn = &run->program->insns[stop->at];
    struct scc_spans left = stop->spans, holds = {0};
    stop->spans = (struct scc_spans){0};
    chain->waiting--;
    chain->passed++;
    if (stop->kind == STOP_TESTS) {
        uint32_t k = stop->operand;
        if (BPF_OP(insn->code) == BPF_JEQ)
            scc_spans_take(run->space, &left, k, &holds);
        else if (BPF_OP(insn->code) == BPF_JGE)
            scc_spans_split(run->space, &left, k, &holds);
        else if (k < UINT32_MAX) /* BPF_JGT: nothing is above the last */
            scc_spans_split(run->space, &left, k + 1, &holds);
        pass_on(run, chain, stop->targets[0], &holds);
    }
    pass_on(run, chain, stop->targets[1], &left);
}

static int compare_cases(const void *a, const void *b)
{
    const struct chain_case *first = a, *second = b;
    return (first->start > second->start) - (first->start < second->start);
}

/** Finds the cases of the chain that starts at a stop. */
static void take_apart(struct run *run, uint32_t index)
{
    struct stop *head = &run->stops[index];
    struct chain chain = {.word = head->state.regs[REG_A], .waiting = 1};
    head->first_case = (uint32_t)run->case_count;
    scc_spans_fill(run->space, &head->spans);
    for (size_t at = head->at; chain.waiting && scc_node_is_sound(run->space); at++) {
        for (uint32_t stop = run->firsts[at]; stop != NO_STOP; stop = run->stops[stop].next) {
            if (run->stops[stop].spans.count)
                pass_stop(run, &chain, stop);
        }
    }
    scc_node_take_steps(run->space, STEPS_OF_TEST * chain.passed);
    head->case_count = (uint32_t)run->case_count - head->first_case;
    if (head->case_count)
        qsort(&run->cases[head->first_case], head->case_count, sizeof *run->cases, compare_cases);
}

static void need_targets(struct run *run, uint32_t index)
{
    struct stop *stop = &run->stops[index];
    if (stop->kind == STOP_TESTS) {
        take_apart(run, index);
    } else if (stop->kind != STOP_RETURNS) {
        run->stops[stop->targets[1]].is_needed = true;
        if (stop->kind == STOP_DECIDES)
            run->stops[stop->targets[0]].is_needed = true;
    }
}

/*
 * Backward: results
 */

/**
 * What a program returns that is no constant gets a stand-in: the value may have up to 2^32 ends,
 * and who compares the program with a policy need not make them.
 */
static scc_diagram result_of_value(struct run *run, struct scc_value value)
{
    if (value.kind == SCC_VALUE_CONSTANT)
        return scc_node_return(run->space, value.payload);
    uint32_t index = 0;
    while (index < run->returned_count && !scc_value_is_equal(run->returned[index], value))
        index++;
    if (index == run->returned_count) {
        if (!SCC_GROW(run->returned, run->returned_cap, run->returned_count + 1)) {
            scc_node_set_nomem(run->space);
            return SCC_DIAGRAM_FAILED;
        }
        run->returned[run->returned_count++] = value;
    }
    return scc_node_stand_in(run->space, index);
}

/** Where the word's value leads to the result of one of the cases. */
static scc_diagram where_case(struct run *run, const struct stop *stop,
                              const struct scc_segment *cases, struct scc_segment *segments,
                              scc_diagram result)
{
    for (uint32_t i = 0; i < stop->case_count; i++)
        segments[i] = (struct scc_segment){cases[i].start, cases[i].diagram == result};
    return scc_node_select(run->space, stop->state.regs[REG_A].payload, segments, stop->case_count);
}

/**
 * Puts the results of a chain's cases together. Those that depend on bits before the word's last,
 * on the same word again for instance, cannot be selected; they are chosen one by one.
 */
static scc_diagram select_case(struct run *run, const struct stop *stop, struct scc_segment *cases,
                               struct scc_segment *segments)
{
    uint32_t last = run->space->levels[stop->state.regs[REG_A].payload][0];
    for (uint32_t i = 0; i < stop->case_count; i++) {
        bool is_behind = run->space->nodes[cases[i].diagram].level > last;
        segments[i] = (struct scc_segment){cases[i].start,
                                           is_behind ? cases[i].diagram : SCC_DIAGRAM_NOWHERE};
    }
    scc_diagram result =
        scc_node_select(run->space, stop->state.regs[REG_A].payload, segments, stop->case_count);
    for (uint32_t i = 0; i < stop->case_count && scc_node_is_sound(run->space); i++) {
        scc_diagram own = cases[i].diagram;
        if (run->space->nodes[own].level > last)
            continue; /* already there, or chosen before */
        scc_node_take_steps(run->space, 1 + stop->case_count / CASES_OF_STEP);
        scc_diagram where = where_case(run, stop, cases, segments, own);
        result = scc_node_choose(run->space, where, own, result);
        for (uint32_t j = i; j < stop->case_count; j++) {
            if (cases[j].diagram == own)
                cases[j].diagram = SCC_DIAGRAM_NOWHERE;
        }
    }
    return result;
}

static scc_diagram result_of_chain(struct run *run, const struct stop *stop)
{
    SCC_AUTOFREE struct scc_segment *room = calloc(2 * stop->case_count, sizeof *room);
    if (!room) {
        scc_node_set_nomem(run->space);
        return SCC_DIAGRAM_FAILED;
    }
    const struct chain_case *cases = &run->cases[stop->first_case];
    for (uint32_t i = 0; i < stop->case_count; i++) {
        uint32_t end = i + 1 < stop->case_count ? cases[i + 1].start : 0; /* 2^32 */
        struct facts facts = stop->facts;
        if (end == cases[i].start + 1)
            learn(&facts, stop->state.regs[REG_A].payload, cases[i].start);
        room[i] = (struct scc_segment){
            cases[i].start, diagram_given(run, &facts, run->stops[cases[i].stop].result)};
    }
    return select_case(run, stop, room, room + stop->case_count);
}

/** The result of the stop that @p stop leads to, where that matters. */
static scc_diagram result_behind(const struct run *run, const struct stop *stop, unsigned target)
{
    return diagram_given(run, &stop->facts, run->stops[stop->targets[target]].result);
}

static scc_diagram result_of(struct run *run, const struct stop *stop)
{
    if (stop->kind == STOP_RETURNS)
        return result_of_value(run, stop->returned);
    if (stop->kind == STOP_TESTS)
        return result_of_chain(run, stop);
    scc_diagram next = result_behind(run, stop, 1);
    if (stop->kind == STOP_GOES_ON)
        return next;
    if (stop->kind == STOP_DIVIDES)
        return scc_node_choose(run->space, stop->condition, next, scc_node_return(run->space, 0));
    return scc_node_choose(run->space, stop->condition, result_behind(run, stop, 0), next);
}

/*
 * The program
 */

static void free_run(struct run *run)
{
    for (size_t i = 0; i < run->stop_count; i++)
        scc_spans_free(&run->stops[i].spans);
    free(run->stops);
    free(run->cases);
    free(run->returned);
    free(run->firsts);
    free(run->live);
    scc_values_free(&run->values);
}

typedef void stop_fn(struct run *run, uint32_t stop);

/** Does @p what at each stop of an instruction; the error names the instruction. */
static int at_stops(struct run *run, size_t at, stop_fn *what, scc_error **err)
{
    for (uint32_t stop = run->firsts[at]; stop != NO_STOP; stop = run->stops[stop].next)
        what(run, stop);
    if (scc_node_check(run->space, err) < 0)
        return scc_error_wrap(err, "instruction %zu (code 0x%02x)", at,
                              run->program->insns[at].code);
    return 0;
}

static void note_need(struct run *run, uint32_t stop)
{
    if (run->stops[stop].is_needed)
        need_targets(run, stop);
}

static void note_result(struct run *run, uint32_t stop)
{
    if (run->stops[stop].is_needed)
        run->stops[stop].result = result_of(run, &run->stops[stop]);
}

/** Follows the program; the result is that of its first stop. */
static int follow(struct run *run, scc_error **err)
{
    size_t count = run->program->count;
    find_live(run);
    /* Every register is 0: bpf_convert_filter() in net/core/filter.c clears A and X. */
    reach(run, 0, &(struct state){0}, &(struct facts){0});
    for (size_t at = 0; at < count; at++) {
        if (at_stops(run, at, expand, err) < 0)
            return -1;
    }
    run->stops[0].is_needed = true;
    for (size_t at = 0; at < count; at++) {
        if (at_stops(run, at, note_need, err) < 0)
            return -1;
    }
    for (size_t at = count; at-- > 0;) {
        if (at_stops(run, at, note_result, err) < 0)
            return -1;
    }
    return 0;
}

/** Where @p result is what stands in for the returned value of that index. */
static scc_diagram where_stands_in(struct run *run, scc_diagram result, uint32_t index)
{
    scc_diagram stand_in = scc_node_stand_in(run->space, index);
    return scc_node_not(run->space, scc_node_apply(run->space, SCC_NODE_DIFFER, result, stand_in));
}

/** The program's answers: its result with the returned values put in. */
static scc_diagram put_values_in(struct run *run, scc_diagram result)
{
    for (uint32_t i = 0; i < run->returned_count; i++) {
        scc_diagram where = where_stands_in(run, result, i);
        scc_diagram value = scc_value_return(&run->values, where, run->returned[i]);
        result = scc_node_choose(run->space, where, value, result);
    }
    return result;
}

/** Where the program's answers are not the expected ones. */
static scc_diagram where_unexpected(struct run *run, scc_diagram result, scc_diagram expected)
{
    scc_diagram differ = scc_node_apply(run->space, SCC_NODE_DIFFER, result, expected);
    for (uint32_t i = 0; i < run->returned_count; i++) {
        scc_diagram where = where_stands_in(run, result, i);
        differ = scc_node_choose(
            run->space, where,
            scc_value_where_not_returned(&run->values, where, run->returned[i], expected), differ);
    }
    return differ;
}

/** *diagram becomes the program's answers, or where they are not those of @p expected. */
static int run_program(struct scc_decision_space *space, const struct scc_program *program,
                       const scc_diagram *expected, scc_diagram *diagram, scc_error **err)
{
    SCC_CLEANUP(free_run)
    struct run run = {
        .space = space,
        .program = program,
        .values = {.space = space},
        .live = calloc(program->count, sizeof *run.live),
        .firsts = malloc(program->count * sizeof *run.firsts),
    };
    if (!run.live || !run.firsts)
        return scc_error_nomem(err);
    memset(run.firsts, 0xff, program->count * sizeof *run.firsts); /* NO_STOP */
    if (follow(&run, err) < 0)
        return -1;
    scc_diagram result = run.stops[0].result;
    result = expected ? where_unexpected(&run, result, *expected) : put_values_in(&run, result);
    if (scc_node_check(space, err) < 0)
        return scc_error_wrap(err, "a returned value");
    *diagram = result;
    return 0;
}

int scc_decision_from_program(struct scc_decision_space *space, const struct scc_program *program,
                              scc_diagram *diagram, scc_error **err)
{
    return run_program(space, program, NULL, diagram, err);
}

int scc_decision_where_program_differs(struct scc_decision_space *space, scc_diagram expected,
                                       const struct scc_program *program, scc_diagram *where,
                                       scc_error **err)
{
    return run_program(space, program, &expected, where, err);
}
