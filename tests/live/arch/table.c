/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The table of an architecture: what the probe of an ABI is to do, and whether the kernel's answers
 * are those of the simulator and of the profile's meaning.
 *
 * Usage: table plan TARGET RELEASE MANIFEST ABI >PLAN
 *        table judge TARGET RELEASE MANIFEST ABI LOG NAME      what probe NAME told in LOG
 *
 * `judge` ends with a line "counts" (see print_counts()). Exit status: 0 all is as it should be; 1
 * something is not; 2 usage; 3 something cannot be read, and is then not shown; 77 the kernel does
 * not run this ABI.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seccompc/load.h>

#include "action.h"
#include "fail.h"
#include "jobs.h"
#include "program.h"
#include "shown.h"
#include "told.h"
#include "util.h"

enum {
    SHOWN_MAX = 20, /* differences */
    EXCEPTIONS_MAX = 4,
};

struct counts {
    unsigned programs, blobs, words, answers, told, differences;
    unsigned wrong, wrong_caught;
    unsigned explained[EXCEPTIONS_MAX]; /* by shown_exception_at() */
};

struct judge {
    const struct subjects *subjects;
    const struct call_lists *lists;
    const struct jobs *jobs;
    const struct told *told;
    struct counts counts;
};

void fail(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("table: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    exit(3);
}

void need(int result, const scc_error *err)
{
    if (result < 0)
        fail("%s", scc_error_get_text(err));
}

char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t cap = 0;
    *len = 0;
    for (size_t got = 1; file && got > 0; *len += got) {
        if (!SCC_GROW(text, cap, *len + 65536))
            fail("no memory");
        got = fread(text + *len, 1, 65535, file);
    }
    if (!file || ferror(file))
        fail("%s: %s", path, strerror(errno));
    fclose(file);
    text[*len] = '\0';
    return text;
}

/* Judging */

static void say_difference(struct judge *judge, const struct job *job, const char *what,
                           const struct plan_call *call, unsigned expected, unsigned found)
{
    if (judge->counts.differences++ >= SHOWN_MAX)
        return;
    printf("  %s, %s: nr %#x(", judge->lists->arch->name,
           job->subject ? job->subject->name : "no filter", call->nr);
    for (unsigned arg = 0; arg < PLAN_ARG_COUNT; arg++)
        printf("%s%#llx", arg ? ", " : "", (unsigned long long)call->args[arg]);
    printf(") is answered %#x; %s: %#x\n", found, what, expected);
}

static const struct told_job *get_told(const struct judge *judge, const struct job *job)
{
    return &judge->told->jobs[job - judge->jobs->items];
}

/** What was answered to the calls of the job's list without a program. */
static const uint16_t *get_answers(const struct judge *judge, enum job_purpose purpose,
                                   const struct job *job)
{
    return judge->told->jobs[jobs_find(judge->jobs, purpose, job->plan.list)].answers;
}

/** The place of an exception among all of them. */
static unsigned get_place(const struct shown_exception *exception)
{
    unsigned place = 0;
    while (shown_exception_at(place) != exception)
        place++;
    return place;
}

/** Each call that the kernel answers itself must be known for that. */
static void judge_seen(struct judge *judge, const struct job *job)
{
    const struct calls *list = &judge->lists->lists[job->plan.list];
    for (size_t i = 0; i < list->count; i++) {
        uint16_t answer = get_told(judge, job)->answers[i];
        if (answer == PLAN_ALLOWED)
            continue;
        const struct shown_exception *exception = shown_exception_find(
            judge->lists->arch, list->items[i].nr, judge->subjects->major, judge->subjects->minor);
        if (exception)
            judge->counts.explained[get_place(exception)] += job->plan.list < CALL_LIST_COUNT;
        else
            say_difference(judge, job, "a filter should have seen it", &list->items[i],
                           PLAN_ALLOWED, answer);
    }
}

/** What a program or policy answers; false where that hangs on bits that nobody defines. */
static bool ask(const struct subject *subject, bool asks_program, struct scc_call call,
                uint8_t loose, uint16_t *answer)
{
    uint16_t answers[2];
    for (unsigned round = 0; round < 2; round++) {
        answers[round] =
            answer_of(asks_program ? scc_program_sim(subject->program, &call).return_value
                                   : scc_policy_answer(subject->policy, &call));
        for (unsigned arg = 0; arg < PLAN_ARG_COUNT; arg++)
            call.args[arg] |= loose >> arg & 1 ? 0xffffffff00000000u : 0;
    }
    *answer = answers[0];
    return answers[0] == answers[1];
}

/** What the filter of @p job must answer to @p made; differences of the two ways are told. */
static uint16_t expect(struct judge *judge, const struct job *job, const struct plan_call *made)
{
    uint8_t loose;
    uint16_t by_policy, by_program;
    if (!job->subject)
        fail("nothing is expected of a job without a program");
    struct scc_call call = shown_call(judge->lists->kernel, judge->lists->arch, made, &loose);
    if (!ask(job->subject, false, call, loose, &by_policy))
        say_difference(judge, job, "its meaning hangs on undefined bits", made, 0, 0);
    if (job->subject->kind == SUBJECT_PROGRAM &&
        (!ask(job->subject, true, call, loose, &by_program) || by_program != by_policy))
        say_difference(judge, job, "the simulator and the profile disagree", made, by_policy,
                       by_program);
    return by_policy;
}

static void judge_subject(struct judge *judge, const struct job *job)
{
    const struct calls *list = &judge->lists->lists[job->plan.list];
    const struct told_job *told = get_told(judge, job);
    const uint16_t *seen = get_answers(judge, JOB_SEEN, job);
    for (size_t i = 0; i < list->count; i++) {
        struct plan_call call = list->items[i];
        if (seen[i] != PLAN_ALLOWED) {
            if (told->answers[i] != seen[i])
                say_difference(judge, job, "the kernel's own answer", &call, seen[i],
                               told->answers[i]);
            continue;
        }
        if (job->purpose == JOB_SKIPPED)
            call.nr = shown_skipped(judge->lists->arch, call.nr);
        uint16_t expected = expect(judge, job, &call);
        judge->counts.answers++;
        judge->counts.told++;
        if (told->answers[i] != expected)
            say_difference(judge, job, "expected", &call, expected, told->answers[i]);
    }
}

/** A program alone: where it allows a call, the kernel answers as without it. */
static void judge_alone(struct judge *judge, const struct job *job)
{
    const struct calls *list = &judge->lists->lists[job->plan.list];
    const struct told_job *told = get_told(judge, job);
    const uint16_t *seen = get_answers(judge, JOB_SEEN, job);
    const uint16_t *unfiltered = get_answers(judge, JOB_UNFILTERED, job);
    for (size_t i = 0; i < list->count; i++) {
        uint16_t expected = unfiltered[i];
        if (seen[i] == PLAN_ALLOWED) {
            uint16_t answer = expect(judge, job, &list->items[i]);
            expected = answer == PLAN_ALLOWED ? unfiltered[i] : answer;
            judge->counts.answers++;
            judge->counts.told += answer != PLAN_ALLOWED && answer != unfiltered[i];
        }
        if (told->answers[i] != expected)
            say_difference(judge, job, "expected of the program alone", &list->items[i], expected,
                           told->answers[i]);
    }
}

/**
 * A program that is wrong must be found out by its answers; one that is none here must be refused,
 * and only that one: a kernel that took no filter at all would refuse the others as well.
 */
static void judge_wrong(struct judge *judge, const struct job *job)
{
    const struct calls *list = &judge->lists->lists[job->plan.list];
    const struct told_job *told = get_told(judge, job);
    const uint16_t *seen = get_answers(judge, JOB_SEEN, job);
    unsigned differences = 0;
    uint8_t loose;
    uint16_t answer;
    for (size_t i = 0; i < told->count; i++) {
        if (seen[i] != PLAN_ALLOWED)
            continue;
        struct scc_call call =
            shown_call(judge->lists->kernel, judge->lists->arch, &list->items[i], &loose);
        ask(job->subject, false, call, loose, &answer);
        differences += told->answers[i] != answer;
    }
    judge->counts.wrong++;
    if (told->code == PLAN_REFUSED)
        printf("  %s, %s: refused by the kernel: %s\n", judge->lists->arch->name,
               job->subject->name, strerror((int)told->os_error));
    else
        printf("  %s, %s: found out by %u of %zu answers\n", judge->lists->arch->name,
               job->subject->name, differences, told->count);
    if (job->subject->program)
        judge->counts.wrong_caught += differences > 0;
    else
        judge->counts.wrong_caught += told->code == PLAN_REFUSED && told->os_error == EINVAL;
}

static void judge_word(struct judge *judge, const struct job *job)
{
    const struct scc_arch *arch = judge->lists->arch;
    const struct calls *list = &judge->lists->lists[job->plan.list];
    const uint16_t *seen = get_answers(judge, JOB_SEEN, job);
    for (size_t i = 0; i < list->count; i++) {
        struct plan_call made = list->items[i];
        uint8_t loose;
        if (seen[i] != PLAN_ALLOWED)
            continue;
        if (job->plan.how & PLAN_SKIPPED)
            made.nr = shown_skipped(arch, made.nr);
        struct scc_call call = shown_call(judge->lists->kernel, arch, &made, &loose);
        uint32_t words[SCC_WORD_COUNT] = {[SCC_WORD_NR] = call.nr, [SCC_WORD_ARCH] = call.audit};
        for (unsigned arg = 0; arg < PLAN_ARG_COUNT; arg++) {
            words[scc_word_low(arg, arch->is_big_endian)] = (uint32_t)call.args[arg];
            words[scc_word_high(arg, arch->is_big_endian)] = (uint32_t)(call.args[arg] >> 32);
            if (loose >> arg & 1 && job->word == scc_word_high(arg, arch->is_big_endian))
                return;
        }
        uint16_t expected = words[job->word] >> job->shift & 0xfff;
        uint16_t found = get_told(judge, job)->answers[i];
        judge->counts.words++;
        if (found != expected) {
            char what[64];
            snprintf(what, sizeof what, "word %u of seccomp_data from bit %u%s", job->word,
                     job->shift, job->plan.how & PLAN_SKIPPED ? ", skipped" : "");
            say_difference(judge, job, what, &made, expected, found);
        }
    }
}

/** Whether the filter of a job that is not about a wrong program is on, as it should be. */
static bool is_set(struct judge *judge, const struct job *job)
{
    const struct told_job *told = get_told(judge, job);
    const struct subject *subject = job->subject;
    unsigned code = PLAN_SET;
    if (subject && subject->kind == SUBJECT_BLOB && subject->place < 0)
        code = SCC_LOAD_NO_ARCH;
    bool is_place_right = !subject || subject->kind != SUBJECT_BLOB || code != PLAN_SET ||
                          told->place == (unsigned)subject->place;
    if (told->code != code || !is_place_right) {
        judge->counts.differences++;
        printf("  %s, %s: the filter was set with code %u (%s), errno %u, entry %u\n",
               judge->lists->arch->name, subject ? subject->name : "no filter", told->code,
               scc_load_text((int)told->code), told->os_error, told->place);
        return false;
    }
    judge->counts.blobs += subject && subject->kind == SUBJECT_BLOB;
    judge->counts.programs +=
        subject && job->purpose == JOB_SUBJECT && subject->kind == SUBJECT_PROGRAM;
    return code == PLAN_SET;
}

static void judge_job(struct judge *judge, const struct job *job)
{
    if (job->subject && job->subject->kind == SUBJECT_WRONG) {
        judge_wrong(judge, job);
        return;
    }
    if (!is_set(judge, job))
        return;
    switch (job->purpose) {
    case JOB_SEEN:
        judge_seen(judge, job);
        break;
    case JOB_UNFILTERED:
        break;
    case JOB_WORD:
        judge_word(judge, job);
        break;
    case JOB_ALONE:
        judge_alone(judge, job);
        break;
    case JOB_SUBJECT:
    case JOB_SKIPPED:
        judge_subject(judge, job);
        break;
    }
}

/** The loader must take this machine for what it is. */
static void judge_host(struct judge *judge)
{
    const struct scc_arch *arch = judge->lists->arch, *kernel = judge->lists->kernel;
    const unsigned *host = judge->told->host;
    if (host[0] == kernel->token && host[1] == arch->token && host[2] == judge->subjects->major &&
        host[3] == judge->subjects->minor)
        return;
    judge->counts.differences++;
    printf("  %s: the loader takes this for %#x, itself for %#x, the kernel for %u.%u\n",
           arch->name, host[0], host[1], host[2], host[3]);
}

/** The line for records: what its words are the script beside this file says. */
static void print_counts(const struct judge *judge)
{
    const struct counts *counts = &judge->counts;
    const struct call_lists *lists = judge->lists;
    unsigned explained = 0;
    for (size_t i = 0; i < SCC_COUNT(counts->explained); i++)
        explained += counts->explained[i];
    printf("counts %s %s %u %u %u %u %u %u %u %u %u %u %u %u\n", lists->arch->name,
           judge->told->release, counts->programs, counts->blobs,
           calls_count_names(&lists->lists[CALLS_SHOWN], lists->arch),
           calls_count_names(&lists->lists[CALLS_MADE], lists->arch), lists->left_out,
           (unsigned)lists->lists[CALLS_SHOWN].count, counts->answers, counts->words, explained,
           counts->wrong, counts->wrong_caught, counts->differences);
}

static int print_verdict(const struct judge *judge)
{
    const struct counts *counts = &judge->counts;
    printf("%s on %s: %u programs, %u blobs, %u answers compared (%u told from the kernel's own), "
           "%u pieces of words, %u differences; %u of %u wrong programs found out\n",
           judge->lists->arch->name, judge->told->release, counts->programs, counts->blobs,
           counts->answers, counts->told, counts->words, counts->differences, counts->wrong_caught,
           counts->wrong);
    for (unsigned i = 0; shown_exception_at(i); i++) {
        if (counts->explained[i])
            printf("  explained: %u calls, %s: %s\n", counts->explained[i],
                   shown_exception_at(i)->name, shown_exception_at(i)->reason);
    }
    call_lists_print_left_out(judge->lists->arch);
    print_counts(judge);
    return counts->differences > 0 || counts->programs == 0 || counts->wrong == 0 ||
           counts->wrong_caught < counts->wrong;
}

static int judge_log(const struct subjects *subjects, const struct call_lists *lists,
                     const struct jobs *jobs, const char *log, const char *name)
{
    struct told told = told_read(log, name, jobs->count);
    if (told.exec_error && told.exec_error != ENOEXEC)
        fail("%s: probe %s is not started: %s", log, name, strerror(told.exec_error));
    if (told.exec_error) {
        printf("%s: this kernel does not run it: %s\n", lists->arch->name,
               strerror(told.exec_error));
        told_clear(&told);
        return 77;
    }
    struct judge judge = {.subjects = subjects, .lists = lists, .jobs = jobs, .told = &told};
    judge_host(&judge);
    for (size_t i = 0; i < jobs->count; i++) {
        const struct job *job = &jobs->items[i];
        size_t count = told.jobs[i].code == PLAN_SET ? lists->lists[job->plan.list].count : 0;
        if (told.jobs[i].count != count)
            fail("%s: %zu answers in job %zu, expected %zu", log, told.jobs[i].count, i, count);
    }
    for (size_t i = 0; i < jobs->count; i++)
        judge_job(&judge, &jobs->items[i]);
    told_clear(&told);
    judge.told = &told;
    return print_verdict(&judge);
}

int main(int argc, char **argv)
{
    bool is_plan = argc == 6 && strcmp(argv[1], "plan") == 0;
    if (!is_plan && !(argc == 8 && strcmp(argv[1], "judge") == 0)) {
        fputs("Usage: table plan TARGET RELEASE MANIFEST ABI >PLAN\n"
              "       table judge TARGET RELEASE MANIFEST ABI LOG NAME\n",
              stderr);
        return 2;
    }
    struct subjects subjects = subjects_read(argv[4], argv[2], argv[3]);
    const struct scc_arch *arch = scc_arch_find(argv[5]);
    if (!arch)
        fail("no such architecture: %s", argv[5]);
    struct call_lists lists = call_lists_make(arch, &subjects);
    struct jobs jobs = jobs_make(&subjects, &lists);
    int status = 0;
    if (is_plan)
        jobs_write(stdout, &jobs, &subjects, &lists);
    else
        status = judge_log(&subjects, &lists, &jobs, argv[6], argv[7]);
    jobs_clear(&jobs);
    call_lists_clear(&lists);
    subjects_clear(&subjects);
    if (is_plan && (fflush(stdout) != 0 || ferror(stdout)))
        fail("the plan cannot be written");
    return status;
}
