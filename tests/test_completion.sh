#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The bash completion, asked as bash asks it: COMP_WORDS and COMP_CWORD in, COMPREPLY out.
set -u

: "${SECCOMPC:?the path of the program}" "${SCC_SOURCE_ROOT:?the root of the sources}"
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
touch profile.json 'two words.json' prog.bpf
mkdir profiles

# compopt works only while readline completes; what it is asked for is noted here.
compopt() { options+=" $*"; }

# shellcheck source=/dev/null
source "$SCC_SOURCE_ROOT/src/completion/seccompc.bash" || exit 99

failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# Completes the last of the words given; a word "--option=value" is split as bash splits it.
complete_words() {
    local word
    COMP_WORDS=("$SECCOMPC")
    for word in "$@"; do
        if [[ $word == --*=?* ]]; then
            COMP_WORDS+=("${word%%=*}" "=" "${word#*=}")
        elif [[ $word == --*= ]]; then
            COMP_WORDS+=("${word%=}" "=")
        else
            COMP_WORDS+=("$word")
        fi
    done
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=('left over')
    options=
    _seccompc "$SECCOMPC" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" ||
        fail "$*: status $?"
}

# offers WORD... :: EXPECTED...: exactly these, in any order.
offers() {
    local words=()
    while [[ $1 != :: ]]; do
        words+=("$1")
        shift
    done
    shift
    complete_words "${words[@]}"
    local got expected
    got=$(printf '%s\n' "${COMPREPLY[@]}" | sort)
    expected=$(printf '%s\n' "$@" | sort)
    [[ $got == "$expected" ]] ||
        fail "${words[*]}: offers ($(echo "$got" | tr '\n' ' ')), expected ($(echo "$expected" | tr '\n' ' '))"
}

# includes WORD... :: EXPECTED...: these among others.
includes() {
    local words=() word
    while [[ $1 != :: ]]; do
        words+=("$1")
        shift
    done
    shift
    complete_words "${words[@]}"
    for word in "$@"; do
        printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -e "$word" ||
            fail "${words[*]}: offers (${COMPREPLY[*]}), expected $word among them"
    done
}

# lacks WORD... :: UNEXPECTED...
lacks() {
    local words=() word
    while [[ $1 != :: ]]; do
        words+=("$1")
        shift
    done
    shift
    complete_words "${words[@]}"
    for word in "$@"; do
        ! printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -e "$word" || fail "${words[*]}: offers $word"
    done
}

complete -p seccompc >/dev/null 2>&1 || fail 'no completion is registered for seccompc'

# Every option of every command's help, and nothing else. The help is read here in another way than
# in the completion: by what its lines begin with.
options_of() {
    "$SECCOMPC" "$@" --help | sed -n 's/^  \(-.*\)/\1/p' | sed 's/   .*//' | tr -d , |
        grep -oE -- '(^|[ ])(--[a-z0-9-]+|-[A-Za-z])' | tr -d ' '
}
commands=$("$SECCOMPC" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[[ $(wc -w <<<"$commands") -ge 7 ]] || fail "the help lists $(wc -w <<<"$commands") commands"
mapfile -t all < <(options_of)
[[ ${#all[@]} -ge 10 ]] || fail "the help lists ${#all[@]} options"
offers - :: "${all[@]}"
mapfile -t long < <(printf '%s\n' "${all[@]}" | grep -- ^--)
offers -- :: "${long[@]}"
for command in $commands; do
    mapfile -t own < <(options_of "$command")
    offers "$command" - :: "${own[@]}"
done
offers --export-b :: --export-bpf --export-blob
# A command's own options, and no other's.
offers verify --a :: --arch --as-libseccomp
offers verify prog.bpf --en :: --enosys
offers disasm --a :: --arch --assemble
lacks verify - :: --export-bpf --assemble -O
lacks disasm - :: --as-libseccomp --strict
includes compile - :: --export-bpf -O --no-crosscheck --allow-mismatch
lacks - :: --as-libseccomp --assemble
# A command is the first word alone.
lacks default.json verify - :: --as-libseccomp
offers profile.json --ver :: --verbose --version
offers --no-such :: ''

# Commands and files.
for command in $commands; do
    includes "${command:0:3}" :: "$command"
    lacks -q "${command:0:3}" :: "$command" # a command is the first word
    offers "$command" prof :: profile.json profiles
done
mapfile -t both < <(printf '%s\n' "$commands" profile.json profiles prog.bpf 'two words.json')
offers '' :: "${both[@]}"
offers prof :: profile.json profiles
[[ $options == *filenames* ]] || fail 'files are not marked as such'
offers two :: 'two words.json'
includes '' :: profile.json prog.bpf profiles compile
offers compile prof :: profile.json profiles
offers -q prof :: profile.json profiles
offers -- pro :: profile.json profiles prog.bpf
offers -- --ex :: ''

# Arguments that are files.
offers --export-bpf prog :: prog.bpf
offers --export-oci=prof :: profile.json profiles
includes --export-header= :: profile.json
offers --spec prof :: profile.json profiles
offers disasm --assemble prog :: prog.bpf
offers disasm --assemble=prog :: prog.bpf
offers within --spec prof :: profile.json profiles
offers --spec '' :: profile.json 'two words.json' prog.bpf profiles

# --arch: all names that the program lists.
mapfile -t arches < <("$SECCOMPC" --arch help | sed 1d | tr -s ' ' '\n' | sort -u)
[[ ${#arches[@]} -ge 20 ]] || fail "--arch help lists ${#arches[@]} names"
offers --arch '' :: "${arches[@]}" help
offers --arch amd :: amd64
offers --arch SCMP_ARCH_S3 :: SCMP_ARCH_S390 SCMP_ARCH_S390X
offers --arch=x86 :: x86 x86_64
offers --arch amd64 --arch arm6 :: arm64
offers sim --arch amd :: amd64

# Capabilities: sets alone, names in lists, spelled as docker's users do.
includes --caps '' :: docker podman none all CAP_CHOWN CAP_SYS_ADMIN CAP_CHECKPOINT_RESTORE
includes --caps= :: docker CAP_BPF
offers --caps dock :: docker
offers --caps CAP_SYS_AD :: CAP_SYS_ADMIN
offers --caps SYS_AD :: SYS_ADMIN
offers --caps sys_ad :: sys_admin
offers --caps cap_sys_ad :: cap_sys_admin
offers --caps chown,CAP_SYS_AD :: chown,CAP_SYS_ADMIN
offers --caps chown,kill,sys_ad :: chown,kill,sys_admin
lacks --caps chown, :: chown,docker chown,none
includes --cap-add '' :: CAP_NET_ADMIN
includes --cap-drop CAP_ :: CAP_NET_RAW CAP_MKNOD
offers --cap-add=net_a :: net_admin
offers explain --cap-add=net_a :: net_admin
# Whatever is offered is taken.
complete_words --caps ''
[[ ${#COMPREPLY[@]} -ge 40 ]] || fail "--caps: ${#COMPREPLY[@]} words"
for word in "${COMPREPLY[@]}"; do
    "$SECCOMPC" -q --caps "$word" --version >/dev/null || fail "--caps $word is offered and refused"
done

# -O, its level joined or not.
complete_words -O
[[ ${#COMPREPLY[@]} -ge 2 ]] || fail "-O: ${COMPREPLY[*]}"
for word in "${COMPREPLY[@]}"; do
    [[ $word == -O? ]] || fail "-O: $word"
    "$SECCOMPC" -q "$word" --version >/dev/null || fail "$word is offered and refused"
done
includes -O :: -O0 -O1 -O2
includes -O '' :: 0 1 2
offers -O1 :: -O1

# What the program expects where it is given nothing.
offers --on-conflict '' :: refuse strictest
offers --on-conflict=s :: strictest
offers --enosys '' :: profile runc kernel
offers verify --enosys r :: runc
for command in $commands; do
    [[ $command == cache ]] || offers "$command" --on-conflict '' :: refuse strictest
done
offers cache --cache-dir p :: profiles
for word in profile runc kernel; do
    "$SECCOMPC" verify --enosys "$word" --help >/dev/null || fail "--enosys $word is offered and refused"
done
for word in refuse strictest; do
    "$SECCOMPC" -q --on-conflict "$word" --version >/dev/null ||
        fail "--on-conflict $word is offered and refused"
done

# What nothing can be said about, and a program that is not there.
offers --kernel '' :: ''
SECCOMPC=./missing
offers --exp :: ''

if [[ $failures -gt 0 ]]; then
    echo "$failures failed"
    exit 1
fi
echo 'bash completion: all as expected'
