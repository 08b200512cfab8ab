#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each public header stands alone, in strict C and in C++, and each is installed.
set -eu
root=${SCC_SOURCE_ROOT:?the source root}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for header in "$root"/include/seccompc/*.h; do
    name=seccompc/$(basename "$header")
    printf '#include <%s>\n#include <%s>\nint main(void) { return 0; }\n' "$name" "$name" >"$work/t.c"
    cc -std=c99 -pedantic-errors -Wall -Wextra -Werror -I"$root/include" -c -o "$work/t.o" "$work/t.c"
    if command -v c++ >/dev/null; then
        c++ -x c++ -std=c++11 -pedantic-errors -Wall -Wextra -Werror -I"$root/include" \
            -c -o "$work/t.o" "$work/t.c"
    fi
    grep -q "'$name'" "$root/include/meson.build" || {
        echo "$name is not installed"
        exit 1
    }
done
echo "$(find "$root/include/seccompc" -name '*.h' | wc -l) headers"
