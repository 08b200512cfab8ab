/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file program.h
 * A classic BPF program for seccomp(2), for any byte order.
 */
#ifndef SECCOMPC_PROGRAM_H
#define SECCOMPC_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <seccompc/arch.h>
#include <seccompc/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct scc_program scc_program;

struct scc_call;

enum {
    /** The most instructions that the kernel takes: BPF_MAXINSNS, linux/bpf_common.h. */
    SCC_PROGRAM_MAX = 4096,
    /** Bytes of one instruction in a file: sizeof(struct sock_filter), linux/filter.h. */
    SCC_INSTRUCTION_BYTES = 8,
};

/**
 * Reads the raw program at @p bytes, written in the byte order of @p arch, and checks it as the
 * kernel does (scc_program_check()). Errors: SCC_ERROR_INPUT where it is none; SCC_ERROR_SYSTEM
 * without memory.
 */
int scc_program_parse(const void *bytes, size_t len_bytes, const scc_arch *arch,
                      scc_program **program, scc_error **err);

/** Frees @p program; NULL is allowed. */
void scc_program_free(scc_program *program);

/** The number of instructions. */
size_t scc_program_count(const scc_program *program);

/**
 * The raw program, SCC_INSTRUCTION_BYTES for each instruction in the byte order of the program's
 * architecture: what seccomp(2), crun and bwrap take. The caller frees it. NULL without memory.
 */
void *scc_program_to_bytes(const scc_program *program, size_t *len_bytes);

/**
 * Whether the kernel would accept the program: bpf_check_classic() in net/core/filter.c and
 * seccomp_check_filter() in kernel/seccomp.c. The error names the instruction and what is wrong.
 */
int scc_program_check(const scc_program *program, scc_error **err);

/** What a run of a program gave. */
struct scc_sim_result {
    uint32_t return_value;
    /** Instructions executed, the final RET included. */
    unsigned steps;
};

/**
 * Runs the program as the kernel's interpreter would. The program must have passed
 * scc_program_check().
 */
struct scc_sim_result scc_program_sim(const scc_program *program, const struct scc_call *call);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
