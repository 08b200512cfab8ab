/* SPDX-License-Identifier: Apache-2.0 */
#include "compile.h"

#include <seccompc/compile.h>

#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdlib.h>

#include "conflict.h"
#include "cost.h"
#include "diag.h"
#include "emit_cost.h"
#include "emit_scmp.h"
#include "error.h"
#include "frequencies.h"
#include "harden.h"
#include "prove.h"
#include "strbuf.h"
#include "tables.h"
#include "util.h"

void scc_compiled_clear(struct scc_compiled *compiled)
{
    scc_policy_free(compiled->policy);
    scc_program_free(compiled->program);
    free(compiled->oci);
    free(compiled->lxc);
    *compiled = (struct scc_compiled){0};
}

/** Reads the slim profile back, as a runtime would, and compares what it selects. */
static int check_slim(const scc_target *target, const struct scc_compile_options *options,
                      const struct scc_compiled *compiled, scc_error **err)
{
    scc_profile *profile = NULL;
    scc_policy *policy = NULL;
    int done =
        scc_profile_parse(compiled->oci, compiled->oci_bytes, "slim profile", &profile, NULL, err);
    if (done == 0) {
        profile->work = compiled->policy->work; /* lent */
        done = scc_policy_select(profile, target, &options->reading, &policy, NULL, err);
        profile->work = NULL;
    }
    if (done == 0 && !scc_policy_agrees(compiled->policy, policy))
        done = scc_error_set(err, SCC_ERROR_INPUT,
                             "the slim profile does not select what the whole one does; this is a "
                             "fault of seccompc");
    scc_policy_free(policy);
    scc_profile_free(profile);
    return done;
}

/*
 * Proof
 */

/** The difference in words; NULL without memory. The caller frees it. */
static char *describe(const struct scc_policy *policy, const struct scc_proof *proof)
{
    struct scc_strbuf text = {0};
    scc_proof_describe(&text, policy, proof);
    return scc_strbuf_steal(&text);
}

/** Proves our own program; a difference is a fault of this program, and nothing is given out. */
static int prove_own(const struct scc_policy *policy, const struct scc_program *program,
                     struct scc_proof *proof, scc_error **err)
{
    if (scc_prove(policy, program, proof, err) < 0)
        return -1;
    if (proof->equal)
        return 0;
    SCC_AUTOFREE char *difference = describe(policy, proof);
    if (!difference)
        return scc_error_nomem(err);
    return scc_error_set(err, SCC_ERROR_INPUT, "the program is wrong, a fault of seccompc: %s",
                         difference);
}

/** Adds to what was too large the file, and the call with the most rules with comparisons. */
static int wrap_heaviest(const struct scc_policy *policy, scc_error **err)
{
    const struct scc_policy_arch *table = &policy->arches[0];
    const struct scc_syscall *call = NULL;
    size_t most = 0, count;
    for (size_t at = 0; at < table->count; at += count) {
        const struct scc_placed_rule *placed =
            scc_policy_rules_at(table, table->placed[at].nr, &count);
        const struct scc_rule *rule = &policy->rules[placed->rule];
        if (rule->cmp_count && count > most) {
            most = count;
            call = rule->call;
        }
    }
    if (!call)
        return scc_error_wrap(err, "%s", policy->profile_name);
    return scc_error_wrap(err, "%s: %zu rules with comparisons, the most of one call, are %s's",
                          policy->profile_name, most, call->name);
}

/** Our own program with its proof. */
static int emit_own(struct scc_compiled *made, const struct scc_emit_options *options,
                    scc_error **err)
{
    struct scc_proof proof;
    scc_error *failure = NULL;
    double start = 0;
    int done = scc_emit_bpf(made->policy, options, &made->program, &failure);
    if (done == 0) {
        start = scc_now_ms();
        done = prove_own(made->policy, made->program, &proof, &failure);
    }
    if (done < 0) {
        if (scc_error_get_code(failure) == SCC_ERROR_INPUT)
            wrap_heaviest(made->policy, &failure);
        return scc_error_pass(err, failure);
    }
    made->proof_ms = scc_now_ms() - start;
    made->proof_nodes = proof.nodes;
    made->is_proved = true;
    return 0;
}

/** What the counted calls make of the program: how many reach it, and how far they go. */
static int tell_weights(const struct scc_compiled *made, const scc_frequencies *frequencies,
                        scc_diags *diags, scc_error **err)
{
    const struct scc_arch *arch = made->policy->target;
    struct scc_place place = {.file = made->policy->profile_name};
    uint64_t reaching = 0;
    double steps = 0;
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
        uint64_t count = frequencies->counts[i];
        struct scc_call call = {.audit = arch->audit,
                                .nr = scc_syscall_nr(&scc_syscall_table[i], arch)};
        if (!count || call.nr == SCC_NR_NONE ||
            (scc_emit_has_action_cache(arch) &&
             scc_cost_is_cached(made->program, call.audit, call.nr)))
            continue;
        reaching += count;
        steps += (double)count * scc_program_sim(made->program, &call).steps;
    }
    if (!reaching)
        return scc_diags_add(diags, SCC_DIAG_WARNING, place, NULL, err,
                             "--weights: none of the counted calls reaches the program on %s: the "
                             "kernel's action cache answers them, or they do not exist",
                             arch->name);
    return scc_diags_add(diags, SCC_DIAG_NOTE, place, NULL, err,
                         "--weights: %" PRIu64 " of %" PRIu64
                         " counted calls reach the program, with %.1f steps each on average "
                         "(arguments 0)",
                         reaching, frequencies->sum, steps / (double)reaching);
}

int scc_policy_compile(const scc_policy *policy, const struct scc_emit_options *options,
                       scc_program **program, scc_error **err)
{
    struct scc_proof proof;
    scc_program *made = NULL;
    if (scc_emit_bpf(policy, options, &made, err) < 0)
        return -1;
    if (prove_own(policy, made, &proof, err) < 0) {
        scc_program_free(made);
        return -1;
    }
    *program = made;
    return 0;
}

int scc_policy_prove(const scc_policy *policy, const scc_program *program, bool *equal,
                     char **difference, scc_error **err)
{
    struct scc_proof proof;
    char *text = NULL;
    if (scc_prove(policy, program, &proof, err) < 0)
        return -1;
    if (!proof.equal && difference && (text = describe(policy, &proof)) == NULL)
        return scc_error_nomem(err);
    *equal = proof.equal;
    if (difference)
        *difference = text;
    return 0;
}

/** Proves libseccomp's program of levels 0 and 1 against what it can say of the policy. */
static int prove_scmp(struct scc_compiled *made, const struct scc_compile_options *options,
                      scc_diags *diags, scc_error **err)
{
    SCC_CLEANUP(scc_scmp_view_clear) struct scc_scmp_view view = {0};
    struct scc_proof proof;
    double start = scc_now_ms();
    if (scc_scmp_view_make(made->policy, &view, err) < 0 ||
        scc_prove(&view.policy, made->program, &proof, err) < 0)
        return -1;
    made->proof_ms = scc_now_ms() - start;
    made->proof_nodes = proof.nodes;
    made->lost_count = view.lost_count;
    made->is_proved = proof.equal;
    if (proof.equal)
        return 0;
    SCC_AUTOFREE char *difference = describe(&view.policy, &proof);
    if (!difference)
        return scc_error_nomem(err);
    if (options->allows_mismatch)
        return scc_diags_add(diags, SCC_DIAG_WARNING,
                             (struct scc_place){.file = made->policy->profile_name}, NULL, err,
                             "libseccomp %s is wrong here: %s", scc_scmp_version(), difference);
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "libseccomp %s is wrong here: %s; -O2 is right, --allow-mismatch takes "
                         "this program",
                         scc_scmp_version(), difference);
}

/*
 * Crosscheck
 */

static int tell(const struct scc_policy *policy, enum scc_diag_level level, scc_diags *diags,
                scc_error **err, const char *what, const char *detail)
{
    struct scc_place place = {.file = policy->profile_name};
    return scc_diags_add(diags, level, place, NULL, err, "libseccomp %s %s%s", scc_scmp_version(),
                         what, detail);
}

/** Tells why there is nothing to compare with; takes @p failure over. Too little memory is no
 * property of libseccomp's. */
static int tell_failure(const struct scc_policy *policy, enum scc_diag_level level,
                        scc_diags *diags, scc_error **err, scc_error *failure)
{
    if (scc_error_is_nomem(failure))
        return scc_error_pass(err, failure);
    int done = tell(policy, level, diags, err,
                    "gives no program to compare with: ", scc_error_get_message(failure));
    scc_error_free(failure);
    return done;
}

/** Refuses LXC's text where LXC, whose filter is libseccomp's work, would allow what the policy
 * denies: nothing in the text can prevent that. */
static int refuse_wider_lxc(const struct scc_policy *policy, const scc_program *program,
                            scc_error **err)
{
    struct scc_proof proof;
    if (scc_prove_not_wider(policy, program, &proof, err) < 0)
        return scc_error_wrap(err, "--export-lxc: libseccomp %s's program", scc_scmp_version());
    if (proof.equal)
        return 0;
    SCC_AUTOFREE char *difference = describe(policy, &proof);
    if (!difference)
        return scc_error_nomem(err);
    struct scc_place place = {.file = policy->profile_name};
    if (proof.rule)
        place = scc_policy_place_of(policy, proof.rule);
    return scc_error_at(err, place, NULL,
                        "--export-lxc: libseccomp %s, which LXC makes its filter with, would allow "
                        "more than the profile: %s; --allow-mismatch writes the text all the same",
                        scc_scmp_version(), difference);
}

/** What the library's program differs in, beside the names that it does not know. */
static int compare_program(struct scc_compiled *made, const struct scc_scmp_view *view,
                           const scc_program *program, enum scc_diag_level level, scc_diags *diags,
                           scc_error **err)
{
    scc_error *failure = NULL;
    struct scc_proof proof = {0};
    if (scc_prove(&view->policy, program, &proof, &failure) < 0)
        return tell_failure(made->policy, level, diags, err, failure);
    made->crosscheck.has_program = true;
    made->crosscheck.instructions = scc_program_count(program);
    made->crosscheck.equal = proof.equal;
    if (proof.equal)
        return 0;
    SCC_AUTOFREE char *difference = describe(&view->policy, &proof);
    return difference ? tell(made->policy, level, diags, err, "would be wrong here: ", difference)
                      : scc_error_nomem(err);
}

/** Has the library write its program, and compares. */
static int crosscheck_program(struct scc_compiled *made, const struct scc_scmp_view *view,
                              const struct scc_compile_options *options, enum scc_diag_level level,
                              scc_diags *diags, scc_error **err)
{
    scc_error *failure = NULL;
    scc_program *program = NULL;
    size_t repaired;
    int done = scc_scmp_write(made->policy, SCC_SCMP_LINEAR, &program, &repaired, &failure);
    if (done < 0) {
        /* What LXC would make of the text must be known where it can be. */
        if (options->wants_lxc && !options->allows_mismatch &&
            scc_error_get_code(failure) == SCC_ERROR_SYSTEM) {
            scc_error_wrap(&failure, "--export-lxc: what LXC would make of the text");
            return scc_error_pass(err, failure);
        }
        return tell_failure(made->policy, level, diags, err, failure);
    }
    done = compare_program(made, view, program, level, diags, err);
    if (done == 0 && !made->crosscheck.equal && options->wants_lxc && !options->allows_mismatch)
        done = refuse_wider_lxc(&view->policy, program, err);
    scc_program_free(program);
    return done;
}

static int crosscheck(struct scc_compiled *made, const struct scc_compile_options *options,
                      scc_diags *diags, scc_error **err)
{
    SCC_CLEANUP(scc_scmp_view_clear) struct scc_scmp_view view = {0};
    enum scc_diag_level level =
        options->wants_oci || options->wants_lxc ? SCC_DIAG_WARNING : SCC_DIAG_NOTE;
    const struct scc_arch *unknown = scc_scmp_unknown_arch(made->policy);
    if (unknown)
        return tell(made->policy, level, diags, err, "does not know ", unknown->name);
    if (scc_scmp_view_make(made->policy, &view, err) < 0)
        return -1;
    view.policy.override_count = 0; /* which are no work of libseccomp's */
    if (view.opened && options->wants_lxc)
        return scc_error_at(err, scc_policy_place_of(made->policy, view.opened), NULL,
                            "--export-lxc: libseccomp %s does not know %s on every architecture "
                            "here, and LXC would leave the call to the default action",
                            scc_scmp_version(), view.opened->call->name);
    if (view.lost_count && tell(made->policy, view.opened ? level : SCC_DIAG_NOTE, diags, err,
                                view.opened ? "would open what the profile closes, by not knowing "
                                            : "would have lost ",
                                view.lost) < 0)
        return -1;
    return crosscheck_program(made, &view, options, level, diags, err);
}

/*
 * The pipeline
 */

/** What to do about a policy that rules alone cannot say; both for --export-oci and for oci. */
#define PROGRAM_ALONE                                                                              \
    "a program alone can: seccompc --export-bpf or --export-blob without --export-oci"

/** libseccomp answers conflicting rules by the shape of its tree, so the slim profile cannot say
 * more than that they conflict. */
static int refuse_slim_conflicts(const struct scc_policy *policy, scc_error **err)
{
    if (!policy->takes_strictest || scc_conflict_refuse(policy, err) == 0)
        return 0;
    return scc_error_wrap(
        err, "the slim profile cannot say what --on-conflict strictest means; " PROGRAM_ALONE);
}

/** Refuses the slim profile where nothing in it can say what --enosys adds. */
static int check_slim_enosys(const struct scc_policy *policy, scc_diags *diags, scc_error **err)
{
    struct scc_place place = {.file = policy->profile_name};
    if (!policy->override_count)
        return 0;
    if (policy->enosys == SCC_ENOSYS_KERNEL)
        return scc_error_at(err, place, NULL,
                            "the slim profile cannot say what --enosys kernel means, and runtimes "
                            "would answer by the default action; " PROGRAM_ALONE);
    return scc_diags_add(diags, SCC_DIAG_NOTE, place, NULL, err,
                         "runc adds what --enosys runc means to the slim profile, crun does not");
}

int scc_compile_check_slim(const struct scc_policy *policy,
                           const struct scc_compile_options *options, scc_diags *diags,
                           scc_error **err)
{
    if (!options->wants_oci)
        return 0;
    if (refuse_slim_conflicts(policy, err) < 0 || check_slim_enosys(policy, diags, err) < 0)
        return -1;
    return scc_hardened_refuse(policy, "the slim profile", PROGRAM_ALONE, err);
}

static int emit(struct scc_compiled *made, const struct scc_compile_options *options,
                scc_diags *diags, scc_error **err)
{
    if (options->level == SCC_LEVEL_OWN) {
        if (emit_own(made, &options->emit, err) < 0)
            return -1;
        if (options->emit.frequencies &&
            tell_weights(made, options->emit.frequencies, diags, err) < 0)
            return -1;
        return options->crosschecks ? crosscheck(made, options, diags, err) : 0;
    }
    enum scc_scmp_shape shape =
        options->level == SCC_LEVEL_LINEAR ? SCC_SCMP_LINEAR : SCC_SCMP_TREE;
    if (scc_emit_scmp(made->policy, shape, &made->program, diags, err) < 0)
        return -1;
    return prove_scmp(made, options, diags, err);
}

int scc_compile(const scc_profile *profile, const scc_target *target,
                const struct scc_compile_options *options, struct scc_compiled *compiled,
                scc_diags *diags, scc_error **err)
{
    struct scc_compiled made = {0};
    if (scc_policy_select(profile, target, &options->reading, &made.policy, diags, err) < 0)
        return -1;
    int done = scc_compile_check_slim(made.policy, options, diags, err);
    if (done == 0)
        done = emit(&made, options, diags, err);
    if (done == 0) {
        made.oci = scc_policy_to_oci(made.policy, &made.oci_bytes);
        done = made.oci ? check_slim(target, options, &made, err) : scc_error_nomem(err);
    }
    if (done == 0 && options->wants_lxc &&
        scc_policy_to_lxc(made.policy, &made.lxc, &made.lxc_bytes, diags, err) < 0)
        done = scc_error_wrap(err, "--export-lxc");
    if (done == 0 && options->warns)
        done = options->warns(profile, target, made.policy, diags, err);
    if (done < 0) {
        scc_compiled_clear(&made);
        return -1;
    }
    *compiled = made;
    return 0;
}

struct scc_call_counts scc_policy_count_calls(const struct scc_policy *policy)
{
    /* 0: no rule; 1 + action: without comparisons; the last: by argument */
    enum { BY_ARGUMENT = 1 + SCC_ACTION_COUNT };
    unsigned char kinds[SCC_SYSCALL_COUNT] = {0};
    struct scc_call_counts counts = {0};
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_rule *rule = &policy->rules[i];
        if (rule->effect != SCC_RULE_HOLDS)
            continue;
        unsigned char *kind = &kinds[rule->call - scc_syscall_table];
        if (rule->cmp_count == 0)
            *kind = (unsigned char)(1 + scc_action_of(rule->return_value));
        else if (!*kind)
            *kind = BY_ARGUMENT;
    }
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
        counts.total += kinds[i] != 0;
        if (kinds[i] == BY_ARGUMENT)
            counts.by_argument++;
        else if (kinds[i])
            counts.unconditional[kinds[i] - 1]++;
    }
    return counts;
}

struct scc_cache_counts scc_count_cached(const struct scc_policy *policy,
                                         const scc_program *program)
{
    struct scc_cache_counts counts = {0};
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_policy_arch *table = &policy->arches[i];
        if (table->arch->id == SCC_ARCH_X32)
            continue;
        for (size_t j = 0; j < table->count; j++) {
            const struct scc_placed_rule *placed = &table->placed[j];
            const struct scc_rule *rule = &policy->rules[placed->rule];
            if (placed->selector || rule->cmp_count || rule->return_value != SECCOMP_RET_ALLOW ||
                scc_policy_is_before_rules(policy, table->arch->audit, placed->nr))
                continue;
            counts.allowed++;
            counts.cached += scc_cost_is_cached(program, table->arch->audit, placed->nr);
        }
    }
    return counts;
}
