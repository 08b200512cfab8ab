/* SPDX-License-Identifier: Apache-2.0 */
#include "cache_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <seccompc/cache.h>

#include "file.h"
#include "strbuf.h"
#include "util.h"
#include "way.h"

#define ENTRY_SUFFIX ".blob"
#define LOCK_NAME "lock"
#define TEMPORARY_PREFIX ".new-"

enum {
    /** An entry's last use is told to a minute: most hits then write nothing. */
    USE_SECONDS = 60,
    ENTRY_NAME_CHARS = SCC_DIGEST_HEX_CHARS + sizeof ENTRY_SUFFIX - 1,
    TEMPORARY_NAME_CHARS = sizeof TEMPORARY_PREFIX - 1 + 16,
    TRIES = 8,
};

struct scc_store {
    int dir_fd;
    char *path;
    size_t entries_max;
    uint64_t bytes_max;
};

/*
 * The directory
 */

/** Whether /run is the root's that this process is: in a user namespace it is another's. */
static bool owns_run(void)
{
    struct stat status;
    return geteuid() == 0 && stat("/run", &status) == 0 && status.st_uid == 0;
}

/** The usual directory's path, or the caller's without the slashes at its end, through which a
 * symbolic link would be followed. The caller frees it. */
static char *choose_path(const char *path, scc_error **err)
{
    struct scc_strbuf text = {0};
    if (path && !*path) {
        scc_error_set(err, SCC_ERROR_SYSTEM, "cache: an empty name, expected a directory's");
        return NULL;
    }
    if (path) {
        size_t len = strlen(path);
        while (len > 1 && path[len - 1] == '/')
            len--;
        scc_strbuf_add_bytes(&text, path, len);
    } else if (owns_run()) {
        scc_strbuf_add(&text, "/run/seccompc");
    } else {
        const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
        if (!runtime || *runtime != '/') {
            scc_error_set(err, SCC_ERROR_SYSTEM,
                          "cache: no directory, expected an absolute path in XDG_RUNTIME_DIR%s",
                          runtime ? "" : ", which is not set or not trusted");
            return NULL;
        }
        scc_strbuf_addf(&text, "%s/seccompc", runtime);
    }
    char *chosen = scc_strbuf_steal(&text);
    if (!chosen)
        scc_error_nomem(err);
    return chosen;
}

static int refuse_directory(const char *path, const char *what, const char *expected,
                            scc_error **err)
{
    return scc_error_set(err, SCC_ERROR_SYSTEM, "cache: %s: %s, expected %s", path, what, expected);
}

static int check_directory(int fd, const char *path, scc_error **err)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return scc_error_errno(err, errno, "cache: %s", path);
    if (status.st_uid != geteuid())
        return refuse_directory(path, "belongs to another user", "a directory of one's own", err);
    if (status.st_mode & 0077)
        return scc_error_set(err, SCC_ERROR_SYSTEM,
                             "cache: %s: mode %04o, expected 0700: nobody else may look into it or "
                             "write",
                             path, status.st_mode & 07777);
    return 0;
}

static int open_plain(const struct scc_way *way)
{
    return openat(way->dir_fd, *way->base ? way->base : ".",
                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/** Opens the directory; -1 with errno. */
static int open_directory(const struct scc_way *way, bool creates)
{
    int fd = open_plain(way);
    if (fd >= 0 || errno != ENOENT || !creates)
        return fd;
    bool is_new = mkdirat(way->dir_fd, way->base, 0700) == 0;
    if (!is_new && errno != EEXIST)
        return -1;
    fd = open_plain(way);
    int why = errno;
    /* A umask that takes the owner's rights makes a directory that is of no use to anybody. */
    if (fd < 0 && is_new)
        unlinkat(way->dir_fd, way->base, AT_REMOVEDIR);
    errno = why;
    return fd;
}

static int explain_no_directory(const struct scc_way *way, int why, scc_error **err)
{
    struct stat status;
    if (why == ENOTDIR && fstatat(way->dir_fd, way->base, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(status.st_mode))
        return refuse_directory(way->path, "a symbolic link", "a directory", err);
    return scc_error_errno(err, why, "cache: %s", way->path);
}

/** Opens and checks the store's directory by its name in the one that it stands in. */
static int open_by_way(struct scc_store *store, const struct scc_way *way, bool creates,
                       scc_error **err)
{
    store->dir_fd = open_directory(way, creates);
    if (store->dir_fd < 0 && errno == ENOENT && !creates)
        return 1;
    if (store->dir_fd < 0)
        return explain_no_directory(way, errno, err);
    return check_directory(store->dir_fd, store->path, err);
}

/** Opens and checks the store's directory; 1 where it is missing and not to be made. */
static int open_checked(struct scc_store *store, bool creates, scc_error **err)
{
    struct scc_way way;
    scc_error *why = NULL;
    if (scc_way_open(store->path, &way, &why) < 0) {
        int done = errno == ENOENT && !creates ? 1
                                               : scc_error_set(err, SCC_ERROR_SYSTEM, "cache: %s",
                                                               scc_error_get_message(why));
        scc_error_free(why);
        return done;
    }
    int done = open_by_way(store, &way, creates, err);
    scc_close_fd(&way.dir_fd);
    return done;
}

int scc_store_open(const char *path, bool creates, struct scc_store **store, scc_error **err)
{
    struct scc_store *made = malloc(sizeof *made);
    if (!made)
        return scc_error_nomem(err);
    *made = (struct scc_store){-1, choose_path(path, err), SCC_CACHE_ENTRIES, SCC_CACHE_BYTES};
    int done = made->path ? open_checked(made, creates, err) : -1;
    if (done != 0) {
        scc_store_close(made);
        return done;
    }
    *store = made;
    return 0;
}

void scc_store_close(struct scc_store *store)
{
    if (!store)
        return;
    scc_close_fd(&store->dir_fd);
    free(store->path);
    free(store);
}

void scc_store_set_limits(struct scc_store *store, size_t entries, uint64_t bytes)
{
    store->entries_max = entries ? entries : 1;
    store->bytes_max = bytes ? bytes : 1;
}

const char *scc_store_path(const struct scc_store *store)
{
    return store->path;
}

/*
 * Names
 */

struct entry_name {
    char text[ENTRY_NAME_CHARS + 1];
};

static struct entry_name name_entry(const struct scc_digest *key)
{
    struct entry_name name;
    scc_digest_to_hex(key, name.text);
    memcpy(name.text + SCC_DIGEST_HEX_CHARS, ENTRY_SUFFIX, sizeof ENTRY_SUFFIX);
    return name;
}

/** Whether @p name is an entry's; its key. */
static bool is_entry_name(const char *name, struct scc_digest *key)
{
    return strlen(name) == ENTRY_NAME_CHARS && scc_digest_from_hex(name, key) &&
           strcmp(name + SCC_DIGEST_HEX_CHARS, ENTRY_SUFFIX) == 0;
}

static bool is_temporary_name(const char *name)
{
    const size_t prefix = sizeof TEMPORARY_PREFIX - 1;
    return strlen(name) == TEMPORARY_NAME_CHARS && memcmp(name, TEMPORARY_PREFIX, prefix) == 0 &&
           strspn(name + prefix, "0123456789abcdef") == TEMPORARY_NAME_CHARS - prefix;
}

char *scc_store_entry_path(const struct scc_store *store, const struct scc_digest *key)
{
    struct scc_strbuf path = {0};
    scc_strbuf_add(&path, store->path);
    scc_strbuf_add(&path, "/");
    scc_strbuf_add(&path, name_entry(key).text);
    return scc_strbuf_steal(&path);
}

static int entry_error(const struct scc_store *store, const struct scc_digest *key, int why,
                       scc_error **err)
{
    return scc_error_errno(err, why, "cache: %s/%s", store->path, name_entry(key).text);
}

/*
 * Reading
 */

static bool is_before(struct timespec a, struct timespec b)
{
    return a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

static struct timespec now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time;
}

/** Renews the time of the last use where it is old, or in the future. It may fail: order alone
 * suffers. */
static void note_use(int fd, struct timespec used)
{
    struct timespec time = now();
    if (is_before(time, used) || time.tv_sec - used.tv_sec >= USE_SECONDS)
        futimens(fd, NULL);
}

/** What is wrong with a file that stands under an entry's name, or NULL. */
static const char *find_fault(const struct stat *status)
{
    if (!S_ISREG(status->st_mode))
        return "no regular file";
    if (status->st_uid != geteuid())
        return "belongs to another user";
    if (status->st_nlink > 1) /* none: it was evicted after it was opened */
        return "has another name, by a hard link";
    if (status->st_mode & 0077)
        return "is open to others";
    if (status->st_size <= 0)
        return "is empty";
    if (status->st_size > SCC_STORE_ENTRY_BYTES_MAX)
        return "is too large";
    return NULL;
}

static enum scc_store_found refuse_entry(const struct scc_store *store,
                                         const struct scc_digest *key, const char *fault,
                                         scc_error **why)
{
    scc_error_set(why, SCC_ERROR_INPUT, "cache: %s/%s: %s, expected an entry as it was written",
                  store->path, name_entry(key).text, fault);
    return SCC_STORE_BAD;
}

/** Reads up to @p len bytes; how many, or -1. */
static ssize_t read_up_to(int fd, char *bytes, size_t len)
{
    size_t have = 0;
    while (have < len) {
        ssize_t got = read(fd, bytes + have, len - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static enum scc_store_found explain_no_entry(const struct scc_store *store,
                                             const struct scc_digest *key, int errnum,
                                             scc_error **why)
{
    if (errnum == ENOENT)
        return SCC_STORE_MISSING;
    if (errnum == ELOOP)
        return refuse_entry(store, key, "a symbolic link", why);
    if (errnum == ENXIO)
        return refuse_entry(store, key, "no regular file", why);
    entry_error(store, key, errnum, why);
    return SCC_STORE_FAILED;
}

enum scc_store_found scc_store_load(const struct scc_store *store, const struct scc_digest *key,
                                    bool uses, void **bytes, size_t *len_bytes, scc_error **why)
{
    struct stat status;
    /* O_NONBLOCK: a FIFO must not hold us up. */
    SCC_CLEANUP(scc_close_fd)
    int fd = openat(store->dir_fd, name_entry(key).text,
                    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return explain_no_entry(store, key, errno, why);
    if (fstat(fd, &status) < 0) {
        entry_error(store, key, errno, why);
        return SCC_STORE_FAILED;
    }
    const char *fault = find_fault(&status);
    if (fault)
        return refuse_entry(store, key, fault, why);
    const size_t len = (size_t)status.st_size;
    SCC_AUTOFREE char *text = malloc(len);
    if (!text) {
        scc_error_nomem(why);
        return SCC_STORE_FAILED;
    }
    ssize_t got = read_up_to(fd, text, len);
    if (got < 0) {
        entry_error(store, key, errno, why);
        return SCC_STORE_FAILED;
    }
    if ((size_t)got != len)
        return refuse_entry(store, key, "is being cut", why);
    if (uses)
        note_use(fd, status.st_mtim);
    *bytes = SCC_STEAL(text);
    *len_bytes = len;
    return SCC_STORE_FOUND;
}

int scc_store_remove(const struct scc_store *store, const struct scc_digest *key, scc_error **err)
{
    if (unlinkat(store->dir_fd, name_entry(key).text, 0) == 0 || errno == ENOENT)
        return 0;
    return entry_error(store, key, errno, err);
}

/*
 * Turns: a few bytes of the lock's file for each key, so that the file never has to go.
 */

/** The byte that stands for a round of @p key: where two keys share it, they wait for each other.
 */
static off_t lock_place(const struct scc_digest *key, unsigned round)
{
    uint64_t place = 0;
    for (size_t i = 0; i < sizeof place; i++)
        place = place << 8 | key->bytes[i];
    return (off_t)(place / SCC_STORE_ROUNDS - place / SCC_STORE_ROUNDS % SCC_STORE_ROUNDS + round);
}

static int open_lock(const struct scc_store *store)
{
    struct stat status;
    int fd = openat(store->dir_fd, LOCK_NAME,
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd >= 0 && (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))) {
        close(fd);
        return -1;
    }
    /* The umask may have taken too much, for the next who opens it. */
    if (fd >= 0 && (status.st_mode & 0600) != 0600)
        fchmod(fd, 0600);
    return fd;
}

enum scc_store_turn scc_store_ask_turn(const struct scc_store *store, const struct scc_digest *key,
                                       unsigned round, int *fd)
{
    if (*fd < 0)
        *fd = open_lock(store);
    if (*fd < 0)
        return SCC_STORE_FREE;
    /* Open file description locks, fcntl(2): threads and processes alike, gone with the last of the
     * descriptors. */
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = lock_place(key, round), .l_len = 1};
    if (fcntl(*fd, F_OFD_SETLK, &lock) == 0)
        return SCC_STORE_MINE;
    return errno == EAGAIN || errno == EACCES ? SCC_STORE_TAKEN : SCC_STORE_FREE;
}

/*
 * Writing. A writer holds a flock(2) lock on its temporary file until that has its name, so that
 * one without a lock is known to be left over, by no clock and no process number.
 */

struct temporary {
    int fd;
    char name[TEMPORARY_NAME_CHARS + 1];
};

/** Whether the new file is this writer's: somebody who tidies up can come between making and
 * locking it. A file system without locks has nobody who tidies up. */
static bool holds_temporary(int fd)
{
    struct stat status;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(fd, &status) < 0 || status.st_nlink == 1;
}

/** Makes a new file; its descriptor is -1 with errno where that fails. */
static struct temporary make_temporary(const struct scc_store *store)
{
    struct temporary made = {.fd = -1};
    for (int i = 0; i < TRIES && made.fd < 0; i++) {
        uint64_t chance;
        if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
            return made;
        snprintf(made.name, sizeof made.name, TEMPORARY_PREFIX "%016" PRIx64, chance);
        made.fd = openat(store->dir_fd, made.name,
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (made.fd < 0 && errno != EEXIST)
            return made;
        if (made.fd >= 0 && !holds_temporary(made.fd)) {
            close(made.fd);
            made.fd = -1;
            errno = EAGAIN;
        }
    }
    return made;
}

/** Writes a new file and renames it; -1 with errno, and then nothing is left. */
static int publish(const struct scc_store *store, const struct scc_digest *key, const void *bytes,
                   size_t len)
{
    struct temporary new = make_temporary(store);
    SCC_CLEANUP(scc_close_fd) int fd = new.fd;
    if (fd < 0)
        return -1;
    /* The umask may have taken too much. */
    if (fchmod(fd, 0600) == 0 && scc_file_write_all(fd, bytes, len) == 0 &&
        renameat(store->dir_fd, new.name, store->dir_fd, name_entry(key).text) == 0)
        return 0;
    int why = errno;
    unlinkat(store->dir_fd, new.name, 0);
    errno = why;
    return -1;
}

int scc_store_put(const struct scc_store *store, const struct scc_digest *key, const void *bytes,
                  size_t len_bytes, scc_error **err)
{
    if (len_bytes > SCC_STORE_ENTRY_BYTES_MAX || len_bytes > store->bytes_max)
        return entry_error(store, key, EFBIG, err);
    return publish(store, key, bytes, len_bytes) < 0 ? entry_error(store, key, errno, err) : 0;
}

/*
 * Listing and removing
 */

void scc_store_list_clear(struct scc_store_list *list)
{
    free(list->entries);
    *list = (struct scc_store_list){0};
}

static void close_stream(DIR **stream)
{
    if (*stream)
        closedir(*stream);
}

/** Opens the directory for reading, apart from the descriptor that threads share. */
static DIR *open_stream(const struct scc_store *store)
{
    int fd = openat(store->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (!stream)
        scc_close_fd(&fd);
    return stream;
}

/** The last used first; times in the future last, since they say nothing. */
static int compare_use(const void *a, const void *b)
{
    const struct scc_store_entry *one = a, *two = b;
    if (one->is_future != two->is_future)
        return one->is_future - two->is_future;
    if (is_before(one->used, two->used) || is_before(two->used, one->used))
        return is_before(one->used, two->used) ? 1 : -1;
    return memcmp(one->key.bytes, two->key.bytes, sizeof one->key.bytes);
}

static int add_entry(const struct scc_store *store, const struct scc_digest *key,
                     struct scc_store_list *list, scc_error **err)
{
    struct stat status;
    if (fstatat(store->dir_fd, name_entry(key).text, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : entry_error(store, key, errno, err);
    if (!SCC_GROW(list->entries, list->cap, list->count + 1))
        return scc_error_nomem(err);
    list->entries[list->count++] = (struct scc_store_entry){
        *key, status.st_size > 0 ? (uint64_t)status.st_size : 0, status.st_mtim, false};
    return 0;
}

/** Removes a temporary file whose writer is gone. */
static void remove_left_over(const struct scc_store *store, const char *name)
{
    SCC_CLEANUP(scc_close_fd)
    int fd = openat(store->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(store->dir_fd, name, 0);
}

/** Reads the directory; also removes what writers who died left, if @p tidies. */
static int walk(const struct scc_store *store, bool tidies, struct scc_store_list *list,
                scc_error **err)
{
    SCC_CLEANUP(close_stream) DIR *stream = open_stream(store);
    if (!stream)
        return scc_error_errno(err, errno, "cache: %s", store->path);
    for (;;) {
        struct scc_digest key;
        errno = 0;
        const struct dirent *item = readdir(stream);
        if (!item && errno)
            return scc_error_errno(err, errno, "cache: %s", store->path);
        if (!item)
            return 0;
        if (is_entry_name(item->d_name, &key) && add_entry(store, &key, list, err) < 0)
            return -1;
        if (tidies && is_temporary_name(item->d_name))
            remove_left_over(store, item->d_name);
    }
}

/** walk(), in the order of use at the time *time. */
static int walk_in_order(const struct scc_store *store, bool tidies, struct scc_store_list *list,
                         struct timespec *time, scc_error **err)
{
    SCC_CLEANUP(scc_store_list_clear) struct scc_store_list found = {0};
    if (walk(store, tidies, &found, err) < 0)
        return -1;
    *time = now(); /* later than all that was written meanwhile */
    for (size_t i = 0; i < found.count; i++)
        found.entries[i].is_future = is_before(*time, found.entries[i].used);
    if (found.count)
        qsort(found.entries, found.count, sizeof *found.entries, compare_use);
    *list = found;
    found = (struct scc_store_list){0};
    return 0;
}

int scc_store_scan(const struct scc_store *store, struct scc_store_list *list, scc_error **err)
{
    struct timespec time;
    return walk_in_order(store, false, list, &time, err);
}

static bool is_too_old(const struct scc_store_entry *entry, struct timespec time,
                       uint64_t age_seconds)
{
    if (entry->is_future)
        return age_seconds != UINT64_MAX;
    return (uint64_t)(time.tv_sec - entry->used.tv_sec) > age_seconds;
}

int scc_store_prune(const struct scc_store *store, const struct scc_store_bounds *bounds,
                    struct scc_store_pruned *pruned, scc_error **err)
{
    SCC_CLEANUP(scc_store_list_clear) struct scc_store_list list = {0};
    struct timespec time;
    uint64_t bytes = 0;
    int done = 0;
    *pruned = (struct scc_store_pruned){0};
    if (walk_in_order(store, true, &list, &time, err) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        const struct scc_store_entry *entry = &list.entries[i];
        bytes += entry->size_bytes;
        if (i < bounds->entries && bytes <= bounds->bytes &&
            !is_too_old(entry, time, bounds->age_seconds))
            continue;
        if (scc_store_remove(store, &entry->key, done == 0 ? err : NULL) < 0) {
            done = -1;
            continue;
        }
        pruned->count++;
        pruned->bytes += entry->size_bytes;
    }
    return done;
}

int scc_store_tidy(const struct scc_store *store, scc_error **err)
{
    const struct scc_store_bounds bounds = {store->entries_max, store->bytes_max, UINT64_MAX};
    struct scc_store_pruned pruned;
    return scc_store_prune(store, &bounds, &pruned, err);
}
