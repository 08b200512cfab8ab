/* SPDX-License-Identifier: Apache-2.0 */
#include "prove.h"

#include <inttypes.h>

#include "decision.h"
#include "enosys.h"
#include "error.h"
#include "util.h"

static void free_space(struct scc_decision_space **space)
{
    scc_decision_space_free(*space);
}

/** What is to be proved, of which policy and program. */
struct claim {
    const struct scc_policy *policy;
    const struct scc_program *program;
    bool is_not_wider; /* that the program is not more permissive; else that it is equal */
};

/** Whether the answers in @p proof show that the claim is wrong. */
static bool is_refuted(const struct claim *claim, const struct scc_proof *proof)
{
    return claim->is_not_wider ? scc_action_of(proof->actual) > scc_action_of(proof->expected)
                               : proof->actual != proof->expected;
}

/**
 * Fills in what belongs to the input proof->call. The policy's tables and the interpreter are asked
 * again: they share no code with the diagrams, so a wrong diagram cannot pass as a wrong program.
 */
static int explain(const struct claim *claim, struct scc_proof *proof, scc_error **err)
{
    proof->rule = scc_policy_match(claim->policy, &proof->call, &proof->expected);
    proof->actual = scc_program_sim(claim->program, &proof->call).return_value;
    if (is_refuted(claim, proof))
        return 0;
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "not decided: the decision diagram shows a difference that is none; "
                         "this is a fault of seccompc");
}

/** Picks an input that shows the difference. */
static int pick_difference(struct scc_decision_space *space, const struct scc_policy *policy,
                           scc_diagram where, struct scc_proof *proof, scc_error **err)
{
    scc_decision_pick(space, where, policy, &proof->call);
    struct scc_decision_extent extent;
    scc_diagram there = scc_decision_at_nr(space, where, proof->call.audit, proof->call.nr);
    if (scc_decision_measure(space, there, &extent, err) < 0)
        return -1;
    proof->args = extent.args;
    proof->needs_ip = extent.needs_ip;
    return 0;
}

/** Where the claim is wrong. */
static int find_wrong(struct scc_decision_space *space, const struct claim *claim,
                      scc_diagram *where, scc_error **err)
{
    scc_diagram expected, actual;
    if (scc_decision_from_policy(space, claim->policy, &expected, err) < 0)
        return -1;
    if (!claim->is_not_wider)
        return scc_decision_where_program_differs(space, expected, claim->program, where, err);
    if (scc_decision_from_program(space, claim->program, &actual, err) < 0)
        return -1;
    return scc_decision_where_more_permissive(space, actual, expected, where, err);
}

/** Proves in one space; it is the caller's. */
static int prove_in(struct scc_decision_space *space, const struct claim *claim,
                    struct scc_proof *proof, scc_error **err)
{
    scc_diagram where;
    if (find_wrong(space, claim, &where, err) < 0)
        return -1;
    struct scc_proof found = {.equal = where == SCC_DIAGRAM_NOWHERE};
    if (!found.equal && (pick_difference(space, claim->policy, where, &found, err) < 0 ||
                         explain(claim, &found, err) < 0))
        return -1;
    found.nodes = scc_decision_node_count(space);
    *proof = found;
    return 0;
}

/** Proves in a new space; *is_exhausted: it failed at the bound. */
static int prove_within(size_t node_limit, enum scc_decision_order order, const struct claim *claim,
                        struct scc_proof *proof, bool *is_exhausted, scc_error **err)
{
    *is_exhausted = false;
    SCC_CLEANUP(free_space) struct scc_decision_space *space = NULL;
    if (scc_decision_space_new(node_limit, order, &space, err) < 0)
        return -1;
    scc_decision_space_count_into(space, claim->policy->work);
    int result = prove_in(space, claim, proof, err);
    *is_exhausted = scc_decision_is_exhausted(space);
    return result;
}

/**
 * The order in which the program mostly tests the arguments. In the other one, each of many tests
 * rebuilds what is there already.
 */
static enum scc_decision_order find_order(const struct scc_program *program)
{
    unsigned last = 0;
    int ascents = 0;
    for (size_t at = 0; at < program->count; at++) {
        const struct sock_filter *insn = &program->insns[at];
        if (insn->code != (BPF_LD | BPF_W | BPF_ABS) || insn->k / 4 < SCC_WORD_ARGS)
            continue;
        unsigned arg = (insn->k / 4 - SCC_WORD_ARGS) / 2;
        ascents += (arg > last) - (arg < last);
        last = arg;
    }
    return ascents < 0 ? SCC_ORDER_BY_WORD_REVERSED : SCC_ORDER_BY_WORD;
}

static int prove(const struct claim *claim, struct scc_proof *proof, scc_error **err)
{
    enum scc_decision_order order = find_order(claim->program);
    const struct {
        size_t nodes;
        enum scc_decision_order order;
    } attempts[] = {
        {SCC_PROVE_NODES, order},
        {SCC_PROVE_NODES,
         order == SCC_ORDER_BY_WORD ? SCC_ORDER_BY_WORD_REVERSED : SCC_ORDER_BY_WORD},
        {SCC_PROVE_NODES_AGAIN, SCC_ORDER_INTERLEAVED},
    };
    bool is_exhausted = true;
    scc_error *first = NULL;
    for (size_t i = 0;
         i < SCC_COUNT(attempts) && is_exhausted && !scc_work_is_over(claim->policy->work); i++) {
        if (prove_within(attempts[i].nodes, attempts[i].order, claim, proof, &is_exhausted,
                         first ? NULL : &first) == 0) {
            scc_error_free(first);
            return 0;
        }
    }
    if (!first) /* not even begun */
        scc_work_check(claim->policy->work, &first);
    if (err)
        *err = first;
    else
        scc_error_free(first);
    return -1;
}

int scc_prove(const struct scc_policy *policy, const struct scc_program *program,
              struct scc_proof *proof, scc_error **err)
{
    return prove(&(struct claim){policy, program, false}, proof, err);
}

int scc_prove_not_wider(const struct scc_policy *policy, const struct scc_program *program,
                        struct scc_proof *proof, scc_error **err)
{
    return prove(&(struct claim){policy, program, true}, proof, err);
}

/*
 * In words
 */

/** The architecture that a call belongs to, in the filter or not; NULL where none is known. */
static const struct scc_arch *arch_of_call(const struct scc_call *call)
{
    bool is_x32 = call->audit == scc_arch_get(SCC_ARCH_X32)->audit && call->nr >= SCC_X32_BIT;
    if (is_x32)
        return scc_arch_get(SCC_ARCH_X32);
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)i);
        if (arch->audit == call->audit && arch->id != SCC_ARCH_X32)
            return arch;
    }
    return NULL;
}

static void describe_call(struct scc_strbuf *out, const struct scc_proof *proof,
                          const struct scc_arch *arch)
{
    const struct scc_call *call = &proof->call;
    const struct scc_syscall *named = arch ? scc_syscall_at(arch, call->nr) : NULL;
    if (arch)
        scc_strbuf_addf(out, "%s ", arch->name);
    else
        scc_strbuf_addf(out, "audit arch 0x%08" PRIx32 " ", call->audit);
    if (named)
        scc_strbuf_addf(out, "%s (%" PRIu32 ")", named->name, call->nr);
    else
        scc_strbuf_addf(out, "nr %" PRIu32 " (0x%" PRIx32 ")", call->nr, call->nr);
    const char *joint = " with ";
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (!(proof->args & 1u << i))
            continue;
        scc_strbuf_addf(out, "%sa%u = 0x%" PRIx64, joint, i, call->args[i]);
        joint = ", ";
    }
    if (proof->needs_ip)
        scc_strbuf_addf(out, "%sinstruction pointer 0x%" PRIx64, joint, call->ip);
}

/** Why the policy answers as it does where no rule matches. */
static const char *reason_without_rule(const struct scc_policy *policy, const struct scc_call *call)
{
    const struct scc_override *override = scc_policy_find_override(policy, call->audit, call->nr);
    if (override)
        return scc_enosys_reason(override);
    return scc_policy_is_listed(policy, call) ? "the default action: no rule matches"
                                              : "no architecture of the filter";
}

static void describe_rule(struct scc_strbuf *out, const struct scc_policy *policy,
                          const struct scc_proof *proof, const struct scc_arch *arch)
{
    const struct scc_rule *rule = proof->rule;
    if (!rule) {
        scc_strbuf_addf(out, " (%s)", reason_without_rule(policy, &proof->call));
        return;
    }
    struct scc_place place = scc_policy_place_of(policy, rule);
    scc_strbuf_add(out, " (");
    if (place.file) {
        scc_strbuf_add_escaped(out, place.file);
        scc_strbuf_addf(out, ":%u:%u: ", place.line, place.column);
    }
    scc_policy_add_origin(out, policy, rule);
    if (!arch || rule->call != scc_syscall_at(arch, proof->call.nr)) /* behind a door */
        scc_strbuf_addf(out, ", the rule for %s", rule->call->name);
    scc_strbuf_add(out, ")");
}

void scc_proof_describe(struct scc_strbuf *out, const struct scc_policy *policy,
                        const struct scc_proof *proof)
{
    const struct scc_arch *arch = arch_of_call(&proof->call);
    struct scc_call cleared;
    describe_call(out, proof, arch);
    scc_strbuf_add(out, ": the profile answers ");
    scc_return_describe(out, proof->expected, policy->target);
    describe_rule(out, policy, proof, arch);
    if (scc_policy_is_tightened(policy, &proof->call, &cleared))
        scc_strbuf_add(out, " (--harden: 32-bit arguments without their high words)");
    scc_strbuf_add(out, ", the program ");
    scc_return_describe(out, proof->actual, policy->target);
}
