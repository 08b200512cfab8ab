/* SPDX-License-Identifier: Apache-2.0 */
/** The kernel's rules for a program. Freestanding: in the loader and in the compiler. */
#ifndef SCC_LOAD_RULES_H
#define SCC_LOAD_RULES_H

#include <linux/filter.h>
#include <stddef.h>

enum {
    /** The most instructions that the kernel takes: BPF_MAXINSNS, linux/bpf_common.h. */
    SCC_RULES_MAX = 4096,
    SCC_SCRATCH_COUNT = 16, /* BPF_MEMWORDS */
};

/**
 * Whether the kernel would accept @p insns (1 to SCC_RULES_MAX of them, in this machine's byte
 * order): bpf_check_classic() in net/core/filter.c and seccomp_check_filter() in kernel/seccomp.c.
 * Returns NULL, or what is wrong, a static text, with the instruction's index in @p at.
 */
const char *scc_rules_find_fault(const struct sock_filter *insns, size_t count, size_t *at);

#endif
