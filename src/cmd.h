/* SPDX-License-Identifier: Apache-2.0 */
/** The commands: one table that dispatch, help and completion read. */
#ifndef SCC_CMD_H
#define SCC_CMD_H

/** Exit statuses, the same for every command; failures are enum scc_error_code. */
enum scc_status {
    SCC_STATUS_DONE = 0,
    SCC_STATUS_NO = 1,
    SCC_STATUS_RUN_FAILED = 125, /* of `run`, as env(1) and timeout(1) */
};

struct scc_command {
    const char *name;
    const char *summary; /* one line */
    /** Runs the command on its own words, argv[0] being its name; returns the exit status. */
    int (*run)(int argc, char **argv);
};

int scc_cmd_cache(int argc, char **argv);
int scc_cmd_compile(int argc, char **argv);
int scc_cmd_diff(int argc, char **argv);
int scc_cmd_disasm(int argc, char **argv);
int scc_cmd_explain(int argc, char **argv);
int scc_cmd_lint(int argc, char **argv);
int scc_cmd_oci(int argc, char **argv);
int scc_cmd_optimize(int argc, char **argv);
int scc_cmd_run(int argc, char **argv);
int scc_cmd_sim(int argc, char **argv);
int scc_cmd_verify(int argc, char **argv);
int scc_cmd_within(int argc, char **argv);

/** The commands, the default one first, and their number. */
extern const struct scc_command scc_commands[];
extern const unsigned scc_command_count;

/** The command nearest to @p name, or NULL. */
const char *scc_command_nearest(const char *name);

#endif
