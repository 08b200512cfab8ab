/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Compares what the probe was answered under a filter with what it should have been: by the
 * simulator, which runs the same program, and by the table of cases.
 *
 * Usage: judge [--table PROFILE[,PROFILE]:CAPS] PROGRAM UNFILTERED FILTERED
 *        judge --same PROGRAM PROGRAM
 *
 * UNFILTERED and FILTERED are what the probe printed without and with PROGRAM. Where the filter
 * allows a call, both answers must be the same; where it refuses one, the answer must be the
 * filter's. --table also looks the cases up: the first of the PROFILEs that a case names answers
 * (for calls of x86 first as PROFILE-x86), and CAPS (0, 1, 2) is which of three words. --same asks
 * the simulator whether two programs answer every number alike, all arguments being 0.
 *
 * Exit status: 0 all is as it should be; 1 something is not; 2 usage; 3 a file is not what it
 * should be.
 */
#include "cases.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seccompc/policy.h>
#include <seccompc/program.h>

enum {
    LINE_MAX_BYTES = 512,
    WORD_MAX_BYTES = 64,
    MISMATCHES_SHOWN = 20,
    NUMBERS_COMPARED = 1024,
};

/** One line of the probe. */
struct record {
    char label[WORD_MAX_BYTES];
    char abi[WORD_MAX_BYTES];
    uint32_t nr;
    uint64_t args[LIVE_ARG_COUNT];
    char answer[WORD_MAX_BYTES];
};

struct judge {
    scc_program *program;
    char *profiles[2];
    unsigned caps;
    unsigned calls, by_table, mismatches;
    /* Calls whose answer without a filter is not what the filter's refusal looks like. */
    unsigned told;
};

static _Noreturn __attribute__((format(printf, 1, 2))) void die(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("judge: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    exit(3);
}

static scc_program *read_program(const char *path)
{
    static char bytes[SCC_PROGRAM_MAX * SCC_INSTRUCTION_BYTES + 1];
    FILE *file = fopen(path, "rb");
    if (!file)
        die("%s: %s", path, strerror(errno));
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    scc_program *program;
    scc_error *err = NULL;
    if (scc_program_parse(bytes, len, scc_arch_find("x86_64"), &program, &err) < 0)
        die("%s: %s", path, scc_error_get_text(err));
    return program;
}

/** The next record; false at the probe's last line. */
static bool read_record(FILE *file, const char *path, struct record *record)
{
    char line[LINE_MAX_BYTES];
    do {
        if (!fgets(line, sizeof line, file))
            die("%s: the probe did not come to its end", path);
    } while (line[0] == '#');
    if (strcmp(line, "end\n") == 0)
        return false;
    unsigned long long args[LIVE_ARG_COUNT];
    if (sscanf(line, "%63[^\t]\t%63[^\t]\t%x\t%llx\t%llx\t%llx\t%llx\t%llx\t%llx\t%63s",
               record->label, record->abi, &record->nr, &args[0], &args[1], &args[2], &args[3],
               &args[4], &args[5], record->answer) != 4 + LIVE_ARG_COUNT)
        die("%s: not a line of the probe: %s", path, line);
    for (size_t i = 0; i < LIVE_ARG_COUNT; i++)
        record->args[i] = args[i];
    return true;
}

static bool is_same_call(const struct record *one, const struct record *other)
{
    return strcmp(one->label, other->label) == 0 && strcmp(one->abi, other->abi) == 0 &&
           one->nr == other->nr && memcmp(one->args, other->args, sizeof one->args) == 0;
}

static bool is_x86(const struct record *record)
{
    return strcmp(record->abi, "x86") == 0;
}

static uint32_t simulate(const struct judge *judge, const struct record *record, uint64_t mask)
{
    struct scc_call call = {
        .audit = is_x86(record) ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64,
        .nr = record->nr,
    };
    for (size_t i = 0; i < LIVE_ARG_COUNT; i++)
        call.args[i] = record->args[i] & mask;
    return scc_program_sim(judge->program, &call).return_value;
}

/**
 * Kernels make two calls past every filter: uretprobe (since 6.14) and uprobe (since 6.18), which
 * they plant into programs themselves. kernel/seccomp.c, seccomp_uprobe_exception(): the native
 * architecture's numbers alone.
 */
static bool may_pass_every_filter(const struct record *record)
{
    return !is_x86(record) && (record->nr == 335 || record->nr == 336);
}

/** A return value as the table has it: "allow", "kill" or an errno's name. */
static const char *get_word(uint32_t return_value)
{
    const char *name;
    switch (return_value & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
        return "allow";
    case SECCOMP_RET_KILL_PROCESS:
    case SECCOMP_RET_KILL_THREAD:
        return "kill";
    case SECCOMP_RET_ERRNO:
        name = strerrorname_np((int)(return_value & SECCOMP_RET_DATA));
        return name ? name : "an errno without a name";
    default:
        return "an action that this test does not know";
    }
}

/** What the probe prints where the filter answers @p word. */
static const char *get_expected(const char *word, const struct record *unfiltered)
{
    if (strcmp(word, "allow") == 0)
        return unfiltered->answer;
    return strcmp(word, "kill") == 0 ? "SIGSYS" : word;
}

static void expect(struct judge *judge, const char *who, const char *word,
                   const struct record *unfiltered, const struct record *filtered)
{
    const char *expected = get_expected(word, unfiltered);
    if (strcmp(expected, filtered->answer) == 0)
        return;
    if (judge->mismatches++ >= MISMATCHES_SHOWN)
        return;
    printf("judge: %s, %s %#x(", filtered->label, filtered->abi, filtered->nr);
    for (size_t i = 0; i < LIVE_ARG_COUNT; i++)
        printf("%s%#llx", i ? ", " : "", (unsigned long long)filtered->args[i]);
    printf("): the %s says %s, expected %s; got %s, and %s without a filter\n", who, word, expected,
           filtered->answer, unfiltered->answer);
}

/**
 * The word of @p profile in a case's answers, in @p word; false where there is none. Of words for
 * several capability sets, the one at @p caps.
 */
static bool find_word(const char *answers, const char *profile, unsigned caps, char *word)
{
    size_t len = strlen(profile);
    const char *at = answers;
    while (strncmp(at, profile, len) != 0 || at[len] != ':') {
        at = strchr(at, ' ');
        if (!at)
            return false;
        at++;
    }
    at += len + 1;
    for (; caps > 0; caps--) {
        size_t word_len = strcspn(at, ", ");
        /* One word stands for all. */
        if (at[word_len] != ',')
            break;
        at += word_len + 1;
    }
    snprintf(word, WORD_MAX_BYTES, "%.*s", (int)strcspn(at, ", "), at);
    return true;
}

/** As find_word(); of a call of x86 first the word for that architecture alone. */
static bool find_word_for(const struct record *record, const char *answers, const char *profile,
                          unsigned caps, char *word)
{
    char own[WORD_MAX_BYTES];
    snprintf(own, sizeof own, "%s-x86", profile);
    return (is_x86(record) && find_word(answers, own, caps, word)) ||
           find_word(answers, profile, caps, word);
}

static const struct live_case *find_case(const struct record *record)
{
    for (size_t i = 0; i < live_case_count; i++) {
        const struct live_case *row = &live_cases[i];
        uint32_t nr = is_x86(record) ? row->nr_x86 : row->nr_x86_64;
        if (nr == record->nr && nr != LIVE_NONE && strcmp(row->label, record->label) == 0)
            return row;
    }
    return NULL;
}

static void expect_by_table(struct judge *judge, const struct record *unfiltered,
                            const struct record *filtered)
{
    const struct live_case *row = find_case(filtered);
    if (!row)
        return;
    char word[WORD_MAX_BYTES];
    for (size_t i = 0; i < 2 && judge->profiles[i]; i++) {
        if (find_word_for(filtered, row->answers, judge->profiles[i], judge->caps, word)) {
            judge->by_table++;
            expect(judge, "table", word, unfiltered, filtered);
            return;
        }
    }
}

static void judge_call(struct judge *judge, const struct record *unfiltered,
                       const struct record *filtered)
{
    if (!is_same_call(unfiltered, filtered))
        die("%s of %s was called without a filter, %s of %s with it", unfiltered->label,
            unfiltered->abi, filtered->label, filtered->abi);
    uint32_t return_value = simulate(judge, filtered, UINT64_MAX);
    const char *word = get_word(return_value);
    judge->calls++;
    if (may_pass_every_filter(filtered) && strcmp(filtered->answer, unfiltered->answer) == 0)
        return;
    expect(judge, "simulator", word, unfiltered, filtered);
    if (is_x86(filtered))
        expect(judge, "simulator, with low words alone,",
               get_word(simulate(judge, filtered, UINT32_MAX)), unfiltered, filtered);
    expect_by_table(judge, unfiltered, filtered);
    /* An allowed call could be confused with one that the default action refuses. */
    struct record none = *filtered;
    none.nr = LIVE_SKIPPED;
    if (strcmp(word, "allow") == 0)
        word = get_word(simulate(judge, &none, UINT64_MAX));
    judge->told += strcmp(get_expected(word, unfiltered), unfiltered->answer) != 0 ||
                   strcmp(word, "allow") == 0;
}

static void judge_files(struct judge *judge, const char *unfiltered_path, const char *filtered_path)
{
    FILE *files[2] = {fopen(unfiltered_path, "r"), fopen(filtered_path, "r")};
    if (!files[0] || !files[1])
        die("%s: %s", files[0] ? filtered_path : unfiltered_path, strerror(errno));
    struct record unfiltered, filtered;
    bool is_more = true;
    while (is_more) {
        is_more = read_record(files[0], unfiltered_path, &unfiltered);
        if (is_more != read_record(files[1], filtered_path, &filtered))
            die("%s and %s have different calls", unfiltered_path, filtered_path);
        if (is_more)
            judge_call(judge, &unfiltered, &filtered);
    }
    fclose(files[0]);
    fclose(files[1]);
}

/** Reads "PROFILE[,PROFILE]:CAPS", which it takes apart in place. */
static bool read_table_option(struct judge *judge, char *text)
{
    char *colon = strchr(text, ':'), *comma = strchr(text, ',');
    if (!colon || colon[1] < '0' || colon[1] > '2' || colon[2])
        return false;
    judge->caps = (unsigned)(colon[1] - '0');
    *colon = '\0';
    judge->profiles[0] = text;
    if (comma) {
        *comma = '\0';
        judge->profiles[1] = comma + 1;
    }
    return true;
}

/** Prints the first difference of two programs; the exit status. */
static int compare_programs(const char *one_path, const char *other_path)
{
    /* No program of these tests knows the third. */
    static const uint32_t audits[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64};
    /* The lowest numbers, those of x32, and the highest. */
    static const uint32_t starts[] = {0, LIVE_X32, UINT32_MAX - NUMBERS_COMPARED + 1};
    scc_program *one = read_program(one_path), *other = read_program(other_path);
    int status = 0;
    for (size_t i = 0; i < NUMBERS_COMPARED * 9 && status == 0; i++) {
        struct scc_call call = {
            .audit = audits[i % 3],
            .nr = starts[i / 3 % 3] + (uint32_t)(i / 9),
        };
        uint32_t answers[2] = {scc_program_sim(one, &call).return_value,
                               scc_program_sim(other, &call).return_value};
        status = answers[0] != answers[1];
        if (status)
            printf("judge: nr %#x of audit arch %#x: %#x by %s, %#x by %s\n", call.nr, call.audit,
                   answers[0], one_path, answers[1], other_path);
    }
    scc_program_free(one);
    scc_program_free(other);
    return status;
}

int main(int argc, char **argv)
{
    struct judge judge = {0};
    if (argc == 4 && strcmp(argv[1], "--same") == 0)
        return compare_programs(argv[2], argv[3]);
    bool has_table = argc == 6 && strcmp(argv[1], "--table") == 0;
    if (argc != (has_table ? 6 : 4) || (has_table && !read_table_option(&judge, argv[2]))) {
        fputs("Usage: judge [--table PROFILE[,PROFILE]:CAPS] PROGRAM UNFILTERED FILTERED\n"
              "       judge --same PROGRAM PROGRAM\n",
              stderr);
        return 2;
    }
    char **files = argv + argc - 3;
    judge.program = read_program(files[0]);
    judge_files(&judge, files[1], files[2]);
    scc_program_free(judge.program);
    printf("judge: %u calls, %u of them by the table too, %u told from the kernel's own answer, "
           "%u wrong\n",
           judge.calls, judge.by_table, judge.told, judge.mismatches);
    if (judge.told * 3 < judge.calls)
        puts("judge: most answers would be the same with any filter: this shows nothing");
    if (has_table && judge.by_table == 0)
        puts("judge: the table has no case for these calls");
    return judge.mismatches == 0 && judge.calls > 0 && judge.told * 3 >= judge.calls &&
                   (!has_table || judge.by_table > 0)
               ? 0
               : 1;
}
