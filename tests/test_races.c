/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Names that somebody else changes while the command is at work: before each of its system calls in
 * turn, the folder that it writes to, or what stands in it, is exchanged for another.
 */
#include <criterion/criterion.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cache_support.h"
#include "faults.h"
#include "file.h"

#define RaceTest(name) Test(races, name, .init = enter_folder, .fini = leave_folder)

static const char config_text[] =
    "{\"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\"}}}";

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    cr_assert_geq(fd, 0, "%s: %s", path, strerror(errno));
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static bool file_is(const char *path, const char *text)
{
    char *found = NULL;
    size_t len = 0;
    scc_error *err = NULL;
    must(scc_file_read(path, 1 << 16, &found, &len, &err), err);
    bool is_it = len == strlen(text) && memcmp(found, text, len) == 0;
    free(found);
    return is_it;
}

/** Notes whatever is made, written or renamed in the folder @p path. */
static int watch_folder(const char *path)
{
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    cr_assert_geq(watch, 0);
    cr_assert_geq(
        inotify_add_watch(watch, path, IN_CREATE | IN_MODIFY | IN_MOVE | IN_DELETE | IN_ATTRIB), 0);
    return watch;
}

/** Whether there was anything; closes the watch. */
static bool was_touched(int watch)
{
    char events[4096];
    ssize_t got = read(watch, events, sizeof events);
    close(watch);
    return got > 0;
}

static void remove_all(void)
{
    remove_folder(AT_FDCWD, "bundle");
    remove_folder(AT_FDCWD, "away");
    remove_folder(AT_FDCWD, "victim");
    unlink("bundle");
}

/** The bundle becomes a link to a folder with a config of its own. */
static void swap_bundle(void)
{
    cr_assert_eq(rename("bundle", "away"), 0);
    cr_assert_eq(symlink("victim", "bundle"), 0);
}

/* Whenever it happens, no file is made in a folder that the config was not read from. */
RaceTest(a_bundle_becomes_another_folder)
{
    char *const words[] = {
        (char *)"seccompc",   (char *)"oci",    (char *)"-q", (char *)"--no-cache",
        (char *)"--in-place", (char *)"bundle", NULL};
    struct fault fault = {.is_done = true};
    unsigned at, refused = 0;
    for (at = 0; fault.is_done; at++) {
        remove_all();
        cr_assert_eq(mkdir("bundle", 0755), 0);
        cr_assert_eq(mkdir("victim", 0755), 0);
        write_file("bundle/config.json", config_text);
        write_file("victim/config.json", "{\"linux\": {\"seccomp\": null}}");
        int watch = watch_folder("victim");
        fault = (struct fault){.at = at, .how = FAULT_ACT, .act = swap_bundle};
        int status = fault_run_command(&fault, words);
        cr_assert(WIFEXITED(status));
        refused += WEXITSTATUS(status) == 3;
        cr_expect(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3, "call %u (%d): status %d",
                  at, fault.nr, WEXITSTATUS(status));
        cr_expect_not(was_touched(watch), "call %u (%d): the other folder was written to", at,
                      fault.nr);
    }
    cr_expect_gt(at, 20, "%u calls", at);
    cr_expect_gt(refused, 0);
    remove_all();
}

/** The FIFO becomes a link to a file that is not to be written to. */
static void swap_fifo(void)
{
    cr_assert_eq(unlink("fifo"), 0);
    cr_assert_eq(symlink("victim", "fifo"), 0);
}

/* What is no file any more when it is opened, is not written into. */
RaceTest(a_fifo_becomes_a_link)
{
    char *const words[] = {(char *)"seccompc",
                           (char *)"-q",
                           (char *)"--no-crosscheck",
                           (char *)"--export-oci",
                           (char *)"fifo",
                           (char *)"p.json",
                           NULL};
    struct fault fault = {.is_done = true};
    unsigned at;
    write_file("p.json", profile_text);
    for (at = 0; fault.is_done; at++) {
        unlink("fifo");
        write_file("victim", "theirs");
        cr_assert_eq(mkfifo("fifo", 0644), 0);
        /* Somebody who reads, so that opening it does not wait. */
        int reader = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        fault = (struct fault){.at = at, .how = FAULT_ACT, .act = swap_fifo};
        int status = fault_run_command(&fault, words);
        cr_assert(WIFEXITED(status));
        cr_expect(WEXITSTATUS(status) == (fault.is_done ? 3 : 0) || WEXITSTATUS(status) == 0,
                  "call %u (%d): status %d", at, fault.nr, WEXITSTATUS(status));
        cr_expect(file_is("victim", "theirs"), "call %u (%d): written through a link", at,
                  fault.nr);
        close(reader);
    }
    cr_expect_gt(at, 20, "%u calls", at);
    unlink("victim");
}

/** What stands under the output's name becomes a link. */
static void swap_output(void)
{
    unlink("o.bpf");
    cr_assert_eq(symlink("victim", "o.bpf"), 0);
}

/* An output that becomes a link is replaced or refused, never written through. */
RaceTest(an_output_becomes_a_link)
{
    char *const words[] = {(char *)"seccompc",
                           (char *)"-q",
                           (char *)"--no-crosscheck",
                           (char *)"--export-bpf",
                           (char *)"o.bpf",
                           (char *)"p.json",
                           NULL};
    struct fault fault = {.is_done = true};
    write_file("p.json", profile_text);
    for (unsigned at = 0; fault.is_done; at++) {
        unlink("o.bpf");
        write_file("victim", "theirs");
        write_file("o.bpf", "old");
        fault = (struct fault){.at = at, .how = FAULT_ACT, .act = swap_output};
        cr_assert(WIFEXITED(fault_run_command(&fault, words)));
        cr_expect(file_is("victim", "theirs"), "call %u (%d): written through a link", at,
                  fault.nr);
    }
    unlink("o.bpf");
    unlink("victim");
}

/** A config under whose own bounding set its own profile refuses chdir(2). */
static const char with_capability[] =
    "{\"process\": {\"capabilities\": {\"bounding\": [\"CAP_SYS_BOOT\"]}},"
    " \"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": ["
    "{\"names\": [\"chdir\"], \"action\": \"SCMP_ACT_ERRNO\"}]}}}";

/** Another one, whose profile would allow it with the first one's bounding set. */
static const char without_capability[] =
    "{\"process\": {\"capabilities\": {\"bounding\": []}},"
    " \"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": ["
    "{\"names\": [\"chdir\"], \"action\": \"SCMP_ACT_ERRNO\","
    " \"excludes\": {\"caps\": [\"CAP_SYS_BOOT\"]}}]}}}";

static void exchange_config(void)
{
    write_file("new.json", without_capability);
    cr_assert_eq(rename("new.json", "c.json"), 0);
}

/* Bounding set and profile are of one config, whenever another takes its name. */
RaceTest(a_config_becomes_another)
{
    enum { REFUSED = 2 }; /* what sh(1) says when it cannot change the directory */
    char *const words[] = {(char *)"seccompc",
                           (char *)"run",
                           (char *)"-q",
                           (char *)"--no-cache",
                           (char *)"--spec",
                           (char *)"c.json",
                           (char *)"--",
                           (char *)"/bin/sh",
                           (char *)"-c",
                           (char *)"cd / || exit 2",
                           NULL};
    struct fault fault = {.is_done = true};
    unsigned at;
    for (at = 0; fault.is_done; at++) {
        write_file("c.json", with_capability);
        fault = (struct fault){.at = at, .how = FAULT_ACT, .act = exchange_config};
        int status = fault_run_command(&fault, words);
        cr_assert(WIFEXITED(status));
        cr_expect_eq(WEXITSTATUS(status), REFUSED, "call %u (%d): status %d", at, fault.nr,
                     WEXITSTATUS(status));
    }
    cr_expect_gt(at, 10, "%u calls", at);
}

static void grow_profile(void)
{
    int fd = open("p.json", O_WRONLY | O_APPEND | O_CLOEXEC);
    cr_assert_eq(write(fd, "x", 1), 1);
    close(fd);
}

static void cut_profile(void)
{
    cr_assert_eq(truncate("p.json", 20), 0);
}

/* A profile that grows or shrinks is compiled as it was read, once, or is no profile. */
RaceTest(a_profile_changes_while_it_is_read)
{
    static void (*const acts[])(void) = {grow_profile, cut_profile};
    char *const words[] = {(char *)"seccompc",
                           (char *)"-q",
                           (char *)"--no-crosscheck",
                           (char *)"--arch",
                           (char *)"amd64",
                           (char *)"--kernel",
                           (char *)"6.18",
                           (char *)"--export-bpf",
                           (char *)"o.bpf",
                           (char *)"p.json",
                           NULL};
    struct fault none = {.at = (unsigned)-1, .how = FAULT_ACT};
    char *whole = NULL;
    size_t len = 0;
    scc_error *err = NULL;
    write_file("p.json", profile_text);
    cr_assert_eq(fault_run_command(&none, words), 0);
    must(scc_file_read("o.bpf", 1 << 16, &whole, &len, &err), err);
    for (size_t i = 0; i < SCC_COUNT(acts); i++) {
        struct fault fault = {.is_done = true};
        unsigned refused = 0;
        for (unsigned at = 0; fault.is_done; at++) {
            char *made = NULL;
            size_t made_len = 0;
            unlink("o.bpf");
            write_file("p.json", profile_text);
            fault = (struct fault){.at = at, .how = FAULT_ACT, .act = acts[i]};
            int status = fault_run_command(&fault, words);
            cr_assert(WIFEXITED(status));
            if (WEXITSTATUS(status) == 4) {
                refused++;
                cr_expect_neq(access("o.bpf", F_OK), 0);
                continue;
            }
            cr_assert_eq(WEXITSTATUS(status), 0);
            must(scc_file_read("o.bpf", 1 << 16, &made, &made_len, &err), err);
            cr_expect(made_len == len && memcmp(made, whole, len) == 0);
            free(made);
        }
        cr_expect_gt(refused, 0);
    }
    free(whole);
}
