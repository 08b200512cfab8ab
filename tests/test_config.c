/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <linux/capability.h>
#include <sys/mman.h>

#include "config.h"
#include "policies.h"
#include "util.h"

/** A file in memory that holds @p text, apostrophes being quotes; its path in @p path. */
static int config_file(const char *text, char *path, size_t size)
{
    int fd = memfd_create("config", MFD_CLOEXEC);
    char *json = with_quotes(text);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, json, strlen(json)), (ssize_t)strlen(json));
    free(json);
    snprintf(path, size, "/proc/self/fd/%d", fd);
    return fd;
}

#define SECCOMP "'linux': {'seccomp': {'defaultAction': 'SCMP_ACT_ALLOW'}}"
#define BOUNDING(names) "'process': {'capabilities': {'bounding': " names "}}"

static const uint64_t untouched = UINT64_MAX;

Test(config, takes_the_bounding_set)
{
    static const struct {
        const char *text;
        uint64_t caps;
    } cases[] = {
        {"{" SECCOMP "," BOUNDING("['CAP_CHOWN', 'CAP_SYS_ADMIN', 'CAP_CHOWN']") "}",
         1ull << CAP_CHOWN | 1ull << CAP_SYS_ADMIN},
        {"{" SECCOMP "," BOUNDING("['CAP_CHECKPOINT_RESTORE']") "}",
         1ull << CAP_CHECKPOINT_RESTORE},
        {"{" SECCOMP "," BOUNDING("[]") "}", 0},
        /* the bounding set alone counts */
        {"{" SECCOMP ",'process': {'capabilities': {'effective': ['CAP_CHOWN'], 'permitted': "
         "['CAP_CHOWN'], 'inheritable': ['CAP_CHOWN'], 'ambient': ['CAP_CHOWN']}}}",
         0},
        /* absent or null anywhere on the way: empty */
        {"{" SECCOMP "," BOUNDING("null") "}", 0},
        {"{" SECCOMP ",'process': {'capabilities': {}}}", 0},
        {"{" SECCOMP ",'process': {'capabilities': null}}", 0},
        {"{" SECCOMP ",'process': {}}", 0},
        {"{" SECCOMP ",'process': null}", 0},
        {"{" SECCOMP "}", 0},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        for (int with_profile = 0; with_profile < 2; with_profile++) {
            char path[64];
            scc_cap_set caps = untouched;
            scc_profile *profile = NULL;
            scc_error *err = NULL;
            int fd = config_file(cases[i].text, path, sizeof path);
            must(scc_config_read(path, &caps, with_profile ? &profile : NULL, NULL, &err), err);
            cr_expect_eq(caps, cases[i].caps, "%s: %lx", cases[i].text, caps);
            cr_expect_eq(profile != NULL, with_profile);
            scc_profile_free(profile);
            close(fd);
        }
    }
}

Test(config, takes_the_profile_with_its_places)
{
    static const char text[] =
        "{'ociVersion': '1.0.2', 'hooks': {}, 'linux': {'namespaces': [],\n"
        "'seccomp': {'defaultAction': 'SCMP_ACT_ERRNO', 'x': 1,\n"
        "'syscalls': [{'names': ['read', 'raed'], 'action': 'SCMP_ACT_ALLOW'}]}}}";
    char path[64];
    scc_cap_set caps = untouched;
    struct selected made = {.diags = scc_diags_new()};
    scc_target *target = NULL;
    int fd = config_file(text, path, sizeof path);
    must(scc_config_read(path, &caps, &made.profile, made.diags, &made.err), made.err);
    close(fd);
    cr_assert_str_eq(scc_profile_name(made.profile), path);
    cr_assert_eq(scc_profile_entry_count(made.profile), 1);
    /* The size is the object's in the file. */
    cr_assert_eq(scc_profile_bytes(made.profile),
                 strlen(strstr(text, "{'defaultAction")) - strlen("}}"));
    cr_assert_eq(count_told(&made, SCC_DIAG_WARNING,
                            ":2:53: an unknown key has no effect "
                            "(linux.seccomp.x)"),
                 1);
    must(scc_target_new(scc_arch_find("amd64"), caps, 6, 1, &target, &made.err), made.err);
    must(scc_policy_select(made.profile, target, NULL, &made.policy, made.diags, &made.err),
         made.err);
    cr_assert_eq(count_told(&made, SCC_DIAG_WARNING, "(linux.seccomp.syscalls[0].names[1])"), 1);
    scc_target_free(target);
    selected_clear(&made);
}

Test(config, refuses_what_it_cannot_use)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *path; /* NULL: none is known */
        const char *says;
    } cases[] = {
        {"[]", 1, 1, "", "an array, expected an object"},
        {"{" SECCOMP ",\n'process': []}", 2, 12, "process", "an array, expected an object"},
        {"{" SECCOMP ",\n'process': {'capabilities': ['CAP_CHOWN']}}", 2, 29,
         "process.capabilities", "an array, expected an object"},
        {"{" SECCOMP ",\n" BOUNDING("'all'") "}", 2, 42, "process.capabilities.bounding",
         "a string, expected an array"},
        {"{" SECCOMP ",\n" BOUNDING("['CAP_CHOWN', 7]") "}", 2, 56,
         "process.capabilities.bounding[1]", "a number, expected a string"},
        {"{" SECCOMP ",\n" BOUNDING("['Cap_CHWON']") "}", 2, 43, "process.capabilities.bounding[0]",
         "did you mean \"CAP_CHOWN\"?"},
        {"{" SECCOMP ",\n" BOUNDING("['CAP_']") "}", 2, 43, "process.capabilities.bounding[0]",
         "expected a capability"},
        {"{" SECCOMP ",\n" BOUNDING("['CAP_CHOWN,CAP_KILL']") "}", 2, 43,
         "process.capabilities.bounding[0]", "expected a capability"},
        {"{" SECCOMP ",\n" BOUNDING("['chown']") "}", 2, 43, "process.capabilities.bounding[0]",
         "expected a capability"},
        /* seccomp is off */
        {"{}", 1, 1, "", "no linux.seccomp: seccomp is off"},
        {"{'linux': {}}", 1, 1, "", "no linux.seccomp"},
        {"{'linux': null}", 1, 1, "", "no linux.seccomp"},
        {"{'linux': {'seccomp': null}}", 1, 1, "", "no linux.seccomp"},
        {"{'linux': []}", 1, 11, "linux", "an array, expected an object"},
        {"{'linux': {'seccomp': {}}}", 1, 23, "linux.seccomp", "turns seccomp off"},
        {"{'linux': {'seccomp': []}}", 1, 23, "linux.seccomp", "an array, expected an object"},
        {"{'linux': {'seccomp': {'defaultAction': 'X'}}}", 1, 41, "linux.seccomp.defaultAction",
         "\"X\", expected an action"},
        {"", 1, 1, NULL, "the file is empty"},
        {"{'a': 1, 'a': 2}", 1, 15, "a", "twice"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char path[64];
        scc_cap_set caps = untouched;
        scc_profile *profile = NULL;
        scc_error *err = NULL;
        int fd = config_file(cases[i].text, path, sizeof path);
        cr_assert_eq(scc_config_read(path, &caps, &profile, NULL, &err), -1, "%s", cases[i].text);
        close(fd);
        const char *told = scc_error_get_text(err), *at = scc_error_get_json_path(err);
        cr_expect_eq(scc_error_get_code(err), SCC_ERROR_INPUT, "%s", told);
        cr_expect_eq(caps, untouched, "%s", told);
        cr_expect_null(profile);
        cr_expect(scc_error_get_line(err) == cases[i].line &&
                      scc_error_get_column(err) == cases[i].column,
                  "expected %u:%u: %s", cases[i].line, cases[i].column, told);
        cr_expect(cases[i].path ? at && strcmp(at, cases[i].path) == 0 : !at,
                  "expected path %s: %s", cases[i].path ? cases[i].path : "none", told);
        cr_expect_not_null(strstr(told, cases[i].says), "expected \"%s\": %s", cases[i].says, told);
        scc_error_free(err);
    }
}

/* A newer kernel's: no rule can name it, and the container is to start. */
Test(config, passes_over_capabilities_that_it_does_not_know)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{" SECCOMP ",\n" BOUNDING("['CAP_CHOWN', 'CAP_NEW_THING_2']") "}",
         ":2:56: \"CAP_NEW_THING_2\": no capability that is known here; a profile cannot name it, "
         "so "
         "it is passed over (process.capabilities.bounding[1])"},
        {"{" SECCOMP ",\n" BOUNDING("['CAP_XQZ', 'CAP_CHOWN', 'CAP_NEW_THING', 'CAP_ABC']") "}",
         ":2:43: \"CAP_XQZ\" and 2 more: no capability"},
        {"{" SECCOMP ",\n" BOUNDING("['CAP_CHWON', 'CAP_CHOWN']") "}",
         "so it is passed over; did you mean \"CAP_CHOWN\"?"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char path[64];
        scc_cap_set caps = untouched;
        struct selected made = {.diags = scc_diags_new()};
        int fd = config_file(cases[i].text, path, sizeof path);
        must(scc_config_read(path, &caps, NULL, made.diags, &made.err), made.err);
        close(fd);
        cr_expect_eq(caps, 1ull << CAP_CHOWN, "%s", cases[i].text);
        cr_expect_eq(scc_diags_count(made.diags, SCC_DIAG_WARNING), 1);
        cr_expect_eq(count_told(&made, SCC_DIAG_WARNING, cases[i].says), 1, "%s", cases[i].says);
        selected_clear(&made);
    }
}

Test(config, is_told_from_a_profile)
{
    static const struct {
        const char *text;
        bool is_config;
    } cases[] = {
        {"{'ociVersion': '1.0.2'}", true},
        {"{'linux': {}}", true},
        {"{'linux': null, 'process': {}}", true},
        {"{}", false},
        {"{'process': {}}", false},
        {"[]", false},
        {"{'ociVersion': '1.0.2', 'defaultAction': 'SCMP_ACT_ALLOW'}", false},
        {"{'linux': {}, 'syscalls': []}", false},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct scc_json *doc = NULL;
        scc_error *err = NULL;
        char *json = with_quotes(cases[i].text);
        must(scc_json_parse(json, strlen(json), "c.json", &doc, &err), err);
        cr_expect_eq(scc_config_is_config(scc_json_root(doc)), cases[i].is_config, "%s",
                     cases[i].text);
        scc_json_free(doc);
    }
}

/* Who asks for the capabilities alone may have seccomp off. */
Test(config, needs_no_profile_where_none_is_asked_for)
{
    static const char *const texts[] = {
        "{" BOUNDING("['CAP_CHOWN']") "}",
        "{'linux': {'seccomp': null}," BOUNDING("['CAP_CHOWN']") "}",
        "{'linux': {'seccomp': {}}," BOUNDING("['CAP_CHOWN']") "}"};
    for (size_t i = 0; i < SCC_COUNT(texts); i++) {
        char path[64];
        scc_cap_set caps = untouched;
        scc_error *err = NULL;
        int fd = config_file(texts[i], path, sizeof path);
        must(scc_config_read(path, &caps, NULL, NULL, &err), err);
        cr_expect_eq(caps, 1ull << CAP_CHOWN);
        close(fd);
    }
}

Test(config, refuses_files_that_are_none)
{
    scc_cap_set caps = untouched;
    scc_error *err = NULL;
    cr_assert_eq(scc_config_read("/nonexistent/config.json", &caps, NULL, NULL, &err), -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_SYSTEM);
    scc_error_free(err);
    err = NULL;
    cr_assert_eq(scc_config_read("/proc/self", &caps, NULL, NULL, &err), -1);
    cr_assert_eq(scc_error_get_code(err), SCC_ERROR_INPUT);
    cr_assert_not_null(strstr(scc_error_get_text(err), "a directory, expected a file"));
    scc_error_free(err);
    cr_assert_eq(caps, untouched);
}
