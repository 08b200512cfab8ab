/* SPDX-License-Identifier: Apache-2.0 */
/** The forms in which results leave: slim profile, JSON text, C header. */
#include <criterion/criterion.h>
#include <linux/seccomp.h>

#include <seccompc/output.h>

#include "json_print.h"
#include "policies.h"
#include "program.h"
#include "util.h"

/** The slim profile of a text for a target; the caller frees it. */
static char *slim_of(const char *text, const char *arch)
{
    struct selected made = select_for(text, arch, 0, "6.1");
    size_t len = 0;
    char *slim = scc_policy_to_oci(must_hold(&made), &len);
    cr_assert_not_null(slim);
    cr_assert_eq(len, strlen(slim));
    selected_clear(&made);
    return slim;
}

/** Fails where the slim profile is not @p wanted, apostrophes being quotes. */
static void expect_slim(const char *text, const char *arch, const char *wanted)
{
    char *slim = slim_of(text, arch), *expected = with_quotes(wanted);
    cr_expect_str_eq(slim, expected, "%s\ngives\n%s\nexpected\n%s", text, slim, expected);
    free(expected);
    free(slim);
}

#define NATIVE "'architectures': ['SCMP_ARCH_NATIVE']"
#define CMP(index, op, value) "{'index': " #index ", 'value': " #value ", 'op': 'SCMP_CMP_" #op "'}"
#define EQ_1 CMP(0, EQ, 1)
#define EQ_2 CMP(0, EQ, 2)
#define EQ_3 CMP(0, EQ, 3)
#define NE_1 CMP(0, NE, 1)

Test(oci, writes_what_runtimes_read)
{
    expect_slim("{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_X86', "
                "'SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'], 'syscalls': ["
                "{'names': ['read', 'raed', 'breakpoint'], 'action': 'SCMP_ACT_ALLOW', 'comment': "
                "'x', 'includes': {'arches': ['amd64']}},"
                "{'names': ['write'], 'action': 'SCMP_ACT_ALLOW', 'includes': {'caps': "
                "['CAP_BPF']}}]}",
                "amd64",
                "{\n"
                "  'defaultAction': 'SCMP_ACT_ERRNO',\n"
                "  'defaultErrnoRet': 1,\n"
                "  'architectures': [\n"
                "    'SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'\n"
                "  ],\n"
                "  'syscalls': [\n"
                "    {\n"
                "      'names': [\n"
                "        'read'\n"
                "      ],\n"
                "      'action': 'SCMP_ACT_ALLOW'\n"
                "    }\n"
                "  ]\n"
                "}\n");
}

Test(oci, writes_comparisons_errnos_flags_and_listener)
{
    expect_slim(
        "{'defaultAction': 'SCMP_ACT_TRACE', 'defaultErrnoRet': 65535, " NATIVE
        ", 'flags': ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV', "
        "'SECCOMP_FILTER_FLAG_TSYNC'], 'listenerPath': '/run/\\u00e4\\n', "
        "'listenerMetadata': '\\\"', 'syscalls': ["
        "{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errno': 'ENOSYS', 'args': ["
        "{'index': 5, 'op': 'SCMP_CMP_MASKED_EQ', 'value': 18446744073709551615, "
        "'valueTwo': 9007199254740993}, " CMP(
            0, NE, 18446744073709551615) "]},"
                                         "{'names': ['write'], 'action': 'SCMP_ACT_NOTIFY'},"
                                         "{'names': ['open'], 'action': 'SCMP_ACT_KILL'}]}",
        "mips64",
        "{\n"
        "  'defaultAction': 'SCMP_ACT_TRACE',\n"
        "  'defaultErrnoRet': 65535,\n"
        "  'architectures': [\n"
        "    'SCMP_ARCH_MIPS64'\n"
        "  ],\n"
        "  'flags': [\n"
        "    'SECCOMP_FILTER_FLAG_TSYNC', 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'\n"
        "  ],\n"
        "  'listenerPath': '/run/\xc3\xa4\\n',\n"
        "  'listenerMetadata': '\\'',\n"
        "  'syscalls': [\n"
        "    {\n"
        "      'names': [\n"
        "        'read'\n"
        "      ],\n"
        "      'action': 'SCMP_ACT_ERRNO',\n"
        "      'errnoRet': 89,\n"
        "      'args': [\n"
        "        {\n"
        "          'index': 5,\n"
        "          'value': 18446744073709551615,\n"
        "          'valueTwo': 9007199254740993,\n"
        "          'op': 'SCMP_CMP_MASKED_EQ'\n"
        "        },\n"
        "        {\n"
        "          'index': 0,\n"
        "          'value': 18446744073709551615,\n"
        "          'op': 'SCMP_CMP_NE'\n"
        "        }\n"
        "      ]\n"
        "    },\n"
        "    {\n"
        "      'names': [\n"
        "        'write'\n"
        "      ],\n"
        "      'action': 'SCMP_ACT_NOTIFY'\n"
        "    },\n"
        "    {\n"
        "      'names': [\n"
        "        'open'\n"
        "      ],\n"
        "      'action': 'SCMP_ACT_KILL_THREAD'\n"
        "    }\n"
        "  ]\n"
        "}\n");
}

Test(oci, keeps_absent_and_empty_flags_apart)
{
    char *slim = slim_of("{'defaultAction': 'SCMP_ACT_ALLOW', " NATIVE "}", "amd64");
    cr_assert_null(strstr(slim, "flags"));
    cr_assert_null(strstr(slim, "listener"));
    cr_assert_null(strstr(slim, "defaultErrnoRet"));
    cr_assert_not_null(strstr(slim, "\"syscalls\": []"), "%s", slim);
    free(slim);
    slim = slim_of("{'defaultAction': 'SCMP_ACT_ALLOW', " NATIVE ", 'flags': null}", "amd64");
    cr_assert_null(strstr(slim, "flags"));
    free(slim);
    slim = slim_of("{'defaultAction': 'SCMP_ACT_ALLOW', " NATIVE ", 'flags': []}", "amd64");
    cr_assert_not_null(strstr(slim, "\"flags\": []"), "%s", slim);
    free(slim);
}

/** The order and contents of the entries: "ACTION name name; …". */
static void outline(const char *slim, char *out, size_t size)
{
    scc_profile *profile = NULL;
    scc_error *err = NULL;
    must(scc_profile_parse(slim, strlen(slim), "slim", &profile, NULL, &err), err);
    *out = '\0';
    for (size_t i = 0; i < profile->entry_count; i++) {
        const struct scc_profile_entry *entry = &profile->entries[i];
        snprintf(out + strlen(out), size - strlen(out), "%s%s", i ? "; " : "",
                 scc_action_name(entry->action) + strlen("SCMP_ACT_"));
        if (entry->data.number_node)
            snprintf(out + strlen(out), size - strlen(out), "(%u)", entry->data.number);
        for (const struct scc_json_node *name = scc_profile_first_name(entry); name;
             name = scc_profile_next_name(name))
            snprintf(out + strlen(out), size - strlen(out), " %s", scc_json_string(name));
        for (unsigned j = 0; j < entry->cmp_count; j++)
            snprintf(out + strlen(out), size - strlen(out), " a%u:%lu", entry->cmps[j].arg,
                     entry->cmps[j].value);
    }
    scc_profile_free(profile);
}

static const struct {
    const char *entries, *arch, *wanted;
} merges[] = {
    /* one entry for one action and errno, names in the alphabet's order, each once */
    {"{'names': ['write', 'read', 'write'], 'action': 'SCMP_ACT_ALLOW'},"
     "{'names': ['close', 'read'], 'action': 'SCMP_ACT_ALLOW'}",
     "amd64", "ALLOW close read write"},
    {"{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 2},"
     "{'names': ['write'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 3},"
     "{'names': ['close'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 2}",
     "amd64", "ERRNO(2) close read; ERRNO(3) write"},
    /* an errno's name and its number are equal */
    {"{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errno': 'ENOSYS'},"
     "{'names': ['write'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 38}",
     "amd64", "ERRNO(38) read write"},
    {"{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'errno': 'ENOSYS'},"
     "{'names': ['write'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 38}",
     "mips64", "ERRNO(89) read; ERRNO(38) write"},
    /* ... and for equal comparisons */
    {"{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': [" EQ_1 "]},"
     "{'names': ['write'], 'action': 'SCMP_ACT_ALLOW', 'args': [" EQ_2 "]},"
     "{'names': ['close'], 'action': 'SCMP_ACT_ALLOW', 'args': [" EQ_1 "]}",
     "amd64", "ALLOW close read a0:1; ALLOW write a0:2"},
    {"{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': [" EQ_1 "]},"
     "{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': [" NE_1 "]}",
     "amd64", "ALLOW read a0:1; ALLOW read a0:1"},
    /* an OR comes out as entries of their own, which is what runtimes make of it */
    {"{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': [" EQ_1 "," EQ_3 "]}", "amd64",
     "ALLOW read a0:1; ALLOW read a0:3"},
    /* rules without effect go */
    {"{'names': ['read'], 'action': 'SCMP_ACT_ALLOW'},"
     "{'names': ['read'], 'action': 'SCMP_ACT_LOG'},"
     "{'names': ['read'], 'action': 'SCMP_ACT_ALLOW', 'args': [" EQ_1 "]}",
     "amd64", "ALLOW read"},
    /* ... but those that are the default stay: runc's stub counts their numbers */
    {"{'names': ['read'], 'action': 'SCMP_ACT_ALLOW'},"
     "{'names': ['read', 'openat2'], 'action': 'SCMP_ACT_ERRNO', 'errnoRet': 1},"
     "{'names': ['close'], 'action': 'SCMP_ACT_ERRNO', 'args': [" EQ_1 "]}",
     "amd64", "ALLOW read; ERRNO(1) openat2 read; ERRNO(1) close a0:1"},
    /* names that are not on the target go, those behind a door alone stay */
    {"{'names': ['open', 'openat', 'socketcall', 'nonsense'], 'action': 'SCMP_ACT_ALLOW'}", "arm64",
     "ALLOW openat"},
    {"{'names': ['accept', 'arch_prctl'], 'action': 'SCMP_ACT_ALLOW'}", "s390x", "ALLOW accept"},
    {"{'names': ['accept', 'socketcall'], 'action': 'SCMP_ACT_ALLOW'}", "s390x",
     "ALLOW socketcall"},
    /* behind a door these are one rule, whichever stands first */
    {"{'names': ['socket'], 'action': 'SCMP_ACT_ALLOW', 'args': [" EQ_1 "]},"
     "{'names': ['socket'], 'action': 'SCMP_ACT_ALLOW'}",
     "386", "ALLOW socket"},
    {"{'names': ['socketcall', 'socket'], 'action': 'SCMP_ACT_ALLOW', 'args': [" EQ_1 "]}", "386",
     "ALLOW socket a0:1"},
    /* entries stand in the order of their first rules */
    {"{'names': ['write'], 'action': 'SCMP_ACT_LOG'},"
     "{'names': ['read'], 'action': 'SCMP_ACT_ALLOW'},"
     "{'names': ['close'], 'action': 'SCMP_ACT_LOG'},"
     "{'names': ['chdir'], 'action': 'SCMP_ACT_KILL_PROCESS'}",
     "amd64", "LOG close write; ALLOW read; KILL_PROCESS chdir"},
};

Test(oci, merges_what_is_equal_and_drops_what_has_no_effect)
{
    for (size_t i = 0; i < SCC_COUNT(merges); i++) {
        char text[2048], out[1024];
        snprintf(text, sizeof text,
                 "{'defaultAction': 'SCMP_ACT_ERRNO', " NATIVE ", 'syscalls': [%s]}",
                 merges[i].entries);
        char *slim = slim_of(text, merges[i].arch);
        outline(slim, out, sizeof out);
        cr_expect_str_eq(out, merges[i].wanted, "%s\ngives %s\nexpected %s", merges[i].entries, out,
                         merges[i].wanted);
        free(slim);
    }
}

Test(oci, is_the_same_when_made_from_itself)
{
    static const char *const files[] = {"corpus/moby-2026-06.json",
                                        "corpus/containers-common-2025-08.json",
                                        "corpus/moby-old-format.json"};
    static const char *const arches[] = {"amd64", "386", "arm64", "s390x", "mips64", "ppc64le"};
    for (size_t i = 0; i < SCC_COUNT(files); i++) {
        for (size_t j = 0; j < SCC_COUNT(arches); j++) {
            char path[512];
            struct selected whole = {0}, again = {0};
            scc_target *target = NULL;
            size_t len = 0, len_again = 0;
            must(scc_profile_read(shared_path(files[i], path, sizeof path), &whole.profile, NULL,
                                  &whole.err),
                 whole.err);
            must(scc_target_new(scc_arch_find(arches[j]), scc_cap_docker(), 6, 1, &target,
                                &whole.err),
                 whole.err);
            must(scc_policy_select(whole.profile, target, NULL, &whole.policy, NULL, &whole.err),
                 whole.err);
            char *slim = scc_policy_to_oci(whole.policy, &len);
            must(scc_profile_parse(slim, len, "slim", &again.profile, NULL, &again.err), again.err);
            must(scc_policy_select(again.profile, target, NULL, &again.policy, NULL, &again.err),
                 again.err);
            char *slim_again = scc_policy_to_oci(again.policy, &len_again);
            cr_expect_str_eq(slim, slim_again, "%s for %s", files[i], arches[j]);
            cr_expect_lt(len, scc_profile_bytes(whole.profile), "%s for %s: %zu bytes", files[i],
                         arches[j], len);
            /* No line runs over 80 columns. */
            for (const char *line = slim; *line; line += strcspn(line, "\n") + 1)
                cr_expect_leq(strcspn(line, "\n"), 80, "%.90s", line);
            free(slim);
            free(slim_again);
            scc_target_free(target);
            selected_clear(&whole);
            selected_clear(&again);
        }
    }
}

#define ABOVE_5 "'args': [{'index': 0, 'value': 5, 'op': 'SCMP_CMP_GT'}]"
#define BELOW_10 "'args': [{'index': 0, 'value': 10, 'op': 'SCMP_CMP_LT'}]"
#define ERRNO_2 "'action': 'SCMP_ACT_ERRNO', 'errnoRet': 2"
#define ERRNO_7 "'action': 'SCMP_ACT_ERRNO', 'errnoRet': 7"

/*
 * Of overlapping rules of equally strict actions the first in the profile answers. Merging must not
 * change which that is: here chdir's rule takes read's last one before read's first.
 */
Test(oci, keeps_the_order_of_rules_that_overlap)
{
    static const char text[] = "{'defaultAction': 'SCMP_ACT_ERRNO', " NATIVE ", 'syscalls': [\n"
                               "{'names': ['chdir'], " ERRNO_2 ", " ABOVE_5 "},\n"
                               "{'names': ['read'], " ERRNO_7 ", " BELOW_10 "},\n"
                               "{'names': ['read'], " ERRNO_2 ", " ABOVE_5 "}]}";
    struct selected made = select_with(text, "amd64", 0, "6.1", SCC_CONFLICT_STRICTEST);
    size_t len = 0;
    char *slim = scc_policy_to_oci(must_hold(&made), &len);
    struct selected again = select_with(slim, "amd64", 0, "6.1", SCC_CONFLICT_STRICTEST);
    cr_assert_eq(answer_to(made.policy, "x86_64", "read", 7), SECCOMP_RET_ERRNO | 7);
    cr_assert_eq(answer_to(must_hold(&again), "x86_64", "read", 7), SECCOMP_RET_ERRNO | 7,
                 "FINDING: the slim profile answers read(7) with %x",
                 answer_to(again.policy, "x86_64", "read", 7));
    free(slim);
    selected_clear(&made);
    selected_clear(&again);
}

/*
 * JSON text
 */

Test(oci, prints_json)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"null", "null\n"},
        {"{}", "{}\n"},
        {"[]", "[]\n"},
        {"[1, true, null, 'x']", "[\n  1, true, null, 'x'\n]\n"},
        {"{'a': {}, 'b': []}", "{\n  'a': {},\n  'b': []\n}\n"},
        {"[[1], {'a': [2]}]", "[\n  [\n    1\n  ],\n  {\n    'a': [\n      2\n    ]\n  }\n]\n"},
        {"{'a\\n': '\\t'}", "{\n  'a\\n': '\\t'\n}\n"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char *text = with_quotes(cases[i].text), *wanted = with_quotes(cases[i].wanted);
        cJSON *item = cJSON_Parse(text);
        struct scc_strbuf out = {0};
        cr_assert_not_null(item, "%s", text);
        scc_json_print(&out, item);
        cr_expect_str_eq(out.data, wanted);
        scc_strbuf_free(&out);
        cJSON_Delete(item);
        free(text);
        free(wanted);
    }
}

Test(oci, fills_lines_to_80_columns)
{
    cJSON *array = cJSON_CreateArray();
    /* Two blanks, then 13 elements of 6 columns: `"abc",` and a blank less at the end of the line,
     * which is 2 + 13 * 7 - 1 > 80 > 2 + 11 * 7 - 1. */
    for (int i = 0; i < 13; i++)
        cJSON_AddItemToArray(array, cJSON_CreateString("abc"));
    struct scc_strbuf out = {0};
    scc_json_print(&out, array);
    const char *first = strchr(out.data, '\n') + 1;
    size_t len = strcspn(first, "\n");
    cr_assert_eq(len, 78, "%s", out.data);
    cr_assert_eq(strcspn(first + len + 1, "\n"), 2 + 6 + 1 + 5, "%s", out.data);
    scc_strbuf_free(&out);
    cJSON_Delete(array);
    /* An element that fits exactly stays on the line; one that does not fit anywhere stands alone.
     */
    char wide[128];
    for (int len_wide = 66; len_wide <= 72; len_wide++) {
        memset(wide, 'x', sizeof wide);
        wide[len_wide] = '\0';
        array = cJSON_CreateArray();
        cJSON_AddItemToArray(array, cJSON_CreateString("ab"));
        cJSON_AddItemToArray(array, cJSON_CreateString(wide));
        scc_json_print(&out, array);
        first = strchr(out.data, '\n') + 1;
        cr_expect_leq(strcspn(first, "\n"), 80);
        bool is_one_line = strcspn(first, "\n") > 20;
        cr_expect_eq(is_one_line, 2 + 5 + 1 + len_wide + 2 < 80, "%d", len_wide);
        scc_strbuf_free(&out);
        cJSON_Delete(array);
    }
}

Test(oci, prints_all_64_bits)
{
    static const uint64_t values[] = {0, 1, 9007199254740993u, UINT64_MAX};
    static const char *const texts[] = {"0\n", "1\n", "9007199254740993\n",
                                        "18446744073709551615\n"};
    for (size_t i = 0; i < SCC_COUNT(values); i++) {
        cJSON *item = scc_json_new_uint(values[i]);
        struct scc_strbuf out = {0};
        scc_json_print(&out, item);
        cr_expect_str_eq(out.data, texts[i]);
        scc_strbuf_free(&out);
        cJSON_Delete(item);
    }
}

/*
 * C header
 */

Test(oci, writes_a_header_that_a_compiler_takes)
{
    struct sock_filter insns[] = {
        {0x20, 0, 0, 4}, {0x15, 1, 255, 0xc000003e}, {0x06, 0, 0, 0x7fff0000}};
    struct scc_program program = {insns, SCC_COUNT(insns), false};
    size_t len = 0;
    char *text = scc_program_to_header(&program, scc_arch_find("amd64"), "my_Filter2", &len);
    cr_assert_not_null(text);
    cr_assert_eq(len, strlen(text));
    cr_assert_str_eq(
        text, "/* seccomp filter for x86_64, 3 instructions; made by seccompc " SCC_VERSION ". */\n"
              "#ifndef MY_FILTER2_H\n"
              "#define MY_FILTER2_H\n"
              "\n"
              "#include <linux/filter.h>\n"
              "\n"
              "#define my_Filter2_len 3\n"
              "static const struct sock_filter my_Filter2[my_Filter2_len] = {\n"
              "    {0x20, 0, 0, 0x00000004},\n"
              "    {0x15, 1, 255, 0xc000003e},\n"
              "    {0x06, 0, 0, 0x7fff0000},\n"
              "};\n"
              "\n"
              "#endif\n");
    free(text);
}

/*
 * Base64
 */
