#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seccompc --export-lxc, and LXC's text as an input of the questions.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"
default=${SCC_SOURCE_ROOT:?the source root}/profiles/default.json

# prints TEXT: it is in what the last run printed, however it is wrapped
prints() {
    checks=$((checks + 1))
    tr -s ' \n' '  ' <out | grep -qF -- "$1" || fail "expected \"$1\" in: $(cat out)"
}

cat >small.json <<'J'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "archMap": [
    {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
    {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}
  ],
  "syscalls": [
    {"names": ["read", "socketcall"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
    {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
     "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]},
    {"names": ["socket"], "action": "SCMP_ACT_ALLOW",
     "args": [{"index": 0, "value": 18446744073709551615, "op": "SCMP_CMP_NE"}]}
  ]
}
J

# --- the text
run 0 --arch amd64 --kernel 6.1 --export-lxc o.lxc --export-bpf o.bpf small.json
says "LXC leaves calls to the default action"
says "x86: socket"
cat >expected.lxc <<'T'
2
allowlist errno 1
# For hosts of x86_64, with x86 and x32
[all]
read allow
socketcall allow
clone3 errno 38
clone allow [0,0,SCMP_CMP_MASKED_EQ,2114060288]
socket allow [0,18446744073709551615,SCMP_CMP_NE]
T
check "the text" 'diff expected.lxc o.lxc'
run 0 -q --arch amd64 --kernel 6.1 --export-lxc - small.json
check "on standard output" 'cmp out o.lxc'
check "nothing is said" '[ ! -s err ]'
run 4 --strict --arch amd64 --export-lxc strict.lxc small.json
check "a warning is an error: no file" '[ ! -e strict.lxc ]'
run 0 --json --arch amd64 --kernel 6.1 --export-lxc o.lxc small.json
check "the report names the file" 'jq -e ".wrote[] | select(.kind == \"lxc\").path == \"o.lxc\"" err >/dev/null'

# --- several architectures, together with the other outputs or not at all
run 2 --arch amd64 --arch arm64 --export-lxc o.lxc small.json
says "expected %a in the name"
run 0 -q --arch amd64 --arch arm64 --kernel 6.1 --export-lxc 'm-%a.lxc' --export-oci 'm-%a.json' small.json
check "the one" 'cmp o.lxc m-amd64.lxc'
check "the other" 'grep -qx "# For hosts of aarch64, with arm" m-arm64.lxc'
check "has rules for socket by name alone" '! grep -q "^socketcall" m-arm64.lxc'
run 3 -q --arch amd64 --export-lxc gone.lxc --export-bpf missing/o.bpf small.json
run 2 -q --arch amd64 --export-lxc small.json small.json
sed 's/"SCMP_ACT_ERRNO", "errnoRet": 38/"SCMP_ACT_LOG"/' small.json >log.json
run 4 -q --arch amd64 --export-lxc gone.lxc --export-bpf gone.bpf log.json
check "nothing is left of what failed" '[ "$(echo gone*)" = "gone*" ]'

# --- what the format cannot say names the rule
says "log.json:9:"
says "--export-lxc: clone3: LOG"
says "syscalls[1]"
sed -e 's/"SCMP_ACT_ERRNO",$/"SCMP_ACT_ALLOW",/' -e 's/"names": \["socket"\], "action": "SCMP_ACT_ALLOW"/"names": ["socket"], "action": "SCMP_ACT_ERRNO"/' \
    -e 's/18446744073709551615/38/' small.json >open.json
run 4 -q --arch amd64 --export-lxc gone.lxc open.json
says "socket: ERRNO(EPERM), and LXC adds no rule for it on x86"
run 0 -q --arch arm64 --export-lxc closed.lxc open.json
# Each of a call's rules is judged, in whatever order they stand.
allows='"action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}]'
kills='"action": "SCMP_ACT_KILL", "args": [{"index": 1, "value": 40, "op": "SCMP_CMP_EQ"}]'
for two in "{\"names\": [\"socket\"], $allows}, {\"names\": [\"socket\"], $kills}" \
    "{\"names\": [\"socket\"], $kills}, {\"names\": [\"socket\"], $allows}"; do
    sed -e "s/^    {\"names\": \[\"socket\"\].*/    $two/" -e '/"index": 0, "value": 18446/d' small.json >two.json
    run 4 -q --arch amd64 --export-lxc gone.lxc two.json
    says "socket: KILL_THREAD, and LXC adds no rule for it on x86"
    run 0 -q --arch arm64 --export-lxc closed.lxc two.json
done
sed 's/, "SCMP_ARCH_X32"//' small.json >no-x32.json
run 4 -q --arch amd64 --export-lxc gone.lxc no-x32.json
says "expected SCMP_ARCH_X32 among the architectures"
run 4 -q --arch arm64 --arch amd64 --export-lxc 'gone-%a.lxc' no-x32.json
says "amd64"
check "nor of the other architecture" '[ "$(echo gone*)" = "gone*" ]'
sed 's/"args": \[{"index": 0, "value": 18446.*/"args": [{"index": 0, "value": 9, "op": "SCMP_CMP_GT"}]}, {"names": ["socket"], "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]}/' small.json >conflict.json
run 4 -q --arch amd64 --on-conflict strictest --export-lxc gone.lxc conflict.json
says "what --on-conflict strictest means"
run 0 -q --arch amd64 --on-conflict strictest --export-bpf conflict.bpf conflict.json

run 4 -q --arch amd64 --enosys kernel --export-lxc gone.lxc small.json
says "it cannot answer ENOSYS to numbers without a name"
run 4 -q --arch amd64 --harden --export-lxc gone.lxc "$default"
says "socket: LXC's format cannot say what --harden makes of this rule"

# --- a name that the installed libseccomp does not know, and that would be allowed then
case $("$seccompc" --version) in
*"libseccomp 2.5.4"*)
    sed -e 's/"SCMP_ACT_ERRNO",$/"SCMP_ACT_ALLOW",/' -e '/"names": \["socket"\]/,$d' small.json >mseal.json
    cat >>mseal.json <<'J'
    {"names": ["mseal"], "action": "SCMP_ACT_ERRNO", "errnoRet": 7}
  ]
}
J
    run 4 -q --arch amd64 --export-lxc gone.lxc mseal.json
    says "libseccomp 2.5.4 does not know mseal"
    run 0 -q --no-crosscheck --arch amd64 --export-lxc mseal.lxc mseal.json

    # --- what it gets wrong so that LXC would allow more than the profile does
    # closes COMPARISONS...: open.json's target and default, and rules for read that answer ERRNO(77)
    closes() {
        sed '/"syscalls": \[/q' open.json
        local joint=''
        for cmps; do
            echo "$joint{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 77, \"args\": [$cmps]}"
            joint=,
        done
        echo ']}'
    }
    # cmp_of ARGUMENT OPERATOR VALUE
    cmp_of() { echo "{\"index\": $1, \"op\": \"SCMP_CMP_$2\", \"value\": $3}"; }
    closes "$(cmp_of 0 EQ 5), $(cmp_of 2 LT 4294967296)" >cut.json
    closes "$(cmp_of 0 LT 4294967297)" "$(cmp_of 0 LT 1)" >below.json
    closes "$(cmp_of 0 LT 1)" "$(cmp_of 0 LT 4294967297)" >above.json
    for name in cut below above; do
        run 4 -q --arch amd64 --kernel 6.1 --export-lxc gone.lxc "$name.json"
        says "$name.json:"
        says "would allow more than the profile"
        says "the program ALLOW; --allow-mismatch writes the text all the same"
        run 0 --allow-mismatch --arch amd64 --kernel 6.1 --export-lxc wide.lxc "$name.json"
        says "libseccomp 2.5.4 would be wrong here"
        run 4 -q --strict --allow-mismatch --arch amd64 --kernel 6.1 --export-lxc gone.lxc "$name.json"
        run 0 --arch amd64 --kernel 6.1 --export-oci wide.json "$name.json"
        says "libseccomp 2.5.4 would be wrong here"
    done
    run 4 -q --arch amd64 --kernel 6.1 --export-lxc gone.lxc cut.json
    says "x86 read (3) with a0 = 0x5"
    # stricter than the profile: a warning, as it opens nothing
    sed -e 's/"defaultAction": "SCMP_ACT_ALLOW"/"defaultAction": "SCMP_ACT_ERRNO"/' \
        -e 's/"SCMP_ACT_ERRNO", "errnoRet": 77/"SCMP_ACT_ALLOW"/' cut.json >closed.json
    run 0 --arch amd64 --kernel 6.1 --export-lxc closed.lxc closed.json
    says "libseccomp 2.5.4 would be wrong here"
    ;;
esac

# --- lcr's order of mask and value, of which LXC makes a rule that always holds
sed 's/^clone allow.*/clone allow [0,2114060288,SCMP_CMP_MASKED_EQ,0]/' o.lxc >lcr.lxc
run 1 diff --arch amd64 o.lxc lcr.lxc
prints "more clone when a0 & 0x7e020000 != 0: ERRNO(EPERM) → ALLOW"

# --- a text is an input of the questions
run 0 -q --arch arm64 --kernel 6.1 --export-bpf a.bpf --export-lxc a.lxc small.json
run 0 verify --arch arm64 a.bpf a.lxc
prints "equal: a.bpf says what a.lxc says"
run 1 verify --arch amd64 o.bpf o.lxc
prints "x86 socket"
run 1 diff --arch amd64 --kernel 6.1 small.json o.lxc
prints "less x86: socket: ALLOW"
run 0 within --arch amd64 --kernel 6.1 small.json o.lxc
run 1 within --arch amd64 --kernel 6.1 o.lxc small.json
echo 'x86_64 clone3' >in
run 0 sim --arch amd64 o.lxc
prints "ENOSYS"
prints "o.lxc:7:1: rule 2"
run 0 explain --arch amd64 --kernel 6.1 o.lxc clone3
prints "rule 2 (o.lxc:7) answers ERRNO(ENOSYS)"
for question in "verify o.lxc small.json" "disasm o.lxc" "optimize -o x.bpf o.lxc"; do
    read -ra words <<<"$question"
    run 4 "${words[@]}"
    says "o.lxc: LXC's text, expected a program"
    checks=$((checks + 1))
    ! grep -q 'makes one' err || fail "no command makes a program of LXC's text: $(cat err)"
done
run 4 lint o.lxc
says "o.lxc: LXC's text, expected a profile; seccompc explain, sim, diff and within take it"
sed 's/^socketcall allow/socketcall log/' o.lxc >bad.lxc
run 4 diff --arch amd64 o.lxc bad.lxc
says "bad.lxc:6:"
run 1 diff --arch amd64 o.lxc "$default"
finish
