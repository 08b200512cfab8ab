#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# --enosys and --profile-kernel: every command that reads profiles takes them and means the same.
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"

# either TEXT: it is in what the last run said, on either output and however it is wrapped
either() {
    checks=$((checks + 1))
    cat out err | tr -s '\n ' ' ' | grep -qF -- "$1" || fail "expected \"$1\" in: $(cat out err)"
}

profile=$SCC_SOURCE_ROOT/profiles/default.json
# openat2 is of 5.6, with number 437; close_range (5.9) has 436, pidfd_getfd (5.6) 438.
cat >p.json <<'J'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"],
 "syscalls": [
  {"names": ["read", "openat2"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["mseal"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 2, "value": 0, "op": "SCMP_CMP_EQ"}],
   "includes": {"caps": ["CAP_SYS_ADMIN"]}}
]}
J

# Each mode proves its own program and no other's.
modes='profile runc kernel'
for arch in amd64 arm64 s390x mips64 riscv64; do
    for mode in $modes; do
        run 0 --arch "$arch" --enosys "$mode" --export-bpf "$mode.bpf" "$profile"
    done
    for mode in $modes; do
        for other in $modes; do
            run "$([ "$mode" = "$other" ] && echo 0 || echo 1)" verify -q --arch "$arch" --enosys "$mode" \
                "$other.bpf" "$profile"
        done
    done
done
run 0 --arch amd64 --enosys kernel --profile-kernel 5.8 --export-bpf old.bpf "$profile"
run 1 verify -q --arch amd64 --enosys kernel kernel.bpf "$profile"
run 0 verify -q --arch amd64 --enosys kernel --profile-kernel 5.8.0-rc1 old.bpf "$profile"

# What the author knew: an entry counts that does not apply.
run 0 --arch amd64 --enosys kernel --stats p.json
either "enosys kernel: calls that are younger than Linux 6.10, and numbers that no kernel has, instead"
run 0 --arch amd64 --enosys kernel --profile-kernel 5.6 --json p.json
check "the mode in JSON" 'grep -q "\"mode\": \"kernel\"" err && grep -q "\"profileKernel\": \"5.6\"" err'
run 0 --arch amd64 --enosys runc --stats p.json
either "enosys runc: numbers above the largest that the profile names, before any rule"
sed 's/"defaultAction": "SCMP_ACT_ERRNO"/"defaultAction": "SCMP_ACT_LOG"/' p.json >log.json
run 0 --arch amd64 --enosys kernel --stats log.json
either "enosys kernel: nothing to add"

# Outputs that cannot say it.
for level in 0 1; do
    for mode in runc kernel; do
        run 4 -O$level --arch amd64 --enosys $mode --export-bpf no.bpf p.json
        either "libseccomp's program cannot say what --enosys $mode means, expected -O2"
    done
done
run 4 --arch amd64 --enosys kernel --export-oci no.json --export-bpf no.bpf p.json
either "the slim profile cannot say what --enosys kernel means"
check "nothing is written" '[ ! -e no.json ] && [ ! -e no.bpf ]'
run 0 -O1 --arch amd64 --enosys kernel --export-oci log-slim.json log.json
run 0 --arch amd64 --stats --enosys runc --export-oci slim.json p.json
either "runc adds what --enosys runc means to the slim profile, crun does not"
run 0 --arch amd64 --enosys runc --export-bpf p-runc.bpf p.json
run 0 verify --arch amd64 --enosys runc p-runc.bpf slim.json

# sim
cat >calls <<'T'
x86_64 close_range = ERRNO(ENOSYS)
x86_64 pidfd_getfd = ERRNO(EPERM)
x86_64 500..2000 = ERRNO(ENOSYS)
x32 close_range = ERRNO(ENOSYS)
x86_64 0xffffffff = ERRNO(EPERM)
T
run 0 sim --arch amd64 --enosys kernel --profile-kernel 5.6 p.json calls
either "(--enosys)"
run 1 sim --arch amd64 p.json calls
run 1 sim --arch amd64 --enosys runc p.json calls
run 0 --arch amd64 --enosys kernel --profile-kernel 5.6 --export-bpf p-kernel.bpf p.json
run 0 sim --arch amd64 p-kernel.bpf calls
run 0 sim --json --arch amd64 --enosys kernel --profile-kernel 5.6 p.json calls
check "by whom, in JSON" 'grep -q "\"by\": \"enosys\"" out'

# explain
run 0 explain --arch amd64 --enosys kernel --profile-kernel 5.6 p.json close_range
either "close_range → ERRNO(ENOSYS) on x86_64 (436), x32 (0x40000000+436)"
either "it came with Linux 5.9, and no rule matches; the profile's author is taken to know Linux 5.6"
run 0 explain --arch amd64 --enosys kernel p.json close_range
either "close_range → ERRNO(EPERM)"
run 0 explain --arch amd64 --enosys kernel p.json 2000
either "nr 2000 → ERRNO(ENOSYS) on x86_64"
either "no known kernel has this number: --enosys kernel, instead of the default action"
run 0 explain --arch amd64 --enosys runc p.json pidfd_getfd
either "pidfd_getfd → ERRNO(ENOSYS)"
either "no number as large as this is named by the profile: --enosys runc, before any rule"
run 0 explain --arch s390x --enosys runc "$profile" 0
either "by 0 the kernel calls numbers that it does not know"
run 0 explain --arch amd64 --caps all --enosys kernel --profile-kernel 5.6 p.json mseal
either "ALLOW when a2 == 0"
either "ERRNO(ENOSYS) otherwise: --enosys kernel, instead of the default action"
run 0 explain --json --arch amd64 --enosys kernel --profile-kernel 5.6 p.json close_range
check "the reason in JSON" 'grep -q "\"reason\": \"enosys\"" out'

# diff, within, optimize, verify's words
run 1 diff --arch amd64 --enosys kernel --profile-kernel 5.6 profile.bpf "$profile"
run 0 --arch amd64 --export-bpf as-written.bpf p.json
run 1 diff --arch amd64 --enosys kernel --profile-kernel 5.6 as-written.bpf p.json
either "ERRNO(EPERM) → ERRNO(ENOSYS)"
run 0 within --arch amd64 --enosys kernel as-written.bpf p.json
run 0 within --arch amd64 as-written.bpf p-runc.bpf
run 1 verify --arch amd64 --enosys kernel --profile-kernel 5.6 as-written.bpf p.json
either "(--enosys kernel, instead of the default action)"
run 1 verify --arch amd64 --enosys runc as-written.bpf p.json
either "(--enosys runc, before any rule)"
run 0 optimize --arch amd64 p-runc.bpf -o optimized.bpf
run 0 verify --arch amd64 --enosys runc optimized.bpf p.json

# Blobs: the mode is none of an entry's conditions, and verify is asked for it.
run 0 --arch amd64 --arch s390x --caps docker --caps all --enosys kernel --export-blob k.blob "$profile"
run 0 verify k.blob
run 0 verify -q --enosys kernel k.blob "$profile"
run 1 verify -q k.blob "$profile"
run 1 verify -q --enosys runc k.blob "$profile"
run 2 verify --enosys kernel k.blob
either "--enosys: expected a PROFILE to compare with"
run 2 verify --profile-kernel 5.4 --enosys kernel k.blob

# Wrong words.
run 2 --enosys p.json
either "--enosys p.json: expected profile, runc or kernel"
run 2 --enosys kernal p.json
either "did you mean kernel?"
run 2 --profile-kernel 5.4 p.json
either "--profile-kernel: expected --enosys kernel with it"
run 2 --enosys runc --profile-kernel 5.4 p.json
run 2 --enosys kernel --profile-kernel 0.1 p.json
run 2 --enosys kernel --profile-kernel new p.json
either "expected X.Y"

finish
