/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Policy → libseccomp context → program: one context, rules in profile order. The only user of
 * libseccomp's rules and export.
 */
#include "emit_scmp.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "diag.h"
#include "enosys.h"
#include "error.h"
#include "harden.h"
#include "policy.h"
#include "program.h"
#include "strbuf.h"
#include "util.h"

enum {
    /* The levels of seccomp_api_set(3), newest first; 7 came with libseccomp 2.6. */
    API_LEVEL_MAX = 7,
    API_LEVEL_NOTIFY = 5,
    /* Of one command, for all of its targets; docker's default takes 0.02 for one. */
    CPU_SECONDS_MAX = 2,
    SECOND_MS = 1000,
};

static void release_filter(scmp_filter_ctx *filter)
{
    if (*filter)
        seccomp_release(*filter);
}

const char *scc_scmp_version(void)
{
    static char text[32];
    const struct scmp_version *version = seccomp_version();
    if (version && !*text)
        snprintf(text, sizeof text, "%u.%u.%u", version->major, version->minor, version->micro);
    return text;
}

/** Says what libseccomp answered to a step that needs no rule. */
static int refuse_step(int result, const char *step, scc_error **err)
{
    if (result == -ENOMEM)
        return scc_error_nomem(err);
    return scc_error_errno(err, -result, "libseccomp %s: %s", scc_scmp_version(), step);
}

/**
 * A context for the policy's architectures alone. The host's is in every new context; it must go
 * before one of the other byte order can come.
 */
static int open_filter(const struct scc_policy *policy, scmp_filter_ctx *filter, scc_error **err)
{
    /*
     * libseccomp asks the running kernel which actions it knows; the program may be for another
     * one, so all are declared known.
     */
    for (unsigned level = API_LEVEL_MAX; level >= API_LEVEL_NOTIFY; level--) {
        if (seccomp_api_set(level) == 0)
            break;
    }
    *filter = seccomp_init(policy->default_return);
    if (!*filter)
        return scc_error_set(err, SCC_ERROR_SYSTEM, "libseccomp %s: seccomp_init fails",
                             scc_scmp_version());
    int result = seccomp_arch_remove(*filter, SCMP_ARCH_NATIVE);
    if (result < 0)
        return refuse_step(result, "removing the host's architecture", err);
    for (size_t i = 0; i < policy->arch_count; i++) {
        const struct scc_arch *arch = policy->arches[i].arch;
        result = seccomp_arch_add(*filter, arch->token);
        if (result < 0)
            return refuse_step(result, arch->name, err);
    }
    return 0;
}

/*
 * What the installed library cannot say
 */

const struct scc_arch *scc_scmp_unknown_arch(const struct scc_policy *policy)
{
    for (size_t i = 0; i < policy->arch_count; i++) {
        if (!seccomp_arch_resolve_name(policy->arches[i].arch->name))
            return policy->arches[i].arch;
    }
    return NULL;
}

static int refuse_arch(const struct scc_arch *arch, scc_error **err)
{
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "libseccomp %s does not know %s, so it cannot make this program",
                         scc_scmp_version(), arch->name);
}

bool scc_scmp_knows(const struct scc_syscall *call, const struct scc_arch *arch)
{
    int known = seccomp_syscall_resolve_name_arch(arch->token, call->name);
    return known >= 0 && (uint32_t)known == scc_syscall_nr(call, arch);
}

/** Whether libseccomp puts the rule's call where the policy has it. */
static bool can_place(const struct scc_policy *policy, const struct scc_arch *arch,
                      const struct scc_placed_rule *placed)
{
    const struct scc_syscall *call = policy->rules[placed->rule].call;
    if (seccomp_syscall_resolve_name_arch(arch->token, call->name) == __NR_SCMP_ERROR)
        return false;
    /* Behind a door it knows the name, and puts the rule at the door and at the direct number. */
    return scc_syscall_door(call, arch).call || scc_scmp_knows(call, arch);
}

/** Notes what of @p from cannot be said, and keeps the rest in @p to. */
static int sift(struct scc_scmp_view *view, const struct scc_policy *policy,
                const struct scc_policy_arch *from, struct scc_policy_arch *to,
                unsigned char *lost_on)
{
    to->arch = from->arch;
    to->count = 0;
    to->placed = malloc((from->count + 1) * sizeof *to->placed);
    if (!to->placed)
        return -1;
    for (size_t i = 0; i < from->count; i++) {
        const struct scc_placed_rule *placed = &from->placed[i];
        const struct scc_rule *rule = &policy->rules[placed->rule];
        if (can_place(policy, from->arch, placed)) {
            to->placed[to->count++] = *placed;
            continue;
        }
        lost_on[placed->rule]++;
        if (scc_action_of(rule->return_value) < scc_action_of(policy->default_return) &&
            !view->opened)
            view->opened = rule;
    }
    return 0;
}

/** Lists the names that were lost, with their architectures where others keep them. */
static int list_lost(struct scc_scmp_view *view, const struct scc_policy *policy,
                     const unsigned char *lost_on)
{
    struct scc_strbuf names = {0};
    const struct scc_syscall *last = NULL;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct scc_syscall *call = policy->rules[i].call;
        if (!lost_on[i] || call == last)
            continue;
        last = call;
        scc_strbuf_addf(&names, "%s%s", view->lost_count++ ? " " : "", call->name);
        if (seccomp_syscall_resolve_name(call->name) == __NR_SCMP_ERROR)
            continue;
        const char *separator = " (on ";
        for (size_t j = 0; j < policy->arch_count; j++) {
            const struct scc_arch *arch = policy->arches[j].arch;
            if (scc_syscall_nr(call, arch) == SCC_NR_NONE || scc_scmp_knows(call, arch))
                continue;
            scc_strbuf_addf(&names, "%s%s", separator, arch->name);
            separator = ", ";
        }
        scc_strbuf_add(&names, *separator == ',' ? ")" : "");
    }
    view->lost = scc_strbuf_steal(&names);
    return view->lost ? 0 : -1;
}

int scc_scmp_view_make(const struct scc_policy *policy, struct scc_scmp_view *view, scc_error **err)
{
    SCC_AUTOFREE unsigned char *lost_on = calloc(policy->rule_count + 1, 1);
    *view = (struct scc_scmp_view){.policy = *policy};
    view->policy.hardens = false;
    int done = lost_on ? 0 : -1;
    view->policy.arch_count = 0;
    for (size_t i = 0; i < policy->arch_count && done == 0; i++) {
        done = sift(view, policy, &policy->arches[i], &view->policy.arches[i], lost_on);
        view->policy.arch_count += done == 0;
    }
    if (done == 0)
        done = list_lost(view, policy, lost_on);
    if (done < 0) {
        scc_scmp_view_clear(view);
        return scc_error_nomem(err);
    }
    return 0;
}

void scc_scmp_view_clear(struct scc_scmp_view *view)
{
    for (size_t i = 0; i < view->policy.arch_count; i++)
        free(view->policy.arches[i].placed);
    free(view->lost);
    *view = (struct scc_scmp_view){0};
}

/** A lost rule that denies more than the default action would open what the profile closes. */
static int refuse_opened(const struct scc_policy *policy, const struct scc_rule *rule,
                         scc_error **err)
{
    struct scc_strbuf text = {0};
    scc_strbuf_addf(&text, "libseccomp %s does not know %s on every architecture here: instead of ",
                    scc_scmp_version(), rule->call->name);
    scc_action_describe(&text, rule->return_value, policy->target);
    scc_strbuf_add(&text, " the call would get the default, ");
    scc_action_describe(&text, policy->default_return, policy->target);
    scc_strbuf_add(&text, "; -O2 has it");
    SCC_AUTOFREE char *message = scc_strbuf_steal(&text);
    if (!message)
        return scc_error_nomem(err);
    return scc_error_at(err, scc_policy_place_of(policy, rule), NULL, "%s", message);
}

static int tell_lost(const struct scc_policy *policy, scc_diags *diags, scc_error **err)
{
    SCC_CLEANUP(scc_scmp_view_clear) struct scc_scmp_view view = {0};
    if (scc_scmp_view_make(policy, &view, err) < 0)
        return -1;
    if (view.opened)
        return refuse_opened(policy, view.opened, err);
    if (!view.lost_count)
        return 0;
    return scc_diags_add(
        diags, SCC_DIAG_WARNING, (struct scc_place){.file = policy->profile_name}, NULL, err,
        "libseccomp %s does not know %zu name%s, which the program leaves to the "
        "default action: %s",
        scc_scmp_version(), view.lost_count, view.lost_count == 1 ? "" : "s", view.lost);
}

/*
 * Rules
 */

static const enum scmp_compare operators[SCC_OP_COUNT] = {
    [SCC_OP_NE] = SCMP_CMP_NE,
    [SCC_OP_LT] = SCMP_CMP_LT,
    [SCC_OP_LE] = SCMP_CMP_LE,
    [SCC_OP_EQ] = SCMP_CMP_EQ,
    [SCC_OP_GE] = SCMP_CMP_GE,
    [SCC_OP_GT] = SCMP_CMP_GT,
    [SCC_OP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

static int add_rule(const struct scc_policy *policy, scmp_filter_ctx filter,
                    const struct scc_rule *rule, scc_error **err)
{
    int call = seccomp_syscall_resolve_name(rule->call->name);
    if (call == __NR_SCMP_ERROR)
        return 0; /* tell_lost() has told */
    struct scmp_arg_cmp cmps[SCC_ARG_COUNT];
    for (unsigned i = 0; i < rule->cmp_count; i++)
        cmps[i] = (struct scmp_arg_cmp){rule->cmps[i].arg, operators[rule->cmps[i].op],
                                        rule->cmps[i].value, rule->cmps[i].value2};
    /* scmp actions are the kernel's return values: seccomp.h, SCMP_ACT_* */
    int result = seccomp_rule_add_array(filter, rule->return_value, call, rule->cmp_count, cmps);
    if (result == 0)
        return 0;
    if (result == -ENOMEM)
        return scc_error_nomem(err);
    char reason[128];
    const char *why = result == -EEXIST ? "another action for the same arguments is there already"
                                        : strerror_r(-result, reason, sizeof reason);
    return scc_error_at(err, scc_policy_place_of(policy, rule), NULL,
                        "libseccomp %s refuses this rule for %s: %s", scc_scmp_version(),
                        rule->call->name, why);
}

static int add_rules(const struct scc_policy *policy, scmp_filter_ctx filter, scc_error **err)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        if (policy->rules[i].effect == SCC_RULE_HOLDS &&
            add_rule(policy, filter, &policy->rules[i], err) < 0)
            return -1;
    }
    return 0;
}

/*
 * Export
 */

/** Reads what libseccomp has written to @p fd. */
static int read_back(int fd, void **bytes, size_t *len, scc_error **err)
{
    off_t size = lseek(fd, 0, SEEK_END);
    if (size < 0)
        return scc_error_errno(err, errno, "reading the program back");
    *bytes = malloc((size_t)size + 1);
    if (!*bytes)
        return scc_error_nomem(err);
    for (*len = 0; *len < (size_t)size;) {
        ssize_t got = pread(fd, (char *)*bytes + *len, (size_t)size - *len, (off_t)*len);
        if (got <= 0)
            return scc_error_errno(err, got < 0 ? errno : EIO, "reading the program back");
        *len += (size_t)got;
    }
    return 0;
}

/** Whether the policy can answer with @p return_value. */
static bool is_answer(const struct scc_policy *policy, uint32_t return_value)
{
    if (return_value == policy->default_return || return_value == SCC_BAD_ARCH_RETURN)
        return true;
    for (size_t i = 0; i < policy->rule_count; i++) {
        if (policy->rules[i].return_value == return_value)
            return true;
    }
    return false;
}

/**
 * Where a jump to a return is too long, libseccomp puts a copy of the return nearby; writing for
 * the other byte order, it swaps the copy's value twice (2.5.4, gen_bpf.c). Such a value is no
 * answer of the policy, and swapped back it is. Returns how many were put right.
 */
static size_t repair_returns(const struct scc_policy *policy, scc_program *program)
{
    size_t repaired = 0;
    for (size_t i = 0; i < program->count; i++) {
        struct sock_filter *insn = &program->insns[i];
        uint32_t swapped = __builtin_bswap32(insn->k);
        if (insn->code == (BPF_RET | BPF_K) && !is_answer(policy, insn->k) &&
            is_answer(policy, swapped)) {
            insn->k = swapped;
            repaired++;
        }
    }
    return repaired;
}

/*
 * libseccomp 2.5.4 can loop for ever while it adds rules with overlapping comparisons, so it works
 * in a child with bounded CPU time. What the child has to say goes through shared memory.
 */

struct outcome {
    bool is_done;        /* the program is written */
    struct rusage usage; /* what it took, by its own word; all, where it did not come to an end */
    bool is_failure;
    bool is_nomem;
    enum scc_error_code code;
    unsigned line, column;
    char message[1024];
};

static int write_filter(const struct scc_policy *policy, enum scc_scmp_shape shape, int fd,
                        scc_error **err)
{
    SCC_CLEANUP(release_filter) scmp_filter_ctx filter = NULL;
    if (open_filter(policy, &filter, err) < 0)
        return -1;
    int result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, (uint32_t)shape);
    if (result < 0)
        return refuse_step(result, "SCMP_FLTATR_CTL_OPTIMIZE", err);
    if (add_rules(policy, filter, err) < 0)
        return -1;
    result = seccomp_export_bpf(filter, fd);
    return result < 0 ? refuse_step(result, "writing the program", err) : 0;
}

int scc_scmp_write_here(const struct scc_policy *policy, enum scc_scmp_shape shape, int fd,
                        scc_error **err)
{
    scc_error *failure = NULL;
    errno = 0;
    int done = write_filter(policy, shape, fd, &failure);
    /* libseccomp 2.5.4 goes on without the rules that it has no memory for, and answers 0. */
    if (errno == ENOMEM) {
        scc_error_free(failure);
        return scc_error_nomem(err);
    }
    return done < 0 ? scc_error_pass(err, failure) : 0;
}

/** The seconds that are left for libseccomp, begun ones counted whole. */
static unsigned seconds_left(const struct scc_policy *policy)
{
    const uint64_t all = CPU_SECONDS_MAX * SECOND_MS;
    uint64_t used = policy->work ? policy->work->scmp_ms : 0;
    return used < all ? (unsigned)((all - used + SECOND_MS - 1) / SECOND_MS) : 0;
}

/** Counts what a child took. */
static void count_time(const struct scc_policy *policy, const struct rusage *usage)
{
    if (policy->work)
        policy->work->scmp_ms +=
            (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * SECOND_MS +
            (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / SECOND_MS;
}

/** Bounds this process's time; a stricter limit that is on already stays. */
static int bound_time(rlim_t most, scc_error **err)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CPU, &limit) < 0)
        return scc_error_errno(err, errno, "getrlimit");
    limit.rlim_max = limit.rlim_max < most ? limit.rlim_max : most;
    limit.rlim_cur = limit.rlim_cur < most ? limit.rlim_cur : most;
    return setrlimit(RLIMIT_CPU, &limit) < 0 ? scc_error_errno(err, errno, "setrlimit") : 0;
}

static void run_child(const struct scc_policy *policy, enum scc_scmp_shape shape, int fd,
                      struct outcome *outcome)
{
    scc_error *err = NULL;
    if (bound_time(seconds_left(policy), &err) == 0 &&
        scc_scmp_write_here(policy, shape, fd, &err) == 0) {
        outcome->is_done = true;
    } else {
        outcome->is_failure = true;
        outcome->is_nomem = scc_error_is_nomem(err);
        outcome->code = scc_error_get_code(err);
        outcome->line = scc_error_get_line(err);
        outcome->column = scc_error_get_column(err);
        snprintf(outcome->message, sizeof outcome->message, "%s", scc_error_get_message(err));
    }
    getrusage(RUSAGE_SELF, &outcome->usage);
    _exit(0);
}

/** What is said where a child's time was over. */
static int refuse_long(scc_error **err)
{
    return scc_error_set(err, SCC_ERROR_INPUT,
                         "libseccomp %s does not come to an end with this profile within %d s of "
                         "CPU time, for all targets together",
                         scc_scmp_version(), CPU_SECONDS_MAX);
}

/** The child's word as an error of ours. */
static int read_outcome(const struct scc_policy *policy, const struct outcome *outcome, int status,
                        scc_error **err)
{
    struct scc_place place = {policy->profile_name, outcome->line, outcome->column};
    if (outcome->is_done)
        return 0;
    if (outcome->is_nomem)
        return scc_error_nomem(err);
    /* A limit on time ends by either. */
    int by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (!outcome->is_failure && by && by != SIGXCPU && by != SIGKILL)
        return scc_error_set(err, SCC_ERROR_SYSTEM, "libseccomp %s dies over this profile: %s",
                             scc_scmp_version(), strsignal(by));
    if (!outcome->is_failure)
        return refuse_long(err);
    if (outcome->line)
        return scc_error_at(err, place, NULL, "%s", outcome->message);
    return scc_error_set(err, outcome->code, "%s", outcome->message);
}

static int write_in_child(const struct scc_policy *policy, enum scc_scmp_shape shape, int fd,
                          scc_error **err)
{
    if (!seconds_left(policy))
        return refuse_long(err);
    struct outcome *outcome =
        mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (outcome == MAP_FAILED)
        return scc_error_errno(err, errno, "mmap");
    outcome->usage.ru_utime.tv_sec = CPU_SECONDS_MAX;
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        run_child(policy, shape, fd, outcome);
    int done;
    if (child < 0) {
        done = scc_error_errno(err, errno, "fork");
    } else {
        struct rusage usage;
        pid_t ended;
        while ((ended = wait4(child, &status, 0, &usage)) < 0 && errno == EINTR)
            continue;
        /* Where SIGCHLD is ignored nobody tells how it ended. */
        count_time(policy, ended < 0 ? &outcome->usage : &usage);
        done = read_outcome(policy, outcome, status, err);
    }
    munmap(outcome, sizeof *outcome);
    return done;
}

int scc_scmp_write(const struct scc_policy *policy, enum scc_scmp_shape shape,
                   scc_program **program, size_t *repaired, scc_error **err)
{
    const struct scc_arch *unknown = scc_scmp_unknown_arch(policy);
    if (unknown)
        return refuse_arch(unknown, err);
    /* libseccomp 2.5 writes to descriptors alone; this one is memory. */
    SCC_CLEANUP(scc_close_fd) int fd = memfd_create("seccompc", MFD_CLOEXEC);
    SCC_AUTOFREE void *bytes = NULL;
    size_t len = 0;
    if (fd < 0)
        return scc_error_errno(err, errno, "memfd_create");
    if (write_in_child(policy, shape, fd, err) < 0 || read_back(fd, &bytes, &len, err) < 0)
        return -1;
    if (len > (size_t)SCC_PROGRAM_MAX * SCC_INSTRUCTION_BYTES)
        return scc_error_set(err, SCC_ERROR_INPUT,
                             "libseccomp %s needs %zu instructions, and the kernel takes %d",
                             scc_scmp_version(), len / SCC_INSTRUCTION_BYTES, SCC_PROGRAM_MAX);
    if (scc_program_parse(bytes, len, policy->target, program, err) < 0)
        return scc_error_wrap(err, "libseccomp %s", scc_scmp_version());
    *repaired = repair_returns(policy, *program);
    return 0;
}

static int tell_repaired(const struct scc_policy *policy, size_t repaired, scc_diags *diags,
                         scc_error **err)
{
    return scc_diags_add(diags, SCC_DIAG_NOTE, (struct scc_place){.file = policy->profile_name},
                         NULL, err,
                         "libseccomp %s wrote %zu returns in the wrong byte order, which were put "
                         "right",
                         scc_scmp_version(), repaired);
}

static int refuse_enosys(const struct scc_policy *policy, scc_error **err)
{
    return scc_error_at(err, (struct scc_place){.file = policy->profile_name}, NULL,
                        "libseccomp's program cannot say what --enosys %s means, expected -O2",
                        scc_enosys_name(policy->enosys));
}

int scc_emit_scmp(const scc_policy *policy, enum scc_scmp_shape shape, scc_program **program,
                  scc_diags *diags, scc_error **err)
{
    scc_program *made = NULL;
    size_t repaired = 0;
    const struct scc_arch *unknown = scc_scmp_unknown_arch(policy);
    if (policy->override_count)
        return refuse_enosys(policy, err);
    if (unknown)
        return refuse_arch(unknown, err);
    if (scc_hardened_refuse(policy, "libseccomp's program", "-O2 can", err) < 0)
        return -1;
    if (tell_lost(policy, diags, err) < 0 ||
        scc_scmp_write(policy, shape, &made, &repaired, err) < 0)
        return -1;
    if (repaired && tell_repaired(policy, repaired, diags, err) < 0) {
        scc_program_free(made);
        return -1;
    }
    *program = made;
    return 0;
}
