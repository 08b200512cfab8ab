/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The instructions that a call runs. The interpreter decides each branch: it is run once more with
 * a return in place of the branch's target, so that there is one place alone that knows what an
 * instruction does. What depends on unknown words is followed here, and ends the path.
 */
#include "explain.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "disasm.h"
#include "program.h"
#include "util.h"

#define NO_BRANCH UINT32_MAX

struct tracer {
    struct scc_program program; /* a copy, to be changed and restored */
    struct scc_call call;
    uint32_t answer;        /* of the whole run, unknown words taken as 0 */
    uint32_t unknown_words; /* of seccomp_data */
    /** Whether A, X and the scratch words depend on unknown words. */
    bool a, x, scratch[SCC_SCRATCH_COUNT];
    bool is_certain; /* the run has ended, and nothing unknown mattered */
    struct scc_listing listing;
    struct scc_path_step *steps;
    size_t count, cap;
};

static void free_tracer(struct tracer *tracer)
{
    free(tracer->program.insns);
    free(tracer->steps);
    scc_listing_clear(&tracer->listing);
}

static int start(struct tracer *tracer, const struct scc_explanation *explanation,
                 const struct scc_explained *item, scc_error **err)
{
    const struct scc_program *program = explanation->input->program;
    struct scc_question question = scc_explained_question(explanation, item);
    tracer->program = *program;
    tracer->program.insns = calloc(program->count, sizeof *program->insns);
    if (!tracer->program.insns) {
        scc_error_nomem(err);
        return -1;
    }
    memcpy(tracer->program.insns, program->insns, program->count * sizeof *program->insns);
    tracer->call = (struct scc_call){.audit = item->arch->audit, .nr = item->nr};
    memcpy(tracer->call.args, question.args, sizeof tracer->call.args);
    tracer->unknown_words = 3u << SCC_WORD_IP;
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (!(question.known_args & 1u << i))
            tracer->unknown_words |= 3u << (SCC_WORD_ARGS + 2 * i);
    }
    tracer->answer = scc_program_sim(&tracer->program, &tracer->call).return_value;
    return scc_disasm(&tracer->program, &tracer->listing, err);
}

/** Whether the run passes instruction @p index. */
static bool passes(struct tracer *tracer, uint32_t index)
{
    struct sock_filter *insn = &tracer->program.insns[index], kept = *insn;
    *insn = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, ~tracer->answer);
    uint32_t answer = scc_program_sim(&tracer->program, &tracer->call).return_value;
    *insn = kept;
    return answer != tracer->answer;
}

static void load(struct tracer *tracer, const struct sock_filter *insn, bool *into)
{
    if (BPF_MODE(insn->code) == BPF_ABS)
        *into = tracer->unknown_words >> insn->k / 4 & 1;
    else if (BPF_MODE(insn->code) == BPF_MEM)
        *into = tracer->scratch[insn->k];
    else
        *into = false;
}

/** Where the run goes behind a computation; NO_BRANCH where it ends or cannot be followed. */
static uint32_t compute(struct tracer *tracer, const struct sock_filter *insn, uint32_t at)
{
    bool reads_x = BPF_SRC(insn->code) == BPF_X && BPF_OP(insn->code) != BPF_NEG;
    bool may_end = reads_x && BPF_OP(insn->code) == BPF_DIV; /* by 0: the answer is 0 */
    if (may_end && tracer->x)
        return NO_BRANCH;
    tracer->a |= reads_x && tracer->x;
    if (!may_end || passes(tracer, at + 1))
        return at + 1;
    tracer->is_certain = true;
    return NO_BRANCH;
}

/** Where the run goes behind a jump. */
static uint32_t jump(struct tracer *tracer, const struct sock_filter *insn, uint32_t at,
                     struct scc_path_step *step)
{
    if (BPF_OP(insn->code) == BPF_JA)
        return at + 1 + insn->k;
    uint32_t taken = at + 1 + insn->jt, passed = at + 1 + insn->jf;
    step->is_conditional = true;
    step->taken = SCC_HOLDS_DEPENDS; /* unless a way is found */
    if (taken != passed && (tracer->a || (BPF_SRC(insn->code) == BPF_X && tracer->x)))
        return NO_BRANCH;
    /* The nearer target: the run can pass the farther one later, whichever way it goes here. */
    bool is_nearer = passes(tracer, taken < passed ? taken : passed);
    return is_nearer == (taken < passed) ? taken : passed;
}

/** Follows one instruction; the next one's index, or NO_BRANCH. */
static uint32_t follow(struct tracer *tracer, uint32_t at, struct scc_path_step *step)
{
    const struct sock_filter *insn = &tracer->program.insns[at];
    switch (BPF_CLASS(insn->code)) {
    case BPF_LD:
        load(tracer, insn, &tracer->a);
        break;
    case BPF_LDX:
        load(tracer, insn, &tracer->x);
        break;
    case BPF_ST:
        tracer->scratch[insn->k] = tracer->a;
        break;
    case BPF_STX:
        tracer->scratch[insn->k] = tracer->x;
        break;
    case BPF_ALU:
        return compute(tracer, insn, at);
    case BPF_JMP:
        return jump(tracer, insn, at, step);
    case BPF_RET:
        tracer->is_certain = BPF_RVAL(insn->code) != BPF_A || !tracer->a;
        return NO_BRANCH;
    default: /* BPF_MISC */
        if (BPF_MISCOP(insn->code) == BPF_TAX)
            tracer->x = tracer->a;
        else
            tracer->a = tracer->x;
        break;
    }
    return at + 1;
}

static const char *keep_text(struct scc_pool *pool, const char *text)
{
    return text ? scc_pool_copy(pool, text, strlen(text) + 1, 1) : NULL;
}

/** Whether the run goes on at the first label of a jump, as the listing spells it. */
static enum scc_holds goes_to_label(const char *text, uint32_t next)
{
    const char *label = strstr(text, ", L");
    return label && strtoul(label + 3, NULL, 10) == next ? SCC_HOLDS_YES : SCC_HOLDS_NO;
}

static int trace(struct tracer *tracer, struct scc_pool *pool, scc_error **err)
{
    for (uint32_t at = 0; at != NO_BRANCH;) {
        const struct scc_listing_line *line = &tracer->listing.lines[at];
        struct scc_path_step step = {
            .index = at,
            .text = keep_text(pool, line->text),
            .comment = keep_text(pool, line->comment),
        };
        at = follow(tracer, at, &step);
        if (step.is_conditional && at != NO_BRANCH)
            step.taken = goes_to_label(line->text, at);
        if (pool->failed || !SCC_GROW(tracer->steps, tracer->cap, tracer->count + 1))
            return scc_error_nomem(err);
        tracer->steps[tracer->count++] = step;
    }
    return 0;
}

int scc_explain_path(struct scc_explanation *explanation, struct scc_explained *item,
                     bool *is_certain, uint32_t *return_value, scc_error **err)
{
    SCC_CLEANUP(free_tracer) struct tracer tracer = {0};
    if (start(&tracer, explanation, item, err) < 0 || trace(&tracer, &explanation->pool, err) < 0)
        return -1;
    item->path =
        scc_pool_copy(&explanation->pool, tracer.steps, tracer.count, sizeof *tracer.steps);
    if (!item->path)
        return scc_error_nomem(err);
    item->path_count = tracer.count;
    *is_certain = tracer.is_certain;
    *return_value = tracer.answer;
    return 0;
}
