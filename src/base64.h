/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCC_BASE64_H
#define SCC_BASE64_H

#include <stddef.h>

#include "strbuf.h"

/** Adds the base64 form of @p bytes (RFC 4648, section 4, with padding) on one line. */
void scc_base64_add(struct scc_strbuf *out, const void *bytes, size_t len_bytes);

#endif
