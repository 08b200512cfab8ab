/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Memory that is freed at once: for answers made of many small parts. What has been taken is never
 * moved and needs no freeing of its own.
 */
#ifndef SCC_POOL_H
#define SCC_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct scc_pool_block;

/** Empty where all members are 0. */
struct scc_pool {
    struct scc_pool_block *blocks;
    size_t used; /* bytes of the first block */
    bool failed; /* memory ran out at least once */
};

/** Zeroed memory for @p count items of @p item_bytes; NULL without memory, which is remembered. */
void *scc_pool_take(struct scc_pool *pool, size_t count, size_t item_bytes);

/** A copy of @p count items; NULL without memory. */
void *scc_pool_copy(struct scc_pool *pool, const void *items, size_t count, size_t item_bytes);

/** Frees all of it; usable with SCC_CLEANUP. */
void scc_pool_free(struct scc_pool *pool);

#endif
