/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cache.h
 * Compiled programs, kept under a hash of everything that went in: a runtime that starts the same
 * container again reads and hashes the profile, and takes the finished program.
 *
 *     scc_cache *cache = NULL;
 *     if (scc_cache_open(NULL, &cache, &why) < 0)
 *         …tell why; go on without…
 *     const struct scc_cache_source source = {.path = "default.json"};
 *     if (scc_cache_get(cache, &source, target, NULL, &cached, diags, &err) == 0)
 *         …scc_cached_program(cached)…
 *
 * The cache only ever saves time. Whatever happens to it (a full disk, a directory that cannot be
 * written, entries that are damaged or not its own, a clock that jumps, processes that are killed)
 * scc_cache_get() compiles instead and says why in a note, or in a warning where a directory that
 * was named takes no entry, since each call then compiles. What it takes from the cache it has
 * checked as a program of a stranger: file, seal, the kernel's rules, and that it was made from
 * just these inputs.
 *
 * Trust is the directory's: it must belong to the effective user, have mode 0700 or less, and be no
 * symbolic link. Those who may write into it are those who may run programs as that user.
 */
#ifndef SECCOMPC_CACHE_H
#define SECCOMPC_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <seccompc/diag.h>
#include <seccompc/emit.h>
#include <seccompc/error.h>
#include <seccompc/policy.h>
#include <seccompc/program.h>
#include <seccompc/target.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

enum {
    /** How many entries a cache keeps unless it is told otherwise. */
    SCC_CACHE_ENTRIES = 512,
    /** How many bytes they may have together: 4 MiB, since /run is memory. */
    SCC_CACHE_BYTES = 4 << 20,
};

/** An open directory of compiled programs. It does not change, so threads may share it. */
typedef struct scc_cache scc_cache;

/**
 * Opens the cache in the directory @p dir, which is made with mode 0700 where it is missing; its
 * parent must be there. NULL is the usual one: /run/seccompc for root where /run belongs to root
 * (in a user namespace it does not), for others seccompc in $XDG_RUNTIME_DIR. That variable must
 * hold an absolute path and is not read by a program with set-uid, set-gid or file capabilities.
 *
 * Errors: SCC_ERROR_SYSTEM where there is no usual directory, the system refuses, or the directory
 * is a symbolic link, belongs to another, or is open to others. They are a reason to go on without
 * a cache, not to stop.
 */
int scc_cache_open(const char *dir, scc_cache **cache, scc_error **err);

/**
 * Sets how many entries and bytes are kept (each from 1) when something is put into @p cache. Those
 * that were not used for the longest time go first. To be called before threads share it.
 */
void scc_cache_set_limits(scc_cache *cache, size_t entries, uint64_t bytes);

/** Closes @p cache; NULL is allowed. */
void scc_cache_close(scc_cache *cache);

enum scc_cache_kind {
    /** A profile of any dialect that scc_profile_parse() reads. */
    SCC_CACHE_PROFILE,
    /** An OCI runtime config: its linux.seccomp. The target says which capabilities. */
    SCC_CACHE_CONFIG,
};

/**
 * The document to compile: a file, or a text in memory, or with neither the built-in profile. To be
 * zeroed, then filled in.
 */
struct scc_cache_source {
    enum scc_cache_kind kind;
    /** The file ("-" is standard input), or NULL where there is a text. */
    const char *path;
    /** The text, which needs no NUL at its end and is not kept; of at most 16 MiB, as a file. */
    const void *text;
    size_t text_bytes;
    /** What stands for the text in messages. */
    const char *name;
};

/** Which program; to be zeroed, then filled in. */
struct scc_cache_options {
    /** What our own program is to be best at. */
    struct scc_emit_options emit;
    /** libseccomp writes the program, in this shape; 0: it is our own. */
    enum scc_scmp_shape shape;
    struct scc_reading reading;
    /** libseccomp's program is taken also where it answers otherwise than the profile. */
    bool allows_mismatch;
};

/** A program and its blob; one owner. */
typedef struct scc_cached scc_cached;

/**
 * The program of @p source for @p target with @p options (NULL: our own, conflicts refused), from
 * @p cache or compiled and proved now; then it is put there. @p cache may be NULL. Of several who
 * want the same at once one compiles and the others wait; where it takes more than a second,
 * another one compiles too, and nobody waits for more than four.
 *
 * Warnings about the profile come with the compilation, not with a hit. What the cache could not do
 * is a note in @p diags (may be NULL), or the warning described above. Errors: those of reading the
 * file and of compiling alone: SCC_ERROR_INPUT, SCC_ERROR_SYSTEM.
 */
int scc_cache_get(const scc_cache *cache, const struct scc_cache_source *source,
                  const scc_target *target, const struct scc_cache_options *options,
                  scc_cached **cached, scc_diags *diags, scc_error **err);

/** The program. Owned by @p cached. */
const scc_program *scc_cached_program(const scc_cached *cached);

/** The sealed blob that holds the program (seccompc-blob(5)). Owned by @p cached. */
const void *scc_cached_blob(const scc_cached *cached, size_t *len_bytes);

/**
 * Where the blob's file is, or NULL where it could not be stored. It may be evicted at any time; a
 * loader that has opened it keeps it. Owned by @p cached.
 */
const char *scc_cached_path(const scc_cached *cached);

/** Whether the program came from the cache. */
bool scc_cached_is_hit(const scc_cached *cached);

/** Frees @p cached; NULL is allowed. */
void scc_cached_free(scc_cached *cached);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
