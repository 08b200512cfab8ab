#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cppcheck over everything. What it knows of unchanged files is kept in the build directory.
# shellcheck source=static.sh
. "$SCC_SOURCE_ROOT/tests/static/static.sh"
need cppcheck
mkdir -p "$build/cppcheck"
cppcheck -q -j "$(nproc)" --cppcheck-build-dir="$build/cppcheck" \
    --enable=warning,style,performance,portability --inline-suppr \
    --suppressions-list=tests/static/cppcheck.txt --error-exitcode=1 \
    --std=c11 -D_GNU_SOURCE -D__x86_64__ -D__linux__ -D__GNUC__=12 \
    --include=tests/static/criterion.h -I "$build/src" -I src -I include -I tests -I bench \
    src tests bench examples
