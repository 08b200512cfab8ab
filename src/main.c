/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "error.h"
#include "suggest.h"

const struct scc_command scc_commands[] = {
    {"compile", "profile to program and slim OCI profile (the default)", scc_cmd_compile},
    {"verify", "prove that a program or a blob says what a profile says", scc_cmd_verify},
    {"diff", "what changes between two profiles or programs", scc_cmd_diff},
    {"within", "proof that a profile is no more permissive than a baseline", scc_cmd_within},
    {"explain", "what is answered to one system call, and why", scc_cmd_explain},
    {"lint", "what is probably wrong with a profile", scc_cmd_lint},
    {"disasm", "program to listing, and back", scc_cmd_disasm},
    {"run", "a command under a filter", scc_cmd_run},
    {"oci", "OCI runtime config in, the same with the compiled filter out", scc_cmd_oci},
    {"sim", "answers of a program or profile to a table of calls", scc_cmd_sim},
    {"cache", "list, prune or verify the cache of compiled programs", scc_cmd_cache},
    {"optimize", "program to an equal, better one", scc_cmd_optimize},
};
const unsigned scc_command_count = sizeof scc_commands / sizeof *scc_commands;

const char *scc_command_nearest(const char *name)
{
    struct scc_suggestion best = scc_suggestion_for(name);
    for (unsigned i = 0; i < scc_command_count; i++)
        scc_suggestion_offer(&best, scc_commands[i].name);
    /* A file's name is as short as a command's: more than two slips are another word. */
    return best.name && best.distance <= 2 ? best.name : NULL;
}

/**
 * Takes the numbers of standard streams that are closed, or a file that is written later would get
 * one of them, and with it what is printed. Reading and writing still answer EBADF (O_PATH,
 * open(2)), and what `run` starts finds them closed. False where that cannot be done.
 */
static bool hold_closed_streams(void)
{
    int fd = STDIN_FILENO;
    while (fd <= STDERR_FILENO) {
        if (fcntl(fd, F_GETFD) >= 0)
            fd++;
        else if (errno != EBADF || open("/", O_PATH | O_CLOEXEC) < 0)
            return false;
    }
    return true;
}

/**
 * Whether this process has a user's or group's rights whom nobody asked: seccompc writes to any
 * path that its command line names, and `run` executes any command. Set-user-ID would make that
 * root's.
 */
static bool has_borrowed_rights(void)
{
    return geteuid() != getuid() || getegid() != getgid();
}

int main(int argc, char **argv)
{
    bool is_run = argc >= 2 && strcmp(argv[1], "run") == 0;
    if (!hold_closed_streams()) {
        perror("seccompc: a closed standard stream");
        return is_run ? SCC_STATUS_RUN_FAILED : SCC_ERROR_SYSTEM;
    }
    if (has_borrowed_rights()) {
        fputs("seccompc: set-user-ID or set-group-ID, expected the rights of the one who calls\n",
              stderr);
        return is_run ? SCC_STATUS_RUN_FAILED : SCC_ERROR_SYSTEM;
    }
    /* A reader that goes away, and a file that may not grow, are errors of the write, with a
     * message and a status. What `run` starts has its signals as they were. */
    if (!is_run) {
        signal(SIGPIPE, SIG_IGN);
        signal(SIGXFSZ, SIG_IGN);
    }
    for (unsigned i = 0; argc > 1 && i < scc_command_count; i++) {
        if (strcmp(argv[1], scc_commands[i].name) == 0)
            return scc_commands[i].run(argc - 1, argv + 1);
    }
    if (argc == 2 && strcmp(argv[1], "help") == 0)
        argv[1] = (char *)"--help";
    return scc_commands[0].run(argc, argv);
}
