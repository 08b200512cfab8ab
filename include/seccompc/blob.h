/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file blob.h
 * Sealed blobs: finished programs in one file, each with the condition under which it applies.
 *
 * seccompc-blob(5) describes the file byte for byte. Making one:
 *
 *     scc_blob_condition_of(profile, target, &condition, &err);
 *     scc_blob_new("seccompc 0.1.0", &blob, &err);
 *     scc_blob_add(blob, arch, program, &condition, flags, inputs, &err);   // and more targets
 *     scc_blob_to_bytes(blob, &bytes, &len_bytes, &err);
 *
 * A blob has one form: what scc_blob_parse() accepts, scc_blob_to_bytes() writes again, byte for
 * byte. Putting its programs into effect is libseccompc-load's work (seccompc/load.h).
 */
#ifndef SECCOMPC_BLOB_H
#define SECCOMPC_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <seccompc/arch.h>
#include <seccompc/error.h>
#include <seccompc/policy.h>
#include <seccompc/profile.h>
#include <seccompc/program.h>
#include <seccompc/target.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/** A set of programs with their conditions: one that is being made, or one that was read. */
typedef struct scc_blob scc_blob;

enum {
    /** The most entries of a blob. */
    SCC_BLOB_ENTRIES_MAX = 256,
    /** The size of the hash of an entry's inputs. */
    SCC_BLOB_INPUTS_BYTES = 32,
    /** The size of the largest blob: SCC_BLOB_ENTRIES_MAX entries of SCC_PROGRAM_MAX instructions.
     */
    SCC_BLOB_BYTES_MAX = 8413312,
    /** The longest text that names the producer. */
    SCC_BLOB_PRODUCER_MAX = 79,
};

/** When an entry applies, beside its architecture. */
struct scc_blob_condition {
    /** Where the bounding set & caps_mask == caps_value; no bit of the value is outside the mask.
     */
    uint64_t caps_mask, caps_value;
    /** From this kernel on; each number up to 255. */
    unsigned from_major, from_minor;
    /** And where has_until is set, before this one, which is later. */
    bool has_until;
    unsigned until_major, until_minor;
};

/** An entry of a blob. */
struct scc_blob_entry {
    const scc_arch *arch;
    struct scc_blob_condition condition;
    /** The flags that the program wants: SECCOMP_FILTER_FLAG_* of linux/seccomp.h. */
    uint32_t flags;
    size_t instruction_count;
    /** Where the raw program stands in the file, in bytes: instruction_count * 8 of them. */
    size_t offset_bytes;
    /** The hash of everything that the program was made from; its meaning is the producer's. */
    uint8_t inputs[SCC_BLOB_INPUTS_BYTES];
};

/**
 * When what scc_policy_select() makes of @p profile for @p target is the same: the capabilities
 * that the profile's entries name, with those of them that the target has, and the kernels around
 * the target's between which no `minKernel` of the profile lies.
 */
void scc_blob_condition_of(const scc_profile *profile, const scc_target *target,
                           struct scc_blob_condition *condition);

/**
 * The flags that a filter of @p policy wants: the profile's, or SPEC_ALLOW where it has no `flags`,
 * as runc and crun do; and NEW_LISTENER where an action is NOTIFY. WAIT_KILLABLE_RECV, which the
 * kernel takes with a listener alone, is left out without one.
 */
uint32_t scc_policy_filter_flags(const scc_policy *policy);

/**
 * A new, empty blob. @p producer says who made it: 1 to SCC_BLOB_PRODUCER_MAX printable ASCII
 * characters. Errors: SCC_ERROR_USAGE for another text, SCC_ERROR_SYSTEM without memory.
 */
int scc_blob_new(const char *producer, scc_blob **blob, scc_error **err);

/** Frees @p blob; NULL is allowed. */
void scc_blob_free(scc_blob *blob);

/**
 * Adds a program for @p arch, which is copied. @p flags are those of SECCOMP_FILTER_FLAG_TSYNC,
 * LOG, SPEC_ALLOW, NEW_LISTENER and, with the latter, WAIT_KILLABLE_RECV. @p inputs are
 * SCC_BLOB_INPUTS_BYTES bytes. Entries stand in the blob sorted by arch token, first kernel and
 * capabilities, not in the order of adding.
 *
 * Errors: SCC_ERROR_USAGE where the condition can never hold or can hold together with that of an
 * entry that is there, for another flag, a program that the kernel would refuse or that was made
 * for another byte order, or SCC_BLOB_ENTRIES_MAX entries; SCC_ERROR_SYSTEM without memory.
 */
int scc_blob_add(scc_blob *blob, const scc_arch *arch, const scc_program *program,
                 const struct scc_blob_condition *condition, uint32_t flags, const uint8_t *inputs,
                 scc_error **err);

/**
 * The blob as a file, sealed, in @p bytes, which the caller frees. Errors: SCC_ERROR_USAGE where
 * the blob has no entry; SCC_ERROR_SYSTEM without memory.
 */
int scc_blob_to_bytes(const scc_blob *blob, void **bytes, size_t *len_bytes, scc_error **err);

/**
 * Reads the blob at @p bytes, which are not kept, and checks everything: seal, form, and each
 * program as scc_program_check() does. Errors: SCC_ERROR_INPUT where it is none; SCC_ERROR_SYSTEM
 * without memory.
 */
int scc_blob_parse(const void *bytes, size_t len_bytes, scc_blob **blob, scc_error **err);

/** Whether @p bytes start as a blob does: what tells it from a profile and a raw program. */
bool scc_blob_is_one(const void *bytes, size_t len_bytes);

/** Who made it. Owned by the blob. */
const char *scc_blob_producer(const scc_blob *blob);

/** The number of entries. */
size_t scc_blob_count(const scc_blob *blob);

/** The entry at @p index, which is less than scc_blob_count(), in @p entry. */
void scc_blob_entry(const scc_blob *blob, size_t index, struct scc_blob_entry *entry);

/** The program of the entry at @p index. Owned by the blob. */
const scc_program *scc_blob_program(const scc_blob *blob, size_t index);

/**
 * The index of the entry for @p arch, @p caps and the kernel @p major.@p minor, or -1. There is
 * never more than one.
 */
int scc_blob_find(const scc_blob *blob, const scc_arch *arch, uint64_t caps, unsigned major,
                  unsigned minor);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
