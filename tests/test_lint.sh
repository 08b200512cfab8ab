#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lint: each kind of finding with the smallest profile that has it and one that has not; the findings in
# published profiles; exit statuses, JSON and SARIF; large profiles; what a compilation warns of.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"

root=${SCC_SOURCE_ROOT:?the source folder}
corpus=${SCC_SHARED:-$root/../shared}/corpus
python=$(command -v python3) || exit 77

# The kinds of the findings in ./out, which is JSON.
ids() {
    sed -nE 's/^[[:space:]]*"rule":[[:space:]]*"([^"]+)",?$/\1/p' out
}

# --- the catalogue: what SARIF lists is src/data/lint.txt, in its order
sed -n 's/^\[\(.*\)\]$/\1/p' "$root/src/data/lint.txt" >catalogue
echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "execve", "execveat", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}' >small.json
run 0 lint --sarif small.json
"$python" -c 'import json
for rule in json.load(open("out"))["runs"][0]["tool"]["driver"]["rules"]:
    print(rule["id"])' >rules
check "SARIF's rules are the catalogue" 'diff catalogue rules'
check "the catalogue has its kinds" '[ "$(wc -l <catalogue)" -ge 35 ]'

# --- each kind: its bad profile has it, its good one has not, and both profiles are there
while read -r id; do
    options=$(sed -n "s/^$id //p" "$root/tests/lint/options")
    for kind in bad good; do
        file=$root/tests/lint/$id.$kind.json
        [ -r "$file" ] || { fail "tests/lint/$id.$kind.json is missing"; continue; }
        # shellcheck disable=SC2086 # options are several words
        "$seccompc" lint --json --level note --kernel 6.18 --caps docker ${options:---arch amd64} "$file" >out 2>err
        status=$?
        [ $status -le 1 ] || fail "$id.$kind: $(cat err)"
        ids >found
        if [ $kind = bad ]; then
            check "$id: found in its bad profile" 'grep -qx -- "$id" found'
        else
            check "$id: not found in its good profile" '! grep -qx -- "$id" found'
        fi
    done
done <catalogue
for file in "$root"/tests/lint/*.json; do
    id=${file##*/}
    check "$id is of a kind" 'grep -qx -- "${id%.*.json}" catalogue'
done

# --- levels and statuses
bad=$root/tests/lint
run 1 lint --arch amd64 "$bad/unknown-name.bad.json"
run 0 lint --arch amd64 --level error "$bad/unknown-name.bad.json"
run 0 lint --arch amd64 "$bad/equals-default.bad.json"
run 1 lint --arch amd64 --level note "$bad/equals-default.bad.json"
run 1 lint -q --arch amd64 "$bad/unknown-name.bad.json"
check "-q says nothing" '[ ! -s out ] && [ ! -s err ]'
run 2 lint --level loud "$bad/unknown-name.bad.json"
says "expected error, warning or note"
run 2 lint --libseccomp 2.5.99 "$bad/unknown-name.bad.json"
says "2.5.4"
run 2 lint --sarif --json small.json
run 2 lint
run 2 lint small.json small.json
run 3 lint missing.json
printf '{"defaultAction": 1}' >broken.json
run 4 lint broken.json
# A conflict is a finding, unless the command line decides it.
run 1 lint --arch amd64 --level error "$bad/conflicting-actions.bad.json"
run 0 lint --arch amd64 --level error --on-conflict strictest "$bad/conflicting-actions.bad.json"
printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
 {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 3, "op": "SCMP_CMP_EQ"}]},
 {"names": ["socket"], "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 3, "op": "SCMP_CMP_EQ"}]}]}' >twins.json
run 1 lint --level error --arch arm64 twins.json
check "equal comparisons conflict" 'grep -q conflicting-actions out'

# --- what reading and selecting warn of are findings: no profile warns in a compilation and passes here
for file in "$bad"/*.json; do
    "$seccompc" --no-crosscheck --strict -q --arch amd64 "$file" >out 2>err && continue
    grep -q 'refused by --strict' err || continue
    run 1 lint --arch amd64 "$file"
done
run 1 lint --json "$bad/unknown-key.bad.json"
check "a finding, not a warning beside it" '"$python" -c "import json
report = json.load(open(\"out\"))
assert [f[\"rule\"] for f in report[\"findings\"]] == [\"unknown-key\"]
assert report[\"findings\"][0][\"path\"] == \"sycalls\" and \"syscalls\" in report[\"findings\"][0][\"fix\"]
assert report[\"totals\"][\"warning\"] == 1 and report[\"warnings\"] == []"'
run 1 lint --sarif "$bad/unknown-key.bad.json"
check "in SARIF" '[ "$(grep -c "\"ruleId\": \"unknown-key\"" out)" -eq 1 ]'
"$python" -c 'import json
keys = {f"key{i}": 0 for i in range(120)}
json.dump({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [], **keys}, open("keys.json", "w"))'
run 1 lint keys.json
check "every key is counted" 'grep -q " 120 warnings" out && grep -q "20 further findings of unknown-key" out'
# A refused profile's warnings still say what may be meant.
printf '{"defaultActon": "SCMP_ACT_ALLOW", "syscalls": []}' >misspelt.json
run 4 lint misspelt.json
says "did you mean defaultAction?"

# --- refusals say what is there, as a compilation does
for text in '[]' '' '\357\273\277{}' 'x' '\001\002' '{"defaultAction": "SCMP_ACT_DENY"}'; do
    # shellcheck disable=SC2059 # escapes
    printf "$text" >input
    run 4 lint input
    sed 's/expected a profile or a config/expected a JSON object/' err >lint.err
    run 4 -q input
    check "as a compilation refuses $text" 'diff lint.err err'
done
printf '2\ndenylist errno 1\nmount\n' >lxc.conf
run 4 lint lxc.conf
says "LXC's text, expected a profile"

# --- conditions that nothing fulfils, each with what is wrong with them
cat >conditions.json <<'J'
{"defaultAction": "SCMP_ACT_ERRNO", "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []}],
 "syscalls": [
  {"names": ["execve", "exit_group"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["write"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64"]}, "excludes": {"arches": ["amd64", "arm"]}},
  {"names": ["open"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "5.1"}, "excludes": {"minKernel": "4.8"}},
  {"names": ["close"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "0.0"}}
 ]}
J
run 1 lint --arch amd64 conditions.json
tr -s ' \n' ' ' <out >told
for text in "excludes names every architecture of includes (syscalls[1]; never-selected)" \
    "excludes names every kernel from 4.8 on, includes no older one (syscalls[2]; never-selected)" \
    "excludes names every kernel from 0.0 on (syscalls[3]; never-selected)"; do
    check "$text" 'grep -qF -- "$text" told'
done

# --- what can be done about a comparison of 64 bits, by its operator
# fix OPERATOR ACTION TEXT: in a filter of another default the comparison has this advice.
fix() {
    local default=ALLOW
    [ "$2" = ALLOW ] && default=ERRNO
    printf '{"defaultAction": "SCMP_ACT_%s", "architectures": ["SCMP_ARCH_X86_64", %s], "syscalls": [
     {"names": ["execve", "execveat", "exit_group", "socketcall"], "action": "SCMP_ACT_ALLOW"},
     {"names": ["socket"], "action": "SCMP_ACT_%s", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_%s"}]}]}' \
        $default "$4" "$2" "$1" >operator.json
    run 1 lint --arch amd64 operator.json
    # shellcheck disable=SC2034 # check evaluates it
    advice=$3
    check "$1: $3" 'tr -s " \n" " " <out | grep -qF -- "$advice"'
}
low='SCMP_CMP_MASKED_EQ with mask 0xffffffff compares the low word alone.'
list='no operator says != or a range of the low word alone'
door='Neither closes socketcall on x86, '
native='"SCMP_ARCH_X86_64"'
fix EQ ERRNO "$low" "$native"
fix LT ERRNO "$list" "$native"
fix LE ERRNO "$list" "$native"
for operator in NE GT GE; do
    fix $operator ALLOW "$list" "$native"
    fix $operator ALLOW "$list" '"SCMP_ARCH_X86"'
    fix $operator ALLOW "$door" '"SCMP_ARCH_X86"'
done
# A rule that refuses some sockets refuses all of them behind the door.
fix EQ ERRNO "$low" '"SCMP_ARCH_X86"'
check "no open door" '! grep -q socketcall out'
fix EQ ERRNO "$low" "$native"
check "no door without x86" '! grep -q socketcall out'

# --- text
run 1 lint --arch amd64 --kernel 6.18 "$bad/int-compared-as-64-bits.bad.json"
check "80 columns" '! LC_ALL=C.UTF-8 grep -qE "^.{81,}" out'
check "no colour in a file" '! grep -q "$(printf "\033")" out'
check "the call" 'tr -s " \n" " " <out | grep -qF "socket(0x100000028, …) on x86_64: ALLOW, but the kernel reads socket(0x28, …): ERRNO(EPERM)"'
check "the place" 'grep -qE "int-compared-as-64-bits.bad.json:5:[0-9]+:" out'
# What is shown is what the compiled program answers.
"$seccompc" -q --arch amd64 --export-bpf x.bpf "$bad/int-compared-as-64-bits.bad.json"
"$seccompc" explain --arch amd64 x.bpf socket a0=0x100000028 >answer
check "the shown call passes" 'grep -q ALLOW answer'
cp "$bad/unknown-name.bad.json" in
run 1 lint --arch amd64 -
: >in

# --- a config's own capabilities decide
printf '{"ociVersion": "1.0.2", "process": {"capabilities": {"bounding": ["CAP_SYS_ADMIN"]}}, "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [{"names": ["unshare", "execve", "execveat", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}}}' >config.json
run 0 lint --arch amd64 --level note config.json
run 1 lint --arch amd64 --level note --caps none config.json

# --- SARIF
mkdir 'with space'
cp "$bad/unknown-name.bad.json" 'with space/ü#.json'
run 1 lint --arch amd64 --level note --sarif "$PWD/with space/ü#.json"
"$python" - <<'P' || fail "SARIF: $(head -c 600 out)"
import json
log = json.load(open("out"))
assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json")
run, = log["runs"]
rules = run["tool"]["driver"]["rules"]
assert run["columnKind"] == "unicodeCodePoints"
for rule in rules:
    assert rule["shortDescription"]["text"] and rule["fullDescription"]["text"] and rule["help"]["text"]
    assert rule["defaultConfiguration"]["level"] in ("note", "warning", "error")
result, = run["results"]
assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "unknown-name"
assert result["level"] == "warning" and "read" in result["message"]["text"]
place = result["locations"][0]["physicalLocation"]
assert place["artifactLocation"]["uri"] == "with%20space/%C3%BC%23.json", place
assert place["region"] == {"startLine": 5, "startColumn": 16}, place
P
# Columns count characters there, bytes in the text.
printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"comment": "üü", "names": ["raed", "execve", "execveat", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}' >wide.json
run 1 lint --sarif wide.json
check "characters" '"$python" -c "import json; assert json.load(open(\"out\"))[\"runs\"][0][\"results\"][0][\"locations\"][0][\"physicalLocation\"][\"region\"][\"startColumn\"] == 78"'
run 1 lint --json wide.json
check "bytes" '"$python" -c "import json; assert json.load(open(\"out\"))[\"findings\"][0][\"column\"] == 80"'

# --- large profiles, in bounded time
"$python" - <<'P'
import json
def write(name, syscalls):
    json.dump({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": syscalls}, open(name, "w"))
write("names.json", [{"names": [f"name{i}" for i in range(100000)], "action": "SCMP_ACT_ALLOW"}])
write("same.json", [{"names": ["read", "kill"] * 50000, "action": "SCMP_ACT_KILL"}])
write("entries.json", [{"names": ["socket"], "action": "SCMP_ACT_ALLOW" if i % 2 else "SCMP_ACT_TRAP",
    "args": [{"index": i % 3, "value": 1 << i % 29, "valueTwo": i, "op": "SCMP_CMP_MASKED_EQ"},
             {"index": 3 + i % 3, "value": i, "op": "SCMP_CMP_GT"}]} for i in range(4000)])
P
for file in names same entries; do
    start=$(date +%s%N)
    timeout 20 "$seccompc" lint --level note --arch amd64 $file.json >out 2>err
    status=$?
    took=$((($(date +%s%N) - start) / 1000000))
    check "$file.json: a status" '[ $status -le 1 ]'
    check "$file.json: $took ms" '[ $took -lt 5000 ]'
    [ $file != names ] || check "what is not told is counted" 'grep -q "99900 further findings of unknown-name" out'
done

# --- what is too large to be decided is a finding everywhere; high words are tried all the same
run 1 lint --arch amd64 "$bad/undecided.bad.json"
check "one warning" 'grep -q "0 errors, 1 warning," out && tr -s " \n" " " <out | grep -q "kill has so many argument rules"'
run 1 lint --json --arch amd64 "$bad/undecided.bad.json"
check "JSON: not complete" 'grep -q "\"complete\":[[:space:]]*false" out'
run 1 lint --sarif --arch amd64 "$bad/undecided.bad.json"
check "SARIF has it" 'grep -q "\"ruleId\":[[:space:]]*\"undecided\"" out'
run 0 --arch amd64 "$bad/undecided.bad.json"
says "kill has so many argument rules"
run 4 --strict --arch amd64 "$bad/undecided.bad.json"
sed '$!{/^  \]/d}; s/^  "syscalls": \[/&{"names": ["kill"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_NE"}]},/' \
    "$bad/undecided.bad.json" | sed '$d' >loose.json
echo ']}' >>loose.json
run 1 lint --arch amd64 loose.json
check "the high word" 'tr -s " \n" " " <out | grep -qF "kill(0x100000005, …) on x86_64: ALLOW, but the kernel reads kill(0x5, …): ERRNO(EPERM)"'

# --- clone's flags: namespaces alone are what unshare makes too, and s390 has them in argument 1
clone() { # DEFAULT ACTION ARGS [RULE]
    echo "{\"defaultAction\": \"SCMP_ACT_$1\", \"syscalls\": [{\"names\": [\"clone\"], \"action\": \"SCMP_ACT_$2\",
\"args\": [$3]}${4:+, $4}]}" >clone.json
}
unshare='{"names": ["unshare"], "action": "SCMP_ACT_ALLOW"}'
clone ERRNO ALLOW '{"index": 0, "value": 65536, "valueTwo": 65536, "op": "SCMP_CMP_MASKED_EQ"}' "$unshare"
run 1 lint --arch amd64 clone.json
check "a namespace" 'tr -s " \n" " " <out | grep -qF "clone(0x10000000, …) on x86_64: ERRNO(EPERM); unshare(0x10000000, …) on x86_64: ALLOW"'
clone ALLOW ERRNO '{"index": 0, "value": 8192, "valueTwo": 8192, "op": "SCMP_CMP_MASKED_EQ"}' "$unshare"
run 0 lint --arch amd64 clone.json
clone ALLOW ERRNO '{"index": 0, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ"}'
run 1 lint --arch s390x clone.json
check "s390: refused by the stack" 'grep -q clone-argument-order out'
run 1 lint --arch amd64 clone.json
check "elsewhere these are the flags" '! grep -q clone-argument-order out'
clone ERRNO ALLOW '{"index": 0, "value": 0, "op": "SCMP_CMP_NE"}'
run 1 lint --arch s390x clone.json
check "s390: allowed by the stack" 'grep -q clone-argument-order out'
clone ALLOW ERRNO '{"index": 1, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ"}'
run 1 lint --arch s390x clone.json
check "s390: its own order" '! grep -q clone-argument-order out'

# --- comparisons that look past the 32 bits that an argument has
start='{"names": ["execve", "execveat", "exit_group"], "action": "SCMP_ACT_ALLOW"}'
one() { # DEFAULT ACTION CALL INDEX OP VALUE [VALUETWO]
    echo "{\"defaultAction\": \"SCMP_ACT_$1\", \"architectures\": [\"SCMP_ARCH_X86\"], \"syscalls\": [{\"names\": [\"$3\"],
\"action\": \"SCMP_ACT_$2\", \"args\": [{\"index\": $4, \"op\": \"SCMP_CMP_$5\", \"value\": $6, \"valueTwo\": ${7:-0}}]}, $start]}" >one.json
}
one ALLOW ERRNO kill 0 EQ 18446744073709551615
run 1 lint --arch amd64 one.json
check "the low word" 'tr -s " \n" " " <out | grep -qF "kill(0xffffffff, …) on x86_64: ALLOW"'
check "past 32 bits" 'grep -q value-above-32-bits out'
one ERRNO ALLOW mmap 1 LE 4294967295
run 0 lint --arch amd64 one.json
run 1 lint --arch i386 one.json
check "always, of 32 bits" 'tr -s " \n" " " <out | grep -qF "mmap: a1 <= 0xffffffff holds always"'
one ERRNO ALLOW mmap 1 GT 4294967295
run 1 lint --arch i386 one.json
check "never, of 32 bits" 'tr -s " \n" " " <out | grep -qF "mmap: a1 > 0xffffffff holds never"'
one ERRNO ALLOW mmap 1 MASKED_EQ 4294967296
run 1 lint --arch i386 one.json
check "a mask past 32 bits" 'tr -s " \n" " " <out | grep -qF "holds always: argument 1 on x86 has 32 bits"'

# --- io_uring: since 5.11 the kernel takes requests from a ring that has only been set up
echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["io_uring_setup", "execve", "execveat", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}' >ring.json
run 1 lint --arch amd64 --kernel 5.11 ring.json
check "a ring" 'grep -q io-uring-bypass out'
run 0 lint --arch amd64 --kernel 5.10 ring.json
sed -i 's/"io_uring_setup"/&, "io_uring_enter"/' ring.json
run 1 lint --arch amd64 --kernel 5.10 ring.json
check "what 5.10 could" 'tr -s " \n" " " <out | grep -qF " readv," && ! grep -q getxattr out'
run 1 lint --arch amd64 --kernel 6.7 ring.json
check "what 6.7 could" 'tr -s " \n" " " <out | grep -q " getsockopt, .* waitid" && ! grep -q "ftruncate\|listen" out'

# --- fallbacks that EPERM takes away
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["close_range", "getrandom", "renameat2", "preadv2"],
 "action": "SCMP_ACT_ERRNO", "errnoRet": 1}, {"names": ["pwritev2"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}' >fallback.json
run 1 lint --arch amd64 --json fallback.json
check "each of them" '[ "$(ids | grep -c eperm-where-enosys)" -eq 4 ] && ! grep -q "pwritev2 to" out'

# --- equivalents: for each refused call the allowed one that does the same
while read -r arch refused allowed; do
    printf '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86"], "syscalls": [{"names": ["%s"], "action": "SCMP_ACT_KILL"},
 {"names": ["%s", "execve", "execveat", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}' "$refused" "$allowed" >pair.json
    run 1 lint --arch "$arch" --caps CAP_SYS_TIME pair.json
    check "$refused, $allowed" 'tr -s " \n" " " <out | grep -qF "$refused is refused, and $allowed is not"'
done <<'P'
i386 setuid setuid32
i386 setuid32 setuid
i386 setuid32 setresuid32
i386 fcntl64 fcntl
i386 clock_settime clock_settime64
i386 fadvise64 fadvise64_64
amd64 mkdirat mkdir
amd64 fchmodat chmod
amd64 chmod fchmod
amd64 unlinkat rmdir
amd64 renameat rename
amd64 fchownat lchown
amd64 fork clone
amd64 clone fork
amd64 vfork clone3
amd64 settimeofday adjtimex
amd64 ptrace pidfd_getfd
P
sed 's/"ptrace"/"settimeofday"/;s/"pidfd_getfd"/"adjtimex"/' pair.json >clock.json
run 0 lint --arch amd64 --caps none clock.json
run 1 lint --arch amd64 --caps CAP_SYS_TIME clock.json

# --- a default that allows: x32 too, shown with the youngest call that no rule names
echo '{"defaultAction": "SCMP_ACT_ALLOW", "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}]}' >x32.json
run 1 lint --level note --arch amd64 x32.json
check "x32" 'grep -q x32-allowed out'
run 1 lint --level note --json --arch arm64 x32.json
"$python" - <<'P' || fail "not the youngest call"
import csv, json, os, re
rows = csv.DictReader(l for l in open(os.environ["SCC_SOURCE_ROOT"] + "/src/data/syscalls.csv") if l[0] != "#")
age = {r["name"]: tuple(map(int, re.match(r"(\d+)\.(\d+)", r["since"] or "0.0").groups()))
       for r in rows if r["aarch64"]}
call, = (f["call"] for f in json.load(open("out"))["findings"] if f["rule"] == "default-allows")
assert age[call.split("(")[0]] == max(age.values()), call
P

# --- what a compilation warns of
run 0 --arch amd64 "$bad/int-compared-as-64-bits.bad.json"
says "socket: \`int\` argument 0 is compared as 64 bits"
says "(syscalls[0].args[0])"
run 4 --strict --arch amd64 "$bad/int-compared-as-64-bits.bad.json"
run 0 --strict --arch amd64 "$bad/int-compared-as-64-bits.good.json"
for id in impossible-comparison comparison-always-true same-argument-or mask-value-outside; do
    run 4 --strict --arch amd64 "$bad/$id.bad.json"
    run 0 --strict --arch amd64 "$bad/$id.good.json"
done
# Hardened, the comparison cannot be walked around.
run 0 --strict --harden --arch amd64 "$bad/int-compared-as-64-bits.bad.json"
run 1 lint --arch amd64 --kernel 6.18 "$root/profiles/default.json"
check "docker's default can be walked around" 'grep -q int-compared out'
run 1 lint --harden --arch amd64 --kernel 6.18 "$root/profiles/default.json"
check "and hardened it cannot" '! grep -q int-compared out'
run 0 --strict --harden --no-crosscheck --arch amd64 "$root/profiles/default.json"
# An argument of 64 bits beside one of 32: its high word counts.
printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["pread64"], "action": "SCMP_ACT_ALLOW", "args": [
 {"index": 3, "value": 4294967296, "op": "SCMP_CMP_GE"}, {"index": 0, "value": 5, "op": "SCMP_CMP_NE"}]}]}' >mixed.json
run 1 lint --arch amd64 mixed.json
check "both widths" 'tr -s " \n" " " <out | grep -qF "pread64(0x100000005, 0x0, 0x0, 0x100000000, …) on x86_64: ALLOW, but the kernel reads pread64(0x5, 0x0, 0x0, 0x100000000, …): ERRNO(EPERM)"'
# What selecting warns of anyway is told once.
run 0 --arch amd64 "$bad/unknown-name.bad.json"
check "told once" '[ "$(grep -c raed err)" -eq 1 ]'

# --- published profiles: their findings, each reviewed, for two targets
find_all() {
    for arch in amd64 s390x; do
        "$seccompc" lint --json --level note --arch $arch --kernel 6.18 --caps docker "$1" >out 2>err ||
            [ $? -eq 1 ] || { cat err; continue; }
        ARCH=$arch "$python" -c 'import json, os
for f in json.load(open("out"))["findings"]:
    print(os.environ["ARCH"], "%d:%d" % (f["line"], f["column"]), f["level"], f["rule"], f["reason"],
          f["call"] or "", sep=" | ")'
    done
}
if [ ! -d "$corpus" ]; then
    echo "$corpus is not here: the findings in published profiles are not compared"
else
    for file in moby-2026-06 moby-2021-01 moby-old-format moby-conditional-include containers-common-2025-08 isulad-2026-04; do
        find_all "$corpus/$file.json" >found
        [ -z "${SCC_LINT_RECORD:-}" ] || cp found "$root/tests/lint/$file.expected"
        check "findings in $file" 'diff "$root/tests/lint/$file.expected" found'
    done
fi
find_all "$root/profiles/default.json" >found
[ -z "${SCC_LINT_RECORD:-}" ] || cp found "$root/tests/lint/default.expected"
check "findings in profiles/default.json" 'diff "$root/tests/lint/default.expected" found'

finish
