#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs in this machine's kernel: each call is answered as the table of cases and the simulator
# say. test_kernel.sh FOLDER PROBE
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC1091
. "$(dirname "$0")/common.sh"
probe=$programs/${2:?the name of the probe}
[ -x "$probe" ] || skip "$2 was not built: no compiler for its architecture"
for calls in table all; do
    timeout 60 "$probe" $calls >unfiltered-$calls 2>error ||
        skip "this kernel does not run $2: $(cat error)"
done
grep '^#' unfiltered-all || true

# show_profile TABLE LABEL [PROFILE]: a profile for three sets of capabilities, at both levels.
show_profile() {
    table=$1
    label=$2
    shift 2
    column=0
    for caps in docker none all; do
        for level in $levels; do
            show_program "$table:$column" "$label $caps -O$level" all "-O$level" --caps "$caps" "$@"
        done
        column=$((column + 1))
    done
}

# show_program TABLE LABEL CALLS OPTION...: one program.
show_program() {
    table_column=$1
    title=$2
    calls=$3
    shift 3
    check "$title: compiles" "$SECCOMPC" -q --arch amd64 --export-bpf program.bpf "$@"
    check "$title: is loaded" timeout 60 "$probe" --load program.bpf "$calls"
    cp check.out filtered
    judged "$title" "$table_column" program.bpf "unfiltered-$calls" filtered
}

show_profile moby "built-in"
show_program hard,moby:0 "built-in docker -O2 --harden" all --harden --caps docker

# Numbers that the profile's author could not know, and calls that an old libseccomp does not know.
show_program written,moby:0 "--enosys profile" table
show_program runc,moby:0 "--enosys runc" all --enosys runc
show_program written,runc:0 "--enosys runc, young calls" table --enosys runc
show_program kernel,moby:0 "--enosys kernel" all --enosys kernel
show_program kernel,moby:0 "--enosys kernel, an old author" all --enosys kernel --profile-kernel 5.10

# What no other program decides: the words of the answers themselves.
"$SECCOMPC" -q -O1 --arch amd64 --export-bpf docker.bpf
"$SECCOMPC" -q -O1 --arch amd64 --caps all --export-bpf all.bpf
check "the built-in program is loaded" timeout 60 "$probe" --load docker.bpf table
cp check.out docker
expect() { # LABEL ABI ANSWER
    check "$1 of $2 is answered $3" is_equal "$(answer "$1" "$2" docker)" "$3"
}
if [ "$2" = probe_x86_64 ]; then
    abis="x86_64 x86"
    # A known hole of the profile: the kernel reads 32 bits of the family, the filter 64. --harden
    # closes it, and that alone.
    vsock=$(answer "socket(AF_VSOCK)" x86_64 unfiltered-table)
    expect "socket(AF_VSOCK, high word)" x86_64 "$vsock"
    "$SECCOMPC" -q --harden --arch amd64 --export-bpf hard.bpf
    check "the hardened program is loaded" timeout 60 "$probe" --load hard.bpf table
    cp check.out hardened
    for hole in "socket(AF_VSOCK, high word)" "socket(AF_ALG, high word)"; do
        check "$hole is answered EPERM, hardened" is_equal "$(answer "$hole" x86_64 hardened)" EPERM
    done
    unix=$(answer "socket(AF_UNIX, high word)" x86_64 unfiltered-table)
    check "and AF_UNIX as without a filter" \
        is_equal "$(answer "socket(AF_UNIX, high word)" x86_64 hardened)" "$unix"
    expect "x32 mount" x86_64 EPERM
    expect "a skipped call" x86_64 EPERM
else
    abis=x86
fi
for abi in $abis; do
    [ -n "$(answer getppid "$abi" unfiltered-table)" ] || continue
    expect getppid "$abi" ok
    expect mount "$abi" EPERM
    expect clone3 "$abi" ENOSYS
    expect "clone(NEWUSER)" "$abi" EPERM
    expect "socket(AF_UNIX)" "$abi" ok
    expect "socket(AF_ALG)" "$abi" EPERM
    expect "socket(AF_VSOCK)" "$abi" EPERM
    expect "personality(0)" "$abi" ok
    expect "personality(1)" "$abi" EPERM
done

# The judge can say no: to another program's answers, another table's, and a probe cut short.
check "other capabilities' program" refuse "$judge" all.bpf unfiltered-table docker
check "other capabilities' column" refuse "$judge" --table moby:2 docker.bpf unfiltered-table docker
check "no filter at all" refuse "$judge" docker.bpf unfiltered-table unfiltered-table
sed '$d' docker >short
check "a probe that ended early" refuse "$judge" docker.bpf unfiltered-table short

for level in $levels; do
    # The 32-bit probe itself would not survive this one.
    [ "$2" = probe_x86 ] ||
        show_program native:0 "x86_64 alone -O$level" table "-O$level" "$here/native.json"
    show_program doors:0 "socketcall and ipc -O$level" table "-O$level" "$here/doors.json"
done

if ! has_corpus; then
    [ "$failures" -eq 0 ] || finish
    echo "$checks checks, none failed"
    exit 77
fi
show_profile moby "Docker's" "$corpus/moby-2026-06.json"
show_profile common "Podman's" "$corpus/containers-common-2025-08.json"
finish
