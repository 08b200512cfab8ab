#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps what was counted on each machine: record.py FOLDER MACHINE..., with lines of run.sh on standard input.

A line is MACHINE SECONDS BUSY ABI and then what arch_table counted, in the order of COUNTED; without
these the kernel does not run the ABI. FOLDER gets architectures.csv, in which the machine's rows take
the place of its older ones, in the order of MACHINE..., and the same as a table in architectures.md.
"""

import csv
import fcntl
import os
import pathlib
import re
import sys

MEASURED = ["machine", "seconds", "busy", "abi"]
COUNTED = ["kernel", "programs", "blobs", "names", "called", "left_out", "shown", "answers", "words",
           "explained", "wrong", "wrong_caught", "differences"]
HEADINGS = {
    "machine": "machine", "abi": "ABI", "kernel": "kernel", "programs": "programs",
    "called": "system calls carried out", "left_out": "not", "shown": "calls for each program",
    "answers": "answers compared", "words": "pieces of words", "explained": "explained",
    "differences": "differences", "caught": "wrong programs found out", "blobs": "blobs",
    "busy": "seconds of a processor",
}


def read(path):
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shown(row, key):
    if key == "caught" and row["wrong"]:
        return f"{row['wrong_caught']} of {row['wrong']}"
    if key == "kernel" and not row["kernel"]:
        return "does not run it"
    return row.get(key) or ""


def table(rows):
    yield "| " + " | ".join(HEADINGS.values()) + " |"
    yield "|---|---|---" + "|---:" * (len(HEADINGS) - 3) + "|"
    for row in rows:
        yield "| " + " | ".join(shown(row, key) for key in HEADINGS) + " |"


def main():
    folder = pathlib.Path(sys.argv[1])
    machines = sys.argv[2:]
    fresh = []
    for line in sys.stdin:
        words = line.split()
        row = dict(zip(MEASURED + COUNTED, words + [""] * len(COUNTED)))
        if row["machine"] == "here":  # whose kernel it is does not matter
            row["kernel"] = re.match(r"[0-9.]*", row["kernel"])[0]
        fresh.append(row)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = {row["machine"] for row in fresh}
        rows = [row for row in read(folder / "architectures.csv") if row["machine"] not in done]
        rows = sorted(rows + fresh, key=lambda row: machines.index(row["machine"]))
        with open(folder / "architectures.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, MEASURED + COUNTED, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        text = "# Programs on their own kernels, as counted\n\n" + "\n".join(table(rows)) + "\n"
        (folder / "architectures.md").write_text(text, encoding="utf-8")
    finally:
        os.close(lock)


main()
