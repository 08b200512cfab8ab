#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The command as a user meets it: options, exit statuses, files that appear whole or not at all.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"

only_files() { # NAME...: nothing else may have been left behind, temporary files included
    checks=$((checks + 1))
    local found
    found=$(find . -mindepth 1 ! -name in ! -name out ! -name err -printf '%P\n' | sort | tr '\n' ' ')
    [ "$found" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ' | sed 's/^ //')" ] ||
        fail "files: $found, expected: $*"
}

cat >small.json <<'J'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}],
  "syscalls": [
    {"names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
    {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
     "args": [{"index": 0, "value": 18446744073709551615, "op": "SCMP_CMP_EQ"}]}
  ]
}
J

# --- the whole command
run 0 --arch amd64 --kernel 6.1 --export-bpf o.bpf --export-oci o.json small.json
only_files o.bpf o.json small.json
check "whole instructions" '[ $(($(stat -c %s o.bpf) % 8)) -eq 0 ] && [ -s o.bpf ]'
check "the slim profile keeps 64 bits" 'grep -q "18446744073709551615" o.json'
check "no mount without its capability" '! grep -q mount o.json'
check "warnings alone without a terminal" '[ "$(grep -vc "^seccompc: warning:" err)" -eq 0 ] && [ ! -s out ]'
says "libseccomp"
says "a0 = 0xffffffff"
check "readable as umask says" '[ "$(stat -c %a o.bpf)" = "$(printf %o $((0644 & ~$(umask))))" ]'
mv o.bpf first.bpf
run 0 compile --arch x86_64 --kernel 6.1 --export-bpf o.bpf small.json
check "the same bytes again" 'cmp first.bpf o.bpf'
run 0 --arch SCMP_ARCH_X86_64 --kernel 6.1 --export-bpf o.bpf o.json
check "the slim profile gives the same program" 'cmp first.bpf o.bpf'
rm -f o.bpf first.bpf o.json

# --- standard input and output
"$seccompc" --arch amd64 --export-bpf - - <small.json >piped.bpf 2>err || fail "pipe: $(cat err)"
run 0 --arch amd64 --export-bpf o.bpf small.json
check "the same through a pipe" 'cmp piped.bpf o.bpf'
run 0 --arch amd64 --export-bpf - --base64 small.json
check "base64 on one line" '[ "$(wc -l <out)" -eq 1 ] && base64 -d out | cmp - o.bpf'
run 2 --export-bpf - --export-oci - small.json
says "named for two outputs"
run 2 --spec - -
run 2 --base64 small.json
# What is no profile but another input is named, with the commands that take it.
"$seccompc" -q --arch amd64 --export-bpf o.b64 --base64 --export-blob o.blob small.json
for file in o.bpf o.b64 o.blob; do
    run 4 $file
    says "expected a profile; seccompc disasm, explain, sim, diff, within, verify and optimize take it"
    run 4 lint $file
    says "$file: a $([ $file = o.blob ] && echo 'sealed blob' || echo program), expected a profile"
done
rm o.b64 o.blob
# What is neither is told by what it looks like.
refuses_binary() {
    run 4 "$1"
    says "$1: $2, expected a profile"
    run 4 lint "$1"
    says "$1: $2, expected a profile"
}
printf '\177ELF%060d\0\0\0\0' 0 >elf
gzip -c small.json >small.gz
printf '\377\376{\0}\0\n\0' >little.json
printf '\376\377\0{\0}\0\n' >big.json
head -c 65536 /dev/zero >zeros
refuses_binary elf 'an executable (ELF)'
refuses_binary small.gz 'compressed by gzip'
refuses_binary little.json 'text in UTF-16'
refuses_binary big.json 'text in UTF-16'
refuses_binary zeros 'not text'
rm elf small.gz little.json big.json zeros
# What the words themselves have wrong is told before anything is read.
for words in '--export-bpf x --export-oci x' '--export-blob x --export-bpf x' '--export-bpf broken.json'; do
    echo '{' >broken.json
    # shellcheck disable=SC2086 # words
    run 2 $words broken.json
done
says 'broken.json: the input and an output'
rm broken.json
run 2 ''
says "an empty name, expected a file's"
run 2 lint ''
says "an empty name, expected a file's"
run 2 --kernel 4.256 small.json
says '--kernel 4.256: expected X.Y, each from 0 to 255'
"$seccompc" -q --export-bpf /dev/stdout small.json >out 2>err
check 'a file by the name /dev/stdout' "[ $? -eq 3 ]"
says 'or - for standard output'
run 0 --help
check "several targets are compile's" 'grep -q "several --arch: .*%a" out'
for command in diff run oci cache; do
    run 0 $command --help
    check "and no other's: $command" '! grep -q "%a\|several for a blob" out'
done
rm -f piped.bpf o.bpf
if command -v script >/dev/null; then
    script -qec "$seccompc --export-bpf - small.json" /dev/null >out 2>&1 </dev/null
    check "no program onto a terminal" 'grep -q "is a terminal" out'
fi

# --- several targets
run 0 --arch amd64 --arch arm64 --arch s390x --export-bpf 'f-%a.bpf' small.json
only_files f-amd64.bpf f-arm64.bpf f-s390x.bpf small.json
check "big-endian on s390x" '[ "$(head -c 2 f-s390x.bpf | od -An -tx1 | tr -d " ")" = 0020 ]'
check "little-endian on arm64" '[ "$(head -c 2 f-arm64.bpf | od -An -tx1 | tr -d " ")" = 2000 ]'
rm -f f-*.bpf
run 2 --arch amd64 --arch arm64 --export-bpf f.bpf small.json
says "%a"
run 2 --arch amd64 --arch x86_64 --export-bpf 'f-%a.bpf' small.json
says "named twice"
only_files small.json

# --- capabilities
run 0 --arch amd64 --cap-add SYS_ADMIN --export-oci o.json small.json
check "--cap-add" 'grep -q mount o.json'
run 0 --arch amd64 --caps all --cap-drop sys_admin --export-oci o.json small.json
check "--cap-drop" '! grep -q mount o.json'
run 0 --arch amd64 --cap-drop ALL --cap-add cap_sys_admin --export-oci o.json small.json
check "--cap-drop ALL --cap-add" 'grep -q mount o.json'
run 2 --caps CAP_SYS_ADMINN small.json
says "did you mean CAP_SYS_ADMIN?"
cat >config.json <<'J'
{"ociVersion": "1.0.2", "process": {"capabilities": {"bounding": ["CAP_SYS_ADMIN"]}},
 "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW",
   "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}}}
J
run 0 --arch amd64 --spec config.json --export-oci o.json small.json
check "--spec gives the bounding set" 'grep -q mount o.json && grep -q read o.json'
run 0 --arch amd64 --spec config.json --export-oci o.json
check "--spec gives the profile" 'grep -q "\"errnoRet\": 38" o.json && ! grep -q read o.json'
run 2 --spec config.json --caps none
run 4 config.json
says "--spec"
rm -f o.json config.json

# --- usage
run 2 --export-bpf x.bpf --arch amd46 small.json
says "--arch amd46: no such architecture; did you mean amd64?"
run 2 --exprot-bpf x.bpf
says "did you mean --export-bpf?"
run 2 --export-b x.bpf small.json
says "did you mean --export-bpf?"
run 2 --export-bpf
says "expected an argument"
run 2 --strict=yes
run 2 -O7 small.json
says "expected -O0, -O1 or -O2"
run 2 --caps docker,sys_admin small.json
says "names a whole set"
run 3 "$(printf 'x\033[31my')"
check "no control character reaches the terminal" '! grep -q "$(printf "\033")" err'
run 2 -Z
run 2 small.json small.json
run 2 --kernel six small.json
run 2 --json -q small.json
run 2 --export-bpf a --export-bpf b small.json
run 2 complie
says "did you mean compile?"
run 2 complie --help
says "complie: no such command; did you mean compile?"
run 2 foo -h
says "foo: no such command"
check "no help of another" '[ ! -s out ]'
run 0 small.json --help
run 0 ./missing.json --help
run 0 --help
check "help on standard output" 'grep -q -- --export-bpf out && [ ! -s err ]'
check "80 columns" '[ "$(wc -L <out)" -le 80 ]'
run 0 --version
run 0 --arch help
check "architectures" 'grep -q "arm64 *aarch64 *SCMP_ARCH_AARCH64" out'
if [ -w /dev/full ]; then
    "$seccompc" --help >/dev/full 2>err
    check "a full standard output is noticed" '[ $? -eq 0 ] && grep -q "standard output" err'
fi

# --- inputs that are refused leave nothing behind
refused() { # TEXT SAYS: as a profile
    printf '%s' "$1" >bad.json
    run 4 --export-bpf o.bpf --export-oci o.json bad.json
    says "seccompc: bad.json:"
    says "$2"
    only_files bad.json small.json
}
refused '' 'bad.json:1:1: the file is empty'
refused '{}' 'seccomp off'
refused '{"defaultAction": "SCMP_ACT_ALOW"}' 'did you mean "SCMP_ACT_ALLOW"?'
refused '{"defaultAction": "SCMP_ACT_DENY"}' 'expected an action (SCMP_ACT_ALLOW, SCMP_ACT_ERRNO …) (defaultAction)'
refused '{"defaultAction": "SCMP_ACT_ERRNO", "defaultAction": "SCMP_ACT_ALLOW"}' 'twice'
rm -f bad.json
run 4 --export-bpf o.bpf .
says ".: a directory"
run 3 --export-bpf o.bpf missing.json
says "missing.json: No such file"
head -c 17000000 /dev/zero | tr '\0' ' ' >big.json
run 4 --export-bpf o.bpf big.json
says "more than 16777216 bytes"
run 4 --export-bpf o.bpf /dev/zero
rm -f big.json
only_files small.json
printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["raed"], "action": "SCMP_ACT_ALLOW"}]}' >typo.json
run 0 --export-bpf o.bpf typo.json
says 'did you mean "read"?'
rm -f o.bpf
run 4 --strict --export-bpf o.bpf typo.json
says 'did you mean "read"?'
says "--strict"
only_files small.json typo.json
rm -f typo.json

# --- outputs that cannot be written
echo old >o.bpf
run 3 --export-bpf o.bpf --export-oci missing/o.json small.json
check "the old file stands" '[ "$(cat o.bpf)" = old ]'
mkdir d
run 3 --export-bpf d small.json
run 3 --export-bpf d/ small.json
echo victim >target
ln -s target link
ln -s nowhere dangling
run 3 --export-bpf dangling small.json
says "symbolic link"
rm dangling
run 3 --export-bpf link small.json
says "symbolic link"
check "a link's file is not touched" '[ "$(cat target)" = victim ] && [ -L link ]'
rm -rf d link target
chmod 640 o.bpf
run 0 --export-bpf o.bpf small.json
check "the mode stays" '[ "$(stat -c %a o.bpf)" = 640 ] && ! grep -q old o.bpf'
only_files o.bpf small.json
run 0 --export-bpf /dev/null small.json
check "/dev/null is still a device" '[ -c /dev/null ]'
if [ -w /dev/full ]; then
    rm -f o.bpf
    run 3 --export-bpf o.bpf --export-oci /dev/full small.json
    only_files small.json
    echo old >o.bpf
    run 3 --export-bpf o.bpf --export-oci /dev/full small.json
    check "taken back after a failure" '[ "$(cat o.bpf)" = old ]'
fi
mkfifo pipe
cat pipe >from-pipe &
run 0 --export-bpf pipe small.json
wait
run 0 --export-bpf o.bpf small.json
check "a FIFO is written to" '[ -p pipe ] && cmp from-pipe o.bpf'
rm -f pipe from-pipe
for _ in 1 2 3 4 5 6 7 8; do
    "$seccompc" -q --export-bpf shared.bpf small.json &
done
wait
check "eight at once" 'cmp shared.bpf o.bpf'
only_files o.bpf shared.bpf small.json
rm -f shared.bpf

# --- outputs and names that are unusual
for name in 'a%sb' '%n%n' $'two\nlines'; do
    run 0 --stats --export-bpf "$name" small.json
    check "$name: the name as it is" 'cmp "$name" o.bpf'
    check "$name: one line tells of it" '[ "$(grep -c "^wrote" err)" -eq 1 ] && ! grep -q "^lines" err'
    rm -f "$name"
done
for mask in 000 077; do
    (umask $mask && "$seccompc" -q --export-bpf masked.bpf --export-oci masked.json small.json)
    check "umask $mask" '[ "$(stat -c %a masked.bpf masked.json | sort -u)" = "$(printf %o $((0644 & ~0$mask)))" ]'
    rm -f masked.bpf masked.json
done
checks=$((checks + 3))
"$seccompc" -q --export-bpf - --export-oci gone.json small.json >&- 2>err
[ $? -eq 3 ] || fail "a closed standard output: $(cat err)"
says 'standard output: Bad file descriptor'
"$seccompc" -q --export-bpf - --export-oci gone.json - <&- 2>err >out
[ $? -eq 3 ] || fail "a closed standard input: $(cat err)"
mkfifo pipe
# shellcheck disable=SC2217 # holds the other end open for a moment
sleep 0 <pipe &
exec 8>pipe
wait
"$seccompc" -q --export-bpf - --export-oci gone.json small.json >&8 2>err
[ $? -eq 3 ] || fail "a reader that went away: $(cat err)"
says 'standard output: Broken pipe'
exec 8>&-
rm -f pipe
check "nothing is left of these" '[ ! -e gone.json ]'
mkdir closed
chmod 555 closed
if ! touch closed/x 2>/dev/null || { rm -f closed/x && mount -t tmpfs -o ro tmpfs closed 2>/dev/null; }; then
    run 3 --export-oci gone.json --export-bpf closed/o.bpf small.json
    says "closed/o.bpf: "
    check "nothing beside a read-only directory" '[ ! -e gone.json ]'
    umount closed 2>/dev/null
fi
rm -rf closed

# --- a full disk, where this user may mount one
if [ "$(id -u)" -eq 0 ] && mkdir tiny && mount -t tmpfs -o size=4k tmpfs tiny 2>/dev/null; then
    run 3 --export-oci tiny/o.json
    says "No space left"
    check "nothing is left on a full disk" '[ -z "$(ls -A tiny)" ]'
    umount tiny
fi
rm -rf tiny

# --- the report
run 0 --stats --arch amd64 --export-bpf o.bpf small.json
for word in profile target selected program wrote; do says "$word"; done
check "80 columns" '[ "$(wc -L <err)" -le 80 ]'
check "no colour without a terminal" '! grep -q "$(printf "\033")" err'
run 0 --json --arch amd64 --export-bpf o.bpf small.json
check "the report is JSON" 'python3 -c "
import json
report = json.load(open(\"err\"))
assert report[\"targets\"][0][\"architecture\"] == \"amd64\"
assert report[\"targets\"][0][\"program\"][\"instructions\"] * 8 == report[\"wrote\"][0][\"bytes\"]
"'
echo '{' >half.json
run 4 --json --export-bpf o.bpf half.json
rm half.json
check "a failure as JSON" 'python3 -c "
import json
error = json.load(open(\"err\"))[\"error\"]
assert error[\"status\"] == 4 and error[\"line\"] == 2
"'
run 0 -q --export-bpf o.bpf small.json
check "-q is silent" '[ ! -s err ]'

# --- a C header that compiles and holds the program
run 0 --export-header filter.h --export-bpf o.bpf small.json
name=$(grep -o 'seccomp_filter_[a-z0-9_]*_len' filter.h | head -1)
cat >show.c <<C
#include <unistd.h>
#include "filter.h"
int main(void) { return write(1, ${name%_len}, sizeof ${name%_len}) != 8 * $name; }
C
if command -v gcc >/dev/null; then
    gcc -Wall -Wextra -Werror -o show show.c && ./show >from-header
    check "the header is the program" 'cmp from-header o.bpf'
fi

# --- this machine under setarch
if command -v setarch >/dev/null; then
    rm -f a.bpf b.bpf
    run 0 --export-bpf a.bpf small.json
    setarch i686 "$seccompc" --export-bpf b.bpf small.json 2>err
    check "the same under setarch i686" 'cmp a.bpf b.bpf'
    setarch --uname-2.6 "$seccompc" --stats --export-bpf b.bpf small.json 2>err
    check "the true kernel under --uname-2.6" '! grep -q "kernel 2\.6" err'
fi

# --- libseccomp's program where it is wrong
cat >overlap.json <<'J'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
  {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
   "args": [{"index": 0, "value": 4294967301, "op": "SCMP_CMP_EQ"}]}]}
J
rm -f o.bpf
run 0 --arch 386 --export-bpf o.bpf overlap.json
mv o.bpf own.bpf
run 4 --arch 386 -O0 --export-bpf o.bpf overlap.json
says "libseccomp"
says "a0 = 0x5"
check "a wrong program is not written" '[ ! -e o.bpf ]'
run 0 --arch 386 -O0 --allow-mismatch --export-bpf o.bpf overlap.json
says "is wrong here"
check "it is another program" '! cmp -s o.bpf own.bpf'
sed 's/EQ"}]}\]/EQ"}]}, {"names": ["personality"], "action": "SCMP_ACT_ERRNO", "errnoRet": 7, "args": [{"index": 0, "value": 9, "op": "SCMP_CMP_GT"}]}]/' overlap.json >conflict.json
run 4 --arch amd64 --export-bpf o.bpf conflict.json
says "personality(0x100000005"
says "--on-conflict strictest"
run 0 --arch amd64 --on-conflict strictest --export-bpf o.bpf conflict.json
run 4 --arch amd64 --on-conflict strictest --export-oci o.json conflict.json
says "the slim profile cannot say"
rm -f own.bpf overlap.json conflict.json

# --- rules that make libseccomp 2.5.4 loop for ever
cat >loop.json <<'J'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
  {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
   "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_LT"}, {"index": 1, "value": 1, "op": "SCMP_CMP_GE"}]},
  {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
   "args": [{"index": 2, "value": 2, "op": "SCMP_CMP_GE"}, {"index": 0, "value": 2, "op": "SCMP_CMP_LT"}]}]}
J
run 0 --arch amd64 --stats --export-bpf o.bpf loop.json
case $("$seccompc" --version) in
*"libseccomp 2.5.4"*)
    says "does not come to an"
    run 4 -O0 --arch amd64 --export-bpf o.bpf loop.json
    says "does not come to an end with this profile"
    ;;
esac

# --- an output that is an input
cp small.json mine.json
run 2 --export-oci mine.json mine.json
says "the input and an output"
run 2 --export-bpf ./mine.json mine.json
run 4 --spec mine.json --export-bpf o.bpf small.json
says "a seccomp profile, expected an OCI runtime config"
check "the input stands" 'cmp small.json mine.json'
run 0 help

# --- what a program is to be best at
count() { echo $(($(stat -c %s "$1") / 8)); }
steps() {
    echo "x86_64 $2" | "$seccompc" sim --arch amd64 "$1" | sed -n 's/.*, \([0-9]*\) instructions$/\1/p'
}
default=${SCC_SOURCE_ROOT:?the root of the sources}/profiles/default.json
for mode in size attach runtime; do
    run 0 --arch amd64 --no-crosscheck --optimize-for $mode --export-bpf $mode.bpf "$default"
    run 0 verify --arch amd64 $mode.bpf "$default"
    check "$mode: none is smaller than size" '[ "$(count size.bpf)" -le "$(count "$mode.bpf")" ]'
done
run 0 --arch amd64 --no-crosscheck --export-bpf o.bpf "$default"
check "attach is the default" 'cmp o.bpf attach.bpf'
cat >counts <<'T'
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 90.30    0.091030          22   1104090           socket
  9.68    0.011082           9      1204       110 read
------ ----------- ----------- --------- --------- ----------------
100.00    0.127676               1105294       110 total
T
awk '$4 ~ /^[0-9]+$/ && $NF != "total" { print $NF, $4 }' counts >weights
run 0 --arch amd64 --no-crosscheck --weights weights --export-bpf heavy.bpf "$default"
run 0 verify --arch amd64 heavy.bpf "$default"
check "the heavy call's way is the shorter one" \
    '[ "$(steps heavy.bpf socket)" -lt "$(steps attach.bpf socket)" ]'
check "and a rare one's is not" '[ "$(steps heavy.bpf personality)" -ge "$(steps heavy.bpf socket)" ]'
run 0 --arch amd64 --no-crosscheck --stats --weights weights "$default"
tr '\n' ' ' <err | tr -s ' ' | grep -q 'counted calls reach the program' || fail "weights: $(cat err)"
echo 'read 5' >cached
run 0 --arch amd64 --no-crosscheck --weights cached "$default"
says 'none of the counted calls reaches the program'
cp weights in
run 0 --arch amd64 --no-crosscheck --optimize-for runtime --weights - --export-bpf o.bpf "$default"
check "from standard input as well" 'cmp o.bpf heavy.bpf'
: >in
rm -f o.bpf
run 2 --optimize-for speed --export-bpf o.bpf "$default"
says "--optimize-for speed: expected attach, runtime or size"
run 2 --optimize-for size --optimize-for attach "$default"
says "--optimize-for: given twice, expected once"
run 2 --optimize-for size --weights weights "$default"
says "--weights: expected --optimize-for runtime with it"
run 2 --weights weights --weights weights "$default"
run 2 --weights '' "$default"
for level in 0 1; do
    run 2 -O$level --optimize-for size --export-bpf o.bpf "$default"
    says "--optimize-for: libseccomp's program is as it is, expected -O2"
    run 2 -O$level --weights weights --export-bpf o.bpf "$default"
    says "--weights: libseccomp's program is as it is, expected -O2"
done
run 2 --weights - -
says "standard input is named twice"
run 2 --weights weights --export-bpf weights "$default"
printf 'read 1\nsokcet 4\n' >wrong
run 4 --weights wrong --export-bpf o.bpf "$default"
says 'wrong:2:1: "sokcet 4": no such system call'
printf '\n# x\nread many\n' >wrong
run 4 --weights wrong --export-bpf o.bpf "$default"
says "wrong:3:1: \"read many\": expected a system call's name and a count below 2^40"
run 4 --weights counts --export-bpf o.bpf "$default"
says "counts:1:1: "
run 4 --weights /dev/null --export-bpf o.bpf "$default"
says "/dev/null: no counts"
run 4 --weights - --export-bpf o.bpf "$default"
says "standard input: no counts"
head -c 1100000 /dev/zero | tr '\0' '\n' >wrong
run 4 --weights wrong --export-bpf o.bpf "$default"
run 3 --weights missing --export-bpf o.bpf "$default"
check "nothing was written" '[ ! -e o.bpf ]'
rm -f attach.bpf runtime.bpf size.bpf heavy.bpf counts weights wrong

# --- what review found
run 2 dif a.json b.json
says "did you mean diff?"
run 3 nofile
printf '{"Process": {"capabilities": {"bounding": ["CAP_SYS_ADMIN"]}}}' >spec.json
run 4 --arch amd64 --spec spec.json --export-bpf o.bpf small.json
says 'differs from "process" by case alone'
printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["re\\u0000ad"]}]}' >nul.json
run 4 --export-bpf o.bpf nul.json
says "(syscalls[0].names[0])"
run 4 explain /dev/null read
says "expected a profile, a config, a program or a blob"

# A command behind options is no profile.
run 2 --json verify x.blob
grep -q 'a command stands in front' err || fail "a command behind options: $(cat err)"

finish
