/* SPDX-License-Identifier: Apache-2.0 */
/** Questions about diagrams: differences, answers, extents, and inputs as examples. */
#include "decision_node.h"

#include <stdlib.h>

#include "error.h"
#include "util.h"

int scc_decision_where_differ(struct scc_decision_space *space, scc_diagram a, scc_diagram b,
                              scc_diagram *where, scc_error **err)
{
    scc_diagram result = scc_node_apply(space, SCC_NODE_DIFFER, a, b);
    if (scc_node_check(space, err) < 0)
        return -1;
    *where = result;
    return 0;
}

int scc_decision_where_more_permissive(struct scc_decision_space *space, scc_diagram a,
                                       scc_diagram b, scc_diagram *where, scc_error **err)
{
    scc_diagram result = scc_node_apply(space, SCC_NODE_MORE_PERMISSIVE, a, b);
    if (scc_node_check(space, err) < 0)
        return -1;
    *where = result;
    return 0;
}

/*
 * Reading
 */

static uint32_t call_word(const struct scc_call *call, unsigned word)
{
    if (word == SCC_DECISION_AUDIT)
        return call->audit;
    if (word == SCC_DECISION_NR)
        return call->nr;
    uint64_t pair = word >= SCC_DECISION_IP ? call->ip : call->args[(word - SCC_DECISION_ARGS) / 2];
    return (uint32_t)((word - SCC_DECISION_ARGS) % 2 ? pair : pair >> 32);
}

uint32_t scc_decision_answer(const struct scc_decision_space *space, scc_diagram diagram,
                             const struct scc_call *call)
{
    const struct scc_node *node = &space->nodes[diagram];
    while (node->level != SCC_LEVEL_RETURN) {
        uint32_t word = call_word(call, space->words[node->level]);
        node = &space->nodes[word >> space->bits[node->level] & 1 ? node->high : node->low];
    }
    return node->low;
}

scc_diagram scc_decision_at_nr(const struct scc_decision_space *space, scc_diagram diagram,
                               uint32_t audit, uint32_t nr)
{
    for (uint32_t level; (level = space->nodes[diagram].level) < SCC_LEVEL_ARGS;) {
        uint32_t value = space->words[level] == SCC_DECISION_AUDIT ? audit : nr;
        diagram = scc_node_half(space, diagram, level, value >> space->bits[level] & 1);
    }
    return diagram;
}

static void note_word(struct scc_decision_extent *extent, unsigned word)
{
    if (word == SCC_DECISION_AUDIT)
        extent->needs_audit = true;
    else if (word == SCC_DECISION_NR)
        extent->needs_nr = true;
    else if (word >= SCC_DECISION_IP)
        extent->needs_ip = true;
    else
        extent->args = (uint8_t)(extent->args | 1u << (word - SCC_DECISION_ARGS) / 2);
}

static void measure(const struct scc_decision_space *space, scc_diagram diagram, uint8_t *seen,
                    struct scc_decision_extent *extent)
{
    if (seen[diagram / 8] & 1u << diagram % 8)
        return;
    seen[diagram / 8] = (uint8_t)(seen[diagram / 8] | 1u << diagram % 8);
    extent->nodes++;
    const struct scc_node *node = &space->nodes[diagram];
    if (node->level == SCC_LEVEL_RETURN)
        return;
    note_word(extent, space->words[node->level]);
    measure(space, node->low, seen, extent);
    measure(space, node->high, seen, extent);
}

int scc_decision_measure(const struct scc_decision_space *space, scc_diagram diagram,
                         struct scc_decision_extent *extent, scc_error **err)
{
    SCC_AUTOFREE uint8_t *seen = calloc(space->count / 8 + 1, 1);
    if (!seen)
        return scc_error_nomem(err);
    *extent = (struct scc_decision_extent){0};
    measure(space, diagram, seen, extent);
    return 0;
}

/*
 * Picking an input
 */

static void set_bit(struct scc_call *call, unsigned word, unsigned bit)
{
    if (word == SCC_DECISION_AUDIT) {
        call->audit |= (uint32_t)1 << bit;
    } else if (word == SCC_DECISION_NR) {
        call->nr |= (uint32_t)1 << bit;
    } else {
        unsigned is_low = (word - SCC_DECISION_ARGS) % 2;
        uint64_t set = (uint64_t)1 << (bit + (is_low ? 0 : 32));
        if (word >= SCC_DECISION_IP)
            call->ip |= set;
        else
            call->args[(word - SCC_DECISION_ARGS) / 2] |= set;
    }
}

/** Sets in @p call the bits that @p where needs: none that can be clear. */
static void descend(const struct scc_decision_space *space, scc_diagram where,
                    struct scc_call *call)
{
    for (const struct scc_node *node; (node = &space->nodes[where])->level != SCC_LEVEL_RETURN;) {
        where = node->low;
        if (where == SCC_DIAGRAM_NOWHERE) {
            where = node->high;
            set_bit(call, space->words[node->level], space->bits[node->level]);
        }
    }
}

/** The lowest number of @p arch that has a name and lies in @p where; false where there is none. */
static bool pick_named(const struct scc_decision_space *space, scc_diagram where,
                       const struct scc_arch *arch, uint32_t *nr)
{
    bool found = false;
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
        uint32_t named = scc_syscall_nr(&scc_syscall_table[i], arch);
        if (named == SCC_NR_NONE || (found && named >= *nr) ||
            scc_decision_at_nr(space, where, arch->audit, named) == SCC_DIAGRAM_NOWHERE)
            continue;
        *nr = named;
        found = true;
    }
    return found;
}

/** What @p diagram says about one audit arch. */
static scc_diagram at_audit(const struct scc_decision_space *space, scc_diagram diagram,
                            uint32_t audit)
{
    for (uint32_t level; (level = space->nodes[diagram].level) < SCC_DECISION_WORD_BITS;)
        diagram = scc_node_half(space, diagram, level, audit >> space->bits[level] & 1);
    return diagram;
}

static bool pick_on(const struct scc_decision_space *space, scc_diagram where,
                    const struct scc_arch *arch, bool wants_name, struct scc_call *call)
{
    *call = (struct scc_call){.audit = arch->audit};
    scc_diagram left;
    if (wants_name) {
        if (!pick_named(space, where, arch, &call->nr))
            return false;
        left = scc_decision_at_nr(space, where, arch->audit, call->nr);
    } else {
        left = at_audit(space, where, arch->audit);
    }
    descend(space, left, call);
    return left != SCC_DIAGRAM_NOWHERE;
}

bool scc_decision_pick(const struct scc_decision_space *space, scc_diagram where,
                       const struct scc_policy *policy, struct scc_call *call)
{
    if (where == SCC_DIAGRAM_NOWHERE)
        return false;
    for (int wants_name = 1; wants_name >= 0; wants_name--) {
        const struct scc_arch *arch;
        for (unsigned i = 0; (arch = policy ? scc_policy_arch(policy, i) : scc_arch_at(i)); i++) {
            if (pick_on(space, where, arch, wants_name, call))
                return true;
        }
    }
    *call = (struct scc_call){0};
    descend(space, where, call);
    return true;
}
