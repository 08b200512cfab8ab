#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs on their own kernels: run.sh BUILD [--record FOLDER] MACHINE...
#
# BUILD is a build directory (its programs are made by `ninja`); kernels are downloaded to
# BUILD/arch and kept. MACHINE is one of machines.sh, "here" for this machine's kernel, or "all" for
# every one of them. What was counted is put into the tables in FOLDER: see record.py.
#
# The working folder of each machine stays where SCC_KEEP is set.
#
# Exit status: 0 all answers were as they should be; 1 not, or a machine did not come to its end; 77
# nothing was shown of at least one machine, whose reason is told, and the others were right.
set -eu

# shellcheck source-path=SCRIPTDIR source=machines.sh disable=SC1091
. "$(dirname "$0")/machines.sh"
# shellcheck source-path=SCRIPTDIR source=../skip.sh disable=SC1091
. "$(dirname "$0")/../skip.sh"
here=$(cd "$(dirname "$0")" && pwd)
sources=$(cd "$here/../../.." && pwd)
build=$(cd "${1:?the build directory}" && pwd)
shift
record=
if [ "${1:-}" = --record ]; then
    record=$(realpath "${2:?the folder to record to}")
    shift 2
fi
: "${1:?a machine: $machines here all}"
seccompc=$build/src/seccompc
table=$build/tests/live/arch/arch_table
spoil=$build/tests/live/arch/arch_spoil
corpus=${SCC_SHARED:-$sources/../shared}/corpus
# How long a machine may run: emulated, on a host that has other work to do.
boot_seconds=${SCC_BOOT_SECONDS:-600}
# The one published profile that the compiler must refuse: it has an errno that no kernel has.
refused=moby-example
# What a blob of every architecture has.
blob_targets="x86_64 x86 aarch64 arm s390x ppc64le mipsel64 mipsel mips64 ppc64 riscv64 loongarch64"

die() {
    echo "FAIL: $1"
    exit 1
}

# build_probe ABI: the probe and the loader's library in it, built for an ABI, once.
build_probe() {
    probe=$build/arch/probes/$1
    # shellcheck disable=SC2046 # words of a command
    set -- $(compiler "$1")
    command -v "$1" >/dev/null || skip "$1 is not installed"
    # shellcheck disable=SC2012 # names of our own
    newest=$(ls -t "$probe" "$here"/probe.c "$here"/plan.h "$here"/../raw_call.[ch] \
        "$here/machines.sh" "$sources"/src/load/* "$sources"/src/kernel.[ch] \
        "$sources"/include/seccompc/* 2>/dev/null | head -n 1)
    [ "$newest" != "$probe" ] || return 0
    printf '%s\n' '#include <linux/filter.h>' '#include <stdio.h>' 'int main(void) { return 0; }' |
        "$@" -static -x c -o empty - 2>error ||
        skip "$* makes no static program: $(grep -m 1 'error\|cannot' error)"
    mkdir -p "$build/arch/probes"
    "$@" -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O2 -Wall -Wextra -Werror \
        -fno-stack-protector -fno-pie -no-pie -static "-I$sources/include" \
        -o "$probe.$$" "$here/probe.c" "$here/../raw_call.c" \
        "$sources"/src/load/*.c "$sources/src/kernel.c" ||
        die "the probe cannot be built with $*"
    mv "$probe.$$" "$probe"
}

# add KIND NAME PROFILE CAPS READING OPTION...: a program, made by the command itself.
add() {
    kind=$1 name=$2 profile=$3 caps=$4 reading=$5
    shift 5
    file=$PWD/$name.bpf
    set -- -q --arch "$target" --kernel "$release" --caps "$caps" --export-bpf "$file" "$@"
    [ "$profile" = - ] || set -- "$@" "$profile"
    result=0
    "$seccompc" "$@" 2>error || result=$?
    case $result in
    0) ;;
    4)
        [ "$profile" = "$corpus/$refused.json" ] || die "$(cat error)"
        echo "  left out: $(cat error)"
        return 0
        ;;
    *)
        cat error
        die "seccompc $*"
        ;;
    esac
    echo "$kind $name $file $profile $caps $reading" >>manifest
}

add_programs() {
    profiles=-
    if [ -d "$corpus" ]; then
        profiles="- $corpus/*.json"
    else
        echo "  $corpus is not here: its profiles are left out"
        [ -z "${SCC_REQUIRE_SHARED:-}" ] || die "SCC_REQUIRE_SHARED is set"
    fi
    for profile in $profiles; do
        for caps in none docker all; do
            short=$(basename "$profile" .json)
            [ "$profile" != - ] || short=built-in
            add program "$short,$caps" "$profile" $caps plain
        done
    done
    add program rules "$here/rules.json" docker plain
    for level in 0 1; do
        # libseccomp's own programs, of a profile all of whose names an old one knows.
        [ ! -d "$corpus" ] ||
            add program "libseccomp-O$level" "$corpus/moby-2021-01.json" docker plain "-O$level"
    done
    add program hardened - docker harden --harden
    add program runc - docker runc --enosys runc
    add program kernel - docker kernel --enosys kernel
}

# Blobs of every architecture, of this kernel's alone, and of all that it does not run.
add_blobs() { # FOLDER
    foreign=
    for other in $blob_targets; do
        case " $probes " in
        *" $other "*) ;;
        *) foreign="$foreign --arch $other" ;;
        esac
    done
    # shellcheck disable=SC2046,SC2086 # words
    add_blob "$1/blob-0" $(printf ' --arch %s' $blob_targets)
    add_blob "$1/blob-1" --arch "$target"
    # shellcheck disable=SC2086 # words
    add_blob "$1/blob-2" $foreign
    place=$("$seccompc" verify --json "$1/blob-0" | python3 -c '
import json, sys
print([entry["architecture"] for entry in json.load(sys.stdin)["entries"]].index(sys.argv[1]))
' "$target")
    echo "blob 0 $place - all plain
blob 1 0 - all plain
blob 2 none - all plain" >>manifest
}

add_blob() { # FILE OPTION...
    file=$1
    shift
    "$seccompc" -q --caps all --kernel "$release" --export-blob "$file" "$@" ||
        die "seccompc --export-blob $*"
    chmod 644 "$file"
}

# What an ABI's probe is to do: what all do, and programs that are wrong for this one.
make_plan() { # ABI FILE
    cp manifest "manifest-$1"
    for kind in words bytes arch offset; do
        "$spoil" $kind "$1" <rules.bpf >"$1-$kind.bpf" || die "spoil $kind $1"
        echo "wrong wrong-$kind $PWD/$1-$kind.bpf $here/rules.json docker plain" >>"manifest-$1"
    done
    "$table" plan "$target" "$release" "manifest-$1" "$1" >"$2" || die "no plan for $1"
}

prepare() { # FOLDER
    mkdir "$1"
    : >manifest
    add_programs
    add_blobs "$1"
    number=0
    for abi in $probes; do
        build_probe "$abi"
        make_plan "$abi" "$1/plan-$number"
        cp "$build/arch/probes/$abi" "$1/probe-$number"
        number=$((number + 1))
    done
}

# Judges each ABI's lines in the log.
judge() { # LOG
    status=0
    number=0
    for abi in $probes; do
        result=0
        "$table" judge "$target" "$release" "manifest-$abi" "$abi" "$1" $number >verdict || result=$?
        grep -v '^counts ' verdict || true
        case "$result $abi " in
        "0 "*) ;;
        "77 $absent ") echo "$machine $seconds $busy $abi" >>counts ;;
        *) status=1 ;;
        esac
        sed -n "s/^counts /$machine $seconds $busy /p" verdict >>counts
        number=$((number + 1))
    done
    [ $status -eq 0 ] || die "$machine"
}

# What is the time, and for how long have processors worked for this shell and what it started?
stamp() { # FILE
    times >"$1"
    cut -d ' ' -f 1 /proc/uptime >>"$1"
}

# since FILE FILE: sets seconds, what went by between two stamps, and busy, what processors worked: the
# host may have other work to do.
since() {
    seconds=$(awk '$0 !~ /m/ { print }' "$1" "$2" | awk '{ s = $1 - s } END { printf "%.1f", s }')
    busy=$(awk '$0 ~ /m/ { gsub(/[ms]/, " "); t[FILENAME] += $1 * 60 + $2 + $3 * 60 + $4 }
        END { printf "%.1f", t[ARGV[2]] - t[ARGV[1]] }' "$1" "$2")
}

# In the foreground: an interrupt must reach the emulator as well.
start_machine() {
    # shellcheck disable=SC2086,SC2094 # options are words, and none of them is a file
    timeout --foreground "$boot_seconds" "$qemu" $qemu_options -m $memory \
        -nographic -nic none -no-reboot \
        -kernel "$kernel/vmlinuz" -initrd initrd -append "$console panic=-1 quiet" \
        </dev/null >console 2>&1 || {
        result=$?
        tail -n 5 console
        die "$qemu ended with status $result, 124 being its time limit"
    }
}

boot() {
    for needed in "$qemu" cpio; do
        command -v "$needed" >/dev/null || skip "$needed is not installed"
    done
    kernel=$build/arch/kernel/$debian
    result=0
    "$here/kernel.sh" "$debian" "$image" "$kernel" >reason || result=$?
    [ $result -ne 77 ] || skip "$(cat reason)"
    [ $result -eq 0 ] || die "$image cannot be unpacked: $(cat reason)"
    release=$(sed -n 's/^linux-image-\([0-9]*\.[0-9]*\).*/\1/p' "$kernel/package")
    prepare root
    cp root/probe-0 root/init
    (cd root && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 >initrd
    stamp begin
    # A kernel that gives up before our program runs, as some do where a busy host stops their clock,
    # shows nothing and is started again.
    for attempt in 1 2 3; do
        start_machine
        ! grep -q 'SCC ' console || break
        echo "  start $attempt came to nothing: $(tail -n 1 console)"
    done
    stamp end
    since begin end
    tr -d '\r' <console >log
    echo "$machine: $(cat "$kernel/package"), booted and answered in $seconds s ($busy s of work)"
}

# A log that is not whole must not be judged: one without a line, with another answer, without its end.
doubt() { # LOG
    sed '0,/^SCC 0 .* run /{/^SCC 0 .* run /d}' "$1" >missing
    sed '0,/^SCC 0 .* run .*fa1/s/fa1/fa2/' "$1" >changed
    sed '/^SCC 0 .* end|/d' "$1" >short
    for damaged in missing changed short; do
        ! cmp -s "$1" $damaged || die "the log could not be made $damaged"
        result=0
        "$table" judge "$target" "$release" "manifest-${probes%% *}" "${probes%% *}" $damaged 0 \
            >doubt 2>&1 || result=$?
        [ $result -eq 3 ] || die "a log with something $damaged is judged: status $result"
    done
    answer_otherwise "$1" >otherwise
    result=0
    "$table" judge "$target" "$release" "manifest-${probes%% *}" "${probes%% *}" otherwise 0 \
        >doubt 2>&1 || result=$?
    [ $result -eq 1 ] || die "another answer is taken for right: status $result"
}

# The log with another answer in one line, and that line's checksum right.
answer_otherwise() { # LOG
    python3 - "$1" <<'END'
import re, sys, zlib
with open(sys.argv[1], encoding="latin-1") as file:
    log = file.read()
lines = list(re.finditer(r"SCC (0 \w+ run (?:\S+ )*?)fa1\b([^|\n]*)\|\w+", log))
line = lines[len(lines) // 2]
told = line[1] + "fa2" + line[2]
sys.stdout.reconfigure(encoding="latin-1")
print(f"{log[:line.start()]}SCC {told}|{zlib.crc32(told.encode()):08x}{log[line.end():]}", end="")
END
}

namespaces="unshare --mount --pid --net --ipc --uts --fork --kill-child --mount-proc"

# On this machine's kernel, in namespaces of its own: what an allowed call does ends with them.
run_here() {
    [ "$(uname -m)" = x86_64 ] || skip "this machine is no x86_64"
    $namespaces true 2>/dev/null || skip "no right to make namespaces"
    target=amd64 probes="x86_64 x86" absent=
    release=$(uname -r | sed -n 's/^\([0-9]*\.[0-9]*\).*/\1/p')
    prepare root
    stamp begin
    : >log
    number=0
    for abi in $probes; do
        # shellcheck disable=SC2086 # words
        timeout --foreground "$boot_seconds" $namespaces \
            root/probe-$number $number root/plan-$number root >>log 2>&1 || {
            result=$?
            [ $result -ne 126 ] || skip "this kernel does not run programs of $abi"
            tail -n 5 log
            die "the probe of $abi ended with status $result"
        }
        number=$((number + 1))
    done
    stamp end
    since begin end
    echo "here: $(uname -r), answered in $seconds s ($busy s of work)"
}

run_one() ( # MACHINE
    set -e
    machine=$1
    work=$(mktemp -d "${TMPDIR:-/tmp}/seccompc-arch.XXXXXX")
    trap '[ -n "${SCC_KEEP:-}" ] || rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    cd "$work"
    if [ "$machine" = here ]; then
        run_here
    else
        machine "$machine" || die "no such machine: $machine, expected $machines here or all"
        boot
    fi
    judge log
    doubt log
    # shellcheck disable=SC2086 # words
    [ -z "$record" ] || "$here/record.py" "$record" $machines here <counts
)

for needed in "$seccompc" "$table" "$spoil"; do
    [ -x "$needed" ] || die "$needed is not there: it is built with the tests, by ninja -C $build"
done
# shellcheck disable=SC2086 # words
[ "$1" != all ] || set -- $machines here
worst=0
for machine; do
    # In a condition, its shell would go on behind what fails.
    set +e
    run_one "$machine"
    result=$?
    set -e
    case $result in
    0) ;;
    77) [ $worst -ne 0 ] || worst=77 ;;
    *) worst=1 ;;
    esac
done
exit $worst
