#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# explain: exact lines, on small profiles, programs and published profiles.
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"

corpus=${SCC_SHARED:-${SCC_SOURCE_ROOT:?the source folder}/../shared}/corpus

# ask STATUS ARGUMENT...: what the installed libseccomp does not know depends on the host, and is left
# out.
ask() {
    run "$1" explain --arch amd64 --kernel 6.18 --caps docker "${@:2}"
    sed -i '/^  libseccomp .* does not know/,/answer /d' out
}

cat >p.json <<'J'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}],
  "syscalls": [
    {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["mount", "bpf"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
    {"names": ["bpf"], "action": "SCMP_ACT_LOG", "includes": {"caps": ["CAP_BPF"], "minKernel": "7.1"}},
    {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_CHOWN"], "arches": ["arm"]},
     "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]},
    {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["s390", "s390x"]}},
    {"names": ["ioctl"], "action": "SCMP_ACT_ALLOW",
     "args": [{"index": 1, "value": 100, "op": "SCMP_CMP_LT"}, {"index": 2, "value": 5, "op": "SCMP_CMP_NE"}]},
    {"names": ["ioctl"], "action": "SCMP_ACT_LOG", "args": [{"index": 1, "value": 4294967301, "op": "SCMP_CMP_EQ"}]},
    {"names": ["write"], "action": "SCMP_ACT_KILL_PROCESS"},
    {"names": ["getpid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
    {"names": ["bind"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 3, "op": "SCMP_CMP_EQ"}]}
  ]
}
J

# --- a rule, or none
ask 0 p.json read
prints_exactly "a rule" <<'T'
read → ALLOW on x86_64 (0), x86 (3), x32 (0x40000000+0)
  syscalls[0] (p.json:5) allows it
T
ask 0 p.json mount
prints_exactly "an entry that is left out" <<'T'
mount → ERRNO(EPERM) on x86_64 (165), x86 (21), x32 (0x40000000+165)
  no rule matches: the default action
  syscalls[1] (p.json:6) would allow it with CAP_SYS_ADMIN
T
ask 0 p.json bpf
prints_exactly "two entries that are left out" <<'T'
bpf → ERRNO(EPERM) on x86_64 (321), x86 (357), x32 (0x40000000+321)
  no rule matches: the default action
  syscalls[1] (p.json:6) would allow it with CAP_SYS_ADMIN
  syscalls[2] (p.json:7) would answer LOG with CAP_BPF, on kernel 7.1 or later
T
ask 0 p.json clone
prints_exactly "a capability that excludes, another architecture" <<'T'
clone → ERRNO(EPERM) on x86_64 (56), x86 (120), x32 (0x40000000+56)
  no rule matches: the default action
  syscalls[3] (p.json:8) would allow it without CAP_CHOWN, when a0 & 0x7e020000
    == 0
  syscalls[4] (p.json:10) holds on s390x or s390
T
ask 0 p.json write
prints_exactly "a rule behind another" <<'T'
write → ALLOW on x86_64 (1), x86 (4), x32 (0x40000000+1)
  syscalls[0] (p.json:5) allows it
  syscalls[7] (p.json:14) has no effect: KILL_PROCESS comes after syscalls[0]
    (p.json:5), which looks at no argument
T
says "has no effect" # the warning of the selection
ask 0 p.json getpid
prints_exactly "a rule that is the default" <<'T'
getpid → ERRNO(EPERM) on x86_64 (39), x86 (20), x32 (0x40000000+39)
  no rule matches: the default action
  syscalls[8] (p.json:15) has no effect: ERRNO(EPERM) is the default action
T

# --- arguments
ask 0 p.json ioctl
prints_exactly "conditions" <<'T'
ioctl depends on a1, a2 on x86_64 (16)
  ALLOW when a1 <= 99 and a2 != 5
  LOG when a1 == 0x100000005
  ERRNO(EPERM) otherwise: the default action
  syscalls[5] (p.json:11) allows it when a1 < 100 and a2 != 5
  syscalls[6] (p.json:13) answers LOG when a1 == 0x100000005
ioctl depends on a1, a2 on x86 (54), x32 (0x40000000+514)
  ALLOW when a1 <= 99 and a2 != 5
  ERRNO(EPERM) otherwise: the default action
  syscalls[5] (p.json:11) allows it when a1 < 100 and a2 != 5
  syscalls[6] (p.json:13) answers LOG when a1 == 0x100000005
T
ask 0 p.json ioctl a1=7
prints_exactly "one argument" <<'T'
ioctl with a1 = 7 depends on a2 on x86_64 (16)
  ALLOW when a2 != 5
  ERRNO(EPERM) otherwise: the default action
  syscalls[5] (p.json:11) allows it when a1 < 100 and a2 != 5
  syscalls[6] (p.json:13) would answer LOG: a1 == 0x100000005 fails
ioctl with a1 = 7 depends on a2 on x86 (54), x32 (0x40000000+514)
  ALLOW when a2 != 5
  ERRNO(EPERM) otherwise: the default action
  syscalls[5] (p.json:11) allows it when a1 < 100 and a2 != 5
  syscalls[6] (p.json:13) would answer LOG: a1 == 0x100000005 never holds (an
    argument has 32 bits here)
T
ask 0 p.json ioctl a1=100 a2=0x5
prints_exactly "comparisons that fail" <<'T'
ioctl with a1 = 100, a2 = 5 → ERRNO(EPERM) on x86_64 (16)
  no rule matches: the default action
  syscalls[5] (p.json:11) would allow it: a1 < 100 fails (a1 = 99 would pass),
    a2 != 5 fails (a2 = 4 would pass)
  syscalls[6] (p.json:13) would answer LOG: a1 == 0x100000005 fails
ioctl with a1 = 100, a2 = 5 → ERRNO(EPERM) on x86 (54), x32 (0x40000000+514)
  no rule matches: the default action
  syscalls[5] (p.json:11) would allow it: a1 < 100 fails (a1 = 99 would pass),
    a2 != 5 fails (a2 = 4 would pass)
  syscalls[6] (p.json:13) would answer LOG: a1 == 0x100000005 never holds (an
    argument has 32 bits here)
T
ask 0 p.json ioctl a1=-1 a2=-2
grep -qF 'ioctl with a1 = 0xffffffffffffffff, a2 = 0xfffffffffffffffe → ERRNO(EPERM)' out ||
    fail "negative values: $(cat out)"

# --- doors: what is behind one cannot be seen
ask 0 p.json bind a0=4
prints_exactly "a door" <<'T'
bind with a0 = 4 → ERRNO(EPERM) on x86_64 (49), x86 (361), x32 (0x40000000+49)
  no rule matches: the default action
  syscalls[9] (p.json:16) would allow it: a0 == 3 fails
bind as socketcall(2, …) → ALLOW on x86 (102)
  syscalls[9] (p.json:16) allows it when a0 == 2
T
ask 0 p.json socketcall
prints_exactly "the multiplexer" <<'T'
socketcall depends on a0 on x86 (102)
  ALLOW when a0 == 2
  ERRNO(EPERM) otherwise: the default action
  syscalls[9] (p.json:16), for bind, allows it when a0 == 2
socketcall does not exist on x86_64, x32
T

# --- numbers
ask 0 p.json 165
prints_exactly "a number" <<'T'
mount → ERRNO(EPERM) on x86_64 (165)
  no rule matches: the default action
  syscalls[1] (p.json:6) would allow it with CAP_SYS_ADMIN
getresuid → ERRNO(EPERM) on x86 (165)
  no rule matches: the default action
T
ask 0 p.json 0x40000000
prints_exactly "a number of x32" <<'T'
nr 0x40000000 → ERRNO(EPERM) on x86
  no rule matches: the default action
read → ALLOW on x32 (0x40000000+0)
  syscalls[0] (p.json:5) allows it
T
sed 's/, "SCMP_ARCH_X32"//; s/"SCMP_ARCH_X86"//' p.json >one.json
ask 0 one.json 0x40000000
prints_exactly "x32 under x86_64's audit arch" <<'T'
read → KILL_THREAD on x32 (0x40000000+0)
  x32 is no architecture of the filter
T
ask 0 one.json 4294967295
prints_exactly "the number that skips a call" <<'T'
nr 0xffffffff → ERRNO(EPERM) on x86_64
  a tracer skips a call by this number: the default action, always
T

# --- programs
cat >p.s <<'S'
      ld [4]
      jeq #0xc000003e, L3
      ret #0
L3:   ld [0]
      jeq #0, L11
      jne #16, L10
      ld [28]
      jne #0, L10
      ld [24]
      jlt #100, L11
L10:  ret #0x50001
L11:  ret #0x7fff0000
S
"$seccompc" disasm --arch amd64 --assemble p.bpf p.s || fail "assembling"
ask 0 p.bpf ioctl a1=100
prints_exactly "a path" <<'T'
ioctl with a1 = 100 → ERRNO(EPERM) on x86_64 (16)
     0  ld [4]                          ; arch
     1  jeq #0xc000003e, L3        yes  ; x86_64
     3  ld [0]                          ; nr
     4  jeq #0, L11                no   ; read
     5  jne #16, L10               no   ; ioctl
     6  ld [28]                         ; args[1], high word
     7  jne #0, L10                no
     8  ld [24]                         ; args[1], low word
     9  jlt #100, L11              no
    10  ret #0x50001                    ; ERRNO(EPERM)
ioctl with a1 = 100 → ERRNO(EPERM) on x32 (0x40000000+514)
     0  ld [4]                          ; arch
     1  jeq #0xc000003e, L3        yes  ; x86_64
     3  ld [0]                          ; nr
     4  jeq #0, L11                no   ; read
     5  jne #16, L10               yes  ; ioctl
    10  ret #0x50001                    ; ERRNO(EPERM)
T
ask 0 p.bpf ioctl
prints_exactly "a path that ends where an argument decides" <<'T'
ioctl depends on a1 on x86_64 (16)
  ALLOW when a1 <= 99
  ERRNO(EPERM) otherwise
     0  ld [4]                          ; arch
     1  jeq #0xc000003e, L3        yes  ; x86_64
     3  ld [0]                          ; nr
     4  jeq #0, L11                no   ; read
     5  jne #16, L10               no   ; ioctl
     6  ld [28]                         ; args[1], high word
     7  jne #0, L10                ?
ioctl → ERRNO(EPERM) on x32 (0x40000000+514)
     0  ld [4]                          ; arch
     1  jeq #0xc000003e, L3        yes  ; x86_64
     3  ld [0]                          ; nr
     4  jeq #0, L11                no   ; read
     5  jne #16, L10               yes  ; ioctl
    10  ret #0x50001                    ; ERRNO(EPERM)
T

# --- paths through computations: only what depends on unknown words ends one
cat >c.s <<'T'
ld [4]
tax
ld [0]
stx M[1]
st M[0]
ldx M[1]
txa
jeq #0xc000003e, on
ret #0x80000000
on:
ld M[0]
and #0xffff
jeq #16, ioctl
ja out
out:
ret #0x7fff0000
ioctl:
ldx #3
ld [24]
tax
ld #100
div x
jgt #10, own
ret #0x50001
own:
ret a
T
"$seccompc" disasm --arch amd64 --assemble c.bpf c.s || fail "assembling"

# ends QUESTION ANSWER STEP: the answer on x86_64, and the last instruction of its path.
ends() {
    # shellcheck disable=SC2086 # words
    ask 0 c.bpf $1
    check "$1: $2" "head -n 1 out | grep -qF -- '$2 on x86_64'"
    check "$1: ends at $3" "sed '2,\${/^[a-z]/,\$d}' out | grep '^ ' | tail -n 1 | grep -qE '^ +$3( |\$)'"
}

ends read '→ ALLOW' '13  ret #0x7fff0000'
ends 'ioctl a1=0' '→ KILL_THREAD' '18  div x'
ends 'ioctl a1=5' '→ KILL_THREAD (return value 0x00000014)' '21  ret a'
ends 'ioctl a1=20' '→ ERRNO(EPERM)' '20  ret #0x50001'
ends ioctl 'depends on a1' '18  div x'

# --- a program whose whole meaning is not decided within bounds, asked for one call at a time
cat >n.s <<'T'
ld [4]
jeq #0xc000003e, on
ret #0x80000000
on:
ld [0]
jeq #0, read
jeq #1, write
ret #0x7fff0000
read:
ld [16]
jgt #7, refuse
ret #0x7fff0000
refuse:
ret #0x50001
write:
ld [16]
tax
ld [24]
mul x
jgt #0x12345678, no
ld [32]
mul x
jgt #0x12345678, no
ret #0x7fff0000
no:
ret #0x50001
T
"$seccompc" disasm --arch amd64 --assemble n.bpf n.s || fail "assembling"
ask 0 n.bpf read
check "narrowed by the number: $(cat out)" 'grep -qx "  ALLOW when a0 & 0xffffffff <= 7" out'
ask 0 n.bpf write a0=1
check "narrowed by an argument: $(cat out)" \
    'grep -qx "  ALLOW when a1 & 0xffffffff <= 0x12345678 and a2 & 0xffffffff <= 0x12345678" out'
ask 4 n.bpf write
says "n.bpf: instruction 14 (code 0x2c): too large: this takes more than"

# --- entries for older kernels and other architectures
cat >older.json <<'J'
{"defaultAction": "SCMP_ACT_ERRNO",
 "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
 "syscalls": [
  {"names": ["read"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "4.8"}},
  {"names": ["open"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "5.0"}},
  {"names": ["mount"], "action": "SCMP_ACT_LOG", "excludes": {"minKernel": "4.8", "arches": ["amd64"]}}
 ]}
J
ask 0 older.json read
check "before 4.8: $(cat out)" \
    'grep -qx "  syscalls\[0\] (older.json:4) would allow it on a kernel before 4.8" out'
ask 0 older.json open
check "before 5.0: $(cat out)" \
    'grep -qx "  syscalls\[1\] (older.json:5) would allow it on a kernel before 5.0" out'
ask 0 older.json mount
check "both: $(cat out)" \
    'grep -qF "  syscalls[2] (older.json:6) holds on another architecture than amd64," out'

# --- JSON
ask 0 --json p.json ioctl a1=100
python3 - out <<'P' || fail "--json: $(cat out)"
import json, sys
answer = json.load(open(sys.argv[1], encoding="utf-8"))
assert answer["kind"] == "profile" and answer["arguments"] == {"a1": 100}
first = answer["calls"][0]
assert first["architecture"] == "SCMP_ARCH_X86_64" and first["nr"] == 16
assert first["answers"][0]["answer"]["action"] == "ERRNO(EPERM)"
assert first["reason"] == "default"
rule = first["rules"][0]
assert rule["entry"] == 5 and rule["line"] == 11 and rule["holds"] == "no"
assert rule["comparisons"][0] == {"text": "a1 < 100", "holds": "no", "wouldPass": 99}
P
ask 0 --json p.json bpf
python3 - out <<'P' || fail "--json: $(cat out)"
import json, sys
answer = json.load(open(sys.argv[1], encoding="utf-8"))
assert [e["needs"] for e in answer["leftOut"]] == ["with CAP_SYS_ADMIN", "with CAP_BPF, on kernel 7.1 or later"]
P
ask 0 --json p.bpf ioctl a1=100
python3 - out <<'P' || fail "--json: $(cat out)"
import json, sys
answer = json.load(open(sys.argv[1], encoding="utf-8"))
path = answer["calls"][0]["path"]
assert [step["index"] for step in path] == [0, 1, 3, 4, 5, 6, 7, 8, 9, 10]
assert path[1]["taken"] == "yes" and "taken" not in path[0]
P
ask 0 -q p.json read
if [ -s out ] || [ -s err ]; then
    fail "-q: $(cat out err)"
fi

# --- wrong uses
ask 2 p.json mont
says "mont: no known architecture has such a system call; did you mean mount?"
ask 2 p.json read a6=1
says "a6=1: expected a0=VALUE to a5=VALUE"
ask 2 p.json read a0=1 a0=2
says "given twice"
ask 2 p.json read a0=0x10000000000000000
says "expected a value of 64 bits"
ask 2 p.json 4294967296
says "a number of 32 bits"
ask 2 p.json
says "an operand is missing"

# --- published profiles
if [ -r "$corpus/moby-2026-06.json" ]; then
    cp "$corpus/moby-2026-06.json" default.json
    ask 0 default.json mount
    prints_exactly "docker's default, mount" <<'T'
mount → ERRNO(EPERM) on x86_64 (165), x86 (21), x32 (0x40000000+165)
  no rule matches: the default action
  syscalls[17] (default.json:647) would allow it with CAP_SYS_ADMIN
T
    ask 0 default.json personality
    prints_exactly "docker's default, personality" <<'T'
personality depends on a0 on x86_64 (135), x86 (136), x32 (0x40000000+135)
  ALLOW when a0 is 0, 8, 0x20000, 0x20008 or 0xffffffff
  ERRNO(EPERM) otherwise: the default action
  syscalls[5] (default.json:480) allows it when a0 == 0
  syscalls[6] (default.json:493) allows it when a0 == 8
  syscalls[7] (default.json:506) allows it when a0 == 0x20000
  syscalls[8] (default.json:519) allows it when a0 == 0x20008
  syscalls[9] (default.json:532) allows it when a0 == 0xffffffff
T
    ask 0 default.json socket a0=40
    prints_exactly "docker's default, AF_VSOCK" <<'T'
socket with a0 = 40 → ERRNO(EPERM) on x86_64 (41), x86 (359), x32
    (0x40000000+41)
  no rule matches: the default action
  syscalls[2] (default.json:441) would allow it: a0 < 38 fails (a0 = 37 would
    pass)
  syscalls[3] (default.json:454) would allow it: a0 == 39 fails
  syscalls[4] (default.json:467) would allow it: a0 > 40 fails (a0 = 41 would
    pass)
socket as socketcall(1, …) → ALLOW on x86 (102)
  syscalls[0] (default.json:374), for socketcall, allows it
T
elif [ -n "${SCC_REQUIRE_SHARED:-}" ]; then
    fail "$corpus is missing"
elif [ "$failures" -eq 0 ]; then
    echo "skipped in part: $corpus is not here, test data for developers that is no part of a clone"
    exit 77
fi

finish
