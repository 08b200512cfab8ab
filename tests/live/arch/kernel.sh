#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Debian's kernel for another architecture: kernel.sh DEBIAN IMAGE FOLDER. Afterwards FOLDER has
# vmlinuz (on ppc64el a vmlinux) and its `package`, name and version. apt checks the archive's
# signatures; its lists and downloads stay in FOLDER and are used again. Exit status 77: it cannot be
# had, for the reason on standard output.
set -eu
debian=${1:?the architecture} image=${2:?the package} folder=${3:?a folder}
[ ! -s "$folder/package" ] || exit 0

keys=/usr/share/keyrings/debian-archive-keyring.gpg
# shellcheck disable=SC1091 # the system's own
. /etc/os-release
if [ ! -r "$keys" ] || [ "${ID:-}" != debian ]; then
    echo "kernels come from Debian's archive, and this is not Debian"
    exit 77
fi
mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
folder=$(cd "$folder" && pwd)
exec 9>"$folder/lock"
flock 9
[ ! -s "$folder/package" ] || exit 0
echo "deb [signed-by=$keys] ${SCC_DEBIAN_MIRROR:-http://deb.debian.org/debian} $VERSION_CODENAME main" \
    >"$folder/sources.list"
: >"$folder/status"
# Nor may this machine's settings let go what is not signed, or start what they start after an update:
# that works on the machine's own lists and caches.
cat >"$folder/apt.conf" <<'END'
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
END

# The machine's own apt, with nothing of what it knows: not its packages, sources or architecture.
of_debian() { # PROGRAM ARGUMENT...
    program=$1
    shift
    "$program" -c "$folder/apt.conf" -o "APT::Architecture=$debian" -o "APT::Architectures=$debian" \
        -o "Dir::State::Lists=$folder/lists" -o "Dir::State::status=$folder/status" \
        -o "Dir::Cache=$folder/cache" -o "Dir::Etc::SourceList=$folder/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null \
        -o Dir::Etc::PreferencesParts=/dev/null -o Acquire::Languages=none -o APT::Sandbox::User= \
        -o Acquire::Retries=3 "$@"
}

# fail: with the first error that apt told.
fail() {
    echo "$image cannot be had: $(grep -m 1 '^E: ' "$folder/apt.log" || tail -n 1 "$folder/apt.log")"
    exit 77
}

cd "$folder"
rm -f ./*.deb ./vmlinu* # of an attempt that was broken off
of_debian apt-get -qq -o APT::Update::Error-Mode=any update >apt.log 2>&1 || fail
of_debian apt-cache depends "$image" >image.depends 2>apt.log || fail
package=$(sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' image.depends)
[ -n "$package" ] || {
    echo "E: it depends on no kernel" >apt.log
    fail
}
of_debian apt-get -qq download "$package" >apt.log 2>&1 || fail
# The kernel alone: its modules are a hundred times as much.
dpkg-deb --fsys-tarfile ./*.deb | tar -x --strip-components=2 --wildcards './boot/vmlinu*'
mv vmlinu[xz]-* vmlinuz
# shellcheck disable=SC2016 # dpkg's own
dpkg-deb -W --showformat '${Package} ${Version}\n' ./*.deb >package.new
rm -f ./*.deb
mv package.new package
