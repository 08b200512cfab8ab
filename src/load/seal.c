/* SPDX-License-Identifier: Apache-2.0 */
#include "seal.h"

#include "native.h"

/*
 * Numbers
 */

static uint32_t get32(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t get64(const unsigned char *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

/** Fletcher's two sums, in 64 bits so that no carry is lost below 2^32 words. */
static struct scc_seal_sums add_words(struct scc_seal_sums sums, const unsigned char *bytes,
                                      size_t from, size_t to)
{
    for (size_t at = from; at < to; at += 4) {
        sums.sum += get32(bytes + at);
        sums.sum_of_sums += sums.sum;
    }
    return sums;
}

struct scc_seal_sums scc_seal_sum(const unsigned char *bytes, size_t len_bytes)
{
    struct scc_seal_sums sums = {0, 0};
    sums = add_words(sums, bytes, 0, SCC_SEAL_SUM);
    return add_words(sums, bytes, SCC_SEAL_PRODUCER, len_bytes);
}

/*
 * Architectures
 */

uint32_t scc_seal_audit_of(uint32_t arch)
{
    /* x32 is the one whose token is its own: its calls come as x86_64's. */
    return (arch & SCC_TOKEN_MACHINE) == EM_X86_64 ? arch | SCC_TOKEN_64 : arch;
}

uint32_t scc_seal_word_bits_of(uint32_t arch)
{
    return (arch & SCC_TOKEN_64) && !(arch & SCC_TOKEN_N32) ? 64 : 32;
}

bool scc_seal_is_big_endian(uint32_t arch)
{
    return !(arch & SCC_TOKEN_LITTLE);
}

/*
 * Reading
 */

static const unsigned char *entry_at(const void *bytes, size_t index)
{
    return (const unsigned char *)bytes + SCC_SEAL_HEADER_BYTES + index * SCC_SEAL_ENTRY_BYTES;
}

size_t scc_seal_count(const void *bytes)
{
    return get32((const unsigned char *)bytes + SCC_SEAL_ENTRY_COUNT);
}

struct scc_seal_entry scc_seal_read(const void *bytes, size_t index)
{
    const unsigned char *at = entry_at(bytes, index);
    return (struct scc_seal_entry){
        .arch = get32(at + SCC_SEAL_ENTRY_ARCH),
        .audit = get32(at + SCC_SEAL_ENTRY_AUDIT),
        .word_bits = at[SCC_SEAL_ENTRY_WORD],
        .is_big_endian = at[SCC_SEAL_ENTRY_ORDER] == SCC_SEAL_BIG,
        .flags = get32(at + SCC_SEAL_ENTRY_FLAGS),
        .caps_mask = get64(at + SCC_SEAL_ENTRY_CAPS_MASK),
        .caps_value = get64(at + SCC_SEAL_ENTRY_CAPS_VALUE),
        .from = get32(at + SCC_SEAL_ENTRY_FROM),
        .until = get32(at + SCC_SEAL_ENTRY_UNTIL),
        .offset = get64(at + SCC_SEAL_ENTRY_OFFSET),
        .insn_count = get32(at + SCC_SEAL_ENTRY_INSNS),
        .inputs = at + SCC_SEAL_ENTRY_INPUTS,
    };
}

/*
 * Checks
 */

/** Whether the producer is printable ASCII, at least one character, and NULs alone behind it. */
static bool is_producer(const unsigned char *text)
{
    size_t len = 0;
    while (len < SCC_SEAL_PRODUCER_BYTES && text[len] >= 0x20 && text[len] < 0x7f)
        len++;
    if (len == 0 || len == SCC_SEAL_PRODUCER_BYTES)
        return false;
    for (; len < SCC_SEAL_PRODUCER_BYTES; len++) {
        if (text[len])
            return false;
    }
    return true;
}

bool scc_seal_is_start(const void *bytes, size_t len_bytes)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < SCC_SEAL_MAGIC_BYTES && i < len_bytes; i++) {
        if (at[i] != (unsigned char)(SCC_SEAL_MAGIC_NUMBER >> 8 * i))
            return false;
    }
    return true;
}

/** The part of the checks that says whether these are the bytes that were sealed. */
static enum scc_load_code check_seal(const unsigned char *bytes, size_t len_bytes)
{
    if (!scc_seal_is_start(bytes, len_bytes))
        return SCC_LOAD_NO_BLOB;
    if (len_bytes < SCC_SEAL_HEADER_BYTES)
        return SCC_LOAD_TRUNCATED;
    if (get32(bytes + SCC_SEAL_VERSION) != SCC_SEAL_VERSION_KNOWN)
        return SCC_LOAD_VERSION;
    uint64_t size = get64(bytes + SCC_SEAL_SIZE);
    if (size != len_bytes)
        return size > len_bytes ? SCC_LOAD_TRUNCATED : SCC_LOAD_TRAILING;
    if (size % 8)
        return SCC_LOAD_LAYOUT;
    struct scc_seal_sums sums = scc_seal_sum(bytes, len_bytes);
    if (get64(bytes + SCC_SEAL_SUM) != sums.sum ||
        get64(bytes + SCC_SEAL_SUM_OF_SUMS) != sums.sum_of_sums)
        return SCC_LOAD_CHECKSUM;
    return SCC_LOAD_OK;
}

static bool is_kernel_interval(const struct scc_seal_entry *entry)
{
    return entry->from <= SCC_SEAL_KERNEL_MAX && entry->from < entry->until &&
           (entry->until <= SCC_SEAL_KERNEL_MAX || entry->until == SCC_SEAL_NO_END);
}

/** An entry by itself, its program's place aside. */
static enum scc_load_code check_entry(const unsigned char *at, const struct scc_seal_entry *entry)
{
    if (at[SCC_SEAL_ENTRY_RESERVED] || at[SCC_SEAL_ENTRY_RESERVED + 1] ||
        get32(at + SCC_SEAL_ENTRY_RESERVED2) || get64(at + SCC_SEAL_ENTRY_RESERVED3))
        return SCC_LOAD_RESERVED;
    if (entry->audit != scc_seal_audit_of(entry->arch) ||
        entry->word_bits != scc_seal_word_bits_of(entry->arch) ||
        at[SCC_SEAL_ENTRY_ORDER] !=
            (scc_seal_is_big_endian(entry->arch) ? SCC_SEAL_BIG : SCC_SEAL_LITTLE))
        return SCC_LOAD_ARCH;
    if ((entry->flags & ~SCC_SEAL_FLAGS) ||
        ((entry->flags & SCC_FLAG_WAIT_KILLABLE_RECV) && !(entry->flags & SCC_FLAG_NEW_LISTENER)))
        return SCC_LOAD_FLAGS;
    if ((entry->caps_value & ~entry->caps_mask) || !is_kernel_interval(entry))
        return SCC_LOAD_CONDITION;
    return SCC_LOAD_OK;
}

int scc_seal_compare(const struct scc_seal_entry *one, const struct scc_seal_entry *other)
{
    if (one->arch != other->arch)
        return one->arch < other->arch ? -1 : 1;
    if (one->from != other->from)
        return one->from < other->from ? -1 : 1;
    if (one->caps_mask != other->caps_mask)
        return one->caps_mask < other->caps_mask ? -1 : 1;
    if (one->caps_value != other->caps_value)
        return one->caps_value < other->caps_value ? -1 : 1;
    return 0;
}

bool scc_seal_overlap(const struct scc_seal_entry *one, const struct scc_seal_entry *other)
{
    uint64_t both = one->caps_mask & other->caps_mask;
    return one->arch == other->arch && one->from < other->until && other->from < one->until &&
           ((one->caps_value ^ other->caps_value) & both) == 0;
}

/** Whether the condition of the entry at @p index can hold together with that of one before it. */
static bool is_ambiguous(const void *bytes, size_t index)
{
    struct scc_seal_entry entry = scc_seal_read(bytes, index);
    while (index-- > 0) {
        struct scc_seal_entry before = scc_seal_read(bytes, index);
        if (before.arch != entry.arch)
            return false; /* sorted: no further one is for this architecture */
        if (scc_seal_overlap(&before, &entry))
            return true;
    }
    return false;
}

/** The entry at @p index against those before it; @p next is where its program must stand. */
static enum scc_load_code check_order(const void *bytes, size_t len_bytes, size_t index,
                                      uint64_t next)
{
    struct scc_seal_entry entry = scc_seal_read(bytes, index);
    if (entry.insn_count < 1 || entry.insn_count > SCC_RULES_MAX || entry.offset != next ||
        entry.insn_count > (len_bytes - next) / SCC_SEAL_INSN_BYTES)
        return SCC_LOAD_LAYOUT;
    if (index > 0) {
        struct scc_seal_entry before = scc_seal_read(bytes, index - 1);
        if (scc_seal_compare(&before, &entry) > 0)
            return SCC_LOAD_LAYOUT;
    }
    return is_ambiguous(bytes, index) ? SCC_LOAD_AMBIGUOUS : SCC_LOAD_OK;
}

static enum scc_load_code check_entries(const void *bytes, size_t len_bytes, size_t *index)
{
    size_t count = scc_seal_count(bytes);
    uint64_t next = SCC_SEAL_HEADER_BYTES + count * SCC_SEAL_ENTRY_BYTES;
    if (next > len_bytes)
        return SCC_LOAD_LAYOUT;
    for (*index = 0; *index < count; (*index)++) {
        struct scc_seal_entry entry = scc_seal_read(bytes, *index);
        enum scc_load_code code = check_entry(entry_at(bytes, *index), &entry);
        if (code == SCC_LOAD_OK)
            code = check_order(bytes, len_bytes, *index, next);
        if (code != SCC_LOAD_OK)
            return code;
        next += (uint64_t)entry.insn_count * SCC_SEAL_INSN_BYTES;
    }
    return next == len_bytes ? SCC_LOAD_OK : SCC_LOAD_LAYOUT;
}

enum scc_load_code scc_seal_check(const void *bytes, size_t len_bytes, size_t *index)
{
    const unsigned char *header = bytes;
    *index = 0;
    enum scc_load_code code = check_seal(bytes, len_bytes);
    if (code != SCC_LOAD_OK)
        return code;
    if (get64(header + SCC_SEAL_RESERVED))
        return SCC_LOAD_RESERVED;
    size_t count = scc_seal_count(bytes);
    if (count < 1 || count > SCC_SEAL_ENTRIES_MAX || !is_producer(header + SCC_SEAL_PRODUCER))
        return SCC_LOAD_LAYOUT;
    return check_entries(bytes, len_bytes, index);
}

const char *scc_seal_text(int code)
{
    switch (code) {
    case SCC_LOAD_TRUNCATED:
        return "the blob is cut short";
    case SCC_LOAD_NO_BLOB:
        return "not a sealed blob: it does not start as one";
    case SCC_LOAD_VERSION:
        return "a version of the blob format that is not known here, expected version 1";
    case SCC_LOAD_TRAILING:
        return "bytes behind the end of the blob";
    case SCC_LOAD_CHECKSUM:
        return "the checksum does not hold: the blob was changed after it was sealed";
    case SCC_LOAD_LAYOUT:
        return "the blob's header, entries and programs do not fit together";
    case SCC_LOAD_RESERVED:
        return "a reserved field of the blob is not zero";
    case SCC_LOAD_ARCH:
        return "an entry whose architecture contradicts itself";
    case SCC_LOAD_FLAGS:
        return "an entry wants filter flags that are not known here or do not go together";
    case SCC_LOAD_CONDITION:
        return "an entry's condition can never hold";
    case SCC_LOAD_AMBIGUOUS:
        return "the conditions of two entries can hold at once";
    default:
        return NULL;
    }
}
