/* SPDX-License-Identifier: Apache-2.0 */
/* Calls in words. */
#include <inttypes.h>

#include "action.h"
#include "lint_check.h"

/** The ABI that a call of the filter belongs to, or NULL. */
static const struct scc_arch *arch_of(const struct scc_lint *lint, const struct scc_call *call)
{
    uint32_t outside;
    const struct scc_policy_arch *table =
        scc_policy_find_arch(lint->policy, call->audit, call->nr, &outside);
    return table ? table->arch : NULL;
}

void scc_lint_add_bare_call(struct scc_strbuf *out, const struct scc_lint *lint,
                            const struct scc_call *call, uint8_t args)
{
    const struct scc_arch *arch = arch_of(lint, call);
    const struct scc_syscall *name = arch ? scc_syscall_at(arch, call->nr) : NULL;
    unsigned shown = 0;
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (call->args[i] || args >> i & 1)
            shown = i + 1;
    }
    if (name)
        scc_strbuf_addf(out, "%s(", name->name);
    else
        scc_strbuf_addf(out, "call 0x%" PRIx32 "(", call->nr);
    for (unsigned i = 0; i < shown; i++)
        scc_strbuf_addf(out, "%s0x%" PRIx64, i ? ", " : "", call->args[i]);
    scc_strbuf_addf(out, "%s)", shown == SCC_ARG_COUNT ? "" : shown ? ", …" : "…");
}

void scc_lint_add_call(struct scc_strbuf *out, const struct scc_lint *lint,
                       const struct scc_call *call, uint8_t args)
{
    const struct scc_arch *arch = arch_of(lint, call);
    scc_lint_add_bare_call(out, lint, call, args);
    if (arch)
        scc_strbuf_addf(out, " on %s", arch->name);
}

void scc_lint_add_answer(struct scc_strbuf *out, const struct scc_lint *lint,
                         const struct scc_call *call, uint8_t args)
{
    scc_lint_add_call(out, lint, call, args);
    scc_strbuf_add(out, ": ");
    scc_action_describe(out, scc_policy_answer(lint->policy, call), lint->policy->target);
}
