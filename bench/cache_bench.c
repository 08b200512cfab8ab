/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cache-bench PROFILE: from the profile's path to the program in memory, through the cache
 * and without it. Times are medians of interleaved runs.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccompc/seccompc.h>

#include "cache_key.h"
#include "file.h"
#include "json.h"
#include "stats.h"

enum { ROUNDS = 2001, FEW_ROUNDS = 101 };

struct subject {
    const char *path;
    const char *dir; /* of the cache */
    const scc_target *target;
};

static void check(int done, const scc_error *err)
{
    if (done == 0)
        return;
    fprintf(stderr, "cache-bench: %s\n", scc_error_get_text(err));
    exit(3);
}

/** From path to program with @p cache (NULL: none); the time. */
static double get(const struct subject *subject, const scc_cache *cache, bool is_hit)
{
    const struct scc_cache_source source = {.path = subject->path};
    scc_error *err = NULL;
    scc_cached *cached = NULL;
    double before = bench_now_us();
    check(scc_cache_get(cache, &source, subject->target, NULL, &cached, NULL, &err), err);
    double took = bench_now_us() - before;
    if (scc_cached_is_hit(cached) != is_hit) {
        fprintf(stderr, "cache-bench: %s, expected the contrary\n",
                is_hit ? "not in the cache" : "in the cache");
        exit(1);
    }
    scc_cached_free(cached);
    return took;
}

/** The same, with the directory opened and checked for this one program. */
static double open_and_get(const struct subject *subject)
{
    scc_error *err = NULL;
    scc_cache *cache = NULL;
    double before = bench_now_us();
    check(scc_cache_open(subject->dir, &cache, &err), err);
    get(subject, cache, true);
    double took = bench_now_us() - before;
    scc_cache_close(cache);
    return took;
}

/** The same in a new process, which has all its memory still to touch. */
static double open_and_get_first(const struct subject *subject)
{
    double *took =
        mmap(NULL, sizeof *took, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (took == MAP_FAILED)
        exit(3);
    *took = 0;
    pid_t child = fork();
    if (child == 0) {
        *took = open_and_get(subject);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    double result = *took;
    munmap(took, sizeof *took);
    return result;
}

/** Reading the file and hashing it: what no cache by contents can leave out. */
static double read_and_hash(const struct subject *subject)
{
    const struct scc_compile_options options = {.level = SCC_LEVEL_OWN};
    struct scc_cache_inputs inputs = {.target = subject->target, .options = &options};
    scc_error *err = NULL;
    char *text = NULL;
    double before = bench_now_us();
    check(scc_file_read(subject->path, SCC_JSON_MAX_BYTES, &text, &inputs.text_bytes, &err), err);
    inputs.text = text;
    struct scc_digest key = scc_cache_key(&inputs);
    double took = bench_now_us() - before;
    free(text);
    /* The key is looked at, so that it has to be computed. */
    return key.bytes[0] == 0 && key.bytes[1] == 0 ? took + 1e-9 : took;
}

static void measure(const struct subject *subject)
{
    static double opened[ROUNDS], first[FEW_ROUNDS], hit[ROUNDS], hashed[ROUNDS],
        without[FEW_ROUNDS];
    scc_error *err = NULL;
    scc_cache *cache = NULL;
    check(scc_cache_open(subject->dir, &cache, &err), err);
    get(subject, cache, false);
    for (int i = 0; i < ROUNDS; i++) {
        opened[i] = open_and_get(subject);
        hit[i] = get(subject, cache, true);
        hashed[i] = read_and_hash(subject);
        if (i >= FEW_ROUNDS)
            continue;
        first[i] = open_and_get_first(subject);
        without[i] = get(subject, NULL, false);
    }
    scc_cache_close(cache);
    printf("%s, medians of %d runs (%d of new processes and without the cache)\n\n", subject->path,
           ROUNDS, FEW_ROUNDS);
    printf("hit, directory opened for it  %8.1f us\n", bench_median(opened, ROUNDS));
    printf("hit, directory open           %8.1f us\n", bench_median(hit, ROUNDS));
    printf("  of it reading and hashing   %8.1f us\n", bench_median(hashed, ROUNDS));
    printf("the first hit after fork(2)   %8.1f us\n", bench_median(first, FEW_ROUNDS));
    printf("compiled, proved and sealed   %8.1f us\n", bench_median(without, FEW_ROUNDS));
}

static void remove_directory(const char *path)
{
    DIR *stream = opendir(path);
    for (const struct dirent *item; stream && (item = readdir(stream)) != NULL;)
        unlinkat(dirfd(stream), item->d_name, 0);
    if (stream)
        closedir(stream);
    rmdir(path);
}

int main(int argc, char **argv)
{
    char dir[] = "/dev/shm/seccompc-bench.XXXXXX"; /* memory, as /run is */
    scc_error *err = NULL;
    scc_target *target = NULL;
    if (argc != 2) {
        fprintf(stderr, "usage: cache-bench PROFILE\n");
        return 2;
    }
    check(scc_target_new(scc_target_host_arch(), scc_target_caps_docker(), 6, 18, &target, &err),
          err);
    if (!mkdtemp(dir)) {
        perror(dir);
        return 3;
    }
    measure(&(struct subject){argv[1], dir, target});
    remove_directory(dir);
    scc_target_free(target);
    return 0;
}
