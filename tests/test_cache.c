/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "cache_support.h"

#define FolderTest(name) Test(cache, name, .init = enter_folder, .fini = leave_folder)

enum expected { A_HIT, A_MISS };

/** Asks for the source in the cache "cache" and checks the answer; notes go to @p diags. */
static void ask(const scc_cache *cache, const struct scc_cache_source *source,
                enum expected expected, scc_diags *diags, const char *what)
{
    scc_error *err = NULL;
    scc_cached *cached = NULL, *right = right_answer();
    must(scc_cache_get(cache, source, test_target(), NULL, &cached, diags, &err), err);
    cr_expect_eq(scc_cached_is_hit(cached), expected == A_HIT, "%s", what);
    cr_expect(programs_are_same(scc_cached_program(cached), scc_cached_program(right)), "%s", what);
    scc_cached_free(cached);
    scc_cached_free(right);
}

static void ask_plain(enum expected expected, const char *what)
{
    const struct scc_cache_source source = plain_source();
    scc_cache *cache = open_cache("cache");
    ask(cache, &source, expected, NULL, what);
    scc_cache_close(cache);
}

static void *read_bytes(const char *path, size_t *len)
{
    struct stat status;
    int fd = open(path, O_RDONLY);
    cr_assert_geq(fd, 0, "%s: %s", path, strerror(errno));
    cr_assert_eq(fstat(fd, &status), 0);
    *len = (size_t)status.st_size;
    char *bytes = malloc(*len + 1);
    cr_assert_eq(read(fd, bytes, *len), (ssize_t)*len);
    close(fd);
    return bytes;
}

static void write_bytes(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    cr_assert_geq(fd, 0, "%s: %s", path, strerror(errno));
    cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

static unsigned count_names(const char *path, const char *part)
{
    unsigned count = 0;
    DIR *dir = opendir(path);
    cr_assert_not_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += strstr(entry->d_name, part) != NULL;
    closedir(dir);
    return count;
}

/*
 * Hits and misses
 */

FolderTest(a_hit_is_what_was_compiled)
{
    const struct scc_cache_source source = plain_source();
    scc_error *err = NULL;
    scc_cached *made = NULL, *found = NULL;
    size_t made_len, found_len, file_len;
    struct stat status;
    scc_cache *cache = open_cache("cache");
    must(scc_cache_get(cache, &source, test_target(), NULL, &made, NULL, &err), err);
    must(scc_cache_get(cache, &source, test_target(), NULL, &found, NULL, &err), err);
    cr_expect_not(scc_cached_is_hit(made));
    cr_expect(scc_cached_is_hit(found));
    cr_expect(programs_are_same(scc_cached_program(made), scc_cached_program(found)));
    cr_assert_str_eq(scc_cached_path(made), entry_path(&source));
    cr_assert_str_eq(scc_cached_path(found), entry_path(&source));
    const void *made_blob = scc_cached_blob(made, &made_len);
    const void *found_blob = scc_cached_blob(found, &found_len);
    void *file = read_bytes(scc_cached_path(found), &file_len);
    cr_assert_eq(made_len, found_len);
    cr_assert_eq(made_len, file_len);
    cr_expect_arr_eq(made_blob, found_blob, made_len);
    cr_expect_arr_eq(made_blob, file, made_len);
    free(file);
    cr_assert_eq(stat("cache", &status), 0);
    cr_expect_eq(status.st_mode & 07777, 0700);
    cr_assert_eq(stat(scc_cached_path(found), &status), 0);
    cr_expect_eq(status.st_mode & 07777, 0600);
    scc_cached_free(made);
    scc_cached_free(found);
    scc_cache_close(cache);
}

FolderTest(kinds_and_options_are_apart)
{
    static const char config[] = "{\"ociVersion\": \"1.0.2\", \"linux\": {\"seccomp\": "
                                 "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": "
                                 "[{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\"}]}}}";
    const struct scc_cache_source sources[] = {
        plain_source(),
        {.kind = SCC_CACHE_CONFIG, .text = config, .text_bytes = sizeof config - 1, .name = "c"},
        {0},
    };
    const struct scc_cache_options options[] = {{.reading.on_conflict = SCC_CONFLICT_REFUSE},
                                                {.shape = SCC_SCMP_LINEAR},
                                                {.shape = SCC_SCMP_TREE},
                                                {.reading.on_conflict = SCC_CONFLICT_STRICTEST}};
    scc_cache *cache = open_cache("cache");
    for (size_t i = 0; i < SCC_COUNT(sources); i++) {
        for (size_t j = 0; j < SCC_COUNT(options) && (i != 2 || j == 0); j++) {
            for (int again = 0; again < 2; again++) {
                scc_error *err = NULL;
                scc_cached *cached = NULL;
                must(scc_cache_get(cache, &sources[i], test_target(), &options[j], &cached, NULL,
                                   &err),
                     err);
                cr_expect_eq(scc_cached_is_hit(cached), again, "%zu %zu", i, j);
                scc_cached_free(cached);
            }
        }
    }
    cr_expect_eq(count_names("cache", ".blob"), 9);
    scc_cache_close(cache);
}

FolderTest(a_refused_profile_is_refused_each_time)
{
    const struct scc_cache_source sources[] = {
        {.text = "{}", .text_bytes = 2, .name = "empty"},
        {.path = "missing.json"},
        {.kind = SCC_CACHE_CONFIG, .text = "[]", .text_bytes = 2, .name = "list"},
    };
    scc_cache *cache = open_cache("cache");
    for (size_t i = 0; i < 2 * SCC_COUNT(sources); i++) {
        scc_error *err = NULL;
        scc_cached *cached = NULL;
        cr_expect_eq(
            scc_cache_get(cache, &sources[i / 2], test_target(), NULL, &cached, NULL, &err), -1);
        cr_expect_null(cached);
        cr_expect_eq(scc_error_get_code(err), i / 2 == 1 ? SCC_ERROR_SYSTEM : SCC_ERROR_INPUT);
        scc_error_free(err);
    }
    cr_expect_eq(count_names("cache", ".blob"), 0);
    scc_cache_close(cache);
}

/*
 * Bad entries
 */

/** The entry is bad now: it is told, compiled anew and replaced. */
static void expect_repair(const char *what)
{
    const struct scc_cache_source source = plain_source();
    scc_diags *diags = scc_diags_new();
    scc_cache *cache = open_cache("cache");
    ask(cache, &source, A_MISS, diags, what);
    cr_expect_geq(scc_diags_count(diags, SCC_DIAG_NOTE), 1, "%s: nothing is told", what);
    ask(cache, &source, A_HIT, NULL, what);
    scc_diags_free(diags);
    scc_cache_close(cache);
}

FolderTest(no_damaged_entry_is_loaded)
{
    const struct scc_cache_source source = plain_source();
    const char *path = entry_path(&source);
    size_t len;
    char what[64];
    ask_plain(A_MISS, "first");
    unsigned char *bytes = read_bytes(path, &len);
    for (size_t i = 0; i < len; i++) {
        snprintf(what, sizeof what, "byte %zu", i);
        bytes[i] ^= (unsigned char)(1u << i % 8);
        write_bytes(path, bytes, len);
        bytes[i] ^= (unsigned char)(1u << i % 8);
        expect_repair(what);
    }
    for (size_t i = 0; i <= len; i += i < 140 ? 7 : 31) {
        snprintf(what, sizeof what, "%zu of %zu bytes", i, len);
        if (i == len)
            continue;
        write_bytes(path, bytes, i);
        expect_repair(what);
    }
    bytes[len] = 0;
    write_bytes(path, bytes, len + 1);
    expect_repair("a byte more");
    char *large = calloc(1, SCC_STORE_ENTRY_BYTES_MAX + 1);
    write_bytes(path, large, SCC_STORE_ENTRY_BYTES_MAX + 1);
    expect_repair("a large file");
    free(large);
    free(bytes);
}

/* A whole blob, but of other inputs: one that an attacker of the name alone could put there. */
FolderTest(no_exchanged_entry_is_loaded)
{
    static const char open_text[] = "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": []}";
    const struct scc_cache_source source = plain_source(),
                                  other = {.text = open_text,
                                           .text_bytes = sizeof open_text - 1,
                                           .name = "open"};
    scc_error *err = NULL;
    scc_cached *cached = NULL;
    scc_cache *cache = open_cache("cache");
    ask(cache, &source, A_MISS, NULL, "first");
    must(scc_cache_get(cache, &other, test_target(), NULL, &cached, NULL, &err), err);
    cr_assert_eq(rename(scc_cached_path(cached), entry_path(&source)), 0);
    scc_cached_free(cached);
    expect_repair("exchanged");
    scc_cache_close(cache);
}

static void put_fifo(const char *path)
{
    cr_assert_eq(mkfifo(path, 0600), 0);
}

static void put_link(const char *path)
{
    cr_assert_eq(symlink("../good", path), 0);
}

static void put_dangling(const char *path)
{
    cr_assert_eq(symlink("nowhere", path), 0);
}

static void put_hard_link(const char *path)
{
    cr_assert_eq(link("good", path), 0);
}

static void put_open_mode(const char *path)
{
    cr_assert_eq(rename("good", path), 0);
    cr_assert_eq(chmod(path, 0644), 0);
}

static void put_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    /* A path is too long for an address; the name is changed afterwards. */
    snprintf(address.sun_path, sizeof address.sun_path, "socket");
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(rename("socket", path), 0);
    close(fd);
}

static void put_others(const char *path)
{
    cr_assert_eq(rename("good", path), 0);
    cr_assert_eq(chown(path, 1, (gid_t)-1), 0);
}

FolderTest(no_strange_file_is_loaded)
{
    static const struct {
        const char *what;
        void (*put)(const char *path);
        bool needs_root;
    } cases[] = {
        {"a FIFO", put_fifo, false},
        {"a symbolic link", put_link, false},
        {"a link to nothing", put_dangling, false},
        {"a hard link", put_hard_link, false},
        {"mode 0644", put_open_mode, false},
        {"a socket", put_socket, false},
        {"another's", put_others, true},
    };
    const struct scc_cache_source source = plain_source();
    const char *path = entry_path(&source);
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        if (cases[i].needs_root && geteuid() != 0)
            continue;
        ask_plain(i ? A_HIT : A_MISS, cases[i].what);
        cr_assert_eq(rename(path, "good"), 0);
        cases[i].put(path);
        expect_repair(cases[i].what);
        unlink("good");
    }
}

/* What cannot be replaced does not matter either. */
FolderTest(a_directory_as_entry_is_gone_around)
{
    const struct scc_cache_source source = plain_source();
    scc_diags *diags = scc_diags_new();
    scc_cache *cache = open_cache("cache");
    cr_assert_eq(mkdir(entry_path(&source), 0700), 0);
    ask(cache, &source, A_MISS, diags, "directory");
    cr_expect_geq(scc_diags_count(diags, SCC_DIAG_NOTE), 2);
    ask(cache, &source, A_MISS, NULL, "directory again");
    scc_diags_free(diags);
    scc_cache_close(cache);
}

/*
 * Directories
 */

static void expect_refused(const char *dir, const char *says)
{
    scc_error *err = NULL;
    scc_cache *cache = NULL;
    cr_assert_eq(scc_cache_open(dir, &cache, &err), -1, "%s", dir ? dir : "(usual)");
    cr_expect_null(cache);
    cr_expect_eq(scc_error_get_code(err), SCC_ERROR_SYSTEM);
    cr_expect_not_null(strstr(scc_error_get_text(err), says), "expected \"%s\": %s", says,
                       scc_error_get_text(err));
    scc_error_free(err);
}

FolderTest(hostile_directories_are_refused)
{
    cr_assert_eq(mkdir("real", 0700), 0);
    cr_assert_eq(symlink("real", "link"), 0);
    cr_assert_eq(mkdir("group", 0700), 0);
    cr_assert_eq(chmod("group", 0770), 0);
    cr_assert_eq(mkdir("seen", 0755), 0);
    cr_assert_eq(mkdir("sticky", 0700), 0);
    cr_assert_eq(chmod("sticky", 01777), 0);
    write_bytes("file", "x", 1);
    put_fifo("fifo");
    expect_refused("link", "link: a symbolic link, expected a directory");
    expect_refused("link/", "link: a symbolic link");
    expect_refused("link//", "link: a symbolic link");
    expect_refused("group", "group: mode 0770, expected 0700");
    expect_refused("seen", "seen: mode 0755, expected 0700");
    expect_refused("sticky", "sticky: mode 1777, expected 0700");
    expect_refused("file", "file: Not a directory");
    expect_refused("fifo", "fifo: Not a directory");
    expect_refused("missing/cache", "missing/cache: No such file or directory");
    expect_refused("", "an empty name");
    if (geteuid() == 0) {
        cr_assert_eq(chown("real", 1, 1), 0);
        expect_refused("real", "real: belongs to another user");
    }
}

/** Makes this process, which is the test's own, one of another user than root. */
static void become_user(void)
{
    if (geteuid() != 0)
        return;
    cr_assert_eq(chown(".", 65534, 65534), 0);
    cr_assert_eq(setgid(65534), 0);
    cr_assert_eq(setuid(65534), 0);
}

FolderTest(the_usual_directory)
{
    become_user();
    char runtime[sizeof test_folder + 16], path[sizeof runtime + 16];
    snprintf(runtime, sizeof runtime, "%s/runtime", test_folder);
    snprintf(path, sizeof path, "%s/seccompc", runtime);
    cr_assert_eq(mkdir(runtime, 0700), 0);
    unsetenv("XDG_RUNTIME_DIR");
    expect_refused(NULL, "XDG_RUNTIME_DIR, which is not set or not trusted");
    setenv("XDG_RUNTIME_DIR", "runtime", 1);
    expect_refused(NULL, "expected an absolute path in XDG_RUNTIME_DIR");
    setenv("XDG_RUNTIME_DIR", "", 1);
    expect_refused(NULL, "expected an absolute path in XDG_RUNTIME_DIR");
    setenv("XDG_RUNTIME_DIR", runtime, 1);
    scc_cache *cache = open_cache(NULL);
    cr_expect_str_eq(scc_store_path(cache->store), path);
    scc_cache_close(cache);
    cr_expect_eq(access(path, X_OK), 0);
}

FolderTest(a_directory_without_permissions)
{
    become_user();
    const struct scc_cache_source source = plain_source();
    static const mode_t modes[] = {0500, 0100, 0300, 0600};
    for (size_t i = 0; i < SCC_COUNT(modes); i++) {
        scc_error *err = NULL;
        scc_cache *cache = NULL;
        scc_diags *diags = scc_diags_new();
        cr_assert(mkdir("closed", 0700) == 0 || errno == EEXIST);
        cr_assert_eq(chmod("closed", modes[i]), 0);
        if (scc_cache_open("closed", &cache, &err) == 0) {
            ask(cache, &source, A_MISS, diags, "closed");
            cr_expect_geq(scc_diags_count(diags, SCC_DIAG_NOTE) +
                              scc_diags_count(diags, SCC_DIAG_WARNING),
                          1, "mode %o", modes[i]);
            cr_assert_eq(chmod("closed", 0700), 0);
            cr_expect_eq(count_names("closed", ""), 2, "mode %o", modes[i]);
        }
        scc_error_free(err);
        scc_cache_close(cache);
        scc_diags_free(diags);
    }
}

/* The descriptor stays the directory's that was checked. */
FolderTest(an_exchanged_directory_does_not_matter)
{
    const struct scc_cache_source source = plain_source();
    scc_cache *cache = open_cache("cache");
    cr_assert_eq(rename("cache", "moved"), 0);
    cr_assert_eq(mkdir("cache", 0777), 0);
    ask(cache, &source, A_MISS, NULL, "moved");
    ask(cache, &source, A_HIT, NULL, "moved");
    cr_expect_eq(count_names("cache", "."), 2);
    cr_expect_eq(count_names("moved", ".blob"), 1);
    scc_cache_close(cache);
}

/** Makes "cache" a tmpfs with these options, for this process alone; skips without the right. */
static void mount_cache(const char *options)
{
    cr_assert_eq(mkdir("cache", 0700), 0);
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "cache", "tmpfs", 0, options) < 0)
        cr_skip_test("no right to mount: %s", strerror(errno));
}

static void leave_mount(void)
{
    umount2("cache", MNT_DETACH);
    leave_folder();
}

#define MountTest(name) Test(cache, name, .init = enter_folder, .fini = leave_mount)

MountTest(a_full_disk)
{
    mount_cache("mode=0700,size=4k");
    const struct scc_cache_source source = plain_source();
    scc_diags *diags = scc_diags_new();
    scc_cache *cache = open_cache("cache");
    static char page[4096];
    write_bytes("cache/other", page, sizeof page);
    ask(cache, &source, A_MISS, diags, "full");
    cr_expect_eq(scc_diags_count(diags, SCC_DIAG_WARNING), 1);
    enum scc_diag_level level;
    cr_expect_not_null(strstr(scc_diags_at(diags, 0, &level), "No space left on device"));
    cr_expect_eq(count_names("cache", ".new"), 0);
    cr_expect_eq(count_names("cache", ".blob"), 0);
    cr_assert_eq(unlink("cache/other"), 0);
    ask(cache, &source, A_MISS, NULL, "room");
    ask(cache, &source, A_HIT, NULL, "room");
    scc_cache_close(cache);
    scc_diags_free(diags);
}

MountTest(a_disk_without_inodes)
{
    mount_cache("mode=0700,nr_inodes=1");
    const struct scc_cache_source source = plain_source();
    scc_diags *diags = scc_diags_new();
    scc_cache *cache = open_cache("cache");
    ask(cache, &source, A_MISS, diags, "no inode");
    cr_expect_eq(scc_diags_count(diags, SCC_DIAG_WARNING), 1);
    scc_cache_close(cache);
    scc_diags_free(diags);
}

MountTest(a_read_only_file_system)
{
    mount_cache("mode=0700");
    const struct scc_cache_source source = plain_source();
    scc_cache *cache = open_cache("cache");
    ask(cache, &source, A_MISS, NULL, "writable");
    cr_assert_eq(mount(NULL, "cache", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    ask(cache, &source, A_HIT, NULL, "read-only");
    cr_assert_eq(mount(NULL, "cache", NULL, MS_REMOUNT, NULL), 0);
    write_bytes(entry_path(&source), "x", 1);
    cr_assert_eq(mount(NULL, "cache", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    ask(cache, &source, A_MISS, NULL, "bad and read-only");
    ask(cache, &source, A_MISS, NULL, "bad and read-only again");
    scc_cache_close(cache);
}

/*
 * Eviction and clocks
 */

static void set_used(const struct scc_cache_source *source, time_t seconds_from_now)
{
    const time_t used = time(NULL) + seconds_from_now;
    const struct timespec times[2] = {{.tv_sec = used}, {.tv_sec = used}};
    cr_assert_eq(utimensat(AT_FDCWD, entry_path(source), times, 0), 0);
}

static bool is_there(const struct scc_cache_source *source)
{
    return access(entry_path(source), F_OK) == 0;
}

FolderTest(what_was_used_last_stays)
{
    static const struct {
        time_t used;
        bool stays;
    } cases[] = {
        {-500, true}, {-900, false}, {-100, true}, {500, false}, {-700, false}, {86400, false},
    };
    char texts[SCC_COUNT(cases) + 1][256];
    struct scc_cache_source sources[SCC_COUNT(cases) + 1];
    scc_cache *cache = open_cache("cache");
    for (unsigned i = 0; i <= SCC_COUNT(cases); i++)
        sources[i] = numbered_source(i, texts[i], sizeof texts[i]);
    for (size_t i = 0; i < SCC_COUNT(cases); i++)
        ask(cache, &sources[i], A_MISS, NULL, "fill");
    for (size_t i = 0; i < SCC_COUNT(cases); i++)
        set_used(&sources[i], cases[i].used);
    scc_cache_set_limits(cache, 3, SCC_CACHE_BYTES);
    ask(cache, &sources[SCC_COUNT(cases)], A_MISS, NULL, "one more");
    for (size_t i = 0; i < SCC_COUNT(cases); i++)
        cr_expect_eq(is_there(&sources[i]), cases[i].stays, "used %ld", (long)cases[i].used);
    cr_expect(is_there(&sources[SCC_COUNT(cases)]));
    scc_cache_close(cache);
}

FolderTest(bytes_are_bounded)
{
    char texts[4][256];
    struct scc_cache_source sources[4];
    struct stat status;
    scc_cache *cache = open_cache("cache");
    for (unsigned i = 0; i < 4; i++) {
        sources[i] = numbered_source(i, texts[i], sizeof texts[i]);
        ask(cache, &sources[i], A_MISS, NULL, "fill");
        set_used(&sources[i], -1000 + (time_t)i);
        cr_assert_eq(stat(entry_path(&sources[i]), &status), 0);
        scc_cache_set_limits(cache, 100, 2 * (uint64_t)status.st_size + 1);
    }
    cr_expect_not(is_there(&sources[0]));
    cr_expect_not(is_there(&sources[1]));
    cr_expect(is_there(&sources[2]));
    cr_expect(is_there(&sources[3]));
    /* An entry that alone is too large is not stored, and nothing goes for it. */
    scc_cache_set_limits(cache, 0, 0);
    ask(cache, &sources[0], A_MISS, NULL, "too large");
    cr_expect_not(is_there(&sources[0]));
    cr_expect(is_there(&sources[3]));
    scc_cache_close(cache);
}

static time_t used_of(const struct scc_cache_source *source)
{
    struct stat status;
    cr_assert_eq(stat(entry_path(source), &status), 0);
    return time(NULL) - status.st_mtim.tv_sec;
}

FolderTest(a_use_is_noted_once_a_minute)
{
    const struct scc_cache_source source = plain_source();
    scc_cache *cache = open_cache("cache");
    ask(cache, &source, A_MISS, NULL, "first");
    set_used(&source, -30);
    ask(cache, &source, A_HIT, NULL, "half a minute");
    cr_expect_geq(used_of(&source), 30);
    set_used(&source, -3600);
    ask(cache, &source, A_HIT, NULL, "an hour");
    cr_expect_lt(used_of(&source), 30);
    set_used(&source, 3600); /* the clock was an hour ahead */
    ask(cache, &source, A_HIT, NULL, "in an hour");
    cr_expect_geq(used_of(&source), 0);
    set_used(&source, -(time_t)time(NULL)); /* 1970 */
    ask(cache, &source, A_HIT, NULL, "1970");
    cr_expect_lt(used_of(&source), 30);
    scc_cache_close(cache);
}

FolderTest(what_dead_writers_left_is_removed)
{
    static const char dead[] = "cache/.new-0123456789abcdef",
                      alive[] = "cache/.new-00000000ffffffff",
                      fifo[] = "cache/.new-fffffffff0000000", other[] = "cache/.newest";
    char text[256];
    const struct scc_cache_source first = plain_source(),
                                  second = numbered_source(1, text, sizeof text);
    scc_cache *cache = open_cache("cache");
    write_bytes(dead, "half", 4);
    write_bytes(alive, "half", 4);
    write_bytes(other, "other", 5);
    put_fifo(fifo);
    int fd = open(alive, O_WRONLY);
    cr_assert_eq(flock(fd, LOCK_EX), 0);
    ask(cache, &first, A_MISS, NULL, "first");
    cr_expect_neq(access(dead, F_OK), 0);
    cr_expect_neq(access(fifo, F_OK), 0);
    cr_expect_eq(access(alive, F_OK), 0);
    cr_expect_eq(access(other, F_OK), 0);
    close(fd);
    ask(cache, &second, A_MISS, NULL, "second");
    cr_expect_neq(access(alive, F_OK), 0);
    scc_cache_close(cache);
}

/*
 * Several at once
 */

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/** A child that has the turn for the plain source's entry, until it is killed. */
static pid_t hold_turn(const scc_cache *cache)
{
    const struct scc_cache_source source = plain_source();
    const struct scc_digest key = key_of_source(&source);
    int pipes[2], fd = -1;
    char byte = 0;
    cr_assert_eq(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        if (scc_store_ask_turn(cache->store, &key, 0, &fd) != SCC_STORE_MINE ||
            write(pipes[1], &byte, 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    cr_assert_eq(read(pipes[0], &byte, 1), 1);
    close(pipes[0]);
    close(pipes[1]);
    return child;
}

FolderTest(one_that_hangs_does_not_hold_up_the_rest)
{
    const struct scc_cache_source source = plain_source();
    scc_diags *diags = scc_diags_new();
    scc_cache *cache = open_cache("cache");
    pid_t child = hold_turn(cache);
    double before = now_s();
    ask(cache, &source, A_MISS, diags, "waited");
    cr_expect_geq(now_s() - before, 0.9);
    cr_expect_lt(now_s() - before, 10);
    cr_expect_eq(scc_diags_count(diags, SCC_DIAG_NOTE), 1);
    ask(cache, &source, A_HIT, NULL, "stored without a turn");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    scc_diags_free(diags);
    scc_cache_close(cache);
}

FolderTest(one_that_dies_gives_its_turn_up)
{
    const struct scc_cache_source source = plain_source();
    const struct scc_digest key = key_of_source(&source);
    int fd = -1;
    scc_cache *cache = open_cache("cache");
    pid_t child = hold_turn(cache);
    cr_expect_eq(scc_store_ask_turn(cache->store, &key, 0, &fd), SCC_STORE_TAKEN);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    cr_expect_eq(scc_store_ask_turn(cache->store, &key, 0, &fd), SCC_STORE_MINE);
    close(fd);
    ask(cache, &source, A_MISS, NULL, "after");
    scc_cache_close(cache);
}

FolderTest(two_hundred_processes_on_a_cold_cache)
{
    enum { PROCESSES = 200 };
    struct shared {
        int right, hits, notes;
    } *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(shared, MAP_FAILED);
    const struct scc_cache_source source = {0}; /* the built-in profile: takes a while */
    int gate[2];
    cr_assert_eq(pipe(gate), 0);
    scc_error *err = NULL;
    scc_cached *right = NULL;
    must(scc_cache_get(NULL, &source, test_target(), NULL, &right, NULL, &err), err);
    for (int i = 0; i < PROCESSES; i++) {
        if (fork() != 0)
            continue;
        char byte;
        scc_cache *cache = NULL;
        scc_cached *cached = NULL;
        scc_diags *diags = scc_diags_new();
        close(gate[1]);
        if (read(gate[0], &byte, 1) != 0 || scc_cache_open("cache", &cache, NULL) < 0 ||
            scc_cache_get(cache, &source, test_target(), NULL, &cached, diags, NULL) < 0)
            _exit(1);
        if (programs_are_same(scc_cached_program(cached), scc_cached_program(right)))
            __atomic_add_fetch(&shared->right, 1, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&shared->hits, scc_cached_is_hit(cached), __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&shared->notes, (int)scc_diags_count(diags, SCC_DIAG_NOTE),
                           __ATOMIC_SEQ_CST);
        _exit(0);
    }
    close(gate[0]);
    close(gate[1]); /* all at once */
    while (wait(NULL) > 0)
        ;
    cr_expect_eq(shared->right, PROCESSES);
    cr_expect_geq(shared->hits, PROCESSES - 20, "%d compiled", PROCESSES - shared->hits);
    cr_expect_lt(shared->hits, PROCESSES);
    cr_expect_eq(count_names("cache", ".blob"), 1);
    cr_expect_eq(count_names("cache", ".new"), 0);
    scc_cached_free(right);
}

static void *use_from_thread(void *argument)
{
    const scc_cache *cache = argument;
    void *wrong = NULL;
    for (unsigned i = 0; i < 40; i++) {
        char text[256];
        const struct scc_cache_source source = numbered_source(i % 5, text, sizeof text);
        scc_cached *cached = NULL;
        if (scc_cache_get(cache, &source, test_target(), NULL, &cached, NULL, NULL) < 0 ||
            !scc_cached_path(cached))
            wrong = argument;
        scc_cached_free(cached);
    }
    return wrong;
}

FolderTest(threads_share_a_cache)
{
    pthread_t threads[8];
    scc_cache *cache = open_cache("cache");
    for (size_t i = 0; i < SCC_COUNT(threads); i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, use_from_thread, cache), 0);
    for (size_t i = 0; i < SCC_COUNT(threads); i++) {
        void *wrong;
        cr_assert_eq(pthread_join(threads[i], &wrong), 0);
        cr_expect_null(wrong);
    }
    cr_expect_eq(count_names("cache", ".blob"), 5);
    cr_expect_eq(count_names("cache", ".new"), 0);
    scc_cache_close(cache);
}
