/* SPDX-License-Identifier: Apache-2.0 */
/** LXC's text → policy; lxc.h says what LXC makes of it. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "conflict.h"
#include "diag.h"
#include "error.h"
#include "lxc.h"
#include "strbuf.h"
#include "util.h"

enum {
    /** LXC reads so many characters of a value. */
    VALUE_CHARS = 23,
    /** Rules of a text: about 200 bytes each. */
    RULES_MAX = 1 << 20,
    /** So many unknown names are told one by one; the others are counted. */
    TOLD_MAX = 50,
    /** MNT_FORCE of umount2(2): what `reject_force_umount` is about. */
    FORCE_UMOUNT = 1,
};

struct reading {
    const struct scc_arch *host;
    struct scc_policy *policy;
    size_t rule_cap;
    char *next; /* the next line, in a copy of the text; NULL: there is none */
    char *line; /* the one being read, and its number */
    char *at;   /* what is left of it */
    unsigned number;
    uint32_t rule_default; /* the action of a rule without one */
    bool is_other_host;    /* the section is for hosts of another architecture */
    scc_diags *diags;
    scc_error **err;
};

/** Refuses @p found, which stands in the line. */
static int refuse(struct reading *in, const char *found, const char *expected)
{
    struct scc_place place = {in->policy->profile_name, in->number,
                              (unsigned)(found - in->line) + 1};
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, "\"");
    scc_strbuf_add_escaped(&text, found);
    scc_strbuf_addf(&text, "\": %s", expected);
    SCC_AUTOFREE char *message = scc_strbuf_steal(&text);
    return message ? scc_error_at(in->err, place, NULL, "%s", message) : scc_error_nomem(in->err);
}

/** Takes the next line; false at the end. */
static bool next_line(struct reading *in)
{
    if (!in->next || !*in->next)
        return false;
    in->line = in->at = in->next;
    in->number++;
    in->next = strchr(in->line, '\n');
    if (in->next)
        *in->next++ = '\0';
    return true;
}

/** Takes a word and the blanks behind it; an empty one where a blank stands first. */
static char *take_word(struct reading *in)
{
    char *word = in->at;
    in->at = word + strcspn(word, " ");
    if (*in->at)
        *in->at++ = '\0';
    in->at += strspn(in->at, " ");
    return word;
}

/*
 * Actions
 */

static int read_errno(struct reading *in, uint32_t *return_value)
{
    char *word = take_word(in), *end;
    errno = 0;
    unsigned long number = strtoul(word, &end, 10);
    if (!isdigit((unsigned char)*word) || *end || errno || number > SCC_ERRNO_MAX)
        return refuse(in, word, "no errno, expected a number up to 4094");
    *return_value = scc_action_return_value(SCC_ACTION_ERRNO, (uint16_t)number);
    return 0;
}

/** Reads an action, where there is one; *return_value stays as it is where not. */
static int read_action(struct reading *in, uint32_t *return_value)
{
    static const struct {
        const char *word;
        uint32_t return_value;
    } words[] = {
        {"kill", SECCOMP_RET_KILL_THREAD},
        {"trap", SECCOMP_RET_TRAP},
        {"notify", SECCOMP_RET_USER_NOTIF},
        {"allow", SECCOMP_RET_ALLOW},
    };
    if (!*in->at || *in->at == '#')
        return 0;
    char *word = take_word(in);
    if (strcmp(word, "errno") == 0)
        return read_errno(in, return_value);
    for (size_t i = 0; i < SCC_COUNT(words); i++) {
        if (strcmp(word, words[i].word) == 0) {
            *return_value = words[i].return_value;
            return 0;
        }
    }
    return refuse(in, word, "no action, expected allow, errno N, kill, notify or trap");
}

/*
 * Comparisons
 */

static int read_number(struct reading *in, const char *part, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(part, &end, 0);
    if (!isdigit((unsigned char)*part) || *end || errno || *number > most ||
        strlen(part) > VALUE_CHARS)
        return refuse(in, part,
                      most == UINT64_MAX ? "no number of 64 bits"
                                         : "no argument's index, expected 0 to 5");
    return 0;
}

static int read_operator(struct reading *in, const char *part, struct scc_cmp *cmp)
{
    static const char *const signs[SCC_OP_COUNT] = {
        [SCC_OP_NE] = "!=", [SCC_OP_LT] = "<", [SCC_OP_LE] = "<=",        [SCC_OP_EQ] = "==",
        [SCC_OP_GE] = ">=", [SCC_OP_GT] = ">", [SCC_OP_MASKED_EQ] = "&=",
    };
    int found = scc_op_find(part);
    for (int i = 0; found < 0 && i < SCC_OP_COUNT; i++) {
        if (strcmp(part, signs[i]) == 0)
            found = i;
    }
    cmp->op = (uint8_t)found;
    return found < 0 ? refuse(in, part, "no operator, expected SCMP_CMP_EQ or the like") : 0;
}

/** Reads what stands between brackets. */
static int read_cmp(struct reading *in, char *text, struct scc_cmp *cmp)
{
    char *parts[4] = {0}, *rest = text;
    size_t count = 0;
    for (char *part; count < SCC_COUNT(parts) && (part = strsep(&rest, ",")) != NULL;)
        parts[count++] = part;
    if (count < 3 || rest)
        return refuse(in, text,
                      "a comparison has three or four parts: index, value, operator, "
                      "mask");
    uint64_t index, value, mask = 0;
    if (read_number(in, parts[0], SCC_ARG_COUNT - 1, &index) < 0 ||
        read_number(in, parts[1], UINT64_MAX, &value) < 0 || read_operator(in, parts[2], cmp) < 0 ||
        (parts[3] && read_number(in, parts[3], UINT64_MAX, &mask) < 0))
        return -1;
    bool is_masked = cmp->op == SCC_OP_MASKED_EQ;
    cmp->arg = (uint8_t)index;
    cmp->value = is_masked ? mask : value;
    cmp->value2 = is_masked ? value : 0;
    return 0;
}

static int add_cmp(struct reading *in, struct scc_rule *rule, char *text)
{
    struct scc_cmp cmp;
    if (rule->cmp_count == SCC_ARG_COUNT)
        return refuse(in, text, "a seventh comparison, which LXC would pass over");
    if (read_cmp(in, text, &cmp) < 0)
        return -1;
    for (unsigned i = 0; i < rule->cmp_count; i++) {
        if (rule->cmps[i].arg == cmp.arg)
            return refuse(in, text,
                          "a second comparison of this argument, with which LXC does "
                          "not start");
    }
    rule->cmps[rule->cmp_count++] = cmp;
    return 0;
}

static int read_cmps(struct reading *in, struct scc_rule *rule)
{
    while (*in->at == '[') {
        char *text = in->at + 1, *end = strchr(text, ']');
        if (!end)
            return refuse(in, in->at, "expected ] behind the comparison");
        *end = '\0';
        if (add_cmp(in, rule, text) < 0)
            return -1;
        in->at = end + 1;
        if (*in->at == ' ' && in->at[strspn(in->at, " ")] == '[')
            in->at += strspn(in->at, " ");
    }
    if (*in->at && (rule->cmp_count || *in->at != '#' || strchr(in->at, '[')))
        return refuse(in, in->at, "expected the end of the line");
    return 0;
}

/*
 * Lines
 */

static int add_rule(struct reading *in, struct scc_rule *rule)
{
    struct scc_policy *policy = in->policy;
    if (rule->return_value == policy->default_return)
        return refuse(in, in->line,
                      "a rule that is the default action, with which LXC does not start");
    rule->origin =
        (struct scc_origin){.entry = (uint32_t)policy->rule_count, .line = in->number, .column = 1};
    if (policy->rule_count == RULES_MAX) {
        struct scc_place place = {policy->profile_name, in->number, 1};
        return scc_error_at(in->err, place, NULL, "too large: expected at most %d rules",
                            RULES_MAX);
    }
    if (!SCC_GROW(policy->rules, in->rule_cap, policy->rule_count + 1))
        return scc_error_nomem(in->err);
    policy->rules[policy->rule_count++] = *rule;
    return 0;
}

static int warn_unknown(struct reading *in, const char *name)
{
    if (++in->policy->unknown_names > TOLD_MAX)
        return 0;
    const char *nearest = scc_syscall_nearest(name);
    return scc_diags_add(in->diags, SCC_DIAG_WARNING,
                         (struct scc_place){in->policy->profile_name, in->number, 1}, NULL, in->err,
                         "\"%s\" is no system call of any known architecture and has no "
                         "effect%s%s",
                         name, nearest ? "; did you mean " : "", nearest ? nearest : "");
}

/** LXC's one word that is no call: forced unmounts fail with EACCES. */
static int reject_force_umount(struct reading *in)
{
    struct scc_rule rule = {
        .call = scc_syscall_find("umount2"),
        .return_value = scc_action_return_value(SCC_ACTION_ERRNO, EACCES),
        .cmp_count = 1,
        .cmps = {{.arg = 1, .op = SCC_OP_MASKED_EQ, .value = FORCE_UMOUNT, .value2 = FORCE_UMOUNT}},
    };
    if (*in->at && *in->at != '#')
        return refuse(in, in->at, "expected the end of the line");
    return add_rule(in, &rule);
}

static int read_rule(struct reading *in)
{
    char *name = take_word(in);
    if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789")])
        return refuse(in, name, "no system call's name");
    if (strcmp(name, "reject_force_umount") == 0)
        return reject_force_umount(in);
    struct scc_rule rule = {.call = scc_syscall_find(name), .return_value = in->rule_default};
    if (read_action(in, &rule.return_value) < 0 || read_cmps(in, &rule) < 0)
        return -1;
    return rule.call ? add_rule(in, &rule) : warn_unknown(in, name);
}

/** LXC's names are ours, but for one. */
static const char *name_of(const struct scc_arch *arch)
{
    return arch->id == SCC_ARCH_AARCH64 ? "arm64" : arch->name;
}

/** The architecture that LXC calls @p name, or NULL. */
static const struct scc_arch *find_arch(const char *name)
{
    static const enum scc_arch_id known[] = {
        SCC_ARCH_X86_64,   SCC_ARCH_X86,    SCC_ARCH_X32,   SCC_ARCH_AARCH64,
        SCC_ARCH_ARM,      SCC_ARCH_MIPS64, SCC_ARCH_MIPS,  SCC_ARCH_MIPS64N32,
        SCC_ARCH_MIPSEL64, SCC_ARCH_MIPSEL, SCC_ARCH_S390X, SCC_ARCH_MIPSEL64N32,
        SCC_ARCH_PPC64LE,  SCC_ARCH_PPC64,  SCC_ARCH_PPC,   SCC_ARCH_S390,
    };
    for (size_t i = 0; i < SCC_COUNT(known); i++) {
        if (strcmp(name, name_of(scc_arch_get(known[i]))) == 0)
            return scc_arch_get(known[i]);
    }
    return NULL;
}

static int read_section(struct reading *in)
{
    size_t len = strlen(in->line);
    in->is_other_host = false;
    if (strcmp(in->line, "[all]") == 0)
        return 0;
    if (len < 2 || in->line[len - 1] != ']')
        return refuse(in, in->line, "expected ] at the end of the line");
    in->line[len - 1] = '\0';
    const struct scc_arch *arch = find_arch(in->line + 1);
    if (!arch)
        return refuse(in, in->line + 1, "no architecture of LXC, which does not start with it");
    in->is_other_host = !(scc_lxc_arches(in->host) & scc_arch_bit(arch->id));
    return 0;
}

static int read_line(struct reading *in)
{
    if (*in->line == '#' || !*in->line)
        return 0;
    if (*in->line == '[')
        return read_section(in);
    return in->is_other_host ? 0 : read_rule(in);
}

static int read_head(struct reading *in)
{
    if (!next_line(in) || strcmp(in->line, "2") != 0)
        return refuse(in, in->line, "expected the version, 2");
    if (!next_line(in))
        return refuse(in, in->line, "expected a second line, allowlist or denylist");
    if (strstr(in->line, "debug"))
        return refuse(in, in->line, "LXC does not start with \"debug\" there");
    const char *word = take_word(in);
    bool denies = strcmp(word, "denylist") == 0 || strcmp(word, "blacklist") == 0;
    if (!denies && strcmp(word, "allowlist") != 0 && strcmp(word, "whitelist") != 0)
        return refuse(in, word, "expected allowlist or denylist");
    in->policy->default_return = denies ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_THREAD;
    in->rule_default = denies ? SECCOMP_RET_KILL_THREAD : SECCOMP_RET_ALLOW;
    if (read_action(in, &in->policy->default_return) < 0)
        return -1;
    if (in->policy->default_return == SECCOMP_RET_USER_NOTIF)
        return refuse(in, in->line, "notify as the default action: every call would wait");
    return *in->at ? refuse(in, in->at, "expected the end of the line") : 0;
}

static int read_lines(struct reading *in)
{
    if (read_head(in) < 0)
        return -1;
    /* On hosts that LXC does not know rules count behind [all] alone. */
    in->is_other_host = !find_arch(name_of(in->host));
    while (next_line(in)) {
        if (read_line(in) < 0)
            return -1;
    }
    return 0;
}

/** The host's own architecture first. */
static void list_arches(struct scc_policy *policy)
{
    scc_arch_set arches = scc_lxc_arches(policy->target);
    policy->arches[policy->arch_count++].arch = policy->target;
    for (unsigned i = 0; i < SCC_ARCH_COUNT; i++) {
        if (i != policy->target->id && (arches & scc_arch_bit((enum scc_arch_id)i)))
            policy->arches[policy->arch_count++].arch = scc_arch_get((enum scc_arch_id)i);
    }
}

/** LXC stops at a NUL and takes other control characters for parts of words. */
static int check_bytes(struct reading *in, const char *text, size_t len_bytes)
{
    struct scc_place place = {in->policy->profile_name, 1, 1};
    for (size_t i = 0; i < len_bytes; i++, place.column++) {
        if (text[i] == '\n') {
            place.line++;
            place.column = 0;
        } else if ((unsigned char)text[i] < ' ') {
            return scc_error_at(in->err, place, NULL, "a control character, expected blanks alone");
        }
    }
    return 0;
}

bool scc_lxc_is_one(const char *text, size_t len_bytes)
{
    return len_bytes >= 2 && memcmp(text, "2\n", 2) == 0;
}

/** Counts the unknown names that were not told. */
static int warn_further(const struct reading *in)
{
    if (in->policy->unknown_names <= TOLD_MAX)
        return 0;
    return scc_diags_add(
        in->diags, SCC_DIAG_WARNING, (struct scc_place){.file = in->policy->profile_name}, NULL,
        in->err, "%zu further names of no known system call", in->policy->unknown_names - TOLD_MAX);
}

int scc_lxc_parse(const char *text, size_t len_bytes, const char *name, const struct scc_arch *host,
                  struct scc_policy **policy, scc_diags *diags, scc_error **err)
{
    struct reading in = {
        .host = host,
        .policy = calloc(1, sizeof *in.policy),
        .diags = diags,
        .err = err,
    };
    SCC_AUTOFREE char *lines = strndup(text, len_bytes);
    struct scc_policy *made = in.policy;
    if (!lines || !made || (made->profile_name = strdup(name)) == NULL) {
        scc_policy_free(made);
        return scc_error_nomem(err);
    }
    made->target = host;
    made->is_from_lxc = true;
    made->lists_target = true;
    made->has_flags = true;
    in.line = in.at = in.next = lines;
    list_arches(made);
    if (check_bytes(&in, text, len_bytes) < 0 || read_lines(&in) < 0 || warn_further(&in) < 0 ||
        scc_policy_place(made, err) < 0 || scc_conflict_refuse(made, err) < 0) {
        scc_policy_free(made);
        return -1;
    }
    *policy = made;
    return 0;
}
