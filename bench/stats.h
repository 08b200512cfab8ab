/* SPDX-License-Identifier: Apache-2.0 */
/** Time, and medians of it. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

/** Microseconds of CLOCK_MONOTONIC; NAN where a filter refuses the clock. */
double bench_now_us(void);

/** The median of those of @p values that are not NAN, which are sorted; NAN where all are. */
double bench_median(double *values, size_t count);

#endif
