/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The loader under a system that says no. A child loads a blob while its parent answers each of its
 * system calls (seccomp_unotify(2)): lets it pass, makes it fail, or does something to the file.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/stat.h>

#include "load_support.h"

#ifndef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif
#ifndef SYS_newfstatat
#define SYS_newfstatat SYS_fstatat64
#endif
#ifndef SYS_fstat
#define SYS_fstat SYS_fstat64
#endif

/** The calls that the loader makes; geteuid(2), which cannot fail, aside. */
static const struct {
    int nr;
    const char *name;
} calls[] = {
    {SYS_openat, "openat"},    {SYS_fstat, "fstat"},
    {SYS_newfstatat, "fstat"}, {SYS_mmap, "mmap"},
    {SYS_munmap, "munmap"},    {SYS_pread64, "pread"},
    {SYS_close, "close"},      {SYS_uname, "uname"},
    {SYS_prctl, "prctl"},      {SYS_personality, "personality"},
    {SYS_seccomp, "seccomp"},  {SYS_brk, "brk"},
    {SYS_read, "read"},        {SYS_write, "write"},
    {SYS_ioctl, "ioctl"},      {SYS_mprotect, "mprotect"},
    {SYS_futex, "futex"},      {SYS_rt_sigprocmask, "sigprocmask"},
};

static const char *name_of(int nr)
{
    for (size_t i = 0; i < SCC_COUNT(calls); i++) {
        if (calls[i].nr == nr)
            return calls[i].name;
    }
    return "?";
}

/** What child and parent share. */
struct shared {
    volatile int listener; /* -1 before there is one */
    volatile int is_taken; /* the parent has it */
    volatile int is_done;  /* the loader came back: further calls are the test's own */
    struct scc_load_result result;
    int is_on;
    int no_new_privs;
};

/** What the parent does to the call at @p at (-1: to none), and what it saw. */
struct fault {
    int at;
    int error; /* of the call; 0: it returns `value` and is not made */
    int value;
    uint32_t unknown_flags;         /* seccomp(2) with one of these flags: EINVAL */
    void (*hook)(const char *path); /* before the call at `at`, which is then made */
    uint32_t options;
    int persona;    /* personality(2) of the child */
    char seen[256]; /* the names of all calls */
};

/** Makes a filter that asks the parent about all calls. */
static int install_listener(void)
{
    struct sock_filter insns[SCC_COUNT(calls) + 3];
    size_t count = 0;
    insns[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
    for (size_t i = 0; i < SCC_COUNT(calls); i++)
        insns[count++] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i].nr, (uint8_t)(SCC_COUNT(calls) - i), 0);
    insns[count++] = TEST_RET(SECCOMP_RET_ALLOW);
    insns[count++] = TEST_RET(SECCOMP_RET_USER_NOTIF);
    const struct sock_fprog program = {(unsigned short)count, insns};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

static void load_in_child(const char *path, const struct fault *fault, struct shared *shared)
{
    const struct scc_load_options options = {.flags = fault->options};
    if (fault->persona)
        personality((unsigned long)fault->persona);
    shared->listener = install_listener();
    while (!shared->is_taken)
        sched_yield();
    scc_load_file(path, &options, &shared->result);
    shared->is_done = 1;
    shared->is_on = syscall(SYS_getppid) == -1 && errno == TEST_ERRNO;
    shared->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    _exit(0);
}

/** Decides about one call. */
static struct seccomp_notif_resp decide(const struct seccomp_notif *call, struct fault *fault,
                                        int index, const char *path)
{
    struct seccomp_notif_resp answer = {.id = call->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    size_t len = strlen(fault->seen);
    snprintf(fault->seen + len, sizeof fault->seen - len, "%s%s", len ? " " : "",
             name_of(call->data.nr));
    if (call->data.nr == SYS_seccomp && (call->data.args[1] & fault->unknown_flags)) {
        answer.flags = 0;
        answer.error = -EINVAL;
    } else if (index == fault->at && fault->hook) {
        fault->hook(path);
    } else if (index == fault->at) {
        answer.flags = 0;
        answer.error = -fault->error;
        answer.val = fault->value;
    }
    return answer;
}

/** Answers the child's calls until it ends. */
static void answer_calls(int listener, struct fault *fault, const struct shared *shared,
                         const char *path)
{
    struct pollfd poll_for = {.fd = listener, .events = POLLIN};
    for (int index = 0; poll(&poll_for, 1, -1) > 0 && (poll_for.revents & POLLIN);) {
        struct seccomp_notif call = {0};
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
            continue;
        struct seccomp_notif_resp answer = {.id = call.id,
                                            .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        if (!shared->is_done)
            answer = decide(&call, fault, index++, path);
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
}

/** The child's listener in this process. */
static int take_listener(pid_t child, struct shared *shared)
{
    while (shared->listener == -1)
        sched_yield();
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    int listener = (int)syscall(SYS_pidfd_getfd, process, shared->listener, 0);
    close(process);
    shared->is_taken = 1;
    return listener;
}

static void need_notifications(void)
{
    test_need_seccomp();
    if (geteuid() != 0)
        cr_skip_test("only root sets filters without NO_NEW_PRIVS");
    pid_t child = fork();
    if (child == 0)
        _exit(install_listener() >= 0 ? 0 : 1);
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
        cr_skip_test("no second listener here, or a kernel before 5.5");
}

/** One load of @p blob, which is freed, under @p fault. */
static struct shared load_under(struct fault *fault, scc_blob *blob)
{
    char path[] = "/tmp/seccompc-load-XXXXXX";
    test_write_blob(path, blob);
    struct shared *shared = test_shared(sizeof *shared), found;
    shared->listener = -1;
    pid_t child = fork();
    if (child == 0)
        load_in_child(path, fault, shared);
    int listener = take_listener(child, shared);
    cr_assert_geq(listener, 0, "pidfd_getfd: %s", strerror(errno));
    answer_calls(listener, fault, shared, path);
    close(listener);
    cr_assert_eq(test_wait(child), 0);
    found = *shared;
    munmap(shared, sizeof *shared);
    test_remove(path);
    return found;
}

/** A blob whose condition asks for a capability that this process has or not. */
static scc_blob *conditional_blob(uint32_t flags)
{
    struct scc_blob_condition condition = {.caps_mask = 1ull << CAP_SYS_CHROOT};
    if (prctl(PR_CAPBSET_READ, CAP_SYS_CHROOT, 0, 0, 0) == 1)
        condition.caps_value = condition.caps_mask;
    return test_denying_blob_if(flags, condition);
}

/** The same in a file that the loader does not read onto its stack. */
static scc_blob *large_blob(uint32_t flags)
{
    enum { COUNT = 2100 };
    struct sock_filter insns[COUNT];
    scc_blob *blob = conditional_blob(flags);
    for (size_t i = 0; i < COUNT; i++)
        insns[i] = TEST_RET(SECCOMP_RET_ALLOW);
    test_add(blob, scc_arch_find("sheb"), insns, COUNT, (struct scc_blob_condition){0}, 0);
    return blob;
}

/** All calls of one load of a large blob, and the code where the call fails. */
static const struct step {
    const char *name;
    int code;
    int no_new_privs;
} steps[] = {
    {"openat", SCC_LOAD_OPEN, 0},        {"fstat", SCC_LOAD_STAT, 0},
    {"mmap", SCC_LOAD_MEMORY, 0},        {"pread", SCC_LOAD_READ, 0},
    {"close", SCC_LOAD_OK, 1},           {"uname", SCC_LOAD_HOST, 0},
    {"prctl", SCC_LOAD_BOUNDING_SET, 0}, {"seccomp", SCC_LOAD_INSTALL, 0},
    {"prctl", SCC_LOAD_NO_NEW_PRIVS, 0}, {"seccomp", SCC_LOAD_INSTALL, 1},
    {"munmap", SCC_LOAD_OK, 1},
};

enum { PREAD = 3, PROBE = 7, ATTACH = 9 };

Test(load_faults, the_calls_are_as_documented)
{
    need_notifications();
    struct fault fault = {.at = -1, .options = SCC_LOAD_SET_NO_NEW_PRIVS};
    struct shared found = load_under(&fault, large_blob(SCC_FLAG_SPEC_ALLOW));
    cr_expect(found.result.code == SCC_LOAD_OK && found.is_on, "%s",
              scc_load_text(found.result.code));
    char expected[256] = "";
    for (size_t i = 0; i < SCC_COUNT(steps); i++) {
        size_t len = strlen(expected);
        snprintf(expected + len, sizeof expected - len, "%s%s", i ? " " : "", steps[i].name);
    }
    cr_expect_str_eq(fault.seen, expected);
    fault.seen[0] = '\0';
    found = load_under(&fault, conditional_blob(SCC_FLAG_SPEC_ALLOW));
    cr_expect(found.result.code == SCC_LOAD_OK && found.is_on);
    cr_expect_str_eq(fault.seen, "openat fstat pread close uname prctl seccomp prctl seccomp");
}

Test(load_faults, each_call_that_fails_has_its_code)
{
    need_notifications();
    static const int errors[] = {EPERM, EIO};
    for (size_t i = 0; i < SCC_COUNT(steps) * SCC_COUNT(errors); i++) {
        const struct step *step = &steps[i / SCC_COUNT(errors)];
        struct fault fault = {.at = (int)(i / SCC_COUNT(errors)),
                              .error = errors[i % SCC_COUNT(errors)],
                              .options = SCC_LOAD_SET_NO_NEW_PRIVS};
        struct shared found = load_under(&fault, large_blob(0));
        cr_expect_eq(found.result.code, step->code, "%s: %s", fault.seen,
                     scc_load_text(found.result.code));
        cr_expect_eq(found.result.os_error, step->code == SCC_LOAD_OK ? 0 : fault.error, "%s",
                     fault.seen);
        cr_expect_eq(found.is_on, step->code == SCC_LOAD_OK, "%s", fault.seen);
        cr_expect_eq(found.no_new_privs, step->no_new_privs, "%s", fault.seen);
    }
}

Test(load_faults, each_answer_of_seccomp_has_its_code)
{
    need_notifications();
    static const struct {
        int at, error, value, code, os_error, thread;
    } cases[] = {
        {PROBE, ENOSYS, 0, SCC_LOAD_NO_SECCOMP, ENOSYS, 0},
        {PROBE, EINVAL, 0, SCC_LOAD_KERNEL_FLAGS, EINVAL, 0},
        {PROBE, 0, 0, SCC_LOAD_INSTALL, 0, 0}, /* nothing that the kernel would say */
        {PROBE, 0, 5, SCC_LOAD_INSTALL, 0, 0},
        {ATTACH, EACCES, 0, SCC_LOAD_PRIVILEGE, EACCES, 0},
        {ATTACH, EBUSY, 0, SCC_LOAD_LISTENER_BUSY, EBUSY, 0},
        {ATTACH, ENOMEM, 0, SCC_LOAD_KERNEL_MEMORY, ENOMEM, 0},
        {ATTACH, ECANCELED, 0, SCC_LOAD_INSTALL, ECANCELED, 0},
        {ATTACH, EFAULT, 0, SCC_LOAD_INSTALL, EFAULT, 0},
        {ATTACH, ESRCH, 0, SCC_LOAD_THREAD, 0, 0},
        {ATTACH, 0, 77, SCC_LOAD_THREAD, 0, 77},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct fault fault = {.at = cases[i].at,
                              .error = cases[i].error,
                              .value = cases[i].value,
                              .options = SCC_LOAD_SET_NO_NEW_PRIVS};
        struct shared found = load_under(&fault, large_blob(0));
        cr_expect_eq(found.result.code, cases[i].code, "case %zu: %s", i,
                     scc_load_text(found.result.code));
        cr_expect(found.result.os_error == cases[i].os_error &&
                      found.result.thread == cases[i].thread && !found.is_on,
                  "case %zu", i);
        cr_expect_eq(found.no_new_privs, cases[i].at == ATTACH, "case %zu", i);
    }
}

Test(load_faults, an_interrupted_call_is_made_again)
{
    need_notifications();
    static const int at[] = {0, PREAD};
    for (size_t i = 0; i < SCC_COUNT(at); i++) {
        struct fault fault = {.at = at[i], .error = EINTR, .options = SCC_LOAD_SET_NO_NEW_PRIVS};
        struct shared found = load_under(&fault, large_blob(0));
        cr_expect(found.result.code == SCC_LOAD_OK && found.is_on, "%s", fault.seen);
    }
}

/* What an older kernel lacks is left out where the caller allows it, and nothing else ever is. */
Test(load_faults, flags_are_dropped_only_as_allowed)
{
    need_notifications();
    const uint32_t both = SCC_FLAG_LOG | SCC_FLAG_SPEC_ALLOW;
    const struct {
        uint32_t wanted, unknown, options;
        int code;
        uint32_t flags;
    } cases[] = {
        {both, 0, SCC_LOAD_MAY_DROP_FLAGS, SCC_LOAD_OK, both},
        {both, SCC_FLAG_SPEC_ALLOW, SCC_LOAD_MAY_DROP_FLAGS, SCC_LOAD_OK, SCC_FLAG_LOG},
        {both, both, SCC_LOAD_MAY_DROP_FLAGS, SCC_LOAD_OK, 0},
        {SCC_FLAG_LOG, both, SCC_LOAD_MAY_DROP_FLAGS, SCC_LOAD_OK, 0},
        {both | SCC_FLAG_TSYNC, both, SCC_LOAD_MAY_DROP_FLAGS, SCC_LOAD_OK, SCC_FLAG_TSYNC},
        {both, SCC_FLAG_SPEC_ALLOW, 0, SCC_LOAD_KERNEL_FLAGS, both},
        {both, both, 0, SCC_LOAD_KERNEL_FLAGS, both},
        {SCC_FLAG_TSYNC, SCC_FLAG_TSYNC, SCC_LOAD_MAY_DROP_FLAGS, SCC_LOAD_KERNEL_FLAGS,
         SCC_FLAG_TSYNC},
        {both | SCC_FLAG_TSYNC, SCC_FLAG_TSYNC, SCC_LOAD_MAY_DROP_FLAGS, SCC_LOAD_KERNEL_FLAGS,
         SCC_FLAG_TSYNC},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct fault fault = {.at = -1,
                              .unknown_flags = cases[i].unknown,
                              .options = SCC_LOAD_SET_NO_NEW_PRIVS | cases[i].options};
        struct shared found = load_under(&fault, large_blob(cases[i].wanted));
        cr_expect_eq(found.result.code, cases[i].code, "case %zu: %s", i,
                     scc_load_text(found.result.code));
        cr_expect_eq(found.result.flags, cases[i].flags, "case %zu: %x", i, found.result.flags);
        cr_expect_eq(found.is_on, cases[i].code == SCC_LOAD_OK, "case %zu", i);
        cr_expect_eq(found.no_new_privs, cases[i].code == SCC_LOAD_OK, "case %zu", i);
    }
}

/*
 * The kernel's release behind UNAME26
 */

Test(load_faults, a_hidden_release_is_found_or_told)
{
    need_notifications();
    static const struct {
        int at, code;
    } cases[] = {
        {-1, SCC_LOAD_OK},  {5, SCC_LOAD_HOST}, /* personality */
        {6, SCC_LOAD_HOST},                     /* openat */
        {7, SCC_LOAD_HOST},                     /* pread */
        {8, SCC_LOAD_OK},                       /* close */
    };
    static const char sequence[] =
        "openat fstat pread close uname personality openat pread close prctl seccomp prctl seccomp";
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct fault fault = {.at = cases[i].at,
                              .error = EACCES,
                              .options = SCC_LOAD_SET_NO_NEW_PRIVS,
                              .persona = UNAME26};
        struct shared found = load_under(&fault, conditional_blob(0));
        cr_expect_eq(found.result.code, cases[i].code, "%s: %s", fault.seen,
                     scc_load_text(found.result.code));
        cr_expect_eq(found.is_on, cases[i].code == SCC_LOAD_OK);
        cr_expect_eq(found.result.os_error, cases[i].code == SCC_LOAD_OK ? 0 : EACCES);
        if (cases[i].at < 0)
            cr_expect_str_eq(fault.seen, sequence);
    }
}

/*
 * Files that change while they are read
 */

static void cut(const char *path)
{
    cr_assert_eq(truncate(path, 200), 0);
}

static void append(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND);
    cr_assert(write(fd, "x", 1) == 1 && close(fd) == 0);
}

static void overwrite(const char *path)
{
    int fd = open(path, O_WRONLY);
    cr_assert(pwrite(fd, "x", 1, 130) == 1 && close(fd) == 0);
}

static void replace(const char *path)
{
    char other[] = "/tmp/seccompc-load-XXXXXX";
    test_write_blob(other, test_denying_blob(0));
    cr_assert_eq(rename(other, path), 0);
}

static void drop(const char *path)
{
    cr_assert_eq(unlink(path), 0);
}

Test(load_faults, a_file_that_changes_is_refused)
{
    need_notifications();
    static const struct {
        void (*hook)(const char *path);
        int code;
    } cases[] = {
        {cut, SCC_LOAD_CHANGED}, {append, SCC_LOAD_CHANGED}, {overwrite, SCC_LOAD_CHECKSUM},
        {replace, SCC_LOAD_OK}, /* a new file under the name leaves the old one as it was */
        {drop, SCC_LOAD_OK},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct fault fault = {
            .at = PREAD, .hook = cases[i].hook, .options = SCC_LOAD_SET_NO_NEW_PRIVS};
        struct shared found = load_under(&fault, large_blob(0));
        cr_expect_eq(found.result.code, cases[i].code, "case %zu: %s", i,
                     scc_load_text(found.result.code));
        cr_expect_eq(found.is_on, cases[i].code == SCC_LOAD_OK, "case %zu", i);
    }
}
