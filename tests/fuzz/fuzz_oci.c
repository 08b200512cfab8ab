/* SPDX-License-Identifier: Apache-2.0 */
/**
 * An OCI runtime config, as `seccompc oci` rewrites it. What is accepted becomes a config in which
 * linux.seccomp means what it meant, the annotation's program is proved to mean it too, and every
 * other byte stands as it stood; rewritten once more it is the same text. What the annotation of
 * the config itself is said to be is asked as well. Bit 6 of the last byte: a profile from
 * elsewhere takes the place of linux.seccomp.
 */
#include "annotation.h"
#include "base64.h"
#include "emit_scmp.h"
#include "error.h"
#include "fuzz_json.h"
#include "fuzz_policy.h"
#include "oci_config.h"
#include "program.h"
#include "util.h"

/* NOLINTBEGIN(bugprone-reserved-identifier, readability-non-const-parameter): ld's --wrap wants it
 * so */
int __wrap_scc_scmp_write(const struct scc_policy *policy, enum scc_scmp_shape shape,
                          scc_program **program, size_t *repaired, scc_error **err);

int __wrap_scc_scmp_write(const struct scc_policy *policy, enum scc_scmp_shape shape,
                          scc_program **program, size_t *repaired, scc_error **err)
{
    (void)policy, (void)shape, (void)program, (void)repaired;
    return scc_error_set(err, SCC_ERROR_INPUT, "not asked");
}
/* NOLINTEND(bugprone-reserved-identifier, readability-non-const-parameter) */

/** How a config is rewritten. */
struct way {
    const scc_profile *instead; /* or NULL */
    struct fuzz_settings settings;
};

/** A config, the policy that it asks for, and its document. */
struct config {
    scc_oci_config *config;
    scc_policy *policy;
    struct scc_json *doc;
};

static int rewrite(const struct config *config, const struct way *way,
                   struct scc_oci_rewritten *made, scc_error **err)
{
    const struct scc_compile_options options = {.level = SCC_LEVEL_OWN,
                                                .reading = way->settings.reading};
    scc_diags *diags = fuzz_diags();
    int done = scc_oci_config_rewrite(config->config, way->settings.target, &options, NULL, made,
                                      diags, err);
    fuzz_take_diags(diags);
    return done;
}

static void clear(struct config *config)
{
    scc_policy_free(config->policy);
    scc_oci_config_free(config->config);
    scc_json_free(config->doc);
}

/**
 * Whether the annotation holds a program that multiplies or divides. Proofs about such a one take
 * most of a second, which is for fuzz_program to look at.
 */
static bool computes(const struct scc_json_node *annotation, const struct scc_arch *arch)
{
    if (annotation->kind != SCC_JSON_STRING)
        return false;
    const char *text = scc_json_string(annotation);
    size_t len_bytes, text_bytes = strlen(text);
    SCC_AUTOFREE char *bytes = fuzz_copy(text, text_bytes);
    scc_program *program = NULL;
    if (!scc_base64_decode(text, text_bytes, bytes, &len_bytes) ||
        scc_program_parse(bytes, len_bytes, arch, &program, NULL) < 0)
        return false;
    bool found = false;
    for (size_t i = 0; i < program->count; i++) {
        unsigned code = program->insns[i].code;
        found |= BPF_CLASS(code) == BPF_ALU && (BPF_OP(code) == BPF_MUL || BPF_OP(code) == BPF_DIV);
    }
    scc_program_free(program);
    return found;
}

/** What the annotation that is there is said to be; *is_same: what the policy is. */
static bool ask_annotation(const struct config *config, bool *is_same)
{
    const struct scc_json_node *annotation = NULL;
    scc_error *err = NULL;
    if (!fuzz_accepts(scc_annotation_find(scc_json_root(config->doc), &annotation, &err), &err) ||
        !annotation || computes(annotation, config->policy->target))
        return annotation != NULL;
    scc_diags *diags = fuzz_diags();
    fuzz_must(scc_annotation_tell(annotation, config->policy, is_same, diags, &err), err);
    fuzz_take_diags(diags);
    return true;
}

/** Reads what was made, which must be a config, and compares it with the one that it is of. */
static void check_rewritten(const struct config *before, const struct way *way,
                            const struct scc_oci_rewritten *made)
{
    static const char *const seccomp_path[] = {"linux", "seccomp"};
    static const char *const annotation_path[] = {"annotations", SCC_OCI_ANNOTATION};
    static const struct fuzz_path paths[] = {{seccomp_path, 2}, {annotation_path, 2}};
    struct config after = {.doc = fuzz_json(made->text, made->len_bytes)};
    struct scc_oci_rewritten again;
    bool is_same = false;
    scc_error *err = NULL;
    fuzz_check_edited(before->doc, after.doc, paths, SCC_COUNT(paths));
    fuzz_must(scc_oci_config_parse(made->text, made->len_bytes, "output", NULL, &after.config, NULL,
                                   &err),
              err);
    fuzz_check(scc_oci_config_caps(after.config) == scc_oci_config_caps(before->config),
               "another bounding set");
    fuzz_must(scc_policy_select(scc_oci_config_profile(after.config), way->settings.target,
                                &way->settings.reading, &after.policy, NULL, &err),
              err);
    fuzz_check(fuzz_compare(before->policy, after.policy) != FUZZ_DIFFERENT,
               "linux.seccomp means something else: %s", made->text);
    fuzz_check(scc_oci_config_may_have_program(made->text, made->len_bytes), "no program: %s",
               made->text);
    fuzz_check(ask_annotation(&after, &is_same) && is_same, "another program: %s", made->text);
    fuzz_must(rewrite(&after, way, &again, &err), err);
    fuzz_check(again.annotation == SCC_OCI_SAME && again.len_bytes == made->len_bytes &&
                   memcmp(again.text, made->text, made->len_bytes) == 0,
               "rewritten again it is another: %s, %s", made->text, again.text);
    free(again.text);
    clear(&after);
}

/** A config that was read: with seccomp off there is nothing to rewrite. */
static void check_config(struct config *config, const struct way *way)
{
    const scc_profile *profile = scc_oci_config_profile(config->config);
    struct scc_oci_rewritten made;
    scc_error *err = NULL;
    bool is_same;
    if (!profile) {
        scc_diags *diags = fuzz_diags();
        fuzz_must(scc_oci_config_tell_off(config->config, diags, &err), err);
        fuzz_take_diags(diags);
        return;
    }
    bool is_selected =
        fuzz_accepts(scc_policy_select(profile, way->settings.target, &way->settings.reading,
                                       &config->policy, NULL, &err),
                     &err);
    bool has_program = is_selected && ask_annotation(config, &is_same);
    if (!fuzz_accepts(rewrite(config, way, &made, &err), &err))
        return;
    fuzz_check(is_selected, "rewritten without a policy: %s", made.text);
    fuzz_check(!has_program || made.annotation != SCC_OCI_ADDED, "a second program");
    check_rewritten(config, way, &made);
    free(made.text);
}

static void check_text(const char *text, size_t len_bytes, const struct way *way)
{
    struct config config = {0};
    scc_diags *diags = fuzz_diags();
    scc_error *err = NULL;
    if (fuzz_accepts(scc_oci_config_parse(text, len_bytes, "fuzz", way->instead, &config.config,
                                          diags, &err),
                     &err)) {
        config.doc = fuzz_json(text, len_bytes);
        check_config(&config, way);
    }
    scc_oci_config_may_have_program(text, len_bytes);
    fuzz_take_diags(diags);
    clear(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char other[] =
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"
        "\"syscalls\":[{\"names\":[\"read\",\"chmod\"],\"action\":\"SCMP_ACT_ALLOW\"}]}";
    scc_profile *instead = NULL;
    scc_error *err = NULL;
    if (size && data[size - 1] & 0x40)
        fuzz_must(scc_profile_parse(other, sizeof other - 1, "other", &instead, NULL, &err), err);
    struct way way = {.instead = instead, .settings = fuzz_take_settings(data, &size)};
    check_text((const char *)data, size, &way);
    scc_target_free(way.settings.target);
    scc_profile_free(instead);
    return 0;
}

static bool takes(const char *text, size_t len_bytes)
{
    scc_oci_config *config = NULL;
    scc_oci_config_parse(text, len_bytes, "mutated", NULL, &config, NULL, NULL);
    bool is_taken = config && scc_oci_config_profile(config);
    scc_oci_config_free(config);
    return is_taken;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_mutate_taken(data, size, max_size, seed, FUZZ_SETTING_BYTES, takes);
}
