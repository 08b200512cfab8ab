#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs every command of the README and of docs/CONTAINERS.md, block by block, in a copy of the sources.
set -eu
root=${SCC_SOURCE_ROOT:?the source root}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -r "$root" "$work/seccompc"
cd "$work/seccompc"
rm -rf build build-*
mkdir bin
ln -s "${SECCOMPC:?the path of the program}" bin/seccompc
export PATH="$PWD/bin:$PATH"

# Blocks fenced as sh hold commands alone; test.sh is what runs this test.
awk '/^```sh$/ {inside = 1; next} /^```$/ {if (inside) print "#---"; inside = 0} inside' README.md \
    docs/CONTAINERS.md |
    grep -v '^\./test\.sh' >commands
grep -q 'try\.sh' commands
count=0
block=
while IFS= read -r line; do
    if [ "$line" != '#---' ]; then
        block+=$line$'\n'
        continue
    fi
    count=$((count + 1))
    for needed in crun jq; do
        case $block in
        *"$needed "*)
            command -v $needed >/dev/null ||
                { echo "without $needed, not run: $block"; block=; continue 2; } ;;
        esac
    done
    case $block in
    *bwrap*) command -v bwrap >/dev/null || { echo "without bwrap, not run: $block"; block=; continue; } ;;
    *'meson install'*) block=${block//meson install/DESTDIR=$work/root meson install} ;;
    esac
    if ! DESTDIR="$work/root" bash -euo pipefail -c "$block" >"$work/log" 2>&1 </dev/null; then
        echo "this block of the README fails:"
        printf '%s\n' "$block"
        cat "$work/log"
        exit 1
    fi
    block=
done <commands
[ "$count" -ge 4 ]
echo "$count blocks"
