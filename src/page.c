/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "util.h"

enum { LABEL_COLUMNS = 10 };

/** Whether @p out is a terminal that may be given colours (no-color.org). */
static bool has_colours(FILE *out)
{
    const char *refused = getenv("NO_COLOR");
    return isatty(fileno(out)) && !(refused && *refused);
}

void scc_page_wrap(struct scc_page *page, const char *text, unsigned column, unsigned indent)
{
    scc_add_wrapped(&page->text, text, column, indent);
}

void scc_page_line(struct scc_page *page, const char *label, struct scc_strbuf *text)
{
    bool is_warning = strcmp(label, "warning") == 0 && has_colours(page->out);
    SCC_AUTOFREE char *line = scc_strbuf_steal(text);
    scc_strbuf_addf(&page->text, "%s%-*s%s", is_warning ? "\033[33m" : "", LABEL_COLUMNS, label,
                    is_warning ? "\033[0m" : "");
    if (line)
        scc_page_wrap(page, line, LABEL_COLUMNS, LABEL_COLUMNS);
    else
        page->text.failed = true;
}

int scc_page_print(struct scc_page *page, scc_error **err)
{
    int done = page->text.failed ? scc_error_nomem(err) : 0;
    if (done == 0 && page->text.len)
        (void)fwrite(page->text.data, 1, page->text.len, page->out); /* the stream remembers */
    scc_page_clear(page);
    return done;
}

void scc_page_clear(struct scc_page *page)
{
    scc_strbuf_free(&page->text);
}
