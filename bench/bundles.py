#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bundles of bench/containers: a runtime's own `spec` with what each variant adds.

Usage: bundles.py ROOTFS REPORT FULL SLIM PROGRAM FOLDER <SPEC

Writes FOLDER/COMMAND/VARIANT/config.json. The containers run in the folder ROOTFS, with the
capabilities of REPORT, which is what seccompc --json said as it compiled. FULL and SLIM are files
with a linux.seccomp, PROGRAM is one with a raw program for crun's annotation.
"""

import base64
import json
import os
import sys

COMMANDS = {
    "check": ["/bin/grep", "^Seccomp:", "/proc/self/status"],
    "sleep": ["/bin/sleep", "100"],
    "true": ["/bin/true"],
}


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def make_config(spec, rootfs, caps, words, seccomp, annotations):
    config = json.loads(json.dumps(spec))
    config["process"].update(
        terminal=False, args=words,
        capabilities={"bounding": caps, "effective": caps, "permitted": caps})
    config["root"] = {"path": rootfs, "readonly": True}
    # A spec may have a filter of its own.
    config["linux"].pop("seccomp", None)
    if seccomp:
        config["linux"]["seccomp"] = seccomp
    if annotations:
        config["annotations"] = annotations
    return config


def main():
    rootfs, report, full, slim, program, folder = sys.argv[1:]
    spec = json.load(sys.stdin)
    caps = read_json(report)["targets"][0]["capabilities"]
    with open(program, "rb") as file:
        annotations = {"run.oci.seccomp_bpf_data": base64.b64encode(file.read()).decode()}
    variants = {
        "none": (None, None),
        "full": (read_json(full), None),
        "slim": (read_json(slim), None),
        "program": (read_json(slim), annotations),
    }
    for command, words in COMMANDS.items():
        for variant, parts in variants.items():
            bundle = os.path.join(folder, command, variant)
            os.makedirs(bundle, exist_ok=True)
            with open(os.path.join(bundle, "config.json"), "w", encoding="utf-8") as file:
                json.dump(make_config(spec, rootfs, caps, words, *parts), file, indent=1)


main()
