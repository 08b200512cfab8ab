/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The program in a runtime config that crun loads instead of linux.seccomp (oci_config.h): a
 * question about the config is answered by linux.seccomp, and says whether crun enforces that.
 */
#ifndef SCC_ANNOTATION_H
#define SCC_ANNOTATION_H

#include "diag.h"
#include "json.h"
#include "policy.h"

/**
 * *annotation becomes the annotation in the config @p root, or NULL: absent, null, or without
 * effect, since the config has no `linux`. SCC_ERROR_INPUT where linux.seccomp is off although it
 * is there, so that nobody takes the container for one without a filter; otherwise as
 * scc_config_find().
 */
int scc_annotation_find(const struct scc_json_node *root, const struct scc_json_node **annotation,
                        scc_error **err);

/**
 * Tells in @p diags whether @p annotation (NULL: nothing is told) says what @p policy, selected
 * from the same config, says for every input: a note; or a warning with an input that shows the
 * difference, or with what keeps it from being a program of the policy's target. *is_same, where @p
 * is_same is not NULL, is whether nothing but a note was told. Returns 0, or -1 without memory.
 */
int scc_annotation_tell(const struct scc_json_node *annotation, const struct scc_policy *policy,
                        bool *is_same, scc_diags *diags, scc_error **err);

#endif
