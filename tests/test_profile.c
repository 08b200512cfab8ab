/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "policies.h"
#include "util.h"

/** A text that is refused: where, at which path, and a part of what is said. */
struct refusal {
    const char *text;
    unsigned line, column;
    const char *path; /* NULL: none is known */
    const char *says;
};

static void expect_refused(const struct refusal *c)
{
    struct selected made = parse_only(c->text);
    cr_expect_null(made.profile, "%s", c->text);
    if (!made.err) {
        cr_expect_fail("no error: %s", c->text);
        selected_clear(&made);
        return;
    }
    const char *told = scc_error_get_text(made.err), *path = scc_error_get_json_path(made.err);
    cr_expect_eq(scc_error_get_code(made.err), SCC_ERROR_INPUT, "%s", told);
    cr_expect_str_eq(scc_error_get_file(made.err), "p.json");
    cr_expect(scc_error_get_line(made.err) == c->line &&
                  scc_error_get_column(made.err) == c->column,
              "expected %u:%u: %s", c->line, c->column, told);
    cr_expect(c->path ? path && strcmp(path, c->path) == 0 : !path, "expected path %s: %s",
              c->path ? c->path : "none", told);
    cr_expect_not_null(strstr(scc_error_get_message(made.err), c->says), "expected \"%s\": %s",
                       c->says, told);
    selected_clear(&made);
}

#define EXPECT_REFUSED(cases)                                                                      \
    for (size_t i = 0; i < SCC_COUNT(cases); i++)                                                  \
    expect_refused(&(cases)[i])

/* Columns are those of the value. An entry alone on its line begins in column 1. */
#define HEAD "{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [\n"
#define TAIL "\n]}"
#define ENTRY(entry) HEAD entry TAIL
/* The comparison begins in column 1 of line 3. */
#define ARGS(args) HEAD "{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': [\n" args "]}" TAIL

Test(profile, refuses_other_values_than_an_object)
{
    static const struct refusal cases[] = {
        {"[]", 1, 1, "", "an array, expected an object"},
        {"null", 1, 1, "", "seccomp is off"},
        {"\n  'x'", 2, 3, "", "a string, expected an object"},
        {"7", 1, 1, "", "a number, expected an object"},
        {"true", 1, 1, "", "a boolean, expected an object"},
    };
    EXPECT_REFUSED(cases);
}

Test(profile, refuses_what_is_no_profile_of_ours)
{
    static const struct refusal cases[] = {
        {"{}", 1, 1, "", "turns seccomp off"},
        {"\n{'archMap': null}", 2, 1, "", "neither defaultAction nor syscalls"},
        {"{'syscalls': []}", 1, 1, "", "a profile without defaultAction"},
        {"{'syscalls': null}", 1, 1, "", "a profile without defaultAction"},
        {"{'ociVersion': '1.0.2'}", 1, 1, "", "--spec"},
        {"{'linux': {'seccomp': {}}, 'process': {}}", 1, 1, "", "an OCI runtime config"},
        {"{'defaultAction': 'SCMP_ACT_NOTIFY'}", 1, 19, "defaultAction",
         "SCMP_ACT_NOTIFY as the default action"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW',\n 'archMap': [{'architecture': 'SCMP_ARCH_X86'}],\n"
         " 'architectures': ['SCMP_ARCH_X86']}",
         2, 13, "archMap", "archMap beside architectures"},
        {"{'architectures': ['SCMP_ARCH_NATIVE'], 'defaultAction': 'SCMP_ACT_ALLOW',\n"
         "'archMap': [{'architecture': 'SCMP_ARCH_X86'}]}",
         2, 12, "archMap", "archMap beside architectures"},
    };
    EXPECT_REFUSED(cases);
}

Test(profile, refuses_keys_that_stand_twice)
{
    static const struct refusal cases[] = {
        {"{'defaultAction': 'SCMP_ACT_ALLOW',\n'defaultAction': 'SCMP_ACT_ERRNO'}", 2, 18,
         "defaultAction", "twice in this object, first in line 1"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'names': ['write']}"), 2, 58,
         "syscalls[0].names", "twice"},
        {ARGS("{'index': 0, 'value': 1, 'op': 'SCMP_CMP_EQ', 'value': 1}"), 3, 56,
         "syscalls[0].args[0].value", "twice"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'caps': [], 'caps': "
               "[]}}"),
         2, 82, "syscalls[0].includes.caps", "twice"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'x': {'y': 1,\n 'y': 2}}", 2, 7, "x.y", "twice"},
    };
    EXPECT_REFUSED(cases);
}

Test(profile, refuses_unknown_keys_where_rules_stand)
{
    static const struct refusal cases[] = {
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'errnoret': 1}"), 2, 61,
         "syscalls[0].errnoret", "differs from \"errnoRet\" by case alone"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'arg': []}"), 2, 56,
         "syscalls[0].arg", "an unknown key; did you mean args?"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'priority': 7}"), 2, 61,
         "syscalls[0].priority", "an unknown key"},
        {ARGS("{'index': 0, 'value': 1, 'op': 'SCMP_CMP_EQ', 'valuetwo': 1}"), 3, 59,
         "syscalls[0].args[0].valuetwo", "\"valueTwo\" by case alone"},
        {ARGS("{'index': 0, 'value': 1, 'op': 'SCMP_CMP_EQ', 'note': ''}"), 3, 55,
         "syscalls[0].args[0].note", "an unknown key"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'minkernel': "
               "'4.8'}}"),
         2, 75, "syscalls[0].includes.minkernel", "\"minKernel\" by case alone"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'cap': []}}"), 2, 69,
         "syscalls[0].includes.cap", "did you mean caps?"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'names': []}}"), 2, 71,
         "syscalls[0].excludes.names", "an unknown key"},
        /* By case alone: everywhere. */
        {"{'DefaultAction': 'SCMP_ACT_ALLOW', 'syscalls': []}", 1, 19, "DefaultAction",
         "\"defaultAction\" by case alone"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'archmap': []}", 1, 48, "archmap",
         "\"archMap\" by case alone"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'archMap': [{'Architecture': 'SCMP_ARCH_X86'}]}", 1,
         66, "archMap[0].Architecture", "\"architecture\" by case alone"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'SYSCALLS': []}", 1, 49, "SYSCALLS",
         "\"syscalls\" by case alone"},
        /* Where comparisons are looked for, a key that stands elsewhere is unknown, too. */
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'minKernel': '4.8'}"), 2, 62,
         "syscalls[0].minKernel", "an unknown key"},
    };
    EXPECT_REFUSED(cases);
}

/*
 * FINDING: Go folds letters as Unicode does: U+017F is an s to it, U+212A a k. Docker and runc
 * would take the first of these for `syscalls`, and here its rules would be lost with a warning.
 */
Test(profile, refuses_keys_that_go_folds_to_a_known_one)
{
    static const struct refusal cases[] = {
        {"{'defaultAction': 'SCMP_ACT_ALLOW', '\\u017fyscalls': []}", 1, 54,
         "[\"\xc5\xbfyscalls\"]", "\"syscalls\" by case alone"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'flag\xc5\xbf': []}", 1, 47, "[\"flag\xc5\xbf\"]",
         "\"flags\" by case alone"},
    };
    EXPECT_REFUSED(cases);
}

Test(profile, warns_of_unknown_keys_elsewhere)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"{'defaultAction': 'SCMP_ACT_ALLOW', '$schema': 'x'}",
         "p.json:1:48: an unknown key has no effect ([\"$schema\"])"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'syscall': []}",
         "p.json:1:48: an unknown key has no effect; did you mean syscalls? (syscall)"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'archMap': [{'architecture': 'SCMP_ARCH_X86',\n"
         "'comment': 'x'}]}",
         "p.json:2:12: an unknown key has no effect (archMap[0].comment)"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'errnoRet': 5}", "p.json:1:49: an unknown key"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'ociVersion': '1'}", "(ociVersion)"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct selected made = parse_only(cases[i].text);
        cr_expect_not_null(made.profile, "%s", cases[i].text);
        cr_expect_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), 1, "%s", cases[i].text);
        enum scc_diag_level level;
        const char *told = scc_diags_at(made.diags, 0, &level);
        cr_expect(told && strstr(told, cases[i].told), "%s", told ? told : "nothing");
        selected_clear(&made);
    }
    /* Without a list of warnings nothing is told, and nothing breaks. */
    scc_profile *profile = NULL;
    scc_error *err = NULL;
    static const char text[] = "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"x\": 1}";
    must(scc_profile_parse(text, strlen(text), "p.json", &profile, NULL, &err), err);
    scc_profile_free(profile);
}

Test(profile, refuses_wrong_types)
{
    static const struct refusal cases[] = {
        {"{'defaultAction': 7}", 1, 19, "defaultAction", "a number, expected a string"},
        {"{'defaultAction': null}", 1, 19, "defaultAction", "null, expected a string"},
        {"{'defaultAction': ['SCMP_ACT_ALLOW']}", 1, 19, "defaultAction", "an array, expected a s"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': '1'}", 1, 56, "defaultErrnoRet",
         "a string, expected a whole number from 0 to 65535"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 1}", 1, 53, "defaultErrno",
         "a number, expected a string"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': {}}", 1, 49, "syscalls",
         "an object, expected an array"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'archMap': {}}", 1, 48, "archMap",
         "an object, expected an array"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'archMap': ['SCMP_ARCH_X86']}", 1, 49, "archMap[0]",
         "a string, expected an object"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'archMap': [{'architecture': null}]}", 1, 66,
         "archMap[0].architecture", "null, expected a string"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'archMap': [{'architecture': 'SCMP_ARCH_X86', "
         "'subArchitectures': 'SCMP_ARCH_X32'}]}",
         1, 103, "archMap[0].subArchitectures", "a string, expected an array"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': 'SCMP_ARCH_X86'}", 1, 54,
         "architectures", "a string, expected an array"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': [1]}", 1, 55, "architectures[0]",
         "a number, expected a string"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'flags': 'X'}", 1, 46, "flags",
         "a string, expected an array"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'flags': [null]}", 1, 47, "flags[0]",
         "null, expected a string"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'listenerPath': 1}", 1, 53, "listenerPath",
         "a number, expected a string"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'listenerMetadata': {}}", 1, 57, "listenerMetadata",
         "an object, expected a string"},
        {ENTRY("['read']"), 2, 1, "syscalls[0]", "an array, expected an object"},
        {ENTRY("null"), 2, 1, "syscalls[0]", "null, expected an object"},
        {ENTRY("{'names': 'read', 'action': 'SCMP_ACT_ALLOW'}"), 2, 11, "syscalls[0].names",
         "a string, expected an array"},
        {ENTRY("{'names': null, 'action': 'SCMP_ACT_ALLOW'}"), 2, 11, "syscalls[0].names",
         "null, expected an array"},
        {ENTRY("{'names': ['read', 3], 'action': 'SCMP_ACT_ALLOW'}"), 2, 20, "syscalls[0].names[1]",
         "a number, expected a string"},
        {ENTRY("{'name': ['read'], 'action': 'SCMP_ACT_ALLOW'}"), 2, 10, "syscalls[0].name",
         "an array, expected a string"},
        {ENTRY("{'names': ['read'], 'action': null}"), 2, 31, "syscalls[0].action",
         "null, expected a string"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': {}}"), 2, 57,
         "syscalls[0].args", "an object, expected an array"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'includes': []}"), 2, 61,
         "syscalls[0].includes", "an array, expected an object"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'excludes': 'CAP_BPF'}"), 2, 61,
         "syscalls[0].excludes", "a string, expected an object"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'caps': 'CAP_BPF'}}"),
         2, 70, "syscalls[0].includes.caps", "a string, expected an array"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'arches': [1]}}"), 2,
         73, "syscalls[0].includes.arches[0]", "a number, expected a string"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'minKernel': 4.8}}"),
         2, 75, "syscalls[0].includes.minKernel", "a number, expected a string"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'comment': 1}"), 2, 60,
         "syscalls[0].comment", "a number, expected a string"},
        {ARGS("7"), 3, 1, "syscalls[0].args[0]", "a number, expected an object"},
        {ARGS("{'index': '0', 'value': 1, 'op': 'SCMP_CMP_EQ'}"), 3, 11,
         "syscalls[0].args[0].index", "a string, expected a whole number from 0 to 5"},
        {ARGS("{'index': 0, 'value': '1', 'op': 'SCMP_CMP_EQ'}"), 3, 23,
         "syscalls[0].args[0].value", "a string, expected a whole number"},
        {ARGS("{'index': 0, 'value': null, 'op': 'SCMP_CMP_EQ'}"), 3, 23,
         "syscalls[0].args[0].value", "null, expected a whole number"},
        {ARGS("{'index': 0, 'value': 1, 'valueTwo': true, 'op': 'SCMP_CMP_EQ'}"), 3, 38,
         "syscalls[0].args[0].valueTwo", "a boolean, expected a whole number"},
        {ARGS("{'index': 0, 'value': 1, 'op': 4}"), 3, 32, "syscalls[0].args[0].op",
         "a number, expected a string"},
    };
    EXPECT_REFUSED(cases);
}

Test(profile, refuses_numbers_that_do_not_fit)
{
    static const struct refusal cases[] = {
        {ARGS("{'index': 6, 'value': 1, 'op': 'SCMP_CMP_EQ'}"), 3, 11, "syscalls[0].args[0].index",
         "6, expected a whole number from 0 to 5"},
        {ARGS("{'index': -1, 'value': 1, 'op': 'SCMP_CMP_EQ'}"), 3, 11, "syscalls[0].args[0].index",
         "-1, expected"},
        {ARGS("{'index': 4294967296, 'value': 1, 'op': 'SCMP_CMP_EQ'}"), 3, 11,
         "syscalls[0].args[0].index", "4294967296, expected"},
        {ARGS("{'index': 0, 'value': -1, 'op': 'SCMP_CMP_EQ'}"), 3, 23, "syscalls[0].args[0].value",
         "-1, expected a whole number from 0 to 18446744073709551615"},
        {ARGS("{'index': 0, 'value': 1.5, 'op': 'SCMP_CMP_EQ'}"), 3, 23,
         "syscalls[0].args[0].value", "1.5, expected a whole number"},
        {ARGS("{'index': 0, 'value': 1.0, 'op': 'SCMP_CMP_EQ'}"), 3, 23,
         "syscalls[0].args[0].value", "1.0, expected a whole number"},
        {ARGS("{'index': 0, 'value': 1e2, 'op': 'SCMP_CMP_EQ'}"), 3, 23,
         "syscalls[0].args[0].value", "1e2, expected a whole number"},
        {ARGS("{'index': 0, 'value': 18446744073709551616, 'op': 'SCMP_CMP_EQ'}"), 3, 23,
         "syscalls[0].args[0].value", "18446744073709551616, expected"},
        {ARGS("{'index': 0, 'value': 1, 'valueTwo': 18446744073709551616, 'op': 'SCMP_CMP_EQ'}"), 3,
         38, "syscalls[0].args[0].valueTwo", "18446744073709551616, expected"},
        {ARGS("{'index': 0, 'value': 1, 'valueTwo': -1, 'op': 'SCMP_CMP_EQ'}"), 3, 38,
         "syscalls[0].args[0].valueTwo", "-1, expected"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': -1}", 1, 56, "defaultErrnoRet",
         "-1, expected a whole number from 0 to 65535"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 65536}", 1, 56, "defaultErrnoRet",
         "65536, expected"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 4294967297}", 1, 56,
         "defaultErrnoRet", "4294967297, expected"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 4095}", 1, 56, "defaultErrnoRet",
         "4095, expected at most 4094 with SCMP_ACT_ERRNO"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': '4095'}", 1, 53, "defaultErrno",
         "4095, expected at most 4094"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 4095}"), 2, 61,
         "syscalls[0].errnoRet", "4095, expected at most 4094 with SCMP_ACT_ERRNO"},
        {ENTRY("{'errnoRet': 4095, 'errno': 'EPERM', 'names': ['read'], 'action': "
               "'SCMP_ACT_ERRNO'}"),
         2, 14, "syscalls[0].errnoRet", "4095, expected at most 4094"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_TRACE', 'errnoRet': 65536}"), 2, 61,
         "syscalls[0].errnoRet", "65536, expected a whole number from 0 to 65535"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 1.5}"), 2, 61,
         "syscalls[0].errnoRet", "1.5, expected"},
    };
    EXPECT_REFUSED(cases);
}

Test(profile, refuses_errnos_where_none_belongs)
{
    static const struct refusal cases[] = {
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'errnoRet': 1}"), 2, 61,
         "syscalls[0].errnoRet", "SCMP_ACT_ALLOW has no errno"},
        {ENTRY("{'names': ['read'], 'errnoRet': 0, 'action': 'SCMP_ACT_KILL'}"), 2, 33,
         "syscalls[0].errnoRet", "SCMP_ACT_KILL_THREAD has no errno"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_KILL_PROCESS', 'errno': 'EPERM'}"), 2, 65,
         "syscalls[0].errno", "SCMP_ACT_KILL_PROCESS has no errno"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_TRAP', 'errnoRet': 1}"), 2, 60,
         "syscalls[0].errnoRet", "SCMP_ACT_TRAP has no errno"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_LOG', 'errnoRet': 1}"), 2, 59,
         "syscalls[0].errnoRet", "SCMP_ACT_LOG has no errno"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_NOTIFY', 'errnoRet': 1}"), 2, 62,
         "syscalls[0].errnoRet", "SCMP_ACT_NOTIFY has no errno"},
        {"{'defaultErrnoRet': 1, 'defaultAction': 'SCMP_ACT_ALLOW'}", 1, 21, "defaultErrnoRet",
         "SCMP_ACT_ALLOW has no errno"},
        {"{'defaultErrno': 'EPERM', 'defaultAction': 'SCMP_ACT_KILL'}", 1, 18, "defaultErrno",
         "SCMP_ACT_KILL_THREAD has no errno"},
    };
    EXPECT_REFUSED(cases);
}

Test(profile, refuses_unknown_words_and_names_the_nearest)
{
    static const struct refusal cases[] = {
        {"{'defaultAction': 'SCMP_ACT_ALOW'}", 1, 19, "defaultAction",
         "\"SCMP_ACT_ALOW\", expected an action (SCMP_ACT_ALLOW, SCMP_ACT_ERRNO …); did you mean "
         "\"SCMP_ACT_ALLOW\"?"},
        {"{'defaultAction': ''}", 1, 19, "defaultAction", "\"\", expected an action"},
        {"{'defaultAction': 'allow'}", 1, 19, "defaultAction", "\"allow\", expected an action"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_DENY'}"), 2, 31, "syscalls[0].action",
         "\"SCMP_ACT_DENY\", expected an action (SCMP_ACT_ALLOW, SCMP_ACT_ERRNO …)"},
        {"{'defaultAction': 'ERRNO'}", 1, 19, "defaultAction", "did you mean \"SCMP_ACT_ERRNO\"?"},
        {"{'defaultAction': 'SCMP_ATC_LOG'}", 1, 19, "defaultAction",
         "did you mean \"SCMP_ACT_LOG\"?"},
        {ARGS("{'index': 0, 'value': 1, 'op': 'MASKED_EQ'}"), 3, 32, "syscalls[0].args[0].op",
         "did you mean \"SCMP_CMP_MASKED_EQ\"?"},
        {ARGS("{'index': 0, 'value': 1, 'op': 'SCMP_CMP_QE'}"), 3, 32, "syscalls[0].args[0].op",
         "did you mean \"SCMP_CMP_NE\"?"},
        {ARGS("{'index': 0, 'value': 1, 'op': '=='}"), 3, 32, "syscalls[0].args[0].op",
         "\"==\", expected an operator (SCMP_CMP_EQ"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'caps': "
               "['CAP_SYS_ADMN']}}"),
         2, 71, "syscalls[0].includes.caps[0]", "did you mean \"CAP_SYS_ADMIN\"?"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'caps': "
               "['CAP_BPF', 'sys_admin']}}"),
         2, 82, "syscalls[0].excludes.caps[1]", "\"sys_admin\", expected a capability"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_X68']}", 1, 55,
         "architectures[0]", "did you mean \"SCMP_ARCH_X86\"?"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['amd64']}", 1, 55,
         "architectures[0]", "did you mean \"SCMP_ARCH_X86_64\"?"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'archMap': [{'architecture': 'SCMP_ARCH_VAX'}]}", 1,
         66, "archMap[0].architecture", "expected an architecture (SCMP_ARCH_X86_64"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'archMap': [{'architecture': 'SCMP_ARCH_X86_64', "
         "'subArchitectures': ['x86']}]}",
         1, 107, "archMap[0].subArchitectures[0]", "did you mean \"SCMP_ARCH_X86\"?"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'archMap': [{'architecture': 'SCMP_ARCH_NATIVE'}]}",
         1, 66, "archMap[0].architecture", "SCMP_ARCH_NATIVE names no row"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'arches': "
               "['x86_64']}}"),
         2, 73, "syscalls[0].includes.arches[0]",
         "expected one of Docker's names for an architecture; did you mean \"amd64\"?"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'excludes': {'arches': "
               "['amd46']}}"),
         2, 73, "syscalls[0].excludes.arches[0]", "did you mean \"amd64\"?"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': ['SECCOMP_FILTER_FLAG_LGO']}", 1, 47,
         "flags[0]", "did you mean \"SECCOMP_FILTER_FLAG_LOG\"?"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': ['SECCOMP_FILTER_FLAG_NEW_LISTENER']}", 1,
         47, "flags[0]", "expected a filter flag"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'ENOSYSS'}", 1, 53, "defaultErrno",
         "expected an errno's name or its number; did you mean \"ENOSYS\"?"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errno': 'eperm'}"), 2, 58,
         "syscalls[0].errno", "did you mean \"EPERM\"?"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errno': '-1'}"), 2, 58,
         "syscalls[0].errno", "\"-1\", expected an errno's name"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errno': '65536'}"), 2, 58,
         "syscalls[0].errno", "\"65536\", expected an errno's name"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errno': '0x26'}"), 2, 58,
         "syscalls[0].errno", "\"0x26\", expected an errno's name"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errno': ' 1'}"), 2, 58,
         "syscalls[0].errno", "\" 1\", expected an errno's name"},
        {ENTRY("{'names': ['read', ''], 'action': 'SCMP_ACT_ALLOW'}"), 2, 20,
         "syscalls[0].names[1]", "an empty name"},
        {ENTRY("{'name': '', 'action': 'SCMP_ACT_ALLOW'}"), 2, 10, "syscalls[0].name",
         "an empty name"},
    };
    EXPECT_REFUSED(cases);
}

Test(profile, refuses_malformed_kernels)
{
    static const char *const wrong[] = {
        "",    "4",   "4.",   ".8",   "4.8.1", "4.8-rc1", " 4.8", "4.8 ",
        "x.y", "4.x", "-4.8", "4.-8", "256.0", "4.256",   "4,8",  "4.80000000000000000000"};
    for (int where = 0; where < 2; where++) {
        const char *key = where ? "excludes" : "includes";
        for (size_t i = 0; i < SCC_COUNT(wrong); i++) {
            char text[512], path[64];
            snprintf(text, sizeof text,
                     ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', '%s': {'minKernel': "
                           "'%s'}}"),
                     key, wrong[i]);
            snprintf(path, sizeof path, "syscalls[0].%s.minKernel", key);
            expect_refused(&(struct refusal){text, 2, 75, path, "expected \"X.Y\""});
        }
    }
}

Test(profile, refuses_incomplete_and_doubled_parts)
{
    static const struct refusal cases[] = {
        {ENTRY("{'action': 'SCMP_ACT_ALLOW'}"), 2, 1, "syscalls[0]", "an entry without names"},
        {ENTRY("{'names': ['read']}"), 2, 1, "syscalls[0]", "an entry without action"},
        {ENTRY("{'names': ['read'], 'action': 'SCMP_ACT_ALLOW'},\n  {}"), 3, 3, "syscalls[1]",
         "an entry without names"},
        {ENTRY("{'names': ['read'], 'name': 'write', 'action': 'SCMP_ACT_ALLOW'}"), 2, 29,
         "syscalls[0].name", "name beside names"},
        {ENTRY("{'name': 'write', 'names': [], 'action': 'SCMP_ACT_ALLOW'}"), 2, 10,
         "syscalls[0].name", "name beside names"},
        {ARGS("{'value': 1, 'op': 'SCMP_CMP_EQ'}"), 3, 1, "syscalls[0].args[0]",
         "a comparison without index"},
        {ARGS("{'index': 1, 'op': 'SCMP_CMP_EQ'}"), 3, 1, "syscalls[0].args[0]",
         "a comparison without value"},
        {ARGS("{'index': 1, 'value': 1}"), 3, 1, "syscalls[0].args[0]", "a comparison without op"},
        {ARGS("{}"), 3, 1, "syscalls[0].args[0]", "a comparison without index"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'archMap': [{'subArchitectures': []}]}", 1, 49,
         "archMap[0]", "a row without architecture"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'archMap': [{'architecture': 'SCMP_ARCH_X86'},\n"
         "{'architecture': 'SCMP_ARCH_X86'}]}",
         2, 1, "archMap[1]", "a second row for SCMP_ARCH_X86"},
    };
    EXPECT_REFUSED(cases);
}

#define CMP "{'index': 0, 'value': 1, 'op': 'SCMP_CMP_EQ'}"

/* crun drops the seventh and those behind it. */
Test(profile, refuses_a_seventh_comparison)
{
    static const struct refusal cases[] = {
        {ARGS(CMP "," CMP "," CMP "," CMP "," CMP "," CMP ",\n" CMP), 4, 1, "syscalls[0].args[6]",
         "a seventh comparison, expected at most 6"},
        {ARGS(CMP "," CMP "," CMP "," CMP "," CMP "," CMP "," CMP ",\n" CMP), 3, 277,
         "syscalls[0].args[6]", "a seventh comparison"},
    };
    EXPECT_REFUSED(cases);
    struct selected made = parse_only(ARGS(CMP "," CMP "," CMP "," CMP "," CMP "," CMP));
    cr_assert_not_null(made.profile);
    cr_assert_eq(made.profile->entries[0].cmp_count, 6);
    selected_clear(&made);
}

Test(profile, refuses_broken_json_with_a_place)
{
    static const struct refusal cases[] = {
        {"", 1, 1, NULL, "the file is empty"},
        {"  \n\t\n", 1, 1, NULL, "the file is empty"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW'} {}", 1, 37, NULL, "nothing after the JSON value"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW'}\n//", 2, 1, NULL, "nothing after the JSON value"},
        {"\xef\xbb\xbf{'defaultAction': 'SCMP_ACT_ALLOW'}", 1, 1, NULL, "a byte-order mark"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW',\n}", 2, 1, NULL, "a key in quotes"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW", 1, 34, "defaultAction", "the text ends here"},
        {"{'defaultAction':\n'SCMP_ACT_\\u0000'}", 2, 11, "defaultAction", "\\u0000"},
        {"{'defaultAction': NaN}", 1, 19, "defaultAction", "a value"},
        {"{'defaultAction': 'SCMP_ACT_ALLOW', /* no */ 'syscalls': []}", 1, 37, NULL,
         "a key in quotes"},
    };
    EXPECT_REFUSED(cases);
}

Test(profile, refuses_nul_bytes)
{
    static const char text[] = "{\"defaultAction\":\n\0 \"SCMP_ACT_ALLOW\"}";
    scc_profile *profile = NULL;
    scc_error *err = NULL;
    cr_assert_eq(scc_profile_parse(text, sizeof text - 1, "p.json", &profile, NULL, &err), -1);
    cr_assert_null(profile);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert_eq(scc_error_get_line(err), 2);
    cr_assert_eq(scc_error_get_column(err), 1);
    cr_assert_not_null(strstr(scc_error_get_message(err), "a NUL byte"));
    scc_error_free(err);
    /* One behind the profile is no end of text either. */
    static const char behind[] = "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}\0";
    err = NULL;
    cr_assert_eq(scc_profile_parse(behind, sizeof behind - 1, "p.json", &profile, NULL, &err), -1);
    cr_assert_eq(scc_error_get_column(err), 36);
    scc_error_free(err);
}

Test(profile, refuses_deep_nesting)
{
    static const char head[] = "{\"defaultAction\": \"SCMP_ACT_ALLOW\",\n\"x\": ";
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, head);
    for (int i = 0; i < 1000; i++)
        scc_strbuf_add(&text, "[");
    for (int i = 0; i < 1000; i++)
        scc_strbuf_add(&text, "]");
    scc_strbuf_add(&text, "}");
    scc_profile *profile = NULL;
    scc_error *err = NULL;
    cr_assert_eq(scc_profile_parse(text.data, text.len, "p.json", &profile, NULL, &err), -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert_eq(scc_error_get_line(err), 2);
    cr_assert_eq(scc_error_get_column(err), 5 + SCC_JSON_MAX_DEPTH);
    cr_assert_not_null(strstr(scc_error_get_message(err), "nested more than 64 deep"));
    scc_error_free(err);
    scc_strbuf_free(&text);
}

/** A file of @p len_bytes blanks with @p text at the end, in memory; its path in @p path. */
static int blank_file(size_t len_bytes, const char *text, char *path, size_t size)
{
    int fd = memfd_create("profile", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    char *blanks = malloc(len_bytes);
    cr_assert_not_null(blanks);
    memset(blanks, ' ', len_bytes);
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a file has no end mark */
    memcpy(blanks + len_bytes - strlen(text), text, strlen(text));
    for (size_t done = 0; done < len_bytes;) {
        ssize_t put = write(fd, blanks + done, len_bytes - done);
        cr_assert_gt(put, 0);
        done += (size_t)put;
    }
    free(blanks);
    snprintf(path, size, "/proc/self/fd/%d", fd);
    return fd;
}

static void expect_file_refused(const char *path, enum scc_error_code code, const char *says)
{
    scc_profile *profile = NULL;
    scc_error *err = NULL;
    cr_assert_eq(scc_profile_read(path, &profile, NULL, &err), -1, "%s", path);
    cr_assert_null(profile);
    cr_expect_eq(scc_error_get_code(err), code, "%s", scc_error_get_text(err));
    cr_expect_not_null(strstr(scc_error_get_text(err), says), "expected \"%s\": %s", says,
                       scc_error_get_text(err));
    if (code == SCC_ERROR_INPUT) {
        cr_expect_str_eq(scc_error_get_file(err), path);
        /* A file as a whole has no line. */
        unsigned line = strstr(says, ":1:1: ") ? 1 : 0;
        cr_expect(scc_error_get_line(err) == line && scc_error_get_column(err) == line, "%s",
                  scc_error_get_text(err));
    }
    scc_error_free(err);
}

Test(profile, bounds_the_size_of_files)
{
    static const char text[] = "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}";
    char path[64];
    scc_profile *profile = NULL;
    scc_error *err = NULL;
    int fd = blank_file(SCC_JSON_MAX_BYTES, text, path, sizeof path);
    must(scc_profile_read(path, &profile, NULL, &err), err);
    cr_assert_eq(scc_profile_bytes(profile), strlen(text));
    scc_profile_free(profile);
    close(fd);
    fd = blank_file(SCC_JSON_MAX_BYTES + 1, text, path, sizeof path);
    expect_file_refused(path, SCC_ERROR_INPUT, "more than 16777216 bytes");
    /* A hole of 100 MB, and a file without end: both are refused before they are read. */
    cr_assert_eq(ftruncate(fd, 100 << 20), 0);
    expect_file_refused(path, SCC_ERROR_INPUT, "more than 16777216 bytes");
    close(fd);
    expect_file_refused("/dev/zero", SCC_ERROR_INPUT, "more than 16777216 bytes");
    /* Without a file the bound is the same. */
    char *large = malloc(SCC_JSON_MAX_BYTES + 1);
    cr_assert_not_null(large);
    memset(large, ' ', SCC_JSON_MAX_BYTES + 1);
    err = NULL;
    cr_assert_eq(scc_profile_parse(large, SCC_JSON_MAX_BYTES + 1, "p.json", &profile, NULL, &err),
                 -1);
    cr_assert_not_null(strstr(scc_error_get_text(err), "p.json:1:1: 16777217 bytes, expected at"),
                       "%s", scc_error_get_text(err));
    scc_error_free(err);
    free(large);
}

Test(profile, refuses_files_that_are_none)
{
    expect_file_refused("/dev/null", SCC_ERROR_INPUT, "/dev/null:1:1: the file is empty");
    expect_file_refused("/proc/self", SCC_ERROR_INPUT, "/proc/self: a directory, expected");
    expect_file_refused("/nonexistent/p.json", SCC_ERROR_SYSTEM,
                        "/nonexistent/p.json: No such file");
    expect_file_refused("", SCC_ERROR_USAGE, "an empty name, expected a file's");
    expect_file_refused("/dev/null/p.json", SCC_ERROR_SYSTEM, "Not a directory");
}

Test(profile, reads_standard_input)
{
    static const char text[] = "{\"defaultAction\": \"SCMP_ACT_ALOW\"}";
    char path[64];
    scc_profile *profile = NULL;
    scc_error *err = NULL;
    int fd = blank_file(strlen(text), text, path, sizeof path);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    cr_assert_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    cr_assert_eq(scc_profile_read("-", &profile, NULL, &err), -1);
    cr_assert_not_null(strstr(scc_error_get_text(err), "standard input:1:19: "), "%s",
                       scc_error_get_text(err));
    scc_error_free(err);
    close(fd);
}

Test(profile, takes_null_where_a_field_may_be_absent)
{
    struct selected made = parse_only(
        "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': null, 'defaultErrno': null,\n"
        " 'archMap': null, 'architectures': null, 'flags': null, 'listenerPath': null,\n"
        " 'listenerMetadata': null, 'syscalls': [\n"
        " {'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': null, 'includes': null,\n"
        "  'excludes': null, 'errnoRet': null, 'errno': null, 'comment': null},\n"
        " {'names': ['write'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'arches': null,\n"
        "  'caps': null, 'minKernel': null}, 'excludes': {'arches': null, 'caps': null,\n"
        "  'minKernel': null}}]}");
    cr_assert_not_null(made.profile, "%s", made.err ? scc_error_get_text(made.err) : "");
    const struct scc_profile *profile = made.profile;
    cr_assert_not(profile->has_arch_map);
    cr_assert_not(profile->has_flags);
    cr_assert_eq(profile->arches, 0);
    cr_assert_null(profile->default_data.number_node);
    cr_assert_null(profile->default_data.text_node);
    cr_assert_null(profile->listener_path);
    cr_assert_null(profile->listener_metadata);
    cr_assert_eq(profile->entry_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct scc_profile_entry *entry = &profile->entries[i];
        cr_assert_eq(entry->cmp_count, 0);
        cr_assert_null(entry->data.number_node);
        cr_assert_null(entry->data.text_node);
        cr_assert_eq(entry->includes.arches | entry->excludes.arches, 0);
        cr_assert_eq(entry->includes.caps | entry->excludes.caps, 0);
        cr_assert_not(entry->includes.has_min_kernel || entry->excludes.has_min_kernel);
    }
    cr_assert_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), 0);
    selected_clear(&made);
    made = parse_only("{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': null, 'archMap': "
                      "[{'architecture': 'SCMP_ARCH_RISCV64', 'subArchitectures': null}]}");
    cr_assert_not_null(made.profile);
    cr_assert_eq(made.profile->arch_row_count, 1);
    cr_assert_eq(made.profile->arch_rows[0].subs, 0);
    selected_clear(&made);
}

Test(profile, keeps_all_64_bits_of_values)
{
    struct selected made = parse_only(
        ARGS("{'index': 0, 'value': 18446744073709551615, 'op': 'SCMP_CMP_EQ'},\n"
             "{'index': 1, 'value': 18446744073709551615, 'valueTwo': 9007199254740993,\n"
             " 'op': 'SCMP_CMP_MASKED_EQ'}, {'index': 5, 'value': 0, 'op': 'SCMP_CMP_NE'}"));
    cr_assert_not_null(made.profile);
    const struct scc_cmp *cmps = made.profile->entries[0].cmps;
    cr_assert_eq(cmps[0].value, UINT64_MAX);
    cr_assert_eq(cmps[0].op, SCC_OP_EQ);
    cr_assert_eq(cmps[0].value2, 0);
    cr_assert_eq(cmps[1].arg, 1);
    cr_assert_eq(cmps[1].value, UINT64_MAX);
    cr_assert_eq(cmps[1].value2, 9007199254740993u);
    cr_assert_eq(cmps[1].op, SCC_OP_MASKED_EQ);
    cr_assert_eq(cmps[2].arg, 5);
    cr_assert_eq(cmps[2].op, SCC_OP_NE);
    selected_clear(&made);
}

Test(profile, keeps_flags_and_listener)
{
    struct selected made = parse_only(
        "{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': ['SECCOMP_FILTER_FLAG_LOG',\n"
        "'SECCOMP_FILTER_FLAG_TSYNC', 'SECCOMP_FILTER_FLAG_LOG'], 'listenerPath': '/run/l',\n"
        "'listenerMetadata': 'm\\u00e4h'}");
    cr_assert_not_null(made.profile);
    cr_assert(made.profile->has_flags);
    cr_assert_eq(made.profile->flags, SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_TSYNC);
    cr_assert_str_eq(made.profile->listener_path, "/run/l");
    cr_assert_str_eq(made.profile->listener_metadata, "m\xc3\xa4h");
    selected_clear(&made);
    made = parse_only("{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': []}");
    cr_assert(made.profile->has_flags);
    cr_assert_eq(made.profile->flags, 0);
    cr_assert_null(made.profile->listener_path);
    selected_clear(&made);
    made = parse_only("{'defaultAction': 'SCMP_ACT_ALLOW'}");
    cr_assert_not(made.profile->has_flags);
    selected_clear(&made);
}

Test(profile, reads_the_old_format)
{
    struct selected made =
        parse_only(ENTRY("{'name': 'accept', 'action': 'SCMP_ACT_ALLOW', 'args': []},\n"
                         "{'name': 'personality', 'action': 'SCMP_ACT_ALLOW', 'args': [" CMP "]}"));
    cr_assert_not_null(made.profile);
    cr_assert_eq(scc_profile_entry_count(made.profile), 2);
    cr_assert_eq(scc_profile_name_count(made.profile), 2);
    const struct scc_json_node *name = scc_profile_first_name(&made.profile->entries[1]);
    cr_assert_str_eq(scc_json_string(name), "personality");
    cr_assert_null(scc_profile_next_name(name));
    selected_clear(&made);
}

Test(profile, counts_entries_and_different_names)
{
    struct selected made =
        parse_only(ENTRY("{'names': ['read', 'write', 'read'], 'action': 'SCMP_ACT_ALLOW'},"
                         "{'names': [], 'action': 'SCMP_ACT_ALLOW'},"
                         "{'names': ['write', 'no_such_call'], 'action': 'SCMP_ACT_LOG'}"));
    cr_assert_not_null(made.profile);
    cr_assert_eq(scc_profile_entry_count(made.profile), 3);
    cr_assert_eq(scc_profile_name_count(made.profile), 3);
    cr_assert_str_eq(scc_profile_name(made.profile), "p.json");
    selected_clear(&made);
}

/** A profile with an errno; @p data is what the reader kept of it. */
struct errno_case {
    const char *text;
    int number; /* -1: none */
    int text_number;
    const char *name; /* NULL: none */
};

Test(profile, reads_errnos_as_numbers_texts_and_names)
{
    static const struct errno_case cases[] = {
        {"{'defaultAction': 'SCMP_ACT_ERRNO'}", -1, -1, NULL},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 0}", 0, -1, NULL},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 4094}", 4094, -1, NULL},
        {"{'defaultAction': 'SCMP_ACT_TRACE', 'defaultErrnoRet': 65535}", 65535, -1, NULL},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': 'ENOSYS'}", -1, -1, "ENOSYS"},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': '38'}", -1, 38, NULL},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': '0038'}", -1, 38, NULL},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrno': '', 'defaultErrnoRet': 7}", 7, -1,
         NULL},
        {"{'defaultAction': 'SCMP_ACT_TRACE', 'defaultErrno': '65535'}", -1, 65535, NULL},
        {"{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 1, 'defaultErrno': 'EINIT'}", 1,
         -1, "EINIT"},
        /* Go writes the empty string where there is none. */
        {"{'defaultAction': 'SCMP_ACT_ALLOW', 'defaultErrno': ''}", -1, -1, NULL},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        const struct errno_case *c = &cases[i];
        struct selected made = parse_only(c->text);
        cr_assert_not_null(made.profile, "%s: %s", c->text,
                           made.err ? scc_error_get_text(made.err) : "");
        const struct scc_profile_errno *data = &made.profile->default_data;
        cr_expect_eq(data->number_node ? data->number : -1, c->number, "%s", c->text);
        cr_expect_eq(data->text_node != NULL, c->name || c->text_number >= 0, "%s", c->text);
        if (data->text_node && c->name)
            cr_expect_str_eq(scc_json_string(data->text_node), c->name);
        else if (data->text_node)
            cr_expect_eq(data->text_number, c->text_number, "%s", c->text);
        selected_clear(&made);
    }
}

/* Hostile text must not reach a terminal as it is. */
Test(profile, escapes_what_it_repeats)
{
    struct selected made = parse_only("{'defaultAction': '\\u001b[31m\\u202e'}");
    cr_assert_null(made.profile);
    const char *told = scc_error_get_text(made.err);
    cr_assert_null(strchr(told, 0x1b), "%s", told);
    /* NOLINTNEXTLINE(misc-misleading-bidirectional): what must not be told */
    cr_assert_null(strstr(told, "\xe2\x80\xae"), "%s", told);
    cr_assert_not_null(strstr(told, "\\x1b[31m"), "%s", told);
    selected_clear(&made);
}

Test(profile, reads_all_profiles_from_the_field)
{
    static const struct {
        const char *file;
        size_t entries;
    } cases[] = {
        {"corpus/moby-2026-06.json", 33},
        {"corpus/moby-2021-01.json", 26},
        {"corpus/moby-old-format.json", 311},
        {"corpus/moby-conditional-include.json", 3},
        {"corpus/containers-common-2025-08.json", 40},
        {"corpus/isulad-2026-04.json", 26},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char path[512];
        struct selected made = {.diags = scc_diags_new()};
        must(scc_profile_read(shared_path(cases[i].file, path, sizeof path), &made.profile,
                              made.diags, &made.err),
             made.err);
        cr_expect_eq(scc_profile_entry_count(made.profile), cases[i].entries, "%s: %zu",
                     cases[i].file, scc_profile_entry_count(made.profile));
        cr_expect_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), 0, "%s", cases[i].file);
        selected_clear(&made);
    }
}

/* An errno that libseccomp refuses stands in an example of moby's. */
Test(profile, refuses_mobys_example_for_its_errno)
{
    char path[512];
    struct selected made = {0};
    cr_assert_eq(scc_profile_read(shared_path("corpus/moby-example.json", path, sizeof path),
                                  &made.profile, NULL, &made.err),
                 -1);
    cr_assert_eq(scc_error_get_line(made.err), 30);
    cr_assert_str_eq(scc_error_get_json_path(made.err), "syscalls[3].errnoRet");
    cr_assert_not_null(strstr(scc_error_get_message(made.err), "12345, expected at most 4094"));
    selected_clear(&made);
}

Test(profile, has_one_built_in)
{
    struct selected made = {0};
    must(scc_profile_builtin(&made.profile, &made.err), made.err);
    cr_assert_str_eq(scc_profile_name(made.profile), "built-in profile");
    cr_assert_gt(scc_profile_entry_count(made.profile), 10);
    cr_assert_gt(scc_profile_name_count(made.profile), 400);
    selected_clear(&made);
}
