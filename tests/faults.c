/* SPDX-License-Identifier: Apache-2.0 */
/** The test's half of faults.h. */
#include "faults.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util.h"

/* What some architectures call otherwise or leave out; no call has the number -1. */
#ifndef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif
#ifndef SYS_renameat
#define SYS_renameat (-1)
#endif
#ifdef SYS_geteuid32
#undef SYS_geteuid
#define SYS_geteuid SYS_geteuid32
#endif

enum { PATIENCE_MS = 10000 };

static bool is_memory(int nr)
{
    switch (nr) {
    case SYS_mmap:
    case SYS_munmap:
    case SYS_mremap:
    case SYS_brk:
    case SYS_madvise:
    case SYS_mprotect:
        return true;
    default:
        return false;
    }
}

/** Whether no kernel ever refuses such a call. */
static bool always_works(int nr)
{
    return nr == SYS_geteuid;
}

/** Whether a sanitizer makes such calls, too. It stops the program, or says something, where one
 * fails. */
static bool is_sanitizers(int nr)
{
    return is_memory(nr) || nr == SYS_sigaltstack;
}

bool fault_is_memory(const struct fault *fault)
{
    return fault->is_done && is_memory(fault->nr);
}

bool fault_is_message(const struct fault *fault)
{
    return fault->is_done && (fault->nr == SYS_write || fault->nr == SYS_writev) &&
           fault->first == STDERR_FILENO;
}

/*
 * Answering
 */

/** A listener, and what it has seen. */
struct watch {
    int listener;
    pid_t child;
    struct fault *fault;
    unsigned count;
    bool is_past; /* the child has become another program */
};

static bool can_be_short(const struct seccomp_data *data)
{
    return (data->nr == SYS_read || data->nr == SYS_write || data->nr == SYS_pread64) &&
           data->args[2] > 1;
}

static bool is_lacking(const struct fault *fault, int nr)
{
    for (size_t i = 0; i < fault->lacking_count; i++) {
        if (fault->lacking[i] == nr)
            return true;
    }
    return false;
}

/** Whether a call needs a disk that works. */
static bool is_on_disk(const struct seccomp_data *data)
{
    switch (data->nr) {
    case SYS_openat:
    case SYS_renameat2:
    case SYS_renameat:
    case SYS_linkat:
    case SYS_unlinkat:
    case SYS_fsync:
        return true;
    case SYS_write:
        return data->args[0] > STDERR_FILENO;
    default:
        return false;
    }
}

/** Whether a call has no way to fail: no program looks for it. */
static bool is_infallible(int nr)
{
    return nr == SYS_getuid || nr == SYS_geteuid || nr == SYS_getgid || nr == SYS_getegid;
}

static bool counts(const struct watch *watch, const struct seccomp_data *data)
{
    const struct fault *fault = watch->fault;
    if (watch->is_past || is_lacking(fault, data->nr) || (fault->is_over && *fault->is_over) ||
        data->nr == SYS_exit_group || is_infallible(data->nr))
        return false;
    if (fault->how == FAULT_SHORT)
        return can_be_short(data);
    if (fault->how > 0 && always_works(data->nr))
        return false;
    /* cppcheck-suppress knownConditionTrueFalse; not under a sanitizer */
    return !(FAULT_IS_SANITIZED && is_sanitizers(data->nr) && fault->how != FAULT_KILL);
}

/** Makes a call of @p pid for one byte, as @p pid would. -1 with errno. */
static ssize_t do_shortly(pid_t pid, const struct seccomp_data *data)
{
    char byte = 0;
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): another process's address */
    struct iovec here = {&byte, 1}, there = {(void *)(uintptr_t)data->args[1], 1};
    SCC_CLEANUP(scc_close_fd) int process = (int)syscall(SYS_pidfd_open, pid, 0);
    SCC_CLEANUP(scc_close_fd)
    int fd = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, (int)data->args[0], 0);
    if (fd < 0)
        return -1;
    if (data->nr == SYS_write)
        return process_vm_readv(pid, &here, 1, &there, 1, 0) < 0 ? -1 : write(fd, &byte, 1);
    ssize_t got =
        data->nr == SYS_read ? read(fd, &byte, 1) : pread(fd, &byte, 1, (off_t)data->args[3]);
    if (got == 1 && process_vm_writev(pid, &here, 1, &there, 1, 0) < 0)
        return -1;
    return got;
}

/** Answers the call that is to be spoiled. */
static void spoil(const struct watch *watch, const struct seccomp_notif *call,
                  struct seccomp_notif_resp *response)
{
    struct fault *fault = watch->fault;
    fault->is_done = true;
    fault->nr = call->data.nr;
    fault->first = call->data.args[0];
    fault->is_in_main = (pid_t)call->pid == watch->child;
    if (fault->how == FAULT_ACT) {
        fault->act();
        return;
    }
    response->flags = 0;
    if (fault->how == FAULT_SHORT) {
        response->val = do_shortly((pid_t)call->pid, &call->data);
        cr_assert_geq(response->val, 0, "call %d: %s", fault->nr, strerror(errno));
    } else if (fault->nr != SYS_brk) {
        response->error = -fault->how;
    } /* brk(2) itself says no by an address below the wanted one. */
}

/** Whether the fault is at this call. */
static bool is_hit_by(struct watch *watch, const struct seccomp_data *data)
{
    const struct fault *fault = watch->fault;
    if (!counts(watch, data))
        return false;
    if (fault->is_done)
        return fault->lasts && is_on_disk(data);
    return watch->count++ == fault->at;
}

static void answer(struct watch *watch, const struct seccomp_notif *call)
{
    struct seccomp_notif_resp response = {.id = call->id,
                                          .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    watch->fault->syncs += call->data.nr == SYS_fsync;
    watch->fault->to_streams +=
        call->data.nr == SYS_write && call->data.args[0] <= STDERR_FILENO && !watch->is_past;
    bool is_hit = is_hit_by(watch, &call->data);
    if (is_hit && watch->fault->is_done)
        response = (struct seccomp_notif_resp){.id = call->id, .error = -watch->fault->how};
    else if (is_hit)
        spoil(watch, call, &response);
    else if (is_lacking(watch->fault, call->data.nr))
        response = (struct seccomp_notif_resp){.id = call->id, .error = -EINVAL};
    else if (call->data.nr == SYS_execve)
        watch->is_past = true;
    if (is_hit && watch->fault->how == FAULT_KILL)
        kill((pid_t)call->pid, SIGKILL);
    else
        ioctl(watch->listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/** Answers until all who could ask are gone; false where one is stuck. */
static bool supervise(struct watch *watch)
{
    for (;;) {
        struct pollfd ready = {.fd = watch->listener, .events = POLLIN};
        struct seccomp_notif call = {0};
        int found = poll(&ready, 1, PATIENCE_MS);
        if (found == 0)
            return false;
        if (found < 0 || !(ready.revents & POLLIN))
            return true;
        if (ioctl(watch->listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0)
            answer(watch, &call);
    }
}

/*
 * Running
 */

static int receive_descriptor(int socket)
{
    char byte;
    int fd = -1;
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control.bytes};
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1 &&
        message.msg_controllen >= CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
    return fd;
}

int fault_run(struct fault *fault, void (*body)(int socket, void *data), void *data)
{
    int sockets[2], status;
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        close(sockets[0]);
        body(sockets[1], data);
        _exit(0);
    }
    close(sockets[1]);
    SCC_CLEANUP(scc_close_fd) int listener = receive_descriptor(sockets[0]);
    close(sockets[0]);
    struct watch watch = {.listener = listener, .child = child, .fault = fault};
    bool is_stuck = listener >= 0 && !supervise(&watch);
    if (is_stuck)
        kill(-child, SIGKILL);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_not(is_stuck, "stuck after call %u (%d), %d", fault->at, fault->nr, fault->how);
    if (listener < 0)
        cr_skip_test("no seccomp listener here (status 0x%x)", status);
    return status;
}

static void redirect(int target, const char *path, int flags)
{
    int fd = open(path, flags, 0644);
    if (fd != target) {
        dup2(fd, target);
        close(fd);
    }
}

struct command {
    const char *path;
    char *const *argv;
    bool has_no_streams;
    const char *input;
};

static void become_command(int socket, void *data)
{
    const struct command *command = data;
    char text[16];
    snprintf(text, sizeof text, "%d", socket);
    setenv("SCC_FAULTS_SOCKET", text, 1);
    /* What the leak checker does at the end is no call of the command. */
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    fcntl(socket, F_SETFD, 0);
    redirect(STDIN_FILENO, command->input ? command->input : "/dev/null", O_RDONLY);
    redirect(STDOUT_FILENO, "out", O_WRONLY | O_CREAT | O_TRUNC);
    redirect(STDERR_FILENO, "err", O_WRONLY | O_CREAT | O_TRUNC);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && command->has_no_streams; fd++)
        close(fd);
    execv(command->path, command->argv);
    _exit(127);
}

int fault_run_command(struct fault *fault, char *const *argv)
{
    struct command command = {getenv("SECCOMPC_UNDER_FAULTS"), argv, fault->has_no_streams,
                              fault->input};
    cr_assert_not_null(command.path, "SECCOMPC_UNDER_FAULTS: expected the command's path");
    return fault_run(fault, become_command, &command);
}
