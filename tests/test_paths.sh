#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where what is written comes to stand when others can put links and files into its way: docs/THREATS.md.
# shellcheck disable=SC2015,SC2016,SC2034 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"
# shellcheck source=users.sh
. "${SCC_SOURCE_ROOT:?the root of the sources}/tests/users.sh"

bpf=(-q --arch amd64 --kernel 6.18 small.json --export-bpf)
"$seccompc" "${bpf[@]}" good.bpf || exit 1
mkdir place

# subject: an output is a name of its own
ln -s ../good.bpf place/link
ln -s nowhere place/dangling
ln -s /dev/full place/full
mkfifo place/fifo
for name in link dangling; do
    run 3 "${bpf[@]}" place/$name
    says "place/$name: a symbolic link"
done
check 'what a link leads to is as it was' '[ ! -e place/nowhere ] && cmp -s good.bpf place/link'
run 3 "${bpf[@]}" place
says 'place: a directory'
run 3 "${bpf[@]}" place/full
says 'No space left'
run 3 "${bpf[@]}" /proc/self/mem
timeout 10 cat place/fifo >from-fifo &
run 0 "${bpf[@]}" place/fifo
wait $!
check 'a FIFO is written to' '[ -p place/fifo ] && cmp -s from-fifo good.bpf'
# The other name of a hard link keeps its contents.
echo kept >place/one
ln place/one place/two
run 0 "${bpf[@]}" place/one
check 'a hard link' 'cmp -s good.bpf place/one && [ "$(cat place/two)" = kept ]'
# Descriptors by their names: a pipe is written to, a file is not replaced under it.
"$seccompc" "${bpf[@]}" /dev/stdout 2>err | cat >out
check '/dev/stdout' 'cmp -s good.bpf out'
"$seccompc" "${bpf[@]}" /dev/fd/7 7>&1 >/dev/null 2>err | cat >out
check '/dev/fd/7' 'cmp -s good.bpf out'
checks=$((checks + 1))
"$seccompc" "${bpf[@]}" /proc/self/fd/7 7>seven 2>err && fail 'a file behind a descriptor'
check 'a file behind a descriptor' '[ ! -s seven ]'
checks=$((checks + 1))
"$seccompc" "${bpf[@]}" /dev/fd/7 7<small.json 2>err && fail 'a descriptor for reading'

# subject: links of one's own on the way
mkdir -p deep/er
ln -s deep/er short
ln -s "$work/short" shorter
for name in short/x.bpf shorter/y.bpf shorter/../z.bpf "$work/shorter//v.bpf" ./deep/./er/../er/w.bpf \
    "/proc/self/cwd/shorter/u.bpf"; do
    run 0 "${bpf[@]}" "$name"
done
check 'they lead where they should' '[ "$(cd deep && ls *.bpf er | tr "\n" " ")" = "z.bpf  er: u.bpf v.bpf w.bpf x.bpf y.bpf " ] || ls deep deep/er'
exec 8<deep
run 0 "${bpf[@]}" /dev/fd/8/by-descriptor.bpf
check 'a directory by its descriptor' 'cmp -s good.bpf deep/by-descriptor.bpf'
exec 8<&-
ln -s loop loop
run 3 "${bpf[@]}" loop/x.bpf
says 'Too many levels of symbolic links'
run 3 "${bpf[@]}" small.json/x.bpf
says 'Not a directory'
run 3 "${bpf[@]}" short/none/x.bpf
says 'No such file'
mkdir -m 700 short/cache
run 0 run --cache-dir shorter/cache small.json -- true
check 'a cache behind links' '[ -n "$(find deep/er/cache -name "*.blob")" ]'
run 0 cache list --cache-dir shorter/none/none
run 3 cache list --cache-dir loop/none

# subject: a kernel or a filter without openat2(2)
# without_openat2 ERRNO ARGUMENT...: runs seccompc under a filter that answers so.
without_openat2() {
    sed "s/\"chdir\"/\"openat2\"/; s/38/$1/" small.json >no-openat2.json
    shift
    "$seccompc" run -q --no-cache no-openat2.json -- "$seccompc" "$@" 2>err
}
if without_openat2 38 --version >/dev/null; then
    for errno in 38 1; do
        rm -f deep/er/n.bpf
        checks=$((checks + 3))
        without_openat2 $errno "${bpf[@]}" shorter/n.bpf || fail "errno $errno: $(cat err)"
        cmp -s good.bpf deep/er/n.bpf || fail "errno $errno: no output"
        without_openat2 $errno "${bpf[@]}" deep/none/n.bpf
        [ $? -eq 3 ] || fail "errno $errno: $(cat err)"
        says 'deep/none/n.bpf: No such file'
    done
else
    echo 'skip: without openat2(2): no filters here'
fi

if needs_another 'links and files of other users'; then
    # subject: another user's links on the way
    mkdir -m 755 root
    install -d -m 777 -o $other theirs
    as_another ln -s "$work/root" theirs/link
    run 3 "${bpf[@]}" theirs/link/x.bpf
    says "link is a symbolic link of user $other"
    run 3 cache prune --cache-dir theirs/link/cache
    says "link is a symbolic link of user $other"
    run 0 run --cache-dir theirs/link/cache small.json -- true
    says 'compiled without a cache'
    install -d -m 700 root/bundle
    printf '{"linux": {"seccomp": %s}}' "$(cat small.json)" >root/bundle/config.json
    cp root/bundle/config.json before
    run 3 oci --no-cache --in-place theirs/link/bundle
    says "link is a symbolic link of user $other"
    without_openat2 38 "${bpf[@]}" theirs/link/x.bpf
    says "link is a symbolic link of user $other"
    check 'nothing came out behind it' '[ "$(ls -A root)" = bundle ] && cmp -s before root/bundle/config.json && [ "$(ls -A root/bundle)" = config.json ]'
    # In their own folder another's link to a device is not written into.
    as_another ln -s /dev/full theirs/device
    run 3 "${bpf[@]}" theirs/device
    says 'a symbolic link to be followed'
    # The user, who is not root, may follow root's links and his own.
    ln -s theirs by-root
    as_another ln -s ../theirs theirs/own
    cp good.bpf theirs/profile.bpf
    as_another ./seccompc "${bpf[@]}" by-root/own/x.bpf 2>err || fail "root's links: $(cat err)"
    check "root's links" 'cmp -s good.bpf theirs/x.bpf'

    # subject: what another user has put into a directory for all
    mkdir -m 1777 all
    for file in all/file all/fifo all/link; do
        case $file in
            *file) as_another sh -c 'echo theirs >all/file' ;;
            *fifo) as_another mkfifo all/fifo ;;
            *link) as_another ln -s /dev/full all/link ;;
        esac
        checks=$((checks + 1))
        timeout 10 "$seccompc" "${bpf[@]}" $file 2>err
        [ $? -eq 3 ] || fail "$file: not refused"
        says "$file: belongs to user $other"
    done
    check 'theirs is as it was' '[ "$(cat all/file)" = theirs ]'
    run 0 "${bpf[@]}" all/new
    run 0 "${bpf[@]}" all/new
    check 'a new one is ours' '[ "$(stat -c "%u %a" all/new)" = "0 644" ]'

    # subject: whose rights a new file has
    # Another's file in his folder is replaced, and nobody else can write to what stands there then.
    as_another sh -c 'echo theirs >theirs/file'
    check 'everybody can write' '[ "$(stat -c %a theirs/file)" = 666 ]'
    run 0 "${bpf[@]}" theirs/file
    check 'we alone can' '[ "$(stat -c "%u %a" theirs/file)" = "0 644" ] && cmp -s good.bpf theirs/file'
    # One's own file keeps mode and group; a group that cannot be kept gets no more than all others.
    touch mine
    chgrp 12345 mine
    chmod 660 mine
    run 0 "${bpf[@]}" mine
    check 'mode and group' '[ "$(stat -c "%u %g %a" mine)" = "0 12345 660" ]'
    install -o $other -g 12345 -m 664 /dev/null theirs/grouped
    as_another ./seccompc "${bpf[@]}" theirs/grouped 2>err || fail "a group: $(cat err)"
    check 'a group that is not his' '[ "$(stat -c "%u %g %a" theirs/grouped)" = "$other $other 644" ]'
    # In place the owner stays, a set-user-ID bit does not.
    install -d -m 755 -o $other their-bundle
    cp before their-bundle/config.json
    chown $other:12345 their-bundle/config.json
    chmod 4640 their-bundle/config.json
    run 0 oci --no-cache --in-place their-bundle
    check 'owner, group and mode' '[ "$(stat -c "%u %g %a" their-bundle/config.json)" = "$other 12345 640" ]'

    # subject: a blob of another user's
    "$seccompc" -q --caps current --export-blob good.blob small.json
    install -o $other -m 644 good.blob theirs/good.blob
    run 125 run theirs/good.blob -- touch ran
    says 'owner'
    check 'nothing ran' '[ ! -e ran ]'
fi

# subject: what an input may be
mkfifo input
run 4 lint "$work"
says 'a directory, expected a file'
run 4 lint /dev/zero
says 'more than 16777216 bytes, expected no more'
run 3 lint /proc/self/mem
says 'Input/output error'
run 4 lint /dev/null
cp small.json in
run 0 lint /dev/stdin
run 0 lint -q /dev/fd/0
checks=$((checks + 1))
"$seccompc" lint -q <(cat small.json) || fail 'a pipe of the shell'
: >in
run 3 oci --in-place input
says 'input: a special file'
# A FIFO that nobody writes into is waited for, as by cat(1); a signal ends that, and nothing is written.
checks=$((checks + 1))
timeout -s TERM 0.3 "$seccompc" -q input --export-bpf waited.bpf
[ $? -eq 124 ] && [ ! -e waited.bpf ] || fail 'a FIFO that nobody writes into'
# What grows or shrinks while it is read is read once: a part of a profile is no profile.
mkfifo half
timeout 10 sh -c 'head -c 40 small.json >half' &
run 4 -q half --export-bpf half.bpf
wait $!
check 'no output' '[ ! -e half.bpf ]'

finish
