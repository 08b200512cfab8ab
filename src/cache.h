/* SPDX-License-Identifier: Apache-2.0 */
/** Compiled programs in a store; the public face is include/seccompc/cache.h. */
#ifndef SCC_CACHE_INTERNAL_H
#define SCC_CACHE_INTERNAL_H

#include <seccompc/blob.h>
#include <seccompc/cache.h>

#include "cache_store.h"
#include "compile.h"

struct scc_cache {
    struct scc_store *store;
    bool is_named; /* its directory was asked for */
};

/**
 * As scc_cache_get(), with a compilation's own options, of which those count that decide which
 * program comes out, and `warns`, which is asked when it has to be compiled.
 */
int scc_cache_compile(const scc_cache *cache, const struct scc_cache_source *source,
                      const scc_target *target, const struct scc_compile_options *options,
                      scc_cached **cached, scc_diags *diags, scc_error **err);

/**
 * As scc_cache_compile(), of a profile that has been read. The key is made from the profile's own
 * text: one in a runtime config has the same key whatever else is in the config. When it has to be
 * compiled, all of @p options hold: with a crosscheck, libseccomp is asked only then.
 */
int scc_cache_compile_profile(const scc_cache *cache, const scc_profile *profile,
                              const scc_target *target, const struct scc_compile_options *options,
                              scc_cached **cached, scc_diags *diags, scc_error **err);

/**
 * Whether @p bytes are what the cache puts under @p key: a sealed blob of one program that was made
 * from these inputs. Errors: SCC_ERROR_INPUT where they are not; SCC_ERROR_SYSTEM without memory.
 */
int scc_cache_unseal(const void *bytes, size_t len_bytes, const struct scc_digest *key,
                     scc_blob **blob, scc_error **err);

/** What this compiler calls itself in the blobs that it makes: another has other sources. */
const char *scc_cache_producer(void);

#endif
