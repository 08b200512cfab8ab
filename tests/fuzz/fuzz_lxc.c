/* SPDX-License-Identifier: Apache-2.0 */
/**
 * LXC's text, or where it begins with a brace, a profile. What is accepted compiles to a program
 * that is proved; where the policy can be written as LXC's text, that is read again, means the same
 * unless a warning says otherwise, and is written as the same text.
 */
#include <seccompc/compile.h>
#include <seccompc/output.h>

#include "fuzz_policy.h"
#include "lxc.h"

/** Whether the policy can be written; the caller frees *text. *is_whole: nothing is lost in it. */
static bool write_text(const scc_policy *policy, char **text, size_t *len_bytes, bool *is_whole)
{
    scc_diags *diags = fuzz_diags();
    scc_error *err = NULL;
    bool is_written = fuzz_accepts(scc_policy_to_lxc(policy, text, len_bytes, diags, &err), &err);
    *is_whole = scc_diags_count(diags, SCC_DIAG_WARNING) == 0;
    fuzz_take_diags(diags);
    return is_written;
}

/** Checks what was written of @p policy, or where not the whole is in it, of a part. */
static void check_written(const scc_policy *policy, const char *text, size_t len_bytes,
                          bool is_whole)
{
    scc_policy *again = NULL;
    char *again_text;
    size_t again_len;
    scc_error *err = NULL;
    fuzz_check(scc_lxc_is_one(text, len_bytes), "not taken for LXC's: %s", text);
    fuzz_must(scc_lxc_parse(text, len_bytes, "written", scc_policy_target_arch(policy), &again,
                            NULL, &err),
              err);
    fuzz_check(!is_whole || fuzz_compare(policy, again) != FUZZ_DIFFERENT,
               "it means something else: %s", text);
    fuzz_check(write_text(again, &again_text, &again_len, &is_whole) && is_whole,
               "not written again: %s", text);
    fuzz_check(again_len == len_bytes && memcmp(again_text, text, len_bytes) == 0,
               "another text: %s, %s", text, again_text);
    free(again_text);
    scc_policy_free(again);
}

static void check_policy(const scc_policy *policy)
{
    scc_program *program = NULL;
    char *text;
    size_t len_bytes;
    bool is_whole;
    scc_error *err = NULL;
    if (fuzz_accepts(scc_policy_compile(policy, NULL, &program, &err), &err))
        fuzz_must(scc_program_check(program, &err), err);
    scc_program_free(program);
    if (!write_text(policy, &text, &len_bytes, &is_whole))
        return;
    check_written(policy, text, len_bytes, is_whole);
    free(text);
}

static void check_profile(const char *text, size_t len_bytes, const struct fuzz_settings *settings)
{
    scc_profile *profile = NULL;
    scc_policy *policy = NULL;
    scc_error *err = NULL;
    if (fuzz_accepts(scc_profile_parse(text, len_bytes, "fuzz", &profile, NULL, &err), &err) &&
        fuzz_accepts(
            scc_policy_select(profile, settings->target, &settings->reading, &policy, NULL, &err),
            &err))
        check_policy(policy);
    scc_policy_free(policy);
    scc_profile_free(profile);
}

static void check_text(const char *text, size_t len_bytes, const struct scc_arch *host)
{
    scc_policy *policy = NULL;
    scc_diags *diags = fuzz_diags();
    scc_error *err = NULL;
    bool is_one = scc_lxc_is_one(text, len_bytes);
    if (fuzz_accepts(scc_lxc_parse(text, len_bytes, "fuzz", host, &policy, diags, &err), &err)) {
        fuzz_check(is_one, "accepted, but not taken for LXC's");
        check_policy(policy);
    }
    fuzz_take_diags(diags);
    scc_policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_settings settings = fuzz_take_settings(data, &size);
    if (size && data[0] == '{')
        check_profile((const char *)data, size, &settings);
    else
        check_text((const char *)data, size, settings.target->arch);
    scc_target_free(settings.target);
    return 0;
}

static bool takes(const char *text, size_t len_bytes)
{
    scc_policy *policy = NULL;
    if (len_bytes && text[0] == '{')
        return fuzz_takes_profile(text, len_bytes);
    bool is_taken = scc_lxc_parse(text, len_bytes, "mutated", scc_arch_get(SCC_ARCH_X86_64),
                                  &policy, NULL, NULL) == 0;
    scc_policy_free(policy);
    return is_taken;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_mutate_taken(data, size, max_size, seed, FUZZ_SETTING_BYTES, takes);
}
