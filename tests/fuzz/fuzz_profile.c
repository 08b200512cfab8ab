/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A profile's JSON. What is accepted compiles to a program that is proved, or is refused with a
 * reason; the slim profile is accepted too, selects the same meaning, and its own slim profile is
 * the same text.
 */
#include "fuzz_policy.h"

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
        fuzz_check_slim(&compiled, settings->target, &settings->reading);
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

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_mutate_taken(data, size, max_size, seed, FUZZ_SETTING_BYTES, fuzz_takes_profile);
}
