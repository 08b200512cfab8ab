/* SPDX-License-Identifier: Apache-2.0 */
#include "pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_BYTES = 8192,
    ALIGNMENT = _Alignof(max_align_t),
};

struct scc_pool_block {
    struct scc_pool_block *next;
    size_t bytes;
    max_align_t data[];
};

static bool add_block(struct scc_pool *pool, size_t bytes)
{
    size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    struct scc_pool_block *block = calloc(1, sizeof *block + room);
    if (!block)
        return false;
    block->next = pool->blocks;
    block->bytes = room;
    pool->blocks = block;
    pool->used = 0;
    return true;
}

void *scc_pool_take(struct scc_pool *pool, size_t count, size_t item_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, item_bytes, &bytes) || bytes > SIZE_MAX / 2) {
        pool->failed = true;
        return NULL;
    }
    bytes = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT; /* never 0: NULL means failure */
    if ((!pool->blocks || pool->blocks->bytes - pool->used < bytes) && !add_block(pool, bytes)) {
        pool->failed = true;
        return NULL;
    }
    void *taken = (char *)pool->blocks->data + pool->used;
    pool->used += bytes;
    return taken;
}

void *scc_pool_copy(struct scc_pool *pool, const void *items, size_t count, size_t item_bytes)
{
    void *copy = scc_pool_take(pool, count, item_bytes);
    if (copy && count)
        memcpy(copy, items, count * item_bytes);
    return copy;
}

void scc_pool_free(struct scc_pool *pool)
{
    while (pool->blocks) {
        struct scc_pool_block *next = pool->blocks->next;
        free(pool->blocks);
        pool->blocks = next;
    }
    *pool = (struct scc_pool){0};
}
