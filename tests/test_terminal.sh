#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Names from profiles, configs and command lines that would say something to a terminal: docs/THREATS.md.
# shellcheck disable=SC2015,SC2016,SC2034 # single-quoted expressions are evaluated by check
# shellcheck source=command.sh
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"

# What a terminal obeys, hides or turns around; as JSON has it, and as a file's name.
python3 - <<'P'
import json, os

points = [0x1b, 0x07, 0x0a, 0x0d, 0x7f, 0x9b, 0xad, 0x61c, 0x200b, 0x202e, 0x2028, 0x2066, 0x2069, 0x206f, 0xfeff, 0xe0041]
evil = "".join(map(chr, points)) + "[31mx\nforged"
rule = {"names": ["chdir"], "action": "SCMP_ACT_ERRNO"}
fine = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [dict(rule, comment=evil)], "listenerPath": "/run/" + evil,
        "listenerMetadata": evil}
documents = {
    "fine": fine,
    "name": dict(fine, syscalls=[dict(rule, names=["chdir", evil])]),
    "action": dict(fine, syscalls=[dict(rule, action=evil)]),
    "default": dict(fine, defaultAction=evil),
    "arch": dict(fine, architectures=[evil]),
    "key": {**fine, evil: 1},
    "caps": dict(fine, syscalls=[dict(rule, includes={"caps": [evil]})]),
    "kernel": dict(fine, syscalls=[dict(rule, includes={"minKernel": evil})]),
    "flags": dict(fine, flags=[evil]),
    "config": {"linux": {"seccomp": fine}, "annotations": {evil: evil}, "process": {"capabilities": {"bounding": [evil]}}},
    "annotation": {"linux": {"seccomp": fine}, "annotations": {"run.oci.seccomp_bpf_data": evil}},
}
os.mkdir("evil")
for name, document in documents.items():
    with open(f"{name}.json", "w") as out:
        json.dump(document, out, ensure_ascii=False)
with open("text.json", "w") as out:
    out.write(evil)
with open("lxc.json", "w") as out:
    out.write("2\nallowlist\n" + evil + "\n")
# A name that is not UTF-8 either.
name = evil.replace("\n", "").encode() + b"\nforged \xff\xc2"
with open(b"evil/" + name, "w") as out:
    json.dump(fine, out)
with open("names", "wb") as out:
    out.write(b"evil/" + name + b"\0")
# Whether a text has something of that: what is to be shown, and as JSON if it begins like that.
with open("look.py", "w") as out:
    out.write(f"""
import json, sys
hidden = set({[p for p in points if p != 0x0a]})
found = 0
for path in sys.argv[1:]:
    text = open(path, "rb").read().decode()
    bad = [hex(ord(c)) for c in text if ord(c) in hidden]
    if bad:
        found += 1
        print(f"{{path}}: {{bad}}: {{text[:2000]!r}}")
    if text[:1] in ("{{", "["):
        json.loads(text)
sys.exit(found > 0)
""")
P
evil=$(tr -d '\0' <names; echo .)
evil=${evil%.}

# shows ARGUMENT...: runs the command, whatever it answers; what it says is looked at in the end.
said=0
mkdir said
shows() {
    checks=$((checks + 1))
    said=$((said + 1))
    "$seccompc" "$@" >said/$said.out 2>said/$said.err </dev/null
    [ $? -lt 128 ] || fail "$*: $(cat -v said/$said.err)"
}

# subject: names from documents
for file in *.json; do
    shows --stats -v --export-bpf o.bpf "$file"
    check "$file: something is said" "[ -s said/$said.err ]"
    shows --json "$file"
    case $file in
        fine.json | name.json | config.json)
            for command in 'lint' 'lint --json' 'lint --sarif' 'diff fine.json' 'explain --json' 'verify --json o.bpf' \
                '--export-oci -' '--export-header -' 'oci --json --no-cache' 'run --no-cache'; do
                # shellcheck disable=SC2086 # words
                case $command in
                    explain*) shows $command "$file" chdir ;;
                    run*) shows $command "$file" -- true ;;
                    *) shows $command "$file" ;;
                esac
            done
            ;;
    esac
done
# What is escaped is not lost: the slim profile has the listener's path.
run 0 -q --export-oci - fine.json
check 'escapes mean the same' \
    'python3 -c "import json; assert json.load(open(\"out\"))[\"listenerPath\"] == json.load(open(\"fine.json\"))[\"listenerPath\"]"'

# subject: names of files and words of the command line
cp fine.json "$evil"
for command in '--stats' '--json' 'lint' 'lint --json' 'lint --sarif' 'oci --json' 'disasm' 'sim' 'verify --json o.bpf' \
    'diff --json fine.json' 'within fine.json' 'cache' 'optimize' 'oci --in-place' 'oci --profile' '--spec' '--arch' \
    '--caps' '--kernel' '--enosys' '--optimize-for' '--weights' '--export-bpf /nowhere --spec' 'explain fine.json'; do
    # shellcheck disable=SC2086 # words
    shows $command "$evil"
done
for option in --export-bpf --export-oci --export-blob --export-header --export-lxc; do
    shows --stats fine.json $option "$evil.x"
    shows --json fine.json $option "$evil.x"
    shows --json fine.json $option "$evil.d/x"
done
shows "--no-such$evil"
shows run --no-cache fine.json -- "$evil"
shows run --no-cache "$evil" -- true
shows run --no-cache fine.json -- "./$evil"
mkdir -m 700 "$evil.cache" "$evil.open"
chmod 777 "$evil.open"
run 0 run --cache-dir "$evil.cache" fine.json -- true
for action in list 'list --json' verify 'verify --json' prune 'prune --json'; do
    # shellcheck disable=SC2086 # words
    shows cache $action --cache-dir "$evil.cache"
    # shellcheck disable=SC2086 # words
    shows cache $action --cache-dir "$evil.open"
done
entry=$(find evil -name '*.blob' -print -quit)
if [ -n "$entry" ]; then
    echo broken >"$entry"
    shows cache verify --cache-dir "$evil.cache"
    shows cache verify --json --cache-dir "$evil.cache"
fi

check 'no name begins a line' '! grep -a ^forged said/* >difference' || cat difference
check 'something is said' '[ "$(cat said/*.err said/*.out | grep -ac 31mx)" -gt 60 ]'
python3 look.py said/* >difference 2>&1 || fail "a terminal would obey: $(cat -v difference)"
finish
