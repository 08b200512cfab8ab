#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes tests/fuzz/corpus anew of itself and of what fuzzing grew: tests/fuzz/keep.sh [-o FOLDER] [TARGET...]
#   -o FOLDER   where run.sh has been working; build-fuzz unless told
# Kept is what it takes to reach every edge once more, the smallest inputs first; how often an input
# goes round a loop does not count, or thousands of files would be kept. An input with a name, not a
# hash, stays: it showed a fault, or begins what fuzzing goes on from.
set -eu
cd "$(dirname "$0")/../.."

build='build-fuzz'
while getopts o:h option; do
    case $option in
    o) build=$OPTARG ;;
    *)
        sed -n '3,4s/^# \{0,1\}//p' "$0"
        [ "$option" = h ] && exit 0
        exit 2
        ;;
    esac
done
shift $((OPTIND - 1))
# shellcheck disable=SC2046 # a list of words
[ $# -gt 0 ] || set -- $(tests/fuzz/run.sh -l)

for target in "$@"; do
    kept=$build/kept/$target
    rm -rf "$kept"
    mkdir -p "$kept" "$build/grown/$target"
    "$build/tests/fuzz/fuzz_$target" -merge=1 -use_counters=0 -max_len=4096 -timeout=20 "$kept" \
        "tests/fuzz/corpus/$target" "$build/grown/$target" >"$build/keep-$target.log" 2>&1 || {
        tail -n 20 "$build/keep-$target.log" >&2
        exit 1
    }
    find "tests/fuzz/corpus/$target" -type f -regextype egrep -regex '.*/[0-9a-f]{12,40}' -delete
    cp "$kept"/* "tests/fuzz/corpus/$target/"
    printf '%-12s %5d inputs, %s\n' "$target" "$(find "$kept" -type f | wc -l)" \
        "$(du -bhs "$kept" | cut -f1)"
done
