#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is written does not depend on the installed libseccomp: under a newer and an older one the same
# input gives the same bytes, and where nothing is to be told about libseccomp it is not even called.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"

other=${OTHER_LIBSECCOMP:?the library to preload}
profile=$SCC_SOURCE_ROOT/profiles/default.json
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0

# under KIND STATUS ARGUMENT...: runs the command with another libseccomp.
under() {
    local kind=$1
    shift
    export LIBSECCOMP_IS=$kind LD_PRELOAD=$other
    run "$@"
    unset LIBSECCOMP_IS LD_PRELOAD
}

# lost: the names that the report says libseccomp would have lost, one a line.
lost() {
    tr -s '\n ' ' ' <err | sed -nE '/would have lost/ { s/.*would have lost //; s/ (warning|wrote) .*//p }' |
        sed 's/([^)]*)//g' | tr -s ' ' '\n'
}

# The other library stands in for each function that the command calls.
nm -D --undefined-only "$seccompc" | sed -nE 's/.* (seccomp_[a-z_]+).*/\1/p' | sort >called
nm -D --defined-only "$other" | sed -nE 's/.* (seccomp_[a-z_]+).*/\1/p' | sort >replaced
check "the command calls libseccomp" '[ -s called ]'
check "each of its functions is replaced" '[ -z "$(comm -23 called replaced)" ]'

everything() { # KIND OUTPUT...: the outputs of a profile in each way of reading
    local kind=$1 arch mode
    mkdir "$kind"
    for arch in amd64 arm64 s390x mips64; do
        for mode in profile runc kernel; do
            under "$kind" 0 --arch $arch --kernel 6.18 --enosys $mode --export-bpf "$kind/$arch-$mode.bpf" \
                --export-header "$kind/$arch-$mode.h" --export-blob "$kind/$arch-$mode.blob" "$profile"
        done
        under "$kind" 0 --arch $arch --kernel 6.18 --export-oci "$kind/$arch.json" "$profile"
    done
}
everything installed
for kind in newer older; do
    everything $kind
    check "the same bytes under a $kind libseccomp" "diff -r installed $kind >difference"
done
check "the ways of reading give other programs" '! cmp -s installed/amd64-profile.bpf installed/amd64-kernel.bpf'

# What libseccomp alone would have lost is told.
under older 0 --arch amd64 --kernel 6.18 --stats "$profile"
says "libseccomp 2.5.0"
check "an older one would lose more" 'lost | grep -qx openat2'
under newer 0 --arch amd64 --kernel 6.18 --stats "$profile"
says "libseccomp 2.6.1"
run 0 --arch amd64 --kernel 6.18 --stats "$profile"
if grep -q "libseccomp 2.5.4" err; then
    printf '%s\n' getxattrat listmount listxattrat map_shadow_stack mseal removexattrat setxattrat \
        statmount uretprobe | sort >expected
    lost | grep . | sort >found
    check "the names that Debian 12 loses of docker's profile" 'diff expected found >&2'
fi

# The time that all targets have together is counted, also where nobody tells how a child ended. (The
# first is ended a little before its time is over, and what is left is a second one's.)
LIBSECCOMP_IS=endless LD_PRELOAD=$other env --ignore-signal=CHLD "$seccompc" --stats --arch amd64 \
    --arch arm64 --arch s390x --arch riscv64 --kernel 6.18 "$profile" >out 2>err
status=$?
check "a program, without libseccomp's" '[ $status -eq 0 ]'
check "no more than two have begun" '[ "$(grep -c begins err)" -le 2 ]'
check "and one at least" 'grep -q begins err'

# Without a report there is nothing to ask libseccomp for.
under unused 0 -q --arch amd64 --export-bpf unused.bpf --kernel 6.18 "$profile"
check "the same program" 'cmp unused.bpf installed/amd64-profile.bpf'
under unused 0 --no-crosscheck --arch amd64 --export-blob unused.blob --kernel 6.18 "$profile"
under unused 0 verify -q --arch amd64 unused.bpf "$profile"
export LIBSECCOMP_IS=unused LD_PRELOAD=$other
"$seccompc" -q --arch amd64 -O0 --export-bpf linear.bpf "$profile" >out 2>err
status=$?
unset LIBSECCOMP_IS LD_PRELOAD
check "libseccomp's own program calls it" '[ $status -ne 0 ]'

finish
