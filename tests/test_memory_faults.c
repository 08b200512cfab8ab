/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Each allocation of each command fails in turn, alone and with all that follow: the command says
 * that memory ran out and leaves nothing behind, or does all that it does otherwise. All of them
 * with SCC_TEST_ALL=1, which takes an hour; otherwise, of those that the same functions ask for,
 * the first, and every fourth of these with all that follow. SCC_TEST_ONLY=WORDS: the commands
 * alone that have these words.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <sys/wait.h>

#include "allocations.h"
#include "contents.h"
#include "util.h"

#define MemoryTest(name) Test(memory_faults, name, .init = enter_memory, .fini = leave_folder)

enum { WORDS_MAX = 32, FILES_MAX = 8, STATUS_RUN_FAILED = 125 };

/** The first files of each row. */
enum { OUT, ERR, OWN };

/** A command, what it reads and what it writes. */
struct row {
    const char *words;   /* with blanks between them; the command's name stands in front */
    const char *program; /* the environment's name for it; NULL: the command's */
    int status;          /* where nothing fails */
    const char
        *files; /* that it writes beside its standard outputs; blanks between them, or NULL */
    const char *input;     /* or NULL */
    void (*prepare)(void); /* before each run, or NULL */
    bool may_fall_back;    /* by passing its standard input on, with a warning */
};

/*
 * Inputs
 */

static const char profile_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 1,\n"
    " \"archMap\": [{\"architecture\": \"SCMP_ARCH_X86_64\",\n"
    "   \"subArchitectures\": [\"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"]},\n"
    "  {\"architecture\": \"SCMP_ARCH_AARCH64\"}, {\"architecture\": \"SCMP_ARCH_S390X\"}],\n"
    " \"syscalls\": [\n"
    "  {\"names\": [\"read\", \"write\", \"execve\", \"exit_group\", \"clone3\", \"raed\"],\n"
    "   \"action\": \"SCMP_ACT_ALLOW\"},\n"
    "  {\"names\": [\"mount\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
    "   \"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}},\n"
    "  {\"names\": [\"ptrace\"], \"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"minKernel\": "
    "\"4.8\"}},\n"
    "  {\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
    "   \"args\": [{\"index\": 0, \"value\": 8, \"op\": \"SCMP_CMP_EQ\"}]},\n"
    "  {\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 22,\n"
    "   \"args\": [{\"index\": 0, \"value\": 16, \"op\": \"SCMP_CMP_EQ\"},\n"
    "    {\"index\": 2, \"value\": 9, \"op\": \"SCMP_CMP_GT\"}]},\n"
    "  {\"names\": [\"clone\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
    "   \"args\": [{\"index\": 0, \"value\": 2114060288, \"valueTwo\": 0,\n"
    "    \"op\": \"SCMP_CMP_MASKED_EQ\"}]}]}\n";

/** The same but for one call. */
static const char other_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_X86_64\"],\n"
    " \"syscalls\": [{\"names\": [\"read\", \"execve\"], \"action\": \"SCMP_ACT_ALLOW\"},\n"
    "  {\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
    "   \"args\": [{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_NE\"}]}]}\n";

/** One that a slim profile can be made of without warnings. */
static const char clean_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_X86_64\"],\n"
    " \"syscalls\": [{\"names\": [\"read\", \"execve\"], \"action\": \"SCMP_ACT_ALLOW\"}]}\n";

static const char refused_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n \"syscalls\": [{\"names\": [\"read\"],\n"
    "  \"action\": \"SCMP_ACT_ALOW\"}]}\n";

/** All is allowed but chdir(2), by which ./command sees whether the filter is on. */
static const char filter_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_NATIVE\"],\n"
    " \"syscalls\": [{\"names\": [\"chdir\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}]}";

static const char command_text[] =
    "#!/bin/sh\nif (cd /) 2>/dev/null; then echo without; else echo with; fi >ran\n";

static const char config_text[] =
    "{\"process\": {\"capabilities\": {\"bounding\": [\"CAP_KILL\"]}},\n"
    " \"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": "
    "[{\"names\": [\"read\", \"raed\"], \"action\": \"SCMP_ACT_ALLOW\"}]}}}\n";

static const char cases_text[] = "x86_64 read = ALLOW\nx86_64 socket 0..3 = ALLOW\n* 5000\n";

static const char weights_text[] = "read 10\nclone 5\npersonality 7\n";

static const char lxc_text[] = "2\nallowlist errno 1\n[all]\nread\nwrite\nexecve\n"
                               "personality [0,8,SCMP_CMP_EQ,]\n";

static void write_text(const char *path, const char *text)
{
    write_contents(path, (struct contents){(char *)text, strlen(text)});
}

/** Splits at blanks; NULL behind the last word. */
static void split(char *text, char **words, size_t max)
{
    size_t count = 0;
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        cr_assert_lt(count + 1, max);
        words[count++] = word;
    }
    words[count] = NULL;
}

/** Runs the command, which must do what it is asked to. */
static void make(const char *words)
{
    char line[512];
    snprintf(line, sizeof line, "\"$SECCOMPC\" %s >out 2>err", words);
    int status = system(line);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: 0x%x", line, status);
}

static void enter_memory(void)
{
    enter_folder();
    write_text("p.json", profile_text);
    write_text("q.json", other_text);
    write_text("c.json", clean_text);
    write_text("refused.json", refused_text);
    write_text("f.json", filter_text);
    write_text("config.json", config_text);
    write_text("cases", cases_text);
    write_text("weights", weights_text);
    write_text("p.lxc", lxc_text);
    write_text("command", command_text);
    cr_assert_eq(chmod("command", 0755), 0);
    cr_assert_eq(mkdir("b", 0755), 0);
    make("-q --arch amd64 --kernel 6.18 --export-bpf p.bpf --export-blob p.blob p.json");
    make("-q --export-bpf f.bpf --export-blob f.blob f.json");
    make("-q -O0 --allow-mismatch --arch amd64 --kernel 6.18 --export-bpf p0.bpf p.json");
    make("disasm --arch amd64 p.bpf");
    cr_assert_eq(rename("out", "p.asm"), 0);
    make("run --cache-dir good f.json -- true");
    make("run --cache-dir good --harden f.json -- true");
    make("run --cache-dir bad f.json -- true; for i in bad/*.blob; do echo >>$i; done");
}

static void without_cache(void)
{
    remove_folder(AT_FDCWD, "cache");
}

static void with_bundle(void)
{
    write_text("b/config.json", config_text);
}

static void with_bundle_without_cache(void)
{
    without_cache();
    with_bundle();
}

/** A cache with the entries of the one in @p from, which were made before. */
static void fill_cache(const char *from)
{
    without_cache();
    cr_assert_eq(mkdir("cache", 0700), 0);
    DIR *dir = opendir(from);
    cr_assert_not_null(dir);
    for (const struct dirent *item; (item = readdir(dir)) != NULL;) {
        char old[300], new[300];
        if (!strstr(item->d_name, ".blob"))
            continue;
        snprintf(old, sizeof old, "%s/%s", from, item->d_name);
        snprintf(new, sizeof new, "cache/%s", item->d_name);
        struct contents contents = read_contents(old);
        write_contents(new, contents);
        cr_assert_eq(chmod(new, 0600), 0);
        free(contents.bytes);
    }
    closedir(dir);
}

static void with_entries(void)
{
    fill_cache("good");
}

static void with_bad_entry(void)
{
    fill_cache("bad");
}

/*
 * Checks
 */

/** libseccomp 2.5.4 frees twice where it has no memory to export a program. */
#define DYING_LIBSECCOMP "dies over this profile"

/** What a row leaves behind where nothing fails: "out", "err" and its files. */
struct expected {
    size_t count;
    char names[256]; /* of the files */
    char *paths[FILES_MAX];
    struct contents contents[FILES_MAX];
};

/** Numbers are times, now and then. */
static void forget_numbers(struct contents contents)
{
    for (size_t i = 0; i < contents.len; i++) {
        if (isdigit((unsigned char)contents.bytes[i]))
            contents.bytes[i] = '#';
    }
}

/** A file's contents; numbers do not count in what a person reads. */
static struct contents read_result(const char *path)
{
    struct contents contents = read_contents(path);
    if (strcmp(path, "out") == 0 || strcmp(path, "err") == 0) {
        /* Runs of digits are of one length only where they are one digit. */
        size_t to = 0;
        forget_numbers(contents);
        for (size_t i = 0; i < contents.len; i++) {
            if (!(to && contents.bytes[i] == '#' && contents.bytes[to - 1] == '#'))
                contents.bytes[to++] = contents.bytes[i];
        }
        contents.len = to;
    }
    return contents;
}

static void note_expected(const struct row *row, struct expected *expected)
{
    snprintf(expected->names, sizeof expected->names, "out err %s", row->files ? row->files : "");
    split(expected->names, expected->paths, FILES_MAX);
    for (expected->count = 0; expected->paths[expected->count]; expected->count++) {
        struct contents *contents = &expected->contents[expected->count];
        *contents = read_result(expected->paths[expected->count]);
        cr_expect(contents->bytes || row->status, "%s: no %s", row->words,
                  expected->paths[expected->count]);
    }
}

static void forget_expected(struct expected *expected)
{
    for (size_t i = 0; i < expected->count; i++)
        free(expected->contents[i].bytes);
}

/** Everything that a row makes goes, so that what is there later is new. */
static void clean_up(const struct row *row, const struct expected *expected)
{
    for (size_t i = 0; i < expected->count; i++)
        unlink(expected->paths[i]);
    if (row->prepare)
        row->prepare();
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
    bool may_tell = strstr(row->words, "--cache-dir") ||
                    (run->process == ALLOCATION_OF_CHILD && is_said(DYING_LIBSECCOMP));
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
                  (run->process == ALLOCATION_OF_CHILD && is_said(DYING_LIBSECCOMP)),
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
    if (code == failed && (code != row->status || is_said("out of memory")))
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
    int status = allocation_run(&server);
    /* The second run finds what the first one may have left in a cache. */
    clean_up(row, &expected);
    status = allocation_run(&server);
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

#define TARGET "--arch amd64 --kernel 6.18 "
#define CACHED TARGET "--cache-dir cache "

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
        {.words = TARGET "--export-lxc o.lxc c.json", .files = "o.lxc"},
        {.words = TARGET "--optimize-for runtime --weights weights --export-bpf o.bpf p.lxc",
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
        {.words = "--json " TARGET "--allow-mismatch --export-lxc o.lxc q.json", .files = "o.lxc"},
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
        {.words = "c.json cache", .program = "LIBRARY_UNDER_MEMORY", .prepare = without_cache},
        {.words = "p.json cache", .program = "LIBRARY_UNDER_MEMORY", .prepare = without_cache},
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
