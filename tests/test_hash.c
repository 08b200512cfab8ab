/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "hash.h"
#include "support.h"

static struct scc_digest digest_of(const char *const *texts, size_t count)
{
    struct scc_hash hash;
    scc_hash_begin(&hash, "test");
    for (size_t i = 0; i < count; i++)
        scc_hash_text(&hash, texts[i]);
    return scc_hash_end(&hash);
}

/* Each by: printf '\4\0\0\0\0\0\0\0test…' | sha256sum */
Test(hash, is_sha256_of_lengths_and_fields)
{
    char hex[SCC_DIGEST_HEX_CHARS + 1];
    struct scc_digest digest = digest_of(NULL, 0);
    scc_digest_to_hex(&digest, hex);
    cr_expect_str_eq(hex, "4e5b70c6c4231e5ec370f3d9a90fd93cc6d936d49da369acf5a9b51010674a95");
    struct scc_hash hash;
    scc_hash_begin(&hash, "test");
    scc_hash_text(&hash, "ab");
    scc_hash_number(&hash, 0x0102030405060708);
    digest = scc_hash_end(&hash);
    scc_digest_to_hex(&digest, hex);
    cr_expect_str_eq(hex, "dcdf86971300f92825f887f3c6b2617351a9ab642739bd3bdbb86753ead081d3");
}

Test(hash, fields_are_apart)
{
    static const char *const one[] = {"ab", "c"}, *const other[] = {"a", "bc"},
                             *const joined[] = {"abc"}, *const longer[] = {"ab", "c", ""};
    const struct scc_digest digests[] = {digest_of(one, 2), digest_of(other, 2),
                                         digest_of(joined, 1), digest_of(longer, 3)};
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 4; j++)
            cr_expect_eq(scc_digest_equals(&digests[i], &digests[j]), i == j, "%zu %zu", i, j);
    }
}

Test(hash, hexadecimal_and_back)
{
    static const char *const refused[] = {
        "", "00", "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg"};
    char hex[SCC_DIGEST_HEX_CHARS + 1];
    struct scc_digest digest = digest_of(NULL, 0), read;
    scc_digest_to_hex(&digest, hex);
    cr_assert_eq(strlen(hex), SCC_DIGEST_HEX_CHARS);
    cr_assert(scc_digest_from_hex(hex, &read));
    cr_expect(scc_digest_equals(&digest, &read));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        cr_expect_not(scc_digest_from_hex(refused[i], &read), "%s", refused[i]);
}
