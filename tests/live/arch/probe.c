/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Makes the calls of a plan on the kernel for which it was built, and tells what came of them; what
 * the answers should be it does not know. Linked statically, with the loader's library.
 *
 * Usage: probe NAME PLAN FOLDER      NAME: what it is called in its lines; FOLDER: of the blobs
 *
 * As the first process of a machine, /init, it runs the probes /probe-0, /probe-1 … with /plan-0 …,
 * and switches off.
 */
#include "plan.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccompc/load.h>

#include "../raw_call.h"

enum {
    /* In which a call must come back: a machine that is emulated is slow. */
    CALL_SECONDS = 10,
    CALLS_MAX = 1 << 16,
    LISTS_MAX = 64,
    PROBES_MAX = 10,
    LINE_BYTES = 160,
};

/** A plan in memory. */
struct plan {
    const struct plan_header *header;
    const struct plan_count *lists[LISTS_MAX];
    const struct plan_count **programs;
    const struct plan_job *jobs;
};

/** Between the process that calls and the one that watches. */
struct shared {
    volatile int32_t code, os_error, index;
    volatile uint32_t at;         /* the call that is being made */
    volatile uint32_t calls_made; /* also while a tracer holds it */
    volatile bool is_calling, is_over;
    volatile uint16_t answers[CALLS_MAX];
};

static struct shared *shared;
static const char *name, *folder;
static unsigned lines_told;

static __attribute__((format(printf, 1, 2))) void tell(const char *format, ...)
{
    char line[2 * LINE_BYTES];
    int len = snprintf(line, sizeof line, "%s %x ", name, lines_told++);
    va_list list;
    va_start(list, format);
    len += vsnprintf(line + len, sizeof line - (size_t)len, format, list);
    va_end(list);
    printf("SCC %s|%08x\n", line, plan_checksum(line, (size_t)len));
    fflush(stdout);
}

static _Noreturn void die(const char *what)
{
    printf("probe %s: %s: %s\n", name, what, strerror(errno));
    fflush(stdout);
    _exit(3);
}

/* Setting filters */

static long set_filter(const struct sock_filter *insns, size_t count)
{
    struct sock_fprog program = {
        .len = (unsigned short)count,
        .filter = (struct sock_filter *)(uintptr_t)insns,
    };
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/** Refuses what raw_call() calls and nothing else. */
static bool set_neutralizer(void)
{
    const uint64_t begin = (uintptr_t)raw_call, end = (uintptr_t)raw_call_end;
    const uint32_t ip = offsetof(struct seccomp_data, instruction_pointer);
    const uint32_t low = ip + (__BYTE_ORDER == __BIG_ENDIAN ? 4 : 0), high = ip + 4 - (low - ip);
    const struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, high),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(begin >> 32), 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)begin, 0, 2),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)end, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | PLAN_ALLOWED),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    return set_filter(insns, sizeof insns / sizeof *insns) == 0;
}

static void set_blob(uint32_t number)
{
    char path[256];
    struct scc_load_options options = {.flags = SCC_LOAD_SET_NO_NEW_PRIVS};
    struct scc_load_result result;
    snprintf(path, sizeof path, "%s/blob-%u", folder, number);
    shared->code = scc_load_file(path, &options, &result);
    shared->os_error = result.os_error;
    shared->index = (int32_t)result.index;
}

static void set_program(const struct plan_count *program)
{
    const struct sock_filter *insns = (const struct sock_filter *)(program + 1);
    shared->code = set_filter(insns, program->count) == 0 ? PLAN_SET : PLAN_REFUSED;
    shared->os_error = shared->code == PLAN_SET ? 0 : errno;
}

/** Whether all filters of the job are set; shared tells how it went. */
static bool set_filters(const struct plan *plan, const struct plan_job *job)
{
    shared->code = PLAN_SET;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ((job->how & PLAN_NEUTRAL) && !set_neutralizer())) {
        shared->code = PLAN_BROKEN;
        shared->os_error = errno;
    } else if (job->how & PLAN_BLOB) {
        set_blob(job->program);
    } else if (job->program != PLAN_NO_PROGRAM) {
        set_program(plan->programs[job->program]);
    }
    return shared->code == PLAN_SET;
}

/* Making calls */

static const struct plan_call *get_calls(const struct plan_count *list)
{
    return (const struct plan_call *)(list + 1);
}

/**
 * The process under the filter. Behind the filter it makes no call of its own: what may be refused
 * could not be relied on, not even to end.
 */
static _Noreturn void make_calls(const struct plan *plan, const struct plan_job *job, uint32_t from)
{
    const struct plan_count *list = plan->lists[job->list];
    const struct plan_call *calls = get_calls(list);
    if (job->how & PLAN_SKIPPED) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
            _exit(3);
        raise(SIGSTOP);
    }
    if (!set_filters(plan, job))
        _exit(0);
    for (uint32_t i = from; i < list->count; i++) {
        struct raw_registers registers = {.nr = calls[i].nr};
        for (unsigned arg = 0; arg < RAW_ARG_COUNT; arg++)
            registers.args[arg] = (raw_register)calls[i].args[arg];
        shared->at = i;
        shared->is_calling = true;
        long result = raw_call(&registers);
        shared->is_calling = false;
        shared->answers[i] = (uint16_t)(result < 0 && result >= -4095 ? -result : 0);
        shared->calls_made++;
    }
    shared->is_over = true;
    for (;;)
        __builtin_trap();
}

/** Waits until @p child has ended or stopped, or makes no call for too long; its status. */
static bool wait_for(pid_t child, int *status)
{
    sigset_t child_signal;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    for (;;) {
        uint32_t before = shared->calls_made;
        pid_t found = waitpid(child, status, WNOHANG | WUNTRACED);
        if (found == child)
            return true;
        if (found < 0)
            die("waitpid");
        struct timespec limit = {.tv_sec = CALL_SECONDS};
        if (sigtimedwait(&child_signal, NULL, &limit) < 0 && errno == EAGAIN &&
            waitpid(child, status, WNOHANG | WUNTRACED) == 0 && shared->calls_made == before)
            return false;
    }
}

static void end_child(pid_t child)
{
    int status;
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
}

/** Writes -1 over the number with which @p child has entered the kernel. */
static bool skip_call(pid_t child)
{
#if defined(__x86_64__)
    /* A tracer of x32 must write all registers at once. */
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, child, 0, &registers) != 0)
        return false;
    registers.orig_rax = UINT64_MAX;
    return ptrace(PTRACE_SETREGS, child, 0, &registers) == 0;
#elif defined(__i386__)
    const long place = 11 * 4; /* orig_eax */
    return ptrace(PTRACE_POKEUSER, child, place, -1L) == 0;
#elif defined(__arm__)
    const int set_syscall = 23; /* PTRACE_SET_SYSCALL, asm/ptrace.h */
    return ptrace(set_syscall, child, 0, -1L) == 0;
#elif defined(__aarch64__) || defined(__s390__)
#ifdef __s390__
    const long set = 0x307; /* NT_S390_SYSTEM_CALL */
#else
    const long set = 0x404; /* NT_ARM_SYSTEM_CALL */
#endif
    int number = -1;
    struct iovec value = {&number, sizeof number};
    return ptrace(PTRACE_SETREGSET, child, set, &value) == 0;
#elif defined(__powerpc64__)
    return ptrace(PTRACE_POKEUSER, child, 0L, -1L) == 0; /* r0 */
#else
    return ptrace(PTRACE_POKEUSER, child, 2L, -1L) == 0; /* v0 */
#endif
}

/** Lets @p child run as far as it comes; every call that it is to make loses its number. */
static void trace_calls(pid_t child)
{
    int status = 0;
    bool is_inside = false;
    while (wait_for(child, &status) && WIFSTOPPED(status)) {
        int signal = WSTOPSIG(status);
        if (signal == SIGSTOP) {
            signal = 0;
            if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD) != 0)
                die("PTRACE_SETOPTIONS");
        } else if (signal == (SIGTRAP | 0x80)) {
            signal = 0;
            is_inside = !is_inside;
            if (is_inside && shared->is_calling && !skip_call(child))
                die("a tracer cannot write a number");
        } else if (shared->is_over) {
            break;
        }
        if (ptrace(PTRACE_SYSCALL, child, 0, signal) != 0)
            die("PTRACE_SYSCALL");
    }
    if (shared->is_over || shared->code != PLAN_SET) {
        end_child(child);
    } else if (WIFSIGNALED(status)) {
        shared->answers[shared->at] =
            (uint16_t)(WTERMSIG(status) == SIGSYS ? PLAN_KILLED : PLAN_SIGNAL + WTERMSIG(status));
    } else {
        end_child(child);
        shared->answers[shared->at] = PLAN_LOST;
    }
}

/** Lets @p child run as far as it comes, and tells why it came no further. */
static void watch_calls(pid_t child)
{
    int status;
    uint16_t answer = PLAN_LOST;
    if (!wait_for(child, &status)) {
        end_child(child);
        answer = PLAN_TIMEOUT;
    } else if (WIFSTOPPED(status)) {
        end_child(child);
    } else if (WIFSIGNALED(status)) {
        answer =
            (uint16_t)(WTERMSIG(status) == SIGSYS ? PLAN_KILLED : PLAN_SIGNAL + WTERMSIG(status));
    }
    if (!shared->is_over && shared->code == PLAN_SET)
        shared->answers[shared->at] = answer;
}

/** Makes the calls from the one at @p from on; returns where to go on. */
static uint32_t make_some(const struct plan *plan, const struct plan_job *job, uint32_t from)
{
    shared->is_over = shared->is_calling = false;
    shared->code = PLAN_BROKEN;
    shared->os_error = shared->index = 0;
    shared->at = from;
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0)
        make_calls(plan, job, from);
    if (job->how & PLAN_SKIPPED)
        trace_calls(child);
    else
        watch_calls(child);
    if (shared->is_over || shared->code != PLAN_SET)
        return plan->lists[job->list]->count;
    return shared->at + 1;
}

/* Telling */

static void tell_answers(uint32_t count)
{
    char words[LINE_BYTES];
    size_t len = 0;
    for (uint32_t i = 0; i < count;) {
        uint32_t same = 1;
        while (i + same < count && shared->answers[i + same] == shared->answers[i])
            same++;
        int added = snprintf(words + len, sizeof words - len, same > 1 ? " %x*%x" : " %x",
                             shared->answers[i], same);
        len += (size_t)added;
        i += same;
        if (len > sizeof words - 32 || i == count) {
            tell("run%s", words);
            len = 0;
        }
    }
}

static void do_job(const struct plan *plan, uint32_t number)
{
    const struct plan_job *job = &plan->jobs[number];
    uint32_t count = plan->lists[job->list]->count;
    for (uint32_t from = 0; from < count;)
        from = make_some(plan, job, from);
    tell("job %x %x %x %x", number, (unsigned)shared->code, (unsigned)shared->os_error,
         (unsigned)shared->index);
    if (shared->code != PLAN_SET)
        count = 0;
    tell_answers(count);
    tell("done %x %x", number, count);
}

static const void *read_plan_file(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        die(path);
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        die(path);
    close(fd);
    return bytes;
}

static void read_plan(const char *path, struct plan *plan)
{
    const struct plan_header *header = read_plan_file(path);
    if (header->magic != PLAN_MAGIC || header->list_count > LISTS_MAX)
        die("this is no plan");
    plan->header = header;
    plan->programs = calloc(header->program_count + 1, sizeof *plan->programs);
    if (!plan->programs)
        die("calloc");
    const struct plan_count *next = (const struct plan_count *)(header + 1);
    for (uint32_t i = 0; i < header->list_count; i++) {
        plan->lists[i] = next;
        if (next->count > CALLS_MAX)
            die("too many calls");
        next = (const struct plan_count *)(get_calls(next) + next->count);
    }
    for (uint32_t i = 0; i < header->program_count; i++) {
        plan->programs[i] = next;
        next = (const struct plan_count *)((const struct sock_filter *)(next + 1) + next->count);
    }
    plan->jobs = (const struct plan_job *)next;
}

static void tell_host(void)
{
    struct utsname names;
    struct scc_load_host host = {0};
    if (uname(&names) != 0 || scc_load_read_host(&host) != SCC_LOAD_OK)
        die("the host cannot be read");
    tell("kernel %s", names.release);
    tell("host %x %x %x %x", host.arch, host.own_arch, host.kernel_major, host.kernel_minor);
}

static int run_plan(const char *path)
{
    struct plan plan;
    sigset_t child_signal;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_signal, NULL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setsid();
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die("mmap");
    tell_host();
    read_plan(path, &plan);
    for (uint32_t job = 0; job < plan.header->job_count; job++)
        do_job(&plan, job);
    tell("end");
    return 0;
}

/** Runs the probes that are there, and switches the machine off. */
static void be_init(void)
{
    char probe[16], plan[16], label[4];
    for (unsigned i = 0; i < PROBES_MAX; i++) {
        snprintf(probe, sizeof probe, "/probe-%u", i);
        snprintf(plan, sizeof plan, "/plan-%u", i);
        snprintf(label, sizeof label, "%u", i);
        if (access(probe, X_OK) != 0)
            break;
        pid_t child = fork();
        if (child == 0) {
            execl(probe, "probe", label, plan, "/", (char *)NULL);
            name = label;
            tell("no %x", (unsigned)errno);
            _exit(0);
        }
        if (child < 0 || waitpid(child, NULL, 0) < 0)
            die("no process for a probe");
    }
    reboot(RB_POWER_OFF);
}

int main(int argc, char **argv)
{
    name = "init";
    if (getpid() == 1 && argc != 4) {
        be_init();
        die("the machine does not switch off");
    }
    if (argc != 4) {
        fputs("Usage: probe NAME PLAN FOLDER\n", stderr);
        return 2;
    }
    name = argv[1];
    folder = argv[3];
    return run_plan(argv[2]);
}
