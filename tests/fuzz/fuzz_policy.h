/* SPDX-License-Identifier: Apache-2.0 */
/** What targets share that compile: a target and a reading from a few bytes; meaning compared. */
#ifndef SCC_FUZZ_POLICY_H
#define SCC_FUZZ_POLICY_H

#include <string.h>

#include "compile.h"
#include "decision.h"
#include "fuzz.h"
#include "policy.h"
#include "select.h"
#include "target.h"

enum { FUZZ_SETTING_BYTES = 2 };

/** How an input is compiled. */
struct fuzz_settings {
    scc_target *target; /* the caller frees it */
    struct scc_reading reading;
};

/**
 * The settings of an input: its last two bytes, so that what stands before them is as it stands in
 * a file. *size_bytes becomes the size without them.
 */
static inline struct fuzz_settings fuzz_take_settings(const uint8_t *data, size_t *size_bytes)
{
    uint8_t arch = 0, rest = 0;
    if (*size_bytes >= FUZZ_SETTING_BYTES) {
        *size_bytes -= FUZZ_SETTING_BYTES;
        arch = data[*size_bytes];
        rest = data[*size_bytes + 1];
    }
    const struct scc_arch *own = scc_arch_get((enum scc_arch_id)(arch % SCC_ARCH_COUNT));
    if (own->column == SCC_COLUMN_NONE)
        own = scc_arch_get(SCC_ARCH_X86_64);
    const uint64_t caps[] = {scc_target_caps_docker(), 0, scc_target_caps_all(),
                             scc_target_caps_podman()};
    bool is_old = rest >> 2 & 1;
    struct fuzz_settings settings = {
        .reading = {.enosys = (enum scc_enosys)((rest >> 3 & 3) % 3), .hardens = rest >> 5 & 1}};
    scc_error *err = NULL;
    fuzz_must(scc_target_new(own, caps[rest & 3], is_old ? 4 : 6, is_old ? 0 : 18, &settings.target,
                             &err),
              err);
    return settings;
}

enum fuzz_equal {
    FUZZ_DIFFERENT,
    FUZZ_EQUAL,
    FUZZ_UNDECIDED, /* within the bound on diagrams */
};

/** Whether two policies mean the same. */
static inline enum fuzz_equal fuzz_compare(const struct scc_policy *a, const struct scc_policy *b)
{
    struct scc_decision_space *space;
    scc_error *err = NULL;
    scc_diagram of_a, of_b;
    fuzz_must(scc_decision_space_new(1 << 17, SCC_ORDER_BY_WORD, &space, &err), err);
    enum fuzz_equal equal = FUZZ_UNDECIDED;
    if (scc_decision_from_policy(space, a, &of_a, &err) == 0 &&
        scc_decision_from_policy(space, b, &of_b, &err) == 0)
        equal = of_a == of_b ? FUZZ_EQUAL : FUZZ_DIFFERENT;
    scc_error_free(err);
    scc_decision_space_free(space);
    return equal;
}

/**
 * The slim profile of @p compiled, for @p target and read as @p reading says: it must be accepted,
 * mean the same, where rules alone can say it, and its own slim profile must be the same text.
 */
static inline void fuzz_check_slim(const struct scc_compiled *compiled, const scc_target *target,
                                   const struct scc_reading *reading)
{
    const struct scc_compile_options wants_oci = {.wants_oci = true};
    scc_profile *slim = NULL;
    scc_policy *policy = NULL;
    scc_error *err = NULL;
    fuzz_must(scc_profile_parse(compiled->oci, compiled->oci_bytes, "slim", &slim, NULL, &err),
              err);
    /* runc adds to the slim profile what SCC_ENOSYS_RUNC means. */
    struct scc_reading again_reading = {.on_conflict = reading->on_conflict};
    if (reading->enosys == SCC_ENOSYS_RUNC)
        again_reading.enosys = SCC_ENOSYS_RUNC;
    fuzz_must(scc_policy_select(slim, target, &again_reading, &policy, NULL, &err), err);
    bool is_whole =
        reading->on_conflict != SCC_CONFLICT_FIRST &&
        fuzz_accepts(scc_compile_check_slim(compiled->policy, &wants_oci, NULL, &err), &err);
    fuzz_check(!is_whole || fuzz_compare(compiled->policy, policy) != FUZZ_DIFFERENT,
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

/** For fuzz_mutate_taken(): whether a text is a profile. */
static inline bool fuzz_takes_profile(const char *text, size_t len_bytes)
{
    scc_profile *profile = NULL;
    bool is_taken = scc_profile_parse(text, len_bytes, "mutated", &profile, NULL, NULL) == 0;
    scc_profile_free(profile);
    return is_taken;
}

#endif
