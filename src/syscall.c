/* SPDX-License-Identifier: Apache-2.0 */
#include "syscall.h"

#include <string.h>

#include "cmp.h"
#include "suggest.h"
#include "tables.h"

/** FNV-1a, as hash_name() in src/data/gen_tables.py. */
static uint32_t hash_name(const char *name)
{
    uint32_t hash = 0x811c9dc5;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x01000193;
    return hash;
}

const struct scc_syscall *scc_syscall_find(const char *name)
{
    for (uint32_t slot = hash_name(name);; slot++) {
        unsigned found = scc_syscall_by_name[slot % SCC_NAME_SLOTS];
        if (!found)
            return NULL;
        if (strcmp(scc_syscall_table[found - 1].name, name) == 0)
            return &scc_syscall_table[found - 1];
    }
}

uint32_t scc_syscall_nr(const struct scc_syscall *call, const struct scc_arch *arch)
{
    if (arch->column == SCC_COLUMN_NONE || call->nr[arch->column] == SCC_NR_NONE)
        return SCC_NR_NONE;
    return call->nr[arch->column] + arch->nr_offset;
}

const struct scc_syscall *scc_syscall_at(const struct scc_arch *arch, uint32_t nr)
{
    if (arch->column == SCC_COLUMN_NONE || nr < arch->nr_offset)
        return NULL;
    const uint16_t *index = scc_syscall_by_nr_index[arch->column];
    size_t low = 0, high = scc_syscall_by_nr_count[arch->column];
    nr -= arch->nr_offset;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scc_syscall_table[index[middle]].nr[arch->column] < nr)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == scc_syscall_by_nr_count[arch->column])
        return NULL;
    const struct scc_syscall *call = &scc_syscall_table[index[low]];
    return call->nr[arch->column] == nr ? call : NULL;
}

struct scc_kernel scc_syscall_since(const struct scc_syscall *call, const struct scc_arch *arch)
{
    if (arch->column == SCC_COLUMN_NONE)
        return (struct scc_kernel){0, 0};
    struct scc_age age = call->since[arch->column];
    return (struct scc_kernel){age.major, age.minor};
}

struct scc_kernel scc_syscall_first(const struct scc_syscall *call)
{
    return (struct scc_kernel){call->first.major, call->first.minor};
}

struct scc_syscall_door scc_syscall_door(const struct scc_syscall *call,
                                         const struct scc_arch *arch)
{
    if (call->door == SCC_NO_DOOR)
        return (struct scc_syscall_door){0};
    const struct scc_syscall *through = &scc_syscall_table[call->door];
    uint32_t nr = scc_syscall_nr(through, arch);
    if (nr == SCC_NR_NONE)
        return (struct scc_syscall_door){0};
    return (struct scc_syscall_door){through, nr, call->selector};
}

bool scc_syscall_exists(const struct scc_syscall *call, const struct scc_arch *arch)
{
    return scc_syscall_nr(call, arch) != SCC_NR_NONE || scc_syscall_door(call, arch).call;
}

/** The types of the call's arguments, SCC_ARG_COUNT of them. */
static const uint8_t *arguments_of(const struct scc_syscall *call, const struct scc_arch *arch)
{
    size_t index = (size_t)(call - scc_syscall_table);
    for (size_t i = 0; i < SCC_OTHER_ARGUMENTS_COUNT; i++) {
        const struct scc_other_arguments *other = &scc_syscall_other_arguments[i];
        if (other->call == index && other->column == arch->column)
            return other->types;
    }
    return scc_syscall_arguments[index];
}

enum scc_argument_type scc_syscall_argument(const struct scc_syscall *call,
                                            const struct scc_arch *arch, unsigned arg)
{
    return (enum scc_argument_type)arguments_of(call, arch)[arg];
}

const char *scc_argument_type_name(enum scc_argument_type type)
{
    return scc_argument_type_names[type];
}

bool scc_argument_is_32bit(enum scc_argument_type type)
{
    switch (type) {
    case SCC_ARGUMENT_INT:
    case SCC_ARGUMENT_UINT:
    case SCC_ARGUMENT_FLAGS:
    case SCC_ARGUMENT_LOW:
        return true;
    case SCC_ARGUMENT_UNKNOWN:
    case SCC_ARGUMENT_LONG:
    case SCC_ARGUMENT_ULONG:
    case SCC_ARGUMENT_ULONG_FLAGS:
    case SCC_ARGUMENT_SIZE:
    case SCC_ARGUMENT_OFF:
    case SCC_ARGUMENT_POINTER:
    case SCC_ARGUMENT_COUNT:
        break;
    }
    return false;
}

uint8_t scc_syscall_loose_args(const struct scc_syscall *call, const struct scc_arch *arch)
{
    const uint8_t *types = arguments_of(call, arch);
    unsigned args = 0;
    for (unsigned i = 0; arch->is_64bit && i < SCC_ARG_COUNT; i++)
        args |= (unsigned)scc_argument_is_32bit((enum scc_argument_type)types[i]) << i;
    return (uint8_t)args;
}

unsigned scc_syscall_clone_flags(const struct scc_arch *arch)
{
    const uint8_t *types = arguments_of(scc_syscall_find("clone"), arch);
    unsigned arg = 0;
    while (types[arg] != SCC_ARGUMENT_LOW)
        arg++;
    return arg;
}

const char *scc_syscall_nearest(const char *name)
{
    struct scc_suggestion best = scc_suggestion_for(name);
    for (size_t i = 0; i < SCC_SYSCALL_COUNT; i++)
        scc_suggestion_offer(&best, scc_syscall_table[i].name);
    return best.name;
}
