/* SPDX-License-Identifier: Apache-2.0 */
/** What the tests of decision and prove share: policies from text, and random inputs that bite. */
#ifndef SCC_TEST_DECISION_SUPPORT_H
#define SCC_TEST_DECISION_SUPPORT_H

#include <criterion/criterion.h>
#include <stdarg.h>

#include "arch.h"
#include "decision.h"
#include "policy.h"
#include "profile.h"
#include "program.h"
#include "random_calls.h"
#include "select.h"
#include "strbuf.h"
#include "support.h"
#include "target.h"
#include "util.h"

/** A policy and the profile that it belongs to. */
struct fixture {
    scc_profile *profile;
    struct scc_policy *policy;
};

static inline void free_fixture(struct fixture *fixture)
{
    scc_policy_free(fixture->policy);
    scc_profile_free(fixture->profile);
}

/** Selects the profile for docker's capabilities and kernel 6.18; false where it is refused. */
static inline bool select_policy(struct fixture *fixture, const char *arch,
                                 enum scc_on_conflict on_conflict)
{
    scc_error *err = NULL;
    scc_target *target;
    must(scc_target_new(scc_arch_find(arch), scc_target_caps_docker(), 6, 18, &target, &err), err);
    int result = scc_policy_select(fixture->profile, target,
                                   &(struct scc_reading){.on_conflict = on_conflict},
                                   &fixture->policy, NULL, &err);
    scc_target_free(target);
    scc_error_free(err);
    return result == 0;
}

/** A policy from JSON; `policy` is NULL where it is refused. */
static inline struct fixture policy_of_text_with(const char *text, const char *arch,
                                                 enum scc_on_conflict on_conflict)
{
    struct fixture fixture = {0};
    scc_error *err = NULL;
    must(scc_profile_parse(text, strlen(text), "test.json", &fixture.profile, NULL, &err), err);
    if (!select_policy(&fixture, arch, on_conflict))
        fixture.policy = NULL;
    return fixture;
}

/** The same; of conflicting rules the first answers, but two equal ones that differ are refused. */
static inline struct fixture policy_of_text(const char *text, const char *arch)
{
    return policy_of_text_with(text, arch, SCC_CONFLICT_FIRST);
}

static inline struct fixture policy_of_file(const char *path, const char *arch)
{
    struct fixture fixture = {0};
    scc_error *err = NULL;
    must(scc_profile_read(path, &fixture.profile, NULL, &err), err);
    cr_assert(select_policy(&fixture, arch, SCC_CONFLICT_REFUSE), "%s for %s", path, arch);
    return fixture;
}

static inline struct scc_decision_space *new_space(size_t limit, enum scc_decision_order order)
{
    scc_error *err = NULL;
    struct scc_decision_space *space;
    must(scc_decision_space_new(limit, order, &space, &err), err);
    return space;
}

/** A program on instructions that the caller keeps. */
#define PROGRAM_OF(instructions)                                                                   \
    {                                                                                              \
        .insns = (instructions), .count = sizeof(instructions) / sizeof *(instructions)            \
    }

#endif
