/* SPDX-License-Identifier: Apache-2.0 */
/**
 * compile PROFILE >PROGRAM: compiles a profile for this machine and docker's capabilities, proves
 * the program and writes it. What a container runtime does that has the profile in memory.
 *
 *     cc -o compile compile.c $(pkg-config --cflags --libs seccompc)
 */
#include <stdio.h>
#include <stdlib.h>

#include <seccompc/seccompc.h>

/** Everything that one compilation makes; whatever is there is freed in one place. */
struct compilation {
    scc_profile *profile;
    scc_target *target;
    scc_policy *policy;
    scc_program *program;
};

static int compile(const char *path, struct compilation *made, scc_diags *diags, scc_error **err)
{
    unsigned major, minor;
    if (scc_target_host_kernel(&major, &minor, err) < 0)
        return -1;
    if (scc_profile_read(path, &made->profile, diags, err) < 0)
        return -1;
    if (scc_target_new(scc_target_host_arch(), scc_target_caps_docker(), major, minor,
                       &made->target, err) < 0)
        return -1;
    if (scc_policy_select(made->profile, made->target, NULL, &made->policy, diags, err) < 0)
        return -1;
    return scc_policy_compile(made->policy, NULL, &made->program, err);
}

static int write_program(const scc_program *program)
{
    size_t len;
    void *bytes = scc_program_to_bytes(program, &len);
    int is_written = bytes && fwrite(bytes, 1, len, stdout) == len && fflush(stdout) == 0;
    free(bytes);
    return is_written;
}

int main(int argc, char **argv)
{
    struct compilation made = {0};
    scc_error *err = NULL;
    scc_diags *diags = scc_diags_new();
    enum scc_diag_level level;
    const char *text;
    int status = 0;
    if (argc != 2 || !diags) {
        fprintf(stderr, "Usage: compile PROFILE >PROGRAM\n");
        scc_diags_free(diags);
        return 2;
    }
    if (compile(argv[1], &made, diags, &err) < 0) {
        fprintf(stderr, "compile: %s\n", scc_error_get_text(err));
        status = (int)scc_error_get_code(err);
    } else if (!write_program(made.program)) {
        perror("compile");
        status = 3;
    }
    for (size_t i = 0; (text = scc_diags_at(diags, i, &level)) != NULL; i++) {
        if (level == SCC_DIAG_WARNING)
            fprintf(stderr, "compile: warning: %s\n", text);
    }
    scc_program_free(made.program);
    scc_policy_free(made.policy);
    scc_target_free(made.target);
    scc_profile_free(made.profile);
    scc_error_free(err);
    scc_diags_free(diags);
    return status;
}
