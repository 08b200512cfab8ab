#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns what lint knows into C and into its manual page:

gen_lint.py c LINT.txt SYSCALLS EQUIVALENTS FALLBACKS URING RISKY LIBSECCOMP OUT.h OUT.c
gen_lint.py man LINT.txt PAGE.in OUT
"""

import csv
import re
import sys

LEVELS = ["note", "warning", "error"]
KEYS = ["level", "compile", "what", "why", "fix"]


def read_rules(path):
    rules = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            head = re.fullmatch(r"\[([a-z0-9]+(?:-[a-z0-9]+)*)\]", line)
            row = re.fullmatch(r"([a-z]+): (.*\S)", line)
            if head:
                rules.append({"id": head[1], "compile": "no"})
            elif row and rules and row[1] in KEYS:
                rules[-1][row[1]] = row[2]
            else:
                sys.exit(f"{path}:{number}: neither [ID] nor one of {', '.join(KEYS)}")
    for rule in rules:
        missing = [key for key in KEYS if key not in rule]
        if missing or rule["level"] not in LEVELS or rule["compile"] not in ("yes", "no"):
            sys.exit(f"{path}: {rule['id']}: {' '.join(missing) or 'level or compile'}")
    if len({rule["id"] for rule in rules}) != len(rules):
        sys.exit(f"{path}: an id stands twice")
    return rules


def read_rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def optional(text):
    return quote(text) if text else "NULL"


def name_of(rule):
    return "SCC_LINT_" + rule["id"].upper().replace("-", "_")


def kernel(text):
    major, minor = text.split(".")
    return f"{{{int(major)}, {int(minor)}}}"


def table(out, declaration, rows):
    out.write(f"const struct {declaration} = {{\n")
    out.writelines(f"    {{{', '.join(row)}}},\n" for row in rows)
    out.write("};\n\n")


def widths_of(name, known):
    """The calls that do what @p name does, in another width: 32-bit ABIs have both."""
    return [name + end for end in ("32", "64", "_64", "_time32", "_time64") if name + end in known]


def with_widths(pairs, known):
    """The pairs, those of the same calls in other widths, and those of one call in its widths."""
    reason = "it is the same call with other widths"
    all_pairs = {(row["call"], row["other"]): row for row in pairs}

    def add(call, other, like, reason):
        all_pairs.setdefault((call, other), {**like, "call": call, "other": other, "reason": reason})

    capability = {row["call"]: row["capability"] for row in pairs}
    for name in known:
        for wide in widths_of(name, known):
            like = {"capability": capability.get(name, "")}
            add(name, wide, like, reason)
            add(wide, name, like, reason)
    for row in pairs:
        for end in ("32", "64"):
            if row["call"] + end in known and row["other"] + end in known:
                add(row["call"] + end, row["other"] + end, row, row["reason"])
    return [all_pairs[pair] for pair in sorted(all_pairs)]


def write_c(rules_path, syscalls_path, *paths):
    *data_paths, header_path, source_path = paths
    rules = read_rules(rules_path)
    known = {row["name"] for row in read_rows(syscalls_path)}
    data = [read_rows(path) for path in data_paths]
    equivalents, fallbacks, uring, risky, releases = data
    for path, rows in zip(data_paths[:4], data):
        for row in rows:
            for column in ("call", "other", "fallback"):
                if column in row and row[column] not in known:
                    sys.exit(f"{path}: {row[column]} is no system call")
    made = "/* Made by src/data/gen_lint.py from the tables beside it. */\n"
    equivalents = with_widths(equivalents, known)
    counts = {
        "EQUIVALENT": len(equivalents),
        "FALLBACK": len(fallbacks),
        "URING": len(uring),
        "RISKY": len(risky),
        "LIBSECCOMP": len(releases),
    }
    with open(header_path, "w", encoding="utf-8") as out:
        out.write(made + "#ifndef SCC_LINT_TABLES_H\n#define SCC_LINT_TABLES_H\n\nenum scc_lint_id {\n")
        out.writelines(f"    {name_of(rule)},\n" for rule in rules)
        out.write("    SCC_LINT_COUNT,\n};\n\nenum {\n")
        out.writelines(f"    SCC_{name}_COUNT = {count},\n" for name, count in counts.items())
        out.write("};\n\n#endif\n")
    with open(source_path, "w", encoding="utf-8") as out:
        out.write(made + '#include "lint_data.h"\n\n')
        table(out, "scc_lint_rule scc_lint_rules[SCC_LINT_COUNT]", (
            (name_of(rule), quote(rule["id"]), "SCC_LINT_" + rule["level"].upper(),
             "true" if rule["compile"] == "yes" else "false",
             *(quote(rule[key]) for key in KEYS[2:])) for rule in rules))
        table(out, "scc_lint_equivalent scc_lint_equivalents[SCC_EQUIVALENT_COUNT]", (
            (quote(row["call"]), quote(row["other"]), quote(row["reason"]),
             optional(row["capability"])) for row in equivalents))
        table(out, "scc_lint_fallback scc_lint_fallbacks[SCC_FALLBACK_COUNT]", (
            (quote(row["call"]), quote(row["fallback"]), quote(row["user"])) for row in fallbacks))
        table(out, "scc_lint_uring scc_lint_urings[SCC_URING_COUNT]", (
            (quote(row["call"]), quote(row["operation"]), kernel(row["since"])) for row in uring))
        table(out, "scc_lint_risky scc_lint_riskies[SCC_RISKY_COUNT]", (
            (quote(row["call"]), optional(row["capability"]), quote(row["reason"]))
            for row in risky))
        table(out, "scc_lint_libseccomp scc_lint_libseccomps[SCC_LIBSECCOMP_COUNT]", (
            (quote(row["release"]), kernel(row["kernel"]), quote(row["lacks"])) for row in releases))


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text)


def write_page(rules_path, page_path, out_path):
    blocks = []
    for rule in read_rules(rules_path):
        lines = [f".It Sy {roff(rule['id'])} Pq {rule['level']}"]
        for key in KEYS[2:]:
            lines.append(("Fix: " if key == "fix" else "") + roff(rule[key]))
        if rule["compile"] == "yes":
            lines.append("A compilation warns of it too.")
        # Each sentence begins a line, as mdoc wants it.
        blocks.append(re.sub(r"(?<=[a-z0-9)\]])([.:]) (?=[A-Z])", r"\1\n", "\n".join(lines)))
    with open(page_path, encoding="utf-8") as file:
        page = file.read()
    with open(out_path, "w", encoding="utf-8") as out:
        out.write(page.replace("@RULES@", "\n".join(blocks)))


if __name__ == "__main__":
    {"c": write_c, "man": write_page}[sys.argv[1]](*sys.argv[2:])
