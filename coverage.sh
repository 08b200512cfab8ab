#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Which lines and branches of src/ the tests reach: coverage.sh [--live] [DIRECTORY]
# Builds in DIRECTORY (build-coverage), runs the unit and command tests and what fuzzing kept, with --live
# as root also what needs the running kernel, and prints a table by file. Fails under 90 % of all lines.
#
# clang's counters stand in a file that all processes map and share, not in the memory of each: so what
# runs in a child that is killed, that _exit()s, or that a filter keeps from writing, is counted too, and
# nothing is added to the system calls that the tests of faults spoil one by one.
set -eu
cd "$(dirname "$0")"

usage() {
    echo "usage: coverage.sh [--live] [DIRECTORY]"
}
case ${1:-} in
-h | --help)
    usage
    exit 0
    ;;
--live) ;;
-*)
    usage >&2
    exit 2
    ;;
esac

suites="--suite unit --suite command --suite fuzz"
[ "${1:-}" != --live ] || {
    suites="$suites --suite live"
    shift
}
build=${1:-build-coverage}
least=90

for tool in clang llvm-profdata llvm-cov; do
    command -v "$tool" >/dev/null || {
        echo "coverage.sh: $tool is not installed (Debian: clang, llvm)" >&2
        exit 3
    }
done
mkdir -p "$build"
build=$(cd "$build" && pwd)
[ -f "$build/build.ninja" ] || CC=clang meson setup "$build" -Dtests=enabled -Doptimization=1 \
    -Dc_args="-fcoverage-mapping -fprofile-instr-generate=$build/profiles/%m%c.profraw -fprofile-update=atomic -mllvm -runtime-counter-relocation" \
    -Dc_link_args=-fprofile-instr-generate
ninja -C "$build"
rm -rf "$build/profiles"
# Counters cost time and space, which some tests bound: that they fail is told, and changes nothing here.
# shellcheck disable=SC2086 # words
meson test -C "$build" $suites --timeout-multiplier 3 ||
    echo "coverage.sh: some tests fail with counters in the programs"

llvm-profdata merge -o "$build/all.profdata" "$build"/profiles/*.profraw
report() { # OPTION...
    llvm-cov report "$build/src/seccompc" -object "$build/src/libseccompc.so" \
        -object "$build/src/load/libseccompc-load.so" -instr-profile "$build/all.profdata" "$@"
}
# Of llvm-cov's columns: the file; lines, those not reached; branches, those not reached.
report -show-branch-summary | awk -v least=$least '
    function percent(all, missed) { return all ? sprintf("%.1f", 100 * (all - missed) / all) : "-" }
    $1 ~ /\.[ch]$/ || $1 == "TOTAL" {
        name = $1
        sub(/.*src\//, "", name)
        printf "%-24s %6d lines %6s %%   %6d branches %6s %%\n", name, $8, percent($8, $9), $11,
            percent($11, $12)
    }
    $1 == "TOTAL" { is_low = percent($8, $9) < least }
    END { exit is_low }'
