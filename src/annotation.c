/* SPDX-License-Identifier: Apache-2.0 */
#include "annotation.h"

#include <string.h>

#include "base64.h"
#include "config.h"
#include "program.h"
#include "prove.h"
#include "util.h"

int scc_annotation_find(const struct scc_json_node *root, const struct scc_json_node **annotation,
                        scc_error **err)
{
    static const char *const path[] = {"linux", "seccomp"};
    const struct scc_json_node *found, *linux_node, *seccomp;
    *annotation = NULL;
    if (scc_config_find_annotation(root, &found, err) < 0 ||
        scc_config_find(root, path, 1, &linux_node, err) < 0 ||
        scc_config_find(root, path, SCC_COUNT(path), &seccomp, err) < 0)
        return -1;
    if (!found || found->kind == SCC_JSON_NULL || !linux_node)
        return 0;
    if (scc_config_is_off(seccomp))
        return scc_json_error(found, err,
                              "linux.seccomp is off, but crun loads this program all the same, and "
                              "other runtimes set no filter; expected linux.seccomp. To ask about "
                              "the program, write it to a file: jq -r "
                              "'.annotations[\"" SCC_OCI_ANNOTATION "\"]' %s >program.b64",
                              scc_json_place(found).file);
    *annotation = found;
    return 0;
}

/** The annotation's program; errors are SCC_ERROR_INPUT but without memory. */
static int read_program(const struct scc_json_node *annotation, const struct scc_arch *arch,
                        scc_program **program, scc_error **err)
{
    if (annotation->kind != SCC_JSON_STRING)
        return scc_error_set(err, SCC_ERROR_INPUT, "%s, expected a string",
                             scc_json_kind_name(annotation->kind));
    const char *text = scc_json_string(annotation);
    size_t text_bytes = strlen(text), len_bytes;
    SCC_AUTOFREE void *bytes = malloc(scc_base64_room_bytes(text_bytes) + 1);
    if (!bytes)
        return scc_error_nomem(err);
    if (!scc_base64_decode(text, text_bytes, bytes, &len_bytes))
        return scc_error_set(err, SCC_ERROR_INPUT, "not base64 (RFC 4648, section 4)");
    return scc_program_parse(bytes, len_bytes, arch, program, err);
}

static int add(const struct scc_json_node *annotation, enum scc_diag_level level, const char *text,
               scc_diags *diags, scc_error **err)
{
    struct scc_strbuf path = {0};
    scc_json_path(annotation, &path);
    SCC_AUTOFREE char *path_text = scc_strbuf_steal(&path);
    if (!text || !path_text)
        return scc_error_nomem(err);
    return scc_diags_add(diags, level, scc_json_place(annotation), path_text, err, "%s", text);
}

/** Warns of what has failed, unless that is the system; takes @p failure over. */
static int add_failure(const struct scc_json_node *annotation, const char *what, scc_error *failure,
                       scc_diags *diags, scc_error **err)
{
    struct scc_strbuf text = {0};
    if (scc_error_get_code(failure) != SCC_ERROR_INPUT) {
        scc_error_free(failure);
        return scc_error_nomem(err);
    }
    scc_strbuf_addf(&text, "crun takes its filter from here, not from linux.seccomp, %s: %s", what,
                    scc_error_get_text(failure));
    scc_error_free(failure);
    SCC_AUTOFREE char *line = scc_strbuf_steal(&text);
    return add(annotation, SCC_DIAG_WARNING, line, diags, err);
}

/** Tells how the program differs, or that it does not. */
static int add_proof(const struct scc_json_node *annotation, const struct scc_policy *policy,
                     const struct scc_proof *proof, scc_diags *diags, scc_error **err)
{
    if (proof->equal)
        return add(annotation, SCC_DIAG_NOTE,
                   "crun loads this program instead of linux.seccomp; it says the same", diags,
                   err);
    struct scc_strbuf text = {0};
    scc_strbuf_add(&text, "crun loads this program instead of linux.seccomp, and it says something "
                          "else, so that the answer here is not crun's: ");
    scc_proof_describe(&text, policy, proof);
    SCC_AUTOFREE char *line = scc_strbuf_steal(&text);
    return add(annotation, SCC_DIAG_WARNING, line, diags, err);
}

int scc_annotation_tell(const struct scc_json_node *annotation, const struct scc_policy *policy,
                        bool *is_same, scc_diags *diags, scc_error **err)
{
    scc_program *program = NULL;
    scc_error *failure = NULL;
    struct scc_proof proof;
    if (is_same)
        *is_same = !annotation;
    if (!annotation)
        return 0;
    if (read_program(annotation, policy->target, &program, &failure) < 0)
        return add_failure(annotation, "and this is no program for the target", failure, diags,
                           err);
    int done = scc_prove(policy, program, &proof, &failure);
    scc_program_free(program);
    if (done < 0)
        return add_failure(annotation, "and it is not decided whether the two say the same",
                           failure, diags, err);
    if (is_same)
        *is_same = proof.equal;
    return add_proof(annotation, policy, &proof, diags, err);
}
