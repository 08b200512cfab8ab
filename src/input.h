/* SPDX-License-Identifier: Apache-2.0 */
/** What a command is given to look at: a profile, a runtime config, a raw program or a blob. */
#ifndef SCC_INPUT_H
#define SCC_INPUT_H

#include <seccompc/blob.h>

#include "policy.h"
#include "profile.h"
#include "program.h"
#include "select.h"
#include "target_options.h"
#include "target.h"

enum scc_input_kind {
    SCC_INPUT_PROFILE, /* also the linux.seccomp of a runtime config, and LXC's text */
    SCC_INPUT_PROGRAM,
    SCC_INPUT_BLOB, /* of scc_input_read_whole() alone */
};

/** Either `profile` and `policy`, or `program`, or `blob`. */
struct scc_input {
    enum scc_input_kind kind;
    const char *name;     /* as messages show it; lives as long as the path it was read from */
    scc_profile *profile; /* NULL for LXC's text */
    scc_policy *policy;   /* the profile selected for the target */
    const scc_program *program; /* in `blob` or `raw` */
    scc_program *raw;
    scc_blob *blob;
    size_t bytes;     /* of the file */
    bool is_config;   /* `profile` is a runtime config's */
    scc_cap_set caps; /* the config's bounding set */
    /** The config's program for crun, in `profile`'s document, or NULL: annotation.h. */
    const struct scc_json_node *annotation;
    bool is_other_for_crun; /* that program is not known to say what `policy` does */
};

/** "a profile", "a runtime config", "LXC's text", "a program" or "a sealed blob". */
const char *scc_input_kind_name(const struct scc_input *input);

/**
 * Reads @p path ("-" is standard input). Text that begins with '{' is JSON: a runtime config where
 * it has ociVersion or linux, otherwise a profile; both are selected for @p target. A config comes
 * with its own bounding set, which --cap-add and --cap-drop change, unless @p options name another
 * (--caps, --spec). Text that begins with a line "2" is LXC's, for a host of @p target. A sealed
 * blob gives the program of its entry for @p target; one without such an entry is refused. Anything
 * else is a program as scc_input_parse_program() takes it. Whether crun enforces what a config's
 * linux.seccomp says is told in @p diags, as scc_annotation_tell() does. Errors as
 * scc_profile_parse(), scc_policy_select(), scc_blob_parse() and scc_program_parse().
 */
int scc_input_read(const char *path, const scc_target *target,
                   const struct scc_target_options *options, struct scc_input *input,
                   scc_diags *diags, scc_error **err);

/** As scc_input_read(), but a blob stays whole. */
int scc_input_read_whole(const char *path, const scc_target *target,
                         const struct scc_target_options *options, struct scc_input *input,
                         scc_diags *diags, scc_error **err);

/**
 * Makes a program in the byte order of @p arch from what a file holds: the raw form, or that in
 * base64 on one line. (No valid program consists of base64's characters alone: the high byte of an
 * instruction's code is 0.) Errors as scc_program_parse().
 */
int scc_input_parse_program(const char *text, size_t len_bytes, const struct scc_arch *arch,
                            scc_program **program, scc_error **err);

/**
 * Reads @p path as scc_input_read() reads JSON, and selects nothing: `policy` is NULL, and the
 * caller tells of the annotation. Anything else is refused (SCC_ERROR_INPUT).
 */
int scc_input_read_profile(const char *path, struct scc_input *input, scc_diags *diags,
                           scc_error **err);

/**
 * The target that JSON is selected for: a config comes with its own bounding set, unless @p options
 * name another.
 */
scc_target scc_input_target(const struct scc_input *input, const scc_target *target,
                            const struct scc_target_options *options);

/**
 * The index of the entry of @p blob for @p target, or -1: an error that says which entries there
 * are. @p name is the blob's file.
 */
int scc_input_find_entry(const scc_blob *blob, const char *name, const scc_target *target,
                         scc_error **err);

/**
 * As scc_annotation_tell(), for what scc_input_read_profile() has read. Errors also as
 * scc_policy_select().
 */
int scc_input_tell_annotation(const struct scc_input *input, const scc_target *target,
                              const struct scc_target_options *options, scc_diags *diags,
                              scc_error **err);

/** Frees what @p input holds; usable with SCC_CLEANUP. */
void scc_input_clear(struct scc_input *input);

#endif
