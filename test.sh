#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and runs every test: once as it is, once under sanitizers. Then
# the fuzzers try some inputs more than are kept.
set -eu
cd "$(dirname "$0")"

# Where every live test must run also Docker, whose package starts a daemon, and the emulators and cross
# compilers of other architectures, which are large; nobody asked for them elsewhere.
./setup.sh build try test ${SCC_REQUIRE_LIVE:+docker arch}

prepare() { # DIRECTORY OPTION...
    directory=$1
    shift
    [ -f "$directory/build.ninja" ] ||
        meson setup "$directory" -Dtests=enabled -Dwerror=true "$@"
    ninja -C "$directory"
}

status=0
prepare build-test
meson test -C build-test --print-errorlogs || status=1

# Once more what runs our own code on inputs; what starts others' programs, builds or takes CPU time for
# its measure shows nothing more here.
prepare build-asan -Db_sanitize=address,undefined
export SCC_TEST_ROUNDS=150
export ASAN_OPTIONS=detect_stack_use_after_return=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
meson test -C build-asan --print-errorlogs --suite unit --suite command --suite fuzz ||
    status=1

# Always the same inputs, so that a commit is not blamed for what chance brings.
tests/fuzz/run.sh -r 600 -j 2 || status=1

echo "What libseccomp made of random rule sets:"
grep -h "with conflicts" build-test/meson-logs/testlog.txt || true
python3 tests/summary.py build-test build-asan
exit $status
