/* SPDX-License-Identifier: Apache-2.0 */
#include "asm.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "strbuf.h"
#include "suggest.h"
#include "util.h"

/*
 * The mnemonics
 */

#define ALU(NAME, OP)                                                                              \
    {NAME, BPF_ALU | (OP) | BPF_K, SCC_OPERAND_NUMBER, SCC_LABELS_NONE},                           \
    {                                                                                              \
        NAME, BPF_ALU | (OP) | BPF_X, SCC_OPERAND_X, SCC_LABELS_NONE                               \
    }
#define JUMP(NAME, OP, LABELS)                                                                     \
    {NAME, BPF_JMP | (OP) | BPF_K, SCC_OPERAND_NUMBER, LABELS},                                    \
    {                                                                                              \
        NAME, BPF_JMP | (OP) | BPF_X, SCC_OPERAND_X, LABELS                                        \
    }

/* Of several names for one instruction the first is the one that a listing has. */
static const struct scc_mnemonic mnemonics[] = {
    {"ld", BPF_LD | BPF_W | BPF_ABS, SCC_OPERAND_OFFSET, SCC_LABELS_NONE},
    {"ld", BPF_LD | BPF_MEM, SCC_OPERAND_SCRATCH, SCC_LABELS_NONE},
    {"ld", BPF_LD | BPF_IMM, SCC_OPERAND_NUMBER, SCC_LABELS_NONE},
    {"ld", BPF_LD | BPF_W | BPF_LEN, SCC_OPERAND_LEN, SCC_LABELS_NONE},
    {"ldi", BPF_LD | BPF_IMM, SCC_OPERAND_NUMBER, SCC_LABELS_NONE},
    {"ldi", BPF_LD | BPF_IMM, SCC_OPERAND_BARE, SCC_LABELS_NONE},
    {"ldx", BPF_LDX | BPF_MEM, SCC_OPERAND_SCRATCH, SCC_LABELS_NONE},
    {"ldx", BPF_LDX | BPF_IMM, SCC_OPERAND_NUMBER, SCC_LABELS_NONE},
    {"ldx", BPF_LDX | BPF_W | BPF_LEN, SCC_OPERAND_LEN, SCC_LABELS_NONE},
    {"ldxi", BPF_LDX | BPF_IMM, SCC_OPERAND_NUMBER, SCC_LABELS_NONE},
    {"ldxi", BPF_LDX | BPF_IMM, SCC_OPERAND_BARE, SCC_LABELS_NONE},
    {"st", BPF_ST, SCC_OPERAND_SCRATCH, SCC_LABELS_NONE},
    {"stx", BPF_STX, SCC_OPERAND_SCRATCH, SCC_LABELS_NONE},
    ALU("add", BPF_ADD),
    ALU("sub", BPF_SUB),
    ALU("mul", BPF_MUL),
    ALU("div", BPF_DIV),
    ALU("and", BPF_AND),
    ALU("or", BPF_OR),
    ALU("xor", BPF_XOR),
    ALU("lsh", BPF_LSH),
    ALU("rsh", BPF_RSH),
    {"neg", BPF_ALU | BPF_NEG, SCC_OPERAND_NONE, SCC_LABELS_NONE},
    {"tax", BPF_MISC | BPF_TAX, SCC_OPERAND_NONE, SCC_LABELS_NONE},
    {"txa", BPF_MISC | BPF_TXA, SCC_OPERAND_NONE, SCC_LABELS_NONE},
    {"jmp", BPF_JMP | BPF_JA, SCC_OPERAND_NONE, SCC_LABELS_JUMP},
    {"ja", BPF_JMP | BPF_JA, SCC_OPERAND_NONE, SCC_LABELS_JUMP},
    JUMP("jeq", BPF_JEQ, SCC_LABELS_BRANCH),
    JUMP("jgt", BPF_JGT, SCC_LABELS_BRANCH),
    JUMP("jge", BPF_JGE, SCC_LABELS_BRANCH),
    JUMP("jset", BPF_JSET, SCC_LABELS_BRANCH),
    JUMP("jne", BPF_JEQ, SCC_LABELS_UNLESS),
    JUMP("jneq", BPF_JEQ, SCC_LABELS_UNLESS),
    JUMP("jlt", BPF_JGE, SCC_LABELS_UNLESS),
    JUMP("jle", BPF_JGT, SCC_LABELS_UNLESS),
    {"ret", BPF_RET | BPF_K, SCC_OPERAND_NUMBER, SCC_LABELS_NONE},
    {"ret", BPF_RET | BPF_A, SCC_OPERAND_A, SCC_LABELS_NONE},
};

static const char *const operand_names[SCC_OPERAND_COUNT] = {
    [SCC_OPERAND_NONE] = "nothing",
    [SCC_OPERAND_OFFSET] = "[offset]",
    [SCC_OPERAND_SCRATCH] = "M[index]",
    [SCC_OPERAND_NUMBER] = "#number",
    [SCC_OPERAND_BARE] = "a number",
    [SCC_OPERAND_LEN] = "len",
    [SCC_OPERAND_X] = "x",
    [SCC_OPERAND_A] = "a",
};

/* What tools/bpf/bpf_asm has for packets. */
static const char *const refused_names[] = {"ldb", "ldh", "ldxb", "mod"};

const struct scc_mnemonic *scc_mnemonic_find(uint16_t code, enum scc_labels labels)
{
    for (size_t i = 0; i < SCC_COUNT(mnemonics); i++) {
        if (mnemonics[i].code == code && mnemonics[i].labels == labels)
            return &mnemonics[i];
    }
    return NULL;
}

bool scc_mnemonic_uses_k(const struct scc_mnemonic *mnemonic)
{
    return mnemonic->labels == SCC_LABELS_JUMP || mnemonic->operand == SCC_OPERAND_OFFSET ||
           mnemonic->operand == SCC_OPERAND_SCRATCH || mnemonic->operand == SCC_OPERAND_NUMBER ||
           mnemonic->operand == SCC_OPERAND_BARE;
}

bool scc_mnemonic_uses_jt_jf(const struct scc_mnemonic *mnemonic)
{
    return mnemonic->labels == SCC_LABELS_BRANCH || mnemonic->labels == SCC_LABELS_UNLESS;
}

/*
 * Words
 */

enum token_kind {
    TOKEN_END_OF_TEXT,
    TOKEN_END_OF_LINE,
    TOKEN_NAME,
    TOKEN_NUMBER, /* begins with a digit; not read yet */
    TOKEN_SIGN,   /* one of the signs of the grammar, or a character that has no place in it */
};

struct token {
    enum token_kind kind;
    const char *text; /* in the source */
    size_t len;
    unsigned line, column;
};

/** A label that stands before an instruction. */
struct definition {
    struct token name;
    size_t at; /* the instruction */
};

/** A label that an instruction jumps to. */
struct reference {
    struct token name;
    size_t at; /* the instruction */
    enum field { FIELD_JT, FIELD_JF, FIELD_K } field;
};

struct assembly {
    const char *file;
    const char *text;
    size_t len, next; /* where the next token is looked for */
    unsigned line;
    size_t line_start;
    struct token token; /* the current one */
    struct scc_program *program;
    size_t insn_cap;
    struct token places[SCC_PROGRAM_MAX]; /* the mnemonics of the instructions */
    struct definition *definitions;
    size_t definition_count, definition_cap;
    struct reference references[2 * SCC_PROGRAM_MAX];
    size_t reference_count;
    scc_error **err;
};

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/** Refuses @p token: "token: message", at its place; returns -1. */
static int refuse(struct assembly *as, const struct token *token, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(struct assembly *as, const struct token *token, const char *format, ...)
{
    struct scc_place place = {as->file, token->line, token->column};
    struct scc_strbuf message = {0};
    va_list args;
    if (token->kind == TOKEN_END_OF_TEXT || token->kind == TOKEN_END_OF_LINE) {
        scc_strbuf_add(&message, "the line ends here");
    } else {
        SCC_AUTOFREE char *word = strndup(token->text, token->len);
        if (!word)
            return scc_error_nomem(as->err);
        scc_strbuf_add_escaped(&message, *word ? word : "NUL");
    }
    scc_strbuf_add(&message, ": ");
    va_start(args, format);
    scc_strbuf_addv(&message, format, args);
    va_end(args);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&message);
    return text ? scc_error_at(as->err, place, NULL, "%s", text) : scc_error_nomem(as->err);
}

/** A line begins at @p start. */
static void start_line(struct assembly *as, size_t start)
{
    as->line++;
    as->line_start = start;
}

/** Skips a comment of C's form; false where it does not end. */
static bool skip_c_comment(struct assembly *as)
{
    for (as->next += 2; as->next + 1 < as->len; as->next++) {
        if (as->text[as->next] == '*' && as->text[as->next + 1] == '/') {
            as->next += 2;
            return true;
        }
        if (as->text[as->next] == '\n')
            start_line(as, as->next + 1);
    }
    return false;
}

/** Makes the current token one of @p len bytes at the current place, which moves behind it. */
static void take(struct assembly *as, enum token_kind kind, size_t len)
{
    as->token = (struct token){kind, as->text + as->next, len, as->line,
                               (unsigned)(as->next - as->line_start) + 1};
    as->next += len;
}

static void skip_line(struct assembly *as)
{
    while (as->next < as->len && as->text[as->next] != '\n')
        as->next++;
}

/** Skips blanks and comments; an error where a comment does not end. */
static int skip_blanks(struct assembly *as)
{
    while (as->next < as->len) {
        char c = as->text[as->next];
        if (c == ' ' || c == '\t' || c == '\r') {
            as->next++;
        } else if (c == ';' || (c == '#' && as->next == as->line_start)) {
            skip_line(as);
        } else if (c == '/' && as->next + 1 < as->len && as->text[as->next + 1] == '*') {
            take(as, TOKEN_SIGN, 2);
            as->next -= 2;
            struct token start = as->token;
            if (!skip_c_comment(as))
                return refuse(as, &start, "this comment does not end, expected */");
        } else {
            break;
        }
    }
    return 0;
}

/** Reads the next token into as->token. */
static int advance(struct assembly *as)
{
    if (as->token.kind == TOKEN_END_OF_LINE)
        start_line(as, as->next);
    if (skip_blanks(as) < 0)
        return -1;
    if (as->next >= as->len) {
        take(as, TOKEN_END_OF_TEXT, 0);
        return 0;
    }
    char first = as->text[as->next];
    size_t len = 1;
    if (first == '\n') {
        take(as, TOKEN_END_OF_LINE, 1);
        return 0;
    }
    while (is_name_byte(first) && as->next + len < as->len &&
           is_name_byte(as->text[as->next + len]))
        len++;
    take(as, is_digit(first) ? TOKEN_NUMBER : is_name_byte(first) ? TOKEN_NAME : TOKEN_SIGN, len);
    return 0;
}

static bool is_sign(const struct assembly *as, char sign)
{
    return as->token.kind == TOKEN_SIGN && *as->token.text == sign;
}

/** Whether the current token is that word, in any case. */
static bool is_word(const struct assembly *as, const char *word)
{
    return as->token.kind == TOKEN_NAME && strlen(word) == as->token.len &&
           strncasecmp(as->token.text, word, as->token.len) == 0;
}

static bool is_at_end(const struct assembly *as)
{
    return as->token.kind == TOKEN_END_OF_LINE || as->token.kind == TOKEN_END_OF_TEXT;
}

static int expect_sign(struct assembly *as, char sign)
{
    return is_sign(as, sign) ? advance(as) : refuse(as, &as->token, "expected \"%c\"", sign);
}

/*
 * Numbers
 */

/** The value of a token's digits, up to @p max; false where it is no such number. */
static bool read_digits(const struct token *token, uint64_t max, uint64_t *value)
{
    bool is_hex = token->len > 2 && token->text[0] == '0' && (token->text[1] | 0x20) == 'x';
    size_t i = is_hex ? 2 : 0;
    if (!is_hex && token->len > 1 && token->text[0] == '0')
        return false; /* octal for some, decimal for others */
    for (*value = 0; i < token->len; i++) {
        char c = token->text[i], lower = (char)(c | 0x20);
        unsigned digit;
        if (is_digit(c))
            digit = (unsigned char)c - '0';
        else if (is_hex && lower >= 'a' && lower <= 'f')
            digit = (unsigned char)lower - 'a' + 10;
        else
            return false;
        *value = *value * (is_hex ? 16 : 10) + digit;
        if (*value > max)
            return false;
    }
    return true;
}

/** Reads a number of 32 bits; *place becomes its token. */
static int read_number(struct assembly *as, uint32_t *value, struct token *place)
{
    uint64_t digits;
    bool is_negative = is_sign(as, '-');
    if (is_negative && advance(as) < 0)
        return -1;
    *place = as->token;
    uint64_t max = is_negative ? (uint64_t)INT32_MAX + 1 : UINT32_MAX;
    if (place->kind != TOKEN_NUMBER || !read_digits(place, max, &digits))
        return refuse(as, place,
                      "expected a number, decimal (without a leading 0) or 0x and hexadecimal, "
                      "of 32 bits");
    *value = is_negative ? (uint32_t)-digits : (uint32_t)digits;
    return advance(as);
}

/** Reads "[" number "]". */
static int read_index(struct assembly *as, uint32_t *value, struct token *place)
{
    if (expect_sign(as, '[') < 0 || read_number(as, value, place) < 0)
        return -1;
    return expect_sign(as, ']');
}

/*
 * Operands
 */

/** What stands in an instruction's text. */
struct operand {
    enum scc_operand kind;
    uint32_t value;
    struct token place; /* of the number, or of the whole */
};

/** Reads what follows a mnemonic, whichever it is. */
static int read_operand(struct assembly *as, struct operand *operand)
{
    operand->place = as->token;
    if (is_sign(as, '[')) {
        operand->kind = SCC_OPERAND_OFFSET;
        return read_index(as, &operand->value, &operand->place);
    }
    if (is_word(as, "m")) {
        operand->kind = SCC_OPERAND_SCRATCH;
        return advance(as) < 0 ? -1 : read_index(as, &operand->value, &operand->place);
    }
    bool has_mark = is_sign(as, '#');
    if (has_mark && advance(as) < 0)
        return -1;
    if (is_word(as, "len")) {
        operand->kind = SCC_OPERAND_LEN;
        return advance(as);
    }
    if (has_mark || is_sign(as, '-') || as->token.kind == TOKEN_NUMBER) {
        operand->kind = has_mark ? SCC_OPERAND_NUMBER : SCC_OPERAND_BARE;
        return read_number(as, &operand->value, &operand->place);
    }
    bool has_percent = is_sign(as, '%');
    if (has_percent && advance(as) < 0)
        return -1;
    operand->kind = is_word(as, "x")   ? SCC_OPERAND_X
                    : is_word(as, "a") ? SCC_OPERAND_A
                                       : SCC_OPERAND_NONE;
    if (operand->kind == SCC_OPERAND_NONE)
        return has_percent ? refuse(as, &as->token, "expected x or a") : 0;
    return advance(as);
}

/** Refuses an operand, naming those that mnemonics of that name take. */
static int refuse_operand(struct assembly *as, const struct scc_mnemonic *first,
                          const struct token *found)
{
    struct scc_strbuf expected = {0};
    for (const struct scc_mnemonic *row = first;
         row < mnemonics + SCC_COUNT(mnemonics) && strcmp(row->name, first->name) == 0; row++)
        scc_strbuf_addf(&expected, "%s%s", row == first ? "" : " or ", operand_names[row->operand]);
    SCC_AUTOFREE char *text = scc_strbuf_steal(&expected);
    if (!text)
        return scc_error_nomem(as->err);
    return refuse(as, found, "expected %s after %s", text, first->name);
}

/** What the kernel refuses in a number, or NULL. */
static const char *find_fault(const struct scc_mnemonic *mnemonic, uint32_t k)
{
    if (mnemonic->operand == SCC_OPERAND_OFFSET && (k % 4 || k >= 4 * SCC_WORD_COUNT))
        return "expected the offset of a word of seccomp_data: a multiple of 4 below 64";
    if (mnemonic->operand == SCC_OPERAND_SCRATCH && k >= SCC_SCRATCH_COUNT)
        return "expected a scratch word from 0 to 15";
    if (mnemonic->code == (BPF_ALU | BPF_DIV | BPF_K) && k == 0)
        return "expected a divisor other than 0";
    if ((mnemonic->code == (BPF_ALU | BPF_LSH | BPF_K) ||
         mnemonic->code == (BPF_ALU | BPF_RSH | BPF_K)) &&
        k >= 32)
        return "expected a shift by less than 32";
    return NULL;
}

/** Finds the row of the instruction that begins at the current token, its mnemonic; or NULL. */
static const struct scc_mnemonic *find_name(const struct assembly *as)
{
    for (size_t i = 0; i < SCC_COUNT(mnemonics); i++) {
        if (is_word(as, mnemonics[i].name))
            return &mnemonics[i];
    }
    return NULL;
}

static int refuse_mnemonic(struct assembly *as)
{
    const struct token *token = &as->token;
    if (token->kind != TOKEN_NAME)
        return refuse(as, token, "expected a label or an instruction");
    for (size_t i = 0; i < SCC_COUNT(refused_names); i++) {
        if (is_word(as, refused_names[i]))
            return refuse(as, token, "seccomp has no such instruction");
    }
    SCC_AUTOFREE char *word = strndup(token->text, token->len);
    if (!word)
        return scc_error_nomem(as->err);
    struct scc_suggestion near = scc_suggestion_for(word);
    for (size_t i = 0; i < SCC_COUNT(mnemonics); i++)
        scc_suggestion_offer(&near, mnemonics[i].name);
    return refuse(as, token, "no such instruction%s%s%s", near.name ? "; did you mean " : "",
                  near.name ? near.name : "", near.name ? "?" : ", expected ld, jeq, ret …");
}

/*
 * Instructions
 */

static int read_label(struct assembly *as, size_t at, enum field field)
{
    if (as->token.kind != TOKEN_NAME)
        return refuse(as, &as->token, "expected a label");
    as->references[as->reference_count++] = (struct reference){as->token, at, field};
    return advance(as);
}

static int read_labels(struct assembly *as, const struct scc_mnemonic *mnemonic, size_t at)
{
    if (mnemonic->labels == SCC_LABELS_NONE)
        return 0;
    if (mnemonic->labels == SCC_LABELS_JUMP)
        return read_label(as, at, FIELD_K);
    if (expect_sign(as, ',') < 0)
        return -1;
    if (mnemonic->labels == SCC_LABELS_UNLESS)
        return read_label(as, at, FIELD_JF);
    if (read_label(as, at, FIELD_JT) < 0)
        return -1;
    if (!is_sign(as, ','))
        return 0;
    return advance(as) < 0 ? -1 : read_label(as, at, FIELD_JF);
}

/** Sets a field of which the current token is the name. */
static int read_field(struct assembly *as, const struct scc_mnemonic *mnemonic,
                      struct sock_filter *insn, unsigned *seen)
{
    static const char *const names[] = {[FIELD_JT] = "jt", [FIELD_JF] = "jf", [FIELD_K] = "k"};
    struct token name = as->token, place;
    uint32_t value = 0;
    unsigned field = 0;
    while (field < SCC_COUNT(names) && !is_word(as, names[field]))
        field++;
    if (field == SCC_COUNT(names))
        return refuse(as, &name, "expected jt, jf or k");
    if (field == FIELD_K ? scc_mnemonic_uses_k(mnemonic) : scc_mnemonic_uses_jt_jf(mnemonic))
        return refuse(as, &name, "%s uses this field, expected one that it does not use",
                      mnemonic->name);
    if (*seen & 1u << field)
        return refuse(as, &name, "given twice, expected once");
    *seen |= 1u << field;
    if (advance(as) < 0 || expect_sign(as, '=') < 0 || read_number(as, &value, &place) < 0)
        return -1;
    if (field != FIELD_K && value > UINT8_MAX)
        return refuse(as, &place, "expected at most 255");
    if (field == FIELD_K)
        insn->k = value;
    else
        *(field == FIELD_JT ? &insn->jt : &insn->jf) = (uint8_t)value;
    return 0;
}

/** Reads "{" field { "," field } "}" where it stands. */
static int read_fields(struct assembly *as, const struct scc_mnemonic *mnemonic,
                       struct sock_filter *insn)
{
    unsigned seen = 0;
    if (!is_sign(as, '{'))
        return 0;
    do {
        if (advance(as) < 0 || read_field(as, mnemonic, insn, &seen) < 0)
            return -1;
    } while (is_sign(as, ','));
    return is_sign(as, '}') ? advance(as) : refuse(as, &as->token, "expected \",\" or \"}\"");
}

static int read_instruction(struct assembly *as)
{
    struct scc_program *program = as->program;
    struct token start = as->token;
    const struct scc_mnemonic *first = find_name(as), *row = first;
    size_t at = program->count;
    struct operand operand = {0};
    if (!first)
        return refuse_mnemonic(as);
    if (at == SCC_PROGRAM_MAX)
        return refuse(as, &start, "one instruction too many, expected at most %d", SCC_PROGRAM_MAX);
    bool takes_operand = first->operand != SCC_OPERAND_NONE;
    if (advance(as) < 0 || (takes_operand && read_operand(as, &operand) < 0))
        return -1;
    while (row < mnemonics + SCC_COUNT(mnemonics) && strcmp(row->name, first->name) == 0 &&
           row->operand != operand.kind)
        row++;
    if (row == mnemonics + SCC_COUNT(mnemonics) || strcmp(row->name, first->name) != 0)
        return refuse_operand(as, first, &operand.place);
    const char *fault = find_fault(row, operand.value);
    if (fault)
        return refuse(as, &operand.place, "%s", fault);
    if (!SCC_GROW(program->insns, as->insn_cap, at + 1))
        return scc_error_nomem(as->err);
    program->insns[at] = (struct sock_filter){.code = row->code, .k = operand.value};
    as->places[at] = start;
    program->count++;
    if (read_labels(as, row, at) < 0 || read_fields(as, row, &program->insns[at]) < 0)
        return -1;
    return is_at_end(as) ? 0 : refuse(as, &as->token, "expected the end of the line");
}

/** Whether the current token is a label that is defined here. */
static bool is_definition(const struct assembly *as)
{
    size_t behind = as->next;
    while (behind < as->len && (as->text[behind] == ' ' || as->text[behind] == '\t'))
        behind++;
    return as->token.kind == TOKEN_NAME && behind < as->len && as->text[behind] == ':';
}

/** Reads one line; the current token is its first. */
static int read_line(struct assembly *as)
{
    while (is_definition(as)) {
        if (!SCC_GROW(as->definitions, as->definition_cap, as->definition_count + 1))
            return scc_error_nomem(as->err);
        as->definitions[as->definition_count++] =
            (struct definition){as->token, as->program->count};
        if (advance(as) < 0 || expect_sign(as, ':') < 0)
            return -1;
    }
    return is_at_end(as) ? 0 : read_instruction(as);
}

static int read_lines(struct assembly *as)
{
    do {
        if (advance(as) < 0 || read_line(as) < 0)
            return -1;
    } while (as->token.kind != TOKEN_END_OF_TEXT);
    if (as->program->count == 0)
        return refuse(as, &as->token, "no instruction, expected 1 to %d", SCC_PROGRAM_MAX);
    return 0;
}

/*
 * Labels
 */

static int compare_names(const struct token *a, const struct token *b)
{
    size_t shorter = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->text, b->text, shorter);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

/** By name, then by place. */
static int compare_definitions(const void *left, const void *right)
{
    const struct definition *a = left, *b = right;
    int order = compare_names(&a->name, &b->name);
    return order ? order : (a->name.text > b->name.text) - (a->name.text < b->name.text);
}

static int find_definition(const void *key, const void *item)
{
    return compare_names(key, &((const struct definition *)item)->name);
}

/** Sorts the labels; refuses one that is defined twice or stands before nothing. */
static int check_definitions(struct assembly *as)
{
    struct definition *all = as->definitions;
    if (as->definition_count)
        qsort(all, as->definition_count, sizeof *all, compare_definitions);
    for (size_t i = 0; i < as->definition_count; i++) {
        if (all[i].at == as->program->count)
            return refuse(as, &all[i].name, "no instruction follows, expected one");
        if (i && compare_names(&all[i - 1].name, &all[i].name) == 0)
            return refuse(as, &all[i].name, "defined again, first in line %u",
                          all[i - 1].name.line);
    }
    return 0;
}

static int resolve(struct assembly *as, const struct reference *reference)
{
    struct sock_filter *insn = &as->program->insns[reference->at];
    const struct definition *found = NULL;
    if (as->definition_count)
        found = bsearch(&reference->name, as->definitions, as->definition_count,
                        sizeof *as->definitions, find_definition);
    if (!found)
        return refuse(as, &reference->name, "no such label, expected one of this listing");
    if (found->at <= reference->at)
        return refuse(as, &reference->name,
                      "%zu instructions back (line %u), expected a label further down",
                      reference->at - found->at, found->name.line);
    size_t skipped = found->at - reference->at - 1;
    if (reference->field == FIELD_K)
        insn->k = (uint32_t)skipped;
    else if (skipped > UINT8_MAX)
        return refuse(as, &reference->name,
                      "over %zu instructions (to line %u), expected at most %d; jmp reaches any",
                      skipped, found->name.line, UINT8_MAX);
    else
        *(reference->field == FIELD_JT ? &insn->jt : &insn->jf) = (uint8_t)skipped;
    return 0;
}

static int resolve_all(struct assembly *as)
{
    if (check_definitions(as) < 0)
        return -1;
    for (size_t i = 0; i < as->reference_count; i++) {
        if (resolve(as, &as->references[i]) < 0)
            return -1;
    }
    return 0;
}

/*
 * The kernel's check
 */

static bool reads_scratch(const struct sock_filter *insn)
{
    return insn->code == (BPF_LD | BPF_MEM) || insn->code == (BPF_LDX | BPF_MEM);
}

/**
 * The first instruction that reads a scratch word which is not written on every path. Which one is
 * not in the kernel's check's answer: the reads are put back one after the other until it refuses.
 */
static size_t find_unwritten(const struct scc_program *program, struct sock_filter *insns)
{
    const struct scc_program probe = {insns, program->count, program->is_big_endian};
    size_t at = 0;
    for (size_t i = 0; i < program->count; i++) {
        insns[i] = program->insns[i];
        if (reads_scratch(&insns[i]))
            insns[i].code = BPF_LD | BPF_IMM;
    }
    while (at + 1 < program->count) {
        insns[at] = program->insns[at];
        if (reads_scratch(&insns[at]) && scc_program_check(&probe, NULL) < 0)
            break;
        at++;
    }
    return at;
}

static int check(struct assembly *as)
{
    struct scc_program *program = as->program;
    const struct token *last = &as->places[program->count - 1];
    if (BPF_CLASS(program->insns[program->count - 1].code) != BPF_RET)
        return refuse(as, last, "the last instruction, expected ret");
    /* All else that the kernel refuses cannot be written in the grammar, or is refused above. */
    scc_error *failure = NULL;
    if (scc_program_check(program, &failure) == 0)
        return 0;
    bool is_refused = scc_error_get_code(failure) == SCC_ERROR_INPUT;
    scc_error_free(failure);
    if (!is_refused)
        return scc_error_nomem(as->err);
    SCC_AUTOFREE struct sock_filter *probe = calloc(program->count, sizeof *probe);
    if (!probe)
        return scc_error_nomem(as->err);
    size_t at = find_unwritten(program, probe);
    return refuse(as, &as->places[at],
                  "M[%u] is not written on every path that leads here, "
                  "expected st or stx before",
                  program->insns[at].k);
}

static int assemble(struct assembly *as)
{
    return read_lines(as) < 0 || resolve_all(as) < 0 || check(as) < 0 ? -1 : 0;
}

int scc_asm(const char *text, size_t len_bytes, const char *file, const struct scc_arch *arch,
            scc_program **program, scc_error **err)
{
    if (len_bytes > SCC_ASM_MAX_BYTES)
        return scc_error_at(err, (struct scc_place){file, 1, 1}, NULL,
                            "%zu bytes, expected at most %d", len_bytes, SCC_ASM_MAX_BYTES);
    struct assembly *as = calloc(1, sizeof *as);
    struct scc_program *made = calloc(1, sizeof *made);
    if (!as || !made) {
        free(as);
        free(made);
        return scc_error_nomem(err);
    }
    made->is_big_endian = arch->is_big_endian;
    as->program = made;
    as->file = file;
    as->text = text;
    as->len = len_bytes;
    as->line = 1;
    as->err = err;
    int done = assemble(as);
    if (done == 0)
        *program = SCC_STEAL(made);
    scc_program_free(made);
    free(as->definitions);
    free(as);
    return done;
}
