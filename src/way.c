/* SPDX-License-Identifier: Apache-2.0 */
#include "way.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "strbuf.h"
#include "util.h"

/* As many as the kernel follows: path_resolution(7). */
enum { LINKS_MAX = 40 };

static const int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

bool scc_way_trusts(const struct stat *link)
{
    return link->st_uid == 0 || link->st_uid == geteuid();
}

/** A path that is being walked. */
struct walk {
    int at;     /* the directory that was reached, open with O_PATH */
    char *rest; /* what follows */
    unsigned links;
    const char *path; /* for a person */
    scc_error **err;
};

static int fail(const struct walk *walk, int why)
{
    scc_error_errno(walk->err, why, "%s", walk->path);
    errno = why;
    return -1;
}

/** Goes to @p fd, which is taken over; what follows is @p rest, inside of walk->rest. */
static void go_on(struct walk *walk, int fd, const char *rest)
{
    scc_close_fd(&walk->at);
    walk->at = fd;
    rest += strspn(rest, "/");
    memmove(walk->rest, rest, strlen(rest) + 1);
}

/** Begins where the rest says: at "/", or in the working directory. */
static int begin(struct walk *walk)
{
    int fd = open(*walk->rest == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(walk, errno);
    go_on(walk, fd, walk->rest);
    return 0;
}

/** Puts a link's text, relative to where it stands, in front of what follows @p name. */
static int put_in_front(struct walk *walk, int link, const char *rest)
{
    char text[PATH_MAX];
    struct scc_strbuf joined = {0};
    ssize_t len = readlinkat(link, "", text, sizeof text);
    if (len < 0 || (size_t)len == sizeof text)
        return fail(walk, len < 0 ? errno : ENAMETOOLONG);
    scc_strbuf_add_bytes(&joined, text, (size_t)len);
    scc_strbuf_add(&joined, "/");
    scc_strbuf_add(&joined, rest);
    char *made = scc_strbuf_steal(&joined);
    if (!made)
        return scc_error_nomem(walk->err);
    free(walk->rest);
    walk->rest = made;
    return *made == '/' ? begin(walk) : 0;
}

/** Whether a link is one of /proc/PID/fd and its like: what it leads to is not what its text says.
 */
static bool is_magic(int link)
{
    struct statfs status;
    return fstatfs(link, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

/** Goes on behind the symbolic link @p name, open as @p link. */
static int follow(struct walk *walk, int link, const struct stat *status, const char *name,
                  const char *rest)
{
    if (!scc_way_trusts(status)) {
        scc_error_set(
            walk->err, SCC_ERROR_SYSTEM,
            "%s: %s is a symbolic link of user %u, expected one of root's or one's own on "
            "the way to what is written",
            walk->path, name, (unsigned)status->st_uid);
        errno = ELOOP;
        return -1;
    }
    if (++walk->links > LINKS_MAX)
        return fail(walk, ELOOP);
    if (!is_magic(link))
        return put_in_front(walk, link, rest);
    int fd = openat(walk->at, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(walk, errno);
    go_on(walk, fd, rest);
    return 0;
}

/** Goes one part of the path further. */
static int step(struct walk *walk)
{
    struct stat status;
    size_t len = strcspn(walk->rest, "/");
    SCC_AUTOFREE char *name = strndup(walk->rest, len);
    const char *rest = walk->rest + len;
    if (!name)
        return scc_error_nomem(walk->err);
    SCC_CLEANUP(scc_close_fd) int fd = openat(walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0)
        return fail(walk, errno);
    if (S_ISLNK(status.st_mode))
        return follow(walk, fd, &status, name, rest);
    if (!S_ISDIR(status.st_mode))
        return fail(walk, ENOTDIR);
    go_on(walk, fd, rest);
    fd = -1; /* the walk's now */
    return 0;
}

/** Opens the directory @p dir part by part; -1 with an error. */
static int open_by_parts(const char *dir, const char *path, scc_error **err)
{
    struct walk walk = {.at = -1, .rest = strdup(dir), .path = path, .err = err};
    int fd = -1;
    int done = walk.rest ? begin(&walk) : scc_error_nomem(err);
    while (done == 0 && *walk.rest)
        done = step(&walk);
    if (done == 0) {
        fd = openat(walk.at, ".", directory_flags);
        if (fd < 0)
            fail(&walk, errno);
    }
    int why = errno;
    scc_close_fd(&walk.at);
    free(walk.rest);
    errno = why;
    return fd;
}

/** Opens the directory @p dir where there is no symbolic link on the way; -1 with errno. */
static int open_straight(const char *dir)
{
    const struct open_how how = {.flags = (unsigned)directory_flags,
                                 .resolve = RESOLVE_NO_SYMLINKS};
    return (int)syscall(SYS_openat2, AT_FDCWD, dir, &how, sizeof how);
}

/** Whether the path has to be walked: there is a link, or no openat2(2), which came with 5.6 and
 * which old filters of containers refuse. */
static bool must_walk(int error)
{
    return error == ELOOP || error == ENOSYS || error == EPERM;
}

static int open_directory(const char *dir, const char *path, scc_error **err)
{
    int fd = open_straight(dir);
    if (fd < 0 && must_walk(errno))
        return open_by_parts(dir, path, err);
    const struct walk here = {.path = path, .err = err};
    return fd < 0 ? fail(&here, errno) : fd;
}

int scc_way_open(const char *path, struct scc_way *way, scc_error **err)
{
    const char *slash = strrchr(path, '/');
    SCC_AUTOFREE char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    *way = (struct scc_way){.dir_fd = -1, .base = slash ? slash + 1 : path, .path = path};
    if (!dir)
        return scc_error_nomem(err);
    way->dir_fd = open_directory(dir, path, err);
    if (way->dir_fd < 0)
        return -1;
    if (fstat(way->dir_fd, &way->dir) == 0)
        return 0;
    const struct walk here = {.path = path, .err = err};
    scc_close_fd(&way->dir_fd);
    way->dir_fd = -1;
    return fail(&here, errno);
}
