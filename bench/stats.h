/* SPDX-License-Identifier: Apache-2.0 */
/** Time, and what is told of many times. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

/** Microseconds of CLOCK_MONOTONIC; NAN where a filter refuses the clock. */
double bench_now_us(void);

/** The median of those of @p values that are not NAN, which are sorted; NAN where all are. */
double bench_median(double *values, size_t count);

/** Of several values; all NAN of none. */
struct bench_summary {
    double min, median, mean;
    double p95; /* the least value that 95 % of them do not exceed; the largest of up to 19 */
};

/** Of the @p values, none of them NAN, which are sorted. */
struct bench_summary bench_summarise(double *values, size_t count);

#endif
