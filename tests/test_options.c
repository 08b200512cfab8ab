/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <linux/capability.h>
#include <sys/mman.h>

#include "options.h"
#include "support.h"
#include "target_options.h"
#include "util.h"

enum { ARGS_MAX = 16 };

/** What was applied, as text: "name=value;". */
struct log {
    char text[512];
};

static int note(void *settings, const char *name, const char *value)
{
    struct log *log = settings;
    snprintf(log->text + strlen(log->text), sizeof log->text - strlen(log->text), "%s%s%s;", name,
             value ? "=" : "", value ? value : "");
    return 0;
}

static int apply_file(void *settings, const char *value, scc_error **err)
{
    (void)err;
    return note(settings, "file", value);
}

static int apply_quiet(void *settings, const char *value, scc_error **err)
{
    (void)err;
    return note(settings, "quiet", value);
}

static int apply_quick(void *settings, const char *value, scc_error **err)
{
    (void)err;
    return note(settings, "quick", value);
}

static int apply_level(void *settings, const char *value, scc_error **err)
{
    (void)err;
    return note(settings, "level", value);
}

static int apply_bad(void *settings, const char *value, scc_error **err)
{
    (void)settings;
    return scc_error_set(err, SCC_ERROR_USAGE, "--bad %s: refused", value);
}

static const struct scc_option first_rows[] = {
    {"quiet", 'q', NULL, "say nothing", apply_quiet},
    {"file", 'f', "FILE", "a file", apply_file},
    {NULL, 'O', "LEVEL", "the level", apply_level},
};

static const struct scc_option second_rows[] = {
    {"quick", 0, NULL, "be quick", apply_quick},
    {"bad", 0, "VALUE", "always refused", apply_bad},
    {"wide-to-the-last-blank", 0, NULL, "be wide", apply_quick},
};

struct parsed {
    struct log first, second;
    char operands[256]; /* separated by blanks */
    int done;
    scc_error *err;
};

/** Parses the words of @p line, separated by blanks ("''" is an empty one). */
static struct parsed parse(const char *line)
{
    struct parsed parsed = {0};
    char *argv[ARGS_MAX + 1] = {(char *)"test"}, *copy = strdup(line), *rest = copy, *word;
    int argc = 1, first = 0;
    while ((word = strsep(&rest, " ")) != NULL) {
        cr_assert_lt(argc, ARGS_MAX);
        if (*word)
            argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
    }
    struct scc_option_group groups[] = {
        {"First:", first_rows, SCC_COUNT(first_rows), &parsed.first},
        {"Second:", second_rows, SCC_COUNT(second_rows), &parsed.second},
    };
    parsed.done = scc_options_parse(groups, SCC_COUNT(groups), argc, argv, &first, &parsed.err);
    for (int i = first; parsed.done == 0 && i < argc; i++)
        snprintf(parsed.operands + strlen(parsed.operands),
                 sizeof parsed.operands - strlen(parsed.operands), "%s%s", i > first ? " " : "",
                 argv[i]);
    free(copy);
    return parsed;
}

Test(options, are_applied_in_their_order)
{
    static const struct {
        const char *line, *first, *second, *operands;
    } cases[] = {
        {"", "", "", ""},
        {"a b", "", "", "a b"},
        {"--file x --quiet", "file=x;quiet;", "", ""},
        {"--file=x --quick", "file=x;", "quick;", ""},
        {"--file= a", "file=;", "", "a"},
        {"--file '' a", "file=;", "", "a"},
        {"-f x -q", "file=x;quiet;", "", ""},
        {"-fx -qq", "file=x;quiet;quiet;", "", ""},
        {"-qfx", "quiet;file=x;", "", ""},
        {"-O2 -O 1", "level=2;level=1;", "", ""},
        /* operands between options, and their order */
        {"a --quiet b -f x c", "quiet;file=x;", "", "a b c"},
        {"--quiet --quick --quiet", "quiet;quiet;", "quick;", ""},
        /* "--" ends options, "-" is an operand */
        {"--quiet -- --quick -f", "quiet;", "", "--quick -f"},
        {"a -- b", "", "", "a b"},
        {"-- --", "", "", "--"},
        {"- --quiet", "quiet;", "", "-"},
        /* an argument may look like an option */
        {"--file --quiet", "file=--quiet;", "", ""},
        {"-f --", "file=--;", "", ""},
        {"--file=--quiet=1", "file=--quiet=1;", "", ""},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct parsed parsed = parse(cases[i].line);
        cr_expect_eq(parsed.done, 0, "%s: %s", cases[i].line,
                     parsed.err ? scc_error_get_text(parsed.err) : "");
        cr_expect_str_eq(parsed.first.text, cases[i].first);
        cr_expect_str_eq(parsed.second.text, cases[i].second);
        cr_expect_str_eq(parsed.operands, cases[i].operands, "%s: %s", cases[i].line,
                         parsed.operands);
        scc_error_free(parsed.err);
    }
}

Test(options, say_what_is_wrong)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"--fiel x", "--fiel: no such option; did you mean --file?"},
        {"--fiel=x", "--fiel: no such option; did you mean --file?"},
        {"--strict", "--strict: no such option (--help lists them)"},
        {"--zzzzzzzz", "--zzzzzzzz: no such option (--help lists them)"},
        {"a --quick --qiet", "--qiet: no such option; did you mean --quiet?"},
        {"-x", "-x: no such option (--help lists them)"},
        {"-qx", "-x: no such option"},
        {"a b -x", "-x: no such option"},
        {"--file", "--file: expected an argument"},
        {"-f", "-f: expected an argument"},
        {"-qf", "expected an argument"},
        {"a --file", "--file: expected an argument"},
        {"--quiet=1", "--quiet=1: this option takes no argument"},
        {"a --quick=", "--quick=: this option takes no argument"},
        {"--bad x", "--bad x: refused"},
        {"--quick --bad=x --quiet", "--bad x: refused"},
        /* abbreviations, of one option and of two */
        {"--fil x", "--fil: no such option; did you mean --file?"},
        {"--fil=x", "--fil: no such option; did you mean --file?"},
        {"--quic", "--quic: no such option; did you mean --quick?"},
        {"--qui", "--qui: no such option; did you mean --quiet?"},
        {"a b --quie c", "--quie: no such option"},
        {"--file x --f y", "--f: no such option"},
        /* control characters do not reach a terminal */
        {"--\x1b[31m", "--\\x1b[31m: no such option"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct parsed parsed = parse(cases[i].line);
        cr_expect_eq(parsed.done, -1, "%s", cases[i].line);
        cr_assert_not_null(parsed.err, "%s", cases[i].line);
        cr_expect_eq(scc_error_get_code(parsed.err), SCC_ERROR_USAGE);
        cr_expect_not_null(strstr(scc_error_get_text(parsed.err), cases[i].says), "%s: %s",
                           cases[i].line, scc_error_get_text(parsed.err));
        scc_error_free(parsed.err);
    }
}

/*
 * Help
 */

/** What a function prints, in a buffer that the caller frees. */
static char *printed(void (*print)(FILE *out))
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    cr_assert_not_null(out);
    print(out);
    fclose(out);
    return text;
}

static void print_help(FILE *out)
{
    struct log log;
    struct scc_option_group groups[] = {
        {"First:", first_rows, SCC_COUNT(first_rows), &log},
        {"Second:", second_rows, SCC_COUNT(second_rows), &log},
    };
    scc_options_help(out, groups, SCC_COUNT(groups));
}

Test(options, help_lists_all_of_them)
{
    char *text = printed(print_help);
    cr_assert_str_eq(text, "\nFirst:\n"
                           "  -q, --quiet             say nothing\n"
                           "  -f, --file FILE         a file\n"
                           "  -OLEVEL                 the level\n"
                           "\nSecond:\n"
                           "  --quick                 be quick\n"
                           "  --bad VALUE             always refused\n"
                           "  --wide-to-the-last-blank\n"
                           "                          be wide\n");
    free(text);
}

static void print_target_help(FILE *out)
{
    struct scc_target_options options = {0};
    struct scc_option_group group = scc_target_option_group(&options);
    scc_options_help(out, &group, 1);
}

static void expect_80_columns(const char *text)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        cr_expect_leq(strcspn(line, "\n"), 80, "%.*s", (int)strcspn(line, "\n"), line);
}

Test(options, help_fits_80_columns)
{
    char *text = printed(print_target_help);
    expect_80_columns(text);
    cr_assert_not_null(strstr(text, "--cap-drop LIST"));
    free(text);
}

static void print_wrapped(FILE *out)
{
    scc_print_wrapped(
        out,
        "twenty characters..! twenty characters..! twenty characters..! 18 characters "
        "end.",
        0, 4);
    scc_print_wrapped(out, "one\ntwo", 2, 4);
    scc_print_wrapped(out, "", 0, 4);
    /* A word that is too long stands alone; \xc3\xa4 is one column. */
    scc_print_wrapped(
        out,
        "a "
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxx b",
        0, 2);
    scc_print_wrapped(out,
                      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                      "\xc3\xa4 "
                      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx y",
                      0, 2);
}

Test(options, text_is_wrapped_and_indented)
{
    char *text = printed(print_wrapped);
    cr_assert_str_eq(
        text,
        "twenty characters..! twenty characters..! twenty characters..! 18 characters\n"
        "    end.\n"
        "one\n    two\n"
        "\n"
        "a\n  "
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxx\n  b\n"
        "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4 "
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n  y\n",
        "%s", text);
    free(text);
}

/*
 * Targets
 */

struct chosen {
    struct scc_target_options options;
    struct scc_target_choice choice;
    scc_profile *profile;
    scc_error *err;
};

/** Parses the words of @p line as the target options of @p made and makes the targets. */
static void choose_into(struct chosen *into, const char *line, bool wants_profile)
{
    struct chosen made = *into;
    char *argv[ARGS_MAX + 1] = {(char *)"test"}, *copy = strdup(line), *rest = copy, *word;
    int argc = 1, first = 0;
    while ((word = strsep(&rest, " ")) != NULL) {
        cr_assert_lt(argc, ARGS_MAX);
        if (*word)
            argv[argc++] = word;
    }
    struct scc_option_group group = scc_target_option_group(&made.options);
    int done = scc_options_parse(&group, 1, argc, argv, &first, &made.err);
    if (done == 0)
        done = scc_target_options_choose(&made.options, &made.choice,
                                         wants_profile ? &made.profile : NULL, NULL, &made.err);
    cr_assert_eq(done, made.err ? -1 : 0, "%s: %d", line, done);
    free(copy);
    *into = made;
}

static struct chosen choose(const char *line, bool wants_profile)
{
    struct chosen made = {0};
    choose_into(&made, line, wants_profile);
    return made;
}

static void chosen_clear(struct chosen *made)
{
    scc_target_choice_clear(&made->choice);
    scc_profile_free(made->profile);
    scc_error_free(made->err);
}

#define BIT(cap) ((uint64_t)1 << (cap))

Test(options, capabilities_are_dockers_tweaked)
{
    uint64_t docker = scc_cap_docker(), all = scc_cap_all();
    const struct {
        const char *line;
        uint64_t caps;
    } cases[] = {
        {"", docker},
        {"--caps docker", docker},
        {"--caps DOCKER", docker},
        {"--caps podman", scc_cap_podman()},
        {"--caps none", 0},
        {"--caps all", all},
        {"--caps CAP_BPF", BIT(CAP_BPF)},
        {"--caps bpf,CAP_SYS_ADMIN,Chown", BIT(CAP_BPF) | BIT(CAP_SYS_ADMIN) | BIT(CAP_CHOWN)},
        /* the last list counts */
        {"--caps all --caps CAP_BPF", BIT(CAP_BPF)},
        {"--cap-add SYS_ADMIN", docker | BIT(CAP_SYS_ADMIN)},
        {"--cap-add SYS_ADMIN --cap-add bpf,perfmon",
         docker | BIT(CAP_SYS_ADMIN) | BIT(CAP_BPF) | BIT(CAP_PERFMON)},
        {"--cap-drop MKNOD,CHOWN", docker & ~(BIT(CAP_MKNOD) | BIT(CAP_CHOWN))},
        {"--caps none --cap-add chown", BIT(CAP_CHOWN)},
        {"--cap-add chown --caps none", BIT(CAP_CHOWN)},
        {"--caps podman --cap-drop chown", scc_cap_podman() & ~BIT(CAP_CHOWN)},
        /* moby oci/caps: adding all leaves what is dropped, dropping all leaves what is added */
        {"--cap-add ALL", all},
        {"--cap-add ALL --cap-drop MKNOD", all & ~BIT(CAP_MKNOD)},
        {"--cap-drop ALL", 0},
        {"--cap-drop all --cap-add CHOWN", BIT(CAP_CHOWN)},
        {"--cap-drop all,MKNOD --cap-add CHOWN,BPF", BIT(CAP_CHOWN) | BIT(CAP_BPF)},
        /* dropped and added by name: there */
        {"--cap-drop CHOWN --cap-add CHOWN", docker},
        {"--cap-add BPF --cap-drop BPF", docker | BIT(CAP_BPF)},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct chosen made = choose(cases[i].line, false);
        cr_assert_null(made.err, "%s: %s", cases[i].line, scc_error_get_text(made.err));
        cr_expect_eq(made.choice.targets[0]->caps, cases[i].caps, "%s: %lx, expected %lx",
                     cases[i].line, made.choice.targets[0]->caps, cases[i].caps);
        chosen_clear(&made);
    }
}

Test(options, architectures_are_named_in_all_ways)
{
    static const struct {
        const char *line, *arches;
    } cases[] = {
        {"--arch amd64", "x86_64"},
        {"--arch x86_64", "x86_64"},
        {"--arch SCMP_ARCH_X86_64", "x86_64"},
        {"--arch=loong64", "loongarch64"},
        {"--arch 386 --arch arm64 --arch mips64le", "x86 aarch64 mipsel64"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct chosen made = choose(cases[i].line, false);
        char names[128] = "";
        cr_assert_null(made.err, "%s: %s", cases[i].line, scc_error_get_text(made.err));
        for (size_t j = 0; j < made.choice.count; j++)
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", j ? " " : "",
                     made.choice.targets[j]->arch->name);
        cr_expect_str_eq(names, cases[i].arches);
        chosen_clear(&made);
    }
    struct chosen made = choose("", false);
    cr_assert_eq(made.choice.count, 1);
    cr_assert_eq(made.choice.targets[0]->arch, scc_target_host_arch());
    cr_assert_not(made.options.wants_arch_list);
    chosen_clear(&made);
    made = choose("--arch help", false);
    cr_assert_null(made.err);
    cr_assert(made.options.wants_arch_list);
    chosen_clear(&made);
}

Test(options, arch_help_lists_what_can_be_a_target)
{
    char *text = printed(scc_target_options_list_arches);
    expect_80_columns(text);
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        const struct scc_arch *arch = scc_arch_at(i);
        cr_expect_eq(strstr(text, arch->token_name) != NULL, arch->id != SCC_ARCH_RISCV32, "%s",
                     arch->name);
    }
    free(text);
}

Test(options, kernels_are_releases)
{
    struct chosen made = choose("--kernel 6.18", false);
    cr_assert(made.choice.targets[0]->kernel.major == 6 &&
              made.choice.targets[0]->kernel.minor == 18);
    chosen_clear(&made);
    made = choose("--kernel 4.19.0-27-amd64", false);
    cr_assert(made.choice.targets[0]->kernel.major == 4 &&
              made.choice.targets[0]->kernel.minor == 19);
    chosen_clear(&made);
    unsigned major, minor;
    scc_error *err = NULL;
    must(scc_target_host_kernel(&major, &minor, &err), err);
    made = choose("", false);
    cr_assert(made.choice.targets[0]->kernel.major == major &&
              made.choice.targets[0]->kernel.minor == minor);
    chosen_clear(&made);
}

Test(options, several_sets_and_kernels_are_several_targets)
{
    static const char line[] = "--arch s390x --kernel 4.4 --arch amd64 --caps none --caps bpf "
                               "--cap-add chown --kernel 6.1";
    static const struct {
        const char *arch;
        uint64_t caps;
        unsigned major;
    } expected[] = {
        {"s390x", BIT(CAP_CHOWN), 4},
        {"s390x", BIT(CAP_CHOWN), 6},
        {"s390x", BIT(CAP_CHOWN) | BIT(CAP_BPF), 4},
        {"s390x", BIT(CAP_CHOWN) | BIT(CAP_BPF), 6},
        {"x86_64", BIT(CAP_CHOWN), 4},
        {"x86_64", BIT(CAP_CHOWN), 6},
        {"x86_64", BIT(CAP_CHOWN) | BIT(CAP_BPF), 4},
        {"x86_64", BIT(CAP_CHOWN) | BIT(CAP_BPF), 6},
    };
    struct chosen made = {.options.takes_several = true};
    choose_into(&made, line, false);
    cr_assert_null(made.err);
    cr_assert_eq(made.choice.count, SCC_COUNT(expected));
    for (size_t i = 0; i < made.choice.count; i++) {
        const struct scc_target *target = made.choice.targets[i];
        cr_expect_str_eq(target->arch->name, expected[i].arch);
        cr_expect_eq(target->caps, expected[i].caps);
        cr_expect_eq(target->kernel.major, expected[i].major);
    }
    chosen_clear(&made);
    /* Who does not ask for several gets the last. */
    made = choose(line, false);
    cr_assert_eq(made.choice.count, 2);
    cr_expect_eq(made.choice.targets[1]->caps, BIT(CAP_CHOWN) | BIT(CAP_BPF));
    cr_expect_eq(made.choice.targets[1]->kernel.major, 6);
    chosen_clear(&made);
}

Test(options, what_names_a_target)
{
    static const char *const naming[] = {"--arch amd64",    "--caps docker", "--kernel 6.1",
                                         "--cap-add chown", "--cap-add all", "--cap-drop chown",
                                         "--cap-drop all"};
    for (size_t i = 0; i < SCC_COUNT(naming); i++) {
        struct chosen made = choose(naming[i], false);
        cr_expect(scc_target_options_name_any(&made.options), "%s", naming[i]);
        chosen_clear(&made);
    }
    struct chosen made = choose("--on-conflict strictest", false);
    cr_expect_not(scc_target_options_name_any(&made.options));
    chosen_clear(&made);
}

Test(options, targets_say_what_is_wrong)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"--arch amd46", "--arch amd46: no such architecture; did you mean amd64? (--arch help"},
        {"--arch zzzzzzzzzz", "--arch zzzzzzzzzz: no such architecture (--arch help lists them)"},
        {"--arch amd64 --arch x86_64", "--arch x86_64: named twice"},
        {"--arch riscv32", "riscv32: no system-call numbers are known"},
        {"--caps CAP_SYS_ADMN",
         "--caps CAP_SYS_ADMN: no such capability; did you mean CAP_SYS_ADM"},
        {"--caps chown,", "--caps : no such capability"},
        {"--cap-add all,xyzzyxyzzy", "--cap-add xyzzyxyzzy: no such capability (capabilities(7)"},
        {"--cap-drop cap_", "--cap-drop cap_: no such capability"},
        {"--caps chown,all", "--caps all: "},
        {"--caps chown,docker", "--caps docker: "},
        {"--kernel 6", "--kernel 6: expected X.Y"},
        {"--kernel 6.x", "--kernel 6.x: expected X.Y"},
        {"--kernel 256.1", "--kernel 256.1: expected X.Y"},
        {"--kernel 6.1rc", "--kernel 6.1rc: expected X.Y"},
        {"--spec /nonexistent --caps none", "--caps and --spec both give the bounding set"},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct chosen made = choose(cases[i].line, false);
        cr_assert_not_null(made.err, "%s", cases[i].line);
        cr_expect_eq(scc_error_get_code(made.err), SCC_ERROR_USAGE);
        cr_expect_not_null(strstr(scc_error_get_text(made.err), cases[i].says), "%s: %s",
                           cases[i].line, scc_error_get_text(made.err));
        chosen_clear(&made);
    }
}

Test(options, spec_gives_capabilities_and_a_profile)
{
    static const char text[] = "{\"process\": {\"capabilities\": {\"bounding\": [\"CAP_CHOWN\"]}}, "
                               "\"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_LOG\"}}}";
    char line[128];
    int fd = memfd_create("config", MFD_CLOEXEC);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    snprintf(line, sizeof line, "--spec /proc/self/fd/%d", fd);
    struct chosen made = choose(line, true);
    cr_assert_null(made.err);
    cr_assert_eq(made.choice.targets[0]->caps, BIT(CAP_CHOWN));
    cr_assert_not_null(made.profile);
    chosen_clear(&made);
    /* A profile on the command line leaves the capabilities alone to the config. */
    made = choose(line, false);
    cr_assert_eq(made.choice.targets[0]->caps, BIT(CAP_CHOWN));
    cr_assert_null(made.profile);
    chosen_clear(&made);
    /* The config's set is the one to add to and to drop from. */
    snprintf(line, sizeof line, "--spec /proc/self/fd/%d --cap-add BPF --cap-drop CHOWN", fd);
    made = choose(line, false);
    cr_assert_eq(made.choice.targets[0]->caps, BIT(CAP_BPF));
    chosen_clear(&made);
    made = choose("--spec /nonexistent", true);
    cr_assert_eq(scc_error_get_code(made.err), SCC_ERROR_SYSTEM);
    chosen_clear(&made);
    close(fd);
}

Test(options, hardens_where_asked)
{
    struct chosen made = choose("", false);
    cr_assert_not(made.options.reading.hardens);
    chosen_clear(&made);
    made = choose("--harden", false);
    cr_assert(made.options.reading.hardens);
    chosen_clear(&made);
}

Test(options, conflicts_are_refused_unless_asked)
{
    struct chosen made = choose("", false);
    cr_assert_eq(made.options.reading.on_conflict, SCC_CONFLICT_REFUSE);
    chosen_clear(&made);
    made = choose("--on-conflict strictest", false);
    cr_assert_eq(made.options.reading.on_conflict, SCC_CONFLICT_STRICTEST);
    chosen_clear(&made);
    made = choose("--on-conflict strictest --on-conflict refuse", false);
    cr_assert_eq(made.options.reading.on_conflict, SCC_CONFLICT_REFUSE);
    chosen_clear(&made);
    made = choose("--on-conflict first", false);
    cr_assert_not_null(
        strstr(scc_error_get_text(made.err), "--on-conflict first: expected refuse or strictest"));
    chosen_clear(&made);
}
