/* SPDX-License-Identifier: Apache-2.0 */
/** What the cache's tests share: profiles, a target, and asking. Include after criterion. */
#ifndef SCC_TEST_CACHE_SUPPORT_H
#define SCC_TEST_CACHE_SUPPORT_H

#include <fcntl.h>
#include <sys/stat.h>

#include "cache.h"
#include "cache_key.h"
#include "folder.h"
#include "program.h"
#include "support.h"
#include "util.h"

static const char profile_text[] =
    "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_X86_64\"],\n"
    " \"syscalls\": [{\"names\": [\"read\", \"write\"], \"action\": \"SCMP_ACT_ALLOW\"}]}";

/** A source whose program is the same for every @p number, but whose text is not. */
static inline struct scc_cache_source numbered_source(unsigned number, char *text, size_t size)
{
    int len = snprintf(text, size, "%s%*s", profile_text, (int)number, "");
    return (struct scc_cache_source){.text = text, .text_bytes = (size_t)len, .name = "profile"};
}

static inline struct scc_cache_source plain_source(void)
{
    return (struct scc_cache_source){
        .text = profile_text, .text_bytes = sizeof profile_text - 1, .name = "profile"};
}

static const struct scc_target *test_target(void)
{
    static struct scc_target target;
    target = (struct scc_target){scc_arch_find("amd64"), scc_cap_docker(), {6, 18}};
    return &target;
}

static inline struct scc_digest key_of_source(const struct scc_cache_source *source)
{
    static const struct scc_compile_options options = {.level = SCC_LEVEL_OWN};
    const struct scc_cache_inputs inputs = {source->kind, source->text, source->text_bytes,
                                            test_target(), &options};
    return scc_cache_key(&inputs);
}

/** The name of the source's entry in the cache "cache"; a static string. */
static inline const char *entry_path(const struct scc_cache_source *source)
{
    static char path[SCC_DIGEST_HEX_CHARS + 16];
    char hex[SCC_DIGEST_HEX_CHARS + 1];
    struct scc_digest key = key_of_source(source);
    scc_digest_to_hex(&key, hex);
    snprintf(path, sizeof path, "cache/%s.blob", hex);
    return path;
}

/** Whether two programs are the same instructions. */
static inline bool programs_are_same(const scc_program *a, const scc_program *b)
{
    return a->count == b->count && memcmp(a->insns, b->insns, a->count * sizeof *a->insns) == 0;
}

/** What profile_text compiles to, without a cache. The caller frees it. */
static inline scc_cached *right_answer(void)
{
    const struct scc_cache_source source = plain_source();
    scc_error *err = NULL;
    scc_cached *cached = NULL;
    must(scc_cache_get(NULL, &source, test_target(), NULL, &cached, NULL, &err), err);
    return cached;
}

static inline scc_cache *open_cache(const char *dir)
{
    scc_error *err = NULL;
    scc_cache *cache = NULL;
    must(scc_cache_open(dir, &cache, &err), err);
    return cache;
}

#endif
