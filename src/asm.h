/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Listing → program. The notation is that of the kernel's tools/bpf/bpf_asm, as far as seccomp has
 * the instructions, with one addition, `{…}`. Its sources are read as they are where each
 * instruction stands on a line of its own and no number is binary or octal.
 *
 *     listing     = { line }
 *     line        = { label ":" } [ instruction ]
 *     instruction = operation [ "{" field { "," field } "}" ]
 *     operation   = "ld"  ( "[" number "]" | "M[" number "]" | "#" number | [ "#" ] "len" )
 *                 | "ldx" ( "M[" number "]" | "#" number | [ "#" ] "len" )
 *                 | ( "ldi" | "ldxi" ) [ "#" ] number
 *                 | ( "st" | "stx" ) "M[" number "]"
 *                 | ( "add" | "sub" | "mul" | "div" | "and" | "or" | "xor" ) operand
 *                 | ( "lsh" | "rsh" ) operand
 *                 | "neg" | "tax" | "txa"
 *                 | ( "jmp" | "ja" ) label
 *                 | ( "jeq" | "jgt" | "jge" | "jset" ) operand "," label [ "," label ]
 *                 | ( "jne" | "jneq" | "jlt" | "jle" ) operand "," label
 *                 | "ret" ( "#" number | [ "%" ] "a" )
 *     operand     = "#" number | [ "%" ] "x"
 *     field       = ( "jt" | "jf" | "k" ) "=" number
 *     number      = [ "-" ] ( decimal | "0x" hexadecimal ), -2147483648 to 4294967295
 *     label       = a letter or "_", then letters, digits and "_"
 *
 * - `[n]` is the word of seccomp_data at offset n (a multiple of 4 below 64), `M[n]` a scratch word
 *   (0 to 15), `len` the 64 bytes of seccomp_data. ldi and ldxi are ld # and ldx #.
 * - A conditional jump goes to its first label where the comparison (unsigned) of A holds, else to
 *   the second or, without one, to the next instruction. jne, jlt and jle are jeq, jge and jgt with
 *   the second label alone. Jumps go forward, conditional ones over at most 255 instructions.
 * - `{…}` sets fields that the instruction does not use; the kernel accepts any value there. Where
 *   it does not stand they are 0.
 * - Comments are blanks: `;` to the end of the line, a line that begins with `#`, and C's form with
 *   slash and star. Case matters in labels alone.
 */
#ifndef SCC_ASM_H
#define SCC_ASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"
#include "error.h"
#include "program.h"

/** What an instruction works on, as it is written. */
enum scc_operand {
    SCC_OPERAND_NONE,
    SCC_OPERAND_OFFSET,  /* [n] */
    SCC_OPERAND_SCRATCH, /* M[n] */
    SCC_OPERAND_NUMBER,  /* #n */
    SCC_OPERAND_BARE,    /* n */
    SCC_OPERAND_LEN,
    SCC_OPERAND_X,
    SCC_OPERAND_A,
    SCC_OPERAND_COUNT,
};

/** Which labels follow. */
enum scc_labels {
    SCC_LABELS_NONE,
    SCC_LABELS_JUMP,   /* one, to which k leads */
    SCC_LABELS_BRANCH, /* the one of jt, then the one of jf; without it jf is 0 */
    SCC_LABELS_UNLESS, /* the one of jf; jt is 0 */
};

/** One way to write one instruction. */
struct scc_mnemonic {
    const char *name;
    uint16_t code; /* of struct sock_filter */
    enum scc_operand operand;
    enum scc_labels labels;
};

/** The first mnemonic of @p code with those labels, or NULL. */
const struct scc_mnemonic *scc_mnemonic_find(uint16_t code, enum scc_labels labels);

/** Whether the instruction's k, or its jt and jf, mean something. */
bool scc_mnemonic_uses_k(const struct scc_mnemonic *mnemonic);
bool scc_mnemonic_uses_jt_jf(const struct scc_mnemonic *mnemonic);

enum {
    /** The largest listing that is read: 4096 instructions with 256 bytes for each. */
    SCC_ASM_MAX_BYTES = 1 << 20,
};

/**
 * Assembles the @p len_bytes bytes at @p text into a program in the byte order of @p arch. @p file
 * is their name for messages. The program has passed scc_program_check(); the caller frees it.
 * Errors: SCC_ERROR_INPUT with line, column and what was expected; SCC_ERROR_SYSTEM without memory.
 */
int scc_asm(const char *text, size_t len_bytes, const char *file, const struct scc_arch *arch,
            scc_program **program, scc_error **err);

#endif
