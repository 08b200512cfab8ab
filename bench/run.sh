#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds seccompc-bench as a release and runs it: bench/run.sh [OPTION ...] [PROFILE ...]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

# shellcheck source-path=SCRIPTDIR source=build.sh
. "$root/bench/build.sh"
build bench/seccompc-bench
exec "$build/bench/seccompc-bench" "$@"
