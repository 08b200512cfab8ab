/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The nodes that diagrams are made of; for the decision_*.c files alone.
 *
 * Errors are kept by the space: a function that fails answers SCC_DIAGRAM_FAILED and notes why, and
 * everything that follows answers the same, so that one scc_node_check() at the end is enough.
 */
#ifndef SCC_DECISION_NODE_H
#define SCC_DECISION_NODE_H

#include "decision.h"

#define SCC_DIAGRAM_FAILED UINT32_MAX

/** The words of seccomp_data, without the byte order that decides where a filter finds them. */
enum scc_decision_word {
    SCC_DECISION_AUDIT,
    SCC_DECISION_NR,
    SCC_DECISION_ARGS, /* argument i: high word, then low word */
    SCC_DECISION_IP = SCC_DECISION_ARGS + 2 * SCC_ARG_COUNT, /* high word, then low word */
    SCC_DECISION_WORD_COUNT = SCC_DECISION_IP + 2,
    SCC_DECISION_WORD_BITS = 32,
};

static inline unsigned scc_decision_arg_high(unsigned arg)
{
    return SCC_DECISION_ARGS + 2 * arg;
}

static inline unsigned scc_decision_arg_low(unsigned arg)
{
    return SCC_DECISION_ARGS + 2 * arg + 1;
}

/** A level is the place of a bit in the space's order. */
enum {
    SCC_LEVEL_COUNT = SCC_DECISION_WORD_COUNT * SCC_DECISION_WORD_BITS,
    /** Behind the levels of the audit arch and nr, which come first in both orders. */
    SCC_LEVEL_ARGS = 2 * SCC_DECISION_WORD_BITS,
    /** The level of return values: behind every bit. */
    SCC_LEVEL_RETURN = SCC_LEVEL_COUNT,
};

/**
 * A bit with its two outcomes; or at SCC_LEVEL_RETURN a return value, in `low`. `high` is then 0,
 * but for the stand-ins of scc_node_stand_in().
 */
struct scc_node {
    uint32_t level;
    scc_diagram low, high;
    uint32_t next; /* in its chain */
};

/** A result of scc_node_choose(), or with `a` above every node of scc_node_apply(). All 0: none. */
struct scc_node_result {
    scc_diagram a, b, c;
    scc_diagram result;
};

enum scc_node_failure {
    SCC_NODE_SOUND,
    SCC_NODE_BOUND_REACHED,
    SCC_NODE_NO_MEMORY,
};

struct scc_decision_space {
    struct scc_node *nodes;
    size_t count, cap, limit;
    uint32_t *buckets; /* chains of nodes with one hash; bucket_count is a power of two */
    size_t bucket_count;
    struct scc_node_result *cache; /* as many as buckets */
    uint64_t steps, step_limit;
    struct scc_work *work; /* that steps count into as well; or NULL */
    uint32_t given_count;  /* of scc_node_given(): each call has results of its own */
    enum scc_node_failure failure;
    uint16_t levels[SCC_DECISION_WORD_COUNT][SCC_DECISION_WORD_BITS]; /* of each bit */
    uint8_t words[SCC_LEVEL_COUNT], bits[SCC_LEVEL_COUNT];            /* of each level */
};

/** The half of @p diagram in which the bit of @p level has that value. */
static inline scc_diagram scc_node_half(const struct scc_decision_space *space, scc_diagram diagram,
                                        uint32_t level, bool is_high)
{
    const struct scc_node *node = &space->nodes[diagram];
    if (node->level != level)
        return diagram;
    return is_high ? node->high : node->low;
}

/** The constant function. */
scc_diagram scc_node_return(struct scc_decision_space *space, uint32_t return_value);

/**
 * A constant that is no return value: it stands for something that is put in later, where
 * scc_node_apply() with SCC_NODE_DIFFER finds it. It must be in no diagram that leaves its maker.
 */
scc_diagram scc_node_stand_in(struct scc_decision_space *space, uint32_t index);

/** Where bit @p bit (0 is the lowest) of a word is set. */
scc_diagram scc_node_bit(struct scc_decision_space *space, unsigned word, unsigned bit);

/**
 * @p low where the bit is clear, @p high where it is set. The bit must come before every bit that
 * @p low and @p high depend on.
 */
scc_diagram scc_node_branch(struct scc_decision_space *space, unsigned word, unsigned bit,
                            scc_diagram low, scc_diagram high);

/** @p then where @p condition holds, @p otherwise elsewhere. 0 and 1 are the condition's only
 * values. */
scc_diagram scc_node_choose(struct scc_decision_space *space, scc_diagram condition,
                            scc_diagram then, scc_diagram otherwise);

static inline scc_diagram scc_node_and(struct scc_decision_space *space, scc_diagram a,
                                       scc_diagram b)
{
    return scc_node_choose(space, a, b, SCC_DIAGRAM_NOWHERE);
}

static inline scc_diagram scc_node_or(struct scc_decision_space *space, scc_diagram a,
                                      scc_diagram b)
{
    return scc_node_choose(space, a, SCC_DIAGRAM_EVERYWHERE, b);
}

static inline scc_diagram scc_node_not(struct scc_decision_space *space, scc_diagram a)
{
    return scc_node_choose(space, a, SCC_DIAGRAM_NOWHERE, SCC_DIAGRAM_EVERYWHERE);
}

/** What scc_node_apply() does with the return values of two diagrams. */
enum scc_node_operation {
    SCC_NODE_DIFFER,          /* whether they differ */
    SCC_NODE_MORE_PERMISSIVE, /* whether the first one's action is the more permissive */
    SCC_NODE_SHARE_BITS,      /* whether they have a bit in common */
    SCC_NODE_OR,              /* bitwise */
    SCC_NODE_STRICTEST,       /* the one with the stricter action, the first where they are equal */
    SCC_NODE_OPERATION_COUNT,
};

/** The operation for every input. */
scc_diagram scc_node_apply(struct scc_decision_space *space, enum scc_node_operation operation,
                           scc_diagram a, scc_diagram b);

/** Words whose values are known: `known` has bit enum scc_decision_word, `values` the values. */
struct scc_given {
    uint32_t known;
    uint32_t values[SCC_DECISION_WORD_COUNT];
};

/** What @p diagram says once the given words are known. */
scc_diagram scc_node_given(struct scc_decision_space *space, scc_diagram diagram,
                           const struct scc_given *given);

/** A part of a word's values: from `start` to the next segment's. */
struct scc_segment {
    uint32_t start;
    scc_diagram diagram;
};

/**
 * The diagram that the word's value selects. Segments are sorted, the first starts at 0. Their
 * diagrams must depend on no bit that comes before the word's last.
 */
scc_diagram scc_node_select(struct scc_decision_space *space, unsigned word,
                            const struct scc_segment *segments, size_t count);

/** Counts work that makes no nodes; false where there has been too much of it. */
bool scc_node_take_steps(struct scc_decision_space *space, unsigned count);

/** Notes that a bound is reached which the nodes do not show. */
void scc_node_exhaust(struct scc_decision_space *space);

/** Notes that memory ran out. */
void scc_node_set_nomem(struct scc_decision_space *space);

/** Whether nothing has failed so far. */
bool scc_node_is_sound(const struct scc_decision_space *space);

/** 0, or -1 and the error of what has failed. */
int scc_node_check(const struct scc_decision_space *space, scc_error **err);

#endif
