/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What is tried on a machine: programs, each with the policy that it must say. They stand in a
 * manifest, a line each, with blanks between the words:
 *
 *     program NAME FILE PROFILE CAPS READING     must answer as the policy does
 *     wrong   NAME FILE PROFILE CAPS READING     must not: the kernel refuses what is no program of
 *                                                its own, the others' answers differ
 *     blob    NAME PLACE PROFILE CAPS READING    entry PLACE of the blob; "none": no entry is ours
 *
 * NAME of a blob is its number in enum plan_blob. PROFILE is a file, or "-" for the built-in one;
 * CAPS docker, none or all; READING plain, harden, runc or kernel.
 */
#ifndef SCC_ARCH_SUBJECTS_H
#define SCC_ARCH_SUBJECTS_H

#include "policy.h"
#include "program.h"

enum subject_kind { SUBJECT_PROGRAM, SUBJECT_WRONG, SUBJECT_BLOB };

struct subject {
    enum subject_kind kind;
    char name[64];
    char *bytes; /* of the program's file; NULL: a blob */
    size_t len_bytes;
    scc_program *program; /* NULL: a blob, or no program for this architecture */
    scc_profile *profile;
    scc_policy *policy;
    int place; /* of a blob's entry, or -1 */
};

struct subjects {
    const struct scc_arch *target;
    unsigned major, minor; /* the kernel's release */
    struct subject *items;
    size_t count, cap;
};

/** Reads the manifest at @p path for a target; ends the program where it cannot. */
struct subjects subjects_read(const char *path, const char *target, const char *release);

void subjects_clear(struct subjects *subjects);

#endif
