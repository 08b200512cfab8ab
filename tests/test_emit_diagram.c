/* SPDX-License-Identifier: Apache-2.0 */
/** Other people's programs made better: equal, never worse, or refused. */
#include <criterion/criterion.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <time.h>

#include <seccompc/emit.h>

#include "cost.h"
#include "decision_support.h"
#include "emit_diagram.h"
#include "optimize.h"
#include "prove.h"
#include "random_programs.h"
#include "random_rules.h"

static const struct scc_emit_options options_of[] = {
    {SCC_OPTIMIZE_ATTACH, NULL}, {SCC_OPTIMIZE_RUNTIME, NULL}, {SCC_OPTIMIZE_SIZE, NULL}};

/** Runs both on the same inputs: no diagram takes part. */
static void assert_alike(const scc_program *a, const scc_program *b, uint64_t *seed, int rounds)
{
    while (rounds-- > 0) {
        struct scc_call call = random_raw_call(seed);
        cr_assert_eq(scc_program_sim(a, &call).return_value, scc_program_sim(b, &call).return_value,
                     "audit 0x%x, nr 0x%x", call.audit, call.nr);
    }
}

/** Optimises a program that can be followed. */
static struct scc_optimized optimize(const scc_program *program, const struct scc_arch *arch,
                                     const struct scc_emit_options *options)
{
    scc_error *err = NULL;
    struct scc_optimized made = {0};
    must(scc_program_check(program, &err), err);
    must(scc_optimize(program, arch, options, NULL, &made, &err), err);
    must(scc_program_check(made.program, &err), err);
    cr_assert(made.program->is_big_endian == program->is_big_endian);
    uint64_t seed = 5;
    assert_alike(program, made.program, &seed, 200);
    return made;
}

static struct fixture fixture_of(const char *path, const struct scc_arch *arch)
{
    struct fixture fixture = {0};
    scc_error *err = NULL;
    scc_target *target = NULL;
    must(scc_profile_read(path, &fixture.profile, NULL, &err), err);
    must(scc_target_new(arch, scc_target_caps_docker(), 6, 18, &target, &err), err);
    must(scc_policy_select(fixture.profile, target, NULL, &fixture.policy, NULL, &err), err);
    scc_target_free(target);
    return fixture;
}

/*
 * libseccomp's programs
 */

/** The size that the policy's own program would have, of the calls that libseccomp knows. */
static void check_scmp(const struct scc_policy *policy, enum scc_scmp_shape shape, const char *what)
{
    scc_error *err = NULL;
    scc_program *theirs = NULL, *ours = NULL;
    must(scc_emit_scmp(policy, shape, &theirs, NULL, &err), err);
    must(scc_emit_bpf(policy, NULL, &ours, &err), err);
    struct scc_optimized made = optimize(theirs, policy->target, &options_of[0]);
    size_t slack = ours->count / 20 > 5 ? ours->count / 20 : 5;
    cr_log_info("%s, shape %d: %zu, from %zu; by the policy %zu", what, (int)shape,
                made.program->count, theirs->count, ours->count);
    cr_assert_leq(made.program->count, ours->count + slack, "%s: %zu instructions, expected %zu",
                  what, made.program->count, ours->count);
    cr_assert_lt(made.ms, 10000, "%s: %.0f ms", what, made.ms); /* with a sanitizer */
    cr_assert_geq(made.after.cached, made.before.cached);
    scc_optimized_clear(&made);
    scc_program_free(theirs);
    scc_program_free(ours);
}

Test(emit_diagram, libseccomps_programs_become_ours)
{
    static const char *const corpus[] = {
        "corpus/moby-2026-06.json",    "corpus/moby-2021-01.json",
        "corpus/moby-old-format.json", "corpus/moby-conditional-include.json",
        "corpus/isulad-2026-04.json",  "corpus/containers-common-2025-08.json",
    };
    static const char *const arches[] = {"amd64", "arm64", "s390x", "386"};
    char path[512], what[600];
    for (size_t i = 0; i < SCC_COUNT(corpus); i++) {
        if (!shared_path(corpus[i], path, sizeof path))
            return;
        for (size_t j = 0; j < SCC_COUNT(arches); j++) {
            struct fixture fixture = fixture_of(path, scc_arch_find(arches[j]));
            snprintf(what, sizeof what, "%s, %s", corpus[i], arches[j]);
            check_scmp(fixture.policy, SCC_SCMP_LINEAR, what);
            check_scmp(fixture.policy, SCC_SCMP_TREE, what);
            free_fixture(&fixture);
        }
    }
}

/*
 * Rules, by our own generator
 */

static void check_rules(const struct scc_policy *policy, const struct scc_emit_options *options,
                        uint64_t *seed)
{
    scc_error *err = NULL;
    scc_program *program = NULL;
    must(scc_emit_bpf(policy, options, &program, &err), err);
    struct scc_optimized made = optimize(program, policy->target, options);
    struct scc_proof proof;
    must(scc_prove(policy, made.program, &proof, &err), err);
    cr_assert(proof.equal);
    struct material material = material_of(policy);
    for (int i = 0; i < 50; i++) {
        struct scc_call call = random_call(&material, seed);
        cr_assert_eq(scc_program_sim(made.program, &call).return_value,
                     scc_policy_answer(policy, &call));
    }
    /* Again: nothing gets worse. */
    struct scc_optimized again = optimize(made.program, policy->target, options);
    cr_assert_leq(again.program->count, options->optimize_for == SCC_OPTIMIZE_SIZE
                                            ? made.program->count
                                            : (size_t)SCC_PROGRAM_MAX);
    cr_assert_geq(scc_emit_gain(options, made.program, &again.before, again.program, &again.after),
                  0);
    free_material(&material);
    scc_optimized_clear(&again);
    scc_optimized_clear(&made);
    scc_program_free(program);
}

static void check_random_rules(const char *arch, unsigned rounds)
{
    uint64_t seed = 4;
    scc_error *err = NULL;
    scc_target *target = NULL;
    must(scc_target_new(scc_arch_find(arch), 0, 6, 18, &target, &err), err);
    while (rounds--) {
        struct scc_strbuf text = {0};
        struct fixture fixture = random_fixture(target, &text, &seed);
        check_rules(fixture.policy, &options_of[rounds % SCC_COUNT(options_of)], &seed);
        free_fixture(&fixture);
        scc_strbuf_free(&text);
    }
    scc_target_free(target);
}

Test(emit_diagram, random_rules_amd64)
{
    check_random_rules("amd64", test_rounds(300));
}

Test(emit_diagram, random_rules_s390x)
{
    check_random_rules("s390x", test_rounds(200));
}

/*
 * Random programs
 */

/** Emits a diagram and reads it back; false where either is refused. */
static bool check_emitted(const scc_program *program, const struct scc_arch *arch,
                          const struct scc_emit_options *options, enum scc_decision_order order)
{
    scc_error *err = NULL;
    scc_diagram diagram, again;
    scc_program *made = NULL;
    struct scc_decision_space *space = new_space(SCC_PROVE_NODES, order);
    int done = scc_decision_from_program(space, program, &diagram, &err);
    if (done == 0)
        done = scc_emit_diagram(space, diagram, arch, options, &made, &err);
    if (done == 0) {
        must(scc_program_check(made, &err), err);
        must(scc_decision_from_program(space, made, &again, &err), err);
        cr_assert_eq(again, diagram);
    } else {
        cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT, "%s", scc_error_get_text(err));
    }
    scc_program_free(made);
    scc_error_free(err);
    scc_decision_space_free(space);
    return done == 0;
}

/** Optimises random programs; the share that is not refused, in percent. */
static unsigned check_programs(const struct random_style *style, size_t count, unsigned rounds)
{
    struct sock_filter insns[SCC_PROGRAM_MAX];
    struct scc_program program = {.insns = insns, .count = count};
    uint64_t seed = 11;
    unsigned decided = 0;
    for (unsigned round = 0; round < rounds; round++) {
        scc_error *err = NULL;
        struct scc_optimized made = {0};
        program.is_big_endian = random_below(&seed, 2);
        const struct scc_arch *arch = scc_arch_find(program.is_big_endian ? "s390x" : "amd64");
        const struct scc_emit_options *options = &options_of[round % SCC_COUNT(options_of)];
        random_program(&seed, style, insns, count);
        must(scc_program_check(&program, &err), err);
        check_emitted(&program, arch, options,
                      round % 2 ? SCC_ORDER_BY_WORD : SCC_ORDER_BY_WORD_REVERSED);
        if (scc_optimize(&program, arch, options, NULL, &made, &err) == 0) {
            decided++;
            must(scc_program_check(made.program, &err), err);
            assert_alike(&program, made.program, &seed, 200);
            cr_assert_geq(scc_emit_gain(options, &program, &made.before, made.program, &made.after),
                          0);
        } else {
            cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT, "%s", scc_error_get_text(err));
        }
        scc_error_free(err);
        scc_optimized_clear(&made);
    }
    return decided * 100 / rounds;
}

Test(emit_diagram, random_programs)
{
    static const struct {
        struct random_style style;
        size_t count;
        unsigned rounds, at_least;
    } cases[] = {
        {{.scratch = 3, .reach = 6, .mask = 0x80000003, .odds = 16, .returns_a = true},
         40,
         150,
         90},
        {{.scratch = 4, .reach = 3, .mask = 0x11, .odds = 60}, 60, 100, 60},
        {{.scratch = 1, .reach = 4, .mask = UINT32_MAX, .odds = 40, .is_filter = true},
         60,
         150,
         70},
        {{.scratch = 2, .reach = 30, .mask = UINT32_MAX, .odds = 40, .is_filter = true},
         120,
         100,
         70},
        {{.scratch = 1, .reach = 12, .mask = UINT32_MAX, .odds = 300, .is_filter = true},
         200,
         30,
         40},
        {{.scratch = 3, .reach = 8, .mask = UINT32_MAX, .odds = 16}, 16, 200, 40},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        unsigned percent =
            check_programs(&cases[i].style, cases[i].count, test_rounds(cases[i].rounds));
        clock_gettime(CLOCK_MONOTONIC, &end);
        cr_log_info("style %zu: %u %% optimised, %.1f s", i, percent,
                    (double)(end.tv_sec - start.tv_sec) +
                        1e-9 * (double)(end.tv_nsec - start.tv_nsec));
        cr_assert_geq(percent, cases[i].at_least, "style %zu: %u %%", i, percent);
    }
}

/*
 * Programs of certain shapes
 */

#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define LOAD(word) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4 * (word))
#define JUMP(op, value, yes, no) BPF_JUMP(BPF_JMP | (op) | BPF_K, (value), (yes), (no))

#define DENY (SECCOMP_RET_ERRNO | 1)

enum { A0_LOW = SCC_WORD_ARGS, A0_HIGH, A1_LOW };

/** Optimises for size, and expects so many instructions. */
static void expect(struct sock_filter *insns, size_t count, size_t expected)
{
    const struct scc_program program = {.insns = insns, .count = count};
    struct scc_optimized made = optimize(&program, scc_arch_find("amd64"), &options_of[2]);
    scc_error *err = NULL;
    cr_assert(check_emitted(&program, scc_arch_find("amd64"), &options_of[0], SCC_ORDER_BY_WORD));
    cr_assert_eq(made.program->count, expected, "%zu instructions, expected %zu",
                 made.program->count, expected);
    must(scc_program_check(made.program, &err), err);
    scc_optimized_clear(&made);
}

#define EXPECT(insns, expected) expect((insns), SCC_COUNT(insns), (expected))

Test(emit_diagram, a_mask_that_must_be_clear_is_one_jset)
{
    struct sock_filter insns[] = {
        LOAD(A0_LOW),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x7e020000),
        JUMP(BPF_JEQ, 0, 1, 0),
        RETURN(DENY),
        RETURN(SECCOMP_RET_ALLOW),
    };
    EXPECT(insns, 4);
}

Test(emit_diagram, a_mask_with_a_value_is_an_and_and_a_jeq)
{
    struct sock_filter insns[] = {
        LOAD(A0_LOW),
        JUMP(BPF_JSET, 0x40, 0, 6),
        JUMP(BPF_JSET, 0x20, 5, 0),
        JUMP(BPF_JSET, 0x10000, 0, 4),
        JUMP(BPF_JSET, 0x200000, 3, 0),
        JUMP(BPF_JSET, 0x80000000, 0, 2),
        JUMP(BPF_JEQ, 0, 1, 0),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(DENY),
    };
    EXPECT(insns, 5);
}

/** Single values and a mask of the same word: the values first, since AND loses the word. */
Test(emit_diagram, masks_and_values_of_one_word)
{
    struct sock_filter insns[] = {
        LOAD(A0_LOW),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
        JUMP(BPF_JEQ, 0x10, 4, 0),
        BPF_STMT(BPF_MISC | BPF_TXA, 0),
        JUMP(BPF_JEQ, 5, 2, 0),
        JUMP(BPF_JEQ, 7, 1, 0),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(DENY),
    };
    EXPECT(insns, 7);
}

/** 2^16 runs of numbers, and of an argument: no comparisons could tell them apart. */
Test(emit_diagram, masks_of_numbers_and_arguments)
{
    struct sock_filter insns[] = {
        LOAD(SCC_WORD_NR),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x55555555),
        JUMP(BPF_JEQ, 0x11111111, 0, 3),
        LOAD(A1_LOW),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xaaaaaaaa),
        JUMP(BPF_JEQ, 0x22222222, 1, 0),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(DENY),
    };
    EXPECT(insns, 8);
}

/** A program that looks at no audit arch answers all alike: there is no test of it. */
Test(emit_diagram, without_a_test_of_the_architecture)
{
    struct sock_filter insns[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
        LOAD(SCC_WORD_NR),
        JUMP(BPF_JEQ, 101, 1, 0),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(DENY),
    };
    EXPECT(insns, 4);
}

/** Whatever the architecture, one argument: nothing above it is looked at. */
Test(emit_diagram, an_argument_alone)
{
    struct sock_filter insns[] = {
        LOAD(SCC_WORD_NR),      LOAD(SCC_WORD_ARCH), LOAD(A0_LOW),
        JUMP(BPF_JGT, 7, 0, 1), RETURN(DENY),        RETURN(SECCOMP_RET_ALLOW),
    };
    EXPECT(insns, 4);
}

/** The other architectures are answered by number as well. */
Test(emit_diagram, what_is_left_over_depends_on_the_number)
{
    struct sock_filter insns[] = {
        LOAD(SCC_WORD_ARCH),       JUMP(BPF_JEQ, AUDIT_ARCH_X86_64, 3, 0),
        LOAD(SCC_WORD_NR),         JUMP(BPF_JEQ, 26, 5, 0),
        RETURN(SECCOMP_RET_ALLOW), LOAD(SCC_WORD_NR),
        JUMP(BPF_JEQ, 101, 2, 0),  JUMP(BPF_JEQ, 102, 1, 0),
        RETURN(SECCOMP_RET_ALLOW), RETURN(DENY),
    };
    struct scc_program program = PROGRAM_OF(insns);
    struct scc_optimized made = optimize(&program, scc_arch_find("amd64"), &options_of[2]);
    cr_assert_leq(made.program->count, 9);
    cr_assert_eq(made.after.arch_count, 1);
    scc_optimized_clear(&made);
    cr_assert(check_emitted(&program, scc_arch_find("amd64"), &options_of[0], SCC_ORDER_BY_WORD));
}

/** Whole ranges of audit arches are a word like any other. */
Test(emit_diagram, ranges_of_architectures)
{
    struct sock_filter insns[] = {
        LOAD(SCC_WORD_ARCH),      JUMP(BPF_JGE, 0x80000000, 0, 3), LOAD(SCC_WORD_NR),
        JUMP(BPF_JGT, 400, 1, 0), RETURN(SECCOMP_RET_ALLOW),       RETURN(DENY),
    };
    EXPECT(insns, 6);
}

/** More single audit arches than there are tables for: a word like any other as well. */
Test(emit_diagram, many_architectures)
{
    struct sock_filter insns[2 + 2 * (SCC_DIAGRAM_TABLES_MAX + 6)];
    size_t count = 0;
    insns[count++] = (struct sock_filter)LOAD(SCC_WORD_ARCH);
    for (unsigned i = 0; i < SCC_DIAGRAM_TABLES_MAX + 6; i++) {
        insns[count++] = (struct sock_filter)JUMP(BPF_JEQ, 100 * i + 7, 0, 1);
        insns[count++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | i);
    }
    insns[count++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    const struct scc_program program = {.insns = insns, .count = count};
    for (size_t i = 0; i < SCC_COUNT(options_of); i++) {
        struct scc_optimized made = optimize(&program, scc_arch_find("amd64"), &options_of[i]);
        if (options_of[i].optimize_for == SCC_OPTIMIZE_SIZE)
            cr_assert_leq(made.program->count, count);
        cr_assert(
            check_emitted(&program, scc_arch_find("amd64"), &options_of[i], SCC_ORDER_BY_WORD));
        scc_optimized_clear(&made);
    }
}

/** Calls from one part of memory alone: 0x7f0012345678 to 0x7f00ffff0000. */
Test(emit_diagram, ranges_of_the_instruction_pointer)
{
    struct sock_filter insns[] = {
        LOAD(SCC_WORD_IP + 1),
        BPF_STMT(BPF_ST, 3),
        LOAD(SCC_WORD_IP),
        BPF_STMT(BPF_ST, 4),
        BPF_STMT(BPF_LD | BPF_MEM, 3),
        JUMP(BPF_JEQ, 0x7f00, 0, 4),
        BPF_STMT(BPF_LD | BPF_MEM, 4),
        JUMP(BPF_JGE, 0x12345678, 0, 2),
        JUMP(BPF_JGT, 0xffff0000, 1, 0),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(DENY),
    };
    EXPECT(insns, 7);
    struct scc_program program = PROGRAM_OF(insns);
    program.is_big_endian = true;
    struct scc_optimized made = optimize(&program, scc_arch_find("s390x"), &options_of[0]);
    scc_optimized_clear(&made);
}

/** Arithmetic and scratch words keep calls out of the kernel's action cache; our program does not.
 */
Test(emit_diagram, allowed_calls_come_into_the_action_cache)
{
    struct sock_filter insns[] = {
        LOAD(SCC_WORD_ARCH),
        JUMP(BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD(SCC_WORD_NR),
        BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1000),
        BPF_STMT(BPF_ST, 1),
        BPF_STMT(BPF_LD | BPF_IMM, 1101),
        BPF_STMT(BPF_LDX | BPF_MEM, 1),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
        RETURN(DENY),
        RETURN(SECCOMP_RET_ALLOW),
    };
    const struct scc_program program = PROGRAM_OF(insns);
    for (size_t i = 0; i < SCC_COUNT(options_of); i++) {
        struct scc_optimized made = optimize(&program, scc_arch_find("amd64"), &options_of[i]);
        cr_assert_eq(made.program->count, 7);
        cr_assert_eq(made.before.cached, 0);
        cr_assert_eq(made.after.cached, made.after.numbers - 1);
        cr_assert_eq(made.after.arch_count, 1);
        scc_optimized_clear(&made);
    }
}

Test(emit_diagram, a_returned_word_is_refused)
{
    struct sock_filter insns[] = {LOAD(A0_LOW), BPF_STMT(BPF_RET | BPF_A, 0)};
    const struct scc_program program = PROGRAM_OF(insns);
    struct scc_optimized made = {0};
    scc_error *err = NULL;
    cr_assert_eq(scc_optimize(&program, scc_arch_find("amd64"), &options_of[0], NULL, &made, &err),
                 -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert_not_null(strstr(scc_error_get_text(err), "a returned value"), "%s",
                       scc_error_get_text(err));
    cr_assert_null(made.program);
    scc_error_free(err);
}

/** A program that nothing can be done about is given back as it is. */
Test(emit_diagram, the_smallest_program_stays)
{
    struct sock_filter insns[] = {RETURN(SECCOMP_RET_ALLOW)};
    const struct scc_program program = PROGRAM_OF(insns);
    struct scc_optimized made = optimize(&program, scc_arch_find("amd64"), &options_of[0]);
    cr_assert(made.is_unchanged);
    cr_assert_eq(made.program->count, 1);
    scc_optimized_clear(&made);
}

/** As many different functions of arguments as a program cannot hold: refused, and soon. */
Test(emit_diagram, thousands_of_functions_are_refused)
{
    struct sock_filter insns[SCC_PROGRAM_MAX];
    const struct scc_program program = {.insns = insns, .count = SCC_PROGRAM_MAX};
    struct scc_optimized made = {0};
    scc_error *err = NULL;
    size_t count = 0;
    /* Each of the low words' top bits counts twice. */
    for (unsigned i = 0; count + 6 < SCC_PROGRAM_MAX; i++) {
        insns[count++] = (struct sock_filter)LOAD(A0_LOW + 2 * (i % 6));
        insns[count++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 2 * i + 3);
        insns[count++] = (struct sock_filter)JUMP(BPF_JGT, 0xf0000000u + i, 0, 1);
        insns[count++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | (i % 50));
    }
    while (count < SCC_PROGRAM_MAX)
        insns[count++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    must(scc_program_check(&program, &err), err);
    if (scc_optimize(&program, scc_arch_find("amd64"), &options_of[0], NULL, &made, &err) < 0)
        cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT, "%s", scc_error_get_text(err));
    else
        cr_assert_leq(made.program->count, (size_t)SCC_PROGRAM_MAX);
    scc_error_free(err);
    scc_optimized_clear(&made);
}
