#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seccompc-bench: what it writes agrees with itself, and our programs are the smaller ones.
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"

tests=${SCC_SOURCE_ROOT:?the source folder}/tests
corpus=${SCC_SHARED:-$SCC_SOURCE_ROOT/../shared}/corpus
seccompc_itself=$seccompc
seccompc=${SECCOMPC_BENCH:?the path of the program}

agrees() { # FOLDER PROFILES
    checks=$((checks + 1))
    python3 "$tests/check_bench.py" "$1" "$2" || fail "what stands in $1"
}

run 0 --rounds 2 --output builtin
check "the tables are printed and written" 'cmp -s out builtin/benchmarks.md'
agrees builtin 1

run 0 --rounds 1 --no-attach --json some.json --svg some.svg
check "only what was asked for" '[ -s some.json ] && [ -s some.svg ] && [ ! -e benchmarks.csv ]'
check "the reason is told" 'grep -q "Nothing was loaded: --no-attach" out'

# --- every published profile; those that are refused are named
if [ -d "$corpus" ] && [ -n "${SCC_TEST_ROUNDS:-}" ]; then
    echo "SCC_TEST_ROUNDS: the built-in profile alone"
elif [ -d "$corpus" ]; then
    run 0 --rounds 1 --output all "$corpus"/*.json
    says "left out: moby-example.json:30:25: 12345, expected at most 4094"
    agrees all $(($(find "$corpus" -name '*.json' | wc -l) - 1))
else
    [ -z "${SCC_REQUIRE_SHARED:-}" ] || fail "$corpus is missing"
    echo "without $corpus: the built-in profile alone"
fi

# --- strange names
echo '{"defaultAction": "SCMP_ACT_ERRNO"}' >'a<b&c|d,"e.json'
run 0 --rounds 1 --no-attach --output names 'a<b&c|d,"e.json'
agrees names 1

# --- a kernel that says no
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["seccomp"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}' >no.json
if command -v bwrap >/dev/null; then
    "$seccompc_itself" compile -q --export-bpf no.bpf no.json
    checks=$((checks + 1))
    if bwrap --dev-bind / / --seccomp 9 "$seccompc" --rounds 1 >out 2>err 9<no.bpf; then
        says "nothing is loaded: the kernel refuses seccomp(2): Operation not permitted"
    else
        grep -q '^bwrap' err || fail "under a filter: $(cat err)"
        echo "bwrap does not work here: $(cat err)"
    fi
fi

# --- errors
run 2 --rounds 0
says "--rounds 0: expected a number from 1 to"
run 2 --rounds 1x
run 2 --csv -
says "expected a file"
run 2 --outputs x
says "did you mean --output?"
run 2 --csv no.json no.json
run 3 --rounds 1 missing.json
says "missing.json"
echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": 1}' >wrong.json
run 4 --rounds 1 wrong.json
says "every profile was refused"
run 3 --output missing/folder
run 0 --help
check "the help names the options" 'grep -q -- --no-attach out'
finish
