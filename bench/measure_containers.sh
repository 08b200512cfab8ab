#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The measuring part of bench/containers, in namespaces of its own for processes and mounts:
# measure_containers.sh ROOT BUILD WORK SEQUENTIAL PARALLEL AT_ONCE ROUNDS "RUNTIME ..."
# Prints the lines that bench/starts.h describes.
set -eu
root=$1 build=$2 work=$3 sequential=$4 parallel=$5 at_once=$6 rounds=$7 runtimes=$8
seccompc=$build/src/seccompc
profile=$root/profiles/default.json
prefix=$(basename "$work")

fail() {
    echo "bench/containers: $*" >&2
    exit 3
}

# What is measured are the runtimes, not a disk: bundles and the runtimes' state are in memory.
enter_memory() {
    mount -t tmpfs -o mode=700 seccompc-bench "$work"
    cd "$work"
}

make_rootfs() {
    mkdir -p rootfs/bin rootfs/dev rootfs/proc rootfs/sys rootfs/etc rootfs/tmp
    cp "$(command -v busybox)" rootfs/bin/
    for applet in true grep sleep; do
        ln -s busybox rootfs/bin/$applet
    done
}

# What the variants are made of: full.json, slim.json, program.bpf. The report is standard error.
compile() {
    "$seccompc" --json --caps docker --export-oci slim.json --export-bpf program.bpf "$profile" \
        2>report.json || fail "$profile: $(cat report.json)"
    caps=$(python3 -c 'import json; print(*json.load(open("report.json"))["targets"][0]["capabilities"])')
    # shellcheck disable=SC2086 # a list of words
    python3 "$root/tests/live/whole_oci.py" "$profile" $caps >full.json
}

variants="none full slim program"

# bundles/COMMAND/VARIANT, for the commands check, sleep and true.
make_bundles() { # RUNTIME
    rm -f config.json
    "$1" spec
    python3 "$root/bench/bundles.py" "$work/rootfs" report.json full.json slim.json program.bpf \
        bundles <config.json
}

# Each runtime keeps its state here, and crun leaves the machine's cgroups alone.
command_of() { # RUNTIME
    case $1 in
    crun) echo "crun --root $work/crun --cgroup-manager=disabled" ;;
    runc) echo "runc --root $work/runc" ;;
    esac
}

# crun 1.8 refuses a hierarchy of cgroups that is not of version 2 alone.
use_cgroup2() {
    umount -R /sys/fs/cgroup
    mount -t cgroup2 none /sys/fs/cgroup
}

# The mode of seccomp(2) in which a variant's container says to be.
check_mode() { # RUNTIME VARIANT
    found=$($(command_of "$1") run --bundle "bundles/check/$2" "$prefix-check" </dev/null) ||
        fail "$1 starts no container with variant $2"
    case $2 in
    none) expected=0 ;;
    *) expected=2 ;;
    esac
    [ "$(echo "$found" | tr -d '[:space:]')" = "Seccomp:$expected" ] ||
        fail "$1, variant $2: expected Seccomp: $expected in the container, found '$found'"
}

# The filter that the kernel has in a variant's container, as kernel-VARIANT.bpf.
read_back() { # RUNTIME VARIANT
    runtime=$(command_of "$1")
    $runtime run --detach --pid-file "$work/pid" --bundle "bundles/sleep/$2" "$prefix-check" \
        </dev/null >&2 || fail "$1, variant $2: no container in the background"
    status=0
    "$build/bench/readback" "$(cat pid)" >"kernel-$2.bpf" || status=$?
    $runtime delete --force "$prefix-check"
    case $status in
    0) ;;
    77) fail "this kernel (without CONFIG_CHECKPOINT_RESTORE) does not tell which filter is on" ;;
    *) fail "$1, variant $2: its filter is not known" ;;
    esac
}

# What it has is what the variant is to have: crun the program where it is handed one, and
# otherwise what libseccomp makes of the profile, which runc puts behind its stub.
check_filter() { # RUNTIME VARIANT
    case $1,$2 in
    crun,program)
        cmp -s program.bpf "kernel-$2.bpf" || fail "crun did not load the program of its annotation"
        return
        ;;
    crun,*) enosys=profile ;;
    runc,*) enosys=runc ;;
    esac
    "$seccompc" verify -q --caps docker --enosys "$enosys" --as-libseccomp "kernel-$2.bpf" "$profile" ||
        fail "$1, variant $2: the kernel's filter is not the profile's"
}

check_variant() { # RUNTIME VARIANT
    check_mode "$1" "$2"
    : >"kernel-$2.bpf"
    if [ "$2" != none ]; then
        read_back "$1" "$2"
        check_filter "$1" "$2"
    fi
    printf 'instructions\t%s\t%d\n' "$2" $(($(wc -c <"kernel-$2.bpf") / 8))
}

measure() { # RUNTIME
    printf 'runtime\t%s\t%s\n' "$1" "$("$1" --version | head -n 1)"
    make_bundles "$1"
    for variant in $variants; do
        check_variant "$1" "$variant"
    done
    # shellcheck disable=SC2046 # a list of words
    "$build/bench/start-bench" "$sequential" "$parallel" "$at_once" "$rounds" bundles/true "$prefix" \
        $(command_of "$1") || fail "$1: a container failed, or hung"
}

enter_memory
make_rootfs
compile
printf 'parallel\t%d\t%d\t%d\n' "$parallel" "$at_once" "$rounds"
for runtime in $runtimes; do
    if ! command -v "$runtime" >/dev/null; then
        printf 'missing\t%s\tnot installed\n' "$runtime"
        continue
    fi
    [ "$runtime" != crun ] || use_cgroup2
    measure "$runtime"
done
