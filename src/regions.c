/* SPDX-License-Identifier: Apache-2.0 */
#include "regions.h"

#include <stdlib.h>

#include "decision_cells.h"
#include "error.h"
#include "syscall.h"
#include "util.h"

enum {
    /** An audit arch that no architecture has: e_machine 0 (linux/audit.h). */
    NO_AUDIT = 0,
    /** Behind the level of the audit arch's lowest bit. */
    AUDIT_END = SCC_DECISION_WORD_BITS,
};

/** A condition that has been put into words. */
struct worded {
    scc_diagram where;
    const struct scc_condition *condition;
};

struct finder {
    struct scc_decision_space *space;
    scc_diagram a, b;
    scc_region_filter *wants;
    struct scc_regions *regions;
    struct worded *worded;
    size_t worded_count, worded_cap;
    scc_error **err;
};

bool scc_region_is_change(uint32_t before, uint32_t after)
{
    return before != after;
}

bool scc_region_is_opening(uint32_t before, uint32_t after)
{
    return scc_action_of(after) > scc_action_of(before);
}

void scc_regions_free(struct scc_regions *regions)
{
    free(regions->items);
    scc_pool_free(&regions->pool);
    *regions = (struct scc_regions){0};
}

/*
 * Places
 */

/** The segment from @p start on. */
static struct scc_segment from(uint32_t start, scc_diagram diagram)
{
    return (struct scc_segment){start, diagram};
}

static scc_diagram where_word_is(struct scc_decision_space *space, unsigned word, uint32_t value)
{
    struct scc_segment segments[3];
    size_t count = 0;
    if (value)
        segments[count++] = from(0, SCC_DIAGRAM_NOWHERE);
    segments[count++] = from(value, SCC_DIAGRAM_EVERYWHERE);
    if (value != UINT32_MAX)
        segments[count++] = from(value + 1, SCC_DIAGRAM_NOWHERE);
    return scc_node_select(space, word, segments, count);
}

/**
 * The numbers of an ABI. The number that skips a call is counted among x86_64's, not x32's: it is
 * never answered as x32's are.
 */
static scc_diagram numbers_of(struct scc_decision_space *space, const struct scc_arch *arch)
{
    const struct scc_segment segments[] = {
        from(0, SCC_DIAGRAM_EVERYWHERE),
        from(SCC_X32_BIT, SCC_DIAGRAM_NOWHERE),
        from(SCC_NR_SKIP, SCC_DIAGRAM_EVERYWHERE),
    };
    if (arch->audit != scc_arch_get(SCC_ARCH_X86_64)->audit)
        return SCC_DIAGRAM_EVERYWHERE;
    scc_diagram numbers = scc_node_select(space, SCC_DECISION_NR, segments, SCC_COUNT(segments));
    return arch->id == SCC_ARCH_X32 ? scc_node_not(space, numbers) : numbers;
}

/** What @p diagram says about one audit arch. */
static scc_diagram at_audit(const struct scc_decision_space *space, scc_diagram diagram,
                            uint32_t audit)
{
    for (uint32_t level; (level = space->nodes[diagram].level) < AUDIT_END;)
        diagram = scc_node_half(space, diagram, level, audit >> space->bits[level] & 1);
    return diagram;
}

int scc_regions_arches(struct scc_decision_space *space, scc_diagram diagram, scc_arch_set *arches,
                       scc_error **err)
{
    scc_arch_set found = 0;
    scc_diagram nobodys = at_audit(space, diagram, NO_AUDIT);
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        scc_diagram own = at_audit(space, diagram, arch->audit);
        scc_diagram differ = scc_node_apply(space, SCC_NODE_DIFFER, own, nobodys);
        if (scc_node_and(space, differ, numbers_of(space, arch)) != SCC_DIAGRAM_NOWHERE)
            found |= scc_arch_bit(arch->id);
    }
    if (scc_node_check(space, err) < 0)
        return -1;
    *arches = found;
    return 0;
}

/*
 * Regions
 */

static const struct scc_condition *find_worded(const struct finder *finder, scc_diagram where,
                                               bool is_64bit)
{
    for (size_t i = 0; i < finder->worded_count; i++) {
        if (finder->worded[i].where == where && finder->worded[i].condition->is_64bit == is_64bit)
            return finder->worded[i].condition;
    }
    return NULL;
}

/** The condition in words, made once. */
static int word_condition(struct finder *finder, scc_diagram where, bool is_64bit,
                          const struct scc_condition **condition)
{
    if ((*condition = find_worded(finder, where, is_64bit)))
        return 0;
    struct scc_condition made, *kept;
    struct scc_pool *pool = &finder->regions->pool;
    if (scc_condition_make(finder->space, pool, where, is_64bit, &made, finder->err) < 0)
        return -1;
    if (!(kept = scc_pool_copy(pool, &made, 1, sizeof made)) ||
        !SCC_GROW(finder->worded, finder->worded_cap, finder->worded_count + 1))
        return scc_error_nomem(finder->err);
    finder->worded[finder->worded_count++] = (struct worded){where, kept};
    *condition = kept;
    return 0;
}

/** Adds numbers to the place's region of that outcome. The place's regions begin at @p first. */
static int add_region(struct finder *finder, const struct scc_region_place *place, size_t first,
                      scc_diagram numbers, const struct scc_outcome *outcome)
{
    struct scc_regions *regions = finder->regions;
    for (size_t i = first; i < regions->count; i++) {
        struct scc_region *region = &regions->items[i];
        if (region->before != outcome->before || region->after != outcome->after ||
            region->where != outcome->where)
            continue;
        region->numbers = scc_node_or(finder->space, region->numbers, numbers);
        return 0;
    }
    struct scc_region region = {place, numbers,         outcome->where,
                                NULL,  outcome->before, outcome->after};
    /* Where nobody says which ABI it is, an argument has all of its bits. */
    bool is_64bit = !place->arch || place->arch->is_64bit;
    if (word_condition(finder, outcome->where, is_64bit, &region.condition) < 0)
        return -1;
    if (!SCC_GROW(regions->items, regions->cap, regions->count + 1))
        return scc_error_nomem(finder->err);
    regions->items[regions->count++] = region;
    return 0;
}

/** Adds the regions of the numbers that lead to one pair of functions. */
static int add_cell(struct finder *finder, const struct scc_region_place *place, size_t first,
                    const struct scc_cell *cell)
{
    SCC_CLEANUP(scc_outcomes_free) struct scc_outcomes outcomes = {0};
    scc_diagram numbers = scc_node_and(finder->space, cell->where, place->numbers);
    if (cell->a == cell->b || numbers == SCC_DIAGRAM_NOWHERE)
        return scc_node_check(finder->space, finder->err);
    if (scc_outcomes_find(finder->space, cell->a, cell->b, &outcomes, finder->err) < 0)
        return -1;
    for (size_t i = 0; i < outcomes.count; i++) {
        if (finder->wants(outcomes.items[i].before, outcomes.items[i].after) &&
            add_region(finder, place, first, numbers, &outcomes.items[i]) < 0)
            return -1;
    }
    return 0;
}

/** Adds a place and its regions. @p a and @p b speak of its audit arch. */
static int add_place(struct finder *finder, const struct scc_region_place *made, scc_diagram a,
                     scc_diagram b)
{
    SCC_CLEANUP(scc_cells_free) struct scc_cells cells = {0};
    size_t first = finder->regions->count;
    const struct scc_region_place *place =
        scc_pool_copy(&finder->regions->pool, made, 1, sizeof *made);
    if (!place)
        return scc_error_nomem(finder->err);
    if (scc_cells_split(finder->space, a, b, SCC_LEVEL_ARGS, &cells, finder->err) < 0)
        return -1;
    for (size_t i = 0; i < cells.count; i++) {
        if (add_cell(finder, place, first, &cells.items[i]) < 0)
            return -1;
    }
    return scc_node_check(finder->space, finder->err);
}

/** The ABIs in question, and those that share an audit arch with one of them. */
static scc_arch_set with_siblings(scc_arch_set arches)
{
    const scc_arch_set siblings = scc_arch_bit(SCC_ARCH_X86_64) | scc_arch_bit(SCC_ARCH_X32);
    return (arches & siblings) ? arches | siblings : arches;
}

static int add_abis(struct finder *finder, scc_diagram *audits)
{
    scc_arch_set arches = with_siblings(finder->regions->arches);
    *audits = SCC_DIAGRAM_NOWHERE;
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        if (!(arches & scc_arch_bit(arch->id)))
            continue;
        struct scc_region_place place = {
            .arch = arch,
            .audits = where_word_is(finder->space, SCC_DECISION_AUDIT, arch->audit),
            .numbers = numbers_of(finder->space, arch),
        };
        *audits = scc_node_or(finder->space, *audits, place.audits);
        if (scc_node_check(finder->space, finder->err) < 0 ||
            add_place(finder, &place, at_audit(finder->space, finder->a, arch->audit),
                      at_audit(finder->space, finder->b, arch->audit)) < 0)
            return -1;
    }
    return 0;
}

/** Adds the audit arches that lead to one pair of functions, those of @p audits aside. */
static int add_others(struct finder *finder, scc_diagram audits, const struct scc_cell *cell)
{
    struct scc_decision_space *space = finder->space;
    scc_diagram others = scc_node_not(space, audits);
    struct scc_region_place place = {
        .audits = scc_node_and(space, cell->where, others),
        .numbers = SCC_DIAGRAM_EVERYWHERE,
    };
    if (scc_node_check(space, finder->err) < 0)
        return -1;
    if (cell->a == cell->b || place.audits == SCC_DIAGRAM_NOWHERE)
        return 0;
    place.is_all_others = place.audits == others;
    struct scc_variable audit = scc_variable_of(SCC_DECISION_AUDIT, true);
    if (!place.is_all_others && scc_value_set_make(space, &finder->regions->pool, place.audits,
                                                   audit, &place.audit_set, finder->err) < 0)
        return -1;
    return add_place(finder, &place, cell->a, cell->b);
}

static int find_all(struct finder *finder)
{
    SCC_CLEANUP(scc_cells_free) struct scc_cells cells = {0};
    scc_arch_set a_arches, b_arches;
    scc_diagram audits;
    if (scc_regions_arches(finder->space, finder->a, &a_arches, finder->err) < 0 ||
        scc_regions_arches(finder->space, finder->b, &b_arches, finder->err) < 0)
        return -1;
    finder->regions->arches = a_arches | b_arches;
    if (add_abis(finder, &audits) < 0 ||
        scc_cells_split(finder->space, finder->a, finder->b, AUDIT_END, &cells, finder->err) < 0)
        return -1;
    for (size_t i = 0; i < cells.count; i++) {
        if (add_others(finder, audits, &cells.items[i]) < 0)
            return -1;
    }
    return 0;
}

int scc_regions_find(struct scc_decision_space *space, scc_diagram a, scc_diagram b,
                     scc_region_filter *wants, struct scc_regions *regions, scc_error **err)
{
    struct scc_regions made = {0};
    struct finder finder = {
        .space = space, .a = a, .b = b, .wants = wants, .regions = &made, .err = err};
    int done = find_all(&finder);
    free(finder.worded);
    if (done < 0)
        scc_regions_free(&made);
    else
        *regions = made;
    return done;
}
