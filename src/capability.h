/* SPDX-License-Identifier: Apache-2.0 */
/** Capabilities: names, and the sets that container engines give by default. */
#ifndef SCC_CAPABILITY_H
#define SCC_CAPABILITY_H

#include <stdint.h>

typedef uint64_t scc_cap_set; /* bit CAP_* of linux/capability.h */

/** Names, from bit 0: "CAP_CHOWN". NULL past the last. */
const char *scc_cap_name(unsigned bit);

/** The bit of a name as profiles write it ("CAP_SYS_ADMIN", case matters); -1 where unknown. */
int scc_cap_find(const char *name);

/** As scc_cap_find(), but in any case and with or without "CAP_", as docker's options take it. */
int scc_cap_find_loose(const char *name);

/** The known name, "CAP_" and all, nearest to @p name, or NULL. */
const char *scc_cap_nearest(const char *name);

/** All capabilities. */
scc_cap_set scc_cap_all(void);

/** What docker gives a container: moby's oci/caps/defaults.go. */
scc_cap_set scc_cap_docker(void);

/** What podman gives a container: containers-common's containers.conf, default_capabilities. */
scc_cap_set scc_cap_podman(void);

#endif
