/* SPDX-License-Identifier: Apache-2.0 */
/** The options that name targets, shared by all commands. */
#ifndef SCC_TARGET_OPTIONS_H
#define SCC_TARGET_OPTIONS_H

#include <seccompc/blob.h>

#include "options.h"
#include "profile.h"
#include "select.h"
#include "target.h"

enum {
    /** The most targets of one command, and the most --caps and --kernel: a blob's entries. */
    SCC_TARGETS_MAX = SCC_BLOB_ENTRIES_MAX,
};

struct scc_target_options {
    const struct scc_arch *arches[SCC_ARCH_COUNT];
    size_t arch_count;
    bool wants_arch_list; /* --arch help */
    /** Every --caps and --kernel makes targets; set by the command. Else the last of each counts.
     */
    bool takes_several;
    scc_cap_set caps[SCC_TARGETS_MAX];
    size_t caps_count;
    bool adds_all, drops_all;
    scc_cap_set adds, drops;
    struct scc_kernel kernels[SCC_TARGETS_MAX];
    size_t kernel_count;
    const char *spec; /* or NULL */
    struct scc_reading reading;
    const char *reading_option; /* the last option that says how a profile is read, or NULL */
};

/** The group for a command's table; @p options must be zeroed and outlive it. */
struct scc_option_group scc_target_option_group(struct scc_target_options *options);

/** Prints the architectures and their names. */
void scc_target_options_list_arches(FILE *out);

/** What the options name: the targets, and the profile where --spec and no operand gave it. */
struct scc_target_choice {
    scc_target *targets[SCC_TARGETS_MAX];
    size_t count;
};

/** Whether an option names a target; --on-conflict does not. */
bool scc_target_options_name_any(const struct scc_target_options *options);

/**
 * Makes the targets, this machine's where no option names another: each architecture with each
 * bounding set and each kernel, in this order. Reads --spec; where @p profile is not NULL it
 * becomes the config's linux.seccomp.
 */
int scc_target_options_choose(const struct scc_target_options *options,
                              struct scc_target_choice *choice, scc_profile **profile,
                              scc_diags *diags, scc_error **err);

/** A bounding set with --cap-add and --cap-drop applied. */
scc_cap_set scc_target_options_tweak(const struct scc_target_options *options, scc_cap_set base);

/** Frees the targets; usable with SCC_CLEANUP. */
void scc_target_choice_clear(struct scc_target_choice *choice);

#endif
