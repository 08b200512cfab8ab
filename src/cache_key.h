/* SPDX-License-Identifier: Apache-2.0 */
/** The name of a compilation: a hash of everything that decides which program comes out. */
#ifndef SCC_CACHE_KEY_H
#define SCC_CACHE_KEY_H

#include <seccompc/cache.h>

#include "compile.h"
#include "hash.h"

/** What goes into a compilation, beside the compiler. */
struct scc_cache_inputs {
    enum scc_cache_kind kind;
    const void *text; /* the document, byte for byte */
    size_t text_bytes;
    const scc_target *target;
    const struct scc_compile_options *options;
};

/**
 * The options that decide which program comes out, in the form in which the cache compiles: the
 * others, which ask for reports and further outputs, are off.
 */
struct scc_compile_options scc_cache_program_options(const struct scc_compile_options *options);

/**
 * The key of a compilation. In it are the document and its kind, the target, the options of
 * scc_cache_program_options(), this compiler (its version and a hash of its sources and tables) and
 * at levels 0 and 1 the installed libseccomp's version.
 *
 * Capabilities and kernel go in as they are. What a profile makes of them is less, but to know that
 * it would have to be parsed, and then the cache would save little.
 */
struct scc_digest scc_cache_key(const struct scc_cache_inputs *inputs);

#endif
