/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The rules of one target; data only. Rules stand in profile order. For each architecture a table,
 * sorted by number, says which rules speak of which number, doors (socketcall, ipc) included.
 */
#ifndef SCC_POLICY_INTERNAL_H
#define SCC_POLICY_INTERNAL_H

#include <seccompc/policy.h>

#include <stdbool.h>

#include "action.h"
#include "arch.h"
#include "cmp.h"
#include "kernel.h"
#include "syscall.h"
#include "work.h"

/** Bad arch: what libseccomp answers where the audit arch is none of the filter's. */
#define SCC_BAD_ARCH_RETURN 0u /* SECCOMP_RET_KILL_THREAD */

enum {
    /** Different rules with comparisons that one number has at most: more of them could fit into a
     * program's 4096 instructions only where they say what a few would. */
    SCC_POLICY_CALL_RULES_MAX = 1 << 15,
    /** Rules that all numbers of all architectures have together: what each entry's names and its
     * rule multiply, where all that a command does is done again for each. */
    SCC_POLICY_RULES_MAX = 1 << 17,
};

enum scc_rule_effect {
    SCC_RULE_HOLDS,
    /** Its action is the default one: runc and crun skip it, and so does the filter. */
    SCC_RULE_IS_DEFAULT,
    /** Wherever it could apply, a rule without comparisons answers before it. */
    SCC_RULE_IS_SHADOWED,
    /** An earlier rule says the same. */
    SCC_RULE_IS_REPEATED,
};

/** Where a rule stands in the profile. */
struct scc_origin {
    uint32_t entry; /* index in `syscalls` */
    uint32_t name;  /* index in `names` */
    uint32_t line, column;
};

struct scc_rule {
    const struct scc_syscall *call;
    uint32_t return_value;
    enum scc_rule_effect effect;
    uint8_t cmp_count;
    struct scc_cmp cmps[SCC_ARG_COUNT];
    struct scc_origin origin;
};

/** A rule at a number of one architecture. */
struct scc_placed_rule {
    uint32_t nr; /* as in seccomp_data */
    uint32_t rule;
    /**
     * Behind a door: the value of argument 0 that selects the call; the rule's own comparisons of
     * argument 0 are then lost, and those of the others test what the door's caller passes there.
     * 0: under a number of its own.
     */
    uint32_t selector;
};

struct scc_policy_arch {
    const struct scc_arch *arch;
    /**
     * Sorted by nr, then by rule (where the strictest answers: by action, then by rule), so that
     * the first that matches answers. Only what counts is here: of a number's rules the first
     * without comparisons, or where there is none, each different one with comparisons; none that
     * is the default. Of those that say the same one stands in the place of the first.
     */
    struct scc_placed_rule *placed;
    size_t count;
};

/** Numbers of an audit arch that have an answer of their own: see enosys.h. */
struct scc_override {
    uint32_t audit;
    uint32_t first, last; /* as in seccomp_data, both included */
    uint32_t return_value;
    bool is_before_rules; /* otherwise it only stands in for the default */
};

/** Why an entry of the profile is not in the policy. */
enum scc_left_out {
    SCC_ENTRY_SELECTED,
    SCC_ENTRY_LEFT_OUT_ARCHES,
    SCC_ENTRY_LEFT_OUT_CAPS,
    SCC_ENTRY_LEFT_OUT_KERNEL,
    SCC_LEFT_OUT_COUNT,
};

struct scc_policy {
    const struct scc_arch *target;
    uint32_t default_return;
    struct scc_rule *rules; /* in profile order */
    size_t rule_count;
    struct scc_policy_arch arches[SCC_ARCH_COUNT]; /* the target's own first */
    size_t arch_count;
    /** The profile lists the target's own architecture, which is in the filter either way. */
    bool lists_target;
    enum scc_enosys enosys;
    struct scc_kernel profile_kernel; /* that the author knew, with SCC_ENOSYS_KERNEL */
    /** By audit arch and numbers; none of them overlap, and none lies in bad arch. */
    struct scc_override *overrides;
    size_t override_count;
    /**
     * Read from LXC's text (lxc.h): its rules stand in lines, not in entries, and one for a call
     * behind a door stands nowhere on that architecture.
     */
    bool is_from_lxc;
    /** Of rules with comparisons that one input matches, the strictest answers, not the first. */
    bool takes_strictest;
    /** struct scc_reading's. */
    bool hardens;
    bool has_flags;
    uint32_t flags;
    char *listener_path;     /* or NULL */
    char *listener_metadata; /* or NULL */
    char *profile_name;      /* of the file, for messages */
    uint8_t *left_out;       /* enum scc_left_out of each entry */
    size_t entry_count;
    size_t absent_names;  /* in selected entries: known, but on none of the architectures */
    size_t unknown_names; /* in selected entries: known nowhere */
    /** What is done with the policy counts into this; the profile's, or NULL. */
    struct scc_work *work;
};

/**
 * Fills in the tables of the architectures and the rules' effects from rules and architectures.
 * Errors: SCC_ERROR_INPUT where two rules with equal comparisons answer differently, or a number
 * has more than SCC_POLICY_CALL_RULES_MAX, or all have more than SCC_POLICY_RULES_MAX;
 * SCC_ERROR_SYSTEM without memory.
 */
int scc_policy_place(struct scc_policy *policy, scc_error **err);

/** The override for a number of an audit arch, or NULL. */
const struct scc_override *scc_policy_find_override(const struct scc_policy *policy, uint32_t audit,
                                                    uint32_t nr);

/** Whether an override answers a number of an audit arch before its rules can. */
bool scc_policy_is_before_rules(const struct scc_policy *policy, uint32_t audit, uint32_t nr);

/** What answers to a number of an audit arch of the filter where no rule does. */
uint32_t scc_policy_default_at(const struct scc_policy *policy, uint32_t audit, uint32_t nr);

/** The placed rules of @p nr: the first of them and their number. */
const struct scc_placed_rule *scc_policy_rules_at(const struct scc_policy_arch *arch, uint32_t nr,
                                                  size_t *count);

/** The comparisons of a placed rule as they stand on its architecture; returns their number. */
unsigned scc_policy_cmps(const struct scc_policy *policy, const struct scc_placed_rule *placed,
                         struct scc_cmp cmps[SCC_ARG_COUNT]);

/**
 * The table that speaks of a call of audit arch @p audit and number @p nr; NULL where there is
 * none. *outside is then what such a call is answered: bad arch, or the default for SCC_NR_SKIP.
 */
const struct scc_policy_arch *scc_policy_find_arch(const struct scc_policy *policy, uint32_t audit,
                                                   uint32_t nr, uint32_t *outside);

/** Whether the call's audit arch (and on X86_64 its ABI) is in the filter: it is no bad arch. */
bool scc_policy_is_listed(const struct scc_policy *policy, const struct scc_call *call);

/**
 * The arguments, bit i for argument i, whose high words @p policy does not believe at @p nr of
 * @p arch: those of 32 bits where it hardens, otherwise none.
 */
uint8_t scc_policy_loose_args(const struct scc_policy *policy, const struct scc_arch *arch,
                              uint32_t nr);

/**
 * The rule that answers @p call, or NULL where the default or bad arch does; *return_value is the
 * answer either way.
 */
const struct scc_rule *scc_policy_match(const struct scc_policy *policy,
                                        const struct scc_call *call, uint32_t *return_value);

/**
 * Whether the call is answered as another one: where the policy hardens, and the arguments without
 * the high words that the kernel ignores get the stricter answer. *cleared is then that call.
 */
bool scc_policy_is_tightened(const struct scc_policy *policy, const struct scc_call *call,
                             struct scc_call *cleared);

/** The rule without comparisons that answers before @p rule, or NULL; for rules that are shadowed.
 */
const struct scc_rule *scc_policy_shadow_of(const struct scc_policy *policy,
                                            const struct scc_rule *rule);

/** The place of a rule, for messages. */
struct scc_place scc_policy_place_of(const struct scc_policy *policy, const struct scc_rule *rule);

/** Adds which rule it is, for messages: "syscalls[7]", of LXC's text "rule 7". */
void scc_policy_add_origin(struct scc_strbuf *out, const struct scc_policy *policy,
                           const struct scc_rule *rule);

/**
 * Whether two policies have the same architectures, default and tables, rules of one number in any
 * order. Equal ones answer alike; of unequal ones that is not known.
 */
bool scc_policy_agrees(const struct scc_policy *a, const struct scc_policy *b);

#endif
