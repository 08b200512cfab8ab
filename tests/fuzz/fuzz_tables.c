/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Small texts. The first byte says which, the second in what setting, the rest is the text:
 * - a table of calls: each case, written alone, is read as the same case;
 * - counts of calls: what was read, written as a table, is read as the same;
 * - base64: what stands for bytes is what these bytes are written as, and any bytes come back;
 * - an edit of JSON: the value is there, and every other byte as it was;
 * - a listing: the program's own listing is assembled to the same program.
 */
#include <inttypes.h>

#include "asm.h"
#include "base64.h"
#include "cases.h"
#include "config.h"
#include "disasm.h"
#include "frequencies.h"
#include "fuzz_json.h"
#include "json_edit.h"
#include "util.h"

/** What an input asks for. */
struct input {
    const char *text;
    size_t len_bytes;
    uint8_t setting;
};

static const struct scc_arch *arch_of(const struct input *in)
{
    return scc_arch_get((enum scc_arch_id)(in->setting % SCC_ARCH_COUNT));
}

static char *steal(struct scc_strbuf *out)
{
    char *text = scc_strbuf_steal(out);
    fuzz_check(text, "no memory");
    return text;
}

/*
 * Tables of calls
 */

/** A case's words as a table, which must be the same case. */
static void check_case(const struct scc_case *item, const struct input *in, scc_arch_set all)
{
    struct scc_cases alone = {0};
    struct scc_strbuf out = {0};
    scc_error *err = NULL;
    uint64_t calls = scc_case_count_calls(item);
    fuzz_check(calls >= 1 && calls <= SCC_CASE_CALLS_MAX, "%s: %" PRIu64 " calls", item->text,
               calls);
    scc_strbuf_add(&out, item->text);
    if (item->expected.text)
        scc_strbuf_addf(&out, " = %s", item->expected.text);
    char *text = steal(&out);
    fuzz_must(scc_cases_parse(text, strlen(text), "case", arch_of(in), all, &alone, &err), err);
    fuzz_check(alone.count == 1, "%s: %zu cases", text, alone.count);
    const struct scc_case *again = alone.items;
    fuzz_check(again->arch == item->arch && again->audit == item->audit &&
                   again->expected.is_whole == item->expected.is_whole &&
                   again->expected.return_value == item->expected.return_value &&
                   strcmp(again->text, item->text) == 0,
               "another case: %s, %s", text, again->text);
    fuzz_check(memcmp(again->ranges, item->ranges, sizeof item->ranges) == 0, "other calls: %s",
               text);
    scc_cases_clear(&alone);
    free(text);
}

static void check_cases(const struct input *in)
{
    const scc_arch_set all = scc_arch_runnable(arch_of(in));
    struct scc_cases cases = {0};
    scc_error *err = NULL;
    if (fuzz_accepts(
            scc_cases_parse(in->text, in->len_bytes, "fuzz", arch_of(in), all, &cases, &err),
            &err)) {
        fuzz_check(cases.count, "no case");
        for (size_t i = 0; i < cases.count && i < 64; i++)
            check_case(&cases.items[i], in, all);
    }
    scc_cases_clear(&cases);
}

/*
 * Counts
 */

static void check_counts(const scc_frequencies *read)
{
    struct scc_strbuf out = {0};
    scc_frequencies *again = NULL;
    scc_error *err = NULL;
    uint64_t sum = 0;
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++) {
        sum += read->counts[i];
        if (read->counts[i])
            scc_strbuf_addf(&out, "%s %" PRIu64 "\n", scc_syscall_table[i].name, read->counts[i]);
    }
    fuzz_check(sum == read->sum && sum && sum >> SCC_COUNT_BITS == 0, "in sum %" PRIu64, sum);
    char *text = steal(&out);
    fuzz_must(scc_frequencies_parse(text, strlen(text), "written", &again, &err), err);
    fuzz_check(again->sum == sum && memcmp(again->counts, read->counts, sizeof read->counts) == 0,
               "other counts: %s", text);
    scc_frequencies_free(again);
    free(text);
}

static void check_frequencies(const struct input *in)
{
    scc_frequencies *read = NULL;
    scc_error *err = NULL;
    if (fuzz_accepts(scc_frequencies_parse(in->text, in->len_bytes, "fuzz", &read, &err), &err))
        check_counts(read);
    scc_frequencies_free(read);
}

/*
 * base64
 */

/** A file's text is one with at most a line feed behind it, and not an empty one. */
static void check_line(const struct input *in)
{
    char *bytes = malloc(scc_base64_room_bytes(in->len_bytes) + 1);
    fuzz_check(bytes, "no memory");
    size_t text_bytes = in->len_bytes, of_line, of_text;
    bool is_line = scc_base64_decode_line(in->text, in->len_bytes, bytes, &of_line);
    text_bytes -= text_bytes && in->text[text_bytes - 1] == '\n';
    bool is_text = scc_base64_decode(in->text, text_bytes, bytes, &of_text);
    fuzz_check(is_line == (is_text && text_bytes > 0), "a line: %d, a text: %d", is_line, is_text);
    fuzz_check(!is_line || of_line == of_text, "%zu bytes, %zu bytes", of_line, of_text);
    free(bytes);
}

static void check_base64(const struct input *in)
{
    size_t room = scc_base64_room_bytes(in->len_bytes), len_bytes, back_bytes;
    struct scc_strbuf out = {0};
    char *bytes = malloc(room ? room : 1);
    fuzz_check(bytes, "no memory");
    if (scc_base64_decode(in->text, in->len_bytes, bytes, &len_bytes)) {
        scc_strbuf_add(&out, "");
        scc_base64_add(&out, bytes, len_bytes);
        fuzz_check(len_bytes <= room && out.len == in->len_bytes &&
                       memcmp(out.data, in->text, out.len) == 0,
                   "another text: %s", out.data);
        scc_strbuf_free(&out);
    }
    free(bytes);
    scc_strbuf_add(&out, "");
    scc_base64_add(&out, in->text, in->len_bytes);
    bytes = malloc(scc_base64_room_bytes(out.len) + 1);
    fuzz_check(bytes && scc_base64_decode(out.data, out.len, bytes, &back_bytes) &&
                   back_bytes == in->len_bytes && memcmp(bytes, in->text, back_bytes) == 0,
               "not read back: %s", out.data);
    free(bytes);
    scc_strbuf_free(&out);
    check_line(in);
}

/*
 * Edits of JSON
 */

static const char *const one_path[] = {"linux", "seccomp"};
static const char *const other_path[] = {"annotations", SCC_OCI_ANNOTATION};
static const char *const values[] = {
    "\"BgAAAA==\"",
    "{\n  \"a b\": [1, \"x, y\", null],\n  \"c\": {\n    \"d\": -1.5\n  }\n}",
    "[\n  {\n    \"a\": \"\\\"\\\\ :\"\n  },\n  2\n]",
    "{}",
};

/** Whether values can be set: no part of the paths is anything else but an object. */
static bool is_editable(const struct scc_json *doc)
{
    const struct scc_json_node *root = scc_json_root(doc), *found;
    return root->kind == SCC_JSON_OBJECT && scc_json_first(root) &&
           scc_config_find(root, one_path, 2, &found, NULL) == 0 &&
           scc_config_find(root, other_path, 2, &found, NULL) == 0;
}

static void check_value(const struct scc_json *doc, const char *const path[2], const char *value)
{
    const struct scc_json_node *found = NULL;
    scc_error *err = NULL;
    fuzz_must(scc_config_find(scc_json_root(doc), path, 2, &found, &err), err);
    cJSON *wanted = cJSON_Parse(value);
    fuzz_check(found && wanted && cJSON_Compare(found->item, wanted, true), "not set: %s", value);
    cJSON_Delete(wanted);
}

static void edit(const struct scc_json *doc, uint8_t setting)
{
    const struct fuzz_path paths[] = {{one_path, 2}, {other_path, 2}};
    const char *const set[] = {values[setting & 3], values[setting >> 2 & 3]};
    struct scc_json_edit edits[2];
    size_t len_bytes;
    for (size_t i = 0; i < 2; i++)
        scc_json_edit_plan(scc_json_root(doc), paths[i].keys, 2, set[i], &edits[i]);
    char *text = scc_json_edit_apply(doc, edits, 2, &len_bytes);
    fuzz_check(text && strlen(text) == len_bytes, "no text");
    struct scc_json *after = fuzz_json(text, len_bytes);
    fuzz_check_edited(doc, after, paths, 2);
    for (size_t i = 0; i < 2; i++)
        check_value(after, paths[i].keys, set[i]);
    scc_json_free(after);
    free(text);
}

static void check_edit(const struct input *in)
{
    struct scc_json *doc = NULL;
    scc_error *err = NULL;
    if (!fuzz_accepts(
            scc_json_parse(fuzz_copy(in->text, in->len_bytes), in->len_bytes, "fuzz", &doc, &err),
            &err))
        return;
    if (is_editable(doc))
        edit(doc, in->setting);
    scc_json_free(doc);
}

/*
 * Listings
 */

static void check_listing(const scc_program *program, const struct scc_arch *arch)
{
    SCC_CLEANUP(scc_listing_clear) struct scc_listing listing = {0};
    struct scc_strbuf out = {0};
    scc_program *again = NULL;
    scc_error *err = NULL;
    size_t len_bytes, again_len;
    fuzz_must(scc_program_check(program, &err), err);
    fuzz_must(scc_disasm(program, &listing, &err), err);
    scc_listing_print(&out, &listing);
    char *text = steal(&out);
    fuzz_check_printable(text, true);
    fuzz_must(scc_asm(text, strlen(text), "listing", arch, &again, &err), err);
    void *bytes = scc_program_to_bytes(program, &len_bytes);
    void *again_bytes = scc_program_to_bytes(again, &again_len);
    fuzz_check(bytes && again_bytes && len_bytes == again_len &&
                   memcmp(bytes, again_bytes, len_bytes) == 0,
               "another program: %s", text);
    free(bytes);
    free(again_bytes);
    scc_program_free(again);
    free(text);
}

static void check_asm(const struct input *in)
{
    scc_program *program = NULL;
    scc_error *err = NULL;
    if (fuzz_accepts(scc_asm(in->text, in->len_bytes, "fuzz", arch_of(in), &program, &err), &err))
        check_listing(program, arch_of(in));
    scc_program_free(program);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(const struct input *) = {check_cases, check_frequencies,
                                                           check_base64, check_edit, check_asm};
    if (size < 2)
        return 0;
    const struct input in = {(const char *)data + 2, size - 2, data[1]};
    checks[data[0] % SCC_COUNT(checks)](&in);
    return 0;
}
