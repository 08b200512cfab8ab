#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the tables in this folder into C: gen_tables.py SYSCALLS DOORS ERRNOS ARGUMENTS OUT.h OUT.c"""

import csv
import re
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    names = [row["name"] for row in rows]
    if len(set(names)) != len(names):
        sys.exit(f"{path}: a name stands twice")
    return rows


def columns(rows, path):
    for row in rows:
        for column, value in row.items():
            if column not in NO_TABLES and value and not value.isdigit():
                sys.exit(f"{path}: {row['name']}, {column}: {value!r} is no number")
    return [column for column in rows[0] if column not in NO_TABLES]


def age(text, place):
    """X.Y as a C initializer; nothing is 0.0."""
    if not re.fullmatch(r"(\d+\.\d+)?", text):
        sys.exit(f"{place}: {text!r} is no release, expected X.Y")
    return "{" + (text or "0.0").replace(".", ", ") + "}"


def ages(row, tables, path):
    """When a call came: at all, and to each table that has it."""
    place = f"{path}: {row['name']}, since"
    first, *others = row["since"].split(" ")
    later = dict(other.split("=") for other in others)
    for table in later:
        if not row.get(table):
            sys.exit(f"{place}: {table} has no such call")
    return age(first, place), [
        age(later.get(table, first) if row[table] else "", place) for table in tables
    ]


NAME_SLOTS = 2048

# Columns that are no table of numbers.
NO_TABLES = ("name", "since")


def hash_name(name):
    """FNV-1a, as hash_name() in src/syscall.c."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def name_slots(syscalls):
    """Open addressing: in each slot 1 + the index of a call, or 0."""
    slots = [0] * NAME_SLOTS
    if 2 * len(syscalls) > NAME_SLOTS:
        sys.exit("NAME_SLOTS: too few for so many names")
    for index, row in enumerate(syscalls):
        slot = hash_name(row["name"]) % NAME_SLOTS
        while slots[slot]:
            slot = (slot + 1) % NAME_SLOTS
        slots[slot] = index + 1
    return slots


# The types of arguments.csv; 0 is what has no type.
ARGUMENT_TYPES = "unknown int uint flags low long ulong ulong_flags size off pointer".split()
ARGUMENTS = [str(index) for index in range(6)]


def read_arguments(path, known):
    """The types of arguments, as indices into ARGUMENT_TYPES: for each name of known, and for each pair
    of such a name and a table where the call has others."""
    types, elsewhere = {}, {}
    for row in read(path):
        name, _, table = row["name"].partition("@")
        if name not in known or (table and not known[name].get(table)):
            sys.exit(f"{path}: {row['name']}: no such system call")
        words = [row[index] for index in ARGUMENTS]
        if any(after and not before for before, after in zip(words, words[1:])):
            sys.exit(f"{path}: {row['name']}: a type behind an empty column")
        for word in filter(None, words):
            if word not in ARGUMENT_TYPES[1:]:
                sys.exit(f"{path}: {row['name']}: {word!r} is no type")
        indices = [ARGUMENT_TYPES.index(word or "unknown") for word in words]
        if table:
            elsewhere[name, table] = indices
        else:
            types[name] = indices
    return types, elsewhere


def enum(kind, names, tail):
    lines = [f"    SCC_{kind}_{name.upper()}," for name in names]
    return "\n".join([f"enum {tail} {{", *lines, f"    SCC_{kind}_COUNT,"])


def main(syscalls_path, doors_path, errnos_path, arguments_path, header_path, source_path):
    syscalls = sorted(read(syscalls_path), key=lambda row: row["name"].encode())
    doors = {row["name"]: row for row in read(doors_path)}
    errnos = sorted(read(errnos_path), key=lambda row: row["name"].encode())
    tables = columns(syscalls, syscalls_path)
    place = {row["name"]: i for i, row in enumerate(syscalls)}
    for row in doors.values():
        if row["name"] not in place or row["door"] not in place or int(row["selector"]) < 1:
            sys.exit(f"{doors_path}: {row['name']}: unknown names, or a selector below 1")
    kinds = columns(errnos, errnos_path)
    arguments, elsewhere = read_arguments(arguments_path, {row["name"]: row for row in syscalls})

    with open(header_path, "w", encoding="utf-8") as out:
        out.write(
            "/* Made by src/data/gen_tables.py from the tables beside it. */\n"
            "#ifndef SCC_TABLES_H\n#define SCC_TABLES_H\n\n#include <stdint.h>\n\n"
            + enum("COLUMN", tables, "scc_syscall_column")
            + "\n    SCC_COLUMN_NONE = SCC_COLUMN_COUNT,\n};\n\n"
            + enum("ERRNOS", kinds, "scc_errno_column")
            + "\n};\n\n/** Types of arguments; src/data/arguments.csv says what they mean. */\n"
            + enum("ARGUMENT", ARGUMENT_TYPES, "scc_argument_type")
            + "\n};\n\n"
            f"enum {{\n    SCC_SYSCALL_COUNT = {len(syscalls)},\n"
            f"    SCC_ERRNO_COUNT = {len(errnos)},\n"
            f"    SCC_NAME_SLOTS = {NAME_SLOTS},\n"
            f"    SCC_OTHER_ARGUMENTS_COUNT = {len(elsewhere)},\n}};\n\n"
            "/** Where a table has no such call, and where an architecture has no such errno. */\n"
            "#define SCC_NR_NONE UINT32_MAX\n#define SCC_ERRNO_NONE 0\n"
            "#define SCC_NO_DOOR UINT16_MAX\n\n"
            "/** A kernel release, 0.0: not known. */\n"
            "struct scc_age {\n    uint8_t major, minor;\n};\n\n"
            "/** nr: as in the kernel's table, without the ABI's offset. Sorted by name. */\n"
            "struct scc_syscall {\n    const char *name;\n"
            "    struct scc_age first;                    /* on any architecture */\n"
            "    struct scc_age since[SCC_COLUMN_COUNT];  /* in a table that has it */\n"
            "    uint16_t door;     /* index of the multiplexing call, or SCC_NO_DOOR */\n"
            "    uint8_t selector;  /* its argument 0 */\n"
            "    uint32_t nr[SCC_COLUMN_COUNT];\n};\n"
            "extern const struct scc_syscall scc_syscall_table[SCC_SYSCALL_COUNT];\n\n"
            "/** The types of each call's arguments: enum scc_argument_type. */\n"
            f"extern const uint8_t scc_syscall_arguments[SCC_SYSCALL_COUNT][{len(ARGUMENTS)}];\n"
            "/** Where a call has other types in one table. */\n"
            "struct scc_other_arguments {\n    uint16_t call; /* its index */\n"
            f"    uint8_t column, types[{len(ARGUMENTS)}];\n}};\n"
            "extern const struct scc_other_arguments\n"
            "    scc_syscall_other_arguments[SCC_OTHER_ARGUMENTS_COUNT];\n"
            "extern const char *const scc_argument_type_names[SCC_ARGUMENT_COUNT];\n\n"
            "/** By the hash of a name: 1 + its index, or 0; a slot in use is followed by the next. */\n"
            "extern const uint16_t scc_syscall_by_name[SCC_NAME_SLOTS];\n\n"
            "/** For each column the indices into scc_syscall_table, sorted by nr, then by name. */\n"
            "extern const uint16_t *const scc_syscall_by_nr_index[SCC_COLUMN_COUNT];\n"
            "extern const uint16_t scc_syscall_by_nr_count[SCC_COLUMN_COUNT];\n\n"
            "/** Sorted by name. */\n"
            "struct scc_errno_row {\n    const char *name;\n"
            "    uint16_t number[SCC_ERRNOS_COUNT];\n};\n"
            "extern const struct scc_errno_row scc_errno_table[SCC_ERRNO_COUNT];\n\n"
            "#endif\n"
        )

    with open(source_path, "w", encoding="utf-8") as out:
        out.write("/* Made by src/data/gen_tables.py from the tables beside it. */\n")
        out.write('#include "tables.h"\n\n')
        out.write("const struct scc_syscall scc_syscall_table[SCC_SYSCALL_COUNT] = {\n")
        for row in syscalls:
            numbers = ", ".join(row[column] or "SCC_NR_NONE" for column in tables)
            door = doors.get(row["name"])
            through = f'{place[door["door"]]}, {door["selector"]}' if door else "SCC_NO_DOOR, 0"
            first, since = ages(row, tables, syscalls_path)
            out.write(f'    {{"{row["name"]}", {first}, {{{", ".join(since)}}}, '
                      f'{through}, {{{numbers}}}}},\n')
        shape = f"[SCC_SYSCALL_COUNT][{len(ARGUMENTS)}]"
        out.write(f"}};\n\nconst uint8_t scc_syscall_arguments{shape} = {{\n")
        for row in syscalls:
            types = arguments.get(row["name"], [0] * len(ARGUMENTS))
            out.write("    {" + ", ".join(map(str, types)) + "},\n")
        out.write("};\n\nconst struct scc_other_arguments\n"
                  "    scc_syscall_other_arguments[SCC_OTHER_ARGUMENTS_COUNT] = {\n")
        for (name, table), types in elsewhere.items():
            column = f"SCC_COLUMN_{table.upper()}"
            out.write(f'    {{{place[name]}, {column}, {{{", ".join(map(str, types))}}}}},\n')
        names = ", ".join(f'"{name}"' for name in ARGUMENT_TYPES)
        out.write(f"}};\n\nconst char *const scc_argument_type_names[SCC_ARGUMENT_COUNT] = {{{names}")
        out.write("};\n\nconst uint16_t scc_syscall_by_name[SCC_NAME_SLOTS] = {\n    ")
        out.write(", ".join(map(str, name_slots(syscalls))) + "};\n\n")
        counts = []
        for column in tables:
            order = [i for i, row in enumerate(syscalls) if row[column]]
            order.sort(key=lambda i, column=column: int(syscalls[i][column]))
            counts.append(len(order))
            out.write(f"static const uint16_t by_nr_{column}[] = {{\n    ")
            out.write(", ".join(map(str, order)) + "};\n")
        out.write("const uint16_t *const scc_syscall_by_nr_index[SCC_COLUMN_COUNT] = {\n    ")
        out.write(", ".join(f"by_nr_{column}" for column in tables) + "};\n")
        out.write("const uint16_t scc_syscall_by_nr_count[SCC_COLUMN_COUNT] = {\n    ")
        out.write(", ".join(map(str, counts)) + "};\n\n")
        out.write("const struct scc_errno_row scc_errno_table[SCC_ERRNO_COUNT] = {\n")
        for row in errnos:
            numbers = ", ".join(row[kind] or row["generic"] or "SCC_ERRNO_NONE" for kind in kinds)
            out.write(f'    {{"{row["name"]}", {{{numbers}}}}},\n')
        out.write("};\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
