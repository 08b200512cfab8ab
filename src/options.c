/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "strbuf.h"
#include "suggest.h"
#include "utf8.h"
#include "util.h"

enum {
    LINE_MAX_COLUMNS = 79,
    HELP_COLUMN = 26,
    FIRST_VALUE = 256, /* of a long option in getopt's answer; below are the letters */
};

static const struct scc_option *option_at(const struct scc_option_group *groups, size_t group_count,
                                          size_t index, void **settings)
{
    for (size_t i = 0; i < group_count; i++) {
        *settings = groups[i].settings;
        if (index < groups[i].count)
            return &groups[i].options[index];
        index -= groups[i].count;
    }
    return NULL;
}

static size_t total_count(const struct scc_option_group *groups, size_t group_count)
{
    size_t total = 0;
    for (size_t i = 0; i < group_count; i++)
        total += groups[i].count;
    return total;
}

/** The index of the option with that letter, or the total. */
static size_t index_of_letter(const struct scc_option_group *groups, size_t group_count, int letter)
{
    size_t total = total_count(groups, group_count);
    void *settings;
    for (size_t i = 0; i < total; i++) {
        if (option_at(groups, group_count, i, &settings)->letter == letter)
            return i;
    }
    return total;
}

static int refuse_unknown(const struct scc_option_group *groups, size_t group_count,
                          const char *given, scc_error **err)
{
    size_t total = total_count(groups, group_count), len = strcspn(given, "=");
    struct scc_strbuf shown = {0};
    SCC_AUTOFREE char *wanted = strndup(given, len);
    if (!wanted)
        return scc_error_nomem(err);
    struct scc_suggestion near = scc_suggestion_for(wanted + 2 * (strncmp(wanted, "--", 2) == 0));
    void *settings;
    for (size_t i = 0; i < total; i++) {
        const char *name = option_at(groups, group_count, i, &settings)->name;
        if (name)
            scc_suggestion_offer(&near, name);
    }
    scc_strbuf_add_escaped(&shown, wanted);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&shown);
    if (!text)
        return scc_error_nomem(err);
    if (near.name)
        return scc_error_set(err, SCC_ERROR_USAGE, "%s: no such option; did you mean --%s?", text,
                             near.name);
    return scc_error_set(err, SCC_ERROR_USAGE, "%s: no such option (--help lists them)", text);
}

/** Whether getopt took @p given for an abbreviation of @p name. */
static bool is_abbreviation(const char *given, const char *name)
{
    size_t len = strcspn(given, "=");
    return strncmp(given, "--", 2) == 0 &&
           (len - 2 != strlen(name) || strncmp(given + 2, name, len - 2) != 0);
}

/** getopt's tables, made from ours. */
struct tables {
    struct option *longs;
    char *letters;
};

static int make_tables(const struct scc_option_group *groups, size_t group_count,
                       struct tables *tables, scc_error **err)
{
    size_t total = total_count(groups, group_count), long_count = 0;
    struct scc_strbuf letters = {0};
    void *settings;
    scc_strbuf_add(&letters, ":");
    tables->longs = calloc(total + 1, sizeof *tables->longs);
    for (size_t i = 0; tables->longs && i < total; i++) {
        const struct scc_option *option = option_at(groups, group_count, i, &settings);
        if (option->letter)
            scc_strbuf_addf(&letters, "%c%s", option->letter, option->arg ? ":" : "");
        if (option->name)
            tables->longs[long_count++] =
                (struct option){option->name, option->arg ? required_argument : no_argument, NULL,
                                FIRST_VALUE + (int)i};
    }
    tables->letters = scc_strbuf_steal(&letters);
    return tables->longs && tables->letters ? 0 : scc_error_nomem(err);
}

static int apply_all(const struct scc_option_group *groups, size_t group_count,
                     const struct tables *tables, int argc, char **argv, scc_error **err)
{
    for (;;) {
        int at = optind ? optind : 1;
        int answer = getopt_long(argc, argv, tables->letters, tables->longs, NULL);
        if (answer == -1)
            return 0;
        /* getopt has moved operands behind the option, which now stands before optind. */
        const char *given = argv[optind - 1];
        if (answer == ':')
            return scc_error_set(err, SCC_ERROR_USAGE, "%s: expected an argument", given);
        if (answer == '?' && strncmp(argv[at], "--", 2) != 0 && optopt && optopt < FIRST_VALUE)
            return scc_error_set(err, SCC_ERROR_USAGE, "-%c: no such option (--help lists them)",
                                 optopt);
        if (answer == '?' && optopt >= FIRST_VALUE)
            return scc_error_set(err, SCC_ERROR_USAGE, "%s: this option takes no argument", given);
        if (answer == '?')
            return refuse_unknown(groups, group_count, given, err);
        size_t index = answer >= FIRST_VALUE ? (size_t)(answer - FIRST_VALUE)
                                             : index_of_letter(groups, group_count, answer);
        void *settings;
        const struct scc_option *option = option_at(groups, group_count, index, &settings);
        bool has_own_word = option->arg && optarg == argv[optind - 1];
        given = argv[optind - 1 - has_own_word];
        if (answer >= FIRST_VALUE && is_abbreviation(given, option->name))
            return refuse_unknown(groups, group_count, given, err);
        if (option->apply(settings, optarg, err) < 0)
            return -1;
    }
}

int scc_options_parse(const struct scc_option_group *groups, size_t group_count, int argc,
                      char **argv, int *first_operand, scc_error **err)
{
    struct tables tables = {0};
    int done = make_tables(groups, group_count, &tables, err);
    if (done == 0) {
        opterr = 0;
        optind = 0; /* glibc: begin anew */
        done = apply_all(groups, group_count, &tables, argc, argv, err);
        *first_operand = optind;
    }
    free(tables.longs);
    free(tables.letters);
    return done;
}

int scc_options_set_path(const char **path, const char *option, const char *value, scc_error **err)
{
    if (!*value)
        return scc_error_set(err, SCC_ERROR_USAGE, "%s: an empty name, expected a file's", option);
    if (*path)
        return scc_error_set(err, SCC_ERROR_USAGE, "%s: given twice, expected once", option);
    *path = value;
    return 0;
}

/** The columns that @p len bytes of UTF-8 take, each character one. */
static unsigned width_of(const char *text, size_t len)
{
    unsigned columns = 0;
    for (size_t i = 0; i < len; columns++) {
        uint32_t point;
        size_t width = scc_utf8_decode(text + i, len - i, &point);
        i += width ? width : 1;
    }
    return columns;
}

/** Where wrapped text goes: one of the two. */
struct sink {
    FILE *out;
    struct scc_strbuf *text;
};

static void put(const struct sink *sink, const char *bytes, size_t len)
{
    if (sink->out)
        (void)fwrite(bytes, 1, len, sink->out); /* the stream remembers */
    else
        scc_strbuf_add_bytes(sink->text, bytes, len);
}

static void start_line(const struct sink *sink, unsigned indent)
{
    put(sink, "\n", 1);
    while (indent-- > 0)
        put(sink, " ", 1);
}

static void wrap(const struct sink *sink, const char *text, unsigned column, unsigned indent)
{
    while (*text) {
        size_t len = strcspn(text, " \n");
        unsigned width = width_of(text, len);
        if (column + width > LINE_MAX_COLUMNS && column > indent) {
            start_line(sink, indent);
            column = indent;
        }
        put(sink, text, len);
        column += width;
        text += len;
        if (*text == ' ') {
            text++;
            if (*text && column + 1 + width_of(text, strcspn(text, " \n")) <= LINE_MAX_COLUMNS) {
                put(sink, " ", 1);
                column++;
            } else {
                column = LINE_MAX_COLUMNS;
            }
        } else if (*text == '\n') {
            text++;
            start_line(sink, indent);
            column = indent;
        }
    }
    put(sink, "\n", 1);
}

void scc_print_wrapped(FILE *out, const char *text, unsigned column, unsigned indent)
{
    wrap(&(struct sink){.out = out}, text, column, indent);
}

void scc_add_wrapped(struct scc_strbuf *out, const char *text, unsigned column, unsigned indent)
{
    wrap(&(struct sink){.text = out}, text, column, indent);
}

static void help_option(FILE *out, const struct scc_option *option)
{
    char left[64];
    const char *arg = option->arg ? option->arg : "";
    if (option->name && option->letter)
        snprintf(left, sizeof left, "  -%c, --%s%s%s", option->letter, option->name,
                 *arg ? " " : "", arg);
    else if (option->name)
        snprintf(left, sizeof left, "  --%s%s%s", option->name, *arg ? " " : "", arg);
    else
        snprintf(left, sizeof left, "  -%c%s", option->letter, arg);
    fprintf(out, "%-*s", HELP_COLUMN, left);
    if (strlen(left) >= HELP_COLUMN)
        fprintf(out, "\n%*s", HELP_COLUMN, "");
    scc_print_wrapped(out, option->help, HELP_COLUMN, HELP_COLUMN);
}

void scc_options_help(FILE *out, const struct scc_option_group *groups, size_t group_count)
{
    for (size_t i = 0; i < group_count; i++) {
        fprintf(out, "\n%s\n", groups[i].heading);
        for (size_t j = 0; j < groups[i].count; j++)
            help_option(out, &groups[i].options[j]);
    }
}
