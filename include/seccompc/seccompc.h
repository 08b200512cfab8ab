/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file seccompc.h
 * All of the library: profile × target → policy → program → outputs.
 *
 *     scc_profile_read("default.json", &profile, diags, &err);
 *     scc_target_new(scc_arch_find("amd64"), scc_target_caps_docker(), 6, 18, &target, &err);
 *     scc_policy_select(profile, target, NULL, &policy, diags, &err);
 *     scc_policy_compile(policy, NULL, &program, &err);
 *     bytes = scc_program_to_bytes(program, &len);
 *
 * The library keeps no state of its own, prints nothing and never exits; objects may be used from
 * one thread at a time. scc_emit_scmp() runs libseccomp in a child process.
 */
#ifndef SECCOMPC_SECCOMPC_H
#define SECCOMPC_SECCOMPC_H

#include <seccompc/arch.h>
#include <seccompc/blob.h>
#include <seccompc/cache.h>
#include <seccompc/compile.h>
#include <seccompc/diag.h>
#include <seccompc/emit.h>
#include <seccompc/error.h>
#include <seccompc/output.h>
#include <seccompc/policy.h>
#include <seccompc/profile.h>
#include <seccompc/program.h>
#include <seccompc/target.h>

#endif
