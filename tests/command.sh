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

finish() {
    echo "$checks checks, $failures failed"
    [ "$failures" -eq 0 ]
    exit
}
