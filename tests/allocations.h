/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Allocations that fail. A program that is linked with allocations_child.c asks that file for all
 * its memory, its libraries included, and becomes a server before main(): for each request of the
 * test it forks, and the child goes on into main(), where the n-th allocation fails. Starting a
 * process by fork(2) alone makes it cheap to go through all n.
 */
#ifndef SCC_TEST_ALLOCATIONS_H
#define SCC_TEST_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    ALLOCATIONS_MAX = 1 << 17, /* that are recorded */
    ALLOCATION_CALLERS = 8,
    ALLOCATION_NONE = 0, /* the number of no allocation */
};

/** Which allocations fail. */
enum allocation_fault {
    ALLOCATION_ONE,  /* the n-th */
    ALLOCATION_REST, /* the n-th and all behind it */
};

/** Whose allocations count and fail. */
enum allocation_process {
    ALLOCATION_OF_COMMAND,
    ALLOCATION_OF_CHILD, /* of each process that the command forks, from 1 in each */
    ALLOCATION_PROCESS_COUNT,
};

/** Lies in memory that test, server and the server's children share. */
struct allocations {
    /* What the test asks for. */
    uint32_t at; /* from 1, or ALLOCATION_NONE */
    enum allocation_fault fault;
    enum allocation_process process;
    bool records; /* note who asks for memory */
    char input[64];
    /* What came of it. */
    uint32_t count[ALLOCATION_PROCESS_COUNT]; /* of the child that asked most */
    bool has_ended;                           /* by exit(3): `left` says something */
    uint32_t left;                            /* allocations of the command never freed */
    uint32_t first_left;                      /* the number of the first of them */
    /* Per allocation, by its number less 1: who called, as offsets in the program, 0 elsewhere. */
    uint32_t callers[ALLOCATION_PROCESS_COUNT][ALLOCATIONS_MAX][ALLOCATION_CALLERS];
};

/** A server, and what it shares with the test. */
struct allocation_server {
    pid_t pid;
    int socket;
    struct allocations *shared;
};

/**
 * Starts the program @p path with the words @p argv as a server in the current folder. The standard
 * outputs of its children go to the files "out" and "err".
 */
void allocation_start(struct allocation_server *server, const char *path, char *const *argv);

/** Runs the program with what `shared` asks for; returns its wait status. */
int allocation_run(const struct allocation_server *server);

void allocation_stop(struct allocation_server *server);

#endif
