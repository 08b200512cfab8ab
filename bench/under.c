/* SPDX-License-Identifier: Apache-2.0 */
#include "under.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <math.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "error.h"
#include "stats.h"
#include "util.h"

enum {
    BATCHES = 10,
    BATCH_CALLS = 400, /* at least, in whole laps; of each kind */
    CPU_SECONDS_MAX = 10,
};

/** Filters may refuse exit_group(2) too: whatever then ends the child shall do so in silence. */
static void prepare_to_end(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGSYS, SIGTRAP, SIGABRT};
    const struct rlimit no_core = {0, 0}, cpu = {CPU_SECONDS_MAX, CPU_SECONDS_MAX};
    for (size_t i = 0; i < SCC_COUNT(signals); i++)
        signal(signals[i], SIG_DFL);
    setrlimit(RLIMIT_CORE, &no_core);
    setrlimit(RLIMIT_CPU, &cpu);
}

static bool load(const scc_program *program, struct bench_under *under)
{
    struct sock_fprog filter = {(unsigned short)program->count, program->insns};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    double before = bench_now_us();
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter)) {
        under->refusal = errno;
        return false;
    }
    under->load_us = bench_now_us() - before;
    return true;
}

static void call_all(const struct bench_call_list *calls, size_t laps)
{
    for (size_t lap = 0; lap < laps; lap++) {
        for (size_t i = 0; i < calls->count; i++) {
            const struct scc_call *call = &calls->items[i];
            const uint64_t *args = call->args;
            syscall((long)call->nr, args[0], args[1], args[2], args[3], args[4], args[5]);
        }
    }
}

/** Nanoseconds a call in the fastest of some batches: what interrupts them is not their cost. */
static double time_calls(const struct bench_call_list *calls)
{
    size_t laps = BATCH_CALLS / calls->count + 1;
    double least = NAN;
    call_all(calls, laps);
    for (unsigned i = 0; i < BATCHES; i++) {
        double before = bench_now_us();
        call_all(calls, laps);
        double took = (bench_now_us() - before) * 1e3 / (double)(laps * calls->count);
        least = took >= least ? least : took;
    }
    return least;
}

static void run_child(const scc_program *program,
                      const struct bench_call_list *const calls[BENCH_CALL_KIND_COUNT],
                      struct bench_under *under)
{
    prepare_to_end();
    if (program && !load(program, under))
        _exit(0);
    for (size_t i = 0; i < BENCH_CALL_KIND_COUNT; i++) {
        if (calls[i]->count)
            under->call_ns[i] = time_calls(calls[i]);
    }
    _exit(0);
}

int bench_run_under(const scc_program *program,
                    const struct bench_call_list *const calls[BENCH_CALL_KIND_COUNT],
                    struct bench_under *under, scc_error **err)
{
    /* The filter may refuse write(2), so the child answers through memory. */
    struct bench_under *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return scc_error_errno(err, errno, "mmap");
    shared->load_us = NAN;
    for (size_t i = 0; i < BENCH_CALL_KIND_COUNT; i++)
        shared->call_ns[i] = NAN;
    pid_t child = fork();
    if (child == 0)
        run_child(program, calls, shared);
    int done = child < 0 ? scc_error_errno(err, errno, "fork") : 0;
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    *under = *shared;
    munmap(shared, sizeof *shared);
    return done;
}
