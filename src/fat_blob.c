/* SPDX-License-Identifier: Apache-2.0 */
#include "fat_blob.h"

#include <assert.h>

#include "cache.h"
#include "cache_key.h"
#include "diag.h"
#include "strbuf.h"
#include "util.h"

static_assert((int)SCC_DIGEST_BYTES == (int)SCC_BLOB_INPUTS_BYTES, "a key fits an entry");

static bool conditions_equal(const struct scc_blob_condition *a, const struct scc_blob_condition *b)
{
    return a->caps_mask == b->caps_mask && a->caps_value == b->caps_value &&
           a->from_major == b->from_major && a->from_minor == b->from_minor &&
           a->has_until == b->has_until &&
           (!a->has_until ||
            (a->until_major == b->until_major && a->until_minor == b->until_minor));
}

static int note_merged(const scc_profile *profile, const struct scc_target *target,
                       const struct scc_target *first, scc_diags *diags, scc_error **err)
{
    struct scc_strbuf text = {0};
    scc_target_describe(&text, target);
    scc_strbuf_add(&text, ") what it selects for (");
    scc_target_describe(&text, first);
    SCC_AUTOFREE char *both = scc_strbuf_steal(&text);
    if (!both)
        return scc_error_nomem(err);
    return scc_diags_add(diags, SCC_DIAG_NOTE,
                         (struct scc_place){.file = scc_profile_name(profile)}, NULL, err,
                         "selects for (%s): one entry for both", both);
}

int scc_fat_blob_merge(const scc_profile *profile, struct scc_target_choice *choice,
                       scc_diags *diags, scc_error **err)
{
    struct scc_blob_condition conditions[SCC_TARGETS_MAX];
    size_t kept = 0, count = choice->count;
    int done = 0;
    for (size_t i = 0; i < count; i++) {
        scc_target *target = choice->targets[i];
        size_t same = 0;
        scc_blob_condition_of(profile, target, &conditions[kept]);
        while (same < kept && (choice->targets[same]->arch != target->arch ||
                               !conditions_equal(&conditions[same], &conditions[kept])))
            same++;
        if (same == kept) {
            choice->targets[kept++] = target;
            continue;
        }
        if (done == 0)
            done = note_merged(profile, target, choice->targets[same], diags, err);
        scc_target_free(target);
    }
    choice->count = kept;
    return done;
}

static int add_entry(scc_blob *blob, const struct scc_cache_inputs *inputs,
                     const struct scc_report_target *target, scc_error **err)
{
    struct scc_cache_inputs own = *inputs;
    own.target = target->target;
    struct scc_digest key = scc_cache_key(&own);
    return scc_blob_add(blob, target->target->arch, target->compiled.program, &target->condition,
                        scc_policy_filter_flags(target->compiled.policy), key.bytes, err);
}

int scc_fat_blob_seal(const scc_profile *profile, const struct scc_compile_options *options,
                      const struct scc_report_target *targets, size_t count, void **bytes,
                      size_t *len_bytes, scc_error **err)
{
    scc_blob *blob;
    bool is_whole = profile->root == scc_json_root(profile->doc);
    struct scc_cache_inputs inputs = {
        .kind = is_whole ? SCC_CACHE_PROFILE : SCC_CACHE_CONFIG,
        .options = options,
    };
    inputs.text = scc_json_text(profile->doc, &inputs.text_bytes);
    if (scc_blob_new(scc_cache_producer(), &blob, err) < 0)
        return -1;
    int done = 0;
    for (size_t i = 0; i < count && done == 0; i++)
        done = add_entry(blob, &inputs, &targets[i], err);
    if (done == 0)
        done = scc_blob_to_bytes(blob, bytes, len_bytes, err);
    scc_blob_free(blob);
    return done;
}
