/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "cache_key.h"
#include "frequencies.h"
#include "support.h"
#include "util.h"

/** A compilation that differs from the plain one in one thing. */
struct variant {
    const char *what;
    const char *text;
    enum scc_cache_kind kind;
    struct scc_kernel kernel;
    const char *arch;
    scc_cap_set caps;
    struct scc_compile_options options;
};

static const struct scc_frequencies counted = {{1}, 1}, counted_otherwise = {{0, 1}, 1};

static const struct variant variants[] = {
    {"plain", "{}", SCC_CACHE_PROFILE, {6, 18}, "amd64", 5, {.level = SCC_LEVEL_OWN}},
    {"text", "{ }", SCC_CACHE_PROFILE, {6, 18}, "amd64", 5, {.level = SCC_LEVEL_OWN}},
    {"no text", "", SCC_CACHE_PROFILE, {6, 18}, "amd64", 5, {.level = SCC_LEVEL_OWN}},
    {"kind", "{}", SCC_CACHE_CONFIG, {6, 18}, "amd64", 5, {.level = SCC_LEVEL_OWN}},
    {"arch", "{}", SCC_CACHE_PROFILE, {6, 18}, "arm64", 5, {.level = SCC_LEVEL_OWN}},
    {"caps", "{}", SCC_CACHE_PROFILE, {6, 18}, "amd64", 4, {.level = SCC_LEVEL_OWN}},
    {"high cap",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5 | UINT64_C(1) << 40,
     {.level = SCC_LEVEL_OWN}},
    {"major", "{}", SCC_CACHE_PROFILE, {5, 18}, "amd64", 5, {.level = SCC_LEVEL_OWN}},
    {"minor", "{}", SCC_CACHE_PROFILE, {6, 17}, "amd64", 5, {.level = SCC_LEVEL_OWN}},
    {"linear", "{}", SCC_CACHE_PROFILE, {6, 18}, "amd64", 5, {.level = SCC_LEVEL_LINEAR}},
    {"tree", "{}", SCC_CACHE_PROFILE, {6, 18}, "amd64", 5, {.level = SCC_LEVEL_TREE}},
    {"runtime",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .emit.optimize_for = SCC_OPTIMIZE_RUNTIME}},
    {"size",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .emit.optimize_for = SCC_OPTIMIZE_SIZE}},
    {"frequencies",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .emit.frequencies = &counted}},
    {"other frequencies",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .emit.frequencies = &counted_otherwise}},
    {"conflict",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .reading.on_conflict = SCC_CONFLICT_STRICTEST}},
    {"runc's stub",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .reading.enosys = SCC_ENOSYS_RUNC}},
    {"ages",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .reading.enosys = SCC_ENOSYS_KERNEL}},
    {"profile's major",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .reading = {.enosys = SCC_ENOSYS_KERNEL, .profile_major = 5}}},
    {"profile's minor",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .reading = {.enosys = SCC_ENOSYS_KERNEL, .profile_minor = 5}}},
    {"hardened",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .reading.hardens = true}},
    {"mismatch",
     "{}",
     SCC_CACHE_PROFILE,
     {6, 18},
     "amd64",
     5,
     {.level = SCC_LEVEL_OWN, .allows_mismatch = true}},
};

static struct scc_digest key_of(const struct variant *variant)
{
    const struct scc_target target = {scc_arch_find(variant->arch), variant->caps, variant->kernel};
    const struct scc_cache_inputs inputs = {variant->kind, variant->text, strlen(variant->text),
                                            &target, &variant->options};
    return scc_cache_key(&inputs);
}

Test(cache_key, every_input_counts)
{
    for (size_t i = 0; i < SCC_COUNT(variants); i++) {
        struct scc_digest key = key_of(&variants[i]);
        for (size_t j = 0; j < SCC_COUNT(variants); j++) {
            struct scc_digest other = key_of(&variants[j]);
            cr_expect_eq(scc_digest_equals(&key, &other), i == j, "%s, %s", variants[i].what,
                         variants[j].what);
        }
    }
}

/* What asks for reports and further outputs changes no program. */
Test(cache_key, reports_do_not_count)
{
    struct variant variant = variants[0];
    struct scc_digest plain = key_of(&variant);
    variant.options.crosschecks = true;
    variant.options.wants_oci = true;
    struct scc_digest other = key_of(&variant);
    cr_expect(scc_digest_equals(&plain, &other));
    struct scc_compile_options options = scc_cache_program_options(&variant.options);
    cr_expect_not(options.crosschecks || options.wants_oci);
}
