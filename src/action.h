/* SPDX-License-Identifier: Apache-2.0 */
/** Actions, comparison operators, filter flags and errno names, as profiles spell them. */
#ifndef SCC_ACTION_H
#define SCC_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "strbuf.h"

enum scc_action {
    SCC_ACTION_KILL_PROCESS,
    SCC_ACTION_KILL_THREAD,
    SCC_ACTION_TRAP,
    SCC_ACTION_ERRNO,
    SCC_ACTION_NOTIFY,
    SCC_ACTION_TRACE,
    SCC_ACTION_LOG,
    SCC_ACTION_ALLOW,
    SCC_ACTION_COUNT,
};

/** The largest errno that a rule may answer: libseccomp refuses MAX_ERRNO, 4095, and above. */
#define SCC_ERRNO_MAX 4094

/** The action that a profile calls @p name (SCMP_ACT_KILL is KILL_THREAD); -1 where unknown. */
int scc_action_find(const char *name);

/** The name in a profile: "SCMP_ACT_KILL_THREAD". */
const char *scc_action_name(enum scc_action action);

/** The known name nearest to @p name, or NULL. */
const char *scc_action_nearest(const char *name);

/** Whether the action's return value carries a number of the profile's: ERRNO and TRACE. */
bool scc_action_has_errno(enum scc_action action);

/** The largest such number: SCC_ERRNO_MAX for ERRNO, 65535 for TRACE. */
uint16_t scc_action_errno_max(enum scc_action action);

/** The return value (linux/seccomp.h); @p data is ignored where the action has none. */
uint32_t scc_action_return_value(enum scc_action action, uint16_t data);

/**
 * The action of a return value as the kernel takes it: one that it does not know acts as
 * KILL_PROCESS (kernel/seccomp.c).
 */
enum scc_action scc_action_of(uint32_t return_value);

/** Adds "ALLOW", "ERRNO(EPERM)", "TRACE(7)" …; errnos carry the names of @p arch. */
void scc_action_describe(struct scc_strbuf *out, uint32_t return_value,
                         const struct scc_arch *arch);

/**
 * As scc_action_describe(), and where the word has bits that its action does not use, the whole
 * word: "ALLOW (return value 0x7fff0001)".
 */
void scc_return_describe(struct scc_strbuf *out, uint32_t return_value,
                         const struct scc_arch *arch);

/** seccomp(2)'s comparisons as libseccomp names them. */
enum scc_op {
    SCC_OP_NE,
    SCC_OP_LT,
    SCC_OP_LE,
    SCC_OP_EQ,
    SCC_OP_GE,
    SCC_OP_GT,
    SCC_OP_MASKED_EQ,
    SCC_OP_COUNT,
};

/** The operator that a profile calls @p name; -1 where unknown. */
int scc_op_find(const char *name);
const char *scc_op_name(enum scc_op op);
const char *scc_op_nearest(const char *name);

/** The bit of a SECCOMP_FILTER_FLAG_* name in linux/seccomp.h; 0 where OCI has no such flag. */
uint32_t scc_flag_find(const char *name);
const char *scc_flag_nearest(const char *name);

/** The flag at @p index in a fixed order: its name, its bit in @p bit; NULL past the last. */
const char *scc_flag_at(unsigned index, uint32_t *bit);

/** The number of an errno's name on @p arch; 0 where it has none. */
uint16_t scc_errno_find(const char *name, const struct scc_arch *arch);

/** Whether any architecture has an errno of that name. */
bool scc_errno_is_known(const char *name);
const char *scc_errno_nearest(const char *name);

/** The name of @p number on @p arch, or NULL. */
const char *scc_errno_name(uint16_t number, const struct scc_arch *arch);

#endif
