/* SPDX-License-Identifier: Apache-2.0 */
#include "walk.h"

#include "util.h"

enum { TABLE_SIZE = 1024 };

/** An audit arch that no filter here has: AUDIT_ARCH_ALPHA. */
#define STRANGE_AUDIT 0xc0009026u

struct walk {
    const struct scc_policy *policy;
    walk_fn *visit;
    void *context;
};

/** Visits @p call as it is, and with the high word of each argument in turn filled. */
static int visit_with_garbage(const struct walk *walk, struct scc_call call)
{
    int result = walk->visit(&call, walk->context);
    for (unsigned arg = 0; arg < SCC_ARG_COUNT && !result; arg++) {
        struct scc_call dirty = call;
        dirty.args[arg] ^= 0xdeadbeef00000000u;
        result = walk->visit(&dirty, walk->context);
    }
    return result;
}

/** The values around what a comparison tells apart. */
static unsigned boundaries(const struct scc_cmp *cmp, uint64_t values[8])
{
    unsigned count = 0;
    uint64_t middle = cmp->op == SCC_OP_MASKED_EQ ? cmp->value2 & cmp->value : cmp->value;
    values[count++] = middle;
    values[count++] = middle - 1;
    values[count++] = middle + 1;
    values[count++] = middle ^ 0x100000000u;
    values[count++] = middle | 0x80000000u;
    if (cmp->op == SCC_OP_MASKED_EQ) {
        values[count++] = middle | ~cmp->value;                /* all that the mask leaves free */
        values[count++] = middle ^ (cmp->value & -cmp->value); /* its lowest bit, wrong */
    }
    return count;
}

static int visit_boundaries(const struct walk *walk, struct scc_call call,
                            const struct scc_policy_arch *table)
{
    size_t count;
    const struct scc_placed_rule *placed = scc_policy_rules_at(table, call.nr, &count);
    struct scc_call satisfying = call; /* the last rule's equalities, so that chains are reached */
    for (size_t i = 0; i < count; i++) {
        struct scc_cmp cmps[SCC_ARG_COUNT];
        unsigned cmp_count = scc_policy_cmps(walk->policy, &placed[i], cmps);
        for (unsigned j = 0; j < cmp_count; j++) {
            uint64_t values[8];
            unsigned value_count = boundaries(&cmps[j], values);
            satisfying.args[cmps[j].arg] = values[0];
            for (unsigned k = 0; k < value_count; k++) {
                struct scc_call at = call, on = satisfying;
                at.args[cmps[j].arg] = on.args[cmps[j].arg] = values[k];
                int result = visit_with_garbage(walk, at);
                if (!result)
                    result = visit_with_garbage(walk, on);
                if (result)
                    return result;
            }
        }
    }
    return 0;
}

static int visit_nr(const struct walk *walk, uint32_t audit, uint32_t nr)
{
    struct scc_call zeros = {.audit = audit, .nr = nr};
    struct scc_call ones = {.audit = audit, .nr = nr, .ip = UINT64_MAX};
    for (unsigned arg = 0; arg < SCC_ARG_COUNT; arg++)
        ones.args[arg] = UINT64_MAX;
    int result = walk->visit(&zeros, walk->context);
    if (!result)
        result = walk->visit(&ones, walk->context);
    uint32_t outside;
    const struct scc_policy_arch *table = scc_policy_find_arch(walk->policy, audit, nr, &outside);
    if (!result && table)
        result = visit_boundaries(walk, zeros, table);
    if (!result && table)
        result = visit_boundaries(walk, ones, table);
    return result;
}

static int visit_audit(const struct walk *walk, uint32_t audit, uint32_t offset)
{
    for (uint32_t i = 0; i < TABLE_SIZE; i++) {
        uint32_t numbers[] = {i, SCC_X32_BIT + i, offset + i};
        for (unsigned j = 0; j < SCC_COUNT(numbers); j++) {
            int result = visit_nr(walk, audit, numbers[j]);
            if (result)
                return result;
        }
    }
    return visit_nr(walk, audit, SCC_NR_SKIP);
}

int walk_policy(const struct scc_policy *policy, walk_fn *visit, void *context)
{
    struct walk walk = {policy, visit, context};
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        int result = visit_audit(&walk, arch->audit, arch->nr_offset);
        /* numbers far from the tables: ARM's private ones */
        for (size_t j = 0; j < policy->arches[i].count && !result; j++) {
            if (policy->arches[i].placed[j].nr - arch->nr_offset >= TABLE_SIZE)
                result = visit_nr(&walk, arch->audit, policy->arches[i].placed[j].nr);
        }
        if (result)
            return result;
    }
    return visit_audit(&walk, STRANGE_AUDIT, 0);
}
