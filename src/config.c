/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "diag.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "strbuf.h"
#include "util.h"

int scc_config_find(const struct scc_json_node *node, const char *const *path, size_t count,
                    const struct scc_json_node **found, scc_error **err)
{
    *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (node->kind != SCC_JSON_OBJECT)
            return scc_json_error(node, err, "%s, expected an object",
                                  scc_json_kind_name(node->kind));
        scc_json_each (member, node) {
            if (scc_json_folds_to(scc_json_key(member), path[i]) &&
                strcmp(scc_json_key(member), path[i]) != 0)
                return scc_json_error(member, err,
                                      "the key differs from \"%s\" by case alone, expected \"%s\"",
                                      path[i], path[i]);
        }
        node = scc_json_member(node, path[i]);
        if (!node || node->kind == SCC_JSON_NULL)
            return 0;
    }
    *found = node;
    return 0;
}

/** Names of a set that are not known here. */
struct unknown_caps {
    const struct scc_json_node *first; /* NULL: none */
    size_t count;
};

/** Whether a name has a capability's form, known or not. */
static bool is_cap_name(const char *name)
{
    static const char prefix[] = "CAP_";
    size_t len = strlen(prefix);
    return strncmp(name, prefix, len) == 0 && name[len] &&
           !name[len + strspn(name + len, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")];
}

static int read_cap(const struct scc_json_node *node, scc_cap_set *caps,
                    struct unknown_caps *unknown, scc_error **err)
{
    unsigned bit = 0;
    bool is_unknown = node->kind == SCC_JSON_STRING && is_cap_name(scc_json_string(node)) &&
                      scc_cap_find(scc_json_string(node)) < 0;
    if (is_unknown) {
        unknown->first = unknown->count++ ? unknown->first : node;
        return 0;
    }
    if (scc_profile_read_cap(node, &bit, err) < 0)
        return -1;
    *caps |= (scc_cap_set)1 << bit;
    return 0;
}

static int warn_unknown(const struct unknown_caps *unknown, scc_diags *diags, scc_error **err)
{
    const char *name = scc_json_string(unknown->first), *nearest = scc_cap_nearest(name);
    struct scc_strbuf text = {0}, path = {0};
    scc_strbuf_add(&text, "\"");
    scc_strbuf_add_escaped(&text, name);
    scc_strbuf_add(&text, "\"");
    if (unknown->count > 1)
        scc_strbuf_addf(&text, " and %zu more", unknown->count - 1);
    scc_strbuf_add(&text, ": no capability that is known here; a profile cannot name it, so it is "
                          "passed over");
    if (nearest)
        scc_strbuf_addf(&text, "; did you mean \"%s\"?", nearest);
    scc_json_path(unknown->first, &path);
    SCC_AUTOFREE char *message = scc_strbuf_steal(&text);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    if (!message || !path_text)
        return scc_error_nomem(err);
    return scc_diags_add(diags, SCC_DIAG_WARNING, scc_json_place(unknown->first), path_text, err,
                         "%s", message);
}

int scc_config_bounding_set(const struct scc_json_node *root, scc_cap_set *caps, scc_diags *diags,
                            scc_error **err)
{
    static const char *const path[] = {"process", "capabilities", "bounding"};
    const struct scc_json_node *bounding;
    struct unknown_caps unknown = {0};
    *caps = 0;
    if (scc_config_find(root, path, SCC_COUNT(path), &bounding, err) < 0)
        return -1;
    if (!bounding)
        return 0;
    if (bounding->kind != SCC_JSON_ARRAY)
        return scc_json_error(bounding, err, "%s, expected an array",
                              scc_json_kind_name(bounding->kind));
    scc_json_each (name, bounding) {
        if (read_cap(name, caps, &unknown, err) < 0)
            return -1;
    }
    return unknown.count ? warn_unknown(&unknown, diags, err) : 0;
}

bool scc_config_is_off(const struct scc_json_node *seccomp)
{
    if (!seccomp)
        return true;
    if (seccomp->kind != SCC_JSON_OBJECT)
        return false;
    scc_json_each (member, seccomp) {
        if (scc_json_folds_to(scc_json_key(member), "defaultAction") ||
            scc_json_folds_to(scc_json_key(member), "syscalls"))
            return false;
    }
    return true;
}

int scc_config_find_annotation(const struct scc_json_node *root,
                               const struct scc_json_node **annotation, scc_error **err)
{
    static const char *const path[] = {"annotations"};
    const struct scc_json_node *all;
    *annotation = NULL;
    if (scc_config_find(root, path, SCC_COUNT(path), &all, err) < 0)
        return -1;
    if (all && all->kind != SCC_JSON_OBJECT)
        return scc_json_error(all, err, "%s, expected an object", scc_json_kind_name(all->kind));
    if (all)
        *annotation = scc_json_member(all, SCC_OCI_ANNOTATION);
    return 0;
}

bool scc_config_is_config(const struct scc_json_node *root)
{
    return !scc_json_member(root, "defaultAction") && !scc_json_member(root, "syscalls") &&
           (scc_json_member(root, "ociVersion") || scc_json_member(root, "linux"));
}

int scc_config_check(const struct scc_json_node *root, scc_error **err)
{
    if (scc_config_is_config(root) || !scc_json_member(root, "defaultAction") ||
        scc_json_member(root, "process"))
        return 0;
    return scc_json_error(root, err, "a seccomp profile, expected an OCI runtime config");
}

int scc_config_from_json(struct scc_json *doc, scc_cap_set *caps, scc_profile **profile,
                         scc_diags *diags, scc_error **err)
{
    static const char *const seccomp_path[] = {"linux", "seccomp"};
    const struct scc_json_node *root = scc_json_root(doc), *seccomp = NULL;
    scc_cap_set bounding;
    if (scc_config_check(root, err) < 0 ||
        scc_config_bounding_set(root, &bounding, diags, err) < 0 ||
        scc_config_find(root, seccomp_path, SCC_COUNT(seccomp_path), &seccomp, err) < 0) {
        scc_json_free(doc);
        return -1;
    }
    if (!profile)
        scc_json_free(doc);
    else if (scc_profile_from_json(doc, seccomp, profile, diags, err) < 0)
        return -1;
    *caps = bounding;
    return 0;
}

int scc_config_read(const char *path, scc_cap_set *caps, scc_profile **profile, scc_diags *diags,
                    scc_error **err)
{
    char *text;
    size_t len;
    struct scc_json *doc;
    if (scc_file_read(path, SCC_JSON_MAX_BYTES, &text, &len, err) < 0 ||
        scc_json_parse(text, len, scc_file_shown_name(path), &doc, err) < 0)
        return -1;
    return scc_config_from_json(doc, caps, profile, diags, err);
}
