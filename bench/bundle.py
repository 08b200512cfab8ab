#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A config.json for bench/containers: a runtime's own `spec` with these changes.

Usage: bundle.py ROOTFS REPORT SECCOMP PROGRAM WORD... <SPEC >CONFIG

The container runs WORD... in the folder ROOTFS, with the capabilities of REPORT, which is what
seccompc --json said as it compiled. SECCOMP is a file with linux.seccomp, PROGRAM one with a raw
program for crun's annotation; either may be empty.
"""

import base64
import json
import sys

rootfs, report, seccomp, program, *words = sys.argv[1:]
config = json.load(sys.stdin)
process = config["process"]
process["terminal"] = False
process["args"] = words
config["root"] = {"path": rootfs, "readonly": True}
with open(report, encoding="utf-8") as file:
    caps = json.load(file)["targets"][0]["capabilities"]
process["capabilities"] = {"bounding": caps, "effective": caps, "permitted": caps}
# runc's own spec may ask for a filter of its own; here a variant says what there is.
config["linux"].pop("seccomp", None)
if seccomp:
    with open(seccomp, encoding="utf-8") as file:
        config["linux"]["seccomp"] = json.load(file)
if program:
    with open(program, "rb") as file:
        text = base64.b64encode(file.read()).decode()
    config["annotations"] = {"run.oci.seccomp_bpf_data": text}
json.dump(config, sys.stdout, indent=1)
