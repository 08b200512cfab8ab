/* SPDX-License-Identifier: Apache-2.0 */
#include "branch.h"

#include <stdlib.h>

#include "util.h"

void scc_branches_clear(struct scc_branches *branches)
{
    free(branches->items);
    *branches = (struct scc_branches){0};
}

bool scc_branches_add(struct scc_branches *branches, uint32_t start, scc_dag_ref target)
{
    if (branches->count && branches->items[branches->count - 1].start == start)
        branches->count--;
    if (branches->count && branches->items[branches->count - 1].target == target)
        return true;
    if (!SCC_GROW(branches->items, branches->cap, branches->count + 1))
        return false;
    branches->items[branches->count++] = (struct scc_branch){start, target};
    return true;
}

size_t scc_branch_find(const struct scc_branch *branches, size_t count, uint32_t value)
{
    size_t low = 0, high = count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (branches[middle].start <= value)
            low = middle;
        else
            high = middle;
    }
    return low;
}
