#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Scripts: shellcheck over every shell script, pyflakes over every Python file.
# shellcheck source=static.sh
. "$SCC_SOURCE_ROOT/tests/static/static.sh"
need shellcheck pyflakes3
status=0
sources '*.py' | xargs pyflakes3 || status=1
# Those of other names start with a shell's line.
{
    sources '*.sh'
    sources '.ci/*' 'bench/*' 'tests/*' | xargs grep -lE '^#!/bin/(ba)?sh' -- | grep -v '\.sh$'
} | sort -u | xargs -P "$(nproc)" -n 8 shellcheck -x || status=1
exit $status
