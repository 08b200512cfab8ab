/* SPDX-License-Identifier: Apache-2.0 */
/**
 * To be preloaded: another libseccomp than the installed one. LIBSECCOMP_IS says which:
 *
 *   newer   version 2.6.1, which knows every name, under numbers that no kernel has
 *   older   version 2.5.0, which knows no name from "m" on
 *   unused  every function ends the process
 *   endless never makes a filter; says "begins" on standard error, with each that it is to make
 */
#include <dlfcn.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NUMBER_OF_NONE = 7000 };

static bool is(const char *wanted)
{
    const char *given = getenv("LIBSECCOMP_IS");
    return given && strcmp(given, wanted) == 0;
}

static void *real(const char *name)
{
    if (is("unused"))
        abort();
    return dlsym(RTLD_NEXT, name);
}

#define REAL(name) ((__typeof__(&(name)))real(#name))

const struct scmp_version *seccomp_version(void)
{
    static const struct scmp_version newer = {2, 6, 1}, older = {2, 5, 0};
    const struct scmp_version *installed = REAL(seccomp_version)();
    return is("newer") ? &newer : is("older") ? &older : installed;
}

int seccomp_syscall_resolve_name_arch(uint32_t arch_token, const char *name)
{
    int known = REAL(seccomp_syscall_resolve_name_arch)(arch_token, name);
    if (is("older") && *name >= 'm')
        return __NR_SCMP_ERROR;
    return is("newer") && known == __NR_SCMP_ERROR ? NUMBER_OF_NONE : known;
}

int seccomp_syscall_resolve_name(const char *name)
{
    return seccomp_syscall_resolve_name_arch(SCMP_ARCH_NATIVE, name);
}

scmp_filter_ctx seccomp_init(uint32_t def_action)
{
    static volatile bool goes_on = true;
    static const char begins[] = "begins\n";
    if (is("endless") && write(STDERR_FILENO, begins, sizeof begins - 1) > 0) {
        while (goes_on)
            ;
    }
    return REAL(seccomp_init)(def_action);
}

void seccomp_release(scmp_filter_ctx ctx)
{
    REAL(seccomp_release)(ctx);
}

int seccomp_api_set(unsigned int level)
{
    return REAL(seccomp_api_set)(level);
}

uint32_t seccomp_arch_resolve_name(const char *arch_name)
{
    return REAL(seccomp_arch_resolve_name)(arch_name);
}

int seccomp_arch_add(scmp_filter_ctx ctx, uint32_t arch_token)
{
    return REAL(seccomp_arch_add)(ctx, arch_token);
}

int seccomp_arch_remove(scmp_filter_ctx ctx, uint32_t arch_token)
{
    return REAL(seccomp_arch_remove)(ctx, arch_token);
}

int seccomp_attr_set(scmp_filter_ctx ctx, enum scmp_filter_attr attr, uint32_t value)
{
    return REAL(seccomp_attr_set)(ctx, attr, value);
}

int seccomp_rule_add_array(scmp_filter_ctx ctx, uint32_t action, int syscall, unsigned int arg_cnt,
                           const struct scmp_arg_cmp *arg_array)
{
    return REAL(seccomp_rule_add_array)(ctx, action, syscall, arg_cnt, arg_array);
}

/* NOLINTNEXTLINE(misc-misplaced-const): as libseccomp declares it */
int seccomp_export_bpf(const scmp_filter_ctx ctx, int fd)
{
    return REAL(seccomp_export_bpf)(ctx, fd);
}
