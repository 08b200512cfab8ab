#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# seccompc cache: what stands in a cache, what is removed, what is found out; and processes that meet there.
# shellcheck disable=SC2016 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
. "$(dirname "$0")/command.sh"

# An absolute path that a process of another user can read too.
get=${CACHE_GET:?the path of cache_get}

cat >small.json <<'J'
{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}
J
sed 's/read/write/' small.json >other.json

# either TEXT: it is in what the last run said, on either output
either() {
    checks=$((checks + 1))
    cat out err | grep -qF -- "$1" || fail "expected \"$1\" in: $(cat out err)"
}

# --- nothing there: nothing is made
for action in list prune verify; do
    run 0 cache "$action" --cache-dir none
    check "$action makes no directory" '[ ! -e none ]'
done
either "0 entries good, 0 bad, 0 of another version"

# --- entries
"$get" store small.json amd64 >first 2>err || fail "cache_get: $(cat err)"
"$get" store small.json s390x >second 2>err || fail "cache_get: $(cat err)"
"$get" store other.json amd64 >third 2>err || fail "cache_get: $(cat err)"
"$get" store small.json amd64 >again 2>err || fail "cache_get: $(cat err)"
check "first a miss" 'grep -q "^miss" first'
check "then a hit" 'grep -q "^hit" again'
path=$(sed 's/.* //' first)
run 0 cache list --cache-dir store
check "one line an entry" '[ "$(grep -c good out)" -eq 3 ]'
either "s390x"
either "3 entries, "
run 0 cache --cache-dir store --json list
check "JSON has all" '[ "$(grep -c "\"state\": \"good\"" out)" -eq 3 ]'
run 0 cache verify --cache-dir store
either "3 entries good, 0 bad"
# The blob in the cache holds the same program as an output file.
run 0 --arch amd64 --kernel 6.18 -q --no-crosscheck --export-bpf small.bpf small.json
check "the same program" 'tail -c "$(stat -c %s small.bpf)" "$path" | cmp - small.bpf'

# --- bad ones are named
cp "$path" whole
printf 'x' | dd of="$path" bs=1 seek=140 conv=notrunc 2>/dev/null
run 1 cache verify --cache-dir store
check "the file is named" 'tr -d " \n" <out | grep -qF "$path"'
check "80 columns, but for a path" '! LC_ALL=C.UTF-8 grep -E "^.{81,}" out | grep -vqF "$path"'
either "2 entries good, 1 bad, 0 of another version"
run 1 cache verify -q --cache-dir store
check "-q is silent" '[ ! -s out ] && [ ! -s err ]'
run 0 cache list --cache-dir store
either "bad"
"$get" store small.json amd64 >again 2>err
check "a bad one is compiled again, with a note" 'grep -q "^miss" again && grep -qF "$path" err'
run 0 cache verify --cache-dir store
check "it is as before" 'cmp -s whole "$path"'

# --- what another version has made is named, and does no harm
reseal "$path" stale.blob 'b[48:128] = b"seccompc 0.0.1 0123456789abcdef".ljust(80, b"\0")'
cp stale.blob "$path"
run 0 cache verify --cache-dir store
either "2 entries good, 0 bad, 1 of another version"
either "made by seccompc 0.0.1"
check "80 columns, but for a path" '! LC_ALL=C.UTF-8 grep -E "^.{81,}" out | grep -vqF "$path"'
run 0 cache verify --json --cache-dir store
check "JSON counts" 'tr -d " \n" <out | grep -qF "\"good\":2,\"stale\":1,\"bad\":0"'
run 0 cache prune --stale --cache-dir store
either "removed 1 entry"
check "the stale one" '[ ! -e "$path" ]'
run 0 cache prune --stale --cache-dir store
either "removed 0 entries"
run 0 cache prune --stale --cache-dir none
cp stale.blob "$path"
chmod 600 "$path"
run 0 cache prune --stale --max-bytes 1M --cache-dir store
either "removed 1 entry"
run 2 cache list --stale
says "say what to prune"
cp whole "$path"
chmod 600 "$path"

# --- pruning
touch -d '2 hours ago' "$path"
run 0 cache prune --cache-dir store --older-than 3h
either "removed 0 entries"
run 0 cache prune --cache-dir store --older-than 90m
either "removed 1 entry"
check "the old one is gone" '[ ! -e "$path" ]'
run 0 cache prune --cache-dir store --max-bytes 1M
either "removed 0 entries"
touch -d '1 hour ago' "$(sed 's/.* //' second)"
run 0 cache prune --cache-dir store --max-bytes "$(stat -c %s "$(sed 's/.* //' third)")"
check "the last used stays" '[ -e "$(sed "s/.* //" third)" ] && [ ! -e "$(sed "s/.* //" second)" ]'
touch store/other store/.new-0123456789abcdef
run 0 cache prune --cache-dir store
either "removed 1 entry"
check "what is not the cache's stays" '[ "$(ls -A store | tr "\n" " ")" = "lock other " ]'

# --- wrong words
run 2 cache
says "expected list, prune or verify"
run 2 cache lsit
says "did you mean list?"
run 2 cache list more
run 2 cache list --older-than 1d
says "say what to prune"
for amount in 1x '' -1 1.5d 99999999999999999999 18446744073709551615d; do
    run 2 cache prune --older-than "$amount"
    run 2 cache prune --max-bytes "$amount"
done
run 2 cache list --cache-dir ''
run 2 cache list -q --json
run 0 cache --help

# --- hostile directories
mkdir open && chmod 777 open
run 3 cache list --cache-dir open
says "mode 0777, expected 0700"
ln -s store link
run 3 cache prune --cache-dir link/
says "a symbolic link"

# --- the usual directory: a user's; never by the word of an environment that is not trusted
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null && user=$(id -u nobody); then
    # shellcheck disable=SC2154 # command.sh's
    chmod 711 "$work"
    cp "$get" own_get
    chmod 755 own_get
    chmod 644 small.json
    mkdir -m 700 runtime
    chown "$user" runtime
    as_nobody() { setpriv --reuid "$user" --clear-groups --regid "$user" env "XDG_RUNTIME_DIR=$work/runtime" "$@"; }
    as_nobody ./own_get - small.json >out 2>err
    check "the user's directory" 'grep -q "^miss [0-9]* $work/runtime/seccompc/" out'
    as_nobody ./own_get - small.json >out 2>err
    check "a hit there" 'grep -q "^hit [0-9]* $work/runtime/seccompc/" out'
    rm -rf runtime/seccompc
    chown "$user" own_get
    chmod u+s own_get
    setpriv --reuid 1 --clear-groups env "XDG_RUNTIME_DIR=$work/runtime" ./own_get - small.json >out 2>err
    says "not set or not trusted"
    check "set-user-ID: no cache" '[ ! -e runtime/seccompc ]'
    # The leak checker of a build with sanitizers cannot look into such a process, and ends it.
    grep -q LeakSanitizer err || check "set-user-ID: the program" 'grep -q "^miss [0-9]* -$" out'
else
    echo "skip: needs root for another user"
fi

# --- two hundred programs on a cold cache
for ((i = 0; i < 200; i++)); do
    "$get" cold "$SCC_SOURCE_ROOT/profiles/default.json" >>answers 2>>notes &
done
wait
check "all get it" '[ "$(sort -u answers | cut -d" " -f2- | uniq | wc -l)" -eq 1 ] && [ "$(wc -l <answers)" -eq 200 ]'
check "few compile" '[ "$(grep -c ^miss answers)" -le 20 ]'
check "nothing is left over" '[ "$(find cold -name "*.blob" | wc -l)" -eq 1 ] && [ "$(find cold -name ".new*" | wc -l)" -eq 0 ]'
check "nobody complains of the cache, but that it is slow" '! grep "cache:" notes | grep -qv "not waiting"'

finish
