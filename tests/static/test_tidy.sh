#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over everything, its analyzer over the files that tidy.py names.
# shellcheck source=static.sh
. "$SCC_SOURCE_ROOT/tests/static/static.sh"
need clang-tidy
python3 tests/static/tidy.py "$build" --analyzer core
