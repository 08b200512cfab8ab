#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# meson dist makes an archive that builds, installs, and serves a program that finds it by pkg-config.
set -eu
root=${SCC_SOURCE_ROOT:?the source root}
build=${SCC_BUILD_ROOT:?the build root}
if ! git -C "$root" rev-parse HEAD >/dev/null 2>&1; then
    echo "not a git checkout: meson dist needs one"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

archive=$(meson dist -C "$build" --no-tests --allow-dirty --formats gztar 2>"$work/log" |
    sed -n 's/^Created //p') || { cat "$work/log"; exit 1; }
tar -xzf "$archive" -C "$work"
cd "$work"/seccompc-*
meson setup build --prefix=/usr --libdir=lib -Dtests=disabled >"$work/log" 2>&1 ||
    { cat "$work/log"; exit 1; }
ninja -C build >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
DESTDIR="$work/root" meson install -C build >/dev/null

for file in bin/seccompc lib/libseccompc.so.0 lib/pkgconfig/seccompc.pc include/seccompc/seccompc.h \
    lib/libseccompc-load.so.0 lib/libseccompc-load.a lib/pkgconfig/seccompc-load.pc include/seccompc/load.h \
    share/seccompc/default.json share/man/man1/seccompc.1 share/man/man5/seccompc-profile.5 share/man/man5/seccompc-blob.5 \
    share/man/man7/seccompc-lint.7 \
    share/bash-completion/completions/seccompc share/seccompc/hooks.d/seccompc.json; do
    [ -e "$work/root/usr/$file" ] || { echo "$file is not installed"; exit 1; }
done

export PKG_CONFIG_PATH="$work/root/usr/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$work/root"
cat >"$work/use.c" <<'C'
#include <seccompc/seccompc.h>
#include <stdio.h>

int main(void)
{
    scc_error *err = NULL;
    scc_profile *profile = NULL;
    scc_target *target = NULL;
    scc_policy *policy = NULL;
    scc_program *program = NULL;
    if (scc_profile_builtin(&profile, &err) < 0 ||
        scc_target_new(scc_arch_find("arm64"), scc_target_caps_docker(), 6, 1, &target, &err) < 0 ||
        scc_policy_select(profile, target, NULL, &policy, NULL, &err) < 0 ||
        scc_emit_scmp(policy, SCC_SCMP_TREE, &program, NULL, &err) < 0) {
        fprintf(stderr, "%s\n", scc_error_get_text(err));
        return 1;
    }
    printf("%zu instructions\n", scc_program_count(program));
    scc_program_free(program);
    scc_policy_free(policy);
    scc_target_free(target);
    scc_profile_free(profile);
    return 0;
}
C
# shellcheck disable=SC2046 # flags are words
cc -Wall -Wextra -Werror -o "$work/use" "$work/use.c" $(pkg-config --cflags --libs seccompc)
LD_LIBRARY_PATH="$work/root/usr/lib" "$work/use" | grep -q '^[0-9]* instructions$'

# shellcheck disable=SC2046
cc -Wall -Wextra -Werror -o "$work/load" "$root/examples/load.c" $(pkg-config --cflags --libs seccompc-load)
[ "$(pkg-config --libs --static seccompc-load | tr -d ' ')" = "-L$work/root/usr/lib-lseccompc-load" ] || {
    echo "the loader needs more than itself: $(pkg-config --libs --static seccompc-load)"
    exit 1
}
LD_LIBRARY_PATH="$work/root/usr/lib" "$work/load" missing true 2>&1 | grep -q 'cannot be opened'

# shellcheck disable=SC2046
cc -Wall -Wextra -Werror -o "$work/compile" "$root/examples/compile.c" $(pkg-config --cflags --libs seccompc)
LD_LIBRARY_PATH="$work/root/usr/lib" "$work/compile" "$root/profiles/default.json" >"$work/example.bpf"
"${SECCOMPC:?}" -q --export-bpf "$work/command.bpf" "$root/profiles/default.json"
cmp "$work/example.bpf" "$work/command.bpf"
if LD_LIBRARY_PATH="$work/root/usr/lib" "$work/compile" "$work/missing" >"$work/none" 2>&1; then
    echo 'examples/compile.c: a missing profile is no failure'
    exit 1
fi

# Nothing but the public functions is exported.
nm -D --defined-only "$work/root/usr/lib/libseccompc.so.0" | awk '$2 ~ /[A-Z]/ {print $3}' |
    sort >"$work/exported"
grep -ho '\bscc_[a-z0-9_]*(' "$root"/include/seccompc/*.h | tr -d '(' | sort -u >"$work/public"
if ! unexpected=$(comm -23 "$work/exported" "$work/public") || [ -n "$unexpected" ]; then
    echo "exported but in no public header: $unexpected"
    exit 1
fi
echo "installed and used"
