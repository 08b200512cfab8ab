/* SPDX-License-Identifier: Apache-2.0 */
/** Blobs in files, and children that put them into effect. */
#ifndef SCC_TEST_LOAD_SUPPORT_H
#define SCC_TEST_LOAD_SUPPORT_H

#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <seccompc/load.h>

#include "blob_support.h"

/** The errno by which a test knows its filter. */
#define TEST_ERRNO 77

/** A blob for this machine, whose program refuses getppid(2) with TEST_ERRNO. */
static inline scc_blob *test_denying_blob_if(uint32_t flags, struct scc_blob_condition condition)
{
    static const struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | TEST_ERRNO),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    scc_blob *blob = test_blob_new();
    test_add(blob, scc_target_host_arch(), insns, SCC_COUNT(insns), condition, flags);
    return blob;
}

static inline scc_blob *test_denying_blob(uint32_t flags)
{
    return test_denying_blob_if(flags, (struct scc_blob_condition){0});
}

/** Writes @p blob, which is freed, to a new file whose name is made of @p path's XXXXXX. */
static inline void test_write_blob(char *path, scc_blob *blob)
{
    size_t len;
    unsigned char *bytes = test_seal(blob, &len);
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, bytes, len) == (ssize_t)len && close(fd) == 0);
    free(bytes);
}

/** Removes whatever stands at @p path, and what a link there leads to. */
static inline void test_remove(const char *path)
{
    char there[256];
    snprintf(there, sizeof there, "%s.there", path);
    remove(there);
    remove(path);
}

/** The exit status of a child; a signal fails the test. */
static inline int test_wait(pid_t child)
{
    int status = 0;
    cr_assert_gt(child, 0);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status), "the child ended with status 0x%x", status);
    return WEXITSTATUS(status);
}

/** Memory that a child shares with its parent, all zeros. */
static inline void *test_shared(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(memory, MAP_FAILED);
    return memory;
}

/** Skips the test where this process may not set filters: a sandbox, a kernel without them. */
static inline void test_need_seccomp(void)
{
    int *error = test_shared(sizeof *error);
    pid_t child = fork();
    if (child == 0) {
        static struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
        const struct sock_fprog program = {1, &allow};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
            *error = errno;
        _exit(0);
    }
    test_wait(child);
    if (*error)
        cr_skip_test("seccomp(2): %s", strerror(*error));
    munmap(error, sizeof *error);
}

#endif
