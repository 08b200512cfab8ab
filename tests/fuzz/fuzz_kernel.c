/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_kernel.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"

/** The thread in the way. */
struct bystander {
    sem_t is_ready;
    int error; /* errno of its own filter; 0: it has one */
};

static long attach(unsigned flags, const struct sock_filter *insns, size_t count)
{
    struct sock_fprog program = {.len = (unsigned short)count,
                                 .filter = (struct sock_filter *)insns};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static void *stand_in_the_way(void *data)
{
    static const struct sock_filter allow = {.code = BPF_RET | BPF_K, .k = SECCOMP_RET_ALLOW};
    struct bystander *self = data;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    self->error = attach(0, &allow, 1) == 0 ? 0 : errno;
    sem_post(&self->is_ready);
    for (;;)
        pause();
    return NULL;
}

/** Whether the kernel can be asked. */
static bool open_kernel(void)
{
    static struct bystander bystander;
    pthread_t thread;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    sem_init(&bystander.is_ready, 0, 0);
    int error = pthread_create(&thread, NULL, stand_in_the_way, &bystander);
    if (!error) {
        while (sem_wait(&bystander.is_ready) != 0)
            continue;
        error = bystander.error;
    }
    if (error)
        fprintf(stderr, "the kernel is not asked: %s\n", strerror(error));
    fuzz_check(!error || geteuid() != 0, "root can ask the kernel");
    return !error;
}

enum fuzz_verdict fuzz_ask_kernel(const struct sock_filter *insns, size_t count)
{
    static int is_open = -1;
    if (is_open < 0)
        is_open = open_kernel();
    if (!is_open)
        return FUZZ_UNASKED;
    long result = attach(SECCOMP_FILTER_FLAG_TSYNC, insns, count);
    if (result > 0)
        return FUZZ_ACCEPTED; /* the thread's id */
    fuzz_check(result < 0, "the kernel has attached the program");
    fuzz_check(errno == EINVAL || errno == ENOMEM, "seccomp(2): %s", strerror(errno));
    return errno == EINVAL ? FUZZ_REFUSED : FUZZ_UNASKED;
}
