/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>

#include "file.h"
#include "util.h"

int scc_target_new(const scc_arch *arch, uint64_t caps, unsigned major, unsigned minor,
                   scc_target **target, scc_error **err)
{
    if (caps & ~scc_cap_all())
        return scc_error_set(err, SCC_ERROR_USAGE, "a capability set with unknown bits");
    if (major > 255 || minor > 255)
        return scc_error_set(err, SCC_ERROR_USAGE, "kernel %u.%u: expected two numbers up to 255",
                             major, minor);
    if (arch->column == SCC_COLUMN_NONE)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s: no system-call numbers are known for this architecture",
                             arch->name);
    scc_target *made = malloc(sizeof *made);
    if (!made)
        return scc_error_nomem(err);
    *made = (scc_target){arch, caps, {(uint16_t)major, (uint16_t)minor}};
    *target = made;
    return 0;
}

void scc_target_free(scc_target *target)
{
    free(target);
}

/* uname(2)'s machine names of 64-bit kernels that run 32-bit programs: UTS_MACHINE in arch/. */
static const struct {
    const char *machine;
    enum scc_arch_id arch;
} machines[] = {
    {"x86_64", SCC_ARCH_X86_64}, {"aarch64", SCC_ARCH_AARCH64},   {"s390x", SCC_ARCH_S390X},
    {"ppc64", SCC_ARCH_PPC64},   {"parisc64", SCC_ARCH_PARISC64},
};

const scc_arch *scc_target_host_arch(void)
{
    const struct scc_arch *native = scc_arch_native();
    if (native->id == SCC_ARCH_X32 || native->id == SCC_ARCH_MIPS64N32 ||
        native->id == SCC_ARCH_MIPSEL64N32)
        return scc_arch_get(native->kernel); /* these ABIs exist on 64-bit kernels alone */
    if (native->is_64bit)
        return native;
    struct utsname host;
    if (uname(&host) < 0)
        return native;
    if (strcmp(host.machine, "mips64") == 0) /* either byte order: the program's own */
        return scc_arch_get(native->kernel);
    for (size_t i = 0; i < SCC_COUNT(machines); i++) {
        if (machines[i].arch == native->kernel && strcmp(machines[i].machine, host.machine) == 0)
            return scc_arch_get(machines[i].arch);
    }
    return native;
}

/** The release behind personality(2)'s UNAME26, which makes uname(2) answer 2.6.x. */
static int read_true_release(char *release, size_t size, scc_error **err)
{
    SCC_AUTOFREE char *text = NULL;
    size_t len;
    if (scc_file_read("/proc/sys/kernel/osrelease", size - 1, &text, &len, err) < 0)
        return scc_error_wrap(err, "personality UNAME26 hides the kernel's release; give --kernel");
    memcpy(release, text, len);
    release[len] = '\0';
    return 0;
}

int scc_target_host_kernel(unsigned *major, unsigned *minor, scc_error **err)
{
    struct utsname host;
    struct scc_kernel kernel;
    if (uname(&host) < 0)
        return scc_error_errno(err, errno, "uname");
    int persona = personality(0xffffffff);
    if (persona >= 0 && (persona & UNAME26) &&
        read_true_release(host.release, sizeof host.release, err) < 0)
        return -1;
    if (!scc_kernel_parse_release(host.release, &kernel))
        return scc_error_set(err, SCC_ERROR_SYSTEM, "uname: release \"%s\", expected X.Y…",
                             host.release);
    *major = kernel.major;
    *minor = kernel.minor;
    return 0;
}

uint64_t scc_target_caps_docker(void)
{
    return scc_cap_docker();
}

uint64_t scc_target_caps_podman(void)
{
    return scc_cap_podman();
}

uint64_t scc_target_caps_all(void)
{
    return scc_cap_all();
}
