/* SPDX-License-Identifier: Apache-2.0 */
/** The child's half of faults.h; also linked to the command itself. */
#include "faults.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util.h"

/** Sends all calls to a listener but those that hand it over. -1: cannot. */
static int install_listener(int socket)
{
    /* The next free number is going to be the listener's. */
    int next = dup(socket);
    if (next < 0 || close(next) < 0)
        return -1;
    const uint32_t low = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + low),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)socket, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)next, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
    };
    struct sock_fprog filter = {SCC_COUNT(insns), insns};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &filter);
}

static bool send_descriptor(int socket, int fd)
{
    char byte = 0;
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control.bytes};
    control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    return sendmsg(socket, &message, 0) == 1;
}

bool fault_listen(int socket)
{
    int listener = install_listener(socket);
    if (listener < 0 || !send_descriptor(socket, listener))
        return false;
    close(listener);
    close(socket);
    return true;
}

/** In a program of its own: all that the system does before main() is done. */
__attribute__((constructor)) static void listen_before_main(void)
{
    enum { CANNOT = 77 };
    const char *socket = getenv("SCC_FAULTS_SOCKET");
    if (!socket)
        return;
    int fd = atoi(socket);
    unsetenv("SCC_FAULTS_SOCKET");
    if (!fault_listen(fd))
        _exit(CANNOT);
}
