/* SPDX-License-Identifier: Apache-2.0 */
#include "shown.h"

#include <signal.h>
#include <stddef.h>

#include "syscall.h"

enum {
    O32_INDIRECT = 4000, /* syscall(2) */
    O32_REGISTERS = 4,   /* for arguments */
    S390_RESTART = 7,    /* restart_syscall */
    URETPROBE = 335,
    UPROBE = 336,
    NUMBER_BITS_S390 = 0xffff,
};

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
 * o32. An indirect call is shown as the one that it makes, its arguments one place further on
 * (arch/mips/include/asm/syscall.h, syscall_get_nr(), syscall_get_arguments()). On a 64-bit kernel
 * registers hold 32-bit values with their sign extended, and are shown whole; of arguments on the
 * stack get_user() stores 32 bits into 64 that nobody cleared (mips_get_syscall_arg()).
 */
static struct scc_call show_o32(const struct plan_call *made, bool is_64bit, uint8_t *loose)
{
    struct scc_call call = {.nr = made->nr};
    unsigned first = made->nr == O32_INDIRECT;
    if (first)
        call.nr = (uint32_t)made->args[0];
    for (unsigned arg = 0; arg + first < PLAN_ARG_COUNT; arg++) {
        uint32_t low = (uint32_t)made->args[arg + first];
        call.args[arg] = low;
        if (is_64bit && arg + first < O32_REGISTERS)
            call.args[arg] = (uint64_t)(int64_t)(int32_t)low;
        else if (is_64bit)
            *loose |= (uint8_t)(1u << arg);
    }
    return call;
}

struct scc_call shown_call(const struct scc_arch *kernel, const struct scc_arch *arch,
                           const struct plan_call *made, uint8_t *loose)
{
    struct scc_call call = {.nr = made->nr};
    *loose = 0;
    for (unsigned arg = 0; arg < PLAN_ARG_COUNT; arg++)
        call.args[arg] = made->args[arg];
    if (is_o32(arch))
        call = show_o32(made, kernel->is_64bit, loose);
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

static const struct shown_exception uprobes = {
    "the kernel's own calls",
    "uretprobe and uprobe, which the kernel plants into programs itself, pass every filter; from "
    "anywhere else they are refused (kernel/seccomp.c, seccomp_uprobe_exception())",
};

const struct shown_exception *shown_exception_at(unsigned index)
{
    static const struct shown_exception *const all[] = {&uprobes};
    return index < sizeof all / sizeof *all ? all[index] : NULL;
}

const struct shown_exception *shown_exception_find(const struct scc_arch *arch, uint32_t nr,
                                                   unsigned major, unsigned minor)
{
    const struct scc_kernel kernel = {(uint16_t)major, (uint16_t)minor};
    bool is_uretprobe = nr == URETPROBE && scc_kernel_at_least(kernel, (struct scc_kernel){6, 14});
    bool is_uprobe = nr == UPROBE && scc_kernel_at_least(kernel, (struct scc_kernel){6, 18});
    return arch->id == SCC_ARCH_X86_64 && (is_uretprobe || is_uprobe) ? &uprobes : NULL;
}

const char *shown_left_out(const struct scc_arch *arch, uint32_t nr)
{
    if (is_s390(arch) && (nr & NUMBER_BITS_S390) == S390_RESTART)
        return "restart_syscall: the kernel lets the process go on at the address of what it "
               "should restart, which is 0 (arch/s390/kernel/syscall.c, __do_syscall())";
    return NULL;
}
