/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A profile's JSON. What is accepted compiles to a program that is proved, or is refused with a
 * reason; the slim profile is accepted too, selects the same meaning, and its own slim profile is
 * the same text.
 */
#include <string.h>

#include "compile.h"
#include "fuzz_policy.h"

/** The policy of a slim profile, which must be accepted for the target that it was made for. */
static void check_slim(const struct scc_compiled *compiled, const struct fuzz_settings *settings)
{
    scc_profile *slim = NULL;
    scc_policy *policy = NULL;
    scc_error *err = NULL;
    fuzz_must(scc_profile_parse(compiled->oci, compiled->oci_bytes, "slim", &slim, NULL, &err),
              err);
    fuzz_must(
        scc_policy_select(slim, settings->target, &(struct scc_reading){0}, &policy, NULL, &err),
        err);
    if (!settings->reading.hardens && settings->reading.enosys == SCC_ENOSYS_PROFILE)
        fuzz_check(fuzz_compare(compiled->policy, policy) != FUZZ_DIFFERENT,
                   "the slim profile means something else: %.*s", (int)compiled->oci_bytes,
                   compiled->oci);
    size_t bytes;
    char *again = scc_policy_to_oci(policy, &bytes);
    fuzz_check(again && bytes == compiled->oci_bytes && memcmp(again, compiled->oci, bytes) == 0,
               "the slim profile's slim profile is another: %s", again ? again : "none");
    free(again);
    scc_policy_free(policy);
    scc_profile_free(slim);
}

static void compile(const scc_profile *profile, const struct fuzz_settings *settings)
{
    const struct scc_compile_options options = {.level = SCC_LEVEL_OWN,
                                                .reading = settings->reading};
    struct scc_compiled compiled = {0};
    scc_diags *diags = fuzz_diags();
    scc_error *err = NULL;
    if (fuzz_accepts(scc_compile(profile, settings->target, &options, &compiled, diags, &err),
                     &err)) {
        fuzz_check(compiled.is_proved, "not proved");
        check_slim(&compiled, settings);
    }
    scc_compiled_clear(&compiled);
    fuzz_take_diags(diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_settings settings = fuzz_take_settings(data, &size);
    scc_profile *profile = NULL;
    scc_error *err = NULL;
    if (fuzz_accepts(scc_profile_parse((const char *)data, size, "fuzz", &profile, NULL, &err),
                     &err))
        compile(profile, &settings);
    scc_profile_free(profile);
    scc_target_free(settings.target);
    return 0;
}
