#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seccompc --export-blob, verify of blobs, and blobs where a program is taken.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"
default=${SCC_SOURCE_ROOT:?the source root}/profiles/default.json

# either TEXT: it is in what the last run said, on either output and however it is wrapped
either() {
    checks=$((checks + 1))
    cat out err | tr -s ' \n' '  ' | grep -qF -- "$1" || fail "expected \"$1\" in: $(cat out err)"
}

only_in() { # DIR NAME...: nothing else is there, temporary files included
    local dir=$1 found
    shift
    checks=$((checks + 1))
    found=$(find "$dir" -mindepth 1 -printf '%P\n' | sort | tr '\n' ' ')
    [ "$found" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ' | sed 's/^ //')" ] ||
        fail "files in $dir: $found, expected: $*"
}

# The offset and size of each entry's program, by architecture, capabilities and first kernel.
entries_of() {
    "$seccompc" verify --json "$1" | python3 -c '
import json, sys
for e in json.load(sys.stdin)["entries"]:
    value = ",".join(name[4:] for name in e["capabilityValue"]) or "none"
    print(e["architecture"], value, e["kernelFrom"], e["kernelBefore"], e["offset"], e["bytes"],
          e["instructions"], ",".join(e["flags"]))'
}

cat >small.json <<'J'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}],
  "syscalls": [
    {"names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
    {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
    {"names": ["getpid"], "action": "SCMP_ACT_ALLOW",
     "includes": {"minKernel": "5.10"}, "excludes": {"caps": ["CAP_BPF"]}}
  ]
}
J

# --- a blob alone: the entry is the program of --export-bpf, and applies where the profile's rules do
run 0 --arch amd64 --kernel 6.1 --export-blob one.blob small.json
run 0 --arch amd64 --kernel 6.1 --export-bpf one.bpf small.json
entries_of one.blob >entries
read -r arch caps from before offset bytes count flags <entries
check "one entry: $(cat entries)" '[ "$(wc -l <entries)" -eq 1 ]'
check "its condition" '[ "$arch $caps $from $before" = "amd64 none 5.10 None" ]'
check "its flags" '[ "$flags" = SECCOMP_FILTER_FLAG_SPEC_ALLOW ]'
check "its size" '[ "$bytes" -eq $((8 * count)) ] && [ "$bytes" -eq "$(stat -c %s one.bpf)" ]'
check "its program" 'dd if=one.blob bs=1 skip="$offset" count="$bytes" 2>/dev/null | cmp - one.bpf'

# --- the fat blob: architectures, capability sets and kernels
arches='amd64 s390x mips'
sets='docker none all SYS_ADMIN'
kernels='4.4 4.19 6.1'
targets() { # OPTION WORD...
    local option=$1 word
    shift
    for word in "$@"; do echo "$option $word"; done
}
# shellcheck disable=SC2046,SC2086 # words
all=$(targets --arch $arches && targets --caps $sets && targets --kernel $kernels)
# shellcheck disable=SC2086 # words
run 0 --stats $all --export-blob fat.blob small.json
either "selects for (amd64, kernel 4.4, 0 capabilities) what it selects for (amd64, kernel 4.4, 14 capabilities): one entry for both"
either "entry applies with {SYS_ADMIN, BPF}, kernels from 4.8 to before 5.10; flags SPEC_ALLOW"
either "wrote fat.blob ($(stat -c %s fat.blob) bytes)"
entries_of fat.blob >entries
# docker and none have neither capability that the profile names
check "27 entries: $(cat entries)" '[ "$(wc -l <entries)" -eq 27 ]'
# shellcheck disable=SC2034 # check evaluates some
while read -r arch caps from before offset bytes count flags; do
    kernel=${from/0.0/4.4}
    run 0 -q --no-crosscheck --arch "$arch" --caps "$caps" --kernel "$kernel" --export-bpf e.bpf small.json
    check "$arch $caps $from: the program of --export-bpf" \
        'dd if=fat.blob bs=1 skip="$offset" count="$bytes" 2>/dev/null | cmp - e.bpf'
done <entries
run 0 verify fat.blob
either "sealed: fat.blob, 27 entries"
either "mips with none of {SYS_ADMIN, BPF}, kernels before 4.8: "
run 0 verify fat.blob small.json
check "each is equal" '[ "$(grep -c "^equal: " out)" -eq 27 ]'
run 0 verify -q fat.blob small.json
check "-q is silent" '[ ! -s out ] && [ ! -s err ]'
run 0 verify --arch s390x --caps all --kernel 5.1 fat.blob small.json
check "the entry for the target alone" '[ "$(grep -c ": s390x " out)" -eq 1 ]'
either "with {SYS_ADMIN, BPF}, kernels from 4.8 to before 5.10"
run 0 verify --json --cap-add BPF,SYS_ADMIN --kernel 5.1 --arch mips fat.blob
check "--json has it alone" '[ "$(grep -c "\"offset\":" out)" -eq 1 ] && grep -q "\"4.8\"" out'

# --- the same bytes, whatever the order
cp fat.blob first.blob
# shellcheck disable=SC2046,SC2086 # words
run 0 --no-crosscheck $(targets --kernel 6.1 4.19 4.4) $(targets --caps SYS_ADMIN all none docker) \
    $(targets --arch mips s390x amd64) --export-blob fat.blob small.json
python3 - fat.blob first.blob <<'PY' || fail "other programs or conditions in another order"
import sys
def plain(path):
    b = bytearray(open(path, "rb").read())
    b[32:48] = bytes(16)
    for i in range(27):  # the inputs of merged targets are the first one's
        b[128 + 96 * i + 56:128 + 96 * i + 88] = bytes(32)
    return b
sys.exit(plain(sys.argv[1]) != plain(sys.argv[2]))
PY
# shellcheck disable=SC2086 # words
run 0 --no-crosscheck $all --export-blob fat.blob small.json
check "reproducible" 'cmp fat.blob first.blob'

# --- the inputs of an entry are its own
inputs() { "$seccompc" verify --json "$1" | sed -n 's/.*"inputs": "\([0-9a-f]*\)".*/\1/p'; }
check "64 digits each, all different" \
    '[ "$(inputs fat.blob | grep -cE "^[0-9a-f]{64}$")" -eq 27 ] && [ "$(inputs fat.blob | sort -u | wc -l)" -eq 27 ]'
run 0 --arch amd64 --kernel 6.2 --export-blob other.blob small.json
check "another kernel" '[ "$(inputs other.blob)" != "$(inputs one.blob)" ]'
run 0 -q -O0 --allow-mismatch --arch amd64 --kernel 6.1 --export-blob other.blob small.json
check "another level" '[ "$(inputs other.blob)" != "$(inputs one.blob)" ]'

# --- capabilities are changed in each set, flags are the profile's, other levels
run 0 --arch amd64 --caps none --caps BPF --cap-add SYS_ADMIN --cap-drop BPF --kernel 6.1 \
    --export-blob other.blob small.json
entries_of other.blob >entries
check "one entry: $(cat entries)" '[ "$(cut -d" " -f 2 entries)" = SYS_ADMIN ]'
sed 's/"syscalls"/"flags": ["SECCOMP_FILTER_FLAG_LOG"], "syscalls"/' small.json >log.json
run 0 --arch amd64 --kernel 6.1 --export-blob log.blob log.json
entries_of log.blob >entries
check "the profile's flags: $(cat entries)" 'grep -q " SECCOMP_FILTER_FLAG_LOG$" entries'
run 1 verify --arch amd64 --kernel 6.1 log.blob small.json
either "has the flags LOG, the profile wants SPEC_ALLOW"
sed 's/"flags": \[/&"SECCOMP_FILTER_FLAG_SPEC_ALLOW", /' log.json >two.json
run 1 verify --arch amd64 --kernel 6.1 log.blob two.json
either "has the flags LOG, the profile wants LOG, SPEC_ALLOW"
sed 's/"flags": \[[^]]*\]/"flags": []/' log.json >none.json
run 1 verify --arch amd64 --kernel 6.1 log.blob none.json
either "has the flags LOG, the profile wants none"
for level in 0 1; do
    run 0 -q -O$level --arch amd64 --kernel 6.1 --export-blob level.blob --export-bpf level.bpf small.json
    # shellcheck disable=SC2034 # check evaluates them
    read -r _ _ _ _ offset bytes _ < <(entries_of level.blob)
    check "-O$level" 'dd if=level.blob bs=1 skip="$offset" count="$bytes" 2>/dev/null | cmp - level.bpf'
    run 0 verify level.blob small.json
done

# --- what is said of the profile is said once
sed 's/"getpid"/"getpdi"/' small.json >warn.json
# shellcheck disable=SC2086 # words
run 0 --no-crosscheck $all --export-blob other.blob warn.json
check "one warning" '[ "$(grep -c getpdi err)" -eq 1 ]'
run 0 verify other.blob warn.json
check "one warning again" '[ "$(grep -c "warning: .*getpdi" err)" -eq 1 ]'

# --- beside other outputs; conflicts of options
mkdir made
run 0 --arch amd64 --arch arm64 --export-blob made/x.blob --export-bpf 'made/%a.bpf' small.json
only_in made x.blob amd64.bpf arm64.bpf
rm -f made/*
run 2 --arch amd64 --arch arm64 --export-blob made/x.blob --export-bpf made/x.bpf small.json
says "expected %a in the name"
run 2 --export-blob made/x.blob --export-oci made/x.json --caps none --caps all small.json
says "made/x.json: 2 capability sets, expected one --caps; --export-blob alone takes several"
run 2 --export-blob made/x.blob --export-header made/x.h --kernel 4.4 --kernel 6.1 small.json
says "made/x.h: 2 kernels, expected one --kernel"
run 2 --export-bpf made/x.bpf --caps none --caps none small.json
says "2 capability sets"
run 2 --export-blob 'made/%a.blob' small.json
says "expected a name without %a"
run 2 --export-blob made/x --export-bpf made/x small.json
says "named for two outputs"
run 2 --export-blob made/a --export-blob made/b small.json
says "--export-blob: given twice"
run 2 --export-blob '' small.json
run 2 --export-blob small.json small.json
run 2 --export-blob made/x.blob --base64 small.json
# shellcheck disable=SC2046 # words
run 2 $(targets --kernel $(seq -f '5.%g' 0 128)) --caps none --caps all --export-blob made/x.blob small.json
says "more than 256 targets"
# shellcheck disable=SC2046 # words
run 2 $(targets --kernel $(seq -f '5.%g' 0 255) 6.1) small.json
says "--kernel: given more than 256 times"
run 0 --caps none --caps all --kernel 4.4 --kernel 6.1 --json --no-crosscheck small.json
check "without an output all targets are looked at" '[ "$(grep -c "\"architecture\":" err)" -eq 4 ]'
run 4 --strict --arch amd64 --export-blob made/x.blob warn.json
only_in made
if command -v script >/dev/null; then
    script -qec "$seccompc --export-blob - $PWD/small.json" /dev/null >out 2>&1 </dev/null
    check "no blob onto a terminal" 'grep -q -- "--export-blob -: standard output is a terminal" out'
fi
"$seccompc" --arch amd64 --kernel 6.1 --export-blob - small.json 2>err | cmp - one.blob || fail "a pipe: $(cat err)"

# --- whole or not at all
if [ -w /dev/full ]; then
    run 3 --export-blob /dev/full small.json
    run 3 --export-blob /dev/full --export-bpf made/x.bpf small.json
    says "/dev/full"
    only_in made
fi
echo old >made/x.blob
run 3 --export-blob made/x.blob --export-bpf made/missing/x.bpf small.json
check "the old file stands" '[ "$(cat made/x.blob)" = old ]'
only_in made x.blob

# --- damage is found
size=$(stat -c %s one.blob)
for at in 0 9 12 40 50 130 150 $((size - 1)); do
    python3 -c 'import sys
b = bytearray(open("one.blob", "rb").read())
b[int(sys.argv[1])] ^= 16
open("bad.blob", "wb").write(b)' "$at"
    run 4 verify bad.blob
    [ "$at" -eq 0 ] || says "bad.blob"
done
head -c $((size - 8)) one.blob >bad.blob
run 4 verify bad.blob
run 4 sim bad.blob
# Sealed again, so that the checksum is right: the kernel's rules for programs are checked too.
reseal one.blob bad.blob 'b[-2:] = b"\xff\xff"; b[-8:-6] = b"\x20\x00"'
run 4 verify bad.blob
says "entry 0"

# --- made by another version
reseal one.blob stale.blob 'b[48:128] = b"seccompc 0.0.1 0123456789abcdef".ljust(80, b"\0")'
run 1 verify stale.blob
either "stale: stale.blob, 1 entry, $size bytes, made by seccompc 0.0.1 0123456789abcdef; this is seccompc "
run 1 verify --json stale.blob
check "--json" 'grep -q "\"stale\": true" out'
run 1 verify -q stale.blob
run 0 verify stale.blob small.json
either "stale: "
either "equal: amd64"

# --- another profile; conditions that are too wide
sed 's/"write", /"writev", /' small.json >changed.json
run 1 verify fat.blob changed.json
check "each is different" '[ "$(grep -c "^different: " out)" -eq 27 ]'
either "x86_64 write (1): the profile answers ERRNO(EPERM)"
run 1 verify --json one.blob changed.json
check "--json" 'grep -q "\"difference\": \"x86_64 write" out && grep -q "\"conditionDifference\": null" out'
sed 's/4\.8/4.9/' small.json >later.json
# Before 4.8 is before 4.9 as well.
run 0 verify --arch amd64 --kernel 4.4 fat.blob later.json
run 0 verify --arch amd64 --kernel 6.1 fat.blob later.json
run 1 verify --arch amd64 --kernel 5.1 fat.blob later.json
either "x86_64 ptrace (101)"
sed 's/5\.10/6.5/' small.json >later.json
run 1 verify one.blob later.json
either "applies from kernel 6.5 on, where the profile may select otherwise"
sed 's/CAP_BPF/CAP_SYS_TIME/' small.json >named.json
run 1 verify one.blob named.json
either "applies with and without {SYS_TIME}, where the profile may select otherwise"
reseal one.blob wide.blob 'b[128 + 16:128 + 32] = bytes(16)'
run 0 verify wide.blob
either "amd64 for every bounding set, kernels from 5.10 on"
run 1 verify wide.blob small.json
either "applies with and without {SYS_ADMIN, BPF}"
# Narrower is no harm; a capability that is not known here has a number.
reseal one.blob narrow.blob 'b[128 + 16 + 7] = 0x80; b[128 + 24 + 7] = 0x80; b[128 + 32] += 1'
run 0 verify narrow.blob small.json
either "with {#63} and none of {SYS_ADMIN, BPF}, kernels from 5.11 on"

# --- the profile may stand in a runtime config, and the built-in one is compiled to a fat blob as well
printf '{"ociVersion": "1.0.2", "linux": {"seccomp": %s}}' "$(cat small.json)" >config.json
run 0 verify fat.blob config.json
run 0 --arch amd64 --kernel 6.1 --spec config.json --export-blob spec.blob
run 0 verify spec.blob config.json
run 0 --no-crosscheck --arch amd64 --arch arm64 --caps docker --caps all --kernel 6.1 --export-blob d.blob
run 0 verify d.blob "$default"
run 0 -q -O0 --arch amd64 --kernel 6.1 --export-blob d.blob
run 0 verify --as-libseccomp d.blob "$default"

# --- wrong words
run 2 verify --as-libseccomp one.blob
says "--as-libseccomp: expected a PROFILE"
run 2 verify --enosys profile one.blob
run 2 verify --on-conflict strictest one.blob
run 2 verify one.bpf
says "an operand is missing: one.bpf is no blob"
run 2 verify small.json
run 4 verify one.blob one.bpf
says "expected a profile"
run 4 verify --arch s390x one.blob
says "one.blob: no entry for s390x, kernel "
says "its entries are for amd64"
run 4 verify --arch amd64 --kernel 4.4 one.blob small.json
says "no entry for amd64, kernel 4.4, 14 capabilities; there is amd64 with none of {SYS_ADMIN, BPF}, kernels"

# --- a blob wherever a program is taken
target='--arch s390x --caps all --kernel 5.1'
# shellcheck disable=SC2086 # words
run 0 -q $target --export-bpf s.bpf small.json
for command in disasm 'explain mount' 'sim cases' 'verify small.json' 'diff small.json' 'within small.json'; do
    printf 's390x mount = ALLOW\ns390x getpid = ERRNO(EPERM)\n' >cases
    # shellcheck disable=SC2086 # words
    set -- $command
    # shellcheck disable=SC2086 # words
    run 0 "$1" $target s.bpf "${@:2}"
    sed 's/s\.bpf/fat.blob/' out >bpf.out
    # shellcheck disable=SC2086 # words
    run 0 "$1" $target fat.blob "${@:2}"
    [ "$1" = verify ] || check "$command" 'cmp out bpf.out'
done
# shellcheck disable=SC2086 # words
run 0 diff $target fat.blob s.bpf
either "same: "
run 0 within --arch amd64 --kernel 6.1 fat.blob one.blob
run 4 disasm --arch riscv64 fat.blob
says "its entries are for mips, s390x, amd64"
run 4 sim --arch amd64 --kernel 4.4 one.blob
says "no entry for amd64, kernel 4.4"
run 4 diff --arch amd64 --caps all one.blob one.blob

finish
