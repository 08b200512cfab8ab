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
#include "argchain.h"
#include "argsweep.h"
#include "util.h"

enum {
    /* So many words are looked at, each giving an instruction or so; what needs more would not fit
     * into a program, and rules are then tested one after another. */
    WORDS_MAX = 2 * SCC_PROGRAM_MAX,
    /* And so many rules in all of their states, which bounds the time. */
    PENDING_MAX = 1 << 20,
    /* A graph with so many more nodes would not fit into a program either. */
    GROWTH_MAX = 4 * SCC_PROGRAM_MAX,
    RULES_OF_STEP = 16, /* of work, in states */
    FIRST_SLOTS = 64,
    FEW_VALUES = 2, /* under one mask that are tested one by one: JSET may do, and keeps the word */
};

struct memo {
    uint64_t hash;
    unsigned stage;
    struct scc_argstate state;
    scc_dag_ref ref;
};

struct builder {
    struct scc_dag *dag;
    const struct scc_arg_rule *rules;
    const struct scc_arg_setting *setting;
    const struct scc_search_cost *cost;
    struct memo *memos; /* open addressing */
    size_t memo_count, memo_slots;
    size_t words, pending; /* looked at; rules in states, and branches */
    size_t first_node;     /* the size of the graph at the start */
    bool has_overflowed;
};

/** A node, and whether it looks at the word in the accumulator. */
struct part {
    scc_dag_ref ref;
    bool needs_word;
};

scc_dag_ref scc_arg_answer(struct scc_dag *dag, const struct scc_arg_setting *setting,
                           uint32_t return_value)
{
    for (size_t i = 0; i < setting->end_count; i++) {
        if (setting->ends[i].return_value == return_value)
            return setting->ends[i].ref;
    }
    return scc_dag_return(dag, return_value);
}

static scc_dag_ref answer(struct builder *builder, uint32_t return_value)
{
    return scc_arg_answer(builder->dag, builder->setting, return_value);
}

/*
 * States
 */

static bool has_failed(const struct builder *builder)
{
    return builder->dag->failed || builder->has_overflowed;
}

static struct scc_argstate new_state(struct builder *builder, size_t cap)
{
    struct scc_argstate state = scc_argstate_new(cap);
    if (!state.rules)
        builder->dag->failed = true;
    return state;
}

static void trim(const struct builder *builder, struct scc_argstate *state)
{
    scc_argstate_trim(state, builder->rules, builder->setting->default_return);
}

static bool is_open_here(const struct builder *builder, const struct scc_pending *pending,
                         unsigned cmp, unsigned stage)
{
    return scc_pending_is_open(pending, builder->rules, cmp, stage);
}

/** The state after the word was found to be @p word. */
static struct scc_argstate advance(struct builder *builder, const struct scc_argstate *from,
                                   unsigned stage, uint32_t word)
{
    struct scc_argstate to = new_state(builder, from->count);
    if (!to.rules)
        return to;
    for (size_t i = 0; i < from->count; i++) {
        struct scc_pending pending = from->rules[i];
        if (scc_pending_advance(&pending, builder->rules, stage, word))
            scc_argstate_append(&to, builder->rules, pending);
    }
    trim(builder, &to);
    return to;
}

static uint64_t hash_state(unsigned stage, const struct scc_argstate *state)
{
    uint64_t hash = stage + 1;
    for (size_t i = 0; i < state->count; i++) {
        const struct scc_pending *pending = &state->rules[i];
        hash ^= (uint64_t)pending->rule << 16 | (uint64_t)pending->settled << 8 | pending->open;
        hash *= 0x9e3779b97f4a7c15u;
    }
    return hash ^ hash >> 29;
}

/** The memo of a state, or the free one where it belongs. */
static struct memo *find_memo(struct builder *builder, unsigned stage,
                              const struct scc_argstate *state)
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

static struct part build_word(struct builder *builder, unsigned stage,
                              const struct scc_argstate *state);
static scc_dag_ref build_state(struct builder *builder, unsigned stage,
                               const struct scc_argstate *state);

static scc_dag_ref with_word(struct builder *builder, unsigned stage, struct part part)
{
    return part.needs_word
               ? scc_dag_load(builder->dag, scc_stage_word(stage, builder->setting->is_big_endian),
                              part.ref)
               : part.ref;
}

/** A comparison by a mask of some of the word's bits that is still open, or NULL. */
static const struct scc_cmp *find_mask(const struct builder *builder,
                                       const struct scc_argstate *state, unsigned stage)
{
    for (size_t i = 0; i < state->count; i++) {
        const struct scc_arg_rule *rule = &builder->rules[state->rules[i].rule];
        for (unsigned j = 0; j < rule->cmp_count; j++) {
            uint32_t mask = scc_half_of(rule->cmps[j].value, stage);
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
static bool settle_rule(const struct builder *builder, struct scc_pending *pending, unsigned stage,
                        struct mask_fact fact)
{
    const struct scc_arg_rule *rule = &builder->rules[pending->rule];
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        const struct scc_cmp *cmp = &rule->cmps[i];
        if (cmp->op != SCC_OP_MASKED_EQ || scc_half_of(cmp->value, stage) != fact.mask ||
            !is_open_here(builder, pending, i, stage))
            continue;
        bool is_wanted = (scc_half_of(cmp->value2, stage) & fact.mask) == fact.wanted;
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

static struct scc_argstate settle(struct builder *builder, const struct scc_argstate *from,
                                  unsigned stage, struct mask_fact fact)
{
    struct scc_argstate to = new_state(builder, from->count);
    if (!to.rules)
        return to;
    for (size_t i = 0; i < from->count; i++) {
        struct scc_pending pending = from->rules[i];
        if (settle_rule(builder, &pending, stage, fact))
            scc_argstate_append(&to, builder->rules, pending);
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

/** One value of the word under a mask: its state goes on where the word has it. */
static struct part build_one_value(struct builder *builder, unsigned stage,
                                   const struct scc_argstate *state, struct mask_fact fact)
{
    struct scc_argstate equal = settle(builder, state, stage, fact);
    fact.is_equal = false;
    struct scc_argstate other = settle(builder, state, stage, fact);
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

/** A value that a rule of the state wants under the mask in question. */
struct wanted {
    uint32_t value;
    uint32_t index; /* in the state */
};

static int compare_wanted(const void *a, const void *b)
{
    const struct wanted *one = a, *two = b;
    if (one->value != two->value)
        return one->value < two->value ? -1 : 1;
    return (one->index > two->index) - (one->index < two->index);
}

/** Rules by the values that they want under one mask, and those that want none, in their order. */
struct under_mask {
    uint32_t mask;
    struct wanted *wanted; /* sorted */
    uint32_t *others;      /* indices in the state */
    size_t wanted_count, other_count;
};

static void clear_under_mask(struct under_mask *under)
{
    free(under->wanted);
    free(under->others);
}

/** Adds what a rule wants. */
static void add_wanted(const struct builder *builder, const struct scc_argstate *state,
                       unsigned stage, size_t index, struct under_mask *under)
{
    const struct scc_arg_rule *rule = &builder->rules[state->rules[index].rule];
    size_t before = under->wanted_count;
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        const struct scc_cmp *cmp = &rule->cmps[i];
        if (cmp->op == SCC_OP_MASKED_EQ && scc_half_of(cmp->value, stage) == under->mask &&
            is_open_here(builder, &state->rules[index], i, stage))
            under->wanted[under->wanted_count++] =
                (struct wanted){scc_half_of(cmp->value2, stage) & under->mask, (uint32_t)index};
    }
    if (under->wanted_count == before)
        under->others[under->other_count++] = (uint32_t)index;
}

static bool find_wanted(const struct builder *builder, const struct scc_argstate *state,
                        unsigned stage, struct under_mask *under)
{
    under->wanted = malloc(SCC_ARG_COUNT * state->count * sizeof *under->wanted);
    under->others = malloc(state->count * sizeof *under->others);
    if (!under->wanted || !under->others)
        return false;
    for (size_t i = 0; i < state->count; i++)
        add_wanted(builder, state, stage, i, under);
    qsort(under->wanted, under->wanted_count, sizeof *under->wanted, compare_wanted);
    return true;
}

/** Where the rules that want the same value as that at @p start end. */
static size_t group_end(const struct under_mask *under, size_t start)
{
    size_t end = start;
    while (end < under->wanted_count && under->wanted[end].value == under->wanted[start].value)
        end++;
    return end;
}

/**
 * The node for the value that the rules from @p start to @p end want, or where these are none, for
 * all others. The masked word is in the accumulator, and no use.
 */
static scc_dag_ref build_value(struct builder *builder, unsigned stage,
                               const struct scc_argstate *state, const struct under_mask *under,
                               size_t start, size_t end)
{
    struct scc_argstate to = new_state(builder, under->other_count + end - start);
    size_t other = 0;
    if (!to.rules)
        return SCC_DAG_FAILED;
    for (size_t at = start; at < end || other < under->other_count;) {
        if (at == end ||
            (other < under->other_count && under->others[other] < under->wanted[at].index)) {
            scc_argstate_append(&to, builder->rules, state->rules[under->others[other++]]);
            continue;
        }
        struct scc_pending pending = state->rules[under->wanted[at].index];
        struct mask_fact fact = {under->mask, under->wanted[at++].value, true};
        if (settle_rule(builder, &pending, stage, fact))
            scc_argstate_append(&to, builder->rules, pending);
    }
    trim(builder, &to);
    scc_dag_ref ref = with_word(builder, stage, build_word(builder, stage, &to));
    free(to.rules);
    return ref;
}

/** Several values under one mask: it is applied once, then they are told apart. */
static struct part build_values(struct builder *builder, unsigned stage,
                                const struct scc_argstate *state, const struct under_mask *under)
{
    SCC_CLEANUP(scc_branches_clear) struct scc_branches branches = {0};
    scc_dag_ref none = build_value(builder, stage, state, under, 0, 0);
    bool done = scc_branches_add(&branches, 0, none);
    for (size_t start = 0, end; start < under->wanted_count && done; start = end) {
        end = group_end(under, start);
        uint32_t value = under->wanted[start].value;
        scc_dag_ref ref = build_value(builder, stage, state, under, start, end);
        done = !has_failed(builder) && scc_branches_add(&branches, value, ref) &&
               (value == UINT32_MAX || scc_branches_add(&branches, value + 1, none));
    }
    builder->dag->failed |= !done && !builder->has_overflowed;
    if (has_failed(builder))
        return (struct part){SCC_DAG_FAILED, false};
    scc_dag_ref tests =
        scc_search_build(builder->dag, branches.items, branches.count, builder->cost, NULL);
    return (struct part){scc_dag_and(builder->dag, under->mask, tests), true};
}

/** Whether so few values are wanted that they are tested one by one. */
static bool wants_few(const struct under_mask *under)
{
    size_t at = 0;
    for (unsigned i = 0; i < FEW_VALUES; i++)
        at = group_end(under, at);
    return at == under->wanted_count;
}

static struct part build_mask(struct builder *builder, unsigned stage,
                              const struct scc_argstate *state, const struct scc_cmp *cmp)
{
    SCC_CLEANUP(clear_under_mask)
    struct under_mask under = {.mask = scc_half_of(cmp->value, stage)};
    if (!find_wanted(builder, state, stage, &under)) {
        builder->dag->failed = true;
        return (struct part){SCC_DAG_FAILED, false};
    }
    if (!wants_few(&under))
        return build_values(builder, stage, state, &under);
    struct mask_fact fact = {under.mask, scc_half_of(cmp->value2, stage) & under.mask, true};
    return build_one_value(builder, stage, state, fact);
}

/*
 * Ranges
 */

/** The node for the state after the word was found to be @p word. */
static scc_dag_ref build_after(struct builder *builder, const struct scc_argstate *from,
                               unsigned stage, uint32_t word)
{
    struct scc_argstate to = advance(builder, from, stage, word);
    scc_dag_ref ref = to.rules ? build_state(builder, stage + 1, &to) : SCC_DAG_FAILED;
    free(to.rules);
    return ref;
}

/** The node for the values where the walk stands. */
static scc_dag_ref build_here(struct builder *builder, const struct scc_argsweep *sweep,
                              const struct scc_argstate *from, unsigned stage)
{
    uint32_t return_value;
    if (scc_argsweep_is_certain(sweep, &return_value))
        return answer(builder, return_value);
    struct scc_argstate to = new_state(builder, from->count);
    scc_dag_ref ref = SCC_DAG_FAILED;
    if (to.rules) {
        scc_argsweep_collect(sweep, &to);
        builder->pending += to.count;
        trim(builder, &to);
        ref = build_state(builder, stage + 1, &to);
    }
    free(to.rules);
    return ref;
}

/** Goes through the word's values, and adds what each leads to; false where that failed. */
static bool find_branches(struct builder *builder, struct scc_argsweep *sweep,
                          const struct scc_argstate *state, unsigned stage,
                          struct scc_branches *branches)
{
    scc_dag_ref untouched = SCC_DAG_FAILED;
    uint32_t value;
    while (scc_argsweep_next(sweep, &value)) {
        bool is_untouched = scc_argsweep_is_untouched(sweep);
        scc_dag_ref ref = untouched;
        if (!is_untouched || untouched == SCC_DAG_FAILED)
            ref = build_here(builder, sweep, state, stage);
        if (is_untouched)
            untouched = ref;
        if (has_failed(builder))
            return false;
        if (!scc_branches_add(branches, value, ref)) {
            builder->dag->failed = true;
            return false;
        }
    }
    builder->pending += branches->count;
    return true;
}

/** Tells the word's values apart by comparison. */
static struct part build_ranges(struct builder *builder, unsigned stage,
                                const struct scc_argstate *state)
{
    SCC_CLEANUP(scc_branches_clear) struct scc_branches branches = {0};
    struct part part = {SCC_DAG_FAILED, false};
    struct scc_argsweep *sweep = scc_argsweep_new(state, builder->rules, stage);
    if (!sweep) {
        builder->dag->failed = true;
        return part;
    }
    if (find_branches(builder, sweep, state, stage, &branches))
        part = (struct part){
            scc_search_build(builder->dag, branches.items, branches.count, builder->cost, NULL),
            branches.count > 1};
    scc_argsweep_free(sweep);
    return part;
}

static struct part build_word(struct builder *builder, unsigned stage,
                              const struct scc_argstate *state)
{
    builder->pending += state->count;
    scc_work_take(builder->dag->work, 1 + state->count / RULES_OF_STEP);
    if (scc_work_is_over(builder->dag->work) || builder->words++ >= WORDS_MAX ||
        builder->pending > PENDING_MAX || builder->dag->count - builder->first_node > GROWTH_MAX)
        builder->has_overflowed = true;
    if (has_failed(builder))
        return (struct part){SCC_DAG_FAILED, false};
    const struct scc_cmp *mask = find_mask(builder, state, stage);
    return mask ? build_mask(builder, stage, state, mask) : build_ranges(builder, stage, state);
}

/*
 * States, one word after another
 */

static bool is_needed(const struct builder *builder, const struct scc_argstate *state,
                      unsigned stage)
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
                                   const struct scc_argstate *state)
{
    struct scc_argstate kept = new_state(builder, state->count);
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

static scc_dag_ref build_state(struct builder *builder, unsigned stage,
                               const struct scc_argstate *state)
{
    if (!state->count)
        return answer(builder, builder->setting->default_return);
    if (!state->rules[0].open)
        return answer(builder, builder->rules[state->rules[0].rule].return_value);
    while (!is_needed(builder, state, stage))
        stage++;
    if (stage % 2 == 0 && !(builder->setting->wide >> stage / 2 & 1))
        return build_after(builder, state, stage, 0); /* the argument is its low word */
    const struct memo *known = builder->memo_slots ? find_memo(builder, stage, state) : NULL;
    if (known && known->state.rules)
        return known->ref;
    return build_new_state(builder, stage, state);
}

scc_dag_ref scc_argtree_build(struct scc_dag *dag, const struct scc_arg_rule *rules, size_t count,
                              const struct scc_arg_setting *setting,
                              const struct scc_search_cost *cost)
{
    struct builder builder = {
        .dag = dag,
        .rules = rules,
        .setting = setting,
        .cost = cost,
        .first_node = dag->count,
    };
    struct scc_argstate all = new_state(&builder, count);
    if (!all.rules)
        return SCC_DAG_FAILED;
    for (size_t i = 0; i < count; i++)
        scc_argstate_append(&all, rules,
                            (struct scc_pending){
                                .rule = (uint32_t)i,
                                .open = (uint8_t)((1u << rules[i].cmp_count) - 1),
                            });
    trim(&builder, &all);
    scc_dag_ref ref = build_state(&builder, 0, &all);
    if (builder.has_overflowed)
        ref = scc_argchain_build(dag, rules, count, setting, false);
    free_memos(&builder);
    free(all.rules);
    return ref;
}
