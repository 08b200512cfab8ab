#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A whole profile as an OCI linux.seccomp object, as Docker and podman hand it to a runtime.

Usage: whole_oci.py PROFILE CAPABILITY... > OBJECT

For amd64, this kernel and a bounding set of these capabilities. Nothing is merged, sorted or left
out that a runtime could see, so that what a runtime makes of it can be compared with what it makes
of seccompc's slim object. A selection of its own: it shares nothing with seccompc.
"""

import errno
import json
import os
import re
import sys

ARCH, TOKEN = "amd64", "SCMP_ARCH_X86_64"


def version(text):
    return tuple(int(part) for part in re.match(r"(\d+)\.(\d+)", text).groups())


def is_selected(entry, caps):
    includes, excludes = entry.get("includes") or {}, entry.get("excludes") or {}
    kernel = version(os.uname().release)
    return not (ARCH in (excludes.get("arches") or [])
                or caps & set(excludes.get("caps") or [])
                or "minKernel" in excludes and kernel >= version(excludes["minKernel"])
                or includes.get("arches") and ARCH not in includes["arches"]
                or set(includes.get("caps") or []) - caps
                or "minKernel" in includes and kernel < version(includes["minKernel"]))


def number(entry, name_key, number_key):
    """An errno, by its name where there is one."""
    name = entry.get(name_key)
    return getattr(errno, name) if name else entry.get(number_key)


def resolve(profile, caps):
    tokens = next(([row["architecture"], *(row["subArchitectures"] or [])]
                   for row in profile.get("archMap") or [] if row["architecture"] == TOKEN),
                  profile.get("architectures") or [TOKEN])
    whole = {"defaultAction": profile["defaultAction"], "architectures": tokens, "syscalls": []}
    default = number(profile, "defaultErrno", "defaultErrnoRet")
    if default is not None:
        whole["defaultErrnoRet"] = default
    for entry in profile["syscalls"]:
        if not is_selected(entry, caps):
            continue
        rule = {"names": entry.get("names") or [entry["name"]], "action": entry["action"],
                "args": entry.get("args") or []}
        code = number(entry, "errno", "errnoRet")
        if code is not None:
            rule["errnoRet"] = code
        whole["syscalls"].append(rule)
    return whole


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        profile = json.load(file)
    json.dump(resolve(profile, set(sys.argv[2:])), sys.stdout, indent=1)


main()
