/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Commands, their inputs in a folder of their own, and what they leave behind, for tests that make
 * something fail. Include after criterion.
 */
#ifndef SCC_TEST_ROWS_H
#define SCC_TEST_ROWS_H

#include <ctype.h>
#include <sys/wait.h>

#include "contents.h"
#include "util.h"

#define TARGET "--arch amd64 --kernel 6.18 "
#define CACHED TARGET "--cache-dir cache "

enum { WORDS_MAX = 32, FILES_MAX = 8, STATUS_RUN_FAILED = 125 };

/** The first files of each row. */
enum { OUT, ERR, OWN };

/** A command, what it reads and what it writes. */
struct row {
    const char *words;   /* with blanks between them; the command's name stands in front */
    const char *program; /* the environment's name for it; NULL: the command's */
    int status;          /* where nothing fails */
    const char
        *files; /* that it writes beside its standard outputs; blanks between them, or NULL */
    const char *input;     /* or NULL */
    void (*prepare)(void); /* before each run, or NULL */
    bool may_fall_back;    /* by passing its standard input on, with a warning */
};

/*
 * Inputs
 */

static const char profile_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 1,\n"
    " \"archMap\": [{\"architecture\": \"SCMP_ARCH_X86_64\",\n"
    "   \"subArchitectures\": [\"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"]},\n"
    "  {\"architecture\": \"SCMP_ARCH_AARCH64\"}, {\"architecture\": \"SCMP_ARCH_S390X\"}],\n"
    " \"syscalls\": [\n"
    "  {\"names\": [\"read\", \"write\", \"execve\", \"exit_group\", \"clone3\", \"raed\"],\n"
    "   \"action\": \"SCMP_ACT_ALLOW\"},\n"
    "  {\"names\": [\"mount\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
    "   \"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}},\n"
    "  {\"names\": [\"ptrace\"], \"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"minKernel\": "
    "\"4.8\"}},\n"
    "  {\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
    "   \"args\": [{\"index\": 0, \"value\": 8, \"op\": \"SCMP_CMP_EQ\"}]},\n"
    "  {\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 22,\n"
    "   \"args\": [{\"index\": 0, \"value\": 16, \"op\": \"SCMP_CMP_EQ\"},\n"
    "    {\"index\": 2, \"value\": 9, \"op\": \"SCMP_CMP_GT\"}]},\n"
    "  {\"names\": [\"clone\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
    "   \"args\": [{\"index\": 0, \"value\": 2114060288, \"valueTwo\": 0,\n"
    "    \"op\": \"SCMP_CMP_MASKED_EQ\"}]}]}\n";

/** The same but for one call. */
static const char other_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_X86_64\"],\n"
    " \"syscalls\": [{\"names\": [\"read\", \"execve\"], \"action\": \"SCMP_ACT_ALLOW\"},\n"
    "  {\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
    "   \"args\": [{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_NE\"}]}]}\n";

/** One that a slim profile can be made of without warnings. */
static const char clean_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_X86_64\"],\n"
    " \"syscalls\": [{\"names\": [\"read\", \"execve\"], \"action\": \"SCMP_ACT_ALLOW\"}]}\n";

/** One that LXC's text can say. */
static const char plain_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 1,\n"
    " \"archMap\": [{\"architecture\": \"SCMP_ARCH_X86_64\",\n"
    "   \"subArchitectures\": [\"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"]}],\n"
    " \"syscalls\": [{\"names\": [\"read\", \"execve\"], \"action\": \"SCMP_ACT_ALLOW\"},\n"
    "  {\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
    "   \"args\": [{\"index\": 0, \"value\": 8, \"op\": \"SCMP_CMP_EQ\"}]}]}\n";

static const char refused_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n \"syscalls\": [{\"names\": [\"read\"],\n"
    "  \"action\": \"SCMP_ACT_ALOW\"}]}\n";

/** All is allowed but chdir(2), by which ./command sees whether the filter is on. */
static const char filter_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_NATIVE\"],\n"
    " \"syscalls\": [{\"names\": [\"chdir\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}]}";

static const char command_text[] =
    "#!/bin/sh\nif (cd /) 2>/dev/null; then echo without; else echo with; fi >ran\n";

static const char config_text[] =
    "{\"process\": {\"capabilities\": {\"bounding\": [\"CAP_KILL\"]}},\n"
    " \"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": "
    "[{\"names\": [\"read\", \"raed\"], \"action\": \"SCMP_ACT_ALLOW\"}]}}}\n";

static const char cases_text[] = "x86_64 read = ALLOW\nx86_64 socket 0..3 = ALLOW\n* 5000\n";

static const char weights_text[] = "read 10\nclone 5\npersonality 7\n";

static const char lxc_text[] = "2\nallowlist errno 1\n[all]\nread\nwrite\nexecve\n"
                               "personality allow [0,8,SCMP_CMP_EQ]\n";

static inline void write_text(const char *path, const char *text)
{
    write_contents(path, (struct contents){(char *)text, strlen(text)});
}

/** Splits at blanks; NULL behind the last word. */
static inline void split(char *text, char **words, size_t max)
{
    size_t count = 0;
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        cr_assert_lt(count + 1, max);
        words[count++] = word;
    }
    words[count] = NULL;
}

/** Runs the command, which must do what it is asked to. */
static inline void make(const char *words)
{
    char line[512];
    snprintf(line, sizeof line, "\"$SECCOMPC\" %s >out 2>err", words);
    int status = system(line);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: 0x%x", line, status);
}

static inline void enter_rows(void)
{
    enter_folder();
    write_text("p.json", profile_text);
    write_text("q.json", other_text);
    write_text("c.json", clean_text);
    write_text("l.json", plain_text);
    write_text("refused.json", refused_text);
    write_text("f.json", filter_text);
    write_text("config.json", config_text);
    write_text("cases", cases_text);
    write_text("weights", weights_text);
    write_text("p.lxc", lxc_text);
    write_text("command", command_text);
    cr_assert_eq(chmod("command", 0755), 0);
    cr_assert_eq(mkdir("b", 0755), 0);
    make("-q --arch amd64 --kernel 6.18 --export-bpf p.bpf --export-blob p.blob p.json");
    make("-q --export-bpf f.bpf --export-blob f.blob f.json");
    make("-q -O0 --allow-mismatch --arch amd64 --kernel 6.18 --export-bpf p0.bpf p.json");
    make("disasm --arch amd64 p.bpf");
    cr_assert_eq(rename("out", "p.asm"), 0);
    make("run --cache-dir good f.json -- true");
    make("run --cache-dir good --harden f.json -- true");
    make("run --cache-dir bad f.json -- true; for i in bad/*.blob; do echo >>$i; done");
}

static inline void without_cache(void)
{
    remove_folder(AT_FDCWD, "cache");
}

static inline void with_bundle(void)
{
    write_text("b/config.json", config_text);
}

static inline void with_bundle_without_cache(void)
{
    without_cache();
    with_bundle();
}

/** A cache with the entries of the one in @p from, which were made before. */
static inline void fill_cache(const char *from)
{
    without_cache();
    cr_assert_eq(mkdir("cache", 0700), 0);
    DIR *dir = opendir(from);
    cr_assert_not_null(dir);
    for (const struct dirent *item; (item = readdir(dir)) != NULL;) {
        char old[300], new[300];
        if (!strstr(item->d_name, ".blob"))
            continue;
        snprintf(old, sizeof old, "%s/%s", from, item->d_name);
        snprintf(new, sizeof new, "cache/%s", item->d_name);
        struct contents contents = read_contents(old);
        write_contents(new, contents);
        cr_assert_eq(chmod(new, 0600), 0);
        free(contents.bytes);
    }
    closedir(dir);
}

static inline void with_entries(void)
{
    fill_cache("good");
}

static inline void with_bad_entry(void)
{
    fill_cache("bad");
}

/*
 * Checks
 */

/** What a row leaves behind where nothing fails: "out", "err" and its files. */
struct expected {
    size_t count;
    char names[256]; /* of the files */
    char *paths[FILES_MAX];
    struct contents contents[FILES_MAX];
};

/** Numbers are times, now and then. */
static inline void forget_numbers(struct contents contents)
{
    for (size_t i = 0; i < contents.len; i++) {
        if (isdigit((unsigned char)contents.bytes[i]))
            contents.bytes[i] = '#';
    }
}

/** A file's contents; numbers do not count in what a person reads. */
static inline struct contents read_result(const char *path)
{
    struct contents contents = read_contents(path);
    if (strcmp(path, "out") == 0 || strcmp(path, "err") == 0) {
        /* Runs of digits are of one length only where they are one digit. */
        size_t to = 0;
        forget_numbers(contents);
        for (size_t i = 0; i < contents.len; i++) {
            if (!(to && contents.bytes[i] == '#' && contents.bytes[to - 1] == '#'))
                contents.bytes[to++] = contents.bytes[i];
        }
        contents.len = to;
    }
    return contents;
}

static inline void note_expected(const struct row *row, struct expected *expected)
{
    snprintf(expected->names, sizeof expected->names, "out err %s", row->files ? row->files : "");
    split(expected->names, expected->paths, FILES_MAX);
    for (expected->count = 0; expected->paths[expected->count]; expected->count++) {
        struct contents *contents = &expected->contents[expected->count];
        *contents = read_result(expected->paths[expected->count]);
        cr_expect(contents->bytes || row->status, "%s: no %s", row->words,
                  expected->paths[expected->count]);
    }
}

static inline void forget_expected(struct expected *expected)
{
    for (size_t i = 0; i < expected->count; i++)
        free(expected->contents[i].bytes);
}

/** Everything that a row makes goes, so that what is there later is new. */
static inline void clean_up(const struct row *row, const struct expected *expected)
{
    for (size_t i = 0; i < expected->count; i++)
        unlink(expected->paths[i]);
    if (row->prepare)
        row->prepare();
}

#endif
