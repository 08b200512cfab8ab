/* SPDX-License-Identifier: Apache-2.0 */
#include "profile.h"

#include <stdlib.h>
#include <string.h>

#include <seccompc/blob.h>

#include "base64.h"
#include "builtin.h"
#include "diag.h"
#include "file.h"
#include "lxc.h"
#include "suggest.h"
#include "util.h"

enum {
    /** So many unknown keys are told one by one; the others are counted. */
    TOLD_MAX = 50,
};

struct reader {
    struct scc_profile *profile;
    scc_diags *diags;
    scc_error **err;
};

/** Reads the value of one key into @p into. */
typedef int read_fn(struct reader *reader, const struct scc_json_node *node, void *into);

struct key {
    const char *name;
    read_fn *read;
};

enum unknown_keys {
    UNKNOWN_WARNS,
    UNKNOWN_REFUSED,
};

static int expect(struct reader *reader, const struct scc_json_node *node, enum scc_json_kind kind)
{
    if (node->kind == kind)
        return 0;
    return scc_json_error(node, reader->err, "%s, expected %s", scc_json_kind_name(node->kind),
                          scc_json_kind_name(kind));
}

static bool is_null(const struct scc_json_node *node)
{
    return node->kind == SCC_JSON_NULL;
}

/** "'name' is no WHAT; did you mean 'nearest'?" as an error at @p node. */
static int refuse_name(struct reader *reader, const struct scc_json_node *node, const char *what,
                       const char *nearest)
{
    struct scc_strbuf shown = {0};
    scc_strbuf_add_escaped(&shown, scc_json_string(node));
    SCC_AUTOFREE char *name = scc_strbuf_steal(&shown);
    if (!name)
        return scc_error_nomem(reader->err);
    if (!nearest)
        return scc_json_error(node, reader->err, "\"%s\", expected %s", name, what);
    return scc_json_error(node, reader->err, "\"%s\", expected %s; did you mean \"%s\"?", name,
                          what, nearest);
}

/** Records a key that has no effect, and warns of it. */
static int keep_unknown_key(struct reader *reader, const struct scc_json_node *node,
                            const char *nearest)
{
    struct scc_profile *profile = reader->profile;
    struct scc_strbuf path = {0};
    if (!SCC_GROW(profile->unknown_keys, profile->unknown_key_cap, profile->unknown_key_count + 1))
        return scc_error_nomem(reader->err);
    profile->unknown_keys[profile->unknown_key_count++] =
        (struct scc_profile_unknown_key){node, nearest};
    if (profile->unknown_key_count > TOLD_MAX)
        return 0;
    scc_json_path(node, &path);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    if (!path_text)
        return scc_error_nomem(reader->err);
    return scc_diags_add(reader->diags, SCC_DIAG_WARNING, scc_json_place(node), path_text,
                         reader->err, "an unknown key has no effect%s%s%s",
                         nearest ? "; did you mean " : "", nearest ? nearest : "",
                         nearest ? "?" : "");
}

/** A key that is not in @p keys: an error or a warning. */
static int handle_unknown_key(struct reader *reader, const struct scc_json_node *node,
                              const struct key *keys, enum unknown_keys policy)
{
    const char *name = scc_json_key(node);
    struct scc_suggestion near = scc_suggestion_for(name);
    for (const struct key *key = keys; key->name; key++) {
        if (scc_json_folds_to(name, key->name))
            return scc_json_error(node, reader->err,
                                  "the key differs from \"%s\" by case alone, expected \"%s\"",
                                  key->name, key->name);
        scc_suggestion_offer(&near, key->name);
    }
    if (policy == UNKNOWN_REFUSED)
        return scc_json_error(node, reader->err, "an unknown key%s%s%s",
                              near.name ? "; did you mean " : "", near.name ? near.name : "",
                              near.name ? "?" : "");
    return keep_unknown_key(reader, node, near.name);
}

static int read_object(struct reader *reader, const struct scc_json_node *node,
                       const struct key *keys, enum unknown_keys policy, void *into)
{
    if (expect(reader, node, SCC_JSON_OBJECT) < 0)
        return -1;
    scc_json_each (member, node) {
        const struct key *key = keys;
        while (key->name && strcmp(key->name, scc_json_key(member)) != 0)
            key++;
        int done = key->name ? key->read(reader, member, into)
                             : handle_unknown_key(reader, member, keys, policy);
        if (done < 0)
            return -1;
    }
    return 0;
}

/** Reads each element of an array that may be null. */
static int read_array(struct reader *reader, const struct scc_json_node *node, read_fn *read,
                      void *into)
{
    if (is_null(node))
        return 0;
    if (expect(reader, node, SCC_JSON_ARRAY) < 0)
        return -1;
    scc_json_each (element, node) {
        if (read(reader, element, into) < 0)
            return -1;
    }
    return 0;
}

/*
 * Actions and what goes with them
 */

static int read_action(struct reader *reader, const struct scc_json_node *node, void *into)
{
    enum scc_action *action = into;
    if (expect(reader, node, SCC_JSON_STRING) < 0)
        return -1;
    int found = scc_action_find(scc_json_string(node));
    if (found < 0)
        return refuse_name(reader, node, "an action (SCMP_ACT_ALLOW, SCMP_ACT_ERRNO …)",
                           scc_action_nearest(scc_json_string(node)));
    *action = (enum scc_action)found;
    return 0;
}

static int read_errno_ret(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile_errno *data = into;
    uint64_t number;
    if (is_null(node))
        return 0;
    if (scc_json_uint(node, UINT16_MAX, &number, reader->err) < 0)
        return -1;
    data->number_node = node;
    data->number = (uint16_t)number;
    return 0;
}

/** Reads decimal text up to 65535; false for anything else. */
static bool parse_decimal(const char *text, uint16_t *number)
{
    uint32_t sum = 0;
    for (const char *c = text; *c; c++) {
        if (*c < '0' || *c > '9')
            return false;
        sum = sum * 10 + (uint32_t)(*c - '0');
        if (sum > UINT16_MAX)
            return false;
    }
    *number = (uint16_t)sum;
    return *text != '\0';
}

static int read_errno_text(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile_errno *data = into;
    if (is_null(node))
        return 0;
    if (expect(reader, node, SCC_JSON_STRING) < 0)
        return -1;
    const char *text = scc_json_string(node);
    if (!*text)
        return 0; /* Go's omitted string */
    data->text_is_number = parse_decimal(text, &data->text_number);
    if (!data->text_is_number && !scc_errno_is_known(text))
        return refuse_name(reader, node, "an errno's name or its number", scc_errno_nearest(text));
    data->text_node = node;
    return 0;
}

static int check_errno_range(struct reader *reader, enum scc_action action,
                             const struct scc_json_node *node, uint16_t number)
{
    if (number <= scc_action_errno_max(action))
        return 0;
    return scc_json_error(node, reader->err, "%u, expected at most %u with %s", number,
                          scc_action_errno_max(action), scc_action_name(action));
}

/** What can only be said when both the action and its number are known. */
static int check_errno(struct reader *reader, enum scc_action action,
                       const struct scc_profile_errno *data)
{
    const struct scc_json_node *node = data->text_node ? data->text_node : data->number_node;
    if (!node)
        return 0;
    if (!scc_action_has_errno(action))
        return scc_json_error(node, reader->err,
                              "%s has no errno, expected it with SCMP_ACT_ERRNO or SCMP_ACT_TRACE "
                              "alone",
                              scc_action_name(action));
    if (data->number_node && check_errno_range(reader, action, data->number_node, data->number) < 0)
        return -1;
    if (data->text_node && data->text_is_number)
        return check_errno_range(reader, action, data->text_node, data->text_number);
    return 0;
}

/*
 * Comparisons
 */

struct cmp_reading {
    struct scc_cmp cmp;
    bool has_index, has_value, has_op;
};

static int read_index(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct cmp_reading *reading = into;
    uint64_t index;
    if (scc_json_uint(node, SCC_ARG_COUNT - 1, &index, reader->err) < 0)
        return -1;
    reading->cmp.arg = (uint8_t)index;
    reading->has_index = true;
    return 0;
}

static int read_value(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct cmp_reading *reading = into;
    reading->has_value = true;
    return scc_json_uint(node, UINT64_MAX, &reading->cmp.value, reader->err);
}

static int read_value_two(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct cmp_reading *reading = into;
    return scc_json_uint(node, UINT64_MAX, &reading->cmp.value2, reader->err);
}

static int read_op(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct cmp_reading *reading = into;
    if (expect(reader, node, SCC_JSON_STRING) < 0)
        return -1;
    int op = scc_op_find(scc_json_string(node));
    if (op < 0)
        return refuse_name(reader, node, "an operator (SCMP_CMP_EQ, SCMP_CMP_MASKED_EQ …)",
                           scc_op_nearest(scc_json_string(node)));
    reading->cmp.op = (uint8_t)op;
    reading->has_op = true;
    return 0;
}

static const struct key cmp_keys[] = {
    {"index", read_index}, {"value", read_value}, {"valueTwo", read_value_two},
    {"op", read_op},       {NULL, NULL},
};

static int read_cmp(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile_entry *entry = into;
    struct cmp_reading reading = {0};
    if (read_object(reader, node, cmp_keys, UNKNOWN_REFUSED, &reading) < 0)
        return -1;
    if (!reading.has_index || !reading.has_value || !reading.has_op)
        return scc_json_error(node, reader->err, "a comparison without %s, expected one",
                              !reading.has_index   ? "index"
                              : !reading.has_value ? "value"
                                                   : "op");
    if (entry->cmp_count == SCC_ARG_COUNT)
        return scc_json_error(node, reader->err, "a seventh comparison, expected at most %d",
                              SCC_ARG_COUNT);
    /* What an operator does not look at would tell equal comparisons apart. */
    reading.cmp.value2 &= reading.cmp.op == SCC_OP_MASKED_EQ ? reading.cmp.value : 0;
    entry->cmps[entry->cmp_count++] = reading.cmp;
    return 0;
}

static int read_args(struct reader *reader, const struct scc_json_node *node, void *into)
{
    return read_array(reader, node, read_cmp, into);
}

/*
 * Conditions
 */

static int read_condition_arch(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile_condition *condition = into;
    if (expect(reader, node, SCC_JSON_STRING) < 0)
        return -1;
    const struct scc_arch *arch = scc_arch_find_condition(scc_json_string(node));
    if (!arch) {
        const struct scc_arch *meant = scc_arch_find(scc_json_string(node));
        return refuse_name(reader, node, "one of Docker's names for an architecture",
                           meant ? scc_arch_docker_name(meant)
                                 : scc_arch_nearest(scc_json_string(node)));
    }
    condition->arches |= scc_arch_bit(arch->id);
    return 0;
}

int scc_profile_read_cap(const struct scc_json_node *node, unsigned *bit, scc_error **err)
{
    struct reader reader = {.err = err};
    if (expect(&reader, node, SCC_JSON_STRING) < 0)
        return -1;
    int found = scc_cap_find(scc_json_string(node));
    if (found < 0)
        return refuse_name(&reader, node, "a capability (CAP_SYS_ADMIN …)",
                           scc_cap_nearest(scc_json_string(node)));
    *bit = (unsigned)found;
    return 0;
}

static int read_condition_cap(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile_condition *condition = into;
    unsigned bit = 0;
    if (scc_profile_read_cap(node, &bit, reader->err) < 0)
        return -1;
    condition->caps |= (scc_cap_set)1 << bit;
    return 0;
}

static int read_arches(struct reader *reader, const struct scc_json_node *node, void *into)
{
    return read_array(reader, node, read_condition_arch, into);
}

static int read_caps(struct reader *reader, const struct scc_json_node *node, void *into)
{
    return read_array(reader, node, read_condition_cap, into);
}

static int read_min_kernel(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile_condition *condition = into;
    if (is_null(node))
        return 0;
    if (expect(reader, node, SCC_JSON_STRING) < 0)
        return -1;
    if (!scc_kernel_parse(scc_json_string(node), &condition->min_kernel))
        return refuse_name(reader, node, "\"X.Y\", two numbers up to 255", NULL);
    condition->has_min_kernel = true;
    return 0;
}

static const struct key condition_keys[] = {
    {"arches", read_arches},
    {"caps", read_caps},
    {"minKernel", read_min_kernel},
    {NULL, NULL},
};

static int read_condition(struct reader *reader, const struct scc_json_node *node,
                          struct scc_profile_condition *condition)
{
    if (is_null(node))
        return 0;
    return read_object(reader, node, condition_keys, UNKNOWN_REFUSED, condition);
}

/*
 * Entries of `syscalls`
 */

struct entry_reading {
    struct scc_profile_entry *entry;
    const struct scc_json_node *name;  /* `name` */
    const struct scc_json_node *names; /* `names` */
    bool has_action;
};

static int check_name(struct reader *reader, const struct scc_json_node *node, void *into)
{
    (void)into;
    if (expect(reader, node, SCC_JSON_STRING) < 0)
        return -1;
    if (!*scc_json_string(node))
        return scc_json_error(node, reader->err, "an empty name, expected a system call's");
    return 0;
}

static int read_names(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct entry_reading *reading = into;
    if (expect(reader, node, SCC_JSON_ARRAY) < 0)
        return -1;
    reading->names = node;
    return read_array(reader, node, check_name, NULL);
}

static int read_name(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct entry_reading *reading = into;
    reading->name = node;
    return check_name(reader, node, NULL);
}

static int read_entry_action(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct entry_reading *reading = into;
    reading->has_action = true;
    return read_action(reader, node, &reading->entry->action);
}

static int read_entry_args(struct reader *reader, const struct scc_json_node *node, void *into)
{
    return read_args(reader, node, ((struct entry_reading *)into)->entry);
}

static int read_includes(struct reader *reader, const struct scc_json_node *node, void *into)
{
    return read_condition(reader, node, &((struct entry_reading *)into)->entry->includes);
}

static int read_excludes(struct reader *reader, const struct scc_json_node *node, void *into)
{
    return read_condition(reader, node, &((struct entry_reading *)into)->entry->excludes);
}

static int read_entry_errno_ret(struct reader *reader, const struct scc_json_node *node, void *into)
{
    return read_errno_ret(reader, node, &((struct entry_reading *)into)->entry->data);
}

static int read_entry_errno_text(struct reader *reader, const struct scc_json_node *node,
                                 void *into)
{
    return read_errno_text(reader, node, &((struct entry_reading *)into)->entry->data);
}

static int read_comment(struct reader *reader, const struct scc_json_node *node, void *into)
{
    (void)into;
    return is_null(node) ? 0 : expect(reader, node, SCC_JSON_STRING);
}

static const struct key entry_keys[] = {
    {"names", read_names},
    {"name", read_name},
    {"action", read_entry_action},
    {"args", read_entry_args},
    {"includes", read_includes},
    {"excludes", read_excludes},
    {"errnoRet", read_entry_errno_ret},
    {"errno", read_entry_errno_text},
    {"comment", read_comment},
    {NULL, NULL},
};

static int read_entry(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile *profile = into;
    struct scc_profile_entry *entry = &profile->entries[profile->entry_count];
    struct entry_reading reading = {.entry = entry};
    entry->node = node;
    if (read_object(reader, node, entry_keys, UNKNOWN_REFUSED, &reading) < 0)
        return -1;
    if (reading.name && reading.names)
        return scc_json_error(reading.name, reader->err,
                              "name beside names, expected one of the two");
    if (!reading.name && !reading.names)
        return scc_json_error(node, reader->err, "an entry without names, expected them");
    if (!reading.has_action)
        return scc_json_error(node, reader->err, "an entry without action, expected one");
    entry->names = reading.names ? reading.names : reading.name;
    profile->entry_count++;
    return check_errno(reader, entry->action, &entry->data);
}

static int read_syscalls(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile *profile = into;
    if (is_null(node))
        return 0;
    if (expect(reader, node, SCC_JSON_ARRAY) < 0)
        return -1;
    profile->entries = calloc(scc_json_count(node) + 1, sizeof *profile->entries);
    if (!profile->entries)
        return scc_error_nomem(reader->err);
    return read_array(reader, node, read_entry, profile);
}

/*
 * Architectures
 */

static const char native_token[] = "SCMP_ARCH_NATIVE";

/** Reads an SCMP_ARCH_ name; *arch is NULL for SCMP_ARCH_NATIVE. */
static int read_token(struct reader *reader, const struct scc_json_node *node,
                      const struct scc_arch **arch)
{
    if (expect(reader, node, SCC_JSON_STRING) < 0)
        return -1;
    const char *name = scc_json_string(node);
    *arch = NULL;
    if (strcmp(name, native_token) == 0)
        return 0;
    const struct scc_arch *found = scc_arch_find(name);
    if (!found || strncmp(name, "SCMP_ARCH_", 10) != 0)
        return refuse_name(reader, node, "an architecture (SCMP_ARCH_X86_64 …)",
                           found ? found->token_name : scc_arch_nearest(name));
    *arch = found;
    return 0;
}

static int read_architecture(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile *profile = into;
    const struct scc_arch *arch;
    if (read_token(reader, node, &arch) < 0)
        return -1;
    if (arch)
        profile->arches |= scc_arch_bit(arch->id);
    else
        profile->wants_native_arch = true;
    return 0;
}

static int read_architectures(struct reader *reader, const struct scc_json_node *node, void *into)
{
    return read_array(reader, node, read_architecture, into);
}

struct arch_row_reading {
    struct scc_profile_arch_row row;
    bool has_arch;
};

static int read_row_arch(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct arch_row_reading *reading = into;
    const struct scc_arch *arch;
    if (read_token(reader, node, &arch) < 0)
        return -1;
    if (!arch)
        return scc_json_error(node, reader->err,
                              "%s names no row, expected one architecture (SCMP_ARCH_X86_64 …)",
                              native_token);
    reading->row.arch = arch->id;
    reading->has_arch = true;
    return 0;
}

/** The target's own architecture is in every filter, so SCMP_ARCH_NATIVE adds nothing here. */
static int read_row_sub(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct arch_row_reading *reading = into;
    const struct scc_arch *arch;
    if (read_token(reader, node, &arch) < 0)
        return -1;
    if (arch)
        reading->row.subs |= scc_arch_bit(arch->id);
    return 0;
}

static int read_row_subs(struct reader *reader, const struct scc_json_node *node, void *into)
{
    return read_array(reader, node, read_row_sub, into);
}

static const struct key arch_row_keys[] = {
    {"architecture", read_row_arch},
    {"subArchitectures", read_row_subs},
    {NULL, NULL},
};

static int read_arch_row(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile *profile = into;
    struct arch_row_reading reading = {0};
    if (read_object(reader, node, arch_row_keys, UNKNOWN_WARNS, &reading) < 0)
        return -1;
    if (!reading.has_arch)
        return scc_json_error(node, reader->err, "a row without architecture, expected one");
    for (size_t i = 0; i < profile->arch_row_count; i++) {
        if (profile->arch_rows[i].arch == reading.row.arch)
            return scc_json_error(node, reader->err, "a second row for %s, expected one",
                                  scc_arch_get(reading.row.arch)->token_name);
    }
    profile->arch_rows[profile->arch_row_count++] = reading.row;
    return 0;
}

static int read_arch_map(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile *profile = into;
    if (is_null(node))
        return 0;
    if (expect(reader, node, SCC_JSON_ARRAY) < 0)
        return -1;
    size_t count = scc_json_count(node);
    profile->has_arch_map = count > 0;
    profile->arch_rows = calloc(count + 1, sizeof *profile->arch_rows);
    if (!profile->arch_rows)
        return scc_error_nomem(reader->err);
    return read_array(reader, node, read_arch_row, profile);
}

/*
 * The profile
 */

static int read_default_action(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile *profile = into;
    return read_action(reader, node, &profile->default_action);
}

static int read_default_errno_ret(struct reader *reader, const struct scc_json_node *node,
                                  void *into)
{
    return read_errno_ret(reader, node, &((struct scc_profile *)into)->default_data);
}

static int read_default_errno_text(struct reader *reader, const struct scc_json_node *node,
                                   void *into)
{
    return read_errno_text(reader, node, &((struct scc_profile *)into)->default_data);
}

static int read_flag(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile *profile = into;
    if (expect(reader, node, SCC_JSON_STRING) < 0)
        return -1;
    uint32_t bit = scc_flag_find(scc_json_string(node));
    if (!bit)
        return refuse_name(reader, node, "a filter flag (SECCOMP_FILTER_FLAG_LOG …)",
                           scc_flag_nearest(scc_json_string(node)));
    profile->flags |= bit;
    return 0;
}

static int read_flags(struct reader *reader, const struct scc_json_node *node, void *into)
{
    struct scc_profile *profile = into;
    profile->has_flags = !is_null(node);
    return read_array(reader, node, read_flag, profile);
}

static int read_text(struct reader *reader, const struct scc_json_node *node, const char **text)
{
    if (is_null(node))
        return 0;
    if (expect(reader, node, SCC_JSON_STRING) < 0)
        return -1;
    *text = scc_json_string(node);
    return 0;
}

static int read_listener_path(struct reader *reader, const struct scc_json_node *node, void *into)
{
    return read_text(reader, node, &((struct scc_profile *)into)->listener_path);
}

static int read_listener_metadata(struct reader *reader, const struct scc_json_node *node,
                                  void *into)
{
    return read_text(reader, node, &((struct scc_profile *)into)->listener_metadata);
}

static const struct key profile_keys[] = {
    {"defaultAction", read_default_action},
    {"defaultErrnoRet", read_default_errno_ret},
    {"defaultErrno", read_default_errno_text},
    {"archMap", read_arch_map},
    {"architectures", read_architectures},
    {"flags", read_flags},
    {"listenerPath", read_listener_path},
    {"listenerMetadata", read_listener_metadata},
    {"syscalls", read_syscalls},
    {NULL, NULL},
};

static int read_profile(struct reader *reader, const struct scc_json_node *node)
{
    struct scc_profile *profile = reader->profile;
    if (expect(reader, node, SCC_JSON_OBJECT) < 0)
        return -1;
    const struct scc_json_node *action = scc_json_member(node, "defaultAction");
    const struct scc_json_node *syscalls = scc_json_member(node, "syscalls");
    bool is_config = scc_json_member(node, "ociVersion") || scc_json_member(node, "linux");
    if (!action && !syscalls && is_config)
        return scc_json_error(
            node, reader->err,
            "an OCI runtime config, expected a profile; --spec reads such a file");
    if (read_object(reader, node, profile_keys, UNKNOWN_WARNS, profile) < 0)
        return -1;
    if (profile->unknown_key_count > TOLD_MAX &&
        scc_diags_add(reader->diags, SCC_DIAG_WARNING, scc_json_place(node), NULL, reader->err,
                      "%zu further unknown keys have no effect",
                      profile->unknown_key_count - TOLD_MAX) < 0)
        return -1;
    if (!action && !syscalls)
        return scc_json_error(node, reader->err,
                              "neither defaultAction nor syscalls: this profile turns seccomp off, "
                              "and there is nothing to compile");
    if (!action)
        return scc_json_error(node, reader->err, "a profile without defaultAction, expected one");
    if (check_errno(reader, profile->default_action, &profile->default_data) < 0)
        return -1;
    if (profile->default_action == SCC_ACTION_NOTIFY)
        return scc_json_error(action, reader->err,
                              "SCMP_ACT_NOTIFY as the default action, which runc refuses: the "
                              "runtime would wait for itself; expected another action");
    if (profile->has_arch_map && (profile->arches || profile->wants_native_arch))
        return scc_json_error(scc_json_member(node, "archMap"), reader->err,
                              "archMap beside architectures, expected one of the two");
    return 0;
}

int scc_profile_from_json(struct scc_json *doc, const struct scc_json_node *node,
                          scc_profile **profile, scc_diags *diags, scc_error **err)
{
    struct scc_profile *made = calloc(1, sizeof *made);
    if (!made) {
        scc_json_free(doc);
        return scc_error_nomem(err);
    }
    made->doc = doc;
    made->root = node ? node : scc_json_root(doc);
    int done;
    if (!node || is_null(node)) {
        done =
            scc_json_error(made->root, err, "%s: seccomp is off, and there is nothing to compile",
                           node ? "null" : "no linux.seccomp");
    } else {
        struct reader reader = {.profile = made, .diags = diags, .err = err};
        done = read_profile(&reader, node);
    }
    if (done < 0) {
        scc_profile_free(made);
        return -1;
    }
    *profile = made;
    return 0;
}

/** Takes @p text over. */
static int parse_owned(char *text, size_t len_bytes, const char *name, scc_profile **profile,
                       scc_diags *diags, scc_error **err)
{
    struct scc_json *doc;
    if (scc_json_parse(text, len_bytes, name, &doc, err) < 0)
        return -1;
    return scc_profile_from_json(doc, scc_json_root(doc), profile, diags, err);
}

int scc_profile_parse(const char *text, size_t len_bytes, const char *name, scc_profile **profile,
                      scc_diags *diags, scc_error **err)
{
    char *copy = malloc(len_bytes + 1);
    if (!copy)
        return scc_error_nomem(err);
    memcpy(copy, text, len_bytes);
    return parse_owned(copy, len_bytes, name, profile, diags, err);
}

/** Whether bytes are a program that the kernel would take, in either byte order. */
static bool is_program(const char *bytes, size_t len_bytes)
{
    static const enum scc_arch_id orders[] = {SCC_ARCH_X86_64, SCC_ARCH_S390X};
    bool is_one = false;
    for (size_t i = 0; i < SCC_COUNT(orders) && !is_one; i++) {
        scc_program *program = NULL;
        is_one = scc_program_parse(bytes, len_bytes, scc_arch_get(orders[i]), &program, NULL) == 0;
        scc_program_free(program);
    }
    return is_one;
}

static bool is_base64_program(const char *text, size_t len_bytes)
{
    size_t decoded_bytes;
    SCC_AUTOFREE char *decoded = malloc(scc_base64_room_bytes(len_bytes) + 1);
    return decoded && scc_base64_decode_line(text, len_bytes, decoded, &decoded_bytes) &&
           is_program(decoded, decoded_bytes);
}

/** Refuses what is no text: the parser would speak of its first byte alone. */
static int check_is_text(const char *text, size_t len_bytes, const char *name, scc_error **err)
{
    static const struct {
        const char *start, *what;
    } kinds[] = {
        {"\x1f\x8b", "compressed by gzip"},
        {"\x7f"
         "ELF",
         "an executable (ELF)"},
        {"\xff\xfe", "text in UTF-16"},
        {"\xfe\xff", "text in UTF-16"},
    };
    const char *what = NULL;
    for (size_t i = 0; i < SCC_COUNT(kinds) && !what; i++) {
        size_t start_bytes = strlen(kinds[i].start);
        if (len_bytes >= start_bytes && memcmp(text, kinds[i].start, start_bytes) == 0)
            what = kinds[i].what;
    }
    if (!what && !scc_json_is_start(text, len_bytes) && memchr(text, 0, len_bytes))
        what = "not text";
    return what ? scc_error_set(err, SCC_ERROR_INPUT, "%s: %s, expected a profile, JSON in UTF-8",
                                name, what)
                : 0;
}

int scc_profile_check_text(const char *text, size_t len_bytes, const char *name, scc_error **err)
{
    if (scc_lxc_is_one(text, len_bytes))
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "%s: LXC's text, expected a profile; seccompc explain, sim, diff and "
                             "within take it",
                             name);
    bool is_blob = scc_blob_is_one(text, len_bytes);
    if (!is_blob && !is_program(text, len_bytes) && !is_base64_program(text, len_bytes))
        return check_is_text(text, len_bytes, name, err);
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "%s: a %s, expected a profile; seccompc disasm, explain, sim, diff, "
                         "within, verify and optimize take it",
                         name, is_blob ? "sealed blob" : "program");
}

int scc_profile_read(const char *path, scc_profile **profile, scc_diags *diags, scc_error **err)
{
    char *text;
    size_t len;
    if (scc_file_read(path, SCC_JSON_MAX_BYTES, &text, &len, err) < 0)
        return -1;
    if (scc_profile_check_text(text, len, scc_file_shown_name(path), err) < 0) {
        free(text);
        return -1;
    }
    return parse_owned(text, len, scc_file_shown_name(path), profile, diags, err);
}

int scc_profile_builtin(scc_profile **profile, scc_error **err)
{
    return scc_profile_parse(scc_builtin_profile, scc_builtin_profile_bytes, "built-in profile",
                             profile, NULL, err);
}

void scc_profile_free(scc_profile *profile)
{
    if (!profile)
        return;
    scc_json_free(profile->doc);
    free(profile->arch_rows);
    free(profile->entries);
    free(profile->unknown_keys);
    free(profile->work);
    free(profile);
}

int scc_profile_bound_work(scc_profile *profile, scc_error **err)
{
    struct scc_work *work = calloc(1, sizeof *work);
    if (!work)
        return scc_error_nomem(err);
    work->limit = SCC_WORK_OF_COMMAND;
    free(profile->work);
    profile->work = work;
    return 0;
}

const char *scc_profile_name(const scc_profile *profile)
{
    return scc_json_place(profile->root).file;
}

size_t scc_profile_bytes(const scc_profile *profile)
{
    return profile->root->end - profile->root->offset;
}

const char *scc_profile_text(const scc_profile *profile, size_t *len_bytes)
{
    *len_bytes = scc_profile_bytes(profile);
    return scc_json_text(profile->doc, &(size_t){0}) + profile->root->offset;
}

size_t scc_profile_entry_count(const scc_profile *profile)
{
    return profile->entry_count;
}

const struct scc_json_node *scc_profile_first_name(const struct scc_profile_entry *entry)
{
    return entry->names->kind == SCC_JSON_ARRAY ? scc_json_first(entry->names) : entry->names;
}

const struct scc_json_node *scc_profile_next_name(const struct scc_json_node *name)
{
    return name->parent->kind == SCC_JSON_ARRAY ? name->next : NULL;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t scc_profile_name_count(const scc_profile *profile)
{
    size_t total = 0, different = 0;
    for (size_t i = 0; i < profile->entry_count; i++) {
        for (const struct scc_json_node *name = scc_profile_first_name(&profile->entries[i]); name;
             name = scc_profile_next_name(name))
            total++;
    }
    SCC_AUTOFREE const char **names = calloc(total + 1, sizeof *names);
    if (!names)
        return total;
    total = 0;
    for (size_t i = 0; i < profile->entry_count; i++) {
        for (const struct scc_json_node *name = scc_profile_first_name(&profile->entries[i]); name;
             name = scc_profile_next_name(name))
            names[total++] = scc_json_string(name);
    }
    qsort(names, total, sizeof(const char *), compare_strings);
    for (size_t i = 0; i < total; i++)
        different += i == 0 || strcmp(names[i - 1], names[i]) != 0;
    return different;
}

scc_cap_set scc_profile_caps_named(const scc_profile *profile)
{
    scc_cap_set named = 0;
    for (size_t i = 0; i < profile->entry_count; i++)
        named |= profile->entries[i].includes.caps | profile->entries[i].excludes.caps;
    return named;
}
