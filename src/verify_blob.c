/* SPDX-License-Identifier: Apache-2.0 */
/** verify of a blob: seal and form, who made it, and each entry against a profile. */
#include <string.h>

#include "arch.h"
#include "blob_words.h"
#include "cache.h"
#include "cmd.h"
#include "diag.h"
#include "error.h"
#include "hash.h"
#include "json_build.h"
#include "page.h"
#include "util.h"
#include "verify.h"

/** What was found about an entry. Where a text is not NULL the answer is "no" for its reason. */
struct finding {
    struct scc_blob_entry entry;
    char *difference; /* an input that is answered otherwise */
    char *condition;  /* where the entry applies and the profile selects otherwise */
    char *flags;
    bool is_gap; /* the difference is names that libseccomp does not know */
};

struct findings {
    struct finding *items;
    size_t count;
};

static void clear_findings(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].difference);
        free(findings->items[i].condition);
        free(findings->items[i].flags);
    }
    free(findings->items);
}

/** What is asked. */
struct context {
    const struct scc_query *query;
    const struct scc_verify_settings *settings;
    const struct scc_input *subject;
    const struct scc_input *profile; /* NULL: none */
    bool is_stale;
};

static bool is_equal(const struct finding *finding)
{
    return !finding->difference && !finding->condition && !finding->flags;
}

static bool all_equal(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (!is_equal(&findings->items[i]))
            return false;
    }
    return true;
}

/*
 * One entry
 */

static unsigned pack(unsigned major, unsigned minor)
{
    return major << 8 | minor;
}

/**
 * Whether the entry applies where the profile selects otherwise than for @p selected, the condition
 * of the target of its value and first kernel; *reason then says where.
 */
static int check_condition(const struct scc_blob_condition *condition,
                           const struct scc_blob_condition *selected, char **reason,
                           scc_error **err)
{
    struct scc_strbuf text = {0};
    uint64_t unasked = selected->caps_mask & ~condition->caps_mask;
    bool is_longer =
        selected->has_until &&
        (!condition->has_until || pack(condition->until_major, condition->until_minor) >
                                      pack(selected->until_major, selected->until_minor));
    if (!unasked && !is_longer)
        return 0;
    scc_strbuf_add(&text, "applies");
    if (unasked) {
        scc_strbuf_add(&text, " with and without ");
        scc_blob_add_caps(&text, unasked);
    }
    if (is_longer)
        scc_strbuf_addf(&text, "%s from kernel %u.%u on", unasked ? ", and" : "",
                        selected->until_major, selected->until_minor);
    scc_strbuf_add(&text, ", where the profile may select otherwise");
    *reason = scc_strbuf_steal(&text);
    return *reason ? 0 : scc_error_nomem(err);
}

static int check_flags(uint32_t flags, const struct scc_policy *policy, char **reason,
                       scc_error **err)
{
    struct scc_strbuf text = {0};
    uint32_t wanted = scc_policy_filter_flags(policy);
    if (flags == wanted)
        return 0;
    scc_strbuf_add(&text, "has the flags ");
    scc_blob_add_flags(&text, flags);
    scc_strbuf_add(&text, ", the profile wants ");
    scc_blob_add_flags(&text, wanted);
    *reason = scc_strbuf_steal(&text);
    return *reason ? 0 : scc_error_nomem(err);
}

static int prove(const struct context *at, struct scc_policy *policy,
                 const struct scc_program *program, struct finding *finding, scc_error **err)
{
    SCC_CLEANUP(scc_verify_question_clear) struct scc_verify_question question = {0};
    struct scc_strbuf text = {0};
    struct scc_proof proof;
    if (scc_verify_ask(at->settings, policy, &question, err) < 0 ||
        scc_prove(question.policy, program, &proof, err) < 0)
        return -1;
    if (proof.equal)
        return 0;
    scc_proof_describe(&text, question.policy, &proof);
    finding->difference = scc_strbuf_steal(&text);
    if (!finding->difference)
        return scc_error_nomem(err);
    return scc_verify_find_gap(at->settings, &question, program, &finding->is_gap, err);
}

/** Compares an entry with what the profile selects for @p target, one of those it is for. */
static int compare_for(const struct context *at, const struct scc_program *program,
                       const scc_target *target, struct finding *finding, scc_error **err)
{
    struct scc_blob_condition selected;
    scc_policy *policy;
    scc_blob_condition_of(at->profile->profile, target, &selected);
    if (scc_policy_select(at->profile->profile, target, &at->query->target_options.reading, &policy,
                          at->query->diags, err) < 0)
        return -1;
    /* The flags first: the question may add to the policy. */
    int done = check_flags(finding->entry.flags, policy, &finding->flags, err);
    if (done == 0)
        done = check_condition(&finding->entry.condition, &selected, &finding->condition, err);
    if (done == 0)
        done = prove(at, policy, program, finding, err);
    scc_policy_free(policy);
    return done;
}

static int compare(const struct context *at, const struct scc_program *program,
                   struct finding *finding, scc_error **err)
{
    const struct scc_blob_condition *condition = &finding->entry.condition;
    const struct scc_arch *arch = finding->entry.arch;
    scc_target *target;
    if (arch->column == SCC_COLUMN_NONE)
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "%s: an entry for %s, whose system-call numbers are not known here",
                             at->subject->name, arch->name);
    if (scc_target_new(arch, condition->caps_value & scc_cap_all(), condition->from_major,
                       condition->from_minor, &target, err) < 0)
        return -1;
    int done = compare_for(at, program, target, finding, err);
    scc_target_free(target);
    if (done == 0)
        return 0;
    return scc_error_wrap(err, "%s: the entry for %s from kernel %u.%u", at->subject->name,
                          scc_arch_docker_name(arch), condition->from_major, condition->from_minor);
}

/** Looks at the entries from @p first on, @p count of them. */
static int find(const struct context *at, size_t first, size_t count, struct findings *findings,
                scc_error **err)
{
    const scc_blob *blob = at->subject->blob;
    findings->items = calloc(count, sizeof *findings->items);
    if (!findings->items)
        return scc_error_nomem(err);
    for (size_t i = first; i < first + count; i++) {
        struct finding *finding = &findings->items[findings->count++];
        scc_blob_entry(blob, i, &finding->entry);
        if (at->profile && compare(at, scc_blob_program(blob, i), finding, err) < 0)
            return -1;
    }
    return 0;
}

/*
 * For a person
 */

/** Adds @p text as a line, wrapped, and empties it. */
static void add_line(struct scc_page *page, struct scc_strbuf *text)
{
    SCC_AUTOFREE char *line = scc_strbuf_steal(text);
    page->text.failed |= !line;
    scc_page_wrap(page, line ? line : "", 0, 2);
}

static void add_reason(struct scc_strbuf *text, const char *reason, const char **separator)
{
    if (!reason)
        return;
    scc_strbuf_add(text, *separator);
    scc_strbuf_add(text, reason);
    *separator = "; ";
}

static void add_entry(struct scc_strbuf *text, const struct context *at,
                      const struct finding *finding)
{
    const char *separator = ": ";
    if (at->profile)
        scc_strbuf_add(text, is_equal(finding) ? "equal: " : "different: ");
    scc_blob_add_entry(text, &finding->entry);
    if (!at->profile) {
        scc_strbuf_addf(text, ": %zu instructions, flags ", finding->entry.instruction_count);
        scc_blob_add_flags(text, finding->entry.flags);
    }
    add_reason(text, finding->difference, &separator);
    add_reason(text,
               finding->is_gap ? "nothing else differs than names that this libseccomp does not "
                                 "know (--as-libseccomp leaves them out)"
                               : NULL,
               &separator);
    add_reason(text, finding->condition, &separator);
    add_reason(text, finding->flags, &separator);
}

static void add_producer(struct scc_strbuf *text, const struct context *at)
{
    scc_strbuf_add(text, "made by ");
    scc_strbuf_add_escaped(text, scc_blob_producer(at->subject->blob));
    if (at->is_stale)
        scc_strbuf_addf(text, "; this is %s, whose programs may differ: compile it again",
                        scc_cache_producer());
}

static int print_text(const struct context *at, const struct findings *findings, scc_error **err)
{
    size_t count = scc_blob_count(at->subject->blob);
    struct scc_page page = {.out = stdout};
    struct scc_strbuf text = {0};
    scc_strbuf_addf(&text, "%s: %s, %zu %s, %zu bytes, ", at->is_stale ? "stale" : "sealed",
                    at->subject->name, count, count == 1 ? "entry" : "entries", at->subject->bytes);
    add_producer(&text, at);
    add_line(&page, &text);
    for (size_t i = 0; i < findings->count; i++) {
        add_entry(&text, at, &findings->items[i]);
        add_line(&page, &text);
    }
    return scc_page_print(&page, err);
}

/*
 * For a program
 */

static void put_entry(struct scc_json_build *json, cJSON *list, const struct context *at,
                      const struct finding *finding)
{
    const struct scc_blob_entry *entry = &finding->entry;
    cJSON *object = scc_json_put_object(json, list, NULL);
    struct scc_digest inputs;
    char hex[SCC_DIGEST_HEX_CHARS + 1];
    memcpy(inputs.bytes, entry->inputs, sizeof inputs.bytes);
    scc_digest_to_hex(&inputs, hex);
    scc_json_put_text(json, object, "architecture", scc_arch_docker_name(entry->arch));
    scc_blob_put_condition(json, object, &entry->condition);
    scc_blob_put_flags(json, object, "flags", entry->flags);
    scc_json_put_uint(json, object, "instructions", entry->instruction_count);
    scc_json_put_uint(json, object, "offset", entry->offset_bytes);
    scc_json_put_uint(json, object, "bytes", entry->instruction_count * SCC_INSTRUCTION_BYTES);
    scc_json_put_text(json, object, "inputs", hex);
    if (!at->profile)
        return;
    scc_json_put_bool(json, object, "equal", is_equal(finding));
    if (is_equal(finding))
        return;
    scc_json_put_text(json, object, "difference", finding->difference);
    scc_json_put_bool(json, object, "onlyNamesUnknownToLibseccomp", finding->is_gap);
    scc_json_put_text(json, object, "conditionDifference", finding->condition);
    scc_json_put_text(json, object, "flagsDifference", finding->flags);
}

static int print_json(const struct context *at, const struct findings *findings, scc_error **err)
{
    struct scc_json_build json = {0};
    cJSON *root = cJSON_CreateObject();
    scc_json_put_text(&json, root, "blob", at->subject->name);
    scc_json_put_uint(&json, root, "bytes", at->subject->bytes);
    scc_json_put_text(&json, root, "producer", scc_blob_producer(at->subject->blob));
    scc_json_put_bool(&json, root, "stale", at->is_stale);
    if (at->profile)
        scc_json_put_bool(&json, root, "equal", all_equal(findings));
    cJSON *list = scc_json_put_array(&json, root, "entries");
    for (size_t i = 0; i < findings->count; i++)
        put_entry(&json, list, at, &findings->items[i]);
    scc_json_put_diags(&json, root, at->query->diags);
    return scc_json_build_print(&json, root, stdout, err);
}

int scc_verify_blob(const struct scc_query *query, const struct scc_verify_settings *settings,
                    const struct scc_input *subject, const struct scc_input *profile, int *status,
                    scc_error **err)
{
    SCC_CLEANUP(clear_findings) struct findings findings = {0};
    const struct context at = {
        .query = query,
        .settings = settings,
        .subject = subject,
        .profile = profile,
        .is_stale = strcmp(scc_blob_producer(subject->blob), scc_cache_producer()) != 0,
    };
    size_t count = scc_blob_count(subject->blob);
    int first = 0;
    if (scc_target_options_name_any(&query->target_options)) {
        first = scc_input_find_entry(subject->blob, subject->name, query->choice.targets[0], err);
        count = 1;
    }
    /* Each entry was selected for, so one warning comes many times. */
    if (first < 0 || find(&at, (size_t)first, count, &findings, err) < 0 ||
        scc_diags_drop_repeats(query->diags, err) < 0)
        return -1;
    bool is_yes = profile ? all_equal(&findings) : !at.is_stale;
    *status = is_yes ? SCC_STATUS_DONE : SCC_STATUS_NO;
    if (query->is_json)
        return print_json(&at, &findings, err);
    return query->is_quiet ? 0 : print_text(&at, &findings, err);
}
