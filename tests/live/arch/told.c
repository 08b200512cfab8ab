/* SPDX-License-Identifier: Apache-2.0 */
#include "told.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "plan.h"

struct reader {
    struct told *told;
    const char *path, *name;
    unsigned lines;  /* read so far */
    size_t job, cap; /* the job that is being read, and room for its answers */
    bool is_over;
};

/** The words of the probe's next line in @p line, or NULL where it is not one of its lines. */
static char *open_line(struct reader *reader, char *line)
{
    char name[16];
    unsigned sequence;
    int words;
    char *begin = strstr(line, "SCC "), *end = begin ? strrchr(begin, '|') : NULL;
    if (!begin || sscanf(begin, "SCC %15s %x %n", name, &sequence, &words) != 2)
        return NULL;
    if (strcmp(name, reader->name) != 0)
        return NULL;
    if (!end || strtoul(end + 1, NULL, 16) != plan_checksum(begin + 4, (size_t)(end - begin - 4)))
        fail("%s: a damaged line: %s", reader->path, line);
    if (sequence != reader->lines++)
        fail("%s: line %u of probe %s is missing", reader->path, reader->lines - 1, name);
    *end = '\0';
    return begin + words;
}

static void add_answers(struct reader *reader, unsigned answer, unsigned count)
{
    struct told_job *job = &reader->told->jobs[reader->job];
    for (unsigned i = 0; i < count; i++) {
        if (job->count == reader->cap) {
            reader->cap = reader->cap ? 2 * reader->cap : 4096;
            job->answers = realloc(job->answers, reader->cap * sizeof *job->answers);
            if (!job->answers)
                fail("no memory");
        }
        job->answers[job->count++] = (uint16_t)answer;
    }
}

static void read_run(struct reader *reader, char *words)
{
    for (char *word; (word = strsep(&words, " ")) != NULL;) {
        unsigned answer, count = 1;
        if (sscanf(word, "%x*%x", &answer, &count) < 1 || reader->job >= reader->told->job_count)
            fail("%s: no answers: %s", reader->path, word);
        add_answers(reader, answer, count);
    }
}

static void read_words(struct reader *reader, char *words)
{
    struct told *told = reader->told;
    struct told_job *job = &told->jobs[reader->job];
    unsigned number, count;
    if (strncmp(words, "run ", 4) == 0) {
        read_run(reader, words + 4);
    } else if (sscanf(words, "done %x %x", &number, &count) == 2) {
        if (number != reader->job || count != job->count)
            fail("%s: job %u has %zu answers of %u", reader->path, number, job->count, count);
        reader->job++;
        reader->cap = 0;
    } else if (strcmp(words, "end") == 0) {
        reader->is_over = true;
    } else if (sscanf(words, "kernel %95s", told->release) != 1 &&
               sscanf(words, "host %x %x %x %x", &told->host[0], &told->host[1], &told->host[2],
                      &told->host[3]) != 4 &&
               sscanf(words, "job %x %x %x %x", &number, &job->code, &job->os_error, &job->place) !=
                   4 &&
               sscanf(words, "no %x", (unsigned *)&told->exec_error) != 1) {
        fail("%s: not a line of the probe: %s", reader->path, words);
    }
}

struct told told_read(const char *path, const char *name, size_t job_count)
{
    struct told told = {.jobs = calloc(job_count + 1, sizeof *told.jobs), .job_count = job_count};
    struct reader reader = {.told = &told, .path = path, .name = name};
    size_t len;
    char *text = read_file(path, &len), *rest = text;
    if (!told.jobs)
        fail("no memory");
    for (char *line; !told.exec_error && (line = strsep(&rest, "\n")) != NULL;) {
        char *words = open_line(&reader, line);
        if (words)
            read_words(&reader, words);
    }
    free(text);
    if (!told.exec_error && (!reader.is_over || reader.job != job_count))
        fail("%s: probe %s did not come to its end: %zu of %zu jobs, and perhaps more", path, name,
             reader.job, job_count);
    return told;
}

void told_clear(struct told *told)
{
    for (size_t i = 0; i < told->job_count; i++)
        free(told->jobs[i].answers);
    free(told->jobs);
}
