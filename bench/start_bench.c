/* SPDX-License-Identifier: Apache-2.0 */
/**
 * start-bench SEQUENTIAL PARALLEL AT_ONCE ROUNDS BUNDLES PREFIX RUNTIME [OPTION ...]: how long
 * `RUNTIME OPTION ... run --bundle BUNDLES/VARIANT PREFIX-NUMBER` takes, from before the process is
 * made until it is reaped, for each variant in starts.h. Prints "sample" lines, once all is done.
 *
 * SEQUENTIAL containers of each variant one after another, the variants in turn; then in each of
 * ROUNDS rounds and for each variant PARALLEL containers, issued without waiting for one of them
 * but where AT_ONCE are there already. What is not counted: one container of each variant at first.
 *
 * A container that fails ends everything: exit status 3, and no line.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "starts.h"
#include "stats.h"
#include "util.h"

enum {
    NUMBER_MAX = 100000,
    FIXED_ARGS = 8, /* of main(), before the runtime's options */
    EXIT_USAGE = 2,
    EXIT_SYSTEM = 3,
    /** A container that takes so long is one that hangs. */
    WAIT_SECONDS_MAX = 120,
};

struct bench {
    unsigned sequential, parallel, at_once, rounds;
    const char *bundles, *prefix;
    char **argv; /* the runtime's; the last two words, bundle and container, change */
    size_t bundle_word;
    posix_spawn_file_actions_t actions;
    unsigned long containers; /* so far: each has a number of its own */
    double *ms[START_MODE_COUNT][START_VARIANT_COUNT];
};

static _Noreturn void die(int status, const char *what, const char *why)
{
    fprintf(stderr, "start-bench: %s: %s\n", what, why);
    exit(status);
}

static unsigned number(const char *word)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(word, &end, 10);
    if (*word < '0' || *word > '9' || *end || errno || value < 1 || value > NUMBER_MAX)
        die(EXIT_USAGE, word, "expected a number from 1 to 100000");
    return (unsigned)value;
}

static void *allocate(size_t count, size_t bytes)
{
    void *memory = calloc(count, bytes);
    if (!memory)
        die(EXIT_SYSTEM, "memory", strerror(ENOMEM));
    return memory;
}

/** Starts a container, whose standard input and output are /dev/null. */
static void start(struct bench *bench, enum start_variant variant)
{
    char bundle[4096], name[256];
    pid_t pid;
    snprintf(bundle, sizeof bundle, "%s/%s", bench->bundles, start_variant_key(variant));
    snprintf(name, sizeof name, "%s-%lu", bench->prefix, bench->containers++);
    bench->argv[bench->bundle_word] = bundle;
    bench->argv[bench->bundle_word + 1] = name;
    int error = posix_spawnp(&pid, bench->argv[0], &bench->actions, NULL, bench->argv, environ);
    if (error)
        die(EXIT_SYSTEM, bench->argv[0], strerror(error));
}

/** Waits for one that was started, which must have succeeded. */
static void finish(const struct bench *bench, enum start_variant variant)
{
    int status;
    alarm(WAIT_SECONDS_MAX);
    while (wait(&status) < 0) {
        if (errno != EINTR)
            die(EXIT_SYSTEM, "wait", strerror(errno));
    }
    alarm(0);
    if (status == 0)
        return;
    char why[128];
    snprintf(why, sizeof why, "a container with %s failed: %s %d", start_variant_name(variant),
             WIFEXITED(status) ? "exit status" : "signal",
             WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    die(EXIT_SYSTEM, bench->argv[0], why);
}

/** Milliseconds a container of @p count, of which at most @p at_once are there at a time. */
static double time_starts(struct bench *bench, enum start_variant variant, unsigned count,
                          unsigned at_once)
{
    unsigned started = 0, finished = 0;
    double before = bench_now_us();
    while (finished < count) {
        if (started < count && started - finished < at_once) {
            start(bench, variant);
            started++;
        } else {
            finish(bench, variant);
            finished++;
        }
    }
    return (bench_now_us() - before) / 1e3 / count;
}

/** In each round another variant is first, so that what was before weighs on all alike. */
static enum start_variant variant_of(unsigned round, unsigned turn)
{
    return (enum start_variant)((round + turn) % START_VARIANT_COUNT);
}

static void measure(struct bench *bench, enum start_mode mode, unsigned rounds, unsigned count,
                    unsigned at_once)
{
    for (unsigned i = 0; i < START_VARIANT_COUNT; i++)
        bench->ms[mode][i] = allocate(rounds, sizeof **bench->ms[mode]);
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned turn = 0; turn < START_VARIANT_COUNT; turn++) {
            enum start_variant variant = variant_of(round, turn);
            bench->ms[mode][variant][round] = time_starts(bench, variant, count, at_once);
        }
    }
}

static void print(struct bench *bench, enum start_mode mode, unsigned rounds)
{
    for (unsigned round = 0; round < rounds; round++) {
        for (enum start_variant variant = 0; variant < START_VARIANT_COUNT; variant++)
            printf("sample\t%s\t%s\t%.4f\n", start_mode_key(mode), start_variant_key(variant),
                   bench->ms[mode][variant][round]);
    }
    for (unsigned i = 0; i < START_VARIANT_COUNT; i++)
        free(bench->ms[mode][i]);
}

/** RUNTIME OPTION ... run --bundle BUNDLE CONTAINER */
static void set_argv(struct bench *bench, int argc, char **argv)
{
    static char run[] = "run", option[] = "--bundle";
    size_t words = (size_t)argc - FIXED_ARGS + 1;
    bench->argv = allocate(words + 5, sizeof *bench->argv);
    memcpy(bench->argv, argv + FIXED_ARGS - 1, words * sizeof *bench->argv);
    bench->argv[words] = run;
    bench->argv[words + 1] = option;
    bench->bundle_word = words + 2;
}

static void set_actions(struct bench *bench)
{
    if (posix_spawn_file_actions_init(&bench->actions) != 0 ||
        posix_spawn_file_actions_addopen(&bench->actions, 0, "/dev/null", O_RDONLY, 0) != 0 ||
        posix_spawn_file_actions_addopen(&bench->actions, 1, "/dev/null", O_WRONLY, 0) != 0)
        die(EXIT_SYSTEM, "memory", strerror(ENOMEM));
}

int main(int argc, char **argv)
{
    if (argc < FIXED_ARGS) {
        fputs("usage: start-bench SEQUENTIAL PARALLEL AT_ONCE ROUNDS BUNDLES PREFIX RUNTIME "
              "[OPTION ...]\n",
              stderr);
        return EXIT_USAGE;
    }
    struct bench bench = {
        .sequential = number(argv[1]),
        .parallel = number(argv[2]),
        .at_once = number(argv[3]),
        .rounds = number(argv[4]),
        .bundles = argv[5],
        .prefix = argv[6],
    };
    set_argv(&bench, argc, argv);
    set_actions(&bench);
    for (unsigned turn = 0; turn < START_VARIANT_COUNT; turn++)
        time_starts(&bench, variant_of(0, turn), 1, 1);
    measure(&bench, START_SEQUENTIAL, bench.sequential, 1, 1);
    measure(&bench, START_PARALLEL, bench.rounds, bench.parallel, bench.at_once);
    print(&bench, START_SEQUENTIAL, bench.sequential);
    print(&bench, START_PARALLEL, bench.rounds);
    posix_spawn_file_actions_destroy(&bench.actions);
    free(bench.argv);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : EXIT_SYSTEM;
}
