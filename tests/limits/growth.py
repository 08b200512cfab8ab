#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
How time and memory grow with the size of an input, up to what is refused.

growth.py SECCOMPC FOLDER     writes FOLDER/limits.csv, limits.md and limits.svg
"""
import argparse
import csv
import math
import os
import statistics
import tempfile

import inputs
import measure

HERE = measure.HERE
COMPILE = ["-q", "--export-bpf", "out", *HERE, "{}"]
OPTIMIZE = ["optimize", "-q", *HERE, "{}", "-o", "out"]


def program_of(count):
    """The first @count instructions of a program of different comparisons, and its returns."""
    made = inputs.program_equals()
    return made[: 8 * (count - 2)] + made[-16:]


# What grows, what makes it, what reads it, and how many there are.
SERIES = [
    ("names, known ones repeated", inputs.names_known, COMPILE, [100, 1000, 10000, 100000, 1000000]),
    ("names, none of them known", inputs.names_similar, COMPILE, [100, 1000, 10000, 100000]),
    ("entries", inputs.entries_known, COMPILE, [100, 1000, 10000, 100000]),
    ("rules on one call, one argument", inputs.rules_equal, COMPILE, [100, 300, 1000, 4000, 32000]),
    (
        "rules on one call, any of six arguments",
        inputs.rules_any_argument,
        COMPILE,
        [100, 300, 1000, 4000, 32000],
    ),
    ("rules on one call, six arguments each", inputs.rules_six_arguments, COMPILE, [10, 100, 1000, 4000]),
    ("instructions of a program, optimized", program_of, OPTIMIZE, [100, 300, 1000, 4096]),
    ("bytes of a string", lambda count: inputs.json_string()[: count - 2] + b'"}', COMPILE, [1 << 20, 1 << 24]),
]


def measure_point(arguments, folder, make, command, count):
    path = os.path.join(folder, "input")
    with open(path, "wb") as file:
        file.write(make(count))
    filled = [path if word == "{}" else word for word in command]
    rows = [measure.execute(arguments, filled, folder) for _ in range(arguments.rounds)]
    return {
        "count": count,
        "seconds": statistics.median(row["seconds"] for row in rows),
        "mib": max(row["mib"] for row in rows),
        "status": rows[0]["status"],
        "said": rows[0]["said"].replace(folder + "/", "")[:100],
    }


def measure_all(arguments):
    with tempfile.TemporaryDirectory(prefix="limits-") as folder:
        for name, make, command, counts in SERIES:
            for count in counts:
                yield {"series": name, **measure_point(arguments, folder, make, command, count)}


def write_csv(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def answer_of(row):
    if row["status"] == 0:
        return "done"
    return "too large" if "too large" in row["said"] else "refused"


def write_markdown(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.write("| what grows | how many | CPU time | memory | answer |\n|---|--:|--:|--:|---|\n")
        for row in rows:
            file.write(
                f"| {row['series']} | {row['count']:,} | {row['seconds'] * 1000:.0f} ms |"
                f" {row['mib']:.0f} MiB | {answer_of(row)} |\n"
            )


WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 420, 60, 20, 60 + 18 * 4
COLOURS = ["#1b6ca8", "#c8553d", "#3a7d44", "#8e44ad", "#b8860b", "#555", "#009e9e", "#d63384"]


def place(count, seconds):
    """Both axes are logarithmic: 10 to 10^7.5, and 1 ms to 10 s."""
    x = LEFT + (math.log10(count) - 1) / 6.5 * (WIDTH - LEFT - 20)
    y = TOP + (1 - (math.log10(max(seconds, 0.001)) + 3) / 4) * (HEIGHT - TOP - BOTTOM)
    return f"{x:.1f},{y:.1f}"


def draw_axes():
    lines = []
    for power, label in (-3, "1 ms"), (-2, "10 ms"), (-1, "0.1 s"), (0, "1 s"), (1, "10 s"):
        x, y = place(10, 10**power).split(",")
        lines.append(f'<line x1="{x}" y1="{y}" x2="{WIDTH - 20}" y2="{y}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 6}" y="{float(y) + 4}" text-anchor="end">{label}</text>')
    for power in range(1, 8):
        x, y = place(10**power, 0.001).split(",")
        lines.append(f'<text x="{x}" y="{float(y) + 16}" text-anchor="middle">{10**power:,}</text>')
    x, y = place(10, 5).split(",")
    lines.append(f'<line x1="{x}" y1="{y}" x2="{WIDTH - 20}" y2="{y}" stroke="#c00" stroke-dasharray="4"/>')
    return lines


def draw_series(index, name, rows):
    colour = COLOURS[index % len(COLOURS)]
    points = [place(row["count"], row["seconds"]) for row in rows]
    x, y = LEFT + index % 2 * 330, HEIGHT - BOTTOM + 44 + index // 2 * 18
    lines = [f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for row, point in zip(rows, points):
        cx, cy = point.split(",")
        fill = colour if row["status"] == 0 else "#fff"
        lines.append(f'<circle cx="{cx}" cy="{cy}" r="3.5" fill="{fill}" stroke="{colour}"/>')
    lines.append(f'<rect x="{x}" y="{y - 9}" width="12" height="10" fill="{colour}"/>')
    lines.append(f'<text x="{x + 18}" y="{y}">{name}</text>')
    return lines


def write_svg(path, rows):
    lines = draw_axes()
    for index, (name, _, _, _) in enumerate(SERIES):
        lines += draw_series(index, name, [row for row in rows if row["series"] == name])
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
            f' viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">\n'
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n' + "\n".join(lines) + "\n</svg>\n"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of which the median time is taken")
    parser.add_argument("seccompc")
    parser.add_argument("folder")
    arguments = parser.parse_args()
    arguments.seccompc = os.path.abspath(arguments.seccompc)
    arguments.cpu, arguments.sanitized = 30, True  # no limit of memory
    rows = list(measure_all(arguments))
    os.makedirs(arguments.folder, exist_ok=True)
    write_csv(os.path.join(arguments.folder, "limits.csv"), rows)
    write_markdown(os.path.join(arguments.folder, "limits.md"), rows)
    write_svg(os.path.join(arguments.folder, "limits.svg"), rows)


if __name__ == "__main__":
    main()
