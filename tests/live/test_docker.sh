#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Docker takes the slim profile: with --security-opt, and as the daemon's default, for the same filter as
# from the whole profile. test_docker.sh FOLDER
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC1091
. "$(dirname "$0")/common.sh"
need dockerd docker runc
# shellcheck source-path=SCRIPTDIR source=containers.sh disable=SC1091
. "$here/containers.sh"

# The machine's own daemon, images and containers stay out of it: all is in the working folder, and
# what the daemon starts ends with this test's namespaces.
export DOCKER_HOST="unix://$work/docker.sock" DOCKER_CONFIG="$work/client"
daemon=
start_daemon() {
    mount -t tmpfs none /run
    dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/docker.pid" \
        --host "$DOCKER_HOST" --iptables=false --ip6tables=false --bridge=none \
        --storage-driver vfs --config-file "$work/daemon.json" >>dockerd.log 2>&1 &
    daemon=$!
    tries=0
    until docker version >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ] || ! kill -0 "$daemon" 2>/dev/null; then
            skip_rest "dockerd does not start here: $(tail -n 3 dockerd.log)"
        fi
        sleep 0.1
    done
}
stop_daemon() {
    kill "$daemon"
    wait "$daemon" || true
    umount -l /run
}

# contain NAME COMMAND...: with the profile in $seccomp, or the daemon's where it is empty.
seccomp=unconfined
contain() {
    shift
    timeout 60 docker run --rm --network none --cap-add SYS_ADMIN \
        ${seccomp:+--security-opt "seccomp=$seccomp"} live:1 "$@"
}

# install_filter NAME FILE OPTION...: starts a container, reads its filter back.
install_filter() {
    title=$1
    file=$2
    shift 2
    check "$title: starts" timeout 60 docker run --detach --name live --network none "$@" live:1 \
        /bin/sleep 60
    status=0
    read_back "$title" "$(docker inspect --format '{{.State.Pid}}' live)" "$file" || status=1
    check "$title: is removed" timeout 60 docker rm --force live
    return $status
}

echo '{}' >daemon.json
start_daemon
tar -C rootfs -cf image.tar .
docker import image.tar live:1 >error 2>&1 || skip "docker imports no image here: $(cat error)"
show_unfiltered docker

# runc puts its stub in front; the slim profile gives the same filter as the whole one.
seccomp=$slim
install_filter "docker, slim profile" slim.bpf --security-opt "seccomp=$slim" ||
    skip_rest "what docker installed cannot be known"
check "docker, slim profile: proved" "$SECCOMPC" verify --arch amd64 --caps docker --enosys runc \
    --as-libseccomp slim.bpf "$slim"
show_filtered "docker, slim profile" runc,moby:0 slim.bpf
install_filter "docker, whole profile" whole.bpf \
    --security-opt "seccomp=$sources/profiles/default.json" || true
check "docker: the same filter from the whole profile" "$judge" --same whole.bpf slim.bpf
stop_daemon

# As the daemon's default, in the file that its users edit.
echo "{\"seccomp-profile\": \"$slim\"}" >daemon.json
start_daemon
install_filter "docker, daemon.json" daemon.bpf || true
check "docker, daemon.json: the same filter" "$judge" --same slim.bpf daemon.bpf
stop_daemon
finish
