/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <seccompc/seccompc.h>

#include "policy.h"
#include "profile.h"
#include "program.h"
#include "strbuf.h"
#include "support.h"
#include "util.h"
#include "work.h"

Test(work, counts_in_the_whole_too)
{
    struct scc_work whole = {.limit = 10};
    struct scc_work part = {.limit = 6, .whole = &whole}, other = {.limit = 6, .whole = &whole};
    cr_assert(scc_work_take(&part, 6));
    cr_assert(scc_work_take(&other, 4));
    cr_assert(!scc_work_is_over(&other));
    cr_assert(!scc_work_take(&other, 1), "the part has room, the whole has none");
    cr_assert(scc_work_is_over(&part), "so it is over for every part");
}

Test(work, without_bound)
{
    cr_assert(scc_work_take(NULL, UINT64_MAX));
    cr_assert(!scc_work_is_over(NULL));
    cr_assert_eq(scc_work_check(NULL, NULL), 0);
}

Test(work, says_the_bound)
{
    struct scc_work work = {.limit = 3};
    scc_error *err = NULL;
    scc_work_take(&work, 4);
    cr_assert_eq(scc_work_check(&work, &err), -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert(strstr(scc_error_get_message(err), "too large: this takes more than 3 steps"));
    scc_error_free(err);
}

/** Rules of five masks of one bit each on one call. */
static scc_profile *make_masks(unsigned rules)
{
    struct scc_strbuf text = {0};
    uint32_t roll = 1;
    scc_strbuf_add(&text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
    for (unsigned i = 0; i < rules; i++) {
        scc_strbuf_addf(&text, "%s{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[",
                        i ? "," : "");
        for (unsigned arg = 0; arg < 5; arg++) {
            roll = roll * 1664525 + 1013904223;
            unsigned bit = 1u << (roll >> 27);
            scc_strbuf_addf(&text,
                            "%s{\"index\":%u,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":%u,"
                            "\"valueTwo\":%u}",
                            arg ? "," : "", arg, bit, roll & 1024 ? bit : 0);
        }
        scc_strbuf_add(&text, "]}");
    }
    scc_strbuf_add(&text, "]}");
    size_t len = text.len;
    char *owned = scc_strbuf_steal(&text);
    scc_profile *profile = NULL;
    scc_error *err = NULL;
    must(scc_profile_parse(owned, len, "masks", &profile, NULL, &err), err);
    free(owned);
    return profile;
}

static int compile(const scc_profile *profile, scc_program **program, scc_error **err)
{
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    int done = scc_target_new(scc_arch_find("amd64"), 0, 6, 18, &target, err);
    if (done == 0)
        done = scc_policy_select(profile, target, NULL, &policy, NULL, err);
    if (done == 0)
        done = scc_policy_compile(policy, NULL, program, err);
    scc_policy_free(policy);
    scc_target_free(target);
    return done;
}

/** The same program each time, whatever was compiled before; past the bound none at all. */
Test(work, decides_nothing_but_whether)
{
    scc_profile *profile = make_masks(8);
    scc_program *first = NULL, *next = NULL;
    scc_error *err = NULL;
    must(compile(profile, &first, &err), err);
    must(scc_profile_bound_work(profile, &err), err);
    unsigned compiled = 0;
    while (compile(profile, &next, &err) == 0) {
        size_t count = scc_program_count(first);
        cr_assert_eq(scc_program_count(next), count);
        cr_assert_eq(memcmp(first->insns, next->insns, count * sizeof *next->insns), 0);
        scc_program_free(next);
        compiled++;
    }
    cr_assert(compiled >= 1 && compiled < 16, "%u", compiled);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert(strstr(scc_error_get_message(err), "too large"));
    scc_error_free(err);
    scc_program_free(first);
    scc_profile_free(profile);
}

/** Rules on one call, each of another value. */
static char *make_values(unsigned rules, size_t *len)
{
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
    for (unsigned i = 0; i < rules; i++)
        scc_strbuf_addf(&text,
                        "%s\n{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{"
                        "\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":%u}]}",
                        i ? "," : "", 3 * i);
    scc_strbuf_add(&text, "]}");
    *len = text.len;
    return scc_strbuf_steal(&text);
}

Test(work, rules_of_one_call_are_bounded)
{
    size_t len;
    char *text = make_values(SCC_POLICY_CALL_RULES_MAX + 1, &len);
    scc_profile *profile = NULL;
    scc_program *program = NULL;
    scc_error *err = NULL;
    must(scc_profile_parse(text, len, "values", &profile, NULL, &err), err);
    cr_assert_eq(compile(profile, &program, &err), -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert_eq(scc_error_get_line(err), SCC_POLICY_CALL_RULES_MAX + 2,
                 "the first that is too many");
    cr_assert(strstr(scc_error_get_message(err),
                     "too large: socket has 32769 different rules with comparisons on x86_64"));
    scc_error_free(err);
    scc_profile_free(profile);
    free(text);
}

/** An entry for each rule, which all names multiply. */
static char *make_many(size_t *len)
{
    static const char *const names[] = {"read",   "write", "close", "stat",   "fstat",
                                        "lstat",  "poll",  "lseek", "mmap",   "mprotect",
                                        "munmap", "brk",   "ioctl", "pread64"};
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
    for (unsigned i = 0; i <= SCC_POLICY_RULES_MAX / SCC_COUNT(names); i++) {
        scc_strbuf_add(&text, i ? ",\n{\"names\":[" : "\n{\"names\":[");
        for (size_t j = 0; j < SCC_COUNT(names); j++)
            scc_strbuf_addf(&text, "%s\"%s\"", j ? "," : "", names[j]);
        scc_strbuf_addf(&text,
                        "],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,"
                        "\"op\":\"SCMP_CMP_EQ\",\"value\":%u}]}",
                        i);
    }
    scc_strbuf_add(&text, "]}");
    *len = text.len;
    return scc_strbuf_steal(&text);
}

Test(work, rules_of_all_calls_are_bounded)
{
    size_t len;
    char *text = make_many(&len);
    scc_profile *profile = NULL;
    scc_program *program = NULL;
    scc_error *err = NULL;
    must(scc_profile_parse(text, len, "many", &profile, NULL, &err), err);
    cr_assert_eq(compile(profile, &program, &err), -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert(strstr(scc_error_get_message(err), "too large: all calls together have more than "
                                                 "131072 different rules"),
              "%s", scc_error_get_message(err));
    scc_error_free(err);
    scc_profile_free(profile);
    free(text);
}

Test(work, a_program_that_is_too_long_is_counted)
{
    size_t len;
    char *text = make_values(20000, &len);
    scc_profile *profile = NULL;
    scc_program *program = NULL;
    scc_error *err = NULL;
    must(scc_profile_parse(text, len, "values", &profile, NULL, &err), err);
    cr_assert_eq(compile(profile, &program, &err), -1);
    cr_assert(strstr(scc_error_get_message(err), "the smallest program that was found needs "),
              "%s", scc_error_get_message(err));
    scc_error_free(err);
    scc_profile_free(profile);
    free(text);
}
