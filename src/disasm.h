/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Program → listing: labels, mnemonics, and comments that say what the numbers stand for. The
 * notation is that of the kernel's tools/bpf/bpf_asm; asm.h has the grammar and reads it back.
 */
#ifndef SCC_DISASM_H
#define SCC_DISASM_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "program.h"
#include "strbuf.h"

struct scc_listing_line {
    bool is_target; /* it has a label: L and its index, as in "L12" */
    char *text;     /* "jeq #59, L12" */
    char *comment;  /* what is certain on every path that leads here, or NULL */
};

/** One line for each instruction. */
struct scc_listing {
    struct scc_listing_line *lines;
    size_t count;
    bool is_big_endian;
};

/**
 * Lists @p program, which must have passed scc_program_check(). What a number means follows from
 * the program itself: a number compared with nr has a name where the tests before it leave no doubt
 * about the audit arch. The caller clears @p listing. Errors: SCC_ERROR_SYSTEM without memory.
 */
int scc_disasm(const struct scc_program *program, struct scc_listing *listing, scc_error **err);

/** Frees what @p listing holds; usable with SCC_CLEANUP. */
void scc_listing_clear(struct scc_listing *listing);

/** Adds the listing: a comment on the whole, then a line for each instruction. */
void scc_listing_print(struct scc_strbuf *out, const struct scc_listing *listing);

#endif
