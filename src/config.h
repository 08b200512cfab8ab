/* SPDX-License-Identifier: Apache-2.0 */
/** What an OCI runtime config (config.json) says about seccomp. */
#ifndef SCC_CONFIG_H
#define SCC_CONFIG_H

#include "capability.h"
#include "profile.h"

/**
 * Reads @p path ("-" is standard input). *caps becomes the bounding set,
 * process.capabilities.bounding; where a part of that path is absent or null the set is empty, as
 * moby's selection takes it. A capability that is not known here, as of a newer kernel, is passed
 * over with a warning in @p diags (may be NULL): a profile cannot name it, so it decides nothing.
 * Where @p profile is not NULL, it becomes linux.seccomp; a config
 * without one is an error, since seccomp is then off.
 */
int scc_config_read(const char *path, scc_cap_set *caps, scc_profile **profile, scc_diags *diags,
                    scc_error **err);

/** Whether a document is a runtime config and no profile: it has ociVersion or linux. */
bool scc_config_is_config(const struct scc_json_node *root);

/** Refuses (SCC_ERROR_INPUT) a document that is a profile, where a config is expected. */
int scc_config_check(const struct scc_json_node *root, scc_error **err);

/**
 * Follows the @p count keys of @p path through objects, from @p node on. *found becomes the value,
 * or NULL where a part of the path is absent or null. SCC_ERROR_INPUT: a part is something else, or
 * a key differs from that of the path by case alone, since Go takes such a key for the right one,
 * and so do runtimes.
 */
int scc_config_find(const struct scc_json_node *node, const char *const *path, size_t count,
                    const struct scc_json_node **found, scc_error **err);

/**
 * Whether linux.seccomp (NULL: absent or null) sets no filter: it has neither defaultAction nor
 * syscalls. A key that differs from them by case alone counts, since runc would read it.
 */
bool scc_config_is_off(const struct scc_json_node *seccomp);

/** The annotation that crun takes a program from, instead of linux.seccomp. */
#define SCC_OCI_ANNOTATION "run.oci.seccomp_bpf_data"

/** *annotation becomes its value in the config @p root, of any kind, or NULL. As scc_config_find().
 */
int scc_config_find_annotation(const struct scc_json_node *root,
                               const struct scc_json_node **annotation, scc_error **err);

/** The bounding set of the config @p root, as scc_config_read() reads it. */
int scc_config_bounding_set(const struct scc_json_node *root, scc_cap_set *caps, scc_diags *diags,
                            scc_error **err);

/** As scc_config_read(), of a document that is taken over, also on failure. */
int scc_config_from_json(struct scc_json *doc, scc_cap_set *caps, scc_profile **profile,
                         scc_diags *diags, scc_error **err);

#endif
