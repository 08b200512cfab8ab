/* SPDX-License-Identifier: Apache-2.0 */
/** Making errors; reading them is include/seccompc/error.h. */
#ifndef SCC_ERROR_INTERNAL_H
#define SCC_ERROR_INTERNAL_H

#include <stdbool.h>

#include <seccompc/error.h>

/** A place in a file. `file` may be NULL (no file); `line` and `column` count from 1, 0 is unknown.
 */
struct scc_place {
    const char *file;
    unsigned line;
    unsigned column;
};

/**
 * Stores a new error in @p err (where that is not NULL) and returns -1, so that a caller can write
 * `return scc_error_set(…)`. When memory is short the stored error says so instead; it is never
 * lost. An error that is already in @p err is a bug of the caller.
 */
int scc_error_set(scc_error **err, enum scc_error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** As scc_error_set(), of code SCC_ERROR_INPUT, at a place; @p json_path may be NULL. */
int scc_error_at(scc_error **err, struct scc_place place, const char *json_path, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

/** An error of code SCC_ERROR_SYSTEM that ends in the text of @p errnum. */
int scc_error_errno(scc_error **err, int errnum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Memory ran out. */
int scc_error_nomem(scc_error **err);

/** Whether @p err says that memory ran out, here or in the libseccomp that was asked. */
bool scc_error_is_nomem(const scc_error *err);

/** Makes @p failure, which is taken over, the caller's error, and returns -1; frees it where @p err
 * is NULL. */
int scc_error_pass(scc_error **err, scc_error *failure);

/** Puts "context: " before the message of the error in @p err and returns -1. */
int scc_error_wrap(scc_error **err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
