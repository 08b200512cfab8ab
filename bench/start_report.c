/* SPDX-License-Identifier: Apache-2.0 */
/**
 * start-report SAMPLES [FOLDER]: prints tables of what starts.h reads from the file SAMPLES, and
 * writes containers.md, .csv, .json and .svg into FOLDER. bench/containers runs it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "util.h"
#include "write_starts.h"

enum { SAMPLES_BYTES_MAX = 256 << 20 };

typedef void write_fn(struct scc_strbuf *out, const struct start_report *report);

static const struct {
    const char *suffix;
    write_fn *write;
} formats[] = {
    {"md", start_write_markdown},
    {"csv", start_write_csv},
    {"json", start_write_json},
    {"svg", start_write_svg},
};

static int read_samples(const char *path, struct start_report *report, scc_error **err)
{
    SCC_AUTOFREE char *text = NULL;
    size_t len;
    if (scc_file_read(path, SAMPLES_BYTES_MAX, &text, &len, err) < 0)
        return -1;
    text[len] = '\0'; /* there is room for one more */
    return start_report_read(text, path, report, err);
}

static int stage(struct scc_output_set *set, const struct start_report *report, write_fn *write,
                 const char *path, scc_error **err)
{
    struct scc_strbuf text = {0};
    write(&text, report);
    size_t len = text.len;
    SCC_AUTOFREE char *bytes = scc_strbuf_steal(&text);
    return bytes ? scc_output_set_add(set, path, bytes, len, err) : scc_error_nomem(err);
}

static int stage_files(struct scc_output_set *set, const struct start_report *report,
                       const char *folder, scc_error **err)
{
    for (size_t i = 0; i < SCC_COUNT(formats); i++) {
        SCC_AUTOFREE char *path = NULL;
        if (asprintf(&path, "%s/containers.%s", folder, formats[i].suffix) < 0)
            return scc_error_nomem(err);
        if (stage(set, report, formats[i].write, path, err) < 0)
            return -1;
    }
    return 0;
}

static int write_all(const struct start_report *report, const char *folder, scc_error **err)
{
    struct scc_output_set *set = scc_output_set_new();
    int done = set ? stage(set, report, start_write_markdown, "-", err) : scc_error_nomem(err);
    if (done == 0 && folder)
        done = stage_files(set, report, folder, err);
    if (done == 0)
        done = scc_output_set_commit(set, NULL, err);
    scc_output_set_free(set);
    return done;
}

int main(int argc, char **argv)
{
    struct start_report report = {0};
    scc_error *err = NULL;
    int status = 0;
    if (argc != 2 && argc != 3) {
        fputs("usage: start-report SAMPLES [FOLDER]\n", stderr);
        return SCC_ERROR_USAGE;
    }
    if (read_samples(argv[1], &report, &err) < 0 || write_all(&report, argv[2], &err) < 0) {
        fprintf(stderr, "start-report: %s\n", scc_error_get_text(err));
        status = (int)scc_error_get_code(err);
    }
    scc_error_free(err);
    start_report_clear(&report);
    return status;
}
