#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seccompc run as a user meets it: real processes under real filters. Loading one needs no privilege.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"
profile=${SCC_SOURCE_ROOT:?the root of the sources}/profiles/default.json
unset XDG_RUNTIME_DIR
mkdir -m 700 cache
options=(--cache-dir cache)

"$seccompc" -q --export-bpf default.bpf "$profile" || exit 1
if ! "$seccompc" run --no-cache -- true 2>err; then
    cat err
    echo 'skip: this system loads no filter'
    exit 77
fi

# Everything allowed but what the profile names, which answers errno 38 or kills.
cat >deny.json <<'J'
{"defaultAction": "SCMP_ACT_ALLOW",
 "architectures": ["SCMP_ARCH_NATIVE"],
 "syscalls": [{"names": ["chdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
              {"names": ["uname"], "action": "SCMP_ACT_KILL_PROCESS"}]}
J
"$seccompc" -q --export-bpf deny.bpf deny.json

# A filter is on, and it is the profile's, from every kind of file.
"$seccompc" -q --export-bpf deny.b64 --base64 deny.json
for file in deny.json deny.bpf deny.b64; do
    run 2 run "${options[@]}" "$file" -- sh -c 'grep ^Seccomp: /proc/self/status; cd /'
    check "$file: a filter" 'grep -qx "Seccomp:.2" out'
    says "can't cd"
done
# A way of reading has a program of its own, also in the cache.
mkdir -m 700 modes
run 0 run --cache-dir modes --enosys kernel "$profile" -- true
cp "$(find modes -type f -size +100c)" kernel.blob
run 0 verify -q --enosys kernel kernel.blob "$profile"
run 1 verify -q kernel.blob "$profile"
run 0 run --cache-dir modes --enosys runc "$profile" -- true
run 0 run --cache-dir modes "$profile" -- true
check 'three programs are kept' '[ "$(find modes -type f -size +100c | wc -l)" -eq 3 ]'

# The cache holds the profile as a blob now.
cp "$(find cache -type f -size +100c)" deny.blob
run 2 run deny.blob -- sh -c 'cd /'
says "can't cd"
run 0 run "${options[@]}" -- grep ^Seccomp: /proc/self/status
check 'the built-in profile' 'grep -qx "Seccomp:.2" out'

# Whatever comes from the cache is as good as what is compiled.
run 2 run "${options[@]}" deny.json -- sh -c 'cd /'
says "can't cd"
run 2 run --no-cache deny.json -- sh -c 'cd /'
says "can't cd"
run 2 run --cache-dir /proc/none deny.json -- sh -c 'cd /'
says 'compiled without a cache'
says "can't cd"

# A compilation warns, a hit does not compile.
mkdir -m 700 warned
run 0 run --cache-dir warned "$profile" -- true
says 'is compared as 64 bits'
for option in '--cache-dir warned' '--no-cache -q'; do
    # shellcheck disable=SC2086 # words
    run 0 run $option "$profile" -- true
    check "$option: no warning" '[ ! -s err ]'
done

# Exit status: the command's, with signals as the shell tells them; 125, 126, 127.
run 7 run deny.bpf -- sh -c 'exit 7'
run 137 run deny.bpf -- sh -c 'kill -9 $$'
checks=$((checks + 1))
"$seccompc" run deny.bpf -- uname >out 2>err
[ $? -eq 159 ] || fail 'killed by the filter'
: >no-program
chmod +x no-program
mkdir folder
run 127 run deny.bpf -- ./nowhere
says './nowhere: No such file or directory'
run 127 run deny.bpf -- no-such-command-anywhere
run 126 run deny.bpf -- ./folder
says './folder: Permission denied'

# Nothing runs where seccompc fails: 125, never the command.
refuses() {
    local text=$1
    shift
    rm -f ran
    run 125 run "$@" -- touch ran
    says "$text"
    check "$*: nothing ran" '[ ! -e ran ]'
}
refuses 'nowhere.json: No such file' nowhere.json
refuses 'a second file, expected one before --' deny.bpf deny.json
refuses 'no such option' --no-such deny.bpf
refuses 'standard input is the command' -
refuses 'standard input is the command' --spec -
refuses 'expected one' --arch amd64 --arch arm64 deny.json
head -c 12 deny.bpf >short.bpf
refuses 'neither JSON, nor a blob, nor a program' short.bpf
printf '\6\0\0\0\0\0\377' >short.bpf
refuses 'neither JSON, nor a blob, nor a program' short.bpf
sed 's/ERRNO"/NONSENSE"/' deny.json >bad.json
refuses 'bad.json:3' bad.json
cp deny.blob group.blob
chmod 664 group.blob
refuses 'group' group.blob
cp deny.blob flipped.blob
printf 'x' | dd of=flipped.blob bs=1 seek=300 conv=notrunc status=none
refuses 'flipped.blob' flipped.blob
ln -s deny.blob link.blob
refuses 'symbolic link' link.blob
run 125 run deny.bpf
says 'expected -- and a command'
run 125 run deny.bpf --
says 'expected a command behind it'
case $(uname -m) in
    x86_64) other=s390x ;;
    *) other=amd64 ;;
esac
refuses 'this machine runs' --arch "$other"
printf '2\ndenylist\nkcmp errno 2\n' >text.lxc
refuses "text.lxc: LXC's text, expected a profile, a program or a blob" text.lxc
# NOTIFY needs a listener, and there is none.
cat >notify.json <<'J'
{"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/run/listener",
 "syscalls": [{"names": ["chdir"], "action": "SCMP_ACT_NOTIFY"}]}
J
refuses 'asks a listener' "${options[@]}" notify.json
"$seccompc" -q --export-bpf notify.bpf notify.json
refuses 'asks a listener' notify.bpf

# A filter under which nothing can start, such as one for another architecture.
echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["write"], "action": "SCMP_ACT_ALLOW"}]}' >no-exec.json
refuses 'execve' --no-cache no-exec.json
"$seccompc" -q --arch s390x --export-bpf big.bpf no-exec.json
refuses 'neither JSON, nor a blob, nor a program' big.bpf
"$seccompc" -q --arch riscv64 --export-bpf riscv.bpf deny.json
refuses 'with KILL' riscv.bpf
# A blob without an entry for this machine: what there is.
"$seccompc" -q --arch riscv64 --export-blob riscv.blob deny.json
refuses 'no entry for' riscv.blob

# A filter that forbids to load filters: the second run starts nothing.
cat >no-filters.json <<'J'
{"defaultAction": "SCMP_ACT_ALLOW",
 "syscalls": [{"names": ["seccomp"], "action": "SCMP_ACT_ERRNO"}]}
J
checks=$((checks + 1))
rm -f ran
"$seccompc" run --no-cache no-filters.json -- "$seccompc" run deny.bpf -- touch ran 2>err
[[ $? -eq 125 && ! -e ran ]] || fail "a kernel that says no: $(cat err)"
says 'Operation not permitted'

# Signals, descriptors, environment, arguments and standard input pass untouched.
echo input >in
run 0 run deny.bpf -- cat
check 'standard input' '[ "$(cat out)" = input ]'
: >in
check 'descriptors' '[ "$(echo seven | "$seccompc" run deny.bpf -- sh -c "cat <&7" 7<&0)" = seven ]'
check 'no descriptor of its own' '[ "$("$seccompc" run "${options[@]}" deny.json -- sh -c "echo /proc/\$\$/fd/*" | sed "s:/proc/[0-9]*::g")" = "$(sh -c "echo /proc/\$\$/fd/*" | sed "s:/proc/[0-9]*::g")" ]'
check 'environment' '[ "$(env -i A="b  c" "$seccompc" run deny.bpf -- /usr/bin/env)" = "A=b  c" ]'
run 0 run deny.bpf -- printf '%s|' '' 'a b' -- --help
check 'arguments' '[ "$(cat out)" = "|a b|--|--help|" ]'
# shellcheck disable=SC2034 # check evaluates it
signals='grep -E "^Sig(Ign|Blk):" /proc/self/status'
check 'signals' '[ "$("$seccompc" run deny.bpf -- sh -c "$signals")" = "$(sh -c "$signals")" ]'
check 'ignored signals' '[ "$(trap "" PIPE TERM; "$seccompc" run deny.bpf -- sh -c "$signals")" = "$(trap "" PIPE TERM; sh -c "$signals")" ]'
check 'a command called as ours' '[ "$("$seccompc" run deny.bpf -- echo -- x)" = "-- x" ]'

# NO_NEW_PRIVS is on unless it is left as it is, which takes CAP_SYS_ADMIN.
run 0 run deny.bpf -- grep ^NoNewPrivs: /proc/self/status
check 'NO_NEW_PRIVS' 'grep -qx "NoNewPrivs:.1" out'
if [ "$(id -u)" -eq 0 ]; then
    run 0 run --allow-new-privs deny.bpf -- grep ^NoNewPrivs: /proc/self/status
    check 'privileges as they are' 'grep -qx "NoNewPrivs:.0" out'
    chmod 755 .
    install -m 755 "$seccompc" ./seccompc
    checks=$((checks + 2))
    if setpriv --reuid=65534 --regid=65534 --clear-groups ./seccompc --version >/dev/null 2>&1; then
        setpriv --reuid=65534 --regid=65534 --clear-groups ./seccompc run deny.bpf -- true ||
            fail 'without privileges'
        setpriv --reuid=65534 --regid=65534 --clear-groups \
            ./seccompc run --allow-new-privs deny.bpf -- true 2>err
        [ $? -eq 125 ] || fail "--allow-new-privs without privileges: $(cat err)"
        says 'seccompc: --allow-new-privs: a filter that leaves NO_NEW_PRIVS as it is needs CAP_SYS_ADMIN'
        echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["kcpm"], "action": "SCMP_ACT_ERRNO"}]}' >typo.json
        setpriv --reuid=65534 --regid=65534 --clear-groups \
            ./seccompc run --no-cache --allow-new-privs typo.json -- true 2>err
        check 'a warning is told once' '[ "$(grep -c "\"kcpm\"" err)" -eq 1 ]'
    fi
else
    refuses 'NO_NEW_PRIVS' --allow-new-privs deny.bpf
fi

# --caps current is this process's bounding set.
cat >caps.json <<'J'
{"defaultAction": "SCMP_ACT_ALLOW",
 "syscalls": [{"names": ["chdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38,
               "excludes": {"caps": ["CAP_SYS_BOOT"]}}]}
J
if [ "$(id -u)" -eq 0 ] && grep -q '^CapBnd:.*[4-7c-f]......$' /proc/self/status 2>/dev/null &&
    setpriv --bounding-set -sys_boot true 2>/dev/null; then
    run 0 run --no-cache --caps current caps.json -- sh -c 'cd /'
    checks=$((checks + 1))
    setpriv --bounding-set -sys_boot "$seccompc" run --no-cache --caps current caps.json -- \
        sh -c 'cd /' 2>/dev/null && fail 'the bounding set without CAP_SYS_BOOT'
fi
run 2 run --no-cache --caps docker caps.json -- sh -c 'cd /'

finish
