/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Each system call that asking the cache makes fails in turn, and at each of them the process is
 * killed. A seccomp filter hands all of a child's calls to the test (seccomp_unotify(2)), which
 * counts them, answers one and lets the others go on.
 */
#include <criterion/criterion.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cache_support.h"

#define FaultTest(name) Test(cache_faults, name, .init = enter_folder, .fini = leave_folder)

/* A sanitizer stops the program when it gets no memory. */
#if defined(__SANITIZE_ADDRESS__)
enum { SPARES_MEMORY = 1 };
#else
enum { SPARES_MEMORY = 0 };
#endif

enum { KILL = -1 };

/** What the child says; it lies in memory that both have. */
struct verdict {
    bool is_done, is_error, is_right, is_hit;
};

static struct verdict *verdict;

/*
 * The child
 */

/** Sends all calls but sendmsg(2), which hands the listener over, to a listener. -1: cannot. */
static int install_listener(void)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
    };
    struct sock_fprog filter = {SCC_COUNT(insns), insns};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &filter);
}

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static bool send_descriptor(int socket, int fd)
{
    char byte = 0;
    union control control = {0};
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

static int receive_descriptor(int socket)
{
    char byte;
    int fd = -1;
    union control control = {0};
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control.bytes};
    if (recvmsg(socket, &message, 0) == 1 && message.msg_controllen >= CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
    return fd;
}

/** Asks, and tells what came of it. */
static void ask(const scc_cached *right)
{
    const struct scc_cache_source source = plain_source();
    scc_error *err = NULL;
    scc_cache *cache = NULL;
    scc_cached *cached = NULL;
    scc_diags *diags = scc_diags_new();
    scc_error *why = NULL;
    if (scc_cache_open("cache", &cache, &why) == 0)
        scc_cache_set_limits(cache, 2, SCC_CACHE_BYTES);
    scc_error_free(why);
    if (scc_cache_get(cache, &source, test_target(), NULL, &cached, diags, &err) < 0) {
        verdict->is_error = true;
    } else {
        verdict->is_hit = scc_cached_is_hit(cached);
        verdict->is_right =
            programs_are_same(scc_cached_program(cached), scc_cached_program(right));
    }
    verdict->is_done = true;
    scc_cached_free(cached);
    scc_cache_close(cache);
    scc_diags_free(diags);
    scc_error_free(err);
}

/*
 * The test's side
 */

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

/** What is done at which call. */
struct fault {
    unsigned at;  /* from 0 */
    int how;      /* an errno, or KILL */
    bool is_done; /* there was such a call */
    int nr;
};

static void answer(int listener, pid_t child, const struct seccomp_notif *call, struct fault *fault,
                   unsigned *count)
{
    struct seccomp_notif_resp response = {.id = call->id,
                                          .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    const int nr = call->data.nr;
    const bool counts = !verdict->is_done && nr != SYS_exit_group &&
                        !(SPARES_MEMORY && is_memory(nr) && fault->how != KILL);
    if (counts && (*count)++ == fault->at) {
        fault->is_done = true;
        fault->nr = nr;
        if (fault->how == KILL) {
            kill(child, SIGKILL);
            return;
        }
        response.flags = 0;
        response.error = -fault->how;
    }
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void supervise(int listener, pid_t child, struct fault *fault)
{
    unsigned count = 0;
    for (;;) {
        struct pollfd ready = {.fd = listener, .events = POLLIN};
        struct seccomp_notif call = {0};
        if (poll(&ready, 1, -1) < 0 || !(ready.revents & POLLIN))
            return; /* the child is gone */
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0)
            answer(listener, child, &call, fault, &count);
    }
}

/** Runs a child that asks, with the fault. */
static void run_with(struct fault *fault, const scc_cached *right)
{
    enum { CANNOT = 77 };
    int sockets[2], status;
    *verdict = (struct verdict){0};
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    pid_t child = fork();
    if (child == 0) {
        int listener = install_listener();
        if (listener < 0 || !send_descriptor(sockets[1], listener))
            _exit(CANNOT);
        ask(right);
        _exit(0);
    }
    close(sockets[1]);
    int listener = receive_descriptor(sockets[0]);
    close(sockets[0]);
    if (listener >= 0)
        supervise(listener, child, fault);
    cr_assert_eq(waitpid(child, &status, 0), child);
    if (listener < 0)
        cr_skip_test("no seccomp listener here (status 0x%x)", status);
    close(listener);
    if (fault->how == KILL && fault->is_done)
        cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    else
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "call %u (%d), errno %d: 0x%x",
                  fault->at, fault->nr, fault->how, status);
}

/*
 * States of the cache before
 */

static void fill_with(const struct scc_cache_source *source)
{
    scc_error *err = NULL;
    scc_cached *cached = NULL;
    scc_cache *cache = open_cache("cache");
    must(scc_cache_get(cache, source, test_target(), NULL, &cached, NULL, &err), err);
    scc_cached_free(cached);
    scc_cache_close(cache);
}

static void prepare_nothing(void)
{
}

static void prepare_hit(void)
{
    const struct scc_cache_source source = plain_source();
    const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    fill_with(&source);
    cr_assert_eq(utimensat(AT_FDCWD, entry_path(&source), long_ago, 0), 0);
}

/** A bad entry, others that have to go, and what a dead writer left. */
static void prepare_trouble(void)
{
    const struct scc_cache_source source = plain_source();
    for (unsigned i = 1; i < 4; i++) {
        char text[256];
        const struct scc_cache_source other = numbered_source(i, text, sizeof text);
        fill_with(&other);
    }
    fill_with(&source);
    cr_assert_eq(truncate(entry_path(&source), 200), 0);
    int fd = open("cache/.new-0123456789abcdef", O_WRONLY | O_CREAT, 0600);
    cr_assert_geq(fd, 0);
    close(fd);
}

/** Every entry that is there is good. */
static void check_entries(const struct fault *fault)
{
    scc_error *err = NULL;
    SCC_CLEANUP(scc_store_list_clear) struct scc_store_list list = {0};
    scc_cache *cache = open_cache("cache");
    must(scc_store_scan(cache->store, &list, &err), err);
    for (size_t i = 0; i < list.count; i++) {
        const struct scc_digest *key = &list.entries[i].key;
        void *bytes = NULL;
        size_t len;
        scc_blob *blob = NULL;
        cr_assert_eq(scc_store_load(cache->store, key, false, &bytes, &len, &err), SCC_STORE_FOUND,
                     "call %u (%d)", fault->at, fault->nr);
        must(scc_cache_unseal(bytes, len, key, &blob, &err), err);
        scc_blob_free(blob);
        free(bytes);
    }
    scc_cache_close(cache);
}

/** The next ones who ask get the right answer, then a hit, and in the end nothing is left over. */
static void check_afterwards(const struct fault *fault, const scc_cached *right)
{
    const struct scc_cache_source source = plain_source();
    scc_error *err = NULL;
    scc_cache *cache = open_cache("cache");
    for (int i = 0; i < 3; i++) {
        scc_cached *cached = NULL;
        must(scc_cache_get(cache, &source, test_target(), NULL, &cached, NULL, &err), err);
        cr_expect(programs_are_same(scc_cached_program(cached), scc_cached_program(right)));
        cr_expect(i != 1 || scc_cached_is_hit(cached), "call %u (%d)", fault->at, fault->nr);
        scc_cached_free(cached);
        /* The last one misses again, which tidies up. */
        if (i == 1)
            cr_assert_eq(unlink(entry_path(&source)), 0);
    }
    scc_cache_close(cache);
    DIR *dir = opendir("cache");
    for (const struct dirent *item; (item = readdir(dir)) != NULL;)
        cr_expect_null(strstr(item->d_name, ".new-"), "call %u (%d)", fault->at, fault->nr);
    closedir(dir);
    check_entries(fault);
}

/** Goes through all calls; returns how many there were. */
static unsigned go_through(int how, void (*prepare)(void), const scc_cached *right)
{
    for (unsigned at = 0;; at++) {
        struct fault fault = {.at = at, .how = how};
        prepare();
        run_with(&fault, right);
        if (!(how == KILL && fault.is_done)) {
            cr_expect(verdict->is_done, "call %u (%d)", at, fault.nr);
            /* Without memory there may be no answer, but no wrong one. */
            cr_expect(verdict->is_error ? is_memory(fault.nr) : verdict->is_right,
                      "call %u (%d), errno %d: no right answer", at, fault.nr, how);
        }
        if (prepare != prepare_trouble)
            check_entries(&fault);
        check_afterwards(&fault, right);
        remove_folder(AT_FDCWD, "cache");
        if (!fault.is_done)
            return at;
    }
}

static void try_faults(void (*prepare)(void), unsigned least)
{
    static const int faults[] = {KILL, EIO, ENOSPC, EINTR};
    scc_cached *right = right_answer();
    verdict =
        mmap(NULL, sizeof *verdict, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(verdict, MAP_FAILED);
    for (size_t i = 0; i < SCC_COUNT(faults); i++) {
        unsigned calls = go_through(faults[i], prepare, right);
        cr_expect_geq(calls, least, "%u calls", calls);
    }
    scc_cached_free(right);
}

FaultTest(on_a_cold_cache)
{
    try_faults(prepare_nothing, 15);
}

FaultTest(on_a_hit)
{
    try_faults(prepare_hit, 6);
}

FaultTest(on_a_bad_entry_and_a_full_cache)
{
    try_faults(prepare_trouble, 20);
}
