/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccompc sim [OPTIONS] PROGRAM|PROFILE [CASES]: what a program answers to calls, and in how many
 * instructions, or what a profile answers, and by which rule. cases.h describes the table.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "cmd.h"
#include "describe.h"
#include "error.h"
#include "json_build.h"
#include "query.h"
#include "strbuf.h"
#include "util.h"

enum {
    ANSWERS_MAX = 8, /* of one case that are told apart */
    /* What takes a step of work: */
    INSTRUCTIONS_OF_STEP = 256,
    RULES_OF_STEP = 16,
};

/*
 * Running
 */

/** Why a profile answers what it does. */
enum reason {
    REASON_RULE,
    REASON_DEFAULT,
    REASON_BAD_ARCH,
    REASON_ENOSYS,
    REASON_SEVERAL, /* not all calls of the answer have the same */
};

struct answer {
    uint32_t return_value;
    uint64_t calls;
    enum reason reason; /* of a profile's */
    const struct scc_rule *rule;
    bool is_behind_door; /* the rule is for a call that is made through this one */
    bool is_tightened;   /* --harden: the answer to the call without high words */
};

struct result {
    struct answer answers[ANSWERS_MAX]; /* in the order in which they first came */
    unsigned answer_count;
    uint64_t other_calls; /* with further answers */
    unsigned steps_min, steps_max;
    bool is_different;
    struct scc_call first; /* the first call that is */
};

static bool meets(const struct scc_case_expectation *expected, uint32_t return_value)
{
    if (expected->is_whole)
        return return_value == expected->return_value;
    enum scc_action action = scc_action_of(return_value);
    return scc_action_return_value(action, (uint16_t)return_value) == expected->return_value;
}

static void ask_policy(const struct scc_policy *policy, const struct scc_case *item,
                       const struct scc_call *call, struct answer *answer)
{
    struct scc_call cleared;
    answer->rule = scc_policy_match(policy, call, &answer->return_value);
    answer->is_tightened = scc_policy_is_tightened(policy, call, &cleared);
    if (answer->rule)
        answer->reason = REASON_RULE;
    else if (scc_policy_find_override(policy, call->audit, call->nr))
        answer->reason = REASON_ENOSYS;
    else
        answer->reason = scc_policy_is_listed(policy, call) ? REASON_DEFAULT : REASON_BAD_ARCH;
    if (answer->rule && item->arch) {
        struct scc_syscall_door door = scc_syscall_door(answer->rule->call, item->arch);
        answer->is_behind_door = door.call && door.nr == call->nr;
    }
}

static void ask_program(const struct scc_program *program, const struct scc_call *call,
                        struct answer *answer, struct result *result)
{
    struct scc_sim_result run = scc_program_sim(program, call);
    answer->return_value = run.return_value;
    if (!result->steps_min || run.steps < result->steps_min)
        result->steps_min = run.steps;
    if (run.steps > result->steps_max)
        result->steps_max = run.steps;
}

/** Counts one answer among those of its case. */
static void count_answer(struct result *result, const struct answer *answer)
{
    for (unsigned i = 0; i < result->answer_count; i++) {
        struct answer *known = &result->answers[i];
        if (known->return_value != answer->return_value)
            continue;
        if (known->reason != answer->reason || known->rule != answer->rule)
            known->reason = REASON_SEVERAL;
        known->is_tightened &= answer->is_tightened;
        known->calls++;
        return;
    }
    if (result->answer_count == ANSWERS_MAX) {
        result->other_calls++;
        return;
    }
    result->answers[result->answer_count] = *answer;
    result->answers[result->answer_count++].calls = 1;
}

/** Makes @p values the next ones of the ranges, argument 0 first; false behind the last. */
static bool step(const struct scc_case *item, uint64_t values[SCC_CASE_RANGES])
{
    for (unsigned i = 0; i < SCC_CASE_RANGES; i++) {
        if (values[i]++ != item->ranges[i].last)
            return true;
        values[i] = item->ranges[i].first;
    }
    return false;
}

static void run_case(const struct scc_input *input, const struct scc_case *item,
                     struct result *result)
{
    uint64_t values[SCC_CASE_RANGES];
    for (unsigned i = 0; i < SCC_CASE_RANGES; i++)
        values[i] = item->ranges[i].first;
    do {
        struct scc_call call = {.audit = item->audit, .nr = (uint32_t)values[SCC_CASE_NR]};
        struct answer answer = {0};
        memcpy(call.args, values, sizeof call.args);
        if (input->kind == SCC_INPUT_PROGRAM)
            ask_program(input->program, &call, &answer, result);
        else
            ask_policy(input->policy, item, &call, &answer);
        count_answer(result, &answer);
        if (item->expected.text && !result->is_different &&
            !meets(&item->expected, answer.return_value)) {
            result->is_different = true;
            result->first = call;
        }
    } while (step(item, values));
}

/*
 * For a person
 */

static void describe_rule(struct scc_strbuf *out, const struct scc_policy *policy,
                          const struct answer *answer)
{
    const struct scc_rule *rule = answer->rule;
    struct scc_place place = scc_policy_place_of(policy, rule);
    if (place.file) {
        scc_strbuf_add_escaped(out, place.file);
        scc_strbuf_addf(out, ":%u:%u: ", place.line, place.column);
    }
    scc_policy_add_origin(out, policy, rule);
    if (answer->is_behind_door)
        scc_strbuf_addf(out, ", the rule for %s", rule->call->name);
}

static void describe_answer(struct scc_strbuf *out, const struct scc_input *input,
                            const struct answer *answer, const struct scc_arch *arch)
{
    scc_return_describe(out, answer->return_value, arch);
    static const char *const reasons[] = {
        [REASON_DEFAULT] = "the default action",
        [REASON_BAD_ARCH] = "no architecture of the filter",
        [REASON_ENOSYS] = "--enosys",
        [REASON_SEVERAL] = "several rules",
    };
    if (input->kind == SCC_INPUT_PROGRAM)
        return;
    scc_strbuf_add(out, " (");
    if (answer->reason == REASON_RULE)
        describe_rule(out, input->policy, answer);
    else
        scc_strbuf_add(out, reasons[answer->reason]);
    if (answer->is_tightened)
        scc_strbuf_add(out, ", by --harden: 32-bit arguments without their high words");
    scc_strbuf_add(out, ")");
}

/** Which call of a case that has ranges is the first to differ: "nr 155 (pivot_root), a0 0x5". */
static void describe_place(struct scc_strbuf *out, const struct scc_case *item,
                           const struct scc_call *call)
{
    const char *joint = ", first missed at ";
    if (item->ranges[SCC_CASE_NR].first != item->ranges[SCC_CASE_NR].last) {
        const struct scc_syscall *named = item->arch ? scc_syscall_at(item->arch, call->nr) : NULL;
        scc_strbuf_addf(out, "%snr %" PRIu32, joint, call->nr);
        if (named)
            scc_strbuf_addf(out, " (%s)", named->name);
        joint = ", ";
    }
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (item->ranges[i].first == item->ranges[i].last)
            continue;
        scc_strbuf_addf(out, "%sa%u 0x%" PRIx64, joint, i, call->args[i]);
        joint = ", ";
    }
}

static void describe_steps(struct scc_strbuf *out, const struct result *result)
{
    if (result->steps_min == result->steps_max)
        scc_strbuf_addf(out, ", %u instruction%s", result->steps_max,
                        result->steps_max == 1 ? "" : "s");
    else
        scc_strbuf_addf(out, ", %u to %u instructions", result->steps_min, result->steps_max);
}

static void describe_case(struct scc_strbuf *out, const struct scc_input *input,
                          const struct scc_cases *cases, const struct scc_case *item,
                          const struct result *result, const struct scc_arch *target)
{
    scc_strbuf_addf(out, "%s %s →", result->is_different ? "!" : " ", item->text);
    for (unsigned i = 0; i < result->answer_count; i++) {
        scc_strbuf_add(out, i ? ", " : " ");
        describe_answer(out, input, &result->answers[i], item->arch ? item->arch : target);
        if (result->answer_count > 1)
            scc_strbuf_addf(out, " for %" PRIu64, result->answers[i].calls);
    }
    if (result->other_calls)
        scc_strbuf_addf(out, ", others for %" PRIu64, result->other_calls);
    if (input->kind == SCC_INPUT_PROGRAM)
        describe_steps(out, result);
    if (result->is_different) {
        scc_strbuf_add(out, "; ");
        scc_strbuf_add_escaped(out, cases->file);
        scc_strbuf_addf(out, ":%u expects ", item->line);
        scc_strbuf_add_escaped(out, item->expected.text);
        describe_place(out, item, &result->first);
    }
    scc_strbuf_add(out, "\n");
}

/*
 * For a program
 */

static void put_rule(struct scc_json_build *json, cJSON *object, const struct scc_policy *policy,
                     const struct answer *answer)
{
    static const char *const reasons[] = {
        [REASON_RULE] = "rule",     [REASON_DEFAULT] = "default", [REASON_BAD_ARCH] = "badArch",
        [REASON_ENOSYS] = "enosys", [REASON_SEVERAL] = "several",
    };
    scc_json_put_text(json, object, "by", reasons[answer->reason]);
    scc_json_put_bool(json, object, "hardened", answer->is_tightened);
    if (answer->reason != REASON_RULE)
        return;
    struct scc_place place = scc_policy_place_of(policy, answer->rule);
    struct scc_strbuf path = {0};
    scc_policy_add_origin(&path, policy, answer->rule);
    cJSON *rule = scc_json_put_object(json, object, "rule");
    scc_json_put_text(json, rule, "file", place.file);
    scc_json_put_uint(json, rule, "line", place.line);
    scc_json_put_uint(json, rule, "column", place.column);
    scc_json_put_strbuf(json, rule, "path", &path);
    scc_json_put_text(json, rule, "name", answer->rule->call->name);
}

static void put_answers(struct scc_json_build *json, cJSON *object, const struct scc_input *input,
                        const struct result *result, const struct scc_arch *arch)
{
    cJSON *list = scc_json_put_array(json, object, "answers");
    for (unsigned i = 0; i < result->answer_count; i++) {
        const struct answer *answer = &result->answers[i];
        struct scc_strbuf action = {0};
        scc_action_describe(&action, answer->return_value, arch);
        cJSON *item = scc_json_put_object(json, list, NULL);
        scc_json_put_strbuf(json, item, "action", &action);
        scc_json_put_uint(json, item, "returnValue", answer->return_value);
        scc_json_put_uint(json, item, "calls", answer->calls);
        if (input->kind != SCC_INPUT_PROGRAM)
            put_rule(json, item, input->policy, answer);
    }
    if (result->other_calls)
        scc_json_put_uint(json, object, "callsWithOtherAnswers", result->other_calls);
}

static void put_call(struct scc_json_build *json, cJSON *object, const struct scc_call *call)
{
    cJSON *item = scc_json_put_object(json, object, "firstMissed");
    scc_json_put_uint(json, item, "audit", call->audit);
    scc_json_put_uint(json, item, "nr", call->nr);
    cJSON *args = scc_json_put_array(json, item, "args");
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++)
        scc_json_put_uint(json, args, NULL, call->args[i]);
}

static void put_case(struct scc_json_build *json, cJSON *list, const struct scc_input *input,
                     const struct scc_case *item, const struct result *result,
                     const struct scc_arch *target)
{
    cJSON *object = scc_json_put_object(json, list, NULL);
    scc_json_put_uint(json, object, "line", item->line);
    scc_json_put_text(json, object, "case", item->text);
    put_answers(json, object, input, result, item->arch ? item->arch : target);
    if (input->kind == SCC_INPUT_PROGRAM) {
        cJSON *steps = scc_json_put_object(json, object, "instructions");
        scc_json_put_uint(json, steps, "least", result->steps_min);
        scc_json_put_uint(json, steps, "most", result->steps_max);
    }
    scc_json_put_text(json, object, "expected", item->expected.text);
    if (item->expected.text)
        scc_json_put_bool(json, object, "asExpected", !result->is_different);
    if (result->is_different)
        put_call(json, object, &result->first);
}

/*
 * The command
 */

struct counts {
    size_t met, different, shown;
};

static void count_case(struct counts *counts, const struct scc_case *item,
                       const struct result *result)
{
    if (!item->expected.text)
        counts->shown++;
    else if (result->is_different)
        counts->different++;
    else
        counts->met++;
}

/** What answering one call takes at worst, in steps of work. */
static uint64_t steps_of_call(const struct scc_input *input)
{
    size_t most = 0, count;
    if (input->kind == SCC_INPUT_PROGRAM)
        return 1 + input->program->count / INSTRUCTIONS_OF_STEP;
    for (size_t i = 0; i < input->policy->arch_count; i++) {
        const struct scc_policy_arch *table = &input->policy->arches[i];
        for (size_t at = 0; at < table->count; at += count) {
            scc_policy_rules_at(table, table->placed[at].nr, &count);
            most = count > most ? count : most;
        }
    }
    return 1 + most / RULES_OF_STEP;
}

/** Refuses, before any is answered, cases of more calls than can be answered in bounded time. */
static int check_work(const struct scc_input *input, const struct scc_cases *cases, scc_error **err)
{
    const uint64_t each = steps_of_call(input);
    struct scc_work work = {.limit = SCC_WORK_OF_COMMAND};
    for (size_t i = 0; i < cases->count; i++) {
        const struct scc_case *item = &cases->items[i];
        if (!scc_work_take(&work, scc_case_count_calls(item) * each))
            return scc_error_at(err, (struct scc_place){cases->file, item->line, 1}, NULL,
                                "too large: the cases up to here are more calls than the %" PRIu64
                                " expected at most, with what it takes to answer one here",
                                work.limit / each);
    }
    return 0;
}

static int print_cases(const struct scc_query *query, const struct scc_input *input,
                       const struct scc_cases *cases, struct counts *counts, scc_error **err)
{
    struct scc_strbuf out = {0};
    for (size_t i = 0; i < cases->count; i++) {
        const struct scc_case *item = &cases->items[i];
        struct result result = {0};
        run_case(input, item, &result);
        count_case(counts, item, &result);
        describe_case(&out, input, cases, item, &result, query->choice.targets[0]->arch);
    }
    scc_strbuf_addf(&out, "%zu case%s: %zu as expected, %zu different, %zu only shown\n",
                    cases->count, cases->count == 1 ? "" : "s", counts->met, counts->different,
                    counts->shown);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&out);
    if (!text)
        return scc_error_nomem(err);
    if (!query->is_quiet)
        fputs(text, stdout);
    return 0;
}

static int print_cases_as_json(const struct scc_query *query, const struct scc_input *input,
                               const struct scc_cases *cases, struct counts *counts,
                               scc_error **err)
{
    struct scc_json_build json = {0};
    cJSON *root = cJSON_CreateObject(), *list = scc_json_put_array(&json, root, "cases");
    for (size_t i = 0; i < cases->count; i++) {
        const struct scc_case *item = &cases->items[i];
        struct result result = {0};
        run_case(input, item, &result);
        count_case(counts, item, &result);
        put_case(&json, list, input, item, &result, query->choice.targets[0]->arch);
    }
    scc_json_put_uint(&json, root, "asExpected", counts->met);
    scc_json_put_uint(&json, root, "different", counts->different);
    scc_json_put_uint(&json, root, "onlyShown", counts->shown);
    scc_json_put_diags(&json, root, query->diags);
    return scc_json_build_print(&json, root, stdout, err);
}

/** What `*` stands for. */
static scc_arch_set all_arches(const struct scc_input *input, const struct scc_arch *target)
{
    scc_arch_set set = 0;
    if (input->kind == SCC_INPUT_PROGRAM)
        return scc_arch_runnable(target);
    for (size_t i = 0; i < input->policy->arch_count; i++)
        set |= scc_arch_bit(input->policy->arches[i].arch->id);
    return set;
}

static int read_cases(struct scc_query *query, const struct scc_input *input,
                      struct scc_cases *cases, scc_error **err)
{
    const char *path = query->operand_count > 1 ? query->operands[1] : "-";
    const struct scc_arch *target = query->choice.targets[0]->arch;
    if (scc_cases_read(path, target, all_arches(input, target), cases, err) < 0)
        return -1;
    return check_work(input, cases, err);
}

static int simulate(struct scc_query *query, int *status, scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input input = {0};
    SCC_CLEANUP(scc_cases_clear) struct scc_cases cases = {0};
    struct counts counts = {0};
    bool has_cases = query->operand_count > 1;
    if (strcmp(query->operands[0], "-") == 0 &&
        (!has_cases || strcmp(query->operands[1], "-") == 0))
        return scc_error_set(err, SCC_ERROR_USAGE,
                             has_cases ? "standard input is named twice"
                                       : "standard input is the program, expected "
                                         "a file of CASES behind it");
    if (scc_query_read(query, 0, &input, err) < 0 || read_cases(query, &input, &cases, err) < 0)
        return -1;
    if ((query->is_json ? print_cases_as_json : print_cases)(query, &input, &cases, &counts, err) <
        0)
        return -1;
    *status = counts.different ? SCC_STATUS_NO : SCC_STATUS_DONE;
    return 0;
}

int scc_cmd_sim(int argc, char **argv)
{
    const struct scc_query_usage usage = {
        .synopsis = "sim [OPTIONS] PROGRAM|PROFILE [CASES]",
        .summary = "Answers the calls in CASES (default: standard input), one a line: ARCH SYSCALL "
                   "[ARG…] [= ACTION]. ARCH may be * for all architectures, a number a range "
                   "LOW..HIGH. Says what a program returns and in how many instructions, or what a "
                   "profile answers and by which rule.\n\n"
                   "Exit status: 0 where each ACTION that was expected came, 1 where another did.",
        .operands_min = 1,
        .operands_max = 2,
    };
    struct scc_query query = {0};
    scc_error *err = NULL;
    int status = SCC_STATUS_DONE;
    int done = scc_query_start(&query, &usage, argc, argv, &err);
    if (done == 0)
        done = simulate(&query, &status, &err);
    return scc_query_finish(&query, done, status, err);
}
