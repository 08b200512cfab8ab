/* SPDX-License-Identifier: Apache-2.0 */
#include "word_runs.h"

#include <stdlib.h>

#include "util.h"

void scc_word_runs_clear(struct scc_word_runs *runs)
{
    free(runs->items);
    *runs = (struct scc_word_runs){0};
}

/** Consecutive values within the mask that lead to one function. */
struct block {
    uint32_t first, last;
    scc_diagram diagram;
};

struct lister {
    const struct scc_decision_space *space;
    unsigned word;
    uint32_t mask;
    size_t max;
    struct block *blocks;
    size_t count, cap;
    bool is_overflown, failed;
};

static void add_block(struct lister *lister, struct block block)
{
    if (lister->count && lister->blocks[lister->count - 1].diagram == block.diagram) {
        lister->blocks[lister->count - 1].last = block.last;
        return;
    }
    if (lister->count >= lister->max)
        lister->is_overflown = true;
    else if (!SCC_GROW(lister->blocks, lister->cap, lister->count + 1))
        lister->failed = true;
    else
        lister->blocks[lister->count++] = block;
}

/**
 * Adds the values from @p base on that are equal to it in bit @p bits and above. Every step but
 * those to the ends of the word begins a block, so the bound on blocks is one on steps.
 */
static void walk(struct lister *lister, scc_diagram diagram, unsigned bits, uint32_t base)
{
    const struct scc_decision_space *space = lister->space;
    if (lister->is_overflown || lister->failed)
        return;
    if (!scc_word_is_tested(space, diagram, lister->word)) {
        uint32_t below = bits < 32 ? ((uint32_t)1 << bits) - 1 : UINT32_MAX;
        add_block(lister, (struct block){base, base | (lister->mask & below), diagram});
        return;
    }
    unsigned bit = bits - 1;
    uint32_t level = space->levels[lister->word][bit], value = (uint32_t)1 << bit;
    walk(lister, scc_node_half(space, diagram, level, false), bit, base);
    if (lister->mask & value)
        walk(lister, scc_node_half(space, diagram, level, true), bit, base | value);
}

static void add_run(struct scc_word_runs *runs, uint32_t start, scc_diagram diagram)
{
    if (runs->count && runs->items[runs->count - 1].diagram == diagram)
        return;
    if (!SCC_GROW(runs->items, runs->cap, runs->count + 1))
        runs->failed = true;
    else
        runs->items[runs->count++] = (struct scc_segment){start, diagram};
}

static bool is_single(const struct block *block)
{
    return block->first == block->last;
}

/** What values outside the mask between two single ones get: what some block of many has. */
static scc_diagram find_base(const struct lister *lister)
{
    for (size_t i = 0; i < lister->count; i++) {
        if (!is_single(&lister->blocks[i]))
            return lister->blocks[i].diagram;
    }
    return lister->blocks[0].diagram;
}

/** Blocks to runs; a single value stays one, since it takes a JEQ alone. */
static void fill_gaps(const struct lister *lister, struct scc_word_runs *runs)
{
    scc_diagram base = find_base(lister);
    for (size_t i = 0; i < lister->count; i++) {
        const struct block *block = &lister->blocks[i], *before = i ? block - 1 : NULL;
        uint32_t start = block->first;
        if (before && is_single(before) && before->diagram != base && before->last + 1 < start) {
            if (is_single(block))
                add_run(runs, before->last + 1, base);
            else
                start = before->last + 1;
        }
        add_run(runs, start, block->diagram);
    }
    const struct block *last = &lister->blocks[lister->count - 1];
    if (is_single(last) && last->last != UINT32_MAX)
        add_run(runs, last->last + 1, base);
}

void scc_word_runs_list(const struct scc_decision_space *space, scc_diagram diagram, unsigned word,
                        uint32_t mask, size_t max, struct scc_word_runs *runs)
{
    struct lister lister = {.space = space, .word = word, .mask = mask, .max = max};
    *runs = (struct scc_word_runs){0};
    walk(&lister, diagram, SCC_DECISION_WORD_BITS, 0);
    runs->is_overflown = lister.is_overflown;
    runs->failed = lister.failed;
    if (!lister.is_overflown && !lister.failed)
        fill_gaps(&lister, runs);
    free(lister.blocks);
}
