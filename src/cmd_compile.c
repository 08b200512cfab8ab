/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc [compile] [OPTIONS] [PROFILE|-] */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base64.h"
#include "cmd.h"
#include "compile.h"
#include "config.h"
#include "diag.h"
#include "emit_options.h"
#include "error.h"
#include "fat_blob.h"
#include "file.h"
#include "lint.h"
#include "report_options.h"
#include "strbuf.h"
#include "target_options.h"
#include "util.h"

enum {
    /** Rules of all targets, which are kept until everything is written: about 200 bytes each. */
    RULES_MAX = 1 << 20,
};

struct settings {
    struct scc_target_options target;
    struct scc_emit_settings emit;
    const char *bpf_path; /* NULL: not wanted */
    const char *oci_path;
    const char *lxc_path;
    const char *header_path;
    const char *blob_path;
    bool is_base64;
    struct scc_compile_options compile;
    bool is_strict;
    struct scc_report_settings report;
    bool is_verbose;
    bool wants_help;
    bool wants_version;
};

static int apply_bpf(void *settings, const char *value, scc_error **err)
{
    return scc_options_set_path(&((struct settings *)settings)->bpf_path, "--export-bpf", value,
                                err);
}

static int apply_oci(void *settings, const char *value, scc_error **err)
{
    return scc_options_set_path(&((struct settings *)settings)->oci_path, "--export-oci", value,
                                err);
}

static int apply_lxc(void *settings, const char *value, scc_error **err)
{
    return scc_options_set_path(&((struct settings *)settings)->lxc_path, "--export-lxc", value,
                                err);
}

static int apply_header(void *settings, const char *value, scc_error **err)
{
    return scc_options_set_path(&((struct settings *)settings)->header_path, "--export-header",
                                value, err);
}

static int apply_blob(void *settings, const char *value, scc_error **err)
{
    return scc_options_set_path(&((struct settings *)settings)->blob_path, "--export-blob", value,
                                err);
}

static int apply_base64(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->is_base64 = true;
    return 0;
}

static int apply_level(void *settings, const char *value, scc_error **err)
{
    if (strlen(value) != 1 || *value < '0' || *value > '2')
        return scc_error_set(err, SCC_ERROR_USAGE, "-O%s: no such level, expected -O0, -O1 or -O2",
                             value);
    ((struct settings *)settings)->compile.level = (enum scc_level)(*value - '0');
    return 0;
}

static int apply_allow_mismatch(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->compile.allows_mismatch = true;
    return 0;
}

static int apply_no_crosscheck(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->compile.crosschecks = false;
    return 0;
}

static int apply_strict(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->is_strict = true;
    return 0;
}

static int apply_verbose(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->is_verbose = true;
    return 0;
}

static int apply_help(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->wants_help = true;
    return 0;
}

static int apply_version(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->wants_version = true;
    return 0;
}

static const struct scc_option output_rows[] = {
    {"export-bpf", 0, "FILE",
     "the raw program in the target's byte order: what crun, bwrap and seccomp(2) take (- is "
     "standard output)",
     apply_bpf},
    {"export-oci", 0, "FILE", "the slim OCI linux.seccomp object", apply_oci},
    {"export-blob", 0, "FILE",
     "a sealed blob with the programs of all targets: each --arch with each --caps and each "
     "--kernel; libseccompc-load takes it",
     apply_blob},
    {"export-lxc", 0, "FILE",
     "the text that LXC takes as lxc.seccomp.profile (version 2), for hosts of the target",
     apply_lxc},
    {"export-header", 0, "FILE", "a C header with the program as an array", apply_header},
    {"base64", 0, NULL, "with --export-bpf: base64 on one line, as crun's annotation wants it",
     apply_base64},
};

static const struct scc_option program_rows[] = {
    {NULL, 'O', "LEVEL",
     "0: libseccomp's linear program, as it comes; 1: its binary tree; 2: our own, the smallest "
     "and fastest (default)",
     apply_level},
    {"allow-mismatch", 0, NULL,
     "with -O0 and -O1: take libseccomp's program also where it answers otherwise than the "
     "profile; with --export-lxc: write the text also where LXC would allow more",
     apply_allow_mismatch},
    {"no-crosscheck", 0, NULL, "do not have libseccomp write its program to compare with",
     apply_no_crosscheck},
    {"strict", 0, NULL, "warnings are errors", apply_strict},
};

static const struct scc_option other_rows[] = {
    {"verbose", 'v', NULL, "with --stats: also what was left out", apply_verbose},
    {"help", 'h', NULL, "print this and stop", apply_help},
    {"version", 0, NULL, "print the versions and stop", apply_version},
};

static void print_help(const struct scc_option_group *groups, size_t group_count)
{
    puts("Usage: seccompc [COMMAND] [OPTIONS] [PROFILE|-]\n\n"
         "Compiles a container seccomp profile (Docker's, podman's, iSulad's, OCI) for one\n"
         "target. Without PROFILE: the built-in default profile.\n\n"
         "Commands:");
    for (unsigned i = 0; i < scc_command_count; i++)
        printf("  %-10s %s\n", scc_commands[i].name, scc_commands[i].summary);
    scc_options_help(stdout, groups, group_count);
    puts("\nExit status: 0 done; 1 \"no\"; 2 usage; 3 the system said no; 4 input refused.\n"
         "seccompc(1) describes it all, seccompc-profile(5) what is read.");
}

/*
 * Outputs
 */

/** The path with %a replaced by Docker's name of the architecture. */
static char *expand_path(const char *path, const struct scc_arch *arch)
{
    struct scc_strbuf out = {0};
    for (const char *mark; (mark = strstr(path, "%a")) != NULL; path = mark + 2) {
        scc_strbuf_add_bytes(&out, path, (size_t)(mark - path));
        scc_strbuf_add(&out, scc_arch_docker_name(arch));
    }
    scc_strbuf_add(&out, path);
    return scc_strbuf_steal(&out);
}

struct compilation {
    const struct settings *settings;
    const char *profile_path; /* or NULL */
    struct scc_report report;
    struct scc_output_set *outputs;
    scc_error **err;
};

/** Refuses an output that is one of the inputs; @p path may be NULL. */
static int check_inputs(const struct compilation *at, const char *path)
{
    return scc_file_check_apart(path, at->profile_path, at->err) < 0 ||
                   scc_file_check_apart(path, at->settings->target.spec, at->err) < 0 ||
                   scc_file_check_apart(path, at->settings->emit.weights_path, at->err) < 0
               ? -1
               : 0;
}

/**
 * Stages an output, for one architecture where @p arch is not NULL; takes @p bytes over, which may
 * be NULL for want of memory.
 */
static int stage(struct compilation *at, const char *kind, const char *path,
                 const struct scc_arch *arch, void *bytes, size_t len)
{
    struct scc_report *report = &at->report;
    SCC_AUTOFREE void *owned = bytes;
    SCC_AUTOFREE char *expanded = arch ? expand_path(path, arch) : strdup(path);
    if (!owned || !expanded ||
        !SCC_GROW(report->outputs, report->output_cap, report->output_count + 1))
        return scc_error_nomem(at->err);
    if (check_inputs(at, expanded) < 0 ||
        scc_output_set_add(at->outputs, expanded, owned, len, at->err) < 0)
        return -1;
    report->outputs[report->output_count++] =
        (struct scc_report_output){kind, SCC_STEAL(expanded), len};
    return 0;
}

static int stage_bpf(struct compilation *at, const struct scc_compiled *compiled)
{
    const struct scc_arch *arch = compiled->policy->target;
    size_t len = 0;
    void *bytes = scc_program_to_bytes(compiled->program, &len);
    if (bytes && at->settings->is_base64) {
        struct scc_strbuf text = {0};
        scc_base64_add(&text, bytes, len);
        scc_strbuf_add(&text, "\n");
        free(bytes);
        len = text.len;
        bytes = scc_strbuf_steal(&text);
    }
    return stage(at, "bpf", at->settings->bpf_path, arch, bytes, len);
}

static int stage_header(struct compilation *at, const struct scc_compiled *compiled)
{
    const struct scc_arch *arch = compiled->policy->target;
    struct scc_strbuf symbol = {0};
    size_t len = 0;
    scc_strbuf_addf(&symbol, "seccomp_filter_%s", arch->name);
    SCC_AUTOFREE char *name = scc_strbuf_steal(&symbol);
    char *text = name ? scc_program_to_header(compiled->program, arch, name, &len) : NULL;
    return stage(at, "header", at->settings->header_path, arch, text, len);
}

/** Stages a copy of @p text, which was made with the program. */
static int stage_text(struct compilation *at, const char *kind, const char *path,
                      const struct scc_compiled *compiled, const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    if (copy)
        memcpy(copy, text, len);
    return stage(at, kind, path, compiled->policy->target, copy, len);
}

static int stage_all(struct compilation *at, const struct scc_compiled *compiled)
{
    if (at->settings->bpf_path && stage_bpf(at, compiled) < 0)
        return -1;
    if (at->settings->header_path && stage_header(at, compiled) < 0)
        return -1;
    if (at->settings->lxc_path && stage_text(at, "lxc", at->settings->lxc_path, compiled,
                                             compiled->lxc, compiled->lxc_bytes) < 0)
        return -1;
    return at->settings->oci_path ? stage_text(at, "oci", at->settings->oci_path, compiled,
                                               compiled->oci, compiled->oci_bytes)
                                  : 0;
}

/** Stages the blob of all targets. */
static int stage_blob(struct compilation *at, const struct scc_profile *profile,
                      const struct scc_compile_options *options)
{
    void *bytes;
    size_t len;
    const struct scc_report *report = &at->report;
    if (scc_fat_blob_seal(profile, options, report->targets, report->target_count, &bytes, &len,
                          at->err) < 0)
        return -1;
    return stage(at, "blob", at->settings->blob_path, NULL, bytes, len);
}

/**
 * Refuses, before anything is compiled, two outputs of one name for @p arch, and one that is an
 * input. What has one name by links alone is found when it is staged.
 */
static int check_names(const struct compilation *at, const struct scc_arch *arch)
{
    const struct settings *settings = at->settings;
    const char *const paths[] = {settings->bpf_path, settings->header_path, settings->lxc_path,
                                 settings->oci_path, settings->blob_path};
    for (size_t i = 0; i < SCC_COUNT(paths); i++) {
        for (size_t j = 0; j < i; j++) {
            if (paths[i] && paths[j] && strcmp(paths[i], paths[j]) == 0)
                return scc_error_set(at->err, SCC_ERROR_USAGE,
                                     "%s: named for two outputs, expected one", paths[i]);
        }
        SCC_AUTOFREE char *name = paths[i] ? expand_path(paths[i], arch) : NULL;
        if (paths[i] && !name)
            return scc_error_nomem(at->err);
        if (check_inputs(at, name) < 0)
            return -1;
    }
    return 0;
}

/*
 * The command
 */

/** What is for one target alone, unless its name says which. */
static int check_single(const char *path, const struct scc_target_options *target, scc_error **err)
{
    if (target->arch_count > 1 && !strstr(path, "%a"))
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s: %zu architectures, expected %%a in the name", path,
                             target->arch_count);
    if (target->caps_count > 1)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s: %zu capability sets, expected one --caps; --export-blob alone "
                             "takes several",
                             path, target->caps_count);
    if (target->kernel_count > 1)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s: %zu kernels, expected one --kernel; --export-blob alone takes "
                             "several",
                             path, target->kernel_count);
    return 0;
}

static int check_terminal(const char *option, const char *path, const char *remedy, scc_error **err)
{
    if (!path || strcmp(path, "-") != 0 || !isatty(STDOUT_FILENO))
        return 0;
    return scc_error_set(err, SCC_ERROR_USAGE,
                         "%s -: standard output is a terminal, expected a file or a pipe%s", option,
                         remedy);
}

static int check_outputs(const struct settings *settings, scc_error **err)
{
    const char *const paths[] = {settings->bpf_path, settings->oci_path, settings->lxc_path,
                                 settings->header_path};
    if (settings->is_base64 && !settings->bpf_path)
        return scc_error_set(err, SCC_ERROR_USAGE, "--base64: expected --export-bpf with it");
    for (size_t i = 0; i < SCC_COUNT(paths); i++) {
        if (paths[i] && check_single(paths[i], &settings->target, err) < 0)
            return -1;
    }
    if (settings->blob_path && strstr(settings->blob_path, "%a"))
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s: one blob holds all architectures, expected a name without %%a",
                             settings->blob_path);
    if (!settings->is_base64 &&
        check_terminal("--export-bpf", settings->bpf_path, " (or --base64)", err) < 0)
        return -1;
    return check_terminal("--export-blob", settings->blob_path, "", err);
}

/** What the program is to be best at is a question for our own generator alone. */
static int check_emit(struct settings *settings, scc_error **err)
{
    const char *given = scc_emit_settings_given(&settings->emit);
    if (scc_emit_settings_finish(&settings->emit, err) < 0)
        return -1;
    if (given && settings->compile.level != SCC_LEVEL_OWN)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s: libseccomp's program is as it is, expected -O2", given);
    return 0;
}

/** Help for a command that does not exist; the help that is there is about another one. */
static int refuse_command(const char *name, scc_error **err)
{
    const char *near = scc_command_nearest(name);
    return near ? scc_error_set(err, SCC_ERROR_USAGE, "%s: no such command; did you mean %s?", name,
                                near)
                : scc_error_set(err, SCC_ERROR_USAGE,
                                "%s: no such command (seccompc --help lists them)", name);
}

/** A word that is no file may have been meant as a command. */
static int hint_command(const char *path, scc_error **err)
{
    const char *near = strpbrk(path, "./") ? NULL : scc_command_nearest(path);
    if (!near || access(path, F_OK) == 0)
        return 0;
    if (strcmp(near, path) == 0)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s: a command stands in front of all options, expected seccompc %s …",
                             path, path);
    return scc_error_set(err, SCC_ERROR_USAGE, "%s: neither a command nor a file; did you mean %s?",
                         path, near);
}

static int read_profile(const char *path, scc_profile **profile, scc_diags *diags, scc_error **err)
{
    if (!path)
        return scc_profile_builtin(profile, err);
    if (hint_command(path, err) < 0)
        return -1;
    return scc_profile_read(path, profile, diags, err);
}

/** Adds to an error for which of several targets it is. */
static int wrap_target(const struct scc_target *target, scc_error **err)
{
    struct scc_strbuf text = {0};
    scc_target_describe(&text, target);
    SCC_AUTOFREE char *name = scc_strbuf_steal(&text);
    return name ? scc_error_wrap(err, "%s", name) : -1;
}

/** Publishes the outputs and tells what was done, which needs no memory when the outputs are there:
 * all or nothing. */
static int finish(struct compilation *at, enum scc_report_style style, scc_diags *diags)
{
    SCC_CLEANUP(scc_page_clear) struct scc_page page = {.out = stderr}, anew = page;
    const size_t told = scc_diags_count(diags, SCC_DIAG_WARNING);
    if (scc_report_compose(&page, &at->report, style, at->err) < 0 ||
        scc_output_set_commit(at->outputs, diags, at->err) < 0)
        return -1;
    if (style == SCC_REPORT_DIAGNOSTICS)
        scc_report_warnings(stderr, diags);
    bool has_more = scc_diags_count(diags, SCC_DIAG_WARNING) != told;
    if (has_more && scc_report_compose(&anew, &at->report, style, NULL) < 0)
        has_more = false;
    return scc_page_print(has_more ? &anew : &page, NULL);
}

static int compile_targets(struct compilation *at, const struct scc_profile *profile,
                           struct scc_target_choice *choice, const struct scc_emit_options *emit,
                           scc_diags *diags)
{
    struct scc_report *report = &at->report;
    const enum scc_report_style style = scc_report_settings_style(&at->settings->report);
    struct scc_compile_options options = at->settings->compile;
    options.emit = *emit;
    options.reading = at->settings->target.reading;
    options.wants_oci = at->settings->oci_path != NULL;
    options.wants_lxc = at->settings->lxc_path != NULL;
    options.warns = scc_lint_warn;
    /* Beside what a runtime builds from, the crosscheck gives notes and figures alone. */
    bool tells_all = style == SCC_REPORT_PERSON || style == SCC_REPORT_JSON;
    options.crosschecks &= tells_all || options.wants_oci || options.wants_lxc;
    report->has_entries = at->settings->blob_path != NULL;
    if (report->has_entries && scc_fat_blob_merge(profile, choice, diags, at->err) < 0)
        return -1;
    report->targets = calloc(choice->count, sizeof *report->targets);
    if (!report->targets)
        return scc_error_nomem(at->err);
    size_t rules = 0;
    for (size_t i = 0; i < choice->count; i++) {
        struct scc_report_target *target = &report->targets[i];
        target->target = choice->targets[i];
        scc_blob_condition_of(profile, target->target, &target->condition);
        if (scc_compile(profile, target->target, &options, &target->compiled, diags, at->err) < 0)
            return choice->count > 1 ? wrap_target(target->target, at->err) : -1;
        report->target_count++;
        rules += target->compiled.policy->rule_count;
        if (rules > RULES_MAX)
            return scc_error_set(at->err, SCC_ERROR_INPUT,
                                 "too large: %zu rules for the first %zu of %zu targets, expected "
                                 "%d at most; fewer targets at once take less",
                                 rules, report->target_count, choice->count, RULES_MAX);
        if (scc_report_find_hardening(target, diags, at->err) < 0)
            return -1;
    }
    if (scc_diags_drop_repeats(diags, at->err) < 0 ||
        (at->settings->is_strict &&
         scc_diags_refuse_warnings(diags, style == SCC_REPORT_QUIET, at->err) < 0))
        return -1;
    for (size_t i = 0; i < choice->count; i++) {
        if (stage_all(at, &report->targets[i].compiled) < 0)
            return -1;
    }
    if (report->has_entries && stage_blob(at, profile, &options) < 0)
        return -1;
    return finish(at, style, diags);
}

static void clear_report(struct scc_report *report)
{
    for (size_t i = 0; i < report->target_count; i++) {
        scc_difference_clear(&report->targets[i].hardening);
        scc_compiled_clear(&report->targets[i].compiled);
    }
    for (size_t i = 0; i < report->output_count; i++)
        free(report->outputs[i].path);
    free(report->targets);
    free(report->outputs);
}

static int run(const struct settings *settings, const char *path, scc_diags *diags, scc_error **err)
{
    SCC_CLEANUP(scc_target_choice_clear) struct scc_target_choice choice = {0};
    scc_profile *profile = NULL;
    scc_frequencies *frequencies = NULL;
    struct scc_emit_options emit;
    struct compilation at = {.settings = settings, .profile_path = path, .err = err};
    bool takes_config = settings->target.spec && !path;
    int done = scc_target_options_choose(&settings->target, &choice, takes_config ? &profile : NULL,
                                         diags, err);
    for (size_t i = 0; i < choice.count && done == 0; i++)
        done = check_names(&at, choice.targets[i]->arch);
    if (done == 0 && !takes_config)
        done = read_profile(path, &profile, diags, err);
    if (done == 0)
        done = scc_emit_settings_read(&settings->emit, &emit, &frequencies, err);
    if (done == 0)
        done = scc_profile_bound_work(profile, err);
    at.outputs = scc_output_set_new();
    if (done == 0 && !at.outputs)
        done = scc_error_nomem(err);
    if (done == 0) {
        at.report.profile = profile;
        at.report.profile_bytes = scc_profile_bytes(profile);
        at.report.diags = diags;
        at.report.is_verbose = settings->is_verbose;
        done = compile_targets(&at, profile, &choice, &emit, diags);
    }
    scc_output_set_free(at.outputs);
    clear_report(&at.report);
    scc_frequencies_free(frequencies);
    scc_profile_free(profile);
    return done;
}

/** As other commands have it, but that some options may stand several times. */
static struct scc_option_group target_group(struct settings *settings)
{
    struct scc_option_group group = scc_target_option_group(&settings->target);
    group.heading = "Target (several --arch: each output FILE but a blob's contains %a; several\n"
                    "--caps and --kernel: one --export-blob FILE):";
    return group;
}

/** Reads the operand and the options that stop before anything is compiled. */
static int start(struct settings *settings, int argc, char **argv, bool *is_done, const char **path,
                 scc_error **err)
{
    const struct scc_option_group groups[] = {
        {"Output:", output_rows, SCC_COUNT(output_rows), settings},
        target_group(settings),
        {"Program:", program_rows, SCC_COUNT(program_rows), settings},
        scc_emit_option_group(&settings->emit),
        scc_report_option_group(&settings->report),
        {"Other:", other_rows, SCC_COUNT(other_rows), settings},
    };
    int first;
    if (scc_options_parse(groups, SCC_COUNT(groups), argc, argv, &first, err) < 0)
        return -1;
    *is_done = true;
    if (settings->wants_help && first < argc && !strpbrk(argv[first], "./") &&
        strcmp(argv[first], "-") != 0 && access(argv[first], F_OK) != 0)
        return refuse_command(argv[first], err);
    if (settings->wants_help)
        print_help(groups, SCC_COUNT(groups));
    else if (settings->wants_version)
        printf("seccompc %s (libseccomp %s, cJSON %s)\n", SCC_VERSION, scc_scmp_version(),
               cJSON_Version());
    else if (settings->target.wants_arch_list)
        scc_target_options_list_arches(stdout);
    else
        *is_done = false;
    if (argc - first > 1 && hint_command(argv[first], err) < 0)
        return -1;
    if (argc - first > 1)
        return scc_error_set(err, SCC_ERROR_USAGE, "%s: a second PROFILE, expected one",
                             argv[first + 1]);
    *path = first < argc ? argv[first] : NULL;
    const char *const inputs[] = {*path, settings->target.spec, settings->emit.weights_path};
    unsigned from_stdin = 0;
    for (size_t i = 0; i < SCC_COUNT(inputs); i++)
        from_stdin += inputs[i] && strcmp(inputs[i], "-") == 0;
    if (from_stdin > 1)
        return scc_error_set(err, SCC_ERROR_USAGE, "standard input is named twice");
    if (*is_done)
        return 0;
    return check_emit(settings, err) < 0 ? -1 : check_outputs(settings, err);
}

int scc_cmd_compile(int argc, char **argv)
{
    struct settings settings = {
        .target = {.takes_several = true},
        .compile = {.level = SCC_LEVEL_OWN, .crosschecks = true},
    };
    const char *path = NULL;
    bool is_done = false;
    scc_error *err = NULL;
    scc_diags *diags = scc_diags_new();
    int done = diags ? start(&settings, argc, argv, &is_done, &path, &err) : scc_error_nomem(&err);
    if (done == 0 && !is_done)
        done = run(&settings, path, diags, &err);
    if (done == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        done = scc_error_errno(&err, errno, "standard output");
    int status = SCC_STATUS_DONE;
    if (done < 0) {
        scc_report_failure(stderr, err, diags, scc_report_settings_style(&settings.report));
        status = (int)scc_error_get_code(err);
    }
    scc_error_free(err);
    scc_diags_free(diags);
    return status;
}
