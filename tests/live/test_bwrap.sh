#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The raw program on a descriptor of bubblewrap. test_bwrap.sh FOLDER
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC1091
. "$(dirname "$0")/common.sh"
need bwrap
# shellcheck source-path=SCRIPTDIR source=containers.sh disable=SC1091
. "$here/containers.sh"

# sandbox OPTION... -- COMMAND...
sandbox() {
    timeout 30 bwrap --ro-bind rootfs / --tmpfs /tmp --proc /proc --dev /dev --unshare-all \
        --cap-add CAP_SYS_ADMIN --die-with-parent "$@"
}

# contain NAME COMMAND...: with the program in $program, or none.
program=
contain() {
    shift
    if [ -z "$program" ]; then
        sandbox -- "$@"
    else
        sandbox --seccomp 9 -- "$@" 9<"$program"
    fi
}

show_unfiltered bwrap
for level in $levels; do
    program=docker-O$level.bpf
    show_filtered "bwrap -O$level" moby:0 "$program"

    # The child is the sandbox's first process; what it waits for is on its standard input.
    mkfifo "wait-$level"
    sandbox --seccomp 9 --info-fd 8 -- /bin/sh -c 'read line' \
        9<"$program" 8>"info-$level" <"wait-$level" &
    exec 7>"wait-$level"
    pid=
    for _ in $(seq 100); do
        pid=$(sed -n 's/.*"child-pid": *\([0-9]*\).*/\1/p' "info-$level")
        [ -z "$pid" ] || break
        sleep 0.05
    done
    if read_back "bwrap -O$level" "$pid" "installed-O$level.bpf"; then
        check "bwrap -O$level: what the kernel has is the file" \
            cmp "$program" "installed-O$level.bpf"
    fi
    exec 7>&-
    wait
done

# A descriptor need not be a file's: the program comes through a pipe, which ends where it ends.
piped() { # OPTION...
    "$SECCOMPC" -q --arch amd64 --caps docker --export-bpf - "$@" |
        sandbox --seccomp 0 -- /bin/sh /status
}
for level in $levels; do
    check "bwrap, a pipe -O$level: runs" piped "-O$level"
    cp check.out status
    check "bwrap, a pipe -O$level: /proc/self/status, true and mount" \
        is_equal "$(cat status)" "$filtered_status"
done

# As the README has it: all of this machine's files, and nothing else of a sandbox.
readme() {
    "$SECCOMPC" -q --caps none --export-bpf none.bpf "$sources/profiles/default.json"
    bwrap --dev-bind / / --cap-drop ALL --seccomp 9 grep -E '^(Seccomp|CapEff):' \
        /proc/self/status 9<none.bpf
}
check "bwrap, as the README has it: runs" readme
cp check.out status
check "bwrap, as the README has it: a filter is on, and no capability is left" \
    is_equal "$(cat status)" "$(printf 'CapEff:\t0000000000000000\nSeccomp:\t2')"

# What is no program never becomes a sandbox without a filter.
head -c 12 docker-O2.bpf >short.bpf
program=short.bpf
check "bwrap, a program cut short: does not run" refuse contain bwrap /bin/true
finish
