/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One function an ABI, in assembly, since a compiler neither keeps an instruction in its place nor
 * leaves high words alone. Registers: syscall(2); MIPS and POWER tell errors by a register of their
 * own or a flag, and their errnos are positive.
 */
#include "raw_call.h"

/* Names are as C has them: no underscore in front, on ELF. */
#define BEGIN(TYPE) ".text\n.globl raw_call\n.type raw_call, " TYPE "\nraw_call:\n"
#define END "\n.globl raw_call_end\nraw_call_end:\n.size raw_call, . - raw_call\n"

#if defined(__x86_64__)
__asm__(BEGIN("@function") "    mov 0(%rdi), %rax\n"
                           "    mov 16(%rdi), %rsi\n"
                           "    mov 24(%rdi), %rdx\n"
                           "    mov 32(%rdi), %r10\n"
                           "    mov 40(%rdi), %r8\n"
                           "    mov 48(%rdi), %r9\n"
                           "    mov 8(%rdi), %rdi\n"
                           "    syscall\n"
                           "    ret" END);

#ifdef __LP64__
__asm__(".globl raw_call_x86\n"
        ".type raw_call_x86, @function\n"
        "raw_call_x86:\n"
        "    push %rbx\n"
        "    push %rbp\n"
        "    mov 0(%rdi), %rax\n"
        "    mov 8(%rdi), %rbx\n"
        "    mov 16(%rdi), %rcx\n"
        "    mov 24(%rdi), %rdx\n"
        "    mov 32(%rdi), %rsi\n"
        "    mov 48(%rdi), %rbp\n"
        "    mov 40(%rdi), %rdi\n"
        "    int $0x80\n"
        "    cltq\n"
        "    pop %rbp\n"
        "    pop %rbx\n"
        "    ret\n"
        ".size raw_call_x86, . - raw_call_x86\n");
#endif

#elif defined(__i386__)
__asm__(BEGIN("@function") "    push %ebx\n"
                           "    push %esi\n"
                           "    push %edi\n"
                           "    push %ebp\n"
                           "    mov 20(%esp), %eax\n"
                           "    mov 4(%eax), %ebx\n"
                           "    mov 8(%eax), %ecx\n"
                           "    mov 12(%eax), %edx\n"
                           "    mov 16(%eax), %esi\n"
                           "    mov 20(%eax), %edi\n"
                           "    mov 24(%eax), %ebp\n"
                           "    mov 0(%eax), %eax\n"
                           "    int $0x80\n"
                           "    pop %ebp\n"
                           "    pop %edi\n"
                           "    pop %esi\n"
                           "    pop %ebx\n"
                           "    ret" END);

#elif defined(__aarch64__)
__asm__(BEGIN("%function") "    mov x9, x0\n"
                           "    ldr x8, [x9]\n"
                           "    ldp x0, x1, [x9, #8]\n"
                           "    ldp x2, x3, [x9, #24]\n"
                           "    ldp x4, x5, [x9, #40]\n"
                           "    svc #0\n"
                           "    ret" END);

#elif defined(__arm__)
__asm__(".arm\n" BEGIN("%function") "    push {r4-r7, lr}\n"
                                    "    mov ip, r0\n"
                                    "    ldr r7, [ip]\n"
                                    "    ldr r0, [ip, #4]\n"
                                    "    ldr r1, [ip, #8]\n"
                                    "    ldr r2, [ip, #12]\n"
                                    "    ldr r3, [ip, #16]\n"
                                    "    ldr r4, [ip, #20]\n"
                                    "    ldr r5, [ip, #24]\n"
                                    "    svc #0\n"
                                    "    pop {r4-r7, pc}" END);

#elif defined(__s390x__)
/* A svc without a number takes it from r1. */
__asm__(BEGIN("@function") "    stmg %r6, %r7, 48(%r15)\n"
                           "    lg %r1, 0(%r2)\n"
                           "    lg %r3, 16(%r2)\n"
                           "    lg %r4, 24(%r2)\n"
                           "    lg %r5, 32(%r2)\n"
                           "    lg %r6, 40(%r2)\n"
                           "    lg %r7, 48(%r2)\n"
                           "    lg %r2, 8(%r2)\n"
                           "    svc 0\n"
                           "    lmg %r6, %r7, 48(%r15)\n"
                           "    br %r14" END);

#elif defined(__s390__)
__asm__(BEGIN("@function") "    stm %r6, %r7, 24(%r15)\n"
                           "    l %r1, 0(%r2)\n"
                           "    l %r3, 8(%r2)\n"
                           "    l %r4, 12(%r2)\n"
                           "    l %r5, 16(%r2)\n"
                           "    l %r6, 20(%r2)\n"
                           "    l %r7, 24(%r2)\n"
                           "    l %r2, 4(%r2)\n"
                           "    svc 0\n"
                           "    lm %r6, %r7, 24(%r15)\n"
                           "    br %r14" END);

#elif defined(__powerpc64__)
__asm__(BEGIN("@function") "    mr 9, 3\n"
                           "    ld 0, 0(9)\n"
                           "    ld 3, 8(9)\n"
                           "    ld 4, 16(9)\n"
                           "    ld 5, 24(9)\n"
                           "    ld 6, 32(9)\n"
                           "    ld 7, 40(9)\n"
                           "    ld 8, 48(9)\n"
                           "    sc\n"
                           "    bnslr\n"
                           "    neg 3, 3\n"
                           "    blr" END);

#elif defined(__mips__) && _MIPS_SIM != _ABIO32
__asm__(".set push\n.set noreorder\n" BEGIN("@function") "    move $12, $4\n"
                                                         "    ld $2, 0($12)\n"
                                                         "    ld $4, 8($12)\n"
                                                         "    ld $5, 16($12)\n"
                                                         "    ld $6, 24($12)\n"
                                                         "    ld $7, 32($12)\n"
                                                         "    ld $8, 40($12)\n"
                                                         "    ld $9, 48($12)\n"
                                                         "    syscall\n"
                                                         "    beqz $7, 1f\n"
                                                         "    nop\n"
                                                         "    dsubu $2, $0, $2\n"
                                                         "1:  jr $31\n"
                                                         "    nop" END ".set pop\n");

#elif defined(__mips__)
/* The fifth argument and the sixth lie on the stack. */
__asm__(".set push\n.set noreorder\n" BEGIN("@function") "    addiu $29, $29, -32\n"
                                                         "    move $8, $4\n"
                                                         "    lw $2, 0($8)\n"
                                                         "    lw $4, 4($8)\n"
                                                         "    lw $5, 8($8)\n"
                                                         "    lw $6, 12($8)\n"
                                                         "    lw $7, 16($8)\n"
                                                         "    lw $9, 20($8)\n"
                                                         "    sw $9, 16($29)\n"
                                                         "    lw $9, 24($8)\n"
                                                         "    sw $9, 20($29)\n"
                                                         "    syscall\n"
                                                         "    beqz $7, 1f\n"
                                                         "    nop\n"
                                                         "    subu $2, $0, $2\n"
                                                         "1:  jr $31\n"
                                                         "    addiu $29, $29, 32" END ".set pop\n");

#else
#error "no way into the kernel of this architecture: add it here"
#endif
