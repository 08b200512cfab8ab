#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over what a build directory compiles of this repository, each file once.

tidy.py BUILD_DIRECTORY [--analyzer none|core|all]

The checks are those of .clang-tidy. The static analyzer among them takes seconds for a file, so
what it is run over is chosen: nothing, the files in CORE, or everything. Exit status 1: findings.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = re.compile(r"(src|tests|bench|examples)/")

# What stands between a hostile file and a filter, as far as there is time at each run.
CORE = re.compile(r"src/(load/(host|load|text)|kernel)\.c")


def list_files(build):
    """The files of ours that are compiled, as paths below ROOT, in order."""
    with open(build / "compile_commands.json", encoding="utf-8") as database:
        paths = {(Path(row["directory"]) / row["file"]).resolve() for row in json.load(database)}
    names = {str(path.relative_to(ROOT)) for path in paths if path.is_relative_to(ROOT)}
    return sorted(name for name in names if OURS.match(name))


def check(build, name, is_analyzed):
    """What clang-tidy says about a file; empty when it is clean."""
    command = ["clang-tidy", "-p", str(build), "--quiet",
               # Options of the compiler that the build directory was made with.
               "--extra-arg=-Wno-unknown-warning-option"]
    if not is_analyzed:
        command.append("--checks=-clang-analyzer-*")
    done = subprocess.run(command + [str(ROOT / name)], capture_output=True, text=True,
                          check=False)
    return done.stdout + (done.stderr if done.returncode else "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--analyzer", choices=["none", "core", "all"], default="core")
    options = parser.parse_args()

    def is_analyzed(name):
        return options.analyzer == "all" or (options.analyzer == "core" and CORE.fullmatch(name))

    names = list_files(options.build)
    if not names:
        sys.exit(f"{options.build}: compiles nothing of {ROOT}")
    # Longest first, so that no processor waits for the last one.
    names.sort(key=lambda name: (not is_analyzed(name), name))
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        told = list(pool.map(lambda name: check(options.build, name, is_analyzed(name)), names))
    for text in filter(None, told):
        print(text)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{len(names)} files, {sum(map(bool, map(is_analyzed, names)))} of them through the "
          f"analyzer, {sum(map(bool, told))} with findings, "
          f"{usage.ru_utime + usage.ru_stime:.0f} s of CPU")
    sys.exit(any(told))


if __name__ == "__main__":
    main()
