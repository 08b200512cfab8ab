/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The work of compiling, counted by hand: eBPF instructions times passes. Bytes are x86-64's: a
 * load 3, a jump 2 or 5, a test 2 or 6 behind its comparison of 3, 4 or 7.
 */
#include <criterion/criterion.h>
#include <linux/seccomp.h>

#include "jit.h"
#include "support.h"
#include "util.h"

#define LOAD                                                                                       \
    {                                                                                              \
        BPF_LD | BPF_W | BPF_ABS, 0, 0, 0                                                          \
    }
#define RETURN(k)                                                                                  \
    {                                                                                              \
        BPF_RET | BPF_K, 0, 0, (k)                                                                 \
    }
#define TEST(op, jt, jf, k)                                                                        \
    {                                                                                              \
        BPF_JMP | (op) | BPF_K, (jt), (jf), (k)                                                    \
    }

#define assert_work(insns, made, passes)                                                           \
    cr_assert_eq(scc_jit_work(insns, SCC_COUNT(insns)), (uint64_t)(made) * (passes))

/*
 * Three instructions clear A and X and move the context; a return is two. The first pass takes each
 * for 64 bytes, the one that finds the same size again is the last, and one more writes.
 */
Test(jit, programs_without_jumps)
{
    static const struct sock_filter one[] = {RETURN(SECCOMP_RET_ALLOW)};
    static const struct sock_filter zero[] = {RETURN(0)};
    static const struct sock_filter loading[] = {LOAD, LOAD, RETURN(0)};
    assert_work(one, 3 + 2, 3);
    assert_work(zero, 3 + 2, 3);
    assert_work(loading, 3 + 2 + 2, 3);
}

/** Two instructions of 64 bytes are just too far for a short jump: each test shrinks once. */
Test(jit, tests)
{
    static const struct sock_filter falls_if_not[] = {LOAD, TEST(BPF_JEQ, 1, 0, 5), RETURN(1),
                                                      RETURN(2)};
    static const struct sock_filter falls_if_so[] = {LOAD, TEST(BPF_JGE, 0, 1, 5), RETURN(1),
                                                     RETURN(2)};
    static const struct sock_filter both_ways[] = {LOAD, TEST(BPF_JEQ, 1, 2, 5), RETURN(0),
                                                   RETURN(1), RETURN(2)};
    assert_work(falls_if_not, 3 + 1 + 1 + 2 * 2, 4);
    assert_work(falls_if_so, 3 + 1 + 1 + 2 * 2, 4); /* the opposite is tested */
    assert_work(both_ways, 3 + 1 + 2 + 3 * 2, 4);
    /* There is no opposite of JSET. */
    static const struct sock_filter bits_or_not[] = {LOAD, TEST(BPF_JSET, 0, 1, 5), RETURN(1),
                                                     RETURN(2)};
    static const struct sock_filter bits[] = {LOAD, TEST(BPF_JSET, 1, 0, 5), RETURN(1), RETURN(2)};
    assert_work(bits_or_not, 3 + 1 + 2 + 2 * 2, 4);
    assert_work(bits, 3 + 1 + 1 + 2 * 2, 4);
}

/** Constants are extended by their sign: larger ones are loaded into a register. */
Test(jit, constants)
{
    static const struct sock_filter largest[] = {LOAD, TEST(BPF_JEQ, 0, 1, INT32_MAX), RETURN(1),
                                                 RETURN(2)};
    static const struct sock_filter loaded[] = {LOAD, TEST(BPF_JEQ, 0, 1, 0x80000000u), RETURN(1),
                                                RETURN(2)};
    assert_work(largest, 3 + 1 + 1 + 2 * 2, 4);
    assert_work(loaded, 3 + 1 + 2 + 2 * 2, 4);
}

/*
 * The border of a short jump, 127 bytes: a jump over `count` instructions of `bytes` each.
 */

/** The work of a jump over @p count instructions like @p insn. */
static uint64_t work_of_jump_over(struct sock_filter insn, uint32_t count)
{
    struct sock_filter insns[64] = {{BPF_JMP | BPF_JA, 0, 0, count}};
    for (uint32_t i = 1; i <= count; i++)
        insns[i] = insn;
    insns[count + 1] = (struct sock_filter)RETURN(1);
    return scc_jit_work(insns, count + 2);
}

/** A jump that shrinks takes a pass more. */
static void check_bytes(struct sock_filter insn, uint32_t bytes)
{
    uint32_t reach = 127 / bytes;
    cr_assert_eq(work_of_jump_over(insn, reach), (3 + 1 + reach + 2) * 4u, "%u bytes", bytes);
    cr_assert_eq(work_of_jump_over(insn, reach + 1), (3 + 1 + reach + 1 + 2) * 3u, "%u bytes",
                 bytes);
}

Test(jit, the_border_of_a_short_jump)
{
    check_bytes((struct sock_filter)LOAD, 3);
    check_bytes((struct sock_filter){BPF_ALU | BPF_AND | BPF_K, 0, 0, 0x7f}, 3);
    check_bytes((struct sock_filter){BPF_ALU | BPF_AND | BPF_K, 0, 0, 0x80}, 5);
    check_bytes((struct sock_filter){BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xffffff7fu}, 5);
    check_bytes((struct sock_filter){BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xffffff80u}, 3);
    check_bytes((struct sock_filter)TEST(BPF_JEQ, 0, 0, 0), 3 + 2);
    check_bytes((struct sock_filter)TEST(BPF_JEQ, 0, 0, 1), 4 + 2);
    check_bytes((struct sock_filter)TEST(BPF_JGE, 0, 0, 0x80), 7 + 2);
    check_bytes((struct sock_filter)TEST(BPF_JSET, 0, 0, 1), 7 + 2);
}

/** A jump to what follows is left out; one over a single instruction is short from the first. */
Test(jit, jumps_that_do_not_shrink)
{
    cr_assert_eq(work_of_jump_over((struct sock_filter)LOAD, 0), (3 + 1 + 2) * 3);
    cr_assert_eq(work_of_jump_over((struct sock_filter)LOAD, 1), (3 + 1 + 1 + 2) * 3);
}

/** A test, its return with the epilogue, then @p count loads and a return that jumps back. */
static uint64_t work_of_way_back(uint32_t count)
{
    struct sock_filter insns[64] = {LOAD, TEST(BPF_JEQ, 0, 1, 5), RETURN(1)};
    for (uint32_t i = 0; i < count; i++)
        insns[3 + i] = (struct sock_filter)LOAD;
    insns[3 + count] = (struct sock_filter)RETURN(2);
    return scc_jit_work(insns, count + 4);
}

/**
 * The epilogue's 6 bytes, loads, 5 for the value and 5 for the jump: with 37 loads 127, which a
 * byte holds. But in the pass in which the test shrinks by 4, the epilogue is that much nearer to
 * the beginning than the jump back takes its own place to be, so that it shrinks a pass later.
 */
Test(jit, the_way_back_to_the_epilogue)
{
    cr_assert_eq(work_of_way_back(36), (3 + 1 + 1 + 2 + 36 + 2) * 4);
    cr_assert_eq(work_of_way_back(37), (3 + 1 + 1 + 2 + 37 + 2) * 5);
    cr_assert_eq(work_of_way_back(38), (3 + 1 + 1 + 2 + 38 + 2) * 4);
}
