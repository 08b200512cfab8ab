/* SPDX-License-Identifier: Apache-2.0 */
/**
 * memory_library PROFILE CACHE: calls each function of libseccompc that may want memory. On success
 * it writes what was made; on failure the error to standard error, its code being the exit status,
 * 99 where a failed function has touched what it should not. For test_memory_faults.c.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <seccompc/seccompc.h>

enum { STATUS_TOUCHED = 99 };

/** All that is made; one place frees it. */
struct made {
    scc_diags *diags;
    scc_target *target;
    scc_profile *profile;
    scc_policy *policy;
    scc_program *program, *other;
    scc_frequencies *frequencies;
    scc_blob *blob, *parsed;
    void *bytes, *blob_bytes;
    char *oci, *lxc, *header, *difference;
    scc_cache *cache;
    scc_cached *cached;
};

static scc_error *failure;
static bool is_touched;

/** Whether a function has failed; where it has, @p result must be as it was. */
static bool has_failed(int done, const void *result)
{
    is_touched |= done < 0 && (result || !failure);
    return done < 0;
}

/** For functions without an error object: NULL is too little memory. */
static bool is_missing(const void *result)
{
    if (!result && !failure)
        fprintf(stderr, "seccompc: out of memory\n");
    return !result;
}

static int compile(struct made *made, const char *path)
{
    static const char counts[] = "read 10\nclone 5\n";
    const scc_arch *arch = scc_arch_find("amd64");
    size_t len;
    if (has_failed(scc_target_new(arch, scc_target_caps_docker(), 6, 18, &made->target, &failure),
                   made->target) ||
        has_failed(scc_profile_read(path, &made->profile, made->diags, &failure), made->profile) ||
        has_failed(scc_policy_select(made->profile, made->target, NULL, &made->policy, made->diags,
                                     &failure),
                   made->policy) ||
        has_failed(scc_frequencies_parse(counts, sizeof counts - 1, "counts", &made->frequencies,
                                         &failure),
                   made->frequencies))
        return -1;
    const struct scc_emit_options options = {SCC_OPTIMIZE_RUNTIME, made->frequencies};
    if (has_failed(scc_policy_compile(made->policy, &options, &made->program, &failure),
                   made->program) ||
        is_missing(made->bytes = scc_program_to_bytes(made->program, &len)) ||
        has_failed(scc_program_parse(made->bytes, len, arch, &made->other, &failure),
                   made->other) ||
        has_failed(scc_program_check(made->other, &failure), NULL) ||
        is_missing(made->oci = scc_policy_to_oci(made->policy, &len)) ||
        has_failed(scc_policy_to_lxc(made->policy, &made->lxc, &len, made->diags, &failure),
                   made->lxc) ||
        is_missing(made->header = scc_program_to_header(made->program, arch, "filter", &len)))
        return -1;
    return 0;
}

static int prove(struct made *made)
{
    bool equal = false;
    scc_program_free(made->other);
    made->other = NULL;
    if (has_failed(scc_emit_bpf(made->policy, NULL, &made->other, &failure), made->other) ||
        has_failed(scc_policy_prove(made->policy, made->other, &equal, &made->difference, &failure),
                   made->difference))
        return -1;
    return equal ? 0 : -1;
}

static int seal(struct made *made)
{
    static const uint8_t inputs[32];
    struct scc_blob_condition condition;
    size_t len;
    scc_blob_condition_of(made->profile, made->target, &condition);
    if (has_failed(scc_blob_new("a test", &made->blob, &failure), made->blob) ||
        has_failed(scc_blob_add(made->blob, scc_arch_find("amd64"), made->program, &condition,
                                scc_policy_filter_flags(made->policy), inputs, &failure),
                   NULL) ||
        has_failed(scc_blob_to_bytes(made->blob, &made->blob_bytes, &len, &failure),
                   made->blob_bytes) ||
        has_failed(scc_blob_parse(made->blob_bytes, len, &made->parsed, &failure), made->parsed))
        return -1;
    return 0;
}

/** A miss, then a hit. */
static int ask_cache(struct made *made, const char *path, const char *folder)
{
    const struct scc_cache_source source = {.path = path};
    if (has_failed(scc_cache_open(folder, &made->cache, &failure), made->cache))
        return -1;
    for (int i = 0; i < 2; i++) {
        scc_cached_free(made->cached);
        made->cached = NULL;
        if (has_failed(scc_cache_get(made->cache, &source, made->target, NULL, &made->cached,
                                     made->diags, &failure),
                       made->cached))
            return -1;
    }
    return 0;
}

static void release(struct made *made)
{
    scc_cached_free(made->cached);
    scc_cache_close(made->cache);
    scc_blob_free(made->parsed);
    scc_blob_free(made->blob);
    scc_frequencies_free(made->frequencies);
    scc_program_free(made->other);
    scc_program_free(made->program);
    scc_policy_free(made->policy);
    scc_profile_free(made->profile);
    scc_target_free(made->target);
    scc_diags_free(made->diags);
    free(made->bytes);
    free(made->blob_bytes);
    free(made->oci);
    free(made->lxc);
    free(made->header);
    free(made->difference);
}

int main(int argc, char **argv)
{
    struct made made = {.diags = scc_diags_new()};
    if (argc != 3)
        return 2;
    int done = is_missing(made.diags) ? -1 : compile(&made, argv[1]);
    if (done == 0)
        done = prove(&made);
    if (done == 0)
        done = seal(&made);
    if (done == 0)
        done = ask_cache(&made, argv[1], argv[2]);
    if (done == 0)
        printf("%s%s%s%zu\n", made.oci, made.lxc, made.header,
               scc_program_count(scc_cached_program(made.cached)));
    if (failure)
        fprintf(stderr, "seccompc: %s\n", scc_error_get_text(failure));
    int status = is_touched  ? STATUS_TOUCHED
                 : done == 0 ? 0
                 : failure   ? (int)scc_error_get_code(failure)
                             : 3;
    scc_error_free(failure);
    release(&made);
    return status;
}
