/* SPDX-License-Identifier: Apache-2.0 */
/** Files that say how often calls are made: what is read, and every refusal. */
#include <criterion/criterion.h>

#include "frequencies.h"
#include "support.h"
#include "util.h"

/** Parses @p text as "weights"; NULL where it is refused, with the message in *err. */
static scc_frequencies *parse_bytes(const char *text, size_t len, scc_error **err)
{
    scc_frequencies *made = NULL;
    *err = NULL;
    int done = scc_frequencies_parse(text, len, "weights", &made, err);
    cr_assert_eq(done, made ? 0 : -1);
    cr_assert_eq(*err == NULL, done == 0);
    return made;
}

static scc_frequencies *parse(const char *text)
{
    scc_error *err;
    scc_frequencies *made = parse_bytes(text, strlen(text), &err);
    cr_assert_not_null(made, "%s: %s", text, err ? scc_error_get_text(err) : "");
    return made;
}

static uint64_t count_of(const scc_frequencies *frequencies, const char *name)
{
    const struct scc_syscall *call = scc_syscall_find(name);
    cr_assert_not_null(call);
    return frequencies->counts[call - scc_syscall_table];
}

Test(frequencies, names_and_counts_in_either_order)
{
    scc_frequencies *made = parse("read 10\n"
                                  "  20\twrite   \r\n"
                                  "\n"
                                  "# a comment 5\n"
                                  "read 5 # once more\n"
                                  "mount 0\n"
                                  "openat 1099511627740");
    cr_assert_eq(count_of(made, "read"), 15);
    cr_assert_eq(count_of(made, "write"), 20);
    cr_assert_eq(count_of(made, "mount"), 0);
    cr_assert_eq(count_of(made, "openat"), 1099511627740u);
    cr_assert_eq(made->sum, ((uint64_t)1 << SCC_COUNT_BITS) - 1);
    scc_frequencies_free(made);
    scc_frequencies_free(NULL);
}

Test(frequencies, shares_are_parts_of_all_calls)
{
    scc_frequencies *made = parse("read 1\nwrite 3\n");
    const uint32_t all = 1u << SCC_SHARE_BITS;
    cr_assert_eq(scc_frequencies_share(made, scc_syscall_find("read")), all / 4);
    cr_assert_eq(scc_frequencies_share(made, scc_syscall_find("write")), all / 4 * 3);
    cr_assert_eq(scc_frequencies_share(made, scc_syscall_find("mount")), 0);
    scc_frequencies_free(made);
    made = parse("1099511627775 read");
    cr_assert_eq(scc_frequencies_share(made, scc_syscall_find("read")), all);
    scc_frequencies_free(made);
}

Test(frequencies, refusals_name_the_line)
{
    static const struct {
        const char *text;
        unsigned line;
        const char *part;
    } cases[] = {
        {"read 1\nraed 2\n", 2, "\"raed 2\": no such system call"},
        {"read", 1, "expected a system call's name and a count below 2^40"},
        {"17", 1, "expected a system call's name and a count"},
        {"read write", 1, "expected a system call's name and a count"},
        {"read 1 2", 1, "expected a system call's name and a count"},
        {"\n\nread 1 write\n", 3, "expected a system call's name and a count"},
        {"read -1", 1, "expected a system call's name and a count"},
        {"read +1", 1, "expected a system call's name and a count"},
        {"read 1.5", 1, "expected a system call's name and a count"},
        {"read 0x10", 1, "expected a system call's name and a count"},
        {"read 1e3", 1, "expected a system call's name and a count"},
        {"read 1,000", 1, "expected a system call's name and a count"},
        {"read=1", 1, "expected a system call's name and a count"},
        {"read # 1", 1, "expected a system call's name and a count"},
        {"read 1099511627776", 1, "count below 2^40"},
        {"read 99999999999999999999999999", 1, "count below 2^40"},
        {"1 2", 1, "no such system call"},
        {"read 1099511627775\nwrite 1\n", 2, "the counts together are 2^40 or more"},
        {"x\x01y 1", 1, "\"x\\x01y 1\": no such system call"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1", 1,
         "no such system call"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        scc_error *err;
        cr_assert_null(parse_bytes(cases[i].text, strlen(cases[i].text), &err), "%s",
                       cases[i].text);
        cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
        cr_assert_str_eq(scc_error_get_file(err), "weights");
        cr_assert_eq(scc_error_get_line(err), cases[i].line, "%s", scc_error_get_text(err));
        cr_assert_not_null(strstr(scc_error_get_message(err), cases[i].part), "%s",
                           scc_error_get_text(err));
        scc_error_free(err);
    }
}

Test(frequencies, a_file_without_counts_is_refused)
{
    static const char *const texts[] = {"", "\n \t\n", "# read 1\n", "read 0\nwrite 0\n"};
    for (size_t i = 0; i < SCC_COUNT(texts); i++) {
        scc_error *err;
        cr_assert_null(parse_bytes(texts[i], strlen(texts[i]), &err), "%s", texts[i]);
        cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
        cr_assert_not_null(strstr(scc_error_get_text(err), "weights: no counts"), "%s",
                           scc_error_get_text(err));
        scc_error_free(err);
    }
}

/** NULs, lines without end, and long ones: read to the end and shown in part. */
Test(frequencies, hostile_bytes)
{
    scc_error *err;
    cr_assert_null(parse_bytes("read\0 1", 7, &err));
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    scc_error_free(err);
    cr_assert_null(parse_bytes("\0", 1, &err));
    scc_error_free(err);
    char text[4096];
    memset(text, 'a', sizeof text);
    cr_assert_null(parse_bytes(text, sizeof text, &err));
    cr_assert_lt(strlen(scc_error_get_text(err)), 300);
    scc_error_free(err);
}
