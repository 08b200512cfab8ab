/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The tables. Every call is harmless: the kernel refuses its arguments, or what it does ends with
 * the process that made it. Arguments are chosen so that an allowed call answers neither EPERM nor
 * ENOSYS, by which the profiles refuse, also in a container without capabilities where that can be.
 */
#include "cases.h"

#include <linux/sched.h>
#include <sys/socket.h>

#define BAD LIVE_BAD
#define NONE LIVE_NONE
/* The high word of an argument, which the kernel does not look at where the argument is an int. */
#define HIGH 0x100000000U

/* A family that Docker's profile refuses, one that it allows, and what bind and listen refuse. */
const uint32_t live_blocks[LIVE_BLOCK_COUNT][LIVE_BLOCK_WORDS] = {
    {40 /* AF_VSOCK */, SOCK_STREAM, 0, 0},
    {AF_UNIX, SOCK_STREAM, 0, 0},
    {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0},
};

#define SOCKET(family) family, SOCK_STREAM
/* CLONE_SIGHAND without CLONE_VM is EINVAL before anything is made. */
#define CLONE(flags) CLONE_SIGHAND | (flags)
#define ALL_BAD BAD, BAD, BAD, BAD, BAD, BAD

/* Answers that many rows share. */
#define ALLOWED "moby:allow common:allow"
#define CLOSED "hard:EPERM " ALLOWED /* by --harden */
#define IN_COMMON "moby:EPERM common:allow"
#define IN_NEITHER "moby:EPERM common:ENOSYS"
#define IN_NO_TABLE "runc:ENOSYS kernel:ENOSYS " IN_NEITHER
#define SKIPPED "runc:ENOSYS " IN_NEITHER
/* An old libseccomp, and so -O0 and -O1, lose these. */
#define YOUNG "written:allow kernel:allow"
#define WITH_CAP "moby:EPERM,EPERM,allow common:EPERM,EPERM,allow"
#define MOBY_WITH_CAP "moby:EPERM,EPERM,allow common:allow"
/* LXC has no rules by name for what socketcall and ipc make too. */
#define NO_LXC_RULE "lxc-moby-x86:EPERM lxc-common-x86:ENOSYS "
#define COMMON_WITH_CAP "moby:allow common:allow,EINVAL,allow"

const struct live_case live_cases[] = {
    /* Allowed whatever the arguments. */
    {"getppid", 110, 64, {0}, ALLOWED},
    {"getuid", 102, 24, {0}, ALLOWED},
    {"read", 0, 3, {ALL_BAD}, ALLOWED},
    {"openat", 257, 295, {ALL_BAD}, ALLOWED},
    {"prctl", 157, 172, {ALL_BAD}, ALLOWED},
    {"seccomp", 317, 354, {ALL_BAD}, ALLOWED},
    {"ptrace", 101, 26, {ALL_BAD}, ALLOWED},
    {"process_vm_readv", 310, 347, {ALL_BAD}, ALLOWED},
    {"process_vm_writev", 311, 348, {ALL_BAD}, ALLOWED},
    {"name_to_handle_at", 303, 341, {ALL_BAD}, ALLOWED},
    {"arch_prctl", 158, 384, {ALL_BAD}, ALLOWED},
    {"modify_ldt", 154, 123, {0, BAD, 0, 0, 0, 0}, ALLOWED},

    /* By capability. */
    {"mount", 165, 21, {ALL_BAD}, MOBY_WITH_CAP},
    {"umount2", 166, 52, {ALL_BAD}, MOBY_WITH_CAP},
    {"unshare(0)", 272, 310, {0}, MOBY_WITH_CAP},
    {"setns", 308, 346, {BAD, 0, 0, 0, 0, 0}, MOBY_WITH_CAP},
    {"syslog", 103, 103, {ALL_BAD}, MOBY_WITH_CAP},
    {"get_mempolicy", 239, 275, {ALL_BAD}, MOBY_WITH_CAP},
    {"fanotify_init", 300, 338, {ALL_BAD}, MOBY_WITH_CAP},
    {"bpf", 321, 357, {BAD, BAD, 0, 0, 0, 0}, WITH_CAP},
    {"perf_event_open", 298, 336, {ALL_BAD}, WITH_CAP},
    {"quotactl", 179, 131, {ALL_BAD}, WITH_CAP},
    {"kcmp", 312, 349, {ALL_BAD}, WITH_CAP},
    {"open_by_handle_at", 304, 342, {BAD, BAD, 0, 0, 0, 0}, WITH_CAP},
    {"acct", 163, 51, {ALL_BAD}, WITH_CAP},
    {"sethostname", 170, 74, {ALL_BAD}, WITH_CAP},
    {"settimeofday", 164, 79, {ALL_BAD}, WITH_CAP},
    {"iopl", 172, 110, {ALL_BAD}, WITH_CAP},
    {"delete_module", 176, 129, {BAD, 0, 0, 0, 0, 0}, WITH_CAP},
    {"init_module", 175, 128, {BAD, 0, BAD}, WITH_CAP},
    {"finit_module", 313, 350, {ALL_BAD}, WITH_CAP},
    {"clock_settime", 227, 264, {ALL_BAD}, WITH_CAP},
    {"ioperm", 173, 101, {ALL_BAD}, WITH_CAP},
    {"process_madvise", 440, 440, {ALL_BAD}, WITH_CAP},
    {"fsopen", 430, 430, {ALL_BAD}, MOBY_WITH_CAP},
    {"move_mount", 429, 429, {ALL_BAD}, MOBY_WITH_CAP},
    {"pidfd_getfd", 438, 438, {ALL_BAD}, MOBY_WITH_CAP},
    {"set_mempolicy", 238, 276, {ALL_BAD}, MOBY_WITH_CAP},
    {"mbind", 237, 274, {ALL_BAD}, MOBY_WITH_CAP},
    /* Docker's capabilities have CAP_SYS_CHROOT. */
    {"chroot", 161, 61, {ALL_BAD}, "moby:allow,EPERM,allow common:allow,EPERM,allow"},

    /* Refused to all. */
    {"pivot_root", 155, 217, {ALL_BAD}, IN_COMMON},
    {"keyctl", 250, 288, {ALL_BAD}, IN_COMMON},
    {"add_key", 248, 286, {ALL_BAD}, IN_NEITHER},
    {"request_key", 249, 287, {ALL_BAD}, IN_NEITHER},
    {"userfaultfd", 323, 374, {ALL_BAD}, "moby:EPERM common:EPERM"},
    {"swapoff", 168, 115, {ALL_BAD}, "moby:EPERM common:EPERM"},
    {"swapon", 167, 87, {ALL_BAD}, "moby:EPERM common:EPERM"},
    {"kexec_load", 246, 283, {ALL_BAD}, "moby:EPERM common:EPERM"},
    {"io_uring_setup", 425, 425, {1, BAD, 0, 0, 0, 0}, IN_NEITHER},
    {"no such call", 511, 511, {0}, IN_NO_TABLE},

    /* Calls that Debian 12's libseccomp does not know. */
    {"mseal", 462, 462, {ALL_BAD}, YOUNG},
    {"statmount", 457, 457, {ALL_BAD}, YOUNG},
    {"listmount", 458, 458, {ALL_BAD}, YOUNG},

    /* Between two parts of x86_64's table, and between two calls of x86's. */
    {"a gap", 400, 222, {0}, "kernel:ENOSYS moby:EPERM common:ENOSYS"},
    /* listns: younger than all that the profile names. */
    {"listns", 470, 470, {ALL_BAD}, "runc:ENOSYS kernel:ENOSYS moby:EPERM"},

    /* An errno of its own. The kernel looks at the size first: EINVAL. */
    {"clone3", 435, 435, {BAD, 0, 0, 0, 0, 0}, "moby:ENOSYS,ENOSYS,allow common:allow"},

    /* socket: family < 38, = 39, > 40. */
    {"socket(AF_UNIX)", 41, 359, {SOCKET(AF_UNIX)}, NO_LXC_RULE ALLOWED " doors:allow"},
    {"socket(AF_INET)", 41, 359, {SOCKET(AF_INET)}, NO_LXC_RULE ALLOWED " doors:EPERM"},
    {"socket(37)", 41, 359, {SOCKET(37)}, NO_LXC_RULE ALLOWED},
    {"socket(AF_ALG)", 41, 359, {SOCKET(38)}, NO_LXC_RULE IN_COMMON},
    {"socket(39)", 41, 359, {SOCKET(39)}, NO_LXC_RULE ALLOWED},
    {"socket(AF_VSOCK)", 41, 359, {SOCKET(40)}, NO_LXC_RULE IN_COMMON " doors:EPERM"},
    {"socket(41)", 41, 359, {SOCKET(41)}, NO_LXC_RULE ALLOWED},
    {"socket(46)", 41, 359, {SOCKET(46)}, NO_LXC_RULE ALLOWED},
    {"socket(UINT_MAX)", 41, 359, {SOCKET(UINT32_MAX)}, NO_LXC_RULE ALLOWED},
    /* Two comparisons in one rule; docker's capabilities have CAP_AUDIT_WRITE. */
    {"socket(NETLINK_AUDIT)", 41, 359, {AF_NETLINK, SOCK_RAW, 9}, NO_LXC_RULE COMMON_WITH_CAP},
    {"socket(NETLINK_ROUTE, high word)", 41, NONE, {HIGH | AF_NETLINK, SOCK_RAW, 0}, ALLOWED},
    {"socket(NETLINK_ROUTE)", 41, 359, {AF_NETLINK, SOCK_RAW, 0}, NO_LXC_RULE ALLOWED},
    {"socket(AF_INET, 9)", 41, 359, {AF_INET, SOCK_RAW, 9}, NO_LXC_RULE ALLOWED},

    /*
     * Garbage in the high word. A known hole of the profiles: they compare int arguments as 64
     * bits, the kernel reads 32, so that 0x100000028 is no family to the one and AF_VSOCK to the
     * other. On x86 a filter looks at low words; through int 0x80 a 64-bit process does bring the
     * high ones along, and they must not matter.
     */
    {"socket(AF_ALG, high word)", 41, NONE, {SOCKET(HIGH | 38)}, CLOSED},
    {"socket(AF_VSOCK, high word)", 41, NONE, {SOCKET(HIGH | 40)}, CLOSED " doors:EPERM"},
    {"socket(AF_VSOCK, high word)",
     NONE,
     359,
     {SOCKET(HIGH | 40)},
     NO_LXC_RULE IN_COMMON " doors:EPERM"},
    {"socket(AF_UNIX, high word)", 41, NONE, {SOCKET(HIGH | AF_UNIX)}, ALLOWED " doors:EPERM"},
    {"socket(AF_UNIX, high word)",
     NONE,
     359,
     {SOCKET(HIGH | AF_UNIX)},
     NO_LXC_RULE ALLOWED " doors:allow"},
    {"socket(AF_UNIX, high type)",
     41,
     359,
     {AF_UNIX, HIGH | SOCK_STREAM, 0},
     NO_LXC_RULE ALLOWED " doors:allow"},
    {"socket(NETLINK_AUDIT, high word)", 41, NONE, {HIGH | AF_NETLINK, SOCK_RAW, 9}, ALLOWED},
    {"socket(NETLINK_AUDIT, high word)",
     NONE,
     359,
     {HIGH | AF_NETLINK, SOCK_RAW, HIGH | 9},
     NO_LXC_RULE COMMON_WITH_CAP},
    {"personality(0, high word)", 135, NONE, {HIGH}, IN_NEITHER},
    {"personality(0, high word)", NONE, 136, {HIGH}, ALLOWED},
    {"personality(1, high word)", 135, 136, {HIGH | 1}, IN_NEITHER},
    {"personality(-1)", 135, NONE, {UINT64_MAX}, IN_NEITHER},
    {"personality(-1)", NONE, 136, {UINT64_MAX}, ALLOWED},
    {"clone(0, high word)", 56, 120, {CLONE(HIGH)}, ALLOWED},
    {"clone(NEWUSER, high word)", 56, 120, {CLONE(HIGH | CLONE_NEWUSER)}, MOBY_WITH_CAP},

    /* personality: five values. */
    {"personality(0)", 135, 136, {0}, ALLOWED},
    {"personality(8)", 135, 136, {8}, ALLOWED},
    {"personality(0x20000)", 135, 136, {0x20000}, ALLOWED},
    {"personality(0x20008)", 135, 136, {0x20008}, ALLOWED},
    {"personality(0xffffffff)", 135, 136, {UINT32_MAX}, ALLOWED},
    {"personality(1)", 135, 136, {1}, IN_NEITHER},
    {"personality(9)", 135, 136, {9}, IN_NEITHER},
    {"personality(0x40000)", 135, 136, {0x40000}, IN_NEITHER},
    {"personality(0xfffffffe)", 135, 136, {UINT32_MAX - 1}, IN_NEITHER},

    /* clone: no new namespace. */
    {"clone(0)", 56, 120, {CLONE(0)}, ALLOWED},
    {"clone(IO)", 56, 120, {CLONE(CLONE_IO)}, ALLOWED},
    {"clone(NEWNS)", 56, 120, {CLONE(CLONE_NEWNS)}, MOBY_WITH_CAP},
    {"clone(NEWCGROUP)", 56, 120, {CLONE(CLONE_NEWCGROUP)}, MOBY_WITH_CAP},
    {"clone(NEWUTS)", 56, 120, {CLONE(CLONE_NEWUTS)}, MOBY_WITH_CAP},
    {"clone(NEWIPC)", 56, 120, {CLONE(CLONE_NEWIPC)}, MOBY_WITH_CAP},
    {"clone(NEWUSER)", 56, 120, {CLONE(CLONE_NEWUSER)}, MOBY_WITH_CAP},
    {"clone(NEWPID)", 56, 120, {CLONE(CLONE_NEWPID)}, MOBY_WITH_CAP},
    {"clone(NEWNET)", 56, 120, {CLONE(CLONE_NEWNET)}, MOBY_WITH_CAP},
    {"clone(NEWUSER, NEWNET)", 56, 120, {CLONE(CLONE_NEWUSER | CLONE_NEWNET)}, MOBY_WITH_CAP},

    /*
     * socketcall and ipc take a call's number; its arguments are behind a pointer, out of the
     * filter's sight. Both default profiles allow them: the way around the rules on socket.
     */
    {"socketcall(SOCKET, AF_VSOCK)", NONE, 102, {1, LIVE_BLOCK(0)}, ALLOWED " doors:allow"},
    {"socketcall(SOCKET, AF_UNIX)", NONE, 102, {1, LIVE_BLOCK(1)}, ALLOWED " doors:allow"},
    {"socketcall(SOCKET, high word)", NONE, 102, {HIGH | 1, LIVE_BLOCK(0)}, ALLOWED " doors:allow"},
    {"socketcall(BIND)", NONE, 102, {2, LIVE_BLOCK(2)}, ALLOWED " doors:EPERM"},
    {"socketcall(LISTEN)", NONE, 102, {4, LIVE_BLOCK(2)}, ALLOWED " doors:EIO"},
    {"socketcall(0)", NONE, 102, {0, LIVE_BLOCK(2)}, ALLOWED " doors:EPERM"},
    {"bind", 49, 361, {ALL_BAD}, NO_LXC_RULE ALLOWED " doors:EPERM"},
    {"listen", 50, 363, {ALL_BAD}, NO_LXC_RULE ALLOWED " doors:EIO"},
    /* The size of shmget is argument 1; of ipc it is argument 2, and argument 1 is the key. */
    {"shmget(1, 4096)", 29, 395, {1, 4096, 0}, NO_LXC_RULE ALLOWED " doors:allow"},
    {"shmget(1, 8192)", 29, 395, {1, 8192, 0}, NO_LXC_RULE ALLOWED " doors:EPERM"},
    {"ipc(SHMGET, 1, 4096)", NONE, 117, {23, 1, 4096, 0}, ALLOWED " doors:EPERM"},
    {"ipc(SHMGET, 4096, 1)", NONE, 117, {23, 4096, 1, 0}, ALLOWED " doors:allow"},

    /* Where the filter is for x86_64 alone, with one rule and ALLOW by default. */
    {"x86_64 getppid", 110, NONE, {0}, ALLOWED " native:EIO"},
    {"x86_64 getuid", 102, NONE, {0}, ALLOWED " native:allow"},
    {"x86_64 read", 0, NONE, {ALL_BAD}, ALLOWED " native:allow"},
    {"x86 getppid", NONE, 64, {0}, ALLOWED " native:kill"},
    {"x86 read", NONE, 3, {ALL_BAD}, ALLOWED " native:kill"},

    /* The number of a skipped call is never a bad architecture's, and runc's stub takes it. */
    {"a skipped call", LIVE_SKIPPED, NONE, {0}, SKIPPED " native:allow"},
    {"a skipped call", NONE, LIVE_SKIPPED, {0}, SKIPPED " native:kill"},

    /* x32. A kernel without it answers ENOSYS to what the filter allows. */
    {"x32 getppid", LIVE_X32 | 110, NONE, {0}, ALLOWED " native:kill"},
    {"x32 mount", LIVE_X32 | 165, NONE, {ALL_BAD}, MOBY_WITH_CAP " native:kill"},
    {"x32 add_key", LIVE_X32 | 248, NONE, {ALL_BAD}, IN_NEITHER " native:kill"},
    {"x32 socket(AF_VSOCK)", LIVE_X32 | 41, NONE, {SOCKET(40)}, IN_COMMON " native:kill"},
    {"x32 socket(AF_VSOCK, high word)", LIVE_X32 | 41, NONE, {SOCKET(HIGH | 40)}, IN_COMMON},
    {"x32 personality(0, high word)", LIVE_X32 | 135, NONE, {HIGH}, ALLOWED},
    {"x32 preadv", LIVE_X32 | 534, NONE, {ALL_BAD}, ALLOWED " native:kill"},
    {"x32 no such call", LIVE_X32 | 0x3fff, NONE, {0}, IN_NO_TABLE " native:kill"},
    /* Bit 30 means nothing on x86: a number above the table. */
    {"x86 getppid with x32's bit", NONE, LIVE_X32 | 64, {0}, IN_NO_TABLE " native:kill"},
    {"x86 getpid", NONE, 20, {0}, ALLOWED " native:kill doors:allow"},
};
const size_t live_case_count = sizeof live_cases / sizeof *live_cases;

const struct live_exception live_exceptions[] = {
    {"exit", 60, 1, true, "does not return", {0}},
    {"exit_group", 231, 252, true, "does not return", {0}},
    {"pause", 34, 29, true, "waits for a signal that nobody sends", {0}},
    {"sigsuspend", NONE, 72, true, "waits for a signal that nobody sends", {0}},
    {"rt_sigreturn", 15, 173, true, "takes its registers from the stack", {0}},
    {"rt_sigreturn", 513, NONE, true, "x32's: takes its registers from the stack", {0}},
    {"sigreturn", NONE, 119, true, "takes its registers from the stack", {0}},
    {"vfork", 58, 190, true, "its child would run on the caller's stack", {0}},
    {"reboot", 169, 88, true, "a mistake here would be dear", {0}},
    {"vhangup", 153, 111, true, "hangs up the terminal of the person who tests", {0}},
    {"sync", 162, 36, true, "waits for every disk of the machine", {0}},
    /* Where one process makes many calls. */
    {"fork", NONE, NONE, true, "its child would make the calls behind it as well", {0}},
    {"breakpoint", NONE, NONE, true, "ends its process", {0}},
    {"switch_endian", NONE, NONE, true, "the instructions behind it would be read backwards", {0}},
    /* Growing to -1 fails or not, as the heap lies. */
    {"brk", 12, 45, false, "asks where the end is", {0}},
    /* -1 is every process; a process that does not exist answers too. */
    {"kill", 62, 37, false, "of no process", {0x3fffffff, 0}},
    /* Unknown functions and operations are ENOSYS, which must stay the filter's. */
    {"futex", 202, 240, false, "wakes at a crooked address", {BAD, 1}},
    {"futex_time64", NONE, 422, false, "as futex", {BAD, 1}},
    {"modify_ldt", 154, 123, false, "reads nothing", {0, BAD, 0}},
    {"ipc", NONE, 117, false, "SHMGET finds nothing", {23, 1, 0, 0}},
    /* -1 makes a queue or a segment, the first time only. */
    {"shmget", 29, 395, false, "finds nothing", {1, 0, 0}},
    {"semget", 64, 393, false, "finds nothing", {1, 0, 0}},
    {"msgget", 68, 399, false, "finds nothing", {1, 0}},
    /* To find no memory for -1 bytes is a complaint in the kernel's log. */
    {"init_module", 175, 128, false, "of no bytes", {BAD, 0, BAD}},
};
const size_t live_exception_count = sizeof live_exceptions / sizeof *live_exceptions;
