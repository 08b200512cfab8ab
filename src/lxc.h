/* SPDX-License-Identifier: Apache-2.0 */
/**
 * LXC's text for a seccomp filter, version 2: what LXC 5.0.2 (src/lxc/seccomp.c, parse_config_v2()
 * and what it calls) makes of it, tried with Debian 12's lxc-start and libseccomp 2.5.4.
 *
 * The form. The first line is the version. The second is "allowlist" or "denylist" (the only words
 * of older versions, "whitelist" and "blacklist", are still taken) and the default action; the two
 * differ only in what is assumed where an action is missing. Then come lines of their own each: a
 * section, "[x86]"; a comment, '#' in the first column; a rule, "NAME ACTION
 * [INDEX,VALUE,OPERATOR]...". Blanks separate, tabs do not, and a line that begins with one is
 * passed over. An action is "kill" (KILL_THREAD), "trap", "notify", "allow" or "errno N", N decimal
 * and at most 4094; there is none for KILL_PROCESS, LOG or TRACE. "denylist notify" is taken, and
 * nothing starts: every call of the container waits.
 *
 * Comparisons. Values have 64 bits, in C's notations, in at most 23 characters. Behind
 * SCMP_CMP_MASKED_EQ a fourth part follows, the *mask*; the second part is what the masked argument
 * must be. OCI has these two the other way round. A mask that is left out is 0: such a rule always
 * holds. The seventh comparison and all behind it are silently ignored; two for one argument are
 * refused.
 *
 * Architectures. A host's LXC makes its filter for a fixed set, scc_lxc_arches(), listed or not. A
 * section only says whether the lines behind it count on this host at all: "[x86]" and "[arm]"
 * count on their 64-bit hosts too, and what counts goes to *every* architecture of the set. On a
 * host whose machine name LXC does not know (riscv64, loongarch64) rules count behind "[all]"
 * alone.
 *
 * Rules. A name that libseccomp has on no architecture is ignored. On each architecture a rule is
 * added only where libseccomp resolves its name to a number that is not negative; calls that
 * socketcall and ipc make as well resolve to a negative one wherever those exist (libseccomp 2.5:
 * on x86 and s390; from 2.6 also on PowerPC, MIPS and SuperH, which is assumed here), so that such
 * a rule is added neither to the call's own number nor to socketcall or ipc. LXC's "exact" rules
 * would refuse their comparisons otherwise (libseccomp, abi_rule_add()). Rules for socketcall and
 * ipc themselves are added. A rule that is the default, and a second action for equal comparisons,
 * end the start of the container; of two rules without comparisons the first holds.
 *
 * The filter. An architecture outside the set: KILL_THREAD. No flags are used, and no new
 * privileges stay as the container has them. Notifications go to lxc.seccomp.notify.proxy.
 */
#ifndef SCC_LXC_H
#define SCC_LXC_H

#include <stdbool.h>

#include "policy.h"

/** The architectures for which LXC on a host of @p host makes its filter, itself included. */
scc_arch_set scc_lxc_arches(const struct scc_arch *host);

/** Whether text is LXC's version 2, by its first line. */
bool scc_lxc_is_one(const char *text, size_t len_bytes);

/**
 * Reads @p text as LXC on @p host does, into a policy: scc_policy.is_from_lxc. Stricter than LXC,
 * which passes over what it does not understand: unknown names are warnings in @p diags (may be
 * NULL), everything else that would not do what it seems to is an error. @p name is the file's.
 *
 * Errors: SCC_ERROR_INPUT with file, line and column; SCC_ERROR_SYSTEM without memory.
 */
int scc_lxc_parse(const char *text, size_t len_bytes, const char *name, const struct scc_arch *host,
                  struct scc_policy **policy, scc_diags *diags, scc_error **err);

#endif
