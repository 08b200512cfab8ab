/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blob_words.h"
#include "cost.h"
#include "enosys.h"
#include "json_build.h"
#include "options.h"
#include "strbuf.h"
#include "util.h"

int scc_report_find_hardening(struct scc_report_target *target, scc_diags *diags, scc_error **err)
{
    const struct scc_policy *policy = target->compiled.policy;
    struct scc_policy plain = *policy;
    const struct scc_input before = {.name = policy->profile_name, .policy = &plain};
    const struct scc_input after = {.name = policy->profile_name,
                                    .policy = target->compiled.policy};
    scc_error *failure = NULL;
    if (!policy->hardens)
        return 0;
    plain.hardens = false;
    if (scc_difference_find(&before, &after, SCC_DIFFERENCE_ANY, &target->hardening, &failure) ==
        0) {
        target->tells_hardening = true;
        return 0;
    }
    bool is_undecided = scc_error_get_code(failure) == SCC_ERROR_INPUT;
    int done = is_undecided ? scc_diags_add(diags, SCC_DIAG_NOTE,
                                            (struct scc_place){.file = policy->profile_name}, NULL,
                                            err, "what --harden changes is too much to tell: %s",
                                            scc_error_get_message(failure))
                            : scc_error_nomem(err);
    scc_error_free(failure);
    return done;
}

/*
 * For a person
 */

/** Adds "1 name", "2 names". */
static void add_count(struct scc_strbuf *text, size_t count, const char *one, const char *many)
{
    scc_strbuf_addf(text, "%zu %s", count, count == 1 ? one : many);
}

static void print_profile(struct scc_page *page, const struct scc_report *report)
{
    const struct scc_profile *profile = report->profile;
    /* The default's errno has the name of the first target's architecture. */
    const struct scc_policy *policy = report->targets[0].compiled.policy;
    struct scc_strbuf text = {0};
    scc_strbuf_add_escaped(&text, scc_profile_name(profile));
    scc_strbuf_add(&text, ": ");
    add_count(&text, profile->entry_count, "entry, ", "entries, ");
    add_count(&text, scc_profile_name_count(profile), "name; default ", "names; default ");
    scc_action_describe(&text, policy->default_return, policy->target);
    scc_page_line(page, "profile", &text);
}

/** What answers to numbers that the author could not know; nothing where the default does. */
static void print_enosys(struct scc_page *page, const struct scc_policy *policy)
{
    struct scc_strbuf text = {0};
    if (policy->enosys == SCC_ENOSYS_PROFILE)
        return;
    scc_strbuf_addf(&text, "%s: ", scc_enosys_name(policy->enosys));
    if (!policy->override_count)
        scc_strbuf_add(&text, "nothing to add");
    else if (policy->enosys == SCC_ENOSYS_RUNC)
        scc_strbuf_add(&text, "numbers above the largest that the profile names, before any rule");
    else
        scc_strbuf_addf(&text,
                        "calls that are younger than Linux %u.%u, and numbers that no kernel has, "
                        "instead of the default",
                        policy->profile_kernel.major, policy->profile_kernel.minor);
    scc_page_line(page, "enosys", &text);
}

static void print_target(struct scc_page *page, const struct scc_report_target *target)
{
    const struct scc_policy *policy = target->compiled.policy;
    struct scc_strbuf text = {0};
    scc_strbuf_addf(&text, "%s (", scc_arch_docker_name(policy->target));
    for (size_t i = 0; i < policy->arch_count; i++)
        scc_strbuf_addf(&text, "%s%s", i ? ", " : "", policy->arches[i].arch->name);
    scc_strbuf_addf(&text, "), kernel %u.%u, ", target->target->kernel.major,
                    target->target->kernel.minor);
    add_count(&text, (size_t)__builtin_popcountll(target->target->caps), "capability",
              "capabilities");
    scc_page_line(page, "target", &text);
}

static void print_entry(struct scc_page *page, const struct scc_report_target *target)
{
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, "applies ");
    scc_blob_add_condition(&text, &target->condition);
    scc_strbuf_add(&text, "; flags ");
    scc_blob_add_flags(&text, scc_policy_filter_flags(target->compiled.policy));
    scc_page_line(page, "entry", &text);
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
    scc_strbuf_add(text, "; ");
    add_count(text, total, "entry left out", "entries left out");
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

static void print_selected(struct scc_page *page, const struct scc_policy *policy)
{
    struct scc_call_counts counts = scc_policy_count_calls(policy);
    struct scc_strbuf text = {0};
    add_count(&text, counts.total, "syscall", "syscalls");
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
    if (policy->absent_names) {
        scc_strbuf_add(&text, "; ");
        add_count(&text, policy->absent_names, "name is of another architecture",
                  "names are of other architectures");
    }
    scc_page_line(page, "selected", &text);
}

static void print_program(struct scc_page *page, const struct scc_compiled *compiled)
{
    struct scc_cache_counts cache = scc_count_cached(compiled->policy, compiled->program);
    struct scc_strbuf text = {0};
    scc_strbuf_addf(&text, "%zu instructions", scc_program_count(compiled->program));
    if (compiled->crosscheck.has_program)
        scc_strbuf_addf(&text, " (libseccomp %s: %zu)", scc_scmp_version(),
                        compiled->crosscheck.instructions);
    scc_strbuf_addf(&text,
                    ", %u steps at worst, %zu of %zu unconditional ones in the kernel's action "
                    "cache",
                    scc_cost_longest_path(compiled->program), cache.cached, cache.allowed);
    scc_page_line(page, "program", &text);
}

static void print_proof(struct scc_page *page, const struct scc_compiled *compiled)
{
    struct scc_strbuf text = {0};
    if (!compiled->is_proved)
        scc_strbuf_add(&text, "differs from the profile, which --allow-mismatch lets pass");
    else if (compiled->lost_count)
        scc_strbuf_add(&text, "equals the profile without the names that libseccomp does not know, "
                              "for every other input");
    else
        scc_strbuf_addf(&text, "equals the %sprofile for every input",
                        compiled->policy->hardens ? "hardened " : "");
    scc_strbuf_addf(&text, ", %.1f ms, %zu nodes", compiled->proof_ms, compiled->proof_nodes);
    scc_page_line(page, "proof", &text);
}

static void print_hardening(struct scc_page *page, const struct scc_report_target *target)
{
    const struct scc_arch *arch = target->compiled.policy->target;
    struct scc_strbuf text = {0};
    if (target->tells_hardening && target->hardening.is_none) {
        scc_strbuf_add(&text, "nothing: no call gets a stricter answer without its high words");
        scc_page_line(page, "hardened", &text);
    }
    for (size_t i = 0; scc_difference_line(&text, &target->hardening, i, arch); i++)
        scc_page_line(page, i ? "" : "hardened", &text);
}

/** Names the entries that do not apply, and why. */
static void print_details(struct scc_page *page, const struct scc_report *report,
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
        scc_page_line(page, "", &text);
    }
}

void scc_report_diags(struct scc_page *page, const scc_diags *diags)
{
    enum scc_diag_level level;
    const char *message;
    for (size_t i = 0; (message = scc_diags_at(diags, i, &level)) != NULL; i++) {
        struct scc_strbuf text = {0};
        scc_strbuf_add(&text, message);
        scc_page_line(page, level == SCC_DIAG_NOTE ? "note" : "warning", &text);
    }
}

void scc_report_warnings(FILE *out, const scc_diags *diags)
{
    enum scc_diag_level level;
    const char *message;
    for (size_t i = 0; (message = scc_diags_at(diags, i, &level)) != NULL; i++) {
        if (level == SCC_DIAG_WARNING)
            fprintf(out, "seccompc: warning: %s\n", message);
    }
}

static void print_outputs(struct scc_page *page, const struct scc_report *report)
{
    if (!report->output_count) {
        struct scc_strbuf text = {0};
        scc_strbuf_add(&text, "nothing (--export-bpf and its like name files)");
        scc_page_line(page, "wrote", &text);
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
        scc_page_line(page, "wrote", &text);
    }
}

static void print_for_person(struct scc_page *page, const struct scc_report *report)
{
    print_profile(page, report);
    for (size_t i = 0; i < report->target_count; i++) {
        const struct scc_report_target *target = &report->targets[i];
        print_target(page, target);
        if (report->has_entries)
            print_entry(page, target);
        print_selected(page, target->compiled.policy);
        print_enosys(page, target->compiled.policy);
        if (report->is_verbose)
            print_details(page, report, target->compiled.policy);
        print_program(page, &target->compiled);
        print_proof(page, &target->compiled);
        print_hardening(page, target);
    }
    scc_report_diags(page, report->diags);
    print_outputs(page, report);
}

/*
 * For a program
 */

static void put_selected(struct scc_json_build *json, cJSON *object,
                         const struct scc_policy *policy)
{
    struct scc_call_counts counts = scc_policy_count_calls(policy);
    cJSON *selected = scc_json_put_object(json, object, "selected");
    scc_json_put_uint(json, selected, "syscalls", counts.total);
    scc_json_put_uint(json, selected, "byArgument", counts.by_argument);
    cJSON *actions = scc_json_put_object(json, selected, "unconditional");
    for (int i = SCC_ACTION_COUNT; i-- > 0;)
        scc_json_put_uint(json, actions, scc_action_name((enum scc_action)i),
                          counts.unconditional[i]);
    scc_json_put_uint(json, selected, "namesOfOtherArchitectures", policy->absent_names);
    scc_json_put_uint(json, selected, "unknownNames", policy->unknown_names);
}

static void put_enosys(struct scc_json_build *json, cJSON *object, const struct scc_policy *policy)
{
    cJSON *enosys = scc_json_put_object(json, object, "enosys");
    scc_json_put_text(json, enosys, "mode", scc_enosys_name(policy->enosys));
    if (policy->enosys != SCC_ENOSYS_KERNEL)
        return;
    char release[16];
    snprintf(release, sizeof release, "%u.%u", policy->profile_kernel.major,
             policy->profile_kernel.minor);
    scc_json_put_text(json, enosys, "profileKernel", release);
}

static void put_left_out(struct scc_json_build *json, cJSON *object,
                         const struct scc_report *report, const struct scc_policy *policy)
{
    cJSON *list = scc_json_put_array(json, object, "leftOut");
    for (size_t i = 0; i < policy->entry_count; i++) {
        if (policy->left_out[i] == SCC_ENTRY_SELECTED)
            continue;
        cJSON *entry = scc_json_put_object(json, list, NULL);
        scc_json_put_uint(json, entry, "entry", i);
        scc_json_put_uint(json, entry, "line",
                          scc_json_place(report->profile->entries[i].node).line);
        scc_json_put_text(json, entry, "reason", left_out_words[policy->left_out[i]]);
    }
}

static void put_program(struct scc_json_build *json, cJSON *object,
                        const struct scc_compiled *compiled)
{
    struct scc_cache_counts cache = scc_count_cached(compiled->policy, compiled->program);
    cJSON *program = scc_json_put_object(json, object, "program");
    scc_json_put_text(json, program, "libseccomp", scc_scmp_version());
    scc_json_put_uint(json, program, "instructions", scc_program_count(compiled->program));
    scc_json_put_uint(json, program, "longestPath", scc_cost_longest_path(compiled->program));
    scc_json_put_uint(json, program, "allowed", cache.allowed);
    scc_json_put_uint(json, program, "cached", cache.cached);
    cJSON *proof = scc_json_put_object(json, object, "proof");
    scc_json_put_bool(json, proof, "equal", compiled->is_proved);
    scc_json_put_uint(json, proof, "namesUnknownToLibseccomp", compiled->lost_count);
    scc_json_put_uint(json, proof, "nodes", compiled->proof_nodes);
    scc_json_put_uint(json, proof, "microseconds", (uint64_t)(compiled->proof_ms * 1000));
    if (!compiled->crosscheck.has_program)
        return;
    cJSON *crosscheck = scc_json_put_object(json, object, "crosscheck");
    scc_json_put_uint(json, crosscheck, "instructions", compiled->crosscheck.instructions);
    scc_json_put_bool(json, crosscheck, "equal", compiled->crosscheck.equal);
}

static void put_target(struct scc_json_build *json, cJSON *list, const struct scc_report *report,
                       const struct scc_report_target *target)
{
    const struct scc_policy *policy = target->compiled.policy;
    cJSON *object = scc_json_put_object(json, list, NULL);
    scc_json_put_text(json, object, "architecture", scc_arch_docker_name(policy->target));
    cJSON *arches = scc_json_put_array(json, object, "architectures");
    for (size_t i = 0; i < policy->arch_count; i++)
        scc_json_put_text(json, arches, NULL, policy->arches[i].arch->token_name);
    char release[16];
    snprintf(release, sizeof release, "%u.%u", target->target->kernel.major,
             target->target->kernel.minor);
    scc_json_put_text(json, object, "kernel", release);
    cJSON *caps = scc_json_put_array(json, object, "capabilities");
    for (unsigned bit = 0; scc_cap_name(bit); bit++) {
        if (target->target->caps >> bit & 1)
            scc_json_put_text(json, caps, NULL, scc_cap_name(bit));
    }
    if (report->has_entries) {
        cJSON *entry = scc_json_put_object(json, object, "entry");
        scc_blob_put_condition(json, entry, &target->condition);
        scc_blob_put_flags(json, entry, "flags", scc_policy_filter_flags(policy));
    }
    scc_json_put_return(json, object, "default", policy->default_return, policy->target);
    put_enosys(json, object, policy);
    put_selected(json, object, policy);
    put_left_out(json, object, report, policy);
    put_program(json, object, &target->compiled);
    scc_json_put_bool(json, object, "hardens", policy->hardens);
    if (target->tells_hardening)
        scc_difference_put(json, object, "hardened", &target->hardening, policy->target);
}

static void put_report(struct scc_json_build *json, cJSON *root, const struct scc_report *report)
{
    cJSON *profile = scc_json_put_object(json, root, "profile");
    scc_json_put_text(json, profile, "name", scc_profile_name(report->profile));
    scc_json_put_uint(json, profile, "bytes", report->profile_bytes);
    scc_json_put_uint(json, profile, "entries", report->profile->entry_count);
    scc_json_put_uint(json, profile, "names", scc_profile_name_count(report->profile));
    cJSON *targets = scc_json_put_array(json, root, "targets");
    for (size_t i = 0; i < report->target_count; i++)
        put_target(json, targets, report, &report->targets[i]);
    scc_json_put_diags(json, root, report->diags);
    cJSON *outputs = scc_json_put_array(json, root, "wrote");
    for (size_t i = 0; i < report->output_count; i++) {
        cJSON *output = scc_json_put_object(json, outputs, NULL);
        scc_json_put_text(json, output, "kind", report->outputs[i].kind);
        scc_json_put_text(json, output, "path", report->outputs[i].path);
        scc_json_put_uint(json, output, "bytes", report->outputs[i].bytes);
    }
}

int scc_report_compose(struct scc_page *page, const struct scc_report *report,
                       enum scc_report_style style, scc_error **err)
{
    struct scc_json_build json = {0};
    if (style == SCC_REPORT_JSON) {
        cJSON *root = cJSON_CreateObject();
        put_report(&json, root, report);
        scc_json_build_add(&json, root, &page->text);
    } else if (style == SCC_REPORT_PERSON) {
        print_for_person(page, report);
    }
    return page->text.failed ? scc_error_nomem(err) : 0;
}

static void put_failure(struct scc_json_build *json, cJSON *root, const scc_error *err)
{
    cJSON *error = scc_json_put_object(json, root, "error");
    scc_json_put_uint(json, error, "status", (uint64_t)scc_error_get_code(err));
    scc_json_put_text(json, error, "file", scc_error_get_file(err));
    scc_json_put_uint(json, error, "line", scc_error_get_line(err));
    scc_json_put_uint(json, error, "column", scc_error_get_column(err));
    scc_json_put_text(json, error, "path", scc_error_get_json_path(err));
    scc_json_put_text(json, error, "message", scc_error_get_message(err));
}

void scc_report_failure(FILE *out, const scc_error *err, const scc_diags *diags,
                        enum scc_report_style style)
{
    struct scc_json_build json = {0};
    if (style == SCC_REPORT_JSON) {
        cJSON *root = cJSON_CreateObject();
        put_failure(&json, root, err);
        if (diags)
            scc_json_put_diags(&json, root, diags);
        if (scc_json_build_print(&json, root, out, NULL) == 0)
            return;
    }
    if (diags && style != SCC_REPORT_QUIET && style != SCC_REPORT_JSON)
        scc_report_warnings(out, diags);
    fprintf(out, "seccompc: %s\n", scc_error_get_text(err));
}
