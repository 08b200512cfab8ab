/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_ARCH_INTERNAL_H
#define SCC_ARCH_INTERNAL_H

#include <seccompc/arch.h>

#include <stdbool.h>

#include "tables.h"

/** In the order of the table in arch.c; also the bit in a set of architectures. */
enum scc_arch_id {
    SCC_ARCH_X86_64,
    SCC_ARCH_X86,
    SCC_ARCH_X32,
    SCC_ARCH_AARCH64,
    SCC_ARCH_ARM,
    SCC_ARCH_MIPS64,
    SCC_ARCH_MIPS64N32,
    SCC_ARCH_MIPS,
    SCC_ARCH_MIPSEL64,
    SCC_ARCH_MIPSEL64N32,
    SCC_ARCH_MIPSEL,
    SCC_ARCH_S390X,
    SCC_ARCH_S390,
    SCC_ARCH_PPC64LE,
    SCC_ARCH_PPC64,
    SCC_ARCH_PPC,
    SCC_ARCH_RISCV64,
    SCC_ARCH_RISCV32,
    SCC_ARCH_LOONGARCH64,
    SCC_ARCH_PARISC64,
    SCC_ARCH_PARISC,
    SCC_ARCH_M68K,
    SCC_ARCH_SH,
    SCC_ARCH_SHEB,
    SCC_ARCH_COUNT,
};

typedef uint32_t scc_arch_set; /* bit scc_arch_id */

/** An x32 number is an x86_64 one with this bit (arch/x86/include/uapi/asm/unistd.h). */
#define SCC_X32_BIT 0x40000000u

/** A tracer's way to skip a call; never bad arch (kernel/seccomp.c, libseccomp gen_bpf.c). */
#define SCC_NR_SKIP 0xffffffffu

struct scc_arch {
    enum scc_arch_id id;
    /** The ABI of the 64-bit kernel that runs this one too; itself where there is none. */
    enum scc_arch_id kernel;
    const char *name;
    const char *docker_name; /* NULL: as name */
    const char *token_name;
    const char *aliases; /* further names, separated by blanks; NULL: none */
    /** Names in includes.arches and excludes.arches; NULL: Docker's alone. */
    const char *condition_names;
    uint32_t token;
    uint32_t audit;
    bool is_64bit; /* width of an argument: a 32-bit ABI's comparisons see the low word alone */
    bool is_big_endian;
    uint32_t nr_offset;
    enum scc_syscall_column column; /* SCC_COLUMN_NONE: no numbers are known */
    enum scc_errno_column errnos;
};

const struct scc_arch *scc_arch_get(enum scc_arch_id id);

static inline scc_arch_set scc_arch_bit(enum scc_arch_id id)
{
    return (scc_arch_set)1 << id;
}

/** The architectures whose programs the kernel of @p arch can run, as far as they have numbers. */
scc_arch_set scc_arch_runnable(const struct scc_arch *arch);

/**
 * The architecture that includes.arches and excludes.arches of a profile call @p name, or NULL.
 * Docker compares with its own names, so "x86_64" is no name there: it would never hold.
 */
const struct scc_arch *scc_arch_find_condition(const char *name);

/** The known name nearest to @p name, or NULL where none is near. */
const char *scc_arch_nearest(const char *name);

/** The architecture of that SCMP_ARCH_* value, or NULL. */
const struct scc_arch *scc_arch_find_token(uint32_t token);

/** The ABI that this code was compiled for. */
const struct scc_arch *scc_arch_native(void);

#endif
