/* SPDX-License-Identifier: Apache-2.0 */
/** libseccompc-load: files, choosing, installing. Faults of the system are test_load_faults.c. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/socket.h>

#include "load_support.h"

/*
 * The blob in memory: the loader's reading of what test_blob.c reads with the compiler's
 */

/** Expects @p code from memory, and nothing written on failure. */
static void expect_memory(const void *bytes, size_t len, int code, const char *what)
{
    struct scc_load_blob blob = {.len_bytes = 4711};
    int got = scc_load_memory(bytes, len, &blob);
    cr_expect_eq(got, code, "%s: %s, expected %s", what, scc_load_text(got), scc_load_text(code));
    cr_expect_eq(blob.len_bytes, got == SCC_LOAD_OK ? len : 4711, "%s", what);
}

Test(load, every_flip_is_refused)
{
    size_t len;
    unsigned char *bytes = test_three(&len);
    expect_memory(bytes, len, SCC_LOAD_OK, "as it is");
    for (size_t bit = 0; bit < len * 8; bit++) {
        char what[32];
        snprintf(what, sizeof what, "bit %zu", bit);
        enum scc_load_code code = test_code_of_flip(bytes, bit);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        expect_memory(bytes, len, (int)code, what);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    free(bytes);
}

Test(load, every_length_but_its_own_is_refused)
{
    size_t len;
    unsigned char *bytes = test_three(&len);
    for (size_t short_len = 0; short_len < len; short_len++) {
        unsigned char *exact = malloc(short_len + !short_len);
        memcpy(exact, bytes, short_len);
        expect_memory(exact, short_len, SCC_LOAD_TRUNCATED, "a part");
        free(exact);
    }
    bytes = realloc(bytes, len + 16);
    memset(bytes + len, 0, 16);
    for (size_t more = 1; more <= 16; more++)
        expect_memory(bytes, len + more, SCC_LOAD_TRAILING, "more");
    free(bytes);
}

Test(load, hostile_headers_are_refused)
{
    size_t len;
    unsigned char *bytes = test_three(&len), *changed = malloc(len);
    for (size_t i = 0; i < SCC_COUNT(test_faults); i++) {
        const struct test_fault *fault = &test_faults[i];
        memcpy(changed, bytes, len);
        test_put(changed + fault->offset, fault->value, fault->width);
        test_reseal(changed, len);
        expect_memory(changed, len, (int)fault->code, fault->what);
    }
    free(changed);
    free(bytes);
}

/** A producer without an end is the only fault of a header that no single word holds. */
Test(load, a_producer_has_an_end)
{
    size_t len;
    unsigned char *bytes = test_three(&len);
    memset(bytes + SCC_SEAL_PRODUCER, 'x', SCC_SEAL_PRODUCER_BYTES);
    test_reseal(bytes, len);
    expect_memory(bytes, len, SCC_LOAD_LAYOUT, "no end");
    free(bytes);
}

Test(load, memory_must_be_aligned)
{
    size_t len;
    unsigned char *bytes = test_three(&len), *more = malloc(len + 8);
    for (size_t by = 0; by < 8; by++) {
        memcpy(more + by, bytes, len);
        expect_memory(more + by, len, by ? SCC_LOAD_UNALIGNED : SCC_LOAD_OK, "moved");
    }
    free(more);
    free(bytes);
}

/* Random bytes under a seal that holds: nothing but an answer may come of it. */
Test(load, random_headers_are_answered)
{
    size_t len;
    unsigned char *bytes = test_three(&len), *changed = malloc(len);
    uint64_t state = 0x5eedc0de;
    unsigned taken = 0;
    for (unsigned i = 0; i < 30000; i++) {
        memcpy(changed, bytes, len);
        for (unsigned j = 0; j < 1 + i % 4; j++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            changed[SCC_SEAL_ENTRY_COUNT + (state >> 16) % (TEST_PROGRAM - SCC_SEAL_ENTRY_COUNT)] =
                (unsigned char)(state >> 8);
        }
        test_put(changed + SCC_SEAL_SIZE, len, 8);
        test_reseal(changed, len);
        struct scc_load_blob blob;
        struct scc_load_host host;
        struct scc_load_entry entry;
        uint64_t caps = state;
        cr_assert_eq(scc_load_read_host(&host), SCC_LOAD_OK);
        if (scc_load_memory(changed, len, &blob) != SCC_LOAD_OK)
            continue;
        taken++;
        if (scc_load_select(&blob, &host, &caps, &entry) == SCC_LOAD_OK)
            cr_expect((const unsigned char *)entry.program >= changed + TEST_PROGRAM &&
                      (const unsigned char *)entry.program + 8 * entry.instruction_count <=
                          changed + len);
    }
    cr_expect(taken > 100 && taken < 29900, "%u were taken", taken);
    free(changed);
    free(bytes);
}

Test(load, every_code_has_its_own_text)
{
    const char *none = scc_load_text(-1);
    const char *texts[128];
    size_t count = 0;
    for (int code = 0; code < 128; code++) {
        const char *text = scc_load_text(code);
        cr_assert_not_null(text);
        if (text == none)
            continue;
        for (size_t i = 0; i < count; i++)
            cr_expect_str_neq(text, texts[i]);
        texts[count++] = text;
    }
    cr_expect_eq(count, 40, "%zu codes", count);
    cr_expect_eq(scc_load_bytes_max(), SCC_BLOB_BYTES_MAX);
}

/*
 * Files
 */

/** What is done to a good file before it is opened. */
struct file_case {
    const char *what;
    void (*prepare)(const char *path);
    int code;
    int os_error; /* errno afterwards, where the code has one */
};

static void leave(const char *path)
{
    (void)path;
}

static void let_group_write(const char *path)
{
    cr_assert_eq(chmod(path, 0664), 0);
}

static void let_others_write(const char *path)
{
    cr_assert_eq(chmod(path, 0602), 0);
}

static void let_nobody_write(const char *path)
{
    cr_assert_eq(chmod(path, 0444), 0);
}

static void remove_it(const char *path)
{
    cr_assert_eq(unlink(path), 0);
}

static void make_link(const char *path)
{
    char to[256];
    snprintf(to, sizeof to, "%s.there", path);
    cr_assert(rename(path, to) == 0 && symlink(to, path) == 0);
}

static void make_dangling_link(const char *path)
{
    remove_it(path);
    cr_assert_eq(symlink("nowhere", path), 0);
}

static void make_fifo(const char *path)
{
    remove_it(path);
    cr_assert_eq(mkfifo(path, 0600), 0);
}

static void make_directory(const char *path)
{
    remove_it(path);
    cr_assert_eq(mkdir(path, 0700), 0);
}

static void make_socket(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    remove_it(path);
    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
}

static void make_empty(const char *path)
{
    cr_assert_eq(truncate(path, 0), 0);
}

static void make_short(const char *path)
{
    cr_assert_eq(truncate(path, 100), 0);
}

static void make_large(const char *path)
{
    cr_assert_eq(truncate(path, SCC_BLOB_BYTES_MAX), 0);
}

static void make_too_large(const char *path)
{
    cr_assert_eq(truncate(path, SCC_BLOB_BYTES_MAX + 1), 0);
}

static void make_text(const char *path)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs("{}\n", file) >= 0 && fclose(file) == 0);
}

static const struct file_case file_cases[] = {
    {"a good file", leave, SCC_LOAD_OK, 0},
    {"read-only", let_nobody_write, SCC_LOAD_OK, 0},
    {"writable by the group", let_group_write, SCC_LOAD_WRITABLE, 0},
    {"writable by others", let_others_write, SCC_LOAD_WRITABLE, 0},
    {"no file", remove_it, SCC_LOAD_OPEN, ENOENT},
    {"a symbolic link", make_link, SCC_LOAD_SYMLINK, 0},
    {"a symbolic link to nowhere", make_dangling_link, SCC_LOAD_SYMLINK, 0},
    {"a FIFO", make_fifo, SCC_LOAD_NOT_REGULAR, 0},
    {"a directory", make_directory, SCC_LOAD_NOT_REGULAR, 0},
    {"a socket", make_socket, SCC_LOAD_OPEN, ENXIO},
    {"an empty file", make_empty, SCC_LOAD_TRUNCATED, 0},
    {"a short file", make_short, SCC_LOAD_TRUNCATED, 0},
    {"as large as a blob can be", make_large, SCC_LOAD_TRAILING, 0},
    {"one byte larger", make_too_large, SCC_LOAD_TOO_LARGE, 0},
    {"a text", make_text, SCC_LOAD_NO_BLOB, 0},
};

Test(load, files_are_checked)
{
    for (size_t i = 0; i < SCC_COUNT(file_cases); i++) {
        const struct file_case *row = &file_cases[i];
        char path[] = "/tmp/seccompc-load-XXXXXX";
        test_write_blob(path, test_denying_blob(0));
        row->prepare(path);
        struct scc_load_blob blob = {.len_bytes = 4711};
        int code = scc_load_open(path, &blob), error = errno;
        cr_expect_eq(code, row->code, "%s: %s", row->what, scc_load_text(code));
        if (row->os_error)
            cr_expect_eq(error, row->os_error, "%s: %s", row->what, strerror(error));
        if (code == SCC_LOAD_OK)
            scc_load_close(&blob);
        else
            cr_expect_eq(blob.len_bytes, 4711, "%s", row->what);
        test_remove(path);
    }
}

Test(load, files_are_found_in_three_ways)
{
    char path[] = "/tmp/seccompc-load-XXXXXX";
    test_write_blob(path, test_denying_blob(0));
    struct scc_load_blob blob;
    int folder = open("/tmp", O_PATH | O_DIRECTORY), fd = open(path, O_RDONLY);
    cr_assert_eq(scc_load_open_at(folder, path + strlen("/tmp/"), &blob), SCC_LOAD_OK);
    cr_expect_neq((uintptr_t)blob.bytes, 0);
    scc_load_close(&blob);
    cr_expect_null(blob.bytes);
    cr_expect_eq(scc_load_open_at(folder, "no such file", &blob), SCC_LOAD_OPEN);
    cr_expect(errno == ENOENT);
    cr_expect_eq(scc_load_open_at(-1, "x", &blob), SCC_LOAD_OPEN);
    cr_expect(errno == EBADF);
    cr_assert_eq(lseek(fd, 5, SEEK_SET), 5);
    cr_assert_eq(scc_load_open_fd(fd, &blob), SCC_LOAD_OK);
    scc_load_close(&blob);
    scc_load_close(&blob);
    cr_expect_eq(lseek(fd, 0, SEEK_CUR), 5, "the position moved");
    cr_expect_eq(scc_load_open_fd(-1, &blob), SCC_LOAD_STAT);
    cr_expect(errno == EBADF);
    close(fd);
    fd = open(path, O_WRONLY);
    cr_expect_eq(scc_load_open_fd(fd, &blob), SCC_LOAD_READ);
    cr_expect(errno == EBADF);
    close(fd);
    int pipes[2];
    cr_assert_eq(pipe(pipes), 0);
    cr_expect_eq(scc_load_open_fd(pipes[0], &blob), SCC_LOAD_NOT_REGULAR);
    test_remove(path);
}

Test(load, no_descriptor_and_no_memory_stays)
{
    char path[] = "/tmp/seccompc-load-XXXXXX";
    test_write_blob(path, test_denying_blob(0));
    struct scc_load_blob blob;
    int before = dup(0);
    close(before);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(scc_load_open(path, &blob), SCC_LOAD_OK);
        void *bytes = (void *)blob.bytes;
        scc_load_close(&blob);
        cr_expect(msync(bytes, 1, MS_ASYNC) < 0 && errno == ENOMEM);
        let_others_write(path);
        cr_expect_eq(scc_load_open(path, &blob), SCC_LOAD_WRITABLE);
        let_nobody_write(path);
    }
    int after = dup(0);
    cr_expect_eq(after, before);
    close(after);
    test_remove(path);
}

Test(load, the_owner_is_root_or_the_user)
{
    if (geteuid() != 0)
        cr_skip_test("only root can give files away");
    static const struct {
        uid_t owner, user;
        int code;
    } cases[] = {
        {0, 0, SCC_LOAD_OK},         {65534, 0, SCC_LOAD_OWNER},    {0, 65534, SCC_LOAD_OK},
        {65534, 65534, SCC_LOAD_OK}, {1000, 65534, SCC_LOAD_OWNER},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char path[] = "/tmp/seccompc-load-XXXXXX";
        test_write_blob(path, test_denying_blob(0));
        cr_assert(chmod(path, 0644) == 0 && chown(path, cases[i].owner, 0) == 0);
        pid_t child = fork();
        if (child == 0) {
            struct scc_load_blob blob;
            if (cases[i].user && setuid(cases[i].user) < 0)
                _exit(99);
            _exit(scc_load_open(path, &blob));
        }
        cr_expect_eq(test_wait(child), cases[i].code, "owner %u, user %u", cases[i].owner,
                     cases[i].user);
        test_remove(path);
    }
}

Test(load, null_is_a_misuse)
{
    size_t len;
    unsigned char *bytes = test_three(&len);
    struct scc_load_blob blob = {0}, empty = {0};
    struct scc_load_host host = {0}, late = {.kernel_major = 256}, later = {.kernel_minor = 256};
    struct scc_load_entry entry = {0};
    struct scc_load_result result;
    const struct scc_load_options takes = {.flags = SCC_LOAD_TAKE_LISTENER},
                                  unknown = {.flags = 16}, reserved = {.reserved = 1};
    cr_expect_eq(scc_load_open(NULL, &blob), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_open("/", NULL), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_open_fd(0, NULL), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_memory(NULL, 8, &blob), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_memory(bytes, len, NULL), SCC_LOAD_ARGUMENT);
    cr_assert_eq(scc_load_memory(bytes, len, &blob), SCC_LOAD_OK);
    cr_expect_eq(scc_load_read_host(NULL), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_select(NULL, &host, NULL, &entry), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_select(&empty, &host, NULL, &entry), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_select(&blob, NULL, NULL, &entry), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_select(&blob, &late, NULL, &entry), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_select(&blob, &later, NULL, &entry), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_select(&blob, &host, NULL, NULL), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_install(NULL, NULL, &result), SCC_LOAD_ARGUMENT);
    cr_expect(result.code == SCC_LOAD_ARGUMENT && result.listener == -1 && result.os_error == 0);
    cr_expect_eq(scc_load_install(&entry, NULL, NULL), SCC_LOAD_ARGUMENT);
    entry = (struct scc_load_entry){.program = bytes};
    cr_expect_eq(scc_load_install(&entry, NULL, NULL), SCC_LOAD_ARGUMENT);
    entry = (struct scc_load_entry){.program = bytes, .instruction_count = 4097};
    cr_expect_eq(scc_load_install(&entry, NULL, NULL), SCC_LOAD_ARGUMENT);
    entry = (struct scc_load_entry){.program = bytes, .instruction_count = 1, .flags = 64};
    cr_expect_eq(scc_load_install(&entry, NULL, NULL), SCC_LOAD_ARGUMENT);
    /* With a whole entry the options are what is wrong. */
    entry = (struct scc_load_entry){.program = bytes, .instruction_count = 1};
    cr_expect_eq(scc_load_install(&entry, &takes, NULL), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_install(&entry, &unknown, &result), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_install(&entry, &reserved, &result), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_file(NULL, NULL, &result), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_file("/", &takes, NULL), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_file("/", &unknown, &result), SCC_LOAD_ARGUMENT);
    cr_expect_eq(scc_load_file("/", &reserved, &result), SCC_LOAD_ARGUMENT);
    free(bytes);
}

/*
 * Choosing
 */

Test(load, the_entry_whose_condition_holds_is_chosen)
{
    const scc_arch *own = scc_arch_native();
    const scc_arch *other = scc_arch_find(own->is_big_endian ? "mips" : "mipsel");
    const scc_arch *swapped = scc_arch_find(own->is_big_endian ? "riscv64" : "s390x");
    static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    scc_blob *made = test_blob_new();
    struct scc_blob_condition old = {.has_until = true, .until_major = 4, .until_minor = 8};
    struct scc_blob_condition with = {
        .caps_mask = 6, .caps_value = 4, .from_major = 4, .from_minor = 8};
    struct scc_blob_condition without = {
        .caps_mask = 4, .caps_value = 0, .from_major = 4, .from_minor = 8};
    with.has_until = without.has_until = true;
    with.until_major = without.until_major = 7;
    test_add(made, own, &allow, 1, old, 1);
    test_add(made, own, &allow, 1, with, 2);
    test_add(made, own, &allow, 1, without, 3);
    test_add(made, other, &allow, 1, (struct scc_blob_condition){0}, 4);
    test_add(made, swapped, &allow, 1, (struct scc_blob_condition){0}, 5);
    size_t len;
    unsigned char *bytes = test_seal(made, &len);
    struct scc_load_blob blob;
    cr_assert_eq(scc_load_memory(bytes, len, &blob), SCC_LOAD_OK);
    const struct {
        uint32_t arch, own_arch, major, minor;
        uint64_t caps;
        int code;
        uint32_t flags; /* which entry: each has others */
    } cases[] = {
        {own->token, 0, 4, 7, 0, SCC_LOAD_OK, 1},
        {own->token, 0, 0, 0, UINT64_MAX, SCC_LOAD_OK, 1},
        {own->token, 0, 4, 8, 4, SCC_LOAD_OK, 2},
        {own->token, 0, 4, 8, ~2ull, SCC_LOAD_OK, 2},
        {own->token, 0, 4, 8, 6, SCC_LOAD_NO_CAPS, 0},
        {own->token, 0, 4, 8, 0, SCC_LOAD_OK, 3},
        {own->token, 0, 6, 255, 2, SCC_LOAD_OK, 3},
        {own->token, 0, 7, 0, 0, SCC_LOAD_NO_KERNEL, 0},
        {own->token, 0, 255, 255, 0, SCC_LOAD_NO_KERNEL, 0},
        {0, own->token, 4, 8, 0, SCC_LOAD_OK, 3},
        {0, 0, 4, 8, 0, SCC_LOAD_NO_ARCH, 0},
        /* The kernel's own ABI comes first, also where its condition does not hold. */
        {other->token, own->token, 9, 9, 0, SCC_LOAD_OK, 4},
        {own->token, other->token, 9, 9, 0, SCC_LOAD_NO_KERNEL, 0},
        {swapped->token, own->token, 4, 8, 0, SCC_LOAD_BYTE_ORDER, 0},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct scc_load_host host = {cases[i].arch, cases[i].own_arch, cases[i].major,
                                     cases[i].minor};
        struct scc_load_entry entry = {.flags = 4711};
        int code = scc_load_select(&blob, &host, &cases[i].caps, &entry);
        cr_expect_eq(code, cases[i].code, "case %zu: %s", i, scc_load_text(code));
        cr_expect_eq(entry.flags, code == SCC_LOAD_OK ? cases[i].flags : 4711, "case %zu", i);
        if (code == SCC_LOAD_OK)
            cr_expect(memcmp(entry.program, &allow, 8) == 0 && entry.instruction_count == 1);
    }
    free(bytes);
}

Test(load, a_program_that_the_kernel_would_refuse_is_not_chosen)
{
    size_t len;
    unsigned char *bytes = test_seal(test_denying_blob(0), &len);
    struct scc_load_blob blob;
    struct scc_load_host host;
    struct scc_load_entry entry;
    cr_assert_eq(scc_load_read_host(&host), SCC_LOAD_OK);
    size_t program = SCC_SEAL_HEADER_BYTES + SCC_SEAL_ENTRY_BYTES;
    for (size_t i = 0; i < 8; i++) {
        unsigned char saved = bytes[program + i];
        bytes[program + i] = 0xff;
        test_reseal(bytes, len);
        cr_assert_eq(scc_load_memory(bytes, len, &blob), SCC_LOAD_OK);
        /* An instruction's jt and jf may be anything where nothing uses them. */
        cr_expect_eq(scc_load_select(&blob, &host, NULL, &entry),
                     i == 2 || i == 3 ? SCC_LOAD_OK : SCC_LOAD_PROGRAM, "byte %zu", i);
        bytes[program + i] = saved;
    }
    free(bytes);
}

Test(load, knows_this_machine)
{
    struct scc_load_host host, again;
    unsigned major, minor;
    scc_error *err = NULL;
    cr_assert_eq(scc_load_read_host(&host), SCC_LOAD_OK);
    must(scc_target_host_kernel(&major, &minor, &err), err);
    cr_expect_eq(host.arch, scc_arch_token(scc_target_host_arch()));
    cr_expect_eq(host.own_arch, scc_arch_native()->token);
    cr_expect(host.kernel_major == major && host.kernel_minor == minor);
    int persona = personality(0xffffffff);
    if (persona < 0 || personality((unsigned long)persona | PER_LINUX32 | UNAME26) < 0)
        cr_skip_test("personality(2) is not allowed here");
    cr_assert_eq(scc_load_read_host(&again), SCC_LOAD_OK);
    cr_expect_arr_eq(&host, &again, sizeof host);
    personality((unsigned long)persona);
}

/* The set that was given counts, or the process's own. */
Test(load, the_bounding_set_is_read)
{
    test_need_seccomp();
    if (prctl(PR_CAPBSET_READ, CAP_SYS_CHROOT, 0, 0, 0) != 1 || geteuid() != 0)
        cr_skip_test("needs root with CAP_SYS_CHROOT");
    const uint64_t bit = 1ull << CAP_SYS_CHROOT, none = 1ull << 63;
    static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    scc_blob *made = test_blob_new();
    /* Bit 63 is no capability: no bounding set has it. */
    test_add(made, scc_target_host_arch(), &allow, 1,
             (struct scc_blob_condition){.caps_mask = bit | none, .caps_value = bit}, 2);
    test_add(made, scc_target_host_arch(), &allow, 1,
             (struct scc_blob_condition){.caps_mask = bit | none}, 4);
    test_add(made, scc_target_host_arch(), &allow, 1,
             (struct scc_blob_condition){.caps_mask = none, .caps_value = none}, 0);
    char path[] = "/tmp/seccompc-load-XXXXXX";
    test_write_blob(path, made);
    for (int drops = 0; drops < 2; drops++) {
        for (int gives = 0; gives < 2; gives++) {
            pid_t child = fork();
            if (child == 0) {
                struct scc_load_options options = {.caps = bit};
                struct scc_load_result result;
                options.flags = gives ? SCC_LOAD_CAPS_GIVEN : 0;
                if (drops && prctl(PR_CAPBSET_DROP, CAP_SYS_CHROOT, 0, 0, 0) < 0)
                    _exit(99);
                int code = scc_load_file(path, &options, &result);
                _exit(code == SCC_LOAD_OK ? (int)result.flags : 100 + code);
            }
            cr_expect_eq(test_wait(child), drops && !gives ? 4 : 2, "%d %d", drops, gives);
        }
    }
    test_remove(path);
}

/*
 * Installing, in children
 */

/** What a child found, for its parent to look at. */
struct found {
    struct scc_load_result result;
    int is_on; /* getppid(2) is refused */
    int no_new_privs;
    int other;
};

typedef void (*in_child)(const char *path, struct found *found);

/** Runs @p work in a child on a blob, and returns what it found. */
static struct found run_in_child(in_child work, scc_blob *blob)
{
    test_need_seccomp();
    char path[] = "/tmp/seccompc-load-XXXXXX";
    test_write_blob(path, blob);
    cr_assert_eq(chmod(path, 0644), 0);
    struct found *shared = test_shared(sizeof *shared), found;
    pid_t child = fork();
    if (child == 0) {
        work(path, shared);
        shared->is_on = syscall(SYS_getppid) == -1 && errno == TEST_ERRNO;
        shared->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
        _exit(0);
    }
    cr_assert_eq(test_wait(child), 0);
    found = *shared;
    munmap(shared, sizeof *shared);
    test_remove(path);
    cr_expect_eq(syscall(SYS_getppid), getppid(), "a filter came on outside the child");
    return found;
}

static void load_with(const char *path, uint32_t flags, struct found *found)
{
    const struct scc_load_options options = {.flags = flags};
    scc_load_file(path, &options, &found->result);
}

static void load_plainly(const char *path, struct found *found)
{
    load_with(path, SCC_LOAD_SET_NO_NEW_PRIVS, found);
}

Test(load, the_filter_is_on)
{
    static const uint32_t flags[] = {0, SCC_FLAG_LOG, SCC_FLAG_SPEC_ALLOW, SCC_FLAG_TSYNC,
                                     SCC_FLAG_LOG | SCC_FLAG_SPEC_ALLOW | SCC_FLAG_TSYNC};
    for (size_t i = 0; i < SCC_COUNT(flags); i++) {
        struct found found = run_in_child(load_plainly, test_denying_blob(flags[i]));
        cr_expect_eq(found.result.code, SCC_LOAD_OK, "%s", scc_load_text(found.result.code));
        cr_expect(found.is_on && found.no_new_privs == 1);
        cr_expect_eq(found.result.flags, flags[i]);
        cr_expect(found.result.listener == -1 && found.result.thread == 0 &&
                  found.result.index == 0 && found.result.os_error == 0);
    }
}

static volatile struct found *in_handler;
static const char *path_in_handler;

static void load_in_handler(int signal)
{
    (void)signal;
    struct found found = {0};
    load_plainly(path_in_handler, &found);
    in_handler->result = found.result;
}

static void load_in_signal_handler(const char *path, struct found *found)
{
    struct sigaction action = {.sa_handler = load_in_handler};
    in_handler = found;
    path_in_handler = path;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
}

Test(load, a_signal_handler_may_load)
{
    struct found found = run_in_child(load_in_signal_handler, test_denying_blob(0));
    cr_expect(found.result.code == SCC_LOAD_OK && found.is_on);
}

/** As nobody, without a capability; @p flags are options. */
static void load_as_nobody(const char *path, uint32_t flags, struct found *found)
{
    if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
        found->other = errno;
    load_with(path, flags, found);
}

static void load_unprivileged(const char *path, struct found *found)
{
    load_as_nobody(path, SCC_LOAD_SET_NO_NEW_PRIVS, found);
}

static void load_without_no_new_privs(const char *path, struct found *found)
{
    load_as_nobody(path, 0, found);
}

static void load_with_no_new_privs_before(const char *path, struct found *found)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    load_as_nobody(path, 0, found);
}

static void load_privileged(const char *path, struct found *found)
{
    load_with(path, 0, found);
}

Test(load, privileges_are_as_documented)
{
    if (geteuid() != 0)
        cr_skip_test("only root can become nobody");
    struct found found = run_in_child(load_unprivileged, test_denying_blob(0));
    cr_assert_eq(found.other, 0);
    cr_expect(found.result.code == SCC_LOAD_OK && found.is_on && found.no_new_privs == 1);
    found = run_in_child(load_without_no_new_privs, test_denying_blob(0));
    cr_expect_eq(found.result.code, SCC_LOAD_PRIVILEGE, "%s", scc_load_text(found.result.code));
    cr_expect(found.result.os_error == EACCES && !found.is_on && found.no_new_privs == 0);
    found = run_in_child(load_with_no_new_privs_before, test_denying_blob(0));
    cr_expect(found.result.code == SCC_LOAD_OK && found.is_on && found.no_new_privs == 1);
    found = run_in_child(load_privileged, test_denying_blob(0));
    cr_expect(found.result.code == SCC_LOAD_OK && found.is_on && found.no_new_privs == 0);
}

/*
 * Threads
 */

struct waiting {
    pthread_barrier_t barrier;
    pid_t thread;
    int has_own_filter;
    int is_on;
};

static void *wait_in_thread(void *argument)
{
    struct waiting *waiting = argument;
    static struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    static const struct sock_fprog program = {1, &allow};
    waiting->thread = (pid_t)syscall(SYS_gettid);
    if (waiting->has_own_filter) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    }
    pthread_barrier_wait(&waiting->barrier);
    pthread_barrier_wait(&waiting->barrier);
    waiting->is_on = syscall(SYS_getppid) == -1 && errno == TEST_ERRNO;
    return NULL;
}

/** Loads while a thread waits; found->other is whether the filter is on there, or its id. */
static void load_beside_thread(const char *path, int has_own_filter, uint32_t options,
                               struct found *found)
{
    struct waiting waiting = {.has_own_filter = has_own_filter};
    pthread_t thread;
    pthread_barrier_init(&waiting.barrier, NULL, 2);
    pthread_create(&thread, NULL, wait_in_thread, &waiting);
    pthread_barrier_wait(&waiting.barrier);
    load_with(path, SCC_LOAD_SET_NO_NEW_PRIVS | options, found);
    pthread_barrier_wait(&waiting.barrier);
    pthread_join(thread, NULL);
    found->other = has_own_filter ? waiting.thread : waiting.is_on;
}

static void load_beside_obedient_thread(const char *path, struct found *found)
{
    load_beside_thread(path, 0, SCC_LOAD_TAKE_LISTENER, found);
}

static void load_beside_other_thread(const char *path, struct found *found)
{
    load_beside_thread(path, 1, SCC_LOAD_TAKE_LISTENER, found);
}

Test(load, threads_follow_or_are_named)
{
    struct found found = run_in_child(load_beside_obedient_thread, test_denying_blob(0));
    cr_expect(found.result.code == SCC_LOAD_OK && found.is_on && !found.other,
              "without TSYNC this thread alone");
    found = run_in_child(load_beside_obedient_thread, test_denying_blob(SCC_FLAG_TSYNC));
    cr_expect(found.result.code == SCC_LOAD_OK && found.is_on && found.other);
    found = run_in_child(load_beside_other_thread, test_denying_blob(SCC_FLAG_TSYNC));
    cr_expect_eq(found.result.code, SCC_LOAD_THREAD, "%s", scc_load_text(found.result.code));
    cr_expect(found.result.thread == found.other && found.other > 0 && !found.is_on);

    const uint32_t both = SCC_FLAG_TSYNC | SCC_FLAG_NEW_LISTENER;
    found = run_in_child(load_beside_obedient_thread, test_denying_blob(both));
    cr_expect(found.result.code == SCC_LOAD_OK && found.is_on && found.other &&
              found.result.listener >= 0);
    cr_expect_eq(found.result.flags, both | SCC_FLAG_TSYNC_ESRCH);
    found = run_in_child(load_beside_other_thread, test_denying_blob(both));
    cr_expect_eq(found.result.code, SCC_LOAD_THREAD, "%s", scc_load_text(found.result.code));
    cr_expect(found.result.thread == 0 && found.result.listener == -1 && !found.is_on);
}

/*
 * Listeners
 */

/** Answers one call of a process with the number 4711. */
static int answer_one_call(int listener)
{
    struct seccomp_notif call = {0};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
        return errno;
    struct seccomp_notif_resp answer = {.id = call.id, .val = 4711};
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0 ? errno : 0;
}

static void load_and_listen(const char *path, struct found *found)
{
    load_with(path, SCC_LOAD_SET_NO_NEW_PRIVS | SCC_LOAD_TAKE_LISTENER, found);
    if (found->result.code != SCC_LOAD_OK)
        return;
    int listener = found->result.listener;
    found->other = fcntl(listener, F_GETFD) == FD_CLOEXEC ? 0 : -1;
    pid_t child = fork();
    if (child == 0)
        _exit(syscall(SYS_getuid) == 4711 ? 0 : 1);
    int status;
    if (answer_one_call(listener) != 0 || waitpid(child, &status, 0) != child || status != 0)
        found->other = -2;
}

static void load_without_listening(const char *path, struct found *found)
{
    load_plainly(path, found);
}

static void load_twice_and_listen(const char *path, struct found *found)
{
    load_with(path, SCC_LOAD_SET_NO_NEW_PRIVS | SCC_LOAD_TAKE_LISTENER, found);
    found->other = found->result.code;
    load_with(path, SCC_LOAD_SET_NO_NEW_PRIVS | SCC_LOAD_TAKE_LISTENER, found);
}

/** getuid is asked of the listener, getppid refused. */
static scc_blob *notifying_blob(uint32_t flags)
{
    static const struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getuid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | TEST_ERRNO),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    scc_blob *blob = test_blob_new();
    test_add(blob, scc_target_host_arch(), insns, SCC_COUNT(insns), (struct scc_blob_condition){0},
             flags);
    return blob;
}

Test(load, a_listener_comes_out)
{
    struct found found = run_in_child(load_and_listen, notifying_blob(SCC_FLAG_NEW_LISTENER));
    cr_expect_eq(found.result.code, SCC_LOAD_OK, "%s", scc_load_text(found.result.code));
    cr_expect(found.is_on && found.other == 0, "%d", found.other);
    found = run_in_child(load_and_listen,
                         notifying_blob(SCC_FLAG_NEW_LISTENER | SCC_FLAG_WAIT_KILLABLE_RECV));
    cr_expect(found.result.code == SCC_LOAD_KERNEL_FLAGS || /* since 5.19 */
              (found.result.code == SCC_LOAD_OK && found.is_on && found.other == 0));
    found = run_in_child(load_without_listening, notifying_blob(SCC_FLAG_NEW_LISTENER));
    cr_expect_eq(found.result.code, SCC_LOAD_LISTENER_UNWANTED);
    cr_expect(!found.is_on && found.no_new_privs == 0 && found.result.listener == -1);
    found = run_in_child(load_twice_and_listen, notifying_blob(SCC_FLAG_NEW_LISTENER));
    cr_expect(found.other == SCC_LOAD_OK && found.result.code == SCC_LOAD_LISTENER_BUSY);
    cr_expect(found.result.os_error == EBUSY && found.result.listener == -1);
}

/* The kernel has room for 32768 instructions in all filters, counted after translation. */
static void load_until_refused(const char *path, struct found *found)
{
    do {
        load_plainly(path, found);
        found->other++;
    } while (found->result.code == SCC_LOAD_OK && found->other < 100);
}

Test(load, more_than_the_kernel_takes_is_refused)
{
    static struct sock_filter insns[SCC_PROGRAM_MAX];
    for (size_t i = 0; i < SCC_PROGRAM_MAX; i++)
        insns[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 0);
    insns[SCC_PROGRAM_MAX - 1] = TEST_RET(SECCOMP_RET_ALLOW);
    scc_blob *blob = test_blob_new();
    test_add(blob, scc_target_host_arch(), insns, SCC_PROGRAM_MAX, (struct scc_blob_condition){0},
             0);
    struct found found = run_in_child(load_until_refused, blob);
    cr_expect_eq(found.result.code, SCC_LOAD_KERNEL_MEMORY, "%s", scc_load_text(found.result.code));
    cr_expect(found.result.os_error == ENOMEM && found.other > 4, "%d", found.other);
}
