#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What meson.build asks of compiler and linker against exploits is in the files that are installed.
# shellcheck source=static.sh
. "$SCC_SOURCE_ROOT/tests/static/static.sh"
need readelf nm objdump
if [ "${SCC_SANITIZE:-none}" != none ]; then
    echo "SKIP: a sanitizer's runtime is not hardened"
    exit 77
fi
status=0

expect() { # WHAT FILE PATTERN COMMAND...: the command prints a line of that pattern about the file
    what=$1 file=$2 pattern=$3
    shift 3
    "$@" "$file" | grep -qE -- "$pattern" && return 0
    echo "FAIL: $file: $what: no '$pattern' in what $* says"
    status=1
}

is_x86=$(uname -m | grep -x x86_64 || true)
program=$build/src/seccompc
libraries="$build/src/libseccompc.so $build/src/load/libseccompc-load.so"
expect "a place of its own in each process" "$program" 'Type: +DYN' readelf -hW
for file in "$program" $libraries; do
    expect "read-only relocations" "$file" GNU_RELRO readelf -lW
    expect "bound when it is loaded" "$file" 'BIND_NOW|Flags:.* NOW' readelf -dW
    expect "no executable stack" "$file" 'GNU_STACK.* RW +0x' readelf -lW
    expect "guarded frames" "$file" __stack_chk_fail nm -D
    if readelf -lW "$file" | grep -q ' LOAD .*RWE'; then
        echo "FAIL: $file: memory that is both written and executed"
        status=1
    fi
    if readelf -dW "$file" | grep -qE 'TEXTREL|RPATH'; then
        echo "FAIL: $file: relocations in code, or a search path for libraries"
        status=1
    fi
    [ -z "$is_x86" ] || expect "marked targets of indirect jumps" "$file" endbr64 objdump -d
done
if [ -n "${SCC_FORTIFIES:-}" ]; then
    for file in "$program" "$build/src/libseccompc.so"; do
        expect "checked lengths" "$file" '__[a-z]+_chk' nm -D
    done
fi
[ $status -ne 0 ] || echo "$program and the libraries are hardened"
exit $status
