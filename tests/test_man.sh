#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The manual pages against the program: options and commands in both directions, the keys of every
# command's JSON, the profile's keys and words, the form of the pages, and the examples, which are run;
# what the page shows as output is compared.
set -u

: "${SECCOMPC:?the path of the program}" "${SCC_SOURCE_ROOT:?the root of the sources}"
program_page=$SCC_SOURCE_ROOT/man/seccompc.1
profile_page=$SCC_SOURCE_ROOT/man/seccompc-profile.5
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99

failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# same WHAT FILE FILE: both hold the same lines.
same() {
    local difference
    difference=$(diff "$2" "$3") || fail "$1 (< page, > program):
$difference"
}

# The lines of section $2 (.Sh) of page $1, or of its subsection $3 (.Ss).
section() {
    awk -v sh=".Sh $2" -v ss="${3:+.Ss $3}" '
        /^\.Sh/ { in_section = $0 == sh; in_part = 0; next }
        /^\.Ss/ { in_part = $0 == ss; next }
        in_section && (ss == "" || in_part)' "$1"
}

# Removes from mdoc text the escapes that stand for plain characters.
plain() {
    sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\(ga/`/g' -e 's/\\(->/→/g' -e 's/\\\[u2026\]/…/g' -e 's/\\&//g' -e 's/\\e/\\/g'
}

# The literal block of page $1 that has a line like the expression $2.
block() {
    plain <"$1" | awk -v like="$2" '
        /^\.Bd -literal/ { open = 1; text = ""; found = 0; next }
        /^\.Ed/ { if (found) { printf "%s", text; exit } open = 0 }
        open { text = text $0 "\n"; if ($0 ~ like) found = 1 }'
}

#
# Commands and options
#

# Options as "-q, --quiet", "--arch NAME", "-OLEVEL".
options_of_help() {
    "$SECCOMPC" "$@" --help |
        sed -nE 's/^  (-[A-Za-z])?(, )?(--[a-z0-9-]+)?( ?[A-Z][^ ]*)?(  .*)?$/\1\2\3\4/p' |
        grep -- '^-' | sort
}

options_of_page() {
    section "$program_page" COMMANDS "$1" | sed -nE 's/^\.It (Fl .*)$/\1/p' |
        sed -E -e 's/Fl -/--/g' -e 's/Fl /-/g' -e 's/ Ns Ar //' -e 's/ Ar / /' -e 's/ , /, /g' | sort
}

"$SECCOMPC" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort >commands
sed -n '/^\.Sh COMMANDS/,/^\.Sh [^C]/s/^\.Ss //p' "$program_page" | sort >commands.page
[[ -s commands ]] || fail 'the help lists no commands'
same 'commands' commands.page commands
while read -r command; do
    options_of_help "$command" >options
    options_of_page "$command" >options.page
    [[ $(wc -l <options) -ge 5 ]] || fail "$command: $(wc -l <options) options in its help"
    same "options of $command" options.page options
done <commands
# Every command stands in the synopsis, and its "yes" and "no" under EXIT STATUS: those of all but the ones
# that have a status of their own.
section "$program_page" SYNOPSIS | sed -nE 's/^\.(Op )?Cm ([a-z]+)$/\2/p' | sort -u >commands.page
same 'commands of the synopsis' commands.page commands
section "$program_page" 'EXIT STATUS' | grep -oE 'Cm [a-z ,]+' | grep -oE '[a-z]+' | sort -u >named
while read -r command; do
    grep -qx "$command" named || fail "EXIT STATUS does not speak of $command"
done <commands
section "$program_page" REPORT | sed -n '/^\.Li kind$/,/^\.Pc/s/^\.Li \([a-z]*\).*/\1/p' | grep -vx kind | sort >kinds.page
grep -oE 'stage(_text)?\(at, "[a-z]+"' "$SCC_SOURCE_ROOT/src/cmd_compile.c" | sed 's/.*"\(.*\)"/\1/' | sort >kinds
same 'kinds of outputs' kinds.page kinds
# Without a command the help is that of the first.
options_of_help >options
options_of_page compile >options.page
same 'options without a command' options.page options

# Options that are named in running text exist. OUTPUT and EXAMPLES name those of other programs.
while read -r command; do
    options_of_help "$command"
done <commands | sort -u >options
{
    for name in DESCRIPTION COMMANDS QUESTIONS TARGETS CAPABILITIES PROOF CROSSCHECK REPORT 'EXIT STATUS' \
        HARDENING 'SECURITY CONSIDERATIONS'; do
        section "$program_page" "$name" >text
        [[ -s text ]] || fail "$program_page has no section $name"
        cat text
    done
    cat "$profile_page"
} | sed -nE -e 's/^\.(Op |Pq )?Fl -([a-z0-9-]+).*/--\2/p' -e 's/^\.Fl (O[0-9]).*/-\1/p' | sort -u >named
[[ $(wc -l <named) -ge 10 ]] || fail "the pages name $(wc -l <named) options"
while read -r option; do
    case $option in
    -O?) "$SECCOMPC" "$option" --version >/dev/null 2>&1 ;;
    *) grep -qE -e "(^|[ ,])$option( |\$)" options ;;
    esac || fail "$option is named and does not exist"
done <named

#
# What the pages name
#

# is_named PAGE WORD: the word stands in the page between characters of other words.
is_named() {
    plain <"$1" | grep -qE -e "(^|[^A-Za-z0-9_])$2([^A-Za-z0-9_]|\$)"
}

# describes NAME LEAST SECTION...: the keys of the JSON in ./answers, LEAST at least, are all named in
# these sections ("COMMANDS/diff" is a subsection).
describes() {
    local name=$1 least=$2 key part
    shift 2
    grep -oE '"[A-Za-z0-9_]+":' answers | tr -d '":' | sort -u >keys
    [[ $(wc -l <keys) -ge $least ]] || fail "$name: $(wc -l <keys) keys, expected $least at least"
    for part in "$@"; do
        section "$program_page" "${part%%/*}" "$([[ $part != */* ]] || echo "${part#*/}")"
    done >text
    while read -r key; do
        # Actions are named as such; see seccompc-profile(5).
        [[ $key == SCMP_ACT_* ]] || grep -qE -e "^\.(It |Pq )?Li (.*[ ,])?$key([ ,]|\$)" text ||
            fail "$name: $key is not described"
    done <keys
}

# All keys of a report with everything in it, and of a failure.
"$SECCOMPC" --json --caps none --export-oci /dev/null --export-blob all.blob 2>answers
"$SECCOMPC" --json --arch none 2>>answers
describes 'compile --json' 31 REPORT
"$SECCOMPC" --json --harden 2>answers
describes 'compile --json --harden' 45 REPORT COMMANDS/diff QUESTIONS

grep -oE '\{"[A-Za-z]+", read_' "$SCC_SOURCE_ROOT/src/profile.c" | grep -oE '[A-Za-z]+' |
    grep -vx read | sort -u >keys
[[ $(wc -l <keys) -ge 20 ]] || fail "src/profile.c has $(wc -l <keys) keys"
while read -r key; do
    grep -qE -e "^\.It Li (.* )?$key( |\$)" "$profile_page" || fail "$key is not in $profile_page"
done <keys
grep -ohE '"(SCMP_(ACT|CMP)|SECCOMP_FILTER_FLAG)_[A-Z_]+"' "$SCC_SOURCE_ROOT/src/action.c" |
    tr -d '"' | sort -u >words
[[ $(wc -l <words) -ge 20 ]] || fail "src/action.c has $(wc -l <words) words"
while read -r word; do
    is_named "$profile_page" "$word" || fail "$word is not in $profile_page"
done <words

# What a compilation warns of and lint finds.
lint_kinds=$SCC_SOURCE_ROOT/src/data/lint.txt
awk '/^\[/ { id = substr($0, 2, length($0) - 2) } /^compile: yes/ { print id }' "$lint_kinds" | sort >kinds
section "$profile_page" 'WARNINGS AND NOTES' | plain | sed -nE 's/^\.Li ([a-z0-9-]+)( [,.])?$/\1/p' |
    grep -E -- '-|^undecided$' | sort >kinds.page
[[ $(wc -l <kinds) -ge 5 ]] || fail "$(wc -l <kinds) kinds for compilations"
same 'kinds that a compilation warns of' kinds.page kinds

#
# Form
#

lint_page=${SCC_BUILD_ROOT:?the build}/man/seccompc-lint.7
grep -q '^@' "$lint_page" && fail "$lint_page: $(grep '^@' "$lint_page")"
for page in "$program_page" "$profile_page" "$SCC_SOURCE_ROOT/man/seccompc-blob.5" "$lint_page"; do
    if command -v mandoc >/dev/null; then
        complaints=$(mandoc -T lint -W warning "$page" 2>&1) || fail "mandoc: $complaints"
    fi
    if command -v groff >/dev/null; then
        complaints=$(groff -mdoc -ww -z -Tutf8 "$page" 2>&1)
        [[ -z $complaints ]] || fail "groff: $complaints"
    fi
done
command -v mandoc >/dev/null || echo 'skip: mandoc is not here to check the pages'
command -v groff >/dev/null || echo 'skip: groff is not here to check the pages'

#
# Examples
#

mkdir bin
ln -s "$SECCOMPC" bin/seccompc
PATH=$work/bin:$PATH
cp "$SCC_SOURCE_ROOT/profiles/default.json" default.json
cat >config.json <<'EOF'
{
  "ociVersion": "1.0.2",
  "process": {"capabilities": {"bounding": ["CAP_CHOWN", "CAP_KILL"]}},
  "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_NATIVE"],
    "syscalls": [{"names": ["read", "mount"], "action": "SCMP_ACT_ALLOW"}]}}
}
EOF
plain <"$profile_page" | awk '/^\.Bd/ { open = 1; next } /^\.Ed/ { exit } open' >short.json
seccompc --strict -q --arch amd64 --caps all short.json || fail "the profile in $profile_page"
block "$program_page" '^kill: ' >filter.txt
block "$program_page" '^# ARCH' >cases
block "$program_page" '^% time' >counts
[[ -s filter.txt && -s cases && -s counts ]] || fail 'no listing, table of cases or of counts'
seccompc disasm --assemble filter.bpf filter.txt || fail "the listing: status $?"

# The synopsis, one form after another. No input lets a question fail with "no".
for words in '--help' 'compile --help' 'sim --help' '--arch help' 'diff --arch help' '' 'compile' \
    'default.json' 'compile --export-oci - default.json' 'compile --export-bpf default.bpf default.json' \
    'compile --export-blob default.blob default.json' 'verify default.blob' 'verify default.blob default.json' \
    'verify default.bpf default.json' 'diff default.json default.bpf' 'within default.json default.bpf' \
    'lint --level error default.json' 'explain default.json read' 'explain default.bpf 0 a0=1 a5=-1' 'disasm default.bpf' \
    'disasm --assemble again.bpf filter.txt' 'sim --arch amd64 filter.bpf' \
    'cache --cache-dir cache list' 'cache --cache-dir cache prune' 'cache --cache-dir cache verify' \
    'optimize filter.bpf -o optimized.bpf'; do
    # shellcheck disable=SC2086 # words
    seccompc $words -q >out 2>&1 <<<'x86_64 read = ALLOW' ||
        fail "seccompc $words: status $?: $(cat out)"
done
seccompc --version >out || fail "seccompc --version: status $?"
seccompc -q --export-oci - - <default.json >out || fail "seccompc - <default.json: status $?"
cmp -s filter.bpf again.bpf || fail 'the listing gives other bytes the second time'

#
# The keys of the questions
#

cat >more.json <<'EOF'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
  "syscalls": [
    {"names": ["getpid", "socket"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["getpid"], "action": "SCMP_ACT_ERRNO"},
    {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
     "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_LT"},
              {"index": 1, "value": 8, "op": "SCMP_CMP_MASKED_EQ"}]},
    {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}
  ]
}
EOF
cat >equal.txt <<'EOF'
    ld [16]
    tax
    ld [24]
    jeq x, same
    ret #0x50001
same: ret #0x7fff0000
EOF
sed 's/jeq/jge/' equal.txt >greater.txt
cat >ranges.txt <<'EOF'
    ld [16]
    jlt #100, deny
    and #0x1234000
    jeq #0x204000, deny
    ret #0x7fff0000
deny: ret #0x50001
EOF
for name in equal greater ranges; do
    seccompc disasm --arch amd64 --assemble "$name.bpf" "$name.txt" || fail "$name.txt: status $?"
done
# json COMMAND ARGUMENT...: the answer, or the failure.
json() {
    local command=$1
    shift
    seccompc "$command" --arch amd64 --kernel 6.18 --json "$@" 2>&1
}
seccompc -q --arch amd64 --export-bpf more.bpf more.json || fail 'more.json'
{ json verify more.bpf more.json && ! json verify filter.bpf more.json; } >answers
describes 'verify --json' 5 COMMANDS/verify QUESTIONS
seccompc -q --arch amd64 --export-blob more.blob more.json || fail 'more.blob'
{ json verify more.blob && ! json verify more.blob short.json; } >answers
describes 'verify --json of a blob' 20 COMMANDS/verify QUESTIONS
{ json diff more.json filter.bpf; json diff equal.bpf greater.bpf; } >answers
describes 'diff --json' 27 COMMANDS/diff QUESTIONS
{ json within more.json filter.bpf; json within equal.bpf greater.bpf; } >answers
describes 'within --json' 28 COMMANDS/within COMMANDS/diff QUESTIONS
for words in 'more.json personality' 'more.json personality a0=9' 'more.json socket' 'more.json 20' \
    'more.json getpid' 'more.json semtimedop' 'filter.bpf socket a0=1' 'more.bpf personality' \
    'ranges.bpf read'; do
    # shellcheck disable=SC2086 # words
    json explain $words
done >answers
describes 'explain --json' 41 COMMANDS/explain QUESTIONS
json lint --level note more.json >answers
describes 'lint --json' 17 COMMANDS/lint
{ json disasm filter.bpf; json disasm --assemble again.bpf filter.txt; } >answers
describes 'disasm --json' 11 COMMANDS/disasm
json optimize filter.bpf -o optimized.bpf >answers
describes 'optimize --json' 15 COMMANDS/optimize
printf 'x86_64 0..500 = LOG\nx86_64 read\n' >calls
printf 'ld [16]\nor #0x50000\nret a\n' >many.txt
seccompc disasm --arch amd64 --assemble many.bpf many.txt || fail "many.txt: status $?"
{
    json sim short.json cases
    json sim more.bpf calls
    echo 'x86_64 read 100..120' | json sim many.bpf
} >answers
describes 'sim --json' 26 COMMANDS/sim QUESTIONS
for file in default.json more.json; do
    "$CACHE_GET" cache "$file" >>got 2>warnings || fail "cache_get $file"
done
: >"$(sed -n '1s/.* //p' got)"
for words in list verify prune; do
    seccompc cache --cache-dir cache --json "$words"
done >answers
describes 'cache --json' 16 COMMANDS/cache
seccompc oci --no-cache --json config.json >out 2>answers || fail "oci --json: $(cat answers)"
echo '{' | seccompc oci --no-cache --json --fallback >out 2>>answers || fail 'oci --fallback'
describes 'oci --json' 11 COMMANDS/oci
json diff more.json missing.json >answers
describes 'a failure with --json' 9 REPORT

# Commands begin with "$ ". Under COMMANDS what follows is what they print; the page breaks lines where
# it likes. What is printed depends on the machine and on published profiles, which stand beside a
# developer's clone.
corpus=${SCC_SHARED:-$SCC_SOURCE_ROOT/../shared}/corpus
cp "$corpus/moby-2021-01.json" moby-2021.json 2>/dev/null
cp "$corpus/moby-2026-06.json" moby-2026.json 2>/dev/null
cp "$corpus/containers-common-2025-08.json" podman.json 2>/dev/null
section "$program_page" COMMANDS | plain | awk '
    /^\.Ed/ { if (name) close(name); name = "" }
    name && !/^\$ / { print > (name ".shown") }
    /^\$ / { name = sprintf("shown.%02d", ++count); print substr($0, 3) > name; printf "" > (name ".shown") }'
compared=0
for example in shown.??; do
    grep -oE '[a-z0-9-]+\.json' "$example" >needed
    while read -r file; do
        [[ -e $file ]] || continue 2
    done <needed
    bash -o pipefail "$example" >out 2>err </dev/null
    status=$?
    [[ $status -le 1 ]] || fail "status $status: $(cat "$example"): $(cat err)"
    [[ $(uname -m) == x86_64 ]] || continue
    [[ $(tr -s ' \n' ' ' <out) == "$(tr -s ' \n' ' ' <"$example.shown")" ]] ||
        fail "$(cat "$example"): prints
$(cat out)
and the page shows
$(cat "$example.shown")"
    compared=$((compared + 1))
done
[[ -e podman.json ]] || echo 'skip: no published profiles for some examples'
[[ $(uname -m) != x86_64 || $compared -ge 10 ]] || fail "only $compared outputs were compared"

# Under EXAMPLES commands go on to the next one or to the block's end, a file each.
section "$program_page" EXAMPLES | plain | awk '
    /^\$ / { count++ }
    /^\.Ed/ { open = 0 }
    /^\$ / { open = 1; sub(/^\$ /, "") }
    open { print > sprintf("example.%02d", count) }'
ran=0
for example in example.*; do
    missing=
    for tool in jq bwrap; do
        if grep -qw "$tool" "$example" && ! command -v "$tool" >/dev/null; then
            missing=$tool
        fi
    done
    if grep -qw bwrap "$example" && ! bwrap --dev-bind / / true 2>/dev/null; then
        missing='bwrap that works'
    fi
    if [[ $missing ]]; then
        echo "skip: no $missing for: $(head -n 1 "$example")"
        continue
    fi
    bash -e -o pipefail "$example" >out 2>err </dev/null ||
        fail "status $?: $(cat "$example"): $(cat err)"
    ran=$((ran + 1))
    if grep -qw bwrap "$example"; then
        grep -q 'Seccomp:[[:space:]]*2' out || fail "$(cat "$example"): $(cat out)"
    fi
done
[[ $ran -ge 5 ]] || fail "only $ran examples ran"
for file in docker.bpf docker.blob docker.json docker-amd64.bpf docker-arm64.bpf slim.json filter.h \
    program.b64 service.bpf better.bpf; do
    [[ -s $file ]] || fail "the examples leave no $file"
done
if command -v jq >/dev/null; then
    jq -e '.annotations["run.oci.seccomp_bpf_data"] | test("^[A-Za-z0-9+/]+=*$")' config.json \
        >out || fail 'the examples leave no annotation in config.json'
    jq -e '.linux.seccomp.architectures[0] | test("^SCMP_ARCH_") and . != "SCMP_ARCH_NATIVE"' \
        config.json >out || fail 'the examples leave no slim profile in config.json'
fi

if command -v cc >/dev/null; then
    section "$program_page" EXAMPLES | plain | sed -n '/^#include/,/^\.Ed/p' | grep -v '^\.Ed' >load.c
    cc -Wall -Wextra -Werror -Wno-unused-function -fsyntax-only load.c || fail 'the C example'
else
    echo 'skip: no cc for the C example'
fi

if [[ $failures -gt 0 ]]; then
    echo "$failures failed"
    exit 1
fi
echo "manual pages: all as expected, $ran examples ran, $compared outputs compared"
