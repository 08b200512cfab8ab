/* SPDX-License-Identifier: Apache-2.0 */
#include "shown.h"

#include <signal.h>
#include <stddef.h>

#include "syscall.h"

enum {
    /* MIPS has errnos of its own: arch/mips/include/uapi/asm/errno.h. */
    MIPS_ENOSYS = 89,
    MIPS_INDIRECT = 4000, /* syscall(2), which o32 alone has */
    S390_RESTART = 7,     /* restart_syscall */
    UPROBE_FIRST = 335,   /* uretprobe, uprobe */
    NUMBER_BITS_S390 = 0xffff,
};

static bool is_mips(const struct scc_arch *arch)
{
    return (arch->audit & 0xffff) == (scc_arch_find("mips")->audit & 0xffff);
}

static bool is_s390(const struct scc_arch *arch)
{
    return arch->id == SCC_ARCH_S390X || arch->id == SCC_ARCH_S390;
}

static bool is_o32(const struct scc_arch *arch)
{
    return arch->id == SCC_ARCH_MIPS || arch->id == SCC_ARCH_MIPSEL;
}

static bool is_n32(const struct scc_arch *arch)
{
    return arch->id == SCC_ARCH_MIPS64N32 || arch->id == SCC_ARCH_MIPSEL64N32;
}

unsigned shown_register_bits(const struct scc_arch *arch)
{
    return arch->is_64bit || arch->id == SCC_ARCH_X32 || is_n32(arch) ? SHOWN_64 : SHOWN_32;
}

/**
 * o32 on a 64-bit kernel. Registers hold 32-bit values with their sign extended, and are shown
 * whole; of arguments on the stack get_user() stores 32 bits into 64 that nobody cleared
 * (arch/mips/include/asm/syscall.h, mips_get_syscall_arg()). An indirect call is shown as the one
 * that it makes, its arguments one place further on (mips_syscall_is_indirect()).
 */
static struct scc_call show_o32(const struct plan_call *made, uint8_t *loose)
{
    struct scc_call call = {.nr = made->nr};
    unsigned first = made->nr == MIPS_INDIRECT;
    if (first)
        call.nr = (uint32_t)made->args[0];
    for (unsigned arg = 0; arg + first < PLAN_ARG_COUNT; arg++) {
        uint32_t low = (uint32_t)made->args[arg + first];
        if (arg + first < 4) {
            call.args[arg] = (uint64_t)(int64_t)(int32_t)low;
        } else {
            call.args[arg] = low;
            *loose |= (uint8_t)(1u << arg);
        }
    }
    return call;
}

struct scc_call shown_call(const struct scc_arch *arch, const struct plan_call *made,
                           uint8_t *loose)
{
    struct scc_call call = {.nr = made->nr};
    *loose = 0;
    for (unsigned arg = 0; arg < PLAN_ARG_COUNT; arg++)
        call.args[arg] = made->args[arg];
    if (is_o32(arch))
        call = show_o32(made, loose);
    /* arch/s390/kernel/syscall.c, __do_syscall(): 16 bits of r1. */
    if (is_s390(arch))
        call.nr &= NUMBER_BITS_S390;
    call.audit = arch->audit;
    return call;
}

uint32_t shown_skipped(const struct scc_arch *arch, uint32_t nr)
{
    /*
     * s390 reads the number from the interrupt's code, which no tracer can write
     * (arch/s390/include/asm/syscall.h, syscall_get_nr()).
     */
    return is_s390(arch) ? nr : SCC_NR_SKIP;
}

static const struct shown_exception mips_no_such_number = {
    "no number of any table",
    "MIPS answers ENOSYS to a number that is in none of its three tables before it looks for "
    "filters (arch/mips/kernel/scall64-n64.S, illegal_syscall): nothing is called",
};
static const struct shown_exception uprobes = {
    "the kernel's own calls",
    "uretprobe and uprobe, which the kernel plants into programs itself, pass every filter; from "
    "anywhere else they are refused (kernel/seccomp.c, seccomp_uprobe_exception())",
};

const struct shown_exception *shown_exception_at(unsigned index)
{
    static const struct shown_exception *const all[] = {&mips_no_such_number, &uprobes};
    return index < sizeof all / sizeof *all ? all[index] : NULL;
}

/** Whether a kernel of that release has a call of that number, in any of MIPS' tables. */
static bool has_mips_number(uint32_t nr, struct scc_kernel kernel)
{
    static const enum scc_arch_id ids[] = {SCC_ARCH_MIPS, SCC_ARCH_MIPS64, SCC_ARCH_MIPS64N32};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const struct scc_arch *table = scc_arch_get(ids[i]);
        const struct scc_syscall *call = scc_syscall_at(table, nr);
        if (call && scc_kernel_at_least(kernel, scc_syscall_since(call, table)))
            return true;
    }
    return false;
}

const struct shown_exception *shown_exception_find(const struct scc_arch *arch, uint32_t nr,
                                                   unsigned major, unsigned minor, uint16_t answer)
{
    const struct scc_kernel kernel = {(uint16_t)major, (uint16_t)minor};
    if (is_mips(arch) && answer == MIPS_ENOSYS && !has_mips_number(nr, kernel))
        return &mips_no_such_number;
    if (arch->id == SCC_ARCH_X86_64 && nr - UPROBE_FIRST < 2 && answer >= PLAN_SIGNAL)
        return &uprobes;
    return NULL;
}

const char *shown_left_out(const struct scc_arch *arch, uint32_t nr)
{
    if (is_s390(arch) && (nr & NUMBER_BITS_S390) == S390_RESTART)
        return "restart_syscall: the kernel lets the process go on at the address of what it "
               "should restart, which is 0 (arch/s390/kernel/syscall.c, __do_syscall())";
    return NULL;
}
