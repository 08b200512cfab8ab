# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# skip REASON: nothing to be shown here. An error where someone relies on these tests.
skip() {
    if [ -n "${SCC_REQUIRE_LIVE:-}" ]; then
        echo "FAIL: $1, and SCC_REQUIRE_LIVE is set"
        exit 1
    fi
    echo "SKIP: $1"
    exit 77
}
