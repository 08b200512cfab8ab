# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# For tests of the command: sourced first. They then stand in an empty folder that goes with them;
# ./in is what the command reads, ./out and ./err what it says.
set -u

seccompc=${SECCOMPC:?the path of the program}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
: >in
failures=0
checks=0

fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# check NAME EXPRESSION: the expression, evaluated, must succeed.
check() {
    checks=$((checks + 1))
    eval "$2" || fail "$1: $2"
}

# run STATUS ARGUMENT...: runs the command.
run() {
    local expected=$1 status
    shift
    checks=$((checks + 1))
    "$seccompc" "$@" >out 2>err <in
    status=$?
    [ "$status" -eq "$expected" ] ||
        fail "seccompc $*: status $status, expected $expected: $(cat out err)"
}

# says TEXT: it is in what the last run said to standard error.
says() {
    checks=$((checks + 1))
    grep -qF -- "$1" err || fail "expected \"$1\" in: $(cat err)"
}

# prints_exactly NAME: standard output was exactly what stands on standard input.
prints_exactly() {
    checks=$((checks + 1))
    cat >expected
    diff expected out >difference || fail "$1: $(cat difference)"
}

# reseal IN OUT PYTHON: changes the bytes `b` and makes the checksum right again.
reseal() {
    python3 - "$1" "$2" "$3" <<'PY' || fail "reseal $*"
import struct, sys
b = bytearray(open(sys.argv[1], "rb").read())
exec(sys.argv[3])
total = totals = 0
for (word,) in struct.iter_unpack("<I", bytes(b[:32] + b[48:])):
    total = (total + word) & (1 << 64) - 1
    totals = (totals + total) & (1 << 64) - 1
b[32:48] = struct.pack("<QQ", total, totals)
open(sys.argv[2], "wb").write(b)
PY
}

finish() {
    echo "$checks checks, $failures failed"
    [ "$failures" -eq 0 ]
    exit
}

# needs_plain SUBJECT: whether seccompc is built without sanitizers, which want memory, /proc, processes
# and rights of their own; or else says that the subject is left out.
needs_plain() {
    ! grep -q __asan_init "$seccompc" && return
    echo "skip: $1: in a build with sanitizers"
    return 1
}
