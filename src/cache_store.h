/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The files of a cache: a directory of small files, each under the hexadecimal name of its key.
 *
 * A file appears whole, by renaming, and never changes afterwards; so readers need no lock. Nothing
 * is synchronised to the disk: what a power cut leaves behind is found by its seal, which the
 * caller checks. All names are looked up in the descriptor of the directory that was checked when
 * it was opened, without following other users' links on the way (way.h). Others can exchange it
 * only where they may write to a parent, and then only for another directory that passes the same
 * checks: one of the user's own, in which nothing is touched but files with names of this form.
 *
 * An entry's modification time is its last use, renewed when it is older than a minute. Times in
 * the future, left by a clock that was wrong, count as the oldest of all until the next use.
 */
#ifndef SCC_CACHE_STORE_H
#define SCC_CACHE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "error.h"
#include "hash.h"

enum {
    /** The largest file that is taken for an entry: many times the largest program. */
    SCC_STORE_ENTRY_BYTES_MAX = 256 << 10,
};

struct scc_store;

/**
 * Opens the store in the directory @p path; where it is missing it is made, if @p creates. NULL is
 * the usual directory; see scc_cache_open(), also for the errors. Returns 1, and no store, where
 * the directory is missing and not to be made.
 */
int scc_store_open(const char *path, bool creates, struct scc_store **store, scc_error **err);

void scc_store_close(struct scc_store *store);

/** What scc_store_tidy() keeps: at least one of each. */
void scc_store_set_limits(struct scc_store *store, size_t entries, uint64_t bytes);

/** The directory's path as it was opened. Owned by the store. */
const char *scc_store_path(const struct scc_store *store);

/** The path of the entry's file, whether it is there or not; the caller frees it. NULL without
 * memory. */
char *scc_store_entry_path(const struct scc_store *store, const struct scc_digest *key);

enum scc_store_found {
    SCC_STORE_FOUND,
    SCC_STORE_MISSING,
    SCC_STORE_BAD,    /* not a file that this store has written; it should be removed */
    SCC_STORE_FAILED, /* the system refused: it may be good */
};

/**
 * Reads the entry of @p key into *bytes, which the caller frees; where @p uses the time of its last
 * use is renewed. *why is set with SCC_STORE_BAD and SCC_STORE_FAILED alone. The contents are not
 * looked at.
 */
enum scc_store_found scc_store_load(const struct scc_store *store, const struct scc_digest *key,
                                    bool uses, void **bytes, size_t *len_bytes, scc_error **why);

/** Removes an entry, whatever it is; what is missing already is removed too. Errors:
 * SCC_ERROR_SYSTEM. */
int scc_store_remove(const struct scc_store *store, const struct scc_digest *key, scc_error **err);

/**
 * Puts @p bytes under @p key in place of what is there. Errors: SCC_ERROR_SYSTEM; the entry is then
 * as it was.
 */
int scc_store_put(const struct scc_store *store, const struct scc_digest *key, const void *bytes,
                  size_t len_bytes, scc_error **err);

/** Who makes an entry. */
enum scc_store_turn {
    SCC_STORE_MINE,  /* this caller, until it closes the descriptor */
    SCC_STORE_TAKEN, /* another, who is at work or hangs */
    SCC_STORE_FREE,  /* anybody: the file system gives no locks */
};

enum {
    /** Turns for one entry that are apart: one after the other where those before take too long. */
    SCC_STORE_ROUNDS = 4,
};

/**
 * Asks whether it is this caller's turn in @p round (below SCC_STORE_ROUNDS) to make the entry of
 * @p key, and does not wait. *fd is the lock's file, which is opened where it is negative and can
 * be used for the next question; the caller closes it, which ends all of its turns. So does the
 * process's death.
 */
enum scc_store_turn scc_store_ask_turn(const struct scc_store *store, const struct scc_digest *key,
                                       unsigned round, int *fd);

/** An entry as the directory shows it. */
struct scc_store_entry {
    struct scc_digest key;
    uint64_t size_bytes;
    struct timespec used;
    bool is_future; /* `used` lies in the future */
};

struct scc_store_list {
    struct scc_store_entry *entries; /* the last used first */
    size_t count, cap;
};

/** Lists the entries. Errors: SCC_ERROR_SYSTEM. */
int scc_store_scan(const struct scc_store *store, struct scc_store_list *list, scc_error **err);

/** Frees the list; usable with SCC_CLEANUP. */
void scc_store_list_clear(struct scc_store_list *list);

/** What scc_store_prune() leaves. */
struct scc_store_bounds {
    size_t entries;
    uint64_t bytes;
    uint64_t age_seconds; /* since the last use; entries with a time in the future are older */
};

struct scc_store_pruned {
    size_t count;
    uint64_t bytes;
};

/**
 * Removes the entries outside of @p bounds, those not used for the longest time first, and files
 * that writers who died left. Errors: SCC_ERROR_SYSTEM where the directory cannot be read or an
 * entry cannot be removed; *pruned tells what was removed also then.
 */
int scc_store_prune(const struct scc_store *store, const struct scc_store_bounds *bounds,
                    struct scc_store_pruned *pruned, scc_error **err);

/** scc_store_prune() with the store's own limits. */
int scc_store_tidy(const struct scc_store *store, scc_error **err);

#endif
