/* SPDX-License-Identifier: Apache-2.0 */
/** What a program costs the kernel at attach before it runs: conversion and compilation. */
#ifndef SCC_JIT_H
#define SCC_JIT_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The work of compiling @p count instructions that form a valid program: eBPF instructions that the
 * kernel makes of them (bpf_convert_filter() in net/core/filter.c), times the passes that the
 * compiler takes over them. These are x86-64's (bpf_int_jit_compile() in
 * arch/x86/net/bpf_jit_comp.c): it starts with jumps at their longest and goes on until no pass
 * makes the code shorter. A comparison of layouts of one program; its unit is an instruction
 * compiled once. UINT64_MAX without memory.
 */
uint64_t scc_jit_work(const struct sock_filter *insns, size_t count);

#endif
