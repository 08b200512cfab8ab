/* SPDX-License-Identifier: Apache-2.0 */
/* What a release of libseccomp has numbers for: the calls of the kernel whose table it took. */
#include <string.h>

#include "lint.h"
#include "syscall.h"

const struct scc_lint_libseccomp *scc_lint_libseccomp_find(const char *release)
{
    for (size_t i = 0; i < SCC_LIBSECCOMP_COUNT; i++) {
        if (strcmp(release, scc_lint_libseccomps[i].release) == 0)
            return &scc_lint_libseccomps[i];
    }
    return NULL;
}

/** Whether the release lacks a call that its kernel has. */
static bool is_lacked(const struct scc_lint_libseccomp *libseccomp, const struct scc_syscall *call,
                      const struct scc_arch *arch)
{
    size_t name_len = strlen(call->name), arch_len = strlen(arch->name);
    for (const char *at = libseccomp->lacks; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        if (len == name_len + 1 + arch_len && strncmp(at, call->name, name_len) == 0 &&
            at[name_len] == ':' && strncmp(at + name_len + 1, arch->name, arch_len) == 0)
            return true;
        at += len;
    }
    return false;
}

bool scc_lint_libseccomp_knows(const struct scc_lint_libseccomp *libseccomp,
                               const struct scc_syscall *call, const struct scc_arch *arch)
{
    return scc_kernel_at_least(libseccomp->kernel, scc_syscall_since(call, arch)) &&
           !is_lacked(libseccomp, call, arch);
}
