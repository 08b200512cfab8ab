/* SPDX-License-Identifier: Apache-2.0 */
#include "oci_config.h"

#include <string.h>

#include "base64.h"
#include "cache.h"
#include "diag.h"
#include "json_edit.h"
#include "profile.h"
#include "util.h"

static const char *const seccomp_path[] = {"linux", "seccomp"};
static const char *const annotation_path[] = {"annotations", SCC_OCI_ANNOTATION};

struct scc_oci_config {
    struct scc_json *doc;       /* NULL where `own` has it */
    scc_profile *own;           /* linux.seccomp, or NULL */
    const scc_profile *profile; /* what is compiled, or NULL */
    const struct scc_json_node *root;
    const struct scc_json_node *annotation; /* the program's that is there, or NULL */
    bool has_linux;
    scc_cap_set caps;
};

/*
 * Reading
 */

/** Finds what the config says beside linux.seccomp, which is *seccomp, or NULL. */
static int find_parts(scc_oci_config *config, const struct scc_json_node **seccomp,
                      scc_diags *diags, scc_error **err)
{
    const struct scc_json_node *linux_node;
    if (scc_config_check(config->root, err) < 0 ||
        scc_config_bounding_set(config->root, &config->caps, diags, err) < 0 ||
        scc_config_find(config->root, seccomp_path, SCC_COUNT(seccomp_path), seccomp, err) < 0 ||
        scc_config_find(config->root, seccomp_path, 1, &linux_node, err) < 0 ||
        scc_config_find_annotation(config->root, &config->annotation, err) < 0)
        return -1;
    config->has_linux = linux_node != NULL;
    return 0;
}

/** Reads the document of @p config. */
static int read_config(scc_oci_config *config, const scc_profile *instead, scc_diags *diags,
                       scc_error **err)
{
    const struct scc_json_node *seccomp = NULL;
    config->root = scc_json_root(config->doc);
    if (find_parts(config, &seccomp, diags, err) < 0)
        return -1;
    config->profile = instead;
    if (instead || scc_config_is_off(seccomp))
        return 0;
    if (scc_profile_from_json(SCC_STEAL(config->doc), seccomp, &config->own, diags, err) < 0 ||
        scc_profile_bound_work(config->own, err) < 0)
        return -1;
    config->profile = config->own;
    return 0;
}

int scc_oci_config_parse(const char *text, size_t len_bytes, const char *name,
                         const scc_profile *instead, scc_oci_config **config, scc_diags *diags,
                         scc_error **err)
{
    char *copy = malloc(len_bytes + 1);
    scc_oci_config *made = calloc(1, sizeof *made);
    if (!copy || !made) {
        free(copy);
        free(made);
        return scc_error_nomem(err);
    }
    memcpy(copy, text, len_bytes);
    if (scc_json_parse(copy, len_bytes, name, &made->doc, err) < 0 ||
        read_config(made, instead, diags, err) < 0) {
        scc_oci_config_free(made);
        return -1;
    }
    *config = made;
    return 0;
}

/** Whether @p text, which is no JSON that is read here, may name the annotation. */
static bool may_name_annotation(const char *text, size_t len_bytes)
{
    return memmem(text, len_bytes, SCC_OCI_ANNOTATION, strlen(SCC_OCI_ANNOTATION)) ||
           memmem(text, len_bytes, "\\u", 2);
}

bool scc_oci_config_may_have_program(const char *text, size_t len_bytes)
{
    const struct scc_json_node *annotation;
    struct scc_json *doc;
    char *copy = malloc(len_bytes + 1);
    if (!copy)
        return true;
    memcpy(copy, text, len_bytes);
    if (scc_json_parse(copy, len_bytes, "", &doc, NULL) < 0)
        return may_name_annotation(text, len_bytes);
    bool is_there = scc_config_find_annotation(scc_json_root(doc), &annotation, NULL) < 0 ||
                    (annotation && annotation->kind != SCC_JSON_NULL);
    scc_json_free(doc);
    return is_there;
}

void scc_oci_config_free(scc_oci_config *config)
{
    if (!config)
        return;
    scc_profile_free(config->own);
    scc_json_free(config->doc);
    free(config);
}

const scc_profile *scc_oci_config_profile(const scc_oci_config *config)
{
    return config->profile;
}

scc_cap_set scc_oci_config_caps(const scc_oci_config *config)
{
    return config->caps;
}

/*
 * Telling
 */

/** Tells of the annotation that is there. */
static int tell_annotation(const scc_oci_config *config, enum scc_diag_level level,
                           scc_diags *diags, scc_error **err, const char *what)
{
    struct scc_strbuf path = {0};
    scc_json_path(config->annotation, &path);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    if (!path_text)
        return scc_error_nomem(err);
    return scc_diags_add(diags, level, scc_json_place(config->annotation), path_text, err, "%s",
                         what);
}

int scc_oci_config_tell_off(const scc_oci_config *config, scc_diags *diags, scc_error **err)
{
    const struct scc_place place = {.file = scc_json_place(config->root).file};
    if (scc_diags_add(diags, SCC_DIAG_WARNING, place, NULL, err,
                      "no linux.seccomp: seccomp is off, and the config stays as it is (--profile "
                      "gives it a filter)") < 0)
        return -1;
    if (!config->annotation || config->annotation->kind == SCC_JSON_NULL)
        return 0;
    if (config->has_linux)
        return tell_annotation(config, SCC_DIAG_WARNING, diags, err,
                               "a program stays in force for crun, although there is no "
                               "linux.seccomp; other runtimes set no filter");
    return tell_annotation(
        config, SCC_DIAG_WARNING, diags, err,
        "a program without effect: the config has no linux object, and crun sets "
        "no filter");
}

/*
 * Writing
 */

/** The program as the annotation's value: base64 in quotes. The caller frees it. */
static char *annotation_value(const scc_program *program)
{
    struct scc_strbuf out = {0};
    size_t len = 0;
    SCC_AUTOFREE void *bytes = scc_program_to_bytes(program, &len);
    if (!bytes)
        return NULL;
    scc_strbuf_add(&out, "\"");
    scc_base64_add(&out, bytes, len);
    scc_strbuf_add(&out, "\"");
    return scc_strbuf_steal(&out);
}

/** Whether the annotation that is there has just this @p value, a string without escapes. */
static bool has_value(const scc_oci_config *config, const char *value)
{
    const struct scc_json_node *node = config->annotation;
    size_t len = strlen(value) - 2;
    return node->kind == SCC_JSON_STRING && strlen(scc_json_string(node)) == len &&
           strncmp(scc_json_string(node), value + 1, len) == 0;
}

/** Says what becomes of an annotation that is there, and tells of it. */
static int judge_annotation(const scc_oci_config *config, const char *value,
                            enum scc_oci_annotation *annotation, scc_diags *diags, scc_error **err)
{
    *annotation = SCC_OCI_ADDED;
    if (!config->annotation)
        return 0;
    *annotation = has_value(config, value) ? SCC_OCI_SAME : SCC_OCI_REPLACED;
    if (*annotation == SCC_OCI_SAME)
        return tell_annotation(config, SCC_DIAG_NOTE, diags, err,
                               "the annotation stands here already, with this program");
    return tell_annotation(config, SCC_DIAG_WARNING, diags, err,
                           "the annotation stands here already, with another program, which is "
                           "replaced");
}

/** Puts both values into the config's text. */
static int edit(const scc_oci_config *config, const char *slim, const char *annotation,
                struct scc_oci_rewritten *made, scc_error **err)
{
    struct scc_json_edit edits[2];
    scc_json_edit_plan(config->root, seccomp_path, SCC_COUNT(seccomp_path), slim, &edits[0]);
    scc_json_edit_plan(config->root, annotation_path, SCC_COUNT(annotation_path), annotation,
                       &edits[1]);
    made->text = scc_json_edit_apply(config->root->doc, edits, SCC_COUNT(edits), &made->len_bytes);
    return made->text ? 0 : scc_error_nomem(err);
}

/** The slim profile, without the newline at its end. The caller frees it. */
static int make_slim(const scc_oci_config *config, const scc_target *target,
                     const struct scc_compile_options *options, char **slim, scc_error **err)
{
    size_t len = 0;
    scc_policy *policy = NULL;
    if (scc_policy_select(config->profile, target, &options->reading, &policy, NULL, err) < 0)
        return -1;
    char *made = NULL;
    int done = scc_compile_check_slim(policy, options, NULL, err);
    if (done == 0 && (made = scc_policy_to_oci(policy, &len)) == NULL)
        done = scc_error_nomem(err);
    scc_policy_free(policy);
    if (done < 0)
        return -1;
    made[len - 1] = '\0';
    *slim = made;
    return 0;
}

int scc_oci_config_rewrite(const scc_oci_config *config, const scc_target *target,
                           const struct scc_compile_options *options, const scc_cache *cache,
                           struct scc_oci_rewritten *rewritten, scc_diags *diags, scc_error **err)
{
    struct scc_oci_rewritten made = {0};
    struct scc_compile_options telling = *options;
    scc_cached *cached = NULL;
    SCC_AUTOFREE char *slim = NULL;
    if (!scc_json_first(config->root))
        return scc_json_error(config->root, err, "an empty object, expected an OCI runtime config");
    telling.wants_oci = true;
    telling.crosschecks = true;
    if (scc_cache_compile_profile(cache, config->profile, target, &telling, &cached, diags, err) <
        0)
        return -1;
    made.is_hit = scc_cached_is_hit(cached);
    made.instructions = scc_program_count(scc_cached_program(cached));
    SCC_AUTOFREE char *annotation = annotation_value(scc_cached_program(cached));
    scc_cached_free(cached);
    if (!annotation)
        return scc_error_nomem(err);
    if (make_slim(config, target, &telling, &slim, err) < 0 ||
        judge_annotation(config, annotation, &made.annotation, diags, err) < 0 ||
        edit(config, slim, annotation, &made, err) < 0)
        return -1;
    *rewritten = made;
    return 0;
}
