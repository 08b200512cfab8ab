/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <linux/ipc.h>
#include <linux/net.h>
#include <seccomp.h>
#include <sys/syscall.h>

#include "support.h"
#include "syscall.h"
#include "util.h"

Test(syscall, finds_exact_names_alone)
{
    cr_assert_str_eq(scc_syscall_find("read")->name, "read");
    static const char *const wrong[] = {"", "Read", "read ", "readx", "rea", "__NR_read"};
    for (size_t i = 0; i < SCC_COUNT(wrong); i++)
        cr_expect_null(scc_syscall_find(wrong[i]), "\"%s\"", wrong[i]);
    cr_assert_str_eq(scc_syscall_nearest("mout"), "mount");
    cr_assert_str_eq(scc_syscall_nearest("getxatrat"), "getxattrat");
    cr_assert_null(scc_syscall_nearest(""));
    cr_assert_null(scc_syscall_nearest("no_such_system_call_at_all"));
}

Test(syscall, numbers_carry_the_abis_offset)
{
    static const struct {
        const char *arch, *name;
        uint32_t nr;
    } cases[] = {
        {"x86_64", "read", 0},
        {"x86", "read", 3},
        {"x32", "read", 0x40000000},
        {"x32", "rt_sigaction", 0x40000000 + 512},
        {"mips", "read", 4003},
        {"mips64", "read", 5000},
        {"mips64n32", "read", 6000},
        {"mipsel64n32", "mount", 6160},
        {"arm", "breakpoint", 0xf0001},
        {"s390", "clone", 120},
        {"x86_64", "socketcall", SCC_NR_NONE},
        {"aarch64", "open", SCC_NR_NONE},
        {"x86", "accept", SCC_NR_NONE},
        {"riscv32", "read", SCC_NR_NONE},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        const struct scc_arch *arch = scc_arch_find(cases[i].arch);
        const struct scc_syscall *call = scc_syscall_find(cases[i].name);
        cr_expect_eq(scc_syscall_nr(call, arch), cases[i].nr, "%s on %s", cases[i].name,
                     cases[i].arch);
        if (cases[i].nr != SCC_NR_NONE)
            cr_expect_eq(scc_syscall_at(arch, cases[i].nr), call, "%s on %s", cases[i].name,
                         cases[i].arch);
    }
    const struct scc_arch *mips = scc_arch_find("mips");
    cr_assert_null(scc_syscall_at(mips, 3));
    cr_assert_null(scc_syscall_at(mips, 3999));
    cr_assert_null(scc_syscall_at(scc_arch_find("x32"), 0));
    cr_assert_null(scc_syscall_at(scc_arch_find("x86_64"), 0x40000000));
    cr_assert_null(scc_syscall_at(scc_arch_find("x86_64"), UINT32_MAX));
    cr_assert_null(scc_syscall_at(scc_arch_find("riscv32"), 0));
}

Test(syscall, every_number_leads_back_to_its_name)
{
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        for (size_t j = 0; j < SCC_SYSCALL_COUNT; j++) {
            const struct scc_syscall *call = &scc_syscall_table[j];
            uint32_t nr = scc_syscall_nr(call, arch);
            if (nr == SCC_NR_NONE)
                continue;
            const struct scc_syscall *back = scc_syscall_at(arch, nr);
            cr_assert_not_null(back, "%s on %s", call->name, arch->name);
            /* Two names of one number: the first in the alphabet. */
            cr_expect_leq(strcmp(back->name, call->name), 0, "%s on %s", call->name, arch->name);
            cr_expect_eq(scc_syscall_nr(back, arch), nr);
        }
    }
}

Test(syscall, agrees_with_the_collected_facts)
{
    char path[512], line[256];
    FILE *file = fopen(shared_path("facts/syscalls.csv", path, sizeof path), "r");
    cr_assert_not_null(file);
    size_t rows = 0;
    scc_arch_set in_facts = 0;
    while (fgets(line, sizeof line, file)) {
        char *rest = line, *name = strsep(&rest, ","), *arch_name = strsep(&rest, ",");
        if (!rest || strcmp(name, "name") == 0)
            continue;
        const struct scc_arch *arch = scc_arch_find(arch_name);
        const struct scc_syscall *call = scc_syscall_find(name);
        cr_assert_not_null(arch, "%s", arch_name);
        cr_assert_not_null(call, "%s", name);
        cr_expect_eq(scc_syscall_nr(call, arch), (uint32_t)atoi(rest) + arch->nr_offset,
                     "%s on %s is %u, the facts say %s", name, arch_name,
                     scc_syscall_nr(call, arch), rest);
        in_facts |= scc_arch_bit(arch->id);
        rows++;
    }
    fclose(file);
    /* As many the other way: no number that the facts do not have. */
    size_t numbers = 0;
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        for (size_t j = 0; in_facts & scc_arch_bit(arch->id) && j < SCC_SYSCALL_COUNT; j++)
            numbers += scc_syscall_nr(&scc_syscall_table[j], arch) != SCC_NR_NONE;
    }
    cr_assert_eq(numbers, rows, "%zu numbers, %zu in the facts", numbers, rows);
}

static bool is_release(struct scc_kernel kernel, unsigned major, unsigned minor)
{
    return kernel.major == major && kernel.minor == minor;
}

Test(syscall, ages_of_calls)
{
    static const struct {
        const char *arch, *name;
        unsigned major, minor;
    } cases[] = {
        {"x86_64", "read", 1, 0},
        {"x86_64", "openat", 2, 6},
        {"x86_64", "close_range", 5, 9},
        {"x86_64", "openat2", 5, 6},
        {"x86_64", "membarrier", 4, 3},
        {"x86_64", "semget", 2, 0},
        {"x86", "semget", 5, 1},
        {"s390x", "semget", 5, 1},
        {"ppc64le", "semget", 5, 1},
        {"x86", "socket", 4, 3},
        {"aarch64", "socket", 2, 0},
        {"x86", "arch_prctl", 4, 12},
        {"x86_64", "uretprobe", 6, 11},
        {"mipsel64n32", "mseal", 6, 10},
        {"mips", "timerfd", 0, 0},
        {"x86_64", "timerfd", 0, 0},
        {"sh", "clone3", 0, 0},
        {"riscv32", "read", 0, 0},
        {"x86", "futex_time64", 5, 1},
        {"x86_64", "futex_time64", 0, 0},
        {"loongarch64", "read", 1, 0},
        {"s390x", "socket", 4, 3},
        {"m68k", "clone3", 5, 6},
        {"mipsel", "clone3", 5, 4},
        {"s390x", "memfd_secret", 6, 4},
        {"sheb", "seccomp", 4, 8},
        {"x86_64", "afs_syscall", 0, 0},
        {"x86_64", "map_shadow_stack", 6, 6},
        {"x86", "map_shadow_stack", 6, 7},
        {"aarch64", "map_shadow_stack", 6, 7},
        {"aarch64", "kexec_file_load", 5, 0},
        {"x86_64", "kexec_file_load", 3, 17},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++)
        cr_expect(is_release(scc_syscall_since(scc_syscall_find(cases[i].name),
                                               scc_arch_find(cases[i].arch)),
                             cases[i].major, cases[i].minor),
                  "%s on %s", cases[i].name, cases[i].arch);
    cr_expect(is_release(scc_syscall_first(scc_syscall_find("semget")), 2, 0));
    cr_expect(is_release(scc_syscall_first(scc_syscall_find("futex_time64")), 5, 1));
    cr_expect(is_release(scc_syscall_first(scc_syscall_find("riscv_hwprobe")), 6, 4));
    cr_expect(is_release(scc_syscall_first(scc_syscall_find("afs_syscall")), 0, 0));
}

Test(syscall, no_architecture_has_a_call_before_the_first)
{
    size_t unknown = 0;
    for (size_t j = 0; j < SCC_SYSCALL_COUNT; j++) {
        const struct scc_syscall *call = &scc_syscall_table[j];
        struct scc_kernel first = scc_syscall_first(call);
        unknown += !first.major;
        for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
            const struct scc_arch *arch = scc_arch_at(i);
            struct scc_kernel since = scc_syscall_since(call, arch);
            bool exists = scc_syscall_nr(call, arch) != SCC_NR_NONE;
            cr_expect_eq(since.major != 0, exists && first.major != 0, "%s on %s", call->name,
                         arch->name);
            cr_expect(!since.major || scc_kernel_at_least(since, first), "%s on %s", call->name,
                      arch->name);
        }
    }
    cr_expect_leq(unknown, 24, "%zu", unknown);
}

/** A row for all architectures says when the first of them had it; some got it later. */
Test(syscall, ages_agree_with_the_collected_facts)
{
    char path[512], line[256];
    FILE *file = fopen(shared_path("facts/since.csv", path, sizeof path), "r");
    cr_assert_not_null(file);
    size_t rows = 0;
    while (fgets(line, sizeof line, file)) {
        char *rest = line, *name = strsep(&rest, ","), *arch_name = strsep(&rest, ",");
        struct scc_kernel since;
        if (!rest || strcmp(name, "name") == 0)
            continue;
        cr_assert(scc_kernel_parse_release(strsep(&rest, "\r\n"), &since), "%s", name);
        const struct scc_syscall *call = scc_syscall_find(name);
        cr_assert_not_null(call, "%s", name);
        bool is_for_all = strcmp(arch_name, "*") == 0;
        struct scc_kernel ours = is_for_all ? scc_syscall_first(call)
                                            : scc_syscall_since(call, scc_arch_find(arch_name));
        cr_expect(is_release(ours, since.major, since.minor), "%s on %s", name, arch_name);
        rows++;
    }
    fclose(file);
    cr_assert_gt(rows, 100);
}

/** Whether libseccomp puts the number elsewhere on purpose: behind a door, it may have none. */
static bool is_behind_door(const struct scc_syscall *call, const struct scc_arch *arch, int known)
{
    return known < 0 && scc_syscall_door(call, arch).call;
}

Test(syscall, agrees_with_the_installed_libseccomp)
{
    size_t compared = 0;
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        for (size_t j = 0; j < SCC_SYSCALL_COUNT; j++) {
            const struct scc_syscall *call = &scc_syscall_table[j];
            int known = seccomp_syscall_resolve_name_arch(arch->token, call->name);
            if (known == __NR_SCMP_ERROR || is_behind_door(call, arch, known))
                continue;
            uint32_t nr = scc_syscall_nr(call, arch);
            if (known < 0 && nr != SCC_NR_NONE)
                continue; /* newer on this architecture than the library */
            /* libseccomp 2.5 gives it a number; the kernel has it for 32 bits alone. */
            if (arch->id == SCC_ARCH_PARISC64 && strcmp(call->name, "_llseek") == 0)
                continue;
            compared++;
            cr_expect_eq(nr, known < 0 ? SCC_NR_NONE : (uint32_t)known,
                         "%s on %s is %u, libseccomp has %d", call->name, arch->name, nr, known);
        }
    }
    cr_assert_geq(compared, 5000, "%zu", compared);
}

struct door {
    const char *name, *through;
    uint32_t selector;
};

/* linux/net.h, linux/ipc.h */
static const struct door doors[] = {
    {"socket", "socketcall", SYS_SOCKET},
    {"bind", "socketcall", SYS_BIND},
    {"connect", "socketcall", SYS_CONNECT},
    {"listen", "socketcall", SYS_LISTEN},
    {"accept", "socketcall", SYS_ACCEPT},
    {"getsockname", "socketcall", SYS_GETSOCKNAME},
    {"getpeername", "socketcall", SYS_GETPEERNAME},
    {"socketpair", "socketcall", SYS_SOCKETPAIR},
    {"send", "socketcall", SYS_SEND},
    {"recv", "socketcall", SYS_RECV},
    {"sendto", "socketcall", SYS_SENDTO},
    {"recvfrom", "socketcall", SYS_RECVFROM},
    {"shutdown", "socketcall", SYS_SHUTDOWN},
    {"setsockopt", "socketcall", SYS_SETSOCKOPT},
    {"getsockopt", "socketcall", SYS_GETSOCKOPT},
    {"sendmsg", "socketcall", SYS_SENDMSG},
    {"recvmsg", "socketcall", SYS_RECVMSG},
    {"accept4", "socketcall", SYS_ACCEPT4},
    {"recvmmsg", "socketcall", SYS_RECVMMSG},
    {"sendmmsg", "socketcall", SYS_SENDMMSG},
    {"semop", "ipc", SEMOP},
    {"semget", "ipc", SEMGET},
    {"semctl", "ipc", SEMCTL},
    {"semtimedop", "ipc", SEMTIMEDOP},
    {"msgsnd", "ipc", MSGSND},
    {"msgrcv", "ipc", MSGRCV},
    {"msgget", "ipc", MSGGET},
    {"msgctl", "ipc", MSGCTL},
    {"shmat", "ipc", SHMAT},
    {"shmdt", "ipc", SHMDT},
    {"shmget", "ipc", SHMGET},
    {"shmctl", "ipc", SHMCTL},
};

static const struct door *find_door(const char *name)
{
    for (size_t i = 0; i < SCC_COUNT(doors); i++) {
        if (strcmp(doors[i].name, name) == 0)
            return &doors[i];
    }
    return NULL;
}

Test(syscall, doors_are_where_the_multiplexers_are)
{
    static const char *const with[] = {"x86",   "s390",    "s390x", "mips", "mipsel", "ppc",
                                       "ppc64", "ppc64le", "m68k",  "sh",   "sheb"};
    scc_arch_set has_doors = 0;
    for (size_t i = 0; i < SCC_COUNT(with); i++)
        has_doors |= scc_arch_bit(scc_arch_find(with[i])->id);
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        for (size_t j = 0; j < SCC_SYSCALL_COUNT; j++) {
            const struct scc_syscall *call = &scc_syscall_table[j];
            const struct door *door = find_door(call->name);
            struct scc_syscall_door got = scc_syscall_door(call, arch);
            if (!door || !(has_doors & scc_arch_bit(arch->id))) {
                cr_expect_null(got.call, "%s on %s", call->name, arch->name);
                continue;
            }
            cr_assert_not_null(got.call, "%s on %s", call->name, arch->name);
            cr_expect_str_eq(got.call->name, door->through);
            cr_expect_eq(got.selector, door->selector, "%s", call->name);
            cr_expect_eq(got.nr, arch->nr_offset + (strcmp(door->through, "ipc") ? 102 : 117));
        }
    }
}

Test(syscall, exists_under_a_number_or_behind_a_door)
{
    static const struct {
        const char *arch, *name;
        bool exists;
    } cases[] = {
        {"x86", "accept", true},         {"x86", "socket", true},
        {"x86_64", "accept", true},      {"x86_64", "socketcall", false},
        {"x86", "socketcall", true},     {"x86", "semop", true},
        {"aarch64", "open", false},      {"arm", "open", true},
        {"riscv64", "uretprobe", false}, {"s390x", "send", true},
        {"x86_64", "send", false},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++)
        cr_expect_eq(
            scc_syscall_exists(scc_syscall_find(cases[i].name), scc_arch_find(cases[i].arch)),
            cases[i].exists, "%s on %s", cases[i].name, cases[i].arch);
}

Test(syscall, agrees_with_this_machines_headers)
{
#ifdef __NR_read
    const struct scc_arch *native = scc_arch_native();
    cr_expect_eq(scc_syscall_nr(scc_syscall_find("read"), native), __NR_read);
    cr_expect_eq(scc_syscall_nr(scc_syscall_find("clone"), native), __NR_clone);
    cr_expect_eq(scc_syscall_nr(scc_syscall_find("seccomp"), native), __NR_seccomp);
#endif
}
