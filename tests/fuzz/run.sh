#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes: tests/fuzz/run.sh [-r RUNS | -t SECONDS] [-j JOBS] [-o FOLDER] [TARGET...]
#   -r RUNS     so many inputs for each target, the same ones where FOLDER is new; 2000 unless told
#   -t SECONDS  so long for each target
#   -j JOBS     so many targets at once; 1 unless told
#   -o FOLDER   where it builds and keeps what it finds; build-fuzz unless told
#   -l          lists the targets, and that is all
# What reaches new code is kept in FOLDER/grown/TARGET, for the next time too; an input that shows a
# fault in FOLDER/found. Ends with 1 where there is one.
set -eu
cd "$(dirname "$0")/../.."

limit=-runs=2000
seed=-seed=1
jobs=1
build='build-fuzz'
targets() {
    sed -n "/^fuzz_targets/,/^]/s/^  '\(.*\)',/\1/p" tests/fuzz/meson.build
}
usage() {
    sed -n '3,8s/^# \{0,1\}//p' "$0"
}
while getopts r:t:j:o:lh option; do
    case $option in
    r) limit=-runs=$OPTARG ;;
    t)
        limit=-max_total_time=$OPTARG
        seed=
        ;;
    j) jobs=$OPTARG ;;
    o) build=$OPTARG ;;
    l)
        targets
        exit 0
        ;;
    h)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done
shift $((OPTIND - 1))
case ${limit#*=}$jobs in
*[!0-9]* | '')
    usage >&2
    exit 2
    ;;
esac
for target in "$@"; do
    targets | grep -qx -- "$target" || {
        echo "tests/fuzz/run.sh: $target: no such target (-l lists them)" >&2
        exit 2
    }
done

[ -f "$build/build.ninja" ] || CC=clang meson setup "$build" -Dfuzz=enabled -Dtests=auto \
    -Db_sanitize=address,undefined -Db_lundef=false
# shellcheck disable=SC2046 # a list of words
[ $# -gt 0 ] || set -- $(targets)
for target in "$@"; do
    programs="${programs-} tests/fuzz/fuzz_$target"
done
# shellcheck disable=SC2086 # a list of words
ninja -C "$build" $programs >"$build/fuzz-build.log" || {
    tail -n 40 "$build/fuzz-build.log" >&2
    exit 3
}

# An input takes at most 25 seconds by the clock and 1 GiB; a refused allocation is an answer, not a
# fault.
export ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
fuzz_one() { # TARGET
    target=$1
    grown=$build/grown/$target
    mkdir -p "$grown" "$build/found"
    words=
    [ ! -f "tests/fuzz/$target.dict" ] || words=-dict=tests/fuzz/$target.dict
    status=0
    # Choosing inputs by their entropy takes longer than an input does.
    # shellcheck disable=SC2086 # options, some of them empty
    "$build/tests/fuzz/fuzz_$target" $limit $seed $words -entropic=0 -max_len=4096 -timeout=25 \
        -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix="$build/found/$target-" \
        "$grown" "tests/fuzz/corpus/$target" >"$build/fuzz-$target.log" 2>&1 || status=1
    awk -v target="$target" '
        / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "ft:") ft = $(i + 1) } }
        /number_of_executed_units/ { runs = $2 }
        /peak_rss_mb/ { rss = $2 }
        END { printf "%-12s %10d runs, %6d edges, %6d features, %d MiB\n", target, runs, cov, ft, rss }
    ' "$build/fuzz-$target.log"
    [ $status -eq 0 ] || {
        grep -v '^#' "$build/fuzz-$target.log" | tail -n 60
        ls "$build"/found/"$target"-* 2>/dev/null
    } >&2
    return $status
}

status=0
running=0
for target in "$@"; do
    if [ $running -ge "$jobs" ]; then
        wait -n || status=1
        running=$((running - 1))
    fi
    fuzz_one "$target" &
    running=$((running + 1))
done
while [ $running -gt 0 ]; do
    wait -n || status=1
    running=$((running - 1))
done
exit $status
