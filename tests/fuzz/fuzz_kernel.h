/* SPDX-License-Identifier: Apache-2.0 */
/** The running kernel's word on a program, which it checks but does not attach. */
#ifndef SCC_FUZZ_KERNEL_H
#define SCC_FUZZ_KERNEL_H

#include <linux/filter.h>
#include <stddef.h>

enum fuzz_verdict {
    FUZZ_ACCEPTED,
    FUZZ_REFUSED,
    FUZZ_UNASKED, /* seccomp(2) is not to be had here, or the kernel has no memory: no answer */
};

/**
 * What seccomp(2) says to the program. It is asked for SECCOMP_FILTER_FLAG_TSYNC where a thread
 * stands in the way, which has a filter of its own: a program is checked first
 * (seccomp_prepare_user_filter() in kernel/seccomp.c), then the thread is found, and nothing is
 * attached. The first call makes the thread, which lives as long as the process, and sets
 * no_new_privs. Where that is not allowed, it says so once; for root, which CI's replay is, that is
 * a fault.
 */
enum fuzz_verdict fuzz_ask_kernel(const struct sock_filter *insns, size_t count);

#endif
