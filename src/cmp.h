/* SPDX-License-Identifier: Apache-2.0 */
/** Comparisons of arguments. */
#ifndef SCC_CMP_H
#define SCC_CMP_H

#include <stdbool.h>
#include <stdint.h>

enum { SCC_ARG_COUNT = 6 };

/** One comparison of an argument, unsigned. */
struct scc_cmp {
    uint8_t arg;     /* 0 to 5 */
    uint8_t op;      /* enum scc_op */
    uint64_t value;  /* MASKED_EQ: the mask */
    uint64_t value2; /* MASKED_EQ: what the masked argument is compared with, masked as well */
};

/**
 * Whether @p arg satisfies the comparison. On a 32-bit ABI the argument is its low word, whatever
 * the high word holds; the profile's value keeps its 64 bits.
 */
bool scc_cmp_holds(const struct scc_cmp *cmp, uint64_t arg, bool is_64bit);

/** An order of comparisons for sorting; 0 means equal. */
int scc_cmp_compare(const struct scc_cmp *a, const struct scc_cmp *b);

#endif
