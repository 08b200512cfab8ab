/* SPDX-License-Identifier: Apache-2.0 */
#include "difference.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "decision.h"
#include "error.h"
#include "json_build.h"
#include "page.h"
#include "syscall.h"
#include "util.h"

enum { LABEL_COLUMNS = 6 };

void scc_difference_clear(struct scc_difference *difference)
{
    scc_changes_free(&difference->changes);
    scc_regions_free(&difference->regions);
    scc_decision_space_free(difference->space);
    *difference = (struct scc_difference){0};
}

/*
 * Finding
 */

struct comparison {
    const struct scc_input *before, *after;
    enum scc_difference_kind kind;
    enum scc_decision_order order;
    struct scc_work *work; /* of all ways together */
    /**
     * A program whose diagram could not be made: it is then followed beside the other input's
     * diagram, which decides more, without words. NULL: both diagrams are made.
     */
    const struct scc_input *followed;
};

static scc_region_filter *filter_of(const struct comparison *comparison)
{
    return comparison->kind == SCC_DIFFERENCE_ANY ? scc_region_is_change : scc_region_is_opening;
}

static int read_meaning(struct scc_decision_space *space, const struct scc_input *input,
                        scc_diagram *diagram, scc_error **err)
{
    int done = input->kind == SCC_INPUT_PROFILE
                   ? scc_decision_from_policy(space, input->policy, diagram, err)
                   : scc_decision_from_program(space, input->program, diagram, err);
    return done < 0 ? scc_error_wrap(err, "%s", input->name) : 0;
}

/** What an input answers by its own tables or instructions: no diagram takes part. */
static uint32_t answer_of(const struct scc_input *input, const struct scc_call *call)
{
    return input->kind == SCC_INPUT_PROFILE ? scc_policy_answer(input->policy, call)
                                            : scc_program_sim(input->program, call).return_value;
}

/** Notes one input that shows the difference. */
static int note_example(const struct comparison *comparison, scc_diagram where,
                        struct scc_difference *difference, scc_error **err)
{
    const struct scc_policy *policy =
        comparison->before->policy ? comparison->before->policy : comparison->after->policy;
    struct scc_decision_extent extent;
    struct scc_call *call = &difference->example;
    scc_decision_pick(difference->space, where, policy, call);
    difference->before = answer_of(comparison->before, call);
    difference->after = answer_of(comparison->after, call);
    if (!filter_of(comparison)(difference->before, difference->after))
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "not decided: the decision diagram shows a difference that is none; "
                             "this is a fault of seccompc");
    where = scc_decision_at_nr(difference->space, where, call->audit, call->nr);
    if (scc_decision_measure(difference->space, where, &extent, err) < 0)
        return -1;
    difference->example_args = extent.args;
    return 0;
}

/** Puts the difference into words, as far as the bounds allow. */
static int tell(const struct comparison *comparison, scc_diagram before, scc_diagram after,
                struct scc_difference *difference, scc_error **err)
{
    scc_error *own = NULL;
    scc_region_filter *filter =
        comparison->kind == SCC_DIFFERENCE_ANY ? scc_region_is_change : scc_region_is_opening;
    if (scc_regions_find(difference->space, before, after, filter, &difference->regions, &own) ==
            0 &&
        scc_changes_group(difference->space, &difference->regions, &difference->changes, &own) == 0)
        return 0;
    difference->is_example_alone = scc_error_get_code(own) == SCC_ERROR_INPUT;
    if (!difference->is_example_alone && err)
        *err = SCC_STEAL(own);
    scc_error_free(own);
    return difference->is_example_alone ? 0 : -1;
}

/**
 * Where the two differ as it is looked for, by both diagrams, which *before and *after become.
 * *failed becomes the input whose diagram could not be made.
 */
static int compare_diagrams(const struct comparison *comparison, struct scc_decision_space *space,
                            scc_diagram *before, scc_diagram *after, scc_diagram *where,
                            const struct scc_input **failed, scc_error **err)
{
    *failed = comparison->before;
    if (read_meaning(space, comparison->before, before, err) < 0)
        return -1;
    *failed = comparison->after;
    if (read_meaning(space, comparison->after, after, err) < 0)
        return -1;
    *failed = NULL;
    return comparison->kind == SCC_DIFFERENCE_ANY
               ? scc_decision_where_differ(space, *before, *after, where, err)
               : scc_decision_where_more_permissive(space, *after, *before, where, err);
}

/** Where a program, comparison->followed, and the other input differ. */
static int compare_beside(const struct comparison *comparison, struct scc_decision_space *space,
                          scc_diagram *where, scc_error **err)
{
    const struct scc_input *other =
        comparison->followed == comparison->after ? comparison->before : comparison->after;
    scc_diagram expected;
    if (read_meaning(space, other, &expected, err) < 0)
        return -1;
    return scc_decision_where_program_differs(space, expected, comparison->followed->program, where,
                                              err);
}

/** Compares in one way; *failed as in compare_diagrams(). */
static int compare(const struct comparison *comparison, struct scc_difference *difference,
                   const struct scc_input **failed, scc_error **err)
{
    scc_diagram before = SCC_DIAGRAM_NOWHERE, after = SCC_DIAGRAM_NOWHERE, where;
    *failed = NULL;
    if (scc_decision_space_new(SCC_DIFFERENCE_NODES, comparison->order, &difference->space, err) <
        0)
        return -1;
    scc_decision_space_count_into(difference->space, comparison->work);
    if (comparison->followed ? compare_beside(comparison, difference->space, &where, err) < 0
                             : compare_diagrams(comparison, difference->space, &before, &after,
                                                &where, failed, err) < 0)
        return -1;
    difference->is_none = where == SCC_DIAGRAM_NOWHERE;
    if (difference->is_none)
        return 0;
    /* Words need diagrams of both, where the bits of a word stand together. */
    difference->is_example_alone = comparison->order != SCC_ORDER_BY_WORD || comparison->followed;
    if (note_example(comparison, where, difference, err) < 0)
        return -1;
    return difference->is_example_alone ? 0 : tell(comparison, before, after, difference, err);
}

/** Whether two programs have the same instructions, which needs no diagram. */
static bool are_same_programs(const struct scc_input *a, const struct scc_input *b)
{
    return a->kind == SCC_INPUT_PROGRAM && b->kind == SCC_INPUT_PROGRAM &&
           a->program->count == b->program->count &&
           a->program->is_big_endian == b->program->is_big_endian &&
           memcmp(a->program->insns, b->program->insns,
                  a->program->count * sizeof *a->program->insns) == 0;
}

/** Whether the other way can decide what one has not. */
static bool can_follow(const struct comparison *comparison, const struct scc_input *failed)
{
    return failed && failed->kind == SCC_INPUT_PROGRAM && comparison->kind == SCC_DIFFERENCE_ANY;
}

/** Tries what may give words first. *first becomes the first failure. */
static int try_all(struct comparison comparison, struct scc_difference *difference,
                   scc_error **first)
{
    static const enum scc_decision_order orders[] = {SCC_ORDER_BY_WORD, SCC_ORDER_INTERLEAVED};
    for (size_t i = 0; i < SCC_COUNT(orders); i++) {
        const struct scc_input *failed;
        comparison.order = orders[i];
        comparison.followed = NULL;
        do {
            scc_difference_clear(difference);
            if (compare(&comparison, difference, &failed, *first ? NULL : first) == 0)
                return 0;
            comparison.followed = failed;
        } while (can_follow(&comparison, failed));
        if (scc_error_get_code(*first) != SCC_ERROR_INPUT)
            return -1;
    }
    return -1;
}

int scc_difference_find(const struct scc_input *before, const struct scc_input *after,
                        enum scc_difference_kind kind, struct scc_difference *difference,
                        scc_error **err)
{
    scc_error *first = NULL;
    *difference = (struct scc_difference){.is_none = are_same_programs(before, after)};
    if (difference->is_none)
        return 0;
    struct scc_work work = {.limit = SCC_WORK_OF_COMMAND};
    int done =
        try_all((struct comparison){.before = before, .after = after, .kind = kind, .work = &work},
                difference, &first);
    if (difference->space)
        scc_decision_space_count_into(difference->space, NULL);
    if (done < 0)
        scc_difference_clear(difference);
    if (done < 0 && err)
        *err = SCC_STEAL(first);
    scc_error_free(first);
    return done;
}

/*
 * Telling
 */

/** The architecture that a call belongs to; NULL where none is known. */
static const struct scc_arch *arch_of_call(const struct scc_call *call)
{
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)i);
        if (arch->audit != call->audit)
            continue;
        bool has_x32_nr = arch->audit == scc_arch_get(SCC_ARCH_X32)->audit &&
                          call->nr >= SCC_X32_BIT && call->nr != SCC_NR_SKIP;
        return has_x32_nr ? scc_arch_get(SCC_ARCH_X32) : arch;
    }
    return NULL;
}

static void describe_example(struct scc_strbuf *out, const struct scc_difference *difference,
                             const struct scc_arch *errnos)
{
    const struct scc_call *call = &difference->example;
    const struct scc_arch *arch = arch_of_call(call);
    const struct scc_syscall *named = arch ? scc_syscall_at(arch, call->nr) : NULL;
    if (arch)
        scc_strbuf_addf(out, "%s: ", arch->name);
    else
        scc_strbuf_addf(out, "audit arch 0x%08" PRIx32 ": ", call->audit);
    if (named)
        scc_strbuf_add(out, named->name);
    else
        scc_strbuf_addf(out, "nr 0x%" PRIx32, call->nr);
    const char *joint = " when ";
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (!(difference->example_args & 1u << i))
            continue;
        scc_strbuf_addf(out, "%sa%u == ", joint, i);
        scc_value_describe(out, call->args[i]);
        joint = " and ";
    }
    scc_strbuf_add(out, ": ");
    scc_return_describe(out, difference->before, errnos);
    scc_strbuf_add(out, " → ");
    scc_return_describe(out, difference->after, errnos);
}

const char *scc_difference_line(struct scc_strbuf *out, const struct scc_difference *difference,
                                size_t index, const struct scc_arch *arch)
{
    if (index < difference->changes.count) {
        const struct scc_change *change = &difference->changes.items[index];
        scc_change_describe(out, change, arch);
        return scc_direction_name(change->direction);
    }
    if (!difference->is_example_alone || index)
        return NULL;
    describe_example(out, difference, arch);
    scc_strbuf_add(out, "; this is one example, all differences are too many for words");
    return "e.g.";
}

int scc_difference_print(const struct scc_difference *difference, const struct scc_arch *arch,
                         scc_error **err)
{
    struct scc_page page = {.out = stdout};
    struct scc_strbuf text = {0};
    const char *label;
    for (size_t i = 0; (label = scc_difference_line(&text, difference, i, arch)) != NULL; i++) {
        SCC_AUTOFREE char *line = scc_strbuf_steal(&text);
        page.text.failed |= !line;
        scc_strbuf_addf(&page.text, "%-*s", LABEL_COLUMNS, label);
        scc_page_wrap(&page, line ? line : "", LABEL_COLUMNS, LABEL_COLUMNS);
    }
    return scc_page_print(&page, err);
}

static void put_texts(struct scc_json_build *build, cJSON *object, const char *key,
                      const char *const *texts, size_t count)
{
    cJSON *array = scc_json_put_array(build, object, key);
    for (size_t i = 0; i < count; i++)
        scc_json_put_text(build, array, NULL, texts[i]);
}

static void put_arches(struct scc_json_build *build, cJSON *object, const struct scc_change *change)
{
    cJSON *array = scc_json_put_array(build, object, "architectures");
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        if (change->arches & scc_arch_bit((enum scc_arch_id)id))
            scc_json_put_text(build, array, NULL, scc_arch_get((enum scc_arch_id)id)->token_name);
    }
    scc_json_put_text(build, object, "otherArchitectures", change->others);
}

static void put_change(struct scc_json_build *build, cJSON *array, const struct scc_change *change,
                       const struct scc_arch *arch)
{
    struct scc_strbuf text = {0};
    cJSON *object = scc_json_put_object(build, array, NULL);
    scc_change_describe(&text, change, arch);
    scc_json_put_strbuf(build, object, "text", &text);
    scc_json_put_text(build, object, "direction", scc_direction_name(change->direction));
    put_arches(build, object, change);
    scc_json_put_bool(build, object, "everyCall", change->is_every_call);
    put_texts(build, object, change->is_every_call ? "exceptNames" : "names", change->names,
              change->name_count);
    scc_json_put_bool(build, object, "allNumbersWithoutName",
                      change->is_every_call || change->has_all_unnamed);
    cJSON *numbers = scc_json_put_array(build, object, "numbersWithoutName");
    for (size_t i = 0; i < change->number_count; i++)
        scc_json_put_value_set(build, numbers, NULL, change->numbers[i]);
    scc_json_put_condition(build, object, change->condition);
    scc_json_put_return(build, object, "before", change->before, arch);
    scc_json_put_return(build, object, "after", change->after, arch);
}

void scc_difference_put(struct scc_json_build *build, cJSON *object, const char *key,
                        const struct scc_difference *difference, const struct scc_arch *arch)
{
    cJSON *changes = scc_json_put_array(build, object, key);
    for (size_t i = 0; i < difference->changes.count; i++)
        put_change(build, changes, &difference->changes.items[i], arch);
    if (difference->is_example_alone) {
        struct scc_strbuf text = {0};
        describe_example(&text, difference, arch);
        scc_json_put_strbuf(build, object, "example", &text);
    }
}

int scc_difference_print_json(const struct scc_difference *difference,
                              const struct scc_difference_labels *labels,
                              const struct scc_arch *arch, scc_error **err)
{
    struct scc_json_build build = {0};
    cJSON *root = cJSON_CreateObject();
    scc_json_put_bool(&build, root, labels->answer, difference->is_none);
    for (int i = 0; i < 2; i++)
        scc_json_put_text(&build, root, labels->keys[i], labels->names[i]);
    scc_json_put_bool(&build, root, "complete", !difference->is_example_alone);
    scc_difference_put(&build, root, "changes", difference, arch);
    scc_json_put_diags(&build, root, labels->diags);
    return scc_json_build_print(&build, root, stdout, err);
}
