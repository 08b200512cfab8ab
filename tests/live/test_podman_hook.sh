#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# podman with the hook that is installed, turned on and off as docs/CONTAINERS.md says: each container has
# the program of seccompc, or does not start. test_podman_hook.sh FOLDER
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC1091
. "$(dirname "$0")/common.sh"
need podman crun conmon python3 meson base64
# shellcheck source-path=SCRIPTDIR source=containers.sh disable=SC1091
. "$here/containers.sh"
# shellcheck source-path=SCRIPTDIR source=podman.sh disable=SC1091
. "$here/podman.sh"

# What is installed stands where it was built to stand, here alone; the cache is empty.
DESTDIR="$work/root" meson install -C "$SCC_BUILD_ROOT" --no-rebuild --quiet >/dev/null
prefix=$(python3 -c 'import json, sys
print({one["name"]: one["value"] for one in json.load(sys.stdin)}["prefix"])' \
    <"$SCC_BUILD_ROOT/meson-info/intro-buildoptions.json")
[ "$prefix" = /usr/local ] || skip "installed in $prefix, expected /usr/local, which can be covered"
mount --bind "$work/root$prefix" "$prefix"
mount -t tmpfs none /run
hook=$prefix/share/seccompc/hooks.d/seccompc.json
check "the hook is installed" test -f "$hook"
for folder in /usr/share/containers/oci/hooks.d /etc/containers/oci/hooks.d; do
    check "no hook in $folder" refuse test -e "$folder/seccompc.json"
done

# documented WORD: runs the one command of the docs that has this word in it.
documented() {
    grep "^sudo .*$1" "$sources/docs/CONTAINERS.md" >words
    check "the docs have one command with $1" is_equal "$(wc -l <words)" 1
    sed 's/^sudo //' words >command.sh
    check "documented: $(cat command.sh)" sh -eu command.sh
}

# entries: how many programs are in the cache.
entries() {
    find /run/seccompc -name '*.blob' 2>/dev/null | wc -l
}

show_unfiltered "podman without the hook"
documented 'printf.*hooks_dir'

# The program is that of the slim profile, which has no conditions: the same for each capability set.
seccomp=$slim
show_filtered "podman, hook" moby:0 docker-O2.bpf
check "podman, hook: one entry in the cache, in the environment of a hook" is_equal "$(entries)" 1
# Without CAP_SYS_ADMIN, which `contain` adds, it is another target.
if install_profile "podman, hook" "$slim" installed.bpf; then
    check "podman, hook: what the kernel has is the program of seccompc" cmp docker-O2.bpf installed.bpf
fi
python3 -c 'import json
print(json.load(open("started.json"))["annotations"]["run.oci.seccomp_bpf_data"])' |
    base64 -d >annotation.bpf
check "podman, hook: the annotation has the program" cmp docker-O2.bpf annotation.bpf
check "podman, hook: an entry for each set of capabilities" is_equal "$(entries)" 2
check "podman, hook: starts again" run --security-opt "seccomp=$slim" localhost/live:1 /bin/true
check "podman, hook: no further entry" is_equal "$(entries)" 2

# podman's own default profile, and ours, for the capabilities that podman gives.
for profile in /usr/share/containers/seccomp.json "$sources/profiles/default.json"; do
    [ -f "$profile" ] || continue
    name="podman, hook, $(basename "$(dirname "$profile")")"
    install_profile "$name" "$profile" installed.bpf || continue
    check "$name: compiles" "$SECCOMPC" -q --spec started.json --export-bpf expected.bpf "$profile"
    check "$name: what the kernel has is the program for its capabilities" \
        cmp expected.bpf installed.bpf
done

# Without a filter nothing is done.
seccomp=unconfined
show_status "podman, hook, unconfined" "$unfiltered_status"

# What cannot be compiled does not start, unless the hook falls back.
cat >conflict.json <<C
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
    {"names": ["mount"], "action": "SCMP_ACT_ERRNO"},
    {"names": ["personality"], "action": "SCMP_ACT_ERRNO", "args": [
        {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
    {"names": ["personality"], "action": "SCMP_ACT_TRAP", "args": [
        {"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}]}]}
C
seccomp=$work/conflict.json
check "podman, hook, conflict: does not start" refuse contain conflict /bin/sh /status
cp check.out conflict.out
check "podman, hook, conflict: nothing ran" refuse grep -q 'true works' conflict.out
# podman drops what its hooks say.
check "podman, hook, conflict: $(cat conflict.out)" grep -q 'seccompc oci.*exit status 4' conflict.out
check "podman, hook, conflict: seccompc says why" \
    refuse sh -c "'$SECCOMPC' --caps podman conflict.json 2>conflict.err"
check "podman, hook, conflict: where" grep -q 'conflict.json:.*personality' conflict.err
# A copy of the hook that keeps what seccompc says, as the docs have it.
mkdir logging
sed -n '/"path": "\/bin\/sh"/,/"args"/p' "$sources/docs/CONTAINERS.md" >words
check "the docs have one hook with a log" is_equal "$(wc -l <words)" 2
log=$work/seccompc-hook.log
sed "s|/var/log/seccompc-hook.log|$log|" words >words.log
sed -e '/"path"/r words.log' -e '/"path"/d' -e '/"args": \["seccompc"/d' "$hook" >logging/seccompc.json
# use_hooks FOLDER: the hooks that are there, instead of the installed one.
use_hooks() {
    printf '[engine]\nhooks_dir = ["%s"]\n' "$1" \
        >/etc/containers/containers.conf.d/zz-hooks.conf
}
use_hooks "$work/logging"
check "podman, hook with a log: does not start" refuse contain conflict /bin/sh /status
check "podman, hook with a log: says where: $(cat "$log")" \
    grep -q '^seccompc: standard input:.*personality(' "$log"
seccomp=$slim
show_status "podman, hook with a log" "$filtered_status"
seccomp=$work/conflict.json
mkdir fallback
sed 's/"oci"/"oci", "--fallback"/' "$hook" >fallback/seccompc.json
use_hooks "$work/fallback"
show_status "podman, hook, conflict, --fallback" "$filtered_status"
rm /etc/containers/containers.conf.d/zz-hooks.conf

# Turned off, podman does as before.
documented 'rm .*containers.conf.d'
seccomp=$slim
if install_profile "podman, hook turned off" "$slim" installed.bpf; then
    check "podman, hook turned off: crun's program" cmp docker-O0.bpf installed.bpf
fi
check "podman, hook turned off: no annotation" refuse grep -q seccomp_bpf_data started.json
finish
