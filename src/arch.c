/* SPDX-License-Identifier: Apache-2.0 */
#include "arch.h"

#include <string.h>

#include "load/native.h"
#include "suggest.h"

#define W64 SCC_TOKEN_64
#define LE SCC_TOKEN_LITTLE
#define N32 SCC_TOKEN_N32

/*
 * Sources: audit arches linux/audit.h; tokens libseccomp's seccomp.h; number offsets
 * arch/mips/include/uapi/asm/unistd.h and arch/x86/include/uapi/asm/unistd.h; Docker's names
 * moby profiles/seccomp (Go's GOARCH), loong64 containers/common.
 */
#define ARCH(ID, KERNEL, NAME, DOCKER, ALIASES, CONDITION_NAMES, TOKEN, AUDIT, IS64, BIG, OFFSET,  \
             COLUMN, ERRNOS)                                                                       \
    [SCC_ARCH_##ID] = {.id = SCC_ARCH_##ID,                                                        \
                       .kernel = SCC_ARCH_##KERNEL,                                                \
                       .name = NAME,                                                               \
                       .docker_name = DOCKER,                                                      \
                       .token_name = "SCMP_ARCH_" #ID,                                             \
                       .aliases = ALIASES,                                                         \
                       .condition_names = CONDITION_NAMES,                                         \
                       .token = TOKEN,                                                             \
                       .audit = AUDIT,                                                             \
                       .is_64bit = IS64,                                                           \
                       .is_big_endian = BIG,                                                       \
                       .nr_offset = OFFSET,                                                        \
                       .column = SCC_COLUMN_##COLUMN,                                              \
                       .errnos = SCC_ERRNOS_##ERRNOS}
/* clang-format off */
static const struct scc_arch table[SCC_ARCH_COUNT] = {
    ARCH(X86_64, X86_64, "x86_64", "amd64", NULL, NULL,
         EM_X86_64 | W64 | LE, EM_X86_64 | W64 | LE, true, false, 0, X86_64, GENERIC),
    ARCH(X86, X86_64, "x86", "386", "i386", "x86 386",
         EM_386 | LE, EM_386 | LE, false, false, 0, X86, GENERIC),
    ARCH(X32, X86_64, "x32", NULL, NULL, NULL,
         EM_X86_64 | LE, EM_X86_64 | W64 | LE, false, false, SCC_X32_BIT, X32, GENERIC),
    ARCH(AARCH64, AARCH64, "aarch64", "arm64", NULL, NULL,
         EM_AARCH64 | W64 | LE, EM_AARCH64 | W64 | LE, true, false, 0, AARCH64, GENERIC),
    ARCH(ARM, AARCH64, "arm", NULL, NULL, NULL,
         EM_ARM | LE, EM_ARM | LE, false, false, 0, ARM, GENERIC),
    ARCH(MIPS64, MIPS64, "mips64", NULL, NULL, NULL,
         EM_MIPS | W64, EM_MIPS | W64, true, true, 5000, MIPS64, MIPS),
    ARCH(MIPS64N32, MIPS64, "mips64n32", NULL, "mips64p32", "mips64n32 mips64p32",
         EM_MIPS | W64 | N32, EM_MIPS | W64 | N32, false, true, 6000, MIPS64N32, MIPS),
    ARCH(MIPS, MIPS64, "mips", NULL, NULL, NULL,
         EM_MIPS, EM_MIPS, false, true, 4000, MIPS, MIPS),
    ARCH(MIPSEL64, MIPSEL64, "mipsel64", NULL, "mips64le mips64el", "mipsel64 mips64le",
         EM_MIPS | W64 | LE, EM_MIPS | W64 | LE, true, false, 5000, MIPS64, MIPS),
    ARCH(MIPSEL64N32, MIPSEL64, "mipsel64n32", NULL, "mips64p32le mips3l64n32", "mipsel64n32 mips64p32le mips3l64n32",
         EM_MIPS | W64 | LE | N32, EM_MIPS | W64 | LE | N32, false, false, 6000, MIPS64N32, MIPS),
    ARCH(MIPSEL, MIPSEL64, "mipsel", NULL, "mipsle", "mipsel mipsle",
         EM_MIPS | LE, EM_MIPS | LE, false, false, 4000, MIPS, MIPS),
    ARCH(S390X, S390X, "s390x", NULL, NULL, NULL,
         EM_S390 | W64, EM_S390 | W64, true, true, 0, S390X, GENERIC),
    ARCH(S390, S390X, "s390", NULL, NULL, NULL,
         EM_S390, EM_S390, false, true, 0, S390, GENERIC),
    ARCH(PPC64LE, PPC64LE, "ppc64le", NULL, "ppc64el", NULL,
         EM_PPC64 | W64 | LE, EM_PPC64 | W64 | LE, true, false, 0, PPC64, POWERPC),
    ARCH(PPC64, PPC64, "ppc64", NULL, NULL, NULL,
         EM_PPC64 | W64, EM_PPC64 | W64, true, true, 0, PPC64, POWERPC),
    ARCH(PPC, PPC64, "ppc", NULL, "powerpc", NULL,
         EM_PPC, EM_PPC, false, true, 0, PPC, POWERPC),
    ARCH(RISCV64, RISCV64, "riscv64", NULL, NULL, NULL,
         EM_RISCV | W64 | LE, EM_RISCV | W64 | LE, true, false, 0, RISCV64, GENERIC),
    ARCH(RISCV32, RISCV64, "riscv32", NULL, "riscv SCMP_ARCH_RISCV", NULL,
         EM_RISCV | LE, EM_RISCV | LE, false, false, 0, NONE, GENERIC),
    ARCH(LOONGARCH64, LOONGARCH64, "loongarch64", "loong64", NULL, "loong64 loongarch64",
         EM_LOONGARCH | W64 | LE, EM_LOONGARCH | W64 | LE, true, false, 0, LOONGARCH64, GENERIC),
    ARCH(PARISC64, PARISC64, "parisc64", NULL, NULL, NULL,
         EM_PARISC | W64, EM_PARISC | W64, true, true, 0, PARISC64, PARISC),
    ARCH(PARISC, PARISC64, "parisc", "hppa", NULL, NULL,
         EM_PARISC, EM_PARISC, false, true, 0, PARISC, PARISC),
    ARCH(M68K, M68K, "m68k", NULL, NULL, NULL,
         EM_68K, EM_68K, false, true, 0, M68K, GENERIC),
    ARCH(SH, SH, "sh", NULL, "sh4", NULL,
         EM_SH | LE, EM_SH | LE, false, false, 0, SH, GENERIC),
    ARCH(SHEB, SHEB, "sheb", NULL, "sh4eb", NULL,
         EM_SH, EM_SH, false, true, 0, SH, GENERIC),
};
/* clang-format on */

const struct scc_arch *scc_arch_get(enum scc_arch_id id)
{
    return &table[id];
}

/** Whether @p name is one of the blank-separated words of @p list. */
static bool word_in(const char *list, const char *name)
{
    size_t len = strlen(name);
    if (!len || strchr(name, ' '))
        return false;
    for (const char *word = list; word && *word;) {
        size_t word_len = strcspn(word, " ");
        if (word_len == len && memcmp(word, name, len) == 0)
            return true;
        word += word_len;
        word += *word == ' ';
    }
    return false;
}

const scc_arch *scc_arch_find(const char *name)
{
    for (size_t i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = &table[i];
        if (strcmp(name, arch->name) == 0 || strcmp(name, arch->token_name) == 0 ||
            (arch->docker_name && strcmp(name, arch->docker_name) == 0) ||
            word_in(arch->aliases, name))
            return arch;
    }
    return NULL;
}

const struct scc_arch *scc_arch_find_condition(const char *name)
{
    for (size_t i = 0; i < SCC_ARCH_COUNT; i++) {
        const char *names = table[i].condition_names;
        if (word_in(names ? names : scc_arch_docker_name(&table[i]), name))
            return &table[i];
    }
    return NULL;
}

const char *scc_arch_nearest(const char *name)
{
    struct scc_suggestion best = scc_suggestion_for(name);
    for (size_t i = 0; i < SCC_ARCH_COUNT; i++) {
        scc_suggestion_offer(&best, scc_arch_docker_name(&table[i]));
        scc_suggestion_offer(&best, table[i].name);
        scc_suggestion_offer_behind(&best, "SCMP_ARCH_", table[i].token_name);
    }
    return best.name;
}

const scc_arch *scc_arch_at(unsigned index)
{
    return index < SCC_ARCH_COUNT ? &table[index] : NULL;
}

const char *scc_arch_name(const scc_arch *arch)
{
    return arch->name;
}

const char *scc_arch_docker_name(const scc_arch *arch)
{
    return arch->docker_name ? arch->docker_name : arch->name;
}

const char *scc_arch_token_name(const scc_arch *arch)
{
    return arch->token_name;
}

uint32_t scc_arch_token(const scc_arch *arch)
{
    return arch->token;
}

uint32_t scc_arch_audit(const scc_arch *arch)
{
    return arch->audit;
}

scc_arch_set scc_arch_runnable(const struct scc_arch *arch)
{
    scc_arch_set set = 0;
    for (size_t i = 0; i < SCC_ARCH_COUNT; i++) {
        if (table[i].kernel == arch->kernel && table[i].column != SCC_COLUMN_NONE)
            set |= scc_arch_bit(table[i].id);
    }
    return set;
}

const struct scc_arch *scc_arch_find_token(uint32_t token)
{
    for (size_t i = 0; i < SCC_ARCH_COUNT; i++) {
        if (table[i].token == token)
            return &table[i];
    }
    return NULL;
}

const struct scc_arch *scc_arch_native(void)
{
    return scc_arch_find_token(SCC_NATIVE_TOKEN);
}
