/* SPDX-License-Identifier: Apache-2.0 */
#include "argchain.h"

#include <stdlib.h>
#include <string.h>

enum {
    NO_WORD = SCC_WORD_COUNT,
    /* So many loads are passed at most: rules on one value could lead past all others. */
    PASSED_MAX = 64,
    /* So many tests of a known value are followed: a program could not hold more. */
    FOLLOWED_MAX = SCC_PROGRAM_MAX,
};

struct chain {
    struct scc_dag *dag;
    const struct scc_arg_setting *setting;
};

/** What a way through the tests has told of the words. */
struct facts {
    uint32_t known; /* bit i: word i is values[i] */
    uint32_t values[SCC_WORD_COUNT];
    uint32_t masks[SCC_WORD_COUNT]; /* not 0: (word i & masks[i]) is values[i] */
    unsigned loaded;                /* the word in the accumulator, or NO_WORD */
    uint32_t loaded_mask;           /* the bits of it that are there */
    bool is_excluded;               /* the loaded word, whole, is not `excluded` */
    uint32_t excluded;
};

static struct facts with_known(struct facts facts, unsigned word, uint32_t value)
{
    facts.known |= 1u << word;
    facts.values[word] = value;
    return facts;
}

static struct facts with_masked(struct facts facts, unsigned word, uint32_t mask, uint32_t value)
{
    if (mask == UINT32_MAX)
        return with_known(facts, word, value);
    facts.masks[word] = mask;
    facts.values[word] = value;
    return facts;
}

static struct facts with_loaded(struct facts facts, unsigned word, uint32_t mask)
{
    facts.loaded = word;
    facts.loaded_mask = mask;
    facts.is_excluded = false;
    return facts;
}

static struct facts with_excluded(struct facts facts, uint32_t value)
{
    facts.is_excluded = true;
    facts.excluded = value;
    return facts;
}

/** Where tests of a word lead whose value is known; SCC_DAG_FAILED where they are too many. */
static scc_dag_ref pass_tests(const struct scc_dag *dag, scc_dag_ref ref, uint32_t value)
{
    for (unsigned followed = 0; followed < FOLLOWED_MAX; followed++) {
        const struct scc_dag_node *node = &dag->nodes[ref];
        if (node->kind == SCC_DAG_TEST) {
            ref = scc_dag_follow(node, value);
        } else if (node->kind == SCC_DAG_AND) {
            value &= node->k;
            ref = node->yes;
        } else {
            return ref;
        }
    }
    return SCC_DAG_FAILED;
}

/** Where tests of a word lead that is not @p value. */
static scc_dag_ref pass_excluded(const struct scc_dag *dag, scc_dag_ref ref, uint32_t value)
{
    const struct scc_dag_node *node = &dag->nodes[ref];
    while (node->kind == SCC_DAG_TEST && node->code == BPF_JEQ && node->k == value) {
        ref = node->no;
        node = &dag->nodes[ref];
    }
    return ref;
}

/** What stands behind a load, where the accumulator has what that would load; else the load. */
static scc_dag_ref pass_load(const struct scc_dag *dag, scc_dag_ref ref, const struct facts *facts)
{
    const struct scc_dag_node *node = &dag->nodes[ref], *next = &dag->nodes[node->yes];
    if (node->k != facts->loaded)
        return ref;
    if (facts->loaded_mask == UINT32_MAX && facts->is_excluded)
        return pass_excluded(dag, node->yes, facts->excluded);
    if (facts->loaded_mask == UINT32_MAX)
        return node->yes;
    return next->kind == SCC_DAG_AND && next->k == facts->loaded_mask ? next->yes : ref;
}

/** Where a way goes on that would go to @p ref: past what it knows. */
static scc_dag_ref go_on(const struct chain *chain, scc_dag_ref ref, const struct facts *facts)
{
    for (unsigned passed = 0; passed < PASSED_MAX && !chain->dag->failed; passed++) {
        const struct scc_dag_node *node = &chain->dag->nodes[ref];
        if (node->kind != SCC_DAG_LOAD)
            return ref;
        uint32_t mask = facts->masks[node->k];
        const struct scc_dag_node *next = &chain->dag->nodes[node->yes];
        bool is_mask_known = mask && next->kind == SCC_DAG_AND && next->k == mask;
        if ((facts->known >> node->k & 1) || is_mask_known) {
            scc_dag_ref passed_tests = pass_tests(chain->dag, node->yes, facts->values[node->k]);
            if (passed_tests == SCC_DAG_FAILED)
                return ref;
            ref = passed_tests;
            continue;
        }
        scc_dag_ref behind = pass_load(chain->dag, ref, facts);
        if (behind == ref || chain->dag->nodes[behind].kind != SCC_DAG_LOAD)
            return behind;
        ref = behind;
    }
    return ref;
}

/** Tests some of a word's bits. AND loses the word, JSET does not. */
static scc_dag_ref test_mask(struct chain *chain, const struct scc_cmp *cmp, unsigned stage,
                             const struct facts *facts, scc_dag_ref yes, scc_dag_ref no)
{
    uint32_t mask = scc_half_of(cmp->value, stage);
    uint32_t wanted = scc_half_of(cmp->value2, stage) & mask;
    unsigned word = scc_stage_word(stage, chain->setting->is_big_endian);
    bool is_whole = mask == UINT32_MAX, is_bit = wanted == 0 || (mask & (mask - 1)) == 0;
    struct facts after = with_loaded(*facts, word, is_whole || is_bit ? UINT32_MAX : mask);
    if (!mask)
        return go_on(chain, yes, facts);
    no = go_on(chain, no, &after);
    if (is_whole) {
        after = with_known(after, word, wanted);
        yes = go_on(chain, yes, &after);
        return scc_dag_load(chain->dag, word, scc_dag_test(chain->dag, BPF_JEQ, wanted, yes, no));
    }
    yes = go_on(chain, yes, &after);
    if (is_bit)
        return scc_dag_load(chain->dag, word,
                            wanted ? scc_dag_test(chain->dag, BPF_JSET, mask, yes, no)
                                   : scc_dag_test(chain->dag, BPF_JSET, mask, no, yes));
    return scc_dag_load(
        chain->dag, word,
        scc_dag_and(chain->dag, mask, scc_dag_test(chain->dag, BPF_JEQ, wanted, yes, no)));
}

/** Tests a word against the value's in order: below, equal, above. */
static scc_dag_ref test_order(struct chain *chain, const struct scc_cmp *cmp, unsigned stage,
                              scc_dag_ref below, scc_dag_ref equal, scc_dag_ref above)
{
    uint32_t value = scc_half_of(cmp->value, stage);
    scc_dag_ref ref;
    if (below == above)
        ref = scc_dag_test(chain->dag, BPF_JEQ, value, equal, below);
    else if (below == equal)
        ref = scc_dag_test(chain->dag, BPF_JGT, value, above, below);
    else
        ref = scc_dag_test(chain->dag, BPF_JGE, value,
                           scc_dag_test(chain->dag, BPF_JEQ, value, equal, above), below);
    /* Where all ways lead to one place, that may still count on the word. */
    bool is_free = ref == below && ref == above &&
                   (chain->dag->failed || chain->dag->nodes[ref].kind == SCC_DAG_RETURN ||
                    chain->dag->nodes[ref].kind == SCC_DAG_LOAD);
    return is_free ? ref
                   : scc_dag_load(chain->dag, scc_stage_word(stage, chain->setting->is_big_endian),
                                  ref);
}

/** Tests one word of a comparison; where it is equal, @p equal goes on. */
static scc_dag_ref test_word(struct chain *chain, const struct scc_cmp *cmp, unsigned stage,
                             const struct facts *facts, scc_dag_ref equal, scc_dag_ref yes,
                             scc_dag_ref no)
{
    const struct scc_outcomes *outcomes = &scc_outcomes_of[cmp->op];
    unsigned word = scc_stage_word(stage, chain->setting->is_big_endian);
    uint32_t value = scc_half_of(cmp->value, stage);
    struct facts loaded = with_loaded(*facts, word, UINT32_MAX);
    struct facts unequal = loaded, same = loaded;
    /* Where the value belongs to one side, ways that know more of it would need a test more. */
    if (outcomes->below == outcomes->above || stage % 2 == 0) {
        unequal = with_excluded(loaded, value);
        same = with_known(loaded, word, value);
    }
    return test_order(chain, cmp, stage, go_on(chain, outcomes->below ? yes : no, &unequal),
                      go_on(chain, equal, &same),
                      go_on(chain, outcomes->above ? yes : no, &unequal));
}

/** Whether the high word of an argument counts. */
static bool has_high_word(const struct chain *chain, unsigned arg)
{
    return chain->setting->wide >> arg & 1;
}

/** Tests a comparison, of which the way here knows @p facts. */
static scc_dag_ref test_cmp(struct chain *chain, const struct scc_cmp *cmp,
                            const struct facts *facts, scc_dag_ref yes, scc_dag_ref no)
{
    unsigned high = 2u * cmp->arg, low = high + 1;
    bool is_wide = has_high_word(chain, cmp->arg);
    enum scc_verdict known = is_wide ? SCC_VERDICT_OPEN : scc_cmp_judge(cmp, high, 0);
    struct facts behind_high = *facts;
    if (known != SCC_VERDICT_OPEN)
        return go_on(chain, known == SCC_VERDICT_TRUE ? yes : no, facts);
    if (cmp->op == SCC_OP_MASKED_EQ) {
        scc_dag_ref rest = test_mask(chain, cmp, low, facts, yes, no);
        return is_wide ? test_mask(chain, cmp, high, facts, rest, no) : rest;
    }
    if (is_wide)
        behind_high = with_known(*facts, scc_stage_word(high, chain->setting->is_big_endian),
                                 scc_half_of(cmp->value, high));
    scc_dag_ref equal = scc_outcomes_of[cmp->op].equal ? yes : no;
    scc_dag_ref rest = test_word(chain, cmp, low, &behind_high, equal, yes, no);
    return is_wide ? test_word(chain, cmp, high, facts, rest, yes, no) : rest;
}

/** What is known in front of comparison @p count: that those before it hold. */
static struct facts facts_before(const struct chain *chain, const struct scc_arg_rule *rule,
                                 unsigned count)
{
    struct facts facts = {.loaded = NO_WORD};
    for (unsigned i = 0; i < count; i++) {
        const struct scc_cmp *cmp = &rule->cmps[i];
        bool is_mask = cmp->op == SCC_OP_MASKED_EQ;
        uint64_t mask = is_mask ? cmp->value : UINT64_MAX;
        uint64_t value = is_mask ? cmp->value2 & mask : cmp->value;
        if (!is_mask && cmp->op != SCC_OP_EQ)
            continue;
        for (unsigned stage = 2u * cmp->arg + !has_high_word(chain, cmp->arg);
             stage / 2 == cmp->arg; stage++)
            facts = with_masked(facts, scc_stage_word(stage, chain->setting->is_big_endian),
                                scc_half_of(mask, stage), scc_half_of(value, stage));
    }
    return facts;
}

/*
 * The order of rules
 */

/** Masks first, each with its values; then comparisons of one argument together. */
static int compare_cmps(const struct scc_cmp *a, const struct scc_cmp *b)
{
    bool is_mask_a = a->op == SCC_OP_MASKED_EQ, is_mask_b = b->op == SCC_OP_MASKED_EQ;
    if (is_mask_a != is_mask_b)
        return is_mask_a ? -1 : 1;
    return scc_cmp_compare(a, b);
}

static int compare_rules(const void *a, const void *b)
{
    const struct scc_arg_rule *one = a, *two = b;
    for (unsigned i = 0; i < one->cmp_count && i < two->cmp_count; i++) {
        int order = compare_cmps(&one->cmps[i], &two->cmps[i]);
        if (order)
            return order;
    }
    return (one->cmp_count > two->cmp_count) - (one->cmp_count < two->cmp_count);
}

static bool have_one_answer(const struct scc_arg_rule *rules, size_t count)
{
    size_t same = 1;
    while (same < count && rules[same].return_value == rules[0].return_value)
        same++;
    return same >= count;
}

static scc_dag_ref build_in_order(struct chain *chain, const struct scc_arg_rule *rules,
                                  size_t count)
{
    const struct scc_arg_setting *setting = chain->setting;
    scc_dag_ref next = scc_arg_answer(chain->dag, setting, setting->default_return);
    for (size_t i = count; i-- > 0 && !chain->dag->failed;) {
        scc_dag_ref yes = scc_arg_answer(chain->dag, setting, rules[i].return_value);
        for (unsigned j = rules[i].cmp_count; j-- > 0;) {
            struct facts facts = facts_before(chain, &rules[i], j);
            yes = test_cmp(chain, &rules[i].cmps[j], &facts, yes, next);
        }
        next = yes;
    }
    return chain->dag->failed ? SCC_DAG_FAILED : next;
}

static int compare_args(const void *a, const void *b)
{
    return ((const struct scc_cmp *)a)->arg - ((const struct scc_cmp *)b)->arg;
}

static int compare_args_reversed(const void *a, const void *b)
{
    return compare_args(b, a);
}

scc_dag_ref scc_argchain_build(struct scc_dag *dag, const struct scc_arg_rule *rules, size_t count,
                               const struct scc_arg_setting *setting, bool is_last_first)
{
    struct chain chain = {dag, setting};
    struct scc_arg_rule *sorted = malloc(count * sizeof *sorted);
    if (!sorted) {
        dag->failed = true;
        return SCC_DAG_FAILED;
    }
    memcpy(sorted, rules, count * sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        qsort(sorted[i].cmps, sorted[i].cmp_count, sizeof *sorted[i].cmps,
              is_last_first ? compare_args_reversed : compare_args);
    /* With one answer any order will do, so rules that test the same stand together. */
    if (have_one_answer(sorted, count))
        qsort(sorted, count, sizeof *sorted, compare_rules);
    scc_dag_ref ref = build_in_order(&chain, sorted, count);
    free(sorted);
    return ref;
}
