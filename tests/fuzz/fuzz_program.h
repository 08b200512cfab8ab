/* SPDX-License-Identifier: Apache-2.0 */
/**
 * fuzz_program's input: instructions of SCC_INSTRUCTION_BYTES each as a little-endian machine
 * writes them, then one byte of settings. Any bytes are one: where the settings are missing they
 * are 0.
 */
#ifndef SCC_FUZZ_PROGRAM_H
#define SCC_FUZZ_PROGRAM_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "program.h"

enum { FUZZ_INSNS_MAX = 512 };

struct fuzz_program {
    struct sock_filter insns[FUZZ_INSNS_MAX];
    size_t count;
    uint8_t settings;
};

static inline void fuzz_program_decode(const uint8_t *data, size_t size,
                                       struct fuzz_program *program)
{
    program->settings = size % SCC_INSTRUCTION_BYTES ? data[size - 1] : 0;
    program->count = size / SCC_INSTRUCTION_BYTES;
    if (program->count > FUZZ_INSNS_MAX)
        program->count = FUZZ_INSNS_MAX;
    for (size_t i = 0; i < program->count; i++) {
        const uint8_t *at = data + i * SCC_INSTRUCTION_BYTES;
        program->insns[i] = (struct sock_filter){
            .code = (uint16_t)(at[0] | at[1] << 8),
            .jt = at[2],
            .jf = at[3],
            .k = at[4] | (uint32_t)at[5] << 8 | (uint32_t)at[6] << 16 | (uint32_t)at[7] << 24,
        };
    }
}

#endif
