/* SPDX-License-Identifier: Apache-2.0 */
/** Where two profiles or programs answer differently: found, proved, and told. */
#ifndef SCC_DIFFERENCE_H
#define SCC_DIFFERENCE_H

#include "describe.h"
#include "diag.h"
#include "input.h"
#include "json_build.h"

enum {
    /** A question may take so many nodes of a decision diagram, twice; some 40 MiB each. */
    SCC_DIFFERENCE_NODES = 1 << 20,
};

struct scc_difference {
    struct scc_decision_space *space;
    struct scc_regions regions;
    struct scc_changes changes;
    /** Proved: there is no input to which the two give answers that were looked for. */
    bool is_none;
    /** There is one, but all of them could not be put into words: `changes` is empty. */
    bool is_example_alone;
    struct scc_call example;
    uint8_t example_args;   /* bit i: it depends on argument i */
    uint32_t before, after; /* the two answers to the example */
};

/** Which answers are looked for. */
enum scc_difference_kind {
    SCC_DIFFERENCE_ANY,
    SCC_DIFFERENCE_MORE_PERMISSIVE, /* the second input's answer is */
};

/**
 * Compares two inputs. Returns 0 with the answer in @p difference, which the caller clears; -1
 * where it is not decided within the bounds (SCC_ERROR_INPUT), or without memory
 * (SCC_ERROR_SYSTEM).
 */
int scc_difference_find(const struct scc_input *before, const struct scc_input *after,
                        enum scc_difference_kind kind, struct scc_difference *difference,
                        scc_error **err);

/** Frees what it holds; usable with SCC_CLEANUP. */
void scc_difference_clear(struct scc_difference *difference);

/**
 * Adds line @p index, from 0, of what tells the difference: a change each, or where these are too
 * many an example. Errnos carry the names of @p arch. Returns the line's label ("more", "less",
 * "other" or "e.g."), NULL behind the last line.
 */
const char *scc_difference_line(struct scc_strbuf *out, const struct scc_difference *difference,
                                size_t index, const struct scc_arch *arch);

/** Puts the changes as an array under @p key, and an example where there is one alone. */
void scc_difference_put(struct scc_json_build *build, cJSON *object, const char *key,
                        const struct scc_difference *difference, const struct scc_arch *arch);

/** Prints a line for each change; errnos carry the names of @p arch. Errors: without memory. */
int scc_difference_print(const struct scc_difference *difference, const struct scc_arch *arch,
                         scc_error **err);

/** What JSON says beside the difference. */
struct scc_difference_labels {
    const char *answer;   /* the member that says whether there is no difference */
    const char *keys[2];  /* the members with the inputs' names */
    const char *names[2]; /* these names */
    const scc_diags *diags;
};

/** Prints the same as JSON. */
int scc_difference_print_json(const struct scc_difference *difference,
                              const struct scc_difference_labels *labels,
                              const struct scc_arch *arch, scc_error **err);

#endif
