/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc oci [OPTIONS] [CONFIG|-]: an OCI runtime config with its filter compiled. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cache_options.h"
#include "cmd.h"
#include "diag.h"
#include "error.h"
#include "file.h"
#include "json_build.h"
#include "lint.h"
#include "oci_config.h"
#include "report_options.h"
#include "target_options.h"
#include "util.h"

struct settings {
    struct scc_target_options target;
    struct scc_cache_settings cache;
    const char *config;  /* the operand, or NULL */
    const char *bundle;  /* of --in-place, or NULL */
    const char *profile; /* or NULL */
    bool falls_back;
    bool is_strict;
    struct scc_report_settings report;
    bool wants_help;
};

/*
 * Options
 */

static int apply_in_place(void *settings, const char *value, scc_error **err)
{
    return scc_options_set_path(&((struct settings *)settings)->bundle, "--in-place", value, err);
}

static int apply_profile(void *settings, const char *value, scc_error **err)
{
    return scc_options_set_path(&((struct settings *)settings)->profile, "--profile", value, err);
}

static int apply_fallback(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->falls_back = true;
    return 0;
}

static int apply_strict(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->is_strict = true;
    return 0;
}

static int apply_help(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->wants_help = true;
    return 0;
}

static const struct scc_option rows[] = {
    {"in-place", 0, "BUNDLE",
     "replace the config of this bundle, a folder with config.json or the config itself: whole or "
     "not at all, with mode and owner kept; a symbolic link is refused",
     apply_in_place},
    {"profile", 0, "FILE",
     "compile this profile (Docker's, podman's, OCI) instead of linux.seccomp, also where the "
     "config has none, as a privileged container's",
     apply_profile},
    {"fallback", 0, NULL,
     "where anything fails after the config was read, pass it on unchanged, with a warning that -q "
     "does not silence; not with --profile or --strict",
     apply_fallback},
    {"strict", 0, NULL,
     "warnings are errors; compiles anew, without the cache, since a hit has none to tell",
     apply_strict},
};

static const struct scc_option other_rows[] = {
    {"help", 'h', NULL, "print this and stop", apply_help},
};

static void print_help(const struct scc_option_group *groups, size_t group_count)
{
    puts("Usage: seccompc oci [OPTIONS] [CONFIG|-]\n");
    scc_print_wrapped(
        stdout,
        "Reads an OCI runtime config (standard input by default) and writes it to standard output "
        "with the program of its linux.seccomp in the annotation that crun loads, and the slim "
        "profile in linux.seccomp, for runc and every other runtime. Nothing else changes. The "
        "target is this machine with the config's own bounding set, unless options say otherwise. "
        "A config without linux.seccomp passes unchanged, with a warning.",
        0, 0);
    scc_options_help(stdout, groups, group_count);
}

static int check_settings(const struct settings *settings, scc_error **err)
{
    const char *const inputs[] = {settings->bundle   ? NULL
                                  : settings->config ? settings->config
                                                     : "-",
                                  settings->profile, settings->target.spec};
    unsigned from_stdin = 0;
    for (size_t i = 0; i < SCC_COUNT(inputs); i++)
        from_stdin += inputs[i] && strcmp(inputs[i], "-") == 0;
    if (from_stdin > 1)
        return scc_error_set(err, SCC_ERROR_USAGE, "standard input is named twice");
    if (settings->bundle && settings->config)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s: --in-place names the config already, expected no other",
                             settings->config);
    if (settings->falls_back && (settings->profile || settings->is_strict))
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--fallback: the config would pass without what %s asks for, expected "
                             "one of them",
                             settings->profile ? "--profile" : "--strict");
    if (settings->target.arch_count > 1)
        return scc_error_set(err, SCC_ERROR_USAGE, "%zu architectures, expected one",
                             settings->target.arch_count);
    return 0;
}

/*
 * One config
 */

struct job {
    const struct settings *settings;
    char *path; /* of the config; "-" is standard input */
    char *text; /* as it was read */
    size_t len_bytes;
    struct scc_file_identity identity; /* with --in-place */
    scc_profile *profile;              /* of --profile */
    scc_oci_config *config;
    struct scc_target target;
    struct scc_oci_rewritten made; /* text is NULL: the config stays as it is */
    scc_error *failure;            /* what --fallback passed over */
    scc_diags *diags;
    scc_diags *told; /* about profiles as they were read */
};

static void clear_job(struct job *job)
{
    free(job->path);
    free(job->text);
    free(job->made.text);
    scc_oci_config_free(job->config);
    scc_profile_free(job->profile);
    scc_error_free(job->failure);
    scc_diags_free(job->diags);
    scc_diags_free(job->told);
}

/** The config's path: in a bundle config.json (runtime-spec bundle.md). */
static char *find_config(const struct settings *settings)
{
    struct scc_strbuf path = {0};
    struct stat status;
    const char *given = settings->bundle ? settings->bundle : settings->config;
    scc_strbuf_add(&path, given ? given : "-");
    if (settings->bundle && stat(given, &status) == 0 && S_ISDIR(status.st_mode))
        scc_strbuf_add(&path, given[strlen(given) - 1] == '/' ? "config.json" : "/config.json");
    return scc_strbuf_steal(&path);
}

static int read_config(struct job *job, scc_error **err)
{
    job->path = find_config(job->settings);
    if (!job->path)
        return scc_error_nomem(err);
    int done = job->settings->bundle
                   ? scc_file_read_own(job->path, SCC_JSON_MAX_BYTES, &job->text, &job->len_bytes,
                                       &job->identity, err)
                   : scc_file_read(job->path, SCC_JSON_MAX_BYTES, &job->text, &job->len_bytes, err);
    if (done < 0 || job->len_bytes)
        return done;
    /* With --fallback, too: an engine must not take an empty answer for its config. */
    return scc_error_at(err, (struct scc_place){scc_file_shown_name(job->path), 1, 1}, NULL,
                        "the file is empty, expected an OCI runtime config");
}

/** The target: this machine's with the config's own bounding set, or what options name. */
static int choose_target(struct job *job, scc_error **err)
{
    const struct scc_target_options *options = &job->settings->target;
    SCC_CLEANUP(scc_target_choice_clear) struct scc_target_choice choice = {0};
    if (scc_target_options_choose(options, &choice, NULL, job->diags, err) < 0)
        return -1;
    job->target = *choice.targets[0];
    if (!options->caps_count && !options->spec)
        job->target.caps = scc_target_options_tweak(options, scc_oci_config_caps(job->config));
    return 0;
}

static int rewrite(struct job *job, scc_error **err)
{
    const struct settings *settings = job->settings;
    const struct scc_compile_options options = {
        .level = SCC_LEVEL_OWN, .reading = settings->target.reading, .warns = scc_lint_warn};
    /* A hit would have no warnings, and pass what a compilation does not. */
    struct scc_cache_settings from = settings->cache;
    from.is_unused |= settings->is_strict;
    scc_cache *cache = NULL;
    if (choose_target(job, err) < 0 || scc_cache_settings_open(&from, &cache, job->diags, err) < 0)
        return -1;
    int done = scc_oci_config_rewrite(job->config, &job->target, &options, cache, &job->made,
                                      job->diags, err);
    scc_cache_close(cache);
    return done;
}

/** Makes of the config that was read what is to be written. */
static int work(struct job *job, scc_error **err)
{
    const struct settings *settings = job->settings;
    if (settings->profile &&
        (scc_profile_read(settings->profile, &job->profile, job->told, err) < 0 ||
         scc_profile_bound_work(job->profile, err) < 0))
        return -1;
    if (scc_oci_config_parse(job->text, job->len_bytes, scc_file_shown_name(job->path),
                             job->profile, &job->config, job->told, err) < 0)
        return -1;
    if (!scc_oci_config_profile(job->config))
        return scc_oci_config_tell_off(job->config, job->diags, err);
    return rewrite(job, err);
}

/** Where the config that is to be written stands, and whether it is another than was read. */
static bool is_changed(const struct job *job)
{
    return job->made.text && (job->made.len_bytes != job->len_bytes ||
                              memcmp(job->made.text, job->text, job->len_bytes) != 0);
}

static int write_config(struct job *job, scc_error **err)
{
    const char *text = job->made.text ? job->made.text : job->text;
    size_t len = job->made.text ? job->made.len_bytes : job->len_bytes;
    if (job->settings->bundle && !is_changed(job))
        return 0;
    struct scc_output_set *outputs = scc_output_set_new();
    if (!outputs)
        return scc_error_nomem(err);
    int done = job->settings->bundle
                   ? scc_output_set_replace(outputs, job->path, &job->identity, text, len, err)
                   : scc_output_set_add(outputs, "-", text, len, err);
    if (done == 0)
        done = scc_output_set_commit(outputs, job->diags, err);
    scc_output_set_free(outputs);
    return done;
}

/*
 * Report
 */

static const char *const annotation_words[] = {
    [SCC_OCI_ADDED] = "added",
    [SCC_OCI_REPLACED] = "replaced",
    [SCC_OCI_SAME] = "same",
};

static const char *output_name(const struct job *job)
{
    return job->settings->bundle ? job->path : "standard output";
}

/** What was compiled, and whether it had to be. */
static void tell_made(struct scc_page *page, const struct job *job)
{
    const struct scc_profile *profile = scc_oci_config_profile(job->config);
    struct scc_strbuf text = {0};
    scc_strbuf_add_escaped(&text, scc_profile_name(profile));
    scc_strbuf_add(&text, job->profile ? ", instead of linux.seccomp" : ": linux.seccomp");
    scc_page_line(page, "profile", &text);
    scc_target_describe(&text, &job->target);
    scc_page_line(page, "target", &text);
    scc_strbuf_addf(&text, "%zu instructions, %s; annotation %s", job->made.instructions,
                    job->made.is_hit ? "from the cache" : "compiled and proved now",
                    annotation_words[job->made.annotation]);
    scc_page_line(page, "program", &text);
}

static void tell_person(struct scc_page *page, const struct job *job)
{
    struct scc_strbuf text = {0};
    if (job->made.text)
        tell_made(page, job);
    scc_report_diags(page, job->diags);
    bool is_written = !job->settings->bundle || is_changed(job);
    scc_strbuf_add_escaped(&text, is_written ? output_name(job) : "nothing");
    if (is_changed(job))
        scc_strbuf_addf(&text, " (%zu bytes of %zu)", job->made.len_bytes, job->len_bytes);
    else
        scc_strbuf_addf(&text, " (%zu bytes, as they were read)", job->len_bytes);
    scc_page_line(page, "wrote", &text);
}

static void put_made(struct scc_json_build *json, cJSON *root, const struct job *job)
{
    char release[16];
    const struct scc_kernel *kernel = &job->target.kernel;
    snprintf(release, sizeof release, "%u.%u", kernel->major, kernel->minor);
    scc_json_put_text(json, root, "architecture", scc_arch_docker_name(job->target.arch));
    scc_json_put_text(json, root, "kernel", release);
    scc_json_put_bool(json, root, "cacheHit", job->made.is_hit);
    scc_json_put_uint(json, root, "instructions", job->made.instructions);
    scc_json_put_text(json, root, "annotation", annotation_words[job->made.annotation]);
}

static void tell_json(struct scc_page *page, const struct job *job)
{
    struct scc_json_build json = {0};
    cJSON *root = cJSON_CreateObject();
    scc_json_put_bool(&json, root, "changed", is_changed(job));
    if (job->made.text)
        put_made(&json, root, job);
    if (job->failure)
        scc_json_put_text(&json, root, "fallback", scc_error_get_text(job->failure));
    scc_json_put_diags(&json, root, job->diags);
    scc_json_put_text(&json, root, "wrote",
                      job->settings->bundle && !is_changed(job) ? NULL : output_name(job));
    scc_json_put_uint(&json, root, "bytes", job->made.text ? job->made.len_bytes : job->len_bytes);
    scc_json_build_add(&json, root, &page->text);
}

static int compose(struct scc_page *page, const struct job *job, enum scc_report_style style,
                   scc_error **err)
{
    if (style == SCC_REPORT_JSON)
        tell_json(page, job);
    else if (style == SCC_REPORT_PERSON)
        tell_person(page, job);
    return page->text.failed ? scc_error_nomem(err) : 0;
}

/** Writes the config and tells what was done, which needs no memory when the config is there. */
static int finish(struct job *job, scc_error **err)
{
    const enum scc_report_style style = scc_report_settings_style(&job->settings->report);
    SCC_CLEANUP(scc_page_clear) struct scc_page page = {.out = stderr}, anew = page;
    const size_t told = scc_diags_count(job->diags, SCC_DIAG_WARNING);
    if (compose(&page, job, style, err) < 0 || write_config(job, err) < 0)
        return -1;
    bool has_more = scc_diags_count(job->diags, SCC_DIAG_WARNING) != told;
    if (style == SCC_REPORT_DIAGNOSTICS)
        scc_report_warnings(stderr, job->diags);
    scc_page_print(has_more && compose(&anew, job, style, NULL) == 0 ? &anew : &page, NULL);
    if (job->failure && style != SCC_REPORT_JSON)
        fprintf(stderr, "seccompc: warning: the config is passed on unchanged (--fallback): %s\n",
                scc_error_get_text(job->failure));
    return 0;
}

/*
 * The command
 */

/** Reads options and the operand; *is_done where --help or a list was printed. */
static int start(struct settings *settings, int argc, char **argv, bool *is_done, scc_error **err)
{
    const struct scc_option_group groups[] = {
        {"Options:", rows, SCC_COUNT(rows), settings},
        scc_cache_option_group(&settings->cache),
        scc_target_option_group(&settings->target),
        scc_report_option_group(&settings->report),
        {"Other:", other_rows, SCC_COUNT(other_rows), settings},
    };
    int first;
    if (scc_options_parse(groups, SCC_COUNT(groups), argc, argv, &first, err) < 0)
        return -1;
    *is_done = settings->wants_help || settings->target.wants_arch_list;
    if (settings->wants_help)
        print_help(groups, SCC_COUNT(groups));
    else if (settings->target.wants_arch_list)
        scc_target_options_list_arches(stdout);
    if (*is_done)
        return 0;
    if (argc - first > 1)
        return scc_error_set(err, SCC_ERROR_USAGE, "%s: a second config, expected one",
                             argv[first + 1]);
    settings->config = first < argc ? argv[first] : NULL;
    return check_settings(settings, err);
}

/** Works, and where that fails and may fail, notes why; the config then stays as it is. */
static int work_or_fall_back(struct job *job, scc_error **err)
{
    int done = work(job, &job->failure), told = 0;
    /* As all warnings about a profile, these come with the compilation, not with each start. */
    if (!job->made.is_hit)
        told = scc_diags_take(job->diags, job->told, done == 0 ? &job->failure : NULL);
    if (done == 0 && told == 0 && job->settings->is_strict)
        done = scc_diags_refuse_warnings(
            job->diags, scc_report_settings_style(&job->settings->report) == SCC_REPORT_QUIET,
            &job->failure);
    if (done == 0 && told == 0)
        return 0;
    free(job->made.text);
    job->made = (struct scc_oci_rewritten){0};
    if (job->settings->falls_back && !scc_oci_config_may_have_program(job->text, job->len_bytes))
        return 0;
    *err = SCC_STEAL(job->failure);
    if (job->settings->falls_back)
        scc_error_wrap(err, "--fallback: the config has an annotation " SCC_OCI_ANNOTATION
                            ", or may have one: crun would load that program");
    return -1;
}

/** Reads, rewrites, writes and tells. */
static int run(struct job *job, scc_error **err)
{
    if (read_config(job, err) < 0 || work_or_fall_back(job, err) < 0)
        return -1;
    return finish(job, err);
}

int scc_cmd_oci(int argc, char **argv)
{
    struct settings settings = {0};
    struct job job = {.settings = &settings, .diags = scc_diags_new(), .told = scc_diags_new()};
    bool is_done = false;
    int status = SCC_STATUS_DONE;
    scc_error *err = NULL;
    int done = job.diags && job.told ? start(&settings, argc, argv, &is_done, &err)
                                     : scc_error_nomem(&err);
    if (done == 0 && !is_done)
        done = run(&job, &err);
    if (done == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        done = scc_error_errno(&err, errno, "standard output");
    if (done < 0) {
        scc_report_failure(stderr, err, job.diags, scc_report_settings_style(&settings.report));
        status = (int)scc_error_get_code(err);
    }
    scc_error_free(err);
    clear_job(&job);
    return status;
}
