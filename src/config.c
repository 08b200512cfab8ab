/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "file.h"
#include "json.h"
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

int scc_config_bounding_set(const struct scc_json_node *root, scc_cap_set *caps, scc_error **err)
{
    static const char *const path[] = {"process", "capabilities", "bounding"};
    const struct scc_json_node *bounding;
    *caps = 0;
    if (scc_config_find(root, path, SCC_COUNT(path), &bounding, err) < 0)
        return -1;
    if (!bounding)
        return 0;
    if (bounding->kind != SCC_JSON_ARRAY)
        return scc_json_error(bounding, err, "%s, expected an array",
                              scc_json_kind_name(bounding->kind));
    scc_json_each (name, bounding) {
        unsigned bit = 0;
        if (scc_profile_read_cap(name, &bit, err) < 0)
            return -1;
        *caps |= (scc_cap_set)1 << bit;
    }
    return 0;
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
    if (scc_config_check(root, err) < 0 || scc_config_bounding_set(root, &bounding, err) < 0 ||
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
