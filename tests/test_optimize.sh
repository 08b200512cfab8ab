#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seccompc optimize as a user meets it: other people's programs, made better and proved, or refused.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"
profile=${SCC_SOURCE_ROOT:?the root of the sources}/profiles/default.json

count() { echo $(($(stat -c %s "$1") / 8)); }

# reports TEXT: it is in what the last run said to standard error, however it is wrapped.
reports() {
    checks=$((checks + 1))
    tr -s ' \n' ' ' <err | grep -qF -- "$1" || fail "expected \"$1\" in: $(cat err)"
}

# --- libseccomp's programs of the default profile, for both byte orders
for arch in amd64 arm64 s390x 386; do
    "$seccompc" -q --arch $arch --no-crosscheck --export-bpf own.bpf "$profile" || fail "$arch"
    for level in 0 1; do
        "$seccompc" -q -O$level --arch $arch --export-bpf theirs.bpf "$profile" || fail "$arch -O$level"
        run 0 optimize --arch $arch theirs.bpf -o better.bpf
        reports "$(count theirs.bpf) → $(count better.bpf) instructions"
        reports "equal for every input"
        reports "wrote better.bpf ($(stat -c %s better.bpf) bytes)"
        check "$arch -O$level: as small as ours" \
            '[ "$(count better.bpf)" -le $(($(count own.bpf) * 21 / 20 + 5)) ]'
        run 0 diff --arch $arch theirs.bpf better.bpf
        # Again: nothing gets worse.
        run 0 optimize -q --arch "$arch" better.bpf -o again.bpf
        check "$arch -O$level: again" '[ "$(count again.bpf)" -le "$(count better.bpf)" ]'
    done
    [ "$arch" = s390x ] && other=amd64 || other=s390x
    run 4 optimize --arch "$other" own.bpf -o none.bpf
    check "not for the other byte order" '[ ! -e none.bpf ]'
done

# --- filters as flatpak, bubblewrap's users and systemd have them: ALLOW by default, masks of flags
cat >sandbox.json <<'J'
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
 "syscalls": [
  {"names": ["syslog", "uselib", "acct", "quotactl", "add_key", "keyctl", "request_key",
             "move_pages", "mbind", "get_mempolicy", "set_mempolicy", "migrate_pages", "unshare",
             "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "ptrace"],
   "action": "SCMP_ACT_ERRNO"},
  {"names": ["clone"], "action": "SCMP_ACT_ERRNO",
   "args": [{"index": 0, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ"}]},
  {"names": ["ioctl"], "action": "SCMP_ACT_ERRNO",
   "args": [{"index": 1, "value": 4294967295, "valueTwo": 21522, "op": "SCMP_CMP_MASKED_EQ"}]},
  {"names": ["clone3", "open_tree", "move_mount", "fsopen"], "action": "SCMP_ACT_ERRNO",
   "errnoRet": 38}]}
J
for level in 0 1; do
    run 0 -O$level --arch amd64 --export-bpf sandbox.bpf sandbox.json
    run 0 optimize --arch amd64 sandbox.bpf -o better.bpf
    check "a seventh less" '[ "$(count better.bpf)" -le $(($(count sandbox.bpf) * 6 / 7)) ]'
    run 0 verify --arch amd64 better.bpf sandbox.json
done

# --- written by hand: no test of the architecture, arithmetic, scratch words, the instruction pointer
cat >hand.lst <<'L'
        ld   [0]
        add  #1000
        st   M[2]
        ld   [12]
        jeq  #0x7fff, vdso
        ld   M[2]
        sub  #1000
        jeq  #101, bad
        ret  #0x7fff0000
vdso:   ldx  M[2]
        txa
        jeq  #1101, bad
        ret  #0x7fff0000
bad:    ret  #0x50001
L
run 0 disasm --arch amd64 --assemble hand.bpf hand.lst
run 0 optimize --arch amd64 --optimize-for size hand.bpf -o better.bpf
check "four instructions are enough" '[ "$(count better.bpf)" -eq 4 ]'
run 0 diff --arch amd64 hand.bpf better.bpf
run 0 disasm --arch amd64 better.bpf
check "no argument is loaded, no architecture" '[ "$(grep -c "ld  " out)" -eq 1 ] && grep -qF "ld   [0] " out'
# The best that there is stays, byte for byte, and the report says so.
run 0 optimize --arch amd64 better.bpf -o same.bpf
reports "nothing better was found"
check "the same bytes" 'cmp better.bpf same.bpf'

# --- what it is to be best at
"$seccompc" -q -O0 --arch amd64 --export-bpf linear.bpf "$profile" || fail "linear"
for mode in size attach runtime; do
    run 0 optimize --arch amd64 --optimize-for $mode linear.bpf -o $mode.bpf
    run 0 diff --arch amd64 linear.bpf $mode.bpf
    check "smallest for size" '[ "$(count size.bpf)" -le "$(count $mode.bpf)" ]'
done
steps() {
    echo "x86_64 $2" | "$seccompc" sim --arch amd64 "$1" | sed -n 's/.*, \([0-9]*\) instructions$/\1/p'
}
printf '# one call alone\n1000000 mount\n' >weights
run 0 optimize --arch amd64 --weights weights linear.bpf -o heavy.bpf
run 0 diff --arch amd64 linear.bpf heavy.bpf
check "the heavy call's way is the shorter one" \
    '[ "$(steps heavy.bpf mount)" -lt "$(steps attach.bpf mount)" ]'
run 4 optimize --weights /dev/null linear.bpf -o none.bpf
run 2 optimize --optimize-for size --weights weights linear.bpf -o none.bpf
run 2 optimize --optimize-for speed linear.bpf -o none.bpf
says "expected attach, runtime or size"

# --- JSON, pipes
run 0 optimize --json --arch amd64 linear.bpf -o better.bpf
check "the report as JSON" 'python3 -c "
import json, os
report = json.load(open(\"out\"))
assert not report[\"unchanged\"] and report[\"wrote\"] == \"better.bpf\"
assert report[\"before\"][\"instructions\"] * 8 == os.path.getsize(\"linear.bpf\")
assert report[\"after\"][\"instructions\"] * 8 == report[\"bytes\"] == os.path.getsize(\"better.bpf\")
assert report[\"after\"][\"steps\"] < report[\"before\"][\"steps\"]
assert report[\"after\"][\"cached\"] >= report[\"before\"][\"cached\"]
assert report[\"architectures\"] == [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"]
assert report[\"numbers\"] == 2 * 471 and report[\"proof\"][\"equal\"]
" && [ ! -s err ]'
"$seccompc" optimize -q --arch amd64 - -o - <linear.bpf >piped.bpf || fail "through pipes"
check "through pipes" 'cmp better.bpf piped.bpf'
if command -v script >/dev/null; then
    script -qec "$seccompc optimize linear.bpf -o -" /dev/null >out 2>&1 </dev/null
    check "no program onto a terminal" 'grep -q "is a terminal" out'
fi
run 2 optimize --json linear.bpf -o -
run 0 optimize -q --arch amd64 linear.bpf -o better.bpf
check "-q is silent" '[ ! -s out ] && [ ! -s err ]'

# --- what is refused; nothing is written then
rm -f none.bpf
run 2 optimize linear.bpf
says "-o is missing, expected -o FILE"
run 2 optimize -o none.bpf
run 2 optimize linear.bpf linear.bpf -o none.bpf
run 2 optimize linear.bpf -o none.bpf -o none.bpf
run 2 optimize linear.bpf -o ''
cp linear.bpf mine.bpf
run 2 optimize mine.bpf -o ./mine.bpf
says "the input and an output"
run 2 optimize linear.bpf -o weights --weights weights
run 2 optimize - -o none.bpf --weights -
says "standard input is named twice"
check "the inputs stand" 'cmp linear.bpf mine.bpf && [ "$(wc -l <weights)" -eq 2 ]'
run 4 optimize "$profile" -o none.bpf
says "a profile, expected a program"
run 4 optimize /dev/null -o none.bpf
run 3 optimize missing.bpf -o none.bpf
run 3 optimize linear.bpf -o no/folder.bpf
printf 'ld [16]\nret a\n' >word.lst
run 0 disasm --assemble word.bpf word.lst
run 4 optimize word.bpf -o none.bpf
says "word.bpf: a returned value"
printf 'ld [16]\ntax\nld [24]\nmul x\njeq #1234567, bad\nret #0x7fff0000\nbad: ret #0\n' >product.lst
run 0 disasm --assemble product.bpf product.lst
run 4 optimize product.bpf -o none.bpf
says "product.bpf: "
says "instruction "
run 4 optimize --json product.bpf -o none.bpf
check "a failure as JSON" 'python3 -c "
import json
assert json.load(open(\"err\"))[\"error\"][\"status\"] == 4"'
check "nothing was written" '[ ! -e none.bpf ] && [ -z "$(find . -name ".seccompc.*")" ]'

finish
