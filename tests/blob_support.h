/* SPDX-License-Identifier: Apache-2.0 */
/** Blobs for tests: small ones, and faults in them under a seal that holds. */
#ifndef SCC_TEST_BLOB_SUPPORT_H
#define SCC_TEST_BLOB_SUPPORT_H

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <seccompc/seccompc.h>

#include "arch.h"
#include "load/seal.h"
#include "program.h"
#include "support.h"
#include "util.h"

static const uint8_t test_inputs[SCC_BLOB_INPUTS_BYTES] = {1, 2, 3, [31] = 32};

#define TEST_RET(value) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (value)))

static inline void test_put(unsigned char *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

/** Makes the seal hold again after @p bytes were changed. */
static inline void test_reseal(unsigned char *bytes, size_t len_bytes)
{
    struct scc_seal_sums sums = scc_seal_sum(bytes, len_bytes);
    test_put(bytes + SCC_SEAL_SUM, sums.sum, 8);
    test_put(bytes + SCC_SEAL_SUM_OF_SUMS, sums.sum_of_sums, 8);
}

/** Adds a program of the given instructions, which must succeed. */
static inline void test_add(scc_blob *blob, const scc_arch *arch, const struct sock_filter *insns,
                            size_t count, struct scc_blob_condition condition, uint32_t flags)
{
    scc_error *err = NULL;
    scc_program program = {(struct sock_filter *)insns, count, arch->is_big_endian};
    must(scc_blob_add(blob, arch, &program, &condition, flags, test_inputs, &err), err);
}

static inline scc_blob *test_blob_new(void)
{
    scc_error *err = NULL;
    scc_blob *blob = NULL;
    must(scc_blob_new("a test", &blob, &err), err);
    return blob;
}

/** The sealed bytes of @p blob, which is freed. */
static inline unsigned char *test_seal(scc_blob *blob, size_t *len_bytes)
{
    scc_error *err = NULL;
    void *bytes = NULL;
    must(scc_blob_to_bytes(blob, &bytes, len_bytes, &err), err);
    scc_blob_free(blob);
    return bytes;
}

/**
 * A fault that the checksum does not see: @p value in @p width bytes at @p offset of a blob of
 * three entries (test_three()), and the code with which it is refused.
 */
struct test_fault {
    const char *what;
    size_t offset;
    unsigned width;
    uint64_t value;
    enum scc_load_code code;
};

enum {
    /** Where the entries of test_three() stand, and their first program. */
    TEST_ENTRY = SCC_SEAL_HEADER_BYTES,
    TEST_ENTRY2 = TEST_ENTRY + SCC_SEAL_ENTRY_BYTES,
    TEST_ENTRY3 = TEST_ENTRY2 + SCC_SEAL_ENTRY_BYTES,
    TEST_PROGRAM = TEST_ENTRY3 + SCC_SEAL_ENTRY_BYTES,
};

#define TEST_CAP_BIT (1ull << 21)

/** Two entries for x86_64, told apart by capability 21 (value 0 first), and one for s390x. */
static inline unsigned char *test_three(size_t *len_bytes)
{
    static const struct sock_filter insns[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                                               BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct scc_blob_condition any = {0};
    struct scc_blob_condition without = {.caps_mask = TEST_CAP_BIT};
    struct scc_blob_condition with = {.caps_mask = TEST_CAP_BIT, .caps_value = TEST_CAP_BIT};
    scc_blob *blob = test_blob_new();
    test_add(blob, scc_arch_find("x86_64"), insns, 2, with, SCC_FLAG_SPEC_ALLOW);
    test_add(blob, scc_arch_find("s390x"), insns + 1, 1, any, 0);
    test_add(blob, scc_arch_find("x86_64"), insns, 2, without, SCC_FLAG_SPEC_ALLOW);
    return test_seal(blob, len_bytes);
}

/* s390x comes first: its token is the smallest. */
static const struct test_fault test_faults[] = {
    {"no entries", SCC_SEAL_ENTRY_COUNT, 4, 0, SCC_LOAD_LAYOUT},
    {"one entry less", SCC_SEAL_ENTRY_COUNT, 4, 2, SCC_LOAD_LAYOUT},
    {"one entry more", SCC_SEAL_ENTRY_COUNT, 4, 4, SCC_LOAD_LAYOUT},
    {"257 entries", SCC_SEAL_ENTRY_COUNT, 4, 257, SCC_LOAD_LAYOUT},
    {"2^32 - 1 entries", SCC_SEAL_ENTRY_COUNT, 4, UINT32_MAX, SCC_LOAD_LAYOUT},
    {"the header's reserved field", SCC_SEAL_RESERVED, 8, 1ull << 63, SCC_LOAD_RESERVED},
    {"no producer", SCC_SEAL_PRODUCER, 1, 0, SCC_LOAD_LAYOUT},
    {"a control character in the producer", SCC_SEAL_PRODUCER, 1, 0x1b, SCC_LOAD_LAYOUT},
    {"DEL in the producer", SCC_SEAL_PRODUCER, 1, 0x7f, SCC_LOAD_LAYOUT},
    {"a NUL in the producer", SCC_SEAL_PRODUCER + 2, 1, 0, SCC_LOAD_LAYOUT},
    {"text behind the producer", SCC_SEAL_HEADER_BYTES - 1, 1, 'x', SCC_LOAD_LAYOUT},
    {"another audit arch", TEST_ENTRY + SCC_SEAL_ENTRY_AUDIT, 4, 0xc000003e, SCC_LOAD_ARCH},
    {"another word size", TEST_ENTRY + SCC_SEAL_ENTRY_WORD, 1, 32, SCC_LOAD_ARCH},
    {"a word size that is none", TEST_ENTRY + SCC_SEAL_ENTRY_WORD, 1, 65, SCC_LOAD_ARCH},
    {"the other byte order", TEST_ENTRY + SCC_SEAL_ENTRY_ORDER, 1, 1, SCC_LOAD_ARCH},
    {"a byte order that is none", TEST_ENTRY + SCC_SEAL_ENTRY_ORDER, 1, 0, SCC_LOAD_ARCH},
    {"the first reserved field", TEST_ENTRY + SCC_SEAL_ENTRY_RESERVED, 2, 0x100, SCC_LOAD_RESERVED},
    {"the second", TEST_ENTRY2 + SCC_SEAL_ENTRY_RESERVED2, 4, 1, SCC_LOAD_RESERVED},
    {"the third", TEST_ENTRY3 + SCC_SEAL_ENTRY_RESERVED3, 8, 1ull << 40, SCC_LOAD_RESERVED},
    {"an unknown flag", TEST_ENTRY + SCC_SEAL_ENTRY_FLAGS, 4, 64, SCC_LOAD_FLAGS},
    {"TSYNC_ESRCH", TEST_ENTRY + SCC_SEAL_ENTRY_FLAGS, 4, 16, SCC_LOAD_FLAGS},
    {"WAIT_KILLABLE_RECV alone", TEST_ENTRY + SCC_SEAL_ENTRY_FLAGS, 4, 32, SCC_LOAD_FLAGS},
    {"a value outside the mask", TEST_ENTRY2 + SCC_SEAL_ENTRY_CAPS_VALUE, 8, 1, SCC_LOAD_CONDITION},
    {"from behind every kernel", TEST_ENTRY + SCC_SEAL_ENTRY_FROM, 4, 0x10000, SCC_LOAD_CONDITION},
    {"until before every kernel", TEST_ENTRY + SCC_SEAL_ENTRY_UNTIL, 4, 0, SCC_LOAD_CONDITION},
    {"until behind every kernel", TEST_ENTRY + SCC_SEAL_ENTRY_UNTIL, 4, 0xfffffffe,
     SCC_LOAD_CONDITION},
    {"no mask in one of two", TEST_ENTRY2 + SCC_SEAL_ENTRY_CAPS_MASK, 8, 0, SCC_LOAD_AMBIGUOUS},
    {"the same condition twice", TEST_ENTRY3 + SCC_SEAL_ENTRY_CAPS_VALUE, 8, 0, SCC_LOAD_AMBIGUOUS},
    {"entries in another order", TEST_ENTRY2 + SCC_SEAL_ENTRY_FROM, 4, 1, SCC_LOAD_LAYOUT},
    {"a program in the header", TEST_ENTRY + SCC_SEAL_ENTRY_OFFSET, 8, 0, SCC_LOAD_LAYOUT},
    {"a program in the table", TEST_ENTRY + SCC_SEAL_ENTRY_OFFSET, 8, TEST_ENTRY, SCC_LOAD_LAYOUT},
    {"a program between others", TEST_ENTRY + SCC_SEAL_ENTRY_OFFSET, 8, TEST_PROGRAM + 4,
     SCC_LOAD_LAYOUT},
    {"a program outside", TEST_ENTRY + SCC_SEAL_ENTRY_OFFSET, 8, UINT64_MAX - 7, SCC_LOAD_LAYOUT},
    {"programs that overlap", TEST_ENTRY2 + SCC_SEAL_ENTRY_OFFSET, 8, TEST_PROGRAM,
     SCC_LOAD_LAYOUT},
    {"no instructions", TEST_ENTRY + SCC_SEAL_ENTRY_INSNS, 4, 0, SCC_LOAD_LAYOUT},
    {"an instruction too few", TEST_ENTRY3 + SCC_SEAL_ENTRY_INSNS, 4, 1, SCC_LOAD_LAYOUT},
    {"an instruction too many", TEST_ENTRY3 + SCC_SEAL_ENTRY_INSNS, 4, 3, SCC_LOAD_LAYOUT},
    {"4096 instructions", TEST_ENTRY3 + SCC_SEAL_ENTRY_INSNS, 4, 4096, SCC_LOAD_LAYOUT},
    {"4097 instructions", TEST_ENTRY3 + SCC_SEAL_ENTRY_INSNS, 4, 4097, SCC_LOAD_LAYOUT},
    {"2^29 instructions", TEST_ENTRY + SCC_SEAL_ENTRY_INSNS, 4, 1u << 29, SCC_LOAD_LAYOUT},
    {"2^32 - 1 instructions", TEST_ENTRY3 + SCC_SEAL_ENTRY_INSNS, 4, UINT32_MAX, SCC_LOAD_LAYOUT},
};

/** The code with which a blob is refused whose bit @p bit is another. */
static inline enum scc_load_code test_code_of_flip(const unsigned char *bytes, size_t bit)
{
    size_t byte = bit / 8;
    if (byte < SCC_SEAL_VERSION)
        return SCC_LOAD_NO_BLOB;
    if (byte < SCC_SEAL_ENTRY_COUNT)
        return SCC_LOAD_VERSION;
    if (byte >= SCC_SEAL_SIZE && byte < SCC_SEAL_RESERVED)
        return bytes[byte] >> bit % 8 & 1 ? SCC_LOAD_TRAILING : SCC_LOAD_TRUNCATED;
    return SCC_LOAD_CHECKSUM;
}

#endif
