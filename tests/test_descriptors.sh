#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Descriptors as a hostile or careless caller leaves them: closed, full, without a reader: docs/THREATS.md.
# shellcheck disable=SC2015,SC2016,SC2034 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"
cat >small.json <<'J'
{"defaultAction": "SCMP_ACT_ALLOW",
 "syscalls": [{"names": ["chdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}
J
printf '{"linux": {"seccomp": %s}}' "$(cat small.json)" >config.json
# A warning for each, so that there is something to say.
sed 's/"chdir"/"chdir", "no_such_call"/' small.json >warned.json
"$seccompc" -q --arch amd64 --kernel 6.18 --export-bpf good.bpf warned.json || exit 1
"$seccompc" -q --export-bpf here.bpf small.json || exit 1
"$seccompc" oci -q --no-cache config.json >good.json || exit 1

# closed SET COMMAND...: runs it with these of the descriptors 0 to 2 closed, and the others on files.
closed() {
    local set=$1
    shift
    (
        exec <config.json >closed.out 2>closed.err
        case $set in *0*) exec 0<&- ;; esac
        case $set in *1*) exec 1>&- ;; esac
        case $set in *2*) exec 2>&- ;; esac
        exec timeout 20 "$@"
    )
}

# subject: standard streams that are closed
for set in 0 1 2 01 02 12 012; do
    # No message comes to stand in an output that got the number of a stream.
    rm -f c.bpf
    closed $set "$seccompc" --stats --arch amd64 --kernel 6.18 --export-bpf c.bpf warned.json
    check "compile without $set" "[ $? -eq 0 ] && cmp -s c.bpf good.bpf"
    rm -rf bundle
    mkdir bundle
    cp config.json bundle
    closed $set "$seccompc" oci --stats --no-cache --in-place bundle
    check "oci in place without $set" "[ $? -eq 0 ] && cmp -s bundle/config.json good.json"
    closed $set "$seccompc" oci --no-cache
    status=$?
    case $set in
        *0* | *1*) check "oci without $set" '[ $status -eq 3 ]' ;;
        *) check "oci without $set" '[ $status -eq 0 ] && cmp -s closed.out good.json' ;;
    esac
    case $set in
        1 | 01) check "oci without $set: nothing is written" '[ ! -s closed.out ]' ;;
    esac
    # What is run finds them closed, too, and has no descriptor of ours.
    rm -f seen
    mkdir -p -m 700 cache
    closed $set "$seccompc" run --cache-dir cache small.json -- \
        sh -c 'for fd in /proc/$$/fd/*; do echo "${fd##*/}"; done >seen'
    check "run without $set" "[ $? -eq 0 ]"
    closed $set sh -c 'for fd in /proc/$$/fd/*; do echo "${fd##*/}"; done >expected'
    check "run without $set: its descriptors" 'cmp -s seen expected'
done
# Without room for a single descriptor nothing goes on.
if needs_plain 'no room for a descriptor'; then
    checks=$((checks + 2))
    (
        exec <&- 2>&-
        ulimit -n 3
        exec "$seccompc" -q --export-bpf none.bpf small.json
    )
    [ $? -eq 3 ] && [ ! -e none.bpf ] || fail 'no room for a descriptor'
    (
        exec <&- 2>&-
        ulimit -n 3
        exec "$seccompc" run here.bpf -- touch ran
    )
    [ $? -eq 125 ] && [ ! -e ran ] || fail 'run without room for a descriptor'
fi

# subject: descriptors that the caller has open
: >kept
check 'they pass to the command' \
    '"$seccompc" run --no-cache small.json -- sh -c "echo through >&9" 9>kept && [ "$(cat kept)" = through ]'
check 'seccompc writes into none of them' \
    '"$seccompc" --stats --export-bpf d.bpf warned.json 9>kept 2>err && [ ! -s kept ]'

# subject: standard output that is full or has no reader
for command in 'oci --no-cache config.json' '-q --export-oci - small.json' 'disasm here.bpf' \
    'lint warned.json' 'explain small.json chdir' 'sim small.json cases' 'verify --json here.bpf small.json' \
    'diff small.json warned.json' 'cache list --cache-dir cache' '--help' 'run --help' \
    'optimize -q -o - here.bpf'; do
    echo '* chdir' >cases
    checks=$((checks + 2))
    # shellcheck disable=SC2086 # words
    timeout 20 "$seccompc" $command >/dev/full 2>err
    status=$?
    case $command in
        run*) expected=125 ;;
        *) expected=3 ;;
    esac
    [ $status -eq $expected ] || fail "$command on a full disk: status $status: $(cat err)"
    says 'standard output: No space left'
    # shellcheck disable=SC2086 # words
    python3 -c '
import os, signal, subprocess, sys

for action in (signal.SIG_DFL, signal.SIG_IGN):
    out, into = os.pipe()
    os.close(out)
    done = subprocess.run(sys.argv[2:], stdout=into, stderr=subprocess.PIPE, timeout=20, restore_signals=False,
                          preexec_fn=lambda: signal.signal(signal.SIGPIPE, action))
    os.close(into)
    if done.returncode not in (int(sys.argv[1]), -signal.SIGPIPE if "run" in sys.argv else None):
        sys.exit(f"{done.returncode}: {done.stderr}")
' $expected "$seccompc" $command 2>err || fail "$command without a reader: $(cat err)"
done

# subject: pipes that do not block
# The reader sleeps first: the pipe is full, then all comes through.
cat >pipes.py <<'P'
import fcntl, os, subprocess, sys, time

expected = open(sys.argv[1], "rb").read()
feed, command = sys.argv[2], sys.argv[3:]
out, into = os.pipe()
fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, 4096)
os.set_blocking(into, False)
given, give = os.pipe()
os.set_blocking(given, False)
child = subprocess.Popen(command, stdin=given, stdout=into, stderr=subprocess.PIPE)
os.close(into)
time.sleep(0.3)
if feed:
    os.write(give, open(feed, "rb").read())
os.close(give)
time.sleep(0.3)
found = b""
while part := os.read(out, 65536):
    found += part
status = child.wait(timeout=20)
if status or found != expected:
    sys.exit(f"{status}: {len(found)} bytes of {len(expected)}: {child.stderr.read()}")
P
python3 -c 'print(open("config.json").read(), " " * 20000)' >long.json
"$seccompc" oci -q --no-cache long.json >long.out
checks=$((checks + 1))
timeout 30 python3 pipes.py long.out long.json "$seccompc" oci -q --no-cache 2>err ||
    fail "full pipes that do not block: $(cat err)"

finish
