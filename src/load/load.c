/* SPDX-License-Identifier: Apache-2.0 */
/** Public documentation is in seccompc/load.h; the blob's form in seal.h. */
#include <seccompc/load.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../kernel.h"
#include "host.h"
#include "native.h"
#include "rules.h"
#include "seal.h"

enum {
    /** Blobs below this size are read onto the stack by scc_load_file(). */
    SMALL_BLOB_BYTES = 16384,
};

size_t scc_load_bytes_max(void)
{
    return SCC_SEAL_BYTES_MAX;
}

/*
 * Opening
 */

static enum scc_load_code check_file(const struct stat *file)
{
    if (!S_ISREG(file->st_mode))
        return SCC_LOAD_NOT_REGULAR;
    if (file->st_uid != 0 && file->st_uid != geteuid())
        return SCC_LOAD_OWNER;
    if (file->st_mode & (S_IWGRP | S_IWOTH))
        return SCC_LOAD_WRITABLE;
    if (file->st_size > SCC_SEAL_BYTES_MAX)
        return SCC_LOAD_TOO_LARGE;
    return file->st_size > 0 ? SCC_LOAD_OK : SCC_LOAD_TRUNCATED;
}

/**
 * Reads a file of @p len_bytes into @p bytes, where there is room for one more: a file that has
 * fewer or more by now was changed. One that is overwritten meanwhile is the checksum's to find.
 */
static enum scc_load_code read_all(int fd, char *bytes, size_t len_bytes)
{
    size_t at = 0;
    while (at <= len_bytes) {
        ssize_t len = pread(fd, bytes + at, len_bytes + 1 - at, (off_t)at);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return SCC_LOAD_READ;
        at += (size_t)len;
        if (len == 0 || at == len_bytes)
            break;
    }
    return at == len_bytes ? SCC_LOAD_OK : SCC_LOAD_CHANGED;
}

void scc_load_close(struct scc_load_blob *blob)
{
    int saved = errno;
    if (blob->is_mapped)
        munmap((void *)blob->bytes, blob->len_bytes + 1);
    *blob = (struct scc_load_blob){0};
    errno = saved;
}

/** Memory that the caller lends, for what fits into it: a new page costs more than reading it. */
struct room {
    void *bytes;
    size_t len_bytes;
};

/** scc_load_open_fd(), into @p room where the file fits. */
static enum scc_load_code open_fd(int fd, struct room room, struct scc_load_blob *blob)
{
    struct stat file;
    size_t index;
    if (fstat(fd, &file) < 0)
        return SCC_LOAD_STAT;
    enum scc_load_code code = check_file(&file);
    if (code != SCC_LOAD_OK)
        return code;
    struct scc_load_blob made = {.bytes = room.bytes, .len_bytes = (size_t)file.st_size};
    void *memory = room.bytes;
    if (made.len_bytes >= room.len_bytes) {
        memory = mmap(NULL, made.len_bytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                      -1, 0);
        if (memory == MAP_FAILED)
            return SCC_LOAD_MEMORY;
        made.bytes = memory;
        made.is_mapped = 1;
    }
    code = read_all(fd, memory, made.len_bytes);
    if (code == SCC_LOAD_OK)
        code = scc_seal_check(made.bytes, made.len_bytes, &index);
    if (code == SCC_LOAD_OK)
        *blob = made;
    else
        scc_load_close(&made);
    return code;
}

static enum scc_load_code open_at(int dirfd, const char *path, struct room room,
                                  struct scc_load_blob *blob)
{
    int fd;
    do {
        /* O_NONBLOCK: opening a FIFO or a device must not wait for somebody else. */
        fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return errno == ELOOP ? SCC_LOAD_SYMLINK : SCC_LOAD_OPEN;
    enum scc_load_code code = open_fd(fd, room, blob);
    int saved = errno;
    close(fd);
    errno = saved;
    return code;
}

int scc_load_open_fd(int fd, struct scc_load_blob *blob)
{
    return blob ? (int)open_fd(fd, (struct room){0}, blob) : SCC_LOAD_ARGUMENT;
}

int scc_load_open_at(int dirfd, const char *path, struct scc_load_blob *blob)
{
    return path && blob ? (int)open_at(dirfd, path, (struct room){0}, blob) : SCC_LOAD_ARGUMENT;
}

int scc_load_open(const char *path, struct scc_load_blob *blob)
{
    return scc_load_open_at(AT_FDCWD, path, blob);
}

int scc_load_memory(const void *bytes, size_t len_bytes, struct scc_load_blob *blob)
{
    size_t index;
    if (!bytes || !blob)
        return SCC_LOAD_ARGUMENT;
    if ((uintptr_t)bytes % 8)
        return SCC_LOAD_UNALIGNED;
    enum scc_load_code code = scc_seal_check(bytes, len_bytes, &index);
    if (code == SCC_LOAD_OK)
        *blob = (struct scc_load_blob){.bytes = bytes, .len_bytes = len_bytes};
    return (int)code;
}

/*
 * Choosing
 */

int scc_load_read_host(struct scc_load_host *host)
{
    return host ? (int)scc_host_read(host) : SCC_LOAD_ARGUMENT;
}

/** What is looked for, and which part of it was found. */
struct search {
    uint32_t arch;
    uint32_t kernel; /* as in struct scc_seal_entry */
    size_t with_arch, with_kernel;
    uint64_t caps_mask; /* of the entries with this kernel */
};

static struct search search_for(const void *bytes, uint32_t arch, uint32_t kernel)
{
    struct search search = {.arch = arch, .kernel = kernel};
    for (size_t i = 0; i < scc_seal_count(bytes); i++) {
        struct scc_seal_entry entry = scc_seal_read(bytes, i);
        if (entry.arch != arch)
            continue;
        search.with_arch++;
        if (!scc_seal_holds_kernel(&entry, kernel))
            continue;
        search.with_kernel++;
        search.caps_mask |= entry.caps_mask;
    }
    return search;
}

/** The capabilities of @p mask that the bounding set has. One that the kernel lacks is not there.
 */
static enum scc_load_code read_bounding_set(uint64_t mask, uint64_t *caps)
{
    *caps = 0;
    for (unsigned cap = 0; cap < 64; cap++) {
        if (!(mask >> cap & 1))
            continue;
        int has = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);
        if (has < 0 && errno != EINVAL)
            return SCC_LOAD_BOUNDING_SET;
        if (has > 0)
            *caps |= 1ull << cap;
    }
    return SCC_LOAD_OK;
}

static enum scc_load_code find_entry(const void *bytes, const struct search *search, uint64_t caps,
                                     size_t *index)
{
    for (*index = 0; *index < scc_seal_count(bytes); (*index)++) {
        struct scc_seal_entry entry = scc_seal_read(bytes, *index);
        if (entry.arch == search->arch && scc_seal_holds_kernel(&entry, search->kernel) &&
            scc_seal_holds_caps(&entry, caps))
            return SCC_LOAD_OK;
    }
    return SCC_LOAD_NO_CAPS;
}

static enum scc_load_code take_entry(const void *bytes, size_t index, struct scc_load_entry *entry)
{
    struct scc_seal_entry found = scc_seal_read(bytes, index);
    size_t fault;
    if (found.is_big_endian != scc_seal_is_big_endian(SCC_NATIVE_TOKEN))
        return SCC_LOAD_BYTE_ORDER;
    /* Blob and programs are aligned to 8, and their checks left the program inside. */
    const void *program = (const char *)bytes + found.offset;
    if (scc_rules_find_fault(program, found.insn_count, &fault))
        return SCC_LOAD_PROGRAM;
    *entry = (struct scc_load_entry){
        .program = program,
        .instruction_count = found.insn_count,
        .flags = found.flags,
        .index = (uint32_t)index,
    };
    return SCC_LOAD_OK;
}

int scc_load_select(const struct scc_load_blob *blob, const struct scc_load_host *host,
                    const uint64_t *caps, struct scc_load_entry *entry)
{
    if (!blob || !blob->bytes || !host || !entry || host->kernel_major > SCC_KERNEL_PART_MAX ||
        host->kernel_minor > SCC_KERNEL_PART_MAX)
        return SCC_LOAD_ARGUMENT;
    uint32_t kernel = host->kernel_major << 8 | host->kernel_minor;
    struct search search = search_for(blob->bytes, host->arch, kernel);
    if (!search.with_arch)
        search = search_for(blob->bytes, host->own_arch, kernel);
    if (!search.with_kernel)
        return search.with_arch ? SCC_LOAD_NO_KERNEL : SCC_LOAD_NO_ARCH;
    uint64_t set;
    size_t index;
    enum scc_load_code code = SCC_LOAD_OK;
    if (caps)
        set = *caps;
    else
        code = read_bounding_set(search.caps_mask, &set);
    if (code == SCC_LOAD_OK)
        code = find_entry(blob->bytes, &search, set, &index);
    return (int)(code == SCC_LOAD_OK ? take_entry(blob->bytes, index, entry) : code);
}

/*
 * Installing
 */

static bool are_options(const struct scc_load_options *options,
                        const struct scc_load_result *result)
{
    const uint32_t known = SCC_LOAD_SET_NO_NEW_PRIVS | SCC_LOAD_CAPS_GIVEN |
                           SCC_LOAD_MAY_DROP_FLAGS | SCC_LOAD_TAKE_LISTENER;
    return !(options->flags & ~known) && !options->reserved &&
           (result || !(options->flags & SCC_LOAD_TAKE_LISTENER));
}

static bool is_entry(const struct scc_load_entry *entry)
{
    return entry && entry->program && entry->instruction_count >= 1 &&
           entry->instruction_count <= SCC_RULES_MAX && !(entry->flags & ~SCC_SEAL_FLAGS);
}

static long set_filter(uint32_t flags, const struct sock_fprog *program)
{
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
}

/** Why the kernel said no. */
static enum scc_load_code code_of_errno(int error)
{
    switch (error) {
    case EACCES:
        return SCC_LOAD_PRIVILEGE;
    case ENOSYS:
        return SCC_LOAD_NO_SECCOMP;
    case EINVAL:
        return SCC_LOAD_KERNEL_FLAGS;
    case EBUSY:
        return SCC_LOAD_LISTENER_BUSY;
    case ENOMEM:
        return SCC_LOAD_KERNEL_MEMORY;
    case ESRCH: /* TSYNC_ESRCH */
        return SCC_LOAD_THREAD;
    default:
        return SCC_LOAD_INSTALL;
    }
}

/**
 * What the kernel says to @p flags, before anything is changed: it looks at them before the
 * program, so that EFAULT, for no program, means that it knows them; seccomp_set_mode_filter() in
 * kernel/seccomp.c. No error at all means that something else than the kernel answers.
 */
static int probe(uint32_t flags)
{
    if (set_filter(flags, NULL) >= 0)
        errno = 0;
    return errno;
}

/** Finds flags that the kernel knows: @p flags, or where @p may_drop allows it, fewer. */
static enum scc_load_code choose_flags(bool may_drop, uint32_t *flags)
{
    int error = probe(*flags);
    /* The newest first: 4 and 2. */
    for (uint32_t flag = SCC_FLAG_SPEC_ALLOW; flag >= SCC_FLAG_LOG; flag >>= 1) {
        if (error == EINVAL && may_drop && (*flags & flag))
            error = probe(*flags &= ~flag);
    }
    return error == EFAULT ? SCC_LOAD_OK : code_of_errno(error);
}

static uint32_t wanted_flags(uint32_t flags)
{
    const uint32_t both = SCC_FLAG_TSYNC | SCC_FLAG_NEW_LISTENER;
    return (flags & both) == both ? flags | SCC_FLAG_TSYNC_ESRCH : flags;
}

/** The call itself, and what it answered: a listener, a thread that did not follow, 0. */
static enum scc_load_code attach(const struct scc_load_entry *entry, struct scc_load_result *result)
{
    const struct sock_fprog program = {(unsigned short)entry->instruction_count,
                                       (struct sock_filter *)entry->program};
    long answer = set_filter(result->flags, &program);
    if (answer < 0)
        return code_of_errno(errno);
    if (result->flags & SCC_FLAG_NEW_LISTENER)
        result->listener = (int32_t)answer;
    else if (answer > 0)
        result->thread = (int32_t)answer;
    return result->thread ? SCC_LOAD_THREAD : SCC_LOAD_OK;
}

static enum scc_load_code install(const struct scc_load_entry *entry,
                                  const struct scc_load_options *options,
                                  struct scc_load_result *result)
{
    if (!is_entry(entry))
        return SCC_LOAD_ARGUMENT;
    result->index = entry->index;
    result->flags = wanted_flags(entry->flags);
    if ((entry->flags & SCC_FLAG_NEW_LISTENER) && !(options->flags & SCC_LOAD_TAKE_LISTENER))
        return SCC_LOAD_LISTENER_UNWANTED;
    enum scc_load_code code =
        choose_flags(options->flags & SCC_LOAD_MAY_DROP_FLAGS, &result->flags);
    if (code != SCC_LOAD_OK)
        return code;
    if ((options->flags & SCC_LOAD_SET_NO_NEW_PRIVS) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return SCC_LOAD_NO_NEW_PRIVS;
    return attach(entry, result);
}

/** Whether the public header says "(errno)" of a code. */
static bool has_errno(enum scc_load_code code)
{
    switch (code) {
    case SCC_LOAD_OPEN:
    case SCC_LOAD_STAT:
    case SCC_LOAD_MEMORY:
    case SCC_LOAD_READ:
    case SCC_LOAD_HOST:
    case SCC_LOAD_BOUNDING_SET:
    case SCC_LOAD_NO_NEW_PRIVS:
    case SCC_LOAD_PRIVILEGE:
    case SCC_LOAD_NO_SECCOMP:
    case SCC_LOAD_KERNEL_FLAGS:
    case SCC_LOAD_LISTENER_BUSY:
    case SCC_LOAD_KERNEL_MEMORY:
    case SCC_LOAD_INSTALL:
        return true;
    default:
        return false;
    }
}

/** Finishes @p made into the caller's @p result; returns the code. */
static int finish(enum scc_load_code code, struct scc_load_result *made,
                  struct scc_load_result *result)
{
    made->code = (int32_t)code;
    made->os_error = has_errno(code) ? errno : 0;
    if (result)
        *result = *made;
    return (int)code;
}

int scc_load_install(const struct scc_load_entry *entry, const struct scc_load_options *options,
                     struct scc_load_result *result)
{
    struct scc_load_result made = {.listener = -1};
    struct scc_load_options wanted = {0};
    enum scc_load_code code = SCC_LOAD_ARGUMENT;
    if (options)
        wanted = *options;
    if (are_options(&wanted, result))
        code = install(entry, &wanted, &made);
    return finish(code, &made, result);
}

static enum scc_load_code load_blob(const struct scc_load_blob *blob,
                                    const struct scc_load_options *options,
                                    struct scc_load_result *made)
{
    struct scc_load_host host;
    struct scc_load_entry entry;
    enum scc_load_code code = scc_host_read(&host);
    if (code != SCC_LOAD_OK)
        return code;
    const uint64_t *caps = options->flags & SCC_LOAD_CAPS_GIVEN ? &options->caps : NULL;
    code = (enum scc_load_code)scc_load_select(blob, &host, caps, &entry);
    return code == SCC_LOAD_OK ? install(&entry, options, made) : code;
}

int scc_load_file(const char *path, const struct scc_load_options *options,
                  struct scc_load_result *result)
{
    struct scc_load_result made = {.listener = -1};
    struct scc_load_options wanted = {0};
    struct scc_load_blob blob;
    uint64_t small[SMALL_BLOB_BYTES / 8];
    enum scc_load_code code = SCC_LOAD_ARGUMENT;
    if (options)
        wanted = *options;
    if (path && are_options(&wanted, result))
        code = open_at(AT_FDCWD, path, (struct room){small, sizeof small}, &blob);
    if (code == SCC_LOAD_OK) {
        code = load_blob(&blob, &wanted, &made);
        scc_load_close(&blob);
    }
    return finish(code, &made, result);
}
