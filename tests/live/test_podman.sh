#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What podman makes of a profile and what seccompc makes of it mean the same, and podman runs a
# container with the slim profile. test_podman.sh FOLDER
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC1091
. "$(dirname "$0")/common.sh"
need podman crun conmon python3
# shellcheck source-path=SCRIPTDIR source=containers.sh disable=SC1091
. "$here/containers.sh"
# shellcheck source-path=SCRIPTDIR source=podman.sh disable=SC1091
. "$here/podman.sh"

# Podman hands its hooks of this stage the config that the runtime gets.
cat >hook <<H
#!/bin/sh
exec tee "$work/handed.json"
H
chmod +x hook
mkdir hooks
cat >hooks/save.json <<H
{
    "version": "1.0.0",
    "hook": {"path": "$work/hook"},
    "when": {"always": true},
    "stages": ["precreate"]
}
H

cat >/etc/containers/containers.conf.d/60-hooks.conf <<C
[engine]
hooks_dir = ["$work/hooks"]
C

show_unfiltered podman
seccomp=$slim
show_filtered "podman, slim profile" moby:0 docker-O0.bpf

ours=$sources/profiles/default.json
if install_profile "podman, slim profile" "$slim" installed.bpf; then
    check "podman, slim profile: what the kernel has is the program of seccompc" \
        cmp docker-O0.bpf installed.bpf
fi
if install_profile "podman, whole profile" "$ours" installed.bpf; then
    check "podman, whole profile: compiles" "$SECCOMPC" -q -O0 --spec handed.json \
        --export-bpf whole.bpf "$ours"
    check "podman, whole profile: what the kernel has is the program of seccompc" \
        cmp whole.bpf installed.bpf
fi

# show_same NAME PROFILE OPTION...: podman with these options resolves PROFILE as seccompc does, by
# the rules and in the program that libseccomp makes of them.
show_same() {
    name=$1
    profile=$2
    shift 2
    rm -f handed.json
    check "$name: podman runs" run "$@" localhost/live:1 /bin/true
    check "$name: seccompc compiles" "$SECCOMPC" -q -O0 --spec handed.json \
        --export-oci same.json --export-bpf same.bpf "$profile"
    check "$name: the same rules" python3 "$here/compare_oci.py" \
        handed.json same.json "$sources/src/data"
    echo "$name: $(tail -n 1 check.out)"
    check "$name: seccompc compiles what podman made of it" \
        "$SECCOMPC" -q -O0 --spec handed.json --export-bpf handed.bpf
    check "$name: the same program" cmp handed.bpf same.bpf
}

# show_capabilities NAME PROFILE OPTION...: for podman's own set, none, and more.
show_capabilities() {
    title=$1
    file=$2
    shift 2
    show_same "$title" "$file" "$@"
    show_same "$title, no capabilities" "$file" --cap-drop ALL "$@"
    show_same "$title, more capabilities" "$file" --cap-add SYS_ADMIN --cap-add SYS_PTRACE \
        --cap-add AUDIT_WRITE --cap-add DAC_READ_SEARCH --cap-add SYSLOG "$@"
}

default=/usr/share/containers/seccomp.json
if [ -f $default ] && [ ! -f /etc/containers/seccomp.json ]; then
    show_capabilities "podman's default profile" $default
else
    echo "podman's default profile is not in $default: left out"
fi
show_capabilities "our default profile" "$ours" --security-opt "seccomp=$ours"
if has_corpus; then
    for known in $known_profiles; do
        whole=$corpus/$known.json
        show_same "$known" "$whole" --security-opt "seccomp=$whole"
    done
fi
show_same "our slim profile" "$slim" --security-opt "seccomp=$slim"

# The comparison can say no: this profile is for no capabilities.
check "fewer rules: compiles" "$SECCOMPC" -q --arch amd64 --caps none --export-oci less.json
check "fewer rules: are found" refuse python3 "$here/compare_oci.py" handed.json less.json \
    "$sources/src/data"
finish
