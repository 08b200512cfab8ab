#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_bench.py FOLDER PROFILES: the four files of seccompc-bench say the same, and ours wins."""
import csv
import json
import sys
import xml.etree.ElementTree

# Programs of a handful of instructions are as short as they can be, or longer for a shorter path.
SMALL = 16
THREE = ["linear", "tree", "ours"]

folder, profile_count = sys.argv[1], int(sys.argv[2])
with open(f"{folder}/benchmarks.json") as file:
    report = json.load(file)
with open(f"{folder}/benchmarks.csv", newline="") as file:
    lines = list(csv.DictReader(file))
with open(f"{folder}/benchmarks.md") as file:
    tables = file.read()
drawing = xml.etree.ElementTree.parse(f"{folder}/benchmarks.svg").getroot()

rows = {tuple(cell.strip() for cell in line.split("|")[1:3]) for line in tables.splitlines()
        if line.startswith("|")}
failures = []


def check(holds, text):
    if not holds:
        failures.append(text)


def number(text):
    return float(text) if text else None


check(len(report["results"]) == 3 * profile_count, f"{len(report['results'])} results")
check(len(lines) == 5 * len(report["results"]), f"{len(lines)} lines of CSV")
by_key = {(line["profile"], line["target"], line["program"]): line for line in lines}
for result in report["results"]:
    for name, figures in result["programs"].items():
        line = by_key[result["profile"], result["target"], name]
        for key, value in figures.items():
            check(number(line[key]) == value, f"{line} against {key} {value}")

for result in report["results"]:
    what = f"{result['profile']}, {result['target']}"
    linear, tree, ours = (result["programs"][name] for name in THREE)
    for other in (linear, tree):
        if other["instructions"] > SMALL:
            check(ours["instructions"] < other["instructions"], f"{what}: {ours} {other}")
        else:
            check(ours["instructions"] <= other["instructions"] + 1, f"{what}: {ours} {other}")
    check(ours["mean_path"] <= tree["mean_path"], f"{what}: mean path {ours} {tree}")
    check(len(result["longer_than_tree"]) == ours["longer_paths"], f"{what}: names of {ours}")
    check(ours["cached"] == ours["cacheable"], f"{what}: cache {ours}")
    check(all(p["compile_us"] > 0 for p in (linear, tree, ours)), f"{what}: not compiled")
    check((result["profile"].replace("|", " "), result["target"]) in rows, f"{what}: no table")

texts = ["".join(element.itertext()) for element in drawing.iter()]
for profile in {result["profile"] for result in report["results"]}:
    check(any(profile[:20] in text for text in texts), f"{profile} is not drawn")

if report["why_not_loaded"] is None:
    loaded = [r for r in report["results"] if r["programs"]["ours"]["attach_us"]]
    for result in loaded:
        programs = result["programs"]
        check(all(programs[name]["attach_us"] > 0 for name in THREE), f"attach: {programs}")
        for kind in ("cached_ns", "denied_ns", "argument_denied_ns", "argument_allowed_ns"):
            measured = [programs[name][kind] is not None for name in THREE]
            check(all(measured) or not any(measured), f"{kind}: {programs}")
    print(f"{len(loaded)} of {len(report['results'])} were loaded")
else:
    print(f"nothing was loaded: {report['why_not_loaded']}")

for text in failures:
    print("FAIL:", text)
sys.exit(bool(failures))
