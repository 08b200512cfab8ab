#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every C file is as clang-format writes it.
# shellcheck source=static.sh
. "$SCC_SOURCE_ROOT/tests/static/static.sh"
need clang-format
sources '*.c' '*.h' | xargs clang-format --dry-run -Werror
