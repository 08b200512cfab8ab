/* SPDX-License-Identifier: Apache-2.0 */
/**
 * make_blob FILE: seals the built-in profile's program for this machine, as two entries: for a
 * bounding set as this process has it, and for docker's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include <seccompc/seccompc.h>

static uint64_t own_bounding_set(void)
{
    uint64_t caps = 0;
    for (unsigned cap = 0; cap < 64; cap++) {
        if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
            caps |= 1ull << cap;
    }
    return caps & scc_target_caps_all();
}

static int add(scc_blob *blob, const scc_profile *profile, uint64_t caps, scc_error **err)
{
    static const uint8_t inputs[SCC_BLOB_INPUTS_BYTES];
    struct scc_blob_condition condition;
    const scc_arch *arch = scc_target_host_arch();
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    scc_program *program = NULL;
    unsigned major, minor;
    int done = scc_target_host_kernel(&major, &minor, err);
    if (done == 0)
        done = scc_target_new(arch, caps, major, minor, &target, err);
    if (done == 0)
        done = scc_policy_select(profile, target, NULL, &policy, NULL, err);
    if (done == 0)
        done = scc_emit_bpf(policy, NULL, &program, err);
    if (done == 0) {
        scc_blob_condition_of(profile, target, &condition);
        if (scc_blob_find(blob, arch, caps, major, minor) < 0)
            done = scc_blob_add(blob, arch, program, &condition, scc_policy_filter_flags(policy),
                                inputs, err);
    }
    scc_program_free(program);
    scc_policy_free(policy);
    scc_target_free(target);
    return done;
}

static int make(void **bytes, size_t *len, scc_error **err)
{
    scc_profile *profile = NULL;
    scc_blob *blob = NULL;
    int done = scc_profile_builtin(&profile, err);
    if (done == 0)
        done = scc_blob_new("seccompc's tests", &blob, err);
    if (done == 0)
        done = add(blob, profile, own_bounding_set(), err);
    if (done == 0)
        done = add(blob, profile, scc_target_caps_docker(), err);
    if (done == 0)
        done = scc_blob_to_bytes(blob, bytes, len, err);
    scc_blob_free(blob);
    scc_profile_free(profile);
    return done;
}

int main(int argc, char **argv)
{
    void *bytes = NULL;
    size_t len = 0;
    scc_error *err = NULL;
    if (argc != 2) {
        fprintf(stderr, "usage: make_blob FILE\n");
        return 2;
    }
    if (make(&bytes, &len, &err) < 0) {
        fprintf(stderr, "make_blob: %s\n", scc_error_get_text(err));
        scc_error_free(err);
        return 3;
    }
    FILE *file = fopen(argv[1], "wb");
    int failed = !file || fwrite(bytes, 1, len, file) != len;
    failed |= file && fclose(file) != 0;
    if (failed)
        fprintf(stderr, "make_blob: %s: %s\n", argv[1], strerror(errno));
    free(bytes);
    return failed ? 3 : 0;
}
