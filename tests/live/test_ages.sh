#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The table of system calls against this machine's kernel: what should exist by its age does, and what
# should not does not. test_ages.sh FOLDER PROBE
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh disable=SC1091
. "$(dirname "$0")/common.sh"
probe=$programs/${2:?the name of the probe}
[ -x "$probe" ] || skip "$2 was not built: no compiler for its architecture"
# shellcheck disable=SC2094 # written before it is read
timeout 60 "$probe" sweep >sweep 2>error || skip "this kernel does not run $2: $(cat error)"
grep '^#' sweep || true

check "each number is there by its age" "$programs/ages" sweep
cat check.out

# It can say no: to a kernel that lacks what it should have, and to one that has what it should not.
awk -F '\t' -v OFS='\t' '$2 == "x86_64" && $3 == "0x6e" { $NF = "ENOSYS" } { print }' sweep >lacking
check "a kernel without getppid" refuse "$programs/ages" lacking
awk -F '\t' -v OFS='\t' '$2 == "x86_64" && $3 == "0x190" { $NF = "EFAULT" } { print }' sweep >having
check "a kernel with a call in a gap" refuse "$programs/ages" having
finish
