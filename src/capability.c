/* SPDX-License-Identifier: Apache-2.0 */
#include "capability.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "suggest.h"
#include "util.h"

/* linux/capability.h; the index is the capability's number. */
static const char *const names[] = {
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};

static const char *const podman[] = {
    "CAP_CHOWN",  "CAP_DAC_OVERRIDE", "CAP_FOWNER",           "CAP_FSETID",
    "CAP_KILL",   "CAP_SETGID",       "CAP_NET_BIND_SERVICE", "CAP_SETFCAP",
    "CAP_SETUID", "CAP_SYS_CHROOT",   "CAP_SETPCAP",
};

/* What docker gives and podman, since 4.0, does not. */
static const char *const docker_only[] = {"CAP_MKNOD", "CAP_NET_RAW", "CAP_AUDIT_WRITE"};

const char *scc_cap_name(unsigned bit)
{
    return bit < SCC_COUNT(names) ? names[bit] : NULL;
}

int scc_cap_find(const char *name)
{
    for (size_t i = 0; i < SCC_COUNT(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return (int)i;
    }
    return -1;
}

int scc_cap_find_loose(const char *name)
{
    size_t prefix = strncasecmp(name, "CAP_", 4) == 0 ? 4 : 0;
    for (size_t i = 0; i < SCC_COUNT(names); i++) {
        if (strcasecmp(name + prefix, names[i] + 4) == 0)
            return (int)i;
    }
    return -1;
}

const char *scc_cap_nearest(const char *name)
{
    struct scc_suggestion best = scc_suggestion_for(name);
    for (size_t i = 0; i < SCC_COUNT(names); i++)
        scc_suggestion_offer_behind(&best, "CAP_", names[i]);
    return best.name;
}

static scc_cap_set set_of(const char *const *list, size_t count)
{
    scc_cap_set set = 0;
    for (size_t i = 0; i < count; i++)
        set |= (scc_cap_set)1 << scc_cap_find(list[i]);
    return set;
}

scc_cap_set scc_cap_all(void)
{
    return ((scc_cap_set)1 << SCC_COUNT(names)) - 1;
}

scc_cap_set scc_cap_docker(void)
{
    return scc_cap_podman() | set_of(docker_only, SCC_COUNT(docker_only));
}

scc_cap_set scc_cap_podman(void)
{
    return set_of(podman, SCC_COUNT(podman));
}
