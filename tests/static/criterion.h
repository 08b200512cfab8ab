/* SPDX-License-Identifier: Apache-2.0 */
/** For cppcheck, which does not read criterion's own header: what a test looks like. */
#define Test(suite, name, ...) static void suite##_##name(void)
#define TestSuite(suite, ...)
#define ParameterizedTest(parameter, suite, name, ...) static void suite##_##name(parameter)
#define ParameterizedTestParameters(suite, name) static struct params suite##_##name(void)
