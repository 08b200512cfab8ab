/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "error.h"
#include "load/host.h"

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

void scc_target_describe(struct scc_strbuf *out, const struct scc_target *target)
{
    int caps = __builtin_popcountll(target->caps);
    scc_strbuf_addf(out, "%s, kernel %u.%u, %d %s", scc_arch_docker_name(target->arch),
                    target->kernel.major, target->kernel.minor, caps,
                    caps == 1 ? "capability" : "capabilities");
}

const scc_arch *scc_target_host_arch(void)
{
    struct scc_load_host host;
    return scc_host_read(&host) == SCC_LOAD_OK ? scc_arch_find_token(host.arch) : scc_arch_native();
}

int scc_target_host_kernel(unsigned *major, unsigned *minor, scc_error **err)
{
    struct scc_load_host host;
    if (scc_host_read(&host) != SCC_LOAD_OK)
        return errno ? scc_error_errno(err, errno, "the running kernel's release; give --kernel")
                     : scc_error_set(err, SCC_ERROR_SYSTEM,
                                     "the running kernel's release is not \"X.Y…\"; give --kernel");
    *major = host.kernel_major;
    *minor = host.kernel_minor;
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

scc_cap_set scc_target_caps_current(void)
{
    scc_cap_set caps = 0;
    for (unsigned bit = 0; scc_cap_name(bit); bit++) {
        if (prctl(PR_CAPBSET_READ, bit, 0, 0, 0) == 1)
            caps |= (scc_cap_set)1 << bit;
    }
    return caps;
}
