/* SPDX-License-Identifier: Apache-2.0 */
/** Profiles of random rules that compare arguments. Include after criterion. */
#ifndef SCC_TEST_RANDOM_RULES_H
#define SCC_TEST_RANDOM_RULES_H

#include "decision_support.h"

static inline uint64_t random_boundary(uint64_t *seed)
{
    uint64_t low = random_below(seed, 2) ? random_below(seed, 8) : 0u - random_below(seed, 3);
    return (random_below(seed, 2) ? 0 : (uint64_t)random_below(seed, 3) << 32) | (uint32_t)low;
}

static inline void add_random_rule(struct scc_strbuf *text, uint64_t *seed)
{
    static const char *const actions[] = {"ALLOW", "ALLOW", "ALLOW", "LOG", "TRAP", "KILL_PROCESS"};
    static const char *const names[] = {"personality", "personality", "socket", "shmat"};
    scc_strbuf_addf(text, "{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_%s\",\"args\":[",
                    names[random_below(seed, 4)], actions[random_below(seed, 6)]);
    unsigned cmps = 1 + random_below(seed, 3), first = random_below(seed, 4);
    for (unsigned i = 0; i < cmps; i++)
        scc_strbuf_addf(text, "%s{\"index\":%u,\"value\":%llu,\"valueTwo\":%llu,\"op\":\"%s\"}",
                        i ? "," : "", first + i, (unsigned long long)random_boundary(seed),
                        (unsigned long long)random_boundary(seed),
                        scc_op_name((enum scc_op)random_below(seed, SCC_OP_COUNT)));
    scc_strbuf_add(text, "]}");
}

/** A profile of one to six rules; they may conflict. */
static inline void add_random_profile(struct scc_strbuf *text, uint64_t *seed)
{
    scc_strbuf_add(text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":["
                         "\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\",\"SCMP_ARCH_S390\"],"
                         "\"syscalls\":[");
    for (unsigned rules = 1 + random_below(seed, 6); rules > 0; rules--) {
        add_random_rule(text, seed);
        scc_strbuf_add(text, rules > 1 ? "," : "]}");
    }
}

/** The policy of such a profile, written to @p text; where rules conflict the strictest answers. */
static inline struct fixture random_fixture(const scc_target *target, struct scc_strbuf *text,
                                            uint64_t *seed)
{
    struct fixture fixture = {0};
    scc_error *err = NULL;
    add_random_profile(text, seed);
    must(scc_profile_parse(text->data, text->len, "random", &fixture.profile, NULL, &err), err);
    const struct scc_reading reading = {.on_conflict = SCC_CONFLICT_STRICTEST};
    must(scc_policy_select(fixture.profile, target, &reading, &fixture.policy, NULL, &err), err);
    return fixture;
}

#endif
