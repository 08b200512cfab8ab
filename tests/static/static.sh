# shellcheck shell=sh disable=SC2034 # the tests use what is set here
# SPDX-License-Identifier: Apache-2.0
# What the static checks share: sourced first. They then stand in the root of the sources.
set -eu

cd "${SCC_SOURCE_ROOT:?the root of the sources}"
build=${SCC_BUILD_ROOT:?the build directory}

# need PROGRAM...: skips without it, an error where someone relies on these checks.
need() {
    for needed in "$@"; do
        command -v "$needed" >/dev/null && continue
        if [ -n "${SCC_REQUIRE_STATIC:-}" ]; then
            echo "FAIL: $needed is not installed, and SCC_REQUIRE_STATIC is set"
            exit 1
        fi
        echo "SKIP: $needed is not installed"
        exit 77
    done
}

# sources PATTERN...: our files of that kind; a file that git does not know yet is one, too.
sources() {
    git ls-files --cached --others --exclude-standard -- "$@" 2>/dev/null | grep . ||
        (for pattern; do find . -name "$pattern" -not -path './build*'; done | sed 's|^\./||')
}
