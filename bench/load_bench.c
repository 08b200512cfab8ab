/* SPDX-License-Identifier: Apache-2.0 */
/**
 * load-bench PROFILE: from a sealed blob's path to the filter on, against the bare seccomp(2) call
 * with the same program in memory. Each in a child of its own, medians of interleaved rounds.
 *
 * A child has just been forked, and pays about 2 us for each page of code or stack that it touches
 * first. A runtime's child has done a lot by then, so "warm" children have opened the blob once
 * before the clock starts; "cold" ones have not.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccompc/load.h>
#include <seccompc/seccompc.h>

#include "stats.h"

enum { ROUNDS = 401, LARGE_PADDING = 20 };

enum subject {
    BARE,      /* seccomp(2) alone */
    WARM,      /* scc_load_file(), a blob of this one program */
    COLD_BARE, /* the same two in a child that has done nothing */
    COLD,
    FAT,   /* one program among many, warm */
    CHECK, /* reading and checking the fat one, without installing */
    SUBJECT_COUNT,
};

static const struct {
    const char *name;
    enum subject base; /* what its ratio is to */
    int is_cold;
} subjects[SUBJECT_COUNT] = {
    [BARE] = {"seccomp(2), program in memory", BARE, 0},
    [WARM] = {"blob's path to filter on", BARE, 0},
    [COLD_BARE] = {"seccomp(2), cold", COLD_BARE, 1},
    [COLD] = {"blob's path to filter on, cold", COLD_BARE, 1},
    [FAT] = {"20 entries, path to filter on", BARE, 0},
    [CHECK] = {"20 entries, without seccomp(2)", BARE, 0},
};

struct bench {
    const scc_program *program;
    struct sock_fprog filter; /* the same, for the kernel */
    uint32_t flags;
    char small[32], fat[32]; /* paths */
    double us[SUBJECT_COUNT][ROUNDS];
};

static void check(int done, scc_error **err)
{
    if (done == 0)
        return;
    fprintf(stderr, "load-bench: %s\n", scc_error_get_text(*err));
    exit(3);
}

static void die(const char *what)
{
    perror(what);
    exit(3);
}

/** Touches the code and the stack that the work will. */
static void warm_up(const struct bench *bench)
{
    struct scc_load_result result;
    const struct scc_load_options unsuited = {.flags = SCC_LOAD_CAPS_GIVEN, .caps = 0xff};
    scc_load_file(bench->small, &unsuited, &result); /* ends at the condition */
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL);
}

/** One subject's work, in a child; 0 on success. */
static int work(const struct bench *bench, enum subject subject)
{
    const uint64_t caps = 0;
    struct scc_load_options options = {.flags = SCC_LOAD_CAPS_GIVEN};
    struct scc_load_blob blob;
    struct scc_load_host host;
    struct scc_load_entry entry;
    int code;
    switch (subject) {
    case BARE:
    case COLD_BARE:
        return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, bench->flags, &bench->filter);
    case WARM:
    case COLD:
        return scc_load_file(bench->small, &options, NULL);
    case FAT:
        return scc_load_file(bench->fat, &options, NULL);
    default:
        code = scc_load_open(bench->fat, &blob);
        if (code == SCC_LOAD_OK)
            code = scc_load_read_host(&host);
        if (code == SCC_LOAD_OK)
            code = scc_load_select(&blob, &host, &caps, &entry);
        if (code == SCC_LOAD_OK)
            scc_load_close(&blob);
        return code;
    }
}

static double time_in_child(const struct bench *bench, enum subject subject)
{
    int pipes[2];
    double took = -1;
    if (pipe(pipes) < 0)
        die("pipe");
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (!subjects[subject].is_cold)
            warm_up(bench);
        double before = bench_now_us();
        int failed = work(bench, subject);
        took = bench_now_us() - before;
        if (failed || write(pipes[1], &took, sizeof took) != sizeof took)
            _exit(1);
        _exit(0);
    }
    close(pipes[1]);
    if (read(pipes[0], &took, sizeof took) != sizeof took) {
        fprintf(stderr, "load-bench: %s: failed\n", subjects[subject].name);
        exit(3);
    }
    close(pipes[0]);
    waitpid(child, NULL, 0);
    return took;
}

/** Seals the program, and @p padding more whose conditions do not hold, into a new file. */
static void write_blob(const struct bench *bench, unsigned padding, char *path)
{
    static const uint8_t inputs[SCC_BLOB_INPUTS_BYTES];
    struct scc_blob_condition condition = {.caps_mask = 0xff};
    scc_error *err = NULL;
    scc_blob *blob = NULL;
    void *bytes;
    size_t len;
    check(scc_blob_new("load-bench", &blob, &err), &err);
    for (unsigned i = 0; i < 1 + padding; i++) {
        condition.caps_value = i;
        check(scc_blob_add(blob, scc_target_host_arch(), bench->program, &condition, bench->flags,
                           inputs, &err),
              &err);
    }
    check(scc_blob_to_bytes(blob, &bytes, &len, &err), &err);
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd) < 0)
        die(path);
    printf("%u entries: %zu bytes\n", 1 + padding, len);
    free(bytes);
    scc_blob_free(blob);
}

static void measure(struct bench *bench)
{
    write_blob(bench, 0, bench->small);
    write_blob(bench, LARGE_PADDING - 1, bench->fat);
    for (int i = 0; i < ROUNDS; i++) {
        for (enum subject subject = 0; subject < SUBJECT_COUNT; subject++)
            bench->us[subject][i] = time_in_child(bench, subject);
    }
    unlink(bench->small);
    unlink(bench->fat);
    printf("%zu instructions, %d rounds\n\n%-32s %8s %8s\n", scc_program_count(bench->program),
           ROUNDS, "", "us", "ratio");
    double us[SUBJECT_COUNT];
    for (enum subject subject = 0; subject < SUBJECT_COUNT; subject++) {
        us[subject] = bench_median(bench->us[subject], ROUNDS);
        printf("%-32s %8.1f %8.3f\n", subjects[subject].name, us[subject],
               us[subject] / us[subjects[subject].base]);
    }
}

int main(int argc, char **argv)
{
    static struct bench bench = {.small = "/tmp/load-bench-XXXXXX",
                                 .fat = "/tmp/load-bench-XXXXXX"};
    scc_error *err = NULL;
    scc_profile *profile = NULL;
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    scc_program *program = NULL;
    unsigned major, minor;
    if (argc != 2) {
        fprintf(stderr, "usage: load-bench PROFILE\n");
        return 2;
    }
    check(scc_profile_read(argv[1], &profile, NULL, &err), &err);
    check(scc_target_host_kernel(&major, &minor, &err), &err);
    check(scc_target_new(scc_target_host_arch(), scc_target_caps_docker(), major, minor, &target,
                         &err),
          &err);
    check(scc_policy_select(profile, target, NULL, &policy, NULL, &err), &err);
    check(scc_emit_bpf(policy, NULL, &program, &err), &err);
    size_t len;
    void *insns = scc_program_to_bytes(program, &len);
    if (!insns)
        die("no memory");
    bench.filter = (struct sock_fprog){(unsigned short)scc_program_count(program), insns};
    bench.program = program;
    bench.flags = scc_policy_filter_flags(policy);
    measure(&bench);
    free(insns);
    scc_program_free(program);
    scc_policy_free(policy);
    scc_target_free(target);
    scc_profile_free(profile);
    return 0;
}
