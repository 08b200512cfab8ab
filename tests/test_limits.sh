#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The worst inputs that are known, each within 5 s of CPU time and 512 MiB, or ten times that under
# sanitizers. docs/LIMITS.md has the whole.
set -u
[ "${SCC_SANITIZE:-none}" = none ] || set -- --sanitized
exec python3 "$(dirname "$0")/limits/measure.py" --worst "$@" "${SECCOMPC:?the path of the program}"
