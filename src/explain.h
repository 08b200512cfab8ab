/* SPDX-License-Identifier: Apache-2.0 */
/** What a profile or program answers to one system call, and why. */
#ifndef SCC_EXPLAIN_H
#define SCC_EXPLAIN_H

#include <cjson/cJSON.h>

#include "condition.h"
#include "decision_cells.h"
#include "diag.h"
#include "error.h"
#include "input.h"

/** The call that is asked about: a name or a number, and the arguments that are known. */
struct scc_question {
    const struct scc_syscall *call; /* NULL: a number */
    uint32_t nr;
    uint8_t known_args; /* bit i: args[i] is given */
    uint64_t args[SCC_ARG_COUNT];
};

/** Whether something holds, as far as the known arguments tell. */
enum scc_holds {
    SCC_HOLDS_NO,
    SCC_HOLDS_YES,
    SCC_HOLDS_DEPENDS, /* on arguments that are not given */
};

struct scc_explained_rule {
    const struct scc_rule *rule;
    enum scc_holds holds;
    unsigned cmp_count;
    struct scc_cmp cmps[SCC_ARG_COUNT];
    enum scc_holds cmp_holds[SCC_ARG_COUNT];
};

/** An entry of the profile that names the call, and is not selected for the target. */
struct scc_left_out_entry {
    const struct scc_syscall *call;
    const struct scc_profile_entry *entry;
    const struct scc_json_node *name; /* where the entry names it */
    const char *needs;                /* in words, what would select it: "with CAP_SYS_ADMIN" */
    /** What its rules would then answer; for an entry of another architecture that is not known. */
    bool has_return;
    uint32_t return_value;
    const char *condition_text; /* where their comparisons hold; NULL: they have none */
};

/** Why an answer is given. */
enum scc_reason {
    SCC_REASON_RULE,     /* `deciding` */
    SCC_REASON_DEFAULT,  /* no rule matches */
    SCC_REASON_ENOSYS,   /* --enosys: in front of the rules, or where none matches */
    SCC_REASON_BAD_ARCH, /* the filter is not for this ABI */
    SCC_REASON_SKIP,     /* the number by which a tracer skips a call */
    SCC_REASON_DEPENDS,  /* on arguments that are not given */
    SCC_REASON_PROGRAM,  /* `path` */
};

/** One possible answer, and when it is given. */
struct scc_explained_outcome {
    uint32_t return_value;
    struct scc_condition condition;
};

/** One instruction that is run. */
struct scc_path_step {
    uint32_t index;
    const char *text;
    const char *comment;  /* or NULL */
    bool is_conditional;  /* a jump that may go on or not: */
    enum scc_holds taken; /* SCC_HOLDS_DEPENDS ends the path */
};

/** The call on one ABI, under its own number or behind a door. */
struct scc_explained {
    const struct scc_arch *arch;
    const struct scc_syscall *call; /* NULL: the number has no name */
    uint32_t nr;
    const struct scc_syscall *door; /* the multiplexer whose number this is, or NULL */
    uint32_t selector;
    struct scc_explained_outcome *outcomes; /* the most permissive first */
    size_t outcome_count;                   /* 1: the answer is certain */
    enum scc_reason reason;
    const struct scc_explained_rule *deciding;
    struct scc_explained_rule *rules; /* at this number, in the order in which they are asked */
    size_t rule_count;
    bool is_unknown_to_scmp; /* the installed libseccomp would leave out rules of these */
    /** --harden changes answers here. */
    bool is_hardened;
    /** --harden: the rules are told for the call without the high words of these (bit i). */
    uint8_t cleared_args;
    struct scc_path_step *path;
    size_t path_count;
    uint8_t needed_args; /* bit i: the answer depends on argument i */
    bool needs_ip;       /* and on the instruction pointer */
};

/** The whole answer. */
struct scc_explanation {
    struct scc_pool pool;
    struct scc_decision_space *space;
    struct scc_work work; /* of all spaces together */
    const struct scc_input *input;
    const struct scc_target *target;
    struct scc_question question;
    struct scc_explained *items;
    size_t count, cap;
    scc_arch_set absent; /* ABIs of the filter that do not have the call */
    bool ignores_arch;   /* a program that answers every audit arch alike */
    /** Of a profile. */
    struct scc_left_out_entry *left_out;
    size_t left_out_count, left_out_cap;
    size_t left_out_more;                   /* that were not looked at, being too many */
    const struct scc_rule **without_effect; /* the call's rules that never answer */
    size_t without_effect_count;
};

/**
 * Answers @p question. @p input and @p target must outlive the explanation, which the caller clears
 * also on failure. Errors: SCC_ERROR_INPUT where it is not decided within the bounds;
 * SCC_ERROR_SYSTEM without memory.
 */
int scc_explain(const struct scc_input *input, const struct scc_target *target,
                const struct scc_question *question, struct scc_explanation *explanation,
                scc_error **err);

/** Frees what it holds; usable with SCC_CLEANUP. */
void scc_explanation_clear(struct scc_explanation *explanation);

/** What is known of the arguments of an item: behind a door they are not the call's own. */
struct scc_question scc_explained_question(const struct scc_explanation *explanation,
                                           const struct scc_explained *item);

/**
 * A value that passes the comparison, the one nearest to @p value; false where there is none on an
 * ABI of that width.
 */
bool scc_cmp_passing(const struct scc_cmp *cmp, uint64_t value, bool is_64bit, uint64_t *passing);

/** Adds a comparison: "a0 == 5", "a0 & 0x7e020000 == 0". */
void scc_cmp_describe(struct scc_strbuf *out, const struct scc_cmp *cmp);

/** Prints the explanation for a person. Errors: without memory. */
int scc_explanation_print(const struct scc_explanation *explanation, scc_error **err);

/** Prints the same as JSON. */
int scc_explanation_print_json(const struct scc_explanation *explanation, const scc_diags *diags,
                               scc_error **err);

/*
 * The parts of scc_explain(), each in its file.
 */

/** explain_left_out.c: adds the entries of the profile that name @p call and are not selected. */
int scc_explain_left_out(struct scc_explanation *explanation, const struct scc_syscall *call,
                         scc_error **err);

/**
 * explain_path.c: the instructions that the call of @p item runs, as far as the known arguments
 * tell. *is_certain: to the end, which returns *return_value.
 */
int scc_explain_path(struct scc_explanation *explanation, struct scc_explained *item,
                     bool *is_certain, uint32_t *return_value, scc_error **err);

#endif
