#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The slim profile in runc's linux.seccomp. test_runc.sh FOLDER
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC1091
. "$(dirname "$0")/common.sh"
need runc
# shellcheck source-path=SCRIPTDIR source=containers.sh disable=SC1091
. "$here/containers.sh"

# Its name is the folder of its cgroup, which is the machine's.
container=$(basename "$work")
runtime() {
    timeout 30 runc --root "$work/runc" "$@"
}
trap 'runtime delete --force "$container" 2>/dev/null || true' EXIT

# contain NAME COMMAND...: with the profile in $seccomp, or none.
seccomp=
rewrites=
contain() {
    shift
    write_config "$(to_json "$@")" "$seccomp"
    [ -z "$rewrites" ] || rewrite_config
    runtime run "$container"
}

install_profile() { # SECCOMP FILE
    write_config "$(to_json /bin/sleep 60)" "$1"
    [ -z "$rewrites" ] || rewrite_config
    check "runc, $1: starts" runtime run --detach --pid-file pid "$container" </dev/null
    status=0
    read_back "runc, $1" "$(cat pid)" "$2" || status=1
    check "runc, $1: is deleted" runtime delete --force "$container"
    return $status
}

is_no() { # COMMAND...: its answer is "no", status 1
    if "$@"; then return 1; else [ $? -eq 1 ]; fi
}

show_unfiltered runc
seccomp=$slim
install_profile "$slim" installed.bpf || skip_rest "what runc installed cannot be known"

# runc puts a stub of its own before libseccomp's program: numbers above all that the profile names
# answer ENOSYS.
bytes=$(wc -c <docker-O0.bpf)
tail -c "$bytes" installed.bpf >tail.bpf
check "runc: behind its stub, the kernel has the program of seccompc" cmp docker-O0.bpf tail.bpf
check "runc: with its stub, proved" "$SECCOMPC" verify --arch amd64 --caps docker --enosys runc \
    --as-libseccomp installed.bpf "$slim"
check "runc: without its stub it is another program" is_no "$SECCOMPC" verify --arch amd64 \
    --caps docker --as-libseccomp installed.bpf "$slim"
echo "runc: a stub of $((($(wc -c <installed.bpf) - bytes) / 8)) instructions"
show_filtered "runc, slim profile" runc,moby:0 installed.bpf
# The stub has its architectures in any order, a new one each time.
show_whole runc install_profile "$judge" --same

# A config that seccompc has rewritten: runc builds its filter from the slim profile in it.
rewrites=yes
resolve_default
seccomp=whole.json
install_profile whole.json rewritten.bpf
check "runc, seccompc oci: the same filter as from the whole profile" \
    "$judge" --same installed.bpf rewritten.bpf
check "runc, seccompc oci: the config has the slim profile" is_equal \
    "$(python3 -c 'import json; print(json.load(open("config.json"))["linux"]["seccomp"] ==
json.load(open("slim.json")))')" True
show_filtered "runc, seccompc oci" runc,moby:0 rewritten.bpf

start_bundle runc "$container"
finish
