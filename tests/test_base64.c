/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base64.h"
#include "support.h"
#include "util.h"

/* The test vectors of RFC 4648, section 10, and the letters that are no digits of base 62. */
static const struct {
    const char *bytes, *text;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xff\xef\xbe", "/+++"},
};

Test(base64, writes_and_reads_the_standards_vectors)
{
    for (size_t i = 0; i < SCC_COUNT(vectors); i++) {
        struct scc_strbuf out = {0};
        char bytes[8];
        size_t len = 99;
        scc_base64_add(&out, vectors[i].bytes, strlen(vectors[i].bytes));
        cr_expect_str_eq(out.data ? out.data : "", vectors[i].text);
        scc_strbuf_free(&out);
        cr_assert(scc_base64_decode(vectors[i].text, strlen(vectors[i].text), bytes, &len));
        cr_assert_leq(len, scc_base64_room_bytes(strlen(vectors[i].text)));
        cr_expect_eq(len, strlen(vectors[i].bytes));
        cr_expect_arr_eq(bytes, vectors[i].bytes, len);
    }
}

Test(base64, writes_on_one_line)
{
    unsigned char bytes[768];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7);
    struct scc_strbuf out = {0};
    scc_base64_add(&out, bytes, sizeof bytes);
    cr_assert_eq(out.len, 1024);
    cr_assert_null(strpbrk(out.data, "\r\n= "));
    scc_strbuf_free(&out);
    static const unsigned char zeros[] = {0, 0, 0, 0};
    scc_base64_add(&out, zeros, sizeof zeros);
    cr_assert_str_eq(out.data, "AAAAAA==");
    scc_strbuf_free(&out);
}

Test(base64, reads_what_it_writes)
{
    unsigned char bytes[256], back[258];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 91 + 7);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        struct scc_strbuf out = {0};
        size_t back_len = 999;
        scc_base64_add(&out, bytes, len);
        cr_assert_leq(scc_base64_room_bytes(out.len), sizeof back);
        cr_assert(scc_base64_decode(out.data ? out.data : "", out.len, back, &back_len));
        cr_assert_eq(back_len, len);
        cr_assert_eq(memcmp(bytes, back, len), 0);
        scc_strbuf_free(&out);
    }
}

Test(base64, a_file_may_end_its_line)
{
    static const struct {
        const char *text;
        bool is_one;
    } cases[] = {
        {"Zm9v", true},   {"Zm9v\n", true},      {"Zg==\n", true},  {"", false},
        {"\n", false},    {"Zm9v\n\n", false},   {"\nZm9v", false}, {"Zm9v\r\n", false},
        {"Zm9v ", false}, {"Zm9v\nZm9v", false},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        const char *text = cases[i].text;
        char bytes[8];
        size_t len;
        cr_expect_eq(scc_base64_decode_line(text, strlen(text), bytes, &len), cases[i].is_one, "%s",
                     text);
    }
}

Test(base64, refuses_every_other_form)
{
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {
        {"Z", 1},          {"Zg", 2},           {"Zg=", 3},    {"Zm8", 3},
        {"Zm9vY", 5},      {"====", 4},         {"Z===", 4},   {"=Zg=", 4},
        {"Zg=v", 4},       {"Zg==Zg==", 8},     {"Zh==", 4},   {"Zm9=", 4},
        {"Zm9\n", 4},      {" m9v", 4},         {"Zm9v\n", 5}, {"Zm9v\n\n\n\n", 8},
        {"Zm-_", 4},       {"Zm,v", 4},         {"Zm\0v", 4},  {"\0\0\0\0", 4},
        {"Zm\xc3\xa9", 4}, {"Zm9v\0\0\0\0", 8},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        char bytes[8];
        size_t len = 0;
        cr_expect_not(scc_base64_decode(cases[i].text, cases[i].len, bytes, &len), "%zu: %s", i,
                      cases[i].text);
    }
}
