/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Makes calls and prints what the kernel answers, one line each; the judge reads them. Linked
 * statically and built for x86_64 and for x86, so that it runs in any container.
 *
 * Usage: probe [--load FILE] table|sweep|all
 *
 * --load installs the raw program in FILE first. `table` makes the calls of live_cases, `sweep`
 * those of every number, `all` both. Each call has a process of its own, which ends with it. What
 * the probe itself does must be allowed by every profile under test: doors.json lists it.
 *
 * A line is LABEL, ABI, number, six arguments, answer, with tabs between them. The answer is "ok",
 * an errno's name, the name of the signal that ended the call, or "timeout". Lines that start with
 * "#" are for people; the last line is "end".
 */
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "raw_call.h"

enum abi { ABI_X86_64, ABI_X86, ABI_COUNT };

static const char *const abi_names[ABI_COUNT] = {"x86_64", "x86"};

enum {
    CALL_SECONDS = 2,
    /* Above every table: x86_64's and x86's end below 480 in Linux 7, x32's at 547. */
    SWEEP_END = 512,
    SWEEP_X32_END = 560,
};

struct call {
    const char *label;
    enum abi abi;
    uint32_t nr;
    uint64_t args[LIVE_ARG_COUNT];
};

/* Shared with the processes that make the calls: a pipe would need calls that a filter may refuse.
 */
struct answer {
    bool is_given;
    long result;
};

static volatile struct answer *answer;

static long make_call(const struct call *call)
{
    struct raw_registers registers = {.nr = call->nr};
    for (size_t i = 0; i < RAW_ARG_COUNT; i++)
        registers.args[i] = (raw_register)call->args[i];
#ifdef __x86_64__
    if (call->abi == ABI_X86)
        return raw_call_x86(&registers);
#endif
    return raw_call(&registers);
}

static void die(const char *what)
{
    fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
    exit(3);
}

static _Noreturn void make_call_and_end(const struct call *call)
{
    /* Where the filter refuses this too, the time limit of the whole test is what remains. */
    const struct itimerval limit = {.it_value = {.tv_sec = CALL_SECONDS}};
    setitimer(ITIMER_REAL, &limit, NULL);
    pid_t self = getpid();
    long result = make_call(call);
    /* fork returns twice. */
    if (getpid() != self)
        _exit(0);
    answer->result = result;
    answer->is_given = true;
    _exit(0);
}

/** What the kernel answers to @p call, as the lines have it. */
static const char *ask(const struct call *call)
{
    static char unnamed[32];
    answer->is_given = false;
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0)
        make_call_and_end(call);
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            die("waitpid");
    }
    const char *name = NULL;
    int number = 0;
    if (answer->is_given) {
        if (answer->result >= 0 || answer->result < -4095)
            return "ok";
        number = (int)-answer->result;
        name = strerrorname_np(number);
    } else if (WIFSIGNALED(status)) {
        number = WTERMSIG(status);
        if (number == SIGALRM)
            return "timeout";
        name = sigabbrev_np(number);
        snprintf(unnamed, sizeof unnamed, "SIG%s", name ? name : "?");
        return unnamed;
    }
    if (name)
        return name;
    snprintf(unnamed, sizeof unnamed, "E%d", number);
    return unnamed;
}

static void ask_and_tell(const struct call *call)
{
    printf("%s\t%s\t%#x", call->label, abi_names[call->abi], call->nr);
    for (size_t i = 0; i < LIVE_ARG_COUNT; i++)
        printf("\t%#llx", (unsigned long long)call->args[i]);
    printf("\t%s\n", ask(call));
}

static bool has_abi[ABI_COUNT];

/** A kernel without IA32 emulation ends the process that executes int 0x80. */
static void find_abis(void)
{
#ifdef __x86_64__
    has_abi[ABI_X86_64] = true;
#endif
    struct call call = {.abi = ABI_X86, .nr = 20};
    has_abi[ABI_X86] = strcmp(ask(&call), "SIGSEGV") != 0;
    if (!has_abi[ABI_X86])
        puts("# this kernel has no int 0x80: x86 is not tried");
}

/** The arguments as this process can hold them: its registers may have 32 bits. */
static void set_args(struct call *call, const uint64_t args[LIVE_ARG_COUNT])
{
    for (size_t i = 0; i < LIVE_ARG_COUNT; i++)
        call->args[i] = (unsigned long)args[i];
}

static void run_table(void)
{
    for (size_t i = 0; i < live_case_count; i++) {
        const struct live_case *row = &live_cases[i];
        const uint32_t nrs[ABI_COUNT] = {row->nr_x86_64, row->nr_x86};
        for (unsigned abi = 0; abi < ABI_COUNT; abi++) {
            if (!has_abi[abi] || nrs[abi] == LIVE_NONE)
                continue;
            struct call call = {.label = row->label, .abi = abi, .nr = nrs[abi]};
            set_args(&call, row->args);
            ask_and_tell(&call);
        }
    }
}

static const struct live_exception *find_exception(enum abi abi, uint32_t nr)
{
    for (size_t i = 0; i < live_exception_count; i++) {
        const struct live_exception *row = &live_exceptions[i];
        if ((abi == ABI_X86 ? row->nr_x86 : row->nr_x86_64) == nr)
            return row;
    }
    return NULL;
}

/** Calls number @p nr, which is x32's where @p offset is LIVE_X32. */
static void sweep_one(enum abi abi, uint32_t nr, uint32_t offset)
{
    static const uint64_t all_bad[LIVE_ARG_COUNT] = {LIVE_BAD, LIVE_BAD, LIVE_BAD,
                                                     LIVE_BAD, LIVE_BAD, LIVE_BAD};
    const struct live_exception *exception = find_exception(abi, nr);
    if (exception && exception->is_left_out) {
        printf("# left out: %s %#x, %s: %s\n", abi_names[abi], offset | nr, exception->name,
               exception->reason);
        return;
    }
    struct call call = {.label = "sweep", .abi = abi, .nr = offset | nr};
    set_args(&call, exception ? exception->args : all_bad);
    ask_and_tell(&call);
}

static void run_sweep(void)
{
    for (unsigned abi = 0; abi < ABI_COUNT; abi++) {
        for (uint32_t nr = 0; has_abi[abi] && nr < SWEEP_END; nr++)
            sweep_one(abi, nr, 0);
    }
    for (uint32_t nr = 0; has_abi[ABI_X86_64] && nr < SWEEP_X32_END; nr++)
        sweep_one(ABI_X86_64, nr, LIVE_X32);
}

static void load_filter(const char *path)
{
    static struct sock_filter insns[BPF_MAXINSNS + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, insns, sizeof insns);
    if (len < 0)
        die(path);
    close(fd);
    struct sock_fprog program = {(unsigned short)((size_t)len / sizeof *insns), insns};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        die("seccomp(SECCOMP_SET_MODE_FILTER)");
}

/** Puts the blocks of socketcall where the table's pointers lead, and makes room for answers. */
static void map_pages(void)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): the table says where */
    void *blocks = mmap((void *)(uintptr_t)LIVE_BLOCKS, sizeof live_blocks, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (blocks == MAP_FAILED)
        die("mmap of the blocks");
    memcpy(blocks, live_blocks, sizeof live_blocks);
    answer = mmap(NULL, sizeof *answer, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (answer == MAP_FAILED)
        die("mmap");
}

int main(int argc, char **argv)
{
    static char output[1 << 20];
    const char *program = NULL, *what = argc > 1 ? argv[argc - 1] : "";
    if (argc == 4 && strcmp(argv[1], "--load") == 0)
        program = argv[2];
    bool has_table = strcmp(what, "table") == 0 || strcmp(what, "all") == 0;
    bool has_sweep = strcmp(what, "sweep") == 0 || strcmp(what, "all") == 0;
    if ((argc != 2 && !program) || (!has_table && !has_sweep)) {
        fputs("Usage: probe [--load FILE] table|sweep|all\n", stderr);
        return 2;
    }
    /* Whole and without asking the kernel about the descriptor: nothing is left for a child. */
    setvbuf(stdout, output, _IOFBF, sizeof output);
    map_pages();
    /* Calls that a signal ends leave no core files, and none sees a terminal. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setsid();
    /* Without a filter too: what is compared must differ in the filter alone. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        die("prctl(PR_SET_NO_NEW_PRIVS)");
    find_abis();
    if (program)
        load_filter(program);
    if (has_table)
        run_table();
    if (has_sweep)
        run_sweep();
    puts("end");
    return fflush(stdout) == 0 ? 0 : 3;
}
