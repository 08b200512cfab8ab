/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc run [OPTIONS] BLOB|PROGRAM|PROFILE -- COMMAND [ARGUMENT...] */
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <seccompc/blob.h>
#include <seccompc/load.h>

#include "action.h"
#include "cache.h"
#include "cache_options.h"
#include "cmd.h"
#include "diag.h"
#include "error.h"
#include "file.h"
#include "input.h"
#include "json.h"
#include "lint.h"
#include "lxc.h"
#include "program.h"
#include "report.h"
#include "syscall.h"
#include "target_options.h"
#include "util.h"

/* As env(1) and timeout(1). */
enum {
    STATUS_CANNOT_RUN = 126,
    STATUS_NOT_FOUND = 127,
};

struct settings {
    struct scc_target_options target;
    struct scc_cache_settings cache;
    bool allows_new_privs;
    bool is_quiet;
    bool wants_help;
};

static int apply_allow_new_privs(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->allows_new_privs = true;
    return 0;
}

static int apply_quiet(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->is_quiet = true;
    return 0;
}

static int apply_help(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->wants_help = true;
    return 0;
}

static const struct scc_option rows[] = {
    {"allow-new-privs", 0, NULL,
     "leave NO_NEW_PRIVS as it is, so that the command can gain privileges by exec; needs "
     "CAP_SYS_ADMIN",
     apply_allow_new_privs},
    {"quiet", 'q', NULL, "no warnings, only why it failed", apply_quiet},
    {"help", 'h', NULL, "print this and stop", apply_help},
};

/** What stands before and behind "--". */
struct words {
    const char *file; /* NULL: the config of --spec, or the built-in profile */
    char **command;
    char *shown;             /* the command's name for a person */
    struct sigaction larger; /* what SIGXFSZ is to do in the command */
};

/** The filter, from whatever file it came. */
struct filter {
    scc_program *program; /* of a raw program */
    scc_cached *cached;   /* of a profile */
    struct scc_load_blob blob;
    struct scc_load_entry entry;
};

static void clear_filter(struct filter *filter)
{
    scc_program_free(filter->program);
    if (filter->blob.bytes)
        scc_load_close(&filter->blob);
    scc_cached_free(filter->cached);
}

/** What the loader's code means, with the reason of the system where it has one. */
static int refuse(const char *name, int code, int os_error, scc_error **err)
{
    enum scc_error_code kind = code < SCC_LOAD_UNALIGNED || code >= SCC_LOAD_NO_NEW_PRIVS
                                   ? SCC_ERROR_SYSTEM
                                   : SCC_ERROR_INPUT;
    return scc_error_set(err, kind, "%s: %s%s%s", name, scc_load_text(code), os_error ? ": " : "",
                         os_error ? strerror(os_error) : "");
}

/** Whether a code of scc_load_open() comes with errno. */
static bool has_errno(int code)
{
    return code == SCC_LOAD_OPEN || code == SCC_LOAD_STAT || code == SCC_LOAD_MEMORY ||
           code == SCC_LOAD_READ;
}

/*
 * The filter
 */

/** The entry of a blob for the target, which this machine can run. */
static int select_entry(const char *name, const struct scc_target *target, struct filter *filter,
                        scc_error **err)
{
    const struct scc_load_host host = {
        .arch = scc_arch_token(target->arch),
        .own_arch = scc_arch_token(target->arch),
        .kernel_major = target->kernel.major,
        .kernel_minor = target->kernel.minor,
    };
    int code = scc_load_select(&filter->blob, &host, &target->caps, &filter->entry);
    if (code != SCC_LOAD_NO_ARCH && code != SCC_LOAD_NO_KERNEL && code != SCC_LOAD_NO_CAPS)
        return code == SCC_LOAD_OK ? 0 : refuse(name, code, 0, err);
    /* The same in more words: which entries there are. */
    scc_blob *blob = NULL;
    if (scc_blob_parse(filter->blob.bytes, filter->blob.len_bytes, &blob, err) < 0)
        return -1;
    if (scc_input_find_entry(blob, name, target, err) >= 0)
        scc_error_set(err, SCC_ERROR_INPUT, "%s: %s", name, scc_load_text(code));
    scc_blob_free(blob);
    return -1;
}

static int take_blob(const char *path, const struct scc_target *target, struct filter *filter,
                     scc_error **err)
{
    int code = scc_load_open(path, &filter->blob);
    if (code != SCC_LOAD_OK)
        return refuse(path, code, has_errno(code) ? errno : 0, err);
    return select_entry(path, target, filter, err);
}

static int take_program(const char *path, const char *bytes, size_t len,
                        const struct scc_target *target, struct filter *filter, scc_error **err)
{
    if (scc_input_parse_program(bytes, len, target->arch, &filter->program, err) < 0)
        return scc_error_wrap(err, "%s is neither JSON, nor a blob, nor a program", path);
    filter->entry = (struct scc_load_entry){
        .program = filter->program->insns,
        .instruction_count = (uint32_t)filter->program->count,
        .flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW, /* as runc and crun, without `flags` */
    };
    return 0;
}

/** The filter of a profile: of @p spec, which was read already, or where that is NULL of @p source.
 */
static int take_profile(const struct settings *settings, const struct scc_profile *spec,
                        const struct scc_cache_source *source, const struct scc_target *target,
                        struct filter *filter, scc_diags *diags, scc_error **err)
{
    const struct scc_compile_options options = {
        .level = SCC_LEVEL_OWN,
        .reading = settings->target.reading,
        .warns = scc_lint_warn,
    };
    const char *name = spec           ? scc_profile_name(spec)
                       : source->name ? source->name
                                      : "the built-in profile";
    scc_cache *cache = NULL;
    int done = scc_cache_settings_open(&settings->cache, &cache, diags, err);
    if (done == 0)
        done =
            spec ? scc_cache_compile_profile(cache, spec, target, &options, &filter->cached, diags,
                                             err)
                 : scc_cache_compile(cache, source, target, &options, &filter->cached, diags, err);
    scc_cache_close(cache);
    if (done < 0)
        return -1;
    size_t len = 0;
    const void *bytes = scc_cached_blob(filter->cached, &len);
    int code = scc_load_memory(bytes, len, &filter->blob);
    return code == SCC_LOAD_OK ? select_entry(name, target, filter, err)
                               : refuse(name, code, 0, err);
}

static int take_file(const struct settings *settings, const char *path,
                     const struct scc_target *target, struct filter *filter, scc_diags *diags,
                     scc_error **err)
{
    SCC_AUTOFREE char *text = NULL;
    size_t len = 0;
    if (strcmp(path, "-") == 0)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "-: standard input is the command's, expected a file");
    if (scc_file_read(path, SCC_JSON_MAX_BYTES, &text, &len, err) < 0)
        return -1;
    if (scc_blob_is_one(text, len))
        return take_blob(path, target, filter, err);
    if (scc_lxc_is_one(text, len))
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "%s: LXC's text, expected a profile, a program or a blob; seccompc "
                             "explain, sim, diff and within take it",
                             path);
    if (!scc_json_is_start(text, len))
        return take_program(path, text, len, target, filter, err);
    const struct scc_cache_source source = {.text = text, .text_bytes = len, .name = path};
    return take_profile(settings, NULL, &source, target, filter, diags, err);
}

/** Where nothing is named: the profile of --spec's config, with what was @p told about it as it was
 * read, or the built-in one. */
static int take_default(const struct settings *settings, const struct scc_profile *spec,
                        scc_diags *told, const struct scc_target *target, struct filter *filter,
                        scc_diags *diags, scc_error **err)
{
    const struct scc_cache_source builtin = {.kind = SCC_CACHE_PROFILE};
    if (take_profile(settings, spec, &builtin, target, filter, diags, err) < 0)
        return -1;
    /* As all warnings about a profile, these come with the compilation, not with each start. */
    return scc_cached_is_hit(filter->cached) ? 0 : scc_diags_take(diags, told, err);
}

/*
 * Checks
 */

/** Whether the program can ask a listener: such a call would wait for nobody, or get ENOSYS. */
static bool may_notify(const struct scc_load_entry *entry)
{
    const struct sock_filter *insns = entry->program;
    for (uint32_t i = 0; i < entry->instruction_count; i++) {
        if (insns[i].code == (BPF_RET | BPF_A) ||
            (insns[i].code == (BPF_RET | BPF_K) && scc_action_of(insns[i].k) == SCC_ACTION_NOTIFY))
            return true;
    }
    return false;
}

static int check_listener(const struct filter *filter, const char *name, scc_error **err)
{
    if (!may_notify(&filter->entry) && !(filter->entry.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
        return 0;
    return scc_error_set(
        err, SCC_ERROR_INPUT,
        "%s: the filter asks a listener (NOTIFY), and there is none here: expected "
        "a filter that answers by itself",
        name);
}

/** Where the filter refuses to execute anything, it would only make seccompc fail, or die. */
static int check_execve(const struct filter *filter, const char *name, scc_error **err)
{
    const struct scc_arch *arch = scc_arch_native();
    const struct scc_program program = {
        .insns = (struct sock_filter *)filter->entry.program,
        .count = filter->entry.instruction_count,
        .is_big_endian = arch->is_big_endian,
    };
    const struct scc_call call = {.audit = arch->audit,
                                  .nr = scc_syscall_nr(scc_syscall_find("execve"), arch)};
    uint32_t answer = scc_program_sim(&program, &call).return_value;
    struct scc_strbuf text = {0};
    if (scc_action_of(answer) > SCC_ACTION_ERRNO)
        return 0;
    scc_action_describe(&text, answer, arch);
    SCC_AUTOFREE char *action = scc_strbuf_steal(&text);
    if (!action)
        return scc_error_nomem(err);
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "%s: the filter answers execve of %s programs with %s: expected one under "
                         "which a command can start",
                         name, arch->name, action);
}

/** A filter for a machine that this one cannot run kills whatever is started under it. */
static int check_arch(const struct scc_arch *arch, scc_error **err)
{
    const struct scc_arch *host = scc_target_host_arch();
    if (arch == host || scc_arch_runnable(host) & scc_arch_bit(arch->id))
        return 0;
    return scc_error_set(err, SCC_ERROR_USAGE, "--arch %s: this machine runs %s programs",
                         arch->name, host->name);
}

/*
 * Becoming the command
 */

static int install(const struct settings *settings, const struct filter *filter, const char *name,
                   scc_error **err)
{
    const struct scc_load_options options = {
        /* Without SPEC_ALLOW, which old kernels lack, a filter is slower, and says the same. */
        .flags = (filter->entry.flags == SECCOMP_FILTER_FLAG_SPEC_ALLOW
                      ? (uint32_t)SCC_LOAD_MAY_DROP_FLAGS
                      : 0u) |
                 (settings->allows_new_privs ? 0u : (uint32_t)SCC_LOAD_SET_NO_NEW_PRIVS),
    };
    struct scc_load_result result;
    int code = scc_load_install(&filter->entry, &options, &result);
    if (code == SCC_LOAD_PRIVILEGE && settings->allows_new_privs)
        return scc_error_errno(
            err, result.os_error,
            "--allow-new-privs: a filter that leaves NO_NEW_PRIVS as it is needs "
            "CAP_SYS_ADMIN, expected this option left out");
    return code == SCC_LOAD_OK ? 0 : refuse(name, code, result.os_error, err);
}

/** Executes the command, under the filter already; returns only where that fails. @p shown is the
 * command's name for a person. */
static int become(char **command, const char *shown)
{
    execvp(command[0], command);
    int why = errno;
    fprintf(stderr, "seccompc: %s: %s\n", shown, strerror(why));
    return why == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
}

/*
 * The command
 */

static void print_help(const struct scc_option_group *groups, size_t group_count)
{
    puts("Usage: seccompc run [OPTIONS] [BLOB|PROGRAM|PROFILE] -- COMMAND [ARGUMENT...]\n");
    scc_print_wrapped(stdout,
                      "Runs a command under a filter: the entry of a sealed blob that is for the "
                      "target, a raw program, or a profile (or --spec's, or the built-in one), "
                      "which is compiled and proved, or taken from the cache. Signals, descriptors "
                      "and environment pass as they are. Exit status: the command's; 125 where "
                      "seccompc failed, and nothing was run; 126 where the command cannot be run "
                      "and 127 where it is not found.",
                      0, 0);
    scc_options_help(stdout, groups, group_count);
}

/** Parts the words at "--". */
static int split(int *argc, char **argv, struct words *words, scc_error **err)
{
    int end = 1;
    while (end < *argc && strcmp(argv[end], "--") != 0)
        end++;
    words->command = end + 1 < *argc ? argv + end + 1 : NULL;
    bool has_end = end < *argc;
    *argc = end;
    argv[end] = NULL;
    if (has_end && !words->command)
        return scc_error_set(err, SCC_ERROR_USAGE, "--: expected a command behind it");
    return 0;
}

/** Reads options and words; *is_done where --help or a list was printed. */
static int start(struct settings *settings, struct words *words, int argc, char **argv,
                 bool *is_done, scc_error **err)
{
    const struct scc_option_group groups[] = {
        {"Options:", rows, SCC_COUNT(rows), settings},
        scc_cache_option_group(&settings->cache),
        scc_target_option_group(&settings->target),
    };
    int first;
    if (split(&argc, argv, words, err) < 0 ||
        scc_options_parse(groups, SCC_COUNT(groups), argc, argv, &first, err) < 0)
        return -1;
    *is_done = settings->wants_help || settings->target.wants_arch_list;
    if (settings->wants_help)
        print_help(groups, SCC_COUNT(groups));
    else if (settings->target.wants_arch_list)
        scc_target_options_list_arches(stdout);
    if (*is_done)
        return 0;
    words->file = first < argc ? argv[first] : NULL;
    if (!words->command)
        return scc_error_set(err, SCC_ERROR_USAGE, "expected -- and a command to run");
    if (argc - first > 1)
        return scc_error_set(err, SCC_ERROR_USAGE, "%s: a second file, expected one before --",
                             argv[first + 1]);
    if (settings->target.arch_count > 1)
        return scc_error_set(err, SCC_ERROR_USAGE, "%zu architectures, expected one",
                             settings->target.arch_count);
    if (settings->target.spec && strcmp(settings->target.spec, "-") == 0)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--spec -: standard input is the command's, expected a file");
    return 0;
}

/** Reads what the command line names into the filter. The config of --spec is read once: a bounding
 * set and a profile of two configs, where it is exchanged, would be a filter of neither. */
static int take(const struct settings *settings, const struct words *words, struct filter *filter,
                scc_diags *diags, scc_error **err)
{
    SCC_CLEANUP(scc_target_choice_clear) struct scc_target_choice choice = {0};
    bool takes_config = settings->target.spec && !words->file;
    scc_profile *spec = NULL;
    scc_diags *told = scc_diags_new();
    int done =
        told ? scc_target_options_choose(&settings->target, &choice, takes_config ? &spec : NULL,
                                         takes_config ? told : diags, err)
             : scc_error_nomem(err);
    if (done == 0)
        done = check_arch(choice.targets[0]->arch, err);
    if (done == 0)
        done = words->file
                   ? take_file(settings, words->file, choice.targets[0], filter, diags, err)
                   : take_default(settings, spec, told, choice.targets[0], filter, diags, err);
    scc_profile_free(spec);
    scc_diags_free(told);
    return done;
}

/** Puts the filter on. Warnings that were told are gone from @p diags. */
static int load(const struct settings *settings, const struct words *words, struct filter *filter,
                scc_diags **diags, scc_error **err)
{
    const char *name = words->file ? words->file : "the filter";
    int done = take(settings, words, filter, *diags, err);
    if (done < 0 || check_listener(filter, name, err) < 0 || check_execve(filter, name, err) < 0)
        return -1;
    /* Under the filter there may be no writing any more. */
    if (!settings->is_quiet)
        scc_report_warnings(stderr, *diags);
    scc_diags_free(*diags);
    *diags = NULL;
    sigaction(SIGXFSZ, &words->larger, NULL);
    return install(settings, filter, name, err);
}

/** Prepares what there is no room for under the filter any more. */
static int prepare(struct words *words, scc_error **err)
{
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    struct scc_strbuf shown = {0};
    scc_strbuf_add_escaped(&shown, words->command[0]);
    words->shown = scc_strbuf_steal(&shown);
    if (!words->shown)
        return scc_error_nomem(err);
    /* A cache that may not grow is no reason to end here. */
    if (sigaction(SIGXFSZ, &ignored, &words->larger) < 0)
        return scc_error_errno(err, errno, "sigaction");
    return 0;
}

int scc_cmd_run(int argc, char **argv)
{
    struct settings settings = {0};
    struct words words = {0};
    struct filter filter = {0};
    bool is_done = false;
    int status = SCC_STATUS_DONE;
    scc_error *err = NULL;
    scc_diags *diags = scc_diags_new();
    int done = diags ? start(&settings, &words, argc, argv, &is_done, &err) : scc_error_nomem(&err);
    if (done == 0 && !is_done)
        done = prepare(&words, &err);
    if (done == 0 && !is_done)
        done = load(&settings, &words, &filter, &diags, &err);
    if (done == 0 && is_done && fflush(stdout) != 0)
        done = scc_error_errno(&err, errno, "standard output");
    if (done < 0) {
        scc_report_failure(stderr, err, diags,
                           settings.is_quiet ? SCC_REPORT_QUIET : SCC_REPORT_DIAGNOSTICS);
        status = SCC_STATUS_RUN_FAILED;
    } else if (!is_done) {
        status = become(words.command, words.shown);
    }
    clear_filter(&filter);
    free(words.shown);
    scc_error_free(err);
    scc_diags_free(diags);
    return status;
}
