#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# seccompc oci: configs from standard input and in bundles, the cache, failures and --fallback.
# shellcheck disable=SC2016,SC2034,SC2317 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/command.sh"

export XDG_RUNTIME_DIR=$work/runtime
mkdir runtime
key=run.oci.seccomp_bpf_data

# A config as an engine writes it, with the whole default profile in it.
python3 - "$SCC_SOURCE_ROOT/profiles/default.json" <<'E'
import json, sys

profile = json.load(open(sys.argv[1]))
config = {
    "ociVersion": "1.0.2",
    "process": {"capabilities": {"bounding": ["CAP_CHOWN", "CAP_KILL"]},
                "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 2**64 - 1, "soft": 1024}]},
    "linux": {"seccomp": profile, "namespaces": []},
}
json.dump(config, open("config.json", "w"), indent=4)
json.dump(config, open("line.json", "w"), separators=(",", ":"))
config["linux"]["seccomp"] = None
json.dump(config, open("off.json", "w"))
E

# member FILE KEY...: prints the value below these keys as JSON.
member() {
    python3 -c '
import json, sys

value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]:
    value = value.get(key, {})
print(json.dumps(value))' "$@"
}

# is_else OLD NEW: but for linux.seccomp and the annotation they are equal, in order, too.
is_else() {
    python3 -c '
import json, sys

old, new = (json.load(open(name)) for name in sys.argv[1:])
new.pop("annotations")
old["linux"].pop("seccomp")
new["linux"].pop("seccomp")
sys.exit(json.dumps(old) != json.dumps(new))' "$@"
}

#
# Standard input and output
#

for name in config line; do
    cp $name.json in
    run 0 oci --no-cache
    cp out $name.out
    run 0 oci --no-cache -
    check "$name, -" "cmp -s out $name.out"
    : >in
    run 0 oci --no-cache $name.json
    check "$name, a file" "cmp -s out $name.out"
    # What stands in it is what the compiler makes.
    run 0 -q --no-crosscheck --spec $name.json --export-oci slim.json --export-bpf p.b64 --base64
    check "$name: the slim profile" \
        '[[ $(member $name.out linux seccomp) == "$(member slim.json)" ]]'
    check "$name: the program" \
        '[[ $(member $name.out annotations $key) == "\"$(cat p.b64)\"" ]]'
    check "$name: the number" "grep -q 18446744073709551615 $name.out"
    check "$name: all else" "is_else $name.json $name.out"
    run 0 oci --no-cache $name.out
    check "$name, again" "cmp -s out $name.out"
done
check 'one line stays one line' '[[ $(wc -l <line.out) == 0 ]]'

# For another target, as options say.
run 0 oci --no-cache --cap-add SYS_BOOT config.json
check '--cap-add' 'member out linux seccomp | grep -q \"reboot\"'
run 0 oci --no-cache --caps all --cap-drop SYS_BOOT config.json
check '--caps' 'member out linux seccomp | grep -q \"mount\" && ! grep -q \"reboot\" out'
printf '{"process": {"capabilities": {"bounding": ["CAP_SYS_BOOT"]}}}' >other.json
run 0 oci --no-cache --spec other.json config.json
check '--spec' 'member out linux seccomp | grep -q \"reboot\"'
run 0 oci --no-cache --arch arm64 config.json
check '--arch' 'member out linux seccomp architectures | grep -q AARCH64'

#
# Seccomp off, and --profile
#

for text in '{}' '{"ociVersion": "1.0.2"}' '{"linux": {"seccomp": null}} ' ' {"linux": {"seccomp": {}}}' \
    "$(cat off.json)"; do
    printf '%s' "$text" >in
    run 0 oci --stats
    check "unchanged: ${text:0:40}" 'cmp -s in out'
    says 'seccomp is off'
    run 0 oci
    check "unchanged, off terminals: ${text:0:40}" 'cmp -s in out'
    says 'seccompc: warning: standard input: no linux.seccomp: seccomp is off'
    run 0 oci -q
    check "unchanged, -q: ${text:0:40}" 'cmp -s in out && [[ ! -s err ]]'
done
printf '{"linux": {}, "annotations": {"%s": "AAAA"}}' $key >in
run 0 oci
check 'unchanged, with an annotation' 'cmp -s in out'
says 'seccompc: warning: standard input:1:59: a program stays in force for crun'
run 0 oci --no-cache --profile "$SCC_SOURCE_ROOT/profiles/default.json" off.json
check '--profile: the filter of the profile' \
    '[[ $(member out annotations $key) == "$(member config.out annotations $key)" ]]'
run 2 oci --profile -
says 'standard input is named twice'
cp "$SCC_SOURCE_ROOT/profiles/default.json" in
run 0 oci --no-cache --profile - off.json
check '--profile -' '[[ $(member out annotations $key) == "$(member config.out annotations $key)" ]]'

#
# The annotation
#

printf '{"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW"}},\n"annotations": {"%s": "AAAA"}}' \
    $key >in
run 0 oci --no-cache
says 'seccompc: warning: standard input:2:45: the annotation stands here already, with another program'
run 0 oci --no-cache -q
check '-q' '[[ ! -s err ]]'
run 0 oci --no-cache --json
check '--json' '[[ $(member err annotation) == "\"replaced\"" && $(member err changed) == true ]]'
cp out in
run 0 oci --no-cache --json
check '--json, again' '[[ $(member err annotation) == "\"same\"" && $(member err changed) == false ]]'
check 'nothing changes' 'cmp -s in out'

#
# --in-place
#

mkdir bundle
for name in bundle bundle/ bundle/config.json; do
    cp config.json bundle/config.json
    chmod 640 bundle/config.json
    run 0 oci --no-cache --in-place $name
    check "--in-place $name" 'cmp -s bundle/config.json config.out && [[ ! -s out ]]'
    check "--in-place $name: the mode" '[[ $(stat -c %a bundle/config.json) == 640 ]]'
done
# What need not change is not touched.
inode=$(stat -c %i bundle/config.json)
run 0 oci --no-cache --in-place bundle --json
check 'not touched' '[[ $(stat -c %i bundle/config.json) == "$inode" ]]'
check 'not touched, --json' '[[ $(member err wrote) == null && $(member err changed) == false ]]'
mkdir linked
ln -s ../bundle/config.json linked/config.json
for name in linked linked/config.json; do
    run 3 oci --in-place $name
    says 'linked/config.json: a symbolic link'
done
run 3 oci --in-place missing
says 'missing: No such file'
run 2 oci --in-place bundle config.json
says '--in-place names the config already'
run 2 oci --in-place ''
# A failure leaves the old config; with --fallback it is no failure.
echo '{"linux": {"seccomp": 1}}' >bundle/config.json
cp bundle/config.json old
run 4 oci --in-place bundle
says 'bundle/config.json:1:23: a number, expected an object (linux.seccomp)'
run 0 oci --in-place bundle --fallback
says 'seccompc: warning: the config is passed on unchanged (--fallback): bundle/config.json:1:23'
check 'in place, failed' 'cmp -s old bundle/config.json && [[ $(ls -A bundle) == config.json ]]'
if [[ $(id -u) -ne 0 ]]; then
    cp config.json bundle/config.json
    chmod 500 bundle
    run 3 oci --no-cache --in-place bundle
    check 'a folder that cannot be written' 'cmp -s config.json bundle/config.json'
    chmod 700 bundle
fi

#
# Failures: nothing is written; with --fallback the config as it was read
#

# fails STATUS TEXT ARGUMENT...: with this config.
fails() {
    local status=$1
    printf '%s' "$2" >in
    shift 2
    run "$status" oci --no-cache "$@"
    check "nothing is written: $*" '[[ ! -s out ]]'
    says 'seccompc: '
    run 0 oci --no-cache --fallback "$@"
    check "--fallback $*" 'cmp -s in out'
    says 'seccompc: warning: the config is passed on unchanged (--fallback): '
    run 0 oci --no-cache --fallback --json "$@"
    check "--fallback --json $*" 'cmp -s in out && [[ $(member err fallback) == \"* ]]'
}
fails 4 'no JSON at all'
fails 4 '{"a": 1, "a": 2}'
fails 4 '{"linux": {"seccomp": {"defaultAction": "SCMP_ACT_NOTHING"}}}'
fails 4 '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}'
fails 3 "$(cat config.json)" --spec missing.json
fails 2 "$(cat config.json)" --spec other.json --caps none
# crun would load the program that is there: no fallback. Also where nobody knows whether it is.
stays() {
    printf '%s' "$1" >in
    run 4 oci --no-cache --fallback in
    says '--fallback: the config has an annotation run.oci.seccomp_bpf_data, or may have one'
    check "no fallback: $1" '[[ ! -s out ]]'
}
unclear='"linux": {"seccomp": {"defaultAction": "SCMP_ACT_NOTHING"}}'
stays "{$unclear, \"annotations\": {\"run.oci.seccomp_bpf_data\": \"BgAAAAAA/38=\"}}"
stays "{$unclear, \"annotations\": {\"run.oci.seccomp\\u005fbpf_data\": \"BgAAAAAA/38=\"}}"
stays "{$unclear, \"a\": 1, \"a\": 2, \"annotations\": {\"run.oci.seccomp_bpf_data\": \"\"}}"
stays "{$unclear, \"a\": 1, \"a\": 2, \"annotations\": {\"run.oci.seccomp\\u005fbpf_data\": \"\"}}"
fails 4 "{$unclear, \"annotations\": {\"run.oci.seccomp_bpf_data\": null, \"b\": \"\\u0041\"}}"
# Without words but this one.
run 0 oci --no-cache --fallback -q --enosys kernel config.json
check '--fallback -q' '[[ $(wc -l <err) == 1 ]]'
says 'seccompc: warning: the config is passed on unchanged (--fallback): '
# What the slim profile cannot say would hold under crun alone; a program can, by another command.
alone='a program alone can: seccompc --export-bpf or --export-blob without --export-oci'
# refuses TEXT ARGUMENT...: says so and what to do.
refuses() {
    local what=$1
    shift
    run 4 oci --no-cache "$@"
    says "the slim profile cannot say what $what"
    says "$alone"
    check "what was given is not recommended: $*" '! grep -q "strictest chooses" err'
}
fails 4 "$(cat config.json)" --enosys kernel
refuses '--enosys kernel means' --enosys kernel config.json
refuses '--harden makes of this rule' --harden config.json
compare() { # ACTION ARGUMENT
    printf '{"names": ["read"], "action": "%s", "args": [{"index": %s, "value": 1, "op": "SCMP_CMP_EQ"}]}' \
        "$@"
}
printf '{"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [%s, %s]}}}' \
    "$(compare SCMP_ACT_ERRNO 0)" "$(compare SCMP_ACT_KILL 1)" >conflict.json
run 4 oci --no-cache conflict.json
says 'expected one action (--on-conflict strictest chooses one, which a program alone can say)'
refuses '--on-conflict strictest means' --on-conflict strictest conflict.json
# Without its filter is not how a config may pass for which one was asked.
for name in --profile=off.json --strict; do
    run 2 oci --fallback $name config.json
    says '--fallback: the config would pass without what --'
    check "--fallback $name" '[[ ! -s out ]]'
done

# written EXPECTED NAME REDIRECTION: what comes of a config where these streams are not as they should.
written() {
    local status
    eval '"$seccompc" oci --no-cache $fallback <config.json >out 2>err '"$2"
    status=$?
    check "$1 $fallback: status $status" "[[ $status -eq 3 ]]"
    says 'seccompc: standard '
}
# What cannot be read whole is not passed on, what cannot be written is an error, and an empty answer is
# never given.
for fallback in '' --fallback; do
    : >in
    run 3 oci $fallback missing.json
    run 4 oci $fallback
    says 'standard input:1:1: the file is empty, expected an OCI runtime config'
    check 'an empty config' '[[ ! -s out ]]'
    head -c 17000000 /dev/zero | tr '\0' ' ' >in
    run 4 oci $fallback
    check 'a large config' '[[ ! -s out ]]'
    : >in
    run 2 oci $fallback --no-such
    run 2 oci $fallback config.json off.json
    run 2 oci $fallback --arch amd64 --arch arm64 config.json
    [[ ! -w /dev/full ]] || written 'a full disk' '>/dev/full'
    written 'no standard output' '>&-'
    written 'no standard input' '<&-'
    check 'no standard input: nothing is written' '[[ ! -s out ]]'
done

#
# What a compilation warns of
#

cat >traps.json <<'E'
{"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"],
    "syscalls": [
    {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [
        {"index": 0, "value": 40, "op": "SCMP_CMP_NE"}]},
    {"names": ["prctl"], "action": "SCMP_ACT_ALLOW", "args": [
        {"index": 1, "value": 5, "op": "SCMP_CMP_GT"}, {"index": 1, "value": 9, "op": "SCMP_CMP_LT"}]},
    {"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}}}
E
# The same that seccompc says of the config, where the slim profile is wanted, too.
run 0 --spec traps.json --export-oci slim.json
grep '^seccompc: warning: ' err | sort >expected
check 'there are warnings of both kinds' \
    'grep -q "is compared as 64 bits" expected && grep -q "prctl" expected'
run 0 oci --cache-dir traps traps.json
check 'oci warns as a compilation does' 'sort err | cmp -s - expected'
cp out traps.out
run 0 oci --cache-dir traps traps.json
check 'a hit is quiet' '[[ ! -s err ]] && cmp -s out traps.out'
run 0 oci --no-cache --json traps.json
check '--json' '[[ $(member err warnings) == *"is compared as 64 bits"* ]]'
# With --strict the answer is the same with and without an entry in the cache, which it does not use.
for attempt in 1 2; do
    run 4 oci --strict --cache-dir traps traps.json
    check "--strict, $attempt" '[[ ! -s out ]]'
    says 'is compared as 64 bits'
    check 'the warning is told once' '[ "$(grep -c "is compared as 64 bits" err)" -eq 1 ] && tail -n 1 err | grep -q "refused by --strict$"'
done
run 4 oci --strict --no-cache --json traps.json
check '--strict --json' '[[ $(member err warnings) == *"is compared as 64 bits"* ]]'
run 4 oci --strict -q off.json
says '1 warning, refused by --strict; the first: off.json: no linux.seccomp'
printf '{"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW"}}}' >fine.json
run 0 oci --strict --cache-dir strict --json fine.json
check '--strict: nothing to warn of' '[[ $(member err warnings) == "[]" && ! -e strict ]]'

#
# The cache
#

# hit EXPECTED ARGUMENT...
hit() {
    local expected=$1
    shift
    run 0 oci --cache-dir cache --json "$@"
    check "$*: cacheHit" "[[ \$(member err cacheHit) == $expected ]]"
}
hit false config.json
check 'a miss' 'cmp -s out config.out'
hit true config.json
check 'a hit' 'cmp -s out config.out'
check 'libseccomp is not asked on a hit' '[[ $(member err notes) == "[]" ]]'
# The rest of the config may be another.
sed 's/1024/4096/' config.json >started.json
hit true started.json
hit false line.json
hit false --cap-add SYS_BOOT config.json
run 0 oci --cache-dir /dev/null/cache config.json
says 'seccompc: warning: compiled without a cache'
check 'without a cache' 'cmp -s out config.out'
# In an environment that is empty, as hooks may have it.
env -i "$seccompc" oci --cache-dir cache --json <config.json >out 2>err
check 'an empty environment' 'cmp -s out config.out && [[ $(member err cacheHit) == true ]]'

# A hit takes 2 ms at most, process start included, for a config as podman hands it to its hooks. Of many
# tries the quickest counts, since other processes take their share; a sanitized or unoptimised build is
# another program.
python3 - "$SCC_SOURCE_ROOT" <<'E'
import json, subprocess, sys

root = sys.argv[1]
config = json.load(open("config.json"))
config["linux"]["seccomp"] = json.loads(subprocess.check_output(
    [sys.executable, f"{root}/tests/live/whole_oci.py", f"{root}/profiles/default.json"]))
json.dump(config, open("engine.json", "w"), separators=(",", ":"))
E
hit false engine.json
case $(python3 -c '
import json, sys

options = {one["name"]: one["value"] for one in json.load(open(sys.argv[1]))}
print(options["b_sanitize"] in ("none", []) and options["optimization"] in ("2", "3"))' \
    "$SCC_BUILD_ROOT/meson-info/intro-buildoptions.json") in
True)
    read -r start least < <(python3 - "$seccompc" <<'E'
import os, sys, time

actions = [(os.POSIX_SPAWN_OPEN, 0, "engine.json", os.O_RDONLY, 0),
           (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]

def quickest(tries, enough, *command):
    best = 1.0
    for _ in range(tries):
        start = time.perf_counter()
        os.waitpid(os.posix_spawn(command[0], command, {}, file_actions=actions), 0)
        best = min(best, time.perf_counter() - start)
        if best < enough:
            break
    return int(best * 1e6)

print(quickest(100, 0, "/bin/true"),
      quickest(2000, 0.0019, sys.argv[1], "oci", "-q", "--cache-dir", "cache"))
E
    )
    echo "a hit takes $least us, /bin/true $start us"
    if [[ $start -le 900 ]]; then
        check 'a hit takes 2 ms at most' "[[ $least -le 2000 ]]"
    else
        echo 'skip: the time of a hit, on a machine that is slow to start processes'
    fi
    ;;
*) echo 'skip: the time of a hit, in a build without optimisation' ;;
esac

finish
