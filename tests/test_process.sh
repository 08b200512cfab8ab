#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a process inherits: rights, environment, umask, signals, limits, /proc: docs/THREATS.md.
# shellcheck disable=SC2015,SC2016,SC2034 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"
# shellcheck source=users.sh
. "${SCC_SOURCE_ROOT:?the root of the sources}/tests/users.sh"
profile=$SCC_SOURCE_ROOT/profiles/default.json
unset XDG_RUNTIME_DIR
bpf=(-q --arch amd64 --kernel 6.18 small.json --export-bpf)
"$seccompc" "${bpf[@]}" good.bpf || exit 1
printf '{"linux": {"seccomp": %s}}' "$(cat small.json)" >config.json

# subject: set-user-ID and set-group-ID
if needs_another 'set-user-ID' && needs_plain 'set-user-ID'; then
    install -m 755 "$seccompc" borrowed
    printf '#!/bin/sh\ntouch %s/ran\n' "$work" >touch.sh
    chmod 755 touch.sh
    mkdir -m 777 free
    for mode in 4755 2755 6755; do
        chmod $mode borrowed
        checks=$((checks + 3))
        as_another ./borrowed "${bpf[@]}" free/x.bpf 2>err
        [ $? -eq 3 ] || fail "$mode: $(cat err)"
        says 'set-user-ID or set-group-ID'
        as_another ./borrowed run --no-cache small.json -- ./touch.sh 2>err
        [ $? -eq 125 ] || fail "run, $mode: $(cat err)"
        as_another env "XDG_RUNTIME_DIR=$work/free" ./borrowed oci config.json >out 2>err
        [ $? -eq 3 ] && [ ! -s out ] || fail "oci, $mode: $(cat err)"
        check "$mode: nothing is written and nothing ran" '[ -z "$(ls -A free)" ] && [ ! -e ran ]'
    done
    # File capabilities: the environment is not trusted.
    chmod 755 borrowed
    if command -v setcap >/dev/null && setcap cap_net_raw+ep borrowed 2>/dev/null; then
        install -d -m 700 -o $other free/runtime
        as_another env "XDG_RUNTIME_DIR=$work/free/runtime" ./borrowed run small.json -- true 2>err ||
            fail "file capabilities: $(cat err)"
        check 'no cache by the environment' '[ -z "$(ls -A free/runtime)" ]'
        as_another env "XDG_RUNTIME_DIR=$work/free/runtime" ./seccompc run small.json -- true
        check 'it is one without capabilities' '[ -n "$(ls -A free/runtime)" ]'
    else
        echo 'skip: file capabilities: they cannot be set here'
    fi
fi

# subject: the environment of a hostile caller
mkdir -m 700 runtime
hostile=(env -i PATH="$PATH" HOME=/nonexistent TMPDIR=/nonexistent XDG_CACHE_HOME=/nonexistent
    XDG_CONFIG_HOME=/nonexistent XDG_DATA_DIRS=/nonexistent SECCOMPC_CACHE=/nonexistent TERM=unknown
    COLUMNS=1 LINES=1 LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 LANGUAGE=tr NLSPATH=/dev/zero LOCPATH=/dev/zero
    TZ=/dev/zero TZDIR=/dev/zero GETOPT_COMPATIBLE=1 IFS=/ CDPATH=/ ENV=/dev/zero
    MALLOC_ARENA_MAX=1 CLICOLOR_FORCE=1 FORCE_COLOR=1)
"$seccompc" --stats "${bpf[@]:1}" x.bpf 2>plain
"${hostile[@]}" "$seccompc" --stats "${bpf[@]:1}" x.bpf 2>err || fail "a hostile environment: $(cat err)"
sed -i '/^proof/d' plain err
check 'the same is said and written' 'cmp -s plain err && cmp -s x.bpf good.bpf'
# Options behind operands are not lost where POSIXLY_CORRECT ends options there: they are too many words.
checks=$((checks + 1))
POSIXLY_CORRECT=1 "$seccompc" oci config.json --strict >out 2>err
[ $? -eq 2 ] && [ ! -s out ] || fail "POSIXLY_CORRECT: $(cat err)"
# A relative directory is none.
if needs_another 'the usual cache of a user'; then
    for value in runtime '' ./runtime ../../../../etc; do
        as_another env "XDG_RUNTIME_DIR=$value" ./seccompc cache list >out 2>err
        [ $? -eq 3 ] || fail "XDG_RUNTIME_DIR=$value"
        says 'expected an absolute path in XDG_RUNTIME_DIR'
    done
    as_another env -u XDG_RUNTIME_DIR ./seccompc cache list >out 2>err
    says 'expected an absolute path in XDG_RUNTIME_DIR'
    as_another env "XDG_RUNTIME_DIR=$work/runtime" ./seccompc run small.json -- true 2>err ||
        fail "another's runtime directory: $(cat err)"
    # As root it is not asked at all.
    check 'root has its own' \
        'XDG_RUNTIME_DIR=$work/runtime "$seccompc" cache list --json >out 2>err; [ -z "$(ls -A runtime)" ]'
fi

# subject: how run finds a command
mkdir bin
printf '#!/bin/sh\necho here\n' >bin/tool
chmod 755 bin/tool
find_tool() { (cd bin && PATH=$1 "$seccompc" run --no-cache ../small.json -- tool); }
check 'by PATH' '[ "$(find_tool "/usr/bin:$work/bin")" = here ]'
check 'an empty part is the working directory, as for env(1)' '[ "$(find_tool /usr/bin:)" = here ]'
checks=$((checks + 2))
find_tool /usr/bin:/bin 2>/dev/null
[ $? -eq 127 ] || fail 'nowhere in PATH'
(cd bin && env -u PATH "$seccompc" run --no-cache ../small.json -- tool 2>/dev/null)
[ $? -eq 127 ] || fail 'without PATH the working directory is not looked through'

# subject: umask
for mask in 0000 0077 0777; do
    rm -rf masked
    mkdir -m 700 masked
    (umask $mask && exec "$seccompc" "${bpf[@]}" masked/x.bpf 2>err) || fail "umask $mask: $(cat err)"
    check "umask $mask: an output" \
        '[ "$(stat -c %a masked/x.bpf)" = "$(printf %o $((0644 & ~mask)))" ]'
    (umask $mask && exec "$seccompc" run --cache-dir masked/cache small.json -- true 2>err) ||
        fail "run, umask $mask: $(cat err)"
    if [ -e masked/cache ]; then
        check "umask $mask: the cache's directory" '[ "$(stat -c %a masked/cache)" = 700 ] || [ "$mask" = 0777 ]'
        check "umask $mask: its files" '[ -z "$(find masked/cache -type f ! -perm 0600)" ]'
    fi
    check "umask $mask: the command's is the same" \
        '[ "$(umask $mask; "$seccompc" run --no-cache small.json -- sh -c umask)" = $mask ]'
done
if needs_another 'a cache under umask 0777'; then
    mkdir -m 777 masks
    for mask in 0777 0022; do
        (umask $mask && exec "${another[@]}" ./seccompc run --cache-dir masks/cache small.json -- true 2>err) ||
            fail "a user's run, umask $mask: $(cat err)"
    done
    check 'a umask spoils no cache for later' '[ -n "$(find masks/cache -name "*.blob")" ]'
    (umask 0777 && exec "${another[@]}" ./seccompc run --cache-dir masks/cache small.json -- true 2>err)
    rm masks/cache/lock masks/cache/*.blob
    (umask 0777 && exec "${another[@]}" ./seccompc run --cache-dir masks/cache small.json -- true 2>err) ||
        fail "umask 0777: $(cat err)"
    check 'and no lock' '[ "$(stat -c %a masks/cache/lock)" = 600 ] && [ ! -s err ]'
fi

# subject: signals that are ignored or blocked
# with_signals DISPOSITIONS COMMAND...: as Python names them, "ign CHLD", "block CHLD TERM".
with_signals() {
    python3 -c '
import os, signal, sys

how, *names = sys.argv[1].split()
numbers = [getattr(signal, "SIG" + name) for name in names]
for number in range(1, 65):
    if number not in (9, 19, 32, 33):
        signal.signal(number, signal.SIG_DFL)
if how == "ign":
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)
else:
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
os.execvp(sys.argv[2], sys.argv[2:])' "$@"
}
signals='grep -E "^Sig(Ign|Blk):" /proc/self/status'
for how in 'ign CHLD' 'ign PIPE XFSZ CHLD TERM INT HUP' 'block CHLD' 'block CHLD TERM INT HUP XFSZ PIPE XCPU'; do
    rm -f x.bpf
    # libseccomp works in a child, which is waited for.
    with_signals "$how" timeout 20 "$seccompc" "${bpf[@]:1}" x.bpf -O1 2>err ||
        fail "$how: $(cat err)"
    check "$how: an output" '[ -s x.bpf ]'
    check "$how: the command's are the same" \
        '[ "$(with_signals "$how" "$seccompc" run --no-cache small.json -- sh -c "$signals")" = "$(with_signals "$how" sh -c "$signals")" ]'
done

# subject: signals while outputs are written
# At whatever moment it comes: either all outputs or none, and nothing else.
for signal in TERM INT HUP; do
    for delay in 0.001 0.004 0.008 0.012 0.016 0.02 0.03; do
        rm -rf killed
        mkdir killed
        # Not from a shell's background: until it executes, its child would run this shell's traps.
        timeout --foreground -s "$signal" $delay "$seccompc" -q small.json \
            --export-bpf killed/x.bpf --export-oci killed/x.json --export-blob killed/x.blob 2>/dev/null
        count=$(find killed -type f | wc -l)
        check "$signal after $delay s" '[ -z "$(find killed -name ".*.*" -type f)" ] && [[ $count = [03] ]]'
    done
done

# subject: signals while a reader is waited for
# late_start HOW OUTPUT: as with_signals; writes into OUTPUT last, and returns when all else stands. Its id is $late.
ulimit -c 0
late_start() {
    rm -rf late
    mkdir late
    mkfifo late/fifo
    echo old | tee late/x.json >late/old
    with_signals "$1" sh -c 'echo $$ >pid && exec "$@"' sh "$seccompc" -q --arch amd64 --kernel 6.18 small.json \
        --export-bpf "$2" --export-oci late/x.json --export-blob late/x.blob >&9 2>err &
    for ((i = 0; i < 500; i++)); do
        ! cmp -s late/x.json late/old && [ -e late/x.blob ] && break
        sleep 0.02
    done
    sleep 0.05
    late=$(cat pid)
}
mkfifo full
exec 9<>full
head -c 65536 /dev/zero >&9
for output in late/fifo -; do
    for signal in TERM INT HUP QUIT; do
        late_start block $output
        kill -$signal "$late"
        wait $! 2>/dev/null
        status=$?
        check "$signal while $output waits: $status" '[ $status -eq $((128 + $(kill -l $signal))) ]'
        check "$signal while $output waits: the old files" \
            'cmp late/x.json late/old && [ "$(ls -A late | tr "\n" " ")" = "fifo old x.json " ]'
    done
done
for how in 'ign TERM INT' 'block TERM INT'; do
    late_start "$how" late/fifo
    kill -TERM "$late"
    kill -INT "$late"
    sleep 0.1
    timeout 10 cat late/fifo >late/read
    wait $!
    check "$how: who comes late reads all" 'cmp late/read good.bpf && ! cmp -s late/x.json late/old && [ -s late/x.blob ]'
done
exec 9>&-

# subject: limits of resources
limited() { (ulimit "$1" "$2" && shift 2 && exec timeout 20 "$@"); }
mkdir limited
limited -f 0 "$seccompc" "${bpf[@]}" limited/x.bpf 2>&1 | cat >err
status=${PIPESTATUS[0]}
check 'files that may not grow' '[ $status -eq 3 ] && [ -z "$(ls -A limited)" ]'
says 'File too large'
: >out
limited -f 0 "$seccompc" run --cache-dir limited small.json -- true 2>&1 | cat >err
status=${PIPESTATUS[0]}
check "run where files may not grow: $(cat err)" "[ $status -eq 0 ]"
check 'no entry is left half written' '[ -z "$(find limited -name "*.blob" -o -name ".new*")" ]'
check "the command's SIGXFSZ is as it was" \
    '[ "$(limited -f 0 "$seccompc" run --no-cache small.json -- sh -c "$signals")" = "$(sh -c "$signals")" ]'
for limit in 4 5 6 8; do
    rm -rf limited/x.bpf
    limited -n $limit "$seccompc" "${bpf[@]}" limited/x.bpf 2>err
    status=$?
    check "$limit descriptors: status $status" \
        '[ $status -eq 3 ] && [ ! -e limited/x.bpf ] || { [ $status -eq 0 ] && cmp -s good.bpf limited/x.bpf; }'
done
# Little memory: an answer or a message, never half an output. The loader of the system may fail first (127).
kibs=
needs_plain 'little memory' && kibs='4000 8000 12000 20000 60000'
for kib in $kibs; do
    rm -f limited/x.bpf
    limited -v "$kib" "$seccompc" "${bpf[@]}" limited/x.bpf 2>err
    status=$?
    case $status in
        0) check "$kib KiB" 'cmp -s good.bpf limited/x.bpf' ;;
        *) check "$kib KiB: $status" '[[ $status = [34] || $status = 127 ]] && [ ! -e limited/x.bpf ] && [ -s err ]' ;;
    esac
done
if needs_another 'no process more' && needs_plain 'no process more'; then
    chmod 777 limited
    (exec prlimit --nproc=0 "${another[@]}" ./seccompc "${bpf[@]:1}" limited/n.bpf -O1) 2>err
    status=$?
    check 'no process more: libseccomp has no child' '[ $status -eq 3 ] && [ ! -e limited/n.bpf ]'
    says 'fork: Resource temporarily unavailable'
    (exec prlimit --nproc=0 "${another[@]}" ./seccompc "${bpf[@]}" limited/n.bpf) 2>err ||
        fail "no process more: $(cat err)"
    check 'our own needs none' 'cmp -s good.bpf limited/n.bpf'
fi

# subject: /proc
if needs_another '/proc' && needs_plain '/proc' && unshare -m true 2>/dev/null; then
    # Nothing that decides is read there: with none, and with a forged one, all is as before.
    mkdir forged
    mkdir -p forged/sys/kernel forged/self/fd
    echo 99.9.9 >forged/sys/kernel/osrelease
    cat >forged.sh <<'S'
mount -t tmpfs none /proc && cp -r "$1/forged/." /proc && cd "$1" || exit 77
"$2" -q --kernel 6.18 --arch amd64 small.json --export-bpf forged.bpf && "$2" run --no-cache small.json -- true &&
    "$2" cache list --cache-dir none && "$2" verify -q forged.bpf small.json --kernel 6.18 --arch amd64
S
    for forgery in forged none; do
        [ $forgery = forged ] || rm -rf forged/*
        rm -f forged.bpf
        unshare -m sh forged.sh "$work" "$seccompc" >out 2>err
        status=$?
        if [ $status -eq 77 ]; then
            echo 'skip: /proc: it cannot be mounted over'
        else
            check "/proc: $forgery" '[ $status -eq 0 ] && cmp -s good.bpf forged.bpf'
        fi
    done
    # The kernel's release is, where personality(2) makes uname(2) lie; without it there is a message.
    checks=$((checks + 1))
    if setarch --uname-2.6 true 2>/dev/null; then
        unshare -m sh -c 'mount -t tmpfs none /proc && setarch --uname-2.6 "$1" run --no-cache small.json -- touch ran' - \
            "$seccompc" 2>err
        [ $? -eq 125 ] && [ ! -e ran ] || fail "UNAME26 without /proc: $(cat err)"
        says "the running kernel's release"
    fi
    # Others' processes hidden: nothing of them is looked at.
    unshare -m sh -c 'mount -t proc -o hidepid=2 none /proc && exec setpriv --reuid=65534 --regid=65534 \
        --clear-groups ./seccompc run --no-cache small.json -- true' 2>err || fail "hidepid: $(cat err)"
fi

# subject: the working directory
# It may be gone, or closed to the one who is there: names relative to it fail, others do not.
mkdir gone
checks=$((checks + 2))
(
    cd gone && rmdir ../gone || exit 1
    "$seccompc" -q --arch amd64 --kernel 6.18 "$work/small.json" --export-bpf x.bpf 2>../err
    [ $? -eq 3 ] && exec "$seccompc" -q --arch amd64 --kernel 6.18 "$work/small.json" --export-bpf "$work/y.bpf"
) || fail 'a working directory that is gone'
cmp -s y.bpf good.bpf || fail 'by a whole path'

# subject: a cache where nothing can be kept
if needs_another 'mounts' && unshare -m true 2>/dev/null; then
    cat >mounts.sh <<'S'
mkdir -p -m 700 mounted && mount -t tmpfs -o "mode=0700,$1" none mounted || exit 77
"$2" run --cache-dir mounted "$3" -- true
S
    for options in nosuid,noexec,nodev ro size=4k,nr_inodes=2; do
        unshare -m sh mounts.sh $options "$seccompc" "$profile" >out 2>err
        status=$?
        if [ $status -eq 77 ]; then
            echo "skip: mount -o $options"
        else
            check "mount -o $options: $(head -c 300 err)" '[ $status -eq 0 ]'
            [ $options = nosuid,noexec,nodev ] || says 'seccompc: warning: compiled without a cache'
        fi
    done
    # Of another user, writable for a group, or for all: not used, and run goes on without.
    for kind in "-o $other -m 700" '-m 770' '-m 1777'; do
        rm -rf bad-cache
        # shellcheck disable=SC2086 # words
        install -d $kind bad-cache
        run 0 run --cache-dir bad-cache small.json -- true
        says 'compiled without a cache'
        run 3 cache prune --cache-dir bad-cache
        check "$kind: nothing is written" '[ -z "$(ls -A bad-cache)" ]'
    done
    # An entry that another user has put there, or that others can write to, is made anew.
    mkdir -m 700 entries
    run 0 run --cache-dir entries small.json -- true
    entry=$(find entries -name '*.blob')
    for spoil in "chown $other" 'chmod 0620' 'ln -f good.bpf' 'ln -sf ../good.bpf'; do
        $spoil "$entry"
        run 0 run --cache-dir entries small.json -- true
        check "$spoil: made anew" '[ "$(stat -c "%F %u %a %h" "$entry")" = "regular file 0 600 1" ]'
    done
    touch -d '2099-01-01' "$entry"
    run 0 cache prune --older-than 1d --cache-dir entries
    check 'a time in the future is no reason to stay' '[ ! -e "$entry" ]'
fi

finish
