/* SPDX-License-Identifier: Apache-2.0 */
/** Our own programs: proved, small, kept in the kernel's action cache, within its limits. */
#include <criterion/criterion.h>
#include <linux/seccomp.h>

#include <seccompc/emit.h>

#include "compile.h"
#include "decision_support.h"
#include "prove.h"
#include "random_rules.h"
#include "select.h"
#include "walk.h"

static void assert_proved(const struct scc_policy *policy, const scc_program *program,
                          const char *what)
{
    scc_error *err = NULL;
    struct scc_proof proof;
    must(scc_program_check(program, &err), err);
    must(scc_prove(policy, program, &proof, &err), err);
    if (proof.equal)
        return;
    struct scc_strbuf text = {0};
    scc_proof_describe(&text, policy, &proof);
    cr_assert_fail("%s: %s", what, text.data);
}

static scc_program *emit(const struct scc_policy *policy, const char *what)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    must(scc_emit_bpf(policy, NULL, &program, &err), err);
    assert_proved(policy, program, what);
    return program;
}

static struct scc_policy *select_for(const scc_profile *profile, const struct scc_arch *arch,
                                     uint64_t caps)
{
    scc_error *err = NULL;
    scc_target *target = NULL;
    struct scc_policy *policy = NULL;
    must(scc_target_new(arch, caps, 6, 18, &target, &err), err);
    must(scc_policy_select(profile, target, NULL, &policy, NULL, &err), err);
    scc_target_free(target);
    return policy;
}

static struct fixture fixture_of(const char *path, const struct scc_arch *arch, uint64_t caps)
{
    struct fixture fixture = {0};
    scc_error *err = NULL;
    must(scc_profile_read(path, &fixture.profile, NULL, &err), err);
    fixture.policy = select_for(fixture.profile, arch, caps);
    return fixture;
}

/** As if the profile had no sub-architectures. */
static struct fixture only_native(const char *path, const char *arch)
{
    struct fixture fixture = {0};
    scc_error *err = NULL;
    must(scc_profile_read(path, &fixture.profile, NULL, &err), err);
    for (size_t i = 0; i < fixture.profile->arch_row_count; i++)
        fixture.profile->arch_rows[i].subs = 0;
    fixture.policy = select_for(fixture.profile, scc_arch_find(arch), scc_target_caps_docker());
    return fixture;
}

static const char *const corpus[] = {
    "corpus/moby-2026-06.json",
    "corpus/moby-2021-01.json",
    "corpus/moby-old-format.json",
    "corpus/moby-conditional-include.json",
    "corpus/containers-common-2025-08.json",
    "corpus/isulad-2026-04.json",
};

Test(emit_bpf, proved_for_the_corpus_on_every_architecture)
{
    char path[512], what[600];
    const uint64_t caps[] = {0, scc_target_caps_docker(), scc_target_caps_all()};
    for (size_t i = 0; i < SCC_COUNT(corpus); i++) {
        if (!shared_path(corpus[i], path, sizeof path))
            return;
        for (unsigned id = 0; id < SCC_ARCH_COUNT; id++) {
            const struct scc_arch *arch = scc_arch_at(id);
            for (size_t j = 0; arch->column != SCC_COLUMN_NONE && j < SCC_COUNT(caps); j++) {
                struct fixture fixture = fixture_of(path, arch, caps[j]);
                snprintf(what, sizeof what, "%s, %s, capabilities %lx", corpus[i], arch->name,
                         caps[j]);
                scc_program *program = emit(fixture.policy, what);
                struct scc_cache_counts cache = scc_count_cached(fixture.policy, program);
                cr_assert_eq(cache.cached, cache.allowed, "%s: %zu of %zu in the cache", what,
                             cache.cached, cache.allowed);
                scc_program_free(program);
                free_fixture(&fixture);
            }
        }
    }
}

/** Instructions for docker's capabilities: a change here is a change to look at. */
Test(emit_bpf, sizes_of_the_corpus)
{
    static const struct {
        const char *file, *arch;
        size_t at_most;
    } cases[] = {
        {"corpus/moby-2026-06.json", "amd64", 179},
        {"corpus/moby-2026-06.json", "arm64", 150},
        {"corpus/moby-2026-06.json", "s390x", 140},
        {"corpus/moby-2026-06.json", "riscv64", 66},
        {"corpus/moby-2021-01.json", "amd64", 173},
        {"corpus/containers-common-2025-08.json", "amd64", 180},
        {"corpus/isulad-2026-04.json", "amd64", 172},
        {"corpus/moby-old-format.json", "amd64", 157},
        {"corpus/moby-conditional-include.json", "amd64", 11},
    };
    char path[512];
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        if (!shared_path(cases[i].file, path, sizeof path))
            return;
        struct fixture fixture =
            fixture_of(path, scc_arch_find(cases[i].arch), scc_target_caps_docker());
        scc_program *program = emit(fixture.policy, cases[i].file);
        cr_log_info("%s, %s: %zu instructions", cases[i].file, cases[i].arch, program->count);
        cr_assert_leq(program->count, cases[i].at_most, "%s, %s: %zu instructions, expected %zu",
                      cases[i].file, cases[i].arch, program->count, cases[i].at_most);
        scc_program_free(program);
        free_fixture(&fixture);
    }
}

/** The figures that are promised for docker's default of June 2026: both ABIs of amd64, and one. */
Test(emit_bpf, promised_sizes)
{
    char path[512];
    if (!shared_path("corpus/moby-2026-06.json", path, sizeof path))
        return;
    struct fixture all = fixture_of(path, scc_arch_find("amd64"), scc_target_caps_docker());
    struct fixture one = only_native(path, "amd64");
    scc_program *of_all = emit(all.policy, path), *of_one = emit(one.policy, path);
    cr_assert_leq(of_all->count, 180, "%zu instructions", of_all->count);
    cr_assert_leq(of_one->count, 62, "%zu instructions for x86_64 alone", of_one->count);
    scc_program_free(of_all);
    scc_program_free(of_one);
    free_fixture(&all);
    free_fixture(&one);
}

Test(emit_bpf, a_small_policy_is_this_program)
{
    static const struct sock_filter expected[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, 4},
        {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0xc00000b7u},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_THREAD},
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
        {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 63},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 1},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    struct fixture fixture = policy_of_text(
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],\"action\":"
        "\"SCMP_ACT_ALLOW\"}]}",
        "arm64");
    scc_program *program = emit(fixture.policy, "read");
    cr_assert_eq(program->count, SCC_COUNT(expected));
    cr_assert_eq(memcmp(program->insns, expected, sizeof expected), 0);
    scc_program_free(program);
    free_fixture(&fixture);
}

Test(emit_bpf, one_answer_for_all_looks_at_nothing_but_the_architecture)
{
    struct fixture fixture = policy_of_text("{\"defaultAction\":\"SCMP_ACT_LOG\"}", "riscv64");
    scc_program *program = emit(fixture.policy, "LOG");
    cr_assert_eq(program->count, 4);
    scc_program_free(program);
    free_fixture(&fixture);
}

/*
 * Random rule sets
 */

/** All are accepted: where rules conflict, the strictest answers. */
static void check_random(const char *arch, unsigned rounds)
{
    uint64_t seed = 2026;
    scc_error *err = NULL;
    scc_target *target = NULL;
    must(scc_target_new(scc_arch_find(arch), 0, 6, 18, &target, &err), err);
    while (rounds--) {
        struct scc_strbuf text = {0};
        struct fixture fixture = random_fixture(target, &text, &seed);
        scc_program *program = emit(fixture.policy, text.data);
        struct material material = material_of(fixture.policy);
        for (int i = 0; i < 50; i++) {
            struct scc_call call = random_call(&material, &seed);
            cr_assert_eq(scc_program_sim(program, &call).return_value,
                         scc_policy_answer(fixture.policy, &call), "%s", text.data);
        }
        free_material(&material);
        scc_program_free(program);
        free_fixture(&fixture);
        scc_strbuf_free(&text);
    }
    scc_target_free(target);
}

Test(emit_bpf, random_rules_amd64)
{
    check_random("amd64", test_rounds(800));
}

Test(emit_bpf, random_rules_s390x)
{
    check_random("s390x", test_rounds(400));
}

/*
 * Sizes beside libseccomp's
 */

/** Rules of values and masks of one call, all with one action, as profiles have them. */
static struct fixture some_values(unsigned round)
{
    static const unsigned masks[] = {0xff, 0xf0f0, 0x3, 0x10000};
    struct scc_strbuf text = {0};
    unsigned count = 2 + round % 11;
    scc_strbuf_add(&text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":["
                          "\"SCMP_ARCH_X86_64\"],\"syscalls\":[");
    for (unsigned i = 0; i < count; i++) {
        unsigned mask = masks[i % SCC_COUNT(masks)];
        scc_strbuf_addf(&text, "%s{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[",
                        i ? "," : "");
        if (count % 2)
            scc_strbuf_addf(&text,
                            "{\"index\":1,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":%u,"
                            "\"valueTwo\":%u},",
                            mask, (0x11111u * i + round) & mask);
        scc_strbuf_addf(&text, "{\"index\":%u,\"op\":\"SCMP_CMP_EQ\",\"value\":%u}]}", 2 * (i % 2),
                        3 * i + 1);
    }
    scc_strbuf_add(&text, "]}");
    struct fixture fixture = policy_of_text(text.data, "amd64");
    scc_strbuf_free(&text);
    return fixture;
}

Test(emit_bpf, arguments_take_no_more_than_libseccomps)
{
    for (unsigned round = 0; round < test_rounds(40); round++) {
        struct fixture fixture = some_values(round);
        const struct scc_emit_options options = {.optimize_for = SCC_OPTIMIZE_SIZE};
        scc_error *failure = NULL;
        scc_program *program = NULL;
        must(scc_emit_bpf(fixture.policy, &options, &program, &failure), failure);
        assert_proved(fixture.policy, program, "values and masks");
        for (int shape = SCC_SCMP_LINEAR; shape <= SCC_SCMP_TREE; shape++) {
            scc_error *err = NULL;
            scc_program *other = NULL;
            must(scc_emit_scmp(fixture.policy, (enum scc_scmp_shape)shape, &other, NULL, &err),
                 err);
            cr_assert_leq(program->count, other->count, "round %u: %zu, libseccomp's has %zu",
                          round, program->count, other->count);
            scc_program_free(other);
        }
        scc_program_free(program);
        free_fixture(&fixture);
    }
}

/*
 * Mutations
 */

/** Flips one bit of an instruction: of its code, jt, jf or k. */
static void flip(struct sock_filter *insn, unsigned bit)
{
    if (bit < 16)
        insn->code ^= (uint16_t)(1u << bit);
    else if (bit < 24)
        insn->jt ^= (uint8_t)(1u << (bit - 16));
    else if (bit < 32)
        insn->jf ^= (uint8_t)(1u << (bit - 24));
    else
        insn->k ^= 1u << (bit - 32);
}

struct pair {
    const scc_program *one, *other;
};

static int differ_at(const struct scc_call *call, void *context)
{
    const struct pair *pair = context;
    return scc_program_sim(pair->one, call).return_value !=
           scc_program_sim(pair->other, call).return_value;
}

/** Whether two programs answer alike at every number and boundary of the policy. */
static bool answer_alike(const struct scc_policy *policy, const scc_program *a,
                         const scc_program *b)
{
    struct pair pair = {a, b};
    return walk_policy(policy, differ_at, &pair) == 0;
}

/**
 * Whether a change is one of many that are the same for a proof and cost it a fifth of a second
 * each, until its bound: nr divided where it was compared. Every fourth is proved.
 */
static bool is_one_division_of_many(const struct sock_filter *insn, unsigned *divisions)
{
    return insn->code == (BPF_ALU | BPF_DIV | BPF_K) && (*divisions)++ % 4;
}

/** Every single bit of our program of docker's default: found, refused, or without effect. */
Test(emit_bpf, a_changed_bit_is_found)
{
    char path[512];
    if (!shared_path("corpus/moby-2026-06.json", path, sizeof path))
        return;
    struct fixture fixture = fixture_of(path, scc_arch_find("amd64"), scc_target_caps_docker());
    scc_program *right = emit(fixture.policy, path);
    struct scc_program changed = *right;
    unsigned bits = (unsigned)right->count * 64, found = 0, refused = 0, equal = 0, undecided = 0;
    unsigned divisions = 0;
    changed.insns = calloc(right->count, sizeof *changed.insns);
    for (unsigned bit = 0; bit < bits; bit += bits / test_rounds(bits)) {
        memcpy(changed.insns, right->insns, right->count * sizeof *changed.insns);
        flip(&changed.insns[bit / 64], bit % 64);
        scc_error *err = NULL;
        struct scc_proof proof;
        if (scc_program_check(&changed, NULL) < 0) {
            refused++;
            continue;
        }
        if (is_one_division_of_many(&changed.insns[bit / 64], &divisions))
            continue;
        if (scc_prove(fixture.policy, &changed, &proof, &err) < 0) {
            /* A division of nr, say: not followed, not called equal, and different for all that. */
            cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
            cr_assert(!answer_alike(fixture.policy, right, &changed), "bit %u", bit);
            scc_error_free(err);
            undecided++;
            continue;
        }
        found += !proof.equal;
        equal += proof.equal;
        cr_assert(!proof.equal || answer_alike(fixture.policy, right, &changed), "bit %u", bit);
    }
    cr_log_info("%u found, %u without effect, %u refused by the kernel's rules, %u not decided",
                found, equal, refused, undecided);
    cr_assert_lt(undecided, found / 50);
    cr_assert_gt(found, equal);
    free(changed.insns);
    scc_program_free(right);
    free_fixture(&fixture);
}

/*
 * Limits
 */

/** A policy with @p count values of one argument, each two apart, answered with ALLOW. */
static struct fixture many_values(unsigned count)
{
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
    for (unsigned i = 0; i < count; i++)
        scc_strbuf_addf(&text,
                        "%s{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{"
                        "\"index\":0,\"value\":%u,\"op\":\"SCMP_CMP_EQ\"}]}",
                        i ? "," : "", 3 * i + 1);
    scc_strbuf_add(&text, "]}");
    struct fixture fixture = policy_of_text(text.data, "arm64");
    scc_strbuf_free(&text);
    return fixture;
}

/** Whether the program of so many values fits; *instructions: its size, where it does. */
static bool fits(unsigned count, bool is_to_be_proved, size_t *instructions)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    struct fixture fixture = many_values(count);
    int done = scc_emit_bpf(fixture.policy, NULL, &program, &err);
    if (done == 0) {
        if (is_to_be_proved)
            assert_proved(fixture.policy, program, "many values");
        *instructions = program->count;
    } else {
        cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
        cr_assert_not_null(strstr(scc_error_get_text(err), "4096"), "%s", scc_error_get_text(err));
    }
    scc_error_free(err);
    scc_program_free(program);
    free_fixture(&fixture);
    return done == 0;
}

/** Up to the kernel's limit exactly, and one more is refused with the count. */
Test(emit_bpf, the_kernels_limit)
{
    unsigned low = 4060, high = 4092;
    size_t instructions = 0;
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;
        if (fits(middle, false, &instructions))
            low = middle;
        else
            high = middle;
    }
    cr_assert(fits(low, true, &instructions));
    cr_assert_geq(instructions, SCC_PROGRAM_MAX - 2, "%zu for %u values", instructions, low);
    cr_assert_leq(instructions, (size_t)SCC_PROGRAM_MAX);
}

/** Sizes around the reach of a jump. */
Test(emit_bpf, long_jumps)
{
    size_t instructions = 0;
    for (unsigned count = 240; count < 280; count++)
        cr_assert(fits(count, true, &instructions));
    for (unsigned count = 500; count < 520; count += 3)
        cr_assert(fits(count, true, &instructions));
}
