/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Each allocation of each command fails in turn, alone and with all that follow: the command says
 * that memory ran out and leaves nothing behind, or does all that it does otherwise. All of them
 * with SCC_TEST_ALL=1, which takes an hour; otherwise, of those that the same functions ask for,
 * the first, and every fourth of these with all that follow. SCC_TEST_ONLY=WORDS: the commands
 * alone that have these words.
 */
#include <criterion/criterion.h>
#include <sys/wait.h>

#include "allocations.h"
#include "rows.h"

#define MemoryTest(name) Test(memory_faults, name, .init = enter_rows, .fini = leave_folder)

/** What libseccomp 2.5.4 does without memory to export a program: it frees twice, or never ends. */
static bool has_lost_libseccomp(const struct allocations *run)
{
    return run->process == ALLOCATION_OF_CHILD &&
           (is_said("dies over this profile") || is_said("does not come to an end"));
}

/** A run in words, for a message: who asked for the memory that it did not get. */
static const char *describe_run(const struct row *row, const struct allocations *run)
{
    static char text[1024];
    size_t len = 0;
    len = (size_t)snprintf(text, sizeof text, "%s: allocation %u%s%s of:", row->words, run->at,
                           run->process == ALLOCATION_OF_CHILD ? " of the child" : "",
                           run->fault == ALLOCATION_REST ? " and all others" : "");
    for (size_t i = 0; run->at && run->at <= ALLOCATIONS_MAX && i < ALLOCATION_CALLERS; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, " 0x%x",
                                run->callers[run->process][run->at - 1][i]);
    return text;
}

/** All is as where nothing fails. */
static void check_finished(const struct row *row, const struct allocations *run,
                           const struct expected *expected)
{
    /* Where the cache, or libseccomp that is only asked, is short of memory, that is told. */
    bool may_tell = strstr(row->words, "--cache-dir") || has_lost_libseccomp(run);
    /* A refusal that has no memory for JSON is told as text. */
    may_tell |= row->status == 4 && strstr(row->words, "--json");
    for (size_t i = 0; i < expected->count; i++) {
        struct contents found = read_result(expected->paths[i]);
        cr_expect((may_tell && i == ERR) || is_same(found, expected->contents[i]),
                  "%s: status %d, but another %s: %.*s", describe_run(row, run), row->status,
                  expected->paths[i], (int)found.len, found.bytes ? found.bytes : "");
        free(found.bytes);
    }
}

/** It is said why, and nothing is there. */
static void check_failed(const struct row *row, const struct allocations *run,
                         const struct expected *expected)
{
    static const struct contents nothing = {(char *)"", 0};
    cr_expect(is_said("seccompc: ") || is_said("\"error\": {"), "%s: no message",
              describe_run(row, run));
    cr_expect(is_said("out of memory") || is_said("Cannot allocate memory") ||
                  has_lost_libseccomp(run),
              "%s: what it says", describe_run(row, run));
    cr_expect(file_is("out", nothing), "%s: something on standard output", describe_run(row, run));
    for (size_t i = OWN; i < expected->count; i++) {
        bool is_bundle = strcmp(expected->paths[i], "b/config.json") == 0;
        struct contents before =
            is_bundle ? (struct contents){(char *)config_text, sizeof config_text - 1}
                      : (struct contents){0};
        cr_expect(file_is(expected->paths[i], before), "%s: there is %s", describe_run(row, run),
                  expected->paths[i]);
    }
}

/** Passed on as it came, and said. */
static bool is_passed_on(void)
{
    return file_is("out", (struct contents){(char *)config_text, sizeof config_text - 1}) &&
           is_said("out of memory");
}

static void check_run(const struct row *row, const struct allocations *run, int status,
                      const struct expected *expected)
{
    int failed = strncmp(row->words, "run ", 4) == 0 ? STATUS_RUN_FAILED : 3;
    cr_assert(WIFEXITED(status), "%s: 0x%x", describe_run(row, run), status);
    int code = WEXITSTATUS(status);
    bool is_lost = code == 4 && has_lost_libseccomp(run);
    if ((code == failed || is_lost) && (code != row->status || is_said("out of memory")))
        check_failed(row, run, expected);
    else if (code == row->status && !(row->may_fall_back && is_passed_on()))
        check_finished(row, run, expected);
    else if (code != row->status) {
        struct contents said = read_contents("err");
        cr_expect_fail("%s: status %d: %.*s", describe_run(row, run), code, (int)said.len,
                       said.bytes);
        free(said.bytes);
    }
    cr_expect(!run->has_ended || run->left == 0, "%s: %u allocations are never freed, first %u",
              describe_run(row, run), run->left, run->first_left);
    cr_expect_eq(count_files(".", ".seccompc."), 0, "%s: a temporary file", describe_run(row, run));
    cr_expect_eq(count_files("b", ".seccompc."), 0, "%s: a temporary file", describe_run(row, run));
}

/*
 * Which allocations
 */

/** So many callers tell one allocation from another. */
enum { CALLERS_APART = 5 };

/** The callers for which an allocation has failed already, in any row of this test. */
static struct {
    uint32_t (*items)[CALLERS_APART];
    size_t count, cap;
} tried_callers;

/** Whether nobody has tried them yet. */
static bool are_new(const uint32_t *callers)
{
    for (size_t i = 0; i < tried_callers.count; i++) {
        if (memcmp(tried_callers.items[i], callers, sizeof tried_callers.items[i]) == 0)
            return false;
    }
    cr_assert(SCC_GROW(tried_callers.items, tried_callers.cap, tried_callers.count + 1));
    memcpy(tried_callers.items[tried_callers.count++], callers, sizeof *tried_callers.items);
    return true;
}

/** Marks the allocations that are to fail. */
static void choose(const struct allocations *run, enum allocation_process process, bool *is_chosen)
{
    for (uint32_t i = 0; i < run->count[process]; i++)
        is_chosen[i] =
            getenv("SCC_TEST_ALL") || i >= ALLOCATIONS_MAX || are_new(run->callers[process][i]);
}

static unsigned fail_each(const struct allocation_server *server, const struct row *row,
                          enum allocation_process process, const struct expected *expected)
{
    struct allocations *run = server->shared;
    const uint32_t count = run->count[process];
    SCC_AUTOFREE bool *is_chosen = calloc(count + 1, sizeof *is_chosen);
    unsigned tried = 0;
    choose(run, process, is_chosen);
    run->process = process;
    for (uint32_t at = 1; at <= count; at++) {
        if (!is_chosen[at - 1])
            continue;
        for (run->fault = ALLOCATION_ONE; run->fault <= ALLOCATION_REST; run->fault++) {
            if (run->fault == ALLOCATION_REST && !getenv("SCC_TEST_ALL") && tried % 4)
                continue;
            run->at = at;
            clean_up(row, expected);
            check_run(row, run, allocation_run(server), expected);
            tried++;
        }
    }
    return tried;
}

static void try_row(const struct row *row)
{
    char line[512], *words[WORDS_MAX];
    struct allocation_server server;
    struct expected expected = {0};
    snprintf(line, sizeof line, "seccompc %s", row->words);
    split(line, words, SCC_COUNT(words));
    const char *program = getenv(row->program ? row->program : "SECCOMPC_UNDER_MEMORY");
    cr_assert_not_null(program, "expected the program's path in the environment");
    allocation_start(&server, program, words);
    snprintf(server.shared->input, sizeof server.shared->input, "%s", row->input ? row->input : "");
    server.shared->records = true;
    clean_up(row, &expected);
    allocation_run(&server);
    /* The second run finds what the first one may have left in a cache. */
    clean_up(row, &expected);
    int status = allocation_run(&server);
    server.shared->records = false;
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == row->status, "%s: 0x%x", row->words,
              status);
    cr_expect_eq(server.shared->left, 0, "%s: %u allocations are never freed, first %u", row->words,
                 server.shared->left, server.shared->first_left);
    note_expected(row, &expected);
    uint32_t counts[] = {server.shared->count[0], server.shared->count[1]};
    unsigned tried = 0;
    for (unsigned process = 0; process < ALLOCATION_PROCESS_COUNT; process++) {
        server.shared->count[process] = counts[process];
        tried += fail_each(&server, row, (enum allocation_process)process, &expected);
    }
    printf("%s: %u allocations, %u of children, %u runs\n", row->words, counts[0], counts[1],
           tried);
    fflush(stdout);
    forget_expected(&expected);
    allocation_stop(&server);
}

static void try_rows(const struct row *rows, size_t count)
{
    const char *only = getenv("SCC_TEST_ONLY");
    for (size_t i = 0; i < count; i++) {
        if (!only || strstr(rows[i].words, only))
            try_row(&rows[i]);
    }
}

MemoryTest(of_compile)
{
    static const struct row rows[] = {
        {.words = "-q " TARGET "--export-bpf o.bpf p.json", .files = "o.bpf"},
        {.words = TARGET "--export-bpf - --base64 p.json"},
        {.words = "--stats -v --arch amd64 --arch arm64 --kernel 6.18 --export-bpf o.%a.bpf "
                  "--export-oci o.%a.json --export-header o.%a.h c.json",
         .files = "o.amd64.bpf o.amd64.json o.amd64.h o.arm64.bpf o.arm64.json"},
        {.words = "--json " TARGET "--enosys runc --export-oci o.json p.json", .files = "o.json"},
        {.words = "--json " TARGET "--enosys kernel --harden --export-header o.h p.json",
         .files = "o.h"},
        {.words =
             "--stats --arch amd64 --arch s390x --kernel 6.18 --kernel 4.19 --caps none --caps all "
             "--export-blob o.blob p.json",
         .files = "o.blob"},
        {.words = TARGET "--export-lxc o.lxc l.json", .files = "o.lxc"},
        {.words = TARGET "--optimize-for runtime --weights weights --export-bpf o.bpf p.json",
         .files = "o.bpf"},
        {.words = TARGET "--spec config.json --export-bpf o.bpf --cap-add SYS_ADMIN",
         .files = "o.bpf"},
        {.words = TARGET "--json --export-bpf o.bpf refused.json", .status = 4},
        {.words = TARGET "--export-bpf o.bpf --strict p.json", .status = 4},
        {.words = TARGET "--export-bpf o.bpf nosuch.json", .status = 3},
        {.words = "--help"},
        {.words = "--version"},
        {.words = "--arch help"},
        {.words = "--exprot-bpf o.bpf", .status = 2},
        {.words = "--arch amd46", .status = 2},
        {.words = "--caps CAP_SYS_ADMINN", .status = 2},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_compile_with_libseccomp)
{
    static const struct row rows[] = {
        {.words = "-q -O0 " TARGET "--export-bpf o.bpf c.json", .files = "o.bpf"},
        {.words = "--stats -O1 " TARGET "--allow-mismatch --export-bpf o.bpf q.json",
         .files = "o.bpf"},
        {.words = "--stats " TARGET "--export-oci o.json q.json", .files = "o.json"},
        {.words = "--json " TARGET "--allow-mismatch --export-lxc o.lxc l.json", .files = "o.lxc"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_compiling_dockers_profile)
{
    static const struct row rows[] = {
        {.words = "--stats " TARGET "--export-bpf o.bpf --export-oci o.json",
         .files = "o.bpf o.json"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_oci)
{
    static const struct row rows[] = {
        {.words = "oci " CACHED, .input = "config.json"},
        {.words = "oci " CACHED, .input = "config.json", .prepare = without_cache},
        {.words = "oci --no-cache --strict " TARGET "b", .status = 4, .prepare = with_bundle},
        {.words = "oci " CACHED "--fallback --enosys runc",
         .input = "config.json",
         .prepare = without_cache,
         .may_fall_back = true},
        {.words = "oci " CACHED "--fallback", .input = "config.json", .may_fall_back = true},
        {.words = "oci " CACHED "--profile q.json",
         .input = "config.json",
         .prepare = without_cache},
        {.words = "oci " CACHED "--in-place b", .files = "b/config.json", .prepare = with_bundle},
        {.words = "oci " CACHED "--in-place b",
         .files = "b/config.json",
         .prepare = with_bundle_without_cache},
        {.words = "oci --help"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_cache)
{
    static const struct row rows[] = {
        {.words = "cache --cache-dir cache list", .prepare = with_entries},
        {.words = "cache --cache-dir cache list --json", .prepare = with_entries},
        {.words = "cache --cache-dir cache verify", .status = 1, .prepare = with_bad_entry},
        {.words = "cache --cache-dir cache verify --json", .status = 1, .prepare = with_bad_entry},
        {.words = "cache --cache-dir cache prune", .prepare = with_entries},
        {.words = "cache --cache-dir cache prune --max-bytes 1 --json", .prepare = with_entries},
        {.words = "cache --cache-dir cache prune --older-than 1h", .prepare = with_entries},
        {.words = "cache --cache-dir cache prune --stale", .prepare = with_entries},
        {.words = "cache --help"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_run)
{
    static const struct row rows[] = {
        {.words = "run --cache-dir cache f.json -- ./command", .files = "ran"},
        {.words = "run --cache-dir cache f.json -- ./command",
         .files = "ran",
         .prepare = without_cache},
        {.words = "run --no-cache f.json -- ./command", .files = "ran"},
        {.words = "run f.bpf -- ./command", .files = "ran"},
        {.words = "run f.blob -- ./command", .files = "ran"},
        {.words = "run --arch s390x f.blob -- ./command", .status = 125},
        {.words = "run f.bpf -- ./nosuch", .status = 127},
        {.words = "run --help"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_the_library)
{
    static const struct row rows[] = {
        {.words = "l.json cache", .program = "LIBRARY_UNDER_MEMORY", .prepare = without_cache},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_verify)
{
    static const struct row rows[] = {
        {.words = "verify " TARGET "p.bpf p.json"},
        {.words = "verify " TARGET "--json p.bpf p.json"},
        {.words = "verify " TARGET "p.bpf q.json", .status = 1},
        {.words = "verify " TARGET "--json p.bpf q.json", .status = 1},
        {.words = "verify --as-libseccomp " TARGET "p0.bpf p.json"},
        {.words = "verify " TARGET "p0.bpf q.json", .status = 1},
        {.words = "verify p.blob p.json"},
        {.words = "verify --json p.blob p.json"},
        {.words = "verify p.blob"},
        {.words = "verify --help"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_diff_and_within)
{
    static const struct row rows[] = {
        {.words = "diff " TARGET "p.json q.json", .status = 1},
        {.words = "diff " TARGET "--json p.json q.json", .status = 1},
        {.words = "diff " TARGET "p.bpf p.json"},
        {.words = "within " TARGET "p.json q.json", .status = 1},
        {.words = "within " TARGET "--json p.json q.json", .status = 1},
        {.words = "within " TARGET "p.json p.blob"},
        {.words = "within " TARGET "p.lxc q.json", .status = 1},
        {.words = "diff --help"},
        {.words = "within --help"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_explain)
{
    static const struct row rows[] = {
        {.words = "explain " TARGET "p.json socket"},
        {.words = "explain " TARGET "--json p.json socket"},
        {.words = "explain " TARGET "p.json mount"},
        {.words = "explain " TARGET "--json p.json clone a0=0x10000"},
        {.words = "explain " TARGET "p.bpf socket a0=16"},
        {.words = "explain " TARGET "--json p.bpf personality"},
        {.words = "explain " TARGET "p.json sokcet", .status = 2},
        {.words = "explain --help"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_lint)
{
    static const struct row rows[] = {
        {.words = "lint " TARGET "p.json", .status = 1},
        {.words = "lint --libseccomp 2.5.4 --level note " TARGET "p.json", .status = 1},
        {.words = "lint --libseccomp 2.5.4 --level note --json " TARGET "p.json", .status = 1},
        {.words = "lint --libseccomp 2.5.4 --level note --sarif " TARGET "p.json", .status = 1},
        {.words = "lint --help"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

MemoryTest(of_sim_disasm_and_optimize)
{
    static const struct row rows[] = {
        {.words = "sim " TARGET "p.json cases", .status = 1},
        {.words = "sim " TARGET "--json p.json cases", .status = 1},
        {.words = "sim " TARGET "p.bpf", .status = 1, .input = "cases"},
        {.words = "sim " TARGET "--json p.bpf cases", .status = 1},
        {.words = "sim --help"},
        {.words = "disasm " TARGET "p.bpf"},
        {.words = "disasm " TARGET "--json p0.bpf"},
        {.words = "disasm " TARGET "--assemble o.bpf p.asm", .files = "o.bpf"},
        {.words = "disasm --help"},
        {.words = "optimize " TARGET "-o o.bpf p0.bpf", .files = "o.bpf"},
        {.words = "optimize " TARGET "--json -o o.bpf p.blob", .files = "o.bpf"},
        {.words = "optimize " TARGET "--optimize-for runtime --weights weights -o - p0.bpf"},
        {.words = "optimize --help"},
    };
    try_rows(rows, SCC_COUNT(rows));
}
