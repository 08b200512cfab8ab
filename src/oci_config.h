/* SPDX-License-Identifier: Apache-2.0 */
/**
 * An OCI runtime config (runtime-spec config.md) that gets a compiled filter: text in, text out.
 * The program goes into an annotation for crun, the slim profile into linux.seccomp for every other
 * runtime; all other bytes stay.
 *
 * What crun 1.8.1 makes of it (src/libcrun/container.c and seccomp.c):
 * - The annotation run.oci.seccomp_bpf_data is the program in base64. Where it is there, neither
 * the rules of linux.seccomp nor crun's own cache of filters are looked at, also where
 * linux.seccomp is absent; a config without `linux` has no filter all the same. `crun exec` takes
 * the same program.
 * - The flags are still those of linux.seccomp. Absent ones are SPEC_ALLOW, an empty list is none;
 *   the slim profile keeps the difference. Where the kernel refuses them, crun sets none.
 * - A listener for NOTIFY is asked for where linux.seccomp.listenerPath, the annotation
 *   run.oci.seccomp.receiver or run.oci.seccomp.plugins, or crun's environment names one, with and
 *   without the program; the slim profile keeps listenerPath. Nothing else reads NOTIFY's calls.
 * - run.oci.seccomp_fail_unknown_syscall refuses names that crun's libseccomp does not know. With
 *   the program there are no names, and nothing is lost.
 * runc does not know the annotation and enforces linux.seccomp.
 */
#ifndef SCC_OCI_CONFIG_H
#define SCC_OCI_CONFIG_H

#include <seccompc/cache.h>

#include "capability.h"
#include "compile.h"
#include "config.h"

/** A config that was read. */
typedef struct scc_oci_config scc_oci_config;

/**
 * Reads the config at @p text, which needs no NUL at its end and is not kept; @p name stands for it
 * in messages. Where @p instead is not NULL, it is taken for linux.seccomp, which is then not read;
 * it must outlive the config. Warnings about the profile go to @p diags.
 *
 * Errors: those of scc_json_parse(), scc_config_find() and, for linux.seccomp and the bounding set,
 * of scc_config_from_json(); SCC_ERROR_INPUT for a profile where a config is expected. A config in
 * which seccomp is off is none: linux.seccomp absent, null, or with neither defaultAction nor
 * syscalls, with which runc sets no filter.
 */
int scc_oci_config_parse(const char *text, size_t len_bytes, const char *name,
                         const scc_profile *instead, scc_oci_config **config, scc_diags *diags,
                         scc_error **err);

/**
 * Whether the text of a config has a program for crun already, or may have one: where it is no JSON
 * that is read here, another reader may find the key, also where it is written with escapes. True
 * without memory.
 */
bool scc_oci_config_may_have_program(const char *text, size_t len_bytes);

void scc_oci_config_free(scc_oci_config *config);

/** What is to be enforced, or NULL: seccomp is off. */
const scc_profile *scc_oci_config_profile(const scc_oci_config *config);

/** The bounding set, as scc_config_read() reads it. */
scc_cap_set scc_oci_config_caps(const scc_oci_config *config);

/**
 * Tells in @p diags that seccomp is off in @p config, and whether crun would take a program from an
 * annotation that is there: warnings. Returns 0, or -1 without memory.
 */
int scc_oci_config_tell_off(const scc_oci_config *config, scc_diags *diags, scc_error **err);

enum scc_oci_annotation {
    SCC_OCI_ADDED,
    SCC_OCI_REPLACED, /* with a warning */
    SCC_OCI_SAME,     /* the same program stood there */
};

/** What was made of a config. */
struct scc_oci_rewritten {
    char *text; /* of the caller, who frees it */
    size_t len_bytes;
    enum scc_oci_annotation annotation;
    bool is_hit;         /* the program came from the cache */
    size_t instructions; /* of the program */
};

/**
 * Makes the config's text with the slim profile and the program of its profile for @p target, from
 * @p cache (which may be NULL) or compiled now, as @p options say. What the installed libseccomp
 * would lose is told only when something is compiled, since it takes longer than all the rest, and
 * so are warnings about the profile, those of `warns` included. The config must have a profile.
 *
 * Errors: those of scc_compile(); SCC_ERROR_INPUT where the slim profile cannot say what the
 * program enforces, and where the config has no members.
 */
int scc_oci_config_rewrite(const scc_oci_config *config, const scc_target *target,
                           const struct scc_compile_options *options, const scc_cache *cache,
                           struct scc_oci_rewritten *rewritten, scc_diags *diags, scc_error **err);

#endif
