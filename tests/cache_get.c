/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cache_get DIR|- PROFILE [ARCH]: the program through the cache in DIR ("-": the usual one), as a
 * runtime would ask for it. Prints "hit" or "miss", the number of instructions and the path of the
 * blob or "-"; notes go to standard error. Exit status as the command's.
 */
#include <stdio.h>
#include <string.h>

#include <seccompc/seccompc.h>

static int fail(const scc_error *err)
{
    fprintf(stderr, "%s\n", scc_error_get_text(err));
    return (int)scc_error_get_code(err);
}

int main(int argc, char **argv)
{
    scc_error *err = NULL;
    scc_cache *cache = NULL;
    scc_target *target = NULL;
    scc_cached *cached = NULL;
    scc_diags *diags = scc_diags_new();
    if (argc < 3 || !diags)
        return 2;
    if (scc_cache_open(strcmp(argv[1], "-") == 0 ? NULL : argv[1], &cache, &err) < 0) {
        fail(err);
        scc_error_free(err);
        err = NULL;
    }
    const struct scc_cache_source source = {.path = argv[2]};
    const scc_arch *arch = scc_arch_find(argc > 3 ? argv[3] : "amd64");
    if (scc_target_new(arch, scc_target_caps_docker(), 6, 18, &target, &err) < 0 ||
        scc_cache_get(cache, &source, target, NULL, &cached, diags, &err) < 0)
        return fail(err);
    enum scc_diag_level level;
    for (size_t i = 0; scc_diags_at(diags, i, &level); i++)
        fprintf(stderr, "%s\n", scc_diags_at(diags, i, &level));
    const char *path = scc_cached_path(cached);
    printf("%s %zu %s\n", scc_cached_is_hit(cached) ? "hit" : "miss",
           scc_program_count(scc_cached_program(cached)), path ? path : "-");
    scc_cached_free(cached);
    scc_target_free(target);
    scc_cache_close(cache);
    scc_diags_free(diags);
    return 0;
}
