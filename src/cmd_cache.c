/* SPDX-License-Identifier: Apache-2.0 */
/** seccompc cache list|prune|verify: what scc_cache_get() has stored. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cache.h"
#include "cmd.h"
#include "error.h"
#include "json_build.h"
#include "options.h"
#include "report.h"
#include "suggest.h"
#include "util.h"

struct settings {
    const char *dir; /* or NULL: the usual one */
    bool has_bounds;
    struct scc_store_bounds bounds;
    bool prunes_stale;
    bool is_json;
    bool is_quiet;
    bool wants_help;
};

/*
 * Options
 */

static int apply_dir(void *settings, const char *value, scc_error **err)
{
    struct settings *own = settings;
    if (!*value)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--cache-dir: an empty name, expected a directory's");
    if (own->dir)
        return scc_error_set(err, SCC_ERROR_USAGE, "--cache-dir: given twice, expected once");
    own->dir = value;
    return 0;
}

/** A letter behind a number, and what it multiplies it with. */
struct unit {
    char letter;
    uint64_t factor;
};

/** Reads decimal digits and a letter of @p units, of which the first may be left out. */
static bool read_amount(const char *text, const struct unit *units, size_t count, uint64_t *amount)
{
    size_t digits = strspn(text, "0123456789");
    uint64_t value = 0, factor = 0;
    for (size_t i = 0; i < digits; i++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (text[digits] == units[i].letter && text[digits + 1] == '\0')
            factor = units[i].factor;
    }
    if (text[digits] == '\0')
        factor = units[0].factor;
    return digits && factor && !__builtin_mul_overflow(value, factor, amount);
}

/** The bounds, which do not bind unless they are given. */
static struct scc_store_bounds *take_bounds(struct settings *settings)
{
    if (!settings->has_bounds)
        settings->bounds = (struct scc_store_bounds){SIZE_MAX, UINT64_MAX, UINT64_MAX};
    settings->has_bounds = true;
    return &settings->bounds;
}

static int apply_max_bytes(void *settings, const char *value, scc_error **err)
{
    static const struct unit units[] = {{'B', 1}, {'K', 1 << 10}, {'M', 1 << 20}, {'G', 1 << 30}};
    if (read_amount(value, units, SCC_COUNT(units), &take_bounds(settings)->bytes))
        return 0;
    return scc_error_set(err, SCC_ERROR_USAGE,
                         "--max-bytes %s: expected a number of bytes, such as 65536, 64K or 1M",
                         value);
}

static int apply_older_than(void *settings, const char *value, scc_error **err)
{
    static const struct unit units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    if (read_amount(value, units, SCC_COUNT(units), &take_bounds(settings)->age_seconds))
        return 0;
    return scc_error_set(err, SCC_ERROR_USAGE,
                         "--older-than %s: expected a time, such as 90s, 30m, 12h or 7d", value);
}

static int apply_stale(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->prunes_stale = true;
    return 0;
}

static int apply_json(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->is_json = true;
    return 0;
}

static int apply_quiet(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->is_quiet = true;
    return 0;
}

static int apply_help(void *settings, const char *value, scc_error **err)
{
    (void)value, (void)err;
    ((struct settings *)settings)->wants_help = true;
    return 0;
}

static const struct scc_option rows[] = {
    {"cache-dir", 0, "DIR",
     "the cache's directory (default: /run/seccompc for root, $XDG_RUNTIME_DIR/seccompc for "
     "others)",
     apply_dir},
    {"max-bytes", 0, "SIZE",
     "prune: keep this much, the last used; a number with K, M or G behind it", apply_max_bytes},
    {"older-than", 0, "TIME",
     "prune: remove what was last used before; a number with s, m, h or d behind it",
     apply_older_than},
    {"stale", 0, NULL, "prune: remove what another version has made", apply_stale},
};

static const struct scc_option report_rows[] = {
    {"json", 0, NULL, "answer as JSON on standard output", apply_json},
    {"quiet", 'q', NULL, "answer by the exit status alone", apply_quiet},
    {"help", 'h', NULL, "print this and stop", apply_help},
};

/*
 * Looking at entries
 */

/** An entry and what stands in its file. */
struct inspection {
    const struct scc_store_entry *entry;
    char *path;
    scc_blob *blob;   /* NULL: the entry is bad */
    scc_error *fault; /* of a bad one */
    bool is_stale;    /* made by another seccompc: it is never asked for by this one */
    bool is_gone;     /* it was removed meanwhile */
};

static void inspection_clear(struct inspection *seen)
{
    free(seen->path);
    scc_blob_free(seen->blob);
    scc_error_free(seen->fault);
}

static int inspect(const struct scc_store *store, const struct scc_store_entry *entry,
                   struct inspection *seen, scc_error **err)
{
    SCC_AUTOFREE void *bytes = NULL;
    size_t len;
    seen->entry = entry;
    seen->path = scc_store_entry_path(store, &entry->key);
    if (!seen->path)
        return scc_error_nomem(err);
    enum scc_store_found found =
        scc_store_load(store, &entry->key, false, &bytes, &len, &seen->fault);
    seen->is_gone = found == SCC_STORE_MISSING;
    if (found == SCC_STORE_FOUND &&
        scc_cache_unseal(bytes, len, &entry->key, &seen->blob, &seen->fault) < 0)
        scc_error_wrap(&seen->fault, "cache: %s", seen->path);
    if (seen->blob)
        seen->is_stale = strcmp(scc_blob_producer(seen->blob), scc_cache_producer()) != 0;
    /* What the system refuses to give may be good. */
    if (!seen->fault || scc_error_get_code(seen->fault) == SCC_ERROR_INPUT)
        return 0;
    *err = SCC_STEAL(seen->fault);
    return -1;
}

static const char *state_of(const struct inspection *seen)
{
    return !seen->blob ? "bad" : seen->is_stale ? "stale" : "good";
}

static void put_inspection(struct scc_json_build *json, cJSON *list, const struct inspection *seen)
{
    char hex[SCC_DIGEST_HEX_CHARS + 1];
    struct scc_blob_entry entry;
    cJSON *object = scc_json_put_object(json, list, NULL);
    scc_digest_to_hex(&seen->entry->key, hex);
    scc_json_put_text(json, object, "key", hex);
    scc_json_put_text(json, object, "path", seen->path);
    scc_json_put_text(json, object, "state", state_of(seen));
    if (seen->fault)
        scc_json_put_text(json, object, "fault", scc_error_get_text(seen->fault));
    if (seen->blob) {
        scc_blob_entry(seen->blob, 0, &entry);
        scc_json_put_text(json, object, "architecture", scc_arch_docker_name(entry.arch));
        scc_json_put_uint(json, object, "instructions", entry.instruction_count);
        scc_json_put_text(json, object, "producer", scc_blob_producer(seen->blob));
    }
    scc_json_put_uint(json, object, "bytes", seen->entry->size_bytes);
    scc_json_put_uint(json, object, "lastUsed", (uint64_t)seen->entry->used.tv_sec);
}

/** The time since the last use, which is known to a minute. */
static void print_age(const struct scc_store_entry *entry, char *text, size_t size)
{
    int64_t seconds = time(NULL) - entry->used.tv_sec;
    if (entry->is_future)
        snprintf(text, size, "in the future");
    else if (seconds < 120)
        snprintf(text, size, "now");
    else if (seconds < 2 * 3600)
        snprintf(text, size, "%" PRId64 " minutes ago", seconds / 60);
    else if (seconds < INT64_C(2) * 86400)
        snprintf(text, size, "%" PRId64 " hours ago", seconds / 3600);
    else
        snprintf(text, size, "%" PRId64 " days ago", seconds / 86400);
}

/*
 * The actions. Without a directory there are no entries.
 */

/** What an action works on. */
struct action {
    const struct settings *settings;
    const struct scc_store *store; /* NULL: there is no directory */
    scc_error **err;
};

static int scan(const struct action *at, struct scc_store_list *list)
{
    return at->store ? scc_store_scan(at->store, list, at->err) : 0;
}

static uint64_t sum_bytes(const struct scc_store_list *list)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < list->count; i++)
        bytes += list->entries[i].size_bytes;
    return bytes;
}

static const char *entries_word(size_t count)
{
    return count == 1 ? "entry" : "entries";
}

static void put_directory(struct scc_json_build *json, cJSON *root, const struct action *at)
{
    scc_json_put_text(json, root, "directory", at->store ? scc_store_path(at->store) : NULL);
}

/** What was found of all entries. */
struct tally {
    size_t good, stale, bad;
    uint64_t bytes;
};

/** Looks at every entry: puts it into @p entries, or where @p json is NULL gives it to @p tell.
 */
static int inspect_all(const struct action *at, struct scc_json_build *json, cJSON *entries,
                       struct scc_page *page,
                       void (*tell)(struct scc_page *page, const struct inspection *seen),
                       struct tally *tally)
{
    SCC_CLEANUP(scc_store_list_clear) struct scc_store_list list = {0};
    if (scan(at, &list) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        SCC_CLEANUP(inspection_clear) struct inspection seen = {0};
        if (inspect(at->store, &list.entries[i], &seen, at->err) < 0)
            return -1;
        if (seen.is_gone)
            continue;
        tally->good += seen.blob && !seen.is_stale;
        tally->stale += seen.is_stale;
        tally->bad += !seen.blob;
        tally->bytes += seen.entry->size_bytes;
        if (json)
            put_inspection(json, entries, &seen);
        else
            tell(page, &seen);
    }
    return 0;
}

/** inspect_all() on @p page, or as JSON where that is wanted. */
static int answer_all(const struct action *at, struct scc_page *page,
                      void (*tell)(struct scc_page *page, const struct inspection *seen),
                      struct tally *tally)
{
    struct scc_json_build json = {0};
    if (!at->settings->is_json)
        return inspect_all(at, NULL, NULL, page, tell, tally);
    cJSON *root = cJSON_CreateObject();
    put_directory(&json, root, at);
    cJSON *entries = scc_json_put_array(&json, root, "entries");
    if (inspect_all(at, &json, entries, NULL, NULL, tally) < 0) {
        cJSON_Delete(root);
        return -1;
    }
    scc_json_put_uint(&json, root, "bytes", tally->bytes);
    scc_json_put_uint(&json, root, "good", tally->good);
    scc_json_put_uint(&json, root, "stale", tally->stale);
    scc_json_put_uint(&json, root, "bad", tally->bad);
    scc_json_build_add(&json, root, &page->text);
    return 0;
}

static bool prints_text(const struct action *at)
{
    return !at->settings->is_json && !at->settings->is_quiet;
}

/** Prints what an action had to tell, where that is wanted. */
static int print_page(const struct action *at, struct scc_page *page)
{
    if (!at->settings->is_quiet)
        return scc_page_print(page, at->err);
    scc_page_clear(page);
    return 0;
}

static void tell_row(struct scc_page *page, const struct inspection *seen)
{
    char hex[SCC_DIGEST_HEX_CHARS + 1], age[40], instructions[24] = "-";
    const char *arch = "-";
    scc_digest_to_hex(&seen->entry->key, hex);
    print_age(seen->entry, age, sizeof age);
    if (seen->blob) {
        struct scc_blob_entry entry;
        scc_blob_entry(seen->blob, 0, &entry);
        arch = scc_arch_docker_name(entry.arch);
        snprintf(instructions, sizeof instructions, "%zu", entry.instruction_count);
    }
    scc_strbuf_addf(&page->text, "%.16s  %-11s %5s %6" PRIu64 "  %-7s %s\n", hex, arch,
                    instructions, seen->entry->size_bytes, state_of(seen), age);
}

/** list */
static int list_entries(const struct action *at)
{
    struct tally tally = {0};
    SCC_CLEANUP(scc_page_clear) struct scc_page page = {.out = stdout};
    if (prints_text(at))
        scc_strbuf_addf(&page.text, "%-16s  %-11s %5s %6s  %-7s %s\n", "KEY", "ARCH", "INSNS",
                        "BYTES", "STATE", "LAST USED");
    if (answer_all(at, &page, tell_row, &tally) < 0)
        return -1;
    const size_t count = tally.good + tally.stale + tally.bad;
    if (prints_text(at))
        scc_strbuf_addf(&page.text, "%zu %s, %" PRIu64 " bytes\n", count, entries_word(count),
                        tally.bytes);
    return print_page(at, &page);
}

/** Removes what another version has made; adds it to @p pruned. */
static int prune_stale(const struct action *at, struct scc_store_pruned *pruned)
{
    SCC_CLEANUP(scc_store_list_clear) struct scc_store_list list = {0};
    if (scan(at, &list) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        SCC_CLEANUP(inspection_clear) struct inspection seen = {0};
        if (inspect(at->store, &list.entries[i], &seen, at->err) < 0)
            return -1;
        if (!seen.is_stale)
            continue;
        if (scc_store_remove(at->store, &seen.entry->key, at->err) < 0)
            return -1;
        pruned->count++;
        pruned->bytes += seen.entry->size_bytes;
    }
    return 0;
}

/** prune: what lies outside of the bounds and what is stale, as asked for; or else all. */
static int prune_entries(const struct action *at)
{
    static const struct scc_store_bounds none = {0};
    SCC_CLEANUP(scc_store_list_clear) struct scc_store_list list = {0};
    struct scc_store_pruned pruned = {0};
    const struct settings *settings = at->settings;
    const struct scc_store_bounds *bounds = settings->has_bounds ? &settings->bounds : &none;
    bool prunes_bounds = settings->has_bounds || !settings->prunes_stale;
    if (at->store && prunes_bounds && scc_store_prune(at->store, bounds, &pruned, at->err) < 0)
        return -1;
    if (settings->prunes_stale && prune_stale(at, &pruned) < 0)
        return -1;
    if (scan(at, &list) < 0)
        return -1;
    if (at->settings->is_json) {
        struct scc_json_build json = {0};
        cJSON *root = cJSON_CreateObject();
        put_directory(&json, root, at);
        scc_json_put_uint(&json, root, "removed", pruned.count);
        scc_json_put_uint(&json, root, "removedBytes", pruned.bytes);
        scc_json_put_uint(&json, root, "kept", list.count);
        scc_json_put_uint(&json, root, "keptBytes", sum_bytes(&list));
        return scc_json_build_print(&json, root, stdout, at->err);
    }
    if (prints_text(at))
        printf("removed %zu %s, %" PRIu64 " bytes; kept %zu, %" PRIu64 " bytes\n", pruned.count,
               entries_word(pruned.count), pruned.bytes, list.count, sum_bytes(&list));
    return 0;
}

static void tell_finding(struct scc_page *page, const struct inspection *seen)
{
    struct scc_strbuf text = {0};
    if (seen->fault)
        scc_strbuf_add_printable(&text, scc_error_get_text(seen->fault));
    else if (seen->is_stale)
        scc_strbuf_addf(&text, "%s: made by %s; this one is %s", seen->path,
                        scc_blob_producer(seen->blob), scc_cache_producer());
    if (text.len || text.failed)
        scc_page_line(page, state_of(seen), &text);
}

/** verify; 1 where an entry is bad. One of another version is never asked for, and does no harm. */
static int verify_entries(const struct action *at)
{
    struct tally tally = {0};
    SCC_CLEANUP(scc_page_clear) struct scc_page page = {.out = stdout};
    if (answer_all(at, &page, tell_finding, &tally) < 0)
        return -1;
    if (prints_text(at))
        scc_strbuf_addf(&page.text, "%zu %s good, %zu bad, %zu of another version\n", tally.good,
                        entries_word(tally.good), tally.bad, tally.stale);
    return print_page(at, &page) < 0 ? -1 : tally.bad > 0;
}

/*
 * The command
 */

static const struct {
    const char *name;
    int (*run)(const struct action *at);
    bool takes_bounds;
} actions[] = {
    {"list", list_entries, false},
    {"prune", prune_entries, true},
    {"verify", verify_entries, false},
};

static void print_help(const struct scc_option_group *groups, size_t group_count)
{
    puts("Usage: seccompc cache [OPTIONS] list|prune|verify\n");
    scc_print_wrapped(stdout,
                      "Looks after the cache of compiled programs that container runtimes keep "
                      "through libseccompc. list shows what is there, prune removes entries (all, "
                      "or what the options say), verify checks every entry's file, seal, program "
                      "and maker, names those that are not good, and answers \"no\" where one is "
                      "bad. One that another version has made is only out of use.",
                      0, 0);
    scc_options_help(stdout, groups, group_count);
}

static int refuse_action(const char *name, scc_error **err)
{
    struct scc_suggestion best = scc_suggestion_for(name);
    for (size_t i = 0; i < SCC_COUNT(actions); i++)
        scc_suggestion_offer(&best, actions[i].name);
    return best.name ? scc_error_set(err, SCC_ERROR_USAGE, "%s: no such action; did you mean %s?",
                                     name, best.name)
                     : scc_error_set(err, SCC_ERROR_USAGE,
                                     "%s: no such action, expected list, prune or verify", name);
}

/** Runs the action in @p words; 0, 1 for "no", or -1. */
static int run(const struct settings *settings, int count, char **words, scc_error **err)
{
    size_t chosen = 0;
    if (count == 0)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "an action is missing, expected list, prune or verify");
    while (chosen < SCC_COUNT(actions) && strcmp(actions[chosen].name, words[0]) != 0)
        chosen++;
    if (chosen == SCC_COUNT(actions))
        return refuse_action(words[0], err);
    if (count > 1)
        return scc_error_set(err, SCC_ERROR_USAGE, "%s: one word too many, expected %s alone",
                             words[1], words[0]);
    if ((settings->has_bounds || settings->prunes_stale) && !actions[chosen].takes_bounds)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "%s: takes none of --max-bytes, --older-than and --stale, which "
                             "say what to prune",
                             words[0]);
    if (settings->is_json && settings->is_quiet)
        return scc_error_set(err, SCC_ERROR_USAGE,
                             "--json and -q exclude one another, expected one of them");
    struct scc_store *store = NULL;
    if (scc_store_open(settings->dir, false, &store, err) < 0)
        return -1;
    const struct action at = {settings, store, err};
    int done = actions[chosen].run(&at);
    scc_store_close(store);
    return done;
}

int scc_cmd_cache(int argc, char **argv)
{
    struct settings settings = {0};
    const struct scc_option_group groups[] = {
        {"Options:", rows, SCC_COUNT(rows), &settings},
        {"Report:", report_rows, SCC_COUNT(report_rows), &settings},
    };
    scc_error *err = NULL;
    int first;
    int done = scc_options_parse(groups, SCC_COUNT(groups), argc, argv, &first, &err);
    if (done == 0 && settings.wants_help)
        print_help(groups, SCC_COUNT(groups));
    else if (done == 0)
        done = run(&settings, argc - first, argv + first, &err);
    if (done >= 0 && (fflush(stdout) != 0 || ferror(stdout)))
        done = scc_error_errno(&err, errno, "standard output");
    int status = done;
    if (done < 0) {
        scc_report_failure(stderr, err, NULL,
                           settings.is_json ? SCC_REPORT_JSON : SCC_REPORT_DIAGNOSTICS);
        status = (int)scc_error_get_code(err);
    }
    scc_error_free(err);
    return status;
}
