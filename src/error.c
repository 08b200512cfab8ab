/* SPDX-License-Identifier: Apache-2.0 */
#include "error.h"

#include <stdbool.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "strbuf.h"
#include "util.h"

struct scc_error {
    enum scc_error_code code;
    char *file;
    unsigned line;
    unsigned column;
    char *json_path;
    char *message;
    char *text;
};

/* Stands in when there is no memory for a real one; never freed, never written. */
static scc_error out_of_memory = {
    .code = SCC_ERROR_SYSTEM,
    .message = (char *)"out of memory",
    .text = (char *)"out of memory",
};

void scc_error_free(scc_error *err)
{
    if (!err || err == &out_of_memory)
        return;
    free(err->file);
    free(err->json_path);
    free(err->message);
    free(err->text);
    free(err);
}

enum scc_error_code scc_error_get_code(const scc_error *err)
{
    return err->code;
}

const char *scc_error_get_file(const scc_error *err)
{
    return err->file;
}

unsigned scc_error_get_line(const scc_error *err)
{
    return err->line;
}

unsigned scc_error_get_column(const scc_error *err)
{
    return err->column;
}

const char *scc_error_get_json_path(const scc_error *err)
{
    return err->json_path;
}

const char *scc_error_get_message(const scc_error *err)
{
    return err->message;
}

const char *scc_error_get_text(const scc_error *err)
{
    return err->text;
}

/** Renders the text from the other fields; false without memory. */
static bool compose_text(scc_error *err)
{
    struct scc_strbuf out = {0};
    if (err->file) {
        scc_strbuf_add_escaped(&out, err->file);
        if (err->line)
            scc_strbuf_addf(&out, ":%u:%u", err->line, err->column);
        scc_strbuf_add(&out, ": ");
    }
    scc_strbuf_add_printable(&out, err->message);
    if (err->json_path && *err->json_path)
        scc_strbuf_addf(&out, " (%s)", err->json_path);
    free(err->text);
    err->text = scc_strbuf_steal(&out);
    return err->text != NULL;
}

/** Builds an error from its parts; takes @p message over, also when it is NULL (no memory). */
static scc_error *error_new(enum scc_error_code code, struct scc_place place, const char *json_path,
                            char *message)
{
    scc_error *err = calloc(1, sizeof *err);
    if (!err || !message) {
        free(message);
        free(err);
        return &out_of_memory;
    }
    err->code = code;
    err->line = place.line;
    err->column = place.column;
    err->message = message;
    bool whole = true;
    if (place.file)
        whole = (err->file = strdup(place.file)) != NULL;
    if (whole && json_path)
        whole = (err->json_path = strdup(json_path)) != NULL;
    if (!whole || !compose_text(err)) {
        scc_error_free(err);
        return &out_of_memory;
    }
    return err;
}

static char *format_message(const char *format, va_list args)
{
    struct scc_strbuf out = {0};
    scc_strbuf_addv(&out, format, args);
    return scc_strbuf_steal(&out);
}

int scc_error_set(scc_error **err, enum scc_error_code code, const char *format, ...)
{
    if (!err)
        return -1;
    va_list args;
    va_start(args, format);
    *err = error_new(code, (struct scc_place){0}, NULL, format_message(format, args));
    va_end(args);
    return -1;
}

int scc_error_at(scc_error **err, struct scc_place place, const char *json_path, const char *format,
                 ...)
{
    if (!err)
        return -1;
    va_list args;
    va_start(args, format);
    *err = error_new(SCC_ERROR_INPUT, place, json_path, format_message(format, args));
    va_end(args);
    return -1;
}

int scc_error_errno(scc_error **err, int errnum, const char *format, ...)
{
    if (!err)
        return -1;
    char reason[128];
    const char *text = strerror_r(errnum, reason, sizeof reason);
    struct scc_strbuf out = {0};
    va_list args;
    va_start(args, format);
    scc_strbuf_addv(&out, format, args);
    va_end(args);
    scc_strbuf_addf(&out, ": %s", text);
    *err = error_new(SCC_ERROR_SYSTEM, (struct scc_place){0}, NULL, scc_strbuf_steal(&out));
    return -1;
}

int scc_error_nomem(scc_error **err)
{
    if (err)
        *err = &out_of_memory;
    return -1;
}

bool scc_error_is_nomem(const scc_error *err)
{
    return err == &out_of_memory;
}

int scc_error_pass(scc_error **err, scc_error *failure)
{
    if (err)
        *err = failure;
    else
        scc_error_free(failure);
    return -1;
}

int scc_error_wrap(scc_error **err, const char *format, ...)
{
    if (!err || !*err || *err == &out_of_memory)
        return -1;
    struct scc_strbuf out = {0};
    va_list args;
    va_start(args, format);
    scc_strbuf_addv(&out, format, args);
    va_end(args);
    scc_strbuf_addf(&out, ": %s", (*err)->message);
    char *message = scc_strbuf_steal(&out);
    if (message) {
        free((*err)->message);
        (*err)->message = message;
    }
    if (!message || !compose_text(*err)) {
        scc_error_free(*err);
        *err = &out_of_memory;
    }
    return -1;
}
