/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cost.h"
#include "json_print.h"
#include "options.h"
#include "strbuf.h"
#include "util.h"

enum { LABEL_COLUMNS = 10 };

/*
 * For a person
 */

/** Whether @p out is a terminal that may be given colours (no-color.org). */
static bool has_colours(FILE *out)
{
    const char *refused = getenv("NO_COLOR");
    return isatty(fileno(out)) && !(refused && *refused);
}

/** A line "label     text", wrapped; takes what is in @p text and empties it. */
static void print_line(FILE *out, const char *label, struct scc_strbuf *text)
{
    bool is_warning = strcmp(label, "warning") == 0 && has_colours(out);
    SCC_AUTOFREE char *line = scc_strbuf_steal(text);
    fprintf(out, "%s%-*s%s", is_warning ? "\033[33m" : "", LABEL_COLUMNS, label,
            is_warning ? "\033[0m" : "");
    scc_print_wrapped(out, line ? line : "(out of memory)", LABEL_COLUMNS, LABEL_COLUMNS);
}

static void print_profile(FILE *out, const struct scc_report *report)
{
    const struct scc_profile *profile = report->profile;
    /* The default's errno has the name of the first target's architecture. */
    const struct scc_policy *policy = report->targets[0].compiled.policy;
    struct scc_strbuf text = {0};
    scc_strbuf_add_escaped(&text, scc_profile_name(profile));
    scc_strbuf_addf(&text, ": %zu entries, %zu names; default ", profile->entry_count,
                    scc_profile_name_count(profile));
    scc_action_describe(&text, policy->default_return, policy->target);
    print_line(out, "profile", &text);
}

static void print_target(FILE *out, const struct scc_report_target *target)
{
    const struct scc_policy *policy = target->compiled.policy;
    struct scc_strbuf text = {0};
    scc_strbuf_addf(&text, "%s (", scc_arch_docker_name(policy->target));
    for (size_t i = 0; i < policy->arch_count; i++)
        scc_strbuf_addf(&text, "%s%s", i ? ", " : "", policy->arches[i].arch->name);
    scc_strbuf_addf(&text, "), kernel %u.%u, %d capabilities", target->target->kernel.major,
                    target->target->kernel.minor, __builtin_popcountll(target->target->caps));
    print_line(out, "target", &text);
}

/* The keys of includes and excludes. */
static const char *const left_out_words[SCC_LEFT_OUT_COUNT] = {
    [SCC_ENTRY_LEFT_OUT_CAPS] = "caps",
    [SCC_ENTRY_LEFT_OUT_ARCHES] = "arches",
    [SCC_ENTRY_LEFT_OUT_KERNEL] = "minKernel",
};

static void add_left_out(struct scc_strbuf *text, const struct scc_policy *policy)
{
    size_t counts[SCC_LEFT_OUT_COUNT] = {0}, total = 0;
    for (size_t i = 0; i < policy->entry_count; i++)
        counts[policy->left_out[i]]++;
    for (int i = SCC_ENTRY_SELECTED + 1; i < SCC_LEFT_OUT_COUNT; i++)
        total += counts[i];
    scc_strbuf_addf(text, "; %zu entries left out", total);
    const char *separator = " (";
    for (int i = SCC_ENTRY_SELECTED + 1; i < SCC_LEFT_OUT_COUNT; i++) {
        if (counts[i]) {
            scc_strbuf_addf(text, "%s%zu %s", separator, counts[i], left_out_words[i]);
            separator = ", ";
        }
    }
    scc_strbuf_add(text, total ? ")" : "");
}

static const char *const action_words[SCC_ACTION_COUNT] = {
    [SCC_ACTION_KILL_PROCESS] = "kill the process",
    [SCC_ACTION_KILL_THREAD] = "kill the thread",
    [SCC_ACTION_TRAP] = "trapped",
    [SCC_ACTION_ERRNO] = "refused",
    [SCC_ACTION_NOTIFY] = "notified",
    [SCC_ACTION_TRACE] = "traced",
    [SCC_ACTION_LOG] = "logged",
    [SCC_ACTION_ALLOW] = "allowed",
};

static void print_selected(FILE *out, const struct scc_policy *policy)
{
    struct scc_call_counts counts = scc_policy_count_calls(policy);
    struct scc_strbuf text = {0};
    scc_strbuf_addf(&text, "%zu syscalls", counts.total);
    const char *separator = ": ";
    for (int i = SCC_ACTION_COUNT; i-- > 0;) {
        if (counts.unconditional[i]) {
            scc_strbuf_addf(&text, "%s%zu %s", separator, counts.unconditional[i], action_words[i]);
            separator = ", ";
        }
    }
    if (counts.by_argument)
        scc_strbuf_addf(&text, "%s%zu by argument", separator, counts.by_argument);
    add_left_out(&text, policy);
    if (policy->absent_names)
        scc_strbuf_addf(&text, "; %zu names are of other architectures", policy->absent_names);
    print_line(out, "selected", &text);
}

static void print_program(FILE *out, const struct scc_compiled *compiled)
{
    struct scc_cache_counts cache = scc_count_cached(compiled->policy, compiled->program);
    struct scc_strbuf text = {0};
    scc_strbuf_addf(&text,
                    "%zu instructions by libseccomp %s, %u steps at worst, %zu of %zu "
                    "unconditional ones in the kernel's action cache",
                    scc_program_count(compiled->program), scc_scmp_version(),
                    scc_cost_longest_path(compiled->program), cache.cached, cache.allowed);
    print_line(out, "program", &text);
}

/** Names the entries that do not apply, and why. */
static void print_details(FILE *out, const struct scc_report *report,
                          const struct scc_policy *policy)
{
    for (size_t i = 0; i < policy->entry_count; i++) {
        if (policy->left_out[i] == SCC_ENTRY_SELECTED)
            continue;
        const struct scc_profile_entry *entry = &report->profile->entries[i];
        const struct scc_json_node *name = scc_profile_first_name(entry);
        struct scc_strbuf text = {0};
        scc_strbuf_addf(&text, "syscalls[%zu] (line %u), left out for its %s:", i,
                        scc_json_place(entry->node).line, left_out_words[policy->left_out[i]]);
        for (; name; name = scc_profile_next_name(name)) {
            scc_strbuf_add(&text, " ");
            scc_strbuf_add_escaped(&text, scc_json_string(name));
        }
        print_line(out, "", &text);
    }
}

static void print_diags(FILE *out, const scc_diags *diags)
{
    enum scc_diag_level level;
    const char *message;
    for (size_t i = 0; (message = scc_diags_at(diags, i, &level)) != NULL; i++) {
        struct scc_strbuf text = {0};
        scc_strbuf_add(&text, message);
        print_line(out, level == SCC_DIAG_NOTE ? "note" : "warning", &text);
    }
}

/** Warnings for a log: each on a line of its own, in the form of an error. */
static void log_warnings(FILE *out, const scc_diags *diags)
{
    enum scc_diag_level level;
    const char *message;
    for (size_t i = 0; (message = scc_diags_at(diags, i, &level)) != NULL; i++) {
        if (level == SCC_DIAG_WARNING)
            fprintf(out, "seccompc: warning: %s\n", message);
    }
}

static void print_outputs(FILE *out, const struct scc_report *report)
{
    if (!report->output_count) {
        struct scc_strbuf text = {0};
        scc_strbuf_add(&text, "nothing (--export-bpf and its like name files)");
        print_line(out, "wrote", &text);
    }
    for (size_t i = 0; i < report->output_count; i++) {
        const struct scc_report_output *output = &report->outputs[i];
        struct scc_strbuf text = {0};
        scc_strbuf_add_escaped(&text,
                               strcmp(output->path, "-") == 0 ? "standard output" : output->path);
        scc_strbuf_addf(&text, " (%zu bytes", output->bytes);
        if (strcmp(output->kind, "oci") == 0)
            scc_strbuf_addf(&text, " of the profile's %zu", report->profile_bytes);
        scc_strbuf_add(&text, ")");
        print_line(out, "wrote", &text);
    }
}

static void print_for_person(FILE *out, const struct scc_report *report)
{
    print_profile(out, report);
    for (size_t i = 0; i < report->target_count; i++) {
        const struct scc_report_target *target = &report->targets[i];
        print_target(out, target);
        print_selected(out, target->compiled.policy);
        if (report->is_verbose)
            print_details(out, report, target->compiled.policy);
        print_program(out, &target->compiled);
    }
    print_diags(out, report->diags);
    print_outputs(out, report);
}

/*
 * For a program. Failures to allocate are remembered in `failed`, so that building reads as a list.
 */

struct json {
    bool failed;
};

static cJSON *put(struct json *json, cJSON *object, const char *key, cJSON *item)
{
    bool done =
        item && object &&
        (key ? cJSON_AddItemToObject(object, key, item) : cJSON_AddItemToArray(object, item));
    if (done)
        return item;
    cJSON_Delete(item);
    json->failed = true;
    return NULL;
}

static void put_uint(struct json *json, cJSON *object, const char *key, uint64_t value)
{
    put(json, object, key, scc_json_new_uint(value));
}

static void put_text(struct json *json, cJSON *object, const char *key, const char *text)
{
    put(json, object, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void put_action(struct json *json, cJSON *object, const char *key, uint32_t return_value,
                       const struct scc_arch *arch)
{
    struct scc_strbuf text = {0};
    scc_action_describe(&text, return_value, arch);
    SCC_AUTOFREE char *shown = scc_strbuf_steal(&text);
    put_text(json, object, key, shown);
}

static void put_selected(struct json *json, cJSON *object, const struct scc_policy *policy)
{
    struct scc_call_counts counts = scc_policy_count_calls(policy);
    cJSON *selected = put(json, object, "selected", cJSON_CreateObject());
    put_uint(json, selected, "syscalls", counts.total);
    put_uint(json, selected, "byArgument", counts.by_argument);
    cJSON *actions = put(json, selected, "unconditional", cJSON_CreateObject());
    for (int i = SCC_ACTION_COUNT; i-- > 0;)
        put_uint(json, actions, scc_action_name((enum scc_action)i), counts.unconditional[i]);
    put_uint(json, selected, "namesOfOtherArchitectures", policy->absent_names);
    put_uint(json, selected, "unknownNames", policy->unknown_names);
}

static void put_left_out(struct json *json, cJSON *object, const struct scc_report *report,
                         const struct scc_policy *policy)
{
    cJSON *list = put(json, object, "leftOut", cJSON_CreateArray());
    for (size_t i = 0; i < policy->entry_count; i++) {
        if (policy->left_out[i] == SCC_ENTRY_SELECTED)
            continue;
        cJSON *entry = put(json, list, NULL, cJSON_CreateObject());
        put_uint(json, entry, "entry", i);
        put_uint(json, entry, "line", scc_json_place(report->profile->entries[i].node).line);
        put_text(json, entry, "reason", left_out_words[policy->left_out[i]]);
    }
}

static void put_program(struct json *json, cJSON *object, const struct scc_compiled *compiled)
{
    struct scc_cache_counts cache = scc_count_cached(compiled->policy, compiled->program);
    cJSON *program = put(json, object, "program", cJSON_CreateObject());
    put_text(json, program, "libseccomp", scc_scmp_version());
    put_uint(json, program, "instructions", scc_program_count(compiled->program));
    put_uint(json, program, "longestPath", scc_cost_longest_path(compiled->program));
    put_uint(json, program, "allowed", cache.allowed);
    put_uint(json, program, "cached", cache.cached);
}

static void put_target(struct json *json, cJSON *list, const struct scc_report *report,
                       const struct scc_report_target *target)
{
    const struct scc_policy *policy = target->compiled.policy;
    cJSON *object = put(json, list, NULL, cJSON_CreateObject());
    put_text(json, object, "architecture", scc_arch_docker_name(policy->target));
    cJSON *arches = put(json, object, "architectures", cJSON_CreateArray());
    for (size_t i = 0; i < policy->arch_count; i++)
        put_text(json, arches, NULL, policy->arches[i].arch->token_name);
    char release[16];
    snprintf(release, sizeof release, "%u.%u", target->target->kernel.major,
             target->target->kernel.minor);
    put_text(json, object, "kernel", release);
    cJSON *caps = put(json, object, "capabilities", cJSON_CreateArray());
    for (unsigned bit = 0; scc_cap_name(bit); bit++) {
        if (target->target->caps >> bit & 1)
            put_text(json, caps, NULL, scc_cap_name(bit));
    }
    put_action(json, object, "default", policy->default_return, policy->target);
    put_selected(json, object, policy);
    put_left_out(json, object, report, policy);
    put_program(json, object, &target->compiled);
}

static void put_diags(struct json *json, cJSON *root, const scc_diags *diags)
{
    cJSON *notes = put(json, root, "notes", cJSON_CreateArray());
    cJSON *warnings = put(json, root, "warnings", cJSON_CreateArray());
    enum scc_diag_level level;
    const char *message;
    for (size_t i = 0; (message = scc_diags_at(diags, i, &level)) != NULL; i++)
        put_text(json, level == SCC_DIAG_NOTE ? notes : warnings, NULL, message);
}

static void put_report(struct json *json, cJSON *root, const struct scc_report *report)
{
    cJSON *profile = put(json, root, "profile", cJSON_CreateObject());
    put_text(json, profile, "name", scc_profile_name(report->profile));
    put_uint(json, profile, "bytes", report->profile_bytes);
    put_uint(json, profile, "entries", report->profile->entry_count);
    put_uint(json, profile, "names", scc_profile_name_count(report->profile));
    cJSON *targets = put(json, root, "targets", cJSON_CreateArray());
    for (size_t i = 0; i < report->target_count; i++)
        put_target(json, targets, report, &report->targets[i]);
    put_diags(json, root, report->diags);
    cJSON *outputs = put(json, root, "wrote", cJSON_CreateArray());
    for (size_t i = 0; i < report->output_count; i++) {
        cJSON *output = put(json, outputs, NULL, cJSON_CreateObject());
        put_text(json, output, "kind", report->outputs[i].kind);
        put_text(json, output, "path", report->outputs[i].path);
        put_uint(json, output, "bytes", report->outputs[i].bytes);
    }
}

static bool print_json(FILE *out, struct json *json, cJSON *root)
{
    struct scc_strbuf text = {0};
    if (!json->failed)
        scc_json_print(&text, root);
    cJSON_Delete(root);
    SCC_AUTOFREE char *shown = scc_strbuf_steal(&text);
    if (json->failed || !shown)
        return false;
    fputs(shown, out);
    return true;
}

bool scc_report_print(FILE *out, const struct scc_report *report, enum scc_report_style style)
{
    struct json json = {0};
    switch (style) {
    case SCC_REPORT_DIAGNOSTICS:
        log_warnings(out, report->diags);
        return true;
    case SCC_REPORT_PERSON:
        print_for_person(out, report);
        return true;
    case SCC_REPORT_JSON: {
        cJSON *root = cJSON_CreateObject();
        put_report(&json, root, report);
        return print_json(out, &json, root);
    }
    case SCC_REPORT_QUIET:
        break;
    }
    return true;
}

static void put_failure(struct json *json, cJSON *root, const scc_error *err)
{
    cJSON *error = put(json, root, "error", cJSON_CreateObject());
    put_uint(json, error, "status", (uint64_t)scc_error_get_code(err));
    put_text(json, error, "file", scc_error_get_file(err));
    put_uint(json, error, "line", scc_error_get_line(err));
    put_uint(json, error, "column", scc_error_get_column(err));
    put_text(json, error, "path", scc_error_get_json_path(err));
    put_text(json, error, "message", scc_error_get_message(err));
}

void scc_report_failure(FILE *out, const scc_error *err, const scc_diags *diags,
                        enum scc_report_style style)
{
    struct json json = {0};
    if (style == SCC_REPORT_JSON) {
        cJSON *root = cJSON_CreateObject();
        put_failure(&json, root, err);
        if (diags)
            put_diags(&json, root, diags);
        if (print_json(out, &json, root))
            return;
    }
    if (diags && style != SCC_REPORT_QUIET && style != SCC_REPORT_JSON)
        log_warnings(out, diags);
    fprintf(out, "seccompc: %s\n", scc_error_get_text(err));
}
