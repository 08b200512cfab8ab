/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "strbuf.h"
#include "suggest.h"
#include "syscall.h"
#include "util.h"

void scc_cases_clear(struct scc_cases *cases)
{
    for (size_t i = 0; i < cases->count; i++) {
        free(cases->items[i].text);
        free(cases->items[i].expected.text);
    }
    free(cases->items);
}

/*
 * Reading a table
 */

struct word {
    const char *text; /* in the table */
    size_t len;       /* 0: the line ends there */
    unsigned line, column;
};

struct reader {
    const char *text;
    size_t len, next, line_start;
    unsigned line;
    const struct scc_arch *target;
    scc_arch_set all; /* what `*` stands for */
    struct scc_cases *cases;
    scc_error **err;
};

/** The parts of a line. */
struct parts {
    struct word arch, call, action;
    struct word args[SCC_ARG_COUNT];   /* without length: not given */
    struct word values[SCC_ARG_COUNT]; /* the same without "aN=" */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_word(char c)
{
    return is_blank(c) || c == '\n' || c == '#' || c == '=';
}

/** The next word of the line: "aN=VALUE" is one, any other "=" one of its own. */
static struct word next_word(struct reader *reader)
{
    while (reader->next < reader->len && is_blank(reader->text[reader->next]))
        reader->next++;
    struct word word = {reader->text + reader->next, 0, reader->line,
                        (unsigned)(reader->next - reader->line_start) + 1};
    size_t left = reader->len - reader->next;
    while (word.len < left && !ends_word(word.text[word.len]))
        word.len++;
    bool is_named = word.len == 2 && left > 2 && word.text[0] == 'a' && word.text[1] >= '0' &&
                    word.text[1] <= '9' && word.text[2] == '=';
    if ((!word.len && left && *word.text == '=') || is_named)
        word.len++;
    while (is_named && word.len < left && !ends_word(word.text[word.len]))
        word.len++;
    reader->next += word.len;
    return word;
}

static bool is_word(const struct word *word, const char *text)
{
    return word->len == strlen(text) && memcmp(word->text, text, word->len) == 0;
}

/** Refuses @p word at its place: "word: message"; returns -1. */
static int refuse(const struct reader *reader, const struct word *word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(const struct reader *reader, const struct word *word, const char *format, ...)
{
    struct scc_place place = {reader->cases->file, word->line, word->column};
    struct scc_strbuf message = {0};
    SCC_AUTOFREE char *copy = strndup(word->text, word->len);
    va_list args;
    message.failed = !copy;
    scc_strbuf_add_escaped(&message, copy && *copy ? copy : "the line ends here");
    scc_strbuf_add(&message, ": ");
    va_start(args, format);
    scc_strbuf_addv(&message, format, args);
    va_end(args);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&message);
    return text ? scc_error_at(reader->err, place, NULL, "%s", text) : scc_error_nomem(reader->err);
}

/** Adds the argument @p word, which is the one after @p before where it does not say which. */
static int split_arg(const struct reader *reader, const struct word *word, struct parts *parts,
                     unsigned *before)
{
    const char *equals = memchr(word->text, '=', word->len);
    unsigned arg = equals ? (unsigned)(word->text[1] - '0') : *before;
    unsigned skipped = equals ? (unsigned)(equals + 1 - word->text) : 0;
    if (arg >= SCC_ARG_COUNT)
        return refuse(reader, word, "a seventh argument, expected at most six");
    if (parts->args[arg].len)
        return refuse(reader, word, "argument %u is given twice, expected once", arg);
    parts->args[arg] = *word;
    parts->values[arg] = (struct word){word->text + skipped, word->len - skipped, word->line,
                                       word->column + skipped};
    *before = arg + 1;
    return 0;
}

/** Adds the words of a line to @p parts; those that are missing have no length. */
static int split_line(struct reader *reader, struct parts *parts)
{
    struct word word;
    unsigned before = 0;
    parts->arch = next_word(reader);
    parts->call = next_word(reader);
    if (is_word(&parts->arch, "=") || is_word(&parts->call, "="))
        return refuse(reader, is_word(&parts->arch, "=") ? &parts->arch : &parts->call,
                      "expected ARCH SYSCALL [ARG…] [= ACTION]");
    for (word = next_word(reader); word.len && !is_word(&word, "="); word = next_word(reader)) {
        if (split_arg(reader, &word, parts, &before) < 0)
            return -1;
    }
    if (!word.len)
        return 0;
    parts->action = next_word(reader);
    if (!parts->action.len || is_word(&parts->action, "="))
        return refuse(reader, &parts->action, "expected an action");
    word = next_word(reader);
    return word.len ? refuse(reader, &word, "expected the end of the line") : 0;
}

/** The value of a number of at most @p max, or of its negative; false where it is none. */
static bool read_value(const char *text, uint64_t max, uint64_t *value)
{
    bool is_negative = *text == '-';
    const char *digits = text + is_negative;
    bool is_hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    const char *allowed = is_hex ? "0123456789abcdefABCDEF" : "0123456789";
    const char *first = digits + 2 * is_hex;
    if (!*first || first[strspn(first, allowed)] || (!is_hex && *first == '0' && first[1]))
        return false;
    errno = 0;
    *value = strtoull(first, NULL, is_hex ? 16 : 10);
    if (errno || *value > max || (is_negative && *value > max / 2 + 1))
        return false;
    if (is_negative)
        *value = -*value & max;
    return true;
}

/** Reads a number of at most @p max (all ones), or a range of them. */
static int read_range(const struct reader *reader, const struct word *word, uint64_t max,
                      struct scc_case_range *range)
{
    SCC_AUTOFREE char *low = strndup(word->text, word->len);
    if (!low)
        return scc_error_nomem(reader->err);
    char *dots = strstr(low, "..");
    if (dots)
        *dots = '\0';
    if (!read_value(low, max, &range->first) ||
        !read_value(dots ? dots + 2 : low, max, &range->last))
        return refuse(reader, word,
                      "expected a number, decimal (without a leading 0) or 0x and hexadecimal, of "
                      "%d bits, or a range LOW..HIGH",
                      max == UINT32_MAX ? 32 : 64);
    if (range->first > range->last)
        return refuse(reader, word, "expected LOW..HIGH with LOW not above HIGH");
    return 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/** The known architecture whose calls have that audit arch, or NULL. */
static const struct scc_arch *arch_of_audit(uint32_t audit)
{
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_get((enum scc_arch_id)i);
        if (arch->audit == audit && arch->id != SCC_ARCH_X32)
            return arch;
    }
    return NULL;
}

/** Reads an architecture other than `*`. */
static int read_arch(const struct reader *reader, const struct word *word, struct scc_case *item)
{
    SCC_AUTOFREE char *name = strndup(word->text, word->len);
    if (!name)
        return scc_error_nomem(reader->err);
    item->arch = scc_arch_find(name);
    if (item->arch) {
        item->audit = item->arch->audit;
        return 0;
    }
    uint64_t audit;
    if (is_digit(*word->text) && read_value(name, UINT32_MAX, &audit)) {
        item->audit = (uint32_t)audit;
        item->arch = arch_of_audit(item->audit);
        return 0;
    }
    const char *near = scc_arch_nearest(name);
    return refuse(reader, word,
                  "no such architecture%s%s%s, expected a name (--arch help lists them), an audit "
                  "arch as a number, or *",
                  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/**
 * Reads the call of @p item, whose architecture is known. *is_absent: the call exists, but not
 * there under a number; where @p is_absent is NULL that is an error.
 */
static int read_call(const struct reader *reader, const struct word *word, struct scc_case *item,
                     bool *is_absent)
{
    struct scc_case_range *range = &item->ranges[SCC_CASE_NR];
    if (!word->len)
        return refuse(reader, word, "expected a system call's name or number");
    if (is_digit(*word->text) || *word->text == '-') {
        if (read_range(reader, word, UINT32_MAX, range) < 0)
            return -1;
        if (item->arch && item->arch->id == SCC_ARCH_X32 && range->last < SCC_X32_BIT) {
            range->first |= SCC_X32_BIT;
            range->last |= SCC_X32_BIT;
        }
        return 0;
    }
    SCC_AUTOFREE char *name = strndup(word->text, word->len);
    if (!name)
        return scc_error_nomem(reader->err);
    const struct scc_syscall *call = scc_syscall_find(name);
    const char *near = call ? NULL : scc_syscall_nearest(name);
    if (!call)
        return refuse(reader, word, "no such system call%s%s%s", near ? "; did you mean " : "",
                      near ? near : "", near ? "?" : ", expected a name or a number");
    if (!item->arch)
        return refuse(reader, word, "expected a number: audit arch 0x%08" PRIx32 " has no names",
                      item->audit);
    uint32_t nr = scc_syscall_nr(call, item->arch);
    *range = (struct scc_case_range){nr, nr};
    if (nr != SCC_NR_NONE)
        return 0;
    if (is_absent) {
        *is_absent = true;
        return 0;
    }
    struct scc_syscall_door door = scc_syscall_door(call, item->arch);
    if (door.call)
        return refuse(reader, word, "%s has no number for it, expected %s %" PRIu32,
                      item->arch->name, door.call->name, door.selector);
    return refuse(reader, word, "%s has no such call, expected one that it has", item->arch->name);
}

/**
 * Reads what stands behind the "(" of an action: a number, or an errno's name on @p arch. @p text
 * is NULL where there is no "(".
 */
static int read_action_data(const struct reader *reader, const struct word *word,
                            enum scc_action action, char *text, const struct scc_arch *arch,
                            uint16_t *data)
{
    bool is_errno = action == SCC_ACTION_ERRNO;
    size_t len = text ? strlen(text) : 0;
    if (len && text[len - 1] == ')') {
        uint64_t number;
        text[len - 1] = '\0';
        *data = is_errno ? scc_errno_find(text, arch) : 0;
        if (*data)
            return 0;
        if (is_digit(*text) && read_value(text, UINT16_MAX, &number)) {
            *data = (uint16_t)number;
            return 0;
        }
    }
    return refuse(reader, word, "expected %s",
                  is_errno ? "ERRNO(n), n being an errno's name on this "
                             "architecture or a number up to 65535"
                           : "TRACE(n), n being a number up to 65535");
}

/** The action of that name, with or without SCMP_ACT_, or -1; *near becomes a name like it or NULL.
 * False without memory. */
static bool find_action(const char *name, int *action, const char **near)
{
    static const char prefix[] = "SCMP_ACT_";
    struct scc_strbuf whole = {0};
    size_t prefix_len = sizeof prefix - 1;
    bool has_prefix = strncmp(name, prefix, prefix_len) == 0;
    scc_strbuf_addf(&whole, "%s%s", has_prefix ? "" : prefix, name);
    SCC_AUTOFREE char *token = scc_strbuf_steal(&whole);
    if (!token)
        return false;
    *action = scc_action_find(token);
    *near = scc_action_nearest(token);
    if (*near)
        *near += has_prefix ? 0 : prefix_len;
    return true;
}

static int read_action(const struct reader *reader, const struct word *word,
                       const struct scc_arch *arch, struct scc_case_expectation *expected)
{
    SCC_AUTOFREE char *name = strndup(word->text, word->len);
    expected->text = strndup(word->text, word->len);
    if (!name || !expected->text)
        return scc_error_nomem(reader->err);
    uint64_t number;
    expected->is_whole = is_digit(*name) && read_value(name, UINT32_MAX, &number);
    if (expected->is_whole) {
        expected->return_value = (uint32_t)number;
        return 0;
    }
    char *data_text = strchr(name, '(');
    if (data_text)
        *data_text++ = '\0';
    const char *near;
    uint16_t data = 0;
    int action;
    if (!find_action(name, &action, &near))
        return scc_error_nomem(reader->err);
    if (action < 0)
        return refuse(reader, word, "no such action%s%s%s", near ? "; did you mean " : "",
                      near ? near : "", near ? "?" : ", expected ALLOW, ERRNO(EPERM) …");
    if (!scc_action_has_errno((enum scc_action)action)) {
        if (data_text)
            return refuse(reader, word, "%s carries no number, expected it alone", name);
    } else if (read_action_data(reader, word, (enum scc_action)action, data_text, arch, &data) <
               0) {
        return -1;
    }
    expected->return_value = scc_action_return_value((enum scc_action)action, data);
    return 0;
}

uint64_t scc_case_count_calls(const struct scc_case *item)
{
    uint64_t count = 1;
    for (unsigned i = 0; i < SCC_CASE_RANGES; i++) {
        uint64_t values = item->ranges[i].last - item->ranges[i].first + 1;
        /* cppcheck-suppress knownConditionTrueFalse; it wraps for all values */
        if (!values || __builtin_mul_overflow(count, values, &count))
            return 0;
    }
    return count;
}

/** The words of a case in one line, with the architecture's name for `*`. */
static char *text_of(const struct parts *parts, const struct scc_arch *star)
{
    struct scc_strbuf out = {0};
    if (star)
        scc_strbuf_add(&out, star->name);
    else
        scc_strbuf_add_bytes(&out, parts->arch.text, parts->arch.len);
    scc_strbuf_add(&out, " ");
    scc_strbuf_add_bytes(&out, parts->call.text, parts->call.len);
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        scc_strbuf_add(&out, parts->args[i].len ? " " : "");
        scc_strbuf_add_bytes(&out, parts->args[i].text, parts->args[i].len);
    }
    return scc_strbuf_steal(&out);
}

/** Fills in all but the architecture and the call. */
static int read_rest(struct reader *reader, const struct parts *parts, const struct scc_arch *star,
                     struct scc_case *item)
{
    for (unsigned i = 0; i < SCC_ARG_COUNT; i++) {
        if (parts->args[i].len &&
            read_range(reader, &parts->values[i], UINT64_MAX, &item->ranges[i]) < 0)
            return -1;
    }
    uint64_t calls = scc_case_count_calls(item);
    if (!calls || calls > SCC_CASE_CALLS_MAX)
        return refuse(reader, &parts->arch, "a case of more than %d calls, expected at most that",
                      SCC_CASE_CALLS_MAX);
    item->line = parts->arch.line;
    item->text = text_of(parts, star);
    if (!item->text)
        return scc_error_nomem(reader->err);
    return parts->action.len
               ? read_action(reader, &parts->action, item->arch ? item->arch : reader->target,
                             &item->expected)
               : 0;
}

/** Adds the case of one architecture; @p star is it where `*` was written. */
static int add_case(struct reader *reader, const struct parts *parts, const struct scc_arch *star,
                    size_t *added)
{
    struct scc_cases *cases = reader->cases;
    bool is_absent = false;
    if (cases->count == SCC_CASES_MAX)
        return refuse(reader, &parts->arch, "too large: expected %d cases at most", SCC_CASES_MAX);
    if (!SCC_GROW(cases->items, cases->cap, cases->count + 1))
        return scc_error_nomem(reader->err);
    /* Counted at once: what it holds is then freed whatever happens. */
    struct scc_case *item = &cases->items[cases->count++];
    *item = (struct scc_case){.arch = star, .audit = star ? star->audit : 0};
    if (!star && read_arch(reader, &parts->arch, item) < 0)
        return -1;
    if (read_call(reader, &parts->call, item, star ? &is_absent : NULL) < 0)
        return -1;
    if (is_absent) {
        cases->count--;
        return 0;
    }
    ++*added;
    return read_rest(reader, parts, star, item);
}

static int read_line(struct reader *reader)
{
    struct parts parts = {0};
    size_t added = 0;
    if (split_line(reader, &parts) < 0)
        return -1;
    if (!parts.arch.len)
        return 0;
    if (!is_word(&parts.arch, "*"))
        return add_case(reader, &parts, NULL, &added);
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        if (reader->all & scc_arch_bit((enum scc_arch_id)i) &&
            add_case(reader, &parts, scc_arch_get((enum scc_arch_id)i), &added) < 0)
            return -1;
    }
    return added ? 0
                 : refuse(reader, &parts.call,
                          "none of the architectures has it, expected a call "
                          "that one has");
}

/** Refuses NUL bytes, which would end a word for functions that take strings. */
static int check_bytes(const struct reader *reader)
{
    const char *nul = memchr(reader->text, '\0', reader->len);
    unsigned line = 1, column = 1;
    for (const char *c = reader->text; nul && c < nul; c++) {
        line += *c == '\n';
        column = *c == '\n' ? 1 : column + 1;
    }
    return nul ? scc_error_at(reader->err, (struct scc_place){reader->cases->file, line, column},
                              NULL, "a NUL byte, expected text")
               : 0;
}

static int read_lines(struct reader *reader)
{
    if (check_bytes(reader) < 0)
        return -1;
    while (reader->next < reader->len) {
        reader->line++;
        reader->line_start = reader->next;
        if (read_line(reader) < 0)
            return -1;
        const char *end = memchr(reader->text + reader->next, '\n', reader->len - reader->next);
        reader->next = end ? (size_t)(end - reader->text) + 1 : reader->len;
    }
    if (reader->cases->count == 0)
        return scc_error_at(reader->err, (struct scc_place){reader->cases->file, 1, 1}, NULL,
                            "no case, expected lines such as \"x86_64 read = ALLOW\"");
    return 0;
}

int scc_cases_parse(const char *text, size_t len_bytes, const char *name,
                    const struct scc_arch *target, scc_arch_set all, struct scc_cases *cases,
                    scc_error **err)
{
    struct reader reader = {
        .text = text, .len = len_bytes, .target = target, .all = all, .cases = cases, .err = err};
    cases->file = name;
    return read_lines(&reader);
}

int scc_cases_read(const char *path, const struct scc_arch *target, scc_arch_set all,
                   struct scc_cases *cases, scc_error **err)
{
    SCC_AUTOFREE char *text = NULL;
    size_t len_bytes;
    if (scc_file_read(path, SCC_CASES_MAX_BYTES, &text, &len_bytes, err) < 0)
        return -1;
    return scc_cases_parse(text, len_bytes, scc_file_shown_name(path), target, all, cases, err);
}
