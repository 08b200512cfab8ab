/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A sealed blob. The compiler and the loader accept the same ones, but for architectures that the
 * compiler does not know and programs, of which the loader looks at the one that it chooses; what
 * is accepted is written as the same bytes, its programs are what the kernel takes, and an entry is
 * found exactly where its condition holds, by both.
 *
 * The last byte says which host is asked for. Mutations get a new seal, but for one in 16, and
 * mostly a size and places of programs that fit.
 */
#include <seccompc/blob.h>
#include <seccompc/load.h>

#include "arch.h"
#include "fuzz.h"
#include "load/native.h"
#include "load/seal.h"

static void put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/** Whether an entry's condition holds, by the entry alone. */
static bool holds(const struct scc_blob_entry *entry, uint64_t caps, unsigned kernel)
{
    const struct scc_blob_condition *condition = &entry->condition;
    return (caps & condition->caps_mask) == condition->caps_value &&
           kernel >= condition->from_major * 256 + condition->from_minor &&
           (!condition->has_until ||
            kernel < condition->until_major * 256 + condition->until_minor);
}

/** The entry that is found, and that it is the one whose condition holds. */
static int find(const scc_blob *blob, const scc_arch *arch, uint64_t caps, unsigned kernel)
{
    int found = scc_blob_find(blob, arch, caps, kernel >> 8, kernel & 0xff);
    for (size_t i = 0; i < scc_blob_count(blob); i++) {
        struct scc_blob_entry entry;
        scc_blob_entry(blob, i, &entry);
        fuzz_check((entry.arch == arch && holds(&entry, caps, kernel)) == (found == (int)i),
                   "entry %zu, and %d was found", i, found);
    }
    return found;
}

/** The loader's choice is the compiler's, where it has this machine's byte order. */
static void check_choice(const scc_blob *blob, const struct scc_load_blob *loaded,
                         const scc_arch *arch, uint64_t caps, unsigned kernel)
{
    int found = find(blob, arch, caps, kernel);
    struct scc_load_host host = {.kernel_major = kernel >> 8, .kernel_minor = kernel & 0xff};
    struct scc_load_entry entry;
    host.arch = host.own_arch = scc_arch_token(arch);
    int code = scc_load_select(loaded, &host, &caps, &entry);
    if (found < 0) {
        fuzz_check(code == SCC_LOAD_NO_ARCH || code == SCC_LOAD_NO_KERNEL ||
                       code == SCC_LOAD_NO_CAPS,
                   "nothing to find, and the loader says: %s", scc_load_text(code));
    } else if (scc_seal_is_big_endian(host.arch) != scc_seal_is_big_endian(SCC_NATIVE_TOKEN)) {
        fuzz_check(code == SCC_LOAD_BYTE_ORDER, "%s", scc_load_text(code));
    } else {
        fuzz_check(code == SCC_LOAD_OK && entry.index == (uint32_t)found, "%s",
                   scc_load_text(code));
        fuzz_check(entry.instruction_count ==
                       scc_program_count(scc_blob_program(blob, entry.index)),
                   "%u instructions", entry.instruction_count);
    }
}

/** Asks at the corners of each entry's condition. */
static void check_choices(const scc_blob *blob, const struct scc_load_blob *loaded, uint8_t host)
{
    for (size_t i = 0; i < scc_blob_count(blob); i++) {
        struct scc_blob_entry entry;
        scc_blob_entry(blob, i, &entry);
        const struct scc_blob_condition *condition = &entry.condition;
        unsigned from = condition->from_major * 256 + condition->from_minor;
        uint64_t caps = condition->caps_value;
        fuzz_check(find(blob, entry.arch, caps, from) == (int)i, "entry %zu is not found", i);
        check_choice(blob, loaded, entry.arch, caps, from);
        check_choice(blob, loaded, entry.arch, caps ^ (1ull << host % 64), from);
        check_choice(blob, loaded, entry.arch, ~caps, host * 257u);
        if (condition->has_until)
            check_choice(blob, loaded, entry.arch, caps,
                         condition->until_major * 256 + condition->until_minor);
    }
}

/** What was accepted is written again, and each part is in order. */
static void check_parsed(const scc_blob *blob, const void *bytes, size_t len_bytes)
{
    void *again;
    size_t again_len;
    scc_error *err = NULL;
    fuzz_must(scc_blob_to_bytes(blob, &again, &again_len, &err), err);
    fuzz_check(again_len == len_bytes && memcmp(again, bytes, len_bytes) == 0, "other bytes");
    free(again);
    fuzz_check_printable(scc_blob_producer(blob), false);
    for (size_t i = 0; i < scc_blob_count(blob); i++) {
        struct scc_blob_entry entry;
        scc_blob_entry(blob, i, &entry);
        fuzz_must(scc_program_check(scc_blob_program(blob, i), &err), err);
        fuzz_check(entry.instruction_count == scc_program_count(scc_blob_program(blob, i)) &&
                       entry.offset_bytes + entry.instruction_count * SCC_INSTRUCTION_BYTES <=
                           len_bytes,
                   "entry %zu stands at %zu", i, entry.offset_bytes);
    }
}

/** Whether the compiler may refuse what the loader opens: for an entry that it would not choose. */
static bool may_refuse(const void *bytes)
{
    for (size_t i = 0; i < scc_seal_count(bytes); i++) {
        struct scc_seal_entry entry = scc_seal_read(bytes, i);
        scc_program *program = NULL;
        scc_error *err = NULL;
        const scc_arch *arch = scc_arch_find_token(entry.arch);
        if (!arch ||
            !fuzz_accepts(scc_program_parse((const uint8_t *)bytes + entry.offset,
                                            (size_t)entry.insn_count * SCC_INSTRUCTION_BYTES, arch,
                                            &program, &err),
                          &err))
            return true;
        scc_program_free(program);
    }
    return false;
}

static void check_bytes(const void *bytes, size_t len_bytes, uint8_t host)
{
    struct scc_load_blob loaded = {0};
    scc_blob *blob = NULL;
    scc_error *err = NULL;
    bool is_parsed = fuzz_accepts(scc_blob_parse(bytes, len_bytes, &blob, &err), &err);
    int code = scc_load_memory(bytes, len_bytes, &loaded);
    fuzz_check(!is_parsed || (code == SCC_LOAD_OK && scc_blob_is_one(bytes, len_bytes)),
               "accepted, and the loader says: %s", scc_load_text(code));
    fuzz_check(is_parsed || code != SCC_LOAD_OK || may_refuse(bytes), "the loader alone accepts");
    fuzz_check(scc_load_text(code)[0], "a code without a text: %d", code);
    if (is_parsed) {
        check_parsed(blob, bytes, len_bytes);
        check_choices(blob, &loaded, host);
    }
    scc_load_close(&loaded);
    scc_blob_free(blob);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t host = size ? data[--size] : 0;
    /* malloc()'s memory is aligned as the loader wants it. */
    void *bytes = malloc(size ? size : 1);
    fuzz_check(bytes, "no memory");
    memcpy(bytes, data, size);
    check_bytes(bytes, size, host);
    free(bytes);
    return 0;
}

/** Puts sizes and places right, as far as the entries go. */
static void fit(uint8_t *data, size_t size)
{
    uint64_t count = data[SCC_SEAL_ENTRY_COUNT], next;
    next = SCC_SEAL_HEADER_BYTES + count * SCC_SEAL_ENTRY_BYTES;
    put(data + SCC_SEAL_SIZE, size, 8);
    for (uint64_t i = 0; i < count && next < size; i++) {
        uint8_t *entry = data + SCC_SEAL_HEADER_BYTES + i * SCC_SEAL_ENTRY_BYTES;
        uint64_t room = (size - next) / SCC_SEAL_INSN_BYTES;
        uint64_t insns = entry[SCC_SEAL_ENTRY_INSNS];
        if (i + 1 == count || insns > room)
            insns = room;
        put(entry + SCC_SEAL_ENTRY_OFFSET, next, 8);
        put(entry + SCC_SEAL_ENTRY_INSNS, insns, 4);
        next += insns * SCC_SEAL_INSN_BYTES;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max_size);
    if (size <= SCC_SEAL_HEADER_BYTES || seed % 16 == 0)
        return size;
    size_t len_bytes = size - 1; /* without the host */
    if (seed / 16 % 8) {
        data[len_bytes & ~(size_t)7] = data[len_bytes];
        len_bytes &= ~(size_t)7;
        fit(data, len_bytes);
    }
    if (len_bytes % 4 == 0 && len_bytes >= SCC_SEAL_HEADER_BYTES) {
        struct scc_seal_sums sums = scc_seal_sum(data, len_bytes);
        put(data + SCC_SEAL_SUM, sums.sum, 8);
        put(data + SCC_SEAL_SUM_OF_SUMS, sums.sum_of_sums, 8);
    }
    return len_bytes + 1;
}
