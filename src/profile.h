/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_PROFILE_INTERNAL_H
#define SCC_PROFILE_INTERNAL_H

#include <seccompc/profile.h>

#include "action.h"
#include "arch.h"
#include "capability.h"
#include "cmp.h"
#include "json.h"
#include "kernel.h"
#include "work.h"

/**
 * The number that goes with ERRNO or TRACE, as it was written. Podman's dialect has a text beside
 * the number: the text wins, and stands for the target's number.
 */
struct scc_profile_errno {
    const struct scc_json_node *number_node; /* errnoRet, defaultErrnoRet; NULL: absent */
    uint16_t number;
    const struct scc_json_node *text_node; /* errno, defaultErrno; NULL: absent or empty */
    bool text_is_number;                   /* `text_number` holds; otherwise an errno's name */
    uint16_t text_number;
};

/** An `includes` or an `excludes`. An absent part is empty. */
struct scc_profile_condition {
    scc_arch_set arches;
    scc_cap_set caps;
    bool has_min_kernel;
    struct scc_kernel min_kernel;
};

/** One element of `syscalls`. */
struct scc_profile_entry {
    const struct scc_json_node *node;
    const struct scc_json_node *names; /* an array of strings, or the one string of `name` */
    enum scc_action action;
    struct scc_profile_errno data;
    uint8_t cmp_count;
    struct scc_cmp cmps[SCC_ARG_COUNT];
    struct scc_profile_condition includes;
    struct scc_profile_condition excludes;
};

/** One element of `archMap`. */
struct scc_profile_arch_row {
    enum scc_arch_id arch;
    scc_arch_set subs;
};

/** A key that has no effect. */
struct scc_profile_unknown_key {
    const struct scc_json_node *node;
    const char *nearest; /* a key that may be meant, or NULL */
};

struct scc_profile {
    struct scc_json *doc; /* owns all strings and nodes */
    const struct scc_json_node *root;
    enum scc_action default_action;
    struct scc_profile_errno default_data;
    bool has_arch_map; /* present and not empty; excludes `arches` */
    struct scc_profile_arch_row *arch_rows;
    size_t arch_row_count;
    scc_arch_set arches;           /* `architectures` */
    bool wants_native_arch;        /* SCMP_ARCH_NATIVE is among them */
    bool has_flags;                /* absent and empty are different */
    uint32_t flags;                /* SECCOMP_FILTER_FLAG_* */
    const char *listener_path;     /* or NULL */
    const char *listener_metadata; /* or NULL */
    struct scc_profile_entry *entries;
    size_t entry_count;
    /** All that reading a profile warns of, for who asks again: lint. */
    struct scc_profile_unknown_key *unknown_keys;
    size_t unknown_key_count, unknown_key_cap;
    /** What its compilations count into altogether; NULL: each has its own bounds alone. */
    struct scc_work *work;
};

/**
 * Bounds all that is done with the profile from now on, by one thread, to SCC_WORK_OF_COMMAND.
 * Errors: SCC_ERROR_SYSTEM without memory.
 */
int scc_profile_bound_work(scc_profile *profile, scc_error **err);

/**
 * Reads the profile at @p node of @p doc, which the profile takes over, also on failure. A node
 * that is not there (NULL) or null is the error "seccomp is off".
 */
int scc_profile_from_json(struct scc_json *doc, const struct scc_json_node *node,
                          scc_profile **profile, scc_diags *diags, scc_error **err);

/**
 * Refuses (SCC_ERROR_INPUT) text that is no profile but another input of seccompc: a program, raw
 * or in base64, a sealed blob, LXC's text; so that the message says which commands take it.
 */
int scc_profile_check_text(const char *text, size_t len_bytes, const char *name, scc_error **err);

/** The profile's text; of one in a runtime config its object there. Not terminated; the profile's.
 */
const char *scc_profile_text(const scc_profile *profile, size_t *len_bytes);

/** The first of an entry's names; scc_profile_next_name() goes on, and both end with NULL. */
const struct scc_json_node *scc_profile_first_name(const struct scc_profile_entry *entry);
const struct scc_json_node *scc_profile_next_name(const struct scc_json_node *name);

/** The capabilities that the conditions of its entries name: no other decides what is selected. */
scc_cap_set scc_profile_caps_named(const scc_profile *profile);

/** A capability name that profiles and runtime configs may hold, or an error at the node. */
int scc_profile_read_cap(const struct scc_json_node *node, unsigned *bit, scc_error **err);

#endif
