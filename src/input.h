/* SPDX-License-Identifier: Apache-2.0 */
/** What a command is given to look at: a profile, a runtime config or a raw program. */
#ifndef SCC_INPUT_H
#define SCC_INPUT_H

#include "policy.h"
#include "profile.h"
#include "program.h"
#include "select.h"
#include "target_options.h"
#include "target.h"

enum scc_input_kind {
    SCC_INPUT_PROFILE, /* also the linux.seccomp of a runtime config */
    SCC_INPUT_PROGRAM,
};

/** Either `profile` and `policy`, or `program`. */
struct scc_input {
    enum scc_input_kind kind;
    const char *name; /* as messages show it; lives as long as the path it was read from */
    scc_profile *profile;
    scc_policy *policy; /* the profile selected for the target */
    scc_program *program;
};

/**
 * Reads @p path ("-" is standard input). Text that begins with '{' is JSON: a runtime config where
 * it has ociVersion or linux, otherwise a profile; both are selected for @p target. A config comes
 * with its own bounding set, which --cap-add and --cap-drop change, unless @p options name another
 * (--caps, --spec). Anything else is a raw program in the byte order of @p target. Errors as
 * scc_profile_parse(), scc_select() and scc_program_parse().
 */
int scc_input_read(const char *path, const scc_target *target,
                   const struct scc_target_options *options, struct scc_input *input,
                   scc_diags *diags, scc_error **err);

/** Frees what @p input holds; usable with SCC_CLEANUP. */
void scc_input_clear(struct scc_input *input);

#endif
