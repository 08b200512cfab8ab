/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Each system call that asking the cache makes fails in turn, and at each of them the process is
 * killed.
 */
#include <criterion/criterion.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "cache_support.h"
#include "faults.h"

#define FaultTest(name) Test(cache_faults, name, .init = enter_folder, .fini = leave_folder)

/** What the child says; it lies in memory that both have. */
struct verdict {
    bool is_done, is_error, is_right, is_hit;
};

static struct verdict *verdict;

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

static void ask_under_faults(int socket, void *right)
{
    enum { CANNOT = 77 };
    if (!fault_listen(socket))
        _exit(CANNOT);
    ask(right);
}

/** Runs a child that asks, with the fault. */
static void run_with(struct fault *fault, scc_cached *right)
{
    *verdict = (struct verdict){0};
    fault->is_over = &verdict->is_done;
    int status = fault_run(fault, ask_under_faults, right);
    if (fault->how == FAULT_KILL && fault->is_done)
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
static unsigned go_through(int how, void (*prepare)(void), scc_cached *right)
{
    for (unsigned at = 0;; at++) {
        struct fault fault = {.at = at, .how = how};
        prepare();
        run_with(&fault, right);
        if (!(how == FAULT_KILL && fault.is_done)) {
            cr_expect(verdict->is_done, "call %u (%d)", at, fault.nr);
            /* Without memory there may be no answer, but no wrong one. */
            cr_expect(verdict->is_error ? fault_is_memory(&fault) : verdict->is_right,
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
    static const int faults[] = {FAULT_KILL, FAULT_SHORT, EIO, ENOSPC, EINTR};
    scc_cached *right = right_answer();
    verdict =
        mmap(NULL, sizeof *verdict, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(verdict, MAP_FAILED);
    for (size_t i = 0; i < SCC_COUNT(faults); i++) {
        unsigned calls = go_through(faults[i], prepare, right);
        cr_expect_geq(calls, faults[i] == FAULT_SHORT ? 1 : least, "%u calls", calls);
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
