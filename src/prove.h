/* SPDX-License-Identifier: Apache-2.0 */
/** Policy = program: for every input, or the input that shows the difference. */
#ifndef SCC_PROVE_H
#define SCC_PROVE_H

#include "policy.h"
#include "program.h"
#include "strbuf.h"

enum {
    /**
     * A proof may take so many nodes of a decision diagram, some 30 MiB; docker's default takes
     * 2,000. Where that is not enough, so many in another order of the bits are tried, for programs
     * that compute with several arguments: all that together is to stay below a second.
     */
    SCC_PROVE_NODES = 1 << 19,
    SCC_PROVE_NODES_AGAIN = 1 << 17,
};

/** What was found. But for `equal` and `nodes` the members say how the two differ. */
struct scc_proof {
    /** For every audit arch, number, argument and instruction pointer; what was asked holds. */
    bool equal;
    /** Nodes of the decision diagram that it took. */
    size_t nodes;
    /** An input that shows that it does not, as plain as there is (scc_decision_pick()). */
    struct scc_call call;
    /** The arguments that the difference depends on at this number, bit i for argument i. */
    uint8_t args;
    bool needs_ip; /* it depends on the instruction pointer as well */
    /** What the policy answers, by which rule (NULL: by none), and what the program answers. */
    uint32_t expected;
    const struct scc_rule *rule;
    uint32_t actual;
};

/**
 * Whether @p program, which must have passed scc_program_check(), answers every input as @p policy
 * does. Returns 0 with the proof or the difference in @p proof; -1 where neither was found: of code
 * SCC_ERROR_INPUT where it is not decided within the bound, SCC_ERROR_SYSTEM without memory.
 */
int scc_prove(const struct scc_policy *policy, const struct scc_program *program,
              struct scc_proof *proof, scc_error **err);

/**
 * As scc_prove(), of a weaker claim: whether the program answers no input more permissively than
 * @p policy, by scc_decision_where_more_permissive()'s order. It then may answer otherwise, but
 * opens nothing that the policy closes.
 */
int scc_prove_not_wider(const struct scc_policy *policy, const struct scc_program *program,
                        struct scc_proof *proof, scc_error **err);

/**
 * Adds one line on the difference in @p proof: the call, what the profile says and by which rule,
 * what the program says. Without a line feed.
 */
void scc_proof_describe(struct scc_strbuf *out, const struct scc_policy *policy,
                        const struct scc_proof *proof);

#endif
