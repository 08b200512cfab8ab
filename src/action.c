/* SPDX-License-Identifier: Apache-2.0 */
#include "action.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "suggest.h"
#include "tables.h"
#include "util.h"

/* Kernel headers before 5.0 and 5.19 lack these (include/uapi/linux/seccomp.h). */
#ifndef SECCOMP_RET_USER_NOTIF
#define SECCOMP_RET_USER_NOTIF 0x7fc00000U
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

static const struct {
    const char *name;  /* in a profile */
    const char *shown; /* to a person: the kernel's word */
    uint32_t return_value;
} actions[SCC_ACTION_COUNT] = {
    [SCC_ACTION_KILL_PROCESS] = {"SCMP_ACT_KILL_PROCESS", "KILL_PROCESS", SECCOMP_RET_KILL_PROCESS},
    [SCC_ACTION_KILL_THREAD] = {"SCMP_ACT_KILL_THREAD", "KILL_THREAD", SECCOMP_RET_KILL_THREAD},
    [SCC_ACTION_TRAP] = {"SCMP_ACT_TRAP", "TRAP", SECCOMP_RET_TRAP},
    [SCC_ACTION_ERRNO] = {"SCMP_ACT_ERRNO", "ERRNO", SECCOMP_RET_ERRNO},
    [SCC_ACTION_NOTIFY] = {"SCMP_ACT_NOTIFY", "NOTIFY", SECCOMP_RET_USER_NOTIF},
    [SCC_ACTION_TRACE] = {"SCMP_ACT_TRACE", "TRACE", SECCOMP_RET_TRACE},
    [SCC_ACTION_LOG] = {"SCMP_ACT_LOG", "LOG", SECCOMP_RET_LOG},
    [SCC_ACTION_ALLOW] = {"SCMP_ACT_ALLOW", "ALLOW", SECCOMP_RET_ALLOW},
};

static const char kill_alias[] = "SCMP_ACT_KILL";

int scc_action_find(const char *name)
{
    if (strcmp(name, kill_alias) == 0)
        return SCC_ACTION_KILL_THREAD;
    for (int i = 0; i < SCC_ACTION_COUNT; i++) {
        if (strcmp(name, actions[i].name) == 0)
            return i;
    }
    return -1;
}

const char *scc_action_name(enum scc_action action)
{
    return actions[action].name;
}

const char *scc_action_nearest(const char *name)
{
    struct scc_suggestion best = scc_suggestion_for(name);
    for (int i = 0; i < SCC_ACTION_COUNT; i++)
        scc_suggestion_offer_behind(&best, "SCMP_ACT_", actions[i].name);
    scc_suggestion_offer_behind(&best, "SCMP_ACT_", kill_alias);
    return best.name;
}

bool scc_action_has_errno(enum scc_action action)
{
    return action == SCC_ACTION_ERRNO || action == SCC_ACTION_TRACE;
}

uint16_t scc_action_errno_max(enum scc_action action)
{
    return action == SCC_ACTION_TRACE ? UINT16_MAX : SCC_ERRNO_MAX;
}

uint32_t scc_action_return_value(enum scc_action action, uint16_t data)
{
    return actions[action].return_value | (scc_action_has_errno(action) ? data : 0u);
}

enum scc_action scc_action_of(uint32_t return_value)
{
    for (int i = 0; i < SCC_ACTION_COUNT; i++) {
        if (actions[i].return_value == (return_value & SECCOMP_RET_ACTION_FULL))
            return (enum scc_action)i;
    }
    return SCC_ACTION_KILL_PROCESS;
}

void scc_action_describe(struct scc_strbuf *out, uint32_t return_value, const struct scc_arch *arch)
{
    enum scc_action action = scc_action_of(return_value);
    scc_strbuf_add(out, actions[action].shown);
    uint32_t data = return_value & SECCOMP_RET_DATA;
    if (!scc_action_has_errno(action))
        return;
    const char *name = action == SCC_ACTION_ERRNO ? scc_errno_name((uint16_t)data, arch) : NULL;
    if (name)
        scc_strbuf_addf(out, "(%s)", name);
    else
        scc_strbuf_addf(out, "(%u)", data);
}

void scc_return_describe(struct scc_strbuf *out, uint32_t return_value, const struct scc_arch *arch)
{
    enum scc_action action = scc_action_of(return_value);
    scc_action_describe(out, return_value, arch);
    if (scc_action_return_value(action, (uint16_t)return_value) != return_value)
        scc_strbuf_addf(out, " (return value 0x%08" PRIx32 ")", return_value);
}

static const char *const ops[SCC_OP_COUNT] = {
    [SCC_OP_NE] = "SCMP_CMP_NE",
    [SCC_OP_LT] = "SCMP_CMP_LT",
    [SCC_OP_LE] = "SCMP_CMP_LE",
    [SCC_OP_EQ] = "SCMP_CMP_EQ",
    [SCC_OP_GE] = "SCMP_CMP_GE",
    [SCC_OP_GT] = "SCMP_CMP_GT",
    [SCC_OP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
};

int scc_op_find(const char *name)
{
    for (int i = 0; i < SCC_OP_COUNT; i++) {
        if (strcmp(name, ops[i]) == 0)
            return i;
    }
    return -1;
}

const char *scc_op_name(enum scc_op op)
{
    return ops[op];
}

const char *scc_op_nearest(const char *name)
{
    struct scc_suggestion best = scc_suggestion_for(name);
    for (int i = 0; i < SCC_OP_COUNT; i++)
        scc_suggestion_offer_behind(&best, "SCMP_CMP_", ops[i]);
    return best.name;
}

/* Those of the OCI runtime specification, config-linux.md, seccomp flags. */
static const struct {
    const char *name;
    uint32_t bit;
} flags[] = {
    {"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},
};

uint32_t scc_flag_find(const char *name)
{
    for (size_t i = 0; i < SCC_COUNT(flags); i++) {
        if (strcmp(name, flags[i].name) == 0)
            return flags[i].bit;
    }
    return 0;
}

const char *scc_flag_nearest(const char *name)
{
    struct scc_suggestion best = scc_suggestion_for(name);
    for (size_t i = 0; i < SCC_COUNT(flags); i++)
        scc_suggestion_offer_behind(&best, "SECCOMP_FILTER_FLAG_", flags[i].name);
    return best.name;
}

const char *scc_flag_at(unsigned index, uint32_t *bit)
{
    if (index >= SCC_COUNT(flags))
        return NULL;
    *bit = flags[index].bit;
    return flags[index].name;
}

static int compare_errno_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct scc_errno_row *)row)->name);
}

static const struct scc_errno_row *errno_row(const char *name)
{
    return bsearch(name, scc_errno_table, SCC_ERRNO_COUNT, sizeof *scc_errno_table,
                   compare_errno_name);
}

uint16_t scc_errno_find(const char *name, const struct scc_arch *arch)
{
    const struct scc_errno_row *row = errno_row(name);
    return row ? row->number[arch->errnos] : SCC_ERRNO_NONE;
}

bool scc_errno_is_known(const char *name)
{
    return errno_row(name) != NULL;
}

const char *scc_errno_nearest(const char *name)
{
    struct scc_suggestion best = scc_suggestion_for(name);
    for (size_t i = 0; i < SCC_ERRNO_COUNT; i++)
        scc_suggestion_offer(&best, scc_errno_table[i].name);
    return best.name;
}

const char *scc_errno_name(uint16_t number, const struct scc_arch *arch)
{
    /* Of two names for one number the table's first in the alphabet: EAGAIN, EDEADLK, ENOTSUP. */
    for (size_t i = 0; number && i < SCC_ERRNO_COUNT; i++) {
        if (scc_errno_table[i].number[arch->errnos] == number)
            return scc_errno_table[i].name;
    }
    return NULL;
}
