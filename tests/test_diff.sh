#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# diff and within: exact lines and exit statuses, on small profiles and on published ones.
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"

corpus=${SCC_SHARED:-${SCC_SOURCE_ROOT:?the source folder}/../shared}/corpus
target="--arch amd64 --kernel 6.18 --caps docker"

# ask STATUS COMMAND ARGUMENT...: for one target.
ask() {
    # shellcheck disable=SC2086 # the target is several words
    run "$1" "$2" $target "${@:3}"
}

quiet() {
    if [ -s out ] || [ -s err ]; then
        fail "$1: $(cat out err)"
    fi
}

says() {
    grep -qF -- "$1" err || fail "expected \"$1\" in: $(cat err)"
}

# --- small profiles
base='"archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}]'
cat >a.json <<J
{"defaultAction": "SCMP_ACT_ERRNO", $base, "syscalls": [
  {"names": ["read", "write", "bpf", "socketcall"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["ioctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 21505, "op": "SCMP_CMP_NE"}]}]}
J
cat >b.json <<J
{"defaultAction": "SCMP_ACT_ERRNO", $base, "syscalls": [
  {"names": ["write", "bpf", "fork", "socketcall"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
  {"names": ["ioctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 21505, "op": "SCMP_CMP_GT"}]}]}
J
ask 0 diff a.json a.json
prints_exactly "same" <<'T'
same: every input gets the same answer
T
ask 1 diff a.json b.json
prints_exactly "two small profiles" <<'T'
more  fork: ERRNO(EPERM) → ALLOW
less  read: ALLOW → ERRNO(EPERM)
less  ioctl when a1 <= 0x5400: ALLOW → ERRNO(EPERM)
other clone3: ERRNO(EPERM) → ERRNO(ENOSYS)
T
ask 1 within a.json b.json
prints_exactly "more permissive in one place" <<'T'
more  fork: ERRNO(EPERM) → ALLOW
T
ask 1 within b.json a.json
prints_exactly "and in two the other way" <<'T'
more  read: ERRNO(EPERM) → ALLOW
more  ioctl when a1 <= 0x5400: ERRNO(EPERM) → ALLOW
T
sed 's/"read", //' a.json >less.json
ask 0 within a.json less.json
prints_exactly "within" <<'T'
within: no input gets a more permissive answer
T
ask 0 within -q a.json less.json
quiet "within -q"
ask 1 diff -q a.json b.json
quiet "diff -q"

# --- an architecture more
sed 's/, "SCMP_ARCH_X32"//' a.json >two.json
ask 1 diff two.json a.json
prints_exactly "an architecture more" <<'T'
more  x32: bpf, read, write: KILL_THREAD → ALLOW
more  x32: every call but bpf, ioctl, read, write: KILL_THREAD → ERRNO(EPERM)
more  x32: ioctl when a1 != 0x5401: KILL_THREAD → ALLOW
more  x32: ioctl when a1 == 0x5401: KILL_THREAD → ERRNO(EPERM)
T

# --- JSON says the same
ask 1 diff --json a.json b.json
python3 - out <<'P' || fail "diff --json: $(cat out)"
import json, sys
answer = json.load(open(sys.argv[1], encoding="utf-8"))
assert answer["same"] is False and answer["complete"] is True
assert (answer["a"], answer["b"]) == ("a.json", "b.json")
lines = [(c["direction"], c["text"]) for c in answer["changes"]]
assert lines[0] == ("more", "fork: ERRNO(EPERM) → ALLOW"), lines
ioctl = answer["changes"][2]
assert ioctl["names"] == ["ioctl"] and ioctl["when"] == "a1 <= 0x5400"
assert ioctl["architectures"] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]
(sets,) = ioctl["anyOf"]
assert sets[0]["value"] == "a1" and sets[0]["passesOneOf"][0]["in"] == [{"first": 0, "last": 0x5400}]
assert ioctl["before"] == {"action": "ALLOW", "returnValue": 0x7FFF0000}
P
ask 0 within --json a.json less.json
grep -q '"within": true' out || fail "within --json: $(cat out)"

# --- a profile, its slim form, its program, and a runtime config with it
# shellcheck disable=SC2086
"$seccompc" $target -q --export-bpf a.bpf --export-oci slim.json a.json || fail "compiling a.json"
ask 0 diff a.json a.bpf
ask 0 diff a.bpf slim.json
ask 0 diff slim.json a.json
ask 0 within a.bpf a.json
printf '{"ociVersion": "1.2.0", "linux": {"seccomp": %s}}' "$(cat slim.json)" >config.json
ask 0 diff config.json a.bpf
ask 1 diff a.bpf b.json

# --- a config comes with its own bounding set: that is told where it decides anything
cat >caps.json <<J
{"defaultAction": "SCMP_ACT_ERRNO", $base, "syscalls": [{"names": ["chroot"], "action": "SCMP_ACT_ALLOW",
  "includes": {"caps": ["CAP_SYS_CHROOT"]}}]}
J
for bounding in CAP_CHOWN CAP_KILL; do
    printf '{"process": {"capabilities": {"bounding": ["%s"]}}, "linux": {"seccomp": %s}}' \
        $bounding "$(cat caps.json)" >$bounding.json
done
# Without --caps, which would give both the same set.
for question in "diff CAP_CHOWN.json caps.json" "within CAP_CHOWN.json caps.json" \
    "diff --json CAP_CHOWN.json caps.json"; do
    read -ra words <<<"$question"
    "$seccompc" "${words[@]}" --arch amd64 --kernel 6.18 >out 2>err
    [ $? -eq 1 ] || fail "$question: $(cat err)"
    cat out >>err
    says "CAP_CHOWN.json is selected for amd64, kernel 6.18, 1 capability; caps.json for amd64, kernel 6.18, 14 capabilities"
    says "expected --spec CAP_CHOWN.json, or --caps, for one set"
done
for question in "diff --spec CAP_CHOWN.json CAP_CHOWN.json caps.json" "diff CAP_CHOWN.json CAP_KILL.json" \
    "diff --caps docker CAP_CHOWN.json caps.json" "diff config.json slim.json"; do
    read -ra words <<<"$question"
    "$seccompc" "${words[@]}" --arch amd64 --kernel 6.18 >out 2>err || fail "$question: $(cat out err)"
    [ ! -s err ] || fail "$question says: $(cat err)"
done

# --- programs that no runtime would write
assemble() { # NAME, the listing on standard input
    cat >"$1.s"
    "$seccompc" disasm --arch amd64 --assemble "$1.bpf" "$1.s" || fail "assembling $1"
}
assemble open <<'S'
    ret #0x7fff0000
S
assemble masked <<'S'
    ld [0]
    and #5
    jeq #5, L4
    ret #0x7fff0000
L4: ret #0x50001
S
assemble above <<'S'
    ld [16]
    tax
    ld [24]
    jgt x, L5
    ret #0x7fff0000
L5: ret #0x50001
S
assemble number <<'S'
    ld [0]
    ret a
S
assemble arch <<'S'
    ld [4]
    ret a
S
ask 1 diff open.bpf masked.bpf
prints_exactly "a mask on numbers" <<'T'
less  every architecture: nr & 0x5 == 5: ALLOW → ERRNO(EPERM)
T
ask 1 diff a.json open.bpf
grep -qF 'more  any other architecture: every call: KILL_THREAD → ALLOW' out ||
    fail "a program for every architecture: $(cat out)"
# One argument against another: the words would have no end, but the difference is shown.
ask 1 diff open.bpf above.bpf
grep -q '^e\.g\.' out || fail "no example: $(cat out)"
ask 0 within open.bpf above.bpf
ask 0 diff above.bpf above.bpf
# Not decided is never "the same".
ask 4 diff number.bpf arch.bpf
says "not decided"
[ ! -s out ] || fail "an undecided diff prints $(cat out)"
ask 4 diff --json number.bpf arch.bpf

# --- wrong uses
ask 2 diff a.json
says "an operand is missing"
ask 2 diff a.json b.json c.json
says "c.json: one operand too many"
ask 3 diff a.json missing.json
ask 2 within --jsno a.json b.json
says "did you mean --json?"
ask 0 diff --help
grep -q '^Usage: seccompc diff' out || fail "no help"

# --- published profiles
if [ -r "$corpus/moby-2026-06.json" ]; then
    then=$corpus/moby-2021-01.json now=$corpus/moby-2026-06.json podman=$corpus/containers-common-2025-08.json
    ask 1 diff "$then" "$now"
    prints_exactly "moby, five years" <<'T'
more  cachestat, fchmodat2, futex_requeue, futex_wait, futex_waitv, futex_wake,
      getxattrat, landlock_add_rule, landlock_create_ruleset,
      landlock_restrict_self, listmount, listxattrat, map_shadow_stack,
      memfd_secret, mseal, name_to_handle_at, pkey_alloc, pkey_free,
      pkey_mprotect, process_mrelease, process_vm_readv, process_vm_writev,
      removexattrat, setxattrat, statmount, uretprobe: ERRNO(EPERM) → ALLOW
less  io_uring_enter, io_uring_register, io_uring_setup: ALLOW → ERRNO(EPERM)
less  socket when a0 is 38 or 40: ALLOW → ERRNO(EPERM)
other clone3: ERRNO(EPERM) → ERRNO(ENOSYS)
T
    ask 1 diff "$now" "$podman"
    prints_exactly "docker and podman" <<'T'
more  fanotify_init, fsconfig, fsmount, fsopen, fspick, get_mempolicy, keyctl,
      mbind, mount, mount_setattr, move_mount, open_tree, pidfd_getfd,
      pivot_root, reboot, set_mempolicy, setns, signal, syslog, umount,
      umount2, unshare: ERRNO(EPERM) → ALLOW
more  clone3: ERRNO(ENOSYS) → ALLOW
more  clone when a0 & 0x7e020000 != 0: ERRNO(EPERM) → ALLOW
more  socket when a0 is 38 or 40: ERRNO(EPERM) → ALLOW
less  cachestat, futex_requeue, futex_wait, futex_waitv, futex_wake,
      io_pgetevents, io_pgetevents_time64, map_shadow_stack, vmsplice: ALLOW →
      ERRNO(EPERM)
less  getxattrat, listmount, listxattrat, mseal, removexattrat, setxattrat,
      statmount, uretprobe: ALLOW → ERRNO(ENOSYS)
other _sysctl, add_key, afs_syscall, break, create_module, file_getattr,
      file_setattr, ftime, get_kernel_syms, getpmsg, gtty, idle,
      io_uring_enter, io_uring_register, io_uring_setup, listns, lock,
      lsm_get_self_attr, lsm_list_modules, lsm_set_self_attr, mpx,
      open_tree_attr, prof, profil, putpmsg, readdir, request_key,
      rseq_slice_yield, security, set_mempolicy_home_node, sigaction,
      sigpending, sigsuspend, stty, tuxcall, ulimit, uprobe, vserver, numbers
      without a name: ERRNO(EPERM) → ERRNO(ENOSYS)
other personality when a0 is none of 0, 8, 0x20000, 0x20008 or 0xffffffff:
      ERRNO(EPERM) → ERRNO(ENOSYS)
T
    ask 1 within "$then" "$now"
    ask 1 within "$now" "$then"
    prints_exactly "what moby allowed before" <<'T'
more  io_uring_enter, io_uring_register, io_uring_setup: ERRNO(EPERM) → ALLOW
more  socket when a0 is 38 or 40: ERRNO(EPERM) → ALLOW
T
    # shellcheck disable=SC2086
    "$seccompc" $target -q --export-bpf now.bpf --export-oci now.json "$now" || fail "compiling"
    ask 0 diff "$now" now.bpf
    ask 0 diff now.json now.bpf
    ask 0 diff "$now" now.json
    ask 0 within now.bpf "$now"
elif [ -n "${SCC_REQUIRE_SHARED:-}" ]; then
    fail "$corpus is missing"
elif [ "$failures" -eq 0 ]; then
    echo "skipped in part: $corpus is not here, test data for developers that is no part of a clone"
    exit 77
fi

finish
