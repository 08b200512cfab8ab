/* SPDX-License-Identifier: Apache-2.0 */
/** The test's half of allocations.h. */
#include "allocations.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util.h"

static void become_server(int socket, int memory, const char *path, char *const *argv)
{
    char text[32];
    snprintf(text, sizeof text, "%d,%d", socket, memory);
    setenv("SCC_ALLOCATIONS", text, 1);
    fcntl(socket, F_SETFD, 0);
    fcntl(memory, F_SETFD, 0);
    execv(path, argv);
    _exit(127);
}

void allocation_start(struct allocation_server *server, const char *path, char *const *argv)
{
    int sockets[2];
    SCC_CLEANUP(scc_close_fd) int memory = memfd_create("allocations", MFD_CLOEXEC);
    cr_assert_eq(ftruncate(memory, sizeof(struct allocations)), 0);
    server->shared =
        mmap(NULL, sizeof(struct allocations), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    cr_assert_neq(server->shared, MAP_FAILED);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    server->pid = fork();
    if (server->pid == 0)
        become_server(sockets[1], memory, path, argv);
    close(sockets[1]);
    server->socket = sockets[0];
}

int allocation_run(const struct allocation_server *server)
{
    char byte = 0;
    int status;
    cr_assert_eq(write(server->socket, &byte, 1), 1);
    cr_assert_eq(read(server->socket, &status, sizeof status), (ssize_t)sizeof status,
                 "the server is gone");
    return status;
}

void allocation_stop(struct allocation_server *server)
{
    int status;
    close(server->socket);
    cr_assert_eq(waitpid(server->pid, &status, 0), server->pid);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server ended with 0x%x", status);
    munmap(server->shared, sizeof(struct allocations));
}
