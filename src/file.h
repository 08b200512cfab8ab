/* SPDX-License-Identifier: Apache-2.0 */
/** Reading bounded files, and writing several so that all appear whole or none does. */
#ifndef SCC_FILE_H
#define SCC_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "diag.h"
#include "error.h"

/** "-" as a person reads it: "standard input"; any other path as it is. */
const char *scc_file_shown_name(const char *path);

/**
 * Reads the file at @p path, or standard input for "-". *text has room for one byte more, is not
 * terminated, and belongs to the caller. A directory and a file larger than @p max_bytes are
 * refused (SCC_ERROR_INPUT), also an empty path (SCC_ERROR_USAGE); what the system refuses is
 * SCC_ERROR_SYSTEM.
 */
int scc_file_read(const char *path, size_t max_bytes, char **text, size_t *len_bytes,
                  scc_error **err);

/** A file that is to be replaced by what is made of it, as it was before it was read. */
struct scc_file_identity {
    dev_t device;
    ino_t number;
    mode_t mode; /* permissions alone */
    uid_t owner;
    gid_t group;
    off_t size_bytes;
    struct timespec modified, changed; /* st_mtim, st_ctim */
};

/**
 * As scc_file_read(), of a regular file under its own name: a symbolic link, and what is no regular
 * file, is refused (SCC_ERROR_SYSTEM). @p identity is for scc_output_set_replace().
 */
int scc_file_read_own(const char *path, size_t max_bytes, char **text, size_t *len_bytes,
                      struct scc_file_identity *identity, scc_error **err);

/** Writes all of it, whatever interrupts or is short; -1 and errno where the system refuses. */
int scc_file_write_all(int fd, const void *bytes, size_t len_bytes);

/**
 * Refuses (SCC_ERROR_USAGE) an output @p path that is the input @p input, by whatever name; either
 * may be NULL or "-".
 */
int scc_file_check_apart(const char *path, const char *input, scc_error **err);

/** Files that are written but do not stand under their names yet. */
struct scc_output_set;

struct scc_output_set *scc_output_set_new(void);

/** Removes what was staged and not committed. NULL is allowed. */
void scc_output_set_free(struct scc_output_set *set);

/**
 * Stages @p len bytes for @p path: into a new file beside it, synchronised to the disk. "-" is
 * standard output, and a FIFO or character device is written to as it is; both happen at the
 * commit. Refused: a path twice, a symbolic link to a regular file (name the file itself), a
 * directory, a block device, a socket; a symbolic link of another user than root and the effective
 * one, also on the way (way.h); what another user has put into a directory that all may write to.
 * From here until the end of the commit, or until the set is freed, SIGHUP, SIGINT, SIGQUIT and
 * SIGTERM wait in the calling thread; see the commit for one that waits for a reader.
 */
int scc_output_set_add(struct scc_output_set *set, const char *path, const void *bytes,
                       size_t len_bytes, scc_error **err);

/**
 * As scc_output_set_add(), for the file that was read as @p identity: the new one gets its mode,
 * owner and group, or is refused. SCC_ERROR_SYSTEM also where another file has that name by now, or
 * this one was changed; the commit looks again, and puts back what somebody else wrote meanwhile.
 * Extended attributes are not kept.
 */
int scc_output_set_replace(struct scc_output_set *set, const char *path,
                           const struct scc_file_identity *identity, const void *bytes,
                           size_t len_bytes, scc_error **err);

/**
 * Renames all staged files to their names, with mode and group of the file that they replace if
 * that is the effective user's, or else with 0644 less the umask; where the group cannot be kept,
 * the new one may do what all others may. Where one cannot be renamed, those before it are taken
 * back, and the old files stand as they stood; what cannot be taken back, the error names, with the
 * place of the old contents. (They are gone where the file system knows neither renameat2(2)'s
 * flags nor links.) The streams are written last; while one of them waits for its reader, a signal
 * that ends the process by default takes the files back and then does so. One commit at a time in
 * a process. Old contents that cannot be removed when all is done are a warning in @p diags.
 */
int scc_output_set_commit(struct scc_output_set *set, scc_diags *diags, scc_error **err);

#endif
