/* SPDX-License-Identifier: Apache-2.0 */
/** Random calls that bite: near the numbers and the constants that a policy speaks of. */
#ifndef SCC_TEST_RANDOM_CALLS_H
#define SCC_TEST_RANDOM_CALLS_H

#include <stdlib.h>

#include "arch.h"
#include "policy.h"
#include "util.h"

/** SplitMix64 (public domain): the same numbers on every host. */
static inline uint64_t random_u64(uint64_t *seed)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline unsigned random_below(uint64_t *seed, unsigned bound)
{
    return (unsigned)(random_u64(seed) % bound);
}

/** What random calls are made of: the numbers and constants that a policy speaks of. */
struct material {
    uint32_t audits[64];
    size_t audit_count;
    uint32_t *nrs;
    size_t nr_count, nr_cap;
    uint64_t *values;
    size_t value_count, value_cap;
};

static inline void free_material(struct material *material)
{
    free(material->nrs);
    free(material->values);
}

static inline void add_value(struct material *material, uint64_t value)
{
    if (!SCC_GROW(material->values, material->value_cap, material->value_count + 1))
        abort();
    material->values[material->value_count++] = value;
}

static inline struct material material_of(const struct scc_policy *policy)
{
    struct material material = {0};
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_policy_arch *arch = &policy->arches[i];
        material.audits[material.audit_count++] = arch->arch->audit;
        for (size_t j = 0; j < arch->count; j++) {
            if (!SCC_GROW(material.nrs, material.nr_cap, material.nr_count + 1))
                abort();
            material.nrs[material.nr_count++] = arch->placed[j].nr;
        }
    }
    for (size_t i = 0; i < policy->rule_count; i++) {
        for (unsigned j = 0; j < policy->rules[i].cmp_count; j++) {
            add_value(&material, policy->rules[i].cmps[j].value);
            add_value(&material, policy->rules[i].cmps[j].value2);
        }
    }
    for (uint64_t selector = 1; selector < 25; selector++)
        add_value(&material, selector); /* behind doors */
    return material;
}

static inline uint32_t random_audit(const struct material *material, uint64_t *seed)
{
    unsigned kind = random_below(seed, 16);
    if (kind > 1)
        return material->audits[random_below(seed, (unsigned)material->audit_count)];
    if (kind == 1)
        return scc_arch_get((enum scc_arch_id)random_below(seed, SCC_ARCH_COUNT))->audit;
    return (uint32_t)random_u64(seed);
}

static inline uint32_t random_nr(const struct material *material, uint64_t *seed)
{
    unsigned kind = random_below(seed, 32);
    if (kind == 0 || material->nr_count == 0)
        return (uint32_t)random_u64(seed);
    if (kind == 1)
        return SCC_NR_SKIP - random_below(seed, 2);
    uint32_t nr = material->nrs[random_below(seed, (unsigned)material->nr_count)];
    if (kind < 5)
        nr += random_below(seed, 3) - 1;
    if (kind < 8)
        nr ^= SCC_X32_BIT;
    if (kind == 8)
        nr ^= 1u << random_below(seed, 32);
    return nr;
}

/** Near a constant of the policy's, and often with garbage in one word. */
static inline uint64_t random_arg(const struct material *material, uint64_t *seed)
{
    uint64_t value = material->values[random_below(seed, (unsigned)material->value_count)];
    unsigned kind = random_below(seed, 8);
    if (kind < 2)
        value += random_below(seed, 3) - 1ull;
    if (kind == 2)
        value ^= 1ull << random_below(seed, 64);
    if (kind == 3)
        value ^= random_u64(seed) << 32;
    if (kind == 4)
        value = random_u64(seed);
    if (kind == 5)
        value = random_below(seed, 4);
    return value;
}

static inline struct scc_call random_call(const struct material *material, uint64_t *seed)
{
    struct scc_call call = {.audit = random_audit(material, seed), .nr = random_nr(material, seed)};
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++)
        call.args[i] = random_arg(material, seed);
    call.ip = random_u64(seed);
    return call;
}

#endif
