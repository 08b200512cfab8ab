#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seccompc sim as a user meets it: tables of cases, against programs and profiles.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"
profile=${SCC_SOURCE_ROOT:?the root of the sources}/profiles/default.json

# prints LINE: a line of the output is exactly this.
prints() {
    checks=$((checks + 1))
    grep -qxF -- "$1" out || fail "no line is \"$1\" in: $(cat out)"
}

# refuses PLACE MESSAGE LINE: the one line is refused there with the message.
refuses() {
    printf '%s\n' "$3" >bad.cases
    run 4 sim --arch amd64 hand.bpf bad.cases
    says "seccompc: bad.cases:$1: $2"
    checks=$((checks + 1))
    [ ! -s out ] || fail "answers were printed: $(cat out)"
}

cat >small.json <<'J'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
  "syscalls": [
    {"names": ["read", "write", "open", "semop"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["ptrace"], "action": "SCMP_ACT_TRACE", "errnoRet": 7},
    {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
     "args": [{"index": 0, "value": 18446744073709551615, "op": "SCMP_CMP_EQ"}]}
  ]
}
J
cat >hand.lst <<'L'
        ld   [4]
        jeq  #0xc000003e, native
        jne  #0x40000003, bad
        ld   [0]
        jeq  #4, good           ; write
        ret  #0x50026
native: ld   [0]
        jeq  #1, good           ; write
        jeq  #59, word
        jge  #0x40000000, x32
        ret  #0x50026
word:   ld   [32]
        jgt  #5, good
        ret  #0x7ff00009
x32:    ret  #0x12340005
bad:    ret  #0
good:   ret  #0x7fff0000
L
"$seccompc" disasm --arch amd64 --assemble hand.bpf hand.lst || fail "the program"

# --- answers and instructions of a program
cat >hand.cases <<'C'
# each way to name an architecture, a call, arguments
x86_64 write = ALLOW
amd64 1
SCMP_ARCH_X86 write=ALLOW# with no blanks
0xc000003e 0x1
	x86   10   =  ERRNO(ENOSYS)   # 38
aarch64 write = KILL_THREAD
3735928559 0 = KILL
x86_64 execve 1 2 6 = ALLOW
x86_64 execve 1 0x2 5 0 0 -1 = TRACE(9)
x86_64 execve a2=6 = SCMP_ACT_ALLOW
x86_64 execve a2=0x100000005 = 0x7ff00009
x86_64 execve 0..1 a2=4..7
x86_64 0..99 = ERRNO(38)
x32 0 = KILL_PROCESS
x32 0x40000000 = 0x12340005
x86_64 -1..-1 = KILL_PROCESS

* write
C
run 1 sim --arch amd64 hand.bpf hand.cases
cat >expected <<'E'
  x86_64 write → ALLOW, 5 instructions
  amd64 1 → ALLOW, 5 instructions
  SCMP_ARCH_X86 write → ALLOW, 6 instructions
  0xc000003e 0x1 → ALLOW, 5 instructions
  x86 10 → ERRNO(ENOSYS), 6 instructions
  aarch64 write → KILL_THREAD, 4 instructions
  3735928559 0 → KILL_THREAD, 4 instructions
  x86_64 execve 1 2 6 → ALLOW, 8 instructions
  x86_64 execve 1 0x2 5 0 0 -1 → TRACE(9), 8 instructions
  x86_64 execve a2=6 → ALLOW, 8 instructions
  x86_64 execve a2=0x100000005 → TRACE(9), 8 instructions
  x86_64 execve 0..1 a2=4..7 → TRACE(9) for 4, ALLOW for 4, 8 instructions
! x86_64 0..99 → ERRNO(ENOSYS) for 98, ALLOW for 1, TRACE(9) for 1, 5 to 8 instructions; hand.cases:14 expects ERRNO(38), first missed at nr 1 (write)
  x32 0 → KILL_PROCESS (return value 0x12340005), 7 instructions
  x32 0x40000000 → KILL_PROCESS (return value 0x12340005), 7 instructions
  x86_64 -1..-1 → KILL_PROCESS (return value 0x12340005), 7 instructions
  x86_64 write → ALLOW, 5 instructions
  x86 write → ALLOW, 6 instructions
  x32 write → KILL_PROCESS (return value 0x12340005), 7 instructions
19 cases: 12 as expected, 1 different, 6 only shown
E
check "the answers" 'diff expected out'
check "nothing on standard error" '[ ! -s err ]'
sed '/0\.\.99/d' hand.cases >in
run 0 sim --arch amd64 hand.bpf
check "from standard input" 'grep -qxF "18 cases: 12 as expected, 0 different, 6 only shown" out'
run 0 sim --arch amd64 hand.bpf -
run 0 sim -q --arch amd64 hand.bpf -
check "-q is silent" '[ ! -s out ] && [ ! -s err ]'
run 1 sim -q --arch amd64 hand.bpf hand.cases
printf 'x86_64 write = LOG' >in
run 1 sim --arch amd64 hand.bpf
prints '! x86_64 write → ALLOW, 5 instructions; standard input:1 expects LOG'
prints '1 case: 0 as expected, 1 different, 0 only shown'
printf 'x86_64 execve a1=7..9 a2=5..6 a5=1 = TRACE(9)\n' >in
run 1 sim --arch amd64 hand.bpf
prints '! x86_64 execve a1=7..9 a2=5..6 a5=1 → TRACE(9) for 3, ALLOW for 3, 8 instructions; standard input:1 expects TRACE(9), first missed at a1 0x7, a2 0x6'
cp hand.bpf in
run 0 sim --arch amd64 - <(echo x86_64 write = ALLOW)
: >in

# --- answers and rules of a profile
cat >small.cases <<'C'
x86_64 read = ALLOW
* open = ALLOW
x86 personality -1 = ERRNO(EPERM)
x86_64 personality -1 = ALLOW
x86_64 mount = ERRNO(1)
x86_64 ptrace = TRACE(7)
x32 read = KILL_THREAD
aarch64 read = KILL
x86_64 -1 = ERRNO(EPERM)
x86_64 0..2 = ALLOW
aarch64 -1 = KILL
x86 ipc 1 = ALLOW
C
run 0 sim --arch amd64 --kernel 6.1 small.json small.cases
cat >expected <<'E'
  x86_64 read → ALLOW (small.json:5:16: syscalls[0])
  x86_64 open → ALLOW (small.json:5:33: syscalls[0])
  x86 open → ALLOW (small.json:5:33: syscalls[0])
  x86 personality -1 → ERRNO(EPERM) (the default action)
  x86_64 personality -1 → ALLOW (small.json:7:16: syscalls[2])
  x86_64 mount → ERRNO(EPERM) (the default action)
  x86_64 ptrace → TRACE(7) (small.json:6:16: syscalls[1])
  x32 read → KILL_THREAD (no architecture of the filter)
  aarch64 read → KILL_THREAD (no architecture of the filter)
  x86_64 -1 → ERRNO(EPERM) (the default action)
  x86_64 0..2 → ALLOW (several rules)
  aarch64 -1 → KILL_THREAD (no architecture of the filter)
  x86 ipc 1 → ALLOW (small.json:5:41: syscalls[0], the rule for semop)
13 cases: 13 as expected, 0 different, 0 only shown
E
check "the answers" 'diff expected out'
run 0 sim --arch amd64 --cap-add SYS_ADMIN "$profile" <(echo 'x86_64 mount = ALLOW')
run 1 sim --arch amd64 "$profile" <(echo 'x86_64 mount = ALLOW')
# The compiled program answers every case as its profile does.
cat >docker.cases <<'C'
* read = ALLOW
* mount = ERRNO(EPERM)
* clone3 = ERRNO(ENOSYS)
x86_64 socket 0..37 = ALLOW
x86_64 socket 38 = ERRNO(EPERM)
x86_64 personality 0 = ALLOW
x86_64 personality 1 = ERRNO(EPERM)
* -1 = ERRNO(EPERM)
0xc00000b7 0 = KILL_THREAD
C
"$seccompc" -q -O0 --arch amd64 --export-bpf docker.bpf "$profile" || fail "-O0"
run 0 sim --arch amd64 "$profile" docker.cases
run 0 sim --arch amd64 docker.bpf docker.cases
check "all cases" 'grep -qxF "17 cases: 17 as expected, 0 different, 0 only shown" out'
# Errnos have the names of the case's architecture.
"$seccompc" disasm --arch mips64 --assemble mips.bpf <(printf 'ret #0x50059\n') || fail "mips"
run 0 sim --arch mips64 mips.bpf <(printf 'mips64 read = ERRNO(ENOSYS)\nmips64 read = ERRNO(89)\n')
prints '  mips64 read → ERRNO(ENOSYS), 1 instruction'

# --- JSON
run 1 sim --json --arch amd64 hand.bpf hand.cases
check "the answers as JSON" 'python3 -c "
import json
report = json.load(open(\"out\"))
assert (report[\"asExpected\"], report[\"different\"], report[\"onlyShown\"]) == (12, 1, 6)
case = report[\"cases\"][12]
assert case[\"line\"] == 14 and case[\"case\"] == \"x86_64 0..99\" and not case[\"asExpected\"]
assert [(a[\"action\"], a[\"calls\"]) for a in case[\"answers\"]] == [(\"ERRNO(ENOSYS)\", 98), (\"ALLOW\", 1), (\"TRACE(9)\", 1)]
assert case[\"instructions\"] == {\"least\": 5, \"most\": 8}
assert case[\"firstMissed\"] == {\"audit\": 0xc000003e, \"nr\": 1, \"args\": [0] * 6}
assert report[\"cases\"][1][\"expected\"] is None and \"asExpected\" not in report[\"cases\"][1]
"'
run 0 sim --json --arch amd64 --kernel 6.1 small.json small.cases
check "the rules as JSON" 'python3 -c "
import json
cases = json.load(open(\"out\"))[\"cases\"]
assert cases[0][\"answers\"][0][\"rule\"] == {\"file\": \"small.json\", \"line\": 5, \"column\": 16, \"path\": \"syscalls[0]\", \"name\": \"read\"}
assert [c[\"answers\"][0][\"by\"] for c in cases] == [\"rule\"] * 3 + [\"default\", \"rule\", \"default\", \"rule\", \"badArch\", \"badArch\", \"default\", \"several\", \"badArch\", \"rule\"]
assert \"instructions\" not in cases[0]
"'

# --- more answers than are told apart
"$seccompc" disasm --arch amd64 --assemble many.bpf <(printf 'ld [16]\nor #0x50000\nret a\n')
run 0 sim --arch amd64 many.bpf <(echo 'x86_64 read 100..120')
check "others" 'grep -qE "ERRNO.* for 1, others for 13, 3 instructions" out'
run 0 sim --arch amd64 many.bpf <(echo 'x86_64 0..255 0..255')

# --- tables that are refused, with nothing printed
refuses 1:1 'x86_46: no such architecture; did you mean x86_64?' 'x86_46 read'
refuses 1:1 'frobnitz: no such architecture, expected a name' 'frobnitz read'
refuses 1:1 '0x100000000: no such architecture' '0x100000000 0'
refuses 1:1 '-1: no such architecture' '-1 0'
refuses 1:7 "the line ends here: expected a system call's name or number" 'x86_64'
refuses 1:8 "the line ends here: expected a system call" 'x86_64 # read'
refuses 1:8 '=: expected ARCH SYSCALL [ARG…] [= ACTION]' 'x86_64 = ALLOW'
refuses 1:1 '=: expected ARCH SYSCALL' '= ALLOW'
refuses 1:8 'raed: no such system call; did you mean read?' 'x86_64 raed'
refuses 1:8 'Read: no such system call' 'x86_64 Read'
refuses 1:8 'socketcall: x86_64 has no such call' 'x86_64 socketcall'
refuses 1:6 'semop: x86 has no number for it, expected ipc 1' 'x86  semop'
refuses 1:12 'read: expected a number: audit arch 0xdeadbeef has no names' '0xdeadbeef read'
refuses 1:3 'socketpair64: no such system call' '* socketpair64'
refuses 1:3 'arm_fadvise64_64: none of the architectures has it' '* arm_fadvise64_64'
refuses 1:8 '0x100000000: expected a number, decimal (without a leading 0) or 0x and hexadecimal, of 32 bits, or a range' 'x86_64 0x100000000'
refuses 1:8 '012: expected a number' 'x86_64 012'
refuses 1:8 '0x: expected a number' 'x86_64 0x'
refuses 1:8 '1f: expected a number' 'x86_64 1f'
refuses 1:8 '-: expected a number' 'x86_64 -'
refuses 1:8 '-2147483649: expected a number' 'x86_64 -2147483649'
refuses 1:8 '1..: expected a number' 'x86_64 1..'
refuses 1:8 '1..2..3: expected a number' 'x86_64 1..2..3'
refuses 1:8 '2..1: expected LOW..HIGH with LOW not above HIGH' 'x86_64 2..1'
refuses 1:13 'x: expected a number' 'x86_64 read x'
refuses 1:13 '..2: expected a number' 'x86_64 read ..2'
refuses 1:13 '18446744073709551616: expected a number, decimal (without a leading 0) or 0x and hexadecimal, of 64 bits' 'x86_64 read 18446744073709551616'
refuses 1:13 '-9223372036854775809: expected a number' 'x86_64 read -9223372036854775809'
refuses 1:25 '7: a seventh argument' 'x86_64 read 1 2 3 4 5 6 7'
refuses 1:18 '2: a seventh argument' 'x86_64 read a5=1 2'
refuses 1:13 'a6=1: a seventh argument' 'x86_64 read a6=1'
refuses 1:15 'a0=2: argument 0 is given twice' 'x86_64 read 1 a0=2'
refuses 1:16 'the line ends here: expected a number' 'x86_64 read a1='
refuses 1:16 'x: expected a number' 'x86_64 read a1=x'
refuses 1:13 'ax: expected a number' 'x86_64 read ax=1'
refuses 1:1 'x86_64: a case of more than 65536 calls' 'x86_64 read 0..65536'
refuses 1:1 'x86_64: a case of more than 65536 calls' 'x86_64 0..255 0..255 0..1'
refuses 1:1 'x86_64: a case of more than 65536 calls' 'x86_64 0 0..-1'
refuses 1:1 'x86_64: a case of more than 65536 calls' 'x86_64 0 0..0xfffffffffffffffe 0..0xffffffff'
refuses 1:14 'the line ends here: expected an action' 'x86_64 read ='
refuses 1:15 '=: expected an action' 'x86_64 read = = ALLOW'
refuses 1:15 'ALOW: no such action; did you mean ALLOW?' 'x86_64 read = ALOW'
refuses 1:15 'SCMP_ACT_ALOW: no such action; did you mean SCMP_ACT_ALLOW?' 'x86_64 read = SCMP_ACT_ALOW'
refuses 1:15 'zzzzzzzz: no such action, expected ALLOW' 'x86_64 read = zzzzzzzz'
refuses 1:15 'ERRNO: expected ERRNO(n)' 'x86_64 read = ERRNO'
refuses 1:15 'ERRNO(): expected ERRNO(n)' 'x86_64 read = ERRNO()'
refuses 1:15 'ERRNO(1: expected ERRNO(n)' 'x86_64 read = ERRNO(1'
refuses 1:15 'ERRNO(EPREM): expected ERRNO(n)' 'x86_64 read = ERRNO(EPREM)'
refuses 1:15 'ERRNO(65536): expected ERRNO(n)' 'x86_64 read = ERRNO(65536)'
refuses 1:15 'TRACE(EPERM): expected TRACE(n)' 'x86_64 read = TRACE(EPERM)'
refuses 1:15 'ALLOW(0): ALLOW carries no number' 'x86_64 read = ALLOW(0)'
refuses 1:21 'LOG: expected the end of the line' 'x86_64 read = ALLOW LOG'
refuses 3:2 'x: no such architecture' "$(printf '# one\n\n x')"
refuses 1:8 '\x1bread: no such system call' "$(printf 'x86_64 \033read')"
printf 'x86_64 read\nx86_64 re\0ad\n' >bad.cases
run 4 sim --arch amd64 hand.bpf bad.cases
says 'bad.cases:2:10: a NUL byte, expected text'
printf '# nothing\n\n' >bad.cases
run 4 sim --arch amd64 hand.bpf bad.cases
says 'bad.cases:1:1: no case, expected lines such as "x86_64 read = ALLOW"'
run 4 sim --arch amd64 hand.bpf .
run 3 sim --arch amd64 hand.bpf missing.cases
run 3 sim missing.bpf hand.cases
run 4 sim hand.lst hand.cases
run 2 sim
run 2 sim hand.bpf hand.cases hand.cases
run 2 sim - -
says "standard input is named twice"
run 2 sim -
says "expected a file of CASES"
run 2 sim --casess hand.bpf
run 0 sim --help
check "the help is on standard output" 'grep -q "^Usage: seccompc sim" out && [ ! -s err ]'

finish
