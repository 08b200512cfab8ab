/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Each region becomes facts: one call, or one set of numbers, on one ABI changes so. Equal facts of
 * several ABIs become one, then equal changes of several calls.
 */
#include "describe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "syscall.h"
#include "util.h"

enum {
    /** From so many names on, "every call but …" may be shorter. */
    MANY_NAMES = 20,
};

/** What kind of numbers an item is; sorted in this order. */
enum item_kind {
    ITEM_EVERY_CALL,
    ITEM_NAME,
    ITEM_ALL_UNNAMED,
    ITEM_NUMBERS,
};

/** Some numbers, in words. Items with the same words are the same. */
struct item {
    enum item_kind kind;
    const char *text;
    const struct scc_value_set *numbers; /* ITEM_NUMBERS */
    const char **exceptions;             /* ITEM_EVERY_CALL: names; the text holds them too */
    size_t exception_count;
};

/** An item and how it changes. */
struct fact {
    uint32_t before, after;
    const struct scc_condition *condition;
    const char *condition_text; /* "": always */
    struct item item;
    scc_arch_set arches;
    const char *others;       /* "": none */
    scc_arch_set item_arches; /* ABIs in question that have such an item */
};

struct grouping {
    struct scc_decision_space *space;
    const struct scc_regions *regions;
    struct scc_pool *pool;
    struct fact *facts;
    size_t count, cap;
    scc_diagram named[SCC_ARCH_COUNT]; /* where a number has a name; 0: not made yet */
    scc_error **err;
};

const char *scc_direction_name(enum scc_direction direction)
{
    static const char *const names[SCC_DIRECTION_COUNT] = {"more", "less", "other"};
    return names[direction];
}

static enum scc_direction direction_of(uint32_t before, uint32_t after)
{
    if (scc_region_is_opening(before, after))
        return SCC_DIRECTION_MORE;
    return scc_region_is_opening(after, before) ? SCC_DIRECTION_LESS : SCC_DIRECTION_OTHER;
}

void scc_changes_free(struct scc_changes *changes)
{
    scc_pool_free(&changes->pool);
    *changes = (struct scc_changes){0};
}

/** Moves the text into the pool; NULL without memory. */
static const char *keep_text(struct scc_pool *pool, struct scc_strbuf *text)
{
    SCC_AUTOFREE char *made = scc_strbuf_steal(text);
    if (!made) {
        pool->failed = true;
        return NULL;
    }
    return scc_pool_copy(pool, made, strlen(made) + 1, 1);
}

/*
 * Facts
 */

static int add_fact(struct grouping *at, struct fact fact)
{
    if (at->pool->failed || !SCC_GROW(at->facts, at->cap, at->count + 1))
        return scc_error_nomem(at->err);
    at->facts[at->count++] = fact;
    return 0;
}

/** The ABIs in question under whose numbers @p call stands. */
static scc_arch_set arches_with(const struct grouping *at, const struct scc_syscall *call)
{
    scc_arch_set arches = 0;
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        if (scc_syscall_nr(call, scc_arch_get((enum scc_arch_id)id)) != SCC_NR_NONE)
            arches |= scc_arch_bit((enum scc_arch_id)id);
    }
    return arches & at->regions->arches;
}

static bool has_nr(const struct scc_decision_space *space, scc_diagram numbers, uint32_t nr)
{
    return scc_decision_at_nr(space, numbers, 0, nr) == SCC_DIAGRAM_EVERYWHERE;
}

/** The call that a number of the ABI is told by; NULL where this is not @p call. */
static const struct scc_syscall *told_call(const struct scc_syscall *call,
                                           const struct scc_arch *arch)
{
    uint32_t nr = scc_syscall_nr(call, arch);
    return nr != SCC_NR_NONE && scc_syscall_at(arch, nr) == call ? call : NULL;
}

static int add_names(struct grouping *at, const struct scc_region *region, const struct fact *shape)
{
    const struct scc_arch *arch = region->place->arch;
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
        const struct scc_syscall *call = told_call(&scc_syscall_table[i], arch);
        if (!call || !has_nr(at->space, region->numbers, scc_syscall_nr(call, arch)))
            continue;
        struct fact fact = *shape;
        fact.item = (struct item){.kind = ITEM_NAME, .text = call->name};
        fact.item_arches = arches_with(at, call);
        if (add_fact(at, fact) < 0)
            return -1;
    }
    return 0;
}

static scc_diagram make_named(struct scc_decision_space *space, const struct scc_arch *arch)
{
    struct scc_segment segments[2 * SCC_SYSCALL_COUNT + 1];
    size_t count = 0;
    if (arch->column == SCC_COLUMN_NONE)
        return SCC_DIAGRAM_NOWHERE;
    uint32_t end = 0;
    segments[count++] = (struct scc_segment){0, SCC_DIAGRAM_NOWHERE};
    for (size_t i = 0; i < scc_syscall_by_nr_count[arch->column]; i++) {
        uint16_t index = scc_syscall_by_nr_index[arch->column][i];
        uint32_t nr = scc_syscall_nr(&scc_syscall_table[index], arch);
        if (nr < end)
            continue; /* a second name */
        if (nr == segments[count - 1].start)
            count--;
        if (nr != end || !count)
            segments[count++] = (struct scc_segment){nr, SCC_DIAGRAM_EVERYWHERE};
        end = nr + 1;
        segments[count++] = (struct scc_segment){end, SCC_DIAGRAM_NOWHERE};
    }
    return scc_node_select(space, SCC_DECISION_NR, segments, count);
}

/** Where a number of the ABI has a name. */
static scc_diagram where_named(struct grouping *at, const struct scc_arch *arch)
{
    if (!arch)
        return SCC_DIAGRAM_NOWHERE;
    if (at->named[arch->id] == SCC_DIAGRAM_NOWHERE)
        at->named[arch->id] = make_named(at->space, arch);
    return at->named[arch->id];
}

static bool are_all_named(const struct scc_arch *arch, uint64_t first, uint64_t end)
{
    if (!arch || end - first > SCC_SYSCALL_COUNT)
        return false;
    for (uint64_t nr = first; nr < end; nr++) {
        if (!scc_syscall_at(arch, (uint32_t)nr))
            return false;
    }
    return true;
}

/** The same set with ranges joined where only numbers with a name lie between: these do not count.
 */
static int join_over_names(struct grouping *at, const struct scc_arch *arch,
                           struct scc_value_set *set)
{
    struct scc_value_test test = set->tests[0];
    if (set->test_count > 1 || set->more || test.is_negated || test.mask != UINT32_MAX)
        return 0;
    struct scc_range *ranges = scc_pool_copy(at->pool, test.ranges, test.count, sizeof *ranges);
    if (!ranges)
        return scc_error_nomem(at->err);
    size_t kept = 1;
    for (size_t i = 1; i < test.count; i++) {
        if (are_all_named(arch, ranges[kept - 1].last + 1, ranges[i].first))
            ranges[kept - 1].last = ranges[i].last;
        else
            ranges[kept++] = ranges[i];
    }
    test.ranges = ranges;
    test.count = kept;
    set->tests = scc_pool_copy(at->pool, &test, 1, sizeof test);
    return set->tests ? 0 : scc_error_nomem(at->err);
}

/** Adds the numbers @p numbers, of which none has a name. */
static int add_numbers(struct grouping *at, const struct scc_region *region, scc_diagram numbers,
                       struct fact fact)
{
    struct scc_strbuf text = {0};
    struct scc_value_set *set = scc_pool_take(at->pool, 1, sizeof *set);
    struct scc_variable variable = scc_variable_of(SCC_DECISION_NR, true);
    if (!set)
        return scc_error_nomem(at->err);
    if (scc_value_set_make(at->space, at->pool, numbers, variable, set, at->err) < 0 ||
        join_over_names(at, region->place->arch, set) < 0)
        return -1;
    scc_value_set_describe(&text, set);
    scc_strbuf_add(&text, region->place->arch ? " (no name)" : "");
    fact.item =
        (struct item){.kind = ITEM_NUMBERS, .text = keep_text(at->pool, &text), .numbers = set};
    return add_fact(at, fact);
}

/** Where a number has no name. *all becomes those of the place, *own those of the region. */
static void find_unnamed(struct grouping *at, const struct scc_region *region, scc_diagram *all,
                         scc_diagram *own)
{
    scc_diagram unnamed = scc_node_not(at->space, where_named(at, region->place->arch));
    *all = scc_node_and(at->space, region->place->numbers, unnamed);
    *own = scc_node_and(at->space, region->numbers, unnamed);
}

static bool has_all_unnamed(struct grouping *at, const struct scc_region *region)
{
    scc_diagram all, own;
    find_unnamed(at, region, &all, &own);
    return own == all;
}

static int add_unnamed(struct grouping *at, const struct scc_region *region,
                       const struct fact *shape)
{
    scc_diagram all, own;
    find_unnamed(at, region, &all, &own);
    if (scc_node_check(at->space, at->err) < 0)
        return -1;
    if (own == SCC_DIAGRAM_NOWHERE)
        return 0;
    struct fact fact = *shape;
    fact.item_arches = at->regions->arches;
    if (own != all)
        return add_numbers(at, region, own, fact);
    fact.item = (struct item){.kind = ITEM_ALL_UNNAMED, .text = ""};
    return add_fact(at, fact);
}

/** Lists the names of the ABI that the region has, or has not; returns their number. */
static size_t list_names(const struct grouping *at, const struct scc_region *region, bool has,
                         const char **names)
{
    const struct scc_arch *arch = region->place->arch;
    size_t count = 0;
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
        const struct scc_syscall *call = told_call(&scc_syscall_table[i], arch);
        if (call && has_nr(at->space, region->numbers, scc_syscall_nr(call, arch)) == has)
            names[count++] = call->name;
    }
    return count;
}

/** Adds "every call but …" where almost all numbers of the ABI change; *is_added tells. */
static int add_almost_all(struct grouping *at, const struct scc_region *region, struct fact fact,
                          bool *is_added)
{
    const char *names[SCC_SYSCALL_COUNT];
    struct scc_strbuf text = {0};
    *is_added = false;
    size_t changed = region->place->arch ? list_names(at, region, true, names) : 0;
    size_t kept = region->place->arch ? list_names(at, region, false, names) : 0;
    bool has_all = region->numbers == region->place->numbers;
    if (!has_all && (changed < MANY_NAMES || kept * 2 > changed || !has_all_unnamed(at, region)))
        return scc_node_check(at->space, at->err);
    fact.item = (struct item){.kind = ITEM_EVERY_CALL, .exception_count = kept};
    fact.item.exceptions = scc_pool_copy(at->pool, names, kept, sizeof *names);
    for (size_t i = 0; i < kept; i++)
        scc_strbuf_addf(&text, " %s", names[i]);
    scc_strbuf_add(&text, "");
    fact.item.text = keep_text(at->pool, &text);
    fact.item_arches = at->regions->arches;
    *is_added = true;
    return add_fact(at, fact);
}

/** What the audit arches of a place are called. */
static const char *describe_others(struct grouping *at, const struct scc_region_place *place)
{
    struct scc_strbuf text = {0};
    if (place->arch)
        return "";
    if (place->is_all_others)
        return at->regions->arches ? "any other architecture" : "every architecture";
    scc_value_set_describe(&text, &place->audit_set);
    return keep_text(at->pool, &text);
}

static int add_facts(struct grouping *at, const struct scc_region *region)
{
    const struct scc_arch *arch = region->place->arch;
    struct scc_strbuf text = {0};
    scc_condition_describe(&text, region->condition);
    scc_strbuf_add(&text, ""); /* a text, if an empty one */
    struct fact shape = {
        .before = region->before,
        .after = region->after,
        .condition = region->condition,
        .condition_text = keep_text(at->pool, &text),
        .arches = arch ? scc_arch_bit(arch->id) : 0,
        .others = describe_others(at, region->place),
    };
    bool is_told;
    if (add_almost_all(at, region, shape, &is_told) < 0 || is_told)
        return is_told && !at->pool->failed ? 0 : -1;
    if (arch && add_names(at, region, &shape) < 0)
        return -1;
    return add_unnamed(at, region, &shape);
}

/*
 * Equal facts of several ABIs
 */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/** By what changes into what, and when. */
static int compare_changes(const struct fact *first, const struct fact *second)
{
    int orders[] = {
        compare_numbers(first->before, second->before),
        compare_numbers(first->after, second->after),
        strcmp(first->condition_text, second->condition_text),
        strcmp(first->others, second->others),
    };
    for (size_t i = 0; i < SCC_COUNT(orders); i++) {
        if (orders[i])
            return orders[i];
    }
    return 0;
}

static int compare_items(const struct item *first, const struct item *second)
{
    if (first->kind != second->kind)
        return first->kind < second->kind ? -1 : 1;
    return strcmp(first->text, second->text);
}

static int compare_facts(const void *a, const void *b)
{
    const struct fact *first = a, *second = b;
    int order = compare_changes(first, second);
    return order ? order : compare_items(&first->item, &second->item);
}

static void merge_arches(struct grouping *at)
{
    size_t kept = 0;
    qsort(at->facts, at->count, sizeof *at->facts, compare_facts);
    for (size_t i = 0; i < at->count; i++) {
        if (kept && compare_facts(&at->facts[kept - 1], &at->facts[i]) == 0)
            at->facts[kept - 1].arches |= at->facts[i].arches;
        else
            at->facts[kept++] = at->facts[i];
    }
    at->count = kept;
}

/*
 * Equal changes of several items
 */

static bool must_name_arches(const struct fact *fact)
{
    return *fact->others || fact->arches != fact->item_arches;
}

/** What stands on one line: the same change on ABIs that are told alike. */
static int compare_lines(const struct fact *first, const struct fact *second)
{
    int order = compare_changes(first, second);
    bool first_names = must_name_arches(first), second_names = must_name_arches(second);
    if (order || first_names != second_names)
        return order ? order : first_names - second_names;
    if (first_names && first->arches != second->arches)
        return first->arches < second->arches ? -1 : 1;
    /* Exceptions hold for all that a line says, so such an item stands alone. */
    bool is_every = first->item.kind == ITEM_EVERY_CALL;
    if (is_every || second->item.kind == ITEM_EVERY_CALL)
        return compare_items(&first->item, &second->item);
    return 0;
}

static int compare_for_lines(const void *a, const void *b)
{
    const struct fact *first = a, *second = b;
    int order = compare_lines(first, second);
    return order ? order : compare_items(&first->item, &second->item);
}

static void add_item(struct scc_change *change, const struct fact *fact)
{
    change->arches |= fact->arches;
    switch (fact->item.kind) {
    case ITEM_EVERY_CALL:
        change->is_every_call = true;
        change->names = fact->item.exceptions;
        change->name_count = fact->item.exception_count;
        break;
    case ITEM_NAME:
        change->names[change->name_count++] = fact->item.text;
        break;
    case ITEM_ALL_UNNAMED:
        change->has_all_unnamed = true;
        break;
    case ITEM_NUMBERS:
        change->numbers[change->number_count++] = fact->item.numbers;
        break;
    }
}

/** The change that @p count facts tell. */
static int make_change(struct grouping *at, const struct fact *facts, size_t count,
                       struct scc_change *change)
{
    *change = (struct scc_change){
        .direction = direction_of(facts->before, facts->after),
        .before = facts->before,
        .after = facts->after,
        .others = *facts->others ? facts->others : NULL,
        .names_arches = must_name_arches(facts),
        .names = scc_pool_take(at->pool, count, sizeof *change->names),
        .numbers = scc_pool_take(at->pool, count, sizeof *change->numbers),
        .condition = facts->condition,
        .condition_text = *facts->condition_text ? facts->condition_text : NULL,
    };
    if (!change->names || !change->numbers)
        return scc_error_nomem(at->err);
    for (size_t i = 0; i < count; i++)
        add_item(change, &facts[i]);
    return 0;
}

/** A change's first item, as far as lines are sorted by it: names before all else. */
static const char *first_item(const struct scc_change *change)
{
    return change->is_every_call || !change->name_count ? "~" : change->names[0];
}

/** The order of lines: unconditional changes first, then what changes into what, then names. */
static int compare_for_reader(const void *a, const void *b)
{
    const struct scc_change *first = a, *second = b;
    int orders[] = {
        compare_numbers(first->direction, second->direction),
        compare_numbers(first->condition_text != NULL, second->condition_text != NULL),
        compare_numbers(scc_action_of(first->before), scc_action_of(second->before)),
        compare_numbers(scc_action_of(second->after), scc_action_of(first->after)),
        compare_numbers(first->before, second->before),
        compare_numbers(first->after, second->after),
        compare_numbers(first->others != NULL, second->others != NULL),
        compare_numbers(first->names_arches, second->names_arches),
        compare_numbers(first->arches, second->arches) * first->names_arches,
        strcmp(first_item(first), first_item(second)),
        strcmp(first->condition_text ? first->condition_text : "",
               second->condition_text ? second->condition_text : ""),
    };
    for (size_t i = 0; i < SCC_COUNT(orders); i++) {
        if (orders[i])
            return orders[i];
    }
    return 0;
}

static int make_changes(struct grouping *at, struct scc_changes *changes)
{
    changes->items = scc_pool_take(at->pool, at->count, sizeof *changes->items);
    if (!changes->items)
        return scc_error_nomem(at->err);
    qsort(at->facts, at->count, sizeof *at->facts, compare_for_lines);
    for (size_t start = 0, end; start < at->count; start = end) {
        for (end = start; end < at->count && !compare_lines(&at->facts[start], &at->facts[end]);)
            end++;
        if (make_change(at, &at->facts[start], end - start, &changes->items[changes->count++]) < 0)
            return -1;
    }
    qsort(changes->items, changes->count, sizeof *changes->items, compare_for_reader);
    return 0;
}

int scc_changes_group(struct scc_decision_space *space, const struct scc_regions *regions,
                      struct scc_changes *changes, scc_error **err)
{
    struct scc_changes made = {0};
    struct grouping at = {.space = space, .regions = regions, .pool = &made.pool, .err = err};
    int done = 0;
    for (size_t i = 0; done == 0 && i < regions->count; i++)
        done = add_facts(&at, &regions->items[i]);
    if (done == 0 && at.count) {
        merge_arches(&at);
        done = make_changes(&at, &made);
    }
    free(at.facts);
    if (done < 0)
        scc_changes_free(&made);
    else
        *changes = made;
    return done;
}

/*
 * In words
 */

void scc_change_describe_arches(struct scc_strbuf *out, const struct scc_change *change)
{
    const char *joint = "";
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        if (!(change->arches & scc_arch_bit((enum scc_arch_id)id)))
            continue;
        scc_strbuf_addf(out, "%s%s", joint, scc_arch_get((enum scc_arch_id)id)->name);
        joint = " + ";
    }
    if (change->others)
        scc_strbuf_addf(out, "%s%s", joint, change->others);
}

static void describe_items(struct scc_strbuf *out, const struct scc_change *change)
{
    const char *joint = "";
    if (change->is_every_call) {
        scc_strbuf_add(out, "every call");
        joint = " but ";
    }
    for (size_t i = 0; i < change->name_count; i++) {
        scc_strbuf_addf(out, "%s%s", joint, change->names[i]);
        joint = ", ";
    }
    if (change->has_all_unnamed) {
        scc_strbuf_addf(out, "%snumbers without a name", joint);
        joint = ", ";
    }
    for (size_t i = 0; i < change->number_count; i++) {
        scc_strbuf_add(out, joint);
        scc_value_set_describe(out, change->numbers[i]);
        scc_strbuf_add(out, change->arches ? " (no name)" : "");
        joint = ", ";
    }
}

void scc_change_describe(struct scc_strbuf *out, const struct scc_change *change,
                         const struct scc_arch *arch)
{
    if (change->names_arches) {
        scc_change_describe_arches(out, change);
        scc_strbuf_add(out, ": ");
    }
    describe_items(out, change);
    if (change->condition_text)
        scc_strbuf_addf(out, " when %s", change->condition_text);
    scc_strbuf_add(out, ": ");
    scc_return_describe(out, change->before, arch);
    scc_strbuf_add(out, " → ");
    scc_return_describe(out, change->after, arch);
}
