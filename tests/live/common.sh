# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034 # what is not used here the tests use
# What the live tests share. A test sources it with the folder of the built programs as its first
# argument, and is from there on root in namespaces and a working folder of its own: what a runtime
# or a call leaves behind ends with them.
set -eu

: "${SECCOMPC:?the path of the program}" "${SCC_SOURCE_ROOT:?the root of the sources}"
here=$(cd "$(dirname "$0")" && pwd)
programs=$(cd "${1:?the folder of the built programs}" && pwd)
judge=$programs/judge
readback=$programs/readback
SECCOMPC=$(realpath "$SECCOMPC")
sources=$(realpath "$SCC_SOURCE_ROOT")
corpus=${SCC_SHARED:-$sources/../shared}/corpus
# shellcheck source-path=SCRIPTDIR source=skip.sh disable=SC1091
. "$sources/tests/live/skip.sh"
# The optimisation levels to show.
levels="0 1 2"
failures=0
checks=0

need() { # PROGRAM...
    for needed in "$@"; do
        command -v "$needed" >/dev/null || skip "$needed is not installed"
    done
}

# check WHAT COMMAND...: the command must succeed; its output is shown where it does not.
check() {
    what=$1
    shift
    checks=$((checks + 1))
    if "$@" >"$work/check.out" 2>&1; then
        return 0
    fi
    failures=$((failures + 1))
    echo "FAIL: $what: $*"
    sed 's/^/    /' "$work/check.out"
}

refuse() { # COMMAND...: succeeds where the command does not
    ! "$@"
}

is_equal() { # FOUND EXPECTED
    [ "$1" = "$2" ] || {
        echo "found '$1', expected '$2'"
        return 1
    }
}

# answer LABEL ABI FILE: what the probe was answered there.
answer() {
    awk -F '\t' -v label="$1" -v abi="$2" '$1 == label && $2 == abi { print $NF }' "$3"
}

# judged WHAT TABLE PROGRAM UNFILTERED FILTERED: the judge agrees. Says what it counted.
judged() {
    check "$1" "$judge" --table "$2" "$3" "$4" "$5"
    echo "$1: $(tail -n 1 "$work/check.out")"
}

# Whether the profiles from the field are here. They are no part of a clone.
has_corpus() {
    [ ! -d "$corpus" ] || return 0
    echo "$corpus is not here: its profiles are left out"
    [ -z "${SCC_REQUIRE_SHARED:-}" ] || check "SCC_REQUIRE_SHARED is set" false
    return 1
}

finish() {
    echo "$checks checks, $failures failed"
    [ "$failures" -eq 0 ] || exit 1
    exit 0
}

# skip_rest REASON: what was shown counts, but it was not all.
skip_rest() {
    [ "$failures" -eq 0 ] || finish
    echo "$checks checks, none failed"
    skip "$1"
}

namespaces="unshare --mount --pid --net --ipc --uts --fork --kill-child --mount-proc"

if [ -z "${SCC_LIVE_WORK:-}" ]; then
    [ "$(id -u)" -eq 0 ] || skip "not root"
    [ -e /proc/sys/kernel/seccomp/actions_avail ] || skip "this kernel has no seccomp filters"
    need unshare
    $namespaces true 2>/dev/null || skip "no right to make namespaces"
    work=$(mktemp -d "${TMPDIR:-/tmp}/seccompc-live.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    status=0
    SCC_LIVE_WORK=$work $namespaces "$here/$(basename "$0")" "$@" || status=$?
    exit $status
fi

work=$SCC_LIVE_WORK
cd "$work"
