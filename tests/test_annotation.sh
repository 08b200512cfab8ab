#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Questions about an OCI runtime config whose annotation holds the program that crun loads instead of
# linux.seccomp: every question says whether the two agree.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"
target=(--arch amd64 --kernel 6.18)
key=run.oci.seccomp_bpf_data

cat >profile.json <<'J'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
  {"names": ["read", "write", "execve", "exit_group"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["chroot"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_CHROOT"]}}]}
J
caps='"process": {"capabilities": {"bounding": ["CAP_CHOWN"]}}'
printf '{"ociVersion": "1.2.0", %s,\n"linux": {"seccomp": %s}}' "$caps" "$(cat profile.json)" >bare.json
# config FILE VALUE: the config with an annotation of that value, JSON as it stands.
config() {
    printf '{"ociVersion": "1.2.0", %s,\n"annotations": {"%s": %s},\n"linux": {"seccomp": %s}}' \
        "$caps" $key "$2" "$(cat profile.json)" >"$1"
}
allow=$(printf '\x06\x00\x00\x00\x00\x00\xff\x7f' | base64)
config open.json "\"$allow\""
run 0 "${target[@]}" -q --spec bare.json --export-bpf same.b64 --base64 profile.json
config same.json "\"$(cat same.b64)\""
run 0 -q "${target[@]}" --spec bare.json --export-bpf p.bpf profile.json
run 0 "${target[@]}" -q --spec bare.json --export-blob p.blob profile.json
echo 'x86_64 read' >in

# --- every question warns of a program that says something else, with an example
questions=("explain FILE mount" "within bare.json FILE" "diff bare.json FILE" "diff FILE p.bpf"
    "verify p.bpf FILE" "verify --spec bare.json p.blob FILE" "lint --level error FILE" "sim FILE")
for question in "${questions[@]}"; do
    read -ra words <<<"${question//FILE/open.json}"
    # A gate must not open for what crun does not do.
    status=$([[ $question == within* ]] && echo 4 || echo 0)
    run "$status" "${words[@]}" "${target[@]}"
    says "warning: open.json:2:45: crun loads this program instead of linux.seccomp, and it says something else"
    says "the profile answers ERRNO(EPERM) (the default action: no rule matches), the program ALLOW"
    says "(annotations[\"$key\"])"
    check "$question: once" '[ "$(grep -c "crun loads this" err)" -eq 1 ]'
    run "$status" "${words[@]}" "${target[@]}" --json
    [[ $status -ne 0 ]] || check "$question --json" 'sed -n "/\"warnings\"/,\$p" out | grep -q "it says something else"'
    read -ra words <<<"${question//FILE/same.json}"
    run 0 "${words[@]}" "${target[@]}" --json
    check "$question, the same" 'grep -q "\"warnings\": \[\]" out'
    check "$question, the same" 'sed -n "/\"notes\"/,\$p" out | grep -q "it says the same"'
    run 0 "${words[@]}" "${target[@]}"
    check "$question, the same: nothing to warn of" '[ ! -s err ]'
done
run 4 within -q "${target[@]}" bare.json open.json
says 'open.json: within by its linux.seccomp, but crun loads the program of the annotation'
run 4 within -q "${target[@]}" open.json bare.json
# Another target, another answer: crun's is that of the config's own bounding set.
run 0 explain "${target[@]}" --caps docker same.json read
says "x86_64 chroot (161): the profile answers ALLOW"

# --- what is no program
while read -r value text; do
    config bad.json "$value"
    run 0 explain "${target[@]}" bad.json read
    says "bad.json:2:45: crun takes its filter from here, not from linux.seccomp, and this is no program for the target: $text"
done <<'T'
"" 0 bytes, expected 1 to 4096 instructions
"QUJD" 3 bytes, expected
"QUI" not base64
"QUJD\n" not base64
"QU-D" not base64
"//8AAAAAAAA=" instruction 0
7 a number, expected a string
[] an array, expected a string
T
# The byte order is the target's.
run 0 explain --arch s390x same.json read
says "this is no program for the target"
config null.json null
run 0 explain "${target[@]}" null.json read
check "null is none" '[ ! -s err ]'

# --- a program that computes until nothing can be decided is not taken for equal
{
    echo '    ld [16]'
    for i in $(seq 200); do
        printf '    tax\n    ld [%d]\n    mul x\n    add #%d\n' $((16 + 4 * (i % 12))) "$i"
    done
    echo '    jset #0x55, L1'
    printf '    ret #0x50001\nL1: ret #0x7fff0000\n'
} >hard.s
run 0 disasm --arch amd64 --assemble hard.bpf hard.s
config hard.json "\"$(base64 -w0 hard.bpf)\""
run 0 explain "${target[@]}" hard.json read
says "hard.json:2:45: crun takes its filter from here, not from linux.seccomp, and it is not decided whether the two say the same: "

# --- linux.seccomp is off, and crun has a filter all the same
for off in '{}' '{"seccomp": null}' '{"seccomp": {}}'; do
    printf '{"annotations": {"%s": "%s"}, "linux": %s}' $key "$allow" "$off" >off.json
    for question in "explain off.json mount" "within p.bpf off.json" "lint off.json"; do
        read -ra words <<<"$question"
        run 4 "${words[@]}" "${target[@]}"
        says "linux.seccomp is off, but crun loads this program all the same"
        says "jq -r '.annotations[\"$key\"]' off.json >program.b64"
    done
done
# What that writes can be asked about.
echo "$allow" >program.b64
run 0 explain "${target[@]}" program.b64 mount
check "the program's answer" 'grep -q "^mount → ALLOW" out'
# Without `linux` crun sets no filter.
printf '{"ociVersion": "1", "annotations": {"%s": "%s"}}' $key "$allow" >none.json
run 4 explain "${target[@]}" none.json mount
says "no linux.seccomp: seccomp is off"
# Keys that Go takes for the right ones, and what is no object.
sed 's/"annotations"/"Annotations"/' open.json >case.json
run 4 explain "${target[@]}" case.json mount
says 'differs from "annotations" by case alone'
printf '{"annotations": 7, "linux": {"seccomp": %s}}' "$(cat profile.json)" >seven.json
run 4 explain "${target[@]}" seven.json mount
says "a number, expected an object (annotations)"

# --- programs in base64, with and without the line feed, for every question
tr -d '\n' <same.b64 >bare.b64
for file in same.b64 bare.b64; do
    run 0 verify "${target[@]}" $file bare.json
    run 0 diff "${target[@]}" $file p.bpf
    run 0 explain "${target[@]}" $file mount
    run 0 sim "${target[@]}" $file
    run 0 disasm "${target[@]}" --json $file
    run 0 disasm "${target[@]}" $file
done
cp out listing
run 0 disasm "${target[@]}" p.bpf
check "the same listing" 'cmp out listing'
run 0 optimize -q "${target[@]}" -o o.bpf same.b64
{ cat same.b64; echo; } >two.b64
run 4 explain "${target[@]}" two.b64 mount
says "neither JSON nor a blob nor a program"
echo QUJD >short.b64
run 4 explain "${target[@]}" short.b64 mount
says "base64: 3 bytes, expected 1 to 4096 instructions"

finish
