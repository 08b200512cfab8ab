/* SPDX-License-Identifier: Apache-2.0 */
/** A folder of its own for a test that writes files. */
#ifndef SCC_TEST_FOLDER_H
#define SCC_TEST_FOLDER_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char test_folder[128];

/** Makes the folder, in TMPDIR or /tmp, and goes there; the umask is the usual one. */
static inline void enter_folder(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(test_folder, sizeof test_folder, "%s/seccompc-test.XXXXXX",
             base && *base ? base : "/tmp");
    cr_assert_not_null(mkdtemp(test_folder), "%s: %s", test_folder, strerror(errno));
    cr_assert_eq(chdir(test_folder), 0);
    umask(022);
}

/** Removes all in the folder @p name of the directory @p dir_fd, and it. */
static inline void remove_folder(int dir_fd, const char *name)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(fd, entry->d_name, 0) < 0)
            remove_folder(fd, entry->d_name);
    }
    if (dir)
        closedir(dir);
    unlinkat(dir_fd, name, AT_REMOVEDIR);
}

static inline void leave_folder(void)
{
    cr_assert_eq(chdir("/"), 0);
    remove_folder(AT_FDCWD, test_folder);
}

#endif
