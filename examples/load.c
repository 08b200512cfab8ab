/* SPDX-License-Identifier: Apache-2.0 */
/**
 * load BLOB COMMAND ARGUMENT...: runs a command under the filter that a sealed blob has for this
 * machine. What a container runtime does, in the fewest lines.
 *
 *     cc -o load load.c $(pkg-config --cflags --libs seccompc-load)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccompc/load.h>

/** What the child has to say; stdio is not safe between fork and exec in a process with threads. */
static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
        _exit(125);
}

static void run(const char *blob, char **command)
{
    struct scc_load_options options = {0};
    struct scc_load_result result;
    /* A process without CAP_SYS_ADMIN needs NO_NEW_PRIVS. A kernel from before 4.17 does not know
     * SPEC_ALLOW, which costs nothing but speed; every other flag stays. */
    options.flags = SCC_LOAD_SET_NO_NEW_PRIVS | SCC_LOAD_MAY_DROP_FLAGS;
    if (scc_load_file(blob, &options, &result) != SCC_LOAD_OK) {
        say(scc_load_text(result.code));
        if (result.os_error)
            say(strerror(result.os_error));
        _exit(125); /* no filter is on, so nothing may run */
    }
    execvp(command[0], command);
    _exit(errno == ENOENT ? 127 : 126);
}

int main(int argc, char **argv)
{
    int status;
    pid_t child;
    if (argc < 3) {
        fprintf(stderr, "Usage: load BLOB COMMAND ARGUMENT...\n");
        return 125;
    }
    child = fork();
    if (child == 0)
        run(argv[1], argv + 2);
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("load");
        return 125;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
