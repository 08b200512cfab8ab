/* SPDX-License-Identifier: Apache-2.0 */
/**
 * System calls that fail. A seccomp filter hands all calls of a child, and of what the child
 * starts, to the test (seccomp_unotify(2)), which counts them, spoils one and lets the others go
 * on. Going through the numbers from 0 spoils each call once.
 */
#ifndef SCC_TEST_FAULTS_H
#define SCC_TEST_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What can happen to a call beside an errno. */
enum {
    FAULT_KILL = -1,  /* the process is killed (SIGKILL) before the call is made */
    FAULT_SHORT = -2, /* one byte is read or written; other calls do not count */
    FAULT_ACT = -3,   /* no fault: the test does something before the call is made */
};

/** Under a sanitizer, which makes each process slow, not each call is tried. */
#if defined(__SANITIZE_ADDRESS__)
enum { FAULT_IS_SANITIZED = 1, FAULT_STEP = 4 };
#else
enum { FAULT_IS_SANITIZED = 0, FAULT_STEP = 1 };
#endif

/** What is done at which call, and what came of it. */
struct fault {
    unsigned at;                  /* from 0 */
    int how;                      /* an errno, FAULT_KILL or FAULT_SHORT */
    const volatile bool *is_over; /* where it is true calls count no more; may be NULL */
    void (*act)(void);            /* what is done by FAULT_ACT */
    bool lasts;                   /* all later calls that change a directory or file fail too */
    const int *lacking;           /* calls that always answer EINVAL and never count, or NULL */
    size_t lacking_count;

    bool has_no_streams; /* fault_run_command() closes descriptors 0 to 2 */
    const char *input;   /* its standard input, or NULL: empty */

    bool is_done;        /* there was such a call */
    int nr;              /* its number */
    uint64_t first;      /* its first argument */
    bool is_in_main;     /* the child made it, not a process that the child started */
    unsigned syncs;      /* calls of fsync(2) */
    unsigned to_streams; /* writes to descriptors 0 to 2, before another program was started */
};

/** Whether the call that was spoiled asks for memory. */
bool fault_is_memory(const struct fault *fault);

/** Whether the child wrote, or would have written, to its standard error with that call. */
bool fault_is_message(const struct fault *fault);

/**
 * In the child: hands this process's calls to the test behind @p socket, and closes the socket. A
 * program that is linked with faults_child.c does it before main() with the socket that the
 * environment names in SCC_FAULTS_SOCKET. False: there are no listeners here.
 */
bool fault_listen(int socket);

/**
 * Runs @p body in a child, which calls fault_listen() with the socket that it gets, or executes a
 * program that does. Returns the child's wait status. Skips the test where there are no listeners;
 * fails it when a call does not come for a long time.
 */
int fault_run(struct fault *fault, void (*body)(int socket, void *data), void *data);

/**
 * Runs the command that SECCOMPC_UNDER_FAULTS names, with the words @p argv, of which the first is
 * its name and NULL the last, with the fault. Standard input is empty unless it is named, and the
 * standard outputs go to the files "out" and "err", unless it has no streams. Returns its wait
 * status.
 */
int fault_run_command(struct fault *fault, char *const *argv);

#endif
