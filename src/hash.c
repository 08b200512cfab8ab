/* SPDX-License-Identifier: Apache-2.0 */
#include "hash.h"

#include <string.h>

static void add_little_endian(struct scc_hash *hash, uint64_t number)
{
    uint8_t bytes[sizeof number];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(number >> 8 * i);
    sha256_update(&hash->state, sizeof bytes, bytes);
}

void scc_hash_begin(struct scc_hash *hash, const char *domain)
{
    sha256_init(&hash->state);
    scc_hash_text(hash, domain);
}

void scc_hash_bytes(struct scc_hash *hash, const void *bytes, size_t len_bytes)
{
    add_little_endian(hash, len_bytes);
    sha256_update(&hash->state, len_bytes, bytes);
}

void scc_hash_text(struct scc_hash *hash, const char *text)
{
    scc_hash_bytes(hash, text, strlen(text));
}

void scc_hash_number(struct scc_hash *hash, uint64_t number)
{
    add_little_endian(hash, sizeof number);
    add_little_endian(hash, number);
}

struct scc_digest scc_hash_end(struct scc_hash *hash)
{
    struct scc_digest digest;
    sha256_digest(&hash->state, sizeof digest.bytes, digest.bytes);
    return digest;
}

bool scc_digest_equals(const struct scc_digest *a, const struct scc_digest *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static const char digits[] = "0123456789abcdef";

void scc_digest_to_hex(const struct scc_digest *digest, char hex[SCC_DIGEST_HEX_CHARS + 1])
{
    for (size_t i = 0; i < SCC_DIGEST_BYTES; i++) {
        hex[2 * i] = digits[digest->bytes[i] >> 4];
        hex[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    hex[SCC_DIGEST_HEX_CHARS] = '\0';
}

bool scc_digest_from_hex(const char *hex, struct scc_digest *digest)
{
    for (size_t i = 0; i < SCC_DIGEST_HEX_CHARS; i++) {
        const char *digit = hex[i] ? strchr(digits, hex[i]) : NULL;
        if (!digit)
            return false;
        uint8_t *byte = &digest->bytes[i / 2];
        *byte = (uint8_t)(i % 2 ? *byte << 4 | (digit - digits) : digit - digits);
    }
    return true;
}
