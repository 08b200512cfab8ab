/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <linux/audit.h>
#include <seccomp.h>

#include "arch.h"
#include "support.h"

Test(arch, rows_stand_under_their_ids)
{
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        cr_assert_eq(arch->id, i);
        cr_assert_eq(scc_arch_find(arch->name), arch, "%s", arch->name);
        cr_assert_eq(scc_arch_find(arch->token_name), arch, "%s", arch->token_name);
        cr_assert_eq(scc_arch_find(scc_arch_docker_name(arch)), arch);
    }
    cr_assert_null(scc_arch_at(SCC_ARCH_COUNT));
}

Test(arch, names_of_all_three_kinds)
{
    static const struct {
        const char *name;
        enum scc_arch_id id;
    } cases[] = {
        {"amd64", SCC_ARCH_X86_64},
        {"x86_64", SCC_ARCH_X86_64},
        {"386", SCC_ARCH_X86},
        {"i386", SCC_ARCH_X86},
        {"arm64", SCC_ARCH_AARCH64},
        {"SCMP_ARCH_AARCH64", SCC_ARCH_AARCH64},
        {"loong64", SCC_ARCH_LOONGARCH64},
        {"loongarch64", SCC_ARCH_LOONGARCH64},
        {"mips64le", SCC_ARCH_MIPSEL64},
        {"ppc64el", SCC_ARCH_PPC64LE},
        {"SCMP_ARCH_RISCV", SCC_ARCH_RISCV32},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(scc_arch_find(cases[i].name), scc_arch_get(cases[i].id), "%s", cases[i].name);
    static const char *const wrong[] = {"",     " ",          "AMD64",
                                        "amd6", "SCMP_ARCH_", "riscv SCMP_ARCH_RISCV"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_assert_null(scc_arch_find(wrong[i]), "%s", wrong[i]);
}

Test(arch, conditions_hold_dockers_names_alone)
{
    cr_assert_eq(scc_arch_find_condition("x86"), scc_arch_get(SCC_ARCH_X86));
    cr_assert_eq(scc_arch_find_condition("386"), scc_arch_get(SCC_ARCH_X86));
    cr_assert_eq(scc_arch_find_condition("loongarch64"), scc_arch_get(SCC_ARCH_LOONGARCH64));
    cr_assert_eq(scc_arch_find_condition("loong64"), scc_arch_get(SCC_ARCH_LOONGARCH64));
    cr_assert_null(scc_arch_find_condition("x86_64"));
    cr_assert_null(scc_arch_find_condition("aarch64"));
    cr_assert_null(scc_arch_find_condition("SCMP_ARCH_X86_64"));
}

Test(arch, suggests_the_nearest)
{
    cr_assert_str_eq(scc_arch_nearest("amd46"), "amd64");
    cr_assert_null(scc_arch_nearest("zzzzzzzzzzzz"));
}

Test(arch, agrees_with_libseccomp)
{
    unsigned compared = 0;
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        uint32_t token = seccomp_arch_resolve_name(arch->name);
        if (!token)
            continue; /* newer than the installed library */
        compared++;
        cr_assert_eq(token, arch->token, "%s: %x, libseccomp has %x", arch->name, arch->token,
                     token);
    }
    cr_assert_geq(compared, 19);
}

Test(arch, agrees_with_the_kernels_header)
{
    static const struct {
        enum scc_arch_id id;
        uint32_t audit;
    } cases[] = {
        {SCC_ARCH_X86_64, AUDIT_ARCH_X86_64},
        {SCC_ARCH_X86, AUDIT_ARCH_I386},
        {SCC_ARCH_X32, AUDIT_ARCH_X86_64},
        {SCC_ARCH_AARCH64, AUDIT_ARCH_AARCH64},
        {SCC_ARCH_ARM, AUDIT_ARCH_ARM},
        {SCC_ARCH_MIPS64, AUDIT_ARCH_MIPS64},
        {SCC_ARCH_MIPS64N32, AUDIT_ARCH_MIPS64N32},
        {SCC_ARCH_MIPS, AUDIT_ARCH_MIPS},
        {SCC_ARCH_MIPSEL64, AUDIT_ARCH_MIPSEL64},
        {SCC_ARCH_MIPSEL64N32, AUDIT_ARCH_MIPSEL64N32},
        {SCC_ARCH_MIPSEL, AUDIT_ARCH_MIPSEL},
        {SCC_ARCH_S390X, AUDIT_ARCH_S390X},
        {SCC_ARCH_S390, AUDIT_ARCH_S390},
        {SCC_ARCH_PPC64LE, AUDIT_ARCH_PPC64LE},
        {SCC_ARCH_PPC64, AUDIT_ARCH_PPC64},
        {SCC_ARCH_PPC, AUDIT_ARCH_PPC},
        {SCC_ARCH_RISCV64, AUDIT_ARCH_RISCV64},
        {SCC_ARCH_RISCV32, AUDIT_ARCH_RISCV32},
        {SCC_ARCH_LOONGARCH64, AUDIT_ARCH_LOONGARCH64},
        {SCC_ARCH_PARISC64, AUDIT_ARCH_PARISC64},
        {SCC_ARCH_PARISC, AUDIT_ARCH_PARISC},
        {SCC_ARCH_M68K, AUDIT_ARCH_M68K},
        {SCC_ARCH_SH, AUDIT_ARCH_SHEL},
        {SCC_ARCH_SHEB, AUDIT_ARCH_SH},
    };
    cr_assert_eq(sizeof cases / sizeof *cases, SCC_ARCH_COUNT);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(scc_arch_get(cases[i].id)->audit, cases[i].audit, "%s",
                     scc_arch_get(cases[i].id)->name);
}

Test(arch, kernels_run_their_families)
{
    scc_arch_set amd64 = scc_arch_runnable(scc_arch_get(SCC_ARCH_X86_64));
    cr_assert_eq(amd64, scc_arch_bit(SCC_ARCH_X86_64) | scc_arch_bit(SCC_ARCH_X86) |
                            scc_arch_bit(SCC_ARCH_X32));
    cr_assert_eq(scc_arch_runnable(scc_arch_get(SCC_ARCH_X86)), amd64);
    cr_assert_eq(scc_arch_runnable(scc_arch_get(SCC_ARCH_RISCV64)), scc_arch_bit(SCC_ARCH_RISCV64));
}

Test(arch, offsets_of_the_tables)
{
    cr_assert_eq(scc_arch_get(SCC_ARCH_X32)->nr_offset, 0x40000000u);
    cr_assert_eq(scc_arch_get(SCC_ARCH_MIPS)->nr_offset, 4000u);
    cr_assert_eq(scc_arch_get(SCC_ARCH_MIPSEL64)->nr_offset, 5000u);
    cr_assert_eq(scc_arch_get(SCC_ARCH_MIPS64N32)->nr_offset, 6000u);
}
