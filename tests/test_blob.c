/* SPDX-License-Identifier: Apache-2.0 */
/** The sealed blob as the compiler makes and reads it; tests/test_load.c is the loader's half. */
#include "blob_support.h"

#include "policies.h"

static const scc_arch *amd64(void)
{
    return scc_arch_find("amd64");
}

/** Parses, and expects the error's text to hold @p says, or success where that is NULL. */
static scc_blob *parse(const void *bytes, size_t len, const char *says, const char *what)
{
    scc_blob *blob = NULL;
    scc_error *err = NULL;
    int done = scc_blob_parse(bytes, len, &blob, &err);
    cr_expect_eq(done == 0, says == NULL, "%s: %s", what, err ? scc_error_get_text(err) : "taken");
    if (err && says) {
        cr_expect_eq(scc_error_get_code(err), SCC_ERROR_INPUT, "%s", what);
        cr_expect_not_null(strstr(scc_error_get_text(err), says), "%s, expected \"%s\": %s", what,
                           says, scc_error_get_text(err));
    }
    scc_error_free(err);
    return blob;
}

/** Expects that a call was refused as a misuse, in words that hold @p says. */
static void expect_misuse(int done, scc_error **err, const char *says)
{
    cr_assert(done < 0 && *err, "expected \"%s\"", says);
    cr_expect_eq(scc_error_get_code(*err), SCC_ERROR_USAGE, "%s", scc_error_get_text(*err));
    cr_expect_not_null(strstr(scc_error_get_text(*err), says), "expected \"%s\": %s", says,
                       scc_error_get_text(*err));
    scc_error_free(*err);
    *err = NULL;
}

/* Byte for byte what seccompc-blob(5) says, as numbers and not as the sources' names. */
Test(blob, layout_is_as_documented)
{
    static const struct sock_filter insns[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
                                               BPF_STMT(BPF_RET | BPF_K, 0x7fff0000)};
    size_t len;
    scc_blob *blob = test_blob_new();
    test_add(blob, scc_arch_find("x32"), insns, 2,
             (struct scc_blob_condition){.caps_mask = 0x0102030405060708,
                                         .caps_value = 0x0100030005000700,
                                         .from_major = 4,
                                         .from_minor = 8,
                                         .has_until = true,
                                         .until_major = 6,
                                         .until_minor = 255},
             0x2f);
    unsigned char *bytes = test_seal(blob, &len);
    static const unsigned char head[] = {
        0x7f, 's', 'e', 'c', 'c', 'o', 'm', 'p', /* magic */
        1,    0,   0,   0,   1,   0,   0,   0,   /* version, entries */
        240,  0,   0,   0,   0,   0,   0,   0,   /* size */
        0,    0,   0,   0,   0,   0,   0,   0,   /* reserved */
    };
    static const unsigned char entry[] = {
        62,       0,    0,    0x40,      62,   0,    0,    0xc0, /* arch token, audit arch */
        32,       1,    0,    0,         0x2f, 0,    0,    0,    /* word, order, reserved, flags */
        0x08,     0x07, 0x06, 0x05,      0x04, 0x03, 0x02, 0x01, /* mask */
        0x00,     0x07, 0x00, 0x05,      0x00, 0x03, 0x00, 0x01, /* value */
        8,        4,    0,    0,         255,  6,    0,    0,    /* from, until */
        224,      0,    0,    0,         0,    0,    0,    0,    /* offset */
        2,        0,    0,    0,         0,    0,    0,    0,    /* instructions, reserved */
        1,        2,    3,    [87] = 32,                         /* inputs */
        [95] = 0,                                                /* reserved */
    };
    static const unsigned char program[] = {0x20, 0, 0, 0, 4, 0, 0,    0,
                                            6,    0, 0, 0, 0, 0, 0xff, 0x7f};
    cr_assert_eq(len, 240);
    cr_expect_arr_eq(bytes, head, sizeof head);
    cr_expect_str_eq((char *)bytes + 48, "a test");
    cr_expect_eq(sizeof entry, 96);
    cr_expect_arr_eq(bytes + 128, entry, sizeof entry);
    cr_expect_arr_eq(bytes + 224, program, sizeof program);
    uint64_t sum = 0, sum_of_sums = 0;
    for (size_t at = 0; at < len; at += 4) {
        if (at >= 32 && at < 48)
            continue;
        sum += bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 |
               (uint32_t)bytes[at + 3] << 24;
        sum_of_sums += sum;
    }
    unsigned char sums[16];
    test_put(sums, sum, 8);
    test_put(sums + 8, sum_of_sums, 8);
    cr_expect_arr_eq(bytes + 32, sums, sizeof sums);
    free(bytes);
}

Test(blob, what_was_added_is_read_again)
{
    size_t len, again_len;
    void *again = NULL;
    scc_error *err = NULL;
    unsigned char *bytes = test_three(&len);
    scc_blob *blob = parse(bytes, len, NULL, "three");
    cr_assert_not_null(blob);
    cr_expect(scc_blob_is_one(bytes, len) && !scc_blob_is_one(bytes, 7));
    cr_expect_str_eq(scc_blob_producer(blob), "a test");
    cr_assert_eq(scc_blob_count(blob), 3);
    static const char *const arches[] = {"s390x", "x86_64", "x86_64"};
    static const size_t offsets[] = {TEST_PROGRAM, TEST_PROGRAM + 8, TEST_PROGRAM + 24};
    for (size_t i = 0; i < 3; i++) {
        struct scc_blob_entry entry;
        scc_blob_entry(blob, i, &entry);
        cr_expect_str_eq(scc_arch_name(entry.arch), arches[i]);
        cr_expect_eq(entry.offset_bytes, offsets[i]);
        cr_expect_eq(entry.instruction_count, i ? 2 : 1);
        cr_expect_eq(scc_program_count(scc_blob_program(blob, i)), i ? 2 : 1);
        cr_expect_eq(entry.condition.caps_mask, i ? TEST_CAP_BIT : 0);
        cr_expect_eq(entry.condition.caps_value, i == 2 ? TEST_CAP_BIT : 0);
        cr_expect_eq(entry.condition.has_until, false);
        cr_expect_eq(entry.flags, i ? SCC_FLAG_SPEC_ALLOW : 0);
        cr_expect_arr_eq(entry.inputs, test_inputs, sizeof test_inputs);
    }
    /* The raw program stands in its target's byte order. */
    cr_expect_arr_eq(bytes + TEST_PROGRAM, "\0\6\0\0\x7f\xff\0\0", 8);
    must(scc_blob_to_bytes(blob, &again, &again_len, &err), err);
    cr_assert_eq(again_len, len);
    cr_expect_arr_eq(again, bytes, len);
    free(again);
    scc_blob_free(blob);
    free(bytes);
}

Test(blob, every_architecture_is_read_again)
{
    static const struct sock_filter insn = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    scc_blob *blob = test_blob_new();
    size_t len;
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++)
        test_add(blob, scc_arch_at(i), &insn, 1, (struct scc_blob_condition){0}, 0);
    unsigned char *bytes = test_seal(blob, &len);
    blob = parse(bytes, len, NULL, "all");
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const scc_arch *arch = scc_arch_at(i);
        cr_expect_eq(scc_seal_audit_of(arch->token), arch->audit, "%s", arch->name);
        cr_expect_eq(scc_seal_word_bits_of(arch->token), arch->is_64bit ? 64 : 32, "%s",
                     arch->name);
        cr_expect_eq(scc_seal_is_big_endian(arch->token), arch->is_big_endian, "%s", arch->name);
        cr_expect_geq(scc_blob_find(blob, arch, 0, 6, 1), 0, "%s", arch->name);
    }
    scc_blob_free(blob);
    free(bytes);
}

Test(blob, every_flip_is_refused)
{
    size_t len;
    unsigned char *bytes = test_three(&len);
    for (size_t bit = 0; bit < len * 8; bit++) {
        char what[32];
        snprintf(what, sizeof what, "bit %zu", bit);
        const char *says = scc_seal_text((int)test_code_of_flip(bytes, bit));
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        parse(bytes, len, says, what);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    free(bytes);
}

/* Of a whole program's size, and without building an error for each. */
Test(blob, every_flip_of_a_large_blob_is_refused)
{
    enum { COUNT = 300 };
    struct sock_filter insns[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        insns[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, (uint32_t)i * 2654435761u);
    insns[COUNT - 1] = TEST_RET(SECCOMP_RET_ALLOW);
    size_t len, index;
    scc_blob *blob = test_blob_new();
    test_add(blob, amd64(), insns, COUNT, (struct scc_blob_condition){0}, 0);
    unsigned char *bytes = test_seal(blob, &len);
    cr_assert_eq(scc_seal_check(bytes, len, &index), SCC_LOAD_OK);
    for (size_t bit = 0; bit < len * 8; bit++) {
        enum scc_load_code expected = test_code_of_flip(bytes, bit);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        cr_expect_eq(scc_seal_check(bytes, len, &index), expected, "bit %zu", bit);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    free(bytes);
}

Test(blob, every_length_but_its_own_is_refused)
{
    size_t len;
    unsigned char *bytes = test_three(&len);
    for (size_t short_len = 0; short_len < len; short_len++) {
        unsigned char *exact = malloc(short_len + !short_len);
        memcpy(exact, bytes, short_len);
        parse(exact, short_len, "cut short", "a part");
        free(exact);
    }
    bytes = realloc(bytes, len + 8);
    memset(bytes + len, 0, 8);
    for (size_t more = 1; more <= 8; more++)
        parse(bytes, len + more, "behind the end", "more");
    /* Also where the header agrees. */
    test_put(bytes + SCC_SEAL_SIZE, len + 8, 8);
    test_reseal(bytes, len + 8);
    parse(bytes, len + 8, "do not fit together", "a gap at the end");
    test_put(bytes + SCC_SEAL_SIZE, len + 4, 8);
    test_reseal(bytes, len + 4);
    parse(bytes, len + 4, "do not fit together", "half an instruction at the end");
    free(bytes);
}

Test(blob, hostile_headers_are_refused)
{
    size_t len;
    unsigned char *bytes = test_three(&len), *changed = malloc(len);
    cr_assert_not_null(changed);
    for (size_t i = 0; i < SCC_COUNT(test_faults); i++) {
        const struct test_fault *fault = &test_faults[i];
        memcpy(changed, bytes, len);
        test_put(changed + fault->offset, fault->value, fault->width);
        cr_assert_neq(memcmp(changed, bytes, len), 0, "%s changes nothing", fault->what);
        test_reseal(changed, len);
        parse(changed, len, scc_seal_text((int)fault->code), fault->what);
    }
    /* What the seal's own check cannot know. */
    memcpy(changed, bytes, len);
    test_put(changed + TEST_ENTRY + SCC_SEAL_ENTRY_ARCH, 0x80000017, 4);
    test_put(changed + TEST_ENTRY + SCC_SEAL_ENTRY_AUDIT, 0x80000017, 4);
    test_reseal(changed, len);
    parse(changed, len, "entry 0: arch token 0x80000017", "a processor nobody knows");
    memcpy(changed, bytes, len);
    changed[TEST_PROGRAM + 8] = 0xff;
    test_reseal(changed, len);
    parse(changed, len, "entry 1: instruction 0 (code 0xff", "a program that is none");
    free(changed);
    free(bytes);
}

Test(blob, what_does_not_go_together_is_not_added)
{
    scc_error *err = NULL;
    scc_blob *blob = NULL;
    struct sock_filter allow = TEST_RET(SECCOMP_RET_ALLOW), none = {0xff, 0, 0, 0};
    scc_program program = {&allow, 1, false}, big = {&allow, 1, true}, bad = {&none, 1, false};
    struct scc_blob_condition any = {0};
    expect_misuse(scc_blob_new("", &blob, &err), &err, "0 bytes, expected 1 to 79");
    char name[81] = "";
    memset(name, 'x', 80);
    expect_misuse(scc_blob_new(name, &blob, &err), &err, "80 bytes, expected 1 to 79");
    expect_misuse(scc_blob_new("a\nb", &blob, &err), &err, "printable");
    expect_misuse(scc_blob_new("a\x7f", &blob, &err), &err, "printable");
    name[79] = '\0';
    must(scc_blob_new(name, &blob, &err), err);
    void *bytes = NULL;
    size_t len;
    expect_misuse(scc_blob_to_bytes(blob, &bytes, &len, &err), &err, "without a program");

    static const struct {
        struct scc_blob_condition condition;
        uint32_t flags;
        const char *says;
    } cases[] = {
        {{.caps_value = 1}, 0, "not all in its mask"},
        {{.from_major = 256}, 0, "kernel 256.0"},
        {{.from_minor = 256}, 0, "kernel 0.256"},
        {{.from_major = 5, .has_until = true, .until_major = 5}, 0, "there are none"},
        {{.from_major = 5, .has_until = true, .until_major = 4, .until_minor = 255},
         0,
         "there are"},
        {{.has_until = true, .until_major = 256}, 0, "there are none"},
        {{.has_until = true, .until_minor = 256}, 0, "there are none"},
        {{0}, 64, "cannot hold 0x40"},
        {{0}, SCC_FLAG_TSYNC_ESRCH, "cannot hold 0x10"},
        {{0}, SCC_FLAG_WAIT_KILLABLE_RECV, "without NEW_LISTENER"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++)
        expect_misuse(scc_blob_add(blob, amd64(), &program, &cases[i].condition, cases[i].flags,
                                   test_inputs, &err),
                      &err, cases[i].says);
    expect_misuse(scc_blob_add(blob, amd64(), &big, &any, 0, test_inputs, &err), &err,
                  "the other byte order than x86_64");
    cr_assert_lt(scc_blob_add(blob, amd64(), &bad, &any, 0, test_inputs, &err), 0);
    cr_expect_not_null(strstr(scc_error_get_text(err), "the program for x86_64: instruction 0"));
    scc_error_free(err);
    err = NULL;

    must(scc_blob_add(blob, amd64(), &program, &any, 0, test_inputs, &err), err);
    expect_misuse(scc_blob_add(blob, amd64(), &program, &any, 0, test_inputs, &err), &err,
                  "two programs for x86_64");
    cr_expect_eq(scc_blob_count(blob), 1);
    scc_blob_free(blob);
}

/* Conditions that can hold together, told by trying all: three capabilities and four kernels. */
Test(blob, ambiguity_is_what_can_hold_together)
{
    enum { CAPS = 8, KERNELS = 4 };
    struct sock_filter allow = TEST_RET(SECCOMP_RET_ALLOW);
    scc_program program = {&allow, 1, false};
    struct scc_blob_condition all[CAPS * CAPS * KERNELS * KERNELS];
    size_t count = 0, refused = 0;
    for (unsigned mask = 0; mask < CAPS; mask++) {
        for (unsigned value = 0; value < CAPS; value++) {
            for (unsigned from = 0; from < KERNELS; from++) {
                for (unsigned until = from + 1; until <= KERNELS; until++) {
                    if (!(value & ~mask))
                        all[count++] =
                            (struct scc_blob_condition){.caps_mask = mask,
                                                        .caps_value = value,
                                                        .from_minor = from,
                                                        .has_until = until < KERNELS,
                                                        .until_minor = until < KERNELS ? until : 0};
                }
            }
        }
    }
    for (size_t i = 0; i < count; i += 3) {
        for (size_t j = 0; j < count; j++) {
            scc_blob *blob = test_blob_new();
            bool holds_both = false;
            test_add(blob, amd64(), &allow, 1, all[i], 0);
            scc_error *err = NULL;
            bool is_taken =
                scc_blob_add(blob, amd64(), &program, &all[j], 0, test_inputs, &err) == 0;
            scc_error_free(err);
            for (unsigned caps = 0; caps < CAPS; caps++) {
                for (unsigned kernel = 0; kernel < KERNELS; kernel++) {
                    bool one = (caps & all[i].caps_mask) == all[i].caps_value &&
                               kernel >= all[i].from_minor &&
                               (!all[i].has_until || kernel < all[i].until_minor);
                    bool other = (caps & all[j].caps_mask) == all[j].caps_value &&
                                 kernel >= all[j].from_minor &&
                                 (!all[j].has_until || kernel < all[j].until_minor);
                    holds_both = holds_both || (one && other);
                    int found = scc_blob_find(blob, amd64(), caps, 0, kernel);
                    cr_expect_eq(found >= 0, one || (other && is_taken));
                }
            }
            cr_expect_neq(is_taken, holds_both, "conditions %zu and %zu", i, j);
            refused += !is_taken;
            scc_blob_free(blob);
        }
    }
    cr_expect_gt(refused, 1000);
}

Test(blob, the_largest_blob_is_read)
{
    static struct sock_filter insns[SCC_PROGRAM_MAX];
    for (size_t i = 0; i < SCC_PROGRAM_MAX; i++)
        insns[i] = TEST_RET((uint32_t)i);
    scc_blob *blob = test_blob_new();
    scc_error *err = NULL;
    for (unsigned i = 0; i < SCC_BLOB_ENTRIES_MAX; i++)
        test_add(blob, amd64(), insns, SCC_PROGRAM_MAX,
                 (struct scc_blob_condition){.caps_mask = 255, .caps_value = 255 - i}, 0);
    scc_program program = {insns, 1, false};
    struct scc_blob_condition any = {0};
    expect_misuse(scc_blob_add(blob, scc_arch_find("arm64"), &program, &any, 0, test_inputs, &err),
                  &err, "at most 256 entries");
    size_t len;
    unsigned char *bytes = test_seal(blob, &len);
    cr_assert_eq(len, SCC_BLOB_BYTES_MAX);
    blob = parse(bytes, len, NULL, "the largest");
    cr_expect_eq(scc_blob_find(blob, amd64(), 77, 6, 1), 77);
    scc_blob_free(blob);
    free(bytes);
}

/*
 * When a program applies
 */

/** Expects of @p profile, for amd64, the given interval of kernels and capability mask. */
static void expect_condition(const scc_profile *profile, uint64_t caps, const char *kernel,
                             const char *interval, uint64_t mask)
{
    struct scc_kernel at;
    struct scc_blob_condition condition;
    scc_target *target = NULL;
    scc_error *err = NULL;
    char text[64];
    cr_assert(scc_kernel_parse(kernel, &at));
    must(scc_target_new(amd64(), caps, at.major, at.minor, &target, &err), err);
    scc_blob_condition_of(profile, target, &condition);
    scc_target_free(target);
    int len = snprintf(text, sizeof text, "%u.%u-", condition.from_major, condition.from_minor);
    if (condition.has_until)
        snprintf(text + len, sizeof text - (size_t)len, "%u.%u", condition.until_major,
                 condition.until_minor);
    cr_expect_str_eq(text, interval, "kernel %s", kernel);
    cr_expect_eq(condition.caps_mask, mask);
    cr_expect_eq(condition.caps_value, mask & caps);
}

Test(blob, conditions_are_what_the_profile_asks)
{
    static const char text[] =
        "{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': ["
        "{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'minKernel': '4.8'}},"
        "{'names': ['write'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'minKernel': '5.9'}},"
        "{'names': ['open'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'minKernel': '4.10',"
        " 'caps': ['CAP_CHOWN']}, 'excludes': {'minKernel': '5.1', 'caps': ['CAP_KILL']}}]}";
    struct selected made = parse_only(text);
    cr_assert_not_null(made.profile, "%s", made.err ? scc_error_get_text(made.err) : "");
    const uint64_t mask = 1u << 0 | 1u << 5;
    expect_condition(made.profile, 0, "0.0", "0.0-4.8", mask);
    expect_condition(made.profile, 1, "4.7", "0.0-4.8", mask);
    expect_condition(made.profile, 1u << 5 | 1u << 7, "4.8", "4.8-4.10", mask);
    expect_condition(made.profile, 0, "4.9", "4.8-4.10", mask);
    expect_condition(made.profile, 0, "4.10", "4.10-5.1", mask);
    expect_condition(made.profile, scc_cap_all(), "5.0", "4.10-5.1", mask);
    expect_condition(made.profile, 0, "5.8", "5.1-5.9", mask);
    expect_condition(made.profile, 0, "5.9", "5.9-", mask);
    expect_condition(made.profile, 0, "255.255", "5.9-", mask);
    selected_clear(&made);
    made = parse_only("{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': []}");
    expect_condition(made.profile, scc_cap_all(), "6.1", "0.0-", 0);
    selected_clear(&made);
}

/** The program for a target, as bytes; the caller frees them. */
static void *compile(const scc_profile *profile, const scc_arch *arch, uint64_t caps,
                     unsigned kernel, size_t *len)
{
    scc_error *err = NULL;
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    scc_program *program = NULL;
    must(scc_target_new(arch, caps, kernel >> 8, kernel & 255, &target, &err), err);
    must(scc_policy_select(profile, target, NULL, &policy, NULL, &err), err);
    must(scc_emit_bpf(policy, NULL, &program, &err), err);
    void *bytes = scc_program_to_bytes(program, len);
    scc_program_free(program);
    scc_policy_free(policy);
    scc_target_free(target);
    return bytes;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/** Within the condition of one target every other gives the same program. */
static void expect_same_within(const scc_profile *profile, const char *name, const scc_arch *arch,
                               uint64_t caps, unsigned kernel, uint64_t *state)
{
    struct scc_blob_condition condition;
    scc_target *target = NULL;
    scc_error *err = NULL;
    size_t len, other_len;
    must(scc_target_new(arch, caps, kernel >> 8, kernel & 255, &target, &err), err);
    scc_blob_condition_of(profile, target, &condition);
    scc_target_free(target);
    unsigned from = condition.from_major << 8 | condition.from_minor;
    unsigned until =
        condition.has_until ? condition.until_major << 8 | condition.until_minor : 0x10000;
    cr_assert(from <= kernel && kernel < until);
    void *bytes = compile(profile, arch, caps, kernel, &len);
    for (unsigned i = 0; i < 4; i++) {
        uint64_t other_caps =
            (next_random(state) & scc_cap_all() & ~condition.caps_mask) | condition.caps_value;
        unsigned other_kernel = i == 0   ? from
                                : i == 1 ? until - 1
                                         : from + (unsigned)(next_random(state) % (until - from));
        void *other = compile(profile, arch, other_caps, other_kernel, &other_len);
        cr_expect(other_len == len && memcmp(bytes, other, len) == 0,
                  "%s for %s: caps %llx, kernel %u.%u as caps %llx, kernel %u.%u", name, arch->name,
                  (unsigned long long)other_caps, other_kernel >> 8, other_kernel & 255,
                  (unsigned long long)caps, kernel >> 8, kernel & 255);
        free(other);
    }
    free(bytes);
}

Test(blob, a_condition_means_the_same_program)
{
    static const char *const files[] = {
        "corpus/moby-2026-06.json",
        "corpus/moby-2021-01.json",
        "corpus/moby-conditional-include.json",
        "corpus/containers-common-2025-08.json",
        "corpus/isulad-2026-04.json",
    };
    static const char *const arches[] = {"amd64", "arm64", "s390x"};
    uint64_t state = 0x5eedc0de;
    for (size_t i = 0; i < SCC_COUNT(files); i++) {
        char path[512];
        scc_profile *profile = NULL;
        scc_error *err = NULL;
        must(scc_profile_read(shared_path(files[i], path, sizeof path), &profile, NULL, &err), err);
        for (size_t j = 0; j < SCC_COUNT(arches); j++) {
            const scc_arch *arch = scc_arch_find(arches[j]);
            for (unsigned round = 0; round < 8; round++) {
                uint64_t caps = round == 0   ? scc_cap_docker()
                                : round == 1 ? scc_cap_all()
                                             : next_random(&state) & scc_cap_all();
                unsigned kernel = round % 2 ? 0x0407 : (unsigned)(next_random(&state) % 0x700);
                expect_same_within(profile, files[i], arch, caps, kernel, &state);
            }
        }
        scc_profile_free(profile);
    }
}

/* The flags of a filter are the profile's, or runc's and crun's default. */
Test(blob, flags_are_the_profiles)
{
    static const struct {
        const char *flags, *action;
        uint32_t expected;
    } cases[] = {
        {"", "ALLOW", SCC_FLAG_SPEC_ALLOW},
        {"'flags': [], ", "ALLOW", 0},
        {"'flags': ['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_TSYNC'], ", "ALLOW",
         SCC_FLAG_LOG | SCC_FLAG_TSYNC},
        {"", "NOTIFY", SCC_FLAG_SPEC_ALLOW | SCC_FLAG_NEW_LISTENER},
        {"'flags': ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'], ", "NOTIFY",
         SCC_FLAG_WAIT_KILLABLE_RECV | SCC_FLAG_NEW_LISTENER},
        {"'flags': ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'], ", "ALLOW", 0},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{%s'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [{'names': ['read'], 'action': "
                 "'SCMP_ACT_%s'}]}",
                 cases[i].flags, cases[i].action);
        struct selected made = select_for(text, "amd64", 0, "6.1");
        cr_expect_eq(scc_policy_filter_flags(must_hold(&made)), cases[i].expected, "case %zu", i);
        selected_clear(&made);
    }
}
