#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Runs every command that reads an input on the inputs of inputs.py, and measures CPU time and memory.

measure.py [OPTION...] SECCOMPC [NAME...]     all inputs, or those named (NAME* for a beginning)
"""
import argparse
import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile

import inputs

GIB = 1 << 30
DEFAULT = os.path.join(inputs.SOURCE, "..", "..", "profiles", "default.json")
ARCHES = (
    "amd64 386 x32 arm64 arm mips64 mips64n32 mips mipsel64 mipsel64n32 mipsel s390x s390 ppc64le "
    "ppc64 ppc riscv64 loong64 parisc64 hppa m68k sh sheb"
).split()
EVERY_ARCH = [word for arch in ARCHES for word in ("--arch", arch)]
HERE = ["--arch", "amd64", "--kernel", "6.18"]

# What is run of each kind; {} is the input, {default}, {bpf}, {config} and {cases} lie beside it.
COMMANDS = {
    "profile": [
        ["-q", "--export-bpf", "out", *HERE, "{}"],
        ["-q", "--harden", "--export-bpf", "out", *HERE, "{}"],
        ["-q", "--enosys", "kernel", "--export-bpf", "out", *HERE, "{}"],
        ["-q", "--enosys", "runc", "--export-bpf", "out", *HERE, "{}"],
        ["-q", "--optimize-for", "runtime", "--export-bpf", "out", *HERE, "{}"],
        ["-q", "--optimize-for", "size", "--export-bpf", "out", *HERE, "{}"],
        ["-q", "-O0", "--export-bpf", "out", *HERE, "{}"],
        ["-q", "-O1", "--export-bpf", "out", *HERE, "{}"],
        ["-q", "-O0", "--export-bpf", "out.%a", *EVERY_ARCH, "{}"],
        ["--json", "--export-bpf", "out", "--export-oci", "slim", *HERE, "{}"],
        ["--stats", "--export-bpf", "out", *HERE, "{}"],
        ["-q", "--on-conflict", "strictest", "--export-bpf", "out", *HERE, "{}"],
        ["-q", "--export-bpf", "out.%a", *EVERY_ARCH, "{}"],
        ["--json", "--export-bpf", "out.%a", *EVERY_ARCH, "{}"],
        ["-q", "--harden", "--enosys", "kernel", "--export-bpf", "out.%a", *EVERY_ARCH, "{}"],
        ["-q", "--export-blob", "out", *EVERY_ARCH, "--caps", "docker", "--caps", "none", "{}"],
        ["-q", "--export-lxc", "out", *HERE, "{}"],
        ["explain", *HERE, "{}", "socket"],
        ["explain", "--json", *HERE, "{}", "socket", "a0=7"],
        ["lint", *HERE, "{}"],
        ["lint", "--level", "note", "--sarif", *HERE, "{}"],
        ["lint", "--level", "note", "--json", "--libseccomp", "2.5.4", *HERE, "{}"],
        ["diff", *HERE, "{}", "{default}"],
        ["diff", "--json", *HERE, "{default}", "{}"],
        ["diff", "--harden", *HERE, "{}", "{default}"],
        ["within", *HERE, "{}", "{default}"],
        ["within", *HERE, "{default}", "{}"],
        ["verify", *HERE, "{bpf}", "{}"],
        ["verify", "--as-libseccomp", *HERE, "{bpf}", "{}"],
        ["sim", *HERE, "{}", "{cases}"],
        ["oci", "--no-cache", "--profile", "{}", *HERE, "{config}"],
        ["oci", "--no-cache", *HERE, "{}"],
        ["run", "--no-cache", "{}", "--", "true"],
        ["--strict", "--export-bpf", "out", *HERE, "{}"],
    ],
    "config": [
        ["oci", "--no-cache", *HERE, "{}"],
        ["oci", "--cache-dir", "cache", *HERE, "{}"],
        ["oci", "--no-cache", "--fallback", *HERE, "{}"],
        ["-q", "--export-bpf", "out", *HERE, "--spec", "{}"],
        ["explain", *HERE, "{}", "socket"],
        ["lint", "--level", "note", *HERE, "{}"],
        ["diff", *HERE, "{}", "{default}"],
        ["within", *HERE, "{default}", "{}"],
        ["verify", *HERE, "{bpf}", "{}"],
        ["sim", *HERE, "{}", "{cases}"],
    ],
    "program": [
        ["verify", *HERE, "{}", "{default}"],
        ["diff", *HERE, "{}", "{default}"],
        ["diff", "--json", *HERE, "{default}", "{}"],
        ["diff", *HERE, "{}", "{bpf}"],
        ["within", *HERE, "{}", "{default}"],
        ["within", *HERE, "{default}", "{}"],
        ["explain", *HERE, "{}", "socket"],
        ["explain", "--json", *HERE, "{}", "socket", "a0=7"],
        ["disasm", *HERE, "{}"],
        ["disasm", "--json", *HERE, "{}"],
        ["optimize", *HERE, "{}", "-o", "out"],
        ["optimize", "--optimize-for", "runtime", *HERE, "{}", "-o", "out"],
        ["optimize", "--optimize-for", "size", *HERE, "{}", "-o", "out"],
        ["sim", *HERE, "{}", "{cases}"],
        ["run", "{}", "--", "true"],
    ],
    "lxc": [
        ["diff", *HERE, "{}", "{default}"],
        ["within", *HERE, "{}", "{default}"],
        ["explain", *HERE, "{}", "socket"],
        ["sim", *HERE, "{}", "{cases}"],
        ["verify", *HERE, "{bpf}", "{}"],
    ],
    "cases": [
        ["sim", *HERE, "{default}", "{}"],
        ["sim", "--json", *HERE, "{default}", "{}"],
        ["sim", *HERE, "{bpf}", "{}"],
        ["sim", "--json", *HERE, "{bpf}", "{}"],
    ],
    "blob": [
        ["verify", "{}"],
        ["verify", "{}", "{default}"],
        ["run", "{}", "--", "true"],
        ["disasm", "{}"],
    ],
    "listing": [["disasm", "--assemble", "out", "{}"]],
    "weights": [["-q", "--weights", "{}", "--export-bpf", "out", *HERE, "{default}"]],
    "cache": [
        ["cache", "list", "--cache-dir", "{}"],
        ["cache", "list", "--json", "--cache-dir", "{}"],
        ["cache", "verify", "--cache-dir", "{}"],
        ["run", "--cache-dir", "{}", "{default}", "--", "true"],
        ["cache", "prune", "--cache-dir", "{}"],
    ],
}


# What was worst, and is run at every commit: inputs, and how their commands begin.
WORST = [
    ("names-similar-100000", ["-q --export-bpf out.%a", "--strict"]),
    ("names-known-100000", ["-q --export-bpf out ", "-q --export-bpf out.%a"]),
    ("names-with-rules-4000", ["explain --json", "-q --export-bpf out "]),
    ("names-times-rules-140", ["lint --level note --json", "explain --arch"]),
    ("names-times-rules-3350", ["-q --export-bpf out "]),
    ("entries-left-out-one-call-20000", ["explain --arch"]),
    ("rules-repeated-90000", ["-q --export-bpf out "]),
    ("rules-equal-20000", ["-q --export-bpf out ", "lint --level note --json"]),
    ("rules-equal-100000", ["-q --harden --export-bpf"]),
    ("rules-in-conflict-4000", ["-q --on-conflict strictest"]),
    ("rules-masks-8", ["-q --export-bpf out ", "-q --export-bpf out.%a"]),
    ("rules-masks-64", ["diff --harden", "lint --level note --sarif"]),
    ("rules-mirrored-32", ["-q --optimize-for size"]),
    ("rules-on-calls-2", ["-q --harden --enosys"]),
    ("json-arrays", ["-q --export-bpf out "]),
    ("json-escapes", ["lint --arch"]),
    ("json-empty-objects", ["-q --export-bpf out "]),
    ("config-annotations", ["oci --no-cache --arch"]),
    ("config-white-space", ["oci --no-cache --arch"]),
    ("program-multiply-words", ["verify"]),
    ("program-numbers", ["diff --json"]),
    ("program-jumps-and-loads", ["optimize --arch", "explain --arch"]),
    ("lxc-unknown", ["explain"]),
    ("cases-one-range", ["sim --arch"]),
    ("cases-lines", ["sim --json"]),
]


def is_among_worst(name, command):
    """Whether the two are run at every commit."""
    beginnings = dict(WORST).get(name, [])
    return any(" ".join(command).startswith(each) for each in beginnings)


def limit(cpu_seconds, is_address_limited):
    def apply():
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
        if is_address_limited:
            resource.setrlimit(resource.RLIMIT_AS, (GIB, GIB))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return apply


def execute(arguments, command, folder):
    """Returns status, CPU seconds, MiB, and what was said."""
    said = os.path.join(folder, "said")
    with open(said, "wb") as out:
        process = subprocess.Popen(
            [arguments.seccompc, *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            preexec_fn=limit(arguments.cpu, not arguments.sanitized),
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "status": process.returncode,
        "seconds": usage.ru_utime + usage.ru_stime,
        "mib": usage.ru_maxrss / 1024,
        "said_bytes": os.path.getsize(said),
        "said": first_line(said),
    }


def first_line(path):
    with open(path, "rb") as file:
        return file.readline(200).decode(errors="replace").strip()


def prepare(seccompc, folder):
    """What the commands name beside the input."""
    beside = {"default": os.path.abspath(DEFAULT)}
    for name in "bpf", "config", "cases":
        beside[name] = os.path.join(folder, "beside." + name)
    subprocess.run(
        [seccompc, "-q", "--export-bpf", beside["bpf"], *HERE, beside["default"]], check=True
    )
    with open(beside["config"], "wb") as file:
        file.write(inputs.text(inputs.annotated(inputs.profile_dict([inputs.entry(["read"])]))))
    with open(beside["cases"], "wb") as file:
        file.write(b"* 0..600 1 2 3\nx86_64 socket 38\n")
    return beside


def chosen(names):
    if not names:
        return list(inputs.INPUTS)
    return [
        each
        for each in inputs.INPUTS
        if any(each == name or (name.endswith("*") and each.startswith(name[:-1])) for name in names)
    ]


def measure(arguments, folder):
    beside = prepare(arguments.seccompc, folder)
    names = list(dict(WORST)) if arguments.worst else chosen(arguments.names)
    for name in names:
        subprocess.run([sys.executable, inputs.__file__, folder, name], check=True)
        path = os.path.join(folder, name)
        for command in COMMANDS[inputs.INPUTS[name][0]]:
            filled = [word.replace("{}", path).format(**beside) for word in command]
            if arguments.worst and not is_among_worst(name, command):
                continue
            if arguments.only and not any(each in " ".join(command) for each in arguments.only):
                continue
            row = execute(arguments, filled, folder)
            short = " ".join(word for word in command if word not in HERE)
            short = short.replace(" ".join(EVERY_ARCH), "--arch *")
            yield {"input": name, "command": short, **row}
        if os.path.isdir(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)


def is_over(arguments, row):
    return row["seconds"] > arguments.seconds or row["mib"] > arguments.mib or row["status"] < 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of CPU time that are too many")
    parser.add_argument("--mib", type=float, default=512, help="of memory that are too many")
    parser.add_argument("--cpu", type=int, default=30, help="seconds after which a run is stopped")
    parser.add_argument("--only", action="append", help="commands with this text alone, or that")
    parser.add_argument("--worst", action="store_true", help="what is run at every commit")
    parser.add_argument(
        "--sanitized", action="store_true", help="of a build with sanitizers: ten times as much"
    )
    parser.add_argument("--csv", type=argparse.FileType("w"), default=None)
    parser.add_argument("seccompc")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    arguments.seccompc = os.path.abspath(arguments.seccompc)
    if arguments.sanitized:
        arguments.seconds, arguments.cpu, arguments.mib = 50, 60, 5120
    over, count, writer = 0, 0, None
    with tempfile.TemporaryDirectory(prefix="limits-") as folder:
        for row in measure(arguments, folder):
            count += 1
            over += is_over(arguments, row)
            print(
                f"{'!' if is_over(arguments, row) else ' '} {row['input']:26} {row['seconds']:7.2f} s"
                f" {row['mib']:6.0f} MiB {row['status']:4} {row['command'][:70]}"
                f"  | {row['said_bytes']} {row['said'].replace(folder, '')[:150]}",
                flush=True,
            )
            if arguments.csv:
                writer = writer or csv.DictWriter(arguments.csv, row.keys(), lineterminator="\n")
                if count == 1:
                    writer.writeheader()
                writer.writerow(row)
    print(f"{count} runs, {over} beyond {arguments.seconds:g} s or {arguments.mib:g} MiB")
    return over > 0 or count == 0


if __name__ == "__main__":
    sys.exit(main())
