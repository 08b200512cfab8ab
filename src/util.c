/* SPDX-License-Identifier: Apache-2.0 */
#include "util.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>
#include <time.h>

void scc_close_fd(const int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    errno = saved;
}

void *scc_grow(void *items, size_t *cap, size_t need, size_t item_bytes)
{
    if (need <= *cap)
        return items;
    size_t room = *cap < 8 ? 8 : *cap;
    while (room < need) {
        if (room > SIZE_MAX / 2)
            return NULL;
        room *= 2;
    }
    if (room > SIZE_MAX / item_bytes)
        return NULL;
    void *moved = realloc(items, room * item_bytes);
    if (moved)
        *cap = room;
    return moved;
}

double scc_now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}
