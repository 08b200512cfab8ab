/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Runs the tables tests/cases/NAME.tests: for each case the policy, the policy that its slim
 * profile gives, and the program of each emitter must give the answer that the table says.
 *
 * A table is text, read line by line; blanks separate words, and "#" at the beginning of a line
 * makes it a comment. A profile is given as rules,
 *
 *     default ACTION
 *     on ARCH …                       its `architectures`; left out: none are listed
 *     rule ACTION NAME … [if COMPARISON [and COMPARISON] …]
 *
 * with a COMPARISON such as "a0 EQ 5" or "a2 MASKED_EQ 0xf0 0x10", as JSON, which goes on over all
 * lines that begin with a blank, or as a file of the test data (where that is missing, what follows
 * is passed over up to the next profile):
 *
 *     profile {"defaultAction": …
 *     profile corpus/FILE.json
 *
 * A target selects from the latest profile; there may be several, each with lines of its own:
 *
 *     target ARCH [caps=NAME,…] [kernel=X.Y] [conflict=strictest]
 *                                               no capabilities and 6.1 where nothing is said
 *     arches ARCH …                             the filter is for these, the target's own first
 *     warns TEXT, notes TEXT                    a warning or note holds this text
 *     quiet                                     there is no warning and no note
 *     refuses TEXT                              the selection fails with this text
 *     unmade VERSION TEXT                       libseccomp VERSION makes no program, with this text
 *
 * and cases:
 *
 *     ARCH CALL [aN=VALUE,…] … -> ANSWER [!VERSION[/linear|/tree] REASON]
 *
 * ARCH is an architecture, whose audit arch the call has, or "audit=NUMBER". CALL is a name, which
 * stands for its number on ARCH, or numbers as in seccomp_data. A VALUE is a number; "V..W", both
 * ends, their neighbours within and the middle; "~" before either, the same with three high words
 * that are not zero; "*", a choice of all. Every combination must give ANSWER: an action such as
 * ALLOW, ERRNO(38), BAD_ARCH. Arguments that are not named are 0.
 *
 * "!2.5.4 REASON" says that both of libseccomp 2.5.4's programs are known to give another answer
 * for at least one combination; "/linear" or "/tree", that one of them does. With that version
 * installed the difference is asserted; with another, the programs named may differ or not. A
 * program that scc_emit_scmp() refuses to make differs.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <linux/seccomp.h>

#include <seccompc/emit.h>
#include <seccompc/output.h>

#include "policies.h"
#include "program.h"
#include "strbuf.h"
#include "util.h"

enum { VALUES_MAX = 64 };

/*
 * The emitters. Names that the installed libseccomp lacks are warned of; here the cases say so.
 */

static int emit_linear(const scc_policy *policy, scc_program **program, scc_error **err)
{
    return scc_emit_scmp(policy, SCC_SCMP_LINEAR, program, NULL, err);
}

static int emit_tree(const scc_policy *policy, scc_program **program, scc_error **err)
{
    return scc_emit_scmp(policy, SCC_SCMP_TREE, program, NULL, err);
}

static int emit_for(const scc_policy *policy, enum scc_optimize_for optimize_for,
                    scc_program **program, scc_error **err)
{
    const struct scc_emit_options options = {.optimize_for = optimize_for};
    return scc_emit_bpf(policy, &options, program, err);
}

static int emit_attach(const scc_policy *policy, scc_program **program, scc_error **err)
{
    return emit_for(policy, SCC_OPTIMIZE_ATTACH, program, err);
}

static int emit_runtime(const scc_policy *policy, scc_program **program, scc_error **err)
{
    return emit_for(policy, SCC_OPTIMIZE_RUNTIME, program, err);
}

static int emit_size(const scc_policy *policy, scc_program **program, scc_error **err)
{
    return emit_for(policy, SCC_OPTIMIZE_SIZE, program, err);
}

static const struct {
    const char *name;
    int (*emit)(const scc_policy *policy, scc_program **program, scc_error **err);
    bool is_libseccomp; /* a case may say that it differs */
} emitters[] = {
    {"linear", emit_linear, true},   {"tree", emit_tree, true},
    {"own", emit_attach, false},     {"own, runtime", emit_runtime, false},
    {"own, size", emit_size, false},
};

enum { EMITTER_COUNT = SCC_COUNT(emitters) };

struct table {
    const char *path;
    unsigned line;
    struct scc_strbuf profile; /* JSON */
    bool has_rules;            /* `profile` is being written from rules */
    bool is_missing;           /* the profile's file is not here */
    /* of the latest target: */
    struct selected made;
    bool is_selected;
    struct selected slim;
    scc_program *programs[EMITTER_COUNT];
    scc_error *unmade[EMITTER_COUNT];
    bool is_told; /* a refusal, or programs that are not made, have been accounted for */
    size_t case_count;
};

#define FAIL(table, format, ...)                                                                   \
    cr_assert_fail("%s:%u: " format, (table)->path, (table)->line, __VA_ARGS__)
#define EXPECT(table, condition, format, ...)                                                      \
    cr_expect(condition, "%s:%u: " format, (table)->path, (table)->line, __VA_ARGS__)

/** The next word of *rest, or NULL; what follows it stays in *rest. */
static char *next_word(char **rest)
{
    *rest += strspn(*rest, " \t");
    if (!**rest)
        return NULL;
    char *word = *rest;
    *rest += strcspn(*rest, " \t");
    if (**rest)
        *(*rest)++ = '\0';
    return word;
}

static uint64_t read_number(struct table *table, const char *text, char **end)
{
    errno = 0;
    uint64_t number = strtoull(text, end, 0);
    if (errno || *end == text || !isdigit((unsigned char)*text))
        FAIL(table, "\"%s\": expected a number", text);
    return number;
}

/*
 * Profiles from rules
 */

/** Adds an action: `"KEY": "SCMP_ACT_…"`, with its number where it has one. */
static void add_action(struct table *table, const char *word, const char *key,
                       const char *errno_key)
{
    size_t len = strcspn(word, "(");
    scc_strbuf_addf(&table->profile, "\"%s\": \"SCMP_ACT_%.*s\"", key, (int)len, word);
    if (word[len])
        scc_strbuf_addf(&table->profile, ", \"%s\": %d", errno_key, atoi(word + len + 1));
}

static void close_rules(struct table *table)
{
    if (table->has_rules)
        scc_strbuf_add(&table->profile, "\n]}\n");
    table->has_rules = false;
}

static void clear_target(struct table *table);

static void start_profile(struct table *table)
{
    clear_target(table);
    scc_strbuf_free(&table->profile);
    table->has_rules = table->is_missing = false;
}

static void read_default(struct table *table, char *rest)
{
    start_profile(table);
    scc_strbuf_add(&table->profile, "{");
    char *word = next_word(&rest);
    cr_assert_not_null(word);
    add_action(table, word, "defaultAction", "defaultErrnoRet");
    scc_strbuf_add(&table->profile, ", \"syscalls\": [");
    table->has_rules = true;
}

static void read_on(struct table *table, char *rest)
{
    /* "syscalls" has been opened: the architectures go before it. */
    if (!table->has_rules || !strstr(table->profile.data, ", \"syscalls\": ["))
        FAIL(table, "%s", "\"on\" without \"default\" before it");
    char *head = strdup(table->profile.data);
    *strstr(head, ", \"syscalls\"") = '\0';
    scc_strbuf_free(&table->profile);
    scc_strbuf_addf(&table->profile, "%s, \"architectures\": [", head);
    free(head);
    bool is_first = true;
    for (char *word; (word = next_word(&rest)); is_first = false) {
        const scc_arch *arch = scc_arch_find(word);
        const char *token = strcmp(word, "native") == 0 ? "SCMP_ARCH_NATIVE"
                            : arch                      ? scc_arch_token_name(arch)
                                                        : NULL;
        if (!token)
            FAIL(table, "\"%s\": no architecture", word);
        scc_strbuf_addf(&table->profile, "%s\"%s\"", is_first ? "" : ", ", token);
    }
    scc_strbuf_add(&table->profile, "], \"syscalls\": [");
}

/** Adds the comparisons behind "if". */
static void add_comparisons(struct table *table, char *rest)
{
    const char *before = ", \"args\": [";
    for (char *arg; (arg = next_word(&rest)); before = ", ") {
        char *op = next_word(&rest), *value = next_word(&rest), *more = next_word(&rest), *end;
        if (arg[0] != 'a' || !op || !value)
            FAIL(table, "%s: expected \"aN OP VALUE\"", arg);
        scc_strbuf_addf(&table->profile,
                        "%s{\"index\": %s, \"op\": \"SCMP_CMP_%s\", \"value\": %lu", before,
                        arg + 1, op, read_number(table, value, &end));
        if (more && strcmp(more, "and") != 0) {
            scc_strbuf_addf(&table->profile, ", \"valueTwo\": %lu", read_number(table, more, &end));
            more = next_word(&rest);
        }
        scc_strbuf_add(&table->profile, "}");
        if (more && strcmp(more, "and") != 0)
            FAIL(table, "%s: expected \"and\"", more);
    }
    scc_strbuf_add(&table->profile, "]");
}

static void read_rule(struct table *table, char *rest)
{
    if (!table->has_rules)
        FAIL(table, "%s", "a rule without \"default\" before it, or behind a target");
    bool is_first = table->profile.data[table->profile.len - 1] == '[', has_names = false;
    char *action = next_word(&rest), *word;
    cr_assert_not_null(action);
    scc_strbuf_addf(&table->profile, "%s\n{", is_first ? "" : ",");
    add_action(table, action, "action", "errnoRet");
    scc_strbuf_add(&table->profile, ", \"names\": [");
    while ((word = next_word(&rest)) && strcmp(word, "if") != 0) {
        scc_strbuf_addf(&table->profile, "%s\"%s\"", has_names ? ", " : "", word);
        has_names = true;
    }
    scc_strbuf_add(&table->profile, "]");
    if (word)
        add_comparisons(table, rest);
    scc_strbuf_add(&table->profile, "}");
}

static void read_profile_file(struct table *table, const char *file)
{
    char path[512];
    const char *folder = getenv("SCC_SHARED"), *root = getenv("SCC_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s%s/%s", folder ? folder : root, folder ? "" : "/../shared",
             file);
    FILE *in = fopen(path, "r");
    if (!in) {
        cr_assert(!getenv("SCC_REQUIRE_SHARED"), "%s is missing", path);
        table->is_missing = true;
        return;
    }
    char bytes[4096];
    for (size_t got; (got = fread(bytes, 1, sizeof bytes, in)) > 0;)
        scc_strbuf_add_bytes(&table->profile, bytes, got);
    fclose(in);
}

static void read_profile(struct table *table, char *rest)
{
    start_profile(table);
    if (strncmp(rest, "corpus/", 7) == 0)
        read_profile_file(table, rest);
    else
        scc_strbuf_add(&table->profile, rest);
}

/*
 * Targets
 */

static void clear_target(struct table *table)
{
    if (table->is_selected && !table->made.policy && !table->is_told)
        FAIL(table, "the target before this line is refused: %s",
             scc_error_get_text(table->made.err));
    selected_clear(&table->made);
    selected_clear(&table->slim);
    for (int i = 0; i < EMITTER_COUNT; i++) {
        scc_program_free(SCC_STEAL(table->programs[i]));
        scc_error_free(SCC_STEAL(table->unmade[i]));
    }
    table->is_selected = table->is_told = false;
}

/** The policy that the slim profile gives to the same target. */
static void select_slim(struct table *table, const scc_target *target,
                        enum scc_on_conflict on_conflict)
{
    size_t len;
    char *text = scc_policy_to_oci(table->made.policy, &len);
    cr_assert_not_null(text);
    must(scc_profile_parse(text, len, "slim", &table->slim.profile, NULL, &table->slim.err),
         table->slim.err);
    must(scc_policy_select(table->slim.profile, target,
                           &(struct scc_reading){.on_conflict = on_conflict}, &table->slim.policy,
                           NULL, &table->slim.err),
         table->slim.err);
    free(text);
}

static uint64_t read_caps(struct table *table, char *list)
{
    uint64_t caps = 0;
    if (strcmp(list, "docker") == 0)
        return scc_cap_docker();
    if (strcmp(list, "all") == 0)
        return scc_cap_all();
    for (char *name; (name = strsep(&list, ","));) {
        int bit = scc_cap_find(name);
        if (bit < 0)
            FAIL(table, "\"%s\": no capability", name);
        caps |= (uint64_t)1 << bit;
    }
    return caps;
}

static void read_target(struct table *table, char *rest)
{
    close_rules(table);
    clear_target(table);
    if (table->is_missing)
        return;
    char *word = next_word(&rest);
    const scc_arch *arch = word ? scc_arch_find(word) : NULL;
    if (!arch || !table->profile.data)
        FAIL(table, "\"%s\": no architecture, or no profile before it", word);
    struct scc_kernel kernel = {6, 1};
    uint64_t caps = 0;
    enum scc_on_conflict on_conflict = SCC_CONFLICT_REFUSE;
    while ((word = next_word(&rest))) {
        if (strncmp(word, "caps=", 5) == 0)
            caps = read_caps(table, word + 5);
        else if (strcmp(word, "conflict=strictest") == 0)
            on_conflict = SCC_CONFLICT_STRICTEST;
        else if (strncmp(word, "kernel=", 7) != 0 || !scc_kernel_parse(word + 7, &kernel))
            FAIL(table, "\"%s\": expected caps=… or kernel=…", word);
    }
    scc_target *target = NULL;
    table->made.diags = scc_diags_new();
    table->is_selected = true;
    must(scc_target_new(arch, caps, kernel.major, kernel.minor, &target, &table->made.err),
         table->made.err);
    if (scc_profile_parse(table->profile.data, table->profile.len, "profile", &table->made.profile,
                          table->made.diags, &table->made.err) == 0 &&
        scc_policy_select(table->made.profile, target,
                          &(struct scc_reading){.on_conflict = on_conflict}, &table->made.policy,
                          table->made.diags, &table->made.err) == 0) {
        select_slim(table, target, on_conflict);
        for (int i = 0; i < EMITTER_COUNT; i++)
            emitters[i].emit(table->made.policy, &table->programs[i], &table->unmade[i]);
    }
    scc_target_free(target);
}

static void need_policy(struct table *table)
{
    if (!table->made.policy)
        FAIL(table, "no target, or one that is refused: %s",
             table->made.err ? scc_error_get_text(table->made.err) : "");
}

static void read_arches(struct table *table, char *rest)
{
    need_policy(table);
    size_t count = 0;
    for (char *word; (word = next_word(&rest)); count++) {
        const scc_arch *arch = scc_policy_arch(table->made.policy, count);
        EXPECT(table, arch && arch == scc_arch_find(word), "%s: the filter has %s there", word,
               arch ? scc_arch_name(arch) : "nothing");
    }
    EXPECT(table, count == scc_policy_arch_count(table->made.policy), "%zu architectures",
           scc_policy_arch_count(table->made.policy));
}

static void read_warns(struct table *table, char *rest)
{
    need_policy(table);
    EXPECT(table, count_told(&table->made, SCC_DIAG_WARNING, rest), "no warning \"%s\"", rest);
}

static void read_notes(struct table *table, char *rest)
{
    need_policy(table);
    EXPECT(table, count_told(&table->made, SCC_DIAG_NOTE, rest), "no note \"%s\"", rest);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): as all in the table */
static void read_quiet(struct table *table, char *rest)
{
    (void)rest;
    need_policy(table);
    enum scc_diag_level level;
    const char *told = scc_diags_at(table->made.diags, 0, &level);
    EXPECT(table, !told, "%s", told ? told : "");
}

static void read_refuses(struct table *table, char *rest)
{
    if (!table->is_selected || table->made.policy)
        FAIL(table, "%s", "nothing was refused");
    EXPECT(table, scc_error_get_code(table->made.err) == SCC_ERROR_INPUT, "%s",
           scc_error_get_text(table->made.err));
    EXPECT(table, strstr(scc_error_get_text(table->made.err), rest), "%s",
           scc_error_get_text(table->made.err));
    table->is_told = true;
    table->case_count++;
}

/** Whether the installed libseccomp's version is @p version. */
static bool is_installed(const char *version, size_t len)
{
    return strlen(scc_scmp_version()) == len && strncmp(scc_scmp_version(), version, len) == 0;
}

static void read_unmade(struct table *table, char *rest)
{
    need_policy(table);
    char *version = next_word(&rest);
    cr_assert_not_null(version);
    table->is_told = true;
    for (int i = 0; i < EMITTER_COUNT && is_installed(version, strlen(version)); i++) {
        if (!emitters[i].is_libseccomp)
            continue;
        if (!table->unmade[i])
            FAIL(table, "libseccomp %s makes this program", version);
        EXPECT(table, strstr(scc_error_get_text(table->unmade[i]), rest), "%s",
               scc_error_get_text(table->unmade[i]));
    }
}

/*
 * Cases
 */

/** The numbers of a list. */
struct values {
    uint64_t at[VALUES_MAX];
    size_t count;
};

static void add_value(struct table *table, struct values *values, uint64_t value)
{
    if (values->count == VALUES_MAX)
        FAIL(table, "more than %d values", VALUES_MAX);
    values->at[values->count++] = value;
}

static void add_range(struct table *table, struct values *values, uint64_t low, uint64_t high)
{
    if (low > high)
        FAIL(table, "0x%lx is above 0x%lx", low, high);
    add_value(table, values, low);
    if (high == low)
        return;
    add_value(table, values, low + 1);
    add_value(table, values, low + (high - low) / 2);
    add_value(table, values, high - 1);
    add_value(table, values, high);
}

static void read_values(struct table *table, char *list, struct values *values)
{
    static const uint64_t all[] = {0,          1,          2,          0x7fffffff, 0x80000000,
                                   0xffffffff, 1ull << 32, 1ull << 63, UINT64_MAX};
    static const uint64_t garbage[] = {1, 0x80000000, 0xffffffff};
    for (char *text; (text = strsep(&list, ","));) {
        size_t before = values->count;
        bool has_garbage = *text == '~';
        text += has_garbage;
        char *end = text + 1;
        if (strcmp(text, "*") == 0) {
            for (size_t i = 0; i < SCC_COUNT(all); i++)
                add_value(table, values, all[i]);
        } else {
            uint64_t low = read_number(table, text, &end), high = low;
            if (strncmp(end, "..", 2) == 0)
                high = read_number(table, end + 2, &end);
            add_range(table, values, low, high);
        }
        if (*end)
            FAIL(table, "\"%s\": expected \",\"", end);
        size_t after = values->count;
        for (size_t i = before; has_garbage && i < after; i++) {
            for (size_t j = 0; j < SCC_COUNT(garbage); j++)
                add_value(table, values, (values->at[i] & UINT32_MAX) | garbage[j] << 32);
        }
    }
}

static uint32_t read_answer(struct table *table, const char *word)
{
    static const struct {
        const char *word;
        uint32_t return_value;
    } words[] = {
        {"ALLOW", SECCOMP_RET_ALLOW},
        {"LOG", SECCOMP_RET_LOG},
        {"TRACE", SECCOMP_RET_TRACE},
        {"NOTIFY", SECCOMP_RET_USER_NOTIF},
        {"ERRNO", SECCOMP_RET_ERRNO},
        {"TRAP", SECCOMP_RET_TRAP},
        {"KILL_THREAD", SECCOMP_RET_KILL_THREAD},
        {"KILL_PROCESS", SECCOMP_RET_KILL_PROCESS},
        {"BAD_ARCH", 0},
    };
    size_t len = strcspn(word, "(");
    for (size_t i = 0; i < SCC_COUNT(words); i++) {
        if (strlen(words[i].word) != len || strncmp(words[i].word, word, len) != 0)
            continue;
        bool has_number =
            strcmp(words[i].word, "ERRNO") == 0 || strcmp(words[i].word, "TRACE") == 0;
        if (has_number != (word[len] == '('))
            break;
        return words[i].return_value | (has_number ? (uint32_t)atoi(word + len + 1) : 0);
    }
    FAIL(table, "\"%s\": expected an action such as ERRNO(1)", word);
    return 0;
}

/** One line of a table: every combination of numbers and arguments, and the answer. */
struct case_line {
    uint32_t audit;
    struct values nrs;
    struct values args[SCC_ARG_COUNT];
    uint32_t answer;
    bool is_excused[EMITTER_COUNT];
    bool must_differ;
    size_t differences[EMITTER_COUNT];
};

/** Reads "!VERSION[/EMITTER] REASON". */
static void read_excuse(struct table *table, char *rest, struct case_line *line)
{
    char *version = next_word(&rest);
    if (!version)
        return;
    if (*version != '!' || !next_word(&rest))
        FAIL(table, "\"%s\": expected \"!VERSION REASON\"", version);
    version++;
    char *one = strchr(version, '/');
    size_t len = one ? (size_t)(one - version) : strlen(version), count = 0;
    line->must_differ = is_installed(version, len);
    for (int i = 0; i < EMITTER_COUNT; i++) {
        line->is_excused[i] =
            emitters[i].is_libseccomp && (!one || strcmp(one + 1, emitters[i].name) == 0);
        count += line->is_excused[i];
    }
    if (!count)
        FAIL(table, "\"%s\": expected linear or tree", one + 1);
}

static void read_arch_and_call(struct table *table, char *arch_word, char *call_word,
                               struct case_line *line)
{
    const scc_arch *arch = scc_arch_find(arch_word);
    char *end;
    if (strncmp(arch_word, "audit=", 6) == 0)
        line->audit = (uint32_t)read_number(table, arch_word + 6, &end);
    else if (arch)
        line->audit = scc_arch_audit(arch);
    else
        FAIL(table, "\"%s\": neither a directive nor an architecture", arch_word);
    if (!call_word)
        FAIL(table, "%s", "a case without a call");
    if (isdigit((unsigned char)*call_word)) {
        read_values(table, call_word, &line->nrs);
        return;
    }
    const struct scc_syscall *call = scc_syscall_find(call_word);
    if (!call || !arch || scc_syscall_nr(call, arch) == SCC_NR_NONE)
        FAIL(table, "\"%s\": no call of %s", call_word, arch_word);
    add_value(table, &line->nrs, scc_syscall_nr(call, arch));
}

static void read_case_line(struct table *table, char *arch_word, char *rest, struct case_line *line)
{
    read_arch_and_call(table, arch_word, next_word(&rest), line);
    char *word;
    while ((word = next_word(&rest)) && strcmp(word, "->") != 0) {
        if (word[0] != 'a' || word[1] < '0' || word[1] > '5' || word[2] != '=')
            FAIL(table, "\"%s\": expected aN=VALUE or \"->\"", word);
        read_values(table, word + 3, &line->args[word[1] - '0']);
    }
    for (int i = 0; i < SCC_ARG_COUNT; i++) {
        if (!line->args[i].count)
            add_value(table, &line->args[i], 0);
    }
    char *answer = word ? next_word(&rest) : NULL;
    if (!answer)
        FAIL(table, "%s", "a case without an answer");
    line->answer = read_answer(table, answer);
    read_excuse(table, rest, line);
}

static void try_call(struct table *table, struct case_line *line, const struct scc_call *call)
{
    char shown[256];
    snprintf(shown, sizeof shown, "audit 0x%08x nr 0x%x (0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx)",
             call->audit, call->nr, call->args[0], call->args[1], call->args[2], call->args[3],
             call->args[4], call->args[5]);
    uint32_t given = scc_policy_answer(table->made.policy, call);
    EXPECT(table, given == line->answer, "%s: the policy answers 0x%08x, expected 0x%08x", shown,
           given, line->answer);
    given = scc_policy_answer(table->slim.policy, call);
    EXPECT(table, given == line->answer, "%s: the slim profile answers 0x%08x, expected 0x%08x",
           shown, given, line->answer);
    for (int i = 0; i < EMITTER_COUNT; i++) {
        if (!table->programs[i])
            continue;
        given = scc_program_sim(table->programs[i], call).return_value;
        line->differences[i] += given != line->answer;
        EXPECT(table, given == line->answer || line->is_excused[i],
               "%s: %s (libseccomp %s) answers 0x%08x, expected 0x%08x", shown, emitters[i].name,
               scc_scmp_version(), given, line->answer);
    }
}

/** Tries all combinations of the arguments from @p arg on. */
static void try_args(struct table *table, struct case_line *line, struct scc_call *call, int arg)
{
    if (arg == SCC_ARG_COUNT) {
        try_call(table, line, call);
        return;
    }
    for (size_t i = 0; i < line->args[arg].count; i++) {
        call->args[arg] = line->args[arg].at[i];
        try_args(table, line, call, arg + 1);
    }
}

static void read_case(struct table *table, char *arch_word, char *rest)
{
    struct case_line line = {0};
    need_policy(table);
    read_case_line(table, arch_word, rest, &line);
    for (int i = 0; i < EMITTER_COUNT; i++) {
        if (!table->unmade[i] || (table->is_told && emitters[i].is_libseccomp))
            continue;
        if (!line.is_excused[i])
            FAIL(table, "%s", scc_error_get_text(table->unmade[i]));
        line.differences[i]++; /* none is better than a wrong one */
    }
    for (size_t i = 0; i < line.nrs.count; i++) {
        struct scc_call call = {.audit = line.audit, .nr = (uint32_t)line.nrs.at[i]};
        try_args(table, &line, &call, 0);
    }
    for (int i = 0; i < EMITTER_COUNT; i++)
        EXPECT(table, !line.must_differ || !line.is_excused[i] || line.differences[i],
               "%s (libseccomp %s) was said to differ here, and does not", emitters[i].name,
               scc_scmp_version());
    table->case_count++;
}

static const struct {
    const char *word;
    void (*read)(struct table *table, char *rest);
    bool is_of_target;
} directives[] = {
    {"default", read_default, false}, {"on", read_on, false},         {"rule", read_rule, false},
    {"profile", read_profile, false}, {"target", read_target, false}, {"arches", read_arches, true},
    {"warns", read_warns, true},      {"notes", read_notes, true},    {"quiet", read_quiet, true},
    {"refuses", read_refuses, true},  {"unmade", read_unmade, true},
};

static void read_line(struct table *table, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    if (*line == ' ' && !table->has_rules && table->profile.data && !table->is_selected) {
        scc_strbuf_addf(&table->profile, "\n%s", line);
        return;
    }
    char *rest = line, *word = next_word(&rest);
    if (!word || *word == '#')
        return;
    rest += strspn(rest, " \t");
    for (size_t i = 0; i < SCC_COUNT(directives); i++) {
        if (strcmp(directives[i].word, word) == 0) {
            if (!directives[i].is_of_target || !table->is_missing)
                directives[i].read(table, rest);
            return;
        }
    }
    if (!table->is_missing)
        read_case(table, word, rest);
}

struct table_file {
    char path[512];
};

ParameterizedTestParameters(cases, tables)
{
    char pattern[512];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/tests/cases/*.tests", getenv("SCC_SOURCE_ROOT"));
    if (glob(pattern, 0, NULL, &found) != 0)
        return cr_make_param_array(struct table_file, NULL, 0);
    struct table_file *files = cr_malloc(found.gl_pathc * sizeof *files);
    for (size_t i = 0; i < found.gl_pathc; i++)
        snprintf(files[i].path, sizeof files[i].path, "%s", found.gl_pathv[i]);
    size_t count = found.gl_pathc;
    globfree(&found);
    return cr_make_param_array(struct table_file, files, count);
}

ParameterizedTest(struct table_file *file, cases, tables)
{
    struct table table = {.path = file->path};
    FILE *in = fopen(file->path, "r");
    cr_assert_not_null(in, "%s", file->path);
    char line[1024];
    while (fgets(line, sizeof line, in)) {
        table.line++;
        cr_assert_not_null(strchr(line, '\n'), "%s:%u: the line is too long", table.path,
                           table.line);
        read_line(&table, line);
    }
    fclose(in);
    bool is_missing = table.is_missing;
    start_profile(&table);
    cr_assert(table.case_count || is_missing, "%s has no cases", file->path);
}

/* Criterion is content without parameters; the tables must be there. */
Test(cases, are_found)
{
    char pattern[512];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/tests/cases/*.tests", getenv("SCC_SOURCE_ROOT"));
    cr_assert_eq(glob(pattern, 0, NULL, &found), 0);
    cr_assert_geq(found.gl_pathc, 6);
    globfree(&found);
}
