/* SPDX-License-Identifier: Apache-2.0 */
/**
 * fuzz_rules's input: a set of rules in few bytes. Any bytes are one: what is missing is 0, and
 * each number counts modulo its range.
 *
 *     input      = target, architectures (3), default action, its number (2), settings, { rule }
 *     rule       = call (2), action, its number (2), count of comparisons, { comparison }
 *     comparison = operator and argument, value (8), second value (8)
 *
 * Numbers of more than one byte are little-endian. A call is its place in src/data/syscalls.csv.
 */
#ifndef SCC_FUZZ_RULES_H
#define SCC_FUZZ_RULES_H

#include <stddef.h>
#include <stdint.h>

#include <seccompc/emit.h>

#include "action.h"
#include "arch.h"
#include "policy.h"

enum {
    FUZZ_RULES_MAX = 24,
    FUZZ_RULES_HEADER_BYTES = 8,
    FUZZ_RULE_BYTES = 6,
    FUZZ_CMP_BYTES = 17,
    FUZZ_RULES_BYTES_MAX = FUZZ_RULES_HEADER_BYTES +
                           FUZZ_RULES_MAX * (FUZZ_RULE_BYTES + SCC_ARG_COUNT * FUZZ_CMP_BYTES),
};

struct fuzz_answer {
    enum scc_action action;
    uint16_t data; /* where the action has one */
};

struct fuzz_rule {
    uint16_t call; /* index in scc_syscall_table */
    struct fuzz_answer answer;
    uint8_t cmp_count;
    struct scc_cmp cmps[SCC_ARG_COUNT]; /* as they stand in a profile */
};

struct fuzz_rules {
    enum scc_arch_id target; /* one with numbers */
    scc_arch_set arches;
    struct fuzz_answer fallback; /* the default action */
    enum scc_enosys enosys;
    enum scc_on_conflict on_conflict;
    enum scc_optimize_for optimize_for;
    bool hardens;
    size_t count;
    struct fuzz_rule rules[FUZZ_RULES_MAX];
};

void fuzz_rules_decode(const uint8_t *data, size_t size, struct fuzz_rules *rules);

/** Writes at most FUZZ_RULES_BYTES_MAX bytes to @p data, and returns how many. */
size_t fuzz_rules_encode(const struct fuzz_rules *rules, uint8_t *data);

struct fuzz_expected {
    uint32_t answer;
    bool conflicts; /* matching rules have other answers, too */
};

/**
 * What the rules answer to @p call, by the definition of rules and of enum scc_on_conflict alone.
 * False where it does not tell: no architecture of the policy's, a door, --enosys, hardening.
 */
bool fuzz_rules_expect(const struct fuzz_rules *rules, const struct scc_policy *policy,
                       const struct scc_call *call, struct fuzz_expected *expected);

#endif
