/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Compares the table of system calls with the running kernel: a call that it should have by its age
 * must not have answered ENOSYS, and a number that it should not have must have.
 *
 * Usage: ages UNFILTERED, what the probe printed of a sweep without a filter
 *
 * Exit status: 0 all is as it should be; 1 something is not; 2 usage; 3 the file cannot be read.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "error.h"
#include "syscall.h"
#include "target.h"
#include "util.h"

/** A call that kernels have by its age and may answer ENOSYS all the same. */
static const struct {
    const char *name, *reason;
} exceptions[] = {
    {"_sysctl", "removed in 5.5"},
    {"bdflush", "removed in 5.15"},
    {"create_module", "removed in 2.6"},
    {"delete_module", "CONFIG_MODULE_UNLOAD"},
    {"finit_module", "CONFIG_MODULES"},
    {"get_kernel_syms", "removed in 2.6"},
    {"get_thread_area", "on x86_64 a number without a call"},
    {"init_module", "CONFIG_MODULES"},
    {"ioperm", "CONFIG_X86_IOPL_IOPERM"},
    {"iopl", "CONFIG_X86_IOPL_IOPERM"},
    {"kexec_file_load", "CONFIG_KEXEC_FILE"},
    {"kexec_load", "CONFIG_KEXEC"},
    {"lookup_dcookie", "removed in 6.7"},
    {"map_shadow_stack", "CONFIG_X86_USER_SHADOW_STACK"},
    {"nfsservctl", "removed in 3.1"},
    {"query_module", "removed in 2.6"},
    {"set_thread_area", "on x86_64 a number without a call"},
    {"uselib", "CONFIG_USELIB"},
    {"vm86", "not on 64-bit kernels"},
    {"vm86old", "not on 64-bit kernels"},
};

static const char *reason_of(const struct scc_syscall *call)
{
    for (size_t i = 0; i < SCC_COUNT(exceptions); i++) {
        if (strcmp(exceptions[i].name, call->name) == 0)
            return exceptions[i].reason;
    }
    return NULL;
}

struct counts {
    unsigned present, absent, excepted, unknown, wrong;
};

/** Judges one number of the sweep. */
static void judge(const struct scc_arch *arch, unsigned nr, const char *answer,
                  struct scc_kernel running, struct counts *counts)
{
    const struct scc_syscall *call = scc_syscall_at(arch, nr);
    struct scc_kernel since = call ? scc_syscall_since(call, arch) : (struct scc_kernel){0, 0};
    bool has_call = strcmp(answer, "ENOSYS") != 0;
    bool should = call && scc_kernel_at_least(running, since);
    if (call && !since.major) {
        counts->unknown++;
    } else if (has_call == should) {
        counts->present += has_call;
        counts->absent += !has_call;
    } else if (should && reason_of(call)) {
        counts->excepted++;
        printf("%s, %s: ENOSYS, %s\n", arch->name, call->name, reason_of(call));
    } else {
        counts->wrong++;
        printf("FAIL: %s, nr %u (%s, since %u.%u) on Linux %u.%u: %s\n", arch->name, nr,
               call ? call->name : "no call", since.major, since.minor, running.major,
               running.minor, answer);
    }
}

/** Reads a line of the probe; false for what is no line of the sweep, or is x32's. */
static bool read_line(char *line, const struct scc_arch **arch, unsigned *nr, char **answer)
{
    char *rest = line, *label = strsep(&rest, "\t"), *abi = strsep(&rest, "\t");
    char *number = strsep(&rest, "\t");
    if (!rest || strcmp(label, "sweep") != 0 || sscanf(number, "%i", (int *)nr) != 1)
        return false;
    *arch = scc_arch_find(abi);
    *answer = strrchr(rest, '\t') + 1;
    (*answer)[strcspn(*answer, "\n")] = '\0';
    return *arch && *nr < SCC_X32_BIT;
}

int main(int argc, char **argv)
{
    char line[512], *answer;
    struct counts counts = {0};
    const struct scc_arch *arch;
    unsigned major, minor, nr;
    if (argc != 2 || scc_target_host_kernel(&major, &minor, NULL) < 0) {
        fputs("Usage: ages UNFILTERED\n", stderr);
        return 2;
    }
    FILE *file = fopen(argv[1], "r");
    if (!file) {
        perror(argv[1]);
        return 3;
    }
    while (fgets(line, sizeof line, file)) {
        if (read_line(line, &arch, &nr, &answer))
            judge(arch, nr, answer, (struct scc_kernel){(uint16_t)major, (uint16_t)minor}, &counts);
    }
    fclose(file);
    printf("Linux %u.%u: %u calls are there, %u numbers are not, %u excepted, %u of unknown age, "
           "%u wrong\n",
           major, minor, counts.present, counts.absent, counts.excepted, counts.unknown,
           counts.wrong);
    return counts.wrong || counts.present < 250 || counts.absent < 50;
}
