/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Where two functions answer differently, over the whole input space: for each ABI, and for all
 * other audit arches, sets of numbers with a condition on the arguments. Nodes are walked, not
 * numbers.
 */
#ifndef SCC_REGIONS_H
#define SCC_REGIONS_H

#include "arch.h"
#include "condition.h"

/** A part of the inputs that has numbers of its own. */
struct scc_region_place {
    const struct scc_arch *arch; /* NULL: audit arches that no ABI in question has */
    scc_diagram audits;          /* of audit arches; of an ABI's its own alone */
    scc_diagram numbers;         /* of the ABI: x86_64 and x32 share an audit arch */
    /** Without arch: whether all audit arches of no ABI in question are here. */
    bool is_all_others;
    struct scc_value_set audit_set; /* without arch, unless is_all_others */
};

/** Inputs of which one function answers all with `before`, the other with `after`. */
struct scc_region {
    const struct scc_region_place *place;
    scc_diagram numbers;
    scc_diagram where;                     /* of the arguments */
    const struct scc_condition *condition; /* the same in words; shared by regions */
    uint32_t before, after;
};

struct scc_regions {
    struct scc_pool pool;
    scc_arch_set arches; /* the ABIs that one of the functions tells from an unknown arch */
    struct scc_region *items;
    size_t count, cap;
};

/** Which pairs of answers are looked for. */
typedef bool scc_region_filter(uint32_t before, uint32_t after);

/** Any two that differ. */
bool scc_region_is_change(uint32_t before, uint32_t after);

/** Where `after` is the more permissive, by the kernel's order of actions. */
bool scc_region_is_opening(uint32_t before, uint32_t after);

/**
 * All inputs to which @p a and @p b give answers that @p wants accepts, in disjoint regions; the
 * space must be in SCC_ORDER_BY_WORD. ABIs come in the order of their table. Errors:
 * SCC_ERROR_INPUT where a bound is reached; SCC_ERROR_SYSTEM without memory.
 */
int scc_regions_find(struct scc_decision_space *space, scc_diagram a, scc_diagram b,
                     scc_region_filter *wants, struct scc_regions *regions, scc_error **err);

/** Frees them; usable with SCC_CLEANUP. */
void scc_regions_free(struct scc_regions *regions);

/** The ABIs that @p diagram answers otherwise than an audit arch that nobody has. */
int scc_regions_arches(struct scc_decision_space *space, scc_diagram diagram, scc_arch_set *arches,
                       scc_error **err);

#endif
