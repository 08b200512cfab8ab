/* SPDX-License-Identifier: Apache-2.0 */
#include "cmp.h"

#include "action.h"

bool scc_cmp_holds(const struct scc_cmp *cmp, uint64_t arg, bool is_64bit)
{
    if (!is_64bit)
        arg &= UINT32_MAX;
    switch ((enum scc_op)cmp->op) {
    case SCC_OP_NE:
        return arg != cmp->value;
    case SCC_OP_LT:
        return arg < cmp->value;
    case SCC_OP_LE:
        return arg <= cmp->value;
    case SCC_OP_EQ:
        return arg == cmp->value;
    case SCC_OP_GE:
        return arg >= cmp->value;
    case SCC_OP_GT:
        return arg > cmp->value;
    case SCC_OP_MASKED_EQ:
        return (arg & cmp->value) == (cmp->value2 & cmp->value);
    case SCC_OP_COUNT:
        break;
    }
    return false;
}

static int order(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int scc_cmp_compare(const struct scc_cmp *a, const struct scc_cmp *b)
{
    int result = order(a->arg, b->arg);
    result = result ? result : order(a->op, b->op);
    result = result ? result : order(a->value, b->value);
    return result ? result : order(a->value2, b->value2);
}
