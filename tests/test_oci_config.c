/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <linux/capability.h>

#include "base64.h"
#include "cache_support.h"
#include "oci_config.h"
#include "policies.h"

/** A profile, and what is made of it for amd64. */
#define SECCOMP                                                                                    \
    "{'defaultAction': 'SCMP_ACT_ERRNO', 'architectures': ['SCMP_ARCH_X86_64'],\n'syscalls': ["    \
    "{'names': ['write', 'read', 'read'], 'action': 'SCMP_ACT_ALLOW'}]}"
#define SLIM                                                                                       \
    "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 1, 'architectures': "                  \
    "['SCMP_ARCH_X86_64'], 'syscalls': [{'names': ['read', 'write'], 'action': "                   \
    "'SCMP_ACT_ALLOW'}]}"
#define PROGRAM                                                                                    \
    "IAAAAAQAAAAVAAAFPgAAwCAAAAAAAAAANQABAAIAAAAGAAAAAAD/fzUAAAIAAABAFQABAP////"                   \
    "8GAAAAAAAAAAYAAAABAAUA"
#define KEY "run.oci.seccomp_bpf_data"

/** What was made of a config, and what was told. */
struct outcome {
    scc_oci_config *config;
    struct scc_oci_rewritten made;
    scc_diags *diags;
    scc_error *err;
};

static void outcome_clear(struct outcome *outcome)
{
    scc_oci_config_free(outcome->config);
    free(outcome->made.text);
    scc_diags_free(outcome->diags);
    scc_error_free(outcome->err);
}

/** Rewrites @p json for amd64 and the config's own bounding set. */
static struct outcome rewrite_with(const char *json, size_t len, const scc_profile *instead,
                                   const scc_cache *cache, enum scc_on_conflict on_conflict)
{
    struct outcome out = {.diags = scc_diags_new()};
    const struct scc_compile_options options = {.level = SCC_LEVEL_OWN,
                                                .reading = {.on_conflict = on_conflict}};
    struct scc_target target = *test_target();
    if (scc_oci_config_parse(json, len, "c.json", instead, &out.config, out.diags, &out.err) < 0)
        return out;
    target.caps = scc_oci_config_caps(out.config);
    if (!scc_oci_config_profile(out.config))
        must(scc_oci_config_tell_off(out.config, out.diags, &out.err), out.err);
    else if (scc_oci_config_rewrite(out.config, &target, &options, cache, &out.made, out.diags,
                                    &out.err) < 0)
        cr_assert_null(out.made.text);
    return out;
}

/** As rewrite_with(), of a text with apostrophes for quotes. */
static struct outcome rewrite(const char *text)
{
    char *json = with_quotes(text);
    struct outcome out = rewrite_with(json, strlen(json), NULL, NULL, SCC_CONFLICT_REFUSE);
    free(json);
    return out;
}

/** Whether an entry of that level has @p part in its text. */
static bool is_told(const struct outcome *out, enum scc_diag_level level, const char *part)
{
    enum scc_diag_level found;
    const char *text;
    for (size_t i = 0; (text = scc_diags_at(out->diags, i, &found)) != NULL; i++) {
        if (found == level && strstr(text, part))
            return true;
    }
    return false;
}

Test(oci_config, changes_two_values_alone)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"{'linux': {'seccomp': " SECCOMP "}}",
         "{'linux': {'seccomp': " SLIM "}, 'annotations': {'" KEY "': '" PROGRAM "'}}"},
        /* seccomp as the first, a middle and the last member; absent, null and empty annotations */
        {"{'annotations': null, 'linux': {'seccomp': " SECCOMP ", 'z': 1}, 'ociVersion': '1'}\n\t ",
         "{'annotations': {'" KEY "': '" PROGRAM "'}, 'linux': {'seccomp': " SLIM
         ", 'z': 1}, 'ociVersion': '1'}\n\t "},
        {"{'linux': {'y': [], 'seccomp': " SECCOMP ", 'z': 1}, 'annotations': {}}",
         "{'linux': {'y': [], 'seccomp': " SLIM ", 'z': 1}, 'annotations': {'" KEY "': '" PROGRAM
         "'}}"},
        {"{'annotations': {'k': 'v'}, 'linux': {'y': [], 'seccomp': " SECCOMP "}}",
         "{'annotations': {'k': 'v', '" KEY "': '" PROGRAM "'}, 'linux': {'y': [], 'seccomp': " SLIM
         "}}"},
        {"{'annotations': {'" KEY "': 'b2xk', 'k': 'v'}, 'linux': {'seccomp': " SECCOMP "}}",
         "{'annotations': {'" KEY "': '" PROGRAM "', 'k': 'v'}, 'linux': {'seccomp': " SLIM "}}"},
        /* keys that look alike elsewhere */
        {"{'hooks': {'linux': {'seccomp': {}}, 'annotations': {'" KEY
         "': 1}}, 'linux': {'linux': {'seccomp': 0}, 'seccomp': " SECCOMP ", '" KEY "': ''}}",
         "{'hooks': {'linux': {'seccomp': {}}, 'annotations': {'" KEY
         "': 1}}, 'linux': {'linux': {'seccomp': 0}, 'seccomp': " SLIM ", '" KEY
         "': ''}, 'annotations': {'" KEY "': '" PROGRAM "'}}"},
        /* numbers, escapes and blanks as they are written */
        {" \n{'n' : [18446744073709551615,1e400, -0.0 "
         ",1.10],\r\n'\\u00e9\\ud83d\\uDE00':'\\/€\\t', "
         "'linux': {'seccomp': " SECCOMP " } }",
         " \n{'n' : [18446744073709551615,1e400, -0.0 "
         ",1.10],\r\n'\\u00e9\\ud83d\\uDE00':'\\/€\\t', "
         "'linux': {'seccomp': " SLIM " }, 'annotations': {'" KEY "': '" PROGRAM "'} }"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct outcome out = rewrite(cases[i].text);
        char *expected = with_quotes(cases[i].expected);
        cr_assert_not_null(out.made.text, "%s: %s", cases[i].text,
                           out.err ? scc_error_get_text(out.err) : "");
        cr_expect_str_eq(out.made.text, expected);
        cr_expect_eq(out.made.len_bytes, strlen(expected));
        cr_expect_eq(out.made.instructions, 9);
        /* Its own output stays as it is. */
        struct outcome again = rewrite(out.made.text);
        cr_expect_str_eq(again.made.text, expected);
        cr_expect_eq(again.made.annotation, SCC_OCI_SAME);
        cr_expect(is_told(&again, SCC_DIAG_NOTE, "with this program (annotations[\"" KEY "\"])"));
        outcome_clear(&again);
        outcome_clear(&out);
        free(expected);
    }
}

Test(oci_config, tells_of_an_annotation_that_it_replaces)
{
    /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): none is */
    static const char *const olds[] = {"'b2xk'", "null", "7", "'" PROGRAM "='", "''"};
    for (size_t i = 0; i < SCC_COUNT(olds); i++) {
        char text[800];
        snprintf(text, sizeof text,
                 "{'linux': {'seccomp': " SECCOMP "},\n 'annotations': {'" KEY "': %s}}", olds[i]);
        struct outcome out = rewrite(text);
        cr_assert_not_null(out.made.text, "%s", olds[i]);
        cr_expect_eq(out.made.annotation, SCC_OCI_REPLACED);
        cr_expect(is_told(&out, SCC_DIAG_WARNING,
                          "c.json:3:46: the annotation stands here already, with another program, "
                          "which is replaced (annotations[\"" KEY "\"])"));
        outcome_clear(&out);
    }
}

Test(oci_config, leaves_a_config_without_seccomp)
{
    static const struct {
        const char *text;
        const char *warns; /* or NULL */
    } cases[] = {
        {"{}", NULL},
        {"{'ociVersion': '1'}", NULL},
        {"{'linux': null}", NULL},
        {"{'linux': {}}", NULL},
        {"{'linux': {'seccomp': null}}", NULL},
        {"{'linux': {'seccomp': {}}}", NULL},
        {"{'linux': {'seccomp': {'architectures': ['x'], 'flags': []}}}", NULL},
        {"{'linux': {}, 'annotations': {'k': '', '" KEY "': null}}", NULL},
        {"{'linux': {}, 'annotations': {'" KEY "': 'b2xk'}}", "stays in force for crun"},
        {"{'linux': {'seccomp': null}, 'annotations': {'" KEY "': ''}}", "stays in force for crun"},
        {"{'annotations': {'" KEY "': 'b2xk'}}", "without effect: the config has no linux object"},
        {"{'linux': null, 'annotations': {'" KEY "': 'b2xk'}}", "without effect"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct outcome out = rewrite(cases[i].text);
        cr_assert_null(out.err, "%s: %s", cases[i].text, scc_error_get_text(out.err));
        cr_expect_null(out.made.text);
        cr_expect(is_told(&out, SCC_DIAG_WARNING, "c.json: no linux.seccomp: seccomp is off"));
        cr_expect_eq(scc_diags_count(out.diags, SCC_DIAG_WARNING), cases[i].warns ? 2 : 1);
        cr_expect(!cases[i].warns || is_told(&out, SCC_DIAG_WARNING, cases[i].warns), "%s",
                  cases[i].text);
        outcome_clear(&out);
    }
}

Test(oci_config, refuses)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "c.json:1:1: the file is empty"},
        {"[]", "an array, expected an object"},
        {"{'linux': {'seccomp': " SECCOMP "}, 'a': 1, 'a': 2}",
         "c.json:2:96: the key stands twice"},
        {"{'linux': {'seccomp': {'defaultAction': 'SCMP_ACT_ALLOW', 'defaultAction': "
         "'SCMP_ACT_ALLOW'}}}",
         "twice"},
        {"{'linux': {'seccomp': " SECCOMP "}} x", "nothing after the JSON value"},
        {"{'linux': {'seccomp': " SECCOMP "}", "the text ends here"},
        {SECCOMP, "a seccomp profile, expected an OCI runtime config"},
        {"{'linux': []}", "an array, expected an object (linux)"},
        {"{'linux': {'seccomp': 0}}", "a number, expected an object (linux.seccomp)"},
        {"{'linux': {'seccomp': {'syscalls': []}}}", "a profile without defaultAction"},
        {"{'linux': {'seccomp': {'DefaultAction': 'SCMP_ACT_ALLOW'}}}", "by case alone"},
        {"{'linux': {'Seccomp': " SECCOMP "}}", "the key differs from \"seccomp\" by case alone"},
        {"{'Linux': {}}", "the key differs from \"linux\" by case alone"},
        {"{'Annotations': {}}", "the key differs from \"annotations\" by case alone"},
        {"{'linux': {}, 'annotations': []}", "an array, expected an object (annotations)"},
        {"{'linux': {'seccomp': " SECCOMP "}, 'process': {'capabilities': {'bounding': ['all']}}}",
         "expected a capability"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct outcome out = rewrite(cases[i].text);
        cr_expect_null(out.made.text, "%s", cases[i].text);
        cr_assert_not_null(out.err, "%s", cases[i].text);
        cr_expect_eq(scc_error_get_code(out.err), SCC_ERROR_INPUT);
        cr_expect(strstr(scc_error_get_text(out.err), cases[i].says), "%s: %s", cases[i].text,
                  scc_error_get_text(out.err));
        outcome_clear(&out);
    }
}

/** Conditions in linux.seccomp are selected for the config's own capabilities. */
Test(oci_config, takes_the_bounding_set)
{
    static const char *const sets[] = {"[]", "['CAP_SYS_BOOT']"};
    for (size_t i = 0; i < SCC_COUNT(sets); i++) {
        char text[800];
        snprintf(text, sizeof text,
                 "{'process': {'capabilities': {'bounding': %s}}, 'linux': {'seccomp': "
                 "{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [{'names': ['reboot'], 'action': "
                 "'SCMP_ACT_ALLOW', 'includes': {'caps': ['CAP_SYS_BOOT']}}]}}}",
                 sets[i]);
        struct outcome out = rewrite(text);
        cr_assert_not_null(out.made.text, "%s", scc_error_get_text(out.err));
        cr_expect_eq(strstr(out.made.text, "\"reboot\"") != NULL, i == 1);
        cr_expect_null(strstr(out.made.text, "includes"));
        outcome_clear(&out);
    }
}

Test(oci_config, takes_a_profile_instead)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"{'ociVersion': '1'}", "{'ociVersion': '1', 'linux': {'seccomp': " SLIM
                                "}, 'annotations': {'" KEY "': '" PROGRAM "'}}"},
        {"{'linux': null, 'annotations': {'k': 'v'}}",
         "{'linux': {'seccomp': " SLIM "}, 'annotations': {'k': 'v', '" KEY "': '" PROGRAM "'}}"},
        {"{'linux': {'seccomp': {}}}",
         "{'linux': {'seccomp': " SLIM "}, 'annotations': {'" KEY "': '" PROGRAM "'}}"},
        /* What is replaced need not be a profile. */
        {"{'linux': {'seccomp': ['x']}}",
         "{'linux': {'seccomp': " SLIM "}, 'annotations': {'" KEY "': '" PROGRAM "'}}"},
    };
    struct selected profile = parse_only(SECCOMP);
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char *json = with_quotes(cases[i].text), *expected = with_quotes(cases[i].expected);
        struct outcome out =
            rewrite_with(json, strlen(json), profile.profile, NULL, SCC_CONFLICT_REFUSE);
        cr_assert_not_null(out.made.text, "%s", scc_error_get_text(out.err));
        cr_expect_str_eq(out.made.text, expected);
        outcome_clear(&out);
        free(json);
        free(expected);
    }
    struct outcome out = rewrite_with("{}", 2, profile.profile, NULL, SCC_CONFLICT_REFUSE);
    cr_expect_null(out.made.text);
    cr_expect(strstr(scc_error_get_text(out.err), "an empty object, expected an OCI"));
    outcome_clear(&out);
    selected_clear(&profile);
}

/** The slim profile cannot say which of two actions a call gets. */
Test(oci_config, refuses_what_the_slim_profile_cannot_say)
{
    char *json = with_quotes(
        "{'linux': {'seccomp': {'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': ["
        "{'names': ['read'], 'action': 'SCMP_ACT_ERRNO', 'args': [{'index': 0, 'value': 1, 'op': "
        "'SCMP_CMP_EQ'}]}, {'names': ['read'], 'action': 'SCMP_ACT_KILL', 'args': [{'index': 1, "
        "'value': 1, 'op': 'SCMP_CMP_EQ'}]}]}}}");
    enter_folder();
    scc_cache *cache = open_cache("cache");
    static const enum scc_on_conflict modes[] = {SCC_CONFLICT_REFUSE, SCC_CONFLICT_STRICTEST};
    for (size_t i = 0; i < SCC_COUNT(modes); i++) {
        struct outcome out = rewrite_with(json, strlen(json), NULL, cache, modes[i]);
        cr_assert_null(out.made.text);
        cr_expect(i == 0 || strstr(scc_error_get_text(out.err), "the slim profile cannot say"),
                  "%s", scc_error_get_text(out.err));
        outcome_clear(&out);
    }
    /* Also where the program itself is in the cache. */
    struct selected profile = {.diags = scc_diags_new()};
    scc_cached *cached = NULL;
    const struct scc_compile_options options = {.level = SCC_LEVEL_OWN,
                                                .reading = {.on_conflict = SCC_CONFLICT_STRICTEST}};
    const char *seccomp = strstr(json, "{\"defaultAction");
    must(scc_profile_parse(seccomp, strlen(seccomp) - 2, "p.json", &profile.profile, NULL,
                           &profile.err),
         profile.err);
    struct scc_target target = *test_target();
    target.caps = 0;
    must(scc_cache_compile_profile(cache, profile.profile, &target, &options, &cached, NULL,
                                   &profile.err),
         profile.err);
    cr_expect_not(scc_cached_is_hit(cached));
    scc_cached_free(cached);
    struct outcome out = rewrite_with(json, strlen(json), NULL, cache, SCC_CONFLICT_STRICTEST);
    cr_assert_null(out.made.text);
    cr_expect(strstr(scc_error_get_text(out.err), "the slim profile cannot say"), "%s",
              scc_error_get_text(out.err));
    outcome_clear(&out);
    selected_clear(&profile);
    scc_cache_close(cache);
    leave_folder();
    free(json);
}

/** The key is the profile's own text: what else is in the config makes no other entry. */
Test(oci_config, hits_the_cache_whatever_else_changes)
{
    static const char *const texts[] = {
        "{'ociVersion': '1', 'linux': {'seccomp': " SECCOMP "}}",
        "{'hostname': 'a', 'linux': {'cgroupsPath': '/x', 'seccomp': " SECCOMP "}}",
        "{'process': {'args': ['x']}, 'linux': {'seccomp': " SECCOMP "}, 'annotations': {'k': ''}}",
    };
    enter_folder();
    scc_cache *cache = open_cache("cache");
    for (size_t i = 0; i < SCC_COUNT(texts); i++) {
        char *json = with_quotes(texts[i]);
        struct outcome out = rewrite_with(json, strlen(json), NULL, cache, SCC_CONFLICT_REFUSE);
        struct outcome fresh = rewrite(texts[i]);
        cr_assert_not_null(out.made.text);
        cr_expect_eq(out.made.is_hit, i > 0);
        cr_expect_str_eq(out.made.text, fresh.made.text);
        outcome_clear(&fresh);
        outcome_clear(&out);
        free(json);
    }
    /* Another bounding set, or another profile, is another entry. */
    static const char other[] = "{'process': {'capabilities': {'bounding': ['CAP_CHOWN']}}, "
                                "'linux': {'seccomp': " SECCOMP "}}";
    char *json = with_quotes(other);
    struct outcome out = rewrite_with(json, strlen(json), NULL, cache, SCC_CONFLICT_REFUSE);
    cr_expect_not(out.made.is_hit);
    outcome_clear(&out);
    free(json);
    scc_cache_close(cache);
    leave_folder();
}

/** Of a megabyte of other things nothing changes. */
Test(oci_config, takes_a_megabyte)
{
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, "{'process': {'env': [");
    for (unsigned i = 0; text.len < 1 << 20; i++)
        scc_strbuf_addf(&text, "%s'VARIABLE_%u=€\\u0041 %u'", i ? ", " : "", i, i);
    scc_strbuf_add(&text, "], 'n': 1.10e-7}");
    const size_t head = text.len;
    scc_strbuf_add(&text, ", 'linux': {'seccomp': " SECCOMP "}, 'z': [");
    for (unsigned i = 0; i < 10000; i++)
        scc_strbuf_addf(&text, "%s%u.0", i ? "," : "", i);
    scc_strbuf_add(&text, "]}");
    struct outcome out = rewrite(text.data);
    char *json = with_quotes(text.data);
    cr_assert_not_null(out.made.text);
    cr_expect_eq(memcmp(out.made.text, json, head), 0);
    const char *rest = strstr(json, ", \"z\": ["), *found = strstr(out.made.text, ", \"z\": [");
    cr_assert(rest && found);
    cr_expect_eq(strncmp(found, rest, strlen(rest) - 1), 0);
    free(json);
    outcome_clear(&out);
    scc_strbuf_free(&text);
}
