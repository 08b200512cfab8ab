/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0, as far as code-review tools read it: rules, results, places. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "json_build.h"
#include "lint_print.h"
#include "util.h"

#define SCHEMA                                                                                     \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/** Adds a path with everything but unreserved characters and slashes percent-encoded (RFC 3986). */
static void add_encoded(struct scc_strbuf *out, const char *path)
{
    for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
        if (isalnum(*c) || strchr("-._~/", *c))
            scc_strbuf_add_bytes(out, c, 1);
        else
            scc_strbuf_addf(out, "%%%02X", *c);
    }
}

/** Adds the reference to the file: relative where it lies under the working directory. */
static void add_uri(struct scc_strbuf *out, const char *path)
{
    SCC_AUTOFREE char *folder = getcwd(NULL, 0);
    size_t len = folder ? strlen(folder) : 0;
    if (len > 1 && strncmp(path, folder, len) == 0 && path[len] == '/')
        path += len + 1;
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    if (*path == '/')
        scc_strbuf_add(out, "file://");
    add_encoded(out, path);
}

/** The column in characters, from 1; a place's counts bytes. */
static unsigned column_in_characters(const struct scc_json_node *node)
{
    size_t len;
    const char *text = scc_json_text(node->doc, &len);
    unsigned column = 1;
    for (size_t i = node->offset; i-- > 0 && text[i] != '\n';)
        column += ((unsigned char)text[i] & 0xc0) != 0x80;
    return column;
}

static cJSON *put_message(struct scc_json_build *json, cJSON *object, const char *key,
                          const char *text)
{
    cJSON *message = scc_json_put_object(json, object, key);
    scc_json_put_text(json, message, "text", text);
    return message;
}

static void put_rules(struct scc_json_build *json, cJSON *driver)
{
    cJSON *rules = scc_json_put_array(json, driver, "rules");
    for (size_t i = 0; i < SCC_LINT_COUNT; i++) {
        const struct scc_lint_rule *rule = &scc_lint_rules[i];
        cJSON *object = scc_json_put_object(json, rules, NULL);
        scc_json_put_text(json, object, "id", rule->name);
        put_message(json, object, "shortDescription", rule->what);
        put_message(json, object, "fullDescription", rule->why);
        put_message(json, object, "help", rule->fix);
        cJSON *configuration = scc_json_put_object(json, object, "defaultConfiguration");
        scc_json_put_text(json, configuration, "level", scc_lint_level_name(rule->level));
    }
}

static void put_result(struct scc_json_build *json, cJSON *results,
                       const struct scc_lint_finding *finding, const char *uri)
{
    struct scc_strbuf text = {0}, path = {0};
    cJSON *result = scc_json_put_object(json, results, NULL);
    scc_json_put_text(json, result, "ruleId", finding->rule->name);
    scc_json_put_uint(json, result, "ruleIndex", finding->rule->id);
    scc_json_put_text(json, result, "level", scc_lint_level_name(finding->rule->level));
    scc_strbuf_add_printable(&text, finding->reason);
    if (finding->shown) {
        scc_strbuf_add(&text, ". ");
        scc_strbuf_add_printable(&text, finding->shown);
    }
    scc_strbuf_add(&text, ". ");
    scc_strbuf_add_printable(&text, finding->fix);
    cJSON *message = scc_json_put_object(json, result, "message");
    scc_json_put_strbuf(json, message, "text", &text);
    cJSON *locations = scc_json_put_array(json, result, "locations");
    cJSON *location = scc_json_put_object(json, locations, NULL);
    cJSON *physical = scc_json_put_object(json, location, "physicalLocation");
    /* The schema wants the object; what has no URI may have a description alone. */
    cJSON *artifact = scc_json_put_object(json, physical, "artifactLocation");
    if (uri)
        scc_json_put_text(json, artifact, "uri", uri);
    else
        put_message(json, artifact, "description", "standard input");
    cJSON *region = scc_json_put_object(json, physical, "region");
    scc_json_put_uint(json, region, "startLine", scc_json_place(finding->node).line);
    scc_json_put_uint(json, region, "startColumn", column_in_characters(finding->node));
    scc_json_path(finding->node, &path);
    if (!path.len && !path.failed)
        return;
    cJSON *logical = scc_json_put_array(json, location, "logicalLocations");
    cJSON *place = scc_json_put_object(json, logical, NULL);
    scc_json_put_strbuf(json, place, "fullyQualifiedName", &path);
}

int scc_lint_print_sarif(FILE *out, const struct scc_lint *lint, const char *path, scc_error **err)
{
    struct scc_json_build json = {0};
    struct scc_strbuf uri = {0};
    if (path)
        add_uri(&uri, path);
    SCC_AUTOFREE char *reference = path ? scc_strbuf_steal(&uri) : NULL;
    cJSON *root = cJSON_CreateObject();
    scc_json_put_text(&json, root, "$schema", SCHEMA);
    scc_json_put_text(&json, root, "version", "2.1.0");
    cJSON *runs = scc_json_put_array(&json, root, "runs");
    cJSON *run = scc_json_put_object(&json, runs, NULL);
    cJSON *tool = scc_json_put_object(&json, run, "tool");
    cJSON *driver = scc_json_put_object(&json, tool, "driver");
    scc_json_put_text(&json, driver, "name", "seccompc");
    scc_json_put_text(&json, driver, "version", SCC_VERSION);
    put_rules(&json, driver);
    scc_json_put_text(&json, run, "columnKind", "unicodeCodePoints");
    cJSON *results = scc_json_put_array(&json, run, "results");
    for (size_t i = 0; i < lint->count; i++)
        put_result(&json, results, &lint->findings[i], reference);
    json.failed |= path && !reference;
    return scc_json_build_print(&json, root, out, err);
}
