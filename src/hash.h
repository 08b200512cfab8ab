/* SPDX-License-Identifier: Apache-2.0 */
/**
 * SHA-256 (nettle's, FIPS 180-4) over a list of fields. Each field goes in behind its length, so
 * that two different lists are two different texts; the first is the domain, which says what the
 * list stands for and in which version of its form.
 */
#ifndef SCC_HASH_H
#define SCC_HASH_H

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCC_DIGEST_BYTES = SHA256_DIGEST_SIZE,
    /** A digest in hexadecimal, lower case, without the NUL. */
    SCC_DIGEST_HEX_CHARS = 2 * SCC_DIGEST_BYTES,
};

struct scc_digest {
    uint8_t bytes[SCC_DIGEST_BYTES];
};

struct scc_hash {
    struct sha256_ctx state;
};

/** Begins a list of fields with @p domain. */
void scc_hash_begin(struct scc_hash *hash, const char *domain);

void scc_hash_bytes(struct scc_hash *hash, const void *bytes, size_t len_bytes);
void scc_hash_text(struct scc_hash *hash, const char *text);
void scc_hash_number(struct scc_hash *hash, uint64_t number);

/** The digest of all fields; @p hash must begin anew afterwards. */
struct scc_digest scc_hash_end(struct scc_hash *hash);

bool scc_digest_equals(const struct scc_digest *a, const struct scc_digest *b);

/** Writes the digest in hexadecimal, NUL-terminated. */
void scc_digest_to_hex(const struct scc_digest *digest, char hex[SCC_DIGEST_HEX_CHARS + 1]);

/** Reads exactly SCC_DIGEST_HEX_CHARS characters, lower case, from @p hex, which may go on. */
bool scc_digest_from_hex(const char *hex, struct scc_digest *digest);

#endif
