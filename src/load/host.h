/* SPDX-License-Identifier: Apache-2.0 */
/** This machine. Freestanding: in the loader and in the compiler. */
#ifndef SCC_LOAD_HOST_H
#define SCC_LOAD_HOST_H

#include <seccompc/load.h>

/** scc_load_read_host(); on failure errno, or 0 where the release is not "X.Y…". */
enum scc_load_code scc_host_read(struct scc_load_host *host);

#endif
