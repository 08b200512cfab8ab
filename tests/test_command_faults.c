/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Each system call of commands fails in turn, as it does on a full or broken disk, with too many
 * files, processes or signals: what is answered is whole, or a message says why and nothing is
 * left. Errnos take turns from call to call; SCC_TEST_ALL=1 tries each at each call. What becomes
 * of outputs at a kill and on a dying disk is test_output_faults.c.
 */
#include <criterion/criterion.h>
#include <sys/syscall.h>

#include "faults.h"
#include "rows.h"

#define FaultTest(name) Test(command_faults, name, .init = enter_rows, .fini = leave_folder)

static const int errnos[] = {ENOSPC, EIO, EMFILE, ENFILE, EINTR, EAGAIN, ENOMEM};

static const char *describe_fault(const struct row *row, const struct fault *fault)
{
    static char text[512];
    snprintf(text, sizeof text, "%s: call %u (%d, %d), %d", row->words, fault->at, fault->nr,
             (int)fault->first, fault->how);
    return text;
}

static int run_row(struct fault *fault, const struct row *row)
{
    char line[512], *words[WORDS_MAX];
    snprintf(line, sizeof line, "seccompc %s", row->words);
    split(line, words, SCC_COUNT(words));
    fault->input = row->input;
    return fault_run_command(fault, words);
}

/** Whether the command was writing its answer when the call failed: a part may be out. */
static bool is_in_answer(const struct fault *fault)
{
    return (fault->nr == SYS_write || fault->nr == SYS_writev) && fault->first == STDOUT_FILENO;
}

/** All is as where nothing fails; warnings may be more. */
static void check_whole(const struct row *row, const struct fault *fault,
                        const struct expected *expected)
{
    for (size_t i = 0; i < expected->count; i++) {
        struct contents found = read_result(expected->paths[i]);
        cr_expect(i == ERR || is_same(found, expected->contents[i]), "%s: done, but another %s",
                  describe_fault(row, fault), expected->paths[i]);
        free(found.bytes);
    }
}

/** It is said why, and nothing is there. */
static void check_nothing(const struct row *row, const struct fault *fault,
                          const struct expected *expected)
{
    static const struct contents nothing = {(char *)"", 0};
    cr_expect(fault->is_done, "%s: no fault", row->words);
    cr_expect(fault_is_message(fault) || is_said("seccompc: ") || is_said("\"error\": {"),
              "%s: no message", describe_fault(row, fault));
    cr_expect(is_in_answer(fault) || file_is("out", nothing), "%s: a part of an answer",
              describe_fault(row, fault));
    for (size_t i = OWN; i < expected->count; i++) {
        bool is_bundle = strcmp(expected->paths[i], "b/config.json") == 0;
        struct contents before =
            is_bundle ? (struct contents){(char *)config_text, sizeof config_text - 1}
                      : (struct contents){0};
        cr_expect(file_is(expected->paths[i], before), "%s: there is %s",
                  describe_fault(row, fault), expected->paths[i]);
    }
}

static void check_fault(const struct row *row, const struct fault *fault, int status,
                        const struct expected *expected)
{
    bool is_run = strncmp(row->words, "run ", 4) == 0;
    if (fault->how == FAULT_KILL && WIFSIGNALED(status))
        return;
    cr_assert(WIFEXITED(status), "%s: 0x%x", describe_fault(row, fault), status);
    int code = WEXITSTATUS(status);
    bool is_refused = is_run ? code == 125 || code == 126 : code == 3 || code == 4;
    cr_expect(code == row->status || is_refused, "%s: status %d", describe_fault(row, fault), code);
    if (code == row->status && !(is_refused && fault->is_done))
        check_whole(row, fault, expected);
    else
        check_nothing(row, fault, expected);
    cr_expect(count_files(".", ".seccompc.") + count_files("b", ".seccompc.") == 0 ||
                  is_said("cannot be removed"),
              "%s: a temporary file", describe_fault(row, fault));
}

/** Removes what a run has left, also what a kill did. */
static void start_anew(const struct row *row, const struct expected *expected)
{
    static const char *const folders[] = {".", "b"};
    clean_up(row, expected);
    for (size_t i = 0; i < SCC_COUNT(folders); i++) {
        DIR *dir = opendir(folders[i]);
        cr_assert_not_null(dir);
        for (const struct dirent *item; (item = readdir(dir)) != NULL;) {
            if (strncmp(item->d_name, ".seccompc.", 10) == 0)
                unlinkat(dirfd(dir), item->d_name, 0);
        }
        closedir(dir);
    }
}

/** Goes through the calls with faults that take turns, from @p how on; returns how many calls. */
static unsigned go_through(const struct row *row, const int *faults, size_t count, size_t how,
                           const struct expected *expected)
{
    for (unsigned at = 0;; at += FAULT_STEP) {
        struct fault fault = {.at = at, .how = faults[(how + at / FAULT_STEP) % count]};
        start_anew(row, expected);
        check_fault(row, &fault, run_row(&fault, row), expected);
        if (!fault.is_done)
            return at;
    }
}

static void try_row(const struct row *row, size_t index)
{
    static const int others[] = {FAULT_SHORT, FAULT_KILL};
    struct expected expected = {0};
    struct fault none = {.at = (unsigned)-1, .how = EIO};
    clean_up(row, &expected);
    run_row(&none, row);
    clean_up(row, &expected);
    int status = run_row(&none, row);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == row->status, "%s: 0x%x", row->words,
              status);
    note_expected(row, &expected);
    size_t rounds = getenv("SCC_TEST_ALL") ? SCC_COUNT(errnos) : 1;
    unsigned calls = 0;
    for (size_t i = 0; i < rounds; i++)
        calls = go_through(row, errnos, SCC_COUNT(errnos), index + i, &expected);
    for (size_t i = 0; i < SCC_COUNT(others); i++)
        go_through(row, &others[i], 1, 0, &expected);
    printf("%s: %u system calls\n", row->words, calls);
    fflush(stdout);
    cr_expect_gt(calls, 1, "%s: %u calls", row->words, calls);
    forget_expected(&expected);
}

static void try_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        try_row(&rows[i], i);
}

FaultTest(of_compile)
{
    static const struct row rows[] = {
        {.words = "-q " TARGET "--export-bpf - --base64 p.json"},
        {.words = "-q -O0 " TARGET "--export-bpf o.bpf c.json", .files = "o.bpf"},
        {.words = "-q -O1 " TARGET "--export-header o.h c.json", .files = "o.h"},
        {.words = "--json " TARGET "--export-blob o.blob p.json", .files = "o.blob"},
        {.words = TARGET "--export-lxc o.lxc l.json", .files = "o.lxc"},
        {.words = TARGET "--spec config.json --export-oci o.json --strict", .status = 4},
        {.words = TARGET "--weights weights --export-bpf o.bpf -",
         .files = "o.bpf",
         .input = "q.json"},
        {.words = "--help"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

FaultTest(of_oci_and_cache)
{
    static const struct row rows[] = {
        {.words = "oci --no-cache --json " TARGET "--in-place b",
         .files = "b/config.json",
         .prepare = with_bundle},
        {.words = "oci --no-cache " TARGET "--profile q.json", .input = "config.json"},
        {.words = "cache --cache-dir cache list", .prepare = with_entries},
        {.words = "cache --cache-dir cache list --json", .prepare = with_entries},
        {.words = "cache --cache-dir cache verify", .status = 1, .prepare = with_bad_entry},
        {.words = "cache --cache-dir cache prune --stale --json", .prepare = with_entries},
        {.words = "cache --cache-dir cache prune --older-than 1h", .prepare = with_entries},
    };
    try_rows(rows, SCC_COUNT(rows));
}

FaultTest(of_questions)
{
    static const struct row rows[] = {
        {.words = "verify " TARGET "p.bpf p.json"},
        {.words = "verify --json p.blob p.json"},
        {.words = "diff " TARGET "p.json q.json", .status = 1},
        {.words = "within " TARGET "--json p.json -", .status = 1, .input = "q.json"},
        {.words = "explain " TARGET "p.json socket"},
        {.words = "lint " TARGET "p.json", .status = 1},
        {.words = "lint --sarif " TARGET "p.json", .status = 1},
        {.words = "sim " TARGET "p.bpf", .status = 1, .input = "cases"},
        {.words = "disasm " TARGET "p.bpf"},
        {.words = "disasm " TARGET "--assemble o.bpf -", .files = "o.bpf", .input = "p.asm"},
        {.words = "optimize " TARGET "-o - p0.bpf"},
        {.words = "optimize " TARGET "-o o.bpf p0.bpf", .files = "o.bpf"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

FaultTest(of_run)
{
    static const struct row rows[] = {
        {.words = "run --no-cache f.json -- ./command", .files = "ran"},
        {.words = "run --spec config.json --cache-dir cache f.blob -- ./command", .files = "ran"},
    };
    try_rows(rows, SCC_COUNT(rows));
}

/*
 * Standard output
 */

/** Runs the command with a standard output that takes nothing. */
FaultTest(of_a_full_standard_output)
{
    static const char *const commands[] = {
        "--help",
        "help",
        "--version",
        "--arch help",
        "verify --help",
        "diff --help",
        "within --help",
        "explain --help",
        "lint --help",
        "disasm --help",
        "run --help",
        "oci --help",
        "sim --help",
        "cache --help",
        "optimize --help",
        "-q " TARGET "--export-bpf - p.json",
        "-q " TARGET "--export-oci - p.json",
        "-q " TARGET "--export-blob - p.json",
        "-q " TARGET "--export-lxc - l.json",
        "-q " TARGET "--export-header - p.json",
        "verify " TARGET "p.bpf p.json",
        "verify " TARGET "--json p.bpf p.json",
        "verify p.blob",
        "diff " TARGET "p.json q.json",
        "diff " TARGET "p.json p.json",
        "within " TARGET "p.json q.json",
        "explain " TARGET "p.json mount",
        "lint " TARGET "p.json",
        "lint --json " TARGET "p.json",
        "lint --sarif " TARGET "p.json",
        "sim " TARGET "p.json cases",
        "sim --json " TARGET "p.json cases",
        "disasm " TARGET "p.bpf",
        "disasm " TARGET "--assemble - p.asm",
        "optimize " TARGET "-o - p0.bpf",
        "optimize " TARGET "--json -o o.bpf p0.bpf",
        "oci " CACHED "config.json",
        "cache --cache-dir good list",
        "cache --cache-dir good verify --json",
        "cache --cache-dir good prune --older-than 1h",
    };
    if (access("/dev/full", W_OK) != 0)
        cr_skip_test("no /dev/full here");
    for (size_t i = 0; i < SCC_COUNT(commands); i++) {
        char line[512];
        snprintf(line, sizeof line, "\"$SECCOMPC\" %s >/dev/full 2>err", commands[i]);
        int status = system(line), code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        bool is_run = strncmp(commands[i], "run ", 4) == 0;
        cr_expect_eq(code, is_run ? STATUS_RUN_FAILED : 3, "%s: status %d", commands[i], code);
        cr_expect(is_said("standard output: No space left on device"), "%s: what it says",
                  commands[i]);
        cr_expect_eq(access("o.bpf", F_OK), -1, "%s: an output", commands[i]);
    }
}
