/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file load.h
 * libseccompc-load: from a sealed blob (seccompc-blob(5)) to a filter that is on.
 *
 * A library of its own that needs libc and the kernel only, for the process that is about to become
 * a container. In the shortest form, between fork and exec:
 *
 *     struct scc_load_options options = {.flags = SCC_LOAD_SET_NO_NEW_PRIVS};
 *     struct scc_load_result result;
 *     if (scc_load_file("/etc/seccompc/docker.blob", &options, &result) != SCC_LOAD_OK)
 *         _exit(125);
 *     execve(…);
 *
 * It allocates nothing, prints nothing, writes no global but errno, and takes no lock, so every
 * function may be called from a signal handler, and between fork(2) and execve(2) in a process with
 * threads. The calls that it makes, all of them: openat, fstat, mmap, pread64, munmap, close,
 * uname, personality, prctl and seccomp. It uses up to 32 KiB of stack,
 * of which scc_load_file() takes half for the blob; larger blobs, and those of scc_load_open(), are
 * read into memory that mmap gives.
 *
 * Every function that can fail returns SCC_LOAD_OK (0) or the code of what went wrong, a code for
 * each reason, and scc_load_text() has a sentence for it. Where the system said no, errno says how;
 * the codes of which that holds are marked (errno). After a failure no filter is on, and what the
 * function would have filled in is as it was, unless it says otherwise.
 *
 * Everything is plain integers and structures without bit fields, packing or unions, so that other
 * languages can call it without a C compiler.
 *
 * What is trusted: the checksum in a blob finds accidents, not attackers. Trust in a blob is trust
 * in who could write it: its owner must be root or the process's effective user, and nobody else
 * may write to it. The folders on the way to it are the caller's to choose: who can write to one of
 * them can put another of root's files in its place. A caller who must not trust them opens the
 * file (openat2(2) with RESOLVE_NO_SYMLINKS, say) and gives the descriptor.
 */
#ifndef SECCOMPC_LOAD_H
#define SECCOMPC_LOAD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/** What went wrong. The numbers stay as they are in later versions; new ones may come. */
enum scc_load_code {
    SCC_LOAD_OK = 0,
    /** A pointer that may not be NULL is, or an option or flag does not exist. */
    SCC_LOAD_ARGUMENT = 1,

    /* The file: scc_load_open(), scc_load_open_at(), scc_load_open_fd(). */

    /** It cannot be opened (errno). */
    SCC_LOAD_OPEN = 10,
    /** The path ends in a symbolic link. */
    SCC_LOAD_SYMLINK = 11,
    /** fstat(2) said no (errno). */
    SCC_LOAD_STAT = 12,
    /** A directory, FIFO, device or socket. */
    SCC_LOAD_NOT_REGULAR = 13,
    /** The owner is neither root nor the effective user. */
    SCC_LOAD_OWNER = 14,
    /** Group or others may write to it. */
    SCC_LOAD_WRITABLE = 15,
    /** More bytes than a blob can have: scc_load_bytes_max(). */
    SCC_LOAD_TOO_LARGE = 16,
    /** No memory for its bytes (errno). */
    SCC_LOAD_MEMORY = 17,
    /** It cannot be read (errno). */
    SCC_LOAD_READ = 18,
    /** It became longer or shorter while it was read. (Other changes break the checksum.) */
    SCC_LOAD_CHANGED = 19,

    /* The blob, in this order: of several faults the first is told. */

    /** Memory given to scc_load_memory() is not at a multiple of 8. */
    SCC_LOAD_UNALIGNED = 30,
    /** It ends before its header does, or before its header says. */
    SCC_LOAD_TRUNCATED = 31,
    /** It does not start as a blob does. */
    SCC_LOAD_NO_BLOB = 32,
    /** A version of the format that this library does not know. */
    SCC_LOAD_VERSION = 33,
    /** It goes on behind the end that its header names. */
    SCC_LOAD_TRAILING = 34,
    /** Its bytes are not those that were sealed. */
    SCC_LOAD_CHECKSUM = 35,
    /** The checksum holds, but header, entries and programs do not fit together. */
    SCC_LOAD_LAYOUT = 36,
    /** A reserved field is not zero. */
    SCC_LOAD_RESERVED = 37,
    /** An entry for an architecture that contradicts itself. */
    SCC_LOAD_ARCH = 38,
    /** An entry wants a filter flag that this library does not know, or that lacks another. */
    SCC_LOAD_FLAGS = 39,
    /** An entry's condition can never hold. */
    SCC_LOAD_CONDITION = 40,
    /** The conditions of two entries can hold at once. */
    SCC_LOAD_AMBIGUOUS = 41,

    /* Choosing: scc_load_read_host(), scc_load_select(). */

    /** The running kernel's release cannot be found out (errno, or 0 where it is unreadable). */
    SCC_LOAD_HOST = 50,
    /** The bounding set cannot be read (errno). */
    SCC_LOAD_BOUNDING_SET = 51,
    /** No entry is for this architecture. */
    SCC_LOAD_NO_ARCH = 52,
    /** Entries are for this architecture, but none for this kernel. */
    SCC_LOAD_NO_KERNEL = 53,
    /** Entries are for this architecture and kernel, but none for this capability set;
     * `seccompc verify --caps current BLOB` tells which there are. */
    SCC_LOAD_NO_CAPS = 54,
    /** The program breaks a rule that the kernel has for programs. */
    SCC_LOAD_PROGRAM = 55,
    /** The program is for the other byte order: @p host was not filled in on this machine. */
    SCC_LOAD_BYTE_ORDER = 56,

    /* Installing: scc_load_install(). */

    /** The entry wants a listener and the caller does not take one. */
    SCC_LOAD_LISTENER_UNWANTED = 70,
    /** NO_NEW_PRIVS cannot be set (errno). */
    SCC_LOAD_NO_NEW_PRIVS = 71,
    /** Neither NO_NEW_PRIVS is set nor is CAP_SYS_ADMIN there (errno: EACCES). */
    SCC_LOAD_PRIVILEGE = 72,
    /** The kernel has no seccomp filters (errno: ENOSYS). */
    SCC_LOAD_NO_SECCOMP = 73,
    /** The kernel lacks a flag, or filters altogether (errno: EINVAL). */
    SCC_LOAD_KERNEL_FLAGS = 74,
    /** The process has a listener already (errno: EBUSY). */
    SCC_LOAD_LISTENER_BUSY = 75,
    /** No memory, or more instructions in all filters than the kernel allows (errno: ENOMEM). */
    SCC_LOAD_KERNEL_MEMORY = 76,
    /** A thread could not be brought under the filter; see scc_load_result.thread. */
    SCC_LOAD_THREAD = 77,
    /** seccomp(2) said no in another way (errno), or something pretends that it said yes (0). */
    SCC_LOAD_INSTALL = 78
};

/** What the caller wants or allows: the bits of scc_load_options.flags. */
enum scc_load_option {
    /**
     * Set NO_NEW_PRIVS (prctl(2)) before the filter, after everything was checked. It cannot be
     * taken back: where seccomp(2) then fails, it stays. Without this the process needs it already,
     * or CAP_SYS_ADMIN in its user namespace.
     */
    SCC_LOAD_SET_NO_NEW_PRIVS = 1,
    /** scc_load_options.caps is the capability set. Otherwise the process's own bounding set is. */
    SCC_LOAD_CAPS_GIVEN = 2,
    /**
     * Where the kernel refuses the flags (EINVAL), try again without SPEC_ALLOW (older than 4.17),
     * then without LOG too (older than 4.14). No other flag is ever left out.
     */
    SCC_LOAD_MAY_DROP_FLAGS = 4,
    /** The caller takes a listener where the entry wants one. */
    SCC_LOAD_TAKE_LISTENER = 8
};

/** What the caller wants. Zeros are the defaults. */
struct scc_load_options {
    /** SCC_LOAD_*: bits of enum scc_load_option. */
    uint32_t flags;
    /** Must be 0. */
    uint32_t reserved;
    /** With SCC_LOAD_CAPS_GIVEN: bit CAP_* of linux/capability.h. */
    uint64_t caps;
};

/** What an entry's condition is held against. */
struct scc_load_host {
    /** SCMP_ARCH_* of the kernel's own ABI, which is looked for first. */
    uint32_t arch;
    /** SCMP_ARCH_* of the ABI that this library was compiled for; the same but in 32-bit code. */
    uint32_t own_arch;
    /** The kernel's release; what stands behind the second number does not count. */
    uint32_t kernel_major;
    uint32_t kernel_minor;
};

/** A blob that was read and found whole. */
struct scc_load_blob {
    const void *bytes;
    size_t len_bytes;
    /** Not 0: scc_load_close() unmaps the bytes. */
    uint32_t is_mapped;
    uint32_t reserved;
};

/** An entry that was chosen. Valid as long as its blob. */
struct scc_load_entry {
    /** Instructions, 8 bytes each, in this machine's byte order. */
    const void *program;
    uint32_t instruction_count;
    /** The flags that it wants: SECCOMP_FILTER_FLAG_* of linux/seccomp.h. */
    uint32_t flags;
    /** Its place in the blob, from 0. */
    uint32_t index;
    uint32_t reserved;
};

/** How it went. Filled in on success and on failure. */
struct scc_load_result {
    /** What the function returned: enum scc_load_code. */
    int32_t code;
    /** errno of the call that failed, or 0. */
    int32_t os_error;
    /**
     * The listener (seccomp_unotify(2)), which the caller closes, or -1. The kernel makes it
     * close-on-exec.
     */
    int32_t listener;
    /** With SCC_LOAD_THREAD: the thread, or 0 where the kernel does not tell (with a listener). */
    int32_t thread;
    /** The flags that the filter was set with. */
    uint32_t flags;
    /** The chosen entry's place in the blob, from 0. */
    uint32_t index;
};

/** The size of the largest blob: 256 entries with 4096 instructions each. */
size_t scc_load_bytes_max(void);

/** What @p code means, in English, without a full stop; also for codes that do not exist. Static.
 */
const char *scc_load_text(int code);

/**
 * Reads and checks the blob at @p path, relative to the working directory. The file must be
 * regular, not reached by a symbolic link in its last part, owned by root or the effective user,
 * and writable by the owner alone; access control lists count, since their mask is the group's
 * mode. It is opened close-on-exec, and never blocks on a FIFO or becomes a terminal.
 *
 * The bytes are copied into private memory, not mapped from the file: a file that is cut short
 * while it is mapped kills the reader with SIGBUS, and one that is written to changes after it was
 * checked. The caller gives the memory back with scc_load_close().
 */
int scc_load_open(const char *path, struct scc_load_blob *blob);

/** As scc_load_open(), relative to the directory @p dirfd (AT_FDCWD: the working directory). */
int scc_load_open_at(int dirfd, const char *path, struct scc_load_blob *blob);

/**
 * As scc_load_open(), of a file that is open for reading. The descriptor stays open and its
 * position stays where it is; how it was found is the caller's.
 */
int scc_load_open_fd(int fd, struct scc_load_blob *blob);

/**
 * Checks the blob in memory, at a multiple of 8, and refers to it: it must neither change nor go
 * while @p blob and entries of it are in use, and who can write to it is the caller's to know.
 */
int scc_load_memory(const void *bytes, size_t len_bytes, struct scc_load_blob *blob);

/** Gives back what scc_load_open() took. Entries of the blob are invalid then. errno is kept. */
void scc_load_close(struct scc_load_blob *blob);

/**
 * This machine: its kernel's ABI, and the kernel's release, read from /proc/sys/kernel/osrelease
 * where personality(2) has UNAME26 set and makes uname(2) answer 2.6. A 64-bit program runs on a
 * 64-bit kernel whatever uname(2) says; a 32-bit one believes it.
 */
int scc_load_read_host(struct scc_load_host *host);

/**
 * Chooses the entry whose condition holds: for the ABI @p host->arch, or where there is no entry
 * for that at all, @p host->own_arch; for the kernel; and for @p caps, or for the bounding set of
 * the calling thread where @p caps is NULL, of which only capabilities that conditions name are
 * read. No blob has two such entries. Its program is checked with the kernel's rules.
 */
int scc_load_select(const struct scc_load_blob *blob, const struct scc_load_host *host,
                    const uint64_t *caps, struct scc_load_entry *entry);

/**
 * Puts the entry's filter on the calling thread, or with TSYNC in its flags on all threads, for
 * good. TSYNC_ESRCH is added where TSYNC and a listener are both wanted, as the kernel demands
 * (seccomp(2)). @p options may be NULL; @p result may be NULL unless a listener is taken.
 */
int scc_load_install(const struct scc_load_entry *entry, const struct scc_load_options *options,
                     struct scc_load_result *result);

/**
 * From path to filter: scc_load_open(), scc_load_read_host(), scc_load_select(),
 * scc_load_install(), scc_load_close(). Parameters as there.
 */
int scc_load_file(const char *path, const struct scc_load_options *options,
                  struct scc_load_result *result);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
