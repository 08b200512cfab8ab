# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # containers.sh sets some, the tests use the others
# What the tests of podman share; sourced after containers.sh.

use_cgroup2

# The machine's own settings and containers stay out of it.
cp -R /etc/containers etc
mount --bind etc /etc/containers
mkdir -p /etc/containers/containers.conf.d
cat >/etc/containers/containers.conf.d/50-test.conf <<C
[containers]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
runtime = "crun"
[network]
network_config_dir = "$work/network"
C

runtime() {
    timeout 60 podman --root "$work/storage" --runroot "$work/run" --tmpdir "$work/tmp" \
        --storage-driver vfs "$@"
}

# run OPTION... COMMAND...: limits that need no CAP_SYS_RESOURCE, and neither network nor cgroups.
run() {
    runtime run --rm --network none --cgroups disabled --ulimit nofile=1024:2048 \
        --ulimit nproc=1000:1000 "$@"
}

# contain NAME COMMAND...: with the profile in $seccomp; for the capability see rootfs/status.
seccomp=unconfined
contain() {
    shift
    run --security-opt "seccomp=$seccomp" --cap-add SYS_ADMIN localhost/live:1 "$@"
}

# install_profile NAME SECCOMP FILE: starts a container with that profile, reads its filter back.
install_profile() {
    check "$1: starts" run --detach --name live --security-opt "seccomp=$2" localhost/live:1 \
        /bin/sleep 60
    pid=$(runtime inspect --format '{{.State.Pid}}' live)
    bundle_config=$(runtime inspect --format '{{.OCIConfigPath}}' live)
    status=0
    read_back "$1" "$pid" "$3" || status=1
    cp "$bundle_config" started.json
    check "$1: is removed" runtime rm --force --time 0 live
    return $status
}

tar -C rootfs -cf image.tar .
runtime import image.tar localhost/live:1 >error 2>&1 ||
    skip "podman imports no image here: $(cat error)"
