/* SPDX-License-Identifier: Apache-2.0 */
#include "subjects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seccompc/profile.h>
#include <seccompc/target.h>

#include "fail.h"
#include "plan.h"
#include "util.h"

struct manifest_line {
    char kind[16], name[64], file[512], profile[512], caps[16], reading[16];
};

static uint64_t read_caps(const char *word)
{
    if (strcmp(word, "docker") == 0)
        return scc_target_caps_docker();
    if (strcmp(word, "all") == 0)
        return scc_target_caps_all();
    if (strcmp(word, "none") != 0)
        fail("no such capabilities: %s", word);
    return 0;
}

static struct scc_reading read_reading(const char *word)
{
    struct scc_reading reading = {.hardens = strcmp(word, "harden") == 0};
    if (strcmp(word, "runc") == 0)
        reading.enosys = SCC_ENOSYS_RUNC;
    else if (strcmp(word, "kernel") == 0)
        reading.enosys = SCC_ENOSYS_KERNEL;
    else if (strcmp(word, "plain") != 0 && !reading.hardens)
        fail("no such reading: %s", word);
    return reading;
}

static void read_policy(const struct subjects *subjects, const struct manifest_line *line,
                        struct subject *subject)
{
    scc_error *err = NULL;
    scc_target *target = NULL;
    struct scc_reading reading = read_reading(line->reading);
    need(strcmp(line->profile, "-") == 0
             ? scc_profile_builtin(&subject->profile, &err)
             : scc_profile_read(line->profile, &subject->profile, NULL, &err),
         err);
    need(scc_target_new(subjects->target, read_caps(line->caps), subjects->major, subjects->minor,
                        &target, &err),
         err);
    need(scc_policy_select(subject->profile, target, &reading, &subject->policy, NULL, &err), err);
    scc_target_free(target);
}

/** What the kernel gets; a wrong one may be no program at all. */
static void read_program(const struct subjects *subjects, const char *path, struct subject *subject)
{
    scc_error *err = NULL;
    subject->bytes = read_file(path, &subject->len_bytes);
    if (subject->len_bytes % SCC_INSTRUCTION_BYTES)
        fail("%s is no program", path);
    int result = scc_program_parse(subject->bytes, subject->len_bytes, subjects->target,
                                   &subject->program, &err);
    if (subject->kind != SUBJECT_WRONG)
        need(result, err);
    scc_error_free(err);
}

static void read_place(const char *word, struct subject *subject)
{
    subject->place = strcmp(word, "none") == 0 ? -1 : atoi(word);
    if (strlen(subject->name) != 1 || subject->name[0] - '0' >= PLAN_BLOB_COUNT)
        fail("no such blob: %s", subject->name);
}

static void read_line(struct subjects *subjects, const char *text)
{
    struct manifest_line line;
    if (sscanf(text, "%15s %63s %511s %511s %15s %15s", line.kind, line.name, line.file,
               line.profile, line.caps, line.reading) != 6 ||
        !SCC_GROW(subjects->items, subjects->cap, subjects->count + 1))
        fail("the manifest has a line that cannot be read: %s", text);
    struct subject *subject = &subjects->items[subjects->count++];
    *subject = (struct subject){.kind = strcmp(line.kind, "wrong") == 0  ? SUBJECT_WRONG
                                        : strcmp(line.kind, "blob") == 0 ? SUBJECT_BLOB
                                                                         : SUBJECT_PROGRAM};
    memcpy(subject->name, line.name, sizeof subject->name);
    read_policy(subjects, &line, subject);
    if (subject->kind == SUBJECT_BLOB)
        read_place(line.file, subject);
    else
        read_program(subjects, line.file, subject);
}

struct subjects subjects_read(const char *path, const char *target, const char *release)
{
    struct subjects subjects = {.target = scc_arch_find(target)};
    if (!subjects.target)
        fail("no such architecture: %s", target);
    if (sscanf(release, "%u.%u", &subjects.major, &subjects.minor) != 2)
        fail("no release of a kernel: %s", release);
    size_t len;
    char *text = read_file(path, &len);
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (*line)
            read_line(&subjects, line);
    }
    free(text);
    return subjects;
}

void subjects_clear(struct subjects *subjects)
{
    for (size_t i = 0; i < subjects->count; i++) {
        struct subject *subject = &subjects->items[i];
        free(subject->bytes);
        scc_program_free(subject->program);
        scc_policy_free(subject->policy);
        scc_profile_free(subject->profile);
    }
    free(subjects->items);
}
