/* SPDX-License-Identifier: Apache-2.0 */
/** The types of arguments, asked of the running kernel: whose high word does it look at? */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "cmp.h"
#include "support.h"
#include "syscall.h"
#include "util.h"

#define GARBAGE ((uint64_t)0x5a5a5a5a << 32)

enum { PAGE = 65536 }; /* a multiple of every page size */

static char buffer[256];
static int zero_fd, pipe_fds[2];
static char *page;
static struct timespec moment;
static uint32_t futex_word;
static struct iovec vector = {buffer, 1};
static char name_of_file[] = "/dev/null";
static char name_of_memory[] = "test";

#define P(pointer) ((uint64_t)(uintptr_t)(pointer))

struct row {
    const char *name;
    unsigned arg;
    uint64_t args[SCC_ARG_COUNT];
};

static void open_all(void)
{
    zero_fd = open("/dev/zero", O_RDWR);
    cr_assert_geq(zero_fd, 0);
    cr_assert_eq(pipe(pipe_fds), 0);
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(page, MAP_FAILED);
}

/** The errno of the call, 0 where it succeeds; in a child, since it may change the process. */
static int errno_of(const struct row *row, uint64_t garbage)
{
    uint32_t nr = scc_syscall_nr(scc_syscall_find(row->name), scc_arch_native());
    uint64_t args[SCC_ARG_COUNT];
    memcpy(args, row->args, sizeof args);
    args[row->arg] |= garbage;
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        alarm(5);
        long result = syscall((long)nr, args[0], args[1], args[2], args[3], args[4], args[5]);
        _exit(result >= 0 || result < -4095 ? 0 : errno);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status), "%s ended with %#x", row->name, (unsigned)status);
    return WEXITSTATUS(status);
}

/** Whether a row can be tried here: the architecture has the call, and it succeeds. */
static bool is_here(const struct row *row)
{
    const struct scc_syscall *call = scc_syscall_find(row->name);
    cr_assert_not_null(call, "%s", row->name);
    return scc_syscall_nr(call, scc_arch_native()) != SCC_NR_NONE && errno_of(row, 0) == 0;
}

Test(arguments, the_kernel_ignores_the_high_word_of_32_bits)
{
    if (!scc_arch_native()->is_64bit)
        cr_skip_test("this ABI's arguments have no high word");
    open_all();
    const uint64_t zero = (uint64_t)zero_fd, reader = (uint64_t)pipe_fds[0];
    const uint64_t at = (uint64_t)AT_FDCWD & UINT32_MAX, self = (uint64_t)getpid();
    const unsigned clone_flags = scc_syscall_clone_flags(scc_arch_native());
    const struct row rows[] = {
        {"socket", 0, {AF_UNIX, SOCK_STREAM, 0}},
        {"socket", 1, {AF_UNIX, SOCK_STREAM, 0}},
        {"socket", 2, {AF_UNIX, SOCK_STREAM, 0}},
        {"personality", 0, {0xffffffff}},
        {"kill", 0, {self, 0}},
        {"kill", 1, {self, 0}},
        {"dup", 0, {zero}},
        {"dup3", 0, {zero, 100, 0}},
        {"dup3", 1, {zero, 100, 0}},
        {"dup3", 2, {zero, 100, O_CLOEXEC}},
        {"close", 0, {zero}},
        {"fcntl", 0, {zero, F_GETFD}},
        {"fcntl", 1, {zero, F_GETFD}},
        {"ioctl", 0, {reader, FIONREAD, P(buffer)}},
        {"ioctl", 1, {reader, FIONREAD, P(buffer)}},
        {"prctl", 0, {PR_GET_NAME, P(buffer)}},
        {"read", 0, {zero, P(buffer), 1}},
        {"readv", 0, {zero, P(&vector), 1}},
        {"readv", 2, {zero, P(&vector), 1}},
        {"preadv", 0, {zero, P(&vector), 1}},
        {"process_vm_readv", 2, {self, P(&vector), 0, P(&vector), 0, 0}},
        {"vmsplice", 2, {(uint64_t)pipe_fds[1], P(&vector), 1, 0}},
        {"clone", clone_flags, {[0] = clone_flags ? 0 : SIGCHLD, [1] = clone_flags ? SIGCHLD : 0}},
        {"mmap", 4, {0, PAGE, PROT_READ, MAP_PRIVATE, zero, 0}},
        {"madvise", 2, {P(page), PAGE, MADV_NORMAL}},
        {"msync", 2, {P(page), PAGE, MS_ASYNC}},
        {"openat", 0, {at, P(name_of_file), O_RDONLY, 0}},
        {"openat", 2, {at, P(name_of_file), O_RDONLY, 0}},
        {"openat", 3, {at, P(name_of_file), O_RDONLY, 0}},
        {"faccessat", 2, {at, P(name_of_file), R_OK}},
        {"access", 1, {P(name_of_file), R_OK}},
        {"pipe2", 1, {P(buffer), O_CLOEXEC}},
        {"eventfd2", 0, {1, 0}},
        {"eventfd2", 1, {1, 0}},
        {"epoll_create1", 0, {0}},
        {"inotify_init1", 0, {0}},
        {"timerfd_create", 0, {CLOCK_MONOTONIC, 0}},
        {"timerfd_create", 1, {CLOCK_MONOTONIC, 0}},
        {"memfd_create", 1, {P(name_of_memory), 0}},
        {"getrandom", 2, {P(buffer), 1, 0}},
        {"clock_gettime", 0, {CLOCK_MONOTONIC, P(&moment)}},
        {"getrusage", 0, {RUSAGE_SELF, P(page)}},
        {"getpriority", 0, {PRIO_PROCESS, 0}},
        {"getpriority", 1, {PRIO_PROCESS, 0}},
        {"prlimit64", 0, {0, RLIMIT_NOFILE, 0, P(page)}},
        {"prlimit64", 1, {0, RLIMIT_NOFILE, 0, P(page)}},
        {"sched_getaffinity", 0, {0, PAGE, P(page)}},
        {"sched_getaffinity", 1, {0, PAGE, P(page)}},
        {"sched_get_priority_max", 0, {SCHED_FIFO}},
        {"futex", 1, {P(&futex_word), FUTEX_WAKE, 1}},
        {"futex", 2, {P(&futex_word), FUTEX_WAKE, 1}},
        {"membarrier", 0, {MEMBARRIER_CMD_QUERY, 0, 0}},
        {"getsid", 0, {0}},
        {"umask", 0, {022}},
        {"exit_group", 0, {0}},
    };
    size_t tried = 0;
    for (size_t i = 0; i < SCC_COUNT(rows); i++) {
        enum scc_argument_type type =
            scc_syscall_argument(scc_syscall_find(rows[i].name), scc_arch_native(), rows[i].arg);
        cr_expect(scc_argument_is_32bit(type), "%s, argument %u is %s", rows[i].name, rows[i].arg,
                  scc_argument_type_name(type));
        if (!is_here(&rows[i]))
            continue;
        tried++;
        int got = errno_of(&rows[i], GARBAGE);
        cr_expect_eq(got, 0, "%s, high word of argument %u: %s", rows[i].name, rows[i].arg,
                     strerror(got));
    }
    cr_assert_geq(tried, 30, "only %zu of the calls can be made here", tried);
}

Test(arguments, the_kernel_looks_at_all_of_64_bits)
{
    if (!scc_arch_native()->is_64bit)
        cr_skip_test("this ABI's arguments have no high word");
    open_all();
    const struct row rows[] = {
        {"unshare", 0, {0}},
        {"mprotect", 2, {P(page), PAGE, PROT_READ}},
        {"munmap", 1, {P(page), PAGE}},
        {"mmap", 1, {0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, UINT32_MAX, 0}},
        {"mremap", 3, {P(page), PAGE, PAGE, 0, 0}},
        {"read", 1, {(uint64_t)zero_fd, P(buffer), 1}},
        {"ioctl", 2, {(uint64_t)pipe_fds[0], FIONREAD, P(buffer)}},
        {"prctl", 1, {PR_SET_PDEATHSIG, 0}},
        {"prctl", 2, {PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0}},
        {"process_vm_readv", 5, {(uint64_t)getpid(), P(&vector), 0, P(&vector), 0, 0}},
    };
    size_t tried = 0;
    for (size_t i = 0; i < SCC_COUNT(rows); i++) {
        enum scc_argument_type type =
            scc_syscall_argument(scc_syscall_find(rows[i].name), scc_arch_native(), rows[i].arg);
        cr_expect(!scc_argument_is_32bit(type), "%s, argument %u is %s", rows[i].name, rows[i].arg,
                  scc_argument_type_name(type));
        if (!is_here(&rows[i]))
            continue;
        tried++;
        cr_expect_neq(errno_of(&rows[i], GARBAGE), 0, "%s, high word of argument %u is ignored",
                      rows[i].name, rows[i].arg);
    }
    cr_assert_geq(tried, 8, "only %zu of the calls can be made here", tried);
}

Test(arguments, types_are_where_the_kernels_signatures_have_them)
{
    static const struct {
        const char *name, *arch;
        enum scc_argument_type types[SCC_ARG_COUNT];
    } cases[] = {
        {"socket", "x86_64", {SCC_ARGUMENT_INT, SCC_ARGUMENT_INT, SCC_ARGUMENT_INT}},
        {"personality", "s390x", {SCC_ARGUMENT_UINT}},
        {"clone3", "s390x", {SCC_ARGUMENT_POINTER, SCC_ARGUMENT_SIZE}},
        {"ipc",
         "ppc64le",
         {SCC_ARGUMENT_UINT, SCC_ARGUMENT_INT, SCC_ARGUMENT_ULONG, SCC_ARGUMENT_ULONG,
          SCC_ARGUMENT_POINTER, SCC_ARGUMENT_LONG}},
        {"ipc",
         "s390x",
         {SCC_ARGUMENT_UINT, SCC_ARGUMENT_INT, SCC_ARGUMENT_ULONG, SCC_ARGUMENT_ULONG,
          SCC_ARGUMENT_POINTER}},
        {"socketcall", "s390x", {SCC_ARGUMENT_INT, SCC_ARGUMENT_POINTER}},
        {"umount2", "x86_64", {SCC_ARGUMENT_POINTER, SCC_ARGUMENT_FLAGS}},
        {"mmap", "s390x", {SCC_ARGUMENT_POINTER}},
        {"sigsuspend", "ppc64", {SCC_ARGUMENT_ULONG}},
        {"sigsuspend", "s390x", {SCC_ARGUMENT_INT, SCC_ARGUMENT_INT, SCC_ARGUMENT_ULONG}},
        {"pread64",
         "mips64",
         {SCC_ARGUMENT_UINT, SCC_ARGUMENT_POINTER, SCC_ARGUMENT_SIZE, SCC_ARGUMENT_OFF}},
        {"pread64",
         "parisc64",
         {SCC_ARGUMENT_UINT, SCC_ARGUMENT_POINTER, SCC_ARGUMENT_SIZE, SCC_ARGUMENT_UINT,
          SCC_ARGUMENT_UINT}},
        {"getpid", "x86_64", {SCC_ARGUMENT_UNKNOWN}},
        {"vserver", "x86_64", {SCC_ARGUMENT_UNKNOWN}},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        for (unsigned arg = 0; arg < SCC_ARG_COUNT; arg++) {
            enum scc_argument_type got = scc_syscall_argument(scc_syscall_find(cases[i].name),
                                                              scc_arch_find(cases[i].arch), arg);
            cr_expect_eq(got, cases[i].types[arg], "%s on %s, argument %u: %s", cases[i].name,
                         cases[i].arch, arg, scc_argument_type_name(got));
        }
    }
}

/** kernel/fork.c: CONFIG_CLONE_BACKWARDS2 gives s390 the stack first; all others have the flags. */
Test(arguments, clone_has_its_flags_where_the_architecture_has_them)
{
    const struct scc_syscall *clone = scc_syscall_find("clone");
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        unsigned flags = arch->id == SCC_ARCH_S390X || arch->id == SCC_ARCH_S390;
        cr_expect_eq(scc_syscall_clone_flags(arch), flags, "%s", arch->name);
        cr_expect_eq(scc_syscall_loose_args(clone, arch), arch->is_64bit ? 1u << flags : 0, "%s",
                     arch->name);
        for (unsigned arg = 0; arg < 5; arg++) {
            enum scc_argument_type expected = arg == flags ? SCC_ARGUMENT_LOW
                                              : arg == 2   ? SCC_ARGUMENT_POINTER
                                                           : SCC_ARGUMENT_ULONG;
            cr_expect_eq(scc_syscall_argument(clone, arch, arg), expected, "%s, argument %u",
                         arch->name, arg);
        }
    }
}

Test(arguments, only_64_bit_abis_have_loose_ones)
{
    const struct scc_syscall *socket = scc_syscall_find("socket");
    static const char *const wide[] = {"x86_64", "aarch64", "s390x", "mips64", "ppc64le"};
    static const char *const narrow[] = {"x86", "x32", "arm", "mips64n32", "s390"};
    for (size_t i = 0; i < SCC_COUNT(wide); i++)
        cr_expect_eq(scc_syscall_loose_args(socket, scc_arch_find(wide[i])), 7, "%s", wide[i]);
    for (size_t i = 0; i < SCC_COUNT(narrow); i++)
        cr_expect_eq(scc_syscall_loose_args(socket, scc_arch_find(narrow[i])), 0, "%s", narrow[i]);
    const struct scc_arch *x86_64 = scc_arch_find("x86_64");
    cr_expect_eq(scc_syscall_loose_args(scc_syscall_find("prctl"), x86_64), 1);
    cr_expect_eq(scc_syscall_loose_args(scc_syscall_find("mmap"), x86_64), 16);
    cr_expect_eq(scc_syscall_loose_args(scc_syscall_find("getpid"), x86_64), 0);
    cr_expect_eq(scc_syscall_loose_args(scc_syscall_find("mmap"), scc_arch_find("s390x")), 0);
    cr_expect_eq(scc_syscall_loose_args(scc_syscall_find("fallocate"), x86_64), 3);
    cr_expect_eq(scc_syscall_loose_args(scc_syscall_find("fallocate"), scc_arch_find("parisc64")),
                 63);
}

/** One kernel function answers a number, so names that share one must agree. */
Test(arguments, names_of_one_number_agree)
{
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        for (size_t j = 0; j < SCC_SYSCALL_COUNT; j++) {
            const struct scc_syscall *call = &scc_syscall_table[j];
            uint32_t nr = scc_syscall_nr(call, arch);
            if (nr != SCC_NR_NONE)
                cr_expect_eq(scc_syscall_loose_args(call, arch),
                             scc_syscall_loose_args(scc_syscall_at(arch, nr), arch), "%s on %s",
                             call->name, arch->name);
        }
    }
}
