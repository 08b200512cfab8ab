/* SPDX-License-Identifier: Apache-2.0 */
/** The file's layout and its checks are load/seal.h, which the loader has too. */
#include <seccompc/blob.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "error.h"
#include "kernel.h"
#include "load/seal.h"
#include "program.h"
#include "util.h"

static_assert((int)SCC_BLOB_ENTRIES_MAX == (int)SCC_SEAL_ENTRIES_MAX, "as the format");
static_assert((int)SCC_BLOB_INPUTS_BYTES == (int)SCC_SEAL_INPUTS_BYTES, "as the format");
static_assert((int)SCC_BLOB_PRODUCER_MAX == (int)SCC_SEAL_PRODUCER_BYTES - 1, "as the format");
static_assert((int)SCC_BLOB_BYTES_MAX == (int)SCC_SEAL_BYTES_MAX, "as the format");
static_assert((int)SCC_PROGRAM_MAX == (int)SCC_RULES_MAX, "as the kernel");

struct part {
    const struct scc_arch *arch;
    scc_program *program;
    struct scc_seal_entry entry; /* without offset and inputs */
    uint8_t inputs[SCC_SEAL_INPUTS_BYTES];
};

struct scc_blob {
    char producer[SCC_SEAL_PRODUCER_BYTES]; /* NULs behind the text */
    struct part *parts;                     /* in the file's order */
    size_t count, cap;
};

void scc_blob_free(scc_blob *blob)
{
    if (!blob)
        return;
    for (size_t i = 0; i < blob->count; i++)
        scc_program_free(blob->parts[i].program);
    free(blob->parts);
    free(blob);
}

static void free_blob(scc_blob **blob)
{
    scc_blob_free(*blob);
}

static void free_program(scc_program **program)
{
    scc_program_free(*program);
}

/*
 * Making
 */

int scc_blob_new(const char *producer, scc_blob **blob, scc_error **err)
{
    size_t len = strlen(producer);
    if (len < 1 || len > SCC_BLOB_PRODUCER_MAX)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "the producer's name has %zu bytes, expected 1 to %d", len,
                             SCC_BLOB_PRODUCER_MAX);
    for (size_t i = 0; i < len; i++) {
        if (producer[i] < 0x20 || producer[i] > 0x7e)
            return scc_error_set(err, SCC_ERROR_USAGE,
                                 "the producer's name: expected printable ASCII");
    }
    scc_blob *made = calloc(1, sizeof *made);
    if (!made)
        return scc_error_nomem(err);
    memcpy(made->producer, producer, len + 1);
    *blob = made;
    return 0;
}

/** Puts @p part, whose program it takes over on success, where it belongs in the file's order. */
static int insert(scc_blob *blob, const struct part *part, scc_error **err)
{
    if (blob->count == SCC_BLOB_ENTRIES_MAX)
        return scc_error_set(err, SCC_ERROR_USAGE, "a blob holds at most %d entries",
                             SCC_BLOB_ENTRIES_MAX);
    size_t at = 0;
    for (size_t i = 0; i < blob->count; i++) {
        const struct scc_seal_entry *other = &blob->parts[i].entry;
        if (scc_seal_overlap(other, &part->entry))
            return scc_error_set(err, SCC_ERROR_USAGE,
                                 "two programs for %s whose conditions (capabilities, kernels) can "
                                 "hold at once; expected one program for each case",
                                 part->arch->name);
        if (scc_seal_compare(other, &part->entry) < 0)
            at = i + 1;
    }
    if (!SCC_GROW(blob->parts, blob->cap, blob->count + 1))
        return scc_error_nomem(err);
    memmove(blob->parts + at + 1, blob->parts + at, (blob->count - at) * sizeof *blob->parts);
    blob->parts[at] = *part;
    blob->count++;
    return 0;
}

static uint32_t pack_kernel(unsigned major, unsigned minor)
{
    return major << 8 | minor;
}

static int check_condition(const struct scc_blob_condition *condition, scc_error **err)
{
    if (condition->caps_value & ~condition->caps_mask)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "the condition's capabilities are not all in its mask");
    if (condition->from_major > SCC_KERNEL_PART_MAX || condition->from_minor > SCC_KERNEL_PART_MAX)
        return scc_error_set(err, SCC_ERROR_USAGE, "kernel %u.%u: expected two numbers up to %d",
                             condition->from_major, condition->from_minor, SCC_KERNEL_PART_MAX);
    if (!condition->has_until)
        return 0;
    if (condition->until_major > SCC_KERNEL_PART_MAX ||
        condition->until_minor > SCC_KERNEL_PART_MAX ||
        pack_kernel(condition->until_major, condition->until_minor) <=
            pack_kernel(condition->from_major, condition->from_minor))
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "kernels from %u.%u until before %u.%u: there are none",
                             condition->from_major, condition->from_minor, condition->until_major,
                             condition->until_minor);
    return 0;
}

static int check_flags(uint32_t flags, scc_error **err)
{
    if (flags & ~SCC_SEAL_FLAGS)
        return scc_error_set(err, SCC_ERROR_USAGE, "filter flags 0x%x: a blob cannot hold 0x%x",
                             flags, flags & ~SCC_SEAL_FLAGS);
    if ((flags & SCC_FLAG_WAIT_KILLABLE_RECV) && !(flags & SCC_FLAG_NEW_LISTENER))
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "the flag WAIT_KILLABLE_RECV without NEW_LISTENER, which the kernel "
                             "refuses");
    return 0;
}

int scc_blob_add(scc_blob *blob, const scc_arch *arch, const scc_program *program,
                 const struct scc_blob_condition *condition, uint32_t flags, const uint8_t *inputs,
                 scc_error **err)
{
    if (check_condition(condition, err) < 0 || check_flags(flags, err) < 0)
        return -1;
    if (program->is_big_endian != arch->is_big_endian)
        return scc_error_set(err, SCC_ERROR_USAGE, "a program of the other byte order than %s",
                             arch->name);
    if (scc_program_check(program, err) < 0)
        return scc_error_wrap(err, "the program for %s", arch->name);
    SCC_CLEANUP(free_program) scc_program *copy = scc_program_copy(program);
    if (!copy)
        return scc_error_nomem(err);
    struct part part = {
        .arch = arch,
        .program = copy,
        .entry = {.arch = arch->token,
                  .audit = arch->audit,
                  .word_bits = arch->is_64bit ? 64 : 32,
                  .is_big_endian = arch->is_big_endian,
                  .flags = flags,
                  .caps_mask = condition->caps_mask,
                  .caps_value = condition->caps_value,
                  .from = pack_kernel(condition->from_major, condition->from_minor),
                  .until = condition->has_until
                               ? pack_kernel(condition->until_major, condition->until_minor)
                               : SCC_SEAL_NO_END,
                  .insn_count = (uint32_t)program->count},
    };
    memcpy(part.inputs, inputs, sizeof part.inputs);
    if (insert(blob, &part, err) < 0)
        return -1;
    SCC_STEAL(copy);
    return 0;
}

/*
 * Writing
 */

static void put(unsigned char *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static void put_entry(unsigned char *at, const struct part *part, uint64_t offset)
{
    const struct scc_seal_entry *entry = &part->entry;
    put(at + SCC_SEAL_ENTRY_ARCH, entry->arch, 4);
    put(at + SCC_SEAL_ENTRY_AUDIT, entry->audit, 4);
    put(at + SCC_SEAL_ENTRY_WORD, entry->word_bits, 1);
    put(at + SCC_SEAL_ENTRY_ORDER, entry->is_big_endian ? SCC_SEAL_BIG : SCC_SEAL_LITTLE, 1);
    put(at + SCC_SEAL_ENTRY_FLAGS, entry->flags, 4);
    put(at + SCC_SEAL_ENTRY_CAPS_MASK, entry->caps_mask, 8);
    put(at + SCC_SEAL_ENTRY_CAPS_VALUE, entry->caps_value, 8);
    put(at + SCC_SEAL_ENTRY_FROM, entry->from, 4);
    put(at + SCC_SEAL_ENTRY_UNTIL, entry->until, 4);
    put(at + SCC_SEAL_ENTRY_OFFSET, offset, 8);
    put(at + SCC_SEAL_ENTRY_INSNS, entry->insn_count, 4);
    memcpy(at + SCC_SEAL_ENTRY_INPUTS, part->inputs, sizeof part->inputs);
}

static size_t size_of(const scc_blob *blob)
{
    size_t size = SCC_SEAL_HEADER_BYTES;
    for (size_t i = 0; i < blob->count; i++)
        size += SCC_SEAL_ENTRY_BYTES + blob->parts[i].program->count * SCC_SEAL_INSN_BYTES;
    return size;
}

/** Writes entries and programs behind the header. */
static int put_parts(const scc_blob *blob, unsigned char *bytes, scc_error **err)
{
    size_t next = SCC_SEAL_HEADER_BYTES + blob->count * SCC_SEAL_ENTRY_BYTES;
    for (size_t i = 0; i < blob->count; i++) {
        const struct part *part = &blob->parts[i];
        size_t program_bytes;
        SCC_AUTOFREE void *program = scc_program_to_bytes(part->program, &program_bytes);
        if (!program)
            return scc_error_nomem(err);
        put_entry(bytes + SCC_SEAL_HEADER_BYTES + i * SCC_SEAL_ENTRY_BYTES, part, next);
        memcpy(bytes + next, program, program_bytes);
        next += program_bytes;
    }
    return 0;
}

int scc_blob_to_bytes(const scc_blob *blob, void **bytes, size_t *len_bytes, scc_error **err)
{
    if (!blob->count)
        return scc_error_set(err, SCC_ERROR_USAGE, "a blob without a program");
    size_t size = size_of(blob);
    SCC_AUTOFREE unsigned char *made = calloc(1, size);
    if (!made)
        return scc_error_nomem(err);
    put(made + SCC_SEAL_MAGIC, SCC_SEAL_MAGIC_NUMBER, SCC_SEAL_MAGIC_BYTES);
    put(made + SCC_SEAL_VERSION, SCC_SEAL_VERSION_KNOWN, 4);
    put(made + SCC_SEAL_ENTRY_COUNT, blob->count, 4);
    put(made + SCC_SEAL_SIZE, size, 8);
    memcpy(made + SCC_SEAL_PRODUCER, blob->producer, sizeof blob->producer);
    if (put_parts(blob, made, err) < 0)
        return -1;
    struct scc_seal_sums sums = scc_seal_sum(made, size);
    put(made + SCC_SEAL_SUM, sums.sum, 8);
    put(made + SCC_SEAL_SUM_OF_SUMS, sums.sum_of_sums, 8);
    *bytes = SCC_STEAL(made);
    *len_bytes = size;
    return 0;
}

/*
 * Reading
 */

bool scc_blob_is_one(const void *bytes, size_t len_bytes)
{
    return len_bytes >= SCC_SEAL_MAGIC_BYTES && scc_seal_is_start(bytes, len_bytes);
}

static int read_part(const void *bytes, size_t index, struct part *part, scc_error **err)
{
    struct scc_seal_entry entry = scc_seal_read(bytes, index);
    *part = (struct part){.arch = scc_arch_find_token(entry.arch), .entry = entry};
    if (!part->arch)
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "entry %zu: arch token 0x%08x, which is not "
                             "known here",
                             index, entry.arch);
    memcpy(part->inputs, entry.inputs, sizeof part->inputs);
    if (scc_program_parse((const unsigned char *)bytes + entry.offset,
                          entry.insn_count * (size_t)SCC_SEAL_INSN_BYTES, part->arch,
                          &part->program, err) < 0)
        return scc_error_wrap(err, "entry %zu", index);
    return 0;
}

static int refuse(enum scc_load_code code, size_t index, scc_error **err)
{
    switch (code) {
    case SCC_LOAD_RESERVED:
    case SCC_LOAD_ARCH:
    case SCC_LOAD_FLAGS:
    case SCC_LOAD_CONDITION:
    case SCC_LOAD_AMBIGUOUS:
        return scc_error_set(err, SCC_ERROR_INPUT, "%s (entry %zu)", scc_seal_text((int)code),
                             index);
    default:
        return scc_error_set(err, SCC_ERROR_INPUT, "%s", scc_seal_text((int)code));
    }
}

int scc_blob_parse(const void *bytes, size_t len_bytes, scc_blob **blob, scc_error **err)
{
    size_t index;
    enum scc_load_code code = scc_seal_check(bytes, len_bytes, &index);
    if (code != SCC_LOAD_OK)
        return refuse(code, index, err);
    SCC_CLEANUP(free_blob) scc_blob *made = calloc(1, sizeof *made);
    if (!made)
        return scc_error_nomem(err);
    memcpy(made->producer, (const char *)bytes + SCC_SEAL_PRODUCER, sizeof made->producer);
    size_t count = scc_seal_count(bytes);
    if (!SCC_GROW(made->parts, made->cap, count))
        return scc_error_nomem(err);
    for (; made->count < count; made->count++) {
        if (read_part(bytes, made->count, &made->parts[made->count], err) < 0)
            return -1;
    }
    *blob = SCC_STEAL(made);
    return 0;
}

/*
 * Looking
 */

const char *scc_blob_producer(const scc_blob *blob)
{
    return blob->producer;
}

size_t scc_blob_count(const scc_blob *blob)
{
    return blob->count;
}

void scc_blob_entry(const scc_blob *blob, size_t index, struct scc_blob_entry *entry)
{
    const struct part *part = &blob->parts[index];
    const struct scc_seal_entry *from = &part->entry;
    size_t offset = SCC_SEAL_HEADER_BYTES + blob->count * SCC_SEAL_ENTRY_BYTES;
    for (size_t i = 0; i < index; i++)
        offset += blob->parts[i].program->count * SCC_SEAL_INSN_BYTES;
    *entry = (struct scc_blob_entry){
        .arch = part->arch,
        .condition = {.caps_mask = from->caps_mask,
                      .caps_value = from->caps_value,
                      .from_major = from->from >> 8,
                      .from_minor = from->from & 0xff,
                      .has_until = from->until != SCC_SEAL_NO_END},
        .flags = from->flags,
        .instruction_count = part->program->count,
        .offset_bytes = offset,
    };
    if (entry->condition.has_until) {
        entry->condition.until_major = from->until >> 8;
        entry->condition.until_minor = from->until & 0xff;
    }
    memcpy(entry->inputs, part->inputs, sizeof entry->inputs);
}

const scc_program *scc_blob_program(const scc_blob *blob, size_t index)
{
    return blob->parts[index].program;
}

int scc_blob_find(const scc_blob *blob, const scc_arch *arch, uint64_t caps, unsigned major,
                  unsigned minor)
{
    for (size_t i = 0; i < blob->count; i++) {
        const struct scc_seal_entry *entry = &blob->parts[i].entry;
        if (blob->parts[i].arch == arch &&
            scc_seal_holds_kernel(entry, pack_kernel(major, minor)) &&
            scc_seal_holds_caps(entry, caps))
            return (int)i;
    }
    return -1;
}
