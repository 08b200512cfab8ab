/* SPDX-License-Identifier: Apache-2.0 */
/** Ownership made visible, and growth that cannot overflow. */
#ifndef SCC_UTIL_H
#define SCC_UTIL_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/** Runs @p function on the variable when it goes out of scope. */
#define SCC_CLEANUP(function) __attribute__((cleanup(function)))

/** The value of @p variable, which is NULL afterwards: ownership moves to the reader. */
#define SCC_STEAL(variable)                                                                        \
    ({                                                                                             \
        __typeof__(variable) stolen_ = (variable);                                                 \
        (variable) = NULL;                                                                         \
        stolen_;                                                                                   \
    })

#define SCC_COUNT(array) (sizeof(array) / sizeof *(array))

static inline void scc_free_ptr(void *variable)
{
    void *memory;
    memcpy(&memory, variable, sizeof memory);
    free(memory);
}

/** Closes a descriptor that is not negative; for SCC_CLEANUP on an int. errno stays as it is. */
void scc_close_fd(const int *fd);

/** Milliseconds of CLOCK_MONOTONIC, for durations. */
double scc_now_ms(void);

/** free() for a pointer variable of any type. */
#define SCC_AUTOFREE SCC_CLEANUP(scc_free_ptr)

/**
 * Room for @p need items (at least one) of @p item_bytes in @p items, which holds @p *cap. Returns
 * the array, moved or not, or NULL without memory (or where the size would not fit), @p items then
 * being as it was.
 */
void *scc_grow(void *items, size_t *cap, size_t need, size_t item_bytes);

/** scc_grow() on the variable @p array, where it has no room yet; true on success. */
#define SCC_GROW(array, cap, need)                                                                 \
    ({                                                                                             \
        size_t need_ = (need);                                                                     \
        void *grown_ = (array);                                                                    \
        if (!grown_ || need_ > (cap))                                                              \
            grown_ = scc_grow((array), &(cap), need_, sizeof *(array));                            \
        if (grown_)                                                                                \
            (array) = grown_;                                                                      \
        grown_ != NULL;                                                                            \
    })

#endif
