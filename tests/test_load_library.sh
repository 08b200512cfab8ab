#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libseccompc-load as its users meet it: its size, what it needs and exports, and the example of
# examples/load.c, linked to it in both ways and run.
# shellcheck disable=SC2016 # check evaluates its second argument
set -u

root=${SCC_SOURCE_ROOT:?the source root}
lib=${SCC_BUILD_ROOT:?the build root}/src/load
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"
umask 022

# What it may call: string functions, those that check lengths among them, and the system calls that its header names.
cat >allowed <<'X'
__errno_location
__memset_chk
__stack_chk_fail
close
fstat
fstat64
geteuid
memcpy
memset
mmap
mmap64
munmap
openat
openat64
personality
prctl
pread
pread64
strcmp
syscall
uname
X

if [ "${SCC_SANITIZE:-none}" = none ]; then
    text=$(size "$lib/libseccompc-load.so" | awk 'NR == 2 { print $1 }')
    check "text of the shared library: $text bytes" '[ "$text" -gt 1000 ] && [ "$text" -le 24576 ]'
    text=$(size -t "$lib/libseccompc-load.a" | awk 'END { print $1 }')
    check "text of the static library: $text bytes" '[ "$text" -gt 1000 ] && [ "$text" -le 24576 ]'
    check 'data and bss' \
        '[ "$(size -t "$lib/libseccompc-load.a" | awk "END { print \$2 + \$3 }")" -eq 0 ]'
    readelf -d "$lib/libseccompc-load.so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >needed
    check "libc alone: $(cat needed)" 'grep -q "^libc\." needed && [ "$(wc -l <needed)" -eq 1 ]'
    nm "$lib/libseccompc-load.a" | awk 'NF == 3 { print $3 }' | sort -u >defined
    nm -u "$lib/libseccompc-load.a" | awk 'NF == 2 && $1 == "U" { print $2 }' |
        grep -v '^_GLOBAL_OFFSET_TABLE_$' | sort -u | comm -23 - defined >undefined
    LC_ALL=C sort -o allowed allowed
    LC_ALL=C sort -o undefined undefined
    check "nothing else is called: $(LC_ALL=C comm -23 undefined allowed | tr '\n' ' ')" \
        '[ -s undefined ] && [ -z "$(LC_ALL=C comm -23 undefined allowed)" ]'
else
    echo "skip: with sanitizers the library has another size and other needs"
fi

nm -D --defined-only "$lib/libseccompc-load.so" | awk '$2 == "T" { print $3 }' | LC_ALL=C sort >exported
grep -oh '\bscc_load_[a-z_]*(' "$root/include/seccompc/load.h" | tr -d '(' | LC_ALL=C sort -u >public
check "exported is what the header declares: $(diff exported public)" 'cmp -s exported public'

#
# The example
#

flags="-Wall -Wextra -Werror -I$root/include"
[ "${SCC_SANITIZE:-none}" = none ] || flags="$flags -fsanitize=$SCC_SANITIZE"
# shellcheck disable=SC2086 # flags are words
cc -std=gnu99 -pedantic $flags -o dynamic "$root/examples/load.c" -L"$lib" -lseccompc-load \
    "-Wl,-rpath,$lib" || fail 'the example does not link to the shared library'
examples=dynamic
if [ "${SCC_SANITIZE:-none}" = none ]; then
    # shellcheck disable=SC2086
    cc -std=gnu99 -pedantic $flags -static -o static "$root/examples/load.c" \
        "$lib/libseccompc-load.a" || fail 'the example does not link to the static library'
    check 'static is static' '! readelf -d static | grep -q NEEDED'
    examples='dynamic static'
fi
# A 32-bit process on a 64-bit kernel takes the kernel's entry. The kernel's headers for x86 stand among
# those for x86_64.
if [ "$(uname -m)" = x86_64 ] && cc -m32 -static -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Wall -Wextra \
    -I"$root/include" -idirafter /usr/include/x86_64-linux-gnu -o as32 "$root"/examples/load.c "$root"/src/load/*.c "$root/src/kernel.c" 2>err; then
    examples="$examples as32"
else
    echo "skip: no 32-bit example: $(head -n 1 err)"
fi
"$SCC_BUILD_ROOT/tests/make_blob" docker.blob || fail "make_blob: status $?"

# under STATUS EXAMPLE ARGUMENT...
under() {
    local expected=$1 example=$2 status
    shift 2
    checks=$((checks + 1))
    "./$example" "$@" >out 2>err
    status=$?
    [ "$status" -eq "$expected" ] || fail "$example $*: status $status, expected $expected: $(cat out err)"
}

for example in $examples; do
    if ! "./$example" docker.blob true 2>err && grep -qE 'no seccomp filters|refuses' err; then
        echo "skip: filters cannot be set here: $(cat err)"
        continue
    fi
    under 0 "$example" docker.blob grep Seccomp: /proc/self/status
    check "$example: the filter is on" "grep -q 'Seccomp:[[:space:]]*2' out"
    under 7 "$example" docker.blob sh -c 'exit 7'
    under 127 "$example" docker.blob ./no-such-command
    under 126 "$example" docker.blob ./docker.blob
    under 143 "$example" docker.blob sh -c 'kill $$'
done
for example in $examples; do
    under 125 "$example" missing.blob true
    check 'says why' "grep -q 'cannot be opened' err && grep -q 'No such file' err"
    head -c 500 docker.blob >short.blob
    under 125 "$example" short.blob true
    check 'says why' "grep -q 'cut short' err"
    cp docker.blob open.blob
    chmod 666 open.blob
    under 125 "$example" open.blob true
    check 'says why' "grep -q 'may write' err"
    under 125 "$example" docker.blob
done

#
# The blob's manual page: its tables are the sources', its examples work
#

page=$root/man/seccompc-blob.5
grep -oE '^    SCC_SEAL_[A-Z0-9_]+ = [0-9]+,' "$root/src/load/seal.h" |
    grep -vE '_(KNOWN|LITTLE|BIG|BYTES|MAX) ' | grep -oE '[0-9]+,' | tr -d , >offsets
sed -nE 's/^\.It ([0-9]+) Ta .*/\1/p' "$page" >offsets.page
check "offsets: $(diff offsets.page offsets)" 'cmp -s offsets offsets.page && [ "$(wc -l <offsets)" -eq 23 ]'
awk '/^\.Bd/ { open = 1; next } /^\.Ed/ { open = 0 } open' "$page" >commands
check 'examples' 'sh -e commands >out 2>err'
check 'who made it' 'tr -d " \n" <out | grep -q "seccompc.stests"'
run 0 disasm docker.bpf
check 'a program comes out' 'grep -q "ret " out'
grep -ohE '\b(SCC_BLOB_[A-Z]+_MAX|SCC_BLOB_BYTES_MAX) = [0-9]+' "$root/include/seccompc/blob.h" >limits
while read -r _ _ number; do
    check "limit $number" 'grep -qw "$number" "$page"'
done <limits
finish
