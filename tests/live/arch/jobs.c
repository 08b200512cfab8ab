/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "fail.h"
#include "program.h"
#include "util.h"

enum {
    WORD_PROGRAM_LENGTH = 5,
    PIECE_BITS = 12,
    PIECES = 3, /* of a word */
};

uint16_t answer_of(uint32_t return_value)
{
    switch (scc_action_of(return_value)) {
    case SCC_ACTION_KILL_PROCESS:
    case SCC_ACTION_KILL_THREAD:
    case SCC_ACTION_TRAP:
        return PLAN_KILLED;
    case SCC_ACTION_ERRNO:
        return (uint16_t)(return_value & SECCOMP_RET_DATA);
    default:
        return PLAN_ALLOWED;
    }
}

static struct job *add(struct jobs *jobs, enum job_purpose purpose, uint32_t program, uint32_t list,
                       uint32_t how)
{
    if (!SCC_GROW(jobs->items, jobs->cap, jobs->count + 1))
        fail("no memory");
    struct job *job = &jobs->items[jobs->count++];
    *job = (struct job){.purpose = purpose, .plan = {.program = program, .list = list, .how = how}};
    return job;
}

static void add_subject(struct jobs *jobs, const struct subject *subject, uint32_t program,
                        const struct call_choice *choice)
{
    uint32_t how = PLAN_NEUTRAL;
    if (subject->kind == SUBJECT_BLOB) {
        program = (uint32_t)(subject->name[0] - '0');
        how |= PLAN_BLOB;
    }
    add(jobs, JOB_SUBJECT, program, choice->shown, how)->subject = subject;
    if (subject->kind != SUBJECT_PROGRAM)
        return;
    add(jobs, JOB_ALONE, program, choice->made, 0)->subject = subject;
    add(jobs, JOB_SKIPPED, program, CALLS_WORDS, PLAN_NEUTRAL | PLAN_SKIPPED)->subject = subject;
}

/** Programs that show a word, behind those of the subjects: three for each. */
static void add_words(struct jobs *jobs, uint32_t program)
{
    for (unsigned word = 0; word < SCC_WORD_COUNT; word++) {
        for (unsigned piece = 0; piece < PIECES; piece++, program++) {
            bool is_ip = word == SCC_WORD_IP || word == SCC_WORD_IP + 1;
            for (uint32_t how = 0; !is_ip && how <= PLAN_SKIPPED; how += PLAN_SKIPPED) {
                struct job *job = add(jobs, JOB_WORD, program, CALLS_WORDS, how);
                job->word = word;
                job->shift = piece * PIECE_BITS;
            }
        }
    }
}

struct jobs jobs_make(const struct subjects *subjects, const struct call_lists *lists)
{
    struct jobs jobs = {0};
    for (uint32_t list = 0; list < lists->count; list++)
        add(&jobs, JOB_SEEN, PLAN_NO_PROGRAM, list, PLAN_NEUTRAL);
    for (size_t i = 0; i < subjects->count; i++) {
        uint32_t made = lists->choices[i].made;
        if (jobs_find(&jobs, JOB_UNFILTERED, made) == jobs.count)
            add(&jobs, JOB_UNFILTERED, PLAN_NO_PROGRAM, made, 0);
    }
    for (size_t i = 0; i < subjects->count; i++)
        add_subject(&jobs, &subjects->items[i], (uint32_t)i, &lists->choices[i]);
    add_words(&jobs, (uint32_t)subjects->count);
    return jobs;
}

size_t jobs_find(const struct jobs *jobs, enum job_purpose purpose, uint32_t list)
{
    size_t i = 0;
    while (i < jobs->count &&
           (jobs->items[i].purpose != purpose || jobs->items[i].plan.list != list))
        i++;
    return i;
}

void jobs_clear(struct jobs *jobs)
{
    free(jobs->items);
}

struct writer {
    FILE *file;
    bool is_big_endian;
};

static void put(const struct writer *writer, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        unsigned place = writer->is_big_endian ? bytes - 1 - i : i;
        putc((int)(value >> 8 * place & 0xff), writer->file);
    }
}

static void put_count(const struct writer *writer, size_t count)
{
    put(writer, count, 4);
    put(writer, 0, 4);
}

static void put_list(const struct writer *writer, const struct calls *list)
{
    put_count(writer, list->count);
    for (size_t i = 0; i < list->count; i++) {
        for (unsigned arg = 0; arg < PLAN_ARG_COUNT; arg++)
            put(writer, list->items[i].args[arg], 8);
        put(writer, list->items[i].nr, 4);
        put(writer, 0, 4);
    }
}

/** A program that returns 12 bits of a word as an errno. */
static void put_word_program(const struct writer *writer, unsigned word, unsigned shift)
{
    const struct sock_filter insns[WORD_PROGRAM_LENGTH] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, word * 4),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, shift),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (1 << PIECE_BITS) - 1),
        BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    put_count(writer, WORD_PROGRAM_LENGTH);
    for (size_t i = 0; i < WORD_PROGRAM_LENGTH; i++) {
        put(writer, insns[i].code, 2);
        put(writer, insns[i].jt, 1);
        put(writer, insns[i].jf, 1);
        put(writer, insns[i].k, 4);
    }
}

void jobs_write(FILE *file, const struct jobs *jobs, const struct subjects *subjects,
                const struct call_lists *lists)
{
    const struct writer writer = {file, lists->arch->is_big_endian};
    put(&writer, PLAN_MAGIC, 4);
    put(&writer, lists->count, 4);
    put(&writer, subjects->count + SCC_WORD_COUNT * PIECES, 4);
    put(&writer, jobs->count, 4);
    for (size_t i = 0; i < lists->count; i++)
        put_list(&writer, &lists->lists[i]);
    for (size_t i = 0; i < subjects->count; i++) {
        const struct subject *subject = &subjects->items[i];
        put_count(&writer, subject->len_bytes / SCC_INSTRUCTION_BYTES);
        fwrite(subject->bytes, 1, subject->len_bytes, file);
    }
    for (unsigned word = 0; word < SCC_WORD_COUNT; word++) {
        for (unsigned piece = 0; piece < PIECES; piece++)
            put_word_program(&writer, word, piece * PIECE_BITS);
    }
    for (size_t i = 0; i < jobs->count; i++) {
        const struct plan_job *job = &jobs->items[i].plan;
        put(&writer, job->program, 4);
        put(&writer, job->list, 4);
        put(&writer, job->how, 4);
        put(&writer, 0, 4);
    }
}
