#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds seccompc-bench as a release and runs it: bench/run.sh [OPTION ...] [PROFILE ...]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

"$root/setup.sh" build
build=$root/build-bench
[ -f "$build/build.ninja" ] ||
    meson setup "$build" "$root" --buildtype=release -Dtests=disabled >/dev/null
ninja -C "$build" bench/seccompc-bench >/dev/null
exec "$build/bench/seccompc-bench" "$@"
