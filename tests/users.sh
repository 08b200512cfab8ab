# shellcheck shell=bash disable=SC2154 # the names of command.sh
# SPDX-License-Identifier: Apache-2.0
# For tests that need another user, which root alone can be: sourced behind command.sh. `can_be_another`
# says whether this process can; ./seccompc is then a copy that all users reach.
set -u

# What a small profile says, everywhere the same.
cat >small.json <<'J'
{"defaultAction": "SCMP_ACT_ALLOW",
 "syscalls": [{"names": ["chdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}
J

other=65534
another=(setpriv "--reuid=$other" "--regid=$other" --clear-groups)
can_be_another=
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null && "${another[@]}" true 2>/dev/null; then
    chmod 755 .
    chmod 644 small.json
    install -m 755 "$seccompc" seccompc
    "${another[@]}" ./seccompc --version >/dev/null 2>&1 && can_be_another=yes
fi

# as_another COMMAND...: as another user, with an umask that hides nothing.
as_another() {
    (umask 0 && exec "${another[@]}" "$@")
}

# needs_another SUBJECT: whether the subject can be tested; or else says that it is left out.
needs_another() {
    [ -n "$can_be_another" ] && return
    echo "skip: $1: needs root, to be another user"
    return 1
}
