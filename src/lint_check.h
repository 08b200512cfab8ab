/* SPDX-License-Identifier: Apache-2.0 */
/** For the files of lint alone: how checks ask a policy, and how they report. */
#ifndef SCC_LINT_CHECK_H
#define SCC_LINT_CHECK_H

#include "lint.h"
#include "syscall.h"

/*
 * Reporting. Texts are taken over and may be empty; all functions return 0, or -1 without memory.
 */

/** What is said of one finding. */
struct scc_lint_words {
    struct scc_strbuf reason;
    struct scc_strbuf shown; /* empty: nothing */
    struct scc_strbuf fix;   /* empty: the rule's */
};

/** Whether findings of this kind are looked for at all. */
bool scc_lint_wants(const struct scc_lint *lint, enum scc_lint_id id);

/**
 * Counts a finding; false where it is not to be told, because there are too many or because it is
 * not serious enough: the words then need not be made.
 */
bool scc_lint_count(struct scc_lint *lint, enum scc_lint_id id);

/** Tells a counted finding. */
int scc_lint_tell(struct scc_lint *lint, enum scc_lint_id id, const struct scc_json_node *node,
                  struct scc_lint_words *words);

/** Where the rule's name stands. */
const struct scc_json_node *scc_lint_name_of(const struct scc_lint *lint,
                                             const struct scc_rule *rule);

/** Where a comparison of an entry stands: its `args` member at that place. */
const struct scc_json_node *scc_lint_cmp_of(const struct scc_profile_entry *entry, unsigned index);

/** Where the default action stands. */
const struct scc_json_node *scc_lint_default_of(const struct scc_lint *lint);

/** Adds "socket(0x100000028, …)": arguments up to the last that is not 0 or is in @p args. */
void scc_lint_add_bare_call(struct scc_strbuf *out, const struct scc_lint *lint,
                            const struct scc_call *call, uint8_t args);

/** Adds the same, and " on x86_64". */
void scc_lint_add_call(struct scc_strbuf *out, const struct scc_lint *lint,
                       const struct scc_call *call, uint8_t args);

/** Adds the same, and ": ALLOW". */
void scc_lint_add_answer(struct scc_strbuf *out, const struct scc_lint *lint,
                         const struct scc_call *call, uint8_t args);

/*
 * Asking
 */

/** The rules of one number: a part of the policy's table. */
struct scc_lint_number {
    const struct scc_arch *arch;
    uint32_t nr;
    const struct scc_placed_rule *placed;
    size_t count; /* 0: the default answers */
};

struct scc_lint_number scc_lint_number_at(const struct scc_policy_arch *table, uint32_t nr);

/** The number of a call by name on an architecture of the policy; false where it has none. */
bool scc_lint_number_of(const struct scc_policy_arch *table, const char *name,
                        struct scc_lint_number *number);

/** A call of the number, its arguments 0. */
struct scc_call scc_lint_call_at(const struct scc_lint_number *number);

/** One of the call on the first architecture that has it; false where none has a number. */
bool scc_lint_call_of(const struct scc_lint *lint, const struct scc_syscall *name,
                      struct scc_call *call);

/** Whether the target has the capability; NULL: none is needed. */
bool scc_lint_has_cap(const struct scc_lint *lint, const char *capability);

/** Where the rule that answers @p call stands; the default action where none does. */
const struct scc_json_node *scc_lint_node_of(const struct scc_lint *lint,
                                             const struct scc_call *call);

/**
 * The argument that holds clone's flags: 0, but on s390, where the stack comes first
 * (kernel/fork.c, CONFIG_CLONE_BACKWARDS2), 1.
 */
unsigned scc_lint_clone_flags(const struct scc_arch *arch);

/** Whether every call of the number gets the one answer in @p return_value. */
bool scc_lint_is_constant(const struct scc_lint *lint, const struct scc_lint_number *number,
                          uint32_t *return_value);

/** The arguments that rules of the number compare, bit i for argument i. */
uint8_t scc_lint_compared_args(const struct scc_lint *lint, const struct scc_lint_number *number);

/** What is looked for among the answers to a number. */
enum scc_lint_wish {
    SCC_LINT_PASSING, /* ALLOW or LOG: the call is made */
    SCC_LINT_REFUSED, /* anything else */
};

/** Whether the action lets the call be made: ALLOW and LOG. */
bool scc_lint_passes(uint32_t return_value);

/**
 * A call of the number with such an answer, the plainest, in @p call; 1 where there is one, 0 where
 * not (or where the bound does not let it be decided, which is a finding), -1 without memory.
 */
int scc_lint_find_call(struct scc_lint *lint, const struct scc_lint_number *number,
                       enum scc_lint_wish wish, struct scc_call *call);

/** Whether every call of the number passes: as above. */
int scc_lint_always_passes(struct scc_lint *lint, const struct scc_lint_number *number);

/**
 * A call of the number that is answered more permissively than the one that the kernel reads, which
 * lacks the high words of 32-bit arguments: in @p call and @p read; as above.
 */
int scc_lint_find_loose_call(struct scc_lint *lint, const struct scc_lint_number *number,
                             const struct scc_syscall *name, struct scc_call *call,
                             struct scc_call *read);

/** Whether the number is answered alike without its rule at @p index; as above. */
int scc_lint_is_covered(struct scc_lint *lint, const struct scc_lint_number *number, size_t index);

/** A call that matches rules of two actions; as above. */
int scc_lint_find_conflict(struct scc_lint *lint, const struct scc_lint_number *number,
                           struct scc_call *call, const struct scc_rule *rules[2]);

/*
 * The checks. Each returns 0, or -1 without memory.
 */

/** Of the profile as it is written, whatever the target. */
int scc_lint_check_document(struct scc_lint *lint);

/** Of names and rules as they were selected. */
int scc_lint_check_rules(struct scc_lint *lint);

/** Of comparisons: what they mean beside what they say. */
int scc_lint_check_comparisons(struct scc_lint *lint);

/** Of answers after which C libraries do not fall back. */
int scc_lint_check_fallbacks(struct scc_lint *lint);

/** Of calls that are refused beside others that do the same. */
int scc_lint_check_equivalents(struct scc_lint *lint);

/** Of io_uring. */
int scc_lint_check_uring(struct scc_lint *lint);

/** Of socketcall and ipc. */
int scc_lint_check_doors(struct scc_lint *lint);

/** Of calls that are worth a word wherever they pass. */
int scc_lint_check_calls(struct scc_lint *lint);

/** Of architectures and the default action. */
int scc_lint_check_scope(struct scc_lint *lint);

#endif
