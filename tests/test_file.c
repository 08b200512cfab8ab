/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "file.h"
#include "folder.h"
#include "support.h"
#include "util.h"

/*
 * Reading
 */

static int memory_file(const void *bytes, size_t len, char *path, size_t size)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
    snprintf(path, size, "/proc/self/fd/%d", fd);
    return fd;
}

Test(file, reads_all_bytes)
{
    static const char bytes[] = "a\0b\xff";
    char path[64], *text = NULL;
    size_t len = 0;
    scc_error *err = NULL;
    int fd = memory_file(bytes, sizeof bytes - 1, path, sizeof path);
    must(scc_file_read(path, 100, &text, &len, &err), err);
    cr_assert_eq(len, 4);
    cr_assert_arr_eq(text, bytes, 4);
    text[len] = 'x'; /* there is room for one more */
    free(text);
    /* from standard input, which may stand anywhere */
    cr_assert_eq(lseek(fd, 2, SEEK_SET), 2);
    cr_assert_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    must(scc_file_read("-", 100, &text, &len, &err), err);
    cr_assert_eq(len, 2);
    cr_assert_eq(text[0], 'b');
    free(text);
    close(fd);
    must(scc_file_read("/dev/null", 100, &text, &len, &err), err);
    cr_assert_eq(len, 0);
    free(text);
    cr_assert_str_eq(scc_file_shown_name("-"), "standard input");
    cr_assert_str_eq(scc_file_shown_name("./-"), "./-");
}

Test(file, reads_a_pipe_to_its_end)
{
    int pipe_fds[2];
    char path[64], *text = NULL;
    size_t len = 0;
    scc_error *err = NULL;
    cr_assert_eq(pipe(pipe_fds), 0);
    cr_assert_eq(write(pipe_fds[1], "abc", 3), 3);
    close(pipe_fds[1]);
    snprintf(path, sizeof path, "/proc/self/fd/%d", pipe_fds[0]);
    must(scc_file_read(path, 3, &text, &len, &err), err);
    cr_assert_eq(len, 3);
    free(text);
    close(pipe_fds[0]);
}

Test(file, bounds_what_it_reads)
{
    static const struct {
        size_t len, max;
        bool is_read;
    } cases[] = {
        {0, 0, true},           {1, 0, false},           {4096, 4096, true},
        {4097, 4096, false},    {65536, 65536, true},    {65537, 65536, false},
        {65535, 65536, true},   {200000, 200000, true},  {200000, 199999, false},
        {131072, 131072, true}, {131072, 131071, false},
    };
    char *bytes = calloc(1, 200000);
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char path[64], *text = NULL;
        size_t len = 0;
        scc_error *err = NULL;
        int fd = memory_file(bytes, cases[i].len, path, sizeof path);
        int done = scc_file_read(path, cases[i].max, &text, &len, &err);
        close(fd);
        cr_expect_eq(done == 0, cases[i].is_read, "%zu of %zu", cases[i].len, cases[i].max);
        if (done == 0) {
            cr_expect_eq(len, cases[i].len);
        } else {
            cr_expect_null(text);
            cr_expect_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
            cr_expect_not_null(strstr(scc_error_get_text(err), "expected no more"));
        }
        free(text);
        scc_error_free(err);
    }
    free(bytes);
}

Test(file, refuses_what_is_no_file)
{
    static const struct {
        const char *path;
        enum scc_error_code code;
        const char *says;
    } cases[] = {
        {"/proc/self", SCC_ERROR_INPUT, "/proc/self: a directory, expected a file"},
        {"/nonexistent", SCC_ERROR_SYSTEM, "/nonexistent: No such file or directory"},
        {"/dev/null/x", SCC_ERROR_SYSTEM, "/dev/null/x: Not a directory"},
        {"", SCC_ERROR_USAGE, "an empty name, expected a file's"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char *text = NULL;
        size_t len;
        scc_error *err = NULL;
        cr_assert_eq(scc_file_read(cases[i].path, 100, &text, &len, &err), -1);
        cr_expect_null(text);
        cr_expect_eq(scc_error_get_code(err), cases[i].code);
        cr_expect_not_null(strstr(scc_error_get_text(err), cases[i].says), "%s",
                           scc_error_get_text(err));
        scc_error_free(err);
    }
}

/*
 * Writing. Each test has a folder of its own, which it leaves.
 */

static struct scc_output_set *set;

static void enter(void)
{
    enter_folder();
    set = scc_output_set_new();
    cr_assert_not_null(set);
}

static void leave(void)
{
    scc_output_set_free(set);
    leave_folder();
}

static void add(const char *path, const char *bytes)
{
    scc_error *err = NULL;
    must(scc_output_set_add(set, path, bytes, strlen(bytes), &err), err);
}

static void commit(void)
{
    scc_error *err = NULL;
    must(scc_output_set_commit(set, NULL, &err), err);
}

static void put_file(const char *path, const char *bytes, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    cr_assert_eq(fchmod(fd, mode), 0);
    close(fd);
}

/** The contents of a file of the folder, or "(none)"; a static string. */
static const char *contents(const char *path)
{
    static char bytes[256];
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return "(none)";
    ssize_t got = read(fd, bytes, sizeof bytes - 1);
    cr_assert_geq(got, 0);
    bytes[got] = '\0';
    close(fd);
    return bytes;
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    cr_assert_eq(stat(path, &status), 0);
    return status.st_mode & 07777;
}

/** How many files there are in the folder at @p path; the name of one in @p name, if not NULL. */
static unsigned count_files(const char *path, char *name, size_t size)
{
    unsigned count = 0;
    DIR *dir = opendir(path);
    cr_assert_not_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (name)
            snprintf(name, size, "%s/%s", path, entry->d_name);
    }
    closedir(dir);
    return count;
}

static void expect_add_refused(const char *path, enum scc_error_code code, const char *says)
{
    scc_error *err = NULL;
    cr_assert_eq(scc_output_set_add(set, path, "x", 1, &err), -1, "%s", path);
    cr_expect_eq(scc_error_get_code(err), code, "%s", scc_error_get_text(err));
    cr_expect_not_null(strstr(scc_error_get_text(err), says), "expected \"%s\": %s", says,
                       scc_error_get_text(err));
    scc_error_free(err);
}

#define FolderTest(name) Test(file, name, .init = enter, .fini = leave)

FolderTest(appears_at_the_commit)
{
    add("a", "one");
    add("b", "two");
    cr_assert_str_eq(contents("a"), "(none)");
    cr_assert_str_eq(contents("b"), "(none)");
    commit();
    cr_assert_str_eq(contents("a"), "one");
    cr_assert_str_eq(contents("b"), "two");
    cr_assert_eq(mode_of("a"), 0644);
    scc_output_set_free(set);
    set = NULL;
    cr_assert_eq(count_files(".", NULL, 0), 2);
}

FolderTest(never_appears_without_one)
{
    put_file("b", "old", 0644);
    add("a", "one");
    add("b", "two");
    scc_output_set_free(set);
    set = NULL;
    cr_assert_eq(count_files(".", NULL, 0), 1);
    cr_assert_str_eq(contents("b"), "old");
}

FolderTest(closes_what_it_opened)
{
    unsigned before = count_files("/proc/self/fd", NULL, 0);
    put_file("b", "old", 0644);
    add("a", "one");
    add("b", "two");
    add("/dev/null", "x");
    expect_add_refused("/proc/self", SCC_ERROR_SYSTEM, "");
    expect_add_refused("nodir/x", SCC_ERROR_SYSTEM, "");
    commit();
    scc_output_set_free(set);
    set = scc_output_set_new();
    add("c", "three");
    scc_output_set_free(set);
    set = NULL;
    cr_assert_eq(count_files("/proc/self/fd", NULL, 0), before);
}

FolderTest(takes_empty_contents_and_other_folders)
{
    char path[256];
    cr_assert_eq(mkdir("sub", 0700), 0);
    snprintf(path, sizeof path, "%s/sub/x", test_folder);
    add("sub/empty", "");
    add(path, "x");
    commit();
    cr_assert_str_eq(contents("sub/empty"), "");
    cr_assert_str_eq(contents("sub/x"), "x");
    scc_output_set_free(set);
    set = NULL;
    cr_assert_eq(count_files("sub", NULL, 0), 2);
    cr_assert_eq(count_files(".", NULL, 0), 1);
}

FolderTest(keeps_the_mode_of_what_it_replaces)
{
    static const mode_t modes[] = {0600, 0640, 0644, 0755, 0444, 0666};
    for (size_t i = 0; i < SCC_COUNT(modes); i++) {
        char name[16];
        snprintf(name, sizeof name, "f%zu", i);
        put_file(name, "old", modes[i]);
        add(name, "new");
    }
    commit();
    for (size_t i = 0; i < SCC_COUNT(modes); i++) {
        char name[16];
        snprintf(name, sizeof name, "f%zu", i);
        cr_expect_str_eq(contents(name), "new");
        cr_expect_eq(mode_of(name), modes[i], "FINDING: mode %o becomes %o", modes[i],
                     mode_of(name));
    }
    scc_output_set_free(set);
    set = NULL;
    cr_assert_eq(count_files(".", NULL, 0), SCC_COUNT(modes));
}

FolderTest(new_files_have_the_umasks_mode)
{
    umask(077);
    add("private", "x");
    commit();
    cr_assert_eq(mode_of("private"), 0600);
}

FolderTest(replaces_a_name_and_not_what_others_hold)
{
    put_file("a", "old", 0644);
    cr_assert_eq(link("a", "other"), 0);
    int held = open("a", O_RDONLY);
    add("a", "new");
    commit();
    cr_assert_str_eq(contents("a"), "new");
    cr_assert_str_eq(contents("other"), "old");
    char byte;
    cr_assert_eq(read(held, &byte, 1), 1);
    cr_assert_eq(byte, 'o');
    close(held);
}

FolderTest(takes_all_back_when_one_cannot_be_published)
{
    char temporary[300];
    scc_error *err = NULL;
    cr_assert_eq(mkdir("sub", 0700), 0);
    put_file("b", "old", 0640);
    add("a", "one");
    add("b", "two");
    add("sub/c", "three");
    /* Somebody removes the staged file: it cannot be renamed any more. */
    cr_assert_eq(count_files("sub", temporary, sizeof temporary), 1);
    cr_assert_eq(unlink(temporary), 0);
    cr_assert_eq(scc_output_set_commit(set, NULL, &err), -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_SYSTEM);
    cr_assert_not_null(strstr(scc_error_get_text(err), "sub/c: "), "%s", scc_error_get_text(err));
    scc_error_free(err);
    cr_assert_str_eq(contents("a"), "(none)");
    cr_assert_str_eq(contents("b"), "old");
    cr_assert_eq(mode_of("b"), 0640);
    scc_output_set_free(set);
    set = NULL;
    cr_assert_eq(count_files("sub", NULL, 0), 0);
    cr_assert_eq(count_files(".", NULL, 0), 2);
}

FolderTest(tells_when_a_directory_is_gone)
{
    scc_error *err = NULL;
    cr_assert_eq(mkdir("sub", 0700), 0);
    put_file("b", "old", 0640);
    add("b", "two");
    add("sub/c", "three");
    remove_folder(AT_FDCWD, "sub");
    cr_assert_eq(scc_output_set_commit(set, NULL, &err), -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_SYSTEM);
    cr_assert_not_null(strstr(scc_error_get_text(err), "sub/c: No such file"), "%s",
                       scc_error_get_text(err));
    scc_error_free(err);
    cr_assert_str_eq(contents("b"), "old");
    scc_output_set_free(set);
    set = NULL;
    cr_assert_eq(count_files(".", NULL, 0), 1);
}

FolderTest(takes_all_back_when_a_stream_fails)
{
    scc_error *err = NULL;
    if (access("/dev/full", W_OK) < 0)
        cr_skip_test("no /dev/full here");
    put_file("b", "old", 0644);
    add("/dev/full", "x");
    add("a", "one");
    add("b", "two");
    cr_assert_eq(scc_output_set_commit(set, NULL, &err), -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_SYSTEM);
    cr_assert_not_null(strstr(scc_error_get_text(err), "/dev/full: No space left"), "%s",
                       scc_error_get_text(err));
    scc_error_free(err);
    cr_assert_str_eq(contents("a"), "(none)");
    cr_assert_str_eq(contents("b"), "old");
}

FolderTest(streams_are_written_at_the_commit)
{
    char text[16] = "";
    int out = memfd_create("stdout", MFD_CLOEXEC), saved = dup(STDOUT_FILENO);
    cr_assert_eq(mkfifo("fifo", 0600), 0);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    cr_assert_geq(reader, 0);
    add("fifo", "through");
    add("/dev/null", "gone");
    add("-", "printed");
    fflush(stdout);
    cr_assert_eq(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
    cr_assert_eq(read(reader, text, sizeof text), 0);
    scc_error *err = NULL;
    int done = scc_output_set_commit(set, NULL, &err);
    dup2(saved, STDOUT_FILENO);
    must(done, err);
    cr_assert_eq(read(reader, text, sizeof text), 7);
    cr_assert_arr_eq(text, "through", 7);
    cr_assert_eq(pread(out, text, sizeof text, 0), 7);
    cr_assert_arr_eq(text, "printed", 7);
    close(reader);
    close(out);
    close(saved);
    struct stat status;
    cr_assert_eq(stat("fifo", &status), 0);
    cr_assert(S_ISFIFO(status.st_mode));
}

FolderTest(prints_nothing_when_a_file_fails)
{
    char temporary[300], byte;
    int out = memfd_create("stdout", MFD_CLOEXEC), saved = dup(STDOUT_FILENO);
    scc_error *err = NULL;
    add("-", "printed");
    add("a", "one");
    cr_assert_eq(count_files(".", temporary, sizeof temporary), 1);
    cr_assert_eq(unlink(temporary), 0);
    fflush(stdout);
    cr_assert_eq(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
    int done = scc_output_set_commit(set, NULL, &err);
    dup2(saved, STDOUT_FILENO);
    cr_assert_eq(done, -1);
    cr_assert_eq(pread(out, &byte, 1, 0), 0);
    scc_error_free(err);
    close(out);
    close(saved);
}

FolderTest(refuses_what_it_should_not_replace)
{
    put_file("target", "old", 0644);
    cr_assert_eq(symlink("target", "link"), 0);
    cr_assert_eq(symlink("nowhere", "dangling"), 0);
    cr_assert_eq(symlink("/dev/null", "null"), 0);
    cr_assert_eq(mkdir("sub", 0700), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);

    add("a", "one");
    expect_add_refused("a", SCC_ERROR_USAGE, "a: named for two outputs");
    add("-", "x");
    expect_add_refused("-", SCC_ERROR_USAGE, "-: named for two outputs");
    expect_add_refused("link", SCC_ERROR_SYSTEM, "link: a symbolic link");
    expect_add_refused("dangling", SCC_ERROR_SYSTEM, "dangling: ");
    expect_add_refused("sub", SCC_ERROR_SYSTEM, "sub: a directory");
    expect_add_refused("sub/", SCC_ERROR_SYSTEM, "sub/: a directory");
    expect_add_refused("socket", SCC_ERROR_SYSTEM, "socket: a special file");
    expect_add_refused("nodir/x", SCC_ERROR_SYSTEM, "nodir/x: No such file");
    expect_add_refused("nodir/", SCC_ERROR_SYSTEM, "nodir/");
    expect_add_refused("target/x", SCC_ERROR_SYSTEM, "target/x: Not a directory");
    expect_add_refused("", SCC_ERROR_SYSTEM, "");
    /* A link to a device names the device. */
    add("null", "x");
    close(listener);
    char *long_name = malloc(5000);
    cr_assert_not_null(long_name);
    memset(long_name, 'x', 4999);
    long_name[4999] = '\0';
    expect_add_refused(long_name, SCC_ERROR_SYSTEM, "File name too long");
    free(long_name);
    cr_assert_str_eq(contents("target"), "old");
    scc_output_set_free(set);
    set = NULL;
    cr_assert_eq(count_files(".", NULL, 0), 6);
}

/* Two spellings of one name are one name: the second would silently win. */
FolderTest(refuses_one_file_under_two_spellings)
{
    scc_error *err = NULL;
    add("a", "one");
    cr_expect_eq(scc_output_set_add(set, "./a", "two", 3, &err), -1,
                 "FINDING: two outputs go to one file");
    scc_error_free(err);
}

/*
 * Replacing a file by what is made of it
 */

static struct scc_file_identity read_own(const char *path, const char *expected)
{
    struct scc_file_identity identity;
    scc_error *err = NULL;
    char *text = NULL;
    size_t len = 0;
    must(scc_file_read_own(path, 100, &text, &len, &identity, &err), err);
    cr_assert(len == strlen(expected) && memcmp(text, expected, len) == 0);
    free(text);
    return identity;
}

static void expect_refused(int done, scc_error **err, const char *says)
{
    cr_assert_eq(done, -1);
    cr_expect_eq(scc_error_get_code(*err), SCC_ERROR_SYSTEM);
    cr_expect(strstr(scc_error_get_text(*err), says), "%s", scc_error_get_text(*err));
    scc_error_free(*err);
    *err = NULL;
}

FolderTest(replaces_what_was_read)
{
    struct stat before, after;
    scc_error *err = NULL;
    put_file("c", "old", 0620);
    /* Root alone can tell whether the owner is kept. */
    if (geteuid() == 0)
        cr_assert_eq(chown("c", 12345, 23456), 0);
    cr_assert_eq(stat("c", &before), 0);
    struct scc_file_identity identity = read_own("c", "old");
    must(scc_output_set_replace(set, "c", &identity, "new", 3, &err), err);
    cr_assert_str_eq(contents("c"), "old");
    commit();
    cr_assert_str_eq(contents("c"), "new");
    cr_assert_eq(stat("c", &after), 0);
    cr_expect_eq(after.st_mode, before.st_mode);
    cr_expect_eq(after.st_uid, before.st_uid);
    cr_expect_eq(after.st_gid, before.st_gid);
    cr_expect_eq(count_files(".", NULL, 0), 1);
}

FolderTest(replaces_no_other_file)
{
    scc_error *err = NULL;
    put_file("c", "old", 0600);
    put_file("other", "other", 0600);
    struct scc_file_identity identity = read_own("c", "old");
    cr_assert_eq(rename("other", "c"), 0);
    expect_refused(scc_output_set_replace(set, "c", &identity, "new", 3, &err), &err,
                   "c: another file by now");
    cr_assert_eq(unlink("c"), 0);
    expect_refused(scc_output_set_replace(set, "c", &identity, "new", 3, &err), &err,
                   "c: No such file");
    commit();
    cr_assert_eq(count_files(".", NULL, 0), 0);
}

FolderTest(puts_back_what_was_changed_meanwhile)
{
    scc_error *err = NULL;
    put_file("c", "old", 0600);
    struct scc_file_identity identity = read_own("c", "old");
    must(scc_output_set_replace(set, "c", &identity, "new", 3, &err), err);
    cr_assert_eq(truncate("c", 1), 0);
    expect_refused(scc_output_set_commit(set, NULL, &err), &err, "c: changed since it was read");
    cr_assert_str_eq(contents("c"), "o");
    scc_output_set_free(set);
    set = scc_output_set_new();
    expect_refused(scc_output_set_replace(set, "c", &identity, "new", 3, &err), &err,
                   "c: changed since it was read");
    scc_output_set_free(set);
    set = NULL;
    cr_expect_eq(count_files(".", NULL, 0), 1);
}

FolderTest(reads_as_its_own_no_link_and_nothing_special)
{
    static const struct {
        const char *path, *says;
    } cases[] = {
        {"link", "link: a symbolic link, expected the file's own name"},
        {"dangling", "dangling: a symbolic link"},
        {"fifo", "fifo: a special file, expected a regular file"},
        {".", ".: a directory, expected a regular file"},
        {"none", "none: No such file"},
        {"/dev/null", "/dev/null: a special file"},
    };
    put_file("c", "old", 0600);
    cr_assert_eq(symlink("c", "link"), 0);
    cr_assert_eq(symlink("nothing", "dangling"), 0);
    cr_assert_eq(mkfifo("fifo", 0600), 0);
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct scc_file_identity identity;
        scc_error *err = NULL;
        char *text = NULL;
        size_t len = 0;
        int done = scc_file_read_own(cases[i].path, 100, &text, &len, &identity, &err);
        cr_expect_null(text);
        expect_refused(done, &err, cases[i].says);
    }
}
