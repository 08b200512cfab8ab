/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Each system call of commands that write files fails in turn, and at each of them the process is
 * killed: all outputs are new, or none is and a message says why.
 */
#include <criterion/criterion.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cache_support.h"
#include "contents.h"
#include "faults.h"

#define FaultTest(name) Test(output_faults, name, .init = enter_folder, .fini = leave_folder)

/** Checks how a command that could not be finished says so; returns whether it was finished. */
static bool check_status(const struct fault *fault, int status)
{
    cr_assert(WIFEXITED(status), "call %u (%d), %d: 0x%x", fault->at, fault->nr, fault->how,
              status);
    int code = WEXITSTATUS(status);
    struct contents said = read_contents("err");
    cr_expect(code == 0 || code == 3 || code == 4, "call %u (%d), %d: status %d: %.*s", fault->at,
              fault->nr, fault->how, code, (int)said.len, said.bytes);
    cr_expect(fault->is_done || code == 0, "no fault: status %d: %.*s", code, (int)said.len,
              said.bytes);
    cr_expect(code == 0 || fault_is_message(fault) || is_said("seccompc: ") ||
                  is_said("\"error\": {"),
              "call %u (%d), %d: no message", fault->at, fault->nr, fault->how);
    free(said.bytes);
    return code == 0;
}

/*
 * compile, with several outputs
 */

static const struct contents old = {(char *)"what stood here", 15};

static const char *const outputs[] = {"o.bpf", "o.json", "o.h"};
enum { OUTPUT_COUNT = SCC_COUNT(outputs), OLD_MODE = 0640 };

/** Sets of outputs, as bits. */
enum { NONE_IS_THERE = 0, ONE_IS_THERE = 2, ALL_ARE_THERE = (1 << OUTPUT_COUNT) - 1 };

static char *const compile_words[] = {(char *)"seccompc",
                                      (char *)"--arch",
                                      (char *)"amd64",
                                      (char *)"--kernel",
                                      (char *)"6.18",
                                      (char *)"--export-bpf",
                                      (char *)"o.bpf",
                                      (char *)"--export-oci",
                                      (char *)"o.json",
                                      (char *)"--export-header",
                                      (char *)"o.h",
                                      (char *)"p.json",
                                      NULL};

/** What the outputs are when nothing fails. */
static struct contents expected[OUTPUT_COUNT];

/** Places the outputs that @p is_there has bits of, and removes the others. */
static void place_outputs(unsigned is_there)
{
    for (size_t i = 0; i < OUTPUT_COUNT; i++) {
        unlink(outputs[i]);
        if (!(is_there >> i & 1))
            continue;
        write_contents(outputs[i], old);
        cr_assert_eq(chmod(outputs[i], OLD_MODE), 0);
    }
}

static void check_output(const struct fault *fault, size_t which, bool may_be_old, bool may_be_new,
                         bool was_there)
{
    struct stat status;
    struct contents before = was_there ? old : (struct contents){0};
    bool is_old = file_is(outputs[which], before);
    bool is_new = file_is(outputs[which], expected[which]);
    cr_expect((is_old && may_be_old) || (is_new && may_be_new),
              "call %u (%d), %d: %s is %s, expected %s", fault->at, fault->nr, fault->how,
              outputs[which],
              is_old   ? "as it was"
              : is_new ? "new"
                       : "neither old nor new",
              may_be_new ? "new" : "as it was");
    if (stat(outputs[which], &status) == 0)
        cr_expect_eq(status.st_mode & 07777, was_there ? OLD_MODE : 0644,
                     "call %u (%d), %d: %s: mode %o", fault->at, fault->nr, fault->how,
                     outputs[which], status.st_mode);
}

/** How many temporary files there are, or how many that the messages name and that hold @p what. */
static unsigned count_temporaries(const struct contents *what)
{
    unsigned count = 0;
    DIR *dir = opendir(".");
    cr_assert_not_null(dir);
    for (const struct dirent *item; (item = readdir(dir)) != NULL;) {
        if (strncmp(item->d_name, ".seccompc.", 10) == 0)
            count += !what || (is_said(item->d_name) && file_is(item->d_name, *what));
    }
    closedir(dir);
    return count;
}

/** Whatever a kill left in the folder @p name: nobody reads it who could not read the output. */
static void check_temporaries_modes(const struct fault *fault, const char *name)
{
    DIR *dir = opendir(name);
    cr_assert_not_null(dir);
    for (const struct dirent *item; (item = readdir(dir)) != NULL;) {
        struct stat status;
        if (strncmp(item->d_name, ".seccompc.", 10) != 0)
            continue;
        cr_assert_eq(fstatat(dirfd(dir), item->d_name, &status, 0), 0);
        cr_expect_eq(status.st_mode & 07777 & ~(mode_t)OLD_MODE, 0,
                     "call %u (%d), %d: %s has mode %o", fault->at, fault->nr, fault->how,
                     item->d_name, status.st_mode);
    }
    closedir(dir);
}

static void remove_temporaries(void)
{
    DIR *dir = opendir(".");
    for (const struct dirent *item; (item = readdir(dir)) != NULL;) {
        if (strncmp(item->d_name, ".seccompc.", 10) == 0)
            unlink(item->d_name);
    }
    closedir(dir);
}

/** Compiles with the fault and looks at what is there then. */
static void compile_with(struct fault *fault, unsigned is_there)
{
    place_outputs(is_there);
    int status = fault_run_command(fault, compile_words);
    bool is_killed = WIFSIGNALED(status) && fault->how == FAULT_KILL && fault->is_in_main;
    bool is_finished = is_killed || check_status(fault, status);
    for (size_t i = 0; i < OUTPUT_COUNT; i++)
        check_output(fault, i, is_killed || !is_finished, is_finished, is_there >> i & 1);
    if (!is_killed)
        cr_expect(count_temporaries(NULL) == 0 || is_said("cannot be removed"),
                  "call %u (%d), %d: a temporary file", fault->at, fault->nr, fault->how);
    if (is_there == ALL_ARE_THERE)
        check_temporaries_modes(fault, ".");
    remove_temporaries();
}

/** Goes through all calls; @p kind says what is done at each. */
static void compile_under(struct fault kind, unsigned is_there)
{
    bool is_done = true;
    unsigned at;
    for (at = 0; is_done; at += FAULT_STEP) {
        struct fault fault = kind;
        fault.at = at;
        compile_with(&fault, is_there);
        is_done = fault.is_done;
    }
    cr_expect_gt(at, kind.how == FAULT_SHORT ? 4 : 40, "%u calls", at);
}

static void prepare_compile(void)
{
    struct fault none = {.at = (unsigned)-1, .how = EIO};
    struct contents profile = {(char *)profile_text, sizeof profile_text - 1};
    write_contents("p.json", profile);
    int status = fault_run_command(&none, compile_words);
    cr_assert(check_status(&none, status));
    cr_expect_eq(none.syncs, 2 * OUTPUT_COUNT, "each file and its directory");
    for (size_t i = 0; i < OUTPUT_COUNT; i++) {
        expected[i] = read_contents(outputs[i]);
        cr_assert_gt(expected[i].len, 0);
    }
}

static void forget_expected(void)
{
    for (size_t i = 0; i < OUTPUT_COUNT; i++)
        free(expected[i].bytes);
}

/** As compile_with(), with a disk that fails for good: what cannot be put back must be told. */
static void compile_on_dying_disk(struct fault *fault, unsigned is_there)
{
    unsigned lost = 0;
    fault->lasts = true;
    place_outputs(is_there);
    bool is_finished = check_status(fault, fault_run_command(fault, compile_words));
    for (size_t i = 0; i < OUTPUT_COUNT && !is_finished; i++) {
        char is_new[32];
        bool was_there = is_there >> i & 1;
        snprintf(is_new, sizeof is_new, "%s is new", outputs[i]);
        check_output(fault, i, true, is_said(is_new), was_there);
        lost += was_there && !file_is(outputs[i], old);
    }
    for (size_t i = 0; i < OUTPUT_COUNT && is_finished; i++)
        check_output(fault, i, false, true, is_there >> i & 1);
    cr_expect_eq(is_finished ? 0 : count_temporaries(&old), lost,
                 "call %u (%d), %d: old contents are lost", fault->at, fault->nr, fault->how);
    remove_temporaries();
}

FaultTest(on_new_outputs)
{
    static const int faults[] = {FAULT_KILL, FAULT_SHORT, ENOSPC, EINTR};
    prepare_compile();
    for (size_t i = 0; i < SCC_COUNT(faults); i++)
        compile_under((struct fault){.how = faults[i]}, NONE_IS_THERE);
    forget_expected();
}

FaultTest(on_outputs_that_stand)
{
    static const int faults[] = {FAULT_KILL, EIO};
    prepare_compile();
    for (size_t i = 0; i < SCC_COUNT(faults); i++)
        compile_under((struct fault){.how = faults[i]}, ALL_ARE_THERE);
    compile_under((struct fault){.how = EACCES}, ONE_IS_THERE);
    forget_expected();
}

FaultTest(where_nothing_can_be_exchanged)
{
    static const int lacking[] = {SYS_renameat2};
#ifndef SYS_renameat
    cr_skip_test("renameat2(2) is all there is here");
#endif
    const struct fault kind = {.how = EIO, .lacking = lacking, .lacking_count = SCC_COUNT(lacking)};
    prepare_compile();
    compile_under(kind, ONE_IS_THERE);
    forget_expected();
}

FaultTest(on_a_disk_that_dies)
{
#ifdef SYS_renameat
    static const int lacking[] = {SYS_renameat2};
#else
    static const int lacking[] = {-1};
#endif
    bool is_done = true;
    prepare_compile();
    for (unsigned at = 0; is_done; at += FAULT_STEP) {
        struct fault fault = {.at = at, .how = EIO};
        compile_on_dying_disk(&fault, at / FAULT_STEP % 2 ? ALL_ARE_THERE : ONE_IS_THERE);
        fault = (struct fault){
            .at = at, .how = EIO, .lacking = lacking, .lacking_count = SCC_COUNT(lacking)};
        compile_on_dying_disk(&fault, at / FAULT_STEP % 2 ? ONE_IS_THERE : ALL_ARE_THERE);
        is_done = fault.is_done;
    }
    forget_expected();
}

/** The program goes to standard output, a slim profile to a file. */
static void stream_with(struct fault *fault, bool was_there)
{
    static char *const words[] = {(char *)"seccompc",
                                  (char *)"--arch",
                                  (char *)"amd64",
                                  (char *)"--kernel",
                                  (char *)"6.18",
                                  (char *)"--export-bpf",
                                  (char *)"-",
                                  (char *)"--export-oci",
                                  (char *)"o.json",
                                  (char *)"p.json",
                                  NULL};
    place_outputs(was_there ? ONE_IS_THERE : NONE_IS_THERE);
    bool is_finished = check_status(fault, fault_run_command(fault, words));
    check_output(fault, 1, !is_finished, is_finished, was_there);
    cr_expect(!is_finished || file_is("out", expected[0]),
              "call %u (%d), %d: not all on standard output", fault->at, fault->nr, fault->how);
    cr_expect(count_temporaries(NULL) == 0 || is_said("cannot be removed"));
    remove_temporaries();
}

/** Improves o.bpf, which is best already, into p.bpf, and tells so on standard output: both, or
 * neither. */
static void optimize_with(struct fault *fault, struct contents wanted)
{
    static char *const words[] = {(char *)"seccompc", (char *)"optimize", (char *)"--arch",
                                  (char *)"amd64",    (char *)"--json",   (char *)"-o",
                                  (char *)"p.bpf",    (char *)"o.bpf",    NULL};
    write_contents("p.bpf", old);
    bool is_finished = check_status(fault, fault_run_command(fault, words));
    cr_expect(file_is("p.bpf", is_finished ? wanted : old), "call %u (%d), %d: not %s", fault->at,
              fault->nr, fault->how, is_finished ? "new" : "as it was");
    cr_expect(count_temporaries(NULL) == 0 || is_said("cannot be removed"),
              "call %u (%d), %d: a temporary file", fault->at, fault->nr, fault->how);
    remove_temporaries();
}

FaultTest(on_a_program_and_an_answer)
{
    struct fault none = {.at = (unsigned)-1, .how = EIO};
    bool is_done = true;
    prepare_compile();
    optimize_with(&none, expected[0]);
    for (unsigned at = 0; is_done; at += FAULT_STEP) {
        struct fault fault = {.at = at, .how = EIO};
        optimize_with(&fault, expected[0]);
        is_done = fault.is_done;
    }
    forget_expected();
}

FaultTest(on_standard_output)
{
    static const int faults[] = {FAULT_SHORT, EPIPE, EINTR};
    prepare_compile();
    for (size_t i = 0; i < SCC_COUNT(faults); i++) {
        bool is_done = true;
        for (unsigned at = 0; is_done; at += FAULT_STEP) {
            struct fault fault = {.at = at, .how = faults[i]};
            stream_with(&fault, i > 0);
            is_done = fault.is_done;
        }
    }
    forget_expected();
}

/** A profile over which libseccomp 2.5.4 never comes to an end. */
FaultTest(where_processor_time_cannot_be_bounded)
{
    static const char text[] =
        "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_X86_64\"],"
        " \"syscalls\": [{\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": ["
        "{\"index\": 0, \"value\": 2, \"op\": \"SCMP_CMP_LT\"},"
        "{\"index\": 1, \"value\": 1, \"op\": \"SCMP_CMP_GE\"}]},"
        "{\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": ["
        "{\"index\": 2, \"value\": 2, \"op\": \"SCMP_CMP_GE\"},"
        "{\"index\": 0, \"value\": 2, \"op\": \"SCMP_CMP_LT\"}]}]}";
    static const int lacking[] = {
        SYS_prlimit64,
#ifdef SYS_setrlimit
        SYS_setrlimit,
#endif
    };
    struct fault fault = {
        .at = (unsigned)-1, .how = EIO, .lacking = lacking, .lacking_count = SCC_COUNT(lacking)};
    struct contents profile = {(char *)text, sizeof text - 1};
    write_contents("p.json", profile);
    place_outputs(NONE_IS_THERE);
    cr_assert(check_status(&fault, fault_run_command(&fault, compile_words)));
    cr_expect_eq(access("o.bpf", F_OK), 0);
}

/*
 * cache prune
 */

enum { ENTRY_COUNT = 3 };

/** A cache's entries, as they were made. */
static struct {
    char path[160];
    struct contents contents;
} entries[ENTRY_COUNT];

static void make_entries(void)
{
    scc_cache *cache = open_cache("cache");
    for (unsigned i = 0; i < ENTRY_COUNT; i++) {
        char text[256];
        scc_error *err = NULL;
        scc_cached *cached = NULL;
        const struct scc_cache_source source = numbered_source(i, text, sizeof text);
        must(scc_cache_get(cache, &source, test_target(), NULL, &cached, NULL, &err), err);
        scc_cached_free(cached);
        snprintf(entries[i].path, sizeof entries[i].path, "%s", entry_path(&source));
        entries[i].contents = read_contents(entries[i].path);
        cr_assert_gt(entries[i].contents.len, 0);
    }
    scc_cache_close(cache);
}

static unsigned check_entries(const struct fault *fault)
{
    unsigned count = 0;
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        if (access(entries[i].path, F_OK) != 0)
            continue;
        count++;
        cr_expect(file_is(entries[i].path, entries[i].contents), "call %u (%d), %d: %s", fault->at,
                  fault->nr, fault->how, entries[i].path);
    }
    return count;
}

static void prune_with(struct fault *fault, char *const *words)
{
    struct contents nothing = {(char *)"", 0};
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        write_contents(entries[i].path, entries[i].contents);
        cr_assert_eq(chmod(entries[i].path, 0600), 0);
    }
    write_contents("cache/.new-0123456789abcdef", nothing);
    int status = fault_run_command(fault, words);
    unsigned left = check_entries(fault);
    if (!WIFSIGNALED(status) || fault->how != FAULT_KILL)
        cr_expect(!check_status(fault, status) || left == 0, "call %u (%d), %d: %u entries left",
                  fault->at, fault->nr, fault->how, left);
    struct fault none = {.at = (unsigned)-1, .how = EIO};
    check_status(&none, fault_run_command(&none, words));
    cr_expect_eq(check_entries(fault) + count_files("cache", ".new-"), 0);
}

FaultTest(on_cache_prune)
{
    static const int faults[] = {FAULT_KILL, EIO, EINTR};
    static char *const words[] = {(char *)"seccompc", (char *)"cache", (char *)"--cache-dir",
                                  (char *)"cache",    (char *)"prune", NULL};
    make_entries();
    for (size_t i = 0; i < SCC_COUNT(faults); i++) {
        bool is_done = true;
        unsigned at;
        for (at = 0; is_done; at += FAULT_STEP) {
            struct fault fault = {.at = at, .how = faults[i]};
            prune_with(&fault, words);
            is_done = fault.is_done;
        }
        cr_expect_gt(at, 15, "%u calls", at);
    }
    for (size_t i = 0; i < ENTRY_COUNT; i++)
        free(entries[i].contents.bytes);
}

/*
 * oci
 */

static const char config_text[] =
    "{\"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": "
    "[{\"names\": [\"read\", \"raed\"], \"action\": \"SCMP_ACT_ALLOW\"}]}}}\n";

static const struct contents old_config = {(char *)config_text, sizeof config_text - 1};

#define OCI_WORDS                                                                                  \
    (char *)"seccompc", (char *)"oci", (char *)"--arch", (char *)"amd64", (char *)"--kernel",      \
        (char *)"6.18", (char *)"--cache-dir", (char *)"cache"

static char *const in_place_words[] = {OCI_WORDS, (char *)"--in-place", (char *)"b", NULL};
static char *const filter_words[] = {OCI_WORDS, NULL};
static char *const fallback_words[] = {OCI_WORDS, (char *)"--fallback", NULL};

/** What a config becomes when nothing fails; makes the bundle, and fills the cache. */
static struct contents make_config(void)
{
    struct fault none = {.at = (unsigned)-1, .how = EIO, .input = "config.json"};
    cr_assert_eq(mkdir("b", 0700), 0);
    write_contents("config.json", old_config);
    cr_assert(check_status(&none, fault_run_command(&none, filter_words)));
    struct contents made = read_contents("out");
    cr_assert_gt(made.len, old_config.len);
    return made;
}

/** Rewrites the bundle's config with the fault: it is the old one or the new one. */
static void rewrite_in_place(struct fault *fault, struct contents wanted)
{
    struct stat status;
    write_contents("b/config.json", old_config);
    cr_assert_eq(chmod("b/config.json", OLD_MODE), 0);
    int ended = fault_run_command(fault, in_place_words);
    bool is_killed = WIFSIGNALED(ended) && fault->how == FAULT_KILL && fault->is_in_main;
    bool is_finished = is_killed || check_status(fault, ended);
    bool is_old = file_is("b/config.json", old_config), is_new = file_is("b/config.json", wanted);
    cr_expect(is_killed     ? is_old || is_new
              : is_finished ? is_new
                            : is_old,
              "call %u (%d), %d: the config is %s", fault->at, fault->nr, fault->how,
              is_old   ? "old"
              : is_new ? "new"
                       : "neither");
    cr_assert_eq(stat("b/config.json", &status), 0);
    cr_expect_eq(status.st_mode & 07777, OLD_MODE);
    check_temporaries_modes(fault, "b");
    cr_expect(is_killed || count_files("b", ".seccompc.") == 0 || is_said("cannot be removed"),
              "call %u (%d), %d: a temporary file", fault->at, fault->nr, fault->how);
    remove_folder(AT_FDCWD, "b");
    cr_assert_eq(mkdir("b", 0700), 0);
}

/** Hands the config through with the fault: all of it comes out where the status says so. */
static void hand_through(struct fault *fault, char *const *words, struct contents wanted)
{
    fault->input = "config.json";
    bool falls_back = words == fallback_words;
    if (!check_status(fault, fault_run_command(fault, words)))
        return;
    cr_expect(file_is("out", wanted) || (falls_back && file_is("out", old_config)),
              "call %u (%d), %d: not all on standard output", fault->at, fault->nr, fault->how);
    if (!file_is("out", wanted))
        cr_expect(is_said("passed on unchanged (--fallback)") || fault_is_message(fault));
}

FaultTest(on_a_config_in_place)
{
    static const int faults[] = {FAULT_KILL, FAULT_SHORT, ENOSPC, EINTR, EINVAL};
    struct contents wanted = make_config();
    for (size_t i = 0; i < SCC_COUNT(faults); i++) {
        bool is_done = true;
        unsigned at;
        for (at = 0; is_done; at += FAULT_STEP) {
            struct fault fault = {.at = at, .how = faults[i]};
            rewrite_in_place(&fault, wanted);
            is_done = fault.is_done;
        }
        cr_expect_gt(at, faults[i] == FAULT_SHORT ? 2 : 20, "%u calls", at);
    }
    free(wanted.bytes);
}

/*
 * Somebody else writes the config at the same time
 */

/** Of another length, and so seen also where the clock of files stood still. */
static const char other_text[] =
    "{\"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": "
    "[{\"names\": [\"read\", \"write\"], \"action\": \"SCMP_ACT_ALLOW\"}]}}}\n";

static const struct contents other_config = {(char *)other_text, sizeof other_text - 1};

static void write_into_config(void)
{
    write_contents("b/config.json", other_config);
}

static void put_in_place_of_config(void)
{
    write_contents("b/other", other_config);
    cr_assert_eq(rename("b/other", "b/config.json"), 0);
}

/** Rewrites the config while somebody else does: what that one wrote, or what is made of it, is
 * what stands there then. Returns whether the command refused. */
static bool rewrite_beside(struct fault *fault, struct contents wanted)
{
    write_contents("b/config.json", old_config);
    bool is_finished = check_status(fault, fault_run_command(fault, in_place_words));
    bool is_old = file_is("b/config.json", old_config), is_new = file_is("b/config.json", wanted);
    if (fault->is_done)
        cr_expect(!is_old && !is_new, "call %u (%d): the other's config is lost, %s", fault->at,
                  fault->nr, is_old ? "old" : "made of the old one");
    else
        cr_expect(is_new);
    cr_expect(is_finished || is_said("changed since it was read") ||
              is_said("another file by now") || is_said("gone by now"));
    cr_expect_eq(count_files("b", ".seccompc."), 0, "call %u (%d): a temporary file", fault->at,
                 fault->nr);
    remove_folder(AT_FDCWD, "b");
    cr_assert_eq(mkdir("b", 0700), 0);
    return !is_finished;
}

FaultTest(on_a_config_that_somebody_else_writes)
{
    static const int lacking[] = {SYS_renameat2};
    static const struct {
        void (*act)(void);
        bool lacks_exchange;
    } cases[] = {
        {write_into_config, false},
        {put_in_place_of_config, false},
#ifdef SYS_renameat
        {write_into_config, true},
#endif
    };
    struct contents wanted = make_config();
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        bool is_done = true;
        unsigned refusals = 0;
        for (unsigned at = 0; is_done; at += FAULT_STEP) {
            struct fault fault = {.at = at,
                                  .how = FAULT_ACT,
                                  .act = cases[i].act,
                                  .lacking = lacking,
                                  .lacking_count = cases[i].lacks_exchange};
            refusals += rewrite_beside(&fault, wanted);
            is_done = fault.is_done;
        }
        cr_expect_gt(refusals, 8 / FAULT_STEP, "%u refusals", refusals);
    }
    free(wanted.bytes);
}

/** With the cache as it was, and where all is compiled anew. */
FaultTest(on_a_config_from_standard_input)
{
    static const int faults[] = {FAULT_SHORT, EIO, EINTR};
    struct contents wanted = make_config();
    for (size_t i = 0; i < SCC_COUNT(faults); i++) {
        bool is_done = true;
        unsigned at;
        for (at = 0; is_done; at += FAULT_STEP) {
            struct fault fault = {.at = at, .how = faults[i]}, other = fault;
            hand_through(&fault, filter_words, wanted);
            hand_through(&other, fallback_words, wanted);
            is_done = fault.is_done;
        }
        cr_expect_gt(at, faults[i] == FAULT_SHORT ? 2 : 10, "%u calls", at);
    }
    free(wanted.bytes);
}

FaultTest(on_a_config_that_is_compiled)
{
    bool is_done = true;
    unsigned at;
    struct contents wanted = make_config();
    for (at = 0; is_done; at += FAULT_STEP) {
        struct fault fault = {.at = at, .how = EIO};
        remove_folder(AT_FDCWD, "cache");
        hand_through(&fault, at % 2 ? fallback_words : filter_words, wanted);
        is_done = fault.is_done;
    }
    cr_expect_gt(at, 30, "%u calls", at);
    free(wanted.bytes);
}
