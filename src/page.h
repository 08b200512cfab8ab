/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What is told on a stream, in whole: lines are collected and printed at the end, or, without
 * memory, not at all.
 */
#ifndef SCC_PAGE_H
#define SCC_PAGE_H

#include <stdio.h>

#include "error.h"
#include "strbuf.h"

struct scc_page {
    FILE *out;
    struct scc_strbuf text;
};

/** Adds @p text wrapped to 80 columns, every line but the first indented; ends the line. */
void scc_page_wrap(struct scc_page *page, const char *text, unsigned column, unsigned indent);

/** Adds a line "label     text", wrapped; takes what is in @p text and empties it. */
void scc_page_line(struct scc_page *page, const char *label, struct scc_strbuf *text);

/** Prints the page, for which no more memory is needed, and empties it. Errors: SCC_ERROR_SYSTEM
 * where memory ran out before; nothing is printed then. */
int scc_page_print(struct scc_page *page, scc_error **err);

/** Drops what is there; usable with SCC_CLEANUP. */
void scc_page_clear(struct scc_page *page);

#endif
