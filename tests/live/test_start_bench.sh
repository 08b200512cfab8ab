#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bench/containers: what it writes agrees with itself, and it tells nothing of containers that fail
# or have another filter than they should have. test_start_bench.sh FOLDER
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC1091
. "$(dirname "$0")/common.sh"
need crun busybox
[ "$(uname -m)" = x86_64 ] || skip "the bench knows amd64 alone"

export SCC_BENCH_BUILD="${SCC_BUILD_ROOT:?the build folder}"
export TMPDIR="$work/tmp"
mkdir "$TMPDIR" bin

bench() { # STATUS ARGUMENT...: its exit status, as few containers as can be
    expected=$1
    shift
    status=0
    "$sources/bench/containers" --sequential 2 --parallel 2 --rounds 1 "$@" >out 2>err || status=$?
    check "bench/containers $*: status $status, $(cat err)" [ $status -eq "$expected" ]
}

says() { # TEXT
    check "says $1: $(cat err)" grep -qF -- "$1" err
}

left_nothing() {
    check "what is left behind" is_equal "$(ls -A "$TMPDIR")" ""
}

# A crun that does COMMANDS first, on the bundle in $bundle, and is then the real one.
replace_crun() { # COMMANDS
    cat >bin/crun <<R
#!/bin/sh
for word; do
    [ "\${last:-}" != --bundle ] || bundle=\$word
    last=\$word
done
[ -z "\${bundle:-}" ] || { $1; }
exec $real_crun "\$@"
R
    chmod +x bin/crun
}

without() { # EXPRESSION: python, on the config
    replace_crun "python3 -c '
import json, sys
config = json.load(open(sys.argv[1]))
$1
json.dump(config, open(sys.argv[1], \"w\"))' \$bundle/config.json"
}

runtimes=crun
! command -v runc >/dev/null || runtimes="crun runc"
bench 0 --output written
check "what is printed is what is written" cmp out written/containers.md
"$SECCOMPC" -q --caps docker --export-bpf program.bpf "$sources/profiles/default.json"
check "the four files" python3 "$here/../check_containers.py" written \
    $(($(wc -c <program.bpf) / 8)) "$runtimes"
left_nothing

# A container that is not what it should be.
real_path=$PATH
real_crun=$(command -v crun)
PATH=$work/bin:$PATH
without 'config.get("annotations", {}).clear()'
bench 3 --runtime crun --output refused
says "crun did not load the program of its annotation"
check "nothing is printed" [ ! -s out ]
check "nothing is written" is_equal "$(ls refused)" ""
without 'config["linux"].pop("seccomp", 0)'
bench 3 --runtime crun
says "expected Seccomp: 2"

# One that fails once it is measured; the first of a variant has the number 0 to 3.
# shellcheck disable=SC2016 # the wrapper's own variable
replace_crun 'case $word in *-2) echo broken >&2; exit 7 ;; esac'
bench 3 --runtime crun
says "a container with slim profile failed: exit status 7"
check "nothing is printed" [ ! -s out ]
left_nothing
PATH=$real_path

# Killed while it measures.
"$sources/bench/containers" --sequential 100000 --runtime crun >out 2>err &
bench_pid=$!
steps=0
until ls "$TMPDIR"/seccompc-bench-*/samples >/dev/null 2>&1 || [ $steps -eq 100 ]; do
    steps=$((steps + 1))
    sleep 0.1
done
sleep 1
kill -TERM $bench_pid
status=0
wait $bench_pid || status=$?
check "killed" is_equal $status 3
left_nothing

bench 2 --sequential 0
says "--sequential 0: expected a number from 1 to 100000"
bench 2 --rounds 1x
bench 2 --runtime podman
says "expected crun or runc"
bench 2 operand
says "operand: expected options alone"
bench 2 --outputs x
bench 0 --help
check "the help names the options" grep -q -- --at-once out
finish
