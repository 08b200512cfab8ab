/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The exact meaning of policies and programs: functions from seccomp_data to a return value, each
 * as a reduced, ordered decision diagram over the bits of its 16 words, with return values at the
 * ends.
 *
 * Diagrams live in a space. Those of one space are canonical: two mean the same exactly where they
 * are the same reference, so equality is `==`. A diagram that answers "where …?" is one of the
 * return values 0 (not there) and 1 (there); SCC_DIAGRAM_NOWHERE is "not there" for every input.
 *
 * A space has a bound. Once it is reached, or memory has run out, every function that can fail
 * does: a question is then not decided, never answered with "equal". Spaces share nothing; two
 * threads may use two spaces.
 *
 * Later questions (which inputs differ, in words) walk the same objects: scc_decision_at_nr() gives
 * the part of a diagram that speaks of one number, and parts are compared by `==` as well.
 */
#ifndef SCC_DECISION_H
#define SCC_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy.h"
#include "program.h"
#include "work.h"

/** A diagram of a space. It lives as long as the space. */
typedef uint32_t scc_diagram;

/** The constant functions 0 and 1, in every space. */
#define SCC_DIAGRAM_NOWHERE ((scc_diagram)0)
#define SCC_DIAGRAM_EVERYWHERE ((scc_diagram)1)

struct scc_decision_space;

/** The order of the bits, which decides how large a diagram becomes, never what it means. */
enum scc_decision_order {
    /** Audit arch, nr, then word after word: small for everything that compares with constants. */
    SCC_ORDER_BY_WORD,
    /**
     * The same from the last argument to the first: quick for programs that test them so, as
     * libseccomp's do.
     */
    SCC_ORDER_BY_WORD_REVERSED,
    /**
     * Audit arch, nr, then the words' bits in turns: small also where one argument is compared
     * with, or added to, another.
     */
    SCC_ORDER_INTERLEAVED,
};

/**
 * A new space for at most @p node_limit nodes (2 or more, at most 2^30; about 40 bytes each when
 * full). The time is bound as well: 4 steps for each node allowed, and 2^21 at most. Errors:
 * SCC_ERROR_SYSTEM without memory.
 */
int scc_decision_space_new(size_t node_limit, enum scc_decision_order order,
                           struct scc_decision_space **space, scc_error **err);

/** From now on the space's steps count into @p work as well, which must outlive it; or NULL. */
void scc_decision_space_count_into(struct scc_decision_space *space, struct scc_work *work);

/** Frees the space and its diagrams; NULL is allowed. */
void scc_decision_space_free(struct scc_decision_space *space);

/** The nodes made so far, those of intermediate steps included. */
size_t scc_decision_node_count(const struct scc_decision_space *space);

/** Whether the bound has been reached: more nodes, or another order, could still decide. */
bool scc_decision_is_exhausted(const struct scc_decision_space *space);

/**
 * The meaning of @p policy by its tables alone. Where one input matches rules with comparisons of
 * different return values, the first in profile order answers, as in scc_policy_answer(); see
 * scc_decision_find_conflict(). Errors: SCC_ERROR_INPUT where the space's bound is reached;
 * SCC_ERROR_SYSTEM without memory.
 */
int scc_decision_from_policy(struct scc_decision_space *space, const struct scc_policy *policy,
                             scc_diagram *diagram, scc_error **err);

/**
 * The meaning of @p program, which must have passed scc_program_check(): everything that the kernel
 * accepts, arithmetic on arguments included. Errors as above; the message then names the
 * instruction that could not be followed.
 */
int scc_decision_from_program(struct scc_decision_space *space, const struct scc_program *program,
                              scc_diagram *diagram, scc_error **err);

/**
 * Where @p program, which must have passed scc_program_check(), does not answer as @p expected
 * does. Decides more than scc_decision_from_program(): a program may also return a word as it was
 * loaded, whose diagram would have 2^32 ends. Errors as there.
 */
int scc_decision_where_program_differs(struct scc_decision_space *space, scc_diagram expected,
                                       const struct scc_program *program, scc_diagram *where,
                                       scc_error **err);

/** The return value that @p diagram gives to @p call. */
uint32_t scc_decision_answer(const struct scc_decision_space *space, scc_diagram diagram,
                             const struct scc_call *call);

/** Where @p a and @p b answer differently. Errors as above. */
int scc_decision_where_differ(struct scc_decision_space *space, scc_diagram a, scc_diagram b,
                              scc_diagram *where, scc_error **err);

/**
 * Where @p a is more permissive than @p b: its action stands later in enum scc_action, the kernel's
 * order. ERRNO and TRACE are not told apart by their numbers. Errors as above.
 */
int scc_decision_where_more_permissive(struct scc_decision_space *space, scc_diagram a,
                                       scc_diagram b, scc_diagram *where, scc_error **err);

/**
 * An input that lies in @p where, in @p call, as plain as there is: of an architecture of @p policy
 * (NULL: of any known one), the earliest first; of a number that has a name there, the lowest; then
 * the arguments with the fewest high bits. False where there is none at all.
 */
bool scc_decision_pick(const struct scc_decision_space *space, scc_diagram where,
                       const struct scc_policy *policy, struct scc_call *call);

/** What @p diagram says about one audit arch and number: a function of the arguments. */
scc_diagram scc_decision_at_nr(const struct scc_decision_space *space, scc_diagram diagram,
                               uint32_t audit, uint32_t nr);

/** What a diagram depends on, and how large it is. */
struct scc_decision_extent {
    size_t nodes;
    bool needs_audit, needs_nr, needs_ip;
    uint8_t args; /* bit i: argument i */
};

/** Errors: SCC_ERROR_SYSTEM without memory. */
int scc_decision_measure(const struct scc_decision_space *space, scc_diagram diagram,
                         struct scc_decision_extent *extent, scc_error **err);

/** One input to which two rules with comparisons give different return values. */
struct scc_decision_conflict {
    const struct scc_policy_arch *arch;
    struct scc_call call;
    const struct scc_rule *first, *second; /* in profile order */
};

/**
 * Whether such an input exists: *found, and then *conflict for the first architecture and the
 * lowest number that has one. Exact. Errors as scc_decision_from_policy().
 */
int scc_decision_find_conflict(struct scc_decision_space *space, const struct scc_policy *policy,
                               bool *found, struct scc_decision_conflict *conflict,
                               scc_error **err);

/** What hardening makes of a number's answers. */
enum scc_hardening {
    SCC_HARDENS_NOTHING, /* those for the arguments as given stay */
    SCC_HARDENS_CLEARED, /* the high words of 32-bit arguments do not count any more */
    SCC_HARDENS_BOTH,    /* either may be the stricter one */
};

/**
 * Which of these it is for @p count rules of one number in @p policy. SCC_HARDENS_BOTH, which is
 * never wrong, also where the space's bound is reached or memory runs out.
 */
enum scc_hardening scc_decision_hardening(struct scc_decision_space *space,
                                          const struct scc_policy *policy,
                                          const struct scc_arch *arch,
                                          const struct scc_placed_rule *placed, size_t count);

#endif
