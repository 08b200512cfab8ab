/* SPDX-License-Identifier: Apache-2.0 */
#include "argsweep.h"

#include <stdlib.h>

#include "util.h"

enum { WORD_BITS = 64 };

/** A set of small numbers that is walked in order, by words of which `summary` has a bit each. */
struct index_set {
    uint64_t *words, *summary;
    size_t word_count;
};

/** A value at which a rule of the state is to be looked at again. */
struct event {
    uint32_t value;
    uint32_t index; /* in the state */
};

struct scc_argsweep {
    const struct scc_argstate *state;
    const struct scc_arg_rule *rules;
    unsigned stage;
    struct event *events;
    size_t event_count, event_cap, next;
    struct scc_pending *after; /* of each rule of the state, at the present value */
    struct index_set live;
    size_t touched; /* rules that can hold here and have a comparison of this word */
    size_t certain; /* of these, those that hold for certain */
    bool has_one_answer;
};

/*
 * Sets
 */

static bool make_set(struct index_set *set, size_t size)
{
    set->word_count = size / WORD_BITS + 1;
    set->words = calloc(set->word_count, sizeof *set->words);
    set->summary = calloc(set->word_count / WORD_BITS + 1, sizeof *set->summary);
    return set->words && set->summary;
}

static bool has(const struct index_set *set, size_t index)
{
    return set->words[index / WORD_BITS] >> (index % WORD_BITS) & 1;
}

static void put(struct index_set *set, size_t index, bool is_in)
{
    size_t word = index / WORD_BITS;
    uint64_t bit = (uint64_t)1 << (index % WORD_BITS);
    uint64_t summary_bit = (uint64_t)1 << (word % WORD_BITS);
    set->words[word] = is_in ? set->words[word] | bit : set->words[word] & ~bit;
    uint64_t *summary = &set->summary[word / WORD_BITS];
    *summary = set->words[word] ? *summary | summary_bit : *summary & ~summary_bit;
}

/** The first member from @p index on, or SIZE_MAX. */
static size_t find_next(const struct index_set *set, size_t index)
{
    size_t word = index / WORD_BITS;
    if (word >= set->word_count)
        return SIZE_MAX;
    uint64_t rest = set->words[word] >> (index % WORD_BITS);
    if (rest)
        return index + (size_t)__builtin_ctzll(rest);
    for (word++; word < set->word_count; word = (word / WORD_BITS + 1) * WORD_BITS) {
        uint64_t words = set->summary[word / WORD_BITS] >> (word % WORD_BITS);
        if (!words)
            continue;
        word += (size_t)__builtin_ctzll(words);
        return word * WORD_BITS + (size_t)__builtin_ctzll(set->words[word]);
    }
    return SIZE_MAX;
}

/*
 * Events
 */

static int compare_events(const void *a, const void *b)
{
    const struct event *one = a, *two = b;
    if (one->value != two->value)
        return one->value < two->value ? -1 : 1;
    return (one->index > two->index) - (one->index < two->index);
}

static bool add_event(struct scc_argsweep *sweep, uint32_t value, size_t index)
{
    if (!SCC_GROW(sweep->events, sweep->event_cap, sweep->event_count + 1))
        return false;
    sweep->events[sweep->event_count++] = (struct event){value, (uint32_t)index};
    return true;
}

/** Adds where one comparison begins to judge the word differently. */
static bool add_boundaries(struct scc_argsweep *sweep, const struct scc_cmp *cmp, size_t index)
{
    uint32_t value = scc_half_of(cmp->value, sweep->stage);
    if (cmp->op == SCC_OP_MASKED_EQ) {
        if (!value)
            return true; /* no bit of this word counts */
        value = scc_half_of(cmp->value2, sweep->stage);
    }
    return add_event(sweep, value, index) &&
           (value == UINT32_MAX || add_event(sweep, value + 1, index));
}

/** Adds the events of a rule; *is_touched says whether it has a comparison of this word. */
static bool add_rule(struct scc_argsweep *sweep, size_t index, bool *is_touched)
{
    const struct scc_pending *pending = &sweep->state->rules[index];
    const struct scc_arg_rule *rule = &sweep->rules[pending->rule];
    *is_touched = false;
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        if (!scc_pending_is_open(pending, sweep->rules, i, sweep->stage))
            continue;
        *is_touched = true;
        if (!add_boundaries(sweep, &rule->cmps[i], index))
            return false;
    }
    return !*is_touched || add_event(sweep, 0, index);
}

static bool prepare(struct scc_argsweep *sweep)
{
    const struct scc_argstate *state = sweep->state;
    sweep->after = malloc((state->count + 1) * sizeof *sweep->after);
    if (!sweep->after || !make_set(&sweep->live, state->count))
        return false;
    sweep->has_one_answer = true;
    for (size_t i = 0; i < state->count; i++) {
        bool is_touched;
        if (!add_rule(sweep, i, &is_touched))
            return false;
        sweep->after[i] = state->rules[i];
        if (!is_touched) {
            sweep->after[i].settled = 0;
            put(&sweep->live, i, true);
        }
        sweep->has_one_answer &= sweep->rules[state->rules[i].rule].return_value ==
                                 sweep->rules[state->rules[0].rule].return_value;
    }
    if (!sweep->event_count && !add_event(sweep, 0, state->count))
        return false;
    qsort(sweep->events, sweep->event_count, sizeof *sweep->events, compare_events);
    return true;
}

struct scc_argsweep *scc_argsweep_new(const struct scc_argstate *state,
                                      const struct scc_arg_rule *rules, unsigned stage)
{
    struct scc_argsweep *sweep = calloc(1, sizeof *sweep);
    if (!sweep)
        return NULL;
    sweep->state = state;
    sweep->rules = rules;
    sweep->stage = stage;
    if (prepare(sweep))
        return sweep;
    scc_argsweep_free(sweep);
    return NULL;
}

void scc_argsweep_free(struct scc_argsweep *sweep)
{
    if (!sweep)
        return;
    free(sweep->events);
    free(sweep->after);
    free(sweep->live.words);
    free(sweep->live.summary);
    free(sweep);
}

/*
 * The walk
 */

/** Judges a rule anew at @p value. */
static void judge_again(struct scc_argsweep *sweep, size_t index, uint32_t value)
{
    struct scc_pending *after = &sweep->after[index];
    if (has(&sweep->live, index)) {
        sweep->touched--;
        sweep->certain -= !after->open;
    }
    *after = sweep->state->rules[index];
    bool is_live = scc_pending_advance(after, sweep->rules, sweep->stage, value);
    put(&sweep->live, index, is_live);
    sweep->touched += is_live;
    sweep->certain += is_live && !after->open;
}

bool scc_argsweep_next(struct scc_argsweep *sweep, uint32_t *value)
{
    if (sweep->next == sweep->event_count)
        return false;
    *value = sweep->events[sweep->next].value;
    for (; sweep->next < sweep->event_count && sweep->events[sweep->next].value == *value;
         sweep->next++) {
        if (sweep->events[sweep->next].index < sweep->state->count)
            judge_again(sweep, sweep->events[sweep->next].index, *value);
    }
    return true;
}

bool scc_argsweep_is_untouched(const struct scc_argsweep *sweep)
{
    return sweep->touched == 0;
}

bool scc_argsweep_is_certain(const struct scc_argsweep *sweep, uint32_t *return_value)
{
    if (!sweep->has_one_answer || !sweep->certain)
        return false;
    *return_value = sweep->rules[sweep->state->rules[0].rule].return_value;
    return true;
}

void scc_argsweep_collect(const struct scc_argsweep *sweep, struct scc_argstate *state)
{
    size_t index = find_next(&sweep->live, 0);
    for (; index < sweep->state->count; index = find_next(&sweep->live, index + 1)) {
        scc_argstate_append(state, sweep->rules, sweep->after[index]);
        if (!sweep->after[index].open)
            return;
    }
}
