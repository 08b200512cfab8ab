#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing of Debian's packages: setup.sh build|try|test|docker|arch|arches ...
set -eu

# The compiler itself: meson.build says why each library is needed.
build="gcc libc6-dev meson ninja-build pkg-config python3 libcjson-dev libseccomp-dev
       nettle-dev"
# try.sh makes a call that the filter refuses, with setarch.
try="util-linux"
# Unit tests, sanitizers and fuzzers; the runtimes of the live tests; checks of sources and manuals. Not
# gcc-multilib, which goes with no cross compiler.
test="libcriterion-dev g++ git gcc-12-multilib mandoc jq bash-completion
      clang libclang-rt-14-dev clang-format clang-tidy cppcheck pyflakes3 shellcheck
      bubblewrap util-linux crun runc podman conmon lxc busybox-static libseccomp2"
# For the live test of Docker, apart: on a machine with systemd the package starts its daemon.
docker="docker.io"
# Other architectures' kernels, emulated (tests/live/arch): arm64 and s390x with their 32-bit ABIs.
# The cross compilers take the place of gcc-multilib where that is installed.
arch="cpio qemu-system-arm qemu-system-misc
      gcc-12-aarch64-linux-gnu libc6-dev-arm64-cross
      gcc-12-arm-linux-gnueabihf libc6-dev-armhf-cross
      gcc-12-s390x-linux-gnu libc6-dev-s390x-cross
      lib32gcc-12-dev-s390x-cross libc6-dev-s390-s390x-cross"
# All others: POWER, MIPS with its three ABIs, x86 with x32.
arches="$arch qemu-system-mips qemu-system-ppc qemu-system-x86
        gcc-12-powerpc64le-linux-gnu libc6-dev-ppc64el-cross
        gcc-12-mips64el-linux-gnuabi64 libc6-dev-mips64el-cross
        libn32gcc-12-dev-mips64el-cross libc6-dev-mipsn32-mips64el-cross
        lib32gcc-12-dev-mips64el-cross libc6-dev-mips32-mips64el-cross
        gcc-12-multilib libc6-dev-x32 libx32gcc-12-dev"

missing=
for group in "$@"; do
    case $group in
    build) packages=$build ;;
    try) packages=$try ;;
    test) packages=$test ;;
    docker) packages=$docker ;;
    arch) packages=$arch ;;
    arches) packages=$arches ;;
    *)
        echo "setup.sh: $group: no such group, expected build, try, test, docker, arch or arches" >&2
        exit 2
        ;;
    esac
    for package in $packages; do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$status" = installed ] || missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup.sh: missing packages, and neither root nor sudo to install them:$missing" >&2
        exit 3
    fi
    as_root=sudo
fi
echo "Installing:$missing"
# shellcheck disable=SC2086 # both are lists of words
{
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
} >/dev/null
