#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# --harden as a user meets it: what changed, in the report and by questions; who cannot say it.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"

target="--arch amd64 --kernel 6.18 --caps docker"
builtin=${SCC_SOURCE_ROOT:?the source folder}/profiles/default.json

# ask STATUS [COMMAND] ARGUMENT...: for one target.
ask() {
    # shellcheck disable=SC2086 # the target is several words
    case $2 in
    -*) run "$1" $target "${@:2}" ;;
    *) run "$1" "$2" $target "${@:3}" ;;
    esac
}

# Compares an int: EQ cannot be walked around, NE can.
cat >safe.json <<'J'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [
  {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
  {"names": ["unshare"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_NE"}]}]}
J
sed 's/"SCMP_CMP_EQ"/"SCMP_CMP_NE"/' safe.json >open.json
# Either reading may be the stricter one.
cat >both.json <<'J'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
  {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_EQ"}]},
  {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [
    {"index": 0, "value": 6, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 3, "op": "SCMP_CMP_NE"}]}]}
J

# --- what changed, by three ways to ask
for profile in safe open both; do
    ask 0 --export-bpf $profile.bpf $profile.json
    ask 0 --harden --export-bpf $profile-hard.bpf $profile.json
    ask 0 within $profile.json $profile-hard.bpf
    ask 0 verify --harden $profile-hard.bpf $profile.json
done
check "nothing changed, the same bytes" 'cmp safe.bpf safe-hard.bpf'
ask 0 diff --harden safe.bpf safe.json
ask 1 diff open.json open-hard.bpf
prints_exactly "NE" <<'T'
less  x86_64: socket when a0 & 0xffffffff == 1 and a0 >= 0x100000000: ALLOW →
      ERRNO(EPERM)
T
ask 1 verify open-hard.bpf open.json
ask 1 verify --harden open.bpf open.json
check "verify says whose answer it is" 'tr "\n" " " <out | grep -qF "(--harden: 32-bit arguments without their high words), the program ALLOW"'
ask 1 within --harden open.json open.bpf
ask 0 within open-hard.bpf open-hard.bpf
ask 1 diff both.json both-hard.bpf
prints_exactly "both" <<'T'
less  socket when a0 == 6 and a1 & 0xffffffff == 3 and a1 >= 0x100000000: ALLOW
      → ERRNO(EPERM)
T
ask 0 --stats --harden open.json
says "proof     equals the hardened profile for every input"
says "hardened  x86_64: socket when a0 & 0xffffffff == 1 and a0 >= 0x100000000:"
ask 0 --stats --harden safe.json
says "hardened  nothing: no call gets a stricter answer without its high words"
ask 0 --stats open.json
check "no line without the option" '! grep -q ^hardened err'
ask 0 --json --harden open.json
check "as JSON" 'jq -e ".targets[0] | .hardens and (.hardened | length) == 1 and
    .hardened[0].names == [\"socket\"] and .hardened[0].direction == \"less\"" err'
ask 0 --json open.json
check "and without" 'jq -e ".targets[0] | .hardens == false and has(\"hardened\") == false" err'

# A value that no low word has: such a rule is not made to match what the kernel reads.
cat >wide.json <<'J'
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
  {"names": ["kill"], "action": "SCMP_ACT_ERRNO", "args": [
    {"index": 0, "value": 18446744073709551615, "op": "SCMP_CMP_EQ"}]}]}
J
ask 0 --stats --harden --export-bpf wide.bpf wide.json
says "hardened  nothing: no call gets a stricter answer without its high words"
printf '%s\n' 'x86_64 kill 0xffffffff = ALLOW' 'x86_64 kill -1 = ERRNO(EPERM)' >cases
ask 0 sim wide.bpf cases
ask 0 verify wide.bpf wide.json
sed -i 's/18446744073709551615/4294967295/' wide.json
ask 0 --harden --export-bpf narrow.bpf wide.json
printf '%s\n' 'x86_64 kill 0xffffffff = ERRNO(EPERM)' 'x86_64 kill -1 = ERRNO(EPERM)' >cases
ask 0 sim narrow.bpf cases

# --- forms that have rules alone
ask 4 --harden --export-oci slim.json open.json
says "open.json:2:14: socket: the slim profile cannot say what --harden makes of this rule"
says "(syscalls[0])"
check "no file" '[ ! -e slim.json ]'
for level in 0 1; do
    ask 4 --harden -O$level --export-bpf no.bpf open.json
    says "socket: libseccomp's program cannot say what --harden makes of this rule; -O2 can"
done
ask 0 --harden -O0 --export-bpf linear.bpf --export-oci slim.json safe.json
ask 0 verify linear.bpf slim.json

# --- with what answers to unknown calls
sed 's/"socket"/"epoll_pwait2"/' open.json >young.json # Linux 5.11
for mode in "runc" "kernel" "kernel --profile-kernel 5.1"; do
    # shellcheck disable=SC2086 # the mode may be several words
    {
        ask 0 --enosys $mode --export-bpf plain.bpf young.json
        ask 0 --harden --enosys $mode --export-bpf both.bpf young.json
        ask 0 verify --harden --enosys $mode both.bpf young.json
    }
    ask 0 within plain.bpf both.bpf
    ask 1 within both.bpf plain.bpf
done
ask 1 diff plain.bpf both.bpf
check "ENOSYS where the author could not know the call" 'grep -qF "ERRNO(ENOSYS)" out'

# --- blobs, several targets
run 0 --harden --kernel 6.18 --arch amd64 --arch arm64 --export-blob hard.blob "$builtin"
run 0 verify --harden hard.blob "$builtin"
run 1 verify hard.blob "$builtin"

# --- why
ask 0 explain --harden "$builtin" socket a0=0x100000028
check "the kernel's reading is told" 'grep -qF -e "--harden: the kernel reads a0 as 40, which gets the stricter answer" out'
check "and decides on x86_64 alone" '[ "$(grep -c -e "--harden:" out)" -eq 1 ]'
ask 0 explain --harden "$builtin" socket a0=0x100000001
check "no reason where it does not decide" '! grep -q -e "--harden" out'
ask 0 explain --harden "$builtin" socket
check "the condition is that of low words" 'grep -qF "ALLOW when a0 & 0xffffffff is neither 38 nor 40" out'
ask 0 explain --json --harden "$builtin" socket a0=0x100000028
check "as JSON" 'jq -e ".calls[0] | .hardened and .clearedArguments == [0]" out'
printf '%s\n' 'x86_64 socket 0x100000028 = ERRNO(EPERM)' 'x86_64 socket 0x100000001 = ALLOW' \
    'x86 socket 0x100000001 = ALLOW' >cases
ask 0 sim --harden "$builtin" cases
check "sim says why" 'head -1 out | grep -qF "the default action, by --harden"'
ask 1 sim "$builtin" cases

finish
