/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Arguments are looked at one after another, the high word before the low one, each word loaded
 * once. What is left to decide after a word is a state: the rules that can still hold, each with
 * its comparisons that are still open. Equal states are decided by the same code.
 */
#include "argtree.h"

#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "util.h"

enum {
    /* So many words are looked at, each giving an instruction or so; what needs more would not fit
     * into a program, and rules are then tested one after another. */
    WORDS_MAX = 2 * SCC_PROGRAM_MAX,
    /* And so many rules in all of their states, which bounds the time. */
    PENDING_MAX = 4 << 20,
    FIRST_SLOTS = 64,
};

/**
 * A rule that can still hold. Bit i of `open` is its comparison i; bit i of `settled` says that its
 * mask holds for the word that is being looked at, which leaves the low word to decide.
 */
struct pending {
    uint32_t rule;
    uint8_t open, settled;
    uint16_t zero; /* states are compared as bytes */
};

/** Rules in their order. Behind one that holds for certain there is none. */
struct state {
    struct pending *rules;
    size_t count;
};

struct memo {
    uint64_t hash;
    unsigned stage;
    struct state state;
    scc_dag_ref ref;
};

/*
 * A stage is a word: argument i's high word is stage 2 * i, its low word 2 * i + 1.
 */
struct builder {
    struct scc_dag *dag;
    const struct scc_arg_rule *rules;
    uint32_t default_return;
    bool is_64bit, is_big_endian;
    const struct scc_search_cost *cost;
    struct memo *memos; /* open addressing */
    size_t memo_count, memo_slots;
    size_t words, pending;
    bool has_overflowed;
};

/** A node, and whether it looks at the word in the accumulator. */
struct part {
    scc_dag_ref ref;
    bool needs_word;
};

enum verdict {
    VERDICT_FALSE,
    VERDICT_TRUE,
    VERDICT_OPEN, /* the high words are equal: the low ones decide */
};

static uint32_t half_of(uint64_t value, unsigned stage)
{
    return (uint32_t)(stage % 2 ? value : value >> 32);
}

static unsigned word_of(const struct builder *builder, unsigned stage)
{
    return stage % 2 ? scc_word_low(stage / 2, builder->is_big_endian)
                     : scc_word_high(stage / 2, builder->is_big_endian);
}

/** What an operator says of a word below, equal to and above the value's. */
static const struct {
    bool below, equal, above;
} outcomes[SCC_OP_COUNT] = {
    [SCC_OP_NE] = {true, false, true},         [SCC_OP_LT] = {true, false, false},
    [SCC_OP_LE] = {true, true, false},         [SCC_OP_EQ] = {false, true, false},
    [SCC_OP_GE] = {false, true, true},         [SCC_OP_GT] = {false, false, true},
    [SCC_OP_MASKED_EQ] = {false, true, false},
};

/** What a comparison says of a word's value; @p stage is one of its argument's. */
static enum verdict judge(const struct scc_cmp *cmp, unsigned stage, uint32_t word)
{
    uint32_t value = half_of(cmp->value, stage);
    if (cmp->op == SCC_OP_MASKED_EQ) {
        word &= value;
        value &= half_of(cmp->value2, stage);
    }
    if (word == value && stage % 2 == 0)
        return VERDICT_OPEN;
    bool holds = word == value  ? outcomes[cmp->op].equal
                 : word < value ? outcomes[cmp->op].below
                                : outcomes[cmp->op].above;
    return holds ? VERDICT_TRUE : VERDICT_FALSE;
}

/*
 * States
 */

static struct state new_state(struct builder *builder, size_t cap)
{
    struct state state = {.rules = malloc((cap + 1) * sizeof *state.rules)};
    if (!state.rules)
        builder->dag->failed = true;
    return state;
}

/** Adds a rule to a state, unless one that holds for certain is in front of it. */
static void append(struct state *state, struct pending pending)
{
    if (!state->count || state->rules[state->count - 1].open)
        state->rules[state->count++] = pending;
}

/** Rules at the end that answer what comes anyway say nothing. */
static void trim(const struct builder *builder, struct state *state)
{
    while (state->count) {
        const struct pending *last = &state->rules[state->count - 1];
        if (builder->rules[last->rule].return_value != builder->default_return)
            return;
        state->count--;
    }
}

/** Whether a comparison concerns the stage's word and is not decided yet. */
static bool is_open_here(const struct builder *builder, const struct pending *pending, unsigned cmp,
                         unsigned stage)
{
    return (pending->open & ~pending->settled) >> cmp & 1 &&
           builder->rules[pending->rule].cmps[cmp].arg == stage / 2;
}

/** Judges the open comparisons of a rule; false where one is false. */
static bool advance_rule(const struct builder *builder, struct pending *pending, unsigned stage,
                         uint32_t word)
{
    const struct scc_arg_rule *rule = &builder->rules[pending->rule];
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        if (!is_open_here(builder, pending, i, stage))
            continue;
        enum verdict verdict = judge(&rule->cmps[i], stage, word);
        if (verdict == VERDICT_FALSE)
            return false;
        if (verdict == VERDICT_TRUE)
            pending->open &= (uint8_t) ~(1u << i);
    }
    pending->settled = 0;
    return true;
}

/** The state after the word was found to be @p word. */
static struct state advance(struct builder *builder, const struct state *from, unsigned stage,
                            uint32_t word)
{
    struct state to = new_state(builder, from->count);
    if (!to.rules)
        return to;
    for (size_t i = 0; i < from->count; i++) {
        struct pending pending = from->rules[i];
        if (advance_rule(builder, &pending, stage, word))
            append(&to, pending);
    }
    trim(builder, &to);
    return to;
}

static uint64_t hash_state(unsigned stage, const struct state *state)
{
    uint64_t hash = stage + 1;
    for (size_t i = 0; i < state->count; i++) {
        const struct pending *pending = &state->rules[i];
        hash ^= (uint64_t)pending->rule << 16 | (uint64_t)pending->settled << 8 | pending->open;
        hash *= 0x9e3779b97f4a7c15u;
    }
    return hash ^ hash >> 29;
}

/** The memo of a state, or the free one where it belongs. */
static struct memo *find_memo(struct builder *builder, unsigned stage, const struct state *state)
{
    uint64_t hash = hash_state(stage, state);
    for (size_t at = hash & (builder->memo_slots - 1);; at = (at + 1) & (builder->memo_slots - 1)) {
        struct memo *memo = &builder->memos[at];
        if (!memo->state.rules) {
            memo->hash = hash;
            return memo;
        }
        if (memo->hash == hash && memo->stage == stage && memo->state.count == state->count &&
            memcmp(memo->state.rules, state->rules, state->count * sizeof *state->rules) == 0)
            return memo;
    }
}

static bool grow_memos(struct builder *builder)
{
    if (2 * (builder->memo_count + 1) <= builder->memo_slots)
        return true;
    size_t old_slots = builder->memo_slots;
    struct memo *old = builder->memos;
    size_t slots = old_slots ? 2 * old_slots : FIRST_SLOTS;
    struct memo *made = calloc(slots, sizeof *made);
    if (!made)
        return false;
    builder->memos = made;
    builder->memo_slots = slots;
    for (size_t i = 0; i < old_slots; i++) {
        if (old[i].state.rules)
            *find_memo(builder, old[i].stage, &old[i].state) = old[i];
    }
    free(old);
    return true;
}

static void free_memos(struct builder *builder)
{
    for (size_t i = 0; i < builder->memo_slots; i++)
        free(builder->memos[i].state.rules);
    free(builder->memos);
}

/*
 * Masks
 */

static struct part build_word(struct builder *builder, unsigned stage, const struct state *state);
static scc_dag_ref build_state(struct builder *builder, unsigned stage, const struct state *state);

static scc_dag_ref with_word(struct builder *builder, unsigned stage, struct part part)
{
    return part.needs_word ? scc_dag_load(builder->dag, word_of(builder, stage), part.ref)
                           : part.ref;
}

/** A comparison by a mask of some of the word's bits that is still open, or NULL. */
static const struct scc_cmp *find_mask(const struct builder *builder, const struct state *state,
                                       unsigned stage)
{
    for (size_t i = 0; i < state->count; i++) {
        const struct scc_arg_rule *rule = &builder->rules[state->rules[i].rule];
        for (unsigned j = 0; j < rule->cmp_count; j++) {
            uint32_t mask = half_of(rule->cmps[j].value, stage);
            if (rule->cmps[j].op == SCC_OP_MASKED_EQ && mask && mask != UINT32_MAX &&
                is_open_here(builder, &state->rules[i], j, stage))
                return &rule->cmps[j];
        }
    }
    return NULL;
}

/** What is known of the word: (word & mask) is, or is not, `wanted`. */
struct mask_fact {
    uint32_t mask, wanted;
    bool is_equal;
};

/** Settles a rule's comparisons by that mask; false where one is false. */
static bool settle_rule(const struct builder *builder, struct pending *pending, unsigned stage,
                        struct mask_fact fact)
{
    const struct scc_arg_rule *rule = &builder->rules[pending->rule];
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        const struct scc_cmp *cmp = &rule->cmps[i];
        if (cmp->op != SCC_OP_MASKED_EQ || half_of(cmp->value, stage) != fact.mask ||
            !is_open_here(builder, pending, i, stage))
            continue;
        bool is_wanted = (half_of(cmp->value2, stage) & fact.mask) == fact.wanted;
        if (is_wanted && fact.is_equal && stage % 2)
            pending->open &= (uint8_t) ~(1u << i);
        else if (is_wanted && fact.is_equal)
            pending->settled |= (uint8_t)(1u << i);
        else if (is_wanted || fact.is_equal)
            return false;
        /* else the word is not the one value, and can still be this one */
    }
    return true;
}

static struct state settle(struct builder *builder, const struct state *from, unsigned stage,
                           struct mask_fact fact)
{
    struct state to = new_state(builder, from->count);
    if (!to.rules)
        return to;
    for (size_t i = 0; i < from->count; i++) {
        struct pending pending = from->rules[i];
        if (settle_rule(builder, &pending, stage, fact))
            append(&to, pending);
    }
    trim(builder, &to);
    return to;
}

/** Tests a mask: JSET where it keeps the word and says enough, else AND, which loses the word. */
static struct part test_mask(struct builder *builder, unsigned stage, struct mask_fact fact,
                             struct part yes, struct part no)
{
    struct scc_dag *dag = builder->dag;
    if (yes.ref == no.ref)
        return (struct part){yes.ref, yes.needs_word || no.needs_word};
    if (!fact.wanted)
        return (struct part){scc_dag_test(dag, BPF_JSET, fact.mask, no.ref, yes.ref), true};
    if ((fact.mask & (fact.mask - 1)) == 0)
        return (struct part){scc_dag_test(dag, BPF_JSET, fact.mask, yes.ref, no.ref), true};
    scc_dag_ref test = scc_dag_test(dag, BPF_JEQ, fact.wanted, with_word(builder, stage, yes),
                                    with_word(builder, stage, no));
    return (struct part){scc_dag_and(dag, fact.mask, test), true};
}

static struct part build_mask(struct builder *builder, unsigned stage, const struct state *state,
                              const struct scc_cmp *cmp)
{
    uint32_t mask = half_of(cmp->value, stage);
    struct mask_fact fact = {mask, half_of(cmp->value2, stage) & mask, true};
    struct state equal = settle(builder, state, stage, fact);
    fact.is_equal = false;
    struct state other = settle(builder, state, stage, fact);
    struct part result = {SCC_DAG_FAILED, false};
    if (equal.rules && other.rules) {
        struct part yes = build_word(builder, stage, &equal);
        struct part no = build_word(builder, stage, &other);
        result = test_mask(builder, stage, fact, yes, no);
    }
    free(equal.rules);
    free(other.rules);
    return result;
}

/*
 * Ranges
 */

static int compare_values(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a, two = *(const uint32_t *)b;
    return (one > two) - (one < two);
}

/** Adds where one comparison begins to judge the word differently. */
static size_t add_boundaries(const struct scc_cmp *cmp, unsigned stage, uint32_t *starts,
                             size_t count)
{
    uint32_t value = half_of(cmp->value, stage);
    if (cmp->op == SCC_OP_MASKED_EQ) {
        if (!value)
            return count; /* no bit of this word counts */
        value = half_of(cmp->value2, stage);
    }
    starts[count++] = value;
    if (value != UINT32_MAX)
        starts[count++] = value + 1;
    return count;
}

/** Where the word's values begin to be judged differently: sorted, from 0. NULL without memory. */
static uint32_t *find_boundaries(const struct builder *builder, const struct state *state,
                                 unsigned stage, size_t *count)
{
    uint32_t *starts = malloc((2 * SCC_ARG_COUNT * state->count + 1) * sizeof *starts);
    size_t made = 0;
    if (!starts)
        return NULL;
    starts[made++] = 0;
    for (size_t i = 0; i < state->count; i++) {
        const struct scc_arg_rule *rule = &builder->rules[state->rules[i].rule];
        for (unsigned j = 0; j < rule->cmp_count; j++) {
            if (is_open_here(builder, &state->rules[i], j, stage))
                made = add_boundaries(&rule->cmps[j], stage, starts, made);
        }
    }
    qsort(starts, made, sizeof *starts, compare_values);
    *count = 0;
    for (size_t i = 0; i < made; i++) {
        if (!*count || starts[i] != starts[*count - 1])
            starts[(*count)++] = starts[i];
    }
    return starts;
}

/** The node for the state after the word was found to be @p word. */
static scc_dag_ref build_after(struct builder *builder, const struct state *from, unsigned stage,
                               uint32_t word)
{
    struct state to = advance(builder, from, stage, word);
    scc_dag_ref ref = to.rules ? build_state(builder, stage + 1, &to) : SCC_DAG_FAILED;
    free(to.rules);
    return ref;
}

static bool has_failed(const struct builder *builder)
{
    return builder->dag->failed || builder->has_overflowed;
}

/** Tells the word's values apart by comparison. */
static struct part build_ranges(struct builder *builder, unsigned stage, const struct state *state)
{
    size_t count = 0, span_count = 0;
    SCC_AUTOFREE uint32_t *starts = find_boundaries(builder, state, stage, &count);
    SCC_AUTOFREE struct scc_branch *spans = starts ? malloc(count * sizeof *spans) : NULL;
    if (!spans) {
        builder->dag->failed = true;
        return (struct part){SCC_DAG_FAILED, false};
    }
    for (size_t i = 0; i < count && !has_failed(builder); i++) {
        scc_dag_ref ref = build_after(builder, state, stage, starts[i]);
        if (!span_count || spans[span_count - 1].target != ref)
            spans[span_count++] = (struct scc_branch){starts[i], ref};
    }
    if (has_failed(builder))
        return (struct part){SCC_DAG_FAILED, false};
    scc_dag_ref ref = scc_search_build(builder->dag, spans, span_count, builder->cost, NULL);
    return (struct part){ref, span_count > 1};
}

static struct part build_word(struct builder *builder, unsigned stage, const struct state *state)
{
    builder->pending += state->count;
    if (builder->words++ >= WORDS_MAX || builder->pending > PENDING_MAX)
        builder->has_overflowed = true;
    if (has_failed(builder))
        return (struct part){SCC_DAG_FAILED, false};
    const struct scc_cmp *mask = find_mask(builder, state, stage);
    return mask ? build_mask(builder, stage, state, mask) : build_ranges(builder, stage, state);
}

/*
 * States, one word after another
 */

static bool is_needed(const struct builder *builder, const struct state *state, unsigned stage)
{
    for (size_t i = 0; i < state->count; i++) {
        for (unsigned j = 0; j < SCC_ARG_COUNT; j++) {
            if (is_open_here(builder, &state->rules[i], j, stage))
                return true;
        }
    }
    return false;
}

/** Builds a state that is not known yet, and remembers it. */
static scc_dag_ref build_new_state(struct builder *builder, unsigned stage,
                                   const struct state *state)
{
    struct state kept = new_state(builder, state->count);
    if (!kept.rules)
        return SCC_DAG_FAILED;
    memcpy(kept.rules, state->rules, state->count * sizeof *kept.rules);
    kept.count = state->count;
    scc_dag_ref ref = with_word(builder, stage, build_word(builder, stage, state));
    if (!grow_memos(builder)) {
        builder->dag->failed = true;
        free(kept.rules);
        return SCC_DAG_FAILED;
    }
    struct memo *memo = find_memo(builder, stage, state);
    *memo = (struct memo){memo->hash, stage, kept, ref};
    builder->memo_count++;
    return ref;
}

static scc_dag_ref build_state(struct builder *builder, unsigned stage, const struct state *state)
{
    if (!state->count)
        return scc_dag_return(builder->dag, builder->default_return);
    if (!state->rules[0].open)
        return scc_dag_return(builder->dag, builder->rules[state->rules[0].rule].return_value);
    while (!is_needed(builder, state, stage))
        stage++;
    if (stage % 2 == 0 && !builder->is_64bit)
        return build_after(builder, state, stage, 0); /* the argument is its low word */
    const struct memo *known = builder->memo_slots ? find_memo(builder, stage, state) : NULL;
    if (known && known->state.rules)
        return known->ref;
    return build_new_state(builder, stage, state);
}

/*
 * One rule after another, where there would be too many states
 */

static scc_dag_ref test_masked(struct builder *builder, const struct scc_cmp *cmp, unsigned stage,
                               scc_dag_ref yes, scc_dag_ref no)
{
    uint32_t mask = half_of(cmp->value, stage);
    if (!mask || yes == no)
        return yes;
    scc_dag_ref test =
        scc_dag_test(builder->dag, BPF_JEQ, half_of(cmp->value2, stage) & mask, yes, no);
    return scc_dag_load(builder->dag, word_of(builder, stage),
                        scc_dag_and(builder->dag, mask, test));
}

/** Tests a word against the value's in order: below, equal, above. */
static scc_dag_ref test_order(struct builder *builder, const struct scc_cmp *cmp, unsigned stage,
                              scc_dag_ref below, scc_dag_ref equal, scc_dag_ref above)
{
    uint32_t value = half_of(cmp->value, stage);
    scc_dag_ref ref;
    if (below == above)
        ref = scc_dag_test(builder->dag, BPF_JEQ, value, equal, below);
    else if (below == equal)
        ref = scc_dag_test(builder->dag, BPF_JGT, value, above, below);
    else
        ref = scc_dag_test(builder->dag, BPF_JGE, value,
                           scc_dag_test(builder->dag, BPF_JEQ, value, equal, above), below);
    return ref == below && ref == above ? ref
                                        : scc_dag_load(builder->dag, word_of(builder, stage), ref);
}

static scc_dag_ref test_cmp(struct builder *builder, const struct scc_cmp *cmp, scc_dag_ref yes,
                            scc_dag_ref no)
{
    unsigned high = 2u * cmp->arg, low = high + 1;
    bool is_high_zero = !builder->is_64bit; /* known, so not tested */
    enum verdict known = is_high_zero ? judge(cmp, high, 0) : VERDICT_OPEN;
    if (known != VERDICT_OPEN)
        return known == VERDICT_TRUE ? yes : no;
    if (cmp->op == SCC_OP_MASKED_EQ) {
        scc_dag_ref rest = test_masked(builder, cmp, low, yes, no);
        return is_high_zero ? rest : test_masked(builder, cmp, high, rest, no);
    }
    scc_dag_ref below = outcomes[cmp->op].below ? yes : no;
    scc_dag_ref equal = outcomes[cmp->op].equal ? yes : no;
    scc_dag_ref above = outcomes[cmp->op].above ? yes : no;
    scc_dag_ref rest = test_order(builder, cmp, low, below, equal, above);
    return is_high_zero ? rest : test_order(builder, cmp, high, below, rest, above);
}

static scc_dag_ref build_one_by_one(struct builder *builder, size_t count)
{
    scc_dag_ref next = scc_dag_return(builder->dag, builder->default_return);
    for (size_t i = count; i-- > 0;) {
        const struct scc_arg_rule *rule = &builder->rules[i];
        scc_dag_ref yes = scc_dag_return(builder->dag, rule->return_value);
        for (unsigned j = rule->cmp_count; j-- > 0;)
            yes = test_cmp(builder, &rule->cmps[j], yes, next);
        next = yes;
    }
    return next;
}

scc_dag_ref scc_argtree_build(struct scc_dag *dag, const struct scc_arg_rule *rules, size_t count,
                              uint32_t default_return, bool is_64bit, bool is_big_endian,
                              const struct scc_search_cost *cost)
{
    struct builder builder = {
        .dag = dag,
        .rules = rules,
        .default_return = default_return,
        .is_64bit = is_64bit,
        .is_big_endian = is_big_endian,
        .cost = cost,
    };
    struct state all = new_state(&builder, count);
    if (!all.rules)
        return SCC_DAG_FAILED;
    for (size_t i = 0; i < count; i++)
        append(&all, (struct pending){
                         .rule = (uint32_t)i,
                         .open = (uint8_t)((1u << rules[i].cmp_count) - 1),
                     });
    trim(&builder, &all);
    scc_dag_ref ref = build_state(&builder, 0, &all);
    if (builder.has_overflowed)
        ref = build_one_by_one(&builder, count);
    free_memos(&builder);
    free(all.rules);
    return ref;
}
