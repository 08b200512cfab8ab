/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The way to a file that is to be written: its directory, found without following a symbolic link
 * that another user could have put there. Who writes as root into somebody's folder must not come
 * out in a third one.
 */
#ifndef SCC_WAY_H
#define SCC_WAY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "error.h"

/** A file's name in its directory, which is open. */
struct scc_way {
    int dir_fd;       /* for reading and for *at(2); close-on-exec; the owner closes it */
    struct stat dir;  /* of the directory */
    const char *base; /* the last part of the path, inside of it */
    const char *path; /* as it was given */
};

/**
 * Whether a symbolic link may be followed, by its own status: it belongs to root or to the
 * effective user. (In a user namespace, root's links outside of it belong to nobody that is known.)
 */
bool scc_way_trusts(const struct stat *link);

/**
 * Opens the directory of the file @p path, which may be missing. Of the folders on the way any can
 * be a symbolic link, but each of them one that scc_way_trusts(). @p path must stay as long as the
 * way; it must not end in a slash. Errors: SCC_ERROR_SYSTEM, also with errno; @p way then holds
 * nothing, and dir_fd is -1.
 */
int scc_way_open(const char *path, struct scc_way *way, scc_error **err);

#endif
