#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether two OCI linux.seccomp objects mean the same.

Usage: compare_oci.py HANDED SLIM DATA

HANDED is a runtime config as podman hands it to its hooks; SLIM is what seccompc --export-oci wrote
for the same profile and capabilities; DATA is the folder of syscalls.csv and doors.csv. Prints
every difference; exit status 1 where there is one.

The slim object leaves out what cannot change the filter. So that the rest can be compared rule by
rule, the same is left out of both sides here; each function says what it is.
"""

import csv
import json
import sys

ARCHES = {"SCMP_ARCH_X86_64": "x86_64", "SCMP_ARCH_X86": "x86", "SCMP_ARCH_X32": "x32"}


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


class Table:
    """Which names the architectures of a filter have."""

    def __init__(self, folder, tokens):
        arches = [ARCHES[token] for token in tokens]
        self.numbered = {row["name"] for row in read_csv(folder + "/syscalls.csv")
                         if any(row[arch] for arch in arches)}
        # A door is on an architecture that has its call: socketcall on x86.
        self.doors = {row["name"]: row["door"] for row in read_csv(folder + "/doors.csv")
                      if row["door"] in self.numbered}


def rule_of(entry):
    """Action, errno and comparisons, with what is absent as it is understood."""
    errno = entry.get("errnoRet")
    if entry["action"] == "SCMP_ACT_ERRNO" and errno is None:
        errno = 1
    args = tuple(sorted((arg["index"], arg["op"], arg["value"], arg.get("valueTwo") or 0)
                        for arg in entry.get("args") or []))
    return entry["action"], errno, args


def rules_by_name(seccomp):
    """For each name its rules, in the order of the profile."""
    rules = {}
    for entry in seccomp.get("syscalls") or []:
        for name in entry["names"]:
            rules.setdefault(name, []).append(rule_of(entry))
    return rules


def without_unknown(rules, table):
    """Podman hands on names that no architecture of the filter has (riscv_hwprobe on amd64); a
    runtime skips them."""
    return {name: found for name, found in rules.items()
            if name in table.numbered or name in table.doors}


def without_hidden(rules):
    """A rule without comparisons beats those with, and the first of several wins: podman's default
    profile has two for setns."""
    kept = {}
    for name, found in rules.items():
        unconditional = [rule for rule in found if not rule[2]]
        kept[name] = set(unconditional[:1] or found)
    return kept


def without_open_doors(rules, table):
    """What can be called through a door alone (recv and send on x86) says nothing where the door's
    own call has a rule without comparisons."""
    def is_open(name):
        return any(not rule[2] for rule in rules.get(table.doors[name], []))
    return {name: found for name, found in rules.items()
            if name in table.numbered or not is_open(name)}


def effective_rules(seccomp, table):
    rules = without_unknown(rules_by_name(seccomp), table)
    return without_hidden(without_open_doors(rules, table))


def head_of(seccomp):
    """What is said beside the rules. Absent and empty flags differ: runtimes add one to absent
    ones."""
    default = rule_of({"action": seccomp["defaultAction"],
                       "errnoRet": seccomp.get("defaultErrnoRet")})[:2]
    return {"default": default, "architectures": seccomp["architectures"],
            "flags": seccomp.get("flags"), "listenerPath": seccomp.get("listenerPath"),
            "listenerMetadata": seccomp.get("listenerMetadata")}


def differences(handed, slim, folder):
    for key, value in head_of(handed).items():
        if value != head_of(slim)[key]:
            yield f"{key}: handed {value}, slim {head_of(slim)[key]}"
    table = Table(folder, handed["architectures"])
    one, other = effective_rules(handed, table), effective_rules(slim, table)
    for name in sorted(set(one) | set(other)):
        if one.get(name) != other.get(name):
            yield f"{name}: handed {one.get(name)}, slim {other.get(name)}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        handed = json.load(file)["linux"]["seccomp"]
    with open(sys.argv[2], encoding="utf-8") as file:
        slim = json.load(file)
    found = list(differences(handed, slim, sys.argv[3]))
    print("\n".join(found) or f"{len(rules_by_name(slim))} names, no difference")
    return 1 if found else 0


sys.exit(main())
