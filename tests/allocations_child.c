/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The program's half of allocations.h: malloc(3) and its like for the whole process, and the
 * server. The C library's own calls of them come here too, as replacing malloc is documented for
 * glibc.
 */
#include "allocations.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unwind.h>

enum { PATIENCE_SECONDS = 60, FREED = 0xdb };

/** Stands in front of a block; the list is of those that are not freed. */
struct block {
    struct block *next, *previous;
    size_t bytes;
    uint32_t number; /* of the allocation, or ALLOCATION_NONE: before main() */
    uint32_t mark;
} __attribute__((aligned(_Alignof(max_align_t))));

enum { MARK_USED = 0x5ccb10c5, MARK_FREE = 0x5ccf4eed };

static struct allocations *shared; /* NULL before main() */
static enum allocation_process process;
static uint32_t count;
static bool is_busy; /* noting a caller, which may ask for memory itself */
static struct block blocks = {&blocks, &blocks, 0, 0, 0};

/* NOLINTNEXTLINE(bugprone-reserved-identifier): the linker's */
extern const char __executable_start[], etext[];

/*
 * Counting
 */

/** Notes one caller, which _Unwind_Backtrace() has found. */
struct callers {
    uint32_t *offsets;
    unsigned count, skipped;
};

/** Recursion leaves one trace, however deep it is. */
static bool is_noted(const struct callers *callers, uint32_t offset)
{
    for (unsigned i = 0; i < callers->count; i++) {
        if (callers->offsets[i] == offset)
            return true;
    }
    return false;
}

static _Unwind_Reason_Code note_caller(struct _Unwind_Context *context, void *data)
{
    enum { OWN = 3 };
    struct callers *callers = data;
    uintptr_t at = _Unwind_GetIP(context), start = (uintptr_t)__executable_start;
    bool is_of_program = at >= start && at < (uintptr_t)etext;
    uint32_t offset = is_of_program ? (uint32_t)(at - start) : 0;
    if (callers->skipped++ >= OWN && !is_noted(callers, offset))
        callers->offsets[callers->count++] = offset;
    return callers->count < ALLOCATION_CALLERS ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void note_callers(void)
{
    if (count > ALLOCATIONS_MAX)
        return;
    struct callers callers = {.offsets = shared->callers[process][count - 1]};
    is_busy = true;
    memset(callers.offsets, 0, sizeof shared->callers[0][0]);
    _Unwind_Backtrace(note_caller, &callers);
    is_busy = false;
}

/** Counts an allocation; false where it is to fail. */
__attribute__((noinline)) static bool may_have(void)
{
    if (!shared || is_busy)
        return true;
    count++;
    if (count > shared->count[process])
        shared->count[process] = count;
    if (shared->records)
        note_callers();
    if (process != shared->process || shared->at == ALLOCATION_NONE || count < shared->at ||
        (count > shared->at && shared->fault == ALLOCATION_ONE))
        return true;
    errno = ENOMEM;
    return false;
}

/*
 * Blocks
 */

#define REAL(name)                                                                                 \
    ({                                                                                             \
        static __typeof__(&(name)) real_;                                                          \
        if (!real_)                                                                                \
            *(void **)&real_ = dlsym(RTLD_NEXT, #name);                                            \
        real_;                                                                                     \
    })

static void *take(struct block *block, size_t bytes)
{
    if (!block)
        return NULL;
    *block =
        (struct block){&blocks, blocks.previous, bytes, shared && !is_busy ? count : 0, MARK_USED};
    block->previous->next = block;
    blocks.previous = block;
    return block + 1;
}

/** The block of what the program knows; ends the process where it has not, or no longer, got it. */
static struct block *block_of(void *memory)
{
    struct block *block = (struct block *)memory - 1;
    if (block->mark != MARK_USED)
        abort();
    return block;
}

static void drop(struct block *block)
{
    block->next->previous = block->previous;
    block->previous->next = block->next;
    block->mark = MARK_FREE;
    memset(block + 1, FREED, block->bytes);
}

static bool has_room(size_t bytes)
{
    if (bytes <= PTRDIFF_MAX - sizeof(struct block))
        return true;
    errno = ENOMEM;
    return false;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's are reserved */

void *malloc(size_t bytes)
{
    if (!may_have())
        return NULL;
    return has_room(bytes) ? take(REAL(malloc)(sizeof(struct block) + bytes), bytes) : NULL;
}

void *calloc(size_t item_count, size_t item_bytes)
{
    size_t bytes;
    if (!may_have())
        return NULL;
    if (__builtin_mul_overflow(item_count, item_bytes, &bytes))
        bytes = SIZE_MAX;
    return has_room(bytes) ? take(REAL(calloc)(1, sizeof(struct block) + bytes), bytes) : NULL;
}

void *realloc(void *memory, size_t bytes)
{
    if (!may_have())
        return NULL;
    void *moved = has_room(bytes) ? take(REAL(malloc)(sizeof(struct block) + bytes), bytes) : NULL;
    if (moved && memory) {
        struct block *block = block_of(memory);
        memcpy(moved, memory, block->bytes < bytes ? block->bytes : bytes);
        drop(block);
        REAL(free)(block);
    }
    return moved;
}

void free(void *memory)
{
    int saved = errno;
    if (memory) {
        struct block *block = block_of(memory);
        drop(block);
        REAL(free)(block);
    }
    errno = saved;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

/*
 * The server
 */

/** What standard output is buffered in is the C library's own, to the end. */
static bool is_stream_buffer(const struct block *block)
{
#ifdef __GLIBC__
    return (const char *)(block + 1) == stdout->_IO_buf_base;
#else
    return false;
#endif
}

__attribute__((destructor)) static void note_what_is_left(void)
{
    if (!shared || process != ALLOCATION_OF_COMMAND)
        return;
    for (const struct block *block = blocks.next; block != &blocks; block = block->next) {
        if (block->number == ALLOCATION_NONE || is_stream_buffer(block))
            continue;
        if (!shared->left++)
            shared->first_left = block->number;
    }
    shared->has_ended = true;
}

static void count_for_child(void)
{
    process = ALLOCATION_OF_CHILD;
    count = 0;
}

static void redirect(int target, const char *path, int flags)
{
    int fd = open(path, flags, 0644);
    if (fd != target) {
        dup2(fd, target);
        close(fd);
    }
}

/** Goes on into main(). */
static void become_command(struct allocations *asked)
{
    redirect(STDIN_FILENO, *asked->input ? asked->input : "/dev/null", O_RDONLY);
    redirect(STDOUT_FILENO, "out", O_WRONLY | O_CREAT | O_TRUNC);
    redirect(STDERR_FILENO, "err", O_WRONLY | O_CREAT | O_TRUNC);
    pthread_atfork(NULL, NULL, count_for_child);
    alarm(PATIENCE_SECONDS);
    memset(asked->count, 0, sizeof asked->count);
    asked->has_ended = false;
    asked->left = 0;
    shared = asked;
}

/** Before main(): a test that is there asks for children, which come back from here. */
__attribute__((constructor)) static void serve(void)
{
    const char *words = getenv("SCC_ALLOCATIONS");
    int socket, memory, status;
    char byte;
    if (!words || sscanf(words, "%d,%d", &socket, &memory) != 2)
        return;
    unsetenv("SCC_ALLOCATIONS");
    struct allocations *asked =
        mmap(NULL, sizeof *asked, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    close(memory);
    if (asked == MAP_FAILED)
        _exit(1);
    while (read(socket, &byte, 1) == 1) {
        pid_t child = fork();
        if (child == 0) {
            close(socket);
            become_command(asked);
            return;
        }
        if (child < 0 || waitpid(child, &status, 0) != child ||
            write(socket, &status, sizeof status) != (ssize_t)sizeof status)
            _exit(1);
    }
    _exit(0);
}
