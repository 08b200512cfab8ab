# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# Sourced by what measures; root is the root of the sources. build TARGET...: a release of these in
# the folder $build.
build=${root:?}/build-bench

build() {
    "$root/setup.sh" build
    [ -f "$build/build.ninja" ] ||
        meson setup "$build" "$root" --buildtype=release -Dtests=disabled >/dev/null
    ninja -C "$build" "$@" >/dev/null
}
