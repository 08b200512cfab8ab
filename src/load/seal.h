/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The sealed blob's layout, version 1, and its checks. Freestanding: in the loader and in the
 * compiler. seccompc-blob(5) has the same in words. All numbers are little-endian.
 */
#ifndef SCC_LOAD_SEAL_H
#define SCC_LOAD_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <seccompc/load.h>

#include "rules.h"

/** Where the header's fields stand, from the start of the file, in bytes. */
enum {
    SCC_SEAL_MAGIC = 0,        /* 64 bits: SCC_SEAL_MAGIC_NUMBER */
    SCC_SEAL_VERSION = 8,      /* 32 bits: SCC_SEAL_VERSION_KNOWN */
    SCC_SEAL_ENTRY_COUNT = 12, /* 32 bits */
    SCC_SEAL_SIZE = 16,        /* 64 bits: of the whole file */
    SCC_SEAL_RESERVED = 24,    /* 64 bits: 0 */
    SCC_SEAL_SUM = 32,         /* 64 bits */
    SCC_SEAL_SUM_OF_SUMS = 40, /* 64 bits */
    SCC_SEAL_PRODUCER = 48,    /* text, at least one NUL behind it */
    SCC_SEAL_HEADER_BYTES = 128,
};

/** Where an entry's fields stand, from its start, in bytes; entries follow the header. */
enum {
    SCC_SEAL_ENTRY_ARCH = 0,        /* 32 bits: SCMP_ARCH_* */
    SCC_SEAL_ENTRY_AUDIT = 4,       /* 32 bits: AUDIT_ARCH_* */
    SCC_SEAL_ENTRY_WORD = 8,        /* 8 bits: 32 or 64 */
    SCC_SEAL_ENTRY_ORDER = 9,       /* 8 bits: SCC_SEAL_LITTLE or SCC_SEAL_BIG */
    SCC_SEAL_ENTRY_RESERVED = 10,   /* 16 bits: 0 */
    SCC_SEAL_ENTRY_FLAGS = 12,      /* 32 bits: SECCOMP_FILTER_FLAG_* */
    SCC_SEAL_ENTRY_CAPS_MASK = 16,  /* 64 bits */
    SCC_SEAL_ENTRY_CAPS_VALUE = 24, /* 64 bits */
    SCC_SEAL_ENTRY_FROM = 32,       /* 32 bits: major * 256 + minor */
    SCC_SEAL_ENTRY_UNTIL = 36,      /* 32 bits, or SCC_SEAL_NO_END */
    SCC_SEAL_ENTRY_OFFSET = 40,     /* 64 bits: from the start of the file */
    SCC_SEAL_ENTRY_INSNS = 48,      /* 32 bits */
    SCC_SEAL_ENTRY_RESERVED2 = 52,  /* 32 bits: 0 */
    SCC_SEAL_ENTRY_INPUTS = 56,     /* 32 bytes */
    SCC_SEAL_ENTRY_RESERVED3 = 88,  /* 64 bits: 0 */
    SCC_SEAL_ENTRY_BYTES = 96,
};

enum {
    SCC_SEAL_VERSION_KNOWN = 1,
    SCC_SEAL_LITTLE = 1,
    SCC_SEAL_BIG = 2,
    SCC_SEAL_MAGIC_BYTES = SCC_SEAL_VERSION - SCC_SEAL_MAGIC,
    SCC_SEAL_PRODUCER_BYTES = SCC_SEAL_HEADER_BYTES - SCC_SEAL_PRODUCER,
    SCC_SEAL_INPUTS_BYTES = SCC_SEAL_ENTRY_RESERVED3 - SCC_SEAL_ENTRY_INPUTS,
    SCC_SEAL_INSN_BYTES = sizeof(struct sock_filter),
    SCC_SEAL_ENTRIES_MAX = 256,
    SCC_SEAL_KERNEL_MAX = 0xffff,
    SCC_SEAL_BYTES_MAX =
        SCC_SEAL_HEADER_BYTES +
        SCC_SEAL_ENTRIES_MAX * (SCC_SEAL_ENTRY_BYTES + SCC_RULES_MAX * SCC_SEAL_INSN_BYTES),
};

/** "\177seccomp", as a little-endian number. */
#define SCC_SEAL_MAGIC_NUMBER 0x706d6f636365737full
#define SCC_SEAL_NO_END 0xffffffffu

/** The flags that an entry may want; TSYNC_ESRCH is the loader's. */
#define SCC_SEAL_FLAGS                                                                             \
    (SCC_FLAG_TSYNC | SCC_FLAG_LOG | SCC_FLAG_SPEC_ALLOW | SCC_FLAG_NEW_LISTENER |                 \
     SCC_FLAG_WAIT_KILLABLE_RECV)

/** SECCOMP_FILTER_FLAG_* of linux/seccomp.h, some of which older headers lack. */
#define SCC_FLAG_TSYNC 1u
#define SCC_FLAG_LOG 2u
#define SCC_FLAG_SPEC_ALLOW 4u
#define SCC_FLAG_NEW_LISTENER 8u
#define SCC_FLAG_TSYNC_ESRCH 16u
#define SCC_FLAG_WAIT_KILLABLE_RECV 32u

/** An entry, read. */
struct scc_seal_entry {
    uint32_t arch, audit;
    uint32_t word_bits; /* of a long: 32 or 64 */
    bool is_big_endian;
    uint32_t flags;
    uint64_t caps_mask, caps_value; /* holds where bounding set & mask == value */
    uint32_t from, until;           /* kernels, major * 256 + minor; until is outside */
    uint64_t offset;
    uint32_t insn_count;
    const unsigned char *inputs; /* SCC_SEAL_INPUTS_BYTES of them */
};

/** What an arch token says of its architecture beside its name. */
uint32_t scc_seal_audit_of(uint32_t arch);
uint32_t scc_seal_word_bits_of(uint32_t arch);
bool scc_seal_is_big_endian(uint32_t arch);

/** Two sums over the whole file, the checksum's own field aside; @p len_bytes is a multiple of 4.
 */
struct scc_seal_sums {
    uint64_t sum, sum_of_sums;
};
struct scc_seal_sums scc_seal_sum(const unsigned char *bytes, size_t len_bytes);

/**
 * Whether @p bytes, at any address, are a blob, whole and in its one canonical form. Returns a
 * code of enum scc_load_code; of a fault in an entry, its index in @p index. Programs are not
 * looked at.
 */
enum scc_load_code scc_seal_check(const void *bytes, size_t len_bytes, size_t *index);

/** Whether @p bytes start as a blob does, as far as they go. */
bool scc_seal_is_start(const void *bytes, size_t len_bytes);

/** The number of entries in a checked blob. */
size_t scc_seal_count(const void *bytes);

/** The entry at @p index of a checked blob. */
struct scc_seal_entry scc_seal_read(const void *bytes, size_t index);

/** The canonical order of entries: negative, 0 or positive; 0 only where the conditions overlap. */
int scc_seal_compare(const struct scc_seal_entry *one, const struct scc_seal_entry *other);

/** Whether the conditions of two entries can hold at once. */
bool scc_seal_overlap(const struct scc_seal_entry *one, const struct scc_seal_entry *other);

/** Whether an entry's condition holds for a kernel, major * 256 + minor. */
static inline bool scc_seal_holds_kernel(const struct scc_seal_entry *entry, uint32_t kernel)
{
    return entry->from <= kernel && kernel < entry->until;
}

/** Whether an entry's condition holds for a bounding set. */
static inline bool scc_seal_holds_caps(const struct scc_seal_entry *entry, uint64_t caps)
{
    return (caps & entry->caps_mask) == entry->caps_value;
}

/** What a fault that scc_seal_check() found means: scc_load_text() for these codes; else NULL. */
const char *scc_seal_text(int code);

#endif
