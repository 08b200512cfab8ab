/* SPDX-License-Identifier: Apache-2.0 */
/** What is measured, as data: the measures fill it in, the writers read it. */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stddef.h>

/** What is compared. */
enum bench_subject {
    BENCH_NO_FILTER, /* the base line of calls */
    BENCH_ALLOW_ALL, /* one instruction: what every attach costs */
    BENCH_LINEAR,    /* libseccomp's program as it comes */
    BENCH_TREE,      /* libseccomp's binary tree */
    BENCH_OWN,
    BENCH_SUBJECT_COUNT,
};

/** Kinds of calls by what the kernel and the program have to do for them. */
enum bench_call_kind {
    BENCH_CACHED,          /* allowed by the kernel's action cache; the program does not run */
    BENCH_DENIED,          /* refused whatever the arguments */
    BENCH_ARGUMENT_DENIED, /* refused for their arguments */
    BENCH_ARGUMENT_ALLOWED,
    BENCH_CALL_KIND_COUNT,
};

/** Of one subject, for one profile and target. NAN: not measured, or there is no such thing. */
struct bench_figures {
    double instructions;
    double worst_path;    /* instructions */
    double mean_path;     /* instructions, over the numbers of the native and the compat table */
    double denied_path;   /* instructions, mean over BENCH_DENIED calls */
    double argument_path; /* instructions, mean over inputs of calls that arguments decide */
    /** Of ours: calls past the cache, on all ABIs, whose path is longer than the tree's. */
    double longer_paths;
    double longer_by;    /* instructions, at most */
    double cacheable;    /* calls that are allowed whatever their arguments */
    double cached;       /* of these, in the kernel's action cache */
    double attach_us;    /* seccomp(2) */
    double attach_ratio; /* to BENCH_LINEAR's */
    double parse_us;     /* JSON text to profile */
    double select_us;    /* profile to policy */
    double emit_us;      /* policy to program */
    double compile_us;   /* all three: JSON text to program */
    double proof_us;
    double call_ns[BENCH_CALL_KIND_COUNT];
};

/** One profile for one target. */
struct bench_result {
    char *profile;      /* the file's name without folder and ".json" */
    const char *target; /* "amd64", "x86_64 alone" */
    char *longer_names; /* the calls of longer_paths, by blanks */
    size_t lost_count;  /* names that libseccomp does not know, so that its programs lack them */
    struct bench_figures of[BENCH_SUBJECT_COUNT];
};

struct bench_report {
    struct bench_result *results;
    size_t count, cap;
    unsigned rounds;
    char *why_not_loaded; /* or NULL */
    char **refused;       /* of profiles that were left out: where and why */
    size_t refused_count, refused_cap;
};

/** A figure as a column of a file. */
struct bench_column {
    const char *key;
    size_t offset; /* in struct bench_figures */
    int decimals;
};

extern const struct bench_column bench_columns[];
extern const size_t bench_column_count;

/** The column of a figure: of its member's offset. */
const struct bench_column *bench_column_at(size_t offset);

/** Keys for files ("tree") and names for people ("libseccomp tree"). */
const char *bench_subject_key(enum bench_subject subject);
const char *bench_subject_name(enum bench_subject subject);

double bench_figure(const struct bench_figures *figures, const struct bench_column *column);

/** All figures not measured. */
void bench_figures_clear(struct bench_figures *figures);

void bench_report_clear(struct bench_report *report);

#endif
