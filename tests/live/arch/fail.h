/* SPDX-License-Identifier: Apache-2.0 */
/** How the table's program ends where it cannot go on. */
#ifndef SCC_ARCH_FAIL_H
#define SCC_ARCH_FAIL_H

#include <seccompc/error.h>

/** Prints the message after the program's name and exits with status 3. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** fail() with the error's text where @p result is not 0. */
void need(int result, const scc_error *err);

/** The bytes of a file, NUL behind them; the caller frees them. */
char *read_file(const char *path, size_t *len);

#endif
