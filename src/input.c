/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"

#include "annotation.h"
#include "base64.h"
#include "blob_words.h"
#include "config.h"
#include "file.h"
#include "lxc.h"
#include "util.h"

void scc_input_clear(struct scc_input *input)
{
    scc_program_free(input->raw);
    scc_blob_free(input->blob);
    scc_policy_free(input->policy);
    scc_profile_free(input->profile);
    *input = (struct scc_input){0};
}

const char *scc_input_kind_name(const struct scc_input *input)
{
    if (input->kind == SCC_INPUT_BLOB || input->blob)
        return "a sealed blob";
    if (input->kind == SCC_INPUT_PROGRAM)
        return "a program";
    if (!input->profile)
        return "LXC's text";
    return input->is_config ? "a runtime config" : "a profile";
}

/** What a JSON document says; takes @p text over. */
static int parse_json(char *text, struct scc_input *input, scc_diags *diags, scc_error **err)
{
    struct scc_json *doc;
    if (scc_json_parse(text, input->bytes, input->name, &doc, err) < 0)
        return -1;
    const struct scc_json_node *root = scc_json_root(doc);
    input->is_config = scc_config_is_config(root);
    if (!input->is_config)
        return scc_profile_from_json(doc, root, &input->profile, diags, err) < 0
                   ? -1
                   : scc_profile_bound_work(input->profile, err);
    if (scc_annotation_find(root, &input->annotation, err) < 0) {
        scc_json_free(doc);
        return -1;
    }
    if (scc_config_from_json(doc, &input->caps, &input->profile, diags, err) < 0)
        return -1;
    return input->profile ? scc_profile_bound_work(input->profile, err) : 0;
}

scc_target scc_input_target(const struct scc_input *input, const scc_target *target,
                            const struct scc_target_options *options)
{
    scc_target own = *target;
    if (input->is_config && !options->caps_count && !options->spec)
        own.caps = scc_target_options_tweak(options, input->caps);
    return own;
}

/** Selects what a JSON document says; takes @p text over. */
static int read_json(char *text, const scc_target *target, const struct scc_target_options *options,
                     struct scc_input *input, scc_diags *diags, scc_error **err)
{
    if (parse_json(text, input, diags, err) < 0)
        return -1;
    scc_target own = scc_input_target(input, target, options);
    if (scc_policy_select(input->profile, &own, &options->reading, &input->policy, diags, err) < 0)
        return -1;
    bool is_same = false;
    int done = scc_annotation_tell(input->annotation, input->policy, &is_same, diags, err);
    input->is_other_for_crun = !is_same;
    return done;
}

static int read_lxc(const char *text, const scc_target *target,
                    const struct scc_target_options *options, struct scc_input *input,
                    scc_diags *diags, scc_error **err)
{
    if (scc_lxc_parse(text, input->bytes, input->name, target->arch, &input->policy, diags, err) <
        0)
        return -1;
    input->policy->hardens = options->reading.hardens;
    return 0;
}

int scc_input_parse_program(const char *text, size_t len_bytes, const struct scc_arch *arch,
                            scc_program **program, scc_error **err)
{
    size_t decoded_bytes;
    SCC_AUTOFREE void *decoded = malloc(scc_base64_room_bytes(len_bytes) + 1);
    if (!decoded)
        return scc_error_nomem(err);
    if (!scc_base64_decode_line(text, len_bytes, decoded, &decoded_bytes))
        return scc_program_parse(text, len_bytes, arch, program, err);
    if (scc_program_parse(decoded, decoded_bytes, arch, program, err) < 0)
        return scc_error_wrap(err, "base64");
    return 0;
}

static int read_raw(const char *text, const struct scc_arch *arch, struct scc_input *input,
                    scc_error **err)
{
    input->kind = SCC_INPUT_PROGRAM;
    if (scc_input_parse_program(text, input->bytes, arch, &input->raw, err) < 0)
        return scc_error_wrap(err, "%s is neither JSON nor a blob nor a program for %s",
                              input->name, arch->name);
    input->program = input->raw;
    return 0;
}

static int read_blob(const char *text, struct scc_input *input, scc_error **err)
{
    input->kind = SCC_INPUT_BLOB;
    if (scc_blob_parse(text, input->bytes, &input->blob, err) < 0)
        return scc_error_wrap(err, "%s", input->name);
    return 0;
}

/**
 * Reads the file; @p made gets its name and size. An empty one is refused with what was expected.
 * *text is the caller's, also on failure.
 */
static int read_file(const char *path, const char *expected, struct scc_input *made, char **text,
                     scc_error **err)
{
    *made = (struct scc_input){.kind = SCC_INPUT_PROFILE, .name = scc_file_shown_name(path)};
    if (scc_file_read(path, SCC_JSON_MAX_BYTES, text, &made->bytes, err) < 0)
        return -1;
    if (made->bytes)
        return 0;
    return scc_error_at(err, (struct scc_place){made->name, 1, 1}, NULL,
                        "the file is empty, expected %s", expected);
}

int scc_input_read_whole(const char *path, const scc_target *target,
                         const struct scc_target_options *options, struct scc_input *input,
                         scc_diags *diags, scc_error **err)
{
    struct scc_input made;
    SCC_AUTOFREE char *text = NULL;
    int done;
    if (read_file(path, "a profile, a config, a program or a blob", &made, &text, err) < 0)
        return -1;
    if (scc_json_is_start(text, made.bytes))
        done = read_json(SCC_STEAL(text), target, options, &made, diags, err);
    else if (scc_lxc_is_one(text, made.bytes))
        done = read_lxc(text, target, options, &made, diags, err);
    else if (scc_blob_is_one(text, made.bytes))
        done = read_blob(text, &made, err);
    else
        done = read_raw(text, target->arch, &made, err);
    if (done < 0) {
        scc_input_clear(&made);
        return -1;
    }
    *input = made;
    return 0;
}

int scc_input_read_profile(const char *path, struct scc_input *input, scc_diags *diags,
                           scc_error **err)
{
    struct scc_input made;
    SCC_AUTOFREE char *text = NULL;
    if (read_file(path, "a profile or a config", &made, &text, err) < 0)
        return -1;
    if (scc_profile_check_text(text, made.bytes, made.name, err) < 0)
        return -1;
    /* What else is no JSON the parser says, and where. */
    if (parse_json(SCC_STEAL(text), &made, diags, err) < 0) {
        scc_input_clear(&made);
        return -1;
    }
    *input = made;
    return 0;
}

int scc_input_tell_annotation(const struct scc_input *input, const scc_target *target,
                              const struct scc_target_options *options, scc_diags *diags,
                              scc_error **err)
{
    struct scc_policy *policy;
    scc_target own = scc_input_target(input, target, options);
    if (!input->annotation)
        return 0;
    if (scc_policy_select(input->profile, &own, &options->reading, &policy, NULL, err) < 0)
        return -1;
    int done = scc_annotation_tell(input->annotation, policy, NULL, diags, err);
    scc_policy_free(policy);
    return done;
}

/*
 * Entries of a blob
 */

enum { ENTRIES_SHOWN = 4 };

/** Adds the architectures of all entries. */
static void add_arches(struct scc_strbuf *out, const scc_blob *blob)
{
    struct scc_blob_entry entry;
    const scc_arch *last = NULL;
    scc_strbuf_add(out, "its entries are for");
    for (size_t i = 0; i < scc_blob_count(blob); i++) {
        scc_blob_entry(blob, i, &entry);
        /* Entries are sorted by architecture. */
        if (entry.arch != last)
            scc_strbuf_addf(out, "%s %s", last ? "," : "", scc_arch_docker_name(entry.arch));
        last = entry.arch;
    }
}

/** Adds the entries for @p arch; returns how many there are. */
static size_t add_entries(struct scc_strbuf *out, const scc_blob *blob, const scc_arch *arch)
{
    struct scc_blob_entry entry;
    size_t count = 0;
    for (size_t i = 0; i < scc_blob_count(blob); i++) {
        scc_blob_entry(blob, i, &entry);
        if (entry.arch != arch || ++count > ENTRIES_SHOWN)
            continue;
        scc_strbuf_add(out, count > 1 ? "; " : "there is ");
        scc_blob_add_entry(out, &entry);
    }
    if (count > ENTRIES_SHOWN)
        scc_strbuf_addf(out, "; and %zu more", count - ENTRIES_SHOWN);
    return count;
}

static int refuse_target(const scc_blob *blob, const char *name, const scc_target *target,
                         scc_error **err)
{
    struct scc_strbuf wanted = {0}, there = {0};
    scc_target_describe(&wanted, target);
    if (!add_entries(&there, blob, target->arch))
        add_arches(&there, blob);
    SCC_AUTOFREE char *wanted_text = scc_strbuf_steal(&wanted);
    SCC_AUTOFREE char *there_text = scc_strbuf_steal(&there);
    if (!wanted_text || !there_text)
        return scc_error_nomem(err);
    return scc_error_set(err, SCC_ERROR_INPUT, "%s: no entry for %s; %s", name, wanted_text,
                         there_text);
}

int scc_input_find_entry(const scc_blob *blob, const char *name, const scc_target *target,
                         scc_error **err)
{
    int index =
        scc_blob_find(blob, target->arch, target->caps, target->kernel.major, target->kernel.minor);
    return index >= 0 ? index : refuse_target(blob, name, target, err);
}

int scc_input_read(const char *path, const scc_target *target,
                   const struct scc_target_options *options, struct scc_input *input,
                   scc_diags *diags, scc_error **err)
{
    struct scc_input made;
    if (scc_input_read_whole(path, target, options, &made, diags, err) < 0)
        return -1;
    if (made.kind == SCC_INPUT_BLOB) {
        int index = scc_input_find_entry(made.blob, made.name, target, err);
        if (index < 0) {
            scc_input_clear(&made);
            return -1;
        }
        made.kind = SCC_INPUT_PROGRAM;
        made.program = scc_blob_program(made.blob, (size_t)index);
    }
    *input = made;
    return 0;
}
