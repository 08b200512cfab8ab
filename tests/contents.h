/* SPDX-License-Identifier: Apache-2.0 */
/** Whole files of a test's folder, among them what a command said in "err". Include after
 * criterion. */
#ifndef SCC_TEST_CONTENTS_H
#define SCC_TEST_CONTENTS_H

#include "file.h"
#include "folder.h"
#include "support.h"

/** A file's whole contents; bytes is NULL where there is none. */
struct contents {
    char *bytes;
    size_t len;
};

static inline struct contents read_contents(const char *path)
{
    struct contents contents = {0};
    scc_error *err = NULL;
    if (access(path, F_OK) == 0)
        must(scc_file_read(path, 1 << 20, &contents.bytes, &contents.len, &err), err);
    return contents;
}

static inline void write_contents(const char *path, struct contents contents)
{
    FILE *out = fopen(path, "w");
    cr_assert_not_null(out, "%s: %s", path, strerror(errno));
    cr_assert_eq(fwrite(contents.bytes, 1, contents.len, out), contents.len);
    cr_assert_eq(fclose(out), 0);
}

static inline bool is_same(struct contents a, struct contents b)
{
    return a.len == b.len && !a.bytes == !b.bytes &&
           (!a.bytes || memcmp(a.bytes, b.bytes, a.len) == 0);
}

static inline bool file_is(const char *path, struct contents wanted)
{
    struct contents found = read_contents(path);
    bool is_it = is_same(found, wanted);
    free(found.bytes);
    return is_it;
}

/** Whether the command's messages have @p text in them. */
static inline bool is_said(const char *text)
{
    struct contents said = read_contents("err");
    bool is_it = said.bytes && memmem(said.bytes, said.len, text, strlen(text)) != NULL;
    free(said.bytes);
    return is_it;
}

/** How many files are in the folder @p name whose names begin with @p prefix. */
static inline unsigned count_files(const char *name, const char *prefix)
{
    unsigned count = 0;
    DIR *dir = opendir(name);
    cr_assert_not_null(dir);
    for (const struct dirent *item; (item = readdir(dir)) != NULL;)
        count += strncmp(item->d_name, prefix, strlen(prefix)) == 0;
    closedir(dir);
    return count;
}

#endif
