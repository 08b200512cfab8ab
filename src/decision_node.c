/* SPDX-License-Identifier: Apache-2.0 */
/** The space: unique nodes, and the operations on whole diagrams. */
#include "decision_node.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "util.h"

enum {
    /** Words that are compared in pairs: the arguments, and the instruction pointer. */
    PAIR_COUNT = SCC_ARG_COUNT + 1,

    FIRST_BUCKETS = 1 << 12,
    STEPS_PER_NODE = 4,
    STEPS_MAX = 2 << 20,
};

#define NODE_LIMIT_MAX ((size_t)1 << 30)

/** Ends a chain. It is also the node of return value 0, which stands in no chain. */
#define NO_NODE 0

/*
 * The space
 */

static unsigned find_level(enum scc_decision_order order, unsigned word, unsigned bit)
{
    unsigned place = SCC_DECISION_WORD_BITS - 1 - bit;
    if (order == SCC_ORDER_BY_WORD || word < SCC_DECISION_ARGS)
        return word * SCC_DECISION_WORD_BITS + place;
    unsigned pair = (word - SCC_DECISION_ARGS) / 2, is_low = (word - SCC_DECISION_ARGS) % 2;
    unsigned in_pair = is_low * SCC_DECISION_WORD_BITS + place;
    if (order == SCC_ORDER_INTERLEAVED)
        return SCC_LEVEL_ARGS + in_pair * PAIR_COUNT + pair;
    unsigned turned = pair < SCC_ARG_COUNT ? SCC_ARG_COUNT - 1 - pair : pair;
    return SCC_LEVEL_ARGS + turned * 2 * SCC_DECISION_WORD_BITS + in_pair;
}

static void set_order(struct scc_decision_space *space, enum scc_decision_order order)
{
    for (unsigned word = 0; word < SCC_DECISION_WORD_COUNT; word++) {
        for (unsigned bit = 0; bit < SCC_DECISION_WORD_BITS; bit++) {
            unsigned level = find_level(order, word, bit);
            space->levels[word][bit] = (uint16_t)level;
            space->words[level] = (uint8_t)word;
            space->bits[level] = (uint8_t)bit;
        }
    }
}

int scc_decision_space_new(size_t node_limit, enum scc_decision_order order,
                           struct scc_decision_space **space, scc_error **err)
{
    struct scc_decision_space *made = calloc(1, sizeof *made);
    if (!made)
        return scc_error_nomem(err);
    made->limit = node_limit < 2 ? 2 : node_limit > NODE_LIMIT_MAX ? NODE_LIMIT_MAX : node_limit;
    made->step_limit = (uint64_t)made->limit * STEPS_PER_NODE;
    if (made->step_limit > STEPS_MAX)
        made->step_limit = STEPS_MAX;
    made->bucket_count = FIRST_BUCKETS;
    made->buckets = calloc(made->bucket_count, sizeof *made->buckets);
    made->cache = calloc(made->bucket_count, sizeof *made->cache);
    set_order(made, order);
    if (!made->buckets || !made->cache || !SCC_GROW(made->nodes, made->cap, 2)) {
        scc_decision_space_free(made);
        return scc_error_nomem(err);
    }
    for (uint32_t value = 0; value < 2; value++)
        made->nodes[made->count++] = (struct scc_node){.level = SCC_LEVEL_RETURN, .low = value};
    *space = made;
    return 0;
}

void scc_decision_space_count_into(struct scc_decision_space *space, struct scc_work *work)
{
    space->work = work;
}

void scc_decision_space_free(struct scc_decision_space *space)
{
    if (!space)
        return;
    free(space->nodes);
    free(space->buckets);
    free(space->cache);
    free(space);
}

size_t scc_decision_node_count(const struct scc_decision_space *space)
{
    return space->count;
}

bool scc_decision_is_exhausted(const struct scc_decision_space *space)
{
    return space->failure == SCC_NODE_BOUND_REACHED;
}

static scc_diagram fail(struct scc_decision_space *space, enum scc_node_failure failure)
{
    if (space->failure == SCC_NODE_SOUND)
        space->failure = failure;
    return SCC_DIAGRAM_FAILED;
}

void scc_node_exhaust(struct scc_decision_space *space)
{
    fail(space, SCC_NODE_BOUND_REACHED);
}

void scc_node_set_nomem(struct scc_decision_space *space)
{
    fail(space, SCC_NODE_NO_MEMORY);
}

bool scc_node_is_sound(const struct scc_decision_space *space)
{
    return space->failure == SCC_NODE_SOUND;
}

int scc_node_check(const struct scc_decision_space *space, scc_error **err)
{
    if (space->failure == SCC_NODE_SOUND)
        return 0;
    if (space->failure == SCC_NODE_NO_MEMORY)
        return scc_error_nomem(err);
    if (scc_work_check(space->work, err) < 0)
        return -1;
    return scc_error_set(
        err, SCC_ERROR_INPUT,
        "too large: not decided within %zu nodes and %llu steps of a decision diagram",
        space->limit, (unsigned long long)space->step_limit);
}

/*
 * Nodes
 */

static uint64_t hash(uint32_t a, uint32_t b, uint32_t c)
{
    /* Odd constants with well-mixed bits (those of xxHash); the high bits of a product are the
     * best. */
    uint64_t mixed = a * 0x9e3779b185ebca87u ^ b * 0xc2b2ae3d27d4eb4fu ^ c * 0x165667b19e3779f9u;
    mixed ^= mixed >> 29;
    return (mixed * 0xff51afd7ed558ccdu) >> 32;
}

static uint32_t *find_bucket(const struct scc_decision_space *space, const struct scc_node *node)
{
    return &space->buckets[hash(node->level, node->low, node->high) & (space->bucket_count - 1)];
}

/** Doubles the buckets and the cache, which forgets everything: it is only there to save time. */
static bool grow_tables(struct scc_decision_space *space)
{
    size_t count = space->bucket_count * 2;
    uint32_t *buckets = calloc(count, sizeof *buckets);
    struct scc_node_result *cache = calloc(count, sizeof *cache);
    if (!buckets || !cache) {
        free(buckets);
        free(cache);
        return false;
    }
    free(space->buckets);
    free(space->cache);
    space->buckets = buckets;
    space->cache = cache;
    space->bucket_count = count;
    for (uint32_t i = 2; i < space->count; i++) {
        uint32_t *bucket = find_bucket(space, &space->nodes[i]);
        space->nodes[i].next = *bucket;
        *bucket = i;
    }
    return true;
}

/** The one node that is equal to @p wanted. */
static scc_diagram unique(struct scc_decision_space *space, struct scc_node wanted)
{
    for (uint32_t i = *find_bucket(space, &wanted); i != NO_NODE; i = space->nodes[i].next) {
        const struct scc_node *node = &space->nodes[i];
        if (node->low == wanted.low && node->high == wanted.high && node->level == wanted.level)
            return i;
    }
    if (space->count >= space->limit)
        return fail(space, SCC_NODE_BOUND_REACHED);
    if (!SCC_GROW(space->nodes, space->cap, space->count + 1) ||
        (space->count >= space->bucket_count && !grow_tables(space)))
        return fail(space, SCC_NODE_NO_MEMORY);
    uint32_t *bucket = find_bucket(space, &wanted);
    wanted.next = *bucket;
    *bucket = (uint32_t)space->count;
    space->nodes[space->count] = wanted;
    return (scc_diagram)space->count++;
}

static scc_diagram branch(struct scc_decision_space *space, uint32_t level, scc_diagram low,
                          scc_diagram high)
{
    if (space->failure != SCC_NODE_SOUND)
        return SCC_DIAGRAM_FAILED;
    if (low == high)
        return low;
    return unique(space, (struct scc_node){.level = level, .low = low, .high = high});
}

scc_diagram scc_node_return(struct scc_decision_space *space, uint32_t return_value)
{
    if (space->failure != SCC_NODE_SOUND)
        return SCC_DIAGRAM_FAILED;
    if (return_value < 2)
        return return_value; /* made with the space */
    return unique(space, (struct scc_node){.level = SCC_LEVEL_RETURN, .low = return_value});
}

scc_diagram scc_node_stand_in(struct scc_decision_space *space, uint32_t index)
{
    if (space->failure != SCC_NODE_SOUND)
        return SCC_DIAGRAM_FAILED;
    return unique(space, (struct scc_node){.level = SCC_LEVEL_RETURN, .low = index, .high = 1});
}

scc_diagram scc_node_branch(struct scc_decision_space *space, unsigned word, unsigned bit,
                            scc_diagram low, scc_diagram high)
{
    return branch(space, space->levels[word][bit], low, high);
}

scc_diagram scc_node_bit(struct scc_decision_space *space, unsigned word, unsigned bit)
{
    return scc_node_branch(space, word, bit, SCC_DIAGRAM_NOWHERE, SCC_DIAGRAM_EVERYWHERE);
}

/*
 * Operations. They recurse once for each level: 512 deep at most.
 */

static struct scc_node_result *find_remembered(const struct scc_decision_space *space,
                                               scc_diagram a, scc_diagram b, scc_diagram c)
{
    return &space->cache[hash(a, b, c) & (space->bucket_count - 1)];
}

static bool is_remembered(const struct scc_node_result *entry, scc_diagram a, scc_diagram b,
                          scc_diagram c)
{
    return entry->a == a && entry->b == b && entry->c == c;
}

bool scc_node_take_steps(struct scc_decision_space *space, unsigned count)
{
    space->steps += count;
    if ((space->work && !scc_work_take(space->work, count)) || space->steps > space->step_limit)
        fail(space, SCC_NODE_BOUND_REACHED);
    return space->failure == SCC_NODE_SOUND;
}

static uint32_t first_level(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static scc_diagram choose(struct scc_decision_space *space, scc_diagram condition, scc_diagram then,
                          scc_diagram otherwise)
{
    if (condition == SCC_DIAGRAM_NOWHERE)
        return otherwise;
    if (then == condition)
        then = SCC_DIAGRAM_EVERYWHERE;
    if (otherwise == condition)
        otherwise = SCC_DIAGRAM_NOWHERE;
    if (condition == SCC_DIAGRAM_EVERYWHERE || then == otherwise)
        return then;
    if (then == SCC_DIAGRAM_EVERYWHERE && otherwise == SCC_DIAGRAM_NOWHERE)
        return condition;
    struct scc_node_result *entry = find_remembered(space, condition, then, otherwise);
    if (is_remembered(entry, condition, then, otherwise))
        return entry->result;
    if (!scc_node_take_steps(space, 1)) /* nodes alone would not bound time */
        return SCC_DIAGRAM_FAILED;
    uint32_t level =
        first_level(space->nodes[condition].level,
                    first_level(space->nodes[then].level, space->nodes[otherwise].level));
    scc_diagram halves[2];
    for (int i = 0; i < 2; i++) {
        halves[i] =
            choose(space, scc_node_half(space, condition, level, i),
                   scc_node_half(space, then, level, i), scc_node_half(space, otherwise, level, i));
        if (space->failure != SCC_NODE_SOUND)
            return SCC_DIAGRAM_FAILED;
    }
    scc_diagram result = branch(space, level, halves[0], halves[1]);
    /* Not the same place as above where the tables have grown. */
    *find_remembered(space, condition, then, otherwise) =
        (struct scc_node_result){condition, then, otherwise, result};
    return result;
}

scc_diagram scc_node_choose(struct scc_decision_space *space, scc_diagram condition,
                            scc_diagram then, scc_diagram otherwise)
{
    return space->failure == SCC_NODE_SOUND ? choose(space, condition, then, otherwise)
                                            : SCC_DIAGRAM_FAILED;
}

static scc_diagram apply_to_values(struct scc_decision_space *space,
                                   enum scc_node_operation operation, uint32_t a, uint32_t b)
{
    switch (operation) {
    case SCC_NODE_DIFFER:
        return SCC_DIAGRAM_EVERYWHERE; /* equal ones are one node */
    case SCC_NODE_MORE_PERMISSIVE:
        return scc_action_of(a) > scc_action_of(b);
    case SCC_NODE_SHARE_BITS:
        return (a & b) != 0;
    case SCC_NODE_OR:
        return scc_node_return(space, a | b);
    case SCC_NODE_STRICTEST:
        return scc_node_return(space, scc_action_of(b) < scc_action_of(a) ? b : a);
    case SCC_NODE_OPERATION_COUNT:
        break;
    }
    return SCC_DIAGRAM_FAILED;
}

/** In the cache, what stands for an operation: no node (NODE_LIMIT_MAX). */
static scc_diagram key_of(enum scc_node_operation operation)
{
    return UINT32_MAX - (uint32_t)operation;
}

/** What an operation makes of two equal diagrams. */
static scc_diagram apply_to_equal(enum scc_node_operation operation, scc_diagram both)
{
    return operation == SCC_NODE_OR || operation == SCC_NODE_STRICTEST ? both : SCC_DIAGRAM_NOWHERE;
}

static scc_diagram apply(struct scc_decision_space *space, enum scc_node_operation operation,
                         scc_diagram a, scc_diagram b)
{
    if (a == b && operation != SCC_NODE_SHARE_BITS)
        return apply_to_equal(operation, a);
    uint32_t level = first_level(space->nodes[a].level, space->nodes[b].level);
    if (level == SCC_LEVEL_RETURN)
        return apply_to_values(space, operation, space->nodes[a].low, space->nodes[b].low);
    scc_diagram key = key_of(operation);
    struct scc_node_result *entry = find_remembered(space, key, a, b);
    if (is_remembered(entry, key, a, b))
        return entry->result;
    if (!scc_node_take_steps(space, 1))
        return SCC_DIAGRAM_FAILED;
    scc_diagram halves[2];
    for (int i = 0; i < 2; i++) {
        halves[i] = apply(space, operation, scc_node_half(space, a, level, i),
                          scc_node_half(space, b, level, i));
        if (space->failure != SCC_NODE_SOUND)
            return SCC_DIAGRAM_FAILED;
    }
    scc_diagram result = branch(space, level, halves[0], halves[1]);
    *find_remembered(space, key, a, b) = (struct scc_node_result){key, a, b, result};
    return result;
}

scc_diagram scc_node_apply(struct scc_decision_space *space, enum scc_node_operation operation,
                           scc_diagram a, scc_diagram b)
{
    return space->failure == SCC_NODE_SOUND ? apply(space, operation, a, b) : SCC_DIAGRAM_FAILED;
}

/** @p call tells the results of one call of scc_node_given() from those of another. */
static scc_diagram fix_words(struct scc_decision_space *space, scc_diagram diagram,
                             const struct scc_given *given, uint32_t call)
{
    const scc_diagram key = key_of(SCC_NODE_OPERATION_COUNT);
    const struct scc_node node = space->nodes[diagram]; /* by value: the space grows */
    if (node.level == SCC_LEVEL_RETURN)
        return diagram;
    unsigned word = space->words[node.level], bit = space->bits[node.level];
    scc_diagram result;
    struct scc_node_result *entry = find_remembered(space, key, diagram, call);
    if (is_remembered(entry, key, diagram, call))
        return entry->result;
    if (!scc_node_take_steps(space, 1))
        return SCC_DIAGRAM_FAILED;
    if (given->known >> word & 1) {
        bool is_high = given->values[word] >> bit & 1;
        result = fix_words(space, is_high ? node.high : node.low, given, call);
    } else {
        scc_diagram low = fix_words(space, node.low, given, call);
        scc_diagram high = fix_words(space, node.high, given, call);
        result = branch(space, node.level, low, high);
    }
    if (space->failure != SCC_NODE_SOUND)
        return SCC_DIAGRAM_FAILED;
    *find_remembered(space, key, diagram, call) =
        (struct scc_node_result){key, diagram, call, result};
    return result;
}

scc_diagram scc_node_given(struct scc_decision_space *space, scc_diagram diagram,
                           const struct scc_given *given)
{
    return space->failure == SCC_NODE_SOUND ? fix_words(space, diagram, given, space->given_count++)
                                            : SCC_DIAGRAM_FAILED;
}

/** The number of segments that start below @p bound; they are sorted. */
static size_t count_below(const struct scc_segment *segments, size_t count, uint32_t bound)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (segments[middle].start < bound)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/**
 * The values from @p base on that are equal above @p bit (and in it, where it is @p bits - 1). The
 * first segment starts at or before the base. Recurses once for each bit.
 */
static scc_diagram select_below(struct scc_decision_space *space, unsigned word, unsigned bits,
                                uint32_t base, const struct scc_segment *segments, size_t count)
{
    if (count == 1)
        return segments[0].diagram;
    unsigned bit = bits - 1;
    uint32_t middle = base | (uint32_t)1 << bit;
    size_t before = count_below(segments, count, middle);
    scc_diagram low = select_below(space, word, bit, base, segments, before);
    size_t first = before < count && segments[before].start == middle ? before : before - 1;
    scc_diagram high = select_below(space, word, bit, middle, segments + first, count - first);
    return scc_node_branch(space, word, bit, low, high);
}

scc_diagram scc_node_select(struct scc_decision_space *space, unsigned word,
                            const struct scc_segment *segments, size_t count)
{
    return select_below(space, word, SCC_DECISION_WORD_BITS, 0, segments, count);
}
