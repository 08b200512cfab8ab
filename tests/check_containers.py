#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_containers.py FOLDER INSTRUCTIONS RUNTIMES: bench/containers' four files say the same.

INSTRUCTIONS is the size of our program; RUNTIMES are those that must be there, by blanks.
"""
import csv
import json
import sys
import xml.etree.ElementTree

VARIANTS = {"none": "no seccomp", "full": "full profile", "slim": "slim profile",
            "program": "program"}
MODES = ("sequential", "parallel")

folder, instructions, runtimes = sys.argv[1], int(sys.argv[2]), sys.argv[3].split()
with open(f"{folder}/containers.json") as file:
    report = json.load(file)
with open(f"{folder}/containers.csv", newline="") as file:
    lines = {(line["runtime"], line["mode"], line["variant"]): line
             for line in csv.DictReader(file)}
with open(f"{folder}/containers.md") as file:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in file
            if line.startswith("|")]
drawing = xml.etree.ElementTree.parse(f"{folder}/containers.svg").getroot()
failures = []


def check(holds, text):
    if not holds:
        failures.append(text)


def near(a, b):
    return abs(a - b) <= 0.02 * abs(b) + 0.06


def check_figures(what, figures, variants):
    """Within the precision with which they are written."""
    ordered = [figures[key] for key in ("min_ms", "median_ms", "p95_ms")]
    check(0 < ordered[0] and ordered == sorted(ordered), f"{what}: {figures}")
    check(ordered[0] <= figures["mean_ms"] <= ordered[2], f"{what}: mean {figures}")
    for base in ("none", "full"):
        ratio = figures["median_ms"] / variants[base]["median_ms"]
        check(near(figures[f"ratio_to_{base}"], ratio), f"{what}: to {base} {figures}")
    saved = 100 * (1 - figures["mean_ms"] / variants["full"]["mean_ms"])
    check(near(figures["saved_percent"], saved), f"{what}: saved {figures}")


def check_mode(result, mode):
    variants = result[mode]
    check(list(variants) == list(VARIANTS), f"{result['runtime']}: {variants}")
    for variant, figures in variants.items():
        what = f"{result['runtime']}, {mode}, {variant}"
        check_figures(what, figures, variants)
        line = lines.pop((result["runtime"], mode, variant), {})
        check({key: float(line[key]) for key in figures if key in line} == figures,
              f"{what}: {line} against {figures}")
        row = [result["runtime"], VARIANTS[variant]] + [line.get(key) for key in figures]
        check(row in rows, f"{what}: {row} is not in the tables")
    counts = {variant: variants[variant]["instructions"] for variant in VARIANTS}
    program = instructions if result["runtime"] == "crun" else counts["full"]
    check(counts["none"] == 0 and counts["full"] == counts["slim"] > instructions
          and counts["program"] == program, f"{result['runtime']}: {counts}")


for result in report["results"]:
    for mode in MODES:
        check_mode(result, mode)
check(not lines, f"more in the CSV: {lines}")
check(sorted(result["runtime"] for result in report["results"]) == sorted(runtimes),
      f"{report['results']}, expected {runtimes}")
check({entry["runtime"] for entry in report["not_measured"]} == {"crun", "runc"} - set(runtimes),
      f"{report['not_measured']}")
bars = [element for element in drawing.iter() if element.get("class") == "span"]
check(len(bars) == len(runtimes) * len(MODES) * len(VARIANTS), f"{len(bars)} bars")

for text in failures:
    print("FAIL:", text)
sys.exit(bool(failures))
