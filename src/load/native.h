/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The ABI that this code is compiled for, as libseccomp's tokens: an ELF machine (linux/elf-em.h)
 * with the bits of linux/audit.h, under names of our own because some are not part of its API.
 *
 * SCC_NATIVE_TOKEN is the ABI itself. SCC_KERNEL_TOKEN is that of the kernel where uname(2)'s
 * machine is SCC_KERNEL_MACHINE (UTS_MACHINE in arch/), or where that is empty, always.
 */
#ifndef SCC_LOAD_NATIVE_H
#define SCC_LOAD_NATIVE_H

#include <linux/elf-em.h>

/* linux/elf-em.h of older kernel headers lacks these two. */
#ifndef EM_RISCV
#define EM_RISCV 243
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#define SCC_TOKEN_64 0x80000000u
#define SCC_TOKEN_LITTLE 0x40000000u
#define SCC_TOKEN_N32 0x20000000u /* MIPS: a 64-bit ABI with 32-bit words */
#define SCC_TOKEN_MACHINE 0xffffu

#ifdef __mips__
#ifdef __MIPSEL__
#define SCC_MIPS (EM_MIPS | SCC_TOKEN_LITTLE)
#else
#define SCC_MIPS EM_MIPS
#endif
#endif

#if defined(__x86_64__) && defined(__ILP32__)
#define SCC_NATIVE_TOKEN (EM_X86_64 | SCC_TOKEN_LITTLE)
#define SCC_KERNEL_TOKEN (EM_X86_64 | SCC_TOKEN_64 | SCC_TOKEN_LITTLE)
#elif defined(__x86_64__)
#define SCC_NATIVE_TOKEN (EM_X86_64 | SCC_TOKEN_64 | SCC_TOKEN_LITTLE)
#elif defined(__i386__)
#define SCC_NATIVE_TOKEN (EM_386 | SCC_TOKEN_LITTLE)
#define SCC_KERNEL_TOKEN (EM_X86_64 | SCC_TOKEN_64 | SCC_TOKEN_LITTLE)
#define SCC_KERNEL_MACHINE "x86_64"
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define SCC_NATIVE_TOKEN (EM_AARCH64 | SCC_TOKEN_64 | SCC_TOKEN_LITTLE)
#elif defined(__arm__) && !defined(__ARMEB__)
#define SCC_NATIVE_TOKEN (EM_ARM | SCC_TOKEN_LITTLE)
#define SCC_KERNEL_TOKEN (EM_AARCH64 | SCC_TOKEN_64 | SCC_TOKEN_LITTLE)
#define SCC_KERNEL_MACHINE "aarch64"
#elif defined(__mips__) && _MIPS_SIM == _ABI64
#define SCC_NATIVE_TOKEN (SCC_MIPS | SCC_TOKEN_64)
#elif defined(__mips__) && _MIPS_SIM == _ABIN32
#define SCC_NATIVE_TOKEN (SCC_MIPS | SCC_TOKEN_64 | SCC_TOKEN_N32)
#define SCC_KERNEL_TOKEN (SCC_MIPS | SCC_TOKEN_64)
#elif defined(__mips__)
#define SCC_NATIVE_TOKEN SCC_MIPS
#define SCC_KERNEL_TOKEN (SCC_MIPS | SCC_TOKEN_64)
#define SCC_KERNEL_MACHINE "mips64" /* either byte order */
#elif defined(__s390x__)
#define SCC_NATIVE_TOKEN (EM_S390 | SCC_TOKEN_64)
#elif defined(__s390__)
#define SCC_NATIVE_TOKEN EM_S390
#define SCC_KERNEL_TOKEN (EM_S390 | SCC_TOKEN_64)
#define SCC_KERNEL_MACHINE "s390x"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define SCC_NATIVE_TOKEN (EM_PPC64 | SCC_TOKEN_64 | SCC_TOKEN_LITTLE)
#elif defined(__powerpc64__)
#define SCC_NATIVE_TOKEN (EM_PPC64 | SCC_TOKEN_64)
#elif defined(__powerpc__)
#define SCC_NATIVE_TOKEN EM_PPC
#define SCC_KERNEL_TOKEN (EM_PPC64 | SCC_TOKEN_64)
#define SCC_KERNEL_MACHINE "ppc64"
#elif defined(__riscv) && __riscv_xlen == 64
#define SCC_NATIVE_TOKEN (EM_RISCV | SCC_TOKEN_64 | SCC_TOKEN_LITTLE)
#elif defined(__loongarch64)
#define SCC_NATIVE_TOKEN (EM_LOONGARCH | SCC_TOKEN_64 | SCC_TOKEN_LITTLE)
#elif defined(__hppa__) && defined(__LP64__)
#define SCC_NATIVE_TOKEN (EM_PARISC | SCC_TOKEN_64)
#elif defined(__hppa__)
#define SCC_NATIVE_TOKEN EM_PARISC
#define SCC_KERNEL_TOKEN (EM_PARISC | SCC_TOKEN_64)
#define SCC_KERNEL_MACHINE "parisc64"
#elif defined(__m68k__)
#define SCC_NATIVE_TOKEN EM_68K
#elif defined(__sh__) && defined(__LITTLE_ENDIAN__)
#define SCC_NATIVE_TOKEN (EM_SH | SCC_TOKEN_LITTLE)
#elif defined(__sh__)
#define SCC_NATIVE_TOKEN EM_SH
#else
#error "seccompc does not know this architecture: add it here and to src/arch.c"
#endif

#ifndef SCC_KERNEL_TOKEN
#define SCC_KERNEL_TOKEN SCC_NATIVE_TOKEN
#endif
#ifndef SCC_KERNEL_MACHINE
#define SCC_KERNEL_MACHINE ""
#endif

#endif
