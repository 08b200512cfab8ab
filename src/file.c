/* SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util.h"
#include "way.h"

enum { READ_STEP_BYTES = 64 << 10, TRIES = 100 };

const char *scc_file_shown_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/** Whether a call is to be made again: it was interrupted, or the other end of a pipe that does not
 * block is not ready for @p events yet, which is waited for. */
static bool may_try_again(int fd, short events)
{
    struct pollfd waiting = {.fd = fd, .events = events};
    if (errno == EINTR)
        return true;
    return errno == EAGAIN && (poll(&waiting, 1, -1) >= 0 || errno == EINTR);
}

static int read_all(int fd, const char *path, size_t max_bytes, char **text, size_t *len_bytes,
                    scc_error **err)
{
    SCC_AUTOFREE char *data = NULL;
    size_t cap = 0, len = 0;
    const char *name = scc_file_shown_name(path);
    for (;;) {
        /* One byte past the limit tells a larger file from one that just fits. Room that is left is
         * enough to see the end in: most files never move. */
        if (len == cap && !SCC_GROW(data, cap, len + READ_STEP_BYTES))
            return scc_error_nomem(err);
        ssize_t got = read(fd, data + len, cap - len);
        if (got < 0 && may_try_again(fd, POLLIN))
            continue;
        if (got < 0 && errno == EISDIR)
            return scc_error_at(err, (struct scc_place){name, 0, 0}, NULL,
                                "a directory, expected a file");
        if (got < 0)
            return scc_error_errno(err, errno, "%s", name);
        if (got == 0)
            break;
        len += (size_t)got;
        if (len > max_bytes)
            return scc_error_at(err, (struct scc_place){name, 0, 0}, NULL,
                                "more than %zu bytes, expected no more", max_bytes);
    }
    *len_bytes = len;
    *text = SCC_STEAL(data);
    return 0;
}

static int refuse_link(const char *path, scc_error **err)
{
    return scc_error_set(err, SCC_ERROR_SYSTEM,
                         "%s: a symbolic link, expected the file's own name%s", path,
                         strcmp(path, "/dev/stdout") == 0 ? ", or - for standard output" : "");
}

static int refuse_no_name(scc_error **err)
{
    return scc_error_set(err, SCC_ERROR_USAGE, "an empty name, expected a file's");
}

static int refuse_owner(const char *path, uid_t owner, const char *why, scc_error **err)
{
    return scc_error_set(err, SCC_ERROR_SYSTEM, "%s: belongs to user %u, %s", path, (unsigned)owner,
                         why);
}

static int refuse_special(const char *path, mode_t mode, scc_error **err)
{
    return scc_error_set(err, SCC_ERROR_SYSTEM, "%s: %s, expected a regular file", path,
                         S_ISDIR(mode) ? "a directory" : "a special file");
}

int scc_file_read(const char *path, size_t max_bytes, char **text, size_t *len_bytes,
                  scc_error **err)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, path, max_bytes, text, len_bytes, err);
    if (!*path)
        return refuse_no_name(err);
    SCC_CLEANUP(scc_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return scc_error_errno(err, errno, "%s", path);
    return read_all(fd, path, max_bytes, text, len_bytes, err);
}

int scc_file_read_own(const char *path, size_t max_bytes, char **text, size_t *len_bytes,
                      struct scc_file_identity *identity, scc_error **err)
{
    struct stat status;
    /* O_NONBLOCK: opening a FIFO must not wait for somebody who writes. */
    SCC_CLEANUP(scc_close_fd)
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP)
        return refuse_link(path, err);
    if (fd < 0 || fstat(fd, &status) < 0)
        return scc_error_errno(err, errno, "%s", path);
    if (!S_ISREG(status.st_mode))
        return refuse_special(path, status.st_mode, err);
    *identity = (struct scc_file_identity){
        .device = status.st_dev,
        .number = status.st_ino,
        .mode = status.st_mode & 0777, /* set-user-ID has no meaning for text */
        .owner = status.st_uid,
        .group = status.st_gid,
        .size_bytes = status.st_size,
        .modified = status.st_mtim,
        .changed = status.st_ctim,
    };
    return read_all(fd, path, max_bytes, text, len_bytes, err);
}

int scc_file_check_apart(const char *path, const char *input, scc_error **err)
{
    struct stat output_status, input_status;
    if (!path || !input || strcmp(path, "-") == 0 || strcmp(input, "-") == 0 ||
        stat(path, &output_status) < 0 || stat(input, &input_status) < 0 ||
        !S_ISREG(output_status.st_mode) || output_status.st_dev != input_status.st_dev ||
        output_status.st_ino != input_status.st_ino)
        return 0;
    return scc_error_set(err, SCC_ERROR_USAGE, "%s: the input and an output, expected another file",
                         path);
}

enum stage {
    STAGE_STREAM,    /* written at the commit */
    STAGE_WAITING,   /* the temporary file holds the new contents */
    STAGE_EXCHANGED, /* the temporary file holds the old contents */
    STAGE_LINKED,    /* there was no file before; the temporary name is the new one's second */
    STAGE_CREATED,   /* there was no file before; the temporary name is gone */
    STAGE_REPLACED,  /* the file system neither exchanges nor links: the old contents are gone */
    STAGE_OVER,      /* nothing is left to do */
};

/** A file's name beside an output, which nobody can foresee. */
struct beside {
    char name[40];
};

struct output {
    enum stage stage;
    char *path;
    void *bytes; /* of a stream */
    size_t len;
    dev_t device; /* of a stream, as it was looked at */
    ino_t number;
    int dir_fd;    /* -1: of standard output */
    dev_t dir_dev; /* of the directory, which may have several spellings */
    ino_t dir_ino;
    const char *base; /* inside path */
    struct beside temporary;
    bool replaces_read;            /* it is to replace the file `read`, and no other */
    struct scc_file_identity read; /* as it was read */
};

struct scc_output_set {
    struct output *outputs;
    size_t count, cap;
    bool holds_signals; /* those that were blocked before are in `signals` */
    sigset_t signals;
};

struct scc_output_set *scc_output_set_new(void)
{
    return calloc(1, sizeof(struct scc_output_set));
}

static bool has_temporary(const struct output *output)
{
    return output->stage == STAGE_WAITING || output->stage == STAGE_EXCHANGED ||
           output->stage == STAGE_LINKED;
}

/** Releases what one output holds, the temporary file included. */
static void drop_output(struct output *output)
{
    if (has_temporary(output))
        unlinkat(output->dir_fd, output->temporary.name, 0);
    scc_close_fd(&output->dir_fd);
    free(output->path);
    free(output->bytes);
}

/** What ends a process from outside, and can wait. */
static const int ending_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

static sigset_t ending_set(void)
{
    sigset_t ending;
    sigemptyset(&ending);
    for (size_t i = 0; i < SCC_COUNT(ending_signals); i++)
        sigaddset(&ending, ending_signals[i]);
    return ending;
}

/**
 * Lets what ends a process from outside wait from the first temporary file until all outputs stand:
 * it comes then, and finds either all of them new or none. For while a stream's reader is waited
 * for, see write_streams().
 */
static void hold_signals(struct scc_output_set *set)
{
    const sigset_t ending = ending_set();
    if (!set->holds_signals)
        set->holds_signals = pthread_sigmask(SIG_BLOCK, &ending, &set->signals) == 0;
}

static void release_signals(struct scc_output_set *set)
{
    if (set->holds_signals)
        pthread_sigmask(SIG_SETMASK, &set->signals, NULL);
    set->holds_signals = false;
}

void scc_output_set_free(struct scc_output_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        drop_output(&set->outputs[i]);
    release_signals(set);
    free(set->outputs);
    free(set);
}

int scc_file_write_all(int fd, const void *bytes, size_t len_bytes)
{
    for (const char *at = bytes; len_bytes;) {
        ssize_t put = write(fd, at, len_bytes);
        if (put < 0 && may_try_again(fd, POLLOUT))
            continue;
        if (put <= 0) {
            errno = put < 0 ? errno : ENOSPC;
            return -1;
        }
        at += put;
        len_bytes -= (size_t)put;
    }
    return 0;
}

static int write_all(int fd, const char *path, const void *bytes, size_t len, scc_error **err)
{
    return scc_file_write_all(fd, bytes, len) < 0 ? scc_error_errno(err, errno, "%s", path) : 0;
}

/** For others to read, as the umask says, but not to write: who can write a filter can open it, and
 * the loader refuses such a blob. */
#define NEW_FILE_MODE 0644

/** The mode of a file that takes none from another. */
#define MODE_NEW ((mode_t)-1)

/** Until all is written, what replaces a file is its owner's alone: those who could not read that
 * one must not read this one either, not even what a kill leaves behind. */
#define UNFINISHED_MODE 0600

/** What a new file takes from the one that it replaces. */
struct likeness {
    mode_t mode; /* MODE_NEW: nothing */
    uid_t owner;
    gid_t group;
    bool is_exact; /* or else the group gets what all others get where it cannot be kept */
};

static const struct likeness like_none = {.mode = MODE_NEW};

/** Whether others, too, can put files into the directory, each his own. */
static bool is_shared(const struct stat *dir)
{
    return (dir->st_mode & S_ISVTX) && (dir->st_mode & (S_IWGRP | S_IWOTH));
}

/**
 * Refuses to write over, or into, what somebody else has put where everybody can: the file would
 * have been waited for. (As the kernel's fs.protected_regular, which does not look at rename(2).)
 */
static int check_owner(const struct scc_way *way, const struct stat *there, scc_error **err)
{
    if (!is_shared(&way->dir) || there->st_uid == geteuid() || there->st_uid == way->dir.st_uid)
        return 0;
    return refuse_owner(
        way->path, there->st_uid,
        "in a directory that everybody may write to, expected one's own file or a new name", err);
}

/** What stands under an output's name, a link's target where it is one. */
struct found {
    bool is_stream;
    struct stat status;
    struct likeness likeness;
};

/** Looks behind a symbolic link: what it leads to is written into where that is no file. */
static int find_behind(const struct scc_way *way, const struct stat *link, struct found *found,
                       scc_error **err)
{
    if (!scc_way_trusts(link))
        return refuse_owner(way->path, link->st_uid,
                            "a symbolic link to be followed, expected one of root's or one's own",
                            err);
    if (fstatat(way->dir_fd, way->base, &found->status, 0) < 0)
        return refuse_link(way->path, err);
    found->is_stream = S_ISFIFO(found->status.st_mode) || S_ISCHR(found->status.st_mode);
    return found->is_stream ? 0 : refuse_link(way->path, err);
}

/** Says whether the bytes go into a stream or a new file, or refuses the path. */
static int classify(const struct scc_way *way, struct found *found, scc_error **err)
{
    *found = (struct found){.likeness = like_none};
    if (fstatat(way->dir_fd, way->base, &found->status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : scc_error_errno(err, errno, "%s", way->path);
    const struct stat there = found->status;
    if (check_owner(way, &there, err) < 0)
        return -1;
    if (S_ISLNK(there.st_mode))
        return find_behind(way, &there, found, err);
    found->is_stream = S_ISFIFO(there.st_mode) || S_ISCHR(there.st_mode);
    if (found->is_stream)
        return 0;
    if (!S_ISREG(there.st_mode))
        return refuse_special(way->path, there.st_mode, err);
    /* Another's file says nothing about who may write to ours. */
    if (there.st_uid == geteuid())
        found->likeness =
            (struct likeness){there.st_mode & 0777, there.st_uid, there.st_gid, false};
    return 0;
}

static int choose_beside(struct beside *beside, scc_error **err)
{
    uint64_t chance;
    ssize_t got;
    do
        got = getrandom(&chance, sizeof chance, 0);
    while (got < 0 && errno == EINTR);
    if (got != sizeof chance)
        return scc_error_errno(err, errno, "getrandom");
    snprintf(beside->name, sizeof beside->name, ".seccompc.%016" PRIx64, chance);
    return 0;
}

static int refuse_beside(const struct output *output, scc_error **err)
{
    return scc_error_set(err, SCC_ERROR_SYSTEM, "%s: no free temporary name", output->path);
}

/** Opens a new file beside the output, which is to have @p mode in the end. */
static int open_temporary(struct output *output, mode_t mode, scc_error **err)
{
    for (int i = 0; i < TRIES; i++) {
        if (choose_beside(&output->temporary, err) < 0)
            return -1;
        int fd = openat(output->dir_fd, output->temporary.name,
                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                        mode == MODE_NEW ? NEW_FILE_MODE : UNFINISHED_MODE);
        if (fd >= 0 || errno != EEXIST)
            return fd >= 0 ? fd : scc_error_errno(err, errno, "%s", output->path);
    }
    return refuse_beside(output, err);
}

/** Opens the directory that the output stands in. */
static int open_directory(struct output *output, struct scc_way *way, scc_error **err)
{
    size_t len = strlen(output->path);
    if (!len || output->path[len - 1] == '/')
        return scc_error_set(err, SCC_ERROR_SYSTEM, "%s: a directory, expected a file's name",
                             output->path);
    if (scc_way_open(output->path, way, err) < 0)
        return -1;
    output->dir_fd = way->dir_fd;
    output->dir_dev = way->dir.st_dev;
    output->dir_ino = way->dir.st_ino;
    output->base = way->base;
    return 0;
}

/** The mode where the group is another than was meant: it may do what all others may. */
static mode_t without_group(mode_t mode)
{
    return (mode & ~(mode_t)S_IRWXG) | (mode & S_IRWXG & (mode & S_IRWXO) << 3);
}

/** Gives a new file what it is to have of the one that it replaces. */
static int adopt(int fd, const struct likeness *likeness)
{
    struct stat status;
    mode_t mode = likeness->mode;
    if (mode == MODE_NEW)
        return 0;
    if (fstat(fd, &status) < 0)
        return -1;
    /* Before the mode: a change of the owner can take bits from it, and the mode's readers are not
     * to be those of another owner and group. */
    if ((status.st_uid != likeness->owner || status.st_gid != likeness->group) &&
        fchown(fd, likeness->owner, likeness->group) < 0) {
        if (likeness->is_exact)
            return -1;
        mode = without_group(mode);
    }
    return fchmod(fd, mode);
}

/** Writes the new contents to the disk under a temporary name. */
static int stage_file(struct output *output, const struct likeness *likeness, const void *bytes,
                      size_t len, scc_error **err)
{
    SCC_CLEANUP(scc_close_fd) int fd = open_temporary(output, likeness->mode, err);
    if (fd < 0)
        return -1;
    int done = write_all(fd, output->path, bytes, len, err);
    if (done == 0 && adopt(fd, likeness) < 0)
        done = scc_error_errno(err, errno, "%s", output->path);
    if (done == 0 && fsync(fd) < 0)
        done = scc_error_errno(err, errno, "%s", output->path);
    if (done < 0) {
        unlinkat(output->dir_fd, output->temporary.name, 0);
        return -1;
    }
    output->stage = STAGE_WAITING;
    return 0;
}

static int refuse_twice(const char *path, scc_error **err)
{
    return scc_error_set(err, SCC_ERROR_USAGE, "%s: named for two outputs, expected one", path);
}

/** Whether a staged file has the same name in the same directory. */
static bool is_twice(const struct scc_output_set *set, const struct output *output)
{
    for (size_t i = 0; i < set->count && output->stage != STAGE_STREAM; i++) {
        const struct output *other = &set->outputs[i];
        if (other->stage != STAGE_STREAM && other->dir_dev == output->dir_dev &&
            other->dir_ino == output->dir_ino && strcmp(other->base, output->base) == 0)
            return true;
    }
    return false;
}

/** A stream's bytes are kept until the commit. */
static int stage_stream(struct output *output, const void *bytes, size_t len, scc_error **err)
{
    output->bytes = malloc(len + 1);
    if (!output->bytes)
        return scc_error_nomem(err);
    memcpy(output->bytes, bytes, len);
    output->len = len;
    return 0;
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/** What may have happened to a file since it was read. */
enum expectation {
    EXPECT_UNTOUCHED,
    EXPECT_RENAMED, /* or linked, by us: file systems note that in st_ctim */
};

/** Refuses where @p name in @p dir_fd is not the file that was read, as it was. @p path is what a
 * person knows it as. */
static int check_read(int dir_fd, const char *name, const char *path,
                      const struct scc_file_identity *identity, enum expectation expectation,
                      scc_error **err)
{
    struct stat status;
    if (fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return scc_error_errno(err, errno, "%s", path);
    if (status.st_dev != identity->device || status.st_ino != identity->number)
        return scc_error_set(err, SCC_ERROR_SYSTEM,
                             "%s: another file by now, expected the one that was read", path);
    if (status.st_size == identity->size_bytes &&
        is_same_time(status.st_mtim, identity->modified) &&
        (expectation == EXPECT_RENAMED || is_same_time(status.st_ctim, identity->changed)))
        return 0;
    return scc_error_set(err, SCC_ERROR_SYSTEM, "%s: changed since it was read", path);
}

/** Stages an output under its own name, in a directory that is open from here on. */
static int stage_named(struct scc_output_set *set, struct output *output,
                       const struct scc_file_identity *identity, const void *bytes,
                       size_t len_bytes, scc_error **err)
{
    struct scc_way way;
    struct found found = {.likeness = like_none};
    if (open_directory(output, &way, err) < 0)
        return -1;
    if (identity) {
        output->replaces_read = true;
        output->read = *identity;
        found.likeness = (struct likeness){identity->mode, identity->owner, identity->group, true};
    }
    if (identity ? check_read(output->dir_fd, output->base, output->path, identity,
                              EXPECT_UNTOUCHED, err) < 0
                 : classify(&way, &found, err) < 0)
        return -1;
    if (found.is_stream) {
        output->device = found.status.st_dev;
        output->number = found.status.st_ino;
        return stage_stream(output, bytes, len_bytes, err);
    }
    hold_signals(set);
    return stage_file(output, &found.likeness, bytes, len_bytes, err);
}

/** Stages an output; @p identity is NULL, or that of the file which it replaces. */
static int stage(struct scc_output_set *set, const char *path,
                 const struct scc_file_identity *identity, const void *bytes, size_t len_bytes,
                 scc_error **err)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->outputs[i].path, path) == 0)
            return refuse_twice(path, err);
    }
    if (!SCC_GROW(set->outputs, set->cap, set->count + 1))
        return scc_error_nomem(err);
    struct output output = {.stage = STAGE_STREAM, .dir_fd = -1};
    output.path = strdup(path);
    int done = output.path ? 0 : scc_error_nomem(err);
    if (done == 0)
        done = strcmp(path, "-") == 0 ? stage_stream(&output, bytes, len_bytes, err)
                                      : stage_named(set, &output, identity, bytes, len_bytes, err);
    if (done == 0 && is_twice(set, &output))
        done = refuse_twice(path, err);
    if (done < 0) {
        drop_output(&output);
        return -1;
    }
    set->outputs[set->count++] = output;
    return 0;
}

int scc_output_set_add(struct scc_output_set *set, const char *path, const void *bytes,
                       size_t len_bytes, scc_error **err)
{
    return stage(set, path, NULL, bytes, len_bytes, err);
}

int scc_output_set_replace(struct scc_output_set *set, const char *path,
                           const struct scc_file_identity *identity, const void *bytes,
                           size_t len_bytes, scc_error **err)
{
    return stage(set, path, identity, bytes, len_bytes, err);
}

/* glibc has renameat2() since 2.28; musl has not. */
static int rename_with(const struct output *output, unsigned flags)
{
    return (int)syscall(SYS_renameat2, output->dir_fd, output->temporary.name, output->dir_fd,
                        output->base, flags);
}

/** Makes @p name the file's name in the output's directory, whatever that was before. */
static int rename_over(const struct output *output, const char *name)
{
    return renameat(output->dir_fd, name, output->dir_fd, output->base);
}

static int link_as(const struct output *output, const char *name, const char *other)
{
    return linkat(output->dir_fd, name, output->dir_fd, other, 0);
}

/** Whether a file system, or the kernel for this file, makes no links at all: link(2). */
static bool means_no_links(int error)
{
    return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL ||
           error == EMLINK;
}

/** Publishes where there is a file, which keeps a second name. */
static int replace_kept(struct output *output, scc_error **err)
{
    struct beside kept;
    for (int i = 0; i < TRIES; i++) {
        if (choose_beside(&kept, err) < 0)
            return -1;
        if (link_as(output, output->base, kept.name) == 0) {
            if (rename_over(output, output->temporary.name) < 0) {
                int why = errno;
                unlinkat(output->dir_fd, kept.name, 0);
                return scc_error_errno(err, why, "%s", output->path);
            }
            output->temporary = kept;
            output->stage = STAGE_EXCHANGED;
            return 0;
        }
        if (errno != EEXIST)
            return scc_error_errno(err, errno, "%s", output->path);
    }
    return refuse_beside(output, err);
}

/** Publishes where the file system knows no more than rename(2). */
static int replace(struct output *output, scc_error **err)
{
    struct stat status;
    bool was_there = fstatat(output->dir_fd, output->base, &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (rename_over(output, output->temporary.name) < 0)
        return scc_error_errno(err, errno, "%s", output->path);
    output->stage = was_there ? STAGE_REPLACED : STAGE_CREATED;
    return 0;
}

/** Publishes without renameat2(2), which not all file systems have. */
static int publish_by_links(struct output *output, scc_error **err)
{
    if (link_as(output, output->temporary.name, output->base) == 0) {
        output->stage = STAGE_LINKED;
        return 0;
    }
    if (means_no_links(errno))
        return replace(output, err);
    if (errno == EEXIST)
        return replace_kept(output, err);
    return scc_error_errno(err, errno, "%s", output->path);
}

/**
 * Gives the new contents the name of the file that was read. What somebody else writes there until
 * the exchange is seen behind it, and put back by take_back(). This remains: who has the old file
 * open writes into it to the end, which nobody sees; and where names cannot be exchanged, another
 * file that gets the name between the last look and rename(2) is lost, without links also what is
 * written into this one then.
 */
static int publish_over_read(struct output *output, scc_error **err)
{
    const struct scc_file_identity *read = &output->read;
    if (check_read(output->dir_fd, output->base, output->path, read, EXPECT_UNTOUCHED, err) < 0)
        return -1;
    if (rename_with(output, RENAME_EXCHANGE) == 0)
        output->stage = STAGE_EXCHANGED;
    else if (errno != EINVAL && errno != ENOSYS)
        return scc_error_errno(err, errno, "%s", output->path);
    else if (publish_by_links(output, err) < 0)
        return -1;
    if (output->stage == STAGE_REPLACED)
        return 0;
    if (output->stage != STAGE_EXCHANGED)
        return scc_error_set(err, SCC_ERROR_SYSTEM,
                             "%s: gone by now, expected the file that was read", output->path);
    return check_read(output->dir_fd, output->temporary.name, output->path, read, EXPECT_RENAMED,
                      err);
}

/**
 * Gives the new contents their name. Exchanging keeps the old contents until all outputs are in
 * place; whether there is an old file can change between two tries, so either way is tried again.
 */
static int publish(struct output *output, scc_error **err)
{
    if (output->replaces_read)
        return publish_over_read(output, err);
    for (int i = 0; i < TRIES; i++) {
        if (rename_with(output, RENAME_NOREPLACE) == 0) {
            output->stage = STAGE_CREATED;
            return 0;
        }
        if (errno == EEXIST && rename_with(output, RENAME_EXCHANGE) == 0) {
            output->stage = STAGE_EXCHANGED;
            return 0;
        }
        if (errno == EINVAL || errno == ENOSYS)
            return publish_by_links(output, err);
        if (errno != ENOENT && errno != EEXIST)
            break;
    }
    return scc_error_errno(err, errno, "%s", output->path);
}

/** The number of characters of the path in front of the output's own name. */
static int dir_chars(const struct output *output)
{
    return (int)(output->base - output->path);
}

/** Puts an output back as it was; where that fails too the error says what is where. */
static void take_back(struct output *output, scc_error **err)
{
    if (output->stage == STAGE_EXCHANGED) {
        if (rename_over(output, output->temporary.name) < 0)
            scc_error_wrap(err, "%s is new; what it was stands in %.*s%s", output->path,
                           dir_chars(output), output->path, output->temporary.name);
        output->stage = STAGE_OVER;
    } else if (output->stage == STAGE_CREATED || output->stage == STAGE_LINKED) {
        if (unlinkat(output->dir_fd, output->base, 0) < 0)
            scc_error_wrap(err, "%s is new, and cannot be removed again", output->path);
        output->stage = output->stage == STAGE_LINKED ? STAGE_WAITING : STAGE_OVER;
    } else if (output->stage == STAGE_REPLACED) {
        scc_error_wrap(err, "%s is new, and what it was is gone", output->path);
    }
}

/** Removes the second file beside an output that is in place; where that fails, that is told. */
static void tidy_up(struct output *output, scc_diags *diags)
{
    if (!has_temporary(output))
        return;
    const char *what = output->stage == STAGE_EXCHANGED ? "what it was" : "a second name of it";
    output->stage = STAGE_OVER;
    if (unlinkat(output->dir_fd, output->temporary.name, 0) < 0 && errno != ENOENT)
        scc_diags_add(diags, SCC_DIAG_WARNING, (struct scc_place){0}, NULL, NULL,
                      "%s: %s stands in %.*s%s and cannot be removed: %s", output->path, what,
                      dir_chars(output), output->path, output->temporary.name, strerror(errno));
}

/** Writes into what is no file, if that still is what was looked at. */
static int write_stream(const struct output *output, scc_error **err)
{
    struct stat status;
    if (output->dir_fd < 0)
        return write_all(STDOUT_FILENO, "standard output", output->bytes, output->len, err);
    SCC_CLEANUP(scc_close_fd)
    int fd = openat(output->dir_fd, output->base, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &status) < 0)
        return scc_error_errno(err, errno, "%s", output->path);
    if (status.st_dev != output->device || status.st_ino != output->number)
        return scc_error_set(err, SCC_ERROR_SYSTEM,
                             "%s: something else by now, expected what it was", output->path);
    return write_all(fd, output->path, output->bytes, output->len, err);
}

/** Makes sure of the outputs that have their names by now. */
static int settle(const struct scc_output_set *set, scc_error **err)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->outputs[i].stage != STAGE_STREAM && fsync(set->outputs[i].dir_fd) < 0 &&
            errno != EINVAL)
            return scc_error_errno(err, errno, "%s", set->outputs[i].path);
    }
    return 0;
}

/*
 * Waiting for a reader, who may never come
 */

/** What give_up() takes back: the outputs are not touched by others as long as it is set. */
static _Atomic(struct scc_output_set *) waiting;

/** Puts the outputs back as they were and ends by the signal. Of the calls in here each may be made
 * in a handler (signal-safety(7)). */
static void give_up(int number)
{
    struct scc_output_set *set = waiting;
    for (size_t i = set->count; i-- > 0;) {
        struct output *output = &set->outputs[i];
        take_back(output, NULL);
        if (has_temporary(output))
            unlinkat(output->dir_fd, output->temporary.name, 0);
        output->stage = STAGE_OVER;
    }
    raise(number); /* which by SA_RESETHAND does now what it does by default */
}

/** Lets the signals through again, those that would end the process to give_up(). @p before gets
 * what each of them did. */
static void watch_signals(struct scc_output_set *set, struct sigaction *before)
{
    const struct sigaction giving_up = {
        .sa_handler = give_up, .sa_mask = ending_set(), .sa_flags = (int)SA_RESETHAND};
    waiting = set;
    for (size_t i = 0; i < SCC_COUNT(ending_signals); i++) {
        if (sigaction(ending_signals[i], NULL, &before[i]) == 0 && before[i].sa_handler == SIG_DFL)
            sigaction(ending_signals[i], &giving_up, NULL);
    }
    release_signals(set);
}

/** Undoes watch_signals(). */
static void unwatch_signals(struct scc_output_set *set, const struct sigaction *before)
{
    hold_signals(set);
    for (size_t i = 0; i < SCC_COUNT(ending_signals); i++)
        sigaction(ending_signals[i], &before[i], NULL);
    waiting = NULL;
}

static int write_each_stream(const struct scc_output_set *set, scc_error **err)
{
    int done = 0;
    for (size_t i = 0; i < set->count && done == 0; i++) {
        if (set->outputs[i].stage == STAGE_STREAM)
            done = write_stream(&set->outputs[i], err);
    }
    return done;
}

/** Writes the streams behind all files. */
static int write_streams(struct scc_output_set *set, scc_error **err)
{
    struct sigaction before[SCC_COUNT(ending_signals)];
    if (!set->holds_signals) /* there is nothing to put back */
        return write_each_stream(set, err);
    watch_signals(set, before);
    int done = write_each_stream(set, err);
    unwatch_signals(set, before);
    return done;
}

int scc_output_set_commit(struct scc_output_set *set, scc_diags *diags, scc_error **err)
{
    int done = 0;
    for (size_t i = 0; i < set->count && done == 0; i++) {
        if (set->outputs[i].stage == STAGE_WAITING)
            done = publish(&set->outputs[i], err);
    }
    if (done == 0)
        done = settle(set, err);
    if (done == 0)
        done = write_streams(set, err);
    for (size_t i = set->count; i-- > 0;) {
        if (done < 0)
            take_back(&set->outputs[i], err);
        else
            tidy_up(&set->outputs[i], diags);
    }
    release_signals(set);
    return done;
}
