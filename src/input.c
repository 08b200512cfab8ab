/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"

#include "config.h"
#include "file.h"
#include "util.h"

void scc_input_clear(struct scc_input *input)
{
    scc_program_free(input->program);
    scc_policy_free(input->policy);
    scc_profile_free(input->profile);
    *input = (struct scc_input){0};
}

/** Selects what a JSON document says; takes @p text over. */
static int read_json(char *text, size_t len, const scc_target *target,
                     const struct scc_target_options *options, struct scc_input *input,
                     scc_diags *diags, scc_error **err)
{
    struct scc_json *doc;
    struct scc_target own = *target;
    if (scc_json_parse(text, len, input->name, &doc, err) < 0)
        return -1;
    int done;
    if (scc_config_is_config(scc_json_root(doc))) {
        scc_cap_set caps;
        done = scc_config_from_json(doc, &caps, &input->profile, diags, err);
        if (done == 0 && !options->has_caps && !options->spec)
            own.caps = scc_target_options_tweak(options, caps);
    } else {
        done = scc_profile_from_json(doc, scc_json_root(doc), &input->profile, diags, err);
    }
    if (done < 0)
        return -1;
    return scc_select(input->profile, &own, options->on_conflict, &input->policy, diags, err);
}

int scc_input_read(const char *path, const scc_target *target,
                   const struct scc_target_options *options, struct scc_input *input,
                   scc_diags *diags, scc_error **err)
{
    char *text;
    size_t len;
    struct scc_input made = {.kind = SCC_INPUT_PROFILE, .name = scc_file_shown_name(path)};
    if (scc_file_read(path, SCC_JSON_MAX_BYTES, &text, &len, err) < 0)
        return -1;
    int done;
    if (!len) {
        free(text);
        return scc_error_at(err, (struct scc_place){made.name, 1, 1}, NULL,
                            "the file is empty, expected a profile, a config or a program");
    }
    if (scc_json_is_start(text, len)) {
        done = read_json(text, len, target, options, &made, diags, err);
    } else {
        made.kind = SCC_INPUT_PROGRAM;
        done = scc_program_parse(text, len, target->arch, &made.program, err);
        if (done < 0)
            scc_error_wrap(err, "%s is neither JSON nor a program for %s", made.name,
                           target->arch->name);
        free(text);
    }
    if (done < 0) {
        scc_input_clear(&made);
        return -1;
    }
    *input = made;
    return 0;
}
