/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What lint finds in a profile. Each call that a finding shows has the answer that it is said to
 * have; the three forms are well-formed, say the same number of findings, and the one for a person
 * has no control characters.
 */
#include <ctype.h>

#include "action.h"
#include "fuzz_policy.h"
#include "json.h"
#include "lint.h"
#include "lint_print.h"
#include "syscall.h"
#include "util.h"

/*
 * Calls that are shown
 */

/** Reads "NAME(0x1, 0x2, …) on ARCH: " at @p text; *rest becomes what follows. */
static bool read_call(const char *text, struct scc_call *call, const char **rest)
{
    char name[64], arch_name[32];
    int at = 0;
    unsigned long long nr = 0;
    bool is_number = sscanf(text, "call 0x%llx(%n", &nr, &at) == 1 && at > 0;
    if (!is_number && (sscanf(text, "%63[a-z0-9_](%n", name, &at) != 1 || at == 0))
        return false;
    *call = (struct scc_call){0};
    text += at;
    for (unsigned arg = 0; arg < SCC_ARG_COUNT && strncmp(text, "0x", 2) == 0; arg++) {
        char *end;
        call->args[arg] = strtoull(text, &end, 16);
        text = end + (strncmp(end, ", ", 2) == 0 ? 2 : 0);
    }
    text += strncmp(text, "…", strlen("…")) == 0 ? strlen("…") : 0;
    at = 0;
    if (sscanf(text, ") on %31[a-z0-9_]: %n", arch_name, &at) != 1 || at == 0)
        return false;
    const struct scc_arch *arch = scc_arch_find(arch_name);
    fuzz_check(arch, "no architecture: %s", arch_name);
    const struct scc_syscall *found = is_number ? NULL : scc_syscall_find(name);
    fuzz_check(is_number || found, "no call: %s", name);
    call->audit = arch->audit;
    call->nr = is_number ? (uint32_t)nr : scc_syscall_nr(found, arch);
    *rest = text + at;
    return true;
}

/** Checks the answers to all calls in the text of a finding; returns how many there were. */
static unsigned check_shown(const scc_policy *policy, const char *shown)
{
    unsigned count = 0;
    for (const char *at = shown; *at; at++) {
        struct scc_call call;
        const char *rest;
        bool begins_word = at == shown || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        if (!begins_word || !read_call(at, &call, &rest))
            continue;
        struct scc_strbuf out = {0};
        scc_action_describe(&out, scc_policy_answer(policy, &call), policy->target);
        char *answer = scc_strbuf_steal(&out);
        size_t len = answer ? strlen(answer) : 0;
        /* cppcheck-suppress nullPointerRedundantCheck; fuzz_check() does not return */
        fuzz_check(answer && strncmp(rest, answer, len) == 0 && !isalnum((unsigned char)rest[len]),
                   "%s, and it is %s", shown, answer);
        free(answer);
        count++;
    }
    return count;
}

static void check_findings(const struct scc_lint *lint)
{
    size_t told = 0, total = 0;
    for (size_t i = 0; i < lint->count; i++) {
        const struct scc_lint_finding *finding = &lint->findings[i];
        fuzz_check(finding->rule && finding->node && finding->reason && finding->fix,
                   "a finding without words");
        if (finding->shown && !strstr(finding->shown, " matches both"))
            fuzz_check(check_shown(lint->policy, finding->shown) > 0, "no call: %s",
                       finding->shown);
    }
    for (size_t i = 0; i < SCC_LINT_COUNT; i++) {
        total += lint->totals[i];
        told += lint->totals[i] < SCC_LINT_TOLD_MAX ? lint->totals[i] : SCC_LINT_TOLD_MAX;
    }
    fuzz_check(lint->count == told && told <= total, "%zu findings, counted %zu", lint->count,
               told);
}

/*
 * The three forms
 */

struct printed {
    char *text; /* the caller frees it */
    size_t len_bytes;
    FILE *out;
};

static void start(struct printed *printed)
{
    *printed = (struct printed){0};
    printed->out = open_memstream(&printed->text, &printed->len_bytes);
    fuzz_check(printed->out, "no memory");
}

static void check_text(const struct scc_lint *lint)
{
    struct printed printed;
    scc_error *err = NULL;
    start(&printed);
    fuzz_must(scc_lint_print(printed.out, lint, &err), err);
    fclose(printed.out);
    fuzz_check(strlen(printed.text) == printed.len_bytes, "a NUL byte");
    fuzz_check_printable(printed.text, true);
    free(printed.text);
}

/** What is printed as JSON or as a SARIF log, and how many findings it has. */
static void check_document(const struct scc_lint *lint, bool is_sarif)
{
    struct printed printed;
    scc_error *err = NULL;
    start(&printed);
    scc_diags *diags = fuzz_diags();
    fuzz_must(is_sarif ? scc_lint_print_sarif(printed.out, lint, "a folder/fuzz.json", &err)
                       : scc_lint_print_json(printed.out, lint, diags, &err),
              err);
    fclose(printed.out);
    scc_diags_free(diags);
    cJSON *root = cJSON_ParseWithLength(printed.text, printed.len_bytes);
    const cJSON *list = root;
    if (is_sarif)
        list = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(list, "runs"), 0);
    list = cJSON_GetObjectItemCaseSensitive(list, is_sarif ? "results" : "findings");
    fuzz_check(list && (size_t)cJSON_GetArraySize(list) == lint->count, "not %zu findings: %s",
               lint->count, printed.text);
    cJSON_Delete(root);
    free(printed.text);
}

static void check_policy(const scc_profile *profile, const struct fuzz_settings *settings,
                         const scc_policy *policy, uint8_t more)
{
    SCC_CLEANUP(scc_lint_clear)
    struct scc_lint lint = {
        .profile = profile,
        .target = settings->target,
        .policy = policy,
        .options = {.level = SCC_LINT_NOTE, .takes_strictest = more & 1},
    };
    scc_error *err = NULL;
    if (more & 2)
        lint.options.libseccomp = &scc_lint_libseccomps[0];
    fuzz_must(scc_lint_run(&lint, &err), err);
    check_findings(&lint);
    check_text(&lint);
    check_document(&lint, more & 4);
    scc_diags *diags = fuzz_diags();
    fuzz_must(scc_lint_warn(profile, settings->target, policy, diags, &err), err);
    fuzz_take_diags(diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The two forms for programs take turns, since they are most of the time that this takes. */
    uint8_t more = size ? (uint8_t)(data[size - 1] >> 6 | (size & 1) << 2) : 0;
    struct fuzz_settings settings = fuzz_take_settings(data, &size);
    scc_profile *profile = NULL;
    scc_policy *policy = NULL;
    scc_error *err = NULL;
    settings.reading.on_conflict = SCC_CONFLICT_STRICTEST;
    if (fuzz_accepts(scc_profile_parse((const char *)data, size, "fuzz", &profile, NULL, &err),
                     &err) &&
        fuzz_accepts(
            scc_policy_select(profile, settings.target, &settings.reading, &policy, NULL, &err),
            &err))
        check_policy(profile, &settings, policy, more);
    scc_policy_free(policy);
    scc_profile_free(profile);
    scc_target_free(settings.target);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_mutate_taken(data, size, max_size, seed, FUZZ_SETTING_BYTES, fuzz_takes_profile);
}
