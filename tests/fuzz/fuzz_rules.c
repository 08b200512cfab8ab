/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A set of rules (fuzz_rules.h), as the profile that a user would write, through all that is made
 * of it.
 * - The policy answers as the rules are defined, and a conflict is refused where it is to be.
 * - The policy's tables, its decision diagram, and our own program for each aim, proved, answer
 *   random calls near the constants alike; so does that program once optimised, which is not worse.
 * - The slim profile is accepted again and means the same, and so does LXC's text where nothing was
 *   lost.
 * - Of some inputs libseccomp writes its program: where that is proved equal it answers random
 *   calls alike, and where it differs the call that shows it does show it. Differences are
 *   libseccomp's: they are counted, and the counts printed at the end.
 * To refuse is an answer, and so is "not decided within the bound".
 */
#include "fuzz_rules.h"

#include <inttypes.h>

#include <seccompc/compile.h>

#include "compile.h"
#include "emit_scmp.h"
#include "fuzz_policy.h"
#include "lxc.h"
#include "optimize.h"
#include "profile.h"
#include "prove.h"
#include "random_calls.h"
#include "strbuf.h"
#include "tables.h"

enum {
    CALL_COUNT = 48,
    /** Policies that take more are left alone, but for one in so many: all that follows is slow. */
    NODES_USUAL = 1 << 12,
    NODES_MAX = 1 << 14,
    LARGE_ONE_IN = 16,
    /** What is slow is done for one input in so many, chosen by its bytes. */
    OPTIMIZED_ONE_IN = 4,
    OTHER_AIM_ONE_IN = 2,
    /** libseccomp is asked of one input in so many, of few rules, since it may take seconds. */
    SCMP_ONE_IN = 256,
    SCMP_RULES_MAX = 5,
};

/** How inputs were answered. */
static struct {
    size_t inputs, refused, undecided, not_optimized, as_lxc;
    size_t scmp_tried, scmp_refused, scmp_wrong;
} counts;

static void print_counts(void)
{
    fprintf(stderr,
            "%zu sets of rules: %zu refused, %zu undecided, %zu not optimised, %zu as LXC's text\n"
            "libseccomp %s: %zu tried, %zu wrong, %zu refused\n",
            counts.inputs, counts.refused, counts.undecided, counts.not_optimized, counts.as_lxc,
            scc_scmp_version(), counts.scmp_tried, counts.scmp_wrong, counts.scmp_refused);
}

/** A policy, and what it is asked. */
struct subject {
    const struct fuzz_rules *rules;
    struct scc_reading reading;
    scc_target *target;
    scc_profile *profile;
    scc_policy *policy;
    struct scc_call calls[CALL_COUNT];
    uint32_t answers[CALL_COUNT];
};

/*
 * Text
 */

static void add_answer(struct scc_strbuf *out, const char *action_key, const char *number_key,
                       const struct fuzz_answer *answer)
{
    scc_strbuf_addf(out, "\"%s\":\"%s\"", action_key, scc_action_name(answer->action));
    if (scc_action_has_errno(answer->action))
        scc_strbuf_addf(out, ",\"%s\":%u", number_key, answer->data);
}

static void add_rule(struct scc_strbuf *out, const struct fuzz_rule *rule)
{
    scc_strbuf_addf(out, "{\"names\":[\"%s\"],", scc_syscall_table[rule->call].name);
    add_answer(out, "action", "errnoRet", &rule->answer);
    scc_strbuf_add(out, ",\"args\":[");
    for (unsigned i = 0; i < rule->cmp_count; i++)
        scc_strbuf_addf(
            out, "%s{\"index\":%u,\"value\":%" PRIu64 ",\"valueTwo\":%" PRIu64 ",\"op\":\"%s\"}",
            i ? "," : "", rule->cmps[i].arg, rule->cmps[i].value, rule->cmps[i].value2,
            scc_op_name((enum scc_op)rule->cmps[i].op));
    scc_strbuf_add(out, "]}");
}

static void add_profile(struct scc_strbuf *out, const struct fuzz_rules *rules)
{
    const char *separator = "";
    scc_strbuf_add(out, "{");
    add_answer(out, "defaultAction", "defaultErrnoRet", &rules->fallback);
    scc_strbuf_add(out, ",\"architectures\":[");
    for (unsigned id = 0; id < SCC_ARCH_COUNT; id++) {
        if (!(rules->arches & scc_arch_bit((enum scc_arch_id)id)))
            continue;
        scc_strbuf_addf(out, "%s\"%s\"", separator, scc_arch_get((enum scc_arch_id)id)->token_name);
        separator = ",";
    }
    scc_strbuf_add(out, "],\"syscalls\":[");
    for (size_t i = 0; i < rules->count; i++) {
        scc_strbuf_add(out, i ? "," : "");
        add_rule(out, &rules->rules[i]);
    }
    scc_strbuf_add(out, "]}");
}

static bool parse(struct subject *subject)
{
    struct scc_strbuf text = {0};
    scc_error *err = NULL;
    add_profile(&text, subject->rules);
    fuzz_check(text.data && !text.failed, "no memory");
    bool is_one = fuzz_accepts(
        scc_profile_parse(text.data, text.len, "rules", &subject->profile, NULL, &err), &err);
    scc_strbuf_free(&text);
    return is_one;
}

/*
 * What must hold
 */

static void ask(struct subject *subject, uint64_t seed)
{
    struct material material = material_of(subject->policy);
    for (unsigned i = 0; i < CALL_COUNT; i++) {
        subject->calls[i] = random_call(&material, &seed);
        subject->answers[i] = scc_policy_answer(subject->policy, &subject->calls[i]);
    }
    free_material(&material);
}

/** Against the definition of the rules. */
static void check_answers(const struct subject *subject)
{
    struct fuzz_expected expected;
    for (unsigned i = 0; i < CALL_COUNT; i++) {
        if (!fuzz_rules_expect(subject->rules, subject->policy, &subject->calls[i], &expected))
            continue;
        fuzz_check(subject->answers[i] == expected.answer, "call %u: 0x%x, expected 0x%x", i,
                   subject->answers[i], expected.answer);
        fuzz_check(!expected.conflicts || subject->rules->on_conflict != SCC_CONFLICT_REFUSE,
                   "call %u is answered in two ways, and that is not refused", i);
    }
}

static void check_program(const struct subject *subject, const scc_program *program,
                          const char *what)
{
    scc_error *err = NULL;
    fuzz_must(scc_program_check(program, &err), err);
    for (unsigned i = 0; i < CALL_COUNT; i++) {
        uint32_t actual = scc_program_sim(program, &subject->calls[i]).return_value;
        fuzz_check(actual == subject->answers[i], "%s: call %u: 0x%x, expected 0x%x", what, i,
                   actual, subject->answers[i]);
    }
}

/** Whether the policy's diagram has at most @p nodes. */
static bool check_diagram(const struct subject *subject, size_t nodes)
{
    struct scc_decision_space *space;
    scc_diagram diagram;
    scc_error *err = NULL;
    fuzz_must(scc_decision_space_new(nodes, SCC_ORDER_BY_WORD, &space, &err), err);
    bool is_small =
        fuzz_accepts(scc_decision_from_policy(space, subject->policy, &diagram, &err), &err);
    for (unsigned i = 0; is_small && i < CALL_COUNT; i++) {
        uint32_t actual = scc_decision_answer(space, diagram, &subject->calls[i]);
        fuzz_check(actual == subject->answers[i], "call %u: 0x%x, expected 0x%x", i, actual,
                   subject->answers[i]);
    }
    scc_decision_space_free(space);
    return is_small;
}

static void check_optimized(const struct subject *subject, const scc_program *program,
                            const struct scc_emit_options *options)
{
    struct scc_optimized made = {0};
    scc_error *err = NULL;
    if (!fuzz_accepts(scc_optimize(program, subject->policy->target, options, NULL, &made, &err),
                      &err)) {
        counts.not_optimized++;
        return;
    }
    check_program(subject, made.program, "optimised");
    fuzz_check(made.is_unchanged ||
                   scc_emit_gain(options, program, &made.before, made.program, &made.after) > 0,
               "optimised, and not better");
    scc_optimized_clear(&made);
}

/** The aim that the input asks for: the whole pipeline, and its program optimised. */
static void check_compiled(const struct subject *subject, uint64_t hash)
{
    const struct scc_compile_options options = {
        .level = SCC_LEVEL_OWN,
        .emit = {.optimize_for = subject->rules->optimize_for},
        .reading = subject->reading,
    };
    struct scc_compiled compiled = {0};
    scc_error *err = NULL;
    if (!fuzz_accepts(
            scc_compile(subject->profile, subject->target, &options, &compiled, NULL, &err), &err))
        return;
    fuzz_check(compiled.is_proved, "not proved");
    check_program(subject, compiled.program, "compiled");
    fuzz_check_slim(&compiled, subject->target, &subject->reading);
    if (hash % OPTIMIZED_ONE_IN == 0)
        check_optimized(subject, compiled.program, &options.emit);
    scc_compiled_clear(&compiled);
}

/** Another aim: the program alone. */
static void check_other_aim(const struct subject *subject, unsigned turn)
{
    const struct scc_emit_options options = {
        .optimize_for = (enum scc_optimize_for)((subject->rules->optimize_for + 1 + turn) % 3)};
    scc_program *program;
    scc_error *err = NULL;
    if (!fuzz_accepts(scc_policy_compile(subject->policy, &options, &program, &err), &err))
        return;
    check_program(subject, program, "for another aim");
    scc_program_free(program);
}

static void check_lxc(const struct subject *subject)
{
    char *text = NULL;
    size_t bytes;
    scc_policy *read;
    scc_error *err = NULL;
    scc_diags *diags = scc_diags_new();
    fuzz_check(diags, "no memory");
    if (fuzz_accepts(scc_policy_to_lxc(subject->policy, &text, &bytes, diags, &err), &err)) {
        counts.as_lxc++;
        fuzz_must(scc_lxc_parse(text, bytes, "lxc", subject->policy->target, &read, NULL, &err),
                  err);
        fuzz_check(scc_diags_count(diags, SCC_DIAG_WARNING) ||
                       fuzz_compare(subject->policy, read) != FUZZ_DIFFERENT,
                   "LXC's text means something else: %s", text);
        scc_policy_free(read);
        free(text);
    }
    scc_diags_free(diags);
}

/*
 * libseccomp
 */

/** What libseccomp wrote, against what it was to say. */
static void check_scmp_program(const struct subject *subject, const scc_program *program)
{
    struct scc_scmp_view view = {0};
    struct scc_proof proof;
    scc_error *err = NULL;
    fuzz_must(scc_scmp_view_make(subject->policy, &view, &err), err);
    if (fuzz_accepts(scc_prove(&view.policy, program, &proof, &err), &err)) {
        for (unsigned i = 0; proof.equal && i < CALL_COUNT; i++)
            fuzz_check(scc_program_sim(program, &subject->calls[i]).return_value ==
                           scc_policy_answer(&view.policy, &subject->calls[i]),
                       "libseccomp's, proved equal: call %u", i);
        fuzz_check(proof.equal ||
                       (proof.expected != proof.actual &&
                        scc_program_sim(program, &proof.call).return_value == proof.actual &&
                        scc_policy_answer(&view.policy, &proof.call) == proof.expected),
                   "the call that shows a difference does not");
        counts.scmp_wrong += !proof.equal;
    }
    scc_scmp_view_clear(&view);
}

static void check_scmp(const struct subject *subject, enum scc_scmp_shape shape)
{
    scc_program *program;
    scc_error *err = NULL;
    counts.scmp_tried++;
    if (!fuzz_accepts(scc_emit_scmp(subject->policy, shape, &program, NULL, &err), &err)) {
        counts.scmp_refused++;
        return;
    }
    check_scmp_program(subject, program);
    scc_program_free(program);
}

/*
 * All of it
 */

static void check_policy(struct subject *subject, uint64_t hash)
{
    ask(subject, hash);
    check_answers(subject);
    if (!check_diagram(subject, (hash >> 40 & (LARGE_ONE_IN - 1)) ? NODES_USUAL : NODES_MAX)) {
        counts.undecided++;
        return;
    }
    check_compiled(subject, hash);
    if (hash / OPTIMIZED_ONE_IN % OTHER_AIM_ONE_IN == 0)
        check_other_aim(subject, hash >> 32 & 1);
    check_lxc(subject);
    if (hash % SCMP_ONE_IN == 0 && subject->rules->count <= SCMP_RULES_MAX)
        check_scmp(subject, hash / SCMP_ONE_IN % 2 ? SCC_SCMP_TREE : SCC_SCMP_LINEAR);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_rules rules;
    scc_error *err = NULL;
    fuzz_rules_decode(data, size, &rules);
    struct subject subject = {.rules = &rules,
                              .reading = {.on_conflict = rules.on_conflict,
                                          .enosys = rules.enosys,
                                          .hardens = rules.hardens}};
    if (counts.inputs++ == 0)
        atexit(print_counts);
    fuzz_must(scc_target_new(scc_arch_get(rules.target), scc_target_caps_docker(), 6, 18,
                             &subject.target, &err),
              err);
    if (parse(&subject) &&
        fuzz_accepts(scc_policy_select(subject.profile, subject.target, &subject.reading,
                                       &subject.policy, NULL, &err),
                     &err))
        check_policy(&subject, fuzz_hash(data, size));
    else
        counts.refused++;
    scc_policy_free(subject.policy);
    scc_profile_free(subject.profile);
    scc_target_free(subject.target);
    return 0;
}
