/* SPDX-License-Identifier: Apache-2.0 */
/* Which names a release of libseccomp knows: ours against the installed one's, name by name. */
#include "support.h"

#include <seccomp.h>

#include "emit_scmp.h"
#include "lint.h"
#include "syscall.h"

/** Whether the installed library has a place for the call: a number, or one of its own behind a
 * door. */
static bool is_known(const struct scc_syscall *call, const struct scc_arch *arch)
{
    if (!scc_syscall_door(call, arch).call)
        return scc_scmp_knows(call, arch);
    return seccomp_syscall_resolve_name_arch(arch->token, call->name) != __NR_SCMP_ERROR;
}

/** Compares all names on all architectures; *first becomes the first difference in words. */
static unsigned differences(const struct scc_lint_libseccomp *row, char *first, size_t size)
{
    unsigned count = 0, asked = 0;
    for (int id = 0; id < SCC_ARCH_COUNT; id++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)id);
        if (!seccomp_arch_resolve_name(arch->name))
            continue;
        for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
            const struct scc_syscall *call = &scc_syscall_table[i];
            if (scc_syscall_nr(call, arch) == SCC_NR_NONE)
                continue;
            asked++;
            if (scc_lint_libseccomp_knows(row, call, arch) != is_known(call, arch) && count++ == 0)
                snprintf(first, size, "%s on %s", call->name, arch->name);
        }
    }
    cr_expect_gt(asked, 4000u);
    return count;
}

/** A distribution may have brought a release's table up to date: then a row of its own agrees. */
Test(lint_libseccomp, a_row_agrees_with_the_installed_one)
{
    const struct scmp_version *version = seccomp_version();
    char release[32], first[80] = "no row has this release";
    snprintf(release, sizeof release, "%u.%u.%u", version->major, version->minor, version->micro);
    size_t len = strlen(release);
    for (size_t i = 0; i < SCC_LIBSECCOMP_COUNT; i++) {
        const struct scc_lint_libseccomp *row = &scc_lint_libseccomps[i];
        bool is_of_release = strncmp(row->release, release, len) == 0 &&
                             (row->release[len] == '\0' || row->release[len] == '-');
        if (is_of_release && differences(row, first, sizeof first) == 0)
            return;
    }
    cr_expect_fail("libseccomp %s: %s", release, first);
}

Test(lint_libseccomp, releases_are_in_order)
{
    for (size_t i = 1; i < SCC_LIBSECCOMP_COUNT; i++)
        cr_expect(
            scc_kernel_at_least(scc_lint_libseccomps[i].kernel, scc_lint_libseccomps[i - 1].kernel),
            "%s", scc_lint_libseccomps[i].release);
    cr_expect_null(scc_lint_libseccomp_find("2.5"));
    cr_expect_null(scc_lint_libseccomp_find(""));
}
