/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc explain [OPTIONS] PROFILE|PROGRAM SYSCALL [aN=VALUE…] */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "explain.h"
#include "query.h"
#include "syscall.h"
#include "util.h"

static const struct scc_query_usage usage = {
    .synopsis = "explain [OPTIONS] PROFILE|PROGRAM SYSCALL [aN=VALUE…]",
    .summary =
        "Tells what a profile, the config.json of an OCI container, or a program, raw or in a "
        "sealed blob, answers to a "
        "system call on each of its architectures, and why: the rule, or what keeps the rules "
        "that name the call from matching; of a program the instructions that are run. SYSCALL is "
        "a name or a number. Where the answer depends on arguments that are not given, the "
        "conditions are told.\n\n"
        "a0=VALUE to a5=VALUE give arguments, decimal, 0x and hexadecimal, or negative.",
    .operands_min = 2,
    .operands_max = 2 + SCC_ARG_COUNT,
};

/**
 * Reads a number of at most @p bits bits, decimal or 0x and hexadecimal; a negative one in two's
 * complement. False where it is none.
 */
static bool read_number(const char *text, unsigned bits, bool may_be_negative, uint64_t *value)
{
    bool is_negative = may_be_negative && *text == '-';
    const char *digits = text + is_negative;
    bool is_hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    uint64_t largest = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1, made;
    char *end;
    if (!isxdigit((unsigned char)digits[is_hex ? 2 : 0]))
        return false;
    errno = 0;
    made = strtoull(digits, &end, is_hex ? 16 : 10);
    if (errno || *end || made > (is_negative ? largest / 2 + 1 : largest))
        return false;
    *value = is_negative ? (0 - made) & largest : made;
    return true;
}

/** An error about an operand, which is shown escaped. */
static int refuse(const char *operand, const char *problem, scc_error **err)
{
    struct scc_strbuf shown = {0};
    scc_strbuf_add_escaped(&shown, operand);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&shown);
    return text ? scc_error_set(err, SCC_ERROR_USAGE, "%s: %s", text, problem)
                : scc_error_nomem(err);
}

static int read_call(const char *operand, struct scc_question *question, scc_error **err)
{
    uint64_t nr;
    question->call = scc_syscall_find(operand);
    if (question->call)
        return 0;
    if (isdigit((unsigned char)*operand)) {
        if (!read_number(operand, 32, false, &nr))
            return refuse(operand,
                          "no system call, expected a name or a number of 32 bits, decimal or 0x "
                          "and hexadecimal",
                          err);
        question->nr = (uint32_t)nr;
        return 0;
    }
    const char *nearest = scc_syscall_nearest(operand);
    struct scc_strbuf problem = {0};
    scc_strbuf_add(&problem, "no known architecture has such a system call");
    if (nearest)
        scc_strbuf_addf(&problem, "; did you mean %s?", nearest);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&problem);
    return text ? refuse(operand, text, err) : scc_error_nomem(err);
}

static int read_argument(const char *operand, struct scc_question *question, scc_error **err)
{
    unsigned index = (unsigned)operand[1] - '0';
    bool has_form = operand[0] == 'a' && isdigit((unsigned char)operand[1]) && operand[2] == '=';
    if (!has_form || index >= SCC_ARG_COUNT)
        return refuse(operand, "expected a0=VALUE to a5=VALUE", err);
    if (question->known_args & 1u << index)
        return refuse(operand, "this argument is given twice", err);
    if (!read_number(operand + 3, 64, true, &question->args[index]))
        return refuse(operand,
                      "expected a value of 64 bits, decimal, 0x and hexadecimal, or negative", err);
    question->known_args = (uint8_t)(question->known_args | 1u << index);
    return 0;
}

static int read_question(const struct scc_query *query, struct scc_question *question,
                         scc_error **err)
{
    if (read_call(query->operands[1], question, err) < 0)
        return -1;
    for (int i = 2; i < query->operand_count; i++) {
        if (read_argument(query->operands[i], question, err) < 0)
            return -1;
    }
    return 0;
}

static int explain(struct scc_query *query, scc_error **err)
{
    SCC_CLEANUP(scc_input_clear) struct scc_input input = {0};
    SCC_CLEANUP(scc_explanation_clear) struct scc_explanation explanation = {0};
    struct scc_question question = {0};
    if (read_question(query, &question, err) < 0 || scc_query_read(query, 0, &input, err) < 0)
        return -1;
    if (scc_explain(&input, query->choice.targets[0], &question, &explanation, err) < 0)
        return -1;
    if (query->is_quiet)
        return 0;
    return query->is_json ? scc_explanation_print_json(&explanation, query->diags, err)
                          : scc_explanation_print(&explanation, err);
}

int scc_cmd_explain(int argc, char **argv)
{
    struct scc_query query = {0};
    scc_error *err = NULL;
    int done = scc_query_start(&query, &usage, argc, argv, &err);
    if (done == 0)
        done = explain(&query, &err);
    return scc_query_finish(&query, done, SCC_STATUS_DONE, err);
}
