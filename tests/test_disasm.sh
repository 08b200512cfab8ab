#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seccompc disasm as a user meets it: listings of compiled programs, and the way back.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"
profile=${SCC_SOURCE_ROOT:?the root of the sources}/profiles/default.json

# listed REGEX: a line of the listing matches.
listed() {
    checks=$((checks + 1))
    grep -qE -- "$1" out || fail "no line matches $1"
}

# --- each level's program of the default profile: right names, and the same bytes again
for level in 0 1; do
    "$seccompc" -q -O$level --arch amd64 --export-bpf docker.bpf "$profile" || fail "-O$level"
    run 0 disasm --arch amd64 docker.bpf
    check "one line an instruction" '[ "$(wc -l <out)" -eq $(($(stat -c %s docker.bpf) / 8 + 1)) ]'
    listed '^        ld   \[4\] +; arch$'
    listed '#0xc000003e, .*; x86_64$'
    listed '#0x40000003, .*; x86$'
    listed 'j(eq|ne)  #59, .*; execve$'
    listed 'j(eq|ne)  #11, .*; execve$'
    listed 'j(eq|ne)  #11, .*; munmap$'
    listed 'j(eq|ne)  #0x40000208, .*; x32 execve$'
    listed '^L[0-9]+: +ret  #0x50001 +; ERRNO\(EPERM\)$'
    listed 'ret  #0x50026 +; ERRNO\(ENOSYS\)$'
    listed 'ret  #0x7fff0000 +; ALLOW$'
    listed 'ld   \[16\] +; args\[0\], low word$'
    check "nothing is wider than a terminal" '[ "$(wc -L <out)" -le 80 ]'
    cp out docker.lst
    run 0 disasm --arch amd64 --assemble again.bpf docker.lst
    check "-O$level: the same bytes" 'cmp docker.bpf again.bpf && [ ! -s out ] && [ ! -s err ]'
done

# --- the program's byte order is --arch's
"$seccompc" -q -O0 --arch s390x --export-bpf s390x.bpf "$profile" || fail s390x
run 0 disasm --arch s390x s390x.bpf
listed '^; [0-9]+ instructions, big-endian$'
listed '#0x80000016, .*; s390x$'
listed 'ld   \[20\] +; args\[0\], low word$'
cp out s390x.lst
run 0 disasm --arch s390x --assemble again.bpf s390x.lst
check "the same bytes" 'cmp s390x.bpf again.bpf'
run 4 disasm --arch amd64 s390x.bpf
says "neither JSON nor a blob nor a program for x86_64"

run 0 disasm --help
check "what has no effect is not promised" \
    'grep -q "makes no difference to a program" out && ! grep -q "%a" out'

# --- through pipes
"$seccompc" disasm --arch amd64 - <docker.bpf >piped.lst || fail "from a pipe"
check "from a pipe" 'cmp piped.lst docker.lst'
"$seccompc" disasm --arch amd64 --assemble - - <docker.lst >piped.bpf || fail "to a pipe"
check "to a pipe" 'cmp piped.bpf docker.bpf'
if command -v script >/dev/null; then
    script -qec "$seccompc disasm --assemble - docker.lst" /dev/null >out 2>&1 </dev/null
    check "no program onto a terminal" 'grep -q "is a terminal" out'
fi

# --- JSON
run 0 disasm --json --arch amd64 docker.bpf
check "an array of instructions" 'python3 -c "
import json, struct
listing = json.load(open(\"out\"))
program = list(struct.iter_unpack(\"<HBBI\", open(\"docker.bpf\", \"rb\").read()))
assert program == [(i[\"code\"], i[\"jt\"], i[\"jf\"], i[\"k\"]) for i in listing]
assert [i[\"index\"] for i in listing] == list(range(len(program)))
assert listing[0][\"text\"] == \"ld [4]\" and listing[0][\"comment\"] == \"arch\"
labels = {i[\"label\"] for i in listing} - {None}
import re
assert labels == {label for i in listing for label in re.findall(r\"\bL[0-9]+\b\", i[\"text\"])}
"'
run 0 disasm --json --arch amd64 --assemble again.bpf docker.lst
check "what was written" 'python3 -c "
import json, os
wrote = json.load(open(\"out\"))
assert wrote[\"wrote\"] == \"again.bpf\" and wrote[\"bytes\"] == os.path.getsize(\"again.bpf\")
assert wrote[\"instructions\"] * 8 == wrote[\"bytes\"]
"'
run 2 disasm --json --assemble - docker.lst
run 0 disasm -q --arch amd64 docker.bpf
check "-q is silent" '[ ! -s out ] && [ ! -s err ]'

# --- what is no program
run 4 disasm "$profile"
says "a profile, expected a program; seccompc --export-bpf FILE $profile makes one"
printf 'ret #0' >short.lst
run 4 disasm short.lst
says "neither JSON nor a blob nor a program"
run 4 disasm .
run 3 disasm missing.bpf
run 2 disasm
says "an operand is missing, expected seccompc disasm [OPTIONS] PROGRAM"
run 2 disasm docker.bpf docker.bpf
run 2 disasm --assembel x docker.lst
says "did you mean --assemble?"
run 2 disasm --assemble '' docker.lst
run 2 disasm --assemble a --assemble b docker.lst
says "given twice"

# --- written by hand; nothing is written after a failure
cat >hand.lst <<'L'
/* read and exit_group alone */
        ld   [4]
        jne  #0xc000003e, bad
        ld   [0]
        jeq  #0, good     ; read
        jeq  #231, good   ; exit_group
bad:    ret  #0x80000000
good:   ret  #0x7fff0000
L
run 0 disasm --arch amd64 --assemble hand.bpf hand.lst
run 0 disasm --arch amd64 hand.bpf
listed 'jeq  #231, L6 +; exit_group$'
printf 'x86_64 exit_group = ALLOW\nx86_64 write = KILL_PROCESS\nx86 read = KILL_PROCESS\n' >in
run 0 sim --arch amd64 hand.bpf
: >in
cp hand.bpf before.bpf
sed -i 's/jeq  #231, good/jeq  #231, goood/' hand.lst
run 4 disasm --assemble hand.bpf hand.lst
says "seccompc: hand.lst:6:20: goood: no such label"
check "the old file stands" 'cmp hand.bpf before.bpf'
run 4 disasm --assemble new.bpf hand.lst
check "no file after a failure" '[ ! -e new.bpf ] && [ -z "$(find . -name ".seccompc.*")" ]'
run 4 disasm --json --assemble new.bpf hand.lst
check "a failure as JSON" 'python3 -c "
import json
error = json.load(open(\"err\"))[\"error\"]
assert (error[\"status\"], error[\"file\"], error[\"line\"], error[\"column\"]) == (4, \"hand.lst\", 6, 20)
"'
head -c 1100000 /dev/zero | tr '\0' ' ' >large.lst
run 4 disasm --assemble new.bpf large.lst
says "large.lst: more than 1048576 bytes, expected no more"
run 4 disasm --assemble new.bpf docker.bpf
says "docker.bpf:1:2: NUL: expected a label or an instruction"
mkdir folder
run 3 disasm --assemble folder/no/x.bpf docker.lst
run 3 disasm --assemble folder docker.lst

finish
