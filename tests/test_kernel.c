/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "kernel.h"
#include "util.h"

struct reading {
    const char *text;
    bool is_read;
    uint16_t major, minor;
};

Test(kernel, reads_exactly_two_numbers)
{
    static const struct reading cases[] = {
        {"4.8", true, 4, 8},
        {"0.0", true, 0, 0},
        {"255.255", true, 255, 255},
        {"06.01", true, 6, 1},
        {"", false, 0, 0},
        {"5", false, 0, 0},
        {"5.", false, 0, 0},
        {".5", false, 0, 0},
        {"5.1.2", false, 0, 0},
        {"5.1-rc1", false, 0, 0},
        {" 5.1", false, 0, 0},
        {"5.1 ", false, 0, 0},
        {"+5.1", false, 0, 0},
        {"-5.1", false, 0, 0},
        {"5.-1", false, 0, 0},
        {"5,1", false, 0, 0},
        {"256.0", false, 0, 0},
        {"5.256", false, 0, 0},
        {"5.4294967297", false, 0, 0},
        {"4294967301.1", false, 0, 0},
        {"v5.1", false, 0, 0},
        {"0x5.1", false, 0, 0},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct scc_kernel kernel = {0};
        cr_expect_eq(scc_kernel_parse(cases[i].text, &kernel), cases[i].is_read, "\"%s\"",
                     cases[i].text);
        if (cases[i].is_read)
            cr_expect(kernel.major == cases[i].major && kernel.minor == cases[i].minor,
                      "\"%s\" is read as %u.%u", cases[i].text, kernel.major, kernel.minor);
    }
}

Test(kernel, reads_the_beginning_of_a_release)
{
    static const struct reading cases[] = {
        {"6.1.0-18-amd64", true, 6, 1}, {"5.15-rc3", true, 5, 15}, {"6.18", true, 6, 18},
        {"4.19.255.1", true, 4, 19},    {"5.10+", true, 5, 10},    {"5.10_x", true, 5, 10},
        {"5.10 ", true, 5, 10},         {"5.15rc3", false, 0, 0},  {"6", false, 0, 0},
        {"6.x", false, 0, 0},           {"", false, 0, 0},         {"Linux 6.1", false, 0, 0},
        {"6.256.1", false, 0, 0},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++) {
        struct scc_kernel kernel = {0};
        cr_expect_eq(scc_kernel_parse_release(cases[i].text, &kernel), cases[i].is_read, "\"%s\"",
                     cases[i].text);
        if (cases[i].is_read)
            cr_expect(kernel.major == cases[i].major && kernel.minor == cases[i].minor,
                      "\"%s\" is read as %u.%u", cases[i].text, kernel.major, kernel.minor);
    }
}

Test(kernel, compares_numbers_and_not_texts)
{
    static const struct {
        struct scc_kernel kernel, least;
        bool is_at_least;
    } cases[] = {
        {{4, 8}, {4, 8}, true},       {{4, 7}, {4, 8}, false},  {{4, 9}, {4, 8}, true},
        {{5, 0}, {4, 8}, true},       {{3, 19}, {4, 8}, false}, {{4, 10}, {4, 9}, true},
        {{10, 0}, {9, 9}, true},      {{4, 2}, {4, 10}, false}, {{0, 0}, {0, 0}, true},
        {{255, 0}, {254, 255}, true},
    };
    for (size_t i = 0; i < SCC_COUNT(cases); i++)
        cr_expect_eq(scc_kernel_at_least(cases[i].kernel, cases[i].least), cases[i].is_at_least,
                     "%u.%u and %u.%u", cases[i].kernel.major, cases[i].kernel.minor,
                     cases[i].least.major, cases[i].least.minor);
}
