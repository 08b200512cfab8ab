#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The raw program in crun's annotation, and the slim profile in linux.seccomp. test_crun.sh FOLDER
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC1091
. "$(dirname "$0")/common.sh"
need crun
# shellcheck source-path=SCRIPTDIR source=containers.sh disable=SC1091
. "$here/containers.sh"
use_cgroup2

runtime() {
    timeout 30 crun --root "$work/crun" --cgroup-manager=disabled "$@"
}

# configure COMMAND...: with the profile in $seccomp and the program in $annotation, or none; where
# $rewrites is set, rewritten by seccompc.
seccomp=
annotation=
rewrites=
configure() {
    write_config "$(to_json "$@")" "$seccomp" "$annotation"
    [ -z "$rewrites" ] || rewrite_config
}

contain() { # NAME COMMAND...
    shift
    configure "$@"
    runtime run live
}

# install_filter NAME FILE: starts a container and reads its filter back into FILE.
install_filter() {
    configure /bin/sleep 60
    check "$1: starts" runtime run --detach --pid-file pid live
    status=0
    read_back "$1" "$(cat pid)" "$2" || status=1
    # Only what crun generated itself is kept in its state.
    kept=
    [ ! -f crun/live/seccomp.bpf ] || kept=$(cksum <crun/live/seccomp.bpf)
    check "$1: is deleted" runtime delete --force live
    return $status
}

# show_installed NAME PROGRAM: what the kernel, and crun's own state, have is the file.
show_installed() {
    if install_filter "$1" installed.bpf; then
        check "$1: what the kernel has is the program of seccompc" cmp "$2" installed.bpf
    fi
    if [ -z "$annotation" ] && [ -n "$kept" ]; then
        check "$1: what crun keeps is the program of seccompc" is_equal "$kept" "$(cksum <"$2")"
    fi
}

# shellcheck disable=SC2317 # show_whole calls it
install_profile() { # SECCOMP FILE
    seccomp=$1
    install_filter "crun, $1" "$2"
}

show_unfiltered crun
for level in $levels; do
    annotation=docker-O$level.base64
    show_filtered "crun, annotation -O$level" moby:0 "docker-O$level.bpf"
    show_installed "crun, annotation -O$level" "docker-O$level.bpf"
done

# libseccomp makes the same linear program of the slim profile in crun as in seccompc.
annotation=
seccomp=$slim
show_filtered "crun, slim profile" moby:0 docker-O0.bpf
show_installed "crun, slim profile" docker-O0.bpf
show_whole crun install_profile cmp

# A config that seccompc has rewritten: the program of the whole profile, for each process in it.
rewrites=yes
resolve_default
seccomp=whole.json
show_filtered "crun, seccompc oci" moby:0 docker-O2.bpf
show_installed "crun, seccompc oci" docker-O2.bpf
configure /bin/sleep 60
check "crun, seccompc oci: starts" runtime run --detach --pid-file pid live
check "crun, seccompc oci: exec" runtime exec live /bin/sh /status
cp check.out status
check "crun, seccompc oci: what exec starts is filtered" \
    is_equal "$(cat status)" "$filtered_status"
check "crun, seccompc oci: is deleted" runtime delete --force live

start_bundle crun live
finish
