/* SPDX-License-Identifier: Apache-2.0 */
/** What lint knows, from the tables in src/data/: its catalogue, and facts about system calls. */
#ifndef SCC_LINT_DATA_H
#define SCC_LINT_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel.h"
#include "lint_tables.h"

enum scc_lint_level {
    SCC_LINT_NOTE,
    SCC_LINT_WARNING,
    SCC_LINT_ERROR,
    SCC_LINT_LEVEL_COUNT,
};

/** A kind of finding: src/data/lint.txt. */
struct scc_lint_rule {
    enum scc_lint_id id; /* also its place in the table */
    const char *name;
    enum scc_lint_level level;
    bool in_compile; /* a compilation warns of it */
    const char *what, *why, *fix;
};
extern const struct scc_lint_rule scc_lint_rules[SCC_LINT_COUNT];

/** Who is refused `call` does the same with `other`. */
struct scc_lint_equivalent {
    const char *call, *other, *reason;
    const char *capability; /* without which the kernel refuses both; or NULL */
};
extern const struct scc_lint_equivalent scc_lint_equivalents[SCC_EQUIVALENT_COUNT];

/** `user` makes `call` first, and `fallback` where that answers ENOSYS. */
struct scc_lint_fallback {
    const char *call, *fallback, *user;
};
extern const struct scc_lint_fallback scc_lint_fallbacks[SCC_FALLBACK_COUNT];

/** What a ring of io_uring does as well. */
struct scc_lint_uring {
    const char *call, *operation;
    struct scc_kernel since;
};
extern const struct scc_lint_uring scc_lint_urings[SCC_URING_COUNT];

struct scc_lint_risky {
    const char *call;
    const char *capability; /* without which the kernel refuses it; or NULL */
    const char *reason;
};
extern const struct scc_lint_risky scc_lint_riskies[SCC_RISKY_COUNT];

/** The kernel whose calls a libseccomp release knows, but for some. In the order of releases. */
struct scc_lint_libseccomp {
    const char *release;
    struct scc_kernel kernel;
    const char *lacks; /* "map_shadow_stack:x32", by blanks */
};
extern const struct scc_lint_libseccomp scc_lint_libseccomps[SCC_LIBSECCOMP_COUNT];

#endif
