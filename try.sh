#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds seccompc, compiles its default profile for this machine and runs a process under it.
set -eu
cd "$(dirname "$0")"

./setup.sh build try
echo "Building, which takes a minute"
[ -f build/build.ninja ] || meson setup build --buildtype=release -Dtests=disabled >/dev/null
ninja -C build >/dev/null

echo "== The default profile, compiled for this machine"
build/src/seccompc --stats --export-bpf build/default.bpf --export-oci build/default.json

# setarch -R asks personality(2) for a flag that the profile does not allow.
echo
echo "== Without a filter"
setarch -R echo "setarch -R: allowed"

echo
echo "== Under the filter"
build/src/seccompc run build/default.bpf -- sh -c '
    grep "^Seccomp:" /proc/self/status
    echo "echo: allowed"
    if setarch -R true 2>/dev/null; then
        echo "setarch -R: allowed, which is wrong"
        exit 1
    fi
    echo "setarch -R: refused (personality: Operation not permitted)"
'

echo
echo "The program is build/src/seccompc; seccompc --help says what it can do."
