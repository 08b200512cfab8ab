/* SPDX-License-Identifier: Apache-2.0 */
/** What tests share. Include after criterion. */
#ifndef SCC_TEST_SUPPORT_H
#define SCC_TEST_SUPPORT_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <seccompc/error.h>

/** Fails the test with the error's text where @p call did not answer 0. */
#define must(call, err)                                                                            \
    cr_assert_eq((call), 0, "%s: %s", #call, (err) ? scc_error_get_text(err) : "no error")

/** How often a random test goes round: SCC_TEST_ROUNDS, where that is less than usual. */
static inline unsigned test_rounds(unsigned usual)
{
    const char *rounds = getenv("SCC_TEST_ROUNDS");
    unsigned wanted = rounds ? (unsigned)atoi(rounds) : usual;
    return wanted < usual ? wanted : usual;
}

/**
 * The path of a file in the folder of test data that stands beside a developer's clone, in @p path.
 * Where there is no such folder the test is skipped, unless SCC_REQUIRE_SHARED is set: then it
 * fails.
 */
static inline const char *shared_path(const char *file, char *path, size_t size)
{
    const char *folder = getenv("SCC_SHARED"), *root = getenv("SCC_SOURCE_ROOT");
    if (folder)
        snprintf(path, size, "%s/%s", folder, file);
    else
        snprintf(path, size, "%s/../shared/%s", root ? root : ".", file);
    if (access(path, R_OK) == 0)
        return path;
    cr_assert(!getenv("SCC_REQUIRE_SHARED"), "%s is missing", path);
    cr_skip_test("%s is not here: test data for developers, not part of a clone", path);
    return NULL;
}

#endif
