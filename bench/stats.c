/* SPDX-License-Identifier: Apache-2.0 */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

double bench_now_us(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) < 0)
        return NAN;
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int compare_doubles(const void *a, const void *b)
{
    double one = *(const double *)a, two = *(const double *)b;
    return (one > two) - (one < two);
}

double bench_median(double *values, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i]))
            values[kept++] = values[i];
    }
    if (!kept)
        return NAN;
    qsort(values, kept, sizeof *values, compare_doubles);
    return kept % 2 ? values[kept / 2] : (values[kept / 2 - 1] + values[kept / 2]) / 2;
}

struct bench_summary bench_summarise(double *values, size_t count)
{
    if (!count)
        return (struct bench_summary){NAN, NAN, NAN, NAN};
    double sum = 0, median = bench_median(values, count);
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return (struct bench_summary){
        .min = values[0],
        .median = median,
        .mean = sum / (double)count,
        .p95 = values[(count * 95 + 99) / 100 - 1],
    };
}
