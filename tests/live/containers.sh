# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # common.sh sets some, the tests use the others
# shellcheck disable=SC2016 # other shells' variables
# What the tests of runtimes share; sourced after common.sh.

probes=
for probe in probe_x86_64 probe_x86; do
    if "$programs/$probe" table >/dev/null 2>&1; then
        probes="$probes $probe"
    else
        echo "$probe does not run here: left out"
    fi
done
need busybox
[ -x "$programs/probe_x86_64" ] || skip "the probes were not built: they know x86_64 and x86 alone"

mkdir -p rootfs/bin rootfs/proc rootfs/dev rootfs/sys rootfs/etc rootfs/tmp
cp "$(command -v busybox)" rootfs/bin/
for applet in sh true grep mount sleep; do
    ln -s busybox rootfs/bin/$applet
done
for probe in $probes; do
    cp "$programs/$probe" rootfs/bin/
done

# What each container says of itself. Every one has CAP_SYS_ADMIN, so that the filter alone is what
# can refuse mount.
cat >rootfs/status <<'S'
true && echo true works
grep '^Seccomp:' /proc/self/status
mount -t tmpfs none /tmp 2>/dev/null && echo mount works || echo mount is refused
S
unfiltered_status=$(printf 'true works\nSeccomp:\t0\nmount works')
filtered_status=$(printf 'true works\nSeccomp:\t2\nmount is refused')

# The filter for Docker's capabilities, as each level has it, and the slim profile.
slim=$work/slim.json
compile() { # OPTION...
    check "seccompc $*" "$SECCOMPC" -q --arch amd64 --caps docker "$@"
}
for level in $levels; do
    compile "-O$level" --export-bpf "docker-O$level.bpf" --export-oci "$slim"
    compile "-O$level" --export-bpf - --base64
    cp check.out "docker-O$level.base64"
done

# show_status NAME EXPECTED: `contain NAME COMMAND...`, the test's own, says as much of itself.
show_status() {
    check "$1: runs" contain "$1" /bin/sh /status
    cp check.out status
    check "$1: /proc/self/status, true and mount" is_equal "$(cat status)" "$2"
}

# What the probes answer without a filter, in unfiltered-PROBE. A machine on which this fails cannot
# run the runtime at all.
show_unfiltered() { # NAME
    contain "$1" /bin/sh /status >status 2>&1 || skip "$1 runs no container here: $(cat status)"
    check "$1, no filter: /proc/self/status, true and mount" \
        is_equal "$(cat status)" "$unfiltered_status"
    for probe in $probes; do
        check "$1, no filter: $probe" contain "$1" "/bin/$probe" table
        cp check.out "unfiltered-$probe"
    done
}

# show_filtered NAME TABLE PROGRAM: under the filter, which is PROGRAM.
show_filtered() {
    show_status "$1" "$filtered_status"
    for probe in $probes; do
        check "$1: $probe" contain "$1" "/bin/$probe" table
        cp check.out "filtered-$probe"
        judged "$1, $probe" "$2" "$3" "unfiltered-$probe" "filtered-$probe"
    done
}

# read_back NAME PID FILE: what the kernel says that the runtime installed; fails where the kernel
# does not say.
read_back() {
    status=0
    "$readback" "$2" >"$3" 2>error || status=$?
    if [ $status -eq 77 ]; then
        echo "$1: this kernel does not give filters out: CONFIG_CHECKPOINT_RESTORE"
        return 1
    fi
    check "$1: its filter is read back: $(cat error)" is_equal $status 0
}

# For crun, which knows nothing but version 2 of cgroups.
use_cgroup2() {
    umount -R /sys/fs/cgroup
    mount -t cgroup2 none /sys/fs/cgroup
}

# Docker's capabilities.
docker_caps="CAP_CHOWN CAP_DAC_OVERRIDE CAP_FSETID CAP_FOWNER CAP_MKNOD CAP_NET_RAW CAP_SETGID
    CAP_SETUID CAP_SETFCAP CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_SYS_CHROOT CAP_KILL CAP_AUDIT_WRITE"

# write_config ARGS SECCOMP [ANNOTATION]: config.json for a bundle in the working folder. ARGS are
# the command's words as JSON; SECCOMP is a file with linux.seccomp, or empty; ANNOTATION one with a
# program for crun.
write_config() {
    echo null >null.json
    # shellcheck disable=SC2086 # a list of words; one more of them: see rootfs/status
    caps=$(to_json $docker_caps CAP_SYS_ADMIN)
    cat >config.json <<J
{
    "ociVersion": "1.0.2",
    "process": {
        "terminal": false,
        "user": {"uid": 0, "gid": 0},
        "args": [$1],
        "env": ["PATH=/bin"],
        "cwd": "/",
        "capabilities": {"bounding": [$caps], "effective": [$caps], "permitted": [$caps]},
        "noNewPrivileges": true
    },
    "root": {"path": "rootfs", "readonly": true},
    "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
    "linux": {
        "namespaces": [
            {"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"},
            {"type": "mount"}
        ],
        "seccomp": $(cat "${2:-null.json}")
    },
    "annotations": {$([ -z "${3:-}" ] || printf '"run.oci.seccomp_bpf_data": "%s"' "$(cat "$3")")}
}
J
}

# rewrite_config: config.json as seccompc oci makes it, from the cache where it can.
rewrite_config() {
    "$SECCOMPC" oci -q --cache-dir "$work/cache" --in-place config.json
}

# start_bundle RUNTIME CONTAINER: a bundle as the docs make one, of the runtime's own config, which has no filter;
# its command tells whether one is on.
start_bundle() {
    mkdir -p bundle
    rm -f bundle/config.json
    check "$1 spec" sh -c 'cd bundle && "$1" spec' sh "$1"
    python3 - bundle/config.json "$work/rootfs" <<'P'
import json, sys

config = json.load(open(sys.argv[1]))
config["process"].update(terminal=False, args=["grep", "^Seccomp:", "/proc/self/status"])
config["root"]["path"] = sys.argv[2]
json.dump(config, open(sys.argv[1], "w"))
P
    check "$1 spec: seccompc oci says that seccomp is off" \
        sh -c '"$1" oci --in-place bundle 2>&1 | grep -q "warning: .*seccomp is off"' sh "$SECCOMPC"
    check "$1 spec: no filter" runtime run --bundle bundle "$2"
    check "$1 spec: no filter: $(cat check.out)" is_equal "$(cat check.out)" "$(printf 'Seccomp:\t0')"
    check "$1 spec: seccompc oci --profile" "$SECCOMPC" oci -q --no-cache \
        --profile "$sources/profiles/default.json" --in-place bundle
    check "$1 spec: a filter" runtime run --bundle bundle "$2"
    check "$1 spec: a filter: $(cat check.out)" is_equal "$(cat check.out)" "$(printf 'Seccomp:\t2')"
}

# resolve_default: whole.json becomes our default profile, resolved for Docker's capabilities as an
# engine resolves it.
resolve_default() {
    # shellcheck disable=SC2086 # a list of words
    check "our default profile: resolves" python3 "$here/whole_oci.py" \
        "$sources/profiles/default.json" $docker_caps
    cp check.out whole.json
}

# to_json WORD...: the words as JSON strings with commas; none of them needs escaping.
to_json() {
    printf '"%s"' "$1"
    shift
    [ $# -eq 0 ] || printf ', "%s"' "$@"
}

# The profiles of the corpus under which a container can start.
known_profiles="moby-2026-06 moby-2021-01 moby-old-format containers-common-2025-08 isulad-2026-04"

# show_whole RUNTIME START SAME...: for each profile, the runtime installs the same filter whether
# it is handed the whole profile or the slim one. START SECCOMP FILE starts a container with that
# linux.seccomp and reads its filter back into FILE; SAME... compares two such files.
show_whole() {
    runtime_name=$1
    start=$2
    shift 2
    show_whole_profile "$sources/profiles/default.json" "$@"
    has_corpus || return 0
    for known in $known_profiles; do
        show_whole_profile "$corpus/$known.json" "$@"
    done
}

show_whole_profile() { # FILE SAME...
    file=$1
    shift
    title="$runtime_name, $(basename "$file")"
    # shellcheck disable=SC2086 # a list of words
    check "$title: resolves" python3 "$here/whole_oci.py" "$file" $docker_caps
    cp check.out whole.json
    check "$title: compiles" "$SECCOMPC" -q -O0 --arch amd64 --caps docker \
        --export-bpf whole.bpf --export-oci same.json "$file"
    for object in whole same; do
        "$start" $object.json $object-installed.bpf || return 0
        tail -c "$(wc -c <whole.bpf)" $object-installed.bpf >tail.bpf
        check "$title, $object: the program of seccompc" cmp whole.bpf tail.bpf
    done
    check "$title: the same filter from the whole profile as from the slim one" \
        "$@" whole-installed.bpf same-installed.bpf
}
