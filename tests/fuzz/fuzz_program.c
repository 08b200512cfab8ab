/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A raw program, valid or not.
 * - What is accepted is what the running kernel accepts, in either byte order.
 * - What is read is written again as it was; its listing assembles to the same instructions.
 * - No input takes more steps than the longest path, or than its number costs at worst; a number
 *   that is decided, or cached, is answered so.
 * - The decision diagram, where it is made within its bound, answers as the simulator, on inputs
 *   near the program's own constants; so does the optimised program, which is not worse.
 */
#include "fuzz_program.h"

#include <linux/seccomp.h>
#include <string.h>

#include "asm.h"
#include "cost.h"
#include "decision.h"
#include "disasm.h"
#include "fuzz.h"
#include "fuzz_kernel.h"
#include "optimize.h"
#include "random_calls.h"
#include "strbuf.h"

enum {
    CALL_COUNT = 32,
    NODES = 1 << 13,
    /** Programs that take more are not optimised: that is bound too, but slow. */
    NODES_TO_OPTIMIZE = 1 << 11,
};

/** A program that is valid, and what it is asked. */
struct subject {
    const scc_program *program;
    const struct scc_arch *arch;
    uint8_t settings;
    struct scc_call calls[CALL_COUNT];
};

/*
 * What is a program
 */

static bool is_parsed(const scc_program *program, const struct scc_arch *arch)
{
    size_t bytes;
    scc_error *err = NULL;
    scc_program *parsed = NULL;
    unsigned char *raw = scc_program_to_bytes(program, &bytes);
    fuzz_check(raw, "no memory");
    bool is_valid = fuzz_accepts(scc_program_parse(raw, bytes, arch, &parsed, &err), &err);
    if (is_valid) {
        size_t again_bytes;
        unsigned char *again = scc_program_to_bytes(parsed, &again_bytes);
        fuzz_check(again && again_bytes == bytes && memcmp(raw, again, bytes) == 0,
                   "written otherwise than read");
        free(again);
    }
    scc_program_free(parsed);
    free(raw);
    return is_valid;
}

/** Bytes that are no whole instructions are no program. */
static void check_size(const uint8_t *data, size_t size)
{
    scc_error *err = NULL;
    scc_program *parsed = NULL;
    if (size % SCC_INSTRUCTION_BYTES == 0 && size > 0)
        return;
    fuzz_check(
        !fuzz_accepts(scc_program_parse(data, size, scc_arch_get(SCC_ARCH_X86_64), &parsed, &err),
                      &err),
        "%zu bytes are a program", size);
}

/** Whether it is valid, for all who are asked. */
static bool is_valid(const scc_program *program)
{
    size_t at;
    scc_program swapped = *program;
    swapped.is_big_endian = true;
    bool is_right = !scc_rules_find_fault(program->insns, program->count, &at);
    fuzz_check(is_parsed(program, scc_arch_get(SCC_ARCH_X86_64)) == is_right, "the loader: %d",
               is_right);
    fuzz_check(is_parsed(&swapped, scc_arch_get(SCC_ARCH_S390X)) == is_right,
               "big-endian, the loader: %d", is_right);
    enum fuzz_verdict verdict = fuzz_ask_kernel(program->insns, program->count);
    fuzz_check(verdict == FUZZ_UNASKED || (verdict == FUZZ_ACCEPTED) == is_right,
               "here %d, in the kernel %d", is_right, verdict == FUZZ_ACCEPTED);
    return is_right;
}

/*
 * Inputs
 */

static uint32_t random_word(const scc_program *program, uint64_t *seed)
{
    uint32_t k = program->insns[random_below(seed, (unsigned)program->count)].k;
    switch (random_below(seed, 8)) {
    case 0:
        return random_below(seed, 4);
    case 1:
        return (uint32_t)random_u64(seed);
    case 2:
        return k + random_below(seed, 3) - 1;
    case 3:
        return k ^ 1u << random_below(seed, 32);
    case 4:
        return UINT32_MAX - random_below(seed, 2);
    default:
        return k;
    }
}

static uint64_t random_words(const scc_program *program, uint64_t *seed)
{
    return (uint64_t)random_word(program, seed) << 32 | random_word(program, seed);
}

static void make_calls(struct subject *subject)
{
    uint64_t seed = subject->program->count;
    for (size_t i = 0; i < subject->program->count; i++)
        seed = seed * 31 + subject->program->insns[i].k + subject->program->insns[i].code;
    for (unsigned i = 0; i < CALL_COUNT; i++) {
        struct scc_call *call = &subject->calls[i];
        call->audit =
            random_below(&seed, 4) ? subject->arch->audit : random_word(subject->program, &seed);
        call->nr = random_word(subject->program, &seed);
        call->ip = random_words(subject->program, &seed);
        for (unsigned arg = 0; arg < SCC_ARG_COUNT; arg++)
            call->args[arg] = random_words(subject->program, &seed);
    }
}

static uint32_t answer(const struct subject *subject, unsigned call)
{
    return scc_program_sim(subject->program, &subject->calls[call]).return_value;
}

/*
 * What must hold
 */

static void check_listing(const struct subject *subject)
{
    struct scc_listing listing;
    struct scc_strbuf out = {0};
    scc_error *err = NULL;
    scc_program *read;
    fuzz_must(scc_disasm(subject->program, &listing, &err), err);
    scc_listing_print(&out, &listing);
    fuzz_check(out.data && !out.failed, "no memory");
    fuzz_must(scc_asm(out.data, out.len, "listing", subject->arch, &read, &err), err);
    fuzz_check(
        read->count == subject->program->count &&
            memcmp(read->insns, subject->program->insns, read->count * sizeof *read->insns) == 0,
        "the listing is another program's:\n%s", out.data);
    scc_program_free(read);
    scc_strbuf_free(&out);
    scc_listing_clear(&listing);
}

static void check_cost_of(const struct subject *subject, const unsigned *longest,
                          const struct scc_call *call)
{
    struct scc_sim_result run = scc_program_sim(subject->program, call);
    struct scc_number_cost cost =
        scc_cost_of_number(subject->program, longest, call->audit, call->nr);
    fuzz_check(run.steps <= cost.steps_at_worst && cost.steps_at_worst <= longest[0],
               "%u steps, %u at worst, %u in the longest path", run.steps, cost.steps_at_worst,
               longest[0]);
    fuzz_check(!cost.is_decided || cost.return_value == run.return_value, "decided: 0x%x, but 0x%x",
               cost.return_value, run.return_value);
    fuzz_check(!scc_cost_is_cached(subject->program, call->audit, call->nr) ||
                   run.return_value == SECCOMP_RET_ALLOW,
               "cached, but answers 0x%x", run.return_value);
}

static void check_costs(const struct subject *subject)
{
    unsigned longest[SCC_PROGRAM_MAX];
    scc_cost_longest_paths(subject->program, longest);
    fuzz_check(longest[0] == scc_cost_longest_path(subject->program), "%u", longest[0]);
    for (unsigned i = 0; i < CALL_COUNT; i++)
        check_cost_of(subject, longest, &subject->calls[i]);
}

/** Where it does not return 0, which can be told of programs that return what they loaded, too. */
static void check_where(const struct subject *subject, struct scc_decision_space *space)
{
    scc_error *err = NULL;
    scc_diagram where;
    if (!fuzz_accepts(scc_decision_where_program_differs(space, SCC_DIAGRAM_NOWHERE,
                                                         subject->program, &where, &err),
                      &err))
        return;
    for (unsigned i = 0; i < CALL_COUNT; i++)
        fuzz_check(scc_decision_answer(space, where, &subject->calls[i]) ==
                       (answer(subject, i) != 0),
                   "call %u: the program answers 0x%x", i, answer(subject, i));
}

static enum scc_decision_order order_of(const struct subject *subject)
{
    return (enum scc_decision_order)((subject->settings >> 5 & 3) % 3);
}

/** The nodes that it takes; SIZE_MAX where there is no diagram within the bound. */
static size_t check_diagram(const struct subject *subject)
{
    struct scc_decision_space *space;
    scc_diagram diagram;
    scc_error *err = NULL;
    fuzz_must(scc_decision_space_new(NODES, order_of(subject), &space, &err), err);
    size_t nodes = SIZE_MAX;
    if (fuzz_accepts(scc_decision_from_program(space, subject->program, &diagram, &err), &err)) {
        nodes = scc_decision_node_count(space);
        for (unsigned i = 0; i < CALL_COUNT; i++)
            fuzz_check(scc_decision_answer(space, diagram, &subject->calls[i]) ==
                           answer(subject, i),
                       "call %u: the program answers 0x%x", i, answer(subject, i));
    }
    check_where(subject, space);
    scc_decision_space_free(space);
    return nodes;
}

static void check_optimized(const struct subject *subject)
{
    struct scc_emit_options options = {
        .optimize_for = (enum scc_optimize_for)((subject->settings >> 1 & 3) % 3)};
    struct scc_optimized made = {0};
    scc_error *err = NULL;
    if (!fuzz_accepts(scc_optimize(subject->program, subject->arch, &options, NULL, &made, &err),
                      &err))
        return;
    fuzz_must(scc_program_check(made.program, &err), err);
    for (unsigned i = 0; i < CALL_COUNT; i++)
        fuzz_check(scc_program_sim(made.program, &subject->calls[i]).return_value ==
                       answer(subject, i),
                   "call %u: the program answers 0x%x", i, answer(subject, i));
    fuzz_check(made.is_unchanged || scc_emit_gain(&options, subject->program, &made.before,
                                                  made.program, &made.after) > 0,
               "optimised, and not better");
    fuzz_check(options.optimize_for != SCC_OPTIMIZE_SIZE ||
                   made.program->count <= subject->program->count,
               "%zu instructions of %zu", made.program->count, subject->program->count);
    scc_optimized_clear(&made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_program input;
    fuzz_program_decode(data, size, &input);
    check_size(data, size);
    scc_program program = {.insns = input.insns, .count = input.count};
    if (!input.count || !is_valid(&program))
        return 0;
    struct subject subject = {.program = &program, .settings = input.settings};
    subject.arch = scc_arch_get(input.settings & 1 ? SCC_ARCH_S390X : SCC_ARCH_X86_64);
    program.is_big_endian = subject.arch->is_big_endian;
    make_calls(&subject);
    check_listing(&subject);
    check_costs(&subject);
    /* Words are never in turns there, so one order says nothing about the other. */
    if (check_diagram(&subject) <= NODES_TO_OPTIMIZE && order_of(&subject) != SCC_ORDER_INTERLEAVED)
        check_optimized(&subject);
    return 0;
}
