/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file profile.h
 * A seccomp profile as it was written: nothing evaluated, nothing lost.
 *
 * Four dialects are one reader: Docker's (moby profiles/seccomp), its old format (`name` instead of
 * `names`, no archMap), podman's and CRI-O's (containers/common pkg/seccomp: `errno` and
 * `defaultErrno` names), and the `linux.seccomp` object of an OCI runtime config (runtime-spec
 * config-linux.md). seccompc-profile(5) describes what is read and what is refused.
 */
#ifndef SECCOMPC_PROFILE_H
#define SECCOMPC_PROFILE_H

#include <stddef.h>

#include <seccompc/diag.h>
#include <seccompc/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct scc_profile scc_profile;

/**
 * Reads a profile from @p len_bytes bytes at @p text, which need no NUL at the end and are not
 * kept.
 * @p name stands for the file in messages. Unknown keys that may be passed over become warnings in
 * @p diags (which may be NULL).
 *
 * Errors: SCC_ERROR_INPUT with line, column and JSON path for anything that is not a profile, also
 * for one that has neither defaultAction nor syscalls, which turns seccomp off; SCC_ERROR_SYSTEM
 * without memory.
 */
int scc_profile_parse(const char *text, size_t len_bytes, const char *name, scc_profile **profile,
                      scc_diags *diags, scc_error **err);

/**
 * Reads the profile in the file @p path ("-" is standard input), of at most 16 MiB. Errors as
 * scc_profile_parse(), and SCC_ERROR_SYSTEM where the file cannot be read.
 */
int scc_profile_read(const char *path, scc_profile **profile, scc_diags *diags, scc_error **err);

/** The default profile that is built into the library: profiles/default.json of its sources. */
int scc_profile_builtin(scc_profile **profile, scc_error **err);

/** Frees @p profile; NULL is allowed. Policies made from it must be freed first. */
void scc_profile_free(scc_profile *profile);

/** The name in messages. Owned by the profile. */
const char *scc_profile_name(const scc_profile *profile);

/** The size of the profile's text; for one in a runtime config, of its object there. */
size_t scc_profile_bytes(const scc_profile *profile);

/** The number of entries in `syscalls`. */
size_t scc_profile_entry_count(const scc_profile *profile);

/** The number of different system-call names in all entries, known or not. */
size_t scc_profile_name_count(const scc_profile *profile);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
