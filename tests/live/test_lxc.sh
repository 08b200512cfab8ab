#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The exported text as lxc.seccomp.profile of real containers. test_lxc.sh FOLDER
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC1091
. "$(dirname "$0")/common.sh"
need lxc-start lxc-info lxc-stop jq
# shellcheck source-path=SCRIPTDIR source=containers.sh disable=SC1091
. "$here/containers.sh"
mkdir lxc

# configure: the container's settings, with the text in $text, or none. The network is the test's
# own, and all capabilities are kept.
text=
configure() {
    cat >config <<C
lxc.rootfs.path = dir:$work/rootfs
lxc.uts.name = live
lxc.net.0.type = empty
lxc.apparmor.profile = unconfined
lxc.mount.auto = proc:rw
lxc.tty.max = 0
lxc.pty.max = 1
$([ -z "$text" ] || echo "lxc.seccomp.profile = $text")
C
}

lxc() { # COMMAND OPTION...
    command=$1
    shift
    timeout 30 "lxc-$command" --lxcpath "$work/lxc" --name live "$@"
}

# contain NAME COMMAND...: the container's output reaches no pipe, so it goes by a file.
contain() {
    shift
    configure
    rm -f rootfs/out
    lxc start --rcfile config --foreground --logfile log -- \
        /bin/sh -c 'exec "$@" >/out 2>&1' sh "$@" 2>&1 || {
        cat log rootfs/out
        return 1
    }
    cat rootfs/out
}

# install_text NAME FILE: starts a container and reads its filter back into FILE.
install_text() {
    configure
    check "$1: starts" lxc start --rcfile config --daemon --logfile log -- /bin/sleep 60
    pid=$(lxc info --pid --no-humanize)
    status=0
    read_back "$1" "$pid" "$2" || status=1
    check "$1: is stopped" lxc stop --kill
    return $status
}

is_no() { # COMMAND...: its answer is "no", status 1
    if "$@"; then return 1; else [ $? -eq 1 ]; fi
}

# Each line of seccompc diff, those that only go on being joined, must begin with one of the words.
differs_only() { # PATTERN FILE
    sed -e ':a' -e '$!N' -e 's/\n      */ /' -e 'ta' -e 'P' -e 'D' "$2" >lines
    ! grep -v -E "^($1)" lines
}

# show_text NAME TABLE PROFILE: the filter that LXC makes of the text is what the text says, which
# differs from the profile in one thing alone: on x86, calls that socketcall and ipc make too have
# no rule by name, so that they get the default action.
show_text() {
    title="lxc, $1"
    text=$work/$1.lxc
    check "$title: compiles" "$SECCOMPC" -q --arch amd64 --caps docker --export-lxc "$text" \
        --export-bpf whole.bpf "$3"
    check "$title: allows no more than the profile" "$SECCOMPC" within --arch amd64 whole.bpf "$text"
    check "$title: differs from the profile" is_no "$SECCOMPC" diff --arch amd64 whole.bpf "$text"
    cp check.out differences
    check "$title: differs in calls behind doors of x86 alone" \
        differs_only "less  x86:|other x86:" differences
    install_text "$title" installed.bpf || skip_rest "what LXC installed cannot be known"
    check "$title: what the kernel has is what the text says, proved" \
        "$SECCOMPC" verify --arch amd64 --as-libseccomp installed.bpf "$text"
    show_filtered "$title" "$2" installed.bpf
}

show_unfiltered lxc
show_text default lxc-moby,moby:0 "$sources/profiles/default.json"

# The proof can say no.
grep -v '^chdir ' "$text" >less.lxc
check "lxc, a rule less: the filter is another one" is_no "$SECCOMPC" verify --arch amd64 \
    --as-libseccomp installed.bpf less.lxc

# Where the profile does not allow socketcall and ipc whatever they make, rules on what they make
# count there by the call's number.
jq '.syscalls[].names -= ["socketcall", "ipc"] | .syscalls += [{
        "names": ["socketcall"],
        "action": "SCMP_ACT_ALLOW",
        "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}]
    }]' "$sources/profiles/default.json" >doors.json
show_text doors lxc-moby,moby:0 doors.json
check "lxc, doors: socketcall is decided by its first argument" \
    grep -qx 'socketcall allow \[0,2,SCMP_CMP_EQ\]' "$text"

# This one's default is ENOSYS, and it leaves mount to the capabilities.
if has_corpus; then
    filtered_status=$(printf 'true works\nSeccomp:\t2\nmount works')
    show_text common lxc-common,common:0 "$corpus/containers-common-2025-08.json"
fi

# What LXC and libseccomp refuse is no container at all: nothing runs without a filter.
printf '2\nallowlist errno 1\n[all]\nread log\n' >wrong.lxc
text=$work/wrong.lxc
check "lxc, an action that it does not have: does not start" refuse contain wrong /bin/true
check "seccompc refuses it too" refuse "$SECCOMPC" diff --arch amd64 wrong.lxc default.lxc
finish
