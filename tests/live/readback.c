/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Reads the filter of a running process back from the kernel: what a runtime really installed.
 *
 * Usage: readback PID > PROGRAM
 *
 * Waits until the process has a filter, which must be its only one. Needs CAP_SYS_ADMIN and a
 * kernel with CONFIG_CHECKPOINT_RESTORE (ptrace(2), PTRACE_SECCOMP_GET_FILTER).
 *
 * Exit status: 0 done; 1 it could not be read; 2 usage; 77 this kernel does not give filters out.
 */
#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    WAIT_STEPS = 250,
    WAIT_STEP_US = 20000,
    EXIT_SKIP = 77,
};

static bool has_filter(pid_t pid)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool is_found = false;
    while (fgets(line, sizeof line, file))
        is_found |= strcmp(line, "Seccomp:\t2\n") == 0;
    fclose(file);
    return is_found;
}

static int fail(const char *what)
{
    fprintf(stderr, "readback: %s: %s\n", what, strerror(errno));
    return 1;
}

/** Writes the filter of @p pid, which is stopped under ptrace, to standard output. */
static int write_filter(pid_t pid)
{
    static struct sock_filter insns[BPF_MAXINSNS];
    long count = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, insns);
    if (count < 0 && (errno == EIO || errno == EINVAL))
        return EXIT_SKIP;
    if (count < 0)
        return fail("PTRACE_SECCOMP_GET_FILTER");
    if (ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 1, NULL) >= 0) {
        fputs("readback: the process has more than one filter\n", stderr);
        return 1;
    }
    if (fwrite(insns, sizeof *insns, (size_t)count, stdout) != (size_t)count || fflush(stdout) != 0)
        return fail("standard output");
    return 0;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    pid_t pid = argc == 2 ? (pid_t)strtol(argv[1], &end, 10) : 0;
    if (pid <= 0 || *end) {
        fputs("Usage: readback PID > PROGRAM\n", stderr);
        return 2;
    }
    int steps = 0;
    while (!has_filter(pid)) {
        if (++steps > WAIT_STEPS) {
            fprintf(stderr, "readback: process %d has no filter\n", (int)pid);
            return 1;
        }
        usleep(WAIT_STEP_US);
    }
    int status;
    if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
        return fail("PTRACE_SEIZE");
    if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 || waitpid(pid, &status, __WALL) < 0)
        return fail("PTRACE_INTERRUPT");
    status = write_filter(pid);
    ptrace(PTRACE_DETACH, pid, 0, 0);
    return status;
}
