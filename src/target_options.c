/* SPDX-License-Identifier: Apache-2.0 */
#include "target_options.h"

#include <string.h>
#include <strings.h>

#include "config.h"
#include "enosys.h"
#include "strbuf.h"
#include "suggest.h"
#include "util.h"

static int refuse_value(const char *option, const char *value, const char *what,
                        const char *nearest, const char *more, scc_error **err)
{
    struct scc_strbuf shown = {0};
    scc_strbuf_add_escaped(&shown, value);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&shown);
    if (!text)
        return scc_error_nomem(err);
    return scc_error_set(err, SCC_ERROR_USAGE, "%s %s: %s%s%s%s%s", option, text, what,
                         nearest ? "; did you mean " : "", nearest ? nearest : "",
                         nearest ? "?" : "", more);
}

static int refuse_many(const char *option, scc_error **err)
{
    return scc_error_set(err, SCC_ERROR_USAGE, "%s: given more than %d times", option,
                         SCC_TARGETS_MAX);
}

static int apply_arch(void *settings, const char *value, scc_error **err)
{
    struct scc_target_options *options = settings;
    if (strcmp(value, "help") == 0) {
        options->wants_arch_list = true;
        return 0;
    }
    const struct scc_arch *arch = scc_arch_find(value);
    if (!arch)
        return refuse_value("--arch", value, "no such architecture", scc_arch_nearest(value),
                            " (--arch help lists them)", err);
    for (size_t i = 0; i < options->arch_count; i++) {
        if (options->arches[i] == arch)
            return refuse_value("--arch", value, "named twice", NULL, "", err);
    }
    options->arches[options->arch_count++] = arch;
    return 0;
}

/** Named sets that --caps knows. */
static bool find_set(const char *name, scc_cap_set *set)
{
    if (strcasecmp(name, "docker") == 0)
        *set = scc_cap_docker();
    else if (strcasecmp(name, "podman") == 0)
        *set = scc_cap_podman();
    else if (strcasecmp(name, "current") == 0)
        *set = scc_target_caps_current();
    else if (strcasecmp(name, "all") == 0)
        *set = scc_cap_all();
    else if (strcasecmp(name, "none") == 0)
        *set = 0;
    else
        return false;
    return true;
}

/** Reads comma-separated names into @p set; "all" is told by *is_all where that is not NULL. */
static int read_caps(const char *option, const char *list, scc_cap_set *set, bool *is_all,
                     scc_error **err)
{
    SCC_AUTOFREE char *copy = strdup(list);
    if (!copy)
        return scc_error_nomem(err);
    char *rest = copy, *name = NULL;
    while ((name = strsep(&rest, ",")) != NULL) {
        if (is_all && strcasecmp(name, "all") == 0) {
            *is_all = true;
            continue;
        }
        int bit = scc_cap_find_loose(name);
        scc_cap_set whole;
        if (bit < 0 && find_set(name, &whole))
            return refuse_value(option, name, "names a whole set, expected alone behind --caps",
                                NULL, " (--cap-add adds to it)", err);
        if (bit < 0)
            return refuse_value(option, name, "no such capability", scc_cap_nearest(name),
                                " (capabilities(7) lists them)", err);
        *set |= (scc_cap_set)1 << bit; /* NOLINT(clang-analyzer-core.NullDereference): never */
    }
    return 0;
}

static int apply_caps(void *settings, const char *value, scc_error **err)
{
    struct scc_target_options *options = settings;
    scc_cap_set caps = 0;
    if (!find_set(value, &caps) && read_caps("--caps", value, &caps, NULL, err) < 0)
        return -1;
    if (options->caps_count == SCC_TARGETS_MAX)
        return refuse_many("--caps", err);
    options->caps[options->caps_count++] = caps;
    return 0;
}

static int apply_cap_add(void *settings, const char *value, scc_error **err)
{
    struct scc_target_options *options = settings;
    return read_caps("--cap-add", value, &options->adds, &options->adds_all, err);
}

static int apply_cap_drop(void *settings, const char *value, scc_error **err)
{
    struct scc_target_options *options = settings;
    return read_caps("--cap-drop", value, &options->drops, &options->drops_all, err);
}

#define EXPECTED_KERNEL "expected X.Y, each from 0 to 255, or a release such as uname -r prints"

static int apply_kernel(void *settings, const char *value, scc_error **err)
{
    struct scc_target_options *options = settings;
    struct scc_kernel kernel;
    if (!scc_kernel_parse_release(value, &kernel))
        return refuse_value("--kernel", value, EXPECTED_KERNEL, NULL, "", err);
    if (options->kernel_count == SCC_TARGETS_MAX)
        return refuse_many("--kernel", err);
    options->kernels[options->kernel_count++] = kernel;
    return 0;
}

static int apply_spec(void *settings, const char *value, scc_error **err)
{
    (void)err;
    ((struct scc_target_options *)settings)->spec = value;
    return 0;
}

static int apply_on_conflict(void *settings, const char *value, scc_error **err)
{
    struct scc_target_options *options = settings;
    if (strcmp(value, "refuse") != 0 && strcmp(value, "strictest") != 0)
        return refuse_value("--on-conflict", value, "expected refuse or strictest", NULL, "", err);
    options->reading.on_conflict = *value == 'r' ? SCC_CONFLICT_REFUSE : SCC_CONFLICT_STRICTEST;
    options->reading_option = "--on-conflict";
    return 0;
}

static int apply_enosys(void *settings, const char *value, scc_error **err)
{
    struct scc_target_options *options = settings;
    struct scc_suggestion best = scc_suggestion_for(value);
    options->reading_option = "--enosys";
    for (int i = SCC_ENOSYS_PROFILE; i <= SCC_ENOSYS_KERNEL; i++) {
        enum scc_enosys mode = (enum scc_enosys)i;
        if (strcmp(value, scc_enosys_name(mode)) == 0) {
            options->reading.enosys = mode;
            return 0;
        }
        scc_suggestion_offer(&best, scc_enosys_name(mode));
    }
    return refuse_value("--enosys", value, "expected profile, runc or kernel", best.name, "", err);
}

static int apply_profile_kernel(void *settings, const char *value, scc_error **err)
{
    struct scc_target_options *options = settings;
    struct scc_kernel kernel;
    if (!scc_kernel_parse_release(value, &kernel) || !kernel.major)
        return refuse_value("--profile-kernel", value, EXPECTED_KERNEL, NULL, "", err);
    options->reading.profile_major = kernel.major;
    options->reading.profile_minor = kernel.minor;
    options->reading_option = "--profile-kernel";
    return 0;
}

static int apply_harden(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct scc_target_options *)settings)->reading.hardens = true;
    return 0;
}

static const struct scc_option rows[] = {
    {"arch", 0, "NAME",
     "the architecture, by Docker's, libseccomp's or SCMP_ARCH_ name (default: this machine; "
     "`help` "
     "lists them)",
     apply_arch},
    {"caps", 0, "LIST",
     "the container's capability bounding set: comma-separated names, or docker (default), podman, "
     "current, none, all",
     apply_caps},
    {"cap-add", 0, "LIST", "add capabilities to the set, as docker run does; all adds every one",
     apply_cap_add},
    {"cap-drop", 0, "LIST",
     "take capabilities from the set, as docker run does; all drops every one but the added",
     apply_cap_drop},
    {"kernel", 0, "X.Y", "the kernel, for minKernel (default: this machine's)", apply_kernel},
    {"spec", 0, "CONFIG",
     "take the bounding set from this OCI runtime config; compile without PROFILE also takes its "
     "linux.seccomp",
     apply_spec},
    {"on-conflict", 0, "MODE",
     "where one call matches argument rules of different actions: refuse the profile (default), or "
     "let the strictest action answer",
     apply_on_conflict},
    {"enosys", 0, "MODE",
     "what answers to numbers that the profile's author could not know: the default action, as "
     "written (profile, the default); ENOSYS above the largest number that is named (runc); ENOSYS "
     "for calls younger than the author's kernel and numbers that no kernel has (kernel)",
     apply_enosys},
    {"profile-kernel", 0, "X.Y",
     "with --enosys kernel: the kernel that the author knew (default: that of the youngest call "
     "that the profile names)",
     apply_profile_kernel},
    {"harden", 0, NULL,
     "never more permissive: of a profile's answers for the arguments as given and for them "
     "without the high words of 32-bit arguments, which the kernel ignores, the stricter one",
     apply_harden},
};

struct scc_option_group scc_target_option_group(struct scc_target_options *options)
{
    return (struct scc_option_group){"Target:", rows, SCC_COUNT(rows), options};
}

void scc_target_options_list_arches(FILE *out)
{
    fprintf(out, "%-14s %-14s %s\n", "docker", "libseccomp", "profile");
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        if (arch->column != SCC_COLUMN_NONE)
            fprintf(out, "%-14s %-14s %s\n", scc_arch_docker_name(arch), arch->name,
                    arch->token_name);
    }
}

/**
 * Adds and drops as docker does (moby oci/caps, TweakCapabilities): adding all leaves what is
 * dropped by name, dropping all leaves what is added by name.
 */
scc_cap_set scc_target_options_tweak(const struct scc_target_options *options, scc_cap_set base)
{
    if (options->adds_all)
        return scc_cap_all() & ~options->drops;
    if (options->drops_all)
        return options->adds;
    return (base & ~options->drops) | options->adds;
}

/** Of @p count values of an option, the first that counts: all do, or the last alone. */
static size_t first_of(const struct scc_target_options *options, size_t count)
{
    return options->takes_several ? 0 : count - 1;
}

/** Puts the kernels into @p options, this machine's where there is none. */
static int complete_kernels(struct scc_target_options *options, scc_error **err)
{
    unsigned major, minor;
    if (options->kernel_count)
        return 0;
    if (scc_target_host_kernel(&major, &minor, err) < 0)
        return -1;
    options->kernels[options->kernel_count++] =
        (struct scc_kernel){(uint16_t)major, (uint16_t)minor};
    return 0;
}

/** Puts the bounding sets into @p options, changed by --cap-add and --cap-drop. */
static int complete_caps(struct scc_target_options *options, scc_profile **profile,
                         scc_diags *diags, scc_error **err)
{
    if (options->spec && options->caps_count)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--caps and --spec both give the bounding set, expected one of them");
    if (!options->caps_count)
        options->caps[options->caps_count++] = scc_cap_docker();
    if (options->spec && scc_config_read(options->spec, &options->caps[0], profile, diags, err) < 0)
        return -1;
    for (size_t i = 0; i < options->caps_count; i++)
        options->caps[i] = scc_target_options_tweak(options, options->caps[i]);
    return 0;
}

bool scc_target_options_name_any(const struct scc_target_options *options)
{
    return options->arch_count || options->caps_count || options->kernel_count || options->spec ||
           options->adds || options->adds_all || options->drops || options->drops_all;
}

static int add_targets(const struct scc_target_options *options, const struct scc_arch *arch,
                       struct scc_target_choice *choice, scc_error **err)
{
    for (size_t i = first_of(options, options->caps_count); i < options->caps_count; i++) {
        for (size_t j = first_of(options, options->kernel_count); j < options->kernel_count; j++) {
            if (choice->count == SCC_TARGETS_MAX)
                return scc_error_set(err, SCC_ERROR_USAGE,
                                     "--arch, --caps and --kernel give more than %d targets",
                                     SCC_TARGETS_MAX);
            if (scc_target_new(arch, options->caps[i], options->kernels[j].major,
                               options->kernels[j].minor, &choice->targets[choice->count], err) < 0)
                return -1;
            choice->count++;
        }
    }
    return 0;
}

int scc_target_options_choose(const struct scc_target_options *options,
                              struct scc_target_choice *choice, scc_profile **profile,
                              scc_diags *diags, scc_error **err)
{
    struct scc_target_options whole = *options;
    if (options->reading.profile_major && options->reading.enosys != SCC_ENOSYS_KERNEL)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--profile-kernel: expected --enosys kernel with it");
    if (complete_kernels(&whole, err) < 0 || complete_caps(&whole, profile, diags, err) < 0)
        return -1;
    if (!whole.arch_count)
        whole.arches[whole.arch_count++] = scc_target_host_arch();
    for (size_t i = 0; i < whole.arch_count; i++) {
        if (add_targets(&whole, whole.arches[i], choice, err) < 0)
            return -1;
    }
    return 0;
}

void scc_target_choice_clear(struct scc_target_choice *choice)
{
    for (size_t i = 0; i < choice->count; i++)
        scc_target_free(choice->targets[i]);
    choice->count = 0;
}
