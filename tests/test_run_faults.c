/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Each system call of `seccompc run` fails in turn, and at each of them it is killed: the command
 * is run under the filter, or not at all.
 */
#include <criterion/criterion.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cache_support.h"
#include "faults.h"
#include "file.h"

#define FaultTest(name) Test(run_faults, name, .init = enter_folder, .fini = leave_folder)

/** All is allowed but chdir(2), by which the command sees whether the filter is on. */
static const char filter_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_NATIVE\"],\n"
    " \"syscalls\": [{\"names\": [\"chdir\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}]}";

static const char command_text[] =
    "{ if cd /; then echo without; else echo with; fi; } >ran 2>command.err";

/** Whether the standard streams are closed, as they were before. */
static const char closed_text[] =
    "for fd in 0 1 2; do [ ! -e /proc/$$/fd/$fd ] || exit 3; done; echo closed >ran";

static void write_file(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

/** Makes the filter's three forms: p.json, p.bpf and p.blob, for this machine. */
static void make_filters(void)
{
    const struct scc_cache_source source = {
        .text = filter_text, .text_bytes = sizeof filter_text - 1, .name = "p.json"};
    scc_error *err = NULL;
    scc_cached *cached = NULL;
    struct scc_target target = {.arch = scc_target_host_arch(), .caps = scc_cap_docker()};
    unsigned major, minor;
    size_t len;
    must(scc_target_host_kernel(&major, &minor, &err), err);
    target.kernel = (struct scc_kernel){(uint16_t)major, (uint16_t)minor};
    must(scc_cache_get(NULL, &source, &target, NULL, &cached, NULL, &err), err);
    write_file("p.json", filter_text, sizeof filter_text - 1);
    const void *blob = scc_cached_blob(cached, &len);
    write_file("p.blob", blob, len);
    char *program = scc_program_to_bytes(scc_cached_program(cached), &len);
    cr_assert_not_null(program);
    write_file("p.bpf", program, len);
    free(program);
    scc_cached_free(cached);
}

static bool file_says(const char *path, const char *text)
{
    char *found = NULL;
    size_t len = 0;
    scc_error *err = NULL;
    if (access(path, F_OK) < 0)
        return false;
    must(scc_file_read(path, 1 << 16, &found, &len, &err), err);
    bool is_it = len >= strlen(text) && memcmp(found, text, strlen(text)) == 0;
    free(found);
    return is_it;
}

static void check_run(const struct fault *fault, int status)
{
    bool has_run = access("ran", F_OK) == 0;
    if (has_run)
        cr_expect(file_says("ran", "with\n"), "call %u (%d), %d: without the filter", fault->at,
                  fault->nr, fault->how);
    if (WIFSIGNALED(status) && fault->how == FAULT_KILL) {
        cr_expect_not(has_run);
        return;
    }
    cr_assert(WIFEXITED(status), "call %u (%d), %d: 0x%x", fault->at, fault->nr, fault->how,
              status);
    int code = WEXITSTATUS(status), failed = fault->nr == SYS_execve ? 126 : 125;
    cr_expect(code == 0 ? has_run : code == failed && !has_run && fault->is_done,
              "call %u (%d), %d: status %d, the command %s", fault->at, fault->nr, fault->how, code,
              has_run ? "ran" : "did not run");
    cr_expect(code == 0 || fault_is_message(fault) || file_says("err", "seccompc: "),
              "call %u (%d), %d: no message", fault->at, fault->nr, fault->how);
}

/** Goes through all calls of running the command under the filter in @p file. */
static void try_run(const char *file, unsigned least)
{
    static const int faults[] = {FAULT_KILL, FAULT_SHORT, EIO, EINTR, ENOSYS, EINVAL};
    char *const words[] = {
        (char *)"seccompc",   (char *)"run", (char *)"--cache-dir", (char *)"cache",
        (char *)file,         (char *)"--",  (char *)"/bin/sh",     (char *)"-c",
        (char *)command_text, NULL};
    make_filters();
    for (size_t i = 0; i < SCC_COUNT(faults); i++) {
        bool is_done = true;
        unsigned at;
        for (at = 0; is_done; at += FAULT_STEP) {
            struct fault fault = {.at = at, .how = faults[i]};
            unlink("ran");
            remove_folder(AT_FDCWD, "cache");
            check_run(&fault, fault_run_command(&fault, words));
            is_done = fault.is_done;
        }
        cr_expect_gt(at, faults[i] == FAULT_SHORT ? 1 : least, "%u calls", at);
    }
}

FaultTest(of_a_profile)
{
    try_run("p.json", 25);
}

FaultTest(of_a_program)
{
    try_run("p.bpf", 10);
}

FaultTest(of_a_blob)
{
    try_run("p.blob", 12);
}

/** Where a standard stream is closed, no file that is written gets its number, and what is said. */
FaultTest(without_standard_streams)
{
    char *const words[] = {
        (char *)"seccompc",  (char *)"run", (char *)"--cache-dir", (char *)"cache",
        (char *)"p.json",    (char *)"--",  (char *)"/bin/sh",     (char *)"-c",
        (char *)closed_text, NULL};
    struct fault fault = {.at = (unsigned)-1, .how = EIO, .has_no_streams = true};
    make_filters();
    int status = fault_run_command(&fault, words);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "0x%x", status);
    cr_expect_eq(fault.to_streams, 0);
    cr_expect(file_says("ran", "closed\n"));
}
