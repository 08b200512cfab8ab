/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file error.h
 * What went wrong, where, and in whose words.
 *
 * Every function of this library that can fail returns 0 on success and -1 on failure, and takes an
 * `scc_error **` as its last parameter. On failure it stores an error there, which the caller frees
 * with scc_error_free(); on success it stores nothing. Passing NULL is allowed and discards the
 * error. Parameters that receive a result are left untouched on failure unless the function says
 * otherwise, so the caller never owns half an object.
 */
#ifndef SECCOMPC_ERROR_H
#define SECCOMPC_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct scc_error scc_error;

/** Why a call failed. The values are the command's exit statuses. */
enum scc_error_code {
    /** The caller asked for something that does not exist or does not go together. */
    SCC_ERROR_USAGE = 2,
    /** The system said no: I/O, memory, the kernel. */
    SCC_ERROR_SYSTEM = 3,
    /** An input was refused, or could not be decided within bounds. */
    SCC_ERROR_INPUT = 4,
};

/** Frees @p err; NULL is allowed. */
void scc_error_free(scc_error *err);

/** The reason of @p err. */
enum scc_error_code scc_error_get_code(const scc_error *err);

/** The name of the file that was refused, or NULL. Owned by @p err. */
const char *scc_error_get_file(const scc_error *err);

/** The line of the place, from 1, or 0 where no place is known. */
unsigned scc_error_get_line(const scc_error *err);

/** The column of the place in bytes, from 1, or 0 where no place is known. */
unsigned scc_error_get_column(const scc_error *err);

/** The path of the value in its JSON document, such as `syscalls[7].args[0].value`, or NULL. */
const char *scc_error_get_json_path(const scc_error *err);

/** What is wrong and what was expected, without the place. Never NULL; owned by @p err. */
const char *scc_error_get_message(const scc_error *err);

/**
 * The whole of it on one line: `FILE:LINE:COL: message (JSON path)`, with the parts that are known.
 * Never NULL; owned by @p err. Control characters that came from an input are escaped.
 */
const char *scc_error_get_text(const scc_error *err);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
