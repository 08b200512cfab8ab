/* SPDX-License-Identifier: Apache-2.0 */
#include "cache_key.h"

#include <assert.h>

#include "frequencies.h"
#include "identity.h"

/*
 * An option that is missing in the key would let a program be taken for another. A field more fails
 * an assertion, or where it fits into padding, gives a -Wmissing-field-initializers below.
 */
static_assert(sizeof(struct scc_emit_options) == 2 * sizeof(void *),
              "scc_cache_program_options() and add_emit_options() name every option");
static_assert(sizeof(struct scc_reading) == 5 * sizeof(int), "add_reading() names every option");
static_assert(sizeof(struct scc_compile_options) == sizeof(struct scc_emit_options) +
                                                        sizeof(struct scc_reading) +
                                                        3 * sizeof(int) + sizeof(void (*)(void)),
              "scc_cache_program_options() and scc_cache_key() name every option");

struct scc_compile_options scc_cache_program_options(const struct scc_compile_options *options)
{
    const struct scc_emit_options emit = {options->emit.optimize_for, options->emit.frequencies};
    const struct scc_compile_options deciding = {
        options->level, emit, options->reading, options->allows_mismatch, false, false, false, NULL,
    };
    return deciding;
}

static void add_emit_options(struct scc_hash *hash, const struct scc_emit_options *emit)
{
    scc_hash_number(hash, (uint64_t)emit->optimize_for);
    scc_hash_number(hash, emit->frequencies != NULL);
    /* In the order of the table of calls, which is one of this compiler's sources. */
    for (size_t i = 0; emit->frequencies && i < SCC_SYSCALL_COUNT; i++)
        scc_hash_number(hash, emit->frequencies->counts[i]);
}

static void add_reading(struct scc_hash *hash, const struct scc_reading *reading)
{
    scc_hash_number(hash, (uint64_t)reading->on_conflict);
    scc_hash_number(hash, (uint64_t)reading->enosys);
    scc_hash_number(hash, reading->profile_major);
    scc_hash_number(hash, reading->profile_minor);
    scc_hash_number(hash, reading->hardens);
}

struct scc_digest scc_cache_key(const struct scc_cache_inputs *inputs)
{
    const struct scc_compile_options options = scc_cache_program_options(inputs->options);
    const struct scc_target *target = inputs->target;
    struct scc_hash hash;
    scc_hash_begin(&hash, "seccompc cache key 1");
    scc_hash_text(&hash, SCC_VERSION);
    scc_hash_text(&hash, SCC_IDENTITY);
    scc_hash_text(&hash, options.level == SCC_LEVEL_OWN ? "" : scc_scmp_version());
    scc_hash_number(&hash, (uint64_t)options.level);
    add_emit_options(&hash, &options.emit);
    add_reading(&hash, &options.reading);
    scc_hash_number(&hash, options.allows_mismatch);
    scc_hash_text(&hash, scc_arch_token_name(target->arch));
    scc_hash_number(&hash, target->caps);
    scc_hash_number(&hash, target->kernel.major);
    scc_hash_number(&hash, target->kernel.minor);
    scc_hash_number(&hash, (uint64_t)inputs->kind);
    scc_hash_bytes(&hash, inputs->text, inputs->text_bytes);
    return scc_hash_end(&hash);
}
