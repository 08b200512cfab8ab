/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "error.h"
#include "load/rules.h"
#include "util.h"

void scc_program_free(scc_program *program)
{
    if (!program)
        return;
    free(program->insns);
    free(program);
}

size_t scc_program_count(const scc_program *program)
{
    return program->count;
}

static void put(unsigned char *at, uint32_t value, unsigned bytes, bool is_big_endian)
{
    for (unsigned i = 0; i < bytes; i++) {
        unsigned shift = 8 * (is_big_endian ? bytes - 1 - i : i);
        at[i] = (unsigned char)(value >> shift);
    }
}

static uint32_t get(const unsigned char *at, unsigned bytes, bool is_big_endian)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | at[is_big_endian ? i : bytes - 1 - i];
    return value;
}

void *scc_program_to_bytes(const scc_program *program, size_t *len_bytes)
{
    unsigned char *bytes = malloc(program->count * SCC_INSTRUCTION_BYTES);
    if (!bytes)
        return NULL;
    for (size_t i = 0; i < program->count; i++) {
        const struct sock_filter *insn = &program->insns[i];
        unsigned char *at = bytes + i * SCC_INSTRUCTION_BYTES;
        put(at, insn->code, 2, program->is_big_endian);
        at[2] = insn->jt;
        at[3] = insn->jf;
        put(at + 4, insn->k, 4, program->is_big_endian);
    }
    *len_bytes = program->count * SCC_INSTRUCTION_BYTES;
    return bytes;
}

int scc_program_parse(const void *bytes, size_t len_bytes, const scc_arch *arch,
                      scc_program **program, scc_error **err)
{
    size_t count = len_bytes / SCC_INSTRUCTION_BYTES;
    if (len_bytes % SCC_INSTRUCTION_BYTES || count < 1 || count > SCC_PROGRAM_MAX)
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "%zu bytes, expected 1 to %d instructions of %d bytes", len_bytes,
                             SCC_PROGRAM_MAX, SCC_INSTRUCTION_BYTES);
    scc_program *made = calloc(1, sizeof *made);
    if (made)
        made->insns = calloc(count, sizeof *made->insns);
    if (!made || !made->insns) {
        scc_program_free(made);
        return scc_error_nomem(err);
    }
    made->count = count;
    made->is_big_endian = arch->is_big_endian;
    for (size_t i = 0; i < count; i++) {
        const unsigned char *at = (const unsigned char *)bytes + i * SCC_INSTRUCTION_BYTES;
        made->insns[i] = (struct sock_filter){
            .code = (uint16_t)get(at, 2, made->is_big_endian),
            .jt = at[2],
            .jf = at[3],
            .k = get(at + 4, 4, made->is_big_endian),
        };
    }
    if (scc_program_check(made, err) < 0) {
        scc_program_free(made);
        return -1;
    }
    *program = made;
    return 0;
}

int scc_program_check(const scc_program *program, scc_error **err)
{
    if (program->count < 1 || program->count > SCC_PROGRAM_MAX)
        return scc_error_set(err, SCC_ERROR_INPUT, "%zu instructions, expected 1 to %d",
                             program->count, SCC_PROGRAM_MAX);
    size_t at;
    const char *fault = scc_rules_find_fault(program->insns, program->count, &at);
    if (!fault)
        return 0;
    const struct sock_filter *insn = &program->insns[at];
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "instruction %zu (code 0x%02x, jt %u, jf %u, k 0x%08x): %s", at,
                         insn->code, insn->jt, insn->jf, insn->k, fault);
}

scc_program *scc_program_copy(const scc_program *program)
{
    scc_program *copy = malloc(sizeof *copy);
    size_t bytes = program->count * sizeof *program->insns;
    struct sock_filter *insns = malloc(bytes);
    if (!copy || !insns) {
        free(copy);
        free(insns);
        return NULL;
    }
    memcpy(insns, program->insns, bytes);
    *copy = *program;
    copy->insns = insns;
    return copy;
}
