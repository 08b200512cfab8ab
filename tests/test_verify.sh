#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seccompc verify: programs of ours, of libseccomp and hand-written ones against profiles.
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"

# either TEXT: it is in what the last run said, on either output and however it is wrapped
either() {
    checks=$((checks + 1))
    cat out err | tr '\n' ' ' | grep -qF -- "$1" || fail "expected \"$1\" in: $(cat out err)"
}

cat >profile.json <<'J'
{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
  {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
   "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]}
]}
J
for arch in amd64 s390x; do
    run 0 --arch $arch --export-bpf $arch.bpf profile.json
    run 0 --arch $arch -O1 --export-bpf tree-$arch.bpf profile.json
    run 0 verify --arch $arch $arch.bpf profile.json
    either "equal: $arch.bpf says what profile.json says, for every input"
    run 0 verify --arch $arch tree-$arch.bpf profile.json
done
run 4 verify --arch s390x amd64.bpf profile.json
# What is not decided names both.
python3 -c '
import json, random

random.seed(3)
rules = [{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [
    {"index": arg, "value": 1 << random.randrange(32), "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
    for arg in range(6)]} for rule in range(300)]
print(json.dumps({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": rules}))' >mask.json
run 4 verify --arch amd64 amd64.bpf mask.json
says 'amd64.bpf and mask.json: too large: not decided'

# A program that allows everything is found out, with the input and the rule.
printf '\x06\x00\x00\x00\x00\x00\xff\x7f' >allow.bpf
run 1 verify --arch amd64 allow.bpf profile.json
either "different: "
either "the program ALLOW"
run 1 verify -q --arch amd64 allow.bpf profile.json
check "-q is silent" '[ ! -s out ]'
run 1 verify --json --arch amd64 allow.bpf profile.json
either '"equal": false'

# One argument value away.
sed 's/"value": 8/"value": 9/' profile.json >nine.json
run 1 verify --arch amd64 amd64.bpf nine.json
either "personality (135) with a0 = 0x8"

# runc's stub is asked for by name: without it in the program, numbers above differ. runc gives it to
# architectures that the profile lists, and to no other.
run 0 verify --arch amd64 --enosys runc amd64.bpf profile.json
sed 's/"syscalls"/"architectures": ["SCMP_ARCH_X86_64"], "syscalls"/' profile.json >listed.json
run 1 verify --arch amd64 --enosys runc amd64.bpf listed.json
either "ERRNO(ENOSYS)"

# Wrong words.
run 2 verify amd64.bpf
either "an operand is missing"
run 4 verify profile.json profile.json
either "expected a program first"
run 4 verify --arch amd64 amd64.bpf amd64.bpf
either "expected a profile second"
run 2 verify --enosys never amd64.bpf profile.json
run 3 verify missing.bpf profile.json
printf 'abc' >short.bpf
run 4 verify short.bpf profile.json
printf '\xff\xff\x00\x00\x00\x00\x00\x00' >wrong.bpf
run 4 verify --arch amd64 wrong.bpf profile.json
either "no instruction that seccomp knows"
run 2 verify - -
says "standard input is named twice"
run 2 verify -q --json amd64.bpf profile.json
run 0 verify --help
either "Usage: seccompc verify"

finish
