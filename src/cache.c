/* SPDX-License-Identifier: Apache-2.0 */
#include "cache.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "builtin.h"
#include "cache_key.h"
#include "config.h"
#include "diag.h"
#include "file.h"
#include "identity.h"
#include "json.h"
#include "util.h"

enum {
    /** How long another process's compilation is waited for, in each of SCC_STORE_ROUNDS. One takes
     * milliseconds; a process that is stopped or hangs must not hold up the rest. */
    WAIT_MS = 1000,
    PAUSE_MIN_MS = 1,
    PAUSE_MAX_MS = 16,
};

struct scc_cached {
    void *bytes;
    size_t len_bytes;
    scc_blob *blob; /* read from the bytes */
    char *path;     /* or NULL */
    bool is_hit;
};

/*
 * Objects
 */

int scc_cache_open(const char *dir, scc_cache **cache, scc_error **err)
{
    scc_cache *made = calloc(1, sizeof *made);
    if (!made)
        return scc_error_nomem(err);
    if (scc_store_open(dir, true, &made->store, err) < 0) {
        free(made);
        return -1;
    }
    made->is_named = dir != NULL;
    *cache = made;
    return 0;
}

void scc_cache_set_limits(scc_cache *cache, size_t entries, uint64_t bytes)
{
    scc_store_set_limits(cache->store, entries, bytes);
}

void scc_cache_close(scc_cache *cache)
{
    if (!cache)
        return;
    scc_store_close(cache->store);
    free(cache);
}

const scc_program *scc_cached_program(const scc_cached *cached)
{
    return scc_blob_program(cached->blob, 0);
}

const void *scc_cached_blob(const scc_cached *cached, size_t *len_bytes)
{
    *len_bytes = cached->len_bytes;
    return cached->bytes;
}

const char *scc_cached_path(const scc_cached *cached)
{
    return cached->path;
}

bool scc_cached_is_hit(const scc_cached *cached)
{
    return cached->is_hit;
}

void scc_cached_free(scc_cached *cached)
{
    if (!cached)
        return;
    scc_blob_free(cached->blob);
    free(cached->bytes);
    free(cached->path);
    free(cached);
}

/*
 * One request
 */

struct request {
    const struct scc_store *store; /* NULL: there is no cache */
    bool is_named;                 /* its directory was asked for */
    const struct scc_cache_inputs *inputs;
    const scc_profile *profile; /* the document where it has been read already, or NULL */
    const char *name;           /* of the document */
    struct scc_digest key;
    scc_cached *cached; /* filled in as the parts come */
    scc_diags *diags;
};

/** Tells what the cache could not do; frees @p why. Without memory for the note there is none. */
static void note(const struct request *at, scc_error *why)
{
    scc_diags_add(at->diags, SCC_DIAG_NOTE, (struct scc_place){0}, NULL, NULL, "%s",
                  scc_error_get_text(why));
    scc_error_free(why);
}

/*
 * Looking
 */

const char *scc_cache_producer(void)
{
    return "seccompc " SCC_VERSION " " SCC_IDENTITY_SHORT;
}

int scc_cache_unseal(const void *bytes, size_t len_bytes, const struct scc_digest *key,
                     scc_blob **blob, scc_error **err)
{
    scc_blob *read;
    struct scc_blob_entry entry = {0};
    if (scc_blob_parse(bytes, len_bytes, &read, err) < 0)
        return -1;
    if (scc_blob_count(read) == 1)
        scc_blob_entry(read, 0, &entry);
    if (scc_blob_count(read) != 1 || memcmp(entry.inputs, key->bytes, sizeof key->bytes) != 0) {
        scc_blob_free(read);
        return scc_error_set(err, SCC_ERROR_INPUT, "a blob that was made from other inputs");
    }
    *blob = read;
    return 0;
}

enum outcome {
    HIT,
    MISS,
    LOST, /* the cache does not work for this key: nobody need be waited for */
};

/** Tells of a bad entry and removes it. */
static enum outcome discard(const struct request *at, scc_error *why)
{
    scc_error *failure = NULL;
    note(at, why);
    if (scc_store_remove(at->store, &at->key, &failure) == 0)
        return MISS;
    note(at, failure);
    return LOST;
}

/** Whether the blob that was read is for the target that was asked for. */
static bool is_for_target(const struct request *at)
{
    const struct scc_target *target = at->inputs->target;
    return scc_blob_find(at->cached->blob, target->arch, target->caps, target->kernel.major,
                         target->kernel.minor) == 0;
}

static int accept_bytes(const struct request *at, scc_error **why)
{
    scc_cached *cached = at->cached;
    if (scc_cache_unseal(cached->bytes, cached->len_bytes, &at->key, &cached->blob, why) < 0)
        return -1;
    if (is_for_target(at))
        return 0;
    return scc_error_set(why, SCC_ERROR_INPUT, "a blob for another target");
}

static void drop_bytes(scc_cached *cached)
{
    scc_blob_free(cached->blob);
    free(cached->bytes);
    cached->blob = NULL;
    cached->bytes = NULL;
}

/** Looks for the entry once. */
static enum outcome look(const struct request *at)
{
    scc_error *why = NULL;
    scc_cached *cached = at->cached;
    switch (scc_store_load(at->store, &at->key, true, &cached->bytes, &cached->len_bytes, &why)) {
    case SCC_STORE_MISSING:
        return MISS;
    case SCC_STORE_BAD:
        return discard(at, why);
    case SCC_STORE_FAILED:
        note(at, why);
        return LOST;
    case SCC_STORE_FOUND:
        break;
    }
    if (accept_bytes(at, &why) == 0) {
        cached->path = scc_store_entry_path(at->store, &at->key);
        cached->is_hit = true;
        return HIT;
    }
    drop_bytes(cached);
    if (scc_error_get_code(why) == SCC_ERROR_INPUT) {
        SCC_AUTOFREE char *path = scc_store_entry_path(at->store, &at->key);
        scc_error_wrap(&why, "cache: %s", path ? path : "an entry");
        return discard(at, why);
    }
    note(at, why);
    return LOST;
}

static uint64_t now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void pause_ms(long pause)
{
    const struct timespec time = {.tv_nsec = pause * 1000000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

/** Tells that another has the turn for too long. */
static void note_waiting(const struct request *at)
{
    scc_error *why = NULL;
    scc_error_set(
        &why, SCC_ERROR_SYSTEM,
        "cache: %s: another process has been making the same entry for %d ms; not waiting "
        "for it any longer",
        scc_store_path(at->store), WAIT_MS);
    note(at, why);
}

/** Looks until the entry is there, or it is this process's turn in @p round, or the time is up;
 * then *is_late. */
static enum outcome wait_round(const struct request *at, unsigned round, int *turn, bool *is_late)
{
    const uint64_t end = now_ms() + WAIT_MS;
    *is_late = false;
    for (long pause = PAUSE_MIN_MS;; pause = pause < PAUSE_MAX_MS ? 2 * pause : PAUSE_MAX_MS) {
        enum scc_store_turn whose = scc_store_ask_turn(at->store, &at->key, round, turn);
        enum outcome outcome = look(at); /* again: it may have come before the turn did */
        if (outcome != MISS || whose != SCC_STORE_TAKEN)
            return outcome;
        *is_late = now_ms() >= end;
        if (*is_late)
            return outcome;
        pause_ms(pause);
    }
}

/**
 * Looks until the entry is there or this process should make it. Where the one whose turn it is
 * takes too long, another gets a turn, not all at once: on a machine with too much to do that would
 * make it worse. *turn is the lock's descriptor, to be closed when the entry is made.
 */
static enum outcome wait_for_entry(const struct request *at, int *turn)
{
    for (unsigned round = 0; round < SCC_STORE_ROUNDS; round++) {
        bool is_late;
        enum outcome outcome = wait_round(at, round, turn, &is_late);
        if (!is_late)
            return outcome;
        note_waiting(at);
    }
    return MISS;
}

/*
 * Making
 */

static int parse_config(const struct request *at, scc_profile **profile, scc_error **err)
{
    const struct scc_cache_inputs *inputs = at->inputs;
    scc_cap_set caps;
    struct scc_json *doc;
    char *text = malloc(inputs->text_bytes + 1);
    if (!text)
        return scc_error_nomem(err);
    memcpy(text, inputs->text, inputs->text_bytes);
    if (scc_json_parse(text, inputs->text_bytes, at->name, &doc, err) < 0)
        return -1;
    return scc_config_from_json(doc, &caps, profile, at->diags, err);
}

/** Seals what was compiled into the request's bytes. */
static int seal(const struct request *at, const scc_profile *profile,
                const struct scc_compiled *compiled, scc_error **err)
{
    const struct scc_target *target = at->inputs->target;
    struct scc_blob_condition condition;
    scc_blob *blob;
    if (scc_blob_new(scc_cache_producer(), &blob, err) < 0)
        return -1;
    scc_blob_condition_of(profile, target, &condition);
    int done = scc_blob_add(blob, target->arch, compiled->program, &condition,
                            scc_policy_filter_flags(compiled->policy), at->key.bytes, err);
    if (done == 0)
        done = scc_blob_to_bytes(blob, &at->cached->bytes, &at->cached->len_bytes, err);
    scc_blob_free(blob);
    return done;
}

/** Reads the document. *owned becomes the profile where it has not been read already. */
static int read_profile(const struct request *at, scc_profile **owned, scc_error **err)
{
    const struct scc_cache_inputs *inputs = at->inputs;
    if (at->profile)
        return 0;
    if (inputs->kind == SCC_CACHE_CONFIG)
        return parse_config(at, owned, err);
    if (scc_profile_parse(inputs->text, inputs->text_bytes, at->name, owned, at->diags, err) < 0)
        return -1;
    return scc_profile_bound_work(*owned, err);
}

/** Compiles, proves and seals, then reads the blob as a hit does. */
static int make(const struct request *at, scc_error **err)
{
    const struct scc_cache_inputs *inputs = at->inputs;
    scc_profile *owned = NULL;
    struct scc_compiled compiled = {0};
    int done = read_profile(at, &owned, err);
    const scc_profile *profile = at->profile ? at->profile : owned;
    if (done == 0)
        done = scc_compile(profile, inputs->target, inputs->options, &compiled, at->diags, err);
    if (done == 0)
        done = seal(at, profile, &compiled, err);
    scc_compiled_clear(&compiled);
    scc_profile_free(owned);
    return done == 0 ? accept_bytes(at, err) : -1;
}

static void store(const struct request *at)
{
    scc_error *why = NULL;
    scc_cached *cached = at->cached;
    if (scc_store_put(at->store, &at->key, cached->bytes, cached->len_bytes, &why) < 0) {
        /* As where the directory cannot be had at all: each start compiles. */
        scc_diags_add(at->diags, at->is_named ? SCC_DIAG_WARNING : SCC_DIAG_NOTE,
                      (struct scc_place){0}, NULL, NULL, "compiled without a cache: %s",
                      scc_error_get_text(why));
        scc_error_free(why);
        return;
    }
    cached->path = scc_store_entry_path(at->store, &at->key);
    if (scc_store_tidy(at->store, &why) < 0)
        note(at, why);
}

/** Fills the request's result in. */
static int fill(struct request *at, scc_error **err)
{
    SCC_CLEANUP(scc_close_fd) int turn = -1;
    at->key = scc_cache_key(at->inputs);
    if (!at->store)
        return make(at, err);
    enum outcome outcome = look(at);
    if (outcome == MISS)
        outcome = wait_for_entry(at, &turn);
    if (outcome == HIT)
        return 0;
    if (make(at, err) < 0)
        return -1;
    store(at);
    return 0;
}

/** The document's bytes: the text, the file's, or the built-in profile's. What was read is *owned.
 */
static int read_source(const struct scc_cache_source *source, struct scc_cache_inputs *inputs,
                       const char **name, char **owned, scc_error **err)
{
    inputs->kind = source->kind;
    inputs->text = source->text;
    inputs->text_bytes = source->text_bytes;
    *name = source->name;
    if (source->path) {
        *name = scc_file_shown_name(source->path);
        if (scc_file_read(source->path, SCC_JSON_MAX_BYTES, owned, &inputs->text_bytes, err) < 0)
            return -1;
        inputs->text = *owned;
    } else if (!source->text) {
        *name = "built-in profile";
        inputs->text = scc_builtin_profile;
        inputs->text_bytes = scc_builtin_profile_bytes;
    }
    return 0;
}

/** Answers a request, whose result becomes *cached. */
static int answer(struct request *at, scc_cached **cached, scc_error **err)
{
    at->cached = calloc(1, sizeof *at->cached);
    if (!at->cached)
        return scc_error_nomem(err);
    if (fill(at, err) < 0) {
        scc_cached_free(at->cached);
        return -1;
    }
    *cached = at->cached;
    return 0;
}

int scc_cache_compile(const scc_cache *cache, const struct scc_cache_source *source,
                      const scc_target *target, const struct scc_compile_options *options,
                      scc_cached **cached, scc_diags *diags, scc_error **err)
{
    struct scc_compile_options deciding = scc_cache_program_options(options);
    deciding.warns = options->warns;
    struct scc_cache_inputs inputs = {.target = target, .options = &deciding};
    struct request at = {.store = cache ? cache->store : NULL,
                         .is_named = cache && cache->is_named,
                         .inputs = &inputs,
                         .diags = diags};
    SCC_AUTOFREE char *owned = NULL;
    if (read_source(source, &inputs, &at.name, &owned, err) < 0)
        return -1;
    return answer(&at, cached, err);
}

int scc_cache_compile_profile(const scc_cache *cache, const scc_profile *profile,
                              const scc_target *target, const struct scc_compile_options *options,
                              scc_cached **cached, scc_diags *diags, scc_error **err)
{
    struct scc_cache_inputs inputs = {
        .kind = SCC_CACHE_PROFILE, .target = target, .options = options};
    struct request at = {.store = cache ? cache->store : NULL,
                         .is_named = cache && cache->is_named,
                         .inputs = &inputs,
                         .profile = profile,
                         .name = scc_profile_name(profile),
                         .diags = diags};
    inputs.text = scc_profile_text(profile, &inputs.text_bytes);
    return answer(&at, cached, err);
}

int scc_cache_get(const scc_cache *cache, const struct scc_cache_source *source,
                  const scc_target *target, const struct scc_cache_options *options,
                  scc_cached **cached, scc_diags *diags, scc_error **err)
{
    struct scc_compile_options compile = {.level = SCC_LEVEL_OWN};
    if (options) {
        if (options->shape)
            compile.level = options->shape == SCC_SCMP_LINEAR ? SCC_LEVEL_LINEAR : SCC_LEVEL_TREE;
        compile.emit = options->emit;
        compile.reading = options->reading;
        compile.allows_mismatch = options->allows_mismatch;
    }
    return scc_cache_compile(cache, source, target, &compile, cached, diags, err);
}
