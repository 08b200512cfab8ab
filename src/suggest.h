/* SPDX-License-Identifier: Apache-2.0 */
/** "did you mean …?": the name nearest to a wrong one. */
#ifndef SCC_SUGGEST_H
#define SCC_SUGGEST_H

struct scc_suggestion {
    const char *wanted;
    const char *name;  /* the best so far, or NULL */
    unsigned distance; /* of that name: edits */
};

/** A search for names near to @p wanted, without a candidate yet. */
struct scc_suggestion scc_suggestion_for(const char *wanted);

/** Keeps @p name where it is nearer than all before it and near enough to be a slip of the hand. */
void scc_suggestion_offer(struct scc_suggestion *best, const char *name);

/**
 * The same for one of several names that all begin with @p prefix, as "SCMP_ACT_": what is wanted
 * may lack it, and how near it is depends on what stands behind it, which alone tells the names
 * apart.
 */
void scc_suggestion_offer_behind(struct scc_suggestion *best, const char *prefix, const char *name);

#endif
